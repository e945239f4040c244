/* indexer.c - what is to be asked next, and what is told. */
#include "chain/indexer.h"

#include "chain/indexer_private.h"

#include "base/metric.h"
#include "edge/loop.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALARM_LEN_MAX	 512
#define BLOCK_ANSWER_MAX ((size_t)2 * 1024 * 1024)

/* A node may not yet have the block that another one named. */
#define ABSENT_US ((int64_t)200 * 1000)

/* Final blocks above what is held: fewer are read one by one, as always. */
#define SETTLE_BLOCKS 16u

int64_t
ix_now_us(const struct evm_indexer *ix)
{
	return stoa_clock_mono(ix->options.clock).us;
}

const char *
ix_node_name(const struct evm_indexer *ix, unsigned node)
{
	return evm_nodes_stat(ix->options.nodes, node).name;
}

/* ---- what the files of this share ---- */

void
log_list_free(struct log_list *list)
{
	if (list->logs != NULL) {
		stoa_arena_fini(&list->arena);
		list->logs = NULL;
	}
	list->count = 0;
}

const char *
ix_read_logs(const struct evm_indexer *ix, struct stoa_json json,
    uint64_t first, uint64_t last, struct log_list *list)
{
	const char *fault = "too many logs for the memory there is";
	struct stoa_arena arena;
	struct evm_log *logs = NULL;
	size_t count = 0;
	enum stoa_status status;

	stoa_arena_init(&arena, NULL, 0, 4 * EVM_INDEXER_ANSWER_MAX);
	status = evm_logs_read(
	    json, EVM_INDEX_LOGS_MAX / 2, &arena, &logs, &count, &fault);
	if (status == STOA_OK) {
		fault = evm_filter_fault(&ix->filter, logs, count, first, last);
	}
	if (fault != NULL) {
		stoa_arena_fini(&arena);
		return fault;
	}
	list->arena = arena;
	list->logs = logs;
	list->count = count;
	return NULL;
}

/* Blocks that nobody else could confirm are looked at again so soon. */
#define UNSURE_US ((int64_t)60 * 1000 * 1000)

void
ix_unsure(struct evm_indexer *ix)
{
	int64_t soon_us = ix_now_us(ix) + UNSURE_US;

	if (soon_us < ix->rescan.at_us) {
		ix->rescan.at_us = soon_us;
	}
}

enum evm_nodes_kind
ix_kind(struct evm_indexer *ix)
{
	unsigned count = 0;

	for (unsigned i = 0; i < evm_nodes_count(ix->options.nodes); i++) {
		enum evm_node_state state =
		    evm_nodes_stat(ix->options.nodes, i).state;

		/* One that is not known yet will be in a moment. */
		count += state == EVM_NODE_WELL || state == EVM_NODE_UNKNOWN;
	}
	if (count < 2) {
		ix_unsure(ix);
		return EVM_READ;
	}
	return EVM_READ_AGREED;
}

void
ix_range_params(const struct evm_indexer *ix, uint64_t first, uint64_t last,
    struct stoa_buf *b)
{
	stoa_buf_printf(b,
	    "[{\"fromBlock\":\"0x%" PRIx64 "\",\"toBlock\":\"0x%" PRIx64 "\",",
	    first, last);
	stoa_buf_add_str(b, stoa_buf_str(&ix->filter_text));
	stoa_buf_add_text(b, "}]");
}

void
ix_alarm(struct evm_indexer *ix, enum evm_indexer_alarm alarm,
    const char *format, ...)
{
	char text[ALARM_LEN_MAX];
	va_list args;

	if (ix->is_closing || ix->options.on_alarm == NULL) {
		return;
	}
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ix->options.on_alarm(ix->options.owner, alarm, text);
}

static void
pause_for(struct evm_indexer *ix, int64_t us)
{
	ix->pause_until_us = ix_now_us(ix) + us;
}

void
ix_failed(struct evm_indexer *ix, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(ix->stat.error, sizeof(ix->stat.error), format, args);
	va_end(args);
	ix->failures++;
	/* At least half of it: nothing else holds these tries back. */
	pause_for(ix, EVM_INDEXER_PAUSE_US / 2 + stoa_backoff_us(ix->failures,
						     EVM_INDEXER_PAUSE_US,
						     EVM_INDEXER_PAUSE_US_MAX,
						     stoa_rng_next(&ix->rng)));
}

void
ix_succeeded(struct evm_indexer *ix)
{
	ix->failures = 0;
	ix->stat.error[0] = '\0';
}

