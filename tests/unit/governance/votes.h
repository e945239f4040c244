/* votes.h - ballots as a table of a test: options are letters, A is 0. */
#ifndef STOA_TESTS_GOVERNANCE_VOTES_H
#define STOA_TESTS_GOVERNANCE_VOTES_H

#include "governance/tally.h"

#include "../unit.h"

struct vote {
	uint64_t power;
	const char *options; /* "CAB"; "": abstains */
	uint32_t amounts[TALLY_OPTIONS_MAX];
};

static inline uint32_t
option_of(char letter)
{
	return letter == '-' ? TALLY_NO_OPTION : (uint32_t)(letter - 'A');
}

static inline void
vote_add(struct tally *t, const struct vote *v, bool has_amounts)
{
	uint32_t options[TALLY_OPTIONS_MAX];
	struct ballot b = {.options = options, .amounts = v->amounts};

	b.option_count = strlen(v->options);
	b.is_abstain = b.option_count == 0;
	b.amount_count = has_amounts ? b.option_count : 0;
	for (size_t i = 0; i < b.option_count; i++) {
		options[i] = option_of(v->options[i]);
	}
	tally_add(t, &b, v->power);
}

struct poll {
	enum ballot_form form;
	uint32_t option_count;
	char reject; /* '-': none */
};

static inline void
poll_count_to(struct poll p, const struct vote *votes, size_t count,
    struct tally_result *ret_result)
{
	struct tally *t =
	    tally_new(p.form, p.option_count, option_of(p.reject));
	bool has_amounts = p.form == BALLOT_SPLIT || p.form == BALLOT_QUADRATIC;

	for (size_t i = 0; i < count; i++) {
		vote_add(t, &votes[i], has_amounts);
	}
	tally_result(t, ret_result);
	tally_free(t);
}

static inline struct tally_result
poll_count(struct poll p, const struct vote *votes, size_t count)
{
	struct tally_result r;

	poll_count_to(p, votes, count, &r);
	return r;
}

/* `points`: as many as the poll has options. */
static inline void
assert_points(const uint64_t have[static TALLY_OPTIONS_MAX],
    const uint64_t *want, size_t count)
{
	for (size_t o = 0; o < TALLY_OPTIONS_MAX; o++) {
		assert_int_equal(have[o], o < count ? want[o] : 0);
	}
}

static inline void
assert_winner(const struct tally_result *r, char letter)
{
	assert_int_equal(r->outcome, TALLY_WON);
	assert_int_equal(r->winner, option_of(letter));
}

static inline void
assert_none(const struct tally_result *r, enum tally_outcome outcome)
{
	assert_int_equal(r->outcome, outcome);
	assert_int_equal(r->winner, TALLY_NO_OPTION);
}

#endif
