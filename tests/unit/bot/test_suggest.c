/* test_suggest.c - what is offered while somebody is typing. */
#include "../unit.h"

#include "world.h"

#include "base/core.h"
#include "bot/limits.h"

#include "proto/governance.pb-c.h"

#define ADA_ID	   "53908232506183680"
#define LAB	   "290926798626357999"
#define TEXT(text) ((char *)(uintptr_t)(text))

static struct {
	unsigned count;
	size_t choices;
	char values[BOT_CHOICES_MAX][128];
	char labels[BOT_CHOICES_MAX][128];
} heard;

static int
setup(void **state)
{
	memset(&heard, 0, sizeof(heard));
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
on_suggested(void *owner, const Stoa__Chat__SuggestReply *reply)
{
	assert_ptr_equal(owner, &heard);
	assert_true(reply->n_choices <= BOT_CHOICES_MAX);
	heard.count++;
	heard.choices = reply->n_choices;
	for (size_t i = 0; i < reply->n_choices; i++) {
		(void)snprintf(heard.values[i], sizeof(heard.values[i]), "%s",
		    reply->choices[i]->value);
		(void)snprintf(heard.labels[i], sizeof(heard.labels[i]), "%s",
		    reply->choices[i]->label);
		assert_true(strlen(reply->choices[i]->value) <= 100);
		assert_true(strlen(reply->choices[i]->label) <= 100);
		assert_string_not_equal(reply->choices[i]->label, "");
	}
}

static void
ask(struct world *w, const char *path, const char *option, const char *typed)
{
	Stoa__Chat__SuggestQuery q = STOA__CHAT__SUGGEST_QUERY__INIT;

	q.platform = TEXT("discord");
	q.workspace = TEXT(LAB);
	q.user = TEXT(ADA_ID);
	q.path = TEXT(path);
	q.option = TEXT(option);
	q.typed = TEXT(typed);
	heard.count = 0;
	bot_suggest(w->bot, &q, on_suggested, &heard);
}

static void
assert_nothing(const struct world *w)
{
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.choices, 0);
	world_expect_silence(w);
}

/* ---- from memory ---- */

static void
test_suggest_offers_commands(void **state)
{
	struct world *w = *state;

	ask(w, "help", "command", "");
	assert_int_equal(heard.count, 1);
	assert_true(heard.choices > 10);
	world_expect_silence(w);
	ask(w, "help", "command", "TRAN");
	assert_int_equal(heard.choices, 1);
	assert_string_equal(heard.values[0], "transfer");
	ask(w, "help", "command", "  earnings ");
	assert_int_equal(heard.choices, 1);
	ask(w, "help", "command", "no such thing");
	assert_nothing(w);
}

static void
test_suggest_gives_nothing_for_what_it_does_not_know(void **state)
{
	static const struct {
		const char *path, *option;
	} rows[] = {
	    {"", ""},
	    {"nothing", "id"},
	    {"model", "nothing"},
	    {"model", ""},
	    {"train", "parameters"},
	    {"transfer", "to"},
	    {"upload", "file"},
	    {"dao vote", "x"},
	};
	struct world *w = *state;

	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		ask(w, rows[i].path, rows[i].option, "x");
		assert_nothing(w);
	}
}

/* ---- from the domains ---- */

static void
models_answer(struct world *w)
{
	static const struct {
		const char *id, *name;
		double accuracy;
	} rows[] = {
	    {"m_aaaaaaaaaa", "intents", 0.912},
	    {"m_bbbbbbbbbb", "Reviews", 0.5},
	    {"m_cccccccccc", "", 0},
	};
	Stoa__Training__ModelsReply reply = STOA__TRAINING__MODELS_REPLY__INIT;
	Stoa__Training__Model models[STOA_COUNT(rows)];
	Stoa__Training__Model *list[STOA_COUNT(rows)];
	Stoa__Training__Metric metrics[STOA_COUNT(rows)];
	Stoa__Training__Metric *metric_list[STOA_COUNT(rows)];
	struct world_call *call = world_expect(w, "Training", "Models");

	assert_string_equal(call->community, COMMUNITY);
	assert_string_equal(call->actor, MEMBER);
	assert_true(call->timeout_us <= BOT_SUGGEST_US);
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		stoa__training__model__init(&models[i]);
		stoa__training__metric__init(&metrics[i]);
		models[i].id = TEXT(rows[i].id);
		models[i].name = TEXT(rows[i].name);
		models[i].recipe = TEXT("text-classifier");
		metrics[i].name = TEXT("accuracy");
		metrics[i].value = rows[i].accuracy;
		metric_list[i] = &metrics[i];
		models[i].metrics = &metric_list[i];
		models[i].n_metrics = 1;
		list[i] = &models[i];
	}
	reply.models = list;
	reply.n_models = STOA_COUNT(rows);
	world_reply(w, call, &reply.base);
}

