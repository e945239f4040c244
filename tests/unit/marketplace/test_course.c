/* A chain beside the market: tokens, listings, leases and money, kept by plain
 * rules of its own. Members and strangers do as they like, answers come late,
 * twice or as a refusal; in the end the market must say of every token what the
 * chain says, and the ledger must have what has come into the pool.
 *
 * SEED= chooses another course. */
#include "stall.h"

#include "base/rng.h"

#include <stdlib.h>

#define COMMUNITY "c_aaaaaaaaaa"
#define SECOND	  STOA_US_PER_S
#define MODELS	  3
#define STEPS	  8000
#define SIGHTS	  64
#define HOUR_RENT 3600000000 /* a thousandth of a Joy a second: no rounding */
#define RENT	  INT64_C(1000000)
#define UNIT	  INT64_C(10000) /* prices are whole ones: so are all shares */

/* What the chain has of a model. Owners are members, or strangers: 'x', 'y'. */
struct piece {
	char *model;
	char letter;
	char owner[16]; /* a member's id, or one letter */
	bool is_first;
	uint8_t listing; /* 0: none */
	uint8_t last_listing;
	int64_t price, rent;
	char lessee[16]; /* empty: nobody */
	int64_t start_s, end_s, settled_s, deposit;
};

struct sight {
	Stoa__Chain__Sighting at;
	Stoa__Chain__TokenMoved moved;
	Stoa__Chain__TokenSold sold;
	Stoa__Chain__TokenLeased leased;
	Stoa__Chain__LeaseReturned returned;
	Stoa__Chain__Party party;
	uint8_t token[32], wei[32], address[20], other[20];
};

/* What was asked for under a key, and what has become of it. */
struct asked {
	char key[96];
	bool is_done;
	Stoa__Chain__Result result;
	Stoa__Chain__List list;
	uint8_t listing[32];
};

static struct world {
	struct play p;
	struct stoa_rng rng;
	struct piece pieces[MODELS];
	struct sight sights[SIGHTS];
	size_t sight_count, sight_next;
	uint64_t number;
	int64_t pool;	/* what has come in and gone out, of all members */
	int64_t ledger; /* the same as the journal's records pay it */
	struct asked asked[STEPS];
	size_t asked_count;
	unsigned sales, leases, refusals;
	bool is_crossed[MODELS]; /* see list_do */
} w;

static bool
is_stranger(const char *owner)
{
	return owner[0] == 'x' || owner[0] == 'y';
}

static int64_t
now_s(void)
{
	return w.p.now_us / SECOND;
}

/* ---- money on the chain ---- */

/* What a lease has earned since it was last settled goes to its owner. */
static void
rent_settle(struct piece *t)
{
	int64_t until = t->end_s < now_s() ? t->end_s : now_s();

	if (t->lessee[0] != '\0' && until > t->settled_s) {
		if (!is_stranger(t->owner)) {
			w.pool += (until - t->settled_s) * RENT;
		}
		t->settled_s = until;
	}
}

static void
owner_set(struct piece *t, const char *owner)
{
	rent_settle(t);
	(void)snprintf(t->owner, sizeof(t->owner), "%s", owner);
	t->is_first = false;
	t->listing = 0;
	t->price = 0;
	t->rent = 0;
}

/* A member's price comes out of the pool, a stranger's from outside; fee,
 * royalties and what a member has sold for end in the pool. */
static void
sale_pay(const struct piece *t, bool is_from_pool, int64_t price)
{
	w.pool -= is_from_pool ? price : 0;
	w.pool += is_stranger(t->owner) ? price * 750 / 10000 : price;
}

/* ---- what is seen ---- */

static char *
member_named(const char *name)
{
	return strcmp(name, ann) == 0	? ann
	       : strcmp(name, bob) == 0 ? bob
	       : strcmp(name, cyd) == 0 ? cyd
					: dan;
}

