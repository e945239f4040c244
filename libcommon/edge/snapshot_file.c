/* snapshot_file.c - maps, writes aside and renames, watches the writer. */
#include "edge/snapshot_file.h"

#include "base/check.h"
#include "domain/limits.h"
#include "edge/limits.h"
#include "edge/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

/* How the writer ends; 0: there is a newer one. */
#define EXIT_FAILED  1
#define EXIT_DAMAGED 65 /* sysexits.h, EX_DATAERR: the copy is */

/* Nobody waits for a snapshot. */
#define WRITER_NICE 10

#define ARGUMENTS_MAX 128

struct stoa_snapshots {
	struct stoa_snapshots_options o;
	char *path;
	struct stoa_str bytes; /* mapped */
	uint64_t covers;       /* of the copy */
	uint64_t due;	       /* when the copy has this size */
	uv_process_t writer;
	bool is_writing, is_written, is_closing;
};

/* ---- reading ---- */

/* Empty: there is none that can be read. */
static struct stoa_str
map(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat stat;
	void *at = MAP_FAILED;

	if (fd < 0) {
		return (struct stoa_str){NULL, 0};
	}
	if (fstat(fd, &stat) == 0 && stat.st_size > 0) {
		at = mmap(
		    NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	}
	(void)close(fd);
	if (at == MAP_FAILED) {
		return (struct stoa_str){NULL, 0};
	}
	return (struct stoa_str){at, (size_t)stat.st_size};
}

static void
unmap(struct stoa_str bytes)
{
	if (bytes.len > 0) {
		(void)munmap((void *)(uintptr_t)bytes.data, bytes.len);
	}
}

static void
due_set(struct stoa_snapshots *s, uint64_t size)
{
	uint64_t half = s->bytes.len / 2;

	s->due = size + (half > s->o.growth ? half : s->o.growth);
}

/* Gives what was mapped before. */
static struct stoa_str
map_newest(struct stoa_snapshots *s)
{
	struct stoa_str before = s->bytes;

	s->bytes = map(s->path);
	s->covers = stoa_snapshot_covers(s->bytes, s->o.core);
	if (s->covers == 0) {
		unmap(s->bytes);
		s->bytes = (struct stoa_str){NULL, 0};
	}
	due_set(s, s->covers);
	return before;
}

struct stoa_snapshots *
stoa_snapshots_open(const struct stoa_snapshots_options *options)
{
	struct stoa_snapshots *s = calloc(1, sizeof(*s));

	stoa_assert(s != NULL);
	s->o = *options;
	s->path = strdup(options->path);
	stoa_assert(s->path != NULL);
	(void)map_newest(s);
	return s;
}

struct stoa_str
stoa_snapshots_bytes(const struct stoa_snapshots *s)
{
	return s->bytes;
}

void
stoa_snapshots_drop(struct stoa_snapshots *s)
{
	(void)unlink(s->path);
}

/* ---- the writer, from outside ---- */

/* Only now the handle may be used again. */
static void
writer_closed(uv_handle_t *handle)
{
	struct stoa_snapshots *s = handle->data;

	s->is_writing = false;
	if (s->is_closing) {
		free(s->path);
		free(s);
	}
}

static void
writer_ended(uv_process_t *process, int64_t status, int number)
{
	struct stoa_snapshots *s = process->data;

	s->is_written = status == 0 && number == 0;
	uv_close((uv_handle_t *)process, writer_closed);
	if (status == EXIT_DAMAGED) {
		stoa_snapshots_drop(s);
		stoa_log(STOA_LOG_ERROR, "copy_damaged",
		    "the own copy is damaged on disk; restart this replica, "
		    "and it is repaired from the stream");
	} else if (!s->is_written && !s->is_closing) {
		stoa_log(STOA_LOG_WARN, "snapshot_not_written",
		    "status %" PRId64 ", signal %d; tried again after more "
		    "commands",
		    status, number);
	}
}

static void
writer_start(struct stoa_snapshots *s)
{
	char *arguments[ARGUMENTS_MAX];
	uv_stdio_container_t stdio[3] = {
	    {.flags = UV_IGNORE},
	    {.flags = UV_INHERIT_FD, .data = {.fd = STDOUT_FILENO}},
	    {.flags = UV_INHERIT_FD, .data = {.fd = STDERR_FILENO}},
	};
	uv_process_options_t options = {
	    .exit_cb = writer_ended,
	    .file = "/proc/self/exe",
	    .args = arguments,
	    .stdio_count = 3,
	    .stdio = stdio,
	};
	size_t count = 0;
	int failed;

	while (s->o.arguments[count] != NULL && count < ARGUMENTS_MAX - 2) {
		arguments[count] = s->o.arguments[count];
		count++;
	}
	arguments[count++] = (char *)(uintptr_t) "--write-snapshot";
	arguments[count] = NULL;
	s->writer.data = s;
	failed = uv_spawn(stoa_loop_uv(s->o.loop), &s->writer, &options);
	s->is_writing = true;
	if (failed != 0) {
		uv_close((uv_handle_t *)&s->writer, writer_closed);
		stoa_log(STOA_LOG_WARN, "snapshot_not_written", "%s",
		    uv_strerror(failed));
	}
}

void
stoa_snapshots_tick(struct stoa_snapshots *s, struct stoa_replica *replica,
    const struct stoa_copy *copy)
{
	uint64_t size = stoa_copy_size(copy);

	if (s->is_written && !s->is_writing) {
		struct stoa_str before = map_newest(s);

		s->is_written = false;
		stoa_replica_adopt(replica, s->bytes);
		unmap(before);
		stoa_log(STOA_LOG_INFO, "snapshot",
		    "%zu bytes; the next start reads what comes after byte "
		    "%" PRIu64 " of the copy",
		    s->bytes.len, s->covers);
	}
	if (s->o.growth > 0 && !s->is_writing && size >= s->due) {
		due_set(s, size); /* for the case that it fails */
		writer_start(s);
	}
}

void
stoa_snapshots_close(struct stoa_snapshots *s)
{
	if (s == NULL) {
		return;
	}
	unmap(s->bytes);
	s->is_closing = true;
	if (s->is_writing) {
		(void)uv_process_kill(&s->writer, SIGKILL);
		return; /* freed when it has ended, or with the process */
	}
	free(s->path);
	free(s);
}

/* ---- the writer, from inside ---- */

static bool
all_write(int fd, struct stoa_str bytes)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.data, bytes.len);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return false;
		}
		bytes = stoa_str_from(bytes, (size_t)n);
	}
	return true;
}

