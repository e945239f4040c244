/* discord.c - the life of all conversations, and what comes in. */
#include "discord/discord.h"

#include "base/check.h"
#include "base/core.h"
#include "base/encode.h"
#include "base/metric.h"
#include "bot/catalogue.h"
#include "discord/parts.h"
#include "port/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
discord_say(const struct discord *d, bool is_warning, const char *event,
    const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (d->s.log != NULL) {
		d->s.log(is_warning, event, text);
	}
}

bool
discord_speaks(const struct discord *d)
{
	return d->is_leader && !d->is_draining;
}

/* ---- turns ---- */

static void
turn_take(struct discord *d, struct stoa_delivery *delivery,
    const Stoa__Discord__Turn *in)
{
	struct talk *t = talk_make(d, in->command);
	const struct bot_command *row = bot_command_find(stoa_str_of(in->path));

	talk_set_handle(t, in->handle);
	talk_set_request(t, in->request);
	(void)snprintf(t->user, sizeof(t->user), "%s", in->user);
	t->is_private = row != NULL && row->is_private;
	if (t->phase != TALK_SILENT) {
		stoa_delivery_ack(delivery); /* answered already */
		return;
	}
	if (t->turn != NULL) {
		stoa_delivery_forget(t->turn); /* of the same message */
	}
	t->turn = delivery;
	/* A second delivery: whoever had the first may have answered. The
	 * answer to the next call tells. */
	talk_pump(t);
}

static void
on_turn(void *owner, struct stoa_delivery *delivery)
{
	struct discord *d = owner;
	struct stoa_arena arena;
	Stoa__Discord__Turn *in;

	if (!discord_speaks(d)) {
		stoa_delivery_retry(delivery, 0);
		return;
	}
	stoa_arena_init(&arena, NULL, 0, DISCORD_ARENA_MAX);
	in = stoa_unpack(
	    &arena, &stoa__discord__turn__descriptor, delivery->data);
	if (in == NULL || in->handle == NULL || in->command[0] == '\0') {
		discord_say(d, true, "turn_dropped",
		    "a message on discord-turn is no turn");
		stoa_delivery_drop(delivery);
	} else if (in->handle->kind == STOA__DISCORD__KIND__AUTOCOMPLETE) {
		d->counts.turns++;
		suggest_start(d, delivery, in);
	} else {
		d->counts.turns++;
		turn_take(d, delivery, in);
	}
	stoa_arena_fini(&arena);
}

/* ---- cards ---- */

/* Of a card that answers nothing and names a channel. */
static const Stoa__Discord__Handle *
channel_handle(struct stoa_arena *arena, const Stoa__Chat__Card *card)
{
	Stoa__Discord__Handle *handle =
	    stoa_arena_alloc(arena, sizeof(*handle));

	if (handle != NULL) {
		stoa__discord__handle__init(handle);
		handle->kind = STOA__DISCORD__KIND__MESSAGE;
		handle->channel = card->channel;
	}
	return handle;
}

/* The handle that the card brings back; NULL: none. */
static const Stoa__Discord__Handle *
handle_of(struct stoa_arena *arena, const Stoa__Chat__Card *card)
{
	const Stoa__Discord__Handle *handle = NULL;
	struct stoa_buf b;

	if (card->reply[0] == '\0') {
		return card->channel[0] == '\0' ? NULL
						: channel_handle(arena, card);
	}
	stoa_buf_init(&b, 1024);
	if (stoa_base64_decode(
		&b, STOA_BASE64URL_NOPAD, stoa_str_of(card->reply))) {
		handle = stoa_unpack(arena, &stoa__discord__handle__descriptor,
		    stoa_buf_str(&b));
	}
	stoa_buf_fini(&b);
	return handle;
}

/* stoa.chat.out.discord.<user>.<id> */
static void
user_set(struct talk *t, struct stoa_str subject, unsigned at)
{
	struct stoa_str user = {"", 0};

	for (unsigned i = 0; i <= at; i++) {
		user = stoa_str_cut(&subject, '.');
	}
	(void)snprintf(t->user, sizeof(t->user), "%.*s", STOA_STR_ARG(user));
}

