/* rest_core.h - everything that decides when a request is sent, sent again or
 * refused; without a socket, a clock or a thread.
 *
 * The owner adds jobs, asks rest_core_next what to do now, does it, and tells
 * what came of it. Each job that was added ends once: in a FINISH step, or
 * when rest_core_answered or rest_core_failed say that it is over.
 *
 * Guarantees, as long as the server counts as documented and nobody else uses
 * the token: no more than `global_limit` requests in any span of the server's
 * clock; in a bucket whose limits are known, no more than they allow; jobs of
 * one bucket start in the order in which they came; never more invalid
 * requests than the budget; interaction endpoints wait for nothing but their
 * own bucket. Layer 1, pure. */
#ifndef DISCORD_REST_CORE_H
#define DISCORD_REST_CORE_H

#include "base/breaker.h"
#include "base/buf.h"
#include "base/rng.h"
#include "base/status.h"
#include "discord/rest_bucket.h"
#include "discord/rest_window.h"

struct rest_core_options {
	unsigned global_limit; /* requests a second */
	unsigned invalid_max;  /* per `invalid_span_us` */
	int64_t invalid_span_us;
	unsigned queue_max[REST_LANE_COUNT];
	unsigned flight_max[REST_LANE_COUNT];
	uint64_t seed; /* random */
};

/* The limits of rest_limits.h. */
struct rest_core_options rest_core_defaults(uint64_t seed);

/* What people and metrics want to know. */
struct rest_counters {
	uint64_t requests[REST_LANE_COUNT]; /* tries included */
	uint64_t classes[6];		    /* answers by http / 100; 0: none */
	uint64_t limited[REST_SCOPE_COUNT]; /* 429 by scope */
	uint64_t retries;		    /* after a failure */
	uint64_t invalid;		    /* 401, 403, 429 not shared */
	uint64_t refused[REST_CAUSE_DEADLINE + 1];
	uint64_t waits;	       /* jobs that did not start at once */
	uint64_t waited_us;    /* in all */
	uint64_t global_waits; /* turns in which only the limit per second,
				  or a pause for all, held a job back */
	uint64_t finished[REST_LANE_COUNT];
};

/* Buckets with something to start now, by lane and whether they are outside
 * the global limit. */
struct rest_ready {
	struct rest_bucket *first, *last;
};

/* Interactions fail and recover apart from everything else. */
#define REST_POOL_COUNT 2
const char *rest_pool_name(size_t pool);

struct rest_core {
	struct rest_core_options options;
	struct rest_table table;
	struct rest_window window;
	struct rest_budget budget;
	struct stoa_rng rng;
	struct rest_ready ready[2 * REST_LANE_COUNT];
	struct rest_heap due;	    /* buckets that wait for a time */
	struct rest_heap deadlines; /* of jobs that wait */
	struct rest_job *over;	    /* to be told in FINISH steps */
	struct rest_job *over_last;
	unsigned waiting[REST_LANE_COUNT], flying[REST_LANE_COUNT];
	struct stoa_breaker breakers[REST_POOL_COUNT];
	struct stoa_retry_budget retries[REST_POOL_COUNT];
	int64_t global_until_us; /* 429 global */
	int64_t cloud_until_us;	 /* 429 of Cloudflare: everything */
	int64_t cloud_us;	 /* the last pause */
	int64_t paced_until_us;	 /* level SLOW */
	int64_t wake_us;
	uint64_t seq;
	bool is_token_invalid;
	struct stoa_map dead; /* webhooks; the values are themselves */
	struct rest_counters counters;
};

void rest_core_init(
    struct rest_core *c, const struct rest_core_options *options);
void rest_core_fini(struct rest_core *c); /* jobs are the owner's */

/* `job`'s own fields are set; it stays where it is until it is over. When
 * NONE is not the answer, the job was not taken and its result says why. */
STOA_MUST_USE enum rest_cause rest_core_add(
    struct rest_core *c, struct rest_job *job, int64_t now_us);

/* A job that was refused ends in a FINISH step after all. */
void rest_core_tell_later(struct rest_core *c, struct rest_job *job);

enum rest_step_kind {
	REST_STEP_START,  /* send it, then report */
	REST_STEP_FINISH, /* it is over: its result says how */
};

struct rest_step {
	enum rest_step_kind kind;
	struct rest_job *job;
};

/* The next thing to do; false: nothing until rest_core_wake_us, a report or
 * another job. */
bool rest_core_next(
    struct rest_core *c, int64_t now_us, struct rest_step *ret_step);
int64_t rest_core_wake_us(const struct rest_core *c);

/* ---- reports on a job that was started: true when it is over -------------
 */

bool rest_core_answered(struct rest_core *c, struct rest_job *job,
    const struct rest_head *head, int64_t now_us);

/* `status` as in port/call.h. */
bool rest_core_failed(struct rest_core *c, struct rest_job *job,
    enum stoa_status status, bool may_have_arrived, int64_t now_us);

/* It was not sent after all, since others who share the limits have used them
 * up for `wait_us`: all of the bot's when `is_global`. */
void rest_core_denied(struct rest_core *c, struct rest_job *job, bool is_global,
    int64_t wait_us, int64_t now_us);

/* Forgets a job in whatever state; no step will name it. */
void rest_core_cancel(
    struct rest_core *c, struct rest_job *job, int64_t now_us);

/* ---- state ---- */

/* Others who share the address have, with us, spent so much. */
void rest_core_share_invalid(
    struct rest_core *c, uint64_t used, int64_t now_us);

/* Prometheus text. */
void rest_core_metrics(
    struct rest_core *c, int64_t now_us, struct stoa_buf *out);

/* One line for people: "ok", or what is wrong and until when. */
void rest_core_state(struct rest_core *c, int64_t now_us, struct stoa_buf *out);

bool rest_core_is_idle(const struct rest_core *c);

#endif
