/* test_people.c - who somebody is on a platform that has servers: communities
 * are opened by who manages one, and joined by everybody else. */
#include "../unit.h"

#include "world.h"

#include "base/core.h"

#include "proto/discord.pb-c.h"

#define ADA_ID	   "53908232506183680"
#define GRACE_ID   "80351110224678912"
#define LAB	   "290926798626357999"
#define SHOP	   "290926798626358000"
#define TEXT(text) ((char *)(uintptr_t)(text))

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

static struct world_delivery *
say(struct world *w, const char *user, const char *id, const char *path,
    const char *workspace, Stoa__Chat__Standing standing)
{
	Stoa__Chat__Command c = STOA__CHAT__COMMAND__INIT;

	c.id = TEXT(id);
	c.path = TEXT(path);
	c.workspace = TEXT(workspace);
	c.standing = standing;
	return world_deliver_discord(w, user, &c);
}

#define ORDINARY STOA__CHAT__STANDING__ORDINARY
#define MANAGER	 STOA__CHAT__STANDING__MANAGER
#define HEAD	 STOA__CHAT__STANDING__HEAD

static void
members_answer(struct world *w, size_t count)
{
	static const struct {
		const char *id, *name;
		Stoa__Accounts__Role role;
	} rows[] = {
	    {"u_aaaaaaaaaa", "", STOA__ACCOUNTS__ROLE__MEMBER},
	    {"u_bbbbbbbbbb", "Ada", STOA__ACCOUNTS__ROLE__OWNER},
	    {"u_cccccccccc", "", STOA__ACCOUNTS__ROLE__ADMIN},
	    {"u_dddddddddd", "Bob", STOA__ACCOUNTS__ROLE__ADMIN},
	    {"u_eeeeeeeeee", "Eve", STOA__ACCOUNTS__ROLE__OWNER},
	};
	Stoa__Accounts__MembersReply reply =
	    STOA__ACCOUNTS__MEMBERS_REPLY__INIT;
	Stoa__Accounts__Member members[STOA_COUNT(rows)];
	Stoa__Accounts__Member *list[STOA_COUNT(rows)];

	assert_true(count <= STOA_COUNT(rows));
	for (size_t i = 0; i < count; i++) {
		stoa__accounts__member__init(&members[i]);
		members[i].id = TEXT(rows[i].id);
		members[i].display_name = TEXT(rows[i].name);
		members[i].role = rows[i].role;
		list[i] = &members[i];
	}
	reply.members = list;
	reply.n_members = count;
	world_reply(w, world_expect(w, "Accounts", "Members"), &reply.base);
}

static void
assert_refused(const struct world *w, const char *code)
{
	assert_non_null(w->final->problem);
	assert_string_equal(w->final->problem->code, code);
	assert_int_equal(w->final->severity, STOA__CHAT__SEVERITY__REFUSED);
	/* Nobody else needs to see what did not happen. */
	assert_int_equal(w->final->visibility, STOA__CHAT__VISIBILITY__ASKER);
	assert_string_not_equal(w->final->problem->fix, "");
	world_expect_silence(w);
}

/* ---- opening ---- */

static void
test_people_manager_opens_the_community(void **state)
{
	static const Stoa__Chat__Standing standings[] = {MANAGER, HEAD};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(standings); i++) {
		struct world *w = world_new(1);
		const Stoa__Accounts__OpenCommunityRequest *in;
		struct world_call *call;

		(void)say(w, ADA_ID, "1", "models", LAB, standings[i]);
		world_resolve(w);
		world_fail(
		    w, world_expect(w, "Accounts", "Balance"), STOA_NOT_FOUND);
		call = world_expect(w, "Accounts", "OpenCommunity");
		in = call->request;
		assert_string_equal(call->actor, MEMBER);
		assert_string_equal(in->name, "discord " LAB);
		world_accept(w, call, 1, NULL);
		world_fail(
		    w, world_expect(w, "Training", "Models"), STOA_TIMEOUT);
		world_free(w);
	}
}

