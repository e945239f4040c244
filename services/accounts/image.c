/* image.c - the whole state as bytes, for a snapshot, and back. */
#include "base/image.h"

#include "accounts/limits.h"
#include "accounts/state.h"
#include "base/core.h"

#include <stdlib.h>

static void
account_save(const struct account *a, struct stoa_buf *out)
{
	for (int i = 0; i < ASSET_COUNT; i++) {
		stoa_image_put_signed(out, a->available[i]);
		stoa_image_put_signed(out, a->held[i]);
	}
}

static void
account_load(struct account *a, struct stoa_image *in)
{
	for (int i = 0; i < ASSET_COUNT; i++) {
		a->available[i] = stoa_image_signed(in);
		a->held[i] = stoa_image_signed(in);
	}
}

/* ---- members ---- */

static void
member_save(const struct member *m, struct stoa_buf *out)
{
	stoa_image_put_text(out, m->id.data);
	stoa_image_put_text(out, m->display_name);
	stoa_image_put_number(out, (uint64_t)m->role);
	account_save(&m->account, out);
	stoa_image_put_number(out, m->version);
	stoa_image_put_signed(out, m->joined_us);
	stoa_image_put_signed(out, m->stake);
	stoa_image_put_number(out, m->is_invited);
	stoa_image_put_number(out, m->platform_role_count);
	for (size_t i = 0; i < m->platform_role_count; i++) {
		stoa_image_put_text(out, m->platform_roles[i]);
	}
}

static void
roles_load(struct member *m, struct stoa_image *in)
{
	size_t count =
	    (size_t)stoa_image_below(in, ACCOUNTS_PLATFORM_ROLES_MAX);

	if (count > 0) {
		m->platform_roles = calloc(count, sizeof(char *));
		stoa_assert(m->platform_roles != NULL);
	}
	for (size_t i = 0; i < count && !in->is_bad; i++) {
		char *role = stoa_image_text(in);

		if (role == NULL) {
			in->is_bad = true;
			return;
		}
		m->platform_roles[m->platform_role_count++] = role;
	}
}

/* NULL: the image is bad. */
static struct member *
member_load(struct accounts *s, struct stoa_image *in)
{
	char *id = stoa_image_text(in);
	char *name = stoa_image_text(in);
	struct member *m = NULL;

	if (id != NULL && name != NULL &&
	    stoa_map_get(&s->members, stoa_str_of(id)) == NULL) {
		m = member_add(s, id, name);
		m->role = (Stoa__Accounts__Role)stoa_image_below(in, INT32_MAX);
		account_load(&m->account, in);
		m->version = stoa_image_number(in);
		m->joined_us = stoa_image_signed(in);
		m->stake = stoa_image_signed(in);
		m->is_invited = stoa_image_below(in, 1) != 0;
		roles_load(m, in);
	}
	free(id);
	free(name);
	in->is_bad |= m == NULL;
	return m;
}

/* Live or merged away. */
static struct member *
member_of_id(const struct accounts *s, struct stoa_str id)
{
	struct member *m = stoa_map_get(&s->members, id);

	return m != NULL ? m : stoa_map_get(&s->merged, id);
}

/* Behind all of them: they name each other. */
static void
merged_load(struct accounts *s, struct stoa_image *in, uint64_t count)
{
	for (uint64_t i = 0; i < count && !in->is_bad; i++) {
		struct member *m = member_load(s, in);

		if (m == NULL) {
			return;
		}
		stoa_assert(stoa_map_put(&s->merged, m->id, m) == NULL);
		(void)stoa_map_remove(&s->members, m->id);
		m->id = s->merged.entries[s->merged.entry_count - 1].key;
	}
	STOA_MAP_EACH(&s->merged, entry)
	{
		struct member *m = entry->value;

		m->into = member_of_id(s, stoa_image_bytes(in));
		in->is_bad |= m->into == NULL || m->into == m;
	}
}

static int
version_compare(const void *a, const void *b)
{
	const struct member *const *x = a, *const *y = b;

	return ((*x)->version > (*y)->version) -
	       ((*x)->version < (*y)->version);
}

