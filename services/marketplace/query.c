/* query.c - what may be asked of the state. */
#include "marketplace/state.h"

#include <inttypes.h>
#include <stdlib.h>

static char *
borrowed(const char *text)
{
	return (char *)(uintptr_t)(text == NULL ? "" : text);
}

size_t
model_shares(const struct model *m,
    struct split_share ret_shares[static MARKETPLACE_SHARES_MAX])
{
	for (size_t i = 0; i < m->said->n_shares; i++) {
		const Stoa__Marketplace__Share *share = m->said->shares[i];

		ret_shares[i] =
		    (struct split_share){share->to, share->why, share->bp};
	}
	return m->said->n_shares;
}

struct earnings *
earnings_of(struct marketplace *s, const char *member)
{
	struct earnings *sum = stoa_map_get(&s->earnings, stoa_str_of(member));

	if (sum == NULL) {
		sum = calloc(1, sizeof(*sum));
		stoa_assert(sum != NULL);
		(void)stoa_map_put(&s->earnings, stoa_str_of(member), sum);
	}
	return sum;
}

/* ---- views ------------------------------------------------------------------
 */

void
marketplace_listing_view(const struct model *m, Stoa__Marketplace__Listing *out)
{
	const Stoa__Marketplace__ModelFacts *facts = m->said->facts;

	stoa__marketplace__listing__init(out);
	out->model = borrowed(m->id.data);
	out->name = facts->name;
	out->owner = m->owner;
	out->creator = facts->creator;
	out->recipe = facts->recipe;
	out->accuracy_bp = facts->accuracy_bp;
	out->licence = m->licence;
	out->price_micro = m->price_micro;
	out->rent_micro = m->rent_micro;
	out->question_micro = m->question_micro;
	out->listed_us = m->is_listed ? m->listed_us : 0;
	out->uses = m->uses;
	out->audience = m->audience;
	out->state = m->state;
	out->cid = facts->cid;
	out->proposal = m->said->proposal;
	out->lease_count = m->lease_count;
	out->shares = m->said->shares;
	out->n_shares = m->said->n_shares;
	out->provenance_cid = facts->provenance_cid;
	out->is_on_chain = m->is_on_chain;
	out->is_being_listed = token_is_being_listed(m);
	out->leased_until_us = m->token.leased_until_us;
	if (m->token.is_minted) {
		out->token.data = (uint8_t *)(uintptr_t)m->token.id;
		out->token.len = sizeof(m->token.id);
	}
	if (m->token.has_listing) {
		out->token_listing.data =
		    (uint8_t *)(uintptr_t)m->token.listing;
		out->token_listing.len = sizeof(m->token.listing);
	}
}

void
marketplace_deal_view(const struct deal *deal, Stoa__Marketplace__Deal *out)
{
	stoa__marketplace__deal__init(out);
	out->id = borrowed(deal->id.data);
	out->kind = deal->said->kind;
	out->state = deal->state;
	out->reason = deal->reason;
	out->model = borrowed(deal->model->id.data);
	out->model_name = deal->model->said->facts->name;
	out->member = deal->said->member;
	out->owner = deal->model->owner;
	out->total_micro = deal->said->total_micro;
	out->rate_micro = deal->said->rate_micro;
	out->duration_us = deal->said->duration_us;
	out->questions = deal->said->questions;
	out->used = deal->used;
	out->begun_us = deal->begun_us;
	out->ends_us = deal->ends_us;
	out->ended_us = deal->ended_us;
	if (deal->ended != NULL) {
		out->parts = deal->ended->parts;
		out->n_parts = deal->ended->n_parts;
		out->refund_micro = deal->ended->refund_micro;
		out->why = deal->ended->why;
	}
	out->refusal = deal->refusal;
	out->reply = deal->said->reply;
	out->is_on_chain = deal->is_traded || deal->is_outside;
	if (deal->state != DEAL(SETTLING) && deal->state != DEAL(CLOSED) &&
	    deal->return_why != NULL) {
		out->why = deal->return_why;
	}
}

/* ---- one model
 * ---------------------------------------------------------------- */

static const struct model *
listing_of(const struct marketplace *s, const char *id,
    struct stoa_arena *arena, Stoa__Marketplace__Listing **ret_listing)
{
	const struct model *m = s == NULL ? NULL : model_get(s, id);

	*ret_listing = NULL;
	if (m != NULL) {
		*ret_listing = stoa_arena_alloc(arena, sizeof(**ret_listing));
		if (*ret_listing != NULL) {
			marketplace_listing_view(m, *ret_listing);
		}
	}
	return m;
}

