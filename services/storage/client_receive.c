/* client_receive.c - files and folders out of a service, as CARs whose blocks
 * are checked one by one. */
#include "storage/car.h"
#include "storage/check.h"
#include "storage/client_parts.h"
#include "storage/directory.h"
#include "storage/folder.h"
#include "storage/limits.h"
#include "storage/reader.h"

#include "base/arena.h"
#include "base/encode.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A broken connection is taken up again so often, each time from the last
 * verified byte; a service that is really gone should be noticed soon. */
#define ATTEMPTS_MAX 5

#define URL_LEN_MAX ((size_t)16384)

/* ---- a CAR as a source of blocks -------------------------------------------
 */

struct car {
	struct storage_client *client;
	struct stoa_buf section;
	struct stoa_cid last; /* whose block is still in `section` */
	struct stoa_str last_block;
	bool has_last;
};

static enum stoa_status
read_exactly(struct storage_client *client, void *to, size_t len)
{
	while (len > 0) {
		size_t got = 0;

		STORAGE_CHECK(stoa_fetch_read(client->fetch, to, len, &got));
		if (got == 0) {
			return STOA_IO; /* the stream ends too early */
		}
		to = (char *)to + got;
		len -= got;
	}
	return STOA_OK;
}

static enum stoa_status
read_section(struct car *car)
{
	uint8_t bytes[STOA_VARINT_SIZE_MAX];
	uint64_t len = 0;
	size_t count = 0;
	void *to;

	do {
		struct stoa_str all = {(char *)bytes, count + 1};

		STORAGE_CHECK(read_exactly(car->client, &bytes[count++], 1));
		if (stoa_varint_cut(&all, count, &len)) {
			break;
		}
	} while (count < 4); /* 2 MiB and a CID need 22 bits */
	if (len == 0 || len > STORAGE_CAR_SECTION_MAX) {
		return STOA_CORRUPT;
	}
	stoa_buf_clear(&car->section);
	to = stoa_buf_reserve(&car->section, (size_t)len);
	if (to == NULL) {
		return STOA_NO_MEMORY;
	}
	STORAGE_CHECK(read_exactly(car->client, to, (size_t)len));
	stoa_buf_grow(&car->section, (size_t)len);
	return STOA_OK;
}

/* The next section must be the block that is wanted now, and right. */
static enum stoa_status
get(void *context, const struct stoa_cid *cid, struct stoa_buf *ret_block)
{
	struct car *car = context;

	if (!car->has_last || !stoa_cid_is_equal(&car->last, cid)) {
		car->has_last = false;
		STORAGE_CHECK(read_section(car));
		if (storage_car_section(stoa_buf_str(&car->section), &car->last,
			&car->last_block) != STOA_OK ||
		    !stoa_cid_is_equal(&car->last, cid) ||
		    !stoa_cid_is_of(cid, car->last_block)) {
			return STOA_CORRUPT;
		}
		car->has_last = true;
	}
	stoa_buf_add_str(ret_block, car->last_block);
	return ret_block->is_overflown ? STOA_NO_MEMORY : STOA_OK;
}

/* The header names the root that was asked for, or it is another answer. */
static enum stoa_status
check_header(struct car *car, const struct stoa_cid *cid)
{
	char have[STORAGE_CAR_HEADER_MAX + STOA_VARINT_SIZE_MAX];
	struct stoa_buf want;
	enum stoa_status status;

	stoa_buf_init(&want, sizeof(have));
	storage_car_put_header(&want, cid);
	status = read_exactly(car->client, have, want.len);
	if (status == STOA_OK && memcmp(have, want.data, want.len) != 0) {
		status = STOA_CORRUPT;
	}
	stoa_buf_fini(&want);
	return status;
}

/* ---- one entity ------------------------------------------------------------
 */

