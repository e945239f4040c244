/* errand.h - what a state says is still to be done, tried until it is done.
 *
 * The state of a domain names its nouns (a job, a proposal) and for each an
 * effect; the reactions of its daemon do it and record the result as a
 * command, which moves the state on. Here stands what is the same for all:
 * whose turn it is, back-off, and that nothing is done twice at once. All of
 * it is lost with the process, on purpose: the state knows.
 *
 * Layer 3: ports only, so that it runs in simulation. */
#ifndef STOA_DOMAIN_ERRAND_H
#define STOA_DOMAIN_ERRAND_H

#include "base/id.h"
#include "base/str.h"
#include "domain/replica.h"

#include <stdbool.h>
#include <stdint.h>

struct stoa_clock;
struct stoa_errands;

struct stoa_errands_options {
	struct stoa_replica *replica;
	struct stoa_clock *clock;
	/* Only who serves a community acts for it. */
	bool (*is_mine)(void *owner, struct stoa_str community);
	/* A command of the daemon itself. */
	void (*command)(void *owner, struct stoa_str community,
	    struct stoa_str id, const char *method,
	    const ProtobufCMessage *request);
	/* Looks at the nouns of a community that is ours: for each, asks
	 * stoa_errand_due and goes on from there. */
	void (*look)(void *owner, struct stoa_str community);
	void *owner;
	int64_t wait_us_min, wait_us_max; /* between attempts, doubling */
};

/* One noun's. */
struct stoa_errand {
	struct stoa_errands *errands;
	void *owner; /* of the options */
	char community[80];
	char noun[STOA_ID_SIZE];
	int effect; /* being done */
	uint32_t attempt;
	bool is_busy; /* an answer is awaited */
	int64_t try_us;
	int64_t wait_us;
	uint64_t sweep; /* the last look that saw it */
};

struct stoa_errands *stoa_errands_new(
    const struct stoa_errands_options *options);
void stoa_errands_free(struct stoa_errands *e);

/* Looks at all communities that are ours. */
void stoa_errands_tick(struct stoa_errands *e);

/* Takes no more up; those under way end. */
void stoa_errands_drain(struct stoa_errands *e);
bool stoa_errands_is_idle(const struct stoa_errands *e);

/* The noun's errand if it is to be done now; NULL: it is under way, or its
 * time has not come. A changed effect or attempt begins anew. */
struct stoa_errand *stoa_errand_due(struct stoa_errands *e,
    struct stoa_str community, struct stoa_str noun, int effect,
    uint32_t attempt);

/* Around something that is answered later. `ok`: done; it is looked at again
 * only after the longest wait, if the state has not moved by then. */
void stoa_errand_begin(struct stoa_errand *t);
void stoa_errand_end(struct stoa_errand *t, bool ok);

/* The state now; NULL while a record is in flight. */
const void *stoa_errand_state(const struct stoa_errand *t);

/* Records a result: the command's id is "<verb>:<noun>:<number>". */
void stoa_errand_record(struct stoa_errand *t, const char *verb,
    uint32_t number, const char *method, const ProtobufCMessage *request);

#endif
