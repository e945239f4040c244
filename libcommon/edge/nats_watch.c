/* nats_watch.c - see nats_watch.h. */
#include "edge/nats_watch.h"

#include "base/check.h"
#include "base/time.h"
#include "port/clock.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

/* A socket that is watched. Its descriptor is a duplicate: the library closes
 * its own whenever it likes, on any thread. */
struct line {
	uv_poll_t uv;
	struct nats_watch *watch;
	natsConnection *connection;
	int fd;
};

struct nats_watch {
	struct stoa_loop *loop;
	nats_watch_fn readable;
	void *arg;
	uv_async_t wake;
	struct line *line; /* NULL: none; only on the loop */
	int events;	   /* that it waits for */
	bool is_ended;

	pthread_mutex_t lock;
	natsConnection *connection;
	int next_fd; /* to be watched from now on; -1: as before */
	bool wants_read;
	bool wants_write;
	bool is_attached;
};

/* ---- the library's side, on any thread ---- */

static void
wake(struct nats_watch *w)
{
	/* What the loop asked for itself is looked at when its turn ends. */
	if (!stoa_loop_is_here(w->loop)) {
		(void)uv_async_send(&w->wake);
	}
}

static natsStatus
on_attach(void **user, void *loop, natsConnection *connection, natsSock socket)
{
	static const struct linger gently = {.l_onoff = 0};
	struct nats_watch *w = loop;
	int fd = fcntl(socket, F_DUPFD_CLOEXEC, 0);

	if (fd < 0) {
		return NATS_SYS_ERROR;
	}
	/* The library has closing throw away what is not sent yet. */
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &gently, sizeof(gently));
	pthread_mutex_lock(&w->lock);
	if (w->next_fd >= 0) {
		(void)close(w->next_fd);
	}
	w->connection = connection;
	w->next_fd = fd;
	w->wants_read = true;
	w->wants_write = false;
	w->is_attached = true;
	pthread_mutex_unlock(&w->lock);
	*user = w;
	(void)uv_async_send(&w->wake);
	return NATS_OK;
}

static natsStatus
on_read_wanted(void *user, bool is_wanted)
{
	struct nats_watch *w = user;

	pthread_mutex_lock(&w->lock);
	w->wants_read = is_wanted;
	pthread_mutex_unlock(&w->lock);
	wake(w);
	return NATS_OK;
}

static natsStatus
on_write_wanted(void *user, bool is_wanted)
{
	struct nats_watch *w = user;

	pthread_mutex_lock(&w->lock);
	w->wants_write = is_wanted;
	pthread_mutex_unlock(&w->lock);
	wake(w);
	return NATS_OK;
}

static void detached(void *arg);

/* The last thing that the library says. */
static natsStatus
on_detach(void *user)
{
	struct nats_watch *w = user;

	if (stoa_loop_is_here(w->loop)) {
		detached(w); /* the loop may not run again */
	} else {
		stoa_loop_post(w->loop, detached, w);
	}
	return NATS_OK;
}

/* ---- the loop's side ---- */

struct wanted {
	natsConnection *connection;
	int next_fd;
	bool reads;
	bool writes;
};

static struct wanted
wanted_take(struct nats_watch *w)
{
	struct wanted wanted;

	pthread_mutex_lock(&w->lock);
	wanted = (struct wanted){
	    w->connection, w->next_fd, w->wants_read, w->wants_write};
	w->next_fd = -1;
	pthread_mutex_unlock(&w->lock);
	return wanted;
}

static void
line_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void
line_drop(struct nats_watch *w)
{
	if (w->line != NULL) {
		uv_close((uv_handle_t *)&w->line->uv, line_closed);
		(void)close(w->line->fd);
		w->line = NULL;
		w->events = 0;
	}
}

static void on_poll(uv_poll_t *handle, int status, int events);

static void
events_wait(struct nats_watch *w, int events)
{
	if (w->line != NULL && w->events != events) {
		(void)uv_poll_start(&w->line->uv, events, on_poll);
		w->events = events;
	}
}

