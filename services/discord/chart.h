/* chart.h - curves as a picture, and votes.
 *
 * One chart of up to four series over a shared pair of axes with round
 * ticks, their units, and a legend; opaque and dark, so that it reads the
 * same whatever theme a member has. Colours keep apart for the colour-blind,
 * dashes and marks for the rest. The size in pixels depends on `scale` alone.
 *
 * Edge: cairo. May be called from several threads at once, has no state of
 * its own; takes a few milliseconds, so it belongs on the worker pool. Which
 * letters can be drawn depends on the fonts of the machine; without any the
 * curves stand alone. */
#ifndef DISCORD_CHART_H
#define DISCORD_CHART_H

#include "base/buf.h"
#include "base/status.h"

#include "proto/chat.pb-c.h"

/* Pixels for each of the logical ones in limits.h: 2 suits phones. */
#define DISCORD_CHART_SCALE 2

/* Appends a PNG to `to`. Series beyond the fourth and points beyond the
 * 512th are left out, as are values that are not finite or beyond 1e300.
 * NOT_FOUND: no point is left to draw. TOO_LARGE: `to` is full; NO_MEMORY.
 * On failure `to` is as it was. */
STOA_MUST_USE enum stoa_status discord_chart_draw(
    Stoa__Chat__Series *const *series, size_t count, unsigned scale,
    struct stoa_buf *to);

/* A vote: a bar for each option under its number and name, the winner marked,
 * and beneath them the gauge (NULL: none) with its mark. A name that cannot be
 * drawn as it is (discord_is_drawable) is shown as its number alone, a long one
 * is cut. As high as it has bars, at most DISCORD_BARS_MAX. NOT_FOUND: there is
 * none; else as above. */
STOA_MUST_USE enum stoa_status discord_chart_vote(Stoa__Chat__Bar *const *bars,
    size_t count, const Stoa__Chat__Gauge *gauge, unsigned scale,
    struct stoa_buf *to);

#endif
