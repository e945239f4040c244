/* serve.c - what other daemons ask of Discord, and who we are there. */
#include "discord/parts.h"

#include "base/check.h"
#include "base/core.h"
#include "base/json.h"
#include "discord/render.h"
#include "edge/bus.h"

#include <stdio.h>
#include <stdlib.h>

/* VIEW_CHANNEL, SEND_MESSAGES, EMBED_LINKS, ATTACH_FILES,
 * READ_MESSAGE_HISTORY, SEND_MESSAGES_IN_THREADS: what is needed to answer
 * and to be answered. Never ADMINISTRATOR. */
#define PERMISSIONS "274878024704"

/* On the bus a reply is under 256 KiB. */
#define REPLY_JSON_MAX ((size_t)200 * 1024)

struct asked {
	struct discord *discord;
	struct stoa_request *request;
	struct stoa_arena arena;
	Stoa__Discord__SendRequest *send;
};

static struct asked *
asked_new(struct discord *d, struct stoa_request *request)
{
	struct asked *a = calloc(1, sizeof(*a));

	stoa_assert(a != NULL);
	a->discord = d;
	a->request = request;
	stoa_arena_init(&a->arena, NULL, 0, DISCORD_ARENA_MAX);
	d->busy++;
	return a;
}

static void
answer(struct asked *a, enum stoa_status status, const ProtobufCMessage *reply,
    const char *detail)
{
	struct stoa_str packed = {"", 0};

	if (status == STOA_OK) {
		packed = stoa_pack(&a->arena, reply);
		status = packed.data == NULL ? STOA_TOO_LARGE : STOA_OK;
	}
	stoa_bus_answer(a->discord->s.bus, a->request, status, packed, detail);
	a->discord->busy--;
	stoa_arena_fini(&a->arena);
	free(a);
}

/* ---- Call ---- */

static void
call_answered(void *owner, const struct rest_answer *in)
{
	struct asked *a = owner;
	Stoa__Discord__CallReply reply = STOA__DISCORD__CALL_REPLY__INIT;

	if (in->http == 0) {
		answer(a,
		    in->result.status == STOA_OK ? STOA_UNAVAILABLE
						 : in->result.status,
		    NULL, in->cause);
		return;
	}
	if (in->body.len > REPLY_JSON_MAX) {
		answer(a, STOA_TOO_LARGE, NULL,
		    "Discord's answer has more than 200 KiB: ask for less");
		return;
	}
	reply.status = in->http;
	reply.json.data = (uint8_t *)(uintptr_t)in->body.data;
	reply.json.len = in->body.len;
	answer(a, STOA_OK, &reply.base, NULL);
}

static bool
method_read(const char *name, enum rest_method *ret_method)
{
	static const enum rest_method all[] = {
	    REST_GET, REST_POST, REST_PUT, REST_PATCH, REST_DELETE};

	for (size_t i = 0; i < STOA_COUNT(all); i++) {
		if (strcmp(name, rest_method_name(all[i])) == 0) {
			*ret_method = all[i];
			return true;
		}
	}
	return false;
}

static void
serve_call(struct discord *d, struct stoa_request *request)
{
	struct asked *a = asked_new(d, request);
	const Stoa__Discord__CallRequest *in = stoa_unpack(
	    &a->arena, &stoa__discord__call_request__descriptor, request->body);
	struct rest_request out = {
	    .lane = REST_LANE_BULK,
	    .timeout_us = DISCORD_CALL_US,
	};

	if (in == NULL || !method_read(in->method, &out.method)) {
		answer(a, STOA_INVALID, NULL,
		    "method: GET, POST, PUT, PATCH or DELETE");
		return;
	}
	out.path = in->path;
	out.json = stoa_str_of_bytes(in->json.data, in->json.len);
	if (rest_send(d->s.rest, &out, call_answered, a, NULL) != STOA_OK) {
		answer(a, STOA_INVALID, NULL,
		    "path: one of Discord's API, such as /gateway/bot");
	}
}

