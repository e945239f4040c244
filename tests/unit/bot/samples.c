#include "samples.h"

#include "base/check.h"
#include "bot/parse.h"

#define CID  "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
#define NOON INT64_C(1767268800000000) /* 2026-01-01 12:00 UTC */

static const double losses[] = {2.31, 1.42, 0.93, 0.71, 0.58, 0.49, 0.43};

static const struct bot_job_view running = {
    .id = "j_k3v9a2m4xq",
    .name = "intents",
    .recipe = "text-classifier",
    .dataset = CID,
    .member = "u_9x4h2t6rbe",
    .parameters = "epochs 10, batch_size 32",
    .state = BOT_JOB_RUNNING,
    .reason = "",
    .detail = "",
    .model = "",
    .worker = "w_home",
    .attempt = 2,
    .done = 0.7,
    .step = "epoch 7 of 10",
    .losses = losses,
    .loss_count = STOA_COUNT(losses),
    .spent_micro = 420000,
    .budget_micro = 2500000,
    .submitted_us = NOON,
    .started_us = NOON + 2000000,
    .updated_us = NOON + 72000000,
};

static const struct bot_model_view model = {
    .id = "m_7f2w5k9cqz",
    .name = "intents",
    .recipe = "text-classifier",
    .dataset = CID,
    .job = "j_k3v9a2m4xq",
    .member = "u_9x4h2t6rbe",
    .cid = CID,
    .provenance_cid = CID,
    .parameters = "epochs 10, batch_size 32",
    .metrics = (const struct bot_metric_view[]){{"accuracy", 0.9312},
	{"f1_macro", 0.9287}, {"loss", 0.3141592}, {"epochs", 10}},
    .metric_count = 4,
    .losses = losses,
    .loss_count = STOA_COUNT(losses),
    .size = 12345678,
    .created_us = NOON,
};

static Stoa__Chat__Card *
card_of_line(struct stoa_arena *arena, const char *line)
{
	Stoa__Chat__Command *command;
	struct bot_problem problem;

	if (bot_parse(stoa_str_of(line), arena, &command, &problem)) {
		return NULL;
	}
	return bot_view_problem(arena, &problem, stoa_str_of(line));
}

static Stoa__Chat__Card *
refusal(struct stoa_arena *arena)
{
	struct bot_problem problem = {
	    .code = "insufficient_funds",
	    .field = "max_spend",
	    .given = "100",
	    .limit = "at most 12.5 Joy",
	    .text = "You own 12.5 Joy",
	    .fix = "set max_spend to 12.5 or less",
	};

	return bot_view_refusal(arena, &problem);
}

static Stoa__Chat__Card *
job_ended(struct stoa_arena *arena, enum bot_job_state state)
{
	struct bot_job_view job = running;

	job.state = state;
	job.ended_us = NOON + 3725 * INT64_C(1000000);
	if (state == BOT_JOB_SUCCEEDED) {
		job.model = "m_7f2w5k9cqz";
	} else {
		job.reason = "dataset_unusable";
		job.detail = "line 7 has 3 columns where 2 are expected\x1b[2J";
	}
	return bot_view_job(arena, &job);
}

static Stoa__Chat__Card *
jobs(struct stoa_arena *arena)
{
	struct bot_job_view rows[2] = {running, running};

	rows[1].id = "j_aaaaaaaaaa";
	rows[1].name = "caf\xc3\xa9 \xe2\x98\x95";
	rows[1].state = BOT_JOB_SUCCEEDED;
	rows[1].spent_micro = 1000000;
	return bot_view_jobs(arena, rows, 2, "j_aaaaaaaaaa");
}

static Stoa__Chat__Card *
answer(struct stoa_arena *arena, bool is_out_of_scope)
{
	static const struct bot_guess_view guesses[] = {
	    {"freeze_account", 0.9412},
	    {"report_fraud", 0.031},
	    {"pin_change", 0.0102},
	};
	struct bot_answer_view view = {
	    .model = "m_7f2w5k9cqz",
	    .model_name = "intents",
	    .question = "how do I freeze my card?",
	    .guesses = guesses,
	    .guess_count = STOA_COUNT(guesses),
	    .is_out_of_scope = is_out_of_scope,
	    .out_of_scope = is_out_of_scope ? 0.87 : 0.04,
	};

	return bot_view_answer(arena, &view);
}

