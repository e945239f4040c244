/* dataset_read.c - opens files; what they mean is import.c's. */
#include "worker/dataset_read.h"

#include "worker/import.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_SIZE 65536

static bool
refuse_errno(struct worker_problem *problem, const char *file)
{
	return worker_refuse(problem, WORKER_DATASET_UNREADABLE,
	    "cannot read %s: %s", file, strerror(errno));
}

static bool
pieces_read(struct worker_import *im, int fd, struct worker_problem *problem)
{
	char piece[PIECE_SIZE];

	for (;;) {
		ssize_t n = read(fd, piece, sizeof(piece));

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return refuse_errno(problem, im->file);
		}
		if (n == 0) {
			return worker_import_end(im);
		}
		if (!worker_import_feed(
			im, stoa_str_of_bytes(piece, (size_t)n))) {
			return false;
		}
	}
}

static bool
fd_read(struct worker_dataset *d, int fd, enum worker_split split,
    const char *file, struct worker_problem *problem)
{
	struct worker_import im;
	bool ok;

	worker_import_init(&im, d, split, file, problem);
	ok = pieces_read(&im, fd, problem);
	worker_import_fini(&im);
	return ok;
}

static bool
split_read(struct worker_dataset *d, int dir, enum worker_split split,
    struct worker_problem *problem)
{
	char file[32];
	int fd;
	bool ok;

	(void)snprintf(file, sizeof(file), "%s.csv", worker_split_name(split));
	fd = openat(dir, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT && split != WORKER_TRAIN) {
		return true; /* cut from the training rows */
	}
	if (fd < 0) {
		return refuse_errno(problem, file);
	}
	ok = fd_read(d, fd, split, file, problem);
	(void)close(fd);
	return ok;
}

static bool
path_read(struct worker_dataset *d, int fd, const char *path,
    struct worker_problem *problem)
{
	const char *slash = strrchr(path, '/');
	struct stat st;

	if (fstat(fd, &st) != 0) {
		return refuse_errno(problem, path);
	}
	if (!S_ISDIR(st.st_mode)) {
		return fd_read(d, fd, WORKER_TRAIN,
		    slash == NULL ? path : slash + 1, problem);
	}
	for (int s = 0; s < WORKER_SPLIT_COUNT; s++) {
		if (!split_read(d, fd, (enum worker_split)s, problem)) {
			return false;
		}
	}
	return true;
}

bool
worker_dataset_read(struct worker_dataset *d, const char *path, uint64_t seed,
    struct worker_problem *problem)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok;

	worker_dataset_init(d);
	if (fd < 0) {
		return refuse_errno(problem, path);
	}
	ok = path_read(d, fd, path, problem);
	(void)close(fd);
	return ok && worker_dataset_finish(d, seed, problem);
}
