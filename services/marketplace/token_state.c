/* token_state.c - how events move a model's token, and what the chain is still
 * to be told of it. */
#include "base/check.h"
#include "marketplace/state.h"

#include <stdlib.h>

void
token_free(struct token *t)
{
	free(t->party);
	free(t->former);
	free(t->former_owner);
	free(t->mint_why);
	free(t->relist_why);
	for (size_t i = 0; i < t->payee_count; i++) {
		free(t->payees[i]);
	}
}

bool
is_outside(const char *owner)
{
	return owner[0] == '0';
}

/* ---- what is to be done ---- */

/* What the market says is what the chain should; a stranger's token is theirs
 * to offer. */
bool
token_is_being_listed(const struct model *m)
{
	const struct token *t = &m->token;

	return t->is_minted && t->party != NULL && t->relist_why == NULL &&
	       (m->price_micro != t->price_micro ||
		   m->rent_micro != t->rent_micro);
}

enum marketplace_effect
token_effect(const struct model *m)
{
	if (token_is_being_listed(m) && m->sale == NULL) {
		return MARKETPLACE_RELIST;
	}
	return m->token.collect_done != m->token.collect_wanted
		   ? MARKETPLACE_COLLECT
		   : MARKETPLACE_NOTHING;
}

void
token_want_collected(struct marketplace *s, struct model *m)
{
	m->token.collect_wanted++;
	model_refresh(s, m);
}

bool
marketplace_has_tokens(const struct marketplace *s)
{
	return s->tokens.count > 0;
}

uint64_t
marketplace_sighted(const struct marketplace *s)
{
	return s->sighted;
}

/* ---- apply ---- */

void
token_apply_asked(struct marketplace *s, const char *id)
{
	struct model *m = model_must(s, id);
	struct token *t = &m->token;

	m->is_on_chain = true;
	m->state = MODEL(MINTING);
	if (t->mint_why != NULL) {
		free(t->mint_why);
		t->mint_why = NULL;
		t->mint_attempt++;
	}
	model_refresh(s, m);
}

static void
bytes_set(uint8_t *to, size_t size, const ProtobufCBinaryData *from)
{
	if (from->len == size) {
		memcpy(to, from->data, size);
	}
}

static void
payees_set(struct token *t, const Stoa__Marketplace__Minted *e)
{
	for (size_t i = 0; i < e->n_payees && i <= MARKETPLACE_SHARES_MAX;
	     i++) {
		t->payees[t->payee_count++] = stoa_text_dup(e->payees[i]);
	}
}

void
token_apply_minted(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__Minted *e)
{
	struct model *m = model_must(s, e->model);
	struct token *t = &m->token;

	t->is_minted = true;
	t->is_first = e->is_first;
	bytes_set(t->id, sizeof(t->id), &e->token);
	bytes_set(t->listing, sizeof(t->listing), &e->listing);
	bytes_set(t->splitter, sizeof(t->splitter), &e->splitter);
	t->has_listing = e->listing.len == sizeof(t->listing);
	t->party = stoa_text_dup(e->party);
	payees_set(t, e);
	t->price_micro = e->price_micro;
	t->rent_micro = e->rent_micro;
	t->minted_us = fact->time.us;
	(void)stoa_map_put(
	    &s->tokens, stoa_str_of_bytes(t->id, sizeof(t->id)), m);
	m->state = m->announced_us == 0 ? MODEL(ANNOUNCING) : MODEL(ACTIVE);
	model_refresh(s, m);
}

void
token_apply_failed(
    struct marketplace *s, const Stoa__Marketplace__MintFailed *e)
{
	struct model *m = model_must(s, e->model);

	stoa_text_set(&m->token.mint_why, e->why);
	model_refresh(s, m);
}

void
token_apply_relisted(
    struct marketplace *s, const Stoa__Marketplace__Relisted *e)
{
	struct model *m = model_must(s, e->model);
	struct token *t = &m->token;

	t->relist_number++;
	if (e->why[0] != '\0') {
		stoa_text_set(&t->relist_why, e->why);
	} else {
		t->price_micro = e->price_micro;
		t->rent_micro = e->rent_micro;
		t->has_listing = e->listing.len == sizeof(t->listing);
		bytes_set(t->listing, sizeof(t->listing), &e->listing);
	}
	model_refresh(s, m);
}

void
token_apply_collected(
    struct marketplace *s, const Stoa__Marketplace__Collected *e)
{
	struct model *m = model_must(s, e->model);

	m->token.collect_done = e->number;
	model_refresh(s, m);
}

void
token_sold(struct model *m, const Stoa__Marketplace__Sold *e)
{
	struct token *t = &m->token;

	if (!t->is_minted) {
		return;
	}
	free(t->former);
	t->former = t->party;
	t->party = e->party[0] == '\0' ? NULL : stoa_text_dup(e->party);
	stoa_text_set(&t->former_owner, m->owner);
	t->is_first = false;
	t->has_listing = false;
	t->price_micro = 0;
	t->rent_micro = 0;
	t->relist_number++;
	t->collect_wanted++;
}
