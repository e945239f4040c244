/* witness.c - see witness.h. */
#include "chain/witness.h"

#include "base/check.h"
#include "base/encode.h"
#include "chain/evm_function.h"
#include "chain/evm_units.h"
#include "chain/limits.h"

#include <stdlib.h>

#define LISTING                                                     \
	"(uint256,uint256,uint256,uint256,uint128,uint128,address," \
	"address,address,uint8,uint8,bool)"
#define TYPES_MAX (64u * 1024u)
#define ACT_SIZE  (2 + 2 * STOA_HASH_SIZE + 1)

struct sight {
	const struct chain_manifest *manifest;
	const struct chain_witness_book *book;
	struct stoa_arena *arena;
	const struct evm_log *log;
	Stoa__Chain__Sighting *out;
	bool is_ours, is_paid; /* the vault acted; the market took money */
	bool is_payment;       /* the vault's act was to pay somebody */
	/* The sale that is under way: whom the market owes royalty, how much,
	 * and whether so much Joy has come there. */
	struct evm_address receiver;
	struct evm_u256 royalty;
	bool is_royalty_paid;
};

/* False: it does not concern us. */
typedef bool (*read_fn)(struct sight *s, const struct evm_value *v);

struct kind {
	enum chain_contract contract;
	const char *text;
	read_fn read; /* NULL: the vault's own */
};

/* ---- fields -------------------------------------------------------------- */

static ProtobufCBinaryData
bytes_of(struct sight *s, struct stoa_str bytes)
{
	uint8_t *copy = stoa_arena_dup(s->arena, bytes.data, bytes.len);

	return (ProtobufCBinaryData){copy == NULL ? 0 : bytes.len, copy};
}

static ProtobufCBinaryData
word_of(struct sight *s, const struct evm_value *number)
{
	uint8_t word[EVM_WORD_SIZE];

	evm_u256_to_bytes(&number->number, word);
	return bytes_of(s, stoa_str_of_bytes(word, sizeof(word)));
}

static ProtobufCBinaryData
address_of(struct sight *s, const struct evm_value *value)
{
	return bytes_of(s, evm_address_str(&value->address));
}

static Stoa__Chain__Party *
party_of(struct sight *s, const struct evm_value *value)
{
	return (Stoa__Chain__Party *)(uintptr_t)s->book->party(
	    s->book->owner, evm_address_str(&value->address));
}

static bool
seconds_of(const struct evm_value *number, int64_t *ret_seconds)
{
	uint64_t seconds;

	if (!evm_u256_to_u64(&number->number, &seconds) ||
	    seconds > INT64_MAX) {
		return false;
	}
	*ret_seconds = (int64_t)seconds;
	return true;
}

static bool
is_contract(const struct sight *s, const struct evm_value *value,
    enum chain_contract contract)
{
	return evm_address_is_equal(
	    &value->address, chain_manifest_at(s->manifest, contract));
}

/* Another kind of message, in the arena; a full one is found out at the end. */
#define MAKE(s, to, INIT)                                           \
	do {                                                        \
		(to) = stoa_arena_alloc((s)->arena, sizeof(*(to))); \
		if ((to) == NULL) {                                 \
			return false;                               \
		}                                                   \
		INIT(to);                                           \
	} while (0)

/* ---- events; `v` are their parameters ------------------------------------ */

static bool
is_from_outside(const struct sight *s, const struct evm_value *v)
{
	struct stoa_str from = evm_address_str(&v[0].address);

	return !s->is_ours && !s->is_paid &&
	       s->book->party(s->book->owner, from) == NULL &&
	       !s->book->is_splitter(s->book->owner, from) &&
	       !is_contract(s, &v[0], CHAIN_VAULT) &&
	       !is_contract(s, &v[0], CHAIN_ESCROW);
}

/* What was withdrawn to an account has left the ledger, and comes back: so Joy
 * moves between communities. */
static bool
is_withdrawal(const struct sight *s, const struct evm_value *v)
{
	return s->is_payment && is_contract(s, &v[0], CHAIN_VAULT);
}

static bool
is_deposit(const struct sight *s, const struct evm_value *v)
{
	struct evm_u256 wei = v[2].number;
	uint64_t micro;

	(void)evm_u256_divide(&wei, UINT64_C(1000000000000));
	return (is_withdrawal(s, v) || is_from_outside(s, v)) &&
	       evm_u256_to_u64(&wei, &micro) &&
	       micro >= (uint64_t)CHAIN_DEPOSIT_MICRO_MIN && micro <= INT64_MAX;
}

