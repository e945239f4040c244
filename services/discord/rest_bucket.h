/* rest_bucket.h - jobs wait in lines, lines share buckets.
 *
 * A line is one route with its top-level id; a bucket is what the server
 * counts together. Which lines share a bucket is learnt from answers: until
 * then a line has a bucket of its own, in which one request is under way at a
 * time. A route's bucket is expected for its other ids too, a line that turns
 * out to belong elsewhere moves there with all that waits and is under way,
 * and a route whose answers name no bucket is free.
 *
 * The count in a bucket is never more than the server's: requests under way
 * are taken off at their start, an answer can only lower it until the window
 * has passed. Within a bucket jobs start in the order in which they came, and
 * strict ones do not overlap each other. Layer 1, pure. */
#ifndef DISCORD_REST_BUCKET_H
#define DISCORD_REST_BUCKET_H

#include "base/map.h"
#include "base/status.h"
#include "discord/rest_head.h"
#include "discord/rest_heap.h"
#include "discord/rest_route.h"

#include <stdbool.h>
#include <stdint.h>

/* "At no known time": an answer must come first. */
#define REST_NEVER INT64_MAX

struct rest_job;
struct rest_bucket;

/* A route's name: what is expected of its lines. */
struct rest_hint {
	char hash[REST_HASH_SIZE]; /* "" until learnt */
	bool is_free;
	int64_t limit; /* 0 until learnt */
	int64_t period_us;
};

struct rest_line {
	struct rest_hint *hint; /* NULL: too many routes */
	struct rest_bucket *bucket;
	struct rest_line *next, *prev; /* in the bucket */
	struct rest_line *idle_next, *idle_prev;
	bool is_idle;
	int64_t idle_since_us;
	struct rest_job *first, *last; /* waiting */
	unsigned flight_count, strict_count;
	int64_t blocked_until_us; /* scope "shared" */
	size_t name_len;
	/* "POST /channels/:top/messages channels/123" */
	char key[REST_TEMPLATE_SIZE + REST_MAJOR_SIZE];
};

struct rest_bucket {
	bool is_known; /* the three counts below are */
	bool is_free;
	int64_t limit, remaining;
	int64_t reset_us;	/* NEVER: the window has passed */
	int64_t limit_expected; /* what a hint says; 0: nothing */
	int64_t period_us;	/* the longest wait seen, in whole seconds */
	int64_t window_us;	/* the same, as it was */
	int64_t blocked_until_us;
	unsigned flight_count, strict_count;
	struct rest_line *lines;
	char key[REST_TEMPLATE_SIZE + 2 * REST_MAJOR_SIZE];

	/* Where it stands with rest_core.c. */
	struct rest_due due;
	struct rest_bucket *ready_next, *ready_prev;
	int ready_list; /* -1: in none */
};

struct rest_table {
	struct stoa_map lines, buckets, hints;
	struct rest_line *idle_first, *idle_last;
	size_t line_count_max;
	uint64_t learnt_count, moved_count;
};

void rest_table_init(struct rest_table *t, uint64_t seed, size_t line_max);
void rest_table_fini(struct rest_table *t);

/* Made when missing; never NULL. Not to be kept over rest_table_sweep unless
 * something waits or is under way in it. */
struct rest_line *rest_table_line(
    struct rest_table *t, const struct rest_route *route);

/* Follows what `head` says about the line's bucket. Returns the bucket the
 * line has left when it still has other lines, else NULL. The caller must not
 * have the old bucket in any list of its own. */
struct rest_bucket *rest_table_learn(
    struct rest_table *t, struct rest_line *line, const struct rest_head *head);

/* Forgets a few lines that have been idle for long. */
void rest_table_sweep(struct rest_table *t, int64_t now_us);

/* ---- lines ---- */

void rest_line_add(struct rest_table *t, struct rest_job *job);
void rest_line_add_first(struct rest_table *t, struct rest_job *job);
void rest_line_remove(
    struct rest_table *t, struct rest_job *job, int64_t now_us);

/* The job, first in its line, is under way from now on; then no more. */
void rest_line_start(struct rest_job *job);
void rest_line_end(struct rest_table *t, struct rest_job *job, int64_t now_us);

/* ---- buckets ---- */

/* When its next job may start as far as the bucket is concerned: at or before
 * `now_us`: at once. *ret_job: that job; NULL when nothing waits. */
int64_t rest_bucket_ready_us(
    struct rest_bucket *b, int64_t now_us, struct rest_job **ret_job);

/* A request that started at `sent_us` was answered; the job is under way no
 * more. */
void rest_bucket_answered(struct rest_bucket *b, const struct rest_head *head,
    int64_t sent_us, int64_t now_us);

/* It ended without a word about limits. */
void rest_bucket_ended(struct rest_bucket *b, bool was_sent, int64_t now_us);

/* ---- jobs: in the owner's memory ---- */

enum rest_lane {
	REST_LANE_INTERACTION, /* somebody waits for seconds at most */
	REST_LANE_MESSAGE,
	REST_LANE_BULK, /* registering commands and the like */
};
#define REST_LANE_COUNT 3

const char *rest_lane_name(enum rest_lane lane);

enum rest_job_state {
	REST_JOB_NONE,
	REST_JOB_WAITING,
	REST_JOB_UNDER_WAY,
	REST_JOB_OVER,
};

enum rest_cause {
	REST_CAUSE_NONE, /* Discord's answer, or the network's */
	REST_CAUSE_QUEUE_FULL,
	REST_CAUSE_TOKEN_INVALID, /* a 401 before: nothing is sent again */
	REST_CAUSE_WEBHOOK_DEAD,  /* known to be gone */
	REST_CAUSE_BUDGET,	  /* too many invalid requests */
	REST_CAUSE_LIMITED,	  /* not free before the deadline */
	REST_CAUSE_DEADLINE,
};

struct rest_result {
	enum stoa_status status;
	enum rest_cause cause;
	bool is_presumed; /* success, as a repeated request's error shows */
	bool may_have_happened;
	int64_t retry_after_us; /* of a limit; 0: not known */
};

struct rest_job {
	/* Set by the owner before rest_core_add. */
	struct rest_route route;
	enum rest_lane lane;
	bool is_repeatable;
	bool may_overlap;
	int64_t deadline_us;

	/* rest_core.c's */
	enum rest_job_state state;
	struct rest_line *line;
	struct rest_job *next, *prev;
	struct rest_due due;
	uint64_t seq;
	int64_t not_before_us;
	int64_t added_us, sent_us;
	unsigned tries, limited_tries;
	bool was_ambiguous; /* an earlier try may have had its effect */
	struct rest_result result;
};

#endif
