/* commands_plan.c - what an overwrite would change.
 *
 * Only members that we set, or that would matter if somebody else had set
 * them, are compared: what Discord adds to its objects in time is nothing
 * that an overwrite changes. */
#include "discord/commands.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/json.h"
#include "discord/limits.h"
#include "discord/text.h"

#define TYPE_CHAT_INPUT	 1
#define TYPE_ENTRY_POINT 4

/* A line of the plan, and a name in it. */
#define PLAN_MAX ((size_t)256 * 1024)

enum kind {
	KIND_TEXT,
	KIND_NUMBER,
	KIND_FLAG, /* missing: false */
	KIND_MAP,  /* of texts; missing, null and empty are the same */
	KIND_SET,  /* of whole numbers, in any order */
	KIND_BITS, /* a whole number: we write it so, Discord as text */
};

struct field {
	const char *name;
	enum kind kind;
};

static const struct field command_fields[] = {
    {"description", KIND_TEXT},
    {"name_localizations", KIND_MAP},
    {"description_localizations", KIND_MAP},
    {"default_member_permissions", KIND_BITS},
    {"nsfw", KIND_FLAG},
    {"integration_types", KIND_SET},
    {"contexts", KIND_SET},
};

static const struct field option_fields[] = {
    {"type", KIND_NUMBER},
    {"description", KIND_TEXT},
    {"name_localizations", KIND_MAP},
    {"description_localizations", KIND_MAP},
    {"required", KIND_FLAG},
    {"autocomplete", KIND_FLAG},
    {"min_length", KIND_NUMBER},
    {"max_length", KIND_NUMBER},
    {"min_value", KIND_NUMBER},
    {"max_value", KIND_NUMBER},
    {"channel_types", KIND_SET},
};

static const struct field choice_fields[] = {
    {"name", KIND_TEXT},
    {"name_localizations", KIND_MAP},
    {"value", KIND_TEXT},
};

struct plan {
	struct stoa_arena *arena;
	struct stoa_buf lines;
	struct discord_plan *out;
	size_t field_count; /* told of the command at hand */
};

static struct stoa_json
get(struct stoa_json object, const char *name)
{
	return stoa_json_get(object, stoa_str_of(name));
}

static bool
is_of(struct stoa_json value, enum stoa_json_type type)
{
	return !stoa_json_is_absent(value) && stoa_json_type(value) == type;
}

static bool
is_nothing(struct stoa_json value)
{
	if (stoa_json_is_absent(value)) {
		return true;
	}
	switch (stoa_json_type(value)) {
	case STOA_JSON_NULL:
		return true;
	case STOA_JSON_ARRAY:
	case STOA_JSON_OBJECT:
		return stoa_json_count(value) == 0;
	case STOA_JSON_BOOL:
		return value.text.data[0] == 'f';
	case STOA_JSON_NUMBER:
	case STOA_JSON_STRING:
		break;
	}
	return false;
}

/* The text of a string; empty for anything else. */
static struct stoa_str
text_of(struct plan *p, struct stoa_json value)
{
	struct stoa_str text;

	return stoa_json_to_str(value, p->arena, &text) ? text : STOA_STR("");
}

/* ---- equality, member by member ---- */

static bool
is_same_text(struct plan *p, struct stoa_json a, struct stoa_json b)
{
	return is_of(a, STOA_JSON_STRING) && stoa_json_is_str(b, text_of(p, a));
}

static bool
is_same_number(struct stoa_json a, struct stoa_json b)
{
	double x, y; /* 1 may come back as 1.0 */

	return stoa_json_to_double(a, &x) && stoa_json_to_double(b, &y) &&
	       !(x < y) && !(y < x);
}

/* Same size, and each of `a` is in `b`: names of an object are all different.
 */
static bool
is_same_map(struct plan *p, struct stoa_json a, struct stoa_json b)
{
	struct stoa_json_iter it;
	struct stoa_json_member m;

	if (!is_of(a, STOA_JSON_OBJECT) || !is_of(b, STOA_JSON_OBJECT) ||
	    stoa_json_count(a) != stoa_json_count(b)) {
		return false;
	}
	it = stoa_json_iter(a);
	while (stoa_json_next(&it, &m)) {
		if (!is_same_text(
			p, m.value, stoa_json_get(b, text_of(p, m.name)))) {
			return false;
		}
	}
	return true;
}

static bool
has_number(struct stoa_json array, struct stoa_json number)
{
	struct stoa_json_iter it = stoa_json_iter(array);
	struct stoa_json_member m;

	while (stoa_json_next(&it, &m)) {
		if (is_same_number(m.value, number)) {
			return true;
		}
	}
	return false;
}

static struct stoa_str
bits_of(struct stoa_json value)
{
	struct stoa_str text = value.text;

	if (text.len >= 2 && text.data[0] == '"') {
		text = stoa_str_of_bytes(text.data + 1, text.len - 2);
	}
	return text;
}

