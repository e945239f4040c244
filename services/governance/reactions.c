/* reactions.c - see reactions.h. */
#include "governance/reactions.h"

#include "base/check.h"
#include "governance/governance.h"
#include "governance/limits.h"

#include "proto/accounts.pb-c.h"
#include "proto/marketplace.pb-c.h"
#include "proto/training.pb-c.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct reactions {
	struct reactions_options o;
	struct stoa_errands *errands;
};

#define ARENA_MAX (1024u * 1024u)

/* ---- asking ---- */

static struct reactions *
reactions_of(const struct stoa_errand *t)
{
	return t->owner;
}

static const struct proposal *
proposal_of(const struct stoa_errand *t)
{
	const struct governance *s = stoa_errand_state(t);

	return s == NULL ? NULL : governance_get(s, stoa_str_of(t->noun));
}

/* A call of another daemon; its id tells what it is for, so that asking twice
 * does it once. An empty verb: a query. */
static void
ask(struct stoa_errand *t, const ProtobufCServiceDescriptor *service,
    const char *method, const char *verb, uint32_t number,
    const ProtobufCMessage *request, stoa_bus_done done)
{
	char id[96];
	struct stoa_bus_call call = {
	    .service = service,
	    .method = method,
	    .community = stoa_str_of(t->community),
	};

	if (verb[0] != '\0') {
		(void)snprintf(id, sizeof(id), "%s:%s:%" PRIu32 ":%" PRIu32,
		    verb, t->noun, number, t->attempt);
		call.command_id = stoa_str_of(id);
	}
	stoa_errand_begin(t);
	stoa_bus_call(reactions_of(t)->o.bus, &call, request, done, t);
}

#define ACCOUNTS (&stoa__accounts__accounts__descriptor)
#define TRAINING (&stoa__training__training__descriptor)
#define MARKET	 (&stoa__marketplace__marketplace__descriptor)

/* What a command came to; NULL: there was no answer worth the name. */
static const Stoa__Journal__Entry *
entry_read(
    struct stoa_arena *arena, enum stoa_status status, struct stoa_str reply)
{
	const Stoa__Journal__Outcome *outcome = NULL;

	if (status == STOA_OK) {
		outcome = stoa_unpack(
		    arena, &stoa__journal__outcome__descriptor, reply);
	}
	return outcome == NULL ? NULL : outcome->entry;
}

/* Its first event, of a service's Event message. */
static void *
event_read(struct stoa_arena *arena, const Stoa__Journal__Entry *entry,
    const ProtobufCMessageDescriptor *type)
{
	if (entry->n_events == 0) {
		return NULL;
	}
	return stoa_unpack(arena, type,
	    stoa_str_of_bytes(entry->events[0].data, entry->events[0].len));
}

/* ---- the deposit ---- */

static void
deposit_held(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct stoa_errand *t = owner;
	Stoa__Governance__RecordDepositRequest request =
	    STOA__GOVERNANCE__RECORD_DEPOSIT_REQUEST__INIT;
	const Stoa__Journal__Entry *entry;
	const Stoa__Accounts__Event *event = NULL;
	struct stoa_arena arena;

	(void)detail;
	stoa_arena_init(&arena, NULL, 0, ARENA_MAX);
	entry = entry_read(&arena, status, reply);
	if (entry != NULL && entry->refusal == NULL) {
		event = event_read(
		    &arena, entry, &stoa__accounts__event__descriptor);
	}
	request.proposal = t->noun;
	if (event != NULL &&
	    event->kind_case == STOA__ACCOUNTS__EVENT__KIND_HOLD_PLACED) {
		request.hold = event->hold_placed->id;
	} else if (entry != NULL) {
		request.refusal = entry->refusal;
	}
	if (entry != NULL && (event != NULL || entry->refusal != NULL)) {
		stoa_errand_record(
		    t, "deposit", 0, "RecordDeposit", &request.base);
		stoa_errand_end(t, true);
	} else {
		stoa_errand_end(t, false);
	}
	stoa_arena_fini(&arena);
}

