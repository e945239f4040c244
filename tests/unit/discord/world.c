#include "../unit.h"

#include "world.h"

#include "base/core.h"
#include "base/encode.h"
#include "discord/chart.h"
#include "edge/bus.h"
#include "port/clock.h"
#include "port/fetch.h"
#include "storage/client.h"

/* The ports have no owner to come back through: one world at a time. */
static struct world *the;

#define WALL_US INT64_C(1767268800000000)

struct stoa_wall
stoa_clock_wall(const struct stoa_clock *c)
{
	(void)c;
	return (struct stoa_wall){WALL_US + the->now_us};
}

struct stoa_mono
stoa_clock_mono(const struct stoa_clock *c)
{
	(void)c;
	return (struct stoa_mono){the->now_us};
}

/* ---- rest.h ---- */

static const char *
text_dup(struct stoa_str text)
{
	const char *copy = stoa_arena_str(&the->arena, text);

	assert_non_null(copy);
	return copy;
}

enum stoa_status
rest_send(struct rest *rest, const struct rest_request *request, rest_done done,
    void *owner, struct rest_call **ret_call)
{
	struct world_call *c = stoa_arena_alloc(&the->arena, sizeof(*c));

	(void)rest;
	assert_null(ret_call);
	assert_non_null(c);
	if (the->rest_status != STOA_OK) {
		return the->rest_status;
	}
	for (size_t i = 0; i < request->file_count; i++) {
		assert_true(request->files[i].data.len > 0);
		assert_string_not_equal(request->files[i].name, "");
	}
	c->method = request->method;
	c->path = text_dup(stoa_str_of(request->path));
	c->json = text_dup(request->json);
	c->file_count = request->file_count;
	c->done = done;
	c->owner = owner;
	*the->calls_end = c;
	the->calls_end = &c->next;
	return STOA_OK;
}

/* ---- the broker and the pool ---- */

static struct world_deed *
deed_new(void (*run)(struct world_deed *deed), void *owner)
{
	struct world_deed *deed = stoa_arena_alloc(&the->arena, sizeof(*deed));

	assert_non_null(deed);
	deed->run = run;
	deed->owner = owner;
	*the->deeds_end = deed;
	the->deeds_end = &deed->next;
	return deed;
}

struct kept {
	struct stoa_str value;
	uint64_t revision;
};

static void
get_run(struct world_deed *deed)
{
	const struct kept *kept =
	    stoa_map_get(&the->kept, stoa_str_of(deed->key));

	if (the->kv_status != STOA_OK) {
		deed->got(deed->owner, the->kv_status, STOA_STR(""), 0);
	} else if (kept == NULL) {
		deed->got(deed->owner, STOA_NOT_FOUND, STOA_STR(""), 0);
	} else {
		deed->got(deed->owner, STOA_OK, kept->value, kept->revision);
	}
}

void
stoa_kv_get(struct stoa_bus *b, const char *bucket, const char *key,
    stoa_kv_got done, void *owner)
{
	struct world_deed *deed = deed_new(get_run, owner);

	(void)b;
	assert_string_equal(bucket, "discord");
	deed->key = text_dup(stoa_str_of(key));
	deed->got = done;
}

void
world_keep(struct world *w, const char *key, struct stoa_str value)
{
	struct kept *kept = stoa_arena_alloc(&w->arena, sizeof(*kept));

	assert_non_null(kept);
	kept->value = value;
	kept->revision = ++w->revision;
	(void)stoa_map_put(&w->kept, stoa_str_of(key), kept);
}

static void
put_run(struct world_deed *deed)
{
	const struct kept *kept =
	    stoa_map_get(&the->kept, stoa_str_of(deed->key));
	uint64_t revision = kept == NULL ? 0 : kept->revision;

	if (the->kv_status != STOA_OK) {
		deed->stored(deed->owner, the->kv_status, 0);
		return;
	}
	if (deed->expected != STOA_KV_ANY && deed->expected != revision) {
		deed->stored(deed->owner, STOA_CONFLICT, 0);
		return;
	}
	world_keep(the, deed->key, deed->value);
	deed->stored(deed->owner, STOA_OK, the->revision);
}

void
stoa_kv_put(struct stoa_bus *b, const char *bucket, const char *key,
    struct stoa_str value, uint64_t expected, stoa_kv_stored done, void *owner)
{
	struct world_deed *deed = deed_new(put_run, owner);

	(void)b;
	assert_string_equal(bucket, "discord");
	deed->key = text_dup(stoa_str_of(key));
	deed->value.data = stoa_arena_dup(&the->arena, value.data, value.len);
	deed->value.len = value.len;
	deed->expected = expected;
	deed->stored = done;
}

static void
store_run(struct world_deed *deed)
{
	deed->kept(deed->owner, the->store_status);
}

