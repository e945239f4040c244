/* test_window.c - the window against a model that does all of it slowly. */
#include "../unit.h"

#include "base/rng.h"
#include "gateway/window.h"

#define EVENTS_MAX 512

static struct {
	struct window w;
	struct window_event events[EVENTS_MAX];
	bool is_out[EVENTS_MAX]; /* sent to the broker */
	bool is_freed[EVENTS_MAX];
	size_t count, freed;
	uint64_t seen;
} t;

static void
begin(uint64_t seq)
{
	memset(&t, 0, sizeof(t));
	window_init(&t.w, 7);
	window_start(&t.w, seq);
	t.seen = seq;
}

static void
on_freed(struct window_event *e)
{
	size_t i = (size_t)(e - t.events);

	assert_true(i < t.count);
	assert_true(e->is_done);
	assert_false(t.is_freed[i]);
	t.is_freed[i] = true;
	t.freed++;
}

static struct window_event *
add(uint64_t seq, const char *lane)
{
	struct window_event *e = &t.events[t.count];

	assert_true(t.count < EVENTS_MAX);
	e->seq = seq;
	e->bytes = 100 + t.count;
	(void)snprintf(e->lane, sizeof(e->lane), "%s", lane);
	t.count++;
	t.seen = seq > t.seen ? seq : t.seen;
	t.is_out[t.count - 1] = window_add(&t.w, e);
	return e;
}

static struct window_event *
done(struct window_event *e)
{
	struct window_event *next;

	assert_true(t.is_out[e - t.events]);
	next = window_done(&t.w, e, on_freed);
	if (next != NULL) {
		assert_false(t.is_out[next - t.events]);
		t.is_out[next - t.events] = true;
	}
	return next;
}

static void
test_window_sends_one_event_of_a_lane_at_a_time(void **state)
{
	struct window_event *a1, *b2, *a3, *a4;

	(void)state;
	begin(10);
	a1 = add(11, "a");
	b2 = add(12, "b");
	a3 = add(13, "a");
	a4 = add(14, "a");
	assert_true(t.is_out[0]);
	assert_true(t.is_out[1]);
	assert_false(t.is_out[2]);
	assert_false(t.is_out[3]);
	assert_null(done(b2));
	assert_ptr_equal(done(a1), a3);
	assert_ptr_equal(done(a3), a4);
	assert_null(done(a4));
	assert_int_equal(t.freed, 4);
	/* A lane that has run empty begins again. */
	assert_null(done(add(15, "a")));
	assert_int_equal(t.w.lanes.count, 0);
	window_fini(&t.w);
}

static void
test_window_place_stays_behind_what_is_not_stored(void **state)
{
	struct window_event *first, *second, *third;

	(void)state;
	begin(10);
	assert_int_equal(window_place(&t.w), 10);
	window_pass(&t.w, 11);
	assert_int_equal(window_place(&t.w), 11);
	first = add(12, "a");
	second = add(13, "b");
	third = add(15, "c");
	window_pass(&t.w, 16);
	assert_int_equal(window_place(&t.w), 11);
	(void)done(second);
	assert_int_equal(window_place(&t.w), 11);
	assert_int_equal(t.freed, 0);
	(void)done(first);
	assert_int_equal(t.freed, 2);
	assert_int_equal(window_place(&t.w), 14);
	(void)done(third);
	assert_int_equal(window_place(&t.w), 16);
	/* What comes late and is not wanted moves nothing. */
	window_pass(&t.w, 3);
	assert_int_equal(window_place(&t.w), 16);
	assert_int_equal(t.w.count, 0);
	assert_int_equal(t.w.bytes, 0);
	window_fini(&t.w);
}

/* A number that had been given up comes after all: the place must not pass it
 * before it is stored. */
static void
test_window_place_stays_behind_what_came_late(void **state)
{
	struct window_event *high, *late, *last;

	(void)state;
	begin(10);
	high = add(14, "a");
	late = add(12, "b");
	last = add(15, "b");
	assert_int_equal(window_place(&t.w), 11);
	(void)done(high);
	assert_int_equal(window_place(&t.w), 11);
	assert_ptr_equal(done(late), last);
	assert_int_equal(window_place(&t.w), 14);
	(void)done(last);
	assert_int_equal(window_place(&t.w), 15);
	assert_int_equal(t.freed, 3);
	window_fini(&t.w);
}

static void
test_window_counts_what_it_holds(void **state)
{
	struct window_event *e;

	(void)state;
	begin(0);
	e = add(1, "a");
	(void)add(2, "a");
	assert_int_equal(t.w.count, 2);
	assert_int_equal(t.w.bytes, 100 + 101);
	(void)done(e);
	assert_int_equal(t.w.count, 1);
	assert_int_equal(t.w.bytes, 101);
	window_fini(&t.w);
	assert_int_equal(t.w.count, 0);
}

/* ---- the model ---- */

static uint64_t
model_place(void)
{
	uint64_t place = t.seen;

	for (size_t i = 0; i < t.count; i++) {
		if (!t.events[i].is_done && t.events[i].seq - 1 < place) {
			place = t.events[i].seq - 1;
		}
	}
	return place;
}

/* Of each lane the oldest that is not done is out, and no other. */
static void
model_check(void)
{
	for (size_t i = 0; i < t.count; i++) {
		bool is_first = true;

		for (size_t j = 0; j < i; j++) {
			is_first &=
			    t.events[j].is_done ||
			    strcmp(t.events[j].lane, t.events[i].lane) != 0;
		}
		if (!t.events[i].is_done) {
			assert_int_equal(t.is_out[i], is_first);
			assert_int_equal(t.events[i].is_behind, !is_first);
			assert_false(t.is_freed[i]);
		}
	}
	assert_int_equal(window_place(&t.w), model_place());
	assert_int_equal(t.w.count, t.count - t.freed);
}

static void
some_event_done(struct stoa_rng *rng)
{
	size_t from = (size_t)stoa_rng_below(rng, t.count);

	for (size_t i = 0; i < t.count; i++) {
		size_t at = (from + i) % t.count;

		if (t.is_out[at] && !t.events[at].is_done) {
			(void)done(&t.events[at]);
			return;
		}
	}
}

static void
random_run(uint64_t seed)
{
	struct stoa_rng rng;
	uint64_t seq = 1;
	char lane[WINDOW_LANE_SIZE];

	stoa_rng_init(&rng, seed);
	begin(seq);
	while (t.count < 200) {
		uint64_t what = stoa_rng_below(&rng, 8);

		if (what < 4) {
			(void)snprintf(lane, sizeof(lane), "%u",
			    (unsigned)stoa_rng_below(&rng, 1 + seed % 9));
			(void)add(++seq, lane);
		} else if (what == 4) {
			window_pass(&t.w, ++seq);
			t.seen = seq;
		} else if (t.count > 0) {
			some_event_done(&rng);
		}
		model_check();
	}
	while (t.freed < t.count) {
		some_event_done(&rng);
		model_check();
	}
	assert_int_equal(window_place(&t.w), seq);
	assert_int_equal(t.w.lanes.count, 0);
	window_fini(&t.w);
}

static void
test_window_is_what_the_model_says(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 60; seed++) {
		random_run(seed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_window_sends_one_event_of_a_lane_at_a_time),
	    cmocka_unit_test(test_window_place_stays_behind_what_is_not_stored),
	    cmocka_unit_test(test_window_place_stays_behind_what_came_late),
	    cmocka_unit_test(test_window_counts_what_it_holds),
	    cmocka_unit_test(test_window_is_what_the_model_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
