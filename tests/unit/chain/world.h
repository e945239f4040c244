/* world.h - a chain of the test's own under the hands of stoa-chain: nodes.h as
 * a small model (a pool, blocks that can go away, a vault that does each act
 * once), the bus to accounts, and the real ledger over a simulated journal.
 *
 * Node 1 may lie: then a question that two must agree on ends in CONFLICT. */
#ifndef STOA_TESTS_CHAIN_WORLD_H
#define STOA_TESTS_CHAIN_WORLD_H

#include "chain/evm_tx.h"
#include "chain/hands.h"

#include "../lone.h"

#define WORLD_TXS_MAX	  64
#define WORLD_PENDING_MAX 64
#define WORLD_LOST_MAX	  4096
#define WORLD_NONCE	  5u /* the key has sent so many before */
#define WORLD_GWEI	  UINT64_C(1000000000)

struct world_tx {
	struct stoa_hash hash;
	struct stoa_hash op; /* the vault's act; zero: none */
	uint64_t nonce, fee_wei, tip_wei;
	uint64_t block; /* 0: in the pool, or nowhere */
	struct stoa_hash block_hash;
	bool is_dropped, is_reverted;
	unsigned sent; /* how often it was given to nodes */
};

struct world_asked {
	char method[40];
	char *params; /* in the arena; NULL: a transaction was sent */
	enum evm_nodes_kind kind;
	size_t tx; /* that was sent */
	evm_nodes_done done;
	void *owner;
};

struct world_credit {
	char id[128];
	int64_t amount_micro;
	stoa_bus_done done;
	void *owner;
};

struct world {
	struct lone lone;
	struct stoa_arena arena; /* the test's; grows */
	struct evm_curve *curve;
	struct evm_signer *signer;
	struct chain_manifest manifest;
	struct chain_hands *hands;
	struct chain_hands_options options;
	uint32_t number; /* of the next command of the test */

	/* the chain */
	uint64_t head, final;
	uint8_t fork; /* of blocks that are made now */
	struct world_tx txs[WORLD_TXS_MAX];
	size_t tx_count;
	bool is_mining; /* a block every ten steps, final two blocks later */
	unsigned steps;

	/* what the nodes say */
	uint64_t base_wei, tip_wei;
	uint64_t pool_wei;	/* what offers less is not taken */
	const char *trial_data; /* a revert of eth_estimateGas, or NULL */
	bool is_trial_a_lie;	/* one node's alone */
	const char *call_data;	/* of eth_call */
	const char *logs;	/* of receipts; JSON */
	bool is_reverting;	/* what is mined now fails */
	const char *(*lie)(struct world *w, const struct world_asked *asked);
	unsigned asked;	 /* questions, all */
	unsigned counts; /* of them for the final nonce */
	struct world_asked pending[WORLD_PENDING_MAX];
	size_t pending_count;
	unsigned blamed;
	char blame[128];

	/* accounts */
	struct world_credit credits[16];
	size_t credit_count;

	/* what came of it */
	unsigned alarms;
	char alarm[256];
	unsigned commands;
	unsigned refusals;
	char refusal[64];

	/* The process dies at this event, before it or just after; 0: lives. */
	unsigned events, kill_at;
	bool kills_after, is_dead;
};

void world_begin(struct world *w);
void world_end(struct world *w);

/* The process ends without a word, another one starts. */
void world_restart(struct world *w);

/* Lets so much time pass, step by step: answers come, hands look. */
void world_pass(struct world *w, int64_t us);

/* A command of somebody; waits until it is recorded. */
void world_say(struct world *w, const char *actor, const char *id,
    const char *method, const ProtobufCMessage *request);

/* @marketplace wants 5 Joy sent; the intent. `id` names the wish. */
struct stoa_id world_wish(struct world *w, const char *id);
Stoa__Chain__IntentReply world_intent(
    struct world *w, const struct stoa_id *intent);
Stoa__Chain__WalletReply world_wallet(struct world *w);
uint64_t world_records(struct world *w);

/* Until the intent is in the state; fails after `us`. */
void world_until(struct world *w, const struct stoa_id *intent,
    Stoa__Chain__State state, int64_t us);

/* Of what is in the pool the dearest of each nonce is in a new block. */
void world_mine(struct world *w);
/* The newest blocks go away, what was in them is in the pool again. */
void world_reorganise(struct world *w, uint64_t depth);
/* Somebody else's transaction is in a new block. */
void world_foreign(struct world *w, uint64_t nonce);
/* How often the wish has happened on the chain. */
unsigned world_effects(const struct world *w, const struct stoa_id *intent);

/* Accounts answers a deposit; `reason`: it refuses. */
void world_credit(struct world *w, size_t at, const char *reason);

#define world_assert_state(w, intent, name) \
	assert_int_equal(                   \
	    world_intent(w, intent).state, STOA__CHAIN__STATE__##name)

#endif
