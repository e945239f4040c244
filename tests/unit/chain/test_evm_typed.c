/* test_evm_typed.c - EIP-712's own example (CC0) and what must be refused. */
#include "chain/evm_curve.h"
#include "chain/evm_limits.h"
#include "chain/evm_typed.h"

#include "chain/evm_keccak.h"

#include "hex.h"

#define DOMAIN_TYPE                                                         \
	"\"EIP712Domain\":[{\"name\":\"name\",\"type\":\"string\"},"        \
	"{\"name\":\"version\",\"type\":\"string\"},{\"name\":\"chainId\"," \
	"\"type\":\"uint256\"},{\"name\":\"verifyingContract\",\"type\":"   \
	"\"address\"}],"
#define DOMAIN                                                   \
	"\"domain\":{\"name\":\"Ether Mail\",\"version\":\"1\"," \
	"\"chainId\":1,\"verifyingContract\":"                   \
	"\"0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC\"},"
#define PERSON                                                 \
	"\"Person\":[{\"name\":\"name\",\"type\":\"string\"}," \
	"{\"name\":\"wallet\",\"type\":\"address\"}],"
#define MAIL                                                 \
	"\"Mail\":[{\"name\":\"from\",\"type\":\"Person\"}," \
	"{\"name\":\"to\",\"type\":\"Person\"},"             \
	"{\"name\":\"contents\",\"type\":\"string\"}]"
#define MESSAGE                                                    \
	"\"message\":{\"from\":{\"name\":\"Cow\",\"wallet\":"      \
	"\"0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826\"},\"to\":{" \
	"\"name\":\"Bob\",\"wallet\":"                             \
	"\"0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB\"},"         \
	"\"contents\":\"Hello, Bob!\"}"

static struct stoa_arena arena;

static int
set_up(void **state)
{
	(void)state;
	stoa_arena_init(&arena, NULL, 0, 1 << 22);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	stoa_arena_fini(&arena);
	return 0;
}

static void
test_the_example_of_the_standard(void **state)
{
	static const char *const documents[] = {
	    "{\"types\":{" DOMAIN_TYPE PERSON MAIL
	    "},\"primaryType\":\"Mail\"," DOMAIN MESSAGE "}",
	    /* The domain's type can be told from the domain. */
	    "{\"primaryType\":\"Mail\",\"types\":{" PERSON MAIL
	    "}," DOMAIN MESSAGE "}",
	};
	struct evm_typed_hashes hashes;
	struct evm_signature signature;
	struct stoa_hash secret = evm_keccak256(STOA_STR("cow")), type;
	struct evm_curve *curve = evm_curve_new(secret.bytes);
	uint8_t bytes[EVM_SIGNATURE_SIZE];
	struct evm_key key;
	struct stoa_buf b;

	(void)state;
	memcpy(key.bytes, secret.bytes, sizeof(key.bytes));
	stoa_buf_init(&b, 4096);
	for (size_t i = 0; i < STOA_COUNT(documents); i++) {
		struct stoa_str text = stoa_str_of(documents[i]);

		stoa_buf_clear(&b);
		assert_int_equal(
		    evm_typed_encode_type(text, &arena, &b, NULL), STOA_OK);
		assert_str(stoa_buf_str(&b),
		    "Mail(Person from,Person to,string contents)"
		    "Person(string name,address wallet)");
		type = evm_keccak256(stoa_buf_str(&b));
		assert_hex(stoa_hash_str(&type),
		    "a0cedeb2dc280ba39b857546d74f5549"
		    "c3a1d7bdc2dd96bf881f76108e23dac2");
		assert_int_equal(
		    evm_typed_hash(text, &arena, &hashes, NULL), STOA_OK);
		assert_hex(stoa_hash_str(&hashes.domain),
		    "f2cee375fa42b42143804025fc449dea"
		    "fd50cc031ca257e0b194a650a912090f");
		assert_hex(stoa_hash_str(&hashes.message),
		    "c52c0ee5d84264471806290a3f2c4cec"
		    "fc5490626bf912d01f240d7a274b371e");
		assert_hex(stoa_hash_str(&hashes.digest),
		    "be609aee343fb3c4b28e1df9e632fca6"
		    "4fcfaede20f02e86244efddf30957bd2");
	}
	signature = evm_key_sign(curve, &key, &hashes.digest);
	evm_signature_to_bytes(&signature, bytes);
	assert_hex(stoa_str_of_bytes(bytes, sizeof(bytes)),
	    "4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d"
	    "07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b91562"
	    "1c");
	stoa_buf_fini(&b);
	evm_curve_free(curve);
}