static Stoa__Chat__Card *
balance(struct stoa_arena *arena)
{
	return bot_view_balance(arena, &(struct bot_balance_view){
					   .member = "u_9x4h2t6rbe",
					   .name = "Ada",
					   .role = "owner",
					   .joy_micro = 12500000,
					   .credit_micro = 1,
					   .held_joy_micro = 2500000,
					   .is_unbacked = true,
				       });
}

static Stoa__Chat__Card *
receipt(struct stoa_arena *arena)
{
	return bot_view_receipt(arena, &(struct bot_receipt_view){
					   .id = "t_m3x8k2v7pa",
					   .from = "u_9x4h2t6rbe",
					   .to = "u_grace00000",
					   .memo = "for the labels",
					   .amount_micro = 3000000,
					   .time_us = NOON,
					   .index = 42,
				       });
}

static Stoa__Chat__Card *
datasets(struct stoa_arena *arena)
{
	static const struct bot_dataset_view rows[] = {
	    {.cid = CID, .name = "clinc150", .size = 1234567},
	    {.cid = CID, .name = "a private one", .size = 999},
	};

	return bot_view_datasets(arena, rows, STOA_COUNT(rows), "");
}

static Stoa__Chat__Card *
status(struct stoa_arena *arena)
{
	static const struct bot_service_view rows[] = {
	    {"accounts", "0.1.0", 2, ""},
	    {"bot", "0.1.0", 1, "rate limits are per process"},
	    {"storage", "", 0, ""},
	};

	return bot_view_status(arena, rows, STOA_COUNT(rows));
}

static Stoa__Chat__Card *
setup(struct stoa_arena *arena)
{
	return bot_view_setup(arena, &(struct bot_community_view){
					 .id = "c_7f2w5k9cqz",
					 .name = "Model makers",
					 .role = "owner",
					 .members = 12,
					 .welcome_micro = 100000000,
					 .channel = "1100000000000000001",
					 .admins = "",
					 .trainers = "41771983423143936",
					 .has_lists = true,
				     });
}

const char *
sample_name(size_t i)
{
	static const char *const names[SAMPLE_COUNT] = {"help", "help-train",
	    "problem-json", "problem-missing", "refusal", "failure",
	    "rate-limited", "job-running", "job-done", "job-failed", "jobs",
	    "model", "answer", "answer-outside", "balance", "datasets",
	    "status", "receipt", "setup"};

	stoa_assert(i < SAMPLE_COUNT);
	return names[i];
}

static Stoa__Chat__Card *
sample_no(struct stoa_arena *arena, size_t i)
{
	switch (i) {
	case 2:
		return card_of_line(arena,
		    "/train dataset:" CID " parameters:{\"epochs\": 1,}");
	case 3:
		return card_of_line(arena, "/train");
	case 4:
		return refusal(arena);
	case 5:
		return bot_view_failure(
		    arena, STOA_UNAVAILABLE, "train the model");
	default:
		return bot_view_rate_limited(
		    arena, bot_command_get(BOT_VERB_TRAIN), 83000000, true);
	}
}

Stoa__Chat__Card *
sample_card(struct stoa_arena *arena, size_t i)
{
	switch (i) {
	case 0:
		return bot_view_help(arena, BOT_OWNER);
	case 1:
		return bot_view_command(arena, bot_command_get(BOT_VERB_TRAIN));
	case 7:
		return bot_view_job(arena, &running);
	case 8:
		return job_ended(arena, BOT_JOB_SUCCEEDED);
	case 9:
		return job_ended(arena, BOT_JOB_FAILED);
	case 10:
		return jobs(arena);
	case 11:
		return bot_view_model(arena, &model);
	case 12:
		return answer(arena, false);
	case 13:
		return answer(arena, true);
	case 14:
		return balance(arena);
	case 15:
		return datasets(arena);
	case 16:
		return status(arena);
	case 17:
		return receipt(arena);
	case 18:
		return setup(arena);
	default:
		return sample_no(arena, i);
	}
}
