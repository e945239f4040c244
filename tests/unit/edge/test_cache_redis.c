/* Against a private redis-server on a Unix socket in a directory of its own.
 * The server is stopped, killed and started again under the cache. */
#include "edge/cache_redis.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit.h"

extern char **environ;

/* Every wait ends here at the latest. */
#define DEADLINE_MS 20000

static struct {
	char dir[64];
	char socket[96];
	pid_t pid;
	uv_loop_t loop;
	struct stoa_cache *cache;
} t;

/* What the last questions were answered. */
static struct {
	struct stoa_gcra_answer last;
	size_t count, shared, allowed;
} heard;

static const struct stoa_gcra_rate slow = {60 * 1000000, 3};

static void
limited(void *owner, struct stoa_gcra_answer answer, bool is_shared)
{
	assert_ptr_equal(owner, &heard);
	heard.last = answer;
	heard.count++;
	heard.shared += is_shared;
	heard.allowed += answer.is_allowed;
}

static void
deadline_passed(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
}

/* Turns the loop until `is_done` or the deadline. */
static void
wait_until(bool (*is_done)(void))
{
	uv_timer_t deadline;
	bool is_late = false;

	uv_timer_init(&t.loop, &deadline);
	deadline.data = &is_late;
	uv_timer_start(&deadline, deadline_passed, DEADLINE_MS, 0);
	while (!is_done() && !is_late) {
		uv_run(&t.loop, UV_RUN_ONCE);
	}
	uv_close((uv_handle_t *)&deadline, NULL);
	uv_run(&t.loop, UV_RUN_NOWAIT);
	assert_false(is_late);
}

static bool
is_shared(void)
{
	return !stoa_cache_is_degraded(t.cache);
}

static bool
is_alone(void)
{
	return stoa_cache_is_degraded(t.cache);
}

static size_t wanted;

static bool
is_answered(void)
{
	return heard.count >= wanted;
}

static void
ask(const char *key, size_t times)
{
	memset(&heard, 0, sizeof(heard));
	wanted = times;
	for (size_t i = 0; i < times; i++) {
		stoa_cache_limit(
		    t.cache, stoa_str_of(key), slow, limited, &heard);
	}
	wait_until(is_answered);
	assert_int_equal(heard.count, times);
}

/* ---- the server ---- */

static void
server_start(void)
{
	char *argv[] = {(char *)"redis-server", (char *)"--port", (char *)"0",
	    (char *)"--unixsocket", t.socket, (char *)"--save", (char *)"",
	    (char *)"--appendonly", (char *)"no", (char *)"--dir", t.dir,
	    (char *)"--daemonize", (char *)"no", NULL};
	posix_spawn_file_actions_t files;

	(void)unlink(t.socket);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(
	    &files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	assert_int_equal(
	    posix_spawnp(&t.pid, "redis-server", &files, NULL, argv, environ),
	    0);
	posix_spawn_file_actions_destroy(&files);
}

static void
server_kill(void)
{
	if (t.pid > 0) {
		(void)kill(t.pid, SIGKILL);
		(void)kill(t.pid, SIGCONT);
		assert_int_equal(waitpid(t.pid, NULL, 0), t.pid);
		t.pid = 0;
	}
}

static int
setup(void **state)
{
	const struct stoa_cache_options options = {.socket = t.socket};

	(void)state;
	strcpy(t.dir, "/tmp/stoa-cache-XXXXXX");
	assert_non_null(mkdtemp(t.dir));
	(void)snprintf(t.socket, sizeof(t.socket), "%s/redis.sock", t.dir);
	assert_int_equal(uv_loop_init(&t.loop), 0);
	server_start();
	assert_int_equal(stoa_cache_open(&t.loop, &options, &t.cache), STOA_OK);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	stoa_cache_close(t.cache);
	uv_run(&t.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&t.loop), 0);
	server_kill();
	(void)unlink(t.socket);
	assert_int_equal(rmdir(t.dir), 0);
	return 0;
}

