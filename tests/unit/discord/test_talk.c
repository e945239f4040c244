/* An answer, row by row of the table in services/discord/README.md, and what
 * Discord, the network and earlier processes may do to it. */
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

static struct world_delivery *
private_of(struct world *w, const char *id, const char *text)
{
	Stoa__Chat__Card card = world_card(id, text);

	card.visibility = STOA__CHAT__VISIBILITY__ASKER;
	return world_final(w, &card);
}

/* A turn that has been answered with "thinking". */
static void
defer(struct world *w, const char *id, const char *path)
{
	struct world_delivery *turn = world_turn(w, id, path);

	world_pass(w, S(2));
	world_succeed(w, REST_POST, CALLBACK);
	assert_int_equal(turn->end, WORLD_ACKED);
}

static void
assert_says(const struct world_call *call, const char *text)
{
	if (strstr(call->json, text) == NULL) {
		fail_msg("no %s in %s", text, call->json);
	}
}

/* ---- the table ---- */

static void
test_card_in_time_is_the_answer(void **state)
{
	struct world *w = *state;
	struct world_delivery *turn = world_turn(w, "c1", "models");
	struct world_delivery *card = final_of(w, "c1", "hello");
	struct world_call *call = world_expect(w, REST_POST, CALLBACK);

	assert_says(call, "\"type\":4");
	assert_says(call, "hello");
	assert_int_equal(turn->end, WORLD_OPEN);
	assert_int_equal(card->end, WORLD_OPEN);
	world_answer(w, call, 204, 0, "");
	assert_int_equal(turn->end, WORLD_ACKED);
	assert_int_equal(card->end, WORLD_ACKED);
	/* Copies of both are late, not new. */
	assert_int_equal(world_turn(w, "c1", "models")->end, WORLD_ACKED);
	assert_int_equal(final_of(w, "c1", "hello")->end, WORLD_ACKED);
}

static void
test_no_card_says_that_we_think(void **state)
{
	struct world *w = *state;
	struct world_delivery *turn = world_turn(w, "c1", "models"), *card;
	struct world_call *call;

	world_pass(w, DISCORD_DEFER_US - DISCORD_TICK_US);
	world_expect_silence(w);
	world_pass(w, DISCORD_TICK_US);
	call = world_expect(w, REST_POST, CALLBACK);
	assert_string_equal(call->json, "{\"type\":5}");
	world_answer(w, call, 204, 0, "");
	assert_int_equal(turn->end, WORLD_ACKED);
	card = final_of(w, "c1", "hello");
	assert_int_equal(card->end, WORLD_OPEN);
	world_succeed(w, REST_PATCH, ORIGINAL);
	assert_int_equal(card->end, WORLD_ACKED);
}

static void
test_private_command_thinks_privately(void **state)
{
	struct world *w = *state;
	struct world_call *call;

	(void)world_turn(w, "c1", "help");
	world_pass(w, S(2));
	call = world_expect(w, REST_POST, CALLBACK);
	assert_says(call, "\"flags\":64");
	world_answer(w, call, 204, 0, "");
	/* The private answer takes its place. */
	(void)private_of(w, "c1", "for you");
	world_succeed(w, REST_PATCH, ORIGINAL);
}

static void
test_private_card_leaves_no_placeholder(void **state)
{
	struct world *w = *state;
	struct world_delivery *card;
	struct world_call *call;

	defer(w, "c1", "models");
	card = private_of(w, "c1", "for you");
	/* A follow-up before that would take the placeholder's place. */
	world_answer(w, world_expect(w, REST_DELETE, ORIGINAL), 204, 0, "");
	call = world_expect(w, REST_POST, FOLLOW);
	assert_says(call, "\"flags\":32832");
	world_answer(w, call, 200, 0, "{\"id\":\"" MESSAGE "\"}");
	assert_int_equal(card->end, WORLD_ACKED);
}

