/* Discord's requests over real sockets: a thread plays Discord, the loop runs
 * here, and the broker is what the test says. */
#include "gateway/hook.h"

#include "base/core.h"
#include "edge/loop.h"
#include "gateway/hook_event.h"
#include "gateway/hook_seen.h"
#include "gateway/limits.h"
#include "gateway/parts.h"
#include "port/bus.h"
#include "port/clock.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../unit.h"

#define COMMAND_FORMAT                                                     \
	"{\"id\":\"%s\",\"application_id\":\"12\",\"type\":2,"             \
	"\"token\":\"aW50ZXI\",\"version\":1,\"guild_id\":\"13\","         \
	"\"channel_id\":\"14\",\"locale\":\"en-US\",\"member\":{\"user\":" \
	"{\"id\":\"15\",\"username\":\"ada\"},\"permissions\":\"8\"},"     \
	"\"data\":{\"id\":\"16\",\"name\":\"balance\",\"type\":1}}"

#define EVENT                                                               \
	"{\"version\":1,\"application_id\":\"12\",\"type\":1,\"event\":{"   \
	"\"type\":\"ENTITLEMENT_CREATE\",\"timestamp\":\"2026-10-18T14:42:" \
	"53\",\"data\":{\"sku_id\":\"7\"}}}"

/* ---- the broker, as the loop sees it ---- */

enum broker {
	BROKER_TAKES,
	BROKER_REFUSES,
	BROKER_IS_SILENT, /* keeps what it was asked until it is let go */
};

/* Read and written by both threads, one after the other: a request and its
 * answer stand between. */
static struct {
	enum broker broker;
	unsigned stored;
	char command[64], path[64]; /* of the last interaction */
	char subject[64], id[64], type[64], json[128];
	unsigned warnings;
	void (*late)(void *owner, bool is_stored);
	void *late_owner;
} world;

bool
publish_interaction(struct gateway *g, const struct interaction *i,
    void (*stored)(void *owner, bool is_stored), void *owner)
{
	(void)g;
	if (world.broker == BROKER_IS_SILENT) {
		world.late = stored;
		world.late_owner = owner;
		return true;
	}
	world.stored++;
	(void)snprintf(
	    world.command, sizeof(world.command), "%s", i->turn->command);
	(void)snprintf(world.path, sizeof(world.path), "%s", i->command->path);
	stored(owner, world.broker == BROKER_TAKES);
	return true;
}

void
stoa_bus_store(struct stoa_bus *b, const char *subject, const char *id,
    struct stoa_str data, stoa_bus_stored done, void *owner)
{
	struct stoa_arena arena;
	const Stoa__Discord__Event *e;

	(void)b;
	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	e = stoa_unpack(&arena, &stoa__discord__event__descriptor, data);
	assert_non_null(e);
	world.stored++;
	(void)snprintf(world.subject, sizeof(world.subject), "%s", subject);
	(void)snprintf(world.id, sizeof(world.id), "%s", id);
	(void)snprintf(world.type, sizeof(world.type), "%s", e->type);
	(void)snprintf(world.json, sizeof(world.json), "%.*s", (int)e->json.len,
	    (const char *)e->json.data);
	stoa_arena_fini(&arena);
	done(owner, world.broker == BROKER_TAKES ? STOA_OK : STOA_UNAVAILABLE);
}

void
gateway_log(const struct gateway *g, bool is_warning, const char *event,
    const char *format, ...)
{
	(void)g;
	(void)event;
	(void)format;
	world.warnings += is_warning;
}

/* ---- Discord ---- */

static struct stoa_loop *loop;
static struct hook *hook;
static EVP_PKEY *private_key;

static void
hex_of(const unsigned char *bytes, size_t size, char *to)
{
	for (size_t i = 0; i < size; i++) {
		(void)snprintf(to + 2 * i, 3, "%02x", bytes[i]);
	}
}

struct request {
	const char *method, *path, *type;
	const char *body;
	size_t body_len; /* 0: all of it */
	int64_t ahead_s;
	bool is_unsigned, is_forged;
};

struct reply {
	unsigned status;
	char text[2048];
	const char *body;
	int64_t took_us;
};

static void
sign(struct stoa_str text, char hex[static 129])
{
	unsigned char bytes[64];
	size_t size = sizeof(bytes);
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	assert_int_equal(
	    EVP_DigestSignInit(context, NULL, NULL, NULL, private_key), 1);
	assert_int_equal(EVP_DigestSign(context, bytes, &size,
			     (const unsigned char *)text.data, text.len),
	    1);
	EVP_MD_CTX_free(context);
	hex_of(bytes, sizeof(bytes), hex);
}

