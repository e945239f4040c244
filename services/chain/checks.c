/* checks.c - see checks.h. */
#include "chain/checks.h"

#include "base/check.h"
#include "base/encode.h"
#include "chain/account.h"
#include "chain/evm_function.h"
#include "chain/evm_keccak.h"

/* A call and an answer; what is shown of an answer that is another one. */
#define DATA_MAX  256u
#define SHOWN_MAX 32u

struct making {
	const struct chain_checks_terms *terms;
	struct chain_check *checks;
	size_t count;
	enum stoa_status status;
};

/* ---- questions ---- */

static struct chain_check *
check_add(struct making *m, enum chain_contract contract, const char *what)
{
	struct chain_check *check;

	stoa_assert(m->count < CHAIN_CHECKS_MAX);
	check = &m->checks[m->count++];
	*check = (struct chain_check){.contract = contract,
	    .to = *chain_manifest_at(m->terms->manifest, contract),
	    .what = what};
	return check;
}

/* A call with arguments that are words. */
static void
ask(struct making *m, struct chain_check *check, const char *function,
    const struct evm_value *values, size_t count)
{
	struct evm_value arguments = {.list = {values, count}};
	struct evm_function parsed;
	struct stoa_buf b;
	enum stoa_status status =
	    evm_function_parse(stoa_str_of(function), m->terms->arena, &parsed);

	stoa_buf_init(&b, DATA_MAX);
	if (status == STOA_OK) {
		status = evm_function_encode(&parsed, &arguments, &b);
	}
	if (status == STOA_OK) {
		check->data = stoa_str_of_bytes(
		    stoa_arena_dup(m->terms->arena, b.data, b.len), b.len);
		status = check->data.data == NULL ? STOA_NO_MEMORY : STOA_OK;
	}
	stoa_buf_fini(&b);
	m->status = m->status == STOA_OK ? status : m->status;
}

static struct stoa_hash
word_of_number(uint64_t number)
{
	struct evm_u256 value = evm_u256_of(number);
	struct stoa_hash word;

	evm_u256_to_bytes(&value, word.bytes);
	return word;
}

static struct stoa_hash
word_of_address(const struct evm_address *address)
{
	struct stoa_hash word = {{0}};

	memcpy(word.bytes + STOA_HASH_SIZE - EVM_ADDRESS_SIZE, address->bytes,
	    EVM_ADDRESS_SIZE);
	return word;
}

/* Text from the left, zeros after it: bytes32. */
static struct stoa_hash
word_of_text(const char *text)
{
	struct stoa_hash word = {{0}};

	stoa_assert(strlen(text) <= STOA_HASH_SIZE);
	memcpy(word.bytes, text, strlen(text));
	return word;
}

/* ---- kinds of them ---- */

static void
code_ask(struct making *m, enum chain_contract contract)
{
	struct chain_check *check =
	    check_add(m, contract, "has the manifest's code");

	check->expect = CHAIN_EXPECT_CODE;
	if (contract == CHAIN_MARKET && m->terms->market != CHAIN_MARKET_OURS) {
		check->what = "has code";
		return;
	}
	check->want = m->terms->manifest->contracts[contract].code;
}

static void
interface_ask(
    struct making *m, const char *what, const char *id, bool is_wanted)
{
	struct chain_check *check = check_add(m, CHAIN_NFT, what);
	struct evm_value value = {.bytes = stoa_str_of_bytes(id, 4)};

	check->expect = CHAIN_EXPECT_WORD;
	check->want = word_of_number(is_wanted ? 1 : 0);
	ask(m, check, "supportsInterface(bytes4)", &value, 1);
}

static void
address_ask(struct making *m, enum chain_contract contract, const char *what,
    const char *function, const struct evm_address *want)
{
	struct chain_check *check = check_add(m, contract, what);

	check->expect = CHAIN_EXPECT_WORD;
	check->want = word_of_address(want);
	ask(m, check, function, NULL, 0);
}

static void
contract_ask(struct making *m, enum chain_contract contract, const char *what,
    const char *function, enum chain_contract want)
{
	address_ask(m, contract, what, function,
	    chain_manifest_at(m->terms->manifest, want));
}

static void
words_ask(
    struct making *m, const char *what, const char *function, size_t words)
{
	struct chain_check *check = check_add(m, CHAIN_MARKET, what);