static void
deposit_hold(struct stoa_errand *t, const struct proposal *p)
{
	Stoa__Accounts__HoldRequest request =
	    STOA__ACCOUNTS__HOLD_REQUEST__INIT;
	char purpose[64];

	(void)snprintf(purpose, sizeof(purpose), "proposal:%s", t->noun);
	request.member = (char *)(uintptr_t)governance_proposer(p);
	request.amount_micro = governance_deposit(p);
	/* From the record, not from the clock: the same command each time. */
	request.expires_us = governance_proposed_us(p) + GOVERNANCE_DEPOSIT_US;
	request.purpose = purpose;
	ask(t, ACCOUNTS, "Hold", "deposit", 0, &request.base, deposit_held);
}

static void
deposit_settled(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct stoa_errand *t = owner;
	Stoa__Governance__RecordDepositSettledRequest request =
	    STOA__GOVERNANCE__RECORD_DEPOSIT_SETTLED_REQUEST__INIT;
	struct stoa_arena arena;
	bool ok;

	(void)detail;
	stoa_arena_init(&arena, NULL, 0, ARENA_MAX);
	/* A hold that is not there any more went back by itself. */
	ok = entry_read(&arena, status, reply) != NULL;
	if (ok) {
		request.proposal = t->noun;
		stoa_errand_record(t, "deposit-settled", 0,
		    "RecordDepositSettled", &request.base);
	}
	stoa_errand_end(t, ok);
	stoa_arena_fini(&arena);
}

static void
deposit_settle(struct stoa_errand *t, const struct proposal *p)
{
	Stoa__Accounts__PostHoldRequest post =
	    STOA__ACCOUNTS__POST_HOLD_REQUEST__INIT;
	Stoa__Accounts__VoidHoldRequest back =
	    STOA__ACCOUNTS__VOID_HOLD_REQUEST__INIT;

	if (governance_keeps_deposit(p)) {
		post.hold = (char *)(uintptr_t)governance_hold(p);
		post.amount_micro = governance_deposit(p);
		post.payee = (char *)(uintptr_t) "@treasury";
		ask(t, ACCOUNTS, "PostHold", "keep", 0, &post.base,
		    deposit_settled);
	} else {
		back.hold = (char *)(uintptr_t)governance_hold(p);
		ask(t, ACCOUNTS, "VoidHold", "back", 0, &back.base,
		    deposit_settled);
	}
}

/* ---- opening ---- */

static void
electors_record(struct stoa_errand *t, uint64_t from,
    const Stoa__Accounts__ElectorsReply *page)
{
	const struct reactions_options *o = &reactions_of(t)->o;
	Stoa__Governance__RecordElectorsRequest request =
	    STOA__GOVERNANCE__RECORD_ELECTORS_REQUEST__INIT;
	char id[80];

	request.from = from;
	request.to = page->version;
	request.electors = page->electors;
	request.n_electors = page->n_electors;
	(void)snprintf(id, sizeof(id), "electors:%" PRIu64 ":%" PRIu64, from,
	    page->version);
	o->command(o->owner, stoa_str_of(t->community), stoa_str_of(id),
	    "RecordElectors", &request.base);
}

static void
electors_heard(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct stoa_errand *t = owner;
	const struct governance *s = stoa_errand_state(t);
	Stoa__Governance__OpenRequest open =
	    STOA__GOVERNANCE__OPEN_REQUEST__INIT;
	const Stoa__Accounts__ElectorsReply *page = NULL;
	struct stoa_arena arena;

	(void)detail;
	stoa_arena_init(&arena, NULL, 0, ARENA_MAX);
	if (status == STOA_OK) {
		page = stoa_unpack(
		    &arena, &stoa__accounts__electors_reply__descriptor, reply);
	}
	if (s == NULL || page == NULL) {
		stoa_errand_end(t, false);
		stoa_arena_fini(&arena);
		return;
	}
	if (page->n_electors > 0) {
		electors_record(t, governance_version(s), page);
	}
	/* Decided after the page: it is the newest that there is. The id tells
	 * the record that the page was asked for after, so that what was
	 * refused because another page came first is decided again. */
	if (page->is_last) {
		open.proposal = t->noun;
		open.version = page->version;
		stoa_errand_record(t, "open",
		    (uint32_t)stoa_replica_index(
			reactions_of(t)->o.replica, stoa_str_of(t->community)),
		    "Open", &open.base);
	}
	stoa_errand_end(t, true);
	stoa_arena_fini(&arena);
}

