/* http_read.c - GET and HEAD of content. */
#include "storage/car.h"
#include "storage/folder.h"
#include "storage/http_parts.h"
#include "storage/limits.h"
#include "storage/range.h"
#include "storage/stream.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum format {
	FORMAT_BYTES,
	FORMAT_RAW,
	FORMAT_CAR
};

struct get {
	struct storage_http *http;
	struct stoa_http_request *request;
	struct storage_source source;
	struct storage_capability capability;
	struct stoa_cid cid; /* at the end of the path */
	enum format format;
	char etag[STOA_CID_TEXT_SIZE + 32];
};

static void
refuse_read(struct get *g, enum stoa_status status)
{
	const char *message = NULL, *fix = NULL;

	switch ((int)status) {
	case STOA_NOT_FOUND:
		message = "this store has no such content";
		fix = "check the CID and the path";
		break;
	case STOA_CORRUPT:
		message = "the stored bytes do not match their CID";
		fix = "upload the content again";
		break;
	case STOA_UNSUPPORTED:
		message = "only UnixFS with SHA-256 is served";
		break;
	case STOA_DENIED:
		message = "this is sealed for somebody else";
		break;
	default:
		break;
	}
	storage_http_refuse(g->request, status, "cid", message, fix);
}

/* ---- what is asked for -----------------------------------------------------
 */

static bool
read_format(struct get *g)
{
	const char *format = stoa_http_query(g->request, "format");

	if (format == NULL) {
		g->format = FORMAT_BYTES;
	} else if (strcmp(format, "raw") == 0) {
		g->format = FORMAT_RAW;
	} else if (strcmp(format, "car") == 0) {
		g->format = FORMAT_CAR;
	} else {
		storage_http_refuse(g->request, STOA_INVALID, "format",
		    "the format must be raw or car", "leave it out for bytes");
		return false;
	}
	return true;
}

static bool
read_path(struct get *g)
{
	struct stoa_str path =
	    stoa_str_from(stoa_http_path(g->request), strlen("/ipfs/"));
	struct stoa_str text = stoa_str_cut(&path, '/');
	struct stoa_cid root;
	enum stoa_status status = stoa_cid_parse(text, &root);

	if (status != STOA_OK) {
		storage_http_refuse(g->request, status, "cid",
		    status == STOA_INVALID
			? "this is not a CID"
			: "this kind of CID is not supported",
		    "use CIDv1 in base32, or CIDv0");
		return false;
	}
	if (!stoa_cid_is_equal(&root, &g->capability.cid)) {
		storage_http_refuse(g->request, STOA_DENIED, "capability",
		    "this capability is for another CID", "ask for a new one");
		return false;
	}
	status = storage_path_resolve(&g->source, &root, path, &g->cid);
	if (status == STOA_INVALID) {
		status = STOA_NOT_FOUND; /* a file has nothing below it */
	}
	if (status != STOA_OK) {
		refuse_read(g, status);
	}
	return status == STOA_OK;
}

/* A CID never changes its meaning, so an equal tag is an equal answer. */
static bool
is_known(struct get *g)
{
	static const char *const suffixes[] = {"", ".raw", ".car"};
	const char *known = stoa_http_header(g->request, "If-None-Match");
	char text[STOA_CID_TEXT_SIZE];

	(void)snprintf(g->etag, sizeof(g->etag), "\"%s%s%s\"",
	    stoa_cid_print(&g->cid, text), suffixes[g->format],
	    g->capability.is_private ? ".open" : "");
	stoa_http_add_header(g->request, "ETag", g->etag);
	stoa_http_add_header(g->request, "Cache-Control",
	    g->capability.is_private ? "no-store"
				     : "private, max-age=31536000, immutable");
	if (known == NULL ||
	    (strcmp(known, "*") != 0 && strstr(known, g->etag) == NULL)) {
		return false;
	}
	stoa_http_reply(g->request, 304, NULL, STOA_STR(""));
	return true;
}

/* ---- answers ---------------------------------------------------------------
 */

static void
reply_outside(struct get *g, uint64_t size)
{
	char range[64];

	(void)snprintf(range, sizeof(range), "bytes */%" PRIu64, size);
	stoa_http_add_header(g->request, "Content-Range", range);
	stoa_http_reply(
	    g->request, 416, "text/plain", STOA_STR("outside the content\n"));
}

static void
reply_stream(struct get *g, struct storage_stream *stream)
{
	const char *header = stoa_http_header(g->request, "Range");
	uint64_t size = storage_stream_size(stream);
	struct storage_range range = storage_range_parse(
	    stoa_str_of(header == NULL ? "" : header), size);
	char text[96];

	if (range.kind == STORAGE_RANGE_OUTSIDE) {
		storage_stream_free(stream);
		reply_outside(g, size);
		return;
	}
	stoa_http_add_header(g->request, "Accept-Ranges", "bytes");
	stoa_http_add_header(g->request, "X-Content-Type-Options", "nosniff");
	if (range.kind == STORAGE_RANGE_PART) {
		(void)snprintf(text, sizeof(text),
		    "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, range.start,
		    range.start + range.len - 1, size);
		stoa_http_add_header(g->request, "Content-Range", text);
	}
	storage_stream_seek(stream, range.start);
	stoa_http_reply_stream(g->request,
	    range.kind == STORAGE_RANGE_PART ? 206 : 200,
	    "application/octet-stream", range.len, storage_stream_read, stream,
	    storage_stream_free);
}

struct listing {
	struct stoa_buf *out;
	bool is_first;
};