/* One private message, however often it changes. */
static void
test_private_card_is_edited_in_its_place(void **state)
{
	struct world *w = *state;
	Stoa__Chat__Card live = world_card("c1", "half");

	defer(w, "c1", "models");
	live.is_final = false;
	live.visibility = STOA__CHAT__VISIBILITY__ASKER;
	w->on_edit(w->d, STOA_STR("stoa.progress.card.discord." USER),
	    stoa_pack(&w->arena, &live.base));
	world_answer(w, world_expect(w, REST_DELETE, ORIGINAL), 204, 0, "");
	world_answer(w, world_expect(w, REST_POST, FOLLOW), 200, 0,
	    "{\"id\":\"" MESSAGE "\"}");
	world_restart(w);
	(void)private_of(w, "c1", "whole");
	world_succeed(w, REST_PATCH, FOLLOW "/messages/" MESSAGE);
}

/* The placeholder's removal fails: the card has been shown all the same. */
static void
test_private_card_is_shown_once(void **state)
{
	struct world *w = *state;
	struct world_delivery *card;

	defer(w, "c1", "models");
	card = private_of(w, "c1", "for you");
	world_break(
	    w, world_expect(w, REST_DELETE, ORIGINAL), REST_CAUSE_DEADLINE);
	world_pass(w, S(20));
	/* It is gone after all: what could not be heard had been done. */
	world_answer(
	    w, world_expect(w, REST_DELETE, ORIGINAL), 404, 10008, "{}");
	world_answer(w, world_expect(w, REST_POST, FOLLOW), 200, 0,
	    "{\"id\":\"" MESSAGE "\"}");
	assert_int_equal(card->end, WORLD_ACKED);
}

static void
test_form_is_a_modal(void **state)
{
	struct world *w = *state;
	Stoa__Chat__Card card = world_card("c1", "what is missing");
	Stoa__Chat__Form form = STOA__CHAT__FORM__INIT;
	Stoa__Chat__Input input = STOA__CHAT__INPUT__INIT, *inputs[] = {&input};
	struct world_call *call;

	input.option = (char *)(uintptr_t) "name";
	input.label = (char *)(uintptr_t) "A name";
	form.title = (char *)(uintptr_t) "Name it";
	form.token = (char *)(uintptr_t) "1token";
	form.inputs = inputs;
	form.n_inputs = 1;
	card.form = &form;
	(void)world_turn(w, "c1", "models");
	(void)world_final(w, &card);
	call = world_expect(w, REST_POST, CALLBACK);
	assert_says(call, "\"type\":9");
	world_answer(w, call, 204, 0, "");

	/* After "thinking": a button. */
	defer(w, "c2", "models");
	card.id = (char *)(uintptr_t) "c2";
	(void)world_final(w, &card);
	call = world_expect(w, REST_PATCH, ORIGINAL);
	assert_says(call, "f:1token");
	world_answer(w, call, 200, 0, "{}");

	/* A modal that is refused: the card's floor. */
	(void)world_turn(w, "c3", "models");
	card.id = (char *)(uintptr_t) "c3";
	(void)world_final(w, &card);
	world_answer(w, world_expect(w, REST_POST, CALLBACK), 400, 50035, "{}");
	call = world_expect(w, REST_POST, CALLBACK);
	assert_says(call, "\"type\":4");
	assert_says(call, "the floor");
	world_answer(w, call, 204, 0, "");
}

static void
test_late_interaction_becomes_a_message(void **state)
{
	struct world *w = *state;
	struct world_delivery *turn = world_turn(w, "c1", "models");
	struct world_delivery *card = final_of(w, "c1", "hello");
	struct world_call *call;

	world_answer(w, world_expect(w, REST_POST, CALLBACK), 404, 10062, "{}");
	assert_int_equal(turn->end, WORLD_ACKED);
	assert_int_equal(card->end, WORLD_OPEN);
	call = world_expect(w, REST_POST, POSTS);
	assert_says(call, "\"enforce_nonce\":true");
	world_answer(w, call, 200, 0,
	    "{\"id\":\"" MESSAGE "\",\"channel_id\":\"" CHANNEL "\"}");
	assert_int_equal(card->end, WORLD_ACKED);
	assert_int_equal(w->d->counts.late, 1);
}

static void
test_expired_token_becomes_a_message_that_is_edited(void **state)
{
	struct world *w = *state;
	struct world_delivery *card;

	defer(w, "c1", "models");
	world_pass(w, DISCORD_TOKEN_US);
	world_live(w, "c1", 2, "going on");
	world_succeed(w, REST_POST, POSTS);
	world_pass(w, S(2));
	world_live(w, "c1", 3, "further on");
	world_succeed(w, REST_PATCH, POSTS "/" MESSAGE);
	/* So it goes on in another process. */
	world_restart(w);
	card = final_of(w, "c1", "done");
	world_succeed(w, REST_PATCH, POSTS "/" MESSAGE);
	assert_int_equal(card->end, WORLD_ACKED);
}

