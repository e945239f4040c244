/* view_market.c - see view_market.h. */
#include "bot/view_market.h"

#include "base/money.h"
#include "bot/card.h"
#include "bot/limits.h"
#include "bot/refusal.h"
#include "bot/words.h"

#include <inttypes.h>

#define KIND(NAME)  STOA__MARKETPLACE__DEAL_KIND__##NAME
#define STATE(NAME) STOA__MARKETPLACE__DEAL_STATE__##NAME

static const char *
joy_or_dash(struct stoa_arena *arena, int64_t micro)
{
	return micro == 0 ? "-" : bot_words_joy(arena, micro);
}

static const char *
percent(struct stoa_arena *arena, uint32_t bp)
{
	return bp == 0 ? "-"
		       : bot_words_print(arena, "%" PRIu32 ".%" PRIu32 " %%",
			     bp / 100, bp % 100 / 10);
}

/* ---- listings ---- */

Stoa__Chat__Card *
bot_view_market(struct stoa_arena *arena,
    const Stoa__Marketplace__SearchReply *in, const char *line)
{
	static const struct bot_column columns[] = {{"Model", false},
	    {"Name", false}, {"Price", true}, {"An hour", true},
	    {"A question", true}, {"Accuracy", true}, {"Asked", true}};
	struct bot_card b =
	    bot_card_begin(arena, "Market", STOA__CHAT__SEVERITY__INFO);

	if (in->n_listings == 0 && in->next[0] == '\0') {
		bot_card_text(&b, in->total == 0 ? "Nothing is listed yet."
						 : "Nothing listed is like "
						   "that.");
		bot_card_button(&b, "How models get here",
		    STOA__CHAT__BUTTON_STYLE__SECONDARY, "/help command:list");
		return bot_card_finish(&b, true);
	}
	bot_card_table(&b, columns, STOA_COUNT(columns));
	bot_card_next(&b, line, in->next);
	for (size_t i = 0; i < in->n_listings && i < BOT_ROWS_MAX; i++) {
		const Stoa__Marketplace__Listing *l = in->listings[i];
		const char *cells[] = {l->model, l->name,
		    joy_or_dash(arena, l->price_micro),
		    joy_or_dash(arena, l->rent_micro),
		    joy_or_dash(arena, l->question_micro),
		    percent(arena, l->accuracy_bp),
		    bot_words_print(arena, "%" PRIu64, l->uses)};

		bot_card_row(&b, cells);
	}
	return bot_card_finish(&b, true);
}

static void
price_field(
    struct bot_card *b, const char *name, int64_t micro, const char *unit)
{
	if (micro != 0) {
		bot_card_field(b, name,
		    bot_words_print(
			b->arena, "%s%s", bot_words_joy(b->arena, micro), unit),
		    true);
	}
}

static void
listing_fields(struct bot_card *b, const Stoa__Marketplace__Listing *l)
{
	bot_card_field(b, "Model",
	    l->name[0] == '\0'
		? l->model
		: bot_words_print(b->arena, "%s (%s)", l->name, l->model),
	    true);
	bot_card_field(b, "Owner", bot_words_member(l->owner), true);
	price_field(b, "To buy", l->price_micro, "");
	price_field(b, "To lease", l->rent_micro, " an hour");
	price_field(b, "To ask", l->question_micro, " a question");
	bot_card_field(b, "Licence", l->licence, true);
	bot_card_field(b, "Free to ask",
	    l->audience == STOA__MARKETPLACE__AUDIENCE__EVERYBODY
		? "everybody here"
		: "the owner",
	    true);
	if (l->accuracy_bp != 0) {
		bot_card_field(
		    b, "Accuracy", percent(b->arena, l->accuracy_bp), true);
	}
}

