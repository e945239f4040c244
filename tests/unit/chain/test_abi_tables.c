/* The tables hold what the standards publish, in order, for a search. */
#include "chain/abi_tables.h"

#include "../unit.h"

static const char *
signature_of(const struct abi_selector *rows, size_t count, uint32_t selector)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].selector == selector) {
			return rows[i].signature;
		}
	}
	return "";
}

static const struct abi_event *
event_of(const char *contract, const char *topic)
{
	for (size_t i = 0; i < abi_event_count; i++) {
		if (strcmp(abi_events[i].contract, contract) == 0 &&
		    strcmp(abi_events[i].topic, topic) == 0) {
			return &abi_events[i];
		}
	}
	return NULL;
}

/* From ERC-20, 721, 2981, 4907, 3009, and OpenZeppelin's Governor. */
static void
test_functions_are_as_published(void **state)
{
	static const struct abi_selector known[] = {
	    {0xa9059cbb, "transfer(address,uint256)"},
	    {0x095ea7b3, "approve(address,uint256)"},
	    {0xdd62ed3e, "allowance(address,address)"},
	    {0x42842e0e, "safeTransferFrom(address,address,uint256)"},
	    {0x6352211e, "ownerOf(uint256)"},
	    {0x2a55205a, "royaltyInfo(uint256,uint256)"},
	    {0xc2f1f14a, "userOf(uint256)"},
	    {0xd505accf, "permit(address,address,uint256,uint256,uint8,"
			 "bytes32,bytes32)"},
	    {0xe3ee160e, "transferWithAuthorization(address,address,uint256,"
			 "uint256,uint256,bytes32,uint8,bytes32,bytes32)"},
	    {0x56781388, "castVote(uint256,uint8)"},
	    {0x7d5e81e2, "propose(address[],uint256[],bytes[],string)"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(known); i++) {
		assert_string_equal(signature_of(abi_functions,
					abi_function_count, known[i].selector),
		    known[i].signature);
	}
}

/* From ERC-6093. */
static void
test_errors_are_as_published(void **state)
{
	(void)state;
	assert_string_equal(
	    signature_of(abi_errors, abi_error_count, 0xe450d38c),
	    "ERC20InsufficientBalance(address,uint256,uint256)");
}

static void
test_events_are_as_published(void **state)
{
	static const struct abi_event known[] = {
	    {"ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef",
		3, "JoyToken", "Transfer(address,address,uint256)"},
	    {"ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef",
		7, "ModelNFT", "Transfer(address,address,uint256)"},
	    {"8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925",
		3, "JoyToken", "Approval(address,address,uint256)"},
	    {"4e06b4e7000e659094299b3533b47b6aa8ad048e95e872d23d1f4ee55af89cfe",
		3, "ModelNFT", "UpdateUser(uint256,address,uint64)"},
	    {"b8e138887d0aa13bab447e82de9d5c1777041ecd21ca36ba824ff1e6c07ddda4",
		1, "JoyGovernor",
		"VoteCast(address,uint256,uint8,uint256,string)"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(known); i++) {
		const struct abi_event *e =
		    event_of(known[i].contract, known[i].topic);

		assert_non_null(e);
		assert_string_equal(e->signature, known[i].signature);
		assert_int_equal(e->indexed, known[i].indexed);
	}
}

static void
test_tables_are_in_order(void **state)
{
	(void)state;
	for (size_t i = 1; i < abi_function_count; i++) {
		assert_true(
		    abi_functions[i - 1].selector < abi_functions[i].selector);
	}
	for (size_t i = 1; i < abi_error_count; i++) {
		assert_true(
		    abi_errors[i - 1].selector < abi_errors[i].selector);
	}
	for (size_t i = 1; i < abi_event_count; i++) {
		const struct abi_event *e = &abi_events[i];
		int order = strcmp(e[-1].topic, e->topic);

		assert_int_equal(strlen(e->topic), 64);
		assert_true(order < 0 || (order == 0 && strcmp(e[-1].contract,
							    e->contract) < 0));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_functions_are_as_published),
	    cmocka_unit_test(test_errors_are_as_published),
	    cmocka_unit_test(test_events_are_as_published),
	    cmocka_unit_test(test_tables_are_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
