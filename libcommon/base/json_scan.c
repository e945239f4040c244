/* json_scan.c - the strict check of a JSON text (RFC 8259) in one pass.
 *
 * A loop over "here a value must come" and "here a value has ended"; the
 * kinds of the open containers are bits of one word, so nesting costs no
 * stack and is bounded by the word. Strings are passed eight bytes at a
 * time. */
#include "base/json_scan.h"

#include "base/json.h"

#include <endian.h>

struct scan {
	const char *at;
	const char *start;
	const char *end;
	const char *error; /* NULL while all is well */
	uint64_t objects;  /* bit per level: set for {, clear for [ */
	unsigned depth;
	unsigned flags;
	const char *opened[STOA_JSON_DEPTH_MAX]; /* where each level began */
};

STOA_STATIC_ASSERT(STOA_JSON_DEPTH_MAX <= 64, "one bit of a word per level");

static bool
fail(struct scan *s, const char *error)
{
	s->error = error;
	return false;
}

/* ---- eight bytes at a time ---- */

#define ONES  UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

/* High bit set in each zero byte. A borrow may also mark a byte above a true
 * hit, so only the lowest mark is to be believed. */
static inline uint64_t
zero_bytes(uint64_t word)
{
	return (word - ONES) & ~word & HIGHS;
}

static inline uint64_t
word_load(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return le64toh(word); /* the first byte lowest, on any machine */
}

static inline uint64_t
quote_bytes(uint64_t word)
{
	return zero_bytes(word ^ (ONES * '"')) |
	       zero_bytes(word ^ (ONES * '\\'));
}

const char *
stoa_json_scan_quote(const char *at, const char *end)
{
	while (end - at >= 8) {
		uint64_t hits = quote_bytes(word_load(at));

		if (hits != 0) {
			return at + __builtin_ctzll(hits) / 8;
		}
		at += 8;
	}
	while (at < end && *at != '"' && *at != '\\') {
		at++;
	}
	return at;
}

/* The first byte that is not plain: a quote, a backslash, a control
 * character or a part of a longer UTF-8 sequence. */
static const char *
plain_end(const char *at, const char *end)
{
	while (end - at >= 8) {
		uint64_t word = word_load(at);
		uint64_t hits = quote_bytes(word) | (word & HIGHS) |
				((word - ONES * 0x20) & ~word & HIGHS);

		if (hits != 0) {
			return at + __builtin_ctzll(hits) / 8;
		}
		at += 8;
	}
	while (at < end && (unsigned char)*at >= 0x20 &&
	       (unsigned char)*at < 0x80 && *at != '"' && *at != '\\') {
		at++;
	}
	return at;
}

