/* cache_redis.c - the only file that includes hiredis.
 *
 * Redis answers in the order it was asked, so what is under way is a ring:
 * the next reply belongs to its oldest entry. hiredis calls back with no
 * reply for everything outstanding when a connection ends, which is where
 * the fallback takes over. */
#include "edge/cache_redis.h"

#include "base/time.h"

#include <hiredis/adapters/libuv.h>
#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The rule of base/gcra.c, in the server. Times in microseconds stay exact in
 * Lua's doubles until the year 2255. */
static const char script[] =
    "local t = redis.call('TIME') "
    "local now = t[1] * 1000000 + t[2] "
    "local interval = tonumber(ARGV[1]) "
    "local tolerance = interval * tonumber(ARGV[2]) "
    "local tat = tonumber(redis.call('GET', KEYS[1])) or now "
    "if tat < now then tat = now end "
    "if tat > now + tolerance then tat = now + tolerance end "
    "local due = tat + interval "
    "local wait = due - tolerance - now "
    "if wait > 0 then return {0, wait, 0} end "
    "redis.call('SET', KEYS[1], string.format('%.0f', due), "
    "'PX', math.ceil((due - now) / 1000)) "
    "return {1, 0, math.floor((tolerance - (due - now)) / interval)}";

/* Counts in slots of a twentieth of their span: a hash of slot to count. All
 * are looked at first, then all are written or none. */
static const char count_script[] =
    "local t = redis.call('TIME') "
    "local now = t[1] * 1000000 + t[2] "
    "local full, wait, used, slots = 0, 0, {}, {} "
    "for i, key in ipairs(KEYS) do "
    "local width = ARGV[3 * i - 2] / 20 "
    "local max, amount = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i]) "
    "local slot = math.floor(now / width) "
    "local sum, oldest = 0, slot "
    "local all = redis.call('HGETALL', key) "
    "for j = 1, #all, 2 do "
    "local s = tonumber(all[j]) "
    "if s < slot - 20 then redis.call('HDEL', key, all[j]) "
    "else sum = sum + all[j + 1] if s < oldest then oldest = s end end end "
    "if amount > 0 and sum + amount > max then "
    "full = i wait = math.max(wait, (oldest + 21) * width - now) end "
    "used[i] = sum slots[i] = slot end "
    "if full > 0 then return {0, math.ceil(wait), used[1], full - 1} end "
    "for i, key in ipairs(KEYS) do "
    "if tonumber(ARGV[3 * i]) > 0 then "
    "redis.call('HINCRBY', key, string.format('%.0f', slots[i]), "
    "ARGV[3 * i]) "
    "redis.call('PEXPIRE', key, math.ceil(ARGV[3 * i - 2] / 900)) end end "
    "return {1, 0, used[1] + ARGV[3], 0}";

/* The scripts, in the order in which they are loaded. */
enum script_name {
	SCRIPT_LIMIT,
	SCRIPT_COUNT,
	SCRIPT_TOTAL,
};

static const char *const scripts[SCRIPT_TOTAL] = {script, count_script};

#define SHA_LEN 40

/* Connecting and loading the script; a server that starts needs about 10. */
#define CONNECT_TIMEOUT_MS 1000

struct pending {
	char key[STOA_CACHE_KEY_LEN_MAX];
	size_t key_len;
	struct stoa_gcra_rate rate;
	stoa_cache_limited done;
	stoa_cache_counted_fn counted; /* instead of done */
	void *owner;
	uint64_t asked_ms;
};

struct stoa_cache {
	uv_loop_t *loop;
	uv_timer_t connect; /* not ready: until the next try, or for this one */
	uv_timer_t watch;   /* runs while something is under way */
	unsigned open_timer_count;
	redisAsyncContext *redis; /* NULL: none */
	bool is_ready;		  /* the scripts are loaded */
	bool is_closing;
	uint64_t backoff_ms;
	char sha[SCRIPT_TOTAL][SHA_LEN + 1];
	size_t sha_count; /* loaded so far */
	char *socket, *host, *password;
	uint16_t port;
	struct stoa_gcra_table *fallback;
	struct pending pending[CACHE_PENDING_MAX];
	size_t head, count;
};

static uint64_t
now_ms(void)
{
	return uv_hrtime() / 1000000;
}

/* ---- answering ---- */

