/* core.c - accounts as the runtime sees it: which command is decided where,
 * which event is applied where, what the state's digest covers. */
#include "accounts/accounts.h"

#include "accounts/limits.h"
#include "accounts/state.h"
#include "base/hasher.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- shared by the nouns ------------------------------------------------- */

int
asset_index(Stoa__Accounts__Asset asset)
{
	if (asset == STOA__ACCOUNTS__ASSET__JOY) {
		return 0;
	}
	return asset == STOA__ACCOUNTS__ASSET__CREDIT ? 1 : -1;
}

bool
actor_has_role(const struct accounts *s, const struct stoa_command *c,
    Stoa__Accounts__Role role)
{
	const struct member *m = member_get(s, c->actor);

	return m != NULL && m->role >= role;
}

/* ---- life ---------------------------------------------------------------- */

static void *
state_new(struct stoa_str community, uint64_t seed)
{
	struct accounts *s = calloc(1, sizeof(*s));

	(void)community;
	stoa_assert(s != NULL);
	stoa_map_init(&s->members, seed);
	stoa_map_init(&s->merged, seed);
	stoa_map_init(&s->holds, seed);
	stoa_map_init(&s->commands, seed);
	stoa_map_init(&s->workspaces, seed);
	stoa_map_init(&s->people, seed);
	stoa_map_init(&s->identities, seed);
	stoa_map_init(&s->offers, seed);
	stoa_map_init(&s->attempts, seed);
	s->hold_due_us = INT64_MAX;
	withdrawals_init(s, seed);
	return s;
}

static void
state_free(void *state)
{
	struct accounts *s = state;

	STOA_MAP_EACH(&s->members, entry)
	{
		member_free(entry->value);
	}
	STOA_MAP_EACH(&s->merged, entry)
	{
		member_free(entry->value);
	}
	STOA_MAP_EACH(&s->holds, entry)
	{
		free(entry->value);
	}
	STOA_MAP_EACH(&s->workspaces, entry)
	{
		free(entry->value);
	}
	STOA_MAP_EACH(&s->people, entry)
	{
		struct person *p = entry->value;

		free(p->member);
		free(p->platform);
		free(p);
	}
	identity_free_all(s);
	withdrawals_fini(s);
	stoa_map_fini(&s->members);
	stoa_map_fini(&s->merged);
	stoa_map_fini(&s->holds);
	stoa_map_fini(&s->workspaces);
	stoa_map_fini(&s->people);
	settings_free(s);
	free(s->name);
	free(s);
}

/* ---- decide -------------------------------------------------------------- */

typedef void (*decide_fn)(const struct accounts *s,
    const struct stoa_command *c, struct stoa_decision *d);

static const struct {
	const char *method;
	decide_fn decide;
	bool before_opening; /* allowed while the community has no name */
} decisions[] = {
    {"OpenCommunity", people_decide_open, true},
    {"Join", people_decide_join, false},
    {"Link", people_decide_link, true},
    {"SetRole", people_decide_role, false},
    {"Configure", settings_decide, false},
    {"Issue", ledger_decide_issue, false},
    {"Transfer", ledger_decide_transfer, false},
    {"Spend", ledger_decide_spend, false},
    {"ObserveRoles", electors_decide_roles, false},
    {"Hold", holds_decide_hold, false},
    {"PostHold", holds_decide_post, false},
    {"VoidHold", holds_decide_void, false},
    {"PayHold", payments_decide, false},
    {"ExpireHolds", holds_decide_expire, false},
    {"OfferLink", identity_decide_offer, true},
    {"ClaimLink", identity_decide_claim, true},
    {"AnswerLink", identity_decide_answer, true},
    {"Unlink", identity_decide_unlink, true},
    {"Merge", merge_decide, false},
    {"Deposit", withdrawals_decide_deposit, false},
    {"Withdraw", withdrawals_decide_ask, false},
    {"CancelWithdrawal", withdrawals_decide_cancel, false},
    {"RecordWithdrawal", withdrawals_decide_record, false},
};

