/* jobs.c - deliveries, claims, and the table of attempts. */
#include "worker/jobs.h"

#include "base/check.h"
#include "base/core.h"
#include "base/map.h"
#include "base/metric.h"
#include "edge/log.h"
#include "worker/folder.h"
#include "worker/limits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct worker_jobs {
	struct worker_jobs_options o;
	struct worker_attempt_options attempt_options;
	struct worker_totals totals;
	struct stoa_consumer *consumer;
	struct stoa_timer *tick;
	struct stoa_map attempts; /* by name; being claimed, or begun */
	unsigned begun_count;
	bool is_ticking;
	bool is_draining;
};

/* A delivery whose claim is on the way. */
struct claim {
	struct worker_jobs *jobs;
	struct stoa_delivery *delivery;
	struct worker_attempt *attempt;
};

/* ---- the table ----------------------------------------------------------- */

/* As many as there is room for; what is being claimed is open already. */
static void
window_set(struct worker_jobs *jobs)
{
	unsigned room = jobs->begun_count < jobs->o.parallel
			    ? jobs->o.parallel - jobs->begun_count
			    : 0;

	if (!jobs->is_draining) {
		stoa_consumer_set_window(jobs->consumer, room);
	}
}

/* Makes room for what has ended. */
static void
reap(void *arg)
{
	struct worker_jobs *jobs = arg;

	STOA_MAP_EACH(&jobs->attempts, entry)
	{
		struct worker_attempt *a = entry->value;

		if (worker_attempt_is_over(a)) {
			(void)stoa_map_remove(&jobs->attempts, entry->key);
			worker_attempt_free(a);
			jobs->begun_count--;
			window_set(jobs);
		}
	}
	if (jobs->begun_count == 0) {
		stoa_timer_stop(jobs->tick); /* nothing to do wakes nobody */
		jobs->is_ticking = false;
	}
}

static void
on_ended(void *owner)
{
	struct worker_jobs *jobs = owner;

	stoa_loop_post(jobs->o.loop, reap, jobs);
}

static void
on_tick(void *arg)
{
	struct worker_jobs *jobs = arg;

	STOA_MAP_EACH(&jobs->attempts, entry)
	{
		worker_attempt_tick(entry->value);
	}
	reap(jobs);
}

static void
attempt_add(struct worker_jobs *jobs, struct worker_attempt *a)
{
	jobs->begun_count++;
	window_set(jobs);
	if (!jobs->is_ticking) {
		jobs->is_ticking = true;
		stoa_timer_start(jobs->tick, WORKER_TICK_US, WORKER_TICK_US);
	}
	worker_attempt_begin(a);
	if (jobs->is_draining) {
		worker_attempt_drain(a);
	}
}

static void
attempt_forget(struct worker_jobs *jobs, struct worker_attempt *a)
{
	(void)stoa_map_remove(
	    &jobs->attempts, stoa_str_of(worker_attempt_name(a)));
	worker_attempt_free(a);
}

/* ---- claims -------------------------------------------------------------- */

/* True: the journal says that the attempt is ours. */
static bool
is_granted(const struct claim *c, struct stoa_str reply)
{
	const Stoa__Journal__Outcome *outcome;
	struct stoa_arena arena;
	bool is;

	stoa_arena_init(&arena, NULL, 0, WORKER_ITEM_SIZE_MAX);
	outcome =
	    stoa_unpack(&arena, &stoa__journal__outcome__descriptor, reply);
	is = outcome != NULL && outcome->entry != NULL &&
	     outcome->entry->refusal == NULL;
	if (!is && outcome != NULL && outcome->entry != NULL) {
		stoa_log(STOA_LOG_INFO, "claim_refused", "%s: %s",
		    worker_attempt_name(c->attempt),
		    outcome->entry->refusal->reason);
	}
	stoa_arena_fini(&arena);
	return is;
}

static void
claimed(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct claim *c = owner;
	struct worker_jobs *jobs = c->jobs;

	if (status == STOA_OK && is_granted(c, reply)) {
		stoa_log(STOA_LOG_INFO, "job_claimed", "%s",
		    worker_attempt_name(c->attempt));
		attempt_add(jobs, c->attempt);
		stoa_delivery_ack(c->delivery);
	} else if (status == STOA_OK) {
		attempt_forget(jobs, c->attempt);
		stoa_delivery_drop(c->delivery);
	} else {
		stoa_log(STOA_LOG_WARN, "claim_failed", "%s: %s: %s",
		    worker_attempt_name(c->attempt), stoa_status_name(status),
		    detail == NULL ? "" : detail);
		attempt_forget(jobs, c->attempt);
		stoa_delivery_retry(c->delivery, WORKER_CLAIM_AGAIN_US);
	}
	free(c);
}

static void
claim_send(struct worker_jobs *jobs, struct stoa_delivery *delivery,
    struct worker_attempt *a)
{
	const Stoa__Worker__WorkItem *item = worker_attempt_item(a);
	Stoa__Training__ClaimJobRequest request =
	    STOA__TRAINING__CLAIM_JOB_REQUEST__INIT;
	struct claim *c = calloc(1, sizeof(*c));
	char id[160];
	struct stoa_bus_call call = {
	    .service = &stoa__training__training__descriptor,
	    .method = "ClaimJob",
	    .community = stoa_str_of(item->community),
	};

