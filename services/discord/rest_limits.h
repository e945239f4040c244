/* rest_limits.h - every bound of the REST client, with its reason. */
#ifndef DISCORD_REST_LIMITS_H
#define DISCORD_REST_LIMITS_H

#include "discord/platform.h"

/* ---- what Discord allows (documentation of API v10) ---- */

/* Requests of one bot in any second, interaction endpoints apart. */
#define REST_GLOBAL_LIMIT   50u
#define REST_GLOBAL_SPAN_US (1 * STOA_US_PER_S)

/* Large bots are given more; no one has been given as much as this. */
#define REST_GLOBAL_LIMIT_MAX 2000u

/* Answers 401, 403 and 429 (not shared) that one address may cause before it
 * is banned for a day or so. */
#define REST_INVALID_MAX     10000u
#define REST_INVALID_SPAN_US (600 * STOA_US_PER_S)

/* Of that: from where on we slow down, do nothing but answer people who wait,
 * do nothing at all. The last two percent belong to whatever else runs at
 * this address. */
#define REST_INVALID_SLOW_PERCENT 50u
#define REST_INVALID_HARD_PERCENT 90u
#define REST_INVALID_STOP_PERCENT 98u

/* The slots that its window is counted in: the error is one slot, 10 s. */
#define REST_INVALID_SLOTS 60u

/* A message with its files; Discord refuses more. */
#define REST_UPLOAD_MAX ((size_t)25 * 1024 * 1024)
#define REST_FILES_MAX	10u

/* An audit log reason, percent-encoded at three bytes a byte. */
#define REST_REASON_LEN_MAX 512u

/* ---- what we allow ---- */

/* Requests that wait or are under way, by lane. An interaction lives for
 * seconds: at a thousand waiting the last ones are lost anyway. */
#define REST_QUEUE_INTERACTION_MAX 1024u
#define REST_QUEUE_MESSAGE_MAX	   4096u
#define REST_QUEUE_BULK_MAX	   1024u

/* Under way at once, by lane: at 100 ms an answer, 32 make 320 a second. */
#define REST_FLIGHT_INTERACTION_MAX 64u
#define REST_FLIGHT_MESSAGE_MAX	    32u
#define REST_FLIGHT_BULK_MAX	    8u

/* Bytes of requests that wait, uploads above all: RSS is bounded by it. */
#define REST_QUEUE_BYTES_MAX ((size_t)64 * 1024 * 1024)

/* An answer: a page of 1,000 members is about 600 KB. */
#define REST_ANSWER_SIZE_MAX ((size_t)4 * 1024 * 1024)

/* A path with its query; the longest Discord has are interaction tokens of
 * some 250 bytes. */
#define REST_PATH_LEN_MAX 1024u

/* Routes with their ids that are remembered: 300 bytes each. Those that are
 * idle for REST_LINE_IDLE_US go first; nothing is lost by it but one request
 * that goes alone. */
#define REST_LINES_MAX	  16384u
#define REST_LINE_IDLE_US (60 * STOA_US_PER_S)

/* Route templates: the whole API has about 250 with their methods. */
#define REST_TEMPLATES_MAX 512u

/* Webhooks that are known to be gone: the oldest is forgotten, and then costs
 * one more 404. */
#define REST_DEAD_WEBHOOKS_MAX 1024u

/* ---- trying again ---- */

/* Sent at most so often, rate limits apart. */
#define REST_TRIES_MAX 4u

/* Told "too many" so often: it is not going to work. */
#define REST_LIMITED_TRIES_MAX 8u

/* Pauses: the first below 0.25 s, none above 5 s. */
#define REST_BACKOFF_US	    (250 * STOA_US_PER_MS)
#define REST_BACKOFF_US_MAX (5 * STOA_US_PER_S)

/* Retries: a fifth of the requests, ten saved up. */
#define REST_RETRY_SHARE_PERCENT 20u
#define REST_RETRY_BURST	 10u

/* Five failures that are half of what was asked open the breaker. */
#define REST_BREAKER_FAILURES	 5u
#define REST_BREAKER_WINDOW_US	 (10 * STOA_US_PER_S)
#define REST_BREAKER_OPEN_US	 (1 * STOA_US_PER_S)
#define REST_BREAKER_OPEN_US_MAX (30 * STOA_US_PER_S)
#define REST_BREAKER_PROBES	 2u

/* Cloudflare's answer 429 without a time: twice as long each time it comes
 * again within the last pause, up to the maximum. */
#define REST_CLOUD_US	  (10 * STOA_US_PER_S)
#define REST_CLOUD_US_MAX (600 * STOA_US_PER_S)

/* A rate limit that says no time. */
#define REST_LIMITED_US (1 * STOA_US_PER_S)

/* No wait that a server asks for is taken for longer than this. */
#define REST_WAIT_US_MAX STOA_US_PER_DAY

/* ---- sharing with other replicas ---- */

/* How often what all have spent of the invalid requests is asked for, while
 * anything is sent. */
#define REST_SHARE_POLL_US (5 * STOA_US_PER_S)

/* Of the limit per second, left unused when it is shared. */
#define REST_SHARE_ROOM_PERCENT 10u

/* A denial that says no time. */
#define REST_SHARE_WAIT_US (20 * STOA_US_PER_MS)

/* ---- time ---- */

/* Requests without a deadline of their own. */
#define REST_DEADLINE_US	  (60 * STOA_US_PER_S)
#define REST_DEADLINE_CALLBACK_US DISCORD_FIRST_US

/* One try; an upload over a slow line needs some. */
#define REST_TRY_US (30 * STOA_US_PER_S)

#endif
