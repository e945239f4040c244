/* unseal.c - when voting has ended, opens the secret ballots of all members.
 *
 * Governance tells which ballots are not open yet, page by page; what was kept
 * of each is fetched and handed in for its member, under an id made of the
 * proposal and the ballot's number: two bots, or one that comes back, open
 * nothing twice. It all hangs on the notice, which is not acknowledged before
 * the last page: a bot that dies leaves the rest to another. */
#include "bot/parts.h"

#include "base/core.h"
#include "bot/limits.h"
#include "bot/problem.h"
#include "bot/refusal.h"
#include "bot/sealed.h"
#include "bot/view_vote.h"
#include "port/kv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define GOVERNANCE (&stoa__governance__governance__descriptor)

struct bot_unsealing {
	struct bot_unsealing *next; /* of the bot's */
	struct bot *bot;
	struct stoa_delivery *delivery;
	const char *community;
	const Stoa__Governance__Proposal *proposal;
	bot_unsealing_done done;
	void *owner;
	struct stoa_arena arena; /* of the page */
	char after[BOT_ID_LEN_MAX + 1];
	size_t left;	    /* of the page */
	bool is_incomplete; /* some may work later */
};

/* One member's ballot; in the page's arena. */
struct one {
	struct bot_unsealing *u;
	char *member;
	struct stoa_str committed;
	Stoa__Chat__SealedBallots *kept;
	struct bot_unsealed ballot;
	const char *key;
};

static void page_ask(struct bot_unsealing *u);

/* ---- the end ---- */

static void
finish(struct bot_unsealing *u)
{
	struct bot *b = u->bot;
	struct bot_unsealing **at = &b->unsealing;
	bool is_complete = !u->is_incomplete;
	bot_unsealing_done done = u->done;
	void *owner = u->owner;

	while (*at != u) {
		at = &(*at)->next;
	}
	*at = u->next;
	b->notice_count--;
	stoa_arena_fini(&u->arena);
	free(u);
	done(owner, is_complete);
}

static void
page_end(struct bot_unsealing *u)
{
	if (u->after[0] == '\0' || u->bot->is_draining) {
		u->is_incomplete = u->is_incomplete || u->after[0] != '\0';
		finish(u);
		return;
	}
	stoa_arena_reset(&u->arena);
	page_ask(u);
}

static void
one_end(struct one *o, bool is_done)
{
	struct bot_unsealing *u = o->u;

	u->is_incomplete = u->is_incomplete || !is_done;
	if (--u->left == 0) {
		page_end(u);
	}
}

/* ---- telling the member ---- */

static void
on_told(void *owner, enum stoa_status status)
{
	struct one *o = owner;

	if (o->u->bot->is_abandoned) {
		return;
	}
	one_end(o, status == STOA_OK || status == STOA_EXISTS);
}

/* "p_...-sealed": told once, however often it is tried. */
static bool
address_set(const struct one *o, struct bot_address *to)
{
	struct stoa_arena *arena = &o->u->arena;
	const char *text = stoa_arena_printf(arena, "%s|%s|%s-sealed",
	    o->kept->platform, o->kept->user, o->u->proposal->id);

	return text != NULL && bot_address_read(stoa_str_of(text), to);
}

static void
tell(struct one *o, const struct bot_problem *why)
{
	struct bot *b = o->u->bot;
	struct stoa_arena *arena = &o->u->arena;
	char subject[BOT_ADDRESS_TEXT_SIZE], id[BOT_ADDRESS_TEXT_SIZE];
	struct bot_address to;
	struct stoa_str packed;
	Stoa__Chat__Card *card;

	b->counts.sealed_lost++;
	if (!address_set(o, &to)) {
		one_end(o, true); /* nobody can be told */
		return;
	}
	card = bot_view_not_opened(arena, o->u->proposal, why);
	if (card != NULL) {
		card->visibility = STOA__CHAT__VISIBILITY__ASKER;
	}
	bot_pressed_keep_live(b, arena, card, &to);
	packed = bot_card_pack(arena, card, &to, 1);
	if (packed.data == NULL) {
		one_end(o, true);
		return;
	}
	bot_address_final(&to, subject);
	bot_address_print(&to, id);
	stoa_bus_store(b->o.bus, subject, id, packed, on_told, o);
}

