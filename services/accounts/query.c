/* query.c - what may be asked of the state. */
#include "accounts/limits.h"
#include "accounts/state.h"

static char *
text_of(const char *borrowed)
{
	return (char *)(uintptr_t)borrowed;
}

enum stoa_status
accounts_resolve(const struct accounts *s,
    const Stoa__Accounts__ResolveQuery *in, Stoa__Accounts__ResolveReply *out)
{
	const struct person *p;
	const char *community;

	if (s == NULL) {
		return STOA_OK;
	}
	p = stoa_map_get(
	    &s->people, stoa_str_of_bytes(in->user_key.data, in->user_key.len));
	community = stoa_map_get(&s->workspaces,
	    stoa_str_of_bytes(in->workspace_key.data, in->workspace_key.len));
	if (p != NULL) {
		const struct identity *identity =
		    stoa_map_get(&s->identities, stoa_str_of(p->member));

		out->member = p->member;
		out->is_known = p->is_known;
		if (identity != NULL) {
			out->formers = (char **)(uintptr_t)identity->formers;
			out->n_formers = identity->former_count;
		}
	}
	if (community != NULL) {
		out->community = text_of(community);
	}
	return STOA_OK;
}

enum stoa_status
accounts_balance(const struct accounts *s,
    const Stoa__Accounts__BalanceQuery *in, Stoa__Accounts__BalanceReply *out)
{
	const struct member *m =
	    s == NULL ? NULL : member_get(s, stoa_str_of(in->member));

	if (m == NULL) {
		return STOA_NOT_FOUND;
	}
	out->joy_micro = m->account.available[0];
	out->credit_micro = m->account.available[1];
	out->held_joy_micro = m->account.held[0];
	out->held_credit_micro = m->account.held[1];
	out->role = m->role;
	out->display_name = m->display_name;
	out->is_unbacked = s->is_unbacked;
	out->platform_roles = m->platform_roles;
	out->n_platform_roles = m->platform_role_count;
	if (!stoa_str_is_equal(m->id, stoa_str_of(in->member))) {
		out->member = text_of(m->id.data);
	}
	return STOA_OK;
}

/* ---- an identity ---- */

static bool
link_add(struct stoa_arena *arena, const struct person *p,
    Stoa__Accounts__IdentityReply *out)
{
	Stoa__Accounts__IdentityLink *link =
	    stoa_arena_alloc(arena, sizeof(*link));

	if (link == NULL) {
		return false;
	}
	stoa__accounts__identity_link__init(link);
	link->platform = p->platform;
	link->user_key.data = (uint8_t *)(uintptr_t)p->key.data;
	link->user_key.len = p->key.len;
	link->linked_us = p->linked_us;
	out->links[out->n_links++] = link;
	return true;
}

enum stoa_status
accounts_identity(const struct accounts *s,
    const Stoa__Accounts__IdentityQuery *in, struct stoa_arena *arena,
    Stoa__Accounts__IdentityReply *out)
{
	const struct person *p =
	    s == NULL ? NULL : stoa_map_get(&s->people, key_of(&in->user_key));
	const struct identity *identity;
	const struct offer *offer;
	bool ok = true;

	if (p == NULL) {
		return STOA_NOT_FOUND;
	}
	identity = stoa_map_get(&s->identities, stoa_str_of(p->member));
	offer = stoa_map_get(&s->offers, stoa_str_of(p->member));
	out->member = p->member;
	out->links = stoa_arena_alloc_array(
	    arena, ACCOUNTS_IDENTITY_LINKS_MAX, sizeof(out->links[0]));
	if (out->links == NULL) {
		return STOA_TOO_LARGE;
	}
	for (size_t i = 0; identity != NULL && i < identity->link_count; i++) {
		ok = ok && link_add(arena, identity->links[i], out);
	}
	if (identity == NULL) {
		ok = link_add(arena, p, out);
	}
	/* The caller knows the time. */
	if (offer != NULL) {
		out->offer_expires_us = offer->expires_us;
	}
	if (offer != NULL && offer->claimant != NULL) {
		out->claimant = offer->claimant->member;
		out->claimant_platform = offer->claimant->platform;
	}
	return ok ? STOA_OK : STOA_TOO_LARGE;
}

