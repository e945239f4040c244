/* buyers.c - members buy models from one another, as the bot would ask for
 * them.
 *
 *   buyers HOME COMMUNITY CID AT_ONCE PURCHASES
 *
 * Opens the community, gives two members a model for each purchase that is
 * under way at once (trained and approved by nobody: CID stands for all), and
 * lets the two buy it from each other. A purchase is over when its deal is
 * CLOSED: the price set aside, the model moved, everybody paid, each step
 * durable. In the end nobody may have gained or lost a micro-Joy. Prints
 * purchases a second, p50 and p99; status 1 if anything is amiss. */
#include "base/check.h"
#include "base/core.h"
#include "base/id.h"
#include "edge/bus.h"
#include "edge/log.h"
#include "port/clock.h"
#include "stoa/home.h"

#include "proto/accounts.pb-c.h"
#include "proto/marketplace.pb-c.h"
#include "proto/training.pb-c.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ACCOUNTS (&stoa__accounts__accounts__descriptor)
#define TRAINING (&stoa__training__training__descriptor)
#define MARKET	 (&stoa__marketplace__marketplace__descriptor)

#define PRICE	  INT64_C(1000)
#define GIVEN	  INT64_C(1000000000)
#define LOOK_US	  (2 * STOA_US_PER_MS) /* how often a deal is asked for */
#define ANSWER_US (30 * STOA_US_PER_S)

enum {
	AS_BOT,
	AS_WORKER,
	AS_GOVERNANCE,
	AS_COUNT
};

/* Two members and what they sell each other. */
struct pair {
	char member[2][STOA_ID_SIZE];
	char model[STOA_ID_SIZE], deal[STOA_ID_SIZE];
	int64_t bought;
	int64_t since_us;
	bool is_asked; /* about the deal, now */
	bool is_buying;
};

static struct {
	struct stoa_loop *loop;
	struct stoa_bus *bus[AS_COUNT];
	struct stoa_timer *timer;
	struct home home;
	const char *community;
	char *cid;
	int64_t at_once, purchases, done, begun;
	struct pair *pairs;
	int64_t *samples;
	/* Of the call that is waited for. */
	enum stoa_status status;
	struct stoa_arena arena;
	void *reply;
	const ProtobufCMessageDescriptor *type;
} b;

static void
fail(const char *what, const char *why)
{
	fprintf(stderr, "buyers: %s: %s\n", what, why);
	(void)fflush(stderr);
	_exit(1);
}

static void
call(int as, const ProtobufCServiceDescriptor *service, const char *method,
    const char *actor, const char *id, const ProtobufCMessage *request,
    stoa_bus_done done, void *owner)
{
	struct stoa_bus_call c = {
	    .service = service,
	    .method = method,
	    .community = stoa_str_of(b.community),
	    .actor = stoa_str_of(actor),
	    .command_id = stoa_str_of(id),
	    .timeout_us = ANSWER_US,
	};

	stoa_bus_call(b.bus[as], &c, request, done, owner);
}

/* ---- one after the other ---- */

static void
waited(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	(void)owner;
	(void)detail;
	b.status = status;
	b.reply =
	    status == STOA_OK ? stoa_unpack(&b.arena, b.type, reply) : NULL;
	stoa_loop_stop(b.loop);
}

static const void *
ask(int as, const ProtobufCServiceDescriptor *service, const char *method,
    const char *actor, const char *id, const ProtobufCMessage *request)
{
	const ProtobufCMethodDescriptor *m =
	    protobuf_c_service_descriptor_get_method_by_name(service, method);

	stoa_arena_reset(&b.arena);
	b.type = m->output;
	call(as, service, method, actor, id, request, waited, NULL);
	stoa_loop_run(b.loop);
	if (b.reply == NULL) {
		fail(method, stoa_status_text(b.status));
	}
	return b.reply;
}

