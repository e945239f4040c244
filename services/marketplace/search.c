/* search.c - listings, filtered, in order, a page at a time.
 *
 * Each sort is an order that is kept; a page is a walk along it from where the
 * last one ended. A walk looks at MARKETPLACE_EXAMINED_MAX listings at most:
 * what matches little comes in several short pages, and nobody waits for it. */
#include "base/id.h"
#include "marketplace/state.h"

#include <ctype.h>
#include <inttypes.h>

static int
sort_index(Stoa__Marketplace__Sort sort)
{
	switch (sort) {
	case STOA__MARKETPLACE__SORT__CHEAPEST:
		return SORT_CHEAPEST;
	case STOA__MARKETPLACE__SORT__MOST_USED:
		return SORT_USED;
	case STOA__MARKETPLACE__SORT__MOST_ACCURATE:
		return SORT_ACCURATE;
	case STOA__MARKETPLACE__SORT__NEWEST:
	case STOA__MARKETPLACE__SORT__SORT_UNSPECIFIED:
	case _STOA__MARKETPLACE__SORT_IS_INT_SIZE:
		break;
	}
	return SORT_NEWEST;
}

/* Letters of ASCII are the same in both cases. */
static bool
contains(const char *text, const char *part)
{
	for (; *text != '\0'; text++) {
		size_t i = 0;

		while (part[i] != '\0' && tolower((unsigned char)text[i]) ==
					      tolower((unsigned char)part[i])) {
			i++;
		}
		if (part[i] == '\0') {
			return true;
		}
	}
	return part[0] == '\0';
}

static bool
is_or_any(const char *filter, const char *value)
{
	return filter[0] == '\0' || strcmp(filter, value) == 0;
}

static bool
matches(const struct marketplace *s, const struct model *m,
    const Stoa__Marketplace__SearchQuery *in)
{
	const Stoa__Marketplace__ModelFacts *facts = m->said->facts;

	if (in->is_for_sale && m->price_micro == 0) {
		return false;
	}
	if (in->is_for_lease && m->rent_micro == 0 && m->question_micro == 0) {
		return false;
	}
	if ((in->price_micro_min > 0 || in->price_micro_max > 0) &&
	    (m->price_micro == 0 || m->price_micro < in->price_micro_min ||
		(in->price_micro_max > 0 &&
		    m->price_micro > in->price_micro_max))) {
		return false;
	}
	return facts->accuracy_bp >= in->accuracy_bp_min &&
	       is_or_any(in->recipe, facts->recipe) &&
	       is_or_any(in->licence, m->licence) &&
	       (in->owner[0] == '\0' ||
		   stoa_str_is_equal(holder_now(s, stoa_str_of(in->owner)),
		       stoa_str_of(m->owner))) &&
	       contains(facts->name, in->text);
}

/* "<number>:<model>", where the last page ended. */
static bool
cursor_read(const char *text, int64_t *ret_number, struct stoa_str *ret_model)
{
	struct stoa_str rest = stoa_str_of(text);

	if (rest.len > MARKETPLACE_CURSOR_MAX ||
	    !stoa_str_to_i64(stoa_str_cut(&rest, ':'), ret_number)) {
		return false;
	}
	*ret_model = rest;
	return stoa_id_is_valid('m', rest);
}

static enum stoa_status
walk_begin(const struct marketplace *s, int sort,
    const Stoa__Marketplace__SearchQuery *in,
    const struct stoa_order_entry **ret_entry)
{
	const struct stoa_order *order = &s->sorted[sort];
	struct stoa_str model = STOA_STR("");
	int64_t number = INT64_MIN;

	if (in->after[0] != '\0') {
		if (!cursor_read(in->after, &number, &model)) {
			return STOA_INVALID;
		}
	} else if (sort == SORT_CHEAPEST) {
		number = in->price_micro_min;
	}
	*ret_entry = stoa_order_from(order, number, model);
	if (*ret_entry != NULL && (*ret_entry)->number == number &&
	    stoa_str_is_equal((*ret_entry)->id, model)) {
		*ret_entry = stoa_order_next(*ret_entry);
	}
	return STOA_OK;
}

static bool
is_past(int sort, const Stoa__Marketplace__SearchQuery *in,
    const struct stoa_order_entry *e)
{
	return sort == SORT_CHEAPEST && in->price_micro_max > 0 &&
	       e->number > in->price_micro_max;
}

static bool
listing_add(struct stoa_arena *arena, const struct model *m,
    Stoa__Marketplace__SearchReply *out)
{
	Stoa__Marketplace__Listing *view =
	    stoa_arena_alloc(arena, sizeof(*view));

	if (view == NULL) {
		return false;
	}
	marketplace_listing_view(m, view);
	out->listings[out->n_listings++] = view;
	return true;
}

enum stoa_status
marketplace_query_search(const struct marketplace *s,
    const Stoa__Marketplace__SearchQuery *in, struct stoa_arena *arena,
    Stoa__Marketplace__SearchReply *out)
{
	size_t limit = in->limit == 0 || in->limit > MARKETPLACE_PAGE_MAX
			   ? MARKETPLACE_PAGE_MAX
			   : in->limit;
	const struct stoa_order_entry *e = NULL, *last = NULL;
	int sort = sort_index(in->sort);
	unsigned examined = 0;

	if (strlen(in->text) > MARKETPLACE_TEXT_MAX ||
	    in->price_micro_min < 0 || in->price_micro_max < 0) {
		return STOA_INVALID;
	}
	if (s == NULL) {
		return STOA_OK;
	}
	out->listings = stoa_arena_alloc_array(arena, limit, sizeof(void *));
	if (out->listings == NULL) {
		return STOA_TOO_LARGE;
	}
	out->total = s->sorted[sort].count;
	if (walk_begin(s, sort, in, &e) != STOA_OK) {
		return STOA_INVALID;
	}
	while (e != NULL && !is_past(sort, in, e) && out->n_listings < limit &&
	       examined < MARKETPLACE_EXAMINED_MAX) {
		if (matches(s, e->value, in) &&
		    !listing_add(arena, e->value, out)) {
			return STOA_TOO_LARGE;
		}
		examined++;
		last = e;
		e = stoa_order_next(e);
	}
	if (e != NULL && last != NULL && !is_past(sort, in, e)) {
		out->next = stoa_arena_printf(arena, "%" PRId64 ":%.*s",
		    last->number, STOA_STR_ARG(last->id));
		return out->next == NULL ? STOA_TOO_LARGE : STOA_OK;
	}
	return STOA_OK;
}
