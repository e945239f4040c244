/* talk_send.c - one step of a conversation: a card drawn, a call of Discord's,
 * and what its answer means for the next step.
 *
 * What an earlier process has done is not guessed: the answer tells. 40060
 * says that the interaction has been answered, 10062 that it is too old,
 * 50027 that its token is, 10008 that the message is gone. */
#include "discord/parts.h"

#include "base/check.h"
#include "base/core.h"
#include "base/encode.h"
#include "base/hash.h"
#include "base/json.h"
#include "discord/chart.h"
#include "discord/render.h"
#include "edge/loop.h"

#include <stdio.h>
#include <stdlib.h>

/* Discord's error codes. */
enum {
	CODE_UNKNOWN_CHANNEL = 10003,
	CODE_UNKNOWN_GUILD = 10004,
	CODE_UNKNOWN_MESSAGE = 10008,
	CODE_UNKNOWN_WEBHOOK = 10015,
	CODE_UNKNOWN_INTERACTION = 10062,
	CODE_ANSWERED_ALREADY = 40060,
	CODE_MISSING_ACCESS = 50001,
	CODE_NOT_TO_THIS_USER = 50007,
	CODE_MISSING_PERMISSIONS = 50013,
	CODE_TOKEN_INVALID = 50027,
	CODE_BODY_INVALID = 50035,
};

/* Ways to show something. */
enum way {
	WAY_CALLBACK,	/* the first answer to the interaction */
	WAY_EDIT_FIRST, /* that answer again */
	WAY_LOOK,	/* what an earlier process has answered */
	WAY_UNSHOW,	/* takes the public answer away, for the next: */
	WAY_PRIVATELY,	/* another answer, for the asker alone */
	WAY_OPEN_DIRECT,
	WAY_POST, /* a message of our own */
	WAY_EDIT, /* that message again */
};

struct step {
	struct talk *talk;
	enum way way;
	bool is_final;
	bool is_defer;
	bool is_form;
	bool is_plain;	/* the card's floor: its drawing was refused */
	bool is_worded; /* its picture could not be drawn */
	struct stoa_arena arena;
	Stoa__Chat__Card *card; /* NULL: we think */
	struct discord_rendered drawn;
	struct stoa_str json;
	struct stoa_buf chart;
	char path[640];
	enum rest_method method;
};

static void step_send(struct step *s);
static void step_begin(struct step *s);
static void undeliverable(struct step *s, int64_t code);

static void
step_free(struct step *s)
{
	s->talk->is_busy = false;
	s->talk->discord->busy--;
	stoa_arena_fini(&s->arena);
	stoa_buf_fini(&s->chart);
	explicit_bzero(s->path, sizeof(s->path));
	free(s);
}

/* ---- which way ---- */

static bool
is_token_alive(const struct talk *t)
{
	return t->discord->wall_us - t->received_us < DISCORD_TOKEN_US;
}

static bool
is_for_asker(const Stoa__Chat__Card *card)
{
	return card != NULL &&
	       card->visibility == STOA__CHAT__VISIBILITY__ASKER;
}

static enum way
way_choose(const struct talk *t, const Stoa__Chat__Card *card)
{
	if (t->phase == TALK_SILENT) {
		return WAY_CALLBACK;
	}
	if (t->phase != TALK_MOVED && is_token_alive(t)) {
		/* What follows a public "thinking" would take its place, for
		 * all to see: that goes first. */
		return is_for_asker(card) && !t->is_ephemeral ? WAY_UNSHOW
							      : WAY_EDIT_FIRST;
	}
	if (t->phase == TALK_MOVED && t->message[0] != '\0') {
		return WAY_EDIT;
	}
	/* What only the asker may see goes to the asker: no message in a
	 * channel can be seen by one person alone. */
	if (!t->is_direct && t->user[0] != '\0' &&
	    (t->guild[0] != '\0' || t->channel[0] == '\0') &&
	    (t->is_ephemeral || t->is_private || is_for_asker(card) ||
		t->channel[0] == '\0')) {
		return WAY_OPEN_DIRECT;
	}
	return WAY_POST;
}

