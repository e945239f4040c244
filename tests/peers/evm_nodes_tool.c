/* evm_nodes_tool.c - the nodes of a chain and the index of its events, on the
 * real loop, for a peer to look at: what is told goes to standard output, a
 * line of JSON each; what is asked comes from standard input, a line each:
 *
 *   ask ID READ|AGREED METHOD PARAMS     reply with that ID
 *   send ID 0x...                        the same, of a transaction
 *   stat                                 the nodes and the index
 *   hold, go                             the index
 *   quit
 *
 * --url URL, any number, --name NAME of the last one; --chain ID; --poll MS;
 * --try MS; --timeout MS; --open MS of a breaker; --confirmations N; --stall
 * MS;
 * --lag N; with --from NUMBER HASH the index too: --address, --topic, any
 * number; --range N; --rescan MS; --rescan-blocks N; --alone; --quiet: only
 * figures at the end of the history. */
#include "chain/indexer.h"
#include "chain/nodes_limits.h"

#include "base/encode.h"
#include "base/time.h"
#include "edge/loop.h"
#include "port/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define LINE_MAX_LEN 400000u

static struct {
	struct stoa_loop *loop;
	struct evm_nodes *nodes;
	struct evm_indexer *indexer;
	struct evm_nodes_options nodes_options;
	struct evm_nodes_place places[EVM_NODES_MAX];
	struct evm_indexer_options options;
	struct evm_address addresses[EVM_INDEXER_ADDRESSES_MAX];
	struct stoa_hash topics[EVM_INDEXER_TOPICS_MAX];
	struct stoa_breaker_rule rule;
	struct stoa_buf in;
	bool has_index, is_quiet;
	uint64_t until; /* with --quiet: the end */
	uint64_t events;
	int64_t started_us;
} t;

/* ---- what is told ---- */

static void
print_hex(const char *name, struct stoa_str bytes)
{
	struct stoa_buf b;

	stoa_buf_init(&b, 1u << 20);
	stoa_hex_encode(&b, bytes);
	printf("\"%s\":\"0x%s\"", name, b.len == 0 ? "" : b.data);
	stoa_buf_fini(&b);
}

static void
print_text(const char *name, struct stoa_str text)
{
	struct stoa_buf b;

	stoa_buf_init(&b, 1u << 20);
	stoa_buf_add_json(&b, text);
	printf("\"%s\":%s", name, b.data);
	stoa_buf_fini(&b);
}

static void
on_log(void *owner, enum evm_index_mark mark, const struct evm_log *log)
{
	static const char *const names[] = {"SEEN", "GONE", "FINAL"};

	(void)owner;
	t.events++;
	if (t.is_quiet) {
		return;
	}
	printf("{\"mark\":\"%s\",\"block\":%" PRIu64 ",\"index\":%u,",
	    names[mark], log->block, log->index);
	print_hex("blockHash", stoa_hash_str(&log->block_hash));
	printf(",");
	print_hex("tx", stoa_hash_str(&log->transaction));
	printf(",");
	print_hex("address", evm_address_str(&log->address));
	printf(",\"topics\":[");
	for (uint32_t i = 0; i < log->topic_count; i++) {
		printf("%s{", i == 0 ? "" : ",");
		print_hex("t", stoa_hash_str(&log->topics[i]));
		printf("}");
	}
	printf("],");
	print_hex("data", log->data);
	printf("}\n");
}

static double
cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_utime.tv_sec +
	       (double)usage.ru_utime.tv_usec / 1e6 +
	       (double)usage.ru_stime.tv_sec +
	       (double)usage.ru_stime.tv_usec / 1e6;
}

static void
on_final(void *owner, uint64_t block, const struct stoa_hash *hash)
{
	(void)owner;
	if (!t.is_quiet) {
		printf("{\"final\":%" PRIu64 ",", block);
		print_hex("hash", stoa_hash_str(hash));
		printf("}\n");
	} else if (block >= t.until) {
		printf("{\"events\":%" PRIu64
		       ",\"seconds\":%.3f,\"cpu\":%.3f}\n",
		    t.events,
		    (double)(stoa_clock_mono(NULL).us - t.started_us) / 1e6,
		    cpu_seconds());
		stoa_loop_stop(t.loop);
	}
}