static void
test_dead_token_becomes_a_message(void **state)
{
	static const int64_t codes[] = {50027, 10015};
	struct world *w = *state;

	for (size_t i = 0; i < STOA_COUNT(codes); i++) {
		char id[8];

		(void)snprintf(id, sizeof(id), "c%zu", i);
		defer(w, id, "models");
		(void)final_of(w, id, "hello");
		world_answer(w, world_expect(w, REST_PATCH, ORIGINAL),
		    codes[i] == 50027 ? 401 : 404, codes[i], "{}");
		world_succeed(w, REST_POST, POSTS);
	}
	assert_int_equal(w->fatal_count, 0);
}

static void
test_private_answer_without_token_is_direct(void **state)
{
	struct world *w = *state;
	struct world_delivery *card;
	struct world_call *call;

	defer(w, "c1", "help");
	world_pass(w, DISCORD_TOKEN_US);
	card = private_of(w, "c1", "for you");
	call = world_expect(w, REST_POST, PEOPLE);
	assert_says(call, USER);
	world_answer(w, call, 200, 0, "{\"id\":\"" DIRECT "\"}");
	world_answer(w, world_expect(w, REST_POST, DIRECTS), 200, 0,
	    "{\"id\":\"" MESSAGE "\",\"channel_id\":\"" DIRECT "\"}");
	assert_int_equal(card->end, WORLD_ACKED);

	/* Closed to us: it ends, and nobody else sees it. */
	defer(w, "c2", "help");
	world_pass(w, DISCORD_TOKEN_US);
	card = private_of(w, "c2", "for you");
	world_answer(w, world_expect(w, REST_POST, PEOPLE), 200, 0,
	    "{\"id\":\"" DIRECT "\"}");
	world_answer(w, world_expect(w, REST_POST, DIRECTS), 403, 50007, "{}");
	assert_int_equal(card->end, WORLD_ACKED);
	assert_int_equal(w->d->counts.undeliverable, 1);
}

/* What a private command says stays private, whatever the card says; and an
 * answer that names no channel is none. */
static void
test_private_answer_never_goes_to_the_channel(void **state)
{
	struct world *w = *state;

	(void)world_turn(w, "c1", "help");
	(void)final_of(w, "c1", "for you");
	world_answer(w, world_expect(w, REST_POST, CALLBACK), 404, 10062, "{}");
	world_answer(w, world_expect(w, REST_POST, PEOPLE), 200, 0, "{}");
	world_expect_silence(w);
	world_pass(w, S(1));
	world_answer(w, world_expect(w, REST_POST, PEOPLE), 200, 0,
	    "{\"id\":\"" DIRECT "\"}");
	world_succeed(w, REST_POST, DIRECTS);
}

/* ---- earlier processes ---- */

static void
test_answered_interaction_is_looked_at(void **state)
{
	struct world *w = *state;
	struct world_delivery *turn = world_turn(w, "c1", "models"), *card;

	world_pass(w, S(2));
	world_answer(w, world_expect(w, REST_POST, CALLBACK), 400, 40060, "{}");
	world_answer(w, world_expect(w, REST_GET, ORIGINAL), 200, 0,
	    "{\"id\":\"1\",\"flags\":128}");
	assert_int_equal(turn->end, WORLD_ACKED);
	card = final_of(w, "c1", "hello");
	world_succeed(w, REST_PATCH, ORIGINAL);
	assert_int_equal(card->end, WORLD_ACKED);
}

/* Also when it was a live card that found it out: a turn is not kept open. */
static void
test_answered_interaction_ends_its_turn(void **state)
{
	struct world *w = *state;
	struct world_delivery *turn = world_turn(w, "c1", "models");

	world_live(w, "c1", 2, "going on");
	world_answer(w, world_expect(w, REST_POST, CALLBACK), 400, 40060, "{}");
	world_answer(w, world_expect(w, REST_GET, ORIGINAL), 200, 0,
	    "{\"id\":\"1\",\"flags\":0}");
	assert_int_equal(turn->end, WORLD_ACKED);
}

