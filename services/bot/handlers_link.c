/* handlers_link.c - /link, /unlink and /whoami.
 *
 * Three steps, at two accounts: a code is asked for here; it is typed there,
 * with a yes after a warning; here the question is answered by the name of who
 * has typed it. Only then is anything linked. The one who typed it is told
 * where they did: their address is kept by the broker, beside the actions of
 * cards, because the journal must not know it. */
#include "bot/parts.h"

#include "base/core.h"
#include "bot/code.h"
#include "bot/parse.h"
#include "bot/told.h"
#include "bot/view.h"
#include "port/clock.h"
#include "port/kv.h"

#include <stdio.h>

#define ACCOUNTS  (&stoa__accounts__accounts__descriptor)
#define DIRECTORY STOA_STR("directory")
#define BUCKET	  "chat-action"

/* Calls of the directory; the bot speaks for the platform there. */
static void
directory_ask(struct bot_run *r, const char *method, const char *kind,
    bot_step next, const ProtobufCMessage *request)
{
	const char *id = kind == NULL ? NULL : bot_run_own_id(r, kind);

	if (kind != NULL && id == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	bot_run_call(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = method,
		.command_id = id,
		.community = DIRECTORY,
		.is_own = true,
		.index_min = kind == NULL ? r->bot->people.index : 0,
		.next = next,
	    },
	    request);
}

static ProtobufCBinaryData
hash_view(const struct stoa_hash *hash)
{
	return (ProtobufCBinaryData){
	    sizeof(hash->bytes), (uint8_t *)(uintptr_t)hash->bytes};
}

static const Stoa__Accounts__Event *
event_of(struct bot_run *r, const void *reply)
{
	return bot_run_event(r, reply, &stoa__accounts__event__descriptor, 0);
}

static uint64_t
index_of(const void *reply)
{
	return ((const Stoa__Journal__Outcome *)reply)->index;
}

static void
fail_unknown(struct bot_run *r)
{
	bot_run_fail(r, STOA_INTERNAL, ACCOUNTS->short_name);
}

/* ---- who has typed a code: where to tell them ---- */

#define NOTE_KEY_SIZE 32

static void
note_key(char key[static NOTE_KEY_SIZE], const char *claimant)
{
	(void)snprintf(key, NOTE_KEY_SIZE, "link-%s", claimant);
}

/* Kept in the run's arena. */
struct claim {
	const char *member;
	int64_t expires_us;
};

static void
claim_shown(void *owner, enum stoa_status status, uint64_t revision)
{
	struct bot_run *r = owner;
	const struct claim *claim = r->work;

	(void)status; /* who is not told can still send /whoami */
	(void)revision;
	if (r->bot->is_abandoned) {
		return;
	}
	bot_run_finish(
	    r, bot_view_claimed(&r->arena, claim->member, claim->expires_us));
}

static void
refuse_code(struct bot_run *r, const char *text, const char *fix)
{
	(void)bot_problem_fill(&r->problem, &r->arena,
	    &(struct bot_problem){
		.code = "wrong_code",
		.field = "code",
		.limit = "a code that /link has shown, within ten minutes",
		.fix = fix,
	    },
	    "%s", text);
	r->bot->counts.refusals++;
	bot_run_refuse(r, &r->problem);
}

static void
claimed(struct bot_run *r, const void *reply)
{
	const Stoa__Accounts__Event *event = event_of(r, reply);
	struct claim *claim = stoa_arena_alloc(&r->arena, sizeof(*claim));
	Stoa__Chat__Command note = STOA__CHAT__COMMAND__INIT;
	char key[NOTE_KEY_SIZE];

	if (event == NULL || claim == NULL) {
		fail_unknown(r);
		return;
	}
	if (event->kind_case != STOA__ACCOUNTS__EVENT__KIND_LINK_CLAIMED) {
		refuse_code(r, "no code like this holds now",
		    "send /link at the other account for a new code");
		return;
	}
	claim->member = event->link_claimed->member;
	claim->expires_us = event->link_claimed->expires_us;
	r->work = claim;
	note.platform = r->to.platform;
	note.user = r->to.user;
	note.reply = r->command->reply;
	note_key(key, event->link_claimed->claimant);
	stoa_kv_put(r->bot->o.bus, BUCKET, key,
	    stoa_pack(&r->arena, &note.base), STOA_KV_ANY, claim_shown, r);
}

