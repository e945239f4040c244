/* journal.c - appends through the journal beside raw publishing, on one
 * broker, in one run.
 *
 *   journal URL FOLDER SECONDS
 *
 * Ours: accounts' core, 64 communities, W transfers waiting in each; every
 * command is decided, published with its expected sequence, acknowledged,
 * written to the own copy, synced, and answered. Raw: js_PublishAsync of one
 * message per command, a window of messages in flight, nothing else.
 * Rounds alternate; medians are printed.
 *
 *   journal URL FOLDER fill RECORDS     appends until there are so many
 *   journal URL FOLDER replay           starts, says how long it took */
#include "accounts/accounts.h"
#include "base/check.h"
#include "domain/replica.h"
#include "edge/bus.h"
#include "edge/copy_file.h"
#include "edge/log.h"
#include "edge/loop.h"
#include "edge/stream_nats.h"
#include "port/clock.h"

#include <inttypes.h>
#include <nats/nats.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define COMMUNITIES 64
#define SAMPLES_MAX 2000000
#define ROUNDS	    3

static struct {
	struct stoa_loop *loop;
	struct stoa_replica *replica;
	struct stoa_timer *tick;
	struct stoa_timer *end;
	char communities[COMMUNITIES][16];
	uint64_t next_id;
	uint64_t answered;
	uint64_t failed;
	uint32_t waiting; /* commands kept waiting in each community */
	bool is_open;
	bool is_over;
	int opened;
	uint64_t fill; /* records wanted */
	int64_t start_us, ready_us;
	uint8_t transfer[128];
	size_t transfer_len;
	int64_t *samples;
	size_t sample_count;
	const ProtobufCMethodDescriptor *method;
} b;

struct call {
	int community;
	int64_t since_us;
};

static int64_t
now_us(void)
{
	return stoa_clock_mono(NULL).us;
}

static const ProtobufCMethodDescriptor *
method_of(const char *name)
{
	return protobuf_c_service_descriptor_get_method_by_name(
	    &stoa__accounts__accounts__descriptor, name);
}

static const char owner[] = "u_aaaaaaaaaa";
static const char other[] = "u_bbbbbbbbbb";

static void
submit(int community, const char *actor,
    const ProtobufCMethodDescriptor *method, struct stoa_str request,
    struct call *call)
{
	char id[32];
	struct stoa_submit s = {
	    .community = stoa_str_of(b.communities[community]),
	    .actor = stoa_str_of(actor),
	    .method = method,
	    .request = request,
	    .deadline = STOA_MONO_NEVER,
	};

	(void)snprintf(id, sizeof(id), "b%" PRIu64, ++b.next_id);
	s.id = stoa_str_of(id);
	call->community = community;
	call->since_us = now_us();
	stoa_replica_submit(b.replica, &s, call);
}

static void
submit_transfer(int community, struct call *call)
{
	submit(community, owner, b.method,
	    stoa_str_of_bytes(b.transfer, b.transfer_len), call);
}

static void
on_answer(
    void *arg, void *call_, enum stoa_status status, struct stoa_str outcome)
{
	struct call *call = call_;

	(void)arg;
	(void)outcome;
	if (status != STOA_OK) {
		b.failed++;
	}
	if (!b.is_open) {
		b.opened++;
		free(call);
		return;
	}
	b.answered++;
	if (b.sample_count < SAMPLES_MAX) {
		b.samples[b.sample_count++] = now_us() - call->since_us;
	}
	if (b.is_over) {
		free(call);
	} else {
		submit_transfer(call->community, call);
	}
}

static void
on_read(void *arg, void *call, enum stoa_status status, const void *state,
    uint64_t index)
{
	(void)arg;
	(void)call;
	(void)status;
	(void)state;
	(void)index;
}

static void
on_committed(void *arg, const struct stoa_commit *commit)
{
	(void)arg;
	(void)commit;
}

static void
on_slots(void *arg, const bool mine[static 256])
{
	(void)arg;
	(void)mine;
}

static void
on_alarm(void *arg, struct stoa_str community, const char *text)
{
	(void)arg;
	fprintf(stderr, "alarm: %.*s %s\n", STOA_STR_ARG(community), text);
}

static void
on_stopped(void *arg, const char *text)
{
	(void)arg;
	stoa_fatal("stopped", "%s", text);
}

static const struct stoa_replica_events events = {
    .answer = on_answer,
    .read = on_read,
    .committed = on_committed,
    .slots = on_slots,
    .alarm = on_alarm,
    .stopped = on_stopped,
};

static void
on_turn(void *arg)
{
	(void)arg;
	stoa_replica_turn(b.replica);
}

