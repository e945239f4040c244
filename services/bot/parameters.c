/* parameters.c - a JSON object into a list of named values. */
#include "bot/parameters.h"

#include "base/json.h"
#include "bot/limits.h"
#include "bot/words.h"

#include <inttypes.h>

static bool
refuse(const char *name, const char *code, struct stoa_json value,
    const char *limit, const char *fix, struct stoa_arena *arena,
    struct bot_problem *ret_problem)
{
	return bot_problem_fill(ret_problem, arena,
	    &(struct bot_problem){
		.code = code,
		.field = name,
		.given = bot_problem_excerpt(arena, value.text),
		.limit = limit,
		.fix = fix,
	    },
	    "%s cannot be %s", name, bot_problem_excerpt(arena, value.text));
}

static bool
number_read(struct stoa_json value, Stoa__Training__Parameter *p,
    struct stoa_arena *arena, struct bot_problem *ret_problem)
{
	int64_t whole;
	bool is_whole = stoa_json_to_i64(value, &whole);

	p->value_case = STOA__TRAINING__PARAMETER__VALUE_NUMBER;
	if (!stoa_json_to_double(value, &p->number) ||
	    (is_whole && (whole > BOT_WHOLE_MAX || whole < -BOT_WHOLE_MAX))) {
		return refuse(p->name, "too_large", value,
		    "numbers up to 9007199254740992",
		    "give a number nearer to zero", arena, ret_problem);
	}
	return true;
}

static bool
text_read(struct stoa_json value, Stoa__Training__Parameter *p,
    struct stoa_arena *arena, struct bot_problem *ret_problem)
{
	struct stoa_str text = {"", 0};

	p->value_case = STOA__TRAINING__PARAMETER__VALUE_TEXT;
	if (!stoa_json_to_str(value, arena, &text) ||
	    memchr(text.data, '\0', text.len) != NULL ||
	    text.len > BOT_PARAMETER_LEN_MAX) {
		return refuse(p->name, "too_long", value,
		    "up to 256 bytes of text", "shorten it", arena,
		    ret_problem);
	}
	p->text = stoa_arena_str(arena, text);
	return true;
}

static bool
value_read(struct stoa_json value, Stoa__Training__Parameter *p,
    struct stoa_arena *arena, struct bot_problem *ret_problem)
{
	bool flag = false;

	switch (stoa_json_type(value)) {
	case STOA_JSON_NUMBER:
		return number_read(value, p, arena, ret_problem);
	case STOA_JSON_STRING:
		return text_read(value, p, arena, ret_problem);
	case STOA_JSON_BOOL:
		p->value_case = STOA__TRAINING__PARAMETER__VALUE_FLAG;
		p->flag = stoa_json_to_bool(value, &flag) && flag;
		return true;
	case STOA_JSON_NULL:
	case STOA_JSON_ARRAY:
	case STOA_JSON_OBJECT:
		break;
	}
	return refuse(p->name, "wrong_type", value,
	    "a number, a string, true or false",
	    "write it like {\"epochs\": 10}", arena, ret_problem);
}

/* NULL: the arena is full, or the name is no name. */
static char *
name_read(struct stoa_json name, struct stoa_arena *arena)
{
	struct stoa_str text;

	if (!stoa_json_to_str(name, arena, &text) || text.len == 0 ||
	    text.len > BOT_LABEL_LEN_MAX ||
	    memchr(text.data, '\0', text.len) != NULL) {
		return NULL;
	}
	return stoa_arena_str(arena, text);
}

static Stoa__Training__Parameter *
parameter_read(const struct stoa_json_member *member, struct stoa_arena *arena,
    struct bot_problem *ret_problem)
{
	Stoa__Training__Parameter *p = stoa_arena_alloc(arena, sizeof(*p));
	char *name = name_read(member->name, arena);

	if (p == NULL || name == NULL) {
		(void)refuse("parameters", "wrong_name", member->name,
		    "names of 1 to 64 bytes", "see /help command:train", arena,
		    ret_problem);
		return NULL;
	}
	stoa__training__parameter__init(p);
	p->name = name;
	return value_read(member->value, p, arena, ret_problem) ? p : NULL;
}

bool
bot_parameters_read(struct stoa_str json, struct stoa_arena *arena,
    Stoa__Training__Parameter ***ret_parameters, size_t *ret_count,
    struct bot_problem *ret_problem)
{
	Stoa__Training__Parameter **list;
	struct stoa_json_member member;
	struct stoa_json_iter it;
	struct stoa_json root = {{0}};
	size_t count = 0;

	*ret_parameters = NULL;
	*ret_count = 0;
	if (json.len == 0) {
		return true;
	}
	if (!stoa_json_parse(json, STOA_JSON_UNIQUE_NAMES, &root, NULL) ||
	    stoa_json_type(root) != STOA_JSON_OBJECT ||
	    stoa_json_count(root) > BOT_PARAMETERS_MAX) {
		return refuse("parameters", "wrong_type", root,
		    "a JSON object of at most 32 members",
		    "write it like {\"epochs\": 10, \"batch_size\": 32}", arena,
		    ret_problem);
	}
	list =
	    stoa_arena_alloc_array(arena, BOT_PARAMETERS_MAX, sizeof(list[0]));
	it = stoa_json_iter(root);
	while (list != NULL && stoa_json_next(&it, &member)) {
		list[count] = parameter_read(&member, arena, ret_problem);
		if (list[count++] == NULL) {
			return false;
		}
	}
	*ret_parameters = list;
	*ret_count = list == NULL ? 0 : count;
	return true;
}

const char *
bot_parameters_text(struct stoa_arena *arena,
    Stoa__Training__Parameter *const *parameters, size_t count)
{
	struct stoa_buf b;
	const char *text;

	stoa_buf_init(&b, BOT_FIELD_TEXT_MAX);
	for (size_t i = 0; i < count; i++) {
		const Stoa__Training__Parameter *p = parameters[i];

		stoa_buf_printf(&b, "%s%s ", i == 0 ? "" : ", ", p->name);
		switch (p->value_case) {
		case STOA__TRAINING__PARAMETER__VALUE_NUMBER:
			stoa_buf_printf(&b, "%.15g", p->number);
			break;
		case STOA__TRAINING__PARAMETER__VALUE_TEXT:
			stoa_buf_add_text(&b, p->text);
			break;
		case STOA__TRAINING__PARAMETER__VALUE_FLAG:
			stoa_buf_add_text(&b, p->flag ? "true" : "false");
			break;
		case STOA__TRAINING__PARAMETER__VALUE__NOT_SET:
		case _STOA__TRAINING__PARAMETER__VALUE__CASE_IS_INT_SIZE:
			break;
		}
	}
	text = stoa_arena_str(arena, stoa_buf_str(&b));
	stoa_buf_fini(&b);
	return text == NULL ? "" : text;
}
