/* hands.c - see hands.h: whose turn it is. */
#include "chain/hands.h"

#include "base/buf.h"
#include "base/check.h"
#include "chain/hands_private.h"
#include "chain/results.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define JOB_ARENA_MAX ((size_t)4 * 1024 * 1024)

/* ---- small things -------------------------------------------------------- */

int64_t
hands_mono(const struct chain_hands *h)
{
	return stoa_clock_mono(h->o.clock).us;
}

/* Another one at each try: what was refused may be right the next time. Begins
 * with the time, so that it is another one after a restart too. */
uint32_t
hands_number(struct chain_hands *h)
{
	uint32_t now = (uint32_t)(stoa_clock_wall(h->o.clock).us / 1000);

	h->number = now > h->number ? now : h->number + 1;
	return h->number;
}

void
hands_alarm(struct chain_hands *h, const char *format, ...)
{
	char text[256];
	va_list args;
	size_t at = 0;

	/* Trouble that lasts is told every ten seconds; each kind for itself,
	 * so that a small one does not keep a great one quiet. */
	while (at < CHAIN_ALARMS && h->alarms[at].format != format &&
	       h->alarms[at].format != NULL) {
		at++;
	}
	stoa_assert(at < CHAIN_ALARMS);
	if (h->alarms[at].format != NULL &&
	    hands_mono(h) - h->alarms[at].us < 10 * STOA_US_PER_S) {
		return;
	}
	h->alarms[at].format = format;
	h->alarms[at].us = hands_mono(h);
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	h->o.alarm(h->o.owner, text);
}

const char *
hands_cap_over(struct job *job, uint64_t gas, uint64_t max_fee_wei)
{
	const struct chain_wallet *s = stoa_errand_state(job->t);
	struct chain_spending spending = {
	    .now = stoa_clock_wall(job->h->o.clock),
	    .gas = gas,
	    .max_fee_wei = max_fee_wei,
	    .value_gwei = job->is_revoking ? 0 : job->view.said->value_gwei,
	    .had_gwei = job->view.cost_gwei,
	};

	/* While a record is in flight only the ledger can tell. */
	return s == NULL ? NULL : chain_cap_over(s, &spending);
}

void
hands_why(struct stoa_str data, struct stoa_str message,
    char ret_why[static CHAIN_TEXT_MAX + 1])
{
	struct stoa_buf words;
	size_t len;

	stoa_buf_init(&words, 8192);
	if (data.len > 0) {
		chain_revert_print(data, &words);
	} else {
		stoa_buf_add_str(&words, message);
	}
	len = words.len < CHAIN_TEXT_MAX ? words.len : CHAIN_TEXT_MAX;
	memcpy(ret_why, words.data, len);
	ret_why[len] = '\0';
	/* It is not our own text: plain characters are kept. */
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)ret_why[i];

		ret_why[i] = (char)(c < ' ' || c > '~' ? ' ' : c);
	}
	stoa_buf_fini(&words);
}

/* ---- a job --------------------------------------------------------------- */

struct job *
job_begin(struct chain_hands *h, struct stoa_errand *t,
    const struct chain_intent *intent)
{
	struct job *job = calloc(1, sizeof(*job));
	struct chain_view *v;
	Stoa__Chain__SubmitRequest *said;

	stoa_assert(job != NULL);
	stoa_arena_init(&job->arena, NULL, 0, JOB_ARENA_MAX);
	job->h = h;
	job->t = t;
	v = &job->view;
	chain_intent_view(intent, v);
	said = stoa_arena_dup(&job->arena, v->said, sizeof(*said));
	job->hashes = stoa_arena_alloc_array(
	    &job->arena, v->attempt_count + 1, sizeof(job->hashes[0]));
	stoa_assert(said != NULL && job->hashes != NULL);
	memcpy(job->to.bytes, v->to, EVM_ADDRESS_SIZE);
	job->data = stoa_str_of_bytes(
	    stoa_arena_dup(&job->arena, v->data.data, v->data.len),
	    v->data.len);
	v->raw = stoa_str_of_bytes(
	    stoa_arena_dup(&job->arena, v->raw.data, v->raw.len), v->raw.len);
	v->id = stoa_str_of(stoa_arena_str(&job->arena, v->id));
	v->said = said; /* the action is the state's: while it is looked at */
	for (uint32_t i = 1; i <= v->attempt_count; i++) {
		job->hashes[i - 1] = *chain_intent_hash(intent, i);
	}
	stoa_assert(!job->arena.is_overflown);
	stoa_errand_begin(t);
	return job;
}

void
job_end(struct job *job, bool ok)
{
	job->h->pricing -= job->is_pricing;
	stoa_errand_end(job->t, ok);
	stoa_arena_fini(&job->arena);
	free(job);
}

void
job_record(struct job *job, const char *verb, const char *method,
    const ProtobufCMessage *request)
{
	stoa_errand_record(job->t, verb, hands_number(job->h), method, request);
}

void
job_ask(struct job *job, enum evm_nodes_kind kind, const char *method,
    struct stoa_str params, evm_nodes_done done)
{
	struct evm_nodes_request request = {
	    .kind = kind,
	    .method = method,
	    .params = params,
	};

