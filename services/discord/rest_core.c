/* rest_core.c - lanes, gates, and the step that comes next.
 *
 * A bucket with something to start stands in one of the ready lists, one that
 * waits for a time in the heap, one that waits for an answer nowhere. After
 * anything that touches a bucket it is placed again. A ready list is looked at
 * only while its gates are open, so that one turn costs what it starts. */
#include "discord/rest_core.h"

#include "base/check.h"
#include "discord/rest_parts.h"

#include <stdlib.h>

struct rest_core_options
rest_core_defaults(uint64_t seed)
{
	return (struct rest_core_options){
	    .global_limit = REST_GLOBAL_LIMIT,
	    .invalid_max = REST_INVALID_MAX,
	    .invalid_span_us = REST_INVALID_SPAN_US,
	    .queue_max = {REST_QUEUE_INTERACTION_MAX, REST_QUEUE_MESSAGE_MAX,
		REST_QUEUE_BULK_MAX},
	    .flight_max = {REST_FLIGHT_INTERACTION_MAX, REST_FLIGHT_MESSAGE_MAX,
		REST_FLIGHT_BULK_MAX},
	    .seed = seed,
	};
}

void
rest_core_init(struct rest_core *c, const struct rest_core_options *options)
{
	static const struct stoa_breaker_rule rule = {
	    .failures_min = REST_BREAKER_FAILURES,
	    .window_us = REST_BREAKER_WINDOW_US,
	    .open_us = REST_BREAKER_OPEN_US,
	    .open_us_max = REST_BREAKER_OPEN_US_MAX,
	    .probes = REST_BREAKER_PROBES,
	};

	*c = (struct rest_core){.options = *options, .wake_us = REST_NEVER};
	rest_table_init(&c->table, options->seed, REST_LINES_MAX);
	rest_window_init(
	    &c->window, options->global_limit, REST_GLOBAL_SPAN_US);
	rest_budget_init(
	    &c->budget, options->invalid_max, options->invalid_span_us);
	stoa_rng_init(&c->rng, options->seed);
	stoa_map_init(&c->dead, options->seed);
	for (size_t i = 0; i < REST_POOL_COUNT; i++) {
		stoa_breaker_init(&c->breakers[i], &rule);
		stoa_retry_budget_init(
		    &c->retries[i], REST_RETRY_SHARE_PERCENT, REST_RETRY_BURST);
	}
}

void
rest_core_fini(struct rest_core *c)
{
	rest_table_fini(&c->table);
	rest_heap_fini(&c->due);
	rest_heap_fini(&c->deadlines);
	stoa_map_fini(&c->dead);
}

/* ---- where buckets stand ---- */

void
rest_unplace(struct rest_core *c, struct rest_bucket *b)
{
	struct rest_ready *list;

	rest_heap_remove(&c->due, &b->due);
	if (b->ready_list < 0) {
		return;
	}
	list = &c->ready[b->ready_list];
	if (b->ready_prev != NULL) {
		b->ready_prev->ready_next = b->ready_next;
	} else {
		list->first = b->ready_next;
	}
	if (b->ready_next != NULL) {
		b->ready_next->ready_prev = b->ready_prev;
	} else {
		list->last = b->ready_prev;
	}
	b->ready_list = -1;
}

static int
ready_list_of(const struct rest_job *job)
{
	return 2 * (int)job->lane + (rest_route_is_exempt(&job->route) ? 0 : 1);
}

/* At the end of its list: buckets take turns. */
void
rest_place(struct rest_core *c, struct rest_bucket *b, int64_t now_us)
{
	struct rest_job *job;
	struct rest_ready *list;
	int64_t at_us = rest_bucket_ready_us(b, now_us, &job);

	rest_unplace(c, b);
	if (job == NULL || at_us == REST_NEVER) {
		return;
	}
	if (at_us > now_us && at_us <= job->deadline_us) {
		rest_heap_put(&c->due, &b->due, at_us);
		return;
	}
	/* Ready, or not in time: either way there is something to do. */
	b->ready_list = ready_list_of(job);
	list = &c->ready[b->ready_list];
	b->ready_next = NULL;
	b->ready_prev = list->last;
	if (list->last != NULL) {
		list->last->ready_next = b;
	} else {
		list->first = b;
	}
	list->last = b;
}

