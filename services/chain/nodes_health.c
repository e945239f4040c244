/* nodes_health.c - see nodes_health.h. */
#include "chain/nodes_health.h"

#include "chain/nodes_limits.h"

#include <stdarg.h>
#include <stdio.h>

void
node_health_init(struct node_health *h, const struct stoa_breaker_rule *rule)
{
	*h = (struct node_health){.check_us = INT64_MIN};
	stoa_breaker_init(&h->breaker, rule);
}

static bool
is_behind(const struct node_health *h, uint64_t best, uint64_t lag_max)
{
	return !h->has_head || (best > h->head && best - h->head > lag_max);
}

/* All but the breaker. */
static bool
is_fit(const struct node_health *h, enum node_purpose purpose, uint64_t best,
    uint64_t lag_max, int64_t now_us)
{
	if (now_us < h->limited_until_us) {
		return false;
	}
	switch (purpose) {
	case NODE_CHECK:
		return !h->is_wrong || now_us >= h->check_us;
	case NODE_READ:
		return h->is_checked && now_us >= h->distrust_until_us &&
		       !is_behind(h, best, lag_max);
	case NODE_SEND:
		break;
	}
	return h->is_checked;
}

bool
node_health_may_pass(const struct node_health *h, enum node_purpose purpose,
    uint64_t best, uint64_t lag_max, int64_t now_us)
{
	return is_fit(h, purpose, best, lag_max, now_us) &&
	       stoa_breaker_would_pass(&h->breaker, now_us, NULL);
}

bool
node_health_pass(struct node_health *h, enum node_purpose purpose,
    uint64_t best, uint64_t lag_max, int64_t now_us)
{
	if (!is_fit(h, purpose, best, lag_max, now_us) ||
	    !stoa_breaker_pass(&h->breaker, now_us, NULL)) {
		return false;
	}
	h->calls++;
	return true;
}

void
node_health_succeeded(struct node_health *h, int64_t now_us)
{
	h->limited_us = 0;
	stoa_breaker_succeeded(&h->breaker, now_us);
}

void
node_health_cancelled(struct node_health *h, int64_t now_us)
{
	stoa_breaker_cancelled(&h->breaker, now_us);
}

void
node_health_limited(struct node_health *h, int64_t after_us, int64_t now_us)
{
	h->limited++;
	stoa_breaker_cancelled(&h->breaker, now_us);
	if (after_us == 0) {
		after_us = h->limited_us == 0 ? EVM_NODE_LIMITED_US
					      : 2 * h->limited_us;
	}
	if (after_us > EVM_NODE_LIMITED_US_MAX) {
		after_us = EVM_NODE_LIMITED_US_MAX;
	}
	h->limited_us = after_us;
	/* Of several that were under way, the longest pause counts. */
	if (now_us + after_us > h->limited_until_us) {
		h->limited_until_us = now_us + after_us;
	}
}

void
node_health_failed(struct node_health *h, int64_t now_us)
{
	h->failures++;
	h->is_checked = false;
	stoa_breaker_failed(&h->breaker, now_us);
}

void
node_health_blamed(struct node_health *h, int64_t now_us)
{
	const struct stoa_breaker_rule *rule = &h->breaker.rule;

	h->failures++;
	h->is_checked = false;
	if (now_us - h->blames_since_us >
	    rule->window_us + 2 * h->distrust_us) {
		h->blames = 0;
		h->distrust_us = 0;
	}
	h->blames_since_us = now_us;
	h->blames++;
	if (h->blames < rule->failures_min) {
		return;
	}
	h->distrust_us =
	    h->distrust_us == 0 ? rule->open_us : 2 * h->distrust_us;
	if (h->distrust_us > rule->open_us_max) {
		h->distrust_us = rule->open_us_max;
	}
	h->distrust_until_us = now_us + h->distrust_us;
}

void
node_health_checked(struct node_health *h, bool is_right, int64_t now_us)
{
	h->is_checked = is_right;
	h->is_wrong = !is_right;
	h->check_us =
	    now_us + (is_right ? EVM_NODE_CHECK_US : EVM_NODE_BANNED_US);
}

void
node_health_set_error(struct node_health *h, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(h->error, sizeof(h->error), format, args);
	va_end(args);
}

int64_t
node_health_check_us(const struct node_health *h, int64_t now_us)
{
	int64_t wait_us = 0, at_us = now_us;

	if (!stoa_breaker_would_pass(&h->breaker, now_us, &wait_us)) {
		at_us = now_us + wait_us;
	}
	if (h->is_wrong && h->check_us > at_us) {
		at_us = h->check_us;
	}
	return h->limited_until_us > at_us ? h->limited_until_us : at_us;
}

