/* answer.c - what is sent to an interaction's callback. */
#include "discord/draft.h"

#include "base/check.h"

#include <stdio.h>

#define FLAG_EPHEMERAL 64

#define ANSWER_MESSAGE 4
#define ANSWER_LATER   5
#define ANSWER_NOTHING 6
#define ANSWER_EDIT    7
#define ANSWER_CHOICES 8
#define ANSWER_FORM    9

static struct stoa_str
finish(struct stoa_arena *arena, struct stoa_buf *b)
{
	char *copy;

	stoa_assert(!b->is_overflown);
	copy = stoa_arena_str(arena, stoa_buf_str(b));
	if (copy == NULL || arena->is_overflown) {
		return STOA_STR("");
	}
	return (struct stoa_str){copy, b->len};
}

static struct stoa_str
wrap(struct stoa_arena *arena, int type, struct stoa_str data)
{
	struct stoa_buf b;
	struct discord_writer w = {.to = &b};
	struct stoa_str answer;

	stoa_buf_init(&b, DISCORD_BODY_MAX + 64);
	discord_open(&w, NULL, '{');
	discord_number(&w, "type", type);
	if (data.len > 0) {
		discord_raw(&w, "data", data);
	}
	discord_close(&w, '}');
	answer = finish(arena, &b);
	stoa_buf_fini(&b);
	return answer;
}

struct stoa_str
discord_answer_message(
    struct stoa_arena *arena, const struct discord_rendered *body)
{
	return wrap(arena, ANSWER_MESSAGE, body->json);
}

struct stoa_str
discord_answer_later(struct stoa_arena *arena, bool is_ephemeral)
{
	char data[32];

	/* No other flag is allowed here; components v2 come with the edit. */
	(void)snprintf(data, sizeof(data), "{\"flags\":%d}", FLAG_EPHEMERAL);
	return wrap(arena, ANSWER_LATER,
	    is_ephemeral ? stoa_str_of(data) : STOA_STR(""));
}

struct stoa_str
discord_answer_nothing(struct stoa_arena *arena)
{
	return wrap(arena, ANSWER_NOTHING, STOA_STR(""));
}

struct stoa_str
discord_answer_edit(
    struct stoa_arena *arena, const struct discord_rendered *body)
{
	return wrap(arena, ANSWER_EDIT, body->json);
}

struct stoa_str
discord_answer_form(
    struct stoa_arena *arena, const struct discord_rendered *form)
{
	stoa_assert(form->json.len > 0);
	return wrap(arena, ANSWER_FORM, form->json);
}

static bool
is_offered(const struct discord_choice *choices, size_t i)
{
	struct stoa_str value = choices[i].value;

	if (!discord_is_exact(value, DISCORD_CHOICE_MAX)) {
		return false;
	}
	for (size_t j = 0; j < i; j++) {
		if (stoa_str_is_equal(choices[j].value, value)) {
			return false;
		}
	}
	return true;
}

struct stoa_str
discord_answer_choices(struct stoa_arena *arena,
    const struct discord_choice *choices, size_t count)
{
	struct stoa_buf b;
	struct discord_writer w = {.to = &b};
	struct stoa_str answer;

	stoa_buf_init(&b, DISCORD_BODY_MAX);
	discord_open(&w, NULL, '{');
	discord_open(&w, "choices", '[');
	for (size_t i = 0, shown = 0; i < count && shown < DISCORD_CHOICES_MAX;
	     i++) {
		struct stoa_str name = choices[i].name;

		if (!is_offered(choices, i)) {
			continue;
		}
		if (discord_is_blank(name)) {
			name = choices[i].value;
		}
		discord_open(&w, NULL, '{');
		discord_text(&w, "name",
		    discord_text_bare(arena, name, DISCORD_CHOICE_MAX, NULL));
		discord_str(&w, "value", choices[i].value);
		discord_close(&w, '}');
		shown++;
	}
	discord_close(&w, ']');
	discord_close(&w, '}');
	answer = wrap(arena, ANSWER_CHOICES, stoa_buf_str(&b));
	stoa_buf_fini(&b);
	return answer;
}
