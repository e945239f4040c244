/* What governance asks of others, over a simulated journal: the test is the
 * bus, and answers when it likes. */
#include "governance/reactions.h"

#include "../lone.h"
#include "base/core.h"
#include "governance/governance.h"

#include <stdio.h>
#include <stdlib.h>

#define COMMUNITY "c_aaaaaaaaaa"
#define MEMBER	  "u_aaaaaaaaaa"
#define CALLS_MAX 16

#define STATE(NAME) STOA__GOVERNANCE__STATE__##NAME

struct asked {
	char method[32];
	char id[96];
	stoa_bus_done done;
	void *owner;
};

struct stoa_bus {
	struct asked calls[CALLS_MAX];
	size_t count;
};

static struct {
	struct lone lone;
	struct stoa_bus bus;
	struct reactions *reactions;
	struct stoa_arena arena;
	unsigned next_id;
	const char *proposal;
} t;

/* ---- the bus ---- */

void
stoa_bus_call(struct stoa_bus *b, const struct stoa_bus_call *call,
    const ProtobufCMessage *request, stoa_bus_done done, void *owner)
{
	struct asked *a = &b->calls[b->count++];

	(void)request;
	assert_true(b->count <= CALLS_MAX);
	(void)snprintf(a->method, sizeof(a->method), "%s", call->method);
	(void)snprintf(
	    a->id, sizeof(a->id), "%.*s", STOA_STR_ARG(call->command_id));
	a->done = done;
	a->owner = owner;
}

void
stoa_bus_store(struct stoa_bus *b, const char *subject, const char *id,
    struct stoa_str data, stoa_bus_stored done, void *owner)
{
	(void)b;
	(void)subject;
	(void)id;
	(void)data;
	done(owner, STOA_OK);
}

/* ---- the replica ---- */

static bool
is_mine(void *owner, struct stoa_str community)
{
	(void)owner;
	(void)community;
	return true;
}

static void
submit(const char *actor, struct stoa_str id, const char *method,
    const ProtobufCMessage *request)
{
	struct stoa_submit s = {
	    .community = STOA_STR(COMMUNITY),
	    .actor = stoa_str_of(actor),
	    .id = id,
	    .method = protobuf_c_service_descriptor_get_method_by_name(
		governance_core.service, method),
	    .request = stoa_pack(&t.arena, request),
	    .deadline = STOA_MONO_NEVER,
	};

	stoa_replica_submit(t.lone.replica, &s, NULL);
}

static void
command(void *owner, struct stoa_str community, struct stoa_str id,
    const char *method, const ProtobufCMessage *request)
{
	(void)owner;
	(void)community;
	submit("@governance", id, method, request);
}

/* As somebody, or as another replica of governance. */
static void
say(const char *actor, const char *method, const ProtobufCMessage *request)
{
	char id[32];

	(void)snprintf(id, sizeof(id), "say-%u", ++t.next_id);
	submit(actor, stoa_str_of(id), method, request);
}

/* Until nothing is under way, then looks what is to be done. */
static void
settle(void)
{
	lone_pass(&t.lone, STOA_US_PER_S);
	reactions_part.tick(t.reactions);
	lone_pass(&t.lone, STOA_US_PER_S);
}

static const struct proposal *
look(void)
{
	const struct governance *s =
	    stoa_replica_peek(t.lone.replica, STOA_STR(COMMUNITY));
	size_t cursor = 0;

	assert_non_null(s);
	return governance_next_open(s, &cursor);
}

static void
answer(size_t call, const ProtobufCMessage *reply)
{
	t.bus.calls[call].done(
	    t.bus.calls[call].owner, STOA_OK, stoa_pack(&t.arena, reply), NULL);
}

static void
answer_done(size_t call)
{
	Stoa__Journal__Outcome outcome = STOA__JOURNAL__OUTCOME__INIT;
	Stoa__Journal__Entry entry = STOA__JOURNAL__ENTRY__INIT;

	outcome.index = 1;
	outcome.entry = &entry;
	answer(call, &outcome.base);
}

static Stoa__Accounts__Elector *
elector(void)
{
	static Stoa__Accounts__Elector e = STOA__ACCOUNTS__ELECTOR__INIT;

	e.member = (char *)(uintptr_t)MEMBER;
	e.role = STOA__ACCOUNTS__ROLE__OWNER;
	return &e;
}

static void
answer_page(size_t call, uint64_t version)
{
	Stoa__Accounts__ElectorsReply page =
	    STOA__ACCOUNTS__ELECTORS_REPLY__INIT;
	Stoa__Accounts__Elector *list[] = {elector()};

	page.electors = list;
	page.n_electors = 1;
	page.version = version;
	page.is_last = true;
	answer(call, &page.base);
}

/* ---- a community ---- */

static void
begin(void)
{
	struct reactions_options o = {
	    .bus = &t.bus, .is_mine = is_mine, .command = command};

	memset(&t, 0, sizeof(t));
	stoa_arena_init(&t.arena, NULL, 0, 1 << 22);
	lone_begin(&t.lone, &governance_core);
	o.replica = t.lone.replica;
	o.clock = sim_clock(t.lone.sim);
	t.reactions = reactions_new(&o);
}

static void
end(void)
{
	lone_end(&t.lone);
	reactions_free(t.reactions);
	stoa_arena_fini(&t.arena);
}

