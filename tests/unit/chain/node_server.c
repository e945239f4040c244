/* node_server.c - see node_server.h. */
#include "../unit.h"

#include "node_server.h"

#include "base/buf.h"
#include "base/encode.h"
#include "base/json.h"
#include "chain/evm_keccak.h"
#include "port/http.h"

#include <inttypes.h>
#include <pthread.h>
#include <unistd.h>

#define SEEN_MAX 4096
#define URL_SIZE 64

struct fake_node {
	enum node_mode mode;
	enum node_final final;
	uint64_t head, chain_id;
	int is_mined;
	char url[URL_SIZE];
	unsigned delay_ms; /* of a copy, as is the text */
	char text[128];
};

static struct {
	struct stoa_http_server *server;
	pthread_mutex_t lock;
	struct fake_node nodes[NODE_COUNT];
	struct {
		unsigned node;
		char method[32];
	} seen[SEEN_MAX];
	size_t seen_count;
	char text[128];
	unsigned delay_ms;
} s = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- what a good node says ---- */

static void
put_hash(struct stoa_buf *b, uint64_t number)
{
	uint8_t bytes[8];
	struct stoa_hash hash;

	for (unsigned i = 0; i < 8; i++) {
		bytes[i] = (uint8_t)(number >> (8 * i));
	}
	hash = evm_keccak256(stoa_str_of_bytes(bytes, sizeof(bytes)));
	stoa_buf_add_text(b, "\"0x");
	stoa_hex_encode(b, stoa_hash_str(&hash));
	stoa_buf_add_text(b, "\"");
}

static void
put_block(struct stoa_buf *b, uint64_t number)
{
	stoa_buf_printf(b, "{\"number\":\"0x%" PRIx64 "\",\"hash\":", number);
	put_hash(b, number);
	stoa_buf_add_text(b, ",\"parentHash\":");
	put_hash(b, number - 1);
	stoa_buf_printf(b,
	    ",\"timestamp\":\"0x%" PRIx64 "\","
	    "\"baseFeePerGas\":\"0x3b9aca00\"}",
	    1700000000 + 2 * number);
}

static void
put_final(struct stoa_buf *b, const struct fake_node *node)
{
	switch (node->final) {
	case FINAL_BEHIND:
		put_block(b, node->head > 4 ? node->head - 4 : 0);
		break;
	case FINAL_STUCK:
		put_block(b, 3);
		break;
	case FINAL_NULL:
	case FINAL_ERROR:
		stoa_buf_add_text(b, "null");
		break;
	}
}

static void
put_raw_hash(struct stoa_buf *b, struct stoa_json params)
{
	struct stoa_json_iter it = stoa_json_iter(params);
	struct stoa_json_member raw;
	struct stoa_buf bytes;
	struct stoa_hash hash;

	stoa_buf_init(&bytes, 4096);
	if (!stoa_json_next(&it, &raw) ||
	    !stoa_hex_decode(&bytes, stoa_str_of_bytes(raw.value.text.data + 3,
					 raw.value.text.len - 4))) {
		stoa_buf_add_text(b, "null");
	} else {
		hash = evm_keccak256(stoa_buf_str(&bytes));
		stoa_buf_add_text(b, "\"0x");
		stoa_hex_encode(b, stoa_hash_str(&hash));
		stoa_buf_add_text(b, "\"");
	}
	stoa_buf_fini(&bytes);
}

static void
put_result(struct stoa_buf *b, const struct fake_node *node, const char *method,
    struct stoa_json params)
{
	if (strcmp(method, "eth_chainId") == 0) {
		stoa_buf_printf(b, "\"0x%" PRIx64 "\"", node->chain_id);
	} else if (strcmp(method, "eth_getBlockByNumber") == 0) {
		struct stoa_str text = params.text;
		uint64_t number = node->head;

		if (memmem(text.data, text.len, "finalized", 9) != NULL) {
			put_final(b, node);
			return;
		}
		if (memmem(text.data, text.len, "latest", 6) == NULL) {
			number = strtoull(text.data + 2, NULL, 16);
		}
		put_block(b, number);
	} else if (strcmp(method, "eth_sendRawTransaction") == 0) {
		put_raw_hash(b, params);
	} else if (strcmp(method, "eth_getTransactionByHash") == 0) {
		stoa_buf_add_text(
		    b, node->is_mined ? "{\"nonce\":\"0x1\"}" : "null");
	} else {
		stoa_buf_add_text(b, "\"0x600d\"");
	}
}