static void
answer_alone(struct stoa_cache *c, const struct pending *p)
{
	static const struct stoa_cache_counted unknown = {.is_allowed = true};
	struct stoa_gcra_answer answer;

	if (p->counted != NULL) {
		p->counted(p->owner, &unknown);
		return;
	}
	answer = stoa_gcra_table_decide(c->fallback,
	    (struct stoa_str){p->key, p->key_len},
	    (int64_t)(uv_hrtime() / 1000), p->rate);

	p->done(p->owner, answer, false);
}

/* Takes the oldest question off the ring. */
static struct pending
pending_take(struct stoa_cache *c)
{
	struct pending p;

	stoa_assert(c->count > 0);
	p = c->pending[c->head];
	c->head = (c->head + 1) % CACHE_PENDING_MAX;
	c->count--;
	if (c->count == 0) {
		uv_timer_stop(&c->watch);
	}
	return p;
}

static bool
is_numbers(const redisReply *reply, size_t count)
{
	if (reply == NULL || reply->type != REDIS_REPLY_ARRAY ||
	    reply->elements != count) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (reply->element[i]->type != REDIS_REPLY_INTEGER) {
			return false;
		}
	}
	return true;
}

static bool
count_read(const redisReply *reply, struct stoa_cache_counted *ret_answer)
{
	if (!is_numbers(reply, 4) || reply->element[3]->integer < 0 ||
	    reply->element[3]->integer >= STOA_CACHE_COUNTS_MAX) {
		return false;
	}
	*ret_answer = (struct stoa_cache_counted){
	    .is_allowed = reply->element[0]->integer == 1,
	    .is_shared = true,
	    .retry_after_us = reply->element[1]->integer,
	    .used = reply->element[2]->integer,
	    .full = (size_t)reply->element[3]->integer,
	};
	return true;
}

static bool
reply_read(const redisReply *reply, struct stoa_gcra_answer *ret_answer)
{
	if (!is_numbers(reply, 3)) {
		return false;
	}
	*ret_answer = (struct stoa_gcra_answer){
	    .is_allowed = reply->element[0]->integer == 1,
	    .retry_after_us = reply->element[1]->integer,
	    .remaining = reply->element[2]->integer,
	};
	return true;
}

/* ---- the connection ---- */

static void connect_due(uv_timer_t *timer);

/* `redis` is gone, or will be when this callback of hiredis returns. */
static void
connection_lost(struct stoa_cache *c, const redisAsyncContext *redis)
{
	if (c->redis != redis) {
		return; /* heard before, by another way */
	}
	c->redis = NULL;
	c->is_ready = false;
	if (c->is_closing) {
		return;
	}
	/* Jitter: replicas that lost the server together return apart. */
	uv_timer_start(&c->connect, connect_due,
	    c->backoff_ms + uv_hrtime() % (c->backoff_ms / 2), 0);
	c->backoff_ms *= 2;
	if (c->backoff_ms > CACHE_BACKOFF_MS_MAX) {
		c->backoff_ms = CACHE_BACKOFF_MS_MAX;
	}
}

static void
connection_drop(struct stoa_cache *c)
{
	redisAsyncContext *redis = c->redis;

	/* Calls back for everything under way; those find no connection. */
	c->is_ready = false;
	redisAsyncFree(redis);
	connection_lost(c, redis);
}

static void
connected(const redisAsyncContext *redis, int status)
{
	if (status != REDIS_OK) {
		connection_lost(redis->data, redis);
	}
}

static void
disconnected(const redisAsyncContext *redis, int status)
{
	(void)status;
	connection_lost(redis->data, redis);
}

static void
script_loaded(redisAsyncContext *redis, void *data, void *owner)
{
	const redisReply *reply = data;
	struct stoa_cache *c = redis->data;

	(void)owner;
	if (reply == NULL || c->redis != redis || c->is_closing ||
	    c->sha_count >= SCRIPT_TOTAL) {
		return;
	}
	if (reply->type != REDIS_REPLY_STRING || reply->len != SHA_LEN) {
		connection_drop(c); /* loading its data, or no password */
		return;
	}
	memcpy(c->sha[c->sha_count], reply->str, SHA_LEN);
	c->sha_count++;
	if (c->sha_count < SCRIPT_TOTAL) {
		return; /* the next one is on its way */
	}
	c->is_ready = true;
	c->backoff_ms = CACHE_BACKOFF_MS_MIN;
	uv_timer_stop(&c->connect);
}

