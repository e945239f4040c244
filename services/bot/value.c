/* value.c - one option's value, for each type of the catalogue. */
#include "bot/value.h"

#include "base/json.h"
#include "base/money.h"
#include "bot/limits.h"
#include "bot/words.h"

#include <inttypes.h>

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

const char *
bot_value_limit(const struct bot_option *row, struct stoa_arena *arena)
{
	char least[STOA_MONEY_TEXT_SIZE], most[STOA_MONEY_TEXT_SIZE];
	struct stoa_buf b;
	const char *text;

	switch (row->type) {
	case BOT_TEXT:
	case BOT_PERSON:
	case BOT_FILE:
		return bot_words_print(arena,
		    "%" PRId64 " to %" PRId64 " bytes", row->min, row->max);
	case BOT_JSON:
		return bot_words_print(arena,
		    "a JSON object of at most %" PRId64 " bytes", row->max);
	case BOT_CID:
		return "a CID: letters and digits, such as bafybei...";
	case BOT_INTEGER:
		return bot_words_print(
		    arena, "%" PRId64 " to %" PRId64, row->min, row->max);
	case BOT_FLAG:
		return "true or false";
	case BOT_AMOUNT:
		stoa_money_print((struct stoa_money){row->min}, least);
		stoa_money_print((struct stoa_money){row->max}, most);
		return bot_words_print(
		    arena, "%s to %s Joy, six decimals", least, most);
	case BOT_CHANNEL:
		return "a channel's id or mention, or none";
	case BOT_ROLE:
		return "a role's id or mention, or none";
	case BOT_CHOICE:
		break;
	}
	stoa_buf_init(&b, BOT_COMMAND_TEXT_MAX);
	for (size_t i = 0; row->choices[i] != NULL; i++) {
		stoa_buf_printf(
		    &b, "%s%s", i == 0 ? "" : ", ", row->choices[i]);
	}
	text = or_empty(stoa_arena_str(arena, stoa_buf_str(&b)));
	stoa_buf_fini(&b);
	return text;
}

/* ---- refusing ---- */

static bool
refuse_type(const struct bot_option *row, struct stoa_str text, const char *fix,
    struct stoa_arena *arena, struct bot_problem *ret_problem)
{
	return bot_problem_fill(ret_problem, arena,
	    &(struct bot_problem){
		.code = "wrong_type",
		.field = row->name,
		.given = bot_problem_excerpt(arena, text),
		.limit = bot_value_limit(row, arena),
		.fix = fix,
		.len = text.len,
	    },
	    "%s must be %s", row->name, bot_type_name(row->type));
}

static bool
refuse_limit(const struct bot_option *row, const char *code, const char *what,
    struct stoa_arena *arena, struct bot_problem *ret_problem)
{
	const char *limit = bot_value_limit(row, arena);

	return bot_problem_fill(ret_problem, arena,
	    &(struct bot_problem){
		.code = code,
		.field = row->name,
		.limit = limit,
		.fix = bot_words_print(
		    arena, "give %s within its limit: %s", row->name, limit),
	    },
	    "%s is %s", row->name, what);
}

/* ---- from text ---- */

static bool
flag_parse(struct stoa_str text, protobuf_c_boolean *ret_flag)
{
	static const struct {
		const char *word;
		bool flag;
	} words[] = {
	    {"true", true},
	    {"false", false},
	    {"yes", true},
	    {"no", false},
	    {"on", true},
	    {"off", false},
	};

	for (size_t i = 0; i < STOA_COUNT(words); i++) {
		if (stoa_str_is_equal(text, stoa_str_of(words[i].word))) {
			*ret_flag = words[i].flag;
			return true;
		}
	}
	return false;
}

static const char *
amount_fix(struct stoa_str text)
{
	if (text.len > 0 && memchr(text.data, ',', text.len) != NULL) {
		return "write it with a decimal point: 12.5";
	}
	return "write a plain decimal number such as 12.5, with at most six "
	       "decimals";
}

