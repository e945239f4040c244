/* predict.c - a question, its model, an answer. */
#include "worker/predict.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/core.h"
#include "base/metric.h"
#include "port/clock.h"
#include "worker/item.h"
#include "worker/limits.h"
#include "worker/models.h"

#include <stdlib.h>

struct question {
	struct question *next;
	struct worker_predict *predict;
	struct stoa_request *request;
	struct stoa_arena arena;
	const Stoa__Worker__PredictQuery *query; /* in the arena */
	struct worker_held *held;
	struct worker_answer answer; /* labels are the model's */
	int64_t elapsed_us;
	bool ok; /* false: out of memory */
};

struct worker_predict {
	struct stoa_loop *loop;
	struct stoa_bus *bus;
	struct worker_models *models;
	struct question *first; /* have their model, wait for a thread */
	struct question **end;
	unsigned open_count;
	unsigned running_count;
	uint64_t answered;
	uint64_t refused;
};

/* Room for a query and its reply: a text, ten labels. */
#define ARENA_SIZE_MAX ((size_t)131072)

/* ---- the end of a question ----------------------------------------------- */

static void
question_end(struct question *q, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct worker_predict *p = q->predict;

	if (status == STOA_OK) {
		p->answered++;
	} else {
		p->refused++;
	}
	stoa_bus_answer(p->bus, q->request, status, reply, detail);
	if (q->held != NULL) {
		worker_held_release(q->held);
	}
	stoa_arena_fini(&q->arena);
	p->open_count--;
	free(q);
}

static void
question_refuse(struct question *q, enum stoa_status status, const char *detail)
{
	question_end(q, status, (struct stoa_str){NULL, 0}, detail);
}

static struct stoa_str
reply_pack(struct question *q)
{
	const struct worker_answer *a = &q->answer;
	Stoa__Worker__PredictReply reply = STOA__WORKER__PREDICT_REPLY__INIT;
	Stoa__Worker__Label labels[WORKER_TOP_MAX];
	Stoa__Worker__Label *list[WORKER_TOP_MAX];

	for (size_t i = 0; i < a->top_count; i++) {
		stoa__worker__label__init(&labels[i]);
		labels[i].name = (char *)(uintptr_t)a->top[i].label.data;
		labels[i].probability = (double)a->top[i].probability;
		list[i] = &labels[i];
	}
	reply.labels = list;
	reply.n_labels = a->top_count;
	reply.out_of_scope = (double)a->out_of_scope_score;
	reply.is_out_of_scope = a->is_out_of_scope;
	reply.elapsed_us = q->elapsed_us;
	return stoa_pack(&q->arena, &reply.base);
}

/* ---- answering ----------------------------------------------------------- */

static void
answer_work(void *arg)
{
	struct question *q = arg;
	const struct worker_model *model = worker_held_model(q->held);
	int64_t began = stoa_clock_mono(NULL).us;
	struct worker_scratch scratch;

	q->ok = worker_scratch_init(&scratch, model);
	if (q->ok) {
		worker_model_predict(model, &scratch,
		    stoa_str_of(q->query->text), q->query->top, &q->answer);
		worker_scratch_fini(&scratch);
	}
	q->elapsed_us = stoa_clock_mono(NULL).us - began;
}

static void pump(struct worker_predict *p);

static void
answer_done(void *arg)
{
	struct question *q = arg;
	struct worker_predict *p = q->predict;
	struct stoa_str reply = {NULL, 0};

	p->running_count--;
	if (q->ok) {
		reply = reply_pack(q);
	}
	if (reply.data != NULL) {
		question_end(q, STOA_OK, reply, NULL);
	} else {
		question_refuse(q, STOA_NO_MEMORY, "the worker has no memory");
	}
	pump(p);
}

static void
pump(struct worker_predict *p)
{
	while (p->first != NULL && p->running_count < WORKER_ANSWERS_MAX) {
		struct question *q = p->first;

		p->first = q->next;
		if (p->first == NULL) {
			p->end = &p->first;
		}
		if (q->request->deadline.us <= stoa_clock_mono(NULL).us) {
			question_refuse(q, STOA_TIMEOUT, "it came too late");
			continue;
		}
		p->running_count++;
		stoa_loop_work(p->loop, answer_work, answer_done, q);
	}
}

static void
model_came(void *owner, enum stoa_status status, struct worker_held *held,
    const char *detail)
{
	struct question *q = owner;
	struct worker_predict *p = q->predict;

	if (status != STOA_OK) {
		question_refuse(q, status,
		    stoa_arena_printf(&q->arena, "model_cid %.100s: %s",
			q->query->model_cid,
			detail[0] == '\0' ? stoa_status_text(status) : detail));
		return;
	}
	q->held = held;
	q->next = NULL;
	*p->end = q;
	p->end = &q->next;
	pump(p);
}

