/* box.c - from an elector's ordinal to what that elector handed in. */
#include "governance/state.h"

#include <stdlib.h>

static uint32_t
slot_of(const struct box *b, uint32_t key)
{
	uint32_t at = (uint32_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 32);

	for (at &= b->size - 1; b->keys[at] != 0 && b->keys[at] != key;
	     at = (at + 1) & (b->size - 1)) {
	}
	return at;
}

void *
box_get(const struct box *b, uint32_t ordinal)
{
	return b->size == 0 ? NULL : b->values[slot_of(b, ordinal + 1)];
}

static void
box_grow(struct box *b)
{
	struct box larger = {.size = b->size == 0 ? 16 : 2 * b->size};

	larger.keys = calloc(larger.size, sizeof(larger.keys[0]));
	larger.values = calloc(larger.size, sizeof(larger.values[0]));
	stoa_assert(larger.keys != NULL && larger.values != NULL);
	for (uint32_t i = 0; i < b->size; i++) {
		if (b->keys[i] != 0) {
			uint32_t at = slot_of(&larger, b->keys[i]);

			larger.keys[at] = b->keys[i];
			larger.values[at] = b->values[i];
		}
	}
	larger.count = b->count;
	larger.gone = b->gone;
	free(b->keys);
	free(b->values);
	*b = larger;
}

void *
box_put(struct box *b, uint32_t ordinal, void *value)
{
	void *before;
	uint32_t at;

	/* At most three quarters full. */
	if (4 * (uint64_t)b->count >= 3 * (uint64_t)b->size) {
		box_grow(b);
	}
	at = slot_of(b, ordinal + 1);
	before = b->values[at];
	b->count += b->keys[at] == 0;
	b->gone -= b->keys[at] != 0 && before == NULL;
	b->keys[at] = ordinal + 1;
	b->values[at] = value;
	return before;
}

void *
box_take(struct box *b, uint32_t ordinal)
{
	void *before = box_get(b, ordinal);

	if (before != NULL) {
		b->values[slot_of(b, ordinal + 1)] = NULL;
		b->gone++;
	}
	return before;
}
