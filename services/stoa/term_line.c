/* term_line.c - the only file that includes libedit.
 *
 * libedit asks for one character at a time through `key_read`; while there is
 * none, that function turns the caller's loop, so that the program lives on
 * while a line is being typed and needs no second thread.
 *
 * The screen, from top to bottom: what was printed, the status, the prompt
 * with the line. To show something the two last are erased and drawn again,
 * for which their height is all that must be known. */
#include "stoa/term_line.h"

#include "base/check.h"
#include "stoa/term_text.h"

#include <errno.h>
#include <histedit.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#define STATUS_LEN_MAX ((size_t)64 * 1024)
#define KEYS_SIZE      256

/* Completing one word: candidates and their notes. */
#define ARENA_MAX ((size_t)256 * 1024)

struct term_line {
	EditLine *edit;	  /* NULL: input is no terminal */
	History *history; /* NULL: none */
	FILE *in, *out;
	char *prompt, *history_path;
	bool (*wait)(void *owner);
	term_values values;
	void *owner;
	bool is_editing;
	bool is_interrupted;
	struct stoa_buf status;
	size_t status_rows;   /* as drawn above the prompt, 0: not drawn */
	struct stoa_buf line; /* without a terminal */
	char keys[KEYS_SIZE]; /* read and not yet used */
	size_t key_at, key_end;
};

/* ---- keys ---- */

static bool
is_readable(const struct term_line *l)
{
	struct pollfd p = {.fd = fileno(l->in), .events = POLLIN};

	return poll(&p, 1, 0) > 0;
}

/* At least one byte in `keys`; false at the end or when interrupted. */
static bool
keys_fill(struct term_line *l)
{
	ssize_t len;

	if (l->key_at < l->key_end) {
		return true;
	}
	do {
		while (!is_readable(l)) {
			if (l->is_interrupted || !l->wait(l->owner)) {
				return false;
			}
		}
		len = read(fileno(l->in), l->keys, sizeof(l->keys));
	} while (len < 0 && (errno == EINTR || errno == EAGAIN));
	l->key_at = 0;
	l->key_end = len > 0 ? (size_t)len : 0;
	return len > 0 && !l->is_interrupted;
}

/* libedit's way to ask for a character: 1 with it, 0 at the end. */
static int
key_read(EditLine *edit, wchar_t *ret_key)
{
	struct term_line *l;
	mbstate_t state = {0};
	size_t used;

	el_get(edit, EL_CLIENTDATA, &l);
	do {
		if (!keys_fill(l)) {
			return 0;
		}
		used = mbrtowc(ret_key, &l->keys[l->key_at], 1, &state);
		l->key_at++;
		if (used == (size_t)-1) { /* not UTF-8: start anew */
			state = (mbstate_t){0};
		}
	} while (used == (size_t)-1 || used == (size_t)-2);
	return 1;
}

/* ---- the screen ---- */

