/* secret.c - small files with strict modes. */
#include "edge/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum stoa_status
stoa_secret_read(const char *path, char *ret_text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat stat;
	enum stoa_status status = STOA_OK;
	ssize_t len = 0;

	if (fd < 0) {
		return errno == ENOENT ? STOA_NOT_FOUND : STOA_IO;
	}
	if (fstat(fd, &stat) != 0) {
		status = STOA_IO;
	} else if ((stat.st_mode & 077) != 0) {
		status = STOA_DENIED;
	} else if (stat.st_size >= (off_t)size) {
		status = STOA_TOO_LARGE;
	} else {
		len = read(fd, ret_text, size - 1);
		status = len < 0 ? STOA_IO : STOA_OK;
	}
	(void)close(fd);
	if (status != STOA_OK) {
		return status;
	}
	while (len > 0 && strchr(" \t\r\n", ret_text[len - 1]) != NULL) {
		len--;
	}
	ret_text[len] = '\0';
	return STOA_OK;
}

enum stoa_status
stoa_secret_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	size_t len = strlen(text);
	int failed;

	if (fd < 0) {
		return errno == EEXIST	 ? STOA_EXISTS
		       : errno == ENOSPC ? STOA_NO_SPACE
					 : STOA_IO;
	}
	failed = write(fd, text, len) != (ssize_t)len ||
		 write(fd, "\n", 1) != 1 || fsync(fd) != 0;
	(void)close(fd);
	if (failed) {
		(void)unlink(path);
		return STOA_IO;
	}
	return STOA_OK;
}
