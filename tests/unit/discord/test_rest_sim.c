/* The core of the REST client against a model of the server, in virtual time:
 * random traffic, random delays, a seed for each run. STOA_SEED=n runs one
 * seed, STOA_SEEDS=n that many. */
#include "model.h"

#include "base/time.h"

#include "../unit.h"

#define JOBS_MAX    2500
#define FLIGHTS_MAX 128

struct sim_job {
	struct rest_job job;
	int template, major;
	int64_t add_us;
	int64_t first_start_us;
	int64_t over_us;
	unsigned ends, effects;
	bool is_added;
};

struct flight {
	struct sim_job *job;
	bool has_landed; /* the server has seen it */
	bool is_refused; /* no connection */
	int64_t server_us, client_us;
	char bucket_key[sizeof(((struct rest_bucket *)0)->key)];
	struct model_answer answer;
};

static struct {
	struct model model;
	struct rest_core core;
	struct stoa_rng rng;
	int64_t now_us;
	int64_t latency_us; /* of each way, at most twice this */
	struct sim_job jobs[JOBS_MAX];
	size_t job_count, job_next;
	struct flight flights[FLIGHTS_MAX];
	size_t flight_count;
	uint64_t effect_seq[MODEL_TEMPLATES][MODEL_MAJORS];
	uint64_t seed;
	unsigned over_count, interaction_late;
} s;

static int64_t
delay_us(void)
{
	return STOA_US_PER_MS +
	       (int64_t)stoa_rng_below(&s.rng, (uint64_t)s.latency_us * 2);
}

static void
sim_init(uint64_t seed)
{
	struct rest_core_options options = rest_core_defaults(seed);

	memset(&s, 0, sizeof(s));
	s.seed = seed;
	stoa_rng_init(&s.rng, seed * 7 + 1);
	model_init(&s.model, seed);
	s.now_us = 1000 * STOA_US_PER_S;
	s.latency_us = STOA_US_PER_MS
		       << stoa_rng_below(&s.rng, 9); /* 1 to 256 ms */
	rest_core_init(&s.core, &options);
}

static struct sim_job *
add_later(int template, int major, int64_t after_us, int64_t patience_us)
{
	struct sim_job *j = &s.jobs[s.job_count++];
	bool may_overlap;

	assert_true(s.job_count <= JOBS_MAX);
	model_route(template, major, (unsigned)s.job_count, &j->job.route,
	    &may_overlap);
	j->template = template;
	j->major = major;
	j->add_us = s.now_us + after_us;
	j->job.may_overlap = may_overlap;
	j->job.lane = template >= 7 ? REST_LANE_INTERACTION : REST_LANE_MESSAGE;
	j->job.is_repeatable =
	    template == 7 || j->job.route.method != REST_POST;
	j->job.deadline_us = j->add_us + patience_us;
	return j;
}

static int
job_compare(const void *a, const void *b)
{
	const struct sim_job *x = a, *y = b;

	return x->add_us < y->add_us ? -1 : x->add_us > y->add_us;
}

/* ---- what happens ---- */

static void
job_over(struct sim_job *j)
{
	j->ends++;
	j->over_us = s.now_us;
	s.over_count++;
	assert_int_equal(j->ends, 1);
	assert_int_equal(j->job.state, REST_JOB_OVER);
}

static void
fly(struct sim_job *j)
{
	struct flight *f = &s.flights[s.flight_count++];

	assert_true(s.flight_count <= FLIGHTS_MAX);
	*f = (struct flight){.job = j};
	f->is_refused = s.model.mischief.refused_conn > 0 &&
			stoa_rng_chance(&s.rng, s.model.mischief.refused_conn);
	f->server_us = s.now_us + delay_us();
	f->client_us = f->server_us + delay_us();
	memcpy(f->bucket_key, j->job.line->bucket->key, sizeof(f->bucket_key));
	if (j->first_start_us == 0) {
		j->first_start_us = s.now_us;
	}
}

