/* provenance.c - hashes the files, signs, checks. */
#include "worker/provenance.h"

#include "base/json.h"
#include "worker/dsse.h"
#include "worker/file.h"
#include "worker/limits.h"
#include "worker/statement.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_SIZE 65536

STOA_STATIC_ASSERT(WORKER_KEY_SIZE == STOA_ED25519_SIZE, "one key, one size");

static bool
refuse(struct worker_problem *problem, const char *what, const char *name)
{
	return worker_refuse(problem, WORKER_BAD_PROVENANCE,
	    WORKER_PROVENANCE_FILE ": %s%s", what, name);
}

static int
dir_open(const char *path, struct worker_problem *problem)
{
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0) {
		(void)worker_refuse(problem, WORKER_BAD_PROVENANCE,
		    "cannot open the directory of the model: %s",
		    strerror(errno));
	}
	return dir;
}

static bool
fd_hash(int fd, struct stoa_hash *ret_hash)
{
	struct stoa_sha256 sha;
	char piece[PIECE_SIZE];
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		return false;
	}
	stoa_sha256_init(&sha);
	for (;;) {
		ssize_t n = read(fd, piece, sizeof(piece));

		if (n < 0 && errno != EINTR) {
			return false;
		}
		if (n == 0) {
			break;
		}
		stoa_sha256_add(&sha, piece, n < 0 ? 0 : (size_t)n);
	}
	*ret_hash = stoa_sha256_end(&sha);
	return true;
}

static bool
file_hash(int dir, const char *name, struct stoa_hash *ret_hash,
    struct worker_problem *problem)
{
	int fd =
	    openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool ok = fd >= 0 && fd_hash(fd, ret_hash);

	if (fd >= 0) {
		(void)close(fd);
	}
	return ok || refuse(problem, "cannot read ", name);
}

static int
subject_order(const void *a, const void *b)
{
	return strcmp(((const struct worker_subject *)a)->name,
	    ((const struct worker_subject *)b)->name);
}

/* Names of all files but provenance.json, in order. */
static bool
names_read(int dir, struct worker_subject *subjects, size_t *ret_count,
    struct worker_problem *problem)
{
	int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = again < 0 ? NULL : fdopendir(again);
	struct dirent *entry;
	size_t count = 0;
	bool ok = stream != NULL;

	while (ok && (entry = readdir(stream)) != NULL) {
		const char *name = entry->d_name;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
		    strcmp(name, WORKER_PROVENANCE_FILE) == 0) {
			continue;
		}
		ok = count < WORKER_SUBJECT_MAX &&
		     strlen(name) < WORKER_NAME_SIZE && name[0] != '.';
		if (ok) {
			memcpy(subjects[count++].name, name, strlen(name) + 1);
		}
	}
	if (stream != NULL) {
		(void)closedir(stream);
	}
	if (!ok || count == 0) {
		return refuse(
		    problem, "the directory is not that of a model", "");
	}
	qsort(subjects, count, sizeof(*subjects), subject_order);
	*ret_count = count;
	return true;
}

static void
envelope_print(const struct worker_provenance *p,
    const uint8_t seed[WORKER_KEY_SIZE], const struct worker_subject *subjects,
    size_t count, struct stoa_buf *out)
{
	uint8_t public_key[WORKER_KEY_SIZE];
	struct stoa_buf worker, statement;

	stoa_ed25519_public(seed, public_key);
	stoa_buf_init(&worker, WORKER_DETAIL_SIZE);
	worker_did_print(public_key, &worker);
	stoa_buf_init(&statement, WORKER_PROVENANCE_SIZE_MAX / 2);
	worker_statement_print(
	    p, stoa_buf_str(&worker), subjects, count, &statement);
	if (statement.is_overflown) {
		out->is_overflown = true;
	} else {
		worker_dsse_sign(STOA_STR(WORKER_STATEMENT_TYPE),
		    stoa_buf_str(&statement), seed, out);
	}
	stoa_buf_fini(&statement);
	stoa_buf_fini(&worker);
}

static bool
write_in(int dir, const struct worker_provenance *p,
    const uint8_t seed[WORKER_KEY_SIZE], struct worker_problem *problem)
{
	struct worker_subject subjects[WORKER_SUBJECT_MAX];
	struct stoa_buf out;
	size_t count;
	bool ok;

	if (!names_read(dir, subjects, &count, problem)) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (!file_hash(
			dir, subjects[i].name, &subjects[i].hash, problem)) {
			return false;
		}
	}
	stoa_buf_init(&out, WORKER_PROVENANCE_SIZE_MAX);
	envelope_print(p, seed, subjects, count, &out);
	ok = !out.is_overflown
		 ? worker_file_write(
		       dir, WORKER_PROVENANCE_FILE, stoa_buf_str(&out), problem)
		 : refuse(problem, "the statement is too large", "");
	stoa_buf_fini(&out);
	if (ok && fsync(dir) != 0) {
		ok = worker_refuse(problem, WORKER_DISK,
		    "cannot sync the directory of the model: %s",
		    strerror(errno));
	}
	return ok;
}

