/* gcra.c - one subtraction and one comparison, and a table of them. */
#include "base/gcra.h"

#include "base/check.h"
#include "base/map.h"

#include <stdlib.h>

/* A key may stand in any of this many neighbouring places. */
#define WAYS ((size_t)4)

struct place {
	uint64_t hash;
	int64_t tat_us; /* 0: free */
};

struct stoa_gcra_table {
	size_t size; /* a power of two, at least WAYS */
	uint64_t seed;
	struct place places[];
};

bool
stoa_gcra_is_valid(struct stoa_gcra_rate rate)
{
	return rate.interval_us >= 1 &&
	       rate.interval_us <= STOA_GCRA_INTERVAL_US_MAX &&
	       rate.burst >= 1 && rate.burst <= STOA_GCRA_BURST_MAX;
}

struct stoa_gcra_answer
stoa_gcra_decide(int64_t now_us, int64_t tat_us, struct stoa_gcra_rate rate)
{
	int64_t tolerance, next;

	stoa_assert(stoa_gcra_is_valid(rate));
	stoa_assert(now_us >= 0 && now_us < INT64_MAX / 2);
	/* At most 10^4 days: far from overflow after the check above. */
	tolerance = rate.interval_us * rate.burst;
	if (tat_us < now_us) {
		tat_us = now_us;
	} else if (tat_us > now_us + tolerance) {
		tat_us = now_us + tolerance;
	}
	next = tat_us + rate.interval_us;
	if (next - tolerance > now_us) {
		return (struct stoa_gcra_answer){
		    .tat_us = tat_us,
		    .retry_after_us = next - tolerance - now_us,
		};
	}
	return (struct stoa_gcra_answer){
	    .is_allowed = true,
	    .tat_us = next,
	    .remaining = (tolerance - (next - now_us)) / rate.interval_us,
	};
}

struct stoa_gcra_table *
stoa_gcra_table_new(size_t size, uint64_t seed)
{
	struct stoa_gcra_table *t;
	size_t count = WAYS;

	while (count < size) {
		stoa_assert(count <= SIZE_MAX / 2 / sizeof(t->places[0]));
		count *= 2;
	}
	t = calloc(1, sizeof(*t) + count * sizeof(t->places[0]));
	if (t != NULL) {
		t->size = count;
		t->seed = seed;
	}
	return t;
}

void
stoa_gcra_table_free(struct stoa_gcra_table *t)
{
	free(t);
}

/* The key's own place, else the one whose loss matters least. */
static struct place *
place_find(struct stoa_gcra_table *t, uint64_t hash)
{
	struct place *group = &t->places[hash & (t->size - 1) & ~(WAYS - 1)];
	struct place *idlest = group;

	for (size_t i = 0; i < WAYS; i++) {
		if (group[i].hash == hash) {
			return &group[i];
		}
		if (group[i].tat_us < idlest->tat_us) {
			idlest = &group[i];
		}
	}
	*idlest = (struct place){.hash = hash};
	return idlest;
}

struct stoa_gcra_answer
stoa_gcra_table_decide(struct stoa_gcra_table *t, struct stoa_str key,
    int64_t now_us, struct stoa_gcra_rate rate)
{
	struct place *place = place_find(t, stoa_map_hash(t->seed, key));
	struct stoa_gcra_answer answer =
	    stoa_gcra_decide(now_us, place->tat_us, rate);

	place->tat_us = answer.tat_us;
	return answer;
}
