/* ledger.c - movements between accounts, each a balanced double entry. */
#include "accounts/limits.h"
#include "accounts/state.h"
#include "base/id.h"

static void
event_moved(struct stoa_decision *d, const struct stoa_command *c,
    Stoa__Accounts__Moved *moved)
{
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	struct stoa_id id =
	    stoa_id_derive('t', c->community, c->actor, c->id, 0);

	moved->id = id.text;
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_MOVED;
	event.moved = moved;
	stoa_decide_event(d, &event.base);
}

static bool
amount_is_valid(struct stoa_decision *d, int64_t amount_micro)
{
	if (amount_micro <= 0) {
		REFUSE(d, amount_not_positive,
		    stoa_decide_number(d, amount_micro));
		return false;
	}
	if (amount_micro > ACCOUNTS_AMOUNT_MAX) {
		REFUSE(d, amount_too_large, stoa_decide_number(d, amount_micro),
		    stoa_decide_number(d, ACCOUNTS_AMOUNT_MAX));
		return false;
	}
	return true;
}

/* Whether the receiving side can take it without leaving 64 bits. */
static bool
fits(struct stoa_decision *d, const struct member *to, int asset,
    int64_t amount_micro)
{
	int64_t sum;

	if (__builtin_add_overflow(
		to->account.available[asset], amount_micro, &sum) ||
	    __builtin_add_overflow(sum, to->account.held[asset], &sum)) {
		REFUSE(d, amount_too_large, stoa_decide_number(d, amount_micro),
		    stoa_decide_number(d, ACCOUNTS_AMOUNT_MAX));
		return false;
	}
	return true;
}

void
ledger_decide_issue(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Accounts__IssueRequest *in =
	    (const Stoa__Accounts__IssueRequest *)c->request;
	const struct member *to = member_get(s, stoa_str_of(in->member));
	Stoa__Accounts__Moved moved = STOA__ACCOUNTS__MOVED__INIT;
	int64_t left;

	if (!actor_has_role(s, c, STOA__ACCOUNTS__ROLE__OWNER)) {
		REFUSE(d, not_permitted, "the role owner");
		return;
	}
	if (to == NULL) {
		REFUSE(d, no_such_member, in->member);
		return;
	}
	if (!amount_is_valid(d, in->amount_micro) ||
	    !fits(d, to, 0, in->amount_micro)) {
		return;
	}
	if (__builtin_sub_overflow(s->issuance[0], in->amount_micro, &left)) {
		REFUSE(d, amount_too_large,
		    stoa_decide_number(d, in->amount_micro),
		    stoa_decide_number(d, ACCOUNTS_AMOUNT_MAX));
		return;
	}
	/* Nobody could tell it from what was deposited. */
	if (s->vault_micro != 0) {
		REFUSE(d, not_permitted, "a community without deposits");
		return;
	}
	moved.from = (char *)(uintptr_t) "@issuance";
	moved.to = in->member;
	moved.asset = STOA__ACCOUNTS__ASSET__JOY;
	moved.amount_micro = in->amount_micro;
	event_moved(d, c, &moved);
}

