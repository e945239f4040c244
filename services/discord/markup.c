/* markup.c - the little markup of a card's text, and nothing beyond it.
 *
 * Whatever is opened has its end paid for, so that a text that is cut short
 * still closes its bold, its code and its fence. */
#include "discord/text.h"

#include "base/check.h"
#include "discord/limits.h"

#define ELLIPSIS      "\u2026"
#define FENCE_LEN_MAX 20

struct markup {
	struct discord_pen pen;
	bool is_bold;
	bool is_fenced;
};

/* Three ticks, after them at most the name of a language. */
static bool
is_fence(struct stoa_str line)
{
	line = stoa_str_trim(line);
	if (!stoa_str_has_prefix(line, STOA_STR("```")) ||
	    line.len > FENCE_LEN_MAX) {
		return false;
	}
	for (size_t i = 3; i < line.len; i++) {
		if (line.data[i] < 'a' || line.data[i] > 'z') {
			return false;
		}
	}
	return true;
}

/* Length of the span of code that `text` begins with, ticks included. */
static size_t
code_len(struct stoa_str text)
{
	const char *end;

	if (text.len < 3 || text.data[0] != '`' || text.data[1] == '`') {
		return 0;
	}
	end = memchr(text.data + 1, '`', text.len - 1);
	return end == NULL ? 0 : (size_t)(end - text.data) + 1;
}

/* Whether a pair of stars opens or closes: it opens only what is closed on
 * the same line. */
static bool
is_bold_mark(const struct markup *m, struct stoa_str text)
{
	if (!stoa_str_has_prefix(text, STOA_STR("**"))) {
		return false;
	}
	return m->is_bold ||
	       (text.len > 4 && memmem(text.data + 3, text.len - 3, "**", 2));
}

static void
code_write(struct markup *m, struct stoa_str span)
{
	struct stoa_str inner = {span.data + 1, span.len - 2};
	size_t before = m->pen.to->len;

	if (!discord_pen_prepay(&m->pen, STOA_STR("``"))) {
		return;
	}
	stoa_buf_add_byte(m->pen.to, '`');
	discord_pen_verbatim(&m->pen, inner);
	if (m->pen.to->len > before + 1) {
		stoa_buf_add_byte(m->pen.to, '`');
	} else {
		m->pen.to->len = before; /* nothing fitted */
	}
}

static void
bold_toggle(struct markup *m)
{
	if (m->is_bold) {
		stoa_buf_add_text(m->pen.to, "**");
		m->is_bold = false;
	} else if (discord_pen_prepay(&m->pen, STOA_STR("****"))) {
		stoa_buf_add_text(m->pen.to, "**");
		m->is_bold = true;
	}
}

/* Bytes up to the next mark. */
static size_t
plain_len(const struct markup *m, struct stoa_str line)
{
	size_t len = 0;

	do {
		size_t step = stoa_str_utf8_len(stoa_str_from(line, len));

		len += step == 0 ? 1 : step;
	} while (len < line.len && code_len(stoa_str_from(line, len)) == 0 &&
		 !is_bold_mark(m, stoa_str_from(line, len)));
	return len;
}

static void
line_write(struct markup *m, struct stoa_str line)
{
	enum discord_line place = DISCORD_LINE;

	while (line.len > 0 && !m->pen.is_cut) {
		size_t len = code_len(line);

		if (len > 0) {
			code_write(m, (struct stoa_str){line.data, len});
		} else if (is_bold_mark(m, line)) {
			len = 2;
			bold_toggle(m);
		} else {
			len = plain_len(m, line);
			discord_pen_escape(
			    &m->pen, (struct stoa_str){line.data, len}, place);
		}
		line = stoa_str_from(line, len);
		place = DISCORD_LINE_REST;
	}
}

static void
fence_toggle(struct markup *m)
{
	if (m->is_fenced) {
		stoa_buf_add_text(m->pen.to, "```\n");
		m->is_fenced = false;
	} else if (discord_pen_prepay(&m->pen, STOA_STR("```\n\n```\n"))) {
		stoa_buf_add_text(m->pen.to, "```\n");
		m->is_fenced = true;
	}
}

static void
lines_write(struct markup *m, struct stoa_str text)
{
	while (text.len > 0 && !m->pen.is_cut) {
		struct stoa_str line = stoa_str_cut(&text, '\n');

		if (is_fence(line)) {
			fence_toggle(m);
			continue;
		}
		if (m->is_fenced) {
			discord_pen_verbatim(&m->pen, line);
		} else {
			line_write(m, line);
			if (m->is_bold) {
				bold_toggle(m);
			}
		}
		if (text.len > 0 || m->is_fenced) {
			(void)discord_pen_text(&m->pen, "\n");
		}
	}
}

bool
discord_markup_write(
    struct stoa_buf *to, struct stoa_str text, size_t weight_max)
{
	size_t kept = discord_weight(STOA_STR(ELLIPSIS));
	struct markup m = {.pen = discord_pen(to, weight_max)};

	if (kept > weight_max) {
		return text.len == 0;
	}
	m.pen.left -= kept;
	lines_write(&m, text);
	if (m.pen.is_cut) {
		stoa_buf_add_text(to, ELLIPSIS);
	}
	if (m.is_fenced) {
		/* Where the text was cut, the line has no end yet. */
		stoa_buf_add_text(to, m.pen.is_cut ? "\n```\n" : "```\n");
	}
	return !m.pen.is_cut;
}
