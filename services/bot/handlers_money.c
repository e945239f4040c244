/* handlers_money.c - /balance and /transfer. */
#include "bot/parts.h"

#include "bot/parse.h"
#include "bot/told.h"
#include "bot/view.h"

#define ACCOUNTS (&stoa__accounts__accounts__descriptor)

static void
balance_shown(struct bot_run *r, const void *reply)
{
	const Stoa__Accounts__BalanceReply *in = reply;
	struct bot_balance_view view = {
	    .member = r->who.member.text,
	    .name = in->display_name,
	    .role = bot_told_role(in->role),
	    .joy_micro = in->joy_micro,
	    .credit_micro = in->credit_micro,
	    .held_joy_micro = in->held_joy_micro,
	    .held_credit_micro = in->held_credit_micro,
	    .is_unbacked = in->is_unbacked,
	};

	bot_run_finish(r, bot_view_balance(&r->arena, &view));
}

void
bot_handle_balance(struct bot_run *r)
{
	Stoa__Accounts__BalanceQuery in = STOA__ACCOUNTS__BALANCE_QUERY__INIT;

	in.member = r->who.member.text;
	bot_run_call(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = "Balance",
		.next = balance_shown,
	    },
	    &in.base);
}

/* ---- /transfer ---- */

static void
transferred(struct bot_run *r, const void *reply)
{
	const Stoa__Journal__Outcome *outcome = reply;
	const Stoa__Accounts__Event *event =
	    bot_run_event(r, outcome, &stoa__accounts__event__descriptor, 0);

	if (event == NULL ||
	    event->kind_case != STOA__ACCOUNTS__EVENT__KIND_MOVED) {
		bot_run_fail(r, STOA_INTERNAL, ACCOUNTS->short_name);
		return;
	}
	bot_run_finish(r, bot_view_receipt(&r->arena,
			      &(struct bot_receipt_view){
				  .id = event->moved->id,
				  .from = event->moved->from,
				  .to = event->moved->to,
				  .memo = event->moved->memo,
				  .amount_micro = event->moved->amount_micro,
				  .time_us = outcome->entry->time_us,
				  .index = outcome->index,
			      }));
}

static void
transfer(struct bot_run *r, const char *member)
{
	const Stoa__Chat__Option *amount = bot_argument(r->command, "amount");
	Stoa__Accounts__TransferRequest in =
	    STOA__ACCOUNTS__TRANSFER_REQUEST__INIT;

	stoa_assert(amount != NULL); /* it is required */
	in.to = (char *)(uintptr_t)member;
	in.asset = STOA__ACCOUNTS__ASSET__JOY;
	in.amount_micro = amount->amount_micro;
	in.memo = (char *)(uintptr_t)bot_run_text(r, "memo");
	bot_run_call(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = "Transfer",
		.command_id = r->to.id,
		.next = transferred,
	    },
	    &in.base);
}

/* ---- a member by name ---- */

/* Kept in the run's arena while the directory is asked. */
struct naming {
	const char *option, *given;
	void (*next)(struct bot_run *r, const char *member);
	void *work; /* what the run had before */
};

static void
member_resolved(struct bot_run *r, const void *reply)
{
	const Stoa__Accounts__ResolveReply *in = reply;
	const struct naming *n = r->work;
	const char *given;

	r->work = n->work;
	if (in->member[0] != '\0') {
		n->next(r, in->member);
		return;
	}
	given = bot_problem_excerpt(&r->arena, stoa_str_of(n->given));
	(void)bot_problem_fill(&r->problem, &r->arena,
	    &(struct bot_problem){
		.code = "no_such_member",
		.field = n->option,
		.given = given,
		.limit = "a member, such as u_3x4h2t6rbe",
		.fix = "people are members after their first command",
	    },
	    "nobody here is known as %s", given);
	bot_run_refuse(r, &r->problem);
}

/* A platform's own name for a person, without its mention's brackets. */
static const char *
mention_strip(struct bot_run *r, struct stoa_str text)
{
	while (text.len > 0 && strchr("<@!", text.data[0]) != NULL) {
		text = stoa_str_from(text, 1);
	}
	while (text.len > 0 && text.data[text.len - 1] == '>') {
		text.len--;
	}
	return stoa_arena_str(&r->arena, text);
}

void
bot_handle_member(struct bot_run *r, const char *option, const char *given,
    void (*next)(struct bot_run *r, const char *member))
{
	Stoa__Accounts__ResolveQuery in = STOA__ACCOUNTS__RESOLVE_QUERY__INIT;
	const char *bare = mention_strip(r, stoa_str_of(given));
	struct naming *n = stoa_arena_alloc(&r->arena, sizeof(*n));
	struct stoa_hash key;

	if (bare == NULL || n == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	if (stoa_id_is_valid('u', stoa_str_of(bare))) {
		next(r, bare);
		return;
	}
	*n = (struct naming){option, given, next, r->work};
	r->work = n;
	key = bot_people_key(r, bare);
	in.user_key.data = key.bytes;
	in.user_key.len = sizeof(key.bytes);
	bot_run_call(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = "Resolve",
		.community = STOA_STR("directory"),
		.is_own = true,
		.next = member_resolved,
	    },
	    &in.base);
}

void
bot_handle_transfer(struct bot_run *r)
{
	bot_handle_member(r, "to", bot_run_text(r, "to"), transfer);
}
