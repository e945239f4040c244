/* suite.h - what a worker speaks to, without a broker: a real store behind
 * its HTTP, and a bus of this process that keeps what was asked and answers
 * as the test says. */
#ifndef TESTS_WORKER_SUITE_H
#define TESTS_WORKER_SUITE_H

#include "edge/bus.h"
#include "edge/loop.h"
#include "storage/client.h"

#include "proto/journal.pb-c.h"
#include "proto/worker.pb-c.h"

#include "folder.h"

#define SUITE_CALLS_MAX 64

struct suite_call {
	const char *method;
	char id[160];
	Stoa__Training__EndReason reason; /* of FailJob */
	char detail[512];
	struct stoa_str body; /* owned by the suite */
};

enum suite_verdict {
	SUITE_OPEN,
	SUITE_ACKED,
	SUITE_RETRIED,
	SUITE_DROPPED,
};

struct suite {
	struct folder folder;
	struct stoa_loop *loop;
	struct storage_client *client;
	struct suite_call calls[SUITE_CALLS_MAX];
	size_t call_count;
	enum suite_verdict verdict; /* on the last delivery */
	unsigned window;
	size_t told_count; /* Progress */
	double fraction;   /* of the last one */
	/* What the next calls of a method are answered with. */
	enum stoa_status claim_status;
	bool is_claim_refused;
	unsigned timeouts;     /* of the next CompleteJobs */
	unsigned beats_wanted; /* later ones are not */
	/* What the last question was answered with. */
	enum stoa_status answer_status;
	char answer_detail[512];
	Stoa__Worker__PredictReply *answer; /* owned */
	size_t answer_count;
};

extern struct suite *suite;

void suite_open(void);
void suite_close(void);

/* Puts a file or folder into storage; its CID, in a static ring. */
const char *suite_store(const char *path);
const char *suite_url(void);
const char *suite_read_token(const char *cid);
const char *suite_write_token(void);

/* Delivers an item to who consumes "work". */
void suite_deliver(const Stoa__Worker__WorkItem *item);
void suite_deliver_bytes(struct stoa_str bytes);

/* Asks who serves worker.Worker. */
void suite_ask(const Stoa__Worker__PredictQuery *query);

/* The last call of a method; NULL when there was none. */
const struct suite_call *suite_find(const char *method);
size_t suite_count(const char *method);

/* Turns the loop until `is_so`; asserts after a minute. */
void suite_until(bool (*is_so)(void));

#endif
