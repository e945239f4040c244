/* status.c - the status table, unfolded. */
#include "base/status.h"

#include <stddef.h>

struct row {
	const char *name;
	const char *text;
	unsigned http;
	enum stoa_retry retry;
};

static const struct row rows[] = {
#define STOA_STATUS(name, code, class, http, text) \
	[code] = {#name, text, http, STOA_RETRY_##class},
#include "base/status.tbl"
#undef STOA_STATUS
};

static const struct row *
row_get(enum stoa_status status)
{
	stoa_assert((size_t)status < STOA_COUNT(rows));
	return &rows[status];
}

enum stoa_status
stoa_status_of_code(unsigned code)
{
	if (code >= STOA_COUNT(rows)) {
		return STOA_INTERNAL;
	}
	return (enum stoa_status)code;
}

const char *
stoa_status_name(enum stoa_status status)
{
	return row_get(status)->name;
}

const char *
stoa_status_text(enum stoa_status status)
{
	return row_get(status)->text;
}

unsigned
stoa_status_http(enum stoa_status status)
{
	return row_get(status)->http;
}

enum stoa_retry
stoa_status_retry(enum stoa_status status)
{
	return row_get(status)->retry;
}
