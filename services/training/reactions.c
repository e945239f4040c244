/* reactions.c - escrow, work items, lost workers, settlement, notices. */
#include "training/reactions.h"

#include "base/check.h"
#include "base/id.h"
#include "base/map.h"
#include "training/limits.h"
#include "training/training.h"

#include "proto/accounts.pb-c.h"
#include "proto/storage.pb-c.h"
#include "proto/worker.pb-c.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* What this process knows about one open job; lost with it, on purpose. */
struct track {
	struct reactions *reactions;
	char community[80];
	char job[STOA_ID_SIZE];
	enum training_effect effect; /* the one being done */
	uint32_t attempt;
	bool is_busy; /* an answer is awaited */
	bool is_done; /* nothing more until the state changes */
	int64_t try_us;
	int64_t wait_us;
	int64_t heard_us; /* of the worker */
	uint64_t sweep;	  /* the last tick that saw the job open */
	char storage_url[256];
	char read_capability[1024];
};

struct reactions {
	struct reactions_options o;
	struct stoa_map tracks; /* "<community>/<job>" */
	size_t busy_count;
	uint64_t sweep;
	int64_t ticked_us;
	bool is_draining;
};

#define KEY_MAX 112

static int64_t
now_us(const struct reactions *r)
{
	return stoa_clock_mono(r->o.clock).us;
}

/* ---- tracks ----------------------------------------------------------------
 */

static void
busy_begin(struct track *t)
{
	t->is_busy = true;
	t->reactions->busy_count++;
}

static void
busy_end(struct track *t, bool ok)
{
	struct reactions *r = t->reactions;

	t->is_busy = false;
	r->busy_count--;
	if (ok) {
		t->is_done = true;
		t->wait_us = 0;
		/* The command that records it may still be refused: look
		 * again if the state has not moved by then. */
		t->try_us = now_us(r) + TRAINING_RETRY_US_MAX;
		return;
	}
	t->wait_us = t->wait_us == 0 ? TRAINING_RETRY_US_MIN : 2 * t->wait_us;
	if (t->wait_us > TRAINING_RETRY_US_MAX) {
		t->wait_us = TRAINING_RETRY_US_MAX;
	}
	t->try_us = now_us(r) + t->wait_us;
}

static struct track *
track_get(struct reactions *r, struct stoa_str community, struct stoa_str job)
{
	char key[KEY_MAX];
	struct track *t;

	(void)snprintf(key, sizeof(key), "%.*s/%.*s", STOA_STR_ARG(community),
	    STOA_STR_ARG(job));
	t = stoa_map_get(&r->tracks, stoa_str_of(key));
	if (t != NULL) {
		return t;
	}
	t = calloc(1, sizeof(*t));
	stoa_assert(t != NULL);
	t->reactions = r;
	(void)snprintf(t->community, sizeof(t->community), "%.*s",
	    STOA_STR_ARG(community));
	(void)snprintf(t->job, sizeof(t->job), "%.*s", STOA_STR_ARG(job));
	t->heard_us = now_us(r);
	(void)stoa_map_put(&r->tracks, stoa_str_of(key), t);
	return t;
}

static const struct training *
state_of(struct track *t)
{
	return stoa_replica_peek(
	    t->reactions->o.replica, stoa_str_of(t->community));
}

static const struct training_job *
job_of(struct track *t)
{
	const struct training *state = state_of(t);

	return state == NULL ? NULL
			     : training_job_get(state, stoa_str_of(t->job));
}

static void
record(struct track *t, const char *verb, uint32_t attempt, const char *method,
    const ProtobufCMessage *request)
{
	char id[96];

	(void)snprintf(id, sizeof(id), "%s:%s:%" PRIu32, verb, t->job, attempt);
	t->reactions->o.command(t->reactions->o.owner,
	    stoa_str_of(t->community), stoa_str_of(id), method, request);
}

static struct stoa_bus_call
call_of(struct track *t, const ProtobufCServiceDescriptor *service,
    const char *method, const char *verb, char id[static 96])
{
	struct stoa_bus_call call = {
	    .service = service,
	    .method = method,
	    .community = stoa_str_of(t->community),
	};

	(void)snprintf(id, 96, "%s:%s", verb, t->job);
	call.command_id = stoa_str_of(id);
	return call;
}

/* ---- escrow ----------------------------------------------------------------
 */

