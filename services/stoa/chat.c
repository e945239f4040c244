/* chat.c - lines in, cards above the prompt, the newest job's progress
 * between them.
 *
 * Signals arrive as bytes of a descriptor, so that the loop is the only thing
 * that ever wakes up: Ctrl-C gives a line up, SIGTERM ends. Where input is no
 * terminal each command waits for its final card, and the last one's decides
 * the exit code. */
#include "stoa/chat.h"

#include "stoa/known.h"
#include "stoa/limits.h"
#include "stoa/live.h"
#include "stoa/session.h"
#include "stoa/term_line.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

struct chat {
	struct session session;
	struct term_line *line;
	struct known *known;
	struct stoa_reader *signals;
	struct stoa_timer *patience;
	int signal_fd;
	size_t pending; /* typed commands without their final card */
	bool is_interactive;
	bool is_ended;
	enum session_exit exit;
	char live_id[128 + 1]; /* whose card the status shows */
};

/* ---- what is shown ---- */

static void
card_print(struct chat *c, const Stoa__Chat__Card *card)
{
	struct term_options options = term_options_of(STDOUT_FILENO);
	struct stoa_buf out;

	stoa_buf_init(&out, CLIENT_ARENA_MAX);
	if (session_wants_json(&c->session)) {
		term_card_json(&out, card);
		stoa_buf_add_byte(&out, '\n');
	} else {
		term_card_render(&out, card, &options);
	}
	term_line_print(c->line, stoa_buf_str(&out));
	stoa_buf_fini(&out);
}

static void
on_live(void *owner, const Stoa__Chat__Card *card)
{
	struct chat *c = owner;
	struct term_options options = term_options_of(STDOUT_FILENO);
	struct stoa_buf out;

	(void)snprintf(c->live_id, sizeof(c->live_id), "%s", card->id);
	stoa_buf_init(&out, TERM_CARD_LEN_MAX);
	live_render(&out, card, &options);
	term_line_status(c->line, stoa_buf_str(&out));
	stoa_buf_fini(&out);
}

/* A list may have grown by what this card tells of. */
static bool
is_news(const Stoa__Chat__Card *card)
{
	return card->severity == STOA__CHAT__SEVERITY__SUCCESS ||
	       card->progress != NULL;
}

static void
on_done(void *owner, const Stoa__Chat__Card *card)
{
	struct chat *c = owner;

	c->pending--;
	c->exit = session_exit_of(card);
	if (card == NULL) {
		session_explain_silence(&c->session);
	} else {
		if (strcmp(card->id, c->live_id) == 0) {
			term_line_status(c->line, STOA_STR(""));
			c->live_id[0] = '\0';
		}
		card_print(c, card);
		if (c->is_interactive && is_news(card)) {
			known_refresh(c->known, true);
		}
	}
	stoa_loop_stop(c->session.loop);
}

/* ---- what wakes the loop ---- */

static void
on_input(void *arg)
{
	struct chat *c = arg;

	stoa_loop_stop(c->session.loop);
}

static void
on_signal(void *arg)
{
	struct chat *c = arg;
	struct signalfd_siginfo info;

	while (
	    read(c->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGWINCH) {
			term_line_resized(c->line);
		} else if (info.ssi_signo == SIGINT && c->is_interactive) {
			term_line_interrupt(c->line);
		} else {
			c->is_ended = true;
		}
	}
	stoa_loop_stop(c->session.loop);
}

/* Before the first thread is made: all of them inherit the mask. */
static bool
signals_block(struct chat *c)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGWINCH);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	c->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return c->signal_fd >= 0;
}

static bool
wait_turn(struct chat *c)
{
	if (!c->is_ended) {
		stoa_loop_run(c->session.loop);
	}
	return !c->is_ended;
}

/* Input wakes the loop only while somebody waits for it: a pipe that is full
 * of commands must not keep it turning while one of them runs. A plain file is
 * always readable and never gets here. */
static bool
wait_input(void *owner)
{
	struct chat *c = owner;
	struct stoa_reader *input =
	    stoa_reader_new(c->session.loop, STDIN_FILENO, on_input, c);
	bool goes_on = wait_turn(c);

	stoa_reader_free(input);
	return goes_on;
}

