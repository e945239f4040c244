/* call_curl.c - port/call.h on libcurl's multi interface, driven by libuv.
 *
 * curl says which sockets it waits for and when it wants to be woken; here
 * each becomes a uv handle. curl's own callbacks never call anything of ours
 * that could call curl again; results are taken out of its queue afterwards.
 *
 * curl repeats a request by itself when a kept connection turns out dead, POST
 * included. It asks first (PREREQFUNCTION), and that is where we say no; the
 * same hook tells whether anything has been sent at all. */
#include "port/call.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/time.h"
#include "edge/loop.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <uv.h>

/* A server that does not accept by then is gone; others may be tried. */
#define CALL_CONNECT_TIMEOUT_MS 5000L

/* Idle connections are closed before the usual load balancers (60 s and more)
 * close them under a request. */
#define CALL_IDLE_SECONDS_MAX 50L

/* Handles kept for the next call: each costs about 6 KB, making one costs more
 * time than the rest of a small request. */
#define CALL_SPARE_MAX 16u

/* Header lines of an answer, all together. */
#define CALL_HEADERS_SIZE_MAX ((size_t)64 * 1024)

/* One header line of a request: a token and some words. */
#define CALL_HEADER_LEN_MAX 8192u

/* curl reads and writes this much at a time; answers are small. */
#define CALL_READ_SIZE	16384L
#define CALL_WRITE_SIZE 65536L

struct stoa_caller {
	uv_loop_t *loop;
	CURLM *multi;
	uv_timer_t timer;
	unsigned open_handle_count; /* uv handles not yet closed */
	unsigned calls_max;
	char *ca_file, *user_agent;
	struct stoa_call *calls; /* under way, newest first */
	struct stoa_call *spare;
	unsigned spare_count;
	struct stoa_caller_stat stat;
	bool is_closing;
};

struct stoa_call {
	struct stoa_caller *caller;
	struct stoa_call *next, *prev;
	CURL *easy;
	curl_mime *mime;
	struct curl_slist *headers;
	struct stoa_buf body;
	size_t headers_size;
	unsigned sent_count; /* how often the request was about to be sent */
	bool is_repeatable;
	bool is_too_large;
	stoa_call_done done;
	void *owner;
};

