/* commitment.h - what a member hands in instead of a secret ballot.
 *
 *     SHA-256("stoa-ballot" 0 proposal 0 member 0 salt packed ballot)
 *
 * as proto/governance.proto says. Who votes and who counts compute it here.
 * Layer 2, pure. */
#ifndef GOVERNANCE_COMMITMENT_H
#define GOVERNANCE_COMMITMENT_H

#include "base/arena.h"
#include "base/hash.h"

#include "proto/governance.pb-c.h"

/* The arena serves for packing; of no use when it is full afterwards. */
struct stoa_hash governance_commitment(struct stoa_arena *arena,
    struct stoa_str proposal, struct stoa_str member, struct stoa_str salt,
    const Stoa__Governance__Ballot *ballot);

#endif
