/* sightings.c - what strangers did on the chain with models of this community.
 *
 * One sighting is one command, in chain's order. What an act of ours did is
 * recorded where it was asked for, and passed over here: unless a token has
 * come and gone meanwhile, so that what was seen before is heard of after it.
 */
#include "base/check.h"
#include "marketplace/state.h"

#include <inttypes.h>
#include <stdio.h>

#define OUTSIDE_SIZE (2 + 2 * MARKETPLACE_ADDRESS_SIZE + 1)

/* ---- amounts and names ---- */

int64_t
wei_to_micro(struct stoa_str wei)
{
	const uint64_t micro = UINT64_C(1000000000000);
	const uint8_t *bytes = (const uint8_t *)wei.data;
	uint64_t quotient = 0, rest = 0;

	/* Long division, sixteen bits at a time: the rest is below 2^40. */
	for (size_t i = 0; i + 1 < wei.len; i += 2) {
		uint64_t part = (uint64_t)bytes[i] << 8 | bytes[i + 1];

		rest = rest << 16 | part;
		if (quotient >> 40 != 0) {
			return MARKETPLACE_PRICE_MAX;
		}
		quotient = quotient << 16 | rest / micro;
		rest %= micro;
	}
	return quotient > (uint64_t)MARKETPLACE_PRICE_MAX
		   ? MARKETPLACE_PRICE_MAX
		   : (int64_t)quotient;
}

static int64_t
micro_of(const ProtobufCBinaryData *wei)
{
	return wei_to_micro(stoa_str_of_bytes(wei->data, wei->len));
}

/* "0x..." of an address. */
static void
outside_print(char text[static OUTSIDE_SIZE], const ProtobufCBinaryData *from)
{
	size_t at = 2;

	memcpy(text, "0x", 3);
	for (size_t i = 0; i < from->len && i < MARKETPLACE_ADDRESS_SIZE; i++) {
		(void)snprintf(text + at, 3, "%02x", from->data[i]);
		at += 2;
	}
}

static bool
is_member(const struct marketplace *s, const Stoa__Chain__Party *party)
{
	return party != NULL && strcmp(party->community, s->community) == 0;
}

/* Who that is for this community: a member, or somebody outside. */
static const char *
name_of(const struct marketplace *s, struct stoa_decision *d,
    const Stoa__Chain__Party *party, const ProtobufCBinaryData *address)
{
	char text[OUTSIDE_SIZE];
	char *name;

	if (is_member(s, party)) {
		name = stoa_arena_str(
		    d->arena, holder_now(s, stoa_str_of(party->member)));
	} else {
		outside_print(text, address);
		name = stoa_arena_str(d->arena, stoa_str_of(text));
	}
	return name == NULL ? "" : name;
}

/* ---- which model ---- */

static struct model *
model_by_token(const struct marketplace *s, const ProtobufCBinaryData *token)
{
	return token->len == MARKETPLACE_TOKEN_SIZE
		   ? stoa_map_get(
			 &s->tokens, stoa_str_of_bytes(token->data, token->len))
		   : NULL;
}

static struct model *
model_by_listing(
    const struct marketplace *s, const ProtobufCBinaryData *listing)
{
	STOA_MAP_EACH(&s->tokens, entry)
	{
		struct model *m = entry->value;

		if (m->token.has_listing &&
		    listing->len == MARKETPLACE_TOKEN_SIZE &&
		    memcmp(m->token.listing, listing->data,
			MARKETPLACE_TOKEN_SIZE) == 0) {
			return m;
		}
	}
	return NULL;
}

static struct model *
model_sighted(
    const struct marketplace *s, const Stoa__Chain__Sighting *sighting)
{
	switch ((int)sighting->kind_case) {
	case STOA__CHAIN__SIGHTING__KIND_TOKEN_MOVED:
		return model_by_token(s, &sighting->token_moved->token);
	case STOA__CHAIN__SIGHTING__KIND_TOKEN_SOLD:
		return model_by_token(s, &sighting->token_sold->token);
	case STOA__CHAIN__SIGHTING__KIND_TOKEN_LEASED:
		return model_by_token(s, &sighting->token_leased->token);
	case STOA__CHAIN__SIGHTING__KIND_LEASE_RETURNED:
		return model_by_token(s, &sighting->lease_returned->token);
	case STOA__CHAIN__SIGHTING__KIND_LISTING_ENDED:
		return model_by_listing(s, &sighting->listing_ended->listing);
	}
	return NULL; /* deposits are chain's; what is offered outside is theirs
		      */
}

