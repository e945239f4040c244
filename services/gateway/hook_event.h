/* hook_event.h - a webhook event of Discord, as a discord.Event.
 *
 * {"version":1,"application_id":"...","type":1,"event":{"type":
 * "ENTITLEMENT_CREATE","timestamp":"...","data":{...}}}. Every type that looks
 * like one is taken: who listens knows which mean something to him. Layer 2,
 * pure. */
#ifndef GATEWAY_HOOK_EVENT_H
#define GATEWAY_HOOK_EVENT_H

#include "base/arena.h"
#include "base/json.h"

#include "proto/discord.pb-c.h"

struct hook_event {
	bool is_ping;
	Stoa__Discord__Event *event; /* NULL: a PING */
};

/* In the arena, and in the text of `root`. False: no webhook event; *ret_why
 * names the member that is wrong. */
bool hook_event_read(struct stoa_json root, int64_t now_us,
    struct stoa_arena *arena, struct hook_event *ret, const char **ret_why);

#endif
