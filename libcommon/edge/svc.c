/* svc.c - parse, check, open, run, drain. */
#include "edge/svc.h"

#include "base/check.h"
#include "base/metric.h"
#include "edge/limits.h"
#include "edge/log.h"
#include "edge/ops.h"
#include "port/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPTIONS_MAX 48

static const struct stoa_conf_option common_options[] = {
    {"home", STOA_CONF_TEXT, "./data", 1, 1024, "folder of all state"},
    {"config", STOA_CONF_TEXT, NULL, 0, 1024, "configuration file to read"},
    {"nats-url", STOA_CONF_TEXT, "nats://127.0.0.1:4222", 1, 512, "the broker"},
    {"nats-key-file", STOA_CONF_TEXT, NULL, 0, 1024,
	"file with this daemon's nkey seed"},
    {"log-level", STOA_CONF_TEXT, "info", 4, 5, "debug, info, warn or error"},
    {"ops-listen", STOA_CONF_TEXT, NULL, 0, 256,
	"host:port or unix:path for /livez, /readyz and /metrics"},
    {"check-config", STOA_CONF_FLAG, "false", 0, 0,
	"check the settings and exit"},
    {"print-config", STOA_CONF_FLAG, "false", 0, 0,
	"print the settings, secrets redacted, and exit"},
    {"help", STOA_CONF_FLAG, "false", 0, 0, "print this and exit"},
    {"version", STOA_CONF_FLAG, "false", 0, 0, "print the version and exit"},
};

struct part {
	const struct stoa_part *kind;
	void *self;
	struct stoa_timer *tick; /* NULL: none */
};

struct stoa_svc {
	const struct stoa_svc_spec *spec;
	char **arguments;
	struct stoa_conf_option options[OPTIONS_MAX];
	struct stoa_conf *conf;
	struct stoa_loop *loop;
	struct stoa_bus *bus;
	struct stoa_ops *ops;
	struct stoa_timer *drain_timer;
	int64_t drain_until_us;
	bool is_draining;
	bool was_ready;
	struct part parts[EDGE_PARTS_MAX];
	size_t part_count;
	char path[1200];
};

/* ---- settings
 * ------------------------------------------------------------------ */

static bool
settings_read(
    struct stoa_svc *svc, int argc, char **argv, struct stoa_buf *error)
{
	int rest = 0;
	const char *file;

	if (!stoa_conf_arguments(svc->conf, argc, argv, &rest, error)) {
		return false;
	}
	if (rest < argc) {
		stoa_buf_printf(
		    error, "command line: \"%s\" is no option", argv[rest]);
		return false;
	}
	if (!stoa_conf_environment(svc->conf, environ, error)) {
		return false;
	}
	file = stoa_conf_get_or_null(svc->conf, "config");
	if (file != NULL && !stoa_conf_file(svc->conf, file, error)) {
		return false;
	}
	return stoa_conf_secrets(svc->conf, error);
}

static void
help_print(struct stoa_svc *svc)
{
	struct stoa_buf out;

	stoa_buf_init(&out, 65536);
	stoa_buf_printf(
	    &out, "stoa-%s: %s\n\n", svc->spec->name, svc->spec->description);
	stoa_conf_help(svc->conf, &out);
	(void)fputs(out.data, stdout);
	stoa_buf_fini(&out);
}

/* True when a flag asked for something to be printed, and it was. */
static bool
printed_instead(struct stoa_svc *svc)
{
	struct stoa_buf out;

	if (stoa_conf_flag(svc->conf, "help")) {
		help_print(svc);
		return true;
	}
	if (stoa_conf_flag(svc->conf, "version")) {
		printf("stoa-%s %s\n", svc->spec->name, STOA_VERSION);
		return true;
	}
	if (stoa_conf_flag(svc->conf, "print-config")) {
		stoa_buf_init(&out, 65536);
		stoa_conf_print(svc->conf, &out);
		(void)fputs(out.data, stdout);
		stoa_buf_fini(&out);
		return true;
	}
	return stoa_conf_flag(svc->conf, "check-config");
}

static size_t
options_add(struct stoa_svc *svc, size_t count,
    const struct stoa_conf_option *options, size_t more)
{
	stoa_assert(count + more <= OPTIONS_MAX);
	for (size_t i = 0; i < more; i++) {
		svc->options[count++] = options[i];
	}
	return count;
}

/* Gives how many there are. */
static size_t
options_gather(struct stoa_svc *svc)
{
	const struct stoa_svc_spec *spec = svc->spec;
	size_t count =
	    options_add(svc, 0, common_options, STOA_COUNT(common_options));

	count = options_add(svc, count, spec->options, spec->option_count);
	for (size_t i = 0;
	     i < STOA_COUNT(spec->shared) && spec->shared[i] != NULL; i++) {
		count = options_add(svc, count, spec->shared[i]->options,
		    spec->shared[i]->count);
	}
	return count;
}