static struct sight *
sight_new(struct piece *t, int kind)
{
	struct sight *s = &w.sights[w.sight_count++ % SIGHTS];

	memset(s, 0, sizeof(*s));
	stoa__chain__sighting__init(&s->at);
	s->at.kind_case = (Stoa__Chain__Sighting__KindCase)kind;
	s->at.number = ++w.number;
	s->at.time_s = now_s();
	s->token[30] = (uint8_t)t->letter;
	memset(s->address, t->owner[0], sizeof(s->address));
	stoa__chain__party__init(&s->party);
	s->party.community = TEXT(COMMUNITY);
	return s;
}

static ProtobufCBinaryData
bytes_of(uint8_t *bytes, size_t len)
{
	return (ProtobufCBinaryData){len, bytes};
}

static void
wei_set(struct sight *s, int64_t micro)
{
	ProtobufCBinaryData wei = stall_wei((uint64_t)micro);

	memcpy(s->wei, wei.data, sizeof(s->wei));
}

/* Seller first: the address of the splitter, a stranger's, or an account's. */
static void
sale_see(struct piece *t, const char *seller, bool was_first, int64_t price)
{
	struct sight *s = sight_new(t, STOA__CHAIN__SIGHTING__KIND_TOKEN_SOLD);

	stoa__chain__token_sold__init(&s->sold);
	s->sold.token = bytes_of(s->token, sizeof(s->token));
	wei_set(s, price);
	s->sold.price_wei = bytes_of(s->wei, sizeof(s->wei));
	s->sold.buyer = bytes_of(s->address, sizeof(s->address));
	memset(s->other, was_first ? 's' : seller[0], sizeof(s->other));
	s->sold.seller = bytes_of(s->other, sizeof(s->other));
	if (!was_first && !is_stranger(seller)) {
		s->party.member = member_named(seller);
		s->sold.seller_party = &s->party;
	}
	s->at.token_sold = &s->sold;
}

static struct sight *
move_see(struct piece *t)
{
	struct sight *s = sight_new(t, STOA__CHAIN__SIGHTING__KIND_TOKEN_MOVED);

	stoa__chain__token_moved__init(&s->moved);
	s->moved.token = bytes_of(s->token, sizeof(s->token));
	s->moved.to = bytes_of(s->address, sizeof(s->address));
	if (!is_stranger(t->owner)) {
		s->party.member = member_named(t->owner);
		s->moved.to_party = &s->party;
	}
	s->at.token_moved = &s->moved;
	return s;
}

/* ---- what strangers do ---- */

static void
stranger_buys(struct piece *t)
{
	char seller[16];
	bool was_first = t->is_first;
	int64_t price = t->price;

	if (t->listing == 0 || is_stranger(t->owner)) {
		return;
	}
	(void)snprintf(seller, sizeof(seller), "%s", t->owner);
	sale_pay(t, false, price);
	owner_set(t, stoa_rng_chance(&w.rng, 2) ? "x" : "y");
	(void)move_see(t);
	sale_see(t, seller, was_first, price);
	w.sales++;
}

static void
strangers_trade(struct piece *t)
{
	char seller[2] = {t->owner[0]};
	int64_t price = (int64_t)(1 + stoa_rng_below(&w.rng, 9)) * UNIT;

	if (!is_stranger(t->owner)) {
		return;
	}
	if (!stoa_rng_chance(&w.rng, 3)) {
		owner_set(
		    t, stoa_rng_chance(&w.rng, 2) ? bob : cyd); /* a gift */
		(void)move_see(t);
		return;
	}
	sale_pay(t, false, price);
	owner_set(t, t->owner[0] == 'x' ? "y" : "x");
	(void)move_see(t);
	sale_see(t, seller, false, price);
}

static void
stranger_leases(struct piece *t)
{
	struct sight *s;
	int64_t seconds = 1 + (int64_t)stoa_rng_below(&w.rng, 40);

	rent_settle(t);
	if (t->rent == 0 || t->end_s > now_s() || is_stranger(t->owner)) {
		return;
	}
	(void)snprintf(t->lessee, sizeof(t->lessee), "x");
	t->start_s = t->settled_s = now_s();
	t->end_s = now_s() + seconds;
	t->deposit = seconds * RENT;
	s = sight_new(t, STOA__CHAIN__SIGHTING__KIND_TOKEN_LEASED);
	stoa__chain__token_leased__init(&s->leased);
	memset(s->other, 'x', sizeof(s->other));
	s->leased.token = bytes_of(s->token, sizeof(s->token));
	s->leased.lessee = bytes_of(s->other, sizeof(s->other));
	s->leased.starts_s = t->start_s;
	s->leased.ends_s = t->end_s;
	wei_set(s, t->deposit);
	s->leased.deposit_wei = bytes_of(s->wei, sizeof(s->wei));
	s->at.token_leased = &s->leased;
	w.leases++;
}

