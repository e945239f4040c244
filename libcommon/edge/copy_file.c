/* copy_file.c - append-only file: written once per sync, synced on the pool.
 *
 * A failed write or sync ends the process: the kernel may have dropped the
 * pages, so a second sync that succeeds would prove nothing. */
#include "edge/copy_file.h"

#include "base/check.h"
#include "edge/limits.h"
#include "edge/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

struct stoa_copy {
	int fd;
	struct stoa_loop *loop;
	char *path;
	uint64_t written;     /* bytes of the file */
	struct stoa_buf tail; /* appended, not written yet */
	bool is_syncing;
	int sync_errno;
	void (*synced)(void *owner);
	void *owner;
	bool has_room;
	uint64_t room_checked; /* at this size of the file */
};

/* More than one turn of the loop can append. */
#define TAIL_MAX ((size_t)1 << 30)

static enum stoa_status
folder_sync(const char *path)
{
	char *folder = strdup(path);
	char *slash;
	int fd, failed;

	stoa_assert(folder != NULL);
	slash = strrchr(folder, '/');
	if (slash != NULL) {
		*slash = '\0';
	}
	fd = open(slash == NULL ? "." : folder, O_RDONLY | O_CLOEXEC);
	free(folder);
	if (fd < 0) {
		return STOA_IO;
	}
	failed = fsync(fd);
	(void)close(fd);
	return failed == 0 ? STOA_OK : STOA_IO;
}

enum stoa_status
stoa_copy_open(
    const char *path, struct stoa_loop *loop, struct stoa_copy **ret_copy)
{
	int flags = loop == NULL ? O_RDONLY : O_RDWR | O_CREAT;
	int fd = open(path, flags | O_CLOEXEC, 0600);
	struct stat stat;
	struct stoa_copy *c;

	if (fd < 0) {
		return errno == ENOENT	 ? STOA_NOT_FOUND
		       : errno == ENOSPC ? STOA_NO_SPACE
					 : STOA_IO;
	}
	if (loop != NULL && flock(fd, LOCK_EX | LOCK_NB) != 0) {
		(void)close(fd);
		return STOA_BUSY;
	}
	if (loop != NULL && folder_sync(path) != STOA_OK) {
		(void)close(fd);
		return STOA_IO;
	}
	if (fstat(fd, &stat) != 0) {
		(void)close(fd);
		return STOA_IO;
	}
	c = calloc(1, sizeof(*c));
	stoa_assert(c != NULL);
	*c = (struct stoa_copy){
	    .fd = fd,
	    .loop = loop,
	    .has_room = true,
	    .written = (uint64_t)stat.st_size,
	};
	c->path = strdup(path);
	stoa_assert(c->path != NULL);
	stoa_buf_init(&c->tail, TAIL_MAX);
	*ret_copy = c;
	return STOA_OK;
}

void
stoa_copy_close(struct stoa_copy *c)
{
	if (c == NULL) {
		return;
	}
	stoa_assert(!c->is_syncing);
	(void)close(c->fd);
	stoa_buf_fini(&c->tail);
	free(c->path);
	free(c);
}

uint64_t
stoa_copy_size(const struct stoa_copy *c)
{
	return c->written + c->tail.len;
}

enum stoa_status
stoa_copy_harden(struct stoa_copy *c)
{
	return fdatasync(c->fd) == 0 ? STOA_OK : STOA_IO;
}

/* ---- scan ---------------------------------------------------------------- */

static struct stoa_copy_scan
scan_bytes(struct stoa_str all, size_t at, stoa_copy_visit visit, void *owner)
{
	struct stoa_copy_scan scan = {0};

	while (at < all.len) {
		struct stoa_frame frame;
		size_t next;

		if (stoa_frame_get(stoa_str_from(all, at), &frame)) {
			visit(owner, at, &frame);
			scan.frame_count++;
			at += stoa_frame_size(frame.record.len);
			continue;
		}
		next = stoa_frame_seek(all, at + 1);
		if (next == all.len) {
			scan.torn_bytes = all.len - at;
			break;
		}
		if (scan.damage_count++ == 0) {
			scan.damage_offset = at;
		}
		scan.damage_bytes += next - at;
		at = next;
	}
	return scan;
}

