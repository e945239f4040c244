/* test_ws.c - the WebSocket client against a server of the test's own. */
#include "../unit.h"

#include "turn.h"
#include "ws_server.h"

#include "base/buf.h"
#include "edge/limits.h"
#include "port/ws.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static struct stoa_ws_client *client;
static unsigned port;

/* What one connection has told, and what it shall do when told. */
static struct {
	struct stoa_ws *ws;
	bool is_calling; /* inside stoa_ws_open */
	unsigned opened, closed, pieces, messages;
	struct stoa_buf text; /* of all messages */
	size_t bytes;
	enum stoa_ws_end end;
	unsigned code;
	char detail[160];
	/* In `opened`: say this; close with that. */
	const char *greeting;
	bool closes_on_open, closes_on_piece, closes_on_end;
	bool pauses_on_open, pauses_on_piece;
	unsigned close_code;
	struct ws_seen before; /* of the server, when it began */
} t;

static void
close_now(void)
{
	struct stoa_ws *ws = t.ws;

	t.ws = NULL;
	stoa_ws_close(ws, t.close_code);
}

static void
on_opened(void *owner)
{
	assert_ptr_equal(owner, &t);
	assert_false(t.is_calling);
	assert_int_equal(t.closed, 0);
	t.opened++;
	if (t.pauses_on_open) {
		stoa_ws_pause(t.ws, true);
	}
	if (t.greeting != NULL) {
		assert_int_equal(
		    stoa_ws_send(t.ws, stoa_str_of(t.greeting)), STOA_OK);
	}
	if (t.closes_on_open) {
		close_now();
	}
}

static void
on_received(void *owner, struct stoa_str piece, bool is_end)
{
	assert_ptr_equal(owner, &t);
	assert_int_equal(t.opened, 1);
	assert_int_equal(t.closed, 0);
	assert_non_null(t.ws); /* nothing is told when we have closed */
	assert_true(piece.len <= EDGE_WS_PIECE_MAX);
	t.pieces++;
	t.messages += is_end;
	t.bytes += piece.len;
	if (t.bytes <= WS_LARGE) {
		stoa_buf_add_str(&t.text, piece);
	}
	if (t.pauses_on_piece && t.pieces == 1) {
		stoa_ws_pause(t.ws, true);
	}
	if (t.closes_on_piece) {
		close_now();
	}
}

static void
on_closed(void *owner, enum stoa_ws_end end, unsigned code, const char *detail)
{
	assert_ptr_equal(owner, &t);
	assert_false(t.is_calling);
	assert_int_equal(t.closed, 0);
	assert_non_null(detail);
	t.closed++;
	t.end = end;
	t.code = code;
	(void)snprintf(t.detail, sizeof(t.detail), "%s", detail);
	if (t.closes_on_end) {
		stoa_ws_close(t.ws, 4000);
	}
	t.ws = NULL;
}

static const struct stoa_ws_events events = {
    .opened = on_opened,
    .received = on_received,
    .closed = on_closed,
};

/* ---- setting up ---- */

static int
group_setup(void **state)
{
	(void)state;
	port = ws_server_start();
	client = stoa_ws_client_open(turn_loop(), NULL);
	assert_non_null(client);
	return 0;
}

static int
group_teardown(void **state)
{
	(void)state;
	ws_server_stop();
	return 0;
}

static bool
is_server_idle(void)
{
	struct ws_seen seen = ws_server_seen();

	return seen.ended == seen.accepted;
}

static int
setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	stoa_buf_init(&t.text, WS_LARGE + 1);
	turn_until(is_server_idle); /* it counts what is left of others */
	t.before = ws_server_seen();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	stoa_buf_fini(&t.text);
	return 0;
}

static void
open_url(const char *url)
{
	t.is_calling = true;
	assert_int_equal(
	    stoa_ws_open(client, url, &events, &t, &t.ws), STOA_OK);
	t.is_calling = false;
}

static void
open_path(const char *path)
{
	char url[256];

	(void)snprintf(url, sizeof(url), "ws://127.0.0.1:%u%s", port, path);
	open_url(url);
}

/* ---- what is waited for ---- */

static bool
is_open(void)
{
	return t.opened > 0;
}

static bool
is_closed(void)
{
	return t.closed > 0;
}

static size_t wanted;

