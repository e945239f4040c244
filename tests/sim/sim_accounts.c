/* sim_accounts.c - accounts on a journal, under a cruel broker.
 *
 * Two replicas (or one), clients that retry with the same command id, crashes
 * at any event, cut connections, lost stream tails, damaged copies. Then the
 * faults stop, and everything must come to rest: every command answered once,
 * money conserved, both replicas equal, and the journal replayed equal to the
 * live state. One seed is one run; it is run twice and must leave the same
 * trace.
 *
 *   sim_accounts FIRST COUNT */
#include "accounts/accounts.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/hasher.h"
#include "base/id.h"
#include "tests/sim/node.h"
#include "tests/sim/people.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Communities, and the directory behind them. */
#define COMMUNITIES 3
#define DIRECTORY   COMMUNITIES
#define AGGREGATES  (COMMUNITIES + 1)
#define MEMBERS	    4
#define COMMANDS    160
#define REPLICAS    2

enum command_state {
	COMMAND_IDLE,
	COMMAND_WAITING,
	COMMAND_DONE
};

struct command {
	struct world *world;
	int number;
	int community;
	char id[32];
	char actor[16];
	const ProtobufCMethodDescriptor *method;
	uint8_t request[256];
	size_t request_len;
	enum command_state state;
	struct stoa_hash outcome; /* of the first answer */
	int answers;
};

struct world {
	struct sim *sim;
	struct sim_broker *broker;
	struct sim_lan *lan;
	struct node nodes[REPLICAS];
	uint32_t node_count;
	struct command commands[COMMANDS];
	int command_count;
	bool is_healed;
	bool is_failed;
	bool is_over;
	/* Either the disk of one replica rots, or the broker loses its tail:
	 * what both have lost nobody can bring back. */
	bool disk_rots;
	char failure[256];
	uint64_t crashes, tails, flips;
	uint64_t merges, links; /* members and users that they came to */
	struct stoa_id users[PEOPLE_USERS]; /* as they were first called */
};

static char communities[AGGREGATES][16];
static char members[MEMBERS][16];

static int
community_number(struct stoa_str id)
{
	for (int i = 0; i < AGGREGATES; i++) {
		if (stoa_str_is_equal(id, stoa_str_of(communities[i]))) {
			return i;
		}
	}
	return -1;
}

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

/* ---- replicas --------------------------------------------------------------
 */

static void
on_answer(
    void *world, void *call, enum stoa_status status, struct stoa_str outcome)
{
	struct command *c = call;
	struct stoa_hash hash;

	(void)world;
	if (status != STOA_OK) {
		return;
	}
	hash = stoa_sha256(outcome);
	if (c->answers++ == 0) {
		c->outcome = hash;
	} else if (!stoa_hash_is_equal(&c->outcome, &hash)) {
		fail(c->world, "answered differently", c->id);
	}
	c->state = COMMAND_DONE;
	sim_trace(c->world->sim, stoa_str_of(c->id), 1);
}

/* The disk of one replica rots: its records come from the stream. */
static void
copy_rot(struct world *w, struct node *n)
{
	uint64_t size = sim_copy_size(n->copy);
	uint64_t at;

	if (size == 0 || !w->disk_rots || n->number != 0 ||
	    !stoa_rng_chance(sim_rng(w->sim), 4)) {
		return;
	}
	at = stoa_rng_below(sim_rng(w->sim), size);
	w->flips++;
	if (stoa_rng_chance(sim_rng(w->sim), 2)) {
		sim_copy_flip(n->copy, at);
	} else {
		sim_copy_cut(n->copy, at);
	}
}

static void
crash(struct world *w, struct node *n)
{
	if (n->replica != NULL) {
		w->crashes++;
		node_crash(n);
		copy_rot(w, n);
	}
}

/* ---- clients ----------------------------------------------------------------
 */

