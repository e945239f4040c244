/* move.c - attachments, from Discord to storage.
 *
 * A member's /upload carries an address at Discord. `bot` answers it with a
 * capability of storage's; here the bytes are fetched and handed over, on the
 * worker pool, and the command is sent again with the content's id under an
 * id of its own that derives from the first. */
#include "discord/parts.h"

#include "base/check.h"
#include "base/core.h"
#include "base/id.h"
#include "bot/limits.h"
#include "edge/loop.h"
#include "port/fetch.h"
#include "storage/client.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct move {
	struct discord *discord;
	char id[160]; /* of the conversation */
	struct stoa_arena arena;
	Stoa__Chat__Command *command;
	Stoa__Chat__Attachment *file;
	const char *url, *capability;
	uint64_t size_max;
	char path[600];
	const char *problem; /* NULL: it is stored */
	char subject[128];
	char problem_text[256];
};

/* Only what Discord itself serves, and, where another API is set, what that
 * serves: a command is no way to make us fetch anything else. */
static bool
is_discords(const struct discord *d, const char *url)
{
	static const char *const ours[] = {
	    "https://cdn.discordapp.com/", "https://media.discordapp.net/"};
	struct stoa_str text = stoa_str_of(url);

	for (size_t i = 0; i < STOA_COUNT(ours); i++) {
		if (stoa_str_has_prefix(text, stoa_str_of(ours[i]))) {
			return true;
		}
	}
	return d->s.file_origin[0] != '\0' &&
	       stoa_str_has_prefix(text, stoa_str_of(d->s.file_origin));
}

/* ---- on the pool: touches nothing but the move ---- */

static void
fetch_to(struct move *m, struct stoa_fetch *fetch, FILE *to)
{
	struct stoa_fetch_request request = {
	    .method = "GET",
	    .url = m->file->url,
	    .timeout_us = DISCORD_MOVE_US,
	};
	char bytes[65536];
	uint64_t size = 0;
	size_t len = 0;

	if (stoa_fetch_start(fetch, &request) != STOA_OK ||
	    stoa_fetch_status(fetch) != 200) {
		m->problem = "Discord does not give the file";
		return;
	}
	do {
		if (stoa_fetch_read(fetch, bytes, sizeof(bytes), &len) !=
		    STOA_OK) {
			m->problem = "Discord broke off while giving the file";
			return;
		}
		size += len;
		if (size > m->size_max) {
			(void)snprintf(m->problem_text, sizeof(m->problem_text),
			    "the file is larger than a data set may be "
			    "(%" PRIu64 " MiB)",
			    m->size_max >> 20);
			m->problem = m->problem_text;
			return;
		}
		if (fwrite(bytes, 1, len, to) != len) {
			m->problem = "there is no room for the file";
			return;
		}
	} while (len > 0);
	if (fflush(to) != 0) {
		m->problem = "there is no room for the file";
	}
}

static void
store(struct move *m)
{
	struct storage_call call = {
	    .capability = m->capability,
	    .timeout_us = DISCORD_MOVE_US,
	};
	struct storage_client *client;
	struct storage_sent sent;
	char cid[STOA_CID_TEXT_SIZE];

	if (storage_client_open(m->url, &client) != STOA_OK) {
		m->problem = "storage cannot be reached";
		return;
	}
	if (storage_client_send(client, &call, m->path, m->file->name, &sent) !=
	    STOA_OK) {
		(void)snprintf(m->problem_text, sizeof(m->problem_text),
		    "storage does not take it: %s",
		    storage_client_problem(client));
		m->problem = m->problem_text;
	} else {
		m->file->cid = stoa_arena_str(
		    &m->arena, stoa_str_of(stoa_cid_print(&sent.cid, cid)));
		m->file->size = sent.size;
	}
	storage_client_close(client);
}

static void
move(void *arg)
{
	struct move *m = arg;
	struct stoa_fetch *fetch;
	FILE *to = fopen(m->path, "wxe");

	if (to == NULL) {
		m->problem = "there is no room for the file";
		return;
	}
	if (stoa_fetch_open(&fetch) == STOA_OK) {
		fetch_to(m, fetch, to);
		stoa_fetch_close(fetch);
	} else {
		m->problem = "out of memory";
	}
	if (fclose(to) != 0 && m->problem == NULL) {
		m->problem = "there is no room for the file";
	}
	if (m->problem == NULL) {
		store(m);
	}
	(void)unlink(m->path);
}

/* ---- back on the loop ---- */

static void
move_free(struct move *m)
{
	struct talk *t = talk_get(m->discord, m->id);

	if (t != NULL) {
		t->is_moving = false;
	}
	m->discord->busy--;
	m->discord->moves--;
	stoa_arena_fini(&m->arena);
	free(m);
}

/* The member is told in the place of the card. */
static void
tell(struct talk *t, const char *problem)
{
	Stoa__Chat__Card card = STOA__CHAT__CARD__INIT;
	char text[400];
	size_t len;

	(void)snprintf(text, sizeof(text),
	    "%s. Nothing has happened; upload it again.", problem);
	card.id = t->id;
	card.revision = t->revision + 1;
	card.is_final = true;
	card.title = (char *)(uintptr_t) "The file could not be stored";
	card.severity = STOA__CHAT__SEVERITY__FAILED;
	card.text = text;
	card.plain = text;
	stoa_buf_clear(&t->last);
	len = stoa__chat__card__get_packed_size(&card);
	if (stoa_buf_reserve(&t->last, len) != NULL) {
		(void)stoa__chat__card__pack(&card, (uint8_t *)t->last.data);
		stoa_buf_grow(&t->last, len);
	}
}

