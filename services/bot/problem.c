/* problem.c - refusals of the parser and validator, put into words. */
#include "bot/problem.h"

#include "bot/limits.h"
#include "bot/words.h"

#include <stdarg.h>
#include <stdio.h>

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

bool
bot_problem_fill(struct bot_problem *ret_problem, struct stoa_arena *arena,
    const struct bot_problem *draft, const char *format, ...)
{
	/* A sentence longer than this quotes too much. */
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	stoa_assert(draft->code != NULL);
	*ret_problem = (struct bot_problem){
	    .code = draft->code,
	    .field = or_empty(draft->field),
	    .given = or_empty(draft->given),
	    .limit = or_empty(draft->limit),
	    .text = or_empty(stoa_arena_str(arena, stoa_str_of(text))),
	    .fix = or_empty(draft->fix),
	    .offset = draft->offset,
	    .len = draft->len,
	};
	return false;
}

const char *
bot_problem_excerpt(struct stoa_arena *arena, struct stoa_str text)
{
	return bot_words_excerpt(arena, text, BOT_GIVEN_LEN_MAX);
}

/* Moves back to the first byte of the character that `at` lies in. */
static size_t
character_start(struct stoa_str line, size_t at)
{
	while (at > 0 && at < line.len &&
	       ((unsigned char)line.data[at] & 0xc0) == 0x80) {
		at--;
	}
	return at;
}

static size_t
character_count(struct stoa_str text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++) {
		count += ((unsigned char)text.data[i] & 0xc0) != 0x80;
	}
	return count;
}

void
bot_problem_print_place(struct stoa_buf *b, const struct bot_problem *problem,
    struct stoa_str line, size_t width)
{
	size_t begin, end, mark, mark_end, marks;

	if (problem->len == 0 || problem->offset > line.len || width < 16) {
		return;
	}
	/* The place stands a third into the window, what follows matters
	 * less than what led there. */
	mark = character_start(line, problem->offset);
	mark_end = problem->offset + problem->len;
	mark_end = mark_end > line.len ? line.len : mark_end;
	begin = mark > width * 2 / 3 ? mark - width * 2 / 3 : 0;
	if (line.len - begin < width) {
		begin = line.len > width ? line.len - width : 0;
	}
	begin = character_start(line, begin);
	end = begin + width > line.len ? line.len : begin + width;
	end = character_start(line, end);
	for (size_t i = begin; i < end; i++) {
		unsigned char c = (unsigned char)line.data[i];

		stoa_buf_add_byte(b, c < 0x20 || c == 0x7f ? ' ' : c);
	}
	mark_end = mark_end > end ? end : mark_end;
	marks = mark_end > mark ? character_count((struct stoa_str){
				      line.data + mark, mark_end - mark})
				: 1;
	stoa_buf_printf(b, "\n%*s",
	    (int)character_count(
		(struct stoa_str){line.data + begin, mark - begin}),
	    "");
	while (marks-- > 0) {
		stoa_buf_add_byte(b, '^');
	}
	stoa_buf_add_byte(b, '\n');
}
