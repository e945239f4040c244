/* http_server.h - an HTTP server on loopback, one for a test program. It writes
 * down what it is asked; the test answers. Its threads are its own: what was
 * seen is looked at when the answer is there. */
#ifndef STOA_TESTS_HTTP_SERVER_H
#define STOA_TESTS_HTTP_SERVER_H

#include "port/http.h"

#define HTTP_BODY_MAX ((size_t)1 << 20)

struct http_seen {
	char method[8], path[256];
	char limit[32]; /* of the query; so are headers: "(none)" without */
	char authorization[128], content_type[128], user_agent[128];
	char reason[256]; /* X-Audit-Log-Reason */
	char extra[64];	  /* X-Extra */
	char expect[64];
	char body[4096]; /* as much of it as there is room for */
	size_t body_len; /* of all that came */
};

/* `answer` replies, on a thread of the server's. */
void http_server_open(void (*answer)(struct stoa_http_request *request));
void http_server_close(void);

const char *http_server_url(void); /* without a slash at its end */

size_t http_server_count(void); /* of requests since it was opened */

/* Number `i` of them, from 0; the last 64 are kept. */
const struct http_seen *http_server_seen(size_t i);

/* Whether its body has this text, zeros included. */
bool http_seen_has(const struct http_seen *seen, struct stoa_str text);

#endif