static void
drop_fetches(struct evm_indexer *ix)
{
	for (size_t i = 0; i < FETCH_MAX; i++) {
		fetch_drop(&ix->fetches[i]);
	}
	ix->has_want = false;
}

static void
freeze(struct evm_indexer *ix)
{
	struct evm_index_point final = evm_index_final(ix->index);

	drop_fetches(ix);
	range_drop(ix);
	(void)snprintf(ix->stat.error, sizeof(ix->stat.error),
	    "frozen: the chain denies final block %" PRIu64, final.number);
	ix_alarm(ix, EVM_INDEXER_FROZEN,
	    "the chain denies block %" PRIu64
	    ", which was final: nothing is told any more",
	    final.number);
}

/* ---- one header that decides something ---- */

static void
on_settle(void *owner, const struct evm_nodes_reply *reply)
{
	struct evm_indexer *ix = owner;
	struct evm_index_point point;
	struct evm_block block;
	const char *fault = "it lacks a final block";
	uint64_t number = ix->is_recall ? evm_index_final(ix->index).number
					: evm_index_head(ix->index).number;
	enum evm_index_answer answer;

	ix->settle = NULL;
	if (reply->status != STOA_OK ||
	    evm_block_read(reply->result, &block, &fault) != STOA_OK ||
	    block.number != number) {
		ix_failed(ix, "block %" PRIu64 ": %s", number,
		    reply->status != STOA_OK ? reply->about : fault);
		ix_go(ix);
		return;
	}
	point = (struct evm_index_point){block.number, block.hash};
	ix_enter(ix);
	answer = ix->is_recall
		     ? evm_index_recall(ix->index, &point)
		     : evm_index_finalize(ix->index, &point, &ix->want);
	ix->is_start_known = true;
	if (answer == EVM_INDEX_FROZEN) {
		freeze(ix);
	} else if (answer == EVM_INDEX_WANTS) {
		ix->has_want = true;
	}
	ix_go(ix);
	ix_leave(ix);
}

/* What the chain has at the final block (recall), or at the head that is held,
 * below which all is final by now. */
static void
settle(struct evm_indexer *ix, bool is_recall)
{
	struct evm_nodes_request request = {
	    .kind =
		is_recall && ix->is_start_known ? EVM_READ_AGREED : ix_kind(ix),
	    .method = "eth_getBlockByNumber",
	    .answer_size_max = BLOCK_ANSWER_MAX};
	uint64_t number = is_recall ? evm_index_final(ix->index).number
				    : evm_index_head(ix->index).number;
	char params[64];

	ix->is_recall = is_recall;
	(void)snprintf(
	    params, sizeof(params), "[\"0x%" PRIx64 "\",false]", number);
	request.params = stoa_str_of(params);
	if (evm_nodes_ask(ix->options.nodes, &request, on_settle, ix,
		&ix->settle) != STOA_OK) {
		ix->settle = NULL;
		ix_failed(ix, "too much is asked for already");
	}
}

/* ---- blocks that came ---- */

static void
conflict(struct evm_indexer *ix, unsigned node)
{
	evm_nodes_blame(ix->options.nodes, node,
	    "its chain does not lead to a block that is final");
	drop_fetches(ix);
	settle(ix, true);
}

static void
offer(struct evm_indexer *ix, struct fetch *f)
{
	const struct evm_index_block block = {
	    .point = {f->block.number, f->block.hash},
	    .parent = f->block.parent,
	    .logs = f->logs.logs,
	    .log_count = f->logs.count,
	};
	unsigned node = f->node;
	struct evm_index_point want;
	enum evm_index_answer answer =
	    evm_index_offer(ix->index, &block, &want);

	if (ix->is_closing) {
		return;
	}
	switch (answer) {
	case EVM_INDEX_TAKEN:
	case EVM_INDEX_KNOWN:
		ix_succeeded(ix);
		fetch_drop(f);
		ix->has_want = false;
		break;
	case EVM_INDEX_WANTS:
		ix_succeeded(ix);
		drop_fetches(ix);
		ix->want = want;
		ix->has_want = true;
		break;
	case EVM_INDEX_CONFLICT:
		conflict(ix, node);
		break;
	case EVM_INDEX_LATER:
	case EVM_INDEX_STRAY:
		drop_fetches(ix);
		break;
	case EVM_INDEX_FULL:
		drop_fetches(ix);
		ix_failed(ix, "waits until more blocks are final");
		break;
	case EVM_INDEX_NO_MEMORY:
		drop_fetches(ix);
		ix_failed(ix, "out of memory");
		break;
	case EVM_INDEX_FROZEN:
		drop_fetches(ix);
		break;
	}
}