static bool
is_heard(void)
{
	return t.messages >= wanted;
}

static bool
is_ended(void)
{
	return ws_server_seen().ended > t.before.ended;
}

static bool
is_accepted(void)
{
	return ws_server_seen().request[0] != '\0' &&
	       ws_server_seen().accepted > t.before.accepted;
}

static bool
is_blocked(void)
{
	return ws_server_seen().is_blocked;
}

static void
messages_wait(size_t count)
{
	wanted = count;
	turn_until(is_heard);
}

static void
end_wait(void)
{
	turn_until(is_closed);
	assert_int_equal(t.closed, 1);
}

/* Closes and waits until the server has seen it. */
static void
leave(unsigned code)
{
	t.close_code = code;
	close_now();
	turn_until(is_ended);
}

/* ---- messages ---- */

static void
test_ws_carries_text_both_ways(void **state)
{
	(void)state;
	open_path("/echo");
	assert_int_equal(stoa_ws_send(t.ws, STOA_STR("early")), STOA_CLOSED);
	turn_until(is_open);
	assert_int_equal(stoa_ws_send(t.ws, STOA_STR("caf\xc3\xa9 ")), STOA_OK);
	assert_int_equal(stoa_ws_send(t.ws, STOA_STR("two ")), STOA_OK);
	messages_wait(2);
	assert_int_equal(stoa_ws_send(t.ws, STOA_STR("three")), STOA_OK);
	messages_wait(3);
	assert_str(stoa_buf_str(&t.text), "caf\xc3\xa9 two three");
	leave(4000);
	assert_int_equal(ws_server_seen().messages, t.before.messages + 3);
}

static void
test_ws_asks_for_the_path_and_names_the_host(void **state)
{
	struct ws_seen seen;

	(void)state;
	open_path("/echo?v=10&encoding=json");
	turn_until(is_open);
	seen = ws_server_seen();
	assert_non_null(
	    strstr(seen.request, "GET /echo?v=10&encoding=json HTTP/1.1\r\n"));
	assert_non_null(strcasestr(seen.request, "Host: 127.0.0.1"));
	assert_non_null(
	    strcasestr(seen.request, "Sec-WebSocket-Version: 13\r\n"));
	leave(4000);
}

static void
test_ws_takes_a_url_without_a_path(void **state)
{
	char url[64];

	(void)state;
	(void)snprintf(url, sizeof(url), "ws://localhost:%u", port);
	open_url(url);
	turn_until(is_open);
	assert_non_null(strstr(ws_server_seen().request, "GET / HTTP/1.1\r\n"));
	leave(0);
}

static void
test_ws_gives_a_message_of_several_frames_as_one(void **state)
{
	(void)state;
	open_path("/parts");
	messages_wait(1);
	assert_str(stoa_buf_str(&t.text), "one two three");
	/* The ping in between was answered and not told. */
	assert_int_equal(stoa_ws_send(t.ws, STOA_STR("!")), STOA_OK);
	messages_wait(2);
	assert_int_equal(ws_server_seen().pongs, t.before.pongs + 1);
	leave(4000);
}

static void
test_ws_gives_a_message_that_comes_byte_by_byte(void **state)
{
	(void)state;
	open_path("/slow");
	messages_wait(1);
	assert_int_equal(t.messages, 1);
	assert_str(stoa_buf_str(&t.text), "one by one");
	leave(4000);
}

static void
test_ws_gives_a_large_message_in_pieces(void **state)
{
	(void)state;
	open_path("/large");
	messages_wait(1);
	assert_int_equal(t.bytes, WS_LARGE);
	assert_true(t.pieces >= WS_LARGE / EDGE_WS_PIECE_MAX);
	for (size_t i = 0; i < WS_LARGE; i++) {
		assert_int_equal(t.text.data[i], 'a' + i % 26);
	}
	leave(4000);
}

static void
test_ws_gives_binary_messages_too(void **state)
{
	(void)state;
	open_path("/binary");
	messages_wait(1);
	assert_int_equal(t.bytes, 256);
	for (unsigned i = 0; i < 256; i++) {
		assert_int_equal((uint8_t)t.text.data[i], i);
	}
	leave(4000);
}