	check->expect = CHAIN_EXPECT_WORDS;
	check->words = words;
	ask(m, check, function, NULL, 0);
}

static void
listing_ask(struct making *m, const char *what, size_t words)
{
	struct chain_check *check = check_add(m, CHAIN_MARKET, what);
	struct evm_value none = {.number = evm_u256_of(0)};

	check->expect = CHAIN_EXPECT_WORDS;
	check->words = words;
	ask(m, check, "getListing(uint256)", &none, 1);
}

/* ---- contracts ---- */

static void
tokens_ask(struct making *m)
{
	struct chain_check *decimals =
	    check_add(m, CHAIN_JOY, "has 18 decimals");

	decimals->expect = CHAIN_EXPECT_WORD;
	decimals->want = word_of_number(18);
	ask(m, decimals, "decimals()", NULL, 0);
	interface_ask(m, "speaks ERC-165", "\x01\xff\xc9\xa7", true);
	interface_ask(m, "tells interfaces apart", "\xff\xff\xff\xff", false);
	interface_ask(m, "is ERC-721", "\x80\xac\x58\xcd", true);
	interface_ask(m, "is ERC-2981", "\x2a\x55\x20\x5a", true);
	interface_ask(m, "is ERC-4906", "\x49\x06\x49\x06", true);
	interface_ask(m, "is ERC-4907", "\xad\x09\x2b\x5c", true);
	contract_ask(m, CHAIN_NFT, "is minted by the registry", "REGISTRY()",
	    CHAIN_REGISTRY);
	contract_ask(m, CHAIN_NFT, "is leased by the escrow", "leaseEscrow()",
	    CHAIN_ESCROW);
}

static void
registry_ask(struct making *m)
{
	const struct stoa_hash zero = {{0}};
	struct evm_address house = chain_account_at(m->terms->manifest, &zero);
	struct chain_check *account;
	struct evm_value salt = {.bytes = stoa_hash_str(&zero)};

	contract_ask(m, CHAIN_REGISTRY, "mints the token", "NFT()", CHAIN_NFT);
	contract_ask(m, CHAIN_REGISTRY, "offers in the escrow", "ESCROW()",
	    CHAIN_ESCROW);
	contract_ask(
	    m, CHAIN_REGISTRY, "lists on the market", "market()", CHAIN_MARKET);
	address_ask(m, CHAIN_REGISTRY, "obeys the vault's own account",
	    "APPROVER()", &house);
	account =
	    check_add(m, CHAIN_VAULT, "has accounts where they should be");
	account->expect = CHAIN_EXPECT_WORD;
	account->want = word_of_address(&house);
	ask(m, account, "accountOf(bytes32)", &salt, 1);
}

static void
vault_ask(struct making *m)
{
	contract_ask(m, CHAIN_VAULT, "is of Joy", "JOY()", CHAIN_JOY);
	contract_ask(m, CHAIN_VAULT, "makes clones of the account", "ACCOUNT()",
	    CHAIN_ACCOUNT);
	contract_ask(
	    m, CHAIN_ACCOUNT, "obeys the vault", "VAULT()", CHAIN_VAULT);
	contract_ask(m, CHAIN_ESCROW, "pays fees to the vault", "TREASURY()",
	    CHAIN_VAULT);
	if (m->terms->operator_key != NULL) {
		address_ask(m, CHAIN_VAULT, "obeys the wallet's key",
		    "operator()", m->terms->operator_key);
	}
}

/* Of MarketplaceV3 each function is an extension that may not be there. */
static void
extension_ask(struct making *m, const char *what, const char *selector)
{
	struct chain_check *check = check_add(m, CHAIN_MARKET, what);
	struct evm_value value = {.bytes = stoa_str_of_bytes(selector, 4)};

	check->expect = CHAIN_EXPECT_NOT_ZERO;
	ask(m, check, "getImplementationForFunction(bytes4)", &value, 1);
}

static void
role_ask(struct making *m, const char *what, struct stoa_str role,
    const struct evm_address *who)
{
	struct chain_check *check = check_add(m, CHAIN_MARKET, what);
	struct stoa_hash hash = evm_keccak256(role);
	struct evm_value values[] = {
	    {.bytes = stoa_hash_str(&hash)}, {.address = *who}};

	check->expect = CHAIN_EXPECT_WORD;
	check->want = word_of_number(1);
	ask(m, check, "hasRoleWithSwitch(bytes32,address)", values, 2);
}

