/* ledger.c - speaks to accounts as the bot does, for end-to-end tests.
 *
 *   ledger HOME open COMMUNITY          opens it: u_aaaaaaaaaa owns, joins
 *                                       u_bbbbbbbbbb, issues 1000 Joy
 *   ledger HOME move COMMUNITY PREFIX N N transfers of one micro-Joy, ids
 *                                       PREFIX-0.. ; each asked until answered
 *   ledger HOME head COMMUNITY          index, state hash, mode, reason
 *   ledger HOME audit COMMUNITY         sums; status 1 unless they are zero
 *   ledger HOME balance COMMUNITY N     p50 and p99 of N reads, one at a time
 *   ledger HOME forge COMMUNITY         a transfer as somebody else, by the
 *                                       worker's credential: must not happen
 *   ledger HOME poison COMMUNITY WHAT   puts a record into the journal by the
 *                                       accounts' own credential: WHAT is
 *                                       "unknown" (an event of the future),
 *                                       "fork" (another record at the head)
 *                                       or "gap" (one record left out)
 */
#include "base/check.h"
#include "base/core.h"
#include "base/encode.h"
#include "base/id.h"
#include "edge/bus.h"
#include "edge/log.h"
#include "port/clock.h"
#include "stoa/home.h"

#include "proto/accounts.pb-c.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct {
	struct stoa_loop *loop;
	struct stoa_bus *bus;
	struct stoa_bus *writer; /* accounts itself, to poison its journal */
	struct home home;
	const char *verb;
	const char *community;
	const char *prefix;
	int64_t count;
	int64_t sent;
	int64_t ended;
	int64_t refused;
	int64_t failed;
	int64_t since_us;
	int64_t *samples;
	int connecting; /* buses not up yet */
	int step;
	int status;
} l;

static char owner[] = "u_aaaaaaaaaa";
static char other[] = "u_bbbbbbbbbb";

static void
stop(int status)
{
	l.status = status;
	stoa_loop_stop(l.loop);
}

static void
call(const char *method, const char *actor, const char *id,
    const ProtobufCMessage *request, stoa_bus_done done, void *arg)
{
	struct stoa_bus_call c = {
	    .service = &stoa__accounts__accounts__descriptor,
	    .method = method,
	    .community = stoa_str_of(l.community),
	    .actor = stoa_str_of(actor),
	    .command_id = stoa_str_of(id),
	    .timeout_us = 30 * STOA_US_PER_S,
	};

	stoa_bus_call(l.bus, &c, request, done, arg);
}

/* 0: done; 1: refused; 2: failed */
static int
outcome_of(enum stoa_status status, struct stoa_str reply)
{
	struct stoa_arena arena;
	const Stoa__Journal__Outcome *outcome;
	int result = 2;

	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	if (status == STOA_OK) {
		outcome = stoa_unpack(
		    &arena, &stoa__journal__outcome__descriptor, reply);
		if (outcome != NULL && outcome->entry != NULL) {
			result = outcome->entry->refusal != NULL ? 1 : 0;
		}
	}
	stoa_arena_fini(&arena);
	return result;
}

/* ---- open
 * ------------------------------------------------------------------------- */

static void open_next(void);

static void
opened(void *arg, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	(void)arg;
	if (outcome_of(status, reply) == 2) {
		fprintf(stderr, "open step %d: %s %s\n", l.step,
		    stoa_status_name(status), detail == NULL ? "" : detail);
		stop(1);
		return;
	}
	l.step++;
	open_next();
}

static void
open_next(void)
{
	Stoa__Accounts__OpenCommunityRequest open =
	    STOA__ACCOUNTS__OPEN_COMMUNITY_REQUEST__INIT;
	Stoa__Accounts__JoinRequest join = STOA__ACCOUNTS__JOIN_REQUEST__INIT;
	Stoa__Accounts__IssueRequest issue =
	    STOA__ACCOUNTS__ISSUE_REQUEST__INIT;

	open.name = (char *)(uintptr_t) "test";
	join.member = other;
	issue.member = owner;
	issue.amount_micro = 1000 * STOA_US_PER_S;
	switch (l.step) {
	case 0:
		call("OpenCommunity", owner, "open", &open.base, opened, NULL);
		return;
	case 1:
		call("Join", "@bot", "join", &join.base, opened, NULL);
		return;
	case 2:
		call("Issue", owner, "issue", &issue.base, opened, NULL);
		return;
	default:
		stop(0);
	}
}

/* ---- move
 * ------------------------------------------------------------------------- */

#define WINDOW 64

static void move_more(void);

static void
moved(void *arg, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	(void)arg;
	l.ended++;
	switch (outcome_of(status, reply)) {
	case 0:
		break;
	case 1:
		l.refused++;
		break;
	default:
		l.failed++;
		fprintf(stderr, "move: %s %s\n", stoa_status_name(status),
		    detail == NULL ? "" : detail);
	}
	move_more();
}

