/* text.c - counting, measuring and disarming characters. */
#include "discord/text.h"

#include "base/check.h"
#include "discord/limits.h"

#define ELLIPSIS      "\u2026"
#define ZERO_WIDTH    "\u200b"
#define REPLACEMENT   "\xef\xbf\xbd"
#define CODE_POINT_NO 0xfffd

struct range {
	uint32_t first, last;
};

/* Wide and full-width (Unicode's East Asian Width W and F), in runs: what
 * lies unassigned between them counts as wide too. */
static const struct range wide[] = {
    {0x1100, 0x115f},
    {0x231a, 0x231b},
    {0x23e9, 0x23ec},
    {0x2614, 0x2615},
    {0x2648, 0x2653},
    {0x26a1, 0x26a1},
    {0x2705, 0x2705},
    {0x270a, 0x270b},
    {0x2728, 0x2728},
    {0x274c, 0x274c},
    {0x2753, 0x2755},
    {0x2795, 0x2797},
    {0x2b1b, 0x2b1c},
    {0x2b50, 0x2b50},
    {0x2e80, 0x303e},
    {0x3041, 0x4dbf},
    {0x4e00, 0xa4cf},
    {0xa960, 0xa97f},
    {0xac00, 0xd7a3},
    {0xf900, 0xfaff},
    {0xfe30, 0xfe6f},
    {0xff01, 0xff60},
    {0xffe0, 0xffe6},
    {0x16fe0, 0x18aff},
    {0x1b000, 0x1b2ff},
    {0x1f300, 0x1f64f},
    {0x1f680, 0x1f6ff},
    {0x1f900, 0x1faff},
    {0x20000, 0x3fffd},
};

/* Marks that combine, joiners, selectors, and what has no shape at all. */
static const struct range narrow[] = {
    {0x00ad, 0x00ad},
    {0x0300, 0x036f},
    {0x0483, 0x0489},
    {0x0591, 0x05bd},
    {0x0610, 0x061a},
    {0x064b, 0x065f},
    {0x0e31, 0x0e31},
    {0x0e34, 0x0e3a},
    {0x115f, 0x1160},
    {0x180e, 0x180e},
    {0x1ab0, 0x1aff},
    {0x1dc0, 0x1dff},
    {0x200b, 0x200f},
    {0x202a, 0x202e},
    {0x2060, 0x206f},
    {0x20d0, 0x20ff},
    {0x3099, 0x309a},
    {0x3164, 0x3164},
    {0xfe00, 0xfe0f},
    {0xfe20, 0xfe2f},
    {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},
    {0xfff9, 0xfffb},
    {0xe0000, 0xe0fff},
};

/* White space beyond ASCII's. */
static const struct range spaces[] = {
    {0x0085, 0x0085},
    {0x00a0, 0x00a0},
    {0x1680, 0x1680},
    {0x2000, 0x200a},
    {0x2028, 0x2029},
    {0x202f, 0x202f},
    {0x205f, 0x205f},
    {0x2800, 0x2800},
    {0x3000, 0x3000},
};

/* Overrides, embeddings and isolates: they turn the reading direction of
 * what follows, the card's own words included. */
static const struct range turning[] = {
    {0x200e, 0x200f},
    {0x202a, 0x202e},
    {0x2066, 0x2069},
};

/* Latin, Greek and Cyrillic letters that stand alone, signs of punctuation and
 * money, arrows and mathematics. */
static const struct range drawable[] = {
    {0x0020, 0x007e},
    {0x00a1, 0x00ac},
    {0x00ae, 0x024f},
    {0x0370, 0x0377},
    {0x037a, 0x037f},
    {0x0384, 0x03ff},
    {0x0400, 0x0482},
    {0x048a, 0x052f},
    {0x1e00, 0x1eff},
    {0x2010, 0x2027},
    {0x2030, 0x205e},
    {0x20a0, 0x20bf},
    {0x2190, 0x21ff},
    {0x2200, 0x22ff},
};

static bool
is_within(uint32_t c, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count && c >= ranges[i].first; i++) {
		if (c <= ranges[i].last) {
			return true;
		}
	}
	return false;
}