static void
stranger_returns(struct piece *t)
{
	struct sight *s;

	rent_settle(t);
	if (t->lessee[0] != 'x' || t->end_s <= now_s()) {
		return;
	}
	s = sight_new(t, STOA__CHAIN__SIGHTING__KIND_LEASE_RETURNED);
	stoa__chain__lease_returned__init(&s->returned);
	memset(s->other, 'x', sizeof(s->other));
	s->returned.token = bytes_of(s->token, sizeof(s->token));
	s->returned.lessee = bytes_of(s->other, sizeof(s->other));
	wei_set(s, (t->end_s - now_s()) * RENT);
	s->returned.refund_wei = bytes_of(s->wei, sizeof(s->wei));
	s->at.lease_returned = &s->returned;
	t->end_s = now_s();
}

/* ---- what the market asks the chain for ---- */

static struct piece *
piece_of(const ProtobufCBinaryData *token)
{
	for (int i = 0; i < MODELS; i++) {
		if (token->data[30] == (uint8_t)w.pieces[i].letter) {
			return &w.pieces[i];
		}
	}
	fail_msg("a token that is none");
	return NULL;
}

static bool
list_do(const Stoa__Chain__List *in, struct asked *a)
{
	struct piece *t = piece_of(&in->token);

	if (is_stranger(t->owner) ||
	    (!t->is_first && strcmp(t->owner, in->owner->member) != 0) ||
	    t->is_first != (in->is_first != 0)) {
		return false;
	}
	/* It has come back from a stranger before anybody here has heard that
	 * it was gone. What the market then hears takes its price away, of
	 * which the chain has not been told; whose it is and what is paid is
	 * right. */
	for (size_t i = w.sight_next; i < w.sight_count; i++) {
		const struct sight *at = &w.sights[i % SIGHTS];

		if (at->token[30] == (uint8_t)t->letter &&
		    at->at.kind_case ==
			STOA__CHAIN__SIGHTING__KIND_TOKEN_MOVED) {
			w.is_crossed[t - w.pieces] = true;
		}
	}
	t->price = in->price_micro;
	t->rent = in->rent_micro;
	t->listing = t->price == 0 ? 0 : ++t->last_listing;
	stoa__chain__list__init(&a->list);
	a->list.price_micro = t->price;
	a->list.rent_micro = t->rent;
	if (t->listing != 0) {
		a->listing[31] = t->listing;
		a->listing[30] = (uint8_t)t->letter;
		a->result.listing = bytes_of(a->listing, sizeof(a->listing));
	}
	return true;
}

static bool
buy_do(const Stoa__Chain__Buy *in)
{
	struct piece *t = piece_of(&in->token);

	if (t->listing == 0 || in->listing.data[31] != t->listing ||
	    t->price != in->price_micro) {
		return false;
	}
	sale_pay(t, true, t->price);
	owner_set(t, in->buyer->member);
	move_see(t)->at.act = TEXT("0x01");
	w.sales++;
	return true;
}

static bool
lease_do(const Stoa__Chain__Lease *in, struct asked *a)
{
	struct piece *t = piece_of(&in->token);

	rent_settle(t);
	if (t->rent == 0 || t->end_s > now_s() ||
	    (int64_t)in->seconds * RENT > in->deposit_micro_max) {
		return false;
	}
	(void)snprintf(t->lessee, sizeof(t->lessee), "%s", in->lessee->member);
	t->start_s = t->settled_s = now_s();
	t->end_s = now_s() + (int64_t)in->seconds;
	t->deposit = (int64_t)in->seconds * RENT;
	w.pool -= t->deposit;
	a->result.starts_s = t->start_s;
	a->result.ends_s = t->end_s;
	w.leases++;
	return true;
}

