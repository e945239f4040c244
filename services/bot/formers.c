/* formers.c - what a person was called before two accounts were linked.
 *
 * In each community where one of those names is a member, it becomes the one
 * that the person has now: in accounts, which knows; then in those that keep
 * what members do. Each step is a command that says what it is about in its
 * id, so that a bot that dies in between, or two bots at once, do it once.
 * A domain that is silent is asked again with the person's next command. */
#include "bot/parts.h"

#include "proto/governance.pb-c.h"
#include "proto/marketplace.pb-c.h"

#define ACCOUNTS   (&stoa__accounts__accounts__descriptor)
#define GOVERNANCE (&stoa__governance__governance__descriptor)
#define TRAINING   (&stoa__training__training__descriptor)
#define MARKET	   (&stoa__marketplace__marketplace__descriptor)

/* Kept in the run's arena while its steps go on. */
struct settling {
	char **formers;
	size_t count, at;
	bool is_unsettled;
	void (*done)(struct bot_run *r, bool is_settled);
	void *work; /* what the run had before */
};

static void ask(struct bot_run *r);

static char *
former_of(const struct bot_run *r)
{
	const struct settling *s = r->work;

	return s->formers[s->at];
}

static void
go_on(struct bot_run *r)
{
	struct settling *s = r->work;

	s->at++;
	ask(r);
}

/* Of this identity and the name at hand. */
static void
command(struct bot_run *r, const struct bot_call *call,
    const ProtobufCMessage *request)
{
	struct bot_call full = *call;

	full.command_id = stoa_arena_printf(
	    &r->arena, "merge-%s-%s", former_of(r), r->who.member.text);
	full.is_own = true;
	if (full.command_id == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	bot_run_call(r, &full, request);
}

/* ---- the marketplace ---- */

static void
market_united(struct bot_run *r, const void *reply)
{
	(void)reply;
	go_on(r);
}

static void
market_refused(struct bot_run *r, const Stoa__Journal__Refusal *refusal)
{
	(void)refusal;
	go_on(r);
}

static void
market_silent(struct bot_run *r)
{
	((struct settling *)r->work)->is_unsettled = true;
	go_on(r);
}

static void
market_unite(struct bot_run *r)
{
	Stoa__Marketplace__UniteRequest in =
	    STOA__MARKETPLACE__UNITE_REQUEST__INIT;

	in.member = r->who.member.text;
	in.former = former_of(r);
	command(r,
	    &(struct bot_call){
		.service = MARKET,
		.method = "Unite",
		.next = market_united,
		.refused = market_refused,
		.silent = market_silent,
	    },
	    &in.base);
}

/* ---- training ---- */

static void
training_united(struct bot_run *r, const void *reply)
{
	(void)reply;
	market_unite(r);
}

static void
training_refused(struct bot_run *r, const Stoa__Journal__Refusal *refusal)
{
	(void)refusal;
	market_unite(r);
}

static void
training_silent(struct bot_run *r)
{
	((struct settling *)r->work)->is_unsettled = true;
	market_unite(r);
}

static void
training_unite(struct bot_run *r)
{
	Stoa__Training__UniteRequest in = STOA__TRAINING__UNITE_REQUEST__INIT;

	in.member = r->who.member.text;
	in.former = former_of(r);
	command(r,
	    &(struct bot_call){
		.service = TRAINING,
		.method = "Unite",
		.next = training_united,
		.refused = training_refused,
		.silent = training_silent,
	    },
	    &in.base);
}

/* ---- governance ---- */

static void
governance_united(struct bot_run *r, const void *reply)
{
	(void)reply;
	training_unite(r);
}

/* Nothing has been proposed here yet, then. */
static void
governance_refused(struct bot_run *r, const Stoa__Journal__Refusal *refusal)
{
	(void)refusal;
	training_unite(r);
}

static void
governance_silent(struct bot_run *r)
{
	((struct settling *)r->work)->is_unsettled = true;
	training_unite(r);
}

static void
governance_unite(struct bot_run *r)
{
	Stoa__Governance__UniteRequest in =
	    STOA__GOVERNANCE__UNITE_REQUEST__INIT;

	in.member = r->who.member.text;
	in.former = former_of(r);
	command(r,
	    &(struct bot_call){
		.service = GOVERNANCE,
		.method = "Unite",
		.next = governance_united,
		.refused = governance_refused,
		.silent = governance_silent,
	    },
	    &in.base);
}

/* ---- accounts ---- */

static void
merged(struct bot_run *r, const void *reply)
{
	(void)reply;
	governance_unite(r);
}

static void
merge(struct bot_run *r)
{
	Stoa__Accounts__MergeRequest in = STOA__ACCOUNTS__MERGE_REQUEST__INIT;

	in.member = r->who.member.text;
	in.former = former_of(r);
	command(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = "Merge",
		.next = merged,
	    },
	    &in.base);
}

static void
seen(struct bot_run *r, const void *reply)
{
	const Stoa__Accounts__BalanceReply *balance = reply;

	if (balance->member[0] == '\0') {
		merge(r);
	} else {
		governance_unite(r); /* merged; perhaps not all know */
	}
}

static void
ask(struct bot_run *r)
{
	Stoa__Accounts__BalanceQuery in = STOA__ACCOUNTS__BALANCE_QUERY__INIT;
	const struct settling *s = r->work;

	if (s->at == s->count) {
		r->work = s->work;
		s->done(r, !s->is_unsettled);
		return;
	}
	in.member = former_of(r);
	bot_run_call(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = "Balance",
		.next = seen,
		.missing = go_on,
	    },
	    &in.base);
}

void
bot_formers_settle(struct bot_run *r, char **formers, size_t count,
    void (*done)(struct bot_run *r, bool is_settled))
{
	struct settling *s = stoa_arena_alloc(&r->arena, sizeof(*s));

	if (s == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	*s = (struct settling){
	    .formers = formers,
	    .count = count,
	    .done = done,
	    .work = r->work,
	};
	r->work = s;
	ask(r);
}
