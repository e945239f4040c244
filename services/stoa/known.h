/* known.h - models, jobs and datasets of the community, for completion.
 *
 * Fetched in the background by /models, /jobs and /datasets; what is offered
 * is what came last. */
#ifndef STOA_KNOWN_H
#define STOA_KNOWN_H

#include "stoa/client.h"
#include "stoa/term_complete.h"

struct known;

struct known *known_new(struct client *client);
void known_free(struct known *k);

/* Fetches again what is older than KNOWN_US, or all when `now` is set. */
void known_refresh(struct known *k, bool now);

/* A term_values; `owner` is the struct known. */
void known_offer(void *owner, enum bot_source source, struct stoa_str word,
    struct term_completion *c);

/* Takes the entries out of a list's card: the cells of column `value`, with
 * those of column `note` beside them. What the card does not have is left
 * out. For known.c and its test. */
struct known_list {
	char *values[64];
	char *notes[64];
	size_t count;
};

void known_list_read(struct known_list *list, const Stoa__Chat__Card *card,
    const char *value, const char *note);
void known_list_clear(struct known_list *list);

#endif