Stoa__Chat__Card *
bot_view_listing(struct stoa_arena *arena, const char *title,
    const Stoa__Marketplace__Listing *l)
{
	struct bot_card b =
	    bot_card_begin(arena, title, STOA__CHAT__SEVERITY__SUCCESS);

	listing_fields(&b, l);
	if (l->is_being_listed) {
		bot_card_text(&b,
		    "The chain is being told what it costs. It can be bought "
		    "and leased when that is final.");
		return bot_card_finish(&b, true);
	}
	if (l->price_micro != 0) {
		bot_card_button(&b, "Buy", STOA__CHAT__BUTTON_STYLE__PRIMARY,
		    bot_words_print(arena, "/buy model_id:%s", l->model));
	}
	if (l->rent_micro != 0) {
		bot_card_button(&b, "Lease for a day",
		    STOA__CHAT__BUTTON_STYLE__SECONDARY,
		    bot_words_print(
			arena, "/lease model_id:%s duration:1d", l->model));
	}
	return bot_card_finish(&b, true);
}

/* ---- deals ---- */

static const char *
part_name(const char *why)
{
	static const char *const names[][2] = {{"owner", "the owner"},
	    {"creator", "who trained it"}, {"data", "whose data it learnt"},
	    {"community", "the community"}};

	for (size_t i = 0; i < STOA_COUNT(names); i++) {
		if (strcmp(why, names[i][0]) == 0) {
			return names[i][1];
		}
	}
	return why;
}

static void
parts_table(
    struct bot_card *b, Stoa__Marketplace__Part *const *parts, size_t count)
{
	static const struct bot_column columns[] = {
	    {"Paid to", false}, {"As", false}, {"Amount", true}};

	if (count == 0) {
		return;
	}
	bot_card_table(b, columns, STOA_COUNT(columns));
	for (size_t i = 0; i < count && i < BOT_ROWS_MAX; i++) {
		const char *cells[] = {bot_words_member(parts[i]->to),
		    part_name(parts[i]->why),
		    bot_words_joy(b->arena, parts[i]->amount_micro)};

		bot_card_row(b, cells);
	}
}

static const char *
kind_name(Stoa__Marketplace__DealKind kind)
{
	return kind == KIND(SALE)    ? "Buy"
	       : kind == KIND(LEASE) ? "Lease"
	       : kind == KIND(METER) ? "Lease by question"
				     : "Offer";
}

Stoa__Chat__Card *
bot_view_quote(struct stoa_arena *arena, Stoa__Marketplace__DealKind kind,
    const Stoa__Marketplace__QuoteReply *in, uint32_t questions,
    const char *command)
{
	const Stoa__Marketplace__Listing *l = in->listing;
	const char *name = l->name[0] == '\0' ? l->model : l->name;
	struct bot_card b = bot_card_begin(arena,
	    bot_words_print(arena, "%s %s for %s?", kind_name(kind), name,
		bot_words_joy(arena, in->total_micro)),
	    STOA__CHAT__SEVERITY__WARNING);

	bot_card_text(&b,
	    "Nothing has happened yet. %s is set aside when you say yes%s.",
	    bot_words_joy(arena, in->total_micro),
	    kind == KIND(SALE) && l->is_on_chain
		? ", and paid when the chain has done it; the community pays "
		  "the network"
	    : kind == KIND(SALE)  ? ", and paid at once"
	    : kind == KIND(OFFER) ? ", and comes back unless the owner accepts"
				  : "; what you do not use comes back");
	bot_card_field(&b, "Model", l->model, true);
	bot_card_field(&b, "Owner", bot_words_member(l->owner), true);
	bot_card_field(
	    &b, "You pay", bot_words_joy(arena, in->total_micro), true);
	if (questions != 0) {
		bot_card_field(&b, "Questions",
		    bot_words_print(arena, "%" PRIu32 ", %s each", questions,
			bot_words_joy(arena, in->rate_micro)),
		    true);
	}
	if (in->duration_us != 0) {
		bot_card_field(&b, "For at most",
		    bot_words_duration(arena, in->duration_us), true);
	}
	parts_table(&b, in->parts, in->n_parts);
	bot_card_button(&b,
	    bot_words_print(
		arena, "Yes, for %s", bot_words_joy(arena, in->total_micro)),
	    STOA__CHAT__BUTTON_STYLE__PRIMARY, command);
	return bot_card_finish(&b, true);
}

