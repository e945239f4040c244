/* rest_report.c - what an answer, or none, means for its job and for all that
 * come after it. */
#include "discord/rest_core.h"
#include "discord/rest_parts.h"

#include "base/check.h"

/* Error codes of the API. */
#define CODE_UNKNOWN_WEBHOOK	  10015
#define CODE_ALREADY_ACKNOWLEDGED 40060
#define CODE_BAD_WEBHOOK_TOKEN	  50027

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static unsigned
pool_of(const struct rest_job *job)
{
	return job->lane == REST_LANE_INTERACTION ? 0 : 1;
}

/* ---- taking a job out of the air, and putting it back ---- */

static void
land(struct rest_core *c, struct rest_job *job, bool was_sent, int64_t now_us)
{
	stoa_assert(job->state == REST_JOB_UNDER_WAY);
	rest_unplace(c, job->line->bucket);
	rest_line_end(&c->table, job, now_us);
	c->flying[job->lane]--;
	if (rest_route_is_exempt(&job->route)) {
		return;
	}
	if (was_sent) {
		rest_window_end(&c->window, now_us);
	} else {
		rest_window_take_back(&c->window);
	}
}

static void
put_back(
    struct rest_core *c, struct rest_job *job, int64_t at_us, int64_t now_us)
{
	job->state = REST_JOB_WAITING;
	job->not_before_us = at_us;
	rest_line_add_first(&c->table, job);
	rest_heap_put(&c->deadlines, &job->due, job->deadline_us);
	c->waiting[job->lane]++;
	rest_place(c, job->line->bucket, now_us);
}

static bool
finish(struct rest_core *c, struct rest_job *job, enum stoa_status status,
    int64_t now_us)
{
	struct rest_result result = {
	    .status = status,
	    .may_have_happened = job->was_ambiguous && status != STOA_OK,
	};

	rest_finish(c, job, &result);
	rest_place(c, job->line->bucket, now_us);
	return true;
}

/* ---- failures ---- */

/* Tries again, if that is safe and there is a budget for it. */
static bool
retry_or_finish(struct rest_core *c, struct rest_job *job,
    enum stoa_status status, int64_t wait_us, int64_t now_us)
{
	int64_t pause_us;

	if (job->tries >= REST_TRIES_MAX ||
	    (job->was_ambiguous && !job->is_repeatable)) {
		return finish(c, job, status, now_us);
	}
	pause_us = stoa_backoff_us(job->tries, REST_BACKOFF_US,
	    REST_BACKOFF_US_MAX, stoa_rng_next(&c->rng));
	pause_us = later(pause_us, wait_us);
	if (pause_us > job->deadline_us - now_us ||
	    !stoa_retry_budget_take(&c->retries[pool_of(job)])) {
		return finish(c, job, status, now_us);
	}
	c->counters.retries++;
	put_back(c, job, now_us + pause_us, now_us);
	return false;
}

bool
rest_core_failed(struct rest_core *c, struct rest_job *job,
    enum stoa_status status, bool may_have_arrived, int64_t now_us)
{
	struct stoa_breaker *breaker = &c->breakers[pool_of(job)];

	stoa_assert(status != STOA_OK);
	land(c, job, may_have_arrived, now_us);
	rest_bucket_ended(job->line->bucket, may_have_arrived, now_us);
	c->counters.classes[0]++;
	job->was_ambiguous |= may_have_arrived;
	if (status == STOA_UNAVAILABLE || status == STOA_TIMEOUT ||
	    status == STOA_IO) {
		stoa_breaker_failed(breaker, now_us);
		return retry_or_finish(c, job, status, 0, now_us);
	}
	/* Ours, or an answer that nobody can use. */
	stoa_breaker_cancelled(breaker, now_us);
	return finish(c, job, status, now_us);
}

/* ---- too many requests ---- */