static void
command_try(void *arg)
{
	struct command *c = arg;
	struct world *w = c->world;
	struct node *n =
	    &w->nodes[stoa_rng_below(sim_rng(w->sim), w->node_count)];
	struct stoa_submit submit;

	if (w->is_over || (c->state == COMMAND_DONE && w->is_healed)) {
		return;
	}
	if (c->state == COMMAND_IDLE) {
		c->state = COMMAND_WAITING;
	}
	/* Until it is answered, and once in a while after that. */
	sim_at(w->sim,
	    50 * STOA_US_PER_MS + (int64_t)stoa_rng_below(sim_rng(w->sim),
				      2 * (uint64_t)STOA_US_PER_S),
	    command_try, c);
	if (n->replica == NULL) {
		return;
	}
	submit = (struct stoa_submit){
	    .community = stoa_str_of(communities[c->community]),
	    .actor = stoa_str_of(c->actor),
	    .id = stoa_str_of(c->id),
	    .method = c->method,
	    .request = stoa_str_of_bytes(c->request, c->request_len),
	    .deadline = {sim_now(w->sim) + 2 * STOA_US_PER_S},
	};
	stoa_replica_submit(n->replica, &submit, c);
	if (stoa_rng_chance(sim_rng(w->sim), 2)) {
		stoa_replica_turn(n->replica);
	}
}

static const ProtobufCMethodDescriptor *
method_of(const char *name)
{
	return protobuf_c_service_descriptor_get_method_by_name(
	    &stoa__accounts__accounts__descriptor, name);
}

static struct command *
command_add(struct world *w, int community, const char *actor,
    const char *method, const ProtobufCMessage *request)
{
	struct command *c = &w->commands[w->command_count];

	stoa_assert(w->command_count < COMMANDS);
	*c = (struct command){
	    .world = w,
	    .number = w->command_count++,
	    .community = community,
	    .method = method_of(method),
	};
	(void)snprintf(c->id, sizeof(c->id), "cmd-%d", c->number);
	(void)snprintf(c->actor, sizeof(c->actor), "%s", actor);
	c->request_len = protobuf_c_message_get_packed_size(request);
	stoa_assert(c->request_len <= sizeof(c->request));
	protobuf_c_message_pack(request, c->request);
	return c;
}

static void
add_opening(struct world *w, int community)
{
	Stoa__Accounts__OpenCommunityRequest open =
	    STOA__ACCOUNTS__OPEN_COMMUNITY_REQUEST__INIT;
	Stoa__Accounts__JoinRequest join = STOA__ACCOUNTS__JOIN_REQUEST__INIT;
	Stoa__Accounts__IssueRequest issue =
	    STOA__ACCOUNTS__ISSUE_REQUEST__INIT;

	open.name = (char *)(uintptr_t) "agora";
	open.welcome_grant_micro = 5000000;
	(void)command_add(
	    w, community, members[0], "OpenCommunity", &open.base);
	for (int i = 1; i < MEMBERS; i++) {
		join.member = members[i];
		(void)command_add(w, community, "@bot", "Join", &join.base);
		issue.member = members[i];
		issue.amount_micro = 1000;
		(void)command_add(
		    w, community, members[0], "Issue", &issue.base);
	}
}

/* By the bot, by who may and by who may not; changes, the same again, and
 * more than may be. */
static void
add_configure(struct world *w, int community, char *member)
{
	static const char *const ids[] = {"", "41771983423143936", "7"};
	struct stoa_rng *rng = sim_rng(w->sim);
	Stoa__Accounts__ConfigureRequest in =
	    STOA__ACCOUNTS__CONFIGURE_REQUEST__INIT;
	Stoa__Accounts__Setting grant = STOA__ACCOUNTS__SETTING__INIT;
	Stoa__Accounts__Setting id = STOA__ACCOUNTS__SETTING__INIT;
	Stoa__Accounts__Setting *settings[] = {&grant, &id};

	grant.kind_case = STOA__ACCOUNTS__SETTING__KIND_WELCOME_GRANT_MICRO;
	grant.welcome_grant_micro =
	    (int64_t)stoa_rng_below(rng, 6) * 300000000000;
	/* One of the three that are ids. */
	id.kind_case = STOA__ACCOUNTS__SETTING__KIND_ANNOUNCE_CHANNEL +
		       (unsigned)stoa_rng_below(rng, 3);
	id.admin_role = (char *)(uintptr_t)ids[stoa_rng_below(rng, 3)];
	in.settings = settings;
	in.n_settings = 1 + stoa_rng_below(rng, 2);
	in.member = member;
	(void)command_add(w, community,
	    stoa_rng_chance(rng, 2) ? "@bot" : member, "Configure", &in.base);
}

/* ---- identities ---- */

