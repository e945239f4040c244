/* disk_os.c - the disk of the operating system. */
#include "storage/disk.h"

#include "storage/check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

/* Written back in steps of this size; smaller ones cost more calls than they
 * bring forward. */
#define HINT_BYTES ((uint64_t)8 << 20)

struct storage_disk {
	int folder;
};

struct storage_file {
	int fd;
	uint64_t hinted;
};

static enum stoa_status
status_of(int error)
{
	switch (error) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG: /* the process's own limit: as full as a full disk */
		return STOA_NO_SPACE;
	case ENOENT:
		return STOA_NOT_FOUND;
	case EEXIST:
		return STOA_EXISTS;
	case EACCES:
	case EPERM:
	case EROFS:
		return STOA_DENIED;
	case ENOMEM:
		return STOA_NO_MEMORY;
	default:
		return STOA_IO;
	}
}

static enum stoa_status
sync_folder_of(const char *path)
{
	char *copy = strdup(path);
	char *slash;
	int fd, ok;

	if (copy == NULL) {
		return STOA_NO_MEMORY;
	}
	while ((slash = strrchr(copy, '/')) != NULL && slash[1] == '\0' &&
	       slash != copy) {
		*slash = '\0';
	}
	if (slash != NULL) {
		slash[slash == copy ? 1 : 0] = '\0';
	}
	fd = open(
	    slash == NULL ? "." : copy, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(copy);
	if (fd < 0) {
		return status_of(errno);
	}
	ok = fsync(fd);
	close(fd);
	return ok == 0 ? STOA_OK : STOA_IO;
}

enum stoa_status
storage_disk_open(const char *path, struct storage_disk **ret_disk)
{
	struct storage_disk *disk;
	int fd;

	if (mkdir(path, 0700) == 0) {
		STORAGE_CHECK(sync_folder_of(path));
	} else if (errno != EEXIST) {
		return status_of(errno);
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		return status_of(errno);
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		close(fd);
		return STOA_BUSY;
	}
	disk = calloc(1, sizeof(*disk));
	if (disk == NULL) {
		close(fd);
		return STOA_NO_MEMORY;
	}
	disk->folder = fd;
	*ret_disk = disk;
	return STOA_OK;
}

void
storage_disk_close(struct storage_disk *disk)
{
	if (disk != NULL) {
		close(disk->folder);
		free(disk);
	}
}

enum stoa_status
storage_disk_list(struct storage_disk *disk, storage_disk_fn *fn, void *context)
{
	int fd = openat(disk->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	DIR *dir;

	if (fd < 0) {
		return status_of(errno);
	}
	dir = fdopendir(fd);
	if (dir == NULL) {
		close(fd);
		return STOA_NO_MEMORY;
	}
	while ((errno = 0, entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.' && !fn(context, entry->d_name)) {
			break;
		}
	}
	closedir(dir);
	return entry == NULL && errno != 0 ? STOA_IO : STOA_OK;
}

enum stoa_status
storage_disk_free(struct storage_disk *disk, uint64_t *ret_bytes)
{
	struct statvfs vfs;

	if (fstatvfs(disk->folder, &vfs) != 0) {
		return STOA_IO;
	}
	*ret_bytes = (uint64_t)vfs.f_bavail * vfs.f_frsize;
	return STOA_OK;
}

static enum stoa_status
sync_folder(struct storage_disk *disk)
{
	return fsync(disk->folder) == 0 ? STOA_OK : STOA_IO;
}

enum stoa_status
storage_disk_rename(struct storage_disk *disk, const char *from, const char *to)
{
	if (renameat(disk->folder, from, disk->folder, to) != 0) {
		return status_of(errno);
	}
	return sync_folder(disk);
}

enum stoa_status
storage_disk_remove(struct storage_disk *disk, const char *name)
{
	if (unlinkat(disk->folder, name, 0) != 0) {
		return status_of(errno);
	}
	return sync_folder(disk);
}

enum stoa_status
storage_file_open(struct storage_disk *disk, const char *name, bool is_new,
    struct storage_file **ret_file)
{
	int flags = O_RDWR | O_CLOEXEC | (is_new ? O_CREAT | O_EXCL : 0);
	struct storage_file *file;
	int fd = openat(disk->folder, name, flags, 0600);

	if (fd < 0) {
		return status_of(errno);
	}
	if (is_new && sync_folder(disk) != STOA_OK) {
		close(fd);
		return STOA_IO;
	}
	file = calloc(1, sizeof(*file));
	if (file == NULL) {
		close(fd);
		return STOA_NO_MEMORY;
	}
	file->fd = fd;
	*ret_file = file;
	return STOA_OK;
}

void
storage_file_close(struct storage_file *file)
{
	if (file != NULL) {
		close(file->fd);
		free(file);
	}
}

enum stoa_status
storage_file_size(struct storage_file *file, uint64_t *ret_size)
{
	struct stat st;

	if (fstat(file->fd, &st) != 0) {
		return STOA_IO;
	}
	*ret_size = (uint64_t)st.st_size;
	return STOA_OK;
}

enum stoa_status
storage_file_read(
    struct storage_file *file, uint64_t offset, void *to, size_t len)
{
	while (len > 0) {
		ssize_t got = pread(file->fd, to, len, (off_t)offset);

		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got < 0) {
			return STOA_IO;
		}
		if (got == 0) {
			return STOA_CORRUPT;
		}
		to = (char *)to + got;
		offset += (uint64_t)got;
		len -= (size_t)got;
	}
	return STOA_OK;
}

enum stoa_status
storage_file_write(struct storage_file *file, uint64_t offset,
    struct stoa_str head, struct stoa_str body)
{
	while (head.len + body.len > 0) {
		struct iovec parts[2] = {
		    {(void *)(uintptr_t)head.data, head.len},
		    {(void *)(uintptr_t)body.data, body.len},
		};
		ssize_t put = pwritev(file->fd, parts, 2, (off_t)offset);
		size_t of_head;

		if (put < 0 && errno == EINTR) {
			continue;
		}
		if (put <= 0) {
			return put == 0 ? STOA_NO_SPACE : status_of(errno);
		}
		offset += (uint64_t)put;
		of_head = (size_t)put < head.len ? (size_t)put : head.len;
		head = stoa_str_from(head, of_head);
		body = stoa_str_from(body, (size_t)put - of_head);
	}
	return STOA_OK;
}

enum stoa_status
storage_file_cut(struct storage_file *file, uint64_t size)
{
	return ftruncate(file->fd, (off_t)size) == 0 ? STOA_OK : STOA_IO;
}

enum stoa_status
storage_file_sync(struct storage_file *file)
{
	return fdatasync(file->fd) == 0 ? STOA_OK : STOA_IO;
}

void
storage_file_hint(struct storage_file *file, uint64_t offset)
{
	uint64_t end = offset - offset % HINT_BYTES;

	if (end > file->hinted) {
		(void)sync_file_range(file->fd, (off64_t)file->hinted,
		    (off64_t)(end - file->hinted), SYNC_FILE_RANGE_WRITE);
		file->hinted = end;
	}
}
