/* age_header.c - parses the header of an age file. */
#include "storage/age_header.h"

#include "base/buf.h"
#include "base/encode.h"

#include <string.h>

#define COLUMNS	     64
#define BODY_LEN_MAX 4096

/* Exactly 32 bytes. */
static bool
decode32(struct stoa_str text, uint8_t to[static 32])
{
	struct stoa_buf bytes;
	bool ok;

	stoa_buf_init(&bytes, 64);
	ok = text.len < 64 &&
	     stoa_base64_decode(&bytes, STOA_BASE64_NOPAD, text) &&
	     bytes.len == 32;
	if (ok) {
		memcpy(to, bytes.data, 32);
	}
	stoa_buf_fini(&bytes);
	return ok;
}

/* A line with its LF cut off; false when there is none. */
static bool
cut_line(struct stoa_str *rest, struct stoa_str *ret_line)
{
	if (rest->len == 0 || memchr(rest->data, '\n', rest->len) == NULL) {
		return false;
	}
	*ret_line = stoa_str_cut(rest, '\n');
	return true;
}

static bool
is_argument(struct stoa_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] < 33 || s.data[i] > 126) {
			return false;
		}
	}
	return s.len > 0;
}

/* The body's lines, each decoded by itself: full ones, then a short one. */
static bool
cut_body(struct stoa_str *rest, struct stoa_buf *body)
{
	struct stoa_str line;

	do {
		if (!cut_line(rest, &line) || line.len > COLUMNS ||
		    !stoa_base64_decode(body, STOA_BASE64_NOPAD, line)) {
			return false;
		}
	} while (line.len == COLUMNS);
	return true;
}

static bool
take_x25519(struct storage_age_stanza *stanza, struct stoa_str arguments,
    const struct stoa_buf *body)
{
	/* One argument: a space in it is no base64. */
	if (!decode32(arguments, stanza->share) || body->len != 32) {
		return false;
	}
	stanza->is_x25519 = true;
	memcpy(stanza->body, body->data, 32);
	return true;
}

static bool
cut_stanza(struct stoa_str *rest, struct storage_age_stanza *stanza,
    bool *ret_is_scrypt)
{
	struct stoa_str line, type, arguments, argument;
	struct stoa_buf body;
	bool ok;

	if (!cut_line(rest, &line)) {
		return false;
	}
	arguments = stoa_str_from(line, 3);
	for (struct stoa_str left = arguments;;) {
		bool is_last =
		    left.len == 0 || memchr(left.data, ' ', left.len) == NULL;

		argument = stoa_str_cut(&left, ' ');
		if (!is_argument(argument)) {
			return false;
		}
		if (is_last) {
			break;
		}
	}
	type = stoa_str_cut(&arguments, ' ');
	*ret_is_scrypt = stoa_str_is_equal(type, STOA_STR("scrypt"));
	stoa_buf_init(&body, BODY_LEN_MAX);
	ok = cut_body(rest, &body);
	if (ok && stoa_str_is_equal(type, STOA_STR("X25519"))) {
		ok = take_x25519(stanza, arguments, &body);
	}
	stoa_buf_fini(&body);
	return ok;
}

bool
storage_age_header_parse(
    struct stoa_str start, struct storage_age_header *ret_header)
{
	struct stoa_str rest = start, line;
	bool has_scrypt = false;

	*ret_header = (struct storage_age_header){0};
	if (!stoa_str_has_prefix(rest, STOA_STR(STORAGE_AGE_VERSION_LINE))) {
		return false;
	}
	rest = stoa_str_from(rest, sizeof(STORAGE_AGE_VERSION_LINE) - 1);
	while (stoa_str_has_prefix(rest, STOA_STR("-> "))) {
		bool is_scrypt;

		if (ret_header->count == STORAGE_AGE_STANZAS_MAX ||
		    !cut_stanza(&rest, &ret_header->stanzas[ret_header->count],
			&is_scrypt)) {
			return false;
		}
		ret_header->count++;
		has_scrypt |= is_scrypt;
	}
	/* A password stands alone. */
	if (ret_header->count == 0 || (has_scrypt && ret_header->count > 1)) {
		return false;
	}
	ret_header->authentic =
	    (struct stoa_str){start.data, (size_t)(rest.data - start.data) + 3};
	if (!stoa_str_has_prefix(rest, STOA_STR("--- ")) ||
	    !cut_line(&rest, &line) ||
	    !decode32(stoa_str_from(line, 4), ret_header->mac)) {
		return false;
	}
	ret_header->len = start.len - rest.len;
	return true;
}
