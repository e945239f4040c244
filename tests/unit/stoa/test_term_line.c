/* The prompt on a pseudo-terminal whose other end the test types into. A
 * script gives one step per turn of the "loop". */
#include "stoa/term_line.h"

#include "stoa/term.h"

#include <fcntl.h>
#include <pty.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "../unit.h"

#define SCREEN_MAX ((size_t)1024 * 1024)

struct step {
	const char *keys;  /* typed, or */
	const char *print; /* shown above the prompt, or */
	const char *status;
	bool is_interrupt;
};

static struct {
	int master;
	FILE *in, *out;
	struct term_line *line;
	const struct step *steps; /* the next ones; ended by all NULL */
	struct stoa_buf screen;	  /* all that has been written */
	char history[64];
} t;

static void
screen_read(void)
{
	char bytes[4096];
	ssize_t len;

	while ((len = read(t.master, bytes, sizeof(bytes))) > 0) {
		stoa_buf_add(&t.screen, bytes, (size_t)len);
	}
}

static bool
step_next(void *owner)
{
	const struct step *s = t.steps;

	assert_ptr_equal(owner, &t);
	screen_read();
	if (s->keys != NULL) {
		assert_int_equal(write(t.master, s->keys, strlen(s->keys)),
		    (ssize_t)strlen(s->keys));
	} else if (s->print != NULL) {
		term_line_print(t.line, stoa_str_of(s->print));
	} else if (s->status != NULL) {
		term_line_status(t.line, stoa_str_of(s->status));
	} else if (s->is_interrupt) {
		term_line_interrupt(t.line);
	} else {
		return false;
	}
	t.steps++;
	return true;
}

static void
known_values(void *owner, enum bot_source source, struct stoa_str word,
    struct term_completion *c)
{
	(void)owner;
	(void)word;
	if (source == BOT_SOURCE_JOBS) {
		term_offer(c, "j_aaa", "one");
		term_offer(c, "j_abb", "two");
	}
}

static void
line_open(void)
{
	const struct term_line_options options = {
	    .in = t.in,
	    .out = t.out,
	    .prompt = "stoa> ",
	    .history_path = t.history,
	    .wait = step_next,
	    .values = known_values,
	    .owner = &t,
	};

	assert_int_equal(term_line_open(&options, &t.line), STOA_OK);
}

static int
setup(void **state)
{
	struct winsize size = {.ws_row = 24, .ws_col = 40};
	int slave, fd;

	(void)state;
	term_locale_init();
	assert_int_equal(setenv("TERM", "xterm", 1), 0);
	assert_int_equal(setenv("HOME", "/nonexistent", 1), 0);
	assert_int_equal(openpty(&t.master, &slave, NULL, NULL, &size), 0);
	assert_int_equal(fcntl(t.master, F_SETFL, O_NONBLOCK), 0);
	t.in = fdopen(slave, "r");
	t.out = fdopen(dup(slave), "w");
	assert_non_null(t.in);
	assert_non_null(t.out);
	strcpy(t.history, "/tmp/stoa-history-XXXXXX");
	fd = mkstemp(t.history);
	assert_true(fd >= 0);
	(void)close(fd);
	stoa_buf_init(&t.screen, SCREEN_MAX);
	line_open();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	term_line_close(t.line);
	(void)fclose(t.in);
	(void)fclose(t.out);
	(void)close(t.master);
	(void)unlink(t.history);
	stoa_buf_fini(&t.screen);
	return 0;
}

/* Types as the steps say until a line comes; NULL at the end. */
static const char *
line_after(const struct step *steps)
{
	static char text[TERM_LINE_LEN_MAX + 1];
	struct stoa_str line;
	bool ok;

	stoa_buf_clear(&t.screen);
	t.steps = steps;
	ok = term_line_next(t.line, &line);
	screen_read();
	if (!ok) {
		return NULL;
	}
	memcpy(text, line.data, line.len);
	text[line.len] = '\0';
	return text;
}

static bool
has_screen(const char *text)
{
	return t.screen.data != NULL && strstr(t.screen.data, text) != NULL;
}

static void
test_next_edits_a_line(void **state)
{
	static const struct step steps[] = {
	    {.keys = "/hlep"},
	    {.keys = "\x1b[D\x1b[D\x1b[D"}, /* left, three times */
	    {.keys = "\x1b[C\x7f\x7f"
		     "he"},
	    {.keys = "\x05 caf\xc3\xa9"}, /* to the end */
	    {.keys = "\n"},
	    {0},
	};

	(void)state;
	assert_string_equal(line_after(steps), "/heep caf\xc3\xa9");
	assert_true(has_screen("stoa> "));
}

