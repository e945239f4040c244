/* loop.c - libuv: inbox, timers, signals, worker pool, turns. */
#include "edge/loop.h"

#include "base/check.h"
#include "base/time.h"
#include "edge/limits.h"

#include <pthread.h>
#include <stdlib.h>
#include <uv.h>

#define HOOKS_MAX 8

struct post {
	stoa_loop_fn fn;
	void *arg;
};

struct hook {
	stoa_loop_fn fn;
	void *arg;
};

struct stoa_loop {
	uv_loop_t uv;
	uv_async_t wake;
	uv_prepare_t before;
	uv_check_t after;
	uv_signal_t signals[2];
	struct hook hooks[HOOKS_MAX];
	struct hook flushes[HOOKS_MAX];
	size_t hook_count;
	size_t flush_count;
	struct hook terminate;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t room;
	struct post *ring; /* EDGE_INBOX_MAX */
	size_t first;
	size_t count;
	struct post *extra; /* the loop's own posts to itself, never blocked */
	size_t extra_count;
	size_t extra_size;
	bool is_woken;
};

/* ---- inbox --------------------------------------------------------------- */

void
stoa_loop_post(struct stoa_loop *l, stoa_loop_fn fn, void *arg)
{
	bool wake;

	pthread_mutex_lock(&l->lock);
	if (pthread_equal(pthread_self(), l->thread)) {
		if (l->extra_count == l->extra_size) {
			l->extra_size =
			    l->extra_size == 0 ? 64 : 2 * l->extra_size;
			l->extra = realloc(
			    l->extra, l->extra_size * sizeof(l->extra[0]));
			stoa_assert(l->extra != NULL);
		}
		l->extra[l->extra_count++] = (struct post){fn, arg};
	} else {
		while (l->count == EDGE_INBOX_MAX) {
			pthread_cond_wait(&l->room, &l->lock);
		}
		l->ring[(l->first + l->count++) % EDGE_INBOX_MAX] =
		    (struct post){fn, arg};
	}
	wake = !l->is_woken;
	l->is_woken = true;
	pthread_mutex_unlock(&l->lock);
	if (wake) {
		(void)uv_async_send(&l->wake);
	}
}

/* Takes up to `max` posts out at once, so that the lock is held briefly. */
static size_t
inbox_take(struct stoa_loop *l, struct post *posts, size_t max)
{
	size_t taken = 0;

	pthread_mutex_lock(&l->lock);
	while (taken < max && l->count > 0) {
		posts[taken++] = l->ring[l->first];
		l->first = (l->first + 1) % EDGE_INBOX_MAX;
		l->count--;
	}
	while (taken < max && l->extra_count > 0) {
		posts[taken++] = l->extra[0];
		l->extra_count--;
		for (size_t i = 0; i < l->extra_count; i++) {
			l->extra[i] = l->extra[i + 1];
		}
	}
	if (l->count + l->extra_count == 0) {
		l->is_woken = false;
	}
	pthread_cond_broadcast(&l->room);
	pthread_mutex_unlock(&l->lock);
	return taken;
}

static void
on_wake(uv_async_t *handle)
{
	struct stoa_loop *l = handle->data;
	struct post posts[64];
	size_t done = 0;
	size_t taken;

	while (done < EDGE_INBOX_TURN &&
	       (taken = inbox_take(l, posts, STOA_COUNT(posts))) > 0) {
		for (size_t i = 0; i < taken; i++) {
			posts[i].fn(posts[i].arg);
		}
		done += taken;
	}
	if (done >= EDGE_INBOX_TURN) {
		(void)uv_async_send(&l->wake);
	}
}

/* ---- turns -----------------------------------------------------------------
 */

static void
run_hooks(struct stoa_loop *l)
{
	for (size_t i = 0; i < l->hook_count; i++) {
		l->hooks[i].fn(l->hooks[i].arg);
	}
	for (size_t i = 0; i < l->flush_count; i++) {
		l->flushes[i].fn(l->flushes[i].arg);
	}
}

/* After input, and once more before sleeping: timers run in between. */
static void
on_check(uv_check_t *handle)
{
	run_hooks(handle->data);
}

static void
on_prepare(uv_prepare_t *handle)
{
	run_hooks(handle->data);
}

void
stoa_loop_on_turn(struct stoa_loop *l, stoa_loop_fn fn, void *arg)
{
	stoa_assert(l->hook_count < HOOKS_MAX);
	l->hooks[l->hook_count++] = (struct hook){fn, arg};
}

void
stoa_loop_on_flush(struct stoa_loop *l, stoa_loop_fn fn, void *arg)
{
	stoa_assert(l->flush_count < HOOKS_MAX);
	l->flushes[l->flush_count++] = (struct hook){fn, arg};
}

/* ---- life ---------------------------------------------------------------- */

struct stoa_loop *
stoa_loop_open(void)
{
	struct stoa_loop *l = calloc(1, sizeof(*l));

	stoa_assert(l != NULL);
	stoa_assert(uv_loop_init(&l->uv) == 0);
	l->ring = calloc(EDGE_INBOX_MAX, sizeof(l->ring[0]));
	stoa_assert(l->ring != NULL);
	l->thread = pthread_self();
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->room, NULL);
	stoa_assert(uv_async_init(&l->uv, &l->wake, on_wake) == 0);
	l->wake.data = l;
	(void)uv_prepare_init(&l->uv, &l->before);
	l->before.data = l;
	(void)uv_prepare_start(&l->before, on_prepare);
	(void)uv_check_init(&l->uv, &l->after);
	l->after.data = l;
	(void)uv_check_start(&l->after, on_check);
	return l;
}

