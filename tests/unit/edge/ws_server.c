/* ws_server.c - handshake, frames and bad manners. */
#include "ws_server.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/encode.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/sha.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 256
#define MESSAGE_MAX	((size_t)1024 * 1024)
#define BLOCKED_MS	100

enum opcode {
	OP_MORE = 0,
	OP_TEXT = 1,
	OP_BINARY = 2,
	OP_CLOSE = 8,
	OP_PING = 9,
	OP_PONG = 10,
	FIN = 0x80,
};

static struct {
	int fd;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_t connections[CONNECTIONS_MAX];
	int fds[CONNECTIONS_MAX];
	unsigned count;
	struct ws_seen seen;
} server = {.lock = PTHREAD_MUTEX_INITIALIZER};

#define SEE(statement)                                    \
	do {                                              \
		(void)pthread_mutex_lock(&server.lock);   \
		statement;                                \
		(void)pthread_mutex_unlock(&server.lock); \
	} while (0)

struct ws_seen
ws_server_seen(void)
{
	struct ws_seen seen;

	SEE(seen = server.seen);
	return seen;
}

/* ---- bytes ---- */

static bool
all_write(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len > 0) {
		struct pollfd p = {.fd = fd, .events = POLLOUT};
		ssize_t done;

		if (poll(&p, 1, BLOCKED_MS) == 0) {
			SEE(server.seen.is_blocked = true);
			continue;
		}
		done = send(fd, at, len, MSG_NOSIGNAL);
		if (done <= 0) {
			return false;
		}
		at += done;
		len -= (size_t)done;
	}
	SEE(server.seen.is_blocked = false);
	return true;
}

static bool
all_read(int fd, void *data, size_t len)
{
	char *at = data;

	while (len > 0) {
		ssize_t done = recv(fd, at, len, 0);

		if (done <= 0) {
			return false;
		}
		at += done;
		len -= (size_t)done;
	}
	return true;
}

/* A frame from a server is not masked. */
static bool
frame_write(int fd, unsigned head, const void *data, size_t len)
{
	uint8_t bytes[10] = {(uint8_t)head};
	size_t size = 2;

	if (len < 126) {
		bytes[1] = (uint8_t)len;
	} else if (len < 65536) {
		bytes[1] = 126;
		bytes[2] = (uint8_t)(len >> 8);
		bytes[3] = (uint8_t)len;
		size = 4;
	} else {
		bytes[1] = 127;
		for (unsigned i = 0; i < 8; i++) {
			bytes[2 + i] = (uint8_t)((uint64_t)len >> (56 - 8 * i));
		}
		size = 10;
	}
	return all_write(fd, bytes, size) && all_write(fd, data, len);
}

/* A frame from a client is masked, and in these tests never fragmented. */
static bool
frame_read(int fd, unsigned *ret_op, struct stoa_buf *data)
{
	uint8_t head[2], more[8], mask[4];
	size_t len;
	char *to;

	stoa_buf_clear(data);
	if (!all_read(fd, head, 2)) {
		return false;
	}
	stoa_assert((head[1] & 0x80) != 0 && (head[0] & FIN) != 0);
	len = head[1] & 0x7f;
	if (len >= 126) {
		size_t size = len == 126 ? 2 : 8;

		if (!all_read(fd, more, size)) {
			return false;
		}
		len = 0;
		for (size_t i = 0; i < size; i++) {
			len = len << 8 | more[i];
		}
	}
	stoa_assert(len <= MESSAGE_MAX);
	to = stoa_buf_reserve(data, len + 1);
	stoa_assert(to != NULL);
	if (!all_read(fd, mask, 4) || !all_read(fd, to, len)) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		to[i] = (char)(to[i] ^ mask[i % 4]);
	}
	stoa_buf_grow(data, len);
	*ret_op = head[0] & 0x0f;
	return true;
}

/* ---- the upgrade ---- */

/* Up to the empty line; false: the client is gone. */
static bool
request_read(int fd, char *request, size_t size)
{
	size_t len = 0;

	while (len + 1 < size) {
		/* A ClientHello of TLS is none. */
		if (!all_read(fd, request + len, 1) || request[0] != 'G') {
			return false;
		}
		request[++len] = '\0';
		if (len >= 4 && strcmp(request + len - 4, "\r\n\r\n") == 0) {
			return true;
		}
	}
	return false;
}

