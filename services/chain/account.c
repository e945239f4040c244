/* account.c - see account.h. */
#include "chain/account.h"

#include "base/check.h"
#include "base/text.h"
#include "chain/evm_keccak.h"
#include "chain/limits.h"

bool
chain_party_is_valid(const Stoa__Chain__Party *party)
{
	return party != NULL &&
	       stoa_text_is_line(party->community, 1, CHAIN_PARTY_NAME_MAX) &&
	       stoa_text_is_line(party->member, 1, CHAIN_PARTY_NAME_MAX);
}

struct stoa_hash
chain_account_salt(const Stoa__Chain__Party *party)
{
	static const char kind[] = "stoa account v1\n";
	struct stoa_sha256 sha;

	stoa_assert(chain_party_is_valid(party));
	stoa_sha256_init(&sha);
	stoa_sha256_add(&sha, kind, sizeof(kind) - 1);
	stoa_sha256_add(&sha, party->community, strlen(party->community));
	stoa_sha256_add(&sha, "\n", 1);
	stoa_sha256_add(&sha, party->member, strlen(party->member));
	return stoa_sha256_end(&sha);
}

/* The creation code of a clone, with the address of what it is one of in the
 * middle (ERC-1167). */
static struct stoa_hash
clone_code(const struct evm_address *original)
{
	static const char head[] = "\x3d\x60\x2d\x80\x60\x0a\x3d\x39\x81\xf3"
				   "\x36\x3d\x3d\x37\x3d\x3d\x3d\x36\x3d\x73";
	static const char tail[] = "\x5a\xf4\x3d\x82\x80\x3e\x90\x3d\x91\x60"
				   "\x2b\x57\xfd\x5b\xf3";
	struct evm_keccak keccak;

	evm_keccak_init(&keccak);
	evm_keccak_add(&keccak, stoa_str_of_bytes(head, sizeof(head) - 1));
	evm_keccak_add(&keccak, evm_address_str(original));
	evm_keccak_add(&keccak, stoa_str_of_bytes(tail, sizeof(tail) - 1));
	return evm_keccak_end(&keccak);
}

struct evm_address
chain_account_at(
    const struct chain_manifest *manifest, const struct stoa_hash *salt)
{
	struct stoa_hash code =
	    clone_code(chain_manifest_at(manifest, CHAIN_ACCOUNT));

	return evm_address_of_create2(
	    chain_manifest_at(manifest, CHAIN_VAULT), salt, &code);
}

struct evm_address
chain_account_of(
    const struct chain_manifest *manifest, const Stoa__Chain__Party *party)
{
	struct stoa_hash salt = chain_account_salt(party);

	return chain_account_at(manifest, &salt);
}
