/* identity.c - one person on several platforms: a code offered here, claimed
 * there, answered here. Both sides act: who has only one of them gets nothing.
 *
 * Whoever offered stays, with all platform users of whoever claimed; what that
 * identity was called is kept for ever, for the communities where it is a
 * member (merge.c). A user who leaves is somebody new. */
#include "accounts/limits.h"
#include "accounts/state.h"
#include "base/hasher.h"
#include "base/id.h"

#include <stdlib.h>

static struct person *
person_must(const struct accounts *s, const ProtobufCBinaryData *key)
{
	struct person *p = stoa_map_get(&s->people, key_of(key));

	stoa_assert(p != NULL);
	return p;
}

static ProtobufCBinaryData
key_view(const struct person *p)
{
	return (ProtobufCBinaryData){
	    p->key.len, (uint8_t *)(uintptr_t)p->key.data};
}

/* NULL: one platform user, and never more. */
static struct identity *
identity_get(const struct accounts *s, const char *member)
{
	return stoa_map_get(&s->identities, stoa_str_of(member));
}

/* ---- decide -------------------------------------------------------------- */

/* Who asks, if it is the bot that says so; else refused. */
static struct person *
asker_find(const struct accounts *s, const struct stoa_command *c,
    const ProtobufCBinaryData *key, struct stoa_decision *d)
{
	struct person *p = NULL;

	if (is_directory(c, d)) {
		p = stoa_map_get(&s->people, key_of(key));
		if (p == NULL) {
			REFUSE(d, no_such_member, "");
		}
	}
	return p;
}

static bool
hash_is_valid(const ProtobufCBinaryData *hash, struct stoa_decision *d)
{
	if (hash->len != STOA_HASH_SIZE) {
		REFUSE(d, name_not_valid, "code_hash",
		    stoa_decide_number(d, STOA_HASH_SIZE));
		return false;
	}
	return true;
}

void
identity_decide_offer(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Accounts__OfferLinkRequest *in =
	    (const Stoa__Accounts__OfferLinkRequest *)c->request;
	struct person *p = asker_find(s, c, &in->user_key, d);
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__LinkOffered e = STOA__ACCOUNTS__LINK_OFFERED__INIT;
	size_t open = 0;

	if (p == NULL || !hash_is_valid(&in->code_hash, d)) {
		return;
	}
	STOA_MAP_EACH(&s->offers, entry)
	{
		const struct offer *o = entry->value;

		open += o->expires_us > c->now.us;
	}
	if (open >= ACCOUNTS_CODES_MAX) {
		REFUSE(d, too_many, "open codes",
		    stoa_decide_number(d, ACCOUNTS_CODES_MAX));
		return;
	}
	e.member = p->member;
	e.user_key = in->user_key;
	e.code_hash = in->code_hash;
	e.expires_us = c->now.us + ACCOUNTS_CODE_US;
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_LINK_OFFERED;
	event.link_offered = &e;
	stoa_decide_event(d, &event.base);
}

static int64_t
span_of(struct stoa_wall now)
{
	return now.us / ACCOUNTS_ATTEMPTS_US;
}

static bool
may_try(const struct accounts *s, const struct person *p,
    const struct stoa_command *c, struct stoa_decision *d)
{
	uintptr_t own =
	    (uintptr_t)stoa_map_get(&s->attempts, stoa_str_of(p->member));

	if (s->attempts_span != span_of(c->now) ||
	    (own < ACCOUNTS_ATTEMPTS_MAX &&
		s->attempt_count < ACCOUNTS_ATTEMPTS_ALL_MAX)) {
		return true;
	}
	REFUSE(d, too_many_attempts,
	    stoa_decide_number(
		d, (span_of(c->now) + 1) * ACCOUNTS_ATTEMPTS_US));
	return false;
}

/* One that waits for somebody to type it. All are looked at, so that how long
 * it takes says nothing. */
static const struct offer *
offer_find(const struct accounts *s, const ProtobufCBinaryData *hash,
    struct stoa_wall now)
{
	const struct offer *found = NULL;