static void
add_users(struct world *w)
{
	for (int i = 0; i < PEOPLE_USERS; i++) {
		Stoa__Accounts__LinkRequest in =
		    STOA__ACCOUNTS__LINK_REQUEST__INIT;
		struct command *c;

		in.platform = (char *)(uintptr_t) "discord";
		in.user_key = people_key(i);
		c = command_add(w, DIRECTORY, "@bot", "Link", &in.base);
		w->users[i] =
		    stoa_id_derive('u', stoa_str_of(communities[DIRECTORY]),
			STOA_STR("@bot"), stoa_str_of(c->id), 0);
	}
}

/* Two users link: offer, claim, answer. Any of them may come late, or find that
 * something else has come in between. */
static void
add_link(struct world *w)
{
	struct stoa_rng *rng = sim_rng(w->sim);
	int a = (int)stoa_rng_below(rng, PEOPLE_USERS);
	int b = (int)stoa_rng_below(rng, PEOPLE_USERS);
	Stoa__Accounts__OfferLinkRequest offer =
	    STOA__ACCOUNTS__OFFER_LINK_REQUEST__INIT;
	Stoa__Accounts__ClaimLinkRequest claim =
	    STOA__ACCOUNTS__CLAIM_LINK_REQUEST__INIT;
	Stoa__Accounts__AnswerLinkRequest answer =
	    STOA__ACCOUNTS__ANSWER_LINK_REQUEST__INIT;
	uint8_t code[STOA_HASH_SIZE];

	memset(code, (int)stoa_rng_below(rng, 4), sizeof(code));
	offer.user_key = answer.user_key = people_key(a);
	claim.user_key = people_key(b);
	offer.code_hash.data = claim.code_hash.data = code;
	offer.code_hash.len = claim.code_hash.len = sizeof(code);
	answer.claimant = w->users[b].text;
	answer.is_accepted = !stoa_rng_chance(rng, 5);
	(void)command_add(w, DIRECTORY, "@bot", "OfferLink", &offer.base);
	(void)command_add(w, DIRECTORY, "@bot", "ClaimLink", &claim.base);
	(void)command_add(w, DIRECTORY, "@bot", "AnswerLink", &answer.base);
}

static void
add_unlink(struct world *w)
{
	struct stoa_rng *rng = sim_rng(w->sim);
	Stoa__Accounts__UnlinkRequest in = STOA__ACCOUNTS__UNLINK_REQUEST__INIT;

	in.user_key = people_key((int)stoa_rng_below(rng, PEOPLE_USERS));
	in.link_key = people_key((int)stoa_rng_below(rng, PEOPLE_USERS));
	(void)command_add(w, DIRECTORY, "@bot", "Unlink", &in.base);
}

/* Members become one, or one that nobody knew before. */
static void
add_merge(struct world *w, int community)
{
	struct stoa_rng *rng = sim_rng(w->sim);
	Stoa__Accounts__MergeRequest in = STOA__ACCOUNTS__MERGE_REQUEST__INIT;

	in.former = members[stoa_rng_below(rng, MEMBERS)];
	in.member = stoa_rng_chance(rng, 3)
			? w->users[stoa_rng_below(rng, PEOPLE_USERS)].text
			: members[stoa_rng_below(rng, MEMBERS)];
	(void)command_add(w, community, "@bot", "Merge", &in.base);
}

static void
add_random(struct world *w)
{
	struct stoa_rng *rng = sim_rng(w->sim);
	int community = (int)stoa_rng_below(rng, COMMUNITIES);
	char *from = members[stoa_rng_below(rng, MEMBERS)];
	char *to = members[stoa_rng_below(rng, MEMBERS)];

	if (stoa_rng_chance(rng, 8)) {
		add_configure(w, community, to);
	} else if (stoa_rng_chance(rng, 16)) {
		add_merge(w, community);
	} else if (stoa_rng_chance(rng, 16) &&
		   w->command_count + 3 <= COMMANDS) {
		add_link(w);
	} else if (stoa_rng_chance(rng, 24)) {
		add_unlink(w);
	} else if (stoa_rng_chance(rng, 4)) {
		Stoa__Accounts__HoldRequest hold =
		    STOA__ACCOUNTS__HOLD_REQUEST__INIT;

		hold.member = to;
		hold.amount_micro = (int64_t)stoa_rng_below(rng, 3000000);
		hold.expires_us = INT64_C(4000000000) * STOA_US_PER_S;
		hold.purpose = (char *)(uintptr_t) "job:x";
		(void)command_add(
		    w, community, "@training", "Hold", &hold.base);
	} else {
		Stoa__Accounts__TransferRequest transfer =
		    STOA__ACCOUNTS__TRANSFER_REQUEST__INIT;

		transfer.to = to;
		transfer.asset = STOA__ACCOUNTS__ASSET__JOY;
		transfer.amount_micro = (int64_t)stoa_rng_below(rng, 400);
		(void)command_add(
		    w, community, from, "Transfer", &transfer.base);
	}
}

