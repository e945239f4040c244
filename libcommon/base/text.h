/* text.h - texts that a state keeps: copied, replaced, and checked before.
 * Layer 0, pure. Copies are malloc'd and the caller's; out of memory aborts. */
#ifndef STOA_BASE_TEXT_H
#define STOA_BASE_TEXT_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

char *stoa_text_dup(const char *text);
char *stoa_text_of(struct stoa_str text);

/* Frees what stood there; `value` may be part of it. */
void stoa_text_set(char **text, const char *value);

/* One line of well-formed UTF-8 without control characters and without what
 * turns the direction of reading, its length in bytes within these. */
bool stoa_text_is_line(const char *text, size_t len_min, size_t len_max);

/* The same with line ends (LF), possibly empty. */
bool stoa_text_has_lines(const char *text, size_t len_max);

#endif
