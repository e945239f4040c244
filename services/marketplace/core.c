/* core.c - the marketplace as the runtime sees it. */
#include "base/check.h"
#include "base/hasher.h"
#include "marketplace/state.h"

#include <stdlib.h>

/* ---- life ---------------------------------------------------------------- */

static void *
state_new(struct stoa_str community, uint64_t seed)
{
	struct marketplace *s = calloc(1, sizeof(*s));

	stoa_assert(s != NULL);
	s->community = stoa_text_of(community);
	stoa_map_init(&s->models, seed);
	stoa_map_init(&s->deals, seed);
	stoa_map_init(&s->leases, seed);
	stoa_map_init(&s->todo_models, seed);
	stoa_map_init(&s->todo_deals, seed);
	stoa_map_init(&s->earnings, seed);
	stoa_map_init(&s->owners, seed);
	stoa_map_init(&s->counts, seed);
	stoa_map_init(&s->tokens, seed);
	for (int i = 0; i < SORT_COUNT; i++) {
		stoa_order_init(&s->sorted[i], seed);
	}
	stoa_order_init(&s->due, seed);
	stoa_order_init(&s->numbers, seed);
	stoa_order_init(&s->closed, seed);
	return s;
}

static void
values_free(struct stoa_map *map)
{
	STOA_MAP_EACH(map, entry)
	{
		free(entry->value);
	}
	stoa_map_fini(map);
}

static void
state_free(void *state)
{
	struct marketplace *s = state;

	for (int i = 0; i < SORT_COUNT; i++) {
		stoa_order_fini(&s->sorted[i]);
	}
	stoa_order_fini(&s->due);
	stoa_order_fini(&s->numbers);
	stoa_order_fini(&s->closed);
	STOA_MAP_EACH(&s->deals, entry)
	{
		deal_free(entry->value);
	}
	STOA_MAP_EACH(&s->models, entry)
	{
		model_forget(entry->value);
	}
	stoa_map_fini(&s->deals);
	stoa_map_fini(&s->models);
	stoa_map_fini(&s->leases);
	stoa_map_fini(&s->tokens);
	stoa_map_fini(&s->todo_models);
	stoa_map_fini(&s->todo_deals);
	values_free(&s->earnings);
	values_free(&s->counts);
	holders_free(s);
	free(s->community);
	free(s);
}

/* ---- decide -------------------------------------------------------------- */

typedef void (*decide_fn)(const struct marketplace *s,
    const struct stoa_command *c, struct stoa_decision *d);

static const struct {
	const char *method;
	decide_fn decide;
	const char *actor; /* the service that may; NULL: a member */
} decisions[] = {
    {"Approve", models_decide_approve, "governance"},
    {"Takedown", models_decide_takedown, "governance"},
    {"Restore", models_decide_restore, "governance"},
    {"List", models_decide_list, NULL},
    {"Unlist", models_decide_unlist, NULL},
    {"Buy", deals_decide_buy, NULL},
    {"Lease", deals_decide_lease, NULL},
    {"EndLease", deals_decide_return, NULL},
    {"Offer", deals_decide_offer, NULL},
    {"Answer", deals_decide_answer, NULL},
    {"Use", access_decide_use, NULL},
    {"Unite", holders_decide_unite, "bot"},
    {"RecordPinned", models_decide_pinned, "marketplace"},
    {"RecordClaim", models_decide_claim, "marketplace"},
    {"RecordAnnounced", models_decide_announced, "marketplace"},
    {"RecordHeld", deals_decide_held, "marketplace"},
    {"RecordSettled", deals_decide_settled, "marketplace"},
    {"RecordTold", deals_decide_told, "marketplace"},
    {"Advance", deals_decide_advance, "marketplace"},
    {"Tokenize", tokens_decide_tokenize, NULL},
    {"Retry", tokens_decide_retry, NULL},
    {"RecordMinted", tokens_decide_minted, "marketplace"},
    {"RecordRelisted", tokens_decide_relisted, "marketplace"},
    {"RecordCollected", tokens_decide_collected, "marketplace"},
    {"RecordTraded", trades_decide_traded, "marketplace"},
    {"RecordReturned", trades_decide_returned, "marketplace"},
    {"RecordSighted", sightings_decide, "marketplace"},
};

static void
decide(const void *state, const struct stoa_command *c, struct stoa_decision *d)
{
	for (size_t i = 0; i < STOA_COUNT(decisions); i++) {
		const char *service = decisions[i].actor;

		if (strcmp(decisions[i].method, c->method->name) != 0) {
			continue;
		}
		if (service == NULL && c->actor.data[0] == '@') {
			REFUSE(d, not_permitted, "a member");
		} else if (service != NULL && !stoa_actor_is(c, service)) {
			REFUSE(d, not_permitted, service);
		} else {
			decisions[i].decide(state, c, d);
		}
		return;
	}
	REFUSE(d, not_permitted, "a command of the marketplace");
}

