/* parse.c - from a typed line to a checked command (grammar in parse.h).
 *
 * A cursor goes once over the line. Whatever is refused is refused with the
 * place where it stands, for a caret under it. */
#include "bot/parse.h"

#include "bot/limits.h"
#include "bot/value.h"

/* Where one argument came from, to place a problem found in it later. */
struct source {
	size_t name_at, name_len;
	size_t value_at, value_len; /* quotes included */
	size_t inner_at;	    /* of the value's first character */
	bool is_exact; /* the value is a slice of the line: offsets hold */
};

struct parser {
	struct stoa_str line;
	size_t at;
	struct stoa_arena *arena;
	struct bot_problem *problem;
	const struct bot_command *row;
	Stoa__Chat__Command *command;
	Stoa__Chat__Option *options[BOT_OPTIONS_MAX];
	struct source sources[BOT_OPTIONS_MAX];
	size_t count;
};

/* A value as read: its characters and where they stood. */
struct token {
	struct stoa_str text;
	struct source source;
	bool is_bare;
};

#define DASHES_COUNT 2
static const struct stoa_str quote_open = {"\xe2\x80\x9c", 3};
static const struct stoa_str quote_close = {"\xe2\x80\x9d", 3};
static const struct stoa_str dashes[DASHES_COUNT] = {
    {"\xe2\x80\x93", 3}, /* en dash */
    {"\xe2\x80\x94", 3}, /* em dash */
};

static struct stoa_str
rest_get(const struct parser *p)
{
	return stoa_str_from(p->line, p->at);
}

static bool
is_at_end(const struct parser *p)
{
	return p->at == p->line.len;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
skip_space(struct parser *p)
{
	while (!is_at_end(p) && is_space(p->line.data[p->at])) {
		p->at++;
	}
}

static bool
refuse(struct parser *p, const char *code, size_t offset, size_t len,
    const char *text, const char *fix)
{
	return bot_problem_fill(p->problem, p->arena,
	    &(struct bot_problem){
		.code = code,
		.fix = fix,
		.offset = offset,
		.len = len,
	    },
	    "%s", text);
}

/* ---- the line as a whole ---- */

static bool
check_line(struct parser *p)
{
	if (p->line.len > BOT_LINE_LEN_MAX) {
		return bot_problem_fill(p->problem, p->arena,
		    &(struct bot_problem){
			.code = "too_long",
			.limit = "8192 bytes",
			.fix = "shorten it, or give long input as a file",
		    },
		    "the command is too long");
	}
	for (size_t i = 0; i < p->line.len;) {
		size_t step = stoa_str_utf8_len(stoa_str_from(p->line, i));
		unsigned char c = (unsigned char)p->line.data[i];

		if (step == 0 || (c < 0x20 && !is_space((char)c)) ||
		    c == 0x7f) {
			return refuse(p, "not_text", i, 1,
			    "the command holds bytes that are no text",
			    "type it instead of pasting it");
		}
		i += step;
	}
	return true;
}

STOA_STATIC_ASSERT(BOT_LINE_LEN_MAX == 8192, "the limit's text says so");

/* ---- names ---- */

static bool
is_name_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static size_t
name_len_at(const struct parser *p, size_t at)
{
	size_t len = 0;

	while (at + len < p->line.len &&
	       is_name_character(p->line.data[at + len])) {
		len++;
	}
	return len;
}

/* Lower-case copy with "-" as "_": --max-spend is max_spend. */
static struct stoa_str
name_take(struct parser *p, size_t len)
{
	char *name = stoa_arena_str(
	    p->arena, stoa_str_of_bytes(p->line.data + p->at, len));

	p->at += len;
	if (name == NULL) {
		return STOA_STR("");
	}
	for (size_t i = 0; i < len; i++) {
		if (name[i] >= 'A' && name[i] <= 'Z') {
			name[i] = (char)(name[i] - 'A' + 'a');
		} else if (name[i] == '-') {
			name[i] = '_';
		}
	}
	return (struct stoa_str){name, len};
}

/* The validator has the words for an unknown command. */
static bool
refuse_path(struct parser *p, size_t offset, size_t len)
{
	const struct bot_command *row;
	bool ok = bot_validate(p->command, p->arena, &row, p->problem);

	stoa_assert(!ok);
	p->problem->offset = offset;
	p->problem->len = len;
	return false;
}

static bool
take_command(struct parser *p)
{
	size_t at, len;
	struct stoa_str name;

	skip_space(p);
	if (is_at_end(p)) {
		return refuse(p, "empty", p->at, 0, "there is no command",
		    "see /help for all commands");
	}
	if (p->line.data[p->at] != '/') {
		return refuse(p, "no_slash", p->at, 1,
		    "a command begins with a slash", "write it like /help");
	}
	p->at++;
	at = p->at;
	len = name_len_at(p, at);
	name = name_take(p, len);
	p->command->path = (char *)name.data;
	if (!is_at_end(p) && p->line.data[p->at] == '@') {
		/* In a group Telegram names the bot that is meant. */
		p->at++;
		p->at += name_len_at(p, p->at);
	}
	p->row = bot_command_find(name);
	if (p->row == NULL) {
		return refuse_path(p, at - 1, len + 1);
	}
	if (!is_at_end(p) && !is_space(p->line.data[p->at])) {
		return refuse(p, "syntax", p->at, 1,
		    "a space must follow the command's name",
		    "part the options with spaces");
	}
	return true;
}

/* ---- values ---- */

static void
token_end(struct parser *p, struct token *t, size_t begin)
{
	t->source.value_at = begin;
	t->source.value_len = p->at - begin;
}

static bool
check_after_value(struct parser *p)
{
	if (is_at_end(p) || is_space(p->line.data[p->at])) {
		return true;
	}
	return refuse(p, "syntax", p->at, 1,
	    "a space must follow the closing quote or bracket",
	    "part the options with spaces; a quote inside quotes is \\\"");
}

/* Length of the quote character at the cursor that ends a double-quoted
 * value, or 0. */
static size_t
closing_quote(const struct parser *p, bool is_curly)
{
	if (!is_curly) {
		return p->line.data[p->at] == '"' ? 1 : 0;
	}
	return stoa_str_has_prefix(rest_get(p), quote_close) ? 3 : 0;
}

static char
escaped_byte(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case '"':
	case '\\':
		return c;
	default:
		return '\0'; /* no escape: the backslash stands for itself */
	}
}

