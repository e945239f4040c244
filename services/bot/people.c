/* people.c - who sent a command.
 *
 * A platform's user is known to the directory by a keyed hash; the directory
 * gives the community and the member. Who is not there is linked, and joins
 * the community; the first one opens it and is its owner. Every step is a
 * command whose id derives from the hash or the member, so that a bot that
 * dies in between, or two bots at once, link and greet nobody twice. */
#include "bot/parts.h"

#include "base/encode.h"
#include "bot/limits.h"
#include "bot/refusal.h"
#include "bot/words.h"

#include <stdio.h>
#include <stdlib.h>

/* The terminal has one workspace; on chat platforms each server, group or
 * team is one, and a community. */
#define HOME "home"

#define DIRECTORY STOA_STR("directory")
#define ACCOUNTS  (&stoa__accounts__accounts__descriptor)

/* ---- what is remembered ---- */

void
bot_people_init(struct bot_people *p, uint64_t seed)
{
	stoa_map_init(&p->young, seed);
	stoa_map_init(&p->old, seed);
	stoa_map_init(&p->last, seed);
}

static void
generation_free(struct stoa_map *m)
{
	STOA_MAP_EACH(m, entry)
	{
		free(entry->value);
	}
	stoa_map_fini(m);
}

void
bot_people_fini(struct bot_people *p)
{
	generation_free(&p->young);
	generation_free(&p->old);
	generation_free(&p->last);
}

#define USER_SIZE (BOT_PLATFORM_LEN_MAX + BOT_USER_LEN_MAX + 2)
#define KEY_SIZE  (USER_SIZE + BOT_WORKSPACE_LEN_MAX + 1)

static struct stoa_str
user_of(const struct bot_run *r, char text[static USER_SIZE])
{
	(void)snprintf(text, USER_SIZE, "%s.%s", r->to.platform, r->to.user);
	return stoa_str_of(text);
}

/* Where the command was said. A direct message has no workspace of its own:
 * it goes on where this person was last. "" when that is not known. */
static const char *
workspace_of(const struct bot_run *r)
{
	const char *said = r->command->workspace, *last;
	char user[USER_SIZE];

	if (said[0] != '\0') {
		return said;
	}
	if (strcmp(r->to.platform, BOT_HOME_PLATFORM) == 0) {
		return HOME;
	}
	last = stoa_map_get(&r->bot->people.last, user_of(r, user));
	return last == NULL ? "" : last;
}

static void
workspace_remember(struct bot_run *r)
{
	struct bot_people *p = &r->bot->people;
	const char *said = r->command->workspace;
	char user[USER_SIZE], *copy;

	if (said[0] == '\0') {
		return;
	}
	if (p->last.count >= BOT_PEOPLE_MAX) {
		generation_free(&p->last);
		stoa_map_init(&p->last, p->young.seed);
	}
	copy = strdup(said);
	stoa_assert(copy != NULL);
	free(stoa_map_put(&p->last, user_of(r, user), copy));
}

static struct stoa_str
key_of(const struct bot_run *r, char text[static KEY_SIZE])
{
	(void)snprintf(text, KEY_SIZE, "%s.%s.%s", r->to.platform, r->to.user,
	    workspace_of(r));
	return stoa_str_of(text);
}

static void
person_put(struct bot_people *p, struct stoa_str key, struct bot_person *person)
{
	if (p->young.count >= BOT_PEOPLE_MAX / 2) {
		generation_free(&p->old);
		p->old = p->young;
		stoa_map_init(&p->young, p->old.seed);
	}
	free(stoa_map_put(&p->young, key, person));
}

static struct bot_person *
person_get(struct bot_run *r)
{
	struct bot_people *p = &r->bot->people;
	char text[KEY_SIZE];
	struct stoa_str key = key_of(r, text);
	struct bot_person *person = stoa_map_get(&p->young, key);

	if (person == NULL) {
		person = stoa_map_remove(&p->old, key);
		if (person != NULL) {
			person_put(p, key, person);
		}
	}
	return person;
}

const struct bot_person *
bot_people_get(const struct bot_run *r)
{
	const struct bot_people *p = &r->bot->people;
	char text[KEY_SIZE];
	struct stoa_str key = key_of(r, text);
	const struct bot_person *person = stoa_map_get(&p->young, key);

	return person != NULL ? person : stoa_map_get(&p->old, key);
}