static void
test_limit_counts_in_the_server(void **state)
{
	(void)state;
	wait_until(is_shared);
	ask("u_a:money", 5);
	assert_int_equal(heard.shared, 5);
	assert_int_equal(heard.allowed, 3);
	assert_false(heard.last.is_allowed);
	/* The first interval ends a minute after the first question. */
	assert_in_range(heard.last.retry_after_us, 50 * 1000000, 60 * 1000000);
	ask("u_b:money", 1);
	assert_int_equal(heard.allowed, 1);
	assert_int_equal(heard.last.remaining, 2);
	ask("u_a:money", 1);
	assert_int_equal(heard.allowed, 0);
}

static void
test_limit_is_shared_between_processes(void **state)
{
	const struct stoa_cache_options options = {.socket = t.socket};
	struct stoa_cache *first = t.cache, *second;

	(void)state;
	wait_until(is_shared);
	ask("u_c", 2);
	assert_int_equal(stoa_cache_open(&t.loop, &options, &second), STOA_OK);
	t.cache = second;
	wait_until(is_shared);
	ask("u_c", 2);
	assert_int_equal(heard.allowed, 1);
	t.cache = first;
	stoa_cache_close(second);
}

static void
test_limit_answers_alone_when_the_server_is_killed(void **state)
{
	(void)state;
	wait_until(is_shared);
	server_kill();
	wait_until(is_alone);
	ask("u_d", 5);
	assert_int_equal(heard.shared, 0);
	assert_int_equal(heard.allowed, 3);
	server_start();
	wait_until(is_shared);
	ask("u_d", 4);
	assert_int_equal(heard.shared, 4);
	assert_int_equal(heard.allowed, 3);
}

static void
test_limit_answers_soon_when_the_server_hangs(void **state)
{
	uint64_t began, took_ms;

	(void)state;
	wait_until(is_shared);
	assert_int_equal(kill(t.pid, SIGSTOP), 0);
	began = uv_hrtime();
	ask("u_e", 4);
	took_ms = (uv_hrtime() - began) / 1000000;
	assert_int_equal(heard.shared, 0);
	assert_int_equal(heard.allowed, 3);
	assert_true(stoa_cache_is_degraded(t.cache));
	/* The loop counts in whole milliseconds. */
	assert_in_range(took_ms, CACHE_TIMEOUT_MS - 2, 10 * CACHE_TIMEOUT_MS);
	assert_int_equal(kill(t.pid, SIGCONT), 0);
	wait_until(is_shared);
	ask("u_f", 1);
	assert_int_equal(heard.shared, 1);
}

static void
test_limit_bounds_what_is_under_way(void **state)
{
	(void)state;
	wait_until(is_shared);
	ask("u_g", CACHE_PENDING_MAX + 10);
	assert_int_equal(heard.shared, CACHE_PENDING_MAX);
	/* Three by the server, three by the process that could not ask. */
	assert_int_equal(heard.allowed, 6);
	assert_false(stoa_cache_is_degraded(t.cache));
}

static void
test_close_answers_what_is_under_way(void **state)
{
	const struct stoa_cache_options options = {.socket = t.socket};

	(void)state;
	wait_until(is_shared);
	memset(&heard, 0, sizeof(heard));
	for (int i = 0; i < 4; i++) {
		stoa_cache_limit(
		    t.cache, STOA_STR("u_h"), slow, limited, &heard);
	}
	assert_int_equal(heard.count, 0);
	stoa_cache_close(t.cache);
	assert_int_equal(heard.count, 4);
	assert_int_equal(heard.shared, 0);
	assert_int_equal(stoa_cache_open(&t.loop, &options, &t.cache), STOA_OK);
}

/* ---- counts ---- */

static struct {
	struct stoa_cache_counted last;
	size_t count, allowed;
} counted;

static void
on_counted(void *owner, const struct stoa_cache_counted *answer)
{
	assert_ptr_equal(owner, &counted);
	counted.last = *answer;
	counted.count++;
	counted.allowed += answer->is_allowed;
}

static bool
is_counted(void)
{
	return counted.count >= wanted;
}

