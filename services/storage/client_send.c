/* client_send.c - a file as a body, a folder as a tar stream. */
#include "storage/check.h"
#include "storage/client_parts.h"
#include "storage/limits.h"
#include "storage/tar.h"

#include "base/arena.h"
#include "base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define URL_LEN_MAX    ((size_t)4096)
#define ANSWER_LEN_MAX ((size_t)4096)

/* A header, its pax header, and padding. */
#define TAR_PENDING_MAX ((size_t)64 << 10)

static enum stoa_status
errno_status(void)
{
	return errno == ENOENT	 ? STOA_NOT_FOUND
	       : errno == EACCES ? STOA_DENIED
				 : STOA_IO;
}

/* ---- the answer ------------------------------------------------------------
 */

static enum stoa_status
parse_sent(struct stoa_str text, struct storage_sent *ret_sent)
{
	struct stoa_arena arena;
	struct stoa_json root;
	struct stoa_str cid;
	int64_t size = 0, stored_size = 0;
	enum stoa_status status = STOA_IO; /* not an answer of ours */

	stoa_arena_init(&arena, NULL, 0, ANSWER_LEN_MAX);
	if (stoa_json_parse(text, 0, &root, NULL) &&
	    stoa_json_to_str(
		stoa_json_get(root, STOA_STR("cid")), &arena, &cid) &&
	    stoa_json_to_i64(stoa_json_get(root, STOA_STR("size")), &size) &&
	    stoa_json_to_i64(
		stoa_json_get(root, STOA_STR("stored_size")), &stored_size)) {
		status = stoa_cid_parse(cid, &ret_sent->cid);
		ret_sent->size = (uint64_t)size;
		ret_sent->stored_size = (uint64_t)stored_size;
	}
	stoa_arena_fini(&arena);
	return status;
}

static enum stoa_status
send_request(struct storage_client *client, struct stoa_fetch_request *request,
    const char *path, const char *name, struct storage_sent *ret_sent)
{
	struct stoa_buf url, answer;
	enum stoa_status status;

	stoa_buf_init(&url, URL_LEN_MAX);
	stoa_buf_init(&answer, ANSWER_LEN_MAX);
	stoa_buf_add_str(&url, stoa_buf_str(&client->url));
	stoa_buf_add_text(&url, path);
	if (name != NULL) {
		stoa_buf_add_text(&url, "?name=");
		storage_client_add_path(&url, stoa_str_of(name));
	}
	request->url = url.data;
	status = url.is_overflown ? STOA_TOO_LARGE
				  : stoa_fetch_start(client->fetch, request);
	if (status == STOA_OK) {
		status = storage_client_check(client, 201);
	}
	if (status == STOA_OK) {
		status = storage_client_read_all(client, &answer);
	}
	if (status == STOA_OK) {
		status = parse_sent(stoa_buf_str(&answer), ret_sent);
	}
	stoa_buf_fini(&answer);
	stoa_buf_fini(&url);
	return status;
}

/* ---- a file ----------------------------------------------------------------
 */

static enum stoa_status
read_fd(int fd, char *to, size_t size, size_t *ret_len)
{
	ssize_t got;

	do {
		got = read(fd, to, size);
	} while (got < 0 && errno == EINTR);
	if (got < 0) {
		return STOA_IO;
	}
	*ret_len = (size_t)got;
	return STOA_OK;
}

static enum stoa_status
file_body(void *context, char *to, size_t size, size_t *ret_len)
{
	return read_fd(*(int *)context, to, size, ret_len);
}

static enum stoa_status
send_file(struct storage_client *client, const struct storage_call *call,
    const char *path, const char *name, struct storage_sent *ret_sent)
{
	struct stoa_fetch_request request =
	    storage_client_request(call, "PUT", NULL);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum stoa_status status;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0) {
		status = storage_client_blame(client, errno_status(), path);
		if (fd >= 0) {
			(void)close(fd);
		}
		return status;
	}
	request.body = file_body;
	request.body_context = &fd;
	request.body_size = (uint64_t)st.st_size;
	status = send_request(client, &request, "/v0/blob", name, ret_sent);
	(void)close(fd);
	return status;
}

/* ---- a folder --------------------------------------------------------------
 */

struct folder {
	struct storage_client *client;
	FTS *fts;
	size_t root_len;     /* of the path, to be cut off */
	struct stoa_buf out; /* headers and padding on their way */
	size_t taken;
	int fd;	       /* of the file being sent, or -1 */
	uint64_t size; /* of that file */
	uint64_t left;
	bool is_ended;
};

static enum stoa_status
put_symlink(struct folder *f, const FTSENT *e, struct stoa_str path)
{
	char target[STORAGE_PATH_LEN_MAX];
	ssize_t len = readlink(e->fts_accpath, target, sizeof(target));

	if (len <= 0) {
		return storage_client_blame(
		    f->client, errno_status(), e->fts_path);
	}
	storage_tar_put_member(&f->out, STORAGE_TAR_SYMLINK, path,
	    (struct stoa_str){target, (size_t)len}, 0);
	return STOA_OK;
}

