/* domaind.c - requests to commands and reads, outcomes to replies. */
#include "edge/domaind.h"

#include "base/check.h"
#include "base/id.h"
#include "base/metric.h"
#include "domain/due.h"
#include "edge/copy_file.h"
#include "edge/entropy.h"
#include "edge/limits.h"
#include "edge/log.h"
#include "edge/peer_nats.h"
#include "edge/snapshot_file.h"
#include "edge/stream_nats.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define TICK_US (100 * STOA_US_PER_MS)

static const struct stoa_conf_option settings[] = {
    {"replica", STOA_CONF_NUMBER, "0", 0, 15, "number of this replica, from 0"},
    {"replicas", STOA_CONF_NUMBER, "1", 1, 16,
	"how many replicas are configured"},
    {"snapshot-mib", STOA_CONF_NUMBER, "16", 0, 1048576,
	"a snapshot is written each time the journal's own copy has grown by "
	"so many MiB; 0: never"},
    {"write-snapshot", STOA_CONF_FLAG, "false", 0, 0,
	"write a snapshot of the own copy and exit"},
};
const struct stoa_conf_group stoa_domain_settings = {
    settings, STOA_COUNT(settings)};

struct stoa_domaind {
	struct stoa_svc *svc;
	struct stoa_domain_spec spec;
	struct stoa_replica *replica;
	struct stoa_stream *stream;
	struct stoa_copy *copy;
	struct stoa_snapshots *snapshots;
	bool mine[256];
	bool is_draining;
	bool is_stopped;
	uint64_t due_count;
};

/* ---- answers
 * ---------------------------------------------------------------------- */

static void
on_answer(
    void *owner, void *call, enum stoa_status status, struct stoa_str outcome)
{
	struct stoa_domaind *d = owner;

	if (call != NULL) {
		stoa_bus_answer(
		    stoa_svc_bus(d->svc), call, status, outcome, NULL);
	}
}

/* Queries are answered from an arena that lives as long as the answer takes
 * to be sent. */
#define QUERY_ARENA_MAX (2u * 1024u * 1024u)

static enum stoa_status
head_query(struct stoa_domaind *d, struct stoa_str community,
    Stoa__Journal__HeadReply *out, struct stoa_replica_head *head)
{
	if (!stoa_replica_head(d->replica, community, head)) {
		return STOA_NOT_FOUND;
	}
	out->index = head->index;
	out->hash.data = head->hash.bytes;
	out->hash.len = sizeof(head->hash.bytes);
	out->state_hash.data = head->state_hash.bytes;
	out->state_hash.len = sizeof(head->state_hash.bytes);
	out->tree_root.data = head->tree_root.bytes;
	out->tree_root.len = sizeof(head->tree_root.bytes);
	out->mode = (char *)(uintptr_t)head->mode;
	out->reason = (char *)(uintptr_t)head->reason;
	return STOA_OK;
}

static const struct stoa_query *
query_find(const struct stoa_domaind *d, const char *method)
{
	for (size_t i = 0; i < d->spec.query_count; i++) {
		if (strcmp(d->spec.queries[i].method, method) == 0) {
			return &d->spec.queries[i];
		}
	}
	return NULL;
}

static bool
is_head(const struct stoa_request *q)
{
	return strcmp(q->method->name, "Head") == 0;
}

static enum stoa_status
query_run(struct stoa_domaind *d, const struct stoa_request *q,
    const void *state, struct stoa_arena *arena, struct stoa_str *ret_reply)
{
	const struct stoa_query *query = query_find(d, q->method->name);
	void *in = stoa_unpack(arena, q->method->input, q->body);
	ProtobufCMessage *out =
	    stoa_arena_alloc(arena, q->method->output->sizeof_message);
	struct stoa_replica_head head;
	enum stoa_status status;

	if (in == NULL || out == NULL) {
		return STOA_INVALID;
	}
	protobuf_c_message_init(q->method->output, out);
	if (is_head(q)) {
		status = head_query(
		    d, q->community, (Stoa__Journal__HeadReply *)out, &head);
	} else {
		status = query->fn(state, in, out, arena);
	}
	if (status != STOA_OK) {
		return status;
	}
	*ret_reply = stoa_pack(arena, out);
	return ret_reply->data == NULL || ret_reply->len > EDGE_MESSAGE_MAX
		   ? STOA_TOO_LARGE
		   : STOA_OK;
}

