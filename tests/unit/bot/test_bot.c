/* How the bot takes commands: who, in which order, how often, and the one
 * final card. */
#include "../unit.h"

#include "world.h"

#include "base/core.h"
#include "bot/limits.h"

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
balance_answer(struct world *w, int64_t joy_micro)
{
	Stoa__Accounts__BalanceReply balance =
	    STOA__ACCOUNTS__BALANCE_REPLY__INIT;

	balance.joy_micro = joy_micro;
	balance.role = STOA__ACCOUNTS__ROLE__MEMBER;
	world_reply(w, world_expect(w, "Accounts", "Balance"), &balance.base);
}

/* ---- who ---- */

static void
test_bot_first_member_links_and_opens_the_community(void **state)
{
	struct world *w = *state;
	Stoa__Accounts__ResolveReply ids = STOA__ACCOUNTS__RESOLVE_REPLY__INIT;
	struct world_delivery *d = world_say(w, ADA, "x1", "/balance");
	const Stoa__Accounts__LinkRequest *link;
	const Stoa__Accounts__OpenCommunityRequest *open;
	struct world_call *call;

	call = world_expect(w, "Accounts", "Resolve");
	assert_string_equal(call->community, "directory");
	world_reply(w, call, &ids.base);
	call = world_expect(w, "Accounts", "Link");
	assert_string_equal(call->actor, "");
	link = call->request;
	assert_int_equal(link->user_key.len, 32);
	assert_int_equal(link->workspace_key.len, 32);
	world_accept(w, call, 5, NULL);
	call = world_expect(w, "Accounts", "Resolve");
	assert_int_equal(call->index_min, 5);
	ids.community = (char *)(uintptr_t)COMMUNITY;
	ids.member = (char *)(uintptr_t)MEMBER;
	world_reply(w, call, &ids.base);
	world_fail(w, world_expect(w, "Accounts", "Balance"), STOA_NOT_FOUND);
	call = world_expect(w, "Accounts", "OpenCommunity");
	assert_string_equal(call->actor, MEMBER);
	assert_string_equal(call->command_id, "open-" MEMBER);
	open = call->request;
	assert_int_equal(open->welcome_grant_micro, 100000000);
	assert_string_equal(open->name, "home");
	world_accept(w, call, 1, NULL);
	call = world_expect(w, "Accounts", "Balance");
	assert_string_equal(call->community, COMMUNITY);
	assert_int_equal(call->index_min, 1);
	world_reply(w, call,
	    &(Stoa__Accounts__BalanceReply)
		 STOA__ACCOUNTS__BALANCE_REPLY__INIT.base);
	assert_int_equal(d->end, WORLD_ACKED);
	assert_string_equal(w->subject, "stoa.chat.out.console." ADA ".x1");
	assert_string_equal(w->final->id, "x1");
	assert_int_equal(w->final->visibility, STOA__CHAT__VISIBILITY__ASKER);
}

static void
test_bot_second_member_joins(void **state)
{
	struct world *w = *state;
	Stoa__Accounts__ResolveReply ids = STOA__ACCOUNTS__RESOLVE_REPLY__INIT;
	struct world_call *call;

	(void)world_say(w, GRACE, "x1", "/balance");
	ids.community = (char *)(uintptr_t)COMMUNITY;
	ids.member = (char *)(uintptr_t)MEMBER;
	world_reply(w, world_expect(w, "Accounts", "Resolve"), &ids.base);
	world_fail(w, world_expect(w, "Accounts", "Balance"), STOA_NOT_FOUND);
	world_refuse(w, world_expect(w, "Accounts", "OpenCommunity"),
	    "not_permitted", "");
	call = world_expect(w, "Accounts", "Join");
	assert_string_equal(call->actor, "");
	assert_string_equal(call->command_id, "join-" MEMBER);
	/* Another bot was faster: fine. */
	world_refuse(w, call, "already_member", MEMBER);
	balance_answer(w, 0);
	assert_int_equal(w->final_count, 1);
}

static void
test_bot_remembers_who_somebody_is(void **state)
{
	struct world *w = *state;

	(void)world_say(w, ADA, "x1", "/balance");
	world_meet(w);
	balance_answer(w, 0);
	(void)world_say(w, ADA, "x2", "/balance");
	balance_answer(w, 0);
	assert_int_equal(w->final_count, 2);
}