struct socket_watch {
	uv_poll_t poll;
	struct stoa_caller *caller;
	curl_socket_t fd;
};

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void
init_curl(void)
{
	stoa_assert(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

/* ---- life of a call ------------------------------------------------------
 */

static void
call_free(struct stoa_call *call)
{
	if (call->easy != NULL) {
		curl_easy_cleanup(call->easy);
	}
	curl_mime_free(call->mime);
	curl_slist_free_all(call->headers);
	stoa_buf_fini(&call->body);
	free(call);
}

static struct stoa_call *
call_new(struct stoa_caller *c)
{
	struct stoa_call *call = c->spare;

	if (call != NULL) {
		c->spare = call->next;
		c->spare_count--;
		return call;
	}
	call = calloc(1, sizeof(*call));
	if (call == NULL) {
		return NULL;
	}
	call->caller = c;
	call->easy = curl_easy_init();
	if (call->easy == NULL) {
		free(call);
		return NULL;
	}
	return call;
}

/* Not among the calls: keeps or frees it. */
static void
call_put_back(struct stoa_call *call)
{
	struct stoa_caller *c = call->caller;

	/* Forgets the headers too, which may hold a token. */
	curl_easy_reset(call->easy);
	curl_mime_free(call->mime);
	for (struct curl_slist *h = call->headers; h != NULL; h = h->next) {
		explicit_bzero(h->data, strlen(h->data));
	}
	curl_slist_free_all(call->headers);
	call->mime = NULL;
	call->headers = NULL;
	stoa_buf_fini(&call->body);
	if (c->is_closing || c->spare_count >= CALL_SPARE_MAX) {
		call_free(call);
		return;
	}
	call->next = c->spare;
	c->spare = call;
	c->spare_count++;
}

static void
call_unlink(struct stoa_call *call)
{
	struct stoa_caller *c = call->caller;

	(void)curl_multi_remove_handle(c->multi, call->easy);
	if (call->prev != NULL) {
		call->prev->next = call->next;
	} else {
		c->calls = call->next;
	}
	if (call->next != NULL) {
		call->next->prev = call->prev;
	}
	c->stat.under_way--;
}

/* ---- what curl calls about a transfer ------------------------------------
 */

static size_t
on_body(char *data, size_t one, size_t size, void *context)
{
	struct stoa_call *call = context;

	stoa_buf_add(&call->body, data, one * size);
	call->is_too_large |= call->body.is_overflown;
	return call->body.is_overflown ? 0 : one * size;
}

static size_t
on_header(char *data, size_t one, size_t size, void *context)
{
	struct stoa_call *call = context;

	(void)data;
	call->headers_size += one * size;
	if (call->headers_size > CALL_HEADERS_SIZE_MAX) {
		call->is_too_large = true;
		return 0;
	}
	return one * size;
}

static int
on_before_send(void *context, char *to, char *from, int to_port, int from_port)
{
	struct stoa_call *call = context;

	(void)to;
	(void)from;
	(void)to_port;
	(void)from_port;
	if (call->sent_count > 0 && !call->is_repeatable) {
		return CURL_PREREQFUNC_ABORT;
	}
	call->sent_count++;
	return CURL_PREREQFUNC_OK;
}

/* A part is read where it lies; this is how far. */
struct part_reader {
	struct stoa_str data;
	size_t at;
};

static size_t
part_read(char *to, size_t one, size_t size, void *context)
{
	struct part_reader *r = context;
	size_t len = r->data.len - r->at;

	if (len > one * size) {
		len = one * size;
	}
	if (len > 0) {
		memcpy(to, r->data.data + r->at, len);
	}
	r->at += len;
	return len;
}

static int
part_seek(void *context, curl_off_t offset, int origin)
{
	struct part_reader *r = context;

	if (origin != SEEK_SET || offset < 0 ||
	    (uint64_t)offset > r->data.len) {
		return CURL_SEEKFUNC_FAIL;
	}
	r->at = (size_t)offset;
	return CURL_SEEKFUNC_OK;
}

/* ---- the request ---------------------------------------------------------
 */

static enum stoa_status
add_line(struct stoa_call *call, const char *name, const char *value)
{
	struct curl_slist *more;
	struct stoa_buf line;

	if (name[strcspn(name, "\r\n: ")] != '\0' || name[0] == '\0' ||
	    value[strcspn(value, "\r\n")] != '\0') {
		return STOA_INVALID;
	}
	stoa_buf_init(&line, CALL_HEADER_LEN_MAX);
	/* curl's own way to say an empty value. */
	stoa_buf_printf(
	    &line, value[0] == '\0' ? "%s;%s" : "%s: %s", name, value);
	if (line.is_overflown) {
		stoa_buf_fini(&line);
		return STOA_INVALID;
	}
	more = curl_slist_append(call->headers, line.data);
	explicit_bzero(line.data, line.len);
	stoa_buf_fini(&line);
	if (more == NULL) {
		return STOA_NO_MEMORY;
	}
	call->headers = more;
	return STOA_OK;
}

static enum stoa_status
set_headers(struct stoa_call *call, const struct stoa_call_request *request)
{
	enum stoa_status status = STOA_OK;
	/* Nobody waits a second for permission to send a large body. */
	struct curl_slist *first = curl_slist_append(NULL, "Expect:");

	call->headers = first;
	if (first == NULL) {
		return STOA_NO_MEMORY;
	}
	for (size_t i = 0; i < request->header_count && status == STOA_OK;
	     i++) {
		status = add_line(
		    call, request->headers[i].name, request->headers[i].value);
	}
	if (status == STOA_OK && request->part_count == 0) {
		if (request->content_type != NULL) {
			status = add_line(
			    call, "Content-Type", request->content_type);
		} else if (curl_slist_append(first, "Content-Type:") == NULL) {
			status = STOA_NO_MEMORY; /* else curl says one */
		}
	}
	if (status == STOA_OK &&
	    curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers) !=
		CURLE_OK) {
		status = STOA_NO_MEMORY;
	}
	return status;
}

static enum stoa_status
add_part(struct stoa_call *call, const struct stoa_call_part *part)
{
	curl_mimepart *p = curl_mime_addpart(call->mime);
	struct part_reader *reader = calloc(1, sizeof(*reader));

	if (p == NULL || reader == NULL) {
		free(reader);
		return STOA_NO_MEMORY;
	}
	*reader = (struct part_reader){.data = part->data};
	/* The part owns the reader from here on. */
	if (curl_mime_data_cb(p, (curl_off_t)part->data.len, part_read,
		part_seek, free, reader) != CURLE_OK) {
		free(reader);
		return STOA_NO_MEMORY;
	}
	if (curl_mime_name(p, part->name) != CURLE_OK ||
	    curl_mime_filename(p, part->file_name) != CURLE_OK ||
	    curl_mime_type(p, part->content_type) != CURLE_OK) {
		return STOA_NO_MEMORY;
	}
	return STOA_OK;
}

static enum stoa_status
set_body(struct stoa_call *call, const struct stoa_call_request *request)
{
	enum stoa_status status = STOA_OK;
	CURL *e = call->easy;
	bool has_body = request->body.len > 0 ||
			strcmp(request->method, "POST") == 0 ||
			strcmp(request->method, "PUT") == 0 ||
			strcmp(request->method, "PATCH") == 0;

	if (request->part_count > 0) {
		call->mime = curl_mime_init(e);
		if (call->mime == NULL) {
			return STOA_NO_MEMORY;
		}
		for (size_t i = 0; i < request->part_count && status == STOA_OK;
		     i++) {
			status = add_part(call, &request->parts[i]);
		}
		curl_easy_setopt(e, CURLOPT_MIMEPOST, call->mime);
	} else if (has_body) {
		curl_easy_setopt(e, CURLOPT_POST, 1L);
		curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)request->body.len);
		curl_easy_setopt(e, CURLOPT_POSTFIELDS,
		    request->body.len > 0 ? request->body.data : "");
	} else if (strcmp(request->method, "HEAD") == 0) {
		curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
	}
	curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, request->method);
	return status;
}