void
stoa_bus_store(struct stoa_bus *b, const char *subject, const char *id,
    struct stoa_str data, stoa_bus_stored done, void *owner)
{
	const Stoa__Chat__Command *c =
	    stoa_unpack(&the->arena, &stoa__chat__command__descriptor, data);

	(void)b;
	assert_true(strncmp(subject, "stoa.chat.in.discord.", 21) == 0);
	assert_non_null(c);
	assert_string_equal(c->id, id);
	the->commands = c->id;
	deed_new(store_run, owner)->kept = done;
}

static void
work_run(struct world_deed *deed)
{
	deed->work(deed->owner);
	deed->done(deed->owner);
}

void
stoa_loop_work(
    struct stoa_loop *l, stoa_loop_fn work, stoa_loop_fn done, void *arg)
{
	struct world_deed *deed = deed_new(work_run, arg);

	(void)l;
	deed->work = work;
	deed->done = done;
}

static void
call_run(struct world_deed *deed)
{
	Stoa__Chat__Choice one = STOA__CHAT__CHOICE__INIT, *all[] = {&one};
	Stoa__Chat__SuggestReply reply = STOA__CHAT__SUGGEST_REPLY__INIT;

	one.value = (char *)(uintptr_t) "m_1";
	one.label = (char *)(uintptr_t) "the first";
	reply.choices = all;
	reply.n_choices = 1;
	deed->called(
	    deed->owner, STOA_OK, stoa_pack(&the->arena, &reply.base), NULL);
}

void
stoa_bus_call(struct stoa_bus *b, const struct stoa_bus_call *call,
    const ProtobufCMessage *request, stoa_bus_done done, void *owner)
{
	(void)b;
	(void)request;
	assert_string_equal(call->method, "Suggest");
	deed_new(call_run, owner)->called = done;
}

void
stoa_bus_answer(struct stoa_bus *b, struct stoa_request *request,
    enum stoa_status status, struct stoa_str reply, const char *detail)
{
	(void)b;
	(void)request;
	(void)detail;
	the->answered = status;
	the->reply.data = stoa_arena_dup(&the->arena, reply.data, reply.len);
	the->reply.len = reply.len;
}

struct stoa_consumer *
stoa_bus_consume(struct stoa_bus *b, const char *stream, const char *durable,
    unsigned window, stoa_consume_fn fn, void *owner)
{
	bool is_turns = strcmp(stream, "discord-turn") == 0;

	(void)b;
	(void)owner;
	assert_string_equal(durable, "discord");
	assert_true(window > 0);
	*(is_turns ? &the->on_turn : &the->on_card) = fn;
	return (
	    struct stoa_consumer *)(is_turns ? &the->on_turn : &the->on_card);
}

void
stoa_consumer_stop(struct stoa_consumer *c)
{
	stoa_consumer_set_window(c, 0);
}

void
stoa_consumer_set_life(struct stoa_consumer *c, int64_t life_us)
{
	(void)c;
	assert_true(life_us > 0);
}

void
stoa_consumer_set_window(struct stoa_consumer *c, unsigned window)
{
	if ((void *)c == (void *)&the->on_turn) {
		the->window = window;
	}
}

