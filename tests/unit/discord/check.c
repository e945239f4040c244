#include "check.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/json.h"

#define IDS_MAX 64

struct checker {
	struct stoa_arena arena;
	size_t components, text_units, text_bytes, displays, embed_units;
	struct stoa_str ids[IDS_MAX];
	size_t id_count;
	size_t attachments;
};

static struct stoa_json
get(struct stoa_json object, const char *name)
{
	return stoa_json_get(object, stoa_str_of(name));
}

static struct stoa_str
str_of(struct checker *c, struct stoa_json value)
{
	struct stoa_str text;

	stoa_assert(stoa_json_to_str(value, &c->arena, &text));
	stoa_assert(stoa_str_is_utf8(text));
	return text;
}

static int64_t
int_of(struct stoa_json value)
{
	int64_t number;

	stoa_assert(stoa_json_to_i64(value, &number));
	return number;
}

/* What JavaScript calls the length. */
static size_t
units_of(struct stoa_str text)
{
	size_t units = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char b = (unsigned char)text.data[i];

		units += (b & 0xc0) != 0x80;
		units += b >= 0xf0;
	}
	return units;
}

/* The text, of at least one visible character, at most `max`. */
static struct stoa_str
text_of(struct checker *c, struct stoa_json value, size_t max)
{
	struct stoa_str text = str_of(c, value);

	stoa_assert(stoa_str_trim(text).len > 0);
	stoa_assert(units_of(text) <= max);
	stoa_assert(memchr(text.data, '\0', text.len) == NULL);
	stoa_assert(memchr(text.data, '\x1b', text.len) == NULL);
	return text;
}

static void
optional_text(
    struct checker *c, struct stoa_json object, const char *name, size_t max)
{
	struct stoa_json value = get(object, name);

	if (!stoa_json_is_absent(value)) {
		(void)text_of(c, value, max);
	}
}

static void
id_check(struct checker *c, struct stoa_json value)
{
	struct stoa_str id = text_of(c, value, 100);

	for (size_t i = 0; i < c->id_count; i++) {
		stoa_assert(!stoa_str_is_equal(c->ids[i], id));
	}
	stoa_assert(c->id_count < IDS_MAX);
	c->ids[c->id_count++] = id;
}

/* ---- markup: only what a card may have ---- */

static bool
starts(struct stoa_str text, const char *with)
{
	return stoa_str_has_prefix(text, stoa_str_of(with));
}

/* Past a block or span of code that starts here, else 0. */
static size_t
code_end(struct stoa_str text)
{
	struct stoa_str mark =
	    starts(text, "```") ? STOA_STR("```") : STOA_STR("`");
	const char *end;

	if (!starts(text, "`")) {
		return 0;
	}
	end = memmem(
	    text.data + mark.len, text.len - mark.len, mark.data, mark.len);
	stoa_assert(end != NULL);
	stoa_assert(end > text.data + mark.len);
	return (size_t)(end - text.data) + mark.len;
}

static void
line_start_check(struct stoa_str text, bool is_first)
{
	while (starts(text, " ")) {
		text = stoa_str_from(text, 1);
	}
	if (is_first && starts(text, "### ")) {
		return;
	}
	stoa_assert(!starts(text, "#"));
	stoa_assert(!starts(text, ">"));
	stoa_assert(!starts(text, "+ "));
	stoa_assert(!starts(text, "- "));
	while (text.len > 0 && text.data[0] >= '0' && text.data[0] <= '9') {
		text = stoa_str_from(text, 1);
		stoa_assert(!starts(text, ". ") && !starts(text, ") "));
	}
}

static void
markup_check(struct stoa_str text)
{
	bool is_line_start = true, is_bold = false;
	struct stoa_str rest = text;

	while (rest.len > 0) {
		size_t step = code_end(rest);

		if (is_line_start) {
			stoa_assert(!is_bold);
			line_start_check(rest, rest.data == text.data);
			is_line_start = false;
		}
		if (step == 0 && starts(rest, "**")) {
			is_bold = !is_bold;
			step = 2;
		} else if (step == 0 && starts(rest, "\\")) {
			step = 2;
		} else if (step == 0) {
			stoa_assert(strchr("*_~|<[", rest.data[0]) == NULL);
			stoa_assert(!starts(rest, "@everyone"));
			stoa_assert(!starts(rest, "@here"));
			stoa_assert(!starts(rest, "://"));
			is_line_start = rest.data[0] == '\n';
			step = 1;
		}
		rest = stoa_str_from(rest, step);
	}
	stoa_assert(!is_bold);
}