/* In place of the old one, whole or not at all. */
static bool
replace(const char *path, struct stoa_str bytes)
{
	char aside[EDGE_PATH_MAX];
	int len = snprintf(aside, sizeof(aside), "%s.new", path);
	int fd;
	bool ok;

	stoa_assert(len > 0 && (size_t)len < sizeof(aside));
	fd = open(aside, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	/* One of a replica that was killed may be at it still. */
	ok = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
	     ftruncate(fd, 0) == 0 && all_write(fd, bytes) && fsync(fd) == 0 &&
	     rename(aside, path) == 0;
	if (!ok) {
		stoa_log(STOA_LOG_WARN, "snapshot_not_written", "%s: %s", aside,
		    strerror(errno));
	}
	if (fd >= 0) {
		(void)close(fd);
	}
	return ok;
}

static int
write_from(const struct stoa_core *core, struct stoa_copy *copy,
    const char *path, struct stoa_buf *out)
{
	struct stoa_replica_options options = {
	    .core = core,
	    .copy = copy,
	    .snapshot = map(path),
	};
	enum stoa_status status = stoa_snapshot_make(&options, out);

	unmap(options.snapshot);
	if (status == STOA_OK) {
		/* What it says must not be lost when it is not. */
		return stoa_copy_harden(copy) == STOA_OK &&
			       replace(path, stoa_buf_str(out))
			   ? 0
			   : EXIT_FAILED;
	}
	if (status != STOA_NOT_FOUND && status != STOA_CORRUPT) {
		stoa_log(STOA_LOG_WARN, "snapshot_not_written", "%s",
		    stoa_status_text(status));
	}
	return status == STOA_NOT_FOUND ? 0
	       : status == STOA_CORRUPT ? EXIT_DAMAGED
					: EXIT_FAILED;
}

int
stoa_snapshot_write(
    const struct stoa_core *core, const char *copy_path, const char *path)
{
	struct stoa_copy *copy;
	struct stoa_buf out;
	int status;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setpriority(PRIO_PROCESS, 0, WRITER_NICE);
	if (stoa_copy_open(copy_path, NULL, &copy) != STOA_OK) {
		stoa_log(STOA_LOG_ERROR, "copy_not_open", "%s: %s", copy_path,
		    strerror(errno));
		return EXIT_FAILED;
	}
	stoa_buf_init(&out, DOMAIN_SNAPSHOT_BYTES_MAX);
	status = write_from(core, copy, path, &out);
	stoa_buf_fini(&out);
	stoa_copy_close(copy);
	return status;
}
