/* console.c - a command from a terminal to its card, one at a time.
 *   console HOME COUNT LINE */
#include "base/check.h"
#include "edge/log.h"
#include "port/clock.h"
#include "stoa/client.h"
#include "stoa/home.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct {
	struct client *client;
	struct stoa_loop *loop;
	struct stoa_timer *tick;
	const char *line;
	int64_t *samples;
	int64_t count, done, failed;
	int64_t since_us;
	bool is_waiting;
} b;

static int
by_size(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, c = *(const int64_t *)y;

	return (a > c) - (a < c);
}

static void next(void *arg);

static void
answered(void *owner, const Stoa__Chat__Card *card)
{
	(void)owner;
	b.samples[b.done++] = stoa_clock_mono(NULL).us - b.since_us;
	b.failed += card == NULL ? 1 : 0;
	b.is_waiting = false;
	/* Not from inside the client's callback. */
	stoa_loop_post(b.loop, next, NULL);
}

static void
next(void *arg)
{
	(void)arg;
	if (b.is_waiting || !client_is_up(b.client)) {
		return;
	}
	if (b.done == b.count) {
		stoa_loop_stop(b.loop);
		return;
	}
	b.is_waiting = true;
	b.since_us = stoa_clock_mono(NULL).us;
	stoa_assert(client_send_line(b.client, stoa_str_of(b.line), NULL,
			answered, NULL) == STOA_OK);
}

int
main(int argc, char **argv)
{
	struct home home = {0};
	char url[64], user[16], key[HOME_PATH_MAX], path[HOME_PATH_MAX];
	unsigned nats = 0, storage = 0;
	struct client_options options = {
	    .url = url, .user = user, .key_file = key};
	FILE *ports;

	if (argc != 4) {
		fprintf(stderr, "console HOME COUNT LINE\n");
		return 2;
	}
	stoa_log_open("console", STOA_LOG_WARN);
	(void)snprintf(home.path, sizeof(home.path), "%s", argv[1]);
	ports = fopen(home_path(&home, "run/ports", path), "re");
	if (ports == NULL || fscanf(ports, "%u %u", &nats, &storage) != 2 ||
	    !home_console_user(&home, user)) {
		fprintf(stderr, "%s: no suite runs there\n", argv[1]);
		return 2;
	}
	(void)fclose(ports);
	home.nats_port = (uint16_t)nats;
	home_nats_url(&home, url);
	(void)home_path(&home, "keys/console.nk", key);
	b.count = strtoll(argv[2], NULL, 10);
	b.line = argv[3];
	b.samples = calloc((size_t)b.count, sizeof(b.samples[0]));
	stoa_assert(b.samples != NULL);
	b.loop = stoa_loop_open();
	options.loop = b.loop;
	if (client_open(&options, &b.client) != STOA_OK) {
		return 2;
	}
	b.tick = stoa_timer_new(b.loop, next, NULL);
	stoa_timer_start(b.tick, 0, 50000);
	stoa_loop_run(b.loop);
	qsort(b.samples, (size_t)b.count, sizeof(b.samples[0]), by_size);
	printf("%s: p50 %" PRId64 " us, p99 %" PRId64 " us, max %" PRId64
	       " us, without answer %" PRId64 "\n",
	    b.line, b.samples[b.count / 2], b.samples[b.count * 99 / 100],
	    b.samples[b.count - 1], b.failed);
	(void)fflush(stdout);
	_exit(b.failed == 0 ? 0 : 1);
}
