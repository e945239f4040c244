#include "base/arena.h"

#include "../unit.h"

static void
test_overflow_is_sticky_until_reset(void **state)
{
	struct stoa_arena a;

	(void)state;
	stoa_arena_init(&a, NULL, 0, 8192);
	assert_non_null(stoa_arena_alloc(&a, 4000));
	assert_null(stoa_arena_alloc(&a, 8000));
	assert_null(stoa_arena_alloc(&a, 1));
	assert_true(a.is_overflown);
	stoa_arena_reset(&a);
	assert_non_null(stoa_arena_alloc(&a, 1));
	stoa_arena_fini(&a);
}

static void
test_memory_is_zeroed_and_aligned_after_reset(void **state)
{
	struct stoa_arena a;

	(void)state;
	stoa_arena_init(&a, NULL, 0, 65536);
	for (int round = 0; round < 3; round++) {
		for (size_t size = 1; size < 100; size++) {
			char *p = stoa_arena_alloc(&a, size);

			assert_non_null(p);
			assert_int_equal((uintptr_t)p % 16, 0);
			for (size_t i = 0; i < size; i++) {
				assert_int_equal(p[i], 0);
				p[i] = 'x';
			}
		}
		stoa_arena_reset(&a);
	}
	stoa_arena_fini(&a);
}

static void
test_alloc_array_refuses_to_wrap(void **state)
{
	struct stoa_arena a;

	(void)state;
	stoa_arena_init(&a, NULL, 0, 4096);
	assert_null(stoa_arena_alloc_array(&a, SIZE_MAX / 2, 3));
	assert_true(a.is_overflown);
	stoa_arena_fini(&a);
}

static void
test_first_block_serves_before_malloc(void **state)
{
	struct stoa_arena a;
	char block[256] __attribute__((aligned(16)));
	char *p;

	(void)state;
	stoa_arena_init(&a, block, sizeof(block), 0);
	p = stoa_arena_printf(&a, "%d-%s", 7, "x");
	assert_string_equal(p, "7-x");
	assert_true(p >= block && p < block + sizeof(block));
	assert_null(stoa_arena_alloc(&a, 300));
	stoa_arena_fini(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_overflow_is_sticky_until_reset),
	    cmocka_unit_test(test_memory_is_zeroed_and_aligned_after_reset),
	    cmocka_unit_test(test_alloc_array_refuses_to_wrap),
	    cmocka_unit_test(test_first_block_serves_before_malloc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
