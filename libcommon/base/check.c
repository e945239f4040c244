/* check.c - the end of a process that has met one of its own bugs. */
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void
stoa_assert_failed(const char *cond, const char *file, int line)
{
	fprintf(stderr, "bug: %s:%d: %s does not hold\n", file, line, cond);
	abort();
}
