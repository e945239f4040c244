/* catalogue.c - the rows of catalogue.tbl, and finding one. */
#include "bot/catalogue.h"

#include "base/check.h"
#include "bot/limits.h"

#define OPTIONS(...)                           \
	.options = (const struct bot_option[]) \
	{                                      \
		__VA_ARGS__ __VA_OPT__(, )     \
		{                              \
			0                      \
		}                              \
	}
#define EXAMPLES(...)                     \
	.examples = (const char *const[]) \
	{                                 \
		__VA_ARGS__, NULL         \
	}
#define OPTION(required_, name_, type_, source_, min_, max_, text_, ...)   \
	{                                                                  \
		.is_required = (required_), .name = (name_),               \
		.type = BOT_##type_, .source = BOT_SOURCE_##source_,       \
		.min = (min_), .max = (max_), .text = (text_), __VA_ARGS__ \
	}
#define REQUIRED(...) OPTION(true, __VA_ARGS__)
#define OPTIONAL(...) OPTION(false, __VA_ARGS__)

static const struct bot_command commands[] = {
#define BOT_COMMAND(VERB, name_, permission_, cost_, effect_, pace_, private_, \
    text_, help_, ...)                                                         \
	[BOT_VERB_##VERB] = {.verb = BOT_VERB_##VERB,                          \
	    .name = (name_),                                                   \
	    .permission = BOT_##permission_,                                   \
	    .cost = BOT_##cost_,                                               \
	    .effect = BOT_##effect_,                                           \
	    .pace = BOT_##pace_,                                               \
	    .is_private = (private_),                                          \
	    .text = (text_),                                                   \
	    .help = (help_),                                                   \
	    __VA_ARGS__},
#include "bot/catalogue.tbl"
#undef BOT_COMMAND
};

STOA_STATIC_ASSERT(BOT_VERB_COUNT <= BOT_COMMANDS_MAX, "Telegram's limit");

const struct bot_command *
bot_command_get(enum bot_verb verb)
{
	stoa_assert((size_t)verb < STOA_COUNT(commands));
	return &commands[verb];
}

const struct bot_command *
bot_command_find(struct stoa_str name)
{
	for (size_t i = 0; i < STOA_COUNT(commands); i++) {
		if (stoa_str_is_equal(stoa_str_of(commands[i].name), name)) {
			return &commands[i];
		}
	}
	return NULL;
}

const struct bot_option *
bot_option_find(const struct bot_command *command, struct stoa_str name)
{
	for (const struct bot_option *o = command->options; o->name != NULL;
	     o++) {
		if (stoa_str_is_equal(stoa_str_of(o->name), name)) {
			return o;
		}
	}
	return NULL;
}

size_t
bot_option_count(const struct bot_command *command)
{
	size_t count = 0;

	while (command->options[count].name != NULL) {
		count++;
	}
	return count;
}

const struct bot_option *
bot_option_sole(const struct bot_command *command)
{
	const struct bot_option *first = &command->options[0];

	/* Required ones come first: two are enough to look at. */
	if (first->name == NULL || !first->is_required ||
	    first[1].is_required) {
		return NULL;
	}
	return first;
}

const char *
bot_command_suggest(struct stoa_str name)
{
	const char *names[STOA_COUNT(commands)];

	for (size_t i = 0; i < STOA_COUNT(commands); i++) {
		names[i] = commands[i].name;
	}
	return stoa_str_suggest(name, names, STOA_COUNT(names));
}

const char *
bot_option_suggest(const struct bot_command *command, struct stoa_str name)
{
	const char *names[BOT_OPTIONS_MAX];
	size_t count = bot_option_count(command);

	stoa_assert(count <= BOT_OPTIONS_MAX);
	for (size_t i = 0; i < count; i++) {
		names[i] = command->options[i].name;
	}
	return stoa_str_suggest(name, names, count);
}

const char *
bot_type_name(enum bot_type type)
{
	static const char *const names[] = {
	    [BOT_TEXT] = "text",
	    [BOT_CHOICE] = "one of a list",
	    [BOT_CID] = "a CID",
	    [BOT_INTEGER] = "a whole number",
	    [BOT_FLAG] = "true or false",
	    [BOT_AMOUNT] = "an amount of Joy",
	    [BOT_JSON] = "a JSON object",
	    [BOT_PERSON] = "a member",
	    [BOT_FILE] = "a file",
	    [BOT_CHANNEL] = "a channel",
	    [BOT_ROLE] = "a role",
	};

	stoa_assert((size_t)type < STOA_COUNT(names));
	return names[type];
}

const char *
bot_source_name(enum bot_source source)
{
	static const char *const names[] = {
	    [BOT_SOURCE_NONE] = "",
	    [BOT_SOURCE_COMMANDS] = "commands",
	    [BOT_SOURCE_DATASETS] = "datasets",
	    [BOT_SOURCE_JOBS] = "jobs",
	    [BOT_SOURCE_MODELS] = "models",
	    [BOT_SOURCE_MEMBERS] = "members",
	    [BOT_SOURCE_PROPOSALS] = "proposals",
	    [BOT_SOURCE_TYPES] = "types",
	    [BOT_SOURCE_OWN] = "own_commands",
	    [BOT_SOURCE_LISTINGS] = "listings",
	    [BOT_SOURCE_LEASES] = "leases",
	    [BOT_SOURCE_OFFERS] = "offers",
	    [BOT_SOURCE_FILES] = "files",
	};

	stoa_assert((size_t)source < STOA_COUNT(names));
	return names[source];
}

const char *
bot_permission_name(enum bot_permission permission)
{
	static const char *const names[] = {
	    [BOT_ANYBODY] = "anybody",
	    [BOT_MEMBER] = "member",
	    [BOT_TRAINER] = "trainer",
	    [BOT_ADMIN] = "admin",
	    [BOT_OWNER] = "owner",
	};

	stoa_assert((size_t)permission < STOA_COUNT(names));
	return names[permission];
}

const char *
bot_cost_name(enum bot_cost cost)
{
	static const char *const names[BOT_COST_COUNT] = {
	    [BOT_CHEAP] = "cheap",
	    [BOT_READ] = "read",
	    [BOT_MONEY] = "money",
	    [BOT_COMPUTE] = "compute",
	};

	stoa_assert((size_t)cost < STOA_COUNT(names));
	return names[cost];
}

struct stoa_gcra_rate
bot_cost_rate(enum bot_cost cost)
{
	static const struct stoa_gcra_rate rates[BOT_COST_COUNT] = {
	    [BOT_CHEAP] = {BOT_CHEAP_INTERVAL_US, BOT_CHEAP_BURST},
	    [BOT_READ] = {BOT_READ_INTERVAL_US, BOT_READ_BURST},
	    [BOT_MONEY] = {BOT_MONEY_INTERVAL_US, BOT_MONEY_BURST},
	    [BOT_COMPUTE] = {BOT_COMPUTE_INTERVAL_US, BOT_COMPUTE_BURST},
	};

	stoa_assert((size_t)cost < STOA_COUNT(rates));
	return rates[cost];
}
