/* electors.c - members as those who vote see them: each change gets a version,
 * so that whoever keeps a copy asks only for what is newer. */
#include "accounts/limits.h"
#include "accounts/state.h"

#include <stdlib.h>

#define MICRO_PER_JOY 1000000

/* ---- versions ---- */

static void
unlink_member(struct accounts *s, struct member *m)
{
	if (m->older != NULL) {
		m->older->newer = m->newer;
	} else if (s->oldest == m) {
		s->oldest = m->newer;
	}
	if (m->newer != NULL) {
		m->newer->older = m->older;
	} else if (s->newest == m) {
		s->newest = m->older;
	}
	m->older = m->newer = NULL;
}

void
elector_changed(struct accounts *s, struct member *m)
{
	unlink_member(s, m);
	m->version = ++s->version;
	m->older = s->newest;
	if (s->newest != NULL) {
		s->newest->newer = m;
	} else {
		s->oldest = m;
	}
	s->newest = m;
}

void
elector_balance_changed(struct accounts *s, struct member *m)
{
	int64_t stake;

	if (m == NULL) {
		return; /* a system account */
	}
	stake = (m->account.available[0] + m->account.held[0]) / MICRO_PER_JOY;
	if (stake != m->stake) {
		m->stake = stake;
		elector_changed(s, m);
	}
}

/* ---- roles of the platform ---- */

static bool
are_equal(const struct member *m, char *const *roles, size_t count)
{
	if (count != m->platform_role_count) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (strcmp(roles[i], m->platform_roles[i]) != 0) {
			return false;
		}
	}
	return true;
}

void
electors_decide_roles(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Accounts__ObserveRolesRequest *in =
	    (const Stoa__Accounts__ObserveRolesRequest *)c->request;
	const struct member *m = member_get(s, stoa_str_of(in->member));
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__PlatformRolesSeen seen =
	    STOA__ACCOUNTS__PLATFORM_ROLES_SEEN__INIT;

	if (!stoa_actor_is(c, "bot")) {
		REFUSE(d, not_permitted, "an authenticated platform");
		return;
	}
	if (m == NULL) {
		REFUSE(d, no_such_member, in->member);
		return;
	}
	if (in->n_roles > ACCOUNTS_PLATFORM_ROLES_MAX) {
		REFUSE(d, too_many, "roles",
		    stoa_decide_number(d, ACCOUNTS_PLATFORM_ROLES_MAX));
		return;
	}
	for (size_t i = 0; i < in->n_roles; i++) {
		if (in->roles[i][0] == '\0' ||
		    strlen(in->roles[i]) > ACCOUNTS_PLATFORM_ID_MAX) {
			REFUSE(d, id_not_valid, "roles",
			    stoa_decide_number(d, ACCOUNTS_PLATFORM_ID_MAX));
			return;
		}
	}
	if (are_equal(m, in->roles, in->n_roles)) {
		return; /* done already */
	}
	seen.member = in->member;
	seen.roles = in->roles;
	seen.n_roles = in->n_roles;
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_PLATFORM_ROLES_SEEN;
	event.platform_roles_seen = &seen;
	stoa_decide_event(d, &event.base);
}

void
elector_fini(struct member *m)
{
	for (size_t i = 0; i < m->platform_role_count; i++) {
		free(m->platform_roles[i]);
	}
	free(m->platform_roles);
	m->platform_roles = NULL;
	m->platform_role_count = 0;
}

void
electors_apply_roles(
    struct accounts *s, const Stoa__Accounts__PlatformRolesSeen *e)
{
	struct member *m = member_get(s, stoa_str_of(e->member));

	stoa_assert(m != NULL);
	elector_fini(m);
	if (e->n_roles > 0) {
		m->platform_roles =
		    calloc(e->n_roles, sizeof(m->platform_roles[0]));
		stoa_assert(m->platform_roles != NULL);
	}
	for (size_t i = 0; i < e->n_roles; i++) {
		m->platform_roles[i] = stoa_text_dup(e->roles[i]);
	}
	m->platform_role_count = e->n_roles;
	elector_changed(s, m);
}

/* ---- asked for ---- */

static Stoa__Accounts__Elector *
elector_view(const struct member *m, struct stoa_arena *arena)
{
	Stoa__Accounts__Elector *e = stoa_arena_alloc(arena, sizeof(*e));

	if (e == NULL) {
		return NULL;
	}
	stoa__accounts__elector__init(e);
	e->member = (char *)(uintptr_t)m->id.data;
	if (m->into != NULL) {
		e->merged_into = (char *)(uintptr_t)m->into->id.data;
		return e;
	}
	e->role = m->role;
	e->joined_us = m->joined_us;
	e->stake = m->stake;
	e->is_invited = m->is_invited;
	e->platform_roles = m->platform_roles;
	e->n_platform_roles = m->platform_role_count;
	return e;
}

/* The oldest change after `version`. */
static const struct member *
first_after(const struct accounts *s, uint64_t version)
{
	const struct member *m = s->newest;

	if (version == 0) {
		return s->oldest;
	}
	while (m != NULL && m->older != NULL && m->older->version > version) {
		m = m->older;
	}
	return m == NULL || m->version <= version ? NULL : m;
}

enum stoa_status
accounts_electors(const struct accounts *s,
    const Stoa__Accounts__ElectorsQuery *in, struct stoa_arena *arena,
    Stoa__Accounts__ElectorsReply *out)
{
	uint32_t limit =
	    in->limit == 0 || in->limit > ACCOUNTS_ELECTORS_PAGE_MAX
		? ACCOUNTS_ELECTORS_PAGE_MAX
		: in->limit;
	const struct member *m;
	size_t bytes = 0;

	if (s == NULL || s->name == NULL) {
		return STOA_NOT_FOUND;
	}
	out->version = in->after;
	out->electors =
	    stoa_arena_alloc_array(arena, limit, sizeof(out->electors[0]));
	for (m = first_after(s, in->after);
	     m != NULL && out->n_electors < limit && out->electors != NULL &&
	     bytes < ACCOUNTS_ELECTORS_BYTES_MAX;
	     m = m->newer) {
		Stoa__Accounts__Elector *e = elector_view(m, arena);

		if (e == NULL) {
			return STOA_TOO_LARGE;
		}
		bytes += stoa__accounts__elector__get_packed_size(e);
		out->electors[out->n_electors++] = e;
		out->version = m->version;
	}
	out->is_last = m == NULL;
	return arena->is_overflown ? STOA_TOO_LARGE : STOA_OK;
}
