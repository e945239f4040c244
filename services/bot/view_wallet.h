/* view_wallet.h - the cards of a member's account on the chain: what comes in,
 * what goes out, what it holds; and the steps that models and deals take.
 *
 * As view.h says: a finished card in the arena, NULL when that is full; the
 * caller adds id, revision, reply and visibility. Messages are borrowed.
 * Layer 2, pure. */
#ifndef BOT_VIEW_WALLET_H
#define BOT_VIEW_WALLET_H

#include "base/arena.h"

#include "proto/accounts.pb-c.h"
#include "proto/chain.pb-c.h"
#include "proto/chat.pb-c.h"
#include "proto/marketplace.pb-c.h"

Stoa__Chat__Card *bot_view_deposit(
    struct stoa_arena *arena, const Stoa__Chain__AccountReply *account);

Stoa__Chat__Card *bot_view_wallet(struct stoa_arena *arena,
    const Stoa__Chain__AccountReply *account,
    const Stoa__Accounts__BalanceReply *balance,
    const Stoa__Marketplace__TokensReply *tokens);

/* What would leave, where to and when, before anything happens; `command` is
 * what says yes. */
struct bot_withdrawal_view {
	int64_t amount_micro;
	const char *address;
	const Stoa__Chain__AccountReply *account; /* of who asks */
	const Stoa__Accounts__WithdrawalsReply *rules;
	const char *command;
};
Stoa__Chat__Card *bot_view_withdraw_question(
    struct stoa_arena *arena, const struct bot_withdrawal_view *view);

/* It is set aside, and waits. */
Stoa__Chat__Card *bot_view_withdrawal(
    struct stoa_arena *arena, const Stoa__Accounts__WithdrawalAsked *asked);

Stoa__Chat__Card *bot_view_withdrawals(
    struct stoa_arena *arena, const Stoa__Accounts__WithdrawalsReply *in);

/* A token; `token` NULL: chain did not answer. */
Stoa__Chat__Card *bot_view_nft(struct stoa_arena *arena,
    const Stoa__Marketplace__Listing *listing,
    const Stoa__Chain__TokenReply *token);

/* Without a chain: who signed that it is whose. */
Stoa__Chat__Card *bot_view_claim_of(struct stoa_arena *arena,
    const Stoa__Marketplace__Listing *listing, struct stoa_str claim);

Stoa__Chat__Card *bot_view_tokenize_question(struct stoa_arena *arena,
    const Stoa__Marketplace__Listing *listing, const char *command);

/* Each step; `intent` is what chain says of the one with an intent, or NULL. */
Stoa__Chat__Card *bot_view_saga(struct stoa_arena *arena, const char *id,
    const Stoa__Marketplace__SagaReply *saga,
    const Stoa__Chain__IntentReply *intent);

#endif
