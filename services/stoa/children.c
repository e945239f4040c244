/* children.c - run/pids and the ops endpoints. */
#include "stoa/children.h"

#include "base/check.h"
#include "stoa/ready.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

bool
children_is_tool(const char *name)
{
	static const char *const tools[] = {"nats", "redis", "anvil"};

	for (size_t i = 0; i < STOA_COUNT(tools); i++) {
		if (strcmp(name, tools[i]) == 0) {
			return true;
		}
	}
	return false;
}

size_t
children_list(
    const struct home *h, struct children_row rows[static CHILDREN_MAX])
{
	char path[HOME_PATH_MAX];
	FILE *pids = fopen(home_path(h, "run/pids", path), "re");
	size_t count = 0;

	while (pids != NULL && count < CHILDREN_MAX) {
		struct children_row *r = &rows[count];

		*r = (struct children_row){0};
		if (fscanf(pids, "%47s %d %u", r->name, &r->pid,
			&r->restarts) != 3) {
			break;
		}
		count++;
	}
	if (pids != NULL) {
		(void)fclose(pids);
	}
	return count;
}

size_t
children_read(
    const struct home *h, struct children_row rows[static CHILDREN_MAX])
{
	char path[HOME_PATH_MAX], file[80];
	size_t count = children_list(h, rows);

	for (size_t i = 0; i < count; i++) {
		struct children_row *r = &rows[i];

		if (r->pid > 0 && kill(r->pid, 0) != 0 && errno == ESRCH) {
			r->pid = 0;
		}
		r->is_daemon = !children_is_tool(r->name);
		r->is_ready = r->pid > 0;
		if (r->is_daemon && r->pid > 0) {
			(void)snprintf(
			    file, sizeof(file), "run/%s.sock", r->name);
			r->is_ready = ready_ask(home_path(h, file, path));
		}
	}
	return count;
}