static void
on_signal(uv_signal_t *handle, int number)
{
	struct stoa_loop *l = handle->data;

	(void)number;
	l->terminate.fn(l->terminate.arg);
}

void
stoa_loop_on_terminate(struct stoa_loop *l, stoa_loop_fn fn, void *arg)
{
	static const int numbers[] = {SIGTERM, SIGINT};

	l->terminate = (struct hook){fn, arg};
	for (size_t i = 0; i < STOA_COUNT(numbers); i++) {
		(void)uv_signal_init(&l->uv, &l->signals[i]);
		l->signals[i].data = l;
		(void)uv_signal_start(&l->signals[i], on_signal, numbers[i]);
	}
}

bool
stoa_loop_is_here(struct stoa_loop *l)
{
	bool is_here;

	pthread_mutex_lock(&l->lock);
	is_here = pthread_equal(pthread_self(), l->thread) != 0;
	pthread_mutex_unlock(&l->lock);
	return is_here;
}

void
stoa_loop_run(struct stoa_loop *l)
{
	/* Others may post already. */
	pthread_mutex_lock(&l->lock);
	l->thread = pthread_self();
	pthread_mutex_unlock(&l->lock);
	(void)uv_run(&l->uv, UV_RUN_DEFAULT);
}

void
stoa_loop_stop(struct stoa_loop *l)
{
	uv_stop(&l->uv);
}

static void
close_handle(uv_handle_t *handle, void *arg)
{
	(void)arg;
	if (!uv_is_closing(handle)) {
		uv_close(handle, NULL);
	}
}

void
stoa_loop_close(struct stoa_loop *l)
{
	if (l == NULL) {
		return;
	}
	uv_walk(&l->uv, close_handle, NULL);
	(void)uv_run(&l->uv, UV_RUN_DEFAULT);
	(void)uv_loop_close(&l->uv);
	pthread_cond_destroy(&l->room);
	pthread_mutex_destroy(&l->lock);
	free(l->ring);
	free(l->extra);
	free(l);
}

struct uv_loop_s *
stoa_loop_uv(struct stoa_loop *l)
{
	return &l->uv;
}

/* ---- work ---------------------------------------------------------------- */

struct work {
	uv_work_t request;
	stoa_loop_fn work;
	stoa_loop_fn done;
	void *arg;
};

static void
on_work(uv_work_t *request)
{
	struct work *w = request->data;

	w->work(w->arg);
}

static void
on_worked(uv_work_t *request, int status)
{
	struct work *w = request->data;
	struct work done = *w;

	(void)status;
	free(w);
	done.done(done.arg);
}

void
stoa_loop_work(
    struct stoa_loop *l, stoa_loop_fn work, stoa_loop_fn done, void *arg)
{
	struct work *w = calloc(1, sizeof(*w));

	stoa_assert(w != NULL);
	*w = (struct work){.work = work, .done = done, .arg = arg};
	w->request.data = w;
	stoa_assert(
	    uv_queue_work(&l->uv, &w->request, on_work, on_worked) == 0);
}

/* ---- timers -------------------------------------------------------------- */

struct stoa_timer {
	uv_timer_t uv;
	stoa_loop_fn fn;
	void *arg;
};

static void
on_timer(uv_timer_t *handle)
{
	struct stoa_timer *t = handle->data;

	t->fn(t->arg);
}

struct stoa_timer *
stoa_timer_new(struct stoa_loop *l, stoa_loop_fn fn, void *arg)
{
	struct stoa_timer *t = calloc(1, sizeof(*t));

	stoa_assert(t != NULL);
	t->fn = fn;
	t->arg = arg;
	(void)uv_timer_init(&l->uv, &t->uv);
	t->uv.data = t;
	return t;
}

static uint64_t
ms_of(int64_t us)
{
	return us <= 0 ? 0
		       : (uint64_t)((us + STOA_US_PER_MS - 1) / STOA_US_PER_MS);
}

void
stoa_timer_start(struct stoa_timer *t, int64_t after_us, int64_t every_us)
{
	uv_update_time(t->uv.loop);
	(void)uv_timer_start(
	    &t->uv, on_timer, ms_of(after_us), ms_of(every_us));
}

void
stoa_timer_stop(struct stoa_timer *t)
{
	(void)uv_timer_stop(&t->uv);
}

static void
free_handle(uv_handle_t *handle)
{
	free(handle->data);
}

void
stoa_timer_free(struct stoa_timer *t)
{
	if (t != NULL) {
		uv_close((uv_handle_t *)&t->uv, free_handle);
	}
}

/* ---- readers ------------------------------------------------------------- */

struct stoa_reader {
	uv_poll_t uv;
	stoa_loop_fn fn;
	void *arg;
};

static void
on_readable(uv_poll_t *handle, int status, int events)
{
	struct stoa_reader *r = handle->data;

	(void)status;
	(void)events;
	r->fn(r->arg);
}

struct stoa_reader *
stoa_reader_new(struct stoa_loop *l, int fd, stoa_loop_fn fn, void *arg)
{
	struct stoa_reader *r = calloc(1, sizeof(*r));

	stoa_assert(r != NULL);
	r->fn = fn;
	r->arg = arg;
	stoa_assert(uv_poll_init(&l->uv, &r->uv, fd) == 0);
	r->uv.data = r;
	(void)uv_poll_start(&r->uv, UV_READABLE | UV_DISCONNECT, on_readable);
	return r;
}

void
stoa_reader_free(struct stoa_reader *r)
{
	if (r != NULL) {
		uv_close((uv_handle_t *)&r->uv, free_handle);
	}
}
