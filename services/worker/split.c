/* split.c - which row goes where, then one stable pass that moves them. */
#include "worker/split.h"

#include "base/rng.h"
#include "worker/limits.h"

#include <stdlib.h>

/* Rows of each label one after the other; out of scope is the last group. */
struct groups {
	uint32_t *rows;
	size_t starts[WORKER_LABEL_COUNT_MAX + 2];
	size_t count;
};

static size_t
group_of(const struct worker_dataset *d, const struct worker_row *row)
{
	return row->label < 0 ? d->label_count : (size_t)row->label;
}

/* Counting sort by label. */
static bool
groups_init(struct groups *g, const struct worker_dataset *d)
{
	const struct worker_rows *train = &d->splits[WORKER_TRAIN];
	size_t next[WORKER_LABEL_COUNT_MAX + 1];

	*g = (struct groups){.count = d->label_count + 1};
	g->rows = calloc(train->count + 1, sizeof(*g->rows));
	if (g->rows == NULL) {
		return false;
	}
	for (size_t i = 0; i < train->count; i++) {
		g->starts[group_of(d, &train->rows[i]) + 1]++;
	}
	for (size_t i = 0; i < g->count; i++) {
		g->starts[i + 1] += g->starts[i];
		next[i] = g->starts[i];
	}
	for (size_t i = 0; i < train->count; i++) {
		g->rows[next[group_of(d, &train->rows[i])]++] = (uint32_t)i;
	}
	return true;
}

static void
shuffle(struct stoa_rng *rng, uint32_t *rows, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = stoa_rng_below(rng, i);
		uint32_t other = rows[j];

		rows[j] = rows[i - 1];
		rows[i - 1] = other;
	}
}

static size_t
share(size_t count)
{
	size_t n = count / WORKER_SPLIT_ONE_IN;

	return n == 0 && count >= 3 ? 1 : n;
}

static void
groups_assign(struct groups *g, struct stoa_rng *rng,
    const struct worker_dataset *d, uint8_t *split_of_row)
{
	for (size_t i = 0; i < g->count; i++) {
		uint32_t *rows = g->rows + g->starts[i];
		size_t count = g->starts[i + 1] - g->starts[i];
		size_t n = share(count), at = 0;

		shuffle(rng, rows, count);
		for (int s = WORKER_VALIDATION; s <= WORKER_TEST; s++) {
			if (d->splits[s].count > 0) {
				continue;
			}
			for (size_t k = 0; k < n; k++) {
				split_of_row[rows[at++]] = (uint8_t)s;
			}
		}
	}
}

static bool
rows_move(struct worker_dataset *d, const uint8_t *split_of_row)
{
	struct worker_rows *train = &d->splits[WORKER_TRAIN];
	size_t kept = 0;

	for (int s = WORKER_VALIDATION; s <= WORKER_TEST; s++) {
		if (d->splits[s].count == 0) {
			free(d->splits[s].rows);
			d->splits[s].size = train->count;
			d->splits[s].rows = calloc(
			    train->count + 1, sizeof(*d->splits[s].rows));
			if (d->splits[s].rows == NULL) {
				return false;
			}
		}
	}
	for (size_t i = 0; i < train->count; i++) {
		struct worker_rows *to = &d->splits[split_of_row[i]];

		if (to == train) {
			train->rows[kept++] = train->rows[i];
		} else {
			to->rows[to->count++] = train->rows[i];
		}
	}
	train->count = kept;
	return true;
}

bool
worker_split_cut(struct worker_dataset *d, uint64_t seed)
{
	struct stoa_rng rng;
	struct groups groups;
	uint8_t *split_of_row;
	bool ok;

	if (d->splits[WORKER_VALIDATION].count > 0 &&
	    d->splits[WORKER_TEST].count > 0) {
		return true;
	}
	split_of_row = calloc(d->splits[WORKER_TRAIN].count + 1, 1);
	ok = groups_init(&groups, d) && split_of_row != NULL;
	if (ok) {
		stoa_rng_init(&rng, seed);
		groups_assign(&groups, &rng, d, split_of_row);
		ok = rows_move(d, split_of_row);
	}
	free(groups.rows);
	free(split_of_row);
	return ok;
}