void
stoa_bus_hear(
    struct stoa_bus *b, const char *subject, stoa_hear_fn fn, void *owner)
{
	(void)b;
	(void)owner;
	assert_string_equal(subject, "stoa.progress.card.discord.*");
	the->on_edit = fn;
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

/* The broker has given the same message out again. */
void
stoa_delivery_forget(struct stoa_delivery *d)
{
	struct world_delivery *w = (struct world_delivery *)d;

	assert_int_equal(w->end, WORLD_OPEN);
	w->end = WORLD_FORGOTTEN;
}

void
stoa_delivery_retry(struct stoa_delivery *d, int64_t after_us)
{
	assert_true(after_us >= 0);
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
	assert_int_equal(((struct world_delivery *)d)->end, WORLD_OPEN);
	((struct world_delivery *)d)->pulses++;
}

/* ---- charts, files and storage ---- */

enum stoa_status
discord_chart_draw(Stoa__Chat__Series *const *series, size_t count,
    unsigned scale, struct stoa_buf *to)
{
	(void)series;
	assert_true(count > 0 && scale > 0);
	stoa_buf_add_text(to, "a chart");
	return STOA_OK;
}

enum stoa_status
discord_chart_vote(Stoa__Chat__Bar *const *bars, size_t count,
    const Stoa__Chat__Gauge *gauge, unsigned scale, struct stoa_buf *to)
{
	(void)bars;
	assert_true(count > 0 && scale > 0 && gauge != NULL);
	if (the->has_no_charts) {
		return STOA_NO_MEMORY;
	}
	stoa_buf_add_text(to, "a vote");
	return STOA_OK;
}

enum stoa_status
stoa_fetch_open(struct stoa_fetch **ret_fetch)
{
	*ret_fetch = (struct stoa_fetch *)the;
	return STOA_OK;
}

void
stoa_fetch_close(struct stoa_fetch *fetch)
{
	(void)fetch;
}

enum stoa_status
stoa_fetch_start(
    struct stoa_fetch *fetch, const struct stoa_fetch_request *request)
{
	(void)fetch;
	(void)snprintf(
	    the->file_url, sizeof(the->file_url), "%s", request->url);
	return STOA_OK;
}

unsigned
stoa_fetch_status(const struct stoa_fetch *fetch)
{
	(void)fetch;
	return 200;
}

enum stoa_status
stoa_fetch_read(
    struct stoa_fetch *fetch, void *to, size_t size, size_t *ret_len)
{
	(void)fetch;
	(void)to;
	(void)size;
	*ret_len = 0;
	return STOA_OK;
}

enum stoa_status
storage_client_open(const char *url, struct storage_client **ret_client)
{
	(void)url;
	*ret_client = (struct storage_client *)the;
	return STOA_OK;
}

void
storage_client_close(struct storage_client *client)
{
	(void)client;
}

enum stoa_status
storage_client_send(struct storage_client *client,
    const struct storage_call *call, const char *path, const char *name,
    struct storage_sent *ret_sent)
{
	(void)client;
	(void)path;
	(void)name;
	assert_string_equal(call->capability, "capability");
	*ret_sent = (struct storage_sent){.size = 9};
	return STOA_OK;
}

const char *
storage_client_problem(const struct storage_client *client)
{
	(void)client;
	return "";
}

/* ---- the world ---- */

static void
on_log(bool is_warning, const char *event, const char *text)
{
	/* Whatever is said: no token of an interaction. */
	assert_null(strstr(text, "token-1"));
	if (is_warning) {
		the->warn_count++;
		(void)snprintf(the->event, sizeof(the->event), "%s", event);
	}
}

static void
on_fatal(const char *text)
{
	assert_non_null(text);
	the->fatal_count++;
}

static void
on_invite(const char *url)
{
	the->invite = text_dup(stoa_str_of(url));
}

static void
discord_make(struct world *w, const char *incarnation)
{
	struct discord_settings s = {
	    .replica = "one",
	    .incarnation = incarnation,
	    .folder = "/tmp",
	    .file_origin = "",
	    .seed = 7,
	    .log = on_log,
	    .fatal = on_fatal,
	    .invite = on_invite,
	};

	w->d = discord_new(&s);
	discord_start(w->d);
	assert_int_equal(w->window, 0);
	discord_part.tick(w->d);
	world_run(w);
	world_answer(w, world_expect(w, REST_GET, "/applications/@me"), 200, 0,
	    "{\"id\":\"42\",\"name\":\"Stoa\"}");
	assert_true(discord_part.is_ready(w->d));
	/* A former life of the same name has to be silent for a while. */
	world_pass(w, DISCORD_DEAD_US);
	assert_true(w->d->is_leader);
	assert_true(w->window > 0);
}

struct world *
world_new(void)
{
	the = calloc(1, sizeof(*the));
	assert_non_null(the);
	stoa_arena_init(&the->arena, NULL, 0, (size_t)256 * 1024 * 1024);
	stoa_map_init(&the->kept, 7);
	the->calls_end = &the->calls;
	the->deeds_end = &the->deeds;
	the->now_us = 1;
	discord_make(the, "one.first");
	return the;
}

void
world_run(struct world *w)
{
	while (w->deeds != NULL && !w->is_deaf) {
		struct world_deed *deed = w->deeds;

		w->deeds = deed->next;
		if (w->deeds == NULL) {
			w->deeds_end = &w->deeds;
		}
		deed->run(deed);
	}
}

void
world_restart(struct world *w)
{
	world_expect_silence(w);
	world_run(w);
	discord_part.free(w->d);
	discord_make(w, "one.second");
}

void
world_free(struct world *w)
{
	world_expect_silence(w);
	w->is_deaf = false;
	world_run(w);
	assert_true(discord_part.is_idle(w->d));
	discord_part.free(w->d);
	stoa_map_fini(&w->kept);
	stoa_arena_fini(&w->arena);
	free(w);
}

void
world_pass(struct world *w, int64_t us)
{
	int64_t end_us = w->now_us + us;

	while (w->now_us < end_us) {
		int64_t left_us = end_us - w->now_us;

		w->now_us +=
		    left_us < DISCORD_TICK_US ? left_us : DISCORD_TICK_US;
		discord_part.tick(w->d);
		world_run(w);
	}
}

/* ---- what comes in ---- */

void
world_handle(const struct world *w, Stoa__Discord__Handle *handle)
{
	stoa__discord__handle__init(handle);
	handle->application = (char *)(uintptr_t) "42";
	handle->interaction = (char *)(uintptr_t) "77";
	handle->token = (char *)(uintptr_t) "token-1";
	handle->kind = STOA__DISCORD__KIND__COMMAND;
	handle->guild = (char *)(uintptr_t)GUILD;
	handle->channel = (char *)(uintptr_t)CHANNEL;
	handle->received_at_us = WALL_US + w->now_us;
}

char *
world_reply(struct world *w, const Stoa__Discord__Handle *handle)
{
	struct stoa_buf b;
	char *text;

	stoa_buf_init(&b, 1024);
	stoa_base64_encode(
	    &b, STOA_BASE64URL_NOPAD, stoa_pack(&w->arena, &handle->base));
	text = (char *)(uintptr_t)text_dup(stoa_buf_str(&b));
	stoa_buf_fini(&b);
	return text;
}

struct world_delivery *
world_deliver(struct world *w, bool is_turn, struct stoa_str data)
{
	struct world_delivery *d = stoa_arena_alloc(&w->arena, sizeof(*d));

	assert_non_null(d);
	d->delivery.subject =
	    is_turn ? STOA_STR("stoa.discord.turn")
		    : STOA_STR("stoa.chat.out.discord." USER ".c");
	d->delivery.data = data;
	d->delivery.delivered = 1;
	(is_turn ? w->on_turn : w->on_card)(w->d, &d->delivery);
	return d;
}

struct world_delivery *
world_turn_of(struct world *w, const Stoa__Discord__Turn *turn)
{
	return world_deliver(w, true, stoa_pack(&w->arena, &turn->base));
}

struct world_delivery *
world_turn(struct world *w, const char *id, const char *path)
{
	Stoa__Discord__Turn turn = STOA__DISCORD__TURN__INIT;
	Stoa__Discord__Handle handle;

	world_handle(w, &handle);
	turn.command = (char *)(uintptr_t)id;
	turn.handle = &handle;
	turn.user = (char *)(uintptr_t)USER;
	turn.path = (char *)(uintptr_t)path;
	return world_turn_of(w, &turn);
}

Stoa__Chat__Card
world_card(const char *id, const char *text)
{
	Stoa__Chat__Card card = STOA__CHAT__CARD__INIT;

	card.id = (char *)(uintptr_t)id;
	card.revision = 1;
	card.is_final = true;
	card.title = (char *)(uintptr_t) "A card";
	card.text = (char *)(uintptr_t)text;
	card.plain = (char *)(uintptr_t) "the floor";
	return card;
}

struct world_delivery *
world_final(struct world *w, const Stoa__Chat__Card *card)
{
	struct world_delivery *d =
	    world_deliver(w, false, stoa_pack(&w->arena, &card->base));

	world_run(w);
	return d;
}

void
world_live(struct world *w, const char *id, uint32_t revision, const char *text)
{
	Stoa__Chat__Card card = world_card(id, text);

	card.is_final = false;
	card.revision = revision;
	w->on_edit(w->d, STOA_STR("stoa.progress.card.discord." USER),
	    stoa_pack(&w->arena, &card.base));
	world_run(w);
}

/* ---- what Discord is asked ---- */

struct world_call *
world_expect(struct world *w, enum rest_method method, const char *path)
{
	struct world_call *call = w->calls;

	if (call == NULL) {
		fail_msg("no call where %s %s was due",
		    rest_method_name(method), path);
	}
	assert_string_equal(call->path, path);
	assert_string_equal(
	    rest_method_name(call->method), rest_method_name(method));
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
		fail_msg("%s %s was not due",
		    rest_method_name(w->calls->method), w->calls->path);
	}
}

void
world_answer(struct world *w, struct world_call *call, unsigned http,
    int64_t code, const char *json)
{
	struct rest_answer answer = {
	    .http = http,
	    .code = code,
	    .body = stoa_str_of(json),
	    .cause = "as the test wants it",
	};

	answer.result.status = http / 100 == 2 ? STOA_OK : STOA_DENIED;
	call->done(call->owner, &answer);
	world_run(w);
}

void
world_break(struct world *w, struct world_call *call, enum rest_cause cause)
{
	struct rest_answer answer = {
	    .result = {.status = STOA_UNAVAILABLE, .cause = cause},
	    .cause = "the network is broken",
	};

	call->done(call->owner, &answer);
	world_run(w);
}

void
world_succeed(struct world *w, enum rest_method method, const char *path)
{
	world_answer(w, world_expect(w, method, path), 200, 0,
	    "{\"id\":\"" MESSAGE "\",\"channel_id\":\"" CHANNEL "\"}");
}
