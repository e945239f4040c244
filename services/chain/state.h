/* state.h - the state of a wallet. Private to chain's core. */
#ifndef CHAIN_STATE_H
#define CHAIN_STATE_H

#include "base/hash.h"
#include "base/map.h"
#include "base/text.h"
#include "chain/chain.h"
#include "chain/limits.h"

/* What was signed; of the raw bytes only the newest are kept. */
struct attempt {
	struct stoa_hash hash;
	uint64_t max_fee_wei, tip_wei;
	bool is_cancellation;
};

struct chain_intent {
	struct stoa_str id; /* owned by the map */
	char *submitter;
	Stoa__Chain__SubmitRequest *said;
	Stoa__Chain__State state;
	uint64_t nonce;
	uint64_t gas, max_fee_wei, tip_wei; /* as reserved */
	uint64_t cost_gwei;		    /* at most, by the newest price */
	uint8_t to[CHAIN_ADDRESS_SIZE]; /* whom an action calls, as reserved */
	uint8_t *data;			/* with what */
	size_t data_len;
	uint32_t attempt_count;
	struct attempt *attempts;
	size_t raw_len;
	uint8_t *raw;
	uint32_t mined; /* number of the attempt, from 1; 0: none */
	uint64_t block, gas_used;
	struct stoa_hash block_hash;
	bool is_reverted;
	bool is_cancel_asked;
	char *why;		     /* of a refusal */
	Stoa__Chain__Result *result; /* from MINED on; or NULL */
};

/* Money that arrived at an account: goes to the ledger, and to the pool. */
struct chain_deposit {
	Stoa__Chain__Sighting *said;
	bool is_credited, is_swept;
};

struct chain_wallet {
	bool is_open;
	uint64_t chain_id;
	uint8_t address[CHAIN_ADDRESS_SIZE];
	uint64_t next_nonce;
	uint64_t intent_cap_gwei, day_cap_gwei;
	int64_t day;	     /* the newest one on which something was spent */
	uint64_t spent_gwei; /* on it */
	uint64_t in_flight_count;
	struct stoa_map intents; /* id -> struct chain_intent * */
	struct stoa_map open;	 /* those without an end */
	uint8_t vault[CHAIN_ADDRESS_SIZE];
	bool has_vault;
	struct stoa_map parties;   /* address -> Stoa__Chain__AccountAt * */
	struct stoa_map splitters; /* their addresses; values are the wallet */
	bool has_seen;
	uint64_t seen_block; /* the newest final one that was looked at */
	struct stoa_hash seen_hash;
	uint64_t sighting_count;	   /* ever: the newest one's number */
	Stoa__Chain__Sighting **sightings; /* the newest, by their number */
	struct stoa_map deposits; /* number -> struct chain_deposit * */
};

/* ---- wallet.c ---- */
void wallet_decide_open(const struct chain_wallet *s,
    const struct stoa_command *c, struct stoa_decision *d);
void wallet_apply_opened(
    struct chain_wallet *s, const Stoa__Chain__WalletOpened *e);

/* What may be spent now; refuses by the cap's name. `had`: counted before. */
bool wallet_affords(const struct chain_wallet *s, struct stoa_wall now,
    uint64_t cost_gwei, uint64_t had_gwei, struct stoa_decision *d);
void wallet_spend(struct chain_wallet *s, struct stoa_wall now, uint64_t gwei);

/* Gas at its price and value, in gwei, rounded up. */
uint64_t cost_gwei(uint64_t gas, uint64_t max_fee_wei, uint64_t value_gwei);

/* ---- intents.c ---- */
void intents_decide_submit(const struct chain_wallet *s,
    const struct stoa_command *c, struct stoa_decision *d);
void intents_decide_refuse(const struct chain_wallet *s,
    const struct stoa_command *c, struct stoa_decision *d);
void intents_decide_cancel(const struct chain_wallet *s,
    const struct stoa_command *c, struct stoa_decision *d);
void intents_apply_submitted(struct chain_wallet *s,
    const struct stoa_fact *fact, const Stoa__Chain__IntentSubmitted *e);
void intents_apply_refused(
    struct chain_wallet *s, const Stoa__Chain__IntentRefused *e);
void intents_apply_cancel(
    struct chain_wallet *s, const Stoa__Chain__CancelAsked *e);
void intents_apply_ended(
    struct chain_wallet *s, const Stoa__Chain__IntentEnded *e);
struct chain_intent *intent_add(struct chain_wallet *s, struct stoa_str id,
    Stoa__Chain__SubmitRequest *said);
struct chain_intent *intent_must(struct chain_wallet *s, const char *id);
/* Refuses when there is none, or its state is not among these. */
const struct chain_intent *intent_find(const struct chain_wallet *s,
    const char *id, unsigned states, struct stoa_decision *d);
void intent_data_set(struct chain_intent *i, ProtobufCBinaryData data);
void intent_state_set(
    struct chain_wallet *s, struct chain_intent *i, Stoa__Chain__State state);
