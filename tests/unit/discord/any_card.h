/* any_card.h - cards from bytes: every part, of any length, of any text. */
#ifndef STOA_TESTS_DISCORD_ANY_CARD_H
#define STOA_TESTS_DISCORD_ANY_CARD_H

#include "base/arena.h"

#include "proto/chat.pb-c.h"

/* The same bytes make the same card; bytes beyond the end are zeros. Within
 * chat.proto's counts as often as beyond them. NULL when the arena is full. */
Stoa__Chat__Card *any_card(
    struct stoa_arena *arena, const uint8_t *bytes, size_t len);

/* Renders it in every way and checks what comes out. */
void any_card_check(const uint8_t *bytes, size_t len);

#endif
