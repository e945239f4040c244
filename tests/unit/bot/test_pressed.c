/* test_pressed.c - options typed as text, forms, and what is pressed. */
#include "../unit.h"

#include "world.h"

#include "base/core.h"
#include "bot/action.h"
#include "bot/limits.h"
#include "bot/parts.h"

#define ADA_ID	   "53908232506183680"
#define GRACE_ID   "80351110224678912"
#define LAB	   "290926798626357999"
#define CID	   "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
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

/* ---- what a member sends ---- */

#define OPTIONS_MAX 4

static struct {
	Stoa__Chat__Command command;
	Stoa__Chat__Option options[OPTIONS_MAX], *list[OPTIONS_MAX];
} sent;

static void
command_begin(const char *id)
{
	memset(&sent, 0, sizeof(sent));
	stoa__chat__command__init(&sent.command);
	sent.command.id = TEXT(id);
	sent.command.workspace = TEXT(LAB);
	sent.command.standing = STOA__CHAT__STANDING__ORDINARY;
	sent.command.options = sent.list;
	sent.command.can_form = true;
}

static void
option_add(const char *name, const char *text)
{
	size_t i = sent.command.n_options++;

	assert_true(i < OPTIONS_MAX);
	sent.list[i] = &sent.options[i];
	stoa__chat__option__init(&sent.options[i]);
	sent.options[i].name = TEXT(name);
	sent.options[i].value_case = STOA__CHAT__OPTION__VALUE_TEXT;
	sent.options[i].text = TEXT(text);
}

static struct world_delivery *
send_as(struct world *w, const char *user)
{
	return world_deliver_discord(w, user, &sent.command);
}

static struct world_delivery *
press(struct world *w, const char *user, const char *id, const char *token)
{
	command_begin(id);
	sent.command.token = TEXT(token);
	return send_as(w, user);
}

static void
assert_refused(const struct world *w, const char *code)
{
	assert_non_null(w->final->problem);
	assert_string_equal(w->final->problem->code, code);
	assert_int_equal(w->final->severity, STOA__CHAT__SEVERITY__REFUSED);
	assert_int_equal(w->final->visibility, STOA__CHAT__VISIBILITY__ASKER);
	assert_string_not_equal(w->final->problem->fix, "");
	world_expect_silence(w);
}

/* ---- options as text ---- */

static void
test_bot_reads_options_that_came_as_text(void **state)
{
	struct world *w = *state;
	const Stoa__Accounts__TransferRequest *transfer;
	const Stoa__Training__SubmitJobRequest *train;
	struct world_call *call;

	command_begin("1");
	sent.command.path = TEXT("transfer");
	option_add("to", "u_memberbbbb");
	option_add("amount", "12.5");
	option_add("memo", "1.5");
	(void)send_as(w, ADA_ID);
	world_meet(w);
	call = world_expect(w, "Accounts", "Transfer");
	transfer = call->request;
	assert_string_equal(transfer->to, "u_memberbbbb");
	assert_int_equal(transfer->amount_micro, 12500000);
	assert_string_equal(transfer->memo, "1.5");
	world_fail(w, call, STOA_NO_SPACE);

	command_begin("2");
	sent.command.path = TEXT("train");
	option_add("dataset", CID);
	option_add("parameters", " {\"epochs\": 10} ");
	option_add("max_spend", "2");
	(void)send_as(w, ADA_ID);
	call = world_expect(w, "Training", "SubmitJob");
	train = call->request;
	assert_string_equal(train->dataset, CID);
	assert_int_equal(train->max_spend_micro, 2000000);
	world_fail(w, call, STOA_NO_SPACE);

	command_begin("3");
	sent.command.path = TEXT("jobs");
	option_add("mine", "yes");
	(void)send_as(w, ADA_ID);
	call = world_expect(w, "Training", "Jobs");
	assert_string_equal(
	    ((const Stoa__Training__JobsQuery *)call->request)->member, MEMBER);
	world_fail(w, call, STOA_TIMEOUT);
}