static void
path_set(struct step *s, const char *head, const char *a, const char *b,
    const char *tail)
{
	(void)snprintf(s->path, sizeof(s->path), "%s%s%s%s", head, a, b, tail);
}

static void
address(struct step *s)
{
	const struct talk *t = s->talk;
	const char *to = t->moved_to[0] != '\0' ? t->moved_to : t->channel;
	char hook[400];
	/* An answer for the asker alone stands beside the first one. */

	(void)snprintf(hook, sizeof(hook), "%s/%s", t->application, t->token);
	s->method = REST_POST;
	switch (s->way) {
	case WAY_CALLBACK:
		(void)snprintf(s->path, sizeof(s->path),
		    "/interactions/%s/%s/callback", t->interaction, t->token);
		break;
	case WAY_EDIT_FIRST:
		s->method = REST_PATCH;
		path_set(s, "/webhooks/", hook, "/messages/",
		    t->message[0] == '\0' ? "@original" : t->message);
		break;
	case WAY_LOOK:
	case WAY_UNSHOW:
		s->method = s->way == WAY_LOOK ? REST_GET : REST_DELETE;
		path_set(s, "/webhooks/", hook, "", "/messages/@original");
		break;
	case WAY_PRIVATELY:
		path_set(s, "/webhooks/", hook, "", "");
		break;
	case WAY_OPEN_DIRECT:
		path_set(s, "/users/@me/channels", "", "", "");
		break;
	case WAY_POST:
		path_set(s, "/channels/", to, "/messages", "");
		break;
	case WAY_EDIT:
		s->method = REST_PATCH;
		path_set(s, "/channels/", to, "/messages/", t->message);
		break;
	}
	explicit_bzero(hook, sizeof(hook));
}

/* ---- drawing ---- */

const char *
nonce_make(struct stoa_arena *arena, const char *id, const char *gone)
{
	struct stoa_hmac hmac;
	struct stoa_hash hash;
	struct stoa_buf b;
	const char *nonce;

	stoa_hmac_init(&hmac, STOA_STR("nonce"));
	stoa_hmac_add(&hmac, id, strlen(id));
	stoa_hmac_add(&hmac, gone, strlen(gone));
	hash = stoa_hmac_end(&hmac);
	stoa_buf_init(&b, 64);
	stoa_base32_encode(&b, stoa_str_of_bytes(hash.bytes, 15));
	nonce = stoa_arena_str(arena, stoa_buf_str(&b));
	stoa_buf_fini(&b);
	return nonce;
}

/* Only what was written in reply to somebody's message refers to it. */
static void
reference_add(struct step *s)
{
	const struct talk *t = s->talk;
	struct stoa_str body = s->json;

	if (s->way != WAY_POST || t->kind != STOA__DISCORD__KIND__MESSAGE ||
	    t->replied[0] == '\0' || t->is_direct || body.len < 2) {
		return;
	}
	s->json = stoa_str_of(stoa_arena_printf(&s->arena,
	    "%.*s,\"message_reference\":{\"message_id\":\"%s\","
	    "\"fail_if_not_exists\":false}}",
	    (int)body.len - 1, body.data, t->replied));
}

/* The card without its parts: what every client can show. */
static Stoa__Chat__Card *
plain_card(struct step *s)
{
	Stoa__Chat__Card *plain = stoa_arena_alloc(&s->arena, sizeof(*plain));

	if (plain == NULL) {
		return s->card;
	}
	stoa__chat__card__init(plain);
	plain->id = s->card->id;
	plain->title = s->card->title;
	plain->severity = s->card->severity;
	plain->text = s->card->plain;
	plain->plain = s->card->plain;
	plain->visibility = s->card->visibility;
	return plain;
}

static void
notes_count(struct step *s)
{
	struct discord *d = s->talk->discord;

	d->counts.degraded += s->drawn.note_count + s->drawn.note_more;
	for (size_t i = 0; i < s->drawn.note_count; i++) {
		discord_say(d, false, "card_degraded", "%s: %s",
		    s->drawn.notes[i].part, s->drawn.notes[i].why);
	}
}

