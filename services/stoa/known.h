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

#endif