static void
test_ws_send_refuses_more_than_may_wait(void **state)
{
	static char text[4096];
	unsigned sent = 0;

	(void)state;
	memset(text, 'x', sizeof(text));
	open_path("/echo");
	turn_until(is_open);
	while (stoa_ws_send(t.ws, stoa_str_of_bytes(text, sizeof(text))) ==
	       STOA_OK) {
		sent++;
		assert_true(sent <= EDGE_WS_QUEUE_MAX / sizeof(text));
	}
	assert_int_equal(
	    stoa_ws_send(t.ws, stoa_str_of_bytes(text, sizeof(text))),
	    STOA_BUSY);
	assert_true(sent >= 8);
	/* What was taken arrives, and then there is room again. */
	messages_wait(sent);
	assert_int_equal(t.bytes, sent * sizeof(text));
	assert_int_equal(stoa_ws_send(t.ws, STOA_STR("again")), STOA_OK);
	messages_wait(sent + 1);
	leave(4000);
}

/* ---- ends that the peer makes ---- */

static void
test_ws_tells_the_peers_close_code(void **state)
{
	static const unsigned codes[] = {1000, 1001, 1011, 4000, 4004, 4014};

	for (size_t i = 0; i < STOA_COUNT(codes); i++) {
		char path[32];

		(void)teardown(state);
		(void)setup(state);
		(void)snprintf(path, sizeof(path), "/close/%u", codes[i]);
		open_path(path);
		end_wait();
		assert_int_equal(t.opened, 1);
		assert_int_equal(t.end, STOA_WS_CLOSED);
		assert_int_equal(t.code, codes[i]);
		assert_string_equal(t.detail, "because");
	}
}

static void
test_ws_tells_drops_from_closes(void **state)
{
	static const char *const paths[] = {"/torn", "/close/0"};

	for (size_t i = 0; i < STOA_COUNT(paths); i++) {
		(void)teardown(state);
		(void)setup(state);
		open_path(paths[i]);
		end_wait();
		assert_int_equal(t.opened, 1);
		assert_int_equal(t.end, STOA_WS_DROPPED);
		assert_int_equal(t.code, 0);
		assert_int_equal(t.messages, 0);
	}
}

/* Reset at once: it may have opened or not, and has ended in any case. */
static void
test_ws_tells_a_reset_around_the_upgrade(void **state)
{
	for (int i = 0; i < 30; i++) {
		(void)teardown(state);
		(void)setup(state);
		open_path("/drop");
		end_wait();
		assert_int_equal(t.end,
		    t.opened > 0 ? STOA_WS_DROPPED : STOA_WS_UNREACHABLE);
		assert_int_equal(t.code, 0);
	}
}

static void
test_ws_tells_what_never_opens(void **state)
{
	static const char *const paths[] = {"/refuse", "/garbage", "/forged"};

	for (size_t i = 0; i < STOA_COUNT(paths); i++) {
		(void)teardown(state);
		(void)setup(state);
		open_path(paths[i]);
		end_wait();
		assert_int_equal(t.opened, 0);
		assert_int_equal(t.end, STOA_WS_UNREACHABLE);
		assert_int_equal(t.code, 0);
		assert_string_not_equal(t.detail, "");
	}
}

/* A port where nobody listens: it was ours a moment ago. */
static unsigned
free_port(void)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	(void)close(fd);
	return ntohs(at.sin_port);
}

static void
test_ws_tells_that_nobody_listens(void **state)
{
	char url[64];

	(void)state;
	(void)snprintf(url, sizeof(url), "ws://127.0.0.1:%u/", free_port());
	open_url(url);
	end_wait();
	assert_int_equal(t.end, STOA_WS_UNREACHABLE);
	assert_int_equal(t.opened, 0);
}

