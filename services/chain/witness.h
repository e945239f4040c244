/* witness.h - what the logs of a transaction say of our models and accounts.
 *
 * Only logs of the manifest's contracts count. A transaction in which the vault
 * has acted is ours; what the tokens, the market and the escrow say in any
 * other is a stranger's doing. Joy that comes to an account from outside is a
 * deposit, unless it was paid for something: then the market says for what. So
 * is what the vault pays to an account: a withdrawal that stays in the house.
 * Layer 2, pure. */
#ifndef CHAIN_WITNESS_H
#define CHAIN_WITNESS_H

#include "base/arena.h"
#include "chain/evm_log.h"
#include "chain/manifest.h"

#include "proto/chain.pb-c.h"

struct chain_witness;

/* Whom addresses belong to, as the ledger has it. */
struct chain_witness_book {
	/* NULL: nobody's account. */
	const Stoa__Chain__Party *(*party)(
	    void *owner, struct stoa_str address);
	bool (*is_splitter)(void *owner, struct stoa_str address);
	void *owner;
};

/* `manifest` is borrowed. */
struct chain_witness *chain_witness_new(const struct chain_manifest *manifest);
void chain_witness_free(struct chain_witness *w);

/* The addresses whose logs are wanted. */
#define CHAIN_WITNESS_ADDRESSES 5u
void chain_witness_addresses(const struct chain_witness *w,
    struct evm_address ret_addresses[static CHAIN_WITNESS_ADDRESSES]);

/* `logs` are all of one transaction, in their order. Adds to `list`, which has
 * room for `count` more; the sightings lie in the arena and have no number.
 * INVALID: a log that no contract of ours writes so; NO_MEMORY. */
STOA_MUST_USE enum stoa_status chain_witness_read(const struct chain_witness *w,
    const struct chain_witness_book *book, const struct evm_log *logs,
    size_t count, struct stoa_arena *arena, Stoa__Chain__Sighting **list,
    size_t *ret_count);

#endif
