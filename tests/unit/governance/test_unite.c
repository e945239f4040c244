/* test_unite.c - two members turn out to be one person: their votes are one,
 * and nothing that they could not have cast before. Numbers are those of the
 * rule in unite.c. */
#include "house.h"

#define STATE(NAME) STOA__GOVERNANCE__STATE__##NAME
#define TEXT(text)  ((char *)(uintptr_t)(text))

static bool
unite(struct play *p, const char *actor, const char *member, const char *former)
{
	Stoa__Governance__UniteRequest in =
	    STOA__GOVERNANCE__UNITE_REQUEST__INIT;

	in.member = TEXT(member);
	in.former = TEXT(former);
	return play(p, actor, "Unite", &in.base);
}

static bool
unite_members(struct play *p, unsigned member, unsigned former)
{
	return unite(p, "@bot", house_members[member], house_members[former]);
}

static const char *
simple(struct play *p)
{
	house_open(p, NULL);
	house_electors(p);
	return house_vote_open(p, "FEATURE_REQUEST", NULL, 0, NULL);
}

static Stoa__Governance__BallotReply
ballot(struct play *p, const char *proposal, const char *member)
{
	Stoa__Governance__BallotQuery in = STOA__GOVERNANCE__BALLOT_QUERY__INIT;
	Stoa__Governance__BallotReply out =
	    STOA__GOVERNANCE__BALLOT_REPLY__INIT;

	in.proposal = TEXT(proposal);
	in.member = TEXT(member);
	assert_int_equal(
	    governance_query_ballot(p->state, &in, &p->arena, &out), STOA_OK);
	return out;
}

static uint64_t
points(struct play *p, const char *id, unsigned option)
{
	return house_look(p, id)->tally->points[option];
}

/* 1: both have voted. */
static void
test_unite_own_ballot_stands(void **state)
{
	struct play p;
	const char *id = simple(&p);

	(void)state;
	assert_true(house_choose(&p, 1, id, 0));
	assert_true(house_choose(&p, 2, id, 1));
	assert_true(unite_members(&p, 1, 2));
	assert_int_equal(points(&p, id, 0), 1);
	assert_int_equal(points(&p, id, 1), 0);
	assert_int_equal(house_look(&p, id)->tally->ballots, 1);
	/* The other name votes for the same person, and replaces. */
	assert_true(house_choose(&p, 2, id, 1));
	assert_int_equal(points(&p, id, 0), 0);
	assert_int_equal(points(&p, id, 1), 1);
	assert_true(unite_members(&p, 1, 2));
	assert_int_equal(p.events, 0);
	play_end(&p);
}

/* 1: only the other has. */
static void
test_unite_keeps_the_others_ballot_once(void **state)
{
	struct play p;
	const char *id = simple(&p);

	(void)state;
	assert_true(house_choose(&p, 2, id, 1));
	assert_true(unite_members(&p, 1, 2));
	assert_int_equal(points(&p, id, 1), 1);
	assert_true(ballot(&p, id, house_members[1]).ballot != NULL);
	assert_true(house_choose(&p, 1, id, 0));
	assert_int_equal(points(&p, id, 0), 1);
	assert_int_equal(points(&p, id, 1), 0);
	assert_true(house_advance(&p, 3 * DAY_US));
	assert_int_equal(house_look(&p, id)->tally->voted, 1);
	play_end(&p);
}

