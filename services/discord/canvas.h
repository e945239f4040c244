/* canvas.h - what all pictures are made of: colours, text, and the file.
 *
 * Edge: cairo; for chart*.c only. */
#ifndef DISCORD_CANVAS_H
#define DISCORD_CANVAS_H

#include "base/buf.h"
#include "base/status.h"

#include <cairo/cairo.h>

#define DISCORD_FONT_SIZE 12.0

struct discord_colour {
	double r, g, b;
};

extern const struct discord_colour discord_background, discord_grid,
    discord_ink, discord_faint;

void discord_ink_set(cairo_t *cr, struct discord_colour colour);
double discord_text_width(cairo_t *cr, const char *text);

/* `align`: 0 begins at x, 1 ends there, 0.5 is centred. */
void discord_text_draw(
    cairo_t *cr, double x, double y, double align, const char *text);

/* Appends the surface as a PNG; on failure `to` is as it was. */
STOA_MUST_USE enum stoa_status discord_surface_save(
    cairo_surface_t *surface, struct stoa_buf *to);

#endif
