/* limits.h - every bound of the worker, with its reason. */
#ifndef WORKER_LIMITS_H
#define WORKER_LIMITS_H

#include "base/time.h"

/* ---- data sets ---- */

/* One CSV file. A text classifier gains little beyond a million short rows,
 * and the texts are held in memory while training. */
#define WORKER_FILE_SIZE_MAX (256u << 20)

/* All splits together. */
#define WORKER_ROW_COUNT_MAX 1000000u

/* Below this a split into training, validation and test says nothing. */
#define WORKER_ROW_COUNT_MIN 10u

/* One text; a longer one belongs to a summariser. Bounds the features that
 * one text yields, and so the memory of a prediction. */
#define WORKER_TEXT_LEN_MAX 16384u

/* One label: it is shown in chat, on buttons and in tables. */
#define WORKER_LABEL_LEN_MAX 100u

/* The cost of training and of a prediction grows with the labels. */
#define WORKER_LABEL_COUNT_MAX 1000u
#define WORKER_LABEL_COUNT_MIN 2u

/* Without files for them, one row in ten of each label for validation and
 * as many for the test. */
#define WORKER_SPLIT_ONE_IN 10u

/* ---- training ---- */

/* Non-zero features of the training rows: 8 bytes each, 1 GiB. */
#define WORKER_FEATURE_COUNT_MAX (128u << 20)

/* fp32 weights in memory, 1 GiB. */
#define WORKER_WEIGHT_COUNT_MAX (256u << 20)

/* Largest weight, either sign: descent stays below a hundred; beyond this
 * the sums of an answer could overflow. */
#define WORKER_WEIGHT_ABS_MAX 1e6f

/* idf lies from 1 to 1 + ln(1 + rows). Less would let a vector's length
 * vanish, more is not from this recipe. */
#define WORKER_IDF_MIN 1.0f
#define WORKER_IDF_MAX 30.0f

/* Reports of progress within an epoch: enough to move a bar. */
#define WORKER_STEPS_PER_EPOCH 10u

/* ---- files of a model ---- */

/* config.json: labels (each byte may need six in JSON) and a page besides. */
#define WORKER_CONFIG_SIZE_MAX (1u << 20)

/* Header of a safetensors file: four tensors need under 400 bytes. The
 * reference implementation allows 100 MB, which only serves an attacker. */
#define WORKER_TENSOR_HEADER_SIZE_MAX 4096u

/* README.md and provenance.json. */
#define WORKER_CARD_SIZE_MAX	   (1u << 20)
#define WORKER_PROVENANCE_SIZE_MAX (1u << 18)

/* Labels in an answer. */
#define WORKER_TOP_MAX 10u

/* ---- the child that trains ---- */

/* One line of progress: the final one carries the metrics. */
#define WORKER_LINE_SIZE_MAX 8192u

/* job.json: parameters, names and a CID. */
#define WORKER_JOB_SIZE_MAX 65536u

/* ---- the daemon: jobs ---- */

/* Jobs at once in one process: each needs a core and 2 GiB. */
#define WORKER_PARALLEL_MAX 16

/* Address space of a training child, in MiB: a million rows with their
 * features and weights. */
#define WORKER_MEMORY_MB_DEFAULT "3072"
#define WORKER_MEMORY_MB_MAX	 1048576

/* Data sets: three splits of the largest file. */
#define WORKER_DATASET_SIZE_MAX (3 * (uint64_t)WORKER_FILE_SIZE_MAX)

/* Progress is told at most ten times a second: more no eye sees. */
#define WORKER_TICK_US (100 * STOA_US_PER_MS)

/* Training calls a worker lost after four seconds without one. */
#define WORKER_HEARTBEAT_US (1 * STOA_US_PER_S)

/* So often in a row training must say that an attempt is not wanted: a
 * replica that has just taken over may not have heard of the claim yet. */
#define WORKER_UNWANTED_MAX 2u

/* A step that failed for a passing reason is tried again: from, to. */
#define WORKER_RETRY_US_MIN (200 * STOA_US_PER_MS)
#define WORKER_RETRY_US_MAX (5 * STOA_US_PER_S)

/* Storage that does not answer this long at the address of the work item:
 * little is lost before the training, all of it afterwards. */
#define WORKER_PATIENCE_US	   (20 * STOA_US_PER_S)
#define WORKER_PATIENCE_TRAINED_US (5 * 60 * STOA_US_PER_S)

/* A delivery whose claim had no answer comes again after this long. */
#define WORKER_CLAIM_AGAIN_US (1 * STOA_US_PER_S)

/* Between asking a child to stop and killing it. */
#define WORKER_STOP_US (2 * STOA_US_PER_S)

/* While the daemon drains a model on its way to storage may get there for
 * this long; the drain as a whole has eight seconds. */
#define WORKER_DRAIN_STORE_US (4 * STOA_US_PER_S)

/* Losses that a result carries; of longer trainings every n-th. */
#define WORKER_LOSSES_MAX 256u

/* Figures that a result carries: training's own limit. */
#define WORKER_METRICS_MAX 32u

/* What is told to a member about a failure: training's own limit. */
#define WORKER_TOLD_MAX 500u

/* A work item; a capability is under a kilobyte, a parameter under 100. */
#define WORKER_ITEM_SIZE_MAX 65536u

/* ---- the daemon: answers ---- */

/* A question; beyond it is no chat message. Under WORKER_TEXT_LEN_MAX. */
#define WORKER_QUESTION_LEN_MAX 8192u

/* Questions that wait for a model to be loaded or for a thread. */
#define WORKER_QUESTIONS_MAX 1024u

/* Answers that are computed at once, and models that are loaded at once: a
 * thread of the worker pool each, and an answer has a megabyte of scratch. */
#define WORKER_ANSWERS_MAX 4u
#define WORKER_LOADS_MAX   2u

/* Threads of the worker pool: each job may be waiting for storage. */
#define WORKER_THREADS "22"

/* Models in memory; the one in use stays even when it alone is larger. */
#define WORKER_MODELS_MAX	64u
#define WORKER_MODELS_BYTES_MAX ((uint64_t)512 << 20)

/* Models on the disk: fetching one again costs a second or so. */
#define WORKER_SHELF_MAX       256u
#define WORKER_SHELF_BYTES_MAX ((uint64_t)4 << 30)

/* Fetching a model: its caller has given up long before. */
#define WORKER_MODEL_FETCH_US (60 * STOA_US_PER_S)

#endif
