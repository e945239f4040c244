/* known.c - three lists and when they were fetched. */
#include "stoa/known.h"

#include "base/check.h"
#include "port/clock.h"
#include "stoa/limits.h"

#include <stdlib.h>
#include <string.h>

STOA_STATIC_ASSERT(KNOWN_MAX == 64, "the header's lists have that size");

static const struct source {
	enum bot_source source;
	const char *command;
	const char *value, *note; /* columns of its card */
} sources[] = {
    {BOT_SOURCE_MODELS, "/models", "Model", "Name"},
    {BOT_SOURCE_JOBS, "/jobs", "Job", "State"},
    {BOT_SOURCE_DATASETS, "/datasets", "CID", "Name"},
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

static char *
text_dup(const char *text)
{
	char *copy = strdup(text);

	stoa_assert(copy != NULL);
	return copy;
}

void
known_list_clear(struct known_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->values[i]);
		free(list->notes[i]);
	}
	list->count = 0;
}

/* The place of the column of that name, or the count of columns. */
static size_t
column_of(const Stoa__Chat__Table *table, const char *name)
{
	size_t i = 0;

	while (i < table->n_columns &&
	       strcmp(table->columns[i]->name, name) != 0) {
		i++;
	}
	return i;
}

void
known_list_read(struct known_list *list, const Stoa__Chat__Card *card,
    const char *value, const char *note)
{
	const Stoa__Chat__Table *table = card->table;
	size_t value_at, note_at;

	known_list_clear(list);
	if (table == NULL) {
		return;
	}
	value_at = column_of(table, value);
	note_at = column_of(table, note);
	for (size_t i = 0; i < table->n_rows && list->count < KNOWN_MAX; i++) {
		const Stoa__Chat__Row *row = table->rows[i];

		if (value_at < row->n_cells) {
			list->values[list->count] =
			    text_dup(row->cells[value_at]);
			list->notes[list->count++] = text_dup(
			    note_at < row->n_cells ? row->cells[note_at] : "");
		}
	}
}

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