/* ---- what the others say ---- */

static bool
is_poll(const char *method)
{
	return strcmp(method, "eth_chainId") == 0 ||
	       strcmp(method, "eth_getBlockByNumber") == 0;
}

static void
put_error(struct stoa_buf *b, int64_t id, int code, const char *text,
    const char *data)
{
	stoa_buf_printf(b,
	    "{\"jsonrpc\":\"2.0\",\"id\":%" PRId64 ",\"error\":{\"code\":%d,"
	    "\"message\":\"%s\"%s%s%s}}",
	    id, code, text, data == NULL ? "" : ",\"data\":\"",
	    data == NULL ? "" : data, data == NULL ? "" : "\"");
}

static void
answer(struct stoa_http_request *request, const struct fake_node *node,
    int64_t id, const char *method, struct stoa_json params)
{
	enum node_mode mode = node->mode;
	struct stoa_buf b;
	unsigned http = 200;

	stoa_buf_init(&b, 8u << 20);
	if (is_poll(method) &&
	    (mode == NODE_ERROR || mode == NODE_LIES || mode == NODE_REVERTS ||
		mode == NODE_HUGE || mode == NODE_ECHOES)) {
		mode = NODE_GOOD;
	}
	if (mode == NODE_USED_NONCE) {
		mode = strcmp(method, "eth_sendRawTransaction") == 0
			   ? NODE_ERROR
			   : NODE_GOOD;
	}
	stoa_buf_printf(&b,
	    "{\"jsonrpc\":\"2.0\",\"id\":%" PRId64 ",\"result\":",
	    mode == NODE_OTHER_ID ? id + 1 : id);
	if (mode == NODE_HANGS) {
		usleep(node->delay_ms * 1000);
	}
	switch (mode) {
	case NODE_HANGS:
	case NODE_GOOD:
	case NODE_OTHER_ID:
	case NODE_TORN:
		if (node->final == FINAL_ERROR &&
		    memmem(params.text.data, params.text.len, "finalized", 9) !=
			NULL) {
			stoa_buf_clear(&b);
			put_error(&b, id, -39001, "Unknown block", NULL);
			break;
		}
		put_result(&b, node, method, params);
		stoa_buf_add_text(&b, "}");
		if (mode == NODE_TORN) {
			b.len /= 2;
		}
		break;
	case NODE_HTML:
		http = 502;
		stoa_buf_clear(&b);
		stoa_buf_add_text(&b, "<html>Bad Gateway</html>");
		break;
	case NODE_LIMITS:
		http = 429;
		stoa_http_add_header(request, "Retry-After", "1");
		stoa_buf_clear(&b);
		break;
	case NODE_USED_NONCE:
	case NODE_ERROR:
		stoa_buf_clear(&b);
		put_error(&b, id, -32000, node->text, NULL);
		break;
	case NODE_LIES:
		stoa_buf_add_text(&b, "\"0xbad\"}");
		break;
	case NODE_REVERTS:
		stoa_buf_clear(&b);
		put_error(&b, id, 3, "execution reverted", "0x08c379a0");
		break;
	case NODE_HUGE:
		stoa_buf_add_text(&b, "\"");
		while (b.len < 5u << 20) {
			stoa_buf_add_text(&b, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
		}
		stoa_buf_add_text(&b, "\"}");
		break;
	case NODE_ECHOES:
		stoa_buf_clear(&b);
		put_error(&b, id, -32000, node->url, NULL);
		break;
	case NODE_REFUSES_KEY:
		http = 401;
		stoa_buf_clear(&b);
		break;
	}
	stoa_http_reply(request, http, "application/json", stoa_buf_str(&b));
	stoa_buf_fini(&b);
}

/* ---- the server ---- */

static void *
begin(void *owner, struct stoa_http_request *request)
{
	struct stoa_buf *body = calloc(1, sizeof(*body));

	(void)owner;
	(void)request;
	stoa_buf_init(body, 1u << 20);
	return body;
}

static void
on_body(void *state, struct stoa_http_request *request, struct stoa_str bytes)
{
	(void)request;
	stoa_buf_add_str(state, bytes);
}

static void
end(void *state, struct stoa_http_request *request)
{
	struct stoa_buf *body = state;
	struct stoa_str path = stoa_http_path(request), method;
	unsigned node = (unsigned)(path.data[1] - '0');
	struct fake_node copy;
	struct stoa_json root;
	char name[32];
	int64_t id = 0;

	if (!stoa_json_parse(stoa_buf_str(body), 0, &root, NULL) ||
	    node >= NODE_COUNT ||
	    !stoa_json_to_i64(stoa_json_get(root, STOA_STR("id")), &id)) {
		stoa_http_reply(request, 400, "text/plain", STOA_STR("no"));
		return;
	}
	method = stoa_json_get(root, STOA_STR("method")).text;
	snprintf(
	    name, sizeof(name), "%.*s", (int)method.len - 2, method.data + 1);
	pthread_mutex_lock(&s.lock);
	copy = s.nodes[node];
	copy.delay_ms = s.delay_ms;
	memcpy(copy.text, s.text, sizeof(copy.text));
	s.seen[s.seen_count % SEEN_MAX].node = node;
	memcpy(s.seen[s.seen_count++ % SEEN_MAX].method, name, sizeof(name));
	pthread_mutex_unlock(&s.lock);
	answer(
	    request, &copy, id, name, stoa_json_get(root, STOA_STR("params")));
}

static void
forget(void *state)
{
	stoa_buf_fini(state);
	free(state);
}

void
node_server_open(void)
{
	static const struct stoa_http_route routes[] = {
	    {"POST", "/", begin, on_body, end, forget},
	};
	const struct stoa_http_options options = {
	    .listen = "127.0.0.1:0",
	    .routes = routes,
	    .route_count = STOA_COUNT(routes),
	    .connections_max = 64,
	    .connection_bytes_max = 65536,
	    .body_bytes_max = 1u << 20,
	    .idle_seconds_max = 30,
	};

	assert_int_equal(stoa_http_open(&options, &s.server), STOA_OK);
	s.seen_count = 0;
	for (unsigned i = 0; i < NODE_COUNT; i++) {
		s.nodes[i] = (struct fake_node){.head = 100, .chain_id = 137};
		snprintf(s.nodes[i].url, sizeof(s.nodes[i].url),
		    "%s/%u/secretkey%u", stoa_http_url(s.server), i, i);
	}
}

void
node_server_close(void)
{
	stoa_http_close(s.server);
}

const char *
node_server_url(unsigned node)
{
	return s.nodes[node].url;
}

#define SET(what)                              \
	do {                                   \
		pthread_mutex_lock(&s.lock);   \
		what;                          \
		pthread_mutex_unlock(&s.lock); \
	} while (0)

void
node_server_set(unsigned node, enum node_mode mode)
{
	SET(s.nodes[node].mode = mode);
}

void
node_server_set_head(unsigned node, uint64_t head)
{
	SET(s.nodes[node].head = head);
}

void
node_server_set_final(unsigned node, enum node_final final)
{
	SET(s.nodes[node].final = final);
}

void
node_server_set_chain(unsigned node, uint64_t chain_id)
{
	SET(s.nodes[node].chain_id = chain_id);
}

void
node_server_set_mined(unsigned node, int is_mined)
{
	SET(s.nodes[node].is_mined = is_mined);
}

void
node_server_set_text(const char *text)
{
	SET(snprintf(s.text, sizeof(s.text), "%s", text));
}

void
node_server_set_delay(unsigned delay_ms)
{
	SET(s.delay_ms = delay_ms);
}

unsigned
node_server_count(unsigned node, const char *method)
{
	unsigned count = 0;

	pthread_mutex_lock(&s.lock);
	for (size_t i = 0; i < s.seen_count && i < SEEN_MAX; i++) {
		count += s.seen[i].node == node &&
			 strcmp(s.seen[i].method, method) == 0;
	}
	pthread_mutex_unlock(&s.lock);
	return count;
}
