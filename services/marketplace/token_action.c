/* token_action.c - what the chain is asked for, from the state.
 *
 * A step's key is made of its noun and a number that changes with what was
 * recorded of it. Chain keeps what it was first asked under a key; what is
 * recorded is what it says that it did. */
#include "base/hash.h"
#include "marketplace/state.h"

#include <inttypes.h>
#include <stdio.h>

static char *
borrowed(const char *text)
{
	return (char *)(uintptr_t)text;
}

static ProtobufCBinaryData
bytes_of(const uint8_t *data, size_t len)
{
	return (ProtobufCBinaryData){len, (uint8_t *)(uintptr_t)data};
}

/* Chain's name of what is asked for under that key: see intents.c there. */
static void
step_name(const struct marketplace *s, const char *verb, struct stoa_str noun,
    uint32_t number, struct marketplace_step *step)
{
	(void)snprintf(step->key, sizeof(step->key), "%s:%.40s:%.*s:%" PRIu32,
	    verb, s->community, STOA_STR_ARG(noun), number);
	step->number = number;
	step->intent = stoa_id_derive('i', STOA_STR(MARKETPLACE_WALLET),
	    STOA_STR("@marketplace"), stoa_str_of(step->key), 0);
}

static Stoa__Chain__Party *
party_new(
    const struct marketplace *s, const char *member, struct stoa_arena *arena)
{
	Stoa__Chain__Party *party = stoa_arena_alloc(arena, sizeof(*party));

	if (party != NULL) {
		stoa__chain__party__init(party);
		party->community = s->community;
		party->member = borrowed(member);
	}
	return party;
}

#define ACTION(arena, kind_, KIND, message)                   \
	Stoa__Chain__Action *action =                         \
	    stoa_arena_alloc((arena), sizeof(*action));       \
	__typeof__(*action->kind_) *message =                 \
	    stoa_arena_alloc((arena), sizeof(*message));      \
                                                              \
	if (action == NULL || message == NULL) {              \
		return NULL;                                  \
	}                                                     \
	stoa__chain__action__init(action);                    \
	stoa__chain__##kind_##__init(message);                \
	action->kind_case = STOA__CHAIN__ACTION__KIND_##KIND; \
	action->kind_ = message

/* ---- of a model ---- */

/* Of this model of this community: two that are byte for byte the same are two
 * tokens. 32 bytes, in the arena. */
static ProtobufCBinaryData
model_hash(const struct marketplace *s, const struct model *m,
    struct stoa_arena *arena)
{
	struct stoa_sha256 sha;
	struct stoa_hash *hash = stoa_arena_alloc(arena, sizeof(*hash));
	const char *const parts[] = {
	    "stoa model v1", s->community, m->id.data, m->said->facts->cid};

	if (hash == NULL) {
		return bytes_of(NULL, 0);
	}
	stoa_sha256_init(&sha);
	for (size_t i = 0; i < STOA_COUNT(parts); i++) {
		if (i > 0) {
			stoa_sha256_add(&sha, "\n", 1);
		}
		stoa_sha256_add(&sha, parts[i], strlen(parts[i]));
	}
	*hash = stoa_sha256_end(&sha);
	return bytes_of(hash->bytes, sizeof(hash->bytes));
}

/* Shares of the same person are one payee; the owner is who gets the rest. */
static bool
payees_fill(const struct marketplace *s, const struct model *m,
    struct stoa_arena *arena, Stoa__Chain__Mint *mint)
{
	struct split_share shares[MARKETPLACE_SHARES_MAX + 1];
	size_t count = model_shares(m, shares);
	uint32_t rest = 10000;

