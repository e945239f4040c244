/* nodes.h - the providers of one chain: several nodes that are asked over
 * JSON-RPC, of which any may be slow, behind, limited, wrong or gone.
 *
 * Follows the Ethereum JSON-RPC execution API over HTTP POST (JSON-RPC 2.0).
 * The first node of the list that is well is asked; when it fails, the next.
 * Each request has a deadline, retries come out of a budget and after a random
 * pause, each node has a circuit breaker, and one that says when to come back
 * (429, Retry-After) is left alone until then. A node is used only while it
 * answers for the right chain and is not far behind the others.
 *
 * Layer 3: asks over port/call.h, on the loop, never blocks. One thread: the
 * loop's. Tokens and the paths of URLs, which are secrets, never appear in any
 * text from here: a node's name is its host, unless it was given another. */
#ifndef CHAIN_NODES_H
#define CHAIN_NODES_H

#include "base/breaker.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/status.h"

struct evm_nodes;
struct evm_nodes_call;
struct stoa_clock;
struct stoa_loop;

/* Nodes are named by their place in the list; sets of them are bits. */
#define EVM_NODES_MAX 8u

#define EVM_NODES_WATCHERS_MAX 4u

struct evm_nodes_place {
	const char *url;   /* http or https; may hold a key */
	const char *token; /* "Authorization: Bearer ..."; NULL: none */
	const char *name;  /* in texts; NULL: the URL's host and port */
};

/* ---- what is known of the chain's end ---- */

struct evm_nodes_head {
	uint64_t number;
	struct stoa_hash hash;
	int64_t time_s;
	uint64_t base_fee_wei; /* 0: the chain has none */

	/* Final: does not go away any more. Never goes back. Of several
	 * nodes, what at least two say; what one says alone counts only when
	 * the others have not spoken for some polls. */
	bool is_final_known;
	bool is_by_confirmations; /* the nodes do not say, or no more */
	uint64_t final_number;
	struct stoa_hash final_hash;
};

enum evm_nodes_alert {
	EVM_NODES_WRONG_CHAIN,	     /* the node is not asked any more */
	EVM_NODES_FINALITY_GUESSED,  /* by confirmations from now on */
	EVM_NODES_FINALITY_BACK,     /* as the nodes say from now on */
	EVM_NODES_FINALITY_CONFLICT, /* nodes differ on a final block */
	EVM_NODES_DISAGREED,	     /* nodes gave different answers */
	EVM_NODES_PROOF_LOST,	     /* headers cannot be checked any more */
};

/* For settings that are 0 the default of chain/nodes_limits.h counts. */
struct evm_nodes_options {
	struct stoa_loop *loop;
	const struct stoa_clock *clock; /* NULL: the system's */
	uint64_t chain_id;		/* EIP-155 */
	const struct evm_nodes_place *places;
	size_t place_count;  /* 1 to EVM_NODES_MAX */
	uint64_t seed;	     /* of pauses; random */
	const char *ca_file; /* PEM; NULL: the system's */

	int64_t poll_us;	/* between looks at the head */
	int64_t timeout_us;	/* of a call, all its tries together */
	int64_t try_us;		/* of one try */
	uint64_t lag_max;	/* blocks behind the best */
	int64_t final_stall_us; /* no new final block for so long */
	uint64_t confirmations; /* then a block with so many is final */
	const struct stoa_breaker_rule *breaker; /* NULL: the default */

	/* Either may be NULL. `on_head` when anything of the head has changed;
	 * `on_alert` once each time that it becomes so; `text` is a line
	 * for the log, valid during the call. */
	void (*on_head)(void *owner, const struct evm_nodes_head *head);
	void (*on_alert)(
	    void *owner, enum evm_nodes_alert alert, const char *text);
	void *owner;
};

/* All of `options` is copied but the loop and the clock. Starts to ask the
 * nodes who they are. INVALID: a URL, or numbers out of their range;
 * NO_MEMORY. */
STOA_MUST_USE enum stoa_status evm_nodes_open(
    const struct evm_nodes_options *options, struct evm_nodes **ret_nodes);

/* Ends what is under way without callbacks; the loop must turn once more.
 * NULL does nothing. May be called from a callback. */
void evm_nodes_close(struct evm_nodes *nodes);

/* ---- asking ---- */

enum evm_nodes_kind {
	EVM_READ, /* one node; the next one when it fails */
	/* What money depends on: two nodes must say the same, if there are two
	 * in the list. Name blocks by number or hash: of "latest" there may be
	 * several. */
	EVM_READ_AGREED,
};

struct evm_nodes_request {
	enum evm_nodes_kind kind;
	const char *method;	/* "eth_call" */
	struct stoa_str params; /* a JSON array; empty: [] */
	uint32_t only;		/* nodes that may be asked; 0: all */
	int64_t timeout_us;	/* 0: that of the options */
	size_t answer_size_max; /* 0: EVM_NODES_ANSWER_MAX */
};