static bool
is_same_set(struct stoa_json a, struct stoa_json b)
{
	struct stoa_json_iter it;
	struct stoa_json_member m;

	if (!is_of(a, STOA_JSON_ARRAY) || !is_of(b, STOA_JSON_ARRAY) ||
	    stoa_json_count(a) != stoa_json_count(b)) {
		return false;
	}
	it = stoa_json_iter(a);
	while (stoa_json_next(&it, &m)) {
		if (!has_number(b, m.value)) {
			return false;
		}
	}
	return true;
}

static bool
is_same(struct plan *p, enum kind kind, struct stoa_json a, struct stoa_json b)
{
	if (is_nothing(a) || is_nothing(b)) {
		return is_nothing(a) && is_nothing(b);
	}
	switch (kind) {
	case KIND_TEXT:
		return is_same_text(p, a, b);
	case KIND_NUMBER:
		return is_same_number(a, b);
	case KIND_FLAG:
		return true; /* both are there and not false */
	case KIND_MAP:
		return is_same_map(p, a, b);
	case KIND_SET:
		return is_same_set(a, b);
	case KIND_BITS:
		return stoa_str_is_equal(bits_of(a), bits_of(b));
	}
	return false;
}

/* ---- differences of one command ---- */

static void
difference_add(struct plan *p, struct stoa_json option, const char *what)
{
	p->field_count++;
	if (p->field_count > DISCORD_PLAN_FIELDS_MAX) {
		return;
	}
	stoa_buf_add_text(&p->lines, p->field_count == 1 ? ": " : ", ");
	if (!stoa_json_is_absent(option)) {
		stoa_buf_printf(&p->lines, "option %s ",
		    discord_text_bare(p->arena, text_of(p, get(option, "name")),
			DISCORD_COMMAND_NAME_MAX, NULL));
	}
	stoa_buf_add_text(&p->lines, what);
}

static void
choices_compare(struct plan *p, struct stoa_json ours, struct stoa_json theirs)
{
	struct stoa_json a = get(ours, "choices"), b = get(theirs, "choices");
	struct stoa_json_iter it, other;
	struct stoa_json_member m, n;

	if (is_nothing(a) && is_nothing(b)) {
		return;
	}
	if (!is_of(a, STOA_JSON_ARRAY) || !is_of(b, STOA_JSON_ARRAY) ||
	    stoa_json_count(a) != stoa_json_count(b)) {
		difference_add(p, ours, "choices");
		return;
	}
	it = stoa_json_iter(a);
	other = stoa_json_iter(b);
	while (stoa_json_next(&it, &m) && stoa_json_next(&other, &n)) {
		for (size_t i = 0; i < STOA_COUNT(choice_fields); i++) {
			const struct field *f = &choice_fields[i];

			if (!is_same(p, f->kind, get(m.value, f->name),
				get(n.value, f->name))) {
				difference_add(p, ours, "choices");
				return;
			}
		}
	}
}

static void
option_compare(struct plan *p, struct stoa_json ours, struct stoa_json theirs)
{
	for (size_t i = 0; i < STOA_COUNT(option_fields); i++) {
		const struct field *f = &option_fields[i];

		if (!is_same(
			p, f->kind, get(ours, f->name), get(theirs, f->name))) {
			difference_add(p, ours, f->name);
		}
	}
	choices_compare(p, ours, theirs);
	if (!is_nothing(get(theirs, "options"))) {
		difference_add(p, ours, "options");
	}
}

/* The element of that name and its place; absent when there is none. */
static struct stoa_json
named(struct plan *p, struct stoa_json array, struct stoa_json like,
    size_t *ret_place)
{
	struct stoa_str name = text_of(p, get(like, "name"));
	struct stoa_json_iter it;
	struct stoa_json_member m;

	*ret_place = 0;
	if (!is_of(array, STOA_JSON_ARRAY)) {
		return (struct stoa_json){0};
	}
	it = stoa_json_iter(array);
	for (; stoa_json_next(&it, &m); (*ret_place)++) {
		if (stoa_json_is_str(get(m.value, "name"), name)) {
			return m.value;
		}
	}
	return (struct stoa_json){0};
}

static void
options_compare(struct plan *p, struct stoa_json a, struct stoa_json b)
{
	struct stoa_json_iter it;
	struct stoa_json_member m;
	size_t place, i = 0;
	bool is_moved = false;

	it = stoa_json_iter(a);
	for (; stoa_json_next(&it, &m); i++) {
		struct stoa_json theirs = named(p, b, m.value, &place);

		if (stoa_json_is_absent(theirs)) {
			difference_add(p, m.value, "is new");
		} else {
			is_moved = is_moved || place != i;
			option_compare(p, m.value, theirs);
		}
	}
	if (is_moved) {
		difference_add(p, (struct stoa_json){0}, "order of options");
	}
	if (!is_of(b, STOA_JSON_ARRAY)) {
		return;
	}
	it = stoa_json_iter(b);
	while (stoa_json_next(&it, &m)) {
		if (stoa_json_is_absent(named(p, a, m.value, &place))) {
			difference_add(p, m.value, "goes");
		}
	}
}