static void
message_build(const struct request *q, struct stoa_buf *out)
{
	struct stoa_str body = {
	    q->body, q->body_len == 0 ? strlen(q->body) : q->body_len};
	struct stoa_buf signed_text;
	char hex[129], time[24];

	(void)snprintf(time, sizeof(time), "%lld",
	    (long long)(stoa_clock_wall(NULL).us / STOA_US_PER_S + q->ahead_s));
	stoa_buf_init(&signed_text, body.len + sizeof(time));
	stoa_buf_add_text(&signed_text, time);
	stoa_buf_add_str(&signed_text, body);
	sign(stoa_buf_str(&signed_text), hex);
	stoa_buf_fini(&signed_text);
	hex[0] = q->is_forged ? (hex[0] == '0' ? '1' : '0') : hex[0];
	stoa_buf_printf(out,
	    "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
	    "Content-Type: %s\r\nContent-Length: %zu\r\n",
	    q->method == NULL ? "POST" : q->method, q->path,
	    q->type == NULL ? "application/json" : q->type, body.len);
	if (!q->is_unsigned) {
		stoa_buf_printf(out,
		    "X-Signature-Ed25519: %s\r\nX-Signature-Timestamp: %s\r\n",
		    hex, time);
	}
	stoa_buf_add_text(out, "\r\n");
	stoa_buf_add_str(out, body);
}

