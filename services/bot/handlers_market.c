/* handlers_market.c - the market: listings, sales, leases, offers, earnings.
 *
 * What moves money is shown first (Quote) and done when the member names the
 * sum that was shown. How it went comes as a notice with the command's address,
 * as a job's end does. */
#include "bot/parts.h"

#include "base/money.h"
#include "bot/limits.h"
#include "bot/motion.h"
#include "bot/parse.h"
#include "bot/refusal.h"
#include "bot/view_market.h"

#include "proto/marketplace.pb-c.h"

#include <inttypes.h>

#define MARKET	 (&stoa__marketplace__marketplace__descriptor)
#define TRAINING (&stoa__training__training__descriptor)

#define KIND(NAME) STOA__MARKETPLACE__DEAL_KIND__##NAME

/* Kept in the run's arena. */
struct dealing {
	const char *model;
	void (*next)(struct bot_run *r);
	Stoa__Marketplace__QuoteQuery quote;
	Stoa__Marketplace__Deal *deal;
	const Stoa__Marketplace__Listing *token; /* the chain does it */
};

static void
refuse(struct bot_run *r, const Stoa__Journal__Refusal *refusal)
{
	bot_refusal_explain(refusal, &r->arena, &r->problem);
	r->bot->counts.refusals++;
	bot_run_refuse(r, &r->problem);
}

static void
refuse_option(struct bot_run *r, const char *code, const char *option,
    const char *limit, const char *fix)
{
	const char *given = bot_problem_excerpt(
	    &r->arena, stoa_str_of(bot_run_text(r, option)));

	(void)bot_problem_fill(&r->problem, &r->arena,
	    &(struct bot_problem){
		.code = code,
		.field = option,
		.given = given,
		.limit = limit,
		.fix = fix,
	    },
	    "%s cannot be %s", option, given[0] == '\0' ? "left out" : given);
	r->bot->counts.refusals++;
	bot_run_refuse(r, &r->problem);
}

static int64_t
amount_of(const struct bot_run *r, const char *option)
{
	const Stoa__Chat__Option *o = bot_argument(r->command, option);

	return o == NULL ? 0 : o->amount_micro;
}

/* The same of a duration; 0 for one that is left out. */
static bool
duration_of(struct bot_run *r, int64_t *ret_us)
{
	const char *text = bot_run_text(r, "duration");

	*ret_us = 0;
	if (text[0] == '\0' ||
	    (bot_motion_time(stoa_str_of(text), ret_us) && *ret_us > 0)) {
		return true;
	}
	refuse_option(r, "duration_not_valid", "duration",
	    "a duration up to 365d, such as 2d, 12h, 30m or 1d12h",
	    "write it like duration:1d12h");
	return false;
}

static const char *
sum_text(struct bot_run *r, int64_t micro)
{
	char text[STOA_MONEY_TEXT_SIZE];
	const char *copy = stoa_arena_str(&r->arena,
	    stoa_str_of(stoa_money_print((struct stoa_money){micro}, text)));

	return copy == NULL ? "" : copy;
}

/* ---- which model ---- */

static void
model_missing(struct bot_run *r)
{
	refuse_option(r, "no_such_model", "model_id",
	    "a model's id or name, such as m_7f2w5k9cqz", "see /market");
}

static void
model_found(struct bot_run *r, const void *reply)
{
	const Stoa__Training__ModelReply *found = reply;
	struct dealing *w = r->work;

	if (found->model == NULL) {
		model_missing(r);
		return;
	}
	w->model = found->model->id;
	w->next(r);
}