	STOA_MAP_EACH(&s->offers, entry)
	{
		const struct offer *o = entry->value;

		if (memcmp(o->code_hash, hash->data, STOA_HASH_SIZE) == 0 &&
		    o->expires_us > now.us && o->claimant == NULL) {
			found = o;
		}
	}
	return found;
}

static bool
fits_together(const struct accounts *s, const struct person *a,
    const struct person *b, struct stoa_decision *d)
{
	const struct identity *x = identity_get(s, a->member);
	const struct identity *y = identity_get(s, b->member);
	size_t links =
	    (x == NULL ? 1 : x->link_count) + (y == NULL ? 1 : y->link_count);
	size_t formers = (x == NULL ? 0 : x->former_count) +
			 (y == NULL ? 0 : y->former_count) + 1;

	if (links > ACCOUNTS_IDENTITY_LINKS_MAX) {
		REFUSE(d, too_many, "linked platforms",
		    stoa_decide_number(d, ACCOUNTS_IDENTITY_LINKS_MAX));
		return false;
	}
	if (formers > ACCOUNTS_IDENTITY_FORMERS_MAX) {
		REFUSE(d, too_many, "links made and ended",
		    stoa_decide_number(d, ACCOUNTS_IDENTITY_FORMERS_MAX));
		return false;
	}
	return true;
}

static void
event_missed(struct stoa_decision *d, const struct person *p)
{
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__LinkMissed e = STOA__ACCOUNTS__LINK_MISSED__INIT;

	e.member = p->member;
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_LINK_MISSED;
	event.link_missed = &e;
	stoa_decide_event(d, &event.base);
}

void
identity_decide_claim(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Accounts__ClaimLinkRequest *in =
	    (const Stoa__Accounts__ClaimLinkRequest *)c->request;
	struct person *p = asker_find(s, c, &in->user_key, d);
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__LinkClaimed e = STOA__ACCOUNTS__LINK_CLAIMED__INIT;
	const struct offer *o;

	if (p == NULL || !hash_is_valid(&in->code_hash, d) ||
	    !may_try(s, p, c, d)) {
		return;
	}
	o = offer_find(s, &in->code_hash, c->now);
	if (o == NULL) {
		event_missed(d, p);
		return;
	}
	if (strcmp(o->from->member, p->member) == 0) {
		REFUSE(d, already_linked, p->platform, p->member);
		return;
	}
	if (!fits_together(s, o->from, p, d)) {
		return;
	}
	e.member = o->from->member;
	e.claimant = p->member;
	e.user_key = in->user_key;
	e.expires_us = c->now.us + ACCOUNTS_CODE_US;
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_LINK_CLAIMED;
	event.link_claimed = &e;
	stoa_decide_event(d, &event.base);
}

static void
event_declined(struct stoa_decision *d, const struct person *p)
{
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__LinkDeclined e = STOA__ACCOUNTS__LINK_DECLINED__INIT;

	e.member = p->member;
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_LINK_DECLINED;
	event.link_declined = &e;
	stoa_decide_event(d, &event.base);
}

void
identity_decide_answer(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Accounts__AnswerLinkRequest *in =
	    (const Stoa__Accounts__AnswerLinkRequest *)c->request;
	struct person *p = asker_find(s, c, &in->user_key, d);
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__IdentitiesLinked e =
	    STOA__ACCOUNTS__IDENTITIES_LINKED__INIT;
	const struct offer *o;

	if (p == NULL) {
		return;
	}
	o = stoa_map_get(&s->offers, stoa_str_of(p->member));
	/* What was answered is what was shown: a claimant that has become
	 * somebody else meanwhile has to claim again. */
	if (o == NULL || o->expires_us <= c->now.us || o->claimant == NULL ||
	    (in->is_accepted &&
		strcmp(in->claimant, o->claimant->member) != 0)) {
		REFUSE(d, no_open_code, "");
		return;
	}
	if (!in->is_accepted) {
		event_declined(d, p);
		return;
	}
	if (!fits_together(s, p, o->claimant, d)) {
		return;
	}
	e.member = p->member;
	e.former = o->claimant->member;
	e.user_key = key_view(o->from);
	e.former_key = key_view(o->claimant);
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_IDENTITIES_LINKED;
	event.identities_linked = &e;
	stoa_decide_event(d, &event.base);
}

