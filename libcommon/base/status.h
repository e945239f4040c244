/* status.h - the result of everything that can fail operationally.
 * One table (status.tbl) carries code, retry class, HTTP status and text.
 * Retry policy reads the class, never the code. Layer 1, pure. */
#ifndef STOA_BASE_STATUS_H
#define STOA_BASE_STATUS_H

#include "base/check.h"

enum stoa_status {
#define STOA_STATUS(name, code, class, http, text) STOA_##name = (code),
#include "base/status.tbl"
#undef STOA_STATUS
};

enum stoa_retry {
	STOA_RETRY_NEVER,
	STOA_RETRY_LATER,
	STOA_RETRY_SAME_ID,
};

/* Status of a code read from the wire; an unknown code is INTERNAL. */
enum stoa_status stoa_status_of_code(unsigned code);

const char *stoa_status_name(enum stoa_status status); /* "NOT_FOUND" */
const char *stoa_status_text(enum stoa_status status);
unsigned stoa_status_http(enum stoa_status status);
enum stoa_retry stoa_status_retry(enum stoa_status status);

#endif
