/* file.c - open, all of it, sync, close. */
#include "worker/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
refuse_errno(
    struct worker_problem *problem, enum worker_reason reason, const char *name)
{
	return worker_refuse(problem, reason, "%s: %s", name, strerror(errno));
}

static bool
all_write(int fd, struct stoa_str bytes)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.data, bytes.len);

		if (n < 0 && errno != EINTR) {
			return false;
		}
		bytes = stoa_str_from(bytes, n < 0 ? 0 : (size_t)n);
	}
	return true;
}

bool
worker_file_write(int dir, const char *name, struct stoa_str bytes,
    struct worker_problem *problem)
{
	int fd = openat(dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	bool ok;

	if (fd < 0) {
		return refuse_errno(problem, WORKER_DISK, name);
	}
	ok = all_write(fd, bytes) && fsync(fd) == 0;
	if (!ok) {
		(void)refuse_errno(problem, WORKER_DISK, name);
	}
	(void)close(fd);
	return ok;
}

static bool
all_read(int fd, char *data, size_t size)
{
	size_t have = 0;

	while (have < size) {
		ssize_t n = read(fd, data + have, size - have);

		if (n == 0) {
			errno = EIO; /* it shrank while being read */
			return false;
		}
		if (n < 0 && errno != EINTR) {
			return false;
		}
		have += n < 0 ? 0 : (size_t)n;
	}
	return true;
}

static bool
fd_read(int fd, const char *name, size_t size_max, enum worker_reason reason,
    struct stoa_str *ret_data, struct worker_problem *problem)
{
	struct stat st;
	char *data;

	if (fstat(fd, &st) != 0) {
		return refuse_errno(problem, reason, name);
	}
	if (!S_ISREG(st.st_mode)) {
		return worker_refuse(
		    problem, reason, "%s is not a regular file", name);
	}
	if ((uint64_t)st.st_size > size_max) {
		return worker_refuse(problem, reason,
		    "%s has %lld bytes, the limit is %zu", name,
		    (long long)st.st_size, size_max);
	}
	data = malloc((size_t)st.st_size + 1);
	if (data == NULL || !all_read(fd, data, (size_t)st.st_size)) {
		free(data);
		return refuse_errno(problem, reason, name);
	}
	data[st.st_size] = '\0';
	*ret_data = (struct stoa_str){data, (size_t)st.st_size};
	return true;
}

bool
worker_file_read(int dir, const char *name, size_t size_max,
    enum worker_reason reason, struct stoa_str *ret_data,
    struct worker_problem *problem)
{
	int fd =
	    openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool ok;

	if (fd < 0) {
		return refuse_errno(problem, reason, name);
	}
	ok = fd_read(fd, name, size_max, reason, ret_data, problem);
	(void)close(fd);
	return ok;
}
