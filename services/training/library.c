/* library.c - the data sets and models of a community. */
#include "base/cid.h"
#include "training/limits.h"
#include "training/state.h"

#include <stdlib.h>

void
library_decide_dataset(const struct training *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Training__AddDatasetRequest *in =
	    (const Stoa__Training__AddDatasetRequest *)c->request;
	Stoa__Training__Event event = STOA__TRAINING__EVENT__INIT;
	Stoa__Training__DatasetAdded added =
	    STOA__TRAINING__DATASET_ADDED__INIT;
	struct stoa_cid cid;

	if (stoa_map_get(&s->datasets, stoa_str_of(in->cid)) != NULL) {
		return; /* done already */
	}
	if (stoa_cid_parse(stoa_str_of(in->cid), &cid) != STOA_OK) {
		REFUSE(d, dataset_not_valid, in->cid, "it is not a CID");
		return;
	}
	if (!stoa_text_is_line(in->name, 0, TRAINING_NAME_MAX)) {
		REFUSE(d, name_not_valid, "name",
		    stoa_decide_number(d, TRAINING_NAME_MAX));
		return;
	}
	if (in->size > TRAINING_DATASET_BYTES_MAX) {
		REFUSE(d, dataset_too_large,
		    stoa_decide_number(d, (int64_t)(in->size & INT64_MAX)),
		    stoa_decide_number(d, (int64_t)TRAINING_DATASET_BYTES_MAX));
		return;
	}
	if (s->datasets.count >= TRAINING_DATASETS_MAX) {
		REFUSE(d, too_many, "data sets",
		    stoa_decide_number(d, TRAINING_DATASETS_MAX));
		return;
	}
	added.cid = in->cid;
	added.name = in->name;
	added.size = in->size;
	added.is_private = in->is_private;
	event.kind_case = STOA__TRAINING__EVENT__KIND_DATASET_ADDED;
	event.dataset_added = &added;
	stoa_decide_event(d, &event.base);
}

struct dataset *
dataset_add(struct training *s, struct stoa_str cid)
{
	struct dataset *set = calloc(1, sizeof(*set));

	stoa_assert(set != NULL);
	stoa_assert(stoa_map_put(&s->datasets, cid, set) == NULL);
	set->cid = s->datasets.entries[s->datasets.entry_count - 1].key;
	return set;
}

void
library_apply_dataset(struct training *s, const struct stoa_fact *fact,
    const Stoa__Training__DatasetAdded *e)
{
	struct dataset *set = dataset_add(s, stoa_str_of(e->cid));

	set->name = stoa_text_dup(e->name);
	set->member = stoa_text_of(owner_now(s, fact->actor));
	set->size = e->size;
	set->is_private = e->is_private;
	set->added_us = fact->time.us;
}

struct model *
model_add(struct training *s, Stoa__Training__ModelCreated *said)
{
	struct model *m = calloc(1, sizeof(*m));

	stoa_assert(m != NULL);
	m->said = said;
	stoa_assert(
	    stoa_map_put(&s->models, stoa_str_of(said->model), m) == NULL);
	m->id = s->models.entries[s->models.entry_count - 1].key;
	return m;
}

void
library_apply_model(struct training *s, const struct stoa_fact *fact,
    const Stoa__Training__ModelCreated *e)
{
	model_add(s, stoa_keep(&e->base))->created_us = fact->time.us;
}

void
dataset_free(struct dataset *d)
{
	free(d->name);
	free(d->member);
	free(d);
}

void
model_free(struct model *m)
{
	stoa_keep_free(m->said);
	free(m);
}
