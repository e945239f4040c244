/* sim_training.c - jobs from submission to settlement, under faults.
 *
 * Two accounts and two training daemons (or one), with their real cores,
 * journals and reactions; a cruel bus between them; workers that claim, beat,
 * finish, fail or vanish; members that submit and cancel. Then the faults
 * stop, and: every job has ended for a named reason, is settled and told;
 * one model per finished job; no hold is open; what was spent is what left
 * the members' accounts; replicas are equal; the replayed state is the live
 * one; two runs of a seed leave the same trace.
 *
 *   sim_training FIRST COUNT */
#include "accounts/accounts.h"
#include "base/check.h"
#include "base/id.h"
#include "tests/sim/node.h"
#include "tests/sim/rpc.h"
#include "training/reactions.h"
#include "training/training.h"

#include "proto/storage.pb-c.h"
#include "proto/worker.pb-c.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define NODES_MAX 2
#define JOBS	  12
#define MEMBERS	  3
#define ITEMS_MAX 1024
#define FUND	  INT64_C(100000000)

static char community[] = "c_trainingaa";
static char dataset[] =
    "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4";
static char members[MEMBERS][16] = {
    "u_aaaaaaaaaa", "u_bbbbbbbbbb", "u_cccccccccc"};

/* One training daemon's bus; dead when the daemon crashed. */
struct stoa_bus {
	struct stoa_bus *next;
	struct world *world;
	struct node *node;
	struct reactions *reactions;
	bool is_dead;
};

struct item {
	char job[16];
	uint32_t attempt;
	int64_t cpu_us_max;
};

struct worker {
	struct world *world;
	char name[16];
	struct item item;
	bool is_busy;
	bool is_lost; /* never heard of again; its machine comes back later */
	int64_t until_us;
	uint64_t round;
};

struct submission {
	struct world *world;
	int number;
	char id[24];
	char member[16];
	char job[16]; /* once it is known */
	bool is_answered;
	bool is_refused;
	int notices;
};

struct world {
	struct sim *sim;
	struct rpc_world *rpc;
	struct sim_broker *brokers[2]; /* accounts, training */
	struct sim_lan *lans[2];
	struct node nodes[2][NODES_MAX];
	uint32_t node_count;
	struct stoa_bus *buses;
	struct item queue[ITEMS_MAX];
	size_t queue_count;
	struct worker workers[2];
	struct submission jobs[JOBS];
	int steps; /* of the opening that are done */
	bool is_healed;
	bool is_over;
	bool is_failed;
	char failure[256];
	uint64_t crashes, vanished;
};

static void
fail(void *world, const char *what, const char *which)
{
	struct world *w = world;

	if (!w->is_failed) {
		w->is_failed = true;
		(void)snprintf(
		    w->failure, sizeof(w->failure), "%s: %s", what, which);
	}
}

static uint64_t
roll(struct world *w, uint64_t bound)
{
	return stoa_rng_below(sim_rng(w->sim), bound);
}

/* ---- the bus of a training daemon
 * --------------------------------------------- */

/* Storage is not what is tested here: it grants at once. */
static void
grant(stoa_bus_done done, void *owner)
{
	Stoa__Storage__GrantReply reply = STOA__STORAGE__GRANT_REPLY__INIT;
	uint8_t bytes[128];
	size_t len;

	reply.url = (char *)(uintptr_t) "http://127.0.0.1:1";
	reply.capability = (char *)(uintptr_t) "capability";
	len = protobuf_c_message_pack(&reply.base, bytes);
	done(owner, STOA_OK, stoa_str_of_bytes(bytes, len), NULL);
}