void
identity_decide_unlink(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Accounts__UnlinkRequest *in =
	    (const Stoa__Accounts__UnlinkRequest *)c->request;
	struct person *p = asker_find(s, c, &in->user_key, d);
	const struct person *leaves;
	const struct identity *identity;
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__PersonUnlinked e =
	    STOA__ACCOUNTS__PERSON_UNLINKED__INIT;
	struct stoa_id id =
	    stoa_id_derive('u', c->community, c->actor, c->id, 0);

	if (p == NULL) {
		return;
	}
	leaves = stoa_map_get(&s->people, key_of(&in->link_key));
	identity = identity_get(s, p->member);
	if (leaves == NULL || strcmp(leaves->member, p->member) != 0) {
		REFUSE(d, no_such_member, "");
		return;
	}
	if (identity == NULL || identity->link_count < 2) {
		REFUSE(d, last_link, leaves->platform);
		return;
	}
	e.user_key = in->link_key;
	e.member = id.text;
	e.was = p->member;
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_PERSON_UNLINKED;
	event.person_unlinked = &e;
	stoa_decide_event(d, &event.base);
}

/* ---- apply --------------------------------------------------------------- */

static void
offer_drop(struct accounts *s, const char *member)
{
	free(stoa_map_remove(&s->offers, stoa_str_of(member)));
}

void
identity_apply_offered(struct accounts *s, const struct stoa_fact *fact,
    const Stoa__Accounts__LinkOffered *e)
{
	struct offer *o = calloc(1, sizeof(*o));

	stoa_assert(o != NULL && e->code_hash.len == STOA_HASH_SIZE);
	STOA_MAP_EACH(&s->offers, entry)
	{
		const struct offer *old = entry->value;

		if (old->expires_us <= fact->time.us) {
			free(stoa_map_remove(&s->offers, entry->key));
		}
	}
	memcpy(o->code_hash, e->code_hash.data, STOA_HASH_SIZE);
	o->expires_us = e->expires_us;
	o->from = person_must(s, &e->user_key);
	free(stoa_map_put(&s->offers, stoa_str_of(e->member), o));
}

void
identity_apply_claimed(struct accounts *s, const Stoa__Accounts__LinkClaimed *e)
{
	struct offer *o = stoa_map_get(&s->offers, stoa_str_of(e->member));

	stoa_assert(o != NULL && o->claimant == NULL);
	o->claimant = person_must(s, &e->user_key);
	o->expires_us = e->expires_us;
}

void
identity_apply_missed(struct accounts *s, const struct stoa_fact *fact,
    const Stoa__Accounts__LinkMissed *e)
{
	struct stoa_str member = stoa_str_of(e->member);
	uintptr_t own;

	if (s->attempts_span != span_of(fact->time)) {
		uint64_t seed = s->attempts.seed;

		stoa_map_fini(&s->attempts);
		stoa_map_init(&s->attempts, seed);
		s->attempts_span = span_of(fact->time);
		s->attempt_count = 0;
	}
	own = (uintptr_t)stoa_map_get(&s->attempts, member);
	(void)stoa_map_put(&s->attempts, member, (void *)(own + 1));
	s->attempt_count++;
}

void
identity_apply_declined(
    struct accounts *s, const Stoa__Accounts__LinkDeclined *e)
{
	offer_drop(s, e->member);
}

static struct identity *
identity_touch(
    struct accounts *s, const char *member, const ProtobufCBinaryData *key)
{
	struct identity *identity = identity_get(s, member);

	if (identity == NULL) {
		identity = calloc(1, sizeof(*identity));
		stoa_assert(identity != NULL);
		identity->links[identity->link_count++] = person_must(s, key);
		(void)stoa_map_put(
		    &s->identities, stoa_str_of(member), identity);
	}
	return identity;
}

static void
former_add(struct identity *identity, char *former)
{
	stoa_assert(identity->former_count < ACCOUNTS_IDENTITY_FORMERS_MAX);
	identity->formers[identity->former_count++] = former;
}

