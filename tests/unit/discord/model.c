#include "model.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct {
	enum rest_method method;
	const char *path; /* major, unique */
	bool may_overlap;
} templates[MODEL_TEMPLATES] = {
    {REST_POST, "/channels/10%d/messages", false},
    {REST_PATCH, "/channels/10%d/messages/99", false},
    {REST_GET, "/channels/10%d/messages", true},
    {REST_PUT, "/channels/10%d/messages/9/reactions/x/@me", false},
    {REST_DELETE, "/channels/10%d/messages/9/reactions/x/@me", false},
    {REST_GET, "/channels/10%d", true},
    {REST_GET, "/guilds/10%d/roles", true},
    {REST_POST, "/interactions/1%d%u/token/callback", false},
    {REST_PATCH, "/webhooks/10%d/token/messages/@original", false},
};

void
model_route(int template, int major, unsigned unique,
    struct rest_route *ret_route, bool *ret_may_overlap)
{
	char path[128];
	bool ok;

	if (template == 7) {
		snprintf(path, sizeof(path),
		    "/interactions/1%d%u/token/callback", major, unique);
	} else {
		const char *rest = strchr(templates[template].path, '%') + 2;

		snprintf(path, sizeof(path), "%.*s%d%s",
		    (int)(rest - 2 - templates[template].path),
		    templates[template].path, major, rest);
	}
	ok = rest_route_parse(
	    templates[template].method, stoa_str_of(path), 0, ret_route);
	assert(ok);
	*ret_may_overlap = templates[template].may_overlap;
}

static int
hash_new(struct model *m, int64_t limit, int64_t period_us)
{
	int hash = m->hash_count % MODEL_HASHES;

	m->hash_count++;
	m->hashes[hash] =
	    (struct model_hash){.limit = limit, .period_us = period_us};
	for (int i = 0; i < MODEL_MAJORS; i++) {
		m->hashes[hash].windows[i].start_us = -period_us;
	}
	return hash;
}

void
model_init(struct model *m, uint64_t seed)
{
	memset(m, 0, sizeof(*m));
	stoa_rng_init(&m->rng, seed);
	m->global_limit = 50;
	m->hash_of[0] = hash_new(m, 5, 5 * STOA_US_PER_S);
	m->hash_of[1] = stoa_rng_chance(&m->rng, 2)
			    ? m->hash_of[0]
			    : hash_new(m, 5, 4 * STOA_US_PER_S);
	m->hash_of[2] = hash_new(m, 10, 3 * STOA_US_PER_S);
	m->hash_of[3] = hash_new(m, 1, STOA_US_PER_S / 4);
	m->hash_of[4] = m->hash_of[3];
	m->hash_of[5] = -1;
	m->hash_of[6] = hash_new(
	    m, 2 + (int64_t)stoa_rng_below(&m->rng, 8), 2 * STOA_US_PER_S);
	m->hash_of[7] = -1;
	m->hash_of[8] = hash_new(m, 5, 2 * STOA_US_PER_S);
}

static void
count_invalid(struct model *m, int64_t now_us)
{
	assert(m->invalid < STOA_COUNT(m->invalid_us));
	m->invalid_us[m->invalid++] = now_us;
}

/* Whole milliseconds, as the headers have them. */
static int64_t
floor_ms(int64_t us)
{
	return us / STOA_US_PER_MS * STOA_US_PER_MS;
}

static struct model_answer
limited(struct model *m, enum rest_scope scope, int64_t wait_us, int64_t now_us)
{
	if (scope != REST_SCOPE_SHARED) {
		count_invalid(m, now_us);
	}
	return (struct model_answer){
	    .head = {.http = 429, .scope = scope, .retry_after_us = wait_us}};
}

static bool
is_over_global(struct model *m, int64_t now_us)
{
	unsigned size = STOA_COUNT(m->recent_us);

	while (m->recent_count > 0 &&
	       m->recent_us[m->recent_first] + STOA_US_PER_S <= now_us) {
		m->recent_first = (m->recent_first + 1) % size;
		m->recent_count--;
	}
	if (m->recent_count >= (unsigned)m->global_limit) {
		return true;
	}
	m->recent_us[(m->recent_first + m->recent_count++) % size] = now_us;
	return false;
}