static void
test_bot_refuses_bad_text_by_name(void **state)
{
	static const struct {
		const char *path, *name, *text, *code;
	} rows[] = {
	    {"transfer", "amount", "1,5", "wrong_type"},
	    {"transfer", "amount", "", "wrong_type"},
	    {"transfer", "amount", "-1", "too_small"},
	    {"transfer", "amount", "0", "too_small"},
	    {"transfer", "amount", "1e3", "wrong_type"},
	    {"transfer", "amount", "0.0000001", "wrong_type"},
	    {"train", "parameters", "epochs 10", "malformed_json"},
	    {"train", "parameters", "[1]", "wrong_type"},
	    {"train", "max_spend", "free", "wrong_type"},
	    {"jobs", "mine", "maybe", "wrong_type"},
	    {"jobs", "theirs", "true", "unknown_option"},
	    {"model", "id", "", "too_short"},
	};
	struct world *w = *state;

	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		char id[16];

		(void)snprintf(id, sizeof(id), "%zu", i);
		command_begin(id);
		sent.command.path = TEXT(rows[i].path);
		sent.command.can_form = false;
		option_add(rows[i].name, rows[i].text);
		(void)send_as(w, ADA_ID);
		print_message("%s:%s\n", rows[i].name, rows[i].text);
		assert_non_null(w->final->problem);
		print_message("  %s\n", w->final->problem->code);
		assert_string_equal(w->final->problem->field, rows[i].name);
		assert_string_equal(w->final->problem->code, rows[i].code);
		assert_int_equal(
		    w->final->visibility, STOA__CHAT__VISIBILITY__ASKER);
		world_expect_silence(w);
	}
}

/* What is said to the bot by name needs no slash; the terminal's does. */
static void
test_bot_needs_no_slash_behind_a_mention(void **state)
{
	static const char *const lines[] = {
	    "help", "/help", "help command:ask"};
	struct world *w = *state;

	for (size_t i = 0; i < STOA_COUNT(lines); i++) {
		char id[16];

		(void)snprintf(id, sizeof(id), "%zu", i);
		command_begin(id);
		sent.command.raw = TEXT(lines[i]);
		(void)send_as(w, ADA_ID);
		assert_null(w->final->problem);
	}
	command_begin("x");
	sent.command.raw = TEXT("hello there");
	(void)send_as(w, ADA_ID);
	assert_refused(w, "unknown_command");
	(void)world_say(w, ADA, "y", "help");
	assert_non_null(w->final->problem);
}

/* ---- forms ---- */

static void
test_bot_asks_for_what_is_missing_by_a_form(void **state)
{
	struct world *w = *state;
	const Stoa__Chat__Form *form;

	command_begin("1");
	sent.command.path = TEXT("ask");
	option_add("model", "my \"best\" one");
	(void)send_as(w, ADA_ID);
	form = w->final->form;
	assert_non_null(form);
	assert_null(w->final->problem);
	assert_int_equal(form->n_inputs, 1);
	assert_string_equal(form->inputs[0]->option, "question");
	assert_true(form->inputs[0]->is_required);
	assert_true(form->inputs[0]->is_long);
	assert_true(strlen(form->title) <= 45);
	assert_true(strlen(form->inputs[0]->label) <= 45);
	assert_string_not_equal(form->token, "");
	assert_int_equal(w->final->visibility, STOA__CHAT__VISIBILITY__ASKER);
	assert_true(w->final->is_final);
	world_expect_silence(w);
	/* Where no form can be shown it is a refusal. */
	command_begin("2");
	sent.command.path = TEXT("ask");
	sent.command.can_form = false;
	option_add("model", "intents");
	(void)send_as(w, ADA_ID);
	assert_null(w->final->form);
	assert_refused(w, "missing_option");
	assert_string_equal(w->final->problem->field, "question");
	/* A wrong option is not mended by a form. */
	command_begin("3");
	sent.command.path = TEXT("ask");
	option_add("nothing", "x");
	(void)send_as(w, ADA_ID);
	assert_refused(w, "unknown_option");
}

static void
test_bot_takes_a_form_that_was_filled_in(void **state)
{
	struct world *w = *state;
	const Stoa__Accounts__TransferRequest *in;
	struct world_call *call;
	const char *token;

	command_begin("1");
	sent.command.path = TEXT("transfer");
	option_add("memo", "for \"you\"\\");
	(void)send_as(w, ADA_ID);
	assert_int_equal(w->final->form->n_inputs, 2);
	token = w->final->form->token;
	command_begin("2");
	sent.command.token = TEXT(token);
	sent.command.can_form = false;
	option_add("to", "u_memberbbbb");
	option_add("amount", "0.25");
	(void)send_as(w, ADA_ID);
	world_meet(w);
	call = world_expect(w, "Accounts", "Transfer");
	in = call->request;
	assert_string_equal(call->command_id, "2");
	assert_string_equal(in->to, "u_memberbbbb");
	assert_int_equal(in->amount_micro, 250000);
	assert_string_equal(in->memo, "for \"you\"\\");
	world_fail(w, call, STOA_NO_SPACE);
	/* Filled in badly: said by name, and the form is still good. */
	command_begin("3");
	sent.command.token = TEXT(token);
	sent.command.can_form = false;
	option_add("to", "u_memberbbbb");
	option_add("amount", "much");
	(void)send_as(w, ADA_ID);
	assert_refused(w, "wrong_type");
	assert_string_equal(w->final->problem->field, "amount");
	/* It moves money: nobody else may. */
	command_begin("4");
	sent.command.token = TEXT(token);
	option_add("to", "u_memberbbbb");
	option_add("amount", "1");
	(void)send_as(w, GRACE_ID);
	assert_refused(w, "not_your_action");
}

