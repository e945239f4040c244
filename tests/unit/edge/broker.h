/* broker.h - a nats-server of this test's own, on loopback, with JetStream in
 * a directory of its own; and a loop that runs until something is so. */
#ifndef STOA_TESTS_EDGE_BROKER_H
#define STOA_TESTS_EDGE_BROKER_H

#include <stdbool.h>
#include <sys/types.h>

struct broker {
	char dir[64];
	char url[64];
	unsigned port; /* 0: not started yet */
	pid_t pid;
};

/* Starts it, again on the same port and with what it has stored. */
void broker_start(struct broker *b);

/* Kills it; what it has synced stays. */
void broker_kill(struct broker *b);

/* Hangs it: once this returns, none of its threads runs. */
void broker_pause(struct broker *b);
void broker_resume(struct broker *b);

/* Kills it and removes its directory. */
void broker_end(struct broker *b);

#endif
