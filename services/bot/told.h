/* told.h - what the domains say, as the views take it.
 *
 * Views borrow from the message and from the arena. Layer 2, pure. */
#ifndef BOT_TOLD_H
#define BOT_TOLD_H

#include "bot/view.h"

#include "proto/accounts.pb-c.h"
#include "proto/training.pb-c.h"

struct bot_job_view bot_told_job(
    struct stoa_arena *arena, const Stoa__Training__Job *job);

/* Of a job that has just been accepted. */
struct bot_job_view bot_told_submitted(
    struct stoa_arena *arena, const Stoa__Training__JobSubmitted *event);

struct bot_model_view bot_told_model(
    struct stoa_arena *arena, const Stoa__Training__Model *model);

struct bot_dataset_view bot_told_dataset(
    const Stoa__Training__Dataset *dataset);

/* "worker_lost" in words a member understands. */
const char *bot_told_end(Stoa__Training__EndReason reason);

/* "member", "owner"; "" for none. */
const char *bot_told_role(Stoa__Accounts__Role role);

/* What somebody of that role may do. */
enum bot_permission bot_told_permission(Stoa__Accounts__Role role);

#endif