/* The first character of `text`, which is not empty, and its bytes. */
static uint32_t
character_at(struct stoa_str text, size_t *ret_len)
{
	size_t len = stoa_str_utf8_len(text);
	uint32_t c;

	stoa_assert(text.len > 0);
	if (len == 0) {
		*ret_len = 1;
		return CODE_POINT_NO;
	}
	c = (unsigned char)text.data[0];
	c &= len == 1 ? 0x7f : 0xffu >> (len + 1);
	for (size_t i = 1; i < len; i++) {
		c = c << 6 | ((unsigned char)text.data[i] & 0x3f);
	}
	*ret_len = len;
	return c;
}

bool
discord_is_drawable(struct stoa_str text)
{
	size_t len;

	for (; text.len > 0; text = stoa_str_from(text, len)) {
		if (!is_within(character_at(text, &len), drawable,
			STOA_COUNT(drawable))) {
			return false;
		}
	}
	return true;
}

size_t
discord_units(struct stoa_str text)
{
	size_t units = 0, len;

	for (; text.len > 0; text = stoa_str_from(text, len)) {
		units += character_at(text, &len) > 0xffff ? 2 : 1;
	}
	return units;
}

static size_t
weight_of(uint32_t c)
{
	if (c > 0xffff) {
		return (size_t)2 * DISCORD_WEIGHT_ONE;
	}
	return c > 0x7ff ? DISCORD_WEIGHT_WIDE : DISCORD_WEIGHT_ONE;
}

size_t
discord_weight(struct stoa_str text)
{
	size_t weight = 0, len;

	for (; text.len > 0; text = stoa_str_from(text, len)) {
		weight += weight_of(character_at(text, &len));
	}
	return weight;
}

size_t
discord_columns(struct stoa_str text)
{
	size_t columns = 0, len;

	for (; text.len > 0; text = stoa_str_from(text, len)) {
		uint32_t c = character_at(text, &len);

		if (is_within(c, narrow, STOA_COUNT(narrow))) {
			continue;
		}
		columns += is_within(c, wide, STOA_COUNT(wide)) ? 2 : 1;
	}
	return columns;
}

bool
discord_is_blank(struct stoa_str text)
{
	size_t len;

	for (; text.len > 0; text = stoa_str_from(text, len)) {
		uint32_t c = character_at(text, &len);

		if (c > 0x20 && c != 0x7f &&
		    !is_within(c, spaces, STOA_COUNT(spaces)) &&
		    !is_within(c, narrow, STOA_COUNT(narrow))) {
			return false;
		}
	}
	return true;
}

bool
discord_is_exact(struct stoa_str text, size_t units_max)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (c < 0x20 || c == 0x7f) {
			return false;
		}
	}
	return stoa_str_is_utf8(text) && !discord_is_blank(text) &&
	       stoa_str_trim(text).len == text.len &&
	       discord_units(text) <= units_max;
}

/* ---- one character made harmless ---- */

/* What is written for the first character of `text`: itself, a space, the
 * replacement, or nothing. */
static struct stoa_str
harmless(struct stoa_str text, size_t *ret_len)
{
	uint32_t c = character_at(text, ret_len);

	if (c < 0x20 || c == 0x7f || (c >= 0x80 && c < 0xa0) || c == 0x2028 ||
	    c == 0x2029) {
		return STOA_STR(" ");
	}
	if (is_within(c, turning, STOA_COUNT(turning))) {
		return STOA_STR("");
	}
	if (c == CODE_POINT_NO) {
		return STOA_STR(REPLACEMENT);
	}
	return (struct stoa_str){text.data, *ret_len};
}

const char *
discord_text_bare(struct stoa_arena *arena, struct stoa_str text,
    size_t units_max, bool *ret_is_cut)
{
	struct stoa_buf b;
	size_t units = 0, fitting = 0; /* what may stay before the ellipsis */
	size_t len;
	char *copy;

	stoa_assert(units_max > 0);
	stoa_buf_init(&b, 4 * (units_max + 2));
	for (; text.len > 0 && units <= units_max;
	     text = stoa_str_from(text, len)) {
		struct stoa_str piece = harmless(text, &len);

		if (units + 1 <= units_max) {
			fitting = b.len;
		}
		units += discord_units(piece);
		stoa_buf_add_str(&b, piece);
	}
	if (units > units_max) {
		b.len = fitting;
		stoa_buf_add_text(&b, ELLIPSIS);
		if (ret_is_cut != NULL) {
			*ret_is_cut = true;
		}
	}
	copy = stoa_arena_str(arena, stoa_buf_str(&b));
	stoa_buf_fini(&b);
	return copy == NULL ? "" : copy;
}

