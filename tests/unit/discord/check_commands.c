#include "check.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/json.h"

#include <stdio.h>

#define LOCALES_MAX  32
#define COMMANDS_MAX 100

static const char *const locales[] = {"id", "da", "de", "en-GB", "en-US",
    "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR",
    "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th",
    "zh-CN", "ja", "zh-TW", "ko"};

static struct stoa_arena arena;

static struct stoa_json
get(struct stoa_json object, const char *name)
{
	return stoa_json_get(object, stoa_str_of(name));
}

static struct stoa_str
str_of(struct stoa_json value)
{
	struct stoa_str text;

	stoa_assert(stoa_json_to_str(value, &arena, &text));
	return text;
}

static size_t
characters_of(struct stoa_str text)
{
	size_t count = 0;

	stoa_assert(stoa_str_is_utf8(text));
	for (size_t i = 0; i < text.len; i++) {
		count += ((unsigned char)text.data[i] & 0xc0) != 0x80;
	}
	return count;
}

static unsigned
code_point(struct stoa_str text, size_t *ret_len)
{
	const unsigned char *b = (const unsigned char *)text.data;

	*ret_len = stoa_str_utf8_len(text);
	switch (*ret_len) {
	case 1:
		return b[0];
	case 2:
		return (b[0] & 0x1fu) << 6 | (b[1] & 0x3f);
	default:
		stoa_assert(*ret_len == 3);
		return (b[0] & 0x0fu) << 12 | (b[1] & 0x3fu) << 6 |
		       (b[2] & 0x3f);
	}
}

/* Letters that our languages use, in lower case; digits, - and _. */
static bool
is_name_letter(unsigned c)
{
	if (c < 0x80) {
		return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		       c == '-' || c == '_';
	}
	return (c >= 0xdf && c <= 0xff && c != 0xf7) || c == 0x153 ||
	       c == 0x3005 || (c >= 0x3041 && c <= 0x3096) ||
	       (c >= 0x30a1 && c <= 0x30fa) || c == 0x30fc ||
	       (c >= 0x4e00 && c <= 0x9fff);
}

static void
name_check(struct stoa_str name)
{
	size_t count = characters_of(name), len;

	stoa_assert(count >= 1 && count <= 32);
	for (; name.len > 0; name = stoa_str_from(name, len)) {
		stoa_assert(is_name_letter(code_point(name, &len)));
	}
}

static bool
is_locale(struct stoa_str tag)
{
	for (size_t i = 0; i < STOA_COUNT(locales); i++) {
		if (stoa_str_is_equal(tag, stoa_str_of(locales[i]))) {
			return true;
		}
	}
	return false;
}

enum what {
	WHAT_NAME,
	WHAT_TEXT,
	WHAT_LABEL
};

/* Checks a text with its translations; gives the longest one's length. */
static size_t
words_check(struct stoa_json object, const char *key, enum what what)
{
	char localized[64];
	struct stoa_json_iter it;
	struct stoa_json_member m;
	struct stoa_str own = str_of(get(object, key));
	size_t longest = characters_of(own);

	(void)snprintf(localized, sizeof(localized), "%s_localizations", key);
	it = stoa_json_iter(get(object, localized));
	do {
		size_t count = characters_of(own);

		if (what == WHAT_NAME) {
			name_check(own);
		}
		stoa_assert(count >= 1 && count <= 100);
		stoa_assert(stoa_str_trim(own).len == own.len);
		longest = count > longest ? count : longest;
		if (!stoa_json_next(&it, &m)) {
			break;
		}
		stoa_assert(is_locale(str_of(m.name)));
		own = str_of(m.value);
	} while (true);
	return longest;
}

/* In each language no two of a list have one name; what has no name in that
 * language is called by its own. */
