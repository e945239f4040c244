/* traders.c - members buy and lease models at once, as the bot would ask.
 *
 *   traders HOME COMMUNITY DEALS KILLS SEED <models-and-members
 *
 * The input has lines "m MODEL" and "u MEMBER". Each model has a chain of
 * deals: its owner lists it, somebody buys or leases it, and when that is over
 * it goes on. Each command is asked again under its own id until it is
 * answered. With KILLS, daemons are killed at random meanwhile, and deals go on
 * until all of them were. Every deal must end, a purchase that was completed
 * must have made the buyer the owner. Prints what happened, "owner MODEL MEMBER
 * TOKEN" of each model, and "vault MICRO": what a chain must hold for the
 * community; status 1 if anything is amiss. */
#include "base/check.h"
#include "base/core.h"
#include "base/encode.h"
#include "base/id.h"
#include "base/rng.h"
#include "edge/bus.h"
#include "edge/log.h"
#include "port/clock.h"
#include "stoa/home.h"

#include "proto/accounts.pb-c.h"
#include "proto/marketplace.pb-c.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MARKET	    (&stoa__marketplace__marketplace__descriptor)
#define MODELS_MAX  64
#define MEMBERS_MAX 256
#define ASK_US	    (100 * STOA_US_PER_MS)
#define PRICE_MICRO INT64_C(1000000)
#define RENT_MICRO  INT64_C(3600000) /* an hour: 1,000 a second */

enum step {
	LIST,
	LISTED, /* waits for the chain to have it so */
	DEAL,
	WATCH,
};

struct chain {
	char model[STOA_ID_SIZE];
	char owner[STOA_ID_SIZE];
	char member[STOA_ID_SIZE]; /* whose deal it is */
	char deal[STOA_ID_SIZE];
	enum step step;
	bool is_sale, is_asking;
	int64_t number; /* of its commands */
	int64_t seconds;
	int64_t try_us, since_us;
};

static struct {
	struct stoa_loop *loop;
	struct stoa_bus *bus;
	struct stoa_timer *timer, *killer;
	struct home home;
	const char *community;
	int64_t deals, kills, begun, ended, sold, leased, refused, lost;
	int64_t killed, again, longest_us;
	uint64_t seed;
	struct stoa_rng rng;
	struct chain chains[MODELS_MAX];
	size_t chain_count;
	char members[MEMBERS_MAX][STOA_ID_SIZE];
	size_t member_count;
	int status;
} t;

static void
stop(const char *why)
{
	if (why != NULL) {
		fprintf(stderr, "traders: %s\n", why);
		t.status = 1;
	}
	stoa_loop_stop(t.loop);
}

static void
call(struct chain *c, const char *method, const char *actor, bool is_command,
    const ProtobufCMessage *request, stoa_bus_done done)
{
	char id[64] = "";
	struct stoa_bus_call call = {
	    .service = MARKET,
	    .method = method,
	    .community = stoa_str_of(t.community),
	    .actor = stoa_str_of(actor),
	    .timeout_us = 10 * STOA_US_PER_S,
	};

	if (is_command) {
		(void)snprintf(id, sizeof(id), "%s-%" PRIu64 "-%s-%" PRId64,
		    method, t.seed, c->model, c->number);
		call.command_id = stoa_str_of(id);
	}
	c->is_asking = true;
	stoa_bus_call(t.bus, &call, request, done, c);
}

/* True: answered; `*ret_entry` lies in the arena. */
static bool
is_answered(enum stoa_status status, struct stoa_str reply,
    struct stoa_arena *arena, const Stoa__Journal__Entry **ret_entry)
{
	const Stoa__Journal__Outcome *outcome = NULL;

	stoa_arena_init(arena, NULL, 0, 1 << 20);
	if (status == STOA_OK) {
		outcome = stoa_unpack(
		    arena, &stoa__journal__outcome__descriptor, reply);
	}
	if (outcome == NULL || outcome->entry == NULL) {
		return false;
	}
	*ret_entry = outcome->entry;
	return true;
}

static void
later(struct chain *c, int64_t us)
{
	c->is_asking = false;
	c->try_us = stoa_clock_mono(NULL).us + us;
}

/* ---- listing ---- */

