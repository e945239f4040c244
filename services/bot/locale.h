/* locale.h - the catalogue's texts in other languages.
 *
 * One table a language (locale_<tag>.tbl) has a row for every command, option
 * and choice of the catalogue; the unit test proves that none is missing and
 * that each fits the tightest platform. English comes from the catalogue
 * itself. Names are what a member sees and types where a platform translates
 * them; what reaches the bot always has the catalogue's own names. All
 * static. Layer 2, pure. */
#ifndef BOT_LOCALE_H
#define BOT_LOCALE_H

#include "bot/catalogue.h"

enum bot_locale {
	BOT_LOCALE_EN_US,
	BOT_LOCALE_EN_GB,
	BOT_LOCALE_DE,
	BOT_LOCALE_ES_ES,
	BOT_LOCALE_ES_419,
	BOT_LOCALE_FR,
	BOT_LOCALE_JA,
	BOT_LOCALE_PT_BR,
};
#define BOT_LOCALE_COUNT 8

struct bot_locale_words {
	const char *name;
	const char *text; /* NULL for choices */
};

/* BCP 47, as Discord writes it: "es-419". */
const char *bot_locale_tag(enum bot_locale locale);

/* The nearest language there is for a tag: "de-AT" is German, "es-MX" the
 * Spanish of Latin America, "pt" Brazilian; English for what is not known. */
enum bot_locale bot_locale_of(struct stoa_str tag);

/* Missing rows, which the unit test does not let through, are English. */
struct bot_locale_words bot_locale_command(
    enum bot_locale locale, const struct bot_command *command);
struct bot_locale_words bot_locale_option(enum bot_locale locale,
    const struct bot_command *command, const struct bot_option *option);
struct bot_locale_words bot_locale_choice(enum bot_locale locale,
    const struct bot_command *command, const struct bot_option *option,
    const char *choice);

/* Whether there is a row, for the test. */
bool bot_locale_has(enum bot_locale locale, const char *command,
    const char *option, const char *choice);

/* How many rows there are, for the test: none may be of nothing. */
size_t bot_locale_size(enum bot_locale locale);

#endif
