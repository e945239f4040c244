/* index.c - see index.h. */
#include "chain/index.h"

#include "chain/nodes_limits.h"

#include "base/check.h"

#include <stdlib.h>
#include <string.h>

/* A block with its logs and their data, in one piece. */
struct held {
	struct evm_index_point point;
	struct stoa_hash parent;
	size_t size;
	size_t log_count;
	struct evm_log logs[];
};

struct list {
	struct held **items;
	size_t count;
	size_t size;
};

struct evm_index {
	struct evm_index_point final;
	struct list chain;  /* final + 1, final + 2, ... */
	struct list branch; /* not linked yet, the highest first */
	struct evm_index_out out;
	struct evm_index_stat stat;
};

/* ---- blocks held ---- */

static struct held *
held_new(const struct evm_index_block *block)
{
	size_t data_len = 0, size;
	struct held *held;
	char *at;

	for (size_t i = 0; i < block->log_count; i++) {
		data_len += block->logs[i].data.len;
	}
	size =
	    sizeof(*held) + block->log_count * sizeof(held->logs[0]) + data_len;
	held = malloc(size);
	if (held == NULL) {
		return NULL;
	}
	held->point = block->point;
	held->parent = block->parent;
	held->size = size;
	held->log_count = block->log_count;
	at = (char *)&held->logs[block->log_count];
	for (size_t i = 0; i < block->log_count; i++) {
		struct stoa_str data = block->logs[i].data;

		held->logs[i] = block->logs[i];
		held->logs[i].data = stoa_str_of_bytes(at, data.len);
		if (data.len > 0) {
			memcpy(at, data.data, data.len);
		}
		at += data.len;
	}
	return held;
}

static void
held_free(struct evm_index *x, struct held *held)
{
	x->stat.logs -= held->log_count;
	x->stat.bytes -= held->size;
	free(held);
}

static bool
list_add(struct list *list, struct held *held)
{
	if (list->count == list->size) {
		size_t size = list->size == 0 ? 16 : 2 * list->size;
		struct held **items =
		    reallocarray(list->items, size, sizeof(struct held *));

		if (items == NULL) {
			return false;
		}
		list->items = items;
		list->size = size;
	}
	list->items[list->count++] = held;
	return true;
}

static bool
list_reserve(struct list *list, size_t count)
{
	struct held **items;

	if (count <= list->size) {
		return true;
	}
	items = reallocarray(list->items, count, sizeof(struct held *));
	if (items == NULL) {
		return false;
	}
	list->items = items;
	list->size = count;
	return true;
}

struct evm_index *
evm_index_new(
    const struct evm_index_point *from, const struct evm_index_out *out)
{
	struct evm_index *x = calloc(1, sizeof(*x));

	if (x != NULL) {
		x->final = *from;
		x->out = *out;
	}
	return x;
}

void
evm_index_free(struct evm_index *x)
{
	if (x == NULL) {
		return;
	}
	evm_index_drop_branch(x);
	for (size_t i = 0; i < x->chain.count; i++) {
		held_free(x, x->chain.items[i]);
	}
	free(x->chain.items);
	free(x->branch.items);
	free(x);
}

/* ---- where things are ---- */

struct evm_index_point
evm_index_head(const struct evm_index *x)
{
	return x->chain.count == 0 ? x->final
				   : x->chain.items[x->chain.count - 1]->point;
}

struct evm_index_point
evm_index_final(const struct evm_index *x)
{
	return x->final;
}

bool
evm_index_hash(
    const struct evm_index *x, uint64_t number, struct stoa_hash *ret_hash)
{
	if (number < x->final.number ||
	    number - x->final.number > x->chain.count) {
		return false;
	}
	*ret_hash =
	    number == x->final.number
		? x->final.hash
		: x->chain.items[number - x->final.number - 1]->point.hash;
	return true;
}

