/* purse.h - an open wallet on a stage, for tests of chain's ledger. */
#ifndef STOA_TESTS_CHAIN_PURSE_H
#define STOA_TESTS_CHAIN_PURSE_H

#include "base/id.h"
#include "chain/chain.h"
#include "chain/limits.h"

#include "../play.h"

#define GWEI UINT64_C(1000000000)

static inline ProtobufCBinaryData
bytes_of(const uint8_t *data, size_t len)
{
	return (ProtobufCBinaryData){len, (uint8_t *)(uintptr_t)data};
}

/* 20 or 32 bytes made of a number. */
static inline const uint8_t *
made_of(struct play *p, uint64_t number)
{
	uint8_t *bytes = stoa_arena_alloc(&p->arena, STOA_HASH_SIZE);

	assert_non_null(bytes);
	memset(bytes, 0x5a, STOA_HASH_SIZE);
	memcpy(bytes, &number, sizeof(number));
	return bytes;
}

static inline bool
purse_caps(struct play *p, uint64_t intent_gwei, uint64_t day_gwei)
{
	Stoa__Chain__OpenRequest in = STOA__CHAIN__OPEN_REQUEST__INIT;
	Stoa__Chain__Caps caps = STOA__CHAIN__CAPS__INIT;

	caps.intent_gwei = intent_gwei;
	caps.day_gwei = day_gwei;
	in.chain_id = 137;
	in.address = bytes_of(made_of(p, 1), CHAIN_ADDRESS_SIZE);
	in.next_nonce = 7;
	in.caps = &caps;
	return play(p, "@chain", "Open", &in.base);
}

static inline void
purse_open(struct play *p, uint64_t intent_gwei, uint64_t day_gwei)
{
	play_begin(p, &chain_core, "w_aaaaaaaaaa");
	assert_true(purse_caps(p, intent_gwei, day_gwei));
}

static inline Stoa__Chain__SubmitRequest
purse_request(struct play *p)
{
	Stoa__Chain__SubmitRequest in = STOA__CHAIN__SUBMIT_REQUEST__INIT;

	in.kind = (char *)(uintptr_t) "Mint";
	in.to = bytes_of(made_of(p, 2), CHAIN_ADDRESS_SIZE);
	in.gas_max = 100000;
	return in;
}

/* The id of the new intent. */
static inline struct stoa_id
purse_submit(struct play *p)
{
	Stoa__Chain__SubmitRequest in = purse_request(p);
	char id[32];

	assert_true(play(p, "@marketplace", "Submit", &in.base));
	(void)snprintf(id, sizeof(id), "id-%u", (unsigned)p->next_id);
	return stoa_id_derive('i', stoa_str_of(p->community),
	    STOA_STR("@marketplace"), stoa_str_of(id), 0);
}

static inline bool
purse_reserve(
    struct play *p, const char *intent, uint64_t gas, uint64_t fee_wei)
{
	Stoa__Chain__ReserveRequest in = STOA__CHAIN__RESERVE_REQUEST__INIT;

	in.intent = (char *)(uintptr_t)intent;
	in.gas = gas;
	in.max_fee_wei = fee_wei;
	in.tip_wei = fee_wei / 2;
	return play(p, "@chain", "Reserve", &in.base);
}

static inline bool
purse_sign(struct play *p, const char *intent, uint32_t attempt,
    uint64_t fee_wei, uint64_t hash, bool is_cancellation)
{
	Stoa__Chain__RecordSignedRequest in =
	    STOA__CHAIN__RECORD_SIGNED_REQUEST__INIT;

	in.intent = (char *)(uintptr_t)intent;
	in.attempt = attempt;
	in.max_fee_wei = fee_wei;
	in.tip_wei = fee_wei / 2;
	in.hash = bytes_of(made_of(p, hash), STOA_HASH_SIZE);
	in.raw = bytes_of(made_of(p, hash), STOA_HASH_SIZE);
	in.is_cancellation = is_cancellation;
	return play(p, "@chain", "RecordSigned", &in.base);
}

static inline bool
purse_sent(struct play *p, const char *intent, uint32_t attempt)
{
	Stoa__Chain__RecordSentRequest in =
	    STOA__CHAIN__RECORD_SENT_REQUEST__INIT;

	in.intent = (char *)(uintptr_t)intent;
	in.attempt = attempt;
	return play(p, "@chain", "RecordSent", &in.base);
}

static inline bool
purse_mined(struct play *p, const char *intent, uint64_t hash, uint64_t block,
    bool is_reverted)
{
	Stoa__Chain__RecordMinedRequest in =
	    STOA__CHAIN__RECORD_MINED_REQUEST__INIT;

	in.intent = (char *)(uintptr_t)intent;
	in.hash = bytes_of(made_of(p, hash), STOA_HASH_SIZE);
	in.block = block;
	in.block_hash = bytes_of(made_of(p, block), STOA_HASH_SIZE);
	in.is_reverted = is_reverted;
	in.gas_used = 21000;
	return play(p, "@chain", "RecordMined", &in.base);
}

static inline bool
purse_reorged(struct play *p, const char *intent, uint64_t block)
{
	Stoa__Chain__RecordReorgedRequest in =
	    STOA__CHAIN__RECORD_REORGED_REQUEST__INIT;

	in.intent = (char *)(uintptr_t)intent;
	in.block_hash = bytes_of(made_of(p, block), STOA_HASH_SIZE);
	return play(p, "@chain", "RecordReorged", &in.base);
}

static inline bool
purse_final(struct play *p, const char *intent, uint64_t block)
{
	Stoa__Chain__RecordFinalRequest in =
	    STOA__CHAIN__RECORD_FINAL_REQUEST__INIT;

	in.intent = (char *)(uintptr_t)intent;
	in.block_hash = bytes_of(made_of(p, block), STOA_HASH_SIZE);
	return play(p, "@chain", "RecordFinal", &in.base);
}

static inline bool
purse_taken(struct play *p, const char *intent, uint64_t nonce)
{
	Stoa__Chain__RecordNonceTakenRequest in =
	    STOA__CHAIN__RECORD_NONCE_TAKEN_REQUEST__INIT;

	in.intent = (char *)(uintptr_t)intent;
	in.nonce = nonce;
	return play(p, "@chain", "RecordNonceTaken", &in.base);
}

static inline bool
purse_cancel(struct play *p, const char *actor, const char *intent)
{
	Stoa__Chain__CancelRequest in = STOA__CHAIN__CANCEL_REQUEST__INIT;

	in.intent = (char *)(uintptr_t)intent;
	return play(p, actor, "Cancel", &in.base);
}

static inline Stoa__Chain__IntentReply
purse_look(struct play *p, const char *intent)
{
	Stoa__Chain__IntentQuery in = STOA__CHAIN__INTENT_QUERY__INIT;
	Stoa__Chain__IntentReply out = STOA__CHAIN__INTENT_REPLY__INIT;

	in.intent = (char *)(uintptr_t)intent;
	assert_int_equal(
	    chain_query_intent(p->state, &in, &p->arena, &out), STOA_OK);
	return out;
}

static inline Stoa__Chain__WalletReply
purse_wallet(struct play *p)
{
	Stoa__Chain__WalletQuery in = STOA__CHAIN__WALLET_QUERY__INIT;
	Stoa__Chain__WalletReply out = STOA__CHAIN__WALLET_REPLY__INIT;

	assert_int_equal(
	    chain_query_wallet(p->state, &in, &p->arena, &out), STOA_OK);
	return out;
}

#endif
