/* voters.c - many members vote at once, as the bot would ask for them.
 *
 *   voters HOME COMMUNITY MEMBERS PROPOSALS VOTES AT_ONCE [KILLS SEED]
 *
 * Opens the community, proposes, waits until the votes are open, and casts
 * VOTES ballots, AT_ONCE under way at any time; each is asked again under its
 * own id until it is answered. A member's ballots go one after the other, so
 * that it is known which stands at the end. With KILLS, governance and the
 * broker are killed meanwhile, and votes go on until all of them were. At the
 * end every tally must be that of the ballots. Prints ballots a second, p50 and
 * p99; status 1 if anything is amiss. */
#include "base/check.h"
#include "base/core.h"
#include "base/id.h"
#include "base/rng.h"
#include "edge/bus.h"
#include "edge/log.h"
#include "port/clock.h"
#include "stoa/home.h"

#include "proto/accounts.pb-c.h"
#include "proto/governance.pb-c.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SAMPLES_MAX 1000000 /* the newest */

#define NOTHING 3 /* instead of an option: no ballot; 2: an abstention */

struct chain {
	int64_t step; /* how many ballots it has cast */
	int64_t since_us;
	char id[32];
};

static struct {
	struct stoa_loop *loop;
	struct stoa_bus *bus;
	struct stoa_timer *timer, *killer;
	struct home home;
	const char *community;
	int64_t members, proposals, votes, at_once, kills;
	uint64_t seed;
	struct stoa_rng rng;
	char (*member)[STOA_ID_SIZE];
	char (*proposal)[STOA_ID_SIZE];
	uint8_t *standing; /* of member and proposal: what counts */
	struct chain *chains;
	int64_t *samples;
	int64_t made, under_way, done, killed, again, refused;
	int64_t began_us;
	bool is_begun;
	int status;
} v;

static void
stop(const char *why)
{
	if (why != NULL) {
		fprintf(stderr, "voters: %s\n", why);
		v.status = 1;
	}
	stoa_loop_stop(v.loop);
}

static void
call(const ProtobufCServiceDescriptor *service, const char *method,
    const char *actor, const char *id, const ProtobufCMessage *request,
    stoa_bus_done done, void *arg)
{
	struct stoa_bus_call c = {
	    .service = service,
	    .method = method,
	    .community = stoa_str_of(v.community),
	    .actor = stoa_str_of(actor),
	    .command_id = stoa_str_of(id),
	    .timeout_us = 30 * STOA_US_PER_S,
	};

	stoa_bus_call(v.bus, &c, request, done, arg);
}

#define ACCOUNTS   (&stoa__accounts__accounts__descriptor)
#define GOVERNANCE (&stoa__governance__governance__descriptor)

/* True: answered; `ret_refused` tells how. */
static bool
is_answered(enum stoa_status status, struct stoa_str reply, bool *ret_refused)
{
	char memory[8192];
	struct stoa_arena arena;
	const Stoa__Journal__Outcome *outcome = NULL;
	bool ok;

	stoa_arena_init(&arena, memory, sizeof(memory), 1 << 20);
	if (status == STOA_OK) {
		outcome = stoa_unpack(
		    &arena, &stoa__journal__outcome__descriptor, reply);
	}
	ok = outcome != NULL && outcome->entry != NULL;
	*ret_refused = ok && outcome->entry->refusal != NULL;
	if (*ret_refused) {
		fprintf(stderr, "voters: refused: %s %s\n",
		    outcome->entry->refusal->reason,
		    outcome->entry->refusal->n_args > 0
			? outcome->entry->refusal->args[0]
			: "");
	}
	stoa_arena_fini(&arena);
	return ok;
}

/* ---- members and proposals ---- */

static void make_next(void);

static void
made(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	bool refused;

	(void)owner;
	if (!is_answered(status, reply, &refused) || refused) {
		stop(detail == NULL ? "setting up failed" : detail);
		return;
	}
	v.under_way--;
	make_next();
}

