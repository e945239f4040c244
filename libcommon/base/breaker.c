/* breaker.c - counting failures in two windows, tokens in hundredths. */
#include "base/breaker.h"

#include "base/check.h"

#include <stddef.h>

#define RETRY_COST 100u

void
stoa_breaker_init(struct stoa_breaker *b, const struct stoa_breaker_rule *rule)
{
	stoa_assert(rule->failures_min >= 1);
	stoa_assert(rule->probes >= 1);
	stoa_assert(rule->window_us > 0);
	stoa_assert(rule->open_us > 0);
	stoa_assert(rule->open_us_max >= rule->open_us);
	*b = (struct stoa_breaker){.rule = *rule};
}

enum stoa_breaker_state
stoa_breaker_state(const struct stoa_breaker *b, int64_t now_us)
{
	return b->state == STOA_BREAKER_OPEN && now_us >= b->open_until_us
		   ? STOA_BREAKER_HALF_OPEN
		   : b->state;
}

const char *
stoa_breaker_state_name(enum stoa_breaker_state state)
{
	switch (state) {
	case STOA_BREAKER_CLOSED:
		return "closed";
	case STOA_BREAKER_OPEN:
		return "open";
	case STOA_BREAKER_HALF_OPEN:
		return "half-open";
	}
	return "?";
}

bool
stoa_breaker_would_pass(
    const struct stoa_breaker *b, int64_t now_us, int64_t *ret_wait_us)
{
	int64_t wait_us = 0;
	bool passes = false;

	switch (stoa_breaker_state(b, now_us)) {
	case STOA_BREAKER_CLOSED:
		passes = true;
		break;
	case STOA_BREAKER_OPEN:
		wait_us = b->open_until_us - now_us;
		break;
	case STOA_BREAKER_HALF_OPEN:
		passes = b->probe_count < b->rule.probes;
		break;
	}
	if (!passes && ret_wait_us != NULL) {
		*ret_wait_us = wait_us;
	}
	return passes;
}

bool
stoa_breaker_pass(struct stoa_breaker *b, int64_t now_us, int64_t *ret_wait_us)
{
	if (!stoa_breaker_would_pass(b, now_us, ret_wait_us)) {
		return false;
	}
	b->state = stoa_breaker_state(b, now_us);
	if (b->state == STOA_BREAKER_HALF_OPEN) {
		b->probe_count++;
	}
	return true;
}

/* Moves on to the window that holds `now_us`. */
static void
turn_window(struct stoa_breaker *b, int64_t now_us)
{
	int64_t age_us = now_us - b->window_start_us;

	if (age_us < b->rule.window_us) {
		return;
	}
	b->failures[1] = age_us < 2 * b->rule.window_us ? b->failures[0] : 0;
	b->results[1] = age_us < 2 * b->rule.window_us ? b->results[0] : 0;
	b->failures[0] = b->results[0] = 0;
	b->window_start_us = now_us;
}

static void
forget_results(struct stoa_breaker *b, int64_t now_us)
{
	b->failures[0] = b->failures[1] = 0;
	b->results[0] = b->results[1] = 0;
	b->window_start_us = now_us;
}

static void
end_probe(struct stoa_breaker *b)
{
	/* A request from before it opened may end now; it was no probe. */
	if (b->probe_count > 0) {
		b->probe_count--;
	}
}

void
stoa_breaker_succeeded(struct stoa_breaker *b, int64_t now_us)
{
	turn_window(b, now_us);
	b->results[0]++;
	if (b->state == STOA_BREAKER_HALF_OPEN) {
		forget_results(b, now_us);
		b->state = STOA_BREAKER_CLOSED;
		b->probe_count = 0;
		b->open_us = 0;
	}
}

static void
open_for(struct stoa_breaker *b, int64_t now_us, int64_t open_us)
{
	b->state = STOA_BREAKER_OPEN;
	b->open_us =
	    open_us < b->rule.open_us_max ? open_us : b->rule.open_us_max;
	b->open_until_us = now_us + b->open_us;
	b->probe_count = 0;
	b->opened_count++;
	forget_results(b, now_us);
}

void
stoa_breaker_failed(struct stoa_breaker *b, int64_t now_us)
{
	uint32_t failures, results;

	turn_window(b, now_us);
	b->failures[0]++;
	b->results[0]++;
	failures = b->failures[0] + b->failures[1];
	results = b->results[0] + b->results[1];
	switch (b->state) {
	case STOA_BREAKER_CLOSED:
		if (failures >= b->rule.failures_min &&
		    2 * (uint64_t)failures >= results) {
			open_for(b, now_us, b->rule.open_us);
		}
		break;
	case STOA_BREAKER_OPEN:
		break; /* known already */
	case STOA_BREAKER_HALF_OPEN:
		open_for(b, now_us, 2 * b->open_us);
		break;
	}
}

void
stoa_breaker_cancelled(struct stoa_breaker *b, int64_t now_us)
{
	turn_window(b, now_us);
	if (b->state == STOA_BREAKER_HALF_OPEN) {
		end_probe(b);
	}
}

/* ---- retries -------------------------------------------------------------
 */

void
stoa_retry_budget_init(
    struct stoa_retry_budget *b, unsigned share_percent, unsigned burst)
{
	stoa_assert(share_percent <= 100);
	*b = (struct stoa_retry_budget){
	    .share_percent = share_percent,
	    .burst = burst,
	    .credit = (uint64_t)burst * RETRY_COST,
	};
}

void
stoa_retry_budget_request(struct stoa_retry_budget *b)
{
	uint64_t credit_max = (uint64_t)b->burst * RETRY_COST;

	b->credit += b->share_percent;
	if (b->credit > credit_max) {
		b->credit = credit_max;
	}
}

bool
stoa_retry_budget_take(struct stoa_retry_budget *b)
{
	if (b->credit < RETRY_COST) {
		b->refused_count++;
		return false;
	}
	b->credit -= RETRY_COST;
	b->taken_count++;
	return true;
}

int64_t
stoa_backoff_us(
    unsigned attempt, int64_t base_us, int64_t max_us, uint64_t random)
{
	int64_t span_us = base_us;

	stoa_assert(attempt >= 1);
	stoa_assert(base_us > 0);
	stoa_assert(max_us > 0);
	for (unsigned i = 1; i < attempt && span_us < max_us; i++) {
		span_us *= 2;
	}
	if (span_us > max_us) {
		span_us = max_us;
	}
	return (int64_t)(random % ((uint64_t)span_us + 1));
}
