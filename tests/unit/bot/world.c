#include "../unit.h"

#include "world.h"

#include "base/core.h"
#include "bot/limits.h"
#include "bot/parts.h"
#include "port/cache.h"
#include "port/clock.h"
#include "port/kv.h"

#include "proto/worker.pb-c.h"

/* The ports have no owner to come back through: one world at a time. */
static struct world *the;

/* ---- port/clock.h and port/cache.h ---- */

struct stoa_wall
stoa_clock_wall(const struct stoa_clock *c)
{
	(void)c;
	return (struct stoa_wall){INT64_C(1767268800000000) + the->now_us};
}

struct stoa_mono
stoa_clock_mono(const struct stoa_clock *c)
{
	(void)c;
	return (struct stoa_mono){the->now_us};
}

void
stoa_cache_limit(struct stoa_cache *c, struct stoa_str key,
    struct stoa_gcra_rate rate, stoa_cache_limited done, void *owner)
{
	struct stoa_gcra_answer answer = {
	    .is_allowed = !the->is_denied,
	    .retry_after_us = 3000000,
	};

	(void)c;
	assert_true(stoa_gcra_is_valid(rate));
	(void)snprintf(
	    the->limit_key, sizeof(the->limit_key), "%.*s", STOA_STR_ARG(key));
	the->limit_count++;
	the->interval_us = rate.interval_us;
	done(owner, answer, !the->is_alone);
}

bool
stoa_cache_is_degraded(const struct stoa_cache *c)
{
	(void)c;
	return the->is_alone;
}

/* ---- port/bus.h ---- */

static void
text_copy(char *to, size_t size, struct stoa_str text)
{
	assert_true(text.len < size);
	(void)snprintf(to, size, "%.*s", STOA_STR_ARG(text));
}

struct stoa_str
stoa_bus_service_token(const ProtobufCServiceDescriptor *service)
{
	return stoa_str_of(service->short_name);
}

void
stoa_bus_call(struct stoa_bus *b, const struct stoa_bus_call *call,
    const ProtobufCMessage *request, stoa_bus_done done, void *owner)
{
	struct world_call *c = stoa_arena_alloc(&the->arena, sizeof(*c));

	(void)b;
	assert_non_null(c);
	text_copy(c->service, sizeof(c->service),
	    stoa_str_of(call->service->short_name));
	text_copy(c->method, sizeof(c->method), stoa_str_of(call->method));
	text_copy(c->community, sizeof(c->community), call->community);
	text_copy(c->actor, sizeof(c->actor), call->actor);
	text_copy(c->command_id, sizeof(c->command_id), call->command_id);
	c->index_min = call->index_min;
	c->timeout_us = call->timeout_us;
	c->request = stoa_unpack(
	    &the->arena, request->descriptor, stoa_pack(&the->arena, request));
	c->done = done;
	c->owner = owner;
	*the->calls_end = c;
	the->calls_end = &c->next;
}

void
stoa_bus_tell(struct stoa_bus *b, const char *subject, struct stoa_str data)
{
	(void)b;
	text_copy(the->subject, sizeof(the->subject), stoa_str_of(subject));
	the->live =
	    stoa_unpack(&the->arena, &stoa__chat__card__descriptor, data);
	assert_non_null(the->live);
	assert_false(the->live->is_final);
	the->live_count++;
}

void
stoa_bus_store(struct stoa_bus *b, const char *subject, const char *id,
    struct stoa_str data, stoa_bus_stored done, void *owner)
{
	(void)b;
	text_copy(the->subject, sizeof(the->subject), stoa_str_of(subject));
	text_copy(the->id, sizeof(the->id), stoa_str_of(id));
	the->final =
	    stoa_unpack(&the->arena, &stoa__chat__card__descriptor, data);
	assert_non_null(the->final);
	assert_true(the->final->is_final);
	assert_string_not_equal(the->final->plain, "");
	the->final_count++;
	done(owner, the->store_status);
}

/* ---- what the broker keeps ---- */