static void
script_load(struct stoa_cache *c)
{
	/* A failure here ends the connection, which is heard elsewhere. */
	uv_timer_start(&c->connect, connect_due, CONNECT_TIMEOUT_MS, 0);
	c->sha_count = 0;
	for (size_t i = 0; i < SCRIPT_TOTAL; i++) {
		(void)redisAsyncCommand(c->redis, script_loaded, NULL,
		    "SCRIPT LOAD %s", scripts[i]);
	}
}

static void
connection_open(struct stoa_cache *c)
{
	redisAsyncContext *redis = c->socket != NULL
				       ? redisAsyncConnectUnix(c->socket)
				       : redisAsyncConnect(c->host, c->port);

	stoa_assert(c->redis == NULL);
	if (redis == NULL || redis->err != 0 ||
	    redisLibuvAttach(redis, c->loop) != REDIS_OK) {
		if (redis != NULL) {
			/* The adapter's would crash where attaching failed. */
			redis->ev.cleanup = NULL;
			redisAsyncFree(redis);
		}
		connection_lost(c, NULL);
		return;
	}
	redis->data = c;
	c->redis = redis;
	redisAsyncSetConnectCallback(redis, connected);
	redisAsyncSetDisconnectCallback(redis, disconnected);
	if (c->password != NULL) {
		(void)redisAsyncCommand(
		    redis, NULL, NULL, "AUTH %s", c->password);
	}
	script_load(c);
}

static void
connect_due(uv_timer_t *timer)
{
	struct stoa_cache *c = timer->data;

	if (c->redis != NULL) {
		connection_drop(c); /* this try took too long */
	} else {
		connection_open(c);
	}
}

/* ---- asking ---- */

static void
replied(redisAsyncContext *redis, void *data, void *owner)
{
	struct stoa_cache *c = redis->data;
	struct pending p = pending_take(c);
	struct stoa_gcra_answer answer;
	struct stoa_cache_counted counted;

	(void)owner;
	if (p.counted != NULL && count_read(data, &counted)) {
		p.counted(p.owner, &counted);
		return;
	}
	if (p.counted == NULL && reply_read(data, &answer)) {
		p.done(p.owner, answer, true);
		return;
	}
	if (data != NULL && c->redis == redis && c->is_ready) {
		/* Most likely the script was flushed from the server. */
		c->is_ready = false;
		script_load(c);
	}
	c->is_ready = false;
	answer_alone(c, &p);
}

static void
watch_due(uv_timer_t *timer)
{
	struct stoa_cache *c = timer->data;

	if (c->count > 0 && c->redis != NULL &&
	    now_ms() - c->pending[c->head].asked_ms >= CACHE_TIMEOUT_MS) {
		connection_drop(c);
	}
}

static void
pending_put(struct stoa_cache *c, const struct pending *p)
{
	c->pending[(c->head + c->count) % CACHE_PENDING_MAX] = *p;
	c->count++;
	if (c->count == 1) {
		uv_timer_start(&c->watch, watch_due, CACHE_TIMEOUT_MS / 2,
		    CACHE_TIMEOUT_MS / 2);
	}
}

void
stoa_cache_limit(struct stoa_cache *c, struct stoa_str key,
    struct stoa_gcra_rate rate, stoa_cache_limited done, void *owner)
{
	struct pending p = {
	    .key_len = key.len,
	    .rate = rate,
	    .done = done,
	    .owner = owner,
	    .asked_ms = now_ms(),
	};

	stoa_assert(key.len >= 1 && key.len <= STOA_CACHE_KEY_LEN_MAX);
	stoa_assert(stoa_gcra_is_valid(rate));
	stoa_assert(!c->is_closing);
	memcpy(p.key, key.data, key.len);
	if (c->is_ready && c->count < CACHE_PENDING_MAX &&
	    redisAsyncCommand(c->redis, replied, NULL,
		"EVALSHA %s 1 stoa:rate:%b %lld %lld", c->sha[SCRIPT_LIMIT],
		p.key, p.key_len, (long long)rate.interval_us,
		(long long)rate.burst) == REDIS_OK) {
		pending_put(c, &p);
	} else {
		answer_alone(c, &p);
	}
}