/* 2, 4: what was spent in votes that are over is spent by one. */
static void
test_unite_spends_one_line_of_credits(void **state)
{
	static const uint32_t first[] = {0}, nine[] = {9}, seven[] = {7},
			      one[] = {1};
	struct play p;
	const char *over, *open;

	(void)state;
	house_open(&p, NULL);
	house_electors(&p);
	over = house_vote_open(&p, "FINE_TUNE", NULL, 0, NULL);
	assert_true(house_cast(&p, 1, over, first, 1, nine));
	assert_true(house_cast(&p, 2, over, first, 1, seven));
	p.now_us = house_look(&p, over)->ends_us - HOUR_US;
	open = house_vote_open(&p, "FINE_TUNE", NULL, 0, NULL);
	assert_true(house_advance(&p, HOUR_US));
	assert_int_not_equal(house_look(&p, over)->state, STATE(ACTIVE));
	assert_true(house_cast(&p, 2, open, first, 1, seven));
	assert_true(unite_members(&p, 1, 2));
	/* 81 and 49 are more than the 100 of one: nothing is left. */
	assert_int_equal(points(&p, open, 0), 0);
	assert_int_equal(ballot(&p, open, house_members[1]).credits_left, 0);
	assert_false(house_cast(&p, 1, open, first, 1, one));
	assert_refused(&p, "credits_exceeded", "1 0");
	assert_false(house_cast(&p, 2, open, first, 1, one));
	assert_true(house_cast(&p, 3, open, first, 1, nine));
	play_end(&p);
}

static void
test_unite_returns_credits_of_withdrawn_ballots(void **state)
{
	static const uint32_t first[] = {0}, six[] = {6}, eight[] = {8};
	struct play p;
	const char *id;

	(void)state;
	house_open(&p, NULL);
	house_electors(&p);
	id = house_vote_open(&p, "FINE_TUNE", NULL, 0, NULL);
	assert_true(house_cast(&p, 1, id, first, 1, six));
	assert_true(house_cast(&p, 2, id, first, 1, eight));
	assert_true(unite_members(&p, 1, 2));
	assert_int_equal(points(&p, id, 0), 6);
	assert_int_equal(ballot(&p, id, house_members[1]).credits_left, 100);
	assert_true(house_cast(&p, 1, id, first, 1, eight));
	assert_int_equal(points(&p, id, 0), 8);
	play_end(&p);
}

/* 3: a new name for one who was on the roll, and nobody who was not. */
static void
test_unite_votes_by_the_old_names_place(void **state)
{
	struct play p;
	const char *id = simple(&p);

	(void)state;
	assert_false(ballot(&p, id, "u_nnnnnnnnnn").is_eligible);
	assert_true(unite(&p, "@bot", "u_nnnnnnnnnn", house_members[2]));
	assert_true(ballot(&p, id, "u_nnnnnnnnnn").is_eligible);
	assert_int_equal(house_look(&p, id)->eligible_count, HOUSE_MEMBERS);
	assert_true(house_choose(&p, 2, id, 0));
	/* Two who were not on it are not one who is. */
	assert_true(unite(&p, "@bot", "u_mmmmmmmmmm", "u_oooooooooo"));
	assert_false(ballot(&p, id, "u_mmmmmmmmmm").is_eligible);
	play_end(&p);
}

/* 3: two that are too young are together not older. */
static void
grown_up(Stoa__Governance__FoundRequest *in)
{
	static Stoa__Governance__Eligibility voters;

	for (size_t i = 0; i < in->n_rules; i++) {
		if (strcmp(in->rules[i]->type, "FEATURE_REQUEST") == 0) {
			stoa__governance__eligibility__init(&voters);
			voters.age_us = 2 * DAY_US;
			in->rules[i]->voters = &voters;
		}
	}
}

static void
test_unite_makes_nobody_eligible(void **state)
{
	struct play p;
	const char *id;

	(void)state;
	house_open(&p, grown_up);
	house_electors(&p);
	id = house_vote_open(&p, "FEATURE_REQUEST", NULL, 0, NULL);
	assert_true(unite_members(&p, 1, 2));
	assert_true(unite_members(&p, 1, 3));
	assert_false(house_choose(&p, 1, id, 0));
	assert_refused(&p, "not_eligible", "to be a member for longer");
	play_end(&p);
}

/* 3: the greater power of both, not the sum. */
static void
by_token(Stoa__Governance__FoundRequest *in)
{
	for (size_t i = 0; i < in->n_rules; i++) {
		if (strcmp(in->rules[i]->type, "FEATURE_REQUEST") == 0) {
			in->rules[i]->power =
			    STOA__GOVERNANCE__POWER__PER_TOKEN;
		}
	}
}

