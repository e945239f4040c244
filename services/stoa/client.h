/* client.h - a terminal on the bus: commands out, cards in.
 *
 * A command is published under an id of its own until the broker has stored
 * it, so that it happens once whatever is lost in between. Its cards are
 * heard; a final one that was missed is asked for. Every command ends by one
 * call of `done`. One thread: the loop's. */
#ifndef STOA_CLIENT_H
#define STOA_CLIENT_H

#include "base/status.h"
#include "base/str.h"
#include "edge/loop.h"

#include "proto/chat.pb-c.h"

#include <stdbool.h>

struct client;

struct client_options {
	struct stoa_loop *loop;
	const char *url;      /* borrowed for the client's life, as all here */
	const char *user;     /* "t_...": the token of the key */
	const char *key_file; /* its nkey seed */
	/* What the broker does not allow; may be NULL. */
	void (*error)(void *owner, const char *text);
	void *owner;
};

/* INVALID: the key cannot be used. */
STOA_MUST_USE enum stoa_status client_open(
    const struct client_options *options, struct client **ret_client);

/* Calls nobody back. NULL does nothing. */
void client_close(struct client *c);

bool client_is_up(const struct client *c);

/* A later state of a card that will be final one day. */
typedef void (*client_live)(void *owner, const Stoa__Chat__Card *card);

/* The final card, valid during the call; NULL: nobody answered in time. */
typedef void (*client_done)(void *owner, const Stoa__Chat__Card *card);

/* Sends a command (borrowed for the call); its id, platform and times are
 * filled in here. `live` may be NULL. BUSY: CLIENT_ASKED_MAX wait already;
 * TOO_LARGE: no message of the bus. Then nothing was sent. */
STOA_MUST_USE enum stoa_status client_send(struct client *c,
    Stoa__Chat__Command *command, client_live live, client_done done,
    void *owner);

/* The same for a line as it was typed. */
STOA_MUST_USE enum stoa_status client_send_line(struct client *c,
    struct stoa_str line, client_live live, client_done done, void *owner);

/* Commands that wait for their final card. */
size_t client_count(const struct client *c);

#endif