static void
cloud_pause(struct rest_core *c, int64_t wait_us, int64_t now_us)
{
	bool is_again =
	    c->cloud_us > 0 && now_us < c->cloud_until_us + c->cloud_us;

	if (now_us >= c->cloud_until_us) {
		/* Answers to what was under way are one and the same. */
		c->cloud_us = is_again ? 2 * c->cloud_us : REST_CLOUD_US;
		if (c->cloud_us > REST_CLOUD_US_MAX) {
			c->cloud_us = REST_CLOUD_US_MAX;
		}
	}
	c->cloud_until_us =
	    later(c->cloud_until_us, now_us + later(wait_us, c->cloud_us));
}

static bool
limited(struct rest_core *c, struct rest_job *job, const struct rest_head *head,
    int64_t now_us)
{
	struct rest_line *line = job->line;
	struct rest_bucket *b = line->bucket;
	int64_t wait_us =
	    head->retry_after_us > 0 ? head->retry_after_us : REST_LIMITED_US;
	int64_t until_us = now_us + wait_us;

	c->counters.limited[head->scope]++;
	switch (head->scope) {
	case REST_SCOPE_USER:
		b->blocked_until_us = later(b->blocked_until_us, until_us);
		break;
	case REST_SCOPE_SHARED:
		line->blocked_until_us =
		    later(line->blocked_until_us, until_us);
		break;
	case REST_SCOPE_GLOBAL:
		c->global_until_us = later(c->global_until_us, until_us);
		if (rest_route_is_exempt(&job->route)) {
			b->blocked_until_us =
			    later(b->blocked_until_us, until_us);
		}
		break;
	case REST_SCOPE_CLOUD:
		cloud_pause(c, head->retry_after_us, now_us);
		break;
	}
	job->tries--; /* it was not tried, only turned away */
	job->limited_tries++;
	if (job->limited_tries >= REST_LIMITED_TRIES_MAX) {
		(void)finish(c, job, STOA_RATE_LIMITED, now_us);
		job->result.retry_after_us = wait_us;
		return true;
	}
	put_back(c, job, 0, now_us);
	return false;
}

/* ---- answers ---- */

static enum stoa_status
status_of_http(unsigned http)
{
	switch (http) {
	case 401:
		return STOA_UNAUTHENTIC;
	case 403:
		return STOA_DENIED;
	case 404:
		return STOA_NOT_FOUND;
	case 409:
		return STOA_CONFLICT;
	case 413:
		return STOA_TOO_LARGE;
	default:
		break;
	}
	if (http >= 200 && http < 300) {
		return STOA_OK;
	}
	return http >= 400 && http < 500 ? STOA_INVALID : STOA_UNAVAILABLE;
}

static void
bury(struct rest_core *c, const char *major)
{
	static char mark;
	size_t cursor = 0;

	if (c->dead.count >= REST_DEAD_WEBHOOKS_MAX) {
		struct stoa_map_entry *oldest =
		    stoa_map_next(&c->dead, &cursor);

		(void)stoa_map_remove(&c->dead, oldest->key);
	}
	(void)stoa_map_put(&c->dead, stoa_str_of(major), &mark);
}

/* What a refusal teaches beyond this one job. */
static void
learn_from_refusal(struct rest_core *c, const struct rest_job *job,
    const struct rest_head *head, int64_t now_us)
{
	if (head->http == 401 || head->http == 403 ||
	    (head->http == 429 && head->scope != REST_SCOPE_SHARED)) {
		rest_budget_spend(&c->budget, now_us, 1);
		c->counters.invalid++;
	}
	if (job->route.kind == REST_KIND_BOT) {
		c->is_token_invalid |= head->http == 401;
	} else if (job->route.kind == REST_KIND_WEBHOOK &&
		   (head->http == 401 || head->code == CODE_UNKNOWN_WEBHOOK ||
		       head->code == CODE_BAD_WEBHOOK_TOKEN)) {
		bury(c, job->route.major);
	}
}

/* A repeated request that fails because the first one did not. */
static bool
shows_success(const struct rest_job *job, const struct rest_head *head)
{
	if (!job->was_ambiguous) {
		return false;
	}
	return (job->route.kind == REST_KIND_CALLBACK &&
		   head->code == CODE_ALREADY_ACKNOWLEDGED) ||
	       (job->route.method == REST_DELETE && head->http == 404);
}