void
stoa_bus_call(struct stoa_bus *b, const struct stoa_bus_call *call,
    const ProtobufCMessage *request, stoa_bus_done done, void *owner)
{
	char id[128], where[32];
	struct rpc_call c = {
	    .service = "accounts",
	    .method = protobuf_c_service_descriptor_get_method_by_name(
		call->service, call->method),
	    .community = where,
	    .actor = "@training",
	    .id = id,
	    .timeout_us = 5 * STOA_US_PER_S,
	    .is_dead = &b->is_dead,
	};

	if (call->service == &stoa__storage__storage__descriptor) {
		grant(done, owner);
		return;
	}
	(void)snprintf(id, sizeof(id), "%.*s", STOA_STR_ARG(call->command_id));
	(void)snprintf(
	    where, sizeof(where), "%.*s", STOA_STR_ARG(call->community));
	rpc_send(b->world->rpc, &c, request, done, owner);
}

void
stoa_bus_tell(struct stoa_bus *b, const char *subject, struct stoa_str data)
{
	(void)b;
	(void)subject;
	(void)data;
}

static void
work_stored(struct world *w, struct stoa_str data)
{
	Stoa__Worker__WorkItem *item = stoa__worker__work_item__unpack(
	    NULL, data.len, (const uint8_t *)data.data);
	/* At least once: sometimes twice. */
	int copies = stoa_rng_chance(sim_rng(w->sim), 4) ? 2 : 1;

	stoa_assert(item != NULL);
	for (; copies > 0 && w->queue_count < ITEMS_MAX; copies--) {
		struct item *q = &w->queue[w->queue_count++];

		(void)snprintf(q->job, sizeof(q->job), "%s", item->job);
		q->attempt = item->attempt;
		q->cpu_us_max = item->cpu_us_max;
	}
	stoa__worker__work_item__free_unpacked(item, NULL);
}

static void
notice_stored(struct world *w, struct stoa_str data)
{
	Stoa__Training__Notice *notice = stoa__training__notice__unpack(
	    NULL, data.len, (const uint8_t *)data.data);
	int number;

	stoa_assert(notice != NULL);
	stoa_assert(notice->job != NULL);
	number = (int)strtol(notice->reply, NULL, 10);
	stoa_assert(number >= 0 && number < JOBS);
	w->jobs[number].notices++;
	if ((notice->model != NULL) !=
	    (notice->job->state == STOA__TRAINING__JOB_STATE__SUCCEEDED)) {
		fail(w, "a notice without its model", notice->job->id);
	}
	stoa__training__notice__free_unpacked(notice, NULL);
}

struct stored {
	struct stoa_bus *bus;
	stoa_bus_stored done;
	void *owner;
	enum stoa_status status;
};

static void
store_answered(void *arg)
{
	struct stored *s = arg;

	if (!s->bus->is_dead) {
		s->done(s->owner, s->status);
	}
	free(s);
}

/* Stored, or not, and the answer may be lost: then it is done again. */
void
stoa_bus_store(struct stoa_bus *b, const char *subject, const char *id,
    struct stoa_str data, stoa_bus_stored done, void *owner)
{
	struct world *w = b->world;
	struct stored *s = malloc(sizeof(*s));
	bool is_stored = w->is_healed || !stoa_rng_chance(sim_rng(w->sim), 5);
	bool is_heard = w->is_healed || !stoa_rng_chance(sim_rng(w->sim), 5);

	(void)id;
	stoa_assert(s != NULL);
	if (is_stored && strncmp(subject, "stoa.work.", 10) == 0) {
		work_stored(w, data);
	} else if (is_stored) {
		notice_stored(w, data);
	}
	*s = (struct stored){
	    b, done, owner, is_stored && is_heard ? STOA_OK : STOA_TIMEOUT};
	sim_at(w->sim, (int64_t)roll(w, 5000), store_answered, s);
}

/* ---- daemons
 * ------------------------------------------------------------------- */

static void
on_answer(
    void *world, void *call, enum stoa_status status, struct stoa_str outcome)
{
	(void)world;
	rpc_answered(call, status, outcome);
}

static bool
is_mine(void *owner, struct stoa_str id)
{
	struct stoa_bus *b = owner;

	return b->node->mine[stoa_slot_of(id)];
}

