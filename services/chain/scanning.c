/* scanning.c - see scanning.h. */
#include "chain/scanning.h"

#include "base/check.h"
#include "chain/scanning_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define WALLET	  STOA_STR("w_vault")
#define ARENA_MAX ((size_t)32 * 1024 * 1024)

/* ---- what waits ---------------------------------------------------------- */

static void
logs_drop(struct chain_scan *s, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free((char *)(uintptr_t)s->logs[i].data.data);
	}
	memmove(s->logs, s->logs + count,
	    (s->log_count - count) * sizeof(s->logs[0]));
	s->log_count -= count;
}

/* Blocks up to that number are recorded. */
static void
blocks_drop(struct chain_scan *s, uint64_t number)
{
	size_t count = 0, logs;

	while (
	    count < s->block_count && s->blocks[count].point.number <= number) {
		count++;
	}
	if (count == 0) {
		return;
	}
	logs = s->blocks[count - 1].log_end;
	memmove(s->blocks, s->blocks + count,
	    (s->block_count - count) * sizeof(s->blocks[0]));
	s->block_count -= count;
	logs_drop(s, logs);
	for (size_t i = 0; i < s->block_count; i++) {
		s->blocks[i].log_end -= logs;
	}
}

void
scan_forget(struct chain_scan *s)
{
	if (s->draft != NULL) {
		s->draft->is_void = true;
		s->draft = NULL;
	}
	evm_indexer_close(s->indexer);
	s->indexer = NULL;
	logs_drop(s, s->log_count);
	s->block_count = 0;
	s->passed = (struct evm_index_point){0, {{0}}};
	s->asked_us = 0;
}

/* ---- what the indexer tells ---------------------------------------------- */

static void
on_log(void *owner, enum evm_index_mark mark, const struct evm_log *log)
{
	struct chain_scan *s = owner;
	struct evm_log *copy;
	char *data;

	if (s->o.seen != NULL) {
		s->o.seen(s->o.owner, mark, log);
	}
	if (mark != EVM_INDEX_FINAL) {
		return;
	}
	if (s->log_count == s->log_size) {
		s->log_size = s->log_size == 0 ? 64 : 2 * s->log_size;
		s->logs = realloc(s->logs, s->log_size * sizeof(s->logs[0]));
		stoa_assert(s->logs != NULL);
	}
	data = malloc(log->data.len + 1);
	stoa_assert(data != NULL);
	memcpy(
	    data, log->data.data == NULL ? "" : log->data.data, log->data.len);
	copy = &s->logs[s->log_count++];
	*copy = *log;
	copy->data = (struct stoa_str){data, log->data.len};
}

static void
on_final(void *owner, uint64_t block, const struct stoa_hash *hash)
{
	struct chain_scan *s = owner;
	struct final_block *last =
	    s->block_count == 0 ? NULL : &s->blocks[s->block_count - 1];
	struct final_block now = {{block, *hash}, s->log_count};

	/* Blocks that say nothing are one. */
	if (last != NULL && last->log_end == s->log_count &&
	    (s->block_count == 1 ? 0 : s->blocks[s->block_count - 2].log_end) ==
		s->log_count) {
		*last = now;
		return;
	}
	if (s->block_count == s->block_size) {
		s->block_size = s->block_size == 0 ? 64 : 2 * s->block_size;
		s->blocks =
		    realloc(s->blocks, s->block_size * sizeof(s->blocks[0]));
		stoa_assert(s->blocks != NULL);
	}
	s->blocks[s->block_count++] = now;
	if (s->log_count > CHAIN_LOGS_WAITING_MAX) {
		evm_indexer_hold(s->indexer, true);
	}
}

static void
on_alarm(void *owner, enum evm_indexer_alarm alarm, const char *text)
{
	struct chain_scan *s = owner;

	(void)alarm;
	s->o.alarm(s->o.owner, text);
}

static void
begin(struct chain_scan *s, const struct chain_wallet_view *wallet)
{
	struct evm_address addresses[CHAIN_WITNESS_ADDRESSES];
	struct evm_indexer_options o = {
	    .loop = s->o.loop,
	    .clock = s->o.clock,
	    .nodes = s->o.nodes,
	    .from = {wallet->seen_block, wallet->seen_hash},
	    .addresses = addresses,
	    .address_count = CHAIN_WITNESS_ADDRESSES,
	    .seed = s->o.seed,
	    .on_log = on_log,
	    .on_final = on_final,
	    .on_alarm = on_alarm,
	    .owner = s,
	};

	chain_witness_addresses(s->witness, addresses);
	if (evm_indexer_open(&o, &s->indexer) != STOA_OK) {
		s->indexer = NULL;
		s->o.alarm(s->o.owner, "blocks cannot be read: no memory");
	}
}

