/* http_write.c - PUT of a file and POST of a folder. */
#include "storage/age.h"
#include "storage/check.h"
#include "storage/http_parts.h"
#include "storage/layout.h"
#include "storage/limits.h"
#include "storage/tar.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sealed bytes wait here for one call: a body's piece, and what a chunk and
 * the header add. */
#define SEALED_PENDING_MAX ((size_t)1 << 20)

struct upload {
	struct storage_http *http;
	struct storage_capability capability;
	char pin_name[STORAGE_PIN_NAME_MAX + 1];
	struct storage_add *add;
	uint64_t size_max;
	uint64_t size;
	bool is_folder;
	bool is_sealing;
	struct storage_seal seal;
	struct stoa_buf sealed;
	bool has_tar;
	struct storage_tar tar;
	struct storage_layout layout;
};

/* ---- beginning -------------------------------------------------------------
 */

static void
refuse_add(struct stoa_http_request *request, enum stoa_status status)
{
	const char *message = NULL, *fix = NULL;

	switch ((int)status) {
	case STOA_BUSY:
		message = "as many uploads as this store takes are in progress";
		fix = "try again in a moment";
		break;
	case STOA_NO_SPACE:
		message = "the disk of this store is nearly full";
		fix = "the operator must make room or add a disk";
		break;
	case STOA_IO:
		message = "the store has stopped writing after a disk error";
		fix = "the operator must look at the disk and restart it";
		break;
	default:
		break;
	}
	storage_http_refuse(request, status, NULL, message, fix);
}

static bool
is_too_large(struct upload *u, struct stoa_http_request *request, uint64_t size)
{
	struct stoa_http_problem problem = {.status = STOA_TOO_LARGE,
	    .field = "body",
	    .message = "the upload is larger than its capability allows",
	    .fix = "make it smaller, or split it"};
	char limit[32];

	if (size <= u->size_max) {
		return false;
	}
	(void)snprintf(limit, sizeof(limit), "%" PRIu64 " bytes", u->size_max);
	problem.limit = limit;
	stoa_http_reply_problem(request, &problem);
	return true;
}

static bool
set_name(struct upload *u, struct stoa_http_request *request)
{
	const char *name = stoa_http_query(request, "name");
	int len = snprintf(u->pin_name, sizeof(u->pin_name), "%s/%s",
	    u->capability.community, name == NULL ? "" : name);

	if (len < (int)sizeof(u->pin_name) &&
	    stoa_str_is_utf8(stoa_str_of(u->pin_name))) {
		return true;
	}
	storage_http_refuse(request, STOA_INVALID, "name",
	    "a name is UTF-8 and has at most 190 bytes", "shorten it");
	return false;
}

static bool
check_upload(struct upload *u, struct stoa_http_request *request)
{
	uint64_t size;

	if (!storage_http_authorize(
		u->http, request, STORAGE_WRITE, &u->capability) ||
	    !set_name(u, request)) {
		return false;
	}
	u->size_max = u->http->options.upload_bytes_max;
	if (u->capability.size_max != 0 &&
	    u->capability.size_max < u->size_max) {
		u->size_max = u->capability.size_max;
	}
	if (u->is_folder && u->capability.is_private) {
		storage_http_refuse(request, STOA_UNSUPPORTED, "capability",
		    "a private upload is one file",
		    "upload a tar file as a file");
		return false;
	}
	return !stoa_http_body_size(request, &size) ||
	       !is_too_large(u, request, size);
}

static enum stoa_status on_tar(
    void *context, const struct storage_tar_event *event);

static enum stoa_status
open_upload(struct upload *u)
{
	struct storage_identity identity;
	enum stoa_status status;

	STORAGE_CHECK(storage_add_open(u->http->options.hashers,
	    u->http->options.store, u->http->options.profile, &u->add));
	if (u->is_folder) {
		storage_tar_init(&u->tar, on_tar, u);
		storage_layout_init(&u->layout);
		u->has_tar = true;
		return STOA_OK;
	}
	if (!u->capability.is_private) {
		return STOA_OK;
	}
	stoa_buf_init(&u->sealed, SEALED_PENDING_MAX);
	identity = storage_identity_of(u->http->options.owner_secret,
	    stoa_str_of(u->capability.community));
	u->is_sealing = true;
	status = storage_seal_begin(&u->seal, identity.recipient, &u->sealed);
	storage_identity_wipe(&identity);
	return status;
}

static void *
begin(struct storage_http *http, struct stoa_http_request *request,
    bool is_folder)
{
	struct upload *u = calloc(1, sizeof(*u));
	enum stoa_status status;

	if (u == NULL) {
		refuse_add(request, STOA_NO_MEMORY);
		return NULL;
	}
	u->http = http;
	u->is_folder = is_folder;
	if (check_upload(u, request)) {
		status = open_upload(u);
		if (status != STOA_OK) {
			refuse_add(request, status);
		}
	}
	return u;
}

void *
storage_http_write_file(void *owner, struct stoa_http_request *request)
{
	return begin(owner, request, false);
}