static void
test_bot_users_have_different_keys(void **state)
{
	struct world *w = *state;
	const Stoa__Accounts__ResolveQuery *ada, *grace;
	struct world_call *first, *second;

	(void)world_say(w, ADA, "x1", "/balance");
	(void)world_say(w, GRACE, "x1", "/balance");
	first = world_expect(w, "Accounts", "Resolve");
	second = world_expect(w, "Accounts", "Resolve");
	ada = first->request;
	grace = second->request;
	assert_memory_equal(
	    ada->workspace_key.data, grace->workspace_key.data, 32);
	assert_memory_not_equal(ada->user_key.data, grace->user_key.data, 32);
	assert_memory_not_equal(
	    ada->user_key.data, ada->workspace_key.data, 32);
	world_fail(w, first, STOA_TIMEOUT);
	world_fail(w, second, STOA_TIMEOUT);
}

static void
test_bot_help_and_status_need_nobody(void **state)
{
	struct world *w = *state;

	(void)world_say(w, ADA, "x1", "/help");
	assert_int_equal(w->final_count, 1);
	(void)world_say(w, ADA, "x2", "/status");
	world_expect_silence(w);
	w->gather(w->gather_owner, STOA_OK,
	    STOA_STR("{\"name\":\"training\",\"version\":\"0.1.0\"}"), NULL);
	w->gather(w->gather_owner, STOA_OK, STOA_STR("garbage"), NULL);
	w->gather(w->gather_owner, STOA_OK,
	    STOA_STR("{\"name\":\"training\",\"version\":\"0.1.0\"}"), NULL);
	w->gather(
	    w->gather_owner, STOA_TIMEOUT, (struct stoa_str){NULL, 0}, NULL);
	assert_int_equal(w->final_count, 2);
	assert_string_equal(w->final->title, "Something is down");
	for (size_t i = 0; i < w->final->table->n_rows; i++) {
		char **cells = w->final->table->rows[i]->cells;
		bool is_training = strcmp(cells[0], "training") == 0;

		assert_string_equal(cells[2], is_training ? "2" : "0");
	}
}

/* ---- order ---- */

static void
test_bot_keeps_the_order_of_one_member(void **state)
{
	struct world *w = *state;
	struct world_delivery *first = world_say(w, ADA, "x1", "/balance");
	struct world_delivery *second = world_say(w, ADA, "x2", "/balance");

	world_meet(w);
	assert_int_equal(second->end, WORLD_OPEN);
	balance_answer(w, 0);
	assert_int_equal(first->end, WORLD_ACKED);
	assert_int_equal(second->end, WORLD_OPEN);
	balance_answer(w, 0);
	assert_int_equal(second->end, WORLD_ACKED);
	assert_string_equal(w->final->id, "x2");
}

static void
test_bot_members_do_not_wait_for_each_other(void **state)
{
	struct world *w = *state;
	struct world_delivery *slow = world_say(w, ADA, "x1", "/balance");
	struct world_delivery *quick = world_say(w, GRACE, "x1", "/help");

	assert_int_equal(quick->end, WORLD_ACKED);
	assert_int_equal(slow->end, WORLD_OPEN);
	world_meet(w);
	balance_answer(w, 0);
}

static void
test_bot_refuses_more_than_may_wait(void **state)
{
	struct world *w = *state;
	struct world_delivery *last;
	char id[16];

	(void)world_say(w, ADA, "x", "/balance");
	for (int i = 0; i < BOT_WAITING_MAX; i++) {
		(void)snprintf(id, sizeof(id), "w%d", i);
		last = world_say(w, ADA, id, "/help");
		assert_int_equal(last->end, WORLD_OPEN);
	}
	last = world_say(w, ADA, "more", "/help");
	assert_int_equal(last->end, WORLD_ACKED);
	assert_string_equal(w->final->problem->code, "too_many_waiting");
	world_meet(w);
	balance_answer(w, 0);
	assert_int_equal(w->final_count, BOT_WAITING_MAX + 2);
}

/* ---- once ---- */

static void
test_bot_holds_back_a_second_copy_of_what_runs(void **state)
{
	struct world *w = *state;
	struct world_delivery *first = world_say(w, ADA, "x1", "/balance");
	struct world_delivery *copy = world_say(w, ADA, "x1", "/balance");

	assert_int_equal(copy->end, WORLD_RETRIED);
	assert_int_equal(copy->retry_us, BOT_COPY_US);
	world_meet(w);
	balance_answer(w, 0);
	assert_int_equal(first->end, WORLD_ACKED);
	assert_int_equal(w->final_count, 1);
}

static void
test_bot_same_id_of_two_members_are_two_commands(void **state)
{
	struct world *w = *state;

	(void)world_say(w, ADA, "x1", "/balance");
	(void)world_say(w, GRACE, "x1", "/help");
	assert_string_equal(w->id, "console|" GRACE "|x1");
	world_meet(w);
	balance_answer(w, 0);
	assert_string_equal(w->id, "console|" ADA "|x1");
}

static void
test_bot_card_sent_before_is_fine(void **state)
{
	struct world *w = *state;

	w->store_status = STOA_EXISTS;
	assert_int_equal(world_say(w, ADA, "x1", "/help")->end, WORLD_ACKED);
}

