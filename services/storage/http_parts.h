/* http_parts.h - the inside of http.c, http_read.c, http_write.c. */
#ifndef STORAGE_HTTP_PARTS_H
#define STORAGE_HTTP_PARTS_H

#include "storage/capability.h"
#include "storage/http.h"

#include "port/http.h"

struct storage_http {
	struct storage_http_options options;
	struct stoa_http_server *server;
};

/* Checks the capability of a request for an operation. False: has replied. */
bool storage_http_authorize(struct storage_http *http,
    struct stoa_http_request *request, enum storage_operation operation,
    struct storage_capability *ret_capability);

/* Replies with a problem. `message` may be NULL. */
void storage_http_refuse(struct stoa_http_request *request,
    enum stoa_status status, const char *field, const char *message,
    const char *fix);

void *storage_http_read(void *owner, struct stoa_http_request *request);

void *storage_http_write_file(void *owner, struct stoa_http_request *request);
void *storage_http_write_folder(void *owner, struct stoa_http_request *request);
void storage_http_write_body(
    void *state, struct stoa_http_request *request, struct stoa_str bytes);
void storage_http_write_end(void *state, struct stoa_http_request *request);
void storage_http_write_done(void *state);

#endif