static void
offer(void *owner, enum bot_source source, struct stoa_str word,
    struct term_completion *completion)
{
	struct chat *c = owner;

	known_offer(c->known, source, word, completion);
}

static void
on_patience(void *arg)
{
	struct chat *c = arg;

	if (!client_is_up(c->session.client)) {
		session_explain_silence(&c->session);
		c->exit = SESSION_NO_ANSWER;
		c->is_ended = !c->is_interactive;
		stoa_loop_stop(c->session.loop);
	}
}

/* ---- lines ---- */

static void
line_take(struct chat *c, struct stoa_str line)
{
	enum stoa_status status;

	line = stoa_str_trim(line);
	if (line.len == 0) {
		return;
	}
	if (line.data[0] != '/') {
		term_line_print(c->line,
		    STOA_STR("Commands begin with a slash: try /help\n"));
		c->exit = SESSION_USAGE;
		return;
	}
	c->pending++;
	status = session_send(&c->session, line, on_live, on_done, c);
	if (status != STOA_OK) {
		c->pending--;
		c->exit = SESSION_USAGE;
		term_line_print(c->line, stoa_str_of(stoa_status_text(status)));
	}
	while (!c->is_interactive && c->pending > 0 && wait_turn(c)) {
	}
}

static void
lines_take(struct chat *c)
{
	struct stoa_str line;

	while (!c->is_ended && term_line_next(c->line, &line)) {
		line_take(c, line);
	}
}

/* ---- life ---- */

static bool
prompt_open(struct chat *c)
{
	char history[SESSION_PATH_MAX + 32];
	struct term_line_options options = {
	    .in = stdin,
	    .out = stdout,
	    .prompt = "stoa> ",
	    .history_path = history,
	    .wait = wait_input,
	    .values = offer,
	};
	enum stoa_status status;

	(void)snprintf(history, sizeof(history), "%s/history", c->session.home);
	options.owner = c;
	status = term_line_open(&options, &c->line);
	if (status != STOA_OK) {
		fprintf(stderr, "stoa chat: %s; use `stoa run`\n",
		    stoa_status_text(status));
	}
	return status == STOA_OK;
}

static void
greet(struct chat *c)
{
	char text[256];

	if (c->is_interactive) {
		(void)snprintf(text, sizeof(text),
		    "Stoa %s, as %s. /help lists the commands, Tab completes "
		    "them, Ctrl-D leaves.\n",
		    STOA_VERSION, c->session.user.text);
		term_line_print(c->line, stoa_str_of(text));
		known_refresh(c->known, true);
	}
}

static int
chat(struct chat *c)
{
	c->is_interactive = isatty(STDIN_FILENO) != 0;
	c->known = known_new(c->session.client);
	if (!prompt_open(c)) {
		known_free(c->known);
		return SESSION_USAGE;
	}
	c->signals =
	    stoa_reader_new(c->session.loop, c->signal_fd, on_signal, c);
	c->patience = stoa_timer_new(c->session.loop, on_patience, c);
	stoa_timer_start(c->patience, CLIENT_CONNECT_US, 0);
	greet(c);
	lines_take(c);
	term_line_close(c->line);
	known_free(c->known);
	return c->is_interactive ? SESSION_OK : (int)c->exit;
}

int
chat_main(int argc, char **argv)
{
	static struct chat c;
	const char *text;
	enum session_exit code;
	int status;

	term_locale_init();
	if (!signals_block(&c)) {
		fprintf(stderr, "stoa chat: %s\n", strerror(errno));
		return SESSION_USAGE;
	}
	if (!session_open(&c.session, argc, argv, &text, &code)) {
		return (int)code;
	}
	if (text != NULL) {
		fprintf(stderr,
		    "stoa chat: \"%s\" is no option; one command "
		    "is `stoa run`\n",
		    text);
		status = SESSION_USAGE;
	} else {
		status = chat(&c);
	}
	session_close(&c.session);
	return status;
}