	stoa_assert(c != NULL);
	*c = (struct claim){jobs, delivery, a};
	(void)snprintf(id, sizeof(id), "claim:%s:%" PRIu32 ":%s", item->job,
	    item->attempt, jobs->o.identity->id);
	call.command_id = stoa_str_of(id);
	request.job = item->job;
	request.attempt = item->attempt;
	request.worker = (char *)(uintptr_t)jobs->o.identity->id;
	stoa_bus_call(jobs->o.bus, &call, &request.base, claimed, c);
}

/* ---- deliveries ---------------------------------------------------------- */

static void
on_delivery(void *owner, struct stoa_delivery *delivery)
{
	struct worker_jobs *jobs = owner;
	struct worker_attempt *a;
	struct stoa_str name;
	const char *why;

	if (jobs->is_draining) {
		stoa_delivery_retry(delivery, 0);
		return;
	}
	a = worker_attempt_new(&jobs->attempt_options, delivery->data, &why);
	if (a == NULL) {
		stoa_log(STOA_LOG_ERROR, "item_dropped", "%.*s: %s",
		    STOA_STR_ARG(delivery->subject), why);
		stoa_delivery_drop(delivery);
		return;
	}
	name = stoa_str_of(worker_attempt_name(a));
	if (stoa_map_get(&jobs->attempts, name) != NULL) {
		/* Its acknowledgement was lost, or its claim is on the way;
		 * should that fail the delivery is still there. */
		worker_attempt_free(a);
		stoa_delivery_retry(delivery, WORKER_CLAIM_AGAIN_US);
		return;
	}
	if (jobs->attempts.count >= jobs->o.parallel) {
		/* Another worker may have room. */
		worker_attempt_free(a);
		stoa_delivery_retry(delivery, WORKER_CLAIM_AGAIN_US);
		return;
	}
	(void)stoa_map_put(&jobs->attempts, name, a);
	claim_send(jobs, delivery, a);
}

/* ---- life ---------------------------------------------------------------- */

bool
worker_jobs_open(
    const struct worker_jobs_options *options, struct worker_jobs **ret_jobs)
{
	struct worker_jobs *jobs;
	char path[PATH_MAX + 8];

	stoa_assert(options->parallel > 0);
	(void)snprintf(path, sizeof(path), "%s/jobs", options->identity->path);
	if (worker_folder_empty(path) != STOA_OK) {
		return false;
	}
	jobs = calloc(1, sizeof(*jobs));
	stoa_assert(jobs != NULL);
	jobs->o = *options;
	jobs->attempt_options = (struct worker_attempt_options){
	    .loop = options->loop,
	    .bus = options->bus,
	    .identity = options->identity,
	    .memory_max = options->memory_max,
	    .totals = &jobs->totals,
	    .ended = on_ended,
	    .owner = jobs,
	};
	stoa_map_init(&jobs->attempts, 0);
	jobs->tick = stoa_timer_new(options->loop, on_tick, jobs);
	jobs->consumer = stoa_bus_consume(options->bus, "work", "worker",
	    options->parallel, on_delivery, jobs);
	*ret_jobs = jobs;
	return true;
}

/* The process ends with it: what is under way on other threads still reads
 * the attempts that a cut drain has left, so these stay. */
static void
end(void *part)
{
	struct worker_jobs *jobs = part;

	stoa_timer_free(jobs->tick);
	if (jobs->attempts.count == 0) {
		stoa_map_fini(&jobs->attempts);
		free(jobs);
	}
}

static void
drain(void *part)
{
	struct worker_jobs *jobs = part;

	jobs->is_draining = true;
	stoa_consumer_stop(jobs->consumer);
	STOA_MAP_EACH(&jobs->attempts, entry)
	{
		worker_attempt_drain(entry->value);
	}
}

static bool
is_idle(void *part)
{
	const struct worker_jobs *jobs = part;

	return jobs->attempts.count == 0;
}

static void
metrics(void *part, struct stoa_buf *out)
{
	static const char ended[] = "stoa_worker_jobs_ended_total";
	const struct worker_jobs *jobs = part;
	const struct worker_totals *t = &jobs->totals;
	const struct stoa_metric all[] = {
	    {"stoa_worker_jobs", "Attempts under way.", jobs->begun_count},
	    {"stoa_worker_jobs_started_total", "Trainings begun.", t->started},
	};

	stoa_metrics_print(out, all, STOA_COUNT(all));
	stoa_metric_print_head(out, ended, "Attempts, by their end.");
	stoa_metric_print_sample(out, ended, "end", "succeeded", t->succeeded);
	stoa_metric_print_sample(out, ended, "end", "failed", t->failed);
	stoa_metric_print_sample(out, ended, "end", "stopped", t->stopped);
	stoa_metric_print_seconds(out, "stoa_worker_trained_seconds_total",
	    "Processor time of training.", t->cpu_us);
}

const struct stoa_part worker_jobs_part = {
    .drain = drain,
    .is_idle = is_idle,
    .free = end,
    .metrics = metrics,
};
