/* port/ws.h - WebSocket clients (RFC 6455) on the loop.
 *
 * A connection is opened, is told open, gives messages in the pieces they
 * come in, and is told closed exactly once, with the peer's code or why there
 * is none. Callbacks run on the loop thread, never before the call that
 * causes them returns. */
#ifndef STOA_PORT_WS_H
#define STOA_PORT_WS_H

#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct stoa_ws_client;
struct stoa_ws;
struct stoa_loop;

enum stoa_ws_end {
	STOA_WS_CLOSED,	     /* by a close frame with `code` */
	STOA_WS_DROPPED,     /* the connection broke */
	STOA_WS_UNREACHABLE, /* never opened: name, connect, TLS or upgrade */
};

struct stoa_ws_events {
	void (*opened)(void *owner);
	/* The next bytes of a message; the last of them has `is_end`. Never
	 * more than EDGE_WS_PIECE_MAX bytes; valid during the callback. */
	void (*received)(void *owner, struct stoa_str piece, bool is_end);
	/* `detail` is for people. The connection is gone when it returns. */
	void (*closed)(void *owner, enum stoa_ws_end end, unsigned code,
	    const char *detail);
};

/* wss needs the system's authorities, or those in `ca_file`. */
struct stoa_ws_client *stoa_ws_client_open(
    struct stoa_loop *loop, const char *ca_file);
void stoa_ws_client_close(struct stoa_ws_client *c);

/* "wss://host[:port]/path?query" or "ws://...". Refuses: INVALID (the URL),
 * NO_MEMORY. Everything else is told by `closed`. `events` is borrowed. */
STOA_MUST_USE enum stoa_status stoa_ws_open(struct stoa_ws_client *c,
    const char *url, const struct stoa_ws_events *events, void *owner,
    struct stoa_ws **ret_ws);

/* Queues a text message; copied. Refuses: BUSY (EDGE_WS_QUEUE_MAX bytes wait),
 * CLOSED (not open). */
STOA_MUST_USE enum stoa_status stoa_ws_send(
    struct stoa_ws *ws, struct stoa_str text);

/* Sends what is queued and a close frame with `code`; 0: just drops the
 * connection. `closed` is not called any more and `ws` is gone. */
void stoa_ws_close(struct stoa_ws *ws, unsigned code);

/* Stops and starts reading: what the peer sends waits in its socket. */
void stoa_ws_pause(struct stoa_ws *ws, bool is_paused);

#endif
