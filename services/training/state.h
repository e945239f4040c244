/* state.h - the state of training. Private to its core.
 *
 * What a record said stays as it was said: jobs and models keep the unpacked
 * event that made them, beside the few fields that change. Only whose they are
 * is rewritten there when that member becomes another one (owners.c). */
#ifndef TRAINING_STATE_H
#define TRAINING_STATE_H

#include "base/map.h"
#include "base/text.h"
#include "training/training.h"

struct dataset {
	struct stoa_str cid; /* owned by the map */
	char *name;
	char *member;
	uint64_t size;
	bool is_private;
	int64_t added_us;
};

struct training_job {
	struct stoa_str id; /* owned by the map */
	Stoa__Training__JobSubmitted *said;
	Stoa__Training__JobState state;
	Stoa__Training__EndReason reason;
	char *detail;
	char *hold;   /* NULL: none (yet) */
	char *worker; /* of the attempt under way, or who finished it */
	char *model;
	bool is_escrow_known; /* accounts has answered */
	bool is_notified;
	uint32_t attempt;
	int64_t submitted_us, started_us, ended_us;
	int64_t cost_micro;
	int64_t spent_micro;
};

struct model {
	struct stoa_str id; /* owned by the map */
	Stoa__Training__ModelCreated *said;
	int64_t created_us;
};

struct training {
	struct stoa_map datasets; /* CID -> struct dataset * */
	struct stoa_map jobs;	  /* id -> struct training_job * */
	struct stoa_map models;	  /* id -> struct model * */
	struct stoa_map open;	  /* id -> job with something to be done */
	struct stoa_map active;	  /* id -> job that has not ended */
	struct stoa_map owners;	  /* former id -> char *, who that is now */
	int64_t due_us;		  /* earliest deadline of an active job */
};

/* owners.c: members that turned out to be one person */
void owners_decide_unite(const struct training *s, const struct stoa_command *c,
    struct stoa_decision *d);
void owners_apply_united(
    struct training *s, const Stoa__Training__MembersUnited *e);
/* The actor, or who that is now. */
struct stoa_str owner_now(const struct training *s, struct stoa_str actor);
void owners_free(struct training *s);

/* jobs.c */
void jobs_decide_submit(const struct training *s, const struct stoa_command *c,
    struct stoa_decision *d);
void jobs_decide_cancel(const struct training *s, const struct stoa_command *c,
    struct stoa_decision *d);
void jobs_decide_claim(const struct training *s, const struct stoa_command *c,
    struct stoa_decision *d);
void jobs_decide_complete(const struct training *s,
    const struct stoa_command *c, struct stoa_decision *d);
void jobs_decide_fail(const struct training *s, const struct stoa_command *c,
    struct stoa_decision *d);
void jobs_decide_escrow(const struct training *s, const struct stoa_command *c,
    struct stoa_decision *d);
void jobs_decide_settled(const struct training *s, const struct stoa_command *c,
    struct stoa_decision *d);
void jobs_decide_lose(const struct training *s, const struct stoa_command *c,
    struct stoa_decision *d);
void jobs_decide_deadline(const struct training *s,
    const struct stoa_command *c, struct stoa_decision *d);
void jobs_decide_notified(const struct training *s,
    const struct stoa_command *c, struct stoa_decision *d);

/* job_state.c */
void job_apply_submitted(struct training *s, const struct stoa_fact *fact,
    const Stoa__Training__JobSubmitted *e);
void job_apply_funded(struct training *s, const Stoa__Training__JobFunded *e);
void job_apply_started(struct training *s, const struct stoa_fact *fact,
    const Stoa__Training__JobStarted *e);
void job_apply_requeued(
    struct training *s, const Stoa__Training__JobRequeued *e);
void job_apply_ended(struct training *s, const struct stoa_fact *fact,
    const Stoa__Training__JobEnded *e);
void job_apply_settled(struct training *s, const Stoa__Training__JobSettled *e);
void job_apply_notified(
    struct training *s, const Stoa__Training__JobNotified *e);
struct training_job *job_find(const struct training *s, const char *id);
/* A new one, open and active; `said` is taken over. */
struct training_job *job_add(
    struct training *s, Stoa__Training__JobSubmitted *said);
void job_free(struct training_job *job);
void jobs_due_refresh(struct training *s);
bool job_has_ended(const struct training_job *job);

/* image.c */
void training_image_save(const void *state, struct stoa_buf *out);
bool training_image_load(void *state, struct stoa_str bytes);

/* library.c: data sets and models */
void library_decide_dataset(const struct training *s,
    const struct stoa_command *c, struct stoa_decision *d);
void library_apply_dataset(struct training *s, const struct stoa_fact *fact,
    const Stoa__Training__DatasetAdded *e);
void library_apply_model(struct training *s, const struct stoa_fact *fact,
    const Stoa__Training__ModelCreated *e);
/* New ones; `said` is taken over. */
struct dataset *dataset_add(struct training *s, struct stoa_str cid);
struct model *model_add(struct training *s, Stoa__Training__ModelCreated *said);
void dataset_free(struct dataset *d);
void model_free(struct model *m);

#define REFUSE(d, reason, ...) \
	STOA_REFUSE((d), STOA__TRAINING__REFUSAL_REASON__##reason, __VA_ARGS__)

#endif