/* ---- jobs that end ---- */

void
rest_finish(
    struct rest_core *c, struct rest_job *job, const struct rest_result *result)
{
	stoa_assert(job->state != REST_JOB_OVER);
	job->state = REST_JOB_OVER;
	job->result = *result;
	c->counters.finished[job->lane]++;
	if (result->cause != REST_CAUSE_NONE) {
		c->counters.refused[result->cause]++;
	}
}

void
rest_core_tell_later(struct rest_core *c, struct rest_job *job)
{
	job->state = REST_JOB_OVER;
	job->next = NULL;
	if (c->over == NULL) {
		c->over = job;
	} else {
		c->over_last->next = job;
	}
	c->over_last = job;
}

/* A job that waits ends with its next step. */
void
rest_drop(struct rest_core *c, struct rest_job *job,
    const struct rest_result *result, int64_t now_us)
{
	struct rest_bucket *b = job->line->bucket;

	stoa_assert(job->state == REST_JOB_WAITING);
	rest_unplace(c, b);
	rest_heap_remove(&c->deadlines, &job->due);
	rest_line_remove(&c->table, job, now_us);
	c->waiting[job->lane]--;
	rest_finish(c, job, result);
	rest_core_tell_later(c, job);
	rest_place(c, b, now_us);
}

/* The token is not valid: nothing that waits will ever be sent. */
void
rest_drop_all(struct rest_core *c, int64_t now_us)
{
	static const struct rest_result result = {
	    .status = STOA_UNAUTHENTIC,
	    .cause = REST_CAUSE_TOKEN_INVALID,
	};
	struct rest_due *due;

	while ((due = rest_heap_first(&c->deadlines)) != NULL) {
		rest_drop(c, due->owner, &result, now_us);
	}
}

/* ---- adding ---- */

static unsigned
pool_of(const struct rest_job *job)
{
	return job->lane == REST_LANE_INTERACTION ? 0 : 1;
}

static bool
is_budget_shut(enum rest_budget_level level, enum rest_lane lane)
{
	return level == REST_BUDGET_STOP ||
	       (level == REST_BUDGET_HARD && lane != REST_LANE_INTERACTION);
}

static enum rest_cause
refusal_of(struct rest_core *c, const struct rest_job *job, int64_t now_us)
{
	if (c->is_token_invalid) {
		return REST_CAUSE_TOKEN_INVALID;
	}
	if (job->route.kind == REST_KIND_WEBHOOK &&
	    stoa_map_get(&c->dead, stoa_str_of(job->route.major)) != NULL) {
		return REST_CAUSE_WEBHOOK_DEAD;
	}
	if (is_budget_shut(
		rest_budget_level(&c->budget, now_us, 0), job->lane)) {
		return REST_CAUSE_BUDGET;
	}
	if (now_us >= job->deadline_us) {
		return REST_CAUSE_DEADLINE;
	}
	return c->waiting[job->lane] + c->flying[job->lane] >=
		       c->options.queue_max[job->lane]
		   ? REST_CAUSE_QUEUE_FULL
		   : REST_CAUSE_NONE;
}

static enum stoa_status
status_of_cause(enum rest_cause cause)
{
	switch (cause) {
	case REST_CAUSE_NONE:
		return STOA_OK;
	case REST_CAUSE_QUEUE_FULL:
		return STOA_BUSY;
	case REST_CAUSE_TOKEN_INVALID:
		return STOA_UNAUTHENTIC;
	case REST_CAUSE_WEBHOOK_DEAD:
		return STOA_NOT_FOUND;
	case REST_CAUSE_BUDGET:
	case REST_CAUSE_LIMITED:
		return STOA_RATE_LIMITED;
	case REST_CAUSE_DEADLINE:
		return STOA_TIMEOUT;
	}
	return STOA_INTERNAL;
}