#define SMALL(types, domain, message)                           \
	"{\"types\":{\"T\":[" types "]},\"primaryType\":\"T\"," \
	"\"domain\":" domain ",\"message\":" message "}"
#define MEMBER(name, type) "{\"name\":\"" name "\",\"type\":\"" type "\"}"

static void
test_hash_refuses_what_would_not_be_signed(void **state)
{
	static const struct {
		const char *document, *why;
	} cases[] = {
	    {SMALL(MEMBER("a", "uint8"), "{}", "{\"a\":1}"), NULL},
	    {SMALL(MEMBER("a", "uint8[2][]"), "{}", "{\"a\":[[1,2]]}"), NULL},
	    {SMALL(MEMBER("a", "uint8"), "{}", "{\"a\":256}"),
		"a value is not of its type"},
	    {SMALL(MEMBER("a", "uint8"), "{}", "{}"), "a member has no value"},
	    {SMALL(MEMBER("a", "uint8"), "{}", "{\"a\":1,\"b\":2}"),
		"a value is of no member of its type"},
	    {SMALL(MEMBER("a", "uint8"), "{}", "{\"a\":1,\"a\":1}"),
		"it is no JSON object"},
	    {SMALL(MEMBER("a", "uint8"), "{\"x\":1}", "{\"a\":1}"),
		"a value is of no member of its type"},
	    {SMALL(MEMBER("a", "uint"), "{}", "{\"a\":1}"),
		"a member's type is an alias"},
	    {SMALL(MEMBER("a", "Foo"), "{}", "{\"a\":1}"),
		"a member's type is no type"},
	    {SMALL(MEMBER("a", "(bool)"), "{}", "{\"a\":1}"),
		"a member's type is no type"},
	    {SMALL(MEMBER("a", "bool[0]"), "{}", "{\"a\":[]}"),
		"an array's length is out of range"},
	    {SMALL(MEMBER("a", "bool[2]"), "{}", "{\"a\":[true]}"),
		"a value is no array of its length"},
	    {SMALL(MEMBER("a", "bool["), "{}", "{\"a\":[true]}"),
		"a member's type is no type"},
	    {SMALL(MEMBER("a", "T[]"), "{}", "{\"a\":[]}"),
		"a type contains itself"},
	    {SMALL(MEMBER("a,uint8 b", "bool"), "{}", "{\"a,uint8 b\":true}"),
		"a member's name is no name"},
	    {SMALL(MEMBER("a", "bool") "," MEMBER("a", "bool"), "{}",
		 "{\"a\":true}"),
		"two members of a type have one name"},
	    {"{\"types\":{},\"primaryType\":\"T\",\"domain\":{},\"message\":{}"
	     "}",
		"primaryType is none of the types"},
	    {"{\"types\":{\"T\":[]},\"primaryType\":\"T\",\"message\":{}}",
		"a value is no object"},
	    {"{\"primaryType\":\"T\"}", "there are no types"},
	    {"[]", "it is no JSON object"},
	    {"", "it is no JSON object"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		struct evm_typed_hashes hashes;
		const char *why = NULL;
		enum stoa_status status = evm_typed_hash(
		    stoa_str_of(cases[i].document), &arena, &hashes, &why);

		if (cases[i].why == NULL) {
			assert_int_equal(status, STOA_OK);
		} else {
			assert_int_equal(status, STOA_INVALID);
			assert_string_equal(why, cases[i].why);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_example_of_the_standard),
	    cmocka_unit_test(test_hash_refuses_what_would_not_be_signed),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
