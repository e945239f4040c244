/* models.c - what may be said of a model: approval and its steps, listings,
 * withdrawal. */
#include "base/id.h"
#include "marketplace/state.h"

struct model *
model_get(const struct marketplace *s, const char *id)
{
	return stoa_map_get(&s->models, stoa_str_of(id));
}

const struct model *
model_find(const struct marketplace *s, const char *id, struct stoa_decision *d)
{
	const struct model *m = model_get(s, id);

	if (m == NULL) {
		REFUSE(d, not_approved, id);
		return NULL;
	}
	if (m->state == MODEL(WITHDRAWN)) {
		REFUSE(d, withdrawn_model, id, "by a vote");
		return NULL;
	}
	return m;
}

bool
model_is_on_market(const struct model *m)
{
	return m->state == MODEL(ANNOUNCING) || m->state == MODEL(ACTIVE);
}

static char *
borrowed(const char *text)
{
	return (char *)(uintptr_t)text;
}

/* ---- approval and its steps -----------------------------------------------
 */

static void
share_add(Stoa__Marketplace__Approved *e, Stoa__Marketplace__Share *share,
    const char *to, uint32_t bp, const char *why)
{
	if (to[0] == '\0') {
		return; /* nobody is known: it stays with the owner */
	}
	stoa__marketplace__share__init(share);
	share->to = borrowed(to);
	share->bp = bp;
	share->why = borrowed(why);
	e->shares[e->n_shares++] = share;
}

static void
event_approved(const struct marketplace *s, struct stoa_decision *d,
    const Stoa__Marketplace__ApproveRequest *in)
{
	Stoa__Marketplace__Event event = STOA__MARKETPLACE__EVENT__INIT;
	Stoa__Marketplace__Approved e = STOA__MARKETPLACE__APPROVED__INIT;
	Stoa__Marketplace__Share shares[3], *list[3];
	Stoa__Marketplace__ModelFacts facts = *in->facts;

	facts.creator =
	    stoa_arena_str(d->arena, holder_now(s, stoa_str_of(facts.creator)));
	facts.data_owner = stoa_arena_str(
	    d->arena, holder_now(s, stoa_str_of(facts.data_owner)));
	if (facts.creator == NULL || facts.data_owner == NULL) {
		return; /* a full arena is noticed when it is packed */
	}
	e.is_on_chain = in->is_on_chain;
	e.facts = &facts;
	e.proposal = in->proposal;
	e.reply = in->reply;
	e.owner = facts.creator;
	e.shares = list;
	share_add(
	    &e, &shares[0], facts.creator, MARKETPLACE_CREATOR_BP, "creator");
	share_add(
	    &e, &shares[1], facts.data_owner, MARKETPLACE_DATA_BP, "data");
	share_add(
	    &e, &shares[2], "@treasury", MARKETPLACE_COMMUNITY_BP, "community");
	e.price_micro =
	    in->price_micro == 0 ? MARKETPLACE_PRICE_DEFAULT : in->price_micro;
	event.kind_case = EVENT_KIND(APPROVED);
	event.approved = &e;
	stoa_decide_event(d, &event.base);
}

static bool
price_is_valid(struct stoa_decision *d, const char *field, int64_t micro)
{
	if (micro < 0 || micro > MARKETPLACE_PRICE_MAX) {
		REFUSE(d, price_not_valid, field, "1",
		    stoa_decide_number(d, MARKETPLACE_PRICE_MAX));
		return false;
	}
	return true;
}

void
models_decide_approve(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Marketplace__ApproveRequest *in =
	    (const Stoa__Marketplace__ApproveRequest *)c->request;
	const struct model *m = model_get(s, in->model);

	if (m != NULL) {
		if (m->state == MODEL(WITHDRAWN)) {
			REFUSE(d, withdrawn_model, in->model, "by a vote");
		}
		return; /* done already */
	}
	if (in->facts == NULL || strcmp(in->facts->model, in->model) != 0 ||
	    !stoa_id_is_valid('m', stoa_str_of(in->model))) {
		REFUSE(d, no_such_model, in->model);
		return;
	}
	if (s->models.count >= MARKETPLACE_MODELS_MAX) {
		REFUSE(d, too_many, "models",
		    stoa_decide_number(d, MARKETPLACE_MODELS_MAX));
		return;
	}
	if (strlen(in->reply) > MARKETPLACE_REPLY_MAX) {
		REFUSE(d, too_many, "bytes of a reply",
		    stoa_decide_number(d, MARKETPLACE_REPLY_MAX));
		return;
	}
	if (price_is_valid(d, "price_micro", in->price_micro)) {
		event_approved(s, d, in);
	}
}

