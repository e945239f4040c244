/* handlers.h - requests that the ledger alone cannot answer: wishes in other
 * daemons' words, which are completed from the manifest, and what the newest
 * block says of a token. Layer 3. */
#ifndef CHAIN_HANDLERS_H
#define CHAIN_HANDLERS_H

#include "chain/chain.h"
#include "chain/manifest.h"
#include "chain/nodes.h"
#include "domain/replica.h"
#include "edge/bus.h"

struct chain_handlers {
	struct stoa_bus *bus;
	struct stoa_replica *replica;
	struct evm_nodes *nodes;
	const struct chain_manifest *manifest;
	const char *explorer; /* may be empty */
	const char *page;     /* template of link.h; may be empty */
	/* Goes on with a request as a command of the ledger. */
	void (*submit)(
	    void *owner, struct stoa_request *q, struct stoa_str body);
	void *owner;
};

/* False: it is not one of these. */
bool chain_handle(
    const struct chain_handlers *handlers, struct stoa_request *q);

/* A query; `state` may be NULL. */
STOA_MUST_USE enum stoa_status chain_account_query(
    const struct chain_handlers *handlers, const struct chain_wallet *state,
    const Stoa__Chain__AccountQuery *in, struct stoa_arena *arena,
    Stoa__Chain__AccountReply *out);

#endif
