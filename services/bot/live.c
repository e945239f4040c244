/* live.c - the cards of jobs while they run, and the one when they end.
 *
 * Edits are lossy on purpose. A job that this process did not take itself is
 * asked for when a worker first tells of it. How it ended comes as a stored
 * notice that carries the command's address, so the final card needs nothing
 * from here. */
#include "bot/parts.h"

#include "base/core.h"
#include "bot/limits.h"
#include "bot/told.h"
#include "bot/view.h"
#include "bot/words.h"
#include "port/clock.h"

#include "proto/worker.pb-c.h"

#include <stdlib.h>

/* A job's description, and one progress with its losses. */
#define LIVE_ARENA_MAX	  ((size_t)64 * 1024)
#define PROGRESS_SIZE_MAX ((size_t)16 * 1024)

/* Before the slot: what governance and the marketplace tell. */
#define VOTE_SUBJECT   "stoa.chat.notice.vote."
#define MARKET_SUBJECT "stoa.chat.notice.market."

struct live {
	struct bot_address to;
	struct stoa_arena arena;	   /* holds `job` */
	Stoa__Training__JobSubmitted *job; /* NULL: being asked for */
	int64_t submitted_us;
	int64_t edited_us;	/* monotonic */
	struct stoa_buf latest; /* packed Progress */
	bool is_news;		/* not shown yet */
};

static void
card_tell(struct bot *b, const struct bot_address *to, struct stoa_str packed)
{
	char subject[BOT_ADDRESS_TEXT_SIZE];

	if (packed.data != NULL) {
		bot_address_live(to, subject);
		stoa_bus_tell(b->o.bus, subject, packed);
		b->counts.edits++;
	}
}

void
bot_live_tell(struct bot_run *r, Stoa__Chat__Card *card)
{
	card_tell(r->bot, &r->to, bot_card_pack(&r->arena, card, &r->to, 1));
}

/* Grows with time, so that it does over restarts too. The first card of a job
 * is revision 1. */
static uint32_t
revision_at(int64_t now_us, int64_t submitted_us)
{
	int64_t tenths = (now_us - submitted_us) / (100 * STOA_US_PER_MS) + 2;

	return tenths < 2	      ? 2
	       : tenths >= UINT32_MAX ? UINT32_MAX
				      : (uint32_t)tenths;
}

static struct live *
live_new(void)
{
	struct live *l = calloc(1, sizeof(*l));

	stoa_assert(l != NULL);
	stoa_arena_init(&l->arena, NULL, 0, LIVE_ARENA_MAX);
	stoa_buf_init(&l->latest, PROGRESS_SIZE_MAX);
	return l;
}

static void
live_free(struct live *l)
{
	if (l != NULL) {
		stoa_arena_fini(&l->arena);
		stoa_buf_fini(&l->latest);
		free(l);
	}
}

void
bot_live_fini(struct bot *b)
{
	STOA_MAP_EACH(&b->live, entry)
	{
		live_free(entry->value);
	}
	stoa_map_fini(&b->live);
}

/* ---- beginning ---- */

/* The oldest one makes room: its final card comes all the same. */
static void
room_make(struct bot *b)
{
	size_t cursor = 0;
	struct stoa_map_entry *oldest;

	if (b->live.count >= BOT_LIVE_MAX) {
		oldest = stoa_map_next(&b->live, &cursor);
		live_free(stoa_map_remove(&b->live, oldest->key));
	}
}

void
bot_live_begin(
    struct bot_run *r, const Stoa__Training__JobSubmitted *job, int64_t at_us)
{
	struct bot *b = r->bot;
	struct bot_job_view view = bot_told_submitted(&r->arena, job);
	struct stoa_str packed = stoa_pack(&r->arena, &job->base);
	struct live *l = live_new();
	Stoa__Chat__Card *card;

	view.submitted_us = at_us;
	card = bot_view_job(&r->arena, &view);
	if (card != NULL) {
		card->reply = r->command->reply;
	}
	bot_pressed_keep_live(b, &r->arena, card, &r->to);
	card_tell(b, &r->to, bot_card_pack(&r->arena, card, &r->to, 1));
	l->to = r->to;
	l->submitted_us = at_us;
	l->job = stoa_unpack(
	    &l->arena, &stoa__training__job_submitted__descriptor, packed);
	if (l->job == NULL) {
		live_free(l);
		return;
	}
	room_make(b);
	live_free(stoa_map_put(&b->live, stoa_str_of(l->job->job), l));
}

/* ---- recalling: a job that an earlier bot took ---- */

struct recall {
	struct bot *bot;
	struct stoa_id job;
};

