/* refusal.c - one row per reason.
 *
 * In texts {0} is the first argument as it stands, {0j} that many micro-Joy,
 * {0p} the same as a price, 0 for none,
 * {0s} that many bytes, {0t} that time, {0w} a state of a proposal, {0a} an
 * action, {0l} a limit of the field that the first argument names. */
#include "bot/refusal.h"

#include "bot/limits.h"
#include "bot/words.h"

#include <inttypes.h>

/* No reason has more. */
#define ARGS_MAX 5

#define ASK_ADMIN "ask an admin of the community"

struct row {
	const char *reason;
	const char *field;
	const char *text;
	const char *limit;
	const char *fix;
	int near; /* argument that may hold a suggestion; 0: none has one */
};

static const struct row rows[] = {
    /* accounts */
    {"no_such_member", "to", "there is no member {0}", "",
	"check the id; people are members after their first command", 0},
    {"no_such_hold", "", "there is no hold {0}", "", "see /balance", 0},
    {"hold_closed", "", "the hold {0} is closed: it was {1}", "",
	"see /balance", 0},
    {"insufficient_funds", "amount", "{0} has {1j}, which is less than {2j}",
	"at most {1j}", "give less, or get more first; see /balance", 0},
    {"amount_not_positive", "amount", "{0j} cannot be moved", "more than 0 Joy",
	"give an amount above zero", 0},
    {"amount_too_large", "amount", "{0j} is too much at once", "at most {1j}",
	"give it in parts", 0},
    {"same_account", "to", "{0} would pay itself", "another member",
	"name another member", 0},
    {"already_member", "", "{0} is a member already", "", "go on", 0},
    {"not_permitted", "", "that needs {0}", "{0}", ASK_ADMIN, 0},
    {"name_not_valid", "{0}", "{0} is too long or no plain text",
	"at most {1} bytes of UTF-8 text", "shorten {0}", 0},
    {"too_many", "", "too many {0}", "at most {1}",
	"wait until some have ended, or remove some", 0},
    {"already_linked", "", "{1} of {0} is linked already", "", ASK_ADMIN, 0},
    {"member_removed", "to", "{0} has left the community", "",
	"name somebody else", 0},
    {"role_not_valid", "role", "there is no role {0}",
	"member, trainer, admin or owner", "choose one of them", 0},
    {"last_owner", "", "{0} is the last owner", "at least one owner",
	"make somebody else owner first", 0},
    {"id_not_valid", "{0}", "{0} is no id of this platform",
	"at most {1} letters, digits and . _ : -",
	"choose it from the list of /setup", 0},
    {"setting_twice", "{0}", "{0} is given twice", "once",
	"leave one of them away", 0},
    {"no_open_code", "confirm", "nobody waits for that answer from you", "",
	"a code and the question to it hold for ten minutes; send /link for a "
	"new one",
	0},
    {"too_many_attempts", "code", "there were too many wrong codes",
	"from {0t} on codes are taken again", "wait, then get a new code", 0},
    {"last_link", "platform", "it is the only account of yours here", "",
	"there is nothing to part it from", 0},
    {"no_such_command", "name", "this community has no command {0} of its own",
	"", "see /run", 0},
    {"merged_away", "", "{0} is {1} now", "", "name {1}", 0},
    {"no_such_withdrawal", "withdrawal", "you have no withdrawal {0}", "",
	"see /withdrawals", 0},
    {"withdrawal_ended", "withdrawal", "{0} cannot be cancelled any more: {1}",
	"", "see /withdrawals", 0},
    {"address_not_valid", "address", "this is not an address", "{0}",
	"copy it from your wallet", 0},
    {"over_day_limit", "amount", "that would be {0j} withdrawn today",
	"{1j} a day", "withdraw less, or the rest tomorrow", 0},
    {"unbacked_joy", "amount",
	"this community has issued Joy itself, so nobody can withdraw", "",
	"give it to another member instead", 0},
    /* training */
    {"dataset_not_valid", "dataset", "{0} cannot be trained on: {1}",
	"CSV with the columns text and label, or a directory of train.csv, "
	"validation.csv and test.csv",
	"store a dataset with /upload, or choose one from /datasets", 0},
    {"recipe_unknown", "recipe", "there is no recipe {0}", "text-classifier",
	"see /help command:train", 1},
    {"parameter_unknown", "{0}", "{1}", "a parameter of the recipe",
	"see /help command:train", 0},
    {"parameter_not_valid", "{0}", "{1}", "",
	"give {0} a value within its limit; see /help command:train", 0},
    {"budget_too_small", "max_spend", "{0j} does not pay for this job",
	"at least {1j}", "raise max_spend to {1j}", 0},
    {"budget_too_large", "max_spend", "{0j} is more than one job may cost",
	"at most {1j}", "lower max_spend to {1j}", 0},
    {"no_such_job", "job", "there is no job {0}", "", "see /jobs", 1},
    {"not_your_job", "job", "the job {0} is {1}'s", "your own jobs",
	"ask {1}, or an admin", 0},
    {"job_ended", "job", "the job {0} has ended already: {1}", "",
	"see /job {0}", 0},
    {"no_such_model", "model", "there is no model {0}", "", "see /models", 1},
    {"stale_attempt", "", "attempt {1} of {0} is over", "", "see /job {0}", 0},
    {"dataset_too_large", "dataset", "{0s} are too much for one dataset",
	"at most {1s}", "store a smaller one", 0},
    /* governance */
    {"not_founded", "", "nothing has been proposed here yet", "",
	"make the first proposal: /propose", 0},
    {"no_such_proposal", "id", "there is no proposal {0}",
	"a number such as #12, or p_ and ten characters", "see /proposals", 1},
    {"no_such_type", "type", "nothing of the type {0} can be proposed", "",
	"see /rules for the types there are", 1},
    {"wrong_state", "", "{0} is {1w}, and that needs {2w}", "{2w}",
	"see /proposal {0}", 0},
    {"text_not_valid", "{0}", "{0} is empty, too long or no plain text",
	"at most {1} bytes of UTF-8 text", "shorten {0}", 0},
    {"options_not_valid", "options", "the options cannot be that: {0}", "{1}",
	"write them like options:\"one | another\"", 0},
    {"action_not_allowed", "action", "{1} proposals may not {0a}", "",
	"choose another type; see /rules", 0},
    {"action_not_valid", "action",
	"the part {1} of the action {0} is not valid", "{2l}",
	"see /help command:propose", 0},
    {"rule_not_valid", "{0}", "a rule cannot have that {0}", "at most {1l}",
	"see /help command:propose", 0},
    {"not_eligible", "", "you may not vote on this: that needs {0}", "{0}",
	"see /rules for who may vote; what counts is how things were when "
	"voting opened",
	0},
    {"ballot_not_valid", "choice", "that is no ballot: {0}", "{1}",
	"send /vote with the proposal alone to see how", 0},
    {"credits_exceeded", "choice",
	"that costs {0} voice credits and you have {1}",
	"{1} voice credits; n votes cost n times n",
	"buy fewer votes; see /credits", 0},
    {"already_sponsored", "id", "you sponsor {0} already", "",
	"others may do so too", 0},
    {"own_proposal", "id", "{0} is your own proposal", "somebody else's",
	"ask another member to sponsor it", 0},
    {"delegate_not_valid", "to", "{0} cannot vote for you: {1}",
	"another member", "name another member", 0},
    {"not_delegated", "type", "nobody votes for you there", "",
	"see /credits for whom you rely on", 0},
    {"voting_over", "id", "voting on {0} ended {1t}", "",
	"see /why {0} for how it ended", 0},
    {"voting_not_open", "id", "voting on {0} is not open: it is {1w}", "",
	"see /proposal {0} for what is missing", 0},
    {"secret_ballot", "choice",
	"ballots on {0} are secret: they are sealed first", "",
	"vote with /vote, without a reason", 0},
    {"open_ballot", "", "ballots on {0} are open", "", "vote with /vote", 0},
    {"no_commitment", "", "you have committed to nothing on {0}", "",
	"see /proposal {0}", 0},
    {"commitment_differs", "", "that is not what you committed to on {0}", "",
	"open it with the same ballot and salt", 0},
    {"guardian_gone", "", "owners may not veto any more, since {0t}", "",
	"vote against it", 0},
    {"stale", "", "{0} has changed meanwhile", "", "send it again", 0},
    {"nothing_to_retry", "id", "{0} has not failed", "", "see /why {0}", 0},
    /* marketplace */
    {"not_approved", "model_id", "{0} is not on the market",
	"an approved model",
	"propose its approval: /propose type:MODEL_APPROVAL action:\"approve "
	"{0}\"",
	0},
    {"not_your_model", "model_id", "{0} belongs to {1}", "a model of yours",
	"ask the owner, or /offer a price for it", 0},
    {"own_model", "model_id", "{0} is your own", "somebody else's model",
	"see /market for others", 0},
    {"withdrawn_model", "model_id", "{0} was taken off the market {1}", "",
	"see /market for others", 0},
    {"not_listed", "model_id", "{0} is not offered for {1}", "",
	"see /market, or /offer a price for it", 0},
    {"stale_price", "confirm", "{0} costs {1j} now, not {2j}", "{1j}",
	"send it again to see what it costs", 0},
    {"price_not_valid", "{0}", "that cannot be a price", "{1j} to {2j}",
	"give a price within that", 0},
    {"duration_not_valid", "duration", "it cannot last that long or that short",
	"1 second to 366 days; an offer 90 days", "choose another duration", 0},
    {"licence_not_valid", "licence", "that is no licence's name",
	"at most {0} bytes of UTF-8 text", "shorten it", 0},
    {"being_sold", "model_id", "{0} is being sold right now", "",
	"look again in a moment", 0},
    {"no_such_deal", "id", "there is no such deal {0}",
	"a deal's id, such as d_k3v2a7m4xq", "see /leases and /offers", 0},
    {"not_your_deal", "id", "{0} is up to {1}", "a deal of yours",
	"see /leases and /offers", 0},
    {"deal_ended", "id", "{0} is over: it was {1}", "",
	"see /leases and /offers", 0},
    {"offer_expired", "id", "the offer {0} ended {1t}", "",
	"ask for another one", 0},
    {"no_access", "model",
	"{0} belongs to {1} and you do not lease it: an hour costs {2p}, a "
	"question {3p}, the model {4p}",
	"its owner, and who leases it", "see /lease, /buy, /offer or /market",
	0},
    {"questions_used", "model", "all {1} questions of the lease {0} are used",
	"{1} questions", "lease it anew with /lease", 0},
    {"already_leased", "model_id", "you lease {0} already: {1}", "one lease",
	"see /leases; /return ends one", 0},
    {"being_listed", "model_id",
	"the chain is being told what {0} costs, and has not said yes yet", "",
	"try again in a minute; /model {0} shows it", 0},
    {"leased_until", "model_id",
	"{0} is leased until {1t}, and a token has one lessee at a time", "",
	"lease it then, or lease it by question", 0},
    {"not_on_chain", "model_id",
	"{0} is a token, and for tokens there are no {1}", "",
	"ask its owner to list it at that price, and buy it", 0},
    {"no_chain", "", "this community has no chain", "",
	"all of the market works without one; only the way out to a wallet "
	"needs it",
	0},
    {"token_already", "model_id", "{0} is a token already", "", "see /nft {0}",
	0},
    {"nothing_to_retry", "id", "nothing of {0} was refused", "",
	"see /saga {0}", 0},
    {"being_minted", "model_id", "{0} is just becoming a token", "",
	"wait until it is one; /nft {0} shows it", 0},
    {"wrong_worker", "", "{0} is not the worker of that job", "", "see /jobs",
	0},
};

