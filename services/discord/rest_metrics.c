/* rest_metrics.c - the limiter's state for machines and for people. */
#include "discord/rest_core.h"

#include "base/metric.h"

#include <inttypes.h>

static const char *const causes[] = {
    "none",
    "queue_full",
    "token_invalid",
    "webhook_dead",
    "invalid_budget",
    "limited",
    "deadline",
};

STOA_STATIC_ASSERT(
    STOA_COUNT(causes) == REST_CAUSE_DEADLINE + 1, "a word for each cause");

const char *
rest_pool_name(size_t pool)
{
	static const char *const names[REST_POOL_COUNT] = {
	    "interaction", "other"};

	return names[pool];
}

#define ANSWERS "stoa_discord_rest_answers_total"
#define LIMITED "stoa_discord_rest_limited_total"
#define REFUSED "stoa_discord_rest_refused_total"
#define BREAKER "stoa_discord_rest_breaker_open"

static void
lanes_print(struct stoa_buf *out, const char *name, const char *help,
    const uint64_t counts[static REST_LANE_COUNT])
{
	stoa_metric_print_head(out, name, help);
	for (int i = 0; i < REST_LANE_COUNT; i++) {
		stoa_metric_print_sample(out, name, "lane",
		    rest_lane_name((enum rest_lane)i), counts[i]);
	}
}

static void
all_lanes_print(const struct rest_core *c, struct stoa_buf *out)
{
	uint64_t waiting[REST_LANE_COUNT], under_way[REST_LANE_COUNT];

	for (int i = 0; i < REST_LANE_COUNT; i++) {
		waiting[i] = c->waiting[i];
		under_way[i] = c->flying[i];
	}
	lanes_print(out, "stoa_discord_rest_requests_total",
	    "Requests sent, repeats included.", c->counters.requests);
	lanes_print(out, "stoa_discord_rest_finished_total",
	    "Requests that are over.", c->counters.finished);
	lanes_print(
	    out, "stoa_discord_rest_waiting", "Requests that wait.", waiting);
	lanes_print(out, "stoa_discord_rest_under_way", "Requests under way.",
	    under_way);
}

static void
answers_print(const struct rest_core *c, struct stoa_buf *out)
{
	static const char *const classes[] = {
	    "none", "1xx", "2xx", "3xx", "4xx", "5xx"};
	const struct rest_counters *n = &c->counters;

	stoa_metric_print_head(out, ANSWERS, "Answers, by their class.");
	for (size_t i = 0; i < STOA_COUNT(classes); i++) {
		stoa_metric_print_sample(
		    out, ANSWERS, "class", classes[i], n->classes[i]);
	}
	stoa_metric_print_head(out, LIMITED, "Answers 429, by their scope.");
	for (int i = 0; i < REST_SCOPE_COUNT; i++) {
		stoa_metric_print_sample(out, LIMITED, "scope",
		    rest_scope_name((enum rest_scope)i), n->limited[i]);
	}
	stoa_metric_print_head(
	    out, REFUSED, "Requests not sent, by the cause.");
	for (size_t i = 1; i < STOA_COUNT(causes); i++) {
		stoa_metric_print_sample(
		    out, REFUSED, "cause", causes[i], n->refused[i]);
	}
}

static void
breakers_print(struct rest_core *c, int64_t now_us, struct stoa_buf *out)
{
	stoa_metric_print_head(
	    out, BREAKER, "Whether nothing is sent for now.");
	for (size_t i = 0; i < REST_POOL_COUNT; i++) {
		stoa_metric_print_sample(out, BREAKER, "pool",
		    rest_pool_name(i),
		    stoa_breaker_state(&c->breakers[i], now_us) !=
			STOA_BREAKER_CLOSED);
	}
}

void
rest_core_metrics(struct rest_core *c, int64_t now_us, struct stoa_buf *out)
{
	const struct rest_counters *n = &c->counters;
	const struct stoa_metric metrics[] = {
	    {"stoa_discord_rest_retries_total",
		"Requests tried again after a failure.", n->retries},
	    {"stoa_discord_rest_waits_total",
		"Requests that did not start at once.", n->waits},
	    {"stoa_discord_rest_waited_microseconds_total",
		"How long they waited, in all.", n->waited_us},
	    {"stoa_discord_rest_global_waits_total",
		"Turns in which only the limit of the bot held a request back.",
		n->global_waits},
	    {"stoa_discord_rest_buckets_moved_total",
		"Routes whose bucket has changed.", c->table.moved_count},
	    {"stoa_discord_rest_invalid_total",
		"Answers that Discord counts as invalid requests.", n->invalid},
	    {"stoa_discord_rest_invalid_used",
		"Of these, in the last ten minutes.",
		rest_budget_used(&c->budget, now_us)},
	    {"stoa_discord_rest_invalid_max", "How many Discord allows.",
		c->budget.max},
	    {"stoa_discord_rest_global_used",
		"Requests of the last second that count for the bot.",
		rest_window_used(&c->window, now_us)},
	    {"stoa_discord_rest_token_invalid",
		"Whether Discord has refused the token.", c->is_token_invalid},
	    {"stoa_discord_rest_buckets", "Buckets in memory.",
		c->table.buckets.count},
	    {"stoa_discord_rest_dead_webhooks",
		"Webhooks that are not called any more.", c->dead.count},
	};

	all_lanes_print(c, out);
	answers_print(c, out);
	breakers_print(c, now_us, out);
	stoa_metrics_print(out, metrics, STOA_COUNT(metrics));
}

/* ---- for people ---- */

static void
sentence(struct stoa_buf *out, const char *text)
{
	if (out->len > 0) {
		stoa_buf_add_text(out, "; ");
	}
	stoa_buf_add_text(out, text);
}

static void
pause_print(
    struct stoa_buf *out, const char *what, int64_t until_us, int64_t now_us)
{
	if (until_us > now_us) {
		sentence(out, what);
		stoa_buf_printf(out, " for %" PRId64 " s more",
		    (until_us - now_us + STOA_US_PER_S - 1) / STOA_US_PER_S);
	}
}

void
rest_core_state(struct rest_core *c, int64_t now_us, struct stoa_buf *out)
{
	static const char *const pools[] = {
	    "interaction answers", "everything else"};
	enum rest_budget_level level = rest_budget_level(&c->budget, now_us, 0);
	struct stoa_buf text;

	stoa_buf_init(&text, 1024);
	if (c->is_token_invalid) {
		sentence(&text, "the token is not valid: nothing is sent "
				"until a restart with a new one");
	}
	if (level != REST_BUDGET_FINE) {
		sentence(&text, "invalid requests: ");
		stoa_buf_printf(&text, "%u of %u used, %s",
		    rest_budget_used(&c->budget, now_us), c->budget.max,
		    rest_budget_level_name(level));
	}
	pause_print(
	    &text, "turned away by Cloudflare", c->cloud_until_us, now_us);
	pause_print(
	    &text, "over the limit of the bot", c->global_until_us, now_us);
	for (size_t i = 0; i < REST_POOL_COUNT; i++) {
		enum stoa_breaker_state state =
		    stoa_breaker_state(&c->breakers[i], now_us);

		if (state != STOA_BREAKER_CLOSED) {
			sentence(&text, pools[i]);
			stoa_buf_printf(&text, ": breaker %s",
			    stoa_breaker_state_name(state));
		}
	}
	stoa_buf_add_text(out, text.len > 0 ? text.data : "ok");
	stoa_buf_fini(&text);
}
