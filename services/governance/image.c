/* image.c - the whole state as bytes, for a snapshot, and back. */
#include "base/image.h"

#include "base/hash.h"
#include "governance/state.h"

#include <stdlib.h>

/* ---- electors ---- */

static void
elector_save(const struct elector *e, struct stoa_buf *out)
{
	stoa_image_put_bytes(out, e->id);
	stoa_image_put_number(out, e->checkpoint_count);
	for (uint32_t i = 0; i < e->checkpoint_count; i++) {
		stoa_image_put_number(out, e->checkpoints[i].version);
		stoa_image_put_message(out, &e->checkpoints[i].said->base);
	}
	stoa_image_put_number(out, e->spending_count);
	for (uint32_t i = 0; i < e->spending_count; i++) {
		stoa_image_put_number(out, e->spendings[i].round);
		stoa_image_put_number(out, e->spendings[i].credits);
	}
}

static void
checkpoints_load(struct elector *e, struct stoa_image *in)
{
	uint32_t count = (uint32_t)stoa_image_below(in, UINT32_MAX);

	for (uint32_t i = 0; i < count && !in->is_bad; i++) {
		uint64_t version = stoa_image_number(in);
		Stoa__Accounts__Elector *said = stoa_image_message(
		    in, &stoa__accounts__elector__descriptor);

		if (said == NULL) {
			in->is_bad = true;
			return;
		}
		checkpoint_add(e, version, said);
	}
}

static void
elector_load(struct governance *s, struct stoa_image *in)
{
	struct elector *e = elector_touch(s, stoa_image_bytes(in));
	uint32_t count;

	checkpoints_load(e, in);
	count = (uint32_t)stoa_image_below(in, UINT32_MAX);
	for (uint32_t i = 0; i < count && !in->is_bad; i++) {
		uint64_t round = stoa_image_number(in);

		elector_spend(e, round,
		    (int64_t)stoa_image_below(in, GOVERNANCE_CREDITS_MAX));
	}
}

/* Behind all electors, since they name each other. */
static void
delegations_save(const struct elector *e, struct stoa_buf *out)
{
	stoa_image_put_number(out, e->delegation_count);
	for (uint32_t i = 0; i < e->delegation_count; i++) {
		stoa_image_put_text(out, e->delegations[i].type);
		stoa_image_put_number(out, e->delegations[i].to->ordinal);
	}
}

static void
delegations_load(struct governance *s, struct elector *e, struct stoa_image *in)
{
	uint32_t count =
	    (uint32_t)stoa_image_below(in, GOVERNANCE_DELEGATIONS_MAX);

	for (uint32_t i = 0; i < count && !in->is_bad; i++) {
		char *type = stoa_image_text(in);
		uint64_t to = stoa_image_below(in, s->elector_count - 1);

		if (type == NULL) {
			in->is_bad = true;
			return;
		}
		delegation_set(e, type, s->by_ordinal[to]);
		free(type);
	}
}

/* Who became whom. */
static void
unions_save(const struct elector *e, struct stoa_buf *out)
{
	stoa_image_put_number(
	    out, e->into == NULL ? 0 : (uint64_t)e->into->ordinal + 1);
	stoa_image_put_number(out, e->former_count);
	for (uint32_t i = 0; i < e->former_count; i++) {
		stoa_image_put_number(out, e->formers[i]->ordinal);
	}
}

static void
unions_load(struct governance *s, struct elector *e, struct stoa_image *in)
{
	uint64_t into = stoa_image_below(in, s->elector_count);
	uint32_t count = (uint32_t)stoa_image_below(in, s->elector_count);

	e->into = into == 0 ? NULL : s->by_ordinal[into - 1];
	if (count > 0) {
		e->formers = calloc(count, sizeof(e->formers[0]));
		stoa_assert(e->formers != NULL);
	}
	for (uint32_t i = 0; i < count && !in->is_bad; i++) {
		uint64_t former = stoa_image_below(in, s->elector_count - 1);

		e->formers[e->former_count++] = s->by_ordinal[former];
	}
}

static void
electors_save(const struct governance *s, struct stoa_buf *out)
{
	stoa_image_put_number(out, s->elector_count);
	for (uint32_t i = 0; i < s->elector_count; i++) {
		elector_save(s->by_ordinal[i], out);
	}
	for (uint32_t i = 0; i < s->elector_count; i++) {
		delegations_save(s->by_ordinal[i], out);
		unions_save(s->by_ordinal[i], out);
	}
}

