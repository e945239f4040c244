/* test_index.c - a random chain that forks at depths 1 to 30 beside a plain
 * model of it: at every step the head view is the chain's, and in the end the
 * final logs are those of a replay from nothing. */
#include "chain/index.h"

#include "base/hash.h"
#include "base/rng.h"
#include "chain/nodes_limits.h"

#include "../unit.h"

#define BLOCKS_MAX 4000
#define LOGS_MAX   3
#define VIEW_MAX   40000

/* ---- the model: every block there ever was, and which chain is in force ----
 */

struct model_block {
	struct evm_index_point point;
	struct stoa_hash parent;
	struct evm_log logs[LOGS_MAX];
	size_t log_count;
	char data[LOGS_MAX][8];
};

static struct {
	struct model_block blocks[BLOCKS_MAX]; /* all of them */
	size_t count;
	size_t chain[BLOCKS_MAX]; /* by number, those in force */
	uint64_t head;
	struct stoa_rng rng;
} m;

/* What was told, as a list of ids. */
struct view {
	uint64_t ids[VIEW_MAX];
	size_t count;
};

static struct {
	struct view head; /* SEEN and not GONE, final ones too */
	struct view final;
	size_t not_final_from; /* in `head`: those before are final */
	uint64_t final_number;
	bool is_wrong;
} v;

static uint64_t
id_of(const struct evm_log *log)
{
	uint64_t id;

	memcpy(&id, log->transaction.bytes, sizeof(id));
	return id ^ (uint64_t)log->index << 56;
}

static void
on_log(void *owner, enum evm_index_mark mark, const struct evm_log *log)
{
	uint64_t id = id_of(log);

	(void)owner;
	assert_int_equal(log->data.len, 8);
	assert_memory_equal(log->data.data, log->transaction.bytes, 8);
	switch (mark) {
	case EVM_INDEX_SEEN:
		v.head.ids[v.head.count++] = id;
		break;
	case EVM_INDEX_GONE:
		/* The latest first, and never one that was final. */
		assert_true(v.head.count > v.not_final_from);
		assert_true(v.head.ids[v.head.count - 1] == id);
		v.head.count--;
		break;
	case EVM_INDEX_FINAL:
		v.final.ids[v.final.count++] = id;
		if (v.not_final_from < v.head.count) {
			assert_true(v.head.ids[v.not_final_from] == id);
		} else {
			v.head.ids[v.head.count++] = id;
		}
		v.not_final_from++;
		break;
	}
}

static void
on_final(void *owner, const struct evm_index_point *point)
{
	(void)owner;
	assert_true(point->number > v.final_number || v.final_number == 0);
	v.final_number = point->number;
}

/* A new block on top of `parent`. */
static size_t
mint(size_t parent)
{
	struct model_block *b = &m.blocks[m.count];
	uint64_t salt = stoa_rng_next(&m.rng);

	assert_true(m.count < BLOCKS_MAX);
	*b = (struct model_block){.parent = m.blocks[parent].point.hash};
	b->point.number = m.blocks[parent].point.number + 1;
	b->point.hash = stoa_sha256(stoa_str_of_bytes(&salt, sizeof(salt)));
	b->log_count = stoa_rng_below(&m.rng, LOGS_MAX + 1);
	for (size_t i = 0; i < b->log_count; i++) {
		uint64_t id = stoa_rng_next(&m.rng) >> 8;
		struct evm_log *log = &b->logs[i];

		log->block = b->point.number;
		log->block_hash = b->point.hash;
		log->index = (uint32_t)i;
		memcpy(log->transaction.bytes, &id, sizeof(id));
		memcpy(b->data[i], &id, sizeof(id));
		log->data = stoa_str_of_bytes(b->data[i], 8);
	}
	return m.count++;
}

static void
grow(void)
{
	size_t block = mint(m.chain[m.head]);

	m.chain[++m.head] = block;
}

/* Another chain from `depth` blocks below the head, `length` long. */
static void
fork_chain(uint64_t depth, uint64_t length)
{
	m.head -= depth;
	for (uint64_t i = 0; i < length; i++) {
		grow();
	}
}

static void
start(uint64_t seed)
{
	memset(&m, 0, sizeof(m));
	memset(&v, 0, sizeof(v));
	stoa_rng_init(&m.rng, seed);
	m.blocks[0].point.hash = stoa_sha256(STOA_STR("genesis"));
	m.count = 1;
}

static const struct evm_index_out out = {on_log, on_final, NULL};

static struct evm_index *
new_index(void)
{
	struct evm_index *x = evm_index_new(&m.blocks[0].point, &out);

	assert_non_null(x);
	return x;
}

/* ---- the driver: what services/chain/indexer.c does over a wire ---- */