/* Two payments are proposed; then the electorate is asked for. */
static void
propose(void)
{
	Stoa__Governance__FoundRequest found;
	Stoa__Governance__ProposeRequest in =
	    STOA__GOVERNANCE__PROPOSE_REQUEST__INIT;
	Stoa__Governance__ActorFacts facts =
	    STOA__GOVERNANCE__ACTOR_FACTS__INIT;
	Stoa__Governance__Action action = STOA__GOVERNANCE__ACTION__INIT;
	Stoa__Governance__Action *actions[] = {&action, &action};
	Stoa__Governance__Payment payment = STOA__GOVERNANCE__PAYMENT__INIT;

	governance_defaults(&t.arena, &found);
	for (size_t i = 0; i < found.n_rules; i++) {
		found.rules[i]->sponsors = 0;
		found.rules[i]->voting_us = STOA_US_PER_S;
		found.rules[i]->extension_us = 0;
		found.rules[i]->timelock_us = 0;
	}
	say("@governance", "Found", &found.base);
	payment.to = (char *)(uintptr_t)MEMBER;
	payment.amount_micro = 1;
	action.kind_case = STOA__GOVERNANCE__ACTION__KIND_TRANSFER;
	action.transfer = &payment;
	facts.role = STOA__ACCOUNTS__ROLE__OWNER;
	in.type = (char *)(uintptr_t) "TREASURY";
	in.title = (char *)(uintptr_t) "two payments";
	in.actions = actions;
	in.n_actions = 2;
	in.facts = &facts;
	say(MEMBER, "Propose", &in.base);
	settle();
	assert_int_equal(t.bus.count, 1);
	assert_string_equal(t.bus.calls[0].method, "Electors");
	t.proposal = governance_id(look()).data;
}

/* The vote is held and carried out: the first payment has been asked for. */
static void
execute(void)
{
	Stoa__Governance__VoteRequest in = STOA__GOVERNANCE__VOTE_REQUEST__INIT;
	Stoa__Governance__Ballot ballot = STOA__GOVERNANCE__BALLOT__INIT;
	Stoa__Governance__AdvanceRequest advance =
	    STOA__GOVERNANCE__ADVANCE_REQUEST__INIT;
	uint32_t option = 0;

	answer_page(0, 1);
	lone_pass(&t.lone, STOA_US_PER_S / 4);
	assert_int_equal(governance_state(look()), STATE(ACTIVE));
	in.proposal = (char *)(uintptr_t)t.proposal;
	in.ballot = &ballot;
	ballot.options = &option;
	ballot.n_options = 1;
	say(MEMBER, "Vote", &in.base);
	lone_pass(&t.lone, 2 * STOA_US_PER_S);
	say("@governance", "Advance", &advance.base);
	lone_pass(&t.lone, STOA_US_PER_S);
	say("@governance", "Advance", &advance.base);
	settle();
	assert_int_equal(governance_state(look()), STATE(EXECUTING));
	assert_int_equal(t.bus.count, 2);
	assert_string_equal(t.bus.calls[1].method, "Spend");
}

/* ---- tests ---- */

/* Another replica was faster: a late answer is about what was asked. */
static void
test_reactions_record_the_action_they_asked_for(void **state)
{
	Stoa__Governance__RecordExecutedRequest in =
	    STOA__GOVERNANCE__RECORD_EXECUTED_REQUEST__INIT;
	uint32_t next = 0;

	(void)state;
	begin();
	propose();
	execute();
	in.proposal = (char *)(uintptr_t)t.proposal;
	in.attempt = 1;
	say("@governance", "RecordExecuted", &in.base);
	lone_pass(&t.lone, STOA_US_PER_S);
	answer_done(1);
	lone_pass(&t.lone, STOA_US_PER_S);
	assert_true(governance_next_action(look(), &next));
	assert_int_equal(next, 1);
	/* It is asked for itself, and then it is done. */
	settle();
	assert_int_equal(t.bus.count, 3);
	assert_string_not_equal(t.bus.calls[2].id, t.bus.calls[1].id);
	answer_done(2);
	lone_pass(&t.lone, STOA_US_PER_S);
	assert_int_equal(governance_state(look()), STATE(EXECUTED));
	end();
}

/* What was refused because another replica had recorded an older page is
 * decided again, although it is asked with the same version. */
static void
test_reactions_open_after_a_stale_page(void **state)
{
	Stoa__Governance__RecordElectorsRequest older =
	    STOA__GOVERNANCE__RECORD_ELECTORS_REQUEST__INIT;
	Stoa__Accounts__Elector *list[] = {elector()};

	(void)state;
	begin();
	propose();
	older.to = 6;
	older.electors = list;
	older.n_electors = 1;
	say("@governance", "RecordElectors", &older.base);
	answer_page(0, 8);
	settle();
	assert_int_equal(governance_state(look()), STATE(OPENING));
	assert_int_equal(t.bus.count, 2);
	answer_page(1, 8);
	lone_pass(&t.lone, STOA_US_PER_S);
	assert_int_equal(governance_state(look()), STATE(ACTIVE));
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_reactions_record_the_action_they_asked_for),
	    cmocka_unit_test(test_reactions_open_after_a_stale_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
