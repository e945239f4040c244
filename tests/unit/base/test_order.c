#include "base/order.h"

#include "base/rng.h"

#include "../unit.h"

#define KEYS 300

/* What is in, by brute force. */
struct plain {
	char id[KEYS][8];
	int64_t number[KEYS];
	bool is_in[KEYS];
};

static int
plain_compare(const struct plain *m, int a, int64_t number, const char *id)
{
	if (m->number[a] != number) {
		return m->number[a] < number ? -1 : 1;
	}
	return strcmp(m->id[a], id);
}

/* The nearest one that is not below (1) or not above (-1) the key; -1: none. */
static int
plain_nearest(
    const struct plain *m, int64_t number, const char *id, int direction)
{
	int best = -1;

	for (int i = 0; i < KEYS; i++) {
		if (!m->is_in[i] ||
		    plain_compare(m, i, number, id) * direction < 0) {
			continue;
		}
		if (best < 0 ||
		    plain_compare(m, i, m->number[best], m->id[best]) *
			    direction <
			0) {
			best = i;
		}
	}
	return best;
}

static void
assert_same(const struct plain *m, const struct stoa_order *o)
{
	const struct stoa_order_entry *e = stoa_order_first(o), *last = NULL;
	size_t count = 0;

	for (; e != NULL; e = stoa_order_next(e)) {
		assert_ptr_equal(stoa_order_previous(e), last);
		assert_true(m->is_in[*(const int *)e->value]);
		assert_true(last == NULL || last->number < e->number ||
			    (last->number == e->number &&
				stoa_str_compare(last->id, e->id) < 0));
		last = e;
		count++;
	}
	assert_ptr_equal(stoa_order_last(o), last);
	assert_int_equal(count, o->count);
}

static void
assert_found(const struct plain *m, const struct stoa_order_entry *e, int want)
{
	if (want < 0) {
		assert_null(e);
		return;
	}
	assert_non_null(e);
	assert_string_equal(e->id.data, m->id[want]);
}

static void
test_order_is_as_a_plain_list(void **state)
{
	struct plain m = {.is_in = {false}};
	struct stoa_order o;
	struct stoa_rng rng;
	int values[KEYS];

	(void)state;
	stoa_rng_init(&rng, 7);
	stoa_order_init(&o, 42);
	for (int i = 0; i < KEYS; i++) {
		values[i] = i;
		(void)snprintf(m.id[i], sizeof(m.id[i]), "k%d", i);
		m.number[i] = (int64_t)stoa_rng_below(&rng, 20) - 10;
	}
	for (int step = 0; step < 5000; step++) {
		int i = (int)stoa_rng_below(&rng, KEYS);
		int64_t number = (int64_t)stoa_rng_below(&rng, 24) - 12;
		struct stoa_str id = stoa_str_of(m.id[i]);

		if (m.is_in[i]) {
			stoa_order_remove(&o, m.number[i], id);
		} else {
			stoa_order_add(&o, m.number[i], id, &values[i]);
		}
		m.is_in[i] = !m.is_in[i];
		assert_found(&m, stoa_order_from(&o, number, id),
		    plain_nearest(&m, number, m.id[i], 1));
		assert_found(&m, stoa_order_until(&o, number, id),
		    plain_nearest(&m, number, m.id[i], -1));
		if (step % 100 == 0) {
			assert_same(&m, &o);
		}
	}
	assert_same(&m, &o);
	stoa_order_fini(&o);
}

static void
test_order_is_the_same_whatever_the_seed(void **state)
{
	struct stoa_order a, b;
	char ids[200][8];

	(void)state;
	stoa_order_init(&a, 1);
	stoa_order_init(&b, 99);
	for (int i = 0; i < 200; i++) {
		(void)snprintf(ids[i], sizeof(ids[i]), "i%d", i);
		stoa_order_add(&a, i % 7, stoa_str_of(ids[i]), ids[i]);
		stoa_order_add(&b, i % 7, stoa_str_of(ids[i]), ids[i]);
	}
	for (const struct stoa_order_entry *x = stoa_order_first(&a),
					   *y = stoa_order_first(&b);
	     x != NULL; x = stoa_order_next(x), y = stoa_order_next(y)) {
		assert_ptr_equal(x->value, y->value);
	}
	stoa_order_fini(&a);
	stoa_order_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_order_is_as_a_plain_list),
	    cmocka_unit_test(test_order_is_the_same_whatever_the_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