/* Opens the communities, gives the owner money, then goes on. */
static void
open_all(void)
{
	Stoa__Accounts__OpenCommunityRequest open =
	    STOA__ACCOUNTS__OPEN_COMMUNITY_REQUEST__INIT;
	Stoa__Accounts__JoinRequest join = STOA__ACCOUNTS__JOIN_REQUEST__INIT;
	Stoa__Accounts__IssueRequest issue =
	    STOA__ACCOUNTS__ISSUE_REQUEST__INIT;
	uint8_t bytes[128];
	size_t len;

	open.name = (char *)(uintptr_t) "bench";
	join.member = (char *)(uintptr_t)other;
	issue.member = (char *)(uintptr_t)owner;
	issue.amount_micro = INT64_C(1000000000000000);
	for (int i = 0; i < COMMUNITIES; i++) {
		len = protobuf_c_message_pack(&open.base, bytes);
		submit(i, owner, method_of("OpenCommunity"),
		    stoa_str_of_bytes(bytes, len), malloc(sizeof(struct call)));
		len = protobuf_c_message_pack(&join.base, bytes);
		submit(i, "@bot", method_of("Join"),
		    stoa_str_of_bytes(bytes, len), malloc(sizeof(struct call)));
		len = protobuf_c_message_pack(&issue.base, bytes);
		submit(i, owner, method_of("Issue"),
		    stoa_str_of_bytes(bytes, len), malloc(sizeof(struct call)));
	}
}

static void
on_tick(void *arg)
{
	static bool asked;

	(void)arg;
	stoa_replica_tick(b.replica);
	if (stoa_replica_is_ready(b.replica) && !asked) {
		asked = true;
		b.ready_us = now_us();
		open_all();
	}
	if (!b.is_open && b.opened == 3 * COMMUNITIES) {
		stoa_loop_stop(b.loop);
	}
}

static void
on_end(void *arg)
{
	(void)arg;
	b.is_over = true;
	stoa_loop_stop(b.loop);
}

static int
by_size(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, c = *(const int64_t *)y;

	return (a > c) - (a < c);
}

static double
ours(uint32_t waiting, double seconds)
{
	int64_t start = now_us();
	uint64_t before = b.answered;

	b.is_over = false;
	for (int i = 0; i < COMMUNITIES; i++) {
		for (uint32_t k = 0; k < waiting; k++) {
			struct call *call = malloc(sizeof(*call));

			submit_transfer(i, call);
		}
	}
	stoa_timer_start(b.end, (int64_t)(seconds * 1e6), 0);
	stoa_loop_run(b.loop);
	seconds = (double)(now_us() - start) / 1e6;
	before = b.answered - before;
	/* Let what is under way end before the next round. */
	while (!stoa_replica_is_idle(b.replica)) {
		stoa_timer_start(b.end, 20000, 0);
		stoa_loop_run(b.loop);
	}
	return (double)before / seconds;
}

/* ---- raw
 * ----------------------------------------------------------------------------
 */

static double
raw(const char *url, int64_t window, double seconds, size_t size)
{
	natsConnection *connection = NULL;
	natsOptions *options = NULL;
	jsCtx *js = NULL;
	jsOptions js_options;
	jsStreamConfig config;
	const char *subjects[] = {"raw.>"};
	char body[512] = {0};
	int64_t start, count = 0;

	stoa_assert(natsOptions_Create(&options) == NATS_OK);
	(void)natsOptions_SetURL(options, url);
	stoa_assert(natsConnection_Connect(&connection, options) == NATS_OK);
	(void)jsOptions_Init(&js_options);
	js_options.PublishAsync.MaxPending = window;
	stoa_assert(
	    natsConnection_JetStream(&js, connection, &js_options) == NATS_OK);
	(void)jsStreamConfig_Init(&config);
	config.Name = "raw";
	config.Subjects = subjects;
	config.SubjectsLen = 1;
	(void)js_AddStream(NULL, js, &config, NULL, NULL);
	start = now_us();
	while ((double)(now_us() - start) < seconds * 1e6) {
		char subject[32];

		(void)snprintf(subject, sizeof(subject), "raw.%d",
		    (int)(count % COMMUNITIES));
		stoa_assert(js_PublishAsync(
				js, subject, body, (int)size, NULL) == NATS_OK);
		count++;
	}
	(void)js_PublishAsyncComplete(js, NULL);
	seconds = (double)(now_us() - start) / 1e6;
	jsCtx_Destroy(js);
	natsConnection_Destroy(connection);
	natsOptions_Destroy(options);
	return (double)count / seconds;
}

static double
median(double v[ROUNDS])
{
	for (int i = 0; i < ROUNDS; i++) {
		for (int k = i + 1; k < ROUNDS; k++) {
			if (v[k] < v[i]) {
				double t = v[i];

				v[i] = v[k];
				v[k] = t;
			}
		}
	}
	return v[ROUNDS / 2];
}