static bool
is_here(const struct evm_index *x, const struct evm_index_point *point)
{
	struct stoa_hash hash;

	return evm_index_hash(x, point->number, &hash) &&
	       stoa_hash_is_equal(&hash, &point->hash);
}

struct evm_index_stat
evm_index_stat(const struct evm_index *x)
{
	struct evm_index_stat stat = x->stat;

	stat.blocks = x->chain.count;
	return stat;
}

/* ---- telling ---- */

static void
tell(struct evm_index *x, enum evm_index_mark mark, const struct evm_log *log)
{
	switch (mark) {
	case EVM_INDEX_SEEN:
		x->stat.seen++;
		break;
	case EVM_INDEX_GONE:
		x->stat.gone++;
		break;
	case EVM_INDEX_FINAL:
		x->stat.final++;
		break;
	}
	x->out.on_log(x->out.owner, mark, log);
}

/* Back to `number`, which stays. */
static void
take_back(struct evm_index *x, uint64_t number)
{
	size_t keep = (size_t)(number - x->final.number);
	size_t depth = x->chain.count - keep;

	if (depth > 0) {
		x->stat.reorgs++;
	}
	if (depth > x->stat.deepest) {
		x->stat.deepest = depth;
	}
	while (x->chain.count > keep) {
		struct held *held = x->chain.items[--x->chain.count];

		for (size_t i = held->log_count; i > 0; i--) {
			tell(x, EVM_INDEX_GONE, &held->logs[i - 1]);
		}
		held_free(x, held);
	}
}

/* ---- branches ---- */

void
evm_index_drop_branch(struct evm_index *x)
{
	for (size_t i = 0; i < x->branch.count; i++) {
		held_free(x, x->branch.items[i]);
	}
	x->branch.count = 0;
}

bool
evm_index_has_branch(const struct evm_index *x)
{
	return x->branch.count > 0;
}

/* The lowest block of the branch links to `number`. */
static enum evm_index_answer
take_branch(struct evm_index *x, uint64_t number)
{
	size_t keep = (size_t)(number - x->final.number);

	if (!list_reserve(&x->chain, keep + x->branch.count)) {
		evm_index_drop_branch(x);
		return EVM_INDEX_NO_MEMORY;
	}
	take_back(x, number);
	while (x->branch.count > 0) {
		struct held *held = x->branch.items[--x->branch.count];

		x->chain.items[x->chain.count++] = held;
		for (size_t i = 0; i < held->log_count; i++) {
			tell(x, EVM_INDEX_SEEN, &held->logs[i]);
		}
	}
	return EVM_INDEX_TAKEN;
}

/* Adds a block below what the branch has. */
static enum evm_index_answer
push(struct evm_index *x, const struct evm_index_block *block)
{
	struct held *held;

	if (block->point.number - x->final.number > EVM_INDEX_BLOCKS_MAX ||
	    x->stat.logs + block->log_count > EVM_INDEX_LOGS_MAX ||
	    x->stat.bytes > EVM_INDEX_BYTES_MAX) {
		evm_index_drop_branch(x);
		return EVM_INDEX_FULL;
	}
	held = held_new(block);
	if (held == NULL || !list_add(&x->branch, held)) {
		free(held);
		evm_index_drop_branch(x);
		return EVM_INDEX_NO_MEMORY;
	}
	x->stat.logs += held->log_count;
	x->stat.bytes += held->size;
	return EVM_INDEX_TAKEN;
}

static bool
is_wanted(const struct evm_index *x, const struct evm_index_block *block)
{
	const struct held *low = x->branch.items[x->branch.count - 1];

	return block->point.number + 1 == low->point.number &&
	       stoa_hash_is_equal(&block->point.hash, &low->parent);
}

enum evm_index_answer
evm_index_offer(struct evm_index *x, const struct evm_index_block *block,
    struct evm_index_point *ret_want)
{
	struct evm_index_point below = {
	    .number = block->point.number - 1, .hash = block->parent};
	enum evm_index_answer answer;