/* An act of ours moved the token to or from an account, and that is not what
 * is recorded, nor going to be. */
static bool
is_news(const struct marketplace *s, const struct model *m,
    const Stoa__Chain__Sighting *at)
{
	const Stoa__Chain__TokenMoved *moved = at->token_moved;
	const char *to;

	if (at->kind_case != STOA__CHAIN__SIGHTING__KIND_TOKEN_MOVED) {
		return false;
	}
	if (!is_member(s, moved->to_party)) {
		return moved->from_party != NULL && m->token.party != NULL;
	}
	to = moved->to_party->member;
	if (m->sale != NULL && m->sale->state == DEAL(TRADING) &&
	    strcmp(m->sale->party, to) == 0) {
		return false;
	}
	return m->token.party == NULL || strcmp(m->token.party, to) != 0;
}

bool
marketplace_is_concerned(
    const struct marketplace *s, const Stoa__Chain__Sighting *sighting)
{
	const struct model *m = model_sighted(s, sighting);

	return m != NULL &&
	       (sighting->act[0] == '\0' || is_news(s, m, sighting));
}

/* ---- deals of strangers ---- */

/* Begun and done in one record: it has happened. The id is made of the log. */
static bool
outside_begin(const struct marketplace *s, struct stoa_decision *d,
    const Stoa__Chain__Sighting *at, Stoa__Marketplace__DealBegun *e,
    struct stoa_id *ret_id)
{
	Stoa__Marketplace__DealTraded traded =
	    STOA__MARKETPLACE__DEAL_TRADED__INIT;
	char key[96] = "sale:";
	size_t used = strlen(key);

	for (size_t i = 0; i < at->transaction.len && used + 16 < sizeof(key);
	     i++) {
		used += (size_t)snprintf(
		    key + used, 3, "%02x", at->transaction.data[i]);
	}
	(void)snprintf(
	    key + used, sizeof(key) - used, ":%" PRIu32, at->log_index);
	*ret_id = stoa_id_derive('d', stoa_str_of(s->community),
	    STOA_STR("@chain"), stoa_str_of(key), 0);
	if (deal_get(s, ret_id->text) != NULL) {
		return false; /* done already */
	}
	e->deal = ret_id->text;
	TOKEN_EVENT(d, DEAL_BEGUN, deal_begun, e);
	traded.deal = ret_id->text;
	if (at->kind_case == STOA__CHAIN__SIGHTING__KIND_TOKEN_LEASED) {
		traded.begun_us = at->token_leased->starts_s * STOA_US_PER_S;
		traded.ends_us = at->token_leased->ends_s * STOA_US_PER_S;
	}
	TOKEN_EVENT(d, DEAL_TRADED, deal_traded, &traded);
	return true;
}

/* Only what the chain kept back for who made the model: a sale between
 * strangers pays them royalties and the seller the rest. */
static void
royalties_end(struct stoa_decision *d, const struct model *m,
    const Stoa__Marketplace__DealBegun *begun, int64_t price_micro)
{
	Stoa__Marketplace__DealEnded e = STOA__MARKETPLACE__DEAL_ENDED__INIT;
	struct split_share shares[MARKETPLACE_SHARES_MAX];
	struct split_part split[MARKETPLACE_PARTS_MAX];
	struct split_owed owed = {"", price_micro};
	size_t count = model_shares(m, shares), kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(shares[i].why, "community") != 0) {
			shares[kept++] = shares[i];
		}
	}
	e.deal = begun->deal;
	e.reason = ENDED(completed);
	event_parts_ended(
	    d, &e, split, split_parts(shares, kept, &owed, 1, split));
}