Stoa__Chat__Card *
bot_view_trading(struct stoa_arena *arena, const Stoa__Marketplace__Listing *l)
{
	struct bot_card b = bot_card_begin(arena,
	    bot_words_print(arena, "%s: on its way on the chain",
		l->name[0] == '\0' ? l->model : l->name),
	    STOA__CHAT__SEVERITY__INFO);

	bot_card_text(&b,
	    "What it costs is set aside. It is yours, or the money is yours "
	    "again, when the chain's word is final, which takes from seconds "
	    "to some minutes.");
	bot_card_field(&b, "Model", l->model, true);
	return bot_card_finish(&b, false);
}

static const char *
end_name(Stoa__Marketplace__EndReason reason)
{
	switch (reason) {
	case STOA__MARKETPLACE__END_REASON__completed:
		return "it has run its time";
	case STOA__MARKETPLACE__END_REASON__returned:
		return "it was returned";
	case STOA__MARKETPLACE__END_REASON__withdrawn:
		return "it was withdrawn";
	case STOA__MARKETPLACE__END_REASON__declined:
		return "the owner declined";
	case STOA__MARKETPLACE__END_REASON__expired:
		return "it expired";
	case STOA__MARKETPLACE__END_REASON__taken_down:
		return "a vote took the model off the market";
	case STOA__MARKETPLACE__END_REASON__owner_changed:
		return "you own the model now";
	case STOA__MARKETPLACE__END_REASON__not_traded:
		return "the chain did not do it";
	case STOA__MARKETPLACE__END_REASON__END_REASON_UNSPECIFIED:
	case _STOA__MARKETPLACE__END_REASON_IS_INT_SIZE:
		break;
	}
	return "";
}

static bool
is_over(const Stoa__Marketplace__Deal *deal)
{
	return deal->state == STATE(SETTLING) || deal->state == STATE(CLOSED);
}

static const char *
deal_title(struct stoa_arena *arena, const Stoa__Marketplace__Deal *deal)
{
	const char *name =
	    deal->model_name[0] == '\0' ? deal->model : deal->model_name;
	bool is_done = deal->reason == STOA__MARKETPLACE__END_REASON__completed;

	if (deal->state == STATE(REFUSED)) {
		return bot_words_print(arena, "Not done: %s", name);
	}
	if (deal->state == STATE(RETURNING)) {
		return bot_words_print(
		    arena, "The lease of %s is being ended", name);
	}
	if (deal->kind == KIND(SALE)) {
		return bot_words_print(
		    arena, is_done ? "%s is yours" : "%s was not sold", name);
	}
	if (deal->kind == KIND(OFFER)) {
		return bot_words_print(arena,
		    !is_over(deal) ? "Your offer for %s waits"
		    : is_done	   ? "The offer for %s was accepted"
				   : "The offer for %s is over",
		    name);
	}
	return bot_words_print(arena,
	    deal->reason == STOA__MARKETPLACE__END_REASON__not_traded
		? "%s was not leased"
	    : is_over(deal) ? "The lease of %s is over"
			    : "You lease %s",
	    name);
}

static void
deal_times(struct bot_card *b, const Stoa__Marketplace__Deal *deal)
{
	if (deal->ends_us != 0 && !is_over(deal)) {
		bot_card_field(
		    b, "Until", bot_words_time(b->arena, deal->ends_us), true);
	}
	if (deal->questions != 0) {
		bot_card_field(b, "Questions",
		    bot_words_print(b->arena, "%" PRIu32 " of %" PRIu32,
			deal->used, deal->questions),
		    true);
	}
	if (is_over(deal)) {
		bot_card_field(b, "Came back",
		    bot_words_joy(b->arena, deal->refund_micro), true);
		if (deal->kind != KIND(SALE) ||
		    deal->reason != STOA__MARKETPLACE__END_REASON__completed) {
			bot_card_field(b, "Why", end_name(deal->reason), true);
		}
	}
}