static void
set_transport(struct stoa_call *call, const struct stoa_call_request *request)
{
	const struct stoa_caller *c = call->caller;
	CURL *e = call->easy;
	bool is_tls = strncasecmp(request->url, "https:", 6) == 0;

	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_PROXY, "");
	curl_easy_setopt(e, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION,
	    is_tls ? (long)CURL_HTTP_VERSION_2TLS
		   : (long)CURL_HTTP_VERSION_1_1);
	/* A burst shares the first connection instead of opening many. */
	curl_easy_setopt(e, CURLOPT_PIPEWAIT, is_tls ? 1L : 0L);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, CALL_CONNECT_TIMEOUT_MS);
	curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, CALL_IDLE_SECONDS_MAX);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS,
	    (long)((request->timeout_us + STOA_US_PER_MS - 1) /
		   STOA_US_PER_MS));
	curl_easy_setopt(e, CURLOPT_BUFFERSIZE, CALL_READ_SIZE);
	curl_easy_setopt(e, CURLOPT_UPLOAD_BUFFERSIZE, CALL_WRITE_SIZE);
	if (c->ca_file != NULL) {
		curl_easy_setopt(e, CURLOPT_CAINFO, c->ca_file);
		curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(e, CURLOPT_USERAGENT, c->user_agent);
}

static enum stoa_status
call_prepare(struct stoa_call *call, const struct stoa_call_request *request)
{
	CURL *e = call->easy;
	enum stoa_status status = set_body(call, request);

	if (status == STOA_OK) {
		status = set_headers(call, request);
	}
	if (status != STOA_OK) {
		return status;
	}
	set_transport(call, request);
	curl_easy_setopt(e, CURLOPT_PRIVATE, call);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, call);
	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, on_before_send);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, call);
	return curl_easy_setopt(e, CURLOPT_URL, request->url) == CURLE_OK
		   ? STOA_OK
		   : STOA_NO_MEMORY;
}