/* ---- faults -----------------------------------------------------------------
 */

static void
chaos(void *arg)
{
	struct world *w = arg;
	struct stoa_rng *rng = sim_rng(w->sim);
	uint64_t what = stoa_rng_below(rng, 10);

	if (w->is_healed || w->is_over) {
		return;
	}
	if (what < 5) {
		crash(w, &w->nodes[stoa_rng_below(rng, w->node_count)]);
	} else if (what < 7) {
		struct node *n = &w->nodes[stoa_rng_below(rng, w->node_count)];

		if (n->replica != NULL) {
			sim_stream_cut(n->stream);
		}
	} else if (what < 8) {
		sim_broker_restart(w->broker, 0);
	} else if (what < 9) {
		if (!w->disk_rots) {
			w->tails++;
			sim_broker_restart(w->broker, stoa_rng_below(rng, 12));
		}
	}
	sim_at(w->sim, (int64_t)stoa_rng_below(rng, 400 * STOA_US_PER_MS),
	    chaos, w);
}

static void
heal(void *arg)
{
	struct world *w = arg;
	struct sim_faults *faults = sim_faults(w->sim);

	w->is_healed = true;
	faults->lose_answer = 0;
	faults->lose_request = 0;
	faults->repeat_request = 0;
	faults->lose_peer = 0;
}

/* ---- oracles ----------------------------------------------------------------
 */

static bool
is_at_rest(const struct world *w)
{
	for (int i = 0; i < w->command_count; i++) {
		if (w->commands[i].state != COMMAND_DONE) {
			return false;
		}
	}
	for (uint32_t i = 0; i < w->node_count; i++) {
		if (!node_is_at_rest(&w->nodes[i])) {
			return false;
		}
	}
	return true;
}

static void
check_aggregate(struct world *w, int community)
{
	struct stoa_str id = stoa_str_of(communities[community]);
	struct stoa_replica_head first, other;
	Stoa__Accounts__AuditQuery query = STOA__ACCOUNTS__AUDIT_QUERY__INIT;
	Stoa__Accounts__AuditReply audit = STOA__ACCOUNTS__AUDIT_REPLY__INIT;
	const struct accounts *state =
	    stoa_replica_peek(w->nodes[0].replica, id);

	if (!stoa_replica_head(w->nodes[0].replica, id, &first) ||
	    accounts_audit(state, &query, &audit) != STOA_OK) {
		fail(w, "no head", id.data);
		return;
	}
	if (audit.joy_sum_micro != 0 || audit.credit_sum_micro != 0) {
		fail(w, "money is not conserved", id.data);
	}
	if (strcmp(first.mode, "live") != 0) {
		fail(w, "not live", first.reason);
	}
	for (uint32_t i = 1; i < w->node_count; i++) {
		if (!stoa_replica_head(w->nodes[i].replica, id, &other) ||
		    !stoa_hash_is_equal(&first.state_hash, &other.state_hash) ||
		    !stoa_hash_is_equal(&first.hash, &other.hash) ||
		    !stoa_hash_is_equal(&first.tree_root, &other.tree_root)) {
			fail(w, "replicas differ", id.data);
		}
	}
	sim_trace(w->sim, id, first.index);
	sim_trace(w->sim, stoa_hash_str(&first.state_hash), 0);
}

static const struct accounts *
state_of(const struct world *w, int aggregate)
{
	return stoa_replica_peek(
	    w->nodes[0].replica, stoa_str_of(communities[aggregate]));
}

/* Each command id once in the stream, each record linked to the last. */
static void
check_stream(struct world *w)
{
	uint64_t index[AGGREGATES] = {0};
	bool seen[COMMANDS] = {false};

	for (uint64_t at = 1; at <= sim_broker_last(w->broker); at++) {
		struct stoa_str bytes = sim_broker_at(w->broker, at);
		Stoa__Journal__Batch *batch = stoa__journal__batch__unpack(
		    NULL, bytes.len, (const uint8_t *)bytes.data);
		int community;

		stoa_assert(batch != NULL);
		community = community_number(stoa_str_of(batch->community));
		if (batch->index != ++index[community]) {
			fail(w, "the stream does not link", batch->community);
		}
		for (size_t i = 0; i < batch->n_entries; i++) {
			int number = atoi(batch->entries[i]->command_id + 4);

			if (seen[number]) {
				fail(w, "twice in the stream",
				    batch->entries[i]->command_id);
			}
			seen[number] = true;
		}
		stoa__journal__batch__free_unpacked(batch, NULL);
	}
	for (int i = 0; i < w->command_count; i++) {
		if (!seen[i]) {
			fail(w, "answered and lost", w->commands[i].id);
		}
	}
}

