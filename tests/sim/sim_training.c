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
#include "tests/sim/bus.h"
#include "training/reactions.h"
#include "training/training.h"

#include "proto/storage.pb-c.h"
#include "proto/worker.pb-c.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define JOBS	  12
#define MEMBERS	  3
#define ITEMS_MAX 1024
#define JUMP_US	  (5 * STOA_US_PER_S)
#define FUND	  INT64_C(100000000)

static char community[] = "c_trainingaa";
static char dataset[] =
    "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4";
static char members[MEMBERS][16] = {
    "u_aaaaaaaaaa", "u_bbbbbbbbbb", "u_cccccccccc"};

struct item {
	char job[16];
	uint32_t attempt;
	int64_t cpu_us_max;
};

struct worker {
	struct run *run;
	char name[16];
	struct item item;
	bool is_busy;
	bool is_lost; /* never heard of again; its machine comes back later */
	int64_t until_us;
	uint64_t round;
};

struct submission {
	struct run *run;
	int number;
	char id[24];
	char member[16];
	char job[16]; /* once it is known */
	bool is_answered;
	bool is_refused;
	int notices;
};

/* One seed's. */
struct run {
	struct world world;
	struct world_domain *accounts, *training;
	struct item queue[ITEMS_MAX];
	size_t queue_count;
	struct worker workers[2];
	struct submission jobs[JOBS];
	int steps; /* of the opening that are done */
	uint64_t crashes, vanished;
};

/* ---- outside ---- */

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

static bool
outside_call(struct stoa_bus *b, const struct stoa_bus_call *call,
    const ProtobufCMessage *request, stoa_bus_done done, void *owner)
{
	(void)b;
	(void)request;
	if (call->service != &stoa__storage__storage__descriptor) {
		return false;
	}
	grant(done, owner);
	return true;
}

static void
work_stored(struct run *r, struct stoa_str data)
{
	Stoa__Worker__WorkItem *item = stoa__worker__work_item__unpack(
	    NULL, data.len, (const uint8_t *)data.data);
	/* At least once: sometimes twice. */
	int copies = stoa_rng_chance(sim_rng(r->world.sim), 4) ? 2 : 1;

	stoa_assert(item != NULL);
	for (; copies > 0 && r->queue_count < ITEMS_MAX; copies--) {
		struct item *q = &r->queue[r->queue_count++];

		(void)snprintf(q->job, sizeof(q->job), "%s", item->job);
		q->attempt = item->attempt;
		q->cpu_us_max = item->cpu_us_max;
	}
	stoa__worker__work_item__free_unpacked(item, NULL);
}

static void
notice_stored(struct run *r, struct stoa_str data)
{
	Stoa__Training__Notice *notice = stoa__training__notice__unpack(
	    NULL, data.len, (const uint8_t *)data.data);
	int number;

	stoa_assert(notice != NULL);
	stoa_assert(notice->job != NULL);
	number = (int)strtol(notice->reply, NULL, 10);
	stoa_assert(number >= 0 && number < JOBS);
	r->jobs[number].notices++;
	if ((notice->model != NULL) !=
	    (notice->job->state == STOA__TRAINING__JOB_STATE__SUCCEEDED)) {
		world_fail(r, "a notice without its model", notice->job->id);
	}
	stoa__training__notice__free_unpacked(notice, NULL);
}

static void
outside_stored(struct world *w, const char *subject, struct stoa_str data)
{
	struct run *r = (struct run *)w;

	if (strncmp(subject, "stoa.work.", 10) == 0) {
		work_stored(r, data);
	} else {
		notice_stored(r, data);
	}
}

static const struct bus_outside outside = {
    .call = outside_call,
    .stored = outside_stored,
    .reactions_free = reactions_free,
};

/* ---- daemons ---- */

static void
on_answer(
    void *world, void *call, enum stoa_status status, struct stoa_str outcome)
{
	(void)world;
	rpc_answered(call, status, outcome);
}

static void
training_started(void *world, struct node *n)
{
	struct world *w = world;
	struct stoa_bus *b = bus_new(w, n, &outside);
	struct reactions_options options = {
	    .replica = n->replica,
	    .bus = b,
	    .clock = n->clock,
	    .is_mine = bus_is_mine,
	    .command = bus_command,
	    .owner = b,
	};

	bus_start(b, reactions_new(&options), &reactions_part);
}

static void
training_stopping(void *world, struct node *n)
{
	bus_stop(world, n);
}

/* ---- calls
 * -------------------------------------------------------------------- */

