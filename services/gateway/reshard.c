/* reshard.c - what is decided on the way from one count to another. */
#include "gateway/reshard.h"

#include "gateway/limits.h"

struct reshard_aim
reshard_aim(unsigned wanted, struct reshard_aim before, uint64_t plan)
{
	bool is_old = before.plan != 0 && before.count == wanted;

	return is_old ? before : (struct reshard_aim){wanted, plan};
}

enum reshard_stand
reshard_stand(const struct reshard_aim *aim, unsigned count, uint64_t plan)
{
	if (aim->count == 0 || aim->count == count) {
		return RESHARD_FOLLOWS;
	}
	return aim->plan == plan ? RESHARD_BRINGS : RESHARD_OVERRULED;
}

bool
reshard_is_settled(const struct reshard_shard *s)
{
	return s->is_ready && s->ready_us >= GATEWAY_KEPT_US &&
	       (s->guilds_due == 0 || s->quiet_us >= GATEWAY_GUILDS_US);
}

bool
reshard_is_due(const struct reshard_look *l)
{
	return l->new_settled >= l->new_count || l->old_lost >= l->old_count;
}

bool
reshard_is_kept(int64_t came_us, int64_t plan_sure_us)
{
	return came_us >= plan_sure_us - GATEWAY_KEPT_US;
}

enum reshard_leave
reshard_leave(const struct reshard_past *p)
{
	bool has_heard =
	    !p->has_session || p->since_us >= GATEWAY_OVERLAP_US_MAX ||
	    (p->is_caught_up && p->since_us >= GATEWAY_OVERLAP_US_MIN);

	if (p->is_unwanted) {
		return RESHARD_LEAVES;
	}
	return !has_heard	? RESHARD_HEARS
	       : p->waiting > 0 ? RESHARD_STORES
				: RESHARD_LEAVES;
}

void
reshard_bits_set(uint8_t *bits, size_t size, unsigned i)
{
	if (i / 8 < size) {
		bits[i / 8] |= (uint8_t)(1U << i % 8);
	}
}

void
reshard_bits_add(
    uint8_t *bits, size_t size, const uint8_t *other, size_t other_size)
{
	for (size_t i = 0; i < size && i < other_size; i++) {
		bits[i] |= other[i];
	}
}

unsigned
reshard_bits_count(const uint8_t *bits, size_t size)
{
	unsigned count = 0;

	for (size_t i = 0; i < size; i++) {
		count += (unsigned)__builtin_popcount(bits[i]);
	}
	return count;
}
