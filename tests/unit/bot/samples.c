#include "samples.h"

#include "base/check.h"
#include "bot/parse.h"
#include "bot/view_market.h"
#include "bot/view_vote.h"
#include "bot/view_wallet.h"

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

/* ---- the market and the chain ---- */

static uint8_t own[20] = {0x5a, 0xae, 0xb6, 0x05, 0x3f, 0x3e, 0x94, 0xc9, 0xb9,
    0xa0, 0x9f, 0x33, 0x66, 0x94, 0x35, 0xe7, 0xef, 0x1b, 0xea, 0xed};
static uint8_t joy[20] = {0xfb, 0x69, 0x16, 0x09, 0x5c, 0xa1, 0xdf, 0x60, 0xbb,
    0x79, 0xce, 0x92, 0xce, 0x3e, 0xa7, 0x4c, 0x37, 0xc5, 0xd3, 0x59};
static uint8_t token_id[32] = {[31] = 42};

#define BYTES(array) ((ProtobufCBinaryData){sizeof(array), (array)})

static const Stoa__Marketplace__Listing *
market_listing(void)
{
	static Stoa__Marketplace__Listing l = STOA__MARKETPLACE__LISTING__INIT;
	static Stoa__Marketplace__Share shares[2];
	static Stoa__Marketplace__Share *list[] = {&shares[0], &shares[1]};

	stoa__marketplace__share__init(&shares[0]);
	shares[0].to = TEXT("u_9x4h2t6rbe");
	shares[0].bp = 500;
	stoa__marketplace__share__init(&shares[1]);
	shares[1].to = TEXT("@treasury");
	shares[1].bp = 250;
	l.model = TEXT("m_7f2w5k9cqz");
	l.name = TEXT("intents");
	l.owner = TEXT("u_9x4h2t6rbe");
	l.price_micro = 100000000;
	l.provenance_cid = TEXT(CID);
	l.token = BYTES(token_id);
	l.shares = list;
	l.n_shares = 2;
	return &l;
}

static const Stoa__Chain__AccountReply *
account(void)
{
	static Stoa__Chain__AccountReply a = STOA__CHAIN__ACCOUNT_REPLY__INIT;

	a.address = BYTES(own);
	a.joy = BYTES(joy);
	a.is_open = true;
	a.chain_id = 137;
	a.explorer = TEXT("https://polygonscan.com");
	a.deposit_micro_min = 10000;
	return &a;
}

static Stoa__Chat__Card *
market_buy(struct stoa_arena *arena)
{
	Stoa__Marketplace__QuoteReply q = STOA__MARKETPLACE__QUOTE_REPLY__INIT;
	Stoa__Marketplace__Part parts[2];
	Stoa__Marketplace__Part *list[] = {&parts[0], &parts[1]};

	stoa__marketplace__part__init(&parts[0]);
	parts[0].to = TEXT("u_9x4h2t6rbe");
	parts[0].why = TEXT("owner");
	parts[0].amount_micro = 97500000;
	stoa__marketplace__part__init(&parts[1]);
	parts[1].to = TEXT("@treasury");
	parts[1].why = TEXT("community");
	parts[1].amount_micro = 2500000;
	q.listing = (Stoa__Marketplace__Listing *)(uintptr_t)market_listing();
	q.total_micro = 100000000;
	q.parts = list;
	q.n_parts = 2;
	return bot_view_quote(arena, STOA__MARKETPLACE__DEAL_KIND__SALE, &q, 0,
	    "/buy model_id:m_7f2w5k9cqz confirm:100");
}

static Stoa__Chat__Card *
deal_refused(struct stoa_arena *arena)
{
	Stoa__Marketplace__Deal deal = STOA__MARKETPLACE__DEAL__INIT;

	deal.id = TEXT("d_k3v2a7m4xq");
	deal.model = TEXT("m_7f2w5k9cqz");
	deal.model_name = TEXT("intents");
	deal.owner = TEXT("u_9x4h2t6rbe");
	deal.kind = STOA__MARKETPLACE__DEAL_KIND__SALE;
	deal.state = STOA__MARKETPLACE__DEAL_STATE__CLOSED;
	deal.reason = STOA__MARKETPLACE__END_REASON__not_traded;
	deal.total_micro = 100000000;
	deal.refund_micro = 100000000;
	deal.why = TEXT("ListingNotOpen(3)");
	return bot_view_deal(arena, &deal);
}

static Stoa__Chat__Card *
wallet(struct stoa_arena *arena)
{
	Stoa__Accounts__BalanceReply balance =
	    STOA__ACCOUNTS__BALANCE_REPLY__INIT;
	Stoa__Marketplace__TokensReply tokens =
	    STOA__MARKETPLACE__TOKENS_REPLY__INIT;
	Stoa__Marketplace__Listing *list[] = {
	    (Stoa__Marketplace__Listing *)(uintptr_t)market_listing()};

	balance.joy_micro = 12500000;
	balance.held_joy_micro = 1000000;
	tokens.listings = list;
	tokens.n_listings = 1;
	return bot_view_wallet(arena, account(), &balance, &tokens);
}