static enum stoa_status
put_file(struct folder *f, const FTSENT *e, struct stoa_str path)
{
	struct stat st;

	f->fd = open(e->fts_accpath, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (f->fd < 0 || fstat(f->fd, &st) != 0) {
		return storage_client_blame(
		    f->client, errno_status(), e->fts_path);
	}
	f->size = f->left = (uint64_t)st.st_size;
	storage_tar_put_member(
	    &f->out, STORAGE_TAR_FILE, path, STOA_STR(""), f->size);
	return STOA_OK;
}

static enum stoa_status
put_entry(struct folder *f, FTSENT *e)
{
	struct stoa_str path = stoa_str_from(
	    (struct stoa_str){e->fts_path, e->fts_pathlen}, f->root_len + 1);

	if (e->fts_level > 0 && e->fts_name[0] == '.') {
		(void)fts_set(f->fts, e, FTS_SKIP);
		return STOA_OK;
	}
	if (path.len > STORAGE_PATH_LEN_MAX) {
		return storage_client_blame(
		    f->client, STOA_TOO_LARGE, e->fts_path);
	}
	switch (e->fts_info) {
	case FTS_D:
		if (e->fts_level > 0) {
			storage_tar_put_member(
			    &f->out, STORAGE_TAR_FOLDER, path, STOA_STR(""), 0);
		}
		return STOA_OK;
	case FTS_DP:
		return STOA_OK;
	case FTS_F:
		return put_file(f, e, path);
	case FTS_SL:
	case FTS_SLNONE:
		return put_symlink(f, e, path);
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		errno = e->fts_errno;
		return storage_client_blame(
		    f->client, errno_status(), e->fts_path);
	default:
		return storage_client_blame(
		    f->client, STOA_UNSUPPORTED, e->fts_path);
	}
}

/* The next entry's header, or the end of the stream. */
static enum stoa_status
next_entry(struct folder *f)
{
	FTSENT *e;

	errno = 0;
	e = fts_read(f->fts);
	if (e == NULL) {
		if (errno != 0) {
			return STOA_IO;
		}
		storage_tar_put_end(&f->out);
		f->is_ended = true;
		return STOA_OK;
	}
	return put_entry(f, e);
}

static enum stoa_status
end_file(struct folder *f)
{
	(void)close(f->fd);
	f->fd = -1;
	storage_tar_put_padding(&f->out, f->size);
	return STOA_OK;
}

static enum stoa_status
folder_body(void *context, char *to, size_t size, size_t *ret_len)
{
	struct folder *f = context;

	while (f->taken == f->out.len) {
		stoa_buf_clear(&f->out);
		f->taken = 0;
		if (f->fd >= 0 && f->left > 0) {
			size = f->left < size ? (size_t)f->left : size;
			STORAGE_CHECK(read_fd(f->fd, to, size, ret_len));
			f->left -= *ret_len;
			/* It became shorter: the header has promised more. */
			return *ret_len == 0 ? STOA_CONFLICT : STOA_OK;
		}
		if (f->fd < 0 && f->is_ended) {
			*ret_len = 0;
			return STOA_OK;
		}
		STORAGE_CHECK(f->fd >= 0 ? end_file(f) : next_entry(f));
	}
	if (f->out.is_overflown) {
		return STOA_NO_MEMORY;
	}
	size = f->out.len - f->taken < size ? f->out.len - f->taken : size;
	memcpy(to, f->out.data + f->taken, size);
	f->taken += size;
	*ret_len = size;
	return STOA_OK;
}

static int
by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static enum stoa_status
send_folder(struct storage_client *client, const struct storage_call *call,
    const char *path, const char *name, struct storage_sent *ret_sent)
{
	struct stoa_fetch_request request =
	    storage_client_request(call, "POST", NULL);
	struct folder f = {.client = client, .fd = -1};
	char *root = strdup(path);
	char *const roots[] = {root, NULL};
	enum stoa_status status;

	if (root == NULL) {
		return STOA_NO_MEMORY;
	}
	for (f.root_len = strlen(root);
	     f.root_len > 1 && root[f.root_len - 1] == '/'; f.root_len--) {
		root[f.root_len - 1] = '\0';
	}
	stoa_buf_init(&f.out, TAR_PENDING_MAX);
	f.fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	request.body = folder_body;
	request.body_context = &f;
	request.body_size = STOA_FETCH_SIZE_UNKNOWN;
	request.content_type = "application/x-tar";
	status = f.fts == NULL ? STOA_NO_MEMORY
			       : send_request(client, &request, "/v0/dir", name,
				     ret_sent);
	if (f.fts != NULL) {
		(void)fts_close(f.fts);
	}
	if (f.fd >= 0) {
		(void)close(f.fd);
	}
	stoa_buf_fini(&f.out);
	free(root);
	return status;
}

enum stoa_status
storage_client_send(struct storage_client *client,
    const struct storage_call *call, const char *path, const char *name,
    struct storage_sent *ret_sent)
{
	struct stat st;

	stoa_buf_clear(&client->problem);
	if (stat(path, &st) != 0) {
		return storage_client_blame(client, errno_status(), path);
	}
	if (S_ISDIR(st.st_mode)) {
		return send_folder(client, call, path, name, ret_sent);
	}
	if (!S_ISREG(st.st_mode)) {
		return storage_client_blame(client, STOA_UNSUPPORTED, path);
	}
	return send_file(client, call, path, name, ret_sent);
}
