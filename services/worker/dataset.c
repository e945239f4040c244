/* dataset.c - collecting rows and putting labels in order. */
#include "worker/dataset.h"

#include "worker/limits.h"
#include "worker/recipe.h"
#include "worker/split.h"

#include <stdlib.h>

void
worker_dataset_init(struct worker_dataset *d)
{
	*d = (struct worker_dataset){0};
	stoa_arena_init(&d->arena, NULL, 0,
	    (size_t)WORKER_SPLIT_COUNT * WORKER_FILE_SIZE_MAX);
	/* The seed may be fixed: labels are few, and bounded. */
	stoa_map_init(&d->label_index, 0);
}

void
worker_dataset_fini(struct worker_dataset *d)
{
	for (int i = 0; i < WORKER_SPLIT_COUNT; i++) {
		free(d->splits[i].rows);
	}
	free(d->labels);
	stoa_map_fini(&d->label_index);
	stoa_arena_fini(&d->arena);
	*d = (struct worker_dataset){0};
}

static size_t
total(const struct worker_dataset *d)
{
	size_t count = 0;

	for (int i = 0; i < WORKER_SPLIT_COUNT; i++) {
		count += d->splits[i].count;
	}
	return count;
}

static bool
check_texts(struct stoa_str text, struct stoa_str label,
    struct worker_place place, struct worker_problem *problem)
{
	if (text.len == 0) {
		return worker_refuse(problem, WORKER_EMPTY_TEXT,
		    "%s line %zu: the text is empty; fill it or remove the "
		    "row",
		    place.file, place.line);
	}
	if (label.len == 0) {
		return worker_refuse(problem, WORKER_EMPTY_LABEL,
		    "%s line %zu: the label is empty; fill it or remove the "
		    "row",
		    place.file, place.line);
	}
	if (text.len > WORKER_TEXT_LEN_MAX) {
		return worker_refuse(problem, WORKER_TEXT_TOO_LONG,
		    "%s line %zu: the text has %zu bytes, the limit is %u; "
		    "split it",
		    place.file, place.line, text.len, WORKER_TEXT_LEN_MAX);
	}
	if (label.len > WORKER_LABEL_LEN_MAX) {
		return worker_refuse(problem, WORKER_LABEL_TOO_LONG,
		    "%s line %zu: the label has %zu bytes, the limit is %u; "
		    "are the columns swapped?",
		    place.file, place.line, label.len, WORKER_LABEL_LEN_MAX);
	}
	return true;
}

static bool
refuse_memory(struct worker_problem *problem)
{
	return worker_refuse(problem, WORKER_OUT_OF_MEMORY,
	    "the data set does not fit into memory; use fewer rows or a "
	    "larger machine");
}

/* Index of a label, adding it when it is new. */
static bool
label_index(struct worker_dataset *d, struct stoa_str label,
    struct worker_place place, int32_t *ret_index,
    struct worker_problem *problem)
{
	uintptr_t known = (uintptr_t)stoa_map_get(&d->label_index, label);
	char *copy;

	if (known != 0) {
		*ret_index = (int32_t)(known - 1);
		return true;
	}
	if (d->label_count == WORKER_LABEL_COUNT_MAX) {
		return worker_refuse(problem, WORKER_TOO_MANY_LABELS,
		    "%s line %zu: more than %u different labels; are the "
		    "columns swapped?",
		    place.file, place.line, WORKER_LABEL_COUNT_MAX);
	}
	if (d->labels == NULL) {
		d->labels = calloc(WORKER_LABEL_COUNT_MAX, sizeof(*d->labels));
	}
	copy = stoa_arena_str(&d->arena, label);
	if (d->labels == NULL || copy == NULL) {
		return refuse_memory(problem);
	}
	d->labels[d->label_count] = (struct stoa_str){copy, label.len};
	*ret_index = (int32_t)d->label_count++;
	(void)stoa_map_put(
	    &d->label_index, label, (void *)(uintptr_t)d->label_count);
	return true;
}

static bool
rows_add(struct worker_rows *rows, struct worker_row row)
{
	if (rows->count == rows->size) {
		size_t size = rows->size == 0 ? 1024 : rows->size * 2;
		struct worker_row *more =
		    realloc(rows->rows, size * sizeof(*more));

		if (more == NULL) {
			return false;
		}
		rows->rows = more;
		rows->size = size;
	}
	rows->rows[rows->count++] = row;
	return true;
}

bool
worker_dataset_add(struct worker_dataset *d, enum worker_split split,
    struct stoa_str text, struct stoa_str label, struct worker_place place,
    struct worker_problem *problem)
{
	struct worker_row row = {.label = WORKER_OUT_OF_SCOPE};

