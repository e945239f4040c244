/* text.c - see text.h. */
#include "base/text.h"

#include "base/check.h"

#include <stdlib.h>

char *
stoa_text_of(struct stoa_str text)
{
	char *copy = malloc(text.len + 1);

	stoa_assert(copy != NULL);
	if (text.len > 0) {
		memcpy(copy, text.data, text.len);
	}
	copy[text.len] = '\0';
	return copy;
}

char *
stoa_text_dup(const char *text)
{
	return stoa_text_of(stoa_str_of(text));
}

void
stoa_text_set(char **text, const char *value)
{
	char *before = *text;

	*text = stoa_text_dup(value);
	free(before);
}

/* At `p`, in text that is well-formed and terminated: what a terminal obeys
 * (C0, DEL and C1), and what turns the order of other people's letters around
 * (U+202A to 202E, U+2066 to 2069). Marks of direction and joiners are left:
 * languages need them. */
static bool
is_deceptive(const unsigned char *p)
{
	if (p[0] < 0x20 || p[0] == 0x7f) {
		return true;
	}
	if (p[0] == 0xc2) {
		return p[1] < 0xa0;
	}
	return p[0] == 0xe2 &&
	       ((p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) ||
		   (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

static bool
is_valid(const char *text, size_t len_min, size_t len_max, bool has_lines)
{
	struct stoa_str s = stoa_str_of(text);

	if (s.len < len_min || s.len > len_max || !stoa_str_is_utf8(s)) {
		return false;
	}
	for (size_t i = 0; i < s.len; i++) {
		if (has_lines && s.data[i] == '\n') {
			continue;
		}
		if (is_deceptive((const unsigned char *)s.data + i)) {
			return false;
		}
	}
	return true;
}

bool
stoa_text_is_line(const char *text, size_t len_min, size_t len_max)
{
	return is_valid(text, len_min, len_max, false);
}

bool
stoa_text_has_lines(const char *text, size_t len_max)
{
	return is_valid(text, 0, len_max, true);
}
