/* reactions_chain.c - see reactions_chain.h. */
#include "marketplace/reactions_chain.h"

#include "marketplace/limits.h"
#include "marketplace/trade.h"

#define ARENA_MAX (256u * 1024u)

/* A step's number is that of the errand's attempt: what is recorded is about
 * the step that was asked for, whatever has been recorded since. */
static bool
is_answered(struct stoa_errand *t, const struct trade_answer *answer)
{
	bool ok =
	    answer->result == TRADE_DONE || answer->result == TRADE_REFUSED;

	if (!ok) {
		stoa_errand_end(t, false);
	}
	return ok;
}

static Stoa__Chain__Result *
result_of(const struct trade_answer *answer)
{
	return answer->result == TRADE_DONE
		   ? (Stoa__Chain__Result *)(uintptr_t)answer->done
		   : NULL;
}

/* At most what a record keeps, whole characters; the state of the other side
 * is not trusted with more. */
static char *
why_of(const struct trade_answer *answer, char text[MARKETPLACE_WHY_MAX + 1])
{
	struct stoa_str rest = stoa_str_of(answer->why);
	size_t used = 0;

	while (rest.len > 0) {
		size_t len = stoa_str_utf8_len(rest);

		if (len == 0 || used + len > MARKETPLACE_WHY_MAX) {
			break;
		}
		memcpy(text + used, rest.data, len);
		used += len;
		rest = stoa_str_from(rest, len);
	}
	text[used] = '\0';
	return text;
}

/* ---- models ---- */

static void
minted(void *owner, const struct trade_answer *answer)
{
	struct stoa_errand *t = owner;
	Stoa__Marketplace__RecordMintedRequest request =
	    STOA__MARKETPLACE__RECORD_MINTED_REQUEST__INIT;
	char why[MARKETPLACE_WHY_MAX + 1];

	if (!is_answered(t, answer)) {
		return;
	}
	request.model = t->noun;
	request.attempt = t->attempt;
	request.result = result_of(answer);
	request.why = why_of(answer, why);
	if (answer->action != NULL &&
	    answer->action->kind_case == STOA__CHAIN__ACTION__KIND_MINT) {
		request.mint = answer->action->mint;
	}
	stoa_errand_record(
	    t, "minted", t->attempt, "RecordMinted", &request.base);
	stoa_errand_end(t, true);
}

static void
relisted(void *owner, const struct trade_answer *answer)
{
	struct stoa_errand *t = owner;
	Stoa__Marketplace__RecordRelistedRequest request =
	    STOA__MARKETPLACE__RECORD_RELISTED_REQUEST__INIT;
	char why[MARKETPLACE_WHY_MAX + 1];

	if (!is_answered(t, answer)) {
		return;
	}
	request.model = t->noun;
	request.number = t->attempt;
	request.result = result_of(answer);
	request.why = why_of(answer, why);
	if (answer->action != NULL &&
	    answer->action->kind_case == STOA__CHAIN__ACTION__KIND_LIST) {
		request.list = answer->action->list;
	}
	stoa_errand_record(
	    t, "relisted", t->attempt, "RecordRelisted", &request.base);
	stoa_errand_end(t, true);
}

static void
collected(void *owner, const struct trade_answer *answer)
{
	struct stoa_errand *t = owner;
	Stoa__Marketplace__RecordCollectedRequest request =
	    STOA__MARKETPLACE__RECORD_COLLECTED_REQUEST__INIT;
	char why[MARKETPLACE_WHY_MAX + 1];

	if (!is_answered(t, answer)) {
		return;
	}
	request.model = t->noun;
	request.number = t->attempt;
	request.why = why_of(answer, why);
	stoa_errand_record(
	    t, "collected", t->attempt, "RecordCollected", &request.base);
	stoa_errand_end(t, true);
}

void
chain_model_act(struct stoa_errand *t, struct stoa_bus *bus,
    const struct marketplace *s, const struct model *m,
    enum marketplace_effect effect)
{
	struct marketplace_step step;
	struct stoa_arena arena;

