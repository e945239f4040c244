#include "bot/parse.h"

#include "bot/limits.h"
#include "bot/value.h"

#include "../unit.h"

#define CID "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
#define QM  "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG"

static struct stoa_arena arena;

static int
setup(void **state)
{
	(void)state;
	stoa_arena_init(&arena, NULL, 0, BOT_ARENA_MAX);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	stoa_arena_fini(&arena);
	return 0;
}

static Stoa__Chat__Command *
parse_good(const char *line)
{
	Stoa__Chat__Command *command = NULL;
	struct bot_problem problem = {0};

	if (!bot_parse(stoa_str_of(line), &arena, &command, &problem)) {
		fail_msg("%s: %s (%s)", line, problem.text, problem.fix);
	}
	return command;
}

/* Path and options in one text: what the parser understood. */
static const char *
understood(const Stoa__Chat__Command *command)
{
	struct stoa_buf b;
	const char *text;

	stoa_buf_init(&b, 65536);
	stoa_buf_add_text(&b, command->path);
	for (size_t i = 0; i < command->n_options; i++) {
		stoa_buf_printf(&b, "|%s=", command->options[i]->name);
		bot_value_print(&b, command->options[i]);
	}
	text = stoa_arena_str(&arena, stoa_buf_str(&b));
	stoa_buf_fini(&b);
	assert_non_null(text);
	return text;
}

static const struct {
	const char *line;
	const char *want;
} good[] = {
    {"/help", "help"},
    {"  /help\n", "help"},
    {"/HELP command:train", "help|command=train"},
    {"/help@stoa_bot command:train", "help|command=train"},
    {"/train dataset:" CID " parameters:{\"epochs\": 10, \"batch_size\": 32}",
	"train|dataset=" CID
	"|parameters={\"epochs\": 10, \"batch_size\": 32}"},
    {"/train\n  dataset: " CID "\n  parameters: {\n\t\"epochs\": 10\r\n}",
	"train|dataset=" CID "|parameters={\n\t\"epochs\": 10\r\n}"},
    {"/train --dataset " CID " --max-spend=2.500000 --name 'a \"b\" \\n'",
	"train|dataset=" CID "|max_spend=2.5|name=a \"b\" \\n"},
    {"/train " QM " name:\"say \\\"hi\\\"\\n\\\\ C:\\dir\"",
	"train|dataset=" QM "|name=say \"hi\"\n\\ C:\\dir"},
    {"/train " CID " parameters:'{\"a\": \"x y\"}' recipe:text-classifier",
	"train|dataset=" CID "|parameters={\"a\": \"x y\"}|recipe="
	"text-classifier"},
    {"/train " CID " parameters:\"{\\\"a\\\": 1}\"",
	"train|dataset=" CID "|parameters={\"a\": 1}"},
    {"/train " CID " parameters:{\"s\": \"}]\\\"{\", \"l\": [1, {}]}",
	"train|dataset=" CID
	"|parameters={\"s\": \"}]\\\"{\", \"l\": [1, {}]}"},
    {"/train " CID " parameters:\" {} \"",
	"train|dataset=" CID "|parameters={}"},
    {"/job j_abc", "job|id=j_abc"},
    {"/job id:j_abc", "job|id=j_abc"},
    {"/job --id=j_abc", "job|id=j_abc"},
    {"/job \"j abc\"", "job|id=j abc"},
    {"/upload ./a/b.csv --private", "upload|file=./a/b.csv|private=true"},
    {"/upload --private ./b.csv", "upload|private=true|file=./b.csv"},
    {"/upload --private no ./b.csv", "upload|private=false|file=./b.csv"},
    {"/upload \xe2\x80\x94private=off file:x", "upload|private=false|file=x"},
    {"/upload file:x private:yes name:n", "upload|file=x|private=true|name=n"},
    {"/ask model:m question:\xe2\x80\x9cwhat is \"it\"?\xe2\x80\x9d",
	"ask|model=m|question=what is \"it\"?"},
    {"/ask question:\"caf\xc3\xa9 \xf0\x9f\x8f\x9b\" model:m",
	"ask|question=caf\xc3\xa9 \xf0\x9f\x8f\x9b|model=m"},
    {"/ask model:m question:a:b::c", "ask|model=m|question=a:b::c"},
    {"/ask model:m question:don't", "ask|model=m|question=don't"},
    {"/transfer to:<@!123> amount:0.000001",
	"transfer|to=<@!123>|amount=0.000001"},
    {"/transfer to:u_x amount:1000000000 memo:\"\\t\"",
	"transfer|to=u_x|amount=1000000000|memo=\t"},
};