static void
test_suggest_offers_models_that_fit(void **state)
{
	static const struct {
		const char *typed;
		size_t count;
		const char *first;
	} rows[] = {
	    {"", 3, "m_aaaaaaaaaa"},
	    {"INT", 1, "m_aaaaaaaaaa"},
	    {"rev", 1, "m_bbbbbbbbbb"},
	    {"m_c", 1, "m_cccccccccc"},
	    {"classifier", 1, "m_cccccccccc"},
	    {"91.2", 1, "m_aaaaaaaaaa"},
	    {"nothing", 0, NULL},
	    {"%s%n\"\\", 0, NULL},
	};
	struct world *w = *state;

	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		ask(w, "ask", "model", rows[i].typed);
		assert_int_equal(heard.count, 0);
		world_resolve(w);
		models_answer(w);
		assert_int_equal(heard.count, 1);
		assert_int_equal(heard.choices, rows[i].count);
		if (rows[i].first != NULL) {
			assert_string_equal(heard.values[0], rows[i].first);
			assert_non_null(strstr(heard.labels[0], rows[i].first));
		}
	}
}

static void
test_suggest_offers_jobs(void **state)
{
	Stoa__Training__JobsReply reply = STOA__TRAINING__JOBS_REPLY__INIT;
	Stoa__Training__Job jobs[2];
	Stoa__Training__Job *list[] = {&jobs[0], &jobs[1]};
	struct world *w = *state;

	for (size_t i = 0; i < 2; i++) {
		stoa__training__job__init(&jobs[i]);
		jobs[i].id = TEXT(i == 0 ? "j_aaaaaaaaaa" : "j_bbbbbbbbbb");
		jobs[i].name = TEXT(i == 0 ? "first" : "");
		jobs[i].recipe = TEXT("text-classifier");
	}
	reply.jobs = list;
	reply.n_jobs = 2;
	ask(w, "cancel", "job", "j_");
	world_resolve(w);
	world_reply(w, world_expect(w, "Training", "Jobs"), &reply.base);
	assert_int_equal(heard.choices, 2);
	assert_non_null(strstr(heard.labels[0], "first"));
	assert_non_null(strstr(heard.labels[1], "text-classifier"));
	ask(w, "job", "id", "first");
	world_resolve(w);
	world_reply(w, world_expect(w, "Training", "Jobs"), &reply.base);
	assert_int_equal(heard.choices, 1);
	assert_string_equal(heard.values[0], "j_aaaaaaaaaa");
}

static void
test_suggest_offers_datasets_and_no_more_than_fit(void **state)
{
	Stoa__Training__DatasetsReply reply =
	    STOA__TRAINING__DATASETS_REPLY__INIT;
	Stoa__Training__Dataset sets[BOT_SUGGEST_LOOK];
	Stoa__Training__Dataset *list[BOT_SUGGEST_LOOK];
	static char names[BOT_SUGGEST_LOOK][300], cids[BOT_SUGGEST_LOOK][64];
	struct world *w = *state;

	for (size_t i = 0; i < BOT_SUGGEST_LOOK; i++) {
		stoa__training__dataset__init(&sets[i]);
		memset(names[i], 'n', sizeof(names[i]) - 1);
		(void)snprintf(cids[i], sizeof(cids[i]), "bafy%zu", i);
		sets[i].name = names[i];
		sets[i].cid = cids[i];
		list[i] = &sets[i];
	}
	reply.datasets = list;
	reply.n_datasets = BOT_SUGGEST_LOOK;
	ask(w, "train", "dataset", "");
	world_resolve(w);
	world_reply(w, world_expect(w, "Training", "Datasets"), &reply.base);
	assert_int_equal(heard.choices, BOT_CHOICES_MAX);
	ask(w, "train", "dataset", "bafy99");
	world_resolve(w);
	world_reply(w, world_expect(w, "Training", "Datasets"), &reply.base);
	assert_int_equal(heard.choices, 1);
	assert_string_equal(heard.values[0], "bafy99");
}

