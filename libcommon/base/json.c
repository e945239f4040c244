/* json.c - values that have been checked: skipping, finding, converting.
 * Nothing here looks for syntax errors; json_scan.c has done that. */
#include "base/json.h"

#include "base/json_scan.h"

#include <stdlib.h>

bool
stoa_json_is_absent(struct stoa_json value)
{
	return value.text.len == 0;
}

enum stoa_json_type
stoa_json_type(struct stoa_json value)
{
	stoa_assert(value.text.len > 0);
	switch (value.text.data[0]) {
	case '{':
		return STOA_JSON_OBJECT;
	case '[':
		return STOA_JSON_ARRAY;
	case '"':
		return STOA_JSON_STRING;
	case 't':
	case 'f':
		return STOA_JSON_BOOL;
	case 'n':
		return STOA_JSON_NULL;
	default:
		return STOA_JSON_NUMBER;
	}
}

static bool
is_type(struct stoa_json value, enum stoa_json_type type)
{
	return value.text.len > 0 && stoa_json_type(value) == type;
}

const char *
stoa_json_type_name(struct stoa_json value)
{
	static const char *const names[] = {
	    [STOA_JSON_NULL] = "null",
	    [STOA_JSON_BOOL] = "a truth value",
	    [STOA_JSON_NUMBER] = "a number",
	    [STOA_JSON_STRING] = "a string",
	    [STOA_JSON_ARRAY] = "an array",
	    [STOA_JSON_OBJECT] = "an object",
	};

	if (stoa_json_is_absent(value)) {
		return "nothing";
	}
	return names[stoa_json_type(value)];
}

/* ---- skipping over checked text ---- */

/* `at` stands after the opening quote; returns the place after the closing
 * one. */
static const char *
string_end(const char *at, const char *end)
{
	for (;;) {
		at = stoa_json_scan_quote(at, end);
		stoa_assert(at < end);
		if (*at == '"') {
			return at + 1;
		}
		at += 2; /* a backslash and what it escapes */
	}
}

static const char *
container_end(const char *at, const char *end)
{
	unsigned depth = 0;

	for (;;) {
		char c;

		stoa_assert(at < end);
		c = *at++;
		if (c == '"') {
			at = string_end(at, end);
		} else if (c == '{' || c == '[') {
			depth++;
		} else if (c == '}' || c == ']') {
			depth--;
			if (depth == 0) {
				return at;
			}
		}
	}
}

static bool
is_after_scalar(char c)
{
	return c == ',' || c == '}' || c == ']' || c == ':' || c == ' ' ||
	       c == '\t' || c == '\n' || c == '\r';
}

static struct stoa_json
value_at(const char *at, const char *end)
{
	const char *stop = at;

	stoa_assert(at < end);
	if (*at == '"') {
		stop = string_end(at + 1, end);
	} else if (*at == '{' || *at == '[') {
		stop = container_end(at, end);
	} else {
		while (stop < end && !is_after_scalar(*stop)) {
			stop++;
		}
	}
	return (struct stoa_json){{at, (size_t)(stop - at)}};
}

/* ---- containers ---- */

struct stoa_json_iter
stoa_json_iter(struct stoa_json container)
{
	bool is_object = is_type(container, STOA_JSON_OBJECT);

	stoa_assert(is_object || is_type(container, STOA_JSON_ARRAY));
	return (struct stoa_json_iter){
	    .at = container.text.data + 1,
	    .end = container.text.data + container.text.len,
	    .is_object = is_object,
	};
}

/* Past white space and the one separator that stands here. */
static const char *
separator_end(const char *at, const char *end, char separator)
{
	at = stoa_json_scan_space(at, end);
	if (at < end && *at == separator) {
		at = stoa_json_scan_space(at + 1, end);
	}
	return at;
}

bool
stoa_json_next(struct stoa_json_iter *it, struct stoa_json_member *ret_member)
{
	struct stoa_json_member member = {0};
	const char *at = separator_end(it->at, it->end, ',');

	stoa_assert(at < it->end);
	if (*at == '}' || *at == ']') {
		it->at = at;
		return false;
	}
	if (it->is_object) {
		member.name = value_at(at, it->end);
		at += member.name.text.len;
		at = separator_end(at, it->end, ':');
	}
	member.value = value_at(at, it->end);
	it->at = at + member.value.text.len;
	*ret_member = member;
	return true;
}

