/* item.h - a work item as it comes off the queue, and what the training
 * child is told of it. Layer 2, pure. */
#ifndef WORKER_ITEM_H
#define WORKER_ITEM_H

#include "base/buf.h"
#include "worker/problem.h"
#include "worker/recipe.h"

#include "proto/worker.pb-c.h"

/* Lower case letters, digits, '_' and '-', at most 64: safe in a subject and
 * in a path. */
bool worker_token_is_valid(struct stoa_str text);

/* Whether community and job can stand in subjects and paths, and whether all
 * that a job needs is there. False with *ret_why (static). */
STOA_MUST_USE bool worker_item_check(
    const Stoa__Worker__WorkItem *item, const char **ret_why);

/* Refuses BAD_JOB (another recipe than ours) and all that worker_params_set
 * and worker_params_check refuse. */
bool worker_item_params(const Stoa__Worker__WorkItem *item,
    struct worker_params *ret_params, struct worker_problem *problem);

/* job.json (train_child.h). */
void worker_item_print(const Stoa__Worker__WorkItem *item,
    const struct worker_params *params, struct stoa_buf *out);

/* Whole seconds of processor time that the budget pays for, at least one. */
uint64_t worker_item_cpu_s(const Stoa__Worker__WorkItem *item);

#endif