static void
add(const struct stoa_cache_count *counts, size_t count, size_t times)
{
	memset(&counted, 0, sizeof(counted));
	wanted = times;
	for (size_t i = 0; i < times; i++) {
		stoa_cache_count(t.cache, counts, count, on_counted, &counted);
	}
	wait_until(is_counted);
}

static void
test_count_adds_up_to_the_maximum(void **state)
{
	struct stoa_cache_count n = {STOA_STR("n_a"), 60000000, 10, 3};
	const struct stoa_cache_options options = {.socket = t.socket};
	struct stoa_cache *first = t.cache;

	(void)state;
	wait_until(is_shared);
	add(&n, 1, 2);
	assert_int_equal(counted.allowed, 2);
	assert_true(counted.last.is_shared);
	assert_int_equal(counted.last.used, 6);
	/* Another process adds to the same. */
	assert_int_equal(stoa_cache_open(&t.loop, &options, &t.cache), STOA_OK);
	wait_until(is_shared);
	add(&n, 1, 2);
	assert_int_equal(counted.allowed, 1);
	assert_false(counted.last.is_allowed);
	assert_int_equal(counted.last.used, 9);
	assert_in_range(counted.last.retry_after_us, 50000000, 64000000);
	n.amount = 0;
	add(&n, 1, 1);
	assert_true(counted.last.is_allowed);
	assert_int_equal(counted.last.used, 9);
	stoa_cache_close(t.cache);
	t.cache = first;
}

static void
test_count_takes_all_or_nothing(void **state)
{
	const struct stoa_cache_count n[2] = {
	    {STOA_STR("n_b"), 60000000, 10, 1},
	    {STOA_STR("n_c"), 60000000, 2, 1},
	};

	(void)state;
	wait_until(is_shared);
	add(n, 2, 5);
	assert_int_equal(counted.allowed, 2);
	assert_int_equal(counted.last.full, 1);
	assert_int_equal(counted.last.used, 2);
}

static void
wait_is_over(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
}

static bool is_over;

static bool
is_wait_over(void)
{
	return is_over;
}

static void
test_count_forgets_after_its_span(void **state)
{
	const struct stoa_cache_count n = {STOA_STR("n_d"), 200000, 1, 1};
	uv_timer_t timer;

	(void)state;
	wait_until(is_shared);
	add(&n, 1, 2);
	assert_int_equal(counted.allowed, 1);
	assert_in_range(counted.last.retry_after_us, 1, 211000);
	/* What the answer said is what it takes. */
	uv_timer_init(&t.loop, &timer);
	timer.data = &is_over;
	uv_timer_start(&timer, wait_is_over,
	    (uint64_t)counted.last.retry_after_us / 1000 + 1, 0);
	wait_until(is_wait_over);
	add(&n, 1, 1);
	assert_int_equal(counted.allowed, 1);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(&t.loop, UV_RUN_NOWAIT);
}

static void
test_count_allows_when_nobody_knows(void **state)
{
	const struct stoa_cache_count n = {STOA_STR("n_e"), 60000000, 1, 1};

	(void)state;
	wait_until(is_shared);
	server_kill();
	wait_until(is_alone);
	add(&n, 1, 3);
	assert_int_equal(counted.allowed, 3);
	assert_false(counted.last.is_shared);
	server_start();
	wait_until(is_shared);
	add(&n, 1, 3);
	assert_int_equal(counted.allowed, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_limit_counts_in_the_server),
	    cmocka_unit_test(test_limit_is_shared_between_processes),
	    cmocka_unit_test(
		test_limit_answers_alone_when_the_server_is_killed),
	    cmocka_unit_test(test_limit_answers_soon_when_the_server_hangs),
	    cmocka_unit_test(test_limit_bounds_what_is_under_way),
	    cmocka_unit_test(test_count_adds_up_to_the_maximum),
	    cmocka_unit_test(test_count_takes_all_or_nothing),
	    cmocka_unit_test(test_count_forgets_after_its_span),
	    cmocka_unit_test(test_count_allows_when_nobody_knows),
	    cmocka_unit_test(test_close_answers_what_is_under_way),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
