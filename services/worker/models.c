/* models.c - the table of models, who waits for which, and what goes. */
#include "worker/models.h"

#include "base/check.h"
#include "base/map.h"
#include "base/metric.h"
#include "edge/log.h"
#include "worker/folder.h"
#include "worker/limits.h"
#include "worker/shelf.h"

#include <stdio.h>
#include <stdlib.h>

struct waiter {
	struct waiter *next;
	worker_models_fn *fn;
	void *owner;
};

/* What the pool is doing with it. */
enum work {
	WORK_NONE,
	WORK_LOADING,
	WORK_REMOVING,
};

/* Known to be on the disk, in memory, or wanted there. */
struct worker_held {
	struct worker_models *models;
	char *name; /* of its folder: "<community>-<cid>" */
	enum work work;
	bool is_loaded;
	unsigned user_count;
	uint64_t used; /* when last, in uses */
	uint64_t disk_size;
	uint64_t memory_size;
	struct worker_model model;
	struct waiter *waiters;
	struct waiter **waiters_end;
	struct worker_shelf_load load; /* the pool's while it works */
};

struct worker_models {
	struct stoa_loop *loop;
	char *path;
	struct stoa_map all; /* by name */
	uint64_t use;
	unsigned load_count; /* under way */
	uint64_t hits;
	uint64_t loads;
	uint64_t failures;
};

/* ---- the table ----------------------------------------------------------- */

static struct worker_held *
held_add(struct worker_models *m, const char *name)
{
	struct worker_held *h = calloc(1, sizeof(*h));

	stoa_assert(h != NULL);
	h->models = m;
	h->name = strdup(name);
	stoa_assert(h->name != NULL);
	h->waiters_end = &h->waiters;
	(void)stoa_map_put(&m->all, stoa_str_of(name), h);
	return h;
}

static void
held_unload(struct worker_held *h)
{
	if (h->is_loaded) {
		worker_model_fini(&h->model);
		h->is_loaded = false;
		h->memory_size = 0;
	}
}

static void
held_free(struct worker_held *h)
{
	stoa_assert(h->work == WORK_NONE);
	stoa_assert(h->waiters == NULL);
	held_unload(h);
	(void)stoa_map_remove(&h->models->all, stoa_str_of(h->name));
	worker_shelf_load_fini(&h->load);
	free(h->name);
	free(h);
}

static void
held_use(struct worker_held *h)
{
	h->used = ++h->models->use;
	h->user_count++;
}

/* ---- what goes ----------------------------------------------------------- */

struct sums {
	unsigned loaded_count;
	uint64_t memory_size;
	unsigned disk_count;
	uint64_t disk_size;
};

static struct sums
sums_of(const struct worker_models *m)
{
	struct sums s = {0};

	STOA_MAP_EACH(&m->all, entry)
	{
		const struct worker_held *h = entry->value;

		s.loaded_count += h->is_loaded;
		s.memory_size += h->memory_size;
		s.disk_count += h->disk_size > 0;
		s.disk_size += h->disk_size;
	}
	return s;
}

/* The one least recently used that nobody needs now; NULL if none. */
static struct worker_held *
oldest(const struct worker_models *m, bool is_in_memory)
{
	struct worker_held *found = NULL;

	STOA_MAP_EACH(&m->all, entry)
	{
		struct worker_held *h = entry->value;
		bool is_there = is_in_memory ? h->is_loaded : h->disk_size > 0;

		if (is_there && h->user_count == 0 && h->work == WORK_NONE &&
		    h->waiters == NULL &&
		    (found == NULL || h->used < found->used)) {
			found = h;
		}
	}
	return found;
}

static void pump(struct worker_models *m);

static void
remove_work(void *arg)
{
	struct worker_held *h = arg;

	(void)!worker_folder_remove(h->load.path);
}

static void
removed(void *arg)
{
	struct worker_held *h = arg;
	struct worker_models *m = h->models;

	h->work = WORK_NONE;
	if (h->waiters == NULL) {
		held_free(h);
	}
	pump(m); /* it may have been asked for meanwhile */
}

static void
trim(struct worker_models *m)
{
	struct sums s = sums_of(m);
	struct worker_held *h;

	while ((s.loaded_count > WORKER_MODELS_MAX ||
		   s.memory_size > WORKER_MODELS_BYTES_MAX) &&
	       (h = oldest(m, true)) != NULL) {
		held_unload(h);
		s = sums_of(m);
	}
	while ((s.disk_count > WORKER_SHELF_MAX ||
		   s.disk_size > WORKER_SHELF_BYTES_MAX) &&
	       (h = oldest(m, false)) != NULL) {
		held_unload(h);
		h->disk_size = 0;
		h->work = WORK_REMOVING;
		worker_shelf_load_path(&h->load, m->path, h->name);
		stoa_loop_work(m->loop, remove_work, removed, h);
		s = sums_of(m);
	}
}

/* ---- loading ------------------------------------------------------------- */

static uint64_t
model_size(const struct worker_model *model)
{
	uint64_t row = (model->width + 2) * sizeof(float);

	return sizeof(*model) + model->vocabulary.count * row +
	       model->vocabulary.bucket_count * sizeof(uint32_t);
}

