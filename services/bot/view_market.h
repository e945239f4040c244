/* view_market.h - the cards of listings, deals and earnings.
 *
 * As view.h says: a finished card in the arena, NULL when that is full; the
 * caller adds id, revision, reply and visibility. Messages are borrowed.
 * Layer 2, pure. */
#ifndef BOT_VIEW_MARKET_H
#define BOT_VIEW_MARKET_H

#include "base/arena.h"

#include "proto/chat.pb-c.h"
#include "proto/marketplace.pb-c.h"

/* `line` is the command that showed them, for the next page. */
Stoa__Chat__Card *bot_view_market(struct stoa_arena *arena,
    const Stoa__Marketplace__SearchReply *in, const char *line);

/* One listing, as it is now; `title` says why it is shown. */
Stoa__Chat__Card *bot_view_listing(struct stoa_arena *arena, const char *title,
    const Stoa__Marketplace__Listing *listing);

/* What a deal would cost and who would get it, before anything happens.
 * `command` is what says yes. */
Stoa__Chat__Card *bot_view_quote(struct stoa_arena *arena,
    Stoa__Marketplace__DealKind kind, const Stoa__Marketplace__QuoteReply *in,
    uint32_t questions, const char *command);

/* The chain has been asked; minutes may pass. */
Stoa__Chat__Card *bot_view_trading(
    struct stoa_arena *arena, const Stoa__Marketplace__Listing *listing);

/* How a deal stands, or how it ended. */
Stoa__Chat__Card *bot_view_deal(
    struct stoa_arena *arena, const Stoa__Marketplace__Deal *deal);

/* What accepting or ending it would come to; `command` is what says yes.
 * `quote` has who would be paid what; NULL: that is not known before. */
Stoa__Chat__Card *bot_view_deal_question(struct stoa_arena *arena,
    const Stoa__Marketplace__Deal *deal,
    const Stoa__Marketplace__QuoteReply *quote, const char *text,
    const char *label, const char *command);

/* Leases or offers; `member` is who asks. */
Stoa__Chat__Card *bot_view_deals(struct stoa_arena *arena, const char *title,
    const Stoa__Marketplace__DealsReply *in, const char *command,
    const char *member);

Stoa__Chat__Card *bot_view_earnings(
    struct stoa_arena *arena, const Stoa__Marketplace__EarningsReply *in);

#endif