static void
test_parse_understands_every_way_of_writing(void **state)
{
	(void)state;
	for (size_t i = 0; i < STOA_COUNT(good); i++) {
		Stoa__Chat__Command *command = parse_good(good[i].line);

		assert_string_equal(understood(command), good[i].want);
		assert_string_equal(command->raw, good[i].line);
	}
}

static void
test_print_then_parse_gives_the_same(void **state)
{
	struct stoa_buf b;

	(void)state;
	stoa_buf_init(&b, 65536);
	for (size_t i = 0; i < STOA_COUNT(good); i++) {
		Stoa__Chat__Command *first = parse_good(good[i].line);
		Stoa__Chat__Command *again;

		stoa_buf_clear(&b);
		bot_print(&b, first);
		again = parse_good(b.data);
		assert_string_equal(understood(again), good[i].want);
		assert_int_equal(again->n_options, first->n_options);
		for (size_t j = 0; j < first->n_options; j++) {
			assert_int_equal(again->options[j]->value_case,
			    first->options[j]->value_case);
		}
	}
	stoa_buf_fini(&b);
}

static void
test_parse_gives_types(void **state)
{
	Stoa__Chat__Command *train = parse_good(
	    "/train " CID " parameters:{\"epochs\": 10} max_spend:12.000001");
	Stoa__Chat__Command *upload = parse_good("/upload /tmp/x/r.csv/");
	const Stoa__Chat__Option *file = bot_argument(upload, "file");

	(void)state;
	assert_int_equal(bot_argument(train, "max_spend")->value_case,
	    STOA__CHAT__OPTION__VALUE_AMOUNT_MICRO);
	assert_int_equal(
	    bot_argument(train, "max_spend")->amount_micro, 12000001);
	assert_string_equal(
	    bot_argument(train, "parameters")->json, "{\"epochs\": 10}");
	assert_null(bot_argument(train, "name"));
	assert_string_equal(file->file->path, "/tmp/x/r.csv/");
	assert_string_equal(file->file->name, "r.csv");
}

