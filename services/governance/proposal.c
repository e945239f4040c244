/* proposal.c - a proposal's place in its life, and when it moves by itself. */
#include "governance/state.h"

#include <stdlib.h>

/* ---- finding ---- */

static struct proposal *
proposal_by_number(const struct governance *s, const char *id)
{
	int64_t number;
	struct stoa_str text = stoa_str_of(id);

	if (text.len == 0 || text.data[0] != '#' ||
	    !stoa_str_to_i64(stoa_str_from(text, 1), &number) || number < 1 ||
	    (uint64_t)number > s->proposals.entry_count) {
		return NULL;
	}
	/* None is ever removed: the entries are in order. */
	return s->proposals.entries[number - 1].value;
}

const struct proposal *
governance_get(const struct governance *s, struct stoa_str id)
{
	return stoa_map_get(&s->proposals, id);
}

const struct proposal *
proposal_find(
    const struct governance *s, const char *id, struct stoa_decision *d)
{
	const struct proposal *p = stoa_map_get(&s->proposals, stoa_str_of(id));
	const char *newest = "";

	if (p == NULL) {
		p = proposal_by_number(s, id);
	}
	if (p == NULL && d != NULL) {
		if (s->proposals.entry_count > 0) {
			newest =
			    s->proposals.entries[s->proposals.entry_count - 1]
				.key.data;
		}
		REFUSE(d, no_such_proposal, id, newest);
	}
	return p;
}

struct proposal *
proposal_must(struct governance *s, const char *id)
{
	struct proposal *p = stoa_map_get(&s->proposals, stoa_str_of(id));

	stoa_assert(p != NULL);
	return p;
}

struct proposal *
proposal_add(struct governance *s, struct stoa_str id,
    Stoa__Governance__ProposalDrafted *said)
{
	struct proposal *p = calloc(1, sizeof(*p));

	stoa_assert(p != NULL);
	p->said = said;
	stoa_assert(stoa_map_put(&s->proposals, id, p) == NULL);
	p->id = s->proposals.entries[s->proposals.entry_count - 1].key;
	p->number = s->proposals.count;
	(void)stoa_map_put(&s->open, p->id, p);
	return p;
}

bool
is_actor(const struct governance *s, const struct proposal *p,
    const struct stoa_command *c)
{
	return stoa_str_is_equal(
	    actor_now(s, c->actor), stoa_str_of(p->member));
}

/* ---- states ---- */

const char *
state_name(Stoa__Governance__State state)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
	    &stoa__governance__state__descriptor, (int)state);

	return value == NULL ? "" : value->name;
}

void
refuse_state(
    const struct proposal *p, const char *needed, struct stoa_decision *d)
{
	REFUSE(d, wrong_state, p->id.data, state_name(p->state), needed);
}

bool
proposal_is_over(const struct proposal *p)
{
	switch (p->state) {
	case STATE(SUCCEEDED):
	case STATE(DEFEATED):
	case STATE(EXPIRED):
	case STATE(CANCELLED):
	case STATE(VETOED):
	case STATE(EXECUTED):
		return true;
	case STATE(STATE_UNSPECIFIED):
	case STATE(DRAFT):
	case STATE(OPENING):
	case STATE(ACTIVE):
	case STATE(REVEAL):
	case STATE(QUEUED):
	case STATE(EXECUTING):
	case STATE(FAILED):
	case _STOA__GOVERNANCE__STATE_IS_INT_SIZE:
		break;
	}
	return false;
}

/* States that pass by themselves within moments are nobody's news. */
static bool
wants_telling(const struct proposal *p)
{
	return p->told != p->state && p->state != STATE(OPENING) &&
	       p->state != STATE(EXECUTING);
}

/* Vetoed while it was asked for, it may be held all the same: accounts is
 * asked until it has said so. */
bool
proposal_awaits_deposit(const struct proposal *p)
{
	return p->deposit_micro > 0 && !p->is_deposit_known &&
	       (p->state == STATE(OPENING) || p->state == STATE(VETOED));
}

static bool
has_debts(const struct proposal *p)
{
	return wants_telling(p) || proposal_awaits_deposit(p) ||
	       (p->hold != NULL && !p->is_deposit_settled);
}

