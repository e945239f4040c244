/* A job from its delivery to its report, with a real store, a real child (the
 * program is its own) and a bus that answers as each test says. */
#include "worker/jobs.h"

#include "base/core.h"
#include "worker/model_dir.h"
#include "worker/predict.h"
#include "worker/train_child.h"

#include "../unit.h"
#include "suite.h"

#include <sys/stat.h>
#include <unistd.h>

/* A borrowed text where a message wants one of its own. */
#define TEXT(text) ((char *)(uintptr_t)(text))

static struct worker_identity identity;
static struct worker_jobs *jobs;
static struct worker_predict *predict;

static int
set_up(void **state)
{
	struct worker_jobs_options o = {.identity = &identity, .parallel = 1};

	(void)state;
	suite_open();
	identity = (struct worker_identity){.id = "w_0123456789", .lock = -1};
	(void)snprintf(identity.path, sizeof(identity.path), "%s/worker",
	    suite->folder.path);
	assert_int_equal(mkdir(identity.path, 0700), 0);
	o.loop = suite->loop;
	assert_true(worker_jobs_open(&o, &jobs));
	predict = worker_predict_open(
	    suite->loop, NULL, folder_path(&suite->folder, "models"));
	assert_non_null(predict);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	worker_jobs_part.free(jobs);
	worker_predict_part.free(predict);
	suite_close();
	return 0;
}

/* ---- helpers ------------------------------------------------------------- */

static const char *
rows_store(int rows, int label_count)
{
	static const char *const subjects[3] = {"rain", "song", "money"};
	const char *path = folder_path(&suite->folder, "rows.csv");
	FILE *csv = fopen(path, "w");

	assert_non_null(csv);
	assert_true(fputs("text,label\n", csv) >= 0);
	for (int i = 0; i < rows; i++) {
		assert_true(fprintf(csv, "tell me about %s number %d,%s\n",
				subjects[i % label_count], i,
				subjects[i % label_count]) > 0);
	}
	assert_int_equal(fclose(csv), 0);
	return suite_store(path);
}

static void
job_deliver(const char *cid, double epoch_count, int64_t cpu_us)
{
	Stoa__Worker__WorkItem item = STOA__WORKER__WORK_ITEM__INIT;
	Stoa__Training__Parameter epochs = STOA__TRAINING__PARAMETER__INIT;
	Stoa__Training__Parameter *list[] = {&epochs};

	epochs.name = TEXT("epochs");
	epochs.value_case = STOA__TRAINING__PARAMETER__VALUE_NUMBER;
	epochs.number = epoch_count;
	item.community = TEXT("c_0123456789");
	item.job = TEXT("j_0123456789");
	item.attempt = 1;
	item.recipe = TEXT(WORKER_RECIPE_NAME);
	item.dataset = TEXT(cid);
	item.parameters = list;
	item.n_parameters = 1;
	item.cpu_us_max = cpu_us;
	item.storage_url = TEXT(suite_url());
	item.read_capability = TEXT(suite_read_token(cid));
	item.write_capability = TEXT(suite_write_token());
	suite_deliver(&item);
}

#define PLENTY (600 * STOA_US_PER_S)

static bool
is_idle(void)
{
	return worker_jobs_part.is_idle(jobs);
}

static bool
is_training(void)
{
	return suite->told_count >= 3;
}

static bool
is_answered(void)
{
	return suite->answer_count > 0;
}

static void
assert_clean(void)
{
	char path[PATH_MAX + 16];

	(void)snprintf(path, sizeof(path), "%s/jobs", identity.path);
	assert_int_equal(rmdir(path), 0); /* only when it is empty */
	assert_int_equal(mkdir(path, 0700), 0);
}

static void
assert_failed(Stoa__Training__EndReason reason, const char *said)
{
	const struct suite_call *c = suite_find("FailJob");

	assert_non_null(c);
	assert_int_equal(suite_count("FailJob"), 1);
	assert_null(suite_find("CompleteJob"));
	assert_string_equal(c->id, "fail:j_0123456789:1:w_0123456789");
	assert_int_equal(c->reason, reason);
	assert_non_null(strstr(c->detail, said));
	assert_clean();
}

/* ---- jobs ---------------------------------------------------------------- */

