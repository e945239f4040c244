/* live_vote.c - what the community is told of its votes.
 *
 * A notice becomes a final card of its own, with an id made of the proposal
 * and what is told: told twice, it is stored once. It goes where the community
 * is told news, else where the proposal was made. That voting on secret ballots
 * has ended is first of all a reason to open them. */
#include "bot/parts.h"

#include "base/core.h"
#include "bot/limits.h"
#include "bot/view_vote.h"
#include "port/clock.h"

#include "proto/governance.pb-c.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define STATE(NAME) STOA__GOVERNANCE__STATE__##NAME

struct telling {
	struct bot *bot;
	struct stoa_delivery *delivery;
	struct stoa_arena arena; /* holds `notice` */
	Stoa__Governance__Notice *notice;
	struct bot_notice_address to;
	size_t left; /* names that are asked for */
};

/* One member whose name is asked for; in the arena of the telling. */
struct naming {
	struct telling *telling;
	char **member; /* in the notice: an id, then a name */
};

static void
telling_free(struct telling *t)
{
	stoa_arena_fini(&t->arena);
	free(t);
}

/* "p_...-ACTIVE-0", "p_...-reminder-1", "p_...-extended"; each attempt can fail
 * anew. */
static bool
id_set(struct telling *t)
{
	const Stoa__Governance__Proposal *p = t->notice->proposal;
	const ProtobufCEnumValue *state = protobuf_c_enum_descriptor_get_value(
	    &stoa__governance__state__descriptor, (int)p->state);
	const char *id;

	if (state == NULL) {
		return false;
	}
	id = t->notice->reminder == BOT_NOTICE_EXTENDED
		 ? stoa_arena_printf(&t->arena, "%s-extended", p->id)
	     : t->notice->reminder > 0
		 ? stoa_arena_printf(&t->arena, "%s-reminder-%" PRIu32, p->id,
		       t->notice->reminder)
		 : stoa_arena_printf(&t->arena, "%s-%s-%" PRIu32, p->id,
		       state->name, p->attempt);
	return id != NULL && bot_address_set_id(&t->to.to, stoa_str_of(id));
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
card_store(struct telling *t)
{
	struct bot *b = t->bot;
	Stoa__Chat__Card *card = bot_view_vote_notice(
	    &t->arena, t->notice, stoa_clock_wall(b->o.clock).us);
	struct stoa_str packed;

	if (card != NULL) {
		card->is_final = true;
		card->channel = t->to.channel;
	}
	bot_pressed_keep_live(b, &t->arena, card, &t->to.to);
	packed = bot_card_pack(&t->arena, card, &t->to.to, 1);
	if (packed.data == NULL) {
		drop(t, "a notice of a vote does not fit a card");
		return;
	}
	bot_notice_store(b, t->delivery, &t->to.to, packed);
	telling_free(t);
}

/* ---- names ---- */

/* A name that reads like one of our own words is no name. */
static bool
is_name(const char *name)
{
	return name[0] != '\0' && name[0] != '@' &&
	       strlen(name) <= BOT_MEMBER_NAME_MAX;
}

static void
on_name(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct naming *n = owner;
	struct telling *t = n->telling;
	struct bot *b = t->bot;
	const Stoa__Accounts__BalanceReply *in = NULL;

	(void)detail;
	if (b->is_abandoned) {
		return;
	}
	if (status == STOA_OK) {
		in = stoa_unpack(&t->arena,
		    &stoa__accounts__balance_reply__descriptor, reply);
	}
	/* Whose name cannot be had keeps the id: no reason to wait. */
	if (in != NULL && is_name(in->display_name)) {
		*n->member = in->display_name;
	}
	b->notice_count--;
	if (--t->left == 0) {
		card_store(t);
	}
}

static void
name_ask(struct naming *n)
{
	Stoa__Accounts__BalanceQuery in = STOA__ACCOUNTS__BALANCE_QUERY__INIT;
	struct telling *t = n->telling;

	in.member = *n->member;
	t->bot->notice_count++;
	stoa_bus_call(t->bot->o.bus,
	    &(struct stoa_bus_call){
		.service = &stoa__accounts__accounts__descriptor,
		.method = "Balance",
		.community = stoa_str_of(t->notice->community),
		.timeout_us = BOT_QUERY_US,
	    },
	    &in.base, on_name, n);
}

/* Of all who are named: who proposed it, and who is reminded. */
static void
names_ask(struct telling *t)
{
	size_t count = t->notice->n_silent + 1;
	struct naming *all =
	    stoa_arena_alloc_array(&t->arena, count, sizeof(all[0]));

	if (all == NULL) {
		card_store(t);
		return;
	}
	t->left = count;
	all[0] = (struct naming){t, &t->notice->proposal->member};
	for (size_t i = 1; i < count; i++) {
		all[i] = (struct naming){t, &t->notice->silent[i - 1]};
	}
	for (size_t i = 0; i < count; i++) {
		name_ask(&all[i]);
	}
}

/* ---- where ---- */

static void
on_community(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct telling *t = owner;
	struct bot *b = t->bot;
	const Stoa__Accounts__CommunityReply *in = NULL;
	bool has_channel;

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
	has_channel = in->announce_channel[0] != '\0' &&
		      bot_notice_address_set_channel(
			  &t->to, stoa_str_of(in->announce_channel));
	/* Who proposed has been shown the draft. */
	if (t->notice->proposal->state == STATE(DRAFT) && !has_channel) {
		stoa_delivery_ack(t->delivery);
		telling_free(t);
		return;
	}
	names_ask(t);
}

static void
community_ask(struct telling *t)
{
	Stoa__Accounts__CommunityQuery in =
	    STOA__ACCOUNTS__COMMUNITY_QUERY__INIT;

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

static void
place_find(struct telling *t)
{
	if (!bot_notice_address_read(
		stoa_str_of(t->notice->proposal->reply), &t->to) ||
	    !id_set(t)) {
		/* Not proposed in a chat: there is nobody to tell. */
		stoa_delivery_ack(t->delivery);
		telling_free(t);
	} else {
		community_ask(t);
	}
}

static void
on_unsealed(void *owner, bool is_complete)
{
	struct telling *t = owner;

	if (is_complete) {
		place_find(t);
		return;
	}
	stoa_delivery_retry(t->delivery, BOT_UNSEAL_AGAIN_US);
	telling_free(t);
}

void
bot_on_vote_notice(struct bot *b, struct stoa_delivery *delivery)
{
	struct telling *t = calloc(1, sizeof(*t));

	stoa_assert(t != NULL);
	t->bot = b;
	t->delivery = delivery;
	stoa_arena_init(&t->arena, NULL, 0, BOT_ARENA_MAX);
	t->notice = stoa_unpack(
	    &t->arena, &stoa__governance__notice__descriptor, delivery->data);
	if (t->notice == NULL || t->notice->proposal == NULL ||
	    !stoa_id_is_valid('c', stoa_str_of(t->notice->community))) {
		drop(t, "a message on chat-notice tells of no vote");
	} else if (t->notice->proposal->state == STATE(REVEAL) &&
		   t->notice->reminder == 0) {
		bot_unseal(b, delivery, t->notice, on_unsealed, t);
	} else {
		place_find(t);
	}
}
