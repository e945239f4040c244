/* chain.h - the ledger of a wallet: which intent has which nonce, what was
 * signed for it, and what became of it. Pure; what is to be done outside it
 * only names. */
#ifndef CHAIN_CHAIN_H
#define CHAIN_CHAIN_H

#include "base/core.h"
#include "base/hash.h"
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

/* What acting upon an intent takes; points into the state. */
struct chain_view {
	struct stoa_str id;
	const Stoa__Chain__SubmitRequest *said;
	const uint8_t *to; /* 20 bytes; of an action from RESERVED on */
	struct stoa_str data;
	Stoa__Chain__State state;
	uint64_t nonce, gas;
	uint64_t max_fee_wei, tip_wei; /* of the newest attempt, or reserved */
	uint32_t attempt_count;
	bool is_cancellation; /* the newest attempt is */
	bool is_cancel_asked;
	uint64_t cost_gwei; /* at most, as it was counted; 0: no nonce */
	struct stoa_str raw;
	uint32_t mined; /* the attempt, from 1; of MINED */
	uint64_t block;
	struct stoa_hash block_hash;
};

void chain_intent_view(
    const struct chain_intent *intent, struct chain_view *ret_view);

/* Of an attempt, from 1. */
const struct stoa_hash *chain_intent_hash(
    const struct chain_intent *intent, uint32_t attempt);

struct chain_wallet_view {
	bool is_open;
	uint64_t chain_id;
	const uint8_t *address, *vault; /* 20 bytes; all zero: none */
	uint64_t intent_cap_gwei, day_cap_gwei;
	uint64_t next_nonce;
	uint64_t in_flight;
	bool has_seen;
	uint64_t seen_block; /* the newest final one */
	struct stoa_hash seen_hash;
	size_t deposits;		   /* that wait */
	const Stoa__Chain__Sighting *last; /* NULL: none yet */
};

void chain_wallet_view(
    const struct chain_wallet *wallet, struct chain_wallet_view *ret);

/* A transaction that might be signed. */
struct chain_spending {
	struct stoa_wall now;
	uint64_t gas, max_fee_wei, value_gwei;
	uint64_t had_gwei; /* of it was counted before */
};

/* The setting that forbids it, "day-cap-gwei", or NULL. Whoever asks first
 * spares the journal a refusal at every try. */
const char *chain_cap_over(
    const struct chain_wallet *wallet, const struct chain_spending *spending);

/* Whose account that is, or NULL. Addresses are 20 bytes. */
const Stoa__Chain__Party *chain_party_at(
    const struct chain_wallet *wallet, struct stoa_str address);

/* It divides what one of the models has earned. */
bool chain_is_splitter(
    const struct chain_wallet *wallet, struct stoa_str address);

/* Deposits that are not in the ledger yet, or not in the pool. */
struct chain_deposit;

const struct chain_deposit *chain_next_deposit(
    const struct chain_wallet *wallet, size_t *cursor);
const struct chain_deposit *chain_deposit_get(
    const struct chain_wallet *wallet, uint64_t number);
const Stoa__Chain__Sighting *chain_deposit_said(
    const struct chain_deposit *deposit);
bool chain_deposit_is_credited(const struct chain_deposit *deposit);

/* ---- queries: `wallet` may be NULL; views may point into the state ---- */

STOA_MUST_USE enum stoa_status chain_query_wallet(
    const struct chain_wallet *wallet, const Stoa__Chain__WalletQuery *in,
    struct stoa_arena *arena, Stoa__Chain__WalletReply *out);
STOA_MUST_USE enum stoa_status chain_query_intent(
    const struct chain_wallet *wallet, const Stoa__Chain__IntentQuery *in,
    struct stoa_arena *arena, Stoa__Chain__IntentReply *out);
STOA_MUST_USE enum stoa_status chain_query_sightings(
    const struct chain_wallet *wallet, const Stoa__Chain__SightingsQuery *in,
    struct stoa_arena *arena, Stoa__Chain__SightingsReply *out);

#endif