/* ---- apply --------------------------------------------------------------- */

static bool
apply_model(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__Event *e)
{
	switch ((int)e->kind_case) {
	case EVENT_KIND(APPROVED):
		model_apply_approved(s, fact, e->approved);
		return true;
	case EVENT_KIND(PINNED):
		model_apply_pinned(s, fact, e->pinned);
		return true;
	case EVENT_KIND(CLAIMED):
		model_apply_claimed(s, fact, e->claimed);
		return true;
	case EVENT_KIND(LISTED):
		model_apply_listed(s, fact, e->listed);
		return true;
	case EVENT_KIND(UNLISTED):
		model_apply_unlisted(s, e->unlisted->model);
		return true;
	case EVENT_KIND(ANNOUNCED):
		model_apply_announced(s, fact, e->announced);
		return true;
	case EVENT_KIND(TAKEN_DOWN):
		model_apply_taken_down(s, fact, e->taken_down);
		return true;
	case EVENT_KIND(RESTORED):
		model_apply_restored(s, e->restored);
		return true;
	case EVENT_KIND(SOLD):
		model_apply_sold(s, fact, e->sold);
		return true;
	}
	return false;
}

static bool
apply_token(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__Event *e)
{
	switch ((int)e->kind_case) {
	case EVENT_KIND(MINT_ASKED):
		token_apply_asked(s, e->mint_asked->model);
		return true;
	case EVENT_KIND(MINTED):
		token_apply_minted(s, fact, e->minted);
		return true;
	case EVENT_KIND(MINT_FAILED):
		token_apply_failed(s, e->mint_failed);
		return true;
	case EVENT_KIND(RELISTED):
		token_apply_relisted(s, e->relisted);
		return true;
	case EVENT_KIND(COLLECTED):
		token_apply_collected(s, e->collected);
		return true;
	case EVENT_KIND(DEAL_TRADED):
		trade_apply_traded(s, fact, e->deal_traded);
		return true;
	case EVENT_KIND(RETURN_ASKED):
		trade_apply_return_asked(s, fact, e->return_asked);
		return true;
	case EVENT_KIND(RETURN_FAILED):
		trade_apply_return_failed(s, e->return_failed);
		return true;
	case EVENT_KIND(SIGHTED):
		sighting_apply(s, e->sighted);
		return true;
	}
	return apply_model(s, fact, e);
}

static bool
apply(void *state, const struct stoa_fact *fact)
{
	struct marketplace *s = state;
	const Stoa__Marketplace__Event *e =
	    (const Stoa__Marketplace__Event *)fact->event;

	switch ((int)e->kind_case) {
	case EVENT_KIND(DEAL_BEGUN):
		deal_apply_begun(s, fact, e->deal_begun);
		return true;
	case EVENT_KIND(DEAL_HELD):
		deal_apply_held(s, fact, e->deal_held);
		return true;
	case EVENT_KIND(DEAL_REFUSED):
		deal_apply_refused(s, fact, e->deal_refused);
		return true;
	case EVENT_KIND(USED):
		deal_apply_used(s, e->used);
		return true;
	case EVENT_KIND(DEAL_ENDED):
		deal_apply_ended(s, fact, e->deal_ended);
		return true;
	case EVENT_KIND(DEAL_SETTLED):
		deal_apply_settled(s, fact, e->deal_settled);
		return true;
	case EVENT_KIND(DEAL_TOLD):
		deal_apply_told(s, e->deal_told);
		return true;
	case EVENT_KIND(MEMBERS_UNITED):
		holders_apply_united(s, e->members_united);
		return true;
	}
	return apply_token(s, fact, e);
}

/* ---- digest and deadlines ------------------------------------------------ */

/* All that matters is what an image has. */
static void
digest(const void *state, struct stoa_hasher *h)
{
	struct stoa_buf image;

	stoa_buf_init(&image, (size_t)1 << 40);
	marketplace_image_save(state, &image);
	stoa_assert(!image.is_overflown);
	stoa_hasher_text(h, stoa_buf_str(&image));
	stoa_buf_fini(&image);
}

static struct stoa_wall
next_due(const void *state)
{
	const struct marketplace *s = state;
	const struct stoa_order_entry *first = stoa_order_first(&s->due);

	return first == NULL ? STOA_WALL_NEVER
			     : (struct stoa_wall){first->number};
}

const struct stoa_core marketplace_core = {
    .name = "marketplace",
    .service = &stoa__marketplace__marketplace__descriptor,
    .event = &stoa__marketplace__event__descriptor,
    .reasons = &stoa__marketplace__refusal_reason__descriptor,
    .state_new = state_new,
    .state_free = state_free,
    .decide = decide,
    .apply = apply,
    .digest = digest,
    .next_due = next_due,
    .image_version = 2,
    .save = marketplace_image_save,
    .load = marketplace_image_load,
};
