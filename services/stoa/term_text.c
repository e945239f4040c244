/* term_text.c - text in columns. */
#include "stoa/term_text.h"

#include "base/check.h"
#include "bot/table.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

void
term_locale_init(void)
{
	if (setlocale(LC_CTYPE, "") == NULL ||
	    strcmp(nl_langinfo(CODESET), "UTF-8") != 0) {
		(void)setlocale(LC_CTYPE, "C.UTF-8");
	}
}

static unsigned
width_of(int fd)
{
	struct winsize size;
	unsigned width = 80;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
		width = size.ws_col;
	}
	width = width < TERM_WIDTH_MIN ? TERM_WIDTH_MIN : width;
	return width > TERM_WIDTH_MAX ? TERM_WIDTH_MAX : width;
}

struct term_options
term_options_of(int fd)
{
	const char *no_colour = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	return (struct term_options){
	    .width = width_of(fd),
	    .has_colour = isatty(fd) != 0 && terminal != NULL &&
			  strcmp(terminal, "dumb") != 0 &&
			  (no_colour == NULL || no_colour[0] == '\0'),
	};
}

size_t
term_character(struct stoa_str text, int *ret_columns)
{
	size_t len = stoa_str_utf8_len(text);
	mbstate_t state = {0};
	wchar_t wide;

	*ret_columns = -1;
	if (len == 0) {
		return 1;
	}
	if (mbrtowc(&wide, text.data, len, &state) == len) {
		*ret_columns = wcwidth(wide); /* -1 for controls */
	}
	return len;
}

/* What must not be shown takes one column, as a space or U+FFFD. */
size_t
term_columns(struct stoa_str text)
{
	size_t total = 0;

	while (text.len > 0) {
		int columns;
		size_t len = term_character(text, &columns);

		total += columns < 0 ? 1 : (size_t)columns;
		text = stoa_str_from(text, len);
	}
	return total;
}

void
term_text_add(struct term_out *o, struct stoa_str text)
{
	while (text.len > 0) {
		int columns;
		size_t len = term_character(text, &columns);

		if (columns >= 0) {
			stoa_buf_add(o->b, text.data, len);
		} else if (len == 1 && (unsigned char)text.data[0] < 0x80) {
			stoa_buf_add_byte(o->b, ' ');
		} else {
			stoa_buf_add_text(o->b, "\xef\xbf\xbd");
		}
		text = stoa_str_from(text, len);
	}
}

void
term_style_begin(struct term_out *o, enum term_style style)
{
	static const char *const codes[] = {
	    [TERM_PLAIN] = "",
	    [TERM_BOLD] = "\x1b[1m",
	    [TERM_DIM] = "\x1b[2m",
	    [TERM_RED] = "\x1b[31m",
	    [TERM_GREEN] = "\x1b[32m",
	    [TERM_YELLOW] = "\x1b[33m",
	    [TERM_BLUE] = "\x1b[34m",
	    [TERM_MAGENTA] = "\x1b[35m",
	    [TERM_CYAN] = "\x1b[36m",
	};

	stoa_assert((size_t)style < STOA_COUNT(codes));
	if (o->has_colour) {
		stoa_buf_add_text(o->b, codes[style]);
	}
}

void
term_style_end(struct term_out *o, enum term_style style)
{
	if (o->has_colour && style != TERM_PLAIN) {
		stoa_buf_add_text(o->b, "\x1b[0m");
	}
}

void
term_styled(struct term_out *o, enum term_style style, const char *text)
{
	term_style_begin(o, style);
	term_text_add(o, stoa_str_of(text));
	term_style_end(o, style);
}

void
term_spaces(struct term_out *o, size_t count)
{
	while (count-- > 0) {
		stoa_buf_add_byte(o->b, ' ');
	}
}

void
term_wrap(struct term_out *o, struct stoa_str text, size_t indent)
{
	size_t width = o->width > indent + 10 ? o->width - indent : (size_t)10;
	bool is_first = true;

	do {
		if (!is_first) {
			term_spaces(o, indent);
		}
		is_first = false;
		term_text_add(o, bot_wrap(&text, width, term_columns));
		stoa_buf_add_byte(o->b, '\n');
	} while (text.len > 0);
}
