/* limits.h - every bound of the gateway, with its reason. */
#ifndef GATEWAY_LIMITS_H
#define GATEWAY_LIMITS_H

#include "base/time.h"

#include <stddef.h>
#include <stdint.h>

/* ---- Discord's (gateway documentation, API v10) ---- */

/* Bytes of one payload we send; more is answered by close 4002. */
#define GATEWAY_SEND_MAX 4096

/* Payloads we send on one connection in a minute, heartbeats included. What
 * is not a heartbeat, identify or resume leaves this many free for them. */
#define GATEWAY_SENDS_PER_MINUTE 120
#define GATEWAY_SENDS_RESERVED	 20

/* Snowflakes: 64 bits in decimal, and the zero. */
#define GATEWAY_ID_SIZE 24

/* Discord: roles of a server, and so of a person. */
#define GATEWAY_ROLES_MAX 250

/* A session id has 32 digits today, an address some 40 characters. */
#define GATEWAY_SESSION_SIZE 128
#define GATEWAY_URL_SIZE     256

/* Shards of one bot: Discord's largest run some 30,000; one process of ours
 * holds as many as its memory allows. */
#define GATEWAY_SHARDS_MAX 4096

/* ---- what comes in ---- */

/* One payload, unpacked. The largest are GUILD_CREATEs of the largest guilds,
 * a few dozen MiB; a bomb is not to eat the machine. */
#define GATEWAY_PAYLOAD_MAX ((size_t)64 * 1024 * 1024)

/* The same, packed: JSON shrinks about eight times, and never grows. */
#define GATEWAY_PACKED_MAX ((size_t)32 * 1024 * 1024)

/* Kept of the buffer that payloads are unpacked into when a large one has
 * passed: most are under 4 KiB. */
#define GATEWAY_UNPACK_KEPT ((size_t)256 * 1024)

/* 2^23 = 8 MiB: what the zstd format asks every decoder to support. */
#define GATEWAY_ZSTD_WINDOW_LOG 23

/* ---- what goes on to the broker ---- */

/* Events of one shard that the broker has not acknowledged, and their bytes
 * over all shards of a set. Beyond either the connection is not read: Discord
 * keeps what waits. */
#define GATEWAY_WINDOW_EVENTS 2048
#define GATEWAY_WINDOW_BYTES  ((size_t)32 * 1024 * 1024)

/* An event's data on the bus; messages there stay under 256 KiB. What is
 * larger is announced without its data. */
#define GATEWAY_EVENT_JSON_MAX ((size_t)200 * 1024)

/* Memory to turn one interaction into a command. */
#define GATEWAY_ARENA_MAX ((size_t)1024 * 1024)

/* ---- time ---- */

/* Everything that waits is this exact. */
#define GATEWAY_TICK_US (20 * STOA_US_PER_MS)

/* What the broker refuses is stored again after this: an interaction has
 * three seconds, and a full disk is not emptied by asking. */
#define GATEWAY_AGAIN_US (250 * STOA_US_PER_MS)

/* From an open connection to Hello, and from identify or resume to READY or
 * the first dispatch. Discord takes under a second. */
#define GATEWAY_HELLO_US (10 * STOA_US_PER_S)
#define GATEWAY_READY_US (30 * STOA_US_PER_S)

/* Between attempts to connect: at once, then doubling, with full jitter. */
#define GATEWAY_RETRY_US_MIN (250 * STOA_US_PER_MS)
#define GATEWAY_RETRY_US_MAX (30 * STOA_US_PER_S)

/* After "invalid session": one to five seconds, says Discord. */
#define GATEWAY_INVALID_US_MIN (1 * STOA_US_PER_S)
#define GATEWAY_INVALID_US_MAX (5 * STOA_US_PER_S)

/* Of heartbeats, as Hello may name it. */
#define GATEWAY_BEAT_US_MIN (100 * STOA_US_PER_MS)
#define GATEWAY_BEAT_US_MAX (3600 * STOA_US_PER_S)

/* A session's own host is given up only after so many failures in a row over
 * so long a time: an outage of everything looks the same at first. */
#define GATEWAY_HOST_FAILURES 5

/* A connection that has lived this long has settled: the next one that is
 * lost is replaced at once. And a session, after which an identify does not
 * count as one of a loop. */
#define GATEWAY_SETTLED_US (2 * STOA_US_PER_S)
#define GATEWAY_STABLE_US  (60 * STOA_US_PER_S)

/* At most one reconnect because of a gap in the sequence in this time: should
 * numbers ever be skipped on purpose, it must not become a loop. */