static size_t
screen_columns(const struct term_line *l)
{
	struct winsize size;

	if (ioctl(fileno(l->out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
		return 80;
	}
	return size.ws_col;
}

/* Columns of text that may hold our own colours. */
static size_t
coloured_columns(struct stoa_str text)
{
	size_t total = 0;

	while (text.len > 0) {
		struct stoa_str plain = stoa_str_cut(&text, '\x1b');

		total += term_columns(plain);
		if (text.len > 0) {
			(void)stoa_str_cut(&text, 'm');
		}
	}
	return total;
}

static size_t
rows_of(struct stoa_str lines, size_t width)
{
	size_t rows = 0;

	while (lines.len > 0) {
		size_t columns = coloured_columns(stoa_str_cut(&lines, '\n'));

		rows += columns == 0 ? 1 : (columns + width - 1) / width;
	}
	return rows;
}

/* How many rows of the screen lie above the cursor and are ours. */
static size_t
rows_above(struct term_line *l)
{
	const LineInfo *info;
	size_t columns;

	if (!l->is_editing) {
		return l->status_rows;
	}
	info = el_line(l->edit);
	columns = term_columns(stoa_str_of(l->prompt)) +
		  term_columns(stoa_str_of_bytes(
		      info->buffer, (size_t)(info->cursor - info->buffer)));
	return l->status_rows + columns / screen_columns(l);
}

static void
screen_erase(struct term_line *l)
{
	size_t rows = rows_above(l);

	fputc('\r', l->out);
	if (rows > 0) {
		fprintf(l->out, "\x1b[%zuA", rows);
	}
	fputs("\x1b[J", l->out);
	l->status_rows = 0;
}

static void
status_draw(struct term_line *l)
{
	struct stoa_str text = stoa_buf_str(&l->status);

	(void)fwrite(text.data, 1, text.len, l->out);
	l->status_rows = rows_of(text, screen_columns(l));
}

static void
screen_draw(struct term_line *l)
{
	status_draw(l);
	(void)fflush(l->out);
	if (l->is_editing) {
		el_set(l->edit, EL_REFRESH);
	}
}

void
term_line_print(struct term_line *l, struct stoa_str text)
{
	if (l->edit == NULL) {
		(void)fwrite(text.data, 1, text.len, l->out);
		(void)fflush(l->out);
		return;
	}
	screen_erase(l);
	(void)fwrite(text.data, 1, text.len, l->out);
	if (text.len > 0 && text.data[text.len - 1] != '\n') {
		fputc('\n', l->out);
	}
	screen_draw(l);
}

void
term_line_status(struct term_line *l, struct stoa_str text)
{
	if (l->edit == NULL) {
		return;
	}
	screen_erase(l);
	stoa_buf_clear(&l->status);
	stoa_buf_add_str(&l->status, text);
	if (l->status.is_overflown) {
		stoa_buf_clear(&l->status);
	}
	if (l->status.len > 0 && text.data[text.len - 1] != '\n') {
		stoa_buf_add_byte(&l->status, '\n');
	}
	screen_draw(l);
}

/* ---- completing ---- */

static void
candidates_print(struct term_line *l, const struct term_completion *c)
{
	struct term_options options = term_options_of(fileno(l->out));
	struct stoa_buf b;
	struct term_out o = {&b, options.width, options.has_colour};
	size_t widest = 0;

	stoa_buf_init(&b, TERM_CARD_LEN_MAX);
	for (size_t i = 0; i < c->count; i++) {
		size_t columns =
		    term_columns(stoa_str_of(c->candidates[i].text));

		widest = columns > widest ? columns : widest;
	}
	for (size_t i = 0; i < c->count; i++) {
		struct stoa_str text = stoa_str_of(c->candidates[i].text);

		term_spaces(&o, TERM_INDENT);
		term_text_add(&o, text);
		term_spaces(&o, widest - term_columns(text) + 2);
		term_styled(&o, TERM_DIM, c->candidates[i].note);
		stoa_buf_add_byte(&b, '\n');
	}
	if (c->is_cut) {
		stoa_buf_add_text(&b, "  ...\n");
	}
	term_line_print(l, stoa_buf_str(&b));
	stoa_buf_fini(&b);
}

/* Whether a word is complete as it stands, so that a space may follow. */
static bool
is_whole(struct stoa_str text)
{
	return text.len > 0 && strchr(":=/ ", text.data[text.len - 1]) == NULL;
}

/* Inserts what all candidates share. False when that is nothing new. */
static bool
common_insert(struct term_line *l, const struct term_completion *c)
{
	struct stoa_str common = term_common(c);
	char *text;

	stoa_assert(common.len >= c->word.len || c->count == 0);
	common = stoa_str_from(common, c->word.len);
	if (common.len == 0 && c->count != 1) {
		return false;
	}
	text = stoa_arena_printf(c->arena, "%.*s%s", STOA_STR_ARG(common),
	    c->count == 1 && is_whole(term_common(c)) ? " " : "");
	if (text == NULL || text[0] == '\0') {
		return false;
	}
	return el_insertstr(l->edit, text) == 0;
}

static void
hint_print(struct term_line *l, struct stoa_str line)
{
	struct stoa_buf b;

	stoa_buf_init(&b, TERM_CARD_LEN_MAX);
	term_hint(&b, line);
	if (b.len > 0) {
		term_line_print(l, stoa_str_trim(stoa_buf_str(&b)));
	}
	stoa_buf_fini(&b);
}

static unsigned char
tab_pressed(EditLine *edit, int key)
{
	const LineInfo *info = el_line(edit);
	struct stoa_str line = stoa_str_of_bytes(
	    info->buffer, (size_t)(info->lastchar - info->buffer));
	size_t cursor = (size_t)(info->cursor - info->buffer);
	struct term_completion c;
	struct stoa_arena arena;
	struct term_line *l;
	unsigned char result = CC_NORM;

	(void)key;
	el_get(edit, EL_CLIENTDATA, &l);
	stoa_arena_init(&arena, NULL, 0, ARENA_MAX);
	term_complete(line, cursor, l->values, l->owner, &arena, &c);
	if (c.count == 0) {
		hint_print(l, line);
	} else if (common_insert(l, &c)) {
		result = CC_REFRESH;
	} else {
		candidates_print(l, &c);
	}
	stoa_arena_fini(&arena);
	return result;
}

/* ---- lines ---- */

static void
history_add(struct term_line *l, const char *line)
{
	HistEvent event;

	/* As in a shell: a leading space keeps a line out. */
	if (l->history == NULL || line[0] == '\n' || line[0] == ' ') {
		return;
	}
	history(l->history, &event, H_ENTER, line);
	if (l->history_path != NULL) {
		/* Each time: a killed terminal keeps its history. */
		history(l->history, &event, H_SAVE, l->history_path);
	}
}

static bool
edited_next(struct term_line *l, struct stoa_str *ret_line)
{
	const char *line;
	int len = 0;

	status_draw(l);
	(void)fflush(l->out);
	l->is_editing = true;
	line = el_gets(l->edit, &len);
	l->is_editing = false;
	l->status_rows = 0; /* it has scrolled into the past */
	if (l->is_interrupted) {
		l->is_interrupted = false;
		fputs("^C\n", l->out);
		*ret_line = STOA_STR("");
		return true;
	}
	if (line == NULL || len <= 0) {
		fputc('\n', l->out);
		return false;
	}
	history_add(l, line);
	*ret_line = stoa_str_of_bytes(line, (size_t)len);
	if (ret_line->data[ret_line->len - 1] == '\n') {
		ret_line->len--;
	}
	if (ret_line->len > TERM_LINE_LEN_MAX) {
		ret_line->len = TERM_LINE_LEN_MAX;
	}
	return true;
}

static bool
plain_next(struct term_line *l, struct stoa_str *ret_line)
{
	bool has_any = false, has_ended = false;

	stoa_buf_clear(&l->line);
	while (!has_ended && keys_fill(l)) {
		struct stoa_str rest = stoa_str_of_bytes(
		    &l->keys[l->key_at], l->key_end - l->key_at);
		struct stoa_str piece = stoa_str_cut(&rest, '\n');
		size_t room = TERM_LINE_LEN_MAX - l->line.len;

		has_any = true;
		l->key_at += piece.len;
		if (l->key_at < l->key_end) {
			has_ended = true;
			l->key_at++;
		}
		stoa_buf_add(
		    &l->line, piece.data, piece.len < room ? piece.len : room);
	}
	l->is_interrupted = false;
	*ret_line = stoa_buf_str(&l->line);
	return has_any;
}

bool
term_line_next(struct term_line *l, struct stoa_str *ret_line)
{
	return l->edit == NULL ? plain_next(l, ret_line)
			       : edited_next(l, ret_line);
}

void
term_line_resized(struct term_line *l)
{
	if (l->edit != NULL) {
		el_resize(l->edit);
	}
}

void
term_line_interrupt(struct term_line *l)
{
	l->is_interrupted = true;
}

/* ---- life ---- */

static char *
prompt_get(EditLine *edit)
{
	struct term_line *l;

	el_get(edit, EL_CLIENTDATA, &l);
	return l->prompt;
}

static bool
history_open(struct term_line *l)
{
	HistEvent event;

	l->history = history_init();
	if (l->history == NULL) {
		return false;
	}
	history(l->history, &event, H_SETSIZE, TERM_HISTORY_MAX);
	history(l->history, &event, H_SETUNIQUE, 1);
	if (l->history_path != NULL) {
		/* Not there yet, or damaged: it begins anew. */
		history(l->history, &event, H_LOAD, l->history_path);
	}
	return true;
}

static enum stoa_status
edit_open(struct term_line *l)
{
	if (!history_open(l)) {
		return STOA_NO_MEMORY;
	}
	l->edit = el_init("stoa", l->in, l->out, stderr);
	if (l->edit == NULL) {
		return STOA_UNSUPPORTED;
	}
	el_set(l->edit, EL_CLIENTDATA, l);
	el_set(l->edit, EL_PROMPT, prompt_get);
	el_set(l->edit, EL_EDITOR, "emacs");
	el_set(l->edit, EL_SIGNAL, 0);
	el_set(l->edit, EL_HIST, history, l->history);
	el_set(l->edit, EL_GETCFN, key_read);
	/* The narrow call would copy these texts and never free them. */
	el_wset(l->edit, EL_ADDFN, L"stoa-complete", L"Complete a command",
	    tab_pressed);
	el_set(l->edit, EL_BIND, "^I", "stoa-complete", NULL);
	el_set(l->edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
	el_set(l->edit, EL_BIND, "\\e[1;5C", "em-next-word", NULL);
	el_set(l->edit, EL_BIND, "\\e[1;5D", "ed-prev-word", NULL);
	el_source(l->edit, NULL); /* the member's own ~/.editrc */
	return STOA_OK;
}

static bool
texts_dup(struct term_line *l, const struct term_line_options *options)
{
	l->prompt = strdup(options->prompt);
	if (options->history_path != NULL) {
		l->history_path = strdup(options->history_path);
	}
	return l->prompt != NULL &&
	       (options->history_path == NULL || l->history_path != NULL);
}

enum stoa_status
term_line_open(
    const struct term_line_options *options, struct term_line **ret_line)
{
	struct term_line *l = calloc(1, sizeof(*l));
	enum stoa_status status = STOA_OK;

	if (l == NULL) {
		return STOA_NO_MEMORY;
	}
	l->in = options->in;
	l->out = options->out;
	l->wait = options->wait;
	l->values = options->values;
	l->owner = options->owner;
	stoa_buf_init(&l->status, STATUS_LEN_MAX);
	stoa_buf_init(&l->line, TERM_LINE_LEN_MAX);
	if (!texts_dup(l, options)) {
		status = STOA_NO_MEMORY;
	} else if (isatty(fileno(l->in)) != 0) {
		status = edit_open(l);
	}
	if (status != STOA_OK) {
		term_line_close(l);
		return status;
	}
	*ret_line = l;
	return STOA_OK;
}

void
term_line_close(struct term_line *l)
{
	if (l == NULL) {
		return;
	}
	if (l->edit != NULL) {
		el_end(l->edit);
	}
	if (l->history != NULL) {
		history_end(l->history);
	}
	stoa_buf_fini(&l->status);
	stoa_buf_fini(&l->line);
	free(l->prompt);
	free(l->history_path);
	free(l);
}
