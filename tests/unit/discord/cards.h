/* cards.h - cards with what the bot's samples do not have yet: tokens,
 * selects, forms, images; and ones that want to be more than they may. */
#ifndef STOA_TESTS_DISCORD_CARDS_H
#define STOA_TESTS_DISCORD_CARDS_H

#include "base/arena.h"

#include "proto/chat.pb-c.h"

enum card_name {
	CARD_BUTTONS, /* every kind of button, a select, an image */
	CARD_FORM,
	CARD_PRIVATE,  /* for who asked */
	CARD_HOSTILE,  /* a member's text full of markup */
	CARD_CROWDED,  /* every part at chat.proto's limit */
	CARD_JAPANESE, /* a table with wide characters */
	CARD_ROWS,     /* a table too wide for a grid */
	CARD_EMPTY,
	CARD_LISTS, /* every kind of list, one of each chosen already */
	CARD_COUNT,
};

const char *card_name(enum card_name name);

/* NULL when the arena is full. */
Stoa__Chat__Card *card_get(struct stoa_arena *arena, enum card_name name);

#endif