/* ---- Send ---- */

static void
send_answered(void *owner, const struct rest_answer *in)
{
	struct asked *a = owner;
	Stoa__Discord__SendReply reply = STOA__DISCORD__SEND_REPLY__INIT;
	struct stoa_json root;
	struct stoa_str text;

	if (in->result.status != STOA_OK ||
	    !stoa_json_parse(in->body, 0, &root, NULL)) {
		answer(a,
		    in->result.status == STOA_OK ? STOA_INTERNAL
						 : in->result.status,
		    NULL, in->cause);
		return;
	}
	if (stoa_json_to_str(
		stoa_json_get(root, STOA_STR("id")), &a->arena, &text)) {
		reply.message = stoa_arena_str(&a->arena, text);
	}
	if (stoa_json_to_str(stoa_json_get(root, STOA_STR("channel_id")),
		&a->arena, &text)) {
		reply.channel = stoa_arena_str(&a->arena, text);
	}
	answer(a, STOA_OK, &reply.base, NULL);
}

static void
card_post(struct asked *a, const char *channel)
{
	struct discord *d = a->discord;
	struct discord_rendered drawn;
	struct discord_options o = {
	    .is_first = true,
	    .use_embeds = d->s.use_embeds,
	    .has_no_files = true,
	    .now_us = d->wall_us,
	};
	struct rest_request out = {
	    .method = REST_POST,
	    .lane = REST_LANE_MESSAGE,
	    .is_repeatable = true,
	    .timeout_us = DISCORD_CALL_US,
	};
	bool is_sent = false;

	o.nonce = nonce_make(&a->arena, a->send->card->id, "");
	out.path =
	    stoa_arena_printf(&a->arena, "/channels/%s/messages", channel);
	if (out.path != NULL &&
	    discord_render(&a->arena, a->send->card, &o, &drawn)) {
		out.json = drawn.json;
		is_sent = rest_send(d->s.rest, &out, send_answered, a, NULL) ==
			  STOA_OK;
	}
	if (!is_sent) {
		answer(a, STOA_INVALID, NULL, "channel: a channel's id");
	}
}

static void
direct_opened(void *owner, const struct rest_answer *in)
{
	struct asked *a = owner;
	struct stoa_json root;
	struct stoa_str id;
	const char *channel = NULL;

	if (in->result.status == STOA_OK &&
	    stoa_json_parse(in->body, 0, &root, NULL) &&
	    stoa_json_to_str(
		stoa_json_get(root, STOA_STR("id")), &a->arena, &id)) {
		channel = stoa_arena_str(&a->arena, id);
	}
	if (channel == NULL) {
		answer(a,
		    in->result.status == STOA_OK ? STOA_INTERNAL
						 : in->result.status,
		    NULL, in->cause);
		return;
	}
	card_post(a, channel);
}

static bool
direct_open(struct asked *a)
{
	struct rest_request out = {
	    .method = REST_POST,
	    .path = "/users/@me/channels",
	    .lane = REST_LANE_MESSAGE,
	    .is_repeatable = true,
	    .timeout_us = DISCORD_CALL_US,
	};
	struct stoa_buf b;
	bool is_sent;

	stoa_buf_init(&b, 256);
	stoa_buf_add_text(&b, "{\"recipient_id\":");
	stoa_buf_add_json(&b, stoa_str_of(a->send->user));
	stoa_buf_add_text(&b, "}");
	out.json = stoa_buf_str(&b);
	is_sent = rest_send(a->discord->s.rest, &out, direct_opened, a, NULL) ==
		  STOA_OK;
	stoa_buf_fini(&b);
	return is_sent;
}

