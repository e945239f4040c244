/* identity_image.c - identities, codes and attempts as bytes, and back. */
#include "base/image.h"

#include "accounts/limits.h"
#include "accounts/state.h"

#include <stdlib.h>

/* ---- save ---- */

void
identity_save(const struct accounts *s, struct stoa_buf *out)
{
	stoa_image_put_number(out, s->identities.count);
	STOA_MAP_EACH(&s->identities, entry)
	{
		const struct identity *i = entry->value;

		stoa_image_put_bytes(out, entry->key);
		stoa_image_put_number(out, i->link_count);
		for (size_t at = 0; at < i->link_count; at++) {
			stoa_image_put_bytes(out, i->links[at]->key);
		}
		stoa_image_put_number(out, i->former_count);
		for (size_t at = 0; at < i->former_count; at++) {
			stoa_image_put_text(out, i->formers[at]);
		}
	}
	stoa_image_put_number(out, s->offers.count);
	STOA_MAP_EACH(&s->offers, open)
	{
		const struct offer *o = open->value;

		stoa_image_put_bytes(out, open->key);
		stoa_buf_add(out, o->code_hash, sizeof(o->code_hash));
		stoa_image_put_signed(out, o->expires_us);
		stoa_image_put_bytes(out, o->from->key);
		stoa_image_put_bytes(
		    out, o->claimant == NULL ? STOA_STR("") : o->claimant->key);
	}
	stoa_image_put_signed(out, s->attempts_span);
	stoa_image_put_number(out, s->attempt_count);
	stoa_image_put_number(out, s->attempts.count);
	STOA_MAP_EACH(&s->attempts, missed)
	{
		stoa_image_put_bytes(out, missed->key);
		stoa_image_put_number(out, (uintptr_t)missed->value);
	}
}

/* ---- load ---- */

static struct person *
person_named(const struct accounts *s, struct stoa_image *in)
{
	struct person *p = stoa_map_get(&s->people, stoa_image_bytes(in));

	in->is_bad |= p == NULL;
	return p;
}

static void
one_load(struct accounts *s, struct stoa_image *in)
{
	struct stoa_str key = stoa_image_bytes(in);
	struct identity *i = calloc(1, sizeof(*i));
	size_t count;

	stoa_assert(i != NULL);
	if (in->is_bad || stoa_map_get(&s->identities, key) != NULL) {
		free(i);
		in->is_bad = true;
		return;
	}
	(void)stoa_map_put(&s->identities, key, i);
	count = (size_t)stoa_image_below(in, ACCOUNTS_IDENTITY_LINKS_MAX);
	for (size_t at = 0; at < count; at++) {
		i->links[i->link_count++] = person_named(s, in);
	}
	count = (size_t)stoa_image_below(in, ACCOUNTS_IDENTITY_FORMERS_MAX);
	for (size_t at = 0; at < count; at++) {
		i->formers[i->former_count++] = stoa_image_text(in);
	}
}

static void
offer_load(struct accounts *s, struct stoa_image *in)
{
	struct stoa_str key = stoa_image_bytes(in);
	struct offer *o = calloc(1, sizeof(*o));
	const void *hash = stoa_image_raw(in, sizeof(o->code_hash));
	struct stoa_str claimant;

	stoa_assert(o != NULL);
	if (hash == NULL || stoa_map_get(&s->offers, key) != NULL) {
		free(o);
		in->is_bad = true;
		return;
	}
	(void)stoa_map_put(&s->offers, key, o);
	memcpy(o->code_hash, hash, sizeof(o->code_hash));
	o->expires_us = stoa_image_signed(in);
	o->from = person_named(s, in);
	claimant = stoa_image_bytes(in);
	o->claimant = stoa_map_get(&s->people, claimant);
	in->is_bad |= o->claimant == NULL && claimant.len > 0;
}

static void
attempts_load(struct accounts *s, struct stoa_image *in)
{
	uint64_t count;

	s->attempts_span = stoa_image_signed(in);
	s->attempt_count = stoa_image_number(in);
	count = stoa_image_below(in, ACCOUNTS_ATTEMPTS_ALL_MAX);
	for (uint64_t i = 0; i < count && !in->is_bad; i++) {
		struct stoa_str key = stoa_image_bytes(in);
		uintptr_t missed = (uintptr_t)stoa_image_number(in);

		in->is_bad |= missed == 0;
		if (!in->is_bad) {
			(void)stoa_map_put(&s->attempts, key, (void *)missed);
		}
	}
}

void
identity_load(struct accounts *s, struct stoa_image *in)
{
	uint64_t count = stoa_image_below(in, ACCOUNTS_LINKS_MAX);

	for (uint64_t i = 0; i < count && !in->is_bad; i++) {
		one_load(s, in);
	}
	count = stoa_image_below(in, ACCOUNTS_LINKS_MAX);
	for (uint64_t i = 0; i < count && !in->is_bad; i++) {
		offer_load(s, in);
	}
	attempts_load(s, in);
}
