/* rest_route.c - one walk over the segments of a path. */
#include "discord/rest_route.h"

#include "base/buf.h"
#include "base/hash.h"
#include "discord/platform.h"

#include <stdio.h>

#define SEGMENTS_MAX 12

#define AGE_NEW_MS INT64_C(10000)
#define AGE_OLD_MS (INT64_C(14) * 86400000)

/* Bytes of the hash that stands for a token: nobody meets 2^32 of them. */
#define TOKEN_HASH_BYTES 8

/* An id has at most 20 digits. */
#define ID_LEN_MAX 20

struct path {
	struct stoa_str segments[SEGMENTS_MAX];
	size_t count;
};

const char *
rest_method_name(enum rest_method method)
{
	switch (method) {
	case REST_GET:
		return "GET";
	case REST_POST:
		return "POST";
	case REST_PUT:
		return "PUT";
	case REST_PATCH:
		return "PATCH";
	case REST_DELETE:
		return "DELETE";
	}
	return "?";
}

static bool
is_id(struct stoa_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] < '0' || s.data[i] > '9') {
			return false;
		}
	}
	return s.len > 0 && s.len <= ID_LEN_MAX;
}

/* What may stand in a path without being encoded, and the sign for what is. */
static bool
is_path_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._~!$&'()*+,;=:@%", c) != NULL);
}

static bool
path_split(struct stoa_str text, struct path *ret_path)
{
	struct path path = {.count = 0};

	if (text.len < 2 || text.data[0] != '/') {
		return false;
	}
	text = stoa_str_from(text, 1);
	for (bool more = true; more;) {
		struct stoa_str s;

		more = memchr(text.data, '/', text.len) != NULL;
		s = stoa_str_cut(&text, '/');
		if (s.len == 0 || path.count == SEGMENTS_MAX ||
		    stoa_str_is_equal(s, STOA_STR(".")) ||
		    stoa_str_is_equal(s, STOA_STR(".."))) {
			return false;
		}
		for (size_t i = 0; i < s.len; i++) {
			if (!is_path_byte(s.data[i])) {
				return false;
			}
		}
		path.segments[path.count++] = s;
	}
	*ret_path = path;
	return true;
}

static bool
is_segment(const struct path *path, size_t i, const char *word)
{
	return i < path->count &&
	       stoa_str_is_equal(path->segments[i], stoa_str_of(word));
}

static enum rest_kind
kind_of(const struct path *path)
{
	if (path->count < 3 || !is_id(path->segments[1])) {
		return REST_KIND_BOT;
	}
	if (is_segment(path, 0, "interactions") &&
	    is_segment(path, 3, "callback")) {
		return REST_KIND_CALLBACK;
	}
	return is_segment(path, 0, "webhooks") ? REST_KIND_WEBHOOK
					       : REST_KIND_BOT;
}

static void
major_print(
    const struct path *path, enum rest_kind kind, char major[REST_MAJOR_SIZE])
{
	struct stoa_hash hash;
	char token[2 * TOKEN_HASH_BYTES + 2] = "";

	major[0] = '\0';
	if (path->count < 2 || !is_id(path->segments[1]) ||
	    (kind == REST_KIND_BOT && !is_segment(path, 0, "channels") &&
		!is_segment(path, 0, "guilds") &&
		!is_segment(path, 0, "webhooks"))) {
		return;
	}
	if (kind != REST_KIND_BOT) {
		hash = stoa_sha256(path->segments[2]);
		token[0] = '/';
		for (size_t i = 0; i < TOKEN_HASH_BYTES; i++) {
			snprintf(token + 1 + 2 * i, 3, "%02x", hash.bytes[i]);
		}
	}
	snprintf(major, REST_MAJOR_SIZE, "%.*s/%.*s%s",
	    STOA_STR_ARG(path->segments[0]), STOA_STR_ARG(path->segments[1]),
	    token);
}

/* The word that stands for segment `i`; empty: the segment itself. */
static const char *
stand_in(const struct path *path, size_t i, bool has_major, bool has_token)
{
	if (i == 1 && has_major) {
		return ":top";
	}
	if (i == 2 && has_token) {
		return ":token";
	}
	if (i > 0 && is_segment(path, i - 1, "reactions")) {
		return ":emoji";
	}
	if (i > 0 && (is_segment(path, i - 1, "invites") ||
			 is_segment(path, i - 1, "templates"))) {
		return ":code";
	}
	return is_id(path->segments[i]) ? ":id" : "";
}

static const char *
age_of_message(
    const struct path *path, enum rest_method method, int64_t wall_ms)
{
	int64_t id = 0, age_ms;

	if (method != REST_DELETE || wall_ms == 0 || path->count != 4 ||
	    !is_segment(path, 0, "channels") ||
	    !is_segment(path, 2, "messages") ||
	    !stoa_str_to_i64(path->segments[3], &id)) {
		return "";
	}
	age_ms = wall_ms - discord_snowflake_ms((uint64_t)id);
	if (age_ms < AGE_NEW_MS) {
		return " (new)";
	}
	return age_ms > AGE_OLD_MS ? " (old)" : "";
}

bool
rest_route_parse(enum rest_method method, struct stoa_str path, int64_t wall_ms,
    struct rest_route *ret_route)
{
	struct rest_route route = {.method = method};
	struct stoa_buf name;
	struct path p;
	bool fits;

	if (!path_split(path, &p)) {
		return false;
	}
	route.kind = kind_of(&p);
	major_print(&p, route.kind, route.major);
	stoa_buf_init(&name, sizeof(route.name) - 1);
	stoa_buf_add_text(&name, rest_method_name(method));
	stoa_buf_add_byte(&name, ' ');
	for (size_t i = 0; i < p.count; i++) {
		const char *word = stand_in(
		    &p, i, route.major[0] != '\0', route.kind != REST_KIND_BOT);

		stoa_buf_add_byte(&name, '/');
		if (word[0] != '\0') {
			stoa_buf_add_text(&name, word);
		} else {
			stoa_buf_add_str(&name, p.segments[i]);
		}
	}
	stoa_buf_add_text(&name, age_of_message(&p, method, wall_ms));
	fits = !name.is_overflown;
	if (fits) {
		memcpy(route.name, name.data, name.len + 1);
		*ret_route = route;
	}
	stoa_buf_fini(&name);
	return fits;
}