static void
own_command(void *owner, struct stoa_str where, struct stoa_str id,
    const char *method, const ProtobufCMessage *request)
{
	struct stoa_bus *b = owner;
	uint8_t bytes[4096];
	struct stoa_submit submit = {
	    .community = where,
	    .actor = STOA_STR("@training"),
	    .id = id,
	    .method = protobuf_c_service_descriptor_get_method_by_name(
		&stoa__training__training__descriptor, method),
	    .deadline = STOA_MONO_NEVER,
	};

	stoa_assert(
	    protobuf_c_message_get_packed_size(request) <= sizeof(bytes));
	submit.request =
	    stoa_str_of_bytes(bytes, protobuf_c_message_pack(request, bytes));
	stoa_replica_submit(b->node->replica, &submit, NULL);
}

static void
reactions_turn(void *arg)
{
	struct stoa_bus *b = arg;

	if (b->is_dead || b->world->is_over) {
		return;
	}
	reactions_part.tick(b->reactions);
	sim_at(b->world->sim, reactions_part.tick_us, reactions_turn, b);
}

static void
training_started(void *world, struct node *n)
{
	struct world *w = world;
	struct stoa_bus *b = calloc(1, sizeof(*b));
	struct reactions_options options = {
	    .replica = n->replica,
	    .bus = b,
	    .clock = sim_clock(w->sim),
	    .is_mine = is_mine,
	    .command = own_command,
	    .owner = b,
	};

	stoa_assert(b != NULL);
	b->world = w;
	b->node = n;
	b->next = w->buses;
	w->buses = b;
	b->reactions = reactions_new(&options);
	sim_at(w->sim, 1, reactions_turn, b);
}

static void
training_stopping(void *world, struct node *n)
{
	struct world *w = world;

	for (struct stoa_bus *b = w->buses; b != NULL; b = b->next) {
		if (b->node == n && !b->is_dead) {
			b->is_dead = true;
		}
	}
}

static struct stoa_bus *
bus_serving(struct world *w)
{
	for (struct stoa_bus *b = w->buses; b != NULL; b = b->next) {
		if (!b->is_dead &&
		    b->node->mine[stoa_slot_of(stoa_str_of(community))]) {
			return b;
		}
	}
	return NULL;
}

/* ---- calls
 * -------------------------------------------------------------------- */

static void
call(struct world *w, const char *service, const char *method,
    const char *actor, const char *id, const ProtobufCMessage *request,
    stoa_bus_done done, void *owner)
{
	const ProtobufCServiceDescriptor *descriptor =
	    strcmp(service, "accounts") == 0
		? &stoa__accounts__accounts__descriptor
		: &stoa__training__training__descriptor;
	struct rpc_call c = {
	    .service = service,
	    .method = protobuf_c_service_descriptor_get_method_by_name(
		descriptor, method),
	    .community = community,
	    .actor = actor,
	    .id = id,
	    .timeout_us = 3600 * STOA_US_PER_S,
	};

	rpc_send(w->rpc, &c, request, done, owner);
}

/* ---- workers
 * ------------------------------------------------------------------ */

static void worker_look(void *arg);

static void
worker_free(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct worker *k = owner;

	(void)status;
	(void)reply;
	(void)detail;
	k->is_busy = false;
}

static void
worker_complete(struct worker *k)
{
	Stoa__Training__CompleteJobRequest request =
	    STOA__TRAINING__COMPLETE_JOB_REQUEST__INIT;
	char id[96];

	request.job = k->item.job;
	request.attempt = k->item.attempt;
	request.worker = k->name;
	request.model_cid = dataset;
	request.provenance_cid = dataset;
	request.cpu_us = (int64_t)roll(k->world, 3000000);
	(void)snprintf(id, sizeof(id), "complete:%s:%u:%s", k->item.job,
	    k->item.attempt, k->name);
	call(k->world, "training", "CompleteJob", "@worker", id, &request.base,
	    worker_free, k);
}

