/* unit.h - what every unit test includes: cmocka and its prerequisites. */
#ifndef STOA_TESTS_UNIT_H
#define STOA_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#define assert_str(have, want)                                      \
	do {                                                        \
		struct stoa_str have_ = (have);                     \
		assert_int_equal(have_.len, strlen(want));          \
		assert_memory_equal(have_.data, (want), have_.len); \
	} while (0)

#endif
