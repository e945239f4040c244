/* snapshot_file.h - a replica's snapshot on disk: mapped at the start, written
 * by a process of its own while the replica goes on.
 *
 * The writer is this very program with one more argument, "--write-snapshot":
 * it reads copy and snapshot, and puts a newer snapshot in the old one's
 * place. So no command waits for it, and its memory is gone with it. */
#ifndef STOA_EDGE_SNAPSHOT_FILE_H
#define STOA_EDGE_SNAPSHOT_FILE_H

#include "base/core.h"
#include "base/status.h"
#include "domain/replica.h"
#include "edge/copy_file.h"
#include "edge/loop.h"

struct stoa_snapshots;

struct stoa_snapshots_options {
	struct stoa_loop *loop;
	const struct stoa_core *core;
	const char *path;
	char **arguments; /* of this process; ends with NULL */
	/* A newer one is written after the copy has grown by so many bytes, or
	 * by half of what the snapshot has if that is more. 0: never. */
	uint64_t growth;
};

/* Maps what is there. All options are borrowed for good, except `path`. */
struct stoa_snapshots *stoa_snapshots_open(
    const struct stoa_snapshots_options *options);

/* For the replica's options; empty: none, or none of this core. */
struct stoa_str stoa_snapshots_bytes(const struct stoa_snapshots *s);

/* To be called now and then: starts the writer when it is time, and gives the
 * replica what it wrote. */
void stoa_snapshots_tick(struct stoa_snapshots *s, struct stoa_replica *replica,
    const struct stoa_copy *copy);

/* Removes the file: the next start reads the whole copy. */
void stoa_snapshots_drop(struct stoa_snapshots *s);

/* After the replica is gone. Ends a writer under way. */
void stoa_snapshots_close(struct stoa_snapshots *s);

/* The writer's main: gives its exit status. */
int stoa_snapshot_write(
    const struct stoa_core *core, const char *copy_path, const char *path);

#endif