struct evm_nodes_reply {
	/* OK: `result`. DENIED: a JSON-RPC error, in the four fields below:
	 * the node has understood and says no, or none could do it. CONFLICT:
	 * nodes gave different answers. UNAVAILABLE: no node could be asked
	 * or gave an answer that is one. TIMEOUT, TOO_LARGE, RATE_LIMITED,
	 * NO_MEMORY. */
	enum stoa_status status;
	struct stoa_json result; /* may be null */

	int64_t code;		 /* of DENIED: -32000, 3 */
	struct stoa_str message; /* the node's own words */
	struct stoa_str data;	 /* bytes of a revert; empty: none */
	bool is_revert;

	unsigned node;	   /* who said it, one of them */
	uint32_t nodes;	   /* those who said it, or took a transaction */
	const char *about; /* a line for people: hosts and faults */
};

/* Valid during the callback, all of it. */
typedef void (*evm_nodes_done)(
    void *owner, const struct evm_nodes_reply *reply);

/* `request` is copied. Calls `done` exactly once, never before this has
 * returned, unless the call is cancelled or the nodes are closed. *ret_call
 * (may be NULL) is valid until then. Refuses, and no callback comes: BUSY
 * (EVM_NODES_CALLS_MAX), TOO_LARGE (params), NO_MEMORY. */
STOA_MUST_USE enum stoa_status evm_nodes_ask(struct evm_nodes *nodes,
    const struct evm_nodes_request *request, evm_nodes_done done, void *owner,
    struct evm_nodes_call **ret_call);

/* Gives a signed transaction to all nodes (eth_sendRawTransaction). OK when any
 * has it: took it now, had it already, or has it in a block. `result` is its
 * hash then, and `nodes` says which. DENIED when none is known to have it and
 * one said why; one that did not answer may have it all the same, and `about`
 * names those. Anything else says nothing. Sending again what was sent is
 * harmless. `raw` is copied. TOO_LARGE beyond EVM_TX_SIZE_MAX. */
STOA_MUST_USE enum stoa_status evm_nodes_send(struct evm_nodes *nodes,
    struct stoa_str raw, evm_nodes_done done, void *owner,
    struct evm_nodes_call **ret_call);

/* No callback will come. */
void evm_nodes_cancel(struct evm_nodes_call *call);

/* ---- knowing ---- */

/* False until a node has answered. */
bool evm_nodes_head(
    const struct evm_nodes *nodes, struct evm_nodes_head *ret_head);

/* `fn` is called as on_head is, after it; at most EVM_NODES_WATCHERS_MAX. The
 * owner is what it is removed by. */
typedef void (*evm_nodes_watcher)(
    void *owner, const struct evm_nodes_head *head);
void evm_nodes_watch(
    struct evm_nodes *nodes, evm_nodes_watcher fn, void *owner);
void evm_nodes_unwatch(struct evm_nodes *nodes, const void *owner);

/* For those who check what a node says: counts as its failure. `what` is a
 * short text without secrets: "gave no logs for a block that has some". */
void evm_nodes_blame(struct evm_nodes *nodes, unsigned node, const char *what);

/* Headers of this chain can be checked: some node has given one that hashes to
 * its block's hash, and not all have given others since. */
bool evm_nodes_has_proof(const struct evm_nodes *nodes);

enum evm_node_state {
	EVM_NODE_UNKNOWN, /* has not yet said which chain it is of */
	EVM_NODE_WELL,
	EVM_NODE_LAGGING,
	EVM_NODE_LIMITED, /* said when to come back */
	EVM_NODE_FAILING, /* its breaker is not closed */
	EVM_NODE_WRONG_CHAIN,
};

#define EVM_NODE_ERROR_SIZE 160

struct evm_nodes_stat {
	const char *name; /* valid until close */
	enum evm_node_state state;
	enum stoa_breaker_state breaker;
	uint64_t head;	/* 0: not known */
	uint64_t lag;	/* blocks behind the best */
	uint64_t calls; /* tries, polls included */
	uint64_t failures;
	uint64_t limited;		 /* told to come back later */
	uint64_t opened;		 /* how often its breaker has opened */
	char error[EVM_NODE_ERROR_SIZE]; /* the last one; no secrets */
};

size_t evm_nodes_count(const struct evm_nodes *nodes);
struct evm_nodes_stat evm_nodes_stat(
    const struct evm_nodes *nodes, unsigned node);
const char *evm_node_state_name(enum evm_node_state state);

/* At least one node is well. */
bool evm_nodes_is_ready(const struct evm_nodes *nodes);

/* Prometheus text (base/metric.h); one line for people. */
void evm_nodes_metrics(const struct evm_nodes *nodes, struct stoa_buf *out);
void evm_nodes_state(const struct evm_nodes *nodes, struct stoa_buf *out);

#endif
