/* frame.c - one pass over the top level of a payload. */
#include "gateway/frame.h"

#include "base/json_scan.h"

struct scan {
	const char *at;
	const char *end;
};

static bool
take(struct scan *s, char c)
{
	s->at = stoa_json_scan_space(s->at, s->end);
	if (s->at >= s->end || *s->at != c) {
		return false;
	}
	s->at++;
	s->at = stoa_json_scan_space(s->at, s->end);
	return true;
}

/* Behind the opening quote; leaves `at` behind the closing one. */
static bool
string_skip(struct scan *s)
{
	for (;;) {
		s->at = stoa_json_scan_quote(s->at, s->end);
		if (s->at >= s->end) {
			return false;
		}
		if (*s->at == '"') {
			s->at++;
			return true;
		}
		if (s->end - s->at < 2) {
			return false;
		}
		s->at += 2;
	}
}

static bool
string_take(struct scan *s, struct stoa_str *ret_text)
{
	const char *start;

	if (s->at >= s->end || *s->at != '"') {
		return false;
	}
	start = ++s->at;
	if (!string_skip(s)) {
		return false;
	}
	*ret_text = stoa_str_of_bytes(start, (size_t)(s->at - 1 - start));
	return true;
}

static bool
container_skip(struct scan *s)
{
	size_t depth = 0;

	while (s->at < s->end) {
		char c = *s->at++;

		if (c == '"') {
			if (!string_skip(s)) {
				return false;
			}
		} else if (c == '{' || c == '[') {
			depth++;
		} else if (c == '}' || c == ']') {
			if (--depth == 0) {
				return true;
			}
		}
	}
	return false;
}

static bool
value_take(struct scan *s, struct stoa_str *ret_value)
{
	const char *start = s->at;

	if (s->at >= s->end) {
		return false;
	}
	if (*s->at == '"') {
		s->at++;
		if (!string_skip(s)) {
			return false;
		}
	} else if (*s->at == '{' || *s->at == '[') {
		if (!container_skip(s)) {
			return false;
		}
	} else {
		while (s->at < s->end && *s->at != ',' && *s->at != '}') {
			s->at++;
		}
	}
	*ret_value =
	    stoa_str_trim(stoa_str_of_bytes(start, (size_t)(s->at - start)));
	return ret_value->len > 0;
}

static bool
number_read(struct stoa_str text, int64_t max, int64_t *ret_value)
{
	int64_t value;

	if (!stoa_str_to_i64(text, &value) || value < 0 || value > max) {
		return false;
	}
	*ret_value = value;
	return true;
}

static bool
is_null(struct stoa_str value)
{
	return stoa_str_is_equal(value, STOA_STR("null"));
}

enum {
	HAS_OP = 1,
	HAS_SEQ = 2,
	HAS_TYPE = 4,
	HAS_ALL = 7
};

/* One member other than the data. */
static bool
member_read(struct gateway_frame *f, struct stoa_str name,
    struct stoa_str value, unsigned *has)
{
	int64_t number;

	if (stoa_str_is_equal(name, STOA_STR("op"))) {
		*has |= HAS_OP;
		if (!number_read(value, 1000, &number)) {
			return false;
		}
		f->op = (int)number;
	} else if (stoa_str_is_equal(name, STOA_STR("s"))) {
		*has |= HAS_SEQ;
		f->has_seq = !is_null(value);
		if (f->has_seq && !number_read(value, INT64_MAX, &number)) {
			return false;
		}
		f->seq = f->has_seq ? (uint64_t)number : 0;
	} else if (stoa_str_is_equal(name, STOA_STR("t"))) {
		*has |= HAS_TYPE;
		if (is_null(value)) {
			return true;
		}
		if (value.len < 2 || value.data[0] != '"') {
			return false;
		}
		f->type = stoa_str_of_bytes(value.data + 1, value.len - 2);
	}
	return true;
}

/* All that follows, but for the closing brace. */
static bool
rest_take(struct scan *s, struct stoa_str *ret_value)
{
	struct stoa_str rest =
	    stoa_str_trim(stoa_str_of_bytes(s->at, (size_t)(s->end - s->at)));

	if (rest.len < 2 || rest.data[rest.len - 1] != '}') {
		return false;
	}
	rest.len--;
	*ret_value = stoa_str_trim(rest);
	s->at = s->end;
	return true;
}

bool
gateway_frame_scan(struct stoa_str text, struct gateway_frame *ret_frame)
{
	struct scan s = {text.data, text.data + text.len};
	struct gateway_frame f = {.data = STOA_STR("null")};
	struct stoa_str name, value;
	unsigned has = 0;

	if (!take(&s, '{')) {
		return false;
	}
	do {
		if (!string_take(&s, &name) || !take(&s, ':')) {
			return false;
		}
		if (!stoa_str_is_equal(name, STOA_STR("d"))) {
			if (!value_take(&s, &value) ||
			    !member_read(&f, name, value, &has)) {
				return false;
			}
		} else if (has == HAS_ALL) {
			if (!rest_take(&s, &f.data)) {
				return false;
			}
			*ret_frame = f;
			return true;
		} else if (!value_take(&s, &f.data)) {
			return false;
		}
	} while (take(&s, ','));
	if (!take(&s, '}') || s.at != s.end || (has & HAS_OP) == 0) {
		return false;
	}
	*ret_frame = f;
	return true;
}

struct stoa_str
gateway_frame_member(struct stoa_str object, struct stoa_str name)
{
	struct scan s = {object.data, object.data + object.len};
	struct stoa_str none = {"", 0}, found, value;

	if (!take(&s, '{')) {
		return none;
	}
	do {
		if (!string_take(&s, &found) || !take(&s, ':') ||
		    !value_take(&s, &value)) {
			return none;
		}
		if (stoa_str_is_equal(found, name)) {
			return value.len >= 2 && value.data[0] == '"'
				   ? stoa_str_of_bytes(
					 value.data + 1, value.len - 2)
				   : none;
		}
	} while (take(&s, ','));
	return none;
}
