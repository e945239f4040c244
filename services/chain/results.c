/* results.c - see results.h. */
#include "chain/results.h"

#include "chain/abi_tables.h"
#include "chain/evm_function.h"
#include "chain/evm_revert.h"
#include "chain/limits.h"

/* The words of a refusal: one line, and arguments are cut to 512 each. */
#define WORDS_MAX 4096

struct reading {
	struct stoa_arena *arena;
	Stoa__Chain__Result *result;
	bool is_bad;
};

/* ---- fields ---- */

static void
bytes_set(struct reading *r, ProtobufCBinaryData *field, struct stoa_str bytes)
{
	field->data = stoa_arena_dup(r->arena, bytes.data, bytes.len);
	field->len = field->data == NULL ? 0 : bytes.len;
}

static void
word_set(struct reading *r, ProtobufCBinaryData *field,
    const struct evm_value *number)
{
	uint8_t word[EVM_WORD_SIZE];

	evm_u256_to_bytes(&number->number, word);
	bytes_set(r, field, stoa_str_of_bytes(word, sizeof(word)));
}

static void
time_set(struct reading *r, int64_t *field, const struct evm_value *number)
{
	uint64_t seconds;

	if (!evm_u256_to_u64(&number->number, &seconds) ||
	    seconds > INT64_MAX) {
		r->is_bad = true;
		return;
	}
	*field = (int64_t)seconds;
}

/* ---- events, with what each says; `v` are its parameters ---- */

static void
on_approved(struct reading *r, const struct evm_value *v)
{
	word_set(r, &r->result->token, &v[1]);
	bytes_set(r, &r->result->splitter, evm_address_str(&v[3].address));
}

static void
on_listed(struct reading *r, const struct evm_value *v)
{
	word_set(r, &r->result->listing, &v[3]);
}

static void
on_listing_refused(struct reading *r, const struct evm_value *v)
{
	struct stoa_buf words;
	char *text;

	stoa_buf_init(&words, WORDS_MAX);
	chain_revert_print(v[3].bytes, &words);
	text = stoa_arena_str(r->arena, stoa_buf_str(&words));
	if (text != NULL) {
		r->result->listing_refused = text;
	}
	stoa_buf_fini(&words);
}

static void
on_new_listing(struct reading *r, const struct evm_value *v)
{
	word_set(r, &r->result->listing, &v[1]);
}

static void
on_new_sale(struct reading *r, const struct evm_value *v)
{
	word_set(r, &r->result->paid_wei, &v[6]);
}

static void
on_leased(struct reading *r, const struct evm_value *v)
{
	time_set(r, &r->result->starts_s, &v[3]);
	time_set(r, &r->result->ends_s, &v[4]);
	word_set(r, &r->result->paid_wei, &v[6]);
}

static void
on_ended(struct reading *r, const struct evm_value *v)
{
	time_set(r, &r->result->starts_s, &v[3]);
	time_set(r, &r->result->ends_s, &v[4]);
}

static const struct {
	enum chain_contract contract;
	const char *text;
	void (*read)(struct reading *r, const struct evm_value *v);
} kinds[] = {
    {CHAIN_REGISTRY,
	"Approved(bytes32 indexed,uint256 indexed,address indexed,address)",
	on_approved},
    {CHAIN_REGISTRY,
	"Listed(bytes32 indexed,uint256 indexed,address indexed,uint256)",
	on_listed},
    {CHAIN_REGISTRY,
	"ListingRefused(bytes32 indexed,uint256 indexed,address indexed,bytes)",
	on_listing_refused},
    {CHAIN_MARKET,
	"NewListing(address indexed,uint256 indexed,address indexed,"
	"(uint256,uint256,uint256,uint256,uint128,uint128,address,address,"
	"address,uint8,uint8,bool))",
	on_new_listing},
    {CHAIN_MARKET,
	"NewSale(address indexed,uint256 indexed,address indexed,uint256,"
	"address,uint256,uint256)",
	on_new_sale},
    {CHAIN_ESCROW,
	"Leased(address indexed,uint256 indexed,address indexed,uint256,"
	"uint256,address,uint256)",
	on_leased},
    {CHAIN_ESCROW,
	"Ended(address indexed,uint256 indexed,address indexed,uint256,"
	"uint256,uint256)",
	on_ended},
};

/* ---- logs ---- */

static enum stoa_status
log_read(struct reading *r, const struct evm_function *events,
    enum chain_contract contract, const struct evm_log *log)
{
	for (size_t i = 0; i < STOA_COUNT(kinds); i++) {
		struct evm_value values;
		enum stoa_status status;

		if (kinds[i].contract != contract) {
			continue;
		}
		status = evm_event_decode(&events[i], log->topics,
		    log->topic_count, log->data, r->arena, &values);
		if (status == STOA_OK) {
			kinds[i].read(r, values.list.items);
			return r->arena->is_overflown ? STOA_NO_MEMORY
			       : r->is_bad	      ? STOA_INVALID
						      : STOA_OK;
		}
		if (status != STOA_NOT_FOUND) {
			return status;
		}
	}
	return STOA_OK;
}

enum stoa_status
chain_result_read(const struct chain_manifest *manifest,
    const struct evm_log *logs, size_t count, struct stoa_arena *arena,
    Stoa__Chain__Result *ret_result)
{
	Stoa__Chain__Result result = STOA__CHAIN__RESULT__INIT;
	struct reading r = {.arena = arena, .result = &result};
	struct evm_function events[STOA_COUNT(kinds)];
	enum stoa_status status = STOA_OK;

	if (count > CHAIN_LOGS_MAX) {
		return STOA_TOO_LARGE;
	}
	for (size_t i = 0; i < STOA_COUNT(kinds) && status == STOA_OK; i++) {
		status = evm_function_parse(
		    stoa_str_of(kinds[i].text), arena, &events[i]);
	}
	for (size_t i = 0; i < count && status == STOA_OK; i++) {
		enum chain_contract contract;

		if (chain_manifest_find(
			manifest, &logs[i].address, &contract)) {
			status = log_read(&r, events, contract, &logs[i]);
		}
	}
	if (status == STOA_OK) {
		*ret_result = result;
	}
	return status;
}

/* ---- refusals ---- */

/* The text of the error with this selector, or NULL. */
static const char *
error_find(uint32_t selector)
{
	size_t low = 0, high = abi_error_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (abi_errors[middle].selector < selector) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low < abi_error_count && abi_errors[low].selector == selector
		   ? abi_errors[low].signature
		   : NULL;
}

void
chain_revert_print(struct stoa_str data, struct stoa_buf *b)
{
	struct evm_function error;
	struct stoa_arena arena;
	const char *text = NULL;
	size_t count = 0;

	stoa_arena_init(&arena, NULL, 0, (size_t)64 * 1024);
	if (data.len >= EVM_SELECTOR_SIZE) {
		struct evm_u256 selector = evm_u256_of_bytes(
		    stoa_str_of_bytes(data.data, EVM_SELECTOR_SIZE));

		text = error_find((uint32_t)selector.limb[0]);
	}
	if (text != NULL &&
	    evm_function_parse(stoa_str_of(text), &arena, &error) == STOA_OK) {
		count = 1;
	}
	(void)evm_revert_print(data, &error, count, b);
	stoa_arena_fini(&arena);
}
