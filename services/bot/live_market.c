/* live_market.c - what members are told of the market: how the deal went that
 * they asked for, as the final card of that command; and, where a community is
 * told news, that a model is listed. */
#include "bot/parts.h"

#include "base/core.h"
#include "bot/limits.h"
#include "bot/view_market.h"

#include "proto/marketplace.pb-c.h"

#include <stdlib.h>

struct telling {
	struct bot *bot;
	struct stoa_delivery *delivery;
	struct stoa_arena arena; /* holds `notice` */
	Stoa__Marketplace__Notice *notice;
	struct bot_notice_address to;
};

static void
telling_free(struct telling *t)
{
	stoa_arena_fini(&t->arena);
	free(t);
}

static void
drop(struct telling *t, const char *why)
{
	struct bot *b = t->bot;

	b->counts.dropped++;
	bot_warn(b, "notice_dropped", why);
	stoa_delivery_drop(t->delivery);
	telling_free(t);
}

static void
card_store(struct telling *t, Stoa__Chat__Card *card)
{
	struct stoa_str packed;

	if (card != NULL) {
		card->is_final = true;
		card->channel = t->to.channel;
	}
	bot_pressed_keep_live(t->bot, &t->arena, card, &t->to.to);
	/* What was told while the chain was at work had revision 1. */
	packed = bot_card_pack(&t->arena, card, &t->to.to, 2);
	if (packed.data == NULL) {
		drop(t, "a notice of the market does not fit a card");
		return;
	}
	bot_notice_store(t->bot, t->delivery, &t->to.to, packed);
	telling_free(t);
}

/* ---- a listing ---- */

static void
on_community(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct telling *t = owner;
	struct bot *b = t->bot;
	const Stoa__Accounts__CommunityReply *in = NULL;

	(void)detail;
	if (b->is_abandoned) {
		return;
	}
	b->notice_count--;
	if (status == STOA_OK) {
		in = stoa_unpack(&t->arena,
		    &stoa__accounts__community_reply__descriptor, reply);
	}
	if (in == NULL) {
		stoa_delivery_retry(t->delivery, BOT_REDO_US);
		telling_free(t);
		return;
	}
	/* Where the community is told news, else where it was proposed. */
	if (in->announce_channel[0] != '\0' &&
	    !bot_notice_address_set_channel(
		&t->to, stoa_str_of(in->announce_channel))) {
		drop(t, "the channel for news is no platform's id");
		return;
	}
	card_store(t, bot_view_listing(&t->arena,
			  "New on the market, by a vote", t->notice->listing));
}

static void
listing_tell(struct telling *t)
{
	Stoa__Accounts__CommunityQuery in =
	    STOA__ACCOUNTS__COMMUNITY_QUERY__INIT;
	const char *id = stoa_arena_printf(
	    &t->arena, "%s-listed", t->notice->listing->model);

	if (id == NULL || !bot_address_set_id(&t->to.to, stoa_str_of(id))) {
		drop(t, "a notice of the market names no model");
		return;
	}
	t->bot->notice_count++;
	stoa_bus_call(t->bot->o.bus,
	    &(struct stoa_bus_call){
		.service = &stoa__accounts__accounts__descriptor,
		.method = "Community",
		.community = stoa_str_of(t->notice->community),
		.timeout_us = BOT_QUERY_US,
	    },
	    &in.base, on_community, t);
}

/* ---- all ---- */

void
bot_on_market_notice(struct bot *b, struct stoa_delivery *delivery)
{
	struct telling *t = calloc(1, sizeof(*t));

	stoa_assert(t != NULL);
	t->bot = b;
	t->delivery = delivery;
	stoa_arena_init(&t->arena, NULL, 0, BOT_ARENA_MAX);
	t->notice = stoa_unpack(
	    &t->arena, &stoa__marketplace__notice__descriptor, delivery->data);
	if (t->notice == NULL ||
	    (t->notice->deal == NULL && t->notice->listing == NULL) ||
	    !stoa_id_is_valid('c', stoa_str_of(t->notice->community))) {
		drop(t, "a message on chat-notice tells of no deal");
	} else if (!bot_notice_address_read(
		       stoa_str_of(t->notice->reply), &t->to)) {
		/* Not asked for in a chat: there is nobody to tell. */
		stoa_delivery_ack(delivery);
		telling_free(t);
	} else if (t->notice->deal != NULL) {
		card_store(t, bot_view_deal(&t->arena, t->notice->deal));
	} else {
		listing_tell(t);
	}
}
