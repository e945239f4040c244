/* handlers.c - one function per method; blocking ones on the worker pool. */
#include "storage/handlers.h"

#include "storage/age_header.h"
#include "storage/capability.h"
#include "storage/folder.h"
#include "storage/limits.h"
#include "storage/reader.h"

#include "base/check.h"
#include "base/core.h"
#include "base/hasher.h"
#include "port/clock.h"
#include "proto/storage.pb-c.h"

#include <stdio.h>
#include <stdlib.h>

#define ARENA_MAX (4u * 1024u * 1024u)

/* One request with everything that lives until its answer. */
struct job {
	struct storage_handlers *h;
	struct stoa_request *request;
	struct stoa_arena arena;
	const void *in;
	struct stoa_str reply;
	enum stoa_status status;
	const char *detail;
	enum stoa_status (*run)(struct job *job);
};

static void
job_end(struct job *job)
{
	stoa_bus_answer(
	    job->h->bus, job->request, job->status, job->reply, job->detail);
	stoa_arena_fini(&job->arena);
	free(job);
}

static enum stoa_status
reply_with(struct job *job, const ProtobufCMessage *out)
{
	job->reply = stoa_pack(&job->arena, out);
	return job->reply.data == NULL ? STOA_TOO_LARGE : STOA_OK;
}

static enum stoa_status
refuse(struct job *job, enum stoa_status status, const char *detail)
{
	job->detail = detail;
	return status;
}

static enum stoa_status
cid_read(struct job *job, const char *text, struct stoa_cid *ret_cid)
{
	return stoa_cid_parse(stoa_str_of(text), ret_cid) == STOA_OK
		   ? STOA_OK
		   : refuse(job, STOA_INVALID,
			 "cid: not a CID; copy it whole, such as bafybei...");
}

/* ---- grants
 * -------------------------------------------------------------------- */

#define GRANT_US_DEFAULT (INT64_C(3600) * STOA_US_PER_S)
#define GRANT_US_MAX	 (25 * INT64_C(3600) * STOA_US_PER_S)

/* Tells equal grants apart; derived, so a repeated call grants the same. */
static void
nonce_fill(const struct job *job, uint8_t nonce[static STORAGE_NONCE_SIZE])
{
	struct stoa_hasher h;
	struct stoa_hash hash;

	stoa_hasher_init(&h);
	stoa_hasher_text(&h, stoa_str_of(job->request->caller));
	stoa_hasher_text(&h, job->request->community);
	stoa_hasher_text(&h, job->request->command_id);
	hash = stoa_hasher_end(&h);
	memcpy(nonce, hash.bytes, STORAGE_NONCE_SIZE);
}

static enum stoa_status
grant_check(struct job *job, const Stoa__Storage__GrantRequest *in,
    struct storage_capability *c)
{
	int64_t now = stoa_clock_wall(NULL).us;
	int64_t expires =
	    in->expires_us == 0 ? now + GRANT_US_DEFAULT : in->expires_us;

	if (job->request->community.len == 0 ||
	    job->request->community.len > STORAGE_COMMUNITY_LEN_MAX) {
		return refuse(job, STOA_INVALID,
		    "header Stoa-Community: name the community");
	}
	if (expires <= now || expires > now + GRANT_US_MAX) {
		return refuse(job, STOA_INVALID,
		    "expires_us: must be within the next 25 hours");
	}
	c->expires.us = expires;
	c->is_private = in->is_private;
	c->size_max =
	    in->size_max == 0 || in->size_max > job->h->upload_bytes_max
		? job->h->upload_bytes_max
		: in->size_max;
	memcpy(c->community, job->request->community.data,
	    job->request->community.len);
	nonce_fill(job, c->nonce);
	if (in->operation == STOA__STORAGE__OPERATION__READ) {
		c->operation = STORAGE_READ;
		return cid_read(job, in->cid, &c->cid);
	}
	c->operation = STORAGE_WRITE;
	return in->operation == STOA__STORAGE__OPERATION__WRITE
		   ? STOA_OK
		   : refuse(job, STOA_INVALID, "operation: READ or WRITE");
}

static enum stoa_status
grant(struct job *job)
{
	const Stoa__Storage__GrantRequest *in = job->in;
	Stoa__Storage__GrantReply out = STOA__STORAGE__GRANT_REPLY__INIT;
	struct storage_capability c = {0};
	struct stoa_buf token;
	enum stoa_status status = grant_check(job, in, &c);

	if (status != STOA_OK) {
		return status;
	}
	stoa_buf_init(&token, STORAGE_CAPABILITY_TEXT_MAX);
	storage_capability_sign(&c, job->h->secret, &token);
	out.url = (char *)(uintptr_t)storage_http_url(job->h->http);
	out.capability = (char *)(uintptr_t)stoa_buf_str(&token).data;
	out.expires_us = c.expires.us;
	out.size_max = c.size_max;
	status = reply_with(job, &out.base);
	stoa_buf_fini(&token);
	return status;
}

