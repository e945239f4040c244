/* rest_window.h - two counts over time: requests of the last second, and
 * requests of the last ten minutes that should not have been made.
 * Layer 1, pure. */
#ifndef DISCORD_REST_WINDOW_H
#define DISCORD_REST_WINDOW_H

#include "base/buf.h"
#include "base/str.h"
#include "discord/rest_limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- at most `limit` requests in any `span_us`, as the server counts ------
 *
 * A request reaches the server at some moment between its start and its
 * answer. It is therefore counted from its start until `span_us` after its
 * answer: then no span of the server's own clock holds more than `limit`,
 * however the network delays things. */

struct rest_window {
	unsigned limit;
	int64_t span_us;
	unsigned flight_count;
	unsigned first, count;
	int64_t ended_us[REST_GLOBAL_LIMIT_MAX]; /* ring, in order */
};

void rest_window_init(struct rest_window *w, unsigned limit, int64_t span_us);

/* False: full; *ret_wait_us tells when that changes by time alone, 0 when
 * an answer must come first. */
bool rest_window_has_room(
    struct rest_window *w, int64_t now_us, int64_t *ret_wait_us);

/* There must be room. Each start is ended once, or taken back when nothing
 * was sent. */
void rest_window_start(struct rest_window *w);
void rest_window_end(struct rest_window *w, int64_t now_us);
void rest_window_take_back(struct rest_window *w);

unsigned rest_window_used(struct rest_window *w, int64_t now_us);

/* ---- invalid requests ----------------------------------------------------
 */

enum rest_budget_level {
	REST_BUDGET_FINE,
	REST_BUDGET_SLOW, /* the rate is held so that it cannot run out */
	REST_BUDGET_HARD, /* only people who wait are answered */
	REST_BUDGET_STOP,
};

struct rest_budget {
	unsigned max;
	int64_t slot_us;
	int64_t slot; /* number of the newest one */
	unsigned counts[REST_INVALID_SLOTS + 1];
	uint64_t shared_used; /* all together, as last heard */
	int64_t shared_until_us;
};

void rest_budget_init(struct rest_budget *b, unsigned max, int64_t span_us);
void rest_budget_spend(struct rest_budget *b, int64_t now_us, unsigned count);

/* Of the last span and up to a slot more. */
unsigned rest_budget_used(struct rest_budget *b, int64_t now_us);

/* Others and we together have spent `used`; believed for a slot's length. */
void rest_budget_share(struct rest_budget *b, int64_t now_us, uint64_t used);

/* `extra`: requests under way, which may all turn out invalid. */
enum rest_budget_level rest_budget_level(
    struct rest_budget *b, int64_t now_us, unsigned extra);

/* Between requests at level SLOW: at this pace the hard level is not passed
 * within the span even if every request is invalid. */
int64_t rest_budget_pace_us(struct rest_budget *b, int64_t now_us);

/* What was spent as text, against a wall clock, and back: a restart forgets
 * nothing. Text that is not ours is ignored; false then. */
void rest_budget_save(struct rest_budget *b, int64_t now_us, int64_t wall_us,
    struct stoa_buf *out);
bool rest_budget_load(struct rest_budget *b, int64_t now_us, int64_t wall_us,
    struct stoa_str text);

const char *rest_budget_level_name(enum rest_budget_level level);

#endif
