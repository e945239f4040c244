/* handlers_wallet.c - a member's account on the chain, Joy that comes in and
 * goes out, models as tokens, and the steps they take there.
 *
 * Without a chain each of them says so; only /nft and /saga have something to
 * show then. */
#include "bot/parts.h"

#include "base/money.h"
#include "bot/limits.h"
#include "bot/parse.h"
#include "bot/payee.h"
#include "bot/refusal.h"
#include "bot/view_wallet.h"

#define ACCOUNTS (&stoa__accounts__accounts__descriptor)
#define CHAIN	 (&stoa__chain__chain__descriptor)
#define MARKET	 (&stoa__marketplace__marketplace__descriptor)
#define TRAINING (&stoa__training__training__descriptor)

/* The aggregate of chain that moves the vault. */
#define VAULT STOA_STR("w_vault")

/* Kept in the run's arena while others are asked. */
struct wallet {
	void (*next)(struct bot_run *r);
	const Stoa__Chain__AccountReply *account;
	const Stoa__Accounts__BalanceReply *balance;
	const Stoa__Marketplace__Listing *listing;
	const Stoa__Marketplace__SagaReply *saga;
	struct stoa_str claim;
	struct evm_address payee;
	const char *model;
};

static void
refuse(struct bot_run *r, const char *reason, const char *argument)
{
	Stoa__Journal__Refusal refusal = STOA__JOURNAL__REFUSAL__INIT;
	char *args[] = {(char *)(uintptr_t)argument};

	refusal.reason = (char *)(uintptr_t)reason;
	refusal.args = args;
	refusal.n_args = 1;
	bot_refusal_explain(&refusal, &r->arena, &r->problem);
	r->bot->counts.refusals++;
	bot_run_refuse(r, &r->problem);
}

static bool
wallet_begin(struct bot_run *r)
{
	r->work = stoa_arena_alloc(&r->arena, sizeof(struct wallet));
	if (r->work == NULL) {
		bot_run_finish(r, NULL);
		return false;
	}
	*(struct wallet *)r->work = (struct wallet){.model = ""};
	return true;
}

/* False: there is none, and the card says so. */
static bool
chain_is_there(struct bot_run *r)
{
	if (!r->bot->o.has_chain) {
		refuse(r, "no_chain", "");
		return false;
	}
	return true;
}

static Stoa__Chain__Party
party_of(const struct bot_run *r)
{
	Stoa__Chain__Party party = STOA__CHAIN__PARTY__INIT;

	party.community = (char *)(uintptr_t)r->who.community.text;
	party.member = (char *)(uintptr_t)r->who.member.text;
	return party;
}

/* ---- the member's account ---- */

static void
account_heard(struct bot_run *r, const void *reply)
{
	struct wallet *w = r->work;

	w->account = reply;
	w->next(r);
}

static void
account_ask(struct bot_run *r, void (*next)(struct bot_run *r))
{
	Stoa__Chain__AccountQuery in = STOA__CHAIN__ACCOUNT_QUERY__INIT;
	Stoa__Chain__Party party = party_of(r);
	struct wallet *w = r->work;

	w->next = next;
	in.party = &party;
	bot_run_call(r,
	    &(struct bot_call){
		.service = CHAIN,
		.method = "Account",
		.community = VAULT,
		.is_own = true,
		.next = account_heard,
	    },
	    &in.base);
}

/* ---- /deposit ---- */

static void
deposit_shown(struct bot_run *r)
{
	const struct wallet *w = r->work;

	bot_run_finish(r, bot_view_deposit(&r->arena, w->account));
}

static void
opened(struct bot_run *r, const void *reply)
{
	(void)reply;
	account_ask(r, deposit_shown);
}

