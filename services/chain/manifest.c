/* manifest.c - see manifest.h. */
#include "chain/manifest.h"

#include "base/encode.h"
#include "base/json.h"
#include "chain/evm_keccak.h"
#include "chain/limits.h"

/* EIP-2294: 2 * id + 36 must fit 64 bits. */
#define CHAIN_ID_MAX ((int64_t)((UINT64_MAX - 36) / 2))

const char *
chain_contract_name(enum chain_contract contract)
{
	static const char *const names[CHAIN_CONTRACTS] = {
	    [CHAIN_JOY] = "JoyToken",
	    [CHAIN_NFT] = "ModelNFT",
	    [CHAIN_REGISTRY] = "ModelRegistry",
	    [CHAIN_MARKET] = "ModelMarket",
	    [CHAIN_ESCROW] = "LeaseEscrow",
	    [CHAIN_VAULT] = "Vault",
	    [CHAIN_ACCOUNT] = "Account",
	};

	return names[contract];
}

bool
chain_manifest_find(const struct chain_manifest *manifest,
    const struct evm_address *address, enum chain_contract *ret_contract)
{
	for (unsigned i = 0; i < CHAIN_CONTRACTS; i++) {
		if (evm_address_is_equal(
			&manifest->contracts[i].address, address)) {
			*ret_contract = (enum chain_contract)i;
			return true;
		}
	}
	return false;
}

/* A string without escapes, which addresses and hashes do not need. */
static struct stoa_str
plain_text(struct stoa_json value)
{
	if (stoa_json_is_absent(value) ||
	    stoa_json_type(value) != STOA_JSON_STRING) {
		return STOA_STR("");
	}
	return stoa_str_of_bytes(value.text.data + 1, value.text.len - 2);
}

static bool
hash_read(struct stoa_json value, struct stoa_hash *ret_hash)
{
	struct stoa_str text = plain_text(value);
	struct stoa_buf b;
	bool ok;

	stoa_buf_init(&b, STOA_HASH_SIZE);
	ok = stoa_str_has_prefix(text, STOA_STR("0x")) &&
	     stoa_hex_decode(&b, stoa_str_from(text, 2)) &&
	     b.len == STOA_HASH_SIZE && !b.is_overflown;
	if (ok) {
		memcpy(ret_hash->bytes, b.data, STOA_HASH_SIZE);
	}
	stoa_buf_fini(&b);
	return ok;
}

/* NULL, or what is wrong with one contract. */
static const char *
contract_read(struct stoa_json entry, const struct chain_manifest *manifest,
    struct evm_address *ret_address, struct stoa_hash *ret_code)
{
	static const struct evm_address nobody;
	struct stoa_hash none = evm_keccak256(STOA_STR(""));
	enum chain_contract other;

	if (stoa_json_is_absent(entry)) {
		return "is missing";
	}
	if (!evm_address_parse(
		plain_text(stoa_json_get(entry, STOA_STR("address"))),
		ret_address)) {
		return "needs an \"address\" of 20 bytes, with its checksum if "
		       "it has capitals";
	}
	if (!hash_read(stoa_json_get(entry, STOA_STR("codeHash")), ret_code)) {
		return "needs a \"codeHash\" of 32 bytes";
	}
	if (evm_address_is_equal(ret_address, &nobody) ||
	    stoa_hash_is_equal(ret_code, &none)) {
		return "is not deployed";
	}
	if (chain_manifest_find(manifest, ret_address, &other)) {
		return "has the address of another contract";
	}
	return NULL;
}

static enum stoa_status
contracts_read(struct stoa_json contracts, struct chain_manifest *manifest,
    struct stoa_buf *error)
{
	for (unsigned i = 0; i < CHAIN_CONTRACTS; i++) {
		const char *name = chain_contract_name((enum chain_contract)i);
		struct evm_address address;
		struct stoa_hash code;
		const char *fault =
		    contract_read(stoa_json_get(contracts, stoa_str_of(name)),
			manifest, &address, &code);

		if (fault != NULL) {
			stoa_buf_printf(error, "contract %s %s%s", name, fault,
			    i >= CHAIN_VAULT
				? "; a vault is deployed for STOA_OPERATOR"
				: "");
			return STOA_INVALID;
		}
		manifest->contracts[i].address = address;
		manifest->contracts[i].code = code;
	}
	return STOA_OK;
}

enum stoa_status
chain_manifest_read(struct stoa_str text, struct chain_manifest *ret_manifest,
    struct stoa_buf *error)
{
	struct chain_manifest manifest = {.chain_id = 0};
	struct stoa_json_error where;
	struct stoa_json root;
	enum stoa_status status;
	int64_t chain = 0;

	if (text.len > CHAIN_MANIFEST_MAX) {
		stoa_buf_printf(error, "has %zu bytes, at most %zu", text.len,
		    CHAIN_MANIFEST_MAX);
		return STOA_INVALID;
	}
	if (!stoa_json_parse(text, STOA_JSON_UNIQUE_NAMES, &root, &where)) {
		stoa_buf_printf(error, "line %u, column %u: %s", where.line,
		    where.column, where.text);
		return STOA_INVALID;
	}
	if (!stoa_json_to_i64(stoa_json_get(root, STOA_STR("chain")), &chain) ||
	    chain < 1 || chain > CHAIN_ID_MAX) {
		stoa_buf_add_text(
		    error, "needs \"chain\", the chain's id (EIP-155)");
		return STOA_INVALID;
	}
	manifest.chain_id = (uint64_t)chain;
	status = contracts_read(
	    stoa_json_get(root, STOA_STR("contracts")), &manifest, error);
	if (status == STOA_OK) {
		*ret_manifest = manifest;
	}
	return status;
}