static const struct row *
row_find(const char *reason)
{
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		if (strcmp(rows[i].reason, reason) == 0) {
			return &rows[i];
		}
	}
	return NULL;
}

bool
bot_refusal_is_known(const char *reason)
{
	return row_find(reason) != NULL;
}

static const char *
argument(
    const Stoa__Journal__Refusal *refusal, size_t i, struct stoa_arena *arena)
{
	return i < refusal->n_args ? bot_words_member(bot_problem_excerpt(
					 arena, stoa_str_of(refusal->args[i])))
				   : "";
}

/* "QUEUED" as members know it; states may be several. */
static const char *
state_words(const char *text, struct stoa_arena *arena)
{
	static const char *const words[][2] = {{"DRAFT", "a draft"},
	    {"OPENING", "opening"}, {"ACTIVE", "open for votes"},
	    {"REVEAL", "opening its ballots"}, {"SUCCEEDED", "accepted"},
	    {"DEFEATED", "defeated"}, {"EXPIRED", "expired"},
	    {"CANCELLED", "withdrawn"}, {"VETOED", "vetoed"},
	    {"QUEUED", "accepted and waiting"},
	    {"EXECUTING", "being carried out"}, {"EXECUTED", "carried out"},
	    {"FAILED", "failed"}};

	for (size_t i = 0; i < STOA_COUNT(words); i++) {
		if (strcmp(text, words[i][0]) == 0) {
			return words[i][1];
		}
	}
	return strcmp(text, "DRAFT, ACTIVE or FAILED") == 0
		   ? "a draft, an open or a failed one"
		   : bot_words_print(arena, "one that is %s", text);
}

