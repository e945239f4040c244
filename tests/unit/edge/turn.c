/* turn.c - one loop for one test program. */
#include "../unit.h"

#include "turn.h"

#include "base/time.h"

static struct {
	struct stoa_loop *loop;
	struct stoa_timer *look, *deadline;
	bool (*is_so)(void);
	bool is_late;
} t;

static void
look(void *arg)
{
	(void)arg;
	if (t.is_so != NULL && t.is_so()) {
		stoa_loop_stop(t.loop);
	}
}

static void
on_late(void *arg)
{
	(void)arg;
	t.is_late = true;
	stoa_loop_stop(t.loop);
}

struct stoa_loop *
turn_loop(void)
{
	if (t.loop == NULL) {
		t.loop = stoa_loop_open();
		t.look = stoa_timer_new(t.loop, look, NULL);
		t.deadline = stoa_timer_new(t.loop, on_late, NULL);
	}
	return t.loop;
}

void
turn_loop_close(void)
{
	stoa_timer_free(t.look);
	stoa_timer_free(t.deadline);
	stoa_loop_close(t.loop);
	t.loop = NULL;
}

void
turn_until(bool (*is_so)(void))
{
	struct stoa_loop *loop = turn_loop();

	t.is_so = is_so;
	t.is_late = false;
	stoa_timer_start(t.look, 0, 2 * STOA_US_PER_MS);
	stoa_timer_start(t.deadline, TURN_MS * STOA_US_PER_MS, 0);
	stoa_loop_run(loop);
	stoa_timer_stop(t.look);
	stoa_timer_stop(t.deadline);
	t.is_so = NULL;
	assert_false(t.is_late);
}
