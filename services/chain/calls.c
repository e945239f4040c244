/* calls.c - see calls.h. Each action has its checks and its calls. */
#include "chain/calls.h"

#include "base/check.h"
#include "base/text.h"
#include "chain/act.h"

/* What an action takes, measured with everything new (accounts, balances) and
 * doubled. A transaction's gas is estimated; this is what it may not exceed. */
#define GAS_PLAIN      UINT64_C(300000)	 /* Send, Anchor, Sweep, Give */
#define GAS_TRADE      UINT64_C(1000000) /* List, Buy, Lease, EndLease */
#define GAS_MINT       UINT64_C(2400000)
#define GAS_COLLECT    UINT64_C(600000) /* and for each party: */
#define GAS_COLLECT_IN UINT64_C(400000)

#define PRICE	    "0 to 79228162514264337"
#define PRICE_ABOVE "1 to 79228162514264337"
#define WORD	    "32 bytes"
#define ADDRESS	    "20 bytes, not zero, none of the contracts"
#define PARTY	    "community and member, lines of 1 to 64 bytes"

/* ---- checks ---- */

/* Says it of the field, and that it is refused. */
static bool
refuse(struct chain_call_fault *fault, const char *field, const char *limit)
{
	*fault = (struct chain_call_fault){field, limit};
	return false;
}

static bool
check_word(
    ProtobufCBinaryData word, const char *field, struct chain_call_fault *fault)
{
	return word.len == EVM_WORD_SIZE || refuse(fault, field, WORD);
}

/* Tokens count from 1, and no model's hash is zero. */
static bool
check_name(
    ProtobufCBinaryData word, const char *field, struct chain_call_fault *fault)
{
	static const uint8_t zero[EVM_WORD_SIZE];

	return (word.len == sizeof(zero) &&
		   memcmp(word.data, zero, sizeof(zero)) != 0) ||
	       refuse(fault, field, WORD ", not zero");
}

static bool
check_price(int64_t micro, const char *field, struct chain_call_fault *fault)
{
	return (micro >= 0 && micro <= CHAIN_PRICE_MICRO_MAX) ||
	       refuse(fault, field, PRICE);
}

static bool
check_sum(int64_t micro, const char *field, struct chain_call_fault *fault)
{
	return (micro > 0 && micro <= CHAIN_PRICE_MICRO_MAX) ||
	       refuse(fault, field, PRICE_ABOVE);
}

static bool
check_party(const Stoa__Chain__Party *party, const char *field,
    struct chain_call_fault *fault)
{
	return chain_party_is_valid(party) || refuse(fault, field, PARTY);
}

/* Somebody who can use what is sent there: the contracts cannot. */
static bool
check_recipient(const struct act *act, ProtobufCBinaryData bytes,
    const char *field, struct chain_call_fault *fault)
{
	static const struct evm_address nobody;
	struct evm_address address;
	enum chain_contract contract;

	if (bytes.len != EVM_ADDRESS_SIZE) {
		return refuse(fault, field, ADDRESS);
	}
	memcpy(address.bytes, bytes.data, EVM_ADDRESS_SIZE);
	if (evm_address_is_equal(&address, &nobody) ||
	    chain_manifest_find(act->manifest, &address, &contract)) {
		return refuse(fault, field, ADDRESS);
	}
	return true;
}

static bool
check_payees(const Stoa__Chain__Mint *mint, struct chain_call_fault *fault)
{
	uint64_t sum = 0;

	if (mint->n_payees == 0 || mint->n_payees > CHAIN_PAYEES_MAX) {
		return refuse(fault, "mint.payees", "1 to 8");
	}
	for (size_t i = 0; i < mint->n_payees; i++) {
		if (!check_party(
			mint->payees[i]->party, "mint.payees.party", fault)) {
			return false;
		}
		if (mint->payees[i]->bp == 0) {
			return refuse(fault, "mint.payees.bp", "1 to 10000");
		}
		sum += mint->payees[i]->bp;
	}
	return sum == CHAIN_BP ||
	       refuse(fault, "mint.payees.bp", "10000 together");
}

/* ---- models ---- */

