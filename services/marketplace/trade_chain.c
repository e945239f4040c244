/* trade_chain.c - what the chain does for the market: asked of chain.
 *
 * Its name for a step is known beforehand, so that the first question is always
 * what has become of it; only what chain has never heard of is submitted. */
#include "marketplace/trade.h"

#include "base/check.h"
#include "base/core.h"
#include "marketplace/limits.h"

#include <stdio.h>
#include <stdlib.h>

/* An intent with its action, its calldata and its result. */
#define ARENA_MAX (512u * 1024u)

#define STATE(NAME) STOA__CHAIN__STATE__##NAME

struct trading {
	struct stoa_bus *bus;
	trade_done done;
	void *owner;
	char key[sizeof(((struct marketplace_step *)NULL)->key)];
	struct stoa_arena arena;
	Stoa__Chain__SubmitRequest *submit;
};

static void
trading_end(struct trading *t, const struct trade_answer *answer)
{
	t->done(t->owner, answer);
	stoa_arena_fini(&t->arena);
	free(t);
}

static struct stoa_bus_call
call_of(const char *method)
{
	return (struct stoa_bus_call){
	    .service = &stoa__chain__chain__descriptor,
	    .method = method,
	    .community = STOA_STR(MARKETPLACE_WALLET),
	};
}

/* ---- it is asked for ---- */

static const char *
refusal_print(struct stoa_arena *arena, const Stoa__Journal__Refusal *refusal)
{
	const char *text = refusal->reason;

	for (size_t i = 0; i < refusal->n_args && text != NULL; i++) {
		text = stoa_arena_printf(arena, "%s%s %s", text,
		    i == 0 ? ":" : ",", refusal->args[i]);
	}
	return text == NULL ? "refused" : text;
}

/* Too many are under way, or the day's money is spent: later it may go. */
static bool
is_passing(const Stoa__Journal__Refusal *refusal)
{
	return strcmp(refusal->reason, "too_many") == 0 ||
	       strcmp(refusal->reason, "over_day_cap") == 0 ||
	       strcmp(refusal->reason, "not_open") == 0;
}

static void
submitted(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct trading *t = owner;
	struct trade_answer answer = {.result = TRADE_AGAIN};
	const Stoa__Journal__Outcome *outcome = NULL;

	if (status == STOA_OK) {
		outcome = stoa_unpack(
		    &t->arena, &stoa__journal__outcome__descriptor, reply);
	}
	/* What chain had not heard of, and does not take in these words, it
	 * never will. */
	if (status == STOA_INVALID) {
		answer.result = TRADE_REFUSED;
		answer.why = detail == NULL || detail[0] == '\0'
				 ? "the chain does not take it"
				 : detail;
	}
	if (outcome != NULL && outcome->entry != NULL) {
		const Stoa__Journal__Refusal *refusal = outcome->entry->refusal;

		answer.result = TRADE_WAITING;
		if (refusal != NULL) {
			answer.result =
			    is_passing(refusal) ? TRADE_AGAIN : TRADE_REFUSED;
			answer.why = refusal_print(&t->arena, refusal);
		}
	}
	trading_end(t, &answer);
}

static void
submit(struct trading *t)
{
	struct stoa_bus_call call = call_of("Submit");

	call.command_id = stoa_str_of(t->key);
	stoa_bus_call(t->bus, &call, &t->submit->base, submitted, t);
}

/* ---- what has become of it ---- */

