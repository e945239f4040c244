/* intake.c - a delivery becomes a run: read, put in its lane, parse, limit,
 * permit, dispatch. And the bot's own life. */
#include "bot/parts.h"

#include "base/core.h"
#include "base/metric.h"
#include "bot/limits.h"
#include "bot/parse.h"
#include "bot/view.h"
#include "port/cache.h"
#include "port/clock.h"

#include <stdio.h>
#include <stdlib.h>

int64_t
bot_now(const struct bot *b)
{
	return stoa_clock_mono(b->o.clock).us;
}

void
bot_warn(const struct bot *b, const char *event, const char *text)
{
	if (b->o.warn != NULL) {
		b->o.warn(event, text);
	}
}

/* ---- dispatch ---- */

static void
dispatch(struct bot_run *r)
{
	if (r->has_problem && bot_pressed_ask(r)) {
		return;
	}
	if (r->has_problem) {
		r->bot->counts.problems++;
		bot_run_finish(r, bot_view_problem(&r->arena, &r->problem,
				      stoa_str_of(r->command->raw)));
	} else if (r->row->permission == BOT_ANYBODY) {
		bot_handle(r); /* works also when accounts is down */
	} else {
		bot_people_find(r, bot_permit);
	}
}

/* ---- limits ---- */

static struct stoa_gcra_rate
rate_of(const struct bot *b, enum bot_cost cost)
{
	struct stoa_gcra_rate rate = bot_cost_rate(cost);

	rate.interval_us /= b->o.rate_factor;
	rate.interval_us = rate.interval_us < 1 ? 1 : rate.interval_us;
	rate.burst = rate.burst > STOA_GCRA_BURST_MAX / b->o.rate_factor
			 ? STOA_GCRA_BURST_MAX
			 : rate.burst * b->o.rate_factor;
	return rate;
}

static void
on_limit(void *owner, struct stoa_gcra_answer answer, bool is_shared)
{
	struct bot_run *r = owner;

	if (answer.is_allowed) {
		dispatch(r);
		return;
	}
	r->bot->counts.limited++;
	bot_run_finish(r, bot_view_rate_limited(&r->arena, r->row,
			      answer.retry_after_us, is_shared));
}

static void
limit(struct bot_run *r)
{
	enum bot_cost cost = r->row == NULL ? BOT_CHEAP : r->row->cost;
	char key[STOA_CACHE_KEY_LEN_MAX];
	int len;

	/* It was let through before, and may have happened: its member is
	 * owed the true answer. */
	if (r->delivery->delivered > 1) {
		r->bot->counts.again++;
		dispatch(r);
		return;
	}
	len = snprintf(key, sizeof(key), "%s.%s.%s", r->to.platform, r->to.user,
	    bot_cost_name(cost));
	stoa_assert(len > 0 && (size_t)len < sizeof(key));
	stoa_cache_limit(r->bot->o.cache, stoa_str_of_bytes(key, (size_t)len),
	    rate_of(r->bot, cost), on_limit, r);
}

/* ---- parsing ---- */

/* What is said to the bot by name needs no slash. */
static struct stoa_str
line_of(struct bot_run *r)
{
	struct stoa_str raw = stoa_str_of(r->command->raw);
	const char *line;

	if (strcmp(r->to.platform, BOT_HOME_PLATFORM) == 0 || raw.len == 0 ||
	    raw.data[0] == '/') {
		return raw;
	}
	line = stoa_arena_printf(&r->arena, "/%s", r->command->raw);
	return line == NULL ? raw : stoa_str_of(line);
}

/* Platforms with options of their own send them; others what was typed. */
static void
parse(struct bot_run *r)
{
	Stoa__Chat__Command *typed = NULL, *c = r->command;

	if (c->path[0] != '\0') {
		r->has_problem =
		    !bot_coerce(c, &r->arena, &r->problem) ||
		    !bot_validate(c, &r->arena, &r->row, &r->problem);
		return;
	}
	r->has_problem = !bot_parse(line_of(r), &r->arena, &typed, &r->problem);
	if (typed != NULL) {
		c->path = typed->path;
		c->options = typed->options;
		c->n_options = typed->n_options;
		r->row = bot_command_find(stoa_str_of(c->path));
	}
}

static void
parse_and_limit(struct bot_run *r)
{
	parse(r);
	limit(r);
}