static bool
end_do(const Stoa__Chain__EndLease *in, struct asked *a)
{
	struct piece *t = piece_of(&in->token);

	rent_settle(t);
	if (strcmp(t->lessee, in->lessee->member) != 0 || t->end_s <= now_s()) {
		return false;
	}
	w.pool += (t->end_s - now_s()) * RENT;
	t->end_s = now_s();
	a->result.starts_s = t->start_s;
	a->result.ends_s = t->end_s;
	return true;
}

/* Once under each key, whatever is asked under it later. */
static struct asked *
chain_do(const struct marketplace_step *step)
{
	const Stoa__Chain__Action *action = step->action;
	struct asked *a;

	for (size_t i = 0; i < w.asked_count; i++) {
		if (strcmp(w.asked[i].key, step->key) == 0) {
			return &w.asked[i];
		}
	}
	assert_true(w.asked_count < STEPS);
	a = &w.asked[w.asked_count++];
	(void)snprintf(a->key, sizeof(a->key), "%s", step->key);
	stoa__chain__result__init(&a->result);
	if (stoa_rng_chance(&w.rng, 6)) {
		w.refusals++;
		return a; /* out of gas, a node that lies */
	}
	switch ((int)action->kind_case) {
	case STOA__CHAIN__ACTION__KIND_LIST:
		a->is_done = list_do(action->list, a);
		break;
	case STOA__CHAIN__ACTION__KIND_BUY:
		a->is_done = buy_do(action->buy);
		break;
	case STOA__CHAIN__ACTION__KIND_LEASE:
		a->is_done = lease_do(action->lease, a);
		break;
	case STOA__CHAIN__ACTION__KIND_END_LEASE:
		a->is_done = end_do(action->end_lease, a);
		break;
	default:
		a->is_done = true;
		break;
	}
	return a;
}

/* ---- what is recorded ---- */

static void
model_record(const struct model *m, enum marketplace_effect effect)
{
	Stoa__Marketplace__RecordRelistedRequest relisted =
	    STOA__MARKETPLACE__RECORD_RELISTED_REQUEST__INIT;
	Stoa__Marketplace__RecordCollectedRequest collected =
	    STOA__MARKETPLACE__RECORD_COLLECTED_REQUEST__INIT;
	struct marketplace_step step;
	struct asked *a;

	assert_true(
	    marketplace_model_step(w.p.state, m, effect, &w.p.arena, &step));
	a = chain_do(&step);
	if (stoa_rng_chance(&w.rng, 3)) {
		return; /* it was done, and nobody heard of it yet */
	}
	if (effect == MARKETPLACE_COLLECT) {
		collected.model =
		    (char *)(uintptr_t)marketplace_model_id(m).data;
		collected.number = step.number;
		assert_true(play(
		    &w.p, "@marketplace", "RecordCollected", &collected.base));
		return;
	}
	relisted.model = (char *)(uintptr_t)marketplace_model_id(m).data;
	relisted.number = step.number;
	relisted.list = a->is_done ? &a->list : NULL;
	relisted.result = a->is_done ? &a->result : NULL;
	relisted.why = TEXT("no");
	for (unsigned i = 0; i <= stoa_rng_below(&w.rng, 2); i++) {
		assert_true(play(
		    &w.p, "@marketplace", "RecordRelisted", &relisted.base));
	}
}