static void
test_unite_weighs_the_greater_of_both(void **state)
{
	struct play p;
	const char *id;

	(void)state;
	house_open(&p, by_token);
	house_electors(&p);
	id = house_vote_open(&p, "FEATURE_REQUEST", NULL, 0, NULL);
	assert_true(house_choose(&p, 1, id, 0)); /* 20 Joy */
	assert_true(house_choose(&p, 2, id, 0)); /* 30 Joy */
	assert_true(unite_members(&p, 1, 2));
	assert_int_equal(points(&p, id, 0), 30);
	assert_true(house_advance(&p, 3 * DAY_US));
	assert_int_equal(house_look(&p, id)->tally->voted, 30);
	play_end(&p);
}

/* 5 */
static void
test_unite_delegations_follow(void **state)
{
	struct play p;
	const char *id = simple(&p);

	(void)state;
	assert_true(house_delegate(&p, 3, 2, "")); /* on who goes */
	assert_true(house_delegate(&p, 1, 2, "FINE_TUNE"));
	assert_true(house_delegate(&p, 2, 4, "")); /* by who goes */
	assert_true(unite_members(&p, 1, 2));
	assert_string_equal(
	    ballot(&p, id, house_members[3]).delegate, house_members[1]);
	assert_string_equal(
	    ballot(&p, id, house_members[1]).delegate, house_members[4]);
	assert_true(house_choose(&p, 1, id, 0));
	assert_int_equal(house_look(&p, id)->tally->delegated, 1);
	assert_int_equal(points(&p, id, 0), 2);
	/* Whoever names the old id means the one who stayed. */
	assert_true(house_delegate(&p, 4, 2, ""));
	assert_string_equal(
	    ballot(&p, id, house_members[4]).delegate, house_members[1]);
	assert_false(house_delegate(&p, 1, 2, ""));
	assert_refused(&p, "delegate_not_valid", "u_cccccccccc that is you");
	play_end(&p);
}

/* A quorum that was reached by two ballots of one person is not: when a third
 * one reaches it in the last hour, the end moves. */
static void
by_quorum(Stoa__Governance__FoundRequest *in)
{
	for (size_t i = 0; i < in->n_rules; i++) {
		if (strcmp(in->rules[i]->type, "FEATURE_REQUEST") == 0) {
			in->rules[i]->quorum_bp = 4000;
			in->rules[i]->extension_us = HOUR_US;
		}
	}
}

static void
test_unite_takes_back_help_for_the_quorum(void **state)
{
	struct play p;
	const char *id;
	int64_t ends_us;

	(void)state;
	house_open(&p, by_quorum);
	house_electors(&p);
	id = house_vote_open(&p, "FEATURE_REQUEST", NULL, 0, NULL);
	ends_us = house_look(&p, id)->ends_us;
	assert_true(house_choose(&p, 1, id, 0));
	assert_true(house_choose(&p, 2, id, 0));
	assert_true(unite_members(&p, 1, 2));
	p.now_us = ends_us - HOUR_US / 2;
	assert_true(house_choose(&p, 3, id, 0));
	assert_int_equal(p.events, 2);
	assert_int_equal(house_look(&p, id)->ends_us, ends_us + HOUR_US / 2);
	play_end(&p);
}

static void
test_unite_counts_help_once(void **state)
{
	struct play p;
	const char *id = simple(&p);

	(void)state;
	assert_true(house_delegate(&p, 3, 2, ""));
	assert_true(house_choose(&p, 1, id, 0));
	assert_true(house_choose(&p, 2, id, 0));
	assert_int_equal(house_look(&p, id)->tally->helping, 3);
	assert_true(unite_members(&p, 2, 1));
	assert_int_equal(house_look(&p, id)->tally->helping, 2);
	assert_true(unite_members(&p, 2, 3));
	assert_int_equal(house_look(&p, id)->tally->helping, 1);
	assert_true(house_choose(&p, 0, id, 1));
	assert_true(house_advance(&p, 3 * DAY_US));
	assert_int_equal(house_look(&p, id)->tally->helping, 1);
	play_end(&p);
}

