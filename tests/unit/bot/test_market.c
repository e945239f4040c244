/* What the commands of the market ask for, and what is shown before money
 * moves. */
#include "../unit.h"

#include "world.h"

#include "base/core.h"

#include "proto/marketplace.pb-c.h"

#define MODEL "m_7f2w5k3cqz"
#define OTHER "u_memberbbbb"
#define DEAL  "d_k3v2a7m4xq"

#define TEXT(text) ((char *)(uintptr_t)(text))
#define KIND(NAME) STOA__MARKETPLACE__DEAL_KIND__##NAME

static int
setup(void **state)
{
	*state = world_new(1);
	return 0;
}

static int
teardown(void **state)
{
	world_free(*state);
	return 0;
}

static void
model_answer(struct world *w)
{
	Stoa__Training__ModelReply reply = STOA__TRAINING__MODEL_REPLY__INIT;
	Stoa__Training__Model model = STOA__TRAINING__MODEL__INIT;

	model.id = TEXT(MODEL);
	reply.model = &model;
	world_reply(w, world_expect(w, "Training", "Model"), &reply.base);
}

static void
quote_answer(struct world *w, Stoa__Marketplace__DealKind kind, int64_t total)
{
	Stoa__Marketplace__QuoteReply reply =
	    STOA__MARKETPLACE__QUOTE_REPLY__INIT;
	Stoa__Marketplace__Listing listing = STOA__MARKETPLACE__LISTING__INIT;
	Stoa__Marketplace__Part part = STOA__MARKETPLACE__PART__INIT;
	Stoa__Marketplace__Part *parts[] = {&part};
	struct world_call *call = world_expect(w, "Marketplace", "Quote");
	const Stoa__Marketplace__QuoteQuery *in = call->request;

	assert_int_equal(in->kind, kind);
	assert_string_equal(in->model, MODEL);
	assert_string_equal(in->member, MEMBER);
	listing.model = TEXT(MODEL);
	listing.name = TEXT("intents");
	listing.owner = TEXT(OTHER);
	part.to = TEXT(OTHER);
	part.why = TEXT("owner");
	part.amount_micro = total;
	reply.listing = &listing;
	reply.total_micro = total;
	reply.parts = parts;
	reply.n_parts = 1;
	world_reply(w, call, &reply.base);
}

static void
test_buy_shows_the_sum_then_takes_that_sum_alone(void **state)
{
	struct world *w = *state;
	const Stoa__Marketplace__BuyRequest *in;
	struct world_call *call;

	(void)world_say(w, ADA, "1", "/buy " MODEL);
	world_meet(w);
	model_answer(w);
	quote_answer(w, KIND(SALE), 100000000);
	assert_string_equal(w->final->title, "Buy intents for 100 Joy?");
	assert_string_equal(w->final->buttons[0]->command,
	    "/buy model_id:" MODEL " confirm:100");
	/* The price has changed since: it is shown, not taken. */
	(void)world_say(w, ADA, "2", "/buy model_id:" MODEL " confirm:100");
	model_answer(w);
	quote_answer(w, KIND(SALE), 120000001);
	assert_string_equal(w->final->buttons[0]->command,
	    "/buy model_id:" MODEL " confirm:120.000001");
	world_expect_silence(w);
	(void)world_say(
	    w, ADA, "3", "/buy model_id:" MODEL " confirm:120.000001");
	model_answer(w);
	quote_answer(w, KIND(SALE), 120000001);
	call = world_expect(w, "Marketplace", "Buy");
	in = call->request;
	assert_string_equal(call->command_id, "3");
	assert_int_equal(in->price_micro, 120000001);
	assert_non_null(strstr(in->reply, "|3"));
	world_accept(w, call, 7, NULL);
	world_expect_silence(w);
}