/* ---- looking
 * ------------------------------------------------------------------- */

struct totals {
	uint64_t size;
	uint64_t stored;
	uint32_t count;
};

static bool
totals_add(void *context, const struct storage_link *link)
{
	struct totals *t = context;

	t->stored += link->tsize;
	t->size += link->file_size > 0 ? link->file_size : link->tsize;
	return ++t->count < STORAGE_ENTRIES_MAX;
}

struct pin_search {
	const struct stoa_cid *cid;
	bool is_found;
};

static bool
pin_look(void *context, const struct stoa_cid *root, struct stoa_str name)
{
	struct pin_search *s = context;

	(void)name;
	s->is_found = stoa_cid_is_equal(root, s->cid);
	return !s->is_found;
}

/* A private file shows by how it begins. */
static bool
is_sealed(const struct storage_source *source, const struct stoa_cid *cid)
{
	static const char magic[] = STORAGE_AGE_VERSION_LINE;
	char head[sizeof(magic) - 1];
	struct storage_reader reader;
	size_t len = 0;
	bool is;

	is = storage_reader_open(&reader, source, cid) == STOA_OK &&
	     storage_reader_read(&reader, 0, head, sizeof(head), &len) ==
		 STOA_OK &&
	     len == sizeof(head) && memcmp(head, magic, len) == 0;
	storage_reader_close(&reader);
	return is;
}

static enum stoa_status
stat_fill(
    struct job *job, const struct stoa_cid *cid, Stoa__Storage__StatReply *out)
{
	struct storage_source source = storage_store_source(job->h->store);
	struct storage_node node;
	struct stoa_buf block;
	struct totals t = {0};
	enum stoa_status status;

	stoa_buf_init(&block, STORAGE_BLOCK_SIZE_MAX);
	status = storage_source_node(&source, cid, &block, &node);
	out->stored_size = block.len;
	stoa_buf_fini(&block);
	if (status == STOA_OK && (node.type == STORAGE_NODE_DIRECTORY ||
				     node.type == STORAGE_NODE_SHARD)) {
		status = storage_folder_walk(&source, cid, totals_add, &t);
		out->is_directory = true;
		out->size = t.size;
		out->stored_size += t.stored;
		out->entry_count = t.count;
	} else if (status == STOA_OK) {
		out->size = node.file_size;
		out->stored_size += node.file_size;
		out->is_private = is_sealed(&source, cid);
	}
	return status;
}

static enum stoa_status
stat_run(struct job *job)
{
	const Stoa__Storage__StatQuery *in = job->in;
	Stoa__Storage__StatReply out = STOA__STORAGE__STAT_REPLY__INIT;
	struct stoa_cid cid;
	struct pin_search search = {&cid, false};
	enum stoa_status status = cid_read(job, in->cid, &cid);

	if (status == STOA_OK) {
		status = stat_fill(job, &cid, &out);
	}
	if (status == STOA_NOT_FOUND) {
		return refuse(job, status,
		    "cid: nothing with it is stored here; upload it first");
	}
	if (status != STOA_OK) {
		return status;
	}
	(void)!storage_store_pins(job->h->store, pin_look, &search);
	out.is_pinned = search.is_found;
	return reply_with(job, &out.base);
}

#define LIST_MAX 1000u

struct list {
	struct job *job;
	Stoa__Storage__ListReply *out;
	uint32_t limit;
};

static bool
list_add(void *context, const struct storage_link *link)
{
	struct list *l = context;
	Stoa__Storage__ListEntry *row =
	    stoa_arena_alloc(&l->job->arena, sizeof(*row));
	char text[STOA_CID_TEXT_SIZE];

	if (row == NULL) {
		return false;
	}
	stoa__storage__list_entry__init(row);
	row->name = stoa_arena_str(&l->job->arena, link->name);
	row->cid = stoa_arena_str(
	    &l->job->arena, stoa_str_of(stoa_cid_print(&link->cid, text)));
	row->size = link->tsize;
	if (row->name == NULL || row->cid == NULL) {
		return false;
	}
	l->out->entries[l->out->n_entries++] = row;
	return l->out->n_entries < l->limit;
}

static enum stoa_status
list_run(struct job *job)
{
	const Stoa__Storage__ListQuery *in = job->in;
	Stoa__Storage__ListReply out = STOA__STORAGE__LIST_REPLY__INIT;
	struct storage_source source = storage_store_source(job->h->store);
	struct list l = {job, &out,
	    in->limit == 0 || in->limit > LIST_MAX ? LIST_MAX : in->limit};
	struct stoa_cid cid;
	enum stoa_status status = cid_read(job, in->cid, &cid);

	if (status != STOA_OK) {
		return status;
	}
	out.entries = stoa_arena_alloc_array(
	    &job->arena, l.limit, sizeof(out.entries[0]));
	if (out.entries == NULL) {
		return STOA_TOO_LARGE;
	}
	status = storage_folder_walk(&source, &cid, list_add, &l);
	if (status != STOA_OK && status != STOA_CANCELLED) {
		return status;
	}
	return reply_with(job, &out.base);
}

