/* training.h - data sets, jobs and models of a community.
 *
 * A job is a state machine:
 *   escrow -> queued -> running -> settling -> succeeded | failed | cancelled
 *                ^---------'  (worker lost: next attempt)
 * Its budget is held before it is queued; every end has a named reason; what
 * is still to be done about it (escrow, work item, settlement, notice) is a
 * query on the state, so that nothing is forgotten by a restart.
 * Layer 2, pure. */
#ifndef TRAINING_H
#define TRAINING_H

#include "base/core.h"
#include "base/status.h"

#include "proto/training.pb-c.h"

extern const struct stoa_core training_core;

struct training; /* the state */

/* ---- what is still to be done ---- */

enum training_effect {
	TRAINING_NOTHING,
	TRAINING_HOLD_BUDGET,  /* ask accounts; RecordEscrow */
	TRAINING_QUEUE_WORK,   /* store a work item for this attempt */
	TRAINING_WATCH_WORKER, /* heartbeats; LoseWorker */
	TRAINING_SETTLE,       /* post or void the hold; RecordSettled */
	TRAINING_NOTIFY,       /* tell who asked; RecordNotified */
};

struct training_job; /* borrowed from the state */

/* Walks the jobs about which something is to be done; start with 0. */
const struct training_job *training_next_open(
    const struct training *state, size_t *cursor);
const struct training_job *training_job_get(
    const struct training *state, struct stoa_str id);
enum training_effect training_job_effect(const struct training_job *job);

/* For reactions. */
const char *training_job_hold(const struct training_job *job);
const char *training_job_payee(const struct training_job *job);
int64_t training_job_cost(const struct training_job *job);
const char *training_job_reply(const struct training_job *job);
int64_t training_job_deadline(const struct training_job *job);
bool training_dataset_is_private(
    const struct training *state, struct stoa_str cid);

/* Fills in a protobuf view; borrows from the state and the arena. False when
 * the arena is full. */
bool training_job_view(const struct training_job *job, struct stoa_arena *arena,
    Stoa__Training__Job *out);
bool training_model_view(const struct training *state, struct stoa_str id,
    struct stoa_arena *arena, Stoa__Training__Model *out);

/* ---- queries; `state` NULL means an empty community ---- */

STOA_MUST_USE enum stoa_status training_query_job(const struct training *state,
    const Stoa__Training__JobQuery *in, struct stoa_arena *arena,
    Stoa__Training__JobReply *out);
STOA_MUST_USE enum stoa_status training_query_jobs(const struct training *state,
    const Stoa__Training__JobsQuery *in, struct stoa_arena *arena,
    Stoa__Training__JobsReply *out);
STOA_MUST_USE enum stoa_status training_query_model(
    const struct training *state, const Stoa__Training__ModelQuery *in,
    struct stoa_arena *arena, Stoa__Training__ModelReply *out);
STOA_MUST_USE enum stoa_status training_query_models(
    const struct training *state, const Stoa__Training__ModelsQuery *in,
    struct stoa_arena *arena, Stoa__Training__ModelsReply *out);
STOA_MUST_USE enum stoa_status training_query_datasets(
    const struct training *state, const Stoa__Training__DatasetsQuery *in,
    struct stoa_arena *arena, Stoa__Training__DatasetsReply *out);

#endif
