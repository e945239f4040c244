/* client.c - each command waits in a list until its final card is there. */
#include "stoa/client.h"

#include "base/buf.h"
#include "base/core.h"
#include "base/id.h"
#include "edge/bus.h"
#include "edge/entropy.h"
#include "edge/limits.h"
#include "port/clock.h"
#include "stoa/limits.h"

#include <stdio.h>
#include <stdlib.h>

#define SUBJECT_SIZE 192
#define ID_BYTES     16 /* 128 random bits: nobody guesses another's */

struct asked {
	struct asked *next;
	struct client *client;
	char id[2 * ID_BYTES + 1];
	struct stoa_buf packed;
	bool is_storing; /* a call of the bus is under way for it */
	bool is_stored;
	bool is_looking;
	bool is_over; /* freed once the bus has called back */
	bool has_live;
	uint32_t revision; /* shown last */
	int64_t deadline_us;
	int64_t look_us; /* when to ask for the stored card */
	int64_t look_wait_us;
	client_live live;
	client_done done;
	void *owner;
};

struct client {
	struct client_options o;
	struct stoa_bus *bus;
	struct stoa_timer *tick;
	struct asked *asked;
	size_t count;
	bool is_closed;
};

static int64_t
now(void)
{
	return stoa_clock_mono(NULL).us;
}

/* ---- ends ---- */

static void
asked_free(struct asked *a)
{
	stoa_buf_fini(&a->packed);
	free(a);
}

/* Unlinks; its memory stays while the bus is going to call back. */
static void
asked_end(struct asked *a, const Stoa__Chat__Card *card)
{
	struct client *c = a->client;
	struct asked **at = &c->asked;

	while (*at != a) {
		at = &(*at)->next;
	}
	*at = a->next;
	c->count--;
	a->is_over = true;
	a->done(a->owner, card);
	if (!a->is_storing && !a->is_looking) {
		asked_free(a);
	}
}

/* True when `a` is over, and now gone. */
static bool
asked_released(struct asked *a)
{
	if (a->is_over && !a->is_storing && !a->is_looking) {
		asked_free(a);
		return true;
	}
	return a->is_over;
}

/* ---- cards ---- */

static struct asked *
asked_find(const struct client *c, const char *id)
{
	for (struct asked *a = c->asked; a != NULL; a = a->next) {
		if (strcmp(a->id, id) == 0) {
			return a;
		}
	}
	return NULL;
}

static void
card_live(struct asked *a, const Stoa__Chat__Card *card)
{
	if (card->revision <= a->revision) {
		return; /* came late */
	}
	a->revision = card->revision;
	if (!a->has_live) {
		a->has_live = true;
		a->deadline_us = now() + CLIENT_JOB_US;
	}
	if (a->live != NULL) {
		a->live(a->owner, card);
	}
}

static void
card_take(struct client *c, struct stoa_str data)
{
	struct stoa_arena arena;
	const Stoa__Chat__Card *card;
	struct asked *a;

	stoa_arena_init(&arena, NULL, 0, CLIENT_ARENA_MAX);
	card = stoa_unpack(&arena, &stoa__chat__card__descriptor, data);
	a = card == NULL ? NULL : asked_find(c, card->id);
	if (a != NULL && card->is_final) {
		asked_end(a, card);
	} else if (a != NULL) {
		card_live(a, card);
	}
	stoa_arena_fini(&arena);
}

static void
on_card(void *owner, struct stoa_str subject, struct stoa_str data)
{
	struct client *c = owner;

	(void)subject; /* the broker lets us hear our own only */
	if (!c->is_closed) {
		card_take(c, data);
	}
}

/* The stored card, or an empty answer when there is none yet. */
static void
on_looked(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct asked *a = owner;
	struct client *c = a->client;

	(void)detail;
	a->is_looking = false;
	if (asked_released(a) || c->is_closed) {
		return;
	}
	a->look_us = now() + a->look_wait_us;
	a->look_wait_us = a->look_wait_us * 2 > CLIENT_LOOK_US_MAX
			      ? CLIENT_LOOK_US_MAX
			      : a->look_wait_us * 2;
	if (status == STOA_OK && reply.len > 0) {
		card_take(c, reply);
	}
}

static void
look(struct asked *a)
{
	char subject[SUBJECT_SIZE];

	(void)snprintf(subject, sizeof(subject),
	    "$JS.API.DIRECT.GET.chat-out.stoa.chat.out.console.%s.%s",
	    a->client->o.user, a->id);
	a->is_looking = true;
	stoa_bus_ask(a->client->bus, subject, STOA_STR(""), CLIENT_LOOK_US_MIN,
	    on_looked, a);
}

/* ---- sending ---- */

static void
on_stored(void *owner, enum stoa_status status)
{
	struct asked *a = owner;

	a->is_storing = false;
	if (!asked_released(a)) {
		/* Otherwise the tick stores it again, under the same id. */
		a->is_stored = status == STOA_OK || status == STOA_EXISTS;
	}
}

static void
store(struct asked *a)
{
	const char *user = a->client->o.user;
	char subject[SUBJECT_SIZE];

	(void)snprintf(subject, sizeof(subject), "stoa.chat.in.console.%u.%s",
	    (unsigned)stoa_slot_of(stoa_str_of(user)), user);
	a->is_storing = true;
	stoa_bus_store(a->client->bus, subject, a->id, stoa_buf_str(&a->packed),
	    on_stored, a);
}

