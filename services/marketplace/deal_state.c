/* deal_state.c - how events move a deal, and what is then to be done. */
#include "marketplace/state.h"

#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

struct deal *
deal_get(const struct marketplace *s, const char *id)
{
	return stoa_map_get(&s->deals, stoa_str_of(id));
}

struct deal *
deal_must(const struct marketplace *s, const char *id)
{
	struct deal *deal = deal_get(s, id);

	stoa_assert(deal != NULL);
	return deal;
}

bool
deal_is_lease(const struct deal *deal)
{
	return deal->said->kind == KIND(LEASE) ||
	       deal->said->kind == KIND(METER);
}

bool
deal_is_over(const struct deal *deal)
{
	return deal->state == DEAL(CLOSED) || deal->state == DEAL(REFUSED);
}

void
deal_free(struct deal *deal)
{
	for (size_t i = 0; i < deal->accrual_count; i++) {
		free(deal->accruals[i].owner);
	}
	stoa_keep_free(deal->said);
	stoa_keep_free(deal->refusal);
	stoa_keep_free(deal->ended);
	free(deal->hold);
	free(deal->party);
	free(deal->seller);
	free(deal->return_why);
	free(deal);
}

/* ---- by whom and of what
 * ----------------------------------------------------- */

void
lease_key_print(char key[static 64], const char *member, const char *model)
{
	(void)snprintf(key, 64, "%.31s/%.31s", member, model);
}

struct deal *
lease_find(
    const struct marketplace *s, struct stoa_str member, const struct model *m)
{
	char key[64], name[32];

	(void)snprintf(name, sizeof(name), "%.*s", STOA_STR_ARG(member));
	lease_key_print(key, name, m->id.data);
	return stoa_map_get(&s->leases, stoa_str_of(key));
}

static void
lease_forget(struct marketplace *s, const struct deal *deal)
{
	char key[64];

	lease_key_print(key, deal->said->member, deal->model->id.data);
	if (stoa_map_get(&s->leases, stoa_str_of(key)) == deal) {
		(void)stoa_map_remove(&s->leases, stoa_str_of(key));
	}
}

uint32_t
open_count(const struct marketplace *s, struct stoa_str member)
{
	const uint32_t *count = stoa_map_get(&s->counts, member);

	return count == NULL ? 0 : *count;
}

void
open_count_add(struct marketplace *s, const char *member, int32_t difference)
{
	struct stoa_str key = stoa_str_of(member);
	uint32_t *count = stoa_map_get(&s->counts, key);

	if (count == NULL) {
		count = calloc(1, sizeof(*count));
		stoa_assert(count != NULL);
		(void)stoa_map_put(&s->counts, key, count);
	}
	*count += (uint32_t)difference;
	s->open_count += (uint32_t)difference;
	if (*count == 0) {
		(void)stoa_map_remove(&s->counts, key);
		free(count);
	}
}

/* ---- what is to be done
 * -------------------------------------------------------
 */

enum marketplace_effect
marketplace_deal_effect(const struct deal *deal)
{
	switch (deal->state) {
	case STOA__MARKETPLACE__DEAL_STATE__HOLDING:
		return deal->is_outside ? MARKETPLACE_NOTHING
					: MARKETPLACE_HOLD;
	case STOA__MARKETPLACE__DEAL_STATE__TRADING:
		return MARKETPLACE_TRADE;
	case STOA__MARKETPLACE__DEAL_STATE__RETURNING:
		return MARKETPLACE_RETURN;
	case STOA__MARKETPLACE__DEAL_STATE__SETTLING:
		return deal->is_outside ? MARKETPLACE_CREDIT
					: MARKETPLACE_SETTLE;
	case STOA__MARKETPLACE__DEAL_STATE__OPEN:
	case STOA__MARKETPLACE__DEAL_STATE__CLOSED:
	case STOA__MARKETPLACE__DEAL_STATE__REFUSED:
		return deal->is_told ? MARKETPLACE_NOTHING : MARKETPLACE_TELL;
	case STOA__MARKETPLACE__DEAL_STATE__DEAL_STATE_UNSPECIFIED:
	case _STOA__MARKETPLACE__DEAL_STATE_IS_INT_SIZE:
		break;
	}
	return MARKETPLACE_NOTHING;
}