/* The list of changes: each has another version. */
static void
versions_link(struct accounts *s)
{
	size_t count = 0;
	struct member **all =
	    calloc(s->members.count + s->merged.count + 1, sizeof(all[0]));

	stoa_assert(all != NULL);
	STOA_MAP_EACH(&s->members, entry)
	{
		all[count++] = entry->value;
	}
	STOA_MAP_EACH(&s->merged, other)
	{
		all[count++] = other->value;
	}
	qsort(all, count, sizeof(all[0]), version_compare);
	for (size_t i = 0; i < count; i++) {
		all[i]->older = i == 0 ? NULL : all[i - 1];
		all[i]->newer = i + 1 == count ? NULL : all[i + 1];
	}
	s->oldest = all[0];
	s->newest = count == 0 ? NULL : all[count - 1];
	free(all);
}

static void
members_save(const struct accounts *s, struct stoa_buf *out)
{
	stoa_image_put_number(out, s->members.count);
	stoa_image_put_number(out, s->merged.count);
	STOA_MAP_EACH(&s->members, entry)
	{
		member_save(entry->value, out);
	}
	STOA_MAP_EACH(&s->merged, gone)
	{
		member_save(gone->value, out);
	}
	STOA_MAP_EACH(&s->merged, other)
	{
		const struct member *m = other->value;

		stoa_image_put_bytes(out, m->into->id);
	}
}

static void
members_load(struct accounts *s, struct stoa_image *in)
{
	uint64_t live = stoa_image_below(in, ACCOUNTS_MEMBERS_MAX);
	uint64_t merged = stoa_image_below(in, UINT32_MAX);

	for (uint64_t i = 0; i < live && !in->is_bad; i++) {
		(void)member_load(s, in);
	}
	merged_load(s, in, merged);
	versions_link(s);
}

/* ---- holds ---- */

static void
holds_save(const struct accounts *s, struct stoa_buf *out)
{
	stoa_image_put_number(out, s->holds.count);
	STOA_MAP_EACH(&s->holds, entry)
	{
		const struct hold *hold = entry->value;

		stoa_image_put_bytes(out, hold->id);
		stoa_image_put_bytes(out,
		    hold->member == NULL ? STOA_STR("") : hold->member->id);
		for (int i = 0; i < ASSET_COUNT; i++) {
			stoa_image_put_signed(out, hold->amount[i]);
		}
		stoa_image_put_signed(out, hold->expires_us);
	}
}

static void
hold_load(struct accounts *s, struct stoa_image *in)
{
	struct stoa_str id = stoa_image_bytes(in);
	struct stoa_str member = stoa_image_bytes(in);
	struct member *m = stoa_map_get(&s->members, member);
	struct hold *hold;

	if (in->is_bad || stoa_map_get(&s->holds, id) != NULL ||
	    (m == NULL && member.len > 0)) {
		in->is_bad = true;
		return;
	}
	hold = hold_add(s, id, m);
	for (int i = 0; i < ASSET_COUNT; i++) {
		hold->amount[i] = stoa_image_signed(in);
	}
	hold->expires_us = stoa_image_signed(in);
}

static void
holds_load(struct accounts *s, struct stoa_image *in)
{
	uint64_t count = stoa_image_below(in, ACCOUNTS_HOLDS_MAX);

	for (uint64_t i = 0; i < count && !in->is_bad; i++) {
		hold_load(s, in);
	}
	holds_due_refresh(s);
}

/* ---- the directory ---- */

static void
people_save(const struct accounts *s, struct stoa_buf *out)
{
	stoa_image_put_number(out, s->workspaces.count);
	STOA_MAP_EACH(&s->workspaces, entry)
	{
		stoa_image_put_bytes(out, entry->key);
		stoa_image_put_text(out, entry->value);
	}
	stoa_image_put_number(out, s->people.count);
	STOA_MAP_EACH(&s->people, other)
	{
		const struct person *p = other->value;

		stoa_image_put_bytes(out, p->key);
		stoa_image_put_bytes(
		    out, stoa_str_of_bytes(p->sealed, p->sealed_len));
		stoa_image_put_text(out, p->member);
		stoa_image_put_text(out, p->platform);
		stoa_image_put_signed(out, p->linked_us);
		stoa_image_put_number(out, p->is_known);
	}
}

