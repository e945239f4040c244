/* rest.c - the loop, the clock and the connections of rest_core.c. */
#include "discord/rest.h"

#include "base/check.h"
#include "base/metric.h"
#include "discord/rest_core.h"
#include "discord/rest_share.h"
#include "discord/rest_state.h"
#include "discord/rest_wire.h"
#include "edge/loop.h"
#include "port/call.h"
#include "port/clock.h"

#include <stdio.h>
#include <stdlib.h>

/* A token has about 70 characters. */
#define TOKEN_LEN_MAX 256

/* Connections of each pool; with HTTP/2 one carries them all. */
#define CONNECTIONS_MAX 32

struct rest {
	struct rest_core core;
	struct stoa_caller *callers[REST_POOL_COUNT];
	struct rest_share *share; /* NULL: limits are this process's own */
	struct stoa_timer *timer;
	struct rest_call *calls; /* all that are not over */
	size_t bytes;
	char *base_url;
	char *authorization; /* "Bot ..." */
	char *state_path;
	uint64_t saved_invalid;
};

static int64_t
now_us(void)
{
	return stoa_clock_mono(NULL).us;
}

/* ---- ends ---- */

static void
call_unlink(struct rest_call *call)
{
	struct rest *r = call->rest;

	if (call->prev != NULL) {
		call->prev->next = call->next;
	} else {
		r->calls = call->next;
	}
	if (call->next != NULL) {
		call->next->prev = call->prev;
	}
	r->bytes -= call->bytes;
}

static const char *
cause_text(const struct rest_result *result)
{
	switch (result->cause) {
	case REST_CAUSE_NONE:
		break;
	case REST_CAUSE_QUEUE_FULL:
		return "too many requests wait already";
	case REST_CAUSE_TOKEN_INVALID:
		return "Discord refused the bot's token";
	case REST_CAUSE_WEBHOOK_DEAD:
		return "the webhook is gone";
	case REST_CAUSE_BUDGET:
		return "too many invalid requests: paused to avoid a ban";
	case REST_CAUSE_LIMITED:
		return "the rate limit ends after the deadline";
	case REST_CAUSE_DEADLINE:
		return "the deadline passed while waiting";
	}
	return result->status == STOA_OK ? "ok"
					 : stoa_status_text(result->status);
}

static void
tell(struct rest_call *call, struct stoa_str body)
{
	const struct rest_answer answer = {
	    .result = call->job.result,
	    .http = call->last_http,
	    .code = call->last_code,
	    .body = body,
	    .tries = call->job.tries,
	    .cause = cause_text(&call->job.result),
	};

	call_unlink(call);
	call->done(call->owner, &answer);
	rest_wire_free(call);
}

/* ---- HTTP ---- */

static const char *
header_of(void *context, const char *name)
{
	return stoa_call_header(context, name);
}

/* An answer may have been one that counts against the address. */
static void
save_invalid(struct rest *r)
{
	if (r->core.counters.invalid == r->saved_invalid) {
		return;
	}
	r->saved_invalid = r->core.counters.invalid;
	if (r->state_path != NULL) {
		rest_state_write(r->state_path, &r->core.budget);
	}
	if (r->share != NULL) {
		rest_share_invalid(r->share, now_us());
	}
}

static void
on_done(void *owner, const struct stoa_call_answer *answer)
{
	struct rest_call *call = owner;
	struct rest *r = call->rest;
	struct rest_head head;
	bool is_over;

	call->http = NULL;
	if (answer->status == STOA_OK) {
		rest_head_read(answer->http, answer->body, header_of,
		    (void *)(uintptr_t)answer, &head);
		call->last_http = head.http;
		call->last_code = head.code;
		is_over =
		    rest_core_answered(&r->core, &call->job, &head, now_us());
		save_invalid(r);
	} else {
		call->last_http = 0;
		call->last_code = 0;
		is_over = rest_core_failed(&r->core, &call->job, answer->status,
		    answer->may_have_arrived, now_us());
	}
	if (is_over) {
		tell(call, answer->body);
	}
	stoa_timer_start(r->timer, 0, 0);
}

static void
send_now(struct rest_call *call)
{
	struct rest *r = call->rest;
	int64_t left_us = call->job.deadline_us - now_us();
	enum stoa_status status;

	if (left_us > REST_TRY_US) {
		left_us = REST_TRY_US;
	}
	status = rest_wire_send(call,
	    r->callers[call->job.lane == REST_LANE_INTERACTION ? 0 : 1],
	    r->authorization, left_us > 0 ? left_us : 1, on_done);
	if (status != STOA_OK &&
	    rest_core_failed(&r->core, &call->job, status, false, now_us())) {
		tell(call, (struct stoa_str){"", 0});
	}
}

