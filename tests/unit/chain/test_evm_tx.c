/* test_evm_tx.c - keys, signatures, addresses and transactions: the examples
 * in the texts of EIP-155, EIP-55 and ERC-2098 (CC0), and what must be
 * refused. tests/peers/evm compares thousands more with other programs. */
#include "chain/evm_curve.h"
#include "chain/evm_message.h"
#include "chain/evm_tx.h"

#include "chain/evm_keccak.h"
#include "chain/evm_limits.h"

#include "hex.h"

static struct evm_curve *curve;

static int
set_up(void **state)
{
	uint8_t blind[32] = {7};

	(void)state;
	curve = evm_curve_new(blind);
	return curve == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	evm_curve_free(curve);
	return 0;
}

static struct evm_key
key_of(const char *text)
{
	struct stoa_buf b;
	struct evm_key key;

	stoa_buf_init(&b, 64);
	memcpy(key.bytes, unhex(&b, text).data, sizeof(key.bytes));
	stoa_buf_fini(&b);
	return key;
}

static struct evm_address
address_of(const char *text)
{
	struct evm_address address;
	bool ok = evm_address_parse(stoa_str_of(text), &address);

	assert_true(ok);
	return address;
}

#define KEY_46                             \
	"46464646464646464646464646464646" \
	"46464646464646464646464646464646"
#define SIGNED_155                                                             \
	"f86c098504a817c80082520894353535353535353535353535353535353535353588" \
	"0de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff" \
	"63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc642"    \
	"14b297fb1966a3b6d83"

static void
test_addresses_have_a_checksum(void **state)
{
	static const char *const good[] = {
	    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
	    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
	    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
	    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
	    "0x52908400098527886E0F7030069857D2E4169EE7",
	    "0xde709f2102306220921060314715629080e2fb77",
	};
	static const char *const bad[] = {"",
	    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD",
	    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe",
	    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAedd",
	    "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
	    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg"};
	char text[EVM_ADDRESS_TEXT_SIZE];
	struct evm_address address, again;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(good); i++) {
		bool ok =
		    evm_address_parse_strict(stoa_str_of(good[i]), &address);

		assert_true(ok);
		assert_string_equal(evm_address_print(&address, text), good[i]);
	}
	for (size_t i = 0; i < STOA_COUNT(bad); i++) {
		assert_false(
		    evm_address_parse_strict(stoa_str_of(bad[i]), &address));
		assert_false(evm_address_parse(stoa_str_of(bad[i]), &address));
	}
	address = address_of("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed");
	again = address_of("0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED");
	assert_true(evm_address_is_equal(&address, &again));
	assert_false(evm_address_parse_strict(
	    STOA_STR("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"), &address));
}

static struct evm_tx
eip155(const struct evm_address *to)
{
	struct evm_tx tx = {.type = EVM_TX_LEGACY,
	    .chain_id = 1,
	    .nonce = 9,
	    .gas_price = evm_u256_of(UINT64_C(20000000000)),
	    .gas_limit = 21000,
	    .to = to,
	    .value = evm_u256_of(UINT64_C(1000000000000000000))};

	return tx;
}

static void
test_legacy_signs_as_eip155_shows(void **state)
{
	struct evm_address to =
	    address_of("0x3535353535353535353535353535353535353535");
	struct evm_tx tx = eip155(&to);
	struct evm_key key = key_of(KEY_46);
	struct evm_address sender = evm_key_address(curve, &key);
	struct evm_tx_signed s;
	struct stoa_arena arena;
	struct stoa_hash hash;
	struct stoa_buf b;

	(void)state;
	stoa_buf_init(&b, 4096);
	stoa_arena_init(&arena, NULL, 0, 4096);
	evm_tx_payload(&tx, &b);
	assert_hex(stoa_buf_str(&b),
	    "ec098504a817c800825208943535353535353535353535353535353535353535"
	    "880de0b6b3a764000080018080");
	hash = evm_keccak256(stoa_buf_str(&b));
	assert_hex(stoa_hash_str(&hash), "daf5a779ae972f972197303d7b574746"
					 "c7ef83eadac0f2791ad23db92e4c8e53");
	stoa_buf_clear(&b);
	assert_int_equal(evm_tx_sign(curve, &key, &tx, &b, &hash), STOA_OK);
	assert_hex(stoa_buf_str(&b), SIGNED_155);
	assert_int_equal(evm_tx_decode(stoa_buf_str(&b), &arena, &s), STOA_OK);
	assert_true(evm_address_is_equal(&s.sender, &sender));
	assert_int_equal(s.tx.chain_id, 1);
	assert_int_equal(s.tx.nonce, 9);
	assert_true(evm_address_is_equal(s.tx.to, &to));
	assert_memory_equal(s.hash.bytes, hash.bytes, STOA_HASH_SIZE);
	stoa_arena_fini(&arena);
	stoa_buf_fini(&b);
}