static size_t
find(const struct stoa_hash *hash)
{
	for (size_t i = 0; i < m.count; i++) {
		if (stoa_hash_is_equal(&m.blocks[i].point.hash, hash)) {
			return i;
		}
	}
	fail();
	return 0;
}

static enum evm_index_answer
offer(struct evm_index *x, size_t block, struct evm_index_point *ret_want)
{
	const struct model_block *b = &m.blocks[block];
	const struct evm_index_block offered = {.point = b->point,
	    .parent = b->parent,
	    .logs = b->logs,
	    .log_count = b->log_count};

	return evm_index_offer(x, &offered, ret_want);
}

static enum evm_index_answer
offer_down(struct evm_index *x, size_t block)
{
	struct evm_index_point want;
	enum evm_index_answer answer = offer(x, block, &want);

	while (answer == EVM_INDEX_WANTS) {
		answer = offer(x, find(&want.hash), &want);
	}
	return answer;
}

static void
follow(struct evm_index *x)
{
	while (evm_index_head(x).number < m.head) {
		uint64_t next = evm_index_head(x).number + 1;

		assert_int_equal(offer_down(x, m.chain[next]), EVM_INDEX_TAKEN);
	}
	/* The same height or lower, and perhaps another chain. */
	assert_true(offer_down(x, m.chain[m.head]) <= EVM_INDEX_KNOWN);
}

/* ---- what must hold ---- */

static void
expect_view(const struct view *view, uint64_t upto)
{
	size_t at = 0;

	for (uint64_t n = 1; n <= upto; n++) {
		const struct model_block *b = &m.blocks[m.chain[n]];

		for (size_t i = 0; i < b->log_count; i++, at++) {
			assert_true(at < view->count);
			assert_true(view->ids[at] == id_of(&b->logs[i]));
		}
	}
	assert_int_equal(at, view->count);
}

static void
finalize(struct evm_index *x, uint64_t number)
{
	struct evm_index_point want;

	assert_true(evm_index_finalize(x, &m.blocks[m.chain[number]].point,
			&want) <= EVM_INDEX_KNOWN);
	expect_view(&v.final, evm_index_final(x).number);
}

static void
test_random_forks_follow_the_model(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct evm_index *x;
		uint64_t final = 0, deepest = 0;

		start(seed);
		x = new_index();
		for (unsigned step = 0; step < 120 && m.count < BLOCKS_MAX - 64;
		     step++) {
			uint64_t open = m.head - final;

			if (open > 0 && stoa_rng_chance(&m.rng, 4)) {
				uint64_t depth = 1 + stoa_rng_below(&m.rng,
							 open < 30 ? open : 30);

				deepest = depth > deepest ? depth : deepest;
				/* Shorter ones and longer ones. */
				fork_chain(depth,
				    1 + stoa_rng_below(&m.rng, depth + 3));
			} else {
				for (uint64_t n = stoa_rng_below(&m.rng, 5) + 1;
				     n > 0; n--) {
					grow();
				}
			}
			/* Not every fork is looked at. */
			if (stoa_rng_chance(&m.rng, 3)) {
				continue;
			}
			follow(x);
			assert_true(evm_index_head(x).number >= m.head);
			if (evm_index_head(x).number == m.head) {
				expect_view(&v.head, m.head);
			}
			if (stoa_rng_chance(&m.rng, 3) && m.head > 40) {
				final =
				    final > m.head - 35 ? final : m.head - 35;
				finalize(x, final);
			}
		}
		follow(x);
		expect_view(&v.head, m.head);
		finalize(x, m.head);
		expect_view(&v.final, m.head);
		assert_true(v.final_number == m.head);
		assert_true(evm_index_stat(x).logs == 0);
		assert_true(deepest >= 1);
		evm_index_free(x);
	}
}

static void
test_each_depth_is_undone(void **state)
{
	(void)state;
	for (uint64_t depth = 1; depth <= 30; depth++) {
		struct evm_index *x;

		start(depth);
		x = new_index();
		fork_chain(0, 40);
		follow(x);
		fork_chain(depth, depth + 1);
		follow(x);
		expect_view(&v.head, m.head);
		assert_true(evm_index_stat(x).deepest == depth);
		assert_true(evm_index_stat(x).reorgs == 1);
		/* The same height, another chain. */
		fork_chain(depth, depth);
		follow(x);
		expect_view(&v.head, m.head);
		/* A shorter one. */
		fork_chain(depth, 1);
		follow(x);
		assert_true(evm_index_head(x).number == m.head);
		expect_view(&v.head, m.head);
		evm_index_free(x);
	}
}