/* Moves the cursor behind the entry `after`; false when there is no such. */
static bool
cursor_seek(const struct stoa_map *map, struct stoa_str after, size_t *cursor)
{
	struct stoa_map_entry *entry;

	if (after.len == 0) {
		return true;
	}
	while ((entry = stoa_map_next(map, cursor)) != NULL) {
		if (stoa_str_is_equal(entry->key, after)) {
			return true;
		}
	}
	return false;
}

enum stoa_status
accounts_members(const struct accounts *s,
    const Stoa__Accounts__MembersQuery *in, struct stoa_arena *arena,
    Stoa__Accounts__MembersReply *out)
{
	uint32_t limit = in->limit == 0 || in->limit > ACCOUNTS_PAGE_MAX
			     ? ACCOUNTS_PAGE_MAX
			     : in->limit;
	const struct stoa_map_entry *entry;
	size_t cursor = 0;

	if (s == NULL ||
	    !cursor_seek(&s->members, stoa_str_of(in->after), &cursor)) {
		return STOA_NOT_FOUND;
	}
	out->members =
	    stoa_arena_alloc_array(arena, limit, sizeof(out->members[0]));
	while (out->members != NULL && out->n_members < limit &&
	       (entry = stoa_map_next(&s->members, &cursor)) != NULL) {
		const struct member *m = entry->value;
		Stoa__Accounts__Member *row =
		    stoa_arena_alloc(arena, sizeof(*row));

		if (row == NULL) {
			return STOA_TOO_LARGE;
		}
		stoa__accounts__member__init(row);
		row->id = text_of(m->id.data);
		row->display_name = m->display_name;
		row->role = m->role;
		out->members[out->n_members++] = row;
		out->next = row->id;
	}
	if (stoa_map_next(&s->members, &cursor) == NULL) {
		out->next = text_of("");
	}
	return STOA_OK;
}

enum stoa_status
accounts_audit(const struct accounts *s, const Stoa__Accounts__AuditQuery *in,
    Stoa__Accounts__AuditReply *out)
{
	int64_t sum[ASSET_COUNT];

	(void)in;
	if (s == NULL) {
		return STOA_OK;
	}
	for (int i = 0; i < ASSET_COUNT; i++) {
		sum[i] = s->issuance[i] + s->treasury.available[i] +
			 s->treasury.held[i];
	}
	sum[0] += s->vault_micro;
	STOA_MAP_EACH(&s->members, entry)
	{
		const struct member *m = entry->value;

		for (int i = 0; i < ASSET_COUNT; i++) {
			sum[i] += m->account.available[i] + m->account.held[i];
		}
	}
	out->joy_sum_micro = sum[0];
	out->credit_sum_micro = sum[1];
	out->account_count = s->members.count;
	out->open_hold_count = s->holds.count;
	out->transfer_count = s->transfer_count;
	out->vault_micro = -s->vault_micro;
	return STOA_OK;
}

static char *
platform_id(const struct accounts *s, int which)
{
	char *id = s->platform_ids[which];

	return id == NULL ? text_of("") : id;
}

enum stoa_status
accounts_community(const struct accounts *s,
    const Stoa__Accounts__CommunityQuery *in, struct stoa_arena *arena,
    Stoa__Accounts__CommunityReply *out)
{
	(void)in;
	if (s == NULL || s->name == NULL) {
		return STOA_NOT_FOUND;
	}
	out->name = s->name;
	out->welcome_grant_micro = s->welcome_grant_micro;
	out->announce_channel = platform_id(s, ANNOUNCE_CHANNEL);
	out->admin_role = platform_id(s, ADMIN_ROLE);
	out->trainer_role = platform_id(s, TRAINER_ROLE);
	out->commands = stoa_arena_alloc_array(
	    arena, s->commands.count, sizeof(out->commands[0]));
	STOA_MAP_EACH(&s->commands, entry)
	{
		if (out->commands == NULL) {
			return STOA_TOO_LARGE;
		}
		out->commands[out->n_commands++] = entry->value;
	}
	return STOA_OK;
}
