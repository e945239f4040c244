/* settlement.h - how money moves for a deal: a port.
 *
 * Money is set aside under a key, and then paid to several and given back, all
 * of it or nothing, once. Both may take any time and may be asked for again
 * with the same words: what was done then is not done twice. Money is the
 * ledger's of accounts (settlement_ledger.c) on every profile: on a chain it
 * mirrors the vault's pool, out of which the chain pays (trade.h). What a part
 * says is a stranger's has left the pool, and leaves the ledger with it.
 *
 * Layer 3. Texts are borrowed for the call. */
#ifndef MARKETPLACE_SETTLEMENT_H
#define MARKETPLACE_SETTLEMENT_H

#include "port/bus.h"

#include "proto/journal.pb-c.h"
#include "proto/marketplace.pb-c.h"

enum settlement_result {
	SETTLEMENT_DONE,
	SETTLEMENT_REFUSED, /* for good, and why */
	SETTLEMENT_AGAIN,   /* nobody knows: ask again */
};

struct settlement_answer {
	enum settlement_result result;
	const char *reference;		       /* of what is set aside now */
	const Stoa__Journal__Refusal *refusal; /* of REFUSED */
};

typedef void (*settlement_done)(
    void *owner, const struct settlement_answer *answer);

struct settlement_hold {
	const char *community;
	const char *key; /* the deal */
	const char *member;
	int64_t amount_micro;
	int64_t until_us; /* goes back by itself then */
};

void settlement_hold(struct stoa_bus *bus, const struct settlement_hold *hold,
    settlement_done done, void *owner);

/* Pays each part out of it; what is left goes back. */
struct settlement_payment {
	const char *community;
	const char *key; /* the deal */
	const char *reference;
	Stoa__Marketplace__Part **parts;
	size_t part_count;
};

/* Gives each part to its member of what has arrived on the chain: there is no
 * reference, nothing was set aside. Each part once, whatever was interrupted.
 */
void settlement_credit(struct stoa_bus *bus,
    const struct settlement_payment *payment, settlement_done done,
    void *owner);

void settlement_pay(struct stoa_bus *bus,
    const struct settlement_payment *payment, settlement_done done,
    void *owner);

#endif
