/* provision.h - makes streams and consumers as the contract says. */
#ifndef STOA_PROVISION_H
#define STOA_PROVISION_H

#include "edge/bus.h"

/* Creates what is missing, updates what differs; `done(owner, NULL)` at the
 * end, or the first error. Existing messages are never touched. */
void provision_run(struct stoa_bus *bus,
    void (*done)(void *owner, const char *error), void *owner);

#endif
