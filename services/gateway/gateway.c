/* gateway.c - the life of all shards of this process. */
#include "gateway/gateway.h"

#include "base/check.h"
#include "base/metric.h"
#include "gateway/parts.h"
#include "port/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int64_t
gateway_wall_us(void)
{
	return stoa_clock_wall(NULL).us;
}

void
gateway_log(const struct gateway *g, bool is_warning, const char *event,
    const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (g->o.log != NULL) {
		g->o.log(is_warning, event, text);
	}
}

/* "A,B" or "*". */
static void
types_read(struct gateway *g)
{
	struct stoa_str rest = stoa_str_of(g->o.events);
	static char yes;

	g->wants_all_types = stoa_str_is_equal(rest, STOA_STR("*"));
	while (rest.len > 0) {
		struct stoa_str type = stoa_str_trim(stoa_str_cut(&rest, ','));

		if (type.len > 0) {
			(void)stoa_map_put(&g->types, type, &yes);
		}
	}
}

struct gateway *
gateway_new(const struct gateway_options *options)
{
	struct gateway *g = calloc(1, sizeof(*g));

	stoa_assert(g != NULL);
	stoa_assert(strlen(options->replica) < REPLICA_NAME_SIZE);
	stoa_assert(strlen(options->incarnation) < REPLICA_NAME_SIZE);
	g->o = *options;
	stoa_buf_init(&g->unpacked, GATEWAY_PAYLOAD_MAX);
	stoa_map_init(&g->replicas, options->seed);
	stoa_map_init(&g->types, options->seed);
	types_read(g);
	(void)snprintf(g->url, sizeof(g->url), "%s", options->gateway_url);
	return g;
}

void
gateway_start(struct gateway *g)
{
	g->now_us = stoa_clock_mono(NULL).us;
	g->started_us = g->now_us;
	if (g->o.connects) {
		fleet_start(g);
	}
}

static bool
is_empty(const struct gateway *g)
{
	for (const struct fleet *f = g->fleets; f != NULL; f = f->next) {
		for (unsigned i = 0; i < f->count; i++) {
			if (f->runners[i].lease >= LEASE_READING) {
				return false;
			}
		}
	}
	return g->open_stores == 0 && g->again == NULL;
}

void
gateway_check_stale(const struct gateway *g)
{
	if (stoa_clock_mono(NULL).us - g->now_us >= GATEWAY_STALE_US) {
		g->o.stale("this process was stopped for minutes; another one "
			   "begins afresh where the broker stands");
	}
}

static void
tick(void *part)
{
	struct gateway *g = part;

	gateway_check_stale(g);
	g->now_us = stoa_clock_mono(NULL).us;
	publish_tick(g);
	if (!g->o.connects) {
		return;
	}
	plan_tick(g);
	fleet_tick(g);
	identify_tick(g);
	if (g->is_draining && is_empty(g)) {
		alive_leave(g);
	}
}

static void
drain(void *part)
{
	struct gateway *g = part;

	g->is_draining = true;
	g->beat_us = 0; /* told at once, so that others make room */
	for (struct fleet *f = g->fleets; f != NULL; f = f->next) {
		for (unsigned i = 0; i < f->count; i++) {
			fleet_release(&f->runners[i]);
		}
	}
}

static bool
is_idle(void *part)
{
	const struct gateway *g = part;

	return is_empty(g) &&
	       (!g->o.connects || g->farewell == FAREWELL_STORED ||
		   !alive_is_healthy(g));
}

/* Read for the first time, or after its owner has given it back: nobody is
 * known to run it. */
static bool
is_unowned(const struct runner *r)
{
	return r->lease == LEASE_UNKNOWN || r->lease == LEASE_CLAIMING ||
	       (r->lease == LEASE_READING && r->holder[0] == '\0');
}

static bool
is_ready(void *part)
{
	const struct gateway *g = part;
	const struct fleet *f = sets_find(g, FLEET_FORCE, 0);

	if (!g->o.connects) {
		return true;
	}
	for (unsigned i = 0; f != NULL && i < f->count; i++) {
		const struct runner *r = &f->runners[i];

		if (is_unowned(r) ||
		    (r->lease == LEASE_OURS && r->shard.state != SHARD_READY)) {
			return false;
		}
	}
	return f != NULL;
}

/* ---- metrics ---- */

struct sums {
	struct shard_counts shards;
	uint64_t ours, ready, window;
	uint64_t kept, past;
	int64_t latency_us, resume_us;
};

static void
sums_add(struct sums *s, const struct runner *r)
{
	bool is_ours = r->lease == LEASE_OURS;

	shard_counts_add(&s->shards, &r->shard.counts);
	switch (r->fleet->role) {
	case FLEET_FORCE:
		s->ours += is_ours;
		s->ready += r->shard.state == SHARD_READY;
		s->window += r->window.count;
		break;
	case FLEET_NEXT:
		s->kept += r->window.count;
		break;
	case FLEET_PAST:
		s->past += is_ours || r->lease == LEASE_RELEASING;
		s->window += r->window.count;
		break;
	}
	if (r->shard.latency_us > s->latency_us) {
		s->latency_us = r->shard.latency_us;
	}
	if (r->shard.resume_took_us > s->resume_us) {
		s->resume_us = r->shard.resume_took_us;
	}
}

