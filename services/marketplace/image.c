/* image.c - the whole state as bytes, for a snapshot, and back. What follows
 * from it (orders, counts, what is to be done) is made again. */
#include "base/image.h"

#include "base/check.h"
#include "marketplace/state.h"

#include <stdlib.h>

/* ---- models ---- */

/* One table for both ways: a field is named once. */
#define MODEL_NUMBERS(m)                                                    \
	{                                                                   \
		&(m)->price_micro, &(m)->rent_micro, &(m)->question_micro,  \
		    &(m)->approved_us, &(m)->pinned_us, &(m)->claimed_us,   \
		    &(m)->announced_us, &(m)->listed_us, &(m)->withdrawn_us \
	}

#define TOKEN_NUMBERS(t)                                              \
	{                                                             \
		&(t)->price_micro, &(t)->rent_micro, &(t)->minted_us, \
		    &(t)->leased_until_us                             \
	}

static void
raw_load(uint8_t *to, size_t size, struct stoa_image *in)
{
	const void *bytes = stoa_image_raw(in, size);

	if (bytes != NULL) {
		memcpy(to, bytes, size);
	}
}

static void
raw_save(struct stoa_buf *out, const uint8_t *bytes, size_t size)
{
	stoa_buf_add(out, bytes, size);
}

static void
token_save(const struct token *t, struct stoa_buf *out)
{
	const int64_t *const numbers[] = TOKEN_NUMBERS(t);

	stoa_image_put_number(out, t->is_minted);
	stoa_image_put_number(out, t->is_first);
	stoa_image_put_number(out, t->has_listing);
	raw_save(out, t->id, sizeof(t->id));
	raw_save(out, t->listing, sizeof(t->listing));
	raw_save(out, t->splitter, sizeof(t->splitter));
	stoa_image_put_text(out, t->party);
	stoa_image_put_text(out, t->former);
	stoa_image_put_text(out, t->former_owner);
	stoa_image_put_text(out, t->mint_why);
	stoa_image_put_text(out, t->relist_why);
	stoa_image_put_number(out, t->mint_attempt);
	stoa_image_put_number(out, t->relist_number);
	stoa_image_put_number(out, t->collect_wanted);
	stoa_image_put_number(out, t->collect_done);
	for (size_t i = 0; i < STOA_COUNT(numbers); i++) {
		stoa_image_put_signed(out, *numbers[i]);
	}
	stoa_image_put_number(out, t->payee_count);
	for (size_t i = 0; i < t->payee_count; i++) {
		stoa_image_put_text(out, t->payees[i]);
	}
}

static void
model_save(const struct model *m, struct stoa_buf *out)
{
	const int64_t *const numbers[] = MODEL_NUMBERS(m);

	stoa_image_put_message(out, &m->said->base);
	stoa_image_put_text(out, m->owner);
	stoa_image_put_text(out, m->licence);
	stoa_image_put_bytes(out, stoa_str_of_bytes(m->claim, m->claim_len));
	stoa_image_put_number(out, (uint64_t)m->state);
	stoa_image_put_number(out, (uint64_t)m->resumes);
	stoa_image_put_number(out, (uint64_t)m->audience);
	stoa_image_put_number(out, m->is_listed);
	stoa_image_put_number(out, m->uses);
	for (size_t i = 0; i < STOA_COUNT(numbers); i++) {
		stoa_image_put_signed(out, *numbers[i]);
	}
	stoa_image_put_number(out, m->is_on_chain);
	token_save(&m->token, out);
}