/* Characters that turn the reading direction: U+202A to 202E, 2066 to 2069. */
static void
direction_check(struct stoa_str text)
{
	for (size_t i = 0; i + 2 < text.len; i++) {
		const unsigned char *b = (const unsigned char *)text.data + i;

		stoa_assert(!(b[0] == 0xe2 && b[1] == 0x80 && b[2] >= 0xaa &&
			      b[2] <= 0xae));
		stoa_assert(!(b[0] == 0xe2 && b[1] == 0x81 && b[2] >= 0xa6 &&
			      b[2] <= 0xa9));
	}
}

/* ---- components ---- */

static void
button_check(struct checker *c, struct stoa_json b)
{
	int64_t style = int_of(get(b, "style"));

	direction_check(text_of(c, get(b, "label"), 80));
	if (style == 5) {
		struct stoa_str url = text_of(c, get(b, "url"), 512);

		stoa_assert(starts(url, "https://"));
		stoa_assert(stoa_json_is_absent(get(b, "custom_id")));
	} else {
		stoa_assert(style >= 1 && style <= 4);
		stoa_assert(stoa_json_is_absent(get(b, "url")));
		id_check(c, get(b, "custom_id"));
	}
}

/* A list that Discord fills: of people (5), roles (6) or channels (8). */
static void
known_list_check(struct checker *c, struct stoa_json select)
{
	struct stoa_json types = get(select, "channel_types");
	struct stoa_json chosen = get(select, "default_values");
	struct stoa_json_iter it;
	struct stoa_json_member m;
	int64_t type = int_of(get(select, "type"));
	size_t count = 0;

	id_check(c, get(select, "custom_id"));
	optional_text(c, select, "placeholder", 150);
	stoa_assert(stoa_json_is_absent(get(select, "options")));
	stoa_assert(stoa_json_is_absent(types) == (type != 8));
	if (stoa_json_is_absent(chosen)) {
		return;
	}
	it = stoa_json_iter(chosen);
	while (stoa_json_next(&it, &m)) {
		struct stoa_str id = text_of(c, get(m.value, "id"), 20);

		for (size_t i = 0; i < id.len; i++) {
			stoa_assert(id.data[i] >= '0' && id.data[i] <= '9');
		}
		stoa_assert(stoa_json_is_str(
		    get(m.value, "type"), type == 5   ? STOA_STR("user")
					  : type == 6 ? STOA_STR("role")
						      : STOA_STR("channel")));
		count++;
	}
	stoa_assert(count == 1);
}

static void
select_check(struct checker *c, struct stoa_json select)
{
	struct stoa_json options = get(select, "options");
	struct stoa_json_iter it = stoa_json_iter(options);
	struct stoa_json_member m;
	struct stoa_json low = get(select, "min_values");
	struct stoa_json high = get(select, "max_values");
	int64_t most = stoa_json_is_absent(high) ? 1 : int_of(high);
	struct stoa_str values[25];
	size_t count = 0;
	int64_t chosen = 0;

	id_check(c, get(select, "custom_id"));
	optional_text(c, select, "placeholder", 150);
	while (stoa_json_next(&it, &m)) {
		stoa_assert(count < 25);
		(void)text_of(c, get(m.value, "label"), 100);
		optional_text(c, m.value, "description", 100);
		values[count] = text_of(c, get(m.value, "value"), 100);
		chosen += !stoa_json_is_absent(get(m.value, "default"));
		for (size_t i = 0; i < count; i++) {
			stoa_assert(
			    !stoa_str_is_equal(values[i], values[count]));
		}
		count++;
	}
	stoa_assert(count > 0);
	stoa_assert(most >= 1 && most <= (int64_t)count && chosen <= most);
	stoa_assert(stoa_json_is_absent(low) ||
		    (int_of(low) >= 0 && int_of(low) <= most));
}

static void
row_check(struct checker *c, struct stoa_json row)
{
	struct stoa_json_iter it = stoa_json_iter(get(row, "components"));
	struct stoa_json_member m;
	size_t buttons = 0, selects = 0;

	stoa_assert(int_of(get(row, "type")) == 1);
	c->components++;
	while (stoa_json_next(&it, &m)) {
		c->components++;
		if (int_of(get(m.value, "type")) == 2) {
			button_check(c, m.value);
			buttons++;
		} else if (int_of(get(m.value, "type")) == 3) {
			select_check(c, m.value);
			selects++;
		} else {
			int64_t type = int_of(get(m.value, "type"));

			stoa_assert(type == 5 || type == 6 || type == 8);
			known_list_check(c, m.value);
			selects++;
		}
	}
	stoa_assert(buttons + selects > 0);
	stoa_assert(buttons <= 5);
	stoa_assert(selects == 0 || (selects == 1 && buttons == 0));
}