/* Steps come in order, each once; what comes again is done already. */
static const struct model *
step_find(const struct marketplace *s, struct stoa_decision *d, const char *id,
    model_state state)
{
	const struct model *m = model_get(s, id);

	if (m == NULL) {
		REFUSE(d, not_approved, id);
		return NULL;
	}
	return m->state == state ? m : NULL;
}

void
models_decide_pinned(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Marketplace__RecordPinnedRequest *in =
	    (const Stoa__Marketplace__RecordPinnedRequest *)c->request;
	Stoa__Marketplace__Event event = STOA__MARKETPLACE__EVENT__INIT;
	Stoa__Marketplace__Pinned e = STOA__MARKETPLACE__PINNED__INIT;

	if (step_find(s, d, in->model, MODEL(PINNING)) != NULL) {
		e.model = in->model;
		event.kind_case = EVENT_KIND(PINNED);
		event.pinned = &e;
		stoa_decide_event(d, &event.base);
	}
}

static void
event_listed(struct stoa_decision *d, const struct model *m,
    Stoa__Marketplace__Listed *e)
{
	Stoa__Marketplace__Event event = STOA__MARKETPLACE__EVENT__INIT;

	e->model = borrowed(m->id.data);
	e->seller = m->owner;
	event.kind_case = EVENT_KIND(LISTED);
	event.listed = e;
	stoa_decide_event(d, &event.base);
}

/* Signed and listed in one record, unless the chain is to list it: nothing is
 * for sale without its claim. */
void
models_decide_claim(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Marketplace__RecordClaimRequest *in =
	    (const Stoa__Marketplace__RecordClaimRequest *)c->request;
	const struct model *m = step_find(s, d, in->model, MODEL(CLAIMING));
	Stoa__Marketplace__Event event = STOA__MARKETPLACE__EVENT__INIT;
	Stoa__Marketplace__Claimed e = STOA__MARKETPLACE__CLAIMED__INIT;
	Stoa__Marketplace__Listed listed = STOA__MARKETPLACE__LISTED__INIT;

	if (m == NULL) {
		return;
	}
	if (in->claim.len == 0 || in->claim.len > MARKETPLACE_CLAIM_MAX) {
		REFUSE(d, too_many, "bytes of a claim",
		    stoa_decide_number(d, MARKETPLACE_CLAIM_MAX));
		return;
	}
	e.model = in->model;
	e.claim = in->claim;
	event.kind_case = EVENT_KIND(CLAIMED);
	event.claimed = &e;
	stoa_decide_event(d, &event.base);
	if (m->is_on_chain) {
		return; /* listed when it is a token */
	}
	listed.price_micro = m->said->price_micro;
	listed.licence = m->licence;
	listed.audience = m->audience;
	event_listed(d, m, &listed);
}

void
models_decide_announced(const struct marketplace *s,
    const struct stoa_command *c, struct stoa_decision *d)
{
	const Stoa__Marketplace__RecordAnnouncedRequest *in =
	    (const Stoa__Marketplace__RecordAnnouncedRequest *)c->request;
	Stoa__Marketplace__Event event = STOA__MARKETPLACE__EVENT__INIT;
	Stoa__Marketplace__Announced e = STOA__MARKETPLACE__ANNOUNCED__INIT;

	if (step_find(s, d, in->model, MODEL(ANNOUNCING)) != NULL) {
		e.model = in->model;
		event.kind_case = EVENT_KIND(ANNOUNCED);
		event.announced = &e;
		stoa_decide_event(d, &event.base);
	}
}

/* ---- withdrawal ------------------------------------------------------------
 */

void
models_decide_takedown(const struct marketplace *s,
    const struct stoa_command *c, struct stoa_decision *d)
{
	const Stoa__Marketplace__TakedownRequest *in =
	    (const Stoa__Marketplace__TakedownRequest *)c->request;
	const struct model *m = model_get(s, in->model);
	Stoa__Marketplace__Event event = STOA__MARKETPLACE__EVENT__INIT;
	Stoa__Marketplace__TakenDown e = STOA__MARKETPLACE__TAKEN_DOWN__INIT;

	if (m == NULL) {
		REFUSE(d, not_approved, in->model);
		return;
	}
	if (m->state == MODEL(WITHDRAWN)) {
		return; /* done already */
	}
	e.model = in->model;
	e.proposal = in->proposal;
	event.kind_case = EVENT_KIND(TAKEN_DOWN);
	event.taken_down = &e;
	stoa_decide_event(d, &event.base);
}