static bool
form_draw(struct step *s)
{
	struct talk *t = s->talk;

	s->is_form = false;
	if (s->is_plain || s->way != WAY_CALLBACK || s->card->form == NULL ||
	    (t->kind != STOA__DISCORD__KIND__COMMAND &&
		t->kind != STOA__DISCORD__KIND__COMPONENT)) {
		return false;
	}
	if (!discord_render_form(&s->arena, s->card->form, &s->drawn) ||
	    s->drawn.json.len == 0) {
		return false;
	}
	s->json = discord_answer_form(&s->arena, &s->drawn);
	s->is_form = s->json.len > 0;
	return s->is_form;
}

/* The answer may take the place of what was pressed on: that was the asker's
 * own, says who made the card. */
static bool
is_update(const struct step *s)
{
	return s->way == WAY_CALLBACK && s->card->is_update && !s->is_plain &&
	       s->talk->kind == STOA__DISCORD__KIND__COMPONENT &&
	       is_for_asker(s->card);
}

static bool
message_draw(struct step *s)
{
	const struct talk *t = s->talk;
	struct discord_options o = {
	    .is_first = (s->way == WAY_CALLBACK && !is_update(s)) ||
			s->way == WAY_POST || s->way == WAY_PRIVATELY,
	    .is_ephemeral = s->way == WAY_PRIVATELY ||
			    (s->way == WAY_CALLBACK && t->is_private),
	    .use_embeds = t->discord->s.use_embeds,
	    .has_no_files = s->card->image != NULL || s->is_worded,
	    .now_us = t->discord->wall_us,
	    .nonce = s->way == WAY_POST ? nonce_make(&s->arena, t->id, t->gone)
					: NULL,
	};

	if (s->way == WAY_POST) {
		s->card->visibility = STOA__CHAT__VISIBILITY__EVERYBODY;
	}
	if (!discord_render(&s->arena, s->is_plain ? plain_card(s) : s->card,
		&o, &s->drawn)) {
		return false;
	}
	notes_count(s);
	s->json = is_update(s) ? discord_answer_edit(&s->arena, &s->drawn)
		  : s->way == WAY_CALLBACK
		      ? discord_answer_message(&s->arena, &s->drawn)
		      : s->drawn.json;
	reference_add(s);
	return s->json.len > 0;
}

/* False: the arena is full. */
static bool
draw(struct step *s)
{
	struct talk *t = s->talk;

	if (s->way == WAY_UNSHOW) {
		return true;
	}
	if (s->way == WAY_OPEN_DIRECT) {
		s->json = stoa_str_of(stoa_arena_printf(
		    &s->arena, "{\"recipient_id\":\"%s\"}", t->user));
		return s->json.data != NULL;
	}
	if (s->is_defer) {
		s->json = discord_answer_later(&s->arena, t->is_private);
		return s->json.len > 0;
	}
	return form_draw(s) || message_draw(s);
}

static void
chart_draw(void *arg)
{
	struct step *s = arg;
	const Stoa__Chat__Card *card = s->card;

	switch (s->drawn.files[0].kind) {
	case DISCORD_FILE_CHART:
		(void)!discord_chart_draw(card->series, card->n_series,
		    DISCORD_CHART_SCALE, &s->chart);
		break;
	case DISCORD_FILE_VOTE:
		(void)!discord_chart_vote(card->bars, card->n_bars, card->gauge,
		    DISCORD_CHART_SCALE, &s->chart);
		break;
	case DISCORD_FILE_IMAGE:
		break; /* has no bytes here */
	}
}

static void
chart_drawn(void *arg)
{
	struct step *s = arg;

	if (s->chart.len == 0) {
		s->is_worded = true;
		if (!draw(s)) {
			undeliverable(s, 0);
			step_free(s);
			return;
		}
	}
	step_send(s);
}

/* ---- what came of it ---- */

static void
wait_longer(struct talk *t)
{
	int64_t wait_us = 250 * STOA_US_PER_MS;

	t->failures++;
	for (unsigned i = 1; i < t->failures && wait_us < 10 * STOA_US_PER_S;
	     i++) {
		wait_us *= 2;
	}
	t->retry_us = t->discord->now_us + wait_us;
}

