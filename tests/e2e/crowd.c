/* crowd.c - many members at many terminals, while everything is killed.
 *
 *   crowd HOME CID SEED TRANSFERS JOBS KILLS
 *
 * Members send transfers and small training jobs through the chat; meanwhile
 * daemons, broker and Redis are killed with SIGKILL in random order. Then:
 * every command id has exactly one final card, every job one model or one
 * named failure, the ledger's transfers are the cards that said so, accounts
 * sum to zero, no hold is open. */
#include "base/check.h"
#include "base/core.h"
#include "base/id.h"
#include "base/json.h"
#include "base/rng.h"
#include "edge/bus.h"
#include "edge/log.h"
#include "port/clock.h"
#include "stoa/home.h"

#include "proto/accounts.pb-c.h"
#include "proto/chat.pb-c.h"
#include "proto/training.pb-c.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MEMBERS	     8
#define COMMANDS_MAX 8192
#define SENT_AT_ONCE 64

enum kind {
	IDENTITY,
	TRANSFER,
	TRAIN
};

struct command {
	enum kind kind;
	int member;
	char id[40];
	char line[400];
	bool is_stored;
	bool is_asking;
	bool has_card;
	Stoa__Chat__Severity severity;
};

static struct {
	struct home home;
	struct stoa_loop *loop;
	struct stoa_bus *admin; /* speaks as every terminal */
	struct stoa_bus *bot;	/* asks the ledger */
	struct stoa_timer *tick;
	struct stoa_timer *killer;
	struct stoa_rng rng;
	struct command commands[COMMANDS_MAX];
	int count, sent, stored, carded;
	char users[MEMBERS][16];
	char members[MEMBERS][16];
	char community[16];
	const char *cid;
	int transfers, jobs, kills, killed;
	int issued;
	int stage;
	uint64_t asked_at;
	int64_t begun_us;
	int failures;
} w;

static void
problem(const char *what, const char *which)
{
	printf("FAIL %s: %s\n", what, which);
	w.failures++;
}

static void stage_next(void);

/* ---- commands
 * -------------------------------------------------------------------- */

static struct command *
command_add(enum kind kind, int member)
{
	struct command *c = &w.commands[w.count];

	stoa_assert(w.count < COMMANDS_MAX);
	c->kind = kind;
	c->member = member;
	(void)snprintf(c->id, sizeof(c->id), "crowd-%d", w.count++);
	return c;
}

static void send_more(void);

static void
stored(void *owner, enum stoa_status status)
{
	struct command *c = owner;

	if (status != STOA_OK) {
		c->is_stored = false;
		c->is_asking = false; /* sent again by the tick */
		return;
	}
	c->is_asking = false;
	c->is_stored = true;
	w.stored++;
	send_more();
}

static void
command_send(struct command *c)
{
	Stoa__Chat__Command command = STOA__CHAT__COMMAND__INIT;
	struct stoa_arena arena;
	char subject[128];

	command.id = c->id;
	command.platform = (char *)(uintptr_t) "console";
	command.workspace = (char *)(uintptr_t) "home";
	command.user = w.users[c->member];
	command.raw = c->line;
	command.received_at_us = stoa_clock_wall(NULL).us;
	(void)snprintf(subject, sizeof(subject), "stoa.chat.in.console.%u.%s",
	    (unsigned)stoa_slot_of(stoa_str_of(w.users[c->member])),
	    w.users[c->member]);
	stoa_arena_init(&arena, NULL, 0, 65536);
	c->is_asking = true;
	stoa_bus_store(w.admin, subject, c->id,
	    stoa_pack(&arena, &command.base), stored, c);
	stoa_arena_fini(&arena);
}

static void
send_more(void)
{
	while (w.sent < w.count && w.sent - w.stored < SENT_AT_ONCE) {
		command_send(&w.commands[w.sent++]);
	}
}

/* ---- cards
 * ----------------------------------------------------------------------- */