	for (size_t i = 0; i < count; i++) {
		rest -= shares[i].bp;
	}
	shares[count++] = (struct split_share){m->owner, "owner", rest};
	mint->payees = stoa_arena_alloc_array(arena, count, sizeof(void *));
	for (size_t i = 0; i < count && mint->payees != NULL; i++) {
		Stoa__Chain__Payee *payee = NULL;
		size_t k = 0;

		while (
		    k < mint->n_payees &&
		    strcmp(mint->payees[k]->party->member, shares[i].to) != 0) {
			k++;
		}
		if (k < mint->n_payees) {
			mint->payees[k]->bp += shares[i].bp;
			continue;
		}
		payee = stoa_arena_alloc(arena, sizeof(*payee));
		if (payee == NULL) {
			return false;
		}
		stoa__chain__payee__init(payee);
		payee->party = party_new(s, shares[i].to, arena);
		payee->bp = shares[i].bp;
		if (payee->party == NULL) {
			return false;
		}
		mint->payees[mint->n_payees++] = payee;
	}
	return mint->payees != NULL;
}

/* What the market's fee does not take already: the community's is that. */
static uint32_t
royalty_of(const struct model *m)
{
	uint32_t bp = 0;

	for (size_t i = 0; i < m->said->n_shares; i++) {
		if (strcmp(m->said->shares[i]->why, "community") != 0) {
			bp += m->said->shares[i]->bp;
		}
	}
	return bp;
}

static Stoa__Chain__Action *
mint_action(const struct marketplace *s, const struct model *m,
    struct stoa_arena *arena)
{
	ACTION(arena, mint, MINT, mint);
	mint->model_hash = model_hash(s, m, arena);
	mint->cid = m->said->facts->provenance_cid;
	mint->creator = party_new(s, m->owner, arena);
	mint->royalty_bp = royalty_of(m);
	if (m->announced_us == 0) {
		mint->price_micro = m->said->price_micro;
	} else if (m->is_listed) {
		mint->price_micro = m->price_micro;
		mint->rent_micro = m->rent_micro;
	}
	return payees_fill(s, m, arena, mint) && mint->model_hash.len > 0 &&
		       mint->creator != NULL
		   ? action
		   : NULL;
}

static Stoa__Chain__Action *
list_action(const struct marketplace *s, const struct model *m,
    struct stoa_arena *arena)
{
	const struct token *t = &m->token;

	ACTION(arena, list, LIST, list);
	list->owner = party_new(s, t->party, arena);
	list->token = bytes_of(t->id, sizeof(t->id));
	list->model_hash = model_hash(s, m, arena);
	list->is_first = t->is_first;
	if (t->has_listing) {
		list->listing = bytes_of(t->listing, sizeof(t->listing));
	}
	list->price_micro = m->price_micro;
	list->rent_micro = m->rent_micro;
	return list->owner != NULL && list->model_hash.len > 0 ? action : NULL;
}

static bool
party_add(const struct marketplace *s, Stoa__Chain__Collect *to,
    const char *member, struct stoa_arena *arena)
{
	if (member == NULL) {
		return true;
	}
	for (size_t i = 0; i < to->n_parties; i++) {
		if (strcmp(to->parties[i]->member, member) == 0) {
			return true;
		}
	}
	to->parties[to->n_parties] = party_new(s, member, arena);
	return to->parties[to->n_parties++] != NULL;
}

static Stoa__Chain__Action *
collect_action(const struct marketplace *s, const struct model *m,
    struct stoa_arena *arena)
{
	const struct token *t = &m->token;
	bool ok;

	ACTION(arena, collect, COLLECT, collect);
	collect->token = bytes_of(t->id, sizeof(t->id));
	collect->model_hash = model_hash(s, m, arena);
	collect->splitter = bytes_of(t->splitter, sizeof(t->splitter));
	collect->parties = stoa_arena_alloc_array(
	    arena, MARKETPLACE_SHARES_MAX + 3, sizeof(void *));
	ok = collect->parties != NULL && collect->model_hash.len > 0 &&
	     party_add(s, collect, t->party, arena) &&
	     party_add(s, collect, t->former, arena);
	for (size_t i = 0; ok && i < t->payee_count; i++) {
		ok = party_add(s, collect, t->payees[i], arena);
	}
	return ok ? action : NULL;
}