/* The hold's id in the outcome of Hold, or what refused it. */
static enum stoa_status
hold_read(struct stoa_arena *arena, struct stoa_str reply,
    Stoa__Training__RecordEscrowRequest *out)
{
	const Stoa__Journal__Outcome *outcome =
	    stoa_unpack(arena, &stoa__journal__outcome__descriptor, reply);
	const Stoa__Accounts__Event *event;

	if (outcome == NULL || outcome->entry == NULL) {
		return STOA_INTERNAL;
	}
	if (outcome->entry->refusal != NULL) {
		out->refusal = outcome->entry->refusal;
		return STOA_OK;
	}
	if (outcome->entry->n_events == 0) {
		return STOA_INTERNAL;
	}
	event = stoa_unpack(arena, &stoa__accounts__event__descriptor,
	    stoa_str_of_bytes(
		outcome->entry->events[0].data, outcome->entry->events[0].len));
	if (event == NULL ||
	    event->kind_case != STOA__ACCOUNTS__EVENT__KIND_HOLD_PLACED) {
		return STOA_INTERNAL;
	}
	out->hold = event->hold_placed->id;
	return STOA_OK;
}

static void
held(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct track *t = owner;
	Stoa__Training__RecordEscrowRequest request =
	    STOA__TRAINING__RECORD_ESCROW_REQUEST__INIT;
	struct stoa_arena arena;

	(void)detail;
	stoa_arena_init(&arena, NULL, 0, 65536);
	if (status == STOA_OK) {
		status = hold_read(&arena, reply, &request);
	}
	if (status == STOA_OK) {
		request.job = t->job;
		record(t, "escrow", 0, "RecordEscrow", &request.base);
	}
	busy_end(t, status == STOA_OK);
	stoa_arena_fini(&arena);
}

static void
hold_budget(struct track *t, const Stoa__Training__Job *job)
{
	Stoa__Accounts__HoldRequest request =
	    STOA__ACCOUNTS__HOLD_REQUEST__INIT;
	char id[96], purpose[64];
	struct stoa_bus_call call = call_of(
	    t, &stoa__accounts__accounts__descriptor, "Hold", "hold", id);

	(void)snprintf(purpose, sizeof(purpose), "job:%s", t->job);
	/* What the community decided to train, its treasury pays. */
	request.member = strcmp(job->member, "@governance") == 0
			     ? (char *)(uintptr_t) "@treasury"
			     : job->member;
	request.amount_micro = job->max_spend_micro;
	/* From the record, not from the clock: the same command each time. */
	request.expires_us = job->submitted_us + TRAINING_ESCROW_US;
	request.purpose = purpose;
	busy_begin(t);
	stoa_bus_call(t->reactions->o.bus, &call, &request.base, held, t);
}

/* ---- work items
 * -------------------------------------------------------------- */

static void
queued(void *owner, enum stoa_status status)
{
	struct track *t = owner;

	busy_end(t, status == STOA_OK || status == STOA_EXISTS);
}

static void
work_store(struct track *t, const char *write_capability)
{
	const struct training_job *state_job = job_of(t);
	Stoa__Worker__WorkItem item = STOA__WORKER__WORK_ITEM__INIT;
	Stoa__Training__Job job;
	struct stoa_arena arena;
	struct stoa_str bytes;
	char id[64], subject[96];

	stoa_arena_init(&arena, NULL, 0, 65536);
	if (state_job == NULL ||
	    training_job_effect(state_job) != TRAINING_QUEUE_WORK ||
	    !training_job_view(state_job, &arena, &job)) {
		busy_end(t, false);
		stoa_arena_fini(&arena);
		return;
	}
	item.community = t->community;
	item.job = t->job;
	item.attempt = job.attempt;
	item.recipe = job.recipe;
	item.dataset = job.dataset;
	item.parameters = job.parameters;
	item.n_parameters = job.n_parameters;
	item.seed = job.seed;
	item.name = job.name;
	item.deadline_us = training_job_deadline(state_job);
	item.cpu_us_max =
	    job.max_spend_micro * STOA_US_PER_S / TRAINING_MICRO_PER_CPU_SECOND;
	item.storage_url = t->storage_url;
	item.read_capability = t->read_capability;
	item.write_capability = (char *)(uintptr_t)write_capability;
	bytes = stoa_pack(&arena, &item.base);
	(void)snprintf(id, sizeof(id), "%s:%" PRIu32, t->job, job.attempt);
	(void)snprintf(subject, sizeof(subject), "stoa.work.%s", job.recipe);
	stoa_bus_store(t->reactions->o.bus, subject, id, bytes, queued, t);
	stoa_arena_fini(&arena);
}