static void
compare(const char *url, uint32_t waiting, int64_t window, double seconds)
{
	double mine[ROUNDS], theirs[ROUNDS];
	double a, c;

	b.sample_count = 0;
	for (int i = 0; i < ROUNDS; i++) {
		mine[i] = ours(waiting, seconds);
		theirs[i] = raw(url, window, seconds, b.transfer_len + 90);
	}
	a = median(mine);
	c = median(theirs);
	qsort(b.samples, b.sample_count, sizeof(b.samples[0]), by_size);
	printf("%u waiting each: journal %.0f commands/s, raw (window %" PRId64
	       ") %.0f messages/s, ratio %.2f; p50 %" PRId64 " us, p99 %" PRId64
	       " us\n",
	    waiting, a, window, c, a / c, b.samples[b.sample_count / 2],
	    b.samples[b.sample_count * 99 / 100]);
	(void)fflush(stdout);
}

static void
replica_open(const char *url, const char *folder)
{
	struct stoa_stream_options stream = {
	    .loop = b.loop,
	    .url = url,
	    .service = "accounts",
	    .domain = "accounts",
	};
	struct stoa_replica_options options = {
	    .core = &accounts_core,
	    .count = 1,
	    .seed = 1,
	    .nonce = 1,
	    .events = &events,
	};
	char path[1024];
	int64_t start;

	(void)snprintf(path, sizeof(path), "%s/bench.copy", folder);
	stoa_assert(stoa_copy_open(path, b.loop, &options.copy) == STOA_OK);
	stoa_assert(stoa_stream_open(&stream, &options.stream) == STOA_OK);
	start = now_us();
	b.start_us = start;
	stoa_assert(stoa_replica_new(&options, &b.replica) == STOA_OK);
	if (stoa_replica_is_idle(b.replica)) {
		struct stoa_replica_stats stats;

		stoa_replica_stats(b.replica, &stats);
		printf("scan of the copy: %.1f ms, %" PRIu64 " communities\n",
		    (double)(now_us() - start) / 1e3, stats.community_count);
	}
}

/* Appends one command a record until there are enough. */
static void
fill(void)
{
	struct stoa_replica_stats stats;

	do {
		(void)ours(1, 1.0);
		stoa_replica_stats(b.replica, &stats);
	} while (stats.record_count < b.fill);
	printf("filled with %" PRIu64 " records\n", stats.record_count);
}

static void
replay_report(void)
{
	struct stoa_replica_stats stats;
	uint64_t records;
	double seconds = (double)(b.ready_us - b.start_us) / 1e6;

	stoa_replica_stats(b.replica, &stats);
	records = stats.followed;
	printf("replay: %" PRIu64 " records, %" PRIu64
	       " of them from the stream, ready after %.2f s (%.0f "
	       "records/s)\n",
	    records, stats.followed_count, seconds, (double)records / seconds);
}

int
main(int argc, char **argv)
{
	double seconds = argc > 3 ? strtod(argv[3], NULL) : 2;
	Stoa__Accounts__TransferRequest transfer =
	    STOA__ACCOUNTS__TRANSFER_REQUEST__INIT;
	struct rusage usage;

	if (argc > 3 && strcmp(argv[3], "fill") == 0 && argc > 4) {
		b.fill = strtoull(argv[4], NULL, 10);
	}
	if (argc < 3) {
		fprintf(stderr, "journal URL FOLDER [SECONDS]\n");
		return 2;
	}
	stoa_log_open("bench", STOA_LOG_WARN);
	setvbuf(stdout, NULL, _IOLBF, 0); /* _exit() writes nothing out */
	b.samples = calloc(SAMPLES_MAX, sizeof(b.samples[0]));
	stoa_assert(b.samples != NULL);
	for (int i = 0; i < COMMUNITIES; i++) {
		(void)snprintf(b.communities[i], sizeof(b.communities[i]),
		    "c_bench%c%caaa", 'a' + i / 26, 'a' + i % 26);
	}
	transfer.to = (char *)(uintptr_t)other;
	transfer.asset = STOA__ACCOUNTS__ASSET__JOY;
	transfer.amount_micro = 1;
	b.transfer_len = protobuf_c_message_pack(&transfer.base, b.transfer);
	b.method = method_of("Transfer");
	b.loop = stoa_loop_open();
	replica_open(argv[1], argv[2]);
	b.tick = stoa_timer_new(b.loop, on_tick, NULL);
	b.end = stoa_timer_new(b.loop, on_end, NULL);
	stoa_timer_start(b.tick, 0, 100 * STOA_US_PER_MS);
	stoa_loop_on_turn(b.loop, on_turn, NULL);
	stoa_loop_run(b.loop);
	b.is_open = true;
	if (argc > 3 && strcmp(argv[3], "replay") == 0) {
		replay_report();
		_exit(0);
	}
	if (b.fill > 0) {
		fill();
		_exit(0);
	}
	compare(argv[1], 8, 4096, seconds);
	compare(argv[1], 1, 64, seconds);
	(void)getrusage(RUSAGE_SELF, &usage);
	printf("failed: %" PRIu64 "; peak RSS %ld MiB (raw client included)\n",
	    b.failed, usage.ru_maxrss / 1024);
	_exit(b.failed == 0 ? 0 : 1);
}