static struct evm_value
rent_value(struct act *act, int64_t rent_micro)
{
	return act_list(act,
	    ACT_VALUES(act_micro(rent_micro), act_number(CHAIN_RENT_SECONDS),
		act_number(CHAIN_LEASE_SECONDS_MIN),
		act_number(CHAIN_LEASE_SECONDS_MAX)));
}

static struct evm_value
payees_value(struct act *act, const Stoa__Chain__Mint *mint)
{
	struct evm_value list[CHAIN_PAYEES_MAX];

	for (size_t i = 0; i < mint->n_payees; i++) {
		list[i] = act_list(
		    act, ACT_VALUES(act_account(act, mint->payees[i]->party),
			     act_number(mint->payees[i]->bp)));
	}
	return act_list(act, list, mint->n_payees);
}

static bool
mint(
    struct act *act, const Stoa__Chain__Mint *m, struct chain_call_fault *fault)
{
	struct evm_value terms;

	if (!check_name(m->model_hash, "mint.model_hash", fault) ||
	    !check_party(m->creator, "mint.creator", fault) ||
	    !check_payees(m, fault) ||
	    !check_price(m->price_micro, "mint.price_micro", fault) ||
	    !check_price(m->rent_micro, "mint.rent_micro", fault)) {
		return false;
	}
	if (!stoa_text_is_line(m->cid, 1, CHAIN_CID_MAX)) {
		return refuse(fault, "mint.cid", "a line of 1 to 128 bytes");
	}
	if (m->royalty_bp > CHAIN_ROYALTY_BP_MAX) {
		return refuse(fault, "mint.royalty_bp", "0 to 5000");
	}
	terms = act_list(
	    act, ACT_VALUES(act_bytes(m->model_hash), act_text(m->cid),
		     act_account(act, m->creator), act_number(m->royalty_bp),
		     act_contract(act, CHAIN_JOY), act_micro(m->price_micro),
		     rent_value(act, m->rent_micro), payees_value(act, m)));
	act_call(act, chain_manifest_at(act->manifest, CHAIN_REGISTRY),
	    act_encode(act,
		"approve((bytes32,string,address,uint96,address,uint96,"
		"(uint96,uint32,uint32,uint32),(address,uint96)[]))",
		ACT_VALUES(terms)));
	return true;
}

/* ---- listings ---- */

static void
relist(struct act *act, const Stoa__Chain__List *l)
{
	act_call(act, chain_manifest_at(act->manifest, CHAIN_REGISTRY),
	    act_encode(act,
		"relist(bytes32,address,uint96,(uint96,uint32,uint32,uint32))",
		ACT_VALUES(act_bytes(l->model_hash),
		    act_contract(act, CHAIN_JOY), act_micro(l->price_micro),
		    rent_value(act, l->rent_micro))));
}

static void
approve_token(struct act *act, const Stoa__Chain__List *l,
    const struct evm_address *market)
{
	act_call(act, chain_manifest_at(act->manifest, CHAIN_NFT),
	    act_encode(act, "approve(address,uint256)",
		ACT_VALUES(act_address(market), act_word(l->token))));
}

/* Another listing instead of a changed one: to change one takes its start,
 * which an action does not have. */
static void
listing_create(
    struct act *act, const Stoa__Chain__List *l, struct stoa_wall now)
{
	int64_t start = now.us / STOA_US_PER_S - CHAIN_LISTING_PAST_S;
	const struct evm_address *market =
	    chain_manifest_at(act->manifest, CHAIN_MARKET);
	struct evm_value for_ever = act_number(0);

	for_ever.number.limb[0] = UINT64_MAX;
	for_ever.number.limb[1] = UINT64_MAX;
	approve_token(act, l, market);
	act_call(act, market,
	    act_encode(act,
		"createListing((address,uint256,uint256,address,uint256,"
		"uint128,uint128,bool))",
		ACT_VALUES(act_list(act,
		    ACT_VALUES(act_contract(act, CHAIN_NFT), act_word(l->token),
			act_number(1), act_contract(act, CHAIN_JOY),
			act_micro(l->price_micro),
			act_number(start < 0 ? 0 : (uint64_t)start), for_ever,
			act_number(0))))));
}

