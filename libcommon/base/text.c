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

static bool
is_valid(const char *text, size_t len_min, size_t len_max, bool has_lines)
{
	struct stoa_str s = stoa_str_of(text);

	if (s.len < len_min || s.len > len_max || !stoa_str_is_utf8(s)) {
		return false;
	}
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.data[i] < 0x20 &&
		    !(has_lines && s.data[i] == '\n')) {
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
