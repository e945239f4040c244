/* problem.c - the table of reasons, unfolded. */
#include "worker/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct row {
	const char *name;
	bool is_final;
};

static const struct row rows[] = {
#define WORKER_REASON(name, text, is_fault_of_input) \
	[WORKER_##name] = {text, is_fault_of_input},
#include "worker/reasons.tbl"
#undef WORKER_REASON
};

/* A cut must not tear a character: the detail goes into JSON and chat. */
static void
tail_trim(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && !stoa_str_is_utf8((struct stoa_str){text, len})) {
		text[--len] = '\0';
	}
}

bool
worker_refuse(struct worker_problem *problem, enum worker_reason reason,
    const char *format, ...)
{
	va_list args;

	stoa_assert(reason != WORKER_NONE);
	problem->reason = reason;
	va_start(args, format);
	(void)vsnprintf(problem->detail, sizeof(problem->detail), format, args);
	va_end(args);
	tail_trim(problem->detail);
	return false;
}

const char *
worker_reason_name(enum worker_reason reason)
{
	stoa_assert((size_t)reason < STOA_COUNT(rows));
	return rows[reason].name;
}

bool
worker_reason_of_name(struct stoa_str name, enum worker_reason *ret_reason)
{
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		if (stoa_str_is_equal(name, stoa_str_of(rows[i].name))) {
			*ret_reason = (enum worker_reason)i;
			return true;
		}
	}
	return false;
}

bool
worker_reason_is_final(enum worker_reason reason)
{
	stoa_assert((size_t)reason < STOA_COUNT(rows));
	return rows[reason].is_final;
}
