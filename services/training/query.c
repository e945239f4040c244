/* query.c - what may be asked of the state. */
#include "training/limits.h"
#include "training/state.h"

static char *
borrowed(const char *text)
{
	return (char *)(uintptr_t)(text == NULL ? "" : text);
}

/* ---- views ----------------------------------------------------------------
 */

bool
training_job_view(const struct training_job *job, struct stoa_arena *arena,
    Stoa__Training__Job *out)
{
	stoa__training__job__init(out);
	out->id = borrowed(job->id.data);
	out->member = job->said->member;
	out->dataset = job->said->dataset;
	out->recipe = job->said->recipe;
	out->parameters = job->said->parameters;
	out->n_parameters = job->said->n_parameters;
	out->max_spend_micro = job->said->max_spend_micro;
	out->spent_micro = job->spent_micro;
	out->name = job->said->name;
	out->state = job->state;
	out->reason = job->reason;
	out->detail = borrowed(job->detail);
	out->attempt = job->attempt;
	out->worker = borrowed(job->worker);
	out->model = borrowed(job->model);
	out->submitted_us = job->submitted_us;
	out->started_us = job->started_us;
	out->ended_us = job->ended_us;
	out->seed = job->said->seed;
	out->reply = job->said->reply;
	return !arena->is_overflown;
}

static void
model_fill(
    const struct training *s, const struct model *m, Stoa__Training__Model *out)
{
	const struct dataset *set =
	    stoa_map_get(&s->datasets, stoa_str_of(m->said->dataset));

	stoa__training__model__init(out);
	out->id = borrowed(m->id.data);
	out->name = m->said->name;
	out->job = m->said->job;
	out->member = m->said->member;
	out->recipe = m->said->recipe;
	out->dataset = m->said->dataset;
	out->cid = m->said->cid;
	out->provenance_cid = m->said->provenance_cid;
	out->metrics = m->said->metrics;
	out->n_metrics = m->said->n_metrics;
	out->losses = m->said->losses;
	out->n_losses = m->said->n_losses;
	out->size = m->said->size;
	out->created_us = m->created_us;
	out->data_owner = borrowed(set == NULL ? NULL : set->member);
}

bool
training_model_view(const struct training *s, struct stoa_str id,
    struct stoa_arena *arena, Stoa__Training__Model *out)
{
	const struct model *m = stoa_map_get(&s->models, id);

	if (m == NULL) {
		return false;
	}
	model_fill(s, m, out);
	return !arena->is_overflown;
}

/* ---- one -------------------------------------------------------------------
 */

enum stoa_status
training_query_job(const struct training *s, const Stoa__Training__JobQuery *in,
    struct stoa_arena *arena, Stoa__Training__JobReply *out)
{
	const struct training_job *job =
	    s == NULL ? NULL : job_find(s, in->job);

	if (job == NULL) {
		return STOA_NOT_FOUND;
	}
	out->job = stoa_arena_alloc(arena, sizeof(*out->job));
	if (out->job == NULL || !training_job_view(job, arena, out->job)) {
		return STOA_TOO_LARGE;
	}
	return STOA_OK;
}

/* By id; else the newest of that name. */
static const struct model *
model_find(const struct training *s, const char *name)
{
	const struct model *m = stoa_map_get(&s->models, stoa_str_of(name));

	for (size_t at = s->models.entry_count; m == NULL && at > 0; at--) {
		const struct model *other = s->models.entries[at - 1].value;

		if (other != NULL && name[0] != '\0' &&
		    strcmp(other->said->name, name) == 0) {
			m = other;
		}
	}
	return m;
}

enum stoa_status
training_query_model(const struct training *s,
    const Stoa__Training__ModelQuery *in, struct stoa_arena *arena,
    Stoa__Training__ModelReply *out)
{
	const struct model *m = s == NULL ? NULL : model_find(s, in->model);

	if (m == NULL) {
		return STOA_NOT_FOUND;
	}
	out->model = stoa_arena_alloc(arena, sizeof(*out->model));
	if (out->model == NULL) {
		return STOA_TOO_LARGE;
	}
	model_fill(s, m, out->model);
	return STOA_OK;
}

/* ---- pages, newest first
 * ----------------------------------------------------- */

static size_t
page_limit(uint32_t limit)
{
	return limit == 0 || limit > TRAINING_PAGE_MAX ? TRAINING_PAGE_MAX
						       : limit;
}

