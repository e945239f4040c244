/* nodes_private.h - what the files of nodes.c share.
 *
 * nodes_wire.c asks one node once (a try); nodes_call.c makes reads of tries,
 * nodes_send.c sends; nodes_head.c polls; nodes.c holds it together.
 *
 * Callbacks may close the nodes or begin and cancel calls: whatever is entered
 * from the loop does so between nodes_enter and nodes_leave, and looks at
 * is_closing after each callback. */
#ifndef CHAIN_NODES_PRIVATE_H
#define CHAIN_NODES_PRIVATE_H

#include "chain/evm_rpc.h"
#include "chain/nodes.h"
#include "chain/nodes_health.h"
#include "chain/nodes_limits.h"

#include "base/rng.h"
#include "port/call.h"
#include "port/clock.h"

/* ---- one node, once ---- */

enum try_kind {
	TRY_RESULT,
	TRY_REFUSED, /* any node would */
	TRY_CANNOT,  /* this one cannot */
	TRY_LIMITED,
	TRY_TOO_LARGE, /* the answer */
	TRY_FAILED,
};

struct node_try;

struct try_result {
	enum try_kind kind;
	enum stoa_status status; /* of FAILED */
	unsigned node;
	struct evm_rpc_answer answer; /* of the first three */
	struct stoa_str body;	      /* that `answer` borrows from */
	const char *fault;	      /* of all but RESULT: for a person */
};

typedef void (*node_try_done)(void *owner, const struct try_result *result);

struct try_request {
	unsigned node;
	enum node_purpose purpose;
	const char *method;
	struct stoa_str params;
	int64_t timeout_us;
	size_t answer_size_max;
};

/* False when the node may not be asked now, or the system has no room: nothing
 * is under way then. Else `done` is called once, later. */
STOA_MUST_USE bool node_try_start(struct evm_nodes *nodes,
    const struct try_request *request, node_try_done done, void *owner,
    struct node_try **ret_try);

/* The answer is of no interest any more; the node's health still is. */
void node_try_forget(struct node_try *t);

/* Ends it; `done` is not called. */
void node_try_cancel(struct node_try *t);

/* What it said was no good after all. */
void node_blame(struct evm_nodes *nodes, unsigned node, const char *method,
    const char *what);

/* ---- one call ---- */

enum call_kind {
	CALL_READ,
	CALL_AGREED,
	CALL_SEND,
};

/* An answer that waits for another. */
struct kept_answer {
	bool is_kept;
	enum try_kind kind;
	struct stoa_buf body;
	struct stoa_arena arena;
	struct evm_rpc_answer answer;
};

struct evm_nodes_call {
	struct evm_nodes *nodes;
	struct evm_nodes_call *next, *prev;
	enum call_kind kind;
	evm_nodes_done done;
	void *owner;
	char method[EVM_NODES_METHOD_MAX + 1];
	struct stoa_buf params;
	struct stoa_buf about;	/* hosts and faults so far */
	struct stoa_buf result; /* CALL_SEND: the hash, in quotes */
	uint32_t only;
	size_t answer_size_max;
	int64_t try_us;
	int64_t deadline_us;
	int64_t pause_until_us;	 /* no new try before */
	uint32_t tried;		 /* in this round */
	uint32_t active;	 /* have a try under way */
	uint32_t cannot;	 /* said so */
	uint32_t took;		 /* CALL_SEND */
	uint32_t looking;	 /* CALL_SEND: asks whether it is mined */
	int64_t linger_until_us; /* CALL_SEND */
	bool is_spent;		 /* CALL_SEND: no more tries */
	unsigned failures;
	unsigned rounds;
	enum stoa_status last; /* of the last failure */
	bool is_going;	       /* to be looked at in this turn */
	struct node_try *tries[EVM_NODES_MAX];
	struct kept_answer kept[EVM_NODES_MAX];
};

/* Does whatever can be done now; may free the call. */
void node_call_go(struct evm_nodes_call *call, int64_t now_us);

/* When it is to be looked at again if nothing happens. */
int64_t node_call_wake_us(const struct evm_nodes_call *call);

