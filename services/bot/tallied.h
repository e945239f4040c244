/* tallied.h - the numbers of a vote, in words. Results as words.h says.
 * Layer 2, pure. */
#ifndef BOT_TALLIED_H
#define BOT_TALLIED_H

#include "base/arena.h"

#include "proto/governance.pb-c.h"

#include <stdbool.h>

/* "open for votes", "accepted and waiting" */
const char *bot_tallied_state(Stoa__Governance__State state);

/* No vote and no action will come any more. */
bool bot_tallied_is_over(const Stoa__Governance__Proposal *p);

/* "3 votes", "12.5 Joy": that much of what counts in this vote. */
const char *bot_tallied_power(struct stoa_arena *arena,
    const Stoa__Governance__Proposal *p, uint64_t power);

/* An option's points: how many, and their share of the basis, 0 to 1. */
const char *bot_tallied_points(
    struct stoa_arena *arena, const Stoa__Governance__Proposal *p, size_t i);
double bot_tallied_share(const Stoa__Governance__Proposal *p, size_t i);

/* Ballots are sealed until voting has ended. */
bool bot_tallied_is_secret(const Stoa__Governance__Proposal *p);

/* Power that a share of the eligible power is, rounded up. */
uint64_t bot_tallied_needed(const Stoa__Governance__Proposal *p, uint32_t bp);

/* The option that means no has these points, in whole power. */
uint64_t bot_tallied_against(const Stoa__Governance__Proposal *p);

/* One sentence or two: how it ended and by which numbers; "" while it has
 * not. */
const char *bot_tallied_verdict(
    struct stoa_arena *arena, const Stoa__Governance__Proposal *p);

/* "3 of 12 votes were cast by members, 2 for those who rely on them" */
const char *bot_tallied_turnout(
    struct stoa_arena *arena, const Stoa__Governance__Proposal *p);

/* "Round 1: a 3, b 2; b is out" */
const char *bot_tallied_round(
    struct stoa_arena *arena, const Stoa__Governance__Proposal *p, size_t i);

/* The option's name, or "". */
const char *bot_tallied_option(
    const Stoa__Governance__Proposal *p, int64_t option);

#endif
