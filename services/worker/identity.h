/* identity.h - which worker this process is: its id, its own folder, the key
 * it signs models with.
 *
 * The id derives from the key that the broker knows us by, the host and the
 * name that was given to this process, so a restarted worker is the same one
 * and takes up a job that it had claimed. The folder is locked: two processes
 * can never be the same worker. Layer 4. */
#ifndef WORKER_IDENTITY_H
#define WORKER_IDENTITY_H

#include "base/buf.h"
#include "base/id.h"
#include "port/part.h"
#include "worker/provenance.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct worker_identity {
	char id[STOA_ID_SIZE];
	char path[PATH_MAX]; /* of the folder; exists */
	int lock;
	uint8_t sign_key[WORKER_KEY_SIZE]; /* wiped at the end */
};

struct worker_identity_options {
	const char *home;	   /* folders go to <home>/worker/<id> */
	const char *nats_key_file; /* NULL: the broker knows nobody */
	const char *sign_key_file; /* 64 hexadecimal digits */
	const char *name;	   /* of this process, on this host */
};

/* False with a sentence that names the setting and the fix in `error`. */
STOA_MUST_USE bool worker_identity_open(struct worker_identity *identity,
    const struct worker_identity_options *options, struct stoa_buf *error);

extern const struct stoa_part worker_identity_part;

#endif
