/* test_evm_keccak.c - known answers: the empty one and "abc" of the Keccak
 * team's reference, others of ethereum/tests and EIP texts; long ones are
 * compared with other programs in tests/peers/evm. */
#include "chain/evm_keccak.h"

#include "hex.h"

static void
test_keccak_known_answers(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
	    {"", "c5d2460186f7233c927e7db2dcc703c0"
		 "e500b653ca82273b7bfad8045d85a470"},
	    {"abc", "4e03657aea45a94fc7d47ba826c8d667"
		    "c0d1e6e33a64a036ec44f58fa12d6c45"},
	    {"Transfer(address,address,uint256)",
		"ddf252ad1be2c89b69c2b068fc378daa"
		"952ba7f163c4a11628f55a4df523b3ef"},
	    {"EIP712Domain(string name,string version,uint256 chainId,"
	     "address verifyingContract)",
		"8b73c3c69bb8fe3d512ecc4cf759cc79"
		"239f7b179b0ffacaa9a75d522b39400f"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		struct stoa_hash hash = evm_keccak256(stoa_str_of(cases[i].in));

		assert_hex(stoa_hash_str(&hash), cases[i].want);
	}
}

/* Around the block's edge every way of cutting gives the same hash. */
static void
test_keccak_does_not_care_how_it_is_fed(void **state)
{
	char bytes[3 * EVM_KECCAK_RATE];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (char)(i * 7);
	}
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		struct stoa_hash want =
		    evm_keccak256(stoa_str_of_bytes(bytes, len));
		size_t cut = len / 3;
		struct evm_keccak k;
		struct stoa_hash have;

		evm_keccak_init(&k);
		evm_keccak_add(&k, stoa_str_of_bytes(bytes, cut));
		evm_keccak_add(&k, stoa_str_of_bytes(bytes + cut, len - cut));
		have = evm_keccak_end(&k);
		assert_memory_equal(have.bytes, want.bytes, STOA_HASH_SIZE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_keccak_known_answers),
	    cmocka_unit_test(test_keccak_does_not_care_how_it_is_fed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