static void
listed(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct chain *c = owner;
	struct stoa_arena arena;
	const Stoa__Journal__Entry *entry;

	(void)detail;
	if (!is_answered(status, reply, &arena, &entry)) {
		t.again++;
		later(c, ASK_US);
	} else if (entry->refusal != NULL) {
		/* The chain is still busy with what was said before. */
		c->number++;
		t.refused++;
		later(c, ASK_US);
	} else {
		c->number++;
		c->step = LISTED;
		later(c, 0);
	}
	stoa_arena_fini(&arena);
}

static void
list(struct chain *c)
{
	Stoa__Marketplace__ListRequest in =
	    STOA__MARKETPLACE__LIST_REQUEST__INIT;

	in.model = c->model;
	in.price_micro = PRICE_MICRO;
	in.rent_micro = RENT_MICRO;
	call(c, "List", c->owner, true, &in.base, listed);
}

/* ---- a deal ---- */

static void
dealt(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct chain *c = owner;
	struct stoa_arena arena;
	const Stoa__Journal__Entry *entry;
	const Stoa__Marketplace__Event *event;

	(void)detail;
	if (!is_answered(status, reply, &arena, &entry)) {
		t.again++;
		later(c, ASK_US);
	} else if (entry->refusal != NULL) {
		c->number++;
		t.refused++;
		if (strcmp(entry->refusal->reason, "not_listed") == 0) {
			c->step = LIST;
		}
		later(c, ASK_US);
	} else {
		event =
		    stoa_unpack(&arena, &stoa__marketplace__event__descriptor,
			stoa_str_of_bytes(
			    entry->events[0].data, entry->events[0].len));
		stoa_assert(event != NULL && event->deal_begun != NULL);
		(void)snprintf(
		    c->deal, sizeof(c->deal), "%s", event->deal_begun->deal);
		c->number++;
		c->step = WATCH;
		c->since_us = stoa_clock_mono(NULL).us;
		t.begun++;
		later(c, ASK_US);
	}
	stoa_arena_fini(&arena);
}

static void
deal(struct chain *c)
{
	Stoa__Marketplace__BuyRequest buy =
	    STOA__MARKETPLACE__BUY_REQUEST__INIT;
	Stoa__Marketplace__LeaseRequest lease =
	    STOA__MARKETPLACE__LEASE_REQUEST__INIT;
	struct stoa_rng rng;

	/* The same each time that it is asked. */
	stoa_rng_init(&rng, t.seed * 1000003 + (uint64_t)(c - t.chains) * 7919 +
				(uint64_t)c->number);
	do {
		(void)snprintf(c->member, sizeof(c->member), "%s",
		    t.members[stoa_rng_below(&rng, t.member_count)]);
	} while (strcmp(c->member, c->owner) == 0);
	c->is_sale = stoa_rng_below(&rng, 2) == 0;
	c->seconds = 1 + (int64_t)stoa_rng_below(&rng, 2);
	if (c->is_sale) {
		buy.model = c->model;
		buy.price_micro = PRICE_MICRO;
		call(c, "Buy", c->member, true, &buy.base, dealt);
	} else {
		lease.model = c->model;
		lease.duration_us = c->seconds * STOA_US_PER_S;
		lease.total_micro = RENT_MICRO / 3600 * c->seconds;
		call(c, "Lease", c->member, true, &lease.base, dealt);
	}
}

/* ---- how it ends ---- */

static void
over(struct chain *c, const Stoa__Marketplace__Deal *d)
{
	bool is_completed =
	    d->state == STOA__MARKETPLACE__DEAL_STATE__CLOSED &&
	    d->reason == STOA__MARKETPLACE__END_REASON__completed;
	int64_t took = stoa_clock_mono(NULL).us - c->since_us;

	t.longest_us = took > t.longest_us ? took : t.longest_us;
	t.ended++;
	if (!is_completed) {
		t.lost++;
		fprintf(stderr, "traders: %s of %s ended %d for %d\n", c->deal,
		    c->model, (int)d->state, (int)d->reason);
	} else if (c->is_sale) {
		t.sold++;
		memcpy(c->owner, c->member, sizeof(c->owner));
		c->step = LIST;
		return;
	} else {
		t.leased++;
	}
	c->step = DEAL;
}

