/* rest_bucket.c - lines and buckets, and what answers teach about them. */
#include "discord/rest_bucket.h"

#include "base/check.h"
#include "discord/rest_limits.h"

#include <stdio.h>
#include <stdlib.h>

/* Lines looked at in one sweep: each request adds at most one. */
#define SWEEP_MAX 4

/* Beyond the time its request took, the server's milliseconds are rounded. */
#define ROUNDING_US (2 * STOA_US_PER_MS)

const char *
rest_lane_name(enum rest_lane lane)
{
	switch (lane) {
	case REST_LANE_INTERACTION:
		return "interaction";
	case REST_LANE_MESSAGE:
		return "message";
	case REST_LANE_BULK:
		return "bulk";
	}
	return "?";
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Windows are whole seconds long, or shorter than one; what is left of one
 * when an answer is made is a little less. */
static int64_t
whole_seconds(int64_t us)
{
	return (us + STOA_US_PER_S - 1) / STOA_US_PER_S * STOA_US_PER_S;
}

/* ---- the table ---- */

void
rest_table_init(struct rest_table *t, uint64_t seed, size_t line_max)
{
	*t = (struct rest_table){.line_count_max = line_max};
	stoa_map_init(&t->lines, seed);
	stoa_map_init(&t->buckets, seed);
	stoa_map_init(&t->hints, seed);
}

void
rest_table_fini(struct rest_table *t)
{
	STOA_MAP_EACH(&t->lines, line)
	{
		free(line->value);
	}
	STOA_MAP_EACH(&t->buckets, bucket)
	{
		free(bucket->value);
	}
	STOA_MAP_EACH(&t->hints, hint)
	{
		free(hint->value);
	}
	stoa_map_fini(&t->lines);
	stoa_map_fini(&t->buckets);
	stoa_map_fini(&t->hints);
}

static struct rest_hint *
hint_get(struct rest_table *t, struct stoa_str name)
{
	struct rest_hint *hint = stoa_map_get(&t->hints, name);

	if (hint == NULL && t->hints.count < REST_TEMPLATES_MAX) {
		hint = calloc(1, sizeof(*hint));
		stoa_assert(hint != NULL);
		(void)stoa_map_put(&t->hints, name, hint);
	}
	return hint;
}

/* Buckets of one route have the same limits, most of the time. */
static void
bucket_expect(
    struct rest_bucket *b, const struct rest_hint *hint, const char *hash)
{
	b->period_us = REST_LIMITED_US;
	if (hint != NULL && hint->limit > 0 && strcmp(hint->hash, hash) == 0) {
		b->limit_expected = hint->limit;
		b->period_us = hint->period_us;
	}
}

/* `hash` "": the line's own bucket. */
static struct rest_bucket *
bucket_get(struct rest_table *t, const struct rest_line *line, const char *hash)
{
	struct rest_bucket *b;
	char key[sizeof(b->key)];
	const char *major = line->key + line->name_len + 1;

	if (hash[0] == '\0') {
		snprintf(key, sizeof(key), "? %s", line->key);
	} else {
		snprintf(key, sizeof(key), "%s %s", hash, major);
	}
	b = stoa_map_get(&t->buckets, stoa_str_of(key));
	if (b == NULL) {
		b = calloc(1, sizeof(*b));
		stoa_assert(b != NULL);
		memcpy(b->key, key, sizeof(key));
		b->reset_us = REST_NEVER;
		bucket_expect(b, line->hint, hash);
		b->ready_list = -1;
		b->due.owner = b;
		(void)stoa_map_put(&t->buckets, stoa_str_of(b->key), b);
	}
	return b;
}

static void
line_join(struct rest_line *line, struct rest_bucket *b)
{
	line->bucket = b;
	line->prev = NULL;
	line->next = b->lines;
	if (b->lines != NULL) {
		b->lines->prev = line;
	}
	b->lines = line;
	b->flight_count += line->flight_count;
	b->strict_count += line->strict_count;
	if (b->is_known) {
		b->remaining -= line->flight_count;
		b->remaining = b->remaining < 0 ? 0 : b->remaining;
	}
}

/* Returns the bucket when it is still somebody's. */
static struct rest_bucket *
line_leave(struct rest_table *t, struct rest_line *line)
{
	struct rest_bucket *b = line->bucket;

	b->flight_count -= line->flight_count;
	b->strict_count -= line->strict_count;
	if (line->prev != NULL) {
		line->prev->next = line->next;
	} else {
		b->lines = line->next;
	}
	if (line->next != NULL) {
		line->next->prev = line->prev;
	}
	line->bucket = NULL;
	if (b->lines != NULL) {
		return b;
	}
	stoa_assert(b->ready_list < 0);
	stoa_assert(b->due.place == 0);
	(void)stoa_map_remove(&t->buckets, stoa_str_of(b->key));
	free(b);
	return NULL;
}

static void
idle_push(struct rest_table *t, struct rest_line *line, int64_t now_us)
{
	line->is_idle = true;
	line->idle_since_us = now_us;
	line->idle_next = NULL;
	line->idle_prev = t->idle_last;
	if (t->idle_last != NULL) {
		t->idle_last->idle_next = line;
	} else {
		t->idle_first = line;
	}
	t->idle_last = line;
}

static void
idle_remove(struct rest_table *t, struct rest_line *line)
{
	if (!line->is_idle) {
		return;
	}
	line->is_idle = false;
	if (line->idle_prev != NULL) {
		line->idle_prev->idle_next = line->idle_next;
	} else {
		t->idle_first = line->idle_next;
	}
	if (line->idle_next != NULL) {
		line->idle_next->idle_prev = line->idle_prev;
	} else {
		t->idle_last = line->idle_prev;
	}
}

struct rest_line *
rest_table_line(struct rest_table *t, const struct rest_route *route)
{
	struct rest_line *line;
	char key[sizeof(line->key)];

	snprintf(key, sizeof(key), "%s %s", route->name, route->major);
	line = stoa_map_get(&t->lines, stoa_str_of(key));
	if (line != NULL) {
		return line;
	}
	line = calloc(1, sizeof(*line));
	stoa_assert(line != NULL);
	memcpy(line->key, key, sizeof(key));
	line->name_len = strlen(route->name);
	line->hint = hint_get(t, stoa_str_of(route->name));
	line_join(line,
	    bucket_get(t, line, line->hint == NULL ? "" : line->hint->hash));
	line->bucket->is_free |= line->hint != NULL && line->hint->is_free;
	(void)stoa_map_put(&t->lines, stoa_str_of(line->key), line);
	return line;
}

static void
hint_learn(struct rest_hint *hint, const struct rest_head *head)
{
	if (strcmp(hint->hash, head->bucket) != 0) {
		*hint = (struct rest_hint){.period_us = REST_LIMITED_US};
		memcpy(hint->hash, head->bucket, REST_HASH_SIZE);
	}
	hint->is_free = false;
	if (head->has_limits) {
		hint->limit = head->limit;
		hint->period_us =
		    later(hint->period_us, whole_seconds(head->reset_after_us));
	}
}

/* Answers of the server itself that would name a bucket if there were one. */
static bool
is_word_of_server(const struct rest_head *head)
{
	return head->http < 500 && head->http != 429 && head->http != 401;
}

struct rest_bucket *
rest_table_learn(
    struct rest_table *t, struct rest_line *line, const struct rest_head *head)
{
	struct rest_bucket *old = line->bucket, *target;

	if (head->bucket[0] == '\0') {
		bool is_own = old->key[0] == '?';

		if (is_own && !old->is_known && is_word_of_server(head)) {
			old->is_free = true;
			if (line->hint != NULL && line->hint->hash[0] == '\0') {
				line->hint->is_free = true;
			}
		}
		return NULL;
	}
	if (line->hint != NULL) {
		t->learnt_count += line->hint->hash[0] == '\0';
		hint_learn(line->hint, head);
	}
	target = bucket_get(t, line, head->bucket);
	if (target == old) {
		return NULL;
	}
	t->moved_count += old->key[0] != '?';
	old = line_leave(t, line);
	line_join(line, target);
	return old;
}

static void
line_free(struct rest_table *t, struct rest_line *line)
{
	idle_remove(t, line);
	(void)line_leave(t, line);
	(void)stoa_map_remove(&t->lines, stoa_str_of(line->key));
	free(line);
}

/* Whether forgetting it forgets a wait. */
static bool
is_waiting(const struct rest_line *line, int64_t now_us)
{
	const struct rest_bucket *b = line->bucket;

	return line->blocked_until_us > now_us ||
	       b->blocked_until_us > now_us ||
	       (b->is_known && b->reset_us != REST_NEVER &&
		   b->reset_us > now_us);
}

void
rest_table_sweep(struct rest_table *t, int64_t now_us)
{
	for (size_t i = 0; i < SWEEP_MAX && t->idle_first != NULL; i++) {
		struct rest_line *line = t->idle_first;
		bool is_full = t->lines.count > t->line_count_max;

		if (!is_full &&
		    line->idle_since_us + REST_LINE_IDLE_US > now_us) {
			return;
		}
		if (is_waiting(line, now_us) &&
		    (!is_full || i + 1 < SWEEP_MAX)) {
			idle_remove(t, line);
			idle_push(t, line, now_us);
			continue;
		}
		line_free(t, line);
	}
}

/* ---- lines ---- */

void
rest_line_add(struct rest_table *t, struct rest_job *job)
{
	struct rest_line *line = job->line;

	idle_remove(t, line);
	job->next = NULL;
	job->prev = line->last;
	if (line->last != NULL) {
		line->last->next = job;
	} else {
		line->first = job;
	}
	line->last = job;
}

void
rest_line_add_first(struct rest_table *t, struct rest_job *job)
{
	struct rest_line *line = job->line;
	struct rest_job *after = line->first;

	idle_remove(t, line);
	/* Several that overlapped may come back: keep their order. */
	while (after != NULL && after->seq < job->seq) {
		after = after->next;
	}
	if (after == NULL) {
		rest_line_add(t, job);
		return;
	}
	job->next = after;
	job->prev = after->prev;
	if (after->prev != NULL) {
		after->prev->next = job;
	} else {
		line->first = job;
	}
	after->prev = job;
}

static void
line_unlink(struct rest_job *job)
{
	struct rest_line *line = job->line;

	if (job->prev != NULL) {
		job->prev->next = job->next;
	} else {
		line->first = job->next;
	}
	if (job->next != NULL) {
		job->next->prev = job->prev;
	} else {
		line->last = job->prev;
	}
	job->next = job->prev = NULL;
}

static void
line_rest(struct rest_table *t, struct rest_line *line, int64_t now_us)
{
	if (line->first == NULL && line->flight_count == 0 && !line->is_idle) {
		idle_push(t, line, now_us);
	}
}

void
rest_line_remove(struct rest_table *t, struct rest_job *job, int64_t now_us)
{
	line_unlink(job);
	line_rest(t, job->line, now_us);
}

void
rest_line_start(struct rest_job *job)
{
	struct rest_line *line = job->line;
	struct rest_bucket *b = line->bucket;

	stoa_assert(line->first == job);
	line_unlink(job);
	line->flight_count++;
	b->flight_count++;
	if (!job->may_overlap) {
		line->strict_count++;
		b->strict_count++;
	}
	if (b->is_known) {
		stoa_assert(b->remaining > 0 || b->is_free);
		b->remaining -= b->remaining > 0;
	}
}

void
rest_line_end(struct rest_table *t, struct rest_job *job, int64_t now_us)
{
	struct rest_line *line = job->line;
	struct rest_bucket *b = line->bucket;

	stoa_assert(line->flight_count > 0);
	stoa_assert(b->flight_count > 0);
	line->flight_count--;
	b->flight_count--;
	if (!job->may_overlap) {
		line->strict_count--;
		b->strict_count--;
	}
	line_rest(t, line, now_us);
}

/* ---- buckets ---- */

/* The oldest job of the lines that are not blocked. `*ret_until_us`: when a
 * blocked line is free, if all that wait are blocked. */
static struct rest_job *
first_job(const struct rest_bucket *b, int64_t now_us, int64_t *ret_until_us)
{
	struct rest_job *first = NULL, *blocked = NULL;
	int64_t until_us = REST_NEVER;

	for (struct rest_line *l = b->lines; l != NULL; l = l->next) {
		if (l->first == NULL) {
			continue;
		}
		if (l->blocked_until_us > now_us) {
			if (l->blocked_until_us < until_us) {
				until_us = l->blocked_until_us;
				blocked = l->first;
			}
		} else if (first == NULL || l->first->seq < first->seq) {
			first = l->first;
		}
	}
	*ret_until_us = first != NULL ? 0 : until_us;
	return first != NULL ? first : blocked;
}

/* When the counts let one more through. */
static int64_t
counts_ready_us(struct rest_bucket *b, int64_t now_us)
{
	if (b->is_known && now_us >= b->reset_us) {
		b->remaining = b->limit - b->flight_count;
		b->remaining = b->remaining < 0 ? 0 : b->remaining;
		b->reset_us = REST_NEVER;
	}
	if (b->is_free) {
		return 0;
	}
	if (!b->is_known) {
		return b->flight_count > 0 ? REST_NEVER : 0;
	}
	return b->remaining > 0 ? 0 : b->reset_us;
}

int64_t
rest_bucket_ready_us(
    struct rest_bucket *b, int64_t now_us, struct rest_job **ret_job)
{
	int64_t at_us = 0;
	struct rest_job *job = first_job(b, now_us, &at_us);

	*ret_job = job;
	if (job == NULL || (!job->may_overlap && b->strict_count > 0)) {
		return REST_NEVER;
	}
	at_us = later(at_us, job->not_before_us);
	at_us = later(at_us, b->blocked_until_us);
	return later(at_us, counts_ready_us(b, now_us));
}

/* Whether the answer speaks of a newer window than the one counted. The
 * server's window ends at most by the request's own time before what an
 * answer makes us believe. */
static bool
is_newer_window(const struct rest_bucket *b, const struct rest_head *head,
    int64_t sent_us, int64_t now_us)
{
	return now_us + head->reset_after_us >
	       b->reset_us + (now_us - sent_us) + ROUNDING_US;
}

void
rest_bucket_answered(struct rest_bucket *b, const struct rest_head *head,
    int64_t sent_us, int64_t now_us)
{
	int64_t others = b->flight_count, reset_us, remaining;

	if (!head->has_limits || head->bucket[0] == '\0') {
		rest_bucket_ended(b, true, now_us);
		return;
	}
	reset_us = now_us + head->reset_after_us;
	remaining = head->remaining > others ? head->remaining - others : 0;
	if (!b->is_known || b->limit != head->limit) {
		b->remaining = remaining;
	} else if (b->reset_us == REST_NEVER ||
		   !is_newer_window(b, head, sent_us, now_us)) {
		/* The window that starts unseen is counted already. */
		b->remaining = b->remaining < head->remaining ? b->remaining
							      : head->remaining;
	} else {
		b->remaining = remaining;
	}
	b->reset_us = b->is_known && b->reset_us != REST_NEVER
			  ? later(b->reset_us, reset_us)
			  : reset_us;
	b->is_known = true;
	b->is_free = false;
	b->limit = head->limit;
	b->period_us = later(b->period_us, whole_seconds(head->reset_after_us));
	b->window_us = later(b->window_us, head->reset_after_us);
}

void
rest_bucket_ended(struct rest_bucket *b, bool was_sent, int64_t now_us)
{
	if (!b->is_known && was_sent && b->limit_expected > 0) {
		/* The server has counted it, and will not say so. */
		b->is_known = true;
		b->limit = b->limit_expected;
		b->remaining = b->limit - b->flight_count - 1;
		b->remaining = b->remaining < 0 ? 0 : b->remaining;
	}
	if (!b->is_known) {
		return;
	}
	if (!was_sent) {
		b->remaining += b->remaining < b->limit - b->flight_count;
	} else if (b->reset_us != REST_NEVER) {
		/* It may have opened the next window, as late as now. */
		b->reset_us = later(b->reset_us, now_us + b->period_us);
	} else if (b->remaining == 0 && b->flight_count == 0) {
		/* No answer will tell when the window ends. */
		b->reset_us = now_us + b->period_us;
	}
}
