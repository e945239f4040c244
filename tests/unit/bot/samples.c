#include "samples.h"

#include "base/check.h"
#include "bot/parse.h"
#include "bot/view_vote.h"

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

/* ---- votes ---- */

#define FORM(NAME)  STOA__GOVERNANCE__FORM__##NAME
#define STATE(NAME) STOA__GOVERNANCE__STATE__##NAME
#define TEXT(text)  ((char *)(uintptr_t)(text))
#define HOUR	    (3600 * INT64_C(1000000))

struct vote_sample {
	Stoa__Governance__Proposal proposal;
	Stoa__Governance__Rule rule;
	Stoa__Governance__Tally tally;
	Stoa__Governance__Round rounds[2], *round_list[2];
	Stoa__Governance__Payment pay;
	Stoa__Governance__Action action, *actions[1];
	Stoa__Governance__ActionState done, *dones[1];
	Stoa__Journal__Refusal refusal;
	char *args[3];
};

static char *binary[] = {TEXT("for"), TEXT("against")};
static char *three[] = {
    TEXT("red"), TEXT("a shade of blue"), TEXT("none of these")};
static uint64_t three_points[] = {3, 5, 1}, two_points[] = {4, 1};
static uint64_t last_points[] = {0, 6, 0}, first_points[] = {3, 2, 1};

static struct vote_sample *
vote_sample(Stoa__Governance__Form form, Stoa__Governance__State state)
{
	static struct vote_sample s;
	bool is_binary = form == FORM(SINGLE);

	memset(&s, 0, sizeof(s));
	stoa__governance__proposal__init(&s.proposal);
	stoa__governance__rule__init(&s.rule);
	stoa__governance__tally__init(&s.tally);
	s.rule.type = TEXT("TREASURY");
	s.rule.text = TEXT("Payments from the treasury.");
	s.rule.form = form;
	s.rule.power = STOA__GOVERNANCE__POWER__PER_MEMBER;
	s.rule.quorum_bp = 1500;
	s.rule.threshold_bp = 5000;
	s.rule.voting_us = 120 * HOUR;
	s.rule.timelock_us = 48 * HOUR;
	s.rule.sponsors = 1;
	s.proposal.id = TEXT("p_k2zedyjlga");
	s.proposal.number = 12;
	s.proposal.member = TEXT("u_3x4h2t6rbe");
	s.proposal.type = s.rule.type;
	s.proposal.title = TEXT("Pay for the labels");
	s.proposal.description = TEXT("Grace labelled **3000** rows.");
	s.proposal.options = is_binary ? binary : three;
	s.proposal.n_options = is_binary ? 2 : 3;
	s.proposal.reject = is_binary ? 1 : 2;
	s.proposal.state = state;
	s.proposal.rule = &s.rule;
	s.proposal.link = TEXT("https://stoa.example/talk/12");
	s.proposal.opened_us = NOON;
	s.proposal.ends_us = NOON + 25 * HOUR;
	s.proposal.eligible_count = s.proposal.eligible_power = 20;
	s.proposal.tally = &s.tally;
	s.tally.points = is_binary ? two_points : three_points;
	s.tally.n_points = s.proposal.n_options;
	s.tally.scale = 1;
	s.tally.voted = is_binary ? 5 : 9;
	s.tally.helping = is_binary ? 4 : 8;
	s.tally.basis = s.tally.voted;
	s.tally.winner = is_binary ? 0 : 1;
	s.tally.ballots = 4;
	s.tally.delegated = s.tally.voted - 4;
	s.tally.has_quorum = true;
	return &s;
}

static void
vote_sample_pays(struct vote_sample *s)
{
	stoa__governance__payment__init(&s->pay);
	stoa__governance__action__init(&s->action);
	stoa__governance__action_state__init(&s->done);
	stoa__journal__refusal__init(&s->refusal);
	s->pay.to = TEXT("u_gracegrace");
	s->pay.amount_micro = 10000000;
	s->pay.memo = TEXT("3000 labels");
	s->action.kind_case = STOA__GOVERNANCE__ACTION__KIND_TRANSFER;
	s->action.transfer = &s->pay;
	s->actions[0] = &s->action;
	s->proposal.actions = s->actions;
	s->proposal.n_actions = 1;
	s->args[0] = TEXT("@treasury");
	s->args[1] = TEXT("1500000");
	s->args[2] = TEXT("10000000");
	s->refusal.reason = TEXT("insufficient_funds");
	s->refusal.args = s->args;
	s->refusal.n_args = 3;
	s->done.refusal = &s->refusal;
	s->dones[0] = &s->done;
	s->proposal.done = s->dones;
	s->proposal.n_done = 1;
	s->proposal.attempt = 1;
}

static Stoa__Chat__Card *
vote_ranked(struct stoa_arena *arena)
{
	struct vote_sample *s = vote_sample(FORM(RANKED), STATE(SUCCEEDED));

	for (size_t i = 0; i < 2; i++) {
		stoa__governance__round__init(&s->rounds[i]);
		s->rounds[i].points = i == 0 ? first_points : last_points;
		s->rounds[i].n_points = 3;
		s->rounds[i].eliminated = i == 0 ? 0 : -1;
		s->round_list[i] = &s->rounds[i];
	}
	s->rounds[1].exhausted = 3;
	s->tally.rounds = s->round_list;
	s->tally.n_rounds = 2;
	s->proposal.verdict = STOA__GOVERNANCE__VERDICT__passed;
	return bot_view_why(arena, &s->proposal, NOON);
}

