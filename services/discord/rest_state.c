/* rest_state.c - a few lines, replaced by a rename. */
#include "discord/rest_state.h"

#include "port/clock.h"

#include <stdio.h>
#include <unistd.h>

/* A line has at most 31 bytes. */
#define STATE_SIZE_MAX ((REST_INVALID_SLOTS + 1) * 32u)

void
rest_state_read(const char *path, struct rest_budget *budget)
{
	char text[STATE_SIZE_MAX];
	FILE *file = fopen(path, "re");
	size_t len;

	if (file == NULL) {
		return;
	}
	len = fread(text, 1, sizeof(text), file);
	(void)fclose(file);
	(void)rest_budget_load(budget, stoa_clock_mono(NULL).us,
	    stoa_clock_wall(NULL).us, (struct stoa_str){text, len});
}

void
rest_state_write(const char *path, struct rest_budget *budget)
{
	struct stoa_buf text, fresh;
	FILE *file;
	bool ok;

	stoa_buf_init(&text, STATE_SIZE_MAX);
	stoa_buf_init(&fresh, 4096);
	stoa_buf_printf(&fresh, "%s.new", path);
	rest_budget_save(
	    budget, stoa_clock_mono(NULL).us, stoa_clock_wall(NULL).us, &text);
	file = fresh.is_overflown ? NULL : fopen(fresh.data, "we");
	if (file != NULL) {
		ok = fwrite(text.data, 1, text.len, file) == text.len;
		ok = fclose(file) == 0 && ok;
		if (!ok || rename(fresh.data, path) != 0) {
			(void)unlink(fresh.data);
		}
	}
	stoa_buf_fini(&text);
	stoa_buf_fini(&fresh);
}
