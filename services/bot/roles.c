/* roles.c - accounts is told which roles of the platform a member holds, when
 * the platform says so with a command and it is news: votes may ask for one.
 *
 * What accounts knows comes with every look at who somebody is, at least once
 * a minute (people.c), so bots need not tell each other. */
#include "bot/parts.h"

#include "accounts/limits.h"

#include <stdlib.h>

#define ACCOUNTS (&stoa__accounts__accounts__descriptor)

static int
text_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Platforms give them in any order. Returns how many. */
static size_t
sorted_fill(char *const *roles, size_t count,
    char *sorted[static ACCOUNTS_PLATFORM_ROLES_MAX])
{
	if (count > ACCOUNTS_PLATFORM_ROLES_MAX) {
		count = ACCOUNTS_PLATFORM_ROLES_MAX;
	}
	for (size_t i = 0; i < count; i++) {
		sorted[i] = roles[i];
	}
	qsort(sorted, count, sizeof(sorted[0]), text_compare);
	return count;
}

struct stoa_hash
bot_roles_hash(char *const *roles, size_t count)
{
	char *sorted[ACCOUNTS_PLATFORM_ROLES_MAX];
	struct stoa_sha256 sha;

	count = sorted_fill(roles, count, sorted);
	stoa_sha256_init(&sha);
	for (size_t i = 0; i < count; i++) {
		stoa_sha256_add(&sha, sorted[i], strlen(sorted[i]) + 1);
	}
	return stoa_sha256_end(&sha);
}

/* Kept in the run's arena until accounts has answered. */
struct observing {
	struct stoa_hash roles;
	void (*next)(struct bot_run *r);
	void *work; /* what the run had before */
};

static void
go_on(struct bot_run *r)
{
	const struct observing *o = r->work;

	r->work = o->work;
	o->next(r);
}

static void
observed(struct bot_run *r, const void *reply)
{
	const struct observing *o = r->work;

	(void)reply;
	bot_people_told_roles(r, &o->roles);
	go_on(r);
}

/* It would be refused the next time, too. */
static void
refused(struct bot_run *r, const Stoa__Journal__Refusal *refusal)
{
	(void)refusal;
	observed(r, NULL);
}

/* A direct message says nothing of roles, and a terminal has none; whoever says
 * so there has made it up. */
static bool
tells_roles(const struct bot_run *r)
{
	return r->command->has_roles &&
	       strcmp(r->to.platform, BOT_HOME_PLATFORM) != 0;
}

void
bot_roles_observe(struct bot_run *r, void (*next)(struct bot_run *r))
{
	Stoa__Accounts__ObserveRolesRequest in =
	    STOA__ACCOUNTS__OBSERVE_ROLES_REQUEST__INIT;
	char *sorted[ACCOUNTS_PLATFORM_ROLES_MAX];
	struct stoa_hash roles =
	    bot_roles_hash(r->command->roles, r->command->n_roles);
	struct observing *o;
	const char *id;

	if (!tells_roles(r) || stoa_hash_is_equal(&roles, &r->who.roles)) {
		next(r);
		return;
	}
	o = stoa_arena_alloc(&r->arena, sizeof(*o));
	id = bot_run_own_id(r, "roles");
	if (o == NULL || id == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	*o = (struct observing){roles, next, r->work};
	r->work = o;
	in.member = r->who.member.text;
	in.n_roles =
	    sorted_fill(r->command->roles, r->command->n_roles, sorted);
	in.roles = sorted;
	bot_run_call(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = "ObserveRoles",
		.command_id = id,
		.is_own = true,
		.next = observed,
		.refused = refused,
		.silent = go_on,
	    },
	    &in.base);
}
