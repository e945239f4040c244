/* sets.c - which sets of shards there are: the one in force, one that follows
 * it, and those before it as long as something of them is left. */
#include "gateway/parts.h"

#include "base/check.h"

#include <stdlib.h>

struct fleet *
sets_add(struct gateway *g, unsigned count, enum fleet_role role)
{
	struct fleet *f = calloc(1, sizeof(*f)), **at = &g->fleets;

	stoa_assert(f != NULL && count > 0);
	f->gateway = g;
	f->role = role;
	f->count = count;
	f->born = g->plan.revision;
	f->runners = calloc(count, sizeof(*f->runners));
	stoa_assert(f->runners != NULL);
	for (unsigned i = 0; i < count; i++) {
		runner_init(f, &f->runners[i], i);
	}
	/* Replicas that start together begin at different ends. */
	f->cursor = (unsigned)(g->o.seed % count);
	while (*at != NULL) {
		at = &(*at)->next;
	}
	*at = f;
	return f;
}

struct fleet *
sets_find(const struct gateway *g, enum fleet_role role, unsigned count)
{
	for (struct fleet *f = g->fleets; f != NULL; f = f->next) {
		if (f->role == role && (count == 0 || f->count == count)) {
			return f;
		}
	}
	return NULL;
}

void
sets_enforce(struct fleet *f)
{
	f->role = FLEET_FORCE;
	for (unsigned i = 0; i < f->count; i++) {
		publish_kept(&f->runners[i]);
	}
}

void
sets_end(struct fleet *f, uint64_t plan)
{
	f->is_unwanted = f->role == FLEET_NEXT;
	f->role = FLEET_PAST;
	f->ended = plan;
	for (unsigned i = 0; i < f->count; i++) {
		f->runners[i].past_us = f->gateway->now_us;
	}
}

/* Nothing of it is left, and nobody calls back any more. */
static bool
is_over(const struct fleet *f)
{
	if (f->role != FLEET_PAST) {
		return false;
	}
	for (unsigned i = 0; i < f->count; i++) {
		const struct runner *r = &f->runners[i];

		if (!r->is_gone || r->lease != LEASE_OTHER || r->is_saving) {
			return false;
		}
	}
	return true;
}

static void
set_free(struct fleet *f)
{
	unsigned ours = 0;

	for (unsigned i = 0; i < f->count; i++) {
		struct runner *r = &f->runners[i];

		ours += r->claimed_us != 0;
		shard_counts_add(&f->gateway->past_counts, &r->shard.counts);
		window_fini(&r->window);
	}
	if (ours > 0) { /* else there was nothing to do */
		gateway_log(f->gateway, false, "reshard_done",
		    "nothing is left of the %u shards of before", f->count);
	}
	free(f->runners);
	free(f);
}

void
sets_sweep(struct gateway *g)
{
	struct fleet **at = &g->fleets;

	while (*at != NULL) {
		struct fleet *f = *at;

		if (!is_over(f)) {
			at = &f->next;
			continue;
		}
		*at = f->next;
		set_free(f);
	}
}
