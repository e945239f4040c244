/* statement.h - the in-toto statement inside provenance.json.
 * Layer 2, pure. */
#ifndef WORKER_STATEMENT_H
#define WORKER_STATEMENT_H

#include "worker/provenance.h"

#define WORKER_STATEMENT_TYPE "application/vnd.in-toto+json"

/* Files of a model besides provenance.json. */
#define WORKER_SUBJECT_MAX 8
#define WORKER_NAME_SIZE   64

struct worker_subject {
	char name[WORKER_NAME_SIZE];
	struct stoa_hash hash;
};

void worker_statement_print(const struct worker_provenance *p,
    struct stoa_str worker, const struct worker_subject *subjects,
    size_t subject_count, struct stoa_buf *out);

/* Fills in *ret_claim but the public key, and the subjects. False with
 * *ret_why (static) when it is not such a statement. */
STOA_MUST_USE bool worker_statement_parse(struct stoa_str text,
    struct stoa_arena *arena, struct worker_claim *ret_claim,
    struct worker_subject *subjects, size_t *ret_count, const char **ret_why);

#endif