static void
deal_record(const struct deal *d, enum marketplace_effect effect)
{
	struct marketplace_step step;
	struct stoa_id id;
	struct asked *a;

	(void)snprintf(id.text, sizeof(id.text), "%.*s",
	    STOA_STR_ARG(marketplace_deal_id(d)));
	if (effect == MARKETPLACE_HOLD) {
		assert_true(stall_held(&w.p, &id));
		return;
	}
	if (effect == MARKETPLACE_SETTLE || effect == MARKETPLACE_CREDIT) {
		const Stoa__Marketplace__DealEnded *ended =
		    marketplace_ended(d);
		bool is_ours = effect == MARKETPLACE_SETTLE;

		/* Among members nothing comes or goes. */
		for (size_t i = 0; i < ended->n_parts; i++) {
			bool is_out = ended->parts[i]->to[0] == '0';

			if (is_ours && is_out) {
				w.ledger -= ended->parts[i]->amount_micro;
			} else if (!is_ours && !is_out) {
				w.ledger += ended->parts[i]->amount_micro;
			}
		}
		assert_true(stall_settled(&w.p, &id));
		return;
	}
	assert_true(
	    marketplace_deal_step(w.p.state, d, effect, &w.p.arena, &step));
	a = chain_do(&step);
	if (stoa_rng_chance(&w.rng, 3)) {
		return;
	}
	for (unsigned i = 0; i <= stoa_rng_below(&w.rng, 2); i++) {
		const char *why = a->is_done ? NULL : "no";

		assert_true(
		    effect == MARKETPLACE_TRADE
			? stall_traded(&w.p, &id, a->result.starts_s,
			      a->result.ends_s, why)
			: stall_ended(&w.p, &id, a->result.ends_s, why));
	}
}

static bool
sight_record(void)
{
	Stoa__Marketplace__RecordSightedRequest in =
	    STOA__MARKETPLACE__RECORD_SIGHTED_REQUEST__INIT;
	struct sight *s;

	if (w.sight_next == w.sight_count) {
		return false;
	}
	assert_true(w.sight_count - w.sight_next <= SIGHTS);
	s = &w.sights[w.sight_next++ % SIGHTS];
	s->at.transaction = stall_word('t', (uint8_t)s->at.number);
	s->at.log_index = (uint32_t)s->at.number;
	if (!marketplace_is_concerned(w.p.state, &s->at)) {
		return true;
	}
	in.number = s->at.number;
	in.sighting = &s->at;
	assert_true(play(&w.p, "@marketplace", "RecordSighted", &in.base));
	return true;
}

/* One of what the state says is to be done. */
static bool
effect_do(void)
{
	size_t cursor = stoa_rng_below(&w.rng, 3);
	const struct model *m = marketplace_next_model(w.p.state, &cursor);
	const struct deal *d;

	if (m != NULL && stoa_rng_chance(&w.rng, 2)) {
		model_record(m, marketplace_model_effect(m));
		return true;
	}
	cursor = stoa_rng_below(&w.rng, 3);
	d = marketplace_next_deal(w.p.state, &cursor);
	if (d == NULL) {
		cursor = 0;
		d = marketplace_next_deal(w.p.state, &cursor);
	}
	if (d != NULL) {
		deal_record(d, marketplace_deal_effect(d));
		return true;
	}
	cursor = 0;
	m = marketplace_next_model(w.p.state, &cursor);
	if (m != NULL) {
		model_record(m, marketplace_model_effect(m));
	}
	return m != NULL;
}

/* ---- what members do ---- */

static char *
member_any(void)
{
	char *all[] = {ann, bob, cyd, dan};

	return all[stoa_rng_below(&w.rng, 4)];
}

static void
member_acts(struct piece *t)
{
	Stoa__Marketplace__Listing l = stall_listing(&w.p, t->model);
	int64_t price = (int64_t)(1 + stoa_rng_below(&w.rng, 9)) * UNIT;
	int64_t seconds = 1 + (int64_t)stoa_rng_below(&w.rng, 40);
	Stoa__Marketplace__DealsQuery q = STOA__MARKETPLACE__DEALS_QUERY__INIT;
	Stoa__Marketplace__DealsReply out =
	    STOA__MARKETPLACE__DEALS_REPLY__INIT;
	char *who = member_any();

	switch (stoa_rng_below(&w.rng, 5)) {
	case 0:
	case 1:
		(void)stall_offer_terms(&w.p, l.owner, t->model, price,
		    stoa_rng_chance(&w.rng, 3) ? 0 : HOUR_RENT, 0);
		break;
	case 2:
		(void)stall_buy(&w.p, who, t->model, l.price_micro);
		break;
	case 3:
		(void)stall_lease(
		    &w.p, who, t->model, seconds * SECOND, seconds * RENT);
		break;
	default:
		q.member = who;
		q.is_open = true;
		q.limit = 1;
		q.kind = STOA__MARKETPLACE__DEAL_KIND__LEASE;
		assert_int_equal(
		    marketplace_query_deals(w.p.state, &q, &w.p.arena, &out),
		    STOA_OK);
		if (out.n_deals > 0) {
			(void)stall_return(&w.p, who, out.deals[0]->id);
		}
		break;
	}
}

