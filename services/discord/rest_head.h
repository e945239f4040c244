/* rest_head.h - what an answer says about limits and faults.
 *
 * Times are the answer's own differences (Reset-After, Retry-After), never
 * its clock, and are rounded up. Layer 1, pure. */
#ifndef DISCORD_REST_HEAD_H
#define DISCORD_REST_HEAD_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define REST_HASH_SIZE 64

enum rest_scope {
	REST_SCOPE_USER,   /* this bot, this bucket */
	REST_SCOPE_SHARED, /* the resource, whoever asks: not our fault */
	REST_SCOPE_GLOBAL, /* this bot, everything */
	REST_SCOPE_CLOUD,  /* not Discord but what stands before it */
};
#define REST_SCOPE_COUNT 4

const char *rest_scope_name(enum rest_scope scope);

struct rest_head {
	unsigned http;
	int64_t code; /* of the error, 0 when none */

	char bucket[REST_HASH_SIZE]; /* "" when none */
	bool has_limits;	     /* the three below were all there */
	int64_t limit;
	int64_t remaining;
	int64_t reset_after_us;

	enum rest_scope scope;	/* of a 429 */
	int64_t retry_after_us; /* of a 429 or 503; 0: not said */
};

/* NULL when the answer has no such header. */
typedef const char *rest_header_fn(void *context, const char *name);

void rest_head_read(unsigned http, struct stoa_str body, rest_header_fn *header,
    void *context, struct rest_head *ret_head);

/* "1.2345" seconds to microseconds, rounded up to a millisecond, at most
 * REST_WAIT_US_MAX. False: not a number, or negative. */
bool rest_seconds_read(struct stoa_str text, int64_t *ret_us);

#endif
