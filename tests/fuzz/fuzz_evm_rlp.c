/* fuzz_evm_rlp.c - any bytes as RLP: what is taken is written back as it was.
 */
#include "chain/evm_rlp.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Lists on the way down. */
#define DEPTH_MAX 64

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stoa_str open[DEPTH_MAX] = {stoa_str_of_bytes(data, size)};
	size_t begun[DEPTH_MAX] = {0}, depth = 1, items = 0, count;
	struct evm_u256 number;
	struct evm_rlp item;
	struct stoa_buf b;

	stoa_buf_init(&b, size + 16);
	while (depth > 0) {
		struct stoa_str *at = &open[depth - 1];
		struct stoa_str before = *at;

		if (at->len == 0) {
			if (--depth > 0) {
				evm_rlp_end(&b, begun[depth]);
			}
			continue;
		}
		if (evm_rlp_cut(at, &item) != STOA_OK) {
			stoa_assert(at->len == before.len);
			stoa_buf_fini(&b);
			return 0;
		}
		items++;
		if (item.is_list && depth < DEPTH_MAX) {
			begun[depth] = evm_rlp_begin(&b);
			open[depth++] = item.content;
		} else if (item.is_list) {
			stoa_buf_fini(&b);
			return 0;
		} else {
			evm_rlp_bytes(&b, item.content);
			if (evm_rlp_cut_u256(&before, &number) == STOA_OK) {
				stoa_assert(
				    evm_u256_size(&number) == item.content.len);
			}
		}
	}
	stoa_assert(!b.is_overflown);
	stoa_assert(
	    stoa_str_is_equal(stoa_buf_str(&b), stoa_str_of_bytes(data, size)));
	if (evm_rlp_count(stoa_str_of_bytes(data, size), &count) == STOA_OK) {
		stoa_assert(count <= items);
	}
	stoa_buf_fini(&b);
	return 0;
}