static bool
take_double_quoted(struct parser *p, struct token *t, size_t quote_len)
{
	size_t begin = p->at, len = 0;
	char *text = stoa_arena_alloc(p->arena, p->line.len - begin + 1);

	if (text == NULL) {
		return refuse(p, "too_large", begin, 1,
		    "the command needs more memory than one may have",
		    "give less at once");
	}
	p->at += quote_len;
	t->source.inner_at = p->at;
	t->source.is_exact = true;
	while (!is_at_end(p)) {
		size_t closing = closing_quote(p, quote_len > 1);
		char c = p->line.data[p->at];

		if (closing > 0) {
			p->at += closing;
			t->text = (struct stoa_str){text, len};
			token_end(p, t, begin);
			return check_after_value(p);
		}
		if (c == '\\' && p->at + 1 < p->line.len &&
		    escaped_byte(p->line.data[p->at + 1]) != '\0') {
			c = escaped_byte(p->line.data[p->at + 1]);
			t->source.is_exact = false;
			p->at++;
		}
		text[len++] = c;
		p->at++;
	}
	return refuse(p, "open_quote", begin, quote_len,
	    "this quote is never closed", "close it with \"");
}

static bool
take_single_quoted(struct parser *p, struct token *t)
{
	size_t begin = p->at;

	p->at++;
	t->source.inner_at = p->at;
	t->source.is_exact = true;
	while (!is_at_end(p) && p->line.data[p->at] != '\'') {
		p->at++;
	}
	if (is_at_end(p)) {
		return refuse(p, "open_quote", begin, 1,
		    "this quote is never closed", "close it with '");
	}
	t->text =
	    (struct stoa_str){p->line.data + begin + 1, p->at - begin - 1};
	p->at++;
	token_end(p, t, begin);
	return check_after_value(p);
}