static bool
list_entry(void *context, const struct storage_link *link)
{
	struct listing *l = context;
	char cid[STOA_CID_TEXT_SIZE];

	stoa_buf_add_text(l->out, l->is_first ? "" : ",");
	l->is_first = false;
	stoa_buf_add_text(l->out, "{\"name\":");
	stoa_buf_add_json(l->out, link->name);
	stoa_buf_printf(l->out, ",\"cid\":\"%s\",\"stored_size\":%" PRIu64 "}",
	    stoa_cid_print(&link->cid, cid), link->tsize);
	return !l->out->is_overflown;
}

static void
reply_listing(struct get *g)
{
	struct stoa_buf out;
	struct listing l = {&out, true};
	enum stoa_status status;

	stoa_buf_init(&out, STORAGE_FOLDER_BYTES_MAX);
	stoa_buf_add_text(&out, "{\"entries\":[");
	status = storage_folder_walk(&g->source, &g->cid, list_entry, &l);
	stoa_buf_add_text(&out, "]}\n");
	if (status == STOA_CANCELLED || out.is_overflown) {
		status = STOA_TOO_LARGE;
	}
	if (status == STOA_OK) {
		stoa_http_reply(
		    g->request, 200, "application/json", stoa_buf_str(&out));
	} else {
		refuse_read(g, status);
	}
	stoa_buf_fini(&out);
}

static void
reply_symlink(struct get *g, const struct storage_node *node)
{
	stoa_http_reply(g->request, 200, "inode/symlink", node->data);
}

static void
reply_sealed(struct get *g)
{
	struct storage_identity identity =
	    storage_identity_of(g->http->options.owner_secret,
		stoa_str_of(g->capability.community));
	struct storage_stream *stream;
	enum stoa_status status =
	    storage_stream_sealed(&g->source, &g->cid, &identity, &stream);

	storage_identity_wipe(&identity);
	if (status == STOA_OK) {
		reply_stream(g, stream);
	} else if (status == STOA_INVALID) {
		storage_http_refuse(g->request, status, "cid",
		    "this is not a private file",
		    "ask for a capability that is not private");
	} else {
		refuse_read(g, status);
	}
}

static void
reply_bytes(struct get *g)
{
	struct storage_stream *stream;
	struct storage_node node;
	struct stoa_buf block;
	enum stoa_status status;

	if (g->capability.is_private) {
		reply_sealed(g);
		return;
	}
	stoa_buf_init(&block, STORAGE_BLOCK_SIZE_MAX);
	status = storage_source_node(&g->source, &g->cid, &block, &node);
	if (status != STOA_OK) {
		refuse_read(g, status);
	} else if (node.type == STORAGE_NODE_DIRECTORY ||
		   node.type == STORAGE_NODE_SHARD) {
		reply_listing(g);
	} else if (node.type == STORAGE_NODE_SYMLINK) {
		reply_symlink(g, &node);
	} else {
		status = storage_stream_file(&g->source, &g->cid, &stream);
		if (status == STOA_OK) {
			reply_stream(g, stream);
		} else {
			refuse_read(g, status);
		}
	}
	stoa_buf_fini(&block);
}

static void
reply_raw(struct get *g)
{
	struct stoa_buf block;
	enum stoa_status status;

	stoa_buf_init(&block, STORAGE_BLOCK_SIZE_MAX);
	status = storage_source_get(&g->source, &g->cid, &block);
	if (status == STOA_OK) {
		stoa_http_reply(g->request, 200, "application/vnd.ipld.raw",
		    stoa_buf_str(&block));
	} else {
		refuse_read(g, status);
	}
	stoa_buf_fini(&block);
}

static enum stoa_status
reply_folder_car(struct get *g)
{
	struct stoa_buf out;
	enum stoa_status status;

	stoa_buf_init(&out, STORAGE_FOLDER_BYTES_MAX);
	status = storage_car_of_folder(&g->source, &g->cid, &out);
	if (status == STOA_OK) {
		stoa_http_reply(
		    g->request, 200, STORAGE_CAR_TYPE, stoa_buf_str(&out));
	}
	stoa_buf_fini(&out);
	return status;
}

/* A file; or what is none: a folder, or the one block of a symbolic link. */
static void
reply_car(struct get *g)
{
	const char *text = stoa_http_query(g->request, "from");
	struct storage_stream *stream;
	enum stoa_status status;
	int64_t from = 0;

	if (text != NULL &&
	    (!stoa_str_to_i64(stoa_str_of(text), &from) || from < 0)) {
		storage_http_refuse(g->request, STOA_INVALID, "from",
		    "this must be a number of bytes", NULL);
		return;
	}
	status =
	    storage_stream_car(&g->source, &g->cid, (uint64_t)from, &stream);
	if (status == STOA_OK) {
		stoa_http_reply_stream(g->request, 200, STORAGE_CAR_TYPE,
		    STOA_HTTP_SIZE_UNKNOWN, storage_stream_read, stream,
		    storage_stream_free);
		return;
	}
	if (status == STOA_INVALID) {
		status = reply_folder_car(g);
	}
	if (status != STOA_OK) {
		refuse_read(g, status);
	}
}

void *
storage_http_read(void *owner, struct stoa_http_request *request)
{
	struct get *g = calloc(1, sizeof(*g));

	if (g == NULL) {
		storage_http_refuse(request, STOA_NO_MEMORY, NULL, NULL, NULL);
		return NULL;
	}
	g->http = owner;
	g->request = request;
	g->source = storage_store_source(g->http->options.store);
	if (storage_http_authorize(
		g->http, request, STORAGE_READ, &g->capability) &&
	    read_format(g) && read_path(g) && !is_known(g)) {
		switch (g->format) {
		case FORMAT_BYTES:
			reply_bytes(g);
			break;
		case FORMAT_RAW:
			reply_raw(g);
			break;
		case FORMAT_CAR:
			reply_car(g);
			break;
		}
	}
	free(g);
	return NULL;
}
