/* proving.c - what one node told of a transaction, two must say: money and
 * rights follow from it. */
#include "base/check.h"
#include "base/encode.h"
#include "chain/evm_block.h"
#include "chain/evm_receipt.h"
#include "chain/scanning_private.h"

#include <inttypes.h>
#include <stdio.h>

static void prove_next(struct draft *d);

static void
end(struct draft *d, const char *alarm)
{
	struct chain_scan *s = d->is_void ? NULL : d->scan;
	bool is_proven = d->at == d->count;

	draft_free(d);
	if (s == NULL) {
		return;
	}
	s->draft = NULL;
	s->prove_us =
	    is_proven ? 0 : stoa_clock_mono(s->o.clock).us + CHAIN_RECORD_US;
	if (alarm != NULL) {
		s->o.alarm(s->o.owner, alarm);
		scan_forget(s);
	}
}

static void
ask(struct draft *d, enum evm_nodes_kind kind, const char *method,
    const struct stoa_hash *hash, const char *more, evm_nodes_done done)
{
	struct evm_nodes_request request = {.kind = kind, .method = method};
	struct stoa_buf params;

	stoa_buf_init(&params, 128);
	stoa_buf_add_text(&params, "[\"0x");
	stoa_hex_encode(&params, stoa_hash_str(hash));
	stoa_buf_printf(&params, "\"%s]", more);
	request.params = stoa_buf_str(&params);
	if (evm_nodes_ask(d->scan->o.nodes, &request, done, d, NULL) !=
	    STOA_OK) {
		end(d, NULL);
	}
	stoa_buf_fini(&params);
}

/* ---- when it was --------------------------------------------------------- */

/* How many sightings from `at` on are of one transaction. */
static size_t
same_count(const struct draft *d)
{
	const Stoa__Chain__Sighting *first = d->list[d->at];
	size_t n = 1;

	while (d->at + n < d->count &&
	       memcmp(d->list[d->at + n]->transaction.data,
		   first->transaction.data, STOA_HASH_SIZE) == 0) {
		n++;
	}
	return n;
}

static void
block_known(void *owner, const struct evm_nodes_reply *reply)
{
	struct draft *d = owner;
	struct evm_block block;
	const char *fault;

	if (d->is_void || reply->status != STOA_OK ||
	    evm_block_read(reply->result, &block, &fault) != STOA_OK) {
		end(d, NULL); /* later */
		return;
	}
	for (size_t n = same_count(d); n > 0; n--) {
		d->list[d->at++]->time_s = block.time_s;
	}
	prove_next(d);
}

/* ---- what it said -------------------------------------------------------- */

static bool
is_wanted(const struct chain_scan *s, const struct evm_address *address)
{
	struct evm_address wanted[CHAIN_WITNESS_ADDRESSES];
	bool is = false;

	chain_witness_addresses(s->witness, wanted);
	for (size_t i = 0; i < CHAIN_WITNESS_ADDRESSES; i++) {
		is |= evm_address_is_equal(&wanted[i], address);
	}
	return is;
}

static bool
log_is_same(const struct evm_log *a, const struct evm_log *b)
{
	bool is = a->index == b->index && a->block == b->block &&
		  evm_address_is_equal(&a->address, &b->address) &&
		  a->topic_count == b->topic_count &&
		  stoa_str_is_equal(a->data, b->data);

	for (uint32_t i = 0; is && i < a->topic_count; i++) {
		is = stoa_hash_is_equal(&a->topics[i], &b->topics[i]);
	}
	return is;
}

/* The transaction's logs, as the index told them. */
static const struct evm_log *
told_of(
    const struct chain_scan *s, const uint8_t *transaction, size_t *ret_count)
{
	size_t first = 0;

	*ret_count = 0;
	while (first < s->log_count && memcmp(s->logs[first].transaction.bytes,
					   transaction, STOA_HASH_SIZE) != 0) {
		first++;
	}
	while (first + *ret_count < s->log_count &&
	       memcmp(s->logs[first + *ret_count].transaction.bytes,
		   transaction, STOA_HASH_SIZE) == 0) {
		(*ret_count)++;
	}
	return s->logs + first;
}

static bool
receipt_agrees(const struct draft *d, const struct evm_receipt *receipt)
{
	size_t told_count, at = 0;
	const struct evm_log *told =
	    told_of(d->scan, d->list[d->at]->transaction.data, &told_count);

	for (size_t i = 0; i < receipt->log_count; i++) {
		if (!is_wanted(d->scan, &receipt->logs[i].address)) {
			continue;
		}
		if (at == told_count ||
		    !log_is_same(&told[at], &receipt->logs[i])) {
			return false;
		}
		at++;
	}
	return at == told_count;
}

static void
receipt_known(void *owner, const struct evm_nodes_reply *reply)
{
	struct draft *d = owner;
	struct evm_receipt receipt;
	const char *fault;
	struct stoa_arena arena;
	enum stoa_status status = reply->status;
	bool agrees = false;

	stoa_arena_init(&arena, NULL, 0, (size_t)8 * 1024 * 1024);
	if (!d->is_void && status == STOA_OK) {
		status = evm_receipt_read(reply->result, CHAIN_RECEIPT_LOGS_MAX,
		    &arena, &receipt, &fault);
		agrees = status == STOA_OK && !receipt.is_reverted &&
			 receipt_agrees(d, &receipt);
	}
	if (d->is_void || reply->status != STOA_OK) {
		end(d, NULL); /* later: two nodes must say it */
	} else if (!agrees) {
		end(d,
		    "a node told of a final transaction what its receipt does "
		    "not: blocks are read again");
	} else {
		ask(d, EVM_READ, "eth_getBlockByHash", &receipt.block_hash,
		    ",false", block_known);
	}
	stoa_arena_fini(&arena);
}

static void
prove_next(struct draft *d)
{
	struct stoa_hash transaction;

	if (d->at == d->count) {
		draft_record(d);
		end(d, NULL);
		return;
	}
	memcpy(transaction.bytes, d->list[d->at]->transaction.data,
	    STOA_HASH_SIZE);
	ask(d, EVM_READ_AGREED, "eth_getTransactionReceipt", &transaction, "",
	    receipt_known);
}

void
proving_start(struct draft *d)
{
	d->scan->draft = d;
	prove_next(d);
}
