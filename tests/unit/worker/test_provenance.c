#include "worker/provenance.h"

#include "worker/dsse.h"

#include "../unit.h"
#include "folder.h"

#include <unistd.h>

static const uint8_t seed[WORKER_KEY_SIZE] = {1, 2, 3};

static void
model_make(struct folder *f)
{
	struct worker_provenance p = {
	    .job_id = STOA_STR("j_0123456789"),
	    .dataset_cid = STOA_STR("bafyone"),
	    .metrics = STOA_STR("{\"accuracy\": 0.93}"),
	    .started = {1767182400000000},
	    .finished = {1767182402500000},
	};
	struct worker_problem problem = {0};

	worker_params_default(&p.params);
	p.params.epochs = 3;
	folder_make(f);
	folder_write(f, "model.safetensors", "weights");
	folder_write(f, "config.json", "{}");
	folder_write(f, "README.md", "# card");
	assert_true(worker_provenance_write(f->path, &p, seed, &problem));
}

static void
test_verify_returns_what_was_signed(void **state)
{
	uint8_t public_key[WORKER_KEY_SIZE];
	struct worker_problem problem = {0};
	struct worker_claim claim;
	struct stoa_arena arena;
	struct folder f;

	(void)state;
	model_make(&f);
	stoa_ed25519_public(seed, public_key);
	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	assert_true(worker_provenance_verify(
	    f.path, public_key, &arena, &claim, &problem));
	assert_str(claim.job_id, "j_0123456789");
	assert_str(claim.dataset_cid, "bafyone");
	assert_int_equal(claim.params.epochs, 3);
	assert_str(claim.metrics, "{\"accuracy\": 0.93}");
	assert_str(claim.started, "2025-12-31T12:00:00.000Z");
	assert_str(claim.finished, "2025-12-31T12:00:02.500Z");
	assert_memory_equal(claim.public_key, public_key, sizeof(public_key));
	assert_true(
	    worker_provenance_verify(f.path, NULL, &arena, &claim, &problem));
	stoa_arena_fini(&arena);
	folder_remove(&f);
}

static void
refused(const struct folder *f, const uint8_t *trusted, const char *detail)
{
	struct worker_problem problem = {0};
	struct worker_claim claim;
	struct stoa_arena arena;

	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	assert_false(worker_provenance_verify(
	    f->path, trusted, &arena, &claim, &problem));
	assert_int_equal(problem.reason, WORKER_BAD_PROVENANCE);
	assert_string_equal(problem.detail, detail);
	stoa_arena_fini(&arena);
}

static void
test_verify_refuses_changed_files_and_strangers(void **state)
{
	uint8_t other[WORKER_KEY_SIZE] = {9};
	struct folder f;

	(void)state;
	model_make(&f);
	refused(
	    &f, other, "provenance.json: signed by another key than expected");
	folder_write(&f, "extra.txt", "x");
	refused(&f, NULL,
	    "provenance.json: the directory holds a file that is not claimed");
	assert_int_equal(unlink(folder_path(&f, "extra.txt")), 0);
	folder_write(&f, "config.json", "{ }");
	refused(&f, NULL,
	    "provenance.json: another SHA-256 is claimed for config.json");
	assert_int_equal(unlink(folder_path(&f, "config.json")), 0);
	refused(&f, NULL, "provenance.json: cannot read config.json");
	folder_remove(&f);
}

static void
test_verify_refuses_an_envelope_around_something_else(void **state)
{
	static const struct {
		const char *body;
		const char *detail;
	} rows[] = {
	    {"no json", "provenance.json: the statement is not JSON"},
	    {"{}", "provenance.json: the statement is of another kind"},
	    {"{\"_type\":\"https://in-toto.io/Statement/v1\","
	     "\"predicateType\":\"https://slsa.dev/provenance/v1\","
	     "\"subject\":[{\"name\":\"../"
	     "x\",\"digest\":{\"sha256\":\"00\"}}]}",
		"provenance.json: the subjects are not files with their "
		"SHA-256, each once"},
	};
	struct folder f;

	(void)state;
	model_make(&f);
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct stoa_buf out;

		stoa_buf_init(&out, 4096);
		worker_dsse_sign(STOA_STR("application/vnd.in-toto+json"),
		    stoa_str_of(rows[i].body), seed, &out);
		folder_write(&f, "provenance.json", out.data);
		refused(&f, NULL, rows[i].detail);
		stoa_buf_fini(&out);
	}
	folder_write(&f, "provenance.json", "[]");
	refused(&f, NULL, "provenance.json: the envelope is of another type");
	folder_remove(&f);
}

static void
test_write_refuses_a_second_time_and_bad_metrics(void **state)
{
	struct worker_provenance p = {.metrics = STOA_STR("{}")};
	struct worker_problem problem = {0};
	struct folder f;

	(void)state;
	model_make(&f);
	worker_params_default(&p.params);
	assert_false(worker_provenance_write(f.path, &p, seed, &problem));
	assert_int_equal(problem.reason, WORKER_DISK);
	p.metrics = STOA_STR("{},\"x\":1");
	assert_false(worker_provenance_write(f.path, &p, seed, &problem));
	assert_int_equal(problem.reason, WORKER_BAD_PROVENANCE);
	folder_remove(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_verify_returns_what_was_signed),
	    cmocka_unit_test(test_verify_refuses_changed_files_and_strangers),
	    cmocka_unit_test(
		test_verify_refuses_an_envelope_around_something_else),
	    cmocka_unit_test(test_write_refuses_a_second_time_and_bad_metrics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
