#include "sample.h"

#include "base/rng.h"

#include "../unit.h"

static const char *const words[4][5] = {
    {"weather", "rain", "sunny", "forecast", "cold"},
    {"music", "song", "play", "album", "loud"},
    {"money", "bank", "pay", "transfer", "account"},
    {"quantum", "zebra", "sculpture", "volcano", "dentist"},
};
static const char *const labels[4] = {"weather", "music", "bank", "oos"};
static const char *const fillers[6] = {
    "please", "can you", "the", "tell me", "now", "today"};

static void
row_add(struct worker_dataset *d, struct stoa_rng *rng, int group)
{
	const struct worker_place place = {"sample", 1};
	struct worker_problem problem;
	char text[128];

	(void)snprintf(text, sizeof(text), "%s %s %s %s",
	    fillers[stoa_rng_below(rng, 6)],
	    words[group][stoa_rng_below(rng, 5)],
	    fillers[stoa_rng_below(rng, 6)],
	    words[group][stoa_rng_below(rng, 5)]);
	assert_true(worker_dataset_add(d, WORKER_TRAIN, stoa_str_of(text),
	    stoa_str_of(labels[group]), place, &problem));
}

void
sample_dataset(struct worker_dataset *d, int per_label)
{
	struct worker_problem problem;
	struct stoa_rng rng;

	worker_dataset_init(d);
	stoa_rng_init(&rng, 7);
	for (int i = 0; i < per_label; i++) {
		for (int group = 0; group < 3; group++) {
			row_add(d, &rng, group);
		}
		if (i % 3 == 0) {
			row_add(d, &rng, 3);
		}
	}
	assert_true(worker_dataset_finish(d, 1, &problem));
}