void
ledger_decide_transfer(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Accounts__TransferRequest *in =
	    (const Stoa__Accounts__TransferRequest *)c->request;
	const struct member *from = member_get(s, c->actor);
	const struct member *to = member_get(s, stoa_str_of(in->to));
	struct stoa_str memo = stoa_str_of(in->memo);
	Stoa__Accounts__Moved moved = STOA__ACCOUNTS__MOVED__INIT;
	int asset = asset_index(in->asset);
	char *from_id = stoa_arena_str(d->arena, c->actor);

	if (from == NULL || to == NULL || from_id == NULL) {
		REFUSE(d, no_such_member,
		    from == NULL && from_id != NULL ? from_id : in->to);
		return;
	}
	if (from == to) {
		REFUSE(d, same_account, in->to);
		return;
	}
	/* Welcome credit is for use, not for trade. */
	if (asset != 0) {
		REFUSE(d, not_permitted, "the asset Joy");
		return;
	}
	if (memo.len > ACCOUNTS_MEMO_MAX || !stoa_str_is_utf8(memo)) {
		REFUSE(d, name_not_valid, "memo",
		    stoa_decide_number(d, ACCOUNTS_MEMO_MAX));
		return;
	}
	if (!amount_is_valid(d, in->amount_micro) ||
	    !fits(d, to, asset, in->amount_micro)) {
		return;
	}
	if (from->account.available[asset] < in->amount_micro) {
		REFUSE(d, insufficient_funds, from_id,
		    stoa_decide_number(d, from->account.available[asset]),
		    stoa_decide_number(d, in->amount_micro));
		return;
	}
	moved.from = from_id;
	moved.to = in->to;
	moved.asset = in->asset;
	moved.amount_micro = in->amount_micro;
	moved.memo = in->memo;
	event_moved(d, c, &moved);
}

void
ledger_decide_spend(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Accounts__SpendRequest *in =
	    (const Stoa__Accounts__SpendRequest *)c->request;
	const struct member *to = member_get(s, stoa_str_of(in->to));
	struct stoa_str memo = stoa_str_of(in->memo);
	Stoa__Accounts__Moved moved = STOA__ACCOUNTS__MOVED__INIT;
	static char treasury[] = "@treasury";

	if (!stoa_actor_is(c, "governance")) {
		REFUSE(d, not_permitted, "an accepted proposal");
		return;
	}
	if (to == NULL) {
		REFUSE(d, no_such_member, in->to);
		return;
	}
	if (memo.len > ACCOUNTS_MEMO_MAX || !stoa_str_is_utf8(memo)) {
		REFUSE(d, name_not_valid, "memo",
		    stoa_decide_number(d, ACCOUNTS_MEMO_MAX));
		return;
	}
	if (!amount_is_valid(d, in->amount_micro) ||
	    !fits(d, to, 0, in->amount_micro)) {
		return;
	}
	if (s->treasury.available[0] < in->amount_micro) {
		REFUSE(d, insufficient_funds, treasury,
		    stoa_decide_number(d, s->treasury.available[0]),
		    stoa_decide_number(d, in->amount_micro));
		return;
	}
	moved.from = treasury;
	moved.to = in->to;
	moved.asset = STOA__ACCOUNTS__ASSET__JOY;
	moved.amount_micro = in->amount_micro;
	moved.memo = in->memo;
	event_moved(d, c, &moved);
}

/* The cell that an account's name stands for. */
static int64_t *
cell_of(struct accounts *s, const char *name, int asset)
{
	struct member *m;

	if (strcmp(name, "@issuance") == 0 || strcmp(name, "@grants") == 0) {
		return &s->issuance[asset];
	}
	if (strcmp(name, "@treasury") == 0) {
		return &s->treasury.available[asset];
	}
	if (strcmp(name, "@vault") == 0) {
		stoa_assert(asset == 0);
		return &s->vault_micro;
	}
	m = member_get(s, stoa_str_of(name));
	stoa_assert(m != NULL);
	return &m->account.available[asset];
}

void
ledger_apply_moved(struct accounts *s, const Stoa__Accounts__Moved *e)
{
	int asset = asset_index(e->asset);
	int64_t *from, *to;

	stoa_assert(asset >= 0);
	from = cell_of(s, e->from, asset);
	to = cell_of(s, e->to, asset);
	stoa_assert(!__builtin_sub_overflow(*from, e->amount_micro, from));
	stoa_assert(!__builtin_add_overflow(*to, e->amount_micro, to));
	elector_balance_changed(s, member_get(s, stoa_str_of(e->from)));
	elector_balance_changed(s, member_get(s, stoa_str_of(e->to)));
	if (strcmp(e->from, "@issuance") == 0) {
		s->is_unbacked = true;
	}
	s->transfer_count++;
}
