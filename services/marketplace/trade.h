/* trade.h - what the chain does for the market: a port.
 *
 * A step is asked for under a key, and may be asked for again with the same
 * key: it is done once. Most answers are "not yet", because a step is done only
 * when its transaction is final. On the embedded profile no step is ever asked
 * for; on a chain profile chain does them (trade_chain.c).
 *
 * Layer 3. All is borrowed for the call. */
#ifndef MARKETPLACE_TRADE_H
#define MARKETPLACE_TRADE_H

#include "marketplace/marketplace.h"
#include "port/bus.h"

#include "proto/chain.pb-c.h"

enum trade_result {
	TRADE_DONE,    /* final */
	TRADE_REFUSED, /* for good, and why: nothing has happened */
	TRADE_WAITING, /* it is known, and not done yet */
	TRADE_AGAIN,   /* nobody knows: ask again */
};

struct trade_answer {
	enum trade_result result;
	const Stoa__Chain__Action *action; /* of DONE: as it was done */
	const Stoa__Chain__Result *done;   /* of DONE: never NULL */
	const char *why;		   /* of REFUSED: in words */
};

typedef void (*trade_done)(void *owner, const struct trade_answer *answer);

/* Asks what has become of the step, and for the step if nobody has yet. */
void trade_step(struct stoa_bus *bus, const struct marketplace_step *step,
    trade_done done, void *owner);

/* Sightings after that number, at most MARKETPLACE_SIGHTINGS_PAGE; NULL: nobody
 * could be asked. */
typedef void (*trade_seen)(
    void *owner, const Stoa__Chain__SightingsReply *reply);
void trade_sightings(
    struct stoa_bus *bus, uint64_t after, trade_seen seen, void *owner);

#endif