/* The place is marked in the line: what stands from offset on, len bytes. */
static const struct {
	const char *line;
	const char *code, *field, *place, *text, *fix;
} bad[] = {
    {"", "empty", "", "", "there is no command", "see /help for all commands"},
    {"train " CID, "no_slash", "", "t", "a command begins with a slash",
	"write it like /help"},
    {"/trian dataset:x", "unknown_command", "", "/trian",
	"there is no command /trian", "did you mean /train?"},
    {"/frobnicate", "unknown_command", "", "/frobnicate",
	"there is no command /frobnicate", "see /help for all commands"},
    {"/help!", "syntax", "", "!", "a space must follow the command's name",
	"part the options with spaces"},
    {"/train datset:x", "unknown_option", "datset", "datset",
	"/train has no option datset", "did you mean dataset:?"},
    {"/status --verbose", "unknown_option", "verbose", "verbose",
	"/status has no option verbose",
	"see /help command:status for its options"},
    {"/train", "missing_option", "dataset", "",
	"/train needs dataset: The dataset's CID, see /datasets",
	"add dataset:<a CID>, for example /train dataset:" CID
	" parameters:{\"epochs\": 10, \"batch_size\": 32}"},
    {"/ask model:m", "missing_option", "question", "",
	"/ask needs question: What you want to know",
	"add question:<text>, for example /ask model:intents "
	"question:\"how do I say thank you in japanese\""},
    {"/job id:", "missing_value", "id", "id:", "id has no value",
	"write the value right after the colon"},
    {"/job --id", "missing_value", "id", "id", "id has no value",
	"write the value right after the colon"},
    {"/job a id:b", "option_twice", "id", "id", "id is given twice",
	"leave one of them away"},
    {"/train dataset:bafy!", "wrong_type", "dataset", "bafy!",
	"dataset must be a CID",
	"copy the CID from /datasets, or store a file with /upload"},
    {"/train " CID " parameters:{\"epochs\": 10,}", "malformed_json",
	"parameters", "}",
	"parameters is not valid JSON at line 1, column 15: expected a "
	"member's name in double quotes",
	"write it like {\"epochs\": 10, \"batch_size\": 32}"},
    {"/train " CID " parameters:{\"a\": NaN}", "malformed_json", "parameters",
	"N",
	"parameters is not valid JSON at line 1, column 7: expected a value: "
	"an object, an array, a \"string\", a number, true, false or null",
	"write it like {\"epochs\": 10, \"batch_size\": 32}"},
    {"/train " CID " parameters:{\"a\": 1, \"a\": 2}", "malformed_json",
	"parameters", "\"",
	"parameters is not valid JSON at line 1, column 10: this name stands "
	"twice in the object",
	"write it like {\"epochs\": 10, \"batch_size\": 32}"},
    {"/train " CID " parameters:' {,}'", "malformed_json", "parameters", ",",
	"parameters is not valid JSON at line 1, column 2: expected a "
	"member's name in double quotes",
	"write it like {\"epochs\": 10, \"batch_size\": 32}"},
    {"/train " CID " parameters:[1]", "wrong_type", "parameters", "[1]",
	"parameters must be a JSON object, not an array",
	"write it like {\"epochs\": 10, \"batch_size\": 32}"},
    {"/train " CID " parameters:{\"a\": 1", "open_bracket", "", "{",
	"this bracket is never closed",
	"write it like {\"epochs\": 10, \"batch_size\": 32}"},
    {"/train " CID " parameters:{\"a: 1}", "open_quote", "", "{",
	"a quote inside these brackets is never closed",
	"write it like {\"epochs\": 10, \"batch_size\": 32}"},
    {"/train " CID " parameters:{}name:x", "syntax", "", "n",
	"a space must follow the closing quote or bracket",
	"part the options with spaces; a quote inside quotes is \\\""},
    {"/train " CID " recipe:text-clasifier", "unknown_choice", "recipe",
	"text-clasifier", "recipe cannot be text-clasifier",
	"did you mean text-classifier?"},
    {"/train " CID " max_spend:12,5", "wrong_type", "max_spend", "12,5",
	"max_spend must be an amount of Joy",
	"write it with a decimal point: 12.5"},
    {"/train " CID " max_spend:1e3", "wrong_type", "max_spend", "1e3",
	"max_spend must be an amount of Joy",
	"write a plain decimal number such as 12.5, with at most six "
	"decimals"},
    {"/train " CID " max_spend:0.0000001", "wrong_type", "max_spend",
	"0.0000001", "max_spend must be an amount of Joy",
	"write a plain decimal number such as 12.5, with at most six "
	"decimals"},
    {"/transfer to:u amount:-1", "too_small", "amount", "-1",
	"amount is too small",
	"give amount within its limit: 0.000001 to 1000000000 Joy, six "
	"decimals"},
    {"/transfer to:u amount:1000000000.000001", "too_large", "amount",
	"1000000000.000001", "amount is too large",
	"give amount within its limit: 0.000001 to 1000000000 Joy, six "
	"decimals"},
    {"/transfer to:u amount:99999999999999999999", "wrong_type", "amount",
	"99999999999999999999", "amount must be an amount of Joy",
	"write a plain decimal number such as 12.5, with at most six "
	"decimals"},
    {"/upload x private:maybe", "wrong_type", "private", "maybe",
	"private must be true or false", "write true or false"},
    {"/upload x name:\"\"", "too_short", "name", "\"\"", "name is empty",
	"give name within its limit: 1 to 64 bytes"},
    {"/ask model:m question:how do I", "unexpected_word", "", "do",
	"it is not clear what do belongs to",
	"put text with spaces in quotes: question:\"how do\""},
    {"/status now", "unexpected_word", "", "now",
	"it is not clear what now belongs to",
	"give every value a name, such as name:value"},
    {"/ask model:m question:\"how", "open_quote", "", "\"",
	"this quote is never closed", "close it with \""},
    {"/ask model:m question:'how", "open_quote", "", "'",
	"this quote is never closed", "close it with '"},
    {"/ask model:\"m\"question:x", "syntax", "", "q",
	"a space must follow the closing quote or bracket",
	"part the options with spaces; a quote inside quotes is \\\""},
    {"/ask model:m question:\xff", "not_text", "", "\xff",
	"the command holds bytes that are no text",
	"type it instead of pasting it"},
    {"/ask model:m question:\x1b[2J", "not_text", "", "\x1b",
	"the command holds bytes that are no text",
	"type it instead of pasting it"},
};

