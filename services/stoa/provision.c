/* provision.c - one request after the other. */
#include "stoa/provision.h"

#include "base/check.h"
#include "base/json.h"
#include "stoa/contract.h"

#include <stdio.h>
#include <stdlib.h>

#define BODY_MAX   2048
#define TIMEOUT_US (3 * STOA_US_PER_S)

struct provision {
	struct stoa_bus *bus;
	void (*done)(void *owner, const char *error);
	void *owner;
	size_t at; /* streams first, then consumers */
	bool is_update;
	unsigned tries;
};

static void next(struct provision *p);

static void
end(struct provision *p, const char *error)
{
	p->done(p->owner, error);
	free(p);
}

#define ERR_NAME_IN_USE 10058 /* "stream name already in use" */

static void
answered(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct provision *p = owner;
	struct stoa_json root, error;
	int64_t code = 0;
	char text[512];

	(void)detail;
	if (status != STOA_OK || !stoa_json_parse(reply, 0, &root, NULL)) {
		/* JetStream may still be starting. */
		if (++p->tries < 50) {
			next(p);
			return;
		}
		end(p, "the broker does not answer for JetStream");
		return;
	}
	error = stoa_json_get(root, STOA_STR("error"));
	(void)!stoa_json_to_i64(
	    stoa_json_get(error, STOA_STR("err_code")), &code);
	if (code == ERR_NAME_IN_USE && !p->is_update) {
		p->is_update = true;
		next(p);
		return;
	}
	if (!stoa_json_is_absent(error)) {
		(void)snprintf(
		    text, sizeof(text), "%.*s", STOA_STR_ARG(error.text));
		end(p, text);
		return;
	}
	p->is_update = false;
	p->tries = 0;
	p->at++;
	next(p);
}

static void
stream_ask(struct provision *p, const struct contract_stream *s)
{
	char subject[128], body[BODY_MAX];
	int len = snprintf(
	    body, sizeof(body), "{\"name\":\"%s\",%s}", s->name, s->config);

	stoa_assert(len > 0 && len < BODY_MAX);
	(void)snprintf(subject, sizeof(subject), "$JS.API.STREAM.%s.%s",
	    p->is_update ? "UPDATE" : "CREATE", s->name);
	stoa_bus_ask(
	    p->bus, subject, stoa_str_of(body), TIMEOUT_US, answered, p);
}

static void
consumer_ask(struct provision *p, const struct contract_consumer *c)
{
	char subject[128], body[BODY_MAX];
	int len = snprintf(body, sizeof(body),
	    "{\"stream_name\":\"%s\",\"config\":{\"durable_name\":\"%s\",%s}}",
	    c->stream, c->durable, c->config);

	stoa_assert(len > 0 && len < BODY_MAX);
	(void)snprintf(subject, sizeof(subject),
	    "$JS.API.CONSUMER.DURABLE.CREATE.%s.%s", c->stream, c->durable);
	stoa_bus_ask(
	    p->bus, subject, stoa_str_of(body), TIMEOUT_US, answered, p);
}

static void
next(struct provision *p)
{
	if (p->at < contract_stream_count) {
		stream_ask(p, &contract_streams[p->at]);
	} else if (p->at < contract_stream_count + contract_consumer_count) {
		consumer_ask(
		    p, &contract_consumers[p->at - contract_stream_count]);
	} else {
		end(p, NULL);
	}
}

void
provision_run(struct stoa_bus *bus,
    void (*done)(void *owner, const char *error), void *owner)
{
	struct provision *p = calloc(1, sizeof(*p));

	stoa_assert(p != NULL);
	*p = (struct provision){.bus = bus, .done = done, .owner = owner};
	next(p);
}
