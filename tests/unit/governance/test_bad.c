/* test_bad.c - what is refused, by name, with its limit, and changes nothing.
 */
#include "governance/limits.h"
#include "governance/tally_limits.h"

#include "house.h"

#include <stdlib.h>

static Stoa__Governance__ActorFacts member =
    STOA__GOVERNANCE__ACTOR_FACTS__INIT;

static Stoa__Governance__ProposeRequest
request(const char *type)
{
	Stoa__Governance__ProposeRequest in =
	    STOA__GOVERNANCE__PROPOSE_REQUEST__INIT;

	member.role = STOA__ACCOUNTS__ROLE__MEMBER;
	in.type = (char *)(uintptr_t)type;
	in.title = (char *)(uintptr_t) "A proposal";
	in.facts = &member;
	return in;
}

static bool
propose(struct play *p, const Stoa__Governance__ProposeRequest *in)
{
	return play(p, house_members[1], "Propose", &in->base);
}

static const char *
texts_open(struct play *p)
{
	house_open(p, NULL);
	house_electors(p);
	return house_vote_open(p, "TEXT", NULL, 0, NULL);
}

/* ---- texts ---- */

static void
test_bad_titles(void **state)
{
	static char long_title[10001];
	static const char *const titles[] = {"", "\n", "two\nlines", "a\tb",
	    "\x1b[31mred",
	    "\xc2\x9b"
	    "31mred",
	    "\xff\xfe", "pay \u202eboB", "\u2066isolated\u2069"};
	struct play p;
	Stoa__Governance__ProposeRequest in = request("TEXT");

	(void)state;
	house_open(&p, NULL);
	for (size_t i = 0; i < STOA_COUNT(titles); i++) {
		in.title = (char *)(uintptr_t)titles[i];
		assert_false(propose(&p, &in));
		assert_refused(&p, "text_not_valid", "title 120");
	}
	memset(long_title, 'x', sizeof(long_title) - 1);
	in.title = long_title;
	assert_false(propose(&p, &in));
	assert_refused(&p, "text_not_valid", "title 120");
	long_title[120] = '\0';
	assert_true(propose(&p, &in));
	/* Letters that look like others are letters: cards tell by number. */
	in.title = (char *)(uintptr_t) "\u0420\u0430\u0443 \u0415ve";
	assert_true(propose(&p, &in));
	play_end(&p);
}

static void
test_bad_descriptions_and_links(void **state)
{
	static char text[GOVERNANCE_DESCRIPTION_MAX + 2];
	struct play p;
	Stoa__Governance__ProposeRequest in = request("TEXT");

	(void)state;
	house_open(&p, NULL);
	memset(text, 'x', sizeof(text) - 1);
	in.description = text;
	assert_false(propose(&p, &in));
	assert_refused(&p, "text_not_valid", "description 3000");
	in.description = (char *)(uintptr_t) "";
	text[GOVERNANCE_LINK_MAX + 1] = '\0';
	in.link = text;
	assert_false(propose(&p, &in));
	assert_string_equal(p.refusal, "text_not_valid");
	play_end(&p);
}

/* ---- options ---- */

/* As many as a message of the bus can carry, and far more than it may. */
static void
test_bad_options(void **state)
{
	static const size_t counts[] = {1, TALLY_OPTIONS_MAX + 1, 20000};
	static char *options[20000];
	static char name[GOVERNANCE_OPTION_MAX + 2];
	struct play p;
	Stoa__Governance__ProposeRequest in = request("TEXT");

	(void)state;
	house_open(&p, NULL);
	in.options = options;
	for (size_t i = 0; i < STOA_COUNT(options); i++) {
		options[i] = (char *)(uintptr_t) "a";
	}
	for (size_t i = 0; i < STOA_COUNT(counts); i++) {
		in.n_options = counts[i];
		assert_false(propose(&p, &in));
		assert_refused(
		    &p, "options_not_valid", "2 or more options are needed 20");
	}
	in.n_options = 2;
	assert_false(propose(&p, &in));
	assert_refused(
	    &p, "options_not_valid", "an option stands there twice a");
	options[1] = (char *)(uintptr_t) "";
	assert_false(propose(&p, &in));
	assert_refused(&p, "options_not_valid", "an option's length 80");
	memset(name, 'b', sizeof(name) - 1);
	options[1] = name;
	assert_false(propose(&p, &in));
	assert_refused(&p, "options_not_valid", "an option's length 80");
	play_end(&p);
}