static void
sealed_put(const char *key, struct stoa_str value, uint64_t expected,
    stoa_kv_stored done, void *owner)
{
	struct world_value *now = stoa_map_get(&the->sealed, stoa_str_of(key));

	if (the->store_status != STOA_OK) {
		done(owner, the->store_status, 0);
		return;
	}
	if (expected != STOA_KV_ANY &&
	    expected != (now == NULL ? 0 : now->revision)) {
		done(owner, STOA_CONFLICT, 0);
		return;
	}
	now = stoa_arena_alloc(&the->arena, sizeof(*now));
	assert_non_null(now);
	now->data.data = stoa_arena_dup(&the->arena, value.data, value.len);
	now->data.len = value.len;
	now->revision = ++the->revision;
	(void)stoa_map_put(&the->sealed, stoa_str_of(key), now);
	done(owner, STOA_OK, now->revision);
}

static void
sealed_get(const char *key, stoa_kv_got done, void *owner)
{
	const struct world_value *now =
	    stoa_map_get(&the->sealed, stoa_str_of(key));

	if (the->store_status != STOA_OK) {
		done(owner, the->store_status, STOA_STR(""), 0);
	} else if (now == NULL || now->data.len == 0) {
		done(owner, STOA_NOT_FOUND, STOA_STR(""),
		    now == NULL ? 0 : now->revision);
	} else {
		done(owner, STOA_OK, now->data, now->revision);
	}
}

void
stoa_kv_put(struct stoa_bus *b, const char *bucket, const char *key,
    struct stoa_str value, uint64_t expected, stoa_kv_stored done, void *owner)
{
	struct stoa_str *kept = stoa_arena_alloc(&the->arena, sizeof(*kept));

	(void)b;
	if (strcmp(bucket, "chat-sealed") == 0) {
		sealed_put(key, value, expected, done, owner);
		return;
	}
	assert_string_equal(bucket, "chat-action");
	assert_non_null(kept);
	kept->data = stoa_arena_dup(&the->arena, value.data, value.len);
	kept->len = value.len;
	if (the->store_status == STOA_OK) {
		(void)stoa_map_put(&the->kept, stoa_str_of(key), kept);
	}
	done(owner, the->store_status, 1);
}

void
stoa_kv_get(struct stoa_bus *b, const char *bucket, const char *key,
    stoa_kv_got done, void *owner)
{
	const struct stoa_str *kept =
	    stoa_map_get(&the->kept, stoa_str_of(key));

	(void)b;
	if (strcmp(bucket, "chat-sealed") == 0) {
		sealed_get(key, done, owner);
		return;
	}
	assert_string_equal(bucket, "chat-action");
	if (the->store_status != STOA_OK) {
		done(owner, the->store_status, STOA_STR(""), 0);
		return;
	}
	done(owner, kept == NULL ? STOA_NOT_FOUND : STOA_OK,
	    kept == NULL ? STOA_STR("") : *kept, 1);
}

void
stoa_bus_gather(struct stoa_bus *b, const char *subject, struct stoa_str data,
    int64_t wait_us, stoa_bus_done heard, void *owner)
{
	(void)b;
	(void)data;
	assert_string_equal(subject, "$SRV.PING");
	assert_true(wait_us > 0);
	the->gather = heard;
	the->gather_owner = owner;
}

struct stoa_consumer *
stoa_bus_consume(struct stoa_bus *b, const char *stream, const char *durable,
    unsigned window, stoa_consume_fn fn, void *owner)
{
	(void)b;
	(void)stream;
	(void)fn;
	(void)owner;
	assert_string_equal(durable, "bot");
	assert_true(window > 0);
	return NULL;
}

void
stoa_consumer_stop(struct stoa_consumer *c)
{
	(void)c;
}

static void
delivery_end(struct stoa_delivery *d, enum world_end end)
{
	struct world_delivery *delivery = (struct world_delivery *)d;

	assert_int_equal(delivery->end, WORLD_OPEN);
	delivery->end = end;
}

void
stoa_delivery_ack(struct stoa_delivery *d)
{
	delivery_end(d, WORLD_ACKED);
}

void
stoa_delivery_retry(struct stoa_delivery *d, int64_t after_us)
{
	((struct world_delivery *)d)->retry_us = after_us;
	delivery_end(d, WORLD_RETRIED);
}

void
stoa_delivery_drop(struct stoa_delivery *d)
{
	delivery_end(d, WORLD_DROPPED);
}

void
stoa_delivery_progress(struct stoa_delivery *d)
{
	((struct world_delivery *)d)->pulses++;
}

