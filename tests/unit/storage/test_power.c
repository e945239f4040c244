/* The power fails during every operation and at random ones, over and over:
 * what was acknowledged is readable and right, pins stand, and nothing that
 * can be read is ever wrong. Seeds are printed: STOA_SEED repeats one,
 * STOA_SEEDS sets how many. */
#include "storage/reader.h"
#include "storage/store.h"
#include "storage/tree.h"

#include "base/map.h"
#include "base/rng.h"

#include "../unit.h"
#include "disk_fake.h"

#define BLOCKS_MAX 400

/* Blocks differ by their number; content follows from it. */
struct model {
	struct stoa_rng rng;
	uint32_t made;		 /* block numbers so far */
	bool is_put[BLOCKS_MAX]; /* since the start of this life */
	bool is_acknowledged[BLOCKS_MAX];
	bool is_pinned[BLOCKS_MAX];
	bool may_be_pinned[BLOCKS_MAX]; /* asked for, not acknowledged */
};

static const struct storage_options options = {
    .pack_size = 16384, .reserve_bytes = 1};

static size_t
fill(uint32_t number, char *to)
{
	struct stoa_rng rng;
	size_t len;

	stoa_rng_init(&rng, number);
	len = stoa_rng_below(&rng, 3000);
	for (size_t i = 0; i < len; i++) {
		to[i] = (char)stoa_rng_next(&rng);
	}
	/* Some contents look like frames themselves. */
	if (number % 7 == 0 && len > 64) {
		memcpy(to + 5, "STOA\2\0\0\0", 8);
	}
	return len;
}

static struct stoa_cid
cid_of(uint32_t number, struct stoa_str *ret_block)
{
	static char content[4096];

	*ret_block = (struct stoa_str){content, fill(number, content)};
	return stoa_cid_of_block(1, STOA_CODEC_RAW, *ret_block);
}

/* Every block: right, or refused and never acknowledged. */
static void
check_all(struct storage_store *store, struct model *m)
{
	struct stoa_buf have;

	stoa_buf_init(&have, STORAGE_BLOCK_SIZE_MAX);
	for (uint32_t i = 0; i < m->made; i++) {
		struct stoa_str want;
		struct stoa_cid cid = cid_of(i, &want);
		enum stoa_status status = storage_store_get(store, &cid, &have);

		if (m->is_acknowledged[i] || m->is_pinned[i]) {
			assert_int_equal(status, STOA_OK);
		}
		assert_true(status == STOA_OK || status == STOA_NOT_FOUND ||
			    status == STOA_CORRUPT);
		if (status == STOA_OK) {
			assert_true(
			    stoa_str_is_equal(stoa_buf_str(&have), want));
		}
		if (!m->may_be_pinned[i]) {
			assert_int_equal(
			    storage_store_is_pinned(store, &cid, STOA_STR("p")),
			    m->is_pinned[i]);
		}
	}
	stoa_buf_fini(&have);
}

static enum stoa_status
put_some(struct storage_store *store, struct model *m)
{
	uint64_t count = 1 + stoa_rng_below(&m->rng, 6);

	for (uint64_t i = 0; i < count && m->made < BLOCKS_MAX; i++) {
		struct stoa_str block;
		struct stoa_cid cid = cid_of(m->made, &block);
		struct stoa_hash hash = stoa_sha256(block);
		enum stoa_status status;

		status = storage_store_put(store, &hash, cid.codec, block);
		m->is_put[m->made++] = status == STOA_OK;
		if (status != STOA_OK) {
			return status;
		}
	}
	return STOA_OK;
}

static enum stoa_status
sync(struct storage_store *store, struct model *m)
{
	enum stoa_status status = storage_store_sync(store);

	for (uint32_t i = 0; i < m->made && status == STOA_OK; i++) {
		m->is_acknowledged[i] |= m->is_put[i];
	}
	return status;
}