static void
on_permit(void *owner, const struct stoa_cache_counted *answer)
{
	struct rest_call *call = owner;
	struct rest *r = call->rest;
	int64_t wait_us = answer->retry_after_us;

	call->is_asking = false;
	if (call->is_cancelled) {
		rest_wire_free(call); /* and `r` may be gone */
		return;
	}
	if (answer->is_allowed) {
		send_now(call);
	} else {
		wait_us =
		    wait_us > REST_SHARE_WAIT_US ? wait_us : REST_SHARE_WAIT_US;
		rest_core_denied(&r->core, &call->job,
		    call->asks_global && answer->full == 0, wait_us, now_us());
	}
	stoa_timer_start(r->timer, 0, 0);
}

static void
begin(struct rest_call *call)
{
	struct rest *r = call->rest;

	if (r->share != NULL) {
		rest_share_invalid(r->share, now_us());
	}
	if (r->share == NULL || call->job.lane == REST_LANE_INTERACTION ||
	    rest_share_is_degraded(r->share)) {
		send_now(call);
		return;
	}
	call->is_asking = true;
	if (!rest_share_ask(r->share, call, on_permit)) {
		call->is_asking = false;
		send_now(call);
	}
}

/* ---- the pump ---- */

static void
pump(void *arg)
{
	struct rest *r = arg;
	struct rest_step step;
	int64_t wake_us;

	while (rest_core_next(&r->core, now_us(), &step)) {
		struct rest_call *call = (struct rest_call *)(void *)step.job;

		switch (step.kind) {
		case REST_STEP_START:
			begin(call);
			break;
		case REST_STEP_FINISH:
			tell(call, (struct stoa_str){"", 0});
			break;
		}
	}
	wake_us = rest_core_wake_us(&r->core);
	if (wake_us != REST_NEVER) {
		stoa_timer_start(r->timer, wake_us - now_us(), 0);
	}
}

/* ---- requests ---- */

enum stoa_status
rest_send(struct rest *r, const struct rest_request *request, rest_done done,
    void *owner, struct rest_call **ret_call)
{
	struct rest_call *call = NULL;
	int64_t timeout_us = request->timeout_us;
	enum stoa_status status;

	status = rest_wire_new(r->base_url,
	    stoa_clock_wall(NULL).us / STOA_US_PER_MS, request, &call);
	if (status != STOA_OK) {
		return status;
	}
	if (r->bytes + call->bytes > REST_QUEUE_BYTES_MAX) {
		rest_wire_free(call);
		return STOA_BUSY;
	}
	if (timeout_us <= 0) {
		timeout_us = call->job.route.kind == REST_KIND_CALLBACK
				 ? REST_DEADLINE_CALLBACK_US
				 : REST_DEADLINE_US;
	}
	call->rest = r;
	call->done = done;
	call->owner = owner;
	call->job.deadline_us = now_us() + timeout_us;
	call->next = r->calls;
	if (r->calls != NULL) {
		r->calls->prev = call;
	}
	r->calls = call;
	r->bytes += call->bytes;
	if (rest_core_add(&r->core, &call->job, now_us()) != REST_CAUSE_NONE) {
		rest_core_tell_later(&r->core, &call->job);
	}
	stoa_timer_start(r->timer, 0, 0);
	if (ret_call != NULL) {
		*ret_call = call;
	}
	return STOA_OK;
}

void
rest_cancel(struct rest_call *call)
{
	struct rest *r = call->rest;

	if (call->http != NULL) {
		stoa_call_cancel(call->http);
	}
	rest_core_cancel(&r->core, &call->job, now_us());
	call_unlink(call);
	if (call->is_asking) {
		call->is_cancelled = true; /* the answer frees it */
	} else {
		rest_wire_free(call);
	}
	stoa_timer_start(r->timer, 0, 0);
}

/* ---- life ---- */

static bool
is_token(const char *token)
{
	size_t len = strlen(token);

	for (size_t i = 0; i < len; i++) {
		if (token[i] <= ' ' || token[i] >= 0x7f) {
			return false;
		}
	}
	return len > 0 && len <= TOKEN_LEN_MAX;
}