static void
media_check(struct checker *c, struct stoa_json url)
{
	stoa_assert(starts(text_of(c, url, 2048), "attachment://"));
}

static void
gallery_check(struct checker *c, struct stoa_json gallery)
{
	struct stoa_json_iter it = stoa_json_iter(get(gallery, "items"));
	struct stoa_json_member m;
	size_t count = 0;

	while (stoa_json_next(&it, &m)) {
		media_check(c, get(get(m.value, "media"), "url"));
		optional_text(c, m.value, "description", 1024);
		count++;
	}
	stoa_assert(count == c->attachments && count <= 10);
}

static void
display_check(struct checker *c, struct stoa_json display)
{
	struct stoa_str text = text_of(c, get(display, "content"), 4000);

	markup_check(text);
	direction_check(text);
	c->text_units += units_of(text);
	c->text_bytes += text.len;
	c->displays++;
}

static void
container_check(struct checker *c, struct stoa_json container)
{
	struct stoa_json_iter it = stoa_json_iter(get(container, "components"));
	struct stoa_json_member m;
	size_t children = 0;

	stoa_assert(int_of(get(container, "type")) == 17);
	stoa_assert(int_of(get(container, "accent_color")) <= 0xffffff);
	c->components++;
	while (stoa_json_next(&it, &m)) {
		int64_t type = int_of(get(m.value, "type"));

		children++;
		if (type == 1) {
			row_check(c, m.value);
			continue;
		}
		c->components++;
		if (type == 10) {
			display_check(c, m.value);
		} else if (type == 12) {
			gallery_check(c, m.value);
		} else {
			stoa_assert(type == 14);
			stoa_assert(children > 1);
		}
	}
	stoa_assert(children > 0);
}

static void
components_check(struct checker *c, struct stoa_json body)
{
	struct stoa_json_iter it = stoa_json_iter(get(body, "components"));
	struct stoa_json_member m;

	stoa_assert(stoa_json_is_absent(get(body, "embeds")));
	stoa_assert(stoa_json_is_absent(get(body, "content")));
	stoa_assert(stoa_json_next(&it, &m));
	container_check(c, m.value);
	stoa_assert(!stoa_json_next(&it, &m));
	stoa_assert(c->components <= 40);
	stoa_assert(c->text_units <= 4000);
	stoa_assert(c->text_bytes + 12 * c->displays <= 10170);
}

/* ---- embeds ---- */

static void
embed_text(
    struct checker *c, struct stoa_json object, const char *name, size_t max)
{
	struct stoa_json value = get(object, name);

	if (!stoa_json_is_absent(value)) {
		struct stoa_str text = text_of(c, value, max);

		markup_check(text);
		direction_check(text);
		c->embed_units += units_of(text);
	}
}

static void
embed_check(struct checker *c, struct stoa_json embed)
{
	struct stoa_json fields = get(embed, "fields");
	struct stoa_json image = get(embed, "image");

	embed_text(c, embed, "title", 256);
	embed_text(c, embed, "description", 4096);
	stoa_assert(int_of(get(embed, "color")) <= 0xffffff);
	if (!stoa_json_is_absent(image)) {
		media_check(c, get(image, "url"));
	}
	if (!stoa_json_is_absent(fields)) {
		struct stoa_json_iter it = stoa_json_iter(fields);
		struct stoa_json_member m;

		stoa_assert(stoa_json_count(fields) <= 25);
		while (stoa_json_next(&it, &m)) {
			(void)text_of(c, get(m.value, "name"), 256);
			(void)text_of(c, get(m.value, "value"), 1024);
			embed_text(c, m.value, "name", 256);
			embed_text(c, m.value, "value", 1024);
		}
	}
	stoa_assert(!stoa_json_is_absent(get(embed, "title")) ||
		    !stoa_json_is_absent(get(embed, "description")) ||
		    !stoa_json_is_absent(image) || stoa_json_count(fields) > 0);
}