static void
serve_send(struct discord *d, struct stoa_request *request)
{
	struct asked *a = asked_new(d, request);

	a->send = stoa_unpack(
	    &a->arena, &stoa__discord__send_request__descriptor, request->body);
	if (a->send == NULL || a->send->card == NULL ||
	    a->send->card->id[0] == '\0') {
		answer(a, STOA_INVALID, NULL,
		    "card: one with an id, so that it is sent once");
	} else if (a->send->channel[0] != '\0') {
		card_post(a, a->send->channel);
	} else if (!direct_open(a)) {
		answer(a, STOA_INVALID, NULL, "channel or user: an id");
	}
}

/* ---- Describe ---- */

static void
serve_describe(struct discord *d, struct stoa_request *request)
{
	struct asked *a = asked_new(d, request);
	Stoa__Discord__DescribeReply reply =
	    STOA__DISCORD__DESCRIBE_REPLY__INIT;

	if (d->application[0] == '\0') {
		answer(a, STOA_UNAVAILABLE, NULL,
		    "Discord has not told yet who the bot is");
		return;
	}
	reply.application = d->application;
	reply.name = d->name;
	reply.invite_url = d->invite;
	answer(a, STOA_OK, &reply.base, NULL);
}

void
discord_serve(void *owner, struct stoa_request *request)
{
	struct discord *d = owner;
	if (strcmp(request->method->name, "Call") == 0) {
		serve_call(d, request);
	} else if (strcmp(request->method->name, "Send") == 0) {
		serve_send(d, request);
	} else {
		serve_describe(d, request);
	}
}

/* ---- who we are ---- */

static void
copy(struct stoa_json value, char *to, size_t size)
{
	struct stoa_arena arena;
	struct stoa_str text;

	stoa_arena_init(&arena, NULL, 0, 65536);
	if (stoa_json_to_str(value, &arena, &text)) {
		(void)snprintf(to, size, "%.*s", STOA_STR_ARG(text));
	}
	stoa_arena_fini(&arena);
}

static void
described(void *owner, const struct rest_answer *in)
{
	struct discord *d = owner;
	struct stoa_json root;

	d->is_describing = false;
	d->busy--;
	if (in->http == 401 || in->result.cause == REST_CAUSE_TOKEN_INVALID) {
		d->s.fatal("Discord does not accept the bot's token (401): "
			   "make a new one under Bot > Reset Token of the "
			   "developer portal and put it into the token file");
		return;
	}
	if (in->result.status != STOA_OK ||
	    !stoa_json_parse(in->body, 0, &root, NULL) ||
	    !id_take(stoa_json_get(root, STOA_STR("id")), d->application)) {
		discord_say(d, true, "discord_unreachable",
		    "Discord does not tell who the bot is: %s", in->cause);
		d->describe_us = d->now_us + 5 * STOA_US_PER_S;
		return;
	}
	copy(stoa_json_get(root, STOA_STR("name")), d->name, sizeof(d->name));
	(void)snprintf(d->invite, sizeof(d->invite),
	    "https://discord.com/oauth2/authorize?client_id=%s"
	    "&scope=bot%%20applications.commands&permissions=" PERMISSIONS,
	    d->application);
	discord_say(
	    d, false, "invite", "bring the bot into a server: %s", d->invite);
	d->s.invite(d->invite);
}

void
describe_tick(struct discord *d)
{
	struct rest_request out = {
	    .method = REST_GET,
	    .path = "/applications/@me",
	    .lane = REST_LANE_BULK,
	    .timeout_us = DISCORD_CALL_US,
	};

	if (d->application[0] == '\0' && !d->is_describing &&
	    d->now_us >= d->describe_us && !d->is_draining) {
		d->is_describing = true;
		d->busy++;
		if (rest_send(d->s.rest, &out, described, d, NULL) != STOA_OK) {
			d->is_describing = false;
			d->busy--;
			d->describe_us = d->now_us + STOA_US_PER_S;
		}
	} else if (d->application[0] != '\0' && d->is_leader &&
		   d->s.registers && d->commands == COMMANDS_UNKNOWN &&
		   d->now_us >= d->describe_us) {
		register_start(d);
	}
}