static void
test_every_type_reads_back(void **state)
{
	struct evm_address to =
	    address_of("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
	struct stoa_hash keys[2] = {{{1}}, {{2}}};
	struct evm_access accesses[2] = {
	    {.address = to, .keys = keys, .key_count = 2}, {.address = to}};
	struct evm_key key = key_of(KEY_46);
	struct stoa_arena arena;
	struct stoa_buf b, again;

	(void)state;
	stoa_buf_init(&b, 4096);
	stoa_buf_init(&again, 4096);
	stoa_arena_init(&arena, NULL, 0, 1 << 16);
	for (int type = EVM_TX_LEGACY; type <= EVM_TX_DYNAMIC_FEE; type++) {
		struct evm_tx tx = eip155(type == EVM_TX_LEGACY ? NULL : &to);
		struct evm_tx_signed s;
		struct stoa_hash hash;

		tx.type = (enum evm_tx_type)type;
		tx.data = STOA_STR("\x60\x01");
		if (type != EVM_TX_LEGACY) {
			tx.accesses = accesses;
			tx.access_count = 2;
		}
		if (type == EVM_TX_DYNAMIC_FEE) {
			tx.fee_max = tx.gas_price;
			tx.tip_max = evm_u256_of(1);
			tx.gas_price = evm_u256_of(0);
		}
		stoa_buf_clear(&b);
		stoa_buf_clear(&again);
		assert_int_equal(
		    evm_tx_sign(curve, &key, &tx, &b, &hash), STOA_OK);
		assert_int_equal(
		    evm_tx_decode(stoa_buf_str(&b), &arena, &s), STOA_OK);
		evm_tx_encode(&s.tx, &s.signature, &again);
		assert_true(
		    stoa_str_is_equal(stoa_buf_str(&b), stoa_buf_str(&again)));
		assert_int_equal(s.tx.access_count, tx.access_count);
	}
	stoa_arena_fini(&arena);
	stoa_buf_fini(&again);
	stoa_buf_fini(&b);
}

static void
test_sign_refuses_a_transaction_with_a_fault(void **state)
{
	struct evm_address to =
	    address_of("0x3535353535353535353535353535353535353535");
	struct evm_tx tx = eip155(&to);
	struct evm_access access = {.address = to};
	struct evm_key key = key_of(KEY_46);
	struct stoa_hash hash;
	struct stoa_buf b;

	(void)state;
	stoa_buf_init(&b, 4096);
	assert_null(evm_tx_fault(&tx));
	tx.chain_id = 0;
	assert_non_null(evm_tx_fault(&tx));
	assert_int_equal(
	    evm_tx_sign(curve, &key, &tx, &b, &hash), STOA_INVALID);
	tx = eip155(&to);
	tx.nonce = UINT64_MAX;
	assert_non_null(evm_tx_fault(&tx));
	tx = eip155(&to);
	tx.accesses = &access;
	tx.access_count = 1;
	assert_non_null(evm_tx_fault(&tx));
	tx = eip155(NULL);
	assert_non_null(evm_tx_fault(&tx));
	tx = eip155(&to);
	tx.type = EVM_TX_DYNAMIC_FEE;
	assert_non_null(evm_tx_fault(&tx)); /* it has a gas price */
	tx.gas_price = evm_u256_of(0);
	tx.fee_max = evm_u256_of(5);
	tx.tip_max = evm_u256_of(6);
	assert_non_null(evm_tx_fault(&tx));
	tx.tip_max = evm_u256_of(5);
	assert_null(evm_tx_fault(&tx));
	memset(&tx.value, 0xff, sizeof(tx.value));
	assert_non_null(evm_tx_fault(&tx));
	stoa_buf_fini(&b);
}

static void
test_decode_refuses_what_a_node_refuses(void **state)
{
	static const struct {
		const char *what, *from, *to;
		enum stoa_status status;
	} cases[] = {
	    {"v of chain 0", "8025a0", "8024a0", STOA_INVALID},
	    {"v of 29", "8025a0", "801da0", STOA_INVALID},
	    {"another type", "f86c0985", "03f86c0985", STOA_UNSUPPORTED},
	    {"no list", "f86c0985", "b86c0985", STOA_INVALID},
	    {"a long number", "8504a817c8", "8500a817c8", STOA_INVALID},
	    {"too short", "6d83", "6d", STOA_INVALID},
	    {"too long", "6d83", "6d8300", STOA_INVALID},
	    {"the higher s",
		"67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d"
		"83",
		"98341627668089e51348fccfb4c7ff31c55912f2d2e47ef09652acf665fad3"
		"be",
		STOA_UNAUTHENTIC},
	};
	struct stoa_arena arena;
	struct evm_tx_signed s;
	struct stoa_buf b;

	(void)state;
	stoa_buf_init(&b, 4096);
	stoa_arena_init(&arena, NULL, 0, 1 << 16);
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		char text[512];
		const char *at = strstr(SIGNED_155, cases[i].from);

		assert_non_null(at);
		(void)snprintf(text, sizeof(text), "%.*s%s%s",
		    (int)(at - SIGNED_155), SIGNED_155, cases[i].to,
		    at + strlen(cases[i].from));
		assert_int_equal(evm_tx_decode(unhex(&b, text), &arena, &s),
		    cases[i].status);
	}
	stoa_arena_fini(&arena);
	stoa_buf_fini(&b);
}

