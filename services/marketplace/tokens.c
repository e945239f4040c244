/* tokens.c - models as tokens: what may be asked of the chain, and what it
 * answered. */
#include "marketplace/state.h"

static char *
borrowed(const char *text)
{
	return (char *)(uintptr_t)text;
}

/* Why it was not done, in words; never empty. */
static char *
why_of(struct stoa_decision *d, const char *why)
{
	char *text = stoa_arena_str(d->arena,
	    (struct stoa_str){why, strnlen(why, MARKETPLACE_WHY_MAX)});

	return text == NULL || text[0] == '\0' ? borrowed("refused") : text;
}

/* ---- minting ---- */

static void
event_asked(struct stoa_decision *d, char *model)
{
	Stoa__Marketplace__MintAsked e = STOA__MARKETPLACE__MINT_ASKED__INIT;

	e.model = model;
	TOKEN_EVENT(d, MINT_ASKED, mint_asked, &e);
}

/* Leases of before would have to end: the chain knows nothing of them. */
static const struct deal *
lease_open(const struct marketplace *s, const struct model *m)
{
	const struct stoa_order_entry *e = stoa_order_first(&s->due);

	for (; e != NULL; e = stoa_order_next(e)) {
		const struct deal *deal = e->value;

		if (deal->model == m && deal->said->kind == KIND(LEASE)) {
			return deal;
		}
	}
	return NULL;
}

void
tokens_decide_tokenize(const struct marketplace *s,
    const struct stoa_command *c, struct stoa_decision *d)
{
	const Stoa__Marketplace__TokenizeRequest *in =
	    (const Stoa__Marketplace__TokenizeRequest *)c->request;
	const struct model *m;
	const struct deal *lease;

	if (!in->is_on_chain) {
		STOA_REFUSE(
		    d, STOA__MARKETPLACE__REFUSAL_REASON__no_chain, in->model);
		return;
	}
	m = model_get(s, in->model);
	if (m != NULL && m->token.is_minted) {
		REFUSE(d, token_already, in->model);
		return;
	}
	m = own_find(s, c, d, in->model);
	if (m == NULL) {
		return;
	}
	lease = lease_open(s, m);
	if (lease != NULL) {
		REFUSE(d, leased_until, in->model,
		    stoa_decide_number(d, lease->ends_us));
		return;
	}
	event_asked(d, in->model);
}

void
tokens_decide_retry(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Marketplace__RetryRequest *in =
	    (const Stoa__Marketplace__RetryRequest *)c->request;
	const struct model *m = model_find(s, in->model, d);

	if (m == NULL) {
		return;
	}
	if (m->state != MODEL(MINTING) || m->token.mint_why == NULL) {
		REFUSE(d, nothing_to_retry, in->model);
		return;
	}
	event_asked(d, in->model);
}

static void
event_minted(struct stoa_decision *d, const struct model *m,
    const Stoa__Marketplace__RecordMintedRequest *in)
{
	Stoa__Marketplace__Minted e = STOA__MARKETPLACE__MINTED__INIT;
	char *payees[MARKETPLACE_SHARES_MAX + 1];
	bool is_listed = in->result->listing.len == MARKETPLACE_TOKEN_SIZE;

	e.model = borrowed(m->id.data);
	e.token = in->result->token;
	e.listing = in->result->listing;
	e.splitter = in->result->splitter;
	e.listing_refused = in->result->listing_refused;
	e.party = in->mint->creator->member;
	e.payees = payees;
	for (size_t i = 0;
	     i < in->mint->n_payees && i <= MARKETPLACE_SHARES_MAX; i++) {
		payees[e.n_payees++] = in->mint->payees[i]->party->member;
	}
	e.price_micro = is_listed ? in->mint->price_micro : 0;
	e.rent_micro = in->mint->rent_micro;
	e.is_first = in->mint->price_micro != 0 || in->mint->rent_micro != 0;
	TOKEN_EVENT(d, MINTED, minted, &e);
	if (m->announced_us == 0 && (e.price_micro != 0 || e.rent_micro != 0)) {
		Stoa__Marketplace__Listed listed =
		    STOA__MARKETPLACE__LISTED__INIT;

		listed.model = e.model;
		listed.seller = m->owner;
		listed.price_micro = e.price_micro;
		listed.rent_micro = e.rent_micro;
		listed.licence = m->licence;
		listed.audience = m->audience;
		TOKEN_EVENT(d, LISTED, listed, &listed);
	}
}