static enum stoa_status
pin_one(struct storage_store *store, struct model *m)
{
	uint32_t number = (uint32_t)stoa_rng_below(&m->rng, m->made);
	struct stoa_str block;
	struct stoa_cid cid = cid_of(number, &block);
	bool want = !m->is_pinned[number];
	enum stoa_status status;

	if (!m->is_acknowledged[number]) {
		return STOA_OK;
	}
	m->may_be_pinned[number] = true;
	status = want ? storage_store_pin(store, &cid, STOA_STR("p"))
		      : storage_store_unpin(store, &cid, STOA_STR("p"));
	if (status == STOA_OK) {
		m->is_pinned[number] = want;
		m->may_be_pinned[number] = false;
	}
	return status;
}

/* Works until the power fails or there is nothing left to do. */
static void
work(struct storage_store *store, struct model *m)
{
	while (!disk_fake_is_dead() && m->made < BLOCKS_MAX) {
		enum stoa_status status;

		switch (stoa_rng_below(&m->rng, 4)) {
		case 0:
			status = sync(store, m);
			break;
		case 1:
			status = m->made == 0 ? STOA_OK : pin_one(store, m);
			break;
		default:
			status = put_some(store, m);
			break;
		}
		assert_true(status == STOA_OK || disk_fake_is_dead());
	}
}

/* A pin that was in doubt is settled by what the store says now. */
static void
settle(struct storage_store *store, struct model *m)
{
	for (uint32_t i = 0; i < m->made; i++) {
		struct stoa_str block;
		struct stoa_cid cid = cid_of(i, &block);

		if (m->may_be_pinned[i]) {
			m->is_pinned[i] =
			    storage_store_is_pinned(store, &cid, STOA_STR("p"));
			m->may_be_pinned[i] = false;
		}
	}
}

/* Whatever was lost can be added again. */
static void
add_again(struct storage_store *store, struct model *m)
{
	for (uint32_t i = 0; i < m->made; i++) {
		struct stoa_str block;
		struct stoa_cid cid = cid_of(i, &block);
		struct stoa_hash hash = stoa_sha256(block);

		assert_int_equal(
		    storage_store_put(store, &hash, cid.codec, block), STOA_OK);
		m->is_acknowledged[i] = true;
	}
	assert_int_equal(storage_store_sync(store), STOA_OK);
	check_all(store, m);
}

static void
run(uint64_t seed, uint64_t first_failure)
{
	struct model m = {0};
	struct storage_store *store;

	stoa_rng_init(&m.rng, seed);
	disk_fake_reset(seed);
	for (int life = 0; life < 4; life++) {
		enum stoa_status status;

		disk_fake_fail_power_after(
		    life == 0 && first_failure != 0
			? first_failure
			: 1 + stoa_rng_below(&m.rng, 200));
		status = storage_store_open("fake", &options, &store);
		if (status == STOA_OK) {
			check_all(store, &m);
			settle(store, &m);
			work(store, &m);
			storage_store_close(store);
			memset(m.is_put, 0, sizeof(m.is_put));
		} else {
			assert_true(disk_fake_is_dead());
		}
		disk_fake_restart();
	}
	assert_int_equal(storage_store_open("fake", &options, &store), STOA_OK);
	check_all(store, &m);
	settle(store, &m);
	add_again(store, &m);
	storage_store_close(store);
}

static uint64_t
from_environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

static void
test_acknowledged_blocks_survive_power_loss(void **state)
{
	uint64_t seed = from_environment("STOA_SEED", 0);
	uint64_t count = seed != 0 ? 1 : from_environment("STOA_SEEDS", 300);

	(void)state;
	seed = seed == 0 ? 1 : seed;
	for (uint64_t i = 0; i < count; i++) {
		printf("seed %llu\n", (unsigned long long)(seed + i));
		run(seed + i, 0);
	}
}

static void
test_power_may_fail_at_every_operation(void **state)
{
	(void)state;
	for (uint64_t at = 1; at <= 150; at++) {
		printf("operation %llu\n", (unsigned long long)at);
		run(77, at);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_acknowledged_blocks_survive_power_loss),
	    cmocka_unit_test(test_power_may_fail_at_every_operation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