static void
test_card_before_its_turn_waits_for_nothing(void **state)
{
	struct world *w = *state;
	Stoa__Chat__Card card = world_card("c1", "hello");
	Stoa__Discord__Handle handle;

	world_handle(w, &handle);
	card.reply = world_reply(w, &handle);
	(void)world_final(w, &card);
	world_answer(w, world_expect(w, REST_POST, CALLBACK), 204, 0, "");
	assert_int_equal(world_turn(w, "c1", "models")->end, WORLD_ACKED);
}

static void
test_card_without_a_place_is_given_up(void **state)
{
	struct world *w = *state;

	assert_int_equal(final_of(w, "c1", "hello")->end, WORLD_ACKED);
	assert_string_equal(w->event, "card_without_place");
	/* A state of it is forgotten as well. */
	world_live(w, "c2", 2, "going on");
	world_pass(w, DISCORD_IDLE_US + S(2));
	assert_int_equal(w->d->talks.count, 0);
}

/* Its request must not be lost with the process: the record is there first. */
static void
test_turn_waits_for_its_record(void **state)
{
	struct world *w = *state;
	struct world_delivery *turn = world_turn(w, "c1", "models");

	world_pass(w, S(2));
	w->is_deaf = true;
	world_succeed(w, REST_POST, CALLBACK);
	assert_int_equal(turn->end, WORLD_OPEN);
	w->is_deaf = false;
	world_run(w);
	assert_int_equal(turn->end, WORLD_ACKED);
	assert_non_null(stoa_map_get(&w->kept, STOA_STR("talk.c1")));
	/* Without a broker that keeps: Discord's answers tell as well. */
	turn = world_turn(w, "c2", "models");
	world_pass(w, S(2));
	w->kv_status = STOA_TIMEOUT;
	world_succeed(w, REST_POST, CALLBACK);
	assert_int_equal(turn->end, WORLD_ACKED);
	assert_string_equal(w->event, "talk_not_recorded");
	w->kv_status = STOA_OK;
}

static void
test_unreadable_record_is_waited_for(void **state)
{
	struct world *w = *state;
	struct world_delivery *card;

	defer(w, "c1", "models");
	world_restart(w);
	w->kv_status = STOA_TIMEOUT;
	card = final_of(w, "c1", "hello");
	world_pass(w, S(60));
	world_expect_silence(w);
	assert_int_equal(card->end, WORLD_OPEN);
	assert_true(card->pulses > 0);
	w->kv_status = STOA_OK;
	world_pass(w, S(2));
	world_succeed(w, REST_PATCH, ORIGINAL);
	assert_int_equal(card->end, WORLD_ACKED);
}

/* ---- edits ---- */

static void
test_edits_are_one_a_second(void **state)
{
	struct world *w = *state;
	struct world_call *call;

	defer(w, "c1", "models");
	world_live(w, "c1", 2, "two");
	world_succeed(w, REST_PATCH, ORIGINAL);
	world_live(w, "c1", 3, "three");
	world_live(w, "c1", 5, "five");
	world_live(w, "c1", 4, "four");
	world_expect_silence(w);
	world_pass(w, S(1));
	call = world_expect(w, REST_PATCH, ORIGINAL);
	assert_says(call, "five");
	/* While it is on its way an older one comes: dropped. */
	world_live(w, "c1", 4, "four");
	world_answer(w, call, 200, 0, "{}");
	world_pass(w, S(5));
	world_expect_silence(w);
}

static void
test_final_wins(void **state)
{
	struct world *w = *state;
	struct world_call *call;

	defer(w, "c1", "models");
	world_live(w, "c1", 7, "seven");
	call = world_expect(w, REST_PATCH, ORIGINAL);
	(void)final_of(w, "c1", "done");
	world_live(w, "c1", 8, "eight");
	world_answer(w, call, 200, 0, "{}");
	call = world_expect(w, REST_PATCH, ORIGINAL);
	assert_says(call, "done");
	world_answer(w, call, 200, 0, "{}");
	world_live(w, "c1", 9, "nine");
	world_pass(w, S(5));
	world_expect_silence(w);
}