void *
storage_http_write_folder(void *owner, struct stoa_http_request *request)
{
	return begin(owner, request, true);
}

void
storage_http_write_done(void *state)
{
	struct upload *u = state;

	if (u == NULL) {
		return;
	}
	storage_add_close(u->add);
	if (u->is_sealing) {
		storage_seal_fini(&u->seal);
		stoa_buf_fini(&u->sealed);
	}
	if (u->has_tar) {
		storage_tar_fini(&u->tar);
		storage_layout_fini(&u->layout);
	}
	free(u);
}

/* ---- bytes -----------------------------------------------------------------
 */

static enum stoa_status
on_tar(void *context, const struct storage_tar_event *event)
{
	struct upload *u = context;
	struct storage_child child;

	switch (event->kind) {
	case STORAGE_TAR_FILE:
		return STOA_OK;
	case STORAGE_TAR_BYTES:
		return storage_add_write(u->add, event->bytes);
	case STORAGE_TAR_FILE_END:
		STORAGE_CHECK(storage_add_end_file(u->add, &child));
		break;
	case STORAGE_TAR_FOLDER:
		return storage_layout_add(&u->layout, event->path, NULL);
	case STORAGE_TAR_SYMLINK:
		STORAGE_CHECK(
		    storage_add_symlink(u->add, event->target, &child));
		break;
	}
	return storage_layout_add(&u->layout, event->path, &child);
}

/* Passes on what has been sealed so far. */
static enum stoa_status
add_sealed(struct upload *u)
{
	STORAGE_CHECK(storage_add_write(u->add, stoa_buf_str(&u->sealed)));
	stoa_buf_clear(&u->sealed);
	return STOA_OK;
}

static enum stoa_status
take(struct upload *u, struct stoa_str bytes)
{
	if (u->is_folder) {
		return storage_tar_add(&u->tar, bytes);
	}
	if (!u->is_sealing) {
		return storage_add_write(u->add, bytes);
	}
	while (bytes.len > 0) {
		struct stoa_str part = bytes;

		if (part.len > STORAGE_AGE_CHUNK_SIZE) {
			part.len = STORAGE_AGE_CHUNK_SIZE;
		}
		STORAGE_CHECK(storage_seal_add(&u->seal, part, &u->sealed));
		STORAGE_CHECK(add_sealed(u));
		bytes = stoa_str_from(bytes, part.len);
	}
	return STOA_OK;
}

/* What is wrong with a folder, in its own words where it has them. */
static void
refuse_upload(struct upload *u, struct stoa_http_request *request,
    enum stoa_status status)
{
	const char *why = NULL;

	if (u->has_tar) {
		why = storage_tar_refusal(&u->tar);
		why = why != NULL ? why : storage_layout_refusal(&u->layout);
		if (why == NULL && status == STOA_EXISTS) {
			why = "two entries have the same path";
		}
	}
	if (why == NULL) {
		refuse_add(request, status);
	} else {
		storage_http_refuse(request, status, "body", why, NULL);
	}
}

void
storage_http_write_body(
    void *state, struct stoa_http_request *request, struct stoa_str bytes)
{
	struct upload *u = state;
	enum stoa_status status;

	u->size += bytes.len;
	if (is_too_large(u, request, u->size)) {
		return;
	}
	status = take(u, bytes);
	if (status != STOA_OK) {
		refuse_upload(u, request, status);
	}
}

/* ---- the end ---------------------------------------------------------------
 */

static enum stoa_status
finish(struct upload *u, struct storage_child *ret_root)
{
	if (u->is_folder) {
		STORAGE_CHECK(storage_tar_end(&u->tar));
		STORAGE_CHECK(storage_layout_end(
		    &u->layout, u->add, u->http->options.profile, ret_root));
	} else {
		if (u->is_sealing) {
			STORAGE_CHECK(storage_seal_end(&u->seal, &u->sealed));
			STORAGE_CHECK(add_sealed(u));
		}
		STORAGE_CHECK(storage_add_end_file(u->add, ret_root));
	}
	STORAGE_CHECK(storage_add_commit(u->add));
	/* Pinned while the add still holds its lease. */
	return storage_store_pin(
	    u->http->options.store, &ret_root->cid, stoa_str_of(u->pin_name));
}

void
storage_http_write_end(void *state, struct stoa_http_request *request)
{
	struct upload *u = state;
	char cid[STOA_CID_TEXT_SIZE], answer[STOA_CID_TEXT_SIZE + 128];
	struct storage_child root;
	enum stoa_status status = finish(u, &root);

	if (status != STOA_OK) {
		refuse_upload(u, request, status);
		return;
	}
	(void)snprintf(answer, sizeof(answer),
	    "{\"cid\":\"%s\",\"size\":%" PRIu64 ",\"stored_size\":%" PRIu64
	    "}\n",
	    stoa_cid_print(&root.cid, cid), u->size, root.tsize);
	stoa_http_reply(request, 201, "application/json", stoa_str_of(answer));
}
