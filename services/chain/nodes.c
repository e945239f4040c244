/* nodes.c - the nodes of a chain: their life, their timer, what is told of
 * them. */
#include "chain/nodes_private.h"

#include "base/check.h"
#include "base/metric.h"
#include "edge/loop.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ALERT_LEN_MAX 512

int64_t
nodes_now_us(const struct evm_nodes *nodes)
{
	return stoa_clock_mono(nodes->options.clock).us;
}

/* ---- the timer ---- */

static int64_t
next_wake_us(const struct evm_nodes *nodes)
{
	int64_t at_us = nodes_poll_wake_us(nodes);

	for (const struct evm_nodes_call *call = nodes->calls; call != NULL;
	     call = call->next) {
		int64_t call_us = node_call_wake_us(call);

		if (call_us < at_us) {
			at_us = call_us;
		}
	}
	return at_us;
}

/* A call may end here, and others begin and end in what its owner does. */
static void
go_all(struct evm_nodes *nodes)
{
	struct evm_nodes_call *call;

	for (call = nodes->calls; call != NULL; call = call->next) {
		call->is_going = true;
	}
	for (call = nodes->calls; call != NULL && !nodes->is_closing;) {
		if (!call->is_going) {
			call = call->next;
			continue;
		}
		call->is_going = false;
		node_call_go(call, nodes_now_us(nodes));
		call = nodes->calls;
	}
}

static void
on_timer(void *arg)
{
	struct evm_nodes *nodes = arg;

	nodes_enter(nodes);
	nodes->timer_us = INT64_MAX;
	nodes_poll(nodes, nodes_now_us(nodes));
	go_all(nodes);
	if (!nodes->is_closing) {
		nodes_wake(nodes, next_wake_us(nodes));
	}
	nodes_leave(nodes);
}

void
nodes_wake(struct evm_nodes *nodes, int64_t at_us)
{
	int64_t now_us = nodes_now_us(nodes);

	if (nodes->is_closing || at_us >= nodes->timer_us) {
		return;
	}
	nodes->timer_us = at_us;
	stoa_timer_start(nodes->timer, at_us > now_us ? at_us - now_us : 0, 0);
}

/* ---- life ---- */

static void
nodes_free(struct evm_nodes *nodes)
{
	for (unsigned i = 0; i < nodes->count; i++) {
		struct node *node = &nodes->nodes[i];

		if (node->url != NULL) {
			explicit_bzero(node->url, strlen(node->url));
		}
		if (node->authorization != NULL) {
			explicit_bzero(
			    node->authorization, strlen(node->authorization));
		}
		free(node->url);
		free(node->authorization);
		free(node->name);
	}
	free(nodes);
}

void
nodes_enter(struct evm_nodes *nodes)
{
	nodes->depth++;
}

void
nodes_leave(struct evm_nodes *nodes)
{
	nodes->depth--;
	if (nodes->is_closing && nodes->depth == 0) {
		nodes_free(nodes);
	}
}

void
evm_nodes_close(struct evm_nodes *nodes)
{
	if (nodes == NULL) {
		return;
	}
	stoa_assert(!nodes->is_closing);
	nodes_enter(nodes);
	nodes->is_closing = true;
	while (nodes->calls != NULL) {
		node_call_free(nodes->calls);
	}
	while (nodes->tries != NULL) {
		node_try_cancel(nodes->tries);
	}
	stoa_caller_close(nodes->caller);
	stoa_timer_free(nodes->timer);
	nodes_leave(nodes);
}

static bool
is_url(const char *url)
{
	size_t len = strlen(url);

	return len <= EVM_NODES_URL_MAX && strchr(url, '@') == NULL &&
	       url[strcspn(url, " \t\r\n\"\\")] == '\0' &&
	       (strncasecmp(url, "http://", 7) == 0 ||
		   strncasecmp(url, "https://", 8) == 0) &&
	       strcspn(strstr(url, "://") + 3, "/?#") > 0;
}