static void
move_more(void)
{
	Stoa__Accounts__TransferRequest transfer =
	    STOA__ACCOUNTS__TRANSFER_REQUEST__INIT;
	char id[96];

	transfer.to = other;
	transfer.asset = STOA__ACCOUNTS__ASSET__JOY;
	transfer.amount_micro = 1;
	while (l.sent < l.count && l.sent - l.ended < WINDOW) {
		(void)snprintf(
		    id, sizeof(id), "%s-%" PRId64, l.prefix, l.sent++);
		call("Transfer", owner, id, &transfer.base, moved, NULL);
	}
	if (l.ended == l.count) {
		printf("moved %" PRId64 ", refused %" PRId64 ", failed %" PRId64
		       "\n",
		    l.count - l.refused - l.failed, l.refused, l.failed);
		stop(l.failed == 0 ? 0 : 1);
	}
}

/* ---- looking
 * ------------------------------------------------------------------------ */

static void
poison(const Stoa__Journal__HeadReply *head)
{
	Stoa__Journal__Batch batch = STOA__JOURNAL__BATCH__INIT;
	Stoa__Journal__Entry entry = STOA__JOURNAL__ENTRY__INIT;
	Stoa__Journal__Entry *entries[] = {&entry};
	/* Field 1000 of an event, with nothing in it. */
	uint8_t future[] = {0xc2, 0x3e, 0x00};
	uint8_t stranger[32] = {1, 2, 3};
	ProtobufCBinaryData event = {sizeof(future), future};
	char subject[128];
	struct stoa_arena arena;

	entry.command_id = (char *)(uintptr_t) "poison";
	entry.actor = owner;
	entry.time_us = stoa_clock_wall(NULL).us;
	if (strcmp(l.prefix, "unknown") == 0) {
		entry.events = &event;
		entry.n_events = 1;
	}
	batch.community = (char *)(uintptr_t)l.community;
	batch.index = head->index + 1;
	batch.previous = head->hash;
	if (strcmp(l.prefix, "fork") == 0) {
		batch.previous.data = stranger;
		batch.previous.len = sizeof(stranger);
	} else if (strcmp(l.prefix, "gap") == 0) {
		batch.index++;
	}
	batch.entries = entries;
	batch.n_entries = 1;
	(void)snprintf(subject, sizeof(subject), "stoa.journal.accounts.%u.%s",
	    (unsigned)stoa_slot_of(stoa_str_of(l.community)), l.community);
	stoa_arena_init(&arena, NULL, 0, 65536);
	stoa_bus_tell(l.writer, subject, stoa_pack(&arena, &batch.base));
	stoa_arena_fini(&arena);
}

static void
end_soon(void *arg)
{
	(void)arg;
	stop(0);
}

static void
headed(void *arg, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct stoa_arena arena;
	const Stoa__Journal__HeadReply *head = NULL;
	struct stoa_buf hex;

	(void)arg;
	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	stoa_buf_init(&hex, 256);
	if (status == STOA_OK) {
		head = stoa_unpack(
		    &arena, &stoa__journal__head_reply__descriptor, reply);
	}
	if (head == NULL) {
		printf("%s %s\n", stoa_status_name(status),
		    detail == NULL ? "" : detail);
	} else if (strcmp(l.verb, "poison") == 0) {
		poison(head);
		stoa_timer_start(stoa_timer_new(l.loop, end_soon, NULL),
		    300 * STOA_US_PER_MS, 0);
		stoa_buf_fini(&hex);
		stoa_arena_fini(&arena);
		return;
	} else {
		stoa_hex_encode(&hex, stoa_str_of_bytes(head->state_hash.data,
					  head->state_hash.len));
		printf("%" PRIu64 " %s %s %s\n", head->index, hex.data,
		    head->mode, head->reason);
	}
	stoa_buf_fini(&hex);
	stoa_arena_fini(&arena);
	stop(head == NULL ? 1 : 0);
}

static void
audited(void *arg, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct stoa_arena arena;
	const Stoa__Accounts__AuditReply *audit = NULL;
	bool ok = false;

	(void)arg;
	(void)detail;
	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	if (status == STOA_OK) {
		audit = stoa_unpack(
		    &arena, &stoa__accounts__audit_reply__descriptor, reply);
	}
	if (audit != NULL) {
		printf("joy %" PRId64 ", credit %" PRId64 ", %" PRIu64
		       " accounts, %" PRIu64 " transfers, %" PRIu64
		       " open holds\n",
		    audit->joy_sum_micro, audit->credit_sum_micro,
		    audit->account_count, audit->transfer_count,
		    audit->open_hold_count);
		ok = audit->joy_sum_micro == 0 && audit->credit_sum_micro == 0;
	}
	stoa_arena_fini(&arena);
	stop(ok ? 0 : 1);
}

