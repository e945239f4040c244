/* dataset.h - texts with labels, in three splits.
 *
 * Rows are added as they are read, then the set is finished: labels are put
 * in byte order, missing splits are cut from the training rows (per label,
 * seeded, so that the same rows always fall to the same split), and what no
 * model can be trained on is refused. Rows labelled out of scope belong to
 * no class. Layer 2, pure. */
#ifndef WORKER_DATASET_H
#define WORKER_DATASET_H

#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "worker/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORKER_OUT_OF_SCOPE (-1)

enum worker_split {
	WORKER_TRAIN,
	WORKER_VALIDATION,
	WORKER_TEST,
};

#define WORKER_SPLIT_COUNT 3

struct worker_row {
	struct stoa_str text;
	int32_t label; /* index into labels, or WORKER_OUT_OF_SCOPE */
};

struct worker_rows {
	struct worker_row *rows;
	size_t count;
	size_t size;
};

struct worker_dataset {
	struct worker_rows splits[WORKER_SPLIT_COUNT];
	struct stoa_str *labels; /* in byte order once finished */
	size_t label_count;

	/* Private. */
	struct stoa_arena arena;
	struct stoa_map label_index; /* name -> index + 1 */
};

void worker_dataset_init(struct worker_dataset *d);
void worker_dataset_fini(struct worker_dataset *d);

/* Copies both texts. `line` and `file` are for the refusal: EMPTY_TEXT,
 * EMPTY_LABEL, TEXT_TOO_LONG, LABEL_TOO_LONG, TOO_MANY_LABELS,
 * DATASET_TOO_LARGE, OUT_OF_MEMORY. */
struct worker_place {
	const char *file;
	size_t line;
};
bool worker_dataset_add(struct worker_dataset *d, enum worker_split split,
    struct stoa_str text, struct stoa_str label, struct worker_place place,
    struct worker_problem *problem);

/* Refuses EMPTY_DATASET, TOO_FEW_ROWS, ONE_LABEL, UNKNOWN_LABEL (one that no
 * training row has), OUT_OF_MEMORY. Call once, after the last row. */
bool worker_dataset_finish(
    struct worker_dataset *d, uint64_t seed, struct worker_problem *problem);

/* Rows of a split that are in scope, or that are not. */
size_t worker_rows_count(const struct worker_rows *rows, bool is_in_scope);

const char *worker_split_name(enum worker_split split); /* "train" */

#endif
