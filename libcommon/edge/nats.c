/* nats.c - with nats_watch.c the only file that knows the client library.
 * Its callbacks run on foreign threads: they post to the loop and return. What
 * arrives is read on the loop itself. */
#include "edge/nats.h"

#include "base/buf.h"
#include "base/check.h"
#include "edge/limits.h"
#include "edge/nats_watch.h"
#include "edge/nkey.h"

#include <nats/nats.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

struct stoa_nats {
	struct stoa_nats_options o;
	natsOptions *options;
	natsConnection *connection; /* NULL: none */
	natsConnection *connecting; /* made on the pool, not yet ours */
	natsStatus connect_status;
	struct nats_watch *watch; /* of either */
	natsStatistics *statistics;
	LIST_HEAD(, stoa_nats_sub) subs; /* who heard last comes first */
	bool is_delivering;
	natsMsg *bin[EDGE_NATS_BIN];
	size_t bin_count;
	size_t bin_bytes;
	struct stoa_timer *retry;
	int64_t wait_us;
	bool is_up;
	bool is_closing;
	pthread_mutex_t lock;
	bool has_loop; /* under the lock: the library's threads may post */
	char inbox[96];
	char server_id[64];
	char error[256];
};

struct stoa_nats_sub {
	LIST_ENTRY(stoa_nats_sub) link;
	struct stoa_nats *nats;
	natsSubscription *sub;
	stoa_nats_fn fn;
	void *owner;
	bool is_dead;
};

struct stoa_nats_msg {
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

/* The broker's 503 is an empty message with this header. To who polls, the
 * library says that one has come and swallows it, with the subject that tells
 * whose it is. So it gets a byte of data, and passes. */
#define STATUS_HEADER	     "Status"
#define STATUS_NO_RESPONDERS "503"

/* Exported since 3.2.0 and the same up to 3.13.0, though not in nats.h. */
typedef void (*nats_filter)(natsConnection *nc, natsMsg **msg, void *closure);
extern void natsConn_setFilterWithClosure(
    natsConnection *nc, nats_filter filter, void *closure);

static void
no_responders_keep(natsConnection *nc, natsMsg **msg, void *closure)
{
	natsMsg *kept = NULL;

	(void)nc;
	(void)closure;
	if (!natsMsg_IsNoResponders(*msg)) {
		return;
	}
	stoa_assert(natsMsg_Create(&kept, natsMsg_GetSubject(*msg), NULL, "-",
			1) == NATS_OK);
	stoa_assert(natsMsgHeader_Set(
			kept, STATUS_HEADER, STATUS_NO_RESPONDERS) == NATS_OK);
	natsMsg_Destroy(*msg);
	*msg = kept;
}

bool
stoa_nats_is_no_responders(const struct stoa_nats_msg *m)
{
	const char *status = natsMsg_GetDataLength(m->msg) != 1
				 ? NULL
				 : stoa_nats_header(m, STATUS_HEADER);

	return status != NULL && strcmp(status, STATUS_NO_RESPONDERS) == 0;
}

/* The library hands a message that is done with to a thread of its own and
 * wakes it: once for many is cheaper. */
static void
bin_empty(struct stoa_nats *n)
{
	for (size_t i = 0; i < n->bin_count; i++) {
		natsMsg_Destroy(n->bin[i]);
	}
	n->bin_count = 0;
	n->bin_bytes = 0;
}

static void
bin_add(struct stoa_nats *n, natsMsg *msg)
{
	n->bin[n->bin_count++] = msg;
	n->bin_bytes += (size_t)natsMsg_GetDataLength(msg);
	if (n->bin_count == EDGE_NATS_BIN ||
	    n->bin_bytes > EDGE_NATS_BIN_BYTES) {
		bin_empty(n);
	}
}

/* ---- subscriptions ---------------------------------------------------------
 */

enum stoa_status
stoa_nats_subscribe(struct stoa_nats *n, const char *subject, const char *queue,
    stoa_nats_fn fn, void *owner, struct stoa_nats_sub **ret_sub)
{
	struct stoa_nats_sub *s;
	natsSubscription *sub = NULL;
	natsStatus status;

	if (n->connection == NULL) {
		return STOA_CLOSED;
	}
	status = queue == NULL ? natsConnection_SubscribeSync(
				     &sub, n->connection, subject)
			       : natsConnection_QueueSubscribeSync(
				     &sub, n->connection, subject, queue);
	if (status != NATS_OK) {
		return STOA_UNAVAILABLE;
	}
	/* Never more than one read's worth waits. */
	(void)natsSubscription_SetPendingLimits(sub, -1, -1);
	s = calloc(1, sizeof(*s));
	stoa_assert(s != NULL);
	*s = (struct stoa_nats_sub){
	    .nats = n, .sub = sub, .fn = fn, .owner = owner};
	LIST_INSERT_HEAD(&n->subs, s, link);
	*ret_sub = s;
	return STOA_OK;
}

static void
sub_free(struct stoa_nats_sub *s)
{
	LIST_REMOVE(s, link);
	natsSubscription_Destroy(s->sub);
	free(s);
}

void
stoa_nats_unsubscribe(struct stoa_nats_sub *s)
{
	if (s == NULL) {
		return;
	}
	if (s->nats->is_delivering) {
		s->is_dead = true;
	} else {
		sub_free(s);
	}
}

/* ---- delivering ------------------------------------------------------------
 */

/* Returns how many there were. */
static uint64_t
deliver_sub(struct stoa_nats_sub *s)
{
	struct stoa_nats_msg m;
	int count = 0;

	if (natsSubscription_GetPending(s->sub, &count, NULL) != NATS_OK) {
		return 0;
	}
	for (int i = 0; i < count; i++) {
		if (natsSubscription_NextMsg(&m.msg, s->sub, 0) != NATS_OK) {
			break;
		}
		if (!s->is_dead) {
			s->fn(s->owner, &m);
		}
		bin_add(s->nats, m.msg);
	}
	return (uint64_t)count;
}

static uint64_t
received(struct stoa_nats *n, natsConnection *connection)
{
	uint64_t count = 0;

	(void)natsConnection_GetStats(connection, n->statistics);
	(void)natsStatistics_GetCounts(
	    n->statistics, &count, NULL, NULL, NULL, NULL);
	return count;
}

/* The library sorts what it reads into its subscriptions and does not tell
 * which: of hundreds, those that were spoken to last are asked first, until
 * all that came is found. */
static void
on_readable(void *arg, natsConnection *connection)
{
	struct stoa_nats *n = arg;
	uint64_t left = received(n, connection);
	struct stoa_nats_sub *s, *next;

	natsConnection_ProcessReadEvent(connection);
	left = received(n, connection) - left;
	if (left == 0) {
		return;
	}
	n->is_delivering = true;
	for (s = LIST_FIRST(&n->subs); left > 0 && s != NULL; s = next) {
		uint64_t count = s->is_dead ? 0 : deliver_sub(s);

		next = LIST_NEXT(s, link);
		left -= count < left ? count : left;
		if (count > 0) {
			LIST_REMOVE(s, link);
			LIST_INSERT_HEAD(&n->subs, s, link);
		}
	}
	n->is_delivering = false;
	for (s = LIST_FIRST(&n->subs); s != NULL; s = next) {
		next = LIST_NEXT(s, link);
		if (s->is_dead) {
			sub_free(s);
		}
	}
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
	if (msg != NULL) {
		bin_add(n, msg);
	}
	return status == NATS_OK ? STOA_OK : STOA_CLOSED;
}

/* ---- connection ------------------------------------------------------------
 */

static void connect_later(struct stoa_nats *n);

static void
watch_end(struct stoa_nats *n)
{
	nats_watch_end(n->watch);
	n->watch = NULL;
}

static void
on_flush(void *arg)
{
	struct stoa_nats *n = arg;

	if (n->watch != NULL) {
		nats_watch_flush(n->watch);
	}
}

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
		watch_end(n);
		natsConnection_Destroy(old);
	}
	connect_later(n);
}