static bool
json_check(const struct bot_option *row, struct stoa_str text,
    struct stoa_arena *arena, struct bot_problem *ret_problem)
{
	struct stoa_json root;
	struct stoa_json_error error;
	struct bot_problem draft = {
	    .code = "malformed_json",
	    .field = row->name,
	    .given = bot_problem_excerpt(arena, text),
	    .limit = "a JSON object without equal names",
	    .fix = "write it like {\"epochs\": 10, \"batch_size\": 32}",
	};

	if (!stoa_json_parse(text, STOA_JSON_UNIQUE_NAMES, &root, &error)) {
		draft.offset = error.offset;
		draft.len = 1;
		return bot_problem_fill(ret_problem, arena, &draft,
		    "%s is not valid JSON at line %u, column %u: %s", row->name,
		    error.line, error.column, error.text);
	}
	if (stoa_json_type(root) != STOA_JSON_OBJECT) {
		draft.code = "wrong_type";
		draft.len = text.len;
		return bot_problem_fill(ret_problem, arena, &draft,
		    "%s must be a JSON object, not %s", row->name,
		    stoa_json_type_name(root));
	}
	return true;
}

static Stoa__Chat__Attachment *
file_of_path(struct stoa_str path, struct stoa_arena *arena)
{
	Stoa__Chat__Attachment *file = stoa_arena_alloc(arena, sizeof(*file));
	struct stoa_str name = path;

	if (file == NULL) {
		return NULL;
	}
	stoa__chat__attachment__init(file);
	while (name.len > 1 && name.data[name.len - 1] == '/') {
		name.len--;
	}
	for (size_t i = name.len; i > 0; i--) {
		if (name.data[i - 1] == '/') {
			name = stoa_str_from(name, i);
			break;
		}
	}
	file->name = stoa_arena_str(arena, name);
	file->path = stoa_arena_str(arena, path);
	return file;
}

static bool
refuse_memory(const struct bot_option *row, struct stoa_arena *arena,
    struct bot_problem *ret_problem)
{
	return bot_problem_fill(ret_problem, arena,
	    &(struct bot_problem){
		.code = "too_large",
		.field = row->name,
		.fix = "give less at once",
	    },
	    "the command needs more memory than one may have");
}

/* A platform's own way to write a channel or a role, without its brackets:
 * "<#7>", "<@&7>". */
static struct stoa_str
mention_strip(struct stoa_str text)
{
	if (text.len < 3 || text.data[0] != '<' ||
	    text.data[text.len - 1] != '>') {
		return text;
	}
	text = stoa_str_of_bytes(text.data + 1, text.len - 2);
	while (text.len > 0 && strchr("#@&", text.data[0]) != NULL) {
		text = stoa_str_from(text, 1);
	}
	return text;
}

/* The kinds that are kept as characters. */
static bool
characters_parse(const struct bot_option *row, struct stoa_str text,
    struct stoa_arena *arena, Stoa__Chat__Option *value)
{
	if (row->type == BOT_FILE) {
		value->value_case = STOA__CHAT__OPTION__VALUE_FILE;
		value->file = file_of_path(text, arena);
	} else if (row->type == BOT_JSON) {
		value->value_case = STOA__CHAT__OPTION__VALUE_JSON;
		value->json = stoa_arena_str(arena, stoa_str_trim(text));
	} else if (row->type == BOT_PERSON) {
		value->value_case = STOA__CHAT__OPTION__VALUE_PERSON;
		value->person = stoa_arena_str(arena, text);
	} else if (row->type == BOT_CHANNEL || row->type == BOT_ROLE) {
		value->value_case = STOA__CHAT__OPTION__VALUE_TEXT;
		value->text = stoa_arena_str(arena, mention_strip(text));
	} else {
		value->value_case = STOA__CHAT__OPTION__VALUE_TEXT;
		value->text = stoa_arena_str(arena, text);
	}
	return !arena->is_overflown;
}