static bool
is_place(const struct evm_nodes_place *place)
{
	return is_url(place->url) &&
	       (place->token == NULL ||
		   (place->token[0] != '\0' &&
		       strlen(place->token) <= EVM_NODES_TOKEN_MAX &&
		       place->token[strcspn(place->token, "\r\n")] == '\0')) &&
	       (place->name == NULL ||
		   (place->name[0] != '\0' &&
		       place->name[strcspn(place->name, "\"\\\r\n")] == '\0' &&
		       strlen(place->name) <= EVM_NODES_NAME_MAX));
}

static char *
name_of(const struct evm_nodes *nodes, const struct evm_nodes_place *place)
{
	const char *host = strstr(place->url, "://") + 3;
	char text[EVM_NODES_URL_MAX + 16];
	unsigned same = 1;

	(void)snprintf(text, sizeof(text), "%.*s",
	    place->name == NULL ? (int)strcspn(host, "/?#")
				: (int)strlen(place->name),
	    place->name == NULL ? host : place->name);
	for (unsigned i = 0; i < nodes->count; i++) {
		size_t len = strlen(text);

		same += strncmp(nodes->nodes[i].name, text, len) == 0 &&
			(nodes->nodes[i].name[len] == '\0' ||
			    nodes->nodes[i].name[len] == '#');
	}
	if (same > 1) {
		size_t len = strlen(text);

		(void)snprintf(text + len, sizeof(text) - len, "#%u", same);
	}
	return strdup(text);
}

static enum stoa_status
add_node(struct evm_nodes *nodes, const struct evm_nodes_place *place,
    const struct stoa_breaker_rule *rule)
{
	struct node *node = &nodes->nodes[nodes->count];
	size_t size;

	node->name = name_of(nodes, place);
	node->url = strdup(place->url);
	if (place->token != NULL) {
		size = sizeof("Bearer ") + strlen(place->token);
		node->authorization = malloc(size);
		if (node->authorization != NULL) {
			(void)snprintf(node->authorization, size, "Bearer %s",
			    place->token);
		}
	}
	nodes->count++;
	node_health_init(&node->health, rule);
	if (node->name == NULL || node->url == NULL ||
	    (place->token != NULL && node->authorization == NULL)) {
		return STOA_NO_MEMORY;
	}
	return STOA_OK;
}

static void
set_defaults(struct evm_nodes_options *o)
{
	o->poll_us = o->poll_us == 0 ? EVM_NODES_POLL_US : o->poll_us;
	o->timeout_us =
	    o->timeout_us == 0 ? EVM_NODES_TIMEOUT_US : o->timeout_us;
	o->try_us = o->try_us == 0 ? EVM_NODES_TRY_US : o->try_us;
	o->lag_max = o->lag_max == 0 ? EVM_NODES_LAG_MAX : o->lag_max;
	o->final_stall_us = o->final_stall_us == 0 ? EVM_NODES_FINAL_STALL_US
						   : o->final_stall_us;
	o->confirmations =
	    o->confirmations == 0 ? EVM_NODES_CONFIRMATIONS : o->confirmations;
}

static bool
is_valid(const struct evm_nodes_options *o)
{
	if (o->chain_id == 0 || o->place_count == 0 ||
	    o->place_count > EVM_NODES_MAX ||
	    o->poll_us < EVM_NODES_POLL_US_MIN ||
	    o->poll_us > EVM_NODES_POLL_US_MAX || o->try_us <= 0 ||
	    o->timeout_us < o->try_us || o->final_stall_us <= 0 ||
	    o->confirmations > EVM_NODES_CONFIRMATIONS_MAX) {
		return false;
	}
	for (size_t i = 0; i < o->place_count; i++) {
		if (!is_place(&o->places[i])) {
			return false;
		}
	}
	return true;
}