static void
electors_ask(struct stoa_errand *t, const struct governance *s)
{
	Stoa__Accounts__ElectorsQuery request =
	    STOA__ACCOUNTS__ELECTORS_QUERY__INIT;

	request.after = governance_version(s);
	request.limit = GOVERNANCE_PAGE;
	ask(t, ACCOUNTS, "Electors", "", 0, &request.base, electors_heard);
}

/* ---- execution ---- */

/* What the owner made, to be shown. */
static const char *
result_of(struct stoa_arena *arena, const Stoa__Governance__Action *a,
    const Stoa__Journal__Entry *entry)
{
	const Stoa__Accounts__Event *paid;
	const Stoa__Training__Event *begun;

	if (a->kind_case == STOA__GOVERNANCE__ACTION__KIND_TRANSFER) {
		paid = event_read(
		    arena, entry, &stoa__accounts__event__descriptor);
		if (paid != NULL &&
		    paid->kind_case == STOA__ACCOUNTS__EVENT__KIND_MOVED) {
			return paid->moved->id;
		}
	} else if (a->kind_case == STOA__GOVERNANCE__ACTION__KIND_FINE_TUNE) {
		begun = event_read(
		    arena, entry, &stoa__training__event__descriptor);
		if (begun != NULL &&
		    begun->kind_case ==
			STOA__TRAINING__EVENT__KIND_JOB_SUBMITTED) {
			return begun->job_submitted->job;
		}
	}
	return "";
}

static void
executed(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct stoa_errand *t = owner;
	const struct proposal *p = proposal_of(t);
	Stoa__Governance__RecordExecutedRequest request =
	    STOA__GOVERNANCE__RECORD_EXECUTED_REQUEST__INIT;
	const Stoa__Journal__Entry *entry;
	struct stoa_arena arena;

	(void)detail;
	stoa_arena_init(&arena, NULL, 0, ARENA_MAX);
	entry = entry_read(&arena, status, reply);
	if (entry == NULL || p == NULL) {
		stoa_errand_end(t, false);
		stoa_arena_fini(&arena);
		return;
	}
	/* What was asked, not what is next by now: another replica may have
	 * recorded this one and gone on. */
	request.proposal = t->noun;
	request.attempt = t->attempt / GOVERNANCE_ACTIONS_MAX;
	request.action = t->attempt % GOVERNANCE_ACTIONS_MAX;
	request.refusal = entry->refusal;
	request.result = (char *)(uintptr_t)result_of(
	    &arena, governance_action(p, request.action), entry);
	stoa_errand_record(
	    t, "executed", t->attempt, "RecordExecuted", &request.base);
	stoa_errand_end(t, true);
	stoa_arena_fini(&arena);
}

