/* rest_window.c - a ring of ends, and a ring of slots. */
#include "discord/rest_window.h"

#include "base/check.h"

#include <inttypes.h>

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

void
rest_budget_save(struct rest_budget *b, int64_t now_us, int64_t wall_us,
    struct stoa_buf *out)
{
	budget_turn(b, now_us);
	for (int64_t i = 0; i <= REST_INVALID_SLOTS; i++) {
		int64_t slot = b->slot - i;
		unsigned count =
		    slot < 0 ? 0 : b->counts[slot % (REST_INVALID_SLOTS + 1)];

		if (count > 0) {
			stoa_buf_printf(out, "%" PRId64 " %u\n",
			    wall_us - (now_us - slot * b->slot_us), count);
		}
	}
}

/* One line: its slot, if that is still counted. */
static bool
budget_load_line(struct rest_budget *b, int64_t now_us, int64_t wall_us,
    struct stoa_str line)
{
	struct stoa_str word = stoa_str_cut(&line, ' ');
	int64_t at_us, count, age_us;
	int64_t span_us = b->slot_us * REST_INVALID_SLOTS;

	if (!stoa_str_to_i64(word, &at_us) || !stoa_str_to_i64(line, &count) ||
	    count < 0 || count > UINT32_MAX / 2 || at_us < 0) {
		return false;
	}
	age_us = wall_us - at_us;
	/* From the future: the clock was set; take it as of now. */
	age_us = age_us < 0 ? 0 : age_us;
	if (age_us <= span_us && now_us >= age_us) {
		int64_t slot = (now_us - age_us) / b->slot_us;

		b->counts[slot % (REST_INVALID_SLOTS + 1)] += (unsigned)count;
	} else if (age_us <= span_us) {
		/* Older than the monotonic clock. */
		b->counts[0] += (unsigned)count;
	}
	return true;
}

bool
rest_budget_load(struct rest_budget *b, int64_t now_us, int64_t wall_us,
    struct stoa_str text)
{
	budget_turn(b, now_us);
	while (text.len > 0) {
		if (!budget_load_line(
			b, now_us, wall_us, stoa_str_cut(&text, '\n'))) {
			return false;
		}
	}
	return true;
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