static void
command(int as, const ProtobufCServiceDescriptor *service, const char *method,
    const char *actor, const char *id, const ProtobufCMessage *request)
{
	const Stoa__Journal__Outcome *outcome =
	    ask(as, service, method, actor, id, request);

	if (outcome->entry == NULL || outcome->entry->refusal != NULL) {
		fail(method, outcome->entry == NULL
				 ? "no entry"
				 : outcome->entry->refusal->reason);
	}
}

static void
nap(void *arg)
{
	(void)arg;
	stoa_loop_stop(b.loop);
}

static void
wait_a_moment(void)
{
	struct stoa_timer *t = stoa_timer_new(b.loop, nap, NULL);

	stoa_timer_start(t, 20 * STOA_US_PER_MS, 0);
	stoa_loop_run(b.loop);
	stoa_timer_stop(t);
}

/* ---- members and models ---- */

static void
member_make(char *member, bool is_first)
{
	Stoa__Accounts__OpenCommunityRequest open =
	    STOA__ACCOUNTS__OPEN_COMMUNITY_REQUEST__INIT;
	Stoa__Accounts__JoinRequest join = STOA__ACCOUNTS__JOIN_REQUEST__INIT;
	Stoa__Accounts__IssueRequest issue =
	    STOA__ACCOUNTS__ISSUE_REQUEST__INIT;
	char id[64];

	(void)snprintf(id, sizeof(id), "join-%s", member);
	if (is_first) {
		open.name = (char *)(uintptr_t) "fair";
		command(
		    AS_BOT, ACCOUNTS, "OpenCommunity", member, id, &open.base);
	} else {
		join.member = member;
		command(AS_BOT, ACCOUNTS, "Join", "@bot", id, &join.base);
	}
	issue.member = member;
	issue.amount_micro = GIVEN;
	(void)snprintf(id, sizeof(id), "issue-%s", member);
	command(
	    AS_BOT, ACCOUNTS, "Issue", b.pairs[0].member[0], id, &issue.base);
}

static const Stoa__Training__Job *
job_look(char *job)
{
	Stoa__Training__JobQuery in = STOA__TRAINING__JOB_QUERY__INIT;
	const Stoa__Training__JobReply *reply;

	in.job = job;
	reply =
	    ask(AS_BOT, TRAINING, "Job", b.pairs[0].member[0], "", &in.base);
	return reply->job;
}

/* A job that somebody has run, as training has it. */
static void
model_train(struct pair *p)
{
	Stoa__Training__SubmitJobRequest submit =
	    STOA__TRAINING__SUBMIT_JOB_REQUEST__INIT;
	Stoa__Training__ClaimJobRequest claim =
	    STOA__TRAINING__CLAIM_JOB_REQUEST__INIT;
	Stoa__Training__CompleteJobRequest complete =
	    STOA__TRAINING__COMPLETE_JOB_REQUEST__INIT;
	char id[64];
	struct stoa_id job;

	(void)snprintf(id, sizeof(id), "train-%s", p->member[0]);
	job = stoa_id_derive('j', stoa_str_of(b.community),
	    stoa_str_of(p->member[0]), stoa_str_of(id), 0);
	submit.dataset = b.cid;
	submit.recipe = (char *)(uintptr_t) "text-classifier";
	submit.max_spend_micro = 1000000;
	command(AS_BOT, TRAINING, "SubmitJob", p->member[0], id, &submit.base);
	while (job_look(job.text)->state != STOA__TRAINING__JOB_STATE__QUEUED) {
		wait_a_moment();
	}
	claim.job = complete.job = job.text;
	claim.attempt = complete.attempt = job_look(job.text)->attempt;
	claim.worker = complete.worker = (char *)(uintptr_t) "w_fair";
	(void)snprintf(id, sizeof(id), "claim-%s", job.text);
	command(AS_WORKER, TRAINING, "ClaimJob", "", id, &claim.base);
	complete.model_cid = complete.provenance_cid = b.cid;
	complete.size = 1;
	(void)snprintf(id, sizeof(id), "complete-%s", job.text);
	command(AS_WORKER, TRAINING, "CompleteJob", "", id, &complete.base);
	while (job_look(job.text)->model[0] == '\0') {
		wait_a_moment();
	}
	(void)snprintf(
	    p->model, sizeof(p->model), "%s", job_look(job.text)->model);
}

