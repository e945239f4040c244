/* import.h - CSV files into a data set.
 *
 * The first row names the columns. The text column is called text, sentence,
 * utterance, query, question, message, content, input or prompt; the label
 * column label, intent, class, category, target, topic or tag; letters in
 * any case, other columns are ignored. Layer 2, pure: bytes are fed. */
#ifndef WORKER_IMPORT_H
#define WORKER_IMPORT_H

#include "base/csv.h"
#include "worker/dataset.h"

struct worker_import {
	struct worker_dataset *dataset;
	struct worker_problem *problem;
	const char *file;
	struct stoa_csv csv;
	enum worker_split split;
	size_t text_column;
	size_t label_column;
	size_t size; /* bytes fed so far */
	bool has_header;
};

/* Borrows all three; `file` names the file in refusals. */
void worker_import_init(struct worker_import *im, struct worker_dataset *d,
    enum worker_split split, const char *file, struct worker_problem *problem);
void worker_import_fini(struct worker_import *im);

/* Refuses what worker_dataset_add refuses, and BAD_CSV, RAGGED_ROW,
 * NO_COLUMN, DATASET_TOO_LARGE. After a refusal only fini may follow. */
bool worker_import_feed(struct worker_import *im, struct stoa_str bytes);
bool worker_import_end(struct worker_import *im); /* EMPTY_DATASET too */

#endif