/* ---- checking ------------------------------------------------------------ */

/* OK, or the refusal with its sentence. */
static enum stoa_status
query_check(
    const struct question *q, struct stoa_cid *ret_cid, const char **ret_detail)
{
	const Stoa__Worker__PredictQuery *in = q->query;
	size_t len = strlen(in->text);

	if (strcmp(in->recipe, WORKER_RECIPE_NAME) != 0) {
		*ret_detail = "recipe: this worker answers with models of the "
			      "recipe " WORKER_RECIPE_NAME " only";
		return STOA_UNSUPPORTED;
	}
	if (len == 0 || !stoa_str_is_utf8(stoa_str_of(in->text))) {
		*ret_detail = "text: must be UTF-8 and not empty";
		return STOA_INVALID;
	}
	if (len > WORKER_QUESTION_LEN_MAX) {
		*ret_detail = "text: the limit is 8192 bytes; shorten it";
		return STOA_TOO_LARGE;
	}
	if (in->top == 0 || in->top > WORKER_TOP_MAX) {
		*ret_detail = "top: must be from 1 to 10";
		return STOA_INVALID;
	}
	if (!worker_token_is_valid(q->request->community)) {
		*ret_detail = "header Stoa-Community: name the community";
		return STOA_INVALID;
	}
	if (stoa_cid_parse(stoa_str_of(in->model_cid), ret_cid) != STOA_OK) {
		*ret_detail = "model_cid: must be a CID; /models lists models";
		return STOA_INVALID;
	}
	return STOA_OK;
}

STOA_STATIC_ASSERT(WORKER_QUESTION_LEN_MAX == 8192, "a sentence names it");
STOA_STATIC_ASSERT(WORKER_TOP_MAX == 10, "a sentence names it");

static void
question_begin(struct question *q)
{
	const char *detail = "the body is not a PredictQuery";
	enum stoa_status status = STOA_INVALID;
	struct worker_wanted wanted;
	struct stoa_cid cid;

	q->query = stoa_unpack(&q->arena,
	    &stoa__worker__predict_query__descriptor, q->request->body);
	if (q->query != NULL) {
		status = query_check(q, &cid, &detail);
	}
	if (status == STOA_OK &&
	    q->predict->open_count > WORKER_QUESTIONS_MAX) {
		status = STOA_BUSY;
		detail = "too many questions wait; ask again";
	}
	if (status != STOA_OK) {
		question_refuse(q, status, detail);
		return;
	}
	wanted = (struct worker_wanted){
	    .community = q->request->community,
	    .cid = &cid,
	    .url = q->query->storage_url,
	    .capability = q->query->read_capability,
	};
	worker_models_get(q->predict->models, &wanted, model_came, q);
}

static void
on_request(void *owner, struct stoa_request *request)
{
	struct worker_predict *p = owner;
	struct question *q = calloc(1, sizeof(*q));

	stoa_assert(q != NULL);
	q->predict = p;
	q->request = request;
	stoa_arena_init(&q->arena, NULL, 0, ARENA_SIZE_MAX);
	p->open_count++;
	question_begin(q);
}

/* ---- life ---------------------------------------------------------------- */

struct worker_predict *
worker_predict_open(
    struct stoa_loop *loop, struct stoa_bus *bus, const char *path)
{
	struct worker_predict *p = calloc(1, sizeof(*p));

	stoa_assert(p != NULL);
	p->loop = loop;
	p->bus = bus;
	p->end = &p->first;
	p->models = worker_models_open(loop, path);
	if (p->models == NULL) {
		free(p);
		return NULL;
	}
	stoa_bus_serve(bus, &stoa__worker__worker__descriptor, on_request, p);
	stoa_bus_serve_slots(bus, NULL);
	return p;
}

static void
end(void *part)
{
	struct worker_predict *p = part;

	/* After a cut drain the pool still uses what is open. */
	if (p->open_count == 0) {
		worker_models_close(p->models);
		free(p);
	}
}

static bool
is_idle(void *part)
{
	const struct worker_predict *p = part;

	return p->open_count == 0;
}

static void
metrics(void *part, struct stoa_buf *out)
{
	static const char name[] = "stoa_worker_questions_total";
	const struct worker_predict *p = part;

	stoa_metric_print_head(out, name, "Questions, by their end.");
	stoa_metric_print_sample(out, name, "end", "answered", p->answered);
	stoa_metric_print_sample(out, name, "end", "refused", p->refused);
	worker_models_metrics(p->models, out);
}

const struct stoa_part worker_predict_part = {
    .is_idle = is_idle,
    .free = end,
    .metrics = metrics,
};