static void
test_bot_card_not_taken_lets_the_command_come_again(void **state)
{
	struct world *w = *state;
	struct world_delivery *d;

	w->store_status = STOA_TIMEOUT;
	d = world_say(w, ADA, "x1", "/help");
	assert_int_equal(d->end, WORLD_RETRIED);
	w->store_status = STOA_OK;
	assert_int_equal(world_say(w, ADA, "x1", "/help")->end, WORLD_ACKED);
}

static void
test_bot_tells_the_broker_that_it_is_at_work(void **state)
{
	struct world *w = *state;
	struct world_delivery *running = world_say(w, ADA, "x1", "/balance");
	struct world_delivery *waiting = world_say(w, ADA, "x2", "/help");

	world_pass(w, BOT_PULSE_US);
	world_pass(w, BOT_PULSE_US / 2);
	world_pass(w, BOT_PULSE_US / 2);
	assert_int_equal(running->pulses, 2);
	assert_int_equal(waiting->pulses, 2);
	world_meet(w);
	balance_answer(w, 0);
}

/* ---- what is not a command ---- */

static void
test_bot_drops_what_cannot_be_answered(void **state)
{
	static const char *const ids[] = {"", "a.b", "a b", ">"};
	struct world *w = *state;
	Stoa__Chat__Command command = STOA__CHAT__COMMAND__INIT;

	for (size_t i = 0; i < STOA_COUNT(ids); i++) {
		command.id = (char *)(uintptr_t)ids[i];
		assert_int_equal(
		    world_deliver(w, ADA, &command, 1)->end, WORLD_DROPPED);
	}
	command.id = (char *)(uintptr_t) "x1";
	assert_int_equal(
	    world_deliver(w, "t_a.b", &command, 1)->end, WORLD_DROPPED);
	assert_int_equal(w->warn_count, STOA_COUNT(ids) + 1);
	assert_int_equal(w->final_count, 0);
}

static void
test_bot_explains_what_is_wrong_with_a_line(void **state)
{
	struct world *w = *state;

	(void)world_say(w, ADA, "x1", "/transfer to:u_memberaaaa amount:1,5");
	assert_string_equal(w->final->problem->field, "amount");
	assert_string_not_equal(w->final->problem->limit, "");
	assert_string_not_equal(w->final->problem->fix, "");
	world_expect_silence(w);
}

static void
test_bot_checks_typed_options_as_well(void **state)
{
	struct world *w = *state;
	Stoa__Chat__Command command = STOA__CHAT__COMMAND__INIT;
	Stoa__Chat__Option option = STOA__CHAT__OPTION__INIT;
	Stoa__Chat__Option *options[] = {&option};

	command.id = (char *)(uintptr_t) "x1";
	command.path = (char *)(uintptr_t) "job";
	option.name = (char *)(uintptr_t) "id";
	option.value_case = STOA__CHAT__OPTION__VALUE_INTEGER;
	command.options = options;
	command.n_options = 1;
	(void)world_deliver(w, ADA, &command, 1);
	assert_string_equal(w->final->problem->code, "wrong_type");
	assert_string_equal(w->final->problem->field, "id");
}

/* ---- limits ---- */

static void
test_bot_limits_by_member_and_cost(void **state)
{
	struct world *w = *state;

	w->is_denied = true;
	(void)world_say(w, ADA, "x1", "/transfer to:u_memberaaaa amount:1");
	assert_string_equal(w->limit_key, "console." ADA ".money");
	assert_string_equal(w->final->problem->code, "RATE_LIMITED");
	assert_int_equal(w->final->problem->retry_after_us, 3000000);
	assert_null(strstr(w->final->plain, "each bot alone"));
	w->is_alone = true;
	(void)world_say(w, ADA, "x2", "/no-such-command");
	assert_string_equal(w->limit_key, "console." ADA ".cheap");
	assert_non_null(strstr(w->final->plain, "each bot alone"));
	world_expect_silence(w);
}

static void
test_bot_does_not_limit_what_comes_again(void **state)
{
	struct world *w = *state;
	Stoa__Chat__Command command = STOA__CHAT__COMMAND__INIT;

	w->is_denied = true;
	command.id = (char *)(uintptr_t) "x1";
	command.raw = (char *)(uintptr_t) "/help";
	(void)world_deliver(w, ADA, &command, 2);
	assert_int_equal(w->limit_count, 0);
	assert_string_equal(w->final->title, "What you can do");
}

static void
test_bot_rate_factor_multiplies(void **state)
{
	struct world *w;

	(void)state;
	w = world_new(1000000);
	(void)world_say(w, ADA, "x1", "/help");
	assert_int_equal(w->interval_us, 1);
	world_free(w);
	w = world_new(2);
	(void)world_say(w, ADA, "x1", "/help");
	assert_int_equal(w->interval_us, BOT_CHEAP_INTERVAL_US / 2);
	world_free(w);
}

