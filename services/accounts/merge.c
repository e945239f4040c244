/* merge.c - two members of a community turn out to be one person.
 *
 * The one that goes stays known by its id, for whoever still names it: a hold
 * under way, a payment that was voted, a worker that is to be paid. What the
 * one that stays gets is what the other one had, and nothing more:
 *
 *  1. balances and what is set aside are added; holds keep their ids;
 *  2. the role is the greater of both, the day of joining the earlier;
 *  3. it is invited if either was; it holds the platform's roles that were
 *     seen of it, else those of the other one;
 *  4. the community has one elector fewer. */
#include "accounts/limits.h"
#include "accounts/state.h"
#include "base/hasher.h"
#include "base/id.h"

#include <stdlib.h>

/* ---- decide -------------------------------------------------------------- */

static bool
sum_of(const struct account *a, int asset, int64_t *ret_sum)
{
	return !__builtin_add_overflow(
	    a->available[asset], a->held[asset], ret_sum);
}

/* Both together must stay within 64 bits. */
static bool
sums_fit(const struct member *to, const struct member *from, int64_t *ret_moved,
    struct stoa_decision *d)
{
	for (int i = 0; i < ASSET_COUNT; i++) {
		int64_t have = 0, sum;

		if (!sum_of(&from->account, i, &ret_moved[i]) ||
		    (to != NULL && !sum_of(&to->account, i, &have)) ||
		    __builtin_add_overflow(have, ret_moved[i], &sum)) {
			REFUSE(d, amount_too_large,
			    stoa_decide_number(d, ret_moved[i]),
			    stoa_decide_number(d, ACCOUNTS_AMOUNT_MAX));
			return false;
		}
	}
	return true;
}

static bool
ids_are_valid(const Stoa__Accounts__MergeRequest *in, struct stoa_decision *d)
{
	if (!stoa_id_is_valid('u', stoa_str_of(in->member))) {
		REFUSE(d, no_such_member, in->member);
		return false;
	}
	return true;
}

void
merge_decide(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Accounts__MergeRequest *in =
	    (const Stoa__Accounts__MergeRequest *)c->request;
	const struct member *to = member_get(s, stoa_str_of(in->member));
	const struct member *from = member_get(s, stoa_str_of(in->former));
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__MembersMerged e = STOA__ACCOUNTS__MEMBERS_MERGED__INIT;
	int64_t moved[ASSET_COUNT];

	if (!stoa_actor_is(c, "bot")) {
		REFUSE(d, not_permitted, "an authenticated platform");
		return;
	}
	if (!ids_are_valid(in, d)) {
		return;
	}
	if (from == NULL) {
		REFUSE(d, no_such_member, in->former);
		return;
	}
	if (from == to) {
		return; /* done already */
	}
	/* Somebody else has it: two identities never had one name. */
	if (!stoa_str_is_equal(from->id, stoa_str_of(in->former))) {
		REFUSE(d, merged_away, in->former, from->id.data);
		return;
	}
	if (!sums_fit(to, from, moved, d)) {
		return;
	}
	e.member = to == NULL ? in->member : (char *)(uintptr_t)to->id.data;
	e.former = in->former;
	e.joy_micro = moved[0];
	e.credit_micro = moved[1];
	e.role = to != NULL && to->role > from->role ? to->role : from->role;
	e.joined_us = to != NULL && to->joined_us < from->joined_us
			  ? to->joined_us
			  : from->joined_us;
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_MEMBERS_MERGED;
	event.members_merged = &e;
	stoa_decide_event(d, &event.base);
}

/* ---- apply --------------------------------------------------------------- */

/* The money, and the holds that it is set aside in. */
static void
account_move(struct accounts *s, struct member *to, struct member *from)
{
	STOA_MAP_EACH(&s->holds, entry)
	{
		struct hold *hold = entry->value;

		if (hold->member == from) {
			hold->member = to;
			hold->account = &to->account;
		}
	}
	for (int i = 0; i < ASSET_COUNT; i++) {
		to->account.available[i] += from->account.available[i];
		to->account.held[i] += from->account.held[i];
		from->account.available[i] = from->account.held[i] = 0;
	}
}

/* What the directory and the platforms said. */
static void
person_move(struct member *to, struct member *from)
{
	if (to->display_name[0] == '\0') {
		char *empty = to->display_name;

		to->display_name = from->display_name;
		from->display_name = empty;
	}
	if (to->platform_role_count == 0) {
		to->platform_roles = from->platform_roles;
		to->platform_role_count = from->platform_role_count;
		from->platform_roles = NULL;
		from->platform_role_count = 0;
	}
	to->is_invited = to->is_invited || from->is_invited;
}

static bool
is_owner(const struct member *m)
{
	return m->role == STOA__ACCOUNTS__ROLE__OWNER;
}

/* From here on the id stands for the one that stays. */
static void
member_bury(struct accounts *s, struct member *from, struct member *to)
{
	stoa_assert(stoa_map_put(&s->merged, from->id, from) == NULL);
	stoa_assert(stoa_map_remove(&s->members, from->id) == from);
	from->id = s->merged.entries[s->merged.entry_count - 1].key;
	from->into = to;
}

void
merge_apply(struct accounts *s, const Stoa__Accounts__MembersMerged *e)
{
	struct member *from = stoa_map_get(&s->members, stoa_str_of(e->former));
	struct member *to = stoa_map_get(&s->members, stoa_str_of(e->member));

	stoa_assert(from != NULL && from != to);
	if (to == NULL) {
		to = member_add(s, e->member, "");
	}
	if (is_owner(to) && is_owner(from)) {
		s->owner_count--;
	}
	to->role = e->role;
	to->joined_us = e->joined_us;
	account_move(s, to, from);
	withdrawals_merge(s, to, from);
	person_move(to, from);
	member_bury(s, from, to);
	elector_balance_changed(s, to);
	elector_changed(s, from);
	elector_changed(s, to);
}

/* ---- digest -------------------------------------------------------------- */

void
merge_digest(const struct accounts *s, struct stoa_hasher *h)
{
	STOA_MAP_EACH(&s->merged, entry)
	{
		const struct member *m = entry->value;

		stoa_hasher_text(h, entry->key);
		stoa_hasher_text(h, m->into->id);
		stoa_hasher_number(h, (int64_t)m->version);
	}
}