static void
answer_fill(const Stoa__Chain__IntentReply *said, struct trade_answer *answer)
{
	static const Stoa__Chain__Result nothing = STOA__CHAIN__RESULT__INIT;

	switch (said->state) {
	case STATE(DONE):
		answer->result = TRADE_DONE;
		answer->action =
		    said->request == NULL ? NULL : said->request->action;
		answer->done = said->result == NULL ? &nothing : said->result;
		break;
	case STATE(REVERTED):
		answer->result = TRADE_REFUSED;
		answer->why =
		    said->why[0] == '\0' ? "the contract refused" : said->why;
		break;
	case STATE(REFUSED):
		answer->result = TRADE_REFUSED;
		answer->why = said->why;
		break;
	case STATE(CANCELLED):
		answer->result = TRADE_REFUSED;
		answer->why = "cancelled";
		break;
	case STATE(WAITING):
	case STATE(RESERVED):
	case STATE(SIGNED):
	case STATE(SENT):
	case STATE(MINED):
		answer->result = TRADE_WAITING;
		break;
	case STATE(STATE_UNSPECIFIED):
	case _STOA__CHAIN__STATE_IS_INT_SIZE:
		break;
	}
}

static void
heard(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct trading *t = owner;
	struct trade_answer answer = {.result = TRADE_AGAIN};
	const Stoa__Chain__IntentReply *said = NULL;

	(void)detail;
	if (status == STOA_NOT_FOUND) {
		submit(t);
		return;
	}
	if (status == STOA_OK) {
		said = stoa_unpack(
		    &t->arena, &stoa__chain__intent_reply__descriptor, reply);
	}
	if (said != NULL) {
		answer_fill(said, &answer);
	}
	trading_end(t, &answer);
}

/* The request outlives the state that it was made of. */
static bool
submit_keep(struct trading *t, const struct marketplace_step *step)
{
	Stoa__Chain__SubmitRequest request = STOA__CHAIN__SUBMIT_REQUEST__INIT;
	struct stoa_str bytes;

	request.action = step->action;
	request.purpose = (char *)(uintptr_t)step->purpose;
	bytes = stoa_pack(&t->arena, &request.base);
	t->submit = bytes.data == NULL
			? NULL
			: stoa_unpack(&t->arena,
			      &stoa__chain__submit_request__descriptor, bytes);
	return t->submit != NULL;
}

void
trade_step(struct stoa_bus *bus, const struct marketplace_step *step,
    trade_done done, void *owner)
{
	Stoa__Chain__IntentQuery query = STOA__CHAIN__INTENT_QUERY__INIT;
	struct stoa_bus_call call = call_of("Intent");
	struct trading *t = calloc(1, sizeof(*t));

	stoa_assert(t != NULL);
	t->bus = bus;
	t->done = done;
	t->owner = owner;
	(void)snprintf(t->key, sizeof(t->key), "%s", step->key);
	stoa_arena_init(&t->arena, NULL, 0, ARENA_MAX);
	if (!submit_keep(t, step)) {
		trading_end(t, &(struct trade_answer){.result = TRADE_AGAIN});
		return;
	}
	query.intent = (char *)(uintptr_t)step->intent.text;
	stoa_bus_call(bus, &call, &query.base, heard, t);
}

/* ---- what was seen ---- */

struct seeing {
	trade_seen seen;
	void *owner;
};

static void
page_heard(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct seeing *e = owner;
	struct stoa_arena arena;

	(void)detail;
	stoa_arena_init(&arena, NULL, 0, ARENA_MAX);
	e->seen(e->owner,
	    status == STOA_OK
		? stoa_unpack(
		      &arena, &stoa__chain__sightings_reply__descriptor, reply)
		: NULL);
	stoa_arena_fini(&arena);
	free(e);
}

void
trade_sightings(
    struct stoa_bus *bus, uint64_t after, trade_seen seen, void *owner)
{
	Stoa__Chain__SightingsQuery query = STOA__CHAIN__SIGHTINGS_QUERY__INIT;
	struct stoa_bus_call call = call_of("Sightings");
	struct seeing *e = calloc(1, sizeof(*e));

	stoa_assert(e != NULL);
	*e = (struct seeing){seen, owner};
	query.after = after;
	query.limit = MARKETPLACE_SIGHTINGS_PAGE;
	stoa_bus_call(bus, &call, &query.base, page_heard, e);
}
