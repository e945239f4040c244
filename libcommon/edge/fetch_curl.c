/* fetch_curl.c - port/fetch.h on libcurl's multi interface, which lets the
 * answer be pulled: a full buffer pauses the transfer. */
#include "port/fetch.h"

#include "base/buf.h"
#include "base/check.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Arrived and not yet read: a few of curl's own buffers. */
#define FETCH_BUFFER_MAX ((size_t)1 << 20)

/* Nothing moved for so long: the other side is gone. */
#define FETCH_STALL_SECONDS 30L

#define CONNECT_TIMEOUT_MS 5000L
#define POLL_MS		   500

#define URL_LEN_MAX 8192

struct stoa_fetch {
	CURL *easy;
	CURLM *multi;
	struct curl_slist *headers;
	struct stoa_fetch_request request;
	struct stoa_buf arrived;
	size_t taken; /* of what arrived */
	enum stoa_status body_status;
	bool is_added;
	bool has_head; /* the answer's headers are complete */
	bool is_paused;
	bool is_done;
	enum stoa_status result; /* once done */
};

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void
init_curl(void)
{
	stoa_assert(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

enum stoa_status
stoa_fetch_open(struct stoa_fetch **ret_fetch)
{
	struct stoa_fetch *f = calloc(1, sizeof(*f));

	(void)pthread_once(&curl_once, init_curl);
	if (f == NULL) {
		return STOA_NO_MEMORY;
	}
	/* One more than the bound: curl's pieces come whole or not at all. */
	stoa_buf_init(&f->arrived, FETCH_BUFFER_MAX + CURL_MAX_READ_SIZE);
	f->easy = curl_easy_init();
	f->multi = curl_multi_init();
	if (f->easy == NULL || f->multi == NULL) {
		stoa_fetch_close(f);
		return STOA_NO_MEMORY;
	}
	*ret_fetch = f;
	return STOA_OK;
}

static void
stop(struct stoa_fetch *f)
{
	if (f->is_added) {
		(void)curl_multi_remove_handle(f->multi, f->easy);
		f->is_added = false;
	}
	curl_slist_free_all(f->headers);
	f->headers = NULL;
}

void
stoa_fetch_close(struct stoa_fetch *f)
{
	if (f == NULL) {
		return;
	}
	stop(f);
	curl_easy_cleanup(f->easy);
	(void)curl_multi_cleanup(f->multi);
	stoa_buf_fini(&f->arrived);
	free(f);
}

/* ---- what curl calls -------------------------------------------------------
 */

static size_t
on_body_wanted(char *to, size_t one, size_t size, void *context)
{
	struct stoa_fetch *f = context;
	size_t len = 0;

	f->body_status =
	    f->request.body(f->request.body_context, to, one * size, &len);
	return f->body_status == STOA_OK ? len : CURL_READFUNC_ABORT;
}

static size_t
on_data(char *data, size_t one, size_t size, void *context)
{
	struct stoa_fetch *f = context;
	long status = 0;

	(void)curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
	f->has_head = status >= 200;
	if (f->arrived.len >= FETCH_BUFFER_MAX) {
		f->is_paused = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	stoa_buf_add(&f->arrived, data, one * size);
	return f->arrived.is_overflown ? 0 : one * size;
}

/* ---- driving ---------------------------------------------------------------
 */

static enum stoa_status
status_of(const struct stoa_fetch *f, CURLcode code)
{
	switch ((int)code) {
	case CURLE_OK:
		return STOA_OK;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return STOA_INVALID;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
		return STOA_UNAVAILABLE;
	case CURLE_OPERATION_TIMEDOUT:
		return STOA_TIMEOUT;
	case CURLE_ABORTED_BY_CALLBACK:
		return f->body_status != STOA_OK ? f->body_status
						 : STOA_CANCELLED;
	case CURLE_OUT_OF_MEMORY:
		return STOA_NO_MEMORY;
	default:
		return STOA_IO;
	}
}

static void
take_results(struct stoa_fetch *f)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(f->multi, &left)) != NULL) {
		if (message->msg == CURLMSG_DONE) {
			f->is_done = true;
			f->result = status_of(f, message->data.result);
			f->has_head |= f->result == STOA_OK;
		}
	}
}

/* One step: what is ready, or a wait for it. */
static enum stoa_status
step(struct stoa_fetch *f)
{
	int running = 0;

	if (f->request.is_cancelled != NULL &&
	    f->request.is_cancelled(f->request.cancel_context)) {
		f->is_done = true;
		return f->result = STOA_CANCELLED;
	}
	if (curl_multi_perform(f->multi, &running) != CURLM_OK) {
		f->is_done = true;
		return f->result = STOA_IO;
	}
	take_results(f);
	if (!f->is_done && f->arrived.len == 0 &&
	    curl_multi_poll(f->multi, NULL, 0, POLL_MS, NULL) != CURLM_OK) {
		f->is_done = true;
		return f->result = STOA_IO;
	}
	return STOA_OK;
}