static void
test_extend_tells_final_only(void **state)
{
	struct evm_index *x;
	struct evm_log logs[300];
	size_t count = 0;

	(void)state;
	start(7);
	x = new_index();
	fork_chain(0, 50);
	for (uint64_t n = 1; n <= 50; n++) {
		const struct model_block *b = &m.blocks[m.chain[n]];

		for (size_t i = 0; i < b->log_count; i++) {
			logs[count++] = b->logs[i];
		}
	}
	assert_int_equal(
	    evm_index_extend(x, &m.blocks[m.chain[50]].point, logs, count),
	    EVM_INDEX_TAKEN);
	expect_view(&v.final, 50);
	assert_true(evm_index_stat(x).seen == 0);
	fork_chain(0, 5);
	follow(x);
	expect_view(&v.head, 55);
	evm_index_free(x);
}

static void
test_final_of_another_branch_is_asked_for(void **state)
{
	struct evm_index *x;
	struct evm_index_point want = {0};
	size_t other;

	(void)state;
	start(8);
	x = new_index();
	fork_chain(0, 10);
	follow(x);
	fork_chain(3, 5);
	other = m.chain[9];
	assert_int_equal(evm_index_finalize(x, &m.blocks[other].point, &want),
	    EVM_INDEX_WANTS);
	assert_true(
	    stoa_hash_is_equal(&want.hash, &m.blocks[other].point.hash));
	assert_int_equal(offer_down(x, other), EVM_INDEX_TAKEN);
	finalize(x, 9);
	follow(x);
	expect_view(&v.head, m.head);
	evm_index_free(x);
}

static void
test_what_denies_a_final_block_freezes(void **state)
{
	struct evm_index *x;
	struct evm_index_point want, other;

	(void)state;
	start(9);
	x = new_index();
	fork_chain(0, 10);
	follow(x);
	finalize(x, 8);
	/* One branch that denies it is a matter of that node... */
	fork_chain(5, 8);
	assert_int_equal(offer_down(x, m.chain[m.head]), EVM_INDEX_CONFLICT);
	assert_false(evm_index_has_branch(x));
	assert_false(evm_index_stat(x).is_frozen);
	/* ...until the chain itself says so. */
	other = m.blocks[m.chain[8]].point;
	assert_int_equal(
	    evm_index_finalize(x, &other, &want), EVM_INDEX_FROZEN);
	assert_true(evm_index_stat(x).is_frozen);
	assert_int_equal(offer(x, m.chain[m.head], &want), EVM_INDEX_FROZEN);
	assert_int_equal(
	    evm_index_finalize(x, &other, &want), EVM_INDEX_FROZEN);
	evm_index_free(x);
}

static void
test_stray_blocks_drop_the_branch(void **state)
{
	struct evm_index *x;
	struct evm_index_point want;

	(void)state;
	start(10);
	x = new_index();
	fork_chain(0, 10);
	follow(x);
	fork_chain(4, 6);
	assert_int_equal(offer(x, m.chain[11], &want), EVM_INDEX_WANTS);
	assert_true(evm_index_has_branch(x));
	assert_int_equal(offer(x, m.chain[12], &want), EVM_INDEX_STRAY);
	assert_false(evm_index_has_branch(x));
	follow(x);
	expect_view(&v.head, m.head);
	evm_index_free(x);
}

static void
test_full_until_more_is_final(void **state)
{
	struct evm_index *x;
	struct evm_index_point want, last = {0};
	struct evm_index_block block = {0};
	enum evm_index_answer answer = EVM_INDEX_TAKEN;

	(void)state;
	start(11);
	x = new_index();
	block.point.hash = m.blocks[0].point.hash;
	for (uint64_t n = 1; n <= EVM_INDEX_BLOCKS_MAX + 1; n++) {
		assert_int_equal(answer, EVM_INDEX_TAKEN);
		last = block.point;
		block.parent = last.hash;
		block.point.number = n;
		block.point.hash =
		    stoa_sha256(stoa_str_of_bytes(&n, sizeof(n)));
		answer = evm_index_offer(x, &block, &want);
	}
	assert_int_equal(answer, EVM_INDEX_FULL);
	assert_int_equal(evm_index_finalize(x, &last, &want), EVM_INDEX_TAKEN);
	assert_int_equal(evm_index_offer(x, &block, &want), EVM_INDEX_TAKEN);
	evm_index_free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_random_forks_follow_the_model),
	    cmocka_unit_test(test_each_depth_is_undone),
	    cmocka_unit_test(test_extend_tells_final_only),
	    cmocka_unit_test(test_final_of_another_branch_is_asked_for),
	    cmocka_unit_test(test_what_denies_a_final_block_freezes),
	    cmocka_unit_test(test_stray_blocks_drop_the_branch),
	    cmocka_unit_test(test_full_until_more_is_final),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
