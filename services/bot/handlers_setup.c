/* handlers_setup.c - /setup and /invite. */
#include "bot/parts.h"

#include "bot/limits.h"
#include "bot/told.h"
#include "bot/view.h"

#include "proto/discord.pb-c.h"

#define ACCOUNTS (&stoa__accounts__accounts__descriptor)
#define DISCORD	 (&stoa__discord__discord__descriptor)

/* Who asks has just been found, which opened the community if it was not. */
static void
members_counted(struct bot_run *r, const void *reply)
{
	const Stoa__Accounts__MembersReply *in = reply;
	struct bot_community_view view = {
	    .id = r->who.community.text,
	    .name = bot_run_text(r, "name"),
	    .role = bot_told_role(r->who.role),
	    .members = in->n_members,
	    .has_more = in->next[0] != '\0',
	    .welcome_micro = r->bot->o.welcome_micro,
	};

	bot_run_finish(r, bot_view_setup(&r->arena, &view));
}

void
bot_handle_setup(struct bot_run *r)
{
	Stoa__Accounts__MembersQuery in = STOA__ACCOUNTS__MEMBERS_QUERY__INIT;

	in.limit = 100;
	bot_run_call(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = "Members",
		.next = members_counted,
	    },
	    &in.base);
}

/* ---- /invite ---- */

static void
described(struct bot_run *r, const void *reply)
{
	const Stoa__Discord__DescribeReply *in = reply;

	bot_run_finish(r, bot_view_invite(&r->arena, in->name, in->invite_url));
}

void
bot_handle_invite(struct bot_run *r)
{
	Stoa__Discord__DescribeQuery in = STOA__DISCORD__DESCRIBE_QUERY__INIT;

	bot_run_call(r,
	    &(struct bot_call){
		.service = DISCORD,
		.method = "Describe",
		.is_own = true,
		.next = described,
	    },
	    &in.base);
}
