/* handlers.c - which function answers which command; /help and /status. */
#include "bot/parts.h"

#include "base/json.h"
#include "bot/limits.h"
#include "bot/parse.h"
#include "bot/told.h"
#include "bot/view.h"
#include "port/cache.h"

/* ---- /help ---- */

static void
help_unknown(struct bot_run *r, const char *name)
{
	struct stoa_str text = stoa_str_of(name);
	const char *near = bot_command_suggest(text);

	(void)bot_problem_fill(&r->problem, &r->arena,
	    &(struct bot_problem){
		.code = "unknown_command",
		.field = "command",
		.given = bot_problem_excerpt(&r->arena, text),
		.limit = "a command's name",
		.fix = near == NULL ? "see /help for all commands"
				    : stoa_arena_printf(
					  &r->arena, "did you mean %s?", near),
	    },
	    "there is no command %s", bot_problem_excerpt(&r->arena, text));
	bot_run_refuse(r, &r->problem);
}

static void
handle_help(struct bot_run *r)
{
	const struct bot_person *person = bot_people_get(r);
	const char *name = bot_run_text(r, "command");
	const struct bot_command *command;

	if (name[0] == '\0') {
		/* Who has not been seen yet is a member with the first
		 * command that needs one. */
		bot_run_finish(
		    r, bot_view_help(&r->arena,
			   person == NULL ? BOT_MEMBER
					  : bot_told_permission(person->role)));
		return;
	}
	name += name[0] == '/';
	command = bot_command_find(stoa_str_of(name));
	if (command == NULL) {
		help_unknown(r, name);
		return;
	}
	bot_run_finish(r, bot_view_command(&r->arena, command));
}

/* ---- /status ---- */

/* Those that are always there, then those that need an account: they are
 * listed when they answer. */
static const char *const suite[] = {"accounts", "bot", "governance",
    "marketplace", "storage", "training", "worker", "gateway", "discord"};
#define SUITE_ALWAYS 7

/* Kept in the run's arena while answers come in. */
struct muster {
	struct bot_service_view rows[STOA_COUNT(suite)];
};

static void
muster_count(struct bot_run *r, struct stoa_str reply)
{
	static const struct stoa_str names[] = {{"name", 4}, {"version", 7}};
	struct muster *m = r->work;
	struct stoa_json root, values[STOA_COUNT(names)];
	struct stoa_str version;

	if (!stoa_json_parse(reply, 0, &root, NULL)) {
		return;
	}
	(void)stoa_json_pick(root, names, STOA_COUNT(names), values);
	for (size_t i = 0; i < STOA_COUNT(suite); i++) {
		struct bot_service_view *row = &m->rows[i];
		const char *copy;

		if (!stoa_json_is_str(values[0], stoa_str_of(suite[i]))) {
			continue;
		}
		row->replicas++;
		if (!stoa_json_to_str(values[1], &r->arena, &version)) {
			continue;
		}
		copy = stoa_arena_str(&r->arena, version);
		row->version = copy == NULL ? "" : copy;
	}
}

static void
on_muster(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct bot_run *r = owner;
	struct muster *m = r->work;
	size_t count = 0;

	(void)detail;
	if (r->bot->is_abandoned) {
		return;
	}
	if (status == STOA_OK) {
		muster_count(r, reply);
		return;
	}
	for (size_t i = 0; i < STOA_COUNT(suite); i++) {
		if (i < SUITE_ALWAYS || m->rows[i].replicas > 0) {
			m->rows[count++] = m->rows[i];
		}
	}
	bot_run_finish(r, bot_view_status(&r->arena, m->rows, count));
}