	stoa_arena_init(&arena, NULL, 0, ARENA_MAX);
	stoa_errand_begin(t);
	if (!marketplace_model_step(s, m, effect, &arena, &step)) {
		stoa_errand_end(t, false);
	} else {
		trade_step(bus, &step,
		    effect == MARKETPLACE_MINT	   ? minted
		    : effect == MARKETPLACE_RELIST ? relisted
						   : collected,
		    t);
	}
	stoa_arena_fini(&arena);
}

/* ---- deals ---- */

static void
traded(void *owner, const struct trade_answer *answer)
{
	struct stoa_errand *t = owner;
	Stoa__Marketplace__RecordTradedRequest request =
	    STOA__MARKETPLACE__RECORD_TRADED_REQUEST__INIT;
	char why[MARKETPLACE_WHY_MAX + 1];

	if (!is_answered(t, answer)) {
		return;
	}
	request.deal = t->noun;
	request.result = result_of(answer);
	request.why = why_of(answer, why);
	stoa_errand_record(t, "traded", 0, "RecordTraded", &request.base);
	stoa_errand_end(t, true);
}

static void
returned(void *owner, const struct trade_answer *answer)
{
	struct stoa_errand *t = owner;
	Stoa__Marketplace__RecordReturnedRequest request =
	    STOA__MARKETPLACE__RECORD_RETURNED_REQUEST__INIT;
	char why[MARKETPLACE_WHY_MAX + 1];

	if (!is_answered(t, answer)) {
		return;
	}
	request.deal = t->noun;
	request.result = result_of(answer);
	request.why = why_of(answer, why);
	stoa_errand_record(
	    t, "returned", t->attempt, "RecordReturned", &request.base);
	stoa_errand_end(t, true);
}

void
chain_deal_act(struct stoa_errand *t, struct stoa_bus *bus,
    const struct marketplace *s, const struct deal *d,
    enum marketplace_effect effect)
{
	struct marketplace_step step;
	struct stoa_arena arena;

	stoa_arena_init(&arena, NULL, 0, ARENA_MAX);
	stoa_errand_begin(t);
	if (!marketplace_deal_step(s, d, effect, &arena, &step)) {
		stoa_errand_end(t, false);
	} else {
		trade_step(bus, &step,
		    effect == MARKETPLACE_TRADE ? traded : returned, t);
	}
	stoa_arena_fini(&arena);
}

/* ---- what strangers did ---- */

static void
sighted_record(struct stoa_errand *t, uint64_t number,
    const Stoa__Chain__Sighting *sighting)
{
	Stoa__Marketplace__RecordSightedRequest request =
	    STOA__MARKETPLACE__RECORD_SIGHTED_REQUEST__INIT;

	request.number = number;
	request.sighting = (Stoa__Chain__Sighting *)(uintptr_t)sighting;
	stoa_errand_record(
	    t, "sighted", (uint32_t)number, "RecordSighted", &request.base);
}

static void
seen(void *owner, const Stoa__Chain__SightingsReply *reply)
{
	struct stoa_errand *t = owner;
	const struct marketplace *s = stoa_errand_state(t);

	if (reply == NULL || s == NULL) {
		stoa_errand_end(t, false);
		return;
	}
	for (size_t i = 0; i < reply->n_sightings; i++) {
		const Stoa__Chain__Sighting *at = reply->sightings[i];

		if (at->number > marketplace_sighted(s) &&
		    marketplace_is_concerned(s, at)) {
			sighted_record(t, at->number, at);
			stoa_errand_end(t, true);
			return;
		}
	}
	/* A whole page of others' need not be looked at again. */
	if (reply->n_sightings == MARKETPLACE_SIGHTINGS_PAGE) {
		sighted_record(
		    t, reply->sightings[reply->n_sightings - 1]->number, NULL);
	}
	stoa_errand_end(t, true);
}

void
chain_watch(
    struct stoa_errand *t, struct stoa_bus *bus, const struct marketplace *s)
{
	stoa_errand_begin(t);
	trade_sightings(bus, marketplace_sighted(s), seen, t);
}
