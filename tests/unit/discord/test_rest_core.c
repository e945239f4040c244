/* One rule after the other, with the time in the test's hand. */
#include "discord/rest_core.h"

#include "../unit.h"

#define S STOA_US_PER_S

static struct {
	struct rest_core core;
	int64_t now_us;
	struct rest_job jobs[256];
	size_t job_count;
} t;

static int
setup(void **state)
{
	struct rest_core_options options = rest_core_defaults(3);

	(void)state;
	memset(&t, 0, sizeof(t));
	t.now_us = 1000 * S;
	options.invalid_max = 100;
	options.queue_max[REST_LANE_BULK] = 4;
	rest_core_init(&t.core, &options);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	rest_core_fini(&t.core);
	return 0;
}

static struct rest_job *
job_new(enum rest_method method, const char *path, enum rest_lane lane)
{
	struct rest_job *job = &t.jobs[t.job_count++];

	assert_true(t.job_count <= STOA_COUNT(t.jobs));
	assert_true(
	    rest_route_parse(method, stoa_str_of(path), 0, &job->route));
	job->lane = lane;
	job->is_repeatable = method != REST_POST;
	job->may_overlap = method == REST_GET;
	job->deadline_us = t.now_us + 300 * S;
	return job;
}

static struct rest_job *
add(enum rest_method method, const char *path)
{
	struct rest_job *job = job_new(method, path, REST_LANE_MESSAGE);

	assert_int_equal(
	    rest_core_add(&t.core, job, t.now_us), REST_CAUSE_NONE);
	return job;
}

/* Asserts what the next step is; `job` NULL: none. */
static void
expect(enum rest_step_kind kind, const struct rest_job *job)
{
	struct rest_step step = {.job = NULL};
	bool any = rest_core_next(&t.core, t.now_us, &step);

	assert_int_equal(any, job != NULL);
	assert_ptr_equal(step.job, job);
	if (any) {
		assert_int_equal(step.kind, kind);
	}
}

#define START(job)  expect(REST_STEP_START, job)
#define FINISH(job) expect(REST_STEP_FINISH, job)
#define NOTHING()   expect(REST_STEP_START, NULL)

static bool
answer(struct rest_job *job, unsigned http, int64_t code)
{
	const struct rest_head head = {.http = http, .code = code};

	return rest_core_answered(&t.core, job, &head, t.now_us);
}

static bool
answer_limits(struct rest_job *job, const char *bucket, int64_t limit,
    int64_t remaining, int64_t after_us)
{
	struct rest_head head = {
	    .http = 200,
	    .has_limits = true,
	    .limit = limit,
	    .remaining = remaining,
	    .reset_after_us = after_us,
	};

	snprintf(head.bucket, sizeof(head.bucket), "%s", bucket);
	return rest_core_answered(&t.core, job, &head, t.now_us);
}

static bool
answer_429(struct rest_job *job, enum rest_scope scope, int64_t wait_us)
{
	const struct rest_head head = {
	    .http = 429, .scope = scope, .retry_after_us = wait_us};

	return rest_core_answered(&t.core, job, &head, t.now_us);
}

static void
test_unknown_bucket_takes_one_at_a_time(void **state)
{
	struct rest_job *a = add(REST_GET, "/channels/1/messages");
	struct rest_job *b = add(REST_GET, "/channels/1/messages");
	struct rest_job *c = add(REST_GET, "/channels/1/messages");

	(void)state;
	START(a);
	NOTHING();
	assert_true(answer_limits(a, "h", 3, 2, 5 * S));
	START(b);
	START(c);
	NOTHING();
}

static void
test_bucket_waits_for_its_reset(void **state)
{
	struct rest_job *a = add(REST_GET, "/channels/1/messages");
	struct rest_job *b = add(REST_GET, "/channels/1/messages");

	(void)state;
	START(a);
	assert_true(answer_limits(a, "h", 1, 0, 5 * S));
	NOTHING();
	assert_int_equal(rest_core_wake_us(&t.core), t.now_us + 5 * S);
	t.now_us += 5 * S - 1;
	NOTHING();
	t.now_us += 1;
	START(b);
}

static void
test_routes_of_one_bucket_share_it(void **state)
{
	struct rest_job *put = add(REST_PUT, "/channels/1/pins/1");
	struct rest_job *del = add(REST_DELETE, "/channels/1/pins/1");
	struct rest_job *third = add(REST_PUT, "/channels/1/pins/2");

	(void)state;
	START(put);
	START(del); /* not known yet to be the same */
	assert_true(answer_limits(put, "h", 2, 1, 5 * S));
	/* One is under way: the count is taken off when it turns out. */
	assert_true(answer_limits(del, "h", 2, 0, 5 * S));
	NOTHING();
	t.now_us += 5 * S;
	START(third);
}