static void
run_start(struct bot_run *r)
{
	r->deadline_us = bot_now(r->bot) + BOT_COMMAND_US;
	if (r->command->token[0] != '\0') {
		bot_pressed_find(r, parse_and_limit);
	} else {
		parse_and_limit(r);
	}
}

static void
refuse_waiting(struct bot_run *r, size_t waiting_max)
{
	(void)bot_problem_fill(&r->problem, &r->arena,
	    &(struct bot_problem){
		.code = "too_many_waiting",
		.limit = stoa_arena_printf(
		    &r->arena, "%zu commands at once", waiting_max),
		.fix = "send it again when the others are answered",
	    },
	    "too many of your commands wait already; nothing has happened");
	r->bot->counts.limited++;
	bot_run_refuse(r, &r->problem);
}

/* ---- deliveries ---- */

#define RUN_KEY_SIZE BOT_ADDRESS_TEXT_SIZE

static struct stoa_str
lane_key(const struct bot_run *r, char text[static RUN_KEY_SIZE])
{
	(void)snprintf(text, RUN_KEY_SIZE, "%s.%s", r->to.platform, r->to.user);
	return stoa_str_of(text);
}

static struct stoa_str
run_key(const struct bot_run *r, char text[static RUN_KEY_SIZE])
{
	bot_address_print(&r->to, text);
	return stoa_str_of(text);
}

static void
run_free(struct bot_run *r)
{
	stoa_arena_fini(&r->arena);
	free(r);
}

void
bot_intake_ended(struct bot_run *r)
{
	struct bot *b = r->bot;
	struct bot_lane_item *next = NULL;
	char key[RUN_KEY_SIZE];

	(void)stoa_map_remove(&b->runs, run_key(r, key));
	if (r->is_in_lane) {
		next = bot_lane_leave(&b->lanes, lane_key(r, key));
	}
	run_free(r);
	if (next != NULL) {
		run_start((struct bot_run *)next);
	}
}

/* NULL: nothing that could be answered. */
static struct bot_run *
run_new(struct bot *b, struct stoa_delivery *delivery)
{
	struct bot_run *r = calloc(1, sizeof(*r));

	stoa_assert(r != NULL);
	r->bot = b;
	r->delivery = delivery;
	stoa_arena_init(&r->arena, NULL, 0, BOT_ARENA_MAX);
	if (bot_address_parse(delivery->subject, &r->to)) {
		r->command = stoa_unpack(&r->arena,
		    &stoa__chat__command__descriptor, delivery->data);
	}
	if (r->command == NULL ||
	    !bot_address_set_id(&r->to, stoa_str_of(r->command->id))) {
		run_free(r);
		return NULL;
	}
	return r;
}

static void
run_admit(struct bot_run *r)
{
	struct bot *b = r->bot;
	size_t waiting_max = BOT_WAITING_MAX;
	char key[RUN_KEY_SIZE];

	waiting_max = b->o.rate_factor >= BOT_WINDOW / BOT_WAITING_MAX
			  ? BOT_WINDOW
			  : waiting_max * (size_t)b->o.rate_factor;
	switch (
	    bot_lane_join(&b->lanes, lane_key(r, key), &r->item, waiting_max)) {
	case BOT_LANE_FIRST:
		r->is_in_lane = true;
		run_start(r);
		break;
	case BOT_LANE_WAITS:
		r->is_in_lane = true;
		break;
	case BOT_LANE_FULL:
		refuse_waiting(r, waiting_max);
		break;
	}
}

void
bot_on_command(void *owner, struct stoa_delivery *delivery)
{
	struct bot *b = owner;
	struct bot_run *r;
	char key[RUN_KEY_SIZE];

	if (b->is_draining) {
		stoa_delivery_retry(delivery, 0);
		return;
	}
	r = run_new(b, delivery);
	if (r == NULL) {
		b->counts.dropped++;
		bot_warn(b, "command_dropped",
		    "a message on chat-in is no command with an id");
		stoa_delivery_drop(delivery);
		return;
	}
	if (stoa_map_get(&b->runs, run_key(r, key)) != NULL) {
		stoa_delivery_retry(delivery, BOT_COPY_US);
		run_free(r);
		return;
	}
	b->counts.commands++;
	(void)stoa_map_put(&b->runs, run_key(r, key), r);
	run_admit(r);
}

/* ---- life ---- */