enum stoa_status
stoa_copy_scan(struct stoa_copy *c, uint64_t from, stoa_copy_visit visit,
    void *owner, struct stoa_copy_scan *ret_scan)
{
	struct stat stat;
	struct stoa_copy_scan scan = {0};
	void *map;

	if (fstat(c->fd, &stat) != 0) {
		return STOA_IO;
	}
	if (from > (uint64_t)stat.st_size) {
		return STOA_INVALID;
	}
	if (stat.st_size > 0) {
		size_t size = (size_t)stat.st_size;

		map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, c->fd, 0);
		if (map == MAP_FAILED) {
			return STOA_IO;
		}
		(void)madvise(map, size, MADV_SEQUENTIAL);
		scan = scan_bytes(
		    stoa_str_of_bytes(map, size), (size_t)from, visit, owner);
		(void)munmap(map, size);
	}
	c->written = (uint64_t)stat.st_size - scan.torn_bytes;
	scan.end = c->written;
	if (scan.torn_bytes > 0 && c->loop != NULL &&
	    (ftruncate(c->fd, (off_t)c->written) != 0 || fsync(c->fd) != 0)) {
		return STOA_IO;
	}
	*ret_scan = scan;
	return STOA_OK;
}

/* ---- append and sync -------------------------------------------------------
 */

uint64_t
stoa_copy_append(struct stoa_copy *c, const struct stoa_frame *frame)
{
	uint64_t offset = c->written + c->tail.len;

	stoa_frame_put(&c->tail, frame);
	stoa_assert(!c->tail.is_overflown);
	return offset;
}

static void
sync_work(void *arg)
{
	struct stoa_copy *c = arg;

	c->sync_errno = fdatasync(c->fd) == 0 ? 0 : errno;
}

static void
sync_done(void *arg)
{
	struct stoa_copy *c = arg;

	c->is_syncing = false;
	if (c->sync_errno != 0) {
		stoa_fatal("copy_sync_failed",
		    "%s: %s; restart when the disk "
		    "is well again: what was answered is safe",
		    c->path, strerror(c->sync_errno));
	}
	c->synced(c->owner);
}

static void
tail_write(struct stoa_copy *c)
{
	size_t at = 0;

	while (at < c->tail.len) {
		ssize_t n = pwrite(c->fd, c->tail.data + at, c->tail.len - at,
		    (off_t)(c->written + at));

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			stoa_fatal("copy_write_failed",
			    "%s: %s; free some space and restart: what was "
			    "answered is safe",
			    c->path, strerror(n < 0 ? errno : ENOSPC));
		}
		at += (size_t)n;
	}
	c->written += c->tail.len;
	stoa_buf_clear(&c->tail);
}

bool
stoa_copy_sync(struct stoa_copy *c, void (*synced)(void *owner), void *owner)
{
	if (c->is_syncing) {
		return false;
	}
	c->is_syncing = true;
	c->synced = synced;
	c->owner = owner;
	tail_write(c);
	stoa_loop_work(c->loop, sync_work, sync_done, c);
	return true;
}

/* Asks the file system once per megabyte written, and each time while it is
 * full. */
bool
stoa_copy_has_room(struct stoa_copy *c)
{
	struct statvfs fs;

	if (c->has_room && c->written - c->room_checked < (1u << 20) &&
	    c->room_checked != 0) {
		return true;
	}
	c->room_checked = c->written == 0 ? 1 : c->written;
	if (fstatvfs(c->fd, &fs) == 0) {
		c->has_room =
		    (uint64_t)fs.f_bavail * fs.f_frsize > EDGE_DISK_RESERVE;
	}
	return c->has_room;
}

/* ---- read ---------------------------------------------------------------- */

static bool
bytes_read(struct stoa_copy *c, uint64_t offset, void *to, size_t len)
{
	size_t at = 0;

	if (offset >= c->written) {
		uint64_t place = offset - c->written;

		if (place + len > c->tail.len) {
			return false;
		}
		memcpy(to, c->tail.data + place, len);
		return true;
	}
	while (at < len) {
		ssize_t n = pread(
		    c->fd, (char *)to + at, len - at, (off_t)(offset + at));

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return false;
		}
		at += (size_t)n;
	}
	return true;
}

enum stoa_status
stoa_copy_read(struct stoa_copy *c, uint64_t offset, struct stoa_buf *scratch,
    struct stoa_frame *ret_frame)
{
	char head[STOA_FRAME_HEAD];
	size_t size;
	char *bytes;

	if (!bytes_read(c, offset, head, sizeof(head))) {
		return STOA_CORRUPT;
	}
	size = stoa_frame_size_of_head(stoa_str_of_bytes(head, sizeof(head)));
	if (size == 0) {
		return STOA_CORRUPT;
	}
	stoa_buf_clear(scratch);
	bytes = stoa_buf_reserve(scratch, size);
	if (bytes == NULL) {
		return STOA_NO_MEMORY;
	}
	if (!bytes_read(c, offset, bytes, size)) {
		return STOA_CORRUPT;
	}
	stoa_buf_grow(scratch, size);
	return stoa_frame_get(stoa_buf_str(scratch), ret_frame) ? STOA_OK
								: STOA_CORRUPT;
}