void
bot_people_saw(struct bot_run *r, enum bot_domain domain, uint64_t index)
{
	struct bot_person *person = person_get(r);

	if (index > r->who.seen[domain]) {
		r->who.seen[domain] = index;
	}
	if (person != NULL && index > person->seen[domain]) {
		person->seen[domain] = index;
	}
}

void
bot_people_told_roles(struct bot_run *r, const struct stoa_hash *roles)
{
	struct bot_person *person = person_get(r);

	r->who.roles = *roles;
	if (person != NULL) {
		person->roles = *roles;
	}
}

/* ---- keys ---- */

/* Parts are parted by a byte that no token holds. */
static struct stoa_hash
key_hash(const struct bot *b, const char *kind, const char *platform,
    const char *name)
{
	struct stoa_hmac hmac;

	stoa_hmac_init(&hmac, b->o.link_key);
	stoa_hmac_add(&hmac, kind, strlen(kind) + 1);
	stoa_hmac_add(&hmac, platform, strlen(platform) + 1);
	stoa_hmac_add(&hmac, name, strlen(name) + 1);
	return stoa_hmac_end(&hmac);
}

void
bot_people_keys(const struct bot *b, const char *platform,
    const char *workspace, const char *user, struct stoa_hash *ret_workspace,
    struct stoa_hash *ret_user)
{
	*ret_workspace = key_hash(b, "workspace", platform, workspace);
	*ret_user = key_hash(b, "user", platform, user);
}

struct stoa_hash
bot_people_key(const struct bot_run *r, const char *user)
{
	return key_hash(r->bot, "user", r->to.platform, user);
}

/* ---- finding out ---- */

/* Kept in the run's arena while its steps go on. */
struct finding {
	struct stoa_hash workspace, user;
	bool is_linked;
	uint64_t index;	     /* of the directory's entry that linked */
	bool is_again;	     /* `r->who` is who that was a minute ago */
	bool is_known;	     /* was another identity's once */
	size_t former_count; /* of names that the identity had before */
	bool is_unsettled;   /* somebody has not answered: again next time */
	void (*next)(struct bot_run *r);
	void *work; /* what the run had before */
};

static void resolve(struct bot_run *r);

static void
found_end(struct bot_run *r)
{
	const struct finding *f = r->work;
	struct bot_person *person = malloc(sizeof(*person));
	char text[KEY_SIZE];

	stoa_assert(person != NULL);
	r->who.former_count = f->is_unsettled ? SIZE_MAX : f->former_count;
	r->who.checked_us = f->is_unsettled ? -BOT_PERSON_US : bot_now(r->bot);
	*person = r->who;
	person_put(&r->bot->people, key_of(r, text), person);
	r->work = f->work;
	bot_roles_observe(r, f->next);
}

static void
found(struct bot_run *r, Stoa__Accounts__Role role, char **roles, size_t count)
{
	r->who.role = role;
	r->who.roles = bot_roles_hash(roles, count);
	found_end(r);
}

/* Nobody answers: who that was a minute ago will do for another one. */
static void
found_no_better(struct bot_run *r)
{
	struct finding *f = r->work;

	f->former_count = r->who.former_count;
	found_end(r);
}

static void
joined(struct bot_run *r, const void *reply)
{
	(void)reply;
	found(r, STOA__ACCOUNTS__ROLE__MEMBER, NULL, 0);
}

static void
join_refused(struct bot_run *r, const Stoa__Journal__Refusal *refusal)
{
	struct bot_problem problem;

	if (strcmp(refusal->reason, "already_member") == 0) {
		found(r, STOA__ACCOUNTS__ROLE__MEMBER, NULL, 0);
		return;
	}
	bot_refusal_explain(refusal, &r->arena, &problem);
	bot_run_refuse(r, &problem);
}

static void
join(struct bot_run *r)
{
	Stoa__Accounts__JoinRequest in = STOA__ACCOUNTS__JOIN_REQUEST__INIT;

	in.member = r->who.member.text;
	in.is_known = ((const struct finding *)r->work)->is_known;
	bot_run_call(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = "Join",
		.command_id =
		    stoa_arena_printf(&r->arena, "join-%s", r->who.member.text),
		.is_own = true,
		.next = joined,
		.refused = join_refused,
	    },
	    &in.base);
}

/* Where the platform says who may manage the workspace, only such a person
 * makes it a community: whoever happens to write first must not own it. */
static bool
may_open(const struct bot_run *r)
{
	return r->command->standing ==
		   STOA__CHAT__STANDING__STANDING_UNSPECIFIED ||
	       r->command->standing >= STOA__CHAT__STANDING__MANAGER;
}