static void
on_read(void *owner, void *call, enum stoa_status status, const void *state,
    uint64_t index)
{
	struct stoa_domaind *d = owner;
	struct stoa_request *q = call;
	struct stoa_str reply = {NULL, 0};
	struct stoa_arena arena;

	(void)index;
	stoa_arena_init(&arena, NULL, 0, QUERY_ARENA_MAX);
	if (status == STOA_OK) {
		status = query_run(d, q, state, &arena, &reply);
	}
	stoa_bus_answer(stoa_svc_bus(d->svc), q, status, reply, NULL);
	stoa_arena_fini(&arena);
}

void
stoa_domaind_submit(
    struct stoa_domaind *d, struct stoa_request *q, struct stoa_str body)
{
	struct stoa_submit submit = {
	    .community = q->community,
	    .actor = q->actor,
	    .id = q->command_id,
	    .method = q->method,
	    .request = body,
	    .said = q->body,
	    .deadline = q->deadline,
	};

	if (q->command_id.len == 0) {
		stoa_bus_answer(stoa_svc_bus(d->svc), q, STOA_INVALID,
		    (struct stoa_str){NULL, 0},
		    "header Stoa-Command: a command needs an id");
		return;
	}
	stoa_replica_submit(d->replica, &submit, q);
}

/* ---- requests
 * --------------------------------------------------------------------- */

static void
on_request(void *owner, struct stoa_request *q)
{
	struct stoa_domaind *d = owner;
	struct stoa_bus *bus = stoa_svc_bus(d->svc);
	struct stoa_str none = {NULL, 0};

	if (q->community.len == 0) {
		stoa_bus_answer(bus, q, STOA_INVALID, none,
		    "header Stoa-Community: name the community");
		return;
	}
	if (is_head(q) || query_find(d, q->method->name) != NULL) {
		stoa_replica_read(d->replica, q->community, q->index_min, q);
		return;
	}
	if (d->spec.handle != NULL && d->spec.handle(d->spec.owner, q)) {
		return;
	}
	stoa_domaind_submit(d, q, q->body);
}

/* ---- replica
 * ---------------------------------------------------------------------- */

static void
on_committed(void *owner, const struct stoa_commit *commit)
{
	struct stoa_domaind *d = owner;

	if (d->spec.committed != NULL) {
		d->spec.committed(d->spec.owner, commit);
	}
}

static void
on_slots(void *owner, const bool mine[static 256])
{
	struct stoa_domaind *d = owner;

	memcpy(d->mine, mine, sizeof(d->mine));
	stoa_bus_serve_slots(stoa_svc_bus(d->svc), d->mine);
}

static void
on_alarm(void *owner, struct stoa_str community, const char *text)
{
	(void)owner;
	stoa_log(STOA_LOG_ERROR, "journal_alarm",
	    "%.*s%s%s; stoa doctor tells "
	    "what to do",
	    STOA_STR_ARG(community), community.len > 0 ? ": " : "", text);
}

static void
on_stopped(void *owner, const char *text)
{
	struct stoa_domaind *d = owner;

	if (d->snapshots != NULL) {
		stoa_snapshots_drop(d->snapshots);
	}
	stoa_fatal("journal_stopped", "%s", text);
}

static const struct stoa_replica_events replica_events = {
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
	struct stoa_domaind *d = arg;

	if (!d->is_stopped) {
		stoa_replica_turn(d->replica);
	}
}

void
stoa_domaind_command(struct stoa_domaind *d, struct stoa_str community,
    struct stoa_str id, const char *method, const ProtobufCMessage *request)
{
	char actor[40];
	struct stoa_arena arena;
	struct stoa_submit submit = {
	    .community = community,
	    .id = id,
	    .method = protobuf_c_service_descriptor_get_method_by_name(
		d->spec.core->service, method),
	    .deadline = STOA_MONO_NEVER,
	};

	(void)snprintf(actor, sizeof(actor), "@%s", d->spec.core->name);
	submit.actor = stoa_str_of(actor);
	stoa_assert(submit.method != NULL);
	stoa_arena_init(&arena, NULL, 0, EDGE_MESSAGE_MAX);
	submit.request = stoa_pack(&arena, request);
	if (submit.request.data != NULL) {
		stoa_replica_submit(d->replica, &submit, NULL);
	}
	stoa_arena_fini(&arena);
}

