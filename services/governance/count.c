/* count.c - the ballots of one proposal, own and delegated, as a tally. */
#include "governance/state.h"

#include <stdlib.h>

struct count {
	const struct proposal *p;
	struct tally *tally;
	struct counted *counted;
	count_charge charge;
	void *owner;
};

/* A delegator's ballot is the delegate's, paid from their own credits. */
static void
delegated_add(struct count *k, struct elector *e, const struct ballot *b)
{
	const struct proposal *p = k->p;
	uint64_t power = voter_power(e, p);
	struct ballot_room room;
	struct ballot scaled = *b;

	if (power == 0) {
		return;
	}
	if (p->rule->form == STOA__GOVERNANCE__FORM__QUADRATIC) {
		if (!ballot_scale(
			b, credits_left(e, p, NULL), &room, &scaled)) {
			return;
		}
		if (k->charge != NULL) {
			k->charge(k->owner, e, p->round,
			    (uint32_t)ballot_cost(&scaled));
		}
	}
	tally_add(k->tally, &scaled, power);
	k->counted->delegated++;
}

static void
ballots_add(struct count *k, const struct elector *e, const struct cast *cast)
{
	struct ballot_room room;
	struct ballot b = cast_view(cast, &room);

	tally_add(k->tally, &b, voter_power(e, k->p));
	k->counted->ballots++;
	for (uint32_t i = 0; i < e->delegator_count; i++) {
		const struct delegator *d = &e->delegators[i];

		if (delegator_relies(d, k->p->said->type) &&
		    box_get(&k->p->ballots, d->elector->ordinal) == NULL) {
			delegated_add(k, d->elector, &b);
		}
	}
}

void
count_ballots(const struct governance *s, const struct proposal *p,
    count_charge charge, void *owner, struct counted *ret_counted)
{
	struct count k = {.p = p,
	    .tally = tally_new(form_of(p->rule), (uint32_t)p->said->n_options,
		(uint32_t)p->said->reject),
	    .counted = ret_counted,
	    .charge = charge,
	    .owner = owner};

	ret_counted->ballots = ret_counted->delegated = 0;
	for (uint32_t i = 0; i < p->ballots.size; i++) {
		const struct cast *cast = p->ballots.values[i];

		if (cast != NULL) {
			ballots_add(
			    &k, s->by_ordinal[p->ballots.keys[i] - 1], cast);
		}
	}
	tally_result(k.tally, &ret_counted->result);
	tally_free(k.tally);
}

/* ---- as a message ---- */

static bool
rounds_view(const struct tally_result *r, size_t option_count,
    struct stoa_arena *arena, Stoa__Governance__Tally *out)
{
	out->rounds = stoa_arena_alloc_array(
	    arena, r->round_count, sizeof(out->rounds[0]));
	for (uint32_t i = 0; i < r->round_count && out->rounds != NULL; i++) {
		Stoa__Governance__Round *round =
		    stoa_arena_alloc(arena, sizeof(*round));

		if (round == NULL) {
			return false;
		}
		stoa__governance__round__init(round);
		round->points = stoa_arena_dup(arena, r->rounds[i].points,
		    option_count * sizeof(round->points[0]));
		round->n_points = round->points == NULL ? 0 : option_count;
		round->eliminated = (int32_t)r->rounds[i].eliminated;
		round->exhausted = r->rounds[i].exhausted;
		out->rounds[i] = round;
		out->n_rounds = i + 1;
	}
	return !arena->is_overflown;
}

bool
count_view(const struct proposal *p, const struct counted *counted,
    struct stoa_arena *arena, Stoa__Governance__Tally *out)
{
	const struct tally_result *r = &counted->result;
	size_t option_count = p->said->n_options;

	stoa__governance__tally__init(out);
	out->points = stoa_arena_dup(
	    arena, r->points, option_count * sizeof(out->points[0]));
	out->n_points = out->points == NULL ? 0 : option_count;
	out->scale = r->scale;
	out->abstained = r->abstain;
	out->voted = r->voted;
	out->helping = r->helping;
	out->basis = r->basis;
	out->winner = (int32_t)r->winner;
	out->ballots = counted->ballots;
	out->delegated = counted->delegated;
	out->has_quorum =
	    tally_has_quorum(r, p->rule->quorum_bp, p->eligible_power);
	return rounds_view(r, option_count, arena, out);
}

/* ---- what it means ---- */

Stoa__Governance__Verdict
count_verdict(const struct proposal *p, const struct counted *counted)
{
	const struct tally_result *r = &counted->result;
	const Stoa__Governance__Rule *rule = p->rule;
	uint32_t reject = (uint32_t)p->said->reject;

	if (rule->objection_bp > 0) {
		return tally_is_objected(
			   r, rule->objection_bp, p->eligible_power, reject)
			   ? STOA__GOVERNANCE__VERDICT__objected
			   : STOA__GOVERNANCE__VERDICT__unopposed;
	}
	if (r->outcome == TALLY_NOBODY) {
		return STOA__GOVERNANCE__VERDICT__nobody_voted;
	}
	if (!tally_has_quorum(r, rule->quorum_bp, p->eligible_power)) {
		return STOA__GOVERNANCE__VERDICT__below_quorum;
	}
	if (r->outcome != TALLY_WON) {
		return STOA__GOVERNANCE__VERDICT__tied;
	}
	if (r->winner == reject) {
		return STOA__GOVERNANCE__VERDICT__rejected;
	}
	return tally_passes(r, rule->threshold_bp, reject)
		   ? STOA__GOVERNANCE__VERDICT__passed
		   : STOA__GOVERNANCE__VERDICT__below_threshold;
}