static int64_t
royalties_of(const struct model *m, int64_t price_micro)
{
	int64_t sum = 0;

	for (size_t i = 0; i < m->said->n_shares; i++) {
		const Stoa__Marketplace__Share *share = m->said->shares[i];

		if (strcmp(share->why, "community") != 0) {
			sum += split_share_of(price_micro, share->bp);
		}
	}
	return sum;
}

/* The member who sold it, or NULL. A splitter sells for the first owner, whom
 * the token has left by now. */
static const char *
seller_of(const struct marketplace *s, struct stoa_decision *d,
    const struct model *m, const Stoa__Chain__TokenSold *sold)
{
	const struct token *t = &m->token;
	const char *former =
	    t->former_owner == NULL ? m->owner : t->former_owner;

	if (is_member(s, sold->seller_party)) {
		return name_of(s, d, sold->seller_party, &sold->seller);
	}
	if (sold->seller.len == sizeof(t->splitter) &&
	    memcmp(sold->seller.data, t->splitter, sizeof(t->splitter)) == 0 &&
	    !is_outside(former)) {
		return former;
	}
	return NULL;
}

static void
decide_sold(const struct marketplace *s, struct stoa_decision *d,
    const struct model *m, const Stoa__Chain__Sighting *at)
{
	const Stoa__Chain__TokenSold *sold = at->token_sold;
	const char *seller = seller_of(s, d, m, sold);
	int64_t price_micro = micro_of(&sold->price_wei);
	Stoa__Marketplace__DealBegun e = STOA__MARKETPLACE__DEAL_BEGUN__INIT;
	struct deal deal = {.said = &e, .model = (struct model *)(uintptr_t)m};
	char buyer[OUTSIDE_SIZE];
	struct stoa_id id;

	outside_print(buyer, &sold->buyer);
	e.kind = KIND(SALE);
	e.model = (char *)(uintptr_t)m->id.data;
	e.member = buyer;
	e.total_micro =
	    seller != NULL ? price_micro : royalties_of(m, price_micro);
	if (e.total_micro == 0 || !outside_begin(s, d, at, &e, &id)) {
		return;
	}
	if (seller == NULL) {
		royalties_end(d, m, &e, price_micro);
		return;
	}
	deal.id = stoa_id_str(&id);
	event_deal_ending(d, &deal,
	    &(struct ending){.reason = ENDED(completed),
		.earned_micro = price_micro,
		.owner = seller});
}

/* For an hour, from what was paid for all of it; rounded up. */
static int64_t
rate_of(int64_t total_micro, int64_t seconds)
{
	const int64_t hour = 3600;

	return total_micro / seconds * hour +
	       (total_micro % seconds * hour + seconds - 1) / seconds;
}

static void
decide_leased(const struct marketplace *s, struct stoa_decision *d,
    const struct model *m, const Stoa__Chain__Sighting *at,
    Stoa__Marketplace__Sighted *done)
{
	const Stoa__Chain__TokenLeased *leased = at->token_leased;
	Stoa__Marketplace__DealBegun e = STOA__MARKETPLACE__DEAL_BEGUN__INIT;
	char lessee[OUTSIDE_SIZE];
	struct stoa_id id;

	if (leased->starts_s <= 0 || leased->ends_s <= leased->starts_s ||
	    leased->ends_s > INT32_MAX * INT64_C(1000)) {
		return;
	}
	done->leased_until_us = leased->ends_s * STOA_US_PER_S;
	outside_print(lessee, &leased->lessee);
	e.kind = KIND(LEASE);
	e.model = (char *)(uintptr_t)m->id.data;
	e.member = lessee;
	e.total_micro = micro_of(&leased->deposit_wei);
	e.rate_micro =
	    rate_of(e.total_micro, leased->ends_s - leased->starts_s);
	e.duration_us = (leased->ends_s - leased->starts_s) * STOA_US_PER_S;
	if (e.total_micro > 0) {
		(void)outside_begin(s, d, at, &e, &id);
	}
}

/* When it happened, whenever it is heard of; 0: not known. Never in the future:
 * the chain's clock is another. */
static int64_t
told_us(const struct stoa_command *c, const Stoa__Chain__Sighting *at)
{
	int64_t now_s = c->now.us / STOA_US_PER_S;

	return at->time_s <= 0 || at->time_s > now_s
		   ? 0
		   : at->time_s * STOA_US_PER_S;
}