static enum stoa_status
open_parts(struct evm_nodes *nodes, const struct evm_nodes_options *o)
{
	static const struct stoa_breaker_rule usual = {
	    .failures_min = EVM_NODE_BREAKER_FAILURES,
	    .window_us = EVM_NODE_BREAKER_WINDOW_US,
	    .open_us = EVM_NODE_BREAKER_OPEN_US,
	    .open_us_max = EVM_NODE_BREAKER_OPEN_MAX,
	    .probes = 1,
	};
	const struct stoa_caller_options caller = {
	    .connections_max = EVM_NODES_CONNECTIONS_MAX,
	    .calls_max = EVM_NODES_TRIES_MAX,
	    .ca_file = o->ca_file,
	    .user_agent = "stoa/" STOA_VERSION,
	};
	enum stoa_status status = STOA_OK;

	for (size_t i = 0; i < o->place_count && status == STOA_OK; i++) {
		status = add_node(nodes, &o->places[i],
		    o->breaker == NULL ? &usual : o->breaker);
	}
	return status == STOA_OK
		   ? stoa_caller_open(o->loop, &caller, &nodes->caller)
		   : status;
}

enum stoa_status
evm_nodes_open(
    const struct evm_nodes_options *options, struct evm_nodes **ret_nodes)
{
	struct evm_nodes_options full = *options;
	struct evm_nodes *nodes;
	enum stoa_status status;

	set_defaults(&full);
	if (!is_valid(&full)) {
		return STOA_INVALID;
	}
	nodes = calloc(1, sizeof(*nodes));
	if (nodes == NULL) {
		return STOA_NO_MEMORY;
	}
	nodes->options = full;
	nodes->options.places = NULL;
	nodes->options.ca_file = NULL;
	nodes->options.breaker = NULL;
	nodes->timer_us = INT64_MAX;
	stoa_rng_init(&nodes->rng, full.seed);
	stoa_retry_budget_init(
	    &nodes->retries, EVM_NODES_RETRY_PERCENT, EVM_NODES_RETRY_BURST);
	status = open_parts(nodes, &full);
	if (status != STOA_OK) {
		nodes_free(nodes);
		return status;
	}
	nodes->timer = stoa_timer_new(full.loop, on_timer, nodes);
	nodes_final_init(&nodes->final, nodes_now_us(nodes));
	nodes_wake(nodes, nodes_now_us(nodes));
	*ret_nodes = nodes;
	return STOA_OK;
}

/* ---- what is told ---- */

void
nodes_alert(struct evm_nodes *nodes, enum evm_nodes_alert alert,
    const char *format, ...)
{
	char text[ALERT_LEN_MAX];
	va_list args;

	if (nodes->is_closing || nodes->options.on_alert == NULL) {
		return;
	}
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	nodes->options.on_alert(nodes->options.owner, alert, text);
}

bool
evm_nodes_head(const struct evm_nodes *nodes, struct evm_nodes_head *ret_head)
{
	if (nodes->has_head) {
		*ret_head = nodes->head;
	}
	return nodes->has_head;
}

void
evm_nodes_watch(struct evm_nodes *nodes, evm_nodes_watcher fn, void *owner)
{
	unsigned i = 0;

	while (i < EVM_NODES_WATCHERS_MAX && nodes->watchers[i].fn != NULL) {
		i++;
	}
	stoa_assert(i < EVM_NODES_WATCHERS_MAX);
	nodes->watchers[i].fn = fn;
	nodes->watchers[i].owner = owner;
}

void
evm_nodes_unwatch(struct evm_nodes *nodes, const void *owner)
{
	for (unsigned i = 0; i < EVM_NODES_WATCHERS_MAX; i++) {
		if (nodes->watchers[i].owner == owner) {
			nodes->watchers[i].fn = NULL;
			nodes->watchers[i].owner = NULL;
		}
	}
}

void
evm_nodes_blame(struct evm_nodes *nodes, unsigned node, const char *what)
{
	stoa_assert(node < nodes->count);
	node_blame(nodes, node, "checked", what);
}

bool
evm_nodes_has_proof(const struct evm_nodes *nodes)
{
	return nodes->has_proof;
}

size_t
evm_nodes_count(const struct evm_nodes *nodes)
{
	return nodes->count;
}

const char *
evm_node_state_name(enum evm_node_state state)
{
	switch (state) {
	case EVM_NODE_UNKNOWN:
		return "not yet known";
	case EVM_NODE_WELL:
		return "well";
	case EVM_NODE_LAGGING:
		return "behind the others";
	case EVM_NODE_LIMITED:
		return "asked too often";
	case EVM_NODE_FAILING:
		return "failing";
	case EVM_NODE_WRONG_CHAIN:
		return "of another chain";
	}
	return "?";
}