void
stoa_bus_hear(
    struct stoa_bus *b, const char *subject, stoa_hear_fn fn, void *owner)
{
	(void)b;
	(void)fn;
	(void)owner;
	assert_string_equal(subject, "stoa.progress.job.*.*");
}

/* ---- the world ---- */

static void
on_warn(const char *event, const char *text)
{
	assert_non_null(event);
	assert_non_null(text);
	the->warn_count++;
}

static struct world *
world_open(int64_t rate_factor, bool has_chain)
{
	struct bot_options options = {
	    .link_key = STOA_STR("0123456789abcdef0123456789abcdef"),
	    .community_name = "home",
	    .welcome_micro = 100000000,
	    .rate_factor = rate_factor,
	    .seed = 7,
	    .has_chain = has_chain,
	    .warn = on_warn,
	};

	the = calloc(1, sizeof(*the));
	assert_non_null(the);
	stoa_arena_init(&the->arena, NULL, 0, (size_t)64 * 1024 * 1024);
	stoa_map_init(&the->kept, 7);
	stoa_map_init(&the->sealed, 7);
	the->calls_end = &the->calls;
	the->now_us = 1;
	the->bot = bot_new(&options);
	bot_start(the->bot);
	return the;
}

struct world *
world_new(int64_t rate_factor)
{
	return world_open(rate_factor, false);
}

struct world *
world_new_on_chain(void)
{
	return world_open(1, true);
}

void
world_free(struct world *w)
{
	assert_true(bot_part.is_idle(w->bot));
	bot_part.free(w->bot);
	stoa_map_fini(&w->kept);
	stoa_map_fini(&w->sealed);
	stoa_arena_fini(&w->arena);
	free(w);
}

static struct world_delivery *
delivery_new(
    struct world *w, const char *subject, struct stoa_str data, uint64_t count)
{
	struct world_delivery *d = stoa_arena_alloc(&w->arena, sizeof(*d));

	assert_non_null(d);
	d->delivery.subject = stoa_str_of(subject);
	d->delivery.data = data;
	d->delivery.delivered = count;
	return d;
}

static struct world_delivery *
deliver(struct world *w, const char *platform, const char *user,
    const Stoa__Chat__Command *command, uint64_t count)
{
	struct world_delivery *d = delivery_new(w,
	    stoa_arena_printf(
		&w->arena, "stoa.chat.in.%s.9.%s", platform, user),
	    stoa_pack(&w->arena, &command->base), count);

	bot_on_command(w->bot, &d->delivery);
	return d;
}

struct world_delivery *
world_deliver(struct world *w, const char *user,
    const Stoa__Chat__Command *command, uint64_t count)
{
	return deliver(w, "console", user, command, count);
}

struct world_delivery *
world_deliver_discord(
    struct world *w, const char *user, const Stoa__Chat__Command *command)
{
	return deliver(w, "discord", user, command, 1);
}

struct world_delivery *
world_say(struct world *w, const char *user, const char *id, const char *line)
{
	Stoa__Chat__Command command = STOA__CHAT__COMMAND__INIT;

	command.id = (char *)(uintptr_t)id;
	command.raw = (char *)(uintptr_t)line;
	/* What a message says of its sender is not believed. */
	command.user = (char *)(uintptr_t) "t_forgedaaaa";
	command.member = (char *)(uintptr_t) "u_forgedaaaa";
	return world_deliver(w, user, &command, 1);
}

struct world_delivery *
world_notice(struct world *w, const Stoa__Training__Notice *notice)
{
	struct world_delivery *d = delivery_new(
	    w, "stoa.chat.notice.9", stoa_pack(&w->arena, &notice->base), 1);

	bot_on_notice(w->bot, &d->delivery);
	return d;
}

struct world_delivery *
world_vote_notice(struct world *w, const ProtobufCMessage *notice)
{
	struct world_delivery *d = delivery_new(
	    w, "stoa.chat.notice.vote.9", stoa_pack(&w->arena, notice), 1);

	bot_on_notice(w->bot, &d->delivery);
	return d;
}

struct world_delivery *
world_market_notice(struct world *w, const ProtobufCMessage *notice)
{
	struct world_delivery *d = delivery_new(
	    w, "stoa.chat.notice.market.9", stoa_pack(&w->arena, notice), 1);

	bot_on_notice(w->bot, &d->delivery);
	return d;
}