static bool
due_is_mine(void *owner, struct stoa_str community)
{
	return stoa_domaind_is_mine(owner, community);
}

static void
due_command(void *owner, struct stoa_str community, struct stoa_str id,
    const char *method, const ProtobufCMessage *request)
{
	stoa_domaind_command(owner, community, id, method, request);
}

static void
due_check(struct stoa_domaind *d)
{
	const struct stoa_due due = {
	    .replica = d->replica,
	    .core = d->spec.core,
	    .method = d->spec.due_method,
	    .is_mine = due_is_mine,
	    .command = due_command,
	    .owner = d,
	};

	stoa_due_check(&due);
}

static void
on_tick(void *arg)
{
	struct stoa_domaind *d = arg;

	if (d->is_stopped) {
		return;
	}
	stoa_replica_tick(d->replica);
	stoa_snapshots_tick(d->snapshots, d->replica, d->copy);
	if (d->spec.due_method != NULL && ++d->due_count % 5 == 0 &&
	    !d->is_draining) {
		due_check(d);
	}
}

/* ---- life
 * ------------------------------------------------------------------------- */

/* Of this replica; borrowed until the next call. */
static const char *
file_path(struct stoa_svc *svc, const struct stoa_core *core, const char *kind)
{
	char name[96];

	(void)snprintf(name, sizeof(name), "journal/%s-%" PRId64 ".%s",
	    core->name, stoa_conf_number(stoa_svc_conf(svc), "replica"), kind);
	return stoa_svc_path(svc, name, false);
}

int
stoa_domaind_instead(struct stoa_svc *svc, const struct stoa_core *core)
{
	char *copy;
	int status;

	if (!stoa_conf_flag(stoa_svc_conf(svc), "write-snapshot")) {
		return -1;
	}
	copy = strdup(file_path(svc, core, "copy"));
	stoa_assert(copy != NULL);
	status =
	    stoa_snapshot_write(core, copy, file_path(svc, core, "snapshot"));
	free(copy);
	return status;
}

static void
snapshots_open(struct stoa_domaind *d)
{
	struct stoa_snapshots_options options = {
	    .loop = stoa_svc_loop(d->svc),
	    .core = d->spec.core,
	    .path = file_path(d->svc, d->spec.core, "snapshot"),
	    .arguments = stoa_svc_arguments(d->svc),
	    .growth = (uint64_t)stoa_conf_number(
			  stoa_svc_conf(d->svc), "snapshot-mib")
		      << 20,
	};

	if (d->spec.core->save == NULL) {
		options.growth = 0;
	}
	d->snapshots = stoa_snapshots_open(&options);
}

static bool
parts_open(struct stoa_domaind *d)
{
	const struct stoa_conf *conf = stoa_svc_conf(d->svc);
	struct stoa_stream_options stream = {
	    .loop = stoa_svc_loop(d->svc),
	    .url = stoa_conf_get(conf, "nats-url"),
	    .key_file = stoa_svc_key_file(d->svc),
	    .service = d->spec.core->name,
	    .domain = d->spec.core->name,
	};
	const char *path = file_path(d->svc, d->spec.core, "copy");
	enum stoa_status status;

	status = stoa_copy_open(path, stoa_svc_loop(d->svc), &d->copy);
	if (status != STOA_OK) {
		stoa_log(STOA_LOG_ERROR, "copy_not_open", "%s: %s", path,
		    status == STOA_BUSY
			? "another process has it; give each replica its "
			  "own --replica"
			: stoa_status_text(status));
		return false;
	}
	return stoa_stream_open(&stream, &d->stream) == STOA_OK;
}