static int
count_ask(struct stoa_cache *c, const struct stoa_cache_count *n, size_t count)
{
	const struct stoa_cache_count *m = &n[count - 1];

	return count == 1 ? redisAsyncCommand(c->redis, replied, NULL,
				"EVALSHA %s 1 stoa:count:%b %lld %lld %lld",
				c->sha[SCRIPT_COUNT], n->key.data, n->key.len,
				(long long)n->span_us, (long long)n->max,
				(long long)n->amount)
			  : redisAsyncCommand(c->redis, replied, NULL,
				"EVALSHA %s 2 stoa:count:%b stoa:count:%b "
				"%lld %lld %lld %lld %lld %lld",
				c->sha[SCRIPT_COUNT], n->key.data, n->key.len,
				m->key.data, m->key.len, (long long)n->span_us,
				(long long)n->max, (long long)n->amount,
				(long long)m->span_us, (long long)m->max,
				(long long)m->amount);
}

void
stoa_cache_count(struct stoa_cache *c, const struct stoa_cache_count *counts,
    size_t count, stoa_cache_counted_fn done, void *owner)
{
	struct pending p = {
	    .counted = done,
	    .owner = owner,
	    .asked_ms = now_ms(),
	};

	stoa_assert(count >= 1 && count <= STOA_CACHE_COUNTS_MAX);
	stoa_assert(!c->is_closing);
	for (size_t i = 0; i < count; i++) {
		stoa_assert(counts[i].key.len >= 1);
		stoa_assert(counts[i].key.len <= STOA_CACHE_KEY_LEN_MAX);
		stoa_assert(counts[i].span_us >= STOA_US_PER_MS);
		stoa_assert(counts[i].span_us <= STOA_US_PER_DAY);
		stoa_assert(counts[i].amount >= 0);
	}
	if (c->is_ready && c->count < CACHE_PENDING_MAX &&
	    count_ask(c, counts, count) == REDIS_OK) {
		pending_put(c, &p);
	} else {
		answer_alone(c, &p);
	}
}

bool
stoa_cache_is_degraded(const struct stoa_cache *c)
{
	return !c->is_ready;
}

/* ---- life ---- */

static void
cache_free(struct stoa_cache *c)
{
	stoa_gcra_table_free(c->fallback);
	free(c->socket);
	free(c->host);
	if (c->password != NULL) {
		explicit_bzero(c->password, strlen(c->password));
	}
	free(c->password);
	free(c);
}

static char *
dup_or_null(const char *text, bool *ok)
{
	char *copy = text == NULL ? NULL : strdup(text);

	*ok = *ok && (text == NULL || copy != NULL);
	return copy;
}

enum stoa_status
stoa_cache_open(uv_loop_t *loop, const struct stoa_cache_options *options,
    struct stoa_cache **ret_cache)
{
	struct stoa_cache *c = calloc(1, sizeof(*c));
	uint64_t seed = 0;
	bool ok = true;

	if (c == NULL) {
		return STOA_NO_MEMORY;
	}
	c->loop = loop;
	c->port = options->port;
	c->backoff_ms = CACHE_BACKOFF_MS_MIN;
	c->socket = dup_or_null(options->socket, &ok);
	c->host = dup_or_null(
	    options->host == NULL ? "127.0.0.1" : options->host, &ok);
	c->password = dup_or_null(options->password, &ok);
	/* Without randomness the table only loses its guard against chosen
	 * keys. */
	(void)uv_random(NULL, NULL, &seed, sizeof(seed), 0, NULL);
	c->fallback = stoa_gcra_table_new(CACHE_FALLBACK_KEYS, seed);
	if (!ok || c->fallback == NULL) {
		cache_free(c);
		return STOA_NO_MEMORY;
	}
	uv_timer_init(loop, &c->connect);
	uv_timer_init(loop, &c->watch);
	c->connect.data = c;
	c->watch.data = c;
	c->open_timer_count = 2;
	connection_open(c);
	*ret_cache = c;
	return STOA_OK;
}

static void
timer_closed(uv_handle_t *handle)
{
	struct stoa_cache *c = handle->data;

	c->open_timer_count--;
	if (c->open_timer_count == 0) {
		cache_free(c);
	}
}

void
stoa_cache_close(struct stoa_cache *c)
{
	if (c == NULL) {
		return;
	}
	stoa_assert(!c->is_closing);
	c->is_closing = true;
	if (c->redis != NULL) {
		connection_drop(c);
	}
	uv_close((uv_handle_t *)&c->connect, timer_closed);
	uv_close((uv_handle_t *)&c->watch, timer_closed);
}

static void
end(void *part)
{
	stoa_cache_close(part);
}

const struct stoa_part stoa_cache_part = {.free = end};
