/* limits.h - every bound of training, with its reason. */
#ifndef TRAINING_LIMITS_H
#define TRAINING_LIMITS_H

#include "base/time.h"

/* Held in memory per community; a job is about 1 KiB, a model 2 KiB. */
#define TRAINING_DATASETS_MAX 10000u
#define TRAINING_JOBS_MAX     200000u
#define TRAINING_MODELS_MAX   200000u

/* Members that are somebody else now: as many as accounts keeps members. */
#define TRAINING_UNITED_MAX 200000u

/* Jobs that have not ended: one member must not crowd out the others. */
#define TRAINING_ACTIVE_MEMBER_MAX    64u
#define TRAINING_ACTIVE_COMMUNITY_MAX 4096u

/* A data set is read into the worker's memory, which is limited to 2 GiB. */
#define TRAINING_DATASET_BYTES_MAX (UINT64_C(256) * 1024 * 1024)

/* Texts, in bytes. */
#define TRAINING_NAME_MAX	64u
#define TRAINING_CID_MAX	128u
#define TRAINING_REPLY_MAX	256u
#define TRAINING_DETAIL_MAX	500u
#define TRAINING_PARAMETERS_MAX 32u
#define TRAINING_METRICS_MAX	32u
#define TRAINING_LOSSES_MAX	1000u
#define TRAINING_PAGE_MAX	100u

/* The price of the members' own machines: a hundredth of a Joy per second of
 * processor time, at least a thousandth of a Joy per model. */
#define TRAINING_MICRO_PER_CPU_SECOND INT64_C(10000)
#define TRAINING_COST_MICRO_MIN	      INT64_C(1000)

/* What may be set aside for one job: from one second to a million Joy. */
#define TRAINING_BUDGET_MICRO_MIN     INT64_C(10000)
#define TRAINING_BUDGET_MICRO_MAX     INT64_C(1000000000000)
#define TRAINING_BUDGET_MICRO_DEFAULT INT64_C(1000000)

/* A job that nobody finishes ends; its escrow is held a little longer. */
#define TRAINING_DEADLINE_US (24 * INT64_C(3600) * STOA_US_PER_S)
#define TRAINING_ESCROW_US   (25 * INT64_C(3600) * STOA_US_PER_S)

/* A worker that was lost may have been unlucky; five in a row were not. */
#define TRAINING_ATTEMPTS_MAX 5u

/* Heartbeats come every second; three missed ones and a bit: lost. */
#define TRAINING_HEARTBEAT_LOST_US (4 * STOA_US_PER_S)

/* How soon an effect follows its cause. */
#define TRAINING_TICK_US (20 * STOA_US_PER_MS)

/* This long without such a look the daemon was stopped itself, and has not
 * heard its workers. */
#define TRAINING_PAUSE_US (1 * STOA_US_PER_S)

/* An effect that fails is tried again: from, to (doubling). */
#define TRAINING_RETRY_US_MIN (100 * STOA_US_PER_MS)
#define TRAINING_RETRY_US_MAX (5 * STOA_US_PER_S)

#endif
