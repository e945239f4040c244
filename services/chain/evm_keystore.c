/* evm_keystore.c - see evm_keystore.h. */
#include "chain/evm_keystore.h"

#include "chain/evm_kdf.h"
#include "chain/evm_limits.h"

#include "base/encode.h"
#include "base/json.h"

#include <string.h>

struct file {
	struct evm_kdf kdf;
	uint8_t iv[16];
	uint8_t cipher_text[32];
	struct stoa_hash mac;
	bool has_address;
	struct evm_address address;
	const char *why;
};

static enum stoa_status
fail(struct file *f, enum stoa_status status, const char *why)
{
	f->why = why;
	return status;
}

/* ---- reading ---- */

/* A string of hexadecimal digits into exactly `size` bytes, or at most, if
 * *ret_len is given. */
static bool
read_hex(
    struct stoa_json json, uint8_t *ret_bytes, size_t size, size_t *ret_len)
{
	struct stoa_str text = json.text;
	struct stoa_buf bytes;
	bool ok;

	if (stoa_json_is_absent(json) ||
	    stoa_json_type(json) != STOA_JSON_STRING) {
		return false;
	}
	text = stoa_str_of_bytes(text.data + 1, text.len - 2);
	if (stoa_str_has_prefix(text, STOA_STR("0x"))) {
		text = stoa_str_from(text, 2);
	}
	if (text.len > 2 * size || (ret_len == NULL && text.len != 2 * size)) {
		return false;
	}
	stoa_buf_init(&bytes, size);
	ok = stoa_hex_decode(&bytes, text);
	if (ok && bytes.len > 0) {
		memcpy(ret_bytes, bytes.data, bytes.len);
	}
	if (ok && ret_len != NULL) {
		*ret_len = bytes.len;
	}
	stoa_buf_fini(&bytes);
	return ok;
}

static bool
read_count(struct stoa_json object, const char *name, uint64_t *ret_value)
{
	int64_t value;

	if (!stoa_json_to_i64(
		stoa_json_get(object, stoa_str_of(name)), &value) ||
	    value < 0) {
		return false;
	}
	*ret_value = (uint64_t)value;
	return true;
}

static bool
is_text(struct stoa_json object, const char *name, const char *want)
{
	struct stoa_json value = stoa_json_get(object, stoa_str_of(name));

	return !stoa_json_is_absent(value) &&
	       stoa_json_type(value) == STOA_JSON_STRING &&
	       stoa_json_is_str(value, stoa_str_of(want));
}

static enum stoa_status
read_kdf(struct file *f, struct stoa_json crypto)
{
	struct stoa_json params = stoa_json_get(crypto, STOA_STR("kdfparams"));
	struct evm_kdf *kdf = &f->kdf;
	uint64_t length;
	bool ok;

	if (!read_count(params, "dklen", &length) ||
	    !read_hex(stoa_json_get(params, STOA_STR("salt")), kdf->salt,
		sizeof(kdf->salt), &kdf->salt_len)) {
		return fail(f, STOA_INVALID, "kdfparams: dklen or salt");
	}
	if (length != 32) {
		return fail(f, STOA_UNSUPPORTED, "kdfparams: dklen is not 32");
	}
	kdf->is_scrypt = is_text(crypto, "kdf", "scrypt");
	if (kdf->is_scrypt) {
		ok = read_count(params, "n", &kdf->n) &&
		     read_count(params, "r", &kdf->r) &&
		     read_count(params, "p", &kdf->p);
	} else if (is_text(crypto, "kdf", "pbkdf2") &&
		   is_text(params, "prf", "hmac-sha256")) {
		ok = read_count(params, "c", &kdf->rounds);
	} else {
		return fail(f, STOA_UNSUPPORTED,
		    "kdf: neither scrypt nor pbkdf2 with hmac-sha256");
	}
	if (!ok) {
		return fail(f, STOA_INVALID, "kdfparams: a number is missing");
	}
	f->why = evm_kdf_fault(kdf);
	return f->why == NULL ? STOA_OK : STOA_TOO_LARGE;
}

