/* Discord's signatures: Wycheproof's vectors of Ed25519, what a request may
 * look like, and when it may come. */
#include "gateway/signature.h"

#include "base/buf.h"
#include "base/encode.h"
#include "base/json.h"
#include "base/time.h"
#include "gateway/limits.h"

#include "../unit.h"

#include <openssl/evp.h>

#define VECTORS	      "tests/vectors/wycheproof/ed25519.jsonl"
#define VECTORS_COUNT 151

#define NOW_S  1790000000
#define NOW_US (NOW_S * STOA_US_PER_S)

static void
hex_of(const unsigned char *bytes, size_t size, char *to)
{
	for (size_t i = 0; i < size; i++) {
		(void)snprintf(to + 2 * i, 3, "%02x", bytes[i]);
	}
}

/* ---- Discord's side ---- */

static EVP_PKEY *private_key;
static struct signature_key *key;

static int
set_up(void **state)
{
	static const unsigned char seed[32] = {1, 2, 3};
	unsigned char public[32];
	size_t size = sizeof(public);
	char hex[65];

	(void)state;
	private_key = EVP_PKEY_new_raw_private_key(
	    EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
	assert_non_null(private_key);
	assert_int_equal(
	    EVP_PKEY_get_raw_public_key(private_key, public, &size), 1);
	hex_of(public, sizeof(public), hex);
	assert_true(signature_key_open(hex, &key));
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	signature_key_close(key);
	EVP_PKEY_free(private_key);
	return 0;
}

/* The signature of `text` in hexadecimal digits; good until the next call. */
static const char *
sign(const char *text)
{
	static char hex[129];
	unsigned char bytes[64];
	size_t size = sizeof(bytes);
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	assert_int_equal(
	    EVP_DigestSignInit(context, NULL, NULL, NULL, private_key), 1);
	assert_int_equal(EVP_DigestSign(context, bytes, &size,
			     (const unsigned char *)text, strlen(text)),
	    1);
	EVP_MD_CTX_free(context);
	hex_of(bytes, sizeof(bytes), hex);
	return hex;
}

static enum signature_verdict
check(const char *signature, const char *timestamp, const char *body)
{
	return signature_check(key,
	    &(struct signature_parts){signature, timestamp, stoa_str_of(body)},
	    NOW_US);
}

/* ---- vectors ---- */

static bool
text_of(struct stoa_json line, const char *name, struct stoa_arena *arena,
    struct stoa_str *ret)
{
	return stoa_json_to_str(
	    stoa_json_get(line, stoa_str_of(name)), arena, ret);
}

static void
vector_check(struct stoa_json line, struct stoa_arena *arena)
{
	struct stoa_str hex, msg, sig;
	struct signature_key *one;
	struct stoa_buf bytes;
	bool is_valid;

	assert_true(stoa_json_to_bool(
	    stoa_json_get(line, STOA_STR("is_valid")), &is_valid));
	assert_true(text_of(line, "key", arena, &hex));
	assert_true(text_of(line, "msg", arena, &msg));
	assert_true(text_of(line, "sig", arena, &sig));
	assert_true(signature_key_open(stoa_arena_str(arena, hex), &one));
	stoa_buf_init(&bytes, 4096);
	assert_true(stoa_hex_decode(&bytes, msg));
	assert_int_equal(signature_verify(one, stoa_arena_str(arena, sig),
			     stoa_buf_str(&bytes)),
	    is_valid);
	stoa_buf_fini(&bytes);
	signature_key_close(one);
}

static void
test_signature_verify_agrees_with_wycheproof(void **state)
{
	FILE *file = fopen(VECTORS, "r");
	unsigned count = 0;
	struct stoa_arena arena;
	char *line = NULL;
	size_t size = 0;

	(void)state;
	assert_non_null(file);
	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	while (getline(&line, &size, file) > 0) {
		struct stoa_json root;

		assert_true(stoa_json_parse(
		    stoa_str_trim(stoa_str_of(line)), 0, &root, NULL));
		vector_check(root, &arena);
		stoa_arena_reset(&arena);
		count++;
	}
	free(line);
	stoa_arena_fini(&arena);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(count, VECTORS_COUNT);
}

/* ---- requests ---- */

static void
test_signature_check_takes_what_discord_signs(void **state)
{
	char upper[129];

	(void)state;
	assert_int_equal(
	    check(sign("1790000000{\"type\":1}"), "1790000000", "{\"type\":1}"),
	    SIGNATURE_GOOD);
	assert_int_equal(
	    check(sign("1790000000"), "1790000000", ""), SIGNATURE_GOOD);
	(void)snprintf(upper, sizeof(upper), "%s", sign("1790000000x"));
	for (char *c = upper; *c != '\0'; c++) {
		*c = *c >= 'a' ? (char)(*c - 'a' + 'A') : *c;
	}
	assert_int_equal(check(upper, "1790000000", "x"), SIGNATURE_GOOD);
}

static void
test_signature_check_refuses_any_change(void **state)
{
	char signature[129];

	(void)state;
	(void)snprintf(signature, sizeof(signature), "%s", sign("1790000000x"));
	for (size_t i = 0; i < 128; i++) {
		char before = signature[i];

		signature[i] = before == '0' ? '1' : '0';
		assert_int_equal(
		    check(signature, "1790000000", "x"), SIGNATURE_WRONG);
		signature[i] = before;
	}
	assert_int_equal(check(signature, "1790000000", "y"), SIGNATURE_WRONG);
	assert_int_equal(check(signature, "1790000000", "xx"), SIGNATURE_WRONG);
	assert_int_equal(check(signature, "1790000000", ""), SIGNATURE_WRONG);
	assert_int_equal(check(signature, "1790000001", "x"), SIGNATURE_WRONG);
	/* The same bytes, cut elsewhere: ten digits stay ten digits. */
	assert_int_equal(
	    check(sign("17900000001"), "1790000000", "1"), SIGNATURE_GOOD);
	assert_int_equal(
	    check(sign("17900000001"), "17900000001", ""), SIGNATURE_STALE);
}

static void
test_signature_check_refuses_headers(void **state)
{
	static const struct {
		const char *signature, *timestamp;
		enum signature_verdict want;
	} rows[] = {
	    {NULL, "1790000000", SIGNATURE_MISSING},
	    {"00", NULL, SIGNATURE_MISSING},
	    {"", "1790000000", SIGNATURE_FORM},
	    {"00", "1790000000", SIGNATURE_FORM},
	};
	static const char *const times[] = {"", " 1790000000", "1790000000 ",
	    "+1790000000", "-1790000000", "1790000000.0", "0x6ab13b80",
	    "1790000000000", "99999999999999999999999"};
	char signature[132];

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		assert_int_equal(
		    check(rows[i].signature, rows[i].timestamp, "x"),
		    rows[i].want);
	}
	for (size_t i = 0; i < STOA_COUNT(times); i++) {
		assert_int_equal(
		    check(sign("x"), times[i], "x"), SIGNATURE_FORM);
	}
	(void)snprintf(
	    signature, sizeof(signature), "%s00", sign("1790000000x"));
	assert_int_equal(check(signature, "1790000000", "x"), SIGNATURE_FORM);
	signature[126] = '\0';
	assert_int_equal(check(signature, "1790000000", "x"), SIGNATURE_FORM);
	memset(signature, 'z', 128);
	signature[128] = '\0';
	assert_int_equal(check(signature, "1790000000", "x"), SIGNATURE_FORM);
}

