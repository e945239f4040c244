/* port/kv.h - small values that all replicas of a daemon share and that must
 * survive it: sessions, leases, what a message has come to.
 *
 * A bucket is a JetStream key-value bucket (nats-io ADR-8), made by
 * provisioning. A value's revision is its place in the bucket's stream;
 * replacing a value only at the revision one has read is how replicas never
 * overwrite each other, and how a former owner of a lease is kept out.
 * Callbacks run on the loop thread, never before the call returns. */
#ifndef STOA_PORT_KV_H
#define STOA_PORT_KV_H

#include "base/status.h"
#include "base/str.h"

#include <stdint.h>

struct stoa_bus;

/* Keys are subject tokens: letters, digits, '_', '-' and dots between. */
#define STOA_KV_KEY_LEN_MAX 160

/* OK; NOT_FOUND (also an empty value, with its revision); TIMEOUT,
 * UNAVAILABLE, CLOSED: not known. `value` lives during the callback. */
typedef void (*stoa_kv_got)(void *owner, enum stoa_status status,
    struct stoa_str value, uint64_t revision);

void stoa_kv_get(struct stoa_bus *b, const char *bucket, const char *key,
    stoa_kv_got done, void *owner);

/* Replaces whatever is there. */
#define STOA_KV_ANY UINT64_MAX

/* OK: stored as `revision`. CONFLICT: the value has another revision than
 * `expected` (0: none at all); it may be what an earlier try of ours left:
 * read it. TIMEOUT, UNAVAILABLE, CLOSED: it may or may not be stored. */
typedef void (*stoa_kv_stored)(
    void *owner, enum stoa_status status, uint64_t revision);

/* `value` is read before it returns; empty: the key is gone. */
void stoa_kv_put(struct stoa_bus *b, const char *bucket, const char *key,
    struct stoa_str value, uint64_t expected, stoa_kv_stored done, void *owner);

#endif