static void
test_strict_jobs_follow_each_other(void **state)
{
	struct rest_job *a = add(REST_POST, "/channels/1/messages");
	struct rest_job *b, *c;

	(void)state;
	START(a);
	assert_true(answer_limits(a, "h", 5, 4, 5 * S));
	b = add(REST_POST, "/channels/1/messages");
	c = add(REST_POST, "/channels/1/messages");
	START(b);
	NOTHING();
	assert_false(answer_429(b, REST_SCOPE_USER, 2 * S));
	NOTHING();
	t.now_us += 2 * S;
	START(b); /* before c, though it came back later */
	assert_true(answer_limits(b, "h", 5, 3, 3 * S));
	START(c);
}

static void
test_route_without_headers_is_free(void **state)
{
	struct rest_job *a = add(REST_GET, "/users/1");
	struct rest_job *b = add(REST_GET, "/users/2");
	struct rest_job *c = add(REST_GET, "/users/3");

	(void)state;
	START(a);
	NOTHING();
	assert_true(answer(a, 502, 0) == false); /* that proves nothing */
	t.now_us += S;
	START(a);
	assert_true(answer(a, 200, 0));
	START(b);
	START(c);
}

static void
test_shared_limit_holds_its_route_alone(void **state)
{
	struct rest_job *a = add(REST_POST, "/channels/1/messages");
	struct rest_job *b;

	(void)state;
	START(a);
	assert_false(answer_429(a, REST_SCOPE_SHARED, 60 * S));
	b = add(REST_GET, "/channels/1");
	START(b);
	assert_true(answer(b, 200, 0));
	t.now_us += 60 * S;
	START(a);
	/* Not our fault, and not counted as such. */
	assert_int_equal(rest_budget_used(&t.core.budget, t.now_us), 0);
}

static void
test_global_limit_spares_interactions(void **state)
{
	struct rest_job *a = add(REST_POST, "/channels/1/messages");
	struct rest_job *b, *c;

	(void)state;
	START(a);
	assert_false(answer_429(a, REST_SCOPE_GLOBAL, 2 * S));
	b = add(REST_GET, "/channels/2");
	NOTHING();
	c = job_new(
	    REST_POST, "/interactions/1/t/callback", REST_LANE_INTERACTION);
	assert_int_equal(rest_core_add(&t.core, c, t.now_us), REST_CAUSE_NONE);
	START(c);
	NOTHING();
	t.now_us += 2 * S;
	START(a);
	START(b);
	assert_int_equal(rest_budget_used(&t.core.budget, t.now_us), 1);
}

static void
test_cloudflare_stops_all_and_doubles(void **state)
{
	struct rest_job *a = add(REST_GET, "/channels/1");
	struct rest_job *c = job_new(
	    REST_POST, "/interactions/1/t/callback", REST_LANE_INTERACTION);

	(void)state;
	START(a);
	assert_false(answer_429(a, REST_SCOPE_CLOUD, 0));
	assert_int_equal(rest_core_add(&t.core, c, t.now_us), REST_CAUSE_NONE);
	NOTHING();
	t.now_us += REST_CLOUD_US;
	START(c);
	START(a);
	assert_false(answer_429(a, REST_SCOPE_CLOUD, 0));
	t.now_us += 2 * REST_CLOUD_US - 1;
	NOTHING();
	t.now_us += 1;
	START(a);
}

static void
test_budget_slows_refuses_and_stops(void **state)
{
	struct rest_job *job, *c;

	(void)state;
	rest_budget_spend(&t.core.budget, t.now_us, 50);
	job = add(REST_GET, "/channels/1");
	START(job);
	assert_true(answer(job, 200, 0));
	job = add(REST_GET, "/channels/2");
	NOTHING();
	/* 40 left until level HARD, in 600 s. */
	assert_int_equal(rest_core_wake_us(&t.core), t.now_us + 15 * S);
	t.now_us += 15 * S;
	START(job);
	assert_true(answer(job, 200, 0));
	job = add(REST_GET, "/channels/3");
	rest_budget_spend(&t.core.budget, t.now_us, 40);
	FINISH(job);
	assert_int_equal(job->result.cause, REST_CAUSE_BUDGET);
	job = job_new(REST_GET, "/channels/4", REST_LANE_MESSAGE);
	assert_int_equal(
	    rest_core_add(&t.core, job, t.now_us), REST_CAUSE_BUDGET);
	c = job_new(
	    REST_POST, "/interactions/1/t/callback", REST_LANE_INTERACTION);
	assert_int_equal(rest_core_add(&t.core, c, t.now_us), REST_CAUSE_NONE);
	START(c);
	assert_true(answer(c, 200, 0));
	rest_budget_spend(&t.core.budget, t.now_us, 8);
	assert_int_equal(
	    rest_core_add(&t.core, job, t.now_us), REST_CAUSE_BUDGET);
	c = job_new(
	    REST_POST, "/interactions/2/t/callback", REST_LANE_INTERACTION);
	assert_int_equal(
	    rest_core_add(&t.core, c, t.now_us), REST_CAUSE_BUDGET);
	t.now_us += 620 * S;
	assert_int_equal(rest_core_add(&t.core, c, t.now_us),
	    REST_CAUSE_DEADLINE); /* spent is forgotten, the job too old */
}