static void
electors_load(struct governance *s, struct stoa_image *in)
{
	uint32_t count =
	    (uint32_t)stoa_image_below(in, GOVERNANCE_ELECTORS_MAX);

	for (uint32_t i = 0; i < count && !in->is_bad; i++) {
		elector_load(s, in);
	}
	for (uint32_t i = 0; i < s->elector_count && !in->is_bad; i++) {
		delegations_load(s, s->by_ordinal[i], in);
		unions_load(s, s->by_ordinal[i], in);
	}
}

/* ---- ballots ---- */

static void
ballots_save(const struct box *b, struct stoa_buf *out)
{
	stoa_image_put_number(out, b->count - b->gone);
	for (uint32_t i = 0; i < b->size; i++) {
		const struct cast *c = b->values[i];
		size_t cells;

		if (c == NULL) {
			continue;
		}
		cells = (size_t)c->count * (c->has_amounts ? 2 : 1);
		stoa_image_put_number(out, b->keys[i] - 1);
		stoa_image_put_number(out, (uint64_t)c->count << 2 |
					       (c->has_amounts ? 2u : 0) |
					       (c->is_abstention ? 1u : 0));
		stoa_buf_add(out, c->cells, cells * sizeof(c->cells[0]));
	}
}

static struct cast *
cast_load(struct proposal *p, struct stoa_image *in)
{
	uint32_t head = (uint32_t)stoa_image_below(in, UINT16_MAX);
	uint32_t count = head >> 2;
	bool has_amounts = (head & 2) != 0;
	bool is_abstention = (head & 1) != 0;
	uint16_t cells[2 * TALLY_OPTIONS_MAX];
	struct ballot_room room;
	struct ballot view = {
	    .is_abstain = is_abstention,
	    .options = room.options,
	    .option_count = count,
	    .amounts = room.amounts,
	    .amount_count = has_amounts ? count : 0,
	};
	size_t size = count * (has_amounts ? 2 : 1) * sizeof(cells[0]);
	const void *bytes;

	if (count > TALLY_OPTIONS_MAX || (count == 0 && !is_abstention) ||
	    (bytes = stoa_image_raw(in, size)) == NULL) {
		in->is_bad = true;
		return NULL;
	}
	memcpy(cells, bytes, size);
	for (uint32_t i = 0; i < count; i++) {
		room.options[i] = cells[i];
		room.amounts[i] = has_amounts ? cells[count + i] : 0;
		in->is_bad |= cells[i] >= TALLY_OPTIONS_MAX;
	}
	return in->is_bad ? NULL : cast_keep(p, &view);
}

static void
ballots_load(
    const struct governance *s, struct proposal *p, struct stoa_image *in)
{
	uint32_t count = (uint32_t)stoa_image_below(in, s->elector_count);

	for (uint32_t i = 0; i < count && !in->is_bad; i++) {
		uint32_t ordinal =
		    (uint32_t)stoa_image_below(in, s->elector_count - 1);
		struct cast *c = cast_load(p, in);

		if (c != NULL) {
			cast_free(box_put(&p->ballots, ordinal, c));
		}
	}
}

static void
commitments_save(const struct box *b, struct stoa_buf *out)
{
	stoa_image_put_number(out, b->count - b->gone);
	for (uint32_t i = 0; i < b->size; i++) {
		if (b->values[i] != NULL) {
			stoa_image_put_number(out, b->keys[i] - 1);
			stoa_buf_add(out, b->values[i], STOA_HASH_SIZE);
		}
	}
}

static void
commitments_load(
    const struct governance *s, struct proposal *p, struct stoa_image *in)
{
	uint32_t count = (uint32_t)stoa_image_below(in, s->elector_count);

	for (uint32_t i = 0; i < count && !in->is_bad; i++) {
		uint32_t ordinal =
		    (uint32_t)stoa_image_below(in, s->elector_count - 1);
		const void *bytes = stoa_image_raw(in, STOA_HASH_SIZE);

		if (bytes != NULL) {
			commitment_put(p, ordinal, bytes);
		}
	}
}

/* ---- proposals ---- */

