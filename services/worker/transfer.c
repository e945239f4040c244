/* transfer.c - one connection, one thing, then closed. */
#include "worker/transfer.h"

#include "storage/age_header.h"
#include "worker/folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void
why_take(struct worker_transfer *t, const struct storage_client *client,
    enum stoa_status status)
{
	const char *why = storage_client_problem(client);

	(void)snprintf(t->why, sizeof(t->why), "%s",
	    status == STOA_OK || why[0] != '\0' ? why
						: stoa_status_text(status));
}

static bool
is_sealed(const char *path)
{
	char head[sizeof(STORAGE_AGE_VERSION_LINE) - 1];
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool is;

	if (fd < 0) {
		return false;
	}
	is = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	     read(fd, head, sizeof(head)) == (ssize_t)sizeof(head) &&
	     memcmp(head, STORAGE_AGE_VERSION_LINE, sizeof(head)) == 0;
	(void)close(fd);
	return is;
}

static enum stoa_status
receive(struct worker_transfer *t, struct storage_client *client,
    const struct stoa_cid *cid, const char *path)
{
	enum stoa_status status =
	    storage_client_receive(client, &t->call, cid, path);

	if (status != STOA_OK || !is_sealed(path)) {
		return status;
	}
	/* Only the service holds the community's key. */
	if (unlink(path) != 0) {
		return STOA_IO;
	}
	return storage_client_receive_private(client, &t->call, cid, path);
}

enum stoa_status
worker_transfer_receive(
    struct worker_transfer *t, const char *cid_text, const char *path)
{
	struct storage_client *client;
	struct stoa_cid cid;
	enum stoa_status status = stoa_cid_parse(stoa_str_of(cid_text), &cid);

	t->why[0] = '\0';
	if (status != STOA_OK) {
		(void)snprintf(t->why, sizeof(t->why),
		    "\"%.100s\" is not a CID", cid_text);
		return STOA_INVALID;
	}
	status = worker_folder_remove(path);
	if (status == STOA_OK) {
		status = storage_client_open(t->url, &client);
	}
	if (status != STOA_OK) {
		return status;
	}
	status = receive(t, client, &cid, path);
	why_take(t, client, status);
	storage_client_close(client);
	return status;
}

enum stoa_status
worker_transfer_send(struct worker_transfer *t, const char *path,
    const char *name, struct storage_sent *ret_sent)
{
	struct storage_client *client;
	enum stoa_status status = storage_client_open(t->url, &client);

	t->why[0] = '\0';
	if (status != STOA_OK) {
		return status;
	}
	status = storage_client_send(client, &t->call, path, name, ret_sent);
	why_take(t, client, status);
	storage_client_close(client);
	return status;
}