static Stoa__Chat__Card *
vote_cast(struct stoa_arena *arena)
{
	static uint32_t options[] = {0, 1}, amounts[] = {7, 3};
	struct vote_sample *s = vote_sample(FORM(QUADRATIC), STATE(ACTIVE));
	Stoa__Governance__Ballot ballot = STOA__GOVERNANCE__BALLOT__INIT;

	ballot.options = options;
	ballot.amounts = amounts;
	ballot.n_options = ballot.n_amounts = 2;
	return bot_view_cast(arena, &(struct bot_cast_view){
					.proposal = &s->proposal,
					.ballot = &ballot,
					.reason = "red is warmer",
					.credits_left = 100,
					.index = 42,
					.position = 3,
				    });
}

static Stoa__Chat__Card *
vote_booth(struct stoa_arena *arena)
{
	struct vote_sample *s = vote_sample(FORM(SPLIT), STATE(ACTIVE));
	Stoa__Governance__BallotReply own =
	    STOA__GOVERNANCE__BALLOT_REPLY__INIT;

	own.is_eligible = true;
	own.delegate = TEXT("u_gracegrace");
	return bot_view_booth(
	    arena, &(struct bot_booth_view){&s->proposal, &own, NULL, true});
}

static Stoa__Chat__Card *
vote_rules(struct stoa_arena *arena)
{
	static Stoa__Governance__Rule *rules[2];
	static Stoa__Governance__Rule optimistic;
	struct vote_sample *s = vote_sample(FORM(QUADRATIC), STATE(ACTIVE));
	Stoa__Governance__RulesReply in = STOA__GOVERNANCE__RULES_REPLY__INIT;
	Stoa__Governance__Charter charter = STOA__GOVERNANCE__CHARTER__INIT;

	optimistic = s->rule;
	optimistic.type = TEXT("MEMBERSHIP");
	optimistic.form = FORM(SINGLE);
	optimistic.objection_bp = 1000;
	rules[0] = &s->rule;
	rules[1] = &optimistic;
	charter.credits = 100;
	charter.round_us = 720 * HOUR;
	charter.draft_us = 336 * HOUR;
	charter.guardian_until_us = NOON;
	in.rules = rules;
	in.n_rules = 2;
	in.charter = &charter;
	return bot_view_rules(arena, &in, "");
}

static Stoa__Chat__Card *
vote_standing(struct stoa_arena *arena)
{
	Stoa__Governance__StandingReply in =
	    STOA__GOVERNANCE__STANDING_REPLY__INIT;
	Stoa__Governance__Delegation d = STOA__GOVERNANCE__DELEGATION__INIT;
	Stoa__Governance__Delegation *list[] = {&d};

	d.to = TEXT("u_gracegrace");
	d.type = TEXT("FINE_TUNE");
	in.credits = 100;
	in.spent = 58;
	in.round_ends_us = NOON;
	in.delegations = list;
	in.n_delegations = 1;
	in.delegators = 3;
	return bot_view_standing(arena, &in);
}

static Stoa__Chat__Card *
vote_reminder(struct stoa_arena *arena)
{
	struct vote_sample *s = vote_sample(FORM(SINGLE), STATE(ACTIVE));
	Stoa__Governance__Notice notice = STOA__GOVERNANCE__NOTICE__INIT;
	char *silent[] = {TEXT("u_gracegrace"), TEXT("u_aliceaaaaa")};

	notice.proposal = &s->proposal;
	notice.reminder = 1;
	notice.silent = silent;
	notice.n_silent = 2;
	return bot_view_vote_notice(arena, &notice, NOON + HOUR);
}

static Stoa__Chat__Card *
vote_list(struct stoa_arena *arena)
{
	struct vote_sample *s = vote_sample(FORM(SINGLE), STATE(ACTIVE));
	Stoa__Governance__ProposalsReply in =
	    STOA__GOVERNANCE__PROPOSALS_REPLY__INIT;
	Stoa__Governance__Proposal *list[] = {&s->proposal};

	in.proposals = list;
	in.n_proposals = 1;
	in.next = TEXT("p_k2zedyjlga");
	return bot_view_proposals(arena, &in, "proposals open:true", NOON);
}

static Stoa__Chat__Card *
sample_vote(struct stoa_arena *arena, size_t i)
{
	struct vote_sample *s;

	switch (i) {
	case 19:
		s = vote_sample(FORM(SINGLE), STATE(ACTIVE));
		vote_sample_pays(s);
		s->tally.winner = -1;
		return bot_view_proposal(arena, &s->proposal, NOON);
	case 20:
		s = vote_sample(FORM(APPROVAL), STATE(DRAFT));
		s->proposal.tally = NULL;
		return bot_view_proposal(arena, &s->proposal, NOON);
	case 21:
		return vote_ranked(arena);
	case 22:
		s = vote_sample(FORM(SINGLE), STATE(FAILED));
		s->proposal.verdict = STOA__GOVERNANCE__VERDICT__passed;
		vote_sample_pays(s);
		return bot_view_why(arena, &s->proposal, NOON);
	case 23:
		return vote_cast(arena);
	case 24:
		return vote_booth(arena);
	case 25:
		return vote_rules(arena);
	case 26:
		return vote_standing(arena);
	case 27:
		return vote_reminder(arena);
	default:
		return vote_list(arena);
	}
}

const char *
sample_name(size_t i)
{
	static const char *const names[SAMPLE_COUNT] = {"help", "help-train",
	    "problem-json", "problem-missing", "refusal", "failure",
	    "rate-limited", "job-running", "job-done", "job-failed", "jobs",
	    "model", "answer", "answer-outside", "balance", "datasets",
	    "status", "receipt", "setup", "proposal-open", "proposal-draft",
	    "why-ranked", "why-failed", "vote-cast", "vote-booth", "rules",
	    "standing", "vote-reminder", "proposals"};

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
		return i > 18 ? sample_vote(arena, i) : sample_no(arena, i);
	}
}
