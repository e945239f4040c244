/* words.h - quantities and foreign text as people read them on a card.
 * Results live in the arena or for ever and are never NULL: a full arena
 * gives "", and its flag says so. Layer 2, pure. */
#ifndef BOT_WORDS_H
#define BOT_WORDS_H

#include "base/arena.h"

#include <stdint.h>

/* `text` with control characters as spaces and bytes that are not UTF-8 as
 * U+FFFD, cut between characters to at most `len_max` bytes with "..." at
 * the end. `len_max` is at least 4. */
const char *bot_words_excerpt(
    struct stoa_arena *arena, struct stoa_str text, size_t len_max);

/* printf into the arena. */
const char *bot_words_print(struct stoa_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A member as cards name one; the treasury and a vote are none. */
const char *bot_words_member(const char *member);

const char *bot_words_joy(
    struct stoa_arena *arena, int64_t micro); /* 1.5 Joy */
const char *bot_words_size(struct stoa_arena *arena, uint64_t bytes);
const char *bot_words_duration(struct stoa_arena *arena, int64_t us);
const char *bot_words_time(struct stoa_arena *arena, int64_t wall_us);

#endif
