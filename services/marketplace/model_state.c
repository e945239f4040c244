/* model_state.c - how events move a model, and where it is listed. */
#include "marketplace/state.h"

#include "base/check.h"

#include <stdlib.h>

struct model *
model_must(struct marketplace *s, const char *id)
{
	struct model *m = model_get(s, id);

	stoa_assert(m != NULL);
	return m;
}

struct model *
model_enter(struct marketplace *s, Stoa__Marketplace__Approved *said)
{
	struct model *m = calloc(1, sizeof(*m));

	stoa_assert(m != NULL);
	m->said = said;
	stoa_assert(stoa_map_put(&s->models, stoa_str_of(said->facts->model),
			m) == NULL);
	m->id = s->models.entries[s->models.entry_count - 1].key;
	return m;
}

void
model_forget(struct model *m)
{
	stoa_keep_free(m->said);
	free(m->owner);
	free(m->licence);
	free(m->claim);
	token_free(&m->token);
	free(m);
}

/* ---- what is to be done ----------------------------------------------------
 */

enum marketplace_effect
marketplace_model_effect(const struct model *m)
{
	switch (m->state) {
	case STOA__MARKETPLACE__MODEL_STATE__PINNING:
		return MARKETPLACE_PIN;
	case STOA__MARKETPLACE__MODEL_STATE__CLAIMING:
		return MARKETPLACE_CLAIM;
	case STOA__MARKETPLACE__MODEL_STATE__ANNOUNCING:
		return MARKETPLACE_ANNOUNCE;
	case STOA__MARKETPLACE__MODEL_STATE__MINTING:
		return m->token.mint_why == NULL ? MARKETPLACE_MINT
						 : MARKETPLACE_NOTHING;
	case STOA__MARKETPLACE__MODEL_STATE__ACTIVE:
	case STOA__MARKETPLACE__MODEL_STATE__WITHDRAWN:
		return token_effect(m);
	case STOA__MARKETPLACE__MODEL_STATE__MODEL_STATE_UNSPECIFIED:
	case _STOA__MARKETPLACE__MODEL_STATE_IS_INT_SIZE:
		break;
	}
	return MARKETPLACE_NOTHING;
}

void
model_refresh(struct marketplace *s, struct model *m)
{
	bool is_there = stoa_map_get(&s->todo_models, m->id) != NULL;

	if (marketplace_model_effect(m) == MARKETPLACE_NOTHING) {
		(void)stoa_map_remove(&s->todo_models, m->id);
	} else if (!is_there) {
		(void)stoa_map_put(&s->todo_models, m->id, m);
	}
}

const struct model *
marketplace_next_model(const struct marketplace *s, size_t *cursor)
{
	struct stoa_map_entry *entry = stoa_map_next(&s->todo_models, cursor);

	return entry == NULL ? NULL : entry->value;
}

const struct model *
marketplace_model(const struct marketplace *s, struct stoa_str id)
{
	return stoa_map_get(&s->models, id);
}

struct stoa_str
marketplace_model_id(const struct model *m)
{
	return m->id;
}

const Stoa__Marketplace__Approved *
marketplace_approved(const struct model *m)
{
	return m->said;
}

int64_t
marketplace_approved_us(const struct model *m)
{
	return m->approved_us;
}

/* ---- listings ---------------------------------------------------------------
 */

/* Every order is walked upwards; what has no price is dearer than all. */
void
model_list(struct marketplace *s, struct model *m)
{
	stoa_assert(!m->is_listed);
	m->is_listed = true;
	m->sorted[SORT_NEWEST] = -m->listed_us;
	m->sorted[SORT_CHEAPEST] =
	    m->price_micro == 0 ? INT64_MAX : m->price_micro;
	m->sorted[SORT_USED] = -(int64_t)m->uses;
	m->sorted[SORT_ACCURATE] = -(int64_t)m->said->facts->accuracy_bp;
	for (int i = 0; i < SORT_COUNT; i++) {
		stoa_order_add(&s->sorted[i], m->sorted[i], m->id, m);
	}
}

void
model_unlist(struct marketplace *s, struct model *m)
{
	if (!m->is_listed) {
		return;
	}
	for (int i = 0; i < SORT_COUNT; i++) {
		stoa_order_remove(&s->sorted[i], m->sorted[i], m->id);
	}
	m->is_listed = false;
}

