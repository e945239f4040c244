/* publish.c - what arrives, on its way to the broker.
 *
 * A dispatch becomes up to three messages: the event for whoever subscribes,
 * a member's command for `bot`, and the turn that `discord` must answer in
 * time. It is done when all of them are stored. Message ids are made of what
 * Discord itself repeats, so that a second store of the same is folded. */
#include "gateway/parts.h"

#include "base/check.h"
#include "base/core.h"
#include "base/id.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define MESSAGES_MAX 3

/* Who has just come is greeted; who comes back after an outage is not. */
#define ARRIVAL_US (600 * STOA_US_PER_S)

/* Ids of messages: what the bus takes. */
#define ID_SIZE 160

struct message {
	struct message *next; /* to be stored again */
	struct outgoing *of;
	struct stoa_str data;
	uint64_t *counter; /* of what is sent */
	char subject[128];
	char id[ID_SIZE];
};

struct outgoing {
	struct window_event event; /* first: the window links it */
	struct gateway *gateway;
	struct runner *runner; /* NULL: nobody waits for it */
	void (*stored)(void *owner, bool is_stored);
	void *owner;
	unsigned count, open;
	bool is_sent;
	struct message messages[]; /* then their data */
};

/* What is put together before its size is known; data in an arena. */
struct draft {
	struct message messages[MESSAGES_MAX];
	unsigned count;
	size_t bytes;
	char lane[WINDOW_LANE_SIZE];
};

/* ---- sending ---- */

static void outgoing_send(struct outgoing *o);

static void
outgoing_free(struct window_event *e)
{
	free(e);
}

static struct window_event *
event_done(struct runner *r, struct window_event *e)
{
	size_t before = r->window.bytes;
	struct window_event *follower =
	    window_done(&r->window, e, outgoing_free);

	r->fleet->bytes -= before - r->window.bytes;
	return follower;
}

static void
outgoing_done(struct outgoing *o)
{
	struct runner *r = o->runner;
	struct window_event *follower;

	if (r == NULL) {
		if (o->stored != NULL) {
			o->stored(o->owner, true);
		}
		free(o);
		return;
	}
	follower = event_done(r, &o->event);
	if (follower != NULL) {
		outgoing_send((struct outgoing *)follower);
	}
	runner_flow(r);
	fleet_save(r, false);
}

static void on_stored(void *owner, enum stoa_status status);

static void
message_store(struct message *m)
{
	struct gateway *g = m->of->gateway;

	stoa_bus_store(g->o.bus, m->subject, m->id, m->data, on_stored, m);
	g->open_stores++;
}

static void
on_stored(void *owner, enum stoa_status status)
{
	struct message *m = owner;
	struct outgoing *o = m->of;
	struct gateway *g = o->gateway;

	gateway_check_stale(g);
	g->open_stores--;
	if (status == STOA_CLOSED) {
		return; /* the process ends; the session repeats it */
	}
	if (status != STOA_OK && status != STOA_EXISTS) {
		/* A refusal comes at once: asked again at once, the broker
		 * would have nothing else to do. */
		g->counts.again++;
		m->next = g->again;
		g->again = m;
		return;
	}
	o->open--;
	if (o->open == 0) {
		outgoing_done(o);
	}
}

void
publish_tick(struct gateway *g)
{
	struct message *m = g->again, *next;

	if (m == NULL || g->now_us < g->again_us) {
		return;
	}
	g->again = NULL;
	g->again_us = g->now_us + GATEWAY_AGAIN_US;
	for (; m != NULL; m = next) {
		next = m->next;
		message_store(m);
	}
}

static void
outgoing_send(struct outgoing *o)
{
	o->is_sent = true;
	o->open = o->count;
	for (unsigned i = 0; i < o->count; i++) {
		(*o->messages[i].counter)++;
		message_store(&o->messages[i]);
	}
}