/* One table for both ways: a field is named once. */
#define FLAGS(p)                                                      \
	{                                                             \
		&(p)->is_extended, &(p)->is_deposit_known,            \
		    &(p)->is_deposit_settled, &(p)->is_extension_told \
	}
#define SIGNED(p)                                                  \
	{                                                          \
		&(p)->proposed_us, &(p)->opened_us, &(p)->ends_us, \
		    &(p)->deposit_micro, &(p)->reminder_us,        \
		    &(p)->last_reminder_us                         \
	}
#define COUNTS(p)                                                          \
	{                                                                  \
		&(p)->version, &(p)->eligible_count, &(p)->eligible_power, \
		    &(p)->round, &(p)->helping                             \
	}
#define SMALL_COUNTS(p)                                      \
	{                                                    \
		&(p)->credits, &(p)->attempt, &(p)->reminded \
	}
#define TEXTS(p)                                                   \
	{                                                          \
		&(p)->member, &(p)->hold, &(p)->link, &(p)->reason \
	}

static void
numbers_save(const struct proposal *p, struct stoa_buf *out)
{
	const bool *const flags[] = FLAGS(p);
	const int64_t *const numbers[] = SIGNED(p);
	const uint64_t *const counts[] = COUNTS(p);
	const uint32_t *const small[] = SMALL_COUNTS(p);

	for (size_t i = 0; i < STOA_COUNT(flags); i++) {
		stoa_image_put_number(out, *flags[i]);
	}
	for (size_t i = 0; i < STOA_COUNT(numbers); i++) {
		stoa_image_put_signed(out, *numbers[i]);
	}
	for (size_t i = 0; i < STOA_COUNT(counts); i++) {
		stoa_image_put_number(out, *counts[i]);
	}
	for (size_t i = 0; i < STOA_COUNT(small); i++) {
		stoa_image_put_number(out, *small[i]);
	}
	stoa_image_put_number(out, (uint64_t)p->state);
	stoa_image_put_number(out, (uint64_t)p->told);
}

static void
numbers_load(struct proposal *p, struct stoa_image *in)
{
	bool *const flags[] = FLAGS(p);
	int64_t *const numbers[] = SIGNED(p);
	uint64_t *const counts[] = COUNTS(p);
	uint32_t *const small[] = SMALL_COUNTS(p);

	for (size_t i = 0; i < STOA_COUNT(flags); i++) {
		*flags[i] = stoa_image_below(in, 1) != 0;
	}
	for (size_t i = 0; i < STOA_COUNT(numbers); i++) {
		*numbers[i] = stoa_image_signed(in);
	}
	for (size_t i = 0; i < STOA_COUNT(counts); i++) {
		*counts[i] = stoa_image_number(in);
	}
	for (size_t i = 0; i < STOA_COUNT(small); i++) {
		*small[i] = (uint32_t)stoa_image_below(in, UINT32_MAX);
	}
	p->state = (Stoa__Governance__State)stoa_image_below(in, INT32_MAX);
	p->told = (Stoa__Governance__State)stoa_image_below(in, INT32_MAX);
}

static void
texts_save(const struct proposal *p, struct stoa_buf *out)
{
	char *const *const texts[] = TEXTS(p);

	for (size_t i = 0; i < STOA_COUNT(texts); i++) {
		stoa_image_put_text(out, *texts[i]);
	}
	stoa_image_put_number(out, p->sponsor_count);
	for (unsigned i = 0; i < p->sponsor_count; i++) {
		stoa_image_put_text(out, p->sponsors[i]);
	}
}

static void
texts_load(struct proposal *p, struct stoa_image *in)
{
	char **const texts[] = TEXTS(p);

	for (size_t i = 0; i < STOA_COUNT(texts); i++) {
		*texts[i] = stoa_image_text(in);
	}
	p->sponsor_count =
	    (unsigned)stoa_image_below(in, GOVERNANCE_SPONSORS_MAX);
	for (unsigned i = 0; i < p->sponsor_count; i++) {
		p->sponsors[i] = stoa_image_text(in);
	}
}

static void
actions_save(const struct proposal *p, struct stoa_buf *out)
{
	for (size_t i = 0; i < p->said->n_actions; i++) {
		const struct action_state *a = &p->done[i];

		stoa_image_put_number(out, a->is_done);
		stoa_image_put_message(
		    out, a->refusal == NULL ? NULL : &a->refusal->base);
		stoa_image_put_text(out, a->result);
	}
}

