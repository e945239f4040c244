/* test_setup.c - setting up a community: who may, what is asked of accounts,
 * and what is refused before that. */
#include "../unit.h"

#include "world.h"

#include "base/core.h"

#define ADA_ID	   "53908232506183680"
#define GRACE_ID   "80351110224678912"
#define LAB	   "290926798626357999"
#define ROLE	   "41771983423143936"
#define OTHER_ROLE "41771983423143937"
#define CHANNEL	   "1100000000000000001"
#define TEXT(text) ((char *)(uintptr_t)(text))

#define ORDINARY    STOA__CHAT__STANDING__ORDINARY
#define MANAGER	    STOA__CHAT__STANDING__MANAGER
#define MEMBER_ROLE STOA__ACCOUNTS__ROLE__MEMBER

static int
setup(void **state)
{
	*state = world_new(100);
	return 0;
}

static int
teardown(void **state)
{
	world_free(*state);
	return 0;
}

struct say {
	const char *user, *id;
	const char *option, *value; /* NULL: none */
	const char *token;	    /* instead of the command */
	const char *role;	    /* that they hold */
	Stoa__Chat__Standing standing;
};

static struct world_delivery *
say(struct world *w, const struct say *s)
{
	Stoa__Chat__Command c = STOA__CHAT__COMMAND__INIT;
	Stoa__Chat__Option option = STOA__CHAT__OPTION__INIT;
	Stoa__Chat__Option *options[] = {&option};
	char *roles[] = {TEXT(OTHER_ROLE), TEXT(s->role)};

	c.id = TEXT(s->id);
	c.workspace = TEXT(LAB);
	c.standing = s->standing;
	c.path = TEXT(s->token == NULL ? "setup" : "");
	c.token = TEXT(s->token == NULL ? "" : s->token);
	if (s->role != NULL) {
		c.roles = roles;
		c.n_roles = 2;
		c.has_roles = true;
	}
	if (s->option != NULL) {
		option.name = TEXT(s->option);
		option.value_case = STOA__CHAT__OPTION__VALUE_TEXT;
		option.text = TEXT(s->value);
		c.options = options;
		c.n_options = 1;
	}
	return world_deliver_discord(w, s->user, &c);
}

/* Who comes first; accounts is told of the roles, which are new to it. */
static void
meet_with_roles(struct world *w)
{
	world_meet(w);
	world_accept(w, world_expect(w, "Accounts", "ObserveRoles"), 1, NULL);
}

static void
members_answer(struct world *w)
{
	Stoa__Accounts__MembersReply reply =
	    STOA__ACCOUNTS__MEMBERS_REPLY__INIT;

	world_reply(w, world_expect(w, "Accounts", "Members"), &reply.base);
}

static void
assert_refused(const struct world *w, const char *code, const char *field)
{
	assert_non_null(w->final->problem);
	assert_string_equal(w->final->problem->code, code);
	assert_string_equal(w->final->problem->field, field);
	assert_string_not_equal(w->final->problem->limit, "");
	assert_string_not_equal(w->final->problem->fix, "");
	world_expect_silence(w);
}

static const Stoa__Accounts__Setting *
setting_expect(struct world *w, struct world_call **ret_call)
{
	const Stoa__Accounts__ConfigureRequest *in;
	struct world_call *call = world_expect(w, "Accounts", "Configure");

	in = call->request;
	assert_string_equal(call->actor, ""); /* the bot's own */
	assert_string_equal(in->member, MEMBER);
	assert_int_equal(in->n_settings, 1);
	*ret_call = call;
	return in->settings[0];
}

/* ---- what is set ---- */