static struct outgoing *
outgoing_new(struct gateway *g, const struct draft *d)
{
	struct outgoing *o;
	size_t size = sizeof(*o) + d->count * sizeof(o->messages[0]);
	char *to;

	o = malloc(size + d->bytes);
	stoa_assert(o != NULL);
	to = (char *)o + size;
	*o = (struct outgoing){0};
	o->gateway = g;
	o->count = d->count;
	o->event.bytes = size + d->bytes;
	memcpy(o->event.lane, d->lane, sizeof(o->event.lane));
	for (unsigned i = 0; i < d->count; i++) {
		struct message *m = &o->messages[i];

		*m = d->messages[i];
		m->of = o;
		memcpy(to, m->data.data, m->data.len);
		m->data.data = to;
		to += m->data.len;
	}
	return o;
}

void
publish_forget(struct runner *r)
{
	struct window_event *next;

	for (struct window_event *e = r->window.first; e != NULL; e = next) {
		struct outgoing *o = (struct outgoing *)e;

		next = e->next;
		if (o->is_sent && !e->is_done) {
			o->runner = NULL; /* goes on by itself */
		} else {
			free(o);
		}
	}
	r->fleet->bytes -= r->window.bytes;
	window_fini(&r->window);
}

void
publish_keep(struct runner *r)
{
	struct window_event *e;

	while ((e = r->window.first) != NULL &&
	       !reshard_is_kept(e->came_us, r->gateway->plan_sure_us)) {
		(void)event_done(r, e);
	}
}

void
publish_kept(struct runner *r)
{
	for (struct window_event *e = r->window.first; e != NULL; e = e->next) {
		if (!e->is_behind) {
			outgoing_send((struct outgoing *)e);
		}
	}
}

/* ---- drafts ---- */

/* False: the arena is full. */
static bool
draft_add(struct draft *d, struct stoa_arena *arena,
    const ProtobufCMessage *message, struct message **ret_message)
{
	struct message *m = &d->messages[d->count];

	stoa_assert(d->count < MESSAGES_MAX);
	m->data = stoa_pack(arena, message);
	if (m->data.data == NULL) {
		return false;
	}
	d->bytes += m->data.len;
	d->count++;
	*ret_message = m;
	return true;
}

static bool
draft_interaction(struct gateway *g, struct draft *d, struct stoa_arena *arena,
    const struct interaction *i)
{
	struct message *m;

	if (i->command != NULL) {
		const Stoa__Chat__Command *c = i->command;

		if (!draft_add(d, arena, &c->base, &m)) {
			return false;
		}
		(void)snprintf(m->subject, sizeof(m->subject),
		    "stoa.chat.in.discord.%u.%s",
		    (unsigned)stoa_slot_of(stoa_str_of(c->user)), c->user);
		(void)snprintf(m->id, sizeof(m->id), "%s", c->id);
		m->counter = &g->counts.commands;
	}
	if (i->turn != NULL) {
		if (!draft_add(d, arena, &i->turn->base, &m)) {
			return false;
		}
		(void)snprintf(
		    m->subject, sizeof(m->subject), "stoa.discord.turn");
		(void)snprintf(
		    m->id, sizeof(m->id), "turn-%s", i->turn->command);
		m->counter = &g->counts.turns;
	}
	return true;
}

static bool
draft_event(struct runner *r, struct draft *d, struct stoa_arena *arena,
    const struct gateway_frame *frame)
{
	struct gateway *g = r->gateway;
	Stoa__Discord__Event e = STOA__DISCORD__EVENT__INIT;
	struct message *m;

	e.shard = r->id;
	e.shard_count = r->fleet->count;
	e.seq = frame->seq;
	e.type = stoa_arena_str(arena, frame->type);
	e.guild = d->lane[0] == '-' ? NULL : d->lane;
	e.size = frame->data.len;
	e.received_at_us = gateway_wall_us();
	if (frame->data.len <= GATEWAY_EVENT_JSON_MAX) {
		e.json.data = (uint8_t *)(uintptr_t)frame->data.data;
		e.json.len = frame->data.len;
	} else {
		g->counts.cut++;
	}
	if (e.type == NULL || !draft_add(d, arena, &e.base, &m)) {
		return false;
	}
	(void)snprintf(m->subject, sizeof(m->subject),
	    "stoa.event.discord.%u.%s", r->id, d->lane);
	(void)snprintf(m->id, sizeof(m->id), "%s:%" PRIu64, r->shard.session.id,
	    frame->seq);
	m->counter = &g->counts.events;
	return true;
}

/* ---- dispatches ---- */

