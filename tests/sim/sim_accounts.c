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
#include "tests/sim/people.h"
#include "tests/sim/world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Communities, and the directory behind them. */
#define COMMUNITIES 3
#define DIRECTORY   COMMUNITIES
#define AGGREGATES  (COMMUNITIES + 1)
#define MEMBERS	    4
#define COMMANDS    160
#define JUMP_US	    (60 * STOA_US_PER_S)

enum command_state {
	COMMAND_IDLE,
	COMMAND_WAITING,
	COMMAND_DONE
};

struct command {
	struct run *run;
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

/* One seed's. */
struct run {
	struct world world;
	struct world_domain *domain;
	struct command commands[COMMANDS];
	int command_count;
	/* Either the disk of one replica rots, or the broker loses its tail:
	 * what both have lost nobody can bring back. */
	bool disk_rots;
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
		world_fail(c->run, "answered differently", c->id);
	}
	c->state = COMMAND_DONE;
	sim_trace(c->run->world.sim, stoa_str_of(c->id), 1);
}

/* The disk of one replica rots: its records come from the stream. */
static void
copy_rot(struct run *r, struct node *n)
{
	uint64_t size = sim_copy_size(n->copy);
	uint64_t at;

	if (size == 0 || !r->disk_rots || n->number != 0 ||
	    !stoa_rng_chance(sim_rng(r->world.sim), 4)) {
		return;
	}
	at = stoa_rng_below(sim_rng(r->world.sim), size);
	r->flips++;
	n->has_rotted = true;
	if (stoa_rng_chance(sim_rng(r->world.sim), 2)) {
		sim_copy_flip(n->copy, at);
	} else {
		sim_copy_cut(n->copy, at);
	}
}

static void
crash(struct run *r, struct node *n)
{
	if (n->replica != NULL) {
		r->crashes++;
		node_crash(n);
		copy_rot(r, n);
	}
}

/* ---- clients ----------------------------------------------------------------
 */