Stoa__Chat__Card *
bot_view_deal(struct stoa_arena *arena, const Stoa__Marketplace__Deal *deal)
{
	bool is_refused = deal->state == STATE(REFUSED);
	bool is_failed =
	    is_refused ||
	    deal->reason == STOA__MARKETPLACE__END_REASON__not_traded;
	struct bot_card b = bot_card_begin(arena, deal_title(arena, deal),
	    is_failed ? STOA__CHAT__SEVERITY__REFUSED
		      : STOA__CHAT__SEVERITY__SUCCESS);

	if (is_refused && deal->refusal != NULL) {
		struct bot_problem problem;

		bot_refusal_explain(deal->refusal, arena, &problem);
		bot_card_text(&b, "%s; %s", problem.text, problem.fix);
	}
	bot_card_field(&b, "Deal", deal->id, true);
	bot_card_field(&b, "Model", deal->model, true);
	bot_card_field(&b, "Owner", bot_words_member(deal->owner), true);
	bot_card_field(&b, is_over(deal) ? "Was set aside" : "Set aside",
	    is_refused ? "" : bot_words_joy(arena, deal->total_micro), true);
	deal_times(&b, deal);
	bot_card_field(&b, "The chain says", deal->why, false);
	parts_table(&b, deal->parts, deal->n_parts);
	if (!is_refused && !is_over(deal) && deal->kind != KIND(OFFER)) {
		bot_card_button(&b, "Return it",
		    STOA__CHAT__BUTTON_STYLE__SECONDARY,
		    bot_words_print(arena, "/return id:%s", deal->id));
	}
	return bot_card_finish(&b, true);
}

Stoa__Chat__Card *
bot_view_deal_question(struct stoa_arena *arena,
    const Stoa__Marketplace__Deal *deal,
    const Stoa__Marketplace__QuoteReply *quote, const char *text,
    const char *label, const char *command)
{
	struct bot_card b =
	    bot_card_begin(arena, bot_words_print(arena, "%s?", label),
		STOA__CHAT__SEVERITY__WARNING);

	bot_card_text(&b, "Nothing has happened yet. %s", text);
	bot_card_field(&b, "Deal", deal->id, true);
	bot_card_field(&b, "Model", deal->model, true);
	bot_card_field(&b, "By", deal->member, true);
	bot_card_field(
	    &b, "Set aside", bot_words_joy(arena, deal->total_micro), true);
	deal_times(&b, deal);
	if (quote != NULL) {
		parts_table(&b, quote->parts, quote->n_parts);
	}
	bot_card_button(&b, label, STOA__CHAT__BUTTON_STYLE__PRIMARY, command);
	return bot_card_finish(&b, true);
}

static const char *
state_name(const Stoa__Marketplace__Deal *deal)
{
	switch (deal->state) {
	case STOA__MARKETPLACE__DEAL_STATE__HOLDING:
		return "beginning";
	case STOA__MARKETPLACE__DEAL_STATE__OPEN:
		return deal->kind == KIND(OFFER) ? "waits" : "runs";
	case STOA__MARKETPLACE__DEAL_STATE__TRADING:
		return "on its way on the chain";
	case STOA__MARKETPLACE__DEAL_STATE__RETURNING:
		return "being returned on the chain";
	case STOA__MARKETPLACE__DEAL_STATE__SETTLING:
		return "being paid";
	case STOA__MARKETPLACE__DEAL_STATE__REFUSED:
		return "refused";
	case STOA__MARKETPLACE__DEAL_STATE__CLOSED:
	case STOA__MARKETPLACE__DEAL_STATE__DEAL_STATE_UNSPECIFIED:
	case _STOA__MARKETPLACE__DEAL_STATE_IS_INT_SIZE:
		break;
	}
	return end_name(deal->reason);
}

