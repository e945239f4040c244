/* json.h - reads JSON where it lies: no tree, no allocation, no copy.
 *
 * stoa_json_parse checks a whole text against RFC 8259 once, strictly; the
 * values it leads to are views of that text, and nothing done with them can
 * fail for a reason of syntax. Reading a member scans past its neighbours,
 * which costs about what memchr costs; ask for several members at once with
 * stoa_json_pick.
 *
 * Stricter than the grammar where the grammar leaves room: text is UTF-8
 * without a byte order mark, escapes must form whole characters (no lone
 * surrogate), nesting is bounded. Duplicate names are legal unless
 * STOA_JSON_UNIQUE_NAMES is asked for; without it the first one counts.
 * Layer 1, pure. Values live as long as the text. */
#ifndef STOA_BASE_JSON_H
#define STOA_BASE_JSON_H

#include "base/arena.h"
#include "base/check.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One bit of a word per level. Chat platforms nest about ten levels deep. */
#define STOA_JSON_DEPTH_MAX 64

/* With STOA_JSON_UNIQUE_NAMES: members one object may have. The comparison
 * is quadratic; at this bound it takes tens of microseconds. */
#define STOA_JSON_UNIQUE_MAX 256

/* A number whose text is longer is refused by stoa_json_to_double; no double
 * needs a quarter of this. */
#define STOA_JSON_NUMBER_LEN_MAX 256

enum stoa_json_type {
	STOA_JSON_NULL,
	STOA_JSON_BOOL,
	STOA_JSON_NUMBER,
	STOA_JSON_STRING,
	STOA_JSON_ARRAY,
	STOA_JSON_OBJECT,
};

enum stoa_json_flag {
	STOA_JSON_UNIQUE_NAMES = 1u << 0,
};

/* A value: its exact bytes, quotes and brackets included, no space around.
 * The zero value is "absent": of no type, refused by every getter. */
struct stoa_json {
	struct stoa_str text;
};

struct stoa_json_error {
	size_t offset;	  /* in bytes from the start */
	unsigned line;	  /* from 1 */
	unsigned column;  /* from 1, in characters */
	const char *text; /* static: "a string must end with a quote" */
};

/* Checks all of `text`. On failure *ret_root is untouched and *ret_error
 * (may be NULL) says where and why. O(text), no recursion. */
STOA_MUST_USE bool stoa_json_parse(struct stoa_str text, unsigned flags,
    struct stoa_json *ret_root, struct stoa_json_error *ret_error);

bool stoa_json_is_absent(struct stoa_json value);
enum stoa_json_type stoa_json_type(struct stoa_json value); /* not absent */

/* "a string", "an object": for messages. "nothing" when absent. */
const char *stoa_json_type_name(struct stoa_json value);

/* ---- containers ---- */

struct stoa_json_iter {
	const char *at;
	const char *end;
	bool is_object;
};

struct stoa_json_member {
	struct stoa_json name; /* a string; absent in arrays */
	struct stoa_json value;
};

/* `container` must be an array or an object. */
struct stoa_json_iter stoa_json_iter(struct stoa_json container);
bool stoa_json_next(
    struct stoa_json_iter *it, struct stoa_json_member *ret_member);
size_t stoa_json_count(struct stoa_json container);

/* The member called `name`; absent when there is none or `object` is not an
 * object, so that look-ups chain. */
struct stoa_json stoa_json_get(struct stoa_json object, struct stoa_str name);

/* Several members in one pass: values[i] answers names[i], absent when there
 * is none. Returns how many were found. */
size_t stoa_json_pick(struct stoa_json object, const struct stoa_str *names,
    size_t count, struct stoa_json *values);

/* ---- scalars: false, and the result untouched, on any other type ---- */

STOA_MUST_USE bool stoa_json_to_bool(struct stoa_json value, bool *ret_value);

/* Whole numbers without fraction or exponent, within int64. */
STOA_MUST_USE bool stoa_json_to_i64(struct stoa_json value, int64_t *ret_value);

/* The nearest double; false when it would be infinite. */
STOA_MUST_USE bool stoa_json_to_double(
    struct stoa_json value, double *ret_value);

/* The characters of a string. Borrows from the text when it has no escapes,
 * else decodes into the arena; false also when the arena is full. The result
 * may hold a zero byte ("\u0000"). */
STOA_MUST_USE bool stoa_json_to_str(struct stoa_json value,
    struct stoa_arena *arena, struct stoa_str *ret_value);

/* Whether the string's characters are exactly `want`; needs no memory. */
bool stoa_json_is_str(struct stoa_json value, struct stoa_str want);

#endif