static void
asked_tick(struct asked *a, int64_t now_us)
{
	if (now_us >= a->deadline_us) {
		asked_end(a, NULL);
		return;
	}
	if (!stoa_bus_is_up(a->client->bus)) {
		return;
	}
	if (!a->is_stored && !a->is_storing) {
		store(a);
	}
	if (now_us >= a->look_us && !a->is_looking) {
		look(a);
	}
}

static void
on_tick(void *arg)
{
	struct client *c = arg;
	int64_t now_us = now();
	struct asked *next;

	for (struct asked *a = c->asked; a != NULL; a = next) {
		next = a->next;
		asked_tick(a, now_us);
	}
}

static bool
command_pack(struct stoa_buf *b, const Stoa__Chat__Command *command)
{
	size_t len = stoa__chat__command__get_packed_size(command);
	uint8_t *to = stoa_buf_reserve(b, len);

	if (to == NULL) {
		return false;
	}
	stoa__chat__command__pack(command, to);
	stoa_buf_grow(b, len);
	return true;
}

enum stoa_status
client_send(struct client *c, Stoa__Chat__Command *command, client_live live,
    client_done done, void *owner)
{
	struct asked *a;

	if (c->count >= CLIENT_ASKED_MAX) {
		return STOA_BUSY;
	}
	a = calloc(1, sizeof(*a));
	stoa_assert(a != NULL);
	*a = (struct asked){
	    .client = c,
	    .deadline_us = now() + CLIENT_ANSWER_US,
	    .look_us = now() + CLIENT_LOOK_US_MIN,
	    .look_wait_us = CLIENT_LOOK_US_MIN,
	    .live = live,
	    .done = done,
	    .owner = owner,
	};
	stoa_buf_init(&a->packed, EDGE_MESSAGE_MAX);
	stoa_assert(stoa_entropy_text(a->id, sizeof(a->id)));
	command->id = a->id;
	command->platform = (char *)(uintptr_t) "console";
	command->user = (char *)(uintptr_t)c->o.user;
	command->received_at_us = stoa_clock_wall(NULL).us;
	if (!command_pack(&a->packed, command)) {
		asked_free(a);
		return STOA_TOO_LARGE;
	}
	a->next = c->asked;
	c->asked = a;
	c->count++;
	if (stoa_bus_is_up(c->bus)) {
		store(a);
	}
	return STOA_OK;
}

enum stoa_status
client_send_line(struct client *c, struct stoa_str line, client_live live,
    client_done done, void *owner)
{
	Stoa__Chat__Command command = STOA__CHAT__COMMAND__INIT;
	enum stoa_status status;

	if (line.len > CLIENT_LINE_MAX) {
		return STOA_TOO_LARGE;
	}
	command.raw = malloc(line.len + 1);
	stoa_assert(command.raw != NULL);
	memcpy(command.raw, line.data, line.len);
	command.raw[line.len] = '\0';
	status = client_send(c, &command, live, done, owner);
	free(command.raw);
	return status;
}

size_t
client_count(const struct client *c)
{
	return c->count;
}

/* ---- life ---- */

bool
client_is_up(const struct client *c)
{
	return stoa_bus_is_up(c->bus);
}

static void
on_up(void *owner)
{
	on_tick(owner); /* what waited for the connection goes out */
}

static void
on_error(void *owner, const char *text)
{
	struct client *c = owner;

	if (c->o.error != NULL) {
		c->o.error(c->o.owner, text);
	}
}

enum stoa_status
client_open(const struct client_options *options, struct client **ret_client)
{
	struct client *c = calloc(1, sizeof(*c));
	char subject[SUBJECT_SIZE];
	struct stoa_bus_options bus = {
	    .loop = options->loop,
	    .url = options->url,
	    .service = options->user,
	    .description = "a terminal",
	    .key_file = options->key_file,
	    .is_client = true,
	    .up = on_up,
	    .error = on_error,
	    .owner = c,
	};
	enum stoa_status status;

	stoa_assert(c != NULL);
	c->o = *options;
	status = stoa_bus_open(&bus, &c->bus);
	if (status != STOA_OK) {
		free(c);
		return status;
	}
	(void)snprintf(subject, sizeof(subject), "stoa.chat.out.console.%s.*",
	    options->user);
	stoa_bus_hear(c->bus, subject, on_card, c);
	(void)snprintf(subject, sizeof(subject),
	    "stoa.progress.card.console.%s", options->user);
	stoa_bus_hear(c->bus, subject, on_card, c);
	c->tick = stoa_timer_new(options->loop, on_tick, c);
	stoa_timer_start(c->tick, CLIENT_TICK_US, CLIENT_TICK_US);
	*ret_client = c;
	return STOA_OK;
}

void
client_close(struct client *c)
{
	struct asked *next;

	if (c == NULL) {
		return;
	}
	c->is_closed = true;
	stoa_timer_free(c->tick);
	for (struct asked *a = c->asked; a != NULL; a = next) {
		next = a->next;
		a->is_over = true;
		(void)asked_released(a);
	}
	c->asked = NULL;
	/* Calls back for what it still had under way; the client itself stays
	 * for those calls, the process is about to end. */
	stoa_bus_close(c->bus);
}
