/* live.c - what moves is drawn over what was there. */
#include "stoa/live.h"

#include <unistd.h>

void
live_render(struct stoa_buf *b, const Stoa__Chat__Card *card,
    const struct term_options *options)
{
	Stoa__Chat__Card part = STOA__CHAT__CARD__INIT;

	part.title = card->title;
	part.severity = card->severity;
	part.progress = card->progress;
	part.series = card->series;
	part.n_series = card->n_series;
	term_card_render(b, &part, options);
}

void
live_area_init(struct live_area *a, FILE *out)
{
	*a = (struct live_area){
	    .out = out,
	    .is_terminal = isatty(fileno(out)) != 0,
	};
	stoa_buf_init(&a->text, TERM_CARD_LEN_MAX);
}

void
live_area_fini(struct live_area *a)
{
	stoa_buf_fini(&a->text);
}

static size_t
rows_of(struct stoa_str text)
{
	size_t rows = 0;

	for (size_t i = 0; i < text.len; i++) {
		rows += text.data[i] == '\n';
	}
	return rows;
}

void
live_area_clear(struct live_area *a)
{
	if (a->rows > 0) {
		fprintf(a->out, "\r\x1b[%zuA\x1b[J", a->rows);
		(void)fflush(a->out);
	}
	a->rows = 0;
}

void
live_area_show(struct live_area *a, const Stoa__Chat__Card *card)
{
	struct term_options options;

	if (!a->is_terminal) {
		return;
	}
	options = term_options_of(fileno(a->out));
	stoa_buf_clear(&a->text);
	live_render(&a->text, card, &options);
	live_area_clear(a);
	(void)fwrite(a->text.data, 1, a->text.len, a->out);
	(void)fflush(a->out);
	a->rows = rows_of(stoa_buf_str(&a->text));
}