void
bot_handle_deposit(struct bot_run *r)
{
	Stoa__Chain__OpenAccountRequest in =
	    STOA__CHAIN__OPEN_ACCOUNT_REQUEST__INIT;
	Stoa__Chain__Party party = party_of(r);
	const char *id = bot_run_own_id(r, "account");

	if (!chain_is_there(r) || !wallet_begin(r)) {
		return;
	}
	if (id == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	in.party = &party;
	bot_run_call(r,
	    &(struct bot_call){
		.service = CHAIN,
		.method = "OpenAccount",
		.command_id = id,
		.community = VAULT,
		.is_own = true,
		.next = opened,
	    },
	    &in.base);
}

/* ---- /wallet ---- */

static void
wallet_shown(struct bot_run *r, const void *reply)
{
	const struct wallet *w = r->work;

	bot_run_finish(
	    r, bot_view_wallet(&r->arena, w->account, w->balance, reply));
}

static void
balance_heard(struct bot_run *r, const void *reply)
{
	Stoa__Marketplace__TokensQuery in =
	    STOA__MARKETPLACE__TOKENS_QUERY__INIT;
	struct wallet *w = r->work;

	w->balance = reply;
	in.member = r->who.member.text;
	bot_run_call(r,
	    &(struct bot_call){
		.service = MARKET,
		.method = "Tokens",
		.next = wallet_shown,
	    },
	    &in.base);
}

static void
wallet_balance(struct bot_run *r)
{
	Stoa__Accounts__BalanceQuery in = STOA__ACCOUNTS__BALANCE_QUERY__INIT;

	in.member = r->who.member.text;
	bot_run_call(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = "Balance",
		.next = balance_heard,
	    },
	    &in.base);
}

void
bot_handle_wallet(struct bot_run *r)
{
	if (chain_is_there(r) && wallet_begin(r)) {
		account_ask(r, wallet_balance);
	}
}

/* ---- /withdraw ---- */

static int64_t
amount_of(const struct bot_run *r, const char *option)
{
	const Stoa__Chat__Option *o = bot_argument(r->command, option);

	return o == NULL ? 0 : o->amount_micro;
}

static void
withdrawn(struct bot_run *r, const void *reply)
{
	const Stoa__Accounts__Event *event =
	    bot_run_event(r, reply, &stoa__accounts__event__descriptor, 0);

	for (size_t i = 1;
	     event != NULL &&
	     event->kind_case != STOA__ACCOUNTS__EVENT__KIND_WITHDRAWAL_ASKED;
	     i++) {
		event = bot_run_event(
		    r, reply, &stoa__accounts__event__descriptor, i);
	}
	if (event == NULL) {
		bot_run_fail(r, STOA_INTERNAL, ACCOUNTS->short_name);
		return;
	}
	bot_run_finish(
	    r, bot_view_withdrawal(&r->arena, event->withdrawal_asked));
}

static void
withdraw(struct bot_run *r)
{
	Stoa__Accounts__WithdrawRequest in =
	    STOA__ACCOUNTS__WITHDRAW_REQUEST__INIT;
	struct wallet *w = r->work;
	char address[BOT_ADDRESS_TEXT_SIZE];

	bot_address_print(&r->to, address);
	in.amount_micro = amount_of(r, "amount");
	in.address.data = w->payee.bytes;
	in.address.len = sizeof(w->payee.bytes);
	in.reply = address;
	bot_run_call(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = "Withdraw",
		.command_id = r->to.id,
		.next = withdrawn,
	    },
	    &in.base);
}

static void
withdraw_shown(struct bot_run *r, const void *reply)
{
	const struct wallet *w = r->work;
	char sum[STOA_MONEY_TEXT_SIZE], to[EVM_ADDRESS_TEXT_SIZE];
	int64_t micro = amount_of(r, "amount");
	const char *line;

	(void)stoa_money_print((struct stoa_money){micro}, sum);
	(void)evm_address_print(&w->payee, to);
	line = stoa_arena_printf(&r->arena,
	    "/withdraw amount:%s address:%s confirm:%s", sum, to, sum);
	bot_run_finish(r, line == NULL ? NULL
				       : bot_view_withdraw_question(&r->arena,
					     &(struct bot_withdrawal_view){
						 .amount_micro = micro,
						 .address = to,
						 .account = w->account,
						 .rules = reply,
						 .command = line,
					     }));
}