static void
serve(struct flight *f)
{
	struct sim_job *j = f->job;
	const struct model_question q = {
	    .template = j->template,
	    .major = j->major,
	    .is_exempt = rest_route_is_exempt(&j->job.route),
	    .bucket_key = f->bucket_key,
	};

	f->has_landed = true;
	if (f->is_refused) {
		return;
	}
	f->answer = model_ask(&s.model, &q, s.now_us);
	if (!f->answer.had_effect) {
		return;
	}
	j->effects++;
	/* Strict jobs of one line take effect in the order they came in. */
	if (!j->job.may_overlap && j->template != 7 && j->effects == 1) {
		uint64_t *seq = &s.effect_seq[j->template][j->major];

		assert_true(j->job.seq > *seq);
		*seq = j->job.seq;
	}
}

static void
report(struct flight *f)
{
	struct sim_job *j = f->job;
	struct model_answer answer = f->answer;
	bool is_refused = f->is_refused, is_over;

	*f = s.flights[--s.flight_count];
	if (is_refused) {
		is_over = rest_core_failed(
		    &s.core, &j->job, STOA_UNAVAILABLE, false, s.now_us);
	} else if (answer.is_lost) {
		is_over =
		    rest_core_failed(&s.core, &j->job, STOA_IO, true, s.now_us);
	} else {
		is_over = rest_core_answered(
		    &s.core, &j->job, &answer.head, s.now_us);
	}
	if (is_over) {
		job_over(j);
	}
}

/* Whatever is due now; true if anything was. */
static bool
happen(void)
{
	struct rest_step step;
	bool any = false;

	while (
	    s.job_next < s.job_count && s.jobs[s.job_next].add_us <= s.now_us) {
		struct sim_job *j = &s.jobs[s.job_next++];

		j->is_added = true;
		if (rest_core_add(&s.core, &j->job, s.now_us) !=
		    REST_CAUSE_NONE) {
			j->ends++;
			j->over_us = s.now_us;
			s.over_count++;
		}
		any = true;
	}
	for (size_t i = 0; i < s.flight_count; i++) {
		if (!s.flights[i].has_landed &&
		    s.flights[i].server_us <= s.now_us) {
			serve(&s.flights[i]);
			any = true;
		}
	}
	for (size_t i = 0; i < s.flight_count; i++) {
		if (s.flights[i].has_landed &&
		    s.flights[i].client_us <= s.now_us) {
			report(&s.flights[i]);
			any = true;
			i--;
		}
	}
	while (rest_core_next(&s.core, s.now_us, &step)) {
		struct sim_job *j = (struct sim_job *)(void *)step.job;

		if (step.kind == REST_STEP_START) {
			fly(j);
		} else {
			job_over(j);
		}
		any = true;
	}
	return any;
}

static int64_t
next_us(void)
{
	int64_t at_us = rest_core_wake_us(&s.core);

	if (s.job_next < s.job_count && s.jobs[s.job_next].add_us < at_us) {
		at_us = s.jobs[s.job_next].add_us;
	}
	for (size_t i = 0; i < s.flight_count; i++) {
		const struct flight *f = &s.flights[i];
		int64_t f_us = f->has_landed ? f->client_us : f->server_us;

		at_us = f_us < at_us ? f_us : at_us;
	}
	return at_us;
}

/* Until every job is over: each ends once, nothing is left hanging. */
static void
sim_run(void)
{
	unsigned turns = 0;

	/* Jobs point to each other once added; sorted before. */
	qsort(s.jobs, s.job_count, sizeof(s.jobs[0]), job_compare);
	while (s.over_count < s.job_count) {
		int64_t at_us;

		(void)happen();
		if (s.over_count == s.job_count) {
			break;
		}
		at_us = next_us();
		assert_true(at_us != REST_NEVER); /* nobody would wake */
		assert_true(at_us >= s.now_us);
		if (at_us == s.now_us) {
			/* A wake that finds nothing to do would spin. */
			assert_true(++turns < 1000);
		} else {
			turns = 0;
		}
		s.now_us = at_us;
	}
	while (s.flight_count > 0) {
		s.now_us = next_us();
		(void)happen();
	}
	assert_true(rest_core_is_idle(&s.core));
	for (size_t i = 0; i < s.job_count; i++) {
		assert_int_equal(s.jobs[i].ends, 1);
	}
}

