/* facts.h - what accounts says of who acts, put into the command before it is
 * decided: a core asks nobody. */
#ifndef GOVERNANCE_FACTS_H
#define GOVERNANCE_FACTS_H

#include "edge/bus.h"

#include <stdbool.h>

/* Called with the request and its completed body, or with a status other than
 * OK; it is then to be answered. */
typedef void (*facts_done)(void *owner, struct stoa_request *q,
    enum stoa_status status, struct stoa_str body, bool is_member);

/* False: this command needs none. Otherwise `done` is called once. */
bool facts_fetch(
    struct stoa_bus *bus, struct stoa_request *q, facts_done done, void *owner);

#endif