static void
token_load(struct token *t, struct stoa_image *in)
{
	uint64_t count;

	t->is_minted = stoa_image_below(in, 1) != 0;
	t->is_first = stoa_image_below(in, 1) != 0;
	t->has_listing = stoa_image_below(in, 1) != 0;
	raw_load(t->id, sizeof(t->id), in);
	raw_load(t->listing, sizeof(t->listing), in);
	raw_load(t->splitter, sizeof(t->splitter), in);
	t->party = stoa_image_text(in);
	t->former = stoa_image_text(in);
	t->former_owner = stoa_image_text(in);
	t->mint_why = stoa_image_text(in);
	t->relist_why = stoa_image_text(in);
	t->mint_attempt = (uint32_t)stoa_image_below(in, UINT32_MAX);
	t->relist_number = (uint32_t)stoa_image_below(in, UINT32_MAX);
	t->collect_wanted = (uint32_t)stoa_image_below(in, UINT32_MAX);
	t->collect_done = (uint32_t)stoa_image_below(in, UINT32_MAX);
	{
		int64_t *const numbers[] = TOKEN_NUMBERS(t);

		for (size_t i = 0; i < STOA_COUNT(numbers); i++) {
			*numbers[i] = stoa_image_signed(in);
		}
	}
	count = stoa_image_below(in, MARKETPLACE_SHARES_MAX + 1);
	for (uint64_t i = 0; i < count && !in->is_bad; i++) {
		char *payee = stoa_image_text(in);

		in->is_bad = in->is_bad || payee == NULL;
		if (payee != NULL) {
			t->payees[t->payee_count++] = payee;
		}
	}
}

static void
claim_load(struct model *m, struct stoa_image *in)
{
	struct stoa_str claim = stoa_image_bytes(in);

	if (claim.len == 0) {
		return;
	}
	m->claim = malloc(claim.len);
	stoa_assert(m->claim != NULL);
	memcpy(m->claim, claim.data, claim.len);
	m->claim_len = claim.len;
}

static void
model_load(struct marketplace *s, struct stoa_image *in)
{
	Stoa__Marketplace__Approved *said =
	    stoa_image_message(in, &stoa__marketplace__approved__descriptor);
	struct model *m;
	bool is_listed;

	if (said == NULL || said->facts == NULL ||
	    said->n_shares > MARKETPLACE_SHARES_MAX ||
	    model_get(s, said->facts->model) != NULL) {
		stoa_keep_free(said);
		in->is_bad = true;
		return;
	}
	m = model_enter(s, said);
	m->owner = stoa_image_text(in);
	m->licence = stoa_image_text(in);
	claim_load(m, in);
	m->state = (model_state)stoa_image_below(in, INT32_MAX);
	m->resumes = (model_state)stoa_image_below(in, INT32_MAX);
	m->audience =
	    (Stoa__Marketplace__Audience)stoa_image_below(in, INT32_MAX);
	is_listed = stoa_image_below(in, 1) != 0;
	m->uses = stoa_image_below(in, INT64_MAX);
	{
		int64_t *const numbers[] = MODEL_NUMBERS(m);

		for (size_t i = 0; i < STOA_COUNT(numbers); i++) {
			*numbers[i] = stoa_image_signed(in);
		}
	}
	m->is_on_chain = stoa_image_below(in, 1) != 0;
	token_load(&m->token, in);
	in->is_bad = in->is_bad || m->owner == NULL || m->licence == NULL;
	if (m->token.is_minted) {
		struct stoa_str id =
		    stoa_str_of_bytes(m->token.id, sizeof(m->token.id));

		in->is_bad =
		    in->is_bad || stoa_map_put(&s->tokens, id, m) != NULL;
	}
	if (is_listed) {
		model_list(s, m);
	}
	model_refresh(s, m);
}

/* ---- deals ---- */

#define DEAL_NUMBERS(d)                                                        \
	{                                                                      \
		&(d)->asked_us, &(d)->begun_us, &(d)->ends_us, &(d)->ended_us, \
		    &(d)->held_us, &(d)->traded_us, &(d)->returning_us,        \
		    &(d)->settled_us                                           \
	}

