/* nats.c - the only file that includes nats.h of the client library.
 * Its callbacks run on foreign threads: they post to the loop and return. */
#include "edge/nats.h"

#include "base/buf.h"
#include "base/check.h"
#include "edge/limits.h"
#include "edge/nkey.h"

#include <nats/nats.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct stoa_nats {
	struct stoa_nats_options o;
	natsOptions *options;
	natsConnection *connection; /* NULL: none */
	natsConnection *connecting; /* made on the pool, not yet ours */
	natsStatus connect_status;
	struct stoa_timer *retry;
	int64_t wait_us;
	bool is_up;
	bool is_closing;
	char inbox[96];
	char server_id[64];
	char error[256];
};

struct stoa_nats_sub {
	struct stoa_nats *nats;
	natsSubscription *sub;
	stoa_nats_fn fn;
	void *owner;
	bool is_dead;
	atomic_int refs; /* the owner, the library, posts under way */
};

struct stoa_nats_msg {
	struct stoa_nats_sub *sub;
	natsMsg *msg;
};

/* ---- messages ------------------------------------------------------------ */

struct stoa_str
stoa_nats_subject(const struct stoa_nats_msg *m)
{
	return stoa_str_of(natsMsg_GetSubject(m->msg));
}

const char *
stoa_nats_reply(const struct stoa_nats_msg *m)
{
	return natsMsg_GetReply(m->msg);
}

struct stoa_str
stoa_nats_data(const struct stoa_nats_msg *m)
{
	int len = natsMsg_GetDataLength(m->msg);

	return stoa_str_of_bytes(
	    natsMsg_GetData(m->msg), len < 0 ? 0 : (size_t)len);
}

const char *
stoa_nats_header(const struct stoa_nats_msg *m, const char *name)
{
	const char *value = NULL;

	if (natsMsgHeader_Get(m->msg, name, &value) != NATS_OK) {
		return NULL;
	}
	return value;
}

bool
stoa_nats_is_no_responders(const struct stoa_nats_msg *m)
{
	return natsMsg_IsNoResponders(m->msg);
}

/* ---- subscriptions ---------------------------------------------------------
 */

static void
sub_release(struct stoa_nats_sub *s)
{
	if (atomic_fetch_sub(&s->refs, 1) == 1) {
		natsSubscription_Destroy(s->sub);
		free(s);
	}
}

static void
deliver(void *arg)
{
	struct stoa_nats_msg *m = arg;
	struct stoa_nats_sub *s = m->sub;

	if (!s->is_dead) {
		s->fn(s->owner, m);
	}
	natsMsg_Destroy(m->msg);
	free(m);
	sub_release(s);
}

static void
on_message(
    natsConnection *connection, natsSubscription *sub, natsMsg *msg, void *arg)
{
	struct stoa_nats_sub *s = arg;
	struct stoa_nats_msg *m = malloc(sizeof(*m));

	(void)connection;
	(void)sub;
	stoa_assert(m != NULL);
	*m = (struct stoa_nats_msg){s, msg};
	atomic_fetch_add(&s->refs, 1);
	stoa_loop_post(s->nats->o.loop, deliver, m);
}

static void
sub_completed(void *arg)
{
	sub_release(arg);
}

/* The library calls back no more: on its thread. */
static void
on_complete(void *arg)
{
	struct stoa_nats_sub *s = arg;

	stoa_loop_post(s->nats->o.loop, sub_completed, s);
}

enum stoa_status
stoa_nats_subscribe(struct stoa_nats *n, const char *subject, const char *queue,
    int pending_max, stoa_nats_fn fn, void *owner,
    struct stoa_nats_sub **ret_sub)
{
	struct stoa_nats_sub *s;
	natsStatus status;

	if (n->connection == NULL) {
		return STOA_CLOSED;
	}
	s = calloc(1, sizeof(*s));
	stoa_assert(s != NULL);
	*s = (struct stoa_nats_sub){.nats = n, .fn = fn, .owner = owner};
	atomic_init(&s->refs, 2);
	status = queue == NULL
		     ? natsConnection_Subscribe(
			   &s->sub, n->connection, subject, on_message, s)
		     : natsConnection_QueueSubscribe(&s->sub, n->connection,
			   subject, queue, on_message, s);
	if (status != NATS_OK) {
		free(s);
		return STOA_UNAVAILABLE;
	}
	(void)natsSubscription_SetOnCompleteCB(s->sub, on_complete, s);
	(void)natsSubscription_SetPendingLimits(s->sub,
	    pending_max == 0 ? -1 : pending_max,
	    pending_max == 0 ? -1 : 64 * 1024 * 1024);
	*ret_sub = s;
	return STOA_OK;
}

void
stoa_nats_unsubscribe(struct stoa_nats_sub *s)
{
	if (s == NULL) {
		return;
	}
	s->is_dead = true;
	(void)natsSubscription_Unsubscribe(s->sub);
	sub_release(s);
}

