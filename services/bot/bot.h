/* bot.h - the bot as its main.c sees it.
 *
 * Takes commands from chat-in, answers each with exactly one final card, and
 * keeps the cards of training jobs alive until they end. What a member asked
 * is done under the id the member's edge gave it, so that a command which
 * comes again (a bot died, a card was lost) does nothing twice.
 *
 * Layer 3: speaks to ports only. One thread: the loop's. */
#ifndef BOT_H
#define BOT_H

#include "base/str.h"
#include "port/part.h"

#include <stdbool.h>
#include <stdint.h>

struct bot;
struct stoa_bus;
struct Stoa__Chat__SuggestQuery;
struct Stoa__Chat__SuggestReply;
struct stoa_cache;
struct stoa_clock;

struct bot_options {
	struct stoa_bus *bus;
	struct stoa_cache *cache;
	const struct stoa_clock *clock;
	struct stoa_str link_key;   /* secret; copied, wiped at the end */
	const char *community_name; /* of the one that is opened; borrowed */
	int64_t welcome_micro;	    /* credit for each new member */
	int64_t rate_factor;	    /* multiplies every rate limit; from 1 */
	uint64_t seed;		    /* for hash tables */
	bool has_chain;		    /* members have accounts there */
	/* What an operator should know; may be NULL. */
	void (*warn)(const char *event, const char *text);
};

struct bot *bot_new(const struct bot_options *options);

/* Begins to take commands. */
void bot_start(struct bot *b);

/* What could stand in an option; `done` is told once, perhaps at once. The
 * query is borrowed for the call, the reply for the callback. */
typedef void (*bot_suggested)(
    void *owner, const struct Stoa__Chat__SuggestReply *reply);
void bot_suggest(struct bot *b, const struct Stoa__Chat__SuggestQuery *query,
    bot_suggested done, void *owner);

/* Freed before it is idle it leaves what is under way to the broker, which
 * gives it to another bot. */
extern const struct stoa_part bot_part;

#endif