static void
workspace_load(struct accounts *s, struct stoa_image *in)
{
	struct stoa_str key = stoa_image_bytes(in);
	char *community = stoa_image_text(in);

	if (community == NULL || stoa_map_get(&s->workspaces, key) != NULL) {
		free(community);
		in->is_bad = true;
		return;
	}
	(void)stoa_map_put(&s->workspaces, key, community);
}

static void
person_load(struct accounts *s, struct stoa_image *in)
{
	struct stoa_str key = stoa_image_bytes(in);
	struct stoa_str sealed = stoa_image_bytes(in);
	struct person *p;

	if (in->is_bad || stoa_map_get(&s->people, key) != NULL) {
		in->is_bad = true;
		return;
	}
	p = person_add(s, key, sealed);
	p->member = stoa_image_text(in);
	p->platform = stoa_image_text(in);
	p->linked_us = stoa_image_signed(in);
	p->is_known = stoa_image_below(in, 1) != 0;
	in->is_bad |= p->member == NULL || p->platform == NULL;
}

static void
people_load(struct accounts *s, struct stoa_image *in)
{
	uint64_t count = stoa_image_below(in, ACCOUNTS_LINKS_MAX);

	for (uint64_t i = 0; i < count && !in->is_bad; i++) {
		workspace_load(s, in);
	}
	count = stoa_image_below(in, ACCOUNTS_LINKS_MAX);
	for (uint64_t i = 0; i < count && !in->is_bad; i++) {
		person_load(s, in);
	}
}

/* ---- all of it ---- */

static void
community_save(const struct accounts *s, struct stoa_buf *out)
{
	stoa_image_put_text(out, s->name);
	stoa_image_put_signed(out, s->welcome_grant_micro);
	stoa_image_put_number(out, s->is_unbacked);
	stoa_image_put_number(out, s->transfer_count);
	stoa_image_put_number(out, s->owner_count);
	stoa_image_put_number(out, s->version);
	for (int i = 0; i < ASSET_COUNT; i++) {
		stoa_image_put_signed(out, s->issuance[i]);
	}
	account_save(&s->treasury, out);
	for (int i = 0; i < PLATFORM_ID_COUNT; i++) {
		stoa_image_put_text(out, s->platform_ids[i]);
	}
	stoa_image_put_number(out, s->commands.count);
	STOA_MAP_EACH(&s->commands, entry)
	{
		stoa_image_put_message(out, entry->value);
	}
}

static void
community_load(struct accounts *s, struct stoa_image *in)
{
	uint64_t count;

	s->name = stoa_image_text(in);
	s->welcome_grant_micro = stoa_image_signed(in);
	s->is_unbacked = stoa_image_below(in, 1) != 0;
	s->transfer_count = stoa_image_number(in);
	s->owner_count = stoa_image_number(in);
	s->version = stoa_image_number(in);
	for (int i = 0; i < ASSET_COUNT; i++) {
		s->issuance[i] = stoa_image_signed(in);
	}
	account_load(&s->treasury, in);
	for (int i = 0; i < PLATFORM_ID_COUNT; i++) {
		s->platform_ids[i] = stoa_image_text(in);
	}
	count = stoa_image_below(in, ACCOUNTS_COMMANDS_MAX);
	for (uint64_t i = 0; i < count && !in->is_bad; i++) {
		Stoa__Accounts__CommunityCommand *command = stoa_image_message(
		    in, &stoa__accounts__community_command__descriptor);

		if (command == NULL) {
			in->is_bad = true;
			return;
		}
		stoa_keep_free(stoa_map_put(
		    &s->commands, stoa_str_of(command->name), command));
	}
}

void
accounts_image_save(const void *state, struct stoa_buf *out)
{
	const struct accounts *s = state;

	community_save(s, out);
	members_save(s, out);
	holds_save(s, out);
	people_save(s, out);
	identity_save(s, out);
	withdrawals_save(s, out);
}

bool
accounts_image_load(void *state, struct stoa_str bytes)
{
	struct accounts *s = state;
	struct stoa_image in = {.rest = bytes};

	community_load(s, &in);
	members_load(s, &in);
	holds_load(s, &in);
	people_load(s, &in);
	identity_load(s, &in);
	withdrawals_load(s, &in);
	return !in.is_bad && in.rest.len == 0;
}
