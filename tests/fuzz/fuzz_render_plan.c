/* fuzz_render_plan.c - any bytes as the commands that Discord has.
 *
 * They are refused, or there is a plan whose lines and counts agree: what
 * needs an overwrite says what changes, what needs none says nothing but what
 * is in the way. */
#include "base/check.h"
#include "discord/commands.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
lines_of(struct stoa_str text, const char *with)
{
	size_t count = 0;

	while (text.len > 0) {
		struct stoa_str line = stoa_str_cut(&text, '\n');

		count += stoa_str_has_prefix(line, stoa_str_of(with)) ? 1 : 0;
	}
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stoa_arena arena;
	struct discord_plan plan;
	struct stoa_str ours;
	enum stoa_status status;

	stoa_arena_init(&arena, NULL, 0, (size_t)16 * 1024 * 1024);
	ours = discord_commands_print(&arena);
	status = discord_commands_compare(
	    &arena, ours, stoa_str_of_bytes(data, size), &plan);
	if (status == STOA_OK) {
		stoa_assert(plan.is_needed ==
			    (plan.created + plan.changed + plan.deleted > 0));
		stoa_assert(lines_of(plan.text, "created /") == plan.created);
		stoa_assert(lines_of(plan.text, "changed /") == plan.changed);
		stoa_assert(lines_of(plan.text, "deleted ") == plan.deleted);
		stoa_assert(plan.has_entry_point ==
			    (lines_of(plan.text, "in the way ") > 0));
	} else {
		stoa_assert(status == STOA_INVALID);
	}
	stoa_arena_fini(&arena);
	return 0;
}
