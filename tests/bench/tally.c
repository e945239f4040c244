/* tally.c - what counting costs: a million ballots of each form, in
 * milliseconds of CPU time, the ranked ones beside a plain recount that looks
 * at every ballot in every round.
 *
 *     tally [BALLOTS] */
#include "governance/tally.h"
#include "base/rng.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BALLOTS 1000000u
#define NAMED	3u /* options of a ballot that is split */

struct bench {
	enum ballot_form form;
	uint32_t option_count, named_max;
	const char *what;
};

/* Ballot i has counts[i] entries from i * option_count on. */
struct ballots {
	size_t count;
	uint32_t option_count;
	uint32_t *options, *amounts;
	uint8_t *counts;
	uint64_t *powers;
};

static double
cpu_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void *
must(void *memory)
{
	stoa_assert(memory != NULL);
	return memory;
}

/* The first options are a little more popular, so that there is a winner. */
static void
ballot_make(struct ballots *b, size_t i, const struct bench *bench,
    struct stoa_rng *rng)
{
	uint32_t *options = &b->options[i * b->option_count];
	uint32_t *amounts = &b->amounts[i * b->option_count];
	uint32_t count = 1 + (uint32_t)stoa_rng_below(rng, bench->named_max);

	for (uint32_t o = 0; o < b->option_count; o++) {
		uint32_t at = (uint32_t)stoa_rng_below(rng, o + 1);

		if (stoa_rng_chance(rng, 8)) {
			at = o;
		}
		options[o] = options[at];
		options[at] = o;
	}
	for (uint32_t o = 0; o < count; o++) {
		amounts[o] = bench->form == BALLOT_SPLIT
				 ? TALLY_BP / count
				 : 1 + (uint32_t)stoa_rng_below(rng, 9);
	}
	if (bench->form == BALLOT_SPLIT) {
		amounts[0] += TALLY_BP % count;
	}
	b->counts[i] = (uint8_t)count;
	b->powers[i] = 1 + stoa_rng_below(rng, 1000);
}

static struct ballots
ballots_make(const struct bench *bench, size_t count)
{
	size_t entries = count * bench->option_count;
	struct ballots b = {
	    .count = count,
	    .option_count = bench->option_count,
	    .options = must(calloc(entries, sizeof(uint32_t))),
	    .amounts = must(calloc(entries, sizeof(uint32_t))),
	    .counts = must(calloc(count, 1)),
	    .powers = must(calloc(count, sizeof(uint64_t))),
	};
	struct stoa_rng rng;

	stoa_rng_init(&rng, 1);
	for (size_t i = 0; i < count; i++) {
		ballot_make(&b, i, bench, &rng);
	}
	return b;
}

static void
ballots_free(struct ballots *b)
{
	free(b->options);
	free(b->amounts);
	free(b->counts);
	free(b->powers);
}

/* ---- the plain recount ---- */

static uint32_t
recount_round(const struct ballots *b, uint32_t continuing,
    uint64_t points[static TALLY_OPTIONS_MAX])
{
	uint64_t all = 0;
	uint32_t best = 0;

	for (uint32_t o = 0; o < TALLY_OPTIONS_MAX; o++) {
		points[o] = 0;
	}
	for (size_t i = 0; i < b->count; i++) {
		const uint32_t *options = &b->options[i * b->option_count];

		for (uint32_t p = 0; p < b->counts[i]; p++) {
			if ((continuing >> options[p] & 1) != 0) {
				points[options[p]] += b->powers[i];
				all += b->powers[i];
				break;
			}
		}
	}
	for (uint32_t o = 0; o < b->option_count; o++) {
		best = points[o] > points[best] ? o : best;
	}
	return points[best] > all / 2 ? best : TALLY_NO_OPTION;
}

/* Good for ballots without ties, as there are a million of them. */
static uint32_t
recount(const struct ballots *b)
{
	uint32_t continuing = (UINT32_C(1) << b->option_count) - 1;

	for (;;) {
		uint64_t points[TALLY_OPTIONS_MAX];
		uint32_t winner = recount_round(b, continuing, points);
		uint32_t last = TALLY_NO_OPTION;

		if (winner != TALLY_NO_OPTION) {
			return winner;
		}
		for (uint32_t o = 0; o < b->option_count; o++) {
			if ((continuing >> o & 1) != 0 &&
			    (last == TALLY_NO_OPTION ||
				points[o] < points[last])) {
				last = o;
			}
		}
		continuing &= ~(UINT32_C(1) << last);
	}
}

/* ---- runs ---- */

static void
run(const struct bench *bench, size_t count)
{
	bool has_amounts =
	    bench->form == BALLOT_SPLIT || bench->form == BALLOT_QUADRATIC;
	struct ballots b = ballots_make(bench, count);
	double start = cpu_ms(), added, counted;
	struct tally *t = tally_new(bench->form, b.option_count, 0);
	struct tally_result r;

	for (size_t i = 0; i < count; i++) {
		struct ballot one = {
		    .options = &b.options[i * b.option_count],
		    .option_count = b.counts[i],
		    .amounts = &b.amounts[i * b.option_count],
		    .amount_count = has_amounts ? b.counts[i] : 0,
		};

		tally_add(t, &one, b.powers[i]);
	}
	added = cpu_ms();
	tally_result(t, &r);
	counted = cpu_ms();
	printf("%-30s %8.1f ms to add, %6.1f ms to count", bench->what,
	    added - start, counted - added);
	if (bench->form == BALLOT_RANKED) {
		double plain = cpu_ms();
		uint32_t winner = recount(&b);

		printf(", %2" PRIu32 " rounds; plain recount %6.1f ms",
		    r.round_count, cpu_ms() - plain);
		stoa_assert(winner == r.winner);
	}
	printf("\n");
	tally_free(t);
	ballots_free(&b);
}

int
main(int argc, char **argv)
{
	static const struct bench benches[] = {
	    {BALLOT_SINGLE, 5, 1, "single, 5 options"},
	    {BALLOT_APPROVAL, 5, 5, "approval, 5 options"},
	    {BALLOT_SPLIT, 5, NAMED, "split, 5 options"},
	    {BALLOT_QUADRATIC, 5, 5, "quadratic, 5 options"},
	    {BALLOT_RANKED, 5, 5, "ranked, 5 options"},
	    {BALLOT_RANKED, 20, 20, "ranked, 20 options"},
	};
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : BALLOTS;

	if (count == 0 || count > TALLY_BALLOTS_MAX) {
		fprintf(stderr, "usage: tally [BALLOTS]\n");
		return 2;
	}
	printf("tally: %zu ballots of each form\n", count);
	for (size_t i = 0; i < STOA_COUNT(benches); i++) {
		run(&benches[i], count);
	}
	return 0;
}
