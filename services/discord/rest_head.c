/* rest_head.c - headers and error bodies, read without trust. */
#include "discord/rest_head.h"

#include "base/json.h"
#include "discord/rest_limits.h"

#include <stdio.h>

/* Integers of headers: limits and counts. */
#define COUNT_MAX INT64_C(1000000)

const char *
rest_scope_name(enum rest_scope scope)
{
	switch (scope) {
	case REST_SCOPE_USER:
		return "user";
	case REST_SCOPE_SHARED:
		return "shared";
	case REST_SCOPE_GLOBAL:
		return "global";
	case REST_SCOPE_CLOUD:
		return "cloudflare";
	}
	return "?";
}

/* Digits of the fraction count down to the microsecond; what lies beyond only
 * decides about rounding. */
bool
rest_seconds_read(struct stoa_str text, int64_t *ret_us)
{
	int64_t us = 0, unit = STOA_US_PER_S;
	bool is_fraction = false, is_more = false;
	size_t digits = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c == '.' && !is_fraction && digits > 0) {
			is_fraction = true;
			continue;
		}
		if (c < '0' || c > '9') {
			return false;
		}
		digits++;
		if (!is_fraction) {
			us = us * 10 + (c - '0') * STOA_US_PER_S;
			if (us > REST_WAIT_US_MAX) {
				us = REST_WAIT_US_MAX;
			}
		} else {
			unit /= 10;
			us += unit * (c - '0');
			is_more |= unit == 0 && c != '0';
		}
	}
	if (digits == 0) {
		return false;
	}
	us += is_more ? 1 : 0;
	us = (us + STOA_US_PER_MS - 1) / STOA_US_PER_MS * STOA_US_PER_MS;
	*ret_us = us > REST_WAIT_US_MAX ? REST_WAIT_US_MAX : us;
	return true;
}

struct reader {
	rest_header_fn *header;
	void *context;
};

static struct stoa_str
header_get(const struct reader *r, const char *name)
{
	const char *value = r->header(r->context, name);

	return stoa_str_trim(stoa_str_of(value == NULL ? "" : value));
}

static bool
count_get(const struct reader *r, const char *name, int64_t *ret_value)
{
	int64_t value;

	if (!stoa_str_to_i64(header_get(r, name), &value) || value < 0) {
		return false;
	}
	*ret_value = value > COUNT_MAX ? COUNT_MAX : value;
	return true;
}

static void
limits_read(const struct reader *r, struct rest_head *head)
{
	struct stoa_str bucket = header_get(r, "x-ratelimit-bucket");

	snprintf(head->bucket, sizeof(head->bucket), "%.*s",
	    (int)(bucket.len < REST_HASH_SIZE ? bucket.len : REST_HASH_SIZE),
	    bucket.data);
	head->has_limits =
	    count_get(r, "x-ratelimit-limit", &head->limit) &&
	    count_get(r, "x-ratelimit-remaining", &head->remaining) &&
	    rest_seconds_read(header_get(r, "x-ratelimit-reset-after"),
		&head->reset_after_us) &&
	    head->limit > 0;
}

struct error_body {
	bool is_json;
	bool is_global;
	int64_t code;
	int64_t retry_after_us;
};

static struct error_body
body_read(struct stoa_str body)
{
	static const struct stoa_str names[] = {
	    {"code", 4}, {"global", 6}, {"retry_after", 11}};
	struct stoa_json values[STOA_COUNT(names)], root;
	struct error_body e = {.is_json = false};

	if (!stoa_json_parse(body, 0, &root, NULL) ||
	    stoa_json_type(root) != STOA_JSON_OBJECT) {
		return e;
	}
	e.is_json = true;
	(void)stoa_json_pick(root, names, STOA_COUNT(names), values);
	if (!stoa_json_to_i64(values[0], &e.code)) {
		e.code = 0;
	}
	if (!stoa_json_to_bool(values[1], &e.is_global)) {
		e.is_global = false;
	}
	if (!rest_seconds_read(values[2].text, &e.retry_after_us)) {
		e.retry_after_us = 0;
	}
	return e;
}

static enum rest_scope
scope_of(const struct reader *r, const struct rest_head *head,
    const struct error_body *e)
{
	struct stoa_str scope = header_get(r, "x-ratelimit-scope");

	if (stoa_str_is_equal(scope, STOA_STR("shared"))) {
		return REST_SCOPE_SHARED;
	}
	if (e->is_global || stoa_str_is_equal(scope, STOA_STR("global")) ||
	    stoa_str_is_equal(
		header_get(r, "x-ratelimit-global"), STOA_STR("true"))) {
		return REST_SCOPE_GLOBAL;
	}
	return !e->is_json && scope.len == 0 && head->bucket[0] == '\0'
		   ? REST_SCOPE_CLOUD
		   : REST_SCOPE_USER;
}

void
rest_head_read(unsigned http, struct stoa_str body, rest_header_fn *header,
    void *context, struct rest_head *ret_head)
{
	const struct reader r = {header, context};
	struct rest_head head = {.http = http};
	struct error_body e = {.is_json = false};

	limits_read(&r, &head);
	if (http >= 400) {
		e = body_read(body);
		head.code = e.code;
	}
	if (http == 429 || http == 503) {
		if (!rest_seconds_read(
			header_get(&r, "retry-after"), &head.retry_after_us)) {
			head.retry_after_us = 0;
		}
		if (e.retry_after_us > head.retry_after_us) {
			head.retry_after_us = e.retry_after_us;
		}
	}
	if (http == 429) {
		head.scope = scope_of(&r, &head, &e);
	}
	*ret_head = head;
}
