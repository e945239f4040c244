/* facts.c - see facts.h. */
#include "governance/facts.h"

#include "base/check.h"
#include "base/core.h"

#include "proto/accounts.pb-c.h"
#include "proto/governance.pb-c.h"

#include <stdlib.h>

#define MICRO_PER_JOY 1000000
#define ARENA_MAX     (512u * 1024u)

struct fetch {
	struct stoa_bus *bus;
	struct stoa_request *q;
	facts_done done;
	void *owner;
	struct stoa_arena arena;
	ProtobufCMessage *body;
	/* Of the actor, and of another member if the command names one. */
	Stoa__Governance__ActorFacts facts[2];
	const char *members[2];
	unsigned at;
};

/* Where a command keeps what is fetched; `to` NULL: only of its actor. */
static Stoa__Governance__ActorFacts **
place_of(ProtobufCMessage *body, const char **ret_to,
    Stoa__Governance__ActorFacts ***ret_to_place)
{
	const ProtobufCMessageDescriptor *type = body->descriptor;

	*ret_to = NULL;
	if (type == &stoa__governance__propose_request__descriptor) {
		return &((Stoa__Governance__ProposeRequest *)body)->facts;
	}
	if (type == &stoa__governance__sponsor_request__descriptor) {
		return &((Stoa__Governance__SponsorRequest *)body)->facts;
	}
	if (type == &stoa__governance__veto_request__descriptor) {
		return &((Stoa__Governance__VetoRequest *)body)->facts;
	}
	if (type == &stoa__governance__retry_request__descriptor) {
		return &((Stoa__Governance__RetryRequest *)body)->facts;
	}
	if (type == &stoa__governance__delegate_request__descriptor) {
		Stoa__Governance__DelegateRequest *d =
		    (Stoa__Governance__DelegateRequest *)body;

		*ret_to = d->to;
		*ret_to_place = &d->to_facts;
		return &d->facts;
	}
	return NULL;
}

static bool
needs_facts(const ProtobufCMessageDescriptor *type)
{
	return type == &stoa__governance__propose_request__descriptor ||
	       type == &stoa__governance__sponsor_request__descriptor ||
	       type == &stoa__governance__veto_request__descriptor ||
	       type == &stoa__governance__retry_request__descriptor ||
	       type == &stoa__governance__delegate_request__descriptor;
}

static void
fetch_end(struct fetch *f, enum stoa_status status)
{
	struct stoa_str body = {NULL, 0};

	if (status == STOA_OK) {
		body = stoa_pack(&f->arena, f->body);
		status = body.data == NULL ? STOA_TOO_LARGE : STOA_OK;
	}
	f->done(f->owner, f->q, status, body,
	    f->facts[0].role >= STOA__ACCOUNTS__ROLE__MEMBER);
	stoa_arena_fini(&f->arena);
	free(f);
}

static void fetch_next(struct fetch *f);

static void
heard(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct fetch *f = owner;
	Stoa__Governance__ActorFacts *facts = &f->facts[f->at];
	const Stoa__Accounts__BalanceReply *said = NULL;

	(void)detail;
	if (status == STOA_OK) {
		said = stoa_unpack(&f->arena,
		    &stoa__accounts__balance_reply__descriptor, reply);
		status = said == NULL ? STOA_INTERNAL : STOA_OK;
	}
	/* Who is no member has no facts: the core refuses by name. */
	if (status != STOA_OK && status != STOA_NOT_FOUND) {
		fetch_end(f, status);
		return;
	}
	if (said != NULL) {
		facts->role = said->role;
		facts->stake =
		    (said->joy_micro + said->held_joy_micro) / MICRO_PER_JOY;
	}
	f->at++;
	fetch_next(f);
}

static void
fetch_next(struct fetch *f)
{
	Stoa__Accounts__BalanceQuery query =
	    STOA__ACCOUNTS__BALANCE_QUERY__INIT;
	struct stoa_bus_call call = {
	    .service = &stoa__accounts__accounts__descriptor,
	    .method = "Balance",
	    .community = f->q->community,
	};

	if (f->at == 2 || f->members[f->at] == NULL) {
		fetch_end(f, STOA_OK);
		return;
	}
	query.member = (char *)(uintptr_t)f->members[f->at];
	stoa_bus_call(f->bus, &call, &query.base, heard, f);
}

bool
facts_fetch(
    struct stoa_bus *bus, struct stoa_request *q, facts_done done, void *owner)
{
	Stoa__Governance__ActorFacts **place, **to_place = NULL;
	struct fetch *f;

	if (!needs_facts(q->method->input)) {
		return false;
	}
	f = calloc(1, sizeof(*f));
	stoa_assert(f != NULL);
	*f = (struct fetch){.bus = bus, .q = q, .done = done, .owner = owner};
	stoa_arena_init(&f->arena, NULL, 0, ARENA_MAX);
	f->body = stoa_unpack(&f->arena, q->method->input, q->body);
	if (f->body == NULL) {
		fetch_end(f, STOA_INVALID);
		return true;
	}
	place = place_of(f->body, &f->members[1], &to_place);
	f->members[0] = stoa_arena_str(&f->arena, q->actor);
	stoa__governance__actor_facts__init(&f->facts[0]);
	stoa__governance__actor_facts__init(&f->facts[1]);
	*place = &f->facts[0];
	if (to_place != NULL) {
		*to_place = &f->facts[1];
	}
	fetch_next(f);
	return true;
}