static const Stoa__Storage__GrantReply *
grant_read(
    struct stoa_arena *arena, enum stoa_status status, struct stoa_str reply)
{
	if (status != STOA_OK) {
		return NULL;
	}
	return stoa_unpack(
	    arena, &stoa__storage__grant_reply__descriptor, reply);
}

static void
write_granted(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct track *t = owner;
	struct stoa_arena arena;
	const Stoa__Storage__GrantReply *grant;

	(void)detail;
	stoa_arena_init(&arena, NULL, 0, 65536);
	grant = grant_read(&arena, status, reply);
	if (grant == NULL) {
		busy_end(t, false);
	} else {
		work_store(t, grant->capability);
	}
	stoa_arena_fini(&arena);
}

static void
read_granted(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct track *t = owner;
	Stoa__Storage__GrantRequest request =
	    STOA__STORAGE__GRANT_REQUEST__INIT;
	char id[96];
	struct stoa_bus_call call = call_of(
	    t, &stoa__storage__storage__descriptor, "Grant", "write", id);
	struct stoa_arena arena;
	const Stoa__Storage__GrantReply *grant;

	(void)detail;
	stoa_arena_init(&arena, NULL, 0, 65536);
	grant = grant_read(&arena, status, reply);
	if (grant == NULL ||
	    snprintf(t->storage_url, sizeof(t->storage_url), "%s",
		grant->url) >= (int)sizeof(t->storage_url) ||
	    snprintf(t->read_capability, sizeof(t->read_capability), "%s",
		grant->capability) >= (int)sizeof(t->read_capability)) {
		busy_end(t, false);
		stoa_arena_fini(&arena);
		return;
	}
	stoa_arena_fini(&arena);
	request.operation = STOA__STORAGE__OPERATION__WRITE;
	request.expires_us =
	    stoa_clock_wall(t->reactions->o.clock).us + TRAINING_DEADLINE_US;
	stoa_bus_call(
	    t->reactions->o.bus, &call, &request.base, write_granted, t);
}

/* The worker gets to read this data set and to store one model; no more. */
static void
queue_work(struct track *t, const Stoa__Training__Job *job)
{
	Stoa__Storage__GrantRequest request =
	    STOA__STORAGE__GRANT_REQUEST__INIT;
	char id[96];
	struct stoa_bus_call call = call_of(
	    t, &stoa__storage__storage__descriptor, "Grant", "read", id);

	request.operation = STOA__STORAGE__OPERATION__READ;
	request.cid = job->dataset;
	/* Sealed: storage opens it for who holds this capability. */
	request.is_private =
	    training_dataset_is_private(state_of(t), stoa_str_of(job->dataset));
	request.expires_us =
	    stoa_clock_wall(t->reactions->o.clock).us + TRAINING_DEADLINE_US;
	t->attempt = job->attempt;
	busy_begin(t);
	stoa_bus_call(
	    t->reactions->o.bus, &call, &request.base, read_granted, t);
}

/* ---- workers ----------------------------------------------------------------
 */

static void
watch_worker(struct track *t, const Stoa__Training__Job *job)
{
	Stoa__Training__LoseWorkerRequest request =
	    STOA__TRAINING__LOSE_WORKER_REQUEST__INIT;
	int64_t now = now_us(t->reactions);

	if (t->attempt != job->attempt) {
		t->attempt = job->attempt;
		t->heard_us = now;
	}
	if (now - t->heard_us < TRAINING_HEARTBEAT_LOST_US) {
		return;
	}
	t->heard_us = now;
	request.job = t->job;
	request.attempt = job->attempt;
	record(t, "lose", job->attempt, "LoseWorker", &request.base);
}

bool
reactions_heartbeat(struct reactions *r, struct stoa_str community,
    const Stoa__Training__HeartbeatQuery *in)
{
	const struct training *state =
	    stoa_replica_peek(r->o.replica, community);
	const struct training_job *job;
	struct stoa_arena arena;
	Stoa__Training__Job view;

	if (state == NULL) {
		return true; /* a record is in flight: ask again later */
	}
	job = training_job_get(state, stoa_str_of(in->job));
	if (job == NULL) {
		return false;
	}
	stoa_arena_init(&arena, NULL, 0, 4096);
	(void)training_job_view(job, &arena, &view);
	stoa_arena_fini(&arena);
	if (view.state != STOA__TRAINING__JOB_STATE__RUNNING ||
	    view.attempt != in->attempt ||
	    strcmp(view.worker, in->worker) != 0) {
		return false;
	}
	track_get(r, community, stoa_str_of(in->job))->heard_us = now_us(r);
	return true;
}

