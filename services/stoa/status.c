/* status.c - `stoa status` and `stoa logs`. */
#include "stoa/look.h"

#include "base/check.h"
#include "edge/conf.h"
#include "stoa/children.h"
#include "stoa/options.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct stoa_conf_option status_options[] = {
    {"home", STOA_CONF_TEXT, "./data", 1, 800, "folder of all state"},
    {"json", STOA_CONF_FLAG, "false", 0, 0, "print JSON"},
    {"help", STOA_CONF_FLAG, "false", 0, 0, "print this and exit"},
};

static void
row_print(const struct children_row *r, bool json, bool is_first)
{
	const char *state = r->pid == 0	  ? "down"
			    : r->is_ready ? "ready"
					  : "starting";

	if (json) {
		printf("%s{\"name\":\"%s\",\"pid\":%d,\"state\":\"%s\","
		       "\"restarts\":%u}",
		    is_first ? "" : ",", r->name, r->pid, state, r->restarts);
	} else {
		printf("%-12s %8d  %-9s %8u\n", r->name, r->pid, state,
		    r->restarts);
	}
}

/* As the daemon `discord` has written it down. */
static void
invite_print(const struct home *h)
{
	char path[HOME_PATH_MAX], url[512];
	FILE *file = fopen(home_path(h, "discord/invite", path), "re");

	if (file == NULL) {
		return;
	}
	if (fgets(url, sizeof(url), file) != NULL) {
		printf("bring the bot into a Discord server: %s", url);
	}
	(void)fclose(file);
}

int
status_main(int argc, char **argv)
{
	struct children_row rows[CHILDREN_MAX];
	struct home home;
	struct stoa_conf *conf;
	size_t count, ready = 0;
	bool json;
	int status =
	    options_read("status", "who runs, who is ready", status_options,
		STOA_COUNT(status_options), argc, argv, &conf, &home, NULL);

	if (status >= 0) {
		return status;
	}
	json = stoa_conf_flag(conf, "json");
	count = children_read(&home, rows);
	if (count == 0 && !json) {
		printf(
		    "nothing runs in %s; start it with `stoa up`\n", home.path);
	}
	if (json) {
		printf("[");
	} else if (count > 0) {
		printf("%-12s %8s  %-9s %8s\n", "NAME", "PID", "STATE",
		    "RESTARTS");
	}
	for (size_t i = 0; i < count; i++) {
		row_print(&rows[i], json, i == 0);
		ready += rows[i].is_ready ? 1 : 0;
	}
	printf("%s", json ? "]\n" : "");
	if (!json) {
		invite_print(&home);
	}
	stoa_conf_free(conf);
	return count > 0 && ready == count ? 0 : 1;
}

/* ---- logs
 * ------------------------------------------------------------------------- */

static const struct stoa_conf_option logs_options[] = {
    {"home", STOA_CONF_TEXT, "./data", 1, 800, "folder of all state"},
    {"lines", STOA_CONF_NUMBER, "40", 1, 100000, "how many lines"},
    {"follow", STOA_CONF_FLAG, "false", 0, 0, "go on as lines come"},
    {"help", STOA_CONF_FLAG, "false", 0, 0, "print this and exit"},
};

/* Moves to where the last `lines` lines begin. */
static void
seek_tail(FILE *file, int64_t lines)
{
	long at;

	(void)fseek(file, 0, SEEK_END);
	at = ftell(file);
	for (int64_t seen = 0; at > 0; at--) {
		(void)fseek(file, at - 1, SEEK_SET);
		if (fgetc(file) == '\n' && seen++ == lines) {
			break;
		}
	}
	(void)fseek(file, at, SEEK_SET);
}

static int
log_print(const struct home *h, const char *name, int64_t lines, bool follow)
{
	char path[HOME_PATH_MAX], file_name[96], text[8192];
	FILE *file;
	size_t len;

	(void)snprintf(file_name, sizeof(file_name), "logs/%s.log", name);
	file = strchr(name, '/') == NULL
		   ? fopen(home_path(h, file_name, path), "re")
		   : NULL;
	if (file == NULL) {
		fprintf(stderr,
		    "stoa logs: there is no log \"%s\"; `stoa status` lists "
		    "the names\n",
		    name);
		return 1;
	}
	seek_tail(file, lines);
	for (;;) {
		while ((len = fread(text, 1, sizeof(text), file)) > 0) {
			(void)fwrite(text, 1, len, stdout);
		}
		(void)fflush(stdout);
		if (!follow) {
			break;
		}
		clearerr(file);
		(void)usleep(200000);
	}
	(void)fclose(file);
	return 0;
}

int
logs_main(int argc, char **argv)
{
	struct home home;
	struct stoa_conf *conf;
	int rest;
	int status =
	    options_read("logs NAME", "what a daemon says", logs_options,
		STOA_COUNT(logs_options), argc, argv, &conf, &home, &rest);

	if (status >= 0) {
		return status;
	}
	if (rest + 1 != argc) {
		fprintf(stderr, "usage: stoa logs [options] NAME\n");
		return 2;
	}
	status = log_print(&home, argv[rest], stoa_conf_number(conf, "lines"),
	    stoa_conf_flag(conf, "follow"));
	stoa_conf_free(conf);
	return status;
}
