/* intents.c - what others want of a chain, until it has a nonce or an end. */
#include "base/id.h"
#include "chain/state.h"

#include <stdlib.h>

/* ---- states ---- */

bool
has_ended(Stoa__Chain__State state)
{
	return state == STATE(DONE) || state == STATE(REVERTED) ||
	       state == STATE(REFUSED) || state == STATE(CANCELLED);
}

bool
has_nonce(Stoa__Chain__State state)
{
	return state == STATE(RESERVED) || state == STATE(SIGNED) ||
	       state == STATE(SENT) || state == STATE(MINED);
}

static const char *
state_name(Stoa__Chain__State state)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
	    &stoa__chain__state__descriptor, (int)state);

	return value == NULL ? "" : value->name;
}

void
intent_data_set(struct chain_intent *i, ProtobufCBinaryData data)
{
	free(i->data);
	i->data = NULL;
	i->data_len = data.len;
	if (data.len > 0) {
		i->data = malloc(data.len);
		stoa_assert(i->data != NULL);
		memcpy(i->data, data.data, data.len);
	}
}

void
intent_state_set(
    struct chain_wallet *s, struct chain_intent *i, Stoa__Chain__State state)
{
	s->in_flight_count += has_nonce(state);
	s->in_flight_count -= has_nonce(i->state);
	i->state = state;
	if (has_ended(state)) {
		(void)stoa_map_remove(&s->open, i->id);
		free(i->raw);
		i->raw = NULL;
		i->raw_len = 0;
		/* Nobody calls with it any more: most of what it weighs. */
		free(i->said->data.data);
		i->said->data = (ProtobufCBinaryData){0, NULL};
		intent_data_set(i, (ProtobufCBinaryData){0, NULL});
	}
}

/* ---- finding ---- */

const struct chain_intent *
intent_find(const struct chain_wallet *s, const char *id, unsigned states,
    struct stoa_decision *d)
{
	const struct chain_intent *i =
	    stoa_map_get(&s->intents, stoa_str_of(id));
	const char *needed = "";

	if (i == NULL) {
		REFUSE(d, no_such_intent, id);
		return NULL;
	}
	if ((states & 1u << i->state) != 0) {
		return i;
	}
	for (int state = 0; state < 32 && needed[0] == '\0'; state++) {
		if ((states & 1u << state) != 0) {
			needed = state_name((Stoa__Chain__State)state);
		}
	}
	REFUSE(d, wrong_state, id, state_name(i->state), needed);
	return NULL;
}

struct chain_intent *
intent_must(struct chain_wallet *s, const char *id)
{
	struct chain_intent *i = stoa_map_get(&s->intents, stoa_str_of(id));

	stoa_assert(i != NULL);
	return i;
}

bool
is_chain(const struct stoa_command *c, struct stoa_decision *d)
{
	if (!stoa_actor_is(c, "chain")) {
		REFUSE(d, not_permitted, "chain itself");
		return false;
	}
	return true;
}

/* ---- decide ---- */

static bool
field_refuse(struct stoa_decision *d, const char *field, uint64_t limit)
{
	REFUSE(
	    d, field_not_valid, field, stoa_decide_number(d, (int64_t)limit));
	return false;
}