static void
collisions_check(struct stoa_json list)
{
	for (size_t l = 0; l <= STOA_COUNT(locales); l++) {
		struct stoa_str names[COMMANDS_MAX];
		struct stoa_json_iter it = stoa_json_iter(list);
		struct stoa_json_member m;
		size_t count = 0;

		while (stoa_json_next(&it, &m)) {
			struct stoa_json name = get(m.value, "name");

			if (l < STOA_COUNT(locales)) {
				struct stoa_json there =
				    get(get(m.value, "name_localizations"),
					locales[l]);

				name =
				    stoa_json_is_absent(there) ? name : there;
			}
			stoa_assert(count < COMMANDS_MAX);
			names[count] = str_of(name);
			for (size_t i = 0; i < count; i++) {
				stoa_assert(
				    !stoa_str_is_equal(names[i], names[count]));
			}
			count++;
		}
	}
}

static size_t
choices_check(struct stoa_json option)
{
	struct stoa_json choices = get(option, "choices");
	struct stoa_json_iter it;
	struct stoa_json_member m;
	size_t total = 0;

	if (stoa_json_is_absent(choices)) {
		return 0;
	}
	stoa_assert(stoa_json_is_absent(get(option, "autocomplete")));
	stoa_assert(stoa_json_count(choices) >= 1);
	stoa_assert(stoa_json_count(choices) <= 25);
	collisions_check(choices);
	it = stoa_json_iter(choices);
	while (stoa_json_next(&it, &m)) {
		total += words_check(m.value, "name", WHAT_LABEL);
		total += characters_of(str_of(get(m.value, "value")));
	}
	return total;
}

static void
bounds_check(struct stoa_json option, int64_t type)
{
	struct stoa_json min = get(option, "min_length");
	struct stoa_json max = get(option, "max_length");
	int64_t low = 0, high = 6000;

	stoa_assert(stoa_json_is_absent(min) || stoa_json_to_i64(min, &low));
	stoa_assert(stoa_json_is_absent(max) || stoa_json_to_i64(max, &high));
	stoa_assert(low >= 0 && low <= high && high >= 1 && high <= 6000);
	if (type != 3) {
		stoa_assert(stoa_json_is_absent(min));
		stoa_assert(stoa_json_is_absent(max));
		stoa_assert(stoa_json_is_absent(get(option, "choices")));
		stoa_assert(stoa_json_is_absent(get(option, "autocomplete")));
	}
}

static size_t
options_check(struct stoa_json options)
{
	struct stoa_json_iter it = stoa_json_iter(options);
	struct stoa_json_member m;
	size_t total = 0;
	bool is_past_required = false;

	stoa_assert(stoa_json_count(options) <= 25);
	collisions_check(options);
	while (stoa_json_next(&it, &m)) {
		int64_t type;
		bool is_required;

		stoa_assert(stoa_json_to_i64(get(m.value, "type"), &type));
		stoa_assert(type >= 3 && type <= 11);
		stoa_assert(
		    stoa_json_to_bool(get(m.value, "required"), &is_required));
		stoa_assert(!is_required || !is_past_required);
		is_past_required = !is_required;
		bounds_check(m.value, type);
		total += words_check(m.value, "name", WHAT_NAME);
		total += words_check(m.value, "description", WHAT_TEXT);
		total += choices_check(m.value);
	}
	return total;
}

void
check_commands(struct stoa_str json)
{
	struct stoa_json list;
	struct stoa_json_iter it;
	struct stoa_json_member m;

	stoa_arena_init(&arena, NULL, 0, (size_t)4 * 1024 * 1024);
	stoa_assert(stoa_json_parse(json, STOA_JSON_UNIQUE_NAMES, &list, NULL));
	stoa_assert(stoa_json_count(list) <= COMMANDS_MAX);
	collisions_check(list);
	it = stoa_json_iter(list);
	while (stoa_json_next(&it, &m)) {
		size_t total = words_check(m.value, "name", WHAT_NAME) +
			       words_check(m.value, "description", WHAT_TEXT) +
			       options_check(get(m.value, "options"));

		stoa_assert(total <= 8000);
	}
	stoa_arena_fini(&arena);
}