static void
worker_give_up(struct worker *k)
{
	Stoa__Training__FailJobRequest request =
	    STOA__TRAINING__FAIL_JOB_REQUEST__INIT;
	char id[96];

	request.job = k->item.job;
	request.attempt = k->item.attempt;
	request.worker = k->name;
	request.reason = stoa_rng_chance(sim_rng(k->world->sim), 2)
			     ? STOA__TRAINING__END_REASON__training_failed
			     : STOA__TRAINING__END_REASON__worker_lost;
	request.detail = (char *)(uintptr_t) "as rolled";
	(void)snprintf(id, sizeof(id), "fail:%s:%u:%s", k->item.job,
	    k->item.attempt, k->name);
	call(k->world, "training", "FailJob", "@worker", id, &request.base,
	    worker_free, k);
}

static void
worker_beat(void *arg)
{
	struct worker *k = arg;
	struct world *w = k->world;
	struct stoa_bus *b = bus_serving(w);
	Stoa__Training__HeartbeatQuery beat =
	    STOA__TRAINING__HEARTBEAT_QUERY__INIT;

	if (w->is_over || !k->is_busy || k->is_lost) {
		return;
	}
	if (sim_now(w->sim) >= k->until_us) {
		if (stoa_rng_chance(sim_rng(w->sim), 8)) {
			worker_give_up(k);
		} else {
			worker_complete(k);
		}
		return;
	}
	beat.job = k->item.job;
	beat.attempt = k->item.attempt;
	beat.worker = k->name;
	if (b != NULL && b->node->replica != NULL &&
	    !reactions_heartbeat(b->reactions, stoa_str_of(community), &beat)) {
		k->is_busy = false; /* not wanted any more */
		return;
	}
	sim_at(w->sim, STOA_US_PER_S, worker_beat, k);
}

static void
worker_back(void *arg)
{
	struct worker *k = arg;

	k->is_lost = false;
	k->is_busy = false;
}

static void
claimed(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct worker *k = owner;
	struct world *w = k->world;
	Stoa__Journal__Outcome *outcome;
	bool is_mine_now;

	(void)detail;
	(void)status;
	outcome = stoa__journal__outcome__unpack(
	    NULL, reply.len, (const uint8_t *)reply.data);
	is_mine_now = outcome != NULL && outcome->entry != NULL &&
		      outcome->entry->refusal == NULL;
	stoa__journal__outcome__free_unpacked(outcome, NULL);
	if (!is_mine_now) {
		k->is_busy = false;
		return;
	}
	if (!w->is_healed && stoa_rng_chance(sim_rng(w->sim), 4)) {
		w->vanished++;
		k->is_lost = true;
		sim_at(w->sim, 5 * STOA_US_PER_S, worker_back, k);
		return;
	}
	k->until_us = sim_now(w->sim) + (int64_t)roll(w, 4000000);
	worker_beat(k);
}

static void
worker_look(void *arg)
{
	struct worker *k = arg;
	struct world *w = k->world;
	Stoa__Training__ClaimJobRequest request =
	    STOA__TRAINING__CLAIM_JOB_REQUEST__INIT;
	char id[96];
	size_t at;

	if (w->is_over) {
		return;
	}
	sim_at(w->sim, 50 * STOA_US_PER_MS, worker_look, k);
	if (k->is_busy || w->queue_count == 0) {
		return;
	}
	/* Any order: queues reorder. */
	at = (size_t)roll(w, w->queue_count);
	k->item = w->queue[at];
	w->queue[at] = w->queue[--w->queue_count];
	k->is_busy = true;
	request.job = k->item.job;
	request.attempt = k->item.attempt;
	request.worker = k->name;
	/* A worker that comes back takes the item anew, as another would. */
	(void)snprintf(id, sizeof(id), "claim:%s:%u:%s:%" PRIu64, k->item.job,
	    k->item.attempt, k->name, ++k->round);
	call(w, "training", "ClaimJob", "@worker", id, &request.base, claimed,
	    k);
}

/* ---- members
 * ------------------------------------------------------------------- */

static void
cancelled(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	(void)owner;
	(void)status;
	(void)reply;
	(void)detail;
}

static void
cancel(void *arg)
{
	struct submission *s = arg;
	Stoa__Training__CancelJobRequest request =
	    STOA__TRAINING__CANCEL_JOB_REQUEST__INIT;
	char id[48];

	if (s->world->is_over) {
		return;
	}
	request.job = s->job;
	(void)snprintf(id, sizeof(id), "cancel-%d", s->number);
	call(s->world, "training", "CancelJob", s->member, id, &request.base,
	    cancelled, s);
}