/* ---- the course ---- */

/* What strangers did is heard of before the next second: what a lease has
 * earned by then is exact. */
static void
time_passes(void)
{
	while (sight_record()) {
	}
	stall_wait(&w.p, (int64_t)(1 + stoa_rng_below(&w.rng, 8)) * SECOND);
	for (int i = 0; i < MODELS; i++) {
		rent_settle(&w.pieces[i]);
	}
}

static void
step(void)
{
	struct piece *t = &w.pieces[stoa_rng_below(&w.rng, MODELS)];

	switch (stoa_rng_below(&w.rng, 18)) {
	case 0:
	case 1:
	case 2:
	case 9:
	case 10:
		member_acts(t);
		break;
	case 3:
		stranger_buys(t);
		break;
	case 4:
		strangers_trade(t);
		break;
	case 5:
		stranger_leases(t);
		break;
	case 6:
		stranger_returns(t);
		break;
	case 7:
		time_passes();
		break;
	case 8:
		(void)sight_record();
		break;
	default:
		(void)effect_do();
		break;
	}
}

/* Until nothing is open: leases end, all is paid. */
static void
drain(void)
{
	for (int i = 0; i < 2000; i++) {
		while (sight_record()) {
		}
		if (!effect_do()) {
			if (w.p.core->next_due(w.p.state).us ==
			    STOA_WALL_NEVER.us) {
				return;
			}
			time_passes();
		}
		stoa_arena_reset(&w.p.arena);
	}
	fail_msg("it does not end");
}

static void
pieces_check(void)
{
	for (int i = 0; i < MODELS; i++) {
		struct piece *t = &w.pieces[i];
		Stoa__Marketplace__Listing l = stall_listing(&w.p, t->model);

		if (is_stranger(t->owner)) {
			assert_int_equal(l.owner[0], '0');
			assert_int_equal(l.listed_us, 0);
		} else {
			assert_string_equal(l.owner, t->owner);
			assert_true(
			    w.is_crossed[i] ||
			    (l.token_listing.len != 0) == (t->listing != 0));
			/* Of a price that was refused the chain keeps the old
			 * one, and the market none. */
			if (l.listed_us != 0) {
				assert_int_equal(l.price_micro, t->price);
				assert_int_equal(l.rent_micro, t->rent);
			}
		}
	}
}

static void
course(uint64_t seed)
{
	memset(&w, 0, sizeof(w));
	play_begin(&w.p, &marketplace_core, COMMUNITY);
	w.p.digest_one_in = 11;
	w.p.is_replaced = true;
	stoa_rng_init(&w.rng, seed);
	for (int i = 0; i < MODELS; i++) {
		struct piece *t = &w.pieces[i];

		t->letter = (char)('a' + i);
		t->model = stall_model(t->letter);
		stall_mint(&w.p, t->model, UNIT);
		(void)snprintf(t->owner, sizeof(t->owner), "%s", ann);
		t->is_first = true;
		t->listing = t->last_listing = 1;
		t->price = UNIT;
	}
	for (int i = 0; i < STEPS; i++) {
		step();
		stoa_arena_reset(&w.p.arena);
	}
	drain();
	for (int i = 0; i < MODELS; i++) {
		rent_settle(&w.pieces[i]);
	}
	pieces_check();
	assert_int_equal(w.ledger, w.pool);
	print_message("seed %u: %u sales, %u leases, %u refused\n",
	    (unsigned)seed, w.sales, w.leases, w.refusals);
	assert_true(w.sales > 20 && w.leases > 20 && w.refusals > 10);
	play_end(&w.p);
}

static void
test_journal_and_chain_agree_in_the_end(void **state)
{
	const char *seed = getenv("SEED");
	uint64_t first = seed == NULL ? 1 : strtoull(seed, NULL, 10);

	(void)state;
	for (uint64_t i = first; i < first + (seed == NULL ? 12 : 1); i++) {
		course(i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_journal_and_chain_agree_in_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