static void
propose(int64_t i)
{
	Stoa__Governance__ProposeRequest in =
	    STOA__GOVERNANCE__PROPOSE_REQUEST__INIT;
	char id[32];
	struct stoa_id made_id;

	in.type = (char *)(uintptr_t) "FEATURE_REQUEST";
	in.title = (char *)(uintptr_t) "Something new";
	(void)snprintf(id, sizeof(id), "propose-%" PRId64, i);
	made_id = stoa_id_derive('p', stoa_str_of(v.community),
	    stoa_str_of(v.member[0]), stoa_str_of(id), 0);
	memcpy(v.proposal[i], made_id.text, sizeof(made_id.text));
	call(GOVERNANCE, "Propose", v.member[0], id, &in.base, made, NULL);
}

static void
make_one(int64_t i)
{
	Stoa__Accounts__OpenCommunityRequest open =
	    STOA__ACCOUNTS__OPEN_COMMUNITY_REQUEST__INIT;
	Stoa__Accounts__JoinRequest join = STOA__ACCOUNTS__JOIN_REQUEST__INIT;
	char id[32];

	v.under_way++;
	if (i == 0) {
		open.name = (char *)(uintptr_t) "voters";
		call(ACCOUNTS, "OpenCommunity", v.member[0], "open", &open.base,
		    made, NULL);
	} else if (i < v.members) {
		join.member = v.member[i];
		(void)snprintf(id, sizeof(id), "join-%" PRId64, i);
		call(ACCOUNTS, "Join", "@bot", id, &join.base, made, NULL);
	} else {
		propose(i - v.members);
	}
}

/* The community first, then all members, then the proposals. */
static void
make_next(void)
{
	while (v.made < v.members + v.proposals && v.under_way < 64) {
		if ((v.made == 1 || v.made == v.members) && v.under_way > 0) {
			return;
		}
		make_one(v.made++);
	}
}

/* ---- voting ---- */

static void vote(struct chain *c);

/* Chain k casts for the members k, k + at_once, ...: in the order of steps. */
static void
choose(const struct chain *c, int64_t *ret_member, int64_t *ret_proposal,
    uint32_t *ret_option)
{
	int64_t k = c - v.chains;
	int64_t mine = (v.members - k + v.at_once - 1) / v.at_once;
	struct stoa_rng rng;

	stoa_rng_init(
	    &rng, v.seed * 1000003 + (uint64_t)(c->step * v.at_once + k));
	*ret_option = (uint32_t)stoa_rng_below(&rng, 3);
	if (v.kills > 0) {
		*ret_member = k + v.at_once * (int64_t)stoa_rng_below(
						  &rng, (uint64_t)mine);
		*ret_proposal =
		    (int64_t)stoa_rng_below(&rng, (uint64_t)v.proposals);
	} else {
		*ret_member = k + v.at_once * (c->step % mine);
		*ret_proposal = c->step / mine % v.proposals;
	}
}

static void
voted(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct chain *c = owner;
	int64_t member, proposal;
	uint32_t option;
	bool refused;

	(void)detail;
	if (!is_answered(status, reply, &refused)) {
		v.again++;
		vote(c);
		return;
	}
	v.refused += refused;
	choose(c, &member, &proposal, &option);
	v.standing[member * v.proposals + proposal] = (uint8_t)option;
	v.samples[v.done++ % SAMPLES_MAX] =
	    stoa_clock_mono(NULL).us - c->since_us;
	c->step++;
	c->since_us = 0;
	v.under_way--;
	if (v.done + v.under_way < v.votes || v.killed < v.kills) {
		v.under_way++;
		vote(c);
	} else if (v.under_way == 0) {
		stop(NULL);
	}
}

static void
vote(struct chain *c)
{
	Stoa__Governance__VoteRequest in = STOA__GOVERNANCE__VOTE_REQUEST__INIT;
	Stoa__Governance__Ballot ballot = STOA__GOVERNANCE__BALLOT__INIT;
	int64_t member, proposal;
	uint32_t option;

	choose(c, &member, &proposal, &option);
	in.proposal = v.proposal[proposal];
	in.ballot = &ballot;
	ballot.is_abstention = option == 2;
	ballot.options = &option;
	ballot.n_options = option == 2 ? 0 : 1;
	if (c->since_us == 0) {
		c->since_us = stoa_clock_mono(NULL).us;
	}
	(void)snprintf(
	    c->id, sizeof(c->id), "vote-%td-%" PRId64, c - v.chains, c->step);
	call(GOVERNANCE, "Vote", v.member[member], c->id, &in.base, voted, c);
}

