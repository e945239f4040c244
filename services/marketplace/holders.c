/* holders.c - two members turn out to be one person: what the one owns, leases
 * or has earned is the other's. */
#include "base/check.h"
#include "base/id.h"
#include "marketplace/state.h"

#include <stdlib.h>

struct stoa_str
holder_now(const struct marketplace *s, struct stoa_str actor)
{
	const char *now = stoa_map_get(&s->owners, actor);

	/* Ends: nobody becomes who they were. */
	while (now != NULL) {
		actor = stoa_str_of(now);
		now = stoa_map_get(&s->owners, actor);
	}
	return actor;
}

void
holders_decide_unite(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Marketplace__UniteRequest *in =
	    (const Stoa__Marketplace__UniteRequest *)c->request;
	struct stoa_str former = stoa_str_of(in->former);
	struct stoa_str to = holder_now(s, stoa_str_of(in->member));
	Stoa__Marketplace__Event event = STOA__MARKETPLACE__EVENT__INIT;
	Stoa__Marketplace__MembersUnited e =
	    STOA__MARKETPLACE__MEMBERS_UNITED__INIT;

	if (!stoa_id_is_valid('u', to) || !stoa_id_is_valid('u', former) ||
	    stoa_str_is_equal(to, former)) {
		REFUSE(d, not_permitted, "two members");
		return;
	}
	if (stoa_map_get(&s->owners, former) != NULL) {
		if (!stoa_str_is_equal(holder_now(s, former), to)) {
			REFUSE(d, not_permitted, "two members");
		}
		return; /* done already */
	}
	if (s->owners.count >= MARKETPLACE_UNITED_MAX) {
		REFUSE(d, too_many, "former names",
		    stoa_decide_number(d, MARKETPLACE_UNITED_MAX));
		return;
	}
	e.member = stoa_arena_str(d->arena, to);
	e.former = in->former;
	event.kind_case = EVENT_KIND(MEMBERS_UNITED);
	event.members_united = &e;
	if (e.member != NULL) {
		stoa_decide_event(d, &event.base);
	}
}

static void
rename_owner(char **owner, const Stoa__Marketplace__MembersUnited *e)
{
	if (strcmp(*owner, e->former) == 0) {
		stoa_text_set(owner, e->member);
	}
}

static void
model_rename(struct model *m, const Stoa__Marketplace__MembersUnited *e)
{
	rename_owner(&m->owner, e);
	if (m->token.former_owner != NULL) {
		rename_owner(&m->token.former_owner, e);
	}
	rename_owner(&m->said->owner, e);
	rename_owner(&m->said->facts->creator, e);
	rename_owner(&m->said->facts->data_owner, e);
	for (size_t i = 0; i < m->said->n_shares; i++) {
		rename_owner(&m->said->shares[i]->to, e);
	}
}

/* Of two leases of one model the later one is used; both end at their time. */
static void
lease_rename(struct marketplace *s, struct deal *deal,
    const Stoa__Marketplace__MembersUnited *e)
{
	char before[64], after[64];
	struct deal *other;

	lease_key_print(before, e->former, deal->model->id.data);
	lease_key_print(after, e->member, deal->model->id.data);
	if (stoa_map_get(&s->leases, stoa_str_of(before)) != deal) {
		return;
	}
	(void)stoa_map_remove(&s->leases, stoa_str_of(before));
	other = stoa_map_get(&s->leases, stoa_str_of(after));
	if (other == NULL || other->ends_us < deal->ends_us) {
		(void)stoa_map_put(&s->leases, stoa_str_of(after), deal);
	}
}

static void
deal_rename(struct marketplace *s, struct deal *deal,
    const Stoa__Marketplace__MembersUnited *e)
{
	for (size_t i = 0; i < deal->accrual_count; i++) {
		rename_owner(&deal->accruals[i].owner, e);
	}
	if (deal->seller != NULL) {
		rename_owner(&deal->seller, e);
	}
	if (strcmp(deal->said->member, e->former) != 0) {
		return;
	}
	if (deal_is_lease(deal)) {
		lease_rename(s, deal, e);
	}
	if (!deal_is_over(deal)) {
		open_count_add(s, e->former, -1);
		open_count_add(s, e->member, 1);
	}
	stoa_text_set(&deal->said->member, e->member);
}

static void
earnings_rename(
    struct marketplace *s, const Stoa__Marketplace__MembersUnited *e)
{
	struct earnings *was =
	    stoa_map_remove(&s->earnings, stoa_str_of(e->former));
	struct earnings *now;

	if (was == NULL) {
		return;
	}
	now = earnings_of(s, e->member);
	for (int i = 0; i < EARNED_COUNT; i++) {
		stoa_assert(!__builtin_add_overflow(
		    now->micro[i], was->micro[i], &now->micro[i]));
	}
	now->payment_count += was->payment_count;
	free(was);
}

void
holders_apply_united(
    struct marketplace *s, const Stoa__Marketplace__MembersUnited *e)
{
	stoa_assert(stoa_map_put(&s->owners, stoa_str_of(e->former),
			stoa_text_dup(e->member)) == NULL);
	STOA_MAP_EACH(&s->models, entry)
	{
		model_rename(entry->value, e);
	}
	STOA_MAP_EACH(&s->deals, entry)
	{
		deal_rename(s, entry->value, e);
	}
	/* An offer to oneself is none. */
	STOA_MAP_EACH(&s->models, entry)
	{
		deals_due_refresh(s, entry->value);
	}
	earnings_rename(s, e);
}

void
holders_free(struct marketplace *s)
{
	STOA_MAP_EACH(&s->owners, entry)
	{
		free(entry->value);
	}
	stoa_map_fini(&s->owners);
}
