/* test_link.c - one person with several accounts: codes, questions, answers,
 * and what is merged when; and which roles of a platform accounts hears of. */
#include "../unit.h"

#include "world.h"

#include "base/core.h"
#include "bot/code.h"
#include "bot/limits.h"

#define KEY	   STOA_STR("0123456789abcdef0123456789abcdef")
#define TEXT(text) ((char *)(uintptr_t)(text))
#define OTHER	   "u_otheraaaaa"
#define LAB	   "290926798626357999"
#define GRACE_ID   "80351110224678912"
#define NOW_US	   INT64_C(1767268800000000)

static int
setup(void **state)
{
	*state = world_new(1);
	return 0;
}

static int
teardown(void **state)
{
	world_free(*state);
	return 0;
}

static void
accept_event(struct world *w, struct world_call *call,
    Stoa__Accounts__Event *event, uint64_t index)
{
	world_accept(w, call, index, &event->base);
}

static void
identity_answer(struct world *w, const char *claimant, int64_t expires_us)
{
	Stoa__Accounts__IdentityReply out =
	    STOA__ACCOUNTS__IDENTITY_REPLY__INIT;
	Stoa__Accounts__IdentityLink link = STOA__ACCOUNTS__IDENTITY_LINK__INIT;
	Stoa__Accounts__IdentityLink *links[] = {&link};
	struct world_call *call = world_expect(w, "Accounts", "Identity");
	const Stoa__Accounts__IdentityQuery *in = call->request;

	assert_string_equal(call->community, "directory");
	assert_string_equal(call->actor, "");
	out.member = TEXT(MEMBER);
	link.platform = TEXT("console");
	link.user_key = in->user_key;
	out.links = links;
	out.n_links = 1;
	out.claimant = TEXT(claimant);
	out.claimant_platform = TEXT("discord");
	out.offer_expires_us = expires_us;
	world_reply(w, call, &out.base);
}

/* ---- a code ---- */

static void
test_link_shows_a_code_to_the_asker_alone(void **state)
{
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__LinkOffered e = STOA__ACCOUNTS__LINK_OFFERED__INIT;
	const Stoa__Accounts__OfferLinkRequest *in;
	struct world *w = *state;
	struct world_call *call;
	struct stoa_hash hash;
	const char *code;

	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_LINK_OFFERED;
	event.link_offered = &e;
	e.expires_us = NOW_US;
	(void)world_say(w, ADA, "1", "/link");
	world_meet(w);
	identity_answer(w, "", 0);
	call = world_expect(w, "Accounts", "OfferLink");
	in = call->request;
	accept_event(w, call, &event, 7);
	assert_int_equal(w->final->visibility, STOA__CHAT__VISIBILITY__ASKER);
	assert_string_equal(w->final->fields[0]->name, "Code");
	code = w->final->fields[0]->value;
	assert_true(bot_code_hash(KEY, stoa_str_of(code), &hash));
	/* What leaves the bot is the hash, and nothing that tells the code. */
	assert_int_equal(in->code_hash.len, sizeof(hash.bytes));
	assert_memory_equal(in->code_hash.data, hash.bytes, sizeof(hash.bytes));
	assert_null(strstr(call->command_id, code));
	assert_non_null(strstr(w->final->plain, "Give this code to nobody"));
	assert_int_equal(w->warn_count, 0);
}

static void
test_link_code_warns_before_it_does_anything(void **state)
{
	struct world *w = *state;

	(void)world_say(w, ADA, "1", "/link code:k0m1p-x4q9w");
	world_meet(w);
	assert_non_null(strstr(w->final->plain, "somebody gave you this code"));
	assert_non_null(
	    strstr(w->final->plain, "/link code:k0m1p-x4q9w confirm:yes"));
	world_expect_silence(w);
	(void)world_say(w, ADA, "2", "/link code:hello");
	assert_string_equal(w->final->problem->code, "wrong_code");
	world_expect_silence(w);
}

static void
claim_say(struct world *w, const char *user, const char *id)
{
	(void)world_say(w, user, id, "/link code:k0m1p-x4q9w confirm:yes");
}