void
identity_apply_linked(
    struct accounts *s, const Stoa__Accounts__IdentitiesLinked *e)
{
	struct identity *to = identity_touch(s, e->member, &e->user_key);
	struct identity *from = identity_touch(s, e->former, &e->former_key);

	for (size_t i = 0; i < from->link_count; i++) {
		struct person *p = from->links[i];

		stoa_assert(to->link_count < ACCOUNTS_IDENTITY_LINKS_MAX);
		free(p->member);
		p->member = stoa_text_dup(e->member);
		to->links[to->link_count++] = p;
	}
	for (size_t i = 0; i < from->former_count; i++) {
		former_add(to, from->formers[i]);
	}
	former_add(to, stoa_text_dup(e->former));
	free(stoa_map_remove(&s->identities, stoa_str_of(e->former)));
	offer_drop(s, e->member);
	offer_drop(s, e->former);
}

void
identity_apply_unlinked(struct accounts *s, const struct stoa_fact *fact,
    const Stoa__Accounts__PersonUnlinked *e)
{
	struct person *p = person_must(s, &e->user_key);
	struct identity *identity = identity_get(s, e->was);
	size_t i = 0;

	stoa_assert(identity != NULL && identity->link_count > 1);
	while (identity->links[i] != p) {
		i++;
		stoa_assert(i < identity->link_count);
	}
	identity->link_count--;
	memmove(&identity->links[i], &identity->links[i + 1],
	    (identity->link_count - i) * sizeof(identity->links[0]));
	free(p->member);
	p->member = stoa_text_dup(e->member);
	p->is_known = true;
	p->linked_us = fact->time.us;
	/* A code that is on its way may be known to who has left. */
	offer_drop(s, e->was);
}

/* ---- digest and end ------------------------------------------------------ */

static void
digest_person(const struct person *p, struct stoa_hasher *h)
{
	stoa_hasher_text(h, p->key);
	stoa_hasher_text(h, stoa_str_of(p->platform));
	stoa_hasher_number(h, p->linked_us);
	stoa_hasher_number(h, p->is_known);
}

/* A directory without any of this has the digest it had before there was any:
 * journals say what it was. */
void
identity_digest(const struct accounts *s, struct stoa_hasher *h)
{
	STOA_MAP_EACH(&s->people, entry)
	{
		const struct person *p = entry->value;

		if (p->platform[0] != '\0' || p->is_known) {
			digest_person(p, h);
		}
	}
	STOA_MAP_EACH(&s->identities, entry)
	{
		const struct identity *identity = entry->value;

		stoa_hasher_text(h, entry->key);
		for (size_t i = 0; i < identity->link_count; i++) {
			stoa_hasher_text(h, identity->links[i]->key);
		}
		for (size_t i = 0; i < identity->former_count; i++) {
			stoa_hasher_text(h, stoa_str_of(identity->formers[i]));
		}
	}
	STOA_MAP_EACH(&s->offers, entry)
	{
		const struct offer *o = entry->value;

		stoa_hasher_text(h, entry->key);
		stoa_hasher_text(
		    h, stoa_str_of_bytes(o->code_hash, STOA_HASH_SIZE));
		stoa_hasher_number(h, o->expires_us);
		stoa_hasher_text(h, o->from->key);
		if (o->claimant != NULL) {
			stoa_hasher_text(h, o->claimant->key);
		}
	}
	STOA_MAP_EACH(&s->attempts, entry)
	{
		stoa_hasher_text(h, entry->key);
		stoa_hasher_number(h, (int64_t)(uintptr_t)entry->value);
		stoa_hasher_number(h, s->attempts_span);
	}
}

void
identity_free_all(struct accounts *s)
{
	STOA_MAP_EACH(&s->identities, entry)
	{
		struct identity *identity = entry->value;

		for (size_t i = 0; i < identity->former_count; i++) {
			free(identity->formers[i]);
		}
		free(identity);
	}
	STOA_MAP_EACH(&s->offers, entry)
	{
		free(entry->value);
	}
	stoa_map_fini(&s->identities);
	stoa_map_fini(&s->offers);
	stoa_map_fini(&s->attempts);
}
