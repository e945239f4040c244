/* evm.c - signs and encodes EIP-1559 transactions, and recovers who signed
 * them, for about a second of processor time each; evm.mjs does the same. */
#include "chain/evm_tx.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECONDS 1.0
#define BATCH	100

static double
cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int
main(void)
{
	uint8_t blind[32] = {1}, call[68] = {0xa9, 0x05, 0x9c, 0xbb};
	struct evm_curve *curve = evm_curve_new(blind);
	struct evm_address to = {{0x35}}, sender;
	struct evm_key key;
	struct evm_tx tx = {.type = EVM_TX_DYNAMIC_FEE,
	    .chain_id = 137,
	    .gas_limit = 60000,
	    .fee_max = evm_u256_of(UINT64_C(100000000000)),
	    .tip_max = evm_u256_of(UINT64_C(25000000000)),
	    .to = &to,
	    .data = stoa_str_of_bytes(call, sizeof(call))};
	struct evm_signature signature;
	struct stoa_hash hash;
	struct stoa_buf raw;
	double began, took;
	uint64_t count = 0;
	bool ok = curve != NULL;

	memset(key.bytes, 0x46, sizeof(key.bytes));
	stoa_buf_init(&raw, 4096);
	for (began = cpu_seconds(); (took = cpu_seconds() - began) < SECONDS;) {
		for (int i = 0; i < BATCH; i++) {
			tx.nonce = count++;
			stoa_buf_clear(&raw);
			ok = ok && evm_tx_sign(curve, &key, &tx, &raw, &hash) ==
				       STOA_OK;
		}
	}
	printf("sign %.0f\n", (double)count / took);
	count = 0;
	signature = evm_key_sign(curve, &key, &hash);
	for (began = cpu_seconds(); (took = cpu_seconds() - began) < SECONDS;) {
		for (int i = 0; i < BATCH; i++) {
			count++;
			ok = ok && evm_signature_recover(
				       &signature, &hash, &sender) == STOA_OK;
		}
	}
	printf("recover %.0f\n", (double)count / took);
	stoa_buf_fini(&raw);
	evm_curve_free(curve);
	return ok ? 0 : 1;
}