/* ERC-2098's two examples; the second has the odd point. */
static void
test_signatures_have_three_forms(void **state)
{
	static const struct {
		const char *full, *compact, *message;
	} cases[] = {
	    {"68a020a209d3d56c46f38cc50a33f704f4a9a10a59377f8dd762ac66910e9b90"
	     "7e865ad05c4035ab5792787d4a0297a43617ae897930a6fe4d822b8faea52064"
	     "1b",
		"68a020a209d3d56c46f38cc50a33f704f4a9a10a59377f8dd762ac66910e9b"
		"90"
		"7e865ad05c4035ab5792787d4a0297a43617ae897930a6fe4d822b8faea520"
		"64",
		"Hello World"},
	    {"9328da16089fcba9bececa81663203989f2df5fe1faa6291a45381c81bd17f76"
	     "139c6d6b623b42da56557e5e734a43dc83345ddfadec52cbe24d0cc64f550793"
	     "1c",
		"9328da16089fcba9bececa81663203989f2df5fe1faa6291a45381c81bd17f"
		"76"
		"939c6d6b623b42da56557e5e734a43dc83345ddfadec52cbe24d0cc64f5507"
		"93",
		"It's a small(er) world"},
	};
	struct evm_key key = key_of("1234567890123456789012345678901234567890"
				    "123456789012345678901234");
	struct evm_address signer = evm_key_address(curve, &key), who;
	struct stoa_buf b;

	(void)state;
	stoa_buf_init(&b, 256);
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		struct stoa_hash hash =
		    evm_message_hash(stoa_str_of(cases[i].message));
		struct evm_signature made = evm_key_sign(curve, &key, &hash);
		struct evm_signature read;
		uint8_t bytes[EVM_SIGNATURE_SIZE];

		evm_signature_to_bytes(&made, bytes);
		assert_hex(
		    stoa_str_of_bytes(bytes, sizeof(bytes)), cases[i].full);
		assert_int_equal(
		    evm_signature_of_bytes(unhex(&b, cases[i].compact), &read),
		    STOA_OK);
		assert_int_equal(
		    evm_signature_recover(&read, &hash, &who), STOA_OK);
		assert_true(evm_address_is_equal(&who, &signer));
		read.is_odd = !read.is_odd;
		assert_int_equal(
		    evm_signature_settle(&read, &hash, &signer), STOA_OK);
		assert_memory_equal(&read, &made, sizeof(read));
		who.bytes[0] ^= 1;
		assert_int_equal(
		    evm_signature_settle(&read, &hash, &who), STOA_UNAUTHENTIC);
	}
	assert_int_equal(
	    evm_signature_of_bytes(STOA_STR(""), &(struct evm_signature){0}),
	    STOA_INVALID);
	stoa_buf_fini(&b);
}

static void
test_keys_have_a_range(void **state)
{
	struct evm_key key = {{0}};

	(void)state;
	assert_false(evm_key_is_valid(&key));
	key = key_of("fffffffffffffffffffffffffffffffe"
		     "baaedce6af48a03bbfd25e8cd0364141");
	assert_false(evm_key_is_valid(&key));
	key.bytes[31]--;
	assert_true(evm_key_is_valid(&key));
	evm_key_wipe(&key);
	assert_false(evm_key_is_valid(&key));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_addresses_have_a_checksum),
	    cmocka_unit_test(test_legacy_signs_as_eip155_shows),
	    cmocka_unit_test(test_every_type_reads_back),
	    cmocka_unit_test(test_sign_refuses_a_transaction_with_a_fault),
	    cmocka_unit_test(test_decode_refuses_what_a_node_refuses),
	    cmocka_unit_test(test_signatures_have_three_forms),
	    cmocka_unit_test(test_keys_have_a_range),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