/* The same conversation under the second command's id. */
static void
talk_continue(struct talk *from, const char *id)
{
	struct talk *to = talk_make(from->discord, id);

	to->phase = from->phase == TALK_SILENT ? TALK_DEFERRED : from->phase;
	to->kind = from->kind;
	memcpy(to->application, from->application, sizeof(to->application));
	memcpy(to->interaction, from->interaction, sizeof(to->interaction));
	memcpy(to->token, from->token, sizeof(to->token));
	memcpy(to->guild, from->guild, sizeof(to->guild));
	memcpy(to->channel, from->channel, sizeof(to->channel));
	memcpy(to->replied, from->replied, sizeof(to->replied));
	memcpy(to->user, from->user, sizeof(to->user));
	to->is_private = from->is_private;
	to->received_us = from->received_us;
	to->is_ephemeral = from->is_ephemeral;
	to->has_handle = true;
	to->is_looked = true;
	talk_record(to);
}

static void
on_stored(void *owner, enum stoa_status status)
{
	struct move *m = owner;
	struct discord *d = m->discord;
	struct talk *t = talk_get(d, m->id);

	if (t != NULL && (status == STOA_OK || status == STOA_EXISTS)) {
		d->counts.uploads++;
		talk_end(t, true);
	} else if (t != NULL) {
		t->retry_us = d->now_us + DISCORD_REDO_US; /* moved again */
	}
	move_free(m);
}

static void
command_send(struct move *m, struct talk *t)
{
	Stoa__Chat__Command *c = m->command;
	struct stoa_str packed;

	c->id = stoa_arena_printf(&m->arena, "%s-stored", t->id);
	packed = c->id == NULL ? (struct stoa_str){NULL, 0}
			       : stoa_pack(&m->arena, &c->base);
	if (packed.data == NULL) {
		tell(t, "out of memory");
		move_free(m);
		return;
	}
	talk_continue(t, c->id);
	(void)snprintf(m->subject, sizeof(m->subject),
	    "stoa.chat.in.discord.%u.%s",
	    (unsigned)stoa_slot_of(stoa_str_of(t->user)), t->user);
	stoa_bus_store(
	    m->discord->s.bus, m->subject, c->id, packed, on_stored, m);
}

static void
on_moved(void *arg)
{
	struct move *m = arg;
	struct talk *t = talk_get(m->discord, m->id);

	if (t == NULL) {
		move_free(m);
	} else if (m->problem != NULL) {
		tell(t, m->problem);
		move_free(m);
		talk_pump(t);
	} else {
		command_send(m, t);
	}
}

/* The attachment in the command, or NULL. */
static Stoa__Chat__Attachment *
file_of(const Stoa__Chat__Command *command)
{
	for (size_t i = 0; command != NULL && i < command->n_options; i++) {
		if (command->options[i]->value_case ==
		    STOA__CHAT__OPTION__VALUE_FILE) {
			return command->options[i]->file;
		}
	}
	return NULL;
}

static struct move *
move_new(struct talk *t, const Stoa__Chat__Card *card)
{
	struct discord *d = t->discord;
	struct move *m = calloc(1, sizeof(*m));
	const char *name;

	stoa_assert(m != NULL);
	m->discord = d;
	(void)snprintf(m->id, sizeof(m->id), "%s", t->id);
	stoa_arena_init(&m->arena, NULL, 0, DISCORD_ARENA_MAX);
	m->command = stoa_unpack(&m->arena, &stoa__chat__command__descriptor,
	    stoa_buf_str(&t->request));
	m->file = t->request.len == 0 ? NULL : file_of(m->command);
	m->url = stoa_arena_str(&m->arena, stoa_str_of(card->upload->url));
	m->capability =
	    stoa_arena_str(&m->arena, stoa_str_of(card->upload->capability));
	m->size_max = card->upload->size_max;
	/* An id is no file's name: it came from outside. */
	name = nonce_make(&m->arena, t->id, "");
	(void)snprintf(m->path, sizeof(m->path), "%s/%s.moving", d->s.folder,
	    name == NULL ? "" : name);
	(void)unlink(m->path); /* of an earlier try */
	return m;
}

void
move_start(struct talk *t, const Stoa__Chat__Card *card)
{
	struct discord *d = t->discord;
	struct move *m;

	if (d->moves >= DISCORD_MOVES_MAX) {
		t->retry_us = d->now_us + DISCORD_EDIT_US;
		return;
	}
	if (t->request.len == 0 &&
	    d->wall_us - t->received_us < DISCORD_FIRST_US) {
		t->retry_us = d->now_us + DISCORD_OVERTAKEN_US;
		return;
	}
	m = move_new(t, card);
	d->moves++;
	d->busy++;
	if (m->file == NULL || m->url == NULL || m->capability == NULL) {
		m->problem = "the file is not known any more";
	} else if (!is_discords(d, m->file->url)) {
		m->problem = "the file does not lie at Discord";
	}
	t->is_moving = true;
	if (m->problem != NULL) {
		on_moved(m);
	} else {
		stoa_loop_work(d->s.loop, move, on_moved, m);
	}
}
