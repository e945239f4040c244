/* fuzz_evm_keystore.c - any text as a keystore: refused with a reason, and
 * soon. Files that would be derived for long are left out by what the text
 * says: the bounds are for real machines, not for this one. */
#include "chain/evm_keystore.h"
#include "chain/evm_limits.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Four digits in a row may be many rounds. */
static bool
is_costly(const uint8_t *data, size_t size)
{
	size_t digits = 0, most = 0;

	for (size_t i = 0; i < size; i++) {
		digits = data[i] >= '0' && data[i] <= '9' ? digits + 1 : 0;
		most = digits > most && digits < 20 ? digits : most;
	}
	return most > 3;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct evm_curve *curve;
	uint8_t blind[32] = {1};
	const char *why = NULL;
	struct evm_key key;
	enum stoa_status status;

	if (curve == NULL) {
		curve = evm_curve_new(blind);
		stoa_assert(curve != NULL);
	}
	if (is_costly(data, size)) {
		return 0;
	}
	status = evm_keystore_read(stoa_str_of_bytes(data, size),
	    STOA_STR("testpassword"), curve, &key, &why);
	stoa_assert(status == STOA_OK || why != NULL);
	stoa_assert(status != STOA_OK || evm_key_is_valid(&key));
	return 0;
}