static void
execute(struct stoa_errand *t, const struct proposal *p, uint32_t number)
{
	const Stoa__Governance__Action *a = governance_action(p, number);
	Stoa__Marketplace__ApproveRequest approve =
	    STOA__MARKETPLACE__APPROVE_REQUEST__INIT;
	Stoa__Marketplace__TakedownRequest takedown =
	    STOA__MARKETPLACE__TAKEDOWN_REQUEST__INIT;
	Stoa__Marketplace__RestoreRequest restore =
	    STOA__MARKETPLACE__RESTORE_REQUEST__INIT;
	Stoa__Accounts__ConfigureRequest set =
	    STOA__ACCOUNTS__CONFIGURE_REQUEST__INIT;
	Stoa__Accounts__SpendRequest spend =
	    STOA__ACCOUNTS__SPEND_REQUEST__INIT;
	Stoa__Accounts__SetRoleRequest role =
	    STOA__ACCOUNTS__SET_ROLE_REQUEST__INIT;
	Stoa__Accounts__Setting *setting = a->parameter;

	switch ((int)a->kind_case) {
	case STOA__GOVERNANCE__ACTION__KIND_APPROVE_MODEL:
		approve.model = a->approve_model->model;
		approve.price_micro = a->approve_model->price_micro;
		approve.reply = (char *)(uintptr_t)governance_reply(p);
		approve.proposal = t->noun;
		ask(t, MARKET, "Approve", "act", number, &approve.base,
		    executed);
		break;
	case STOA__GOVERNANCE__ACTION__KIND_TAKEDOWN_MODEL:
		takedown.model = a->takedown_model;
		takedown.proposal = t->noun;
		ask(t, MARKET, "Takedown", "act", number, &takedown.base,
		    executed);
		break;
	case STOA__GOVERNANCE__ACTION__KIND_RESTORE_MODEL:
		restore.model = a->restore_model;
		restore.proposal = t->noun;
		ask(t, MARKET, "Restore", "act", number, &restore.base,
		    executed);
		break;
	case STOA__GOVERNANCE__ACTION__KIND_PARAMETER:
		set.settings = &setting;
		set.n_settings = 1;
		ask(t, ACCOUNTS, "Configure", "act", number, &set.base,
		    executed);
		break;
	case STOA__GOVERNANCE__ACTION__KIND_TRANSFER:
		spend.to = a->transfer->to;
		spend.amount_micro = a->transfer->amount_micro;
		spend.memo = a->transfer->memo;
		ask(t, ACCOUNTS, "Spend", "act", number, &spend.base, executed);
		break;
	case STOA__GOVERNANCE__ACTION__KIND_ROLE:
		role.member = a->role->member;
		role.role = a->role->role;
		ask(t, ACCOUNTS, "SetRole", "act", number, &role.base,
		    executed);
		break;
	case STOA__GOVERNANCE__ACTION__KIND_FINE_TUNE:
		ask(t, TRAINING, "SubmitJob", "act", number,
		    &a->fine_tune->base, executed);
		break;
	}
}

/* ---- telling ---- */

/* A state or a reminder, and after which attempt to carry it out, in one
 * number: which of them was stored. */
static uint32_t
told_number(Stoa__Governance__State state, uint32_t reminder, uint32_t attempt)
{
	return (uint32_t)state + 100 * reminder + 1000 * attempt;
}

static void
told(void *owner, enum stoa_status status)
{
	struct stoa_errand *t = owner;
	Stoa__Governance__RecordToldRequest request =
	    STOA__GOVERNANCE__RECORD_TOLD_REQUEST__INIT;
	bool ok = status == STOA_OK || status == STOA_EXISTS;

	if (ok) {
		request.proposal = t->noun;
		request.state = (Stoa__Governance__State)(t->attempt % 100);
		request.reminder = t->attempt / 100 % 10;
		stoa_errand_record(
		    t, "told", t->attempt, "RecordTold", &request.base);
	}
	stoa_errand_end(t, ok);
}

