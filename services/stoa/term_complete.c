/* term_complete.c - the word under the cursor and what it may become.
 *
 * A line that is still being typed is not yet in the parser's grammar (quotes
 * and brackets are open), so this looks at it loosely: where does the last
 * word begin, and which options stand before it. */
#include "stoa/term_complete.h"

#include "base/check.h"

/* ---- candidates ---- */

static void
candidate_add(struct term_completion *c, const char *text, const char *note)
{
	if (c->count == TERM_CANDIDATES_MAX) {
		c->is_cut = true;
	} else if (text != NULL && note != NULL) {
		c->candidates[c->count++] = (struct term_candidate){text, note};
	}
}

/* Whether a value can stand in a line without quotes. */
static bool
is_plain(struct stoa_str value)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.data[i];

		if (c <= 0x20 || c == 0x7f || c == '"' || c == '\'' ||
		    c == '\\') {
			return false;
		}
	}
	return value.len > 0;
}

void
term_offer(struct term_completion *c, const char *value, const char *note)
{
	struct stoa_str text = stoa_str_of(value);

	if (!stoa_str_has_prefix(text, c->word) || !is_plain(text)) {
		return; /* a value with spaces is typed in quotes */
	}
	candidate_add(c, stoa_arena_str(c->arena, text),
	    stoa_arena_str(c->arena, stoa_str_of(note)));
}

static void
offer_word(struct term_completion *c, const char *before, const char *name,
    const char *after, const char *note)
{
	const char *text =
	    stoa_arena_printf(c->arena, "%s%s%s", before, name, after);

	if (text != NULL && stoa_str_has_prefix(stoa_str_of(text), c->word)) {
		candidate_add(c, text, note);
	}
}

/* ---- the line so far ---- */

/* Where the last word before the end begins; quotes and brackets hold words
 * together. */
static size_t
word_start(struct stoa_str line)
{
	size_t start = 0, depth = 0;
	char quote = '\0';

	for (size_t i = 0; i < line.len; i++) {
		char c = line.data[i];

		if (quote != '\0') {
			if (c == '\\' && quote == '"') {
				i++;
			} else if (c == quote) {
				quote = '\0';
			}
		} else if (c == '"' || (c == '\'' && depth == 0)) {
			quote = c;
		} else if (c == '{' || c == '[') {
			depth++;
		} else if ((c == '}' || c == ']') && depth > 0) {
			depth--;
		} else if ((c == ' ' || c == '\t') && depth == 0) {
			start = i + 1;
		}
	}
	return start;
}

/* The command of the line, and what stands after its name. */
static const struct bot_command *
command_of(struct stoa_str line, struct stoa_str *ret_rest)
{
	struct stoa_str name;

	line = stoa_str_trim(line);
	if (line.len == 0 || line.data[0] != '/') {
		return NULL;
	}
	line = stoa_str_from(line, 1);
	name = stoa_str_cut(&line, ' ');
	*ret_rest = line;
	return bot_command_find(name);
}

/* The option a word names: "id:x" and "--id=x"; cuts the name off `*word`. */
static const struct bot_option *
option_of(const struct bot_command *command, struct stoa_str *word)
{
	bool is_dashed = stoa_str_has_prefix(*word, STOA_STR("--"));
	struct stoa_str rest = stoa_str_from(*word, is_dashed ? 2 : 0);
	struct stoa_str name = stoa_str_cut(&rest, is_dashed ? '=' : ':');
	const struct bot_option *option;

	if (rest.data == NULL || name.data + name.len == rest.data) {
		return NULL; /* no separator: not a name yet */
	}
	option = bot_option_find(command, name);
	if (option != NULL) {
		*word = rest;
	}
	return option;
}

/* The option of "--id", whose value is the next word; NULL for other words. */
static const struct bot_option *
option_of_dashes(const struct bot_command *command, struct stoa_str word)
{
	return stoa_str_has_prefix(word, STOA_STR("--"))
		   ? bot_option_find(command, stoa_str_from(word, 2))
		   : NULL;
}

/* The one before the last word of `head`, if the cursor's word is its value. */
static const struct bot_option *
option_before(const struct bot_command *command, struct stoa_str head)
{
	const struct bot_option *option;

	head = stoa_str_trim(head);
	option =
	    option_of_dashes(command, stoa_str_from(head, word_start(head)));
	return option != NULL && option->type != BOT_FLAG ? option : NULL;
}

/* Which options the words of `rest` have given, a bit each; a word without a
 * name counts for the sole option. */