static void
test_signature_check_refuses_other_times(void **state)
{
	static const struct {
		int64_t ahead_s;
		enum signature_verdict want;
	} rows[] = {
	    {-3600, SIGNATURE_STALE},
	    {-301, SIGNATURE_STALE},
	    {-300, SIGNATURE_GOOD},
	    {0, SIGNATURE_GOOD},
	    {300, SIGNATURE_GOOD},
	    {301, SIGNATURE_STALE},
	    {3600, SIGNATURE_STALE},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		char time[16], text[32];

		(void)snprintf(time, sizeof(time), "%lld",
		    (long long)(NOW_S + rows[i].ahead_s));
		(void)snprintf(text, sizeof(text), "%sx", time);
		assert_int_equal(check(sign(text), time, "x"), rows[i].want);
	}
}

static void
test_signature_key_open_refuses_what_is_no_key(void **state)
{
	char longer[67] = "", strange[65] = "";
	const char *const rows[] = {"", "00", "xyz", longer, strange};
	struct signature_key *none = NULL;

	(void)state;
	memset(longer, '0', 66);
	memset(strange, '0', 63);
	strange[63] = 'g';
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		assert_false(signature_key_open(rows[i], &none));
	}
	assert_null(none);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_signature_verify_agrees_with_wycheproof),
	    cmocka_unit_test(test_signature_check_takes_what_discord_signs),
	    cmocka_unit_test(test_signature_check_refuses_any_change),
	    cmocka_unit_test(test_signature_check_refuses_headers),
	    cmocka_unit_test(test_signature_check_refuses_other_times),
	    cmocka_unit_test(test_signature_key_open_refuses_what_is_no_key),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
