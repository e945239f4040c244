/* bus_discovery.c - NATS micro discovery: $SRV.PING, INFO and STATS.
 * Source: nats-io/nats-architecture-and-design, ADR-32. Stock tools (`nats
 * micro ls`) list the daemons by it. */
#include "base/check.h"
#include "edge/bus_private.h"
#include "edge/limits.h"

#include <inttypes.h>
#include <stdio.h>

#define ANSWER_MAX 65536u

static void
common_fields(struct stoa_bus *b, struct stoa_buf *out, const char *kind)
{
	stoa_buf_printf(out,
	    "{\"type\":\"io.nats.micro.v1.%s_response\",\"name\":\"%s\","
	    "\"id\":\"%s\",\"version\":\"%s\",\"metadata\":{}",
	    kind, b->o.service, b->id, STOA_VERSION);
}

static void
info_fields(struct stoa_bus *b, struct stoa_buf *out)
{
	struct stoa_str token;

	stoa_buf_add_text(out, ",\"description\":");
	stoa_buf_add_json(out, stoa_str_of(b->o.description));
	stoa_buf_add_text(out, ",\"endpoints\":[");
	if (b->service != NULL) {
		token = stoa_bus_service_token(b->service);
		for (unsigned i = 0; i < b->service->n_methods; i++) {
			stoa_buf_printf(out,
			    "%s{\"name\":\"%s\",\"subject\":"
			    "\"stoa.rpc.%.*s.*.*.%s\",\"queue_group\":"
			    "\"%.*s\",\"metadata\":{}}",
			    i == 0 ? "" : ",", b->service->methods[i].name,
			    STOA_STR_ARG(token), b->service->methods[i].name,
			    STOA_STR_ARG(token));
		}
	}
	stoa_buf_add_text(out, "]");
}

static void
stats_fields(struct stoa_bus *b, struct stoa_buf *out)
{
	const struct stats *s = &b->stats;
	struct stoa_str token = {"", 0};

	if (b->service != NULL) {
		token = stoa_bus_service_token(b->service);
	}
	stoa_buf_printf(out,
	    ",\"started\":\"%s\",\"endpoints\":[{\"name\":\"all\","
	    "\"subject\":\"stoa.rpc.%.*s.>\",\"queue_group\":\"%.*s\","
	    "\"num_requests\":%" PRIu64 ",\"num_errors\":%" PRIu64
	    ",\"last_error\":\"%s\",\"processing_time\":%" PRId64
	    ",\"average_processing_time\":%" PRId64 "}]",
	    b->started, STOA_STR_ARG(token), STOA_STR_ARG(token), s->requests,
	    s->errors, s->last_error, s->busy_us * 1000,
	    s->requests == 0 ? 0 : s->busy_us * 1000 / (int64_t)s->requests);
}

static void
answer(struct stoa_bus *b, const struct stoa_nats_msg *m, const char *kind,
    void (*fields)(struct stoa_bus *b, struct stoa_buf *out))
{
	const char *reply = stoa_nats_reply(m);
	struct stoa_buf out;

	if (reply == NULL) {
		return;
	}
	stoa_buf_init(&out, ANSWER_MAX);
	common_fields(b, &out, kind);
	if (fields != NULL) {
		fields(b, &out);
	}
	stoa_buf_add_text(&out, "}");
	if (!out.is_overflown) {
		(void)stoa_nats_publish(
		    b->nats, reply, NULL, NULL, 0, stoa_buf_str(&out));
	}
	stoa_buf_fini(&out);
}

static void
on_ping(void *owner, const struct stoa_nats_msg *m)
{
	answer(owner, m, "ping", NULL);
}

static void
on_info(void *owner, const struct stoa_nats_msg *m)
{
	answer(owner, m, "info", info_fields);
}

static void
on_stats(void *owner, const struct stoa_nats_msg *m)
{
	answer(owner, m, "stats", stats_fields);
}

void
discovery_subscribe(struct stoa_bus *b)
{
	static const struct {
		const char *verb;
		stoa_nats_fn fn;
	} verbs[] = {{"PING", on_ping}, {"INFO", on_info}, {"STATS", on_stats}};
	char subject[SUBJECT_MAX];

	for (size_t i = 0; i < STOA_COUNT(verbs); i++) {
		for (int depth = 0; depth < 3; depth++) {
			struct stoa_nats_sub **sub =
			    &b->discovery[3 * i + (size_t)depth];

			(void)snprintf(subject, sizeof(subject),
			    "$SRV.%s%s%s%s%s", verbs[i].verb,
			    depth > 0 ? "." : "", depth > 0 ? b->o.service : "",
			    depth > 1 ? "." : "", depth > 1 ? b->id : "");
			stoa_nats_unsubscribe(*sub);
			*sub = NULL;
			(void)!stoa_nats_subscribe(
			    b->nats, subject, NULL, verbs[i].fn, b, sub);
		}
	}
}