static void
refuse_closed(struct bot_run *r)
{
	(void)bot_problem_fill(&r->problem, &r->arena,
	    &(struct bot_problem){
		.code = "no_community",
		.limit = "a community",
		.fix = "ask somebody who may manage this server to send /setup "
		       "once",
	    },
	    "this server is no community yet");
	r->bot->counts.refusals++;
	bot_run_refuse(r, &r->problem);
}

static void
opened(struct bot_run *r, const void *reply)
{
	(void)reply;
	found(r, STOA__ACCOUNTS__ROLE__OWNER, NULL, 0);
}

/* Somebody else was first. */
static void
open_refused(struct bot_run *r, const Stoa__Journal__Refusal *refusal)
{
	(void)refusal;
	join(r);
}

/* There are members, so it is open. */
static void
join_if_open(struct bot_run *r, const void *reply)
{
	const Stoa__Accounts__MembersReply *members = reply;

	if (members->n_members == 0) {
		refuse_closed(r);
	} else {
		join(r);
	}
}

/* What the community is called: as /setup says, else after its workspace. */
static const char *
name_of(struct bot_run *r)
{
	const char *given = r->row != NULL && r->row->verb == BOT_VERB_SETUP
				? bot_run_text(r, "name")
				: "";

	if (given[0] != '\0') {
		return bot_words_excerpt(
		    &r->arena, stoa_str_of(given), BOT_LABEL_LEN_MAX);
	}
	return strcmp(r->to.platform, BOT_HOME_PLATFORM) == 0
		   ? r->bot->o.community_name
		   : bot_words_print(
			 &r->arena, "%s %s", r->to.platform, workspace_of(r));
}

static void
open_or_join(struct bot_run *r)
{
	Stoa__Accounts__MembersQuery ask = STOA__ACCOUNTS__MEMBERS_QUERY__INIT;
	Stoa__Accounts__OpenCommunityRequest in =
	    STOA__ACCOUNTS__OPEN_COMMUNITY_REQUEST__INIT;

	if (!may_open(r)) {
		bot_run_call(r,
		    &(struct bot_call){
			.service = ACCOUNTS,
			.method = "Members",
			.next = join_if_open,
			.missing = refuse_closed,
		    },
		    &ask.base);
		return;
	}
	in.name = (char *)(uintptr_t)name_of(r);
	in.welcome_grant_micro = r->bot->o.welcome_micro;
	bot_run_call(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = "OpenCommunity",
		.command_id =
		    stoa_arena_printf(&r->arena, "open-%s", r->who.member.text),
		.next = opened,
		.refused = open_refused,
	    },
	    &in.base);
}

static void
is_member(struct bot_run *r, const void *reply)
{
	const Stoa__Accounts__BalanceReply *balance = reply;

	found(r, balance->role, balance->platform_roles,
	    balance->n_platform_roles);
}

static void
membership_ask(struct bot_run *r)
{
	Stoa__Accounts__BalanceQuery in = STOA__ACCOUNTS__BALANCE_QUERY__INIT;
	const struct finding *f = r->work;

	in.member = r->who.member.text;
	bot_run_call(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = "Balance",
		.next = is_member,
		.missing = open_or_join,
		.silent = f->is_again ? found_no_better : NULL,
	    },
	    &in.base);
}

static void
formers_settled(struct bot_run *r, bool is_settled)
{
	((struct finding *)r->work)->is_unsettled = !is_settled;
	membership_ask(r);
}

/* ---- who the directory says it is ---- */

static void
linked(struct bot_run *r, const void *reply)
{
	const Stoa__Journal__Outcome *outcome = reply;
	struct finding *f = r->work;

	f->is_linked = true;
	f->index = outcome->index;
	resolve(r);
}

static void
link_person(struct bot_run *r)
{
	struct finding *f = r->work;
	Stoa__Accounts__LinkRequest in = STOA__ACCOUNTS__LINK_REQUEST__INIT;
	struct stoa_buf id;

	stoa_buf_init(&id, BOT_COMMAND_ID_LEN_MAX);
	stoa_buf_add_text(&id, "link-");
	stoa_hex_encode(&id, stoa_str_of_bytes(f->user.bytes, 12));
	stoa_hex_encode(&id, stoa_str_of_bytes(f->workspace.bytes, 12));
	in.platform = r->to.platform;
	in.workspace = (char *)(uintptr_t)workspace_of(r);
	in.workspace_key.data = f->workspace.bytes;
	in.workspace_key.len = sizeof(f->workspace.bytes);
	in.user_key.data = f->user.bytes;
	in.user_key.len = sizeof(f->user.bytes);
	bot_run_call(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = "Link",
		.command_id = stoa_arena_str(&r->arena, stoa_buf_str(&id)),
		.community = DIRECTORY,
		.is_own = true,
		.next = linked,
	    },
	    &in.base);
	stoa_buf_fini(&id);
}

