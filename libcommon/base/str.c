/* str.c - operations on borrowed text that do not fit a header. */
#include "base/str.h"

#include "base/check.h"

int
stoa_str_compare(struct stoa_str a, struct stoa_str b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len == 0 ? 0 : memcmp(a.data, b.data, len);

	if (order != 0) {
		return order;
	}
	return (a.len > b.len) - (a.len < b.len);
}

struct stoa_str
stoa_str_cut(struct stoa_str *rest, char sep)
{
	struct stoa_str head = *rest;
	const char *at =
	    rest->len == 0 ? NULL : memchr(rest->data, sep, rest->len);

	if (at == NULL) {
		*rest = stoa_str_from(*rest, rest->len);
		return head;
	}
	head.len = (size_t)(at - rest->data);
	*rest = stoa_str_from(*rest, head.len + 1);
	return head;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct stoa_str
stoa_str_trim(struct stoa_str s)
{
	while (s.len > 0 && is_space(s.data[0])) {
		s.data++;
		s.len--;
	}
	while (s.len > 0 && is_space(s.data[s.len - 1])) {
		s.len--;
	}
	return s;
}

bool
stoa_str_to_i64(struct stoa_str s, int64_t *ret_value)
{
	bool negative = s.len > 0 && s.data[0] == '-';
	int64_t value = 0;

	if (s.len == (negative ? 1u : 0u)) {
		return false;
	}
	for (size_t i = negative ? 1 : 0; i < s.len; i++) {
		int digit = s.data[i] - '0';

		if (digit < 0 || digit > 9) {
			return false;
		}
		/* Accumulate downwards: INT64_MIN has no positive twin. */
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_sub_overflow(value, digit, &value)) {
			return false;
		}
	}
	if (!negative && __builtin_sub_overflow((int64_t)0, value, &value)) {
		return false;
	}
	*ret_value = value;
	return true;
}

size_t
stoa_str_utf8_len(struct stoa_str s)
{
	const unsigned char *p = (const unsigned char *)s.data;
	unsigned char low = 0x80, high = 0xbf;
	size_t len;

	if (s.len == 0) {
		return 0;
	}
	if (p[0] < 0x80) {
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		len = 2;
	} else if (p[0] >= 0xe0 && p[0] <= 0xef) {
		len = 3;
		low = p[0] == 0xe0 ? 0xa0 : 0x80;
		high = p[0] == 0xed ? 0x9f : 0xbf;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		len = 4;
		low = p[0] == 0xf0 ? 0x90 : 0x80;
		high = p[0] == 0xf4 ? 0x8f : 0xbf;
	} else {
		return 0;
	}
	if (s.len < len || p[1] < low || p[1] > high) {
		return 0;
	}
	for (size_t i = 2; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			return 0;
		}
	}
	return len;
}

bool
stoa_str_is_utf8(struct stoa_str s)
{
	size_t at = 0;

	while (at < s.len) {
		size_t step = stoa_str_utf8_len(stoa_str_from(s, at));

		if (step == 0) {
			return false;
		}
		at += step;
	}
	return true;
}

#define DISTANCE_LEN_MAX 64

size_t
stoa_str_distance(struct stoa_str a, struct stoa_str b, size_t limit)
{
	size_t row[3][DISTANCE_LEN_MAX + 1];
	size_t *above2 = row[0], *above = row[1], *cur = row[2];

	if (a.len > DISTANCE_LEN_MAX || b.len > DISTANCE_LEN_MAX) {
		return limit + 1;
	}
	for (size_t j = 0; j <= b.len; j++) {
		above[j] = j;
		above2[j] = j;
	}
	for (size_t i = 1; i <= a.len; i++) {
		size_t *spare = above2;

		cur[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			bool same = a.data[i - 1] == b.data[j - 1];
			size_t best = above[j - 1] + (same ? 0 : 1);

			best = above[j] + 1 < best ? above[j] + 1 : best;
			best = cur[j - 1] + 1 < best ? cur[j - 1] + 1 : best;
			if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] &&
			    a.data[i - 2] == b.data[j - 1] &&
			    above2[j - 2] + 1 < best) {
				best = above2[j - 2] + 1;
			}
			cur[j] = best;
		}
		above2 = above;
		above = cur;
		cur = spare;
	}
	return above[b.len] > limit ? limit + 1 : above[b.len];
}

const char *
stoa_str_suggest(struct stoa_str word, const char *const *names, size_t count)
{
	/* One slip in a short word, up to three in a long one. */
	size_t limit = word.len < 4 ? 1 : word.len < 8 ? 2 : 3;
	size_t best_distance = limit + 1;
	const char *best = NULL;

	for (size_t i = 0; i < count; i++) {
		size_t distance =
		    stoa_str_distance(word, stoa_str_of(names[i]), limit);

		if (distance < best_distance) {
			best_distance = distance;
			best = names[i];
		}
	}
	return best;
}
