/* vote_owner.c - who carries out what is not of accounts: does each command
 * once by its id, refuses some, loses answers, and is away at times. */
#include "governance/reactions.h"
#include "tests/sim/vote.h"

#include "base/check.h"

#include "proto/marketplace.pb-c.h"
#include "proto/training.pb-c.h"

#include <stdio.h>
#include <stdlib.h>

#define REPLY_BYTES_MAX 512
#define SILENCE_US	(400 * STOA_US_PER_MS)

/* There and back. */
struct visit {
	struct vote_run *run;
	const bool *is_dead;
	char id[96];
	struct stoa_hash request;
	bool is_job;
	stoa_bus_done done;
	void *owner;
	enum stoa_status status;
	uint8_t reply[REPLY_BYTES_MAX];
	size_t reply_len;
};

static void
visit_end(void *arg)
{
	struct visit *v = arg;

	if (!*v->is_dead) {
		v->done(v->owner, v->status,
		    stoa_str_of_bytes(v->reply, v->reply_len), NULL);
	}
	free(v);
}

static struct vote_deed *
deed_of(struct vote_run *r, const struct visit *v)
{
	struct vote_deed *d;

	for (int i = 0; i < r->deed_count; i++) {
		if (strcmp(r->deeds[i].id, v->id) == 0) {
			return &r->deeds[i];
		}
	}
	stoa_assert(r->deed_count < VOTE_DEEDS_MAX);
	d = &r->deeds[r->deed_count++];
	(void)snprintf(d->id, sizeof(d->id), "%s", v->id);
	d->request = v->request;
	d->is_refused = stoa_rng_chance(sim_rng(r->world.sim), 4);
	return d;
}

static void
reply_make(struct visit *v, const struct vote_deed *d)
{
	Stoa__Journal__Outcome outcome = STOA__JOURNAL__OUTCOME__INIT;
	Stoa__Journal__Entry entry = STOA__JOURNAL__ENTRY__INIT;
	Stoa__Journal__Refusal refusal = STOA__JOURNAL__REFUSAL__INIT;
	Stoa__Training__Event event = STOA__TRAINING__EVENT__INIT;
	Stoa__Training__JobSubmitted job = STOA__TRAINING__JOB_SUBMITTED__INIT;
	ProtobufCBinaryData packed;
	uint8_t bytes[64];

	refusal.reason = (char *)(uintptr_t) "not_permitted";
	outcome.index = 1;
	outcome.entry = &entry;
	if (d->is_refused) {
		entry.refusal = &refusal;
	} else if (v->is_job) {
		job.job = (char *)(uintptr_t)VOTE_JOB;
		event.kind_case = STOA__TRAINING__EVENT__KIND_JOB_SUBMITTED;
		event.job_submitted = &job;
		packed.len = stoa__training__event__pack(&event, bytes);
		packed.data = bytes;
		entry.events = &packed;
		entry.n_events = 1;
	}
	stoa_assert(stoa__journal__outcome__get_packed_size(&outcome) <=
		    sizeof(v->reply));
	v->reply_len = stoa__journal__outcome__pack(&outcome, v->reply);
	v->status = STOA_OK;
}

static void
visit_arrive(void *arg)
{
	struct visit *v = arg;
	struct vote_run *r = v->run;
	const struct sim_faults *faults = sim_faults(r->world.sim);
	struct vote_deed *d;

	v->status = STOA_TIMEOUT;
	if (r->is_owner_away ||
	    stoa_rng_chance(sim_rng(r->world.sim), faults->lose_request)) {
		sim_at(r->world.sim, SILENCE_US, visit_end, v);
		return;
	}
	d = deed_of(r, v);
	d->count++;
	if (!stoa_hash_is_equal(&d->request, &v->request)) {
		world_fail(r, "asked for something else by one id", v->id);
	}
	if (stoa_rng_chance(sim_rng(r->world.sim), faults->lose_answer)) {
		sim_at(r->world.sim, SILENCE_US, visit_end, v);
		return;
	}
	reply_make(v, d);
	sim_at(r->world.sim,
	    (int64_t)world_roll(&r->world, faults->delay_us_max), visit_end, v);
}

static bool
outside_call(struct stoa_bus *b, const struct stoa_bus_call *call,
    const ProtobufCMessage *request, stoa_bus_done done, void *owner)
{
	struct vote_run *r = (struct vote_run *)b->world;
	uint8_t bytes[REPLY_BYTES_MAX];
	struct visit *v;

	if (call->service == &stoa__accounts__accounts__descriptor) {
		return false;
	}
	v = calloc(1, sizeof(*v));
	stoa_assert(v != NULL);
	v->run = r;
	v->is_dead = &b->is_dead;
	(void)snprintf(
	    v->id, sizeof(v->id), "%.*s", STOA_STR_ARG(call->command_id));
	stoa_assert(
	    protobuf_c_message_get_packed_size(request) <= sizeof(bytes));
	v->request = stoa_sha256(
	    stoa_str_of_bytes(bytes, protobuf_c_message_pack(request, bytes)));
	v->is_job = call->service == &stoa__training__training__descriptor;
	v->done = done;
	v->owner = owner;
	sim_at(r->world.sim,
	    (int64_t)world_roll(
		&r->world, sim_faults(r->world.sim)->delay_us_max),
	    visit_arrive, v);
	return true;
}

static void
outside_stored(struct world *w, const char *subject, struct stoa_str data)
{
	struct vote_run *r = (struct vote_run *)w;
	Stoa__Governance__Notice *notice = stoa__governance__notice__unpack(
	    NULL, data.len, (const uint8_t *)data.data);

	stoa_assert(notice != NULL && notice->proposal != NULL);
	if (strncmp(subject, "stoa.chat.notice.vote.", 22) != 0) {
		world_fail(w, "told where nobody listens", subject);
	}
	for (int i = 0; i < r->proposal_count; i++) {
		if (strcmp(r->proposals[i], notice->proposal->id) == 0) {
			r->notices[i] |= UINT64_C(1) << notice->proposal->state;
		}
	}
	stoa__governance__notice__free_unpacked(notice, NULL);
}

const struct bus_outside vote_outside = {
    .call = outside_call,
    .stored = outside_stored,
    .reactions_free = reactions_free,
};