static void
claim(struct bot_run *r)
{
	Stoa__Accounts__ClaimLinkRequest in =
	    STOA__ACCOUNTS__CLAIM_LINK_REQUEST__INIT;
	const char *typed = bot_run_text(r, "code");
	struct stoa_hash user = bot_people_key(r, r->to.user), code;

	if (!bot_code_hash(r->bot->o.link_key, stoa_str_of(typed), &code)) {
		refuse_code(r, "that is no code",
		    "type its ten letters and digits as they are shown");
		return;
	}
	if (strcmp(bot_run_text(r, "confirm"), "yes") != 0) {
		bot_run_finish(r, bot_view_claim(&r->arena, typed));
		return;
	}
	in.user_key = hash_view(&user);
	in.code_hash = hash_view(&code);
	directory_ask(r, "ClaimLink", "claim", claimed, &in.base);
}

/* ---- the answer ---- */

/* Kept in the run's arena until the other side is told. */
struct answer {
	const char *member, *former; /* `former` "": nothing was linked */
	const char *claimant;
};

static Stoa__Chat__Card *
answer_card(struct stoa_arena *arena, const struct answer *a, bool is_claimant)
{
	return a->former[0] == '\0'
		   ? bot_view_declined(arena, is_claimant)
		   : bot_view_linked(arena, a->member, a->former, is_claimant);
}

static void
other_told(void *owner, enum stoa_status status)
{
	struct bot_run *r = owner;

	(void)status; /* told once, or not at all: /whoami tells it too */
	if (r->bot->is_abandoned) {
		return;
	}
	bot_run_finish(r, answer_card(&r->arena, r->work, false));
}

static void
note_found(void *owner, enum stoa_status status, struct stoa_str value,
    uint64_t revision)
{
	struct bot_run *r = owner;
	const Stoa__Chat__Command *note = NULL;
	struct bot_address to;
	Stoa__Chat__Card *card;
	char subject[BOT_ADDRESS_TEXT_SIZE], id[BOT_ADDRESS_TEXT_SIZE];
	struct stoa_str packed;

	(void)revision;
	if (r->bot->is_abandoned) {
		return;
	}
	if (status == STOA_OK) {
		note = stoa_unpack(
		    &r->arena, &stoa__chat__command__descriptor, value);
	}
	if (note == NULL || strlen(note->platform) > BOT_PLATFORM_LEN_MAX ||
	    strlen(note->user) > BOT_USER_LEN_MAX) {
		other_told(r, STOA_NOT_FOUND);
		return;
	}
	/* The answer's own id: told again, it is stored once. */
	to = r->to;
	(void)snprintf(to.platform, sizeof(to.platform), "%s", note->platform);
	(void)snprintf(to.user, sizeof(to.user), "%s", note->user);
	if (!bot_address_set_id(
		&to, stoa_str_of(bot_run_own_id(r, "linked")))) {
		other_told(r, STOA_INVALID);
		return;
	}
	card = answer_card(&r->arena, r->work, true);
	if (card != NULL) {
		card->is_final = true;
		card->visibility = STOA__CHAT__VISIBILITY__ASKER;
		card->reply = note->reply;
		card->n_buttons = 0; /* tokens are made for who asks */
	}
	packed = bot_card_pack(&r->arena, card, &to, 1);
	if (packed.data == NULL) {
		other_told(r, STOA_TOO_LARGE);
		return;
	}
	bot_address_final(&to, subject);
	bot_address_print(&to, id);
	stoa_bus_store(r->bot->o.bus, subject, id, packed, other_told, r);
}

static void
other_tell(struct bot_run *r)
{
	const struct answer *a = r->work;
	char key[NOTE_KEY_SIZE];

	note_key(key, a->claimant);
	stoa_kv_get(r->bot->o.bus, BUCKET, key, note_found, r);
}

