/* commands.c - from the catalogue's rows to Discord's objects. */
#include "discord/commands.h"

#include "base/check.h"
#include "bot/locale.h"
#include "discord/limits.h"
#include "discord/writer.h"

#define COMMAND_CHAT_INPUT 1

#define OPTION_STRING	  3
#define OPTION_INTEGER	  4
#define OPTION_BOOLEAN	  5
#define OPTION_USER	  6
#define OPTION_CHANNEL	  7
#define OPTION_ROLE	  8
#define OPTION_ATTACHMENT 11

#define CHANNEL_TEXT 0
#define CHANNEL_NEWS 5

#define CONTEXT_GUILD  0
#define CONTEXT_BOT_DM 1
#define INSTALL_GUILD  0

/* MANAGE_GUILD, 1 << 5: who may install an application may run it. */
#define PERMISSION_MANAGE 32

bool
discord_option_is_asked(const struct bot_option *option)
{
	return option->is_required &&
	       (option->type == BOT_TEXT || option->type == BOT_JSON) &&
	       option->max > DISCORD_INLINE_TEXT_MAX;
}

bool
discord_option_has_offers(const struct bot_option *option)
{
	switch (option->source) {
	case BOT_SOURCE_COMMANDS:
	case BOT_SOURCE_DATASETS:
	case BOT_SOURCE_JOBS:
	case BOT_SOURCE_MODELS:
	case BOT_SOURCE_PROPOSALS:
	case BOT_SOURCE_TYPES:
	case BOT_SOURCE_OWN:
	case BOT_SOURCE_LISTINGS:
	case BOT_SOURCE_LEASES:
	case BOT_SOURCE_OFFERS:
		return option->type == BOT_TEXT || option->type == BOT_CID;
	case BOT_SOURCE_NONE:
	case BOT_SOURCE_MEMBERS: /* Discord offers its own */
	case BOT_SOURCE_FILES:
		break;
	}
	return false;
}

static int
type_of(enum bot_type type)
{
	switch (type) {
	case BOT_INTEGER:
		return OPTION_INTEGER;
	case BOT_FLAG:
		return OPTION_BOOLEAN;
	case BOT_PERSON:
		return OPTION_USER;
	case BOT_FILE:
		return OPTION_ATTACHMENT;
	case BOT_CHANNEL:
		return OPTION_CHANNEL;
	case BOT_ROLE:
		return OPTION_ROLE;
	case BOT_AMOUNT: /* Discord's number is a double: not exact */
	case BOT_TEXT:
	case BOT_CHOICE:
	case BOT_CID:
	case BOT_JSON:
		break;
	}
	return OPTION_STRING;
}

/* The same words as the default are named as well: a missing language falls
 * back to a neighbour (es-419 to es-ES), not to the default. */
static void
words_write(struct discord_writer *w, const char *key,
    const struct bot_locale_words words[static BOT_LOCALE_COUNT], bool is_text)
{
	discord_open(w, key, '{');
	for (size_t i = 0; i < BOT_LOCALE_COUNT; i++) {
		discord_text(w, bot_locale_tag((enum bot_locale)i),
		    is_text ? words[i].text : words[i].name);
	}
	discord_close(w, '}');
}

static void
choice_write(struct discord_writer *w, const struct bot_command *command,
    const struct bot_option *option, const char *choice)
{
	struct bot_locale_words words[BOT_LOCALE_COUNT];

	for (size_t i = 0; i < BOT_LOCALE_COUNT; i++) {
		words[i] = bot_locale_choice(
		    (enum bot_locale)i, command, option, choice);
	}
	discord_open(w, NULL, '{');
	discord_text(w, "name", choice);
	words_write(w, "name_localizations", words, false);
	discord_text(w, "value", choice);
	discord_close(w, '}');
}

static void
length_write(struct discord_writer *w, int64_t min, int64_t max)
{
	/* Ours are bytes, Discord's characters, of which there are never
	 * more: nothing is refused there that we would take, except what is
	 * shorter than `min` in characters but not in bytes. */
	if (min > 0) {
		discord_number(w, "min_length", min > 1 ? min : 1);
	}
	discord_number(w, "max_length",
	    max < DISCORD_STRING_LEN_MAX ? max : DISCORD_STRING_LEN_MAX);
}

