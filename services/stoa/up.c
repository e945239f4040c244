/* up.c - starts the suite: broker and Redis of its own, streams, daemons.
 *
 * Keys and settings are made, the broker and Redis are started, streams are
 * provisioned, then every daemon; when all say that they are ready a table is
 * shown. In the foreground it stays until asked to stop; with --detach it
 * returns once all is ready, and `stoa down` stops it. */
#include "stoa/up.h"

#include "base/check.h"
#include "edge/bus.h"
#include "edge/conf.h"
#include "edge/log.h"
#include "port/clock.h"
#include "stoa/children.h"
#include "stoa/home.h"
#include "stoa/profile.h"
#include "stoa/provision.h"
#include "stoa/ready.h"
#include "stoa/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define READY_US_MAX (60 * STOA_US_PER_S)

static const struct stoa_conf_option options[] = {
    {"home", STOA_CONF_TEXT, "./data", 1, 800, "folder of all state"},
    {"detach", STOA_CONF_FLAG, "false", 0, 0,
	"return once everything is ready"},
    {"accounts-replicas", STOA_CONF_NUMBER, "1", 1, 4,
	"how many accounts daemons"},
    {"training-replicas", STOA_CONF_NUMBER, "1", 1, 4,
	"how many training daemons"},
    {"governance-replicas", STOA_CONF_NUMBER, "1", 1, 4,
	"how many governance daemons"},
    {"governance-pace", STOA_CONF_NUMBER, "1", 1, 1000000,
	"durations of a new community's votes are divided by this"},
    {"marketplace-replicas", STOA_CONF_NUMBER, "1", 1, 4,
	"how many marketplace daemons"},
    {"workers", STOA_CONF_NUMBER, "1", 0, 8, "how many workers"},
    {"bot-rate-factor", STOA_CONF_NUMBER, "1", 1, 1000000,
	"multiplies every rate limit of the bot"},
    {"discord-token-file", STOA_CONF_TEXT, NULL, 0, 800,
	"file of the Discord bot's token: starts gateway and discord"},
    {"discord-api-url", STOA_CONF_TEXT, NULL, 0, 200,
	"of Discord's REST API; empty: Discord's own"},
    {"discord-public-key", STOA_CONF_TEXT, NULL, 0, 64,
	"of the application: takes interactions over HTTP too"},
    {"discord-listen", STOA_CONF_TEXT, "127.0.0.1:0", 1, 100,
	"where interactions over HTTP are taken"},
    {"discord-shards", STOA_CONF_NUMBER, "0", 0, 4096,
	"how many shards; 0: as many as Discord recommends"},
    {"discord-events", STOA_CONF_TEXT, NULL, 0, 2000,
	"types published on stoa.event.discord, with commas; * for all"},
    {"discord-host-patience", STOA_CONF_NUMBER, "120", 1, 3600,
	"seconds before a dead host of a session is given up"},
    {"gateway-replicas", STOA_CONF_NUMBER, "1", 1, 4,
	"how many gateway daemons"},
    {"discord-replicas", STOA_CONF_NUMBER, "1", 1, 4,
	"how many discord daemons"},
    {"chain", STOA_CONF_TEXT, "embedded", 1, 16,
	"what models and Joy are settled on: embedded, devnet or evm"},
    {"chain-url-file", STOA_CONF_TEXT, NULL, 0, 800,
	"evm: file of the providers' addresses"},
    {"chain-manifest", STOA_CONF_TEXT, NULL, 0, 800,
	"evm: file of the contracts, as their deployment has written it"},
    {"chain-key-file", STOA_CONF_TEXT, NULL, 0, 800,
	"evm: keystore of the key that moves the vault"},
    {"chain-key-password-file", STOA_CONF_TEXT, NULL, 0, 800,
	"evm: file of the keystore's password"},
    {"chain-stuck-s", STOA_CONF_NUMBER, "60", 1, 86400,
	"a transaction not mined for so long is made dearer"},
    {"chain-epoch", STOA_CONF_NUMBER, "1", 1, 64,
	"devnet: a block is final twice so many blocks later"},
    {"help", STOA_CONF_FLAG, "false", 0, 0, "print this and exit"},
};

