/* fees.c - see fees.h. */
#include "chain/fees.h"

#include "chain/evm_u256.h"
#include "chain/limits.h"

#define GWEI UINT64_C(1000000000)

/* Blocks asked for in EVM_FEES_HISTORY_PARAMS; nodes may give fewer. */
#define HISTORY_MAX 5u

uint64_t
evm_fees_floor(uint64_t chain_id)
{
	return chain_id == 137 || chain_id == 80002 ? 25 * GWEI : 0;
}

/* Digits need no escapes; a price beyond what is ever paid is no price. */
static bool
read_price(struct stoa_json json, uint64_t *ret_wei)
{
	struct stoa_str text = json.text;
	struct evm_u256 value;

	return !stoa_json_is_absent(json) && text.len > 2 &&
	       text.data[0] == '"' &&
	       evm_u256_parse_quantity(
		   stoa_str_of_bytes(text.data + 1, text.len - 2), &value) &&
	       evm_u256_to_u64(&value, ret_wei) &&
	       *ret_wei <= CHAIN_FEE_WEI_MAX;
}

/* The last one is of the block that is to come. */
static bool
read_base(struct stoa_json list, uint64_t *ret_wei)
{
	struct stoa_json_iter it;
	struct stoa_json_member member;
	bool is_read = false;

	if (stoa_json_is_absent(list) ||
	    stoa_json_type(list) != STOA_JSON_ARRAY) {
		return false;
	}
	it = stoa_json_iter(list);
	while (stoa_json_next(&it, &member)) {
		is_read = read_price(member.value, ret_wei);
	}
	return is_read;
}

static uint64_t
median(uint64_t *values, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		uint64_t value = values[i];
		size_t at = i;

		for (; at > 0 && values[at - 1] > value; at--) {
			values[at] = values[at - 1];
		}
		values[at] = value;
	}
	return count == 0 ? 0 : values[count / 2];
}

/* A list for each block, each with the one percentile asked for. Absent: the
 * blocks were empty. */
static bool
read_tip(struct stoa_json list, uint64_t *ret_wei)
{
	struct stoa_json_iter it, inner;
	struct stoa_json_member block, tip;
	uint64_t tips[HISTORY_MAX];
	size_t count = 0;

	if (stoa_json_is_absent(list) ||
	    stoa_json_type(list) == STOA_JSON_NULL) {
		*ret_wei = 0;
		return true;
	}
	if (stoa_json_type(list) != STOA_JSON_ARRAY) {
		return false;
	}
	it = stoa_json_iter(list);
	while (count < HISTORY_MAX && stoa_json_next(&it, &block)) {
		if (stoa_json_type(block.value) != STOA_JSON_ARRAY) {
			return false;
		}
		inner = stoa_json_iter(block.value);
		if (!stoa_json_next(&inner, &tip) ||
		    !read_price(tip.value, &tips[count])) {
			return false;
		}
		count++;
	}
	*ret_wei = median(tips, count);
	return true;
}

enum stoa_status
evm_fees_read(struct stoa_json history, struct stoa_json advice,
    struct evm_fees_market *ret_market, const char **ret_fault)
{
	struct evm_fees_market market;
	uint64_t tip_wei;

	if (!read_base(stoa_json_get(history, STOA_STR("baseFeePerGas")),
		&market.base_fee_wei)) {
		*ret_fault = "a fee history without a base fee in range";
		return STOA_INVALID;
	}
	if (!read_tip(
		stoa_json_get(history, STOA_STR("reward")), &market.tip_wei)) {
		*ret_fault = "a fee history whose tips are no prices in range";
		return STOA_INVALID;
	}
	if (!stoa_json_is_absent(advice)) {
		if (!read_price(advice, &tip_wei)) {
			*ret_fault = "a tip advised that is no price in range";
			return STOA_INVALID;
		}
		if (tip_wei > market.tip_wei) {
			market.tip_wei = tip_wei;
		}
	}
	*ret_market = market;
	return STOA_OK;
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t
most(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static void
check_rule(const struct evm_fees_rule *rule)
{
	stoa_assert(rule->tip_wei_min <= rule->tip_wei_max);
	stoa_assert(rule->tip_wei_max <= rule->max_fee_wei_max);
	stoa_assert(rule->max_fee_wei_max <= CHAIN_FEE_WEI_MAX);
}

enum stoa_status
evm_fees_of(const struct evm_fees_market *market,
    const struct evm_fees_rule *rule, struct evm_fees *ret_fees)
{
	uint64_t tip_wei, base_wei = market->base_fee_wei;

	check_rule(rule);
	stoa_assert(base_wei <= CHAIN_FEE_WEI_MAX);
	if (base_wei + rule->tip_wei_min > rule->max_fee_wei_max) {
		return STOA_TOO_LARGE;
	}
	tip_wei =
	    least(most(market->tip_wei, rule->tip_wei_min), rule->tip_wei_max);
	/* What the cap leaves above the base fee. */
	tip_wei = least(tip_wei, rule->max_fee_wei_max - base_wei);
	*ret_fees = (struct evm_fees){
	    .tip_wei = tip_wei,
	    .max_fee_wei = least(2 * base_wei + tip_wei, rule->max_fee_wei_max),
	};
	return STOA_OK;
}

/* At least one more: nodes compare with ">=" of a rounded threshold, and ten
 * percent of nothing is nothing. */
static uint64_t
dearer(uint64_t wei)
{
	uint64_t more = (wei * CHAIN_BUMP_PERCENT + 99) / 100;

	return wei + (more > 0 ? more : 1);
}

enum stoa_status
evm_fees_replace(const struct evm_fees *before, const struct evm_fees *now,
    const struct evm_fees_rule *rule, struct evm_fees *ret_fees)
{
	struct evm_fees fees;

	check_rule(rule);
	stoa_assert(before->tip_wei <= before->max_fee_wei);
	stoa_assert(before->max_fee_wei <= CHAIN_FEE_WEI_MAX);
	fees.tip_wei = dearer(before->tip_wei);
	fees.max_fee_wei = dearer(before->max_fee_wei);
	if (now != NULL) {
		fees.tip_wei = most(fees.tip_wei, now->tip_wei);
		fees.max_fee_wei = most(fees.max_fee_wei, now->max_fee_wei);
	}
	fees.max_fee_wei = most(fees.max_fee_wei, fees.tip_wei);
	if (fees.max_fee_wei > rule->max_fee_wei_max) {
		return STOA_TOO_LARGE;
	}
	/* The tip's own cap gives way: without ten percent more of both the
	 * node keeps the old one. */
	*ret_fees = fees;
	return STOA_OK;
}
