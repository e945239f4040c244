/* rest_share.h - the limits that replicas of one bot use up together.
 *
 * Each replica keeps the rules by itself; here their requests are added up, in
 * the cache: those of the bot in a second, those of a bucket in its window,
 * and the invalid ones of the address. What the cache does not answer soon is
 * decided alone. Answers to interactions never ask. */
#ifndef DISCORD_REST_SHARE_H
#define DISCORD_REST_SHARE_H

#include "discord/rest_wire.h"
#include "port/cache.h"

struct rest_share;

/* `cache` is borrowed. NULL: out of memory. */
struct rest_share *rest_share_new(
    struct stoa_cache *cache, const char *token, struct rest_core *core);

/* No callback reaches the core after this. NULL does nothing. */
void rest_share_free(struct rest_share *share);

/* Asks whether a job that was just started may be sent; `done` gets `call`,
 * perhaps before this returns. False: there is nothing to ask for. */
bool rest_share_ask(struct rest_share *share, struct rest_call *call,
    stoa_cache_counted_fn done);

/* Adds what was spent since the last time, and hears what others have. */
void rest_share_invalid(struct rest_share *share, int64_t now_us);

bool rest_share_is_degraded(const struct rest_share *share);

#endif
