/* rest_metrics.c - the limiter's state for machines and for people. */
#include "discord/rest_core.h"

#include <inttypes.h>

#define PREFIX "stoa_discord_rest_"

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

static void
head(struct stoa_buf *out, const char *name, const char *type)
{
	stoa_buf_printf(out, "# TYPE " PREFIX "%s %s\n", name, type);
}

static void
number(struct stoa_buf *out, const char *name, uint64_t value)
{
	stoa_buf_printf(out, PREFIX "%s %" PRIu64 "\n", name, value);
}

static void
labelled(struct stoa_buf *out, const char *name, const char *label,
    const char *value, uint64_t count)
{
	stoa_buf_printf(out, PREFIX "%s{%s=\"%s\"} %" PRIu64 "\n", name, label,
	    value, count);
}

static void
lanes_print(const struct rest_core *c, struct stoa_buf *out)
{
	const struct rest_counters *n = &c->counters;

	head(out, "requests_total", "counter");
	for (int i = 0; i < REST_LANE_COUNT; i++) {
		labelled(out, "requests_total", "lane",
		    rest_lane_name((enum rest_lane)i), n->requests[i]);
	}
	head(out, "finished_total", "counter");
	for (int i = 0; i < REST_LANE_COUNT; i++) {
		labelled(out, "finished_total", "lane",
		    rest_lane_name((enum rest_lane)i), n->finished[i]);
	}
	head(out, "waiting", "gauge");
	for (int i = 0; i < REST_LANE_COUNT; i++) {
		labelled(out, "waiting", "lane",
		    rest_lane_name((enum rest_lane)i), c->waiting[i]);
	}
	head(out, "under_way", "gauge");
	for (int i = 0; i < REST_LANE_COUNT; i++) {
		labelled(out, "under_way", "lane",
		    rest_lane_name((enum rest_lane)i), c->flying[i]);
	}
}

static void
answers_print(const struct rest_core *c, struct stoa_buf *out)
{
	static const char *const classes[] = {
	    "none", "1xx", "2xx", "3xx", "4xx", "5xx"};
	const struct rest_counters *n = &c->counters;

	head(out, "answers_total", "counter");
	for (size_t i = 0; i < STOA_COUNT(classes); i++) {
		labelled(
		    out, "answers_total", "class", classes[i], n->classes[i]);
	}
	head(out, "limited_total", "counter");
	for (int i = 0; i < REST_SCOPE_COUNT; i++) {
		labelled(out, "limited_total", "scope",
		    rest_scope_name((enum rest_scope)i), n->limited[i]);
	}
	head(out, "refused_total", "counter");
	for (size_t i = 1; i < STOA_COUNT(causes); i++) {
		labelled(
		    out, "refused_total", "cause", causes[i], n->refused[i]);
	}
}

static void
state_print(struct rest_core *c, int64_t now_us, struct stoa_buf *out)
{
	static const char *const pools[] = {"interaction", "other"};

	head(out, "breaker_open", "gauge");
	for (size_t i = 0; i < REST_POOL_COUNT; i++) {
		labelled(out, "breaker_open", "pool", pools[i],
		    stoa_breaker_state(&c->breakers[i], now_us) !=
			STOA_BREAKER_CLOSED);
	}
	head(out, "invalid_total", "counter");
	number(out, "invalid_total", c->counters.invalid);
	head(out, "invalid_used", "gauge");
	number(out, "invalid_used", rest_budget_used(&c->budget, now_us));
	head(out, "invalid_max", "gauge");
	number(out, "invalid_max", c->budget.max);
	head(out, "global_used", "gauge");
	number(out, "global_used", rest_window_used(&c->window, now_us));
	head(out, "token_invalid", "gauge");
	number(out, "token_invalid", c->is_token_invalid);
	head(out, "buckets", "gauge");
	number(out, "buckets", c->table.buckets.count);
	head(out, "dead_webhooks", "gauge");
	number(out, "dead_webhooks", c->dead.count);
}

void
rest_core_metrics(struct rest_core *c, int64_t now_us, struct stoa_buf *out)
{
	const struct rest_counters *n = &c->counters;

	lanes_print(c, out);
	answers_print(c, out);
	head(out, "retries_total", "counter");
	number(out, "retries_total", n->retries);
	head(out, "waits_total", "counter");
	number(out, "waits_total", n->waits);
	head(out, "waited_microseconds_total", "counter");
	number(out, "waited_microseconds_total", n->waited_us);
	head(out, "global_waits_total", "counter");
	number(out, "global_waits_total", n->global_waits);
	head(out, "buckets_moved_total", "counter");
	number(out, "buckets_moved_total", c->table.moved_count);
	state_print(c, now_us, out);
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