static bool
is_type(const struct gateway_frame *frame, const char *type)
{
	return stoa_str_is_equal(frame->type, stoa_str_of(type));
}

static bool
is_subscribed(const struct gateway *g, struct stoa_str type)
{
	return g->wants_all_types || stoa_map_get(&g->types, type) != NULL;
}

/* Most messages are not meant for the bot: two searches tell, without a look
 * at their structure. */
static bool
may_be_for_us(const struct runner *r, struct stoa_str data)
{
	static const char guild[] = "\"guild_id\"";
	size_t len = strlen(r->bot_user);

	if (len == 0) {
		return false;
	}
	return memmem(data.data, data.len, r->bot_user, len) != NULL ||
	       memmem(data.data, data.len, guild, sizeof(guild) - 1) == NULL;
}

/* A guild that the bot has come to within the last minutes; after READY all
 * others come as well. The text of one date tells most of them apart. */
static bool
may_be_arrival(struct stoa_str data)
{
	struct stoa_wall then = {gateway_wall_us() - ARRIVAL_US};
	char text[STOA_WALL_TEXT_SIZE];

	for (int i = 0; i < 2; i++) {
		/* "2026-01-31T12": this hour, or the one before it. */
		(void)stoa_wall_print(then, text);
		if (memmem(data.data, data.len, text, 13) != NULL) {
			return true;
		}
		then.us += ARRIVAL_US;
	}
	return false;
}

static bool
is_for_bot(const struct runner *r, const struct gateway_frame *frame)
{
	if (is_type(frame, "INTERACTION_CREATE")) {
		return true;
	}
	if (is_type(frame, "GUILD_CREATE")) {
		return may_be_arrival(frame->data);
	}
	return is_type(frame, "MESSAGE_CREATE") &&
	       may_be_for_us(r, frame->data);
}

/* The guild it belongs to: the lane, and the last token of the subject. */
static void
lane_set(struct draft *d, const struct gateway_frame *frame)
{
	struct stoa_str id =
	    gateway_frame_member(frame->data, STOA_STR("guild_id"));

	if (id.len == 0 &&
	    stoa_str_has_prefix(frame->type, STOA_STR("GUILD_"))) {
		id = gateway_frame_member(frame->data, STOA_STR("id"));
	}
	(void)snprintf(d->lane, sizeof(d->lane), "-");
	if (id.len == 0 || id.len >= sizeof(d->lane)) {
		return;
	}
	for (size_t i = 0; i < id.len; i++) {
		if (id.data[i] < '0' || id.data[i] > '9') {
			return;
		}
	}
	memcpy(d->lane, id.data, id.len);
	d->lane[id.len] = '\0';
}

static bool
is_recent(struct stoa_json data, int64_t now_us)
{
	struct stoa_json joined = stoa_json_get(data, STOA_STR("joined_at"));
	struct stoa_wall hour = {now_us - ARRIVAL_US};
	char text[STOA_WALL_TEXT_SIZE];

	/* RFC 3339 in UTC sorts as text: "2026-01-31T12:00:00" decides. */
	(void)stoa_wall_print(hour, text);
	return joined.text.len > 20 &&
	       memcmp(joined.text.data + 1, text, 19) >= 0;
}

static bool
interaction_take(struct runner *r, struct draft *d, struct stoa_arena *arena,
    const struct gateway_frame *frame, struct stoa_json data)
{
	struct gateway *g = r->gateway;
	int64_t now_us = gateway_wall_us();
	struct interaction i = {0};
	const char *why = NULL;

	if (is_type(frame, "MESSAGE_CREATE")) {
		(void)interaction_read_message(
		    data, r->bot_user, now_us, arena, &i);
	} else if (is_type(frame, "GUILD_CREATE")) {
		if (is_recent(data, now_us)) {
			(void)interaction_read_arrival(data, now_us, arena, &i);
		}
	} else if (!interaction_read(data, now_us, arena, &i, &why)) {
		g->counts.unreadable++;
		gateway_log(g, true, "interaction_unreadable",
		    "an interaction has no valid %s", why);
	}
	return draft_interaction(g, d, arena, &i);
}