enum stoa_status
marketplace_query_rights(const struct marketplace *s,
    const Stoa__Marketplace__RightsQuery *in, struct stoa_arena *arena,
    Stoa__Marketplace__RightsReply *out)
{
	const struct model *m = listing_of(s, in->model, arena, &out->listing);

	if (m != NULL) {
		out->claim.data = m->claim;
		out->claim.len = m->claim_len;
	}
	return STOA_OK;
}

/* A community has as many tokens as approvals: all are looked at. */
enum stoa_status
marketplace_query_tokens(const struct marketplace *s,
    const Stoa__Marketplace__TokensQuery *in, struct stoa_arena *arena,
    Stoa__Marketplace__TokensReply *out)
{
	struct stoa_str member;

	if (s == NULL) {
		return STOA_OK;
	}
	member = holder_now(s, stoa_str_of(in->member));
	out->listings =
	    stoa_arena_alloc_array(arena, MARKETPLACE_PAGE_MAX, sizeof(void *));
	if (out->listings == NULL) {
		return STOA_TOO_LARGE;
	}
	STOA_MAP_EACH(&s->tokens, entry)
	{
		const struct model *m = entry->value;

		if (!stoa_str_is_equal(member, stoa_str_of(m->owner))) {
			continue;
		}
		if (out->n_listings == MARKETPLACE_PAGE_MAX) {
			out->is_more = true;
			break;
		}
		(void)listing_of(
		    s, m->id.data, arena, &out->listings[out->n_listings]);
		if (out->listings[out->n_listings++] == NULL) {
			return STOA_TOO_LARGE;
		}
	}
	return STOA_OK;
}

/* ---- what it would cost
 * ---------------------------------------------------------
 */

static void
quote_parts(const struct model *m, int64_t total_micro,
    struct stoa_arena *arena, Stoa__Marketplace__QuoteReply *out)
{
	struct split_share shares[MARKETPLACE_SHARES_MAX];
	struct split_part split[MARKETPLACE_PARTS_MAX];
	struct split_owed owed = {m->owner, total_micro};
	size_t count =
	    split_parts(shares, model_shares(m, shares), &owed, 1, split);
	Stoa__Marketplace__Part *parts =
	    stoa_arena_alloc_array(arena, count, sizeof(parts[0]));

	out->parts = stoa_arena_alloc_array(arena, count, sizeof(parts));
	if (parts == NULL || out->parts == NULL) {
		return;
	}
	for (size_t i = 0; i < count; i++) {
		stoa__marketplace__part__init(&parts[i]);
		parts[i].to = borrowed(split[i].to);
		parts[i].why = borrowed(split[i].why);
		parts[i].amount_micro = split[i].micro;
		out->parts[i] = &parts[i];
	}
	out->n_parts = count;
}

enum stoa_status
marketplace_query_quote(const struct marketplace *s,
    const Stoa__Marketplace__QuoteQuery *in, struct stoa_arena *arena,
    Stoa__Marketplace__QuoteReply *out)
{
	struct stoa_decision d = {
	    .arena = arena, .reasons = marketplace_core.reasons};
	Stoa__Marketplace__DealBegun e = STOA__MARKETPLACE__DEAL_BEGUN__INIT;
	const struct model *m = listing_of(s, in->model, arena, &out->listing);

	e.kind = in->kind;
	e.total_micro = in->price_micro;
	e.duration_us = in->duration_us;
	e.questions = in->questions;
	if (m == NULL) {
		REFUSE(&d, not_approved, in->model);
	} else if (model_find(s, in->model, &d) != NULL &&
		   deal_terms(s, m, holder_now(s, stoa_str_of(in->member)),
		       (struct stoa_wall){in->now_us}, &e, &d)) {
		out->total_micro = e.total_micro;
		out->rate_micro = e.rate_micro;
		out->duration_us = e.duration_us;
		quote_parts(m, e.total_micro, arena, out);
	}
	out->refusal = d.refusal;
	return STOA_OK;
}

/* ---- deals
 * ---------------------------------------------------------------------- */

enum stoa_status
marketplace_query_deal(const struct marketplace *s,
    const Stoa__Marketplace__DealQuery *in, struct stoa_arena *arena,
    Stoa__Marketplace__DealReply *out)
{
	const struct deal *deal = s == NULL ? NULL : deal_get(s, in->deal);

	if (deal == NULL) {
		return STOA_NOT_FOUND;
	}
	out->deal = stoa_arena_alloc(arena, sizeof(*out->deal));
	if (out->deal == NULL) {
		return STOA_TOO_LARGE;
	}
	marketplace_deal_view(deal, out->deal);
	return STOA_OK;
}