/* Everybody who waits is told; they may ask for more at once. */
static void
waiters_tell(struct worker_held *h, enum stoa_status status, const char *detail)
{
	struct waiter *w = h->waiters, *next;

	h->waiters = NULL;
	h->waiters_end = &h->waiters;
	for (; w != NULL; w = next) {
		next = w->next;
		if (status == STOA_OK) {
			held_use(h);
		}
		w->fn(w->owner, status, status == STOA_OK ? h : NULL, detail);
		free(w);
	}
}

static void
load_work(void *arg)
{
	struct worker_held *h = arg;

	worker_shelf_load(&h->load, &h->model);
}

static void
loaded(void *arg)
{
	struct worker_held *h = arg;
	struct worker_models *m = h->models;
	enum stoa_status status = h->load.status;

	h->work = WORK_NONE;
	m->load_count--;
	h->disk_size = h->load.size;
	if (status == STOA_OK) {
		m->loads++;
		h->is_loaded = true;
		h->memory_size = model_size(&h->model);
		waiters_tell(h, STOA_OK, NULL);
	} else {
		m->failures++;
		waiters_tell(h, status, h->load.why);
		held_free(h);
	}
	trim(m);
	pump(m);
}

/* Starts loads that are waited for, as many as may run at once. */
static void
pump(struct worker_models *m)
{
	STOA_MAP_EACH(&m->all, entry)
	{
		struct worker_held *h = entry->value;

		if (m->load_count >= WORKER_LOADS_MAX) {
			return;
		}
		if (h->waiters == NULL || h->is_loaded ||
		    h->work != WORK_NONE) {
			continue;
		}
		h->work = WORK_LOADING;
		m->load_count++;
		worker_shelf_load_path(&h->load, m->path, h->name);
		stoa_loop_work(m->loop, load_work, loaded, h);
	}
}

void
worker_models_get(struct worker_models *m, const struct worker_wanted *wanted,
    worker_models_fn *fn, void *owner)
{
	char cid[STOA_CID_TEXT_SIZE], name[STOA_CID_TEXT_SIZE + 80];
	struct worker_held *h;
	struct waiter *w;

	(void)snprintf(name, sizeof(name), "%.*s-%s",
	    STOA_STR_ARG(wanted->community), stoa_cid_print(wanted->cid, cid));
	h = stoa_map_get(&m->all, stoa_str_of(name));
	if (h != NULL && h->is_loaded) {
		m->hits++;
		held_use(h);
		fn(owner, STOA_OK, h, NULL);
		return;
	}
	if (h == NULL) {
		h = held_add(m, name);
	}
	if (h->work == WORK_NONE) {
		/* The newest capability is the one that lasts longest. */
		worker_shelf_load_set(
		    &h->load, wanted->cid, wanted->url, wanted->capability);
	}
	w = calloc(1, sizeof(*w));
	stoa_assert(w != NULL);
	*w = (struct waiter){NULL, fn, owner};
	*h->waiters_end = w;
	h->waiters_end = &w->next;
	pump(m);
}

const struct worker_model *
worker_held_model(const struct worker_held *held)
{
	stoa_assert(held->is_loaded);
	return &held->model;
}

void
worker_held_release(struct worker_held *held)
{
	stoa_assert(held->user_count > 0);
	held->user_count--;
	trim(held->models);
}

/* ---- life ---------------------------------------------------------------- */

static void
found(void *owner, const char *name, uint64_t size)
{
	struct worker_models *m = owner;

	held_add(m, name)->disk_size = size;
}

struct worker_models *
worker_models_open(struct stoa_loop *loop, const char *path)
{
	struct worker_models *m = calloc(1, sizeof(*m));

	stoa_assert(m != NULL);
	m->loop = loop;
	m->path = strdup(path);
	stoa_assert(m->path != NULL);
	stoa_map_init(&m->all, 0);
	if (worker_shelf_scan(path, found, m) != STOA_OK) {
		worker_models_close(m);
		return NULL;
	}
	trim(m);
	return m;
}

void
worker_models_close(struct worker_models *m)
{
	if (m == NULL) {
		return;
	}
	STOA_MAP_EACH(&m->all, entry)
	{
		struct worker_held *h = entry->value;

		if (h->work != WORK_NONE || h->user_count > 0) {
			return; /* a cut drain: the pool still uses it */
		}
	}
	STOA_MAP_EACH(&m->all, entry)
	{
		held_free(entry->value);
	}
	stoa_map_fini(&m->all);
	free(m->path);
	free(m);
}

void
worker_models_metrics(const struct worker_models *m, struct stoa_buf *out)
{
	static const char bytes[] = "stoa_worker_models_bytes";
	static const char requests[] = "stoa_worker_model_requests_total";
	struct sums s = sums_of(m);
	const struct stoa_metric loaded = {
	    "stoa_worker_models_loaded", "Models in memory.", s.loaded_count};

	stoa_metrics_print(out, &loaded, 1);
	stoa_metric_print_head(out, bytes, "Bytes of models.");
	stoa_metric_print_sample(out, bytes, "where", "memory", s.memory_size);
	stoa_metric_print_sample(out, bytes, "where", "disk", s.disk_size);
	stoa_metric_print_head(out, requests, "How a model was come by.");
	stoa_metric_print_sample(out, requests, "result", "hit", m->hits);
	stoa_metric_print_sample(out, requests, "result", "loaded", m->loads);
	stoa_metric_print_sample(
	    out, requests, "result", "failed", m->failures);
}
