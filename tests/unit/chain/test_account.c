/* test_account.c - where accounts are: vectors.h by ethers, and the examples of
 * EIP-1014 (CC0). `make peer-chain-calls` asks a deployed vault. */
#include "chain/account.h"

#include "base/check.h"
#include "chain/evm_keccak.h"

#include "contracts.h"
#include "hex.h"
#include "vectors.h"

static Stoa__Chain__Party
party_of(char *community, char *member)
{
	Stoa__Chain__Party party = STOA__CHAIN__PARTY__INIT;

	party.community = community;
	party.member = member;
	return party;
}

static void
test_create2_is_as_the_standard_says(void **state)
{
	static const struct {
		const char *deployer, *salt, *code, *want;
	} cases[] = {
	    {"0000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000"
		"000",
		"00", "0x4D1A2e2bB4F88F0250f26Ffff098B0b30B26BF38"},
	    {"deadbeef00000000000000000000000000000000",
		"000000000000000000000000feed000000000000000000000000000000000"
		"000",
		"00", "0xD04116cDd17beBE565EB2422F2497E06cC1C9833"},
	    {"00000000000000000000000000000000deadbeef",
		"00000000000000000000000000000000000000000000000000000000cafeb"
		"abe",
		"deadbeef", "0x60f3f640a8508fC6a86d45DF051962668E1e8AC7"},
	    {"0000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000"
		"000",
		"", "0xE33C0C7F7df4809055C3ebA6c09CFe4BaF1BD9e0"},
	};
	struct stoa_buf b;

	(void)state;
	stoa_buf_init(&b, 64);
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		struct evm_address deployer, at;
		struct stoa_hash salt, code;
		char text[EVM_ADDRESS_TEXT_SIZE];

		memcpy(deployer.bytes, unhex(&b, cases[i].deployer).data, 20);
		memcpy(salt.bytes, unhex(&b, cases[i].salt).data, 32);
		code = evm_keccak256(unhex(&b, cases[i].code));
		at = evm_address_of_create2(&deployer, &salt, &code);
		assert_string_equal(
		    evm_address_print(&at, text), cases[i].want);
	}
	stoa_buf_fini(&b);
}

static void
test_account_is_where_the_vault_makes_it(void **state)
{
	static const struct {
		char *member;
		const char *want;
	} cases[] = {
	    {"m1", ACCOUNT_M1},
	    {"m2", ACCOUNT_M2},
	    {"@treasury", ACCOUNT_TREASURY},
	};
	struct chain_manifest m = contracts_made_up();
	const struct stoa_hash house = {{0}};
	char text[EVM_ADDRESS_TEXT_SIZE];
	struct evm_address at;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		Stoa__Chain__Party p =
		    party_of("c_abcdefghij", cases[i].member);

		at = chain_account_of(&m, &p);
		assert_string_equal(
		    evm_address_print(&at, text), cases[i].want);
	}
	at = chain_account_at(&m, &house);
	assert_string_equal(evm_address_print(&at, text), ACCOUNT_HOUSE);
}

static void
test_salt_tells_communities_apart(void **state)
{
	Stoa__Chain__Party a = party_of("c_abcdefghij", "m1");
	Stoa__Chain__Party b = party_of("c_abcdefghijm", "1");
	struct stoa_hash first = chain_account_salt(&a);
	struct stoa_hash second = chain_account_salt(&b);

	(void)state;
	assert_hex(stoa_hash_str(&first), SALT_M1);
	assert_false(stoa_hash_is_equal(&first, &second));
}

static void
test_party_is_two_lines(void **state)
{
	static char long_name[66];
	Stoa__Chain__Party good = party_of("c", "m");
	Stoa__Chain__Party bad[] = {
	    party_of("", "m"),
	    party_of("c", ""),
	    party_of("c\nm", "m"),
	    party_of("c", "m\n"),
	    party_of("c", "\xff"),
	    party_of("c", long_name),
	    party_of(long_name, "m"),
	};

	(void)state;
	memset(long_name, 'a', 65);
	assert_true(chain_party_is_valid(&good));
	assert_false(chain_party_is_valid(NULL));
	for (size_t i = 0; i < STOA_COUNT(bad); i++) {
		assert_false(chain_party_is_valid(&bad[i]));
	}
	long_name[64] = '\0';
	assert_true(chain_party_is_valid(&bad[5]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_create2_is_as_the_standard_says),
	    cmocka_unit_test(test_account_is_where_the_vault_makes_it),
	    cmocka_unit_test(test_salt_tells_communities_apart),
	    cmocka_unit_test(test_party_is_two_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