/* ---- services that do not answer ---- */

static void
test_bot_query_without_answer_says_who_is_silent(void **state)
{
	struct world *w = *state;
	struct world_call *call;

	(void)world_say(w, ADA, "x1", "/jobs");
	world_meet(w);
	call = world_expect(w, "Training", "Jobs");
	assert_int_equal(call->timeout_us, BOT_QUERY_US);
	world_fail(w, call, STOA_TIMEOUT);
	assert_string_equal(w->final->title, "training does not answer now");
	assert_non_null(strstr(w->final->text, "nothing was lost"));
	assert_true(w->final->problem->is_retryable);
}

static void
test_bot_command_is_tried_again_with_its_id(void **state)
{
	struct world *w = *state;
	struct world_call *call;

	(void)world_say(w, ADA, "x1", "/transfer to:u_memberbbbb amount:1");
	world_meet(w);
	call = world_expect(w, "Accounts", "Transfer");
	assert_int_equal(call->timeout_us, BOT_COMMAND_US);
	world_fail(w, call, STOA_UNAVAILABLE);
	world_expect_silence(w);
	world_pass(w, BOT_AGAIN_US_MIN);
	call = world_expect(w, "Accounts", "Transfer");
	assert_string_equal(call->command_id, "x1");
	assert_int_equal(call->timeout_us, BOT_COMMAND_US - BOT_AGAIN_US_MIN);
	world_fail(w, call, STOA_CONFLICT);
	world_pass(w, BOT_AGAIN_US_MIN);
	world_expect_silence(w);
	world_pass(w, BOT_AGAIN_US_MIN);
	call = world_expect(w, "Accounts", "Transfer");
	/* A full disk does not mend itself. */
	world_fail(w, call, STOA_NO_SPACE);
	assert_string_equal(w->final->problem->code, "NO_SPACE");
}

static void
test_bot_command_ends_within_its_time(void **state)
{
	struct world *w = *state;
	struct world_call *call;

	(void)world_say(w, ADA, "x1", "/transfer to:u_memberbbbb amount:1");
	world_meet(w);
	call = world_expect(w, "Accounts", "Transfer");
	world_pass(w, BOT_COMMAND_US);
	world_fail(w, call, STOA_TIMEOUT);
	assert_int_equal(w->final_count, 1);
	/* Nobody knows whether it has happened: the card must not deny it. */
	assert_non_null(strstr(w->final->text, "may still happen"));
	assert_false(w->final->problem->is_retryable);
}

/* ---- stopping ---- */

static void
test_bot_drain_takes_no_more_and_ends_what_runs(void **state)
{
	struct world *w = *state;
	struct world_delivery *running = world_say(w, ADA, "x1", "/balance");

	bot_part.drain(w->bot);
	assert_false(bot_part.is_idle(w->bot));
	assert_int_equal(
	    world_say(w, GRACE, "x1", "/help")->end, WORLD_RETRIED);
	world_meet(w);
	balance_answer(w, 0);
	assert_int_equal(running->end, WORLD_ACKED);
	assert_true(bot_part.is_idle(w->bot));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_bot_first_member_links_and_opens_the_community),
	    TEST(test_bot_second_member_joins),
	    TEST(test_bot_remembers_who_somebody_is),
	    TEST(test_bot_users_have_different_keys),
	    TEST(test_bot_help_and_status_need_nobody),
	    TEST(test_bot_keeps_the_order_of_one_member),
	    TEST(test_bot_members_do_not_wait_for_each_other),
	    TEST(test_bot_refuses_more_than_may_wait),
	    TEST(test_bot_holds_back_a_second_copy_of_what_runs),
	    TEST(test_bot_same_id_of_two_members_are_two_commands),
	    TEST(test_bot_card_sent_before_is_fine),
	    TEST(test_bot_card_not_taken_lets_the_command_come_again),
	    TEST(test_bot_tells_the_broker_that_it_is_at_work),
	    TEST(test_bot_drops_what_cannot_be_answered),
	    TEST(test_bot_explains_what_is_wrong_with_a_line),
	    TEST(test_bot_checks_typed_options_as_well),
	    TEST(test_bot_limits_by_member_and_cost),
	    TEST(test_bot_does_not_limit_what_comes_again),
	    cmocka_unit_test(test_bot_rate_factor_multiplies),
	    TEST(test_bot_query_without_answer_says_who_is_silent),
	    TEST(test_bot_command_is_tried_again_with_its_id),
	    TEST(test_bot_command_ends_within_its_time),
	    TEST(test_bot_drain_takes_no_more_and_ends_what_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