static bool
settings_open(struct stoa_svc *svc, int argc, char **argv)
{
	struct stoa_buf error;
	enum stoa_log_level level;
	bool ok;

	svc->conf = stoa_conf_new(svc->options, options_gather(svc));
	stoa_buf_init(&error, 4096);
	ok = settings_read(svc, argc, argv, &error);
	if (ok && !stoa_log_level_parse(
		      stoa_conf_get(svc->conf, "log-level"), &level)) {
		stoa_buf_add_text(
		    &error, "log-level must be debug, info, warn or error");
		ok = false;
	}
	if (ok) {
		stoa_log_open(svc->spec->name, level);
	} else {
		fprintf(stderr, "stoa-%s: %s\n", svc->spec->name,
		    stoa_buf_str(&error).data);
	}
	stoa_buf_fini(&error);
	return ok;
}

/* ---- accessors
 * ------------------------------------------------------------------ */

struct stoa_loop *
stoa_svc_loop(struct stoa_svc *svc)
{
	return svc->loop;
}

struct stoa_bus *
stoa_svc_bus(struct stoa_svc *svc)
{
	return svc->bus;
}

const struct stoa_conf *
stoa_svc_conf(struct stoa_svc *svc)
{
	return svc->conf;
}

void
stoa_svc_wipe(struct stoa_svc *svc, const char *name)
{
	stoa_conf_wipe(svc->conf, name);
}

const char *
stoa_svc_key_file(struct stoa_svc *svc)
{
	return stoa_conf_get_or_null(svc->conf, "nats-key-file");
}

char **
stoa_svc_arguments(struct stoa_svc *svc)
{
	return svc->arguments;
}

/* Makes the missing folders of a path; the last part too if asked. */
static void
folders_make(char *path, bool whole)
{
	for (char *at = path + 1; *at != '\0'; at++) {
		if (*at == '/') {
			*at = '\0';
			(void)mkdir(path, 0700);
			*at = '/';
		}
	}
	if (whole && mkdir(path, 0700) != 0 && errno != EEXIST) {
		stoa_fatal("home_not_writable",
		    "%s: %s; choose another folder with --home", path,
		    strerror(errno));
	}
}

const char *
stoa_svc_path(struct stoa_svc *svc, const char *name, bool is_folder)
{
	int len = snprintf(svc->path, sizeof(svc->path), "%s/%s",
	    stoa_conf_get(svc->conf, "home"), name);

	stoa_assert(len > 0 && (size_t)len < sizeof(svc->path));
	folders_make(svc->path, is_folder);
	return svc->path;
}

/* ---- parts ---- */

static void
on_tick(void *arg)
{
	struct part *p = arg;

	p->kind->tick(p->self);
}

void
stoa_svc_add(struct stoa_svc *svc, const struct stoa_part *kind, void *part)
{
	struct part *p = &svc->parts[svc->part_count];

	stoa_assert(svc->part_count < EDGE_PARTS_MAX);
	svc->part_count++;
	p->kind = kind;
	p->self = part;
	if (kind->tick != NULL) {
		p->tick = stoa_timer_new(svc->loop, on_tick, p);
		stoa_timer_start(p->tick, kind->tick_us, kind->tick_us);
	}
}

static bool
parts_are_ready(const struct stoa_svc *svc)
{
	for (size_t i = 0; i < svc->part_count; i++) {
		const struct part *p = &svc->parts[i];

		if (p->kind->is_ready != NULL && !p->kind->is_ready(p->self)) {
			return false;
		}
	}
	return true;
}

static bool
parts_are_idle(const struct stoa_svc *svc)
{
	for (size_t i = 0; i < svc->part_count; i++) {
		const struct part *p = &svc->parts[i];

		if (p->kind->is_idle != NULL && !p->kind->is_idle(p->self)) {
			return false;
		}
	}
	return true;
}

static void
parts_drain(struct stoa_svc *svc)
{
	for (size_t i = svc->part_count; i-- > 0;) {
		const struct part *p = &svc->parts[i];

		if (p->kind->drain != NULL) {
			p->kind->drain(p->self);
		}
	}
}

static void
parts_free(struct stoa_svc *svc)
{
	while (svc->part_count > 0) {
		const struct part *p = &svc->parts[--svc->part_count];

		stoa_timer_free(p->tick);
		if (p->kind->free != NULL) {
			p->kind->free(p->self);
		}
	}
}

/* ---- bus and readiness
 * ------------------------------------------------------------ */

static void
on_bus_up(void *owner)
{
	(void)owner;
	stoa_log(STOA_LOG_INFO, "bus_up", "connected to the broker");
}

static void
on_bus_down(void *owner)
{
	(void)owner;
	stoa_log(STOA_LOG_WARN, "bus_down", "the broker is gone; trying again");
}

static void
on_bus_error(void *owner, const char *text)
{
	(void)owner;
	stoa_log(STOA_LOG_ERROR, "bus_error", "%s", text);
}

static bool
is_ready(void *owner)
{
	struct stoa_svc *svc = owner;

	return !svc->is_draining && stoa_bus_is_up(svc->bus) &&
	       parts_are_ready(svc);
}