static void
offer(struct act *act, const Stoa__Chain__List *l)
{
	const struct evm_address *escrow =
	    chain_manifest_at(act->manifest, CHAIN_ESCROW);

	if (l->rent_micro == 0) {
		act_call(act, escrow,
		    act_encode(act, "withdrawOffer(address,uint256)",
			ACT_VALUES(
			    act_contract(act, CHAIN_NFT), act_word(l->token))));
		return;
	}
	act_call(act, escrow,
	    act_encode(act,
		"offer(address,uint256,address,uint96,uint32,uint32,uint32)",
		ACT_VALUES(act_contract(act, CHAIN_NFT), act_word(l->token),
		    act_contract(act, CHAIN_JOY), act_micro(l->rent_micro),
		    act_number(CHAIN_RENT_SECONDS),
		    act_number(CHAIN_LEASE_SECONDS_MIN),
		    act_number(CHAIN_LEASE_SECONDS_MAX))));
}

static bool
list(struct act *act, const Stoa__Chain__List *l, struct stoa_wall now,
    struct chain_call_fault *fault)
{
	static const struct evm_address nobody;

	if (!check_price(l->price_micro, "list.price_micro", fault) ||
	    !check_price(l->rent_micro, "list.rent_micro", fault)) {
		return false;
	}
	if (l->is_first) {
		if (!check_name(l->model_hash, "list.model_hash", fault)) {
			return false;
		}
		relist(act, l);
		return true;
	}
	if (!check_party(l->owner, "list.owner", fault) ||
	    !check_name(l->token, "list.token", fault) ||
	    (l->listing.len > 0 &&
		!check_word(l->listing, "list.listing", fault))) {
		return false;
	}
	act_as(act, l->owner);
	if (l->listing.len > 0) {
		act_call(act, chain_manifest_at(act->manifest, CHAIN_MARKET),
		    act_encode(act, "cancelListing(uint256)",
			ACT_VALUES(act_word(l->listing))));
	}
	if (l->price_micro > 0) {
		listing_create(act, l, now);
	} else if (l->listing.len > 0) {
		approve_token(act, l, &nobody);
	}
	offer(act, l);
	return true;
}

/* ---- deals ---- */

/* Lets `spender` take what the account was given; the vault forbids it again
 * when the act is over. */
static void
approve_joy(struct act *act, enum chain_contract spender, int64_t micro)
{
	act_fund(act, micro);
	act_call(act, chain_manifest_at(act->manifest, CHAIN_JOY),
	    act_encode(act, "approve(address,uint256)",
		ACT_VALUES(act_contract(act, spender), act_micro(micro))));
}

static bool
buy(struct act *act, const Stoa__Chain__Buy *b, struct chain_call_fault *fault)
{
	if (!check_party(b->buyer, "buy.buyer", fault) ||
	    !check_name(b->token, "buy.token", fault) ||
	    !check_word(b->listing, "buy.listing", fault) ||
	    !check_sum(b->price_micro, "buy.price_micro", fault)) {
		return false;
	}
	act_as(act, b->buyer);
	approve_joy(act, CHAIN_MARKET, b->price_micro);
	act_call(act, chain_manifest_at(act->manifest, CHAIN_MARKET),
	    act_encode(act,
		"buyFromListing(uint256,address,uint256,address,uint256)",
		ACT_VALUES(act_word(b->listing), act_account(act, b->buyer),
		    act_number(1), act_contract(act, CHAIN_JOY),
		    act_micro(b->price_micro))));
	return true;
}

static bool
lease(struct act *act, const Stoa__Chain__Lease *l,
    struct chain_call_fault *fault)
{
	if (!check_party(l->lessee, "lease.lessee", fault) ||
	    !check_name(l->token, "lease.token", fault) ||
	    !check_sum(
		l->deposit_micro_max, "lease.deposit_micro_max", fault)) {
		return false;
	}
	if (l->seconds < CHAIN_LEASE_SECONDS_MIN ||
	    l->seconds > CHAIN_LEASE_SECONDS_MAX) {
		return refuse(fault, "lease.seconds", "1 to 31622400");
	}
	act_as(act, l->lessee);
	approve_joy(act, CHAIN_ESCROW, l->deposit_micro_max);
	act_call(act, chain_manifest_at(act->manifest, CHAIN_ESCROW),
	    act_encode(act, "lease(address,uint256,uint256,address,uint256)",
		ACT_VALUES(act_contract(act, CHAIN_NFT), act_word(l->token),
		    act_number(l->seconds), act_contract(act, CHAIN_JOY),
		    act_micro(l->deposit_micro_max))));
	return true;
}

