#include "storage/capability.h"

#include "../unit.h"

static const struct stoa_wall now = {1000};

static struct storage_capability
sample(enum storage_operation operation)
{
	struct storage_capability c = {
	    .operation = operation,
	    .is_private = true,
	    .expires = {2000},
	    .size_max = UINT64_C(1) << 40,
	    .nonce = {1, 2, 3, 4, 5, 6, 7, 8},
	    .community = "c_abcdefghij",
	};

	if (operation == STORAGE_READ) {
		c.cid = stoa_cid_of_block(1, STOA_CODEC_RAW, STOA_STR("x"));
	}
	return c;
}

static void
test_verify_gives_back_what_was_signed(void **state)
{
	for (int i = STORAGE_READ; i <= STORAGE_WRITE; i++) {
		struct storage_capability c = sample((enum storage_operation)i);
		struct storage_capability back;
		struct stoa_buf token;

		(void)state;
		stoa_buf_init(&token, STORAGE_CAPABILITY_TEXT_MAX);
		storage_capability_sign(&c, STOA_STR("secret"), &token);
		assert_int_equal(storage_capability_verify(stoa_buf_str(&token),
				     STOA_STR("secret"), now, &back),
		    STOA_OK);
		assert_int_equal(back.operation, c.operation);
		assert_true(back.is_private);
		assert_true(back.size_max == c.size_max);
		assert_string_equal(back.community, c.community);
		assert_memory_equal(back.nonce, c.nonce, STORAGE_NONCE_SIZE);
		assert_true(stoa_cid_is_equal(&back.cid, &c.cid));
		stoa_buf_fini(&token);
	}
}

/* Each character changed, each length cut: none is taken for signed. */
static void
test_verify_refuses_every_other_token(void **state)
{
	struct storage_capability c = sample(STORAGE_READ), back;
	struct stoa_buf token;

	(void)state;
	stoa_buf_init(&token, STORAGE_CAPABILITY_TEXT_MAX);
	storage_capability_sign(&c, STOA_STR("secret"), &token);
	for (size_t i = 0; i < token.len; i++) {
		char was = token.data[i];

		token.data[i] = was == 'A' ? 'B' : 'A';
		assert_int_equal(storage_capability_verify(stoa_buf_str(&token),
				     STOA_STR("secret"), now, &back),
		    STOA_UNAUTHENTIC);
		token.data[i] = was;
		assert_int_equal(
		    storage_capability_verify((struct stoa_str){token.data, i},
			STOA_STR("secret"), now, &back),
		    STOA_UNAUTHENTIC);
	}
	assert_int_equal(storage_capability_verify(stoa_buf_str(&token),
			     STOA_STR("Secret"), now, &back),
	    STOA_UNAUTHENTIC);
	stoa_buf_fini(&token);
}

static void
test_verify_refuses_at_the_moment_of_expiry(void **state)
{
	struct storage_capability c = sample(STORAGE_WRITE), back;
	struct stoa_buf token;

	(void)state;
	stoa_buf_init(&token, STORAGE_CAPABILITY_TEXT_MAX);
	storage_capability_sign(&c, STOA_STR("s"), &token);
	assert_int_equal(storage_capability_verify(stoa_buf_str(&token),
			     STOA_STR("s"), (struct stoa_wall){1999}, &back),
	    STOA_OK);
	assert_int_equal(storage_capability_verify(stoa_buf_str(&token),
			     STOA_STR("s"), (struct stoa_wall){2000}, &back),
	    STOA_EXPIRED);
	stoa_buf_fini(&token);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_verify_gives_back_what_was_signed),
	    cmocka_unit_test(test_verify_refuses_every_other_token),
	    cmocka_unit_test(test_verify_refuses_at_the_moment_of_expiry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
