/* test_settings.c - what a community has set. */
#include "accounts/accounts.h"
#include "accounts/limits.h"

#include "../play.h"

#define TEXT(text) ((char *)(uintptr_t)(text))
#define KIND(kind) STOA__ACCOUNTS__SETTING__KIND_##kind
#define ROLE	   "41771983423143936"

static char ann[] = "u_aaaaaaaaaa", bob[] = "u_bbbbbbbbbb",
	    eve[] = "u_eeeeeeeeee";

static bool
join(struct play *p, char *member)
{
	Stoa__Accounts__JoinRequest in = STOA__ACCOUNTS__JOIN_REQUEST__INIT;

	in.member = member;
	return play(p, "@bot", "Join", &in.base);
}

static void
open_community(struct play *p)
{
	Stoa__Accounts__OpenCommunityRequest open =
	    STOA__ACCOUNTS__OPEN_COMMUNITY_REQUEST__INIT;

	play_begin(p, &accounts_core, "c_aaaaaaaaaa");
	open.name = TEXT("agora");
	open.welcome_grant_micro = 5000;
	assert_true(play(p, ann, "OpenCommunity", &open.base));
	assert_true(join(p, bob));
}

static Stoa__Accounts__Setting
text_setting(Stoa__Accounts__Setting__KindCase kind, const char *text)
{
	Stoa__Accounts__Setting s = STOA__ACCOUNTS__SETTING__INIT;

	s.kind_case = kind;
	s.name = TEXT(text); /* all texts share the union */
	return s;
}

static Stoa__Accounts__Setting
grant_setting(int64_t micro)
{
	Stoa__Accounts__Setting s = STOA__ACCOUNTS__SETTING__INIT;

	s.kind_case = KIND(WELCOME_GRANT_MICRO);
	s.welcome_grant_micro = micro;
	return s;
}

#define SETTINGS_MAX 5

static bool
configure(struct play *p, const char *actor, const char *member,
    Stoa__Accounts__Setting *settings, size_t count)
{
	Stoa__Accounts__ConfigureRequest in =
	    STOA__ACCOUNTS__CONFIGURE_REQUEST__INIT;
	Stoa__Accounts__Setting *list[SETTINGS_MAX];

	assert_true(count <= SETTINGS_MAX);
	for (size_t i = 0; i < count; i++) {
		list[i] = &settings[i];
	}
	in.member = TEXT(member);
	in.settings = list;
	in.n_settings = count;
	return play(p, actor, "Configure", &in.base);
}

static Stoa__Accounts__CommunityReply
community(struct play *p)
{
	Stoa__Accounts__CommunityQuery in =
	    STOA__ACCOUNTS__COMMUNITY_QUERY__INIT;
	Stoa__Accounts__CommunityReply out =
	    STOA__ACCOUNTS__COMMUNITY_REPLY__INIT;

	assert_int_equal(
	    accounts_community(p->state, &in, &p->arena, &out), STOA_OK);
	return out;
}

static int64_t
credit(const struct play *p, char *member)
{
	Stoa__Accounts__BalanceQuery in = STOA__ACCOUNTS__BALANCE_QUERY__INIT;
	Stoa__Accounts__BalanceReply out = STOA__ACCOUNTS__BALANCE_REPLY__INIT;

	in.member = member;
	assert_int_equal(accounts_balance(p->state, &in, &out), STOA_OK);
	return out.credit_micro;
}

static void
test_configure_sets_only_what_is_given(void **state)
{
	Stoa__Accounts__Setting all[] = {
	    text_setting(KIND(NAME), "Model makers"),
	    grant_setting(10000000),
	    text_setting(KIND(ANNOUNCE_CHANNEL), "7"),
	    text_setting(KIND(ADMIN_ROLE), ROLE),
	    text_setting(KIND(TRAINER_ROLE), "9"),
	};
	struct play p;

	(void)state;
	open_community(&p);
	assert_string_equal(community(&p).name, "agora");
	assert_int_equal(community(&p).welcome_grant_micro, 5000);
	assert_string_equal(community(&p).admin_role, "");
	assert_true(configure(&p, ann, "", &all[3], 1));
	assert_string_equal(community(&p).admin_role, ROLE);
	assert_string_equal(community(&p).name, "agora");
	assert_true(configure(&p, "@bot", bob, all, 5));
	assert_string_equal(community(&p).name, "Model makers");
	assert_int_equal(community(&p).welcome_grant_micro, 10000000);
	assert_string_equal(community(&p).announce_channel, "7");
	assert_string_equal(community(&p).trainer_role, "9");
	all[0] = text_setting(KIND(ADMIN_ROLE), "");
	assert_true(configure(&p, ann, "", all, 1));
	assert_string_equal(community(&p).admin_role, "");
	assert_string_equal(community(&p).trainer_role, "9");
	play_end(&p);
}

