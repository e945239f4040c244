/* port/fetch.h - HTTP requests that block: for threads of the worker pool and
 * for programs, never for a loop.
 *
 * A fetch is one connection's worth of work: one request at a time, reused for
 * the next (keep-alive). The answer is pulled, so a slow reader slows the
 * sender down and nothing is buffered beyond FETCH_BUFFER_MAX. Not thread
 * safe. */
#ifndef STOA_PORT_FETCH_H
#define STOA_PORT_FETCH_H

#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stoa_fetch;

/* Gives up to `size` bytes of the body; 0 at its end. Anything but OK aborts
 * the request and becomes its result. */
typedef enum stoa_status stoa_fetch_body_fn(
    void *context, char *to, size_t size, size_t *ret_len);

#define STOA_FETCH_SIZE_UNKNOWN UINT64_MAX

struct stoa_fetch_request {
	const char *method; /* "GET", "PUT", ... */
	const char *url;
	const char *bearer;	  /* NULL: no Authorization */
	const char *range;	  /* "100-" or NULL */
	const char *content_type; /* of the body, or NULL */
	stoa_fetch_body_fn *body; /* NULL: none */
	void *body_context;
	uint64_t body_size; /* or unknown: sent in chunks */
	int64_t timeout_us; /* of the whole request; 0: none */
	/* Asked every second or so: true gives CANCELLED. May be NULL. */
	bool (*is_cancelled)(void *context);
	void *cancel_context;
};

STOA_MUST_USE enum stoa_status stoa_fetch_open(struct stoa_fetch **ret_fetch);
void stoa_fetch_close(struct stoa_fetch *fetch);

/* Sends the request with its body and waits for the head of the answer; an
 * HTTP error is an answer. What the request points to must live until the
 * answer has been read. Refuses: INVALID (the URL), UNAVAILABLE (no
 * connection), TIMEOUT (also when nothing moved for FETCH_STALL_SECONDS),
 * CANCELLED, what the body gave, IO (the connection broke). */
STOA_MUST_USE enum stoa_status stoa_fetch_start(
    struct stoa_fetch *fetch, const struct stoa_fetch_request *request);

/* Of the answer: the HTTP status; a header (NULL when absent; borrowed until
 * the next start). */
unsigned stoa_fetch_status(const struct stoa_fetch *fetch);
const char *stoa_fetch_header(struct stoa_fetch *fetch, const char *name);

/* The next bytes of the answer; 0 at its end, which has then been checked
 * against its length. Refuses as start. */
STOA_MUST_USE enum stoa_status stoa_fetch_read(
    struct stoa_fetch *fetch, void *to, size_t size, size_t *ret_len);

#endif
