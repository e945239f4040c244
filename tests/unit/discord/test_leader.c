/* Who speaks, and what becomes of what was begun when it is somebody else. */
#include "../unit.h"

#include "world.h"

#include "base/core.h"

#define S(n) ((n)*STOA_US_PER_S)

static int
set_up(void **state)
{
	*state = world_new();
	return 0;
}

static int
tear_down(void **state)
{
	world_free(*state);
	return 0;
}

static struct world_delivery *
final_of(struct world *w, const char *id, const char *text)
{
	Stoa__Chat__Card card = world_card(id, text);

	return world_final(w, &card);
}

/* Another one's beat, whoever spoke before. */
static void
other_beats(struct world *w, const char *incarnation, uint64_t beat)
{
	Stoa__Discord__Replica record = STOA__DISCORD__REPLICA__INIT;

	record.incarnation = (char *)(uintptr_t)incarnation;
	record.beat = beat;
	world_keep(w, "leader", stoa_pack(&w->arena, &record.base));
}

static void
test_lost_leader_hands_back(void **state)
{
	struct world *w = *state;
	struct world_delivery *turn = world_turn(w, "c1", "models"), *card;
	struct world_call *call;

	other_beats(w, "two.first", 1);
	/* One step is under way, one conversation waits. */
	card = final_of(w, "c2", "hello");
	assert_int_equal(card->end, WORLD_ACKED); /* of no known place */
	(void)world_turn(w, "c3", "models");
	card = final_of(w, "c3", "hello");
	call = world_expect(w, REST_POST, CALLBACK);
	world_pass(w, S(1));
	assert_false(w->d->is_leader);
	assert_int_equal(w->window, 0);
	assert_int_equal(turn->end, WORLD_RETRIED);
	/* What Discord has is not handed back. */
	assert_int_equal(card->end, WORLD_OPEN);
	world_answer(w, call, 204, 0, "");
	assert_int_equal(card->end, WORLD_ACKED);
	/* What was asked for before comes, and is somebody else's. */
	assert_int_equal(world_turn(w, "c4", "models")->end, WORLD_RETRIED);
	assert_int_equal(final_of(w, "c4", "hello")->end, WORLD_RETRIED);
	world_live(w, "c5", 2, "going on");
	world_expect_silence(w);
	/* Nothing is remembered that grows old. */
	world_pass(w, S(2));
	assert_int_equal(w->d->talks.count, 0);
}

static void
test_lost_leader_does_not_go_on(void **state)
{
	struct world *w = *state;
	struct world_delivery *card;
	struct world_call *call;

	(void)world_turn(w, "c1", "models");
	card = final_of(w, "c1", "hello");
	call = world_expect(w, REST_POST, CALLBACK);
	other_beats(w, "two.first", 1);
	world_pass(w, S(1));
	world_break(w, call, REST_CAUSE_DEADLINE);
	assert_int_equal(card->end, WORLD_RETRIED);
	world_pass(w, S(3));
}

static void
test_dead_leader_is_followed(void **state)
{
	struct world *w = *state;

	for (uint64_t beat = 1; beat < 8; beat++) {
		other_beats(w, "two.first", beat);
		world_pass(w, S(1) / 2);
		assert_false(w->d->is_leader);
	}
	world_pass(w, S(2));
	assert_true(w->d->is_leader);
	assert_true(w->window > 0);
}

/* Two processes of one name: one of them, not both in turns. */
static void
test_twin_is_left_alone(void **state)
{
	struct world *w = *state;

	for (uint64_t beat = 1; beat < 12; beat++) {
		other_beats(w, "one.twin", beat);
		world_pass(w, DISCORD_BEAT_US);
		/* It takes a beat to hear of it, and one to look. */
		assert_true(beat < 4 || !w->d->is_leader);
	}
	world_pass(w, S(2));
	assert_true(w->d->is_leader);
}

static void
test_unreadable_leader_is_replaced(void **state)
{
	struct world *w = *state;

	world_keep(w, "leader", STOA_STR("\xff\xff"));
	world_pass(w, S(1));
	world_keep(w, "leader", STOA_STR("\xff\xff"));
	world_pass(w, S(1));
	assert_true(w->d->is_leader);
}

/* The broker away for a minute: nobody else speaks, nothing is lost. */
static void
test_lost_broker_is_waited_for(void **state)
{
	struct world *w = *state;
	struct world_delivery *turn = world_turn(w, "c1", "models");
	Stoa__Chat__Card card = world_card("c1", "hello");
	Stoa__Discord__Handle handle;

	w->kv_status = STOA_TIMEOUT;
	world_pass(w, S(2));
	world_succeed(w, REST_POST, CALLBACK);
	assert_int_equal(turn->end, WORLD_ACKED);
	world_pass(w, S(60));
	w->kv_status = STOA_OK;
	world_pass(w, S(1));
	assert_true(w->d->is_leader);
	/* Forgotten meanwhile, and not recorded: Discord's answers tell. */
	world_handle(w, &handle);
	card.reply = world_reply(w, &handle);
	(void)world_final(w, &card);
	world_answer(w, world_expect(w, REST_POST, CALLBACK), 400, 40060, "{}");
	world_answer(w, world_expect(w, REST_GET, ORIGINAL), 200, 0,
	    "{\"id\":\"1\",\"flags\":128}");
	world_succeed(w, REST_PATCH, ORIGINAL);
}