/* Looking links nobody, opens nothing and waits for nothing. */
static void
test_suggest_gives_nothing_to_who_is_not_known(void **state)
{
	Stoa__Accounts__ResolveReply ids = STOA__ACCOUNTS__RESOLVE_REPLY__INIT;
	struct world *w = *state;

	ask(w, "ask", "model", "");
	world_reply(w, world_expect(w, "Accounts", "Resolve"), &ids.base);
	assert_nothing(w);
	ids.community = TEXT(COMMUNITY);
	ask(w, "ask", "model", "");
	world_reply(w, world_expect(w, "Accounts", "Resolve"), &ids.base);
	assert_nothing(w);
	ask(w, "ask", "model", "");
	world_fail(w, world_expect(w, "Accounts", "Resolve"), STOA_TIMEOUT);
	assert_nothing(w);
	ask(w, "ask", "model", "");
	world_resolve(w);
	world_fail(w, world_expect(w, "Training", "Models"), STOA_NOT_FOUND);
	assert_nothing(w);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void
test_suggest_offers_proposals_by_number_and_title(void **state)
{
	struct world *w = *state;
	Stoa__Governance__Proposal a = STOA__GOVERNANCE__PROPOSAL__INIT;
	Stoa__Governance__Proposal b = STOA__GOVERNANCE__PROPOSAL__INIT;
	Stoa__Governance__Proposal *list[] = {&a, &b};
	Stoa__Governance__ProposalsReply in =
	    STOA__GOVERNANCE__PROPOSALS_REPLY__INIT;

	a.number = 12;
	a.title = TEXT("Use intents");
	a.state = STOA__GOVERNANCE__STATE__ACTIVE;
	b.number = 11;
	b.title = TEXT("Colours");
	in.proposals = list;
	in.n_proposals = 2;
	ask(w, "vote", "id", "INTENT");
	world_resolve(w);
	world_reply(w, world_expect(w, "Governance", "Proposals"), &in.base);
	assert_int_equal(heard.choices, 1);
	assert_string_equal(heard.values[0], "#12");
	assert_string_equal(
	    heard.labels[0], "#12 Use intents - open for votes");
	ask(w, "why", "id", "1");
	world_resolve(w);
	world_reply(w, world_expect(w, "Governance", "Proposals"), &in.base);
	assert_int_equal(heard.choices, 2);
}

static void
test_suggest_offers_types_of_proposals(void **state)
{
	struct world *w = *state;
	Stoa__Governance__Rule ethics = STOA__GOVERNANCE__RULE__INIT;
	Stoa__Governance__Rule *list[] = {&ethics};
	Stoa__Governance__RulesReply in = STOA__GOVERNANCE__RULES_REPLY__INIT;

	ethics.type = TEXT("ETHICS");
	ethics.text = TEXT("What models may do.");
	in.rules = list;
	in.n_rules = 1;
	ask(w, "propose", "type", "eth");
	world_resolve(w);
	world_reply(w, world_expect(w, "Governance", "Rules"), &in.base);
	assert_int_equal(heard.choices, 1);
	assert_string_equal(heard.values[0], "ETHICS");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_suggest_offers_commands),
	    TEST(test_suggest_gives_nothing_for_what_it_does_not_know),
	    TEST(test_suggest_offers_models_that_fit),
	    TEST(test_suggest_offers_jobs),
	    TEST(test_suggest_offers_datasets_and_no_more_than_fit),
	    TEST(test_suggest_offers_proposals_by_number_and_title),
	    TEST(test_suggest_offers_types_of_proposals),
	    TEST(test_suggest_gives_nothing_to_who_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