static enum stoa_status
read_crypto(struct file *f, struct stoa_json crypto)
{
	struct stoa_json params =
	    stoa_json_get(crypto, STOA_STR("cipherparams"));

	if (stoa_json_is_absent(crypto) ||
	    stoa_json_type(crypto) != STOA_JSON_OBJECT) {
		return fail(f, STOA_INVALID, "crypto is missing");
	}
	if (!is_text(crypto, "cipher", "aes-128-ctr")) {
		return fail(f, STOA_UNSUPPORTED, "cipher: not aes-128-ctr");
	}
	if (!read_hex(stoa_json_get(params, STOA_STR("iv")), f->iv,
		sizeof(f->iv), NULL)) {
		return fail(f, STOA_INVALID, "cipherparams: iv");
	}
	if (!read_hex(stoa_json_get(crypto, STOA_STR("ciphertext")),
		f->cipher_text, sizeof(f->cipher_text), NULL)) {
		return fail(f, STOA_INVALID, "ciphertext is not 32 bytes");
	}
	if (!read_hex(stoa_json_get(crypto, STOA_STR("mac")), f->mac.bytes,
		sizeof(f->mac.bytes), NULL)) {
		return fail(f, STOA_INVALID, "mac is not 32 bytes");
	}
	return read_kdf(f, crypto);
}

static enum stoa_status
read_file(struct file *f, struct stoa_str text)
{
	struct stoa_json root, address, crypto;
	uint64_t version;

	if (text.len > EVM_KEYSTORE_SIZE_MAX) {
		return fail(f, STOA_TOO_LARGE, "the file is too large");
	}
	if (!stoa_json_parse(text, STOA_JSON_UNIQUE_NAMES, &root, NULL) ||
	    stoa_json_type(root) != STOA_JSON_OBJECT) {
		return fail(f, STOA_INVALID, "it is no JSON object");
	}
	if (!read_count(root, "version", &version) || version != 3) {
		return fail(f, STOA_UNSUPPORTED, "version: not 3");
	}
	/* Absent where the owner wanted privacy, empty in some wallets. */
	address = stoa_json_get(root, STOA_STR("address"));
	f->has_address = !stoa_json_is_absent(address) &&
			 !stoa_str_is_equal(address.text, STOA_STR("\"\""));
	if (f->has_address && !read_hex(address, f->address.bytes,
				  sizeof(f->address.bytes), NULL)) {
		return fail(f, STOA_INVALID, "address");
	}
	crypto = stoa_json_get(root, STOA_STR("crypto"));
	if (stoa_json_is_absent(crypto)) { /* early wallets wrote it so */
		crypto = stoa_json_get(root, STOA_STR("Crypto"));
	}
	return read_crypto(f, crypto);
}

static enum stoa_status
open_file(struct file *f, struct stoa_str password,
    const struct evm_curve *curve, struct evm_key *key)
{
	uint8_t derived[32];
	struct evm_address address;
	struct stoa_hash mac;
	enum stoa_status status = evm_kdf_derive(&f->kdf, password, derived);

	f->why = "out of memory";
	if (status == STOA_OK) {
		mac = evm_kdf_mac(derived, f->cipher_text);
		if (!stoa_hash_is_equal(&mac, &f->mac)) {
			status = fail(f, STOA_UNAUTHENTIC,
			    "another password, or the file was changed");
		}
	}
	if (status == STOA_OK) {
		status =
		    evm_kdf_crypt(derived, f->iv, f->cipher_text, key->bytes);
	}
	explicit_bzero(derived, sizeof(derived));
	if (status != STOA_OK) {
		return status;
	}
	if (!evm_key_is_valid(key)) {
		return fail(f, STOA_CORRUPT, "it holds no key");
	}
	if (f->has_address) {
		address = evm_key_address(curve, key);
		if (!evm_address_is_equal(&address, &f->address)) {
			return fail(f, STOA_CORRUPT,
			    "the key is not that of the address");
		}
	}
	return STOA_OK;
}

