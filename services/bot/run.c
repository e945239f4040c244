/* run.c - one command under way: calls out, cards back, one end. */
#include "bot/parts.h"

#include "base/core.h"
#include "base/encode.h"
#include "bot/card.h"
#include "bot/limits.h"
#include "bot/parse.h"
#include "bot/refusal.h"
#include "bot/view.h"

#include "proto/governance.pb-c.h"
#include "proto/marketplace.pb-c.h"
#include "proto/storage.pb-c.h"
#include "proto/worker.pb-c.h"

/* The bus carries at most this (DESIGN, section 5). */
#define CARD_SIZE_MAX ((size_t)256 * 1024)

/* ---- calls ---- */

static bool
is_command(const struct bot_call *call)
{
	return call->command_id != NULL;
}

/* Where the domain's journal entries of this member are counted, or -1. */
static int
domain_of(const struct bot_call *call)
{
	if (call->community.len > 0) {
		return -1;
	}
	if (call->service == &stoa__accounts__accounts__descriptor) {
		return BOT_ACCOUNTS;
	}
	if (call->service == &stoa__governance__governance__descriptor) {
		return BOT_GOVERNANCE;
	}
	if (call->service == &stoa__marketplace__marketplace__descriptor) {
		return BOT_MARKETPLACE;
	}
	return call->service == &stoa__training__training__descriptor
		   ? BOT_TRAINING
		   : -1;
}

static const ProtobufCMethodDescriptor *
method_of(const struct bot_call *call)
{
	const ProtobufCMethodDescriptor *m =
	    protobuf_c_service_descriptor_get_method_by_name(
		call->service, call->method);

	stoa_assert(m != NULL);
	return m;
}

static void
outcome_take(struct bot_run *r, const Stoa__Journal__Outcome *outcome)
{
	const struct bot_call *call = &r->call;
	int domain = domain_of(call);
	struct bot_problem problem;

	if (outcome->entry == NULL) {
		bot_run_fail(r, STOA_INTERNAL, call->service->short_name);
		return;
	}
	if (domain >= 0) {
		bot_people_saw(r, (enum bot_domain)domain, outcome->index);
	}
	if (outcome->entry->refusal == NULL) {
		call->next(r, outcome);
	} else if (call->refused != NULL) {
		call->refused(r, outcome->entry->refusal);
	} else {
		bot_refusal_explain(
		    outcome->entry->refusal, &r->arena, &problem);
		r->bot->counts.refusals++;
		bot_run_refuse(r, &problem);
	}
}

/* Statuses that repair themselves while somebody waits. A full disk or a
 * frozen community does not. */
static bool
is_worth_another(const struct bot_run *r, enum stoa_status status)
{
	return is_command(&r->call) && r->call.silent == NULL &&
	       stoa_status_retry(status) != STOA_RETRY_NEVER &&
	       status != STOA_NO_SPACE && status != STOA_FROZEN &&
	       bot_now(r->bot) + r->again_wait_us < r->deadline_us;
}

static void
on_answer(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct bot_run *r = owner;
	const struct bot_call *call = &r->call;
	void *message;

	(void)detail;
	if (r->bot->is_abandoned) {
		return;
	}
	if (is_worth_another(r, status)) {
		r->again_us = bot_now(r->bot) + r->again_wait_us;
		r->again_wait_us = r->again_wait_us * 2 > BOT_AGAIN_US_MAX
				       ? BOT_AGAIN_US_MAX
				       : r->again_wait_us * 2;
		return;
	}
	if (status == STOA_NOT_FOUND && call->missing != NULL) {
		call->missing(r);
		return;
	}
	if (status != STOA_OK && call->silent != NULL) {
		call->silent(r);
		return;
	}
	if (status != STOA_OK) {
		bot_run_fail(r, status, call->service->short_name);
		return;
	}
	message = stoa_unpack(&r->arena, method_of(call)->output, reply);
	if (message == NULL) {
		bot_run_fail(r, STOA_TOO_LARGE, call->service->short_name);
	} else if (method_of(call)->output ==
		   &stoa__journal__outcome__descriptor) {
		outcome_take(r, message);
	} else {
		call->next(r, message);
	}
}