/* Those before the newest that are over stand in the journal alone. */
static void
closed_trim(struct marketplace *s)
{
	while (s->closed.count > MARKETPLACE_CLOSED_MAX) {
		const struct stoa_order_entry *e = stoa_order_first(&s->closed);
		struct deal *deal = e->value;

		stoa_order_remove(&s->closed, e->number, deal->id);
		stoa_order_remove(&s->numbers, (int64_t)deal->number, deal->id);
		(void)stoa_map_remove(&s->deals, deal->id);
		deal_free(deal);
	}
}

void
deal_refresh(struct marketplace *s, struct deal *deal)
{
	bool is_there = stoa_map_get(&s->todo_deals, deal->id) != NULL;
	bool has_effect = marketplace_deal_effect(deal) != MARKETPLACE_NOTHING;

	if (!has_effect) {
		(void)stoa_map_remove(&s->todo_deals, deal->id);
	} else if (!is_there) {
		(void)stoa_map_put(&s->todo_deals, deal->id, deal);
	}
	if (!has_effect && deal_is_over(deal)) {
		stoa_order_add(
		    &s->closed, (int64_t)deal->number, deal->id, deal);
		closed_trim(s);
	}
}

const struct deal *
marketplace_next_deal(const struct marketplace *s, size_t *cursor)
{
	struct stoa_map_entry *entry = stoa_map_next(&s->todo_deals, cursor);

	return entry == NULL ? NULL : entry->value;
}

const struct deal *
marketplace_deal(const struct marketplace *s, struct stoa_str id)
{
	return stoa_map_get(&s->deals, id);
}

struct stoa_str
marketplace_deal_id(const struct deal *deal)
{
	return deal->id;
}

const Stoa__Marketplace__DealBegun *
marketplace_begun(const struct deal *deal)
{
	return deal->said;
}

int64_t
marketplace_begun_us(const struct deal *deal)
{
	return deal->asked_us;
}

const char *
marketplace_hold(const struct deal *deal)
{
	return deal->hold == NULL ? "" : deal->hold;
}

const Stoa__Marketplace__DealEnded *
marketplace_ended(const struct deal *deal)
{
	return deal->ended;
}

/* ---- deadlines
 * ----------------------------------------------------------------
 */

void
deal_due_set(struct marketplace *s, struct deal *deal, int64_t us)
{
	if (deal->due_us == us) {
		return;
	}
	if (deal->due_us != INT64_MAX) {
		stoa_order_remove(&s->due, deal->due_us, deal->id);
		deal->model->open_count--;
	}
	deal->due_us = us;
	if (us != INT64_MAX) {
		stoa_order_add(&s->due, us, deal->id, deal);
		deal->model->open_count++;
	}
}

/* One that is being returned ends when the chain says so; it stays among the
 * others, because it still earns. */
int64_t
deal_due(const struct deal *deal)
{
	if (deal->state == DEAL(RETURNING)) {
		return INT64_MAX - 1;
	}
	return deal_end_due(deal, INT64_MIN) == ENDED(END_REASON_UNSPECIFIED)
		   ? deal->ends_us
		   : 0;
}

void
deals_due_refresh(struct marketplace *s, const struct model *m)
{
	struct deal **deals;
	size_t count = 0;

	if (m->open_count == 0) {
		return;
	}
	deals = calloc(m->open_count, sizeof(deals[0]));
	stoa_assert(deals != NULL);
	for (const struct stoa_order_entry *e = stoa_order_first(&s->due);
	     e != NULL; e = stoa_order_next(e)) {
		struct deal *deal = e->value;

		if (deal->model == m) {
			deals[count++] = deal;
		}
	}
	stoa_assert(count == m->open_count);
	for (size_t i = 0; i < count; i++) {
		deal_due_set(s, deals[i], deal_due(deals[i]));
	}
	free(deals);
}

/* Who owned it until then. No chat has let it pass through more hands than
 * there is room for: of so many the last ones are counted as one. */