static void
market_v3_ask(struct making *m)
{
	static const struct evm_address anybody;
	struct chain_check *type =
	    check_add(m, CHAIN_MARKET, "is MarketplaceV3");

	type->expect = CHAIN_EXPECT_WORD;
	type->want = word_of_text("MarketplaceV3");
	ask(m, type, "contractType()", NULL, 0);
	extension_ask(m, "creates listings", "\x74\x64\x15\xb5");
	extension_ask(m, "cancels listings", "\x30\x5a\x67\xa8");
	extension_ask(m, "sells listings", "\x70\x42\x32\xdc");
	role_ask(m, "lets anybody list", STOA_STR("LISTER_ROLE"), &anybody);
	role_ask(m, "takes the token", STOA_STR("ASSET_ROLE"),
	    chain_manifest_at(m->terms->manifest, CHAIN_NFT));
}

static void
market_ask(struct making *m)
{
	switch (m->terms->market) {
	case CHAIN_MARKET_OURS:
		contract_ask(m, CHAIN_MARKET, "pays fees to the vault",
		    "TREASURY()", CHAIN_VAULT);
		break;
	case CHAIN_MARKET_V3:
		market_v3_ask(m);
		break;
	case CHAIN_MARKET_SMALL:
		words_ask(m, "tells its listings", "getActiveListings()", 2);
		listing_ask(m, "tells a listing", 5);
		return;
	}
	words_ask(m, "counts listings", "totalListings()", 1);
	listing_ask(m, "tells a listing", 12);
}

enum stoa_status
chain_checks_make(const struct chain_checks_terms *terms,
    struct chain_check ret_checks[static CHAIN_CHECKS_MAX], size_t *ret_count)
{
	struct making m = {
	    .terms = terms, .checks = ret_checks, .status = STOA_OK};

	for (unsigned i = 0; i < CHAIN_CONTRACTS; i++) {
		code_ask(&m, (enum chain_contract)i);
	}
	tokens_ask(&m);
	registry_ask(&m);
	vault_ask(&m);
	market_ask(&m);
	if (m.status == STOA_OK) {
		*ret_count = m.count;
	}
	return m.status;
}

/* ---- answers ---- */

static bool
is_word(struct stoa_str answer, const struct stoa_hash *word)
{
	return stoa_str_is_equal(answer, stoa_hash_str(word));
}

static bool
is_expected(const struct chain_check *check, struct stoa_str answer)
{
	static const struct stoa_hash zero;
	struct stoa_hash code;

	switch (check->expect) {
	case CHAIN_EXPECT_CODE:
		code = evm_keccak256(answer);
		return answer.len > 0 &&
		       (stoa_hash_is_equal(&check->want, &zero) ||
			   stoa_hash_is_equal(&check->want, &code));
	case CHAIN_EXPECT_WORD:
		return is_word(answer, &check->want);
	case CHAIN_EXPECT_NOT_ZERO:
		return answer.len == STOA_HASH_SIZE && !is_word(answer, &zero);
	case CHAIN_EXPECT_WORDS:
		return answer.len >= check->words * STOA_HASH_SIZE;
	}
	return false;
}

bool
chain_check_judge(const struct chain_check *check,
    const struct stoa_str *answer, struct stoa_buf *verdict)
{
	char address[EVM_ADDRESS_TEXT_SIZE];
	bool ok = answer != NULL && is_expected(check, *answer);

	stoa_buf_printf(verdict, "%s %s: %s: %s",
	    chain_contract_name(check->contract),
	    evm_address_print(&check->to, address), check->what,
	    ok ? "yes" : "no, ");
	if (ok) {
		return true;
	}
	if (answer == NULL) {
		stoa_buf_add_text(verdict, "the call reverts");
	} else if (answer->len == 0) {
		stoa_buf_add_text(verdict, check->data.len == 0
					       ? "there is no code"
					       : "it answers nothing");
	} else if (check->data.len == 0) {
		struct stoa_hash code = evm_keccak256(*answer);

		stoa_buf_add_text(verdict, "its code's hash is 0x");
		stoa_hex_encode(verdict, stoa_hash_str(&code));
	} else {
		stoa_buf_add_text(verdict, "it answers 0x");
		stoa_hex_encode(verdict,
		    stoa_str_of_bytes(answer->data,
			answer->len < SHOWN_MAX ? answer->len : SHOWN_MAX));
	}
	return false;
}