void intent_free(struct chain_intent *i);
void event_intent_ended(struct stoa_decision *d, const struct chain_intent *i,
    Stoa__Chain__State state);
bool has_nonce(Stoa__Chain__State state);
bool has_ended(Stoa__Chain__State state);
bool is_chain(const struct stoa_command *c, struct stoa_decision *d);

/* ---- nonces.c ---- */
void nonces_decide_reserve(const struct chain_wallet *s,
    const struct stoa_command *c, struct stoa_decision *d);
void nonces_decide_signed(const struct chain_wallet *s,
    const struct stoa_command *c, struct stoa_decision *d);
void nonces_decide_sent(const struct chain_wallet *s,
    const struct stoa_command *c, struct stoa_decision *d);
void nonces_decide_taken(const struct chain_wallet *s,
    const struct stoa_command *c, struct stoa_decision *d);
void nonces_apply_reserved(struct chain_wallet *s, const struct stoa_fact *fact,
    const Stoa__Chain__NonceReserved *e);
void nonces_apply_signed(struct chain_wallet *s, const struct stoa_fact *fact,
    const Stoa__Chain__TransactionSigned *e);
void nonces_apply_sent(
    struct chain_wallet *s, const Stoa__Chain__TransactionSent *e);
void nonces_apply_taken(
    struct chain_wallet *s, const Stoa__Chain__NonceTaken *e);

/* ---- blocks.c ---- */
void blocks_decide_mined(const struct chain_wallet *s,
    const struct stoa_command *c, struct stoa_decision *d);
void blocks_decide_reorged(const struct chain_wallet *s,
    const struct stoa_command *c, struct stoa_decision *d);
void blocks_decide_final(const struct chain_wallet *s,
    const struct stoa_command *c, struct stoa_decision *d);
void blocks_apply_mined(
    struct chain_wallet *s, const Stoa__Chain__TransactionMined *e);
void blocks_apply_reorged(
    struct chain_wallet *s, const Stoa__Chain__TransactionReorged *e);

/* ---- parties.c ---- */
void parties_decide_open(const struct chain_wallet *s,
    const struct stoa_command *c, struct stoa_decision *d);
void parties_apply_opened(
    struct chain_wallet *s, const Stoa__Chain__AccountOpened *e);
void party_put(struct chain_wallet *s, Stoa__Chain__Party *party,
    const ProtobufCBinaryData *address);
const Stoa__Chain__Party *party_at(
    const struct chain_wallet *s, const ProtobufCBinaryData *address);
void splitter_put(struct chain_wallet *s, struct stoa_str address);
bool party_is_valid(const Stoa__Chain__Party *party, const char *field,
    struct stoa_decision *d);
bool party_is_same(const Stoa__Chain__Party *a, const Stoa__Chain__Party *b);
bool account_is_valid(const struct chain_wallet *s,
    const Stoa__Chain__Party *party, const ProtobufCBinaryData *address,
    struct stoa_decision *d);

/* ---- sights.c ---- */
void sights_decide_sighted(const struct chain_wallet *s,
    const struct stoa_command *c, struct stoa_decision *d);
void sights_decide_credited(const struct chain_wallet *s,
    const struct stoa_command *c, struct stoa_decision *d);
void sights_apply_sighted(
    struct chain_wallet *s, const Stoa__Chain__Sighted *e);
void sights_apply_credited(
    struct chain_wallet *s, const Stoa__Chain__Credited *e);
void deposits_apply_swept(
    struct chain_wallet *s, const Stoa__Chain__Party *party);
struct chain_deposit *deposit_get(
    const struct chain_wallet *s, uint64_t number);
struct chain_deposit *deposit_add(
    struct chain_wallet *s, const Stoa__Chain__Sighting *said);
void deposit_free(struct chain_deposit *deposit);
/* Takes `said` over. */
void sighting_put(struct chain_wallet *s, Stoa__Chain__Sighting *said);
/* NULL: not there yet, or forgotten. */
const Stoa__Chain__Sighting *sighting_get(
    const struct chain_wallet *s, uint64_t number);
uint64_t sighting_oldest(const struct chain_wallet *s);

/* ---- image.c ---- */
void chain_image_save(const void *state, struct stoa_buf *out);
bool chain_image_load(void *state, struct stoa_str bytes);

#define REFUSE(d, reason, ...) \
	STOA_REFUSE((d), STOA__CHAIN__REFUSAL_REASON__##reason, __VA_ARGS__)

/* What would be decided otherwise later. */
#define REFUSE_FOR_NOW(d, reason, ...) \
	STOA_REFUSE_FOR_NOW(           \
	    (d), STOA__CHAIN__REFUSAL_REASON__##reason, __VA_ARGS__)

#define EVENT_KIND(KIND) STOA__CHAIN__EVENT__KIND_##KIND
#define SIGHT_KIND(KIND) STOA__CHAIN__SIGHTING__KIND_##KIND
#define STATE(NAME)	 STOA__CHAIN__STATE__##NAME
#define IN(NAME)	 (1u << STATE(NAME))

#endif
