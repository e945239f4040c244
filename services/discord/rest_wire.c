/* rest_wire.c - copies a request, and makes an HTTP call of it. */
#include "discord/rest_wire.h"

#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

/* Room for "files[n]". */
#define PART_NAME_SIZE 32

/* Letters, digits and "-._~" stand for themselves (RFC 3986, 2.3). */
static void
add_encoded(struct stoa_buf *out, struct stoa_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || c == '-' || c == '.' ||
		    c == '_' || c == '~') {
			stoa_buf_add_byte(out, c);
		} else {
			stoa_buf_printf(out, "%%%02X", c);
		}
	}
}

/* The text of a buffer becomes the caller's. */
static char *
buf_take(struct stoa_buf *b)
{
	char *text = b->is_overflown ? NULL : b->data;

	if (text == NULL) {
		stoa_buf_fini(b);
	}
	return text;
}

static bool
is_query(const char *query)
{
	for (const char *c = query; *c != '\0'; c++) {
		if (*c <= ' ' || *c >= 0x7f || *c == '#') {
			return false;
		}
	}
	return true;
}

static enum stoa_status
url_make(struct rest_call *call, const char *base_url,
    const struct rest_request *request)
{
	struct stoa_buf url;

	if (request->query != NULL && !is_query(request->query)) {
		return STOA_INVALID;
	}
	stoa_buf_init(&url, strlen(base_url) + REST_PATH_LEN_MAX);
	stoa_buf_printf(&url, "%s%s", base_url, request->path);
	if (request->query != NULL && request->query[0] != '\0') {
		stoa_buf_printf(&url, "?%s", request->query);
	}
	call->url = buf_take(&url);
	return call->url == NULL ? STOA_INVALID : STOA_OK;
}

static enum stoa_status
reason_make(struct rest_call *call, const char *reason)
{
	struct stoa_str text = stoa_str_of(reason);
	struct stoa_buf encoded;

	if (text.len == 0) {
		return STOA_OK;
	}
	if (text.len > REST_REASON_LEN_MAX || !stoa_str_is_utf8(text)) {
		return STOA_INVALID;
	}
	stoa_buf_init(&encoded, (size_t)3 * REST_REASON_LEN_MAX);
	add_encoded(&encoded, text);
	call->reason = buf_take(&encoded);
	return call->reason == NULL ? STOA_NO_MEMORY : STOA_OK;
}

static char *
bytes_dup(struct stoa_str bytes)
{
	char *copy = malloc(bytes.len + 1);

	if (copy != NULL) {
		if (bytes.len > 0) {
			memcpy(copy, bytes.data, bytes.len);
		}
		copy[bytes.len] = '\0';
	}
	return copy;
}

static bool
part_make(
    struct stoa_call_part *part, size_t index, const struct rest_file *file)
{
	char *name = malloc(PART_NAME_SIZE);
	char *data = bytes_dup(file->data);
	char *file_name = strdup(file->name);
	char *type =
	    file->content_type == NULL ? NULL : strdup(file->content_type);

	*part = (struct stoa_call_part){
	    .name = name,
	    .file_name = file_name,
	    .content_type = type,
	    .data = {data, file->data.len},
	};
	if (name != NULL) {
		snprintf(name, PART_NAME_SIZE, "files[%u]", (unsigned)index);
	}
	return name != NULL && data != NULL && file_name != NULL &&
	       (type != NULL || file->content_type == NULL);
}

