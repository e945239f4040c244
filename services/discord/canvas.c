/* canvas.c - see canvas.h. */
#include "discord/canvas.h"

const struct discord_colour discord_background = {0.118, 0.122, 0.133};
const struct discord_colour discord_grid = {0.235, 0.243, 0.267};
const struct discord_colour discord_ink = {0.859, 0.871, 0.882};
const struct discord_colour discord_faint = {0.620, 0.635, 0.660};

void
discord_ink_set(cairo_t *cr, struct discord_colour colour)
{
	cairo_set_source_rgb(cr, colour.r, colour.g, colour.b);
}

double
discord_text_width(cairo_t *cr, const char *text)
{
	cairo_text_extents_t extents;

	cairo_text_extents(cr, text, &extents);
	return extents.x_advance;
}

void
discord_text_draw(
    cairo_t *cr, double x, double y, double align, const char *text)
{
	cairo_move_to(cr, x - align * discord_text_width(cr, text), y);
	cairo_show_text(cr, text);
}

/* ---- the file ---- */

static cairo_status_t
png_write(void *closure, const unsigned char *data, unsigned len)
{
	struct stoa_buf *to = closure;

	stoa_buf_add(to, data, len);
	return to->is_overflown ? CAIRO_STATUS_WRITE_ERROR
				: CAIRO_STATUS_SUCCESS;
}

enum stoa_status
discord_surface_save(cairo_surface_t *surface, struct stoa_buf *to)
{
	size_t start = to->len;
	cairo_status_t status =
	    cairo_surface_write_to_png_stream(surface, png_write, to);

	if (status == CAIRO_STATUS_SUCCESS) {
		return STOA_OK;
	}
	to->len = start;
	to->is_overflown = false;
	return status == CAIRO_STATUS_WRITE_ERROR ? STOA_TOO_LARGE
						  : STOA_NO_MEMORY;
}