/* A root, and where in it: what a capability allows is named by the root. */
struct entity {
	const struct stoa_cid *root;
	struct stoa_str path; /* below the root; may be empty */
	struct stoa_cid cid;  /* what must be there */
};

struct receive {
	struct storage_client *client;
	const struct storage_call *call;
	const char *target;
	uint64_t size; /* received so far, all files */
	struct stoa_arena names;
	struct entity *todo; /* a stack */
	size_t todo_count;
	size_t todo_size;
	struct storage_reader reader;
	struct car car;
};

static enum stoa_status
start(struct receive *r, const struct entity *e, uint64_t from)
{
	struct stoa_fetch_request request;
	char text[STOA_CID_TEXT_SIZE];
	struct stoa_buf url;
	enum stoa_status status;

	stoa_buf_init(&url, URL_LEN_MAX);
	stoa_buf_add_str(&url, stoa_buf_str(&r->client->url));
	stoa_buf_printf(&url, "/ipfs/%s/", stoa_cid_print(e->root, text));
	storage_client_add_path(&url, e->path);
	stoa_buf_printf(
	    &url, "?format=car&from=%llu", (unsigned long long)from);
	request = storage_client_request(r->call, "GET", url.data);
	status = url.is_overflown
		     ? STOA_TOO_LARGE
		     : stoa_fetch_start(r->client->fetch, &request);
	stoa_buf_fini(&url);
	STORAGE_CHECK(status);
	STORAGE_CHECK(storage_client_check(r->client, 200));
	r->car.has_last = false;
	return check_header(&r->car, &e->cid);
}

static struct storage_source
source_of(struct receive *r)
{
	return (struct storage_source){get, &r->car};
}

static char *
local_path(struct receive *r, const struct entity *e)
{
	return stoa_arena_printf(&r->names, "%s%s%.*s", r->target,
	    e->path.len > 0 ? "/" : "", STOA_STR_ARG(e->path));
}

static enum stoa_status
errno_status(void)
{
	return errno == ENOSPC || errno == EDQUOT ? STOA_NO_SPACE
	       : errno == EEXIST		  ? STOA_EXISTS
	       : errno == EACCES		  ? STOA_DENIED
						  : STOA_IO;
}

static enum stoa_status
write_all(int fd, struct stoa_str bytes)
{
	while (bytes.len > 0) {
		ssize_t put = write(fd, bytes.data, bytes.len);

		if (put < 0 && errno != EINTR) {
			return errno_status();
		}
		bytes = stoa_str_from(bytes, put < 0 ? 0 : (size_t)put);
	}
	return STOA_OK;
}

/* ---- files -----------------------------------------------------------------
 */

/* The reader holds the root; the rest comes as it is read. */
static enum stoa_status
copy_file(struct receive *r, int fd, uint64_t *at)
{
	uint64_t size = storage_reader_size(&r->reader);

	if (r->call->size_max != 0 &&
	    (size > r->call->size_max || r->size > r->call->size_max - size)) {
		return STOA_TOO_LARGE;
	}
	while (*at < size) {
		struct stoa_str bytes;

		STORAGE_CHECK(storage_reader_at(&r->reader, *at, &bytes));
		STORAGE_CHECK(write_all(fd, bytes));
		*at += bytes.len;
	}
	return STOA_OK;
}

static bool
is_worth_another_try(enum stoa_status status)
{
	return status == STOA_IO || status == STOA_UNAVAILABLE ||
	       status == STOA_TIMEOUT || status == STOA_BUSY;
}

/* Goes on from `at`, again and again; the first time the answer has been
 * started already and its root has been read. */
static enum stoa_status
copy_with_retries(struct receive *r, const struct entity *e, int fd)
{
	struct storage_source source = source_of(r);
	uint64_t at = 0;
	enum stoa_status status = copy_file(r, fd, &at);

	for (int i = 1; i < ATTEMPTS_MAX && is_worth_another_try(status); i++) {
		storage_reader_close(&r->reader);
		status = start(r, e, at);
		if (status == STOA_OK) {
			status =
			    storage_reader_open(&r->reader, &source, &e->cid);
		}
		if (status == STOA_OK) {
			status = copy_file(r, fd, &at);
		}
	}
	return status;
}