static void
test_claim_waits_for_the_other_side(void **state)
{
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__LinkClaimed e = STOA__ACCOUNTS__LINK_CLAIMED__INIT;
	Stoa__Accounts__LinkMissed missed = STOA__ACCOUNTS__LINK_MISSED__INIT;
	const Stoa__Accounts__ClaimLinkRequest *in;
	struct world *w = *state;
	struct world_call *call;
	struct stoa_hash hash;

	claim_say(w, ADA, "1");
	world_meet(w);
	call = world_expect(w, "Accounts", "ClaimLink");
	in = call->request;
	assert_true(bot_code_hash(KEY, STOA_STR("k0m1p-x4q9w"), &hash));
	assert_memory_equal(in->code_hash.data, hash.bytes, sizeof(hash.bytes));
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_LINK_CLAIMED;
	event.link_claimed = &e;
	e.member = TEXT(OTHER);
	e.claimant = TEXT(MEMBER);
	accept_event(w, call, &event, 7);
	assert_non_null(strstr(w->final->plain, "Nothing has changed yet"));
	assert_non_null(strstr(w->final->plain, OTHER));
	claim_say(w, ADA, "2");
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_LINK_MISSED;
	event.link_missed = &missed;
	accept_event(w, world_expect(w, "Accounts", "ClaimLink"), &event, 8);
	assert_string_equal(w->final->problem->code, "wrong_code");
	claim_say(w, ADA, "3");
	world_refuse(w, world_expect(w, "Accounts", "ClaimLink"),
	    "too_many_attempts", "1767268800000000");
	assert_string_equal(w->final->problem->code, "too_many_attempts");
}

/* ---- the answer ---- */

static void
test_link_asks_who_that_was(void **state)
{
	struct world *w = *state;

	(void)world_say(w, ADA, "1", "/link");
	world_meet(w);
	identity_answer(w, OTHER, NOW_US + STOA_US_PER_DAY);
	assert_non_null(strstr(w->final->plain, "If it was not you, say no"));
	assert_non_null(strstr(w->final->plain, "/link confirm:" OTHER));
	/* A question that has expired is none. */
	(void)world_say(w, ADA, "2", "/link");
	identity_answer(w, OTHER, NOW_US - 1);
	world_fail(w, world_expect(w, "Accounts", "OfferLink"), STOA_FROZEN);
}

/* Answers of the directory and of the domains for one name that was. */
static void
resolve_with(struct world *w, const char *former, uint64_t index_min)
{
	Stoa__Accounts__ResolveReply ids = STOA__ACCOUNTS__RESOLVE_REPLY__INIT;
	struct world_call *call = world_expect(w, "Accounts", "Resolve");
	char *formers[] = {TEXT(former)};

	ids.community = TEXT(COMMUNITY);
	ids.member = TEXT(MEMBER);
	ids.formers = formers;
	ids.n_formers = 1;
	assert_int_equal(call->index_min, index_min);
	world_reply(w, call, &ids.base);
}

static void
balance_of(struct world *w, const char *member, const char *now)
{
	Stoa__Accounts__BalanceReply out = STOA__ACCOUNTS__BALANCE_REPLY__INIT;
	struct world_call *call = world_expect(w, "Accounts", "Balance");
	const Stoa__Accounts__BalanceQuery *in = call->request;

	assert_string_equal(in->member, member);
	out.role = STOA__ACCOUNTS__ROLE__MEMBER;
	out.member = TEXT(now);
	world_reply(w, call, &out.base);
}

static struct world_call *
unite_expect(struct world *w, const char *service)
{
	struct world_call *call = world_expect(w, service, "Unite");

	assert_string_equal(call->actor, "");
	assert_string_equal(call->community, COMMUNITY);
	assert_string_equal(call->command_id, "merge-" OTHER "-" MEMBER);
	return call;
}

static void
merge_here(struct world *w)
{
	const Stoa__Accounts__MergeRequest *in;
	struct world_call *call;

	balance_of(w, OTHER, "");
	call = world_expect(w, "Accounts", "Merge");
	in = call->request;
	assert_string_equal(in->member, MEMBER);
	assert_string_equal(in->former, OTHER);
	assert_string_equal(call->command_id, "merge-" OTHER "-" MEMBER);
	world_accept(w, call, 3, NULL);
	world_accept(w, unite_expect(w, "Governance"), 4, NULL);
	world_accept(w, unite_expect(w, "Training"), 5, NULL);
	world_accept(w, unite_expect(w, "Marketplace"), 6, NULL);
	world_balance(w, STOA__ACCOUNTS__ROLE__MEMBER);
}

