/* any_tally.c - any ballots that the check allows can be counted. */
#include "any_tally.h"

#include "governance/tally.h"

#include <string.h>

#define BALLOTS_MAX ((size_t)64)
#define ENTRIES_MAX (TALLY_OPTIONS_MAX + 2)

struct source {
	const uint8_t *bytes;
	size_t len, at;
};

static uint32_t
take(struct source *s, uint32_t bound)
{
	return (s->at < s->len ? s->bytes[s->at++] : 0) % bound;
}

struct any_ballot {
	uint64_t power, credits;
	uint32_t options[ENTRIES_MAX], amounts[ENTRIES_MAX];
	struct ballot_room room;
	struct ballot ballot;
};

struct any_poll {
	enum ballot_form form;
	uint32_t option_count, reject, power_kinds;
	struct any_ballot ballots[BALLOTS_MAX];
	size_t count;
};

/* ---- from bytes ---- */

/* `kinds` of them: few make many ties. */
static uint64_t
any_power(struct source *s, uint32_t kinds)
{
	static const uint64_t powers[] = {
	    1, 2, 3, 5, 0, 1000, TALLY_POWER_MAX / 2, TALLY_POWER_MAX};

	stoa_assert(kinds <= STOA_COUNT(powers));
	return powers[take(s, kinds)];
}

static uint32_t
any_amount(struct source *s, enum ballot_form form)
{
	static const uint32_t odd[] = {
	    0, 1, 999, 1000, 1001, 9999, 10000, 10001, UINT32_MAX};
	uint32_t kind = take(s, 16);

	if (kind < STOA_COUNT(odd)) {
		return odd[kind];
	}
	return form == BALLOT_SPLIT ? take(s, 255) * 40 : take(s, 255);
}

/* Half of the ballots to split add up, however their amounts began. */
static void
add_up(struct any_ballot *b)
{
	uint32_t left = TALLY_BP;

	for (size_t i = 0; i + 1 < b->ballot.amount_count; i++) {
		b->amounts[i] = 1 + b->amounts[i] % 400;
		left -= b->amounts[i];
	}
	if (b->ballot.amount_count > 0) {
		b->amounts[b->ballot.amount_count - 1] = left;
	}
}

static void
any_ballot(struct source *s, const struct any_poll *p, struct any_ballot *b)
{
	uint32_t kind = take(s, 32);
	uint32_t first = take(s, p->option_count);
	uint32_t step = 1 + take(s, p->option_count);
	size_t count = take(s, ENTRIES_MAX + 1);
	bool has_amounts =
	    p->form == BALLOT_SPLIT || p->form == BALLOT_QUADRATIC;

	b->power = any_power(s, p->power_kinds);
	b->credits = (uint64_t)take(s, 256) * take(s, 256) * take(s, 4);
	if (kind < 16 && count > p->option_count) {
		count = p->form == BALLOT_SINGLE ? 1 : p->option_count;
	}
	for (size_t i = 0; i < count; i++) {
		b->options[i] =
		    kind < 24 ? (first + (uint32_t)i * step) % p->option_count
			      : take(s, p->option_count + 2);
		b->amounts[i] = has_amounts ? any_amount(s, p->form) : 0;
	}
	b->ballot = (struct ballot){
	    .is_abstain = kind % 8 == 7,
	    .options = b->options,
	    .option_count = count,
	    .amounts = b->amounts,
	    .amount_count = has_amounts == (kind != 20) ? count : 0,
	};
	if (kind == 7 || kind == 15) {
		b->ballot.option_count = b->ballot.amount_count = 0;
	}
	if (p->form == BALLOT_SPLIT && kind % 2 == 0) {
		add_up(b);
	}
}

/* Keeps what the check allows; a delegator's share of it, if need be. */
static void
ballot_keep(struct any_poll *p, struct any_tally_met *met)
{
	struct any_ballot *b = &p->ballots[p->count];
	struct ballot_problem problem = {.fault = BALLOT_FAULT_COUNT};
	struct ballot scaled;

	if (!ballot_check(p->form, p->option_count, &b->ballot, &problem)) {
		stoa_assert(problem.fault < BALLOT_COST);
		stoa_assert(problem.found != problem.limit ||
			    problem.fault == BALLOT_OPTION_REPEATED);
		met->refused++;
		return;
	}
	stoa_assert(problem.fault == BALLOT_FAULT_COUNT);
	if (p->form == BALLOT_QUADRATIC) {
		if (!ballot_scale(&b->ballot, b->credits, &b->room, &scaled)) {
			met->vanished++;
			return;
		}
		met->scaled += scaled.amounts == b->room.amounts;
		b->ballot = scaled;
		stoa_assert(
		    ballot_check_credits(&scaled, b->credits, &problem));
	}
	met->counted++;
	p->count++;
}

