/* card.h - README.md of a model: a model card as Hugging Face reads it
 * (YAML front matter with a model-index), written for people.
 * Layer 2, pure. */
#ifndef WORKER_CARD_H
#define WORKER_CARD_H

#include "base/buf.h"
#include "worker/metrics.h"
#include "worker/model.h"

/* What the model cannot know of itself; "" where nothing is known. */
struct worker_card {
	struct stoa_str name;
	struct stoa_str dataset_name;
	struct stoa_str dataset_cid;
	struct stoa_str license;  /* SPDX id of the data's licence, or "" */
	struct stoa_str language; /* BCP 47, or "" */
};

/* Texts from outside are quoted: in the front matter as JSON strings, in the
 * body with the characters that Markdown and HTML know escaped. */
void worker_card_print(const struct worker_card *card,
    const struct worker_model *m, const struct worker_metrics *metrics,
    struct stoa_buf *out);

#endif