static void
lease_accrue(struct deal *deal, const char *owner, int64_t us)
{
	struct accrual *last = NULL;
	int64_t earned = deal_earned(deal, us);

	if (deal->accrual_count > 0) {
		last = &deal->accruals[deal->accrual_count - 1];
		us = us < last->until_us ? last->until_us : us;
	}
	for (size_t i = 0; i < deal->accrual_count; i++) {
		earned -= deal->accruals[i].micro;
	}
	if (last != NULL &&
	    (strcmp(last->owner, owner) == 0 ||
		deal->accrual_count == MARKETPLACE_ACCRUALS_MAX)) {
		last->until_us = us;
		last->micro += earned > 0 ? earned : 0;
		return;
	}
	deal->accruals[deal->accrual_count++] =
	    (struct accrual){stoa_text_dup(owner), us, earned > 0 ? earned : 0};
}

void
leases_accrue(struct marketplace *s, const struct model *m, int64_t us)
{
	/* Perhaps it has begun on the chain, and nobody here knows. */
	if (m->tenant != NULL && m->tenant->state == DEAL(TRADING)) {
		lease_accrue(deal_must(s, m->tenant->id.data), m->owner, us);
	}
	if (m->lease_count == 0) {
		return;
	}
	for (const struct stoa_order_entry *e = stoa_order_first(&s->due);
	     e != NULL; e = stoa_order_next(e)) {
		struct deal *deal = e->value;

		if (deal->model == m && deal_is_lease(deal)) {
			lease_accrue(deal, m->owner, us);
		}
	}
}

/* ---- apply
 * --------------------------------------------------------------------
 */

struct deal *
deal_add(struct marketplace *s, Stoa__Marketplace__DealBegun *said)
{
	struct deal *deal = calloc(1, sizeof(*deal));

	stoa_assert(deal != NULL);
	deal->said = said;
	deal->model = model_get(s, said->model);
	stoa_assert(deal->model != NULL);
	deal->due_us = INT64_MAX;
	stoa_assert(
	    stoa_map_put(&s->deals, stoa_str_of(said->deal), deal) == NULL);
	deal->id = s->deals.entries[s->deals.entry_count - 1].key;
	return deal;
}

static void
deal_kind_set(struct deal *deal)
{
	deal->is_outside = is_outside(deal->said->member);
	deal->is_traded =
	    deal->model->is_on_chain && !deal->is_outside &&
	    (deal->said->kind == KIND(SALE) || deal->said->kind == KIND(LEASE));
}

void
deal_claim(struct deal *deal)
{
	struct model *m = deal->model;

	if (deal->is_outside) {
		return;
	}
	if (deal->said->kind == KIND(SALE)) {
		stoa_assert(m->sale == NULL);
		m->sale = deal;
	} else if (deal->is_traded) {
		stoa_assert(m->tenant == NULL);
		m->tenant = deal;
	}
}

void
deal_apply_begun(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__DealBegun *e)
{
	struct deal *deal = deal_add(s, stoa_keep(&e->base));
	char key[64];

	deal->number = ++s->deal_count;
	stoa_order_add(&s->numbers, (int64_t)deal->number, deal->id, deal);
	deal->state = DEAL(HOLDING);
	deal->asked_us = fact->time.us;
	deal->is_told = e->reply[0] == '\0'; /* nobody wants to know */
	deal_kind_set(deal);
	open_count_add(s, e->member, 1);
	if (deal_is_lease(deal)) {
		lease_key_print(key, e->member, e->model);
		(void)stoa_map_put(&s->leases, stoa_str_of(key), deal);
	}
	deal_claim(deal);
	deal_refresh(s, deal);
}

/* No deal stands in the way of a sale any more, no money is awaited. */
static void
deal_leave(struct marketplace *s, struct deal *deal)
{
	deal_due_set(s, deal, INT64_MAX);
	if ((deal->is_traded || deal->is_outside) && deal_is_lease(deal) &&
	    deal->reason == ENDED(returned)) {
		deal->model->token.leased_until_us = deal->ended_us;
	}
	if (deal->model->tenant == deal) {
		deal->model->tenant = NULL;
	}
	if (deal_is_lease(deal)) {
		lease_forget(s, deal);
	} else if (deal->model->sale == deal) {
		deal->model->sale = NULL;
	}
	model_refresh(s, deal->model); /* its price may wait for the sale */
}