/* What its card needs, as training knows it. */
static bool
recall_fill(struct live *l, const Stoa__Training__Job *job)
{
	Stoa__Training__JobSubmitted like = STOA__TRAINING__JOB_SUBMITTED__INIT;

	if (job->state != STOA__TRAINING__JOB_STATE__RUNNING ||
	    !bot_address_read(stoa_str_of(job->reply), &l->to)) {
		return false;
	}
	like.job = job->id;
	like.member = job->member;
	like.dataset = job->dataset;
	like.recipe = job->recipe;
	like.parameters = job->parameters;
	like.n_parameters = job->n_parameters;
	like.max_spend_micro = job->max_spend_micro;
	like.name = job->name;
	l->submitted_us = job->submitted_us;
	l->job =
	    stoa_unpack(&l->arena, &stoa__training__job_submitted__descriptor,
		stoa_pack(&l->arena, &like.base));
	return l->job != NULL;
}

static void
on_recalled(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct recall *recall = owner;
	struct bot *b = recall->bot;
	struct live *l = stoa_map_get(&b->live, stoa_id_str(&recall->job));
	const Stoa__Training__JobReply *found = NULL;

	(void)detail;
	if (b->is_abandoned) {
		return;
	}
	b->recall_count--;
	if (l != NULL && l->job == NULL) {
		if (status == STOA_OK) {
			found = stoa_unpack(&l->arena,
			    &stoa__training__job_reply__descriptor, reply);
		}
		if (found == NULL || found->job == NULL ||
		    !recall_fill(l, found->job)) {
			live_free(stoa_map_remove(
			    &b->live, stoa_id_str(&recall->job)));
		}
	}
	free(recall);
}

static struct live *
recall_begin(struct bot *b, struct stoa_str community, struct stoa_str job)
{
	Stoa__Training__JobQuery in = STOA__TRAINING__JOB_QUERY__INIT;
	struct recall *recall;
	struct live *l;

	if (!stoa_id_is_valid('c', community) || !stoa_id_is_valid('j', job) ||
	    b->is_draining || b->recall_count >= BOT_RECALLS_MAX) {
		return NULL;
	}
	recall = calloc(1, sizeof(*recall));
	stoa_assert(recall != NULL);
	recall->bot = b;
	memcpy(recall->job.text, job.data, job.len);
	l = live_new();
	room_make(b);
	(void)stoa_map_put(&b->live, job, l);
	b->recall_count++;
	in.job = recall->job.text;
	stoa_bus_call(b->o.bus,
	    &(struct stoa_bus_call){
		.service = &stoa__training__training__descriptor,
		.method = "Job",
		.community = community,
		.timeout_us = BOT_QUERY_US,
	    },
	    &in.base, on_recalled, recall);
	/* The call may have failed at once, and this with it. */
	return stoa_map_get(&b->live, job);
}

/* ---- progress ---- */

static const char *
step_text(struct stoa_arena *arena, const Stoa__Worker__Progress *p)
{
	if (p->epoch_count == 0) {
		return p->stage;
	}
	if (p->validation_accuracy > 0) {
		return bot_words_print(arena,
		    "epoch %u of %u, accuracy %.1f %%", p->epoch,
		    p->epoch_count, p->validation_accuracy * 100);
	}
	return bot_words_print(
	    arena, "epoch %u of %u", p->epoch, p->epoch_count);
}

/* Sets what the latest progress tells; false when there is none. */
static bool
progress_show(const struct bot *b, const struct live *l,
    struct stoa_arena *arena, struct bot_job_view *view)
{
	int64_t now_us = stoa_clock_wall(b->o.clock).us;
	Stoa__Worker__Progress *p =
	    l->latest.len == 0
		? NULL
		: stoa_unpack(arena, &stoa__worker__progress__descriptor,
		      stoa_buf_str(&l->latest));

	if (p == NULL) {
		return false;
	}
	view->attempt = p->attempt;
	view->done = p->fraction;
	view->step = step_text(arena, p);
	view->losses = p->losses;
	view->loss_count = p->n_losses;
	view->started_us = now_us - p->elapsed_us;
	view->updated_us = now_us;
	return true;
}

void
bot_live_decorate(
    const struct bot *b, struct stoa_arena *arena, struct bot_job_view *view)
{
	const struct live *l = stoa_map_get(&b->live, stoa_str_of(view->id));

	if (l != NULL && view->state == BOT_JOB_RUNNING) {
		(void)progress_show(b, l, arena, view);
	}
}

static void
edit_send(struct bot *b, struct live *l)
{
	int64_t now_us = stoa_clock_wall(b->o.clock).us;
	struct stoa_arena arena;
	struct bot_job_view view;
	Stoa__Chat__Card *card;

	stoa_arena_init(&arena, NULL, 0, BOT_ARENA_MAX);
	view = bot_told_submitted(&arena, l->job);
	view.state = BOT_JOB_RUNNING;
	view.submitted_us = l->submitted_us;
	l->is_news = false;
	l->edited_us = bot_now(b);
	if (progress_show(b, l, &arena, &view)) {
		card = bot_view_job(&arena, &view);
		bot_pressed_keep_live(b, &arena, card, &l->to);
		card_tell(b, &l->to,
		    bot_card_pack(&arena, card, &l->to,
			revision_at(now_us, l->submitted_us)));
	}
	stoa_arena_fini(&arena);
}