/* Where the page begins: below the entry `after`, or at the newest. */
static bool
page_begin(const struct stoa_map *map, const char *after, size_t *ret_at)
{
	size_t at = map->entry_count;

	if (after[0] == '\0') {
		*ret_at = at;
		return true;
	}
	for (; at > 0; at--) {
		if (stoa_str_is_equal(
			map->entries[at - 1].key, stoa_str_of(after))) {
			*ret_at = at - 1;
			return true;
		}
	}
	return false;
}

enum stoa_status
training_query_jobs(const struct training *s,
    const Stoa__Training__JobsQuery *in, struct stoa_arena *arena,
    Stoa__Training__JobsReply *out)
{
	size_t limit = page_limit(in->limit);
	size_t at;

	if (s == NULL) {
		return STOA_OK;
	}
	if (!page_begin(&s->jobs, in->after, &at)) {
		return STOA_NOT_FOUND;
	}
	out->jobs = stoa_arena_alloc_array(arena, limit, sizeof(out->jobs[0]));
	for (; at > 0 && out->jobs != NULL; at--) {
		const struct training_job *job = s->jobs.entries[at - 1].value;
		Stoa__Training__Job *row;

		if (job == NULL ||
		    (in->member[0] != '\0' &&
			strcmp(job->said->member, in->member) != 0)) {
			continue;
		}
		if (out->n_jobs == limit) {
			out->next = out->jobs[limit - 1]->id;
			break;
		}
		row = stoa_arena_alloc(arena, sizeof(*row));
		if (row == NULL || !training_job_view(job, arena, row)) {
			return STOA_TOO_LARGE;
		}
		out->jobs[out->n_jobs++] = row;
	}
	return STOA_OK;
}

enum stoa_status
training_query_models(const struct training *s,
    const Stoa__Training__ModelsQuery *in, struct stoa_arena *arena,
    Stoa__Training__ModelsReply *out)
{
	size_t limit = page_limit(in->limit);
	size_t at;

	if (s == NULL) {
		return STOA_OK;
	}
	if (!page_begin(&s->models, in->after, &at)) {
		return STOA_NOT_FOUND;
	}
	out->models =
	    stoa_arena_alloc_array(arena, limit, sizeof(out->models[0]));
	for (; at > 0 && out->models != NULL; at--) {
		const struct model *m = s->models.entries[at - 1].value;
		Stoa__Training__Model *row;

		if (m == NULL) {
			continue;
		}
		if (out->n_models == limit) {
			out->next = out->models[limit - 1]->id;
			break;
		}
		row = stoa_arena_alloc(arena, sizeof(*row));
		if (row == NULL) {
			return STOA_TOO_LARGE;
		}
		model_fill(s, m, row);
		out->models[out->n_models++] = row;
	}
	return STOA_OK;
}

bool
training_dataset_is_private(const struct training *s, struct stoa_str cid)
{
	const struct dataset *d = stoa_map_get(&s->datasets, cid);

	return d != NULL && d->is_private;
}

static void
dataset_fill(const struct dataset *d, Stoa__Training__Dataset *out)
{
	stoa__training__dataset__init(out);
	out->cid = borrowed(d->cid.data);
	out->name = d->name;
	out->member = d->member;
	out->size = d->size;
	out->is_private = d->is_private;
	out->added_us = d->added_us;
}

enum stoa_status
training_query_datasets(const struct training *s,
    const Stoa__Training__DatasetsQuery *in, struct stoa_arena *arena,
    Stoa__Training__DatasetsReply *out)
{
	size_t limit = page_limit(in->limit);
	size_t at;

	if (s == NULL) {
		return STOA_OK;
	}
	if (!page_begin(&s->datasets, in->after, &at)) {
		return STOA_NOT_FOUND;
	}
	out->datasets =
	    stoa_arena_alloc_array(arena, limit, sizeof(out->datasets[0]));
	for (; at > 0 && out->datasets != NULL; at--) {
		const struct dataset *d = s->datasets.entries[at - 1].value;
		Stoa__Training__Dataset *row;

		if (d == NULL) {
			continue;
		}
		if (out->n_datasets == limit) {
			out->next = out->datasets[limit - 1]->cid;
			break;
		}
		row = stoa_arena_alloc(arena, sizeof(*row));
		if (row == NULL) {
			return STOA_TOO_LARGE;
		}
		dataset_fill(d, row);
		out->datasets[out->n_datasets++] = row;
	}
	return STOA_OK;
}