static const char *
action_words(const char *name)
{
	static const char *const words[][2] = {
	    {"approve_model", "approve models"},
	    {"takedown_model", "take models off the market"},
	    {"restore_model", "let models back onto the market"},
	    {"parameter", "change settings"}, {"transfer", "pay"},
	    {"role", "give roles"}, {"fine_tune", "train models"},
	    {"rule", "change rules"}, {"charter", "change the charter"},
	    {"retire_rule", "retire rules"}};

	for (size_t i = 0; i < STOA_COUNT(words); i++) {
		if (strcmp(name, words[i][0]) == 0) {
			return words[i][1];
		}
	}
	return name;
}

static bool
has_suffix(const char *text, const char *suffix)
{
	size_t len = strlen(text), suffix_len = strlen(suffix);

	return len >= suffix_len &&
	       strcmp(text + len - suffix_len, suffix) == 0;
}

/* A field's name tells the unit of its limit. */
static const char *
limit_words(const char *field, int64_t limit, struct stoa_arena *arena)
{
	if (has_suffix(field, "_us")) {
		return bot_words_duration(arena, limit);
	}
	if (has_suffix(field, "_micro")) {
		return bot_words_joy(arena, limit);
	}
	return has_suffix(field, "_bp")
		   ? bot_words_print(arena, "%d.%02d %%", (int)(limit / 100),
			 (int)(limit % 100))
		   : bot_words_print(arena, "%" PRId64, limit);
}

