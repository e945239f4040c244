/* reactions.c - see reactions.h. */
#include "accounts/reactions.h"

#include "accounts/accounts.h"
#include "accounts/limits.h"
#include "base/check.h"
#include "base/id.h"

#include "proto/chain.pb-c.h"

#include <stdio.h>
#include <stdlib.h>

#define ARENA_MAX (256u * 1024u)
#define TICK_US	  (200 * 1000)
#define WALLET	  "w_vault"

struct reactions {
	struct reactions_options o;
	struct stoa_errands *errands;
};

static struct reactions *
reactions_of(const struct stoa_errand *t)
{
	return t->owner;
}

/* ---- what became of it ---- */

static void
sent(struct stoa_errand *t, const Stoa__Chain__IntentReply *intent)
{
	Stoa__Accounts__RecordWithdrawalRequest request =
	    STOA__ACCOUNTS__RECORD_WITHDRAWAL_REQUEST__INIT;
	bool is_ended = true;

	request.withdrawal = t->noun;
	switch (intent->state) {
	case STOA__CHAIN__STATE__DONE:
		request.is_sent = true;
		request.transaction = intent->hash;
		break;
	case STOA__CHAIN__STATE__REVERTED:
		request.why =
		    (char *)(uintptr_t) "the vault refused: its limit of the "
					"day, or not enough Joy in it";
		break;
	case STOA__CHAIN__STATE__REFUSED:
		request.why = intent->why;
		break;
	case STOA__CHAIN__STATE__CANCELLED:
		request.why =
		    (char *)(uintptr_t) "cancelled before it was sent";
		break;
	case STOA__CHAIN__STATE__STATE_UNSPECIFIED:
	case STOA__CHAIN__STATE__WAITING:
	case STOA__CHAIN__STATE__RESERVED:
	case STOA__CHAIN__STATE__SIGNED:
	case STOA__CHAIN__STATE__SENT:
	case STOA__CHAIN__STATE__MINED:
	case _STOA__CHAIN__STATE_IS_INT_SIZE:
		is_ended = false;
		break;
	}
	if (is_ended) {
		stoa_errand_record(
		    t, "withdrawn", 0, "RecordWithdrawal", &request.base);
	}
	stoa_errand_end(t, is_ended);
}

/* ---- asking for it ---- */

/* The same each time: chain answers a repeated command as the first time. */
static void
command_id_print(char ret_id[static 64], const char *withdrawal)
{
	(void)snprintf(ret_id, 64, "withdraw:%s", withdrawal);
}

/* It never will: the Joy goes back. */
static void
failed(struct stoa_errand *t, const char *why)
{
	Stoa__Accounts__RecordWithdrawalRequest request =
	    STOA__ACCOUNTS__RECORD_WITHDRAWAL_REQUEST__INIT;

	request.withdrawal = t->noun;
	request.why = (char *)(uintptr_t)why;
	stoa_errand_record(
	    t, "withdrawn", 0, "RecordWithdrawal", &request.base);
	stoa_errand_end(t, true);
}

static void
submitted(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct stoa_errand *t = owner;

	(void)reply;
	(void)detail;
	if (status == STOA_INVALID) {
		failed(t, "the chain does not take this address or amount");
	} else {
		stoa_errand_end(t, false); /* it is asked about, or again */
	}
}

static void
submit(struct stoa_errand *t, const Stoa__Accounts__WithdrawalAsked *w)
{
	Stoa__Chain__SubmitRequest request = STOA__CHAIN__SUBMIT_REQUEST__INIT;
	Stoa__Chain__Action action = STOA__CHAIN__ACTION__INIT;
	Stoa__Chain__Send send = STOA__CHAIN__SEND__INIT;
	struct stoa_bus_call call = {
	    .service = &stoa__chain__chain__descriptor,
	    .method = "Submit",
	    .community = STOA_STR(WALLET),
	};
	char id[64], purpose[128];

	command_id_print(id, t->noun);
	(void)snprintf(purpose, sizeof(purpose), "%s of %s", w->id, w->member);
	call.command_id = stoa_str_of(id);
	send.to = w->address;
	send.amount_micro = w->amount_micro;
	action.kind_case = STOA__CHAIN__ACTION__KIND_SEND;
	action.send = &send;
	request.action = &action;
	request.purpose = purpose;
	stoa_bus_call(
	    reactions_of(t)->o.bus, &call, &request.base, submitted, t);
}