static void
path_of(const char *request, char *path, size_t size)
{
	size_t len;

	stoa_assert(strncmp(request, "GET ", 4) == 0);
	len = strcspn(request + 4, " ?");
	(void)snprintf(path, size, "%.*s", (int)len, request + 4);
}

static bool
upgrade(int fd, const char *request, bool is_forged)
{
	static const char name[] = "Sec-WebSocket-Key: ";
	const char *key = strcasestr(request, name);
	uint8_t hash[SHA_DIGEST_LENGTH];
	struct stoa_buf b;
	bool is_good;

	stoa_assert(key != NULL);
	key += sizeof(name) - 1;
	stoa_buf_init(&b, 1024);
	stoa_buf_printf(&b, "%.*s%s", (int)strcspn(key, "\r"), key,
	    is_forged ? "x" : "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
	(void)SHA1((const unsigned char *)b.data, b.len, hash);
	stoa_buf_clear(&b);
	stoa_buf_add_text(&b,
	    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\nSec-WebSocket-Accept: ");
	stoa_base64_encode(
	    &b, STOA_BASE64, stoa_str_of_bytes(hash, sizeof(hash)));
	stoa_buf_add_text(&b, "\r\n\r\n");
	is_good = all_write(fd, b.data, b.len);
	stoa_buf_fini(&b);
	if (is_good && !is_forged) {
		SEE(server.seen.upgraded++);
	}
	return is_good;
}

/* ---- behaviour ---- */

static bool
is_path(const char *path, const char *want)
{
	return strcmp(path, want) == 0;
}

static void
hard_close(int fd)
{
	struct linger now = {.l_onoff = 1};

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

/* Until the client goes; nothing is read. */
static void
gone_wait(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLRDHUP};

	(void)poll(&p, 1, -1);
}

static void
close_write(int fd, unsigned code)
{
	static const char reason[] = "because";
	char data[2 + sizeof(reason)] = {(char)(code >> 8), (char)code};

	memcpy(data + 2, reason, sizeof(reason) - 1);
	(void)frame_write(
	    fd, FIN | OP_CLOSE, data, code == 0 ? 0 : 2 + sizeof(reason) - 1);
}

static void
on_close(int fd, const struct stoa_buf *data)
{
	unsigned code = 0;

	if (data->len >= 2) {
		code = (unsigned)(uint8_t)data->data[0] << 8 |
		       (uint8_t)data->data[1];
	}
	SEE(server.seen.closes++; server.seen.close_code = code);
	(void)frame_write(fd, FIN | OP_CLOSE, data->data, data->len);
}

static void
echo(int fd)
{
	struct stoa_buf data;
	unsigned op = OP_TEXT;
	bool is_good = true;

	stoa_buf_init(&data, MESSAGE_MAX + 1);
	while (is_good && op != OP_CLOSE) {
		is_good = frame_read(fd, &op, &data);
		if (!is_good) {
			SEE(server.seen.drops++);
		} else if (op == OP_CLOSE) {
			on_close(fd, &data);
		} else if (op == OP_PONG) {
			SEE(server.seen.pongs++);
		} else if (op == OP_TEXT) {
			SEE(server.seen.messages++);
			is_good =
			    frame_write(fd, FIN | OP_TEXT, data.data, data.len);
		}
	}
	stoa_buf_fini(&data);
}

static void
letters_fill(char *to, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		to[i] = (char)('a' + i % 26);
	}
}

static void
large_write(int fd)
{
	char *text = malloc(WS_LARGE);

	stoa_assert(text != NULL);
	letters_fill(text, WS_LARGE);
	(void)frame_write(fd, FIN | OP_TEXT, text, WS_LARGE);
	free(text);
}

static void
slow_write(int fd)
{
	static const char bytes[] = "\x81\x0aone by one";
	int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	for (size_t i = 0; i < sizeof(bytes) - 1; i++) {
		(void)all_write(fd, bytes + i, 1);
	}
}

static void
flood_write(int fd)
{
	char text[WS_FLOOD_LEN];

	letters_fill(text, sizeof(text));
	for (unsigned i = 0; i < WS_FLOOD; i++) {
		if (!frame_write(fd, FIN | OP_TEXT, text, sizeof(text))) {
			return;
		}
	}
}

static void
binary_write(int fd)
{
	uint8_t bytes[256];

	for (unsigned i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (uint8_t)i;
	}
	(void)frame_write(fd, FIN | OP_BINARY, bytes, sizeof(bytes));
}

/* The connection stands. */
static void
serve_open(int fd, const char *path)
{
	if (strncmp(path, "/close/", 7) == 0) {
		close_write(fd, (unsigned)strtoul(path + 7, NULL, 10));
		gone_wait(fd);
		return;
	}
	if (is_path(path, "/drop")) {
		hard_close(fd);
		return;
	}
	if (is_path(path, "/torn")) {
		(void)all_write(fd, "\x81\x0ahalf", 6);
		return;
	}
	if (is_path(path, "/deaf")) {
		gone_wait(fd);
		return;
	}
	if (is_path(path, "/parts")) {
		(void)frame_write(fd, OP_TEXT, "one ", 4);
		(void)frame_write(fd, FIN | OP_PING, "?", 1);
		(void)frame_write(fd, OP_MORE, "two ", 4);
		(void)frame_write(fd, FIN | OP_MORE, "three", 5);
	} else if (is_path(path, "/slow")) {
		slow_write(fd);
	} else if (is_path(path, "/large")) {
		large_write(fd);
	} else if (is_path(path, "/binary")) {
		binary_write(fd);
	} else if (is_path(path, "/flood")) {
		flood_write(fd);
	}
	echo(fd);
}

static void
serve(int fd)
{
	char request[sizeof(server.seen.request)], path[256];

	if (!request_read(fd, request, sizeof(request))) {
		return;
	}
	SEE(memcpy(server.seen.request, request, sizeof(request)));
	path_of(request, path, sizeof(path));
	if (is_path(path, "/stall")) {
		gone_wait(fd);
	} else if (is_path(path, "/refuse")) {
		(void)all_write(fd,
		    "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", 45);
	} else if (is_path(path, "/garbage")) {
		(void)all_write(fd, "\x16\x03\x01\0\xff what\r\n\r\n", 14);
	} else if (is_path(path, "/forged")) {
		(void)upgrade(fd, request, true);
		gone_wait(fd);
	} else if (upgrade(fd, request, false)) {
		serve_open(fd, path);
	}
}

/* ---- threads ---- */

static void *
connection_run(void *arg)
{
	unsigned i = (unsigned)(uintptr_t)arg;
	int fd;

	SEE(fd = server.fds[i]);
	serve(fd);
	/* Closed under the lock: ws_server_stop may want to wake it. */
	SEE(server.fds[i] = -1; (void)close(fd); server.seen.is_blocked = false;
	    server.seen.ended++);
	return NULL;
}

static void *
accept_run(void *arg)
{
	int fd;

	(void)arg;
	while ((fd = accept4(server.fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		unsigned i = server.count;

		stoa_assert(i < CONNECTIONS_MAX);
		SEE(server.fds[i] = fd; server.count++; server.seen.accepted++);
		stoa_assert(pthread_create(&server.connections[i], NULL,
				connection_run, (void *)(uintptr_t)i) == 0);
	}
	return NULL;
}

unsigned
ws_server_start(void)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(at);

	server.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	stoa_assert(server.fd >= 0);
	stoa_assert(bind(server.fd, (struct sockaddr *)&at, len) == 0);
	stoa_assert(listen(server.fd, 64) == 0);
	stoa_assert(getsockname(server.fd, (struct sockaddr *)&at, &len) == 0);
	stoa_assert(
	    pthread_create(&server.thread, NULL, accept_run, NULL) == 0);
	return ntohs(at.sin_port);
}

void
ws_server_stop(void)
{
	(void)shutdown(server.fd, SHUT_RDWR);
	(void)pthread_join(server.thread, NULL);
	(void)close(server.fd);
	for (unsigned i = 0; i < server.count; i++) {
		SEE(if (server.fds[i] >= 0) {
			(void)shutdown(server.fds[i], SHUT_RDWR);
		});
		(void)pthread_join(server.connections[i], NULL);
	}
}
