/* view.h - the card for each answer the bot gives.
 *
 * Each takes plain values and gives a finished card in the arena, NULL when
 * that is full. Strings are borrowed, terminated and never NULL ("" when
 * there is nothing); text of members and workers may hold anything. The
 * caller adds id, revision, reply and visibility. Layer 2, pure. */
#ifndef BOT_VIEW_H
#define BOT_VIEW_H

#include "base/arena.h"
#include "base/status.h"
#include "bot/catalogue.h"
#include "bot/problem.h"

#include "proto/chat.pb-c.h"

/* ---- help ---- */

/* What somebody with `permission` may use. */
Stoa__Chat__Card *bot_view_help(
    struct stoa_arena *arena, enum bot_permission permission);
Stoa__Chat__Card *bot_view_command(
    struct stoa_arena *arena, const struct bot_command *command);

struct bot_own_view {
	const char *name, *text, *model; /* `model` "": answers with the text */
};

/* Commands of the community's own; what one of them says. */
Stoa__Chat__Card *bot_view_own_commands(struct stoa_arena *arena,
    const struct bot_own_view *commands, size_t count);
Stoa__Chat__Card *bot_view_own(
    struct stoa_arena *arena, const struct bot_own_view *command);

/* ---- no ---- */

/* A command that was not accepted; `line` is what was typed, or empty. */
Stoa__Chat__Card *bot_view_problem(struct stoa_arena *arena,
    const struct bot_problem *problem, struct stoa_str line);

/* The rules said no; `problem` has no place in a line. */
Stoa__Chat__Card *bot_view_refusal(
    struct stoa_arena *arena, const struct bot_problem *problem);

/* An operation failed; says by the status's class whether to repeat it.
 * `what` was attempted: "train the model". */
Stoa__Chat__Card *bot_view_failure(
    struct stoa_arena *arena, enum stoa_status status, const char *what);

/* `service` gave no answer in time; `is_uncertain`: it may have done what was
 * asked all the same. */
Stoa__Chat__Card *bot_view_silence(
    struct stoa_arena *arena, const char *service, bool is_uncertain);

/* A form that asks for the required options which `given` lacks, five at
 * most. NULL: the arena is full, or nothing is missing. */
Stoa__Chat__Card *bot_view_form(struct stoa_arena *arena,
    const struct bot_command *command, const Stoa__Chat__Command *given);

/* `command` NULL: what was typed is none. `is_shared`: false when only this
 * process counts. */
Stoa__Chat__Card *bot_view_rate_limited(struct stoa_arena *arena,
    const struct bot_command *command, int64_t retry_after_us, bool is_shared);

/* ---- jobs ---- */

enum bot_job_state {
	BOT_JOB_ESCROW,
	BOT_JOB_QUEUED,
	BOT_JOB_RUNNING,
	BOT_JOB_SETTLING,
	BOT_JOB_SUCCEEDED,
	BOT_JOB_FAILED,
	BOT_JOB_CANCELLED,
};

const char *bot_view_job_state(enum bot_job_state state); /* "running" */

struct bot_job_view {
	const char *id, *name, *recipe, *dataset, *member;
	const char *parameters; /* "epochs 10, batch_size 32" */
	enum bot_job_state state;
	const char *reason; /* of an end: "worker_lost" */
	const char *detail;
	const char *model;
	const char *worker;
	unsigned attempt;
	double done;	  /* 0 to 1 */
	const char *step; /* "epoch 3 of 10" */
	const double *losses;
	size_t loss_count;
	double accuracy; /* of the finished model; 0: unknown */
	int64_t spent_micro, budget_micro;
	int64_t submitted_us, started_us, updated_us, ended_us;
};

/* Final once the job has ended. */
Stoa__Chat__Card *bot_view_job(
    struct stoa_arena *arena, const struct bot_job_view *job);

/* Lists show at most BOT_ROWS_MAX; `next` is "" on the last page, else what
 * the list's option `after` takes for the following one. */
Stoa__Chat__Card *bot_view_jobs(struct stoa_arena *arena,
    const struct bot_job_view *jobs, size_t count, const char *next);

/* ---- models and datasets ---- */

struct bot_metric_view {
	const char *name;
	double value;
};

struct bot_model_view {
	const char *id, *name, *recipe, *dataset, *job, *member;
	const char *cid, *provenance_cid;
	const char *parameters;
	const struct bot_metric_view *metrics;
	size_t metric_count;
	const double *losses;
	size_t loss_count;
	uint64_t size; /* bytes */
	int64_t created_us;
	bool is_own; /* of who asks */
};

