/* view_wallet.c - see view_wallet.h. */
#include "bot/view_wallet.h"

#include "base/encode.h"
#include "bot/card.h"
#include "bot/limits.h"
#include "bot/payee.h"
#include "bot/words.h"
#include "chain/evm_u256.h"

#include <inttypes.h>

static const char *
address_of(struct bot_card *b, const ProtobufCBinaryData *bytes)
{
	return bot_payee_print(b->arena, bytes->data, bytes->len);
}

/* To be copied: on a line of its own. */
static void
own_line(struct bot_card *b, const char *text)
{
	bot_card_verbatim(
	    b, stoa_str_of(bot_words_print(b->arena, "%s\n", text)));
}

/* A page about it, if the installation names one. */
static void
explorer_link(struct bot_card *b, const char *explorer, const char *path)
{
	if (explorer[0] != '\0') {
		bot_card_link(b, "Look it up",
		    bot_words_print(b->arena, "%s/%s", explorer, path));
	}
}

static void
account_link(struct bot_card *b, const Stoa__Chain__AccountReply *account)
{
	explorer_link(b, account->explorer,
	    bot_words_print(
		b->arena, "address/%s", address_of(b, &account->address)));
}

/* ---- in ---- */

Stoa__Chat__Card *
bot_view_deposit(
    struct stoa_arena *arena, const Stoa__Chain__AccountReply *account)
{
	struct bot_card b = bot_card_begin(
	    arena, "Your address for Joy", STOA__CHAT__SEVERITY__INFO);
	const char *network = bot_payee_network(arena, account->chain_id);

	own_line(&b, address_of(&b, &account->address));
	bot_card_text(&b,
	    "It is yours alone and stays the same. Joy that is sent to it is "
	    "yours here when its block is final, which takes from seconds to "
	    "some minutes.");
	bot_card_text(&b,
	    "**Send Joy of this network and nothing else.** Another coin, "
	    "or Joy on another network, is not credited.");
	bot_card_field(&b, "Network", network, true);
	bot_card_field(
	    &b, "Joy's contract", address_of(&b, &account->joy), false);
	if (account->deposit_micro_min > 0) {
		bot_card_field(&b, "At least",
		    bot_words_joy(arena, account->deposit_micro_min), true);
	}
	account_link(&b, account);
	bot_card_button(
	    &b, "Balance", STOA__CHAT__BUTTON_STYLE__SECONDARY, "/balance");
	return bot_card_finish(&b, true);
}

/* ---- what it holds ---- */

/* As explorers and wallets name one. */
static const char *
token_number(struct bot_card *b, const ProtobufCBinaryData *token)
{
	char text[EVM_U256_TEXT_SIZE];
	struct evm_u256 number =
	    evm_u256_of_bytes(stoa_str_of_bytes(token->data, token->len));

	return bot_words_print(
	    b->arena, "%s", evm_u256_print_decimal(&number, text));
}

static void
tokens_table(struct bot_card *b, const Stoa__Marketplace__TokensReply *tokens)
{
	static const struct bot_column columns[] = {
	    {"Model", false}, {"Name", false}, {"Price", true}};

	if (tokens->n_listings == 0) {
		return;
	}
	bot_card_table(b, columns, STOA_COUNT(columns));
	for (size_t i = 0; i < tokens->n_listings && i < BOT_ROWS_MAX; i++) {
		const Stoa__Marketplace__Listing *l = tokens->listings[i];
		const char *cells[] = {l->model, l->name,
		    l->price_micro == 0
			? "-"
			: bot_words_joy(b->arena, l->price_micro)};

		bot_card_row(b, cells);
	}
}

Stoa__Chat__Card *
bot_view_wallet(struct stoa_arena *arena,
    const Stoa__Chain__AccountReply *account,
    const Stoa__Accounts__BalanceReply *balance,
    const Stoa__Marketplace__TokensReply *tokens)
{
	struct bot_card b =
	    bot_card_begin(arena, "Your wallet", STOA__CHAT__SEVERITY__INFO);

	bot_card_field(&b, "Address", address_of(&b, &account->address), false);
	bot_card_field(
	    &b, "Network", bot_payee_network(arena, account->chain_id), true);
	bot_card_field(
	    &b, "Joy", bot_words_joy(arena, balance->joy_micro), true);
	if (balance->held_joy_micro != 0) {
		bot_card_field(&b, "Set aside",
		    bot_words_joy(arena, balance->held_joy_micro), true);
	}
	bot_card_field(&b, "Models that are tokens",
	    bot_words_print(arena, "%zu%s", tokens->n_listings,
		tokens->is_more ? " and more" : ""),
	    true);
	bot_card_text(&b,
	    "The community's vault keeps Joy for all its members and acts as "
	    "your account; the tokens are the account's own.");
	tokens_table(&b, tokens);
	account_link(&b, account);
	bot_card_button(
	    &b, "Deposit", STOA__CHAT__BUTTON_STYLE__SECONDARY, "/deposit");
	bot_card_button(&b, "Withdrawals", STOA__CHAT__BUTTON_STYLE__SECONDARY,
	    "/withdrawals");
	return bot_card_finish(&b, true);
}