bool
bot_value_parse(const struct bot_option *row, struct stoa_str text,
    struct stoa_arena *arena, Stoa__Chat__Option *ret_value,
    struct bot_problem *ret_problem)
{
	Stoa__Chat__Option value = STOA__CHAT__OPTION__INIT;
	struct stoa_money amount;

	value.name = stoa_arena_str(arena, stoa_str_of(row->name));
	switch (row->type) {
	case BOT_INTEGER:
		value.value_case = STOA__CHAT__OPTION__VALUE_INTEGER;
		if (!stoa_str_to_i64(text, &value.integer)) {
			return refuse_type(row, text,
			    "write digits only, such as 10", arena,
			    ret_problem);
		}
		break;
	case BOT_FLAG:
		value.value_case = STOA__CHAT__OPTION__VALUE_FLAG;
		if (!flag_parse(text, &value.flag)) {
			return refuse_type(row, text, "write true or false",
			    arena, ret_problem);
		}
		break;
	case BOT_AMOUNT:
		value.value_case = STOA__CHAT__OPTION__VALUE_AMOUNT_MICRO;
		if (!stoa_money_parse(text, &amount)) {
			return refuse_type(
			    row, text, amount_fix(text), arena, ret_problem);
		}
		value.amount_micro = amount.micro;
		break;
	case BOT_TEXT:
	case BOT_CHOICE:
	case BOT_CID:
	case BOT_JSON:
	case BOT_PERSON:
	case BOT_FILE:
	case BOT_CHANNEL:
	case BOT_ROLE:
		if (!characters_parse(row, text, arena, &value)) {
			return refuse_memory(row, arena, ret_problem);
		}
		break;
	}
	*ret_value = value;
	return true;
}

/* ---- checking ---- */

static Stoa__Chat__Option__ValueCase
case_of_type(enum bot_type type)
{
	switch (type) {
	case BOT_TEXT:
	case BOT_CHOICE:
	case BOT_CID:
	case BOT_CHANNEL:
	case BOT_ROLE:
		return STOA__CHAT__OPTION__VALUE_TEXT;
	case BOT_INTEGER:
		return STOA__CHAT__OPTION__VALUE_INTEGER;
	case BOT_FLAG:
		return STOA__CHAT__OPTION__VALUE_FLAG;
	case BOT_AMOUNT:
		return STOA__CHAT__OPTION__VALUE_AMOUNT_MICRO;
	case BOT_JSON:
		return STOA__CHAT__OPTION__VALUE_JSON;
	case BOT_PERSON:
		return STOA__CHAT__OPTION__VALUE_PERSON;
	case BOT_FILE:
		return STOA__CHAT__OPTION__VALUE_FILE;
	}
	return STOA__CHAT__OPTION__VALUE__NOT_SET;
}

static bool
has_control(struct stoa_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) {
			return true;
		}
	}
	return false;
}

static bool
length_check(const struct bot_option *row, struct stoa_str text,
    struct stoa_arena *arena, struct bot_problem *ret_problem)
{
	if (text.len > (size_t)row->max) {
		return refuse_limit(
		    row, "too_long", "too long", arena, ret_problem);
	}
	if (text.len < (size_t)row->min) {
		return refuse_limit(row, "too_short",
		    text.len == 0 ? "empty" : "too short", arena, ret_problem);
	}
	return true;
}

static bool
text_check(const struct bot_option *row, struct stoa_str text,
    struct stoa_arena *arena, struct bot_problem *ret_problem)
{
	if (!length_check(row, text, arena, ret_problem)) {
		return false;
	}
	if (!stoa_str_is_utf8(text) || has_control(text)) {
		return bot_problem_fill(ret_problem, arena,
		    &(struct bot_problem){
			.code = "not_text",
			.field = row->name,
			.limit = "UTF-8 text without control characters",
			.fix = "type it instead of pasting it",
		    },
		    "%s holds bytes that are no text", row->name);
	}
	return true;
}

