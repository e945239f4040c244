/* talk.c - one conversation: what is shown, what is to come, what is next. */
#include "discord/parts.h"

#include "base/check.h"
#include "base/core.h"
#include "bot/catalogue.h"
#include "port/kv.h"

#include <stdio.h>
#include <stdlib.h>

#define BUCKET "discord"

struct talk *
talk_get(struct discord *d, const char *id)
{
	return stoa_map_get(&d->talks, stoa_str_of(id));
}

struct talk *
talk_make(struct discord *d, const char *id)
{
	struct talk *t = talk_get(d, id);

	if (t == NULL) {
		t = calloc(1, sizeof(*t));
		stoa_assert(t != NULL);
		t->discord = d;
		(void)snprintf(t->id, sizeof(t->id), "%s", id);
		stoa_buf_init(&t->live, DISCORD_CARD_MAX);
		stoa_buf_init(&t->last, DISCORD_CARD_MAX);
		stoa_buf_init(&t->request, DISCORD_CARD_MAX);
		(void)stoa_map_put(&d->talks, stoa_str_of(id), t);
	}
	t->touched_us = d->now_us;
	return t;
}

void
talk_free(struct talk *t)
{
	stoa_buf_fini(&t->live);
	stoa_buf_fini(&t->last);
	stoa_buf_fini(&t->request);
	explicit_bzero(t->token, sizeof(t->token));
	free(t);
}

/* ---- where it goes ---- */

static void
text_set(char *to, size_t size, const char *text)
{
	(void)snprintf(to, size, "%s", text);
}

void
talk_set_handle(struct talk *t, const Stoa__Discord__Handle *h)
{
	if (t->has_handle) {
		return;
	}
	t->has_handle = true;
	t->kind = h->kind;
	text_set(t->application, sizeof(t->application), h->application);
	text_set(t->interaction, sizeof(t->interaction), h->interaction);
	text_set(t->token, sizeof(t->token), h->token);
	text_set(t->guild, sizeof(t->guild), h->guild);
	text_set(t->channel, sizeof(t->channel), h->channel);
	text_set(t->replied, sizeof(t->replied), h->message);
	t->received_us = h->received_at_us;
	if (t->interaction[0] == '\0' && t->phase == TALK_SILENT) {
		t->phase = TALK_MOVED; /* there is no other way */
		text_set(t->moved_to, sizeof(t->moved_to), h->channel);
	}
}

void
talk_set_request(struct talk *t, const Stoa__Chat__Command *request)
{
	void *to;
	size_t len;

	if (request == NULL || t->request.len > 0) {
		return;
	}
	len = stoa__chat__command__get_packed_size(request);
	to = stoa_buf_reserve(&t->request, len);
	if (to != NULL) {
		(void)stoa__chat__command__pack(request, to);
		stoa_buf_grow(&t->request, len);
	}
}

static void
handle_fill(const struct talk *t, Stoa__Discord__Handle *h)
{
	stoa__discord__handle__init(h);
	h->application = (char *)(uintptr_t)t->application;
	h->interaction = (char *)(uintptr_t)t->interaction;
	h->token = (char *)(uintptr_t)t->token;
	h->kind = t->kind;
	h->guild = (char *)(uintptr_t)t->guild;
	h->channel = (char *)(uintptr_t)t->channel;
	h->message = (char *)(uintptr_t)t->replied;
	h->received_at_us = t->received_us;
}

/* ---- the record ---- */

static Stoa__Discord__Phase
phase_told(enum talk_phase phase)
{
	switch (phase) {
	case TALK_DEFERRED:
		return STOA__DISCORD__PHASE__DEFERRED;
	case TALK_ANSWERED:
	case TALK_OVER:
		return STOA__DISCORD__PHASE__ANSWERED;
	case TALK_MOVED:
		return STOA__DISCORD__PHASE__MOVED;
	case TALK_SILENT:
		break;
	}
	return STOA__DISCORD__PHASE__PHASE_UNSPECIFIED;
}

static bool
key_of(const struct talk *t, char key[static STOA_KV_KEY_LEN_MAX + 1])
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	int len = snprintf(key, STOA_KV_KEY_LEN_MAX + 1, "talk.%s", t->id);

	return len <= STOA_KV_KEY_LEN_MAX && t->id[0] != '\0' &&
	       strspn(t->id, good) == strlen(t->id);
}

struct record {
	struct discord *discord;
	char id[160];
};

