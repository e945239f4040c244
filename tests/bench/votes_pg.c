/* votes_pg.c CONNINFO AT_ONCE VOTES - the same ballots as one INSERT each, with
 * a unique constraint, AT_ONCE connections to PostgreSQL by libpq. */
#include <inttypes.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PROPOSALS 20

struct chain {
	pthread_t thread;
	const char *conninfo;
	int64_t first, count, step;
	int64_t *samples;
	int failed;
};

static int64_t
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void *
run(void *arg)
{
	struct chain *c = arg;
	PGconn *pg = PQconnectdb(c->conninfo);

	PQclear(PQprepare(pg, "vote",
	    "INSERT INTO vote (proposal, member, option) VALUES ($1, $2, $3)",
	    3, NULL));
	for (int64_t i = 0; i < c->count; i++) {
		int64_t n = c->first + i * c->step, began = now_us();
		char proposal[32], member[32], option[8];
		const char *values[] = {proposal, member, option};
		PGresult *r;

		(void)snprintf(
		    proposal, sizeof(proposal), "p_%010" PRId64, n % PROPOSALS);
		(void)snprintf(
		    member, sizeof(member), "u_%010" PRId64, n / PROPOSALS);
		(void)snprintf(option, sizeof(option), "%d", (int)(n % 3));
		r = PQexecPrepared(pg, "vote", 3, values, NULL, NULL, 0);
		c->failed += PQresultStatus(r) != PGRES_COMMAND_OK;
		PQclear(r);
		c->samples[i] = now_us() - began;
	}
	PQfinish(pg);
	return NULL;
}

static int
by_size(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;

	return (a > b) - (a < b);
}

int
main(int argc, char **argv)
{
	int64_t at_once, votes, began, took, *samples;
	struct chain *chains;
	PGconn *pg;
	int failed = 0;

	if (argc != 4) {
		fprintf(stderr, "votes_pg CONNINFO AT_ONCE VOTES\n");
		return 2;
	}
	at_once = strtoll(argv[2], NULL, 10);
	votes = strtoll(argv[3], NULL, 10) / at_once * at_once;
	chains = calloc((size_t)at_once, sizeof(chains[0]));
	samples = calloc((size_t)votes, sizeof(samples[0]));
	pg = PQconnectdb(argv[1]);
	if (chains == NULL || samples == NULL ||
	    PQstatus(pg) != CONNECTION_OK) {
		fprintf(stderr, "votes_pg: %s", PQerrorMessage(pg));
		return 2;
	}
	PQclear(PQexec(
	    pg, "SET client_min_messages = error; DROP TABLE IF EXISTS vote"));
	PQclear(PQexec(pg,
	    "CREATE TABLE vote (proposal text, member text, option int, at "
	    "timestamptz DEFAULT now(), PRIMARY KEY (proposal, member))"));
	PQfinish(pg);
	began = now_us();
	for (int64_t i = 0; i < at_once; i++) {
		chains[i] = (struct chain){.conninfo = argv[1],
		    .first = i,
		    .step = at_once,
		    .count = votes / at_once,
		    .samples = samples + i * (votes / at_once)};
		(void)pthread_create(&chains[i].thread, NULL, run, &chains[i]);
	}
	for (int64_t i = 0; i < at_once; i++) {
		(void)pthread_join(chains[i].thread, NULL);
		failed += chains[i].failed;
	}
	took = now_us() - began;
	qsort(samples, (size_t)votes, sizeof(samples[0]), by_size);
	printf("%" PRId64 " at once: %" PRId64 " ballots, %" PRId64
	       "/s, p50 %" PRId64 " us, p99 %" PRId64 " us, failed %d\n",
	    at_once, votes, votes * 1000000 / took, samples[votes / 2],
	    samples[votes * 99 / 100], failed);
	return failed == 0 ? 0 : 1;
}