static void
test_setup_passes_on_one_setting(void **state)
{
	static const struct {
		const char *option, *value;
		Stoa__Accounts__Setting__KindCase kind;
		int64_t micro;
		const char *text;
	} rows[] = {
	    {"name", "Model makers", STOA__ACCOUNTS__SETTING__KIND_NAME, 0,
		"Model makers"},
	    {"grant", "0", STOA__ACCOUNTS__SETTING__KIND_WELCOME_GRANT_MICRO, 0,
		NULL},
	    {"grant", "12.5", STOA__ACCOUNTS__SETTING__KIND_WELCOME_GRANT_MICRO,
		12500000, NULL},
	    {"grant", "1000000",
		STOA__ACCOUNTS__SETTING__KIND_WELCOME_GRANT_MICRO,
		INT64_C(1000000000000), NULL},
	    {"channel", CHANNEL, STOA__ACCOUNTS__SETTING__KIND_ANNOUNCE_CHANNEL,
		0, CHANNEL},
	    {"channel", "none", STOA__ACCOUNTS__SETTING__KIND_ANNOUNCE_CHANNEL,
		0, ""},
	    {"admins", ROLE, STOA__ACCOUNTS__SETTING__KIND_ADMIN_ROLE, 0, ROLE},
	    {"trainers", "none", STOA__ACCOUNTS__SETTING__KIND_TRAINER_ROLE, 0,
		""},
	};
	char id[16];

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct world *w = world_new(1);
		const Stoa__Accounts__Setting *setting;
		struct world_call *call;

		(void)snprintf(id, sizeof(id), "%zu", i);
		(void)say(w, &(struct say){.user = ADA_ID,
				 .id = id,
				 .option = rows[i].option,
				 .value = rows[i].value,
				 .standing = MANAGER});
		world_meet(w);
		world_balance(w, MEMBER_ROLE);
		setting = setting_expect(w, &call);
		assert_int_equal(setting->kind_case, rows[i].kind);
		if (rows[i].text == NULL) {
			assert_int_equal(
			    setting->welcome_grant_micro, rows[i].micro);
		} else {
			/* All texts share the union. */
			assert_string_equal(setting->name, rows[i].text);
		}
		world_accept(w, call, 9, NULL);
		/* What has just been set must be seen. */
		call = world_expect(w, "Accounts", "Community");
		assert_true(call->index_min >= 9);
		world_fail(w, call, STOA_TIMEOUT);
		world_free(w);
	}
}

static void
test_setup_refuses_by_field_limit_and_fix(void **state)
{
	static const struct {
		const char *option, *value, *code, *limit;
	} rows[] = {
	    {"grant", "1000000.000001", "too_large", "0 to 1000000 Joy"},
	    {"grant", "-1", "too_small", "0 to 1000000 Joy"},
	    {"grant", "many", "wrong_type", "Joy"},
	    {"channel", "general", "wrong_type", "none"},
	    {"channel", "7 7", "wrong_type", "none"},
	    {"admins", "Moderators", "wrong_type", "a role"},
	    {"trainers", "", "wrong_type", "a role"},
	};
	struct world *w = *state;
	char id[16];

	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		(void)snprintf(id, sizeof(id), "%zu", i);
		(void)say(w, &(struct say){.user = ADA_ID,
				 .id = id,
				 .option = rows[i].option,
				 .value = rows[i].value,
				 .standing = MANAGER});
		print_message("%s:%s\n", rows[i].option, rows[i].value);
		assert_refused(w, rows[i].code, rows[i].option);
		assert_non_null(
		    strstr(w->final->problem->limit, rows[i].limit));
	}
}

/* Everybody's role has the server's id on Discord. */
static void
test_setup_gives_no_rights_to_everybody(void **state)
{
	static const char *const options[] = {"admins", "trainers"};
	struct world *w = *state;

	for (size_t i = 0; i < STOA_COUNT(options); i++) {
		(void)say(w, &(struct say){.user = ADA_ID,
				 .id = options[i],
				 .option = options[i],
				 .value = LAB,
				 .standing = MANAGER});
		if (i == 0) {
			world_meet(w);
		}
		world_balance(w, MEMBER_ROLE);
		assert_refused(w, "role_of_everybody", options[i]);
	}
}

static void
test_setup_takes_a_mention_that_was_typed(void **state)
{
	static const struct {
		const char *line, *want;
	} rows[] = {
	    {"setup channel:<#" CHANNEL ">", CHANNEL},
	    {"setup admins:<@&" ROLE ">", ROLE},
	    {"setup trainers:" ROLE, ROLE},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct world *w = world_new(1);
		Stoa__Chat__Command c = STOA__CHAT__COMMAND__INIT;
		struct world_call *call;

		c.id = TEXT("1");
		c.raw = TEXT(rows[i].line);
		c.workspace = TEXT(LAB);
		c.standing = MANAGER;
		(void)world_deliver_discord(w, ADA_ID, &c);
		world_meet(w);
		world_balance(w, MEMBER_ROLE);
		assert_string_equal(
		    setting_expect(w, &call)->admin_role, rows[i].want);
		world_refuse(w, call, "id_not_valid", "admin_role");
		assert_string_equal(w->final->problem->code, "id_not_valid");
		world_free(w);
	}
}