static void
test_drain_hands_back(void **state)
{
	struct world *w = *state;
	struct world_delivery *waits = world_turn(w, "c1", "models"), *card;
	struct world_call *call;

	(void)world_turn(w, "c2", "models");
	card = final_of(w, "c2", "hello");
	call = world_expect(w, REST_POST, CALLBACK);
	discord_part.drain(w->d);
	assert_int_equal(waits->end, WORLD_RETRIED);
	assert_false(discord_part.is_idle(w->d));
	assert_int_equal(world_turn(w, "c3", "models")->end, WORLD_RETRIED);
	/* What fails now is the next one's. */
	world_break(w, call, REST_CAUSE_DEADLINE);
	assert_int_equal(card->end, WORLD_RETRIED);
	assert_true(discord_part.is_idle(w->d));
	world_pass(w, S(20));
}

static void
test_copies_do_not_end_the_first(void **state)
{
	struct world *w = *state;
	struct world_delivery *turn = world_turn(w, "c1", "models");
	struct world_delivery *card, *again;

	assert_int_equal(world_turn(w, "c1", "models")->end, WORLD_OPEN);
	assert_int_equal(turn->end, WORLD_FORGOTTEN);
	card = final_of(w, "c1", "hello");
	again = final_of(w, "c1", "hello");
	assert_int_equal(card->end, WORLD_FORGOTTEN);
	assert_int_equal(again->end, WORLD_OPEN);
	world_answer(w, world_expect(w, REST_POST, CALLBACK), 204, 0, "");
	assert_int_equal(again->end, WORLD_ACKED);
}

static void
test_garbage_is_dropped(void **state)
{
	struct world *w = *state;
	Stoa__Discord__Turn turn = STOA__DISCORD__TURN__INIT;
	Stoa__Chat__Card card = world_card("", "no id");
	char *large = malloc(DISCORD_CARD_MAX + 1);

	assert_int_equal(
	    world_deliver(w, true, STOA_STR("\xff\x01"))->end, WORLD_DROPPED);
	assert_int_equal(world_turn_of(w, &turn)->end, WORLD_DROPPED);
	assert_int_equal(
	    world_deliver(w, false, STOA_STR("\xff\x01"))->end, WORLD_DROPPED);
	assert_int_equal(world_final(w, &card)->end, WORLD_DROPPED);
	assert_non_null(large);
	memset(large, 'a', DISCORD_CARD_MAX);
	large[DISCORD_CARD_MAX] = '\0';
	card = world_card("c1", large);
	assert_int_equal(world_final(w, &card)->end, WORLD_DROPPED);
	free(large);
	assert_int_equal(w->d->talks.count, 0);
}

static void
test_memory_is_bounded(void **state)
{
	struct world *w = *state;
	char id[32];

	/* Nothing of these can be shown: the broker tells no place. */
	w->kv_status = STOA_TIMEOUT;
	for (unsigned i = 0; i < DISCORD_TALKS_MAX + 100; i++) {
		(void)snprintf(id, sizeof(id), "c%u", i);
		world_live(w, id, 2, "going on");
	}
	assert_int_equal(w->d->talks.count, DISCORD_TALKS_MAX);
	w->kv_status = STOA_OK;
	world_pass(w, S(2));
	world_pass(w, DISCORD_IDLE_US + S(2));
	assert_int_equal(w->d->talks.count, 0);
}

static void
test_suggestion_is_taken_once(void **state)
{
	struct world *w = *state;
	Stoa__Chat__SuggestQuery query = STOA__CHAT__SUGGEST_QUERY__INIT;
	Stoa__Discord__Turn turn = STOA__DISCORD__TURN__INIT;
	Stoa__Discord__Handle handle;
	struct world_delivery *delivery;
	struct world_call *call;

	world_handle(w, &handle);
	handle.kind = STOA__DISCORD__KIND__AUTOCOMPLETE;
	turn.command = (char *)(uintptr_t) "c1";
	turn.handle = &handle;
	turn.suggest = &query;
	delivery = world_turn_of(w, &turn);
	assert_int_equal(delivery->end, WORLD_ACKED);
	world_run(w);
	call = world_expect(w, REST_POST, CALLBACK);
	assert_non_null(strstr(call->json, "m_1"));
	world_answer(w, call, 204, 0, "");
	assert_int_equal(w->d->counts.choices, 1);
	/* Too old: nobody looks at it. */
	handle.received_at_us -= S(3);
	assert_int_equal(world_turn_of(w, &turn)->end, WORLD_ACKED);
	world_run(w);
}

/* ---- uploads ---- */