	if (x->stat.is_frozen) {
		return EVM_INDEX_FROZEN;
	}
	if (x->branch.count > 0 && !is_wanted(x, block)) {
		evm_index_drop_branch(x);
		return EVM_INDEX_STRAY;
	}
	if (is_here(x, &block->point)) {
		stoa_assert(x->branch.count == 0); /* it would have linked */
		return EVM_INDEX_KNOWN;
	}
	if (block->point.number <= x->final.number) {
		evm_index_drop_branch(x);
		return EVM_INDEX_CONFLICT;
	}
	answer = push(x, block);
	if (answer != EVM_INDEX_TAKEN) {
		return answer;
	}
	if (is_here(x, &below)) {
		return take_branch(x, below.number);
	}
	if (below.number <= x->final.number) {
		evm_index_drop_branch(x);
		return EVM_INDEX_CONFLICT;
	}
	*ret_want = below;
	return EVM_INDEX_WANTS;
}

/* ---- what is final ---- */

static void
freeze(struct evm_index *x)
{
	evm_index_drop_branch(x);
	x->stat.is_frozen = true;
}

static void
forget_lowest(struct evm_index *x, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		held_free(x, x->chain.items[i]);
	}
	memmove(x->chain.items, x->chain.items + count,
	    (x->chain.count - count) * sizeof(struct held *));
	x->chain.count -= count;
}

enum evm_index_answer
evm_index_finalize(struct evm_index *x, const struct evm_index_point *point,
    struct evm_index_point *ret_want)
{
	struct stoa_hash hash;
	size_t count;

	if (x->stat.is_frozen) {
		return EVM_INDEX_FROZEN;
	}
	if (point->number < x->final.number) {
		return EVM_INDEX_KNOWN;
	}
	if (point->number == x->final.number) {
		return evm_index_recall(x, point);
	}
	if (!evm_index_hash(x, point->number, &hash)) {
		return EVM_INDEX_LATER;
	}
	if (!stoa_hash_is_equal(&hash, &point->hash)) {
		evm_index_drop_branch(x);
		*ret_want = *point;
		return EVM_INDEX_WANTS;
	}
	count = (size_t)(point->number - x->final.number);
	for (size_t i = 0; i < count; i++) {
		const struct held *held = x->chain.items[i];

		for (size_t j = 0; j < held->log_count; j++) {
			tell(x, EVM_INDEX_FINAL, &held->logs[j]);
		}
	}
	x->final = *point;
	forget_lowest(x, count);
	/* A branch that begins below is of no use any more. */
	if (x->branch.count > 0 &&
	    x->branch.items[x->branch.count - 1]->point.number <=
		point->number) {
		evm_index_drop_branch(x);
	}
	x->out.on_final(x->out.owner, point);
	return EVM_INDEX_TAKEN;
}

enum evm_index_answer
evm_index_extend(struct evm_index *x, const struct evm_index_point *point,
    const struct evm_log *logs, size_t log_count)
{
	stoa_assert(x->chain.count == 0);
	stoa_assert(point->number > x->final.number);
	if (x->stat.is_frozen) {
		return EVM_INDEX_FROZEN;
	}
	evm_index_drop_branch(x);
	for (size_t i = 0; i < log_count; i++) {
		stoa_assert(logs[i].block > x->final.number);
		stoa_assert(logs[i].block <= point->number);
		tell(x, EVM_INDEX_FINAL, &logs[i]);
	}
	x->final = *point;
	x->out.on_final(x->out.owner, point);
	return EVM_INDEX_TAKEN;
}

enum evm_index_answer
evm_index_recall(struct evm_index *x, const struct evm_index_point *point)
{
	if (x->stat.is_frozen) {
		return EVM_INDEX_FROZEN;
	}
	if (point->number != x->final.number ||
	    stoa_hash_is_equal(&point->hash, &x->final.hash)) {
		return EVM_INDEX_KNOWN;
	}
	freeze(x);
	return EVM_INDEX_FROZEN;
}