static enum stoa_status
settle_file(int fd, const char *part, const char *path)
{
	if (fdatasync(fd) != 0) {
		return errno_status();
	}
	/* Never over something that came meanwhile. */
	return renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_NOREPLACE) == 0
		   ? STOA_OK
		   : errno_status();
}

static enum stoa_status
receive_file(
    struct receive *r, const struct entity *e, int fd, const char *part)
{
	char *path = local_path(r, e);
	enum stoa_status status;

	if (path == NULL) {
		return STOA_NO_MEMORY;
	}
	STORAGE_CHECK(copy_with_retries(r, e, fd));
	r->size += storage_reader_size(&r->reader);
	status = settle_file(fd, part, path);
	return status == STOA_OK
		   ? status
		   : storage_client_blame(r->client, status, path);
}

/* ---- folders ---------------------------------------------------------------
 */

static enum stoa_status
push(struct receive *r, const struct entity *e)
{
	if (r->todo_count == STORAGE_ENTRIES_MAX) {
		return STOA_TOO_LARGE;
	}
	if (r->todo_count == r->todo_size) {
		size_t size = r->todo_size == 0 ? 64 : r->todo_size * 2;
		struct entity *todo =
		    reallocarray(r->todo, size, sizeof(*todo));

		if (todo == NULL) {
			return STOA_NO_MEMORY;
		}
		r->todo = todo;
		r->todo_size = size;
	}
	r->todo[r->todo_count++] = *e;
	return STOA_OK;
}

struct visit {
	struct receive *r;
	const struct entity *folder;
	enum stoa_status status;
};

static bool
visit_entry(void *context, const struct storage_link *link)
{
	struct visit *v = context;
	struct entity e = {.root = v->folder->root, .cid = link->cid};
	char *path;

	/* A name that is none could lead out of the folder. */
	if (storage_name_refusal(link->name) != NULL) {
		v->status = STOA_UNSUPPORTED;
		return false;
	}
	path = stoa_arena_printf(&v->r->names, "%.*s%s%.*s",
	    STOA_STR_ARG(v->folder->path), v->folder->path.len > 0 ? "/" : "",
	    STOA_STR_ARG(link->name));
	if (path == NULL) {
		v->status = STOA_TOO_LARGE;
		return false;
	}
	e.path = stoa_str_of(path);
	if (e.path.len > STORAGE_PATH_LEN_MAX) {
		v->status = STOA_TOO_LARGE;
		return false;
	}
	v->status = push(v->r, &e);
	return v->status == STOA_OK;
}

static enum stoa_status
receive_folder(struct receive *r, const struct entity *e)
{
	struct storage_source source = source_of(r);
	struct visit v = {r, e, STOA_OK};
	char *path = local_path(r, e);
	enum stoa_status status;

	if (path == NULL) {
		return STOA_NO_MEMORY;
	}
	if (mkdir(path, 0777) != 0) {
		return storage_client_blame(r->client, errno_status(), path);
	}
	status = storage_folder_walk(&source, &e->cid, visit_entry, &v);
	return status == STOA_CANCELLED ? v.status : status;
}

/* ---- all -------------------------------------------------------------------
 */

/* Files come one at a time, each into a partial file beside the target: in
 * the target it could meet an entry of that name. */
static enum stoa_status
receive_opened(struct receive *r, const struct entity *e)
{
	char *part = stoa_arena_printf(&r->names, "%s.part", r->target);
	enum stoa_status status;
	int fd;

	if (part == NULL) {
		return STOA_NO_MEMORY;
	}
	/* What an earlier process left there was verified then, but may not
	 * have reached the disk whole: begin anew. */
	(void)unlink(part);
	fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0) {
		return storage_client_blame(r->client, errno_status(), part);
	}
	status = receive_file(r, e, fd, part);
	(void)close(fd);
	if (status != STOA_OK) {
		(void)unlink(part);
	}
	return status;
}

