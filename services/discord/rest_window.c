/* rest_window.c - a ring of ends, and a ring of slots. */
#include "discord/rest_window.h"

#include "base/check.h"

void
rest_window_init(struct rest_window *w, unsigned limit, int64_t span_us)
{
	stoa_assert(limit >= 1);
	stoa_assert(limit <= REST_GLOBAL_LIMIT_MAX);
	stoa_assert(span_us > 0);
	*w = (struct rest_window){.limit = limit, .span_us = span_us};
}

static void
window_turn(struct rest_window *w, int64_t now_us)
{
	while (w->count > 0 && w->ended_us[w->first] + w->span_us <= now_us) {
		w->first = (w->first + 1) % REST_GLOBAL_LIMIT_MAX;
		w->count--;
	}
}

bool
rest_window_has_room(
    struct rest_window *w, int64_t now_us, int64_t *ret_wait_us)
{
	window_turn(w, now_us);
	if (w->flight_count + w->count < w->limit) {
		return true;
	}
	*ret_wait_us =
	    w->count > 0 ? w->ended_us[w->first] + w->span_us - now_us : 0;
	return false;
}

void
rest_window_start(struct rest_window *w)
{
	stoa_assert(w->flight_count + w->count < w->limit);
	w->flight_count++;
}

void
rest_window_end(struct rest_window *w, int64_t now_us)
{
	stoa_assert(w->flight_count > 0);
	w->flight_count--;
	w->ended_us[(w->first + w->count) % REST_GLOBAL_LIMIT_MAX] = now_us;
	w->count++;
}

void
rest_window_take_back(struct rest_window *w)
{
	stoa_assert(w->flight_count > 0);
	w->flight_count--;
}

unsigned
rest_window_used(struct rest_window *w, int64_t now_us)
{
	window_turn(w, now_us);
	return w->flight_count + w->count;
}

/* ---- invalid requests ---- */

void
rest_budget_init(struct rest_budget *b, unsigned max, int64_t span_us)
{
	stoa_assert(max >= 1);
	stoa_assert(span_us >= REST_INVALID_SLOTS);
	*b = (struct rest_budget){
	    .max = max,
	    .slot_us = (span_us + REST_INVALID_SLOTS - 1) / REST_INVALID_SLOTS,
	};
}

static void
budget_turn(struct rest_budget *b, int64_t now_us)
{
	int64_t slot = now_us / b->slot_us;

	if (slot - b->slot > REST_INVALID_SLOTS) {
		b->slot = slot - REST_INVALID_SLOTS - 1;
	}
	while (b->slot < slot) {
		b->slot++;
		b->counts[b->slot % (REST_INVALID_SLOTS + 1)] = 0;
	}
}

void
rest_budget_spend(struct rest_budget *b, int64_t now_us, unsigned count)
{
	budget_turn(b, now_us);
	b->counts[b->slot % (REST_INVALID_SLOTS + 1)] += count;
	b->shared_used += count;
}

unsigned
rest_budget_used(struct rest_budget *b, int64_t now_us)
{
	uint64_t used = 0;

	budget_turn(b, now_us);
	for (size_t i = 0; i < STOA_COUNT(b->counts); i++) {
		used += b->counts[i];
	}
	if (now_us < b->shared_until_us && b->shared_used > used) {
		used = b->shared_used;
	}
	return used > UINT32_MAX ? UINT32_MAX : (unsigned)used;
}

void
rest_budget_share(struct rest_budget *b, int64_t now_us, uint64_t used)
{
	b->shared_used = used;
	b->shared_until_us = now_us + b->slot_us;
}

enum rest_budget_level
rest_budget_level(struct rest_budget *b, int64_t now_us, unsigned extra)
{
	uint64_t hundredths =
	    100 * ((uint64_t)rest_budget_used(b, now_us) + extra);

	if (hundredths >= (uint64_t)b->max * REST_INVALID_STOP_PERCENT) {
		return REST_BUDGET_STOP;
	}
	if (hundredths >= (uint64_t)b->max * REST_INVALID_HARD_PERCENT) {
		return REST_BUDGET_HARD;
	}
	return hundredths >= (uint64_t)b->max * REST_INVALID_SLOW_PERCENT
		   ? REST_BUDGET_SLOW
		   : REST_BUDGET_FINE;
}

int64_t
rest_budget_pace_us(struct rest_budget *b, int64_t now_us)
{
	int64_t span_us = b->slot_us * REST_INVALID_SLOTS;
	int64_t hard = (int64_t)b->max * REST_INVALID_HARD_PERCENT / 100;
	int64_t left = hard - rest_budget_used(b, now_us);

	return span_us / (left > 1 ? left : 1);
}

const char *
rest_budget_level_name(enum rest_budget_level level)
{
	switch (level) {
	case REST_BUDGET_FINE:
		return "fine";
	case REST_BUDGET_SLOW:
		return "slow";
	case REST_BUDGET_HARD:
		return "interactions only";
	case REST_BUDGET_STOP:
		return "stopped";
	}
	return "?";
}
