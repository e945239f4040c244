/* samples.h - answers as the bot would give them, for golden tests of every
 * renderer. */
#ifndef STOA_TESTS_BOT_SAMPLES_H
#define STOA_TESTS_BOT_SAMPLES_H

#include "bot/view.h"

/* A sample's card in the arena; NULL when that is full. */
Stoa__Chat__Card *sample_card(struct stoa_arena *arena, size_t i);
const char *sample_name(size_t i);
#define SAMPLE_COUNT 39

#endif
