/* The real disk: kill -9 in a loop, a file-size limit as a full disk, two
 * processes at one store. STOA_KILLS sets how many kills. */
#include "storage/add.h"
#include "storage/reader.h"
#include "storage/store.h"

#include "base/rng.h"

#include "../unit.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];

static const struct storage_options options = {
    .pack_size = 4 << 20, .reserve_bytes = 4096};

static int
make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/stoa-crash-XXXXXX");
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int
remove_folder(void **state)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.') {
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
		}
	}
	closedir(dir);
	return rmdir(folder);
}

/* A file whose content follows from its number. */
static enum stoa_status
add_file(struct storage_hashers *hashers, struct storage_store *store,
    uint64_t number, struct stoa_cid *ret_cid)
{
	struct storage_add *add;
	struct storage_child root;
	struct stoa_rng rng;
	enum stoa_status status =
	    storage_add_open(hashers, store, storage_profile_default(), &add);

	if (status != STOA_OK) {
		return status;
	}
	stoa_rng_init(&rng, number);
	for (uint64_t left = stoa_rng_below(&rng, 300000);
	     left > 0 && status == STOA_OK; left--) {
		uint64_t word = stoa_rng_next(&rng);

		status = storage_add_write(
		    add, stoa_str_of_bytes(&word, sizeof(word)));
	}
	if (status == STOA_OK) {
		status = storage_add_end_file(add, &root);
	}
	if (status == STOA_OK) {
		status = storage_add_commit(add);
	}
	if (status == STOA_OK) {
		status = storage_store_pin(store, &root.cid, STOA_STR("f"));
	}
	storage_add_close(add);
	if (status == STOA_OK) {
		*ret_cid = root.cid;
	}
	return status;
}

/* Adds for ever; tells each number once it is durable. */
static _Noreturn void
child(int out, uint64_t first)
{
	struct storage_hashers *hashers;
	struct storage_store *store;
	struct stoa_cid cid;

	if (storage_store_open(folder, &options, &store) != STOA_OK ||
	    storage_hashers_open(&hashers) != STOA_OK) {
		_exit(3);
	}
	for (uint64_t number = first;; number++) {
		if (add_file(hashers, store, number, &cid) != STOA_OK ||
		    write(out, &cid, sizeof(cid)) != sizeof(cid)) {
			_exit(4);
		}
	}
}

static void
check_file(struct storage_store *store, const struct stoa_cid *cid)
{
	static struct storage_reader reader;
	struct storage_source source = storage_store_source(store);
	uint64_t at = 0;

	assert_true(storage_store_is_pinned(store, cid, STOA_STR("f")));
	assert_int_equal(storage_reader_open(&reader, &source, cid), STOA_OK);
	while (at < storage_reader_size(&reader)) {
		struct stoa_str bytes;

		assert_int_equal(
		    storage_reader_at(&reader, at, &bytes), STOA_OK);
		at += bytes.len;
	}
	storage_reader_close(&reader);
}

#define CIDS_MAX 4096

/* One life: killed after so many acknowledgements, in the middle of the next
 * add. All that the pipe holds was acknowledged. */
static size_t
live_and_die(uint64_t number, int after, struct stoa_cid *cids, size_t count)
{
	int pipe_fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(pipe_fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(pipe_fds[0]);
		child(pipe_fds[1], number);
	}
	close(pipe_fds[1]);
	while (count < CIDS_MAX && read(pipe_fds[0], &cids[count],
				       sizeof(*cids)) == sizeof(*cids)) {
		count++;
		if (--after == 0) {
			assert_int_equal(kill(pid, SIGKILL), 0);
		}
	}
	close(pipe_fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	return count;
}

static void
test_kill_loses_nothing_that_was_acknowledged(void **state)
{
	static struct stoa_cid cids[CIDS_MAX];
	const char *text = getenv("STOA_KILLS");
	int kills = text == NULL ? 25 : atoi(text);
	struct stoa_rng rng;
	size_t count = 0;

	(void)state;
	stoa_rng_init(&rng, 5);
	for (int i = 0; i < kills; i++) {
		size_t before = count;
		struct storage_store *store;

		count = live_and_die((uint64_t)i * 1000000,
		    1 + (int)stoa_rng_below(&rng, 6), cids, count);
		assert_true(count > before);
		assert_int_equal(
		    storage_store_open(folder, &options, &store), STOA_OK);
		for (size_t j = i + 1 == kills ? 0 : before; j < count; j++) {
			check_file(store, &cids[j]);
		}
		storage_store_close(store);
	}
}

static void
test_a_file_size_limit_is_a_full_disk(void **state)
{
	struct rlimit old, small = {.rlim_cur = 2 << 20};
	struct storage_hashers *hashers;
	struct storage_store *store;
	struct stoa_cid cids[64];
	size_t count = 0;
	enum stoa_status status;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small.rlim_max = old.rlim_max;
	assert_ptr_not_equal(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(storage_store_open(folder, &options, &store), STOA_OK);
	assert_int_equal(storage_hashers_open(&hashers), STOA_OK);
	do {
		status = add_file(hashers, store, count, &cids[count]);
		count += status == STOA_OK;
	} while (status == STOA_OK && count < 64);
	assert_int_equal(status, STOA_NO_SPACE);
	for (size_t i = 0; i < count; i++) {
		check_file(store, &cids[i]);
	}
	/* Room again: the same store goes on. */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(
	    add_file(hashers, store, count, &cids[count]), STOA_OK);
	storage_hashers_close(hashers);
	storage_store_close(store);
	assert_int_equal(storage_store_open(folder, &options, &store), STOA_OK);
	for (size_t i = 0; i <= count; i++) {
		check_file(store, &cids[i]);
	}
	storage_store_close(store);
}

static void
test_a_store_has_one_process(void **state)
{
	struct storage_store *one, *two;

	(void)state;
	assert_int_equal(storage_store_open(folder, &options, &one), STOA_OK);
	assert_int_equal(storage_store_open(folder, &options, &two), STOA_BUSY);
	storage_store_close(one);
	assert_int_equal(storage_store_open("/nonexistent/store", NULL, &one),
	    STOA_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_kill_loses_nothing_that_was_acknowledged, make_folder,
		remove_folder),
	    cmocka_unit_test_setup_teardown(
		test_a_file_size_limit_is_a_full_disk, make_folder,
		remove_folder),
	    cmocka_unit_test_setup_teardown(
		test_a_store_has_one_process, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