uint32_t
marketplace_model_number(const struct model *m, enum marketplace_effect effect)
{
	const struct token *t = &m->token;

	return effect == MARKETPLACE_MINT      ? t->mint_attempt
	       : effect == MARKETPLACE_RELIST  ? t->relist_number
	       : effect == MARKETPLACE_COLLECT ? t->collect_wanted
					       : 0;
}

bool
marketplace_model_step(const struct marketplace *s, const struct model *m,
    enum marketplace_effect effect, struct stoa_arena *arena,
    struct marketplace_step *ret_step)
{
	uint32_t number = marketplace_model_number(m, effect);
	struct marketplace_step step = {.action = NULL};

	if (effect == MARKETPLACE_MINT) {
		step_name(s, "mint", m->id, number, &step);
		step.action = mint_action(s, m, arena);
		step.purpose = "a model of the community becomes a token";
	} else if (effect == MARKETPLACE_RELIST) {
		step_name(s, "list", m->id, number, &step);
		step.action = list_action(s, m, arena);
		step.purpose = "what a model costs";
	} else if (effect == MARKETPLACE_COLLECT) {
		step_name(s, "collect", m->id, number, &step);
		step.action = collect_action(s, m, arena);
		step.purpose = "what a model has earned";
	}
	if (step.action == NULL) {
		return false;
	}
	*ret_step = step;
	return true;
}

/* ---- of a deal ---- */

static Stoa__Chain__Action *
buy_action(const struct marketplace *s, const struct deal *deal,
    struct stoa_arena *arena)
{
	const struct token *t = &deal->model->token;

	ACTION(arena, buy, BUY, buy);
	buy->buyer = party_new(s, deal->party, arena);
	buy->token = bytes_of(t->id, sizeof(t->id));
	buy->listing = bytes_of(deal->listing, sizeof(deal->listing));
	buy->price_micro = deal->said->total_micro;
	return buy->buyer == NULL ? NULL : action;
}

static Stoa__Chain__Action *
lease_action(const struct marketplace *s, const struct deal *deal,
    struct stoa_arena *arena)
{
	const struct token *t = &deal->model->token;

	ACTION(arena, lease, LEASE, lease);
	lease->lessee = party_new(s, deal->party, arena);
	lease->token = bytes_of(t->id, sizeof(t->id));
	lease->seconds = (uint64_t)(deal->said->duration_us / STOA_US_PER_S);
	/* Rounded up to the micro-Joy: never less than what the chain takes,
	 * which rounds up to the wei. */
	lease->deposit_micro_max = deal->said->total_micro;
	return lease->lessee == NULL ? NULL : action;
}

static Stoa__Chain__Action *
end_lease_action(const struct marketplace *s, const struct deal *deal,
    struct stoa_arena *arena)
{
	const struct token *t = &deal->model->token;

	ACTION(arena, end_lease, END_LEASE, end);
	end->lessee = party_new(s, deal->party, arena);
	end->token = bytes_of(t->id, sizeof(t->id));
	return end->lessee == NULL ? NULL : action;
}

uint32_t
marketplace_deal_number(const struct deal *deal, enum marketplace_effect effect)
{
	return effect == MARKETPLACE_RETURN ? deal->return_number : 0;
}

bool
marketplace_deal_step(const struct marketplace *s, const struct deal *deal,
    enum marketplace_effect effect, struct stoa_arena *arena,
    struct marketplace_step *ret_step)
{
	struct marketplace_step step = {.action = NULL};

	if (effect == MARKETPLACE_TRADE) {
		bool is_sale = deal->said->kind == KIND(SALE);

		step_name(s, "trade", deal->id, 0, &step);
		step.action = is_sale ? buy_action(s, deal, arena)
				      : lease_action(s, deal, arena);
		step.purpose = is_sale ? "a member buys a model"
				       : "a member leases a model";
	} else if (effect == MARKETPLACE_RETURN) {
		step_name(s, "return", deal->id, deal->return_number, &step);
		step.action = end_lease_action(s, deal, arena);
		step.purpose = "a member ends a lease";
	}
	if (step.action == NULL) {
		return false;
	}
	*ret_step = step;
	return true;
}