static enum stoa_status
body_make(struct rest_call *call, const struct rest_request *request)
{
	size_t total = request->json.len;

	for (size_t i = 0; i < request->file_count; i++) {
		if (request->files[i].name == NULL) {
			return STOA_INVALID;
		}
		total += request->files[i].data.len;
	}
	if (request->file_count > REST_FILES_MAX || total > REST_UPLOAD_MAX) {
		return STOA_TOO_LARGE;
	}
	call->bytes = sizeof(*call) + REST_PATH_LEN_MAX + total;
	call->json_len = request->json.len;
	call->json = bytes_dup(request->json);
	if (call->json == NULL) {
		return STOA_NO_MEMORY;
	}
	if (request->file_count == 0) {
		return STOA_OK;
	}
	call->parts = calloc(request->file_count + 1, sizeof(call->parts[0]));
	if (call->parts == NULL) {
		return STOA_NO_MEMORY;
	}
	/* The first part is the JSON, which the call owns already. */
	call->parts[0] = (struct stoa_call_part){
	    .name = "payload_json",
	    .content_type = "application/json",
	    .data = {call->json, call->json_len},
	};
	call->part_count = 1;
	for (size_t i = 0; i < request->file_count; i++) {
		bool ok = part_make(
		    &call->parts[call->part_count], i, &request->files[i]);

		call->part_count++;
		if (!ok) {
			return STOA_NO_MEMORY;
		}
	}
	return STOA_OK;
}

static bool
is_repeatable(const struct rest_job *job, const struct rest_request *request)
{
	return request->is_repeatable || request->method != REST_POST ||
	       job->route.kind == REST_KIND_CALLBACK;
}

enum stoa_status
rest_wire_new(const char *base_url, int64_t wall_ms,
    const struct rest_request *request, struct rest_call **ret_call)
{
	struct rest_call *call = calloc(1, sizeof(*call));
	enum stoa_status status;

	if (call == NULL) {
		return STOA_NO_MEMORY;
	}
	if (!rest_route_parse(request->method, stoa_str_of(request->path),
		wall_ms, &call->job.route)) {
		free(call);
		return STOA_INVALID;
	}
	call->job.lane = request->lane;
	call->job.is_repeatable = is_repeatable(&call->job, request);
	call->job.may_overlap =
	    request->may_overlap || request->method == REST_GET;
	status = url_make(call, base_url, request);
	if (status == STOA_OK) {
		status = reason_make(call, request->reason);
	}
	if (status == STOA_OK) {
		status = body_make(call, request);
	}
	if (status != STOA_OK) {
		rest_wire_free(call);
		return status;
	}
	*ret_call = call;
	return STOA_OK;
}

void
rest_wire_free(struct rest_call *call)
{
	for (size_t i = 1; i < call->part_count; i++) {
		free((void *)(uintptr_t)call->parts[i].name);
		free((void *)(uintptr_t)call->parts[i].file_name);
		free((void *)(uintptr_t)call->parts[i].content_type);
		free((void *)(uintptr_t)call->parts[i].data.data);
	}
	free(call->parts);
	free(call->json);
	free(call->reason);
	if (call->url != NULL) {
		/* Tokens of webhooks stand in it. */
		explicit_bzero(call->url, strlen(call->url));
	}
	free(call->url);
	free(call);
}

enum stoa_status
rest_wire_send(struct rest_call *call, struct stoa_caller *caller,
    const char *authorization, int64_t timeout_us, stoa_call_done done)
{
	struct stoa_call_header headers[2];
	struct stoa_call_request request = {
	    .method = rest_method_name(call->job.route.method),
	    .url = call->url,
	    .headers = headers,
	    .body = {call->json, call->json_len},
	    .content_type = call->json_len > 0 ? "application/json" : NULL,
	    .parts = call->parts,
	    .part_count = call->part_count,
	    .timeout_us = timeout_us,
	    .answer_size_max = REST_ANSWER_SIZE_MAX,
	    .is_repeatable = call->job.is_repeatable,
	};

	if (call->job.route.kind == REST_KIND_BOT) {
		headers[request.header_count++] =
		    (struct stoa_call_header){"Authorization", authorization};
	}
	if (call->reason != NULL) {
		headers[request.header_count++] = (struct stoa_call_header){
		    "X-Audit-Log-Reason", call->reason};
	}
	return stoa_call_start(caller, &request, done, call, &call->http);
}