	text = stoa_str_trim(text);
	label = stoa_str_trim(label);
	if (!check_texts(text, label, place, problem)) {
		return false;
	}
	if (total(d) == WORKER_ROW_COUNT_MAX) {
		return worker_refuse(problem, WORKER_DATASET_TOO_LARGE,
		    "more than %u rows; use a sample of them",
		    WORKER_ROW_COUNT_MAX);
	}
	if (!worker_label_is_out_of_scope(label) &&
	    !label_index(d, label, place, &row.label, problem)) {
		return false;
	}
	row.text.data = stoa_arena_str(&d->arena, text);
	row.text.len = text.len;
	if (row.text.data == NULL || !rows_add(&d->splits[split], row)) {
		return refuse_memory(problem);
	}
	return true;
}

static int
label_order(const void *a, const void *b)
{
	return stoa_str_compare(
	    *(const struct stoa_str *)a, *(const struct stoa_str *)b);
}

/* Labels in byte order, so that the model does not depend on which row came
 * first; the rows are renumbered through the index. */
static void
labels_sort(struct worker_dataset *d)
{
	int32_t new_of_old[WORKER_LABEL_COUNT_MAX];

	if (d->label_count == 0) {
		return;
	}
	qsort(d->labels, d->label_count, sizeof(*d->labels), label_order);
	for (size_t i = 0; i < d->label_count; i++) {
		uintptr_t old =
		    (uintptr_t)stoa_map_get(&d->label_index, d->labels[i]);

		new_of_old[old - 1] = (int32_t)i;
	}
	for (int s = 0; s < WORKER_SPLIT_COUNT; s++) {
		for (size_t i = 0; i < d->splits[s].count; i++) {
			int32_t *label = &d->splits[s].rows[i].label;

			if (*label >= 0) {
				*label = new_of_old[*label];
			}
		}
	}
	stoa_map_fini(&d->label_index);
	stoa_map_init(&d->label_index, 0);
}

static bool
check_labels(const struct worker_dataset *d, struct worker_problem *problem)
{
	bool is_trained[WORKER_LABEL_COUNT_MAX] = {false};
	const struct worker_rows *train = &d->splits[WORKER_TRAIN];

	for (size_t i = 0; i < train->count; i++) {
		if (train->rows[i].label >= 0) {
			is_trained[train->rows[i].label] = true;
		}
	}
	for (size_t i = 0; i < d->label_count; i++) {
		if (!is_trained[i]) {
			return worker_refuse(problem, WORKER_UNKNOWN_LABEL,
			    "no training row has the label \"%.*s\", which "
			    "validation or test rows have",
			    STOA_STR_ARG(d->labels[i]));
		}
	}
	return true;
}

static bool
check_counts(const struct worker_dataset *d, struct worker_problem *problem)
{
	if (total(d) == 0) {
		return worker_refuse(problem, WORKER_EMPTY_DATASET,
		    "the data set has no rows under its header");
	}
	if (d->label_count == 1) {
		return worker_refuse(problem, WORKER_ONE_LABEL,
		    "every row has the label \"%.*s\"; a classifier needs at "
		    "least %u labels",
		    STOA_STR_ARG(d->labels[0]), WORKER_LABEL_COUNT_MIN);
	}
	if (d->label_count < WORKER_LABEL_COUNT_MIN) {
		return worker_refuse(problem, WORKER_ONE_LABEL,
		    "every row is out of scope; a classifier needs at least "
		    "%u labels",
		    WORKER_LABEL_COUNT_MIN);
	}
	if (total(d) < WORKER_ROW_COUNT_MIN) {
		return worker_refuse(problem, WORKER_TOO_FEW_ROWS,
		    "the data set has %zu rows, at least %u are needed",
		    total(d), WORKER_ROW_COUNT_MIN);
	}
	return true;
}

bool
worker_dataset_finish(
    struct worker_dataset *d, uint64_t seed, struct worker_problem *problem)
{
	if (!check_counts(d, problem)) {
		return false;
	}
	labels_sort(d);
	if (!worker_split_cut(d, seed)) {
		return refuse_memory(problem);
	}
	if (!check_labels(d, problem)) {
		return false;
	}
	for (int s = 0; s < WORKER_SPLIT_COUNT; s++) {
		if (worker_rows_count(&d->splits[s], true) == 0) {
			return worker_refuse(problem, WORKER_TOO_FEW_ROWS,
			    "no rows are left for the %s split; give at "
			    "least one label 3 rows or more",
			    worker_split_name((enum worker_split)s));
		}
	}
	return true;
}

size_t
worker_rows_count(const struct worker_rows *rows, bool is_in_scope)
{
	size_t count = 0;

	for (size_t i = 0; i < rows->count; i++) {
		count += (rows->rows[i].label >= 0) == is_in_scope;
	}
	return count;
}

const char *
worker_split_name(enum worker_split split)
{
	static const char *const names[] = {
	    [WORKER_TRAIN] = "train",
	    [WORKER_VALIDATION] = "validation",
	    [WORKER_TEST] = "test",
	};

	return names[split];
}