/* Also in another process, and after this one has forgotten it. */
static void
test_final_stays(void **state)
{
	struct world *w = *state;
	struct world_delivery *card;

	defer(w, "c1", "models");
	(void)final_of(w, "c1", "done");
	world_succeed(w, REST_PATCH, ORIGINAL);
	world_restart(w);
	world_live(w, "c1", 9, "nine");
	world_pass(w, S(2));
	world_expect_silence(w);
	/* A copy of the final card is no harm. */
	card = final_of(w, "c1", "done");
	world_succeed(w, REST_PATCH, ORIGINAL);
	assert_int_equal(card->end, WORLD_ACKED);
}

static void
test_deleted_message_is_written_anew(void **state)
{
	struct world *w = *state;
	struct world_call *call;
	const char *first;

	defer(w, "c1", "models");
	world_pass(w, DISCORD_TOKEN_US);
	world_live(w, "c1", 2, "going on");
	call = world_expect(w, REST_POST, POSTS);
	first = strstr(call->json, "\"nonce\"");
	assert_non_null(first);
	world_answer(w, call, 200, 0,
	    "{\"id\":\"" MESSAGE "\",\"channel_id\":\"" CHANNEL "\"}");
	(void)final_of(w, "c1", "done");
	world_answer(w, world_expect(w, REST_PATCH, POSTS "/" MESSAGE), 404,
	    10008, "{}");
	/* With the same nonce Discord would give the deleted one back. */
	call = world_expect(w, REST_POST, POSTS);
	assert_non_null(strstr(call->json, "\"nonce\""));
	assert_memory_not_equal(strstr(call->json, "\"nonce\""), first, 30);
	world_answer(w, call, 200, 0, "{\"id\":\"1234\"}");
}

static void
test_chart_goes_along(void **state)
{
	struct world *w = *state;
	Stoa__Chat__Card card = world_card("c1", "a curve");
	Stoa__Chat__Series series = STOA__CHAT__SERIES__INIT;
	Stoa__Chat__Series *all[] = {&series};
	double points[] = {1, 2};
	struct world_call *call;

	series.name = (char *)(uintptr_t) "loss";
	series.xs = points;
	series.n_xs = 2;
	series.ys = points;
	series.n_ys = 2;
	card.series = all;
	card.n_series = 1;
	defer(w, "c1", "models");
	(void)world_final(w, &card);
	call = world_expect(w, REST_PATCH, ORIGINAL);
	assert_int_equal(call->file_count, 1);
	/* Refused: the floor has no picture. */
	world_answer(w, call, 400, 50035, "{}");
	call = world_expect(w, REST_PATCH, ORIGINAL);
	assert_says(call, "the floor");
	assert_int_equal(call->file_count, 0);
	world_answer(w, call, 200, 0, "{}");
}

static void
test_vote_goes_along_as_a_picture(void **state)
{
	struct world *w = *state;
	Stoa__Chat__Card card = world_card("c1", "a vote");
	Stoa__Chat__Bar bar = STOA__CHAT__BAR__INIT, *bars[] = {&bar};
	Stoa__Chat__Gauge gauge = STOA__CHAT__GAUGE__INIT;
	struct world_call *call;

	bar.label = (char *)(uintptr_t) "for";
	bar.value = (char *)(uintptr_t) "60 %";
	gauge.label = (char *)(uintptr_t) "Turnout";
	card.bars = bars;
	card.n_bars = 1;
	card.gauge = &gauge;
	defer(w, "c1", "models");
	(void)world_final(w, &card);
	call = world_expect(w, REST_PATCH, ORIGINAL);
	assert_int_equal(call->file_count, 1);
	assert_says(call, "attachment://vote.png");
	world_answer(w, call, 200, 0, "{}");
	/* What cannot be drawn stands in words. */
	w->has_no_charts = true;
	card.id = (char *)(uintptr_t) "c2";
	defer(w, "c2", "models");
	(void)world_final(w, &card);
	call = world_expect(w, REST_PATCH, ORIGINAL);
	assert_int_equal(call->file_count, 0);
	assert_null(strstr(call->json, "attachment://"));
	assert_says(call, "60 %");
	world_answer(w, call, 200, 0, "{}");
}

/* ---- in the place of what was pressed on ---- */

