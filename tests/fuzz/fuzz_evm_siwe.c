/* fuzz_evm_siwe.c - any text as a sign-in message, a time and a wrapped
 * signature: what is taken as a message is written back as it was. */
#include "chain/evm_contract_signature.h"
#include "chain/evm_siwe.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stoa_str text = stoa_str_of_bytes(data, size);
	struct evm_undeployed undeployed;
	const char *why = NULL;
	struct stoa_arena arena;
	struct evm_siwe siwe;
	struct stoa_buf b;
	int64_t seconds;

	stoa_buf_init(&b, EVM_SIWE_SIZE_MAX);
	if (evm_siwe_read(text, &siwe, &why) == STOA_OK) {
		bool ok = evm_siwe_write(&siwe, &b) == STOA_OK;

		stoa_assert(ok);
		stoa_assert(stoa_str_is_equal(stoa_buf_str(&b), text));
	} else {
		stoa_assert(why != NULL);
	}
	stoa_buf_fini(&b);
	(void)evm_siwe_seconds(text, &seconds);
	stoa_arena_init(&arena, NULL, 0, 8192);
	if (evm_undeployed_read(text, &arena, &undeployed) == STOA_OK) {
		stoa_assert(undeployed.deploy.len < size);
		stoa_assert(undeployed.signature.len < size);
	}
	stoa_arena_fini(&arena);
	return 0;
}