/* What is owed to somebody in escrow; there may be nothing. */
static void
withdraw(struct act *act, struct evm_value account)
{
	act_try(act, chain_manifest_at(act->manifest, CHAIN_ESCROW),
	    act_encode(act, "withdraw(address,address)",
		ACT_VALUES(act_contract(act, CHAIN_JOY), account)));
}

static bool
end_lease(struct act *act, const Stoa__Chain__EndLease *e,
    struct chain_call_fault *fault)
{
	if (!check_party(e->lessee, "end_lease.lessee", fault) ||
	    !check_name(e->token, "end_lease.token", fault)) {
		return false;
	}
	act_as(act, e->lessee);
	act_call(act, chain_manifest_at(act->manifest, CHAIN_ESCROW),
	    act_encode(act, "end(address,uint256)",
		ACT_VALUES(act_contract(act, CHAIN_NFT), act_word(e->token))));
	withdraw(act, act_account(act, e->lessee));
	return true;
}

/* Rent that is due is credited, then each is paid what there is, and all of it
 * goes to the pool: what the vault itself is owed as the treasury too. */
static bool
collect(struct act *act, const Stoa__Chain__Collect *c,
    struct chain_call_fault *fault)
{
	struct evm_address splitter;

	if (!check_name(c->token, "collect.token", fault) ||
	    !check_recipient(act, c->splitter, "collect.splitter", fault)) {
		return false;
	}
	if (c->n_parties == 0 || c->n_parties > CHAIN_PARTIES_MAX) {
		return refuse(fault, "collect.parties", "1 to 10");
	}
	memcpy(splitter.bytes, c->splitter.data, EVM_ADDRESS_SIZE);
	act_call(act, chain_manifest_at(act->manifest, CHAIN_ESCROW),
	    act_encode(act, "settle(address,uint256)",
		ACT_VALUES(act_contract(act, CHAIN_NFT), act_word(c->token))));
	withdraw(act, act_address(&splitter));
	withdraw(act, act_contract(act, CHAIN_VAULT));
	for (size_t i = 0; i < c->n_parties; i++) {
		if (!check_party(c->parties[i], "collect.parties", fault)) {
			return false;
		}
		withdraw(act, act_account(act, c->parties[i]));
		act_try(act, &splitter,
		    act_encode(act, "release(address,address)",
			ACT_VALUES(act_contract(act, CHAIN_JOY),
			    act_account(act, c->parties[i]))));
		act_sweep(act, c->parties[i]);
	}
	return true;
}

/* ---- out of the vault ---- */

static bool
give(
    struct act *act, const Stoa__Chain__Give *g, struct chain_call_fault *fault)
{
	struct evm_address to;

	if (!check_party(g->owner, "give.owner", fault) ||
	    !check_name(g->token, "give.token", fault) ||
	    !check_recipient(act, g->to, "give.to", fault)) {
		return false;
	}
	memcpy(to.bytes, g->to.data, EVM_ADDRESS_SIZE);
	act_as(act, g->owner);
	act_call(act, chain_manifest_at(act->manifest, CHAIN_NFT),
	    act_encode(act, "safeTransferFrom(address,address,uint256)",
		ACT_VALUES(act_account(act, g->owner), act_address(&to),
		    act_word(g->token))));
	return true;
}

static bool
sweep(struct act *act, const Stoa__Chain__Sweep *s,
    struct chain_call_fault *fault)
{
	if (!check_party(s->party, "sweep.party", fault)) {
		return false;
	}
	act_as(act, s->party);
	return true;
}

/* ---- all of them ---- */

/* Send and Anchor are calls of the vault by themselves; the others are calls
 * of an account, and their data is made by act_finish. */
static bool
send(struct act *act, const Stoa__Chain__Send *s,
    struct chain_call_fault *fault, struct stoa_str *ret_data)
{
	struct evm_address to;