static void
learn_from_head(struct rest_core *c, struct rest_job *job,
    const struct rest_head *head, int64_t now_us)
{
	struct rest_bucket *left = rest_table_learn(&c->table, job->line, head);

	rest_bucket_answered(job->line->bucket, head, job->sent_us, now_us);
	if (left != NULL) {
		/* This answer will not tell when its window ends. */
		rest_bucket_ended(left, true, now_us);
		rest_place(c, left, now_us);
	}
}

bool
rest_core_answered(struct rest_core *c, struct rest_job *job,
    const struct rest_head *head, int64_t now_us)
{
	struct stoa_breaker *breaker = &c->breakers[pool_of(job)];
	unsigned class = head->http / 100;
	bool is_over;

	land(c, job, true, now_us);
	c->counters
	    .classes[class < STOA_COUNT(c->counters.classes) ? class : 0]++;
	learn_from_head(c, job, head, now_us);
	learn_from_refusal(c, job, head, now_us);
	if (head->http >= 500) {
		stoa_breaker_failed(breaker, now_us);
		job->was_ambiguous = true;
		return retry_or_finish(
		    c, job, STOA_UNAVAILABLE, head->retry_after_us, now_us);
	}
	if (head->http == 429 && head->scope == REST_SCOPE_CLOUD) {
		stoa_breaker_cancelled(breaker, now_us);
	} else {
		stoa_breaker_succeeded(breaker, now_us);
	}
	if (head->http == 429) {
		return limited(c, job, head, now_us);
	}
	if (shows_success(job, head)) {
		is_over = finish(c, job, STOA_OK, now_us);
		job->result.is_presumed = true;
	} else {
		is_over = finish(c, job, status_of_http(head->http), now_us);
	}
	if (c->is_token_invalid) {
		rest_drop_all(c, now_us);
	}
	return is_over;
}

/* ---- not sent, not wanted ---- */

void
rest_core_denied(struct rest_core *c, struct rest_job *job, bool is_global,
    int64_t wait_us, int64_t now_us)
{
	land(c, job, false, now_us);
	rest_bucket_ended(job->line->bucket, false, now_us);
	stoa_breaker_cancelled(&c->breakers[pool_of(job)], now_us);
	c->counters.requests[job->lane]--;
	job->tries--;
	if (is_global) {
		c->global_until_us =
		    later(c->global_until_us, now_us + wait_us);
	}
	put_back(c, job, is_global ? 0 : now_us + wait_us, now_us);
}

static void
forget_over(struct rest_core *c, struct rest_job *job)
{
	struct rest_job *before = NULL;

	for (struct rest_job *at = c->over; at != NULL; at = at->next) {
		if (at != job) {
			before = at;
			continue;
		}
		if (before != NULL) {
			before->next = job->next;
		} else {
			c->over = job->next;
		}
		if (c->over_last == job) {
			c->over_last = before;
		}
		return;
	}
}

void
rest_core_cancel(struct rest_core *c, struct rest_job *job, int64_t now_us)
{
	struct rest_bucket *b;

	switch (job->state) {
	case REST_JOB_NONE:
		return;
	case REST_JOB_WAITING:
		b = job->line->bucket;
		rest_unplace(c, b);
		rest_heap_remove(&c->deadlines, &job->due);
		rest_line_remove(&c->table, job, now_us);
		c->waiting[job->lane]--;
		rest_place(c, b, now_us);
		break;
	case REST_JOB_UNDER_WAY:
		b = job->line->bucket;
		land(c, job, true, now_us);
		rest_bucket_ended(b, true, now_us);
		stoa_breaker_cancelled(&c->breakers[pool_of(job)], now_us);
		rest_place(c, b, now_us);
		break;
	case REST_JOB_OVER:
		forget_over(c, job);
		break;
	}
	job->state = REST_JOB_NONE;
}

void
rest_core_share_invalid(struct rest_core *c, uint64_t used, int64_t now_us)
{
	rest_budget_share(&c->budget, now_us, used);
}
