/* provenance.h - provenance.json: who made this model, from what, and how.
 *
 * A DSSE envelope (secure-systems-lab/dsse v1) around an in-toto Statement v1
 * whose subjects are the files of the model with their SHA-256 and whose
 * predicate is SLSA Provenance v1: buildType names the recipe and version,
 * externalParameters the data set and the parameters, runDetails the worker
 * (builder id = its did:key), the times, and the metrics as a by-product.
 * Signed with the worker's Ed25519 key over the pre-authentication encoding.
 *
 * Layer 4: reads and writes files. The key never leaves the caller. */
#ifndef WORKER_PROVENANCE_H
#define WORKER_PROVENANCE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/time.h"
#include "worker/problem.h"
#include "worker/recipe.h"

#include <stdint.h>

#define WORKER_PROVENANCE_FILE "provenance.json"

#define WORKER_KEY_SIZE 32 /* Ed25519: seed, and public key */

struct worker_provenance {
	struct stoa_str job_id;
	struct stoa_str dataset_cid;
	struct worker_params params;
	struct stoa_str metrics; /* JSON object */
	struct stoa_wall started;
	struct stoa_wall finished;
};

/* Hashes the files of the model in `path`, signs, writes provenance.json and
 * syncs. `seed` is the private key. Refuses DISK and BAD_PROVENANCE (metrics
 * that are not a JSON object). */
bool worker_provenance_write(const char *path,
    const struct worker_provenance *p, const uint8_t seed[WORKER_KEY_SIZE],
    struct worker_problem *problem);

/* What a verified statement says; texts live in the arena. */
struct worker_claim {
	uint8_t public_key[WORKER_KEY_SIZE];
	struct stoa_str worker; /* did:key:z6Mk... */
	struct stoa_str job_id;
	struct stoa_str dataset_cid;
	struct worker_params params;
	struct stoa_str metrics; /* JSON object */
	struct stoa_str started; /* RFC 3339 */
	struct stoa_str finished;
};

/* Checks the envelope's signature, that the signer is the builder that the
 * statement names, that each subject is a file with that hash, and that the
 * directory holds no further file. `trusted` is the key that must have
 * signed; NULL accepts any, and the caller judges claim->public_key. Refuses
 * BAD_PROVENANCE with what does not hold. */
bool worker_provenance_verify(const char *path, const uint8_t *trusted,
    struct stoa_arena *arena, struct worker_claim *ret_claim,
    struct worker_problem *problem);

#endif