struct up {
	struct stoa_conf *conf;
	struct home home;
	struct profile profile;
	struct stoa_loop *loop;
	struct stoa_bus *bus;
	struct supervisor *supervisor;
	struct stoa_timer *poll;
	char bin[HOME_PATH_MAX]; /* folder of our own programs */
	char url[64];
	char key[HOME_PATH_MAX];
	int64_t started_us;
	int lock;
	int tell; /* the launcher's pipe, or -1 */
	bool is_provisioned;
	bool is_ready;
	bool is_stopping;
};

/* ---- children
 * ------------------------------------------------------------------- */

static void
log_path(const struct up *u, const char *name, char path[HOME_PATH_MAX])
{
	char file[64];

	(void)snprintf(file, sizeof(file), "logs/%s.log", name);
	(void)home_path(&u->home, file, path);
}

static void
tool_start(struct up *u, const char *name, const char *program,
    const char *const *rest)
{
	const char *arguments[8] = {program};
	char log[HOME_PATH_MAX];
	size_t count = 1;

	for (; *rest != NULL; rest++) {
		stoa_assert(count < STOA_COUNT(arguments) - 1);
		arguments[count++] = *rest;
	}
	log_path(u, name, log);
	(void)supervisor_start(u->supervisor, name, arguments, log);
}

/* Debian puts servers where ordinary users' PATH does not look. */
static const char *
program_find(const char *name, char path[HOME_PATH_MAX])
{
	static const char *const folders[] = {
	    "/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"};

	for (size_t i = 0; i < STOA_COUNT(folders); i++) {
		(void)snprintf(path, HOME_PATH_MAX, "%s/%s", folders[i], name);
		if (access(path, X_OK) == 0) {
			return path;
		}
	}
	return NULL;
}

static bool
tools_start(struct up *u, struct stoa_buf *error)
{
	char nats[HOME_PATH_MAX], redis[HOME_PATH_MAX];
	char nats_conf[HOME_PATH_MAX], redis_conf[HOME_PATH_MAX];

	if (program_find("nats-server", nats) == NULL ||
	    program_find("redis-server", redis) == NULL) {
		stoa_buf_add_text(error,
		    "nats-server and redis-server must be installed: "
		    "make deps");
		return false;
	}
	tool_start(u, "nats", nats,
	    (const char *const[]){
		"-c", home_path(&u->home, "run/nats.conf", nats_conf), NULL});
	tool_start(u, "redis", redis,
	    (const char *const[]){
		home_path(&u->home, "run/redis.conf", redis_conf), NULL});
	if (u->profile.has_anvil) {
		const char *anvil[PROFILE_ANVIL_MAX];
		char log[HOME_PATH_MAX];

		profile_anvil(&u->profile, anvil);
		log_path(u, "anvil", log);
		(void)supervisor_start(u->supervisor, "anvil", anvil, log);
	}
	return true;
}

