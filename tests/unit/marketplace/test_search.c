#include "stall.h"

static Stoa__Marketplace__SearchReply
find(struct play *p, const Stoa__Marketplace__SearchQuery *in)
{
	Stoa__Marketplace__SearchReply out =
	    STOA__MARKETPLACE__SEARCH_REPLY__INIT;

	assert_int_equal(
	    marketplace_query_search(p->state, in, &p->arena, &out), STOA_OK);
	return out;
}

/* Letters of the models of a page, in order. */
static const char *
letters(struct play *p, const Stoa__Marketplace__SearchQuery *in)
{
	static char text[32];
	Stoa__Marketplace__SearchReply out = find(p, in);

	for (size_t i = 0; i < out.n_listings; i++) {
		text[i] = out.listings[i]->model[11];
	}
	text[out.n_listings] = '\0';
	return text;
}

static void
begin(struct play *p)
{
	static const int64_t prices[] = {30, 10, 20, 10};

	play_begin(p, &marketplace_core, "c_aaaaaaaaaa");
	for (size_t i = 0; i < STOA_COUNT(prices); i++) {
		p->now_us += STOA_US_PER_S;
		stall_list(p, stall_model((char)('a' + i)), prices[i]);
	}
	p->now_us += STOA_US_PER_S;
	stall_list(p, stall_model('e'), 5);
	assert_true(stall_offer_terms(p, ann, stall_model('e'), 0, 100, 7));
	assert_true(stall_use(p, ann, stall_model('c')));
}

static void
test_search_sorts_filters_and_pages(void **state)
{
	struct play p;
	Stoa__Marketplace__SearchQuery in =
	    STOA__MARKETPLACE__SEARCH_QUERY__INIT;
	Stoa__Marketplace__SearchReply out;

	(void)state;
	begin(&p);
	assert_string_equal(letters(&p, &in), "edcba");
	in.sort = STOA__MARKETPLACE__SORT__CHEAPEST;
	assert_string_equal(letters(&p, &in), "bdcae");
	in.is_for_sale = true;
	assert_string_equal(letters(&p, &in), "bdca");
	in.price_micro_min = 11;
	assert_string_equal(letters(&p, &in), "ca");
	in.price_micro_max = 20;
	assert_string_equal(letters(&p, &in), "c");
	in.sort = STOA__MARKETPLACE__SORT__NEWEST;
	assert_string_equal(letters(&p, &in), "c");
	stoa__marketplace__search_query__init(&in);
	in.is_for_lease = true;
	assert_string_equal(letters(&p, &in), "e");
	stoa__marketplace__search_query__init(&in);
	in.sort = STOA__MARKETPLACE__SORT__MOST_USED;
	in.limit = 1;
	assert_string_equal(letters(&p, &in), "c");
	stoa__marketplace__search_query__init(&in);
	in.text = TEXT("INTENT");
	in.owner = ann;
	in.recipe = TEXT("text-classifier");
	in.accuracy_bp_min = 9000;
	assert_string_equal(letters(&p, &in), "edcba");
	in.text = TEXT("other");
	assert_string_equal(letters(&p, &in), "");

	stoa__marketplace__search_query__init(&in);
	in.sort = STOA__MARKETPLACE__SORT__CHEAPEST;
	in.limit = 2;
	out = find(&p, &in);
	assert_int_equal(out.total, 5);
	in.after = out.next;
	assert_string_equal(letters(&p, &in), "ca");
	in.after = find(&p, &in).next;
	assert_string_equal(letters(&p, &in), "e");
	assert_string_equal(find(&p, &in).next, "");
	in.after = TEXT("nonsense");
	assert_int_equal(marketplace_query_search(p.state, &in, &p.arena, &out),
	    STOA_INVALID);
	play_end(&p);
}

static void
test_search_follows_what_changes(void **state)
{
	struct play p;
	Stoa__Marketplace__SearchQuery in =
	    STOA__MARKETPLACE__SEARCH_QUERY__INIT;
	struct stoa_id sale;

	(void)state;
	begin(&p);
	in.sort = STOA__MARKETPLACE__SORT__CHEAPEST;
	assert_true(stall_offer_terms(&p, ann, stall_model('b'), 99, 0, 0));
	assert_true(stall_buy(&p, bob, stall_model('d'), 10));
	sale = stall_deal(&p, bob);
	assert_string_equal(letters(&p, &in), "dcabe");
	assert_true(stall_held(&p, &sale));
	assert_string_equal(letters(&p, &in), "cabe");
	play_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_search_sorts_filters_and_pages),
	    cmocka_unit_test(test_search_follows_what_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
