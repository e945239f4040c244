/* complain.c - a channel where the bot may not write: who asked sees nothing
 * there, so who can mend it is told, the server's owner, in person and once a
 * day. */
#include "discord/parts.h"

#include "base/check.h"
#include "base/json.h"
#include "discord/render.h"

#include <stdio.h>
#include <stdlib.h>

struct complaint {
	struct discord *discord;
	char guild[DISCORD_ID_SIZE];
	char channel[DISCORD_ID_SIZE];
	char owner[DISCORD_ID_SIZE];
	char to[DISCORD_ID_SIZE];
};

static void
end(struct complaint *c)
{
	c->discord->busy--;
	free(c);
}

static bool
id_read(const struct rest_answer *in, const char *name,
    char to[static DISCORD_ID_SIZE])
{
	struct stoa_json root;

	return in->result.status == STOA_OK &&
	       stoa_json_parse(in->body, 0, &root, NULL) &&
	       id_take(stoa_json_get(root, stoa_str_of(name)), to);
}

static void
on_told(void *owner, const struct rest_answer *in)
{
	struct complaint *c = owner;

	discord_say(c->discord, in->result.status != STOA_OK, "complaint",
	    "the owner of server %s %s that the bot may not write in channel "
	    "%s",
	    c->guild,
	    in->result.status == STOA_OK ? "has been told" : "cannot be told",
	    c->channel);
	end(c);
}

static void
tell(struct complaint *c)
{
	Stoa__Chat__Card card = STOA__CHAT__CARD__INIT;
	struct stoa_arena arena;
	struct discord_rendered drawn;
	char text[512], path[96];
	struct discord_options o = {
	    .is_first = true,
	    .use_embeds = c->discord->s.use_embeds,
	};
	struct rest_request out = {
	    .method = REST_POST,
	    .path = path,
	    .lane = REST_LANE_MESSAGE,
	    .timeout_us = DISCORD_CALL_US,
	};
	bool is_sent = false;

	(void)snprintf(text, sizeof(text),
	    "Somebody asked me something in a channel of your server where I "
	    "may not write, so the answer is lost. Open the settings of "
	    "channel %s, Permissions, and give my role View Channel, Send "
	    "Messages, Embed Links and Attach Files.",
	    c->channel);
	card.id = c->channel;
	card.is_final = true;
	card.title = (char *)(uintptr_t) "I cannot answer in a channel";
	card.severity = STOA__CHAT__SEVERITY__WARNING;
	card.text = text;
	card.plain = text;
	(void)snprintf(path, sizeof(path), "/channels/%s/messages", c->to);
	stoa_arena_init(&arena, NULL, 0, DISCORD_ARENA_MAX);
	if (discord_render(&arena, &card, &o, &drawn)) {
		out.json = drawn.json;
		is_sent = rest_send(c->discord->s.rest, &out, on_told, c,
			      NULL) == STOA_OK;
	}
	stoa_arena_fini(&arena);
	if (!is_sent) {
		end(c);
	}
}

static void
on_opened(void *owner, const struct rest_answer *in)
{
	struct complaint *c = owner;

	if (id_read(in, "id", c->to)) {
		tell(c);
	} else {
		end(c);
	}
}

static void
on_guild(void *owner, const struct rest_answer *in)
{
	struct complaint *c = owner;
	char json[96];
	struct rest_request out = {
	    .method = REST_POST,
	    .path = "/users/@me/channels",
	    .lane = REST_LANE_MESSAGE,
	    .is_repeatable = true,
	    .timeout_us = DISCORD_CALL_US,
	};

	if (!id_read(in, "owner_id", c->owner)) {
		end(c);
		return;
	}
	(void)snprintf(
	    json, sizeof(json), "{\"recipient_id\":\"%s\"}", c->owner);
	out.json = stoa_str_of(json);
	if (rest_send(c->discord->s.rest, &out, on_opened, c, NULL) !=
	    STOA_OK) {
		end(c);
	}
}

static void
told_forget(struct discord *d)
{
	STOA_MAP_EACH(&d->told, entry)
	{
		int64_t *told = entry->value;

		if (d->now_us - *told >= DISCORD_TOLD_US) {
			(void)stoa_map_remove(&d->told, entry->key);
			free(told);
		}
	}
}

/* Whether it is time to say it (again). */
static bool
is_due(struct discord *d, const char *channel)
{
	int64_t *told = stoa_map_get(&d->told, stoa_str_of(channel));

	if (told != NULL && d->now_us - *told < DISCORD_TOLD_US) {
		return false;
	}
	if (told == NULL) {
		if (d->told.count >= DISCORD_TOLD_MAX) {
			told_forget(d);
		}
		if (d->told.count >= DISCORD_TOLD_MAX) {
			return false;
		}
		told = malloc(sizeof(*told));
		stoa_assert(told != NULL);
		(void)stoa_map_put(&d->told, stoa_str_of(channel), told);
	}
	*told = d->now_us;
	return true;
}

void
complain(struct talk *t)
{
	struct discord *d = t->discord;
	struct complaint *c;
	char path[96];
	struct rest_request out = {
	    .method = REST_GET,
	    .path = path,
	    .lane = REST_LANE_MESSAGE,
	    .timeout_us = DISCORD_CALL_US,
	};

	/* A direct message is nobody's channel but the asker's. */
	if (t->guild[0] == '\0' || t->is_direct || !is_due(d, t->channel)) {
		return;
	}
	c = calloc(1, sizeof(*c));
	stoa_assert(c != NULL);
	c->discord = d;
	memcpy(c->guild, t->guild, sizeof(c->guild));
	memcpy(c->channel, t->channel, sizeof(c->channel));
	(void)snprintf(path, sizeof(path), "/guilds/%s", c->guild);
	d->busy++;
	if (rest_send(d->s.rest, &out, on_guild, c, NULL) != STOA_OK) {
		end(c);
	}
}