static bool
texts_copy(struct rest *r, const struct rest_options *o)
{
	size_t size = strlen(o->token) + sizeof("Bot ");

	r->base_url = strdup(o->base_url == NULL ? REST_BASE_URL : o->base_url);
	r->authorization = malloc(size);
	if (r->authorization != NULL) {
		snprintf(r->authorization, size, "Bot %s", o->token);
	}
	if (o->state_path != NULL) {
		r->state_path = strdup(o->state_path);
	}
	return r->base_url != NULL && r->authorization != NULL &&
	       (r->state_path != NULL) == (o->state_path != NULL);
}

static enum stoa_status
callers_open(
    struct rest *r, struct stoa_loop *loop, const struct rest_options *o)
{
	char agent[256];
	const struct stoa_caller_options options[REST_POOL_COUNT] = {
	    {CONNECTIONS_MAX, REST_FLIGHT_INTERACTION_MAX, o->ca_file, agent},
	    {CONNECTIONS_MAX, REST_FLIGHT_MESSAGE_MAX + REST_FLIGHT_BULK_MAX,
		o->ca_file, agent},
	};
	enum stoa_status status = STOA_OK;

	snprintf(agent, sizeof(agent), "DiscordBot (%s, %s)", o->home_url,
	    o->version);
	for (size_t i = 0; i < REST_POOL_COUNT && status == STOA_OK; i++) {
		status = stoa_caller_open(loop, &options[i], &r->callers[i]);
	}
	return status;
}

static void
rest_free(struct rest *r)
{
	for (size_t i = 0; i < REST_POOL_COUNT; i++) {
		stoa_caller_close(r->callers[i]);
	}
	rest_share_free(r->share);
	stoa_timer_free(r->timer);
	rest_core_fini(&r->core);
	if (r->authorization != NULL) {
		explicit_bzero(r->authorization, strlen(r->authorization));
	}
	free(r->authorization);
	free(r->base_url);
	free(r->state_path);
	free(r);
}

enum stoa_status
rest_open(struct stoa_loop *loop, const struct rest_options *o,
    struct rest **ret_rest)
{
	struct rest_core_options options = rest_core_defaults(o->seed);
	struct rest *r;
	enum stoa_status status = STOA_NO_MEMORY;

	if (!is_token(o->token) || o->global_limit > REST_GLOBAL_LIMIT_MAX) {
		return STOA_INVALID;
	}
	r = calloc(1, sizeof(*r));
	if (r == NULL) {
		return STOA_NO_MEMORY;
	}
	if (o->global_limit > 0) {
		options.global_limit = o->global_limit;
	}
	if (o->invalid_max > 0) {
		options.invalid_max = o->invalid_max;
	}
	rest_core_init(&r->core, &options);
	r->timer = stoa_timer_new(loop, pump, r);
	if (o->cache != NULL) {
		r->share = rest_share_new(o->cache, o->token, &r->core);
	}
	if (texts_copy(r, o) && (r->share != NULL) == (o->cache != NULL)) {
		status = callers_open(r, loop, o);
	}
	if (status != STOA_OK) {
		rest_free(r);
		return status;
	}
	if (r->state_path != NULL) {
		rest_state_read(r->state_path, &r->core.budget);
	}
	*ret_rest = r;
	return STOA_OK;
}

void
rest_close(struct rest *r)
{
	if (r == NULL) {
		return;
	}
	while (r->calls != NULL) {
		rest_cancel(r->calls);
	}
	rest_free(r);
}

/* ---- state ---- */

bool
rest_is_usable(const struct rest *r)
{
	return !r->core.is_token_invalid;
}

bool
rest_is_idle(const struct rest *r)
{
	return r->calls == NULL;
}

void
rest_state(struct rest *r, struct stoa_buf *out)
{
	rest_core_state(&r->core, now_us(), out);
	if (r->share != NULL && rest_share_is_degraded(r->share)) {
		stoa_buf_add_text(
		    out, "; limits are not shared with other replicas now");
	}
}

void
rest_metrics(struct rest *r, struct stoa_buf *out)
{
	static const char name[] = "stoa_discord_rest_connections_total";

	rest_core_metrics(&r->core, now_us(), out);
	stoa_metric_print_head(out, name, "Connections made to Discord.");
	for (size_t i = 0; i < REST_POOL_COUNT; i++) {
		stoa_metric_print_sample(out, name, "pool", rest_pool_name(i),
		    stoa_caller_stat(r->callers[i]).connections);
	}
}

/* ---- as a part of the daemon ---- */

static void
part_end(void *part)
{
	rest_close(part);
}

static void
part_metrics(void *part, struct stoa_buf *out)
{
	rest_metrics(part, out);
}

const struct stoa_part rest_part = {
    .free = part_end,
    .metrics = part_metrics,
};