static void
call(struct run *r, const char *service, const char *method, const char *actor,
    const char *id, const ProtobufCMessage *request, stoa_bus_done done,
    void *owner)
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

	rpc_send(r->world.rpc, &c, request, done, owner);
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
	request.cpu_us = (int64_t)world_roll(&k->run->world, 3000000);
	(void)snprintf(id, sizeof(id), "complete:%s:%u:%s", k->item.job,
	    k->item.attempt, k->name);
	call(k->run, "training", "CompleteJob", "@worker", id, &request.base,
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
	request.reason = stoa_rng_chance(sim_rng(k->run->world.sim), 2)
			     ? STOA__TRAINING__END_REASON__training_failed
			     : STOA__TRAINING__END_REASON__worker_lost;
	request.detail = (char *)(uintptr_t) "as rolled";
	(void)snprintf(id, sizeof(id), "fail:%s:%u:%s", k->item.job,
	    k->item.attempt, k->name);
	call(k->run, "training", "FailJob", "@worker", id, &request.base,
	    worker_free, k);
}

static void
worker_beat(void *arg)
{
	struct worker *k = arg;
	struct run *r = k->run;
	struct stoa_bus *b = bus_serving(&r->world, stoa_str_of(community));
	Stoa__Training__HeartbeatQuery beat =
	    STOA__TRAINING__HEARTBEAT_QUERY__INIT;

	if (r->world.is_over || !k->is_busy || k->is_lost) {
		return;
	}
	if (sim_now(r->world.sim) >= k->until_us) {
		if (stoa_rng_chance(sim_rng(r->world.sim), 8)) {
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
	sim_at(r->world.sim, STOA_US_PER_S, worker_beat, k);
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
	struct run *r = k->run;
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
	if (!r->world.is_healed && stoa_rng_chance(sim_rng(r->world.sim), 4)) {
		r->vanished++;
		k->is_lost = true;
		sim_at(r->world.sim, 5 * STOA_US_PER_S, worker_back, k);
		return;
	}
	k->until_us =
	    sim_now(r->world.sim) + (int64_t)world_roll(&r->world, 4000000);
	worker_beat(k);
}

static void
worker_look(void *arg)
{
	struct worker *k = arg;
	struct run *r = k->run;
	Stoa__Training__ClaimJobRequest request =
	    STOA__TRAINING__CLAIM_JOB_REQUEST__INIT;
	char id[96];
	size_t at;

	if (r->world.is_over) {
		return;
	}
	sim_at(r->world.sim, 50 * STOA_US_PER_MS, worker_look, k);
	if (k->is_busy || r->queue_count == 0) {
		return;
	}
	/* Any order: queues reorder. */
	at = (size_t)world_roll(&r->world, r->queue_count);
	k->item = r->queue[at];
	r->queue[at] = r->queue[--r->queue_count];
	k->is_busy = true;
	request.job = k->item.job;
	request.attempt = k->item.attempt;
	request.worker = k->name;
	/* A worker that comes back takes the item anew, as another would. */
	(void)snprintf(id, sizeof(id), "claim:%s:%u:%s:%" PRIu64, k->item.job,
	    k->item.attempt, k->name, ++k->round);
	call(r, "training", "ClaimJob", "@worker", id, &request.base, claimed,
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

	if (s->run->world.is_over) {
		return;
	}
	request.job = s->job;
	(void)snprintf(id, sizeof(id), "cancel-%d", s->number);
	call(s->run, "training", "CancelJob", s->member, id, &request.base,
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
		world_fail(
		    s->run, "a submission failed", stoa_status_name(status));
	} else {
		s->is_refused = outcome->entry->refusal != NULL;
	}
	stoa__journal__outcome__free_unpacked(outcome, NULL);
	s->is_answered = true;
	memcpy(s->job, id.text, sizeof(s->job));
	if (stoa_rng_chance(sim_rng(s->run->world.sim), 4)) {
		sim_at(s->run->world.sim,
		    (int64_t)world_roll(&s->run->world, 3000000), cancel, s);
	}
}

static void
submit(void *arg)
{
	struct submission *s = arg;
	Stoa__Training__SubmitJobRequest request =
	    STOA__TRAINING__SUBMIT_JOB_REQUEST__INIT;
	char reply[16];

	if (s->run->world.is_over) {
		return;
	}
	(void)snprintf(reply, sizeof(reply), "%d", s->number);
	request.dataset = dataset;
	request.recipe = (char *)(uintptr_t) "text-classifier";
	/* Some budgets are more than the member has. */
	request.max_spend_micro =
	    stoa_rng_chance(sim_rng(s->run->world.sim), 8) ? 5 * FUND : 1000000;
	request.reply = reply;
	call(s->run, "training", "SubmitJob", s->member, s->id, &request.base,
	    submitted, s);
}

/* ---- opening
 * -------------------------------------------------------------------- */

static void open_next(struct run *r);

static void
opened(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct run *r = owner;

	(void)reply;
	(void)detail;
	if (status != STOA_OK) {
		world_fail(r, "opening", stoa_status_name(status));
		return;
	}
	r->steps++;
	open_next(r);
}

static void
members_begin(struct run *r)
{
	for (int i = 0; i < JOBS; i++) {
		struct submission *s = &r->jobs[i];

		s->run = r;
		s->number = i;
		(void)snprintf(s->id, sizeof(s->id), "submit-%d", i);
		(void)snprintf(s->member, sizeof(s->member), "%s",
		    members[world_roll(&r->world, MEMBERS)]);
		sim_at(r->world.sim, (int64_t)world_roll(&r->world, 5000000),
		    submit, s);
	}
}

static void
open_next(struct run *r)
{
	Stoa__Accounts__OpenCommunityRequest open =
	    STOA__ACCOUNTS__OPEN_COMMUNITY_REQUEST__INIT;
	Stoa__Accounts__JoinRequest join = STOA__ACCOUNTS__JOIN_REQUEST__INIT;
	Stoa__Training__AddDatasetRequest add =
	    STOA__TRAINING__ADD_DATASET_REQUEST__INIT;
	char id[32];

	(void)snprintf(id, sizeof(id), "open-%d", r->steps);
	if (r->steps == 0) {
		open.name = (char *)(uintptr_t) "agora";
		open.welcome_grant_micro = FUND;
		call(r, "accounts", "OpenCommunity", members[0], id, &open.base,
		    opened, r);
	} else if (r->steps < MEMBERS) {
		join.member = members[r->steps];
		call(r, "accounts", "Join", "@bot", id, &join.base, opened, r);
	} else if (r->steps == MEMBERS) {
		add.cid = dataset;
		add.name = (char *)(uintptr_t) "sample";
		call(r, "training", "AddDataset", members[0], id, &add.base,
		    opened, r);
	} else {
		members_begin(r);
	}
}

/* ---- faults
 * ---------------------------------------------------------------------- */

static void
chaos(void *arg)
{
	struct run *r = arg;
	int domain = (int)world_roll(&r->world, 2);
	struct node *n =
	    &r->world.domains[domain]
		 .nodes[world_roll(&r->world, r->world.node_count)];
	uint64_t what = world_roll(&r->world, 8);

	if (r->world.is_healed || r->world.is_over) {
		return;
	}
	if (what < 5) {
		r->crashes += n->replica == NULL ? 0 : 1;
		node_crash(n);
	} else if (what < 6 && n->replica != NULL) {
		sim_stream_cut(n->stream);
	} else if (what < 7) {
		sim_broker_restart(
		    r->world.domains[domain].broker, world_roll(&r->world, 6));
	} else {
		world_clock_jump(&r->world, JUMP_US);
	}
	sim_at(r->world.sim, (int64_t)world_roll(&r->world, 900000), chaos, r);
}

/* ---- oracles
 * --------------------------------------------------------------------- */

static const struct training *
training_state(struct run *r)
{
	return stoa_replica_peek(
	    r->training->nodes[0].replica, stoa_str_of(community));
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
	struct run *r = (struct run *)w;
	const struct training *state;

	if (!world_is_at_rest(w)) {
		return false;
	}
	state = training_state(r);
	if (state == NULL) {
		return false;
	}
	for (int i = 0; i < JOBS; i++) {
		if (!job_is_at_rest(state, &r->jobs[i])) {
			return false;
		}
	}
	return true;
}

static int64_t
check_job(struct run *r, const struct training *state,
    const struct submission *s, size_t *models)
{
	Stoa__Training__Job job;
	struct stoa_arena arena;

	stoa_arena_init(&arena, NULL, 0, 65536);
	(void)training_job_view(
	    training_job_get(state, stoa_str_of(s->job)), &arena, &job);
	stoa_arena_fini(&arena);
	if (job.reason == STOA__TRAINING__END_REASON__END_REASON_UNSPECIFIED) {
		world_fail(r, "ended without a reason", s->job);
	}
	if (job.spent_micro > job.max_spend_micro) {
		world_fail(r, "spent more than its budget", s->job);
	}
	if ((job.state == STOA__TRAINING__JOB_STATE__SUCCEEDED) !=
	    (job.model[0] != '\0')) {
		world_fail(r, "a job and its model disagree", s->job);
	}
	if (job.state != STOA__TRAINING__JOB_STATE__SUCCEEDED &&
	    job.spent_micro != 0) {
		world_fail(r, "paid for nothing", s->job);
	}
	if (s->notices == 0) {
		world_fail(r, "nobody was told", s->job);
	}
	*models += job.state == STOA__TRAINING__JOB_STATE__SUCCEEDED ? 1 : 0;
	sim_trace(r->world.sim, stoa_str_of(s->job), (uint64_t)job.reason);
	return job.spent_micro;
}

static void
check_money(struct run *r, int64_t spent)
{
	const struct accounts *state = stoa_replica_peek(
	    r->accounts->nodes[0].replica, stoa_str_of(community));
	Stoa__Accounts__AuditQuery query = STOA__ACCOUNTS__AUDIT_QUERY__INIT;
	Stoa__Accounts__AuditReply audit = STOA__ACCOUNTS__AUDIT_REPLY__INIT;
	int64_t left = 0;

	if (state == NULL || accounts_audit(state, &query, &audit) != STOA_OK) {
		world_fail(r, "no accounts", "");
		return;
	}
	if (audit.joy_sum_micro != 0 || audit.credit_sum_micro != 0) {
		world_fail(r, "money is not conserved", "");
	}
	if (audit.open_hold_count != 0) {
		world_fail(r, "a hold was forgotten", "");
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
		world_fail(
		    r, "what was spent is not what left the members", "");
	}
}

static void
check(struct run *r)
{
	const struct training *state = training_state(r);
	Stoa__Training__ModelsQuery in = STOA__TRAINING__MODELS_QUERY__INIT;
	Stoa__Training__ModelsReply out = STOA__TRAINING__MODELS_REPLY__INIT;
	struct stoa_arena arena;
	size_t models = 0;
	int64_t spent = 0;

	for (int i = 0; i < JOBS; i++) {
		if (!r->jobs[i].is_refused) {
			spent += check_job(r, state, &r->jobs[i], &models);
		}
	}
	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	stoa_assert(training_query_models(state, &in, &arena, &out) == STOA_OK);
	if (out.n_models != models) {
		world_fail(r, "models and finished jobs differ", "");
	}
	stoa_arena_fini(&arena);
	check_money(r, spent);
	for (int d = 0; d < r->world.domain_count; d++) {
		struct world_domain *domain = &r->world.domains[d];
		struct stoa_str id = stoa_str_of(community);

		world_check_equal(&r->world, domain, id);
		world_check_restart(&r->world, domain, &id, 1);
	}
}

/* ---- one run ---- */

static void
run_start(struct run *r, uint64_t seed)
{
	struct world *w = &r->world;
	const struct node bank = {
	    .core = &accounts_core, .answer = on_answer, .world = r};
	const struct node school = {
	    .core = &training_core,
	    .answer = on_answer,
	    .started = training_started,
	    .stopping = training_stopping,
	    .world = r,
	};

	w->sim = sim_new(seed);
	w->rpc = rpc_world_new(w->sim);
	w->node_count =
	    stoa_rng_chance(sim_rng(w->sim), 3) ? 1 : WORLD_NODES_MAX;
	world_faults_roll(w, 10000);
	w->crash_one_in = world_roll(w, 3) * 40;
	r->accounts = world_domain_add(w);
	world_domain_start(w, r->accounts, &bank);
	rpc_serve(w->rpc, &(struct rpc_service){.name = "accounts",
			      .nodes = r->accounts->nodes,
			      .count = w->node_count});
	r->training = world_domain_add(w);
	world_domain_start(w, r->training, &school);
	rpc_serve(w->rpc, &(struct rpc_service){.name = "training",
			      .nodes = r->training->nodes,
			      .count = w->node_count});
	for (int i = 0; i < 2; i++) {
		r->workers[i].run = r;
		(void)snprintf(
		    r->workers[i].name, sizeof(r->workers[i].name), "w_%d", i);
		sim_at(w->sim, 1000, worker_look, &r->workers[i]);
	}
	open_next(r);
	sim_at(w->sim, (int64_t)world_roll(w, 2000000), chaos, r);
	sim_at(w->sim, 15 * STOA_US_PER_S, world_heal, w);
}

#define REST_US (300 * STOA_US_PER_S)

static struct world_result
run(uint64_t seed)
{
	static struct run r;
	struct world_result result;

	memset(&r, 0, sizeof(r));
	run_start(&r, seed);
	world_run(&r.world, is_at_rest, REST_US);
	if (!r.world.is_failed) {
		check(&r);
	}
	result = world_end(&r.world);
	result.counts[0] = r.crashes;
	result.counts[1] = world_crash_count(&r.world);
	result.counts[2] = r.vanished;
	world_stop(&r.world);
	bus_free_all(&r.world);
	world_free(&r.world);
	return result;
}

int
main(int argc, char **argv)
{
	static const struct world_play play = {
	    .name = "training",
	    .run = run,
	    .counts = {"crashes", "more at a crash point", "workers lost"},
	};

	return world_main(argc, argv, &play);
}