/* ---- settlement
 * --------------------------------------------------------------- */

static void
settled(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct track *t = owner;
	const struct training_job *job;
	Stoa__Training__RecordSettledRequest request =
	    STOA__TRAINING__RECORD_SETTLED_REQUEST__INIT;
	struct stoa_arena arena;
	const Stoa__Journal__Outcome *outcome = NULL;

	(void)detail;
	stoa_arena_init(&arena, NULL, 0, 65536);
	if (status == STOA_OK) {
		outcome = stoa_unpack(
		    &arena, &stoa__journal__outcome__descriptor, reply);
	}
	/* Without an answer the replica may be gone already: no look at it. */
	job = outcome == NULL ? NULL : job_of(t);
	if (job == NULL || outcome->entry == NULL) {
		busy_end(t, false);
		stoa_arena_fini(&arena);
		return;
	}
	/* A hold that expired meanwhile went back to its member. */
	request.job = t->job;
	request.spent_micro =
	    outcome->entry->refusal == NULL ? training_job_cost(job) : 0;
	record(t, "settled", 0, "RecordSettled", &request.base);
	busy_end(t, true);
	stoa_arena_fini(&arena);
}

static void
settle(struct track *t, const struct training_job *job)
{
	Stoa__Accounts__PostHoldRequest post =
	    STOA__ACCOUNTS__POST_HOLD_REQUEST__INIT;
	Stoa__Accounts__VoidHoldRequest none =
	    STOA__ACCOUNTS__VOID_HOLD_REQUEST__INIT;
	char id[96];
	struct stoa_bus_call call;

	if (training_job_hold(job)[0] == '\0') {
		Stoa__Training__RecordSettledRequest request =
		    STOA__TRAINING__RECORD_SETTLED_REQUEST__INIT;

		request.job = t->job;
		record(t, "settled", 0, "RecordSettled", &request.base);
		return;
	}
	busy_begin(t);
	if (training_job_cost(job) > 0) {
		post.hold = (char *)(uintptr_t)training_job_hold(job);
		post.amount_micro = training_job_cost(job);
		post.payee = (char *)(uintptr_t)training_job_payee(job);
		call = call_of(t, &stoa__accounts__accounts__descriptor,
		    "PostHold", "post", id);
		stoa_bus_call(
		    t->reactions->o.bus, &call, &post.base, settled, t);
	} else {
		none.hold = (char *)(uintptr_t)training_job_hold(job);
		call = call_of(t, &stoa__accounts__accounts__descriptor,
		    "VoidHold", "void", id);
		stoa_bus_call(
		    t->reactions->o.bus, &call, &none.base, settled, t);
	}
}

/* ---- notices
 * ------------------------------------------------------------------ */

static void
notified(void *owner, enum stoa_status status)
{
	struct track *t = owner;
	Stoa__Training__RecordNotifiedRequest request =
	    STOA__TRAINING__RECORD_NOTIFIED_REQUEST__INIT;
	bool ok = status == STOA_OK || status == STOA_EXISTS;

	if (ok) {
		request.job = t->job;
		record(t, "notified", 0, "RecordNotified", &request.base);
	}
	busy_end(t, ok);
}

static void
notify(
    struct track *t, const struct training_job *job, Stoa__Training__Job *view)
{
	Stoa__Training__Notice notice = STOA__TRAINING__NOTICE__INIT;
	Stoa__Training__Model model;
	struct stoa_arena arena;
	struct stoa_str bytes;
	char subject[64];

	stoa_arena_init(&arena, NULL, 0, 262144);
	notice.community = t->community;
	notice.reply = (char *)(uintptr_t)training_job_reply(job);
	notice.job = view;
	if (view->model[0] != '\0' &&
	    training_model_view(
		state_of(t), stoa_str_of(view->model), &arena, &model)) {
		notice.model = &model;
	}
	bytes = stoa_pack(&arena, &notice.base);
	(void)snprintf(subject, sizeof(subject), "stoa.chat.notice.%u",
	    (unsigned)stoa_slot_of(stoa_str_of(t->community)));
	busy_begin(t);
	stoa_bus_store(
	    t->reactions->o.bus, subject, t->job, bytes, notified, t);
	stoa_arena_fini(&arena);
}

/* ---- the tick
 * ----------------------------------------------------------------- */

