/* limits.h - every bound of the worker, with its reason. */
#ifndef WORKER_LIMITS_H
#define WORKER_LIMITS_H

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

#endif