size_t
stoa_json_count(struct stoa_json container)
{
	struct stoa_json_iter it = stoa_json_iter(container);
	struct stoa_json_member member;
	size_t count = 0;

	while (stoa_json_next(&it, &member)) {
		count++;
	}
	return count;
}

struct stoa_json
stoa_json_get(struct stoa_json object, struct stoa_str name)
{
	struct stoa_json value;

	(void)stoa_json_pick(object, &name, 1, &value);
	return value;
}

size_t
stoa_json_pick(struct stoa_json object, const struct stoa_str *names,
    size_t count, struct stoa_json *values)
{
	struct stoa_json_iter it;
	struct stoa_json_member member;
	size_t found = 0;

	memset(values, 0, count * sizeof(*values));
	if (!is_type(object, STOA_JSON_OBJECT)) {
		return 0;
	}
	it = stoa_json_iter(object);
	while (found < count && stoa_json_next(&it, &member)) {
		for (size_t i = 0; i < count; i++) {
			if (stoa_json_is_absent(values[i]) &&
			    stoa_json_is_str(member.name, names[i])) {
				values[i] = member.value;
				found++;
				break;
			}
		}
	}
	return found;
}

/* ---- scalars ---- */

bool
stoa_json_to_bool(struct stoa_json value, bool *ret_value)
{
	if (!is_type(value, STOA_JSON_BOOL)) {
		return false;
	}
	*ret_value = value.text.data[0] == 't';
	return true;
}

bool
stoa_json_to_i64(struct stoa_json value, int64_t *ret_value)
{
	/* A fraction or an exponent fails here: those are not digits. */
	return is_type(value, STOA_JSON_NUMBER) &&
	       stoa_str_to_i64(value.text, ret_value);
}

bool
stoa_json_to_double(struct stoa_json value, double *ret_value)
{
	char text[STOA_JSON_NUMBER_LEN_MAX + 1];
	char *stop;
	double number;

	if (!is_type(value, STOA_JSON_NUMBER) ||
	    value.text.len > STOA_JSON_NUMBER_LEN_MAX) {
		return false;
	}
	memcpy(text, value.text.data, value.text.len);
	text[value.text.len] = '\0';
	number = strtod(text, &stop);
	/* No program of ours selects a locale with another decimal point. */
	stoa_assert(stop == text + value.text.len);
	if (number - number != 0) {
		return false; /* infinite */
	}
	*ret_value = number;
	return true;
}

static struct stoa_str
string_inner(struct stoa_json string)
{
	return (struct stoa_str){string.text.data + 1, string.text.len - 2};
}

static bool
has_escape(struct stoa_str inner)
{
	return inner.len > 0 && memchr(inner.data, '\\', inner.len) != NULL;
}

bool
stoa_json_to_str(struct stoa_json value, struct stoa_arena *arena,
    struct stoa_str *ret_value)
{
	struct stoa_json_decoder decoder;
	struct stoa_str inner;
	char *text;
	size_t len = 0;
	int byte;

	if (!is_type(value, STOA_JSON_STRING)) {
		return false;
	}
	inner = string_inner(value);
	if (!has_escape(inner)) {
		*ret_value = inner;
		return true;
	}
	/* Decoding never makes a string longer: 6 bytes give at most 3. */
	text = stoa_arena_alloc(arena, inner.len + 1);
	if (text == NULL) {
		return false;
	}
	stoa_json_decoder_init(&decoder, inner);
	while ((byte = stoa_json_decoder_next(&decoder)) >= 0) {
		text[len++] = (char)byte;
	}
	*ret_value = (struct stoa_str){text, len};
	return true;
}

bool
stoa_json_is_str(struct stoa_json value, struct stoa_str want)
{
	struct stoa_json_decoder decoder;
	struct stoa_str inner;

	if (!is_type(value, STOA_JSON_STRING)) {
		return false;
	}
	inner = string_inner(value);
	if (!has_escape(inner)) {
		return stoa_str_is_equal(inner, want);
	}
	stoa_json_decoder_init(&decoder, inner);
	for (size_t i = 0; i < want.len; i++) {
		if (stoa_json_decoder_next(&decoder) !=
		    (unsigned char)want.data[i]) {
			return false;
		}
	}
	return stoa_json_decoder_next(&decoder) < 0;
}