static void
model_approve(struct pair *p)
{
	Stoa__Marketplace__ApproveRequest in =
	    STOA__MARKETPLACE__APPROVE_REQUEST__INIT;
	char id[64];

	in.model = p->model;
	in.proposal = (char *)(uintptr_t) "p_aaaaaaaaaa";
	in.price_micro = PRICE;
	(void)snprintf(id, sizeof(id), "approve-%s", p->model);
	command(AS_GOVERNANCE, MARKET, "Approve", "", id, &in.base);
}

static void
model_await(struct pair *p)
{
	Stoa__Marketplace__RightsQuery in =
	    STOA__MARKETPLACE__RIGHTS_QUERY__INIT;
	const Stoa__Marketplace__RightsReply *r;

	in.model = p->model;
	do {
		wait_a_moment();
		r = ask(AS_BOT, MARKET, "Rights", p->member[0], "", &in.base);
	} while (r->listing == NULL ||
		 r->listing->state != STOA__MARKETPLACE__MODEL_STATE__ACTIVE);
}

static void
dataset_add(void)
{
	Stoa__Training__AddDatasetRequest in =
	    STOA__TRAINING__ADD_DATASET_REQUEST__INIT;

	in.cid = b.cid;
	in.name = (char *)(uintptr_t) "small";
	in.size = 1;
	command(AS_BOT, TRAINING, "AddDataset", b.pairs[0].member[0], "add",
	    &in.base);
}

static void
all_make(void)
{
	for (int64_t i = 0; i < b.at_once; i++) {
		for (int k = 0; k < 2; k++) {
			int64_t n = 2 * i + k;
			struct stoa_id id = stoa_id_of_bytes(
			    'u', stoa_str_of_bytes(&n, sizeof(n)));

			memcpy(b.pairs[i].member[k], id.text, STOA_ID_SIZE);
		}
	}
	for (int64_t i = 0; i < b.at_once; i++) {
		for (int k = 0; k < 2; k++) {
			member_make(b.pairs[i].member[k], i == 0 && k == 0);
		}
		if (i == 0) {
			dataset_add();
		}
		model_train(&b.pairs[i]);
		model_approve(&b.pairs[i]);
	}
	for (int64_t i = 0; i < b.at_once; i++) {
		model_await(&b.pairs[i]);
	}
}

/* ---- buying ---- */

static void buy(struct pair *p);

static bool
is_accepted(enum stoa_status status, struct stoa_str reply)
{
	char memory[4096];
	struct stoa_arena arena;
	const Stoa__Journal__Outcome *outcome = NULL;
	bool ok;

	stoa_arena_init(&arena, memory, sizeof(memory), 1 << 20);
	if (status == STOA_OK) {
		outcome = stoa_unpack(
		    &arena, &stoa__journal__outcome__descriptor, reply);
	}
	ok = outcome != NULL && outcome->entry != NULL &&
	     outcome->entry->refusal == NULL;
	stoa_arena_fini(&arena);
	return ok;
}

static void
listed(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	(void)detail;
	if (!is_accepted(status, reply)) {
		fail("List", stoa_status_text(status));
	}
	buy(owner);
}

/* Whoever has it sells it on. */
static void
list(struct pair *p)
{
	Stoa__Marketplace__ListRequest in =
	    STOA__MARKETPLACE__LIST_REQUEST__INIT;
	char id[64];

	in.model = p->model;
	in.price_micro = PRICE;
	(void)snprintf(id, sizeof(id), "list-%s-%" PRId64, p->model, p->bought);
	call(AS_BOT, MARKET, "List", p->member[p->bought % 2], id, &in.base,
	    listed, p);
}

