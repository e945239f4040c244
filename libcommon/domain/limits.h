/* limits.h - every bound of the domain runtime, with its reason. */
#ifndef STOA_DOMAIN_LIMITS_H
#define STOA_DOMAIN_LIMITS_H

#include "base/time.h"

/* A record is one message on the bus; messages stay under 256 KiB, and the
 * broker's headers need a little room. */
#define DOMAIN_RECORD_BYTES_MAX (255u * 1024u)

/* One command's entry: so that any command fits a record by itself with its
 * frame, and one member's cannot crowd out others'. */
#define DOMAIN_ENTRY_BYTES_MAX (128u * 1024u)

/* Commands in a record: bounds the work before a reply can leave. */
#define DOMAIN_RECORD_ENTRIES_MAX 512u

/* Commands that wait for one community; beyond it the caller is told BUSY
 * and retries: a longer queue would only outlive its callers' deadlines. */
#define DOMAIN_QUEUE_MAX 4096u

/* Reads that wait for a record in flight; same reason. */
#define DOMAIN_READS_MAX 4096u

/* Memory to decide one record: events, replies and the unpacked requests. */
#define DOMAIN_FLIGHT_ARENA_MAX (4u * 1024u * 1024u)

/* Unpacking one record while following or rebuilding. */
#define DOMAIN_RECORD_ARENA_MAX (8u * 1024u * 1024u)

/* Command ids are remembered at least this long, and at most this many of
 * them per community: with 40 bytes each, a full community costs 40 MiB. Both
 * full: new commands are told BUSY until the oldest pass the age. */
#define DOMAIN_DEDUP_AGE_US    (7 * STOA_US_PER_DAY)
#define DOMAIN_DEDUP_COUNT_MAX (1u << 20)

/* A snapshot is in memory while it is written, by a process of its own. */
#define DOMAIN_SNAPSHOT_BYTES_MAX ((size_t)16 << 30)

/* Field lengths of a command's envelope. */
#define DOMAIN_COMMAND_ID_MAX 128u
#define DOMAIN_ACTOR_MAX      64u
#define DOMAIN_COMMUNITY_MAX  64u

/* Communities held by one replica; more are served by giving replicas ranges
 * of slots. */
#define DOMAIN_COMMUNITIES_MAX (1u << 20)

/* A record without an outcome is published again this often: the broker's
 * answer normally takes under a millisecond. */
#define DOMAIN_SETTLE_US (500 * STOA_US_PER_MS)

/* Beats between replicas, and the silence after which a peer's slots are
 * taken over. Correctness does not depend on either. */
#define DOMAIN_BEAT_US (300 * STOA_US_PER_MS)
#define DOMAIN_DEAD_US (1500 * STOA_US_PER_MS)

/* How many replicas a domain may be configured with. */
#define DOMAIN_REPLICAS_MAX 16u

/* Heads told in one message to a peer: keeps it well under 256 KiB. */
#define DOMAIN_HEADS_PAGE 1024u

#endif