/* From the library's threads; after closing nothing is posted any more. */
static bool
post(struct stoa_nats *n, stoa_loop_fn fn, void *arg)
{
	bool is_posted;

	pthread_mutex_lock(&n->lock);
	is_posted = n->has_loop;
	if (is_posted) {
		stoa_loop_post(n->o.loop, fn, arg);
	}
	pthread_mutex_unlock(&n->lock);
	return is_posted;
}

static void
on_disconnected(natsConnection *connection, void *arg)
{
	(void)connection;
	(void)post(arg, went_down, arg);
}

static void
on_reconnected(natsConnection *connection, void *arg)
{
	(void)connection;
	(void)post(arg, went_up, arg);
}

static void
on_closed(natsConnection *connection, void *arg)
{
	(void)connection;
	(void)post(arg, was_closed, arg);
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
	if (!post(n, error_arrived, e)) {
		free(e);
	}
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
		watch_end(n);
		if (!n->is_closing) {
			connect_later(n);
		}
		return;
	}
	n->connection = n->connecting;
	n->connecting = NULL;
	natsConn_setFilterWithClosure(n->connection, no_responders_keep, NULL);
	up(n, true);
}

static void
connect_now(void *arg)
{
	struct stoa_nats *n = arg;

	if (!n->is_closing) {
		n->watch = nats_watch_new(n->o.loop, on_readable, n);
		stoa_assert(nats_watch_use(n->watch, n->options) == NATS_OK);
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
	/* No thread that gathers small messages: a turn of the loop does. */
	s = s != NATS_OK ? s : natsOptions_SetSendAsap(o, true);
	s = s != NATS_OK ? s : natsOptions_SetIOBufSize(o, EDGE_NATS_BUFFER);
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
	LIST_INIT(&n->subs);
	pthread_mutex_init(&n->lock, NULL);
	n->has_loop = true;
	stoa_assert(natsStatistics_Create(&n->statistics) == NATS_OK);
	n->retry = stoa_timer_new(options->loop, connect_now, n);
	stoa_loop_on_flush(options->loop, on_flush, n);
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
	pthread_mutex_lock(&n->lock);
	n->has_loop = false;
	pthread_mutex_unlock(&n->lock);
	stoa_timer_free(n->retry);
	if (n->connection != NULL) {
		nats_watch_flush_all(n->watch, EDGE_CLOSE_MS);
		watch_end(n);
		natsConnection_Close(n->connection);
		natsConnection_Destroy(n->connection);
		n->connection = NULL;
	}
	bin_empty(n);
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