/* To the bracket that closes the first one. Only finds the end: whether it is
 * JSON is asked later, with a better message than could be given here. */
static bool
take_bracketed(struct parser *p, struct token *t)
{
	size_t begin = p->at, depth = 0;
	bool is_in_string = false;

	t->source.inner_at = begin;
	t->source.is_exact = true;
	for (; !is_at_end(p); p->at++) {
		char c = p->line.data[p->at];

		if (is_in_string) {
			if (c == '\\' && p->at + 1 < p->line.len) {
				p->at++;
			} else if (c == '"') {
				is_in_string = false;
			}
		} else if (c == '"') {
			is_in_string = true;
		} else if (c == '{' || c == '[') {
			depth++;
		} else if ((c == '}' || c == ']') && --depth == 0) {
			p->at++;
			t->text = (struct stoa_str){
			    p->line.data + begin, p->at - begin};
			token_end(p, t, begin);
			return check_after_value(p);
		}
	}
	return refuse(p, is_in_string ? "open_quote" : "open_bracket", begin, 1,
	    is_in_string ? "a quote inside these brackets is never closed"
			 : "this bracket is never closed",
	    "write it like {\"epochs\": 10, \"batch_size\": 32}");
}

static void
take_bare(struct parser *p, struct token *t)
{
	size_t begin = p->at;

	while (!is_at_end(p) && !is_space(p->line.data[p->at])) {
		p->at++;
	}
	t->text = (struct stoa_str){p->line.data + begin, p->at - begin};
	t->source.inner_at = begin;
	t->source.is_exact = true;
	t->is_bare = true;
	token_end(p, t, begin);
}

/* The cursor stands on the value's first character. */
static bool
take_value(struct parser *p, struct token *t)
{
	switch (p->line.data[p->at]) {
	case '"':
		return take_double_quoted(p, t, 1);
	case '\'':
		return take_single_quoted(p, t);
	case '{':
	case '[':
		return take_bracketed(p, t);
	default:
		if (stoa_str_has_prefix(rest_get(p), quote_open)) {
			return take_double_quoted(p, t, quote_open.len);
		}
		take_bare(p, t);
		return true;
	}
}

/* ---- options ---- */

/* Moves a problem found in a value to where that value stands. */
static void
problem_place(struct bot_problem *problem, const struct source *s)
{
	if (problem->len == 0 || !s->is_exact) {
		problem->offset = s->value_at;
		problem->len = s->value_len > 0 ? s->value_len : 1;
	} else {
		problem->offset += s->inner_at;
	}
}

static bool
option_add(
    struct parser *p, const struct bot_option *row, const struct token *t)
{
	Stoa__Chat__Option *option;

	for (size_t i = 0; i < p->count; i++) {
		if (strcmp(p->options[i]->name, row->name) == 0) {
			return bot_problem_fill(p->problem, p->arena,
			    &(struct bot_problem){
				.code = "option_twice",
				.field = row->name,
				.limit = "once",
				.fix = "leave one of them away",
				.offset = t->source.name_at,
				.len = t->source.name_len,
			    },
			    "%s is given twice", row->name);
		}
	}
	stoa_assert(p->count < BOT_OPTIONS_MAX);
	option = stoa_arena_alloc(p->arena, sizeof(*option));
	if (option == NULL) {
		return refuse(p, "too_large", 0, 0,
		    "the command needs more memory than one may have",
		    "give less at once");
	}
	if (!bot_value_parse(row, t->text, p->arena, option, p->problem)) {
		problem_place(p->problem, &t->source);
		return false;
	}
	p->options[p->count] = option;
	p->sources[p->count] = t->source;
	if (row->type == BOT_JSON) { /* its leading space is not kept */
		p->sources[p->count].inner_at +=
		    (size_t)(stoa_str_trim(t->text).data - t->text.data);
	}
	p->count++;
	return true;
}

