/* client.c - what sending and receiving share. */
#include "storage/client.h"

#include "storage/check.h"
#include "storage/client_parts.h"

#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#define URL_LEN_MAX	((size_t)1024)
#define PROBLEM_LEN_MAX ((size_t)8192)

enum stoa_status
storage_client_open(const char *url, struct storage_client **ret_client)
{
	struct storage_client *client = calloc(1, sizeof(*client));
	enum stoa_status status;

	if (client == NULL) {
		return STOA_NO_MEMORY;
	}
	stoa_buf_init(&client->url, URL_LEN_MAX);
	stoa_buf_init(&client->problem, PROBLEM_LEN_MAX);
	stoa_buf_add_text(&client->url, url);
	status = client->url.is_overflown ? STOA_INVALID
					  : stoa_fetch_open(&client->fetch);
	if (status != STOA_OK) {
		storage_client_close(client);
		return status;
	}
	*ret_client = client;
	return STOA_OK;
}

void
storage_client_close(struct storage_client *client)
{
	if (client != NULL) {
		stoa_fetch_close(client->fetch);
		stoa_buf_fini(&client->url);
		stoa_buf_fini(&client->problem);
		free(client);
	}
}

const char *
storage_client_problem(const struct storage_client *client)
{
	return stoa_buf_str(&client->problem).data;
}

struct stoa_fetch_request
storage_client_request(
    const struct storage_call *call, const char *method, const char *url)
{
	return (struct stoa_fetch_request){
	    .method = method,
	    .url = url,
	    .bearer = call->capability,
	    .timeout_us = call->timeout_us,
	    .is_cancelled = call->is_cancelled,
	    .cancel_context = call->cancel_context,
	};
}

enum stoa_status
storage_client_read_all(struct storage_client *client, struct stoa_buf *out)
{
	char bytes[4096];
	size_t got = 0;

	do {
		STORAGE_CHECK(
		    stoa_fetch_read(client->fetch, bytes, sizeof(bytes), &got));
		stoa_buf_add(out, bytes, got);
	} while (got > 0 && !out->is_overflown);
	return out->is_overflown ? STOA_TOO_LARGE : STOA_OK;
}

/* {"error":{"code":"NOT_FOUND","message":...,"limit":...,"fix":...}} */
static void
take_problem(struct storage_client *client, struct stoa_str text)
{
	static const struct {
		const char *name;
		const char *between;
	} parts[] = {{"message", ""}, {"limit", ": "}, {"fix", "; "}};
	struct stoa_arena arena;
	struct stoa_json root, error;
	struct stoa_str value;

	stoa_arena_init(&arena, NULL, 0, PROBLEM_LEN_MAX);
	if (stoa_json_parse(text, 0, &root, NULL)) {
		error = stoa_json_get(root, STOA_STR("error"));
		for (size_t i = 0; i < STOA_COUNT(parts); i++) {
			if (stoa_json_to_str(stoa_json_get(error,
						 stoa_str_of(parts[i].name)),
				&arena, &value)) {
				stoa_buf_add_text(
				    &client->problem, parts[i].between);
				stoa_buf_add_str(&client->problem, value);
			}
		}
	}
	stoa_arena_fini(&arena);
}

static enum stoa_status
status_of_http(unsigned http)
{
	switch (http) {
	case 401:
		return STOA_UNAUTHENTIC;
	case 403:
		return STOA_DENIED;
	case 404:
		return STOA_NOT_FOUND;
	case 409:
		return STOA_EXISTS;
	case 410:
		return STOA_EXPIRED;
	case 413:
		return STOA_TOO_LARGE;
	case 429:
		return STOA_BUSY;
	case 501:
		return STOA_UNSUPPORTED;
	case 507:
		return STOA_NO_SPACE;
	default:
		return http >= 500 ? STOA_UNAVAILABLE : STOA_INVALID;
	}
}

enum stoa_status
storage_client_check(struct storage_client *client, unsigned want)
{
	unsigned have = stoa_fetch_status(client->fetch);
	struct stoa_buf text;

	if (have == want) {
		return STOA_OK;
	}
	stoa_buf_init(&text, PROBLEM_LEN_MAX);
	if (storage_client_read_all(client, &text) == STOA_OK) {
		take_problem(client, stoa_buf_str(&text));
	}
	stoa_buf_fini(&text);
	return status_of_http(have);
}

enum stoa_status
storage_client_blame(
    struct storage_client *client, enum stoa_status status, const char *path)
{
	stoa_buf_clear(&client->problem);
	stoa_buf_printf(
	    &client->problem, "%s: %s", path, stoa_status_text(status));
	return status;
}

void
storage_client_add_path(struct stoa_buf *url, struct stoa_str path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~/";

	for (size_t i = 0; i < path.len; i++) {
		char c = path.data[i];

		if (memchr(plain, c, sizeof(plain) - 1) != NULL) {
			stoa_buf_add_byte(url, (uint8_t)c);
		} else {
			stoa_buf_printf(url, "%%%02X", (unsigned)(uint8_t)c);
		}
	}
}
