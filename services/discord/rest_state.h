/* rest_state.h - the invalid requests that were spent, in a file: a daemon
 * that restarts in a loop must not start from zero each time. */
#ifndef DISCORD_REST_STATE_H
#define DISCORD_REST_STATE_H

#include "discord/rest_window.h"

/* A file that is missing or not ours counts as nothing spent. */
void rest_state_read(const char *path, struct rest_budget *budget);

/* Replaces the file as a whole; failing loses nothing but the memory of it. */
void rest_state_write(const char *path, struct rest_budget *budget);

#endif