static bool
joy_moved(struct sight *s, const struct evm_value *v)
{
	Stoa__Chain__Deposited *e;

	s->is_royalty_paid |=
	    !evm_u256_is_zero(&s->royalty) &&
	    evm_address_is_equal(&v[1].address, &s->receiver) &&
	    evm_u256_compare(&v[2].number, &s->royalty) >= 0;
	if (party_of(s, &v[1]) == NULL || !is_deposit(s, v)) {
		return false;
	}
	MAKE(s, e, stoa__chain__deposited__init);
	e->party = party_of(s, &v[1]);
	e->from = address_of(s, &v[0]);
	e->wei = word_of(s, &v[2]);
	s->out->kind_case = STOA__CHAIN__SIGHTING__KIND_DEPOSITED;
	s->out->deposited = e;
	return true;
}

static bool
token_moved(struct sight *s, const struct evm_value *v)
{
	Stoa__Chain__TokenMoved *e;

	MAKE(s, e, stoa__chain__token_moved__init);
	e->from = address_of(s, &v[0]);
	e->to = address_of(s, &v[1]);
	e->token = word_of(s, &v[2]);
	e->from_party = party_of(s, &v[0]);
	e->to_party = party_of(s, &v[1]);
	s->out->kind_case = STOA__CHAIN__SIGHTING__KIND_TOKEN_MOVED;
	s->out->token_moved = e;
	return true;
}

static bool
listing_set(struct sight *s, const struct evm_value *v)
{
	const struct evm_value *listing = v[3].list.items;
	Stoa__Chain__ListingSet *e;

	if (!is_contract(s, &v[2], CHAIN_NFT)) {
		return false;
	}
	MAKE(s, e, stoa__chain__listing_set__init);
	e->seller = address_of(s, &v[0]);
	e->seller_party = party_of(s, &v[0]);
	e->listing = word_of(s, &v[1]);
	e->token = word_of(s, &listing[1]);
	e->price_wei = word_of(s, &listing[3]);
	s->out->kind_case = STOA__CHAIN__SIGHTING__KIND_LISTING_SET;
	s->out->listing_set = e;
	return true;
}

static bool
listing_ended(struct sight *s, const struct evm_value *v)
{
	Stoa__Chain__ListingEnded *e;

	MAKE(s, e, stoa__chain__listing_ended__init);
	e->listing = word_of(s, &v[1]);
	s->out->kind_case = STOA__CHAIN__SIGHTING__KIND_LISTING_ENDED;
	s->out->listing_ended = e;
	return true;
}

static bool
sale_divided(struct sight *s, const struct evm_value *v)
{
	s->receiver = v[2].address;
	s->royalty = v[3].number;
	s->is_royalty_paid = false;
	return false;
}

/* Anybody may list a token of theirs in a currency of their own making, and the
 * event does not say in which. What we list is listed in Joy. */
static bool
is_sold_for_joy(const struct sight *s, const struct evm_value *seller)
{
	struct stoa_str address = evm_address_str(&seller->address);

	return s->is_royalty_paid ||
	       s->book->party(s->book->owner, address) != NULL ||
	       s->book->is_splitter(s->book->owner, address);
}

static bool
token_sold(struct sight *s, const struct evm_value *v)
{
	static const struct evm_value nothing;
	Stoa__Chain__TokenSold *e;
	bool is_joy = is_sold_for_joy(s, &v[0]);

	/* What was paid for this sale is not paid for the next one. */
	s->royalty = nothing.number;
	s->is_royalty_paid = false;
	if (!is_contract(s, &v[2], CHAIN_NFT)) {
		return false;
	}
	MAKE(s, e, stoa__chain__token_sold__init);
	e->seller = address_of(s, &v[0]);
	e->seller_party = party_of(s, &v[0]);
	e->listing = word_of(s, &v[1]);
	e->token = word_of(s, &v[3]);
	e->buyer = address_of(s, &v[4]);
	e->buyer_party = party_of(s, &v[4]);
	e->price_wei = word_of(s, is_joy ? &v[6] : &nothing);
	s->out->kind_case = STOA__CHAIN__SIGHTING__KIND_TOKEN_SOLD;
	s->out->token_sold = e;
	return true;
}