bool
worker_provenance_write(const char *path, const struct worker_provenance *p,
    const uint8_t seed[WORKER_KEY_SIZE], struct worker_problem *problem)
{
	struct stoa_json metrics;
	int dir;
	bool ok;

	if (!stoa_json_parse(
		p->metrics, STOA_JSON_UNIQUE_NAMES, &metrics, NULL) ||
	    stoa_json_type(metrics) != STOA_JSON_OBJECT) {
		return refuse(problem, "the metrics are not a JSON object", "");
	}
	dir = dir_open(path, problem);
	if (dir < 0) {
		return false;
	}
	ok = write_in(dir, p, seed, problem);
	(void)close(dir);
	return ok;
}

/* ---- verifying ---- */

/* Every file is a subject, every subject a file with that hash. */
static bool
files_check(int dir, const struct worker_subject *claimed, size_t claimed_count,
    struct worker_problem *problem)
{
	struct worker_subject found[WORKER_SUBJECT_MAX];
	struct stoa_hash hash;
	size_t count;

	if (!names_read(dir, found, &count, problem)) {
		return false;
	}
	for (size_t i = 0; i < claimed_count; i++) {
		if (!file_hash(dir, claimed[i].name, &hash, problem)) {
			return false;
		}
		if (!stoa_hash_is_equal(&hash, &claimed[i].hash)) {
			return refuse(problem,
			    "another SHA-256 is claimed for ", claimed[i].name);
		}
	}
	/* Names are unique on either side: equal counts leave no stranger. */
	if (count != claimed_count) {
		return refuse(problem,
		    "the directory holds a file that is not claimed", "");
	}
	return true;
}

static bool
envelope_check(struct stoa_str envelope, const uint8_t *trusted,
    struct stoa_arena *arena, struct worker_claim *ret_claim,
    struct worker_subject *subjects, size_t *ret_count,
    struct worker_problem *problem)
{
	uint8_t signer[WORKER_KEY_SIZE], named[WORKER_KEY_SIZE];
	struct stoa_str body;
	const char *why = "";

	if (!worker_dsse_open(envelope, STOA_STR(WORKER_STATEMENT_TYPE), arena,
		&body, signer, &why) ||
	    !worker_statement_parse(
		body, arena, ret_claim, subjects, ret_count, &why)) {
		return refuse(problem, why, "");
	}
	if (trusted != NULL && memcmp(trusted, signer, sizeof(signer)) != 0) {
		return refuse(
		    problem, "signed by another key than expected", "");
	}
	if (!worker_did_parse(ret_claim->worker, named) ||
	    memcmp(named, signer, sizeof(signer)) != 0) {
		return refuse(
		    problem, "the signer is not the worker it names", "");
	}
	memcpy(ret_claim->public_key, signer, sizeof(signer));
	return true;
}

static bool
verify_in(int dir, const uint8_t *trusted, struct stoa_arena *arena,
    struct worker_claim *ret_claim, struct worker_problem *problem)
{
	struct worker_subject subjects[WORKER_SUBJECT_MAX];
	struct worker_claim claim;
	struct stoa_str file, text;
	size_t count;

	if (!worker_file_read(dir, WORKER_PROVENANCE_FILE,
		WORKER_PROVENANCE_SIZE_MAX, WORKER_BAD_PROVENANCE, &file,
		problem)) {
		return false;
	}
	/* The claim's texts may point into the file: it moves to the arena. */
	text.data = stoa_arena_str(arena, file);
	text.len = file.len;
	free((void *)(uintptr_t)file.data);
	if (text.data == NULL) {
		return worker_refuse(problem, WORKER_OUT_OF_MEMORY,
		    WORKER_PROVENANCE_FILE " does not fit into memory");
	}
	if (!envelope_check(
		text, trusted, arena, &claim, subjects, &count, problem) ||
	    !files_check(dir, subjects, count, problem)) {
		return false;
	}
	*ret_claim = claim;
	return true;
}

bool
worker_provenance_verify(const char *path, const uint8_t *trusted,
    struct stoa_arena *arena, struct worker_claim *ret_claim,
    struct worker_problem *problem)
{
	int dir = dir_open(path, problem);
	bool ok;

	if (dir < 0) {
		return false;
	}
	ok = verify_in(dir, trusted, arena, ret_claim, problem);
	(void)close(dir);
	return ok;
}