/* One daemon: `name` is shown, `service` is the program and the user. */
static void
daemon_start(struct up *u, const char *name, const char *service,
    const char *const *more)
{
	char program[HOME_PATH_MAX + 64], home[HOME_PATH_MAX];
	char key[HOME_PATH_MAX], ops[HOME_PATH_MAX], file[64];
	char url_flag[96], home_flag[HOME_PATH_MAX + 16];
	char key_flag[HOME_PATH_MAX + 32], ops_flag[HOME_PATH_MAX + 32];
	const char *arguments[24];
	char log[HOME_PATH_MAX];
	size_t count = 0;

	(void)home_path(&u->home, "", home);
	(void)snprintf(program, sizeof(program), "%s/stoa-%s", u->bin, service);
	if (access(program, X_OK) != 0) {
		stoa_log(STOA_LOG_WARN, "daemon_missing", "%s is not there",
		    program);
		return;
	}
	(void)snprintf(file, sizeof(file), "keys/%s.nk", service);
	(void)snprintf(key_flag, sizeof(key_flag), "--nats-key-file=%s",
	    home_path(&u->home, file, key));
	(void)snprintf(file, sizeof(file), "run/%s.sock", name);
	(void)snprintf(ops_flag, sizeof(ops_flag), "--ops-listen=unix:%s",
	    home_path(&u->home, file, ops));
	(void)snprintf(home_flag, sizeof(home_flag), "--home=%s", u->home.path);
	(void)snprintf(url_flag, sizeof(url_flag), "--nats-url=%s", u->url);
	arguments[count++] = program;
	arguments[count++] = home_flag;
	arguments[count++] = url_flag;
	arguments[count++] = key_flag;
	arguments[count++] = ops_flag;
	for (; *more != NULL && count < STOA_COUNT(arguments) - 1; more++) {
		arguments[count++] = *more;
	}
	arguments[count] = NULL;
	log_path(u, name, log);
	(void)supervisor_start(u->supervisor, name, arguments, log);
}

static void
replicas_start(
    struct up *u, const char *service, const char *option, const char *more)
{
	int64_t count = stoa_conf_number(u->conf, option);

	for (int64_t i = 0; i < count; i++) {
		char name[48], replica[32], replicas[32];

		(void)snprintf(name, sizeof(name),
		    i == 0 ? "%s" : "%s-%" PRId64, service, i);
		(void)snprintf(
		    replica, sizeof(replica), "--replica=%" PRId64, i);
		(void)snprintf(
		    replicas, sizeof(replicas), "--replicas=%" PRId64, count);
		daemon_start(u, name, service,
		    (const char *const[]){replica, replicas, more, NULL});
	}
}

/* "discord", "discord-1", ...: one name for program, log and lease. */
static void
discord_replica_start(
    struct up *u, const char *service, int64_t i, const char *const *more)
{
	char name[48], replica[64];
	const char *arguments[12];
	size_t count = 0;

	(void)snprintf(
	    name, sizeof(name), i == 0 ? "%s" : "%s-%" PRId64, service, i);
	(void)snprintf(replica, sizeof(replica), "--replica=%s", name);
	arguments[count++] = replica;
	for (; *more != NULL; more++) {
		stoa_assert(count < STOA_COUNT(arguments) - 1);
		arguments[count++] = *more;
	}
	arguments[count] = NULL;
	daemon_start(u, name, service, arguments);
}

/* Nothing without a token: the suite needs no account. */
static void
discord_daemons_start(struct up *u, const char *redis_flag)
{
	const char *token = stoa_conf_get(u->conf, "discord-token-file");
	const char *key = stoa_conf_get(u->conf, "discord-public-key");
	const char *api = stoa_conf_get(u->conf, "discord-api-url");
	char token_flag[900], api_flag[256], shards[48], key_flag[128];
	char listen[160], patience[48], events_flag[2048];

	if (token[0] == '\0') {
		return;
	}
	(void)snprintf(
	    token_flag, sizeof(token_flag), "--discord-token-file=%s", token);
	(void)snprintf(api_flag, sizeof(api_flag), "--api-url=%s", api);
	(void)snprintf(shards, sizeof(shards), "--shards=%" PRId64,
	    stoa_conf_number(u->conf, "discord-shards"));
	(void)snprintf(patience, sizeof(patience), "--host-patience=%" PRId64,
	    stoa_conf_number(u->conf, "discord-host-patience"));
	(void)snprintf(events_flag, sizeof(events_flag), "--events=%s",
	    stoa_conf_get(u->conf, "discord-events"));
	(void)snprintf(key_flag, sizeof(key_flag), "--public-key=%s", key);
	(void)snprintf(listen, sizeof(listen), "--listen=%s",
	    stoa_conf_get(u->conf, "discord-listen"));
	for (int64_t i = 0; i < stoa_conf_number(u->conf, "discord-replicas");
	     i++) {
		discord_replica_start(u, "discord", i,
		    (const char *const[]){token_flag, redis_flag,
			api[0] == '\0' ? NULL : api_flag, NULL});
	}
	for (int64_t i = 0; i < stoa_conf_number(u->conf, "gateway-replicas");
	     i++) {
		discord_replica_start(u, "gateway", i,
		    (const char *const[]){token_flag, shards, patience,
			events_flag, key[0] == '\0' || i > 0 ? NULL : key_flag,
			listen, NULL});
	}
}

