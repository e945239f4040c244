/* The client between a bus, timers and a clock of the test's own. */
#include "../unit.h"

#include "base/core.h"
#include "edge/bus.h"
#include "port/clock.h"
#include "stoa/client.h"
#include "stoa/limits.h"

#define TEXT(text) ((char *)(uintptr_t)(text))
#define ME	   "t_meeeeeeeee"

/* What the client asked of the world last. */
static struct world {
	int64_t now_us;
	bool is_up;
	stoa_hear_fn hear;
	void *hear_owner;
	unsigned hear_count;
	stoa_loop_fn tick;
	void *tick_arg;
	unsigned store_count;
	char subject[192], id[64];
	char raw[64];
	stoa_bus_stored stored;
	void *store_owner;
	unsigned look_count;
	char look_subject[192];
	stoa_bus_done looked;
	void *look_owner;
	struct client *client;
	unsigned done_count, live_count;
	bool has_card;
	uint32_t live_revision;
	struct stoa_arena arena;
} w;

/* ---- ports ---- */

struct stoa_mono
stoa_clock_mono(const struct stoa_clock *c)
{
	(void)c;
	return (struct stoa_mono){w.now_us};
}

struct stoa_wall
stoa_clock_wall(const struct stoa_clock *c)
{
	(void)c;
	return (struct stoa_wall){w.now_us};
}

struct stoa_timer *
stoa_timer_new(struct stoa_loop *l, stoa_loop_fn fn, void *arg)
{
	(void)l;
	w.tick = fn;
	w.tick_arg = arg;
	return NULL;
}

void
stoa_timer_start(struct stoa_timer *t, int64_t after_us, int64_t every_us)
{
	(void)t;
	assert_true(after_us > 0);
	assert_true(every_us > 0);
}

void
stoa_timer_free(struct stoa_timer *t)
{
	(void)t;
	w.tick = NULL;
}

enum stoa_status
stoa_bus_open(const struct stoa_bus_options *options, struct stoa_bus **ret_bus)
{
	assert_string_equal(options->service, ME);
	assert_true(options->is_client);
	*ret_bus = NULL;
	return STOA_OK;
}

void
stoa_bus_close(struct stoa_bus *b)
{
	(void)b;
	/* As the real one: what is under way is called back. */
	if (w.stored != NULL) {
		w.stored(w.store_owner, STOA_CLOSED);
	}
	if (w.looked != NULL) {
		w.looked(w.look_owner, STOA_CLOSED, (struct stoa_str){NULL, 0},
		    NULL);
	}
}

bool
stoa_bus_is_up(const struct stoa_bus *b)
{
	(void)b;
	return w.is_up;
}

void
stoa_bus_hear(
    struct stoa_bus *b, const char *subject, stoa_hear_fn fn, void *owner)
{
	static const char *const want[] = {
	    "stoa.chat.out.console." ME ".*", "stoa.progress.card.console." ME};

	(void)b;
	assert_string_equal(subject, want[w.hear_count++]);
	w.hear = fn;
	w.hear_owner = owner;
}

void
stoa_bus_store(struct stoa_bus *b, const char *subject, const char *id,
    struct stoa_str data, stoa_bus_stored done, void *owner)
{
	Stoa__Chat__Command *command =
	    stoa_unpack(&w.arena, &stoa__chat__command__descriptor, data);

	(void)b;
	assert_null(w.stored); /* one at a time */
	assert_non_null(command);
	assert_string_equal(command->id, id);
	assert_string_equal(command->platform, "console");
	(void)snprintf(w.subject, sizeof(w.subject), "%s", subject);
	(void)snprintf(w.id, sizeof(w.id), "%s", id);
	(void)snprintf(w.raw, sizeof(w.raw), "%s", command->raw);
	w.store_count++;
	w.stored = done;
	w.store_owner = owner;
}

void
stoa_bus_ask(struct stoa_bus *b, const char *subject, struct stoa_str data,
    int64_t timeout_us, stoa_bus_done done, void *owner)
{
	(void)b;
	(void)data;
	assert_null(w.looked);
	assert_true(timeout_us > 0);
	(void)snprintf(w.look_subject, sizeof(w.look_subject), "%s", subject);
	w.look_count++;
	w.looked = done;
	w.look_owner = owner;
}

