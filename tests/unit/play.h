/* play.h - a core on a stage: commands in, events applied, refusals by name. */
#ifndef STOA_TESTS_PLAY_H
#define STOA_TESTS_PLAY_H

#include "base/core.h"
#include "base/hasher.h"

#include "unit.h"

struct play {
	const struct stoa_core *core;
	void *state;
	/* Hears the same events: replay must equal live. Now and then it is
	 * written down and read back, as by a restart from a snapshot. */
	void *twin;
	struct stoa_arena arena;
	const char *community;
	int64_t now_us;
	uint64_t next_id;
	char refusal[64]; /* of the last command; empty: accepted */
	char args[256];	  /* joined by spaces */
	size_t events;	  /* of the last command */
	/* That decide is pure is seen by digests: of one command in so many;
	 * 0: of all. */
	unsigned digest_one_in;
	/* What was read back goes on to decide. Not for a test that keeps
	 * pointers into the state. */
	bool is_replaced;
	/* If set: must find that what was recorded is right (NULL). */
	const char *(*audit)(const void *state, struct stoa_str community,
	    const Stoa__Journal__Entry *entry, struct stoa_arena *arena);
};

static inline void
play_begin(struct play *p, const struct stoa_core *core, const char *community)
{
	*p = (struct play){
	    .core = core,
	    .community = community,
	    .now_us = INT64_C(1767225600000000),
	};
	p->state = core->state_new(stoa_str_of(community), 1);
	p->twin = core->state_new(stoa_str_of(community), 99);
	stoa_arena_init(&p->arena, NULL, 0, 1 << 24);
}

static inline struct stoa_hash
play_digest(const struct play *p, const void *state)
{
	struct stoa_hasher h;

	stoa_hasher_init(&h);
	p->core->digest(state, &h);
	return stoa_hasher_end(&h);
}

static inline void
play_end(struct play *p)
{
	struct stoa_hash a = play_digest(p, p->state);
	struct stoa_hash b = play_digest(p, p->twin);

	assert_true(stoa_hash_is_equal(&a, &b));
	p->core->state_free(p->state);
	p->core->state_free(p->twin);
	stoa_arena_fini(&p->arena);
}

/* From its image with other places in its hash tables. */
static inline void
play_twin_restart(struct play *p)
{
	struct stoa_buf image;
	void *twin = p->core->state_new(stoa_str_of(p->community), p->next_id);

	stoa_buf_init(&image, (size_t)1 << 30);
	p->core->save(p->twin, &image);
	assert_false(image.is_overflown);
	assert_true(p->core->load(twin, stoa_buf_str(&image)));
	p->core->state_free(p->twin);
	p->twin = twin;
	if (p->is_replaced) {
		p->twin = p->state;
		p->state = twin;
	}
	stoa_buf_fini(&image);
}

static inline void
play_apply(struct play *p, void *state, const struct stoa_command *c,
    const ProtobufCBinaryData *event)
{
	struct stoa_fact fact = {
	    .community = c->community,
	    .actor = c->actor,
	    .command_id = c->id,
	    .time = c->now,
	    .event = stoa_unpack(&p->arena, p->core->event,
		stoa_str_of_bytes(event->data, event->len)),
	};

	assert_non_null(fact.event);
	assert_true(p->core->apply(state, &fact));
}

static inline void
play_audit(
    struct play *p, const struct stoa_command *c, const struct stoa_decision *d)
{
	Stoa__Journal__Entry entry = STOA__JOURNAL__ENTRY__INIT;
	const char *wrong;

	if (p->audit == NULL) {
		return;
	}
	entry.actor = stoa_arena_str(&p->arena, c->actor);
	entry.command_id = stoa_arena_str(&p->arena, c->id);
	entry.time_us = c->now.us;
	entry.events = d->events;
	entry.n_events = d->event_count;
	wrong = p->audit(p->state, c->community, &entry, &p->arena);
	if (wrong != NULL) {
		fail_msg("%s: %s", c->method->name, wrong);
	}
}

/* Decides and applies; the request goes through its bytes, as on the bus. */
static inline bool
play(struct play *p, const char *actor, const char *method,
    const ProtobufCMessage *request)
{
	struct stoa_decision d = {
	    .arena = &p->arena, .reasons = p->core->reasons};
	char id[32];
	struct stoa_command c = {
	    .community = stoa_str_of(p->community),
	    .actor = stoa_str_of(actor),
	    .now = {p->now_us},
	    .method = protobuf_c_service_descriptor_get_method_by_name(
		p->core->service, method),
	};
	bool is_digested =
	    p->digest_one_in == 0 || p->next_id % p->digest_one_in == 0;
	struct stoa_hash before = {{0}}, after;

	assert_non_null(c.method);
	(void)snprintf(id, sizeof(id), "id-%u", (unsigned)++p->next_id);
	c.id = stoa_str_of(id);
	c.request = stoa_unpack(
	    &p->arena, c.method->input, stoa_pack(&p->arena, request));
	assert_non_null(c.request);
	if (is_digested) {
		before = play_digest(p, p->state);
	}
	p->core->decide(p->state, &c, &d);
	if (is_digested) {
		after = play_digest(p, p->state);
		assert_true(stoa_hash_is_equal(&before, &after));
	}
	p->refusal[0] = '\0';
	p->args[0] = '\0';
	p->events = d.event_count;
	if (d.refusal != NULL) {
		size_t at = 0;

		assert_int_equal(d.event_count, 0);
		(void)snprintf(
		    p->refusal, sizeof(p->refusal), "%s", d.refusal->reason);
		for (size_t i = 0; i < d.refusal->n_args; i++) {
			at +=
			    (size_t)snprintf(p->args + at, sizeof(p->args) - at,
				"%s%s", i == 0 ? "" : " ", d.refusal->args[i]);
			assert_true(at < sizeof(p->args));
		}
		return false;
	}
	play_audit(p, &c, &d);
	for (size_t i = 0; i < d.event_count; i++) {
		play_apply(p, p->state, &c, &d.events[i]);
		play_apply(p, p->twin, &c, &d.events[i]);
	}
	if (p->core->save != NULL &&
	    p->next_id % (p->digest_one_in == 0 ? 3 : 1000) == 0) {
		play_twin_restart(p);
	}
	return true;
}

#define assert_refused(p, reason_, args_)                   \
	do {                                                \
		assert_string_equal((p)->refusal, reason_); \
		assert_string_equal((p)->args, args_);      \
	} while (0)

#endif
