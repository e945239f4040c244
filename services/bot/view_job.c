/* view_job.c - a training job while it runs and after, and lists of them. */
#include "bot/view.h"

#include "bot/card.h"
#include "bot/limits.h"
#include "bot/words.h"

const char *
bot_view_job_state(enum bot_job_state state)
{
	static const char *const names[] = {
	    [BOT_JOB_ESCROW] = "setting its budget aside",
	    [BOT_JOB_QUEUED] = "waiting for a worker",
	    [BOT_JOB_RUNNING] = "training",
	    [BOT_JOB_SETTLING] = "settling its cost",
	    [BOT_JOB_SUCCEEDED] = "done",
	    [BOT_JOB_FAILED] = "failed",
	    [BOT_JOB_CANCELLED] = "cancelled",
	};

	stoa_assert((size_t)state < STOA_COUNT(names));
	return names[state];
}

static bool
has_ended(enum bot_job_state state)
{
	return state == BOT_JOB_SUCCEEDED || state == BOT_JOB_FAILED ||
	       state == BOT_JOB_CANCELLED;
}

static Stoa__Chat__Severity
state_severity(enum bot_job_state state)
{
	switch (state) {
	case BOT_JOB_SUCCEEDED:
		return STOA__CHAT__SEVERITY__SUCCESS;
	case BOT_JOB_FAILED:
		return STOA__CHAT__SEVERITY__FAILED;
	case BOT_JOB_CANCELLED:
		return STOA__CHAT__SEVERITY__WARNING;
	case BOT_JOB_ESCROW:
	case BOT_JOB_QUEUED:
	case BOT_JOB_RUNNING:
	case BOT_JOB_SETTLING:
		break;
	}
	return STOA__CHAT__SEVERITY__INFO;
}

static const char *
job_title(struct stoa_arena *arena, const struct bot_job_view *job)
{
	return bot_words_print(arena, "%s: %s",
	    job->name[0] == '\0' ? job->id : job->name,
	    bot_view_job_state(job->state));
}

static const char *
spending(struct stoa_arena *arena, const struct bot_job_view *job)
{
	return bot_words_print(arena, "%s of %s",
	    bot_words_joy(arena, job->spent_micro),
	    bot_words_joy(arena, job->budget_micro));
}

static void
job_fields(struct bot_card *b, const struct bot_job_view *job)
{
	bot_card_field(b, "Job", job->id, true);
	bot_card_field(b, "Recipe", job->recipe, true);
	bot_card_field(b, "Spent", spending(b->arena, job), true);
	bot_card_field(b, "By", bot_words_member(job->member), true);
	bot_card_field(b, "Worker", job->worker, true);
	if (job->attempt > 1) {
		bot_card_field(b, "Attempt",
		    bot_words_print(b->arena, "%u", job->attempt), true);
	}
	if (has_ended(job->state) && job->started_us > 0) {
		bot_card_field(b, "Took",
		    bot_words_duration(
			b->arena, job->ended_us - job->started_us),
		    true);
	}
	bot_card_field(b, "Dataset", job->dataset, false);
	bot_card_field(b, "Parameters", job->parameters, false);
	bot_card_field(b, "Model", job->model, true);
	if (job->accuracy > 0) {
		bot_card_field(b, "Accuracy",
		    bot_words_print(b->arena, "%.1f %%", job->accuracy * 100),
		    true);
	}
}

static void
job_buttons(struct bot_card *b, const struct bot_job_view *job)
{
	if (!has_ended(job->state) && job->state != BOT_JOB_SETTLING) {
		bot_card_button(b, "Cancel", STOA__CHAT__BUTTON_STYLE__DANGER,
		    bot_words_print(b->arena, "/cancel job:%s", job->id));
	}
	if (job->state == BOT_JOB_SUCCEEDED && job->model[0] != '\0') {
		bot_card_button(b, "Show the model",
		    STOA__CHAT__BUTTON_STYLE__PRIMARY,
		    bot_words_print(b->arena, "/model id:%s", job->model));
	}
}

Stoa__Chat__Card *
bot_view_job(struct stoa_arena *arena, const struct bot_job_view *job)
{
	struct bot_card b = bot_card_begin(
	    arena, job_title(arena, job), state_severity(job->state));

	if (job->detail[0] != '\0') {
		bot_card_text(&b, "%s",
		    bot_words_excerpt(arena, stoa_str_of(job->detail), 500));
	} else if (job->reason[0] != '\0' && job->state != BOT_JOB_SUCCEEDED) {
		bot_card_text(&b, "Why: %s.", job->reason);
	}
	job_fields(&b, job);
	if (job->state == BOT_JOB_RUNNING) {
		bot_card_progress(
		    &b, job->done, job->step, job->started_us, job->updated_us);
	}
	bot_card_curve(&b, "loss", job->losses, job->loss_count, "epoch");
	job_buttons(&b, job);
	return bot_card_finish(&b, has_ended(job->state));
}

static void
job_row(struct bot_card *b, const struct bot_job_view *job)
{
	const char *state = bot_view_job_state(job->state);
	const char *cells[] = {job->id, job->name, state,
	    bot_words_joy(b->arena, job->spent_micro),
	    bot_words_time(b->arena, job->submitted_us)};

	if (job->state == BOT_JOB_RUNNING) {
		cells[2] = bot_words_print(
		    b->arena, "%s %d %%", state, (int)(job->done * 100));
	}
	bot_card_row(b, cells);
}

Stoa__Chat__Card *
bot_view_jobs(struct stoa_arena *arena, const struct bot_job_view *jobs,
    size_t count, const char *next)
{
	static const struct bot_column columns[] = {{"Job", false},
	    {"Name", false}, {"State", false}, {"Spent", true},
	    {"Started", false}};
	struct bot_card b =
	    bot_card_begin(arena, "Training jobs", STOA__CHAT__SEVERITY__INFO);

	if (count == 0) {
		bot_card_text(&b, "There are none yet.");
		bot_card_button(&b, "How to train a model",
		    STOA__CHAT__BUTTON_STYLE__PRIMARY, "/help command:train");
		return bot_card_finish(&b, true);
	}
	bot_card_table(&b, columns, STOA_COUNT(columns));
	bot_card_next(&b, "jobs", next);
	for (size_t i = 0; i < count; i++) {
		job_row(&b, &jobs[i]);
	}
	return bot_card_finish(&b, true);
}