/* ---- what is pressed ---- */

/* A card with these commands, as if the bot had sent it to Ada. */
static void
card_keep(struct world *w, const char *first, const char *second,
    Stoa__Chat__Button buttons[2], Stoa__Chat__Select *select)
{
	Stoa__Chat__Card card = STOA__CHAT__CARD__INIT;
	Stoa__Chat__Actions asker = STOA__CHAT__ACTIONS__INIT;
	Stoa__Chat__Button *list[] = {&buttons[0], &buttons[1]};
	struct bot_actions kept;
	struct stoa_str *value = stoa_arena_alloc(&w->arena, sizeof(*value));

	for (size_t i = 0; i < 2; i++) {
		stoa__chat__button__init(&buttons[i]);
		buttons[i].does_case = STOA__CHAT__BUTTON__DOES_COMMAND;
		buttons[i].command = TEXT(i == 0 ? first : second);
	}
	stoa__chat__select__init(select);
	select->command = TEXT("/model");
	select->option = TEXT("id");
	card.buttons = list;
	card.n_buttons = 2;
	card.select = select;
	asker.platform = TEXT("discord");
	asker.user = TEXT(ADA_ID);
	assert_true(bot_action_attach(&w->arena,
	    STOA_STR("0123456789abcdef0123456789abcdef"), &card, &asker,
	    &kept));
	assert_non_null(value);
	*value = kept.packed;
	(void)stoa_map_put(&w->kept, stoa_str_of(kept.reference), value);
}

static void
test_bot_runs_the_command_of_a_button(void **state)
{
	struct world *w = *state;
	Stoa__Chat__Button buttons[2];
	Stoa__Chat__Select select;
	struct world_call *call;

	card_keep(
	    w, "/help command:train", "/models after:m_1", buttons, &select);
	(void)press(w, ADA_ID, "1", buttons[0].token);
	assert_memory_equal(w->final->title, "/train ", 7);
	(void)press(w, ADA_ID, "2", buttons[1].token);
	world_meet(w);
	call = world_expect(w, "Training", "Models");
	assert_string_equal(
	    ((const Stoa__Training__ModelsQuery *)call->request)->after, "m_1");
	world_fail(w, call, STOA_TIMEOUT);
}

static void
test_bot_runs_the_command_of_a_chosen_value(void **state)
{
	struct world *w = *state;
	Stoa__Chat__Button buttons[2];
	Stoa__Chat__Select select;
	struct world_call *call;

	card_keep(w, "/help", "/models", buttons, &select);
	command_begin("1");
	sent.command.token = select.token;
	option_add("value", "m_7f2w5k9cqz");
	(void)send_as(w, ADA_ID);
	world_meet(w);
	call = world_expect(w, "Training", "Model");
	assert_string_equal(
	    ((const Stoa__Training__ModelQuery *)call->request)->model,
	    "m_7f2w5k9cqz");
	world_fail(w, call, STOA_TIMEOUT);
}

static void
test_bot_lets_others_look_but_not_act(void **state)
{
	struct world *w = *state;
	Stoa__Chat__Button buttons[2];
	Stoa__Chat__Select select;

	card_keep(w, "/cancel job:j_1", "/models", buttons, &select);
	(void)press(w, GRACE_ID, "1", buttons[0].token);
	assert_refused(w, "not_your_action");
	assert_non_null(strstr(w->final->problem->fix, "/cancel job:j_1"));
	(void)press(w, GRACE_ID, "2", buttons[1].token);
	world_meet(w);
	world_fail(w, world_expect(w, "Training", "Models"), STOA_TIMEOUT);
}

