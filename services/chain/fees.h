/* fees.h - what to offer for a transaction (EIP-1559), from what nodes say.
 *
 * max = 2 * base + tip: enough for several full blocks in a row (six where the
 * base fee may grow by an eighth a block). A tip is at least the chain's floor:
 * Polygon's nodes take nothing below 25 gwei (PIP-35). All prices are in wei
 * for one unit of gas, at most CHAIN_FEE_WEI_MAX. Layer 1, pure. */
#ifndef CHAIN_FEES_H
#define CHAIN_FEES_H

#include "base/json.h"
#include "base/status.h"

struct evm_fees {
	uint64_t max_fee_wei;
	uint64_t tip_wei; /* of it */
};

struct evm_fees_rule {
	uint64_t tip_wei_min;
	uint64_t tip_wei_max;
	uint64_t max_fee_wei_max; /* at least tip_wei_max */
};

/* 25 gwei for 137 and 80002, 0 elsewhere. */
uint64_t evm_fees_floor(uint64_t chain_id);

/* What nodes say: `base_fee_wei` of the next block and a tip that was usual. */
struct evm_fees_market {
	uint64_t base_fee_wei;
	uint64_t tip_wei;
};

/* The parameters of eth_feeHistory that evm_fees_read expects. */
#define EVM_FEES_HISTORY_PARAMS "[\"0x5\",\"latest\",[50]]"

/* From the results of eth_feeHistory and eth_maxPriorityFeePerGas; the latter
 * may be absent. The tip is the larger of the median of the blocks' medians and
 * what the node advises. INVALID, and *ret_fault says why. */
STOA_MUST_USE enum stoa_status evm_fees_read(struct stoa_json history,
    struct stoa_json advice, struct evm_fees_market *ret_market,
    const char **ret_fault);

/* TOO_LARGE when the base fee alone, with the least tip, is above the cap:
 * wait, or raise the cap. A cap that leaves less than twice the base fee is
 * obeyed. */
STOA_MUST_USE enum stoa_status evm_fees_of(const struct evm_fees_market *market,
    const struct evm_fees_rule *rule, struct evm_fees *ret_fees);

/* For another transaction in the place of one that offered `before`: each price
 * at least CHAIN_BUMP_PERCENT above it, rounded up, and at least `now` (may be
 * NULL). TOO_LARGE when that is above the cap. */
STOA_MUST_USE enum stoa_status evm_fees_replace(const struct evm_fees *before,
    const struct evm_fees *now, const struct evm_fees_rule *rule,
    struct evm_fees *ret_fees);

#endif