static void
test_job_is_trained_stored_and_reported(void **state)
{
	Stoa__Training__CompleteJobRequest *in;
	const struct suite_call *c;

	(void)state;
	job_deliver(rows_store(60, 3), 4, PLENTY);
	assert_string_equal(
	    suite_find("ClaimJob")->id, "claim:j_0123456789:1:w_0123456789");
	assert_int_equal(suite->verdict, SUITE_OPEN);
	suite_until(is_idle);
	assert_int_equal(suite->verdict, SUITE_ACKED);
	assert_int_equal(suite->window, 1);
	assert_true(suite->told_count >= 1);
	c = suite_find("CompleteJob");
	assert_non_null(c);
	assert_string_equal(c->id, "complete:j_0123456789:1:w_0123456789");
	in = stoa__training__complete_job_request__unpack(
	    NULL, c->body.len, (const uint8_t *)c->body.data);
	assert_non_null(in);
	assert_string_equal(in->worker, "w_0123456789");
	assert_int_equal(in->n_losses, 4);
	assert_true(in->n_metrics >= 10);
	assert_true(in->cpu_us > 0);
	assert_true(in->size > 1000);
	/* A folder, and a file in it that is one raw block. */
	assert_memory_equal(in->model_cid, "bafybei", 7);
	assert_memory_equal(in->provenance_cid, "bafkrei", 7);
	stoa__training__complete_job_request__free_unpacked(in, NULL);
	assert_clean();
}

static void
test_refused_claim_drops_the_delivery(void **state)
{
	(void)state;
	suite->is_claim_refused = true;
	job_deliver(rows_store(60, 3), 1, PLENTY);
	suite_until(is_idle);
	assert_int_equal(suite->verdict, SUITE_DROPPED);
	assert_int_equal(suite->call_count, 1);
}

static void
test_unanswered_claim_is_delivered_again(void **state)
{
	(void)state;
	suite->claim_status = STOA_TIMEOUT;
	job_deliver(rows_store(60, 3), 1, PLENTY);
	suite_until(is_idle);
	assert_int_equal(suite->verdict, SUITE_RETRIED);
	assert_int_equal(suite->call_count, 1);
}

static void
test_item_that_is_none_is_dropped(void **state)
{
	(void)state;
	suite_deliver_bytes(STOA_STR("\xff\xff garbage"));
	assert_int_equal(suite->verdict, SUITE_DROPPED);
	assert_int_equal(suite->call_count, 0);
}

static void
test_second_delivery_does_nothing_twice(void **state)
{
	const char *cid = rows_store(60, 3);

	(void)state;
	job_deliver(cid, 2, PLENTY);
	job_deliver(cid, 2, PLENTY);
	assert_int_equal(suite->verdict, SUITE_RETRIED);
	suite_until(is_idle);
	assert_int_equal(suite_count("ClaimJob"), 1);
	assert_int_equal(suite_count("CompleteJob"), 1);
}

static void
test_claim_of_the_past_starts_nothing(void **state)
{
	(void)state;
	suite->beats_wanted = 0; /* granted, but over since */
	job_deliver(rows_store(60, 3), 1, PLENTY);
	suite_until(is_idle);
	assert_int_equal(suite->verdict, SUITE_ACKED);
	assert_int_equal(suite->call_count, 1);
	assert_int_equal(suite->told_count, 0);
}

static void
test_unwanted_attempt_stops_and_says_nothing(void **state)
{
	(void)state;
	suite->beats_wanted = 2;
	job_deliver(rows_store(20000, 3), 1000, PLENTY);
	suite_until(is_idle);
	assert_int_equal(suite->call_count, 1);
	assert_clean();
}

static void
test_unusable_data_set_fails_the_job(void **state)
{
	(void)state;
	job_deliver(rows_store(60, 1), 1, PLENTY);
	suite_until(is_idle);
	assert_failed(
	    STOA__TRAINING__END_REASON__dataset_unusable, "at least 2 labels");
}

static void
test_missing_data_set_fails_the_job(void **state)
{
	(void)state;
	job_deliver(
	    "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy", 1,
	    PLENTY);
	suite_until(is_idle);
	assert_failed(STOA__TRAINING__END_REASON__dataset_missing,
	    "storage does not have the data set bafkreigh2a");
}