static void
test_configure_changes_how_new_members_are_greeted(void **state)
{
	Stoa__Accounts__Setting grant = grant_setting(10000000);
	struct play p;

	(void)state;
	open_community(&p);
	assert_true(configure(&p, ann, "", &grant, 1));
	assert_true(join(&p, eve));
	assert_int_equal(credit(&p, eve), 10000000);
	assert_int_equal(credit(&p, bob), 5000);
	play_end(&p);
}

static void
test_configure_none_greets_with_nothing(void **state)
{
	Stoa__Accounts__Setting grant = grant_setting(0);
	struct play p;

	(void)state;
	open_community(&p);
	assert_true(configure(&p, ann, "", &grant, 1));
	assert_true(join(&p, eve));
	assert_int_equal(credit(&p, eve), 0);
	play_end(&p);
}

static void
test_configure_is_for_admins_and_the_bot(void **state)
{
	Stoa__Accounts__Setting role = text_setting(KIND(ADMIN_ROLE), ROLE);
	struct play p;

	(void)state;
	open_community(&p);
	assert_false(configure(&p, bob, "", &role, 1));
	assert_refused(&p, "not_permitted", "the role admin");
	assert_false(configure(&p, "@training", ann, &role, 1));
	assert_refused(&p, "not_permitted", "the role admin");
	assert_false(configure(&p, eve, "", &role, 1));
	assert_refused(&p, "not_permitted", "the role admin");
	/* The bot must say for whom. */
	assert_false(configure(&p, "@bot", "", &role, 1));
	assert_refused(&p, "no_such_member", "");
	assert_false(configure(&p, "@bot", eve, &role, 1));
	assert_refused(&p, "no_such_member", eve);
	assert_string_equal(community(&p).admin_role, "");
	play_end(&p);
}

static void
test_configure_refuses_by_name_and_limit(void **state)
{
	static const char long_id[] = "1234567890123456789012345678901234567890"
				      "1234567890123456789012345";
	const struct {
		Stoa__Accounts__Setting setting;
		const char *reason, *args;
	} cases[] = {
	    {grant_setting(-1), "amount_too_large", "-1 1000000000000"},
	    {grant_setting(ACCOUNTS_WELCOME_MAX + 1), "amount_too_large",
		"1000000000001 1000000000000"},
	    {text_setting(KIND(NAME), ""), "name_not_valid", "name 64"},
	    {text_setting(KIND(NAME), "a\nb"), "name_not_valid", "name 64"},
	    {text_setting(KIND(ANNOUNCE_CHANNEL), "<#7>"), "id_not_valid",
		"announce_channel 64"},
	    {text_setting(KIND(ADMIN_ROLE), "a b"), "id_not_valid",
		"admin_role 64"},
	    {text_setting(KIND(TRAINER_ROLE), long_id), "id_not_valid",
		"trainer_role 64"},
	    {text_setting(KIND(_NOT_SET), ""), "not_permitted",
		"a setting that is known"},
	};
	struct play p;

	(void)state;
	open_community(&p);
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		/* All or none: what is right beside it is not set either. */
		Stoa__Accounts__Setting both[] = {
		    text_setting(KIND(TRAINER_ROLE), "9"), cases[i].setting};

		assert_false(configure(&p, ann, "", both, 2));
		assert_refused(&p, cases[i].reason, cases[i].args);
		assert_string_equal(community(&p).trainer_role, "");
	}
	play_end(&p);
}

static void
test_configure_refuses_a_kind_that_comes_twice(void **state)
{
	Stoa__Accounts__Setting both[] = {
	    grant_setting(1), text_setting(KIND(NAME), "x"), grant_setting(2)};
	struct play p;

	(void)state;
	open_community(&p);
	assert_false(configure(&p, ann, "", both, 3));
	assert_refused(&p, "setting_twice", "welcome_grant");
	assert_int_equal(community(&p).welcome_grant_micro, 5000);
	play_end(&p);
}

static void
test_configure_is_in_the_digest_only_when_it_changes(void **state)
{
	Stoa__Accounts__Setting role = text_setting(KIND(ADMIN_ROLE), ROLE);
	Stoa__Accounts__Setting none = text_setting(KIND(ADMIN_ROLE), "");
	Stoa__Accounts__Setting same[] = {grant_setting(5000), none};
	struct stoa_hash before, after, again;
	struct play p;

	(void)state;
	open_community(&p);
	before = play_digest(&p, p.state);
	/* What is so already is no event. */
	assert_true(configure(&p, ann, "", same, 2));
	after = play_digest(&p, p.state);
	assert_true(stoa_hash_is_equal(&before, &after));
	assert_true(configure(&p, ann, "", &role, 1));
	after = play_digest(&p, p.state);
	assert_false(stoa_hash_is_equal(&before, &after));
	role = text_setting(KIND(TRAINER_ROLE), ROLE);
	assert_true(configure(&p, ann, "", &role, 1));
	again = play_digest(&p, p.state);
	assert_false(stoa_hash_is_equal(&again, &after));
	play_end(&p);
}