static struct sums
sums_of(const struct gateway *g)
{
	struct sums s = {.shards = g->past_counts};

	for (const struct fleet *f = g->fleets; f != NULL; f = f->next) {
		for (unsigned i = 0; i < f->count; i++) {
			sums_add(&s, &f->runners[i]);
		}
	}
	return s;
}

static void
reshard_metrics(
    const struct gateway *g, const struct sums *s, struct stoa_buf *out)
{
	struct reshard_look look = {0};

	plan_look(g, &look);
	const struct stoa_metric all[] = {
	    {"stoa_gateway_reshard_shards",
		"Shards of the count that is brought up; 0: none is.",
		look.new_count},
	    {"stoa_gateway_reshard_settled",
		"Of these, over all replicas, that hear everything.",
		look.new_settled},
	    {"stoa_gateway_reshard_kept",
		"Events that are kept until the count is in force.", s->kept},
	    {"stoa_gateway_reshard_past",
		"Shards of a former count that this replica still holds.",
		s->past},
	    {"stoa_gateway_reshards_total", "Changes of the count in force.",
		g->counts.reshards},
	    {"stoa_gateway_reshard_unheard_total",
		"Shards of a former count that were left before they had "
		"heard all.",
		g->counts.unheard},
	};

	stoa_metrics_print(out, all, STOA_COUNT(all));
}

static void
metrics(void *part, struct stoa_buf *out)
{
	const struct gateway *g = part;
	struct sums s = sums_of(g);
	const struct gateway_counts *c = &g->counts;
	const struct stoa_metric all[] = {
	    {"stoa_gateway_shards", "Shards of the bot.", g->plan.count},
	    {"stoa_gateway_shards_ours", "Shards that this replica holds.",
		s.ours},
	    {"stoa_gateway_shards_ready", "Of these, connected.", s.ready},
	    {"stoa_gateway_window", "Events not yet stored.", s.window},
	    {"stoa_gateway_dispatches_total", "Dispatches taken.",
		s.shards.dispatches},
	    {"stoa_gateway_events_total", "Events published.", c->events},
	    {"stoa_gateway_passed_total",
		"Dispatches that nobody subscribes to.", c->passed},
	    {"stoa_gateway_commands_total", "Commands taken from members.",
		c->commands},
	    {"stoa_gateway_unreadable_total", "Interactions of no known shape.",
		c->unreadable},
	    {"stoa_gateway_cut_total", "Events too large for the bus.", c->cut},
	    {"stoa_gateway_duplicates_total", "Dispatches that came twice.",
		s.shards.duplicates},
	    {"stoa_gateway_gaps_total", "Holes in the sequence.",
		s.shards.gaps},
	    {"stoa_gateway_zombies_total",
		"Connections that no longer answered.", s.shards.zombies},
	    {"stoa_gateway_identifies_total", "New sessions asked for.",
		s.shards.identifies},
	    {"stoa_gateway_resumes_total", "Resumes tried.", s.shards.resumes},
	    {"stoa_gateway_resumed_total", "Resumes that succeeded.",
		s.shards.resumed},
	    {"stoa_gateway_invalid_total", "Sessions that Discord ended.",
		s.shards.invalid},
	    {"stoa_gateway_faults_total", "Closes that are our own fault.",
		s.shards.our_faults},
	    {"stoa_gateway_bad_payloads_total",
		"Payloads that could not be read.", s.shards.bad_payloads},
	    {"stoa_gateway_rate_limited_total", "RATE_LIMITED dispatches.",
		s.shards.rate_limited},
	    {"stoa_gateway_takeovers_total", "Shards taken over.",
		c->takeovers},
	    {"stoa_gateway_lost_leases_total", "Shards that others took over.",
		c->lost_leases},
	    {"stoa_gateway_pauses_total", "Times that reading had to wait.",
		c->pauses},
	    {"stoa_gateway_stores_again_total",
		"Stores that had to be repeated.", c->again},
	    {"stoa_gateway_identify_left",
		"Identifies left of the day's budget.",
		g->budget_left < 0 ? 0 : (uint64_t)g->budget_left},
	    {"stoa_gateway_latency_us", "Slowest heartbeat.",
		(uint64_t)s.latency_us},
	    {"stoa_gateway_resume_us", "Longest of the last resumes.",
		(uint64_t)s.resume_us},
	};

	stoa_metrics_print(out, all, STOA_COUNT(all));
	reshard_metrics(g, &s, out);
}

/* What the bus still calls back is left alone. */
static void
end(void *part)
{
	struct gateway *g = part;

	stoa_buf_fini(&g->unpacked);
}

const struct stoa_part gateway_part = {
    .is_ready = is_ready,
    .tick = tick,
    .tick_us = GATEWAY_TICK_US,
    .drain = drain,
    .is_idle = is_idle,
    .free = end,
    .metrics = metrics,
};
