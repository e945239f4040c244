/* complete.c - see complete.h. */
#include "chain/complete.h"

#include "chain/account.h"
#include "chain/limits.h"

/* All parties of an action, at most CHAIN_ACCOUNTS_MAX. */
struct parties {
	Stoa__Chain__Party *all[CHAIN_ACCOUNTS_MAX];
	size_t count;
};

static void
party_add(struct parties *p, Stoa__Chain__Party *party)
{
	for (size_t i = 0; i < p->count; i++) {
		if (strcmp(p->all[i]->community, party->community) == 0 &&
		    strcmp(p->all[i]->member, party->member) == 0) {
			return;
		}
	}
	if (p->count < CHAIN_ACCOUNTS_MAX) {
		p->all[p->count++] = party;
	}
}

static void
parties_of(const Stoa__Chain__Action *action, struct parties *p)
{
	p->count = 0;
	switch ((int)action->kind_case) {
	case STOA__CHAIN__ACTION__KIND_MINT:
		party_add(p, action->mint->creator);
		for (size_t i = 0; i < action->mint->n_payees; i++) {
			party_add(p, action->mint->payees[i]->party);
		}
		break;
	case STOA__CHAIN__ACTION__KIND_LIST:
		party_add(p, action->list->owner);
		break;
	case STOA__CHAIN__ACTION__KIND_BUY:
		party_add(p, action->buy->buyer);
		break;
	case STOA__CHAIN__ACTION__KIND_LEASE:
		party_add(p, action->lease->lessee);
		break;
	case STOA__CHAIN__ACTION__KIND_END_LEASE:
		party_add(p, action->end_lease->lessee);
		break;
	case STOA__CHAIN__ACTION__KIND_COLLECT:
		for (size_t i = 0; i < action->collect->n_parties; i++) {
			party_add(p, action->collect->parties[i]);
		}
		break;
	case STOA__CHAIN__ACTION__KIND_GIVE:
		party_add(p, action->give->owner);
		break;
	case STOA__CHAIN__ACTION__KIND_SWEEP:
		party_add(p, action->sweep->party);
		break;
	}
}

static bool
accounts_add(const struct chain_manifest *manifest, const struct parties *p,
    struct stoa_arena *arena, Stoa__Chain__SubmitRequest *request)
{
	Stoa__Chain__AccountAt *all =
	    stoa_arena_alloc_array(arena, p->count + 1, sizeof(*all));

	request->accounts = stoa_arena_alloc_array(
	    arena, p->count + 1, sizeof(request->accounts[0]));
	if (all == NULL || request->accounts == NULL) {
		return false;
	}
	for (size_t i = 0; i < p->count; i++) {
		struct evm_address at = chain_account_of(manifest, p->all[i]);

		stoa__chain__account_at__init(&all[i]);
		all[i].party = p->all[i];
		all[i].address.data =
		    stoa_arena_dup(arena, at.bytes, sizeof(at.bytes));
		all[i].address.len = sizeof(at.bytes);
		request->accounts[i] = &all[i];
	}
	request->n_accounts = p->count;
	return !arena->is_overflown;
}

bool
chain_complete(const struct chain_manifest *manifest, struct stoa_arena *arena,
    Stoa__Chain__SubmitRequest *request, struct chain_call_fault *ret_fault)
{
	/* Built for its checks alone: which act it is does not matter yet. */
	const struct chain_call_terms terms = {
	    .manifest = manifest,
	    .now = {INT64_C(1767225600000000)},
	    .arena = arena,
	};
	struct chain_call call;
	struct parties parties;

	*ret_fault = (struct chain_call_fault){"action", "what can be called"};
	if (chain_call_build(&terms, request->action, &call, ret_fault) !=
	    STOA_OK) {
		return false;
	}
	parties_of(request->action, &parties);
	request->kind = (char *)(uintptr_t)call.kind;
	request->gas_max = call.gas_max;
	request->to = (ProtobufCBinaryData){0, NULL};
	request->data = (ProtobufCBinaryData){0, NULL};
	request->value_gwei = 0;
	return accounts_add(manifest, &parties, arena, request);
}