/* ---- what is true of any count ---- */

static void
round_holds(const struct any_poll *p, const struct tally_result *r, uint32_t i)
{
	const struct tally_round *now = &r->rounds[i];
	uint64_t sum = now->exhausted;

	for (uint32_t o = 0; o < TALLY_OPTIONS_MAX; o++) {
		sum += now->points[o];
		stoa_assert(o < p->option_count || now->points[o] == 0);
	}
	stoa_assert(sum == r->voted - r->abstain);
	if (i == 0) {
		stoa_assert(now->exhausted == 0);
		return;
	}
	stoa_assert(now->exhausted >= now[-1].exhausted);
	stoa_assert(now[-1].eliminated < p->option_count);
	stoa_assert(now->points[now[-1].eliminated] == 0);
	for (uint32_t o = 0; o < p->option_count; o++) {
		stoa_assert(o == now[-1].eliminated ||
			    now->points[o] >= now[-1].points[o]);
	}
}

static void
result_holds(const struct any_poll *p, const struct tally_result *r)
{
	uint64_t most = 0;

	stoa_assert(r->abstain <= r->helping);
	stoa_assert(r->helping <= r->voted);
	stoa_assert(p->reject != TALLY_NO_OPTION || r->helping == r->voted);
	for (uint32_t o = 0; o < p->option_count; o++) {
		most = r->points[o] > most ? r->points[o] : most;
		stoa_assert(r->points[o] <= r->basis);
	}
	if (r->winner != TALLY_NO_OPTION) {
		stoa_assert(r->points[r->winner] == most);
		stoa_assert(most > 0);
	}
	stoa_assert(p->form == BALLOT_RANKED || r->round_count == 0);
	for (uint32_t i = 0; i < r->round_count; i++) {
		round_holds(p, r, i);
	}
	stoa_assert(
	    tally_passes(r, 0, TALLY_NO_OPTION) == (r->outcome == TALLY_WON));
	stoa_assert(!tally_passes(r, TALLY_BP, TALLY_NO_OPTION));
	stoa_assert(tally_has_quorum(r, 0, 1));
	stoa_assert(tally_is_objected(r, 0, UINT64_MAX, 0));
}

/* Every `step`th ballot, then those after them, and so on. */
static void
count_in_steps(
    const struct any_poll *p, size_t step, struct tally_result *ret_result)
{
	struct tally *t = tally_new(p->form, p->option_count, p->reject);

	for (size_t from = 0; from < step; from++) {
		for (size_t i = from; i < p->count; i += step) {
			/* The last first. */
			const struct any_ballot *b =
			    &p->ballots[p->count - 1 - i];

			tally_add(t, &b->ballot, b->power);
		}
	}
	tally_result(t, ret_result);
	tally_free(t);
}

void
any_tally_check(const uint8_t *bytes, size_t len, struct any_tally_met *met)
{
	struct source s = {bytes, len, 0};
	struct any_poll p = {
	    .form = (enum ballot_form)take(&s, BALLOT_FORM_COUNT)};
	struct tally_result want, have;

	p.option_count = TALLY_OPTIONS_MIN +
			 take(&s, TALLY_OPTIONS_MAX - TALLY_OPTIONS_MIN + 1);
	p.reject = take(&s, p.option_count + 1);
	p.reject = p.reject == p.option_count ? TALLY_NO_OPTION : p.reject;
	p.power_kinds = 1 + take(&s, 8);
	while (s.at < s.len && p.count < BALLOTS_MAX) {
		any_ballot(&s, &p, &p.ballots[p.count]);
		ballot_keep(&p, met);
	}
	count_in_steps(&p, 1, &want);
	result_holds(&p, &want);
	for (size_t step = 2; step < 5; step++) {
		count_in_steps(&p, step, &have);
		stoa_assert(memcmp(&have, &want, sizeof(want)) == 0);
	}
	met->won += want.outcome == TALLY_WON;
	met->tied += want.outcome == TALLY_TIE;
	met->run_off += want.round_count > 2;
}