static void
press(struct world *w, const char *id)
{
	Stoa__Discord__Turn turn = STOA__DISCORD__TURN__INIT;
	Stoa__Discord__Handle handle;

	world_handle(w, &handle);
	handle.kind = STOA__DISCORD__KIND__COMPONENT;
	turn.command = (char *)(uintptr_t)id;
	turn.handle = &handle;
	turn.user = (char *)(uintptr_t)USER;
	(void)world_turn_of(w, &turn);
}

static void
test_own_card_is_replaced_by_the_next(void **state)
{
	struct world *w = *state;
	Stoa__Chat__Card card = world_card("c1", "so far");
	struct world_call *call;

	card.is_update = true;
	card.visibility = STOA__CHAT__VISIBILITY__ASKER;
	press(w, "c1");
	(void)world_final(w, &card);
	call = world_expect(w, REST_POST, CALLBACK);
	assert_says(call, "\"type\":7");
	/* What it replaces stays the asker's own: no flag says so again. */
	assert_says(call, "\"flags\":32768");
	world_answer(w, call, 204, 0, "");
	/* Nobody's message is replaced by what is for all, or by a command. */
	card.id = (char *)(uintptr_t) "c2";
	card.visibility = STOA__CHAT__VISIBILITY__EVERYBODY;
	press(w, "c2");
	(void)world_final(w, &card);
	call = world_expect(w, REST_POST, CALLBACK);
	assert_says(call, "\"type\":4");
	world_answer(w, call, 204, 0, "");
	card.id = (char *)(uintptr_t) "c3";
	card.visibility = STOA__CHAT__VISIBILITY__ASKER;
	(void)world_turn(w, "c3", "vote");
	(void)world_final(w, &card);
	call = world_expect(w, REST_POST, CALLBACK);
	assert_says(call, "\"type\":4");
	world_answer(w, call, 204, 0, "");
}

/* A card that answers nothing goes to its user in person. */
static void
test_card_for_one_person_is_a_direct_message(void **state)
{
	struct world *w = *state;
	struct world_delivery *card = private_of(w, "told", "yours alone");

	world_answer(w, world_expect(w, REST_POST, PEOPLE), 200, 0,
	    "{\"id\":\"" DIRECT "\"}");
	world_succeed(w, REST_POST, DIRECTS);
	assert_int_equal(card->end, WORLD_ACKED);
}

/* ---- refusals ---- */

static void
test_owner_is_told_once_a_day(void **state)
{
	struct world *w = *state;
	struct world_call *call;
	struct world_delivery *card;

	defer(w, "c1", "models");
	world_pass(w, DISCORD_TOKEN_US);
	card = final_of(w, "c1", "hello");
	world_answer(w, world_expect(w, REST_POST, POSTS), 403, 50013, "{}");
	assert_int_equal(card->end, WORLD_ACKED);
	world_answer(w, world_expect(w, REST_GET, "/guilds/" GUILD), 200, 0,
	    "{\"owner_id\":\"" OWNER "\"}");
	call = world_expect(w, REST_POST, PEOPLE);
	assert_says(call, OWNER);
	world_answer(w, call, 200, 0, "{\"id\":\"" DIRECT "\"}");
	world_succeed(w, REST_POST, DIRECTS);

	defer(w, "c2", "models");
	world_pass(w, DISCORD_TOKEN_US);
	(void)final_of(w, "c2", "hello");
	world_answer(w, world_expect(w, REST_POST, POSTS), 403, 50013, "{}");
	world_expect_silence(w);
}

static void
test_refused_body_falls_to_the_floor(void **state)
{
	struct world *w = *state;
	struct world_delivery *card;
	struct world_call *call;

	defer(w, "c1", "models");
	card = final_of(w, "c1", "hello");
	world_answer(
	    w, world_expect(w, REST_PATCH, ORIGINAL), 400, 50035, "{}");
	call = world_expect(w, REST_PATCH, ORIGINAL);
	assert_says(call, "the floor");
	assert_int_equal(card->end, WORLD_OPEN);
	world_answer(w, call, 400, 50035, "{}");
	assert_int_equal(card->end, WORLD_ACKED);
	assert_int_equal(w->d->counts.undeliverable, 1);
}

