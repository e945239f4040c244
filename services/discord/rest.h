/* rest.h - calling Discord's REST API (v10) for one bot.
 *
 * Requests are queued, sent when every limit allows it, and sent again when
 * that is safe; each ends with one callback on the loop. What is decided and
 * why stands in rest_core.h; here are the connections, in two pools: answers
 * to interactions share none with anything else.
 *
 * The bot's token goes into a header of requests that need it, is never
 * logged, printed or part of any message, and is wiped at the end. One thread:
 * the loop's. */
#ifndef DISCORD_REST_H
#define DISCORD_REST_H

#include "base/buf.h"
#include "base/status.h"
#include "base/str.h"
#include "discord/rest_bucket.h"
#include "port/part.h"

struct rest;
struct rest_request;
struct rest_call;
struct stoa_cache;
struct stoa_loop;

#define REST_BASE_URL "https://discord.com/api/v10"

struct rest_options {
	const char *base_url; /* NULL: REST_BASE_URL */
	const char *token;    /* without "Bot " */
	const char *ca_file;  /* NULL: the system's */
	const char *home_url; /* of the project, for User-Agent */
	const char *version;
	unsigned global_limit;	  /* 0: the default, 50 a second */
	unsigned invalid_max;	  /* 0: the default, 10,000 per 10 minutes */
	struct stoa_cache *cache; /* shares the limits of replicas; may be NULL;
				     borrowed until the close */
	uint64_t seed;		  /* random */
	/* A file that keeps what was spent of the invalid requests over a
	 * restart; NULL: none. */
	const char *state_path;
};

/* All of `options` but the cache is copied. INVALID (URL, token), NO_MEMORY. */
STOA_MUST_USE enum stoa_status rest_open(struct stoa_loop *loop,
    const struct rest_options *options, struct rest **ret_rest);

/* No callback comes after this. NULL does nothing. Not from a callback. */
void rest_close(struct rest *rest);

struct rest_file {
	const char *name; /* shown to people */
	const char *content_type;
	struct stoa_str data;
};

struct rest_request {
	enum rest_method method;
	const char *path;	       /* "/channels/123/messages", encoded */
	const char *query;	       /* "limit=5", encoded; NULL: none */
	struct stoa_str json;	       /* empty: no body */
	const struct rest_file *files; /* then json is payload_json */
	size_t file_count;
	const char *reason; /* for the audit log, UTF-8; NULL: none */
	enum rest_lane lane;
	/* The same twice is the same once: POST with a nonce and
	 * enforce_nonce. Other methods and callbacks are it by nature. */
	bool is_repeatable;
	/* Its order among the requests of its bucket does not matter. GET is
	 * so by nature. */
	bool may_overlap;
	int64_t timeout_us; /* for all tries and waits; 0: the default */
};

struct rest_answer {
	struct rest_result result; /* status OK: 2xx, or presumed */
	unsigned http;		   /* of the last answer, 0: none */
	int64_t code;		   /* Discord's error code, 0: none */
	struct stoa_str body;	   /* of the last answer */
	unsigned tries;
	const char *cause; /* for people: why it failed, or "ok" */
};

/* The answer is valid during the callback, which never comes before rest_send
 * has returned. The callback may send and cancel, but not close. */
typedef void (*rest_done)(void *owner, const struct rest_answer *answer);

/* All of `request` is copied. Refusals come by the callback too (its result's
 * cause tells), except INVALID (the path or the reason) and TOO_LARGE (files),
 * BUSY (memory of what waits). *ret_call may be NULL. */
STOA_MUST_USE enum stoa_status rest_send(struct rest *rest,
    const struct rest_request *request, rest_done done, void *owner,
    struct rest_call **ret_call);

/* No callback will come; Discord may have seen the request. */
void rest_cancel(struct rest_call *call);

/* ---- state ---- */

/* False once Discord has refused the token: nothing is sent any more. */
bool rest_is_usable(const struct rest *rest);
bool rest_is_idle(const struct rest *rest);

/* One line for /status, and Prometheus text. */
void rest_state(struct rest *rest, struct stoa_buf *out);
void rest_metrics(struct rest *rest, struct stoa_buf *out);

/* Closed with the daemon. */
extern const struct stoa_part rest_part;

#endif