/* For the owner, of the offers that wait. */
static void
answer_buttons(
    struct bot_card *b, const Stoa__Marketplace__Deal *deal, const char *member)
{
	if (deal->kind != KIND(OFFER) || deal->state != STATE(OPEN) ||
	    strcmp(deal->owner, member) != 0) {
		return;
	}
	bot_card_button(b, bot_words_print(b->arena, "Accept %s", deal->id),
	    STOA__CHAT__BUTTON_STYLE__PRIMARY,
	    bot_words_print(b->arena, "/offers id:%s answer:accept", deal->id));
	bot_card_button(b, bot_words_print(b->arena, "Decline %s", deal->id),
	    STOA__CHAT__BUTTON_STYLE__SECONDARY,
	    bot_words_print(
		b->arena, "/offers id:%s answer:decline", deal->id));
}

#define ANSWERS_MAX 4 /* a card has ten buttons */

Stoa__Chat__Card *
bot_view_deals(struct stoa_arena *arena, const char *title,
    const Stoa__Marketplace__DealsReply *in, const char *command,
    const char *member)
{
	static const struct bot_column columns[] = {{"Deal", false},
	    {"Model", false}, {"By", false}, {"Set aside", true},
	    {"Until", false}, {"State", false}};
	struct bot_card b =
	    bot_card_begin(arena, title, STOA__CHAT__SEVERITY__INFO);

	if (in->n_deals == 0 && in->next[0] == '\0') {
		bot_card_text(&b, "There are none.");
		bot_card_button(&b, "Market",
		    STOA__CHAT__BUTTON_STYLE__SECONDARY, "/market");
		return bot_card_finish(&b, true);
	}
	bot_card_table(&b, columns, STOA_COUNT(columns));
	bot_card_next(&b, command, in->next);
	for (size_t i = 0; i < in->n_deals && i < BOT_ROWS_MAX; i++) {
		const Stoa__Marketplace__Deal *deal = in->deals[i];
		const char *cells[] = {deal->id, deal->model, deal->member,
		    bot_words_joy(arena, deal->total_micro),
		    deal->ends_us == 0 ? "-"
				       : bot_words_time(arena, deal->ends_us),
		    state_name(deal)};

		bot_card_row(&b, cells);
		if (b.card != NULL && b.card->n_buttons < 2 * ANSWERS_MAX) {
			answer_buttons(&b, deal, member);
		}
	}
	return bot_card_finish(&b, true);
}

/* ---- earnings ---- */

Stoa__Chat__Card *
bot_view_earnings(
    struct stoa_arena *arena, const Stoa__Marketplace__EarningsReply *in)
{
	struct bot_card b =
	    bot_card_begin(arena, "Your earnings", STOA__CHAT__SEVERITY__INFO);

	bot_card_field(
	    &b, "Models sold", bot_words_joy(arena, in->sales_micro), true);
	bot_card_field(
	    &b, "Leases", bot_words_joy(arena, in->leases_micro), true);
	bot_card_field(&b, "As who trained them",
	    bot_words_joy(arena, in->creator_micro), true);
	bot_card_field(
	    &b, "For your data", bot_words_joy(arena, in->data_micro), true);
	bot_card_field(&b, "Of leases under way",
	    bot_words_joy(arena, in->pending_micro), true);
	bot_card_field(&b, "Payments",
	    bot_words_print(arena, "%" PRIu64, in->payment_count), true);
	if (in->pending_micro != 0) {
		bot_card_text(&b, "What leases under way have earned is paid "
				  "when they end, and shared then.");
	}
	return bot_card_finish(&b, true);
}
