#include "worker/card.h"

#include "worker/train.h"

#include "../unit.h"
#include "sample.h"

static char *
card_of(const struct worker_card *card)
{
	struct worker_problem problem;
	struct worker_params params;
	struct worker_metrics metrics;
	struct worker_dataset d;
	struct worker_model m;
	struct stoa_buf out;

	sample_dataset(&d, 30);
	worker_params_default(&params);
	params.buckets = 10;
	params.epochs = 2;
	assert_true(
	    worker_train(&d, &params, NULL, NULL, &m, &metrics, &problem));
	stoa_buf_init(&out, WORKER_CARD_SIZE_MAX);
	worker_card_print(card, &m, &metrics, &out);
	assert_false(out.is_overflown);
	worker_metrics_fini(&metrics);
	worker_model_fini(&m);
	worker_dataset_fini(&d);
	return out.data; /* the caller frees it */
}

static void
test_print_has_front_matter_and_tables(void **state)
{
	static const char *const wanted[] = {
	    "---\nlicense: \"cc-by-3.0\"\nlanguage:\n- \"en\"\n",
	    "pipeline_tag: text-classification\n",
	    "datasets:\n- \"CLINC150\"\n",
	    "model-index:\n- name: \"intents\"\n",
	    "      type: \"bafyone\"\n",
	    "---\n\n# intents\n",
	    "data set CLINC150 (`bafyone`).",
	    "| accuracy, in scope | ",
	    "| out of scope and recognised | ",
	    "\n| 2 | ", /* the second epoch */
	    "\n| bank | ",
	    "\"epochs\": 2,",
	};
	struct worker_card card = {
	    .name = STOA_STR("intents"),
	    .dataset_name = STOA_STR("CLINC150"),
	    .dataset_cid = STOA_STR("bafyone"),
	    .license = STOA_STR("cc-by-3.0"),
	    .language = STOA_STR("en"),
	};
	char *text = card_of(&card);

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(wanted); i++) {
		if (strstr(text, wanted[i]) == NULL) {
			fail_msg("the card lacks: %s", wanted[i]);
		}
	}
	free(text);
}

static void
test_print_quotes_texts_from_outside(void **state)
{
	struct worker_card card = {
	    .name = STOA_STR("x\"\n---\nevil: 1"),
	    .dataset_name = STOA_STR("<script>|[a](b)`"),
	};
	char *text = card_of(&card);

	(void)state;
	assert_non_null(strstr(text, "- name: \"x\\\"\\n---\\nevil: 1\"\n"));
	assert_non_null(strstr(text, "# x\" --- evil: 1\n"));
	assert_non_null(strstr(text, "data set &lt;script>\\|\\[a\\](b)\\`."));
	assert_null(strstr(text, "\nevil"));
	assert_null(strstr(text, "license:"));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_print_has_front_matter_and_tables),
	    cmocka_unit_test(test_print_quotes_texts_from_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
