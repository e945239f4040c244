/* permit.c - who may do what: the one rule of it.
 *
 * A person is the greatest of three: what the community made them, what the
 * platform lets them do in the workspace, and what the community says of the
 * platform's roles they hold. The last two are what the platform says at this
 * moment; nothing of them is kept. */
#include "bot/parts.h"

#include "bot/limits.h"
#include "bot/told.h"

#define ACCOUNTS (&stoa__accounts__accounts__descriptor)

/* ---- the rule ---- */

/* Who manages the workspace manages its community; who owns it, owns it. */
static enum bot_permission
standing_permission(const struct bot_run *r)
{
	switch ((int)r->command->standing) {
	case STOA__CHAT__STANDING__HEAD:
		return BOT_OWNER;
	case STOA__CHAT__STANDING__MANAGER:
		return BOT_ADMIN;
	default:
		return BOT_ANYBODY;
	}
}

static bool
holds_role(const struct bot_run *r, const char *role)
{
	for (size_t i = 0; role[0] != '\0' && i < r->command->n_roles; i++) {
		if (strcmp(r->command->roles[i], role) == 0) {
			return true;
		}
	}
	return false;
}

static enum bot_permission
roles_permission(
    const struct bot_run *r, const Stoa__Accounts__CommunityReply *community)
{
	if (holds_role(r, community->admin_role)) {
		return BOT_ADMIN;
	}
	return holds_role(r, community->trainer_role) ? BOT_TRAINER
						      : BOT_ANYBODY;
}

static enum bot_permission
greater(enum bot_permission a, enum bot_permission b)
{
	return a > b ? a : b;
}

enum bot_permission
bot_permit_of(const struct bot_run *r, Stoa__Accounts__Role role,
    const Stoa__Accounts__CommunityReply *community)
{
	enum bot_permission all = bot_told_permission(role);

	/* The terminal has neither; whoever says so there has made it up. */
	if (strcmp(r->to.platform, BOT_HOME_PLATFORM) == 0) {
		return all;
	}
	all = greater(all, standing_permission(r));
	return community == NULL ? all
				 : greater(all, roles_permission(r, community));
}

/* ---- asking ---- */

/* Names of those who can help, at most three. */
static void
helpers_found(struct bot_run *r, const void *reply)
{
	const Stoa__Accounts__MembersReply *members = reply;
	struct stoa_buf names;
	unsigned count = 0;

	stoa_buf_init(&names, BOT_FIELD_TEXT_MAX);
	for (size_t i = 0; i < members->n_members && count < 3; i++) {
		const Stoa__Accounts__Member *m = members->members[i];

		if (bot_told_permission(m->role) < r->row->permission) {
			continue;
		}
		stoa_buf_printf(&names, "%s%s", count == 0 ? "ask " : " or ",
		    m->display_name[0] == '\0' ? m->id : m->display_name);
		count++;
	}
	if (count == 0) {
		stoa_buf_add_text(
		    &names, "ask somebody who may manage this server");
	}
	r->problem.fix = stoa_arena_str(&r->arena, stoa_buf_str(&names));
	stoa_buf_fini(&names);
	r->problem.fix = r->problem.fix == NULL ? "" : r->problem.fix;
	bot_run_refuse(r, &r->problem);
}

static void
helpers_ask(struct bot_run *r)
{
	Stoa__Accounts__MembersQuery in = STOA__ACCOUNTS__MEMBERS_QUERY__INIT;

	in.limit = 100;
	bot_run_call(r,
	    &(struct bot_call){
		.service = &stoa__accounts__accounts__descriptor,
		.method = "Members",
		.next = helpers_found,
	    },
	    &in.base);
}

static void
refuse(struct bot_run *r)
{
	const char *needs = bot_permission_name(r->row->permission);
	const char *is = bot_told_role(r->who.role);

	(void)bot_problem_fill(&r->problem, &r->arena,
	    &(struct bot_problem){
		.code = "not_permitted",
		.given = is,
		.limit = stoa_arena_printf(&r->arena, "the role %s", needs),
	    },
	    "/%s needs the role %s%s, and you are %s here", r->row->name, needs,
	    r->command->standing == STOA__CHAT__STANDING__STANDING_UNSPECIFIED
		? ""
		: " or leave to manage this server",
	    is);
	r->bot->counts.refusals++;
	helpers_ask(r);
}

static void
community_seen(struct bot_run *r, const void *reply)
{
	if (bot_permit_of(r, r->who.role, reply) >= r->row->permission) {
		bot_handle(r);
	} else {
		refuse(r);
	}
}

static void
role_seen(struct bot_run *r, const void *reply)
{
	const Stoa__Accounts__BalanceReply *balance = reply;
	Stoa__Accounts__CommunityQuery in =
	    STOA__ACCOUNTS__COMMUNITY_QUERY__INIT;

	r->who.role = balance->role;
	if (bot_permit_of(r, r->who.role, NULL) >= r->row->permission) {
		bot_handle(r);
	} else if (r->command->n_roles == 0) {
		refuse(r);
	} else {
		bot_run_call(r,
		    &(struct bot_call){
			.service = ACCOUNTS,
			.method = "Community",
			.next = community_seen,
		    },
		    &in.base);
	}
}

/* A role can be taken away: what needs more than membership asks each time. */
void
bot_permit(struct bot_run *r)
{
	Stoa__Accounts__BalanceQuery in = STOA__ACCOUNTS__BALANCE_QUERY__INIT;

	if (r->row->permission <= BOT_MEMBER) {
		bot_handle(r);
		return;
	}
	in.member = r->who.member.text;
	bot_run_call(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = "Balance",
		.next = role_seen,
	    },
	    &in.base);
}
