/* log.c - formats a line, writes it at once. */
#include "edge/log.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/time.h"
#include "edge/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static struct {
	const char *service;
	enum stoa_log_level least;
	bool is_terminal;
} logger = {"stoa", STOA_LOG_INFO, false};

static const char *const level_names[] = {
    [STOA_LOG_DEBUG] = "debug",
    [STOA_LOG_INFO] = "info",
    [STOA_LOG_WARN] = "warn",
    [STOA_LOG_ERROR] = "error",
};

void
stoa_log_open(const char *service, enum stoa_log_level least)
{
	logger.service = service;
	logger.least = least;
	logger.is_terminal = isatty(STDERR_FILENO) == 1;
}

bool
stoa_log_level_parse(const char *text, enum stoa_log_level *ret_level)
{
	for (size_t i = 0; i < STOA_COUNT(level_names); i++) {
		if (strcmp(text, level_names[i]) == 0) {
			*ret_level = (enum stoa_log_level)i;
			return true;
		}
	}
	return false;
}

static struct stoa_wall
wall_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (struct stoa_wall){
	    now.tv_sec * STOA_US_PER_S + now.tv_nsec / 1000};
}

static void
line_build(struct stoa_buf *line, enum stoa_log_level level, const char *event,
    const char *message)
{
	char ts[STOA_WALL_TEXT_SIZE];

	(void)stoa_wall_print(wall_now(), ts);
	if (logger.is_terminal) {
		stoa_buf_printf(line, "ts=%s level=%s svc=%s event=%s msg=", ts,
		    level_names[level], logger.service, event);
	} else {
		stoa_buf_printf(line,
		    "{\"ts\":\"%s\",\"level\":\"%s\",\"svc\":\"%s\","
		    "\"event\":\"%s\",\"msg\":",
		    ts, level_names[level], logger.service, event);
	}
	stoa_buf_add_json(line, stoa_str_of(message));
	stoa_buf_add_text(line, logger.is_terminal ? "\n" : "}\n");
}

static void __attribute__((format(printf, 3, 0)))
log_args(enum stoa_log_level level, const char *event, const char *format,
    va_list args)
{
	char message[EDGE_LOG_LINE_MAX / 2];
	struct stoa_buf line;

	if (level < logger.least) {
		return;
	}
	(void)vsnprintf(message, sizeof(message), format, args);
	stoa_buf_init(&line, (size_t)EDGE_LOG_LINE_MAX * 8);
	line_build(&line, level, event, message);
	/* A log that cannot be written cannot be complained about. */
	if (write(STDERR_FILENO, line.data, line.len) < 0) {
		line.len = 0;
	}
	stoa_buf_fini(&line);
}

void
stoa_log(enum stoa_log_level level, const char *event, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_args(level, event, format, args);
	va_end(args);
}

_Noreturn void
stoa_fatal(const char *event, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_args(STOA_LOG_ERROR, event, format, args);
	va_end(args);
	_exit(1);
}
