/* rest_share.c - keys and sums. */
#include "discord/rest_share.h"

#include "base/check.h"
#include "base/hash.h"
#include "port/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Bytes of a hash in a key. */
#define KEY_HASH_BYTES 8
#define KEY_HASH_SIZE  (2 * KEY_HASH_BYTES + 1)

/* One count is only asked for; its maximum is kept by the core. */
#define NO_MAX (INT64_C(1) << 40)

struct rest_share {
	struct stoa_cache *cache;
	struct rest_core *core; /* NULL: closed */
	char bot[KEY_HASH_SIZE];
	uint64_t told; /* of the invalid requests */
	int64_t polled_us;
	unsigned pending;
};

/* Tokens stand in no key: the cache is not a place for secrets. */
static void
hash_print(const char *text, char hex[KEY_HASH_SIZE])
{
	struct stoa_hash hash = stoa_sha256(stoa_str_of(text));

	for (size_t i = 0; i < KEY_HASH_BYTES; i++) {
		snprintf(hex + 2 * i, 3, "%02x", hash.bytes[i]);
	}
}

struct rest_share *
rest_share_new(
    struct stoa_cache *cache, const char *token, struct rest_core *core)
{
	struct rest_share *share = calloc(1, sizeof(*share));

	if (share != NULL) {
		share->cache = cache;
		share->core = core;
		share->polled_us = -REST_SHARE_POLL_US;
		hash_print(token, share->bot);
	}
	return share;
}

void
rest_share_free(struct rest_share *share)
{
	if (share == NULL) {
		return;
	}
	share->core = NULL;
	if (share->pending == 0) {
		free(share);
	}
}

/* The cache counts when requests are allowed, Discord when they come in: what
 * their ways differ by is left as room. */
static int64_t
shared_limit(unsigned limit)
{
	unsigned room = limit * REST_SHARE_ROOM_PERCENT / 100;

	return limit > room ? limit - room : 1;
}

bool
rest_share_ask(struct rest_share *share, struct rest_call *call,
    stoa_cache_counted_fn done)
{
	const struct rest_bucket *b = call->job.line->bucket;
	struct stoa_cache_count counts[STOA_CACHE_COUNTS_MAX];
	char global[64], bucket[96], hash[KEY_HASH_SIZE];
	size_t count = 0;

	stoa_assert(call->job.lane != REST_LANE_INTERACTION);
	call->asks_global = !rest_route_is_exempt(&call->job.route);
	if (call->asks_global) {
		snprintf(global, sizeof(global), "discord:%s", share->bot);
		counts[count++] = (struct stoa_cache_count){stoa_str_of(global),
		    REST_GLOBAL_SPAN_US,
		    shared_limit(share->core->options.global_limit), 1};
	}
	if (b->is_known && b->window_us >= STOA_US_PER_MS) {
		hash_print(b->key, hash);
		snprintf(
		    bucket, sizeof(bucket), "discord:%s:%s", share->bot, hash);
		counts[count++] = (struct stoa_cache_count){
		    stoa_str_of(bucket), b->window_us, b->limit, 1};
	}
	if (count == 0) {
		return false;
	}
	stoa_cache_count(share->cache, counts, count, done, call);
	return true;
}

static void
on_invalid(void *owner, const struct stoa_cache_counted *answer)
{
	struct rest_share *share = owner;

	share->pending--;
	if (share->core == NULL) {
		rest_share_free(share);
	} else if (answer->is_shared) {
		rest_core_share_invalid(share->core,
		    (uint64_t)(answer->used < 0 ? 0 : answer->used),
		    stoa_clock_mono(NULL).us);
	}
}

void
rest_share_invalid(struct rest_share *share, int64_t now_us)
{
	const struct rest_core *core = share->core;
	uint64_t more = core->counters.invalid - share->told;
	const struct stoa_cache_count count = {
	    .key = STOA_STR("discord:invalid"),
	    .span_us = core->options.invalid_span_us,
	    .max = NO_MAX,
	    .amount = (int64_t)more,
	};

	if ((more == 0 && now_us - share->polled_us < REST_SHARE_POLL_US) ||
	    stoa_cache_is_degraded(share->cache)) {
		return;
	}
	share->told = core->counters.invalid;
	share->polled_us = now_us;
	share->pending++;
	stoa_cache_count(share->cache, &count, 1, on_invalid, share);
}

bool
rest_share_is_degraded(const struct rest_share *share)
{
	return stoa_cache_is_degraded(share->cache);
}
