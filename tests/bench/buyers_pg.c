/* buyers_pg.c CONNINFO AT_ONCE PURCHASES - the same purchases as one
 * transaction each, AT_ONCE connections to PostgreSQL by libpq: the buyer's
 * balance is checked and taken from, four are paid, the model changes hands,
 * the sale is written down. Each connection has two members and a model, as
 * buyers.c. */
#include <inttypes.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct pair {
	pthread_t thread;
	const char *conninfo;
	int64_t number, count;
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

static void
exec(PGconn *pg, const char *text, int *failed)
{
	PGresult *r = PQexec(pg, text);
	ExecStatusType status = PQresultStatus(r);

	*failed += status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK;
	PQclear(r);
}

static void
pay(PGconn *pg, const char *to, int64_t micro, int *failed)
{
	char text[128];

	(void)snprintf(text, sizeof(text),
	    "UPDATE account SET micro = micro + %" PRId64 " WHERE name = '%s'",
	    micro, to);
	exec(pg, text, failed);
}

/* The treasury is one for all, and so is its row: its share is written down and
 * added up by whoever asks. */
static void
buy(PGconn *pg, const struct pair *p, int64_t n, int *failed)
{
	char buyer[32], seller[32], maker[32], text[256];

	(void)snprintf(buyer, sizeof(buyer), "u_%" PRId64 "_%d", p->number,
	    (int)((n + 1) % 2));
	(void)snprintf(seller, sizeof(seller), "u_%" PRId64 "_%d", p->number,
	    (int)(n % 2));
	(void)snprintf(maker, sizeof(maker), "u_%" PRId64 "_0", p->number);
	exec(pg, "BEGIN", failed);
	(void)snprintf(text, sizeof(text),
	    "UPDATE account SET micro = micro - 1000 WHERE name = '%s' AND "
	    "micro >= 1000",
	    buyer);
	exec(pg, text, failed);
	pay(pg, seller, 900, failed);
	pay(pg, maker, 50, failed);
	pay(pg, maker, 25, failed);
	(void)snprintf(text, sizeof(text),
	    "UPDATE model SET owner = '%s' WHERE id = %" PRId64
	    " AND owner = '%s'",
	    buyer, p->number, seller);
	exec(pg, text, failed);
	(void)snprintf(text, sizeof(text),
	    "INSERT INTO sale (model, number, buyer, treasury) VALUES "
	    "(%" PRId64 ", %" PRId64 ", '%s', 25)",
	    p->number, n, buyer);
	exec(pg, text, failed);
	exec(pg, "COMMIT", failed);
}

static void *
run(void *arg)
{
	struct pair *p = arg;
	PGconn *pg = PQconnectdb(p->conninfo);

	for (int64_t i = 0; i < p->count; i++) {
		int64_t began = now_us();

		buy(pg, p, i, &p->failed);
		p->samples[i] = now_us() - began;
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

static void
tables_make(PGconn *pg, int64_t pairs)
{
	char text[256];
	int failed = 0;

	exec(pg,
	    "SET client_min_messages = error; DROP TABLE IF EXISTS account, "
	    "model, sale",
	    &failed);
	exec(pg, "CREATE TABLE account (name text PRIMARY KEY, micro bigint)",
	    &failed);
	exec(pg, "CREATE TABLE model (id bigint PRIMARY KEY, owner text)",
	    &failed);
	exec(pg,
	    "CREATE TABLE sale (model bigint, number bigint, buyer text, "
	    "treasury bigint, at timestamptz DEFAULT now(), PRIMARY KEY "
	    "(model, number))",
	    &failed);
	for (int64_t i = 0; i < pairs; i++) {
		(void)snprintf(text, sizeof(text),
		    "INSERT INTO account VALUES ('u_%" PRId64
		    "_0', 1000000000), ('u_%" PRId64 "_1', 1000000000)",
		    i, i);
		exec(pg, text, &failed);
		(void)snprintf(text, sizeof(text),
		    "INSERT INTO model VALUES (%" PRId64 ", 'u_%" PRId64 "_0')",
		    i, i);
		exec(pg, text, &failed);
	}
}

int
main(int argc, char **argv)
{
	int64_t at_once, purchases, began, took, *samples;
	struct pair *pairs;
	PGconn *pg;
	int failed = 0;

	if (argc != 4) {
		fprintf(stderr, "buyers_pg CONNINFO AT_ONCE PURCHASES\n");
		return 2;
	}
	at_once = strtoll(argv[2], NULL, 10);
	purchases = strtoll(argv[3], NULL, 10) / at_once * at_once;
	pairs = calloc((size_t)at_once, sizeof(pairs[0]));
	samples = calloc((size_t)purchases, sizeof(samples[0]));
	pg = PQconnectdb(argv[1]);
	if (pairs == NULL || samples == NULL || PQstatus(pg) != CONNECTION_OK) {
		fprintf(stderr, "buyers_pg: %s", PQerrorMessage(pg));
		return 2;
	}
	tables_make(pg, at_once);
	PQfinish(pg);
	began = now_us();
	for (int64_t i = 0; i < at_once; i++) {
		pairs[i] = (struct pair){.conninfo = argv[1],
		    .number = i,
		    .count = purchases / at_once,
		    .samples = samples + i * (purchases / at_once)};
		(void)pthread_create(&pairs[i].thread, NULL, run, &pairs[i]);
	}
	for (int64_t i = 0; i < at_once; i++) {
		(void)pthread_join(pairs[i].thread, NULL);
		failed += pairs[i].failed;
	}
	took = now_us() - began;
	qsort(samples, (size_t)purchases, sizeof(samples[0]), by_size);
	printf("%" PRId64 " at once: %" PRId64 " purchases, %" PRId64
	       "/s, p50 %" PRId64 " us, p99 %" PRId64 " us, failed %d\n",
	    at_once, purchases, purchases * 1000000 / took,
	    samples[purchases / 2], samples[purchases * 99 / 100], failed);
	return failed == 0 ? 0 : 1;
}