/* An upload of c1's, as a turn and a card tell of it; for one test. */
static struct {
	Stoa__Chat__Attachment file;
	Stoa__Chat__Option option, *options[1];
	Stoa__Chat__Command request;
	Stoa__Chat__Upload upload;
	Stoa__Discord__Handle handle;
	Stoa__Discord__Turn turn;
	Stoa__Chat__Card card;
} u;

#define TEXT(literal) ((char *)(uintptr_t)(literal))

static void
upload_make(const struct world *w, const char *id)
{
	stoa__chat__attachment__init(&u.file);
	u.file.url = TEXT("https://cdn.discordapp.com/a/b.csv?ex=1");
	u.file.name = TEXT("b.csv");
	stoa__chat__option__init(&u.option);
	u.option.value_case = STOA__CHAT__OPTION__VALUE_FILE;
	u.option.file = &u.file;
	u.options[0] = &u.option;
	stoa__chat__command__init(&u.request);
	u.request.options = u.options;
	u.request.n_options = 1;
	world_handle(w, &u.handle);
	stoa__discord__turn__init(&u.turn);
	u.turn.command = TEXT(id);
	u.turn.handle = &u.handle;
	u.turn.user = TEXT(USER);
	u.turn.path = TEXT("upload");
	u.turn.request = &u.request;
	stoa__chat__upload__init(&u.upload);
	u.upload.url = TEXT("http://127.0.0.1:1/");
	u.upload.capability = TEXT("capability");
	u.upload.size_max = 1 << 20;
	u.card = world_card(id, "");
	u.card.upload = &u.upload;
}

/* The bytes go to storage, and the same conversation goes on under the second
 * command. */
static void
test_upload_goes_on_under_its_second_command(void **state)
{
	struct world *w = *state;
	struct world_delivery *first;

	upload_make(w, "../c1");
	(void)world_turn_of(w, &u.turn);
	first = world_final(w, &u.card);
	world_succeed(w, REST_POST, CALLBACK); /* thinking */
	world_pass(w, S(1));
	assert_string_equal(w->file_url, u.file.url);
	assert_string_equal(w->commands, "../c1-stored");
	assert_int_equal(first->end, WORLD_ACKED);
	(void)final_of(w, "../c1-stored", "stored");
	world_succeed(w, REST_PATCH, ORIGINAL);
}

static void
test_upload_takes_only_what_lies_at_discord(void **state)
{
	struct world *w = *state;

	upload_make(w, "c2");
	u.file.url = TEXT("https://cdn.discordapp.com.example/b");
	(void)world_turn_of(w, &u.turn);
	(void)world_final(w, &u.card);
	world_succeed(w, REST_POST, CALLBACK);
	world_pass(w, S(1));
	assert_string_not_equal(w->file_url, u.file.url);
	world_succeed(w, REST_PATCH, ORIGINAL);
}

/* The card may come first; which file it is about only the turn says. */
static void
test_upload_waits_for_its_turn(void **state)
{
	struct world *w = *state;
	struct world_delivery *card;

	upload_make(w, "c3");
	u.card.reply = world_reply(w, &u.handle);
	card = world_final(w, &u.card);
	world_succeed(w, REST_POST, CALLBACK);
	world_pass(w, S(1));
	world_expect_silence(w);
	assert_int_equal(card->end, WORLD_OPEN);
	assert_int_equal(world_turn_of(w, &u.turn)->end, WORLD_ACKED);
	world_pass(w, S(1));
	assert_string_equal(w->file_url, u.file.url);
	assert_string_equal(w->commands, "c3-stored");
	assert_int_equal(card->end, WORLD_ACKED);
}

static void
test_upload_without_a_turn_is_given_up(void **state)
{
	struct world *w = *state;
	struct world_call *call;

	upload_make(w, "c4");
	u.card.reply = world_reply(w, &u.handle);
	(void)world_final(w, &u.card);
	world_succeed(w, REST_POST, CALLBACK);
	world_pass(w, S(4));
	assert_string_equal(w->file_url, "");
	call = world_expect(w, REST_PATCH, ORIGINAL);
	assert_non_null(strstr(call->json, "is not known any more"));
	world_answer(w, call, 200, 0, "{}");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_lost_leader_hands_back),
	    TEST(test_lost_leader_does_not_go_on),
	    TEST(test_dead_leader_is_followed),
	    TEST(test_twin_is_left_alone),
	    TEST(test_unreadable_leader_is_replaced),
	    TEST(test_lost_broker_is_waited_for),
	    TEST(test_drain_hands_back),
	    TEST(test_copies_do_not_end_the_first),
	    TEST(test_garbage_is_dropped),
	    TEST(test_memory_is_bounded),
	    TEST(test_upload_goes_on_under_its_second_command),
	    TEST(test_upload_takes_only_what_lies_at_discord),
	    TEST(test_upload_waits_for_its_turn),
	    TEST(test_upload_without_a_turn_is_given_up),
	    TEST(test_suggestion_is_taken_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