static void
daemons_start(struct up *u)
{
	char redis[HOME_PATH_MAX], redis_flag[HOME_PATH_MAX + 32];
	char link[HOME_PATH_MAX], link_flag[HOME_PATH_MAX + 32];
	char rate[48], listen[64], pace[48];
	const char *has_chain = u->profile.has_chain ? "--has-chain" : NULL;
	int64_t workers = stoa_conf_number(u->conf, "workers");

	replicas_start(u, "accounts", "accounts-replicas", has_chain);
	replicas_start(u, "training", "training-replicas", NULL);
	(void)snprintf(pace, sizeof(pace), "--pace=%" PRId64,
	    stoa_conf_number(u->conf, "governance-pace"));
	replicas_start(u, "governance", "governance-replicas", pace);
	replicas_start(u, "marketplace", "marketplace-replicas", has_chain);
	if (u->profile.has_chain) {
		daemon_start(u, "chain", "chain", u->profile.arguments);
	}
	(void)snprintf(listen, sizeof(listen), "--listen=127.0.0.1:%u",
	    u->home.storage_port);
	daemon_start(
	    u, "storage", "storage", (const char *const[]){listen, NULL});
	(void)snprintf(redis_flag, sizeof(redis_flag), "--redis-socket=%s",
	    home_path(&u->home, "run/redis.sock", redis));
	(void)snprintf(link_flag, sizeof(link_flag), "--link-key-file=%s",
	    home_path(&u->home, "keys/bot-link.secret", link));
	(void)snprintf(rate, sizeof(rate), "--rate-factor=%" PRId64,
	    stoa_conf_number(u->conf, "bot-rate-factor"));
	daemon_start(u, "bot", "bot",
	    (const char *const[]){
		redis_flag, link_flag, rate, has_chain, NULL});
	discord_daemons_start(u, redis_flag);
	for (int64_t i = 0; i < workers; i++) {
		char name[48];

		(void)snprintf(name, sizeof(name),
		    i == 0 ? "worker" : "worker-%" PRId64, i);
		daemon_start(u, name, "worker", (const char *const[]){NULL});
	}
}

/* ---- readiness
 * -------------------------------------------------------------------- */

static void
table_print(struct up *u, FILE *out)
{
	int64_t took_us = stoa_clock_mono(NULL).us - u->started_us;

	fprintf(out, "%-12s %8s  %s\n", "NAME", "PID", "STATE");
	for (size_t i = 0; i < supervisor_count(u->supervisor); i++) {
		const struct child *c = supervisor_child(u->supervisor, i);

		fprintf(out, "%-12s %8d  %s\n", child_name(c),
		    (int)child_pid(c),
		    child_is_halted(c)	? "stopped: see `stoa logs`"
		    : child_pid(c) == 0 ? "starting"
					: "ready");
	}
	fprintf(out, "all ready in %" PRId64 " ms; home %s, broker %s\n",
	    took_us / 1000, u->home.path, u->url);
	(void)fflush(out);
}

static bool
all_ready(struct up *u)
{
	for (size_t i = 0; i < supervisor_count(u->supervisor); i++) {
		const struct child *c = supervisor_child(u->supervisor, i);
		char file[64], path[HOME_PATH_MAX];

		if (child_is_halted(c)) {
			continue; /* the others do without it */
		}
		if (child_pid(c) == 0) {
			return false; /* waits for its next start */
		}
		if (children_is_tool(child_name(c))) {
			continue; /* the daemons need them to be ready */
		}
		(void)snprintf(
		    file, sizeof(file), "run/%s.sock", child_name(c));
		if (!ready_ask(home_path(&u->home, file, path))) {
			return false;
		}
	}
	return true;
}

