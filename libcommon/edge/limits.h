/* limits.h - every bound of the edge, with its reason. */
#ifndef STOA_EDGE_LIMITS_H
#define STOA_EDGE_LIMITS_H

#include "base/time.h"

/* What foreign threads may have posted and the loop not yet seen. Full: the
 * posting thread waits; nothing is dropped. */
#define EDGE_INBOX_MAX 65536u

/* Posts handled before the loop looks at its timers again. */
#define EDGE_INBOX_TURN 1024u

/* Calls of this process that wait for an answer. */
#define EDGE_CALLS_MAX 65536u

/* A call without an answer is repeated with the same ids after this long;
 * nobody serving the subject is retried sooner. */
#define EDGE_CALL_REPEAT_US (1 * STOA_US_PER_S)
#define EDGE_CALL_ABSENT_US (50 * STOA_US_PER_MS)

/* A request's own limit where the caller sets none. */
#define EDGE_CALL_TIMEOUT_US (5 * STOA_US_PER_S)

/* Messages on the bus stay under 256 KiB (DESIGN, section 5). */
#define EDGE_MESSAGE_MAX (256u * 1024u)

/* Read from the broker at once: what a turn of the loop handles together. */
#define EDGE_NATS_BUFFER (64 * 1024)

/* Messages done with that the library frees together, and their bytes. */
#define EDGE_NATS_BIN	    1024
#define EDGE_NATS_BIN_BYTES ((size_t)512 * 1024)

/* At the end of a process what was published last may take so long to leave. */
#define EDGE_CLOSE_MS 1000

/* Between attempts to connect: from, to (doubling). */
#define EDGE_CONNECT_WAIT_US_MIN (20 * STOA_US_PER_MS)
#define EDGE_CONNECT_WAIT_US_MAX (500 * STOA_US_PER_MS)
#define EDGE_CONNECT_TIMEOUT_MS	 2000

/* After SIGTERM: what is in flight may finish this long. Under the ten
 * seconds that container runtimes give. */
#define EDGE_DRAIN_US (8 * STOA_US_PER_S)

/* Parts of a daemon: no daemon has more than four. */
#define EDGE_PARTS_MAX 8

/* Left free on the disk of a journal copy: room for what has been decided
 * already and for the operator to work. */
#define EDGE_DISK_RESERVE (32u * 1024u * 1024u)

/* What a WebSocket gives at once: several whole messages of a chat gateway,
 * and memory that each connection keeps. What waits to be sent: messages there
 * are under 4 KiB and few. */
#define EDGE_WS_PIECE_MAX 16384
#define EDGE_WS_QUEUE_MAX ((size_t)64 * 1024)

/* Until a connection stands: resolved, connected, TLS, upgraded. And how long
 * the peer has to take our close frame. */
#define EDGE_WS_OPEN_SECONDS  10
#define EDGE_WS_CLOSE_SECONDS 3

/* Random digits at once, and their zero: nobody needs more than 256 bits. */
#define EDGE_ENTROPY_TEXT_MAX 65

/* One log line. */
#define EDGE_LOG_LINE_MAX 4096u

/* A configuration file, and a secret's file. */
#define EDGE_CONF_FILE_MAX   65536u
#define EDGE_CONF_SECRET_MAX 8192u

/* What Linux takes as a path (PATH_MAX). */
#define EDGE_PATH_MAX 4096u

#endif
