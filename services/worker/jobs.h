/* jobs.h - takes jobs off the queue and sees to them: claims each at
 * training before anything is done, acknowledges the delivery once the claim
 * stands in the journal, and takes no more than it may do at once.
 * Layer 4; owned by the loop thread. */
#ifndef WORKER_JOBS_H
#define WORKER_JOBS_H

#include "port/part.h"
#include "worker/attempt.h"

struct worker_jobs;

struct worker_jobs_options {
	struct stoa_loop *loop;
	struct stoa_bus *bus;
	const struct worker_identity *identity; /* borrowed */
	uint64_t memory_max;			/* of a child; 0: no limit */
	unsigned parallel;			/* jobs at once */
};

/* Starts taking; removes what an earlier process left in the folder of
 * jobs. False: that cannot be made. */
STOA_MUST_USE bool worker_jobs_open(
    const struct worker_jobs_options *options, struct worker_jobs **ret_jobs);

/* Drained it takes no more and gives back what it has, so that another worker
 * takes it at once. */
extern const struct stoa_part worker_jobs_part;

#endif