/* Who is there: for `stoa status`, and to clean up after a kill. */
static void
pids_write(struct up *u)
{
	char path[HOME_PATH_MAX], aside[HOME_PATH_MAX];
	FILE *file = fopen(home_path(&u->home, "run/pids.new", aside), "we");

	if (file == NULL) {
		return;
	}
	for (size_t i = 0; i < supervisor_count(u->supervisor); i++) {
		const struct child *c = supervisor_child(u->supervisor, i);

		fprintf(file, "%s %d %u\n", child_name(c), (int)child_pid(c),
		    child_restarts(c));
	}
	/* Whole at any time: somebody may be reading it. */
	if (fclose(file) == 0) {
		(void)rename(aside, home_path(&u->home, "run/pids", path));
	}
}

static void
launcher_tell(struct up *u, bool ok)
{
	FILE *out;

	if (u->tell < 0) {
		if (ok) {
			table_print(u, stdout);
		}
		return;
	}
	out = fdopen(u->tell, "w");
	u->tell = -1;
	if (out != NULL) {
		if (ok) {
			table_print(u, out);
		}
		(void)fclose(out);
	}
}

static void stop(void *arg);

static void
on_poll(void *arg)
{
	struct up *u = arg;

	pids_write(u);
	if (u->is_ready || !u->is_provisioned || u->is_stopping) {
		return;
	}
	if (all_ready(u)) {
		u->is_ready = true;
		launcher_tell(u, true);
		/* From now on only who runs is written down. */
		stoa_timer_start(
		    u->poll, 100 * STOA_US_PER_MS, 100 * STOA_US_PER_MS);
	} else if (stoa_clock_mono(NULL).us - u->started_us > READY_US_MAX) {
		stoa_log(STOA_LOG_ERROR, "not_ready",
		    "not all daemons became ready in 60 s; see %s/logs",
		    u->home.path);
		stop(u);
	}
}

/* ---- stages
 * ----------------------------------------------------------------------- */

static void
provisioned(void *owner, const char *error)
{
	struct up *u = owner;

	if (error != NULL) {
		stoa_log(STOA_LOG_ERROR, "not_provisioned", "%s", error);
		stop(u);
		return;
	}
	u->is_provisioned = true;
}

static void
on_bus_up(void *owner)
{
	struct up *u = owner;

	if (!u->is_provisioned) {
		provision_run(u->bus, provisioned, u);
	}
}

static void
stopped(void *owner)
{
	struct up *u = owner;

	stoa_loop_stop(u->loop);
}

static void
stop(void *arg)
{
	struct up *u = arg;

	if (u->is_stopping) {
		return;
	}
	u->is_stopping = true;
	if (u->tell < 0 && !u->is_ready) {
		fprintf(stderr, "stoa up: stopping\n");
	}
	supervisor_stop(u->supervisor, stopped, u);
}

/* Only processes whose command line names our home are ours; what has ended
 * has no command line any more, even while nobody has waited for it. */
static bool
is_ours(const struct up *u, int pid)
{
	char proc[64], line[8192];
	FILE *cmd;
	size_t len;

	(void)snprintf(proc, sizeof(proc), "/proc/%d/cmdline", pid);
	cmd = pid > 1 ? fopen(proc, "re") : NULL;
	if (cmd == NULL) {
		return false;
	}
	len = fread(line, 1, sizeof(line), cmd);
	(void)fclose(cmd);
	return memmem(line, len, u->home.path, strlen(u->home.path)) != NULL;
}

/* Two brokers on one store would ruin it: one that does not end when asked
 * is ended. */
static void
leftover_end(const struct up *u, int pid)
{
	for (int i = 0; i < 600 && is_ours(u, pid); i++) {
		if (i == 0 || i == 500) {
			(void)kill(pid, i == 0 ? SIGTERM : SIGKILL);
		}
		(void)usleep(20000);
	}
}

