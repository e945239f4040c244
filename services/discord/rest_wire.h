/* rest_wire.h - a request as HTTP; for rest.c alone. */
#ifndef DISCORD_REST_WIRE_H
#define DISCORD_REST_WIRE_H

#include "discord/rest.h"
#include "discord/rest_core.h"
#include "port/call.h"

struct rest_call {
	struct rest_job job; /* first: a job is its call */
	struct rest *rest;
	struct rest_call *next, *prev; /* of all that are not over */
	rest_done done;
	void *owner;
	char *url;
	char *reason; /* percent-encoded, or NULL */
	char *json;
	size_t json_len;
	struct stoa_call_part *parts; /* with payload_json, if files */
	size_t part_count;
	size_t bytes; /* of memory, roughly */

	struct stoa_call *http; /* under way */
	bool is_asking;		/* the shared limits */
	bool asks_global;	/* first of them: the bot's own */
	bool is_cancelled;	/* while asking */
	unsigned last_http;
	int64_t last_code;
};

/* Copies `request`. INVALID, TOO_LARGE, NO_MEMORY. */
STOA_MUST_USE enum stoa_status rest_wire_new(const char *base_url,
    int64_t wall_ms, const struct rest_request *request,
    struct rest_call **ret_call);
void rest_wire_free(struct rest_call *call);

/* "Bot ..." is `authorization`. */
STOA_MUST_USE enum stoa_status rest_wire_send(struct rest_call *call,
    struct stoa_caller *caller, const char *authorization, int64_t timeout_us,
    stoa_call_done done);

#endif
