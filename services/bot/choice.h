/* choice.h - a ballot: typed, and in words.
 *
 *     SINGLE     for | against | abstain | an option
 *     APPROVAL   option *( "," option )
 *     RANKED     option *( ( ">" | "," ) option )    the best first
 *     SPLIT      option share *( [ "," ] option share )    in percent
 *     QUADRATIC  option votes *( [ "," ] option votes )
 *
 * An option is its name in any case or its number from 1; a name comes first,
 * but "#2" is the second one whatever others are called.
 * "abstain" always is one, unless an option is called that. What a ballot may
 * cost and who may vote is for governance to decide. Layer 2, pure. */
#ifndef BOT_CHOICE_H
#define BOT_CHOICE_H

#include "base/arena.h"
#include "base/check.h"
#include "bot/problem.h"

#include "proto/governance.pb-c.h"

/* For a proposal whose rule is known. The ballot lives in the arena. */
STOA_MUST_USE bool bot_choice_read(struct stoa_str text,
    const Stoa__Governance__Proposal *p, struct stoa_arena *arena,
    Stoa__Governance__Ballot **ret_ballot, struct bot_problem *ret_problem);

/* Which option that is. False: none. */
STOA_MUST_USE bool bot_choice_option(const Stoa__Governance__Proposal *p,
    struct stoa_str text, uint32_t *ret_option);

/* "for", "b > a", "a 60 %, b 40 %", "abstain" */
const char *bot_choice_words(struct stoa_arena *arena,
    const Stoa__Governance__Proposal *p, const Stoa__Governance__Ballot *b);

/* As it would be typed; for ballots without amounts. */
const char *bot_choice_typed(struct stoa_arena *arena,
    const Stoa__Governance__Proposal *p, const Stoa__Governance__Ballot *b);

/* Voice credits; 0 unless QUADRATIC. */
uint64_t bot_choice_cost(
    const Stoa__Governance__Proposal *p, const Stoa__Governance__Ballot *b);

/* How it is typed for this proposal: "for, against or abstain". */
const char *bot_choice_hint(
    struct stoa_arena *arena, const Stoa__Governance__Proposal *p);

#endif