/* Ends what an earlier, killed `stoa up` left behind, newest first: the
 * daemons drain while their broker still answers. */
static void
leftovers_end(struct up *u)
{
	struct children_row rows[CHILDREN_MAX];
	size_t count = children_list(&u->home, rows);

	while (count-- > 0) {
		leftover_end(u, rows[count].pid);
	}
}

static bool
home_take(struct up *u, struct stoa_buf *error)
{
	char path[HOME_PATH_MAX], text[32];
	int len;

	u->lock = open(home_path(&u->home, "run/up.pid", path),
	    O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (u->lock < 0 || flock(u->lock, LOCK_EX | LOCK_NB) != 0) {
		stoa_buf_printf(error,
		    "%s is in use by another `stoa up`; stop it with "
		    "`stoa down --home %s`",
		    u->home.path, u->home.path);
		return false;
	}
	len = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	if (ftruncate(u->lock, 0) != 0 ||
	    write(u->lock, text, (size_t)len) != len) {
		stoa_buf_printf(error, "%s: %s", path, strerror(errno));
		return false;
	}
	leftovers_end(u);
	return home_prepare(&u->home, error);
}

static bool
bus_start(struct up *u)
{
	struct stoa_bus_options bus = {
	    .loop = u->loop,
	    .url = u->url,
	    .service = "admin",
	    .description = "the supervisor",
	    .key_file = home_path(&u->home, "keys/admin.nk", u->key),
	    .up = on_bus_up,
	    .owner = u,
	};

	return stoa_bus_open(&bus, &u->bus) == STOA_OK;
}

/* Runs until stopped; 0 when all had become ready. */
static int
supervise(struct up *u, struct stoa_buf *error)
{
	u->started_us = stoa_clock_mono(NULL).us;
	(void)signal(SIGPIPE, SIG_IGN);
	u->loop = stoa_loop_open();
	u->supervisor = supervisor_new(u->loop);
	home_nats_url(&u->home, u->url);
	if (!profile_read(&u->profile, u->conf, &u->home, error) ||
	    !tools_start(u, error)) {
		return 1;
	}
	u->poll = stoa_timer_new(u->loop, on_poll, u);
	stoa_timer_start(u->poll, 20 * STOA_US_PER_MS, 20 * STOA_US_PER_MS);
	stoa_loop_on_terminate(u->loop, stop, u);
	if (!bus_start(u)) {
		stoa_buf_add_text(error, "keys/admin.nk cannot be used");
		stop(u);
	} else {
		daemons_start(u);
	}
	stoa_loop_run(u->loop);
	launcher_tell(u, false);
	stoa_bus_close(u->bus);
	pids_write(u);
	return u->is_ready ? 0 : 1;
}

/* ---- commands
 * ---------------------------------------------------------------------- */

static void
bin_find(struct up *u)
{
	ssize_t len = readlink("/proc/self/exe", u->bin, sizeof(u->bin) - 1);
	char *slash;

	stoa_assert(len > 0);
	u->bin[len] = '\0';
	slash = strrchr(u->bin, '/');
	stoa_assert(slash != NULL);
	*slash = '\0';
}

/* Forks; the parent prints what the child says and returns its result. */
static bool
detach(struct up *u, int *ret_status)
{
	char log[HOME_PATH_MAX], text[4096];
	int pipes[2], fd;
	ssize_t len;
	size_t total = 0;
	FILE *out = stdout;
	pid_t child;

	stoa_assert(pipe2(pipes, O_CLOEXEC) == 0);
	child = fork();
	stoa_assert(child >= 0);
	if (child == 0) {
		(void)close(pipes[0]);
		(void)setsid();
		u->tell = pipes[1];
		log_path(u, "up", log);
		fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		(void)dup2(fd, STDOUT_FILENO);
		(void)dup2(fd, STDERR_FILENO);
		(void)close(STDIN_FILENO);
		(void)open("/dev/null", O_RDONLY);
		return false;
	}
	(void)close(pipes[1]);
	while ((len = read(pipes[0], text, sizeof(text))) > 0) {
		if (total == 0 && text[0] == '!') {
			out = stderr; /* what went wrong */
		}
		total += (size_t)len;
		(void)fwrite(text, 1, (size_t)len, out);
	}
	(void)fflush(out);
	*ret_status = total > 0 && out == stdout ? 0 : 1;
	if (total == 0) {
		fprintf(stderr, "stoa up: it did not start; see %s/logs\n",
		    u->home.path);
	}
	return true;
}

static bool
settings(struct up *u, int argc, char **argv, struct stoa_buf *error)
{
	int rest;

	u->conf = stoa_conf_new(options, STOA_COUNT(options));
	if (!stoa_conf_arguments(u->conf, argc, argv, &rest, error) ||
	    !stoa_conf_environment(u->conf, environ, error)) {
		return false;
	}
	if (rest < argc) {
		stoa_buf_printf(error, "\"%s\" is no option", argv[rest]);
		return false;
	}
	return true;
}

static int
usage(struct up *u)
{
	struct stoa_buf out;

	stoa_buf_init(&out, 8192);
	stoa_conf_help(u->conf, &out);
	printf("stoa up: start the suite\n\n%s", out.data);
	stoa_buf_fini(&out);
	return 0;
}

int
up_main(int argc, char **argv)
{
	static struct up u = {.tell = -1, .lock = -1};
	struct stoa_buf error;
	int status = 2;

	stoa_log_open("up", STOA_LOG_WARN);
	stoa_buf_init(&error, 4096);
	bin_find(&u);
	if (settings(&u, argc, argv, &error)) {
		if (stoa_conf_flag(u.conf, "help")) {
			return usage(&u);
		}
		status = 1;
		if (!home_open(
			&u.home, stoa_conf_get(u.conf, "home"), &error)) {
			fprintf(stderr, "stoa up: %s\n", error.data);
			return status;
		}
		if (stoa_conf_flag(u.conf, "detach") && detach(&u, &status)) {
			return status;
		}
		if (home_take(&u, &error)) {
			status = supervise(&u, &error);
		}
	}
	if (error.len > 0) {
		fprintf(stderr, "stoa up: %s\n", error.data);
		if (u.tell >= 0) {
			dprintf(u.tell, "! stoa up: %s\n", error.data);
		}
	}
	stoa_buf_fini(&error);
	return status;
}

static pid_t
supervisor_pid(const struct home *h)
{
	char path[HOME_PATH_MAX];
	FILE *file = fopen(home_path(h, "run/up.pid", path), "re");
	int pid = 0;

	if (file == NULL || fscanf(file, "%d", &pid) != 1) {
		pid = 0;
	}
	if (file != NULL) {
		/* Held: it lives. Free: the number is of a dead process. */
		if (flock(fileno(file), LOCK_SH | LOCK_NB) == 0) {
			pid = 0;
		}
		(void)fclose(file);
	}
	return pid;
}

int
down_main(int argc, char **argv)
{
	static struct up u;
	struct stoa_buf error;
	pid_t pid;

	stoa_buf_init(&error, 4096);
	if (!settings(&u, argc, argv, &error) ||
	    !home_open(&u.home, stoa_conf_get(u.conf, "home"), &error)) {
		fprintf(stderr, "stoa down: %s\n", error.data);
		return 2;
	}
	if (stoa_conf_flag(u.conf, "help")) {
		printf("stoa down: stop the suite\n\n"
		       "  --home  folder of all state (default ./data)\n");
		return 0;
	}
	pid = supervisor_pid(&u.home);
	if (pid <= 0) {
		printf("nothing runs in %s\n", u.home.path);
		return 0;
	}
	(void)kill(pid, SIGTERM);
	for (int i = 0; i < 3000; i++) {
		if (supervisor_pid(&u.home) == 0) {
			printf("stopped\n");
			return 0;
		}
		(void)usleep(20000);
	}
	fprintf(stderr, "stoa down: process %d does not stop\n", (int)pid);
	return 1;
}