static void
deal_seen(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct pair *p = owner;
	const Stoa__Marketplace__DealReply *r = NULL;
	struct stoa_arena arena;
	Stoa__Marketplace__DealState state =
	    STOA__MARKETPLACE__DEAL_STATE__DEAL_STATE_UNSPECIFIED;

	(void)detail;
	p->is_asked = false;
	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	if (status == STOA_OK) {
		r = stoa_unpack(
		    &arena, &stoa__marketplace__deal_reply__descriptor, reply);
	}
	if (r != NULL && r->deal != NULL) {
		state = r->deal->state;
	}
	stoa_arena_fini(&arena);
	if (state == STOA__MARKETPLACE__DEAL_STATE__REFUSED) {
		fail("a deal", "refused");
	}
	if (state != STOA__MARKETPLACE__DEAL_STATE__CLOSED || !p->is_buying) {
		return;
	}
	p->is_buying = false;
	b.samples[b.done++] = stoa_clock_mono(NULL).us - p->since_us;
	p->bought++;
	if (b.done == b.purchases) {
		stoa_loop_stop(b.loop);
	} else if (b.begun < b.purchases) {
		b.begun++;
		list(p);
	}
}

static void
on_timer(void *arg)
{
	Stoa__Marketplace__DealQuery in = STOA__MARKETPLACE__DEAL_QUERY__INIT;

	(void)arg;
	for (int64_t i = 0; i < b.at_once; i++) {
		struct pair *p = &b.pairs[i];

		if (p->is_buying && !p->is_asked) {
			p->is_asked = true;
			in.deal = p->deal;
			call(AS_BOT, MARKET, "Deal", p->member[0], "", &in.base,
			    deal_seen, p);
		}
	}
}

static void
bought(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct pair *p = owner;

	(void)detail;
	if (!is_accepted(status, reply)) {
		fail("Buy", stoa_status_text(status));
	}
	p->is_buying = true;
}

static void
buy(struct pair *p)
{
	Stoa__Marketplace__BuyRequest in = STOA__MARKETPLACE__BUY_REQUEST__INIT;
	const char *buyer = p->member[(p->bought + 1) % 2];
	char id[64];
	struct stoa_id deal;

	(void)snprintf(id, sizeof(id), "buy-%s-%" PRId64, p->model, p->bought);
	deal = stoa_id_derive('d', stoa_str_of(b.community), stoa_str_of(buyer),
	    stoa_str_of(id), 0);
	memcpy(p->deal, deal.text, sizeof(p->deal));
	in.model = p->model;
	in.price_micro = PRICE;
	p->since_us = stoa_clock_mono(NULL).us;
	call(AS_BOT, MARKET, "Buy", buyer, id, &in.base, bought, p);
}

/* ---- looking ---- */

static int64_t
joy_of(char *member)
{
	Stoa__Accounts__BalanceQuery in = STOA__ACCOUNTS__BALANCE_QUERY__INIT;
	const Stoa__Accounts__BalanceReply *r;

	in.member = member;
	r = ask(
	    AS_BOT, ACCOUNTS, "Balance", b.pairs[0].member[0], "", &in.base);
	return r->joy_micro + r->held_joy_micro;
}

/* What all have together, the community's share of what was bought included. */
static int64_t
total(int64_t *ret_community)
{
	int64_t sum = 0;
	Stoa__Marketplace__EarningsQuery in =
	    STOA__MARKETPLACE__EARNINGS_QUERY__INIT;
	const Stoa__Marketplace__EarningsReply *r;

	for (int64_t i = 0; i < b.at_once; i++) {
		sum += joy_of(b.pairs[i].member[0]);
		sum += joy_of(b.pairs[i].member[1]);
	}
	in.member = (char *)(uintptr_t) "@treasury";
	r = ask(AS_BOT, MARKET, "Earnings", b.pairs[0].member[0], "", &in.base);
	*ret_community = r->community_micro;
	return sum + r->community_micro;
}