static void
answered(struct bot_run *r, const void *reply)
{
	const Stoa__Accounts__Event *event = event_of(r, reply);
	struct answer *a = r->work;

	if (event != NULL &&
	    event->kind_case == STOA__ACCOUNTS__EVENT__KIND_LINK_DECLINED) {
		other_tell(r);
		return;
	}
	if (event == NULL ||
	    event->kind_case != STOA__ACCOUNTS__EVENT__KIND_IDENTITIES_LINKED) {
		fail_unknown(r);
		return;
	}
	a->member = event->identities_linked->member;
	a->former = event->identities_linked->former;
	bot_people_changed(r->bot, a->former, index_of(reply));
	/* In this community at once, in others with the next command there. */
	bot_people_find_again(r, other_tell);
}

/* Who has claimed the code is asked for first: to tell them, and because it
 * may have expired. */
static void
answer(struct bot_run *r, const void *reply)
{
	const Stoa__Accounts__IdentityReply *who = reply;
	Stoa__Accounts__AnswerLinkRequest in =
	    STOA__ACCOUNTS__ANSWER_LINK_REQUEST__INIT;
	struct answer *a = stoa_arena_alloc(&r->arena, sizeof(*a));
	struct stoa_hash user = bot_people_key(r, r->to.user);

	if (a == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	*a = (struct answer){"", "", who->claimant};
	r->work = a;
	in.user_key = hash_view(&user);
	in.claimant = (char *)(uintptr_t)bot_run_text(r, "confirm");
	in.is_accepted = strcmp(in.claimant, "no") != 0;
	directory_ask(r, "AnswerLink", "answer", answered, &in.base);
}

/* ---- a code, or the question ---- */

static void
offered(struct bot_run *r, const void *reply)
{
	const Stoa__Accounts__Event *event = event_of(r, reply);
	char address[BOT_ADDRESS_TEXT_SIZE], code[BOT_CODE_SIZE];

	if (event == NULL ||
	    event->kind_case != STOA__ACCOUNTS__EVENT__KIND_LINK_OFFERED) {
		fail_unknown(r);
		return;
	}
	bot_address_print(&r->to, address);
	bot_code_make(r->bot->o.link_key, stoa_str_of(address), code);
	bot_run_finish(r, bot_view_code(&r->arena,
			      &(struct bot_code_view){
				  .code = code,
				  .expires_us = event->link_offered->expires_us,
			      }));
}

static void
offer(struct bot_run *r)
{
	Stoa__Accounts__OfferLinkRequest in =
	    STOA__ACCOUNTS__OFFER_LINK_REQUEST__INIT;
	char address[BOT_ADDRESS_TEXT_SIZE], code[BOT_CODE_SIZE];
	struct stoa_hash user = bot_people_key(r, r->to.user), hash;

	bot_address_print(&r->to, address);
	bot_code_make(r->bot->o.link_key, stoa_str_of(address), code);
	stoa_assert(
	    bot_code_hash(r->bot->o.link_key, stoa_str_of(code), &hash));
	in.user_key = hash_view(&user);
	in.code_hash = hash_view(&hash);
	directory_ask(r, "OfferLink", "offer", offered, &in.base);
}

static bool
is_asked(const struct bot_run *r, const Stoa__Accounts__IdentityReply *who)
{
	return who->claimant[0] != '\0' &&
	       who->offer_expires_us > stoa_clock_wall(r->bot->o.clock).us;
}

static void
question_or_offer(struct bot_run *r, const void *reply)
{
	const Stoa__Accounts__IdentityReply *who = reply;

	if (is_asked(r, who)) {
		bot_run_finish(
		    r, bot_view_claimant(&r->arena, who->claimant,
			   who->claimant_platform, who->offer_expires_us));
	} else {
		offer(r);
	}
}

static void
identity_ask(struct bot_run *r, bot_step next)
{
	Stoa__Accounts__IdentityQuery in = STOA__ACCOUNTS__IDENTITY_QUERY__INIT;
	struct stoa_hash user = bot_people_key(r, r->to.user);

	in.user_key = hash_view(&user);
	directory_ask(r, "Identity", NULL, next, &in.base);
}

void
bot_handle_link(struct bot_run *r)
{
	if (bot_run_text(r, "code")[0] != '\0') {
		claim(r);
	} else if (bot_run_text(r, "confirm")[0] != '\0') {
		identity_ask(r, answer);
	} else {
		identity_ask(r, question_or_offer);
	}
}

/* ---- /whoami ---- */

static bool
is_here(const struct bot_run *r, const Stoa__Accounts__IdentityLink *link)
{
	struct stoa_hash user = bot_people_key(r, r->to.user);

	return stoa_str_is_equal(stoa_hash_str(&user),
	    stoa_str_of_bytes(link->user_key.data, link->user_key.len));
}

static void
identity_shown(struct bot_run *r, const void *reply)
{
	const Stoa__Accounts__IdentityReply *who = reply;
	struct bot_link_view *links =
	    stoa_arena_alloc_array(&r->arena, who->n_links, sizeof(*links));

	if (links == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	for (size_t i = 0; i < who->n_links; i++) {
		links[i] = (struct bot_link_view){
		    .platform = who->links[i]->platform,
		    .linked_us = who->links[i]->linked_us,
		    .is_here = is_here(r, who->links[i]),
		};
	}
	bot_run_finish(
	    r, bot_view_identity(&r->arena,
		   &(struct bot_identity_view){
		       .member = who->member,
		       .role = bot_told_role(r->who.role),
		       .links = links,
		       .link_count = who->n_links,
		       .claimant = is_asked(r, who) ? who->claimant : "",
		   }));
}

void
bot_handle_whoami(struct bot_run *r)
{
	identity_ask(r, identity_shown);
}

/* ---- /unlink ---- */

static void
unlinked(struct bot_run *r, const void *reply)
{
	const Stoa__Accounts__Event *event = event_of(r, reply);
	const Stoa__Accounts__IdentityLink *link = r->work;

	if (event == NULL ||
	    event->kind_case != STOA__ACCOUNTS__EVENT__KIND_PERSON_UNLINKED) {
		fail_unknown(r);
		return;
	}
	bot_people_changed(
	    r->bot, event->person_unlinked->was, index_of(reply));
	bot_run_finish(
	    r, bot_view_unlinked(&r->arena, link->platform, is_here(r, link)));
}

/* By number, or by platform if there is one account of it. NULL: refused. */
static Stoa__Accounts__IdentityLink *
link_named(struct bot_run *r, const Stoa__Accounts__IdentityReply *who)
{
	const char *named = bot_run_text(r, "platform");
	Stoa__Accounts__IdentityLink *found = NULL;
	size_t count = 0;
	int64_t number;

	if (stoa_str_to_i64(stoa_str_of(named), &number) && number >= 1 &&
	    (uint64_t)number <= who->n_links) {
		return who->links[number - 1];
	}
	for (size_t i = 0; i < who->n_links; i++) {
		if (strcmp(who->links[i]->platform, named) == 0) {
			found = who->links[i];
			count++;
		}
	}
	if (count == 1) {
		return found;
	}
	(void)bot_problem_fill(&r->problem, &r->arena,
	    &(struct bot_problem){
		.code = count == 0 ? "no_such_link" : "which_link",
		.field = "platform",
		.given = bot_problem_excerpt(&r->arena, stoa_str_of(named)),
		.limit = "a platform of yours, or a number in /whoami",
		.fix = "see /whoami for the numbers",
	    },
	    count == 0 ? "none of your accounts is on %s"
		       : "several of your accounts are on %s",
	    bot_problem_excerpt(&r->arena, stoa_str_of(named)));
	r->bot->counts.refusals++;
	bot_run_refuse(r, &r->problem);
	return NULL;
}

static void
unlink_named(struct bot_run *r, const void *reply)
{
	Stoa__Accounts__UnlinkRequest in = STOA__ACCOUNTS__UNLINK_REQUEST__INIT;
	Stoa__Accounts__IdentityLink *link = link_named(r, reply);
	struct stoa_hash user;

	if (link == NULL) {
		return; /* the run has ended */
	}
	user = bot_people_key(r, r->to.user);
	r->work = link;
	in.user_key = hash_view(&user);
	in.link_key = link->user_key;
	directory_ask(r, "Unlink", "unlink", unlinked, &in.base);
}

void
bot_handle_unlink(struct bot_run *r)
{
	identity_ask(r, unlink_named);
}
