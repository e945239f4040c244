/* session.c - settings out of flags, environment and the home folder. */
#include "stoa/session.h"

#include "bot/parse.h"
#include "edge/conf.h"
#include "edge/nkey.h"
#include "edge/secret.h"
#include "stoa/limits.h"
#include "stoa/upload.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct stoa_conf_option options[] = {
    {"home", STOA_CONF_TEXT, "./data", 1, 800, "folder of the suite's state"},
    {"nats-url", STOA_CONF_TEXT, NULL, 0, 500,
	"the broker; else what HOME/run/nats-url says"},
    {"key-file", STOA_CONF_TEXT, NULL, 0, 1000,
	"this terminal's nkey seed; else HOME/keys/console.nk"},
    {"json", STOA_CONF_FLAG, "false", 0, 0, "print the card as JSON"},
    {"help", STOA_CONF_FLAG, "false", 0, 0, "print this and exit"},
};

/* ---- settings ---- */

/* Options may stand before and after the one text. */
static bool
arguments_read(struct stoa_conf *conf, int argc, char **argv,
    const char **ret_text, struct stoa_buf *error)
{
	int rest = 0;

	*ret_text = NULL;
	while (stoa_conf_arguments(conf, argc, argv, &rest, error)) {
		if (rest >= argc) {
			return true;
		}
		if (*ret_text != NULL) {
			stoa_buf_printf(error,
			    "\"%s\" is one text too many; put the command in "
			    "quotes",
			    argv[rest]);
			return false;
		}
		*ret_text = argv[rest];
		argv += rest;
		argc -= rest;
	}
	return false;
}

static bool
url_find(struct session *s, struct stoa_buf *error)
{
	const char *given = stoa_conf_get(s->conf, "nats-url");
	char path[SESSION_PATH_MAX + 32];
	enum stoa_status status = STOA_OK;

	if (given[0] != '\0') {
		(void)snprintf(s->url, sizeof(s->url), "%s", given);
		return true;
	}
	(void)snprintf(path, sizeof(path), "%s/run/nats-url", s->home);
	status = stoa_secret_read(path, s->url, sizeof(s->url));
	if (status != STOA_OK) {
		stoa_buf_printf(error,
		    "%s: %s; start the suite with `stoa up --home %s`", path,
		    stoa_status_text(status), s->home);
	}
	return status == STOA_OK;
}

static bool
key_find(struct session *s, struct stoa_buf *error)
{
	const char *given = stoa_conf_get(s->conf, "key-file");
	char public_key[STOA_NKEY_TEXT_SIZE];
	enum stoa_status status;

	if (given[0] != '\0') {
		(void)snprintf(s->key_file, sizeof(s->key_file), "%s", given);
	} else {
		(void)snprintf(s->key_file, sizeof(s->key_file),
		    "%s/keys/console.nk", s->home);
	}
	status = stoa_nkey_public_of_file(s->key_file, public_key);
	if (status != STOA_OK) {
		stoa_buf_printf(error, "key-file %s: %s", s->key_file,
		    status == STOA_DENIED ? "others can read it; chmod 600 it"
					  : stoa_status_text(status));
		return false;
	}
	s->user = stoa_id_of_bytes('t', stoa_str_of(public_key));
	return true;
}

static void
help_print(const struct session *s, const char *name)
{
	struct stoa_buf out;

	stoa_buf_init(&out, 8192);
	stoa_conf_help(s->conf, &out);
	printf("stoa %s\n\n%s", name, out.data);
	stoa_buf_fini(&out);
}

static void
on_error(void *owner, const char *text)
{
	(void)owner;
	fprintf(stderr, "stoa: the broker says: %s\n", text);
}

static bool
connection_open(struct session *s, struct stoa_buf *error)
{
	struct client_options client = {
	    .url = s->url,
	    .user = s->user.text,
	    .key_file = s->key_file,
	    .error = on_error,
	};

	(void)signal(SIGPIPE, SIG_IGN);
	s->loop = stoa_loop_open();
	client.loop = s->loop;
	if (client_open(&client, &s->client) == STOA_OK) {
		return true;
	}
	stoa_buf_printf(error, "key-file %s cannot be used", s->key_file);
	return false;
}

bool
session_open(struct session *s, int argc, char **argv, const char **ret_text,
    enum session_exit *ret_exit)
{
	struct stoa_buf error;
	bool ok = false;

	*s = (struct session){
	    .conf = stoa_conf_new(options, STOA_COUNT(options))};
	stoa_buf_init(&error, 4096);
	*ret_exit = SESSION_USAGE;
	if (arguments_read(s->conf, argc, argv, ret_text, &error) &&
	    stoa_conf_environment(s->conf, environ, &error)) {
		(void)snprintf(s->home, sizeof(s->home), "%s",
		    stoa_conf_get(s->conf, "home"));
		if (stoa_conf_flag(s->conf, "help")) {
			help_print(s, argv[0]);
			*ret_exit = SESSION_OK;
		} else {
			*ret_exit = SESSION_NO_ANSWER;
			ok = url_find(s, &error) && key_find(s, &error) &&
			     connection_open(s, &error);
		}
	}
	if (error.len > 0) {
		fprintf(stderr, "stoa %s: %s\n", argv[0], error.data);
	}
	stoa_buf_fini(&error);
	if (!ok) {
		session_close(s);
	}
	return ok;
}

void
session_close(struct session *s)
{
	client_close(s->client);
	s->client = NULL;
	stoa_conf_free(s->conf);
	s->conf = NULL;
}

bool
session_wants_json(const struct session *s)
{
	return stoa_conf_flag(s->conf, "json");
}

/* ---- commands ---- */

enum stoa_status
session_send(struct session *s, struct stoa_str line, client_live live,
    client_done done, void *owner)
{
	Stoa__Chat__Command *command;
	struct bot_problem problem;
	struct stoa_arena arena;
	enum stoa_status status;

	stoa_arena_init(&arena, NULL, 0, CLIENT_ARENA_MAX);
	/* What is wrong with a line is for the bot to say. */
	if (bot_parse(line, &arena, &command, &problem) &&
	    upload_is_ours(command)) {
		status = upload_start(
		    s->loop, s->client, command, live, done, owner);
	} else {
		status = client_send_line(s->client, line, live, done, owner);
	}
	stoa_arena_fini(&arena);
	return status;
}

enum session_exit
session_exit_of(const Stoa__Chat__Card *card)
{
	if (card == NULL) {
		return SESSION_NO_ANSWER;
	}
	return card->severity == STOA__CHAT__SEVERITY__REFUSED ||
		       card->severity == STOA__CHAT__SEVERITY__FAILED
		   ? SESSION_ERROR_CARD
		   : SESSION_OK;
}

void
session_explain_silence(const struct session *s)
{
	if (client_is_up(s->client)) {
		fprintf(stderr,
		    "stoa: nobody answered; what you asked for is stored and "
		    "may still happen. See `stoa status --home %s`\n",
		    s->home);
	} else {
		fprintf(stderr,
		    "stoa: nothing listens at %s; start the suite with `stoa "
		    "up --home %s`\n",
		    s->url, s->home);
	}
}
