/* fuzz_evm_typed.c - any text as a document of typed data: taken or refused
 * with a reason, and taken twice alike. */
#include "chain/evm_limits.h"
#include "chain/evm_typed.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stoa_str text = stoa_str_of_bytes(data, size);
	struct evm_typed_hashes hashes, again;
	const char *why = NULL;
	struct stoa_arena arena;
	struct stoa_buf b;
	enum stoa_status status;

	stoa_arena_init(&arena, NULL, 0, 1 << 22);
	stoa_buf_init(&b, EVM_TYPED_ENCODED_MAX);
	status = evm_typed_hash(text, &arena, &hashes, &why);
	stoa_assert(status == STOA_OK || why != NULL);
	if (status == STOA_OK) {
		status = evm_typed_encode_type(text, &arena, &b, &why);
		stoa_assert(status == STOA_OK);
		stoa_arena_reset(&arena);
		status = evm_typed_hash(text, &arena, &again, &why);
		stoa_assert(status == STOA_OK);
		stoa_assert(memcmp(&hashes, &again, sizeof(hashes)) == 0);
	}
	stoa_buf_fini(&b);
	stoa_arena_fini(&arena);
	return 0;
}
