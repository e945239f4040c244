/* card.c - front matter, then tables. */
#include "worker/card.h"

/* Labels listed one by one: the ones a reader should worry about. */
#define WORST_COUNT 10

/* Longest bar of the loss curve. */
#define BAR_WIDTH 30

static void
quoted(struct stoa_buf *out, struct stoa_str text)
{
	stoa_buf_add_json(out, text);
}

/* Escaped for a cell or a line of Markdown. */
static void
plain(struct stoa_buf *out, struct stoa_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c == '<') {
			stoa_buf_add_text(out, "&lt;");
		} else if (c == '&') {
			stoa_buf_add_text(out, "&amp;");
		} else if ((unsigned char)c < 0x20) {
			stoa_buf_add_byte(out, ' ');
		} else {
			if (memchr("\\`*_[]|#~!", c, 10) != NULL) {
				stoa_buf_add_byte(out, '\\');
			}
			stoa_buf_add_byte(out, (uint8_t)c);
		}
	}
}

static void
result(struct stoa_buf *out, const char *type, const char *name, double value)
{
	stoa_buf_printf(out,
	    "    - type: %s\n      name: %s\n      value: %.6f\n", type, name,
	    value);
}

static void
index_print(const struct worker_card *card, const struct worker_metrics *m,
    struct stoa_buf *out)
{
	stoa_buf_add_text(out, "model-index:\n- name: ");
	quoted(out, card->name);
	stoa_buf_add_text(out, "\n  results:\n  - task:\n"
			       "      type: text-classification\n"
			       "      name: Text Classification\n"
			       "    dataset:\n      type: ");
	quoted(out,
	    card->dataset_cid.len > 0 ? card->dataset_cid : STOA_STR("local"));
	stoa_buf_add_text(out, "\n      name: ");
	quoted(out, card->dataset_name);
	stoa_buf_add_text(out, "\n      split: test\n    metrics:\n");
	result(out, "accuracy", "Accuracy, in scope", m->accuracy);
	result(out, "f1", "Macro F1", m->macro_f1);
	result(out, "log_loss", "Log loss", m->log_loss);
	result(out, "ece", "Expected calibration error", m->calibration_error);
	if (m->out_of_scope_rows > 0) {
		result(out, "recall", "Out-of-scope recall",
		    m->out_of_scope_recall);
		result(out, "roc_auc", "Out-of-scope AUROC",
		    m->out_of_scope_auroc);
	}
}

static void
front_print(const struct worker_card *card, const struct worker_metrics *m,
    struct stoa_buf *out)
{
	stoa_buf_add_text(out, "---\n");
	if (card->license.len > 0) {
		stoa_buf_add_text(out, "license: ");
		quoted(out, card->license);
		stoa_buf_add_text(out, "\n");
	}
	if (card->language.len > 0) {
		stoa_buf_add_text(out, "language:\n- ");
		quoted(out, card->language);
		stoa_buf_add_text(out, "\n");
	}
	stoa_buf_add_text(out, "library_name: stoa\n"
			       "pipeline_tag: text-classification\n"
			       "tags:\n- text-classification\n"
			       "- intent-classification\n"
			       "- out-of-scope-detection\ndatasets:\n- ");
	quoted(out, card->dataset_name);
	stoa_buf_add_text(out, "\nmetrics:\n- accuracy\n- f1\n");
	index_print(card, m, out);
	stoa_buf_add_text(out, "---\n\n");
}

static void
intro_print(const struct worker_card *card, const struct worker_model *m,
    struct stoa_buf *out)
{
	stoa_buf_add_text(out, "# ");
	plain(out, card->name);
	stoa_buf_printf(out,
	    "\n\nSorts a text into one of %zu labels, with a probability, and "
	    "says when it fits none.\n\n"
	    "Softmax regression over hashed word and character n-grams "
	    "(tf-idf); "
	    "%zu features, trained by the recipe `%s`, version %d, on the data "
	    "set ",
	    m->label_count, m->vocabulary.count, WORKER_RECIPE_NAME,
	    WORKER_RECIPE_VERSION);
	plain(out, card->dataset_name);
	if (card->dataset_cid.len > 0) {
		stoa_buf_add_text(out, " (`");
		plain(out, card->dataset_cid);
		stoa_buf_add_text(out, "`)");
	}
	stoa_buf_add_text(out, ". The same data, parameters and seed give "
			       "the same files.\n\n");
}

static void
figure(struct stoa_buf *out, const char *what, double value, size_t rows)
{
	stoa_buf_printf(
	    out, "| %s | %.2f %% | %zu |\n", what, value * 100, rows);
}

