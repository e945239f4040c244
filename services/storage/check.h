/* check.h - hands a failure to the caller at once. Only for functions that
 * hold nothing to release. */
#ifndef STORAGE_CHECK_H
#define STORAGE_CHECK_H

#include "base/status.h"

#define STORAGE_CHECK(call)                        \
	do {                                       \
		enum stoa_status status_ = (call); \
		if (status_ != STOA_OK) {          \
			return status_;            \
		}                                  \
	} while (0)

#endif