enum rest_cause
rest_core_add(struct rest_core *c, struct rest_job *job, int64_t now_us)
{
	enum rest_cause cause = refusal_of(c, job, now_us);

	if (cause != REST_CAUSE_NONE) {
		c->counters.refused[cause]++;
		job->result = (struct rest_result){
		    .status = status_of_cause(cause), .cause = cause};
		return cause;
	}
	rest_table_sweep(&c->table, now_us);
	job->state = REST_JOB_WAITING;
	job->line = rest_table_line(&c->table, &job->route);
	job->seq = ++c->seq;
	job->not_before_us = 0;
	job->added_us = now_us;
	job->tries = job->limited_tries = 0;
	job->was_ambiguous = false;
	job->due = (struct rest_due){.owner = job};
	rest_line_add(&c->table, job);
	rest_heap_put(&c->deadlines, &job->due, job->deadline_us);
	c->waiting[job->lane]++;
	if (job->line->bucket->ready_list < 0) {
		rest_place(c, job->line->bucket, now_us);
	}
	return REST_CAUSE_NONE;
}

/* ---- gates ---- */

/* When another look is worth it, at the latest. */
static void
wake_at(struct rest_core *c, int64_t at_us)
{
	if (at_us < c->wake_us) {
		c->wake_us = at_us;
	}
}

/* Time gates of a lane: false sets the wake. */
static bool
has_time_come(struct rest_core *c, int64_t until_us, int64_t now_us)
{
	if (now_us >= until_us) {
		return true;
	}
	wake_at(c, until_us);
	return false;
}

static bool
is_budget_open(struct rest_core *c, enum rest_lane lane, int64_t now_us)
{
	unsigned flying = 0;
	enum rest_budget_level spent;

	for (size_t i = 0; i < REST_LANE_COUNT; i++) {
		flying += c->flying[i];
	}
	spent = rest_budget_level(&c->budget, now_us, 0);
	if (is_budget_shut(spent, lane)) {
		return true; /* to be refused, one after the other */
	}
	/* What is under way may all turn out invalid: wait for it. */
	if (is_budget_shut(
		rest_budget_level(&c->budget, now_us, flying), lane)) {
		return false;
	}
	return lane == REST_LANE_INTERACTION || spent == REST_BUDGET_FINE ||
	       has_time_come(c, c->paced_until_us, now_us);
}

/* What holds for every job of a lane. */
static bool
is_lane_open(struct rest_core *c, enum rest_lane lane, int64_t now_us)
{
	unsigned pool = lane == REST_LANE_INTERACTION ? 0 : 1;
	int64_t wait_us = 0;

	if (c->flying[lane] >= c->options.flight_max[lane] ||
	    !has_time_come(c, c->cloud_until_us, now_us) ||
	    !is_budget_open(c, lane, now_us)) {
		return false;
	}
	if (!stoa_breaker_would_pass(&c->breakers[pool], now_us, &wait_us)) {
		if (wait_us > 0) {
			wake_at(c, now_us + wait_us);
		}
		return false;
	}
	return true;
}

/* And what holds for those that the limit per second is about. */
static bool
is_global_open(struct rest_core *c, int64_t now_us)
{
	int64_t wait_us = 0;

	if (!has_time_come(c, c->global_until_us, now_us)) {
		return false;
	}
	if (!rest_window_has_room(&c->window, now_us, &wait_us)) {
		if (wait_us > 0) {
			wake_at(c, now_us + wait_us);
		}
		return false;
	}
	return true;
}

/* ---- the next step ---- */

static void
start(struct rest_core *c, struct rest_job *job, int64_t now_us)
{
	unsigned pool = pool_of(job);
	bool passes = stoa_breaker_pass(&c->breakers[pool], now_us, NULL);

	stoa_assert(passes);
	rest_unplace(c, job->line->bucket);
	rest_heap_remove(&c->deadlines, &job->due);
	rest_line_start(job);
	rest_place(c, job->line->bucket, now_us);
	if (!rest_route_is_exempt(&job->route)) {
		rest_window_start(&c->window);
	}
	if (job->tries + job->limited_tries == 0) {
		stoa_retry_budget_request(&c->retries[pool]);
		c->counters.waits += now_us > job->added_us;
		c->counters.waited_us += (uint64_t)(now_us - job->added_us);
	}
	c->paced_until_us = now_us + rest_budget_pace_us(&c->budget, now_us);
	c->waiting[job->lane]--;
	c->flying[job->lane]++;
	c->counters.requests[job->lane]++;
	job->state = REST_JOB_UNDER_WAY;
	job->sent_us = now_us;
	job->tries++;
}