static void
on_kill(void *arg)
{
	char path[HOME_PATH_MAX], name[48];
	int pids[16], count = 0, pid;
	unsigned restarts;
	FILE *file = fopen(home_path(&v.home, "run/pids", path), "re");

	(void)arg;
	while (file != NULL && count < 16 &&
	       fscanf(file, "%47s %d %u", name, &pid, &restarts) == 3) {
		if (pid > 1 && (strncmp(name, "governance", 10) == 0 ||
				   strcmp(name, "nats") == 0)) {
			pids[count++] = pid;
		}
	}
	if (file != NULL) {
		(void)fclose(file);
	}
	if (count > 0 && v.killed < v.kills &&
	    kill(pids[stoa_rng_below(&v.rng, (uint64_t)count)], SIGKILL) == 0) {
		v.killed++;
	}
}

static void
votes_begin(void)
{
	v.is_begun = true;
	v.began_us = stoa_clock_mono(NULL).us;
	if (v.kills > 0) {
		v.killer = stoa_timer_new(v.loop, on_kill, NULL);
		stoa_timer_start(
		    v.killer, 300 * STOA_US_PER_MS, 1300 * STOA_US_PER_MS);
	}
	for (int64_t i = 0; i < v.at_once; i++) {
		v.under_way++;
		vote(&v.chains[i]);
	}
}

/* ---- looking ---- */

static int64_t looked, active, wrong;

static void
tally_check(const Stoa__Governance__Proposal *p, int64_t at)
{
	uint64_t points[3] = {0, 0, 0};

	for (int64_t m = 0; m < v.members; m++) {
		uint8_t is = v.standing[m * v.proposals + at];

		if (is != NOTHING) {
			points[is]++;
		}
	}
	if (p->tally == NULL || p->tally->points[0] != points[0] ||
	    p->tally->points[1] != points[1] ||
	    p->tally->abstained != points[2]) {
		wrong++;
		fprintf(stderr,
		    "voters: proposal %" PRId64 ": wanted %" PRIu64 " %" PRIu64
		    " %" PRIu64 "\n",
		    at, points[0], points[1], points[2]);
	}
}

static void
seen(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	int64_t at = (int64_t)(intptr_t)owner;
	const Stoa__Governance__ProposalReply *r = NULL;
	struct stoa_arena arena;

	(void)detail;
	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	if (status == STOA_OK) {
		r = stoa_unpack(&arena,
		    &stoa__governance__proposal_reply__descriptor, reply);
	}
	looked++;
	if (r != NULL && r->proposal != NULL) {
		active += r->proposal->state == STOA__GOVERNANCE__STATE__ACTIVE;
		if (v.is_begun) {
			tally_check(r->proposal, at);
		}
	}
	stoa_arena_fini(&arena);
	if (looked == v.proposals && v.is_begun) {
		stop(active == v.proposals ? NULL : "not all could be read");
	} else if (looked == v.proposals && active == v.proposals) {
		votes_begin();
	}
}

static void
look(void)
{
	looked = active = 0;
	for (int64_t i = 0; i < v.proposals; i++) {
		Stoa__Governance__ProposalQuery in =
		    STOA__GOVERNANCE__PROPOSAL_QUERY__INIT;

		in.proposal = v.proposal[i];
		call(GOVERNANCE, "Proposal", v.member[0], "", &in.base, seen,
		    (void *)(intptr_t)i);
	}
}

static void
on_timer(void *arg)
{
	(void)arg;
	if (!v.is_begun && v.made == v.members + v.proposals &&
	    v.under_way == 0) {
		look();
	}
}

/* ---- all of it ---- */

static int
by_size(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, c = *(const int64_t *)y;

	return (a > c) - (a < c);
}

static void
begin(void *owner)
{
	(void)owner;
	if (v.made == 0) {
		make_next();
	}
}