static int
connection_open(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	unsigned port;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(
	    sscanf(hook_url(hook), "http://127.0.0.1:%u", &port), 1);
	to.sin_port = htons((uint16_t)port);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static struct reply
ask(const struct request *q)
{
	int64_t begun_us = stoa_clock_mono(NULL).us;
	struct reply r = {0};
	struct stoa_buf out;
	size_t at = 0, len = 0;
	int fd = connection_open();

	stoa_buf_init(&out, 4 << 20);
	message_build(q, &out);
	while (at < out.len) {
		ssize_t n = send(fd, out.data + at, out.len - at, MSG_NOSIGNAL);

		if (n <= 0) {
			break; /* refused before the end: the answer is there */
		}
		at += (size_t)n;
	}
	stoa_buf_fini(&out);
	for (;;) {
		ssize_t n = recv(fd, r.text + len, sizeof(r.text) - 1 - len, 0);

		if (n <= 0) {
			break;
		}
		len += (size_t)n;
	}
	(void)close(fd);
	assert_int_equal(sscanf(r.text, "HTTP/1.1 %u", &r.status), 1);
	r.body = strstr(r.text, "\r\n\r\n");
	assert_non_null(r.body);
	r.body += 4;
	r.took_us = stoa_clock_mono(NULL).us - begun_us;
	return r;
}

static struct reply
post(const char *path, const char *body)
{
	return ask(&(struct request){.path = path, .body = body});
}

static const char *
command(const char *id)
{
	static char text[1024];

	(void)snprintf(text, sizeof(text), COMMAND_FORMAT, id);
	return text;
}

/* ---- running both ---- */

static void
stop(void *arg)
{
	stoa_loop_stop(arg);
}

static void *
discord_run(void *arg)
{
	void (*script)(void) = *(void (**)(void))arg;

	script();
	stoa_loop_post(loop, stop, loop);
	return NULL;
}

static struct {
	void (*script)(void);
	pthread_t thread;
} player;

/* On the loop, so that it runs before anybody posts to it. */
static void
discord_begin(void *arg)
{
	(void)arg;
	assert_int_equal(
	    pthread_create(&player.thread, NULL, discord_run, &player.script),
	    0);
}

static void
play(void (*script)(void))
{
	world.broker = BROKER_TAKES;
	world.stored = 0;
	world.warnings = 0;
	player.script = script;
	stoa_loop_post(loop, discord_begin, NULL);
	stoa_loop_run(loop);
	assert_int_equal(pthread_join(player.thread, NULL), 0);
}

static int
set_up(void **state)
{
	static const unsigned char seed[32] = {4, 5, 6};
	unsigned char public[32];
	size_t size = sizeof(public);
	char hex[65];
	struct hook_options o = {.listen = "127.0.0.1:0", .public_key = hex};

	(void)state;
	private_key = EVP_PKEY_new_raw_private_key(
	    EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
	assert_int_equal(
	    EVP_PKEY_get_raw_public_key(private_key, public, &size), 1);
	hex_of(public, sizeof(public), hex);
	loop = stoa_loop_open();
	o.loop = loop;
	assert_int_equal(hook_open(&o, &hook), STOA_OK);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	assert_true(hook_part.is_idle(hook));
	hook_part.free(hook);
	stoa_loop_close(loop);
	EVP_PKEY_free(private_key);
	return 0;
}

/* ---- interactions ---- */

static void
takes_interactions(void)
{
	struct reply r = post("/interactions", command("101"));

	assert_int_equal(r.status, 202);
	assert_string_equal(r.body, "");
	assert_int_equal(world.stored, 1);
	assert_string_equal(world.command, "101");
	assert_string_equal(world.path, "balance");
	r = post("/interactions", "{\"type\":1,\"id\":\"102\"}");
	assert_int_equal(r.status, 200);
	assert_string_equal(r.body, "{\"type\":1}");
	assert_non_null(strstr(r.text, "Content-Type: application/json\r\n"));
	r = post("/interactions", "{\"type\":1}");
	assert_int_equal(r.status, 200);
	assert_int_equal(world.stored, 1);
}

static void
test_hook_takes_interactions(void **state)
{
	(void)state;
	play(takes_interactions);
}

static void
refuses_what_is_not_signed(void)
{
	const char *body = command("201");
	const struct request rows[] = {
	    {.path = "/interactions", .body = body, .is_unsigned = true},
	    {.path = "/interactions", .body = body, .is_forged = true},
	    {.path = "/interactions", .body = body, .ahead_s = -301},
	    {.path = "/interactions", .body = body, .ahead_s = 302},
	    {.path = "/interactions", .body = "{", .is_forged = true},
	    {.path = "/interactions", .body = "", .is_unsigned = true},
	    {.path = "/events", .body = EVENT, .is_unsigned = true},
	    {.path = "/events", .body = EVENT, .is_forged = true},
	    {.path = "/events", .body = EVENT, .ahead_s = -301},
	    {.path = "/events", .body = "{\"type\":0}", .is_forged = true},
	    {.path = "/interactions",
		.body = body,
		.type = "text/plain",
		.is_forged = true},
	};

	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct reply r = ask(&rows[i]);

		assert_int_equal(r.status, 401);
		assert_non_null(strstr(r.body, "X-Signature-"));
	}
	assert_int_equal(world.stored, 0);
}

static void
test_hook_refuses_what_is_not_signed(void **state)
{
	(void)state;
	play(refuses_what_is_not_signed);
}

static void
takes_each_interaction_once(void)
{
	struct reply r;

	assert_int_equal(post("/interactions", command("301")).status, 202);
	r = post("/interactions", command("301"));
	assert_int_equal(r.status, 401);
	assert_non_null(strstr(r.body, "\"field\":\"id\""));
	assert_int_equal(world.stored, 1);
	/* What had no effect may come again. */
	world.broker = BROKER_REFUSES;
	assert_int_equal(post("/interactions", command("302")).status, 503);
	world.broker = BROKER_TAKES;
	assert_int_equal(post("/interactions", command("302")).status, 202);
	assert_int_equal(post("/interactions", command("302")).status, 401);
}

static void
test_hook_takes_each_interaction_once(void **state)
{
	(void)state;
	play(takes_each_interaction_once);
}

static void
late_let_go(void *arg)
{
	(void)arg;
	assert_non_null(world.late);
	world.late(world.late_owner, true);
	world.late = NULL;
}

static void
answers_in_time(void)
{
	struct reply r;

	world.broker = BROKER_IS_SILENT;
	r = post("/interactions", command("401"));
	assert_int_equal(r.status, 503);
	assert_true(r.took_us >= GATEWAY_HOOK_ANSWER_US);
	assert_true(r.took_us < 3 * STOA_US_PER_S);
	assert_int_equal(world.warnings, 1);
	assert_false(hook_part.is_idle(hook));
	stoa_loop_post(loop, late_let_go, NULL);
}

static void
test_hook_answers_in_time_without_a_broker(void **state)
{
	(void)state;
	play(answers_in_time);
}

static void
says_what_is_wrong(void)
{
	static char deep[4096];
	const struct {
		struct request request;
		unsigned status;
		const char *has;
	} rows[] = {
	    {{.method = "GET", .path = "/interactions", .body = ""}, 405,
		"method"},
	    {{.method = "PUT", .path = "/events", .body = ""}, 405, "method"},
	    {{.path = "/other", .body = ""}, 404, "path"},
	    {{.path = "/interactions",
		 .body = command("501"),
		 .type = "text/plain"},
		400, "Content-Type"},
	    {{.path = "/interactions", .body = "{\"type\":"}, 400, "body"},
	    {{.path = "/interactions", .body = ""}, 400, "body"},
	    {{.path = "/interactions", .body = "[]"}, 400, "\"type\""},
	    {{.path = "/interactions", .body = "{\"type\":9}"}, 400,
		"\"type\""},
	    {{.path = "/interactions", .body = "{\"type\":2}"}, 400, "field"},
	    {{.path = "/interactions", .body = deep}, 400, "body"},
	    {{.path = "/events", .body = "{\"type\":2}"}, 400, "\"type\""},
	    {{.path = "/events", .body = "{\"type\":1}"}, 400, "event.type"},
	    {{.path = "/events",
		 .body = "{\"type\":1,\"event\":{\"type\":\"a.b\"}}"},
		400, "event.type"},
	};

	memset(deep, '[', sizeof(deep) - 1);
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct reply r = ask(&rows[i].request);

		assert_int_equal(r.status, rows[i].status);
		assert_non_null(strstr(r.body, rows[i].has));
		assert_non_null(strstr(r.body, "{\"error\":{"));
	}
	assert_int_equal(world.stored, 0);
}