/* ---- publishing ------------------------------------------------------------
 */

enum stoa_status
stoa_nats_publish(struct stoa_nats *n, const char *subject, const char *reply,
    const struct stoa_header *headers, size_t header_count,
    struct stoa_str data)
{
	natsMsg *msg = NULL;
	natsStatus status;

	if (n->connection == NULL) {
		return STOA_CLOSED;
	}
	if (data.len > EDGE_MESSAGE_MAX) {
		return STOA_TOO_LARGE;
	}
	status = natsMsg_Create(&msg, subject, reply, data.data, (int)data.len);
	for (size_t i = 0; i < header_count && status == NATS_OK; i++) {
		status =
		    natsMsgHeader_Set(msg, headers[i].name, headers[i].value);
	}
	if (status == NATS_OK) {
		status = natsConnection_PublishMsg(n->connection, msg);
	}
	natsMsg_Destroy(msg);
	return status == NATS_OK ? STOA_OK : STOA_CLOSED;
}

/* ---- connection ------------------------------------------------------------
 */

static void connect_later(struct stoa_nats *n);

static void
up(struct stoa_nats *n, bool is_fresh)
{
	if (n->is_closing || n->is_up) {
		return;
	}
	n->is_up = true;
	n->wait_us = EDGE_CONNECT_WAIT_US_MIN;
	(void)natsConnection_GetConnectedServerId(
	    n->connection, n->server_id, sizeof(n->server_id));
	n->o.up(n->o.owner, is_fresh);
}

static void
went_up(void *arg)
{
	up(arg, false);
}

static void
went_down(void *arg)
{
	struct stoa_nats *n = arg;

	if (n->is_up) {
		n->is_up = false;
		n->server_id[0] = '\0';
		n->o.down(n->o.owner);
	}
}

static void
destroy_work(void *arg)
{
	natsConnection_Destroy(arg);
}

static void
destroy_done(void *arg)
{
	(void)arg;
}

static void
was_closed(void *arg)
{
	struct stoa_nats *n = arg;
	natsConnection *old = n->connection;

	if (n->is_closing) {
		return;
	}
	went_down(n);
	n->connection = NULL;
	if (old != NULL) {
		/* Destroying joins threads that may be waiting for us. */
		stoa_loop_work(n->o.loop, destroy_work, destroy_done, old);
	}
	connect_later(n);
}

static void
on_disconnected(natsConnection *connection, void *arg)
{
	struct stoa_nats *n = arg;

	(void)connection;
	stoa_loop_post(n->o.loop, went_down, n);
}

static void
on_reconnected(natsConnection *connection, void *arg)
{
	struct stoa_nats *n = arg;

	(void)connection;
	stoa_loop_post(n->o.loop, went_up, n);
}

static void
on_closed(natsConnection *connection, void *arg)
{
	struct stoa_nats *n = arg;

	(void)connection;
	stoa_loop_post(n->o.loop, was_closed, n);
}

struct error_post {
	struct stoa_nats *nats;
	char text[256];
};

static void
error_arrived(void *arg)
{
	struct error_post *e = arg;

	if (!e->nats->is_closing && e->nats->o.error != NULL) {
		e->nats->o.error(e->nats->o.owner, e->text);
	}
	free(e);
}

static void
on_error(natsConnection *connection, natsSubscription *sub, natsStatus status,
    void *arg)
{
	struct stoa_nats *n = arg;
	struct error_post *e = calloc(1, sizeof(*e));
	const char *text = NULL;

	(void)sub;
	stoa_assert(e != NULL);
	e->nats = n;
	if (natsConnection_GetLastError(connection, &text) == NATS_OK ||
	    text == NULL) {
		text = natsStatus_GetText(status);
	}
	(void)snprintf(e->text, sizeof(e->text), "%s", text);
	stoa_loop_post(n->o.loop, error_arrived, e);
}

static void
connect_work(void *arg)
{
	struct stoa_nats *n = arg;

	n->connect_status = natsConnection_Connect(&n->connecting, n->options);
}

static void
connect_done(void *arg)
{
	struct stoa_nats *n = arg;

	if (n->connect_status != NATS_OK) {
		n->connecting = NULL;
		if (!n->is_closing) {
			connect_later(n);
		}
		return;
	}
	n->connection = n->connecting;
	n->connecting = NULL;
	up(n, true);
}

static void
connect_now(void *arg)
{
	struct stoa_nats *n = arg;

	if (!n->is_closing) {
		stoa_loop_work(n->o.loop, connect_work, connect_done, n);
	}
}

static void
connect_later(struct stoa_nats *n)
{
	stoa_timer_start(n->retry, n->wait_us, 0);
	n->wait_us = n->wait_us * 2 > EDGE_CONNECT_WAIT_US_MAX
			 ? EDGE_CONNECT_WAIT_US_MAX
			 : n->wait_us * 2;
}

