/* run.c - one command from the shell. The card goes to standard output, what
 * happens until then to standard error if that is a terminal. */
#include "stoa/run.h"

#include "stoa/limits.h"
#include "stoa/live.h"
#include "stoa/session.h"
#include "stoa/term.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct run {
	struct session session;
	struct stoa_timer *patience;
	struct live_area area;
	enum session_exit exit;
};

static void
on_live(void *owner, const Stoa__Chat__Card *card)
{
	struct run *r = owner;

	live_area_show(&r->area, card);
}

static void
card_print(const struct run *r, const Stoa__Chat__Card *card)
{
	struct term_options options = term_options_of(STDOUT_FILENO);
	struct stoa_buf out;

	stoa_buf_init(&out, CLIENT_ARENA_MAX);
	if (session_wants_json(&r->session)) {
		term_card_json(&out, card);
		stoa_buf_add_byte(&out, '\n');
	} else {
		term_card_render(&out, card, &options);
	}
	(void)fwrite(out.data, 1, out.len, stdout);
	(void)fflush(stdout);
	stoa_buf_fini(&out);
}

static void
on_done(void *owner, const Stoa__Chat__Card *card)
{
	struct run *r = owner;

	live_area_clear(&r->area);
	r->exit = session_exit_of(card);
	if (card == NULL) {
		session_explain_silence(&r->session);
	} else {
		card_print(r, card);
	}
	stoa_loop_stop(r->session.loop);
}

/* No broker: the command cannot even be stored. */
static void
on_patience(void *arg)
{
	struct run *r = arg;

	if (!client_is_up(r->session.client)) {
		on_done(r, NULL);
	}
}

static int
run(struct run *r, struct stoa_str line)
{
	enum stoa_status status;

	live_area_init(&r->area, stderr);
	r->exit = SESSION_NO_ANSWER;
	status = session_send(&r->session, line, on_live, on_done, r);
	if (status != STOA_OK) {
		fprintf(stderr, "stoa run: %s\n", stoa_status_text(status));
		return SESSION_USAGE;
	}
	r->patience = stoa_timer_new(r->session.loop, on_patience, r);
	stoa_timer_start(r->patience, CLIENT_CONNECT_US, 0);
	stoa_loop_run(r->session.loop);
	live_area_fini(&r->area);
	return (int)r->exit;
}

int
run_main(int argc, char **argv)
{
	static struct run r;
	const char *line;
	enum session_exit code;
	int status;

	term_locale_init();
	if (!session_open(&r.session, argc, argv, &line, &code)) {
		return (int)code;
	}
	if (line == NULL) {
		fprintf(stderr, "stoa run: say what, in quotes: stoa run "
				"'/train dataset:bafy...'\n");
		status = SESSION_USAGE;
	} else {
		status = run(&r, stoa_str_of(line));
	}
	session_close(&r.session);
	return status;
}