/* ---- out ---- */

static const char *
delay_name(struct stoa_arena *arena, int64_t delay_us)
{
	return delay_us == 0 ? "at once"
			     : bot_words_print(arena, "after %s",
				   bot_words_duration(arena, delay_us));
}

Stoa__Chat__Card *
bot_view_withdraw_question(
    struct stoa_arena *arena, const struct bot_withdrawal_view *view)
{
	const char *sum = bot_words_joy(arena, view->amount_micro);
	struct bot_card b =
	    bot_card_begin(arena, bot_words_print(arena, "Withdraw %s?", sum),
		STOA__CHAT__SEVERITY__WARNING);

	bot_card_text(&b,
	    "Nothing has happened yet. %s is set aside when you say yes, and "
	    "sent %s; until then /withdrawals cancels it. **What has been "
	    "sent cannot be brought back by anybody.**",
	    sum, delay_name(arena, view->rules->delay_us));
	own_line(&b, view->address);
	bot_card_field(&b, "Network",
	    bot_payee_network(arena, view->account->chain_id), true);
	bot_card_field(&b, "Arrives", sum, true);
	bot_card_field(&b, "Fee", "none; the community pays the network", true);
	bot_card_field(
	    &b, "Joy's contract", address_of(&b, &view->account->joy), false);
	bot_card_field(&b, "Of your limit today",
	    bot_words_print(arena, "%s of %s",
		bot_words_joy(
		    arena, view->rules->today_micro + view->amount_micro),
		bot_words_joy(arena, view->rules->day_micro)),
	    true);
	bot_card_button(&b, bot_words_print(arena, "Yes, send %s", sum),
	    STOA__CHAT__BUTTON_STYLE__DANGER, view->command);
	return bot_card_finish(&b, true);
}

static void
cancel_button(struct bot_card *b, const char *id)
{
	bot_card_button(b, bot_words_print(b->arena, "Cancel %s", id),
	    STOA__CHAT__BUTTON_STYLE__SECONDARY,
	    bot_words_print(b->arena, "/withdrawals cancel:%s", id));
}

Stoa__Chat__Card *
bot_view_withdrawal(
    struct stoa_arena *arena, const Stoa__Accounts__WithdrawalAsked *asked)
{
	struct bot_card b = bot_card_begin(arena,
	    bot_words_print(arena, "%s is on its way out",
		bot_words_joy(arena, asked->amount_micro)),
	    STOA__CHAT__SEVERITY__SUCCESS);

	bot_card_field(&b, "Withdrawal", asked->id, true);
	bot_card_field(
	    &b, "Is sent", bot_words_time(arena, asked->due_us), true);
	bot_card_field(&b, "To", address_of(&b, &asked->address), false);
	bot_card_text(&b,
	    "Until then it can be cancelled. /withdrawals shows how it went.");
	cancel_button(&b, asked->id);
	return bot_card_finish(&b, true);
}

static const char *
withdrawal_state(const Stoa__Accounts__Withdrawal *w)
{
	switch (w->state) {
	case STOA__ACCOUNTS__WITHDRAWAL_STATE__WAITING:
		return "waits";
	case STOA__ACCOUNTS__WITHDRAWAL_STATE__SENDING:
		return "being sent";
	case STOA__ACCOUNTS__WITHDRAWAL_STATE__SENT:
		return "sent";
	case STOA__ACCOUNTS__WITHDRAWAL_STATE__FAILED:
		return "failed; it is yours again";
	case STOA__ACCOUNTS__WITHDRAWAL_STATE__CANCELLED:
		return "cancelled";
	case STOA__ACCOUNTS__WITHDRAWAL_STATE__WITHDRAWAL_STATE_UNSPECIFIED:
	case _STOA__ACCOUNTS__WITHDRAWAL_STATE_IS_INT_SIZE:
		break;
	}
	return "";
}

#define CANCELS_MAX 8 /* a card has ten buttons */

Stoa__Chat__Card *
bot_view_withdrawals(
    struct stoa_arena *arena, const Stoa__Accounts__WithdrawalsReply *in)
{
	static const struct bot_column columns[] = {{"Withdrawal", false},
	    {"Amount", true}, {"To", false}, {"When", false}, {"State", false},
	    {"Note", false}};
	struct bot_card b = bot_card_begin(
	    arena, "Your withdrawals", STOA__CHAT__SEVERITY__INFO);

