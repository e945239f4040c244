/* identify.c - who may identify, and when.
 *
 * Discord gives a bot some 1000 identifies a day and resets its token when
 * they are used up; of `max_concurrency` buckets each takes one in five
 * seconds. So before each one: how many are left, asked afresh; a slot that
 * all replicas share, timed by the broker's clock; and it is written down
 * before it is done, so that a process that dies at once is remembered and
 * waits longer each time. */
#include "gateway/parts.h"

#include "base/check.h"
#include "base/core.h"
#include "port/kv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* An answer of Discord about the budget is good for so long; what we use
 * meanwhile is counted off. */
#define BUDGET_US (30 * STOA_US_PER_S)
#define ASK_US	  (10 * STOA_US_PER_S)

/* ---- the queue ---- */

void
identify_queue(struct runner *r)
{
	struct gateway *g = r->gateway;

	if (r->is_queued) {
		return;
	}
	r->is_queued = true;
	r->queue_next = NULL;
	if (g->queue_last == NULL) {
		g->queue = r;
	} else {
		g->queue_last->queue_next = r;
	}
	g->queue_last = r;
}

void
identify_forget(struct runner *r)
{
	struct gateway *g = r->gateway;
	struct runner **at = &g->queue, *before = NULL;

	if (!r->is_queued) {
		return;
	}
	while (*at != r) {
		before = *at;
		at = &(*at)->queue_next;
	}
	if (g->queue == r) {
		g->step = IDENTIFY_NONE;
	}
	*at = r->queue_next;
	if (g->queue_last == r) {
		g->queue_last = before;
	}
	r->is_queued = false;
	r->wants_grant = false;
}

/* The first one goes to the end: the others may not have to wait. */
static void
rotate(struct gateway *g)
{
	struct runner *r = g->queue;

	g->step = IDENTIFY_NONE;
	identify_forget(r);
	identify_queue(r);
}

static void
later(struct gateway *g, int64_t wait_us)
{
	g->step = IDENTIFY_NONE;
	g->step_due_us = g->now_us + wait_us;
}

/* ---- the budget ---- */

static bool
budget_read(struct gateway *g, struct stoa_str body)
{
	struct stoa_json root, limit, url;
	int64_t left, reset_ms = 0, concurrency = 1, shards = 1;

	if (!stoa_json_parse(body, 0, &root, NULL)) {
		return false;
	}
	limit = stoa_json_get(root, STOA_STR("session_start_limit"));
	url = stoa_json_get(root, STOA_STR("url"));
	if (!stoa_json_to_i64(
		stoa_json_get(limit, STOA_STR("remaining")), &left) ||
	    url.text.len < 3 || url.text.len - 2 >= sizeof(g->url)) {
		return false;
	}
	(void)!stoa_json_to_i64(
	    stoa_json_get(limit, STOA_STR("reset_after")), &reset_ms);
	(void)!stoa_json_to_i64(
	    stoa_json_get(limit, STOA_STR("max_concurrency")), &concurrency);
	(void)!stoa_json_to_i64(
	    stoa_json_get(root, STOA_STR("shards")), &shards);
	g->budget_us = g->now_us;
	g->budget_left = left;
	g->budget_reset_us = g->now_us + reset_ms * STOA_US_PER_MS;
	g->concurrency = concurrency < 1 || concurrency > GATEWAY_SHARDS_MAX
			     ? 1
			     : (unsigned)concurrency;
	g->recommended =
	    shards < 1 || shards > GATEWAY_SHARDS_MAX ? 1 : (unsigned)shards;
	if (g->o.gateway_url[0] == '\0') {
		(void)snprintf(g->url, sizeof(g->url), "%.*s",
		    (int)url.text.len - 2, url.text.data + 1);
	}
	return true;
}

static void
on_asked(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct gateway *g = owner;
	struct stoa_arena arena;
	const Stoa__Discord__CallReply *answer = NULL;

	g->is_asking = false;
	if (g->step == IDENTIFY_BUDGET) {
		later(g, status == STOA_OK ? 0 : GATEWAY_IDENTIFY_WAIT);
	}
	stoa_arena_init(&arena, NULL, 0, GATEWAY_ARENA_MAX);
	if (status == STOA_OK) {
		answer = stoa_unpack(
		    &arena, &stoa__discord__call_reply__descriptor, reply);
	}
	if (answer != NULL && answer->status == 401) {
		g->o.fatal(shard_fatal_text(SHARD_FATAL_TOKEN));
	} else if (answer == NULL || answer->status != 200 ||
		   !budget_read(g, stoa_str_of_bytes(
				       answer->json.data, answer->json.len))) {
		if (!g->is_warned) {
			gateway_log(g, true, "gateway_unknown",
			    "Discord's gateway address is not known: %s",
			    detail != NULL ? detail : stoa_status_text(status));
		}
		g->is_warned = true;
		g->step_due_us = g->now_us + GATEWAY_IDENTIFY_WAIT;
	} else {
		g->is_warned = false;
	}
	stoa_arena_fini(&arena);
}

