/* hashers.h - threads that hash leaves and put them into the store; used by
 * add only. Layer 3. */
#ifndef STORAGE_HASHERS_H
#define STORAGE_HASHERS_H

#include "storage/add.h"

/* One chunk of a file on its way. The producer owns it but between queue and
 * wait, when a thread does. */
struct storage_leaf {
	struct storage_store *store;
	const struct storage_profile *profile;
	char *data;
	size_t len;
	struct stoa_buf wrapped; /* room for profiles without raw leaves */
	/* What came of it: */
	enum stoa_status status;
	struct storage_child child;
	bool is_queued;
};

/* Counts adds. Refuses BUSY beyond STORAGE_ADDS_MAX. */
STOA_MUST_USE enum stoa_status storage_hashers_enter(
    struct storage_hashers *hashers);
void storage_hashers_leave(struct storage_hashers *hashers);

/* Hashes and stores the leaf on this thread. */
void storage_leaf_do(struct storage_leaf *leaf);

void storage_leaf_queue(
    struct storage_hashers *hashers, struct storage_leaf *leaf);

/* Returns when the leaf is done; at once when it was not queued. */
void storage_leaf_wait(
    struct storage_hashers *hashers, struct storage_leaf *leaf);

#endif