static void
traffic(unsigned count, int64_t over_us, int64_t patience_us)
{
	for (unsigned i = 0; i < count; i++) {
		(void)add_later((int)stoa_rng_below(&s.rng, MODEL_TEMPLATES),
		    (int)stoa_rng_below(&s.rng, MODEL_MAJORS),
		    (int64_t)stoa_rng_below(&s.rng, (uint64_t)over_us),
		    patience_us);
	}
}

/* Calls `run` with many seeds, names the one that fails. */
static void
for_seeds(unsigned count, void (*run)(uint64_t seed))
{
	const char *one = getenv("STOA_SEED"), *many = getenv("STOA_SEEDS");

	if (one != NULL) {
		run(strtoull(one, NULL, 10));
		rest_core_fini(&s.core);
		return;
	}
	if (many != NULL) {
		count = (unsigned)strtoul(many, NULL, 10);
	}
	for (uint64_t seed = 1; seed <= count; seed++) {
		print_message("\rseed %llu ", (unsigned long long)seed);
		run(seed);
		rest_core_fini(&s.core);
	}
	print_message("\n");
}

/* ---- runs ---- */

static void
run_honest(uint64_t seed)
{
	sim_init(seed);
	s.model.mischief.moves = seed % 3 == 0 ? 50 : 0;
	traffic(50 + (unsigned)stoa_rng_below(&s.rng, 250),
	    (1 + (int64_t)stoa_rng_below(&s.rng, 20)) * STOA_US_PER_S,
	    3600 * STOA_US_PER_S);
	sim_run();
	assert_int_equal(s.model.self_limited, 0);
	assert_int_equal(s.model.over_global, 0);
	for (size_t i = 0; i < s.job_count; i++) {
		const struct sim_job *j = &s.jobs[i];

		assert_int_equal(j->job.result.status, STOA_OK);
		assert_int_equal(j->effects, 1);
		/* First answers to interactions start when they come. */
		if (j->template == 7) {
			assert_int_equal(j->first_start_us, j->add_us);
		}
	}
}

static void
test_honest_server_never_says_too_many(void **state)
{
	(void)state;
	for_seeds(2000, run_honest);
}

static void
run_mischief(uint64_t seed)
{
	sim_init(seed);
	s.model.mischief = (struct model_mischief){
	    .moves = 40,
	    .shared = 30,
	    .cloud = seed % 4 == 0 ? 200 : 0,
	    .global = 100,
	    .broken = 15,
	    .dropped = 15,
	    .refused_conn = 20,
	    .forbidden = 50,
	};
	traffic(50 + (unsigned)stoa_rng_below(&s.rng, 150),
	    (1 + (int64_t)stoa_rng_below(&s.rng, 20)) * STOA_US_PER_S,
	    (1 + (int64_t)stoa_rng_below(&s.rng, 300)) * STOA_US_PER_S);
	sim_run();
	assert_int_equal(s.model.self_limited, 0);
	assert_int_equal(s.model.over_global, 0);
	for (size_t i = 0; i < s.job_count; i++) {
		const struct sim_job *j = &s.jobs[i];
		const struct rest_result *r = &j->job.result;

		/* What is not repeatable is not repeated; what is said to be
		 * done is done; what is said not to be done is not. */
		if (!j->job.is_repeatable) {
			assert_true(j->effects <= 1);
		}
		if (r->status == STOA_OK && !r->is_presumed) {
			assert_true(j->effects >= 1);
		}
		if (r->status != STOA_OK && !r->may_have_happened) {
			assert_int_equal(j->effects, 0);
		}
		assert_true(
		    j->over_us <= j->job.deadline_us || j->first_start_us > 0);
	}
}

static void
test_mischief_ends_every_job_once(void **state)
{
	(void)state;
	for_seeds(3000, run_mischief);
}

/* The server's own count of invalid requests in any window. */
static unsigned
invalid_most(int64_t span_us)
{
	unsigned most = 0, first = 0;

	for (unsigned i = 0; i < s.model.invalid; i++) {
		while (s.model.invalid_us[first] + span_us <=
		       s.model.invalid_us[i]) {
			first++;
		}
		most = i - first + 1 > most ? i - first + 1 : most;
	}
	return most;
}

