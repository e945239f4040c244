#include "edge/conf.h"

#include "../unit.h"

#include <sys/stat.h>
#include <unistd.h>

static const struct stoa_conf_option options[] = {
    {"nats-url", STOA_CONF_TEXT, "nats://x", 1, 64, "the broker"},
    {"count", STOA_CONF_NUMBER, "3", 0, 100, "how many"},
    {"loud", STOA_CONF_FLAG, "false", 0, 0, "say more"},
    {"token", STOA_CONF_SECRET, NULL, 0, 128, "a secret"},
};

struct t {
	struct stoa_conf *conf;
	struct stoa_buf error;
};

static int
set_up(void **state)
{
	static struct t t;

	t.conf = stoa_conf_new(options, STOA_COUNT(options));
	stoa_buf_init(&t.error, 4096);
	*state = &t;
	return 0;
}

static int
tear_down(void **state)
{
	struct t *t = *state;

	stoa_conf_free(t->conf);
	stoa_buf_fini(&t->error);
	return 0;
}

static bool
arguments(struct t *t, char *one, char *two)
{
	char program[] = "x";
	char *argv[] = {program, one, two, NULL};
	int rest;

	return stoa_conf_arguments(
	    t->conf, two == NULL ? 2 : 3, argv, &rest, &t->error);
}

static void
test_stronger_source_stands_in_any_order(void **state)
{
	struct t *t = *state;
	char flag[] = "--count=1";
	char env1[] = "STOA_COUNT=2", env2[] = "STOA_NATS_URL=nats://env";
	char *environment[] = {env1, env2, NULL};

	assert_true(arguments(t, flag, NULL));
	assert_true(stoa_conf_environment(t->conf, environment, &t->error));
	assert_true(stoa_conf_text(t->conf, "f",
	    STOA_STR("count = 9\nnats-url = nats://file\nloud = true\n"),
	    &t->error));
	assert_int_equal(stoa_conf_number(t->conf, "count"), 1);
	assert_string_equal(stoa_conf_get(t->conf, "nats-url"), "nats://env");
	assert_true(stoa_conf_flag(t->conf, "loud"));
	assert_string_equal(stoa_conf_get(t->conf, "token"), "");
	assert_null(stoa_conf_get_or_null(t->conf, "token"));
	assert_string_equal(
	    stoa_conf_get_or_null(t->conf, "nats-url"), "nats://env");
}

static void
test_errors_name_the_place_the_limit_and_the_fix(void **state)
{
	static const struct {
		const char *text;
		const char *says[3];
	} rows[] = {
	    {"\n\ncuont = 1", {"f:3", "cuont", "did you mean \"count\""}},
	    {"count = 101", {"f:1", "count", "0 to 100"}},
	    {"count = x", {"f:1", "count", "whole number"}},
	    {"loud = yes", {"f:1", "loud", "true or false"}},
	    {"nats-url =", {"f:1", "nats-url", "1 to 64"}},
	    {"just words", {"f:1", "name = value", ""}},
	};
	struct t *t = *state;

	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		stoa_buf_clear(&t->error);
		assert_false(stoa_conf_text(
		    t->conf, "f", stoa_str_of(rows[i].text), &t->error));
		for (int k = 0; k < 3; k++) {
			assert_non_null(strstr(t->error.data, rows[i].says[k]));
		}
	}
}

static void
test_unknown_arguments_are_errors(void **state)
{
	struct t *t = *state;
	char wrong[] = "--lod", bare[] = "--count";

	assert_false(arguments(t, wrong, NULL));
	assert_non_null(strstr(t->error.data, "did you mean \"loud\""));
	stoa_buf_clear(&t->error);
	assert_false(arguments(t, bare, NULL));
	assert_non_null(strstr(t->error.data, "--count wants a value"));
}

static void
test_a_secret_comes_from_a_private_file_and_is_never_printed(void **state)
{
	struct t *t = *state;
	char path[] = "/tmp/stoa-conf-XXXXXX";
	char text[128];
	struct stoa_buf out;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "hush-hush\n", 10), 10);
	(void)close(fd);
	(void)snprintf(text, sizeof(text), "token-file = %s\n", path);
	assert_true(stoa_conf_text(t->conf, "f", stoa_str_of(text), &t->error));
	assert_int_equal(chmod(path, 0644), 0);
	assert_false(stoa_conf_secrets(t->conf, &t->error));
	assert_non_null(strstr(t->error.data, "chmod 600"));
	assert_int_equal(chmod(path, 0600), 0);
	assert_true(stoa_conf_secrets(t->conf, &t->error));
	assert_string_equal(stoa_conf_get(t->conf, "token"), "hush-hush");
	stoa_buf_init(&out, 4096);
	stoa_conf_print(t->conf, &out);
	assert_null(strstr(out.data, "hush"));
	assert_non_null(strstr(out.data, "(set)"));
	stoa_buf_fini(&out);
	(void)unlink(path);
}

static void
test_a_wiped_secret_is_nowhere(void **state)
{
	struct t *t = *state;
	char flag[] = "--token=hush", env[] = "STOA_TOKEN=quiet";
	char *environment[] = {env, NULL};
	const char *text;

	assert_true(arguments(t, flag, NULL));
	assert_true(stoa_conf_environment(t->conf, environment, &t->error));
	text = stoa_conf_get(t->conf, "token");
	assert_string_equal(text, "hush");
	stoa_conf_wipe(t->conf, "token");
	assert_memory_equal(text, "\0\0\0\0", 4);
	assert_memory_equal(flag, "--token=\0\0\0\0", sizeof(flag) - 1);
	assert_memory_equal(env, "STOA_TOKEN=\0\0\0\0\0", sizeof(env) - 1);
	assert_string_equal(stoa_conf_get(t->conf, "token"), "");
	assert_null(stoa_conf_get_or_null(t->conf, "token"));
}

static void
test_what_is_printed_reads_back(void **state)
{
	struct t *t = *state;
	struct stoa_conf *again = stoa_conf_new(options, STOA_COUNT(options));
	struct stoa_buf out;

	assert_true(stoa_conf_text(t->conf, "f",
	    STOA_STR("count = 42\nnats-url = nats://h:1\n"), &t->error));
	stoa_buf_init(&out, 4096);
	stoa_conf_print(t->conf, &out);
	assert_true(stoa_conf_text(again, "g", stoa_buf_str(&out), &t->error));
	assert_int_equal(stoa_conf_number(again, "count"), 42);
	assert_string_equal(stoa_conf_get(again, "nats-url"), "nats://h:1");
	stoa_buf_fini(&out);
	stoa_conf_free(again);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    T(test_stronger_source_stands_in_any_order),
	    T(test_errors_name_the_place_the_limit_and_the_fix),
	    T(test_unknown_arguments_are_errors),
	    T(test_a_secret_comes_from_a_private_file_and_is_never_printed),
	    T(test_a_wiped_secret_is_nowhere),
	    T(test_what_is_printed_reads_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