/* Minutes may pass before its end is told, and that is said. */
static void
test_a_token_is_shown_to_be_on_its_way(void **state)
{
	struct world *w = *state;
	Stoa__Marketplace__QuoteReply reply =
	    STOA__MARKETPLACE__QUOTE_REPLY__INIT;
	Stoa__Marketplace__Listing listing = STOA__MARKETPLACE__LISTING__INIT;
	unsigned finals;

	(void)world_say(w, ADA, "1", "/buy model_id:" MODEL " confirm:5");
	world_meet(w);
	model_answer(w);
	listing.model = TEXT(MODEL);
	listing.name = TEXT("intents");
	listing.is_on_chain = true;
	reply.listing = &listing;
	reply.total_micro = 5000000;
	world_reply(w, world_expect(w, "Marketplace", "Quote"), &reply.base);
	finals = w->final_count;
	world_accept(w, world_expect(w, "Marketplace", "Buy"), 7, NULL);
	assert_int_equal(w->final_count, finals);
	assert_int_equal(w->live_count, 1);
	assert_int_equal(w->live->revision, 1);
	assert_false(w->live->is_final);
	assert_non_null(strstr(w->live->plain, "on the chain"));
	world_expect_silence(w);
}

static void
test_lease_is_by_time_or_by_question(void **state)
{
	struct world *w = *state;
	const Stoa__Marketplace__LeaseRequest *in;
	struct world_call *call;

	(void)world_say(w, ADA, "1", "/lease " MODEL);
	world_meet(w);
	model_answer(w);
	assert_string_equal(w->final->problem->field, "duration");
	(void)world_say(w, ADA, "2", "/lease model_id:" MODEL " duration:soon");
	model_answer(w);
	assert_string_equal(w->final->problem->code, "duration_not_valid");
	(void)world_say(
	    w, ADA, "3", "/lease model_id:" MODEL " questions:3 confirm:0.75");
	model_answer(w);
	quote_answer(w, KIND(METER), 750000);
	call = world_expect(w, "Marketplace", "Lease");
	in = call->request;
	assert_int_equal(in->questions, 3);
	assert_int_equal(in->total_micro, 750000);
	world_accept(w, call, 7, NULL);
	(void)world_say(w, ADA, "4", "/lease model_id:" MODEL " duration:1h");
	model_answer(w);
	quote_answer(w, KIND(LEASE), 5);
	assert_string_equal(w->final->buttons[0]->command,
	    "/lease model_id:" MODEL " duration:1h confirm:0.000005");
}

static void
test_the_end_of_a_deal_is_the_commands_card(void **state)
{
	struct world *w = *state;
	Stoa__Marketplace__Notice notice = STOA__MARKETPLACE__NOTICE__INIT;
	Stoa__Marketplace__Deal deal = STOA__MARKETPLACE__DEAL__INIT;
	Stoa__Journal__Refusal refusal = STOA__JOURNAL__REFUSAL__INIT;
	char *args[] = {TEXT(MEMBER), TEXT("5"), TEXT("100000000")};
	struct world_delivery *d;

	deal.id = TEXT(DEAL);
	deal.model = TEXT(MODEL);
	deal.model_name = TEXT("intents");
	deal.kind = KIND(SALE);
	deal.state = STOA__MARKETPLACE__DEAL_STATE__CLOSED;
	deal.reason = STOA__MARKETPLACE__END_REASON__completed;
	notice.community = TEXT("c_aaaaaaaaaa");
	notice.deal = &deal;
	notice.reply = TEXT("console|" ADA "|x1");
	d = world_market_notice(w, &notice.base);
	assert_int_equal(d->end, WORLD_ACKED);
	assert_string_equal(w->final->title, "intents is yours");
	assert_string_equal(w->final->id, "x1");
	assert_int_equal(w->final->revision, 2);
	deal.state = STOA__MARKETPLACE__DEAL_STATE__REFUSED;
	refusal.reason = TEXT("insufficient_funds");
	refusal.args = args;
	refusal.n_args = STOA_COUNT(args);
	deal.refusal = &refusal;
	notice.reply = TEXT("console|" ADA "|x2");
	d = world_market_notice(w, &notice.base);
	assert_int_equal(d->end, WORLD_ACKED);
	assert_int_equal(w->final->severity, STOA__CHAT__SEVERITY__REFUSED);
	assert_non_null(strstr(w->final->plain, "less than 100 Joy"));
	/* Nobody asked in a chat: nobody is told. */
	notice.reply = TEXT("");
	d = world_market_notice(w, &notice.base);
	assert_int_equal(d->end, WORLD_ACKED);
	notice.deal = NULL;
	d = world_market_notice(w, &notice.base);
	assert_int_equal(d->end, WORLD_DROPPED);
}