static void
test_bot_refuses_tokens_that_stand_for_nothing(void **state)
{
	struct world *w = *state;
	Stoa__Chat__Button buttons[2];
	Stoa__Chat__Command c = STOA__CHAT__COMMAND__INIT;
	Stoa__Chat__Select select;
	char forged[BOT_TOKEN_SIZE];

	card_keep(w, "/help", "/models", buttons, &select);
	(void)press(w, ADA_ID, "1", "click_one");
	assert_refused(w, "action_expired");
	(void)snprintf(forged, sizeof(forged), "%s", buttons[0].token);
	forged[strlen(forged) - 1] ^= 1;
	(void)press(w, ADA_ID, "2", forged);
	assert_refused(w, "action_expired");
	/* Of another platform. */
	c.id = TEXT("3");
	c.token = buttons[0].token;
	(void)world_deliver(w, ADA_ID, &c, 1);
	assert_refused(w, "action_expired");
	/* The broker has forgotten it. */
	stoa_map_fini(&w->kept);
	stoa_map_init(&w->kept, 7);
	(void)press(w, ADA_ID, "4", buttons[0].token);
	assert_refused(w, "action_expired");
}

static void
test_bot_tries_again_when_the_broker_keeps_nothing(void **state)
{
	struct world *w = *state;
	Stoa__Chat__Button buttons[2];
	Stoa__Chat__Select select;
	struct world_delivery *d;

	card_keep(w, "/help", "/models", buttons, &select);
	w->store_status = STOA_TIMEOUT;
	d = press(w, ADA_ID, "1", buttons[0].token);
	assert_int_equal(d->end, WORLD_RETRIED);
	command_begin("2");
	sent.command.path = TEXT("ask");
	option_add("model", "intents");
	d = send_as(w, ADA_ID);
	assert_int_equal(d->end, WORLD_RETRIED);
	assert_int_equal(w->final_count, 0);
	w->store_status = STOA_OK;
	d = press(w, ADA_ID, "1", buttons[0].token);
	assert_int_equal(d->end, WORLD_ACKED);
}

/* What the bot itself sends can be pressed. */
static void
test_bot_keeps_what_its_buttons_stand_for(void **state)
{
	struct world *w = *state;
	Stoa__Accounts__MembersReply none = STOA__ACCOUNTS__MEMBERS_REPLY__INIT;
	char token[64];

	command_begin("1");
	sent.command.path = TEXT("setup");
	sent.command.standing = STOA__CHAT__STANDING__HEAD;
	(void)send_as(w, ADA_ID);
	world_meet(w);
	world_balance(w, STOA__ACCOUNTS__ROLE__OWNER);
	world_community(w, "", "");
	world_reply(w, world_expect(w, "Accounts", "Members"), &none.base);
	assert_int_equal(w->kept.count, 1);
	(void)snprintf(token, sizeof(token), "%s", w->final->buttons[1]->token);
	(void)press(w, ADA_ID, "2", token);
	assert_memory_equal(w->final->title, "/upload ", 8);
	/* The terminal shows what would be typed. */
	(void)world_say(w, ADA, "1", "/setup");
	world_meet(w);
	world_balance(w, STOA__ACCOUNTS__ROLE__OWNER);
	world_community(w, "", "");
	world_reply(w, world_expect(w, "Accounts", "Members"), &none.base);
	assert_string_equal(w->final->buttons[0]->command, "/help");
}

/* Edits of one card: kept once, and again if that has failed. */
static void
test_bot_keeps_live_buttons_until_they_are_kept(void **state)
{
	static const enum stoa_status broker[] = {STOA_TIMEOUT, STOA_OK};
	struct world *w = *state;
	struct bot_address to = {.platform = "discord", .user = ADA_ID};

	for (size_t i = 0; i < STOA_COUNT(broker); i++) {
		Stoa__Chat__Card card = STOA__CHAT__CARD__INIT;
		Stoa__Chat__Button button = STOA__CHAT__BUTTON__INIT;
		Stoa__Chat__Button *list[] = {&button};

		button.does_case = STOA__CHAT__BUTTON__DOES_COMMAND;
		button.command = TEXT("/jobs");
		card.buttons = list;
		card.n_buttons = 1;
		w->store_status = broker[i];
		bot_pressed_keep_live(w->bot, &w->arena, &card, &to);
		assert_int_equal(w->kept.count, i);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_bot_reads_options_that_came_as_text),
	    TEST(test_bot_refuses_bad_text_by_name),
	    TEST(test_bot_needs_no_slash_behind_a_mention),
	    TEST(test_bot_asks_for_what_is_missing_by_a_form),
	    TEST(test_bot_takes_a_form_that_was_filled_in),
	    TEST(test_bot_runs_the_command_of_a_button),
	    TEST(test_bot_runs_the_command_of_a_chosen_value),
	    TEST(test_bot_lets_others_look_but_not_act),
	    TEST(test_bot_refuses_tokens_that_stand_for_nothing),
	    TEST(test_bot_tries_again_when_the_broker_keeps_nothing),
	    TEST(test_bot_keeps_live_buttons_until_they_are_kept),
	    TEST(test_bot_keeps_what_its_buttons_stand_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