/* The one that is next; NULL: not there yet, nor on its way. */
static struct fetch *
next_fetch(struct evm_indexer *ix)
{
	uint64_t number = ix->has_want ? ix->want.number
				       : evm_index_head(ix->index).number + 1;

	for (size_t i = 0; i < FETCH_MAX; i++) {
		if (ix->fetches[i].state != FETCH_FREE &&
		    ix->fetches[i].want.number == number) {
			return &ix->fetches[i];
		}
	}
	return NULL;
}

/* True when something has changed. */
static bool
take_fetched(struct evm_indexer *ix)
{
	struct fetch *f = next_fetch(ix);

	if (f == NULL) {
		return false;
	}
	switch (f->state) {
	case FETCH_READY:
		offer(ix, f);
		return true;
	case FETCH_ABSENT:
		/* Gone meanwhile, or not there yet. */
		evm_index_drop_branch(ix->index);
		drop_fetches(ix);
		pause_for(ix, ABSENT_US);
		return true;
	case FETCH_FAILED:
		/* The pause is set already; what was fetched is kept. */
		fetch_drop(f);
		return true;
	case FETCH_FREE:
	case FETCH_HEADER:
	case FETCH_LOGS:
	case FETCH_DOUBT:
		break;
	}
	return false;
}

/* ---- what is next ---- */

static struct fetch *
free_fetch(struct evm_indexer *ix)
{
	for (size_t i = 0; i < FETCH_MAX; i++) {
		if (ix->fetches[i].state == FETCH_FREE) {
			return &ix->fetches[i];
		}
	}
	return NULL;
}

static bool
is_fetching(const struct evm_indexer *ix, uint64_t number)
{
	for (size_t i = 0; i < FETCH_MAX; i++) {
		if (ix->fetches[i].state != FETCH_FREE &&
		    ix->fetches[i].want.number == number) {
			return true;
		}
	}
	return false;
}

static void
fetch_up_to(struct evm_indexer *ix, uint64_t last)
{
	uint64_t number = evm_index_head(ix->index).number + 1;

	for (; number <= last; number++) {
		const struct evm_index_point want = {.number = number};
		struct fetch *f = free_fetch(ix);

		if (f == NULL) {
			return;
		}
		if (!is_fetching(ix, number)) {
			fetch_start(ix, f, &want, false);
		}
	}
}

/* Makes final what is; true when something has changed. */
static bool
take_final(struct evm_indexer *ix, const struct evm_nodes_head *head)
{
	const struct evm_index_point point = {
	    head->final_number, head->final_hash};
	enum evm_index_answer answer;

	/* A branch on its way is linked first. */
	if (ix->has_want || !ix->is_start_known || !head->is_final_known ||
	    head->final_number <= evm_index_final(ix->index).number ||
	    head->final_number > evm_index_head(ix->index).number) {
		return false;
	}
	answer = evm_index_finalize(ix->index, &point, &ix->want);
	if (ix->is_closing) {
		return false;
	}
	if (answer == EVM_INDEX_WANTS) {
		drop_fetches(ix);
		ix->has_want = true;
	}
	return true;
}

static void
begin(struct evm_indexer *ix, const struct evm_nodes_head *head)
{
	struct evm_index_point top = evm_index_head(ix->index);
	struct evm_index_point final = {head->final_number, head->final_hash};
	struct stoa_hash hash;
	bool is_empty = evm_index_stat(ix->index).blocks == 0;

	ix->stat.is_behind = head->is_final_known && final.number > top.number;
	if (!ix->is_start_known) {
		settle(ix, true);
	} else if (ix->has_want) {
		if (next_fetch(ix) == NULL) {
			fetch_start(ix, free_fetch(ix), &ix->want, true);
		}
	} else if (ix->stat.is_behind && is_empty) {
		drop_fetches(ix);
		range_start(ix, &final);
	} else if (ix->stat.is_behind &&
		   final.number - top.number > SETTLE_BLOCKS) {
		drop_fetches(ix);
		settle(ix, false);
	} else if (head->number > top.number) {
		fetch_up_to(ix, head->number);
	} else if (evm_index_hash(ix->index, head->number, &hash) &&
		   !stoa_hash_is_equal(&hash, &head->hash)) {
		drop_fetches(ix);
		ix->want = (struct evm_index_point){head->number, head->hash};
		ix->has_want = true;
		fetch_start(ix, &ix->fetches[0], &ix->want, true);
	}
}

