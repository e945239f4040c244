/* locale.c - finding a translated text. */
#include "bot/locale.h"

#include "base/check.h"

struct row {
	const char *command;
	const char *option; /* NULL: of the command itself */
	const char *choice; /* NULL: of the option itself */
	struct bot_locale_words words;
};

struct table {
	const char *tag;
	const struct row *rows; /* NULL: the catalogue's own words */
	size_t count;
};

#define COMMAND(command_, name_, text_) \
	{.command = (command_), .words = {(name_), (text_)}},
#define OPTION(command_, option_, name_, text_) \
	{.command = (command_),                 \
	    .option = (option_),                \
	    .words = {(name_), (text_)}},
#define CHOICE(command_, option_, choice_, name_) \
	{.command = (command_),                   \
	    .option = (option_),                  \
	    .choice = (choice_),                  \
	    .words = {(name_), NULL}},

static const struct row rows_de[] = {
#include "bot/locale_de.tbl"
};
static const struct row rows_es_es[] = {
#include "bot/locale_es_es.tbl"
};
static const struct row rows_es_419[] = {
#include "bot/locale_es_419.tbl"
};
static const struct row rows_fr[] = {
#include "bot/locale_fr.tbl"
};
static const struct row rows_ja[] = {
#include "bot/locale_ja.tbl"
};
static const struct row rows_pt_br[] = {
#include "bot/locale_pt_br.tbl"
};

#define TABLE(tag_, rows_)                         \
	{                                          \
		(tag_), (rows_), STOA_COUNT(rows_) \
	}

static const struct table tables[BOT_LOCALE_COUNT] = {
    [BOT_LOCALE_EN_US] = {"en-US", NULL, 0},
    [BOT_LOCALE_EN_GB] = {"en-GB", NULL, 0},
    [BOT_LOCALE_DE] = TABLE("de", rows_de),
    [BOT_LOCALE_ES_ES] = TABLE("es-ES", rows_es_es),
    [BOT_LOCALE_ES_419] = TABLE("es-419", rows_es_419),
    [BOT_LOCALE_FR] = TABLE("fr", rows_fr),
    [BOT_LOCALE_JA] = TABLE("ja", rows_ja),
    [BOT_LOCALE_PT_BR] = TABLE("pt-BR", rows_pt_br),
};

const char *
bot_locale_tag(enum bot_locale locale)
{
	stoa_assert((size_t)locale < BOT_LOCALE_COUNT);
	return tables[locale].tag;
}

enum bot_locale
bot_locale_of(struct stoa_str tag)
{
	struct stoa_str rest = tag, language = stoa_str_cut(&rest, '-');

	for (size_t i = 0; i < BOT_LOCALE_COUNT; i++) {
		if (stoa_str_is_equal(tag, stoa_str_of(tables[i].tag))) {
			return (enum bot_locale)i;
		}
	}
	if (stoa_str_is_equal(language, STOA_STR("es"))) {
		return rest.len == 0 ? BOT_LOCALE_ES_ES : BOT_LOCALE_ES_419;
	}
	for (size_t i = 0; i < BOT_LOCALE_COUNT; i++) {
		struct stoa_str of = stoa_str_of(tables[i].tag);

		if (stoa_str_is_equal(language, stoa_str_cut(&of, '-'))) {
			return (enum bot_locale)i;
		}
	}
	return BOT_LOCALE_EN_US;
}

static bool
is_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static const struct row *
row_find(enum bot_locale locale, const char *command, const char *option,
    const char *choice)
{
	const struct table *table = &tables[locale];

	stoa_assert((size_t)locale < BOT_LOCALE_COUNT);
	for (size_t i = 0; i < table->count; i++) {
		const struct row *row = &table->rows[i];

		if (is_same(row->command, command) &&
		    is_same(row->option, option) &&
		    is_same(row->choice, choice)) {
			return row;
		}
	}
	return NULL;
}

struct bot_locale_words
bot_locale_command(enum bot_locale locale, const struct bot_command *command)
{
	const struct row *row = row_find(locale, command->name, NULL, NULL);

	return row == NULL
		   ? (struct bot_locale_words){command->name, command->text}
		   : row->words;
}

struct bot_locale_words
bot_locale_option(enum bot_locale locale, const struct bot_command *command,
    const struct bot_option *option)
{
	const struct row *row =
	    row_find(locale, command->name, option->name, NULL);

	return row == NULL
		   ? (struct bot_locale_words){option->name, option->text}
		   : row->words;
}

struct bot_locale_words
bot_locale_choice(enum bot_locale locale, const struct bot_command *command,
    const struct bot_option *option, const char *choice)
{
	const struct row *row =
	    row_find(locale, command->name, option->name, choice);

	return row == NULL ? (struct bot_locale_words){choice, NULL}
			   : row->words;
}

bool
bot_locale_has(enum bot_locale locale, const char *command, const char *option,
    const char *choice)
{
	return row_find(locale, command, option, choice) != NULL;
}

size_t
bot_locale_size(enum bot_locale locale)
{
	stoa_assert((size_t)locale < BOT_LOCALE_COUNT);
	return tables[locale].count;
}