static enum stoa_status
usage_run(struct job *job)
{
	Stoa__Storage__UsageReply out = STOA__STORAGE__USAGE_REPLY__INIT;
	struct storage_stat stat;

	storage_store_stat(job->h->store, &stat);
	out.block_count = stat.blocks;
	out.block_bytes = stat.block_bytes;
	out.pin_count = stat.pins;
	out.free_bytes = stat.free_bytes;
	return reply_with(job, &out.base);
}

/* ---- pins
 * ---------------------------------------------------------------------- */

/* "community/name": one community cannot unpin another's. */
static enum stoa_status
pin_name(struct job *job, const char *name, struct stoa_str *ret_name)
{
	const char *text = stoa_arena_printf(&job->arena, "%.*s/%s",
	    STOA_STR_ARG(job->request->community), name);

	if (job->request->community.len == 0 || text == NULL ||
	    strlen(text) > STORAGE_PIN_NAME_MAX) {
		return refuse(job, STOA_INVALID,
		    "name: community and name must have at most 256 bytes");
	}
	*ret_name = stoa_str_of(text);
	return STOA_OK;
}

static enum stoa_status
pin_run(struct job *job)
{
	const Stoa__Storage__PinRequest *in = job->in;
	Stoa__Storage__PinReply out = STOA__STORAGE__PIN_REPLY__INIT;
	struct stoa_cid cid;
	struct stoa_str name;
	enum stoa_status status = cid_read(job, in->cid, &cid);

	status = status == STOA_OK ? pin_name(job, in->name, &name) : status;
	status = status == STOA_OK
		     ? storage_store_pin(job->h->store, &cid, name)
		     : status;
	return status == STOA_OK ? reply_with(job, &out.base) : status;
}

static enum stoa_status
unpin_run(struct job *job)
{
	const Stoa__Storage__UnpinRequest *in = job->in;
	Stoa__Storage__UnpinReply out = STOA__STORAGE__UNPIN_REPLY__INIT;
	struct stoa_cid cid;
	struct stoa_str name;
	enum stoa_status status = cid_read(job, in->cid, &cid);

	status = status == STOA_OK ? pin_name(job, in->name, &name) : status;
	status = status == STOA_OK
		     ? storage_store_unpin(job->h->store, &cid, name)
		     : status;
	return status == STOA_OK ? reply_with(job, &out.base) : status;
}

/* ---- dispatch
 * ------------------------------------------------------------------ */

static const struct {
	const char *method;
	enum stoa_status (*run)(struct job *job);
	bool blocks; /* on the disk: worker pool */
} methods[] = {
    {"Grant", grant, false},
    {"Stat", stat_run, true},
    {"List", list_run, true},
    {"Pin", pin_run, true},
    {"Unpin", unpin_run, true},
    {"Usage", usage_run, false},
};

/* Work that waits for the pool; beyond it callers are told BUSY. */
#define UNDER_WAY_MAX 1024u

static void
on_work(void *arg)
{
	struct job *job = arg;

	job->status = job->run(job);
}

static void
on_worked(void *arg)
{
	struct job *job = arg;

	job->h->under_way--;
	job_end(job);
}

static void
job_start(struct job *job, bool blocks)
{
	if (!blocks) {
		job->status = job->run(job);
		job_end(job);
		return;
	}
	if (job->h->under_way >= UNDER_WAY_MAX) {
		job->status = STOA_BUSY;
		job_end(job);
		return;
	}
	job->h->under_way++;
	stoa_loop_work(job->h->loop, on_work, on_worked, job);
}

void
storage_handle(void *owner, struct stoa_request *request)
{
	struct job *job = calloc(1, sizeof(*job));

	stoa_assert(job != NULL);
	job->h = owner;
	job->request = request;
	stoa_arena_init(&job->arena, NULL, 0, ARENA_MAX);
	job->in =
	    stoa_unpack(&job->arena, request->method->input, request->body);
	for (size_t i = 0; i < STOA_COUNT(methods) && job->in != NULL; i++) {
		if (strcmp(methods[i].method, request->method->name) == 0) {
			job->run = methods[i].run;
			job_start(job, methods[i].blocks);
			return;
		}
	}
	job->status = job->in == NULL ? STOA_INVALID : STOA_UNSUPPORTED;
	job->detail = job->in == NULL ? "the request is not its message" : NULL;
	job_end(job);
}