static void
run_forbidden(uint64_t seed)
{
	const int64_t span_us = 60 * STOA_US_PER_S;
	struct rest_core_options options = rest_core_defaults(seed);
	unsigned refused = 0;

	sim_init(seed);
	rest_core_fini(&s.core);
	options.invalid_max = 20 + (unsigned)stoa_rng_below(&s.rng, 80);
	options.invalid_span_us = span_us;
	rest_core_init(&s.core, &options);
	s.model.mischief.forbidden = 1 + (unsigned)stoa_rng_below(&s.rng, 3);
	s.model.mischief.moves = 20;
	traffic(1500, 240 * STOA_US_PER_S, 20 * STOA_US_PER_S);
	sim_run();
	assert_true(invalid_most(span_us) <= options.invalid_max);
	for (size_t i = 0; i < s.job_count; i++) {
		refused += s.jobs[i].job.result.cause == REST_CAUSE_BUDGET;
	}
	/* It was worth testing: a run without limits would go over. */
	assert_true(s.model.invalid > options.invalid_max / 2);
	(void)refused;
}

static void
test_invalid_budget_is_never_passed(void **state)
{
	(void)state;
	for_seeds(150, run_forbidden);
}

static void
run_backlog(uint64_t seed)
{
	sim_init(seed);
	for (unsigned i = 0; i < 1500; i++) {
		(void)add_later((int)(i % 3), (int)(i % MODEL_MAJORS), 0,
		    3600 * STOA_US_PER_S);
	}
	for (unsigned i = 0; i < 200; i++) {
		(void)add_later(7, (int)(i % MODEL_MAJORS),
		    (int64_t)stoa_rng_below(&s.rng, 60 * STOA_US_PER_S),
		    3 * STOA_US_PER_S);
	}
	sim_run();
	for (size_t i = 0; i < s.job_count; i++) {
		if (s.jobs[i].template == 7) {
			assert_int_equal(
			    s.jobs[i].first_start_us, s.jobs[i].add_us);
		}
		assert_int_equal(s.jobs[i].job.result.status, STOA_OK);
	}
	assert_int_equal(s.model.self_limited, 0);
}

static void
test_interactions_do_not_feel_a_backlog(void **state)
{
	(void)state;
	for_seeds(40, run_backlog);
}

static void
run_full_speed(uint64_t seed)
{
	int64_t began_us, took_us, least_us;

	/* 300 reads of one bucket that allows ten in three seconds. */
	sim_init(seed);
	s.latency_us = 20 * STOA_US_PER_MS;
	for (unsigned i = 0; i < 300; i++) {
		(void)add_later(2, 0, 0, 3600 * STOA_US_PER_S);
	}
	began_us = s.now_us;
	sim_run();
	took_us = s.now_us - began_us;
	least_us = 29 * 3 * STOA_US_PER_S;
	assert_int_equal(s.model.self_limited, 0);
	assert_true(took_us >= least_us);
	assert_true(took_us <= least_us + least_us / 20);
}

static void
test_known_bucket_is_used_to_the_full(void **state)
{
	(void)state;
	for_seeds(100, run_full_speed);
}

static void
run_global(uint64_t seed)
{
	int64_t began_us, took_us;

	/* 1,000 requests without limits of their own: 50 in any second. */
	sim_init(seed);
	s.latency_us = 20 * STOA_US_PER_MS;
	for (unsigned i = 0; i < 1000; i++) {
		(void)add_later(
		    5, (int)(i % MODEL_MAJORS), 0, 3600 * STOA_US_PER_S);
	}
	began_us = s.now_us;
	sim_run();
	took_us = s.now_us - began_us;
	assert_int_equal(s.model.over_global, 0);
	assert_int_equal(s.model.invalid, 0);
	assert_true(took_us >= 19 * STOA_US_PER_S);
	assert_true(took_us <= 22 * STOA_US_PER_S);
}

static void
test_global_limit_is_kept_and_used(void **state)
{
	(void)state;
	for_seeds(100, run_global);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_honest_server_never_says_too_many),
	    cmocka_unit_test(test_mischief_ends_every_job_once),
	    cmocka_unit_test(test_invalid_budget_is_never_passed),
	    cmocka_unit_test(test_interactions_do_not_feel_a_backlog),
	    cmocka_unit_test(test_known_bucket_is_used_to_the_full),
	    cmocka_unit_test(test_global_limit_is_kept_and_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