enum stoa_status
evm_keystore_read(struct stoa_str text, struct stoa_str password,
    const struct evm_curve *curve, struct evm_key *ret_key,
    const char **ret_why)
{
	struct file f = {.why = NULL};
	struct evm_key key;
	enum stoa_status status;

	if (password.len > EVM_PASSWORD_SIZE_MAX) {
		status = fail(&f, STOA_TOO_LARGE, "the password is too long");
	} else {
		status = read_file(&f, text);
	}
	if (status == STOA_OK) {
		status = open_file(&f, password, curve, &key);
	}
	if (status == STOA_OK) {
		*ret_key = key;
	} else if (ret_why != NULL) {
		*ret_why = f.why;
	}
	evm_key_wipe(&key);
	return status;
}

/* ---- writing ---- */

static void
put_hex(struct stoa_buf *b, const char *before, const void *bytes, size_t len)
{
	stoa_buf_add_text(b, before);
	stoa_hex_encode(b, stoa_str_of_bytes(bytes, len));
}

static void
put_file(struct stoa_buf *b, const struct file *f, const uint8_t random[16])
{
	uint8_t id[16];

	memcpy(id, random, sizeof(id));
	id[6] = (uint8_t)((id[6] & 0x0f) | 0x40); /* RFC 4122: version 4 */
	id[8] = (uint8_t)((id[8] & 0x3f) | 0x80);
	put_hex(b, "{\"version\":3,\"id\":\"", id, 4);
	put_hex(b, "-", id + 4, 2);
	put_hex(b, "-", id + 6, 2);
	put_hex(b, "-", id + 8, 2);
	put_hex(b, "-", id + 10, 6);
	put_hex(b, "\",\"address\":\"", f->address.bytes, EVM_ADDRESS_SIZE);
	put_hex(b,
	    "\",\"crypto\":{\"cipher\":\"aes-128-ctr\","
	    "\"cipherparams\":{\"iv\":\"",
	    f->iv, sizeof(f->iv));
	put_hex(
	    b, "\"},\"ciphertext\":\"", f->cipher_text, sizeof(f->cipher_text));
	stoa_buf_printf(b,
	    "\",\"kdf\":\"scrypt\",\"kdfparams\":{\"dklen\":32,"
	    "\"n\":%llu,\"r\":%llu,\"p\":%llu",
	    (unsigned long long)f->kdf.n, (unsigned long long)f->kdf.r,
	    (unsigned long long)f->kdf.p);
	put_hex(b, ",\"salt\":\"", f->kdf.salt, f->kdf.salt_len);
	put_hex(b, "\"},\"mac\":\"", f->mac.bytes, sizeof(f->mac.bytes));
	stoa_buf_add_text(b, "\"}}");
}

enum stoa_status
evm_keystore_write(const struct evm_key *key, struct stoa_str password,
    const struct evm_curve *curve, const struct evm_keystore_options *options,
    struct stoa_buf *b)
{
	struct file f = {.kdf = {.is_scrypt = true,
			     .n = options->n,
			     .r = options->r,
			     .p = options->p,
			     .salt_len = sizeof(options->salt)}};
	uint8_t derived[32];
	enum stoa_status status;

	if (password.len > EVM_PASSWORD_SIZE_MAX ||
	    options->n < EVM_SCRYPT_N_MIN || evm_kdf_fault(&f.kdf) != NULL) {
		return STOA_TOO_LARGE;
	}
	memcpy(f.kdf.salt, options->salt, sizeof(options->salt));
	memcpy(f.iv, options->iv, sizeof(f.iv));
	f.address = evm_key_address(curve, key);
	status = evm_kdf_derive(&f.kdf, password, derived);
	if (status == STOA_OK) {
		status =
		    evm_kdf_crypt(derived, f.iv, key->bytes, f.cipher_text);
	}
	if (status == STOA_OK) {
		f.mac = evm_kdf_mac(derived, f.cipher_text);
		put_file(b, &f, options->id);
	}
	explicit_bzero(derived, sizeof(derived));
	return status == STOA_OK && b->is_overflown ? STOA_TOO_LARGE : status;
}