static void
card_answered(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct command *c = owner;
	Stoa__Chat__Card *card;

	(void)detail;
	c->is_asking = false;
	if (status != STOA_OK || c->has_card || reply.len == 0) {
		return; /* not there yet */
	}
	card = stoa__chat__card__unpack(
	    NULL, reply.len, (const uint8_t *)reply.data);
	if (card == NULL) {
		problem("a card that does not unpack", c->id);
		return;
	}
	if (!card->is_final) {
		problem("a stored card that is not final", c->id);
	}
	c->severity = card->severity;
	stoa__chat__card__free_unpacked(card, NULL);
	c->has_card = true;
	w.carded++;
}

#define CARDS_AT_ONCE 200

static void
cards_ask(void)
{
	int asked = 0;

	for (int i = 0; i < w.count && asked < CARDS_AT_ONCE; i++) {
		struct command *c = &w.commands[i];
		char subject[256];

		if (!c->is_stored || c->has_card || c->is_asking) {
			continue;
		}
		asked++;
		c->is_asking = true;
		(void)snprintf(subject, sizeof(subject),
		    "$JS.API.DIRECT.GET.chat-out.stoa.chat.out.console.%s.%s",
		    w.users[c->member], c->id);
		stoa_bus_ask(w.admin, subject, (struct stoa_str){NULL, 0},
		    STOA_US_PER_S, card_answered, c);
	}
}

/* ---- killing
 * --------------------------------------------------------------------- */

static void
on_kill(void *arg)
{
	char path[HOME_PATH_MAX], name[48], names[16][48];
	int pids[16], count = 0, pid;
	unsigned restarts;
	FILE *file = fopen(home_path(&w.home, "run/pids", path), "re");
	uint64_t pick;

	(void)arg;
	while (file != NULL && count < 16 &&
	       fscanf(file, "%47s %d %u", name, &pid, &restarts) == 3) {
		if (pid > 1) {
			pids[count] = pid;
			memcpy(names[count++], name, sizeof(name));
		}
	}
	if (file != NULL) {
		(void)fclose(file);
	}
	if (count > 0) {
		pick = stoa_rng_below(&w.rng, (uint64_t)count);
		if (kill(pids[pick], SIGKILL) == 0) {
			w.killed++;
			printf("kill %d: %s\n", w.killed, names[pick]);
			(void)fflush(stdout);
		}
	}
	if (w.killed < w.kills) {
		stoa_timer_start(w.killer,
		    300000 + (int64_t)stoa_rng_below(&w.rng, 700000), 0);
	}
}

/* ---- asking the daemons
 * ------------------------------------------------------------ */

static void
ask(const ProtobufCServiceDescriptor *service, const char *method,
    const char *community, const char *actor, const char *id,
    const ProtobufCMessage *request, stoa_bus_done done)
{
	struct stoa_bus_call call = {
	    .service = service,
	    .method = method,
	    .community = stoa_str_of(community),
	    .actor = stoa_str_of(actor),
	    .command_id = stoa_str_of(id),
	    .timeout_us = 20 * STOA_US_PER_S,
	};

	stoa_bus_call(w.bot, &call, request, done, NULL);
}

static const Stoa__Accounts__MembersReply *
members_read(struct stoa_arena *arena, struct stoa_str reply)
{
	return stoa_unpack(
	    arena, &stoa__accounts__members_reply__descriptor, reply);
}

static void
members_listed(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct stoa_arena arena;
	const Stoa__Accounts__MembersReply *list = NULL;

	(void)owner;
	(void)detail;
	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	if (status == STOA_OK) {
		list = members_read(&arena, reply);
	}
	if (list == NULL || list->n_members < MEMBERS) {
		problem("members", stoa_status_name(status));
		stoa_loop_stop(w.loop);
	} else {
		for (int i = 0; i < MEMBERS; i++) {
			(void)snprintf(w.members[i], sizeof(w.members[i]), "%s",
			    list->members[i]->id);
		}
		w.stage++;
		stage_next();
	}
	stoa_arena_fini(&arena);
}

