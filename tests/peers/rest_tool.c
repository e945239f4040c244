/* rest_tool.c - the REST client as a program, for scenarios:
 *
 *   rest_tool [--ca FILE] [--limit N] [--invalid N] [--timeout SECONDS]
 *       [--redis SOCKET] URL <requests
 *
 * The token is in STOA_TOKEN. Each line of the input is one request: lane
 * (interaction, message or bulk), "r" (repeatable), "o" (may overlap) or "-",
 * method, path, body ("-": none; "@N": a file of N bytes beside a content).
 * All are sent at once; each prints a line when it is over: its number, the
 * status, HTTP, code, tries, milliseconds, cause. Then come the state and the
 * metrics. */
#include "discord/rest.h"

#include "edge/cache_redis.h"
#include "edge/loop.h"
#include "port/clock.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_LEN 8192

static struct {
	struct stoa_loop *loop;
	struct rest *rest;
	struct stoa_cache *cache;
	int64_t timeout_us;
	unsigned sent, done;
	bool is_read;
} tool;

struct asked {
	unsigned number;
	int64_t began_us;
};

static void
on_answer(void *owner, const struct rest_answer *answer)
{
	struct asked *asked = owner;

	printf("%u %s %u %" PRId64 " %u %" PRId64 " %s%s\n", asked->number,
	    stoa_status_name(answer->result.status), answer->http, answer->code,
	    answer->tries, (stoa_clock_mono(NULL).us - asked->began_us) / 1000,
	    answer->cause, answer->result.is_presumed ? " (presumed)" : "");
	free(asked);
	tool.done++;
	if (tool.is_read && tool.done == tool.sent) {
		stoa_loop_stop(tool.loop);
	}
}

static bool
method_of(const char *word, enum rest_method *ret_method)
{
	for (int i = REST_GET; i <= REST_DELETE; i++) {
		if (strcmp(word, rest_method_name((enum rest_method)i)) == 0) {
			*ret_method = (enum rest_method)i;
			return true;
		}
	}
	return false;
}

static bool
lane_of(const char *word, enum rest_lane *ret_lane)
{
	for (int i = 0; i < REST_LANE_COUNT; i++) {
		if (strcmp(word, rest_lane_name((enum rest_lane)i)) == 0) {
			*ret_lane = (enum rest_lane)i;
			return true;
		}
	}
	return false;
}

static bool
ask(char *line)
{
	struct asked *asked = calloc(1, sizeof(*asked));
	struct rest_request request = {.timeout_us = tool.timeout_us};
	struct rest_file file = {
	    .name = "bytes.bin", .content_type = "application/octet-stream"};
	char *save = NULL;
	char *lane = strtok_r(line, " ", &save);
	char *flags = strtok_r(NULL, " ", &save);
	char *method = strtok_r(NULL, " ", &save);
	char *path = strtok_r(NULL, " ", &save);
	char *body = strtok_r(NULL, "\n", &save);
	char *bytes = NULL;
	bool ok;

	ok = asked != NULL && body != NULL && lane_of(lane, &request.lane) &&
	     method_of(method, &request.method);
	if (!ok) {
		free(asked);
		return false;
	}
	request.path = path;
	request.is_repeatable = strchr(flags, 'r') != NULL;
	request.may_overlap = strchr(flags, 'o') != NULL;
	if (body[0] == '@') {
		file.data.len = strtoul(body + 1, NULL, 10);
		bytes = calloc(1, file.data.len);
		file.data.data = bytes;
		request.files = &file;
		request.file_count = 1;
		request.json = STOA_STR("{\"content\":\"a file\"}");
	} else if (strcmp(body, "-") != 0) {
		request.json = stoa_str_of(body);
	}
	asked->number = tool.sent;
	asked->began_us = stoa_clock_mono(NULL).us;
	ok = rest_send(tool.rest, &request, on_answer, asked, NULL) == STOA_OK;
	free(bytes);
	if (!ok) {
		free(asked);
		return false;
	}
	tool.sent++;
	return true;
}

static bool
ask_all(void)
{
	char line[LINE_MAX_LEN];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (!ask(line)) {
			fprintf(stderr, "rest_tool: not a request\n");
			return false;
		}
	}
	tool.is_read = true;
	return true;
}

static void
print_state(void)
{
	struct stoa_buf text;

	stoa_buf_init(&text, 1 << 20);
	stoa_buf_add_text(&text, "state ");
	rest_state(tool.rest, &text);
	stoa_buf_add_text(&text, "\n");
	rest_metrics(tool.rest, &text);
	fputs(text.data, stdout);
	stoa_buf_fini(&text);
}

/* A cache begins degraded: looked at until it is not, or for a second. */
static void
look_at_cache(void *arg)
{
	int *looks = arg;

	(*looks)++;
	if (!stoa_cache_is_degraded(tool.cache) || *looks > 100) {
		stoa_loop_stop(tool.loop);
	}
}

static bool
share(const char *redis)
{
	const struct stoa_cache_options options = {.socket = redis};
	struct stoa_timer *timer;
	int looks = 0;

	if (stoa_cache_open(stoa_loop_uv(tool.loop), &options, &tool.cache) !=
	    STOA_OK) {
		return false;
	}
	timer = stoa_timer_new(tool.loop, look_at_cache, &looks);
	stoa_timer_start(timer, 10 * STOA_US_PER_MS, 10 * STOA_US_PER_MS);
	stoa_loop_run(tool.loop);
	stoa_timer_free(timer);
	return !stoa_cache_is_degraded(tool.cache);
}

int
main(int argc, char **argv)
{
	static const struct option names[] = {
	    {"ca", required_argument, NULL, 'c'},
	    {"limit", required_argument, NULL, 'l'},
	    {"invalid", required_argument, NULL, 'i'},
	    {"timeout", required_argument, NULL, 't'},
	    {"redis", required_argument, NULL, 'r'},
	    {NULL, 0, NULL, 0},
	};
	struct rest_options options = {
	    .token = getenv("STOA_TOKEN"),
	    .home_url = "https://example.org/stoa",
	    .version = STOA_VERSION,
	    .seed = (uint64_t)stoa_clock_mono(NULL).us,
	};
	const char *redis = NULL;
	bool ok;
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (c) {
		case 'c':
			options.ca_file = optarg;
			break;
		case 'l':
			options.global_limit =
			    (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'i':
			options.invalid_max =
			    (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 't':
			tool.timeout_us =
			    strtol(optarg, NULL, 10) * STOA_US_PER_S;
			break;
		case 'r':
			redis = optarg;
			break;
		default:
			return 2;
		}
	}
	if (optind + 1 != argc || options.token == NULL) {
		fprintf(stderr, "usage: rest_tool [options] URL\n");
		return 2;
	}
	options.base_url = argv[optind];
	tool.loop = stoa_loop_open();
	if (redis != NULL && !share(redis)) {
		fprintf(stderr, "rest_tool: no answer from Redis\n");
		return 2;
	}
	options.cache = tool.cache;
	if (rest_open(tool.loop, &options, &tool.rest) != STOA_OK) {
		fprintf(stderr, "rest_tool: bad options\n");
		return 2;
	}
	ok = ask_all();
	if (ok && tool.sent > 0) {
		stoa_loop_run(tool.loop);
	}
	print_state();
	rest_close(tool.rest);
	stoa_cache_close(tool.cache);
	stoa_loop_close(tool.loop);
	return ok ? 0 : 1;
}
