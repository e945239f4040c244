/* fuzz_command.c - any bytes as a typed command.
 *
 * What is taken must survive printing and parsing again unchanged; what is
 * refused must say why, and point inside the line. */
#include "base/check.h"
#include "bot/limits.h"
#include "bot/parse.h"
#include "bot/value.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
text_of(struct stoa_buf *b, const Stoa__Chat__Command *command)
{
	stoa_buf_clear(b);
	stoa_buf_add_text(b, command->path);
	for (size_t i = 0; i < command->n_options; i++) {
		const Stoa__Chat__Option *option = command->options[i];

		stoa_buf_printf(
		    b, "|%s %d=", option->name, (int)option->value_case);
		bot_value_print(b, option);
	}
}

static void
check_round_trip(const Stoa__Chat__Command *command, struct stoa_arena *arena)
{
	Stoa__Chat__Command *again = NULL;
	struct bot_problem problem;
	struct stoa_buf line, first, second;

	stoa_buf_init(&line, 4 * BOT_LINE_LEN_MAX);
	stoa_buf_init(&first, 4 * BOT_LINE_LEN_MAX);
	stoa_buf_init(&second, 4 * BOT_LINE_LEN_MAX);
	bot_print(&line, command);
	/* Escapes can make the canonical form longer than a line may be. */
	if (line.len <= BOT_LINE_LEN_MAX) {
		bool ok =
		    bot_parse(stoa_buf_str(&line), arena, &again, &problem);

		stoa_assert(ok);
		text_of(&first, command);
		text_of(&second, again);
		stoa_assert(stoa_str_is_equal(
		    stoa_buf_str(&first), stoa_buf_str(&second)));
	}
	stoa_buf_fini(&line);
	stoa_buf_fini(&first);
	stoa_buf_fini(&second);
}

static void
check_refusal(const struct bot_problem *problem, struct stoa_str line)
{
	struct stoa_buf b;

	stoa_assert(problem->code != NULL && problem->code[0] != '\0');
	stoa_assert(problem->text[0] != '\0' && problem->fix[0] != '\0');
	stoa_assert(problem->field != NULL && problem->limit != NULL);
	stoa_assert(problem->offset <= line.len);
	stoa_buf_init(&b, 4096);
	bot_problem_print_place(&b, problem, line, 80);
	stoa_assert(!b.is_overflown);
	stoa_buf_fini(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stoa_str line = stoa_str_of_bytes(data, size);
	struct stoa_arena arena;
	Stoa__Chat__Command *command = NULL;
	struct bot_problem problem = {0};

	stoa_arena_init(&arena, NULL, 0, BOT_ARENA_MAX);
	if (bot_parse(line, &arena, &command, &problem)) {
		check_round_trip(command, &arena);
	} else {
		check_refusal(&problem, line);
	}
	stoa_arena_fini(&arena);
	return 0;
}