static bool
choice_check(const struct bot_option *row, struct stoa_str text,
    struct stoa_arena *arena, struct bot_problem *ret_problem)
{
	const char *near, *limit = bot_value_limit(row, arena);
	size_t count = 0;

	while (row->choices[count] != NULL) {
		if (stoa_str_is_equal(text, stoa_str_of(row->choices[count]))) {
			return true;
		}
		count++;
	}
	near = stoa_str_suggest(text, row->choices, count);
	return bot_problem_fill(ret_problem, arena,
	    &(struct bot_problem){
		.code = "unknown_choice",
		.field = row->name,
		.given = bot_problem_excerpt(arena, text),
		.limit = limit,
		.fix = near != NULL
			   ? stoa_arena_printf(arena, "did you mean %s?", near)
			   : stoa_arena_printf(arena, "choose from: %s", limit),
		.len = text.len,
	    },
	    "%s cannot be %s", row->name, bot_problem_excerpt(arena, text));
}

static bool
is_cid_character(char c, bool is_base58)
{
	if (!is_base58) { /* base32, lower case (RFC 4648) */
		return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7');
	}
	return ((c >= '1' && c <= '9') || (c >= 'a' && c <= 'z') ||
		   (c >= 'A' && c <= 'Z')) &&
	       c != 'I' && c != 'O' && c != 'l';
}

/* The two forms in use: "b" and base32, or the older "Qm" and base58. What
 * the digits mean is for storage to decide. */
static bool
cid_check(const struct bot_option *row, struct stoa_str text,
    struct stoa_arena *arena, struct bot_problem *ret_problem)
{
	bool is_base58 = stoa_str_has_prefix(text, STOA_STR("Qm"));
	bool ok = text.len >= BOT_CID_LEN_MIN && text.len <= BOT_CID_LEN_MAX &&
		  (is_base58 ? text.len == 46 : text.data[0] == 'b');

	for (size_t i = 0; ok && i < text.len; i++) {
		ok = is_cid_character(text.data[i], is_base58);
	}
	if (ok) {
		return true;
	}
	return refuse_type(row, text,
	    row->source == BOT_SOURCE_DATASETS
		? "copy the CID from /datasets, or store a file with /upload"
		: "copy the whole CID",
	    arena, ret_problem);
}

/* Ids of all platforms have a digit; a name that somebody typed has none, or
 * blanks. */
static bool
id_check(const struct bot_option *row, struct stoa_str text,
    struct stoa_arena *arena, struct bot_problem *ret_problem)
{
	static const char good[] = "0123456789abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ._:-";
	bool has_digit = false, ok = text.len <= (size_t)row->max;

	if (stoa_str_is_equal(text, STOA_STR("none"))) {
		return true;
	}
	for (size_t i = 0; ok && i < text.len; i++) {
		const char *c = memchr(good, text.data[i], sizeof(good) - 1);

		ok = c != NULL;
		has_digit = has_digit || (ok && c < good + 10);
	}
	if (ok && has_digit) {
		return true;
	}
	return refuse_type(row, text,
	    row->type == BOT_CHANNEL
		? "choose it from the list that /setup shows, or mention it: "
		  "#channel"
		: "choose it from the list that /setup shows, or mention it: "
		  "@role",
	    arena, ret_problem);
}

static bool
number_check(const struct bot_option *row, int64_t number,
    struct stoa_arena *arena, struct bot_problem *ret_problem)
{
	if (number < row->min) {
		return refuse_limit(
		    row, "too_small", "too small", arena, ret_problem);
	}
	if (number > row->max) {
		return refuse_limit(
		    row, "too_large", "too large", arena, ret_problem);
	}
	return true;
}