/* Tells the owner and frees the call. */
void node_call_end(
    struct evm_nodes_call *call, const struct evm_nodes_reply *reply);
void node_call_end_status(struct evm_nodes_call *call, enum stoa_status status);
void node_call_end_kept(
    struct evm_nodes_call *call, unsigned node, uint32_t nodes);
void node_call_free(struct evm_nodes_call *call);

/* Appends "host: fault". */
void node_call_note(
    struct evm_nodes_call *call, unsigned node, const char *fault);

/* Keeps a copy of what came. False: out of memory. */
bool node_call_keep(
    struct evm_nodes_call *call, const struct try_result *result);

/* The first node that may be asked and was not yet; false: none. */
bool node_call_pick(
    const struct evm_nodes_call *call, int64_t now_us, unsigned *ret_node);
bool node_call_try(struct evm_nodes_call *call, unsigned node,
    const char *method, struct stoa_str params, node_try_done done);

/* After a failure: whether the call may still try. Sets a pause when all nodes
 * have been tried. */
bool node_call_may_retry(struct evm_nodes_call *call, int64_t now_us);

/* All the nodes that it may ask, banned ones apart. */
uint32_t node_call_nodes(const struct evm_nodes_call *call);

void node_agreed_go(struct evm_nodes_call *call, int64_t now_us);
void node_send_go(struct evm_nodes_call *call, int64_t now_us);

/* ---- polls ---- */

enum poll_step {
	POLL_CHECK,
	POLL_LATEST,
	POLL_FINAL,
};

struct node_poll {
	struct node_try *try; /* NULL: none under way */
	enum poll_step step;
	int64_t at_us;	   /* the next one begins */
	unsigned failures; /* in a row */
	struct evm_block latest;
};

struct node {
	char *url, *name;
	char *authorization; /* NULL: none */
	struct node_health health;
	struct node_poll poll;
};

void nodes_poll(struct evm_nodes *nodes, int64_t now_us);
int64_t nodes_poll_wake_us(const struct evm_nodes *nodes);

/* A check of this node is due soon: it has failed. */
void nodes_poll_soon(struct evm_nodes *nodes, unsigned node, int64_t now_us);

/* The head as the nodes have it now; tells the owner. */
void nodes_head_update(struct evm_nodes *nodes, int64_t now_us);

/* ---- all of them ---- */

struct evm_nodes {
	struct evm_nodes_options options; /* its lists are not kept */
	struct stoa_caller *caller;
	struct stoa_timer *timer;
	int64_t timer_us; /* when it fires; INT64_MAX: it does not */
	struct node nodes[EVM_NODES_MAX];
	unsigned count;
	struct evm_nodes_call *calls;
	unsigned call_count;
	struct node_try *tries;
	uint64_t last_id;
	struct stoa_rng rng;
	struct stoa_retry_budget retries;
	struct evm_nodes_head head;
	bool has_head;
	int head_node; /* whose head it is; -1: nobody's */
	struct nodes_final final;
	struct evm_nodes_call *guess; /* a block with confirmations */
	uint64_t guess_number;
	bool has_proof;	   /* headers hash to their hashes */
	uint32_t unproven; /* nodes that gave others since */
	struct {
		evm_nodes_watcher fn; /* NULL: free */
		void *owner;
	} watchers[EVM_NODES_WATCHERS_MAX];
	unsigned depth;
	bool is_closing;
};

int64_t nodes_now_us(const struct evm_nodes *nodes);
void nodes_enter(struct evm_nodes *nodes);
void nodes_leave(struct evm_nodes *nodes);

/* Looks at everything at `at_us`, or before. */
void nodes_wake(struct evm_nodes *nodes, int64_t at_us);
void nodes_alert(struct evm_nodes *nodes, enum evm_nodes_alert alert,
    const char *format, ...) STOA_PRINTF(3, 4);

/* The highest head of those that are heard of. */
uint64_t nodes_best(const struct evm_nodes *nodes, int64_t now_us);

#endif
