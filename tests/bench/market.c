/* market.c - what searching costs: a million listings in one community, in
 * microseconds a page, for each way of sorting and with filters that match
 * much, little and nothing.
 *
 *     market [LISTINGS] */
#include "base/rng.h"
#include "marketplace/limits.h"
#include "marketplace/marketplace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LISTINGS 1000000u
#define QUERIES	 2000u

#define TEXT(t) ((char *)(uintptr_t)(t))

static double
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void
apply(void *state, int64_t us, const Stoa__Marketplace__Event *event)
{
	struct stoa_fact fact = {
	    .community = STOA_STR("c_aaaaaaaaaa"),
	    .actor = STOA_STR("@marketplace"),
	    .command_id = STOA_STR("x"),
	    .time = {us},
	    .event = &event->base,
	};

	stoa_assert(marketplace_core.apply(state, &fact));
}

/* Base32 of the number: "m_" and ten characters. */
static void
id_print(char id[16], uint32_t number)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";

	(void)snprintf(id, 16, "m_aaaaaaaaaa");
	for (int at = 11; number > 0; at--, number /= 32) {
		id[at] = digits[number % 32];
	}
}

static void
listing_add(void *state, uint32_t number, struct stoa_rng *rng)
{
	Stoa__Marketplace__Event event = STOA__MARKETPLACE__EVENT__INIT;
	Stoa__Marketplace__Approved approved =
	    STOA__MARKETPLACE__APPROVED__INIT;
	Stoa__Marketplace__ModelFacts facts =
	    STOA__MARKETPLACE__MODEL_FACTS__INIT;
	Stoa__Marketplace__Listed listed = STOA__MARKETPLACE__LISTED__INIT;
	int64_t us = INT64_C(1767225600000000) + number;
	char id[16], name[32];

	id_print(id, number);
	(void)snprintf(name, sizeof(name), "intents %" PRIu32, number);
	facts.model = id;
	facts.name = name;
	facts.creator = TEXT("u_aaaaaaaaaa");
	facts.cid = TEXT("bafy");
	facts.recipe = TEXT("text-classifier");
	facts.accuracy_bp = (uint32_t)stoa_rng_below(rng, 10001);
	approved.facts = &facts;
	approved.owner = facts.creator;
	approved.proposal = TEXT("p_aaaaaaaaaa");
	event.kind_case = STOA__MARKETPLACE__EVENT__KIND_APPROVED;
	event.approved = &approved;
	apply(state, us, &event);
	listed.model = id;
	listed.seller = facts.creator;
	listed.price_micro = 1 + (int64_t)stoa_rng_below(rng, 1000000000);
	listed.rent_micro = stoa_rng_chance(rng, 3) ? 1000 : 0;
	listed.audience = STOA__MARKETPLACE__AUDIENCE__OWNER_ONLY;
	event.kind_case = STOA__MARKETPLACE__EVENT__KIND_LISTED;
	event.listed = &listed;
	apply(state, us, &event);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* What listings somewhere in the middle of an order stand under. */
static int64_t
middle_of(Stoa__Marketplace__Sort sort, struct stoa_rng *rng, uint32_t count)
{
	if (sort == STOA__MARKETPLACE__SORT__CHEAPEST) {
		return (int64_t)stoa_rng_below(rng, 1000000000);
	}
	return sort == STOA__MARKETPLACE__SORT__MOST_ACCURATE
		   ? -(int64_t)stoa_rng_below(rng, 10000)
		   : -(INT64_C(1767225600000000) +
			 (int64_t)stoa_rng_below(rng, count));
}

static void
measure(const void *state, const char *what,
    Stoa__Marketplace__SearchQuery *query, struct stoa_rng *rng, uint32_t count)
{
	static double took[QUERIES];
	struct stoa_arena arena;
	uint64_t found = 0;

	stoa_arena_init(&arena, NULL, 0, (size_t)1 << 20);
	for (unsigned i = 0; i < QUERIES; i++) {
		Stoa__Marketplace__SearchReply reply =
		    STOA__MARKETPLACE__SEARCH_REPLY__INIT;
		char after[64], id[16];
		double began;

		/* A page somewhere in the middle, as often as the first. */
		id_print(id, (uint32_t)stoa_rng_below(rng, count));
		(void)snprintf(after, sizeof(after), "%" PRId64 ":%s",
		    middle_of(query->sort, rng, count), id);
		query->after = i % 2 == 0 ? TEXT("") : after;
		began = now_us();
		stoa_assert(marketplace_query_search(
				state, query, &arena, &reply) == STOA_OK);
		took[i] = now_us() - began;
		found += reply.n_listings;
		stoa_arena_reset(&arena);
	}
	qsort(took, QUERIES, sizeof(took[0]), compare);
	printf("  %-44s p50 %8.1f us  p99 %8.1f us  max %8.1f us  %5.1f rows\n",
	    what, took[QUERIES / 2], took[QUERIES * 99 / 100],
	    took[QUERIES - 1], (double)found / QUERIES);
	stoa_arena_fini(&arena);
}

int
main(int argc, char **argv)
{
	uint32_t count =
	    argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : LISTINGS;
	void *state = marketplace_core.state_new(STOA_STR("c_aaaaaaaaaa"), 1);
	Stoa__Marketplace__SearchQuery query =
	    STOA__MARKETPLACE__SEARCH_QUERY__INIT;
	struct stoa_rng rng;
	double began = now_us();

	stoa_assert(count > 0 && count <= MARKETPLACE_MODELS_MAX);
	stoa_rng_init(&rng, 1);
	for (uint32_t i = 0; i < count; i++) {
		listing_add(state, i, &rng);
	}
	printf("%" PRIu32 " listings, made from their events in %.1f s; pages "
	       "of 10:\n",
	    count, (now_us() - began) / 1e6);
	query.limit = 10;
	measure(state, "newest", &query, &rng, count);
	query.sort = STOA__MARKETPLACE__SORT__CHEAPEST;
	measure(state, "cheapest", &query, &rng, count);
	query.is_for_lease = true;
	measure(state, "cheapest, for lease (a third)", &query, &rng, count);
	query.accuracy_bp_min = 9900;
	measure(state, "and of 99 % (one in 300)", &query, &rng, count);
	query.sort = STOA__MARKETPLACE__SORT__MOST_ACCURATE;
	query.is_for_lease = false;
	query.accuracy_bp_min = 0;
	query.text = TEXT("99999");
	measure(
	    state, "most accurate, a name that is rare", &query, &rng, count);
	query.text = TEXT("nothing is called so");
	measure(state, "and one that nothing has", &query, &rng, count);
	marketplace_core.state_free(state);
	return 0;
}