static void issue_next(void);

static void
issued(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	(void)owner;
	(void)reply;
	(void)detail;
	if (status != STOA_OK) {
		problem("issuing", stoa_status_name(status));
		stoa_loop_stop(w.loop);
		return;
	}
	w.issued++;
	issue_next();
}

/* The first member of the list owns the community. */
static void
issue_next(void)
{
	Stoa__Accounts__IssueRequest in = STOA__ACCOUNTS__ISSUE_REQUEST__INIT;
	char id[32];

	if (w.issued == MEMBERS) {
		w.stage++;
		stage_next();
		return;
	}
	in.member = w.members[w.issued];
	in.amount_micro = 100 * STOA_US_PER_S;
	(void)snprintf(id, sizeof(id), "crowd-issue-%d", w.issued);
	ask(&stoa__accounts__accounts__descriptor, "Issue", w.community,
	    w.members[0], id, &in.base, issued);
}

/* ---- the end
 * ----------------------------------------------------------------------- */

static int
cards_of(enum kind kind, Stoa__Chat__Severity severity)
{
	int count = 0;

	for (int i = 0; i < w.count; i++) {
		count += w.commands[i].kind == kind &&
				 w.commands[i].severity == severity
			     ? 1
			     : 0;
	}
	return count;
}

static void
counted(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct stoa_json root;
	int64_t messages = -1;

	(void)owner;
	(void)status;
	(void)detail;
	if (stoa_json_parse(reply, 0, &root, NULL)) {
		(void)!stoa_json_to_i64(
		    stoa_json_get(stoa_json_get(root, STOA_STR("state")),
			STOA_STR("messages")),
		    &messages);
	}
	printf("final cards stored: %" PRId64 " for %d commands\n", messages,
	    w.count);
	/* The script's own upload has one or two more. */
	if (messages < w.count || messages > w.count + 4) {
		problem("final cards", "not one per command id");
	}
	stoa_loop_stop(w.loop);
}

static void
audited(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct stoa_arena arena;
	const Stoa__Accounts__AuditReply *a = NULL;
	int64_t expected;

	(void)owner;
	(void)detail;
	stoa_arena_init(&arena, NULL, 0, 65536);
	if (status == STOA_OK) {
		a = stoa_unpack(
		    &arena, &stoa__accounts__audit_reply__descriptor, reply);
	}
	if (a == NULL) {
		problem("audit", stoa_status_name(status));
	} else {
		/* Grants, issues, transfers, one payment per model. */
		expected = (int64_t)a->account_count + MEMBERS +
			   cards_of(TRANSFER, STOA__CHAT__SEVERITY__SUCCESS) +
			   cards_of(TRAIN, STOA__CHAT__SEVERITY__SUCCESS);
		printf("ledger: joy %" PRId64 ", credit %" PRId64 ", %" PRIu64
		       " open holds, %" PRIu64 " movements (cards say %" PRId64
		       ")\n",
		    a->joy_sum_micro, a->credit_sum_micro, a->open_hold_count,
		    a->transfer_count, expected);
		if (a->joy_sum_micro != 0 || a->credit_sum_micro != 0) {
			problem("accounts", "do not sum to zero");
		}
		if (a->open_hold_count != 0) {
			problem("holds", "one was forgotten");
		}
		if ((int64_t)a->transfer_count != expected) {
			problem("movements", "not what the cards say");
		}
	}
	stoa_arena_fini(&arena);
	stoa_bus_ask(w.admin, "$JS.API.STREAM.INFO.chat-out",
	    (struct stoa_str){NULL, 0}, 5 * STOA_US_PER_S, counted, NULL);
}

