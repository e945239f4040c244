/* item.c - checks, parameters, job.json. */
#include "worker/item.h"

#include "base/time.h"

#include <stdio.h>

#define TOKEN_LEN_MAX 64

/* A job without a name of its own is called like this on its card. */
#define NAME_DEFAULT "text-classifier"

bool
worker_token_is_valid(struct stoa_str text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "0123456789_-";

	if (text.len == 0 || text.len > TOKEN_LEN_MAX) {
		return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		if (memchr(allowed, text.data[i], sizeof(allowed) - 1) ==
		    NULL) {
			return false;
		}
	}
	return true;
}

bool
worker_item_check(const Stoa__Worker__WorkItem *item, const char **ret_why)
{
	if (!worker_token_is_valid(stoa_str_of(item->community))) {
		*ret_why = "community is not an id";
	} else if (!worker_token_is_valid(stoa_str_of(item->job))) {
		*ret_why = "job is not an id";
	} else if (item->attempt == 0) {
		*ret_why = "attempt counts from 1";
	} else if (item->dataset[0] == '\0') {
		*ret_why = "dataset is missing";
	} else if (item->storage_url[0] == '\0') {
		*ret_why = "storage_url is missing";
	} else if (item->read_capability[0] == '\0' ||
		   item->write_capability[0] == '\0') {
		*ret_why = "a capability is missing";
	} else if (item->cpu_us_max <= 0) {
		*ret_why = "cpu_us_max must be positive";
	} else {
		return true;
	}
	return false;
}

/* A value as the recipe reads it; seventeen digits are any double. */
static void
value_print(const Stoa__Training__Parameter *p, struct stoa_buf *out)
{
	switch (p->value_case) {
	case STOA__TRAINING__PARAMETER__VALUE_NUMBER:
		stoa_buf_printf(out, "%.17g", p->number);
		break;
	case STOA__TRAINING__PARAMETER__VALUE_TEXT:
		stoa_buf_add_text(out, p->text);
		break;
	case STOA__TRAINING__PARAMETER__VALUE_FLAG:
		stoa_buf_add_text(out, p->flag ? "true" : "false");
		break;
	case STOA__TRAINING__PARAMETER__VALUE__NOT_SET:
	case _STOA__TRAINING__PARAMETER__VALUE__CASE_IS_INT_SIZE:
		break;
	}
}

static bool
param_set(struct worker_params *params, const Stoa__Training__Parameter *p,
    struct worker_problem *problem)
{
	struct stoa_buf value;
	bool ok;

	stoa_buf_init(&value, WORKER_DETAIL_SIZE);
	value_print(p, &value);
	ok = worker_params_set(
	    params, stoa_str_of(p->name), stoa_buf_str(&value), problem);
	stoa_buf_fini(&value);
	return ok;
}

bool
worker_item_params(const Stoa__Worker__WorkItem *item,
    struct worker_params *ret_params, struct worker_problem *problem)
{
	struct worker_params params;
	char seed[24];

	if (strcmp(item->recipe, WORKER_RECIPE_NAME) != 0) {
		return worker_refuse(problem, WORKER_BAD_JOB,
		    "this worker knows the recipe " WORKER_RECIPE_NAME
		    ", not \"%.64s\"",
		    item->recipe);
	}
	worker_params_default(&params);
	(void)snprintf(
	    seed, sizeof(seed), "%llu", (unsigned long long)item->seed);
	if (!worker_params_set(
		&params, STOA_STR("seed"), stoa_str_of(seed), problem)) {
		return false;
	}
	for (size_t i = 0; i < item->n_parameters; i++) {
		if (!param_set(&params, item->parameters[i], problem)) {
			return false;
		}
	}
	if (!worker_params_check(&params, problem)) {
		return false;
	}
	*ret_params = params;
	return true;
}

void
worker_item_print(const Stoa__Worker__WorkItem *item,
    const struct worker_params *params, struct stoa_buf *out)
{
	const char *name = item->name[0] == '\0' ? NAME_DEFAULT : item->name;

	stoa_buf_add_text(out, "{\"name\":");
	stoa_buf_add_json(out, stoa_str_of(name));
	stoa_buf_add_text(out, ",\"dataset\":");
	stoa_buf_add_json(out, stoa_str_of(item->dataset));
	stoa_buf_add_text(out, ",\"parameters\":");
	worker_params_print(params, out);
	stoa_buf_add_text(out, "}\n");
}

uint64_t
worker_item_cpu_s(const Stoa__Worker__WorkItem *item)
{
	int64_t s = item->cpu_us_max / STOA_US_PER_S +
		    (item->cpu_us_max % STOA_US_PER_S > 0);

	return s < 1 ? 1 : (uint64_t)s;
}
