/* audit.h - was this recorded rightly? For whoever counts again.
 *
 * Requests are not recorded, but what they came to is: from the events of an
 * entry the command can be told, and decided again on the state before it. An
 * entry is right if exactly its events come out: a ballot of somebody who was
 * not eligible, too late or not paid for is found, and so is a count that is
 * not the count of the ballots. What only accounts knew (the role of who
 * proposed) is taken as recorded. Layer 2, pure. */
#ifndef GOVERNANCE_AUDIT_H
#define GOVERNANCE_AUDIT_H

#include "governance/governance.h"

/* NULL: right; otherwise what is wrong (static). The arena is used up. */
const char *governance_audit(const struct governance *s,
    struct stoa_str community, const Stoa__Journal__Entry *entry,
    struct stoa_arena *arena);

#endif
