/* nodes_limits.h - every bound of the nodes of a chain and of the index of its
 * events, with its reason. */
#ifndef CHAIN_NODES_LIMITS_H
#define CHAIN_NODES_LIMITS_H

#include <stddef.h>
#include <stdint.h>

/* ---- one request ---- */

/* Under way at once, of all callers together: a wallet has 16 transactions in
 * flight, the index asks for a few blocks at a time. */
#define EVM_NODES_CALLS_MAX 256u

/* HTTP requests of them: a transaction goes to every node. */
#define EVM_NODES_TRIES_MAX 1024u

/* Open to all nodes together; with HTTP/2 each needs one. */
#define EVM_NODES_CONNECTIONS_MAX 32u

/* Parameters: a transaction of 128 KiB in hexadecimal, or a call as large. */
#define EVM_NODES_PARAMS_MAX ((size_t)512 * 1024)

/* An answer, unless the request says otherwise: a receipt with all the logs
 * that a block's gas can pay for has about so much. */
#define EVM_NODES_ANSWER_MAX ((size_t)4 * 1024 * 1024)

/* A method's name; the longest in use has 38 characters. */
#define EVM_NODES_METHOD_MAX 64u

/* A URL with its key, a token, a name. */
#define EVM_NODES_URL_MAX   1024u
#define EVM_NODES_TOKEN_MAX 1024u
#define EVM_NODES_NAME_MAX  128u

/* A call in all, and one try of it: half a dozen tries have room, and a person
 * who waits in a chat still does after ten seconds. */
#define EVM_NODES_TIMEOUT_US ((int64_t)10 * 1000 * 1000)
#define EVM_NODES_TRY_US     ((int64_t)4 * 1000 * 1000)

/* A failure that came because the caller gave no time is not the node's. */
#define EVM_NODES_FAIR_US ((int64_t)1000 * 1000)

/* Tries of one call that failed. */
#define EVM_NODES_FAILURES_MAX 6u

/* Between them, once every node has failed: anywhere from nothing to twice the
 * one before. */
#define EVM_NODES_PAUSE_US     ((int64_t)200 * 1000)
#define EVM_NODES_PAUSE_US_MAX ((int64_t)2 * 1000 * 1000)

/* Retries: one in five requests, and so many at once after a good time. */
#define EVM_NODES_RETRY_PERCENT 20u
#define EVM_NODES_RETRY_BURST	16u

/* After a node has taken a transaction, how long the others may take to say
 * so too before the caller hears of it. */
#define EVM_NODES_LINGER_US ((int64_t)1000 * 1000)

/* ---- one node ---- */

/* Three failures of half a minute, if they are half of what was asked: the
 * polls alone show as much within six seconds. */
#define EVM_NODE_BREAKER_FAILURES  3u
#define EVM_NODE_BREAKER_WINDOW_US ((int64_t)30 * 1000 * 1000)
#define EVM_NODE_BREAKER_OPEN_US   ((int64_t)5 * 1000 * 1000)
#define EVM_NODE_BREAKER_OPEN_MAX  ((int64_t)60 * 1000 * 1000)

/* 429 without Retry-After: a second, doubled while it goes on; and nobody is
 * believed who says to come back tomorrow. */
#define EVM_NODE_LIMITED_US	((int64_t)1000 * 1000)
#define EVM_NODE_LIMITED_US_MAX ((int64_t)60 * 1000 * 1000)

/* A node of another chain is asked again whether it still is. */
#define EVM_NODE_BANNED_US ((int64_t)10 * 60 * 1000 * 1000)

/* Which chain a node is of is asked again so often, besides after each of its
 * failures: behind one name there may be many machines. */
#define EVM_NODE_CHECK_US ((int64_t)60 * 1000 * 1000)

/* ---- the head ---- */

/* Polygon makes a block each 1.75 to 2 seconds. */
#define EVM_NODES_POLL_US     ((int64_t)2 * 1000 * 1000)
#define EVM_NODES_POLL_US_MIN ((int64_t)10 * 1000)
#define EVM_NODES_POLL_US_MAX ((int64_t)600 * 1000 * 1000)

/* A node that is further behind than this is not read from: at 2 seconds a
 * block, 20 seconds of what has happened are missing. */
#define EVM_NODES_LAG_MAX 10u

/* What a node said of its head is old after so many polls. */
#define EVM_NODES_FRESH_POLLS 10

/* And after so many another node's is taken, if that has spoken since. */
#define EVM_NODES_RECENT_POLLS 3

/* Of several nodes only one says what is final: it is believed after so many
 * polls in which nobody else spoke. */
#define EVM_NODES_ALONE_POLLS 5

/* Milestones come every few seconds; the worst known stop took a quarter of an
 * hour (September 2025), and members should not wait that long. */
#define EVM_NODES_FINAL_STALL_US ((int64_t)120 * 1000 * 1000)

/* Without milestones: Polygon's reorganisations before them were mostly under
 * 32 blocks deep, with rare ones beyond 100 (February 2023: 157). */
#define EVM_NODES_CONFIRMATIONS	    64u
#define EVM_NODES_CONFIRMATIONS_MAX 10000u

/* ---- the index ---- */

/* Blocks that are not final and are kept so that they can be taken back. When
 * finality stops for longer than this (two and a quarter hours at 2 s), the
 * index waits for it. */
#define EVM_INDEX_BLOCKS_MAX 4096u

/* Logs that the filter lets through, in one block, and in all blocks kept. */
#define EVM_INDEX_BLOCK_LOGS_MAX 10000u
#define EVM_INDEX_LOGS_MAX	 200000u
#define EVM_INDEX_BYTES_MAX	 ((size_t)128 * 1024 * 1024)

/* What is filtered by. Providers take hundreds of addresses. */
#define EVM_INDEXER_ADDRESSES_MAX 64u
#define EVM_INDEXER_TOPICS_MAX	  64u

/* Ranges of eth_getLogs: providers allow from 10 blocks (Alchemy, free) to
 * 10,000 (QuickNode), and 10,000 results (Infura). Halved on refusal. */
#define EVM_INDEXER_RANGE_FIRST 1000u
#define EVM_INDEXER_RANGE_MAX	10000u

/* The logs of a range: 10,000 of them at 1 KiB each, and room. */
#define EVM_INDEXER_ANSWER_MAX ((size_t)32 * 1024 * 1024)

/* A range may take the node ten seconds (Infura stops there). */
#define EVM_INDEXER_TIMEOUT_US ((int64_t)30 * 1000 * 1000)
#define EVM_INDEXER_TRY_US     ((int64_t)15 * 1000 * 1000)

/* After a call that failed as a whole. */
#define EVM_INDEXER_PAUSE_US	 ((int64_t)500 * 1000)
#define EVM_INDEXER_PAUSE_US_MAX ((int64_t)30 * 1000 * 1000)

/* Looking again at what was read: each hour, the last so many final blocks
 * (an hour of them at 2 s, and some). */
#define EVM_INDEXER_RESCAN_US	  ((int64_t)3600 * 1000 * 1000)
#define EVM_INDEXER_RESCAN_BLOCKS 2000u

#endif