static void
test_people_setup_names_the_community(void **state)
{
	struct world *w = *state;
	const Stoa__Accounts__OpenCommunityRequest *in;
	Stoa__Accounts__CommunityReply community =
	    STOA__ACCOUNTS__COMMUNITY_REPLY__INIT;
	Stoa__Chat__Option name = STOA__CHAT__OPTION__INIT;
	Stoa__Chat__Option *options[] = {&name};
	Stoa__Chat__Command c = STOA__CHAT__COMMAND__INIT;
	struct world_call *call;

	name.name = TEXT("name");
	name.value_case = STOA__CHAT__OPTION__VALUE_TEXT;
	name.text = TEXT("Model makers");
	c.id = TEXT("1");
	c.path = TEXT("setup");
	c.workspace = TEXT(LAB);
	c.standing = HEAD;
	c.options = options;
	c.n_options = 1;
	(void)world_deliver_discord(w, ADA_ID, &c);
	world_resolve(w);
	world_fail(w, world_expect(w, "Accounts", "Balance"), STOA_NOT_FOUND);
	call = world_expect(w, "Accounts", "OpenCommunity");
	in = call->request;
	assert_string_equal(in->name, "Model makers");
	world_accept(w, call, 1, NULL);
	world_balance(w, STOA__ACCOUNTS__ROLE__OWNER);
	/* It has that name already; accounts records nothing for it. */
	call = world_expect(w, "Accounts", "Configure");
	assert_string_equal(call->actor, "");
	world_accept(w, call, 2, NULL);
	community.name = TEXT("Model makers");
	world_reply(
	    w, world_expect(w, "Accounts", "Community"), &community.base);
	members_answer(w, 1);
	assert_string_equal(w->final->title, "Model makers");
	assert_int_equal(w->final->severity, STOA__CHAT__SEVERITY__SUCCESS);
	assert_int_not_equal(
	    w->final->visibility, STOA__CHAT__VISIBILITY__ASKER);
	assert_string_equal(w->subject, "stoa.chat.out.discord." ADA_ID ".1");
}

static void
test_people_ordinary_member_is_told_whom_to_ask(void **state)
{
	struct world *w = *state;
	struct world_delivery *d =
	    say(w, GRACE_ID, "1", "models", LAB, ORDINARY);

	world_resolve(w);
	world_fail(w, world_expect(w, "Accounts", "Balance"), STOA_NOT_FOUND);
	world_fail(w, world_expect(w, "Accounts", "Members"), STOA_NOT_FOUND);
	assert_refused(w, "no_community");
	assert_non_null(strstr(w->final->problem->fix, "/setup"));
	assert_int_equal(d->end, WORLD_ACKED);
	/* Not remembered: it may be opened at any time. */
	(void)say(w, GRACE_ID, "2", "models", LAB, ORDINARY);
	world_resolve(w);
	world_fail(w, world_expect(w, "Accounts", "Balance"), STOA_NOT_FOUND);
	members_answer(w, 0);
	assert_refused(w, "no_community");
}

static void
test_people_ordinary_member_joins_an_open_community(void **state)
{
	struct world *w = *state;
	const Stoa__Accounts__JoinRequest *in;
	struct world_call *call;

	(void)say(w, GRACE_ID, "1", "models", LAB, ORDINARY);
	world_resolve(w);
	world_fail(w, world_expect(w, "Accounts", "Balance"), STOA_NOT_FOUND);
	members_answer(w, 1);
	call = world_expect(w, "Accounts", "Join");
	in = call->request;
	assert_string_equal(in->member, MEMBER);
	assert_string_equal(call->command_id, "join-" MEMBER);
	world_accept(w, call, 2, NULL);
	world_fail(w, world_expect(w, "Training", "Models"), STOA_TIMEOUT);
	/* From now on it is known. */
	(void)say(w, GRACE_ID, "2", "models", LAB, ORDINARY);
	world_fail(w, world_expect(w, "Training", "Models"), STOA_TIMEOUT);
}