static void
on_card(void *owner, struct stoa_delivery *delivery)
{
	struct discord *d = owner;
	struct stoa_arena arena;
	const Stoa__Chat__Card *card;
	const Stoa__Discord__Handle *handle;
	struct talk *t;

	if (!discord_speaks(d)) {
		stoa_delivery_retry(delivery, 0);
		return;
	}
	stoa_arena_init(&arena, NULL, 0, DISCORD_ARENA_MAX);
	card =
	    stoa_unpack(&arena, &stoa__chat__card__descriptor, delivery->data);
	if (card == NULL || card->id[0] == '\0' ||
	    delivery->data.len > DISCORD_CARD_MAX) {
		discord_say(d, true, "card_dropped",
		    "a message on chat-out is no card");
		stoa_delivery_drop(delivery);
		stoa_arena_fini(&arena);
		return;
	}
	d->counts.cards++;
	t = talk_make(d, card->id);
	handle = handle_of(&arena, card);
	if (handle != NULL) {
		talk_set_handle(t, handle);
	}
	t->is_personal =
	    handle == NULL && card->visibility == STOA__CHAT__VISIBILITY__ASKER;
	user_set(t, delivery->subject, 4);
	if (t->phase == TALK_OVER) {
		stoa_delivery_ack(delivery); /* a copy */
	} else if (t->final != NULL) {
		stoa_delivery_forget(t->final); /* of the same message */
		t->final = delivery;
	} else {
		t->final = delivery;
		stoa_buf_clear(&t->last);
		stoa_buf_add_str(&t->last, delivery->data);
		talk_pump(t);
	}
	stoa_arena_fini(&arena);
}

/* Edits are told to all; they matter to the one who speaks. */
static void
on_edit(void *owner, struct stoa_str subject, struct stoa_str data)
{
	struct discord *d = owner;
	struct stoa_arena arena;
	const Stoa__Chat__Card *card;
	const Stoa__Discord__Handle *handle;
	struct talk *t;

	if (!discord_speaks(d) || data.len > DISCORD_CARD_MAX) {
		return;
	}
	stoa_arena_init(&arena, NULL, 0, DISCORD_ARENA_MAX);
	card = stoa_unpack(&arena, &stoa__chat__card__descriptor, data);
	/* Later states of what is not shown can be left out. */
	if (card != NULL && card->id[0] != '\0' &&
	    (d->talks.count < DISCORD_TALKS_MAX ||
		talk_get(d, card->id) != NULL)) {
		t = talk_make(d, card->id);
		handle = handle_of(&arena, card);
		if (handle != NULL) {
			talk_set_handle(t, handle);
		}
		user_set(t, subject, 4);
		if (t->phase != TALK_OVER && t->last.len == 0 &&
		    card->revision > t->revision) {
			t->revision = card->revision;
			stoa_buf_clear(&t->live);
			stoa_buf_add_str(&t->live, data);
			talk_pump(t);
		}
	}
	stoa_arena_fini(&arena);
}

/* ---- time ---- */

static void
talks_pulse(struct discord *d)
{
	STOA_MAP_EACH(&d->talks, entry)
	{
		struct talk *t = entry->value;

		if (t->turn != NULL) {
			stoa_delivery_progress(t->turn);
		}
		if (t->final != NULL) {
			stoa_delivery_progress(t->final);
		}
	}
}

static bool
talk_is_idle(const struct talk *t)
{
	return !t->is_busy && !t->is_moving && !t->is_looking &&
	       t->turn == NULL && t->final == NULL && t->live.len == 0 &&
	       t->last.len == 0;
}

/* What is over is kept for a while: late copies find it. */
static void
talks_sweep(struct discord *d)
{
	bool is_full = d->talks.count > DISCORD_TALKS_MAX;

	STOA_MAP_EACH(&d->talks, entry)
	{
		struct talk *t = entry->value;

		if (talk_is_idle(t) &&
		    (is_full || d->now_us - t->touched_us > DISCORD_IDLE_US)) {
			(void)stoa_map_remove(&d->talks, entry->key);
			talk_free(t);
		}
	}
}