static void
test_hook_says_what_is_wrong(void **state)
{
	(void)state;
	play(says_what_is_wrong);
}

static void
bounds_bodies(void)
{
	char *body = malloc(GATEWAY_BODY_MAX + 1);
	struct request q = {.path = "/interactions", .body = body};

	memset(body, ' ', GATEWAY_BODY_MAX + 1);
	memcpy(body, "{\"type\":1}", 10);
	q.body_len = GATEWAY_BODY_MAX;
	assert_int_equal(ask(&q).status, 200);
	/* One more: its length alone is too much. */
	q.body_len = GATEWAY_BODY_MAX + 1;
	assert_int_equal(ask(&q).status, 413);
	free(body);
}

static void
test_hook_bounds_bodies(void **state)
{
	(void)state;
	play(bounds_bodies);
}

/* ---- webhook events ---- */

static void
takes_events(void)
{
	struct reply r = post("/events", "{\"version\":1,\"type\":0}");
	char id[64];

	assert_int_equal(r.status, 204);
	assert_string_equal(r.body, "");
	assert_non_null(strstr(r.text, "Content-Type: application/json\r\n"));
	assert_int_equal(world.stored, 0);
	assert_int_equal(post("/events", EVENT).status, 204);
	assert_int_equal(world.stored, 1);
	assert_string_equal(world.subject, "stoa.event.discord.hook.-");
	assert_string_equal(world.type, "ENTITLEMENT_CREATE");
	assert_string_equal(world.json, "{\"sku_id\":\"7\"}");
	(void)snprintf(id, sizeof(id), "%s", world.id);
	/* Discord repeats them: the broker is told that it is the same. */
	assert_int_equal(post("/events", EVENT).status, 204);
	assert_string_equal(world.id, id);
	assert_int_equal(post("/events", EVENT " ").status, 204);
	assert_string_not_equal(world.id, id);
	assert_int_equal(post("/events", "{\"type\":1,\"event\":{\"type\":"
					 "\"APPLICATION_DEAUTHORIZED\"}}")
			     .status,
	    204);
	assert_string_equal(world.json, "");
	world.broker = BROKER_REFUSES;
	assert_int_equal(post("/events", EVENT).status, 503);
}

static void
test_hook_takes_webhook_events(void **state)
{
	(void)state;
	play(takes_events);
}