static bool
request_is_valid(const Stoa__Chain__SubmitRequest *in, struct stoa_decision *d)
{
	if (!stoa_text_is_line(in->kind, 1, CHAIN_KIND_MAX)) {
		return field_refuse(d, "kind", CHAIN_KIND_MAX);
	}
	/* An action's call is made when it gets its nonce. */
	if (in->to.len != (in->action == NULL ? CHAIN_ADDRESS_SIZE : 0)) {
		return field_refuse(d, "to", CHAIN_ADDRESS_SIZE);
	}
	if (in->data.len > (in->action == NULL ? CHAIN_DATA_MAX : 0)) {
		return field_refuse(d, "data", CHAIN_DATA_MAX);
	}
	if (in->value_gwei > CHAIN_GWEI_MAX) {
		return field_refuse(d, "value_gwei", CHAIN_GWEI_MAX);
	}
	if (in->gas_max < CHAIN_GAS_MIN || in->gas_max > CHAIN_GAS_MAX) {
		return field_refuse(d, "gas_max", CHAIN_GAS_MAX);
	}
	if (!stoa_text_is_line(in->purpose, 0, CHAIN_TEXT_MAX)) {
		return field_refuse(d, "purpose", CHAIN_TEXT_MAX);
	}
	if (in->n_accounts > CHAIN_ACCOUNTS_MAX) {
		return field_refuse(d, "accounts", CHAIN_ACCOUNTS_MAX);
	}
	return true;
}

static bool
accounts_are_valid(const struct chain_wallet *s,
    const Stoa__Chain__SubmitRequest *in, struct stoa_decision *d)
{
	for (size_t i = 0; i < in->n_accounts; i++) {
		const Stoa__Chain__AccountAt *at = in->accounts[i];

		if (!account_is_valid(s, at->party, &at->address, d)) {
			return false;
		}
	}
	return true;
}

void
intents_decide_submit(const struct chain_wallet *s,
    const struct stoa_command *c, struct stoa_decision *d)
{
	Stoa__Chain__Event event = STOA__CHAIN__EVENT__INIT;
	Stoa__Chain__IntentSubmitted e = STOA__CHAIN__INTENT_SUBMITTED__INIT;
	struct stoa_id id =
	    stoa_id_derive('i', c->community, c->actor, c->id, 0);

	e.request = (Stoa__Chain__SubmitRequest *)(uintptr_t)c->request;
	if (c->actor.data[0] != '@') {
		REFUSE(d, not_permitted, "a daemon");
		return;
	}
	/* Asked again when the runtime has forgotten the command: the intent
	 * is the same. */
	if (chain_intent_get(s, stoa_str_of(id.text)) != NULL) {
		return;
	}
	/* A call in its own words is whatever it says. */
	if (e.request->action == NULL && s->has_vault &&
	    !stoa_actor_is(c, "chain")) {
		(void)field_refuse(d, "action", 1);
		return;
	}
	if (!request_is_valid(e.request, d) ||
	    !accounts_are_valid(s, e.request, d)) {
		return;
	}
	if (s->open.count >= CHAIN_OPEN_MAX ||
	    s->intents.count >= CHAIN_INTENTS_MAX) {
		REFUSE_FOR_NOW(d, too_many, "intents",
		    stoa_decide_number(d, CHAIN_OPEN_MAX));
		return;
	}
	e.intent = id.text;
	event.kind_case = EVENT_KIND(INTENT_SUBMITTED);
	event.intent_submitted = &e;
	stoa_decide_event(d, &event.base);
}

void
intents_decide_refuse(const struct chain_wallet *s,
    const struct stoa_command *c, struct stoa_decision *d)
{
	const Stoa__Chain__RefuseRequest *in =
	    (const Stoa__Chain__RefuseRequest *)c->request;
	Stoa__Chain__Event event = STOA__CHAIN__EVENT__INIT;
	Stoa__Chain__IntentRefused e = STOA__CHAIN__INTENT_REFUSED__INIT;

	/* With a nonce it can only be done or revoked. */
	if (!is_chain(c, d) ||
	    intent_find(s, in->intent, IN(WAITING), d) == NULL) {
		return;
	}
	if (!stoa_text_is_line(in->why, 0, CHAIN_TEXT_MAX)) {
		(void)field_refuse(d, "why", CHAIN_TEXT_MAX);
		return;
	}
	e.intent = in->intent;
	e.why = in->why;
	event.kind_case = EVENT_KIND(INTENT_REFUSED);
	event.intent_refused = &e;
	stoa_decide_event(d, &event.base);
}