static void
actions_load(struct proposal *p, struct stoa_image *in)
{
	for (size_t i = 0; i < p->said->n_actions && !in->is_bad; i++) {
		struct action_state *a = &p->done[i];

		a->is_done = stoa_image_below(in, 1) != 0;
		a->refusal =
		    stoa_image_message(in, &stoa__journal__refusal__descriptor);
		a->result = stoa_image_text(in);
	}
}

static void
proposal_save(
    const struct governance *s, const struct proposal *p, struct stoa_buf *out)
{
	stoa_image_put_bytes(out, p->id);
	stoa_image_put_number(out, stoa_map_get(&s->open, p->id) != NULL);
	stoa_image_put_message(out, &p->said->base);
	stoa_image_put_message(out, p->rule == NULL ? NULL : &p->rule->base);
	stoa_image_put_message(
	    out, p->closed == NULL ? NULL : &p->closed->base);
	numbers_save(p, out);
	texts_save(p, out);
	actions_save(p, out);
	ballots_save(&p->ballots, out);
	commitments_save(&p->commitments, out);
}

static void
proposal_load(struct governance *s, struct stoa_image *in)
{
	struct stoa_str id = stoa_image_bytes(in);
	bool is_open = stoa_image_below(in, 1) != 0;
	Stoa__Governance__ProposalDrafted *said = stoa_image_message(
	    in, &stoa__governance__proposal_drafted__descriptor);
	struct proposal *p;

	if (said == NULL || said->n_actions > GOVERNANCE_ACTIONS_MAX ||
	    stoa_map_get(&s->proposals, id) != NULL) {
		stoa_keep_free(said);
		in->is_bad = true;
		return;
	}
	p = proposal_add(s, id, said);
	if (!is_open) {
		(void)stoa_map_remove(&s->open, p->id);
	}
	p->rule = stoa_image_message(in, &stoa__governance__rule__descriptor);
	p->closed = stoa_image_message(
	    in, &stoa__governance__voting_closed__descriptor);
	numbers_load(p, in);
	texts_load(p, in);
	actions_load(p, in);
	ballots_load(s, p, in);
	commitments_load(s, p, in);
}

/* ---- all of it ---- */

void
governance_image_save(const void *state, struct stoa_buf *out)
{
	const struct governance *s = state;

	stoa_image_put_number(out, s->is_founded);
	stoa_image_put_message(
	    out, s->charter == NULL ? NULL : &s->charter->base);
	stoa_image_put_number(out, s->charter_count);
	stoa_image_put_number(out, s->version);
	stoa_image_put_number(out, s->rules.count);
	STOA_MAP_EACH(&s->rules, entry)
	{
		stoa_image_put_message(out, entry->value);
	}
	electors_save(s, out);
	stoa_image_put_number(out, s->proposals.count);
	STOA_MAP_EACH(&s->proposals, entry)
	{
		proposal_save(s, entry->value, out);
	}
}

bool
governance_image_load(void *state, struct stoa_str bytes)
{
	struct governance *s = state;
	struct stoa_image in = {.rest = bytes};
	uint64_t count;

	s->is_founded = stoa_image_below(&in, 1) != 0;
	s->charter =
	    stoa_image_message(&in, &stoa__governance__charter__descriptor);
	s->charter_count = stoa_image_number(&in);
	s->version = stoa_image_number(&in);
	count = stoa_image_below(&in, GOVERNANCE_RULES_MAX);
	for (uint64_t i = 0; i < count && !in.is_bad; i++) {
		Stoa__Governance__Rule *rule = stoa_image_message(
		    &in, &stoa__governance__rule__descriptor);

		if (rule == NULL) {
			return false;
		}
		stoa_keep_free(
		    stoa_map_put(&s->rules, stoa_str_of(rule->type), rule));
	}
	electors_load(s, &in);
	count = stoa_image_below(&in, GOVERNANCE_PROPOSALS_MAX);
	for (uint64_t i = 0; i < count && !in.is_bad; i++) {
		proposal_load(s, &in);
	}
	due_refresh(s);
	return !in.is_bad && in.rest.len == 0;
}