static void
test_community_is_not_there_before_it_is_open(void **state)
{
	Stoa__Accounts__CommunityQuery in =
	    STOA__ACCOUNTS__COMMUNITY_QUERY__INIT;
	Stoa__Accounts__CommunityReply out =
	    STOA__ACCOUNTS__COMMUNITY_REPLY__INIT;
	Stoa__Accounts__Setting grant = grant_setting(1);
	struct play p;

	(void)state;
	assert_int_equal(
	    accounts_community(NULL, &in, &p.arena, &out), STOA_NOT_FOUND);
	play_begin(&p, &accounts_core, "c_aaaaaaaaaa");
	assert_int_equal(
	    accounts_community(p.state, &in, &p.arena, &out), STOA_NOT_FOUND);
	assert_false(configure(&p, ann, "", &grant, 1));
	assert_refused(&p, "not_permitted", "an open community");
	play_end(&p);
}

/* ---- commands of the community's own ---- */

static bool
command(struct play *p, const char *actor, const char *name, const char *text,
    const char *model)
{
	Stoa__Accounts__Setting setting = STOA__ACCOUNTS__SETTING__INIT;
	Stoa__Accounts__CommunityCommand own =
	    STOA__ACCOUNTS__COMMUNITY_COMMAND__INIT;

	own.name = TEXT(name);
	own.text = TEXT(text);
	own.model = TEXT(model);
	setting.kind_case = KIND(COMMAND);
	setting.command = &own;
	return configure(p, actor, bob, &setting, 1);
}

static void
test_commands_come_and_go_by_a_vote(void **state)
{
	struct stoa_hash before, after;
	struct play p;

	(void)state;
	open_community(&p);
	before = play_digest(&p, p.state);
	assert_false(command(&p, "@bot", "faq", "Read the pinned post.", ""));
	assert_refused(&p, "not_permitted", "an accepted proposal");
	assert_false(command(&p, ann, "faq", "Read the pinned post.", ""));
	assert_true(
	    command(&p, "@governance", "faq", "Read the pinned post.", ""));
	assert_true(command(&p, "@governance", "sort", "", "m_aaaaaaaaaa"));
	assert_int_equal(community(&p).n_commands, 2);
	assert_string_equal(community(&p).commands[0]->name, "faq");
	assert_string_equal(community(&p).commands[1]->model, "m_aaaaaaaaaa");
	/* The same is no event; another text replaces. */
	assert_true(command(&p, "@governance", "sort", "", "m_aaaaaaaaaa"));
	assert_int_equal(p.events, 0);
	assert_true(command(&p, "@governance", "sort", "Ask ann.", ""));
	assert_int_equal(community(&p).n_commands, 2);
	assert_true(command(&p, "@governance", "faq", "", ""));
	assert_false(command(&p, "@governance", "faq", "", ""));
	assert_refused(&p, "no_such_command", "faq");
	assert_true(command(&p, "@governance", "sort", "", ""));
	assert_int_equal(community(&p).n_commands, 0);
	after = play_digest(&p, p.state);
	assert_true(stoa_hash_is_equal(&before, &after));
	play_end(&p);
}

static void
test_commands_are_bounded(void **state)
{
	static const char *const bad[] = {"", "Faq", "a b", "a_b",
	    "abcdefghijklmnopqrstuvwxyz0123456", "\xc3\xa4"};
	char text[ACCOUNTS_COMMAND_TEXT_MAX + 2], name[8];
	struct play p;

	(void)state;
	open_community(&p);
	for (size_t i = 0; i < STOA_COUNT(bad); i++) {
		assert_false(command(&p, "@governance", bad[i], "x", ""));
		assert_refused(&p, "name_not_valid", "name 32");
	}
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_false(command(&p, "@governance", "a", text, ""));
	assert_refused(&p, "name_not_valid", "text 1000");
	assert_false(command(&p, "@governance", "a", "x", "m_aaaaaaaaaa"));
	assert_refused(&p, "name_not_valid", "text 1000");
	assert_false(command(&p, "@governance", "a", "", "u_aaaaaaaaaa"));
	assert_refused(&p, "name_not_valid", "model 16");
	for (unsigned i = 0; i < ACCOUNTS_COMMANDS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "a%u", i);
		assert_true(command(&p, "@governance", name, "x", ""));
	}
	assert_false(command(&p, "@governance", "b", "x", ""));
	assert_refused(&p, "too_many", "commands 25");
	assert_true(command(&p, "@governance", "a0", "y", ""));
	play_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_configure_sets_only_what_is_given),
	    cmocka_unit_test(
		test_configure_changes_how_new_members_are_greeted),
	    cmocka_unit_test(test_configure_none_greets_with_nothing),
	    cmocka_unit_test(test_configure_is_for_admins_and_the_bot),
	    cmocka_unit_test(test_configure_refuses_by_name_and_limit),
	    cmocka_unit_test(test_configure_refuses_a_kind_that_comes_twice),
	    cmocka_unit_test(test_commands_come_and_go_by_a_vote),
	    cmocka_unit_test(test_commands_are_bounded),
	    cmocka_unit_test(
		test_configure_is_in_the_digest_only_when_it_changes),
	    cmocka_unit_test(test_community_is_not_there_before_it_is_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