/* 6 */
static void
test_unite_sponsors_nothing_twice(void **state)
{
	Stoa__Governance__CancelRequest cancel =
	    STOA__GOVERNANCE__CANCEL_REQUEST__INIT;
	Stoa__Governance__SponsorRequest sponsor =
	    STOA__GOVERNANCE__SPONSOR_REQUEST__INIT;
	Stoa__Governance__ActorFacts facts =
	    STOA__GOVERNANCE__ACTOR_FACTS__INIT;
	Stoa__Governance__ProposeRequest in =
	    STOA__GOVERNANCE__PROPOSE_REQUEST__INIT;
	Stoa__Governance__ProposalsQuery ask =
	    STOA__GOVERNANCE__PROPOSALS_QUERY__INIT;
	Stoa__Governance__ProposalsReply all =
	    STOA__GOVERNANCE__PROPOSALS_REPLY__INIT;
	struct play p;

	(void)state;
	house_open(&p, NULL);
	facts.role = STOA__ACCOUNTS__ROLE__MEMBER;
	in.type = TEXT("PARAMETER");
	in.title = TEXT("Longer");
	in.is_draft = true;
	in.facts = sponsor.facts = &facts;
	assert_true(play(&p, house_members[1], "Propose", &in.base));
	assert_int_equal(
	    governance_query_proposals(p.state, &ask, &p.arena, &all), STOA_OK);
	sponsor.proposal = cancel.proposal = all.proposals[0]->id;
	assert_true(play(&p, house_members[2], "Sponsor", &sponsor.base));
	assert_true(play(&p, house_members[3], "Sponsor", &sponsor.base));
	assert_int_equal(house_look(&p, sponsor.proposal)->sponsors, 2);
	assert_true(unite_members(&p, 3, 2));
	assert_int_equal(house_look(&p, sponsor.proposal)->sponsors, 1);
	assert_false(play(&p, house_members[2], "Sponsor", &sponsor.base));
	assert_string_equal(p.refusal, "already_sponsored");
	/* Who sponsors it turns out to have written it. */
	assert_true(unite_members(&p, 3, 1));
	assert_int_equal(house_look(&p, sponsor.proposal)->sponsors, 0);
	assert_string_equal(
	    house_look(&p, sponsor.proposal)->member, house_members[3]);
	assert_false(play(&p, house_members[1], "Sponsor", &sponsor.base));
	assert_string_equal(p.refusal, "own_proposal");
	assert_true(play(&p, house_members[3], "Cancel", &cancel.base));
	play_end(&p);
}

static void
test_unite_is_the_bots_to_ask_for(void **state)
{
	struct play p;

	(void)state;
	(void)simple(&p);
	assert_false(
	    unite(&p, house_members[0], house_members[0], house_members[1]));
	assert_refused(&p, "not_permitted", "an authenticated platform");
	assert_false(unite_members(&p, 1, 1));
	assert_refused(&p, "not_permitted", "two members");
	assert_true(unite_members(&p, 1, 2));
	assert_false(unite_members(&p, 2, 1));
	assert_refused(&p, "not_permitted", "two members");
	assert_false(unite_members(&p, 3, 2));
	assert_refused(&p, "not_permitted", "two members");
	/* Names add up: one of three. */
	assert_true(unite_members(&p, 3, 1));
	assert_true(unite_members(&p, 3, 2));
	assert_int_equal(p.events, 0);
	play_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_unite_own_ballot_stands),
	    cmocka_unit_test(test_unite_keeps_the_others_ballot_once),
	    cmocka_unit_test(test_unite_spends_one_line_of_credits),
	    cmocka_unit_test(test_unite_returns_credits_of_withdrawn_ballots),
	    cmocka_unit_test(test_unite_votes_by_the_old_names_place),
	    cmocka_unit_test(test_unite_makes_nobody_eligible),
	    cmocka_unit_test(test_unite_weighs_the_greater_of_both),
	    cmocka_unit_test(test_unite_delegations_follow),
	    cmocka_unit_test(test_unite_takes_back_help_for_the_quorum),
	    cmocka_unit_test(test_unite_counts_help_once),
	    cmocka_unit_test(test_unite_sponsors_nothing_twice),
	    cmocka_unit_test(test_unite_is_the_bots_to_ask_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
