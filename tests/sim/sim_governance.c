/* sim_governance.c - a community decides and what it decided happens, under
 * faults.
 *
 * Two governance and two accounts daemons (or one), with their real cores,
 * journals, deadlines and reactions; a cruel bus between them; owners of what
 * is decided that are away at times; clocks that jump; daemons killed wherever
 * they have just done something. Members propose, sponsor, vote, vote again,
 * delegate, veto, cancel and retry, and send some of it twice. Then the faults
 * stop, and all must come to rest. vote_recount.c counts everything again from
 * the journal, vote_effects.c looks at what became of it.
 *
 *   sim_governance FIRST COUNT */
#include "governance/audit.h"
#include "governance/facts.h"
#include "governance/reactions.h"
#include "tests/sim/vote.h"

#include "base/check.h"
#include "base/id.h"
#include "domain/due.h"

#include <stdio.h>
#include <stdlib.h>

#define DUE_US	    (500 * STOA_US_PER_MS)
#define HEAL_US	    (7 * STOA_US_PER_S)
#define REST_US	    (120 * STOA_US_PER_S)
#define JUMP_US	    (4 * STOA_US_PER_S)
#define ARENA_MAX   (4u << 20)
#define TIMEOUT_US  (3600 * STOA_US_PER_S)
#define HOLD_STEP   (1 + 2 * (VOTE_PEOPLE - 1) + 1)
#define JOY(amount) (INT64_C(1000000) * (amount))

/* ---- daemons ---- */

static void
on_answer(
    void *world, void *call, enum stoa_status status, struct stoa_str outcome)
{
	(void)world;
	rpc_answered(call, status, outcome);
}

static void
on_read(void *world, void *call, enum stoa_status status, const void *state)
{
	(void)world;
	rpc_read(call, status, state);
}

static void
on_committed(void *world, struct node *n)
{
	(void)world_crash_point(world, n, CRASH_RECORDED);
}

static void
due_look(void *arg)
{
	struct stoa_bus *b = arg;
	const struct stoa_due due = {
	    .replica = b->node->replica,
	    .core = &governance_core,
	    .clock = b->node->clock,
	    .method = "Advance",
	    .is_mine = bus_is_mine,
	    .command = bus_command,
	    .owner = b,
	};

	if (b->is_dead || b->world->is_over) {
		return;
	}
	stoa_due_check(&due);
	sim_at(b->world->sim, DUE_US, due_look, b);
}

static void
governance_started(void *world, struct node *n)
{
	struct world *w = world;
	struct stoa_bus *b = bus_new(w, n, &vote_outside);
	struct reactions_options options = {
	    .replica = n->replica,
	    .bus = b,
	    .clock = n->clock,
	    .is_mine = bus_is_mine,
	    .command = bus_command,
	    .owner = b,
	};

	bus_start(b, reactions_new(&options), &reactions_part);
	sim_at(w->sim, (int64_t)world_roll(w, DUE_US), due_look, b);
}

static void
governance_stopping(void *world, struct node *n)
{
	bus_stop(world, n);
}

/* Of accounts, as its daemon answers them. */
static enum stoa_status
accounts_query(const ProtobufCMethodDescriptor *method, const void *state,
    struct stoa_str request, struct stoa_arena *arena,
    struct stoa_str *ret_reply)
{
	const void *in = stoa_unpack(arena, method->input, request);
	ProtobufCMessage *out =
	    stoa_arena_alloc(arena, method->output->sizeof_message);
	enum stoa_status status;

	stoa_assert(in != NULL && out != NULL);
	protobuf_c_message_init(method->output, out);
	if (strcmp(method->name, "Electors") == 0) {
		status = accounts_electors(
		    state, in, arena, (Stoa__Accounts__ElectorsReply *)out);
	} else {
		stoa_assert(strcmp(method->name, "Balance") == 0);
		status = accounts_balance(
		    state, in, (Stoa__Accounts__BalanceReply *)out);
	}
	if (status == STOA_OK) {
		*ret_reply = stoa_pack(arena, out);
	}
	return status;
}

/* ---- facts, as governance's daemon asks for them ---- */