static bool
add_header(struct stoa_fetch *f, const char *name, const char *value)
{
	struct curl_slist *more;
	struct stoa_buf line;

	stoa_buf_init(&line, URL_LEN_MAX);
	stoa_buf_printf(&line, value == NULL ? "%s:" : "%s: %s", name, value);
	more =
	    line.is_overflown ? NULL : curl_slist_append(f->headers, line.data);
	stoa_buf_fini(&line);
	if (more != NULL) {
		f->headers = more;
	}
	return more != NULL;
}

static bool
set_headers(struct stoa_fetch *f, const struct stoa_fetch_request *request)
{
	struct stoa_buf bearer;
	bool ok = true;

	if (request->bearer != NULL) {
		stoa_buf_init(&bearer, URL_LEN_MAX);
		stoa_buf_printf(&bearer, "Bearer %s", request->bearer);
		ok = !bearer.is_overflown &&
		     add_header(f, "Authorization", bearer.data);
		stoa_buf_fini(&bearer);
	}
	if (request->content_type != NULL) {
		ok = ok && add_header(f, "Content-Type", request->content_type);
	}
	if (request->body != NULL &&
	    request->body_size == STOA_FETCH_SIZE_UNKNOWN) {
		ok = ok && add_header(f, "Transfer-Encoding", "chunked");
	}
	return ok;
}

static void
set_body(struct stoa_fetch *f, const struct stoa_fetch_request *request)
{
	CURL *e = f->easy;

	if (request->body == NULL) {
		curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, request->method);
		return;
	}
	curl_easy_setopt(e, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, request->method);
	curl_easy_setopt(e, CURLOPT_READFUNCTION, on_body_wanted);
	curl_easy_setopt(e, CURLOPT_READDATA, f);
	curl_easy_setopt(
	    e, CURLOPT_UPLOAD_BUFFERSIZE, (long)CURL_MAX_READ_SIZE / 4);
	if (request->body_size != STOA_FETCH_SIZE_UNKNOWN) {
		curl_easy_setopt(e, CURLOPT_INFILESIZE_LARGE,
		    (curl_off_t)request->body_size);
	}
}

static bool
set_options(struct stoa_fetch *f, const struct stoa_fetch_request *request)
{
	CURL *e = f->easy;

	curl_easy_reset(e);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
	curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, FETCH_STALL_SECONDS);
	curl_easy_setopt(e, CURLOPT_BUFFERSIZE, (long)CURL_MAX_READ_SIZE / 4);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, f);
	curl_easy_setopt(e, CURLOPT_RANGE, request->range);
	if (request->timeout_us > 0) {
		curl_easy_setopt(
		    e, CURLOPT_TIMEOUT_MS, (long)(request->timeout_us / 1000));
	}
	set_body(f, request);
	return set_headers(f, request) &&
	       curl_easy_setopt(e, CURLOPT_HTTPHEADER, f->headers) ==
		   CURLE_OK &&
	       curl_easy_setopt(e, CURLOPT_URL, request->url) == CURLE_OK;
}

enum stoa_status
stoa_fetch_start(struct stoa_fetch *f, const struct stoa_fetch_request *request)
{
	stop(f);
	stoa_buf_clear(&f->arrived);
	f->taken = 0;
	f->request = *request;
	f->has_head = f->is_done = f->is_paused = false;
	f->body_status = f->result = STOA_OK;
	if (!set_options(f, request) ||
	    curl_multi_add_handle(f->multi, f->easy) != CURLM_OK) {
		return STOA_NO_MEMORY;
	}
	f->is_added = true;
	while (!f->has_head && !f->is_done) {
		enum stoa_status status = step(f);

		if (status != STOA_OK) {
			return status;
		}
	}
	/* It may have broken off since; what arrived is read first. */
	return f->has_head ? STOA_OK : f->result;
}

unsigned
stoa_fetch_status(const struct stoa_fetch *f)
{
	long status = 0;

	(void)curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
	return (unsigned)status;
}

const char *
stoa_fetch_header(struct stoa_fetch *f, const char *name)
{
	struct curl_header *header;

	return curl_easy_header(f->easy, name, 0, CURLH_HEADER, -1, &header) ==
		       CURLHE_OK
		   ? header->value
		   : NULL;
}

enum stoa_status
stoa_fetch_read(struct stoa_fetch *f, void *to, size_t size, size_t *ret_len)
{
	while (f->arrived.len == 0 && !f->is_done) {
		if (f->is_paused) {
			f->is_paused = false;
			if (curl_easy_pause(f->easy, CURLPAUSE_CONT) !=
			    CURLE_OK) {
				return STOA_IO;
			}
			continue;
		}
		if (step(f) != STOA_OK) {
			break;
		}
	}
	if (f->arrived.len == 0 && f->result != STOA_OK) {
		return f->result;
	}
	if (size > f->arrived.len - f->taken) {
		size = f->arrived.len - f->taken;
	}
	if (size > 0) {
		memcpy(to, f->arrived.data + f->taken, size);
	}
	f->taken += size;
	if (f->taken == f->arrived.len) {
		stoa_buf_clear(&f->arrived);
		f->taken = 0;
	}
	*ret_len = size;
	return STOA_OK;
}