/* The option `name` that stood at name_at; NULL after refusing it. */
static const struct bot_option *
option_named(struct parser *p, struct stoa_str name, size_t name_at)
{
	const struct bot_option *row = bot_option_find(p->row, name);
	Stoa__Chat__Command probe = STOA__CHAT__COMMAND__INIT;
	Stoa__Chat__Option unknown = STOA__CHAT__OPTION__INIT;
	Stoa__Chat__Option *options[] = {&unknown};
	const struct bot_command *ignored;
	bool ok;

	if (row != NULL) {
		return row;
	}
	/* The validator has the words for it. */
	unknown.name = (char *)name.data;
	probe.path = p->command->path;
	probe.options = options;
	probe.n_options = 1;
	ok = bot_validate(&probe, p->arena, &ignored, p->problem);
	stoa_assert(!ok);
	p->problem->offset = name_at;
	return NULL;
}

static bool
refuse_no_value(struct parser *p, const struct bot_option *row, size_t name_at)
{
	return bot_problem_fill(p->problem, p->arena,
	    &(struct bot_problem){
		.code = "missing_value",
		.field = row->name,
		.limit = bot_value_limit(row, p->arena),
		.fix = "write the value right after the colon",
		.offset = name_at,
		.len = p->line.len - name_at,
	    },
	    "%s has no value", row->name);
}

/* key ":" value; the cursor stands on the key. */
static bool
take_keyed(struct parser *p, size_t key_len)
{
	size_t name_at = p->at;
	struct stoa_str name = name_take(p, key_len);
	const struct bot_option *row = option_named(p, name, name_at);
	struct token t = {0};

	if (row == NULL) {
		return false;
	}
	p->at++; /* the colon */
	skip_space(p);
	if (is_at_end(p)) {
		return refuse_no_value(p, row, name_at);
	}
	t.source.name_at = name_at;
	t.source.name_len = key_len;
	return take_value(p, &t) && option_add(p, row, &t);
}

/* Whether the next word answers a true-or-false option. */
static bool
is_flag_word_next(struct parser *p)
{
	static const char *const words[] = {
	    "true", "false", "yes", "no", "on", "off"};
	struct parser look = *p;
	struct token t = {0};

	skip_space(&look);
	take_bare(&look, &t);
	for (size_t i = 0; i < STOA_COUNT(words); i++) {
		if (stoa_str_is_equal(t.text, stoa_str_of(words[i]))) {
			return true;
		}
	}
	return false;
}

/* "--" key; the cursor stands after the dashes. */
static bool
take_dashed(struct parser *p)
{
	size_t name_at = p->at, key_len = name_len_at(p, p->at);
	struct stoa_str name = name_take(p, key_len);
	const struct bot_option *row = option_named(p, name, name_at);
	struct token t = {
	    .source.name_at = name_at,
	    .source.name_len = key_len,
	};

	if (row == NULL) {
		return false;
	}
	if (!is_at_end(p) && p->line.data[p->at] == '=') {
		p->at++;
	} else if (row->type == BOT_FLAG && !is_flag_word_next(p)) {
		t.text = STOA_STR("true");
		t.source.value_at = name_at;
		t.source.value_len = key_len;
		return option_add(p, row, &t);
	} else {
		skip_space(p);
	}
	if (is_at_end(p)) {
		return refuse_no_value(p, row, name_at);
	}
	return take_value(p, &t) && option_add(p, row, &t);
}

static bool
refuse_word(struct parser *p, const struct token *t)
{
	const char *given = bot_problem_excerpt(p->arena, t->text);
	const char *fix = "give every value a name, such as name:value";

	if (p->count > 0 && p->options[p->count - 1]->value_case ==
				STOA__CHAT__OPTION__VALUE_TEXT) {
		Stoa__Chat__Option *last = p->options[p->count - 1];

		fix = stoa_arena_printf(p->arena,
		    "put text with spaces in quotes: %s:\"%s %s\"", last->name,
		    bot_problem_excerpt(p->arena, stoa_str_of(last->text)),
		    given);
	}
	return bot_problem_fill(p->problem, p->arena,
	    &(struct bot_problem){
		.code = "unexpected_word",
		.given = given,
		.fix = fix,
		.offset = t->source.value_at,
		.len = t->source.value_len,
	    },
	    "it is not clear what %s belongs to", given);
}