static void
jobs_listed(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	Stoa__Accounts__AuditQuery audit = STOA__ACCOUNTS__AUDIT_QUERY__INIT;
	struct stoa_arena arena;
	const Stoa__Training__JobsReply *list = NULL;
	size_t models = 0, failed = 0;

	(void)owner;
	(void)detail;
	stoa_arena_init(&arena, NULL, 0, 1 << 22);
	if (status == STOA_OK) {
		list = stoa_unpack(
		    &arena, &stoa__training__jobs_reply__descriptor, reply);
	}
	for (size_t i = 0; list != NULL && i < list->n_jobs; i++) {
		const Stoa__Training__Job *job = list->jobs[i];
		bool ok = job->state == STOA__TRAINING__JOB_STATE__SUCCEEDED;

		models += ok ? 1 : 0;
		failed += ok ? 0 : 1;
		if (job->reason ==
			STOA__TRAINING__END_REASON__END_REASON_UNSPECIFIED ||
		    ok != (job->model[0] == 'm')) {
			problem("job without an end", job->id);
		}
	}
	if (list == NULL || list->n_jobs != (size_t)w.jobs) {
		problem("jobs", "not as many as were submitted");
	}
	printf("jobs: %zu models, %zu named failures\n", models, failed);
	if ((int)models != cards_of(TRAIN, STOA__CHAT__SEVERITY__SUCCESS)) {
		problem("models", "not what the cards say");
	}
	stoa_arena_fini(&arena);
	ask(&stoa__accounts__accounts__descriptor, "Audit", w.community,
	    w.members[0], "", &audit.base, audited);
}

/* ---- stages
 * ------------------------------------------------------------------------- */

static void
crowd_fill(void)
{
	for (int i = 0; i < w.transfers + w.jobs; i++) {
		int from = (int)stoa_rng_below(&w.rng, MEMBERS);
		bool is_job = i % (w.transfers / w.jobs + 1) == 0 &&
			      i / (w.transfers / w.jobs + 1) < w.jobs;
		struct command *c =
		    command_add(is_job ? TRAIN : TRANSFER, from);

		if (is_job) {
			(void)snprintf(c->line, sizeof(c->line),
			    "/train dataset:%s parameters:{\"epochs\": 2} "
			    "max_spend:0.5",
			    w.cid);
		} else {
			(void)snprintf(c->line, sizeof(c->line),
			    "/transfer to:%s amount:0.00000%d",
			    w.members[stoa_rng_below(&w.rng, MEMBERS)],
			    1 + (int)stoa_rng_below(&w.rng, 9));
		}
	}
}

static void
stage_next(void)
{
	Stoa__Accounts__MembersQuery members =
	    STOA__ACCOUNTS__MEMBERS_QUERY__INIT;
	Stoa__Training__JobsQuery jobs = STOA__TRAINING__JOBS_QUERY__INIT;

	switch (w.stage) {
	case 1: /* all have an identity */
		ask(&stoa__accounts__accounts__descriptor, "Members",
		    w.community, "@bot", "", &members.base, members_listed);
		return;
	case 2:
		issue_next();
		return;
	case 3:
		crowd_fill();
		if (w.kills > 0) {
			stoa_timer_start(w.killer, 500000, 0);
		}
		send_more();
		return;
	case 4:
		ask(&stoa__training__training__descriptor, "Jobs", w.community,
		    w.members[0], "", &jobs.base, jobs_listed);
		return;
	default:
		return;
	}
}

static void
resend(void)
{
	for (int i = 0; i < w.sent; i++) {
		if (!w.commands[i].is_stored && !w.commands[i].is_asking) {
			command_send(&w.commands[i]);
		}
	}
}

#define PATIENCE_US (300 * STOA_US_PER_S)