static void
claim_as_grace(struct world *w)
{
	Stoa__Accounts__ResolveReply ids = STOA__ACCOUNTS__RESOLVE_REPLY__INIT;
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__LinkClaimed e = STOA__ACCOUNTS__LINK_CLAIMED__INIT;

	claim_say(w, GRACE, "1");
	ids.community = TEXT(COMMUNITY);
	ids.member = TEXT(OTHER);
	world_reply(w, world_expect(w, "Accounts", "Resolve"), &ids.base);
	world_balance(w, STOA__ACCOUNTS__ROLE__MEMBER);
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_LINK_CLAIMED;
	event.link_claimed = &e;
	e.member = TEXT(MEMBER);
	e.claimant = TEXT(OTHER);
	accept_event(w, world_expect(w, "Accounts", "ClaimLink"), &event, 7);
}

static void
answer_yes(struct world *w)
{
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__IdentitiesLinked e =
	    STOA__ACCOUNTS__IDENTITIES_LINKED__INIT;
	const Stoa__Accounts__AnswerLinkRequest *in;
	struct world_call *call;

	(void)world_say(w, ADA, "1", "/link confirm:" OTHER);
	world_meet(w);
	identity_answer(w, OTHER, NOW_US + STOA_US_PER_DAY);
	call = world_expect(w, "Accounts", "AnswerLink");
	in = call->request;
	assert_true(in->is_accepted);
	assert_string_equal(in->claimant, OTHER);
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_IDENTITIES_LINKED;
	event.identities_linked = &e;
	e.member = TEXT(MEMBER);
	e.former = TEXT(OTHER);
	accept_event(w, call, &event, 9);
}

static void
test_answer_links_merges_and_tells_both(void **state)
{
	struct world *w = *state;
	struct world_call *call;

	claim_as_grace(w);
	answer_yes(w);
	/* Read back as it is now, and merged where it was said. */
	resolve_with(w, OTHER, 9);
	merge_here(w);
	assert_int_equal(w->final_count, 3);
	assert_string_equal(w->subject, "stoa.chat.out.console." ADA ".1");
	assert_non_null(strstr(w->final->plain, "Both accounts are " MEMBER));
	/* The other one is somebody else at once in this process. */
	(void)world_say(w, GRACE, "2", "/models");
	resolve_with(w, OTHER, 9);
	balance_of(w, OTHER, MEMBER);
	world_accept(w, unite_expect(w, "Governance"), 4, NULL);
	world_accept(w, unite_expect(w, "Training"), 5, NULL);
	world_accept(w, unite_expect(w, "Marketplace"), 6, NULL);
	world_balance(w, STOA__ACCOUNTS__ROLE__MEMBER);
	call = world_expect(w, "Training", "Models");
	assert_string_equal(call->actor, MEMBER);
	world_fail(w, call, STOA_TIMEOUT);
}

static void
test_answer_no_tells_the_other_side(void **state)
{
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__LinkDeclined e = STOA__ACCOUNTS__LINK_DECLINED__INIT;
	const Stoa__Accounts__AnswerLinkRequest *in;
	struct world *w = *state;
	struct world_call *call;

	claim_as_grace(w);
	(void)world_say(w, ADA, "1", "/link confirm:no");
	world_meet(w);
	identity_answer(w, OTHER, NOW_US + STOA_US_PER_DAY);
	call = world_expect(w, "Accounts", "AnswerLink");
	in = call->request;
	assert_false(in->is_accepted);
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_LINK_DECLINED;
	event.link_declined = &e;
	accept_event(w, call, &event, 9);
	assert_string_equal(w->final->title, "Nothing was linked");
	assert_int_equal(w->final_count, 3);
	world_expect_silence(w);
}

/* ---- elsewhere, and when somebody is down ---- */

static void
models_end(struct world *w)
{
	world_fail(w, world_expect(w, "Training", "Models"), STOA_TIMEOUT);
}

static void
test_former_who_is_no_member_here_needs_nothing(void **state)
{
	struct world *w = *state;
	struct world_call *call;

	(void)world_say(w, ADA, "1", "/models");
	resolve_with(w, OTHER, 0);
	call = world_expect(w, "Accounts", "Balance");
	world_fail(w, call, STOA_NOT_FOUND);
	world_balance(w, STOA__ACCOUNTS__ROLE__MEMBER);
	models_end(w);
	(void)world_say(w, ADA, "2", "/models");
	models_end(w);
}