static bool
arguments_read(int argc, char **argv)
{
	char path[HOME_PATH_MAX];
	unsigned nats = 0, storage = 0;
	FILE *ports;

	if (argc < 7) {
		return false;
	}
	(void)snprintf(v.home.path, sizeof(v.home.path), "%s", argv[1]);
	ports = fopen(home_path(&v.home, "run/ports", path), "re");
	if (ports == NULL || fscanf(ports, "%u %u", &nats, &storage) != 2) {
		return false;
	}
	(void)fclose(ports);
	v.home.nats_port = (uint16_t)nats;
	v.community = argv[2];
	v.members = strtoll(argv[3], NULL, 10);
	v.proposals = strtoll(argv[4], NULL, 10);
	v.votes = strtoll(argv[5], NULL, 10);
	v.at_once = strtoll(argv[6], NULL, 10);
	v.kills = argc > 7 ? strtoll(argv[7], NULL, 10) : 0;
	v.seed = argc > 8 ? strtoull(argv[8], NULL, 10) : 1;
	return v.at_once > 0 && v.at_once <= v.members && v.proposals > 0;
}

static void
memory_make(void)
{
	v.member = calloc((size_t)v.members, sizeof(v.member[0]));
	v.proposal = calloc((size_t)v.proposals, sizeof(v.proposal[0]));
	v.standing = malloc((size_t)(v.members * v.proposals));
	v.chains = calloc((size_t)v.at_once, sizeof(v.chains[0]));
	v.samples = calloc(SAMPLES_MAX, sizeof(v.samples[0]));
	stoa_assert(v.member != NULL && v.proposal != NULL &&
		    v.standing != NULL && v.chains != NULL &&
		    v.samples != NULL);
	memset(v.standing, NOTHING, (size_t)(v.members * v.proposals));
	for (int64_t i = 0; i < v.members; i++) {
		struct stoa_id id =
		    stoa_id_of_bytes('u', stoa_str_of_bytes(&i, sizeof(i)));

		memcpy(v.member[i], id.text, sizeof(id.text));
	}
	stoa_rng_init(&v.rng, v.seed);
}

int
main(int argc, char **argv)
{
	char url[64], key[HOME_PATH_MAX];
	struct stoa_bus_options options = {.url = url,
	    .service = "bot",
	    .description = "a test",
	    .key_file = key,
	    .up = begin};
	int64_t took_us, count;

	if (!arguments_read(argc, argv)) {
		fprintf(stderr, "voters HOME COMMUNITY MEMBERS PROPOSALS VOTES "
				"AT_ONCE [KILLS SEED]\n");
		return 2;
	}
	stoa_log_open("voters", STOA_LOG_ERROR);
	memory_make();
	home_nats_url(&v.home, url);
	(void)home_path(&v.home, "keys/bot.nk", key);
	v.loop = stoa_loop_open();
	options.loop = v.loop;
	v.timer = stoa_timer_new(v.loop, on_timer, NULL);
	stoa_timer_start(v.timer, 0, 100 * STOA_US_PER_MS);
	if (stoa_bus_open(&options, &v.bus) != STOA_OK) {
		return 2;
	}
	stoa_loop_run(v.loop);
	took_us = stoa_clock_mono(NULL).us - v.began_us;
	if (v.killer != NULL) {
		stoa_timer_stop(v.killer);
	}
	if (v.status == 0) {
		look();
		stoa_loop_run(v.loop);
		count = v.done < SAMPLES_MAX ? v.done : SAMPLES_MAX;
		qsort(v.samples, (size_t)count, sizeof(v.samples[0]), by_size);
		printf("%" PRId64 " at once: %" PRId64 " ballots, %" PRId64
		       "/s, p50 %" PRId64 " us, p99 %" PRId64 " us",
		    v.at_once, v.done, v.done * STOA_US_PER_S / took_us,
		    v.samples[count / 2], v.samples[count * 99 / 100]);
		if (v.kills > 0) {
			printf(", %" PRId64 " kills, asked again %" PRId64
			       ", longest %" PRId64 " ms",
			    v.killed, v.again,
			    v.samples[count - 1] / STOA_US_PER_MS);
		}
		printf(", refused %" PRId64 ", wrong tallies %" PRId64 "\n",
		    v.refused, wrong);
	}
	(void)fflush(stdout);
	_exit(v.status != 0 || wrong > 0 || v.refused > 0 ? 1 : 0);
}