static const char *
argument_as(
    const char *text, char kind, const char *field, struct stoa_arena *arena)
{
	int64_t number;

	if (kind == 'w') {
		return state_words(text, arena);
	}
	if (kind == 'a') {
		return action_words(text);
	}
	if (!stoa_str_to_i64(stoa_str_of(text), &number)) {
		return text;
	}
	if (kind == 't') {
		return bot_words_time(arena, number);
	}
	if (kind == 'l') {
		return limit_words(field, number, arena);
	}
	if (kind == 'p' && number == 0) {
		return "(not offered)";
	}
	if (kind == 'j' || kind == 'p') {
		return bot_words_joy(arena, number);
	}
	return kind == 's' && number >= 0
		   ? bot_words_size(arena, (uint64_t)number)
		   : text;
}

/* Fills the places of a row's text. */
static const char *
fill(const char *format, const Stoa__Journal__Refusal *refusal,
    struct stoa_arena *arena)
{
	struct stoa_str rest = stoa_str_of(format);
	struct stoa_buf b;
	const char *text;

	stoa_buf_init(&b, BOT_CARD_TEXT_MAX);
	while (rest.len > 0) {
		struct stoa_str place;

		stoa_buf_add_str(&b, stoa_str_cut(&rest, '{'));
		place = stoa_str_cut(&rest, '}');
		if (place.len > 0) {
			stoa_buf_add_text(
			    &b, argument_as(
				    argument(refusal,
					(size_t)(place.data[0] - '0'), arena),
				    place.data[place.len - 1],
				    argument(refusal, 0, arena), arena));
		}
	}
	text = stoa_arena_str(arena, stoa_buf_str(&b));
	stoa_buf_fini(&b);
	return text == NULL ? "" : text;
}