static void
decide(const void *state, const struct stoa_command *c, struct stoa_decision *d)
{
	const struct accounts *s = state;

	for (size_t i = 0; i < STOA_COUNT(decisions); i++) {
		if (strcmp(decisions[i].method, c->method->name) != 0) {
			continue;
		}
		if (s->name == NULL && !decisions[i].before_opening) {
			REFUSE(d, not_permitted, "an open community");
			return;
		}
		decisions[i].decide(s, c, d);
		return;
	}
	REFUSE(d, not_permitted, "a command of accounts");
}

/* ---- apply --------------------------------------------------------------- */

/* One person on several platforms. */
static bool
apply_identity(struct accounts *s, const struct stoa_fact *fact,
    const Stoa__Accounts__Event *e)
{
	switch ((int)e->kind_case) {
	case STOA__ACCOUNTS__EVENT__KIND_LINK_OFFERED:
		identity_apply_offered(s, fact, e->link_offered);
		return true;
	case STOA__ACCOUNTS__EVENT__KIND_LINK_CLAIMED:
		identity_apply_claimed(s, e->link_claimed);
		return true;
	case STOA__ACCOUNTS__EVENT__KIND_LINK_MISSED:
		identity_apply_missed(s, fact, e->link_missed);
		return true;
	case STOA__ACCOUNTS__EVENT__KIND_LINK_DECLINED:
		identity_apply_declined(s, e->link_declined);
		return true;
	case STOA__ACCOUNTS__EVENT__KIND_IDENTITIES_LINKED:
		identity_apply_linked(s, e->identities_linked);
		return true;
	case STOA__ACCOUNTS__EVENT__KIND_PERSON_UNLINKED:
		identity_apply_unlinked(s, fact, e->person_unlinked);
		return true;
	case STOA__ACCOUNTS__EVENT__KIND_MEMBERS_MERGED:
		merge_apply(s, e->members_merged);
		return true;
	}
	return false;
}

static bool
apply(void *state, const struct stoa_fact *fact)
{
	struct accounts *s = state;
	const Stoa__Accounts__Event *e =
	    (const Stoa__Accounts__Event *)fact->event;

	switch ((int)e->kind_case) {
	case STOA__ACCOUNTS__EVENT__KIND_COMMUNITY_OPENED:
		people_apply_opened(s, e->community_opened);
		return true;
	case STOA__ACCOUNTS__EVENT__KIND_MEMBER_JOINED:
		people_apply_joined(s, fact, e->member_joined);
		return true;
	case STOA__ACCOUNTS__EVENT__KIND_ROLE_SET:
		people_apply_role(s, e->role_set);
		return true;
	case STOA__ACCOUNTS__EVENT__KIND_MOVED:
		ledger_apply_moved(s, e->moved);
		return true;
	case STOA__ACCOUNTS__EVENT__KIND_HOLD_PLACED:
		holds_apply_placed(s, e->hold_placed);
		return true;
	case STOA__ACCOUNTS__EVENT__KIND_HOLD_POSTED:
		holds_apply_posted(s, e->hold_posted);
		return true;
	case STOA__ACCOUNTS__EVENT__KIND_HOLD_PAID:
		payments_apply(s, e->hold_paid);
		return true;
	case STOA__ACCOUNTS__EVENT__KIND_HOLD_VOIDED:
		holds_apply_released(s, e->hold_voided->id);
		return true;
	case STOA__ACCOUNTS__EVENT__KIND_HOLD_EXPIRED:
		holds_apply_released(s, e->hold_expired->id);
		return true;
	case STOA__ACCOUNTS__EVENT__KIND_WORKSPACE_LINKED:
		people_apply_workspace(s, e->workspace_linked);
		return true;
	case STOA__ACCOUNTS__EVENT__KIND_PERSON_LINKED:
		people_apply_person(s, fact, e->person_linked);
		return true;
	case STOA__ACCOUNTS__EVENT__KIND_COMMUNITY_CONFIGURED:
		settings_apply(s, e->community_configured);
		return true;
	case STOA__ACCOUNTS__EVENT__KIND_PLATFORM_ROLES_SEEN:
		electors_apply_roles(s, e->platform_roles_seen);
		return true;
	case STOA__ACCOUNTS__EVENT__KIND_WITHDRAWAL_ASKED:
		withdrawals_apply_asked(s, fact, e->withdrawal_asked);
		return true;
	case STOA__ACCOUNTS__EVENT__KIND_WITHDRAWAL_ENDED:
		withdrawals_apply_ended(s, fact, e->withdrawal_ended);
		return true;
	}
	return apply_identity(s, fact, e);
}

