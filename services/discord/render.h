/* render.h - a chat.Card as Discord shows it, and the answers to interactions.
 *
 * A card becomes the body of one message: with components v2, or with an
 * embed where those are not wanted. Every limit of Discord is held whatever
 * the card holds; what had to be shortened, left out or shown in another way
 * is visible in the message and told in `notes`. Nothing of a card's text
 * acts as markup except what chat.proto allows, nobody is ever pinged.
 * A card's upload is a secret and never drawn.
 *
 * Results live in the caller's arena. Nothing here fails except by a full
 * arena; then the result's json is empty. Layer 2, pure.
 *
 * Sources: Discord's component reference, message resource, and receiving
 * and responding to interactions, API v10. */
#ifndef DISCORD_RENDER_H
#define DISCORD_RENDER_H

#include "base/arena.h"
#include "base/check.h"
#include "discord/limits.h"

#include "proto/chat.pb-c.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* custom_id of buttons and selects: this and the card's token. */
#define DISCORD_ID_TOKEN "t:"
/* custom_id of a button that opens the card's form: this and its token. The
 * form's own custom_id is the bare token. */
#define DISCORD_ID_FORM "f:"

struct discord_options {
	bool is_first;	   /* creates the message; not for a deferred answer,
			    * which edits the one that says "thinking" */
	bool is_ephemeral; /* whatever the card says; counts when first */
	/* Instead of components v2. A message stays what it was created as:
	 * its edits need the same choice. */
	bool use_embeds;
	bool has_no_files; /* pictures in words: there is nothing to attach */
	int64_t now_us;	   /* wall time, for the time left; 0: as of the card */
	/* At most DISCORD_NONCE_MAX characters; NULL: none. For bodies of
	 * messages only: interaction answers have no such thing. */
	const char *nonce;
};

struct discord_note {
	const char *part; /* "table", "buttons" */
	const char *why;  /* "12 of 50 rows are left out" */
};

enum discord_file_kind {
	DISCORD_FILE_CHART, /* of card.series */
	DISCORD_FILE_VOTE,  /* of card.bars and card.gauge */
	DISCORD_FILE_IMAGE, /* card.image.cid */
};

struct discord_file {
	enum discord_file_kind kind;
	const char *name; /* "chart.png": static */
};

struct discord_rendered {
	struct stoa_str json;
	/* To be uploaded with the body, the i-th as files[i]. */
	struct discord_file files[2];
	size_t file_count;
	/* What is not shown as the card has it; further ones are counted. */
	struct discord_note notes[DISCORD_NOTES_MAX];
	size_t note_count;
	size_t note_more;
};

/* The body of a message, and of an edit of one. False: the arena is full. */
STOA_MUST_USE bool discord_render(struct stoa_arena *arena,
    const Stoa__Chat__Card *card, const struct discord_options *options,
    struct discord_rendered *ret_rendered);

/* The data of a modal; its custom_id is the form's token. A form without a
 * token or without usable inputs gives empty json and a note: then a message
 * has to do, which tells the command instead. */
STOA_MUST_USE bool discord_render_form(struct stoa_arena *arena,
    const Stoa__Chat__Form *form, struct discord_rendered *ret_rendered);

/* ---- answers: bodies for /interactions/{id}/{token}/callback ---- */

struct discord_choice {
	struct stoa_str name;  /* shown; cut to 100 characters */
	struct stoa_str value; /* left out with its choice beyond 100 */
};

/* Each gives empty text when the arena is full. */
struct stoa_str discord_answer_message(
    struct stoa_arena *arena, const struct discord_rendered *body); /* 4 */
struct stoa_str discord_answer_later(
    struct stoa_arena *arena, bool is_ephemeral);		  /* 5 */
struct stoa_str discord_answer_nothing(struct stoa_arena *arena); /* 6 */
struct stoa_str discord_answer_edit(
    struct stoa_arena *arena, const struct discord_rendered *body); /* 7 */
/* More than 25 choices, equal ones and empty ones are left out. */
struct stoa_str discord_answer_choices(struct stoa_arena *arena,
    const struct discord_choice *choices, size_t count); /* 8 */
struct stoa_str discord_answer_form(
    struct stoa_arena *arena, const struct discord_rendered *form); /* 9 */

#endif
