/* ballot.c - checks in the order that ballot.h gives, and quadratic costs. */
#include "governance/ballot.h"

STOA_STATIC_ASSERT(TALLY_OPTIONS_MAX <= 32, "a set of options is 32 bits");

const char *
ballot_form_name(enum ballot_form form)
{
	switch (form) {
	case BALLOT_SINGLE:
		return "single";
	case BALLOT_APPROVAL:
		return "approval";
	case BALLOT_RANKED:
		return "ranked";
	case BALLOT_SPLIT:
		return "split";
	case BALLOT_QUADRATIC:
		return "quadratic";
	}
	return "?";
}

const char *
ballot_fault_name(enum ballot_fault fault)
{
	switch (fault) {
	case BALLOT_ABSTAINS_WITH:
		return "abstains_with";
	case BALLOT_OPTIONS_FEW:
		return "options_few";
	case BALLOT_OPTIONS_MANY:
		return "options_many";
	case BALLOT_OPTION_UNKNOWN:
		return "option_unknown";
	case BALLOT_OPTION_REPEATED:
		return "option_repeated";
	case BALLOT_AMOUNTS_COUNT:
		return "amounts_count";
	case BALLOT_AMOUNT_SMALL:
		return "amount_small";
	case BALLOT_AMOUNT_LARGE:
		return "amount_large";
	case BALLOT_AMOUNTS_SUM:
		return "amounts_sum";
	case BALLOT_COST:
		return "cost";
	}
	return "?";
}

/* ---- checks ---- */

static bool
refuse(struct ballot_problem *ret_problem, enum ballot_fault fault,
    uint64_t found, uint64_t limit)
{
	*ret_problem = (struct ballot_problem){fault, found, limit};
	return false;
}

static bool
options_check(uint32_t option_count, uint32_t named_max, const struct ballot *b,
    struct ballot_problem *ret_problem)
{
	uint32_t seen = 0;

	if (b->option_count < 1) {
		return refuse(ret_problem, BALLOT_OPTIONS_FEW, 0, 1);
	}
	if (b->option_count > named_max) {
		return refuse(ret_problem, BALLOT_OPTIONS_MANY, b->option_count,
		    named_max);
	}
	for (size_t i = 0; i < b->option_count; i++) {
		uint32_t option = b->options[i];

		if (option >= option_count) {
			return refuse(ret_problem, BALLOT_OPTION_UNKNOWN,
			    option, option_count - 1);
		}
		if ((seen >> option & 1) != 0) {
			return refuse(
			    ret_problem, BALLOT_OPTION_REPEATED, option, 1);
		}
		seen |= UINT32_C(1) << option;
	}
	return true;
}

/* `count` amounts, each from 1 to `amount_max`. */
static bool
amounts_check(size_t count, uint32_t amount_max, const struct ballot *b,
    struct ballot_problem *ret_problem)
{
	if (b->amount_count != count) {
		return refuse(
		    ret_problem, BALLOT_AMOUNTS_COUNT, b->amount_count, count);
	}
	for (size_t i = 0; i < count; i++) {
		if (b->amounts[i] < 1) {
			return refuse(
			    ret_problem, BALLOT_AMOUNT_SMALL, b->amounts[i], 1);
		}
		if (b->amounts[i] > amount_max) {
			return refuse(ret_problem, BALLOT_AMOUNT_LARGE,
			    b->amounts[i], amount_max);
		}
	}
	return true;
}

static bool
sum_check(const struct ballot *b, struct ballot_problem *ret_problem)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < b->amount_count; i++) {
		sum += b->amounts[i];
	}
	if (sum != TALLY_BP) {
		return refuse(ret_problem, BALLOT_AMOUNTS_SUM, sum, TALLY_BP);
	}
	return true;
}

bool
ballot_check(enum ballot_form form, uint32_t option_count,
    const struct ballot *b, struct ballot_problem *ret_problem)
{
	stoa_assert(option_count >= TALLY_OPTIONS_MIN);
	stoa_assert(option_count <= TALLY_OPTIONS_MAX);
	stoa_assert(form <= BALLOT_QUADRATIC);
	if (b->is_abstain) {
		size_t entries = b->option_count + b->amount_count;

		return entries == 0 ||
		       refuse(ret_problem, BALLOT_ABSTAINS_WITH, entries, 0);
	}
	if (!options_check(option_count,
		form == BALLOT_SINGLE ? 1 : option_count, b, ret_problem)) {
		return false;
	}
	switch (form) {
	case BALLOT_SINGLE:
	case BALLOT_APPROVAL:
	case BALLOT_RANKED:
		return amounts_check(0, 0, b, ret_problem);
	case BALLOT_SPLIT:
		return amounts_check(
			   b->option_count, TALLY_BP, b, ret_problem) &&
		       sum_check(b, ret_problem);
	case BALLOT_QUADRATIC:
		return amounts_check(
		    b->option_count, TALLY_VOTES_MAX, b, ret_problem);
	}
	return false;
}

/* ---- quadratic ballots ---- */

uint64_t
ballot_cost(const struct ballot *b)
{
	uint64_t cost = 0;

	stoa_assert(b->amount_count <= TALLY_OPTIONS_MAX);
	for (size_t i = 0; i < b->amount_count; i++) {
		stoa_assert(b->amounts[i] <= TALLY_VOTES_MAX);
		cost += (uint64_t)b->amounts[i] * b->amounts[i];
	}
	return cost;
}

bool
ballot_check_credits(const struct ballot *b, uint64_t credits,
    struct ballot_problem *ret_problem)
{
	uint64_t cost = ballot_cost(b);

	if (cost > credits) {
		return refuse(ret_problem, BALLOT_COST, cost, credits);
	}
	return true;
}

bool
ballot_scale(const struct ballot *b, uint64_t credits, struct ballot_room *room,
    struct ballot *ret_ballot)
{
	uint64_t cost = ballot_cost(b);
	size_t count = 0;

	if (cost <= credits) {
		*ret_ballot = *b;
		return true;
	}
	stoa_assert(b->option_count == b->amount_count);
	for (size_t i = 0; i < b->option_count; i++) {
		uint64_t square = (uint64_t)b->amounts[i] * b->amounts[i];
		uint32_t votes = ballot_isqrt(square * credits / cost);

		if (votes > 0) {
			room->options[count] = b->options[i];
			room->amounts[count] = votes;
			count++;
		}
	}
	if (count == 0) {
		return false;
	}
	*ret_ballot = (struct ballot){
	    .options = room->options,
	    .option_count = count,
	    .amounts = room->amounts,
	    .amount_count = count,
	};
	/* Each square was rounded down to what its share of them buys. */
	stoa_assert(ballot_cost(ret_ballot) <= credits);
	return true;
}

/* Digit by digit, base four: never leaves whole numbers. */
uint32_t
ballot_isqrt(uint64_t x)
{
	uint64_t root = 0;

	for (uint64_t bit = UINT64_C(1) << 62; bit > 0; bit >>= 2) {
		if (x >= root + bit) {
			x -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return (uint32_t)root;
}