const char *
stoa_json_scan_space(const char *at, const char *end)
{
	while (at < end &&
	       (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) {
		at++;
	}
	return at;
}

/* ---- strings ---- */

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four hexadecimal digits at `at`, or -1. */
static int32_t
hex_unit(const char *at, const char *end)
{
	int32_t unit = 0;

	if (end - at < 4) {
		return -1;
	}
	for (size_t i = 0; i < 4; i++) {
		int digit = hex_digit(at[i]);

		if (digit < 0) {
			return -1;
		}
		unit = unit * 16 + digit;
	}
	return unit;
}

static bool
is_high_surrogate(int32_t unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool
is_low_surrogate(int32_t unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* `at` stands after "\u". */
static bool
scan_unicode_escape(struct scan *s)
{
	int32_t unit = hex_unit(s->at, s->end);

	if (unit < 0) {
		return fail(s, "\\u needs four hexadecimal digits");
	}
	if (is_low_surrogate(unit)) {
		return fail(s, "half of a surrogate pair is no character");
	}
	s->at += 4;
	if (!is_high_surrogate(unit)) {
		return true;
	}
	if (s->end - s->at < 2 || s->at[0] != '\\' || s->at[1] != 'u' ||
	    !is_low_surrogate(hex_unit(s->at + 2, s->end))) {
		return fail(s, "half of a surrogate pair is no character");
	}
	s->at += 6;
	return true;
}

/* `at` stands on the backslash. */
static bool
scan_escape(struct scan *s)
{
	if (s->end - s->at < 2) {
		return fail(s, "a string must end with a quote");
	}
	s->at += 2;
	switch (s->at[-1]) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		return true;
	case 'u':
		return scan_unicode_escape(s);
	default:
		s->at--;
		return fail(s, "there is no such escape; use one of "
			       "\\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX");
	}
}

static bool
scan_string(struct scan *s)
{
	stoa_assert(*s->at == '"');
	s->at++;
	for (;;) {
		size_t step;

		s->at = plain_end(s->at, s->end);
		if (s->at == s->end) {
			return fail(s, "a string must end with a quote");
		}
		if (*s->at == '"') {
			s->at++;
			return true;
		}
		if (*s->at == '\\') {
			if (!scan_escape(s)) {
				return false;
			}
			continue;
		}
		step = stoa_str_utf8_len(
		    (struct stoa_str){s->at, (size_t)(s->end - s->at)});
		if (step == 0) {
			return fail(s, "the text is not valid UTF-8");
		}
		if (step == 1) {
			return fail(s, "a control character in a string must "
				       "be escaped");
		}
		s->at += step;
	}
}

/* ---- other scalars ---- */

static bool
is_digit_here(const struct scan *s)
{
	return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

static bool
scan_digits(struct scan *s, const char *error)
{
	if (!is_digit_here(s)) {
		return fail(s, error);
	}
	while (is_digit_here(s)) {
		s->at++;
	}
	return true;
}

static bool
scan_number(struct scan *s)
{
	if (*s->at == '-') {
		s->at++;
	}
	if (s->at < s->end && *s->at == '0') {
		s->at++;
		if (is_digit_here(s)) {
			return fail(s, "a number must not begin with zeros");
		}
	} else if (!scan_digits(s, "a minus sign must precede a digit")) {
		return false;
	}
	if (s->at < s->end && *s->at == '.') {
		s->at++;
		if (!scan_digits(s, "a digit must follow the decimal point")) {
			return false;
		}
	}
	if (s->at < s->end && (*s->at == 'e' || *s->at == 'E')) {
		s->at++;
		if (s->at < s->end && (*s->at == '+' || *s->at == '-')) {
			s->at++;
		}
		return scan_digits(s, "the exponent has no digits");
	}
	return true;
}

static bool
scan_word(struct scan *s)
{
	static const struct stoa_str words[] = {
	    {"true", 4},
	    {"false", 5},
	    {"null", 4},
	};
	struct stoa_str rest = {s->at, (size_t)(s->end - s->at)};

	for (size_t i = 0; i < STOA_COUNT(words); i++) {
		if (stoa_str_has_prefix(rest, words[i])) {
			s->at += words[i].len;
			return true;
		}
	}
	if (rest.data[0] == '\'') {
		return fail(s, "text takes double quotes, not single ones");
	}
	return fail(s, "expected a value: an object, an array, a \"string\", "
		       "a number, true, false or null");
}

/* ---- containers ---- */

static bool
names_are_equal(struct stoa_json a, struct stoa_json b)
{
	struct stoa_json_decoder in_a, in_b;
	int byte_a, byte_b;

	if (stoa_str_is_equal(a.text, b.text)) {
		return true;
	}
	if (memchr(a.text.data, '\\', a.text.len) == NULL &&
	    memchr(b.text.data, '\\', b.text.len) == NULL) {
		return false;
	}
	stoa_json_decoder_init(
	    &in_a, (struct stoa_str){a.text.data + 1, a.text.len - 2});
	stoa_json_decoder_init(
	    &in_b, (struct stoa_str){b.text.data + 1, b.text.len - 2});
	do {
		byte_a = stoa_json_decoder_next(&in_a);
		byte_b = stoa_json_decoder_next(&in_b);
	} while (byte_a == byte_b && byte_a >= 0);
	return byte_a == byte_b;
}

/* The object in [begin, s->at) has just been closed. */
static bool
check_names(struct scan *s, const char *begin)
{
	struct stoa_json names[STOA_JSON_UNIQUE_MAX];
	struct stoa_json object = {{begin, (size_t)(s->at - begin)}};
	struct stoa_json_iter it = stoa_json_iter(object);
	struct stoa_json_member member;
	size_t count = 0;

	while (stoa_json_next(&it, &member)) {
		if (count == STOA_COUNT(names)) {
			s->at = member.name.text.data;
			return fail(s, "an object here may have at most "
				       "256 members");
		}
		for (size_t i = 0; i < count; i++) {
			if (names_are_equal(names[i], member.name)) {
				s->at = member.name.text.data;
				return fail(s, "this name stands twice in "
					       "the object");
			}
		}
		names[count++] = member.name;
	}
	return true;
}

STOA_STATIC_ASSERT(STOA_JSON_UNIQUE_MAX == 256, "the message above says so");

static bool
is_in_object(const struct scan *s)
{
	return s->depth > 0 && (s->objects >> (s->depth - 1) & 1) != 0;
}

/* Name and colon before a member's value. */
static bool
scan_name(struct scan *s)
{
	if (s->at == s->end || *s->at != '"') {
		return fail(s, "expected a member's name in double quotes");
	}
	if (!scan_string(s)) {
		return false;
	}
	s->at = stoa_json_scan_space(s->at, s->end);
	if (s->at == s->end || *s->at != ':') {
		return fail(s, "expected a colon after the member's name");
	}
	s->at = stoa_json_scan_space(s->at + 1, s->end);
	return true;
}

static bool
scan_open(struct scan *s)
{
	if (s->depth == STOA_JSON_DEPTH_MAX) {
		return fail(s, "the nesting is deeper than 64 levels");
	}
	s->objects &= ~(UINT64_C(1) << s->depth);
	s->objects |= (uint64_t)(*s->at == '{') << s->depth;
	s->opened[s->depth] = s->at;
	s->depth++;
	s->at = stoa_json_scan_space(s->at + 1, s->end);
	return true;
}

STOA_STATIC_ASSERT(STOA_JSON_DEPTH_MAX == 64, "the message above says so");

static bool
is_close_here(const struct scan *s)
{
	return s->at < s->end && *s->at == (is_in_object(s) ? '}' : ']');
}

static bool
scan_close(struct scan *s)
{
	bool was_object = is_in_object(s);

	s->at++;
	s->depth--;
	if (was_object && (s->flags & STOA_JSON_UNIQUE_NAMES) != 0) {
		return check_names(s, s->opened[s->depth]);
	}
	return true;
}

/* A value has ended inside a container: closes what closes here, passes the
 * comma before the next value if there is one. */
static bool
scan_after_value(struct scan *s, bool *ret_is_next)
{
	*ret_is_next = false;
	while (s->depth > 0) {
		s->at = stoa_json_scan_space(s->at, s->end);
		if (is_close_here(s)) {
			if (!scan_close(s)) {
				return false;
			}
			continue;
		}
		if (s->at == s->end || *s->at != ',') {
			return fail(
			    s, is_in_object(s)
				   ? "expected a comma or } after the member"
				   : "expected a comma or ] after the element");
		}
		s->at = stoa_json_scan_space(s->at + 1, s->end);
		*ret_is_next = true;
		return !is_in_object(s) || scan_name(s);
	}
	return true;
}

static bool
scan_scalar(struct scan *s)
{
	if (*s->at == '"') {
		return scan_string(s);
	}
	if (*s->at == '-' || is_digit_here(s)) {
		return scan_number(s);
	}
	return scan_word(s);
}

static bool
scan_document(struct scan *s)
{
	bool is_next = true;

	s->at = stoa_json_scan_space(s->at, s->end);
	while (is_next) {
		if (s->at == s->end) {
			return fail(s, "a value is missing");
		}
		if (*s->at == '{' || *s->at == '[') {
			if (!scan_open(s)) {
				return false;
			}
			if (!is_close_here(s)) {
				if (is_in_object(s) && !scan_name(s)) {
					return false;
				}
				continue;
			}
		} else if (!scan_scalar(s)) {
			return false;
		}
		if (!scan_after_value(s, &is_next)) {
			return false;
		}
	}
	return true;
}

/* ---- the whole text ---- */

static void
error_fill(const struct scan *s, struct stoa_json_error *ret_error)
{
	struct stoa_json_error error = {
	    .offset = (size_t)(s->at - s->start),
	    .line = 1,
	    .column = 1,
	    .text = s->error,
	};

	for (const char *p = s->start; p < s->at; p++) {
		if (*p == '\n') {
			error.line++;
			error.column = 1;
		} else if ((*p & 0xc0) != 0x80) {
			error.column++; /* not inside a sequence */
		}
	}
	*ret_error = error;
}

bool
stoa_json_parse(struct stoa_str text, unsigned flags,
    struct stoa_json *ret_root, struct stoa_json_error *ret_error)
{
	static const char none[1];
	const char *data = text.data == NULL ? none : text.data;
	struct scan s;
	const char *first, *last;

	/* Not zeroed as a whole: `opened` is large and written before read. */
	s.at = data;
	s.start = data;
	s.end = data + text.len;
	s.error = NULL;
	s.objects = 0;
	s.depth = 0;
	s.flags = flags;
	first = stoa_json_scan_space(s.at, s.end);
	if (scan_document(&s)) {
		last = s.at;
		s.at = stoa_json_scan_space(s.at, s.end);
		if (s.at == s.end) {
			*ret_root =
			    (struct stoa_json){{first, (size_t)(last - first)}};
			return true;
		}
		(void)fail(&s, "nothing may follow the value");
	}
	if (ret_error != NULL) {
		error_fill(&s, ret_error);
	}
	return false;
}

/* ---- decoding checked strings ---- */

void
stoa_json_decoder_init(struct stoa_json_decoder *d, struct stoa_str inner)
{
	*d = (struct stoa_json_decoder){
	    .at = inner.data,
	    .end = inner.data + inner.len,
	};
}

static void
decode_character(struct stoa_json_decoder *d, uint32_t c)
{
	unsigned char *to = d->bytes;

	d->used = 0;
	if (c < 0x80) {
		to[0] = (unsigned char)c;
		d->len = 1;
	} else if (c < 0x800) {
		to[0] = (unsigned char)(0xc0 | c >> 6);
		to[1] = (unsigned char)(0x80 | (c & 0x3f));
		d->len = 2;
	} else if (c < 0x10000) {
		to[0] = (unsigned char)(0xe0 | c >> 12);
		to[1] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (unsigned char)(0x80 | (c & 0x3f));
		d->len = 3;
	} else {
		to[0] = (unsigned char)(0xf0 | c >> 18);
		to[1] = (unsigned char)(0x80 | (c >> 12 & 0x3f));
		to[2] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
		to[3] = (unsigned char)(0x80 | (c & 0x3f));
		d->len = 4;
	}
}

/* `at` stands after "\u" of a checked escape. */
static void
decode_unicode_escape(struct stoa_json_decoder *d)
{
	int32_t unit = hex_unit(d->at, d->end);

	stoa_assert(unit >= 0);
	d->at += 4;
	if (is_high_surrogate(unit)) {
		int32_t low = hex_unit(d->at + 2, d->end);

		stoa_assert(is_low_surrogate(low));
		d->at += 6;
		unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
	}
	decode_character(d, (uint32_t)unit);
}

static unsigned char
escape_byte(char c)
{
	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return (unsigned char)c; /* a quote, a slash, a backslash */
	}
}

int
stoa_json_decoder_next(struct stoa_json_decoder *d)
{
	if (d->used < d->len) {
		return d->bytes[d->used++];
	}
	if (d->at == d->end) {
		return -1;
	}
	if (*d->at != '\\') {
		return (unsigned char)*d->at++;
	}
	stoa_assert(d->end - d->at >= 2);
	d->at += 2;
	if (d->at[-1] != 'u') {
		return escape_byte(d->at[-1]);
	}
	decode_unicode_escape(d);
	return d->bytes[d->used++];
}