static void
test_hook_event_read_announces_what_is_too_large(void **state)
{
	struct stoa_buf text;
	struct stoa_arena arena;
	struct hook_event e;
	struct stoa_json root;
	const char *why;

	(void)state;
	stoa_buf_init(&text, GATEWAY_BODY_MAX);
	stoa_buf_add_text(
	    &text, "{\"type\":1,\"event\":{\"type\":\"X\",\"data\":\"");
	for (size_t i = 0; i < GATEWAY_EVENT_JSON_MAX; i++) {
		stoa_buf_add_byte(&text, 'x');
	}
	stoa_buf_add_text(&text, "\"}}");
	assert_true(stoa_json_parse(stoa_buf_str(&text), 0, &root, NULL));
	stoa_arena_init(&arena, NULL, 0, GATEWAY_ARENA_MAX);
	assert_true(hook_event_read(root, 5, &arena, &e, &why));
	assert_int_equal(e.event->size, GATEWAY_EVENT_JSON_MAX + 2);
	assert_int_equal(e.event->json.len, 0);
	assert_int_equal(e.event->received_at_us, 5);
	stoa_arena_fini(&arena);
	stoa_buf_fini(&text);
}

/* ---- what was seen ---- */

#define SEEN_US (2 * GATEWAY_SIGNATURE_US)

static void
test_hook_seen_add_forgets_by_age(void **state)
{
	struct hook_seen s;

	(void)state;
	hook_seen_init(&s, 1);
	assert_true(hook_seen_add(&s, "1", 0));
	assert_true(hook_seen_add(&s, "2", STOA_US_PER_S));
	assert_false(hook_seen_add(&s, "1", SEEN_US));
	assert_true(hook_seen_add(&s, "1", SEEN_US + 1));
	assert_false(hook_seen_add(&s, "2", SEEN_US + 1));
	assert_int_equal(s.count, 2);
	hook_seen_fini(&s);
}

static void
test_hook_seen_add_forgets_the_oldest_when_full(void **state)
{
	struct hook_seen s;
	char id[GATEWAY_ID_SIZE];

	(void)state;
	hook_seen_init(&s, 1);
	for (unsigned i = 0; i < GATEWAY_SEEN_MAX + 3; i++) {
		(void)snprintf(id, sizeof(id), "%u", i);
		assert_true(hook_seen_add(&s, id, i));
	}
	assert_int_equal(s.count, GATEWAY_SEEN_MAX);
	assert_int_equal(s.ids.count, GATEWAY_SEEN_MAX);
	assert_false(hook_seen_add(&s, "3", GATEWAY_SEEN_MAX));
	assert_true(hook_seen_add(&s, "2", GATEWAY_SEEN_MAX));
	hook_seen_fini(&s);
}

static void
test_hook_seen_remove_lets_an_id_come_again(void **state)
{
	struct hook_seen s;

	(void)state;
	hook_seen_init(&s, 1);
	assert_true(hook_seen_add(&s, "1", 0));
	hook_seen_remove(&s, "1");
	hook_seen_remove(&s, "1");
	assert_true(hook_seen_add(&s, "1", SEEN_US / 2));
	/* The first time has passed, the second has not. */
	assert_false(hook_seen_add(&s, "1", SEEN_US + 1));
	assert_int_equal(s.count, 1);
	hook_seen_fini(&s);
}

static void
test_hook_open_refuses_settings(void **state)
{
	struct hook_options o = {.loop = loop, .listen = "127.0.0.1:0"};
	struct hook *none = NULL;
	char hex[65] = "", taken[64];

	(void)state;
	o.public_key = "abc";
	assert_int_equal(hook_open(&o, &none), STOA_UNAUTHENTIC);
	memset(hex, 'a', 64);
	o.public_key = hex;
	o.listen = "localhost";
	assert_int_equal(hook_open(&o, &none), STOA_INVALID);
	(void)snprintf(taken, sizeof(taken), "%s", hook_url(hook) + 7);
	o.listen = taken;
	assert_int_equal(hook_open(&o, &none), STOA_BUSY);
	assert_null(none);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_hook_takes_interactions),
	    cmocka_unit_test(test_hook_refuses_what_is_not_signed),
	    cmocka_unit_test(test_hook_takes_each_interaction_once),
	    cmocka_unit_test(test_hook_answers_in_time_without_a_broker),
	    cmocka_unit_test(test_hook_says_what_is_wrong),
	    cmocka_unit_test(test_hook_bounds_bodies),
	    cmocka_unit_test(test_hook_takes_webhook_events),
	    cmocka_unit_test(test_hook_event_read_announces_what_is_too_large),
	    cmocka_unit_test(test_hook_seen_add_forgets_by_age),
	    cmocka_unit_test(test_hook_seen_add_forgets_the_oldest_when_full),
	    cmocka_unit_test(test_hook_seen_remove_lets_an_id_come_again),
	    cmocka_unit_test(test_hook_open_refuses_settings),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