bool
id_take(struct stoa_json value, char to[static DISCORD_ID_SIZE])
{
	struct stoa_str text = value.text;

	if (text.len < 3 || text.len - 2 >= DISCORD_ID_SIZE) {
		return false;
	}
	for (size_t i = 1; i < text.len - 1; i++) {
		if (text.data[i] < '0' || text.data[i] > '9') {
			return false;
		}
	}
	(void)snprintf(
	    to, DISCORD_ID_SIZE, "%.*s", (int)text.len - 2, text.data + 1);
	return true;
}

static void
moved(struct talk *t)
{
	if (t->phase != TALK_MOVED) {
		t->discord->counts.moved++;
		t->phase = TALK_MOVED;
		t->message[0] = '\0';
		t->moved_to[0] = '\0';
	}
}

static void
shown(struct step *s)
{
	struct talk *t = s->talk;
	bool was_recorded = t->is_recorded;

	t->failures = 0;
	if (s->card != NULL) {
		t->edited_us = t->discord->now_us;
	}
	if (s->is_final) {
		talk_end(t, true);
		return;
	}
	if (s->way == WAY_POST || s->way == WAY_PRIVATELY || !was_recorded) {
		talk_record(t);
	}
	talk_turn_done(t);
}

/* The public answer is gone. */
static void
tell_privately(struct step *s)
{
	s->way = WAY_PRIVATELY;
	step_begin(s);
}

/* The first answer stands, whoever gave it: what is to be shown goes on from
 * there. */
static void
answered_before(struct step *s)
{
	struct talk *t = s->talk;

	t->failures = 0;
	talk_record(t);
	talk_turn_done(t);
}

/* Flags of a message: for one person alone, and "thinking". */
#define FLAG_EPHEMERAL (1 << 6)
#define FLAG_LOADING   (1 << 7)

static void
looked(struct step *s, struct stoa_json root)
{
	struct talk *t = s->talk;
	int64_t flags = 0;

	(void)!stoa_json_to_i64(stoa_json_get(root, STOA_STR("flags")), &flags);
	t->phase = (flags & FLAG_LOADING) != 0 ? TALK_DEFERRED : TALK_ANSWERED;
	t->is_ephemeral = (flags & FLAG_EPHEMERAL) != 0;
	answered_before(s);
}

/* No message, but an answer: it was a form, or somebody has deleted it. */
static void
looked_in_vain(struct step *s)
{
	struct talk *t = s->talk;

	t->phase = TALK_ANSWERED;
	t->is_ephemeral = t->is_private;
	if (s->is_final && s->card != NULL && s->card->form != NULL) {
		talk_end(t, true);
	} else {
		answered_before(s);
	}
}

static void
succeeded(struct step *s, struct stoa_json root)
{
	struct talk *t = s->talk;
	struct discord *d = t->discord;

	switch (s->way) {
	case WAY_CALLBACK:
		t->phase = s->is_defer ? TALK_DEFERRED : TALK_ANSWERED;
		t->is_ephemeral = s->is_defer
				      ? t->is_private
				      : t->is_private || is_for_asker(s->card);
		d->counts.deferrals += s->is_defer;
		d->counts.forms += s->is_form;
		shown(s);
		break;
	case WAY_EDIT_FIRST:
	case WAY_EDIT:
		d->counts.edits++;
		if (t->phase == TALK_DEFERRED) {
			t->phase = TALK_ANSWERED;
		}
		shown(s);
		break;
	case WAY_UNSHOW:
		tell_privately(s);
		return;
	case WAY_PRIVATELY:
		t->phase = TALK_ANSWERED;
		t->is_ephemeral = true;
		t->is_recorded = false;
		(void)id_take(stoa_json_get(root, STOA_STR("id")), t->message);
		shown(s);
		break;
	case WAY_LOOK:
		looked(s, root);
		break;
	case WAY_OPEN_DIRECT:
		moved(t);
		t->moved_to[0] = '\0';
		(void)id_take(stoa_json_get(root, STOA_STR("id")), t->moved_to);
		t->is_direct = t->moved_to[0] != '\0';
		if (!t->is_direct) {
			wait_longer(t); /* never into the channel instead */
		}
		break;
	case WAY_POST:
		moved(t);
		(void)id_take(stoa_json_get(root, STOA_STR("id")), t->message);
		(void)id_take(
		    stoa_json_get(root, STOA_STR("channel_id")), t->moved_to);
		shown(s);
		break;
	}
	step_free(s);
	talk_pump(t);
}