static void
check_bad(size_t i)
{
	Stoa__Chat__Command *command = NULL;
	struct bot_problem problem = {0};
	struct stoa_str line = stoa_str_of(bad[i].line);
	struct stoa_str place;

	if (bot_parse(line, &arena, &command, &problem)) {
		fail_msg("taken: %s", bad[i].line);
	}
	/* What is only incomplete can be completed by a form. */
	assert_int_equal(
	    command != NULL, strcmp(bad[i].code, "missing_option") == 0);
	assert_string_equal(problem.code, bad[i].code);
	assert_string_equal(problem.field, bad[i].field);
	assert_string_equal(problem.text, bad[i].text);
	assert_string_equal(problem.fix, bad[i].fix);
	place = stoa_str_from(line, problem.offset);
	if (bad[i].place[0] == '\0') {
		assert_int_equal(problem.offset, line.len);
	} else {
		assert_true(problem.len <= place.len);
		place.len = problem.len;
		assert_str(place, bad[i].place);
	}
}

static void
test_parse_names_field_limit_fix_and_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < STOA_COUNT(bad); i++) {
		check_bad(i);
		stoa_arena_reset(&arena);
	}
}

static void
test_parse_bounds_line_and_values(void **state)
{
	char line[BOT_LINE_LEN_MAX + 2];
	Stoa__Chat__Command *command = NULL;
	struct bot_problem problem;

	(void)state;
	memset(line, ' ', sizeof(line));
	memcpy(line, "/help", 5);
	assert_true(bot_parse(stoa_str_of_bytes(line, BOT_LINE_LEN_MAX), &arena,
	    &command, &problem));
	assert_false(bot_parse(stoa_str_of_bytes(line, BOT_LINE_LEN_MAX + 1),
	    &arena, &command, &problem));
	assert_string_equal(problem.code, "too_long");
	assert_string_equal(problem.limit, "8192 bytes");

	memset(line, 'x', sizeof(line));
	memcpy(line, "/upload f name:", 15);
	assert_true(bot_parse(stoa_str_of_bytes(line, 15 + BOT_LABEL_LEN_MAX),
	    &arena, &command, &problem));
	assert_false(
	    bot_parse(stoa_str_of_bytes(line, 15 + BOT_LABEL_LEN_MAX + 1),
		&arena, &command, &problem));
	assert_string_equal(problem.code, "too_long");
	assert_string_equal(problem.field, "name");
	assert_string_equal(problem.limit, "1 to 64 bytes");
}