Stoa__Chat__Card *bot_view_model(
    struct stoa_arena *arena, const struct bot_model_view *model);
Stoa__Chat__Card *bot_view_models(struct stoa_arena *arena,
    const struct bot_model_view *models, size_t count, const char *next);

struct bot_dataset_view {
	const char *cid, *name, *member;
	uint64_t size; /* bytes */
	bool is_private;
	int64_t added_us;
};

/* Where the terminal is to put the bytes; the caller adds the capability. */
Stoa__Chat__Card *bot_view_upload(
    struct stoa_arena *arena, const char *name, uint64_t size_max);

/* What has just been stored. */
Stoa__Chat__Card *bot_view_dataset(
    struct stoa_arena *arena, const struct bot_dataset_view *dataset);
Stoa__Chat__Card *bot_view_datasets(struct stoa_arena *arena,
    const struct bot_dataset_view *datasets, size_t count, const char *next);

struct bot_guess_view {
	const char *label;
	double probability; /* 0 to 1 */
};

struct bot_answer_view {
	const char *model, *model_name, *question;
	const struct bot_guess_view *guesses; /* best first, at least one */
	size_t guess_count;
	bool is_out_of_scope;
	double out_of_scope; /* 0 to 1 */
};

Stoa__Chat__Card *bot_view_answer(
    struct stoa_arena *arena, const struct bot_answer_view *answer);

/* ---- money ---- */

struct bot_balance_view {
	const char *member, *name, *role;
	int64_t joy_micro, credit_micro;
	int64_t held_joy_micro, held_credit_micro;
	bool is_unbacked;
};

Stoa__Chat__Card *bot_view_balance(
    struct stoa_arena *arena, const struct bot_balance_view *balance);

struct bot_receipt_view {
	const char *id, *from, *to, *memo;
	int64_t amount_micro;
	int64_t time_us;
	uint64_t index; /* of the journal entry */
};

Stoa__Chat__Card *bot_view_receipt(
    struct stoa_arena *arena, const struct bot_receipt_view *receipt);

/* ---- identities ---- */

struct bot_code_view {
	const char *code;
	int64_t expires_us;
};

/* A code to type at another platform, and who must not have it. */
Stoa__Chat__Card *bot_view_code(
    struct stoa_arena *arena, const struct bot_code_view *code);

/* What it means to claim `code`, before it is done. */
Stoa__Chat__Card *bot_view_claim(struct stoa_arena *arena, const char *code);

/* It is claimed; `member` is whose it was. */
Stoa__Chat__Card *bot_view_claimed(
    struct stoa_arena *arena, const char *member, int64_t expires_us);

/* Somebody has claimed one's own code. */
Stoa__Chat__Card *bot_view_claimant(struct stoa_arena *arena,
    const char *claimant, const char *platform, int64_t expires_us);

/* Both are one. `is_claimant`: told at the other side. */
Stoa__Chat__Card *bot_view_linked(struct stoa_arena *arena, const char *member,
    const char *former, bool is_claimant);
Stoa__Chat__Card *bot_view_declined(struct stoa_arena *arena, bool is_claimant);
Stoa__Chat__Card *bot_view_unlinked(
    struct stoa_arena *arena, const char *platform, bool is_self);

struct bot_link_view {
	const char *platform;
	int64_t linked_us;
	bool is_here; /* the one that asks */
};

struct bot_identity_view {
	const char *member, *role;
	const struct bot_link_view *links;
	size_t link_count;
	const char *claimant; /* who waits for an answer; "" for nobody */
};

Stoa__Chat__Card *bot_view_identity(
    struct stoa_arena *arena, const struct bot_identity_view *identity);

/* ---- communities ---- */

struct bot_community_view {
	const char *id, *name;
	const char *role; /* of who asks */
	uint64_t members;
	bool has_more; /* members than were counted */
	int64_t welcome_micro;
	/* The platform's ids; "" for none. */
	const char *channel, *admins, *trainers;
	bool has_lists; /* the platform has channels and roles to choose from */
};

/* What this is, what it is good for, and what to do first. */
Stoa__Chat__Card *bot_view_setup(
    struct stoa_arena *arena, const struct bot_community_view *community);

/* `url` brings the bot into another server. */
Stoa__Chat__Card *bot_view_invite(
    struct stoa_arena *arena, const char *name, const char *url);

/* ---- status ---- */

struct bot_service_view {
	const char *name;
	const char *version;
	size_t replicas;  /* 0: nobody answers */
	const char *note; /* what runs degraded; "" if nothing */
};

Stoa__Chat__Card *bot_view_status(struct stoa_arena *arena,
    const struct bot_service_view *services, size_t count);

#endif