/* The head of a ready list: started, refused, or no longer ready. True: a
 * step was found. */
static bool
take_ready(struct rest_core *c, struct rest_ready *list, int64_t now_us,
    struct rest_step *ret_step)
{
	struct rest_bucket *b = list->first;
	struct rest_result result;
	struct rest_job *job;
	int64_t at_us = rest_bucket_ready_us(b, now_us, &job);
	enum rest_cause cause;

	if (job == NULL || at_us > now_us) {
		if (job != NULL && at_us != REST_NEVER &&
		    at_us > job->deadline_us) {
			result = (struct rest_result){
			    .status = STOA_RATE_LIMITED,
			    .cause = REST_CAUSE_LIMITED,
			    .may_have_happened = job->was_ambiguous,
			    .retry_after_us = at_us - now_us,
			};
			rest_drop(c, job, &result, now_us);
		} else {
			rest_place(c, b, now_us);
		}
		return false;
	}
	cause = refusal_of(c, job, now_us);
	if (cause != REST_CAUSE_NONE && cause != REST_CAUSE_QUEUE_FULL) {
		result = (struct rest_result){
		    .status = status_of_cause(cause),
		    .cause = cause,
		    .may_have_happened = job->was_ambiguous,
		};
		rest_drop(c, job, &result, now_us);
		return false;
	}
	start(c, job, now_us);
	*ret_step = (struct rest_step){REST_STEP_START, job};
	return true;
}

static bool
take_lane(struct rest_core *c, enum rest_lane lane, int64_t now_us,
    struct rest_step *ret_step)
{
	for (size_t is_counted = 0; is_counted < 2; is_counted++) {
		struct rest_ready *list = &c->ready[2 * lane + is_counted];

		while (list->first != NULL && is_lane_open(c, lane, now_us)) {
			if (is_counted == 1 && !is_global_open(c, now_us)) {
				c->counters.global_waits++;
				break;
			}
			if (take_ready(c, list, now_us, ret_step)) {
				return true;
			}
			if (c->over != NULL) {
				return false; /* told first */
			}
		}
	}
	return false;
}

static void
expire(struct rest_core *c, int64_t now_us)
{
	struct rest_due *due;

	while ((due = rest_heap_first(&c->deadlines)) != NULL &&
	       due->at_us <= now_us) {
		struct rest_job *job = due->owner;
		const struct rest_result result = {
		    .status = STOA_TIMEOUT,
		    .cause = REST_CAUSE_DEADLINE,
		    .may_have_happened = job->was_ambiguous,
		};

		rest_drop(c, job, &result, now_us);
	}
	while (
	    (due = rest_heap_first(&c->due)) != NULL && due->at_us <= now_us) {
		rest_place(c, due->owner, now_us);
	}
}

static bool
take_over(struct rest_core *c, struct rest_step *ret_step)
{
	struct rest_job *job = c->over;

	if (job == NULL) {
		return false;
	}
	c->over = job->next;
	job->next = NULL;
	*ret_step = (struct rest_step){REST_STEP_FINISH, job};
	return true;
}

bool
rest_core_next(struct rest_core *c, int64_t now_us, struct rest_step *ret_step)
{
	struct rest_due *due;

	expire(c, now_us);
	if (take_over(c, ret_step)) {
		return true;
	}
	c->wake_us = REST_NEVER;
	for (int lane = 0; lane < REST_LANE_COUNT; lane++) {
		if (take_lane(c, (enum rest_lane)lane, now_us, ret_step) ||
		    take_over(c, ret_step)) {
			return true;
		}
	}
	due = rest_heap_first(&c->due);
	if (due != NULL) {
		wake_at(c, due->at_us);
	}
	due = rest_heap_first(&c->deadlines);
	if (due != NULL) {
		wake_at(c, due->at_us);
	}
	return false;
}

int64_t
rest_core_wake_us(const struct rest_core *c)
{
	return c->over != NULL ? 0 : c->wake_us;
}

bool
rest_core_is_idle(const struct rest_core *c)
{
	for (size_t i = 0; i < REST_LANE_COUNT; i++) {
		if (c->waiting[i] + c->flying[i] > 0) {
			return false;
		}
	}
	return c->over == NULL;
}