/* ---- the test's side ---- */

static void
on_live(void *owner, const Stoa__Chat__Card *card)
{
	(void)owner;
	w.live_count++;
	w.live_revision = card->revision;
}

static void
on_done(void *owner, const Stoa__Chat__Card *card)
{
	(void)owner;
	w.done_count++;
	w.has_card = card != NULL;
}

static void
store_answer(enum stoa_status status)
{
	stoa_bus_stored stored = w.stored;

	assert_non_null(stored);
	w.stored = NULL;
	stored(w.store_owner, status);
}

static void
look_answer(enum stoa_status status, struct stoa_str reply)
{
	stoa_bus_done looked = w.looked;

	assert_non_null(looked);
	w.looked = NULL;
	looked(w.look_owner, status, reply, NULL);
}

static struct stoa_str
card_of(const char *id, uint32_t revision, bool is_final)
{
	Stoa__Chat__Card card = STOA__CHAT__CARD__INIT;

	card.id = TEXT(id);
	card.revision = revision;
	card.is_final = is_final;
	return stoa_pack(&w.arena, &card.base);
}

static void
hear(struct stoa_str data)
{
	w.hear(w.hear_owner, STOA_STR("any"), data);
}

static void
pass(int64_t us)
{
	w.now_us += us;
	w.tick(w.tick_arg);
}

static void
say(const char *line)
{
	assert_int_equal(client_send_line(w.client, stoa_str_of(line), on_live,
			     on_done, NULL),
	    STOA_OK);
}

static int
setup(void **state)
{
	struct client_options options = {.user = ME};

	(void)state;
	w = (struct world){.is_up = true, .now_us = 1};
	stoa_arena_init(&w.arena, NULL, 0, CLIENT_ARENA_MAX);
	assert_int_equal(client_open(&options, &w.client), STOA_OK);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	client_close(w.client);
	free(w.client); /* the process would have ended */
	stoa_arena_fini(&w.arena);
	return 0;
}

/* ---- tests ---- */

static void
test_client_sends_under_its_own_name(void **state)
{
	(void)state;
	say("/help");
	assert_memory_equal(
	    w.subject, "stoa.chat.in.console.", sizeof("stoa.chat.in.console"));
	assert_string_equal(strrchr(w.subject, '.'), "." ME);
	assert_string_equal(w.raw, "/help");
	assert_int_equal(strlen(w.id), 32);
	store_answer(STOA_OK);
	hear(card_of(w.id, 1, true));
	assert_int_equal(w.done_count, 1);
	assert_true(w.has_card);
	assert_int_equal(client_count(w.client), 0);
}

static void
test_client_stores_again_under_the_same_id(void **state)
{
	char id[64];

	(void)state;
	say("/help");
	(void)snprintf(id, sizeof(id), "%s", w.id);
	store_answer(STOA_TIMEOUT);
	pass(CLIENT_TICK_US);
	assert_int_equal(w.store_count, 2);
	assert_string_equal(w.id, id);
	store_answer(STOA_OK);
	pass(CLIENT_TICK_US);
	assert_int_equal(w.store_count, 2);
}

static void
test_client_waits_for_the_connection(void **state)
{
	(void)state;
	w.is_up = false;
	say("/help");
	pass(CLIENT_TICK_US);
	assert_int_equal(w.store_count, 0);
	w.is_up = true;
	pass(CLIENT_TICK_US);
	assert_int_equal(w.store_count, 1);
}

static void
test_client_two_commands_have_two_ids(void **state)
{
	char first[64];

	(void)state;
	say("/help");
	(void)snprintf(first, sizeof(first), "%s", w.id);
	store_answer(STOA_OK);
	say("/jobs");
	assert_string_not_equal(w.id, first);
	hear(card_of(w.id, 1, true));
	assert_int_equal(client_count(w.client), 1);
	hear(card_of(first, 1, true));
	assert_int_equal(w.done_count, 2);
}

