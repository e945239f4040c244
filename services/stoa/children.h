/* children.h - who runs, as `stoa up` writes it down. */
#ifndef STOA_CHILDREN_H
#define STOA_CHILDREN_H

#include "stoa/home.h"

#define CHILDREN_MAX 32

struct children_row {
	char name[48];
	int pid; /* 0: not running */
	unsigned restarts;
	bool is_daemon; /* ours, with an ops endpoint */
	bool is_ready;
};

/* One of others' programs that the daemons stand on: it has no ops endpoint. */
bool children_is_tool(const char *name);

/* Reads run/pids: names, pids (perhaps of the past) and restarts. */
size_t children_list(
    const struct home *h, struct children_row rows[static CHILDREN_MAX]);

/* The same, and asks each daemon. Returns how many; 0: no suite runs. */
size_t children_read(
    const struct home *h, struct children_row rows[static CHILDREN_MAX]);

#endif