static natsStatus
options_fill(struct stoa_nats *n)
{
	natsOptions *o = n->options;
	int wait_ms = (int)(EDGE_CONNECT_WAIT_US_MIN / STOA_US_PER_MS);
	natsStatus s = natsOptions_SetURL(o, n->o.url);

	s = s != NATS_OK ? s : natsOptions_SetName(o, n->o.name);
	s = s != NATS_OK ? s : natsOptions_SetSendAsap(o, !n->o.is_bulk);
	if (n->o.is_bulk) {
		s = s != NATS_OK
			? s
			: natsOptions_SetIOBufSize(o, EDGE_BULK_BUFFER);
	}
	/* A thread per subscription would be hundreds. */
	s = s != NATS_OK ? s : natsOptions_UseGlobalMessageDelivery(o, true);
	s = s != NATS_OK ? s
			 : natsOptions_SetTimeout(o, EDGE_CONNECT_TIMEOUT_MS);
	s = s != NATS_OK ? s
			 : natsOptions_SetAllowReconnect(o, n->o.is_lasting);
	s = s != NATS_OK ? s : natsOptions_SetMaxReconnect(o, -1);
	s = s != NATS_OK ? s : natsOptions_SetReconnectWait(o, wait_ms);
	s = s != NATS_OK ? s
			 : natsOptions_SetReconnectJitter(o, wait_ms, wait_ms);
	s = s != NATS_OK ? s : natsOptions_SetPingInterval(o, 5000);
	s = s != NATS_OK ? s : natsOptions_SetMaxPingsOut(o, 2);
	s = s != NATS_OK ? s : natsOptions_SetIgnoreDiscoveredServers(o, false);
	s = s != NATS_OK ? s
			 : natsOptions_SetDisconnectedCB(o, on_disconnected, n);
	s = s != NATS_OK ? s
			 : natsOptions_SetReconnectedCB(o, on_reconnected, n);
	s = s != NATS_OK ? s : natsOptions_SetClosedCB(o, on_closed, n);
	s = s != NATS_OK ? s : natsOptions_SetErrorHandler(o, on_error, n);
	return s;
}

/* The library reads the seed from its file at each connect and wipes it. */
static enum stoa_status
key_use(struct stoa_nats *n)
{
	char public_key[STOA_NKEY_TEXT_SIZE];
	enum stoa_status status;

	if (n->o.key_file == NULL) {
		return STOA_OK;
	}
	status = stoa_nkey_public_of_file(n->o.key_file, public_key);
	if (status != STOA_OK) {
		return status;
	}
	return natsOptions_SetNKeyFromSeed(
		   n->options, public_key, n->o.key_file) == NATS_OK
		   ? STOA_OK
		   : STOA_UNAUTHENTIC;
}

enum stoa_status
stoa_nats_open(
    const struct stoa_nats_options *options, struct stoa_nats **ret_nats)
{
	struct stoa_nats *n = calloc(1, sizeof(*n));
	natsInbox *unique = NULL;
	enum stoa_status status;

	stoa_assert(n != NULL);
	n->o = *options;
	n->wait_us = EDGE_CONNECT_WAIT_US_MIN;
	stoa_assert(natsOptions_Create(&n->options) == NATS_OK);
	stoa_assert(natsInbox_Create(&unique) == NATS_OK);
	/* "_INBOX.<unique>": only the unique part is wanted. */
	(void)snprintf(n->inbox, sizeof(n->inbox), "%s.%s", options->inbox,
	    unique + sizeof("_INBOX.") - 1);
	natsInbox_Destroy(unique);
	status = options_fill(n) == NATS_OK ? key_use(n) : STOA_INVALID;
	if (status != STOA_OK) {
		natsOptions_Destroy(n->options);
		free(n);
		return status;
	}
	n->retry = stoa_timer_new(options->loop, connect_now, n);
	connect_now(n);
	*ret_nats = n;
	return STOA_OK;
}

void
stoa_nats_close(struct stoa_nats *n)
{
	if (n == NULL) {
		return;
	}
	n->is_closing = true;
	stoa_timer_free(n->retry);
	if (n->connection != NULL) {
		natsConnection_Close(n->connection);
		natsConnection_Destroy(n->connection);
		n->connection = NULL;
	}
	/* The struct stays: callbacks of the library's threads may still be
	 * under way, and the process is about to end. */
	natsOptions_Destroy(n->options);
	n->options = NULL;
}

bool
stoa_nats_is_up(const struct stoa_nats *n)
{
	return n->is_up;
}

const char *
stoa_nats_inbox(const struct stoa_nats *n)
{
	return n->inbox;
}

const char *
stoa_nats_server_id(struct stoa_nats *n)
{
	return n->server_id;
}