struct pending {
	struct stoa_request q;
	struct node *node;
	uint64_t starts; /* of the node that took it */
	void *call;
	struct stoa_arena arena;
};

static void
pending_submit(struct pending *p, struct stoa_str body)
{
	struct stoa_submit submit = {
	    .community = p->q.community,
	    .actor = p->q.actor,
	    .id = p->q.command_id,
	    .method = p->q.method,
	    .request = body,
	    .said = p->q.body,
	    .deadline = p->q.deadline,
	};

	stoa_replica_submit(p->node->replica, &submit, p->call);
}

static void
pending_completed(void *owner, struct stoa_request *q, enum stoa_status status,
    struct stoa_str body, bool is_member)
{
	struct pending *p = owner;

	(void)q;
	(void)is_member;
	if (p->node->replica == NULL || p->node->starts != p->starts) {
		status = STOA_CLOSED;
	}
	if (status == STOA_OK) {
		pending_submit(p, body);
	} else {
		rpc_answered(p->call, status, (struct stoa_str){NULL, 0});
	}
	stoa_arena_fini(&p->arena);
	free(p);
}

static void
governance_submit(struct node *n, const struct stoa_submit *submit, void *call)
{
	struct vote_run *r = n->world;
	struct pending *p = calloc(1, sizeof(*p));

	stoa_assert(p != NULL);
	stoa_arena_init(&p->arena, NULL, 0, ARENA_MAX);
	p->node = n;
	p->starts = n->starts;
	p->call = call;
	p->q = (struct stoa_request){
	    .method = submit->method,
	    .community =
		stoa_str_of(stoa_arena_str(&p->arena, submit->community)),
	    .actor = stoa_str_of(stoa_arena_str(&p->arena, submit->actor)),
	    .command_id = stoa_str_of(stoa_arena_str(&p->arena, submit->id)),
	    .deadline = submit->deadline,
	};
	p->q.body =
	    stoa_str_of_bytes(stoa_arena_dup(&p->arena, submit->request.data,
				  submit->request.len),
		submit->request.len);
	if (!facts_fetch(&r->desks[n->number], &p->q, pending_completed, p)) {
		pending_submit(p, p->q.body);
		stoa_arena_fini(&p->arena);
		free(p);
	}
}

/* ---- members ---- */

static void command_send(void *arg);

static void
command_answered(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct vote_command *c = owner;
	struct vote_run *r = c->run;
	struct stoa_hash outcome = stoa_sha256(reply);

	(void)detail;
	if (status != STOA_OK) {
		world_fail(r, stoa_status_name(status), c->id);
		return;
	}
	if (c->is_answered) {
		if (!stoa_hash_is_equal(&outcome, &c->outcome)) {
			world_fail(r, "answered differently", c->id);
		}
		return;
	}
	c->is_answered = true;
	c->outcome = outcome;
	r->answered_count++;
	sim_trace(r->world.sim, stoa_str_of(c->id), 1);
	if (stoa_rng_chance(sim_rng(r->world.sim), 4)) {
		sim_at(r->world.sim,
		    (int64_t)world_roll(&r->world, 2 * STOA_US_PER_S),
		    command_send, c);
	}
}

static void
call(struct vote_run *r, const char *service, const char *actor, const char *id,
    const ProtobufCMethodDescriptor *method, const ProtobufCMessage *request,
    stoa_bus_done done, void *owner)
{
	struct rpc_call c = {
	    .service = service,
	    .method = method,
	    .community = vote_community,
	    .actor = actor,
	    .id = id,
	    .timeout_us = TIMEOUT_US,
	    .is_dead = &r->world.is_over,
	};

	rpc_send(r->world.rpc, &c, request, done, owner);
}

static void
command_send(void *arg)
{
	struct vote_command *c = arg;

	if (!c->run->world.is_over) {
		call(c->run, "governance", vote_people[c->person], c->id,
		    c->method, c->request, command_answered, c);
	}
}

/* ---- opening ---- */

static void open_next(struct vote_run *r);

