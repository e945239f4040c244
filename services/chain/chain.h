/* chain.h - the ledger of a wallet: which intent has which nonce, what was
 * signed for it, and what became of it. Pure; what is to be done outside it
 * only names. */
#ifndef CHAIN_CHAIN_H
#define CHAIN_CHAIN_H

#include "base/core.h"
#include "base/status.h"

#include "proto/chain.pb-c.h"

struct chain_wallet;
struct chain_intent;

extern const struct stoa_core chain_core;

/* What is to be done about an intent; each ends in a command. */
enum chain_effect {
	CHAIN_NOTHING,
	CHAIN_PRICE,  /* try it out and price it: Reserve or Refuse */
	CHAIN_SIGN,   /* RecordSigned */
	CHAIN_REVOKE, /* sign something that only uses the nonce up */
	CHAIN_SEND,   /* RecordSent */
	CHAIN_WATCH,  /* RecordMined, RecordReorged, RecordFinal,
		       * RecordNonceTaken, or RecordSigned again, dearer */
};

enum chain_effect chain_effect_of(const struct chain_intent *intent);

/* Intents without an end, in the order they came; NULL: no more. */
const struct chain_intent *chain_next_open(
    const struct chain_wallet *wallet, size_t *cursor);
const struct chain_intent *chain_intent_get(
    const struct chain_wallet *wallet, struct stoa_str id);

/* What was signed last; empty when nothing was. */
struct stoa_str chain_intent_raw(const struct chain_intent *intent);

/* ---- queries: `wallet` may be NULL; views may point into the state ---- */

STOA_MUST_USE enum stoa_status chain_query_wallet(
    const struct chain_wallet *wallet, const Stoa__Chain__WalletQuery *in,
    struct stoa_arena *arena, Stoa__Chain__WalletReply *out);
STOA_MUST_USE enum stoa_status chain_query_intent(
    const struct chain_wallet *wallet, const Stoa__Chain__IntentQuery *in,
    struct stoa_arena *arena, Stoa__Chain__IntentReply *out);

#endif