static bool
token_leased(struct sight *s, const struct evm_value *v)
{
	static const struct evm_value nothing;
	Stoa__Chain__TokenLeased *e;
	bool is_joy = is_contract(s, &v[5], CHAIN_JOY);

	if (!is_contract(s, &v[0], CHAIN_NFT)) {
		return false;
	}
	MAKE(s, e, stoa__chain__token_leased__init);
	e->token = word_of(s, &v[1]);
	e->lessee = address_of(s, &v[2]);
	e->lessee_party = party_of(s, &v[2]);
	e->deposit_wei = word_of(s, is_joy ? &v[6] : &nothing);
	s->out->kind_case = STOA__CHAIN__SIGHTING__KIND_TOKEN_LEASED;
	s->out->token_leased = e;
	return seconds_of(&v[3], &e->starts_s) && seconds_of(&v[4], &e->ends_s);
}

static bool
lease_returned(struct sight *s, const struct evm_value *v)
{
	Stoa__Chain__LeaseReturned *e;

	if (!is_contract(s, &v[0], CHAIN_NFT)) {
		return false;
	}
	MAKE(s, e, stoa__chain__lease_returned__init);
	e->token = word_of(s, &v[1]);
	e->lessee = address_of(s, &v[2]);
	e->refund_wei = word_of(s, &v[5]);
	s->out->kind_case = STOA__CHAIN__SIGHTING__KIND_LEASE_RETURNED;
	s->out->lease_returned = e;
	return true;
}

enum {
	KIND_RAN,
	KIND_PAID
};

/* The first topic of the vault's events is the act's number. */
static const struct kind kinds[] = {
    [KIND_RAN] = {CHAIN_VAULT,
	"Ran(bytes32 indexed,bytes32 indexed,address indexed,uint256)", NULL},
    [KIND_PAID] = {CHAIN_VAULT, "Paid(bytes32 indexed,address indexed,uint256)",
	NULL},
    {CHAIN_VAULT, "Anchored(bytes32 indexed,bytes32 indexed)", NULL},
    {CHAIN_JOY, "Transfer(address indexed,address indexed,uint256)", joy_moved},
    {CHAIN_NFT, "Transfer(address indexed,address indexed,uint256 indexed)",
	token_moved},
    {CHAIN_MARKET,
	"NewListing(address indexed,uint256 indexed,address indexed," LISTING
	")",
	listing_set},
    {CHAIN_MARKET,
	"UpdatedListing(address indexed,uint256 indexed,address "
	"indexed," LISTING ")",
	listing_set},
    {CHAIN_MARKET, "CancelledListing(address indexed,uint256 indexed)",
	listing_ended},
    {CHAIN_MARKET, "SaleDivided(uint256 indexed,uint256,address,uint256)",
	sale_divided},
    {CHAIN_MARKET,
	"NewSale(address indexed,uint256 indexed,address indexed,uint256,"
	"address,uint256,uint256)",
	token_sold},
    {CHAIN_ESCROW,
	"Leased(address indexed,uint256 indexed,address indexed,uint256,"
	"uint256,address,uint256)",
	token_leased},
    {CHAIN_ESCROW,
	"Ended(address indexed,uint256 indexed,address indexed,uint256,"
	"uint256,uint256)",
	lease_returned},
};

/* ---- a transaction ------------------------------------------------------- */

struct chain_witness {
	const struct chain_manifest *manifest;
	struct stoa_arena types;
	struct evm_function events[STOA_COUNT(kinds)];
};

struct chain_witness *
chain_witness_new(const struct chain_manifest *manifest)
{
	struct chain_witness *w = calloc(1, sizeof(*w));

	stoa_assert(w != NULL);
	w->manifest = manifest;
	stoa_arena_init(&w->types, NULL, 0, TYPES_MAX);
	for (size_t i = 0; i < STOA_COUNT(kinds); i++) {
		enum stoa_status status = evm_function_parse(
		    stoa_str_of(kinds[i].text), &w->types, &w->events[i]);

		stoa_assert(status == STOA_OK);
	}
	return w;
}

void
chain_witness_free(struct chain_witness *w)
{
	if (w != NULL) {
		stoa_arena_fini(&w->types);
		free(w);
	}
}