static void
test_refused_bot_token_is_fatal(void **state)
{
	struct world *w = *state;
	struct world_call *call;

	defer(w, "c1", "models");
	(void)final_of(w, "c1", "hello");
	call = world_expect(w, REST_PATCH, ORIGINAL);
	world_answer(w, call, 401, 0, "{}");
	assert_int_equal(w->fatal_count, 1);
	/* The real one does not return. */
	world_pass(w, S(1));
	world_succeed(w, REST_PATCH, ORIGINAL);
}

static void
test_network_failures_lose_nothing(void **state)
{
	struct world *w = *state;
	struct world_delivery *card;

	defer(w, "c1", "models");
	card = final_of(w, "c1", "hello");
	for (int i = 0; i < 8; i++) {
		world_break(w, world_expect(w, REST_PATCH, ORIGINAL),
		    REST_CAUSE_DEADLINE);
		assert_int_equal(card->end, WORLD_OPEN);
		world_expect_silence(w);
		world_pass(w, S(21));
	}
	world_succeed(w, REST_PATCH, ORIGINAL);
	assert_int_equal(card->end, WORLD_ACKED);
}

static void
test_busy_memory_is_waited_for(void **state)
{
	struct world *w = *state;
	struct world_delivery *card;

	defer(w, "c1", "models");
	w->rest_status = STOA_BUSY;
	card = final_of(w, "c1", "hello");
	world_pass(w, S(5));
	assert_int_equal(card->end, WORLD_OPEN);
	w->rest_status = STOA_OK;
	world_pass(w, S(11));
	world_succeed(w, REST_PATCH, ORIGINAL);
	assert_int_equal(card->end, WORLD_ACKED);
}

/* What can never be sent is not tried for ever. */
static void
test_impossible_path_is_given_up(void **state)
{
	struct world *w = *state;
	struct world_delivery *card;

	defer(w, "c1", "models");
	w->rest_status = STOA_INVALID;
	card = final_of(w, "c1", "hello");
	world_pass(w, S(1));
	assert_int_equal(card->end, WORLD_ACKED);
	w->rest_status = STOA_OK;
}

static void
test_dead_webhook_ends_the_turn(void **state)
{
	struct world *w = *state;
	struct world_delivery *turn = world_turn(w, "c1", "models");

	world_pass(w, S(2));
	world_break(
	    w, world_expect(w, REST_POST, CALLBACK), REST_CAUSE_WEBHOOK_DEAD);
	assert_int_equal(turn->end, WORLD_ACKED);
	(void)final_of(w, "c1", "hello");
	world_succeed(w, REST_POST, POSTS);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_card_in_time_is_the_answer),
	    TEST(test_no_card_says_that_we_think),
	    TEST(test_private_command_thinks_privately),
	    TEST(test_private_card_leaves_no_placeholder),
	    TEST(test_private_card_is_edited_in_its_place),
	    TEST(test_private_card_is_shown_once),
	    TEST(test_form_is_a_modal),
	    TEST(test_late_interaction_becomes_a_message),
	    TEST(test_expired_token_becomes_a_message_that_is_edited),
	    TEST(test_dead_token_becomes_a_message),
	    TEST(test_private_answer_without_token_is_direct),
	    TEST(test_private_answer_never_goes_to_the_channel),
	    TEST(test_answered_interaction_is_looked_at),
	    TEST(test_answered_interaction_ends_its_turn),
	    TEST(test_card_before_its_turn_waits_for_nothing),
	    TEST(test_card_without_a_place_is_given_up),
	    TEST(test_turn_waits_for_its_record),
	    TEST(test_unreadable_record_is_waited_for),
	    TEST(test_edits_are_one_a_second),
	    TEST(test_final_wins),
	    TEST(test_final_stays),
	    TEST(test_deleted_message_is_written_anew),
	    TEST(test_chart_goes_along),
	    TEST(test_vote_goes_along_as_a_picture),
	    TEST(test_own_card_is_replaced_by_the_next),
	    TEST(test_card_for_one_person_is_a_direct_message),
	    TEST(test_owner_is_told_once_a_day),
	    TEST(test_refused_body_falls_to_the_floor),
	    TEST(test_refused_bot_token_is_fatal),
	    TEST(test_network_failures_lose_nothing),
	    TEST(test_busy_memory_is_waited_for),
	    TEST(test_impossible_path_is_given_up),
	    TEST(test_dead_webhook_ends_the_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
