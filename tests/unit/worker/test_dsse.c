#include "worker/dsse.h"

#include "base/encode.h"

#include "../unit.h"

/* RFC 8032, section 7.1, test 1. */
static const char seed_hex[] =
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
static const char public_hex[] =
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

static void
key_of(const char *hex, uint8_t key[STOA_ED25519_SIZE])
{
	struct stoa_buf bytes;

	stoa_buf_init(&bytes, STOA_ED25519_SIZE);
	assert_true(stoa_hex_decode(&bytes, stoa_str_of(hex)));
	memcpy(key, bytes.data, STOA_ED25519_SIZE);
	stoa_buf_fini(&bytes);
}

static void
test_public_matches_rfc_8032(void **state)
{
	uint8_t seed[STOA_ED25519_SIZE], want[STOA_ED25519_SIZE];
	uint8_t have[STOA_ED25519_SIZE];

	(void)state;
	key_of(seed_hex, seed);
	key_of(public_hex, want);
	stoa_ed25519_public(seed, have);
	assert_memory_equal(have, want, sizeof(have));
}

static void
test_pae_matches_the_dsse_specification(void **state)
{
	struct stoa_buf out;

	(void)state;
	stoa_buf_init(&out, 256);
	worker_dsse_pae(STOA_STR("http://example.com/HelloWorld"),
	    STOA_STR("hello world"), &out);
	assert_str(stoa_buf_str(&out),
	    "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
	stoa_buf_fini(&out);
}

static void
test_did_reads_what_it_prints_and_the_specification_example(void **state)
{
	static const char *const bad[] = {"", "did:key:z",
	    "did:web:example.com", "did:key:z6Mk",
	    /* secp256k1, from the same document */
	    "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme"};
	uint8_t key[STOA_ED25519_SIZE];
	struct stoa_buf out;

	(void)state;
	assert_true(worker_did_parse(
	    STOA_STR(
		"did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"),
	    key));
	stoa_buf_init(&out, 256);
	worker_did_print(key, &out);
	assert_str(stoa_buf_str(&out),
	    "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp");
	stoa_buf_fini(&out);
	for (size_t i = 0; i < STOA_COUNT(bad); i++) {
		assert_false(worker_did_parse(stoa_str_of(bad[i]), key));
	}
}

static void
test_open_takes_what_sign_made_and_no_changed_bit(void **state)
{
	uint8_t seed[STOA_ED25519_SIZE], signer[STOA_ED25519_SIZE];
	struct stoa_str body;
	struct stoa_arena arena;
	struct stoa_buf out;
	const char *why = NULL;
	size_t refused = 0;

	(void)state;
	key_of(seed_hex, seed);
	stoa_buf_init(&out, 4096);
	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	worker_dsse_sign(STOA_STR("text/x"), STOA_STR("{\"a\":1}"), seed, &out);
	assert_true(worker_dsse_open(stoa_buf_str(&out), STOA_STR("text/x"),
	    &arena, &body, signer, &why));
	assert_str(body, "{\"a\":1}");
	assert_false(worker_dsse_open(stoa_buf_str(&out), STOA_STR("text/y"),
	    &arena, &body, signer, &why));
	/* The last byte is the line end, which JSON does not mind. */
	for (size_t i = 0; i + 1 < out.len; i++) {
		out.data[i] ^= 1;
		why = NULL;
		refused += !worker_dsse_open(stoa_buf_str(&out),
		    STOA_STR("text/x"), &arena, &body, signer, &why);
		out.data[i] ^= 1;
		stoa_arena_reset(&arena);
	}
	assert_int_equal(refused, out.len - 1);
	stoa_arena_fini(&arena);
	stoa_buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_public_matches_rfc_8032),
	    cmocka_unit_test(test_pae_matches_the_dsse_specification),
	    cmocka_unit_test(
		test_did_reads_what_it_prints_and_the_specification_example),
	    cmocka_unit_test(test_open_takes_what_sign_made_and_no_changed_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