static void
submitted(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct submission *s = owner;
	struct stoa_id id = stoa_id_derive('j', stoa_str_of(community),
	    stoa_str_of(s->member), stoa_str_of(s->id), 0);
	Stoa__Journal__Outcome *outcome = stoa__journal__outcome__unpack(
	    NULL, reply.len, (const uint8_t *)reply.data);

	(void)detail;
	if (status != STOA_OK || outcome == NULL) {
		fail(s->world, "a submission failed", stoa_status_name(status));
	} else {
		s->is_refused = outcome->entry->refusal != NULL;
	}
	stoa__journal__outcome__free_unpacked(outcome, NULL);
	s->is_answered = true;
	memcpy(s->job, id.text, sizeof(s->job));
	if (stoa_rng_chance(sim_rng(s->world->sim), 4)) {
		sim_at(
		    s->world->sim, (int64_t)roll(s->world, 3000000), cancel, s);
	}
}

static void
submit(void *arg)
{
	struct submission *s = arg;
	Stoa__Training__SubmitJobRequest request =
	    STOA__TRAINING__SUBMIT_JOB_REQUEST__INIT;
	char reply[16];

	if (s->world->is_over) {
		return;
	}
	(void)snprintf(reply, sizeof(reply), "%d", s->number);
	request.dataset = dataset;
	request.recipe = (char *)(uintptr_t) "text-classifier";
	/* Some budgets are more than the member has. */
	request.max_spend_micro =
	    stoa_rng_chance(sim_rng(s->world->sim), 8) ? 5 * FUND : 1000000;
	request.reply = reply;
	call(s->world, "training", "SubmitJob", s->member, s->id, &request.base,
	    submitted, s);
}

/* ---- opening
 * -------------------------------------------------------------------- */

static void open_next(struct world *w);

static void
opened(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct world *w = owner;

	(void)reply;
	(void)detail;
	if (status != STOA_OK) {
		fail(w, "opening", stoa_status_name(status));
		return;
	}
	w->steps++;
	open_next(w);
}

static void
members_begin(struct world *w)
{
	for (int i = 0; i < JOBS; i++) {
		struct submission *s = &w->jobs[i];

		s->world = w;
		s->number = i;
		(void)snprintf(s->id, sizeof(s->id), "submit-%d", i);
		(void)snprintf(s->member, sizeof(s->member), "%s",
		    members[roll(w, MEMBERS)]);
		sim_at(w->sim, (int64_t)roll(w, 5000000), submit, s);
	}
}

static void
open_next(struct world *w)
{
	Stoa__Accounts__OpenCommunityRequest open =
	    STOA__ACCOUNTS__OPEN_COMMUNITY_REQUEST__INIT;
	Stoa__Accounts__JoinRequest join = STOA__ACCOUNTS__JOIN_REQUEST__INIT;
	Stoa__Training__AddDatasetRequest add =
	    STOA__TRAINING__ADD_DATASET_REQUEST__INIT;
	char id[32];

	(void)snprintf(id, sizeof(id), "open-%d", w->steps);
	if (w->steps == 0) {
		open.name = (char *)(uintptr_t) "agora";
		open.welcome_grant_micro = FUND;
		call(w, "accounts", "OpenCommunity", members[0], id, &open.base,
		    opened, w);
	} else if (w->steps < MEMBERS) {
		join.member = members[w->steps];
		call(w, "accounts", "Join", "@bot", id, &join.base, opened, w);
	} else if (w->steps == MEMBERS) {
		add.cid = dataset;
		add.name = (char *)(uintptr_t) "sample";
		call(w, "training", "AddDataset", members[0], id, &add.base,
		    opened, w);
	} else {
		members_begin(w);
	}
}

/* ---- faults
 * ---------------------------------------------------------------------- */

