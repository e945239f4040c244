/* nodes_health.h - whether a node may be asked, by what came of asking it, and
 * which block of the chain is final, by what the nodes say. Layer 1, pure: the
 * time is the caller's, monotonic, in microseconds. */
#ifndef CHAIN_NODES_HEALTH_H
#define CHAIN_NODES_HEALTH_H

#include "base/breaker.h"
#include "chain/evm_block.h"
#include "chain/nodes.h"

struct node_health {
	struct stoa_breaker breaker;
	bool is_checked;  /* of the right chain, and no failure since */
	bool is_wrong;	  /* of another one */
	int64_t check_us; /* it is to be checked by then */
	int64_t limited_until_us;
	int64_t limited_us; /* the last pause; 0: it was well since */
	/* Answers that were no answers, or untrue. */
	unsigned blames;
	int64_t blames_since_us;
	int64_t distrust_us; /* how long it was not believed last */
	int64_t distrust_until_us;
	bool has_head;
	uint64_t head;
	int64_t head_us; /* when it said so */
	uint64_t calls, failures, limited;
	char error[EVM_NODE_ERROR_SIZE];
};

void node_health_init(
    struct node_health *h, const struct stoa_breaker_rule *rule);

/* For what purpose a node is asked. */
enum node_purpose {
	NODE_CHECK, /* who it is and where its head is */
	NODE_READ,
	NODE_SEND, /* one that is behind will do */
};

/* `best` is the highest head there is. */
bool node_health_may_pass(const struct node_health *h,
    enum node_purpose purpose, uint64_t best, uint64_t lag_max, int64_t now_us);

/* The same, and passes: ends in one of the four below. */
bool node_health_pass(struct node_health *h, enum node_purpose purpose,
    uint64_t best, uint64_t lag_max, int64_t now_us);

void node_health_succeeded(struct node_health *h, int64_t now_us);
void node_health_cancelled(struct node_health *h, int64_t now_us);

/* `after_us` is what it said, or 0. */
void node_health_limited(
    struct node_health *h, int64_t after_us, int64_t now_us);

/* Its chain is checked before it is read from again. */
void node_health_failed(struct node_health *h, int64_t now_us);

/* What it said was no good. A node that answers quickly and wrongly passes any
 * breaker: as many of these as a breaker takes, and it is not read from for as
 * long as that would be open, one more after that, and it is for twice as
 * long. */
void node_health_blamed(struct node_health *h, int64_t now_us);

void node_health_checked(struct node_health *h, bool is_right, int64_t now_us);
void node_health_set_error(struct node_health *h, const char *format, ...)
    STOA_PRINTF(2, 3);

/* When a check makes sense: now, or later. */
int64_t node_health_check_us(const struct node_health *h, int64_t now_us);

enum evm_node_state node_health_state(const struct node_health *h,
    uint64_t best, uint64_t lag_max, int64_t now_us);

/* ---- finality ---- */

struct node_final {
	bool is_said;	/* the last answer was a block */
	bool is_silent; /* it was null, or that there is no such thing */
	uint64_t number;
	struct stoa_hash hash;
	int64_t at_us; /* of the last answer */
};

struct nodes_final {
	struct node_final nodes[EVM_NODES_MAX];
	bool is_known;
	bool is_guessed; /* by confirmations */
	bool is_conflict;
	uint64_t number;
	struct stoa_hash hash;
	int64_t since_us; /* the last time that it moved, or the start */
};

void nodes_final_init(struct nodes_final *f, int64_t now_us);
void nodes_final_said(struct nodes_final *f, unsigned node,
    const struct evm_block *block, int64_t now_us);
void nodes_final_silent(struct nodes_final *f, unsigned node, int64_t now_us);

enum nodes_final_change {
	NODES_FINAL_SAME,
	NODES_FINAL_MOVED,
	NODES_FINAL_BACK,     /* moved, by what nodes say again */
	NODES_FINAL_CONFLICT, /* two hashes for one number; does not move */
};

struct nodes_final_rule {
	uint32_t nodes;	  /* all that there are */
	uint32_t usable;  /* of them, those that count */
	int64_t fresh_us; /* what was said before is forgotten */
	int64_t alone_us; /* what one says alone counts after so long */
};

/* The second highest that usable nodes said. */
enum nodes_final_change nodes_final_decide(
    struct nodes_final *f, const struct nodes_final_rule *rule, int64_t now_us);

/* Whether confirmations are to be counted: nobody says what is final, or it has
 * not moved for `stall_us`. */
bool nodes_final_is_stalled(const struct nodes_final *f, uint32_t usable,
    int64_t stall_us, int64_t now_us);

/* A block with enough confirmations: true when it is final now, and
 * *ret_is_first when nothing was guessed before. */
bool nodes_final_guess(struct nodes_final *f, const struct evm_block *block,
    int64_t now_us, bool *ret_is_first);

#endif
