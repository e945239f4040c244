/* test_svc.c - the life of a daemon's parts, in a process of its own. */
#include "../unit.h"

#include "edge/svc.h"

#include "base/time.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_MS 20000

/* A part says what becomes of it, a letter each, to `tell`. */
struct said {
	char tick, drain, free; /* 0: nothing */
	unsigned busy_count;	/* times that it is not idle yet */
};

static int tell;

static void
say(char letter)
{
	if (letter != 0) {
		stoa_assert(write(tell, &letter, 1) == 1);
	}
}

static void
tick(void *part)
{
	struct said *p = part;

	say(p->tick);
	p->tick = 0;
}

static void
drain(void *part)
{
	const struct said *p = part;

	say(p->drain);
}

static bool
is_idle(void *part)
{
	struct said *p = part;

	if (p->busy_count > 0) {
		p->busy_count--;
		return false;
	}
	return true;
}

static void
end(void *part)
{
	const struct said *p = part;

	stoa_assert(p->busy_count == 0);
	say(p->free);
}

static bool
start(struct stoa_svc *svc)
{
	static const struct stoa_part whole = {
	    .tick = tick,
	    .tick_us = STOA_US_PER_MS,
	    .drain = drain,
	    .is_idle = is_idle,
	    .free = end,
	};
	static const struct stoa_part nothing = {.tick = NULL};
	static struct said first = {'t', 'd', 'f', 2};
	static struct said second = {0, 'D', 'F', 1};

	stoa_svc_add(svc, &whole, &first);
	stoa_svc_add(svc, &nothing, NULL);
	stoa_svc_add(svc, &whole, &second);
	say('s');
	return true;
}

static bool
fail_to_start(struct stoa_svc *svc)
{
	(void)svc;
	return false;
}

static pid_t
daemon_start(bool (*how)(struct stoa_svc *svc), int *ret_told)
{
	const struct stoa_svc_spec spec = {
	    .name = "test", .description = "a test", .start = how};
	char name[] = "stoa-test", url[] = "--nats-url=nats://127.0.0.1:9";
	char home[] = "--home=/nonexistent";
	char *argv[] = {name, url, home, NULL};
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(ends[0]);
		tell = ends[1];
		_exit(stoa_svc_main(&spec, 3, argv));
	}
	close(ends[1]);
	*ret_told = ends[0];
	return pid;
}

/* Reads until `text` is complete. */
static void
assert_told(int told, const char *text)
{
	for (; *text != '\0'; text++) {
		struct pollfd one = {.fd = told, .events = POLLIN};
		char letter = 0;

		assert_int_equal(poll(&one, 1, READ_MS), 1);
		assert_int_equal(read(told, &letter, 1), 1);
		assert_int_equal(letter, *text);
	}
}

static void
assert_ended(pid_t pid, int told, int want)
{
	int status;
	char more;

	assert_int_equal(read(told, &more, 1), 0);
	close(told);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), want);
}

static void
test_svc_drains_and_frees_its_parts_in_reverse(void **state)
{
	int told;
	pid_t pid = daemon_start(start, &told);

	(void)state;
	assert_told(told, "st");
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_told(told, "DdFf");
	assert_ended(pid, told, 0);
}

static void
test_svc_ends_when_it_cannot_start(void **state)
{
	int told;
	pid_t pid = daemon_start(fail_to_start, &told);

	(void)state;
	assert_ended(pid, told, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_svc_drains_and_frees_its_parts_in_reverse),
	    cmocka_unit_test(test_svc_ends_when_it_cannot_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
