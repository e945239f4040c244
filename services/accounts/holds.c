/* holds.c - money set aside between a promise and its keeping.
 * Two-phase: placed (pending), then posted, voided or expired, once. */
#include "accounts/limits.h"
#include "accounts/state.h"
#include "base/id.h"

#include <stdlib.h>

const struct account *
account_get(const struct accounts *s, const char *name)
{
	const struct member *m = member_get(s, stoa_str_of(name));

	if (strcmp(name, "@treasury") == 0) {
		return &s->treasury;
	}
	return m == NULL ? NULL : &m->account;
}

/* ---- decide -------------------------------------------------------------- */

/* Credit is spent before Joy, since it cannot be withdrawn anyway; but not on
 * what is traded, or it would become somebody's Joy. */
static int64_t
credit_usable(const Stoa__Accounts__HoldRequest *in, const struct account *a)
{
	return in->asset == STOA__ACCOUNTS__ASSET__JOY ? 0 : a->available[1];
}

static void
event_placed(struct stoa_decision *d, const struct stoa_command *c,
    const Stoa__Accounts__HoldRequest *in, const struct account *a)
{
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__HoldPlaced placed = STOA__ACCOUNTS__HOLD_PLACED__INIT;
	struct stoa_id id =
	    stoa_id_derive('h', c->community, c->actor, c->id, 0);
	int64_t credit = credit_usable(in, a);

	credit = credit < in->amount_micro ? credit : in->amount_micro;
	placed.id = id.text;
	placed.member = in->member;
	placed.credit_micro = credit;
	placed.joy_micro = in->amount_micro - credit;
	placed.expires_us = in->expires_us;
	placed.purpose = in->purpose;
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_HOLD_PLACED;
	event.hold_placed = &placed;
	stoa_decide_event(d, &event.base);
}

void
holds_decide_hold(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Accounts__HoldRequest *in =
	    (const Stoa__Accounts__HoldRequest *)c->request;
	const struct account *a = account_get(s, in->member);
	int64_t available;

	if (c->actor.data[0] != '@') {
		REFUSE(d, not_permitted, "a daemon");
		return;
	}
	if (in->asset != STOA__ACCOUNTS__ASSET__JOY &&
	    in->asset != STOA__ACCOUNTS__ASSET__ASSET_UNSPECIFIED) {
		REFUSE(d, not_permitted, "the asset Joy");
		return;
	}
	if (a == NULL) {
		REFUSE(d, no_such_member, in->member);
		return;
	}
	if (in->amount_micro <= 0) {
		REFUSE(d, amount_not_positive,
		    stoa_decide_number(d, in->amount_micro));
		return;
	}
	if (in->amount_micro > ACCOUNTS_AMOUNT_MAX) {
		REFUSE(d, amount_too_large,
		    stoa_decide_number(d, in->amount_micro),
		    stoa_decide_number(d, ACCOUNTS_AMOUNT_MAX));
		return;
	}
	if (strlen(in->purpose) > ACCOUNTS_PURPOSE_MAX ||
	    in->expires_us <= c->now.us) {
		REFUSE(d, name_not_valid, "purpose",
		    stoa_decide_number(d, ACCOUNTS_PURPOSE_MAX));
		return;
	}
	if (s->holds.count >= ACCOUNTS_HOLDS_MAX) {
		REFUSE(d, too_many, "open holds",
		    stoa_decide_number(d, ACCOUNTS_HOLDS_MAX));
		return;
	}
	/* Neither part can be negative, so only the sum may overflow. */
	if (__builtin_add_overflow(
		a->available[0], credit_usable(in, a), &available)) {
		available = INT64_MAX;
	}
	if (available < in->amount_micro) {
		REFUSE(d, insufficient_funds, in->member,
		    stoa_decide_number(d, available),
		    stoa_decide_number(d, in->amount_micro));
		return;
	}
	event_placed(d, c, in, a);
}

const struct hold *
hold_find(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d, const char *id)
{
	const struct hold *hold = stoa_map_get(&s->holds, stoa_str_of(id));

	if (c->actor.data[0] != '@') {
		REFUSE(d, not_permitted, "a daemon");
		return NULL;
	}
	if (hold == NULL) {
		REFUSE(d, no_such_hold, id);
	}
	return hold;
}

void
holds_decide_post(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Accounts__PostHoldRequest *in =
	    (const Stoa__Accounts__PostHoldRequest *)c->request;
	const struct hold *hold = hold_find(s, c, d, in->hold);
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__HoldPosted posted = STOA__ACCOUNTS__HOLD_POSTED__INIT;
	int64_t total;

	if (hold == NULL) {
		return;
	}
	total = hold->amount[0] + hold->amount[1];
	if (in->amount_micro < 0 || in->amount_micro > total) {
		REFUSE(d, amount_too_large,
		    stoa_decide_number(d, in->amount_micro),
		    stoa_decide_number(d, total));
		return;
	}
	if (strcmp(in->payee, "@treasury") != 0 &&
	    member_get(s, stoa_str_of(in->payee)) == NULL) {
		REFUSE(d, no_such_member, in->payee);
		return;
	}
	posted.id = in->hold;
	posted.payee = in->payee;
	posted.credit_micro = in->amount_micro < hold->amount[1]
				  ? in->amount_micro
				  : hold->amount[1];
	posted.joy_micro = in->amount_micro - posted.credit_micro;
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_HOLD_POSTED;
	event.hold_posted = &posted;
	stoa_decide_event(d, &event.base);
}