	if (evm_nodes_ask(job->h->o.nodes, &request, done, job, NULL) !=
	    STOA_OK) {
		job_end(job, false);
	}
}

/* ---- looking ------------------------------------------------------------- */

static void
act(struct chain_hands *h, struct stoa_errand *t,
    const struct chain_intent *intent, enum chain_effect effect)
{
	struct job *job = job_begin(h, t, intent);

	switch (effect) {
	case CHAIN_PRICE:
		pricing_start(job);
		return;
	case CHAIN_SIGN:
		signing_start(job, false);
		return;
	case CHAIN_REVOKE:
		/* What was sent may be in a block by now. */
		if (job->view.attempt_count == 0) {
			signing_start(job, true);
		} else {
			job->is_revoking = true;
			watching_start(job);
		}
		return;
	case CHAIN_SEND:
		sending_start(job);
		return;
	case CHAIN_WATCH:
		watching_start(job);
		return;
	case CHAIN_NOTHING:
		break;
	}
	job_end(job, true);
}

/* Prices only as many as can get a nonce. */
static bool
has_room(const struct chain_hands *h, const struct chain_wallet *s)
{
	struct chain_wallet_view wallet;

	chain_wallet_view(s, &wallet);
	return wallet.in_flight + h->pricing + h->reserving.count <
	       CHAIN_IN_FLIGHT_MAX;
}

/* What has not been recorded by now has been refused. */
static void
reserving_expire(struct chain_hands *h)
{
	if (h->reserving.count > 0 &&
	    hands_mono(h) - h->reserving_us > CHAIN_RECORD_US) {
		stoa_map_fini(&h->reserving);
		stoa_map_init(&h->reserving, 0);
	}
}

static void
look(void *owner, struct stoa_str wallet)
{
	struct chain_hands *h = owner;
	const struct chain_wallet *s;
	const struct chain_intent *intent;
	size_t cursor = 0;

	reserving_expire(h);
	/* Acting may put a record in flight: the state is asked for anew. */
	while ((s = stoa_replica_peek(h->o.replica, wallet)) != NULL &&
	       (intent = chain_next_open(s, &cursor)) != NULL) {
		enum chain_effect effect = chain_effect_of(intent);
		struct chain_view view;
		struct stoa_errand *t;

		chain_intent_view(intent, &view);
		if (effect != CHAIN_PRICE) {
			(void)stoa_map_remove(&h->reserving, view.id);
		}
		if (effect == CHAIN_PRICE && !has_room(h, s)) {
			continue;
		}
		t = stoa_errand_due(h->errands, wallet, view.id, (int)effect,
		    view.attempt_count * 2 + (view.mined != 0));
		if (t != NULL) {
			act(h, t, intent, effect);
		}
	}
	crediting_look(h, wallet);
}

/* ---- as a part of the daemon --------------------------------------------- */

static bool
is_mine(void *owner, struct stoa_str wallet)
{
	struct chain_hands *h = owner;

	return h->o.is_mine(h->o.owner, wallet);
}

static void
command(void *owner, struct stoa_str wallet, struct stoa_str id,
    const char *method, const ProtobufCMessage *request)
{
	struct chain_hands *h = owner;

	h->o.command(h->o.owner, wallet, id, method, request);
}

struct chain_hands *
chain_hands_new(const struct chain_hands_options *options)
{
	struct chain_hands *h = calloc(1, sizeof(*h));
	struct stoa_errands_options errands = {
	    .replica = options->replica,
	    .clock = options->clock,
	    .is_mine = is_mine,
	    .command = command,
	    .look = look,
	    .owner = h,
	    .wait_us_min = CHAIN_RETRY_US_MIN,
	    .wait_us_max = CHAIN_RETRY_US_MAX,
	};

	stoa_assert(h != NULL);
	h->o = *options;
	stoa_map_init(&h->watches, 0);
	stoa_map_init(&h->reserving, 0);
	h->errands = stoa_errands_new(&errands);
	return h;
}

void
chain_hands_free(struct chain_hands *h)
{
	if (h == NULL) {
		return;
	}
	stoa_errands_free(h->errands);
	watches_free(h);
	stoa_map_fini(&h->reserving);
	free(h);
}

static void
tick(void *part)
{
	struct chain_hands *h = part;

	if (stoa_replica_is_ready(h->o.replica) &&
	    evm_nodes_is_ready(h->o.nodes)) {
		stoa_errands_tick(h->errands);
	}
}

static void
drain(void *part)
{
	struct chain_hands *h = part;

	stoa_errands_drain(h->errands);
}

static bool
is_idle(void *part)
{
	const struct chain_hands *h = part;

	return stoa_errands_is_idle(h->errands);
}

static void
part_free(void *part)
{
	chain_hands_free(part);
}

static void
metrics(void *part, struct stoa_buf *out)
{
	const struct chain_hands *h = part;

	evm_nodes_metrics(h->o.nodes, out);
}

const struct stoa_part chain_hands_part = {
    .tick = tick,
    .tick_us = CHAIN_TICK_US,
    .drain = drain,
    .is_idle = is_idle,
    .free = part_free,
    .metrics = metrics,
};