static bool
is_request_valid(const struct stoa_call_request *request)
{
	return (strncasecmp(request->url, "http://", 7) == 0 ||
		   strncasecmp(request->url, "https://", 8) == 0) &&
	       request->url[strcspn(request->url, " \r\n\t")] == '\0' &&
	       request->method[0] != '\0' &&
	       request->method[strspn(
		   request->method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '\0';
}

enum stoa_status
stoa_call_start(struct stoa_caller *c, const struct stoa_call_request *request,
    stoa_call_done done, void *owner, struct stoa_call **ret_call)
{
	struct stoa_call *call;
	enum stoa_status status;

	stoa_assert(!c->is_closing);
	stoa_assert(request->timeout_us > 0);
	if (!is_request_valid(request)) {
		return STOA_INVALID;
	}
	if (c->stat.under_way >= c->calls_max) {
		return STOA_BUSY;
	}
	call = call_new(c);
	if (call == NULL) {
		return STOA_NO_MEMORY;
	}
	call->done = done;
	call->owner = owner;
	call->is_repeatable = request->is_repeatable;
	call->is_too_large = false;
	call->sent_count = 0;
	call->headers_size = 0;
	stoa_buf_init(&call->body, request->answer_size_max);
	status = call_prepare(call, request);
	if (status == STOA_OK &&
	    curl_multi_add_handle(c->multi, call->easy) != CURLM_OK) {
		status = STOA_NO_MEMORY;
	}
	if (status != STOA_OK) {
		call_put_back(call);
		return status;
	}
	call->prev = NULL;
	call->next = c->calls;
	if (c->calls != NULL) {
		c->calls->prev = call;
	}
	c->calls = call;
	c->stat.calls++;
	c->stat.under_way++;
	if (ret_call != NULL) {
		*ret_call = call;
	}
	return STOA_OK;
}

void
stoa_call_cancel(struct stoa_call *call)
{
	call_unlink(call);
	call_put_back(call);
}

/* ---- results -------------------------------------------------------------
 */

static enum stoa_status
status_of(const struct stoa_call *call, CURLcode code)
{
	switch ((int)code) {
	case CURLE_OK:
		return STOA_OK;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_URL_MALFORMAT:
		return STOA_UNAVAILABLE;
	case CURLE_OPERATION_TIMEDOUT:
		return STOA_TIMEOUT;
	case CURLE_OUT_OF_MEMORY:
		return STOA_NO_MEMORY;
	case CURLE_WRITE_ERROR:
		return call->is_too_large ? STOA_TOO_LARGE : STOA_IO;
	default:
		return STOA_IO;
	}
}

static void
call_finish(struct stoa_call *call, CURLcode code)
{
	struct stoa_call_answer answer = {
	    .status = status_of(call, code),
	    .call = call,
	};
	long http = 0, connects = 0;

	(void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &http);
	(void)curl_easy_getinfo(call->easy, CURLINFO_NUM_CONNECTS, &connects);
	call->caller->stat.connections += (uint64_t)connects;
	answer.http = (unsigned)http;
	if (answer.status == STOA_OK) {
		answer.body = stoa_buf_str(&call->body);
	} else {
		answer.may_have_arrived = call->sent_count > 0;
		answer.detail = curl_easy_strerror(code);
	}
	/* Unlinked first, so that the callback may do anything at all. */
	call_unlink(call);
	call->done(call->owner, &answer);
	call_put_back(call);
}

static void
take_results(struct stoa_caller *c)
{
	CURLMsg *message;
	int left;

	while (!c->is_closing &&
	       (message = curl_multi_info_read(c->multi, &left)) != NULL) {
		char *call = NULL;

		if (message->msg != CURLMSG_DONE) {
			continue;
		}
		(void)curl_easy_getinfo(
		    message->easy_handle, CURLINFO_PRIVATE, &call);
		call_finish(
		    (struct stoa_call *)(void *)call, message->data.result);
	}
}

const char *
stoa_call_header(const struct stoa_call_answer *answer, const char *name)
{
	struct curl_header *header;

	return curl_easy_header(answer->call->easy, name, 0, CURLH_HEADER, -1,
		   &header) == CURLHE_OK
		   ? header->value
		   : NULL;
}

/* ---- what curl calls about the loop --------------------------------------
 */

static void caller_free(struct stoa_caller *c);

static void
handle_closed(struct stoa_caller *c)
{
	c->open_handle_count--;
	if (c->open_handle_count == 0) {
		caller_free(c);
	}
}

static void
on_timer_closed(uv_handle_t *handle)
{
	handle_closed(handle->data);
}

static void
on_watch_closed(uv_handle_t *handle)
{
	struct socket_watch *watch = handle->data;
	struct stoa_caller *c = watch->caller;

	free(watch);
	handle_closed(c);
}

static void
on_socket_event(uv_poll_t *poll, int status, int events)
{
	struct socket_watch *watch = poll->data;
	struct stoa_caller *c = watch->caller;
	int running, flags = 0;

	if (status < 0) {
		flags = CURL_CSELECT_ERR;
	}
	if ((events & UV_READABLE) != 0) {
		flags |= CURL_CSELECT_IN;
	}
	if ((events & UV_WRITABLE) != 0) {
		flags |= CURL_CSELECT_OUT;
	}
	/* The watch may be gone after this. */
	(void)curl_multi_socket_action(c->multi, watch->fd, flags, &running);
	take_results(c);
}

static void
on_time(uv_timer_t *timer)
{
	struct stoa_caller *c = timer->data;
	int running;

	(void)curl_multi_socket_action(
	    c->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	take_results(c);
}

static int
on_timer_wanted(CURLM *multi, long timeout_ms, void *context)
{
	struct stoa_caller *c = context;

	(void)multi;
	if (c->is_closing || timeout_ms < 0) {
		(void)uv_timer_stop(&c->timer);
	} else {
		/* Never at once: curl must not be called from within. */
		uv_update_time(c->loop);
		(void)uv_timer_start(
		    &c->timer, on_time, (uint64_t)timeout_ms, 0);
	}
	return 0;
}

static struct socket_watch *
watch_new(struct stoa_caller *c, curl_socket_t fd)
{
	struct socket_watch *watch = calloc(1, sizeof(*watch));

	if (watch == NULL) {
		return NULL;
	}
	watch->caller = c;
	watch->fd = fd;
	if (uv_poll_init_socket(c->loop, &watch->poll, fd) != 0) {
		free(watch);
		return NULL;
	}
	watch->poll.data = watch;
	c->open_handle_count++;
	(void)curl_multi_assign(c->multi, fd, watch);
	return watch;
}

static int
on_socket_wanted(
    CURL *easy, curl_socket_t fd, int what, void *context, void *of_socket)
{
	struct stoa_caller *c = context;
	struct socket_watch *watch = of_socket;
	int events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (watch != NULL) {
			(void)curl_multi_assign(c->multi, fd, NULL);
			uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
		}
		return 0;
	}
	if (watch == NULL) {
		watch = watch_new(c, fd);
		if (watch == NULL) {
			return -1;
		}
	}
	events |= what != CURL_POLL_IN ? UV_WRITABLE : 0;
	events |= what != CURL_POLL_OUT ? UV_READABLE : 0;
	return uv_poll_start(&watch->poll, events, on_socket_event) == 0 ? 0
									 : -1;
}

/* ---- life of a caller ----------------------------------------------------
 */

static void
caller_free(struct stoa_caller *c)
{
	free(c->ca_file);
	free(c->user_agent);
	free(c);
}

static bool
caller_copy(struct stoa_caller *c, const struct stoa_caller_options *options)
{
	c->ca_file = options->ca_file == NULL ? NULL : strdup(options->ca_file);
	c->user_agent =
	    options->user_agent == NULL ? NULL : strdup(options->user_agent);
	return (c->ca_file != NULL) == (options->ca_file != NULL) &&
	       (c->user_agent != NULL) == (options->user_agent != NULL);
}

enum stoa_status
stoa_caller_open(struct stoa_loop *loop,
    const struct stoa_caller_options *options, struct stoa_caller **ret_caller)
{
	struct stoa_caller *c = calloc(1, sizeof(*c));

	stoa_assert(options->connections_max >= 1);
	stoa_assert(options->calls_max >= 1);
	(void)pthread_once(&curl_once, init_curl);
	if (c == NULL) {
		return STOA_NO_MEMORY;
	}
	c->multi = curl_multi_init();
	if (c->multi == NULL || !caller_copy(c, options)) {
		(void)curl_multi_cleanup(c->multi);
		caller_free(c);
		return STOA_NO_MEMORY;
	}
	c->loop = stoa_loop_uv(loop);
	c->calls_max = options->calls_max;
	(void)uv_timer_init(c->loop, &c->timer);
	c->timer.data = c;
	c->open_handle_count = 1;
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wanted);
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
	curl_multi_setopt(c->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
	    (long)options->connections_max);
	curl_multi_setopt(
	    c->multi, CURLMOPT_MAXCONNECTS, (long)options->connections_max);
	*ret_caller = c;
	return STOA_OK;
}

void
stoa_caller_close(struct stoa_caller *c)
{
	if (c == NULL) {
		return;
	}
	stoa_assert(!c->is_closing);
	c->is_closing = true;
	while (c->calls != NULL) {
		stoa_call_cancel(c->calls);
	}
	while (c->spare != NULL) {
		struct stoa_call *call = c->spare;

		c->spare = call->next;
		call_free(call);
	}
	/* Closes the connections, and with them their watches. */
	(void)curl_multi_cleanup(c->multi);
	uv_close((uv_handle_t *)&c->timer, on_timer_closed);
}

struct stoa_caller_stat
stoa_caller_stat(const struct stoa_caller *c)
{
	return c->stat;
}
