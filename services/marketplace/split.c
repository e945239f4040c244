/* split.c - see split.h. */
#include "marketplace/split.h"

#include "base/check.h"

#include <string.h>

typedef unsigned __int128 product;

int64_t
split_share_of(int64_t micro, uint32_t bp)
{
	stoa_assert(micro >= 0 && bp <= 10000);
	return (int64_t)((product)micro * bp / 10000);
}

bool
split_rent(int64_t rate_micro, int64_t time_us, int64_t *ret_micro)
{
	product rent;

	stoa_assert(rate_micro >= 0 && time_us >= 0);
	rent = ((product)rate_micro * (product)time_us + SPLIT_HOUR_US - 1) /
	       SPLIT_HOUR_US;
	if (rent > (product)MARKETPLACE_PRICE_MAX) {
		return false;
	}
	*ret_micro = (int64_t)rent;
	return true;
}

static size_t
part_add(struct split_part *parts, size_t count, const char *to,
    const char *why, int64_t micro)
{
	if (micro == 0) {
		return count;
	}
	for (size_t i = 0; i < count; i++) {
		if (strcmp(parts[i].to, to) == 0 &&
		    strcmp(parts[i].why, why) == 0) {
			parts[i].micro += micro;
			return count;
		}
	}
	stoa_assert(count < MARKETPLACE_PARTS_MAX);
	parts[count] = (struct split_part){to, why, micro};
	return count + 1;
}

size_t
split_parts(const struct split_share *shares, size_t share_count,
    const struct split_owed *owed, size_t owed_count,
    struct split_part ret_parts[static MARKETPLACE_PARTS_MAX])
{
	size_t count = 0;

	stoa_assert(owed_count <= MARKETPLACE_ACCRUALS_MAX + 1);
	stoa_assert(share_count <= MARKETPLACE_SHARES_MAX);
	for (size_t i = 0; i < owed_count; i++) {
		bool is_outside = owed[i].to[0] == '0';
		int64_t rest = owed[i].micro;

		for (size_t k = 0; k < share_count && !is_outside; k++) {
			int64_t micro =
			    split_share_of(owed[i].micro, shares[k].bp);

			rest -= micro;
			count = part_add(ret_parts, count, shares[k].to,
			    shares[k].why, micro);
		}
		stoa_assert(rest >= 0);
		if (owed[i].to[0] == '\0') {
			continue;
		}
		count = part_add(ret_parts, count, owed[i].to, "owner", rest);
	}
	return count;
}