enum evm_node_state
node_health_state(const struct node_health *h, uint64_t best, uint64_t lag_max,
    int64_t now_us)
{
	if (h->is_wrong) {
		return EVM_NODE_WRONG_CHAIN;
	}
	if (stoa_breaker_state(&h->breaker, now_us) != STOA_BREAKER_CLOSED ||
	    now_us < h->distrust_until_us) {
		return EVM_NODE_FAILING;
	}
	if (now_us < h->limited_until_us) {
		return EVM_NODE_LIMITED;
	}
	if (!h->is_checked || !h->has_head) {
		return EVM_NODE_UNKNOWN;
	}
	return is_behind(h, best, lag_max) ? EVM_NODE_LAGGING : EVM_NODE_WELL;
}

/* ---- finality ---- */

void
nodes_final_init(struct nodes_final *f, int64_t now_us)
{
	*f = (struct nodes_final){.since_us = now_us};
}

void
nodes_final_said(struct nodes_final *f, unsigned node,
    const struct evm_block *block, int64_t now_us)
{
	f->nodes[node] = (struct node_final){
	    .is_said = true,
	    .number = block->number,
	    .hash = block->hash,
	    .at_us = now_us,
	};
}

void
nodes_final_silent(struct nodes_final *f, unsigned node, int64_t now_us)
{
	f->nodes[node] =
	    (struct node_final){.is_silent = true, .at_us = now_us};
}

static bool
is_heard(const struct nodes_final *f, const struct nodes_final_rule *rule,
    unsigned i)
{
	return (rule->usable >> i & 1) != 0 && f->nodes[i].is_said &&
	       f->nodes[i].at_us >= rule->fresh_us;
}

/* Nodes that may yet say what is final. */
static unsigned
count_others(const struct nodes_final *f, const struct nodes_final_rule *rule)
{
	unsigned count = 0;

	for (unsigned i = 0; i < EVM_NODES_MAX; i++) {
		count += (rule->nodes >> i & 1) != 0 && !is_heard(f, rule, i) &&
			 !f->nodes[i].is_silent;
	}
	return count;
}

/* The second highest; the only one when there is nobody else, or nobody else
 * has spoken for a while. */
static const struct node_final *
witness_of(const struct nodes_final *f, const struct nodes_final_rule *rule,
    int64_t now_us)
{
	const struct node_final *first = NULL, *second = NULL;

	for (unsigned i = 0; i < EVM_NODES_MAX; i++) {
		const struct node_final *n = &f->nodes[i];

		if (!is_heard(f, rule, i)) {
			continue;
		}
		if (first == NULL || n->number > first->number) {
			second = first;
			first = n;
		} else if (second == NULL || n->number > second->number) {
			second = n;
		}
	}
	if (second != NULL) {
		return second;
	}
	return count_others(f, rule) == 0 ||
		       now_us - f->since_us >= rule->alone_us
		   ? first
		   : NULL;
}

static bool
is_contested(const struct nodes_final *f, const struct node_final *witness,
    const struct nodes_final_rule *rule)
{
	if (f->is_known && witness->number == f->number &&
	    !stoa_hash_is_equal(&witness->hash, &f->hash)) {
		return true;
	}
	for (unsigned i = 0; i < EVM_NODES_MAX; i++) {
		const struct node_final *n = &f->nodes[i];

		if (is_heard(f, rule, i) && n->number == witness->number &&
		    !stoa_hash_is_equal(&n->hash, &witness->hash)) {
			return true;
		}
	}
	return false;
}

enum nodes_final_change
nodes_final_decide(
    struct nodes_final *f, const struct nodes_final_rule *rule, int64_t now_us)
{
	const struct node_final *witness = witness_of(f, rule, now_us);
	bool was_guessed = f->is_guessed, was_conflict = f->is_conflict;

	if (witness == NULL || (f->is_known && witness->number < f->number)) {
		return NODES_FINAL_SAME;
	}
	f->is_conflict = is_contested(f, witness, rule);
	if (f->is_conflict) {
		return was_conflict ? NODES_FINAL_SAME : NODES_FINAL_CONFLICT;
	}
	if (f->is_known && witness->number == f->number) {
		return NODES_FINAL_SAME;
	}
	f->is_known = true;
	f->is_guessed = false;
	f->number = witness->number;
	f->hash = witness->hash;
	f->since_us = now_us;
	return was_guessed ? NODES_FINAL_BACK : NODES_FINAL_MOVED;
}

bool
nodes_final_is_stalled(const struct nodes_final *f, uint32_t usable,
    int64_t stall_us, int64_t now_us)
{
	bool is_silent = usable != 0;

	for (unsigned i = 0; i < EVM_NODES_MAX; i++) {
		if ((usable >> i & 1) != 0 && !f->nodes[i].is_silent) {
			is_silent = false;
		}
	}
	return f->is_guessed || is_silent || now_us - f->since_us >= stall_us;
}

bool
nodes_final_guess(struct nodes_final *f, const struct evm_block *block,
    int64_t now_us, bool *ret_is_first)
{
	if (f->is_conflict || (f->is_known && block->number <= f->number)) {
		return false;
	}
	*ret_is_first = !f->is_guessed;
	f->is_known = true;
	f->is_guessed = true;
	f->number = block->number;
	f->hash = block->hash;
	f->since_us = now_us;
	return true;
}