#define GATEWAY_GAP_US (60 * STOA_US_PER_S)

/* ---- sessions and leases ---- */

/* How far the stored place of a session may lag behind what is published. A
 * crash repeats that much, and the broker folds it. */
#define GATEWAY_SAVE_US (100 * STOA_US_PER_MS)

/* A replica tells that it lives; unheard for so long it is dead. Three beats
 * may be lost. Together with a reconnect it stays under two seconds. */
#define GATEWAY_BEAT_REPLICA_US (250 * STOA_US_PER_MS)
#define GATEWAY_DEAD_US		(1000 * STOA_US_PER_MS)

/* A process that was stopped for so long ends instead of going on: what it had
 * in hand is stored by others since, and the broker folds what is repeated for
 * ten minutes only. */
#define GATEWAY_STALE_US (300 * STOA_US_PER_S)

/* Two processes of one name: the younger waits so long, since the older may be
 * on its way out (a drain takes eight seconds), then it ends. */
#define GATEWAY_TWIN_US (12 * STOA_US_PER_S)

/* Identifies kept free for people: below it nobody identifies. Discord gives
 * 1000 a day and resets the token when they are used up. */
#define GATEWAY_IDENTIFY_RESERVE 50

/* Identifies of one shard whose sessions do not last: from the third on they
 * wait, doubling, up to an hour. 24 a day at most in the end. */
#define GATEWAY_LOOP_FREE     3
#define GATEWAY_LOOP_US_MIN   (30 * STOA_US_PER_S)
#define GATEWAY_LOOP_US_MAX   (3600 * STOA_US_PER_S)
#define GATEWAY_IDENTIFY_US   (5 * STOA_US_PER_S)
#define GATEWAY_IDENTIFY_WAIT (500 * STOA_US_PER_MS)

/* ---- from one number of shards to another ---- */

/* What a set keeps that is not in force yet: Discord tells both sets of an
 * event within milliseconds of each other, and when the plan changes the old
 * one goes on for as long. A command that both say has one message id. */
#define GATEWAY_KEPT_US (2 * STOA_US_PER_S)

/* And how many events of one shard: 5,000 a second, plan and reading it
 * included, where the bytes above do not end it before. Beyond it the
 * connection is not read. */
#define GATEWAY_KEPT_EVENTS 16384

/* So long the old set goes on after the switch: what Discord told it before
 * the last new shard was there may still be under way. And so long at most it
 * tries to hear what a session holds of which the connection is lost. */
#define GATEWAY_OVERLAP_US_MIN (2 * STOA_US_PER_S)
#define GATEWAY_OVERLAP_US_MAX (120 * STOA_US_PER_S)

/* After READY Discord tells of each guild as it connects to it, many in a
 * second. One that does not come for so long is not available. */
#define GATEWAY_GUILDS_US (5 * STOA_US_PER_S)

/* The plan is read again this often, beside what beats tell; until there is
 * one, more often. */
#define GATEWAY_PLAN_US	      (1 * STOA_US_PER_S)
#define GATEWAY_PLAN_FIRST_US (100 * STOA_US_PER_MS)

/* Between two lines of the log about how far it is. */
#define GATEWAY_PROGRESS_US (5 * STOA_US_PER_S)

/* ---- interactions over HTTP ---- */

/* A signature older or newer than this is a replay. */
#define GATEWAY_SIGNATURE_US (300 * STOA_US_PER_S)

/* Interactions seen lately: a hundred a second over that window, which is
 * what a large bot hears. Each takes some hundred bytes. */
#define GATEWAY_SEEN_MAX 65536

/* One interaction's body: options are 6000 characters at most each. */
#define GATEWAY_BODY_MAX ((size_t)1024 * 1024)

/* Bodies of all requests at once: anybody can begin one, and only at its end
 * it shows whether Discord has signed it. */
#define GATEWAY_HOOK_BYTES_MAX ((size_t)16 * 1024 * 1024)

/* Each connection has a thread. Discord opens a few dozen. */
#define GATEWAY_HOOK_CONNECTIONS_MAX	  128
#define GATEWAY_HOOK_CONNECTION_BYTES_MAX ((size_t)32 * 1024)
#define GATEWAY_HOOK_IDLE_SECONDS_MAX	  30

/* Until a request is answered, whatever the broker does: Discord waits three
 * seconds, and some of them are the network's. */
#define GATEWAY_HOOK_ANSWER_US (2500 * STOA_US_PER_MS)

#endif