/* What was not used went back to the stranger, on the chain. */
static void
decide_returned(const struct marketplace *s, struct stoa_decision *d,
    const struct model *m, const Stoa__Chain__LeaseReturned *returned)
{
	const struct stoa_order_entry *e = stoa_order_first(&s->due);
	char lessee[OUTSIDE_SIZE];

	outside_print(lessee, &returned->lessee);
	for (; e != NULL; e = stoa_order_next(e)) {
		const struct deal *deal = e->value;
		int64_t earned;

		if (deal->model != m || !deal->is_outside ||
		    strcmp(deal->said->member, lessee) != 0) {
			continue;
		}
		earned =
		    deal->said->total_micro - micro_of(&returned->refund_wei);
		earned = earned < 0 ? 0 : earned;
		event_deal_ended(d, deal, ENDED(returned), earned);
		return;
	}
}

static void
decide_moved(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d, const struct model *m,
    const Stoa__Chain__Sighting *at)
{
	const Stoa__Chain__TokenMoved *moved = at->token_moved;
	Stoa__Marketplace__Sold e = STOA__MARKETPLACE__SOLD__INIT;
	bool is_ours = is_member(s, moved->to_party);

	if (is_ours && m->token.party != NULL &&
	    strcmp(m->token.party, moved->to_party->member) == 0) {
		return; /* is known already */
	}
	e.model = (char *)(uintptr_t)m->id.data;
	e.sold_us = told_us(c, at);
	e.from = m->owner;
	e.to = (char *)(uintptr_t)name_of(s, d, moved->to_party, &moved->to);
	if (is_ours) {
		e.party = moved->to_party->member;
	}
	TOKEN_EVENT(d, SOLD, sold, &e);
}

/* ---- all ---- */

static void
sighting_decide(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d, const Stoa__Chain__Sighting *at,
    Stoa__Marketplace__Sighted *done)
{
	const struct model *m = model_sighted(s, at);

	if (m == NULL || (at->act[0] != '\0' && !is_news(s, m, at))) {
		return;
	}
	done->model = (char *)(uintptr_t)m->id.data;
	switch ((int)at->kind_case) {
	case STOA__CHAIN__SIGHTING__KIND_TOKEN_MOVED:
		decide_moved(s, c, d, m, at);
		break;
	case STOA__CHAIN__SIGHTING__KIND_TOKEN_SOLD:
		decide_sold(s, d, m, at);
		break;
	case STOA__CHAIN__SIGHTING__KIND_TOKEN_LEASED:
		decide_leased(s, d, m, at, done);
		break;
	case STOA__CHAIN__SIGHTING__KIND_LEASE_RETURNED:
		decide_returned(s, d, m, at->lease_returned);
		done->leased_until_us = c->now.us;
		break;
	case STOA__CHAIN__SIGHTING__KIND_LISTING_ENDED:
		done->is_unlisted = true;
		break;
	}
}

void
sightings_decide(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Marketplace__RecordSightedRequest *in =
	    (const Stoa__Marketplace__RecordSightedRequest *)c->request;
	Stoa__Marketplace__Sighted e = STOA__MARKETPLACE__SIGHTED__INIT;

	if (in->number <= s->sighted) {
		return; /* done already */
	}
	e.number = in->number;
	if (in->sighting != NULL) {
		if (in->sighting->number != in->number) {
			REFUSE(d, not_permitted, "a sighting of that number");
			return;
		}
		sighting_decide(s, c, d, in->sighting, &e);
	}
	if (d->refusal == NULL) {
		TOKEN_EVENT(d, SIGHTED, sighted, &e);
	}
}

void
sighting_apply(struct marketplace *s, const Stoa__Marketplace__Sighted *e)
{
	struct model *m = e->model[0] == '\0' ? NULL : model_must(s, e->model);

	s->sighted = e->number;
	if (m == NULL) {
		return;
	}
	if (e->leased_until_us != 0) {
		m->token.leased_until_us = e->leased_until_us;
	}
	if (e->is_unlisted) {
		m->token.has_listing = false;
		m->token.price_micro = 0;
		model_apply_unlisted(s, e->model);
	}
}
