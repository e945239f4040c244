/* evm_kdf.c - see evm_kdf.h. */
#include "chain/evm_kdf.h"

#include "chain/evm_keccak.h"
#include "chain/evm_limits.h"

#include "base/check.h"

#include <openssl/evp.h>
#include <string.h>

const char *
evm_kdf_fault(const struct evm_kdf *kdf)
{
	if (!kdf->is_scrypt) {
		return kdf->rounds < 1 || kdf->rounds > EVM_PBKDF2_ROUNDS_MAX
			   ? "the number of rounds is out of bounds"
			   : NULL;
	}
	if (kdf->n < 2 || (kdf->n & (kdf->n - 1)) != 0 || kdf->r < 1 ||
	    kdf->p < 1) {
		return "scrypt's n must be a power of two, r and p positive";
	}
	/* RFC 7914, section 2; OpenSSL insists. */
	if (kdf->r < 4 && kdf->n >> (16 * kdf->r) != 0) {
		return "scrypt's n must be below 2^(16 r)";
	}
	if (kdf->n > EVM_SCRYPT_MEMORY_MAX || kdf->r > EVM_SCRYPT_N_MIN ||
	    kdf->p > EVM_SCRYPT_N_MIN ||
	    128 * kdf->n * kdf->r > EVM_SCRYPT_MEMORY_MAX) {
		return "scrypt would need too much memory";
	}
	if (128 * kdf->n * kdf->r > EVM_SCRYPT_WORK_MAX / kdf->p) {
		return "scrypt would take too long";
	}
	return NULL;
}

enum stoa_status
evm_kdf_derive(const struct evm_kdf *kdf, struct stoa_str password,
    uint8_t ret_derived[32])
{
	int ok;

	stoa_assert(evm_kdf_fault(kdf) == NULL);
	if (kdf->is_scrypt) {
		/* OpenSSL counts some blocks more than 128*n*r. */
		ok = EVP_PBE_scrypt(password.data, password.len, kdf->salt,
		    kdf->salt_len, kdf->n, kdf->r, kdf->p,
		    EVM_SCRYPT_MEMORY_MAX + EVM_SCRYPT_MEMORY_MAX / 4,
		    ret_derived, 32);
	} else {
		ok = PKCS5_PBKDF2_HMAC(password.data, (int)password.len,
		    kdf->salt, (int)kdf->salt_len, (int)kdf->rounds,
		    EVP_sha256(), 32, ret_derived);
	}
	return ok == 1 ? STOA_OK : STOA_NO_MEMORY;
}

enum stoa_status
evm_kdf_crypt(const uint8_t key[16], const uint8_t iv[16], const uint8_t in[32],
    uint8_t ret_out[32])
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	int len = 0;
	bool ok = context != NULL &&
		  EVP_EncryptInit_ex(
		      context, EVP_aes_128_ctr(), NULL, key, iv) == 1 &&
		  EVP_EncryptUpdate(context, ret_out, &len, in, 32) == 1 &&
		  len == 32;

	EVP_CIPHER_CTX_free(context);
	return ok ? STOA_OK : STOA_NO_MEMORY;
}

struct stoa_hash
evm_kdf_mac(const uint8_t derived[32], const uint8_t cipher_text[32])
{
	struct evm_keccak keccak;
	struct stoa_hash mac;

	evm_keccak_init(&keccak);
	evm_keccak_add(&keccak, stoa_str_of_bytes(derived + 16, 16));
	evm_keccak_add(&keccak, stoa_str_of_bytes(cipher_text, 32));
	mac = evm_keccak_end(&keccak);
	explicit_bzero(&keccak, sizeof(keccak));
	return mac;
}