/* ---- the pen ---- */

struct discord_pen
discord_pen(struct stoa_buf *to, size_t weight_max)
{
	return (struct discord_pen){.to = to, .left = weight_max};
}

bool
discord_pen_prepay(struct discord_pen *pen, struct stoa_str text)
{
	size_t weight = discord_weight(text);

	if (pen->is_cut || weight > pen->left) {
		pen->is_cut = true;
		return false;
	}
	pen->left -= weight;
	return true;
}

bool
discord_pen_add(struct discord_pen *pen, struct stoa_str text)
{
	if (!discord_pen_prepay(pen, text)) {
		return false;
	}
	stoa_buf_add_str(pen->to, text);
	return true;
}

bool
discord_pen_text(struct discord_pen *pen, const char *text)
{
	return discord_pen_add(pen, stoa_str_of(text));
}

/* Where in its line a character stands: some begin markup only there. */
enum place {
	PLACE_START,  /* nothing but spaces before it */
	PLACE_NUMBER, /* nothing but digits before it */
	PLACE_WITHIN,
};

/* After the character `one`; what is not seen does not count. */
static enum place
place_after(enum place place, struct stoa_str one)
{
	char c = one.data[0];

	if (c == '\n') {
		return PLACE_START;
	}
	if (c >= '0' && c <= '9' && place != PLACE_WITHIN) {
		return PLACE_NUMBER;
	}
	return discord_is_blank(one) ? place : PLACE_WITHIN;
}

static bool
is_broadcast(struct stoa_str text)
{
	return stoa_str_has_prefix(text, STOA_STR("@everyone")) ||
	       stoa_str_has_prefix(text, STOA_STR("@here"));
}

/* Whether the character that `text` begins with needs a backslash. */
static bool
is_special(struct stoa_str text, enum place place)
{
	switch (text.data[0]) {
	case '\\':
	case '*':
	case '_':
	case '~':
	case '`':
	case '|':
	case '[':
	case ']':
	case '<':
	case '>':
		return true;
	case '#':
	case '-':
	case '+':
		return place == PLACE_START;
	case '.':
	case ')':
		return place == PLACE_NUMBER &&
		       (text.len == 1 || text.data[1] == ' ');
	case ':': /* nothing becomes a link that the card did not make one */
		return stoa_str_has_prefix(text, STOA_STR("://"));
	default:
		return false;
	}
}

/* Writes the first character of `text` so that it only stands for itself;
 * gives its bytes, 0 when it does not fit. */
static size_t
character_escape(
    struct discord_pen *pen, struct stoa_str text, enum place place)
{
	char pair[2] = {'\\', text.data[0]};
	size_t len;
	struct stoa_str piece = harmless(text, &len);

	if (is_broadcast(text)) {
		piece = STOA_STR("@" ZERO_WIDTH);
	} else if (is_special(text, place)) {
		piece = stoa_str_of_bytes(pair, 2);
	}
	return discord_pen_add(pen, piece) ? len : 0;
}

void
discord_pen_escape(
    struct discord_pen *pen, struct stoa_str text, enum discord_line line)
{
	enum place place =
	    line == DISCORD_LINE_REST ? PLACE_WITHIN : PLACE_START;
	size_t len;

	for (; text.len > 0; text = stoa_str_from(text, len)) {
		if (line == DISCORD_LINES && text.data[0] == '\n') {
			len = discord_pen_text(pen, "\n") ? 1 : 0;
		} else {
			len = character_escape(pen, text, place);
		}
		if (len == 0) {
			return;
		}
		place = place_after(place, (struct stoa_str){text.data, len});
	}
}

void
discord_pen_verbatim(struct discord_pen *pen, struct stoa_str text)
{
	unsigned ticks = 0;
	size_t len;

	for (; text.len > 0; text = stoa_str_from(text, len)) {
		struct stoa_str piece = harmless(text, &len);

		ticks = text.data[0] == '`' ? ticks + 1 : 0;
		if (ticks == 3) {
			piece = STOA_STR(ZERO_WIDTH "`");
			ticks = 1;
		}
		if (!discord_pen_add(pen, piece)) {
			return;
		}
	}
}
