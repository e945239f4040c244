/* reading.c - see reading.h. */
#include "../unit.h"

#include "reading.h"

#include "base/core.h"
#include "base/encode.h"

struct stoa_arena arena;

int
reading_setup(void **state)
{
	(void)state;
	stoa_arena_init(&arena, NULL, 0, (size_t)1024 * 1024);
	return 0;
}

int
reading_teardown(void **state)
{
	(void)state;
	stoa_arena_fini(&arena);
	return 0;
}

struct stoa_json
json_of(const char *text)
{
	struct stoa_json root = {0};

	if (!stoa_json_parse(stoa_str_of(text), 0, &root, NULL)) {
		fail_msg("a payload of the test is no JSON: %s", text);
	}
	return root;
}

const Stoa__Discord__Handle *
handle_of(const char *reply)
{
	const Stoa__Discord__Handle *h;
	struct stoa_buf b;

	stoa_buf_init(&b, 1024);
	assert_true(
	    stoa_base64_decode(&b, STOA_BASE64URL_NOPAD, stoa_str_of(reply)));
	h = stoa_unpack(
	    &arena, &stoa__discord__handle__descriptor, stoa_buf_str(&b));
	stoa_buf_fini(&b);
	assert_non_null(h);
	return h;
}
