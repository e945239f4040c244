#include "worker/dataset_read.h"

#include "../unit.h"
#include "folder.h"

#include <unistd.h>

#define TEN_ROWS \
	"text,label\na,x\nb,x\nc,x\nd,x\ne,x\nf,y\ng,y\nh,y\ni,y\nj,y\n"

static void
test_read_takes_a_file_or_a_directory(void **state)
{
	struct worker_problem problem = {0};
	struct worker_dataset d;
	struct folder f;

	(void)state;
	folder_make(&f);
	folder_write(&f, "train.csv", TEN_ROWS);
	assert_true(
	    worker_dataset_read(&d, folder_path(&f, "train.csv"), 1, &problem));
	assert_int_equal(d.splits[WORKER_TRAIN].count, 6);
	assert_int_equal(d.splits[WORKER_VALIDATION].count, 2);
	assert_int_equal(d.splits[WORKER_TEST].count, 2);
	worker_dataset_fini(&d);
	folder_write(&f, "test.csv", "label,text\nx,k\ny,l\n");
	assert_true(worker_dataset_read(&d, f.path, 1, &problem));
	assert_int_equal(d.splits[WORKER_TRAIN].count, 8);
	assert_int_equal(d.splits[WORKER_TEST].count, 2);
	assert_str(d.splits[WORKER_TEST].rows[1].text, "l");
	worker_dataset_fini(&d);
	folder_remove(&f);
}

static void
refused(const char *path, enum worker_reason reason, const char *detail)
{
	struct worker_problem problem = {0};
	struct worker_dataset d;

	assert_false(worker_dataset_read(&d, path, 1, &problem));
	assert_int_equal(problem.reason, reason);
	assert_string_equal(problem.detail, detail);
	worker_dataset_fini(&d);
}

static void
test_read_names_the_file_that_is_wrong(void **state)
{
	struct folder f;

	(void)state;
	folder_make(&f);
	refused(f.path, WORKER_DATASET_UNREADABLE,
	    "cannot read train.csv: No such file or directory");
	folder_write(&f, "train.csv", TEN_ROWS);
	folder_write(&f, "validation.csv", "text,label\na,x,\n");
	refused(f.path, WORKER_RAGGED_ROW,
	    "validation.csv line 2: 3 columns where the first row has 2; put "
	    "fields with commas in quotes");
	folder_write(&f, "validation.csv", "text,label\na,z\n");
	refused(f.path, WORKER_UNKNOWN_LABEL,
	    "no training row has the label \"z\", which validation or test "
	    "rows have");
	assert_int_equal(unlink(folder_path(&f, "validation.csv")), 0);
	assert_int_equal(
	    symlink("/etc/passwd", folder_path(&f, "validation.csv")), 0);
	refused(f.path, WORKER_DATASET_UNREADABLE,
	    "cannot read validation.csv: Too many levels of symbolic links");
	folder_remove(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read_takes_a_file_or_a_directory),
	    cmocka_unit_test(test_read_names_the_file_that_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