static void
test_spent_budget_fails_the_job(void **state)
{
	(void)state;
	job_deliver(rows_store(20000, 3), 1000, 1);
	suite_until(is_idle);
	assert_failed(
	    STOA__TRAINING__END_REASON__budget_spent, "processor time");
}

static void
test_drain_gives_the_job_back(void **state)
{
	(void)state;
	job_deliver(rows_store(20000, 3), 1000, PLENTY);
	suite_until(is_training);
	worker_jobs_part.drain(jobs);
	suite_until(is_idle);
	assert_failed(STOA__TRAINING__END_REASON__worker_lost, "was shut down");
	job_deliver(rows_store(60, 3), 1, PLENTY);
	assert_int_equal(suite->verdict, SUITE_RETRIED);
	assert_int_equal(suite_count("ClaimJob"), 1);
}

static void
test_report_is_repeated_word_for_word(void **state)
{
	const struct suite_call *first = NULL, *last;

	(void)state;
	suite->timeouts = 2;
	job_deliver(rows_store(60, 3), 2, PLENTY);
	suite_until(is_idle);
	assert_int_equal(suite_count("CompleteJob"), 3);
	last = suite_find("CompleteJob");
	for (size_t i = 0; i < suite->call_count && first == NULL; i++) {
		if (strcmp(suite->calls[i].method, "CompleteJob") == 0) {
			first = &suite->calls[i];
		}
	}
	assert_non_null(first);
	assert_string_equal(first->id, last->id);
	assert_int_equal(first->body.len, last->body.len);
	assert_memory_equal(first->body.data, last->body.data, last->body.len);
}

/* ---- questions ----------------------------------------------------------- */

/* Trains a model and returns its CID. */
static const char *
model_make(void)
{
	static char cid[STOA_CID_TEXT_SIZE];
	Stoa__Training__CompleteJobRequest *in;
	const struct suite_call *c;

	job_deliver(rows_store(120, 3), 4, PLENTY);
	suite_until(is_idle);
	c = suite_find("CompleteJob");
	assert_non_null(c);
	in = stoa__training__complete_job_request__unpack(
	    NULL, c->body.len, (const uint8_t *)c->body.data);
	assert_non_null(in);
	(void)snprintf(cid, sizeof(cid), "%s", in->model_cid);
	stoa__training__complete_job_request__free_unpacked(in, NULL);
	return cid;
}

static Stoa__Worker__PredictQuery
query_make(const char *cid, const char *text)
{
	Stoa__Worker__PredictQuery q = STOA__WORKER__PREDICT_QUERY__INIT;

	q.model_cid = TEXT(cid);
	q.recipe = TEXT(WORKER_RECIPE_NAME);
	q.text = TEXT(text);
	q.top = 2;
	q.storage_url = TEXT(suite_url());
	q.read_capability = TEXT(suite_read_token(cid));
	return q;
}

static void
ask(const Stoa__Worker__PredictQuery *q)
{
	suite->answer_count = 0;
	suite_ask(q);
	suite_until(is_answered);
}

static bool
metric_is(const char *want)
{
	struct stoa_buf out;
	bool is;

	stoa_buf_init(&out, 65536);
	worker_predict_part.metrics(predict, &out);
	is = strstr(out.data, want) != NULL;
	stoa_buf_fini(&out);
	return is;
}

static void
test_question_is_answered_and_the_model_kept(void **state)
{
	const char *cid = model_make();
	Stoa__Worker__PredictQuery q =
	    query_make(cid, "tell me about the rain");

	(void)state;
	ask(&q);
	assert_int_equal(suite->answer_status, STOA_OK);
	assert_int_equal(suite->answer->n_labels, 2);
	assert_string_equal(suite->answer->labels[0]->name, "rain");
	assert_true(suite->answer->labels[0]->probability >
		    suite->answer->labels[1]->probability);
	/* From memory: storage need not be there. */
	q.storage_url = TEXT("http://127.0.0.1:1");
	ask(&q);
	assert_int_equal(suite->answer_status, STOA_OK);
	assert_true(metric_is("{result=\"hit\"} 1"));
	assert_true(metric_is("{result=\"loaded\"} 1"));
}