static void
deal_save(const struct deal *deal, struct stoa_buf *out)
{
	const int64_t *const numbers[] = DEAL_NUMBERS(deal);

	stoa_image_put_message(out, &deal->said->base);
	stoa_image_put_message(
	    out, deal->refusal == NULL ? NULL : &deal->refusal->base);
	stoa_image_put_message(
	    out, deal->ended == NULL ? NULL : &deal->ended->base);
	stoa_image_put_text(out, deal->hold);
	stoa_image_put_number(out, deal->number);
	stoa_image_put_number(out, (uint64_t)deal->state);
	stoa_image_put_number(out, (uint64_t)deal->reason);
	stoa_image_put_number(out, deal->is_told);
	stoa_image_put_number(out, deal->used);
	for (size_t i = 0; i < STOA_COUNT(numbers); i++) {
		stoa_image_put_signed(out, *numbers[i]);
	}
	stoa_image_put_number(out, deal->accrual_count);
	for (size_t i = 0; i < deal->accrual_count; i++) {
		stoa_image_put_text(out, deal->accruals[i].owner);
		stoa_image_put_signed(out, deal->accruals[i].until_us);
		stoa_image_put_signed(out, deal->accruals[i].micro);
	}
	stoa_image_put_number(out, deal->is_traded);
	stoa_image_put_number(out, deal->is_outside);
	stoa_image_put_text(out, deal->party);
	stoa_image_put_text(out, deal->seller);
	raw_save(out, deal->listing, sizeof(deal->listing));
	stoa_image_put_number(out, deal->return_number);
	stoa_image_put_text(out, deal->return_why);
}

static void
fields_load(struct deal *deal, struct stoa_image *in)
{
	int64_t *const numbers[] = DEAL_NUMBERS(deal);
	uint64_t count;

	deal->refusal =
	    stoa_image_message(in, &stoa__journal__refusal__descriptor);
	deal->ended =
	    stoa_image_message(in, &stoa__marketplace__deal_ended__descriptor);
	deal->hold = stoa_image_text(in);
	deal->number = stoa_image_below(in, INT64_MAX);
	deal->state = (deal_state)stoa_image_below(in, INT32_MAX);
	deal->reason = (end_reason)stoa_image_below(in, INT32_MAX);
	deal->is_told = stoa_image_below(in, 1) != 0;
	deal->used = (uint32_t)stoa_image_below(in, UINT32_MAX);
	for (size_t i = 0; i < STOA_COUNT(numbers); i++) {
		*numbers[i] = stoa_image_signed(in);
	}
	count = stoa_image_below(in, MARKETPLACE_ACCRUALS_MAX);
	for (uint64_t i = 0; i < count && !in->is_bad; i++) {
		struct accrual *a = &deal->accruals[deal->accrual_count++];

		a->owner = stoa_image_text(in);
		a->until_us = stoa_image_signed(in);
		a->micro = stoa_image_signed(in);
		in->is_bad = in->is_bad || a->owner == NULL;
	}
	deal->is_traded = stoa_image_below(in, 1) != 0;
	deal->is_outside = stoa_image_below(in, 1) != 0;
	deal->party = stoa_image_text(in);
	deal->seller = stoa_image_text(in);
	raw_load(deal->listing, sizeof(deal->listing), in);
	deal->return_number = (uint32_t)stoa_image_below(in, UINT32_MAX);
	deal->return_why = stoa_image_text(in);
}

/* Where the deal stands besides in its own fields. */
static void
deal_place(struct marketplace *s, struct deal *deal)
{
	bool is_open =
	    deal->state == DEAL(OPEN) || deal->state == DEAL(RETURNING);

	stoa_order_add(&s->numbers, (int64_t)deal->number, deal->id, deal);
	if (!deal_is_over(deal)) {
		open_count_add(s, deal->said->member, 1);
	}
	if (deal->state == DEAL(HOLDING) || deal->state == DEAL(TRADING) ||
	    (is_open && deal_is_lease(deal))) {
		deal_claim(deal);
	}
	if (is_open) {
		deal->model->lease_count += deal_is_lease(deal) ? 1u : 0u;
		deal_due_set(s, deal, deal_due(deal));
	}
	deal_refresh(s, deal);
}

static void
deal_load(struct marketplace *s, struct stoa_image *in)
{
	Stoa__Marketplace__DealBegun *said =
	    stoa_image_message(in, &stoa__marketplace__deal_begun__descriptor);
	struct deal *deal;

	if (said == NULL || deal_get(s, said->deal) != NULL ||
	    model_get(s, said->model) == NULL) {
		stoa_keep_free(said);
		in->is_bad = true;
		return;
	}
	deal = deal_add(s, said);
	fields_load(deal, in);
	if (!in->is_bad) {
		deal_place(s, deal);
	}
}

/* ---- the rest ---- */