static uint32_t
options_given(const struct bot_command *command, struct stoa_str rest)
{
	const struct bot_option *sole = bot_option_sole(command);
	uint32_t given = 0;

	while (rest.len > 0) {
		struct stoa_str word = rest;
		const struct bot_option *option;
		size_t start = word_start(word);

		/* Words from the last to the first. */
		word = stoa_str_from(rest, start);
		rest.len = start > 0 ? start - 1 : 0;
		if (word.len == 0) {
			continue;
		}
		option = option_of_dashes(command, word);
		option = option == NULL ? option_of(command, &word) : option;
		option = option == NULL ? sole : option;
		if (option != NULL) {
			given |= UINT32_C(1) << (option - command->options);
		}
	}
	return given;
}

/* ---- completing ---- */

static void
complete_command(struct term_completion *c)
{
	for (size_t i = 0; i < BOT_VERB_COUNT; i++) {
		const struct bot_command *command =
		    bot_command_get((enum bot_verb)i);
		bool is_whole = command->options[0].name == NULL;

		offer_word(
		    c, "/", command->name, is_whole ? "" : " ", command->text);
	}
}

static void
complete_command_name(struct term_completion *c)
{
	for (size_t i = 0; i < BOT_VERB_COUNT; i++) {
		const struct bot_command *command =
		    bot_command_get((enum bot_verb)i);

		term_offer(c, command->name, command->text);
	}
}

static void
complete_value(struct term_completion *c, const struct bot_option *option,
    term_values values, void *owner)
{
	if (option->type == BOT_FLAG) {
		term_offer(c, "true", option->text);
		term_offer(c, "false", "");
	} else if (option->type == BOT_CHOICE) {
		for (size_t i = 0; option->choices[i] != NULL; i++) {
			term_offer(c, option->choices[i], "");
		}
	} else if (option->source == BOT_SOURCE_COMMANDS) {
		complete_command_name(c);
	} else if (option->source != BOT_SOURCE_NONE && values != NULL) {
		values(owner, option->source, c->word, c);
	}
}

static void
complete_option(struct term_completion *c, const struct bot_command *command,
    uint32_t given)
{
	bool is_dashed = stoa_str_has_prefix(c->word, STOA_STR("--"));

	for (const struct bot_option *o = command->options; o->name != NULL;
	     o++) {
		if ((given >> (o - command->options) & 1) != 0) {
			continue;
		}
		offer_word(c, is_dashed ? "--" : "", o->name,
		    is_dashed ? "=" : ":", o->text);
	}
}

void
term_complete(struct stoa_str line, size_t cursor, term_values values,
    void *owner, struct stoa_arena *arena, struct term_completion *ret_c)
{
	struct stoa_str head = {line.data, cursor}, rest = {0};
	const struct bot_command *command;
	const struct bot_option *option, *sole;
	uint32_t given;

	stoa_assert(cursor <= line.len);
	*ret_c = (struct term_completion){
	    .from = word_start(head),
	    .arena = arena,
	};
	ret_c->word = stoa_str_from(head, ret_c->from);
	head.len = ret_c->from;
	if (stoa_str_trim(head).len == 0) {
		complete_command(ret_c);
		return;
	}
	command = command_of(head, &rest);
	if (command == NULL) {
		return;
	}
	given = options_given(command, rest);
	option = option_of(command, &ret_c->word);
	option = option == NULL ? option_before(command, head) : option;
	if (option != NULL) {
		ret_c->from = cursor - ret_c->word.len;
		complete_value(ret_c, option, values, owner);
		return;
	}
	sole = bot_option_sole(command);
	if (sole != NULL && (given >> (sole - command->options) & 1) == 0) {
		complete_value(ret_c, sole, values, owner);
	}
	complete_option(ret_c, command, given);
}

struct stoa_str
term_common(const struct term_completion *c)
{
	struct stoa_str common =
	    stoa_str_of(c->count == 0 ? "" : c->candidates[0].text);

	for (size_t i = 1; i < c->count; i++) {
		struct stoa_str text = stoa_str_of(c->candidates[i].text);
		size_t len = 0;

		while (len < common.len && len < text.len &&
		       common.data[len] == text.data[len]) {
			len++;
		}
		common.len = len;
	}
	while (common.len > 0 && !stoa_str_is_utf8(common)) {
		common.len--;
	}
	return common;
}

void
term_hint(struct stoa_buf *b, struct stoa_str line)
{
	struct stoa_str rest = {0};
	const struct bot_command *command = command_of(line, &rest);
	uint32_t given;

	if (command == NULL) {
		return;
	}
	given = options_given(command, rest);
	for (const struct bot_option *o = command->options;
	     o->name != NULL && o->is_required; o++) {
		if ((given >> (o - command->options) & 1) == 0) {
			stoa_buf_printf(
			    b, " %s:<%s>", o->name, bot_type_name(o->type));
		}
	}
}