static void
test_silent_domain_is_asked_again_with_the_next_command(void **state)
{
	struct world *w = *state;

	(void)world_say(w, ADA, "1", "/models");
	resolve_with(w, OTHER, 0);
	balance_of(w, OTHER, "");
	world_accept(w, world_expect(w, "Accounts", "Merge"), 3, NULL);
	world_fail(w, unite_expect(w, "Governance"), STOA_TIMEOUT);
	world_refuse(w, unite_expect(w, "Training"), "too_many", "x");
	world_accept(w, unite_expect(w, "Marketplace"), 6, NULL);
	world_balance(w, STOA__ACCOUNTS__ROLE__MEMBER);
	models_end(w);
	(void)world_say(w, ADA, "2", "/models");
	resolve_with(w, OTHER, 0);
	balance_of(w, OTHER, MEMBER);
	world_accept(w, unite_expect(w, "Governance"), 4, NULL);
	world_accept(w, unite_expect(w, "Training"), 5, NULL);
	world_accept(w, unite_expect(w, "Marketplace"), 6, NULL);
	world_balance(w, STOA__ACCOUNTS__ROLE__MEMBER);
	models_end(w);
	(void)world_say(w, ADA, "3", "/models");
	models_end(w);
}

/* What another bot has linked is seen within a minute; with accounts down,
 * who was known is known on. */
static void
test_people_are_asked_for_again_after_a_minute(void **state)
{
	struct world *w = *state;

	(void)world_say(w, ADA, "1", "/models");
	world_meet(w);
	models_end(w);
	world_pass(w, BOT_PERSON_US);
	(void)world_say(w, ADA, "2", "/models");
	world_fail(w, world_expect(w, "Accounts", "Resolve"), STOA_TIMEOUT);
	models_end(w);
	(void)world_say(w, ADA, "3", "/models");
	models_end(w);
	world_pass(w, BOT_PERSON_US);
	(void)world_say(w, ADA, "4", "/models");
	resolve_with(w, OTHER, 0);
	merge_here(w);
	models_end(w);
	world_pass(w, BOT_PERSON_US);
	/* The same names as a minute ago: they are merged. */
	(void)world_say(w, ADA, "5", "/models");
	resolve_with(w, OTHER, 0);
	world_balance(w, STOA__ACCOUNTS__ROLE__MEMBER);
	models_end(w);
}

/* ---- /whoami and /unlink ---- */

static void
test_whoami_lists_accounts(void **state)
{
	struct world *w = *state;

	(void)world_say(w, ADA, "1", "/whoami");
	world_meet(w);
	identity_answer(w, "", 0);
	assert_int_equal(w->final->visibility, STOA__CHAT__VISIBILITY__ASKER);
	assert_non_null(strstr(w->final->plain, MEMBER));
	assert_string_equal(w->final->table->rows[0]->cells[1], "console");
	assert_string_equal(w->final->table->rows[0]->cells[3], "here");
}

static void
test_unlink_names_an_account(void **state)
{
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__PersonUnlinked e =
	    STOA__ACCOUNTS__PERSON_UNLINKED__INIT;
	struct world *w = *state;

	(void)world_say(w, ADA, "1", "/unlink telegram");
	world_meet(w);
	identity_answer(w, "", 0);
	assert_string_equal(w->final->problem->code, "no_such_link");
	(void)world_say(w, ADA, "2", "/unlink 1");
	identity_answer(w, "", 0);
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_PERSON_UNLINKED;
	event.person_unlinked = &e;
	e.was = TEXT(MEMBER);
	accept_event(w, world_expect(w, "Accounts", "Unlink"), &event, 11);
	assert_string_equal(w->final->title, "Parted");
	(void)world_say(w, ADA, "3", "/unlink console");
	{
		Stoa__Accounts__ResolveReply ids =
		    STOA__ACCOUNTS__RESOLVE_REPLY__INIT;
		struct world_call *call =
		    world_expect(w, "Accounts", "Resolve");
		const Stoa__Accounts__JoinRequest *join;

		/* Somebody new, who is not greeted again. */
		assert_int_equal(call->index_min, 11);
		ids.community = TEXT(COMMUNITY);
		ids.member = TEXT(OTHER);
		ids.is_known = true;
		world_reply(w, call, &ids.base);
		world_fail(
		    w, world_expect(w, "Accounts", "Balance"), STOA_NOT_FOUND);
		world_refuse(w, world_expect(w, "Accounts", "OpenCommunity"),
		    "not_permitted", "");
		call = world_expect(w, "Accounts", "Join");
		join = call->request;
		assert_true(join->is_known);
		assert_string_equal(join->member, OTHER);
		world_accept(w, call, 1, NULL);
	}
	identity_answer(w, "", 0);
	world_refuse(
	    w, world_expect(w, "Accounts", "Unlink"), "last_link", "console");
	assert_string_equal(w->final->problem->code, "last_link");
}

