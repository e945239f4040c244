/* import.c - the header picks two columns, each further row is added. */
#include "worker/import.h"

#include "worker/limits.h"

/* A row may carry other columns than the two that are used. */
#define ROW_LEN_MAX (4u * WORKER_TEXT_LEN_MAX)

/* Longest list of column names that a message repeats. */
#define COLUMNS_TEXT_SIZE 200

static const char *const text_names[] = {"text", "sentence", "utterance",
    "query", "question", "message", "content", "input", "prompt"};
static const char *const label_names[] = {
    "label", "intent", "class", "category", "target", "topic", "tag"};

void
worker_import_init(struct worker_import *im, struct worker_dataset *d,
    enum worker_split split, const char *file, struct worker_problem *problem)
{
	*im = (struct worker_import){
	    .dataset = d,
	    .problem = problem,
	    .file = file,
	    .split = split,
	};
	stoa_csv_init(&im->csv, ROW_LEN_MAX);
}

void
worker_import_fini(struct worker_import *im)
{
	stoa_csv_fini(&im->csv);
}

static bool
is_same_word(struct stoa_str a, const char *word)
{
	a = stoa_str_trim(a);
	if (a.len != strlen(word)) {
		return false;
	}
	for (size_t i = 0; i < a.len; i++) {
		char c = a.data[i];

		if ((c >= 'A' && c <= 'Z' ? (char)(c + 32) : c) != word[i]) {
			return false;
		}
	}
	return true;
}

/* Earlier names win, so that `text` beats `input`. */
static bool
column_find(const struct stoa_csv *csv, const char *const *names,
    size_t name_count, size_t *ret_column)
{
	for (size_t n = 0; n < name_count; n++) {
		for (size_t i = 0; i < csv->field_count; i++) {
			if (is_same_word(csv->fields[i], names[n])) {
				*ret_column = i;
				return true;
			}
		}
	}
	return false;
}

static bool
refuse_columns(struct worker_import *im, const char *what)
{
	struct stoa_buf found;
	const char *separator = "";
	struct stoa_str first = im->csv.fields[0];

	stoa_buf_init(&found, COLUMNS_TEXT_SIZE);
	for (size_t i = 0; i < im->csv.field_count && !found.is_overflown;
	     i++) {
		stoa_buf_printf(&found, "%s\"%.*s\"", i == 0 ? "" : ", ",
		    STOA_STR_ARG(stoa_str_trim(im->csv.fields[i])));
	}
	if (im->csv.field_count == 1 &&
	    (memchr(first.data, ';', first.len) != NULL ||
		memchr(first.data, '\t', first.len) != NULL)) {
		separator = "; separate columns with commas";
	}
	(void)worker_refuse(im->problem, WORKER_NO_COLUMN,
	    "%s: no %s column; call it \"%s\". Columns found: %s%s%s", im->file,
	    what, what, found.data == NULL ? "" : found.data,
	    found.is_overflown ? "..." : "", separator);
	stoa_buf_fini(&found);
	return false;
}

static bool
header(struct worker_import *im)
{
	if (!column_find(&im->csv, text_names, STOA_COUNT(text_names),
		&im->text_column)) {
		return refuse_columns(im, "text");
	}
	if (!column_find(&im->csv, label_names, STOA_COUNT(label_names),
		&im->label_column)) {
		return refuse_columns(im, "label");
	}
	im->has_header = true;
	return true;
}

static bool
row(struct worker_import *im)
{
	struct worker_place place = {im->file, im->csv.line};

	if (!im->has_header) {
		return header(im);
	}
	return worker_dataset_add(im->dataset, im->split,
	    im->csv.fields[im->text_column], im->csv.fields[im->label_column],
	    place, im->problem);
}

static bool
refuse_csv(struct worker_import *im)
{
	bool is_ragged = im->csv.error == STOA_CSV_RAGGED;
	struct stoa_buf text;

	stoa_buf_init(&text, WORKER_DETAIL_SIZE);
	stoa_csv_describe(&im->csv, &text);
	(void)worker_refuse(im->problem,
	    is_ragged ? WORKER_RAGGED_ROW : WORKER_BAD_CSV, "%s %.*s", im->file,
	    STOA_STR_ARG(stoa_buf_str(&text)));
	stoa_buf_fini(&text);
	return false;
}

/* Takes rows until the reader wants more bytes or has met the end. */
static bool
drain(struct worker_import *im)
{
	for (;;) {
		switch (stoa_csv_next(&im->csv)) {
		case STOA_CSV_ROW:
			if (!row(im)) {
				return false;
			}
			break;
		case STOA_CSV_ERROR:
			return refuse_csv(im);
		case STOA_CSV_MORE:
		case STOA_CSV_DONE:
			return true;
		}
	}
}

bool
worker_import_feed(struct worker_import *im, struct stoa_str bytes)
{
	im->size += bytes.len;
	if (im->size > WORKER_FILE_SIZE_MAX) {
		return worker_refuse(im->problem, WORKER_DATASET_TOO_LARGE,
		    "%s has more than %u MiB; use a sample of its rows",
		    im->file, WORKER_FILE_SIZE_MAX >> 20);
	}
	stoa_csv_feed(&im->csv, bytes);
	return drain(im);
}

bool
worker_import_end(struct worker_import *im)
{
	stoa_csv_end(&im->csv);
	if (!drain(im)) {
		return false;
	}
	if (!im->has_header) {
		return worker_refuse(im->problem, WORKER_EMPTY_DATASET,
		    "%s is empty; its first line must be: text,label",
		    im->file);
	}
	return true;
}