static void
chaos(void *arg)
{
	struct world *w = arg;
	int domain = (int)roll(w, 2);
	struct node *n = &w->nodes[domain][roll(w, w->node_count)];
	uint64_t what = roll(w, 8);

	if (w->is_healed || w->is_over) {
		return;
	}
	if (what < 5) {
		w->crashes += n->replica == NULL ? 0 : 1;
		node_crash(n);
	} else if (what < 6 && n->replica != NULL) {
		sim_stream_cut(n->stream);
	} else if (what < 7) {
		sim_broker_restart(w->brokers[domain], roll(w, 6));
	}
	sim_at(w->sim, (int64_t)roll(w, 900000), chaos, w);
}

static void
heal(void *arg)
{
	struct world *w = arg;
	uint64_t delay = sim_faults(w->sim)->delay_us_max;

	w->is_healed = true;
	*sim_faults(w->sim) = (struct sim_faults){.delay_us_max = delay};
}

/* ---- oracles
 * --------------------------------------------------------------------- */

static const struct training *
training_state(struct world *w)
{
	return stoa_replica_peek(
	    w->nodes[1][0].replica, stoa_str_of(community));
}

static bool
job_is_at_rest(const struct training *state, const struct submission *s)
{
	const struct training_job *job;

	if (!s->is_answered) {
		return false;
	}
	if (s->is_refused) {
		return true;
	}
	job = training_job_get(state, stoa_str_of(s->job));
	return job != NULL && training_job_effect(job) == TRAINING_NOTHING;
}

static bool
is_at_rest(struct world *w)
{
	const struct training *state;

	for (int d = 0; d < 2; d++) {
		for (uint32_t i = 0; i < w->node_count; i++) {
			if (!node_is_at_rest(&w->nodes[d][i])) {
				return false;
			}
		}
	}
	state = training_state(w);
	if (state == NULL) {
		return false;
	}
	for (int i = 0; i < JOBS; i++) {
		if (!job_is_at_rest(state, &w->jobs[i])) {
			return false;
		}
	}
	return true;
}

static int64_t
check_job(struct world *w, const struct training *state,
    const struct submission *s, size_t *models)
{
	Stoa__Training__Job job;
	struct stoa_arena arena;

	stoa_arena_init(&arena, NULL, 0, 65536);
	(void)training_job_view(
	    training_job_get(state, stoa_str_of(s->job)), &arena, &job);
	stoa_arena_fini(&arena);
	if (job.reason == STOA__TRAINING__END_REASON__END_REASON_UNSPECIFIED) {
		fail(w, "ended without a reason", s->job);
	}
	if (job.spent_micro > job.max_spend_micro) {
		fail(w, "spent more than its budget", s->job);
	}
	if ((job.state == STOA__TRAINING__JOB_STATE__SUCCEEDED) !=
	    (job.model[0] != '\0')) {
		fail(w, "a job and its model disagree", s->job);
	}
	if (job.state != STOA__TRAINING__JOB_STATE__SUCCEEDED &&
	    job.spent_micro != 0) {
		fail(w, "paid for nothing", s->job);
	}
	if (s->notices == 0) {
		fail(w, "nobody was told", s->job);
	}
	*models += job.state == STOA__TRAINING__JOB_STATE__SUCCEEDED ? 1 : 0;
	sim_trace(w->sim, stoa_str_of(s->job), (uint64_t)job.reason);
	return job.spent_micro;
}

static void
check_money(struct world *w, int64_t spent)
{
	const struct accounts *state =
	    stoa_replica_peek(w->nodes[0][0].replica, stoa_str_of(community));
	Stoa__Accounts__AuditQuery query = STOA__ACCOUNTS__AUDIT_QUERY__INIT;
	Stoa__Accounts__AuditReply audit = STOA__ACCOUNTS__AUDIT_REPLY__INIT;
	int64_t left = 0;

	if (state == NULL || accounts_audit(state, &query, &audit) != STOA_OK) {
		fail(w, "no accounts", "");
		return;
	}
	if (audit.joy_sum_micro != 0 || audit.credit_sum_micro != 0) {
		fail(w, "money is not conserved", "");
	}
	if (audit.open_hold_count != 0) {
		fail(w, "a hold was forgotten", "");
	}
	for (int i = 0; i < MEMBERS; i++) {
		Stoa__Accounts__BalanceQuery in =
		    STOA__ACCOUNTS__BALANCE_QUERY__INIT;
		Stoa__Accounts__BalanceReply out =
		    STOA__ACCOUNTS__BALANCE_REPLY__INIT;

		in.member = members[i];
		stoa_assert(accounts_balance(state, &in, &out) == STOA_OK);
		left += out.credit_micro + out.joy_micro;
	}
	if (left + spent != MEMBERS * FUND) {
		fail(w, "what was spent is not what left the members", "");
	}
}

