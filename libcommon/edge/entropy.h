/* entropy.h - what nobody can guess, from the system. Each is false when it
 * gives nothing. */
#ifndef STOA_EDGE_ENTROPY_H
#define STOA_EDGE_ENTROPY_H

#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>

STOA_MUST_USE bool stoa_entropy_bytes(void *to, size_t size);

/* Lower-case hexadecimal digits and a zero fill `text`; its size is odd, from
 * 3 to EDGE_ENTROPY_TEXT_MAX. */
STOA_MUST_USE bool stoa_entropy_text(char *text, size_t size);

#endif
