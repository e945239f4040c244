/* evm_address.c - see evm_address.h. */
#include "chain/evm_address.h"

#include "chain/evm_keccak.h"

#include "base/encode.h"

#include <string.h>

#define DIGITS ((size_t)2 * EVM_ADDRESS_SIZE)

const char *
evm_address_print(
    const struct evm_address *address, char text[static EVM_ADDRESS_TEXT_SIZE])
{
	struct stoa_hash hash;

	text[0] = '0';
	text[1] = 'x';
	for (size_t i = 0; i < DIGITS; i++) {
		unsigned shift = i % 2 == 0 ? 4 : 0;

		text[2 + i] =
		    "0123456789abcdef"[address->bytes[i / 2] >> shift & 15];
	}
	text[2 + DIGITS] = '\0';
	/* EIP-55: a letter is a capital where the hash of the lower case text
	 * has a digit of 8 or more. */
	hash = evm_keccak256(stoa_str_of_bytes(text + 2, DIGITS));
	for (size_t i = 0; i < DIGITS; i++) {
		unsigned shift = i % 2 == 0 ? 4 : 0;

		if (text[2 + i] >= 'a' &&
		    (hash.bytes[i / 2] >> shift & 15) >= 8) {
			text[2 + i] = (char)(text[2 + i] - 'a' + 'A');
		}
	}
	return text;
}

static bool
read_digits(struct stoa_str text, struct evm_address *ret_address)
{
	struct stoa_buf bytes;
	bool ok;

	if (text.len != 2 + DIGITS ||
	    !stoa_str_has_prefix(text, STOA_STR("0x"))) {
		return false;
	}
	stoa_buf_init(&bytes, EVM_ADDRESS_SIZE);
	ok = stoa_hex_decode(&bytes, stoa_str_from(text, 2)) &&
	     bytes.len == EVM_ADDRESS_SIZE;
	if (ok) {
		memcpy(ret_address->bytes, bytes.data, EVM_ADDRESS_SIZE);
	}
	stoa_buf_fini(&bytes);
	return ok;
}

bool
evm_address_parse_strict(struct stoa_str text, struct evm_address *ret_address)
{
	struct evm_address address;
	char want[EVM_ADDRESS_TEXT_SIZE];

	if (!read_digits(text, &address) ||
	    !stoa_str_is_equal(
		text, stoa_str_of(evm_address_print(&address, want)))) {
		return false;
	}
	*ret_address = address;
	return true;
}

bool
evm_address_parse(struct stoa_str text, struct evm_address *ret_address)
{
	bool has_lower = false, has_upper = false;

	for (size_t i = 2; i < text.len; i++) {
		has_lower |= text.data[i] >= 'a' && text.data[i] <= 'f';
		has_upper |= text.data[i] >= 'A' && text.data[i] <= 'F';
	}
	return has_lower && has_upper
		   ? evm_address_parse_strict(text, ret_address)
		   : read_digits(text, ret_address);
}

bool
evm_address_is_equal(const struct evm_address *a, const struct evm_address *b)
{
	return memcmp(a->bytes, b->bytes, EVM_ADDRESS_SIZE) == 0;
}

struct evm_address
evm_address_of_public(const uint8_t public_key[64])
{
	struct stoa_hash hash =
	    evm_keccak256(stoa_str_of_bytes(public_key, 64));
	struct evm_address address;

	memcpy(address.bytes, hash.bytes + 12, EVM_ADDRESS_SIZE);
	return address;
}

struct evm_address
evm_address_of_create2(const struct evm_address *deployer,
    const struct stoa_hash *salt, const struct stoa_hash *code)
{
	struct evm_keccak keccak;
	struct stoa_hash hash;
	struct evm_address address;

	evm_keccak_init(&keccak);
	evm_keccak_add(&keccak, STOA_STR("\xff"));
	evm_keccak_add(&keccak, evm_address_str(deployer));
	evm_keccak_add(&keccak, stoa_hash_str(salt));
	evm_keccak_add(&keccak, stoa_hash_str(code));
	hash = evm_keccak_end(&keccak);
	memcpy(address.bytes, hash.bytes + 12, EVM_ADDRESS_SIZE);
	return address;
}