static const char *
name_of(struct plan *p, struct stoa_json command)
{
	return discord_text_bare(p->arena, text_of(p, get(command, "name")),
	    DISCORD_COMMAND_NAME_MAX, NULL);
}

static void
command_compare(struct plan *p, struct stoa_json ours, struct stoa_json theirs)
{
	size_t start = p->lines.len;

	p->field_count = 0;
	stoa_buf_printf(&p->lines, "changed /%s", name_of(p, ours));
	for (size_t i = 0; i < STOA_COUNT(command_fields); i++) {
		const struct field *f = &command_fields[i];

		if (!is_same(
			p, f->kind, get(ours, f->name), get(theirs, f->name))) {
			difference_add(p, (struct stoa_json){0}, f->name);
		}
	}
	options_compare(p, get(ours, "options"), get(theirs, "options"));
	if (p->field_count == 0) {
		p->lines.len = start;
		return;
	}
	if (p->field_count > DISCORD_PLAN_FIELDS_MAX) {
		stoa_buf_printf(&p->lines, " and %zu more",
		    p->field_count - DISCORD_PLAN_FIELDS_MAX);
	}
	stoa_buf_add_byte(&p->lines, '\n');
	p->out->changed++;
}

/* ---- the lists ---- */

static int64_t
type_of(struct stoa_json command)
{
	int64_t type;

	return stoa_json_to_i64(get(command, "type"), &type) ? type
							     : TYPE_CHAT_INPUT;
}

/* The command of the same name and type; names are unique within a type. */
static struct stoa_json
counterpart(struct plan *p, struct stoa_json array, struct stoa_json like)
{
	struct stoa_str name = text_of(p, get(like, "name"));
	struct stoa_json_iter it = stoa_json_iter(array);
	struct stoa_json_member m;

	while (stoa_json_next(&it, &m)) {
		if (type_of(m.value) == type_of(like) &&
		    stoa_json_is_str(get(m.value, "name"), name)) {
			return m.value;
		}
	}
	return (struct stoa_json){0};
}

static void
gone_add(struct plan *p, struct stoa_json command)
{
	const char *name = name_of(p, command);

	if (type_of(command) == TYPE_ENTRY_POINT) {
		p->out->has_entry_point = true;
		stoa_buf_printf(&p->lines,
		    "in the way %s: an activity's entry point, which an "
		    "overwrite cannot remove; delete it by itself\n",
		    name);
		return;
	}
	p->out->deleted++;
	stoa_buf_printf(&p->lines,
	    "deleted %s%s: the permissions that servers gave it are lost, "
	    "also when it only has another name now\n",
	    type_of(command) == TYPE_CHAT_INPUT ? "/" : "the menu's ", name);
}

static void
lists_compare(struct plan *p, struct stoa_json ours, struct stoa_json theirs)
{
	struct stoa_json_iter it = stoa_json_iter(ours);
	struct stoa_json_member m;

	while (stoa_json_next(&it, &m)) {
		struct stoa_json other = counterpart(p, theirs, m.value);

		if (stoa_json_is_absent(other)) {
			p->out->created++;
			stoa_buf_printf(
			    &p->lines, "created /%s\n", name_of(p, m.value));
		} else {
			command_compare(p, m.value, other);
		}
	}
	it = stoa_json_iter(theirs);
	while (stoa_json_next(&it, &m)) {
		if (stoa_json_is_absent(counterpart(p, ours, m.value))) {
			gone_add(p, m.value);
		}
	}
}

static bool
is_command_list(struct stoa_json list)
{
	struct stoa_json_iter it;
	struct stoa_json_member m;

	if (!is_of(list, STOA_JSON_ARRAY) ||
	    stoa_json_count(list) > DISCORD_COMMANDS_MAX) {
		return false;
	}
	it = stoa_json_iter(list);
	while (stoa_json_next(&it, &m)) {
		if (!is_of(get(m.value, "name"), STOA_JSON_STRING)) {
			return false;
		}
	}
	return true;
}

enum stoa_status
discord_commands_compare(struct stoa_arena *arena, struct stoa_str ours,
    struct stoa_str theirs, struct discord_plan *ret_plan)
{
	struct discord_plan out = {0};
	struct plan p = {.arena = arena, .out = &out};
	struct stoa_json a, b;
	char *text;

	if (!stoa_json_parse(theirs, 0, &b, NULL) || !is_command_list(b)) {
		return STOA_INVALID;
	}
	if (!stoa_json_parse(ours, 0, &a, NULL)) {
		return STOA_INVALID;
	}
	stoa_assert(is_command_list(a));
	stoa_buf_init(&p.lines, PLAN_MAX);
	lists_compare(&p, a, b);
	text = stoa_arena_str(arena, stoa_buf_str(&p.lines));
	out.text = (struct stoa_str){text, p.lines.len};
	stoa_buf_fini(&p.lines);
	if (arena->is_overflown) {
		return STOA_NO_MEMORY;
	}
	out.is_needed = out.created + out.changed + out.deleted > 0;
	*ret_plan = out;
	return STOA_OK;
}