void
chain_witness_addresses(const struct chain_witness *w,
    struct evm_address ret_addresses[static CHAIN_WITNESS_ADDRESSES])
{
	static const enum chain_contract wanted[CHAIN_WITNESS_ADDRESSES] = {
	    CHAIN_VAULT, CHAIN_JOY, CHAIN_NFT, CHAIN_MARKET, CHAIN_ESCROW};

	for (size_t i = 0; i < CHAIN_WITNESS_ADDRESSES; i++) {
		ret_addresses[i] = *chain_manifest_at(w->manifest, wanted[i]);
	}
}

/* Which of the kinds it is; NULL: none. */
static const struct kind *
kind_of(const struct chain_witness *w, const struct evm_log *log,
    struct stoa_arena *arena, struct evm_value *ret_values,
    enum stoa_status *ret_status)
{
	enum chain_contract contract;

	*ret_status = STOA_OK;
	if (!chain_manifest_find(w->manifest, &log->address, &contract)) {
		return NULL;
	}
	for (size_t i = 0; i < STOA_COUNT(kinds); i++) {
		if (kinds[i].contract != contract) {
			continue;
		}
		*ret_status = evm_event_decode(&w->events[i], log->topics,
		    log->topic_count, log->data, arena, ret_values);
		if (*ret_status != STOA_NOT_FOUND) {
			return *ret_status == STOA_OK ? &kinds[i] : NULL;
		}
		*ret_status = STOA_OK;
	}
	return NULL;
}

static void
act_print(const struct stoa_hash *act, char ret_text[static ACT_SIZE])
{
	struct stoa_buf text;

	stoa_buf_init(&text, ACT_SIZE);
	stoa_buf_add_text(&text, "0x");
	stoa_hex_encode(&text, stoa_hash_str(act));
	memcpy(ret_text, text.data, text.len);
	ret_text[text.len] = '\0';
	stoa_buf_fini(&text);
}

/* What the transaction is as a whole. */
static enum stoa_status
context_read(const struct chain_witness *w, struct sight *s,
    const struct evm_log *logs, size_t count, char ret_act[static ACT_SIZE])
{
	for (size_t i = 0; i < count; i++) {
		struct evm_value values;
		enum stoa_status status;
		const struct kind *kind =
		    kind_of(w, &logs[i], s->arena, &values, &status);

		if (status != STOA_OK) {
			return status;
		}
		if (kind == NULL) {
			continue;
		}
		if (kind->contract == CHAIN_VAULT) {
			s->is_ours = true;
			s->is_payment |= kind == &kinds[KIND_PAID];
			act_print(&logs[i].topics[1], ret_act);
		}
		s->is_paid |=
		    kind->read == token_sold || kind->read == token_leased;
	}
	return STOA_OK;
}

static enum stoa_status
sight_read(const struct chain_witness *w, struct sight *s, const char *act,
    Stoa__Chain__Sighting **ret_out)
{
	struct evm_value values;
	enum stoa_status status;
	const struct kind *kind =
	    kind_of(w, s->log, s->arena, &values, &status);

	*ret_out = NULL;
	if (kind == NULL || kind->read == NULL) {
		return status;
	}
	s->out = stoa_arena_alloc(s->arena, sizeof(*s->out));
	if (s->out == NULL) {
		return STOA_NO_MEMORY;
	}
	stoa__chain__sighting__init(s->out);
	s->out->block = s->log->block;
	s->out->log_index = s->log->index;
	s->out->transaction = bytes_of(s, stoa_hash_str(&s->log->transaction));
	s->out->act = stoa_arena_str(s->arena, stoa_str_of(act));
	if (kind->read(s, values.list.items)) {
		*ret_out = s->out;
	}
	return s->arena->is_overflown ? STOA_NO_MEMORY : STOA_OK;
}

enum stoa_status
chain_witness_read(const struct chain_witness *w,
    const struct chain_witness_book *book, const struct evm_log *logs,
    size_t count, struct stoa_arena *arena, Stoa__Chain__Sighting **list,
    size_t *ret_count)
{
	char act[ACT_SIZE] = "";
	struct sight s = {
	    .manifest = w->manifest, .book = book, .arena = arena};
	enum stoa_status status = context_read(w, &s, logs, count, act);
	size_t found = 0;

	for (size_t i = 0; i < count && status == STOA_OK; i++) {
		s.log = &logs[i];
		status = sight_read(w, &s, act, &list[found]);
		found += status == STOA_OK && list[found] != NULL;
	}
	if (status == STOA_OK) {
		*ret_count = found;
	}
	return status;
}
