/* metric.c - see metric.h. */
#include "base/metric.h"

#include "base/check.h"
#include "base/time.h"

#include <inttypes.h>
#include <string.h>

static bool
is_counter(const char *name)
{
	static const char end[] = "_total";
	size_t len = strlen(name), end_len = sizeof(end) - 1;

	return len > end_len && strcmp(name + len - end_len, end) == 0;
}

void
stoa_metric_print_head(struct stoa_buf *out, const char *name, const char *help)
{
	stoa_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
	    is_counter(name) ? "counter" : "gauge");
}

void
stoa_metric_print_sample(struct stoa_buf *out, const char *name,
    const char *label, const char *word, uint64_t value)
{
	stoa_buf_printf(
	    out, "%s{%s=\"%s\"} %" PRIu64 "\n", name, label, word, value);
}

void
stoa_metrics_print(
    struct stoa_buf *out, const struct stoa_metric *metrics, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct stoa_metric *m = &metrics[i];

		stoa_metric_print_head(out, m->name, m->help);
		stoa_buf_printf(out, "%s %" PRIu64 "\n", m->name, m->value);
	}
}

void
stoa_metric_print_seconds(
    struct stoa_buf *out, const char *name, const char *help, int64_t us)
{
	stoa_assert(us >= 0);
	stoa_metric_print_head(out, name, help);
	stoa_buf_printf(out, "%s %" PRId64 ".%06" PRId64 "\n", name,
	    us / STOA_US_PER_S, us % STOA_US_PER_S);
}