static void
test_client_ignores_cards_that_are_not_its_own(void **state)
{
	(void)state;
	say("/help");
	hear(card_of("another", 1, true));
	hear(STOA_STR("\xff\xff"));
	assert_int_equal(w.done_count, 0);
}

static void
test_client_shows_only_newer_revisions(void **state)
{
	(void)state;
	say("/train");
	hear(card_of(w.id, 1, false));
	hear(card_of(w.id, 5, false));
	hear(card_of(w.id, 3, false));
	assert_int_equal(w.live_count, 2);
	assert_int_equal(w.live_revision, 5);
	hear(card_of(w.id, 2, true));
	assert_int_equal(w.done_count, 1);
	hear(card_of(w.id, 9, false));
	assert_int_equal(w.live_count, 2);
}

static void
test_client_asks_for_a_card_it_has_missed(void **state)
{
	char want[192];

	(void)state;
	say("/help");
	store_answer(STOA_OK);
	pass(CLIENT_LOOK_US_MIN - 1);
	assert_int_equal(w.look_count, 0);
	pass(1);
	(void)snprintf(want, sizeof(want),
	    "$JS.API.DIRECT.GET.chat-out.stoa.chat.out.console." ME ".%s",
	    w.id);
	assert_string_equal(w.look_subject, want);
	look_answer(STOA_OK, STOA_STR(""));
	pass(CLIENT_LOOK_US_MIN);
	assert_int_equal(w.look_count, 2);
	look_answer(STOA_OK, card_of(w.id, 1, true));
	assert_int_equal(w.done_count, 1);
	assert_true(w.has_card);
	pass(CLIENT_LOOK_US_MAX);
	assert_int_equal(w.look_count, 2);
}

static void
test_client_gives_up_when_nobody_answers(void **state)
{
	(void)state;
	say("/help");
	store_answer(STOA_OK);
	pass(CLIENT_ANSWER_US - 1);
	assert_int_equal(w.done_count, 0);
	pass(1);
	assert_int_equal(w.done_count, 1);
	assert_false(w.has_card);
	/* The look under way finds nobody waiting any more. */
	look_answer(STOA_OK, card_of(w.id, 1, true));
	assert_int_equal(w.done_count, 1);
}

static void
test_client_is_patient_with_a_job(void **state)
{
	(void)state;
	say("/train");
	store_answer(STOA_OK);
	hear(card_of(w.id, 1, false));
	pass(2 * CLIENT_ANSWER_US);
	assert_int_equal(w.done_count, 0);
	pass(CLIENT_JOB_US);
	assert_int_equal(w.done_count, 1);
}

static void
test_client_bounds_what_waits(void **state)
{
	(void)state;
	for (int i = 0; i < CLIENT_ASKED_MAX; i++) {
		say("/help");
		store_answer(STOA_OK);
	}
	assert_int_equal(
	    client_send_line(w.client, STOA_STR("/help"), NULL, on_done, NULL),
	    STOA_BUSY);
}

static void
test_client_refuses_what_no_message_holds(void **state)
{
	char *line = malloc(CLIENT_LINE_MAX + 1);

	(void)state;
	assert_non_null(line);
	memset(line, 'x', CLIENT_LINE_MAX + 1);
	assert_int_equal(client_send_line(w.client,
			     stoa_str_of_bytes(line, CLIENT_LINE_MAX + 1), NULL,
			     on_done, NULL),
	    STOA_TOO_LARGE);
	free(line);
	assert_int_equal(client_count(w.client), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_client_sends_under_its_own_name),
	    TEST(test_client_stores_again_under_the_same_id),
	    TEST(test_client_waits_for_the_connection),
	    TEST(test_client_two_commands_have_two_ids),
	    TEST(test_client_ignores_cards_that_are_not_its_own),
	    TEST(test_client_shows_only_newer_revisions),
	    TEST(test_client_asks_for_a_card_it_has_missed),
	    TEST(test_client_gives_up_when_nobody_answers),
	    TEST(test_client_is_patient_with_a_job),
	    TEST(test_client_bounds_what_waits),
	    TEST(test_client_refuses_what_no_message_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