/* The card that greets a server's owner answers nobody: where the bot may not
 * write in the channel that Discord has for such things, the owner gets it in
 * person. */
static bool
is_greeting(const struct step *s)
{
	const struct talk *t = s->talk;

	return s->way == WAY_POST && !t->is_direct &&
	       t->kind == STOA__DISCORD__KIND__MESSAGE &&
	       t->replied[0] == '\0' && t->message[0] == '\0' &&
	       t->guild[0] != '\0' && t->user[0] != '\0' &&
	       t->channel[0] != '\0';
}

static void
undeliverable(struct step *s, int64_t code)
{
	struct talk *t = s->talk;

	if (is_greeting(s)) {
		t->channel[0] = '\0';
		t->moved_to[0] = '\0';
		return;
	}

	discord_say(t->discord, true, "card_undeliverable",
	    "an answer in channel %s cannot be shown: Discord says %lld",
	    t->channel, (long long)code);
	if (code == CODE_MISSING_ACCESS || code == CODE_MISSING_PERMISSIONS) {
		complain(t);
	}
	if (s->is_final) {
		talk_end(t, false);
	} else {
		talk_turn_done(t);
		t->retry_us = t->discord->now_us + 60 * STOA_US_PER_S;
	}
}

/* Tries the card's floor; what is refused even so cannot be shown. */
static bool
refused_body(struct step *s, const struct rest_answer *answer)
{
	discord_say(s->talk->discord, true, "body_refused",
	    "Discord refuses a body of ours: %.*s",
	    answer->body.len > 600 ? 600 : (int)answer->body.len,
	    answer->body.data);
	if (s->is_plain || s->card == NULL) {
		return false;
	}
	s->is_plain = true;
	return draw(s);
}

/* True: the step goes on by itself. */
static bool
failed(struct step *s, const struct rest_answer *answer)
{
	struct talk *t = s->talk;

	switch (answer->code) {
	case CODE_ANSWERED_ALREADY:
		/* By an earlier process: whether for all to see, and whether
		 * with more than that we think, the answer itself tells. */
		s->way = WAY_LOOK;
		address(s);
		s->json = (struct stoa_str){"", 0};
		step_send(s);
		return true;
	case CODE_UNKNOWN_INTERACTION:
	case CODE_TOKEN_INVALID:
	case CODE_UNKNOWN_WEBHOOK:
		t->discord->counts.late += s->way == WAY_CALLBACK;
		moved(t);
		talk_turn_done(t);
		return false;
	case CODE_UNKNOWN_MESSAGE:
		if (s->way == WAY_LOOK) {
			looked_in_vain(s);
		} else if (s->way == WAY_UNSHOW) {
			tell_privately(s);
			return true;
		} else {
			/* Somebody has deleted it: the end is still told. */
			moved(t);
			memcpy(t->gone, t->message, sizeof(t->gone));
			t->message[0] = '\0';
			if (!s->is_final) {
				talk_turn_done(t);
			}
		}
		return false;
	case CODE_UNKNOWN_CHANNEL:
	case CODE_UNKNOWN_GUILD:
	case CODE_MISSING_ACCESS:
	case CODE_MISSING_PERMISSIONS:
	case CODE_NOT_TO_THIS_USER:
		undeliverable(s, answer->code);
		return false;
	case CODE_BODY_INVALID:
		if (refused_body(s, answer)) {
			step_send(s);
			return true;
		}
		undeliverable(s, answer->code);
		return false;
	default:
		break;
	}
	if (answer->result.cause == REST_CAUSE_WEBHOOK_DEAD) {
		moved(t);
		talk_turn_done(t);
	} else if (answer->http == 400 || answer->http == 404 ||
		   answer->http == 403) {
		undeliverable(s, answer->code);
	} else {
		discord_say(t->discord, true, "answer_delayed",
		    "an answer is tried again: %s", answer->cause);
		wait_longer(t);
	}
	return false;
}