/* A replica that starts from its copy alone has the live state. */
static void
check_replay(struct world *w)
{
	struct stoa_hash live[AGGREGATES];
	struct stoa_replica_head head;

	for (int i = 0; i < AGGREGATES; i++) {
		stoa_assert(stoa_replica_head(
		    w->nodes[0].replica, stoa_str_of(communities[i]), &head));
		live[i] = head.state_hash;
	}
	node_stop(&w->nodes[0]);
	node_start(&w->nodes[0]);
	for (int i = 0; i < AGGREGATES; i++) {
		if (!stoa_replica_head(w->nodes[0].replica,
			stoa_str_of(communities[i]), &head) ||
		    !stoa_hash_is_equal(&live[i], &head.state_hash)) {
			fail(w, "replayed state differs", communities[i]);
		}
	}
}

/* Who is in the way; for a person who repeats a seed with SIM_VERBOSE. */
static void
world_print(const struct world *w)
{
	for (uint32_t i = 0; i < w->node_count; i++) {
		const struct node *n = &w->nodes[i];
		struct stoa_replica_head head;
		struct stoa_replica_stats stats;

		if (n->replica == NULL) {
			printf("node %u is down\n", i);
			continue;
		}
		stoa_replica_stats(n->replica, &stats);
		printf("node %u: ready %d, idle %d, followed %" PRIu64
		       " of %" PRIu64 "\n",
		    i, stoa_replica_is_ready(n->replica),
		    stoa_replica_is_idle(n->replica), stats.followed,
		    sim_broker_last(w->broker));
		for (int k = 0; k < AGGREGATES; k++) {
			if (stoa_replica_head(n->replica,
				stoa_str_of(communities[k]), &head)) {
				printf("  %s: %" PRIu64 " %s %s\n",
				    communities[k], head.index, head.mode,
				    head.reason);
			}
		}
	}
	for (int i = 0; i < w->command_count; i++) {
		if (w->commands[i].state != COMMAND_DONE) {
			printf("not answered: %s in %s\n", w->commands[i].id,
			    communities[w->commands[i].community]);
		}
	}
}

/* ---- one run ----------------------------------------------------------------
 */

static void
world_fill(struct world *w, uint64_t seed)
{
	struct stoa_rng *rng;

	w->sim = sim_new(seed);
	rng = sim_rng(w->sim);
	w->broker = sim_broker_new(w->sim);
	w->lan = sim_lan_new(w->sim);
	w->disk_rots = stoa_rng_chance(rng, 2);
	w->node_count = stoa_rng_chance(rng, 4) ? 1 : REPLICAS;
	/* A random configuration per seed: some runs are gentle. */
	*sim_faults(w->sim) = (struct sim_faults){
	    .lose_request = stoa_rng_below(rng, 3) * 10,
	    .lose_answer = stoa_rng_below(rng, 3) * 10,
	    .repeat_request = stoa_rng_below(rng, 3) * 5,
	    .lose_peer = stoa_rng_below(rng, 3) * 5,
	    .delay_us_max = 100 + stoa_rng_below(rng, 20000),
	};
	for (int i = 0; i < COMMUNITIES; i++) {
		add_opening(w, i);
	}
	add_users(w);
	while (w->command_count < COMMANDS) {
		add_random(w);
	}
}

static void
world_start(struct world *w)
{
	struct stoa_rng *rng = sim_rng(w->sim);

	for (uint32_t i = 0; i < w->node_count; i++) {
		struct node *n = &w->nodes[i];

		*n = (struct node){
		    .sim = w->sim,
		    .broker = w->broker,
		    .lan = w->lan,
		    .core = &accounts_core,
		    .number = i,
		    .count = w->node_count,
		    .is_over = &w->is_over,
		    .fail = fail,
		    .answer = on_answer,
		    .world = w,
		};
		n->copy = sim_copy_new(w->sim);
		node_start(n);
		sim_at(w->sim, 1000, node_tick, n);
	}
	for (int i = 0; i < w->command_count; i++) {
		sim_at(w->sim,
		    i * 20 * STOA_US_PER_MS +
			(int64_t)stoa_rng_below(rng, 20000),
		    command_try, &w->commands[i]);
	}
	sim_at(w->sim, (int64_t)stoa_rng_below(rng, STOA_US_PER_S), chaos, w);
	sim_at(w->sim, 4 * STOA_US_PER_S, heal, w);
}