/* No name has a part of more than 63 characters: nobody need be asked. */
static void
test_ws_tells_that_a_name_is_not_known(void **state)
{
	(void)state;
	open_url("ws://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		 "aaaaaaaaaaaaaaaaaaa.invalid/");
	end_wait();
	assert_int_equal(t.end, STOA_WS_UNREACHABLE);
	assert_string_equal(t.detail, "the name is not known");
}

static void
test_ws_tells_that_tls_is_not_spoken(void **state)
{
	char url[64];

	(void)state;
	(void)snprintf(url, sizeof(url), "wss://127.0.0.1:%u/", port);
	open_url(url);
	end_wait();
	assert_int_equal(t.end, STOA_WS_UNREACHABLE);
}

/* ---- ends that we make ---- */

static void
test_ws_close_sends_what_waits_and_the_code(void **state)
{
	static const unsigned codes[] = {4000, 1000, 4999};

	for (size_t i = 0; i < STOA_COUNT(codes); i++) {
		(void)teardown(state);
		(void)setup(state);
		open_path("/echo");
		turn_until(is_open);
		assert_int_equal(stoa_ws_send(t.ws, STOA_STR("last")), STOA_OK);
		assert_int_equal(
		    stoa_ws_send(t.ws, STOA_STR("words")), STOA_OK);
		leave(codes[i]);
		assert_int_equal(
		    ws_server_seen().messages, t.before.messages + 2);
		assert_int_equal(ws_server_seen().closes, t.before.closes + 1);
		assert_int_equal(ws_server_seen().close_code, codes[i]);
		assert_int_equal(t.closed, 0);
	}
}

static void
test_ws_close_without_a_code_drops(void **state)
{
	(void)state;
	open_path("/echo");
	turn_until(is_open);
	leave(0);
	assert_int_equal(ws_server_seen().closes, t.before.closes);
	assert_int_equal(ws_server_seen().drops, t.before.drops + 1);
	assert_int_equal(t.closed, 0);
}

static void
test_ws_close_inside_the_callbacks(void **state)
{
	static const unsigned codes[] = {0, 4000};

	for (size_t i = 0; i < 2 * STOA_COUNT(codes); i++) {
		(void)teardown(state);
		(void)setup(state);
		t.close_code = codes[i / 2];
		t.closes_on_open = i % 2 == 0;
		t.closes_on_piece = i % 2 != 0;
		open_path("/large");
		turn_until(is_ended);
		assert_int_equal(t.opened, 1);
		assert_int_equal(t.closed, 0);
		assert_int_equal(t.pieces, i % 2);
	}
	(void)teardown(state);
	(void)setup(state);
	t.closes_on_end = true;
	open_path("/close/4009");
	end_wait();
	assert_int_equal(t.code, 4009);
}

/* Said and closed in one breath. */
static void
test_ws_close_on_open_sends_the_greeting(void **state)
{
	(void)state;
	t.greeting = "hello";
	t.closes_on_open = true;
	t.close_code = 4000;
	open_path("/echo");
	turn_until(is_ended);
	assert_int_equal(ws_server_seen().messages, t.before.messages + 1);
	assert_int_equal(ws_server_seen().close_code, 4000);
}

static void
test_ws_close_at_once(void **state)
{
	static const unsigned codes[] = {0, 4000};

	for (size_t i = 0; i < STOA_COUNT(codes); i++) {
		(void)teardown(state);
		(void)setup(state);
		t.close_code = codes[i];
		open_path("/echo");
		close_now();
		/* Another one lives on the same loop meanwhile. */
		open_path("/echo");
		turn_until(is_open);
		assert_int_equal(
		    ws_server_seen().accepted, t.before.accepted + 1);
		leave(4000);
		assert_int_equal(t.closed, 0);
	}
}

static void
test_ws_close_before_the_upgrade(void **state)
{
	static const unsigned codes[] = {0, 4000};

	for (size_t i = 0; i < STOA_COUNT(codes); i++) {
		(void)teardown(state);
		(void)setup(state);
		open_path("/stall");
		turn_until(is_accepted);
		leave(codes[i]);
		assert_int_equal(t.opened, 0);
		assert_int_equal(t.closed, 0);
	}
}

/* The peer takes nothing, not even our close: it ends all the same. */
static void
test_ws_close_waits_for_no_deaf_peer(void **state)
{
	(void)state;
	open_path("/deaf");
	turn_until(is_open);
	leave(4000);
	assert_int_equal(t.closed, 0);
}

static void
test_ws_close_takes_null(void **state)
{
	(void)state;
	stoa_ws_close(NULL, 0);
}

/* ---- pause ---- */

static void
test_ws_pause_leaves_what_comes_in_the_socket(void **state)
{
	for (int i = 0; i < 2; i++) {
		unsigned pieces;

		(void)teardown(state);
		(void)setup(state);
		t.pauses_on_open = i == 0;
		t.pauses_on_piece = i == 1;
		open_path("/flood");
		turn_until(is_blocked);
		pieces = t.pieces;
		assert_int_equal(pieces, i);
		assert_true(t.bytes < (size_t)WS_FLOOD * WS_FLOOD_LEN);
		stoa_ws_pause(t.ws, false);
		messages_wait(WS_FLOOD);
		assert_int_equal(t.bytes, (size_t)WS_FLOOD * WS_FLOOD_LEN);
		leave(4000);
	}
}

static void
test_ws_sends_while_it_is_paused(void **state)
{
	(void)state;
	t.pauses_on_open = true;
	t.greeting = "beat";
	open_path("/echo");
	turn_until(is_open);
	stoa_ws_pause(t.ws, false);
	messages_wait(1);
	assert_str(stoa_buf_str(&t.text), "beat");
	leave(4000);
}

static void
test_ws_closes_while_it_is_paused(void **state)
{
	static const unsigned codes[] = {0, 4000};

	for (size_t i = 0; i < STOA_COUNT(codes); i++) {
		(void)teardown(state);
		(void)setup(state);
		t.pauses_on_open = true;
		open_path("/flood");
		turn_until(is_blocked);
		leave(codes[i]);
		assert_int_equal(t.pieces, 0);
		assert_int_equal(t.closed, 0);
	}
}

/* ---- URLs ---- */

static void
test_ws_open_refuses_what_is_no_url(void **state)
{
	static const char *const bad[] = {
	    "",
	    "ws:",
	    "ws://",
	    "ws:///path",
	    "ws://:80/",
	    "http://127.0.0.1/",
	    "https://127.0.0.1/",
	    "WS://127.0.0.1/",
	    "127.0.0.1:80",
	    "ws://127.0.0.1:0/",
	    "ws://127.0.0.1:65536/",
	    "ws://127.0.0.1:-1/",
	    "ws://127.0.0.1:8o/",
	    "ws://127.0.0.1:80:80/",
	    "ws://[::1]:80/",
	};
	char url[1024];

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(bad); i++) {
		print_message("%s\n", bad[i]);
		assert_int_equal(
		    stoa_ws_open(client, bad[i], &events, &t, &t.ws),
		    STOA_INVALID);
		assert_null(t.ws);
	}
	(void)snprintf(url, sizeof(url), "ws://%0300d/", 0);
	assert_int_equal(
	    stoa_ws_open(client, url, &events, &t, &t.ws), STOA_INVALID);
	(void)snprintf(url, sizeof(url), "ws://127.0.0.1/%0600d", 0);
	assert_int_equal(
	    stoa_ws_open(client, url, &events, &t, &t.ws), STOA_INVALID);
	assert_null(t.ws);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_ws_carries_text_both_ways),
	    TEST(test_ws_asks_for_the_path_and_names_the_host),
	    TEST(test_ws_takes_a_url_without_a_path),
	    TEST(test_ws_gives_a_message_of_several_frames_as_one),
	    TEST(test_ws_gives_a_message_that_comes_byte_by_byte),
	    TEST(test_ws_gives_a_large_message_in_pieces),
	    TEST(test_ws_gives_binary_messages_too),
	    TEST(test_ws_send_refuses_more_than_may_wait),
	    TEST(test_ws_tells_the_peers_close_code),
	    TEST(test_ws_tells_drops_from_closes),
	    TEST(test_ws_tells_a_reset_around_the_upgrade),
	    TEST(test_ws_tells_what_never_opens),
	    TEST(test_ws_tells_that_nobody_listens),
	    TEST(test_ws_tells_that_a_name_is_not_known),
	    TEST(test_ws_tells_that_tls_is_not_spoken),
	    TEST(test_ws_close_sends_what_waits_and_the_code),
	    TEST(test_ws_close_without_a_code_drops),
	    TEST(test_ws_close_inside_the_callbacks),
	    TEST(test_ws_close_on_open_sends_the_greeting),
	    TEST(test_ws_close_at_once),
	    TEST(test_ws_close_before_the_upgrade),
	    TEST(test_ws_close_waits_for_no_deaf_peer),
	    TEST(test_ws_close_takes_null),
	    TEST(test_ws_pause_leaves_what_comes_in_the_socket),
	    TEST(test_ws_sends_while_it_is_paused),
	    TEST(test_ws_closes_while_it_is_paused),
	    TEST(test_ws_open_refuses_what_is_no_url),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