static void
test_parse_refuses_when_memory_ends(void **state)
{
	(void)state;
	for (size_t size = 0; size < 4096; size += 64) {
		struct stoa_arena small;
		Stoa__Chat__Command *command = NULL;
		struct bot_problem problem;
		char *block = malloc(size + 1);

		assert_non_null(block);
		stoa_arena_init(&small, block, size, 0);
		if (!bot_parse(stoa_str_of(good[6].line), &small, &command,
			&problem)) {
			assert_null(command);
			assert_non_null(problem.code);
			assert_non_null(problem.text);
		} else {
			assert_string_equal(understood(command), good[6].want);
		}
		stoa_arena_fini(&small);
		free(block);
	}
}

static void
test_validate_trusts_no_typed_platform(void **state)
{
	Stoa__Chat__Command command = STOA__CHAT__COMMAND__INIT;
	Stoa__Chat__Option dataset = STOA__CHAT__OPTION__INIT;
	Stoa__Chat__Option spend = STOA__CHAT__OPTION__INIT;
	Stoa__Chat__Option *options[] = {&dataset, &spend, &spend};
	const struct bot_command *row = NULL;
	struct bot_problem problem;

	(void)state;
	command.path = (char *)"train";
	command.options = options;
	command.n_options = 2;
	dataset.name = (char *)"dataset";
	dataset.value_case = STOA__CHAT__OPTION__VALUE_TEXT;
	dataset.text = (char *)CID;
	spend.name = (char *)"max_spend";
	spend.value_case = STOA__CHAT__OPTION__VALUE_AMOUNT_MICRO;
	spend.amount_micro = 1;
	assert_true(bot_validate(&command, &arena, &row, &problem));
	assert_int_equal(row->verb, BOT_VERB_TRAIN);

	spend.amount_micro = 0;
	assert_false(bot_validate(&command, &arena, &row, &problem));
	assert_string_equal(problem.code, "too_small");
	spend.amount_micro = 1;
	command.n_options = 3;
	assert_false(bot_validate(&command, &arena, &row, &problem));
	assert_string_equal(problem.code, "option_twice");
	command.n_options = 2;
	spend.value_case = STOA__CHAT__OPTION__VALUE_NUMBER;
	spend.number = 1.5;
	assert_false(bot_validate(&command, &arena, &row, &problem));
	assert_string_equal(problem.code, "wrong_type");
	spend.value_case = STOA__CHAT__OPTION__VALUE__NOT_SET;
	assert_false(bot_validate(&command, &arena, &row, &problem));
	assert_string_equal(problem.field, "max_spend");
}

static void
test_problem_place_points_at_the_slip(void **state)
{
	static const char line[] =
	    "/train dataset:" CID " parameters:{\"\xc3\xa9\": 10,}";
	Stoa__Chat__Command *command;
	struct bot_problem problem;
	struct stoa_buf b;

	(void)state;
	stoa_buf_init(&b, 4096);
	assert_false(bot_parse(stoa_str_of(line), &arena, &command, &problem));
	bot_problem_print_place(&b, &problem, stoa_str_of(line), 40);
	assert_string_equal(b.data,
	    "bf3oclgtqy55fbzdi parameters:{\"\xc3\xa9\": 10,}\n"
	    "                                      ^\n");
	stoa_buf_clear(&b);
	assert_false(
	    bot_parse(STOA_STR("/trian x"), &arena, &command, &problem));
	bot_problem_print_place(&b, &problem, STOA_STR("/trian x"), 40);
	assert_string_equal(b.data, "/trian x\n^^^^^^\n");
	stoa_buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parse_understands_every_way_of_writing),
	    cmocka_unit_test(test_print_then_parse_gives_the_same),
	    cmocka_unit_test(test_parse_gives_types),
	    cmocka_unit_test(test_parse_names_field_limit_fix_and_place),
	    cmocka_unit_test(test_parse_bounds_line_and_values),
	    cmocka_unit_test(test_parse_refuses_when_memory_ends),
	    cmocka_unit_test(test_validate_trusts_no_typed_platform),
	    cmocka_unit_test(test_problem_place_points_at_the_slip),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
