/* words.c - numbers with their units, strangers' text made harmless. */
#include "bot/words.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/money.h"
#include "base/time.h"
#include "bot/limits.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

const char *
bot_words_print(struct stoa_arena *arena, const char *format, ...)
{
	/* Longer than any limit of a card's parts. */
	char text[BOT_CARD_TEXT_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return or_empty(stoa_arena_str(arena, stoa_str_of(text)));
}

/* Adds the first character of `text`, or what stands for it. */
static void
character_add(struct stoa_buf *b, struct stoa_str text, size_t len)
{
	unsigned char c = (unsigned char)text.data[0];

	if (len == 0) {
		stoa_buf_add_text(b, "\xef\xbf\xbd");
	} else if (len == 1 && (c < 0x20 || c == 0x7f)) {
		stoa_buf_add_byte(b, ' ');
	} else {
		stoa_buf_add(b, text.data, len);
	}
}

const char *
bot_words_excerpt(
    struct stoa_arena *arena, struct stoa_str text, size_t len_max)
{
	struct stoa_buf b;
	const char *copy;
	size_t fitting = 0; /* what may stay in front of "..." */

	stoa_assert(len_max >= 4);
	stoa_buf_init(&b, len_max + 8);
	while (text.len > 0 && b.len <= len_max) {
		size_t len = stoa_str_utf8_len(text);

		if (b.len <= len_max - 3) {
			fitting = b.len;
		}
		character_add(&b, text, len);
		text = stoa_str_from(text, len == 0 ? 1 : len);
	}
	if (b.len > len_max || text.len > 0) {
		b.len = fitting;
		stoa_buf_add_text(&b, "...");
	}
	copy = or_empty(stoa_arena_str(arena, stoa_buf_str(&b)));
	stoa_buf_fini(&b);
	return copy;
}

const char *
bot_words_member(const char *member)
{
	if (strcmp(member, "@governance") == 0) {
		return "the community, by a vote";
	}
	return strcmp(member, "@treasury") == 0 ? "the treasury" : member;
}

const char *
bot_words_joy(struct stoa_arena *arena, int64_t micro)
{
	char text[STOA_MONEY_TEXT_SIZE];

	stoa_money_print((struct stoa_money){micro}, text);
	return bot_words_print(arena, "%s Joy", text);
}

const char *
bot_words_size(struct stoa_arena *arena, uint64_t bytes)
{
	static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
	uint64_t unit = 1000;
	size_t i = 0;

	if (bytes < 1000) {
		return bot_words_print(arena, "%" PRIu64 " B", bytes);
	}
	while (i + 1 < STOA_COUNT(units) && bytes / unit >= 1000) {
		unit *= 1000;
		i++;
	}
	/* Rounded down: nothing looks larger than it is. */
	return bot_words_print(arena, "%" PRIu64 ".%" PRIu64 " %s",
	    bytes / unit, bytes % unit / (unit / 10), units[i]);
}

const char *
bot_words_duration(struct stoa_arena *arena, int64_t us)
{
	int64_t s = us < 0 ? 0 : us / STOA_US_PER_S;

	if (us < STOA_US_PER_S) {
		return bot_words_print(
		    arena, "%" PRId64 " ms", us < 0 ? 0 : us / STOA_US_PER_MS);
	}
	if (s < 60) {
		return bot_words_print(arena, "%" PRId64 " s", s);
	}
	if (s < 3600) {
		return bot_words_print(
		    arena, "%" PRId64 " min %" PRId64 " s", s / 60, s % 60);
	}
	if (s < 86400) {
		return bot_words_print(arena, "%" PRId64 " h %" PRId64 " min",
		    s / 3600, s % 3600 / 60);
	}
	return bot_words_print(
	    arena, "%" PRId64 " d %" PRId64 " h", s / 86400, s % 86400 / 3600);
}

const char *
bot_words_time(struct stoa_arena *arena, int64_t wall_us)
{
	char text[STOA_WALL_TEXT_SIZE];

	stoa_wall_print((struct stoa_wall){wall_us}, text);
	/* "2026-01-31T12:00:00.000Z" to "2026-01-31 12:00 UTC" */
	return bot_words_print(arena, "%.10s %.5s UTC", text, text + 11);
}