static void
on_alarm(void *owner, enum evm_indexer_alarm alarm, const char *text)
{
	static const char *const names[] = {
	    "FROZEN", "DISPUTED", "MISSED", "UNTRUE"};

	(void)owner;
	printf("{\"alarm\":\"%s\",", names[alarm]);
	print_text("text", stoa_str_of(text));
	printf("}\n");
}

static void
on_alert(void *owner, enum evm_nodes_alert alert, const char *text)
{
	static const char *const names[] = {"WRONG_CHAIN", "FINALITY_GUESSED",
	    "FINALITY_BACK", "FINALITY_CONFLICT", "DISAGREED", "PROOF_LOST"};

	(void)owner;
	printf("{\"alert\":\"%s\",", names[alert]);
	print_text("text", stoa_str_of(text));
	printf("}\n");
}

static void
on_head(void *owner, const struct evm_nodes_head *head)
{
	(void)owner;
	if (t.is_quiet) {
		return;
	}
	printf("{\"head\":%" PRIu64 ",\"finalHead\":%" PRIu64
	       ",\"guessed\":%s,",
	    head->number, head->final_number,
	    head->is_by_confirmations ? "true" : "false");
	print_hex("hash", stoa_hash_str(&head->hash));
	printf("}\n");
}

static void
on_reply(void *owner, const struct evm_nodes_reply *reply)
{
	printf("{\"reply\":%ld,\"status\":\"%s\",\"node\":%u,\"nodes\":%u,"
	       "\"code\":%" PRId64 ",\"revert\":%s,",
	    (long)(intptr_t)owner, stoa_status_name(reply->status), reply->node,
	    reply->nodes, reply->code, reply->is_revert ? "true" : "false");
	print_text("message", reply->message);
	printf(",");
	print_hex("data", reply->data);
	printf(",");
	print_text("about", stoa_str_of(reply->about));
	printf(",\"result\":%.*s}\n",
	    reply->result.text.len == 0 ? 4 : (int)reply->result.text.len,
	    reply->result.text.len == 0 ? "null" : reply->result.text.data);
}

static void
print_stat(void)
{
	struct evm_indexer_stat s;

	printf("{\"stat\":[");
	for (unsigned i = 0; i < evm_nodes_count(t.nodes); i++) {
		struct evm_nodes_stat n = evm_nodes_stat(t.nodes, i);

		printf(
		    "%s{\"state\":\"%s\",\"breaker\":\"%s\",\"head\":%" PRIu64
		    ",\"lag\":%" PRIu64 ",\"calls\":%" PRIu64
		    ",\"failures\":%" PRIu64 ",\"limited\":%" PRIu64
		    ",\"opened\":%" PRIu64 ",",
		    i == 0 ? "" : ",", evm_node_state_name(n.state),
		    stoa_breaker_state_name(n.breaker), n.head, n.lag, n.calls,
		    n.failures, n.limited, n.opened);
		print_text("name", stoa_str_of(n.name));
		printf(",");
		print_text("error", stoa_str_of(n.error));
		printf("}");
	}
	printf("]");
	if (t.indexer != NULL) {
		s = evm_indexer_stat(t.indexer);
		printf(",\"head\":%" PRIu64 ",\"final\":%" PRIu64
		       ",\"seen\":%" PRIu64 ",\"gone\":%" PRIu64
		       ",\"finals\":%" PRIu64 ",\"reorgs\":%" PRIu64
		       ",\"deepest\":%" PRIu64 ",\"range\":%" PRIu64
		       ",\"ranges\":%" PRIu64 ",\"doubted\":%" PRIu64
		       ",\"untrue\":%" PRIu64 ",\"rescans\":%" PRIu64
		       ",\"frozen\":%s,",
		    s.head, s.final, s.index.seen, s.index.gone, s.index.final,
		    s.index.reorgs, s.index.deepest, s.range, s.ranges,
		    s.doubted, s.untrue, s.rescans,
		    s.index.is_frozen ? "true" : "false");
		print_text("indexError", stoa_str_of(s.error));
	}
	printf("}\n");
}