/* ---- who may ---- */

static void
test_setup_is_for_holders_of_the_admin_role(void **state)
{
	struct world *w = *state;

	(void)say(w, &(struct say){.user = GRACE_ID,
			 .id = "1",
			 .role = ROLE,
			 .standing = ORDINARY});
	meet_with_roles(w);
	world_balance(w, MEMBER_ROLE);
	world_community(w, ROLE, "");
	/* Permitted; now the answer itself. */
	world_community(w, ROLE, "");
	members_answer(w);
	assert_null(w->final->problem);
	assert_non_null(strstr(w->final->plain, "You are: admin"));
}

static void
test_setup_is_not_for_trainers_or_other_roles(void **state)
{
	static const char *const admin_roles[] = {"", "7", ""};
	static const char *const trainer_roles[] = {"", ROLE, ROLE};
	struct world *w = *state;
	char id[16];

	for (size_t i = 0; i < STOA_COUNT(admin_roles); i++) {
		(void)snprintf(id, sizeof(id), "%zu", i);
		(void)say(w, &(struct say){.user = GRACE_ID,
				 .id = id,
				 .option = "admins",
				 .value = ROLE,
				 .role = ROLE,
				 .standing = ORDINARY});
		if (i == 0) {
			meet_with_roles(w);
		}
		world_balance(w, MEMBER_ROLE);
		world_community(w, admin_roles[i], trainer_roles[i]);
		members_answer(w); /* who can help */
		assert_refused(w, "not_permitted", "");
	}
}

/* A terminal has no servers: what it says of them is made up. */
static void
test_setup_believes_no_standing_of_a_terminal(void **state)
{
	Stoa__Chat__Command c = STOA__CHAT__COMMAND__INIT;
	struct world *w = *state;
	char *roles[] = {TEXT(ROLE)};

	c.id = TEXT("1");
	c.raw = TEXT("/setup admins:none");
	c.standing = STOA__CHAT__STANDING__HEAD;
	c.roles = roles;
	c.n_roles = 1;
	c.has_roles = true;
	(void)world_deliver(w, GRACE, &c, 1);
	world_meet(w);
	world_balance(w, MEMBER_ROLE);
	world_community(w, ROLE, ROLE);
	members_answer(w);
	assert_refused(w, "not_permitted", "");
}

/* ---- by hand ---- */

static const Stoa__Chat__Select *
select_find(const struct world *w, const char *option)
{
	for (size_t i = 0; i < w->final->n_selects; i++) {
		if (strcmp(w->final->selects[i]->option, option) == 0) {
			return w->final->selects[i];
		}
	}
	fail_msg("no list for %s", option);
	return NULL;
}

static void
wizard_show(struct world *w)
{
	(void)say(
	    w, &(struct say){.user = ADA_ID, .id = "1", .standing = MANAGER});
	world_meet(w);
	world_balance(w, MEMBER_ROLE);
	world_community(w, ROLE, "");
	members_answer(w);
}

static void
test_setup_shows_what_can_be_chosen(void **state)
{
	struct world *w = *state;
	const Stoa__Chat__Select *s;

	wizard_show(w);
	assert_string_equal(w->final->title, "This is a Stoa community");
	assert_int_equal(w->final->n_selects, 4);
	s = select_find(w, "grant");
	assert_int_equal(s->kind, STOA__CHAT__SELECT_KIND__CHOICES);
	assert_int_equal(s->n_choices, 4);
	assert_string_equal(s->value, "100");
	s = select_find(w, "channel");
	assert_int_equal(s->kind, STOA__CHAT__SELECT_KIND__CHANNEL);
	assert_string_equal(s->value, "");
	s = select_find(w, "admins");
	assert_int_equal(s->kind, STOA__CHAT__SELECT_KIND__ROLE);
	assert_string_equal(s->value, ROLE);
	assert_int_equal(
	    select_find(w, "trainers")->kind, STOA__CHAT__SELECT_KIND__ROLE);
	/* One that is set can be taken away. */
	assert_int_equal(w->final->n_buttons, 5);
	assert_string_equal(w->final->buttons[4]->label, "No admin role");
	/* What cannot be drawn can be typed. */
	assert_non_null(strstr(w->final->plain, "/setup channel:..."));
	assert_non_null(strstr(w->final->plain, "/setup grant:1000"));
}

