/* broker.c - starts, kills and cleans up after a nats-server. */
#include "../unit.h"

#include "broker.h"

#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define START_MS 10000

static bool
port_read(struct broker *b)
{
	char path[160], text[512];
	const char *at;
	FILE *f;

	(void)snprintf(
	    path, sizeof(path), "%s/nats-server_%d.ports", b->dir, (int)b->pid);
	f = fopen(path, "r");
	if (f == NULL) {
		return false;
	}
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	(void)fclose(f);
	at = strstr(text, "nats://127.0.0.1:");
	b->port = at == NULL ? 0 : (unsigned)strtoul(at + 17, NULL, 10);
	return b->port != 0;
}

/* Ready, it writes its port into its directory. */
static void
port_wait(struct broker *b)
{
	for (int ms = 0; !port_read(b); ms += 10) {
		assert_true(ms < START_MS);
		assert_int_equal(waitpid(b->pid, NULL, WNOHANG), 0);
		(void)poll(NULL, 0, 10);
	}
	(void)snprintf(b->url, sizeof(b->url), "nats://127.0.0.1:%u", b->port);
}

void
broker_start(struct broker *b)
{
	char port[16];
	char *argv[] = {(char *)"nats-server", (char *)"-a",
	    (char *)"127.0.0.1", (char *)"-p", port, (char *)"-js",
	    (char *)"-sd", b->dir, (char *)"--ports_file_dir", b->dir, NULL};
	posix_spawn_file_actions_t files;

	if (b->port == 0) {
		(void)snprintf(
		    b->dir, sizeof(b->dir), "/tmp/stoa-broker-XXXXXX");
		assert_non_null(mkdtemp(b->dir));
		(void)snprintf(port, sizeof(port), "-1");
	} else {
		(void)snprintf(port, sizeof(port), "%u", b->port);
	}
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(
	    &files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(
	    &files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	assert_int_equal(
	    posix_spawnp(&b->pid, "nats-server", &files, NULL, argv, environ),
	    0);
	posix_spawn_file_actions_destroy(&files);
	port_wait(b);
}

void
broker_kill(struct broker *b)
{
	if (b->pid > 0) {
		(void)kill(b->pid, SIGKILL);
		(void)kill(b->pid, SIGCONT);
		assert_int_equal(waitpid(b->pid, NULL, 0), b->pid);
		b->pid = 0;
	}
}

void
broker_pause(struct broker *b)
{
	int status;

	assert_int_equal(kill(b->pid, SIGSTOP), 0);
	assert_int_equal(waitpid(b->pid, &status, WUNTRACED), b->pid);
	assert_true(WIFSTOPPED(status));
}

void
broker_resume(struct broker *b)
{
	assert_int_equal(kill(b->pid, SIGCONT), 0);
}

static int
path_remove(
    const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

void
broker_end(struct broker *b)
{
	broker_kill(b);
	(void)nftw(b->dir, path_remove, 16, FTW_DEPTH | FTW_PHYS);
}
