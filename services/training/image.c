/* image.c - the whole state as bytes, for a snapshot, and back. */
#include "base/image.h"

#include "training/limits.h"
#include "training/state.h"

#include <stdlib.h>

/* ---- data sets ---- */

static void
dataset_save(const struct dataset *d, struct stoa_buf *out)
{
	stoa_image_put_bytes(out, d->cid);
	stoa_image_put_text(out, d->name);
	stoa_image_put_text(out, d->member);
	stoa_image_put_number(out, d->size);
	stoa_image_put_number(out, d->is_private);
	stoa_image_put_signed(out, d->added_us);
}

static void
dataset_load(struct training *s, struct stoa_image *in)
{
	struct stoa_str cid = stoa_image_bytes(in);
	struct dataset *d;

	if (in->is_bad || stoa_map_get(&s->datasets, cid) != NULL) {
		in->is_bad = true;
		return;
	}
	d = dataset_add(s, cid);
	d->name = stoa_image_text(in);
	d->member = stoa_image_text(in);
	d->size = stoa_image_number(in);
	d->is_private = stoa_image_below(in, 1) != 0;
	d->added_us = stoa_image_signed(in);
}

/* ---- jobs ---- */

/* One table for both ways: a field is named once. */
#define TEXTS(j)                                                    \
	{                                                           \
		&(j)->detail, &(j)->hold, &(j)->worker, &(j)->model \
	}
#define NUMBERS(j)                                                    \
	{                                                             \
		&(j)->submitted_us, &(j)->started_us, &(j)->ended_us, \
		    &(j)->cost_micro, &(j)->spent_micro               \
	}

static void
job_save(const struct training *s, const struct training_job *j,
    struct stoa_buf *out)
{
	char *const *const texts[] = TEXTS(j);
	const int64_t *const numbers[] = NUMBERS(j);

	stoa_image_put_message(out, &j->said->base);
	stoa_image_put_number(out, stoa_map_get(&s->open, j->id) != NULL);
	stoa_image_put_number(out, stoa_map_get(&s->active, j->id) != NULL);
	for (size_t i = 0; i < STOA_COUNT(texts); i++) {
		stoa_image_put_text(out, *texts[i]);
	}
	for (size_t i = 0; i < STOA_COUNT(numbers); i++) {
		stoa_image_put_signed(out, *numbers[i]);
	}
	stoa_image_put_number(out, (uint64_t)j->state);
	stoa_image_put_number(out, (uint64_t)j->reason);
	stoa_image_put_number(out, j->is_escrow_known);
	stoa_image_put_number(out, j->is_notified);
	stoa_image_put_number(out, j->attempt);
}

static void
fields_load(struct training_job *j, struct stoa_image *in)
{
	char **const texts[] = TEXTS(j);
	int64_t *const numbers[] = NUMBERS(j);

	for (size_t i = 0; i < STOA_COUNT(texts); i++) {
		*texts[i] = stoa_image_text(in);
	}
	for (size_t i = 0; i < STOA_COUNT(numbers); i++) {
		*numbers[i] = stoa_image_signed(in);
	}
}

static void
job_load(struct training *s, struct stoa_image *in)
{
	Stoa__Training__JobSubmitted *said =
	    stoa_image_message(in, &stoa__training__job_submitted__descriptor);
	struct training_job *j;

	if (said == NULL || job_find(s, said->job) != NULL) {
		stoa_keep_free(said);
		in->is_bad = true;
		return;
	}
	j = job_add(s, said);
	if (stoa_image_below(in, 1) == 0) {
		(void)stoa_map_remove(&s->open, j->id);
	}
	if (stoa_image_below(in, 1) == 0) {
		(void)stoa_map_remove(&s->active, j->id);
	}
	fields_load(j, in);
	j->state = (Stoa__Training__JobState)stoa_image_below(in, INT32_MAX);
	j->reason = (Stoa__Training__EndReason)stoa_image_below(in, INT32_MAX);
	j->is_escrow_known = stoa_image_below(in, 1) != 0;
	j->is_notified = stoa_image_below(in, 1) != 0;
	j->attempt = (uint32_t)stoa_image_below(in, UINT32_MAX);
}

/* ---- models ---- */

static void
model_load(struct training *s, struct stoa_image *in)
{
	Stoa__Training__ModelCreated *said =
	    stoa_image_message(in, &stoa__training__model_created__descriptor);

	if (said == NULL ||
	    stoa_map_get(&s->models, stoa_str_of(said->model)) != NULL) {
		stoa_keep_free(said);
		in->is_bad = true;
		return;
	}
	model_add(s, said)->created_us = stoa_image_signed(in);
}

/* ---- owners ---- */

static void
owner_load(struct training *s, struct stoa_image *in)
{
	struct stoa_str former = stoa_image_bytes(in);
	char *now = stoa_image_text(in);

	if (now == NULL || stoa_map_get(&s->owners, former) != NULL) {
		free(now);
		in->is_bad = true;
		return;
	}
	(void)stoa_map_put(&s->owners, former, now);
}

/* ---- all of it ---- */

void
training_image_save(const void *state, struct stoa_buf *out)
{
	const struct training *s = state;

	stoa_image_put_number(out, s->datasets.count);
	STOA_MAP_EACH(&s->datasets, entry)
	{
		dataset_save(entry->value, out);
	}
	stoa_image_put_number(out, s->jobs.count);
	STOA_MAP_EACH(&s->jobs, entry)
	{
		job_save(s, entry->value, out);
	}
	stoa_image_put_number(out, s->models.count);
	STOA_MAP_EACH(&s->models, entry)
	{
		const struct model *m = entry->value;

		stoa_image_put_message(out, &m->said->base);
		stoa_image_put_signed(out, m->created_us);
	}
	stoa_image_put_number(out, s->owners.count);
	STOA_MAP_EACH(&s->owners, entry)
	{
		stoa_image_put_bytes(out, entry->key);
		stoa_image_put_text(out, entry->value);
	}
}

bool
training_image_load(void *state, struct stoa_str bytes)
{
	static const struct {
		void (*load)(struct training *s, struct stoa_image *in);
		uint64_t max;
	} parts[] = {
	    {dataset_load, TRAINING_DATASETS_MAX},
	    {job_load, TRAINING_JOBS_MAX},
	    {model_load, TRAINING_MODELS_MAX},
	    {owner_load, TRAINING_UNITED_MAX},
	};
	struct training *s = state;
	struct stoa_image in = {.rest = bytes};

	for (size_t part = 0; part < STOA_COUNT(parts); part++) {
		uint64_t count = stoa_image_below(&in, parts[part].max);

		for (uint64_t i = 0; i < count && !in.is_bad; i++) {
			parts[part].load(s, &in);
		}
	}
	jobs_due_refresh(s);
	return !in.is_bad && in.rest.len == 0;
}