static Stoa__Chat__Card *
withdraw_question(struct stoa_arena *arena)
{
	Stoa__Accounts__WithdrawalsReply rules =
	    STOA__ACCOUNTS__WITHDRAWALS_REPLY__INIT;

	rules.delay_us = 3600000000;
	rules.day_micro = 1000000000;
	rules.today_micro = 20000000;
	return bot_view_withdraw_question(
	    arena, &(struct bot_withdrawal_view){
		       .amount_micro = 5000000,
		       .address = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
		       .account = account(),
		       .rules = &rules,
		       .command = "/withdraw amount:5 address:"
				  "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359 "
				  "confirm:5",
		   });
}

static Stoa__Chat__Card *
withdrawals(struct stoa_arena *arena)
{
	Stoa__Accounts__WithdrawalsReply in =
	    STOA__ACCOUNTS__WITHDRAWALS_REPLY__INIT;
	Stoa__Accounts__Withdrawal all[2], *list[] = {&all[0], &all[1]};

	for (int i = 0; i < 2; i++) {
		stoa__accounts__withdrawal__init(&all[i]);
		all[i].address = BYTES(joy);
		all[i].due_us = NOON;
		all[i].amount_micro = 5000000;
	}
	all[0].id = TEXT("w_k3v2a7m4xq");
	all[0].state = STOA__ACCOUNTS__WITHDRAWAL_STATE__WAITING;
	all[1].id = TEXT("w_9x4h2t6rbe");
	all[1].state = STOA__ACCOUNTS__WITHDRAWAL_STATE__FAILED;
	all[1].why = TEXT("over the limit of the day");
	in.withdrawals = list;
	in.n_withdrawals = 2;
	return bot_view_withdrawals(arena, &in);
}

static Stoa__Chat__Card *
nft(struct stoa_arena *arena)
{
	Stoa__Chain__TokenReply token = STOA__CHAIN__TOKEN_REPLY__INIT;

	token.owner = BYTES(own);
	token.contract = BYTES(joy);
	token.explorer = TEXT("https://polygonscan.com");
	return bot_view_nft(arena, market_listing(), &token);
}

static Stoa__Chat__Card *
saga(struct stoa_arena *arena)
{
	static uint8_t hash[32] = {0xab, 0xcd};
	Stoa__Marketplace__SagaReply in = STOA__MARKETPLACE__SAGA_REPLY__INIT;
	Stoa__Chain__IntentReply intent = STOA__CHAIN__INTENT_REPLY__INIT;
	Stoa__Marketplace__SagaStep steps[3];
	Stoa__Marketplace__SagaStep *list[] = {&steps[0], &steps[1], &steps[2]};

	for (int i = 0; i < 3; i++) {
		stoa__marketplace__saga_step__init(&steps[i]);
	}
	steps[0].name = TEXT("approved");
	steps[0].us = NOON;
	steps[1].name = TEXT("minted");
	steps[1].waits_for = TEXT("admin");
	steps[1].why = TEXT("BadTerms()");
	steps[1].attempt = 1;
	steps[2].name = TEXT("announced");
	in.steps = list;
	in.n_steps = 3;
	intent.intent = TEXT("i_k3v2a7m4xq");
	intent.state = STOA__CHAIN__STATE__REVERTED;
	intent.attempts = 2;
	intent.gas_used = 81234;
	intent.hash = BYTES(hash);
	return bot_view_saga(arena, "m_7f2w5k9cqz", &in, &intent);
}

static Stoa__Chat__Card *
sample_market(struct stoa_arena *arena, size_t i)
{
	switch (i) {
	case 29:
		return market_buy(arena);
	case 30:
		return deal_refused(arena);
	case 31:
		return bot_view_deposit(arena, account());
	case 32:
		return wallet(arena);
	case 33:
		return withdraw_question(arena);
	case 34:
		return withdrawals(arena);
	case 35:
		return nft(arena);
	case 36:
		return bot_view_claim_of(arena, market_listing(),
		    STOA_STR("{\"payloadType\":\"application/vnd.in-toto+"
			     "json\",\"payload\":\"e30=\"}"));
	case 37:
		return bot_view_tokenize_question(arena, market_listing(),
		    "/tokenize model_id:m_7f2w5k9cqz confirm:true");
	default:
		return saga(arena);
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
	    "standing", "vote-reminder", "proposals", "market-buy",
	    "deal-refused", "deposit", "wallet", "withdraw", "withdrawals",
	    "nft", "claim", "tokenize", "saga"};

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
		return i > 28	? sample_market(arena, i)
		       : i > 18 ? sample_vote(arena, i)
				: sample_no(arena, i);
	}
}