/* ---- recording ----------------------------------------------------------- */

static const Stoa__Chain__Party *
book_party(void *owner, struct stoa_str address)
{
	return chain_party_at(owner, address);
}

static bool
book_is_splitter(void *owner, struct stoa_str address)
{
	return chain_is_splitter(owner, address);
}

static bool
is_recorded(const struct draft *d, const Stoa__Chain__Sighting *e)
{
	return d->has_last &&
	       (e->block < d->last_block || (e->block == d->last_block &&
						e->log_index <= d->last_index));
}

/* Parties are the state's: they must outlive it. */
static Stoa__Chain__Sighting *
copy_of(struct draft *d, const Stoa__Chain__Sighting *e)
{
	return stoa_unpack(&d->arena, &stoa__chain__sighting__descriptor,
	    stoa_pack(&d->arena, &e->base));
}

/* The logs of one transaction. False: a node has lied, or no memory. */
static bool
transaction_add(struct draft *d, const struct chain_wallet *state,
    const struct evm_log *logs, size_t count)
{
	const struct chain_witness_book book = {
	    .party = book_party,
	    .is_splitter = book_is_splitter,
	    .owner = (void *)(uintptr_t)state,
	};
	Stoa__Chain__Sighting **found =
	    stoa_arena_alloc_array(&d->arena, count, sizeof(*found));
	size_t found_count = 0;

	if (found == NULL ||
	    chain_witness_read(d->scan->witness, &book, logs, count, &d->arena,
		found, &found_count) != STOA_OK) {
		return false;
	}
	for (size_t i = 0; i < found_count; i++) {
		if (is_recorded(d, found[i])) {
			continue;
		}
		if (d->count == CHAIN_SIGHTED_MAX) {
			d->is_full = true;
			return true;
		}
		d->list[d->count] = copy_of(d, found[i]);
		if (d->list[d->count++] == NULL) {
			return false;
		}
	}
	return true;
}

static bool
block_add(
    struct draft *d, const struct chain_wallet *state, size_t at, size_t end)
{
	const struct evm_log *logs = d->scan->logs;

	while (at < end && !d->is_full) {
		size_t next = at + 1;

		while (next < end && stoa_hash_is_equal(&logs[next].transaction,
					 &logs[at].transaction)) {
			next++;
		}
		if (!transaction_add(d, state, &logs[at], next - at)) {
			return false;
		}
		at = next;
	}
	return true;
}

/* As much as one record takes; false: a node has lied, or no memory. */
static bool
draft_fill(struct draft *d, const struct chain_wallet *state)
{
	struct chain_scan *s = d->scan;
	size_t from = 0;

	for (size_t i = 0; i < s->block_count && !d->is_full; i++) {
		if (!block_add(d, state, from, s->blocks[i].log_end)) {
			return false;
		}
		from = s->blocks[i].log_end;
		if (!d->is_full) {
			d->done = s->blocks[i].point;
		}
		if (d->count == 0) {
			s->passed = s->blocks[i].point;
		}
	}
	return true;
}

static void
record(struct chain_scan *s, const struct evm_index_point *point,
    const struct draft *d)
{
	Stoa__Chain__RecordSightedRequest request =
	    STOA__CHAIN__RECORD_SIGHTED_REQUEST__INIT;
	char id[64];

	request.block = point->number;
	request.block_hash.data = (uint8_t *)(uintptr_t)point->hash.bytes;
	request.block_hash.len = STOA_HASH_SIZE;
	if (d != NULL) {
		request.sightings =
		    (Stoa__Chain__Sighting **)(uintptr_t)d->list;
		request.n_sightings = d->count;
	}
	/* Another id each time: what was refused may be right later. */
	(void)snprintf(id, sizeof(id), "sighted:%" PRIu64 ":%" PRIx64 ":%u",
	    point->number, (uint64_t)stoa_clock_wall(s->o.clock).us,
	    s->number++);
	s->asked_us = stoa_clock_mono(s->o.clock).us;
	s->asked_block = point->number;
	s->asked_number = d == NULL ? 0 : d->newest + d->count;
	s->o.command(s->o.owner, WALLET, stoa_str_of(id), "RecordSighted",
	    &request.base);
}

void
draft_record(struct draft *d)
{
	record(d->scan, &d->done, d);
}

void
draft_free(struct draft *d)
{
	stoa_arena_fini(&d->arena);
	free(d);
}

static uint64_t
newest_of(const struct chain_wallet_view *wallet)
{
	return wallet->last == NULL ? 0 : wallet->last->number;
}