static void
opened(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct vote_run *r = owner;

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
open_call(struct vote_run *r, const char *actor, const char *method,
    const ProtobufCMessage *request)
{
	bool is_founding = strcmp(method, "Found") == 0;
	char id[32];

	(void)snprintf(id, sizeof(id), "open-%d", r->steps);
	call(r, is_founding ? "governance" : "accounts", actor, id,
	    protobuf_c_service_descriptor_get_method_by_name(
		is_founding ? &stoa__governance__governance__descriptor
			    : &stoa__accounts__accounts__descriptor,
		method),
	    request, opened, r);
}

/* Money for the treasury, by the way that money gets there. */
static void
treasury_fill(struct vote_run *r)
{
	Stoa__Accounts__HoldRequest hold = STOA__ACCOUNTS__HOLD_REQUEST__INIT;
	Stoa__Accounts__PostHoldRequest post =
	    STOA__ACCOUNTS__POST_HOLD_REQUEST__INIT;
	char command[32];
	struct stoa_id id;

	if (r->steps == HOLD_STEP) {
		hold.member = vote_people[0];
		hold.amount_micro = VOTE_GRANTED_MICRO;
		hold.expires_us = INT64_C(4000000000000000);
		hold.purpose = (char *)(uintptr_t) "treasury";
		open_call(r, "@training", "Hold", &hold.base);
		return;
	}
	(void)snprintf(command, sizeof(command), "open-%d", HOLD_STEP);
	id = stoa_id_derive('h', stoa_str_of(vote_community),
	    STOA_STR("@training"), stoa_str_of(command), 0);
	post.hold = id.text;
	post.amount_micro = VOTE_GRANTED_MICRO;
	post.payee = (char *)(uintptr_t) "@treasury";
	open_call(r, "@training", "PostHold", &post.base);
}

static void
transferred(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct vote_transfer *t = owner;

	(void)reply;
	(void)detail;
	if (status != STOA_OK) {
		world_fail(t->run, stoa_status_name(status), t->id);
	}
}

static void
transfer_send(void *arg)
{
	struct vote_transfer *t = arg;
	Stoa__Accounts__TransferRequest in =
	    STOA__ACCOUNTS__TRANSFER_REQUEST__INIT;

	if (t->run->world.is_over) {
		return;
	}
	in.to = vote_people[t->to];
	in.asset = STOA__ACCOUNTS__ASSET__JOY;
	in.amount_micro = t->amount_micro;
	call(t->run, "accounts", vote_people[t->from], t->id,
	    protobuf_c_service_descriptor_get_method_by_name(
		&stoa__accounts__accounts__descriptor, "Transfer"),
	    &in.base, transferred, t);
}

static void
transfers_begin(struct vote_run *r)
{
	for (int i = 0; i < VOTE_TRANSFERS; i++) {
		struct vote_transfer *t = &r->transfers[i];

		t->run = r;
		t->from = (int)world_roll(&r->world, VOTE_PEOPLE);
		t->to = (int)world_roll(&r->world, VOTE_PEOPLE);
		t->amount_micro = JOY(1 + (int64_t)world_roll(&r->world, 3));
		(void)snprintf(t->id, sizeof(t->id), "pay-%d", i);
		sim_at(r->world.sim,
		    (int64_t)world_roll(&r->world, 3 * STOA_US_PER_S),
		    transfer_send, t);
	}
}

static void
members_begin(struct vote_run *r)
{
	transfers_begin(r);
	for (int i = 0; i < r->command_count; i++) {
		sim_at(r->world.sim, r->command_at_us[i], command_send,
		    &r->commands[i]);
	}
}

static void
open_next(struct vote_run *r)
{
	Stoa__Accounts__OpenCommunityRequest open =
	    STOA__ACCOUNTS__OPEN_COMMUNITY_REQUEST__INIT;
	Stoa__Accounts__JoinRequest join = STOA__ACCOUNTS__JOIN_REQUEST__INIT;
	Stoa__Accounts__IssueRequest issue =
	    STOA__ACCOUNTS__ISSUE_REQUEST__INIT;
	int person = r->steps % VOTE_PEOPLE;

	if (r->steps == 0) {
		open.name = (char *)(uintptr_t) "agora";
		open_call(r, vote_people[0], "OpenCommunity", &open.base);
	} else if (r->steps < VOTE_PEOPLE) {
		join.member = vote_people[person];
		open_call(r, "@bot", "Join", &join.base);
	} else if (r->steps < HOLD_STEP) {
		issue.member = vote_people[person];
		issue.amount_micro = person == 0 ? VOTE_GRANTED_MICRO + JOY(8)
						 : JOY(2 + 3 * person);
		open_call(r, vote_people[0], "Issue", &issue.base);
	} else if (r->steps <= HOLD_STEP + 1) {
		treasury_fill(r);
	} else if (r->steps == HOLD_STEP + 2) {
		open_call(r, "@governance", "Found", &r->founding->base);
	} else {
		members_begin(r);
	}
}

/* ---- faults ---- */

static void
chaos(void *arg)
{
	struct vote_run *r = arg;
	struct world *w = &r->world;
	struct world_domain *d = &w->domains[world_roll(w, 2)];
	struct node *n = &d->nodes[world_roll(w, w->node_count)];
	uint64_t what = world_roll(w, 12);

	if (w->is_healed || w->is_over) {
		return;
	}
	if (what < 3) {
		r->crashes += n->replica == NULL ? 0 : 1;
		node_crash(n);
	} else if (what < 4 && n->replica != NULL) {
		sim_stream_cut(n->stream);
	} else if (what < 6) {
		r->tails++;
		sim_broker_restart(d->broker, world_roll(w, 6));
	} else if (what < 8) {
		r->jumps++;
		world_clock_jump(w, JUMP_US);
	} else if (what < 10) {
		r->is_owner_away = !r->is_owner_away;
	} else {
		world_silence(w, 2 * STOA_US_PER_S +
				     (int64_t)world_roll(w, 3 * STOA_US_PER_S));
	}
	sim_at(w->sim, (int64_t)world_roll(w, 900000), chaos, r);
}

static void
heal(void *arg)
{
	struct vote_run *r = arg;

	r->is_owner_away = false;
	world_heal(&r->world);
}

/* ---- at rest ---- */

static bool
is_at_rest(struct world *w)
{
	struct vote_run *r = (struct vote_run *)w;
	const struct governance *s;
	const struct proposal *p;
	size_t cursor = 0;

	if (r->command_count != r->answered_count || !world_is_at_rest(w)) {
		return false;
	}
	s = stoa_replica_peek(
	    r->governance->nodes[0].replica, stoa_str_of(vote_community));
	if (s == NULL || governance_core.next_due(s).us != INT64_MAX) {
		return false;
	}
	while ((p = governance_next_open(s, &cursor)) != NULL) {
		if (governance_effect_of(
			p, stoa_clock_wall(sim_clock(w->sim))) !=
		    GOVERNANCE_NOTHING) {
			return false;
		}
	}
	return true;
}

static const char *
audit(const void *state, struct stoa_str community,
    const Stoa__Journal__Entry *entry, struct stoa_arena *arena)
{
	return governance_audit(state, community, entry, arena);
}

static void
check(struct vote_run *r)
{
	static struct model model;
	static struct vote_matter matters[VOTE_PROPOSALS_MAX];
	struct stoa_str id = stoa_str_of(vote_community);

	world_check_equal(&r->world, r->governance, id);
	world_check_equal(&r->world, r->accounts, id);
	world_check_replay(&r->world, r->governance, id, audit);
	world_check_replay(&r->world, r->accounts, id, NULL);
	if (!r->world.is_failed) {
		vote_recount(r, &model, matters);
	}
	if (!r->world.is_failed) {
		vote_effects(r, &model, matters);
	}
	if (!r->world.is_failed) {
		world_check_restart(&r->world, r->governance, &id, 1);
		world_check_restart(&r->world, r->accounts, &id, 1);
	}
}

/* ---- one run ---- */

static void
domains_start(struct vote_run *r)
{
	struct world *w = &r->world;
	const struct node bank = {
	    .core = &accounts_core,
	    .answer = on_answer,
	    .read = on_read,
	    .committed = on_committed,
	    .world = r,
	};
	const struct node house = {
	    .core = &governance_core,
	    .answer = on_answer,
	    .read = on_read,
	    .committed = on_committed,
	    .started = governance_started,
	    .stopping = governance_stopping,
	    .world = r,
	};

	r->accounts = world_domain_add(w);
	world_domain_start(w, r->accounts, &bank);
	r->governance = world_domain_add(w);
	world_domain_start(w, r->governance, &house);
	rpc_serve(w->rpc, &(struct rpc_service){.name = "accounts",
			      .nodes = r->accounts->nodes,
			      .count = w->node_count,
			      .query = accounts_query});
	rpc_serve(w->rpc, &(struct rpc_service){.name = "governance",
			      .nodes = r->governance->nodes,
			      .count = w->node_count,
			      .submit = governance_submit});
	for (uint32_t i = 0; i < w->node_count; i++) {
		r->desks[i] = (struct stoa_bus){
		    .world = w,
		    .node = &r->governance->nodes[i],
		    .outside = &vote_outside,
		};
	}
}

static void
run_start(struct vote_run *r, uint64_t seed)
{
	struct world *w = &r->world;

	w->sim = sim_new(seed);
	w->rpc = rpc_world_new(w->sim);
	stoa_arena_init(&r->arena, NULL, 0, ARENA_MAX);
	w->node_count =
	    stoa_rng_chance(sim_rng(w->sim), 4) ? 1 : WORLD_NODES_MAX;
	world_faults_roll(w, 10000);
	w->crash_one_in = world_roll(w, 3) * 20;
	vote_founding_make(r);
	vote_commands_make(r);
	domains_start(r);
	open_next(r);
	sim_at(w->sim, (int64_t)world_roll(w, STOA_US_PER_S), chaos, r);
	sim_at(w->sim, HEAL_US, heal, r);
}

enum {
	COUNT_CRASHES,
	COUNT_POINTS, /* as many as there are crash points */
	COUNT_TAILS = COUNT_POINTS + CRASH_POINT_COUNT,
	COUNT_JUMPS,
	COUNT_VOTES,
	COUNT_CLOSED,
	COUNT_EXECUTED
};

static struct world_result
run(uint64_t seed)
{
	static struct vote_run r;
	struct world_result result;

	memset(&r, 0, sizeof(r));
	run_start(&r, seed);
	world_run(&r.world, is_at_rest, REST_US);
	if (!r.world.is_failed) {
		check(&r);
	}
	if (r.world.is_failed && getenv("SIM_VERBOSE") != NULL) {
		world_print(&r.world);
	}
	result = world_end(&r.world);
	result.counts[COUNT_CRASHES] = r.crashes;
	memcpy(&result.counts[COUNT_POINTS], r.world.crash_counts,
	    sizeof(r.world.crash_counts));
	result.counts[COUNT_TAILS] = r.tails;
	result.counts[COUNT_JUMPS] = r.jumps;
	result.counts[COUNT_VOTES] = r.votes;
	result.counts[COUNT_CLOSED] = r.closed;
	result.counts[COUNT_EXECUTED] = r.executed;
	world_stop(&r.world);
	bus_free_all(&r.world);
	world_free(&r.world);
	stoa_arena_fini(&r.arena);
	return result;
}

int
main(int argc, char **argv)
{
	static const struct world_play play = {
	    .name = "governance",
	    .run = run,
	    .counts = {[COUNT_CRASHES] = "crashes",
		[COUNT_POINTS + CRASH_ASKED] = "having asked",
		[COUNT_POINTS + CRASH_ANSWERED] = "before hearing",
		[COUNT_POINTS + CRASH_HEARD] = "having heard",
		[COUNT_POINTS + CRASH_COMMANDED] = "having commanded",
		[COUNT_POINTS + CRASH_RECORDED] = "having recorded",
		[COUNT_POINTS + CRASH_STORED] = "having stored",
		[COUNT_TAILS] = "lost tails",
		[COUNT_JUMPS] = "jumps of a clock",
		[COUNT_VOTES] = "votes",
		[COUNT_CLOSED] = "counts",
		[COUNT_EXECUTED] = "actions carried out"},
	};

	return world_main(argc, argv, &play);
}
