/* test_link.c - where a page shows a model. */
#include "chain/link.h"

#include "base/check.h"

#include "../unit.h"
#include "contracts.h"

static uint8_t seven[32];

static struct stoa_str
str_of(const char *text)
{
	return stoa_str_of(text);
}

static void
test_link_has_the_chains_names(void **state)
{
	static const struct {
		const char *template, *want;
	} cases[] = {
	    {"https://a.example/", "https://a.example/"},
	    {"https://a.example/{listing}", "https://a.example/7"},
	    {"https://a.example/models/{nft}/{token}?c={chain}",
		"https://a.example/models/"
		"0x0202020202020202020202020202020202020202/7?c=31337"},
	    {"http://127.0.0.1:80/{market}{token}{token}",
		"http://127.0.0.1:80/"
		"0x040404040404040404040404040404040404040477"},
	    {"https://a.example/{account}",
		"https://a.example/"
		"0x0101010101010101010101010101010101010101"},
	};
	struct chain_manifest m = contracts_made_up();
	struct chain_link link = {.manifest = &m,
	    .token = {32, seven},
	    .listing = {32, seven},
	    .account = chain_manifest_at(&m, CHAIN_JOY)};
	struct stoa_buf b;

	(void)state;
	seven[31] = 7;
	stoa_buf_init(&b, 4096);
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		stoa_buf_clear(&b);
		assert_null(chain_link_fault(str_of(cases[i].template)));
		assert_true(
		    chain_link_print(str_of(cases[i].template), &link, &b));
		assert_string_equal(b.data, cases[i].want);
	}
	stoa_buf_fini(&b);
}

static void
test_link_is_refused(void **state)
{
	static const struct {
		const char *template, *fault;
	} cases[] = {
	    {"", "12 to 300"},
	    {"https://a.b", "12 to 300"},
	    {"javascript:alert(1)", "https://"},
	    {"ftp://a.example/x", "https://"},
	    {"https://a.example/{model}", "{chain}"},
	    {"https://a.example/{}", "{chain}"},
	    {"https://a.example/{{token}}", "{chain}"},
	    {"https://a.example/{token", "braces in pairs"},
	    {"https://a.example/{", "braces in pairs"},
	    {"https://a.example/token}", "braces in pairs"},
	    {"https://a.example/{token}}", "braces in pairs"},
	    {"https://a.example/ {token}", "printable"},
	    {"https://a.example/\"{token}", "printable"},
	    {"https://a.example/<{token}", "printable"},
	    {"https://a.example/\xc3\xa9", "printable"},
	};
	struct chain_manifest m = contracts_made_up();
	struct chain_link link = {.manifest = &m};
	struct stoa_buf b;
	char long_one[302];

	(void)state;
	stoa_buf_init(&b, 4096);
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		struct stoa_str template = str_of(cases[i].template);
		const char *fault = chain_link_fault(template);

		assert_non_null(fault);
		if (strstr(fault, cases[i].fault) == NULL) {
			fail_msg("%s: %s", cases[i].template, fault);
		}
		assert_false(chain_link_print(template, &link, &b));
	}
	memset(long_one, 'a', sizeof(long_one));
	memcpy(long_one, "https://", 8);
	long_one[301] = '\0';
	assert_non_null(chain_link_fault(str_of(long_one)));
	long_one[300] = '\0';
	assert_null(chain_link_fault(str_of(long_one)));
	assert_int_equal(b.len, 0);
	stoa_buf_fini(&b);
}

static void
test_link_needs_what_it_names(void **state)
{
	static const char *const templates[] = {"https://a.example/{token}",
	    "https://a.example/{listing}", "https://a.example/{account}"};
	struct chain_manifest m = contracts_made_up();
	struct chain_link link = {.manifest = &m};
	struct stoa_buf b;

	(void)state;
	stoa_buf_init(&b, 4096);
	for (size_t i = 0; i < STOA_COUNT(templates); i++) {
		assert_false(chain_link_print(str_of(templates[i]), &link, &b));
	}
	assert_int_equal(b.len, 0);
	stoa_buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_link_has_the_chains_names),
	    cmocka_unit_test(test_link_is_refused),
	    cmocka_unit_test(test_link_needs_what_it_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
