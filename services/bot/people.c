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

#include <stdio.h>
#include <stdlib.h>

/* One installation is one community until platforms come that have
 * workspaces of their own. */
#define WORKSPACE "home"

#define DIRECTORY STOA_STR("directory")
#define ACCOUNTS  (&stoa__accounts__accounts__descriptor)

/* ---- what is remembered ---- */

void
bot_people_init(struct bot_people *p, uint64_t seed)
{
	stoa_map_init(&p->young, seed);
	stoa_map_init(&p->old, seed);
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
}

#define KEY_SIZE (BOT_PLATFORM_LEN_MAX + BOT_USER_LEN_MAX + 2)

static struct stoa_str
key_of(const struct bot_run *r, char text[static KEY_SIZE])
{
	(void)snprintf(text, KEY_SIZE, "%s.%s", r->to.platform, r->to.user);
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
	uint64_t index; /* of the directory's entry that linked */
	void (*next)(struct bot_run *r);
	void *work; /* what the run had before */
};

static void resolve(struct bot_run *r);

static void
found(struct bot_run *r, Stoa__Accounts__Role role)
{
	struct finding *f = r->work;
	struct bot_person *person = malloc(sizeof(*person));
	char text[KEY_SIZE];

	stoa_assert(person != NULL);
	r->who.role = role;
	*person = r->who;
	person_put(&r->bot->people, key_of(r, text), person);
	r->work = f->work;
	f->next(r);
}

static void
joined(struct bot_run *r, const void *reply)
{
	(void)reply;
	found(r, STOA__ACCOUNTS__ROLE__MEMBER);
}

static void
join_refused(struct bot_run *r, const Stoa__Journal__Refusal *refusal)
{
	struct bot_problem problem;

	if (strcmp(refusal->reason, "already_member") == 0) {
		found(r, STOA__ACCOUNTS__ROLE__MEMBER);
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

static void
opened(struct bot_run *r, const void *reply)
{
	(void)reply;
	found(r, STOA__ACCOUNTS__ROLE__OWNER);
}

/* Somebody else was first. */
static void
open_refused(struct bot_run *r, const Stoa__Journal__Refusal *refusal)
{
	(void)refusal;
	join(r);
}

static void
open_or_join(struct bot_run *r)
{
	Stoa__Accounts__OpenCommunityRequest in =
	    STOA__ACCOUNTS__OPEN_COMMUNITY_REQUEST__INIT;

	in.name = (char *)(uintptr_t)r->bot->o.community_name;
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

	found(r, balance->role);
}

static void
membership_ask(struct bot_run *r)
{
	Stoa__Accounts__BalanceQuery in = STOA__ACCOUNTS__BALANCE_QUERY__INIT;

	in.member = r->who.member.text;
	bot_run_call(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = "Balance",
		.next = is_member,
		.missing = open_or_join,
	    },
	    &in.base);
}

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
	stoa_hex_encode(&id, stoa_str_of_bytes(f->user.bytes, 16));
	in.platform = r->to.platform;
	in.workspace = (char *)(uintptr_t)WORKSPACE;
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
	const struct finding *f = r->work;

	if (stoa_id_is_valid('c', community) && stoa_id_is_valid('u', member)) {
		memcpy(r->who.community.text, community.data, community.len);
		memcpy(r->who.member.text, member.data, member.len);
		membership_ask(r);
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
		.index_min = f->index,
		.next = resolved,
	    },
	    &in.base);
}

void
bot_people_find(struct bot_run *r, void (*next)(struct bot_run *r))
{
	const struct bot_person *person = person_get(r);
	struct finding *f;

	if (person != NULL) {
		r->who = *person;
		next(r);
		return;
	}
	f = stoa_arena_alloc(&r->arena, sizeof(*f));
	if (f == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	f->workspace = key_hash(r->bot, "workspace", r->to.platform, WORKSPACE);
	f->user = bot_people_key(r, r->to.user);
	f->next = next;
	f->work = r->work;
	r->work = f;
	resolve(r);
}
