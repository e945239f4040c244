/* facts.h - what a command needs to know that another daemon knows.
 *
 * Approve is told what training says of the model before it is decided, and
 * like Tokenize whether there is a chain, so that the decision stands on what
 * is in the record. Layer 3. */
#ifndef MARKETPLACE_FACTS_H
#define MARKETPLACE_FACTS_H

#include "base/status.h"
#include "edge/bus.h"
#include "port/bus.h"

typedef void (*facts_done)(void *owner, struct stoa_request *q,
    enum stoa_status status, struct stoa_str body);

/* False: it needs none, and nothing has begun. Else `done` gets the request
 * with its facts, once. */
bool facts_fetch(struct stoa_bus *bus, struct stoa_request *q, bool is_on_chain,
    facts_done done, void *owner);

#endif