static void
test_queue_is_bounded(void **state)
{
	struct rest_job *job;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		job = job_new(REST_GET, "/guilds/1", REST_LANE_BULK);
		assert_int_equal(
		    rest_core_add(&t.core, job, t.now_us), REST_CAUSE_NONE);
	}
	job = job_new(REST_GET, "/guilds/1", REST_LANE_BULK);
	assert_int_equal(
	    rest_core_add(&t.core, job, t.now_us), REST_CAUSE_QUEUE_FULL);
	assert_int_equal(job->result.status, STOA_BUSY);
	(void)add(REST_GET, "/guilds/1");
}

static void
test_failures_open_the_breaker(void **state)
{
	struct rest_job *job, *c;

	(void)state;
	for (unsigned i = 0; i < REST_BREAKER_FAILURES; i++) {
		job = add(REST_POST, "/channels/1/messages");
		START(job);
		assert_true(
		    rest_core_failed(&t.core, job, STOA_IO, true, t.now_us));
		assert_true(job->result.may_have_happened);
		t.now_us += 1;
	}
	job = add(REST_POST, "/channels/2/messages");
	NOTHING();
	c = job_new(
	    REST_POST, "/interactions/1/t/callback", REST_LANE_INTERACTION);
	assert_int_equal(rest_core_add(&t.core, c, t.now_us), REST_CAUSE_NONE);
	START(c); /* fails, and recovers, by itself */
	t.now_us += REST_BREAKER_OPEN_US;
	START(job);
}

static void
test_deadline_ends_what_waits(void **state)
{
	struct rest_job *a = add(REST_POST, "/channels/1/messages");
	struct rest_job *b = add(REST_POST, "/channels/1/messages");

	(void)state;
	START(a);
	NOTHING();
	assert_int_equal(rest_core_wake_us(&t.core), b->deadline_us);
	t.now_us = b->deadline_us;
	FINISH(b);
	assert_int_equal(b->result.cause, REST_CAUSE_DEADLINE);
	assert_false(b->result.may_have_happened);
	assert_true(answer(a, 200, 0));
	assert_true(rest_core_is_idle(&t.core));
}

static void
test_denied_job_keeps_its_place(void **state)
{
	struct rest_job *a = add(REST_POST, "/channels/1/messages");
	struct rest_job *b = add(REST_POST, "/channels/1/messages");

	(void)state;
	START(a);
	rest_core_denied(&t.core, a, true, S, t.now_us);
	NOTHING();
	assert_int_equal(rest_core_wake_us(&t.core), t.now_us + S);
	t.now_us += S;
	START(a);
	assert_true(answer(a, 200, 0));
	START(b);
	assert_int_equal(t.core.counters.requests[REST_LANE_MESSAGE], 2);
}

static void
test_cancel_frees_the_bucket(void **state)
{
	struct rest_job *a = add(REST_POST, "/channels/1/messages");
	struct rest_job *b = add(REST_POST, "/channels/1/messages");
	struct rest_job *c = add(REST_POST, "/channels/1/messages");

	(void)state;
	START(a);
	rest_core_cancel(&t.core, b, t.now_us);
	rest_core_cancel(&t.core, a, t.now_us);
	START(c);
	assert_true(answer(c, 200, 0));
	assert_true(rest_core_is_idle(&t.core));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_unknown_bucket_takes_one_at_a_time),
	    TEST(test_bucket_waits_for_its_reset),
	    TEST(test_routes_of_one_bucket_share_it),
	    TEST(test_strict_jobs_follow_each_other),
	    TEST(test_route_without_headers_is_free),
	    TEST(test_shared_limit_holds_its_route_alone),
	    TEST(test_global_limit_spares_interactions),
	    TEST(test_cloudflare_stops_all_and_doubles),
	    TEST(test_budget_slows_refuses_and_stops),
	    TEST(test_queue_is_bounded),
	    TEST(test_failures_open_the_breaker),
	    TEST(test_deadline_ends_what_waits),
	    TEST(test_denied_job_keeps_its_place),
	    TEST(test_cancel_frees_the_bucket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