	if (in->n_withdrawals == 0) {
		bot_card_text(&b, "There are none.");
		return bot_card_finish(&b, true);
	}
	bot_card_table(&b, columns, STOA_COUNT(columns));
	for (size_t i = 0; i < in->n_withdrawals && i < BOT_ROWS_MAX; i++) {
		const Stoa__Accounts__Withdrawal *w = in->withdrawals[i];
		const char *cells[] = {w->id,
		    bot_words_joy(arena, w->amount_micro),
		    address_of(&b, &w->address),
		    bot_words_time(
			arena, w->ended_us == 0 ? w->due_us : w->ended_us),
		    withdrawal_state(w), w->why};

		bot_card_row(&b, cells);
		if (w->state == STOA__ACCOUNTS__WITHDRAWAL_STATE__WAITING &&
		    b.card != NULL && b.card->n_buttons < CANCELS_MAX) {
			cancel_button(&b, w->id);
		}
	}
	return bot_card_finish(&b, true);
}

/* ---- a model as a token ---- */

static const char *
name_of(const Stoa__Marketplace__Listing *l)
{
	return l->name[0] == '\0' ? l->model : l->name;
}

Stoa__Chat__Card *
bot_view_nft(struct stoa_arena *arena, const Stoa__Marketplace__Listing *l,
    const Stoa__Chain__TokenReply *token)
{
	struct bot_card b = bot_card_begin(arena,
	    bot_words_print(arena, "%s is a token", name_of(l)),
	    STOA__CHAT__SEVERITY__INFO);
	const char *number = token_number(&b, &l->token), *contract;

	bot_card_field(&b, "Model", l->model, true);
	bot_card_field(&b, "Owner", bot_words_member(l->owner), true);
	bot_card_field(&b, "Token", number, false);
	bot_card_field(&b, "Provenance",
	    l->provenance_cid[0] == '\0'
		? ""
		: bot_words_print(arena, "ipfs://%s", l->provenance_cid),
	    false);
	if (l->is_being_listed) {
		bot_card_text(&b, "The chain is being told what it costs.");
	}
	if (token == NULL) {
		bot_card_text(&b, "The chain gave no answer; try again later.");
		return bot_card_finish(&b, true);
	}
	contract = address_of(&b, &token->contract);
	bot_card_field(&b, "Contract", contract, false);
	bot_card_field(
	    &b, "Account that owns it", address_of(&b, &token->owner), false);
	if (token->lessee.len > 0) {
		bot_card_field(&b, "Leased until",
		    bot_words_time(arena, token->lease_ends_s * STOA_US_PER_S),
		    true);
	}
	if (token->page[0] != '\0') {
		bot_card_link(&b, "Its page", token->page);
	}
	explorer_link(&b, token->explorer,
	    bot_words_print(arena, "token/%s?a=%s", contract, number));
	return bot_card_finish(&b, true);
}

Stoa__Chat__Card *
bot_view_claim_of(struct stoa_arena *arena, const Stoa__Marketplace__Listing *l,
    struct stoa_str claim)
{
	struct bot_card b = bot_card_begin(arena,
	    bot_words_print(arena, "%s is no token", name_of(l)),
	    STOA__CHAT__SEVERITY__INFO);

	bot_card_field(&b, "Model", l->model, true);
	bot_card_field(&b, "Owner", bot_words_member(l->owner), true);
	bot_card_field(&b, "Provenance",
	    l->provenance_cid[0] == '\0'
		? ""
		: bot_words_print(arena, "ipfs://%s", l->provenance_cid),
	    false);
	if (l->state == STOA__MARKETPLACE__MODEL_STATE__MINTING) {
		bot_card_text(&b, "It is just becoming one.");
		return bot_card_finish(&b, true);
	}
	if (claim.len == 0) {
		bot_card_text(&b, "Who owns it has not been signed yet.");
		return bot_card_finish(&b, true);
	}
	bot_card_text(&b,
	    "This is the signed statement of who owned it when it was "
	    "approved: in-toto, in a DSSE envelope. Anybody can verify it.");
	if (claim.len <= BOT_CLAIM_SHOWN_MAX) {
		own_line(
		    &b, bot_words_print(arena, "%.*s", STOA_STR_ARG(claim)));
	} else {
		bot_card_text(&b,
		    "It is too long for a card; the operator can export it.");
	}
	return bot_card_finish(&b, true);
}