/* ---- digest and deadlines ------------------------------------------------ */

static void
digest_people(const struct accounts *s, struct stoa_hasher *h)
{
	STOA_MAP_EACH(&s->members, entry)
	{
		const struct member *m = entry->value;

		stoa_hasher_text(h, entry->key);
		stoa_hasher_text(h, stoa_str_of(m->display_name));
		stoa_hasher_number(h, (int64_t)m->role);
		stoa_hasher_number(h, (int64_t)m->version);
		stoa_hasher_number(h, m->joined_us);
		stoa_hasher_number(h, m->is_invited);
		for (size_t i = 0; i < m->platform_role_count; i++) {
			stoa_hasher_text(h, stoa_str_of(m->platform_roles[i]));
		}
		for (int i = 0; i < ASSET_COUNT; i++) {
			stoa_hasher_number(h, m->account.available[i]);
			stoa_hasher_number(h, m->account.held[i]);
		}
	}
	STOA_MAP_EACH(&s->workspaces, entry)
	{
		stoa_hasher_text(h, entry->key);
		stoa_hasher_text(h, stoa_str_of(entry->value));
	}
	STOA_MAP_EACH(&s->people, entry)
	{
		const struct person *p = entry->value;

		stoa_hasher_text(h, entry->key);
		stoa_hasher_text(h, stoa_str_of(p->member));
		stoa_hasher_text(
		    h, stoa_str_of_bytes(p->sealed, p->sealed_len));
	}
	merge_digest(s, h);
	identity_digest(s, h);
}

static void
digest(const void *state, struct stoa_hasher *h)
{
	const struct accounts *s = state;

	stoa_hasher_text(h, stoa_str_of(s->name));
	stoa_hasher_number(h, s->welcome_grant_micro);
	stoa_hasher_number(h, s->is_unbacked);
	stoa_hasher_number(h, (int64_t)s->transfer_count);
	stoa_hasher_number(h, (int64_t)s->owner_count);
	for (int i = 0; i < ASSET_COUNT; i++) {
		stoa_hasher_number(h, s->issuance[i]);
		stoa_hasher_number(h, s->treasury.available[i]);
		stoa_hasher_number(h, s->treasury.held[i]);
	}
	digest_people(s, h);
	STOA_MAP_EACH(&s->holds, entry)
	{
		const struct hold *hold = entry->value;

		stoa_hasher_text(h, entry->key);
		stoa_hasher_text(h, hold->member == NULL ? STOA_STR("@treasury")
							 : hold->member->id);
		stoa_hasher_number(h, hold->expires_us);
		for (int i = 0; i < ASSET_COUNT; i++) {
			stoa_hasher_number(h, hold->amount[i]);
		}
	}
	settings_digest(s, h);
	withdrawals_digest(s, h);
}

static struct stoa_wall
next_due(const void *state)
{
	const struct accounts *s = state;

	return (struct stoa_wall){s->hold_due_us};
}

const struct stoa_core accounts_core = {
    .name = "accounts",
    .service = &stoa__accounts__accounts__descriptor,
    .event = &stoa__accounts__event__descriptor,
    .reasons = &stoa__accounts__refusal_reason__descriptor,
    .state_new = state_new,
    .state_free = state_free,
    .decide = decide,
    .apply = apply,
    .digest = digest,
    .next_due = next_due,
    .image_version = 2,
    .save = accounts_image_save,
    .load = accounts_image_load,
};