static void
figures_print(const struct worker_metrics *m, struct stoa_buf *out)
{
	stoa_buf_add_text(out, "## Figures\n\nMeasured on test rows that "
			       "training has not seen.\n\n"
			       "| figure | value | rows |\n"
			       "| --- | ---: | ---: |\n");
	figure(out, "accuracy, in scope", m->accuracy, m->test_rows);
	figure(out, "macro F1", m->macro_f1, m->test_rows);
	figure(out, "expected calibration error", m->calibration_error,
	    m->test_rows);
	figure(out, "in scope and let through", m->kept, m->test_rows);
	figure(out, "let through and right", m->kept_accuracy, m->test_rows);
	if (m->out_of_scope_rows > 0) {
		figure(out, "out of scope and recognised",
		    m->out_of_scope_recall, m->out_of_scope_rows);
		figure(out, "out-of-scope AUROC", m->out_of_scope_auroc,
		    m->out_of_scope_rows);
	}
	stoa_buf_printf(out,
	    "| log loss | %.4f | %zu |\n\nTrained on %zu rows, calibrated on "
	    "%zu.\n\n",
	    m->log_loss, m->test_rows, m->train_rows, m->validation_rows);
}

static void
curve_print(const struct worker_metrics *m, struct stoa_buf *out)
{
	double top = 0;

	stoa_buf_add_text(out, "## Training\n\n"
			       "| epoch | loss | | validation accuracy |\n"
			       "| ---: | ---: | --- | ---: |\n");
	for (size_t i = 0; i < m->epoch_count; i++) {
		top = m->epochs[i].loss > top ? m->epochs[i].loss : top;
	}
	for (size_t i = 0; i < m->epoch_count; i++) {
		const struct worker_epoch *e = &m->epochs[i];
		int bar = top > 0 ? (int)(BAR_WIDTH * e->loss / top) : 0;

		stoa_buf_printf(out, "| %zu | %.4f | `%.*s` | %.2f %% |\n",
		    i + 1, e->loss, bar < 1 ? 1 : bar,
		    "##############################",
		    e->validation_accuracy * 100);
	}
	stoa_buf_add_text(out, "\n");
}

/* The label with the next higher (F1, index) after the one given. */
static size_t
worst_next(const struct worker_metrics *m, double f1, size_t after)
{
	size_t best = m->label_count;

	for (size_t i = 0; i < m->label_count; i++) {
		const struct worker_label_score *s = &m->labels[i];
		bool is_later =
		    s->f1 > f1 ||
		    (s->f1 >= f1 && (after == m->label_count || i > after));

		if (s->row_count > 0 && is_later &&
		    (best == m->label_count || s->f1 < m->labels[best].f1)) {
			best = i;
		}
	}
	return best;
}

static void
worst_print(const struct worker_model *model, const struct worker_metrics *m,
    struct stoa_buf *out)
{
	size_t at = m->label_count;
	double f1 = -1;

	stoa_buf_add_text(out, "## Weakest labels\n\n"
			       "| label | F1 | precision | recall | rows |\n"
			       "| --- | ---: | ---: | ---: | ---: |\n");
	for (int i = 0; i < WORST_COUNT; i++) {
		const struct worker_label_score *s;

		at = worst_next(m, f1, at);
		if (at == m->label_count) {
			break;
		}
		s = &m->labels[at];
		f1 = s->f1;
		stoa_buf_add_text(out, "| ");
		plain(out, model->labels[at]);
		stoa_buf_printf(out, " | %.3f | %.3f | %.3f | %zu |\n", s->f1,
		    s->precision, s->recall, s->row_count);
	}
	stoa_buf_add_text(out, "\n");
}

static void
use_print(const struct worker_model *m, struct stoa_buf *out)
{
	stoa_buf_printf(out,
	    "## Use and limits\n\n"
	    "- Probabilities are calibrated (temperature %.3f): of answers "
	    "given "
	    "with 80 %%, about 80 %% are right.\n"
	    "- A text whose out-of-scope score is above %.3f fits no label; "
	    "ask "
	    "back instead of acting.\n"
	    "- It knows words, not meaning: a paraphrase without a known word "
	    "may be missed.\n"
	    "- It repeats what its data says, prejudice included. Do not "
	    "decide "
	    "about people with it alone.\n\n",
	    (double)m->temperature, (double)m->threshold);
	stoa_buf_add_text(out, "Files: `model.safetensors` (buckets, idf, "
			       "weights, bias), `config.json` (labels, "
			       "calibration), `provenance.json` (signed: data, "
			       "recipe, parameters, worker, figures).\n\n"
			       "Parameters: `");
	worker_params_print(&m->params, out);
	stoa_buf_add_text(out, "`\n");
}

void
worker_card_print(const struct worker_card *card, const struct worker_model *m,
    const struct worker_metrics *metrics, struct stoa_buf *out)
{
	front_print(card, metrics, out);
	intro_print(card, m, out);
	figures_print(metrics, out);
	curve_print(metrics, out);
	worst_print(m, metrics, out);
	use_print(m, out);
}
