#include "base/id.h"

#include "../unit.h"

/* The slot stands in every subject: these values are for ever. They are the
 * first byte of `printf <id> | sha256sum`. */
static void
test_slot_is_pinned(void **state)
{
	static const struct {
		const char *community;
		unsigned slot;
	} rows[] = {
	    {"c_aaaaaaaaaa", 0xbf},
	    {"directory", 0x33},
	    {"c_faultsaaaa", 0x70},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		assert_int_equal(
		    stoa_slot_of(stoa_str_of(rows[i].community)), rows[i].slot);
	}
}

static void
test_derive_depends_on_every_part(void **state)
{
	struct stoa_str c = STOA_STR("c"), a = STOA_STR("a"), i = STOA_STR("i"),
			x = STOA_STR("x");
	struct stoa_id first = stoa_id_derive('m', c, a, i, 0);
	struct stoa_id again = stoa_id_derive('m', c, a, i, 0);

	(void)state;
	assert_string_equal(first.text, again.text);
	assert_true(stoa_id_is_valid('m', stoa_id_str(&first)));
	assert_string_not_equal(
	    first.text + 2, stoa_id_derive('j', c, a, i, 0).text + 2);
	assert_string_not_equal(
	    first.text, stoa_id_derive('m', x, a, i, 0).text);
	assert_string_not_equal(
	    first.text, stoa_id_derive('m', c, x, i, 0).text);
	assert_string_not_equal(
	    first.text, stoa_id_derive('m', c, a, x, 0).text);
	assert_string_not_equal(
	    first.text, stoa_id_derive('m', c, a, i, 1).text);
	/* Parts are kept apart: "ab"+"c" is not "a"+"bc". */
	assert_string_not_equal(
	    stoa_id_derive('m', STOA_STR("ab"), STOA_STR("c"), i, 0).text,
	    stoa_id_derive('m', STOA_STR("a"), STOA_STR("bc"), i, 0).text);
}

static void
test_is_valid_takes_the_form_only(void **state)
{
	(void)state;
	assert_true(stoa_id_is_valid('u', STOA_STR("u_abcdefghij")));
	assert_false(stoa_id_is_valid('u', STOA_STR("m_abcdefghij")));
	assert_false(stoa_id_is_valid('u', STOA_STR("u_abcdefghi")));
	assert_false(stoa_id_is_valid('u', STOA_STR("u_abcdefghi1")));
	assert_false(stoa_id_is_valid('u', STOA_STR("u_ABCDEFGHIJ")));
	assert_false(stoa_id_is_valid('u', STOA_STR("u-abcdefghij")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_slot_is_pinned),
	    cmocka_unit_test(test_derive_depends_on_every_part),
	    cmocka_unit_test(test_is_valid_takes_the_form_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