static void
call_send(struct bot_run *r)
{
	const struct bot_call *call = &r->call;
	int64_t left_us = r->deadline_us - bot_now(r->bot);
	int domain = domain_of(call);
	struct stoa_bus_call out = {
	    .service = call->service,
	    .method = call->method,
	    .community = call->community.len > 0
			     ? call->community
			     : stoa_id_str(&r->who.community),
	    .actor = call->is_own ? (struct stoa_str){NULL, 0}
				  : stoa_id_str(&r->who.member),
	    .command_id = stoa_str_of(call->command_id),
	    .index_min = call->index_min,
	};
	ProtobufCMessage *request =
	    stoa_unpack(&r->arena, method_of(call)->input, r->request);

	if (domain >= 0 && !is_command(call) &&
	    r->who.seen[domain] > out.index_min) {
		out.index_min = r->who.seen[domain];
	}
	if ((!is_command(call) || call->silent != NULL) &&
	    left_us > BOT_QUERY_US) {
		left_us = BOT_QUERY_US;
	}
	/* Late in a chain of calls: the last one gets a fair try. */
	out.timeout_us = left_us < STOA_US_PER_S ? STOA_US_PER_S : left_us;
	r->again_us = 0;
	if (request == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	stoa_bus_call(r->bot->o.bus, &out, request, on_answer, r);
}

void
bot_run_call(struct bot_run *r, const struct bot_call *call,
    const ProtobufCMessage *request)
{
	stoa_assert(r->deadline_us > 0);
	stoa_assert(call->next != NULL);
	r->call = *call;
	r->request = stoa_pack(&r->arena, request);
	r->again_wait_us = BOT_AGAIN_US_MIN;
	if (r->request.data == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	call_send(r);
}

void
bot_run_tick(struct bot_run *r, int64_t now_us)
{
	if (r->again_us > 0 && r->again_us <= now_us) {
		call_send(r);
	}
}

void *
bot_run_event(struct bot_run *r, const Stoa__Journal__Outcome *outcome,
    const ProtobufCMessageDescriptor *type, size_t i)
{
	const Stoa__Journal__Entry *entry = outcome->entry;

	if (i >= entry->n_events) {
		return NULL;
	}
	return stoa_unpack(&r->arena, type,
	    stoa_str_of_bytes(entry->events[i].data, entry->events[i].len));
}

const char *
bot_run_own_id(struct bot_run *r, const char *kind)
{
	char address[BOT_ADDRESS_TEXT_SIZE];
	struct stoa_hash hash;
	struct stoa_buf id;
	const char *text;

	bot_address_print(&r->to, address);
	hash = stoa_sha256(stoa_str_of(address));
	stoa_buf_init(&id, BOT_COMMAND_ID_LEN_MAX);
	stoa_buf_printf(&id, "%s-", kind);
	stoa_hex_encode(&id, stoa_str_of_bytes(hash.bytes, 16));
	text = stoa_arena_str(&r->arena, stoa_buf_str(&id));
	stoa_buf_fini(&id);
	return text;
}

const char *
bot_run_text(const struct bot_run *r, const char *name)
{
	const Stoa__Chat__Option *option = bot_argument(r->command, name);
	const char *text =
	    option == NULL
		? NULL
		: (option->value_case == STOA__CHAT__OPTION__VALUE_TEXT
			  ? option->text
		      : option->value_case == STOA__CHAT__OPTION__VALUE_PERSON
			  ? option->person
		      : option->value_case == STOA__CHAT__OPTION__VALUE_JSON
			  ? option->json
			  : NULL);

	return text == NULL ? "" : text;
}

bool
bot_run_flag(const struct bot_run *r, const char *name)
{
	const Stoa__Chat__Option *option = bot_argument(r->command, name);

	return option != NULL &&
	       option->value_case == STOA__CHAT__OPTION__VALUE_FLAG &&
	       option->flag;
}

/* ---- cards ---- */

struct stoa_str
bot_card_pack(struct stoa_arena *arena, Stoa__Chat__Card *card,
    const struct bot_address *to, uint32_t revision)
{
	struct stoa_str packed = {NULL, 0};

	if (card != NULL) {
		card->id = (char *)(uintptr_t)to->id;
		card->revision = revision;
		packed = stoa_pack(arena, &card->base);
	}
	return packed.len > CARD_SIZE_MAX ? (struct stoa_str){NULL, 0} : packed;
}

static void
on_stored(void *owner, enum stoa_status status)
{
	struct bot_run *r = owner;
	struct bot *b = r->bot;

	if (b->is_abandoned) {
		return;
	}
	/* EXISTS: an earlier try of this command has answered it. */
	if (status == STOA_OK || status == STOA_EXISTS) {
		b->counts.cards++;
		stoa_delivery_ack(r->delivery);
	} else {
		bot_run_again(r);
		return;
	}
	bot_intake_ended(r);
}

static void
final_store(struct bot_run *r, struct stoa_str packed)
{
	char subject[BOT_ADDRESS_TEXT_SIZE];
	/* With the user's name: nobody can spend another member's ids. */
	char id[BOT_ADDRESS_TEXT_SIZE];

	bot_address_final(&r->to, subject);
	bot_address_print(&r->to, id);
	stoa_bus_store(r->bot->o.bus, subject, id, packed, on_stored, r);
}

/* Memory of its own: the run's is used up. */
static void
final_store_small(struct bot_run *r)
{
	struct stoa_arena spare;
	Stoa__Chat__Card *card;

	stoa_arena_init(&spare, NULL, 0, BOT_ARENA_MAX);
	card = bot_view_failure(
	    &spare, STOA_TOO_LARGE, "answer within the memory of one command");
	final_store(r, bot_card_pack(&spare, card, &r->to, 1));
	stoa_arena_fini(&spare);
}

static void
final_pack(struct bot_run *r)
{
	struct stoa_str packed =
	    r->final == NULL ? (struct stoa_str){NULL, 0}
			     : bot_card_pack(&r->arena, r->final, &r->to, 1);

	if (packed.data == NULL) {
		final_store_small(r);
	} else {
		final_store(r, packed);
	}
}

void
bot_run_finish(struct bot_run *r, Stoa__Chat__Card *card)
{
	r->again_us = 0;
	if (card != NULL) {
		/* A card of a job says when the job has ended; this command
		 * has. */
		card->is_final = true;
		card->reply = r->command->reply;
		if (r->row != NULL && r->row->is_private) {
			card->visibility = STOA__CHAT__VISIBILITY__ASKER;
		}
		if (card->severity == STOA__CHAT__SEVERITY__REFUSED) {
			/* Nobody else needs to see what did not happen. */
			card->visibility = STOA__CHAT__VISIBILITY__ASKER;
		}
	}
	r->final = card;
	bot_pressed_keep(r, card, final_pack);
}

void
bot_run_again(struct bot_run *r)
{
	r->bot->counts.redone++;
	stoa_delivery_retry(r->delivery, BOT_REDO_US);
	bot_intake_ended(r);
}

void
bot_run_refuse(struct bot_run *r, const struct bot_problem *problem)
{
	bot_run_finish(r, bot_view_refusal(&r->arena, problem));
}

static bool
is_silence(enum stoa_status status)
{
	return status == STOA_TIMEOUT || status == STOA_UNAVAILABLE ||
	       status == STOA_CLOSED;
}

void
bot_run_fail(struct bot_run *r, enum stoa_status status, const char *service)
{
	char name[BOT_NAME_LEN_MAX + 1];
	size_t len = 0;

	r->bot->counts.failures++;
	/* "Training" is what members know as training. */
	for (; service[len] != '\0' && len < BOT_NAME_LEN_MAX; len++) {
		name[len] = service[len] >= 'A' && service[len] <= 'Z'
				? (char)(service[len] - 'A' + 'a')
				: service[len];
	}
	name[len] = '\0';
	if (is_silence(status)) {
		bot_run_finish(
		    r, bot_view_silence(&r->arena, name, is_command(&r->call)));
		return;
	}
	bot_run_finish(r, bot_view_failure(&r->arena, status,
			      stoa_arena_printf(&r->arena, "do /%s: %s says",
				  r->row == NULL ? "" : r->row->name, name)));
}

void
bot_run_leave(struct bot_run *r)
{
	stoa_delivery_ack(r->delivery);
	bot_intake_ended(r);
}