static void
check_equal(struct world *w)
{
	for (int d = 0; d < 2; d++) {
		struct stoa_replica_head first, other;

		stoa_assert(stoa_replica_head(
		    w->nodes[d][0].replica, stoa_str_of(community), &first));
		if (strcmp(first.mode, "live") != 0) {
			fail(w, "not live", first.reason);
		}
		for (uint32_t i = 1; i < w->node_count; i++) {
			if (!stoa_replica_head(w->nodes[d][i].replica,
				stoa_str_of(community), &other) ||
			    !stoa_hash_is_equal(
				&first.state_hash, &other.state_hash)) {
				fail(w, "replicas differ",
				    w->nodes[d][0].core->name);
			}
		}
		sim_trace(w->sim, stoa_hash_str(&first.state_hash), 0);
		node_stop(&w->nodes[d][0]);
		node_start(&w->nodes[d][0]);
		if (!stoa_replica_head(w->nodes[d][0].replica,
			stoa_str_of(community), &other) ||
		    !stoa_hash_is_equal(&first.state_hash, &other.state_hash)) {
			fail(w, "replayed state differs",
			    w->nodes[d][0].core->name);
		}
	}
}

static void
check(struct world *w)
{
	const struct training *state = training_state(w);
	Stoa__Training__ModelsQuery in = STOA__TRAINING__MODELS_QUERY__INIT;
	Stoa__Training__ModelsReply out = STOA__TRAINING__MODELS_REPLY__INIT;
	struct stoa_arena arena;
	size_t models = 0;
	int64_t spent = 0;

	for (int i = 0; i < JOBS; i++) {
		if (!w->jobs[i].is_refused) {
			spent += check_job(w, state, &w->jobs[i], &models);
		}
	}
	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	stoa_assert(training_query_models(state, &in, &arena, &out) == STOA_OK);
	if (out.n_models != models) {
		fail(w, "models and finished jobs differ", "");
	}
	stoa_arena_fini(&arena);
	check_money(w, spent);
	check_equal(w);
}

/* ---- one run
 * ---------------------------------------------------------------------- */

static void
world_start(struct world *w, uint64_t seed)
{
	static const struct stoa_core *const cores[] = {
	    &accounts_core, &training_core};
	static const char *const names[] = {"accounts", "training"};

	w->sim = sim_new(seed);
	w->rpc = rpc_world_new(w->sim);
	w->node_count = stoa_rng_chance(sim_rng(w->sim), 3) ? 1 : NODES_MAX;
	*sim_faults(w->sim) = (struct sim_faults){
	    .lose_request = roll(w, 3) * 10,
	    .lose_answer = roll(w, 3) * 10,
	    .repeat_request = roll(w, 3) * 5,
	    .lose_peer = roll(w, 3) * 5,
	    .delay_us_max = 100 + roll(w, 10000),
	};
	for (int d = 0; d < 2; d++) {
		w->brokers[d] = sim_broker_new(w->sim);
		w->lans[d] = sim_lan_new(w->sim);
		for (uint32_t i = 0; i < w->node_count; i++) {
			struct node *n = &w->nodes[d][i];

			*n = (struct node){
			    .sim = w->sim,
			    .broker = w->brokers[d],
			    .lan = w->lans[d],
			    .core = cores[d],
			    .number = i,
			    .count = w->node_count,
			    .copy = sim_copy_new(w->sim),
			    .is_over = &w->is_over,
			    .fail = fail,
			    .answer = on_answer,
			    .started = d == 1 ? training_started : NULL,
			    .stopping = d == 1 ? training_stopping : NULL,
			    .world = w,
			};
			node_start(n);
			sim_at(w->sim, 1000, node_tick, n);
		}
		rpc_serve(w->rpc, names[d], w->nodes[d], w->node_count);
	}
	for (int i = 0; i < 2; i++) {
		w->workers[i].world = w;
		(void)snprintf(
		    w->workers[i].name, sizeof(w->workers[i].name), "w_%d", i);
		sim_at(w->sim, 1000, worker_look, &w->workers[i]);
	}
	open_next(w);
	sim_at(w->sim, (int64_t)roll(w, 2000000), chaos, w);
	sim_at(w->sim, 15 * STOA_US_PER_S, heal, w);
}