static void
turn_ack(struct talk *t)
{
	if (t->is_turn_over && t->turn != NULL && t->recordings == 0) {
		stoa_delivery_ack(t->turn);
		t->turn = NULL;
	}
}

/* Without a record the turn is done as well: most of it Discord's own answers
 * tell. */
static void
on_recorded(void *owner, enum stoa_status status, uint64_t revision)
{
	struct record *r = owner;
	struct discord *d = r->discord;
	struct talk *t = talk_get(d, r->id);

	(void)revision;
	d->busy--;
	free(r);
	if (status != STOA_OK) {
		discord_say(d, true, "talk_not_recorded",
		    "a conversation may not survive this process: %s",
		    stoa_status_text(status));
	}
	if (t != NULL && t->recordings > 0) {
		t->recordings--;
		turn_ack(t);
	}
}

static void
record_put(struct talk *t, const char *key, struct stoa_str packed)
{
	struct discord *d = t->discord;
	struct record *r = calloc(1, sizeof(*r));

	stoa_assert(r != NULL);
	r->discord = d;
	text_set(r->id, sizeof(r->id), t->id);
	t->is_recorded = true;
	t->is_looked = true;
	t->recordings++;
	d->busy++;
	stoa_kv_put(d->s.bus, BUCKET, key, packed, STOA_KV_ANY, on_recorded, r);
}

void
talk_record(struct talk *t)
{
	Stoa__Discord__Shown shown = STOA__DISCORD__SHOWN__INIT;
	Stoa__Discord__Handle handle;
	char key[STOA_KV_KEY_LEN_MAX + 1];
	struct stoa_arena arena;
	struct stoa_str packed;

	if (!key_of(t, key)) {
		return;
	}
	stoa_arena_init(&arena, NULL, 0, DISCORD_ARENA_MAX);
	handle_fill(t, &handle);
	shown.handle = &handle;
	shown.phase = phase_told(t->phase);
	shown.message = t->message;
	shown.channel = t->moved_to;
	shown.revision = t->revision;
	shown.is_ephemeral = t->is_ephemeral;
	shown.user = t->user;
	if (t->request.len > 0) {
		shown.request =
		    stoa_unpack(&arena, &stoa__chat__command__descriptor,
			stoa_buf_str(&t->request));
	}
	packed = stoa_pack(&arena, &shown.base);
	if (packed.data != NULL) {
		record_put(t, key, packed);
	}
	stoa_arena_fini(&arena);
}

struct look {
	struct discord *discord;
	char id[160];
};

static void
shown_take(struct talk *t, const Stoa__Discord__Shown *shown)
{
	t->is_recorded = true;
	if (shown->handle != NULL) {
		talk_set_handle(t, shown->handle);
	}
	if (t->phase == TALK_SILENT || t->phase == TALK_MOVED) {
		t->phase = shown->phase == STOA__DISCORD__PHASE__MOVED
			       ? TALK_MOVED
			   : shown->phase == STOA__DISCORD__PHASE__DEFERRED
			       ? TALK_DEFERRED
			   : shown->phase == STOA__DISCORD__PHASE__ANSWERED
			       ? TALK_ANSWERED
			       : t->phase;
		text_set(t->message, sizeof(t->message), shown->message);
		if (shown->channel[0] != '\0') {
			text_set(
			    t->moved_to, sizeof(t->moved_to), shown->channel);
		}
		t->is_ephemeral = shown->is_ephemeral;
	}
	if (t->user[0] == '\0') {
		text_set(t->user, sizeof(t->user), shown->user);
	}
	talk_set_request(t, shown->request);
	if (shown->revision > t->revision) {
		t->revision = shown->revision;
		stoa_buf_clear(&t->live); /* late */
	}
}

static void
on_looked(void *owner, enum stoa_status status, struct stoa_str value,
    uint64_t revision)
{
	struct look *look = owner;
	struct discord *d = look->discord;
	struct talk *t = talk_get(d, look->id);
	struct stoa_arena arena;
	const Stoa__Discord__Shown *shown;

	(void)revision;
	d->busy--;
	free(look);
	if (t == NULL) {
		return;
	}
	t->is_looking = false;
	if (status != STOA_OK && status != STOA_NOT_FOUND) {
		t->retry_us = d->now_us + DISCORD_EDIT_US;
		return;
	}
	t->is_looked = true;
	stoa_arena_init(&arena, NULL, 0, DISCORD_ARENA_MAX);
	if (status == STOA_OK) {
		shown = stoa_unpack(
		    &arena, &stoa__discord__shown__descriptor, value);
		if (shown != NULL) {
			shown_take(t, shown);
		}
	}
	stoa_arena_fini(&arena);
	talk_pump(t);
}

