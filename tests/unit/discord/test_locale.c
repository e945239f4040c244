#include "bot/locale.h"

#include "bot/limits.h"

#include "../unit.h"

static size_t
characters_of(const char *text)
{
	size_t count = 0;

	assert_true(stoa_str_is_utf8(stoa_str_of(text)));
	for (; *text != '\0'; text++) {
		count += ((unsigned char)*text & 0xc0) != 0x80;
	}
	return count;
}

static void
words_check(struct bot_locale_words words, bool has_text)
{
	assert_in_range(characters_of(words.name), 1,
	    has_text ? BOT_NAME_LEN_MAX : BOT_TEXT_LEN_MAX);
	assert_int_equal(words.text != NULL, has_text);
	if (has_text) {
		assert_in_range(characters_of(words.text), 1, BOT_TEXT_LEN_MAX);
		assert_true(words.text[strlen(words.text) - 1] != '.');
	}
}

static void
row_need(enum bot_locale l, const char *command, const char *option,
    const char *choice)
{
	if (!bot_locale_has(l, command, option, choice)) {
		fail_msg("%s lacks %s %s %s", bot_locale_tag(l), command,
		    option == NULL ? "" : option, choice == NULL ? "" : choice);
	}
}

/* Checks that one language has all; gives how many rows that takes. */
static size_t
locale_check(enum bot_locale l)
{
	size_t rows = 0;

	for (size_t v = 0; v < BOT_VERB_COUNT; v++) {
		const struct bot_command *c = bot_command_get((enum bot_verb)v);

		row_need(l, c->name, NULL, NULL);
		words_check(bot_locale_command(l, c), true);
		rows++;
		for (const struct bot_option *o = c->options; o->name != NULL;
		     o++) {
			row_need(l, c->name, o->name, NULL);
			words_check(bot_locale_option(l, c, o), true);
			rows++;
			for (size_t i = 0;
			     o->choices != NULL && o->choices[i] != NULL; i++) {
				row_need(l, c->name, o->name, o->choices[i]);
				words_check(
				    bot_locale_choice(l, c, o, o->choices[i]),
				    false);
				rows++;
			}
		}
	}
	return rows;
}

static void
test_every_language_has_the_whole_catalogue(void **state)
{
	(void)state;
	for (size_t i = BOT_LOCALE_DE; i < BOT_LOCALE_COUNT; i++) {
		/* As many rows as needed: none is of something gone. */
		assert_int_equal(locale_check((enum bot_locale)i),
		    bot_locale_size((enum bot_locale)i));
	}
}

static void
test_english_is_the_catalogue(void **state)
{
	const struct bot_command *c = bot_command_get(BOT_VERB_TRAIN);

	(void)state;
	assert_ptr_equal(bot_locale_command(BOT_LOCALE_EN_GB, c).text, c->text);
	assert_ptr_equal(
	    bot_locale_option(BOT_LOCALE_EN_US, c, &c->options[0]).name,
	    c->options[0].name);
	assert_string_equal(bot_locale_choice(BOT_LOCALE_EN_US, c,
				&c->options[2], "text-classifier")
				.name,
	    "text-classifier");
}

static void
test_of_finds_the_nearest_language(void **state)
{
	static const struct {
		const char *tag, *want;
	} rows[] = {
	    {"de", "de"},
	    {"de-AT", "de"},
	    {"en-GB", "en-GB"},
	    {"en", "en-US"},
	    {"en-AU", "en-US"},
	    {"es", "es-ES"},
	    {"es-ES", "es-ES"},
	    {"es-419", "es-419"},
	    {"es-MX", "es-419"},
	    {"pt", "pt-BR"},
	    {"pt-PT", "pt-BR"},
	    {"ja-JP", "ja"},
	    {"fr-CA", "fr"},
	    {"ko", "en-US"},
	    {"", "en-US"},
	    {"-", "en-US"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		assert_string_equal(
		    bot_locale_tag(bot_locale_of(stoa_str_of(rows[i].tag))),
		    rows[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_language_has_the_whole_catalogue),
	    cmocka_unit_test(test_english_is_the_catalogue),
	    cmocka_unit_test(test_of_finds_the_nearest_language),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
