#include "marketplace/claim.h"

#include "base/json.h"
#include "marketplace/limits.h"
#include "worker/dsse.h"

#include "../unit.h"

#define TEXT(t) ((char *)(uintptr_t)(t))

static const uint8_t seed[STOA_ED25519_SIZE] = {7};

static void
sign(struct stoa_buf *out, char *owner)
{
	Stoa__Marketplace__Approved e = STOA__MARKETPLACE__APPROVED__INIT;
	Stoa__Marketplace__ModelFacts facts =
	    STOA__MARKETPLACE__MODEL_FACTS__INIT;
	Stoa__Marketplace__Share share = STOA__MARKETPLACE__SHARE__INIT;
	Stoa__Marketplace__Share *shares[] = {&share};

	facts.model = TEXT("m_aaaaaaaaaa");
	facts.creator = TEXT("u_aaaaaaaaaa");
	facts.cid =
	    TEXT("bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4");
	share.to = TEXT("@treasury");
	share.why = TEXT("community");
	share.bp = 250;
	e.facts = &facts;
	e.owner = owner;
	e.proposal = TEXT("p_aaaaaaaaaa");
	e.shares = shares;
	e.n_shares = 1;
	stoa_buf_init(out, MARKETPLACE_CLAIM_MAX);
	claim_sign(out, "c_aaaaaaaaaa", &e, INT64_C(1767225600000000), seed);
	assert_false(out->is_overflown);
}

static void
test_claim_opens_and_says_who_owns_it(void **state)
{
	/* Base32 of that CID's digest, by another program's account. */
	static const char want[] =
	    "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{"
	    "\"name\":\"m_aaaaaaaaaa\",\"uri\":\"ipfs://"
	    "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4\","
	    "\"digest\":{\"sha256\":\""
	    "a948904f2f0f479b8f8197694b30184b0d2ed1c1cd2a1ec0fb85d299a192a447"
	    "\"}}],\"predicateType\":\"urn:stoa:ownership:1\",\"predicate\":{"
	    "\"community\":\"c_aaaaaaaaaa\",\"owner\":\"u_bbbbbbbbbb\","
	    "\"creator\":\"u_aaaaaaaaaa\",\"proposal\":\"p_aaaaaaaaaa\","
	    "\"approvedOn\":\"2026-01-01T00:00:00.000Z\",\"shares\":[{\"to\":"
	    "\"@treasury\",\"why\":\"community\",\"basisPoints\":250}]}}";
	uint8_t signer[STOA_ED25519_SIZE], key[STOA_ED25519_SIZE];
	struct stoa_arena arena;
	struct stoa_str body;
	struct stoa_buf out;
	const char *why = "";

	(void)state;
	stoa_arena_init(&arena, NULL, 0, 65536);
	sign(&out, TEXT("u_bbbbbbbbbb"));
	assert_true(worker_dsse_open(stoa_buf_str(&out), STOA_STR(CLAIM_TYPE),
	    &arena, &body, signer, &why));
	assert_string_equal(stoa_arena_str(&arena, body), want);
	stoa_ed25519_public(seed, key);
	assert_memory_equal(key, signer, sizeof(key));
	/* One bit less is no claim. */
	out.data[out.len / 2] ^= 1;
	assert_false(worker_dsse_open(stoa_buf_str(&out), STOA_STR(CLAIM_TYPE),
	    &arena, &body, signer, &why));
	stoa_buf_fini(&out);
	stoa_arena_fini(&arena);
}

static void
test_claim_is_the_same_each_time(void **state)
{
	struct stoa_buf a, b, c;

	(void)state;
	sign(&a, TEXT("u_bbbbbbbbbb"));
	sign(&b, TEXT("u_bbbbbbbbbb"));
	sign(&c, TEXT("u_cccccccccc"));
	assert_true(stoa_str_is_equal(stoa_buf_str(&a), stoa_buf_str(&b)));
	assert_false(stoa_str_is_equal(stoa_buf_str(&a), stoa_buf_str(&c)));
	stoa_buf_fini(&a);
	stoa_buf_fini(&b);
	stoa_buf_fini(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_claim_opens_and_says_who_owns_it),
	    cmocka_unit_test(test_claim_is_the_same_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