/* ---- what is asked ---- */

static void
refused(intptr_t id, enum stoa_status status)
{
	if (status != STOA_OK) {
		printf("{\"reply\":%ld,\"status\":\"%s\"}\n", (long)id,
		    stoa_status_name(status));
	}
}

static void
command_ask(char *line)
{
	char *id = strtok_r(line, " ", &line);
	char *kind = strtok_r(NULL, " ", &line);
	char *method = strtok_r(NULL, " ", &line);
	struct evm_nodes_request request = {
	    .kind = strcmp(kind, "READ") == 0 ? EVM_READ : EVM_READ_AGREED,
	    .method = method,
	    .params = stoa_str_of(line)};
	intptr_t number = strtol(id, NULL, 10);

	refused(number,
	    evm_nodes_ask(t.nodes, &request, on_reply, (void *)number, NULL));
}

static void
command_send(char *line)
{
	char *id = strtok_r(line, " ", &line);
	intptr_t number = strtol(id, NULL, 10);
	struct stoa_buf raw;

	stoa_buf_init(&raw, LINE_MAX_LEN);
	if (!stoa_hex_decode(&raw, stoa_str_of(line + 2))) {
		abort();
	}
	refused(number, evm_nodes_send(t.nodes, stoa_buf_str(&raw), on_reply,
			    (void *)number, NULL));
	stoa_buf_fini(&raw);
}

static void
command(char *line)
{
	if (strncmp(line, "ask ", 4) == 0) {
		command_ask(line + 4);
	} else if (strncmp(line, "send ", 5) == 0) {
		command_send(line + 5);
	} else if (strcmp(line, "stat") == 0) {
		print_stat();
	} else if (strcmp(line, "hold") == 0) {
		evm_indexer_hold(t.indexer, true);
	} else if (strcmp(line, "go") == 0) {
		evm_indexer_hold(t.indexer, false);
	} else {
		stoa_loop_stop(t.loop);
	}
}

static void
on_input(void *arg)
{
	char piece[65536];
	ssize_t len = read(0, piece, sizeof(piece));
	char *end;

	(void)arg;
	if (len <= 0) {
		stoa_loop_stop(t.loop);
		return;
	}
	stoa_buf_add(&t.in, piece, (size_t)len);
	while (
	    t.in.len > 0 && (end = memchr(t.in.data, '\n', t.in.len)) != NULL) {
		*end = '\0';
		command(t.in.data);
		stoa_buf_consume(&t.in, (size_t)(end + 1 - t.in.data));
	}
}

/* ---- settings ---- */

static void
read_bytes(const char *text, uint8_t *to, size_t size)
{
	struct stoa_buf b;

	stoa_buf_init(&b, size);
	if (!stoa_hex_decode(&b, stoa_str_of(text + 2)) || b.len != size) {
		fprintf(stderr, "not %zu bytes: %s\n", size, text);
		exit(2);
	}
	memcpy(to, b.data, size);
	stoa_buf_fini(&b);
}

static int64_t
ms(const char *text)
{
	return strtoll(text, NULL, 10) * STOA_US_PER_MS;
}