static void
test_people_manager_who_comes_second_joins(void **state)
{
	struct world *w = *state;

	(void)say(w, GRACE_ID, "1", "models", LAB, MANAGER);
	world_resolve(w);
	world_fail(w, world_expect(w, "Accounts", "Balance"), STOA_NOT_FOUND);
	world_refuse(w, world_expect(w, "Accounts", "OpenCommunity"),
	    "not_permitted", "");
	world_accept(w, world_expect(w, "Accounts", "Join"), 2, NULL);
	world_fail(w, world_expect(w, "Training", "Models"), STOA_TIMEOUT);
}

/* ---- direct messages, several servers ---- */

static void
models_fail(struct world *w)
{
	world_fail(w, world_expect(w, "Training", "Models"), STOA_TIMEOUT);
}

static void
test_people_direct_message_needs_a_community(void **state)
{
	struct world *w = *state;

	(void)say(w, ADA_ID, "1", "models", "", ORDINARY);
	assert_refused(w, "which_community");
	/* What needs nobody works all the same. */
	(void)say(w, ADA_ID, "2", "help", "", ORDINARY);
	assert_string_equal(w->final->title, "What you can do");
	/* And after a word in a server it is that one. */
	(void)say(w, ADA_ID, "3", "models", LAB, ORDINARY);
	world_meet(w);
	models_fail(w);
	(void)say(w, ADA_ID, "4", "models", "", ORDINARY);
	models_fail(w);
	/* Somebody else was nowhere yet. */
	(void)say(w, GRACE_ID, "1", "models", "", ORDINARY);
	assert_refused(w, "which_community");
}

static const Stoa__Accounts__ResolveQuery *
resolve_as(struct world *w, const char *community, const char *member)
{
	Stoa__Accounts__ResolveReply ids = STOA__ACCOUNTS__RESOLVE_REPLY__INIT;
	struct world_call *call = world_expect(w, "Accounts", "Resolve");

	ids.community = TEXT(community);
	ids.member = TEXT(member);
	world_reply(w, call, &ids.base);
	return call->request;
}

static void
models_expect(struct world *w, const char *community, const char *member)
{
	struct world_call *call = world_expect(w, "Training", "Models");

	assert_string_equal(call->community, community);
	assert_string_equal(call->actor, member);
	world_fail(w, call, STOA_TIMEOUT);
}

static void
test_people_are_somebody_else_in_another_server(void **state)
{
	const Stoa__Accounts__ResolveQuery *lab, *shop;
	struct world *w = *state;

	(void)say(w, ADA_ID, "1", "models", LAB, ORDINARY);
	lab = resolve_as(w, COMMUNITY, MEMBER);
	world_balance(w, STOA__ACCOUNTS__ROLE__MEMBER);
	models_expect(w, COMMUNITY, MEMBER);
	(void)say(w, ADA_ID, "2", "models", SHOP, ORDINARY);
	shop = resolve_as(w, "c_shopaaaaaa", "u_memberbbbb");
	world_balance(w, STOA__ACCOUNTS__ROLE__MEMBER);
	models_expect(w, "c_shopaaaaaa", "u_memberbbbb");
	assert_memory_equal(lab->user_key.data, shop->user_key.data, 32);
	assert_memory_not_equal(
	    lab->workspace_key.data, shop->workspace_key.data, 32);
	/* Both are known, and direct messages go on where they were last. */
	(void)say(w, ADA_ID, "3", "models", "", ORDINARY);
	models_expect(w, "c_shopaaaaaa", "u_memberbbbb");
	(void)say(w, ADA_ID, "4", "models", LAB, ORDINARY);
	models_expect(w, COMMUNITY, MEMBER);
	(void)say(w, ADA_ID, "5", "models", "", ORDINARY);
	models_expect(w, COMMUNITY, MEMBER);
}

