/* reactions_chain.h - what the state says the chain is still to do, and what
 * it did that nobody here asked for. Parts of reactions.c. Layer 3. */
#ifndef MARKETPLACE_REACTIONS_CHAIN_H
#define MARKETPLACE_REACTIONS_CHAIN_H

#include "domain/errand.h"
#include "marketplace/marketplace.h"
#include "port/bus.h"

void chain_model_act(struct stoa_errand *t, struct stoa_bus *bus,
    const struct marketplace *s, const struct model *m,
    enum marketplace_effect effect);
void chain_deal_act(struct stoa_errand *t, struct stoa_bus *bus,
    const struct marketplace *s, const struct deal *d,
    enum marketplace_effect effect);

/* The next sighting that concerns the community, once. */
void chain_watch(
    struct stoa_errand *t, struct stoa_bus *bus, const struct marketplace *s);

#endif