/* What is typed wrong is refused before anybody is asked, and names the option
 * and what it may be. */
static void
test_amounts_that_are_none_name_their_option(void **state)
{
	static const struct {
		const char *line, *field, *want;
	} table[] = {
	    {"/list model_id:" MODEL " price:0", "price", "0.000001"},
	    {"/list model_id:" MODEL " price:-5", "price", "0.000001"},
	    {"/list model_id:" MODEL " price:1.0000000000000000001", "price",
		"six decimals"},
	    {"/list model_id:" MODEL " price:1.1234567", "price",
		"six decimals"},
	    {"/list model_id:" MODEL " price:99999999999999999999999", "price",
		"1000000000"},
	    {"/list model_id:" MODEL " price:1e9", "price", "six decimals"},
	    {"/list model_id:" MODEL " price:0x10", "price", "six decimals"},
	    {"/list model_id:" MODEL " price:1,5", "price", "six decimals"},
	    {"/list model_id:" MODEL " rent:-1", "rent", "0.000001"},
	    {"/buy model_id:" MODEL " confirm:0", "confirm", "0.000001"},
	    {"/lease model_id:" MODEL " questions:0", "questions", "1"},
	    {"/lease model_id:" MODEL " questions:1000001", "questions",
		"1000000"},
	    {"/offer model_id:" MODEL " price:0", "price", "0.000001"},
	    {"/withdraw amount:0 address:x", "amount", "0.000001"},
	    {"/withdraw amount:0.0000001 address:x", "amount", "six decimals"},
	    {"/withdraw amount:1", "address", "address"},
	};
	struct world *w = *state;
	char id[8];

	for (size_t i = 0; i < STOA_COUNT(table); i++) {
		(void)snprintf(id, sizeof(id), "b%zu", i);
		(void)world_say(w, ADA, id, table[i].line);
		world_expect_silence(w);
		assert_string_equal(w->final->id, id);
		assert_non_null(w->final->problem);
		assert_string_equal(w->final->problem->field, table[i].field);
		if (strstr(w->final->plain, table[i].want) == NULL) {
			fail_msg("%s: %s", table[i].line, w->final->plain);
		}
	}
}

/* The words of the specification. */
static void
test_list_is_as_it_always_was(void **state)
{
	struct world *w = *state;
	const Stoa__Marketplace__ListRequest *in;
	struct world_call *call;

	(void)world_say(w, ADA, "1", "/list model_id:" MODEL " price:100");
	world_meet(w);
	model_answer(w);
	call = world_expect(w, "Marketplace", "List");
	in = call->request;
	assert_string_equal(in->model, MODEL);
	assert_int_equal(in->price_micro, 100000000);
	assert_int_equal(in->rent_micro, 0);
	assert_int_equal(in->question_micro, 0);
	world_refuse(w, call, "not_approved", MODEL);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_buy_shows_the_sum_then_takes_that_sum_alone),
	    TEST(test_a_token_is_shown_to_be_on_its_way),
	    TEST(test_lease_is_by_time_or_by_question),
	    TEST(test_the_end_of_a_deal_is_the_commands_card),
	    TEST(test_amounts_that_are_none_name_their_option),
	    TEST(test_list_is_as_it_always_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