static void
test_model_is_found_on_the_disk_if_it_is_whole(void **state)
{
	const char *cid = model_make();
	Stoa__Worker__PredictQuery q = query_make(cid, "a song");
	char path[512];

	(void)state;
	ask(&q);
	assert_int_equal(suite->answer_status, STOA_OK);
	worker_predict_part.free(predict);
	predict = worker_predict_open(
	    suite->loop, NULL, folder_path(&suite->folder, "models"));
	q.storage_url = TEXT("http://127.0.0.1:1");
	ask(&q);
	assert_int_equal(suite->answer_status, STOA_OK);
	/* Damaged: it is fetched, which cannot be here. */
	worker_predict_part.free(predict);
	(void)snprintf(path, sizeof(path), "%s/c_0123456789-%s/config.json",
	    folder_path(&suite->folder, "models"), cid);
	assert_int_equal(truncate(path, 10), 0);
	predict = worker_predict_open(
	    suite->loop, NULL, folder_path(&suite->folder, "models"));
	ask(&q);
	assert_int_equal(suite->answer_status, STOA_UNAVAILABLE);
	q.storage_url = TEXT(suite_url());
	ask(&q);
	assert_int_equal(suite->answer_status, STOA_OK);
}

static void
test_bad_questions_are_refused_by_field(void **state)
{
	static char long_text[WORKER_QUESTION_LEN_MAX + 2];
	const char *cid = rows_store(10, 3); /* a CID, but no model */
	Stoa__Worker__PredictQuery q = query_make(cid, "x");

	(void)state;
	memset(long_text, 'a', sizeof(long_text) - 1);
	q.text = long_text;
	ask(&q);
	assert_int_equal(suite->answer_status, STOA_TOO_LARGE);
	assert_memory_equal(suite->answer_detail, "text: ", 6);
	q = query_make(cid, "");
	ask(&q);
	assert_int_equal(suite->answer_status, STOA_INVALID);
	q = query_make(cid, "\xff");
	ask(&q);
	assert_int_equal(suite->answer_status, STOA_INVALID);
	q = query_make(cid, "x");
	q.recipe = TEXT("poet");
	ask(&q);
	assert_int_equal(suite->answer_status, STOA_UNSUPPORTED);
	q = query_make(cid, "x");
	q.top = 11;
	ask(&q);
	assert_int_equal(suite->answer_status, STOA_INVALID);
	assert_memory_equal(suite->answer_detail, "top: ", 5);
	q = query_make(cid, "x");
	q.model_cid = TEXT("nonsense");
	ask(&q);
	assert_int_equal(suite->answer_status, STOA_INVALID);
	q = query_make(cid, "x");
	ask(&q);
	assert_int_equal(suite->answer_status, STOA_CORRUPT);
	q = query_make(
	    "bafybeihxqtclo47qh5y3ts3xc5wdlsuthswqjtvxley2pee5p5qx56wjgm", "x");
	ask(&q);
	assert_int_equal(suite->answer_status, STOA_NOT_FOUND);
	q = query_make(cid, "x");
	q.read_capability = TEXT("forged");
	ask(&q);
	assert_int_equal(suite->answer_status, STOA_UNAUTHENTIC);
}

int
main(int argc, char **argv)
{
#define JOB_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    JOB_TEST(test_job_is_trained_stored_and_reported),
	    JOB_TEST(test_refused_claim_drops_the_delivery),
	    JOB_TEST(test_unanswered_claim_is_delivered_again),
	    JOB_TEST(test_item_that_is_none_is_dropped),
	    JOB_TEST(test_second_delivery_does_nothing_twice),
	    JOB_TEST(test_claim_of_the_past_starts_nothing),
	    JOB_TEST(test_unwanted_attempt_stops_and_says_nothing),
	    JOB_TEST(test_unusable_data_set_fails_the_job),
	    JOB_TEST(test_missing_data_set_fails_the_job),
	    JOB_TEST(test_spent_budget_fails_the_job),
	    JOB_TEST(test_drain_gives_the_job_back),
	    JOB_TEST(test_report_is_repeated_word_for_word),
	    JOB_TEST(test_question_is_answered_and_the_model_kept),
	    JOB_TEST(test_model_is_found_on_the_disk_if_it_is_whole),
	    JOB_TEST(test_bad_questions_are_refused_by_field),
	};

	if (argc == 3 && strcmp(argv[1], WORKER_TRAIN_CHILD_FLAG) == 0) {
		_exit(worker_train_child_main(argv[2]));
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