static void
test_next_recalls_history_of_this_and_earlier_runs(void **state)
{
	static const struct step first[] = {{.keys = "/status\n"}, {0}};
	static const struct step second[] = {{.keys = " /secret\n"}, {0}};
	static const struct step recall[] = {{.keys = "\x1b[A\n"}, {0}};
	struct stat info;

	(void)state;
	assert_string_equal(line_after(first), "/status");
	assert_string_equal(line_after(second), " /secret");
	term_line_close(t.line);
	line_open();
	assert_string_equal(line_after(recall), "/status");
	assert_int_equal(stat(t.history, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
}

static void
test_tab_completes_and_lists(void **state)
{
	static const struct step whole[] = {{.keys = "/bal\t\n"}, {0}};
	static const struct step value[] = {
	    {.keys = "/job \tb\t"}, {.keys = "\n"}, {0}};
	static const struct step list[] = {
	    {.keys = "/tr\t\t"}, {.keys = "\n"}, {0}};

	(void)state;
	assert_string_equal(line_after(whole), "/balance ");
	/* j_a is common to both; id: is offered too, so nothing is inserted
	 * before the b, which no value begins with. */
	assert_string_equal(line_after(value), "/job b");
	assert_true(has_screen("j_aaa  "));
	assert_true(has_screen("two"));
	assert_string_equal(line_after(list), "/tra");
	assert_true(has_screen("/transfer"));
	assert_true(has_screen("Train a model on a dataset"));
}

static void
test_print_keeps_the_line_being_typed(void **state)
{
	static const struct step steps[] = {
	    {.keys = "/sta"},
	    {.print = "a card\nof two lines"},
	    {.keys = "tus\n"},
	    {0},
	};

	(void)state;
	assert_string_equal(line_after(steps), "/status");
	/* Erased, shown, and the prompt with the line drawn again. */
	assert_true(has_screen("\r\x1b[Ja card\r\nof two lines\r\n"));
	assert_true(has_screen("lines\r\nstoa> /sta"));
}

static void
test_status_replaces_itself(void **state)
{
	static const struct step steps[] = {
	    {.keys = "x"},
	    {.status = "10 %\nepoch 1"},
	    {.status = "20 %\nepoch 2"},
	    {.print = "a card"},
	    {.status = ""},
	    {.keys = "\n"},
	    {0},
	};

	(void)state;
	assert_string_equal(line_after(steps), "x");
	/* Two rows up for the second and for the card, which stays above. */
	assert_true(has_screen("\r\x1b[2A\x1b[J20 %\r\nepoch 2\r\n"));
	assert_true(has_screen("\x1b[2A\x1b[Ja card\r\n20 %\r\nepoch 2\r\n"));
}

static void
test_print_counts_rows_of_a_wrapped_line(void **state)
{
	/* Six of the prompt and 80 make three rows of 40. */
	static const struct step steps[] = {
	    {.keys = "0123456789012345678901234567890123456789"
		     "0123456789012345678901234567890123456789"},
	    {.print = "a card"},
	    {.keys = "\n"},
	    {0},
	};

	(void)state;
	assert_int_equal(strlen(line_after(steps)), 80);
	assert_true(has_screen("\r\x1b[2A\x1b[Ja card"));
}

static void
test_interrupt_gives_the_line_up(void **state)
{
	static const struct step steps[] = {
	    {.keys = "/transfer"}, {.is_interrupt = true}, {0}};
	static const struct step after[] = {{.keys = "/help\n"}, {0}};

	(void)state;
	assert_string_equal(line_after(steps), "");
	assert_true(has_screen("^C"));
	assert_string_equal(line_after(after), "/help");
}

static void
test_end_of_input_and_of_waiting_end(void **state)
{
	static const struct step end[] = {{.keys = "\x04"}, {0}};
	static const struct step nothing[] = {{0}};

	(void)state;
	assert_null(line_after(end));
	assert_null(line_after(nothing));
}

static void
test_without_a_terminal_lines_are_just_read(void **state)
{
	static const char text[] = "/help\n\n/status";
	struct term_line_options options = {
	    .prompt = "stoa> ", .wait = step_next, .owner = &t};
	struct term_line *l;
	struct stoa_str line;
	int in[2], out[2];
	char shown[64];

	(void)state;
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	assert_int_equal(write(in[1], text, strlen(text)), strlen(text));
	(void)close(in[1]);
	options.in = fdopen(in[0], "r");
	options.out = fdopen(out[1], "w");
	assert_int_equal(term_line_open(&options, &l), STOA_OK);
	assert_true(term_line_next(l, &line));
	assert_str(line, "/help");
	term_line_status(l, STOA_STR("not shown"));
	term_line_print(l, STOA_STR("shown\n"));
	assert_true(term_line_next(l, &line));
	assert_str(line, "");
	assert_true(term_line_next(l, &line));
	assert_str(line, "/status");
	assert_false(term_line_next(l, &line));
	term_line_close(l);
	assert_int_equal(read(out[0], shown, sizeof(shown)), 6);
	assert_memory_equal(shown, "shown\n", 6);
	(void)fclose(options.in);
	(void)fclose(options.out);
	(void)close(out[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_next_edits_a_line),
	    cmocka_unit_test(
		test_next_recalls_history_of_this_and_earlier_runs),
	    cmocka_unit_test(test_tab_completes_and_lists),
	    cmocka_unit_test(test_print_keeps_the_line_being_typed),
	    cmocka_unit_test(test_status_replaces_itself),
	    cmocka_unit_test(test_print_counts_rows_of_a_wrapped_line),
	    cmocka_unit_test(test_interrupt_gives_the_line_up),
	    cmocka_unit_test(test_end_of_input_and_of_waiting_end),
	    cmocka_unit_test(test_without_a_terminal_lines_are_just_read),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
