/* writer.c - JSON in order. */
#include "discord/writer.h"

#include "base/check.h"

#include <inttypes.h>

static void
member_begin(struct discord_writer *w, const char *key)
{
	if (w->is_after) {
		stoa_buf_add_byte(w->to, ',');
	}
	w->is_after = true;
	if (key != NULL) {
		stoa_buf_add_json(w->to, stoa_str_of(key));
		stoa_buf_add_byte(w->to, ':');
	}
}

void
discord_open(struct discord_writer *w, const char *key, char bracket)
{
	stoa_assert(bracket == '{' || bracket == '[');
	member_begin(w, key);
	stoa_buf_add_byte(w->to, (uint8_t)bracket);
	w->is_after = false;
}

void
discord_close(struct discord_writer *w, char bracket)
{
	stoa_assert(bracket == '}' || bracket == ']');
	stoa_buf_add_byte(w->to, (uint8_t)bracket);
	w->is_after = true;
}

void
discord_str(struct discord_writer *w, const char *key, struct stoa_str value)
{
	member_begin(w, key);
	stoa_buf_add_json(w->to, value);
}

void
discord_text(struct discord_writer *w, const char *key, const char *value)
{
	discord_str(w, key, stoa_str_of(value));
}

void
discord_number(struct discord_writer *w, const char *key, int64_t value)
{
	member_begin(w, key);
	stoa_buf_printf(w->to, "%" PRId64, value);
}

void
discord_flag(struct discord_writer *w, const char *key, bool value)
{
	member_begin(w, key);
	stoa_buf_add_text(w->to, value ? "true" : "false");
}

void
discord_raw(struct discord_writer *w, const char *key, struct stoa_str json)
{
	member_begin(w, key);
	stoa_buf_add_str(w->to, json);
}