struct evm_nodes_stat
evm_nodes_stat(const struct evm_nodes *nodes, unsigned node)
{
	const struct node_health *h = &nodes->nodes[node].health;
	int64_t now_us = nodes_now_us(nodes);
	uint64_t best = nodes_best(nodes, now_us);
	struct evm_nodes_stat stat = {
	    .name = nodes->nodes[node].name,
	    .state = node_health_state(h, best, nodes->options.lag_max, now_us),
	    .breaker = stoa_breaker_state(&h->breaker, now_us),
	    .head = h->head,
	    .lag = h->has_head && best > h->head ? best - h->head : 0,
	    .calls = h->calls,
	    .failures = h->failures,
	    .limited = h->limited,
	    .opened = h->breaker.opened_count,
	};

	stoa_assert(node < nodes->count);
	memcpy(stat.error, h->error, sizeof(stat.error));
	return stat;
}

bool
evm_nodes_is_ready(const struct evm_nodes *nodes)
{
	for (unsigned i = 0; i < nodes->count; i++) {
		if (evm_nodes_stat(nodes, i).state == EVM_NODE_WELL) {
			return true;
		}
	}
	return false;
}

static uint64_t
figure_of(const struct evm_nodes_stat *stat, size_t which)
{
	const uint64_t figures[] = {stat->calls, stat->failures, stat->limited,
	    stat->opened, stat->breaker != STOA_BREAKER_CLOSED,
	    stat->state == EVM_NODE_WELL, stat->head, stat->lag};

	stoa_assert(which < STOA_COUNT(figures));
	return figures[which];
}

void
evm_nodes_metrics(const struct evm_nodes *nodes, struct stoa_buf *out)
{
	static const struct {
		const char *name, *help;
	} names[] = {
	    {"stoa_chain_node_calls_total", "Requests to a node."},
	    {"stoa_chain_node_failures_total", "Those that failed."},
	    {"stoa_chain_node_limited_total",
		"Those that came too soon after others."},
	    {"stoa_chain_node_breaker_opened_total",
		"How often a node was given up for a while."},
	    {"stoa_chain_node_breaker_open", "1: it is given up now."},
	    {"stoa_chain_node_well", "1: it is read from."},
	    {"stoa_chain_node_head", "Newest block of a node."},
	    {"stoa_chain_node_lag_blocks", "Blocks behind the best."},
	};

	for (size_t n = 0; n < STOA_COUNT(names); n++) {
		stoa_metric_print_head(out, names[n].name, names[n].help);
		for (unsigned i = 0; i < nodes->count; i++) {
			struct evm_nodes_stat stat = evm_nodes_stat(nodes, i);

			stoa_metric_print_sample(out, names[n].name, "node",
			    stat.name, figure_of(&stat, n));
		}
	}
	stoa_metric_print_head(
	    out, "stoa_chain_final_block", "Newest final block.");
	stoa_buf_printf(out, "stoa_chain_final_block %" PRIu64 "\n",
	    nodes->head.final_number);
	stoa_metric_print_head(out, "stoa_chain_final_by_confirmations",
	    "1: the nodes do not say what is final.");
	stoa_buf_printf(out, "stoa_chain_final_by_confirmations %d\n",
	    nodes->head.is_by_confirmations ? 1 : 0);
}

void
evm_nodes_state(const struct evm_nodes *nodes, struct stoa_buf *out)
{
	stoa_buf_printf(out, "block %" PRIu64 ", final %" PRIu64 "%s",
	    nodes->head.number, nodes->head.final_number,
	    nodes->head.is_by_confirmations ? " (by confirmations)" : "");
	for (unsigned i = 0; i < nodes->count; i++) {
		struct evm_nodes_stat stat = evm_nodes_stat(nodes, i);

		stoa_buf_printf(out, "; %s: %s", stat.name,
		    evm_node_state_name(stat.state));
		if (stat.state != EVM_NODE_WELL && stat.error[0] != '\0') {
			stoa_buf_printf(out, " (%s)", stat.error);
		}
	}
}