static void
lease_load(struct marketplace *s, struct stoa_image *in)
{
	struct stoa_str key = stoa_image_bytes(in);
	struct deal *deal = stoa_map_get(&s->deals, stoa_image_bytes(in));

	if (deal == NULL || stoa_map_get(&s->leases, key) != NULL) {
		in->is_bad = true;
		return;
	}
	(void)stoa_map_put(&s->leases, key, deal);
}

static void
earnings_load(struct marketplace *s, struct stoa_image *in)
{
	struct stoa_str member = stoa_image_bytes(in);
	struct earnings *sum;

	if (in->is_bad || stoa_map_get(&s->earnings, member) != NULL) {
		in->is_bad = true;
		return;
	}
	sum = calloc(1, sizeof(*sum));
	stoa_assert(sum != NULL);
	(void)stoa_map_put(&s->earnings, member, sum);
	for (int i = 0; i < EARNED_COUNT; i++) {
		sum->micro[i] = stoa_image_signed(in);
	}
	sum->payment_count = stoa_image_number(in);
}

static void
owner_load(struct marketplace *s, struct stoa_image *in)
{
	struct stoa_str former = stoa_image_bytes(in);
	char *now = stoa_image_text(in);

	if (now == NULL || stoa_map_get(&s->owners, former) != NULL) {
		free(now);
		in->is_bad = true;
		return;
	}
	(void)stoa_map_put(&s->owners, former, now);
}

static void
rest_save(const struct marketplace *s, struct stoa_buf *out)
{
	stoa_image_put_number(out, s->leases.count);
	STOA_MAP_EACH(&s->leases, entry)
	{
		stoa_image_put_bytes(out, entry->key);
		stoa_image_put_bytes(
		    out, ((const struct deal *)entry->value)->id);
	}
	stoa_image_put_number(out, s->earnings.count);
	STOA_MAP_EACH(&s->earnings, entry)
	{
		const struct earnings *sum = entry->value;

		stoa_image_put_bytes(out, entry->key);
		for (int i = 0; i < EARNED_COUNT; i++) {
			stoa_image_put_signed(out, sum->micro[i]);
		}
		stoa_image_put_number(out, sum->payment_count);
	}
	stoa_image_put_number(out, s->owners.count);
	STOA_MAP_EACH(&s->owners, entry)
	{
		stoa_image_put_bytes(out, entry->key);
		stoa_image_put_text(out, entry->value);
	}
}

void
marketplace_image_save(const void *state, struct stoa_buf *out)
{
	const struct marketplace *s = state;

	stoa_image_put_number(out, s->deal_count);
	stoa_image_put_number(out, s->sighted);
	stoa_image_put_number(out, s->models.count);
	STOA_MAP_EACH(&s->models, entry)
	{
		model_save(entry->value, out);
	}
	stoa_image_put_number(out, s->deals.count);
	STOA_MAP_EACH(&s->deals, entry)
	{
		deal_save(entry->value, out);
	}
	rest_save(s, out);
}

bool
marketplace_image_load(void *state, struct stoa_str bytes)
{
	static const struct {
		void (*load)(struct marketplace *s, struct stoa_image *in);
		uint64_t max;
	} parts[] = {
	    {model_load, MARKETPLACE_MODELS_MAX},
	    {deal_load, MARKETPLACE_OPEN_MAX + MARKETPLACE_CLOSED_MAX +
			    MARKETPLACE_OUTSIDE_MAX},
	    {lease_load, MARKETPLACE_OPEN_MAX + MARKETPLACE_OUTSIDE_MAX},
	    {earnings_load, UINT32_MAX},
	    {owner_load, MARKETPLACE_UNITED_MAX},
	};
	struct marketplace *s = state;
	struct stoa_image in = {.rest = bytes};

	s->deal_count = stoa_image_below(&in, INT64_MAX);
	s->sighted = stoa_image_number(&in);
	for (size_t part = 0; part < STOA_COUNT(parts); part++) {
		uint64_t count = stoa_image_below(&in, parts[part].max);

		for (uint64_t i = 0; i < count && !in.is_bad; i++) {
			parts[part].load(s, &in);
		}
	}
	return !in.is_bad && in.rest.len == 0;
}