void
models_decide_restore(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Marketplace__RestoreRequest *in =
	    (const Stoa__Marketplace__RestoreRequest *)c->request;
	const struct model *m = model_get(s, in->model);
	Stoa__Marketplace__Event event = STOA__MARKETPLACE__EVENT__INIT;
	Stoa__Marketplace__Restored e = STOA__MARKETPLACE__RESTORED__INIT;

	if (m == NULL) {
		REFUSE(d, not_approved, in->model);
		return;
	}
	if (m->state != MODEL(WITHDRAWN)) {
		return; /* done already */
	}
	e.model = in->model;
	e.proposal = in->proposal;
	event.kind_case = EVENT_KIND(RESTORED);
	event.restored = &e;
	stoa_decide_event(d, &event.base);
}

/* ---- listings --------------------------------------------------------------
 */

const struct model *
own_find(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d, const char *id)
{
	const struct model *m = model_find(s, id, d);

	if (m == NULL) {
		return NULL;
	}
	if (is_outside(m->owner) || !stoa_str_is_equal(holder_now(s, c->actor),
					stoa_str_of(m->owner))) {
		REFUSE(d, not_your_model, id, m->owner);
		return NULL;
	}
	if (m->state == MODEL(MINTING)) {
		REFUSE(d, being_minted, id);
		return NULL;
	}
	if (!model_is_on_market(m)) {
		REFUSE(d, not_permitted, "a model whose approval is complete");
		return NULL;
	}
	if (m->sale != NULL) {
		REFUSE(d, being_sold, id);
		return NULL;
	}
	if (token_is_being_listed(m)) {
		REFUSE(d, being_listed, id);
		return NULL;
	}
	return m;
}

void
models_decide_list(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Marketplace__ListRequest *in =
	    (const Stoa__Marketplace__ListRequest *)c->request;
	const struct model *m = own_find(s, c, d, in->model);
	Stoa__Marketplace__Listed e = STOA__MARKETPLACE__LISTED__INIT;

	if (m == NULL || !price_is_valid(d, "price_micro", in->price_micro) ||
	    !price_is_valid(d, "rent_micro", in->rent_micro) ||
	    !price_is_valid(d, "question_micro", in->question_micro)) {
		return;
	}
	if (in->price_micro == 0 && in->rent_micro == 0 &&
	    in->question_micro == 0) {
		REFUSE(d, price_not_valid, "price_micro", "1",
		    stoa_decide_number(d, MARKETPLACE_PRICE_MAX));
		return;
	}
	if (!stoa_text_is_line(in->licence, 0, MARKETPLACE_LICENCE_MAX)) {
		REFUSE(d, licence_not_valid,
		    stoa_decide_number(d, MARKETPLACE_LICENCE_MAX));
		return;
	}
	e.price_micro = in->price_micro;
	e.rent_micro = in->rent_micro;
	e.question_micro = in->question_micro;
	e.licence = in->licence[0] == '\0' ? m->licence : in->licence;
	e.audience =
	    in->audience == STOA__MARKETPLACE__AUDIENCE__OWNER_ONLY ||
		    in->audience == STOA__MARKETPLACE__AUDIENCE__EVERYBODY
		? in->audience
		: m->audience;
	event_listed(d, m, &e);
}

void
models_decide_unlist(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Marketplace__UnlistRequest *in =
	    (const Stoa__Marketplace__UnlistRequest *)c->request;
	const struct model *m = own_find(s, c, d, in->model);
	Stoa__Marketplace__Event event = STOA__MARKETPLACE__EVENT__INIT;
	Stoa__Marketplace__Unlisted e = STOA__MARKETPLACE__UNLISTED__INIT;

	if (m == NULL) {
		return;
	}
	if (!m->is_listed) {
		REFUSE(d, not_listed, in->model, "sale");
		return;
	}
	e.model = in->model;
	event.kind_case = EVENT_KIND(UNLISTED);
	event.unlisted = &e;
	stoa_decide_event(d, &event.base);
}
