/* world.c - see world.h. */
#include "tests/sim/world.h"

#include "base/check.h"
#include "base/hasher.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define REPLAY_ARENA_MAX (8u << 20)

void
world_fail(void *world, const char *what, const char *which)
{
	struct world *w = world;

	if (!w->is_failed) {
		w->is_failed = true;
		(void)snprintf(
		    w->failure, sizeof(w->failure), "%s: %s", what, which);
	}
}

uint64_t
world_roll(struct world *w, uint64_t bound)
{
	return stoa_rng_below(sim_rng(w->sim), bound);
}

void
world_faults_roll(struct world *w, uint64_t delay_us_max)
{
	*sim_faults(w->sim) = (struct sim_faults){
	    .lose_request = world_roll(w, 3) * 10,
	    .lose_answer = world_roll(w, 3) * 10,
	    .repeat_request = world_roll(w, 3) * 5,
	    .lose_peer = world_roll(w, 3) * 5,
	    .delay_us_max = 100 + world_roll(w, delay_us_max),
	};
}

/* ---- domains ---- */

struct world_domain *
world_domain_add(struct world *w)
{
	struct world_domain *d = &w->domains[w->domain_count++];

	stoa_assert(w->domain_count <= WORLD_DOMAINS_MAX);
	d->broker = sim_broker_new(w->sim);
	d->lan = sim_lan_new(w->sim);
	return d;
}

void
world_domain_start(
    struct world *w, struct world_domain *d, const struct node *like)
{
	for (uint32_t i = 0; i < w->node_count; i++) {
		struct node *n = &d->nodes[i];

		*n = *like;
		n->sim = w->sim;
		n->broker = d->broker;
		n->lan = d->lan;
		n->number = i;
		n->count = w->node_count;
		n->copy = sim_copy_new(w->sim);
		n->clock = sim_clock_new(w->sim);
		n->is_over = &w->is_over;
		n->fail = world_fail;
		node_start(n);
		sim_at(w->sim, 1000, node_tick, n);
	}
}

uint64_t
world_spared(const struct world *w)
{
	uint64_t spared = 0;

	for (int d = 0; d < w->domain_count; d++) {
		for (uint32_t i = 0; i < w->node_count; i++) {
			spared += w->domains[d].nodes[i].spared;
		}
	}
	return spared;
}

uint64_t
world_crash_count(const struct world *w)
{
	uint64_t count = 0;

	for (int i = 0; i < CRASH_POINT_COUNT; i++) {
		count += w->crash_counts[i];
	}
	return count;
}

void
world_clock_jump(struct world *w, int64_t us)
{
	struct world_domain *d =
	    &w->domains[world_roll(w, (uint64_t)w->domain_count)];
	struct node *n = &d->nodes[world_roll(w, w->node_count)];

	sim_clock_set(n->clock, (int64_t)world_roll(w, 2 * (uint64_t)us) - us);
}

static void
silence_end(void *arg)
{
	struct world *w = arg;

	if (!w->is_healed) {
		sim_faults(w->sim)->lose_peer = w->lose_peer;
	}
}

void
world_silence(struct world *w, int64_t us)
{
	struct sim_faults *faults = sim_faults(w->sim);

	if (faults->lose_peer != 1) {
		w->lose_peer = faults->lose_peer;
		faults->lose_peer = 1;
		sim_at(w->sim, us, silence_end, w);
	}
}

static void
crash_now(void *node)
{
	node_crash(node);
}

static void
cut_now(void *arg)
{
	const struct node *n = arg;

	if (n->replica != NULL) {
		sim_stream_cut(n->stream);
	}
}

bool
world_crash_point(struct world *w, struct node *n, enum crash_point point)
{
	if (w->is_healed || w->is_over ||
	    !stoa_rng_chance(sim_rng(w->sim), w->crash_one_in)) {
		return false;
	}
	/* Alive, but another one acts in its place meanwhile. */
	if (stoa_rng_chance(sim_rng(w->sim), 3)) {
		sim_at(w->sim, 0, cut_now, n);
		return false;
	}
	w->crash_counts[point]++;
	sim_at(w->sim,
	    stoa_rng_chance(sim_rng(w->sim), 2)
		? 0
		: (int64_t)world_roll(w, sim_faults(w->sim)->delay_us_max),
	    crash_now, n);
	return true;
}

void
world_heal(void *world)
{
	struct world *w = world;
	uint64_t delay = sim_faults(w->sim)->delay_us_max;

	w->is_healed = true;
	*sim_faults(w->sim) = (struct sim_faults){.delay_us_max = delay};
	for (int d = 0; d < w->domain_count; d++) {
		for (uint32_t i = 0; i < w->node_count; i++) {
			sim_clock_set(w->domains[d].nodes[i].clock, 0);
		}
	}
}

/* ---- running ---- */

static void
world_turn(struct world *w)
{
	for (int d = 0; d < w->domain_count; d++) {
		for (uint32_t i = 0; i < w->node_count; i++) {
			if (w->domains[d].nodes[i].replica != NULL) {
				stoa_replica_turn(
				    w->domains[d].nodes[i].replica);
			}
		}
	}
}

