/* metric.h - figures as Prometheus reads them (text format 0.0.4).
 *
 * Each name has one HELP and one TYPE, before its samples. What ends in
 * "_total" only grows and is a counter; everything else is a gauge. Names,
 * labels and help are words of ours: nothing is escaped. Layer 1, pure. */
#ifndef STOA_BASE_METRIC_H
#define STOA_BASE_METRIC_H

#include "base/buf.h"

struct stoa_metric {
	const char *name; /* "stoa_bot_commands_total" */
	const char *help; /* one sentence */
	uint64_t value;
};

/* Names with one sample each. */
void stoa_metrics_print(
    struct stoa_buf *out, const struct stoa_metric *metrics, size_t count);

/* The same for one that is counted in microseconds and told in seconds. */
void stoa_metric_print_seconds(
    struct stoa_buf *out, const char *name, const char *help, int64_t us);

/* A name with several samples: its head, then each with its label. */
void stoa_metric_print_head(
    struct stoa_buf *out, const char *name, const char *help);
void stoa_metric_print_sample(struct stoa_buf *out, const char *name,
    const char *label, const char *word, uint64_t value);

#endif