static void
bounds_write(struct discord_writer *w, const struct bot_option *option)
{
	switch (option->type) {
	case BOT_TEXT:
		length_write(w, option->min > 0 ? 1 : 0, option->max);
		break;
	case BOT_CID: /* one byte a character */
	case BOT_JSON:
		length_write(w, option->min, option->max);
		break;
	case BOT_AMOUNT:
		length_write(w, 1, DISCORD_AMOUNT_LEN_MAX);
		break;
	case BOT_INTEGER:
		discord_number(w, "min_value", option->min);
		discord_number(w, "max_value", option->max);
		break;
	case BOT_CHOICE:
	case BOT_FLAG:
	case BOT_PERSON:
	case BOT_FILE:
	case BOT_ROLE:
		break;
	case BOT_CHANNEL: /* where texts are written, news among them */
		discord_open(w, "channel_types", '[');
		discord_number(w, NULL, CHANNEL_TEXT);
		discord_number(w, NULL, CHANNEL_NEWS);
		discord_close(w, ']');
		break;
	}
}

static void
option_write(struct discord_writer *w, const struct bot_command *command,
    const struct bot_option *option)
{
	struct bot_locale_words words[BOT_LOCALE_COUNT];

	for (size_t i = 0; i < BOT_LOCALE_COUNT; i++) {
		words[i] =
		    bot_locale_option((enum bot_locale)i, command, option);
	}
	discord_open(w, NULL, '{');
	discord_number(w, "type", type_of(option->type));
	discord_text(w, "name", option->name);
	words_write(w, "name_localizations", words, false);
	discord_text(w, "description", option->text);
	words_write(w, "description_localizations", words, true);
	discord_flag(w, "required",
	    option->is_required && !discord_option_is_asked(option));
	bounds_write(w, option);
	if (option->choices != NULL) {
		discord_open(w, "choices", '[');
		for (size_t i = 0; option->choices[i] != NULL; i++) {
			choice_write(w, command, option, option->choices[i]);
		}
		discord_close(w, ']');
	}
	if (discord_option_has_offers(option)) {
		discord_flag(w, "autocomplete", true);
	}
	discord_close(w, '}');
}

/* Required ones come first: Discord refuses another order, and an option that
 * a form asks for is none of them. */
static void
options_write(struct discord_writer *w, const struct bot_command *command)
{
	discord_open(w, "options", '[');
	for (int pass = 0; pass < 2; pass++) {
		for (const struct bot_option *o = command->options;
		     o->name != NULL; o++) {
			bool is_late =
			    !o->is_required || discord_option_is_asked(o);

			if (is_late == (pass == 1)) {
				option_write(w, command, o);
			}
		}
	}
	discord_close(w, ']');
}

static void
command_write(struct discord_writer *w, const struct bot_command *command)
{
	struct bot_locale_words words[BOT_LOCALE_COUNT];

	for (size_t i = 0; i < BOT_LOCALE_COUNT; i++) {
		words[i] = bot_locale_command((enum bot_locale)i, command);
	}
	discord_open(w, NULL, '{');
	discord_number(w, "type", COMMAND_CHAT_INPUT);
	discord_text(w, "name", command->name);
	words_write(w, "name_localizations", words, false);
	discord_text(w, "description", command->text);
	words_write(w, "description_localizations", words, true);
	options_write(w, command);
	/* Who counts as admin is for the community to say, and may be who
	 * holds a role: Discord would hide the command from them. */
	if (command->permission >= BOT_OWNER) {
		discord_number(
		    w, "default_member_permissions", PERMISSION_MANAGE);
	}
	discord_open(w, "integration_types", '[');
	discord_number(w, NULL, INSTALL_GUILD);
	discord_close(w, ']');
	/* A community is a server; a direct message belongs to none. Only
	 * what needs no membership works there. */
	discord_open(w, "contexts", '[');
	discord_number(w, NULL, CONTEXT_GUILD);
	if (command->permission == BOT_ANYBODY) {
		discord_number(w, NULL, CONTEXT_BOT_DM);
	}
	discord_close(w, ']');
	discord_close(w, '}');
}

struct stoa_str
discord_commands_print(struct stoa_arena *arena)
{
	struct stoa_buf b;
	struct discord_writer w = {.to = &b};
	struct stoa_str all = STOA_STR("");
	char *copy;

	stoa_buf_init(&b, DISCORD_BODY_MAX);
	discord_open(&w, NULL, '[');
	for (size_t i = 0; i < BOT_VERB_COUNT; i++) {
		command_write(&w, bot_command_get((enum bot_verb)i));
	}
	discord_close(&w, ']');
	stoa_assert(!b.is_overflown);
	copy = stoa_arena_str(arena, stoa_buf_str(&b));
	if (copy != NULL) {
		all = (struct stoa_str){copy, b.len};
	}
	stoa_buf_fini(&b);
	return all;
}