static void
line_use(struct nats_watch *w, natsConnection *connection, int fd)
{
	struct line *line = calloc(1, sizeof(*line));

	stoa_assert(line != NULL);
	line_drop(w);
	line->watch = w;
	line->connection = connection;
	line->fd = fd;
	stoa_assert(uv_poll_init(stoa_loop_uv(w->loop), &line->uv, fd) == 0);
	line->uv.data = line;
	w->line = line;
	events_wait(w, UV_READABLE);
}

/* What the library has asked for, done; NULL: there is no socket. */
static struct wanted
follow(struct nats_watch *w)
{
	struct wanted wanted = wanted_take(w);

	if (wanted.next_fd >= 0) {
		line_use(w, wanted.connection, wanted.next_fd);
	}
	if (!wanted.reads) {
		line_drop(w);
	}
	if (w->line == NULL) {
		wanted.writes = false;
	}
	return wanted;
}

void
nats_watch_flush(struct nats_watch *w)
{
	struct wanted wanted = follow(w);

	if (wanted.writes) {
		natsConnection_ProcessWriteEvent(wanted.connection);
		wanted = follow(w);
	}
	events_wait(w, UV_READABLE | (wanted.writes ? UV_WRITABLE : 0));
}

static void
on_wake(uv_async_t *handle)
{
	struct nats_watch *w = handle->data;

	if (!w->is_ended) {
		nats_watch_flush(w);
	}
}

static void
on_poll(uv_poll_t *handle, int status, int events)
{
	struct line *line = handle->data;
	struct nats_watch *w = line->watch;

	/* An error shows itself to who reads. */
	if (status < 0 || (events & UV_READABLE) != 0) {
		w->readable(w->arg, line->connection);
	}
	if (!w->is_ended) {
		nats_watch_flush(w);
	}
}

void
nats_watch_flush_all(struct nats_watch *w, int ms)
{
	int64_t until = stoa_clock_mono(NULL).us + ms * STOA_US_PER_MS;

	nats_watch_flush(w);
	while ((w->events & UV_WRITABLE) != 0 &&
	       stoa_clock_mono(NULL).us < until) {
		struct pollfd one = {.fd = w->line->fd, .events = POLLOUT};

		(void)poll(&one, 1, 10);
		nats_watch_flush(w);
	}
}

/* ---- life ---- */

struct nats_watch *
nats_watch_new(struct stoa_loop *l, nats_watch_fn readable, void *arg)
{
	struct nats_watch *w = calloc(1, sizeof(*w));

	stoa_assert(w != NULL);
	w->loop = l;
	w->readable = readable;
	w->arg = arg;
	w->next_fd = -1;
	pthread_mutex_init(&w->lock, NULL);
	stoa_assert(uv_async_init(stoa_loop_uv(l), &w->wake, on_wake) == 0);
	w->wake.data = w;
	return w;
}

natsStatus
nats_watch_use(struct nats_watch *w, natsOptions *o)
{
	return natsOptions_SetEventLoop(
	    o, w, on_attach, on_read_wanted, on_write_wanted, on_detach);
}

static void
wake_closed(uv_handle_t *handle)
{
	struct nats_watch *w = handle->data;

	if (w->next_fd >= 0) {
		(void)close(w->next_fd);
	}
	pthread_mutex_destroy(&w->lock);
	free(w);
}

static void
free_when_over(struct nats_watch *w)
{
	bool is_attached;

	pthread_mutex_lock(&w->lock);
	is_attached = w->is_attached;
	pthread_mutex_unlock(&w->lock);
	if (w->is_ended && !is_attached) {
		uv_close((uv_handle_t *)&w->wake, wake_closed);
	}
}

static void
detached(void *arg)
{
	struct nats_watch *w = arg;

	pthread_mutex_lock(&w->lock);
	w->is_attached = false;
	pthread_mutex_unlock(&w->lock);
	free_when_over(w);
}

void
nats_watch_end(struct nats_watch *w)
{
	line_drop(w);
	w->is_ended = true;
	free_when_over(w);
}
