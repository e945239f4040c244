/* validate.c - a whole command against its row, and back to text. */
#include "bot/parse.h"

#include "bot/limits.h"
#include "bot/value.h"
#include "bot/words.h"

static bool
refuse_command(struct stoa_str name, struct stoa_arena *arena,
    struct bot_problem *ret_problem)
{
	const char *near = bot_command_suggest(name);
	const char *given = bot_problem_excerpt(arena, name);

	return bot_problem_fill(ret_problem, arena,
	    &(struct bot_problem){
		.code = "unknown_command",
		.given = given,
		.fix = near == NULL
			   ? "see /help for all commands"
			   : bot_words_print(arena, "did you mean /%s?", near),
		.len = name.len,
	    },
	    "there is no command /%s", given);
}

static bool
refuse_option(const struct bot_command *row, struct stoa_str name,
    struct stoa_arena *arena, struct bot_problem *ret_problem)
{
	const char *near = bot_option_suggest(row, name);
	const char *given = bot_problem_excerpt(arena, name);

	return bot_problem_fill(ret_problem, arena,
	    &(struct bot_problem){
		.code = "unknown_option",
		.field = given,
		.given = given,
		.fix =
		    near == NULL
			? stoa_arena_printf(arena,
			      "see /help command:%s for its options", row->name)
			: stoa_arena_printf(arena, "did you mean %s:?", near),
		.len = name.len,
	    },
	    "/%s has no option %s", row->name, given);
}

static bool
refuse_twice(const struct bot_option *option, struct stoa_arena *arena,
    struct bot_problem *ret_problem)
{
	return bot_problem_fill(ret_problem, arena,
	    &(struct bot_problem){
		.code = "option_twice",
		.field = option->name,
		.limit = "once",
		.fix =
		    bot_words_print(arena, "leave one %s: away", option->name),
		.len = strlen(option->name),
	    },
	    "%s is given twice", option->name);
}

static bool
refuse_missing(const struct bot_command *row, const struct bot_option *option,
    struct stoa_arena *arena, struct bot_problem *ret_problem)
{
	return bot_problem_fill(ret_problem, arena,
	    &(struct bot_problem){
		.code = "missing_option",
		.field = option->name,
		.limit = bot_value_limit(option, arena),
		.fix = bot_words_print(arena, "add %s:<%s>, for example %s",
		    option->name, bot_type_name(option->type),
		    row->examples[0]),
	    },
	    "/%s needs %s: %s", row->name, option->name, option->text);
}

static bool
options_check(const Stoa__Chat__Command *command, const struct bot_command *row,
    struct stoa_arena *arena, struct bot_problem *ret_problem)
{
	uint32_t seen = 0;

	STOA_STATIC_ASSERT(BOT_OPTIONS_MAX <= 32, "one bit per option");
	for (size_t i = 0; i < command->n_options; i++) {
		const Stoa__Chat__Option *value = command->options[i];
		struct stoa_str name = stoa_str_of(value->name);
		const struct bot_option *option = bot_option_find(row, name);
		uint32_t bit;

		if (option == NULL) {
			return refuse_option(row, name, arena, ret_problem);
		}
		bit = UINT32_C(1) << (option - row->options);
		if ((seen & bit) != 0) {
			return refuse_twice(option, arena, ret_problem);
		}
		seen |= bit;
		if (!bot_value_check(option, value, arena, ret_problem)) {
			return false;
		}
	}
	for (const struct bot_option *o = row->options;
	     o->name != NULL && o->is_required; o++) {
		if ((seen >> (o - row->options) & 1) == 0) {
			return refuse_missing(row, o, arena, ret_problem);
		}
	}
	return true;
}

bool
bot_validate(const Stoa__Chat__Command *command, struct stoa_arena *arena,
    const struct bot_command **ret_row, struct bot_problem *ret_problem)
{
	struct stoa_str path = stoa_str_of(command->path);

	*ret_row = bot_command_find(path);
	if (*ret_row == NULL) {
		return refuse_command(path, arena, ret_problem);
	}
	return options_check(command, *ret_row, arena, ret_problem);
}

/* Types that have no text of their own kind. */
static bool
is_other_than_text(enum bot_type type)
{
	return type == BOT_INTEGER || type == BOT_FLAG || type == BOT_AMOUNT ||
	       type == BOT_JSON || type == BOT_PERSON;
}

bool
bot_coerce(Stoa__Chat__Command *command, struct stoa_arena *arena,
    struct bot_problem *ret_problem)
{
	const struct bot_command *row =
	    bot_command_find(stoa_str_of(command->path));

	for (size_t i = 0; row != NULL && i < command->n_options; i++) {
		Stoa__Chat__Option *o = command->options[i], *read;
		const struct bot_option *option =
		    bot_option_find(row, stoa_str_of(o->name));

		if (option == NULL ||
		    o->value_case != STOA__CHAT__OPTION__VALUE_TEXT ||
		    !is_other_than_text(option->type)) {
			continue;
		}
		read = stoa_arena_alloc(arena, sizeof(*read));
		if (read == NULL) {
			return true; /* the full arena is noticed later */
		}
		stoa__chat__option__init(read);
		if (!bot_value_parse(option, stoa_str_of(o->text), arena, read,
			ret_problem)) {
			return false;
		}
		command->options[i] = read;
	}
	return true;
}

const Stoa__Chat__Option *
bot_argument(const Stoa__Chat__Command *command, const char *name)
{
	for (size_t i = 0; i < command->n_options; i++) {
		if (strcmp(command->options[i]->name, name) == 0) {
			return command->options[i];
		}
	}
	return NULL;
}

/* ---- to text ---- */

/* Whether the parser would read `text` back as it stands. */
static bool
is_plain(struct stoa_str text)
{
	if (text.len == 0 || memchr("\"'{[", text.data[0], 4) != NULL) {
		return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		/* Curly quotes and dashes begin with 0xe2. */
		if (c <= 0x20 || c == 0x7f || c == 0xe2) {
			return false;
		}
	}
	return true;
}

static void
quoted_print(struct stoa_buf *b, struct stoa_str text)
{
	stoa_buf_add_byte(b, '"');
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c == '"' || c == '\\') {
			stoa_buf_printf(b, "\\%c", c);
		} else if (c == '\n') {
			stoa_buf_add_text(b, "\\n");
		} else if (c == '\t') {
			stoa_buf_add_text(b, "\\t");
		} else {
			stoa_buf_add_byte(b, (uint8_t)c);
		}
	}
	stoa_buf_add_byte(b, '"');
}

void
bot_print(struct stoa_buf *b, const Stoa__Chat__Command *command)
{
	stoa_buf_printf(b, "/%s", command->path);
	for (size_t i = 0; i < command->n_options; i++) {
		const Stoa__Chat__Option *value = command->options[i];
		const char *text = bot_value_text(value);

		stoa_buf_printf(b, " %s:", value->name);
		if (value->value_case == STOA__CHAT__OPTION__VALUE_JSON ||
		    text == NULL || is_plain(stoa_str_of(text))) {
			bot_value_print(b, value);
		} else {
			quoted_print(b, stoa_str_of(text));
		}
	}
}