static void
command_try(void *arg)
{
	struct command *c = arg;
	struct run *r = c->run;
	struct node *n = &r->domain->nodes[stoa_rng_below(
	    sim_rng(r->world.sim), r->world.node_count)];
	struct stoa_submit submit;

	if (r->world.is_over ||
	    (c->state == COMMAND_DONE && r->world.is_healed)) {
		return;
	}
	if (c->state == COMMAND_IDLE) {
		c->state = COMMAND_WAITING;
	}
	/* Until it is answered, and once in a while after that. */
	sim_at(r->world.sim,
	    50 * STOA_US_PER_MS + (int64_t)stoa_rng_below(sim_rng(r->world.sim),
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
	    .deadline = {sim_now(r->world.sim) + 2 * STOA_US_PER_S},
	};
	stoa_replica_submit(n->replica, &submit, c);
	if (stoa_rng_chance(sim_rng(r->world.sim), 2)) {
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
command_add(struct run *r, int community, const char *actor, const char *method,
    const ProtobufCMessage *request)
{
	struct command *c = &r->commands[r->command_count];

	stoa_assert(r->command_count < COMMANDS);
	*c = (struct command){
	    .run = r,
	    .number = r->command_count++,
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
add_opening(struct run *r, int community)
{
	Stoa__Accounts__OpenCommunityRequest open =
	    STOA__ACCOUNTS__OPEN_COMMUNITY_REQUEST__INIT;
	Stoa__Accounts__JoinRequest join = STOA__ACCOUNTS__JOIN_REQUEST__INIT;
	Stoa__Accounts__IssueRequest issue =
	    STOA__ACCOUNTS__ISSUE_REQUEST__INIT;

	open.name = (char *)(uintptr_t) "agora";
	open.welcome_grant_micro = 5000000;
	(void)command_add(
	    r, community, members[0], "OpenCommunity", &open.base);
	for (int i = 1; i < MEMBERS; i++) {
		join.member = members[i];
		(void)command_add(r, community, "@bot", "Join", &join.base);
		issue.member = members[i];
		issue.amount_micro = 1000;
		(void)command_add(
		    r, community, members[0], "Issue", &issue.base);
	}
}

/* By the bot, by who may and by who may not; changes, the same again, and
 * more than may be. */
static void
add_configure(struct run *r, int community, char *member)
{
	static const char *const ids[] = {"", "41771983423143936", "7"};
	struct stoa_rng *rng = sim_rng(r->world.sim);
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
	(void)command_add(r, community,
	    stoa_rng_chance(rng, 2) ? "@bot" : member, "Configure", &in.base);
}

/* ---- identities ---- */

static void
add_users(struct run *r)
{
	for (int i = 0; i < PEOPLE_USERS; i++) {
		Stoa__Accounts__LinkRequest in =
		    STOA__ACCOUNTS__LINK_REQUEST__INIT;
		struct command *c;

		in.platform = (char *)(uintptr_t) "discord";
		in.user_key = people_key(i);
		c = command_add(r, DIRECTORY, "@bot", "Link", &in.base);
		r->users[i] =
		    stoa_id_derive('u', stoa_str_of(communities[DIRECTORY]),
			STOA_STR("@bot"), stoa_str_of(c->id), 0);
	}
}

/* Two users link: offer, claim, answer. Any of them may come late, or find that
 * something else has come in between. */
static void
add_link(struct run *r)
{
	struct stoa_rng *rng = sim_rng(r->world.sim);
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
	answer.claimant = r->users[b].text;
	answer.is_accepted = !stoa_rng_chance(rng, 5);
	(void)command_add(r, DIRECTORY, "@bot", "OfferLink", &offer.base);
	(void)command_add(r, DIRECTORY, "@bot", "ClaimLink", &claim.base);
	(void)command_add(r, DIRECTORY, "@bot", "AnswerLink", &answer.base);
}

static void
add_unlink(struct run *r)
{
	struct stoa_rng *rng = sim_rng(r->world.sim);
	Stoa__Accounts__UnlinkRequest in = STOA__ACCOUNTS__UNLINK_REQUEST__INIT;

	in.user_key = people_key((int)stoa_rng_below(rng, PEOPLE_USERS));
	in.link_key = people_key((int)stoa_rng_below(rng, PEOPLE_USERS));
	(void)command_add(r, DIRECTORY, "@bot", "Unlink", &in.base);
}

/* Members become one, or one that nobody knew before. */
static void
add_merge(struct run *r, int community)
{
	struct stoa_rng *rng = sim_rng(r->world.sim);
	Stoa__Accounts__MergeRequest in = STOA__ACCOUNTS__MERGE_REQUEST__INIT;

	in.former = members[stoa_rng_below(rng, MEMBERS)];
	in.member = stoa_rng_chance(rng, 3)
			? r->users[stoa_rng_below(rng, PEOPLE_USERS)].text
			: members[stoa_rng_below(rng, MEMBERS)];
	(void)command_add(r, community, "@bot", "Merge", &in.base);
}

static void
add_random(struct run *r)
{
	struct stoa_rng *rng = sim_rng(r->world.sim);
	int community = (int)stoa_rng_below(rng, COMMUNITIES);
	char *from = members[stoa_rng_below(rng, MEMBERS)];
	char *to = members[stoa_rng_below(rng, MEMBERS)];

	if (stoa_rng_chance(rng, 8)) {
		add_configure(r, community, to);
	} else if (stoa_rng_chance(rng, 16)) {
		add_merge(r, community);
	} else if (stoa_rng_chance(rng, 16) &&
		   r->command_count + 3 <= COMMANDS) {
		add_link(r);
	} else if (stoa_rng_chance(rng, 24)) {
		add_unlink(r);
	} else if (stoa_rng_chance(rng, 4)) {
		Stoa__Accounts__HoldRequest hold =
		    STOA__ACCOUNTS__HOLD_REQUEST__INIT;

		hold.member = to;
		hold.amount_micro = (int64_t)stoa_rng_below(rng, 3000000);
		hold.expires_us = INT64_C(4000000000) * STOA_US_PER_S;
		hold.purpose = (char *)(uintptr_t) "job:x";
		(void)command_add(
		    r, community, "@training", "Hold", &hold.base);
	} else {
		Stoa__Accounts__TransferRequest transfer =
		    STOA__ACCOUNTS__TRANSFER_REQUEST__INIT;

		transfer.to = to;
		transfer.asset = STOA__ACCOUNTS__ASSET__JOY;
		transfer.amount_micro = (int64_t)stoa_rng_below(rng, 400);
		(void)command_add(
		    r, community, from, "Transfer", &transfer.base);
	}
}

/* ---- faults -----------------------------------------------------------------
 */

/* Under a replica that may begin from it again after a lost race. */
static void
snapshot_rot(struct run *r, struct node *n)
{
	if (r->disk_rots && n->snapshot.len > 0) {
		n->snapshot.data[stoa_rng_below(
		    sim_rng(r->world.sim), n->snapshot.len)] ^= 1;
		n->has_rotted = true;
	}
}

static void
chaos(void *arg)
{
	struct run *r = arg;
	struct stoa_rng *rng = sim_rng(r->world.sim);
	uint64_t what = stoa_rng_below(rng, 11);

	if (r->world.is_healed || r->world.is_over) {
		return;
	}
	if (what < 5) {
		crash(
		    r, &r->domain
			    ->nodes[stoa_rng_below(rng, r->world.node_count)]);
	} else if (what < 7) {
		struct node *n =
		    &r->domain->nodes[stoa_rng_below(rng, r->world.node_count)];

		if (n->replica != NULL) {
			sim_stream_cut(n->stream);
		}
	} else if (what < 8) {
		sim_broker_restart(r->domain->broker, 0);
	} else if (what < 9) {
		if (!r->disk_rots) {
			r->tails++;
			sim_broker_restart(
			    r->domain->broker, stoa_rng_below(rng, 12));
		}
	} else if (what < 10) {
		world_clock_jump(&r->world, JUMP_US);
	} else {
		snapshot_rot(r, &r->domain->nodes[0]);
	}
	sim_at(r->world.sim, (int64_t)stoa_rng_below(rng, 400 * STOA_US_PER_MS),
	    chaos, r);
}

/* ---- oracles ----------------------------------------------------------------
 */

static bool
is_at_rest(struct world *w)
{
	const struct run *r = (const struct run *)w;

	for (int i = 0; i < r->command_count; i++) {
		if (r->commands[i].state != COMMAND_DONE) {
			return false;
		}
	}
	return world_is_at_rest(w);
}

static void
check_aggregate(struct run *r, int community)
{
	struct stoa_str id = stoa_str_of(communities[community]);
	Stoa__Accounts__AuditQuery query = STOA__ACCOUNTS__AUDIT_QUERY__INIT;
	Stoa__Accounts__AuditReply audit = STOA__ACCOUNTS__AUDIT_REPLY__INIT;
	const struct accounts *state =
	    stoa_replica_peek(r->domain->nodes[0].replica, id);

	if (accounts_audit(state, &query, &audit) != STOA_OK) {
		world_fail(r, "no state", id.data);
		return;
	}
	if (audit.joy_sum_micro != 0 || audit.credit_sum_micro != 0) {
		world_fail(r, "money is not conserved", id.data);
	}
	world_check_equal(&r->world, r->domain, id);
}

static const struct accounts *
state_of(const struct run *r, int aggregate)
{
	return stoa_replica_peek(
	    r->domain->nodes[0].replica, stoa_str_of(communities[aggregate]));
}

/* Each command id once in the stream, each record linked to the last. */
static void
check_stream(struct run *r)
{
	uint64_t index[AGGREGATES] = {0};
	bool seen[COMMANDS] = {false};

	for (uint64_t at = 1; at <= sim_broker_last(r->domain->broker); at++) {
		struct stoa_str bytes = sim_broker_at(r->domain->broker, at);
		Stoa__Journal__Batch *batch = stoa__journal__batch__unpack(
		    NULL, bytes.len, (const uint8_t *)bytes.data);
		int community;

		stoa_assert(batch != NULL);
		community = community_number(stoa_str_of(batch->community));
		if (batch->index != ++index[community]) {
			world_fail(
			    r, "the stream does not link", batch->community);
		}
		for (size_t i = 0; i < batch->n_entries; i++) {
			int number = atoi(batch->entries[i]->command_id + 4);

			if (seen[number]) {
				world_fail(r, "twice in the stream",
				    batch->entries[i]->command_id);
			}
			seen[number] = true;
		}
		stoa__journal__batch__free_unpacked(batch, NULL);
	}
	for (int i = 0; i < r->command_count; i++) {
		if (!seen[i]) {
			world_fail(r, "answered and lost", r->commands[i].id);
		}
	}
}

/* Who is in the way; for a person who repeats a seed with SIM_VERBOSE. */
static void
commands_print(const struct run *r)
{
	for (int i = 0; i < r->command_count; i++) {
		if (r->commands[i].state != COMMAND_DONE) {
			printf("not answered: %s in %s\n", r->commands[i].id,
			    communities[r->commands[i].community]);
		}
	}
}

/* ---- one run ----------------------------------------------------------------
 */

static void
run_fill(struct run *r, uint64_t seed)
{
	struct stoa_rng *rng;

	r->world.sim = sim_new(seed);
	rng = sim_rng(r->world.sim);
	r->domain = world_domain_add(&r->world);
	r->disk_rots = stoa_rng_chance(rng, 2);
	r->world.node_count = stoa_rng_chance(rng, 4) ? 1 : WORLD_NODES_MAX;
	world_faults_roll(&r->world, 20000);
	for (int i = 0; i < COMMUNITIES; i++) {
		add_opening(r, i);
	}
	add_users(r);
	while (r->command_count < COMMANDS) {
		add_random(r);
	}
}

static void
run_start(struct run *r)
{
	struct stoa_rng *rng = sim_rng(r->world.sim);
	const struct node like = {
	    .core = &accounts_core, .answer = on_answer, .world = r};

	world_domain_start(&r->world, r->domain, &like);
	for (int i = 0; i < r->command_count; i++) {
		sim_at(r->world.sim,
		    i * 20 * STOA_US_PER_MS +
			(int64_t)stoa_rng_below(rng, 20000),
		    command_try, &r->commands[i]);
	}
	sim_at(r->world.sim, (int64_t)stoa_rng_below(rng, STOA_US_PER_S), chaos,
	    r);
	sim_at(r->world.sim, 4 * STOA_US_PER_S, world_heal, &r->world);
}

static void
check(struct run *r)
{
	struct stoa_str ids[AGGREGATES];

	for (int i = 0; !r->world.is_failed && i < AGGREGATES; i++) {
		check_aggregate(r, i);
		ids[i] = stoa_str_of(communities[i]);
	}
	for (int i = 0; !r->world.is_failed && i < COMMUNITIES; i++) {
		r->merges += people_check_members(
		    state_of(r, i), communities[i], world_fail, r);
	}
	if (!r->world.is_failed) {
		r->links = people_check_identities(
		    state_of(r, DIRECTORY), world_fail, r);
	}
	if (!r->world.is_failed) {
		check_stream(r);
	}
	if (!r->world.is_failed) {
		world_check_restart(&r->world, r->domain, ids, AGGREGATES);
	}
	if (r->world.is_failed && getenv("SIM_VERBOSE") != NULL) {
		world_print(&r->world);
		commands_print(r);
	}
}

/* Virtual time: all must be well this long after the last fault. */
#define REST_US (60 * STOA_US_PER_S)

static struct world_result
run(uint64_t seed)
{
	static struct run r;
	struct world_result result;

	memset(&r, 0, sizeof(r));
	run_fill(&r, seed);
	run_start(&r);
	world_run(&r.world, is_at_rest, REST_US);
	check(&r);
	result = world_end(&r.world);
	result.counts[0] = r.crashes;
	result.counts[1] = r.tails;
	result.counts[2] = r.flips;
	result.counts[3] = r.merges;
	result.counts[4] = r.links;
	result.counts[5] = world_spared(&r.world);
	world_stop(&r.world);
	world_free(&r.world);
	return result;
}

int
main(int argc, char **argv)
{
	static const struct world_play play = {
	    .name = "accounts",
	    .run = run,
	    .counts = {"crashes", "lost tails", "damaged copies",
		"members merged", "users linked", "starts from a snapshot"},
	};

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
	return world_main(argc, argv, &play);
}