static void
handle_status(struct bot_run *r)
{
	struct muster *m = stoa_arena_alloc(&r->arena, sizeof(*m));

	if (m == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	for (size_t i = 0; i < STOA_COUNT(suite); i++) {
		m->rows[i] = (struct bot_service_view){suite[i], "", 0, ""};
		if (strcmp(suite[i], "bot") == 0 &&
		    stoa_cache_is_degraded(r->bot->o.cache)) {
			m->rows[i].note = "rate limits are per process";
		}
	}
	r->work = m;
	stoa_bus_gather(r->bot->o.bus, "$SRV.PING", STOA_STR(""), BOT_PING_US,
	    on_muster, r);
}

/* ---- all ---- */

static void (*const handlers[BOT_VERB_COUNT])(struct bot_run *r) = {
    [BOT_VERB_HELP] = handle_help,
    [BOT_VERB_STATUS] = handle_status,
    [BOT_VERB_SETUP] = bot_handle_setup,
    [BOT_VERB_INVITE] = bot_handle_invite,
    [BOT_VERB_UPLOAD] = bot_handle_upload,
    [BOT_VERB_DATASETS] = bot_handle_datasets,
    [BOT_VERB_TRAIN] = bot_handle_train,
    [BOT_VERB_JOBS] = bot_handle_jobs,
    [BOT_VERB_JOB] = bot_handle_job,
    [BOT_VERB_CANCEL] = bot_handle_cancel,
    [BOT_VERB_MODELS] = bot_handle_models,
    [BOT_VERB_MODEL] = bot_handle_model,
    [BOT_VERB_ASK] = bot_handle_ask,
    [BOT_VERB_RUN] = bot_handle_run,
    [BOT_VERB_BALANCE] = bot_handle_balance,
    [BOT_VERB_TRANSFER] = bot_handle_transfer,
    [BOT_VERB_WHOAMI] = bot_handle_whoami,
    [BOT_VERB_LINK] = bot_handle_link,
    [BOT_VERB_UNLINK] = bot_handle_unlink,
    [BOT_VERB_PROPOSE] = bot_handle_propose,
    [BOT_VERB_PROPOSALS] = bot_handle_proposals,
    [BOT_VERB_PROPOSAL] = bot_handle_proposal,
    [BOT_VERB_VOTE] = bot_handle_vote,
    [BOT_VERB_REVEAL] = bot_handle_reveal,
    [BOT_VERB_WHY] = bot_handle_proposal,
    [BOT_VERB_DELEGATE] = bot_handle_delegate,
    [BOT_VERB_UNDELEGATE] = bot_handle_undelegate,
    [BOT_VERB_CREDITS] = bot_handle_credits,
    [BOT_VERB_RULES] = bot_handle_rules,
    [BOT_VERB_SPONSOR] = bot_handle_change,
    [BOT_VERB_WITHDRAW_PROPOSAL] = bot_handle_change,
    [BOT_VERB_VETO] = bot_handle_change,
    [BOT_VERB_RETRY] = bot_handle_change,
    [BOT_VERB_LIST] = bot_handle_list,
    [BOT_VERB_UNLIST] = bot_handle_list,
    [BOT_VERB_MARKET] = bot_handle_market,
    [BOT_VERB_BUY] = bot_handle_deal,
    [BOT_VERB_LEASE] = bot_handle_deal,
    [BOT_VERB_LEASES] = bot_handle_deals,
    [BOT_VERB_RETURN] = bot_handle_return,
    [BOT_VERB_OFFER] = bot_handle_deal,
    [BOT_VERB_OFFERS] = bot_handle_deals,
    [BOT_VERB_EARNINGS] = bot_handle_earnings,
    [BOT_VERB_WALLET] = bot_handle_wallet,
    [BOT_VERB_DEPOSIT] = bot_handle_deposit,
    [BOT_VERB_WITHDRAW] = bot_handle_withdraw,
    [BOT_VERB_WITHDRAWALS] = bot_handle_withdrawals,
    [BOT_VERB_NFT] = bot_handle_nft,
    [BOT_VERB_TOKENIZE] = bot_handle_tokenize,
    [BOT_VERB_SAGA] = bot_handle_saga,
};

void
bot_handle(struct bot_run *r)
{
	stoa_assert(r->row != NULL);
	stoa_assert(handlers[r->row->verb] != NULL);
	handlers[r->row->verb](r);
}