static void
tick(void *part)
{
	struct discord *d = part;

	d->now_us = stoa_clock_mono(NULL).us;
	d->wall_us = stoa_clock_wall(NULL).us;
	leader_tick(d);
	describe_tick(d);
	STOA_MAP_EACH(&d->talks, entry)
	{
		talk_pump(entry->value);
	}
	if (d->now_us >= d->pulse_us) {
		d->pulse_us = d->now_us + DISCORD_PULSE_US;
		talks_pulse(d);
	}
	if (d->now_us >= d->sweep_us) {
		d->sweep_us = d->now_us + STOA_US_PER_S;
		talks_sweep(d);
	}
}

/* ---- life ---- */

struct discord *
discord_new(const struct discord_settings *settings)
{
	struct discord *d = calloc(1, sizeof(*d));

	stoa_assert(d != NULL);
	d->s = *settings;
	stoa_map_init(&d->talks, settings->seed);
	stoa_map_init(&d->told, settings->seed);
	return d;
}

void
discord_start(struct discord *d)
{
	d->now_us = stoa_clock_mono(NULL).us;
	d->wall_us = stoa_clock_wall(NULL).us;
	d->turns = stoa_bus_consume(d->s.bus, "discord-turn", "discord",
	    DISCORD_TURNS_WINDOW, on_turn, d);
	d->cards = stoa_bus_consume(
	    d->s.bus, "chat-out", "discord", DISCORD_CARDS_WINDOW, on_card, d);
	stoa_consumer_set_life(d->turns, DISCORD_ASK_US);
	/* Nothing is taken before we are the one who speaks. */
	stoa_consumer_set_window(d->turns, 0);
	stoa_consumer_set_window(d->cards, 0);
	stoa_bus_hear(d->s.bus, "stoa.progress.card.discord.*", on_edit, d);
}

static void
drain(void *part)
{
	struct discord *d = part;

	d->is_draining = true;
	stoa_consumer_stop(d->turns);
	stoa_consumer_stop(d->cards);
	STOA_MAP_EACH(&d->talks, entry)
	{
		talk_pump(entry->value); /* hands back what has not begun */
	}
}

static bool
is_idle(void *part)
{
	const struct discord *d = part;

	return d->busy == 0;
}

/* Discord has told who we are. */
static bool
is_ready(void *part)
{
	const struct discord *d = part;

	return d->application[0] != '\0';
}

static void
end(void *part)
{
	struct discord *d = part;

	/* The bus still holds callbacks: they need it until the process
	 * ends. */
	if (d->busy > 0 || d->is_leading_asked) {
		return;
	}
	STOA_MAP_EACH(&d->talks, entry)
	{
		talk_free(entry->value);
	}
	STOA_MAP_EACH(&d->told, entry)
	{
		free(entry->value);
	}
	stoa_map_fini(&d->talks);
	stoa_map_fini(&d->told);
	free(d);
}

static void
metrics(void *part, struct stoa_buf *out)
{
	const struct discord *d = part;
	const struct discord_counts *c = &d->counts;
	const struct stoa_metric all[] = {
	    {"stoa_discord_leader", "Whether this replica speaks.",
		d->is_leader},
	    {"stoa_discord_talks", "Conversations in memory.", d->talks.count},
	    {"stoa_discord_turns_total", "Interactions taken.", c->turns},
	    {"stoa_discord_cards_total", "Final cards taken.", c->cards},
	    {"stoa_discord_edits_total", "Edits sent.", c->edits},
	    {"stoa_discord_deferrals_total",
		"Interactions answered by waiting.", c->deferrals},
	    {"stoa_discord_late_total",
		"Interactions that were too old to answer.", c->late},
	    {"stoa_discord_moved_total",
		"Answers that became messages of their own.", c->moved},
	    {"stoa_discord_choices_total", "Suggestions answered.", c->choices},
	    {"stoa_discord_forms_total", "Forms shown.", c->forms},
	    {"stoa_discord_degraded_total", "Parts of cards shown otherwise.",
		c->degraded},
	    {"stoa_discord_undeliverable_total", "Cards that nobody can see.",
		c->undeliverable},
	    {"stoa_discord_uploads_total", "Attachments moved to storage.",
		c->uploads},
	};

	stoa_metrics_print(out, all, STOA_COUNT(all));
}

const struct stoa_part discord_part = {
    .is_ready = is_ready,
    .tick = tick,
    .tick_us = DISCORD_TICK_US,
    .drain = drain,
    .is_idle = is_idle,
    .free = end,
    .metrics = metrics,
};
