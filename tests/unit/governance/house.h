/* house.h - a community that votes, for tests of the core. */
#ifndef STOA_TESTS_GOVERNANCE_HOUSE_H
#define STOA_TESTS_GOVERNANCE_HOUSE_H

#include "governance/governance.h"

#include "../play.h"

#define HOUSE_MEMBERS 5
#define HOUR_US	      INT64_C(3600000000)
#define DAY_US	      (24 * HOUR_US)

extern char *const house_members[HOUSE_MEMBERS]; /* the first is an owner */

/* Founded by the defaults; `change` (may be NULL) may alter them before. */
void house_open(
    struct play *p, void (*change)(Stoa__Governance__FoundRequest *));

/* Members of a day's standing; the n-th holds 10 * (n + 1) Joy. */
void house_electors(struct play *p);

/* Proposes and opens the vote. */
const char *house_vote_open(struct play *p, const char *type, char **options,
    size_t option_count, Stoa__Governance__Action *action);

bool house_cast(struct play *p, unsigned member, const char *proposal,
    const uint32_t *options, size_t option_count, const uint32_t *amounts);
bool house_choose(
    struct play *p, unsigned member, const char *proposal, uint32_t option);
bool house_delegate(
    struct play *p, unsigned from, unsigned to, const char *type);

/* The daemon's own. */
bool house_advance(struct play *p, int64_t us);
bool house_executed(struct play *p, const char *proposal, uint32_t action,
    uint32_t attempt, bool is_refused);

Stoa__Governance__Proposal *house_look(struct play *p, const char *proposal);

#endif
