/* facts.c - see facts.h. */
#include "marketplace/facts.h"

#include "base/check.h"
#include "base/core.h"

#include "proto/marketplace.pb-c.h"
#include "proto/training.pb-c.h"

#include <math.h>
#include <stdlib.h>

#define ARENA_MAX (512u * 1024u)

struct fetch {
	struct stoa_request *q;
	facts_done done;
	void *owner;
	struct stoa_arena arena;
	Stoa__Marketplace__ApproveRequest *body;
	Stoa__Marketplace__ModelFacts facts;
};

static void
fetch_end(struct fetch *f, enum stoa_status status)
{
	struct stoa_str body = {NULL, 0};

	if (status == STOA_OK) {
		body = stoa_pack(&f->arena, &f->body->base);
		status = body.data == NULL ? STOA_TOO_LARGE : STOA_OK;
	}
	f->done(f->owner, f->q, status, body);
	stoa_arena_fini(&f->arena);
	free(f);
}

static uint32_t
accuracy_of(const Stoa__Training__Model *model)
{
	for (size_t i = 0; i < model->n_metrics; i++) {
		double value = model->metrics[i]->value;

		if (strcmp(model->metrics[i]->name, "accuracy") == 0 &&
		    value >= 0 && value <= 1) {
			return (uint32_t)lround(value * 10000);
		}
	}
	return 0;
}

/* What a community had trained by a vote is its treasury's. */
static char *
owner_of(char *member)
{
	return member[0] == '@' ? (char *)(uintptr_t) "@treasury" : member;
}

static void
heard(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct fetch *f = owner;
	const Stoa__Training__ModelReply *said = NULL;

	(void)detail;
	if (status == STOA_OK) {
		said = stoa_unpack(
		    &f->arena, &stoa__training__model_reply__descriptor, reply);
		status = said == NULL ? STOA_INTERNAL : STOA_OK;
	}
	/* What training does not know has no facts: the core refuses. */
	if (status != STOA_OK && status != STOA_NOT_FOUND) {
		fetch_end(f, status);
		return;
	}
	if (said != NULL && said->model != NULL) {
		const Stoa__Training__Model *model = said->model;

		f->facts.model = model->id;
		f->facts.name = model->name;
		f->facts.creator = owner_of(model->member);
		f->facts.data_owner = owner_of(model->data_owner);
		f->facts.cid = model->cid;
		f->facts.provenance_cid = model->provenance_cid;
		f->facts.recipe = model->recipe;
		f->facts.accuracy_bp = accuracy_of(model);
		f->facts.size = model->size;
	}
	fetch_end(f, STOA_OK);
}

/* Nobody needs to be asked: it stands in the settings. */
static void
tokenize_complete(
    struct stoa_request *q, bool is_on_chain, facts_done done, void *owner)
{
	Stoa__Marketplace__TokenizeRequest *body;
	struct stoa_str bytes = {NULL, 0};
	struct stoa_arena arena;

	stoa_arena_init(&arena, NULL, 0, ARENA_MAX);
	body = stoa_unpack(&arena, q->method->input, q->body);
	if (body == NULL) {
		done(owner, q, STOA_INVALID, bytes);
	} else {
		body->is_on_chain = is_on_chain;
		bytes = stoa_pack(&arena, &body->base);
		done(owner, q, bytes.data == NULL ? STOA_TOO_LARGE : STOA_OK,
		    bytes);
	}
	stoa_arena_fini(&arena);
}

bool
facts_fetch(struct stoa_bus *bus, struct stoa_request *q, bool is_on_chain,
    facts_done done, void *owner)
{
	Stoa__Training__ModelQuery query = STOA__TRAINING__MODEL_QUERY__INIT;
	struct stoa_bus_call call = {
	    .service = &stoa__training__training__descriptor,
	    .method = "Model",
	    .community = q->community,
	};
	struct fetch *f;

	if (q->method->input ==
	    &stoa__marketplace__tokenize_request__descriptor) {
		tokenize_complete(q, is_on_chain, done, owner);
		return true;
	}
	if (q->method->input !=
	    &stoa__marketplace__approve_request__descriptor) {
		return false;
	}
	f = calloc(1, sizeof(*f));
	stoa_assert(f != NULL);
	f->q = q;
	f->done = done;
	f->owner = owner;
	stoa_arena_init(&f->arena, NULL, 0, ARENA_MAX);
	f->body = stoa_unpack(&f->arena, q->method->input, q->body);
	if (f->body == NULL) {
		fetch_end(f, STOA_INVALID);
		return true;
	}
	stoa__marketplace__model_facts__init(&f->facts);
	f->body->facts = &f->facts;
	f->body->is_on_chain = is_on_chain;
	query.model = f->body->model;
	stoa_bus_call(bus, &call, &query.base, heard, f);
	return true;
}