/* The same number at another platform is somebody else. */
static void
test_people_of_two_platforms_have_different_keys(void **state)
{
	const Stoa__Accounts__ResolveQuery *here, *there;
	Stoa__Chat__Command c = STOA__CHAT__COMMAND__INIT;
	struct world *w = *state;

	(void)say(w, ADA_ID, "1", "models", LAB, ORDINARY);
	here = resolve_as(w, COMMUNITY, MEMBER);
	world_balance(w, STOA__ACCOUNTS__ROLE__MEMBER);
	models_fail(w);
	c.id = TEXT("1");
	c.path = TEXT("models");
	c.workspace = TEXT(LAB);
	(void)world_deliver(w, ADA_ID, &c, 1);
	there = resolve_as(w, COMMUNITY, "u_memberbbbb");
	world_balance(w, STOA__ACCOUNTS__ROLE__MEMBER);
	models_fail(w);
	assert_memory_not_equal(here->user_key.data, there->user_key.data, 32);
	assert_memory_not_equal(
	    here->workspace_key.data, there->workspace_key.data, 32);
}

/* ---- /setup and /invite ---- */

static void
test_setup_is_refused_with_names_of_who_can(void **state)
{
	struct world *w = *state;

	(void)say(w, GRACE_ID, "1", "setup", LAB, ORDINARY);
	world_meet(w);
	world_balance(w, STOA__ACCOUNTS__ROLE__MEMBER);
	members_answer(w, 5);
	assert_refused(w, "not_permitted");
	assert_string_equal(
	    w->final->problem->fix, "ask Ada or u_cccccccccc or Bob");
	/* Nobody known: the server has somebody. */
	(void)say(w, GRACE_ID, "2", "setup", LAB, ORDINARY);
	world_balance(w, STOA__ACCOUNTS__ROLE__MEMBER);
	members_answer(w, 1);
	assert_refused(w, "not_permitted");
	assert_non_null(strstr(w->final->problem->fix, "manage this server"));
}

static void
test_setup_is_for_admins_of_either_kind(void **state)
{
	struct world *w = *state;

	(void)say(w, GRACE_ID, "1", "setup", LAB, MANAGER);
	world_meet(w);
	world_balance(w, STOA__ACCOUNTS__ROLE__MEMBER);
	world_community(w, "", "");
	members_answer(w, 3);
	assert_string_equal(w->final->title, "This is a Stoa community");
	(void)say(w, GRACE_ID, "2", "setup", LAB, ORDINARY);
	world_balance(w, STOA__ACCOUNTS__ROLE__ADMIN);
	world_community(w, "", "");
	members_answer(w, 3);
	assert_string_equal(w->final->title, "This is a Stoa community");
	assert_int_equal(w->final->n_buttons, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(w->final->buttons[i]->does_case,
		    STOA__CHAT__BUTTON__DOES_TOKEN);
	}
}

static void
test_invite_shows_the_link_to_the_asker(void **state)
{
	Stoa__Discord__DescribeReply reply =
	    STOA__DISCORD__DESCRIBE_REPLY__INIT;
	struct world *w = *state;

	reply.name = TEXT("Stoa");
	reply.invite_url = TEXT("https://discord.com/oauth2/authorize?x=1");
	(void)say(w, GRACE_ID, "1", "invite", "", ORDINARY);
	world_reply(w, world_expect(w, "Discord", "Describe"), &reply.base);
	assert_int_equal(w->final->visibility, STOA__CHAT__VISIBILITY__ASKER);
	assert_int_equal(w->final->n_buttons, 1);
	assert_string_equal(w->final->buttons[0]->url, reply.invite_url);
	assert_non_null(strstr(w->final->plain, reply.invite_url));
	(void)say(w, GRACE_ID, "2", "invite", "", ORDINARY);
	world_fail(w, world_expect(w, "Discord", "Describe"), STOA_TIMEOUT);
	assert_string_equal(w->final->title, "discord does not answer now");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_people_manager_opens_the_community),
	    TEST(test_people_setup_names_the_community),
	    TEST(test_people_ordinary_member_is_told_whom_to_ask),
	    TEST(test_people_ordinary_member_joins_an_open_community),
	    TEST(test_people_manager_who_comes_second_joins),
	    TEST(test_people_direct_message_needs_a_community),
	    TEST(test_people_are_somebody_else_in_another_server),
	    TEST(test_people_of_two_platforms_have_different_keys),
	    TEST(test_setup_is_refused_with_names_of_who_can),
	    TEST(test_setup_is_for_admins_of_either_kind),
	    TEST(test_invite_shows_the_link_to_the_asker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