static void
refused(struct one *o, const Stoa__Journal__Refusal *refusal)
{
	struct bot_problem problem;

	bot_refusal_explain(refusal, &o->u->arena, &problem);
	tell(o, &problem);
}

/* ---- one ballot ---- */

static void
on_forgotten(void *owner, enum stoa_status status, uint64_t revision)
{
	/* It expires by itself. */
	(void)owner;
	(void)status;
	(void)revision;
}

static void
on_revealed(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct one *o = owner;
	struct bot *b = o->u->bot;
	const Stoa__Journal__Outcome *outcome = NULL;

	(void)detail;
	if (b->is_abandoned) {
		return;
	}
	if (status == STOA_OK) {
		outcome = stoa_unpack(
		    &o->u->arena, &stoa__journal__outcome__descriptor, reply);
	}
	if (status != STOA_OK &&
	    stoa_status_retry(status) == STOA_RETRY_NEVER) {
		tell(o, &bot_sealed_lost);
	} else if (outcome == NULL || outcome->entry == NULL) {
		one_end(o, false);
	} else if (outcome->entry->refusal != NULL) {
		refused(o, outcome->entry->refusal);
	} else {
		/* Open for all to see: nothing is left to be kept. */
		b->counts.unsealed++;
		stoa_kv_put(b->o.bus, BOT_SEALED, o->key, STOA_STR(""),
		    STOA_KV_ANY, on_forgotten, NULL);
		one_end(o, true);
	}
}

static void
reveal(struct one *o)
{
	struct bot_unsealing *u = o->u;
	Stoa__Governance__RevealRequest in =
	    STOA__GOVERNANCE__REVEAL_REQUEST__INIT;
	const char *id = stoa_arena_printf(
	    &u->arena, "reveal:%s:%" PRIu64, u->proposal->id, o->ballot.number);

	in.proposal = u->proposal->id;
	in.ballot = (Stoa__Governance__Ballot *)(uintptr_t)o->ballot.ballot;
	in.salt.data = o->ballot.salt.bytes;
	in.salt.len = sizeof(o->ballot.salt.bytes);
	stoa_bus_call(u->bot->o.bus,
	    &(struct stoa_bus_call){
		.service = GOVERNANCE,
		.method = "Reveal",
		.community = stoa_str_of(u->community),
		.actor = stoa_str_of(o->member),
		.command_id = stoa_str_of(id),
		.timeout_us = BOT_QUERY_US,
	    },
	    &in.base, on_revealed, o);
}

static void
on_found(void *owner, enum stoa_status status, struct stoa_str value,
    uint64_t revision)
{
	struct one *o = owner;
	struct bot_unsealing *u = o->u;
	struct bot_sealer sealer;

	(void)revision;
	if (u->bot->is_abandoned) {
		return;
	}
	if (status == STOA_OK) {
		o->kept = stoa_unpack(
		    &u->arena, &stoa__chat__sealed_ballots__descriptor, value);
	}
	if (o->kept == NULL) {
		/* Committed to from elsewhere, with a salt of the member's own:
		 * it is for the member to open it. */
		one_end(o, status == STOA_OK || status == STOA_NOT_FOUND);
		return;
	}
	sealer =
	    (struct bot_sealer){u->bot->o.link_key, stoa_str_of(u->community),
		stoa_str_of(u->proposal->id), stoa_str_of(o->member)};
	if (bot_sealed_find(
		&u->arena, &sealer, o->kept, o->committed, &o->ballot)) {
		reveal(o);
	} else {
		tell(o, &bot_sealed_lost);
	}
}