static int
by_size(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;

	return (a > b) - (a < b);
}

static void balance_next(void);

static void
balanced(void *arg, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	(void)arg;
	(void)reply;
	(void)detail;
	l.samples[l.ended++] = stoa_clock_mono(NULL).us - l.since_us;
	l.failed += status == STOA_OK ? 0 : 1;
	balance_next();
}

static void
balance_next(void)
{
	Stoa__Accounts__BalanceQuery query =
	    STOA__ACCOUNTS__BALANCE_QUERY__INIT;

	if (l.ended == l.count) {
		qsort(
		    l.samples, (size_t)l.count, sizeof(l.samples[0]), by_size);
		printf("read p50 %" PRId64 " us, p99 %" PRId64
		       " us, failed %" PRId64 "\n",
		    l.samples[l.count / 2], l.samples[l.count * 99 / 100],
		    l.failed);
		stop(l.failed == 0 ? 0 : 1);
		return;
	}
	query.member = owner;
	l.since_us = stoa_clock_mono(NULL).us;
	call("Balance", owner, "", &query.base, balanced, NULL);
}

/* ---- main
 * ------------------------------------------------------------------------- */

static void
on_error(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "broker: %s\n", text);
}

static void
begin(void *arg)
{
	Stoa__Journal__HeadQuery head = STOA__JOURNAL__HEAD_QUERY__INIT;
	Stoa__Accounts__AuditQuery audit = STOA__ACCOUNTS__AUDIT_QUERY__INIT;
	static bool begun;

	(void)arg;
	if (begun || --l.connecting > 0) {
		return; /* a reconnect, or the other bus is not there yet */
	}
	begun = true;
	if (strcmp(l.verb, "open") == 0) {
		open_next();
	} else if (strcmp(l.verb, "move") == 0 ||
		   strcmp(l.verb, "forge") == 0) {
		move_more();
	} else if (strcmp(l.verb, "head") == 0 ||
		   strcmp(l.verb, "poison") == 0) {
		call("Head", owner, "", &head.base, headed, NULL);
	} else if (strcmp(l.verb, "audit") == 0) {
		call("Audit", owner, "", &audit.base, audited, NULL);
	} else {
		l.samples = calloc((size_t)l.count, sizeof(l.samples[0]));
		stoa_assert(l.samples != NULL);
		balance_next();
	}
}

static bool
home_read(const char *path)
{
	char file[HOME_PATH_MAX];
	unsigned nats = 0, storage = 0;
	FILE *ports;

	(void)snprintf(l.home.path, sizeof(l.home.path), "%s", path);
	ports = fopen(home_path(&l.home, "run/ports", file), "re");
	if (ports == NULL || fscanf(ports, "%u %u", &nats, &storage) != 2) {
		fprintf(stderr, "%s: no suite has run there\n", path);
		return false;
	}
	(void)fclose(ports);
	l.home.nats_port = (uint16_t)nats;
	return true;
}

static bool
writer_open(const char *url)
{
	static char key[HOME_PATH_MAX];
	struct stoa_bus_options options = {
	    .loop = l.loop,
	    .url = url,
	    .service = "accounts",
	    .description = "a test",
	    .key_file = home_path(&l.home, "keys/accounts.nk", key),
	    .up = begin,
	    .error = on_error,
	};

	l.connecting++;
	return stoa_bus_open(&options, &l.writer) == STOA_OK;
}

int
main(int argc, char **argv)
{
	char url[64], key[HOME_PATH_MAX];
	struct stoa_bus_options options = {
	    .url = url,
	    .service = "bot",
	    .description = "a test",
	    .up = begin,
	    .error = on_error,
	};

	if (argc < 4 || !home_read(argv[1])) {
		fprintf(stderr, "ledger HOME VERB COMMUNITY ...\n");
		return 2;
	}
	stoa_log_open("ledger", STOA_LOG_WARN);
	l.verb = argv[2];
	l.community = argv[3];
	l.prefix = argc > 4 ? argv[4] : "x";
	l.count = strtoll(argc > 5   ? argv[5]
			  : argc > 4 ? argv[4]
				     : "1",
	    NULL, 10);
	if (strcmp(l.verb, "forge") == 0) {
		options.service = "worker";
		l.prefix = "forged";
		l.count = 1;
	}
	home_nats_url(&l.home, url);
	(void)snprintf(
	    key, sizeof(key), "%s/keys/%s.nk", l.home.path, options.service);
	options.key_file = key;
	l.loop = stoa_loop_open();
	options.loop = l.loop;
	l.connecting = 1;
	if (strcmp(l.verb, "poison") == 0 && !writer_open(url)) {
		return 2;
	}
	if (stoa_bus_open(&options, &l.bus) != STOA_OK) {
		return 2;
	}
	stoa_loop_run(l.loop);
	(void)fflush(stdout);
	_exit(l.status);
}
