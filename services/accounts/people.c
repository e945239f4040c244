/* people.c - communities, members, roles, and who is who on a platform. */
#include "accounts/limits.h"
#include "accounts/state.h"
#include "base/id.h"

#include <stdlib.h>

struct member *
member_get(const struct accounts *s, struct stoa_str id)
{
	struct member *m = stoa_map_get(&s->members, id);

	if (m == NULL && s->merged.count > 0) {
		m = stoa_map_get(&s->merged, id);
		while (m != NULL && m->into != NULL) {
			m = m->into;
		}
	}
	return m;
}

bool
name_is_valid(const char *name, size_t len_min)
{
	struct stoa_str s = stoa_str_of(name);

	if (s.len < len_min || s.len > ACCOUNTS_NAME_MAX ||
	    !stoa_str_is_utf8(s)) {
		return false;
	}
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.data[i] < 0x20) {
			return false;
		}
	}
	return true;
}

/* ---- decide -------------------------------------------------------------- */

static void
event_joined(
    struct stoa_decision *d, char *member, char *display_name, char *invited_by)
{
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__MemberJoined joined =
	    STOA__ACCOUNTS__MEMBER_JOINED__INIT;

	joined.member = member;
	joined.display_name = display_name;
	joined.invited_by = invited_by;
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_MEMBER_JOINED;
	event.member_joined = &joined;
	stoa_decide_event(d, &event.base);
}

static void
event_grant(struct stoa_decision *d, const struct stoa_command *c, char *member,
    int64_t amount_micro)
{
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__Moved moved = STOA__ACCOUNTS__MOVED__INIT;
	struct stoa_id id =
	    stoa_id_derive('t', c->community, c->actor, c->id, 0);

	if (amount_micro == 0) {
		return;
	}
	moved.id = id.text;
	moved.from = (char *)(uintptr_t) "@grants";
	moved.to = member;
	moved.asset = STOA__ACCOUNTS__ASSET__CREDIT;
	moved.amount_micro = amount_micro;
	moved.memo = (char *)(uintptr_t) "welcome";
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_MOVED;
	event.moved = &moved;
	stoa_decide_event(d, &event.base);
}

static void
event_role(struct stoa_decision *d, char *member, Stoa__Accounts__Role role)
{
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__RoleSet set = STOA__ACCOUNTS__ROLE_SET__INIT;

	set.member = member;
	set.role = role;
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_ROLE_SET;
	event.role_set = &set;
	stoa_decide_event(d, &event.base);
}

void
people_decide_open(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Accounts__OpenCommunityRequest *in =
	    (const Stoa__Accounts__OpenCommunityRequest *)c->request;
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__CommunityOpened opened =
	    STOA__ACCOUNTS__COMMUNITY_OPENED__INIT;
	char *owner = stoa_arena_str(d->arena, c->actor);

	if (s->name != NULL) {
		REFUSE(d, not_permitted, "a community that is not open yet");
		return;
	}
	if (!name_is_valid(in->name, 1)) {
		REFUSE(d, name_not_valid, "name",
		    stoa_decide_number(d, ACCOUNTS_NAME_MAX));
		return;
	}
	if (in->welcome_grant_micro < 0 ||
	    in->welcome_grant_micro > ACCOUNTS_AMOUNT_MAX) {
		REFUSE(d, amount_too_large,
		    stoa_decide_number(d, in->welcome_grant_micro),
		    stoa_decide_number(d, ACCOUNTS_AMOUNT_MAX));
		return;
	}
	if (!stoa_id_is_valid('u', c->actor)) {
		REFUSE(d, no_such_member, owner == NULL ? "" : owner);
		return;
	}
	opened.name = in->name;
	opened.owner = owner;
	opened.welcome_grant_micro = in->welcome_grant_micro;
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_COMMUNITY_OPENED;
	event.community_opened = &opened;
	stoa_decide_event(d, &event.base);
	event_joined(d, owner, (char *)(uintptr_t) "", (char *)(uintptr_t) "");
	event_role(d, owner, STOA__ACCOUNTS__ROLE__OWNER);
	event_grant(d, c, owner, in->welcome_grant_micro);
}

