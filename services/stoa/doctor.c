/* doctor.c - `stoa doctor`: what is wrong, and what to do about it. */
#include "base/check.h"
#include "stoa/children.h"
#include "stoa/contract.h"
#include "stoa/journal_check.h"
#include "stoa/look.h"
#include "stoa/options.h"
#include "stoa/ready.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

static const struct stoa_conf_option options[] = {
    {"home", STOA_CONF_TEXT, "./data", 1, 800, "folder of all state"},
    {"help", STOA_CONF_FLAG, "false", 0, 0, "print this and exit"},
};

struct doctor {
	struct home home;
	struct children_row rows[CHILDREN_MAX];
	size_t running;
	unsigned checks, bad;
};

static void
say(struct doctor *d, bool ok, const char *what, const char *fix)
{
	d->checks++;
	if (ok) {
		printf("ok    %s\n", what);
		return;
	}
	d->bad++;
	printf("WRONG %s\n      fix: %s\n", what, fix);
}

/* ---- the machine
 * ------------------------------------------------------------------ */

static bool
tool_is_there(const char *name)
{
	static const char *const folders[] = {
	    "/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"};
	char path[256];

	for (size_t i = 0; i < STOA_COUNT(folders); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folders[i], name);
		if (access(path, X_OK) == 0) {
			return true;
		}
	}
	return false;
}

#define DISK_LOW  (UINT64_C(512) * 1024 * 1024)
#define FILES_LOW 1024u

static void
machine_check(struct doctor *d)
{
	struct statvfs fs;
	struct rlimit files;
	char what[256];
	uint64_t left = 0;

	say(d, tool_is_there("nats-server"), "nats-server is installed",
	    "make deps");
	say(d, tool_is_there("redis-server"), "redis-server is installed",
	    "make deps");
	if (statvfs(d->home.path, &fs) == 0) {
		left = (uint64_t)fs.f_bavail * fs.f_frsize;
	}
	(void)snprintf(
	    what, sizeof(what), "%" PRIu64 " MiB of disk are free", left >> 20);
	say(d, left >= DISK_LOW, what,
	    "free at least 512 MiB: below 32 MiB no command is taken");
	if (getrlimit(RLIMIT_NOFILE, &files) != 0) {
		files.rlim_cur = 0;
	}
	(void)snprintf(what, sizeof(what), "%ju files may be open",
	    (uintmax_t)files.rlim_cur);
	say(d, files.rlim_cur >= FILES_LOW, what, "ulimit -n 4096");
	/* Times stand in every record: a clock before this build is wrong. */
	say(d, time(NULL) > 1767225600, "the clock is after 2026-01-01",
	    "set the clock; times stand in every record");
}

/* ---- keys
 * ------------------------------------------------------------------------- */

static void
file_mode_check(struct doctor *d, const char *name)
{
	char path[HOME_PATH_MAX], what[HOME_PATH_MAX + 64];
	char fix[HOME_PATH_MAX + 32];
	struct stat st;

	if (stat(home_path(&d->home, name, path), &st) != 0) {
		return; /* made by the next `stoa up` */
	}
	(void)snprintf(what, sizeof(what), "%s is private", name);
	(void)snprintf(fix, sizeof(fix), "chmod 600 %s", path);
	say(d, (st.st_mode & 077) == 0, what, fix);
}

static void
keys_check(struct doctor *d)
{
	char name[96];

	for (size_t i = 0; i < contract_user_count; i++) {
		(void)snprintf(
		    name, sizeof(name), "keys/%s.nk", contract_users[i].name);
		file_mode_check(d, name);
	}
	for (size_t i = 0; i < HOME_SECRET_COUNT; i++) {
		(void)snprintf(
		    name, sizeof(name), "keys/%s.secret", home_secrets[i]);
		file_mode_check(d, name);
	}
	/* Of a chain of one's own; it moves the vault. */
	file_mode_check(d, "keys/chain-operator.json");
	file_mode_check(d, "keys/chain-operator.password");
}