/* A core is asked by more than the bus: a million does no harm either. */
static void
test_bad_million_options(void **state)
{
	const size_t count = 1000000;
	char **options = calloc(count, sizeof(options[0]));
	struct stoa_arena arena;
	Stoa__Governance__ProposeRequest in = request("TEXT");
	struct play p;
	struct stoa_decision d = {
	    .arena = &arena, .reasons = governance_core.reasons};
	struct stoa_command c = {
	    .actor = stoa_str_of(house_members[1]),
	    .id = STOA_STR("million"),
	    .method = protobuf_c_service_descriptor_get_method_by_name(
		governance_core.service, "Propose"),
	    .request = &in.base,
	};

	(void)state;
	assert_non_null(options);
	house_open(&p, NULL);
	stoa_arena_init(&arena, NULL, 0, 65536);
	for (size_t i = 0; i < count; i++) {
		options[i] = (char *)(uintptr_t) "a";
	}
	in.options = options;
	in.n_options = count;
	c.now.us = p.now_us;
	governance_core.decide(p.state, &c, &d);
	assert_non_null(d.refusal);
	assert_string_equal(d.refusal->reason, "options_not_valid");
	stoa_arena_fini(&arena);
	play_end(&p);
	free(options);
}

/* ---- actions and permissions ---- */

static void
test_bad_actions(void **state)
{
	Stoa__Governance__Action nothing = STOA__GOVERNANCE__ACTION__INIT;
	Stoa__Governance__ApproveModel approve =
	    STOA__GOVERNANCE__APPROVE_MODEL__INIT;
	Stoa__Governance__Action *actions[GOVERNANCE_ACTIONS_MAX + 1];
	struct play p;
	Stoa__Governance__ProposeRequest in = request("TEXT");

	(void)state;
	house_open(&p, NULL);
	for (size_t i = 0; i < STOA_COUNT(actions); i++) {
		actions[i] = &nothing;
	}
	in.actions = actions;
	in.n_actions = 1;
	assert_false(propose(&p, &in));
	assert_string_equal(p.refusal, "action_not_allowed");
	in.type = (char *)(uintptr_t) "MODEL_APPROVAL";
	assert_false(propose(&p, &in));
	assert_string_equal(p.refusal, "action_not_allowed");
	nothing.kind_case = STOA__GOVERNANCE__ACTION__KIND_APPROVE_MODEL;
	nothing.approve_model = &approve;
	approve.model = (char *)(uintptr_t) "model one";
	assert_false(propose(&p, &in));
	assert_string_equal(p.refusal, "action_not_valid");
	in.n_actions = STOA_COUNT(actions);
	assert_false(propose(&p, &in));
	assert_refused(&p, "too_many", "actions 10");
	play_end(&p);
}

static void
test_bad_actors(void **state)
{
	struct play p;
	const char *id = texts_open(&p);
	Stoa__Governance__ProposeRequest in = request("TEXT");
	Stoa__Governance__VetoRequest veto =
	    STOA__GOVERNANCE__VETO_REQUEST__INIT;
	Stoa__Governance__RecordElectorsRequest electors =
	    STOA__GOVERNANCE__RECORD_ELECTORS_REQUEST__INIT;

	(void)state;
	in.type = (char *)(uintptr_t) "TEXTS";
	assert_false(propose(&p, &in));
	assert_refused(&p, "no_such_type", "TEXTS TEXT");
	in = request("TEXT");
	in.facts = NULL;
	assert_false(propose(&p, &in));
	assert_string_equal(p.refusal, "not_permitted");
	veto.proposal = (char *)(uintptr_t)id;
	veto.reason = (char *)(uintptr_t) "no";
	veto.facts = &member;
	assert_false(play(&p, house_members[1], "Veto", &veto.base));
	assert_string_equal(p.refusal, "not_permitted");
	assert_false(
	    play(&p, house_members[0], "RecordElectors", &electors.base));
	assert_refused(&p, "not_permitted", "governance itself");
	play_end(&p);
}

/* ---- votes ---- */

static void
test_bad_votes(void **state)
{
	static const uint32_t huge[] = {UINT32_MAX}, one[] = {1};
	static const uint32_t twice[] = {0, 0};
	struct play p;
	const char *id = texts_open(&p);
	Stoa__Governance__VoteRequest bare =
	    STOA__GOVERNANCE__VOTE_REQUEST__INIT;

	(void)state;
	assert_false(house_choose(&p, 0, "p_zzzzzzzzzz", 0));
	assert_string_equal(p.refusal, "no_such_proposal");
	assert_false(house_choose(&p, 0, "", 0));
	assert_string_equal(p.refusal, "no_such_proposal");
	assert_false(house_choose(&p, 0, "#0", 0));
	assert_string_equal(p.refusal, "no_such_proposal");
	assert_false(house_choose(&p, 0, "#99999999999999999999", 0));
	assert_string_equal(p.refusal, "no_such_proposal");
	bare.proposal = (char *)(uintptr_t)id;
	assert_false(play(&p, house_members[0], "Vote", &bare.base));
	assert_string_equal(p.refusal, "ballot_not_valid");
	assert_false(house_cast(&p, 0, id, huge, 1, NULL));
	assert_string_equal(p.refusal, "ballot_not_valid");
	assert_false(house_cast(&p, 0, id, twice, 2, NULL));
	assert_string_equal(p.refusal, "ballot_not_valid");
	assert_false(house_cast(&p, 0, id, one, 1, one));
	assert_string_equal(p.refusal, "ballot_not_valid");
	assert_int_equal(house_look(&p, id)->tally->ballots, 0);
	play_end(&p);
}