struct bot *
bot_new(const struct bot_options *options)
{
	struct bot *b = calloc(1, sizeof(*b));

	stoa_assert(b != NULL);
	stoa_assert(options->rate_factor >= 1);
	stoa_assert(options->link_key.len > 0 &&
		    options->link_key.len < sizeof(b->link_key));
	b->o = *options;
	memcpy(b->link_key, options->link_key.data, options->link_key.len);
	b->o.link_key = stoa_str_of_bytes(b->link_key, options->link_key.len);
	bot_lanes_init(&b->lanes, options->seed);
	stoa_map_init(&b->runs, options->seed);
	bot_people_init(&b->people, options->seed);
	stoa_map_init(&b->live, options->seed);
	return b;
}

void
bot_start(struct bot *b)
{
	b->commands = stoa_bus_consume(
	    b->o.bus, "chat-in", "bot", BOT_WINDOW, bot_on_command, b);
	b->notices = stoa_bus_consume(
	    b->o.bus, "chat-notice", "bot", BOT_WINDOW, bot_on_notice, b);
	stoa_bus_hear(b->o.bus, "stoa.progress.job.*.*", bot_on_progress, b);
}

static void
tick(void *part)
{
	struct bot *b = part;
	int64_t now_us = bot_now(b);
	bool is_pulse = now_us >= b->pulse_us;

	STOA_MAP_EACH(&b->runs, entry)
	{
		struct bot_run *r = entry->value;

		if (is_pulse) {
			stoa_delivery_progress(r->delivery);
		}
		bot_run_tick(r, now_us);
	}
	bot_live_tick(b, now_us);
	if (is_pulse) {
		bot_unseal_pulse(b);
		b->pulse_us = now_us + BOT_PULSE_US;
	}
}

static void
drain(void *part)
{
	struct bot *b = part;

	b->is_draining = true;
	stoa_consumer_stop(b->commands);
	stoa_consumer_stop(b->notices);
}

static bool
is_idle(void *part)
{
	const struct bot *b = part;

	return b->runs.count == 0 && b->notice_count == 0 &&
	       b->recall_count == 0;
}

static void
metrics(void *part, struct stoa_buf *out)
{
	const struct bot *b = part;
	const struct bot_counts *c = &b->counts;
	const struct stoa_metric all[] = {
	    {"stoa_bot_commands_total", "Commands taken.", c->commands},
	    {"stoa_bot_again_total", "Commands that came again.", c->again},
	    {"stoa_bot_limited_total", "Commands refused for their rate.",
		c->limited},
	    {"stoa_bot_problems_total", "Commands that were not valid.",
		c->problems},
	    {"stoa_bot_refusals_total", "Commands a domain refused.",
		c->refusals},
	    {"stoa_bot_failures_total", "Commands that failed.", c->failures},
	    {"stoa_bot_dropped_total", "Messages that were no command.",
		c->dropped},
	    {"stoa_bot_cards_total", "Final cards stored.", c->cards},
	    {"stoa_bot_redone_total", "Cards that were not taken.", c->redone},
	    {"stoa_bot_edits_total", "Edits of live cards.", c->edits},
	    {"stoa_bot_unsealed_total", "Secret ballots opened.", c->unsealed},
	    {"stoa_bot_sealed_lost_total",
		"Secret ballots that could not be opened.", c->sealed_lost},
	    {"stoa_bot_running", "Commands taken and not answered.",
		b->runs.count},
	    {"stoa_bot_live_jobs", "Jobs with a live card.", b->live.count},
	    {"stoa_bot_limits_degraded",
		"Whether rate limits are this process's own.",
		stoa_cache_is_degraded(b->o.cache)},
	};

	stoa_metrics_print(out, all, STOA_COUNT(all));
}

static void
end(void *part)
{
	struct bot *b = part;

	/* The bus is going to call back: it needs its memory until then. */
	if (!is_idle(b)) {
		b->is_abandoned = true;
		return;
	}
	stoa_map_fini(&b->runs);
	bot_lanes_fini(&b->lanes);
	bot_people_fini(&b->people);
	bot_live_fini(b);
	explicit_bzero(b->link_key, sizeof(b->link_key));
	free(b);
}

const struct stoa_part bot_part = {
    .tick = tick,
    .tick_us = BOT_TICK_US,
    .drain = drain,
    .is_idle = is_idle,
    .free = end,
    .metrics = metrics,
};