struct world_call *
world_expect(struct world *w, const char *service, const char *method)
{
	struct world_call *call = w->calls;

	if (call == NULL) {
		fail_msg("no call where %s.%s was due", service, method);
	}
	assert_string_equal(call->service, service);
	assert_string_equal(call->method, method);
	w->calls = call->next;
	if (w->calls == NULL) {
		w->calls_end = &w->calls;
	}
	return call;
}

void
world_expect_silence(const struct world *w)
{
	if (w->calls != NULL) {
		fail_msg(
		    "%s.%s was not due", w->calls->service, w->calls->method);
	}
}

void
world_fail(struct world *w, struct world_call *call, enum stoa_status status)
{
	(void)w;
	call->done(call->owner, status, (struct stoa_str){NULL, 0}, NULL);
}

void
world_reply(
    struct world *w, struct world_call *call, const ProtobufCMessage *reply)
{
	call->done(call->owner, STOA_OK, stoa_pack(&w->arena, reply), NULL);
}

void
world_accept(struct world *w, struct world_call *call, uint64_t index,
    const ProtobufCMessage *event)
{
	Stoa__Journal__Outcome outcome = STOA__JOURNAL__OUTCOME__INIT;
	Stoa__Journal__Entry entry = STOA__JOURNAL__ENTRY__INIT;
	ProtobufCBinaryData bytes;
	struct stoa_str packed;

	outcome.index = index;
	outcome.entry = &entry;
	entry.time_us = stoa_clock_wall(NULL).us;
	if (event != NULL) {
		packed = stoa_pack(&w->arena, event);
		bytes.data = (uint8_t *)(uintptr_t)packed.data;
		bytes.len = packed.len;
		entry.events = &bytes;
		entry.n_events = 1;
	}
	world_reply(w, call, &outcome.base);
}

void
world_refuse(struct world *w, struct world_call *call, const char *reason,
    const char *argument)
{
	Stoa__Journal__Outcome outcome = STOA__JOURNAL__OUTCOME__INIT;
	Stoa__Journal__Entry entry = STOA__JOURNAL__ENTRY__INIT;
	Stoa__Journal__Refusal refusal = STOA__JOURNAL__REFUSAL__INIT;
	char *args[] = {(char *)(uintptr_t)argument};

	refusal.reason = (char *)(uintptr_t)reason;
	refusal.args = args;
	refusal.n_args = 1;
	entry.refusal = &refusal;
	outcome.index = 1;
	outcome.entry = &entry;
	world_reply(w, call, &outcome.base);
}

void
world_resolve(struct world *w)
{
	Stoa__Accounts__ResolveReply ids = STOA__ACCOUNTS__RESOLVE_REPLY__INIT;

	ids.community = (char *)(uintptr_t)COMMUNITY;
	ids.member = (char *)(uintptr_t)MEMBER;
	world_reply(w, world_expect(w, "Accounts", "Resolve"), &ids.base);
}

void
world_balance(struct world *w, Stoa__Accounts__Role role)
{
	Stoa__Accounts__BalanceReply balance =
	    STOA__ACCOUNTS__BALANCE_REPLY__INIT;

	balance.role = role;
	world_reply(w, world_expect(w, "Accounts", "Balance"), &balance.base);
}

void
world_community(
    struct world *w, const char *admin_role, const char *trainer_role)
{
	Stoa__Accounts__CommunityReply reply =
	    STOA__ACCOUNTS__COMMUNITY_REPLY__INIT;

	reply.name = (char *)(uintptr_t) "discord 290926798626357999";
	reply.welcome_grant_micro = 100000000;
	reply.admin_role = (char *)(uintptr_t)admin_role;
	reply.trainer_role = (char *)(uintptr_t)trainer_role;
	world_reply(w, world_expect(w, "Accounts", "Community"), &reply.base);
}

void
world_meet(struct world *w)
{
	world_resolve(w);
	world_balance(w, STOA__ACCOUNTS__ROLE__MEMBER);
}

void
world_pass(struct world *w, int64_t us)
{
	w->now_us += us;
	bot_part.tick(w->bot);
}

void
world_progress(struct world *w, const char *job, struct stoa_str data)
{
	bot_on_progress(w->bot,
	    stoa_str_of(stoa_arena_printf(
		&w->arena, "stoa.progress.job." COMMUNITY ".%s", job)),
	    data);
}
