/* ranking.h - a ranked ballot while it is being put together.
 *
 * Where a list can be chosen from for each rank, one choice comes at a time,
 * and nobody but the card remembers the earlier ones:
 *
 *     draft    place *( ">" place )    place = option | "-"
 *     placed   rank option             "2 #3": the third option comes second
 *
 * An option that is placed again leaves its earlier place. Layer 2, pure. */
#ifndef BOT_RANKING_H
#define BOT_RANKING_H

#include "base/arena.h"
#include "base/check.h"
#include "bot/limits.h"
#include "bot/problem.h"

#include "proto/governance.pb-c.h"

struct bot_ranking {
	uint32_t places[BOT_RANKS_MAX]; /* option + 1; 0: still free */
};

/* Whether a proposal's ballots can be put together like this. */
bool bot_ranking_is_for(const Stoa__Governance__Proposal *p);

/* What a ballot says; NULL: nothing yet. */
struct bot_ranking bot_ranking_of(const Stoa__Governance__Ballot *ballot);

/* The draft (may be empty), and then what is placed. */
STOA_MUST_USE bool bot_ranking_read(struct stoa_str draft,
    struct stoa_str placed, const Stoa__Governance__Proposal *p,
    struct stoa_arena *arena, struct bot_ranking *ret_ranking,
    struct bot_problem *ret_problem);

/* "#2 > - > #1", as a draft is read. */
const char *bot_ranking_draft(
    struct stoa_arena *arena, const struct bot_ranking *r);

/* "#2 > #1", as a ballot is read; "" if nothing is placed. */
const char *bot_ranking_choice(
    struct stoa_arena *arena, const struct bot_ranking *r);

#endif