/* Nothing is guessed of a token. */
static bool
minted_is_valid(const struct marketplace *s, struct stoa_decision *d,
    const Stoa__Marketplace__RecordMintedRequest *in)
{
	const Stoa__Chain__Result *result = in->result;

	if (in->mint == NULL || in->mint->creator == NULL) {
		REFUSE(d, not_permitted, "what was asked for");
		return false;
	}
	if (stoa_map_get(&s->tokens, stoa_str_of_bytes(result->token.data,
					 result->token.len)) != NULL) {
		REFUSE(d, token_already, in->model);
		return false;
	}
	for (size_t i = 0; i < in->mint->n_payees; i++) {
		if (in->mint->payees[i]->party == NULL) {
			REFUSE(d, not_permitted, "payees with a party");
			return false;
		}
	}
	return true;
}

void
tokens_decide_minted(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Marketplace__RecordMintedRequest *in =
	    (const Stoa__Marketplace__RecordMintedRequest *)c->request;
	const struct model *m = model_get(s, in->model);

	if (m == NULL) {
		REFUSE(d, not_approved, in->model);
		return;
	}
	/* A late answer: it was withdrawn, or is known already. */
	if (m->state != MODEL(MINTING) || m->token.mint_why != NULL ||
	    in->attempt != m->token.mint_attempt) {
		return;
	}
	if (in->result == NULL ||
	    in->result->token.len != MARKETPLACE_TOKEN_SIZE) {
		Stoa__Marketplace__MintFailed e =
		    STOA__MARKETPLACE__MINT_FAILED__INIT;

		e.model = in->model;
		e.attempt = in->attempt;
		e.why = why_of(d, in->why);
		TOKEN_EVENT(d, MINT_FAILED, mint_failed, &e);
	} else if (minted_is_valid(s, d, in)) {
		event_minted(d, m, in);
	}
}

/* ---- prices ---- */

/* What the chain did not take is not what the market says either. */
static void
event_unlisted(struct stoa_decision *d, char *model)
{
	Stoa__Marketplace__Unlisted e = STOA__MARKETPLACE__UNLISTED__INIT;

	e.model = model;
	TOKEN_EVENT(d, UNLISTED, unlisted, &e);
}

void
tokens_decide_relisted(const struct marketplace *s,
    const struct stoa_command *c, struct stoa_decision *d)
{
	const Stoa__Marketplace__RecordRelistedRequest *in =
	    (const Stoa__Marketplace__RecordRelistedRequest *)c->request;
	const struct model *m = model_get(s, in->model);
	Stoa__Marketplace__Relisted e = STOA__MARKETPLACE__RELISTED__INIT;

	if (m == NULL) {
		REFUSE(d, not_approved, in->model);
		return;
	}
	if (!m->token.is_minted || in->number != m->token.relist_number) {
		return; /* done already, or sold since */
	}
	e.model = in->model;
	e.number = in->number;
	if (in->result == NULL || in->list == NULL) {
		if (m->is_listed) {
			event_unlisted(d, in->model);
		}
		e.why = why_of(d, in->why);
	} else {
		e.listing = in->result->listing;
		e.price_micro = in->list->price_micro;
		e.rent_micro = in->list->rent_micro;
	}
	TOKEN_EVENT(d, RELISTED, relisted, &e);
}

void
tokens_decide_collected(const struct marketplace *s,
    const struct stoa_command *c, struct stoa_decision *d)
{
	const Stoa__Marketplace__RecordCollectedRequest *in =
	    (const Stoa__Marketplace__RecordCollectedRequest *)c->request;
	const struct model *m = model_get(s, in->model);
	Stoa__Marketplace__Collected e = STOA__MARKETPLACE__COLLECTED__INIT;

	if (m == NULL) {
		REFUSE(d, not_approved, in->model);
		return;
	}
	if (in->number <= m->token.collect_done ||
	    in->number > m->token.collect_wanted) {
		return; /* done already */
	}
	e.model = in->model;
	e.number = in->number;
	e.why = in->why;
	TOKEN_EVENT(d, COLLECTED, collected, &e);
}