/* What it is going to ask of the chain stands from now on. */
static void
trade_begin(struct deal *deal, int64_t now_us)
{
	const struct token *t = &deal->model->token;

	deal->state = DEAL(TRADING);
	deal->begun_us = now_us;
	stoa_text_set(&deal->party, deal->said->member);
	stoa_text_set(&deal->seller, deal->model->owner);
	memcpy(deal->listing, t->listing, sizeof(deal->listing));
}

void
deal_apply_held(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__DealHeld *e)
{
	struct deal *deal = deal_must(s, e->deal);

	stoa_text_set(&deal->hold, e->hold);
	deal->held_us = fact->time.us;
	if (deal->is_traded) {
		trade_begin(deal, fact->time.us);
		deal_refresh(s, deal);
		return;
	}
	deal->begun_us = fact->time.us;
	deal->ends_us = e->ends_us;
	deal->state = DEAL(OPEN);
	if (deal_is_lease(deal)) {
		deal->model->lease_count++;
	}
	if (deal->said->kind != KIND(SALE)) {
		deal_due_set(s, deal, deal_due(deal));
	}
	deal_refresh(s, deal);
}

void
deal_apply_refused(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__DealRefused *e)
{
	struct deal *deal = deal_must(s, e->deal);

	if (e->refusal != NULL) {
		deal->refusal = stoa_keep(&e->refusal->base);
	}
	deal->state = DEAL(REFUSED);
	deal->ended_us = fact->time.us;
	deal_leave(s, deal);
	open_count_add(s, deal->said->member, -1);
	deal_refresh(s, deal);
}

void
deal_apply_used(struct marketplace *s, const Stoa__Marketplace__Used *e)
{
	struct model *m = model_get(s, e->model);

	stoa_assert(m != NULL);
	model_use(s, m);
	if (e->deal[0] != '\0') {
		deal_must(s, e->deal)->used++;
	}
}

void
deal_apply_ended(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__DealEnded *e)
{
	struct deal *deal = deal_must(s, e->deal);
	bool was_open =
	    deal->state == DEAL(OPEN) || deal->state == DEAL(RETURNING);

	stoa_assert(was_open || deal->state == DEAL(TRADING));
	deal->ended = stoa_keep(&e->base);
	deal->reason = e->reason;
	deal->ended_us = fact->time.us;
	deal->state = DEAL(SETTLING);
	if (deal_is_lease(deal) && was_open) {
		stoa_assert(deal->model->lease_count > 0);
		deal->model->lease_count--;
		if (deal->is_traded || deal->is_outside) {
			token_want_collected(s, deal->model);
		}
	}
	deal_leave(s, deal);
	deal_refresh(s, deal);
}

static int
earned_as(const struct deal *deal, const char *why)
{
	if (strcmp(why, "creator") == 0) {
		return EARNED_CREATOR;
	}
	if (strcmp(why, "data") == 0) {
		return EARNED_DATA;
	}
	if (strcmp(why, "community") == 0) {
		return EARNED_COMMUNITY;
	}
	return deal_is_lease(deal) ? EARNED_LEASES : EARNED_SALES;
}

/* What strangers earn is not known here. */
static void
earnings_add(struct marketplace *s, const struct deal *deal,
    const Stoa__Marketplace__Part *part)
{
	struct earnings *sum;
	int64_t *micro;

	if (is_outside(part->to)) {
		return;
	}
	sum = earnings_of(s, part->to);
	micro = &sum->micro[earned_as(deal, part->why)];
	stoa_assert(!__builtin_add_overflow(*micro, part->amount_micro, micro));
	sum->payment_count++;
}

void
deal_apply_settled(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__DealSettled *e)
{
	struct deal *deal = deal_must(s, e->deal);

	deal->state = DEAL(CLOSED);
	deal->settled_us = fact->time.us;
	open_count_add(s, deal->said->member, -1);
	if (e->refusal != NULL) {
		deal->refusal = stoa_keep(&e->refusal->base);
	} else {
		for (size_t i = 0; i < deal->ended->n_parts; i++) {
			earnings_add(s, deal, deal->ended->parts[i]);
		}
	}
	deal_refresh(s, deal);
}

void
deal_apply_told(struct marketplace *s, const Stoa__Marketplace__DealTold *e)
{
	struct deal *deal = deal_must(s, e->deal);

	deal->is_told = true;
	deal_refresh(s, deal);
}
