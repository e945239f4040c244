/* fuzz_evm_tx.c - any bytes as a signed transaction: what is taken is written
 * back as it was. */
#include "chain/evm_tx.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evm_tx_signed s;
	struct stoa_arena arena;
	struct stoa_buf b;

	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	stoa_buf_init(&b, size + 64);
	if (evm_tx_decode(stoa_str_of_bytes(data, size), &arena, &s) ==
	    STOA_OK) {
		evm_tx_encode(&s.tx, &s.signature, &b);
		stoa_assert(!b.is_overflown);
		stoa_assert(stoa_str_is_equal(
		    stoa_buf_str(&b), stoa_str_of_bytes(data, size)));
	}
	stoa_buf_fini(&b);
	stoa_arena_fini(&arena);
	return 0;
}
