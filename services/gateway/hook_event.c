/* hook_event.c - JSON of a webhook event to a discord.Event. */
#include "gateway/hook_event.h"

#include "gateway/limits.h"

#define TYPE_PING  0
#define TYPE_EVENT 1

/* The longest of today's types has 30 letters. */
#define TYPE_LEN_MAX 64

static char *
type_read(struct stoa_json event, struct stoa_arena *arena)
{
	static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	struct stoa_str text;
	char *type;

	if (!stoa_json_to_str(
		stoa_json_get(event, STOA_STR("type")), arena, &text) ||
	    text.len == 0 || text.len > TYPE_LEN_MAX) {
		return NULL;
	}
	type = stoa_arena_str(arena, text);
	return type != NULL && strspn(type, good) == text.len ? type : NULL;
}

bool
hook_event_read(struct stoa_json root, int64_t now_us, struct stoa_arena *arena,
    struct hook_event *ret, const char **ret_why)
{
	struct stoa_json event = stoa_json_get(root, STOA_STR("event"));
	struct stoa_json data = stoa_json_get(event, STOA_STR("data"));
	Stoa__Discord__Event *e;
	int64_t kind = -1;

	*ret = (struct hook_event){0};
	if (!stoa_json_to_i64(stoa_json_get(root, STOA_STR("type")), &kind) ||
	    (kind != TYPE_PING && kind != TYPE_EVENT)) {
		*ret_why = "type";
		return false;
	}
	if (kind == TYPE_PING) {
		ret->is_ping = true;
		return true;
	}
	e = stoa_arena_alloc(arena, sizeof(*e));
	if (e == NULL) {
		*ret_why = "memory";
		return false;
	}
	stoa__discord__event__init(e);
	e->type = type_read(event, arena);
	if (e->type == NULL) {
		*ret_why = "event.type";
		return false;
	}
	e->received_at_us = now_us;
	e->size = data.text.len;
	if (data.text.len <= GATEWAY_EVENT_JSON_MAX) {
		e->json.data = (uint8_t *)(uintptr_t)data.text.data;
		e->json.len = data.text.len;
	}
	ret->event = e;
	return true;
}
