/* port/call.h - HTTP requests that never block: for the loop.
 *
 * A caller keeps connections (HTTP/2 where the server offers it, else
 * HTTP/1.1 kept alive) and runs calls over them; a call ends with exactly one
 * callback on the loop, never before stoa_call_start has returned, or with
 * stoa_call_cancel and none. Work that must not wait for other work gets a
 * caller of its own.
 *
 * Only http and https; certificates are checked; no redirect is followed, no
 * proxy or password is taken from the environment, nothing is logged. A
 * request that may have reached the server is never sent again, unless it is
 * said to be repeatable: then a connection that turns out to be dead may be
 * replaced once more without anybody hearing of it.
 *
 * One thread: the loop's. */
#ifndef STOA_PORT_CALL_H
#define STOA_PORT_CALL_H

#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stoa_caller;
struct stoa_call;
struct stoa_loop;

/* ---- a pool of connections ----------------------------------------------
 */

struct stoa_caller_options {
	unsigned connections_max; /* open at once, idle ones included; >= 1 */
	unsigned calls_max;	  /* under way or waiting for a connection */
	const char *ca_file;	  /* PEM; NULL: the system's */
	const char *user_agent;	  /* NULL: none */
};

/* All of `options` is copied. NO_MEMORY. */
STOA_MUST_USE enum stoa_status stoa_caller_open(struct stoa_loop *loop,
    const struct stoa_caller_options *options, struct stoa_caller **ret_caller);

/* Cancels what is under way; the loop must turn once more for the last of it
 * to be freed. NULL does nothing. May be called from a callback. */
void stoa_caller_close(struct stoa_caller *caller);

struct stoa_caller_stat {
	uint64_t calls;	      /* started */
	uint64_t connections; /* opened: calls far above it share them */
	unsigned under_way;
};

struct stoa_caller_stat stoa_caller_stat(const struct stoa_caller *caller);

/* ---- a call --------------------------------------------------------------
 */

struct stoa_call_header {
	const char *name;
	const char *value; /* no line breaks: INVALID otherwise */
};

/* One part of a multipart/form-data body (RFC 7578). */
struct stoa_call_part {
	const char *name;
	const char *file_name;	  /* NULL: no file */
	const char *content_type; /* NULL: none said */
	struct stoa_str data;
};

struct stoa_call_request {
	const char *method;
	const char *url;
	const struct stoa_call_header *headers;
	size_t header_count;

	/* The body: parts if there are any, else the bytes; a method that
	 * has bodies by its nature gets an empty one. */
	const char *content_type; /* of `body`; NULL: none said */
	struct stoa_str body;
	const struct stoa_call_part *parts;
	size_t part_count;

	int64_t timeout_us;	/* from start to the last byte; > 0 */
	size_t answer_size_max; /* of the answer's body */
	bool is_repeatable;	/* twice does what once does */
};

struct stoa_call_answer {
	/* OK: the server answered, whatever it said. Otherwise UNAVAILABLE
	 * (no connection), TIMEOUT, IO (the connection broke), TOO_LARGE (the
	 * answer), NO_MEMORY. */
	enum stoa_status status;
	/* Of a failure: the server may have seen the request. */
	bool may_have_arrived;
	unsigned http; /* the HTTP status, 0 when none came */
	struct stoa_str body;
	const char *detail; /* of a failure, for a person; no secrets in it */
	struct stoa_call *call;
};

/* The answer is valid during the callback. */
typedef void (*stoa_call_done)(
    void *owner, const struct stoa_call_answer *answer);

/* What `body` and the parts' `data` point to is borrowed until the callback
 * or the cancel; all else is copied. *ret_call (may be NULL) is valid as
 * long. Refuses: INVALID (a header, the URL's scheme), BUSY (calls_max),
 * NO_MEMORY. */
STOA_MUST_USE enum stoa_status stoa_call_start(struct stoa_caller *caller,
    const struct stoa_call_request *request, stoa_call_done done, void *owner,
    struct stoa_call **ret_call);

/* No callback will come. The server may or may not have seen the request. */
void stoa_call_cancel(struct stoa_call *call);

/* A header of the answer, its name in any case; NULL when absent. */
const char *stoa_call_header(
    const struct stoa_call_answer *answer, const char *name);

#endif