void
people_decide_join(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Accounts__JoinRequest *in =
	    (const Stoa__Accounts__JoinRequest *)c->request;
	struct stoa_str member = stoa_str_of(in->member);

	/* The bot vouches for who is in the chat; admins may add by hand. */
	if (!stoa_actor_is(c, "bot") &&
	    !actor_has_role(s, c, STOA__ACCOUNTS__ROLE__ADMIN)) {
		REFUSE(d, not_permitted, "the role admin");
		return;
	}
	if (!stoa_id_is_valid('u', member)) {
		REFUSE(d, no_such_member, in->member);
		return;
	}
	if (member_get(s, member) != NULL) {
		REFUSE(d, already_member, in->member);
		return;
	}
	if (!name_is_valid(in->display_name, 0)) {
		REFUSE(d, name_not_valid, "display_name",
		    stoa_decide_number(d, ACCOUNTS_NAME_MAX));
		return;
	}
	if (s->members.count >= ACCOUNTS_MEMBERS_MAX) {
		REFUSE(d, too_many, "members",
		    stoa_decide_number(d, ACCOUNTS_MEMBERS_MAX));
		return;
	}
	if (in->invited_by[0] != '\0' &&
	    member_get(s, stoa_str_of(in->invited_by)) == NULL) {
		REFUSE(d, no_such_member, in->invited_by);
		return;
	}
	event_joined(d, in->member, in->display_name, in->invited_by);
	event_grant(
	    d, c, in->member, in->is_known ? 0 : s->welcome_grant_micro);
}

void
people_decide_role(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Accounts__SetRoleRequest *in =
	    (const Stoa__Accounts__SetRoleRequest *)c->request;
	const struct member *m = member_get(s, stoa_str_of(in->member));
	const struct member *actor = member_get(s, c->actor);

	if (m == NULL) {
		REFUSE(d, no_such_member, in->member);
		return;
	}
	if (in->role < STOA__ACCOUNTS__ROLE__MEMBER ||
	    in->role > STOA__ACCOUNTS__ROLE__OWNER) {
		REFUSE(d, role_not_valid, stoa_decide_number(d, in->role));
		return;
	}
	/* Nobody gives or takes a role above their own; a vote may. */
	if (!stoa_actor_is(c, "governance") &&
	    (actor == NULL || actor->role < STOA__ACCOUNTS__ROLE__ADMIN ||
		actor->role < in->role || actor->role < m->role)) {
		REFUSE(d, not_permitted,
		    actor != NULL && actor->role == STOA__ACCOUNTS__ROLE__ADMIN
			? "the role owner"
			: "the role admin");
		return;
	}
	if (m->role == STOA__ACCOUNTS__ROLE__OWNER &&
	    in->role != STOA__ACCOUNTS__ROLE__OWNER && s->owner_count == 1) {
		REFUSE(d, last_owner, in->member);
		return;
	}
	event_role(d, in->member, in->role);
}

static void
event_workspace(struct stoa_decision *d, const struct stoa_command *c,
    const ProtobufCBinaryData *key)
{
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__WorkspaceLinked linked =
	    STOA__ACCOUNTS__WORKSPACE_LINKED__INIT;
	struct stoa_id id =
	    stoa_id_derive('c', c->community, c->actor, c->id, 0);

	linked.workspace_key = *key;
	linked.community = id.text;
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_WORKSPACE_LINKED;
	event.workspace_linked = &linked;
	stoa_decide_event(d, &event.base);
}

static void
event_person(struct stoa_decision *d, const struct stoa_command *c,
    const Stoa__Accounts__LinkRequest *in)
{
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__PersonLinked linked =
	    STOA__ACCOUNTS__PERSON_LINKED__INIT;
	struct stoa_id id =
	    stoa_id_derive('u', c->community, c->actor, c->id, 0);

	linked.user_key = in->user_key;
	linked.member = id.text;
	linked.sealed_user = in->sealed_user;
	linked.platform = in->platform;
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_PERSON_LINKED;
	event.person_linked = &linked;
	stoa_decide_event(d, &event.base);
}

struct stoa_str
key_of(const ProtobufCBinaryData *bytes)
{
	return stoa_str_of_bytes(bytes->data, bytes->len);
}

bool
is_directory(const struct stoa_command *c, struct stoa_decision *d)
{
	if (stoa_actor_is(c, "bot") &&
	    stoa_str_is_equal(c->community, STOA_STR(ACCOUNTS_DIRECTORY))) {
		return true;
	}
	REFUSE(d, not_permitted, "an authenticated platform");
	return false;
}