void
model_use(struct marketplace *s, struct model *m)
{
	m->uses++;
	if (m->is_listed) {
		stoa_order_remove(
		    &s->sorted[SORT_USED], m->sorted[SORT_USED], m->id);
		m->sorted[SORT_USED] = -(int64_t)m->uses;
		stoa_order_add(
		    &s->sorted[SORT_USED], m->sorted[SORT_USED], m->id, m);
	}
}

/* ---- apply ------------------------------------------------------------------
 */

void
model_apply_approved(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__Approved *e)
{
	struct model *m = model_enter(s, stoa_keep(&e->base));

	m->owner = stoa_text_dup(e->owner);
	m->licence = stoa_text_dup("");
	m->state = MODEL(PINNING);
	m->audience = STOA__MARKETPLACE__AUDIENCE__OWNER_ONLY;
	m->approved_us = fact->time.us;
	m->is_on_chain = e->is_on_chain;
	model_refresh(s, m);
}

void
model_apply_pinned(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__Pinned *e)
{
	struct model *m = model_must(s, e->model);

	m->state = MODEL(CLAIMING);
	m->pinned_us = fact->time.us;
	model_refresh(s, m);
}

void
model_apply_claimed(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__Claimed *e)
{
	struct model *m = model_must(s, e->model);

	m->claim = malloc(e->claim.len);
	stoa_assert(m->claim != NULL);
	memcpy(m->claim, e->claim.data, e->claim.len);
	m->claim_len = e->claim.len;
	m->state = m->is_on_chain ? MODEL(MINTING) : MODEL(ANNOUNCING);
	m->claimed_us = fact->time.us;
	model_refresh(s, m);
}

void
model_apply_announced(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__Announced *e)
{
	struct model *m = model_must(s, e->model);

	m->state = MODEL(ACTIVE);
	m->announced_us = fact->time.us;
	model_refresh(s, m);
}

/* What the chain refused before was about another price. */
static void
token_said(struct marketplace *s, struct model *m)
{
	free(m->token.relist_why);
	m->token.relist_why = NULL;
	model_refresh(s, m);
}

void
model_apply_listed(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__Listed *e)
{
	struct model *m = model_must(s, e->model);

	model_unlist(s, m);
	m->price_micro = e->price_micro;
	m->rent_micro = e->rent_micro;
	m->question_micro = e->question_micro;
	m->audience = e->audience;
	m->listed_us = fact->time.us;
	stoa_text_set(&m->licence, e->licence);
	model_list(s, m);
	token_said(s, m);
}

void
model_apply_unlisted(struct marketplace *s, const char *id)
{
	struct model *m = model_must(s, id);

	model_unlist(s, m);
	m->price_micro = 0;
	m->rent_micro = 0;
	m->question_micro = 0;
	token_said(s, m);
}

void
model_apply_taken_down(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__TakenDown *e)
{
	struct model *m = model_must(s, e->model);

	model_apply_unlisted(s, e->model);
	m->resumes = m->state;
	m->state = MODEL(WITHDRAWN);
	m->withdrawn_us = fact->time.us;
	model_refresh(s, m);
	deals_due_refresh(s, m);
}

void
model_apply_restored(
    struct marketplace *s, const Stoa__Marketplace__Restored *e)
{
	struct model *m = model_must(s, e->model);

	m->state = m->resumes;
	m->withdrawn_us = 0;
	model_refresh(s, m);
	deals_due_refresh(s, m);
}

/* Leases go on: what they have earned so far is the seller's. The price was
 * the seller's word; the new owner names one of their own. */
void
model_apply_sold(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__Sold *e)
{
	struct model *m = model_must(s, e->model);

	leases_accrue(s, m, e->sold_us != 0 ? e->sold_us : fact->time.us);
	model_apply_unlisted(s, e->model);
	m->sale = NULL;
	m->audience = STOA__MARKETPLACE__AUDIENCE__OWNER_ONLY;
	token_sold(m, e);
	stoa_text_set(&m->owner, e->to);
	deals_due_refresh(s, m);
	model_refresh(s, m);
}
