/* scanning.h - what final blocks say goes into the wallet's journal, once and
 * in order: the indexer is begun where the journal ends, its logs are
 * understood by witness.h, and recorded as fast as the journal takes them.
 *
 * Layer 3: ports, and nodes.h and indexer.h, which are such. */
#ifndef CHAIN_SCANNING_H
#define CHAIN_SCANNING_H

#include "chain/chain.h"
#include "chain/indexer.h"
#include "chain/manifest.h"
#include "domain/replica.h"
#include "port/clock.h"
#include "port/part.h"

struct chain_scan;

struct chain_scan_options {
	struct stoa_replica *replica;
	struct stoa_loop *loop;
	struct stoa_clock *clock;
	struct evm_nodes *nodes;
	const struct chain_manifest *manifest;
	uint64_t seed;
	/* Only who serves the wallet scans for it. */
	bool (*is_mine)(void *owner, struct stoa_str wallet);
	void (*command)(void *owner, struct stoa_str wallet, struct stoa_str id,
	    const char *method, const ProtobufCMessage *request);
	void (*alarm)(void *owner, const char *text);
	/* A log as the newest blocks have it, lossy: for those who like to know
	 * early. May be NULL. */
	void (*seen)(
	    void *owner, enum evm_index_mark mark, const struct evm_log *log);
	void *owner;
};

/* All of `options` is copied, what it points to borrowed. */
struct chain_scan *chain_scan_new(const struct chain_scan_options *options);
void chain_scan_free(struct chain_scan *s);

extern const struct stoa_part chain_scan_part;

#endif
