/* str.h - a borrowed run of bytes: pointer and length, not terminated.
 * Never owns; lives as long as what it points into. Layer 1, pure. */
#ifndef STOA_BASE_STR_H
#define STOA_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct stoa_str {
	const char *data;
	size_t len;
};

#define STOA_STR(literal) ((struct stoa_str){(literal), sizeof("" literal) - 1})

/* printf("%.*s", STOA_STR_ARG(s)) */
#define STOA_STR_ARG(s) (int)(s).len, (s).data

static inline struct stoa_str
stoa_str_of(const char *text)
{
	return (struct stoa_str){text, text == NULL ? 0 : strlen(text)};
}

static inline struct stoa_str
stoa_str_of_bytes(const void *data, size_t len)
{
	return (struct stoa_str){data, len};
}

static inline bool
stoa_str_is_equal(struct stoa_str a, struct stoa_str b)
{
	return a.len == b.len &&
	       (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool
stoa_str_has_prefix(struct stoa_str s, struct stoa_str prefix)
{
	return s.len >= prefix.len &&
	       (prefix.len == 0 ||
		   memcmp(s.data, prefix.data, prefix.len) == 0);
}

/* The part of `s` from `start` on; empty when `start` is past the end. */
static inline struct stoa_str
stoa_str_from(struct stoa_str s, size_t start)
{
	if (start > s.len) {
		start = s.len;
	}
	return (struct stoa_str){s.data + start, s.len - start};
}

/* Order by bytes, a prefix before what it begins: <0, 0, >0. */
int stoa_str_compare(struct stoa_str a, struct stoa_str b);

/* Cuts the text before the first `sep` off `*rest` and returns it; returns
 * all of it when there is none. `*rest` then starts after the separator. */
struct stoa_str stoa_str_cut(struct stoa_str *rest, char sep);

/* Without leading and trailing ASCII white space. */
struct stoa_str stoa_str_trim(struct stoa_str s);

/* Parses a whole decimal integer, optional '-', no spaces, no overflow. */
bool stoa_str_to_i64(struct stoa_str s, int64_t *ret_value);

/* True when `s` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong
 * forms, at most U+10FFFF). O(n). */
bool stoa_str_is_utf8(struct stoa_str s);

/* Length in bytes of the well-formed UTF-8 character that `s` begins with; 0
 * when there is none. */
size_t stoa_str_utf8_len(struct stoa_str s);

/* Edit distance (insert, delete, replace, swap of neighbours), at most
 * `limit` + 1; texts beyond 64 bytes count as far apart. For suggestions. */
size_t stoa_str_distance(struct stoa_str a, struct stoa_str b, size_t limit);

/* The entry of `names` closest to `word` within a distance that a typing
 * slip explains, or NULL. */
const char *stoa_str_suggest(
    struct stoa_str word, const char *const *names, size_t count);

#endif