static bool
set_nodes(const char *name, char **value)
{
	struct evm_nodes_options *o = &t.nodes_options;

	if (strcmp(name, "--url") == 0) {
		t.places[o->place_count++].url = *value;
	} else if (strcmp(name, "--name") == 0) {
		t.places[o->place_count - 1].name = *value;
	} else if (strcmp(name, "--chain") == 0) {
		o->chain_id = strtoull(*value, NULL, 10);
	} else if (strcmp(name, "--poll") == 0) {
		o->poll_us = ms(*value);
	} else if (strcmp(name, "--try") == 0) {
		o->try_us = ms(*value);
	} else if (strcmp(name, "--timeout") == 0) {
		o->timeout_us = ms(*value);
	} else if (strcmp(name, "--open") == 0) {
		t.rule = (struct stoa_breaker_rule){.failures_min = 3,
		    .window_us = 10 * STOA_US_PER_S,
		    .open_us = ms(*value),
		    .open_us_max = 4 * ms(*value),
		    .probes = 1};
		o->breaker = &t.rule;
	} else if (strcmp(name, "--confirmations") == 0) {
		o->confirmations = strtoull(*value, NULL, 10);
	} else if (strcmp(name, "--stall") == 0) {
		o->final_stall_us = ms(*value);
	} else if (strcmp(name, "--lag") == 0) {
		o->lag_max = strtoull(*value, NULL, 10);
	} else {
		return false;
	}
	return true;
}

/* How many words it took; 0: none of ours. */
static int
set_index(const char *name, char **value)
{
	struct evm_indexer_options *o = &t.options;

	if (strcmp(name, "--from") == 0) {
		t.has_index = true;
		o->from.number = strtoull(value[0], NULL, 10);
		read_bytes(value[1], o->from.hash.bytes, STOA_HASH_SIZE);
		return 3;
	}
	if (strcmp(name, "--alone") == 0) {
		o->is_history_alone = true;
		return 1;
	}
	if (strcmp(name, "--address") == 0) {
		read_bytes(*value, t.addresses[o->address_count++].bytes,
		    EVM_ADDRESS_SIZE);
	} else if (strcmp(name, "--topic") == 0) {
		read_bytes(
		    *value, t.topics[o->topic_count++].bytes, STOA_HASH_SIZE);
	} else if (strcmp(name, "--range") == 0) {
		o->range_max = strtoull(*value, NULL, 10);
	} else if (strcmp(name, "--rescan") == 0) {
		o->rescan_us = ms(*value);
	} else if (strcmp(name, "--rescan-blocks") == 0) {
		o->rescan_blocks = strtoull(*value, NULL, 10);
	} else if (strcmp(name, "--quiet") == 0) {
		t.is_quiet = true;
		t.until = strtoull(*value, NULL, 10);
	} else {
		return 0;
	}
	return 2;
}

static void
open_all(void)
{
	struct evm_nodes_options *n = &t.nodes_options;
	struct evm_indexer_options *o = &t.options;

	n->loop = o->loop = t.loop;
	n->places = t.places;
	n->seed = o->seed = (uint64_t)getpid();
	n->on_head = on_head;
	n->on_alert = on_alert;
	if (evm_nodes_open(n, &t.nodes) != STOA_OK) {
		fprintf(stderr, "nodes: not valid\n");
		exit(2);
	}
	if (!t.has_index) {
		return;
	}
	o->nodes = t.nodes;
	o->addresses = t.addresses;
	o->topics = t.topics;
	o->on_log = on_log;
	o->on_final = on_final;
	o->on_alarm = on_alarm;
	if (evm_indexer_open(o, &t.indexer) != STOA_OK) {
		fprintf(stderr, "index: not valid\n");
		exit(2);
	}
}

int
main(int argc, char **argv)
{
	struct stoa_reader *reader;

	t.started_us = stoa_clock_mono(NULL).us;
	for (int i = 1; i < argc;) {
		int words = set_nodes(argv[i], &argv[i + 1])
				? 2
				: set_index(argv[i], &argv[i + 1]);

		if (words == 0) {
			fprintf(stderr, "no such setting: %s\n", argv[i]);
			return 2;
		}
		i += words;
	}
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	stoa_buf_init(&t.in, LINE_MAX_LEN);
	t.loop = stoa_loop_open();
	open_all();
	reader = stoa_reader_new(t.loop, 0, on_input, NULL);
	stoa_loop_run(t.loop);
	stoa_reader_free(reader);
	evm_indexer_close(t.indexer);
	evm_nodes_close(t.nodes);
	stoa_loop_close(t.loop);
	stoa_buf_fini(&t.in);
	return 0;
}