static struct draft *
draft_new(struct chain_scan *s, const struct chain_wallet_view *wallet)
{
	struct draft *d = calloc(1, sizeof(*d));

	stoa_assert(d != NULL);
	stoa_arena_init(&d->arena, NULL, 0, ARENA_MAX);
	d->scan = s;
	d->done =
	    (struct evm_index_point){wallet->seen_block, wallet->seen_hash};
	d->newest = newest_of(wallet);
	d->has_last = wallet->last != NULL;
	if (d->has_last) {
		d->last_block = wallet->last->block;
		d->last_index = wallet->last->log_index;
	}
	return d;
}

/* What blocks say is proven, then recorded; that they said nothing only now
 * and then. */
static void
record_next(struct chain_scan *s, const struct chain_wallet *state,
    const struct chain_wallet_view *wallet)
{
	struct draft *d;

	if (s->block_count == 0) {
		return;
	}
	d = draft_new(s, wallet);
	if (!draft_fill(d, state)) {
		s->o.alarm(s->o.owner,
		    "a node gave logs that no contract of ours writes: blocks "
		    "are read again");
		scan_forget(s);
		draft_free(d);
		return;
	}
	blocks_drop(s, s->passed.number);
	if (d->count > 0) {
		proving_start(d);
		return;
	}
	draft_free(d);
	if (s->passed.number >= wallet->seen_block + CHAIN_SILENT_BLOCKS_MAX) {
		record(s, &s->passed, NULL);
	}
}

/* ---- as a part of the daemon --------------------------------------------- */

/* The record that was asked for has come, or will not. */
static bool
is_waiting(struct chain_scan *s, const struct chain_wallet_view *wallet)
{
	int64_t now = stoa_clock_mono(s->o.clock).us;

	if (s->asked_us == 0) {
		return false;
	}
	if ((wallet->seen_block >= s->asked_block &&
		newest_of(wallet) >= s->asked_number) ||
	    now - s->asked_us > CHAIN_RECORD_US) {
		s->asked_us = 0;
		return false;
	}
	return true;
}

/* Of several nodes two must be well: what one alone leaves out nobody would
 * miss. */
static bool
has_witnesses(const struct chain_scan *s)
{
	size_t count = evm_nodes_count(s->o.nodes), well = 0;

	for (size_t i = 0; i < count; i++) {
		well += evm_nodes_stat(s->o.nodes, (unsigned)i).state ==
			EVM_NODE_WELL;
	}
	return well >= (count < 2 ? count : 2);
}

static void
tick(void *part)
{
	struct chain_scan *s = part;
	const struct chain_wallet *state;
	struct chain_wallet_view wallet;
	struct evm_nodes_head head;

	if (!stoa_replica_is_ready(s->o.replica) ||
	    !s->o.is_mine(s->o.owner, WALLET)) {
		scan_forget(s);
		return;
	}
	state = stoa_replica_peek(s->o.replica, WALLET);
	if (state == NULL || !evm_nodes_head(s->o.nodes, &head) ||
	    !head.is_final_known) {
		return;
	}
	chain_wallet_view(state, &wallet);
	if (!wallet.is_open || s->draft != NULL || is_waiting(s, &wallet) ||
	    stoa_clock_mono(s->o.clock).us < s->prove_us) {
		return;
	}
	if (!wallet.has_seen) {
		/* Before that block there was no wallet. */
		record(s,
		    &(struct evm_index_point){
			head.final_number, head.final_hash},
		    NULL);
	} else if (s->indexer == NULL) {
		begin(s, &wallet);
	} else {
		blocks_drop(s, wallet.seen_block);
		record_next(s, state, &wallet);
	}
	if (s->indexer != NULL) {
		evm_indexer_hold(
		    s->indexer, !has_witnesses(s) ||
				    s->log_count > CHAIN_LOGS_WAITING_MAX / 2);
	}
}

struct chain_scan *
chain_scan_new(const struct chain_scan_options *options)
{
	struct chain_scan *s = calloc(1, sizeof(*s));

	stoa_assert(s != NULL);
	s->o = *options;
	s->witness = chain_witness_new(options->manifest);
	return s;
}

void
chain_scan_free(struct chain_scan *s)
{
	if (s == NULL) {
		return;
	}
	scan_forget(s);
	chain_witness_free(s->witness);
	free(s->logs);
	free(s->blocks);
	free(s);
}

static void
part_free(void *part)
{
	chain_scan_free(part);
}

static void
metrics(void *part, struct stoa_buf *out)
{
	const struct chain_scan *s = part;

	if (s->indexer != NULL) {
		evm_indexer_metrics(s->indexer, out);
	}
}

static bool
is_idle(void *part)
{
	(void)part;
	return true;
}

const struct stoa_part chain_scan_part = {
    .tick = tick,
    .tick_us = CHAIN_TICK_US,
    .is_idle = is_idle,
    .free = part_free,
    .metrics = metrics,
};