/* Only what chain has never heard of is submitted: that it does not take it
 * means nothing of what it took before, by another build or manifest. */
static void
unheard(struct stoa_errand *t)
{
	const struct accounts *s = stoa_errand_state(t);
	const Stoa__Accounts__WithdrawalAsked *w =
	    s == NULL ? NULL : accounts_withdrawal(s, stoa_str_of(t->noun));

	if (w == NULL) {
		stoa_errand_end(t, false);
	} else {
		submit(t, w);
	}
}

static void
looked(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct stoa_errand *t = owner;
	const Stoa__Chain__IntentReply *intent = NULL;
	struct stoa_arena arena;

	(void)detail;
	if (status == STOA_NOT_FOUND) {
		unheard(t);
		return;
	}
	stoa_arena_init(&arena, NULL, 0, ARENA_MAX);
	if (status == STOA_OK) {
		intent = stoa_unpack(
		    &arena, &stoa__chain__intent_reply__descriptor, reply);
	}
	if (intent == NULL) {
		stoa_errand_end(t, false);
	} else {
		sent(t, intent);
	}
	stoa_arena_fini(&arena);
}

static void
ask_about(struct stoa_errand *t)
{
	Stoa__Chain__IntentQuery query = STOA__CHAIN__INTENT_QUERY__INIT;
	struct stoa_bus_call call = {
	    .service = &stoa__chain__chain__descriptor,
	    .method = "Intent",
	    .community = STOA_STR(WALLET),
	};
	struct stoa_id intent;
	char id[64];

	command_id_print(id, t->noun);
	intent = stoa_id_derive(
	    'i', STOA_STR(WALLET), STOA_STR("@accounts"), stoa_str_of(id), 0);
	query.intent = intent.text;
	stoa_errand_begin(t);
	stoa_bus_call(reactions_of(t)->o.bus, &call, &query.base, looked, t);
}

static void
look(void *owner, struct stoa_str community)
{
	struct reactions *r = owner;
	const struct accounts *s;
	const struct withdrawal *w;
	size_t cursor = 0;

	/* Acting may put a record in flight: the state is asked for anew. */
	while ((s = stoa_replica_peek(r->o.replica, community)) != NULL &&
	       (w = accounts_next_withdrawal(s, &cursor)) != NULL) {
		const Stoa__Accounts__WithdrawalAsked *said =
		    accounts_withdrawal_said(w);
		struct stoa_errand *t;

		if (said->due_us > stoa_clock_wall(r->o.clock).us) {
			continue;
		}
		t = stoa_errand_due(
		    r->errands, community, stoa_str_of(said->id), 1, 0);
		if (t != NULL) {
			ask_about(t);
		}
	}
}

/* ---- as a part of the daemon ---- */

static bool
is_mine(void *owner, struct stoa_str community)
{
	struct reactions *r = owner;

	return r->o.is_mine(r->o.owner, community);
}

static void
command(void *owner, struct stoa_str community, struct stoa_str id,
    const char *method, const ProtobufCMessage *request)
{
	struct reactions *r = owner;

	r->o.command(r->o.owner, community, id, method, request);
}

struct reactions *
reactions_new(const struct reactions_options *options)
{
	struct reactions *r = calloc(1, sizeof(*r));
	struct stoa_errands_options errands = {
	    .replica = options->replica,
	    .clock = options->clock,
	    .is_mine = is_mine,
	    .command = command,
	    .look = look,
	    .owner = r,
	    .wait_us_min = ACCOUNTS_RETRY_US_MIN,
	    .wait_us_max = ACCOUNTS_RETRY_US_MAX,
	};

	stoa_assert(r != NULL);
	r->o = *options;
	r->errands = stoa_errands_new(&errands);
	return r;
}

void
reactions_free(struct reactions *r)
{
	if (r != NULL) {
		stoa_errands_free(r->errands);
		free(r);
	}
}

static void
tick(void *part)
{
	struct reactions *r = part;

	if (stoa_replica_is_ready(r->o.replica)) {
		stoa_errands_tick(r->errands);
	}
}

static void
drain(void *part)
{
	struct reactions *r = part;

	stoa_errands_drain(r->errands);
}

static bool
is_idle(void *part)
{
	const struct reactions *r = part;

	return stoa_errands_is_idle(r->errands);
}

const struct stoa_part reactions_part = {
    .tick = tick,
    .tick_us = TICK_US,
    .drain = drain,
    .is_idle = is_idle,
};