static bool
is_payee(const struct wallet *w, const ProtobufCBinaryData *address)
{
	return address->len == sizeof(w->payee.bytes) &&
	       memcmp(address->data, w->payee.bytes, address->len) == 0;
}

static void
payee_refuse(struct bot_run *r, const char *what)
{
	(void)bot_problem_fill(&r->problem, &r->arena,
	    &(struct bot_problem){
		.code = "address_not_valid",
		.field = "address",
		.given = bot_problem_excerpt(
		    &r->arena, stoa_str_of(bot_run_text(r, "address"))),
		.limit = "a wallet outside this community",
		.fix = "give the address of your own wallet",
	    },
	    "that is %s", what);
	r->bot->counts.refusals++;
	bot_run_refuse(r, &r->problem);
}

/* Joy that is sent to any of these would be lost, or come back. */
static void
vault_heard(struct bot_run *r, const void *reply)
{
	const Stoa__Chain__WalletReply *vault = reply;
	const struct wallet *w = r->work;
	Stoa__Accounts__WithdrawalsQuery in =
	    STOA__ACCOUNTS__WITHDRAWALS_QUERY__INIT;

	if (is_payee(w, &w->account->address)) {
		payee_refuse(r, "your own account here");
	} else if (is_payee(w, &vault->vault)) {
		payee_refuse(r, "the community's vault");
	} else if (is_payee(w, &vault->address)) {
		payee_refuse(r, "the key of this installation");
	} else if (is_payee(w, &w->account->joy)) {
		payee_refuse(r, "Joy's own contract, where it would be lost");
	} else if (amount_of(r, "confirm") == amount_of(r, "amount")) {
		withdraw(r);
	} else {
		in.member = r->who.member.text;
		in.limit = 1;
		bot_run_call(r,
		    &(struct bot_call){
			.service = ACCOUNTS,
			.method = "Withdrawals",
			.next = withdraw_shown,
		    },
		    &in.base);
	}
}

static void
vault_ask(struct bot_run *r)
{
	Stoa__Chain__WalletQuery in = STOA__CHAIN__WALLET_QUERY__INIT;

	bot_run_call(r,
	    &(struct bot_call){
		.service = CHAIN,
		.method = "Wallet",
		.community = VAULT,
		.is_own = true,
		.next = vault_heard,
	    },
	    &in.base);
}

void
bot_handle_withdraw(struct bot_run *r)
{
	struct wallet *w;

	if (!chain_is_there(r) || !wallet_begin(r)) {
		return;
	}
	w = r->work;
	if (!bot_payee_parse(&r->arena, bot_run_text(r, "address"), &w->payee,
		&r->problem)) {
		r->bot->counts.refusals++;
		bot_run_refuse(r, &r->problem);
		return;
	}
	account_ask(r, vault_ask);
}

/* ---- /withdrawals ---- */

static void
withdrawals_shown(struct bot_run *r, const void *reply)
{
	bot_run_finish(r, bot_view_withdrawals(&r->arena, reply));
}

static void
withdrawals_ask(struct bot_run *r)
{
	Stoa__Accounts__WithdrawalsQuery in =
	    STOA__ACCOUNTS__WITHDRAWALS_QUERY__INIT;

	in.member = r->who.member.text;
	in.limit = BOT_PAGE_ROWS;
	bot_run_call(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = "Withdrawals",
		.next = withdrawals_shown,
	    },
	    &in.base);
}

static void
cancelled(struct bot_run *r, const void *reply)
{
	(void)reply;
	withdrawals_ask(r);
}