void
holds_decide_void(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Accounts__VoidHoldRequest *in =
	    (const Stoa__Accounts__VoidHoldRequest *)c->request;
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__HoldVoided voided = STOA__ACCOUNTS__HOLD_VOIDED__INIT;

	if (hold_find(s, c, d, in->hold) == NULL) {
		return;
	}
	voided.id = in->hold;
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_HOLD_VOIDED;
	event.hold_voided = &voided;
	stoa_decide_event(d, &event.base);
}

void
holds_decide_expire(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__HoldExpired expired =
	    STOA__ACCOUNTS__HOLD_EXPIRED__INIT;

	if (!stoa_actor_is(c, "accounts")) {
		REFUSE(d, not_permitted, "the daemon itself");
		return;
	}
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_HOLD_EXPIRED;
	event.hold_expired = &expired;
	STOA_MAP_EACH(&s->holds, entry)
	{
		const struct hold *hold = entry->value;

		if (hold->expires_us <= c->now.us) {
			expired.id = (char *)(uintptr_t)hold->id.data;
			stoa_decide_event(d, &event.base);
		}
	}
}

/* ---- apply --------------------------------------------------------------- */

void
holds_due_refresh(struct accounts *s)
{
	s->hold_due_us = INT64_MAX;
	STOA_MAP_EACH(&s->holds, entry)
	{
		const struct hold *hold = entry->value;

		if (hold->expires_us < s->hold_due_us) {
			s->hold_due_us = hold->expires_us;
		}
	}
}

struct hold *
hold_add(struct accounts *s, struct stoa_str id, struct member *m)
{
	struct hold *hold = calloc(1, sizeof(*hold));

	stoa_assert(hold != NULL);
	hold->member = m;
	hold->account = m == NULL ? &s->treasury : &m->account;
	stoa_assert(stoa_map_put(&s->holds, id, hold) == NULL);
	hold->id = s->holds.entries[s->holds.entry_count - 1].key;
	return hold;
}

void
holds_apply_placed(struct accounts *s, const Stoa__Accounts__HoldPlaced *e)
{
	struct member *m = member_get(s, stoa_str_of(e->member));
	struct hold *hold = hold_add(s, stoa_str_of(e->id), m);

	stoa_assert(m != NULL || strcmp(e->member, "@treasury") == 0);
	hold->amount[0] = e->joy_micro;
	hold->amount[1] = e->credit_micro;
	hold->expires_us = e->expires_us;
	for (int i = 0; i < ASSET_COUNT; i++) {
		hold->account->available[i] -= hold->amount[i];
		hold->account->held[i] += hold->amount[i];
		stoa_assert(hold->account->available[i] >= 0);
	}
	if (hold->expires_us < s->hold_due_us) {
		s->hold_due_us = hold->expires_us;
	}
}

/* Ends a hold: `taken` leaves for good, the rest is available again. */
void
hold_close(
    struct accounts *s, const char *id, const int64_t taken[static ASSET_COUNT])
{
	struct hold *hold = stoa_map_get(&s->holds, stoa_str_of(id));
	bool was_first;

	stoa_assert(hold != NULL);
	was_first = hold->expires_us <= s->hold_due_us;
	for (int i = 0; i < ASSET_COUNT; i++) {
		struct account *a = hold->account;

		stoa_assert(taken[i] <= hold->amount[i]);
		a->held[i] -= hold->amount[i];
		a->available[i] += hold->amount[i] - taken[i];
		stoa_assert(a->held[i] >= 0);
	}
	elector_balance_changed(s, hold->member);
	(void)stoa_map_remove(&s->holds, stoa_str_of(id));
	free(hold);
	if (was_first) {
		holds_due_refresh(s);
	}
}

void
holds_apply_posted(struct accounts *s, const Stoa__Accounts__HoldPosted *e)
{
	int64_t taken[ASSET_COUNT] = {e->joy_micro, e->credit_micro};

	hold_close(s, e->id, taken);
	for (int i = 0; i < ASSET_COUNT; i++) {
		struct member *m = member_get(s, stoa_str_of(e->payee));
		int64_t *to = m == NULL ? &s->treasury.available[i]
					: &m->account.available[i];

		stoa_assert(!__builtin_add_overflow(*to, taken[i], to));
		elector_balance_changed(s, m);
	}
	s->transfer_count++;
}

void
holds_apply_released(struct accounts *s, const char *id)
{
	static const int64_t nothing[ASSET_COUNT] = {0};

	hold_close(s, id, nothing);
}
