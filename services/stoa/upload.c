/* upload.c - ask, send, name: each step starts the next. */
#include "stoa/upload.h"

#include "base/cid.h"
#include "bot/parse.h"
#include "bot/view.h"
#include "bot/words.h"
#include "stoa/limits.h"
#include "storage/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct upload {
	struct stoa_loop *loop;
	struct client *client;
	client_live live;
	client_done done;
	void *owner;

	struct stoa_arena arena; /* everything below lives in it */
	const char *path;
	Stoa__Chat__Attachment file;
	Stoa__Chat__Option file_option, name_option, private_option;
	Stoa__Chat__Option *options[3];
	size_t option_count;
	const char *url, *capability;

	enum stoa_status status; /* of sending */
	struct storage_sent sent;
	const char *problem;
};

bool
upload_is_ours(const Stoa__Chat__Command *command)
{
	const Stoa__Chat__Option *file = bot_argument(command, "file");

	return strcmp(command->path, "upload") == 0 && file != NULL &&
	       file->value_case == STOA__CHAT__OPTION__VALUE_FILE &&
	       file->file->path[0] != '\0';
}

static void
upload_end(struct upload *u, const Stoa__Chat__Card *card)
{
	u->done(u->owner, card);
	stoa_arena_fini(&u->arena);
	free(u);
}

/* ---- what can go wrong on this machine ---- */

static void
upload_refuse(
    struct upload *u, const char *code, const char *why, const char *fix)
{
	struct bot_problem problem;
	const char *path = bot_problem_excerpt(&u->arena, stoa_str_of(u->path));

	(void)bot_problem_fill(&problem, &u->arena,
	    &(struct bot_problem){
		.code = code,
		.field = "file",
		.given = path,
		.limit = "a file or a directory on this machine",
		.fix = fix,
	    },
	    "%s cannot be stored: %s", path, why);
	upload_end(u, bot_view_refusal(&u->arena, &problem));
}

/* ---- naming the CID ---- */

static void
on_final(void *owner, const Stoa__Chat__Card *card)
{
	upload_end(owner, card);
}

static void
command_send(struct upload *u, client_done done)
{
	Stoa__Chat__Command command = STOA__CHAT__COMMAND__INIT;
	enum stoa_status status;

	command.path = (char *)(uintptr_t) "upload";
	command.options = u->options;
	command.n_options = u->option_count;
	status = client_send(u->client, &command, u->live, done, u);
	if (status != STOA_OK) {
		upload_end(
		    u, bot_view_failure(&u->arena, status, "send the command"));
	}
}

/* ---- sending the bytes ---- */

/* On the worker pool: touches nothing but the upload. */
static void
bytes_send(void *arg)
{
	struct upload *u = arg;
	struct storage_call call = {
	    .capability = u->capability,
	    .timeout_us = UPLOAD_US,
	};
	struct storage_client *storage;

	u->status = storage_client_open(u->url, &storage);
	if (u->status != STOA_OK) {
		return;
	}
	u->status = storage_client_send(
	    storage, &call, u->path, u->file.name, &u->sent);
	if (u->status != STOA_OK) {
		u->problem = stoa_arena_str(
		    &u->arena, stoa_str_of(storage_client_problem(storage)));
	}
	storage_client_close(storage);
}

static void
bytes_sent(void *arg)
{
	struct upload *u = arg;
	char cid[STOA_CID_TEXT_SIZE];

	if (u->status != STOA_OK) {
		upload_refuse(u, "not_stored",
		    u->problem == NULL || u->problem[0] == '\0'
			? stoa_status_text(u->status)
			: u->problem,
		    stoa_status_retry(u->status) == STOA_RETRY_NEVER
			? "mend the file, then upload it again"
			: "upload it again in a moment");
		return;
	}
	u->file.cid = stoa_arena_str(
	    &u->arena, stoa_str_of(stoa_cid_print(&u->sent.cid, cid)));
	u->file.size = u->sent.size;
	command_send(u, on_final);
}

/* ---- asking where ---- */

static void
on_grant(void *owner, const Stoa__Chat__Card *card)
{
	struct upload *u = owner;

	if (card == NULL || card->upload == NULL) {
		upload_end(u, card); /* the bot said no, or nobody did */
		return;
	}
	u->url = stoa_arena_str(&u->arena, stoa_str_of(card->upload->url));
	u->capability =
	    stoa_arena_str(&u->arena, stoa_str_of(card->upload->capability));
	if (u->url == NULL || u->capability == NULL) {
		upload_end(u, NULL);
		return;
	}
	stoa_loop_work(u->loop, bytes_send, bytes_sent, u);
}

/* A copy of the command's option, or nothing. */
static void
option_keep(struct upload *u, const Stoa__Chat__Command *command,
    const char *name, Stoa__Chat__Option *to)
{
	const Stoa__Chat__Option *from = bot_argument(command, name);

	if (from == NULL) {
		return;
	}
	*to = *from;
	to->name = (char *)(uintptr_t)name;
	if (from->value_case == STOA__CHAT__OPTION__VALUE_TEXT) {
		to->text = stoa_arena_str(&u->arena, stoa_str_of(from->text));
	}
	u->options[u->option_count++] = to;
}

static struct upload *
upload_new(const Stoa__Chat__Command *command)
{
	const Stoa__Chat__Attachment *file =
	    bot_argument(command, "file")->file;
	struct upload *u = calloc(1, sizeof(*u));

	stoa_assert(u != NULL);
	stoa_arena_init(&u->arena, NULL, 0, CLIENT_ARENA_MAX);
	u->path = stoa_arena_str(&u->arena, stoa_str_of(file->path));
	stoa__chat__attachment__init(&u->file);
	u->file.name = stoa_arena_str(&u->arena, stoa_str_of(file->name));
	u->file.path = stoa_arena_str(&u->arena, stoa_str_of(file->path));
	stoa__chat__option__init(&u->file_option);
	u->file_option.name = (char *)(uintptr_t) "file";
	u->file_option.value_case = STOA__CHAT__OPTION__VALUE_FILE;
	u->file_option.file = &u->file;
	u->options[u->option_count++] = &u->file_option;
	option_keep(u, command, "name", &u->name_option);
	option_keep(u, command, "private", &u->private_option);
	stoa_assert(!u->arena.is_overflown);
	return u;
}

enum stoa_status
upload_start(struct stoa_loop *loop, struct client *client,
    const Stoa__Chat__Command *command, client_live live, client_done done,
    void *owner)
{
	struct upload *u = upload_new(command);
	struct stat info;

	u->loop = loop;
	u->client = client;
	u->live = live;
	u->done = done;
	u->owner = owner;
	if (stat(u->path, &info) != 0) {
		upload_refuse(u, "no_such_file", strerror(errno),
		    "check the path; it is one of this machine");
	} else {
		command_send(u, on_grant);
	}
	return STOA_OK;
}
