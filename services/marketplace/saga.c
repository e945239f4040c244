/* saga.c - how far a model or a deal is, step by step: when each was recorded,
 * which attempt it is, for whom the next one waits, and what chain calls it. */
#include "base/check.h"
#include "marketplace/state.h"

/* A model has its approval and the five steps after it, prices and what it
 * earned; a deal has fewer. */
#define STEPS_MAX 8

struct log {
	struct stoa_arena *arena;
	Stoa__Marketplace__SagaStep *steps; /* STEPS_MAX, in the arena */
	size_t count;
	bool is_full; /* the arena */
};

static Stoa__Marketplace__SagaStep *
step_add(struct log *log, const char *name, int64_t us)
{
	Stoa__Marketplace__SagaStep *step = &log->steps[log->count++];

	stoa_assert(log->count <= STEPS_MAX);
	stoa__marketplace__saga_step__init(step);
	step->name = (char *)(uintptr_t)name;
	step->us = us;
	return step;
}

static const char *
waits_for(enum marketplace_effect effect)
{
	switch (effect) {
	case MARKETPLACE_NOTHING:
		break;
	case MARKETPLACE_PIN:
		return "storage";
	case MARKETPLACE_CLAIM:
		return "marketplace";
	case MARKETPLACE_ANNOUNCE:
	case MARKETPLACE_TELL:
		return "bot";
	case MARKETPLACE_MINT:
	case MARKETPLACE_RELIST:
	case MARKETPLACE_COLLECT:
	case MARKETPLACE_TRADE:
	case MARKETPLACE_RETURN:
		return "chain";
	case MARKETPLACE_HOLD:
	case MARKETPLACE_SETTLE:
	case MARKETPLACE_CREDIT:
		return "accounts";
	}
	return "";
}

/* The step that is under way says for whom it waits, and what chain calls it.
 */
static void
step_wait(struct log *log, Stoa__Marketplace__SagaStep *step,
    enum marketplace_effect effect, const struct marketplace_step *asked)
{
	step->waits_for = (char *)(uintptr_t)waits_for(effect);
	if (asked != NULL) {
		step->attempt = asked->number;
		step->intent =
		    stoa_arena_str(log->arena, stoa_id_str(&asked->intent));
		log->is_full = log->is_full || step->intent == NULL;
	}
}

static void
log_end(struct log *log, Stoa__Marketplace__SagaReply *out)
{
	out->steps =
	    stoa_arena_alloc_array(log->arena, log->count, sizeof(void *));
	if (out->steps == NULL) {
		log->is_full = true;
		return;
	}
	for (; out->n_steps < log->count; out->n_steps++) {
		out->steps[out->n_steps] = &log->steps[out->n_steps];
	}
}

/* ---- a model ---- */

static void
token_steps(struct log *log, const struct marketplace *s, const struct model *m)
{
	const struct token *t = &m->token;
	enum marketplace_effect effect = marketplace_model_effect(m);
	struct marketplace_step asked;
	bool is_asked =
	    marketplace_model_step(s, m, effect, log->arena, &asked);
	Stoa__Marketplace__SagaStep *step;

	step = step_add(log, "minted", t->minted_us);
	step->attempt = t->mint_attempt;
	if (t->mint_why != NULL) {
		step->why = t->mint_why;
		step->waits_for = (char *)(uintptr_t) "admin";
	} else if (effect == MARKETPLACE_MINT) {
		step_wait(log, step, effect, is_asked ? &asked : NULL);
	}
	if (effect == MARKETPLACE_RELIST || t->relist_why != NULL) {
		step = step_add(log, "priced", 0);
		if (t->relist_why != NULL) {
			step->why = t->relist_why;
		} else {
			step_wait(log, step, effect, is_asked ? &asked : NULL);
		}
	}
	if (effect == MARKETPLACE_COLLECT) {
		step = step_add(log, "collected", 0);
		step_wait(log, step, effect, is_asked ? &asked : NULL);
	}
}