/* What squares to more than a number holds, and one more than is left. */
static void
test_bad_weights(void **state)
{
	static const uint32_t amounts[] = {
	    UINT32_MAX, 65536, 0, 2147483648u, 4000000, 11};
	static const uint32_t option = 0;
	struct play p;
	const char *id;

	(void)state;
	house_open(&p, NULL);
	house_electors(&p);
	id = house_vote_open(&p, "FINE_TUNE", NULL, 0, NULL);
	for (size_t i = 0; i < STOA_COUNT(amounts); i++) {
		assert_false(house_cast(&p, 0, id, &option, 1, &amounts[i]));
		assert_true(strcmp(p.refusal, "ballot_not_valid") == 0 ||
			    strcmp(p.refusal, "credits_exceeded") == 0);
	}
	assert_refused(&p, "credits_exceeded", "121 100");
	play_end(&p);
}

static void
test_bad_delegates(void **state)
{
	struct play p;
	Stoa__Governance__DelegateRequest in =
	    STOA__GOVERNANCE__DELEGATE_REQUEST__INIT;
	const char *id = texts_open(&p);

	(void)state;
	assert_false(house_delegate(&p, 0, 0, ""));
	assert_refused(&p, "delegate_not_valid", "u_aaaaaaaaaa that is you");
	in.to = (char *)(uintptr_t) "u_zzzzzzzzzz";
	in.facts = &member;
	assert_false(play(&p, house_members[0], "Delegate", &in.base));
	assert_refused(&p, "delegate_not_valid", "u_zzzzzzzzzz not a member");
	assert_false(house_delegate(&p, 0, 1, "NO_TYPE"));
	assert_string_equal(p.refusal, "no_such_type");
	/* A loop is no loop: a ballot goes one step. Nobody votes, nobody
	 * counts; one votes, and one more relies on it. */
	assert_true(house_delegate(&p, 0, 1, ""));
	assert_true(house_delegate(&p, 1, 2, ""));
	assert_true(house_delegate(&p, 2, 0, ""));
	assert_true(house_choose(&p, 0, id, 0));
	assert_true(house_advance(&p, 3 * DAY_US));
	assert_int_equal(house_look(&p, id)->tally->ballots, 1);
	assert_int_equal(house_look(&p, id)->tally->delegated, 1);
	play_end(&p);
}

/* ---- execution ---- */

static void
test_bad_execution(void **state)
{
	struct play p;
	Stoa__Governance__ApproveModel approve =
	    STOA__GOVERNANCE__APPROVE_MODEL__INIT;
	Stoa__Governance__Action action = STOA__GOVERNANCE__ACTION__INIT;
	const char *id;

	(void)state;
	approve.model = (char *)(uintptr_t) "m_aaaaaaaaaa";
	action.kind_case = STOA__GOVERNANCE__ACTION__KIND_APPROVE_MODEL;
	action.approve_model = &approve;
	house_open(&p, NULL);
	house_electors(&p);
	id = house_vote_open(&p, "MODEL_APPROVAL", NULL, 0, &action);
	/* Before the end, and before the timelock. */
	assert_false(house_executed(&p, id, 0, 1, false));
	assert_string_equal(p.refusal, "stale");
	for (unsigned i = 0; i < HOUSE_MEMBERS; i++) {
		assert_true(house_choose(&p, i, id, 0));
	}
	assert_true(house_advance(&p, 30 * DAY_US));
	assert_int_equal(
	    house_look(&p, id)->state, STOA__GOVERNANCE__STATE__QUEUED);
	assert_false(house_executed(&p, id, 0, 1, false));
	assert_string_equal(p.refusal, "stale");
	assert_true(house_advance(&p, 30 * DAY_US));
	assert_false(house_executed(&p, id, 7, 1, false));
	assert_true(house_executed(&p, id, 0, 1, false));
	assert_int_equal(
	    house_look(&p, id)->state, STOA__GOVERNANCE__STATE__EXECUTED);
	/* Once more changes nothing. */
	(void)house_executed(&p, id, 0, 1, true);
	assert_int_equal(p.events, 0);
	play_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bad_titles),
	    cmocka_unit_test(test_bad_descriptions_and_links),
	    cmocka_unit_test(test_bad_options),
	    cmocka_unit_test(test_bad_million_options),
	    cmocka_unit_test(test_bad_actions),
	    cmocka_unit_test(test_bad_actors),
	    cmocka_unit_test(test_bad_votes),
	    cmocka_unit_test(test_bad_weights),
	    cmocka_unit_test(test_bad_delegates),
	    cmocka_unit_test(test_bad_execution),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