/* The recipe speaks for its parameters: "epochs must be <limit>, not <given>;
 * <fix>". What of that is there takes its place in the problem. */
static void
sentence_split(struct bot_problem *problem, struct stoa_arena *arena)
{
	const char *fix = strstr(problem->text, "; ");
	const char *limit = strstr(problem->text, " must be ");
	const char *given = strstr(problem->text, ", not ");

	if (limit != NULL && given != NULL && given > limit) {
		limit += sizeof(" must be ") - 1;
		problem->limit =
		    bot_words_print(arena, "%.*s", (int)(given - limit), limit);
		problem->given = given + sizeof(", not ") - 1;
	}
	if (fix != NULL) {
		problem->fix = fix + 2;
		problem->text = bot_words_print(
		    arena, "%.*s", (int)(fix - problem->text), problem->text);
	}
}

static void
explain_unknown(const Stoa__Journal__Refusal *refusal, struct stoa_arena *arena,
    struct bot_problem *ret_problem)
{
	const char *first = argument(refusal, 0, arena);

	(void)bot_problem_fill(ret_problem, arena,
	    &(struct bot_problem){
		.code = refusal->reason,
		.given = first,
		.fix = "see /help",
	    },
	    "the rules say no: %s %s", refusal->reason, first);
}

void
bot_refusal_explain(const Stoa__Journal__Refusal *refusal,
    struct stoa_arena *arena, struct bot_problem *ret_problem)
{
	const struct row *row = row_find(refusal->reason);
	const char *near = "";

	if (row == NULL) {
		explain_unknown(refusal, arena, ret_problem);
		return;
	}
	if (row->near > 0) {
		near = argument(refusal, (size_t)row->near, arena);
	}
	(void)bot_problem_fill(ret_problem, arena,
	    &(struct bot_problem){
		.code = row->reason,
		.field = fill(row->field, refusal, arena),
		.given = argument(refusal, 0, arena),
		.limit = fill(row->limit, refusal, arena),
		.fix = near[0] == '\0'
			   ? fill(row->fix, refusal, arena)
			   : bot_words_print(arena, "did you mean %s?", near),
	    },
	    "%s", fill(row->text, refusal, arena));
	if (strcmp(row->text, "{1}") == 0) {
		sentence_split(ret_problem, arena);
	}
}

/* "insufficient_funds: u_..., 5, 10": a reason and its arguments. */
const char *
bot_refusal_explain_text(struct stoa_arena *arena, const char *text)
{
	Stoa__Journal__Refusal refusal = STOA__JOURNAL__REFUSAL__INIT;
	struct stoa_str rest = stoa_str_of(text);
	char *args[ARGS_MAX];
	struct bot_problem problem;

	refusal.reason = stoa_arena_str(arena, stoa_str_cut(&rest, ':'));
	refusal.args = args;
	while (rest.len > 0 && refusal.n_args < ARGS_MAX) {
		struct stoa_str arg = stoa_str_trim(stoa_str_cut(&rest, ','));

		args[refusal.n_args] = stoa_arena_str(arena, arg);
		if (args[refusal.n_args++] == NULL) {
			return text;
		}
	}
	if (refusal.reason == NULL || !bot_refusal_is_known(refusal.reason)) {
		return text;
	}
	bot_refusal_explain(&refusal, arena, &problem);
	return problem.text;
}