#define LINK_SEALED_MAX 512u

void
people_decide_link(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Accounts__LinkRequest *in =
	    (const Stoa__Accounts__LinkRequest *)c->request;

	if (!is_directory(c, d)) {
		return;
	}
	if (in->user_key.len != STOA_HASH_SIZE ||
	    in->sealed_user.len > LINK_SEALED_MAX ||
	    (in->workspace_key.len != STOA_HASH_SIZE &&
		in->workspace_key.len != 0)) {
		REFUSE(d, name_not_valid, "user_key",
		    stoa_decide_number(d, STOA_HASH_SIZE));
		return;
	}
	if (strlen(in->platform) > ACCOUNTS_PLATFORM_MAX) {
		REFUSE(d, name_not_valid, "platform",
		    stoa_decide_number(d, ACCOUNTS_PLATFORM_MAX));
		return;
	}
	if (s->people.count + s->workspaces.count + 2 > ACCOUNTS_LINKS_MAX) {
		REFUSE(d, too_many, "links",
		    stoa_decide_number(d, ACCOUNTS_LINKS_MAX));
		return;
	}
	if (in->workspace_key.len != 0 &&
	    stoa_map_get(&s->workspaces, key_of(&in->workspace_key)) == NULL) {
		event_workspace(d, c, &in->workspace_key);
	}
	if (stoa_map_get(&s->people, key_of(&in->user_key)) == NULL) {
		event_person(d, c, in);
	}
}

/* ---- apply --------------------------------------------------------------- */

void
people_apply_opened(
    struct accounts *s, const Stoa__Accounts__CommunityOpened *e)
{
	stoa_assert(s->name == NULL);
	s->name = stoa_text_dup(e->name);
	s->welcome_grant_micro = e->welcome_grant_micro;
}

struct member *
member_add(struct accounts *s, const char *id, const char *display_name)
{
	struct member *m = calloc(1, sizeof(*m));

	stoa_assert(m != NULL);
	m->display_name = stoa_text_dup(display_name);
	m->role = STOA__ACCOUNTS__ROLE__MEMBER;
	stoa_assert(stoa_map_put(&s->members, stoa_str_of(id), m) == NULL);
	m->id = s->members.entries[s->members.entry_count - 1].key;
	return m;
}

void
member_free(struct member *m)
{
	elector_fini(m);
	free(m->display_name);
	free(m);
}

void
people_apply_joined(struct accounts *s, const struct stoa_fact *fact,
    const Stoa__Accounts__MemberJoined *e)
{
	struct member *m = member_add(s, e->member, e->display_name);

	m->joined_us = fact->time.us;
	m->is_invited = e->invited_by[0] != '\0';
	elector_changed(s, m);
}

void
people_apply_role(struct accounts *s, const Stoa__Accounts__RoleSet *e)
{
	struct member *m = member_get(s, stoa_str_of(e->member));

	stoa_assert(m != NULL);
	if (m->role == STOA__ACCOUNTS__ROLE__OWNER) {
		s->owner_count--;
	}
	m->role = e->role;
	elector_changed(s, m);
	if (m->role == STOA__ACCOUNTS__ROLE__OWNER) {
		s->owner_count++;
	}
}

void
people_apply_workspace(
    struct accounts *s, const Stoa__Accounts__WorkspaceLinked *e)
{
	stoa_assert(stoa_map_put(&s->workspaces, key_of(&e->workspace_key),
			stoa_text_dup(e->community)) == NULL);
}

struct person *
person_add(struct accounts *s, struct stoa_str key, struct stoa_str sealed)
{
	struct person *p = calloc(1, sizeof(*p) + sealed.len);

	stoa_assert(p != NULL);
	p->sealed_len = sealed.len;
	if (sealed.len > 0) {
		memcpy(p->sealed, sealed.data, sealed.len);
	}
	stoa_assert(stoa_map_put(&s->people, key, p) == NULL);
	p->key = s->people.entries[s->people.entry_count - 1].key;
	return p;
}

void
people_apply_person(struct accounts *s, const struct stoa_fact *fact,
    const Stoa__Accounts__PersonLinked *e)
{
	struct person *p =
	    person_add(s, key_of(&e->user_key), key_of(&e->sealed_user));

	p->member = stoa_text_dup(e->member);
	p->platform = stoa_text_dup(e->platform);
	p->linked_us = fact->time.us;
}