	if (!check_recipient(act, s->to, "send.to", fault)) {
		return false;
	}
	if (s->amount_micro <= 0) {
		return refuse(
		    fault, "send.amount_micro", "1 to 9223372036854775807");
	}
	memcpy(to.bytes, s->to.data, EVM_ADDRESS_SIZE);
	*ret_data = act_encode(act, "pay(bytes32,address,uint256)",
	    ACT_VALUES(act_hash(&act->op), act_address(&to),
		act_micro(s->amount_micro)));
	return true;
}

static bool
anchor(struct act *act, const Stoa__Chain__Anchor *a,
    struct chain_call_fault *fault, struct stoa_str *ret_data)
{
	if (!check_word(a->root, "anchor.root", fault)) {
		return false;
	}
	*ret_data = act_encode(act, "anchor(bytes32,bytes32)",
	    ACT_VALUES(act_hash(&act->op), act_bytes(a->root)));
	return true;
}

#define KIND(name) STOA__CHAIN__ACTION__KIND_##name

/* False: refused. `call` gets name and gas, and data if it is no act. */
static bool
action_put(struct act *act, const Stoa__Chain__Action *a, struct stoa_wall now,
    struct chain_call *call, struct chain_call_fault *fault)
{
	switch (a->kind_case) {
	case KIND(MINT):
		*call =
		    (struct chain_call){.kind = "Mint", .gas_max = GAS_MINT};
		return mint(act, a->mint, fault);
	case KIND(LIST):
		*call =
		    (struct chain_call){.kind = "List", .gas_max = GAS_TRADE};
		return list(act, a->list, now, fault);
	case KIND(BUY):
		*call =
		    (struct chain_call){.kind = "Buy", .gas_max = GAS_TRADE};
		return buy(act, a->buy, fault);
	case KIND(LEASE):
		*call =
		    (struct chain_call){.kind = "Lease", .gas_max = GAS_TRADE};
		return lease(act, a->lease, fault);
	case KIND(END_LEASE):
		*call = (struct chain_call){
		    .kind = "EndLease", .gas_max = GAS_TRADE};
		return end_lease(act, a->end_lease, fault);
	case KIND(COLLECT):
		*call = (struct chain_call){.kind = "Collect",
		    .gas_max =
			GAS_COLLECT + GAS_COLLECT_IN * a->collect->n_parties};
		return collect(act, a->collect, fault);
	case KIND(SEND):
		*call =
		    (struct chain_call){.kind = "Send", .gas_max = GAS_PLAIN};
		return send(act, a->send, fault, &call->data);
	case KIND(GIVE):
		*call =
		    (struct chain_call){.kind = "Give", .gas_max = GAS_PLAIN};
		return give(act, a->give, fault);
	case KIND(SWEEP):
		*call =
		    (struct chain_call){.kind = "Sweep", .gas_max = GAS_PLAIN};
		return sweep(act, a->sweep, fault);
	case KIND(ANCHOR):
		*call =
		    (struct chain_call){.kind = "Anchor", .gas_max = GAS_PLAIN};
		return anchor(act, a->anchor, fault, &call->data);
	case STOA__CHAIN__ACTION__KIND__NOT_SET:
	case _STOA__CHAIN__ACTION__KIND__CASE_IS_INT_SIZE:
		break;
	}
	return refuse(fault, "action", "one of those that there are");
}

struct stoa_hash
chain_call_op(struct stoa_str intent)
{
	return stoa_sha256(intent);
}

enum stoa_status
chain_call_build(const struct chain_call_terms *terms,
    const Stoa__Chain__Action *action, struct chain_call *ret_call,
    struct chain_call_fault *ret_fault)
{
	struct chain_call call = {.kind = NULL};
	struct act act;
	enum stoa_status status;

	act_init(&act, terms->manifest, &terms->op, terms->arena);
	if (!action_put(&act, action, terms->now, &call, ret_fault)) {
		return STOA_INVALID;
	}
	status = act.status;
	if (status == STOA_OK && call.data.data == NULL) {
		status = act_finish(&act, &call.data);
	}
	call.to = *chain_manifest_at(terms->manifest, CHAIN_VAULT);
	if (status == STOA_OK) {
		*ret_call = call;
	}
	return status;
}
