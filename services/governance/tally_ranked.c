/* tally_ranked.c - the instant run-off. */
#include "governance/tally_ranked.h"

#include <string.h>

/* A ballot in a pile: 8 bytes of power, the number of preferences after the
 * pile's own, and these, a byte each. */
#define HEAD_SIZE   (sizeof(uint64_t) + 1)
#define RECORD_SIZE (HEAD_SIZE + TALLY_OPTIONS_MAX - 1)

/* What one round after the other changes. Piles grow by what is moved; what
 * was added stays as it was, so that a tally can be counted again. */
struct count {
	const struct tally_ranked *added;
	struct stoa_buf moved[TALLY_OPTIONS_MAX];
	uint32_t continuing; /* a set of options */
	uint64_t points[TALLY_OPTIONS_MAX];
	uint64_t exhausted;
};

static uint32_t
set_of(uint32_t option)
{
	return UINT32_C(1) << option;
}

/* ---- piles ---- */

static void
pile_init(struct stoa_buf *pile)
{
	stoa_buf_init(pile, (size_t)TALLY_BALLOTS_MAX * RECORD_SIZE);
}

void
tally_ranked_init(struct tally_ranked *r, uint32_t option_count)
{
	stoa_assert(option_count <= TALLY_OPTIONS_MAX);
	*r = (struct tally_ranked){.option_count = option_count};
	for (uint32_t o = 0; o < option_count; o++) {
		pile_init(&r->piles[o].ballots);
	}
}

void
tally_ranked_fini(struct tally_ranked *r)
{
	for (uint32_t o = 0; o < r->option_count; o++) {
		stoa_buf_fini(&r->piles[o].ballots);
	}
}

/* Room for a record with `count` preferences; returns where they go. */
static uint8_t *
record_add(struct stoa_buf *pile, uint64_t power, size_t count)
{
	uint8_t *record = stoa_buf_reserve(pile, HEAD_SIZE + count);

	stoa_assert(record != NULL); /* out of memory */
	memcpy(record, &power, sizeof(power));
	record[sizeof(power)] = (uint8_t)count;
	stoa_buf_grow(pile, HEAD_SIZE + count);
	return record + HEAD_SIZE;
}

void
tally_ranked_add(struct tally_ranked *r, const uint32_t *options, size_t count,
    uint64_t power)
{
	struct tally_pile *pile = &r->piles[options[0]];

	tally_sum(&pile->points, power);
	if (count > 1) {
		uint8_t *rest = record_add(&pile->ballots, power, count - 1);

		for (size_t i = 1; i < count; i++) {
			rest[i - 1] = (uint8_t)options[i];
		}
	}
}

/* ---- rounds ---- */

static uint64_t
points_sum(const struct tally_round *round)
{
	uint64_t sum = 0;

	for (size_t o = 0; o < TALLY_OPTIONS_MAX; o++) {
		tally_sum(&sum, round->points[o]);
	}
	return sum;
}

/* Gives the ballots of a pile to their next continuing options; what finds
 * none stays in *ret_left. */
static void
pile_move(struct count *c, const struct stoa_buf *pile, uint64_t *ret_left)
{
	const uint8_t *at = (const uint8_t *)pile->data;
	const uint8_t *end = at == NULL ? NULL : at + pile->len;

	while (at != end) {
		size_t count = at[sizeof(uint64_t)];
		const uint8_t *next = at + HEAD_SIZE;
		uint64_t power;

		memcpy(&power, at, sizeof(power));
		at = next + count;
		while (next != at && (c->continuing & set_of(*next)) == 0) {
			next++;
		}
		if (next == at) {
			continue;
		}
		tally_sum(&c->points[*next], power);
		stoa_assert(*ret_left >= power);
		*ret_left -= power;
		if (next + 1 != at) {
			size_t rest = (size_t)(at - next) - 1;

			memcpy(record_add(&c->moved[*next], power, rest),
			    next + 1, rest);
		}
	}
}

static void
eliminate(struct count *c, uint32_t option)
{
	uint64_t left = c->points[option];

	stoa_assert((c->continuing & set_of(option)) != 0);
	c->continuing &= ~set_of(option);
	c->points[option] = 0;
	pile_move(c, &c->added->piles[option].ballots, &left);
	pile_move(c, &c->moved[option], &left);
	stoa_buf_fini(&c->moved[option]);
	tally_sum(&c->exhausted, left);
}

/* Those of `options` that have the fewest points. */
static uint32_t
fewest(uint32_t options, const struct tally_round *round)
{
	uint64_t least = UINT64_MAX;
	uint32_t set = 0;

	for (uint32_t o = 0; o < TALLY_OPTIONS_MAX; o++) {
		if ((options & set_of(o)) == 0 || round->points[o] > least) {
			continue;
		}
		if (round->points[o] < least) {
			least = round->points[o];
			set = 0;
		}
		set |= set_of(o);
	}
	return set;
}

/* Rule 12 b; TALLY_NO_OPTION: all that continue are equal. */
static uint32_t
last_of(uint32_t continuing, const struct tally_result *r)
{
	uint32_t tied = continuing;

	for (uint32_t i = r->round_count; i > 0; i--) {
		tied = fewest(tied, &r->rounds[i - 1]);
	}
	stoa_assert(tied != 0);
	if (tied == continuing) {
		return TALLY_NO_OPTION;
	}
	return 31u - (uint32_t)__builtin_clz(tied);
}

/* Rule 12 a; TALLY_NO_OPTION: nobody has more than half. */
static uint32_t
majority_of(const struct tally_round *round, uint64_t all)
{
	for (uint32_t o = 0; o < TALLY_OPTIONS_MAX; o++) {
		if (round->points[o] > all - round->points[o]) {
			return o;
		}
	}
	return TALLY_NO_OPTION;
}

/* One round; false: it was the last. */
static bool
round_run(struct count *c, struct tally_result *r)
{
	struct tally_round *round;

	stoa_assert(r->round_count < c->added->option_count);
	round = &r->rounds[r->round_count++];
	memcpy(round->points, c->points, sizeof(round->points));
	round->exhausted = c->exhausted;
	round->eliminated = TALLY_NO_OPTION;
	r->basis = points_sum(round);
	r->winner = majority_of(round, r->basis);
	if (r->winner != TALLY_NO_OPTION) {
		r->outcome = TALLY_WON;
		return false;
	}
	round->eliminated = last_of(c->continuing, r);
	if (round->eliminated == TALLY_NO_OPTION) {
		r->outcome = TALLY_TIE;
		return false;
	}
	eliminate(c, round->eliminated);
	return true;
}

void
tally_ranked_result(
    const struct tally_ranked *r, struct tally_result *ret_result)
{
	struct count c = {
	    .added = r, .continuing = UINT32_MAX >> (32 - r->option_count)};

	stoa_assert(ret_result->round_count == 0);
	for (uint32_t o = 0; o < r->option_count; o++) {
		pile_init(&c.moved[o]);
		c.points[o] = r->piles[o].points;
	}
	while (round_run(&c, ret_result)) {
	}
	memcpy(ret_result->points, c.points, sizeof(ret_result->points));
	for (uint32_t o = 0; o < r->option_count; o++) {
		stoa_buf_fini(&c.moved[o]);
	}
}