static void
world_free(struct world *w)
{
	w->is_over = true;
	for (int d = 0; d < 2; d++) {
		for (uint32_t i = 0; i < w->node_count; i++) {
			if (w->nodes[d][i].replica != NULL) {
				node_stop(&w->nodes[d][i]);
			}
			sim_copy_crash(w->nodes[d][i].copy);
		}
	}
	for (struct stoa_bus *b = w->buses; b != NULL; b = b->next) {
		b->is_dead = true;
	}
	while (sim_step(w->sim)) {
	}
	for (int d = 0; d < 2; d++) {
		for (uint32_t i = 0; i < w->node_count; i++) {
			sim_copy_free(w->nodes[d][i].copy);
		}
		sim_lan_free(w->lans[d]);
		sim_broker_free(w->brokers[d]);
	}
	while (w->buses != NULL) {
		struct stoa_bus *b = w->buses;

		w->buses = b->next;
		reactions_free(b->reactions);
		free(b);
	}
	rpc_world_free(w->rpc);
	sim_free(w->sim);
}

struct result {
	struct stoa_hash trace;
	bool is_failed;
	char failure[256];
	uint64_t crashes, vanished;
};

#define REST_US (300 * STOA_US_PER_S)

static struct result
run(uint64_t seed)
{
	static struct world w;
	struct result result = {0};

	memset(&w, 0, sizeof(w));
	world_start(&w, seed);
	while (!w.is_failed && !(w.is_healed && is_at_rest(&w))) {
		if (sim_now(w.sim) > REST_US) {
			fail(&w, "does not come to rest", "");
			break;
		}
		stoa_assert(sim_step(w.sim));
		for (int d = 0; d < 2; d++) {
			for (uint32_t i = 0; i < w.node_count; i++) {
				if (w.nodes[d][i].replica != NULL) {
					stoa_replica_turn(
					    w.nodes[d][i].replica);
				}
			}
		}
	}
	if (!w.is_failed) {
		check(&w);
	}
	result.trace = sim_trace_end(w.sim);
	result.is_failed = w.is_failed;
	memcpy(result.failure, w.failure, sizeof(result.failure));
	result.crashes = w.crashes;
	result.vanished = w.vanished;
	world_free(&w);
	return result;
}

int
main(int argc, char **argv)
{
	uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 100;
	uint64_t failed = 0, crashes = 0, vanished = 0;

	for (uint64_t seed = first; seed < first + count; seed++) {
		struct result one = run(seed), two = run(seed);

		crashes += one.crashes;
		vanished += one.vanished;
		if (one.is_failed ||
		    !stoa_hash_is_equal(&one.trace, &two.trace)) {
			failed++;
			printf("seed %" PRIu64 ": %s (again: "
			       "make sim SEED=%" PRIu64 " N=1)\n",
			    seed,
			    one.is_failed ? one.failure : "two runs differ",
			    seed);
		}
	}
	printf("sim_training: %" PRIu64 " crashes, %" PRIu64 " workers lost\n",
	    crashes, vanished);
	printf(
	    "%" PRIu64 " passed, %" PRIu64 " failed\n", count - failed, failed);
	return failed == 0 ? 0 : 1;
}