static void
on_tick(void *arg)
{
	int64_t now = stoa_clock_mono(NULL).us;

	(void)arg;
	resend();
	cards_ask();
	if (w.stage == 0 && w.carded == MEMBERS) {
		w.stage = 1;
		stage_next();
	}
	if (w.stage == 3 && w.killed >= w.kills && w.carded == w.count) {
		w.stage = 4;
		printf("all %d commands have their card after %.1f s\n",
		    w.count, (double)(now - w.begun_us) / 1e6);
		stage_next();
	}
	if (now - w.begun_us > PATIENCE_US) {
		for (int i = 0; i < w.count; i++) {
			if (!w.commands[i].has_card) {
				problem("no final card", w.commands[i].line);
			}
		}
		stoa_loop_stop(w.loop);
	}
}

static void
on_up(void *arg)
{
	static bool begun;

	(void)arg;
	if (begun) {
		return;
	}
	begun = true;
	w.begun_us = stoa_clock_mono(NULL).us;
	for (int i = 0; i < MEMBERS; i++) {
		struct command *c = command_add(IDENTITY, i);

		(void)snprintf(c->line, sizeof(c->line), "/balance");
	}
	send_more();
	stoa_timer_start(w.tick, 100000, 200000);
}

/* ---- main
 * ---------------------------------------------------------------------------
 */

static bool
bus_open(const char *user, const char *url, void (*up)(void *owner),
    struct stoa_bus **ret_bus)
{
	char *key = malloc(HOME_PATH_MAX);
	char file[64];
	struct stoa_bus_options options = {
	    .loop = w.loop,
	    .url = url,
	    .service = user,
	    .description = "a crowd",
	    .key_file = key,
	    .up = up,
	};

	stoa_assert(key != NULL);
	(void)snprintf(file, sizeof(file), "keys/%s.nk", user);
	(void)home_path(&w.home, file, key);
	return stoa_bus_open(&options, ret_bus) == STOA_OK;
}

int
main(int argc, char **argv)
{
	char path[HOME_PATH_MAX], url[64];
	unsigned nats = 0, storage = 0;
	FILE *ports;
	uint64_t seed;

	if (argc != 8) {
		fprintf(stderr,
		    "crowd HOME COMMUNITY CID SEED TRANSFERS JOBS KILLS\n");
		return 2;
	}
	stoa_log_open("crowd", STOA_LOG_ERROR);
	(void)snprintf(w.home.path, sizeof(w.home.path), "%s", argv[1]);
	ports = fopen(home_path(&w.home, "run/ports", path), "re");
	if (ports == NULL || fscanf(ports, "%u %u", &nats, &storage) != 2) {
		fprintf(stderr, "%s: no suite runs there\n", argv[1]);
		return 2;
	}
	(void)fclose(ports);
	w.home.nats_port = (uint16_t)nats;
	(void)snprintf(w.community, sizeof(w.community), "%s", argv[2]);
	w.cid = argv[3];
	seed = strtoull(argv[4], NULL, 10);
	w.transfers = (int)strtol(argv[5], NULL, 10);
	w.jobs = (int)strtol(argv[6], NULL, 10);
	w.kills = (int)strtol(argv[7], NULL, 10);
	printf("seed %" PRIu64 "\n", seed);
	stoa_rng_init(&w.rng, seed);
	for (int i = 0; i < MEMBERS; i++) {
		(void)snprintf(
		    w.users[i], sizeof(w.users[i]), "t_crowdaaaa%c", 'a' + i);
	}
	home_nats_url(&w.home, url);
	w.loop = stoa_loop_open();
	w.tick = stoa_timer_new(w.loop, on_tick, NULL);
	w.killer = stoa_timer_new(w.loop, on_kill, NULL);
	if (!bus_open("bot", url, NULL, &w.bot) ||
	    !bus_open("admin", url, on_up, &w.admin)) {
		return 2;
	}
	stoa_loop_run(w.loop);
	printf("%d kills, %d failures\n", w.killed, w.failures);
	(void)fflush(stdout);
	_exit(w.failures == 0 ? 0 : 1);
}
