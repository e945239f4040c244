/* nats.h - a connection to the broker, seen from the loop.
 *
 * The loop itself reads what arrives and calls, in order per subscription;
 * no thread stands in between. What a turn of the loop publishes reaches the
 * wire in one write at the turn's end. A loop that falls behind reads less:
 * the broker holds the rest.
 *
 * Two kinds: a lasting connection reconnects by itself and keeps its
 * subscriptions; one for a journal does not, since the library would send
 * what was published meanwhile before anybody could look: after each `up` its
 * owner subscribes anew. */
#ifndef STOA_EDGE_NATS_H
#define STOA_EDGE_NATS_H

#include "base/status.h"
#include "base/str.h"
#include "edge/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stoa_nats;
struct stoa_nats_sub;
struct stoa_nats_msg;

struct stoa_nats_options {
	struct stoa_loop *loop;
	const char *url;      /* borrowed for the connection's life */
	const char *name;     /* shown by the broker's monitoring */
	const char *key_file; /* nkey seed file; NULL: no authentication */
	const char *inbox;    /* "_INBOX_accounts": this user's own prefix */
	bool is_lasting;
	/* `is_fresh`: subscriptions must be made (anew). */
	void (*up)(void *owner, bool is_fresh);
	void (*down)(void *owner);
	/* "Permissions Violation for Publish to ..." and the like. */
	void (*error)(void *owner, const char *text);
	void *owner;
};

/* Returns at once and goes on trying; `up` tells. */
STOA_MUST_USE enum stoa_status stoa_nats_open(
    const struct stoa_nats_options *options, struct stoa_nats **ret_nats);
void stoa_nats_close(struct stoa_nats *n);
bool stoa_nats_is_up(const struct stoa_nats *n);

struct stoa_header {
	const char *name;
	const char *value; /* terminated */
};

/* OK means handed over, not received. `reply` may be NULL. CLOSED while there
 * is no connection (a lasting one buffers instead). */
enum stoa_status stoa_nats_publish(struct stoa_nats *n, const char *subject,
    const char *reply, const struct stoa_header *headers, size_t header_count,
    struct stoa_str data);

typedef void (*stoa_nats_fn)(void *owner, const struct stoa_nats_msg *msg);

/* `queue` NULL: every subscriber hears it. */
STOA_MUST_USE enum stoa_status stoa_nats_subscribe(struct stoa_nats *n,
    const char *subject, const char *queue, stoa_nats_fn fn, void *owner,
    struct stoa_nats_sub **ret_sub);

/* Nothing is delivered after this returns. */
void stoa_nats_unsubscribe(struct stoa_nats_sub *sub);

/* A message, valid during the callback. */
struct stoa_str stoa_nats_subject(const struct stoa_nats_msg *m);
const char *stoa_nats_reply(const struct stoa_nats_msg *m); /* or NULL */
struct stoa_str stoa_nats_data(const struct stoa_nats_msg *m);
const char *stoa_nats_header(
    const struct stoa_nats_msg *m, const char *name); /* or NULL */

/* The broker's "nobody is listening" (503). */
bool stoa_nats_is_no_responders(const struct stoa_nats_msg *m);

/* A subject token for replies that is unique in the cluster; borrowed. */
const char *stoa_nats_inbox(const struct stoa_nats *n);

/* Changes with every start of the broker; "" while down. */
const char *stoa_nats_server_id(struct stoa_nats *n);

#endif