/* Goes on with the model's own id. */
static void
model_find(struct bot_run *r, void (*next)(struct bot_run *r))
{
	Stoa__Training__ModelQuery in = STOA__TRAINING__MODEL_QUERY__INIT;
	struct dealing *w = stoa_arena_alloc(&r->arena, sizeof(*w));

	if (w == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	w->next = next;
	w->token = NULL;
	r->work = w;
	in.model = (char *)(uintptr_t)bot_run_text(r, "model_id");
	bot_run_call(r,
	    &(struct bot_call){
		.service = TRAINING,
		.method = "Model",
		.next = model_found,
		.missing = model_missing,
	    },
	    &in.base);
}

static char *
model_of(const struct bot_run *r)
{
	return (char *)(uintptr_t)((const struct dealing *)r->work)->model;
}

/* ---- /list and /unlist ---- */

static void
listing_shown(struct bot_run *r, const void *reply)
{
	const Stoa__Marketplace__RightsReply *in = reply;

	if (in->listing == NULL) {
		bot_run_fail(r, STOA_INTERNAL, MARKET->short_name);
		return;
	}
	bot_run_finish(r, bot_view_listing(&r->arena,
			      in->listing->listed_us != 0 ? "On the market"
							  : "Off the market",
			      in->listing));
}

static void
listed(struct bot_run *r, const void *reply)
{
	Stoa__Marketplace__RightsQuery in =
	    STOA__MARKETPLACE__RIGHTS_QUERY__INIT;

	(void)reply;
	in.model = model_of(r);
	bot_run_call(r,
	    &(struct bot_call){
		.service = MARKET,
		.method = "Rights",
		.next = listing_shown,
	    },
	    &in.base);
}

static void
list(struct bot_run *r)
{
	Stoa__Marketplace__ListRequest in =
	    STOA__MARKETPLACE__LIST_REQUEST__INIT;
	const char *audience = bot_run_text(r, "audience");

	in.model = model_of(r);
	in.price_micro = amount_of(r, "price");
	in.rent_micro = amount_of(r, "rent");
	in.question_micro = amount_of(r, "question");
	in.licence = (char *)(uintptr_t)bot_run_text(r, "licence");
	if (audience[0] != '\0') {
		in.audience = strcmp(audience, "everybody") == 0
				  ? STOA__MARKETPLACE__AUDIENCE__EVERYBODY
				  : STOA__MARKETPLACE__AUDIENCE__OWNER_ONLY;
	}
	bot_run_call(r,
	    &(struct bot_call){
		.service = MARKET,
		.method = "List",
		.command_id = r->to.id,
		.next = listed,
	    },
	    &in.base);
}

static void
unlist(struct bot_run *r)
{
	Stoa__Marketplace__UnlistRequest in =
	    STOA__MARKETPLACE__UNLIST_REQUEST__INIT;

	in.model = model_of(r);
	bot_run_call(r,
	    &(struct bot_call){
		.service = MARKET,
		.method = "Unlist",
		.command_id = r->to.id,
		.next = listed,
	    },
	    &in.base);
}

void
bot_handle_list(struct bot_run *r)
{
	model_find(r, r->row->verb == BOT_VERB_LIST ? list : unlist);
}

/* ---- /market ---- */

/* The command as it was given, for the next page. */
static const char *
market_line(struct bot_run *r)
{
	const char *text = bot_run_text(r, "text");
	const char *sort = bot_run_text(r, "sort");
	const char *offer = bot_run_text(r, "offer");
	int64_t price = amount_of(r, "max_price");
	const char *line = stoa_arena_printf(&r->arena,
	    "market%s%s%s%s%s%s%s%s", sort[0] == '\0' ? "" : " sort:", sort,
	    offer[0] == '\0' ? "" : " offer:", offer,
	    price == 0 ? "" : " max_price:",
	    price == 0 ? "" : sum_text(r, price),
	    /* A quoted text is not written again as it was. */
	    strpbrk(text, " \"\\:") != NULL || text[0] == '\0' ? "" : " text:",
	    strpbrk(text, " \"\\:") != NULL ? "" : text);

	return line == NULL ? "market" : line;
}

static void
market_shown(struct bot_run *r, const void *reply)
{
	bot_run_finish(r, bot_view_market(&r->arena, reply, market_line(r)));
}

void
bot_handle_market(struct bot_run *r)
{
	static const struct {
		const char *name;
		Stoa__Marketplace__Sort sort;
	} sorts[] = {{"cheapest", STOA__MARKETPLACE__SORT__CHEAPEST},
	    {"used", STOA__MARKETPLACE__SORT__MOST_USED},
	    {"accurate", STOA__MARKETPLACE__SORT__MOST_ACCURATE}};
	Stoa__Marketplace__SearchQuery in =
	    STOA__MARKETPLACE__SEARCH_QUERY__INIT;

	for (size_t i = 0; i < STOA_COUNT(sorts); i++) {
		if (strcmp(bot_run_text(r, "sort"), sorts[i].name) == 0) {
			in.sort = sorts[i].sort;
		}
	}
	in.text = (char *)(uintptr_t)bot_run_text(r, "text");
	in.is_for_sale = strcmp(bot_run_text(r, "offer"), "sale") == 0;
	in.is_for_lease = strcmp(bot_run_text(r, "offer"), "lease") == 0;
	in.price_micro_max = amount_of(r, "max_price");
	in.after = (char *)(uintptr_t)bot_run_text(r, "after");
	in.limit = BOT_PAGE_ROWS;
	bot_run_call(r,
	    &(struct bot_call){
		.service = MARKET,
		.method = "Search",
		.next = market_shown,
	    },
	    &in.base);
}

/* ---- /buy, /lease and /offer: shown, then done ---- */

/* Its end is told by a notice. */
static void
begun(struct bot_run *r, const void *reply)
{
	const struct dealing *w = r->work;

	(void)reply;
	if (w->token != NULL) {
		bot_live_tell(r, bot_view_trading(&r->arena, w->token));
	}
	bot_run_leave(r);
}

static void
deal_call(
    struct bot_run *r, const char *method, const ProtobufCMessage *request)
{
	bot_run_call(r,
	    &(struct bot_call){
		.service = MARKET,
		.method = method,
		.command_id = r->to.id,
		.next = begun,
	    },
	    request);
}

static void
deal_begin(struct bot_run *r, int64_t total_micro)
{
	Stoa__Marketplace__BuyRequest buy =
	    STOA__MARKETPLACE__BUY_REQUEST__INIT;
	Stoa__Marketplace__LeaseRequest lease =
	    STOA__MARKETPLACE__LEASE_REQUEST__INIT;
	Stoa__Marketplace__OfferRequest offer =
	    STOA__MARKETPLACE__OFFER_REQUEST__INIT;
	const Stoa__Marketplace__QuoteQuery *q =
	    &((const struct dealing *)r->work)->quote;
	char address[BOT_ADDRESS_TEXT_SIZE];

	bot_address_print(&r->to, address);
	if (q->kind == KIND(SALE)) {
		buy.model = q->model;
		buy.price_micro = total_micro;
		buy.reply = address;
		deal_call(r, "Buy", &buy.base);
	} else if (q->kind == KIND(OFFER)) {
		offer.model = q->model;
		offer.price_micro = total_micro;
		offer.duration_us = q->duration_us;
		offer.reply = address;
		deal_call(r, "Offer", &offer.base);
	} else {
		lease.model = q->model;
		lease.duration_us = q->duration_us;
		lease.questions = q->questions;
		lease.total_micro = total_micro;
		lease.reply = address;
		deal_call(r, "Lease", &lease.base);
	}
}

/* What the button says: the same command with the sum. */
static const char *
yes_line(struct bot_run *r, int64_t total_micro)
{
	const Stoa__Marketplace__QuoteQuery *q =
	    &((const struct dealing *)r->work)->quote;
	const char *duration = bot_run_text(r, "duration");
	const char *line = stoa_arena_printf(&r->arena,
	    "/%s model_id:%s%s%s%s%s%s%s confirm:%s", r->row->name, q->model,
	    q->kind == KIND(OFFER) ? " price:" : "",
	    q->kind == KIND(OFFER) ? sum_text(r, total_micro) : "",
	    duration[0] == '\0' ? "" : " duration:", duration,
	    q->questions == 0 ? "" : " questions:",
	    q->questions == 0
		? ""
		: stoa_arena_printf(&r->arena, "%" PRIu32, q->questions),
	    sum_text(r, total_micro));

	return line == NULL ? "" : line;
}

static void
quoted(struct bot_run *r, const void *reply)
{
	const Stoa__Marketplace__QuoteReply *in = reply;
	struct dealing *w = r->work;

	if (in->listing != NULL && in->listing->is_on_chain &&
	    w->quote.kind != KIND(METER)) {
		w->token = in->listing;
	}
	if (in->refusal != NULL) {
		refuse(r, in->refusal);
		return;
	}
	/* Who was shown another sum is shown this one. */
	if (amount_of(r, "confirm") == in->total_micro) {
		deal_begin(r, in->total_micro);
		return;
	}
	bot_run_finish(
	    r, bot_view_quote(&r->arena, w->quote.kind, in, w->quote.questions,
		   yes_line(r, in->total_micro)));
}

static void
quote_ask(struct bot_run *r)
{
	struct dealing *w = r->work;
	const Stoa__Chat__Option *questions =
	    bot_argument(r->command, "questions");
	Stoa__Marketplace__QuoteQuery *in = &w->quote;

	stoa__marketplace__quote_query__init(in);
	in->model = model_of(r);
	in->member = r->who.member.text;
	if (!duration_of(r, &in->duration_us)) {
		return;
	}
	if (r->row->verb == BOT_VERB_BUY) {
		in->kind = KIND(SALE);
	} else if (r->row->verb == BOT_VERB_OFFER) {
		in->kind = KIND(OFFER);
		in->price_micro = amount_of(r, "price");
	} else if (questions != NULL) {
		in->kind = KIND(METER);
		in->questions = (uint32_t)questions->integer;
	} else if (in->duration_us == 0) {
		refuse_option(r, "missing_option", "duration",
		    "a duration such as 1d12h, or a number of questions",
		    "add duration:1d or questions:100");
		return;
	} else {
		in->kind = KIND(LEASE);
	}
	bot_run_call(r,
	    &(struct bot_call){
		.service = MARKET,
		.method = "Quote",
		.next = quoted,
	    },
	    &in->base);
}

void
bot_handle_deal(struct bot_run *r)
{
	model_find(r, quote_ask);
}

/* ---- /leases and /offers ---- */

static void
deals_shown(struct bot_run *r, const void *reply)
{
	bool is_offers = r->row->verb == BOT_VERB_OFFERS;

	bot_run_finish(
	    r, bot_view_deals(&r->arena, is_offers ? "Offers" : "Leases", reply,
		   r->row->name, r->who.member.text));
}

static void
deals_ask(struct bot_run *r)
{
	Stoa__Marketplace__DealsQuery in = STOA__MARKETPLACE__DEALS_QUERY__INIT;

	in.member = r->who.member.text;
	in.kind = r->row->verb == BOT_VERB_OFFERS ? KIND(OFFER) : KIND(LEASE);
	in.after = (char *)(uintptr_t)bot_run_text(r, "after");
	in.limit = BOT_PAGE_ROWS;
	bot_run_call(r,
	    &(struct bot_call){
		.service = MARKET,
		.method = "Deals",
		.next = deals_shown,
	    },
	    &in.base);
}

/* ---- one deal: /return, and answers to offers ---- */

static void
deal_missing(struct bot_run *r)
{
	Stoa__Journal__Refusal refusal = STOA__JOURNAL__REFUSAL__INIT;
	char *args[] = {(char *)(uintptr_t)bot_run_text(r, "id")};

	refusal.reason = (char *)(uintptr_t) "no_such_deal";
	refusal.args = args;
	refusal.n_args = 1;
	refuse(r, &refusal);
}

static void
deal_ask(struct bot_run *r, bot_step next)
{
	Stoa__Marketplace__DealQuery in = STOA__MARKETPLACE__DEAL_QUERY__INIT;

	in.deal = (char *)(uintptr_t)bot_run_text(r, "id");
	bot_run_call(r,
	    &(struct bot_call){
		.service = MARKET,
		.method = "Deal",
		.next = next,
		.missing = deal_missing,
	    },
	    &in.base);
}

static void
deal_shown(struct bot_run *r, const void *reply)
{
	const Stoa__Marketplace__DealReply *in = reply;

	bot_run_finish(
	    r, in->deal == NULL ? NULL : bot_view_deal(&r->arena, in->deal));
}

static void
deal_changed(struct bot_run *r, const void *reply)
{
	(void)reply;
	deal_ask(r, deal_shown);
}

static bool
is_accepting(const struct bot_run *r)
{
	return strcmp(bot_run_text(r, "answer"), "accept") == 0;
}

/* An offer's parts are those of a sale at its price now. */
static void
question_show(struct bot_run *r, const void *reply)
{
	const Stoa__Marketplace__QuoteReply *in = reply;
	const Stoa__Marketplace__Deal *deal = r->work;
	bool is_offer = r->row->verb == BOT_VERB_OFFERS;
	const char *line =
	    stoa_arena_printf(&r->arena, "/%s id:%s%s confirm:true",
		r->row->name, deal->id, is_offer ? " answer:accept" : "");

	bot_run_finish(r,
	    line == NULL
		? NULL
		: bot_view_deal_question(&r->arena, deal, in,
		      is_offer ? "The model is theirs at once, and this is "
				 "paid out:"
			       : "You pay for the time, or the questions, "
				 "that you have used; the rest comes back.",
		      is_offer ? "Accept the offer" : "End the lease", line));
}

static void
question_ask(struct bot_run *r, const void *reply)
{
	const Stoa__Marketplace__DealReply *in = reply;
	Stoa__Marketplace__QuoteQuery quote =
	    STOA__MARKETPLACE__QUOTE_QUERY__INIT;

	if (in->deal == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	r->work = in->deal;
	if (r->row->verb != BOT_VERB_OFFERS) {
		question_show(r, NULL);
		return;
	}
	quote.model = in->deal->model;
	quote.kind = KIND(OFFER);
	quote.price_micro = in->deal->total_micro;
	quote.member = in->deal->member;
	bot_run_call(r,
	    &(struct bot_call){
		.service = MARKET,
		.method = "Quote",
		.next = question_show,
	    },
	    &quote.base);
}

static void
deal_command(
    struct bot_run *r, const char *method, const ProtobufCMessage *request)
{
	bot_run_call(r,
	    &(struct bot_call){
		.service = MARKET,
		.method = method,
		.command_id = r->to.id,
		.next = deal_changed,
	    },
	    request);
}

void
bot_handle_return(struct bot_run *r)
{
	Stoa__Marketplace__EndLeaseRequest in =
	    STOA__MARKETPLACE__END_LEASE_REQUEST__INIT;

	if (!bot_run_flag(r, "confirm")) {
		deal_ask(r, question_ask);
		return;
	}
	in.deal = (char *)(uintptr_t)bot_run_text(r, "id");
	deal_command(r, "EndLease", &in.base);
}

void
bot_handle_deals(struct bot_run *r)
{
	Stoa__Marketplace__AnswerRequest in =
	    STOA__MARKETPLACE__ANSWER_REQUEST__INIT;

	if (r->row->verb != BOT_VERB_OFFERS ||
	    bot_run_text(r, "answer")[0] == '\0') {
		deals_ask(r);
		return;
	}
	if (is_accepting(r) && !bot_run_flag(r, "confirm")) {
		deal_ask(r, question_ask);
		return;
	}
	in.deal = (char *)(uintptr_t)bot_run_text(r, "id");
	in.is_accepted = is_accepting(r);
	deal_command(r, "Answer", &in.base);
}

/* ---- /earnings ---- */

static void
earnings_shown(struct bot_run *r, const void *reply)
{
	bot_run_finish(r, bot_view_earnings(&r->arena, reply));
}

void
bot_handle_earnings(struct bot_run *r)
{
	Stoa__Marketplace__EarningsQuery in =
	    STOA__MARKETPLACE__EARNINGS_QUERY__INIT;

	in.member = r->who.member.text;
	bot_run_call(r,
	    &(struct bot_call){
		.service = MARKET,
		.method = "Earnings",
		.next = earnings_shown,
	    },
	    &in.base);
}
