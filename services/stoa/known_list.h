/* known_list.h - the entries of one list's card, for completion. Pure. */
#ifndef STOA_KNOWN_LIST_H
#define STOA_KNOWN_LIST_H

#include "stoa/limits.h"

#include "proto/chat.pb-c.h"

struct known_list {
	char *values[KNOWN_MAX]; /* owned, as the notes */
	char *notes[KNOWN_MAX];
	size_t count;
};

/* In place of what was there: the cells of column `value`, with those of
 * column `note` beside them, at most KNOWN_MAX. What the card does not have is
 * left out. */
void known_list_read(struct known_list *list, const Stoa__Chat__Card *card,
    const char *value, const char *note);
void known_list_clear(struct known_list *list);

#endif