static bool
replica_open(struct stoa_domaind *d)
{
	const struct stoa_conf *conf = stoa_svc_conf(d->svc);
	struct stoa_replica_options options = {
	    .core = d->spec.core,
	    .number = (uint32_t)stoa_conf_number(conf, "replica"),
	    .count = (uint32_t)stoa_conf_number(conf, "replicas"),
	    .copy = d->copy,
	    .stream = d->stream,
	    .events = &replica_events,
	    .owner = d,
	};
	uint64_t random[2];
	enum stoa_status status;

	snapshots_open(d);
	options.snapshot = stoa_snapshots_bytes(d->snapshots);
	if (options.number >= options.count) {
		stoa_log(STOA_LOG_ERROR, "replica_not_valid",
		    "replica must be below replicas (%u)", options.count);
		return false;
	}
	if (!stoa_entropy_bytes(random, sizeof(random))) {
		return false;
	}
	options.seed = random[0];
	options.nonce = random[1] | 1;
	if (options.count > 1) {
		options.peer = stoa_peer_new(
		    stoa_svc_bus(d->svc), d->spec.core->name, options.number);
	}
	status = stoa_replica_new(&options, &d->replica);
	if (status != STOA_OK) {
		stoa_log(STOA_LOG_ERROR, "replica_not_open", "%s",
		    stoa_status_text(status));
		return false;
	}
	return true;
}

struct stoa_replica *
stoa_domaind_replica(struct stoa_domaind *d)
{
	return d->replica;
}

bool
stoa_domaind_is_mine(const struct stoa_domaind *d, struct stoa_str community)
{
	return d->mine[stoa_slot_of(community)];
}

/* ---- as a part of the daemon ---- */

static bool
is_ready(void *part)
{
	const struct stoa_domaind *d = part;

	return stoa_replica_is_ready(d->replica);
}

static bool
is_idle(void *part)
{
	const struct stoa_domaind *d = part;

	return stoa_replica_is_idle(d->replica);
}

static void
drain(void *part)
{
	static const bool none[256];
	struct stoa_domaind *d = part;

	d->is_draining = true;
	stoa_bus_serve_slots(stoa_svc_bus(d->svc), none);
}

static void
stop(void *part)
{
	struct stoa_domaind *d = part;

	/* Whoever still waits is told CLOSED and asks another replica. */
	d->is_stopped = true;
	stoa_replica_free(d->replica);
	stoa_snapshots_close(d->snapshots);
	stoa_stream_close(d->stream);
}

static struct stoa_replica_stats
stats_of(const struct stoa_domaind *d)
{
	struct stoa_replica_stats s;

	stoa_replica_stats(d->replica, &s);
	return s;
}

static void
metrics(void *part, struct stoa_buf *out)
{
	struct stoa_replica_stats s = stats_of(part);
	const struct stoa_metric metrics[] = {
	    {"stoa_journal_snapshot_bytes",
		"Bytes of the own copy that the start did not read.",
		s.snapshot_bytes},
	    {"stoa_journal_communities", "Communities held.",
		s.community_count},
	    {"stoa_journal_communities_frozen",
		"Communities that are read-only until repaired.",
		s.frozen_count},
	    {"stoa_journal_records_total", "Records appended.", s.record_count},
	    {"stoa_journal_entries_total", "Commands recorded.", s.entry_count},
	    {"stoa_journal_conflicts_total", "Lost races.", s.conflict_count},
	    {"stoa_journal_settles_total",
		"Records published again for want of an answer.",
		s.settle_count},
	    {"stoa_journal_refills_total",
		"Records given back to a stream that had lost them.",
		s.refill_count},
	    {"stoa_journal_followed_total", "Records of other replicas.",
		s.followed_count},
	};

	stoa_metrics_print(out, metrics, STOA_COUNT(metrics));
}

struct stoa_domaind *
stoa_domaind_start(struct stoa_svc *svc, const struct stoa_domain_spec *spec)
{
	static const struct stoa_part kind = {
	    .is_ready = is_ready,
	    .tick = on_tick,
	    .tick_us = TICK_US,
	    .drain = drain,
	    .is_idle = is_idle,
	    .free = stop,
	    .metrics = metrics,
	};
	struct stoa_domaind *d = calloc(1, sizeof(*d));

	stoa_assert(d != NULL);
	d->svc = svc;
	d->spec = *spec;
	if (!parts_open(d) || !replica_open(d)) {
		return NULL; /* the process ends */
	}
	stoa_bus_serve(stoa_svc_bus(svc), spec->core->service, on_request, d);
	stoa_svc_add(svc, &kind, d);
	stoa_loop_post(stoa_svc_loop(svc), on_tick, d); /* no need to wait */
	stoa_loop_on_turn(stoa_svc_loop(svc), on_turn, d);
	return d;
}