void
bot_handle_withdrawals(struct bot_run *r)
{
	Stoa__Accounts__CancelWithdrawalRequest in =
	    STOA__ACCOUNTS__CANCEL_WITHDRAWAL_REQUEST__INIT;

	if (!chain_is_there(r)) {
		return;
	}
	in.withdrawal = (char *)(uintptr_t)bot_run_text(r, "cancel");
	if (in.withdrawal[0] == '\0') {
		withdrawals_ask(r);
		return;
	}
	bot_run_call(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = "CancelWithdrawal",
		.command_id = r->to.id,
		.next = cancelled,
	    },
	    &in.base);
}

/* ---- which model ---- */

static void
model_missing(struct bot_run *r)
{
	refuse(r, "no_such_model", bot_run_text(r, "model_id"));
}

static void
listing_heard(struct bot_run *r, const void *reply)
{
	const Stoa__Marketplace__RightsReply *in = reply;
	struct wallet *w = r->work;

	if (in->listing == NULL) {
		refuse(r, "not_approved", w->model);
		return;
	}
	w->listing = in->listing;
	w->claim = stoa_str_of_bytes(in->claim.data, in->claim.len);
	w->next(r);
}

static void
listing_ask(struct bot_run *r)
{
	Stoa__Marketplace__RightsQuery in =
	    STOA__MARKETPLACE__RIGHTS_QUERY__INIT;

	in.model = (char *)(uintptr_t)((const struct wallet *)r->work)->model;
	bot_run_call(r,
	    &(struct bot_call){
		.service = MARKET,
		.method = "Rights",
		.next = listing_heard,
	    },
	    &in.base);
}

static void
model_heard(struct bot_run *r, const void *reply)
{
	const Stoa__Training__ModelReply *in = reply;

	if (in->model == NULL) {
		model_missing(r);
		return;
	}
	((struct wallet *)r->work)->model = in->model->id;
	listing_ask(r);
}

/* By its own id or its name; then what the market says of it. */
static void
listing_find(struct bot_run *r, void (*next)(struct bot_run *r))
{
	Stoa__Training__ModelQuery in = STOA__TRAINING__MODEL_QUERY__INIT;

	if (!wallet_begin(r)) {
		return;
	}
	((struct wallet *)r->work)->next = next;
	in.model = (char *)(uintptr_t)bot_run_text(r, "model_id");
	bot_run_call(r,
	    &(struct bot_call){
		.service = TRAINING,
		.method = "Model",
		.next = model_heard,
		.missing = model_missing,
	    },
	    &in.base);
}

/* ---- /nft ---- */

static void
token_heard(struct bot_run *r, const void *reply)
{
	const struct wallet *w = r->work;

	bot_run_finish(r, bot_view_nft(&r->arena, w->listing, reply));
}

static void
token_missing(struct bot_run *r)
{
	token_heard(r, NULL);
}

static void
nft_show(struct bot_run *r)
{
	const struct wallet *w = r->work;
	Stoa__Chain__TokenQuery in = STOA__CHAIN__TOKEN_QUERY__INIT;

	if (w->listing->token.len == 0) {
		bot_run_finish(
		    r, bot_view_claim_of(&r->arena, w->listing, w->claim));
		return;
	}
	in.token = w->listing->token;
	bot_run_call(r,
	    &(struct bot_call){
		.service = CHAIN,
		.method = "Token",
		.community = VAULT,
		.is_own = true,
		.next = token_heard,
		.missing = token_missing,
		.silent = token_missing,
	    },
	    &in.base);
}

void
bot_handle_nft(struct bot_run *r)
{
	listing_find(r, nft_show);
}

/* ---- /tokenize ---- */

static void
tokenized_show(struct bot_run *r)
{
	const struct wallet *w = r->work;

	bot_run_finish(r, bot_view_claim_of(&r->arena, w->listing, w->claim));
}