static void
wake(struct evm_indexer *ix, int64_t now_us)
{
	int64_t at_us = ix->rescan.is_active ? INT64_MAX : ix->rescan.at_us;

	if (ix->pause_until_us > now_us && ix->pause_until_us < at_us) {
		at_us = ix->pause_until_us;
	}
	if (at_us != INT64_MAX) {
		stoa_timer_start(
		    ix->timer, at_us > now_us ? at_us - now_us : 0, 0);
	}
}

static void
go_once(struct evm_indexer *ix)
{
	struct evm_nodes_head head;

	if (!evm_nodes_head(ix->options.nodes, &head)) {
		return;
	}
	while (!ix->is_closing && !ix->is_held &&
	       !evm_index_stat(ix->index).is_frozen && ix->settle == NULL &&
	       !ix->range.is_active) {
		if (take_fetched(ix)) {
			continue;
		}
		if (ix_now_us(ix) < ix->pause_until_us) {
			return;
		}
		if (take_final(ix, &head)) {
			continue;
		}
		begin(ix, &head);
		return;
	}
}

void
ix_go(struct evm_indexer *ix)
{
	int64_t now_us = ix_now_us(ix);

	if (ix->is_going || ix->is_closing) {
		return;
	}
	ix_enter(ix);
	ix->is_going = true;
	go_once(ix);
	ix->is_going = false;
	if (!ix->is_closing) {
		if (!ix->is_held && !evm_index_stat(ix->index).is_frozen) {
			rescan_go(ix, now_us);
		}
		wake(ix, now_us);
	}
	ix_leave(ix);
}

/* ---- life ---- */

static void
on_head(void *owner, const struct evm_nodes_head *head)
{
	(void)head;
	ix_go(owner);
}

static void
on_timer(void *arg)
{
	ix_go(arg);
}

static void
on_log(void *owner, enum evm_index_mark mark, const struct evm_log *log)
{
	struct evm_indexer *ix = owner;

	if (mark == EVM_INDEX_FINAL) {
		rescan_note(ix, log);
	}
	if (!ix->is_closing) {
		ix->options.on_log(ix->options.owner, mark, log);
	}
}

static void
on_final(void *owner, const struct evm_index_point *point)
{
	struct evm_indexer *ix = owner;

	if (!ix->is_closing) {
		ix->options.on_final(
		    ix->options.owner, point->number, &point->hash);
	}
}

static void
ix_free(struct evm_indexer *ix)
{
	rescan_fini(ix);
	evm_index_free(ix->index);
	evm_filter_fini(&ix->filter);
	stoa_buf_fini(&ix->filter_text);
	free(ix);
}

void
ix_enter(struct evm_indexer *ix)
{
	ix->depth++;
}

void
ix_leave(struct evm_indexer *ix)
{
	ix->depth--;
	if (ix->is_closing && ix->depth == 0) {
		ix_free(ix);
	}
}

static void
set_options(struct evm_indexer *ix, const struct evm_indexer_options *options)
{
	struct evm_indexer_options *o = &ix->options;

	*o = *options;
	o->addresses = NULL;
	o->topics = NULL;
	o->range_max = o->range_max == 0 ? EVM_INDEXER_RANGE_MAX : o->range_max;
	o->rescan_us = o->rescan_us == 0 ? EVM_INDEXER_RESCAN_US : o->rescan_us;
	o->rescan_blocks = o->rescan_blocks == 0 ? EVM_INDEXER_RESCAN_BLOCKS
						 : o->rescan_blocks;
	ix->stat.range = o->range_max < EVM_INDEXER_RANGE_FIRST
			     ? o->range_max
			     : EVM_INDEXER_RANGE_FIRST;
}

static enum stoa_status
open_parts(struct evm_indexer *ix, const struct evm_indexer_options *options)
{
	const struct evm_index_out out = {on_log, on_final, ix};
	enum stoa_status status =
	    evm_filter_init(&ix->filter, options->addresses,
		options->address_count, options->topics, options->topic_count);

	/* An address takes 45 characters, a topic 69. */
	stoa_buf_init(
	    &ix->filter_text, 128 + (size_t)45 * EVM_INDEXER_ADDRESSES_MAX +
				  (size_t)69 * EVM_INDEXER_TOPICS_MAX);
	if (status != STOA_OK) {
		return status;
	}
	evm_filter_write(&ix->filter, &ix->filter_text);
	ix->index = evm_index_new(&options->from, &out);
	return ix->index == NULL || ix->filter_text.is_overflown ||
		       !rescan_init(ix)
		   ? STOA_NO_MEMORY
		   : STOA_OK;
}