static void
on_answer(void *owner, const struct rest_answer *answer)
{
	struct step *s = owner;
	struct talk *t = s->talk;
	struct discord *d = t->discord;
	struct stoa_json root = {0};

	if (answer->result.cause == REST_CAUSE_TOKEN_INVALID ||
	    (answer->http == 401 && answer->code != CODE_TOKEN_INVALID)) {
		d->s.fatal("Discord does not accept the bot's token (401): "
			   "make a new one under Bot > Reset Token of the "
			   "developer portal and put it into the token file");
		wait_longer(t);
		step_free(s);
		return;
	}
	if (answer->result.status == STOA_OK) {
		if (answer->body.len > 0 &&
		    !stoa_json_parse(answer->body, 0, &root, NULL)) {
			root = (struct stoa_json){0};
		}
		succeeded(s, root);
		return;
	}
	if (!failed(s, answer)) {
		step_free(s);
		talk_pump(t);
	}
}

/* ---- sending ---- */

static void
step_send(struct step *s)
{
	struct talk *t = s->talk;
	struct rest_file file = {
	    .name = s->drawn.file_count > 0 ? s->drawn.files[0].name : "",
	    .content_type = "image/png",
	    .data = stoa_buf_str(&s->chart),
	};
	struct rest_request request = {
	    .method = s->method,
	    .path = s->path,
	    .json = s->json,
	    .files = &file,
	    .file_count =
		s->chart.len > 0 && s->json.len > 0 && s->drawn.file_count > 0,
	    .lane = s->way <= WAY_PRIVATELY ? REST_LANE_INTERACTION
					    : REST_LANE_MESSAGE,
	    /* Posts carry a nonce. */
	    .is_repeatable = s->way != WAY_PRIVATELY,
	    .timeout_us = DISCORD_CALL_US,
	};
	enum stoa_status status;

	status = rest_send(t->discord->s.rest, &request, on_answer, s, NULL);
	if (status == STOA_OK) {
		return;
	}
	if (status == STOA_INVALID || status == STOA_TOO_LARGE) {
		undeliverable(s, 0); /* it never can be sent */
	} else {
		wait_longer(t);
	}
	step_free(s);
}

/* Draws, with the chart if there is one, and sends. */
static void
step_begin(struct step *s)
{
	struct talk *t = s->talk;

	address(s);
	if (!draw(s)) {
		/* It cannot be drawn within its memory: its floor can. */
		s->is_plain = true;
		if (s->card == NULL || !draw(s)) {
			undeliverable(s, 0);
			step_free(s);
			return;
		}
	}
	if (s->drawn.file_count > 0 && !s->is_form) {
		stoa_loop_work(t->discord->s.loop, chart_draw, chart_drawn, s);
		return;
	}
	step_send(s);
}

void
talk_show(struct talk *t, const struct stoa_buf *packed, bool is_final)
{
	struct step *s = calloc(1, sizeof(*s));

	stoa_assert(s != NULL && !t->is_busy);
	t->is_busy = true;
	t->discord->busy++;
	t->touched_us = t->discord->now_us;
	s->talk = t;
	s->is_final = is_final;
	stoa_arena_init(&s->arena, NULL, 0, DISCORD_ARENA_MAX);
	stoa_buf_init(&s->chart, DISCORD_CHART_BYTES_MAX);
	if (packed != NULL) {
		s->card = stoa_unpack(&s->arena, &stoa__chat__card__descriptor,
		    stoa_buf_str(packed));
		if (s->card == NULL) {
			undeliverable(s, 0);
			step_free(s);
			return;
		}
		if (!is_final) {
			stoa_buf_clear(&t->live);
		}
	}
	s->way = way_choose(t, s->card);
	/* Where the bytes of an upload go is not shown: they are moved, and
	 * meanwhile we think. */
	s->is_defer = s->card == NULL ||
		      (s->card->upload != NULL && s->way == WAY_CALLBACK);
	if (s->card != NULL && s->card->upload != NULL && !s->is_defer) {
		move_start(t, s->card);
		step_free(s);
		return;
	}
	if (s->is_defer) {
		s->is_final = false;
		s->card = NULL;
	}
	step_begin(s);
}