/* ---- the suite
 * --------------------------------------------------------------------- */

static void
frozen_check(struct doctor *d, const struct children_row *r)
{
	char path[HOME_PATH_MAX], file[80], what[160];
	struct stoa_buf out;
	const char *at;
	long frozen = 0;

	(void)snprintf(file, sizeof(file), "run/%s.sock", r->name);
	stoa_buf_init(&out, 1 << 20);
	if (ready_fetch(home_path(&d->home, file, path), "/metrics", &out)) {
		at = strstr(stoa_buf_str(&out).data,
		    "\nstoa_journal_communities_frozen ");
		if (at != NULL) {
			frozen = strtol(strchr(at + 1, ' '), NULL, 10);
			(void)snprintf(what, sizeof(what),
			    "%s: %ld communities are read-only", r->name,
			    frozen);
			say(d, frozen == 0, what,
			    "`stoa verify --verbose` names the records; see "
			    "docs/repair.md");
		}
	}
	stoa_buf_fini(&out);
}

#define RESTARTS_MANY 5u

static void
suite_check(struct doctor *d)
{
	if (d->running == 0) {
		printf("note  nothing runs in %s\n", d->home.path);
		return;
	}
	for (size_t i = 0; i < d->running; i++) {
		const struct children_row *r = &d->rows[i];
		char what[160], fix[160];

		(void)snprintf(fix, sizeof(fix), "stoa logs %s", r->name);
		(void)snprintf(what, sizeof(what), "%s is ready", r->name);
		say(d, r->is_ready, what, fix);
		(void)snprintf(what, sizeof(what),
		    "%s was started again %u times", r->name, r->restarts);
		say(d, r->restarts < RESTARTS_MANY, what, fix);
		if (r->is_daemon && r->is_ready) {
			frozen_check(d, r);
		}
	}
}

static void
journal_say(struct doctor *d, const char *name, const struct journal_check *c)
{
	char what[256];
	struct journal_community m;

	(void)snprintf(what, sizeof(what),
	    "%s: every checksum holds (%" PRIu64 " records)", name,
	    journal_check_records(c));
	say(d, journal_check_damage(c) == 0, what,
	    "nothing: what is damaged was read from the stream again; look at "
	    "the disk");
	for (size_t i = 0; i < journal_check_count(c); i++) {
		journal_check_community(c, i, &m);
		if (m.is_broken) {
			(void)snprintf(what, sizeof(what),
			    "%s: %.*s is whole (after record %" PRIu64 ": %s)",
			    name, STOA_STR_ARG(m.id), m.index, m.why);
			say(d, false, what,
			    "start the suite: it reads what is missing from "
			    "the stream; if that lacks it too, see "
			    "docs/repair.md");
		}
	}
}

static void
journals_check(struct doctor *d)
{
	for (size_t i = 0; i < JOURNAL_CORE_COUNT; i++) {
		for (unsigned k = 0; k < 16; k++) {
			char path[HOME_PATH_MAX], name[96];
			struct journal_check *c;

			(void)snprintf(name, sizeof(name), "journal/%s-%u.copy",
			    journal_cores[i]->name, k);
			if (journal_check_run(home_path(&d->home, name, path),
				journal_cores[i], &c) == STOA_OK) {
				journal_say(d, name, c);
				journal_check_free(c);
			}
		}
	}
}

int
doctor_main(int argc, char **argv)
{
	static struct doctor d;
	struct stoa_conf *conf;
	int status = options_read("doctor", "what is wrong, what to do",
	    options, STOA_COUNT(options), argc, argv, &conf, &d.home, NULL);

	if (status >= 0) {
		return status;
	}
	d.running = children_read(&d.home, d.rows);
	machine_check(&d);
	keys_check(&d);
	suite_check(&d);
	journals_check(&d);
	printf("%u checks, %u wrong\n", d.checks, d.bad);
	stoa_conf_free(conf);
	return d.bad == 0 ? 0 : 1;
}
