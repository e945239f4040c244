/* wallet.c - a wallet begins, and what may be spent from it. */
#include "chain/state.h"

#define WEI_PER_GWEI UINT64_C(1000000000)
#define DAY_US	     STOA_US_PER_DAY

/* ---- opening ---- */

static bool
caps_are_valid(const Stoa__Chain__Caps *caps, struct stoa_decision *d)
{
	if (caps == NULL || caps->intent_gwei > CHAIN_GWEI_MAX ||
	    caps->day_gwei > CHAIN_GWEI_MAX ||
	    caps->intent_gwei > caps->day_gwei) {
		REFUSE(d, field_not_valid, "caps",
		    stoa_decide_number(d, (int64_t)CHAIN_GWEI_MAX));
		return false;
	}
	return true;
}

static bool
is_vault(const struct chain_wallet *s, const ProtobufCBinaryData *vault)
{
	return s->has_vault == (vault->len != 0) &&
	       (!s->has_vault ||
		   memcmp(s->vault, vault->data, CHAIN_ADDRESS_SIZE) == 0);
}

void
wallet_decide_open(const struct chain_wallet *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Chain__OpenRequest *in =
	    (const Stoa__Chain__OpenRequest *)c->request;
	Stoa__Chain__Event event = STOA__CHAIN__EVENT__INIT;
	Stoa__Chain__WalletOpened e = STOA__CHAIN__WALLET_OPENED__INIT;

	if (!is_chain(c, d) || !caps_are_valid(in->caps, d)) {
		return;
	}
	if (in->address.len != CHAIN_ADDRESS_SIZE) {
		REFUSE(d, field_not_valid, "address", "20 bytes");
		return;
	}
	if (in->vault.len != 0 && in->vault.len != CHAIN_ADDRESS_SIZE) {
		REFUSE(d, field_not_valid, "vault", "20 bytes");
		return;
	}
	if (in->chain_id == 0) {
		REFUSE(d, field_not_valid, "chain_id", "1");
		return;
	}
	/* A wallet is one key and one vault on one chain, for ever. */
	if (s->is_open &&
	    (s->chain_id != in->chain_id ||
		memcmp(s->address, in->address.data, CHAIN_ADDRESS_SIZE) != 0 ||
		!is_vault(s, &in->vault))) {
		REFUSE(
		    d, stale, "wallet", "its own chain and address", "others");
		return;
	}
	if (s->is_open && s->intent_cap_gwei == in->caps->intent_gwei &&
	    s->day_cap_gwei == in->caps->day_gwei) {
		return; /* done already */
	}
	e.chain_id = in->chain_id;
	e.address = in->address;
	e.next_nonce = s->is_open ? s->next_nonce : in->next_nonce;
	e.caps = in->caps;
	e.vault = in->vault;
	event.kind_case = EVENT_KIND(WALLET_OPENED);
	event.wallet_opened = &e;
	stoa_decide_event(d, &event.base);
}

void
wallet_apply_opened(struct chain_wallet *s, const Stoa__Chain__WalletOpened *e)
{
	stoa_assert(e->address.len == CHAIN_ADDRESS_SIZE && e->caps != NULL);
	s->is_open = true;
	s->chain_id = e->chain_id;
	memcpy(s->address, e->address.data, CHAIN_ADDRESS_SIZE);
	s->next_nonce = e->next_nonce;
	s->has_vault = e->vault.len == CHAIN_ADDRESS_SIZE;
	if (s->has_vault) {
		memcpy(s->vault, e->vault.data, CHAIN_ADDRESS_SIZE);
	}
	s->intent_cap_gwei = e->caps->intent_gwei;
	s->day_cap_gwei = e->caps->day_gwei;
}

/* ---- spending ---- */

uint64_t
cost_gwei(uint64_t gas, uint64_t max_fee_wei, uint64_t value_gwei)
{
	uint64_t gwei = max_fee_wei / WEI_PER_GWEI;
	uint64_t rest = max_fee_wei % WEI_PER_GWEI;

	/* Bounded: 30,000,000 gas, a million gwei. */
	return gas * gwei + (gas * rest + WEI_PER_GWEI - 1) / WEI_PER_GWEI +
	       value_gwei;
}

static int64_t
day_of(struct stoa_wall now)
{
	return now.us / DAY_US;
}

static uint64_t
spent_today(const struct chain_wallet *s, struct stoa_wall now)
{
	return s->day == day_of(now) ? s->spent_gwei : 0;
}

static bool
day_is_over(const struct chain_wallet *s, struct stoa_wall now, uint64_t more)
{
	return more > s->day_cap_gwei ||
	       spent_today(s, now) > s->day_cap_gwei - more;
}

const char *
chain_cap_over(const struct chain_wallet *s, const struct chain_spending *p)
{
	uint64_t cost = cost_gwei(p->gas, p->max_fee_wei, p->value_gwei);

	if (cost > s->intent_cap_gwei) {
		return "intent-cap-gwei";
	}
	return day_is_over(
		   s, p->now, cost > p->had_gwei ? cost - p->had_gwei : 0)
		   ? "day-cap-gwei"
		   : NULL;
}

bool
wallet_affords(const struct chain_wallet *s, struct stoa_wall now,
    uint64_t cost, uint64_t had_gwei, struct stoa_decision *d)
{
	uint64_t more = cost > had_gwei ? cost - had_gwei : 0;

	if (cost > s->intent_cap_gwei) {
		REFUSE_FOR_NOW(d, over_intent_cap,
		    stoa_decide_number(d, (int64_t)cost),
		    stoa_decide_number(d, (int64_t)s->intent_cap_gwei));
		return false;
	}
	if (day_is_over(s, now, more)) {
		REFUSE_FOR_NOW(d, over_day_cap,
		    stoa_decide_number(
			d, (int64_t)(spent_today(s, now) + more)),
		    stoa_decide_number(d, (int64_t)s->day_cap_gwei));
		return false;
	}
	return true;
}

void
wallet_spend(struct chain_wallet *s, struct stoa_wall now, uint64_t gwei)
{
	if (s->day != day_of(now)) {
		s->day = day_of(now);
		s->spent_gwei = 0;
	}
	s->spent_gwei += gwei;
}