static void
seen(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct chain *c = owner;
	const Stoa__Marketplace__DealReply *r = NULL;
	struct stoa_arena arena;

	(void)detail;
	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	if (status == STOA_OK) {
		r = stoa_unpack(
		    &arena, &stoa__marketplace__deal_reply__descriptor, reply);
	}
	if (r != NULL && r->deal != NULL &&
	    (r->deal->state == STOA__MARKETPLACE__DEAL_STATE__CLOSED ||
		r->deal->state == STOA__MARKETPLACE__DEAL_STATE__REFUSED)) {
		over(c, r->deal);
	}
	later(c, ASK_US);
	stoa_arena_fini(&arena);
}

static void
watch(struct chain *c)
{
	Stoa__Marketplace__DealQuery in = STOA__MARKETPLACE__DEAL_QUERY__INIT;

	in.deal = c->deal;
	call(c, "Deal", c->member, false, &in.base, seen);
}

/* ---- who owns what ---- */

static bool is_looking;
static size_t looked, wrong;

static void
audited(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	const Stoa__Accounts__AuditReply *r = NULL;
	struct stoa_arena arena;

	(void)owner;
	(void)detail;
	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	if (status == STOA_OK) {
		r = stoa_unpack(
		    &arena, &stoa__accounts__audit_reply__descriptor, reply);
	}
	if (r == NULL || r->joy_sum_micro != 0 || r->credit_sum_micro != 0) {
		stop("the ledger does not sum to zero");
	} else {
		printf("vault %" PRId64 "\n", r->vault_micro);
		stop(wrong > 0 ? "an owner is another" : NULL);
	}
	stoa_arena_fini(&arena);
}

static void
audit(void)
{
	Stoa__Accounts__AuditQuery in = STOA__ACCOUNTS__AUDIT_QUERY__INIT;
	struct stoa_bus_call call = {
	    .service = &stoa__accounts__accounts__descriptor,
	    .method = "Audit",
	    .community = stoa_str_of(t.community),
	    .actor = stoa_str_of(t.members[0]),
	    .timeout_us = 10 * STOA_US_PER_S,
	};

	stoa_bus_call(t.bus, &call, &in.base, audited, NULL);
}

static void
rights_known(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct chain *c = owner;
	const Stoa__Marketplace__RightsReply *r = NULL;
	struct stoa_arena arena;

	(void)detail;
	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	if (status == STOA_OK) {
		r = stoa_unpack(&arena,
		    &stoa__marketplace__rights_reply__descriptor, reply);
	}
	if (r == NULL || r->listing == NULL) {
		later(c, ASK_US);
	} else if (is_looking) {
		looked++;
		wrong += strcmp(r->listing->owner, c->owner) != 0;
		printf("owner %s %s ", c->model, r->listing->owner);
		for (size_t i = 0; i < r->listing->token.len; i++) {
			printf("%02x", r->listing->token.data[i]);
		}
		printf("\n");
		if (looked == t.chain_count) {
			audit();
		}
		c->is_asking = false;
		c->try_us = INT64_MAX;
	} else {
		(void)snprintf(
		    c->owner, sizeof(c->owner), "%s", r->listing->owner);
		c->step = LIST;
		later(c, 0);
	}
	stoa_arena_fini(&arena);
}

static void
rights(struct chain *c)
{
	Stoa__Marketplace__RightsQuery in =
	    STOA__MARKETPLACE__RIGHTS_QUERY__INIT;

	in.model = c->model;
	call(c, "Rights", t.members[0], false, &in.base, rights_known);
}

/* ---- going on ---- */

static bool
is_enough(void)
{
	return t.begun >= t.deals && t.killed >= t.kills;
}

static void
go(struct chain *c)
{
	if (c->owner[0] == '\0' || is_looking) {
		rights(c);
		return;
	}
	switch (c->step) {
	case LIST:
		list(c);
		break;
	case LISTED:
		c->step = DEAL;
		break;
	case DEAL:
		if (!is_enough()) {
			deal(c);
		}
		break;
	case WATCH:
		watch(c);
		break;
	}
}

static void
on_timer(void *arg)
{
	int64_t now = stoa_clock_mono(NULL).us;

	(void)arg;
	for (size_t i = 0; i < t.chain_count; i++) {
		struct chain *c = &t.chains[i];

		if (!c->is_asking && c->try_us <= now) {
			go(c);
		}
	}
	if (!is_looking && is_enough() && t.ended == t.begun) {
		is_looking = true;
	}
}