void
world_run(struct world *w, bool (*is_at_rest)(struct world *w), int64_t rest_us)
{
	while (!w->is_failed && !(w->is_healed && is_at_rest(w))) {
		if (sim_now(w->sim) > rest_us) {
			world_fail(w, "does not come to rest", "");
			break;
		}
		stoa_assert(sim_step(w->sim));
		world_turn(w);
	}
}

bool
world_is_at_rest(const struct world *w)
{
	for (int d = 0; d < w->domain_count; d++) {
		for (uint32_t i = 0; i < w->node_count; i++) {
			if (!node_is_at_rest(&w->domains[d].nodes[i])) {
				return false;
			}
		}
	}
	return true;
}

void
world_stop(struct world *w)
{
	w->is_over = true;
	for (int d = 0; d < w->domain_count; d++) {
		for (uint32_t i = 0; i < w->node_count; i++) {
			struct node *n = &w->domains[d].nodes[i];

			if (n->replica != NULL) {
				node_stop(n);
			}
			sim_copy_crash(n->copy);
		}
	}
	while (sim_step(w->sim)) {
	}
}

void
world_free(struct world *w)
{
	for (int d = 0; d < w->domain_count; d++) {
		for (uint32_t i = 0; i < w->node_count; i++) {
			sim_copy_free(w->domains[d].nodes[i].copy);
			stoa_buf_fini(&w->domains[d].nodes[i].snapshot);
			sim_clock_free(w->domains[d].nodes[i].clock);
		}
		sim_lan_free(w->domains[d].lan);
		sim_broker_free(w->domains[d].broker);
	}
	if (w->rpc != NULL) {
		rpc_world_free(w->rpc);
	}
	sim_free(w->sim);
}

/* ---- oracles ---- */

void
world_check_equal(
    struct world *w, struct world_domain *d, struct stoa_str community)
{
	struct stoa_replica_head first, other;

	if (!stoa_replica_head(d->nodes[0].replica, community, &first)) {
		world_fail(w, "no head", d->nodes[0].core->name);
		return;
	}
	if (strcmp(first.mode, "live") != 0) {
		world_fail(w, "not live", first.reason);
	}
	for (uint32_t i = 1; i < w->node_count; i++) {
		if (!stoa_replica_head(
			d->nodes[i].replica, community, &other) ||
		    !stoa_hash_is_equal(&first.state_hash, &other.state_hash) ||
		    !stoa_hash_is_equal(&first.hash, &other.hash) ||
		    !stoa_hash_is_equal(&first.tree_root, &other.tree_root)) {
			world_fail(
			    w, "replicas differ", d->nodes[0].core->name);
		}
	}
	sim_trace(w->sim, community, first.index);
	sim_trace(w->sim, stoa_hash_str(&first.state_hash), 0);
}

static bool
entry_replay(const struct stoa_core *core, void *state,
    struct stoa_str community, const Stoa__Journal__Entry *entry,
    struct stoa_arena *arena)
{
	for (size_t i = 0; i < entry->n_events; i++) {
		struct stoa_fact fact = {
		    .community = community,
		    .actor = stoa_str_of(entry->actor),
		    .command_id = stoa_str_of(entry->command_id),
		    .time = {entry->time_us},
		    .event = stoa_unpack(arena, core->event,
			stoa_str_of_bytes(
			    entry->events[i].data, entry->events[i].len)),
		};

		if (fact.event == NULL || !core->apply(state, &fact)) {
			return false;
		}
	}
	return true;
}

void
world_check_replay(struct world *w, struct world_domain *d,
    struct stoa_str community,
    const char *(*audit)(const void *state, struct stoa_str community,
	const Stoa__Journal__Entry *entry, struct stoa_arena *arena))
{
	const struct stoa_core *core = d->nodes[0].core;
	void *state = core->state_new(community, 1);
	struct stoa_replica_head head;
	struct stoa_hasher hasher;
	struct stoa_hash again;
	struct stoa_arena arena;

	stoa_arena_init(&arena, NULL, 0, REPLAY_ARENA_MAX);
	for (uint64_t at = 1; at <= sim_broker_last(d->broker); at++) {
		const Stoa__Journal__Batch *batch =
		    stoa_unpack(&arena, &stoa__journal__batch__descriptor,
			sim_broker_at(d->broker, at));

		stoa_assert(batch != NULL);
		for (size_t i = 0; i < batch->n_entries; i++) {
			const Stoa__Journal__Entry *entry = batch->entries[i];
			const char *wrong =
			    audit == NULL || entry->refusal != NULL
				? NULL
				: audit(state, community, entry, &arena);

			if (wrong != NULL) {
				world_fail(w, wrong, entry->command_id);
			}
			stoa_assert(entry_replay(
			    core, state, community, entry, &arena));
		}
		stoa_arena_reset(&arena);
	}
	stoa_hasher_init(&hasher);
	core->digest(state, &hasher);
	again = stoa_hasher_end(&hasher);
	if (!stoa_replica_head(d->nodes[0].replica, community, &head) ||
	    !stoa_hash_is_equal(&head.state_hash, &again)) {
		world_fail(w, "replay from nothing differs", core->name);
	}
	core->state_free(state);
	stoa_arena_fini(&arena);
}

