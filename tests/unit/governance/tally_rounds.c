/* tally_rounds.c COUNT SEED - quadratic votes by people, and how they count:
 * for whoever counts the same ballots elsewhere.
 *
 * A line of JSON is one round: up to three polls (for, against) whose ballots
 * are paid from one line of credits for each voter. Ballots stand in the order
 * in which they were handed in; a later one of the same voter replaces the
 * one before. fault is 0, or 1 and more for what ballot_check says, in the
 * order of enum ballot_fault, then with found and limit. */
#include "governance/tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLLS_MAX   3u
#define VOTERS_MAX  10u
#define BALLOTS_MAX 40u
#define AGAINST	    1u

struct cast {
	uint32_t poll, voter;
	bool is_abstain;
	uint32_t votes[2]; /* for, against */
	uint32_t fault;
	uint64_t found, limit;
};

struct round {
	uint64_t credits;
	uint32_t polls, voters, ballots, eligible, quorum_bp, threshold_bp;
	struct cast casts[BALLOTS_MAX];
	/* The ballot that counts, NULL: none. */
	const struct cast *last[POLLS_MAX][VOTERS_MAX];
};

/* ---- numbers from a seed: splitmix64 ---- */

static uint64_t state;

static uint32_t
below(uint32_t bound)
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((z ^ (z >> 31)) % bound);
}

static uint32_t
any_votes(uint32_t side)
{
	static const uint32_t odd[] = {
	    0, 1, 999, 1000, 1001, 65536, UINT32_MAX};

	if (below(12) == 0) {
		return odd[below(STOA_COUNT(odd))];
	}
	return below(3) == 0 ? 0 : below(side) + 1;
}

/* ---- ballots ---- */

/* What the governor of the chain calls a ballot: sides without votes are not
 * named. The arrays are the caller's. */
static struct ballot
ballot_of(const struct cast *c, uint32_t options[2], uint32_t amounts[2])
{
	struct ballot b = {c->is_abstain, options, 0, amounts, 0};

	for (uint32_t o = 0; o < 2 && !c->is_abstain; o++) {
		if (c->votes[o] > 0) {
			options[b.option_count++] = o;
			amounts[b.amount_count++] = c->votes[o];
		}
	}
	return b;
}

static uint64_t
cost_of(const struct cast *c)
{
	uint32_t options[2], amounts[2];
	struct ballot b;

	if (c == NULL) {
		return 0;
	}
	b = ballot_of(c, options, amounts);
	return ballot_cost(&b);
}

static void
hand_in(struct round *r, struct cast *c)
{
	uint32_t options[2], amounts[2];
	struct ballot b = ballot_of(c, options, amounts);
	struct ballot_problem problem = {0};
	uint64_t left = r->credits;

	for (uint32_t p = 0; p < r->polls; p++) {
		if (p != c->poll) {
			left -= cost_of(r->last[p][c->voter]);
		}
	}
	if (!ballot_check(BALLOT_QUADRATIC, 2, &b, &problem) ||
	    !ballot_check_credits(&b, left, &problem)) {
		c->fault = (uint32_t)problem.fault + 1;
		c->found = problem.found;
		c->limit = problem.limit;
		return;
	}
	r->last[c->poll][c->voter] = c;
}

static void
any_round(struct round *r)
{
	static const uint64_t credits[] = {1, 9, 50, 100, 225, 10000, 1000000};
	uint32_t side;

	memset(r, 0, sizeof(*r));
	r->credits = credits[below(STOA_COUNT(credits))];
	r->polls = 1 + below(POLLS_MAX);
	r->voters = 1 + below(VOTERS_MAX);
	r->ballots = 1 + below(BALLOTS_MAX);
	r->eligible = r->voters + (below(2) == 0 ? 0 : below(20));
	r->quorum_bp = below(3) == 0 ? 0 : below(5001);
	r->threshold_bp = below(2) == 0 ? 5000 : below(9001);
	side = 1 + ballot_isqrt(r->credits);
	for (uint32_t i = 0; i < r->ballots; i++) {
		struct cast *c = &r->casts[i];

		c->poll = below(r->polls);
		c->voter = below(r->voters);
		c->is_abstain = below(8) == 0;
		if (!c->is_abstain) {
			c->votes[0] = any_votes(side);
			c->votes[1] = any_votes(side);
		}
		hand_in(r, c);
	}
}

/* ---- answers ---- */

#define PRINT_CASTS(NAME, EXPRESSION)                           \
	do {                                                    \
		printf("\"" NAME "\":[");                       \
		for (uint32_t i = 0; i < r->ballots; i++) {     \
			const struct cast *c = &r->casts[i];    \
			printf("%s%" PRIu64, i == 0 ? "" : ",", \
			    (uint64_t)(EXPRESSION));            \
		}                                               \
		printf("],");                                   \
	} while (0)

static void
print_result(const struct round *r, uint32_t poll)
{
	struct tally *t = tally_new(BALLOT_QUADRATIC, 2, AGAINST);
	struct tally_result result;

	for (uint32_t v = 0; v < r->voters; v++) {
		uint32_t options[2], amounts[2];
		struct ballot b;

		if (r->last[poll][v] != NULL) {
			b = ballot_of(r->last[poll][v], options, amounts);
			tally_add(t, &b, 1);
		}
	}
	tally_result(t, &result);
	/* One after the other: for, against, voted, abstaining, helping,
	 * passes, quorum. */
	printf("%s%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
	       ",%d,%d",
	    poll == 0 ? "" : ",", result.points[0], result.points[1],
	    result.voted, result.abstain, result.helping,
	    tally_passes(&result, r->threshold_bp, AGAINST),
	    tally_has_quorum(&result, r->quorum_bp, r->eligible));
	tally_free(t);
}

static void
print_round(const struct round *r)
{
	printf("{\"credits\":%" PRIu64 ",\"polls\":%" PRIu32
	       ",\"voters\":%" PRIu32 ",\"eligible\":%" PRIu32
	       ",\"quorum_bp\":%" PRIu32 ",\"threshold_bp\":%" PRIu32 ",",
	    r->credits, r->polls, r->voters, r->eligible, r->quorum_bp,
	    r->threshold_bp);
	PRINT_CASTS("poll", c->poll);
	PRINT_CASTS("voter", c->voter);
	PRINT_CASTS("abstains", c->is_abstain);
	PRINT_CASTS("for", c->votes[0]);
	PRINT_CASTS("against", c->votes[1]);
	PRINT_CASTS("fault", c->fault);
	PRINT_CASTS("found", c->found);
	PRINT_CASTS("limit", c->limit);
	printf("\"results\":[");
	for (uint32_t p = 0; p < r->polls; p++) {
		print_result(r, p);
	}
	printf("]}\n");
}

int
main(int argc, char **argv)
{
	unsigned long count = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
	struct round round;

	if (count == 0) {
		fprintf(stderr, "usage: tally_rounds COUNT SEED\n");
		return 1;
	}
	state = strtoull(argv[2], NULL, 10);
	for (unsigned long i = 0; i < count; i++) {
		any_round(&round);
		print_round(&round);
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