static void
world_free(struct world *w)
{
	for (uint32_t i = 0; i < w->node_count; i++) {
		if (w->nodes[i].replica != NULL) {
			node_stop(&w->nodes[i]);
		}
		sim_copy_crash(w->nodes[i].copy);
	}
	/* What still travels is delivered to nobody. */
	w->is_over = true;
	while (sim_step(w->sim)) {
	}
	for (uint32_t i = 0; i < w->node_count; i++) {
		sim_copy_free(w->nodes[i].copy);
	}
	sim_lan_free(w->lan);
	sim_broker_free(w->broker);
	sim_free(w->sim);
}

struct result {
	struct stoa_hash trace;
	bool is_failed;
	char failure[256];
	uint64_t crashes, tails, flips, merges, links;
};

/* Virtual time: all must be well this long after the last fault. */
#define REST_US (60 * STOA_US_PER_S)

static struct result
run(uint64_t seed)
{
	static struct world w;
	struct result result = {0};

	memset(&w, 0, sizeof(w));
	world_fill(&w, seed);
	world_start(&w);
	while (!w.is_failed && !(w.is_healed && is_at_rest(&w))) {
		if (sim_now(w.sim) > REST_US) {
			fail(&w, "does not come to rest", "");
			break;
		}
		stoa_assert(sim_step(w.sim));
		for (uint32_t i = 0; i < w.node_count; i++) {
			if (w.nodes[i].replica != NULL) {
				stoa_replica_turn(w.nodes[i].replica);
			}
		}
	}
	for (int i = 0; !w.is_failed && i < AGGREGATES; i++) {
		check_aggregate(&w, i);
	}
	for (int i = 0; !w.is_failed && i < COMMUNITIES; i++) {
		w.merges += people_check_members(
		    state_of(&w, i), communities[i], fail, &w);
	}
	if (!w.is_failed) {
		w.links =
		    people_check_identities(state_of(&w, DIRECTORY), fail, &w);
	}
	if (!w.is_failed) {
		check_stream(&w);
	}
	if (!w.is_failed) {
		check_replay(&w);
	}
	if (w.is_failed && getenv("SIM_VERBOSE") != NULL) {
		world_print(&w);
	}
	result.trace = sim_trace_end(w.sim);
	result.is_failed = w.is_failed;
	memcpy(result.failure, w.failure, sizeof(result.failure));
	result.crashes = w.crashes;
	result.tails = w.tails;
	result.flips = w.flips;
	result.merges = w.merges;
	result.links = w.links;
	world_free(&w);
	return result;
}

int
main(int argc, char **argv)
{
	uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 100;
	uint64_t failed = 0, crashes = 0, tails = 0, flips = 0;
	uint64_t merges = 0, links = 0;

	for (int i = 0; i < COMMUNITIES; i++) {
		(void)snprintf(communities[i], sizeof(communities[i]),
		    "c_aaaaaaaaa%c", 'a' + i);
	}
	(void)snprintf(communities[DIRECTORY], sizeof(communities[DIRECTORY]),
	    "%s", ACCOUNTS_DIRECTORY);
	for (int i = 0; i < MEMBERS; i++) {
		(void)snprintf(
		    members[i], sizeof(members[i]), "u_aaaaaaaaa%c", 'a' + i);
	}
	for (uint64_t seed = first; seed < first + count; seed++) {
		struct result one = run(seed), two = run(seed);

		crashes += one.crashes;
		tails += one.tails;
		flips += one.flips;
		merges += one.merges;
		links += one.links;
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
	printf("sim_accounts: %" PRIu64 " crashes, %" PRIu64
	       " lost tails, %" PRIu64 " damaged copies, %" PRIu64
	       " members merged, %" PRIu64 " users linked\n",
	    crashes, tails, flips, merges, links);
	printf(
	    "%" PRIu64 " passed, %" PRIu64 " failed\n", count - failed, failed);
	return failed == 0 ? 0 : 1;
}
