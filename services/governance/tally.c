/* tally.c - sums, and what follows from them. The numbers in comments are the
 * rules of tally.h. */
#include "governance/tally.h"

#include "governance/tally_ranked.h"

#include <stdlib.h>
#include <string.h>

/* 128 bits: points below 2^64, basis points and scale below 2^14 each. */
typedef unsigned __int128 product;

STOA_STATIC_ASSERT(TALLY_POWER_MAX <= UINT64_MAX / TALLY_BP / 200,
    "all power there is, in points of the largest scale, two hundred times");

struct tally {
	enum ballot_form form;
	uint32_t option_count;
	uint32_t reject;
	uint64_t points[TALLY_OPTIONS_MAX]; /* all but RANKED */
	uint64_t abstain, voted, helping;
	uint32_t ballot_count, naming_count;
	struct tally_ranked ranked; /* RANKED */
};

const char *
tally_outcome_name(enum tally_outcome outcome)
{
	switch (outcome) {
	case TALLY_WON:
		return "won";
	case TALLY_TIE:
		return "tie";
	case TALLY_NOBODY:
		return "nobody";
	}
	return "?";
}

struct tally *
tally_new(enum ballot_form form, uint32_t option_count, uint32_t reject)
{
	struct tally *t = calloc(1, sizeof(*t));

	stoa_assert(t != NULL);
	stoa_assert(option_count >= TALLY_OPTIONS_MIN);
	stoa_assert(option_count <= TALLY_OPTIONS_MAX);
	stoa_assert(reject < option_count || reject == TALLY_NO_OPTION);
	t->form = form;
	t->option_count = option_count;
	t->reject = reject;
	tally_ranked_init(&t->ranked, option_count);
	return t;
}

void
tally_free(struct tally *t)
{
	if (t != NULL) {
		tally_ranked_fini(&t->ranked);
		free(t);
	}
}

/* ---- ballots ---- */

/* Rule 9. */
bool
tally_helps(enum ballot_form form, uint32_t reject, const struct ballot *b)
{
	if (b->is_abstain || b->options[0] != reject) {
		return true;
	}
	return form != BALLOT_RANKED && b->option_count > 1;
}

/* Rules 3 to 7. */
static void
points_add(struct tally *t, const struct ballot *b, uint64_t power)
{
	if (t->form == BALLOT_RANKED) {
		tally_ranked_add(
		    &t->ranked, b->options, b->option_count, power);
		return;
	}
	for (size_t i = 0; i < b->option_count; i++) {
		uint64_t points = power;

		if (t->form == BALLOT_SPLIT) {
			points = power * b->amounts[i];
		} else if (t->form == BALLOT_QUADRATIC) {
			points = b->amounts[i];
		}
		tally_sum(&t->points[b->options[i]], points);
	}
}

void
tally_add(struct tally *t, const struct ballot *b, uint64_t power)
{
	struct ballot_problem problem;
	uint64_t weight = t->form == BALLOT_QUADRATIC ? 1 : power;

	stoa_assert(ballot_check(t->form, t->option_count, b, &problem));
	stoa_assert(weight <= TALLY_POWER_MAX);
	stoa_assert(t->ballot_count < TALLY_BALLOTS_MAX);
	t->ballot_count++;
	tally_sum(&t->voted, weight);
	if (tally_helps(t->form, t->reject, b)) {
		tally_sum(&t->helping, weight);
	}
	if (b->is_abstain) {
		tally_sum(&t->abstain, weight);
		return;
	}
	t->naming_count++;
	points_add(t, b, weight);
}

/* ---- the result ---- */

/* Rules 10 and 11. */
static void
most_points(const struct tally *t, struct tally_result *r)
{
	uint64_t most = 0;

	memcpy(r->points, t->points, sizeof(r->points));
	for (uint32_t o = 0; o < t->option_count; o++) {
		tally_sum(&r->basis, r->points[o]);
		if (r->points[o] > most) {
			most = r->points[o];
			r->winner = o;
			r->outcome = TALLY_WON;
		} else if (r->points[o] == most) {
			r->winner = TALLY_NO_OPTION;
			r->outcome = TALLY_TIE;
		}
	}
	if (t->form == BALLOT_APPROVAL) {
		r->basis = t->voted - t->abstain;
	}
}

void
tally_result(const struct tally *t, struct tally_result *ret_result)
{
	struct tally_result *r = ret_result;

	memset(r, 0, sizeof(*r)); /* the bytes between its members, too */
	r->scale = t->form == BALLOT_SPLIT ? TALLY_BP : 1;
	r->abstain = t->abstain;
	r->voted = t->voted;
	r->helping = t->helping;
	r->outcome = TALLY_NOBODY;
	r->winner = TALLY_NO_OPTION;
	if (t->naming_count == 0) {
		return;
	}
	if (t->form == BALLOT_RANKED) {
		tally_ranked_result(&t->ranked, r);
	} else {
		most_points(t, r);
	}
	stoa_assert(
	    (r->outcome == TALLY_WON) == (r->winner != TALLY_NO_OPTION));
}

/* Rule 13. */
bool
tally_passes(
    const struct tally_result *r, uint32_t threshold_bp, uint32_t reject)
{
	stoa_assert(threshold_bp <= TALLY_BP);
	if (r->winner == TALLY_NO_OPTION || r->winner == reject) {
		return false;
	}
	return (product)r->points[r->winner] * TALLY_BP >
	       (product)r->basis * threshold_bp;
}

/* Rule 14. */
bool
tally_is_quorum(uint64_t helping, uint32_t quorum_bp, uint64_t eligible)
{
	stoa_assert(quorum_bp <= TALLY_BP);
	return eligible > 0 &&
	       (product)helping * TALLY_BP >= (product)eligible * quorum_bp;
}

bool
tally_has_quorum(
    const struct tally_result *r, uint32_t quorum_bp, uint64_t eligible)
{
	return tally_is_quorum(r->helping, quorum_bp, eligible);
}

/* Rule 15. */
bool
tally_is_objected(const struct tally_result *r, uint32_t objection_bp,
    uint64_t eligible, uint32_t reject)
{
	stoa_assert(objection_bp <= TALLY_BP);
	stoa_assert(reject < TALLY_OPTIONS_MAX);
	return (product)r->points[reject] * TALLY_BP >=
	       (product)eligible * objection_bp * r->scale;
}
