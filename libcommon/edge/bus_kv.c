/* bus_kv.c - key-value buckets: one direct get, one expecting publish. */
#include "base/check.h"
#include "base/json.h"
#include "edge/bus_private.h"
#include "edge/limits.h"
#include "port/kv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Several tries of a read fit; a write is tried once, since its repetition
 * would meet what the first try left. */
#define GET_TIMEOUT_US (3 * STOA_US_PER_S)
#define PUT_TIMEOUT_US (2 * STOA_US_PER_S)

/* "wrong last sequence" */
#define ERR_WRONG_LAST 10071

struct kv_call {
	stoa_kv_got got;
	stoa_kv_stored stored;
	void *owner;
};

static struct kv_call *
kv_call_new(void *owner)
{
	struct kv_call *k = calloc(1, sizeof(*k));

	stoa_assert(k != NULL);
	k->owner = owner;
	return k;
}

/* ---- get ---- */

static void
on_got(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct kv_call *k = owner;
	int64_t revision = 0;

	/* A message comes with its sequence; "no such message" without. */
	if (status == STOA_OK &&
	    (detail == NULL ||
		!stoa_str_to_i64(stoa_str_of(detail), &revision) ||
		reply.len == 0)) {
		status = STOA_NOT_FOUND;
	}
	k->got(k->owner, status, reply, (uint64_t)revision);
	free(k);
}

void
stoa_kv_get(struct stoa_bus *b, const char *bucket, const char *key,
    stoa_kv_got done, void *owner)
{
	struct kv_call *k = kv_call_new(owner);
	char subject[SUBJECT_MAX];
	struct ask *a;

	stoa_assert(strlen(key) <= STOA_KV_KEY_LEN_MAX);
	(void)snprintf(subject, sizeof(subject),
	    "$JS.API.DIRECT.GET.KV_%s.$KV.%s.%s", bucket, bucket, key);
	k->got = done;
	a = ask_new(b, subject, NULL, 0, STOA_STR(""));
	a->deadline.us = bus_now() + GET_TIMEOUT_US;
	a->repeat_us = EDGE_CALL_REPEAT_US;
	a->detail_header = "Nats-Sequence";
	a->done = on_got;
	a->owner = k;
	ask_send(b, a);
}

/* ---- put ---- */

static void
on_put(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct kv_call *k = owner;
	struct stoa_json root;
	int64_t seq = 0, code = 0;

	(void)detail;
	if (status == STOA_OK && !stoa_json_parse(reply, 0, &root, NULL)) {
		status = STOA_INTERNAL;
	} else if (status == STOA_OK &&
		   stoa_json_to_i64(
		       stoa_json_get(stoa_json_get(root, STOA_STR("error")),
			   STOA_STR("err_code")),
		       &code)) {
		status =
		    code == ERR_WRONG_LAST ? STOA_CONFLICT : STOA_UNAVAILABLE;
	} else if (status == STOA_OK &&
		   !stoa_json_to_i64(
		       stoa_json_get(root, STOA_STR("seq")), &seq)) {
		status = STOA_INTERNAL;
	}
	k->stored(k->owner, status, (uint64_t)seq);
	free(k);
}

void
stoa_kv_put(struct stoa_bus *b, const char *bucket, const char *key,
    struct stoa_str value, uint64_t expected, stoa_kv_stored done, void *owner)
{
	struct kv_call *k = kv_call_new(owner);
	char subject[SUBJECT_MAX], text[24];
	struct stoa_header header = {
	    "Nats-Expected-Last-Subject-Sequence", text};
	struct ask *a;

	stoa_assert(strlen(key) <= STOA_KV_KEY_LEN_MAX);
	(void)snprintf(subject, sizeof(subject), "$KV.%s.%s", bucket, key);
	k->stored = done;
	(void)snprintf(text, sizeof(text), "%" PRIu64, expected);
	a = ask_new(
	    b, subject, &header, expected == STOA_KV_ANY ? 0 : 1, value);
	a->deadline.us = bus_now() + PUT_TIMEOUT_US;
	a->done = on_put;
	a->owner = k;
	ask_send(b, a);
}