static void
tokenized(struct bot_run *r, const void *reply)
{
	(void)reply;
	((struct wallet *)r->work)->next = tokenized_show;
	listing_ask(r);
}

static void
tokenize(struct bot_run *r)
{
	const struct wallet *w = r->work;
	Stoa__Marketplace__TokenizeRequest in =
	    STOA__MARKETPLACE__TOKENIZE_REQUEST__INIT;
	const char *line;

	if (!bot_run_flag(r, "confirm")) {
		line = stoa_arena_printf(
		    &r->arena, "/tokenize model_id:%s confirm:true", w->model);
		bot_run_finish(r, line == NULL
				      ? NULL
				      : bot_view_tokenize_question(
					    &r->arena, w->listing, line));
		return;
	}
	in.model = (char *)(uintptr_t)w->model;
	bot_run_call(r,
	    &(struct bot_call){
		.service = MARKET,
		.method = "Tokenize",
		.command_id = r->to.id,
		.next = tokenized,
	    },
	    &in.base);
}

void
bot_handle_tokenize(struct bot_run *r)
{
	if (chain_is_there(r)) {
		listing_find(r, tokenize);
	}
}

/* ---- /saga ---- */

static void
intent_heard(struct bot_run *r, const void *reply)
{
	const struct wallet *w = r->work;

	bot_run_finish(r, bot_view_saga(&r->arena, w->model, w->saga, reply));
}

static void
intent_missing(struct bot_run *r)
{
	intent_heard(r, NULL);
}

/* The newest step that chain has a name for. */
static void
saga_heard(struct bot_run *r, const void *reply)
{
	Stoa__Chain__IntentQuery in = STOA__CHAIN__INTENT_QUERY__INIT;
	struct wallet *w = r->work;

	w->saga = reply;
	for (size_t i = 0; i < w->saga->n_steps; i++) {
		if (w->saga->steps[i]->intent[0] != '\0') {
			in.intent = w->saga->steps[i]->intent;
		}
	}
	if (in.intent[0] == '\0') {
		intent_heard(r, NULL);
		return;
	}
	bot_run_call(r,
	    &(struct bot_call){
		.service = CHAIN,
		.method = "Intent",
		.community = VAULT,
		.is_own = true,
		.next = intent_heard,
		.missing = intent_missing,
		.silent = intent_missing,
	    },
	    &in.base);
}

static void
saga_missing(struct bot_run *r)
{
	refuse(r,
	    ((const struct wallet *)r->work)->model[0] == 'd' ? "no_such_deal"
							      : "not_approved",
	    ((const struct wallet *)r->work)->model);
}

static void
saga_ask(struct bot_run *r)
{
	Stoa__Marketplace__SagaQuery in = STOA__MARKETPLACE__SAGA_QUERY__INIT;
	char *id = (char *)(uintptr_t)((const struct wallet *)r->work)->model;

	if (id[0] == 'd') {
		in.deal = id;
	} else {
		in.model = id;
	}
	bot_run_call(r,
	    &(struct bot_call){
		.service = MARKET,
		.method = "Saga",
		.next = saga_heard,
		.missing = saga_missing,
	    },
	    &in.base);
}

static void
retried(struct bot_run *r, const void *reply)
{
	(void)reply;
	saga_ask(r);
}

void
bot_handle_saga(struct bot_run *r)
{
	Stoa__Marketplace__RetryRequest in =
	    STOA__MARKETPLACE__RETRY_REQUEST__INIT;

	if (!wallet_begin(r)) {
		return;
	}
	((struct wallet *)r->work)->model = bot_run_text(r, "id");
	if (!bot_run_flag(r, "retry")) {
		saga_ask(r);
		return;
	}
	in.model = (char *)(uintptr_t)bot_run_text(r, "id");
	bot_run_call(r,
	    &(struct bot_call){
		.service = MARKET,
		.method = "Retry",
		.command_id = r->to.id,
		.next = retried,
	    },
	    &in.base);
}