static bool
take_positional(struct parser *p)
{
	const struct bot_option *sole = bot_option_sole(p->row);
	struct token t = {0};

	if (!take_value(p, &t)) {
		return false;
	}
	t.source.name_at = t.source.value_at;
	t.source.name_len = t.source.value_len;
	for (size_t i = 0; sole != NULL && i < p->count; i++) {
		if (strcmp(p->options[i]->name, sole->name) == 0) {
			sole = NULL;
		}
	}
	if (sole == NULL) {
		return refuse_word(p, &t);
	}
	return option_add(p, sole, &t);
}

/* Length of the dashes at the cursor that begin an option's name, or 0. */
static size_t
dashes_len(const struct parser *p)
{
	struct stoa_str rest = rest_get(p);
	size_t len = stoa_str_has_prefix(rest, STOA_STR("--")) ? 2 : 0;

	for (size_t i = 0; i < DASHES_COUNT; i++) {
		if (stoa_str_has_prefix(rest, dashes[i])) {
			len = dashes[i].len;
		}
	}
	return len > 0 && name_len_at(p, p->at + len) > 0 ? len : 0;
}

static bool
take_option(struct parser *p)
{
	size_t dash_len = dashes_len(p);
	size_t key_len = name_len_at(p, p->at);

	if (dash_len > 0) {
		p->at += dash_len;
		return take_dashed(p);
	}
	if (key_len > 0 && p->at + key_len < p->line.len &&
	    p->line.data[p->at + key_len] == ':') {
		return take_keyed(p, key_len);
	}
	return take_positional(p);
}

/* ---- all of it ---- */

/* The validator names an option; finds where it was typed. */
static void
problem_find_place(struct parser *p)
{
	for (size_t i = 0; i < p->count; i++) {
		if (strcmp(p->options[i]->name, p->problem->field) == 0) {
			problem_place(p->problem, &p->sources[i]);
			return;
		}
	}
	p->problem->offset = p->line.len; /* what is missing goes here */
	p->problem->len = 1;
}

static bool
take_all(struct parser *p)
{
	if (!check_line(p) || !take_command(p)) {
		return false;
	}
	for (skip_space(p); !is_at_end(p); skip_space(p)) {
		if (!take_option(p)) {
			return false;
		}
	}
	p->command->n_options = p->count;
	p->command->options = stoa_arena_dup(
	    p->arena, p->options, p->count * sizeof(p->options[0]));
	p->command->raw = stoa_arena_str(p->arena, p->line);
	if (p->arena->is_overflown) {
		return refuse(p, "too_large", 0, 0,
		    "the command needs more memory than one may have",
		    "give less at once");
	}
	if (!bot_validate(p->command, p->arena, &p->row, p->problem)) {
		problem_find_place(p);
		return false;
	}
	return true;
}

bool
bot_parse(struct stoa_str line, struct stoa_arena *arena,
    Stoa__Chat__Command **ret_command, struct bot_problem *ret_problem)
{
	struct parser p = {
	    .line = line,
	    .arena = arena,
	    .problem = ret_problem,
	    .command = stoa_arena_alloc(arena, sizeof(*p.command)),
	};

	if (p.command == NULL) {
		return refuse(&p, "too_large", 0, 0,
		    "the command needs more memory than one may have",
		    "give less at once");
	}
	stoa__chat__command__init(p.command);
	if (!take_all(&p)) {
		/* A form can ask for the rest. */
		if (strcmp(ret_problem->code, "missing_option") == 0) {
			*ret_command = p.command;
		}
		return false;
	}
	*ret_command = p.command;
	return true;
}