static struct one *
one_new(struct bot_unsealing *u, const Stoa__Governance__Sealed *sealed)
{
	struct one *o = stoa_arena_alloc(&u->arena, sizeof(*o));
	struct bot_sealer sealer = {.community = stoa_str_of(u->community),
	    .proposal = stoa_str_of(u->proposal->id),
	    .member = stoa_str_of(sealed->member)};

	if (o != NULL) {
		*o = (struct one){.u = u,
		    .member = sealed->member,
		    .committed = stoa_str_of_bytes(
			sealed->commitment.data, sealed->commitment.len),
		    .key = bot_sealed_key(&u->arena, &sealer)};
	}
	return o;
}

/* ---- pages ---- */

static void
page_begin(struct bot_unsealing *u, const Stoa__Governance__SealedReply *page)
{
	struct one *all[BOT_UNSEAL_PAGE];
	size_t count = 0;

	(void)snprintf(u->after, sizeof(u->after), "%s", page->next);
	for (size_t i = 0; i < page->n_ballots && count < BOT_UNSEAL_PAGE;
	     i++) {
		all[count] = one_new(u, page->ballots[i]);
		if (all[count] == NULL) {
			u->is_incomplete = true;
			break;
		}
		count++;
	}
	u->left = count;
	for (size_t i = 0; i < count; i++) {
		stoa_kv_get(
		    u->bot->o.bus, BOT_SEALED, all[i]->key, on_found, all[i]);
	}
	if (count == 0) {
		page_end(u);
	}
}

static void
on_page(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct bot_unsealing *u = owner;
	const Stoa__Governance__SealedReply *page = NULL;

	(void)detail;
	if (u->bot->is_abandoned) {
		return;
	}
	if (status == STOA_OK) {
		page = stoa_unpack(&u->arena,
		    &stoa__governance__sealed_reply__descriptor, reply);
	}
	if (page == NULL) {
		/* Of a proposal that is none, nothing can be asked later. */
		u->is_incomplete = status != STOA_NOT_FOUND;
		finish(u);
		return;
	}
	if (page->state == STOA__GOVERNANCE__STATE__ACTIVE) {
		/* Of a replica that has not heard of the end yet, nor perhaps
		 * of the last ballots. */
		u->is_incomplete = true;
		finish(u);
		return;
	}
	page_begin(u, page);
}

static void
page_ask(struct bot_unsealing *u)
{
	Stoa__Governance__SealedQuery in = STOA__GOVERNANCE__SEALED_QUERY__INIT;

	in.proposal = u->proposal->id;
	in.after = u->after;
	in.limit = BOT_UNSEAL_PAGE;
	stoa_bus_call(u->bot->o.bus,
	    &(struct stoa_bus_call){
		.service = GOVERNANCE,
		.method = "Sealed",
		.community = stoa_str_of(u->community),
		.timeout_us = BOT_QUERY_US,
	    },
	    &in.base, on_page, u);
}

void
bot_unseal(struct bot *b, struct stoa_delivery *delivery,
    const Stoa__Governance__Notice *notice, bot_unsealing_done done,
    void *owner)
{
	struct bot_unsealing *u = calloc(1, sizeof(*u));

	stoa_assert(u != NULL);
	u->bot = b;
	u->delivery = delivery;
	u->community = notice->community;
	u->proposal = notice->proposal;
	u->done = done;
	u->owner = owner;
	stoa_arena_init(&u->arena, NULL, 0, BOT_ARENA_MAX);
	u->next = b->unsealing;
	b->unsealing = u;
	b->notice_count++;
	page_ask(u);
}

void
bot_unseal_pulse(struct bot *b)
{
	for (struct bot_unsealing *u = b->unsealing; u != NULL; u = u->next) {
		stoa_delivery_progress(u->delivery);
	}
}