static void
move(struct model *m, int template)
{
	int hash = m->hash_of[template];

	if (hash >= 0) {
		m->hash_of[template] = hash_new(
		    m, m->hashes[hash].limit, m->hashes[hash].period_us);
	}
}

/* Fills the limits; false: over them. */
static bool
count_in_bucket(struct model *m, const struct model_question *q, int64_t now_us,
    struct rest_head *head)
{
	int hash = m->hash_of[q->template];
	struct model_hash *h = &m->hashes[hash];
	struct model_window *w = &h->windows[q->major];
	bool passes;
	size_t len;

	snprintf(head->bucket, sizeof(head->bucket), "hash%d", hash);
	len = strlen(head->bucket);
	if (now_us >= w->start_us + h->period_us) {
		*w = (struct model_window){.start_us = now_us};
	}
	w->is_tainted |= strncmp(q->bucket_key, head->bucket, len) != 0 ||
			 q->bucket_key[len] != ' ';
	passes = w->count < h->limit;
	if (passes) {
		w->count++;
	} else if (w->is_tainted) {
		m->excused++;
	} else {
		m->self_limited++;
	}
	head->has_limits = true;
	head->limit = h->limit;
	head->remaining = h->limit - w->count;
	head->reset_after_us = floor_ms(w->start_us + h->period_us - now_us);
	return passes;
}

static bool
fate(struct model *m, unsigned one_in)
{
	return one_in > 0 && stoa_rng_chance(&m->rng, one_in);
}

static struct model_answer
mischief(struct model *m, const struct model_question *q, int64_t now_us)
{
	int64_t wait_us =
	    (1 + (int64_t)stoa_rng_below(&m->rng, 4)) * STOA_US_PER_S;

	if (fate(m, m->mischief.cloud)) {
		return limited(m, REST_SCOPE_CLOUD, 0, now_us);
	}
	if (!q->is_exempt && fate(m, m->mischief.global)) {
		return limited(m, REST_SCOPE_GLOBAL, wait_us, now_us);
	}
	if (fate(m, m->mischief.shared)) {
		return limited(m, REST_SCOPE_SHARED, wait_us, now_us);
	}
	if (fate(m, m->mischief.unauthorized)) {
		count_invalid(m, now_us);
		return (struct model_answer){.head = {.http = 401}};
	}
	return (struct model_answer){.head = {.http = 0}};
}

struct model_answer
model_ask(struct model *m, const struct model_question *q, int64_t now_us)
{
	struct model_answer answer = mischief(m, q, now_us);

	m->requests++;
	if (answer.head.http != 0) {
		return answer;
	}
	if (fate(m, m->mischief.moves)) {
		move(m, q->template);
	}
	if (!q->is_exempt && is_over_global(m, now_us)) {
		m->over_global++;
		return limited(m, REST_SCOPE_GLOBAL, STOA_US_PER_S, now_us);
	}
	if (m->hash_of[q->template] >= 0 &&
	    !count_in_bucket(m, q, now_us, &answer.head)) {
		count_invalid(m, now_us);
		answer.head.http = 429;
		answer.head.scope = REST_SCOPE_USER;
		answer.head.retry_after_us = answer.head.reset_after_us;
		return answer;
	}
	answer.head.http = 200;
	answer.had_effect = true;
	if (fate(m, m->mischief.forbidden)) {
		count_invalid(m, now_us);
		answer.head.http = 403;
		answer.had_effect = false;
	} else if (fate(m, m->mischief.broken)) {
		answer.had_effect = stoa_rng_chance(&m->rng, 2);
		answer.head = (struct rest_head){.http = 502};
	} else if (fate(m, m->mischief.dropped)) {
		answer.had_effect = stoa_rng_chance(&m->rng, 2);
		answer.is_lost = true;
	}
	m->effects += answer.had_effect;
	return answer;
}