static void
test_setup_lists_set_what_is_chosen(void **state)
{
	struct world *w = *state;
	struct world_call *call;
	char token[64];

	wizard_show(w);
	(void)snprintf(
	    token, sizeof(token), "%s", select_find(w, "trainers")->token);
	(void)say(w, &(struct say){.user = ADA_ID,
			 .id = "2",
			 .option = "value",
			 .value = OTHER_ROLE,
			 .token = token,
			 .standing = MANAGER});
	world_balance(w, MEMBER_ROLE);
	assert_string_equal(setting_expect(w, &call)->trainer_role, OTHER_ROLE);
	world_accept(w, call, 3, NULL);
	world_community(w, ROLE, OTHER_ROLE);
	members_answer(w);
	assert_string_equal(select_find(w, "trainers")->value, OTHER_ROLE);
	/* Somebody else who may manage the server may choose as well; whoever
	 * may not is told so. */
	(void)say(w, &(struct say){.user = GRACE_ID,
			 .id = "3",
			 .option = "value",
			 .value = ROLE,
			 .token = token,
			 .standing = ORDINARY});
	world_meet(w);
	world_balance(w, MEMBER_ROLE);
	members_answer(w);
	assert_refused(w, "not_permitted", "");
}

/* A card that was sent in person, pressed after its owner was elsewhere. */
static void
test_setup_in_person_stays_with_its_server(void **state)
{
	Stoa__Accounts__ResolveReply shop = STOA__ACCOUNTS__RESOLVE_REPLY__INIT;
	Stoa__Chat__Command c = STOA__CHAT__COMMAND__INIT;
	struct world *w = *state;
	struct world_call *call;
	char token[64];

	wizard_show(w);
	(void)snprintf(
	    token, sizeof(token), "%s", select_find(w, "grant")->token);
	c.id = TEXT("2");
	c.path = TEXT("models");
	c.workspace = TEXT("290926798626358000");
	c.standing = MANAGER;
	(void)world_deliver_discord(w, ADA_ID, &c);
	shop.community = TEXT("c_shopaaaaaa");
	shop.member = TEXT("u_memberbbbb");
	world_reply(w, world_expect(w, "Accounts", "Resolve"), &shop.base);
	world_balance(w, MEMBER_ROLE);
	world_fail(w, world_expect(w, "Training", "Models"), STOA_TIMEOUT);
	c.id = TEXT("3");
	c.path = TEXT("");
	c.workspace = TEXT("");
	c.token = token;
	c.standing = ORDINARY;
	(void)world_deliver_discord(w, ADA_ID, &c);
	call = world_expect(w, "Accounts", "Balance");
	assert_string_equal(call->community, COMMUNITY);
	world_fail(w, call, STOA_TIMEOUT);
}

static void
test_setup_on_a_terminal_has_no_lists_of_a_platform(void **state)
{
	struct world *w = *state;

	(void)world_say(w, ADA, "1", "/setup");
	world_meet(w);
	world_balance(w, STOA__ACCOUNTS__ROLE__OWNER);
	world_community(w, "", "");
	members_answer(w);
	assert_int_equal(w->final->n_selects, 1);
	assert_string_equal(w->final->selects[0]->option, "grant");
	assert_string_equal(w->final->selects[0]->token, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_setup_passes_on_one_setting),
	    TEST(test_setup_refuses_by_field_limit_and_fix),
	    TEST(test_setup_gives_no_rights_to_everybody),
	    cmocka_unit_test(test_setup_takes_a_mention_that_was_typed),
	    TEST(test_setup_is_for_holders_of_the_admin_role),
	    TEST(test_setup_is_not_for_trainers_or_other_roles),
	    TEST(test_setup_believes_no_standing_of_a_terminal),
	    TEST(test_setup_shows_what_can_be_chosen),
	    TEST(test_setup_lists_set_what_is_chosen),
	    TEST(test_setup_in_person_stays_with_its_server),
	    TEST(test_setup_on_a_terminal_has_no_lists_of_a_platform),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