static void
on_kill(void *arg)
{
	static const char *const victims[] = {"accounts", "marketplace",
	    "chain", "nats", "storage", "bot", "governance", "training"};
	char path[HOME_PATH_MAX], name[48];
	const char *victim =
	    victims[stoa_rng_below(&t.rng, STOA_COUNT(victims))];
	int pid, found = 0;
	unsigned restarts;
	FILE *file = fopen(home_path(&t.home, "run/pids", path), "re");

	(void)arg;
	while (file != NULL &&
	       fscanf(file, "%47s %d %u", name, &pid, &restarts) == 3) {
		if (pid > 1 && strcmp(name, victim) == 0) {
			found = pid;
		}
	}
	if (file != NULL) {
		(void)fclose(file);
	}
	if (found > 0 && t.killed < t.kills && kill(found, SIGKILL) == 0) {
		t.killed++;
	}
}

/* ---- all of it ---- */

static bool
input_read(void)
{
	char kind[4], id[32];

	while (scanf("%3s %31s", kind, id) == 2) {
		if (kind[0] == 'm' && t.chain_count < MODELS_MAX) {
			(void)snprintf(t.chains[t.chain_count++].model,
			    STOA_ID_SIZE, "%.15s", id);
		} else if (t.member_count < MEMBERS_MAX) {
			(void)snprintf(t.members[t.member_count++],
			    STOA_ID_SIZE, "%.15s", id);
		}
	}
	return t.chain_count > 0 && t.member_count > 1;
}

static bool
arguments_read(int argc, char **argv)
{
	char path[HOME_PATH_MAX];
	unsigned nats = 0, storage = 0;
	FILE *ports;

	if (argc < 6) {
		return false;
	}
	(void)snprintf(t.home.path, sizeof(t.home.path), "%s", argv[1]);
	ports = fopen(home_path(&t.home, "run/ports", path), "re");
	if (ports == NULL || fscanf(ports, "%u %u", &nats, &storage) != 2) {
		return false;
	}
	(void)fclose(ports);
	t.home.nats_port = (uint16_t)nats;
	t.community = argv[2];
	t.deals = strtoll(argv[3], NULL, 10);
	t.kills = strtoll(argv[4], NULL, 10);
	t.seed = strtoull(argv[5], NULL, 10);
	stoa_rng_init(&t.rng, t.seed);
	return input_read();
}

int
main(int argc, char **argv)
{
	char url[64], key[HOME_PATH_MAX];
	struct stoa_bus_options options = {.url = url,
	    .service = "bot",
	    .description = "a test",
	    .key_file = key};
	int64_t began = stoa_clock_mono(NULL).us;

	if (!arguments_read(argc, argv)) {
		fprintf(stderr, "traders HOME COMMUNITY DEALS KILLS SEED\n");
		return 2;
	}
	stoa_log_open("traders", STOA_LOG_ERROR);
	home_nats_url(&t.home, url);
	(void)home_path(&t.home, "keys/bot.nk", key);
	t.loop = stoa_loop_open();
	options.loop = t.loop;
	t.timer = stoa_timer_new(t.loop, on_timer, NULL);
	stoa_timer_start(t.timer, 0, 20 * STOA_US_PER_MS);
	if (t.kills > 0) {
		t.killer = stoa_timer_new(t.loop, on_kill, NULL);
		stoa_timer_start(
		    t.killer, 500 * STOA_US_PER_MS, 1500 * STOA_US_PER_MS);
	}
	if (stoa_bus_open(&options, &t.bus) != STOA_OK) {
		return 2;
	}
	stoa_loop_run(t.loop);
	printf("%" PRId64 " deals: %" PRId64 " sales, %" PRId64
	       " leases, %" PRId64 " given back; refused %" PRId64
	       ", asked again %" PRId64 ", %" PRId64 " kills, longest %" PRId64
	       " ms, %" PRId64 " s in all\n",
	    t.ended, t.sold, t.leased, t.lost, t.refused, t.again, t.killed,
	    t.longest_us / STOA_US_PER_MS,
	    (stoa_clock_mono(NULL).us - began) / STOA_US_PER_S);
	(void)fflush(stdout);
	_exit(t.status);
}
