/* live.h - a card that is still changing, drawn in place: title, progress with
 * the time left, loss curve. Draws only on a terminal. */
#ifndef STOA_LIVE_H
#define STOA_LIVE_H

#include "base/buf.h"
#include "stoa/term.h"

#include <stdio.h>

/* Appends the parts of `card` that change. */
void live_render(struct stoa_buf *b, const Stoa__Chat__Card *card,
    const struct term_options *options);

/* The lines above the cursor that the last card took. */
struct live_area {
	FILE *out;
	bool is_terminal;
	size_t rows;
	struct stoa_buf text;
};

void live_area_init(struct live_area *a, FILE *out);
void live_area_fini(struct live_area *a);
void live_area_show(struct live_area *a, const Stoa__Chat__Card *card);
void live_area_clear(struct live_area *a);

#endif