static void
tell(struct stoa_errand *t, const struct governance *s,
    const struct proposal *p, uint32_t reminder)
{
	Stoa__Governance__Notice notice = STOA__GOVERNANCE__NOTICE__INIT;
	Stoa__Governance__Proposal view;
	const char *silent[GOVERNANCE_SILENT_MAX];
	struct stoa_arena arena;
	struct stoa_str bytes = {NULL, 0};
	char subject[64], id[64];

	stoa_arena_init(&arena, NULL, 0, ARENA_MAX);
	notice.community = t->community;
	notice.reminder = reminder;
	if (reminder > 0 && reminder != GOVERNANCE_EXTENDED) {
		notice.n_silent =
		    governance_silent(s, p, silent, GOVERNANCE_SILENT_MAX);
		notice.silent = (char **)(uintptr_t)silent;
	}
	if (governance_view(s, p, &arena, &view)) {
		notice.proposal = &view;
		bytes = stoa_pack(&arena, &notice.base);
	}
	(void)snprintf(subject, sizeof(subject), "stoa.chat.notice.vote.%u",
	    (unsigned)stoa_slot_of(stoa_str_of(t->community)));
	(void)snprintf(id, sizeof(id), "%s:%" PRIu32, t->noun, t->attempt);
	stoa_errand_begin(t);
	stoa_bus_store(reactions_of(t)->o.bus, subject, id, bytes, told, t);
	stoa_arena_fini(&arena);
}

/* ---- all ---- */

/* The number that tells one doing of an effect from the next. */
static uint32_t
attempt_of(const struct governance *s, const struct proposal *p,
    enum governance_effect effect, struct stoa_wall now)
{
	uint32_t action = 0;

	switch (effect) {
	case GOVERNANCE_OPEN:
		return (uint32_t)governance_version(s);
	case GOVERNANCE_EXECUTE:
		(void)governance_next_action(p, &action);
		return governance_attempt(p) * GOVERNANCE_ACTIONS_MAX + action;
	case GOVERNANCE_TELL:
		return told_number(governance_state(p),
		    governance_reminder(p, now), governance_attempt(p));
	case GOVERNANCE_NOTHING:
	case GOVERNANCE_HOLD_DEPOSIT:
	case GOVERNANCE_SETTLE_DEPOSIT:
		break;
	}
	return 0;
}

static void
act(struct reactions *r, struct stoa_str community, const struct governance *s,
    const struct proposal *p)
{
	struct stoa_wall now = stoa_clock_wall(r->o.clock);
	enum governance_effect effect = governance_effect_of(p, now);
	struct stoa_errand *t;
	uint32_t action = 0;

	if (effect == GOVERNANCE_NOTHING) {
		return;
	}
	t = stoa_errand_due(r->errands, community, governance_id(p),
	    (int)effect, attempt_of(s, p, effect, now));
	if (t == NULL) {
		return;
	}
	switch (effect) {
	case GOVERNANCE_HOLD_DEPOSIT:
		deposit_hold(t, p);
		break;
	case GOVERNANCE_OPEN:
		electors_ask(t, s);
		break;
	case GOVERNANCE_EXECUTE:
		if (governance_next_action(p, &action)) {
			execute(t, p, action);
		}
		break;
	case GOVERNANCE_SETTLE_DEPOSIT:
		deposit_settle(t, p);
		break;
	case GOVERNANCE_TELL:
		tell(t, s, p, governance_reminder(p, now));
		break;
	case GOVERNANCE_NOTHING:
		break;
	}
}

static void
look(void *owner, struct stoa_str community)
{
	struct reactions *r = owner;
	const struct governance *s;
	const struct proposal *p;
	size_t cursor = 0;

	/* Acting may put a record in flight: the state is asked for anew. */
	while ((s = stoa_replica_peek(r->o.replica, community)) != NULL &&
	       (p = governance_next_open(s, &cursor)) != NULL) {
		act(r, community, s, p);
	}
}

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
	    .wait_us_min = GOVERNANCE_RETRY_US_MIN,
	    .wait_us_max = GOVERNANCE_RETRY_US_MAX,
	};

	stoa_assert(r != NULL);
	r->o = *options;
	r->errands = stoa_errands_new(&errands);
	return r;
}

void
reactions_free(struct reactions *r)
{
	if (r == NULL) {
		return;
	}
	stoa_errands_free(r->errands);
	free(r);
}

/* ---- as a part of the daemon ---- */

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
    .tick_us = GOVERNANCE_TICK_US,
    .drain = drain,
    .is_idle = is_idle,
};
