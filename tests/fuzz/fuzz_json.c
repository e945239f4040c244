/* fuzz_json.c - any bytes as JSON: what is taken can be walked to its last
 * scalar, and each value of it is JSON again. */
#include "base/check.h"
#include "base/json.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Values on the way down; one more than the nesting. */
struct walk {
	struct stoa_json_iter open[STOA_JSON_DEPTH_MAX + 1];
	size_t depth;
};

static void
visit(struct walk *w, struct stoa_json value, struct stoa_arena *arena)
{
	struct stoa_json again;
	struct stoa_str text;
	int64_t whole;
	double number;
	bool flag;
	bool ok = stoa_json_parse(value.text, 0, &again, NULL);

	stoa_assert(ok);
	stoa_assert(stoa_str_is_equal(again.text, value.text));
	switch (stoa_json_type(value)) {
	case STOA_JSON_OBJECT:
	case STOA_JSON_ARRAY:
		stoa_assert(w->depth <= STOA_JSON_DEPTH_MAX);
		w->open[w->depth++] = stoa_json_iter(value);
		break;
	case STOA_JSON_STRING:
		ok = stoa_json_to_str(value, arena, &text);
		stoa_assert(ok || arena->is_overflown);
		stoa_assert(!ok || stoa_str_is_utf8(text));
		stoa_assert(!ok || stoa_json_is_str(value, text));
		break;
	case STOA_JSON_NUMBER:
		ok = stoa_json_to_i64(value, &whole);
		stoa_assert(!ok || stoa_json_to_double(value, &number));
		break;
	case STOA_JSON_BOOL:
		ok = stoa_json_to_bool(value, &flag);
		stoa_assert(ok);
		break;
	case STOA_JSON_NULL:
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stoa_str text = stoa_str_of_bytes(data, size);
	struct stoa_json root;
	struct stoa_json_error error = {0};
	struct stoa_json_member member;
	struct stoa_arena arena;
	struct walk w = {.depth = 0};

	/* Visiting parses again at each level: keep it linear in effect. */
	if (size > 4096) {
		return 0;
	}
	if (!stoa_json_parse(text, STOA_JSON_UNIQUE_NAMES, &root, &error)) {
		stoa_assert(error.text != NULL && error.offset <= size);
		stoa_assert(error.line >= 1 && error.column >= 1);
		return 0;
	}
	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	visit(&w, root, &arena);
	while (w.depth > 0) {
		if (!stoa_json_next(&w.open[w.depth - 1], &member)) {
			w.depth--;
			continue;
		}
		visit(&w, member.value, &arena);
	}
	stoa_arena_fini(&arena);
	return 0;
}