/* ---- roles of the platform ---- */

static void
say_with_roles(struct world *w, const char *id, const char *workspace,
    const char *const *roles, size_t count)
{
	Stoa__Chat__Command c = STOA__CHAT__COMMAND__INIT;

	c.id = TEXT(id);
	c.path = TEXT("models");
	c.workspace = TEXT(workspace);
	c.standing = STOA__CHAT__STANDING__ORDINARY;
	c.roles = (char **)(uintptr_t)roles;
	c.n_roles = count;
	c.has_roles = strcmp(id, "3") != 0;
	(void)world_deliver_discord(w, GRACE_ID, &c);
}

static struct world_call *
roles_expect(struct world *w, const char *const *roles, size_t count)
{
	struct world_call *call = world_expect(w, "Accounts", "ObserveRoles");
	const Stoa__Accounts__ObserveRolesRequest *in = call->request;

	assert_string_equal(call->actor, "");
	assert_string_equal(in->member, MEMBER);
	assert_int_equal(in->n_roles, count);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(in->roles[i], roles[i]);
	}
	return call;
}

static void
test_roles_are_told_when_they_change(void **state)
{
	static const char *const sorted[] = {"11", "22"};
	static const char *const other[] = {"22", "11"};
	struct world *w = *state;
	struct world_call *call;
	char first_id[192];

	say_with_roles(w, "1", LAB, other, 2);
	world_meet(w);
	call = roles_expect(w, sorted, 2);
	(void)snprintf(first_id, sizeof(first_id), "%s", call->command_id);
	world_accept(w, call, 2, NULL);
	models_end(w);
	/* The same in another order is no news. */
	say_with_roles(w, "2", LAB, sorted, 2);
	models_end(w);
	/* A button in a direct message is of a server, and says nothing of
	 * roles. */
	say_with_roles(w, "3", LAB, NULL, 0);
	models_end(w);
	say_with_roles(w, "4", LAB, other, 1);
	world_accept(w, roles_expect(w, other, 1), 3, NULL);
	models_end(w);
	/* Nobody answers: told with the next command, and that one goes on. */
	say_with_roles(w, "5", LAB, NULL, 0);
	world_fail(w, roles_expect(w, NULL, 0), STOA_TIMEOUT);
	models_end(w);
	say_with_roles(w, "6", LAB, NULL, 0);
	world_accept(w, roles_expect(w, NULL, 0), 4, NULL);
	models_end(w);
	/* As before, and yet a command of its own. */
	say_with_roles(w, "7", LAB, sorted, 2);
	call = roles_expect(w, sorted, 2);
	assert_string_not_equal(call->command_id, first_id);
	world_accept(w, call, 5, NULL);
	models_end(w);
}

/* What another bot has told accounts meanwhile is seen within a minute. */
static void
test_roles_are_compared_with_what_accounts_knows(void **state)
{
	static const char *const one[] = {"11"};
	Stoa__Accounts__BalanceReply out = STOA__ACCOUNTS__BALANCE_REPLY__INIT;
	struct world *w = *state;

	out.role = STOA__ACCOUNTS__ROLE__MEMBER;
	out.platform_roles = (char **)(uintptr_t)one;
	out.n_platform_roles = 1;
	say_with_roles(w, "1", LAB, one, 1);
	world_resolve(w);
	world_reply(w, world_expect(w, "Accounts", "Balance"), &out.base);
	models_end(w);
	world_pass(w, BOT_PERSON_US);
	out.n_platform_roles = 0;
	say_with_roles(w, "2", LAB, one, 1);
	world_resolve(w);
	world_reply(w, world_expect(w, "Accounts", "Balance"), &out.base);
	world_accept(w, roles_expect(w, one, 1), 3, NULL);
	models_end(w);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_link_shows_a_code_to_the_asker_alone),
	    TEST(test_link_code_warns_before_it_does_anything),
	    TEST(test_claim_waits_for_the_other_side),
	    TEST(test_link_asks_who_that_was),
	    TEST(test_answer_links_merges_and_tells_both),
	    TEST(test_answer_no_tells_the_other_side),
	    TEST(test_former_who_is_no_member_here_needs_nothing),
	    TEST(test_silent_domain_is_asked_again_with_the_next_command),
	    TEST(test_people_are_asked_for_again_after_a_minute),
	    TEST(test_whoami_lists_accounts),
	    TEST(test_unlink_names_an_account),
	    TEST(test_roles_are_told_when_they_change),
	    TEST(test_roles_are_compared_with_what_accounts_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