static void
resolved(struct bot_run *r, const void *reply)
{
	const Stoa__Accounts__ResolveReply *found_ids = reply;
	struct stoa_str community = stoa_str_of(found_ids->community);
	struct stoa_str member = stoa_str_of(found_ids->member);
	struct finding *f = r->work;

	if (stoa_id_is_valid('c', community) && stoa_id_is_valid('u', member)) {
		bool is_same =
		    f->is_again &&
		    stoa_str_is_equal(stoa_id_str(&r->who.member), member) &&
		    r->who.former_count == found_ids->n_formers;

		memcpy(r->who.community.text, community.data, community.len);
		memcpy(r->who.member.text, member.data, member.len);
		f->is_known = found_ids->is_known;
		f->former_count = found_ids->n_formers;
		if (is_same) {
			membership_ask(r); /* those of then are merged */
		} else {
			bot_formers_settle(r, found_ids->formers,
			    found_ids->n_formers, formers_settled);
		}
	} else if (!f->is_linked) {
		link_person(r);
	} else {
		/* Linked, and yet not there: nothing to guess from. */
		bot_run_fail(r, STOA_INTERNAL, ACCOUNTS->short_name);
	}
}

static void
resolve(struct bot_run *r)
{
	struct finding *f = r->work;
	Stoa__Accounts__ResolveQuery in = STOA__ACCOUNTS__RESOLVE_QUERY__INIT;

	in.workspace_key.data = f->workspace.bytes;
	in.workspace_key.len = sizeof(f->workspace.bytes);
	in.user_key.data = f->user.bytes;
	in.user_key.len = sizeof(f->user.bytes);
	bot_run_call(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = "Resolve",
		.community = DIRECTORY,
		.is_own = true,
		.index_min = f->index > r->bot->people.index
				 ? f->index
				 : r->bot->people.index,
		.next = resolved,
		.silent = f->is_again ? found_no_better : NULL,
	    },
	    &in.base);
}

static void
refuse_nowhere(struct bot_run *r)
{
	(void)bot_problem_fill(&r->problem, &r->arena,
	    &(struct bot_problem){
		.code = "which_community",
		.limit = "a community",
		.fix = "send it in your server; after that it works here too",
	    },
	    "in a direct message it is not clear which community you mean");
	r->bot->counts.refusals++;
	bot_run_refuse(r, &r->problem);
}

static void
changed_in(struct stoa_map *people, struct stoa_str member)
{
	STOA_MAP_EACH(people, entry)
	{
		struct bot_person *person = entry->value;

		if (stoa_str_is_equal(stoa_id_str(&person->member), member)) {
			person->checked_us = -BOT_PERSON_US;
			person->former_count = SIZE_MAX;
		}
	}
}

void
bot_people_changed(struct bot *b, const char *member, uint64_t index)
{
	changed_in(&b->people.young, stoa_str_of(member));
	changed_in(&b->people.old, stoa_str_of(member));
	if (index > b->people.index) {
		b->people.index = index;
	}
}

void
bot_people_find_again(struct bot_run *r, void (*next)(struct bot_run *r))
{
	bot_people_changed(r->bot, r->who.member.text, 0);
	bot_people_find(r, next);
}

void
bot_people_find(struct bot_run *r, void (*next)(struct bot_run *r))
{
	const struct bot_person *person = person_get(r);
	struct finding *f;

	if (workspace_of(r)[0] == '\0') {
		refuse_nowhere(r);
		return;
	}
	workspace_remember(r);
	if (person != NULL) {
		r->who = *person;
	}
	if (person != NULL &&
	    bot_now(r->bot) - person->checked_us < BOT_PERSON_US) {
		bot_roles_observe(r, next);
		return;
	}
	f = stoa_arena_alloc(&r->arena, sizeof(*f));
	if (f == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	f->workspace =
	    key_hash(r->bot, "workspace", r->to.platform, workspace_of(r));
	f->user = bot_people_key(r, r->to.user);
	f->is_again = person != NULL;
	f->next = next;
	f->work = r->work;
	r->work = f;
	resolve(r);
}
