#include "pretty.h"

#include "base/check.h"

#define LINE_MAX 76

/* Length of the value that `text` begins with. */
static size_t
value_len(struct stoa_str text)
{
	size_t depth = 0, i = 0;
	bool is_string = false;

	for (; i < text.len; i++) {
		char c = text.data[i];

		if (is_string) {
			i += c == '\\' ? 1 : 0;
			is_string = c != '"';
		} else if (c == '"') {
			is_string = true;
		} else if (c == '{' || c == '[') {
			depth++;
		} else if (c == '}' || c == ']') {
			depth--;
		}
		if (!is_string && depth == 0 &&
		    (c == '"' || c == '}' || c == ']')) {
			return i + 1;
		}
	}
	return i;
}

static void
line_begin(struct stoa_buf *to, size_t depth)
{
	stoa_buf_add_byte(to, '\n');
	while (depth-- > 0) {
		stoa_buf_add_text(to, "  ");
	}
}

void
pretty_print(struct stoa_buf *to, struct stoa_str json)
{
	size_t depth = 0;

	while (json.len > 0) {
		char c = json.data[0];
		size_t len = 1;

		if (c == '"') {
			len = value_len(json);
		} else if ((c == '{' || c == '[') &&
			   value_len(json) <= LINE_MAX - 2 * depth) {
			len = value_len(json);
		} else if (c == '{' || c == '[') {
			depth++;
		} else if (c == '}' || c == ']') {
			depth--;
			line_begin(to, depth);
		}
		stoa_buf_add(to, json.data, len);
		if (len == 1 && (c == '{' || c == '[' || c == ',')) {
			line_begin(to, depth);
		}
		if (c == ':') {
			stoa_buf_add_byte(to, ' ');
		}
		json = stoa_str_from(json, len);
	}
	stoa_buf_add_byte(to, '\n');
}