Stoa__Chat__Card *
bot_view_tokenize_question(struct stoa_arena *arena,
    const Stoa__Marketplace__Listing *l, const char *command)
{
	static const struct bot_column columns[] = {
	    {"Gets", false}, {"Of each sale", true}};
	struct bot_card b = bot_card_begin(arena,
	    bot_words_print(arena, "Make %s a token?", name_of(l)),
	    STOA__CHAT__SEVERITY__WARNING);
	uint32_t rest = 10000;

	bot_card_text(&b,
	    "Nothing has happened yet. It costs you nothing; the community "
	    "pays the network. From then on it is sold and leased by the "
	    "chain, to one lessee at a time, and there are no offers for it. "
	    "**It cannot be undone,** and neither can these shares:");
	bot_card_field(&b, "Model", l->model, true);
	bot_card_field(&b, "Price",
	    l->price_micro == 0 ? "not for sale"
				: bot_words_joy(arena, l->price_micro),
	    true);
	bot_card_table(&b, columns, STOA_COUNT(columns));
	for (size_t i = 0; i < l->n_shares && i < BOT_ROWS_MAX; i++) {
		const char *cells[] = {bot_words_member(l->shares[i]->to),
		    bot_words_print(arena, "%" PRIu32 ".%02" PRIu32 " %%",
			l->shares[i]->bp / 100, l->shares[i]->bp % 100)};

		rest -= l->shares[i]->bp;
		bot_card_row(&b, cells);
	}
	{
		const char *cells[] = {"the owner",
		    bot_words_print(arena, "%" PRIu32 ".%02" PRIu32 " %%",
			rest / 100, rest % 100)};

		bot_card_row(&b, cells);
	}
	bot_card_button(&b, "Yes, make it a token",
	    STOA__CHAT__BUTTON_STYLE__PRIMARY, command);
	return bot_card_finish(&b, true);
}

/* ---- steps ---- */

static const char *
intent_state(const Stoa__Chain__IntentReply *intent)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
	    &stoa__chain__state__descriptor, (int)intent->state);

	return value == NULL ? "" : value->name;
}

static void
intent_fields(struct bot_card *b, const Stoa__Chain__IntentReply *intent)
{
	struct stoa_buf hash;

	bot_card_field(b, "On the chain",
	    bot_words_print(
		b->arena, "%s, %s", intent->intent, intent_state(intent)),
	    true);
	bot_card_field(b, "Signed",
	    bot_words_print(b->arena, "%" PRIu32 " times", intent->attempts),
	    true);
	if (intent->gas_used != 0) {
		bot_card_field(b, "Gas",
		    bot_words_print(b->arena, "%" PRIu64, intent->gas_used),
		    true);
	}
	if (intent->hash.len > 0) {
		stoa_buf_init(&hash, 128);
		stoa_buf_add_text(&hash, "0x");
		stoa_hex_encode(&hash,
		    stoa_str_of_bytes(intent->hash.data, intent->hash.len));
		bot_card_field(b, "Transaction",
		    bot_words_excerpt(b->arena, stoa_buf_str(&hash), 100),
		    false);
		stoa_buf_fini(&hash);
	}
	bot_card_field(b, "The chain says", intent->why, false);
}

static bool
is_retryable(const Stoa__Marketplace__SagaReply *saga)
{
	for (size_t i = 0; i < saga->n_steps; i++) {
		if (strcmp(saga->steps[i]->waits_for, "admin") == 0) {
			return true;
		}
	}
	return false;
}

Stoa__Chat__Card *
bot_view_saga(struct stoa_arena *arena, const char *id,
    const Stoa__Marketplace__SagaReply *saga,
    const Stoa__Chain__IntentReply *intent)
{
	static const struct bot_column columns[] = {{"Step", false},
	    {"When", false}, {"Attempt", true}, {"Waits for", false},
	    {"Why", false}};
	struct bot_card b =
	    bot_card_begin(arena, bot_words_print(arena, "The steps of %s", id),
		is_retryable(saga) ? STOA__CHAT__SEVERITY__WARNING
				   : STOA__CHAT__SEVERITY__INFO);

	bot_card_table(&b, columns, STOA_COUNT(columns));
	for (size_t i = 0; i < saga->n_steps && i < BOT_ROWS_MAX; i++) {
		const Stoa__Marketplace__SagaStep *step = saga->steps[i];
		const char *cells[] = {step->name,
		    step->us == 0 ? "-" : bot_words_time(arena, step->us),
		    step->attempt == 0
			? ""
			: bot_words_print(arena, "%" PRIu32, step->attempt + 1),
		    step->waits_for, step->why};

		bot_card_row(&b, cells);
	}
	bot_card_field(&b, "Proposal", saga->proposal, true);
	if (intent != NULL) {
		intent_fields(&b, intent);
	}
	if (is_retryable(saga)) {
		bot_card_button(&b, "Ask the chain again",
		    STOA__CHAT__BUTTON_STYLE__PRIMARY,
		    bot_words_print(arena, "/saga id:%s retry:true", id));
	}
	return bot_card_finish(&b, true);
}
