/* loop.h - the one thread that owns a daemon's state, on libuv.
 *
 * Foreign threads own nothing of ours: they post a function and wake the
 * loop. A full inbox makes them wait, it never drops. At the end of each turn
 * of the loop the registered hooks run: that is where what came in together
 * is decided, synced and sent together. */
#ifndef STOA_EDGE_LOOP_H
#define STOA_EDGE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct stoa_loop;
struct stoa_timer;

typedef void (*stoa_loop_fn)(void *arg);

/* Aborts when the system has no file descriptor left: nothing can run. */
struct stoa_loop *stoa_loop_open(void);
void stoa_loop_close(struct stoa_loop *l);

/* Runs until stopped. */
void stoa_loop_run(struct stoa_loop *l);
void stoa_loop_stop(struct stoa_loop *l);

/* From any thread: runs fn(arg) on the loop. Waits while the inbox is full,
 * unless called on the loop thread itself, which is never blocked. */
void stoa_loop_post(struct stoa_loop *l, stoa_loop_fn fn, void *arg);

/* Whether the caller is the loop's thread. */
bool stoa_loop_is_here(struct stoa_loop *l);

/* fn(arg) after every turn. At most eight hooks. */
void stoa_loop_on_turn(struct stoa_loop *l, stoa_loop_fn fn, void *arg);

/* fn(arg) after the hooks of every turn: what they sent leaves together. At
 * most eight. */
void stoa_loop_on_flush(struct stoa_loop *l, stoa_loop_fn fn, void *arg);

/* Calls fn(arg) on SIGTERM and SIGINT. */
void stoa_loop_on_terminate(struct stoa_loop *l, stoa_loop_fn fn, void *arg);

/* Runs work(arg) on the worker pool, then done(arg) on the loop. */
void stoa_loop_work(
    struct stoa_loop *l, stoa_loop_fn work, stoa_loop_fn done, void *arg);

/* A timer; `every_us` 0: once. Freed by stoa_timer_free at any time. */
struct stoa_timer *stoa_timer_new(
    struct stoa_loop *l, stoa_loop_fn fn, void *arg);
void stoa_timer_start(struct stoa_timer *t, int64_t after_us, int64_t every_us);
void stoa_timer_stop(struct stoa_timer *t);
void stoa_timer_free(struct stoa_timer *t);

/* fn(arg) whenever `fd` is readable. Returned handle is freed by
 * stoa_reader_free; the descriptor stays the caller's. */
struct stoa_reader;
struct stoa_reader *stoa_reader_new(
    struct stoa_loop *l, int fd, stoa_loop_fn fn, void *arg);
void stoa_reader_free(struct stoa_reader *r);

/* The libuv loop, for edges that live on it themselves. */
struct uv_loop_s *stoa_loop_uv(struct stoa_loop *l);

#endif
