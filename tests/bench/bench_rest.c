/* bench_rest.c - what REST costs: 300 requests a second for ten seconds
 * against a local server in a process of its own. Prints CPU time for each
 * request, the share of one core, memory, and how long answers took. */
#include "discord/rest.h"

#include "edge/loop.h"
#include "port/clock.h"
#include "port/http.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define RATE	 300u
#define SECONDS	 10u
#define TICK_US	 (10 * STOA_US_PER_MS)
#define CHANNELS 150u
#define TOTAL	 (RATE * SECONDS)

/* ---- the server ---- */

static void *
begin(void *owner, struct stoa_http_request *request)
{
	(void)owner;
	(void)request;
	return NULL;
}

static void
body(void *state, struct stoa_http_request *request, struct stoa_str bytes)
{
	(void)state;
	(void)request;
	(void)bytes;
}

static void
end(void *state, struct stoa_http_request *request)
{
	static const char message[] =
	    "{\"id\":\"1234567890123456789\",\"channel_id\":"
	    "\"1234567890123456788\",\"content\":\"hello\"}";

	(void)state;
	stoa_http_add_header(request, "X-RateLimit-Bucket", "d0f1");
	stoa_http_add_header(request, "X-RateLimit-Limit", "50");
	stoa_http_add_header(request, "X-RateLimit-Remaining", "49");
	stoa_http_add_header(request, "X-RateLimit-Reset-After", "0.250");
	stoa_http_reply(request, 200, "application/json", stoa_str_of(message));
}

static void
nothing(void *state)
{
	(void)state;
}

static void
serve(int to_parent)
{
	static const struct stoa_http_route routes[] = {
	    {"POST", "/api/v10/", begin, body, end, nothing},
	};
	const struct stoa_http_options options = {
	    .listen = "127.0.0.1:0",
	    .routes = routes,
	    .route_count = 1,
	    .connections_max = 128,
	    .connection_bytes_max = 32768,
	    .body_bytes_max = 65536,
	    .idle_seconds_max = 60,
	};
	struct stoa_http_server *server = NULL;
	const char *url;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (stoa_http_open(&options, &server) != STOA_OK) {
		_exit(1);
	}
	url = stoa_http_url(server);
	if (write(to_parent, url, strlen(url)) < 0) {
		_exit(1);
	}
	close(to_parent);
	for (;;) {
		(void)pause();
	}
}

/* ---- the client ---- */

static struct {
	struct stoa_loop *loop;
	struct rest *rest;
	struct stoa_timer *tick;
	unsigned sent, done, failed;
	int64_t started_us;
	int64_t began_us[TOTAL];
	int64_t took_us[TOTAL];
} b;

static int64_t
now_us(void)
{
	return stoa_clock_mono(NULL).us;
}

static void
on_answer(void *owner, const struct rest_answer *answer)
{
	int64_t *began_us = owner;

	b.took_us[b.done++] = now_us() - *began_us;
	b.failed += answer->result.status != STOA_OK;
	if (b.done == TOTAL) {
		stoa_loop_stop(b.loop);
	}
}

static void
send_one(void)
{
	char path[64], json[128];
	const struct rest_request request = {
	    .method = REST_POST,
	    .path = path,
	    .json = {json, (size_t)snprintf(json, sizeof(json),
			       "{\"content\":\"message %u\",\"nonce\":\"%u\","
			       "\"enforce_nonce\":true}",
			       b.sent, b.sent)},
	    .lane = REST_LANE_MESSAGE,
	    .is_repeatable = true,
	};

	snprintf(path, sizeof(path), "/channels/12345678901234%04u/messages",
	    b.sent % CHANNELS);
	b.began_us[b.sent] = now_us();
	if (rest_send(b.rest, &request, on_answer, &b.began_us[b.sent], NULL) !=
	    STOA_OK) {
		fprintf(stderr, "bench_rest: refused\n");
		exit(1);
	}
	b.sent++;
}

static void
on_tick(void *arg)
{
	int64_t due = (now_us() - b.started_us) * (int64_t)RATE / STOA_US_PER_S;

	(void)arg;
	while (b.sent < TOTAL && b.sent < due) {
		send_one();
	}
	if (b.sent == TOTAL) {
		stoa_timer_stop(b.tick);
	}
}

static int64_t
cpu_us(void)
{
	struct rusage u;

	(void)getrusage(RUSAGE_SELF, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * STOA_US_PER_S +
	       u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

static long
rss_kb(void)
{
	long pages = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (file != NULL) {
		if (fscanf(file, "%*d %ld", &pages) != 1) {
			pages = 0;
		}
		(void)fclose(file);
	}
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static int
compare(const void *x, const void *y)
{
	int64_t p = *(const int64_t *)x, q = *(const int64_t *)y;

	return p < q ? -1 : p > q;
}

static void
run(const char *url)
{
	char base[128];
	const struct rest_options options = {
	    .base_url = base,
	    .token = "bench",
	    .home_url = "https://example.org",
	    .version = STOA_VERSION,
	    .global_limit = 2 * RATE,
	    .seed = 1,
	};
	int64_t cpu_before_us, wall_us, used_us;

	snprintf(base, sizeof(base), "%s/api/v10", url);
	b.loop = stoa_loop_open();
	if (rest_open(b.loop, &options, &b.rest) != STOA_OK) {
		exit(1);
	}
	b.tick = stoa_timer_new(b.loop, on_tick, NULL);
	cpu_before_us = cpu_us();
	b.started_us = now_us();
	stoa_timer_start(b.tick, TICK_US, TICK_US);
	stoa_loop_run(b.loop);
	wall_us = now_us() - b.started_us;
	used_us = cpu_us() - cpu_before_us;
	qsort(b.took_us, TOTAL, sizeof(b.took_us[0]), compare);
	printf("requests          %u, failed %u, %.0f/s\n", TOTAL, b.failed,
	    TOTAL * 1e6 / (double)wall_us);
	printf("CPU a request     %" PRId64 " us\n", used_us / TOTAL);
	printf("share of a core   %.3f\n", (double)used_us / (double)wall_us);
	printf("RSS               %ld KB\n", rss_kb());
	printf("answer, p50 p99   %" PRId64 " us, %" PRId64 " us\n",
	    b.took_us[TOTAL / 2], b.took_us[TOTAL * 99 / 100]);
	rest_close(b.rest);
	stoa_timer_free(b.tick);
	stoa_loop_close(b.loop);
}

int
main(void)
{
	char url[128] = "";
	int ends[2];
	pid_t server;

	if (pipe(ends) != 0 || (server = fork()) < 0) {
		return 1;
	}
	if (server == 0) {
		close(ends[0]);
		serve(ends[1]);
	}
	close(ends[1]);
	if (read(ends[0], url, sizeof(url) - 1) <= 0) {
		return 1;
	}
	run(url);
	(void)kill(server, SIGKILL);
	(void)waitpid(server, NULL, 0);
	return b.failed == 0 ? 0 : 1;
}