static void
embeds_check(struct checker *c, struct stoa_json body)
{
	struct stoa_json_iter it = stoa_json_iter(get(body, "embeds"));
	struct stoa_json_member m;

	stoa_assert(stoa_json_count(get(body, "embeds")) <= 10);
	while (stoa_json_next(&it, &m)) {
		embed_check(c, m.value);
	}
	stoa_assert(c->embed_units <= 6000);
	stoa_assert(stoa_json_count(get(body, "components")) <= 5);
	it = stoa_json_iter(get(body, "components"));
	while (stoa_json_next(&it, &m)) {
		row_check(c, m.value);
	}
}

/* ---- whole bodies ---- */

static void
begin(struct checker *c, struct stoa_str json, struct stoa_json *ret_root)
{
	memset(c, 0, sizeof(*c));
	stoa_arena_init(&c->arena, NULL, 0, (size_t)64 * 1024 * 1024);
	stoa_assert(
	    stoa_json_parse(json, STOA_JSON_UNIQUE_NAMES, ret_root, NULL));
}

static void
message_check(struct checker *c, struct stoa_json body)
{
	struct stoa_json flags = get(body, "flags");
	struct stoa_json files = get(body, "attachments");
	struct stoa_json_iter it = stoa_json_iter(files);
	struct stoa_json_member m;
	int64_t bits = stoa_json_is_absent(flags) ? 0 : int_of(flags);

	stoa_assert((bits & ~(int64_t)(64 | 32768)) == 0);
	stoa_assert(
	    stoa_json_count(get(get(body, "allowed_mentions"), "parse")) == 0);
	while (stoa_json_next(&it, &m)) {
		(void)text_of(c, get(m.value, "id"), 1);
		(void)text_of(c, get(m.value, "filename"), 1024);
		optional_text(c, m.value, "description", 1024);
		c->attachments++;
	}
	optional_text(c, body, "nonce", 25);
	if ((bits & 32768) != 0) {
		components_check(c, body);
	} else {
		embeds_check(c, body);
	}
}

void
check_message(struct stoa_str json)
{
	struct checker c;
	struct stoa_json body;

	begin(&c, json, &body);
	message_check(&c, body);
	stoa_arena_fini(&c.arena);
}

static void
modal_check(struct checker *c, struct stoa_json modal)
{
	struct stoa_json_iter it = stoa_json_iter(get(modal, "components"));
	struct stoa_json_member m;
	size_t count = 0;

	(void)text_of(c, get(modal, "custom_id"), 100);
	(void)text_of(c, get(modal, "title"), 45);
	while (stoa_json_next(&it, &m)) {
		struct stoa_json input = get(m.value, "component");
		struct stoa_json value = get(input, "value");
		int64_t len_max = int_of(get(input, "max_length"));

		stoa_assert(int_of(get(m.value, "type")) == 18);
		(void)text_of(c, get(m.value, "label"), 45);
		optional_text(c, m.value, "description", 100);
		stoa_assert(int_of(get(input, "type")) == 4);
		id_check(c, get(input, "custom_id"));
		stoa_assert(len_max >= 1 && len_max <= 4000);
		if (!stoa_json_is_absent(value)) {
			stoa_assert(
			    units_of(str_of(c, value)) <= (size_t)len_max);
		}
		count++;
	}
	stoa_assert(count >= 1 && count <= 5);
}

void
check_modal(struct stoa_str json)
{
	struct checker c;
	struct stoa_json modal;

	begin(&c, json, &modal);
	modal_check(&c, modal);
	stoa_arena_fini(&c.arena);
}

static void
choices_check(struct checker *c, struct stoa_json choices)
{
	struct stoa_json_iter it = stoa_json_iter(choices);
	struct stoa_json_member m;

	stoa_assert(stoa_json_count(choices) <= 25);
	while (stoa_json_next(&it, &m)) {
		(void)text_of(c, get(m.value, "name"), 100);
		(void)text_of(c, get(m.value, "value"), 100);
	}
}

void
check_callback(struct stoa_str json)
{
	struct checker c;
	struct stoa_json root, data;
	int64_t type;

	begin(&c, json, &root);
	type = int_of(get(root, "type"));
	data = get(root, "data");
	if (type == 4 || type == 7) {
		message_check(&c, data);
		stoa_assert(stoa_json_is_absent(get(data, "nonce")));
	} else if (type == 5) {
		stoa_assert(stoa_json_is_absent(data) ||
			    (stoa_json_count(data) == 1 &&
				int_of(get(data, "flags")) == 64));
	} else if (type == 8) {
		choices_check(&c, get(data, "choices"));
	} else if (type == 9) {
		modal_check(&c, data);
	} else {
		stoa_assert(type == 6);
		stoa_assert(stoa_json_is_absent(data));
	}
	stoa_arena_fini(&c.arena);
}