static enum stoa_status
receive_entity(struct receive *r, const struct entity *e)
{
	struct storage_source source = source_of(r);
	enum stoa_status status;
	bool is_symlink;

	STORAGE_CHECK(start(r, e, 0));
	status = storage_reader_open(&r->reader, &source, &e->cid);
	if (status == STOA_OK) {
		status = receive_opened(r, e);
	} else if (status == STOA_INVALID) {
		is_symlink =
		    r->reader.levels[0].node.type == STORAGE_NODE_SYMLINK;
		status = is_symlink ? STOA_UNSUPPORTED : receive_folder(r, e);
	}
	storage_reader_close(&r->reader);
	return status;
}

enum stoa_status
storage_client_receive(struct storage_client *client,
    const struct storage_call *call, const struct stoa_cid *cid,
    const char *path)
{
	struct receive *r = calloc(1, sizeof(*r));
	struct entity e = {.root = cid, .cid = *cid};
	enum stoa_status status;
	struct stat st;

	if (r == NULL) {
		return STOA_NO_MEMORY;
	}
	stoa_buf_clear(&client->problem);
	r->client = r->car.client = client;
	r->call = call;
	r->target = path;
	stoa_arena_init(&r->names, NULL, 0, (size_t)STORAGE_ENTRIES_MAX * 300);
	stoa_buf_init(&r->car.section, STORAGE_CAR_SECTION_MAX);
	status = lstat(path, &st) == 0
		     ? storage_client_blame(client, STOA_EXISTS, path)
		     : push(r, &e);
	while (status == STOA_OK && r->todo_count > 0) {
		e = r->todo[--r->todo_count];
		status = receive_entity(r, &e);
	}
	stoa_buf_fini(&r->car.section);
	stoa_arena_fini(&r->names);
	free(r->todo);
	free(r);
	return status;
}

/* ---- private files ---------------------------------------------------------
 */

static enum stoa_status
copy_plain(
    struct storage_client *client, const struct storage_call *call, int fd)
{
	char bytes[65536];
	uint64_t size = 0;

	for (;;) {
		size_t got = 0;

		STORAGE_CHECK(
		    stoa_fetch_read(client->fetch, bytes, sizeof(bytes), &got));
		size += got;
		if (got == 0) {
			return STOA_OK;
		}
		if (call->size_max != 0 && size > call->size_max) {
			return STOA_TOO_LARGE;
		}
		STORAGE_CHECK(write_all(fd, (struct stoa_str){bytes, got}));
	}
}

enum stoa_status
storage_client_receive_private(struct storage_client *client,
    const struct storage_call *call, const struct stoa_cid *cid,
    const char *path)
{
	struct stoa_fetch_request request;
	char text[STOA_CID_TEXT_SIZE];
	struct stoa_buf url;
	enum stoa_status status;
	int fd;

	stoa_buf_clear(&client->problem);
	stoa_buf_init(&url, URL_LEN_MAX);
	stoa_buf_printf(
	    &url, "%s/ipfs/%s", client->url.data, stoa_cid_print(cid, text));
	request = storage_client_request(call, "GET", url.data);
	status = stoa_fetch_start(client->fetch, &request);
	stoa_buf_fini(&url);
	STORAGE_CHECK(status);
	STORAGE_CHECK(storage_client_check(client, 200));
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		return storage_client_blame(client, errno_status(), path);
	}
	status = copy_plain(client, call, fd);
	if (close(fd) != 0 && status == STOA_OK) {
		status = errno_status();
	}
	if (status != STOA_OK) {
		(void)unlink(path);
	}
	return status;
}