void
world_check_restart(struct world *w, struct world_domain *d,
    const struct stoa_str *communities, size_t count)
{
	struct stoa_hash live[NODE_COMMUNITIES_MAX];
	struct stoa_replica_head head;

	stoa_assert(count <= NODE_COMMUNITIES_MAX);
	for (size_t i = 0; i < count; i++) {
		stoa_assert(stoa_replica_head(
		    d->nodes[0].replica, communities[i], &head));
		live[i] = head.state_hash;
	}
	node_stop(&d->nodes[0]);
	node_start(&d->nodes[0]);
	for (size_t i = 0; i < count; i++) {
		if (!stoa_replica_head(
			d->nodes[0].replica, communities[i], &head) ||
		    !stoa_hash_is_equal(&live[i], &head.state_hash)) {
			world_fail(w, "replayed state differs",
			    d->nodes[0].core->name);
		}
	}
}

static void
node_print(const struct node *n)
{
	struct stoa_replica_head head;
	struct stoa_replica_stats stats;
	struct stoa_str community;
	size_t cursor = 0;

	if (n->replica == NULL) {
		printf("%s %u is down\n", n->core->name, n->number);
		return;
	}
	stoa_replica_stats(n->replica, &stats);
	printf("%s %u: ready %d, idle %d, followed %" PRIu64 " of %" PRIu64
	       "\n",
	    n->core->name, n->number, stoa_replica_is_ready(n->replica),
	    stoa_replica_is_idle(n->replica), stats.followed,
	    sim_broker_last(n->broker));
	while (
	    (community = stoa_replica_next(n->replica, &cursor)).data != NULL) {
		if (stoa_replica_head(n->replica, community, &head)) {
			printf("  %.*s: %" PRIu64 " %s %s\n",
			    STOA_STR_ARG(community), head.index, head.mode,
			    head.reason);
		}
	}
}

static void
stream_print(const struct sim_broker *broker)
{
	for (uint64_t at = 1; at <= sim_broker_last(broker); at++) {
		struct stoa_str bytes = sim_broker_at(broker, at);
		Stoa__Journal__Batch *batch = stoa__journal__batch__unpack(
		    NULL, bytes.len, (const uint8_t *)bytes.data);

		stoa_assert(batch != NULL);
		for (size_t i = 0; i < batch->n_entries; i++) {
			const Stoa__Journal__Entry *e = batch->entries[i];

			printf("%4" PRIu64 " %" PRId64
			       " %s %s: %s, %zu events\n",
			    at, e->time_us, e->actor, e->command_id,
			    e->refusal == NULL ? "taken" : e->refusal->reason,
			    e->n_events);
		}
		stoa__journal__batch__free_unpacked(batch, NULL);
	}
}

void
world_print(const struct world *w)
{
	for (int d = 0; d < w->domain_count; d++) {
		stream_print(w->domains[d].broker);
		for (uint32_t i = 0; i < w->node_count; i++) {
			node_print(&w->domains[d].nodes[i]);
		}
	}
}

/* ---- all seeds ---- */

struct world_result
world_end(struct world *w)
{
	struct world_result result = {
	    .trace = sim_trace_end(w->sim),
	    .is_failed = w->is_failed,
	};

	memcpy(result.failure, w->failure, sizeof(result.failure));
	return result;
}

static void
counts_print(
    const struct world_play *play, const uint64_t counts[WORLD_COUNTS_MAX])
{
	printf("sim_%s:", play->name);
	for (int i = 0; i < WORLD_COUNTS_MAX && play->counts[i] != NULL; i++) {
		printf("%s %" PRIu64 " %s", i == 0 ? "" : ",", counts[i],
		    play->counts[i]);
	}
	printf("\n");
}

int
world_main(int argc, char **argv, const struct world_play *play)
{
	uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 100;
	uint64_t counts[WORLD_COUNTS_MAX] = {0}, failed = 0;

	for (uint64_t seed = first; seed < first + count; seed++) {
		struct world_result one = play->run(seed);
		struct world_result two = play->run(seed);

		for (int i = 0; i < WORLD_COUNTS_MAX; i++) {
			counts[i] += one.counts[i];
		}
		if (one.is_failed ||
		    !stoa_hash_is_equal(&one.trace, &two.trace)) {
			failed++;
			printf("seed %" PRIu64 ": %s (again: "
			       "make sim SEED=%" PRIu64 " N=1)\n",
			    seed,
			    one.is_failed ? one.failure : "two runs differ",
			    seed);
		}
	}
	counts_print(play, counts);
	printf(
	    "%" PRIu64 " passed, %" PRIu64 " failed\n", count - failed, failed);
	return failed == 0 ? 0 : 1;
}
