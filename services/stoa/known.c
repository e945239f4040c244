/* known.c - lists to complete from, and when they were fetched. */
#include "stoa/known.h"

#include "base/check.h"
#include "port/clock.h"
#include "stoa/known_list.h"
#include "stoa/limits.h"

#include <stdlib.h>

static const struct source {
	enum bot_source source;
	const char *command;
	const char *value, *note; /* columns of its card */
} sources[] = {
    {BOT_SOURCE_MODELS, "/models", "Model", "Name"},
    {BOT_SOURCE_JOBS, "/jobs", "Job", "State"},
    {BOT_SOURCE_DATASETS, "/datasets", "CID", "Name"},
    {BOT_SOURCE_PROPOSALS, "/proposals", "No.", "Title"},
    {BOT_SOURCE_TYPES, "/rules", "Type", "Form"},
    {BOT_SOURCE_OWN, "/run", "Command", "What it does"},
    {BOT_SOURCE_LISTINGS, "/market", "Model", "Name"},
    {BOT_SOURCE_LEASES, "/leases", "Deal", "Model"},
    {BOT_SOURCE_OFFERS, "/offers", "Deal", "Model"},
};

struct slot {
	struct known *known;
	const struct source *source;
	struct known_list list;
	int64_t asked_us;
	bool is_asking;
};

struct known {
	struct client *client;
	struct slot slots[STOA_COUNT(sources)];
};

static void
on_list(void *owner, const Stoa__Chat__Card *card)
{
	struct slot *slot = owner;

	slot->is_asking = false;
	if (card != NULL && card->severity == STOA__CHAT__SEVERITY__INFO) {
		known_list_read(
		    &slot->list, card, slot->source->value, slot->source->note);
	}
}

void
known_refresh(struct known *k, bool now)
{
	int64_t now_us = stoa_clock_mono(NULL).us;

	for (size_t i = 0; i < STOA_COUNT(k->slots); i++) {
		struct slot *slot = &k->slots[i];

		if (slot->is_asking ||
		    (!now && now_us - slot->asked_us < KNOWN_US)) {
			continue;
		}
		slot->asked_us = now_us;
		slot->is_asking = client_send_line(k->client,
				      stoa_str_of(slot->source->command), NULL,
				      on_list, slot) == STOA_OK;
	}
}

void
known_offer(void *owner, enum bot_source source, struct stoa_str word,
    struct term_completion *c)
{
	struct known *k = owner;

	(void)word; /* term_offer looks at it */
	if (source == BOT_SOURCE_FILES) {
		term_offer_files(c);
		return;
	}
	for (size_t i = 0; i < STOA_COUNT(k->slots); i++) {
		const struct known_list *list = &k->slots[i].list;

		if (k->slots[i].source->source != source) {
			continue;
		}
		for (size_t j = 0; j < list->count; j++) {
			term_offer(c, list->values[j], list->notes[j]);
		}
	}
	known_refresh(k, false);
}

struct known *
known_new(struct client *client)
{
	struct known *k = calloc(1, sizeof(*k));

	stoa_assert(k != NULL);
	k->client = client;
	for (size_t i = 0; i < STOA_COUNT(k->slots); i++) {
		k->slots[i].known = k;
		k->slots[i].source = &sources[i];
	}
	return k;
}

void
known_free(struct known *k)
{
	if (k == NULL) {
		return;
	}
	for (size_t i = 0; i < STOA_COUNT(k->slots); i++) {
		known_list_clear(&k->slots[i].list);
	}
	free(k);
}