static void
identity_take(struct runner *r, struct stoa_json data)
{
	struct stoa_json user = stoa_json_get(
	    stoa_json_get(data, STOA_STR("user")), STOA_STR("id"));
	struct stoa_json app = stoa_json_get(
	    stoa_json_get(data, STOA_STR("application")), STOA_STR("id"));

	(void)snprintf(r->bot_user, sizeof(r->bot_user), "%.*s",
	    user.text.len > 2 ? (int)user.text.len - 2 : 0,
	    user.text.data == NULL ? "" : user.text.data + 1);
	(void)snprintf(r->application, sizeof(r->application), "%.*s",
	    app.text.len > 2 ? (int)app.text.len - 2 : 0,
	    app.text.data == NULL ? "" : app.text.data + 1);
}

/* How many guilds Discord has still to tell of; about, for a new one counts
 * as well. */
static void
guild_take(struct runner *r, const struct gateway_frame *frame)
{
	bool is_guild =
	    is_type(frame, "GUILD_CREATE") || is_type(frame, "GUILD_DELETE");

	if (is_guild || is_type(frame, "READY") || is_type(frame, "RESUMED")) {
		r->guild_us = r->gateway->now_us;
		r->guilds_due -= is_guild && r->guilds_due > 0;
	}
}

static bool
draft_dispatch(struct runner *r, struct draft *d, struct stoa_arena *arena,
    const struct gateway_frame *frame)
{
	bool is_read = is_for_bot(r, frame) || is_type(frame, "READY");
	struct stoa_json data = {0};

	/* What only goes on is not read here; who subscribes reads it. */
	if (is_read && !stoa_json_parse(frame->data, 0, &data, NULL)) {
		return false;
	}
	lane_set(d, frame);
	if (is_type(frame, "READY")) {
		identity_take(r, data);
		r->guilds_due = (unsigned)stoa_json_count(
		    stoa_json_get(data, STOA_STR("guilds")));
	}
	if (is_subscribed(r->gateway, frame->type) &&
	    !draft_event(r, d, arena, frame)) {
		return false;
	}
	return !is_for_bot(r, frame) ||
	       interaction_take(r, d, arena, frame, data);
}

bool
publish_dispatch(struct runner *r, const struct gateway_frame *frame)
{
	struct gateway *g = r->gateway;
	struct draft d = {0};
	struct stoa_arena arena;
	struct outgoing *o;
	char memory[16384];
	bool is_good = true;

	if (r->has_heard || r->fleet->is_unwanted) {
		return true; /* another set says it */
	}
	if (r->fleet->role == FLEET_NEXT) {
		guild_take(r, frame);
	}
	if (!is_subscribed(g, frame->type) && !is_for_bot(r, frame) &&
	    !is_type(frame, "READY")) {
		g->counts.passed++;
		window_pass(&r->window, frame->seq);
		fleet_save(r, false);
		return true;
	}
	stoa_arena_init(&arena, memory, sizeof(memory), GATEWAY_ARENA_MAX);
	is_good = draft_dispatch(r, &d, &arena, frame);
	if (is_good && d.count == 0) {
		g->counts.passed++;
		window_pass(&r->window, frame->seq);
		fleet_save(r, false);
	} else if (is_good) {
		o = outgoing_new(g, &d);
		o->runner = r;
		o->event.seq = frame->seq;
		o->event.came_us = g->now_us;
		r->fleet->bytes += o->event.bytes;
		if (window_add(&r->window, &o->event) &&
		    r->fleet->role != FLEET_NEXT) {
			outgoing_send(o);
		}
		runner_flow(r);
	}
	stoa_arena_fini(&arena);
	return is_good;
}

bool
publish_interaction(struct gateway *g, const struct interaction *i,
    void (*stored)(void *owner, bool is_stored), void *owner)
{
	struct draft d = {0};
	struct stoa_arena arena;
	char memory[16384];
	bool is_good;

	stoa_arena_init(&arena, memory, sizeof(memory), GATEWAY_ARENA_MAX);
	is_good = draft_interaction(g, &d, &arena, i) && d.count > 0;
	if (is_good) {
		struct outgoing *o = outgoing_new(g, &d);

		o->stored = stored;
		o->owner = owner;
		outgoing_send(o);
	}
	stoa_arena_fini(&arena);
	return is_good;
}
