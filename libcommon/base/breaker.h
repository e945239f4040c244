/* breaker.h - when to stop asking a server that fails, and how often to ask
 * again: a circuit breaker, a budget of retries, and a pause between them.
 *
 * The breaker is closed (all pass) until `failures_min` of the recent results
 * failed and these are at least half of them; then it is open (none pass) for
 * a while; then half-open: `probes` requests pass at a time, one success each
 * closes it, one failure opens it for twice as long, up to a maximum. Recent
 * means since the last `window_us` began, and what is left of the one before.
 *
 * Time and randomness are the caller's. Layer 1, pure. */
#ifndef STOA_BASE_BREAKER_H
#define STOA_BASE_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

enum stoa_breaker_state {
	STOA_BREAKER_CLOSED,
	STOA_BREAKER_OPEN,
	STOA_BREAKER_HALF_OPEN,
};

struct stoa_breaker_rule {
	unsigned failures_min; /* >= 1 */
	int64_t window_us;     /* > 0 */
	int64_t open_us;       /* the first time, > 0 */
	int64_t open_us_max;   /* >= open_us */
	unsigned probes;       /* >= 1 */
};

struct stoa_breaker {
	struct stoa_breaker_rule rule;
	enum stoa_breaker_state state;
	int64_t window_start_us;
	uint32_t failures[2], results[2]; /* this window and the one before */
	int64_t open_until_us;
	int64_t open_us;      /* how long it was open last */
	unsigned probe_count; /* under way */
	uint64_t opened_count;
};

void stoa_breaker_init(
    struct stoa_breaker *b, const struct stoa_breaker_rule *rule);

/* As of now; only half-open comes by time alone. */
enum stoa_breaker_state stoa_breaker_state(
    const struct stoa_breaker *b, int64_t now_us);
const char *stoa_breaker_state_name(enum stoa_breaker_state state);

/* Whether one more request may pass; one that passed must end in one of the
 * three calls below. `*ret_wait_us` (may be NULL) of a refusal: when to ask
 * again; 0: when a probe has ended. */
bool stoa_breaker_pass(
    struct stoa_breaker *b, int64_t now_us, int64_t *ret_wait_us);

/* The same question without passing. */
bool stoa_breaker_would_pass(
    const struct stoa_breaker *b, int64_t now_us, int64_t *ret_wait_us);

void stoa_breaker_succeeded(struct stoa_breaker *b, int64_t now_us);
void stoa_breaker_failed(struct stoa_breaker *b, int64_t now_us);
void stoa_breaker_cancelled(struct stoa_breaker *b, int64_t now_us);

/* ---- retries: a share of the requests ------------------------------------
 *
 * Guarantee: among any n requests at most share * n + burst are retries, so
 * that retries cannot bury a server that is down already. */

struct stoa_retry_budget {
	unsigned share_percent; /* of requests; at most 100 */
	unsigned burst;		/* saved up at most, and at the start */
	uint64_t credit;	/* in hundredths of a retry */
	uint64_t taken_count, refused_count;
};

void stoa_retry_budget_init(
    struct stoa_retry_budget *b, unsigned share_percent, unsigned burst);
void stoa_retry_budget_request(struct stoa_retry_budget *b); /* a first try */
bool stoa_retry_budget_take(struct stoa_retry_budget *b);

/* The pause before retry number `attempt` (from 1): anywhere between zero and
 * base * 2^(attempt - 1), at most `max_us` ("full jitter"): those who failed
 * together do not return together. `random` is any 64 bits. */
int64_t stoa_backoff_us(
    unsigned attempt, int64_t base_us, int64_t max_us, uint64_t random);

#endif