enum stoa_status
evm_indexer_open(
    const struct evm_indexer_options *options, struct evm_indexer **ret_indexer)
{
	struct evm_indexer *ix;
	enum stoa_status status;

	if (options->address_count == 0 ||
	    options->address_count > EVM_INDEXER_ADDRESSES_MAX ||
	    options->topic_count > EVM_INDEXER_TOPICS_MAX ||
	    options->range_max > EVM_INDEXER_RANGE_MAX ||
	    options->rescan_us < 0) {
		return STOA_INVALID;
	}
	ix = calloc(1, sizeof(*ix));
	if (ix == NULL) {
		return STOA_NO_MEMORY;
	}
	set_options(ix, options);
	status = open_parts(ix, options);
	if (status != STOA_OK) {
		ix_free(ix);
		return status;
	}
	stoa_rng_init(&ix->rng, options->seed);
	ix->timer = stoa_timer_new(options->loop, on_timer, ix);
	evm_nodes_watch(options->nodes, on_head, ix);
	/* Not before this has returned. */
	stoa_timer_start(ix->timer, 0, 0);
	*ret_indexer = ix;
	return STOA_OK;
}

void
evm_indexer_close(struct evm_indexer *ix)
{
	if (ix == NULL) {
		return;
	}
	stoa_assert(!ix->is_closing);
	ix_enter(ix);
	ix->is_closing = true;
	evm_nodes_unwatch(ix->options.nodes, ix);
	drop_fetches(ix);
	range_drop(ix);
	if (ix->settle != NULL) {
		evm_nodes_cancel(ix->settle);
		ix->settle = NULL;
	}
	if (ix->rescan.call != NULL) {
		evm_nodes_cancel(ix->rescan.call);
		ix->rescan.call = NULL;
	}
	stoa_timer_free(ix->timer);
	ix_leave(ix);
}

void
evm_indexer_hold(struct evm_indexer *ix, bool is_held)
{
	bool was_held = ix->is_held;

	ix->is_held = is_held;
	if (was_held && !is_held) {
		stoa_timer_start(ix->timer, 0, 0);
	}
}

/* ---- what is told of it ---- */

struct evm_indexer_stat
evm_indexer_stat(const struct evm_indexer *ix)
{
	struct evm_indexer_stat stat = ix->stat;

	stat.index = evm_index_stat(ix->index);
	stat.head = evm_index_head(ix->index).number;
	stat.final = evm_index_final(ix->index).number;
	return stat;
}

void
evm_indexer_metrics(const struct evm_indexer *ix, struct stoa_buf *out)
{
	struct evm_indexer_stat stat = evm_indexer_stat(ix);
	const struct stoa_metric metrics[] = {
	    {"stoa_chain_index_head", "Newest block whose events were told.",
		stat.head},
	    {"stoa_chain_index_final",
		"Newest final block whose events were told.", stat.final},
	    {"stoa_chain_index_seen_total", "Events seen.", stat.index.seen},
	    {"stoa_chain_index_gone_total",
		"Events that went away with their block.", stat.index.gone},
	    {"stoa_chain_index_events_total", "Final events.",
		stat.index.final},
	    {"stoa_chain_index_reorgs_total", "Reorganisations.",
		stat.index.reorgs},
	    {"stoa_chain_index_deepest_reorg", "Blocks gone at once.",
		stat.index.deepest},
	    {"stoa_chain_index_doubted_total",
		"Blocks whose logs a second node was asked for.", stat.doubted},
	    {"stoa_chain_index_untrue_total",
		"Blocks of which a node gave other logs than there are.",
		stat.untrue},
	    {"stoa_chain_index_rescans_total",
		"How often final blocks were read again.", stat.rescans},
	    {"stoa_chain_index_frozen",
		"1: a final block is denied, and nothing is told.",
		stat.index.is_frozen ? 1 : 0},
	};

	stoa_metrics_print(out, metrics, STOA_COUNT(metrics));
}

void
evm_indexer_state(const struct evm_indexer *ix, struct stoa_buf *out)
{
	struct evm_indexer_stat stat = evm_indexer_stat(ix);

	stoa_buf_printf(out, "events up to block %" PRIu64 ", final %" PRIu64,
	    stat.head, stat.final);
	if (stat.error[0] != '\0') {
		stoa_buf_printf(out, "; %s", stat.error);
	}
}