static void
metrics(void *owner, struct stoa_buf *out)
{
	struct stoa_svc *svc = owner;

	static const char build[] = "stoa_build_info";
	const struct stoa_metric ready = {
	    "stoa_ready", "Whether requests are served.", is_ready(svc)};

	stoa_metric_print_head(out, build, "What is running.");
	stoa_buf_printf(out, "%s{service=\"%s\",version=\"%s\"} 1\n", build,
	    svc->spec->name, STOA_VERSION);
	stoa_metrics_print(out, &ready, 1);
	for (size_t i = 0; i < svc->part_count; i++) {
		const struct part *p = &svc->parts[i];

		if (p->kind->metrics != NULL) {
			p->kind->metrics(p->self, out);
		}
	}
}

/* Says once when it gets ready, and again after it was not. */
static void
on_turn(void *arg)
{
	struct stoa_svc *svc = arg;
	bool ready = is_ready(svc);

	if (ready != svc->was_ready) {
		svc->was_ready = ready;
		stoa_log(ready ? STOA_LOG_INFO : STOA_LOG_WARN,
		    ready ? "ready" : "not_ready",
		    ready ? "serving" : "not serving");
	}
}

/* ---- drain
 * ------------------------------------------------------------------------ */

static void
on_drain_tick(void *arg)
{
	struct stoa_svc *svc = arg;
	bool idle = parts_are_idle(svc);

	if (idle || stoa_clock_mono(NULL).us >= svc->drain_until_us) {
		if (!idle) {
			stoa_log(STOA_LOG_WARN, "drain_cut",
			    "work was left; its state is safe");
		}
		stoa_loop_stop(svc->loop);
	}
}

static void
on_terminate(void *arg)
{
	struct stoa_svc *svc = arg;

	if (svc->is_draining) {
		_exit(1); /* asked twice; state on disk is safe */
	}
	svc->is_draining = true;
	stoa_log(STOA_LOG_INFO, "draining", "asked to stop");
	parts_drain(svc);
	svc->drain_until_us = stoa_clock_mono(NULL).us + EDGE_DRAIN_US;
	stoa_timer_start(svc->drain_timer, 0, 20 * STOA_US_PER_MS);
}

/* ---- main
 * ------------------------------------------------------------------------- */

static bool
bus_open(struct stoa_svc *svc)
{
	struct stoa_bus_options options = {
	    .loop = svc->loop,
	    .url = stoa_conf_get(svc->conf, "nats-url"),
	    .service = svc->spec->name,
	    .description = svc->spec->description,
	    .key_file = stoa_svc_key_file(svc),
	    .up = on_bus_up,
	    .down = on_bus_down,
	    .error = on_bus_error,
	    .owner = svc,
	};
	enum stoa_status status = stoa_bus_open(&options, &svc->bus);

	if (status != STOA_OK) {
		stoa_log(STOA_LOG_ERROR, "bus_not_open", "nats-key-file %s: %s",
		    options.key_file == NULL ? "" : options.key_file,
		    stoa_status_text(status));
		return false;
	}
	return true;
}

static void
harden(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(
	    SIGXFSZ, SIG_IGN); /* a full disk is an error, not an end */
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)umask(077);
}

static int
run(struct stoa_svc *svc)
{
	const char *listen = stoa_conf_get_or_null(svc->conf, "ops-listen");

	svc->loop = stoa_loop_open();
	svc->drain_timer = stoa_timer_new(svc->loop, on_drain_tick, svc);
	stoa_loop_on_terminate(svc->loop, on_terminate, svc);
	if (!bus_open(svc)) {
		return 1;
	}
	if (listen != NULL && stoa_ops_open(svc->loop, listen, is_ready,
				  metrics, svc, &svc->ops) != STOA_OK) {
		stoa_log(STOA_LOG_ERROR, "ops_not_open",
		    "ops-listen %s cannot be listened on", listen);
		return 1;
	}
	if (!svc->spec->start(svc)) {
		return 1;
	}
	stoa_loop_on_turn(svc->loop, on_turn, svc);
	stoa_loop_run(svc->loop);
	stoa_log(STOA_LOG_INFO, "stopped", "good bye");
	parts_free(svc);
	stoa_ops_close(svc->ops);
	stoa_bus_close(svc->bus);
	return 0;
}

int
stoa_svc_main(const struct stoa_svc_spec *spec, int argc, char **argv)
{
	static struct stoa_svc svc;
	int status = -1;

	svc.spec = spec;
	svc.arguments = argv;
	harden(); /* before there are secrets in memory */
	if (!settings_open(&svc, argc, argv)) {
		return 2;
	}
	if (printed_instead(&svc)) {
		stoa_conf_free(svc.conf);
		return 0;
	}
	if (spec->instead != NULL) {
		status = spec->instead(&svc);
	}
	if (status < 0) {
		status = run(&svc);
	}
	stoa_conf_free(svc.conf);
	return status;
}
