/* rest_parts.h - what rest_core.c and rest_report.c share; for no one else. */
#ifndef DISCORD_REST_PARTS_H
#define DISCORD_REST_PARTS_H

#include "discord/rest_core.h"

/* Takes a bucket out of the lists, puts it where it belongs. */
void rest_unplace(struct rest_core *c, struct rest_bucket *b);
void rest_place(struct rest_core *c, struct rest_bucket *b, int64_t now_us);

/* Sets a job's result. */
void rest_finish(struct rest_core *c, struct rest_job *job,
    const struct rest_result *result);

/* Ends a job, or all jobs, that wait; the next steps tell. */
void rest_drop(struct rest_core *c, struct rest_job *job,
    const struct rest_result *result, int64_t now_us);
void rest_drop_all(struct rest_core *c, int64_t now_us);

#endif