/* What an earlier process has shown of it. */
static void
look(struct talk *t)
{
	struct look *l;
	char key[STOA_KV_KEY_LEN_MAX + 1];

	if (!key_of(t, key)) {
		t->is_looked = true;
		return;
	}
	l = calloc(1, sizeof(*l));
	stoa_assert(l != NULL);
	l->discord = t->discord;
	text_set(l->id, sizeof(l->id), t->id);
	t->is_looking = true;
	t->discord->busy++;
	stoa_kv_get(t->discord->s.bus, BUCKET, key, on_looked, l);
}

/* ---- what is next ---- */

void
talk_turn_done(struct talk *t)
{
	t->is_turn_over = t->turn != NULL;
	turn_ack(t);
}

void
talk_end(struct talk *t, bool is_shown)
{
	t->discord->counts.undeliverable += !is_shown;
	talk_turn_done(t);
	if (t->final != NULL) {
		stoa_delivery_ack(t->final);
		t->final = NULL;
	}
	t->phase = TALK_OVER;
	if (t->is_recorded) {
		/* No live card comes after this one, in any process. */
		t->revision = UINT32_MAX;
		talk_record(t);
	}
	stoa_buf_fini(&t->live);
	stoa_buf_fini(&t->last);
	stoa_buf_init(&t->live, DISCORD_CARD_MAX);
	stoa_buf_init(&t->last, DISCORD_CARD_MAX);
	explicit_bzero(t->token, sizeof(t->token));
}

/* Another process goes on: what is known here grows old. */
static void
talk_release(struct talk *t)
{
	if (t->turn != NULL && !t->is_turn_over) {
		stoa_delivery_retry(t->turn, DISCORD_HAND_US);
		t->turn = NULL;
	}
	if (t->final != NULL) {
		stoa_delivery_retry(t->final, DISCORD_HAND_US);
		t->final = NULL;
	}
	stoa_buf_clear(&t->live);
	stoa_buf_clear(&t->last);
	t->touched_us = t->discord->now_us - DISCORD_IDLE_US - 1;
}

static bool
is_defer_due(const struct talk *t)
{
	return t->phase == TALK_SILENT && t->turn != NULL &&
	       t->discord->wall_us - t->received_us >= DISCORD_DEFER_US;
}

static bool
is_edit_due(const struct talk *t)
{
	return t->live.len > 0 &&
	       (t->phase == TALK_SILENT ||
		   t->discord->now_us - t->edited_us >= DISCORD_EDIT_US);
}

void
talk_pump(struct talk *t)
{
	static const Stoa__Discord__Handle nowhere =
	    STOA__DISCORD__HANDLE__INIT;
	struct discord *d = t->discord;

	if (t->is_busy || t->is_moving || t->is_looking) {
		return;
	}
	if (!discord_speaks(d)) {
		talk_release(t);
		return;
	}
	if (t->phase == TALK_OVER || d->now_us < t->retry_us) {
		return;
	}
	/* A first answer can be given twice, Discord refuses the second; an
	 * edit by a former leader could undo the final card. */
	if (t->phase != TALK_SILENT && !leader_is_sure(d)) {
		return;
	}
	/* Without a handle the record must tell. A card that comes to a
	 * process which has not seen its turn may be of a conversation that an
	 * earlier one has begun. */
	if (!t->is_looked && (!t->has_handle || t->turn == NULL) &&
	    (t->last.len > 0 || t->live.len > 0)) {
		look(t);
		return;
	}
	if (!t->has_handle && t->is_personal && t->user[0] != '\0') {
		talk_set_handle(t, &nowhere);
	}
	if (!t->has_handle) {
		stoa_buf_clear(&t->live); /* there is no place for it */
		if (t->last.len > 0) {
			discord_say(d, true, "card_without_place",
			    "a card came for a command that nobody knows");
			talk_end(t, false);
		}
		return;
	}
	if (t->last.len > 0) {
		talk_show(t, &t->last, true);
	} else if (is_edit_due(t)) {
		talk_show(t, &t->live, false);
	} else if (is_defer_due(t)) {
		talk_show(t, NULL, false);
	}
}
