/* payee.c - see payee.h. */
#include "bot/payee.h"

#include "bot/words.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* ---- what it is instead ---- */

static bool
is_hex(const char *text, size_t len)
{
	size_t count = 0;

	while (isxdigit((unsigned char)text[count])) {
		count++;
	}
	return count == len && text[count] == '\0';
}

/* By how they begin: none of these is ever an address here. */
static const char *
foreign_name(const char *text)
{
	static const char *const prefixes[][2] = {
	    {"bc1", "an address of Bitcoin"},
	    {"ltc1", "an address of Litecoin"},
	    {"iota1", "an address of IOTA, before 2025"},
	    {"cosmos1", "an address of Cosmos"},
	    {"akash1", "an address of Akash"},
	    {"addr1", "an address of Cardano"},
	    {"did:", "an identity and no address"},
	    {"XE", "an address in another form (ICAP)"},
	};
	size_t len = strlen(text);

	for (size_t i = 0; i < STOA_COUNT(prefixes); i++) {
		if (strncmp(text, prefixes[i][0], strlen(prefixes[i][0])) ==
		    0) {
			return prefixes[i][1];
		}
	}
	if (strncmp(text, "0x", 2) == 0 && is_hex(text + 2, 64)) {
		return "a transaction, a key, or an address of IOTA or Sui";
	}
	if (is_hex(text, 40)) {
		return "an address without its 0x";
	}
	if (is_hex(text, 64)) {
		return "as long as a private key: show it to nobody";
	}
	if (len > 4 && strcmp(text + len - 4, ".eth") == 0) {
		return "a name, and names can be changed by others";
	}
	if (text[0] == 'T' && len == 34) {
		return "an address of Tron";
	}
	return (text[0] == 'u' || text[0] == 'm') && text[1] == '_'
		   ? "a member or a model of this community"
		   : NULL;
}

bool
bot_payee_parse(struct stoa_arena *arena, const char *text,
    struct evm_address *ret_address, struct bot_problem *ret_problem)
{
	const char *foreign = foreign_name(text);
	struct bot_problem draft = {
	    .code = "address_not_valid",
	    .field = "address",
	    .given = bot_problem_excerpt(arena, stoa_str_of(text)),
	    .limit = "0x and 40 digits of an EVM chain, with the capitals as "
		     "your wallet shows them",
	    .fix = "copy it from your wallet again; never type it",
	};
	static const struct evm_address nobody;

	if (foreign != NULL) {
		/* A secret is not shown again. */
		if (strstr(foreign, "key") != NULL) {
			draft.given = "";
		}
		return bot_problem_fill(
		    ret_problem, arena, &draft, "that is %s", foreign);
	}
	if (!evm_address_parse_strict(stoa_str_of(text), ret_address)) {
		return bot_problem_fill(ret_problem, arena, &draft,
		    strncmp(text, "0x", 2) == 0 && is_hex(text + 2, 40)
			? "the capitals of this address do not match: a digit "
			  "is wrong, or they were lost"
			: "that is no address");
	}
	if (evm_address_is_equal(ret_address, &nobody)) {
		return bot_problem_fill(ret_problem, arena, &draft,
		    "nobody has that address: it would be gone");
	}
	return true;
}

/* ---- in words ---- */

const char *
bot_payee_network(struct stoa_arena *arena, uint64_t chain_id)
{
	static const struct {
		uint64_t id;
		const char *name;
	} networks[] = {
	    {1, "Ethereum"},
	    {10, "Optimism"},
	    {137, "Polygon"},
	    {8453, "Base"},
	    {8822, "IOTA EVM"},
	    {31337, "a test chain of this installation"},
	    {42161, "Arbitrum One"},
	    {80002, "Polygon Amoy, a test network"},
	    {421614, "Arbitrum Sepolia, a test network"},
	    {11155111, "Sepolia, a test network"},
	};

	for (size_t i = 0; i < STOA_COUNT(networks); i++) {
		if (networks[i].id == chain_id) {
			return bot_words_print(arena, "%s (chain %" PRIu64 ")",
			    networks[i].name, chain_id);
		}
	}
	return bot_words_print(arena, "chain %" PRIu64, chain_id);
}

const char *
bot_payee_print(struct stoa_arena *arena, const uint8_t *bytes, size_t len)
{
	char text[EVM_ADDRESS_TEXT_SIZE];
	struct evm_address address;

	if (len != EVM_ADDRESS_SIZE) {
		return "";
	}
	memcpy(address.bytes, bytes, len);
	return bot_words_print(arena, "%s", evm_address_print(&address, text));
}