void
identify_ask(struct gateway *g)
{
	Stoa__Discord__CallRequest in = STOA__DISCORD__CALL_REQUEST__INIT;
	struct stoa_bus_call call = {
	    .service = &stoa__discord__discord__descriptor,
	    .method = "Call",
	    .timeout_us = ASK_US,
	};

	if (g->is_asking) {
		return;
	}
	g->is_asking = true;
	in.method = (char *)(uintptr_t) "GET";
	in.path = (char *)(uintptr_t) "/gateway/bot";
	stoa_bus_call(g->o.bus, &call, &in.base, on_asked, g);
}

/* ---- one after the other ---- */

/* How long this shard has to wait, because its sessions do not last. */
static int64_t
loop_wait_us(const struct runner *r)
{
	int64_t since_us = gateway_wall_us() - r->identified_us;
	int64_t wait_us = GATEWAY_LOOP_US_MIN;

	if (r->identifies < GATEWAY_LOOP_FREE) {
		return 0;
	}
	for (uint32_t i = GATEWAY_LOOP_FREE;
	     i < r->identifies && wait_us < GATEWAY_LOOP_US_MAX; i++) {
		wait_us *= 2;
	}
	wait_us = wait_us > GATEWAY_LOOP_US_MAX ? GATEWAY_LOOP_US_MAX : wait_us;
	return since_us >= wait_us || since_us < 0 ? 0 : wait_us - since_us;
}

static void
on_slot(void *owner, enum stoa_status status, uint64_t revision)
{
	struct gateway *g = owner;
	struct runner *r = g->queue;

	(void)revision;
	if (g->step != IDENTIFY_SLOT || r == NULL) {
		return; /* taken for nothing: five seconds are lost */
	}
	if (status != STOA_OK) {
		rotate(g); /* the next one may be of a bucket that is free */
		later(g, GATEWAY_IDENTIFY_WAIT);
		return;
	}
	g->step = IDENTIFY_SAVING;
	r->identifies++;
	r->identified_us = gateway_wall_us();
	r->is_save_due = true;
	r->wants_grant = true;
	fleet_save(r, true);
}

void
identify_saved(struct runner *r, bool is_stored)
{
	struct gateway *g = r->gateway;

	r->wants_grant = false;
	if (!r->is_queued || g->queue != r) {
		return;
	}
	if (!is_stored) {
		later(g, GATEWAY_IDENTIFY_WAIT);
		return;
	}
	g->budget_left--;
	identify_forget(r);
	shard_grant(&r->shard, g->now_us);
}

static bool
is_affordable(struct gateway *g)
{
	if (g->budget_left > g->o.identify_reserve) {
		return true;
	}
	if (g->refused_identifies++ == 0) {
		gateway_log(g, true, "identify_refused",
		    "Discord leaves %" PRId64
		    " identifies for this day, %u are kept in reserve: no new "
		    "session before the budget is reset in %" PRId64
		    " min; see what made so many, or lower --identify-reserve",
		    g->budget_left, g->o.identify_reserve,
		    (g->budget_reset_us - g->now_us) / (60 * STOA_US_PER_S));
	}
	/* Asked again now and then: the reset may come early. */
	g->budget_us = 0;
	later(g, 60 * STOA_US_PER_S);
	return false;
}

void
identify_tick(struct gateway *g)
{
	struct runner *r = g->queue;
	char key[32];

	if (g->step != IDENTIFY_NONE || r == NULL ||
	    g->now_us < g->step_due_us) {
		return;
	}
	if (g->budget_us == 0 || g->now_us - g->budget_us > BUDGET_US) {
		g->step = IDENTIFY_BUDGET;
		identify_ask(g);
		return;
	}
	if (!is_affordable(g)) {
		return;
	}
	g->refused_identifies = 0;
	if (loop_wait_us(r) > 0) {
		later(g, GATEWAY_IDENTIFY_WAIT);
		rotate(g);
		return;
	}
	g->step = IDENTIFY_SLOT;
	(void)snprintf(key, sizeof(key), "bucket.%u", r->id % g->concurrency);
	stoa_kv_put(g->o.bus, "gateway-identify", key,
	    stoa_str_of(g->o.incarnation), 0, on_slot, g);
}
