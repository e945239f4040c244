/* known_list.c - columns found by their names. */
#include "stoa/known_list.h"

#include "base/check.h"

#include <stdlib.h>
#include <string.h>

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
