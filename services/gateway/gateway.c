/* gateway.c - the life of all shards of this process. */
#include "gateway/gateway.h"

#include "base/check.h"
#include "gateway/parts.h"
#include "port/clock.h"

#include <inttypes.h>
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

void
gateway_tick(struct gateway *g)
{
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

void
gateway_drain(struct gateway *g)
{
	g->is_draining = true;
	g->beat_us = 0; /* told at once, so that others make room */
	for (struct fleet *f = g->fleets; f != NULL; f = f->next) {
		for (unsigned i = 0; i < f->count; i++) {
			fleet_release(&f->runners[i]);
		}
	}
}

bool
gateway_is_idle(const struct gateway *g)
{
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

bool
gateway_is_ready(const struct gateway *g)
{
	const struct fleet *f = sets_find(g, FLEET_FORCE, 0);

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

static void
metric(struct stoa_buf *out, const char *name, const char *help,
    const char *type, uint64_t value)
{
	stoa_buf_printf(out,
	    "# HELP stoa_gateway_%s %s\n# TYPE stoa_gateway_%s %s\n"
	    "stoa_gateway_%s %" PRIu64 "\n",
	    name, help, name, type, name, value);
}

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

static void
reshard_metrics(
    const struct gateway *g, const struct sums *s, struct stoa_buf *out)
{
	struct reshard_look look = {0};

	plan_look(g, &look);
	metric(out, "reshard_shards",
	    "Shards of the count that is brought up; 0: none is.", "gauge",
	    look.new_count);
	metric(out, "reshard_settled",
	    "Of these, over all replicas, that hear everything.", "gauge",
	    look.new_settled);
	metric(out, "reshard_kept",
	    "Events that are kept until the count is in force.", "gauge",
	    s->kept);
	metric(out, "reshard_past",
	    "Shards of a former count that this replica still holds.", "gauge",
	    s->past);
	metric(out, "reshards_total", "Changes of the count in force.",
	    "counter", g->counts.reshards);
	metric(out, "reshard_unheard_total",
	    "Shards of a former count that were left before they had heard "
	    "all.",
	    "counter", g->counts.unheard);
}

void
gateway_metrics(const struct gateway *g, struct stoa_buf *out)
{
	struct sums s = {.shards = g->past_counts};
	const struct gateway_counts *c = &g->counts;

	for (const struct fleet *f = g->fleets; f != NULL; f = f->next) {
		for (unsigned i = 0; i < f->count; i++) {
			sums_add(&s, &f->runners[i]);
		}
	}
	metric(out, "shards", "Shards of the bot.", "gauge", g->plan.count);
	metric(out, "shards_ours", "Shards that this replica holds.", "gauge",
	    s.ours);
	metric(out, "shards_ready", "Of these, connected.", "gauge", s.ready);
	metric(out, "window", "Events not yet stored.", "gauge", s.window);
	metric(out, "dispatches_total", "Dispatches taken.", "counter",
	    s.shards.dispatches);
	metric(out, "events_total", "Events published.", "counter", c->events);
	metric(out, "passed_total", "Dispatches that nobody subscribes to.",
	    "counter", c->passed);
	metric(out, "commands_total", "Commands taken from members.", "counter",
	    c->commands);
	metric(out, "unreadable_total", "Interactions of no known shape.",
	    "counter", c->unreadable);
	metric(out, "cut_total", "Events too large for the bus.", "counter",
	    c->cut);
	metric(out, "duplicates_total", "Dispatches that came twice.",
	    "counter", s.shards.duplicates);
	metric(out, "gaps_total", "Holes in the sequence.", "counter",
	    s.shards.gaps);
	metric(out, "zombies_total", "Connections that no longer answered.",
	    "counter", s.shards.zombies);
	metric(out, "identifies_total", "New sessions asked for.", "counter",
	    s.shards.identifies);
	metric(out, "resumes_total", "Resumes tried.", "counter",
	    s.shards.resumes);
	metric(out, "resumed_total", "Resumes that succeeded.", "counter",
	    s.shards.resumed);
	metric(out, "invalid_total", "Sessions that Discord ended.", "counter",
	    s.shards.invalid);
	metric(out, "faults_total", "Closes that are our own fault.", "counter",
	    s.shards.our_faults);
	metric(out, "bad_payloads_total", "Payloads that could not be read.",
	    "counter", s.shards.bad_payloads);
	metric(out, "rate_limited_total", "RATE_LIMITED dispatches.", "counter",
	    s.shards.rate_limited);
	metric(out, "takeovers_total", "Shards taken over.", "counter",
	    c->takeovers);
	metric(out, "lost_leases_total", "Shards that others took over.",
	    "counter", c->lost_leases);
	reshard_metrics(g, &s, out);
	metric(out, "pauses_total", "Times that reading had to wait.",
	    "counter", c->pauses);
	metric(out, "stores_again_total", "Stores that had to be repeated.",
	    "counter", c->again);
	metric(out, "identify_left", "Identifies left of the day's budget.",
	    "gauge", g->budget_left < 0 ? 0 : (uint64_t)g->budget_left);
	metric(out, "latency_us", "Slowest heartbeat.", "gauge",
	    (uint64_t)s.latency_us);
	metric(out, "resume_us", "Longest of the last resumes.", "gauge",
	    (uint64_t)s.resume_us);
}

void
gateway_free(struct gateway *g)
{
	if (g != NULL) {
		stoa_buf_fini(&g->unpacked);
	}
}
