/* test_evm_keystore.c - the files of ethereum/tests (KeyStoreTests, MIT
 * licence; the one with scrypt is refused), what must be refused before
 * anything is derived, and our own. */
#include "chain/evm_keystore.h"
#include "chain/evm_limits.h"

#include "hex.h"

#define FILE_OF(iv, cipher, kdf, params, mac)                               \
	"{\"crypto\":{\"cipher\":\"aes-128-ctr\",\"cipherparams\":{\"iv\":" \
	"\"" iv "\"},\"ciphertext\":\"" cipher "\",\"kdf\":\"" kdf          \
	"\",\"kdfparams\":{\"dklen\":32," params "},\"mac\":\"" mac         \
	"\"},\"id\":\"3198bc9c-6672-5ab3-d995-4942343ae5b6\",\"version\":3}"
#define PBKDF2                                                                \
	FILE_OF("6087dab2f9fdbbfaddc31a909735c1e6",                           \
	    "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869"    \
	    "aa46",                                                           \
	    "pbkdf2",                                                         \
	    "\"c\":262144,\"prf\":\"hmac-sha256\",\"salt\":"                  \
	    "\"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce" \
	    "0bd\"",                                                          \
	    "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b" \
	    "2")
#define SCRYPT(n, r, p)                                                       \
	FILE_OF("83dbcc02d8ccb40e466191a123791e0e",                           \
	    "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde"    \
	    "479c",                                                           \
	    "scrypt",                                                         \
	    "\"n\":" n ",\"r\":" r ",\"p\":" p ",\"salt\":"                   \
	    "\"ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334b" \
	    "a19\"",                                                          \
	    "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e309" \
	    "7")
#define SECRET \
	"7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"

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

static void
test_read_opens_what_is_published(void **state)
{
	struct evm_key key = {{0}};
	const char *why = NULL;

	(void)state;
	assert_int_equal(evm_keystore_read(STOA_STR(PBKDF2),
			     STOA_STR("testpassword"), curve, &key, NULL),
	    STOA_OK);
	assert_hex(stoa_str_of_bytes(key.bytes, 32), SECRET);
	evm_key_wipe(&key);
	assert_int_equal(evm_keystore_read(STOA_STR(PBKDF2),
			     STOA_STR("Testpassword"), curve, &key, &why),
	    STOA_UNAUTHENTIC);
	assert_null(strstr(why, "estpassword"));
	assert_false(evm_key_is_valid(&key)); /* untouched */
}

static void
test_read_derives_nothing_beyond_the_bounds(void **state)
{
	static const struct {
		const char *file;
		enum stoa_status status;
	} cases[] = {
	    /* As published: beyond RFC 7914, and so beyond OpenSSL. */
	    {SCRYPT("262144", "1", "8"), STOA_TOO_LARGE},
	    {SCRYPT("524288", "8", "1"), STOA_TOO_LARGE}, /* 512 MiB */
	    {SCRYPT("262144", "8", "5"), STOA_TOO_LARGE}, /* too long */
	    {SCRYPT("9223372036854775807", "8", "1"), STOA_TOO_LARGE},
	    {SCRYPT("4611686018427387904", "4", "1"), STOA_TOO_LARGE},
	    {SCRYPT("2", "9223372036854775807", "1"), STOA_TOO_LARGE},
	    {SCRYPT("2", "1", "9223372036854775807"), STOA_TOO_LARGE},
	    {SCRYPT("3", "1", "1"), STOA_TOO_LARGE},
	    {SCRYPT("0", "1", "1"), STOA_TOO_LARGE},
	    {SCRYPT("2", "0", "1"), STOA_TOO_LARGE},
	    {SCRYPT("2", "1", "0"), STOA_TOO_LARGE},
	    {SCRYPT("-2", "1", "1"), STOA_INVALID},
	    {SCRYPT("2.0", "1", "1"), STOA_INVALID},
	    {SCRYPT("2", "1", "1,\"n\":2"), STOA_INVALID},
	    {FILE_OF("00", "00", "scrypt", "\"salt\":\"\"", "00"),
		STOA_INVALID},
	    {FILE_OF("6087dab2f9fdbbfaddc31a909735c1e6", SECRET, "argon2",
		 "\"salt\":\"\"", SECRET),
		STOA_UNSUPPORTED},
	    {FILE_OF("6087dab2f9fdbbfaddc31a909735c1e6", SECRET, "pbkdf2",
		 "\"salt\":\"\",\"c\":99999999,\"prf\":\"hmac-sha256\"",
		 SECRET),
		STOA_TOO_LARGE},
	    {"{\"version\":1}", STOA_UNSUPPORTED},
	    {"{\"version\":3}", STOA_INVALID},
	    {"{}", STOA_UNSUPPORTED},
	    {"", STOA_INVALID},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		struct evm_key key;
		const char *why = NULL;

		assert_int_equal(evm_keystore_read(stoa_str_of(cases[i].file),
				     STOA_STR("x"), curve, &key, &why),
		    cases[i].status);
		assert_non_null(why);
	}
}

static void
test_write_is_read_back(void **state)
{
	struct evm_keystore_options options = {.n = EVM_SCRYPT_N_MIN,
	    .r = 8,
	    .p = 1,
	    .salt = {1},
	    .iv = {2},
	    .id = {3}};
	struct evm_key key = {{1, 2, 3}}, back;
	struct stoa_buf b, hex;
	char *at;

	(void)state;
	stoa_buf_init(&b, EVM_KEYSTORE_SIZE_MAX);
	stoa_buf_init(&hex, 64);
	assert_int_equal(
	    evm_keystore_write(&key, STOA_STR("pä"), curve, &options, &b),
	    STOA_OK);
	assert_int_equal(evm_keystore_read(stoa_buf_str(&b), STOA_STR("pä"),
			     curve, &back, NULL),
	    STOA_OK);
	assert_memory_equal(&key, &back, sizeof(key));
	stoa_hex_encode(&hex, stoa_str_of_bytes(key.bytes, 32));
	assert_null(strstr(b.data, hex.data));
	at = strstr(b.data, "\"address\":\"") + 11;
	*at = *at == '0' ? '1' : '0';
	assert_int_equal(evm_keystore_read(stoa_buf_str(&b), STOA_STR("pä"),
			     curve, &back, NULL),
	    STOA_CORRUPT);
	options.n /= 2;
	assert_int_equal(
	    evm_keystore_write(&key, STOA_STR("x"), curve, &options, &b),
	    STOA_TOO_LARGE);
	stoa_buf_fini(&hex);
	stoa_buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read_opens_what_is_published),
	    cmocka_unit_test(test_read_derives_nothing_beyond_the_bounds),
	    cmocka_unit_test(test_write_is_read_back),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