static void
act(struct track *t, const struct training_job *job)
{
	enum training_effect effect = training_job_effect(job);
	struct stoa_arena arena;
	Stoa__Training__Job view;

	stoa_arena_init(&arena, NULL, 0, 4096);
	(void)training_job_view(job, &arena, &view);
	if (effect != t->effect || view.attempt != t->attempt) {
		/* The state has moved: what was done is behind us. */
		if (effect != t->effect) {
			t->heard_us = now_us(t->reactions);
		}
		t->effect = effect;
		t->attempt = view.attempt;
		t->is_done = false;
		t->wait_us = 0;
		t->try_us = 0;
	}
	if (effect == TRAINING_WATCH_WORKER) {
		watch_worker(t, &view);
	} else if (effect == TRAINING_QUEUE_WORK && t->is_done) {
		/* Stored: the queue has it. */
	} else if (now_us(t->reactions) >= t->try_us) {
		switch (effect) {
		case TRAINING_HOLD_BUDGET:
			hold_budget(t, &view);
			break;
		case TRAINING_QUEUE_WORK:
			queue_work(t, &view);
			break;
		case TRAINING_SETTLE:
			settle(t, job);
			break;
		case TRAINING_NOTIFY:
			notify(t, job, &view);
			break;
		case TRAINING_NOTHING:
		case TRAINING_WATCH_WORKER:
			break;
		}
	}
	stoa_arena_fini(&arena);
}

static void
community_look(struct reactions *r, struct stoa_str community)
{
	const struct training *state;
	const struct training_job *job;
	size_t cursor = 0;

	if (!r->o.is_mine(r->o.owner, community)) {
		return;
	}
	/* Acting may put a record in flight: the state is asked for anew. */
	while ((state = stoa_replica_peek(r->o.replica, community)) != NULL &&
	       (job = training_next_open(state, &cursor)) != NULL) {
		struct stoa_arena arena;
		Stoa__Training__Job view;
		struct track *t;

		stoa_arena_init(&arena, NULL, 0, 4096);
		(void)training_job_view(job, &arena, &view);
		t = track_get(r, community, stoa_str_of(view.id));
		stoa_arena_fini(&arena);
		t->sweep = r->sweep;
		if (!t->is_busy) {
			act(t, job);
		}
	}
}

/* Forgets tracks of jobs about which nothing is to be done any more. */
static void
tracks_sweep(struct reactions *r)
{
	STOA_MAP_EACH(&r->tracks, entry)
	{
		struct track *t = entry->value;

		if (!t->is_busy && t->sweep + 100 < r->sweep) {
			(void)stoa_map_remove(&r->tracks, entry->key);
			free(t);
		}
	}
}

/* Who was stopped itself has not heard what was said meanwhile: no worker is
 * lost for that. */
static void
pause_forgive(struct reactions *r)
{
	int64_t now = now_us(r);

	if (now - r->ticked_us > TRAINING_PAUSE_US) {
		STOA_MAP_EACH(&r->tracks, entry)
		{
			struct track *t = entry->value;

			t->heard_us = now;
		}
	}
	r->ticked_us = now;
}

static void
tick(void *part)
{
	struct reactions *r = part;
	struct stoa_str community;
	size_t cursor = 0;

	if (r->is_draining || !stoa_replica_is_ready(r->o.replica)) {
		return;
	}
	pause_forgive(r);
	r->sweep++;
	while ((community = stoa_replica_next(r->o.replica, &cursor)).data !=
	       NULL) {
		community_look(r, community);
	}
	if (r->sweep % 100 == 0) {
		tracks_sweep(r);
	}
}

struct reactions *
reactions_new(const struct reactions_options *options)
{
	struct reactions *r = calloc(1, sizeof(*r));

	stoa_assert(r != NULL);
	r->o = *options;
	stoa_map_init(&r->tracks, 0);
	return r;
}

void
reactions_free(struct reactions *r)
{
	if (r == NULL) {
		return;
	}
	STOA_MAP_EACH(&r->tracks, entry)
	{
		free(entry->value);
	}
	stoa_map_fini(&r->tracks);
	free(r);
}

static void
drain(void *part)
{
	struct reactions *r = part;

	r->is_draining = true;
}

static bool
is_idle(void *part)
{
	const struct reactions *r = part;

	return r->busy_count == 0;
}

const struct stoa_part reactions_part = {
    .tick = tick,
    .tick_us = TRAINING_TICK_US,
    .drain = drain,
    .is_idle = is_idle,
};