static bool
file_check(const struct bot_option *row, const Stoa__Chat__Attachment *file,
    struct stoa_arena *arena, struct bot_problem *ret_problem)
{
	bool has_path = file != NULL && file->path[0] != '\0';

	if (file == NULL ||
	    (!has_path && file->url[0] == '\0' && file->cid[0] == '\0')) {
		return refuse_limit(
		    row, "too_short", "empty", arena, ret_problem);
	}
	return !has_path ||
	       text_check(row, stoa_str_of(file->path), arena, ret_problem);
}

bool
bot_value_check(const struct bot_option *row, const Stoa__Chat__Option *value,
    struct stoa_arena *arena, struct bot_problem *ret_problem)
{
	struct stoa_str text = stoa_str_of(or_empty(bot_value_text(value)));

	if (value->value_case != case_of_type(row->type)) {
		return refuse_type(row, text,
		    "see /help for what each option takes", arena, ret_problem);
	}
	switch (row->type) {
	case BOT_TEXT:
	case BOT_PERSON:
		return text_check(row, text, arena, ret_problem);
	case BOT_CHOICE:
		return choice_check(row, text, arena, ret_problem);
	case BOT_CID:
		return cid_check(row, text, arena, ret_problem);
	case BOT_JSON:
		return length_check(row, text, arena, ret_problem) &&
		       json_check(row, text, arena, ret_problem);
	case BOT_INTEGER:
		return number_check(row, value->integer, arena, ret_problem);
	case BOT_AMOUNT:
		return number_check(
		    row, value->amount_micro, arena, ret_problem);
	case BOT_FILE:
		return file_check(row, value->file, arena, ret_problem);
	case BOT_CHANNEL:
	case BOT_ROLE:
		return id_check(row, text, arena, ret_problem);
	case BOT_FLAG:
		break;
	}
	return true;
}

/* ---- to text ---- */

const char *
bot_value_text(const Stoa__Chat__Option *value)
{
	switch (value->value_case) {
	case STOA__CHAT__OPTION__VALUE_TEXT:
		return value->text;
	case STOA__CHAT__OPTION__VALUE_JSON:
		return value->json;
	case STOA__CHAT__OPTION__VALUE_PERSON:
		return value->person;
	case STOA__CHAT__OPTION__VALUE_FILE:
		return value->file == NULL	      ? NULL
		       : value->file->path[0] != '\0' ? value->file->path
		       : value->file->url[0] != '\0'  ? value->file->url
						      : value->file->cid;
	case STOA__CHAT__OPTION__VALUE_INTEGER:
	case STOA__CHAT__OPTION__VALUE_NUMBER:
	case STOA__CHAT__OPTION__VALUE_FLAG:
	case STOA__CHAT__OPTION__VALUE_AMOUNT_MICRO:
	case STOA__CHAT__OPTION__VALUE__NOT_SET:
	case _STOA__CHAT__OPTION__VALUE__CASE_IS_INT_SIZE:
		break;
	}
	return NULL;
}

void
bot_value_print(struct stoa_buf *b, const Stoa__Chat__Option *value)
{
	char amount[STOA_MONEY_TEXT_SIZE];
	const char *text = bot_value_text(value);

	if (text != NULL) {
		stoa_buf_add_text(b, text);
	} else if (value->value_case == STOA__CHAT__OPTION__VALUE_INTEGER) {
		stoa_buf_printf(b, "%" PRId64, value->integer);
	} else if (value->value_case == STOA__CHAT__OPTION__VALUE_NUMBER) {
		stoa_buf_printf(b, "%.17g", value->number);
	} else if (value->value_case == STOA__CHAT__OPTION__VALUE_FLAG) {
		stoa_buf_add_text(b, value->flag ? "true" : "false");
	} else if (value->value_case ==
		   STOA__CHAT__OPTION__VALUE_AMOUNT_MICRO) {
		stoa_buf_add_text(
		    b, stoa_money_print(
			   (struct stoa_money){value->amount_micro}, amount));
	}
}
