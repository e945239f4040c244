/* opening.h - before anything is signed: the contracts are those of the
 * manifest, the vault obeys our key, and the wallet's journal is of this chain.
 * Layer 3. */
#ifndef CHAIN_OPENING_H
#define CHAIN_OPENING_H

#include "chain/chain.h"
#include "chain/checks.h"
#include "chain/evm_address.h"
#include "chain/manifest.h"
#include "chain/nodes.h"
#include "domain/replica.h"
#include "port/clock.h"
#include "port/part.h"

struct chain_opening;

struct chain_opening_options {
	struct stoa_replica *replica;
	struct stoa_clock *clock;
	struct evm_nodes *nodes;
	const struct chain_manifest *manifest;
	enum chain_market market; /* what the manifest's market is */
	struct evm_address key;
	uint64_t intent_cap_gwei, day_cap_gwei;
	bool (*is_mine)(void *owner, struct stoa_str wallet);
	void (*command)(void *owner, struct stoa_str wallet, struct stoa_str id,
	    const char *method, const ProtobufCMessage *request);
	void (*alarm)(void *owner, const char *text);
	/* A person must mend something first. */
	void (*fatal)(void *owner, const char *text);
	void (*opened)(void *owner); /* once: what signs and scans may begin */
	void *owner;
};

struct chain_opening *chain_opening_new(
    const struct chain_opening_options *options);

extern const struct stoa_part chain_opening_part;

#endif