static bool
is_due(const struct live *l, int64_t now_us)
{
	return l->job != NULL && l->is_news &&
	       now_us - l->edited_us >= BOT_EDIT_US;
}

/* stoa.progress.job.<community>.<job> */
void
bot_on_progress(void *owner, struct stoa_str subject, struct stoa_str data)
{
	struct bot *b = owner;
	struct stoa_str community;
	struct live *l;

	for (int i = 0; i < 3; i++) {
		(void)stoa_str_cut(&subject, '.');
	}
	community = stoa_str_cut(&subject, '.');
	l = stoa_map_get(&b->live, subject);
	if (l == NULL) {
		l = recall_begin(b, community, subject);
	}
	if (l == NULL || data.len == 0 || data.len > PROGRESS_SIZE_MAX) {
		return;
	}
	stoa_buf_clear(&l->latest);
	stoa_buf_add_str(&l->latest, data);
	l->is_news = true;
	if (is_due(l, bot_now(b))) {
		edit_send(b, l);
	}
}

void
bot_live_tick(struct bot *b, int64_t now_us)
{
	STOA_MAP_EACH(&b->live, entry)
	{
		struct live *l = entry->value;

		if (is_due(l, now_us)) {
			edit_send(b, l);
		}
	}
}

/* ---- the end ---- */

struct notice {
	struct bot *bot;
	struct stoa_delivery *delivery;
};

static void
on_notice_stored(void *owner, enum stoa_status status)
{
	struct notice *n = owner;
	struct bot *b = n->bot;

	if (b->is_abandoned) {
		return;
	}
	b->notice_count--;
	if (status == STOA_OK || status == STOA_EXISTS) {
		b->counts.cards++;
		stoa_delivery_ack(n->delivery);
	} else {
		b->counts.redone++;
		stoa_delivery_retry(n->delivery, BOT_REDO_US);
	}
	free(n);
}

static double
accuracy_of(const Stoa__Training__Model *model)
{
	for (size_t i = 0; i < model->n_metrics; i++) {
		if (strcmp(model->metrics[i]->name, "accuracy") == 0) {
			return model->metrics[i]->value;
		}
	}
	return 0;
}

static struct stoa_str
end_card(struct bot *b, struct stoa_arena *arena,
    const Stoa__Training__Notice *notice, struct bot_notice_address *to)
{
	struct bot_job_view view = bot_told_job(arena, notice->job);
	Stoa__Chat__Card *card;

	if (notice->model != NULL) {
		view.losses = notice->model->losses;
		view.loss_count = notice->model->n_losses;
		view.accuracy = accuracy_of(notice->model);
	}
	card = bot_view_job(arena, &view);
	if (card != NULL) {
		card->is_final = true;
		card->channel = to->channel;
	}
	bot_pressed_keep_live(b, arena, card, &to->to);
	return bot_card_pack(arena, card, &to->to,
	    revision_at(stoa_clock_wall(b->o.clock).us, view.submitted_us));
}

void
bot_notice_store(struct bot *b, struct stoa_delivery *delivery,
    const struct bot_address *to, struct stoa_str packed)
{
	char subject[BOT_ADDRESS_TEXT_SIZE], id[BOT_ADDRESS_TEXT_SIZE];
	struct notice *n = calloc(1, sizeof(*n));

	stoa_assert(n != NULL);
	*n = (struct notice){b, delivery};
	bot_address_final(to, subject);
	bot_address_print(to, id);
	b->notice_count++;
	stoa_bus_store(b->o.bus, subject, id, packed, on_notice_stored, n);
}

void
bot_on_notice(void *owner, struct stoa_delivery *delivery)
{
	struct bot *b = owner;
	struct stoa_str packed = {NULL, 0};
	Stoa__Training__Notice *notice;
	struct bot_notice_address to;
	struct stoa_arena arena;

	if (b->is_draining) {
		stoa_delivery_retry(delivery, 0);
		return;
	}
	if (stoa_str_has_prefix(delivery->subject, STOA_STR(VOTE_SUBJECT))) {
		bot_on_vote_notice(b, delivery);
		return;
	}
	if (stoa_str_has_prefix(delivery->subject, STOA_STR(MARKET_SUBJECT))) {
		bot_on_market_notice(b, delivery);
		return;
	}
	stoa_arena_init(&arena, NULL, 0, BOT_ARENA_MAX);
	notice = stoa_unpack(
	    &arena, &stoa__training__notice__descriptor, delivery->data);
	if (notice != NULL && notice->job != NULL &&
	    bot_notice_address_read(stoa_str_of(notice->reply), &to)) {
		live_free(
		    stoa_map_remove(&b->live, stoa_str_of(notice->job->id)));
		packed = end_card(b, &arena, notice, &to);
	}
	if (packed.data != NULL) {
		bot_notice_store(b, delivery, &to.to, packed);
	} else {
		b->counts.dropped++;
		bot_warn(b, "notice_dropped",
		    "a message on chat-notice names no job and no address");
		stoa_delivery_drop(delivery);
	}
	stoa_arena_fini(&arena);
}
