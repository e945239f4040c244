/* log.h - one line per event: JSON, or logfmt on a terminal.
 * Fields: ts, level, svc, event, msg. Every event has a stable id. Only
 * programs log, library code returns a status. Never a secret, never a
 * person's name. Thread safe: one write per line. */
#ifndef STOA_EDGE_LOG_H
#define STOA_EDGE_LOG_H

#include <stdbool.h>

enum stoa_log_level {
	STOA_LOG_DEBUG,
	STOA_LOG_INFO,
	STOA_LOG_WARN,
	STOA_LOG_ERROR,
};

/* `service` is borrowed for ever. Lines go to standard error. */
void stoa_log_open(const char *service, enum stoa_log_level least);

/* False: no such level. */
bool stoa_log_level_parse(const char *text, enum stoa_log_level *ret_level);

void stoa_log(enum stoa_log_level level, const char *event, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* Logs at ERROR and ends the process with status 1: the world does not allow
 * to go on, and state on disk is safe. */
_Noreturn void stoa_fatal(const char *event, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