static bool
deal_matches(const struct marketplace *s, const struct deal *deal,
    const Stoa__Marketplace__DealsQuery *in)
{
	bool is_kind = in->kind == deal->said->kind ||
		       in->kind == KIND(DEAL_KIND_UNSPECIFIED) ||
		       (in->kind == KIND(LEASE) && deal_is_lease(deal));
	struct stoa_str member = holder_now(s, stoa_str_of(in->member));

	if (!is_kind || (in->is_open && deal_is_over(deal))) {
		return false;
	}
	return in->member[0] == '\0' ||
	       stoa_str_is_equal(member, stoa_str_of(deal->said->member)) ||
	       stoa_str_is_equal(member, stoa_str_of(deal->model->owner));
}

enum stoa_status
marketplace_query_deals(const struct marketplace *s,
    const Stoa__Marketplace__DealsQuery *in, struct stoa_arena *arena,
    Stoa__Marketplace__DealsReply *out)
{
	size_t limit = in->limit == 0 || in->limit > MARKETPLACE_PAGE_MAX
			   ? MARKETPLACE_PAGE_MAX
			   : in->limit;
	const struct stoa_order_entry *e;
	int64_t before = INT64_MAX;
	unsigned examined = 0;

	if (in->after[0] != '\0' &&
	    !stoa_str_to_i64(stoa_str_of(in->after), &before)) {
		return STOA_INVALID;
	}
	out->deals = stoa_arena_alloc_array(arena, limit, sizeof(void *));
	if (s == NULL || out->deals == NULL) {
		return s == NULL ? STOA_OK : STOA_TOO_LARGE;
	}
	e = stoa_order_until(&s->numbers, before, STOA_STR(""));
	for (; e != NULL; e = stoa_order_previous(e)) {
		Stoa__Marketplace__Deal *view;

		if (examined++ == MARKETPLACE_EXAMINED_MAX ||
		    out->n_deals == limit) {
			out->next =
			    stoa_arena_printf(arena, "%" PRId64, e->number + 1);
			return out->next == NULL ? STOA_TOO_LARGE : STOA_OK;
		}
		if (!deal_matches(s, e->value, in)) {
			continue;
		}
		view = stoa_arena_alloc(arena, sizeof(*view));
		if (view == NULL) {
			return STOA_TOO_LARGE;
		}
		marketplace_deal_view(e->value, view);
		out->deals[out->n_deals++] = view;
	}
	return STOA_OK;
}

/* ---- earnings
 * -------------------------------------------------------------------- */

/* Before shares: what comes of it is known at its end. */
static int64_t
pending_of(const struct deal *deal, struct stoa_str member, int64_t now_us)
{
	int64_t micro[MARKETPLACE_ACCRUALS_MAX], rest, sum = 0;

	if (!deal_is_lease(deal)) {
		return 0;
	}
	rest = deal_earned(deal, now_us);
	rest -= deal_owed(deal, rest, micro);
	for (size_t i = 0; i < deal->accrual_count; i++) {
		if (stoa_str_is_equal(
			stoa_str_of(deal->accruals[i].owner), member)) {
			sum += micro[i];
		}
	}
	return stoa_str_is_equal(stoa_str_of(deal->model->owner), member)
		   ? sum + rest
		   : sum;
}

enum stoa_status
marketplace_query_earnings(const struct marketplace *s,
    const Stoa__Marketplace__EarningsQuery *in, struct stoa_arena *arena,
    Stoa__Marketplace__EarningsReply *out)
{
	const struct earnings *sum;
	struct stoa_str member;

	(void)arena;
	if (s == NULL) {
		return STOA_OK;
	}
	member = holder_now(s, stoa_str_of(in->member));
	sum = stoa_map_get(&s->earnings, member);
	if (sum != NULL) {
		out->sales_micro = sum->micro[EARNED_SALES];
		out->leases_micro = sum->micro[EARNED_LEASES];
		out->creator_micro = sum->micro[EARNED_CREATOR];
		out->data_micro = sum->micro[EARNED_DATA];
		out->community_micro = sum->micro[EARNED_COMMUNITY];
		out->payment_count = sum->payment_count;
	}
	for (const struct stoa_order_entry *e = stoa_order_first(&s->due);
	     e != NULL; e = stoa_order_next(e)) {
		out->pending_micro += pending_of(e->value, member, in->now_us);
	}
	return STOA_OK;
}