void
event_intent_ended(struct stoa_decision *d, const struct chain_intent *i,
    Stoa__Chain__State state)
{
	Stoa__Chain__Event event = STOA__CHAIN__EVENT__INIT;
	Stoa__Chain__IntentEnded e = STOA__CHAIN__INTENT_ENDED__INIT;

	e.intent = (char *)(uintptr_t)i->id.data;
	e.state = state;
	event.kind_case = EVENT_KIND(INTENT_ENDED);
	event.intent_ended = &e;
	stoa_decide_event(d, &event.base);
}

void
intents_decide_cancel(const struct chain_wallet *s,
    const struct stoa_command *c, struct stoa_decision *d)
{
	const Stoa__Chain__CancelRequest *in =
	    (const Stoa__Chain__CancelRequest *)c->request;
	const struct chain_intent *i = intent_find(s, in->intent,
	    IN(WAITING) | IN(RESERVED) | IN(SIGNED) | IN(SENT), d);
	Stoa__Chain__Event event = STOA__CHAIN__EVENT__INIT;
	Stoa__Chain__CancelAsked e = STOA__CHAIN__CANCEL_ASKED__INIT;

	if (i == NULL) {
		return;
	}
	if (!stoa_str_is_equal(c->actor, stoa_str_of(i->submitter)) &&
	    !stoa_actor_is(c, "chain")) {
		REFUSE(d, not_permitted, i->submitter);
		return;
	}
	if (i->state == STATE(WAITING)) {
		event_intent_ended(d, i, STATE(CANCELLED));
		return;
	}
	if (i->is_cancel_asked) {
		return; /* done already */
	}
	e.intent = in->intent;
	event.kind_case = EVENT_KIND(CANCEL_ASKED);
	event.cancel_asked = &e;
	stoa_decide_event(d, &event.base);
}

/* ---- apply ---- */

struct chain_intent *
intent_add(struct chain_wallet *s, struct stoa_str id,
    Stoa__Chain__SubmitRequest *said)
{
	struct chain_intent *i = calloc(1, sizeof(*i));

	stoa_assert(i != NULL);
	i->said = said;
	i->state = STATE(WAITING);
	stoa_assert(stoa_map_put(&s->intents, id, i) == NULL);
	i->id = s->intents.entries[s->intents.entry_count - 1].key;
	(void)stoa_map_put(&s->open, i->id, i);
	return i;
}

void
intents_apply_submitted(struct chain_wallet *s, const struct stoa_fact *fact,
    const Stoa__Chain__IntentSubmitted *e)
{
	struct chain_intent *i =
	    intent_add(s, stoa_str_of(e->intent), stoa_keep(&e->request->base));

	i->submitter = stoa_text_of(fact->actor);
	for (size_t at = 0; at < i->said->n_accounts; at++) {
		party_put(s, i->said->accounts[at]->party,
		    &i->said->accounts[at]->address);
	}
	if (i->said->action != NULL &&
	    i->said->action->kind_case == STOA__CHAIN__ACTION__KIND_SWEEP) {
		deposits_apply_swept(s, i->said->action->sweep->party);
	}
}

void
intents_apply_refused(
    struct chain_wallet *s, const Stoa__Chain__IntentRefused *e)
{
	struct chain_intent *i = intent_must(s, e->intent);

	stoa_text_set(&i->why, e->why);
	intent_state_set(s, i, STATE(REFUSED));
}

void
intents_apply_cancel(struct chain_wallet *s, const Stoa__Chain__CancelAsked *e)
{
	intent_must(s, e->intent)->is_cancel_asked = true;
}

void
intents_apply_ended(struct chain_wallet *s, const Stoa__Chain__IntentEnded *e)
{
	intent_state_set(s, intent_must(s, e->intent), e->state);
}

void
intent_free(struct chain_intent *i)
{
	stoa_keep_free(i->said);
	stoa_keep_free(i->result);
	free(i->data);
	free(i->submitter);
	free(i->attempts);
	free(i->raw);
	free(i->why);
	free(i);
}