/* What is over stays among the open ones until all is done about it. */
static void
open_refresh(struct governance *s, struct proposal *p)
{
	if (proposal_is_over(p) && !has_debts(p)) {
		(void)stoa_map_remove(&s->open, p->id);
		ballots_free(p);
	}
}

void
proposal_state_set(
    struct governance *s, struct proposal *p, Stoa__Governance__State state)
{
	p->state = state;
	open_refresh(s, p);
	due_refresh(s);
}

/* ---- time ---- */

static int64_t
proposal_due_us(const struct governance *s, const struct proposal *p)
{
	switch (p->state) {
	case STATE(DRAFT):
		return draft_due_us(s, p);
	case STATE(ACTIVE):
	case STATE(REVEAL):
	case STATE(QUEUED):
		return p->ends_us;
	case STATE(STATE_UNSPECIFIED):
	case STATE(OPENING):
	case STATE(SUCCEEDED):
	case STATE(DEFEATED):
	case STATE(EXPIRED):
	case STATE(CANCELLED):
	case STATE(VETOED):
	case STATE(EXECUTING):
	case STATE(EXECUTED):
	case STATE(FAILED):
	case _STOA__GOVERNANCE__STATE_IS_INT_SIZE:
		break;
	}
	return INT64_MAX;
}

void
due_refresh(struct governance *s)
{
	s->due_us = INT64_MAX;
	STOA_MAP_EACH(&s->open, entry)
	{
		int64_t due_us = proposal_due_us(s, entry->value);

		if (due_us < s->due_us) {
			s->due_us = due_us;
		}
	}
}

/* ---- what is to be done ---- */

/* That the end has moved is told at once. Those who have not voted are reminded
 * twice, if the vote takes at least twice as long. */
static uint32_t
reminder_due(const struct proposal *p, struct stoa_wall now)
{
	int64_t left_us = p->ends_us - now.us;
	int64_t all_us = p->ends_us - p->opened_us;

	if (p->state != STATE(ACTIVE) || left_us <= 0) {
		return 0;
	}
	if (p->is_extended && !p->is_extension_told) {
		return GOVERNANCE_EXTENDED;
	}
	if (left_us <= p->last_reminder_us) {
		return p->reminded < 2 && all_us >= 2 * p->last_reminder_us ? 2
									    : 0;
	}
	return p->reminded < 1 && left_us <= p->reminder_us &&
		       all_us >= 2 * p->reminder_us
		   ? 1
		   : 0;
}

uint32_t
governance_reminder(const struct proposal *p, struct stoa_wall now)
{
	return wants_telling(p) ? 0 : reminder_due(p, now);
}

enum governance_effect
governance_effect_of(const struct proposal *p, struct stoa_wall now)
{
	if (proposal_awaits_deposit(p)) {
		return GOVERNANCE_HOLD_DEPOSIT;
	}
	if (p->state == STATE(OPENING)) {
		return GOVERNANCE_OPEN;
	}
	if (p->state == STATE(EXECUTING)) {
		return GOVERNANCE_EXECUTE;
	}
	if (proposal_is_over(p) && p->hold != NULL && !p->is_deposit_settled) {
		return GOVERNANCE_SETTLE_DEPOSIT;
	}
	if (wants_telling(p) || reminder_due(p, now) > 0) {
		return GOVERNANCE_TELL;
	}
	return GOVERNANCE_NOTHING;
}

const struct proposal *
governance_next_open(const struct governance *s, size_t *cursor)
{
	struct stoa_map_entry *entry = stoa_map_next(&s->open, cursor);

	return entry == NULL ? NULL : entry->value;
}

/* ---- its end ---- */

void
proposal_free(struct proposal *p)
{
	ballots_free(p);
	stoa_keep_free(p->said);
	stoa_keep_free(p->rule);
	stoa_keep_free(p->closed);
	for (unsigned i = 0; i < p->sponsor_count; i++) {
		free(p->sponsors[i]);
	}
	for (size_t i = 0; i < GOVERNANCE_ACTIONS_MAX; i++) {
		stoa_keep_free(p->done[i].refusal);
		free(p->done[i].result);
	}
	free(p->member);
	free(p->hold);
	free(p->link);
	free(p->reason);
	free(p);
}
