/* layout.h - turns paths into nested directories.
 *
 * Entries come in any order; at the end they are sorted by their parts and the
 * directories are closed like brackets, innermost first. Layer 3 (it adds the
 * directories to a store). */
#ifndef STORAGE_LAYOUT_H
#define STORAGE_LAYOUT_H

#include "storage/add.h"

#include "base/arena.h"

struct storage_layout_entry;

struct storage_layout {
	struct stoa_arena names;
	struct storage_layout_entry *entries;
	size_t count;
	size_t size;
	const char *refusal;
};

void storage_layout_init(struct storage_layout *layout);
void storage_layout_fini(struct storage_layout *layout);

/* `path` is relative and clean; `child` NULL makes a directory, which may then
 * stay empty. Refuses INVALID (a part of it is no name), TOO_LARGE. */
STOA_MUST_USE enum stoa_status storage_layout_add(struct storage_layout *layout,
    struct stoa_str path, const struct storage_child *child);

/* Refuses EXISTS when two entries have one path, or a file's path is also a
 * directory's; and what the store refuses. */
STOA_MUST_USE enum stoa_status storage_layout_end(struct storage_layout *layout,
    struct storage_add *add, const struct storage_profile *profile,
    struct storage_child *ret_root);

/* What is wrong with a name, in words, or NULL. */
const char *storage_layout_refusal(const struct storage_layout *layout);

#endif