/* ---- all of it ---- */

static int
by_size(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, c = *(const int64_t *)y;

	return (a > c) - (a < c);
}

static bool
arguments_read(int argc, char **argv)
{
	char path[HOME_PATH_MAX];
	unsigned nats = 0, storage = 0;
	FILE *ports;

	if (argc != 6) {
		return false;
	}
	(void)snprintf(b.home.path, sizeof(b.home.path), "%s", argv[1]);
	ports = fopen(home_path(&b.home, "run/ports", path), "re");
	if (ports == NULL || fscanf(ports, "%u %u", &nats, &storage) != 2) {
		return false;
	}
	(void)fclose(ports);
	b.home.nats_port = (uint16_t)nats;
	b.community = argv[2];
	b.cid = argv[3];
	b.at_once = strtoll(argv[4], NULL, 10);
	b.purchases = strtoll(argv[5], NULL, 10);
	return b.at_once > 0 && b.purchases >= b.at_once;
}

static void
buses_open(void)
{
	static const char *const services[AS_COUNT] = {
	    "bot", "worker", "governance"};
	static char url[64], keys[AS_COUNT][HOME_PATH_MAX];
	char name[48];

	home_nats_url(&b.home, url);
	for (int i = 0; i < AS_COUNT; i++) {
		struct stoa_bus_options options = {
		    .loop = b.loop,
		    .url = url,
		    .service = services[i],
		    .description = "a bench",
		    .key_file = keys[i],
		    .is_client = true,
		};

		(void)snprintf(name, sizeof(name), "keys/%s.nk", services[i]);
		(void)home_path(&b.home, name, keys[i]);
		if (stoa_bus_open(&options, &b.bus[i]) != STOA_OK) {
			fail(services[i], "cannot be opened");
		}
		while (!stoa_bus_is_up(b.bus[i])) {
			wait_a_moment();
		}
	}
}

int
main(int argc, char **argv)
{
	int64_t began_us, took_us, before, share;

	if (!arguments_read(argc, argv)) {
		fprintf(
		    stderr, "buyers HOME COMMUNITY CID AT_ONCE PURCHASES\n");
		return 2;
	}
	stoa_log_open("buyers", STOA_LOG_ERROR);
	b.pairs = calloc((size_t)b.at_once, sizeof(b.pairs[0]));
	b.samples = calloc((size_t)b.purchases, sizeof(b.samples[0]));
	stoa_assert(b.pairs != NULL && b.samples != NULL);
	stoa_arena_init(&b.arena, NULL, 0, 1 << 20);
	b.loop = stoa_loop_open();
	buses_open();
	all_make();
	before = total(&share);
	began_us = stoa_clock_mono(NULL).us;
	b.timer = stoa_timer_new(b.loop, on_timer, NULL);
	stoa_timer_start(b.timer, LOOK_US, LOOK_US);
	for (int64_t i = 0; i < b.at_once; i++) {
		b.begun++;
		buy(&b.pairs[i]);
	}
	stoa_loop_run(b.loop);
	took_us = stoa_clock_mono(NULL).us - began_us;
	stoa_timer_stop(b.timer);
	if (total(&share) != before ||
	    share != b.purchases * PRICE * 250 / 10000) {
		fail("the sums", "somebody has gained or lost");
	}
	qsort(b.samples, (size_t)b.purchases, sizeof(b.samples[0]), by_size);
	printf("%" PRId64 " at once: %" PRId64 " purchases, %" PRId64
	       "/s, p50 %" PRId64 " us, p99 %" PRId64 " us, sums right\n",
	    b.at_once, b.purchases, b.purchases * STOA_US_PER_S / took_us,
	    b.samples[b.purchases / 2], b.samples[b.purchases * 99 / 100]);
	(void)fflush(stdout);
	_exit(0);
}
