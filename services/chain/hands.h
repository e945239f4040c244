/* hands.h - does what the wallet's ledger says is to be done: prices intents,
 * signs and sends them, watches what becomes of them, and puts deposits into
 * the ledger of accounts.
 *
 * Every step ends in a command that is recorded before anything is seen
 * outside; what was asked of nodes may be asked again at any time, by this
 * process or the next. Layer 3: ports, and nodes.h, which is one. */
#ifndef CHAIN_HANDS_H
#define CHAIN_HANDS_H

#include "base/core.h"
#include "chain/chain.h"
#include "chain/evm_signer.h"
#include "chain/fees.h"
#include "chain/manifest.h"
#include "chain/nodes.h"
#include "domain/errand.h"
#include "domain/replica.h"
#include "port/bus.h"
#include "port/clock.h"
#include "port/part.h"

struct chain_hands;

struct chain_hands_options {
	struct stoa_replica *replica;
	struct stoa_bus *bus;
	struct stoa_clock *clock;
	struct evm_nodes *nodes;
	struct evm_signer *signer;
	const struct chain_manifest *manifest;
	struct evm_fees_rule fees;
	int64_t stuck_us; /* not mined for so long: made dearer */
	/* Only who serves the wallet acts for it. */
	bool (*is_mine)(void *owner, struct stoa_str wallet);
	/* A command of the daemon itself. */
	void (*command)(void *owner, struct stoa_str wallet, struct stoa_str id,
	    const char *method, const ProtobufCMessage *request);
	/* Something an operator must know; a line without secrets. */
	void (*alarm)(void *owner, const char *text);
	void *owner;
};

/* The ports are borrowed. */
struct chain_hands *chain_hands_new(const struct chain_hands_options *options);
void chain_hands_free(struct chain_hands *h);

extern const struct stoa_part chain_hands_part;

#endif