static void
model_saga(struct log *log, const struct marketplace *s, const struct model *m,
    Stoa__Marketplace__SagaReply *out)
{
	enum marketplace_effect effect = marketplace_model_effect(m);

	out->state = m->state;
	out->approved_us = m->approved_us;
	out->pinned_us = m->pinned_us;
	out->claimed_us = m->claimed_us;
	out->announced_us = m->announced_us;
	out->waits_for = (char *)(uintptr_t)waits_for(effect);
	out->proposal = m->said->proposal;
	(void)step_add(log, "approved", m->approved_us);
	step_wait(log, step_add(log, "pinned", m->pinned_us),
	    effect == MARKETPLACE_PIN ? effect : MARKETPLACE_NOTHING, NULL);
	step_wait(log, step_add(log, "claimed", m->claimed_us),
	    effect == MARKETPLACE_CLAIM ? effect : MARKETPLACE_NOTHING, NULL);
	if (m->is_on_chain) {
		token_steps(log, s, m);
	}
	step_wait(log, step_add(log, "announced", m->announced_us),
	    effect == MARKETPLACE_ANNOUNCE ? effect : MARKETPLACE_NOTHING,
	    NULL);
}

/* ---- a deal ---- */

static void
trade_steps(
    struct log *log, const struct marketplace *s, const struct deal *deal)
{
	enum marketplace_effect effect = marketplace_deal_effect(deal);
	Stoa__Marketplace__SagaStep *step =
	    step_add(log, "traded", deal->traded_us);
	struct marketplace_step asked;
	bool is_asked;

	/* Its name stays when it is done: chain knows what it cost. */
	is_asked =
	    deal->party != NULL && marketplace_deal_step(s, deal,
				       MARKETPLACE_TRADE, log->arena, &asked);
	step_wait(log, step,
	    effect == MARKETPLACE_TRADE ? effect : MARKETPLACE_NOTHING,
	    is_asked ? &asked : NULL);
	if (deal->reason == ENDED(not_traded) && deal->ended != NULL) {
		step->why = deal->ended->why;
	}
	if (deal->returning_us != 0) {
		step = step_add(log, "returned",
		    deal->reason == ENDED(returned) ? deal->ended_us : 0);
		is_asked = marketplace_deal_step(
		    s, deal, MARKETPLACE_RETURN, log->arena, &asked);
		step_wait(log, step,
		    effect == MARKETPLACE_RETURN ? effect : MARKETPLACE_NOTHING,
		    is_asked ? &asked : NULL);
		if (deal->return_why != NULL) {
			step->why = deal->return_why;
		}
	}
}

static void
deal_saga(struct log *log, const struct marketplace *s, const struct deal *deal,
    Stoa__Marketplace__SagaReply *out)
{
	enum marketplace_effect effect = marketplace_deal_effect(deal);
	bool is_paying =
	    effect == MARKETPLACE_SETTLE || effect == MARKETPLACE_CREDIT;
	Stoa__Marketplace__SagaStep *step;

	out->deal_state = deal->state;
	out->waits_for = (char *)(uintptr_t)waits_for(effect);
	(void)step_add(log, "asked", deal->asked_us);
	if (!deal->is_outside) {
		step = step_add(
		    log, "held", deal->hold == NULL ? 0 : deal->held_us);
		step_wait(log, step,
		    effect == MARKETPLACE_HOLD ? effect : MARKETPLACE_NOTHING,
		    NULL);
		if (deal->state == DEAL(REFUSED) && deal->refusal != NULL) {
			step->why = deal->refusal->reason;
		}
	}
	if (deal->is_traded) {
		trade_steps(log, s, deal);
	}
	(void)step_add(
	    log, "ended", deal->state == DEAL(REFUSED) ? 0 : deal->ended_us);
	step = step_add(log, "paid", deal->settled_us);
	step_wait(log, step, is_paying ? effect : MARKETPLACE_NOTHING, NULL);
	if (deal->state == DEAL(CLOSED) && deal->refusal != NULL) {
		step->why = deal->refusal->reason;
	}
}

enum stoa_status
marketplace_query_saga(const struct marketplace *s,
    const Stoa__Marketplace__SagaQuery *in, struct stoa_arena *arena,
    Stoa__Marketplace__SagaReply *out)
{
	const struct model *m =
	    s == NULL || in->model[0] == '\0' ? NULL : model_get(s, in->model);
	const struct deal *deal =
	    s == NULL || in->deal[0] == '\0' ? NULL : deal_get(s, in->deal);
	struct log log = {.arena = arena};

	log.steps =
	    stoa_arena_alloc_array(arena, STEPS_MAX, sizeof(log.steps[0]));
	if (log.steps == NULL) {
		return STOA_TOO_LARGE;
	}
	if (m != NULL) {
		model_saga(&log, s, m, out);
	} else if (deal != NULL) {
		deal_saga(&log, s, deal, out);
	} else {
		return STOA_NOT_FOUND;
	}
	log_end(&log, out);
	return log.is_full ? STOA_TOO_LARGE : STOA_OK;
}
