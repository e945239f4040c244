/* Links libdomain (record.c), libaccounts, libtraining, libbase, libproto. A
 * record off the bus: parsing refuses or gives a record whose every part can
 * be looked at; events of both domains unpack or are refused. */
#include "accounts/accounts.h"
#include "base/arena.h"
#include "base/check.h"
#include "domain/record.h"
#include "training/training.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
events_look(struct stoa_arena *arena, const Stoa__Journal__Entry *entry)
{
	for (size_t i = 0; i < entry->n_events; i++) {
		struct stoa_str bytes = stoa_str_of_bytes(
		    entry->events[i].data, entry->events[i].len);

		(void)stoa_unpack(arena, accounts_core.event, bytes);
		(void)stoa_unpack(arena, training_core.event, bytes);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stoa_arena arena;
	struct stoa_record record;

	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	if (stoa_record_parse(&arena, stoa_str_of_bytes(data, size), &record) ==
	    STOA_OK) {
		stoa_assert(record.index > 0);
		stoa_assert(record.community.len > 0);
		for (size_t i = 0; i < record.batch->n_entries; i++) {
			events_look(&arena, record.batch->entries[i]);
		}
	}
	stoa_arena_fini(&arena);
	return 0;
}
