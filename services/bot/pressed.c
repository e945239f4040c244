/* pressed.c - buttons, selects and forms: their tokens kept at the broker
 * when a card goes out, and taken back when one of them is used. */
#include "bot/parts.h"

#include "base/core.h"
#include "bot/action.h"
#include "bot/limits.h"
#include "bot/parse.h"
#include "bot/view.h"
#include "port/kv.h"

#include <stdio.h>

#define BUCKET "chat-action"

static struct stoa_str
key_of(const struct bot *b)
{
	return b->o.link_key;
}

/* The terminal shows what would be typed. */
static bool
wants_tokens(const struct bot_address *to)
{
	return strcmp(to->platform, BOT_HOME_PLATFORM) != 0;
}

static Stoa__Chat__Actions
asker_of(const struct bot_address *to)
{
	Stoa__Chat__Actions asker = STOA__CHAT__ACTIONS__INIT;

	asker.platform = (char *)(uintptr_t)to->platform;
	asker.user = (char *)(uintptr_t)to->user;
	return asker;
}

/* ---- keeping ---- */

struct keeping {
	struct bot_actions actions;
	void (*next)(struct bot_run *r);
};

static void
on_kept(void *owner, enum stoa_status status, uint64_t revision)
{
	struct bot_run *r = owner;
	struct keeping *k = r->work;

	(void)revision;
	if (r->bot->is_abandoned) {
		return;
	}
	if (status != STOA_OK) {
		/* The card would hold buttons that nobody knows. */
		bot_run_again(r);
		return;
	}
	k->next(r);
}

void
bot_pressed_keep(
    struct bot_run *r, Stoa__Chat__Card *card, void (*next)(struct bot_run *r))
{
	Stoa__Chat__Actions asker = asker_of(&r->to);
	struct keeping *k;

	asker.workspace = r->command->workspace;
	if (card == NULL || !wants_tokens(&r->to)) {
		next(r);
		return;
	}
	k = stoa_arena_alloc(&r->arena, sizeof(*k));
	if (k == NULL ||
	    !bot_action_attach(
		&r->arena, key_of(r->bot), card, &asker, &k->actions) ||
	    k->actions.packed.data == NULL) {
		next(r); /* a full arena is noticed when it is packed */
		return;
	}
	k->next = next;
	r->work = k;
	stoa_kv_put(r->bot->o.bus, BUCKET, k->actions.reference,
	    k->actions.packed, STOA_KV_ANY, on_kept, r);
}

static void
on_kept_live(void *owner, enum stoa_status status, uint64_t revision)
{
	struct bot *b = owner;

	(void)revision;
	/* The next edit keeps it; at the end of the process there is none,
	 * and no bot either. */
	if (status != STOA_OK && status != STOA_CLOSED) {
		b->kept[0] = '\0';
	}
}

void
bot_pressed_keep_live(struct bot *b, struct stoa_arena *arena,
    Stoa__Chat__Card *card, const struct bot_address *to)
{
	Stoa__Chat__Actions asker = asker_of(to);
	struct bot_actions actions;

	if (card == NULL || !wants_tokens(to) ||
	    !bot_action_attach(arena, key_of(b), card, &asker, &actions) ||
	    actions.packed.data == NULL) {
		return;
	}
	/* Edits of one card carry the same actions: kept once is enough. */
	if (strcmp(b->kept, actions.reference) == 0) {
		return;
	}
	(void)snprintf(b->kept, sizeof(b->kept), "%s", actions.reference);
	stoa_kv_put(b->o.bus, BUCKET, actions.reference, actions.packed,
	    STOA_KV_ANY, on_kept_live, b);
}

/* ---- taking back ---- */

struct finding {
	size_t index;
	void (*next)(struct bot_run *r);
};

static void
refuse(struct bot_run *r, const char *code, const char *limit, const char *fix,
    const char *text)
{
	(void)bot_problem_fill(&r->problem, &r->arena,
	    &(struct bot_problem){
		.code = code,
		.limit = limit,
		.fix = fix,
	    },
	    "%s", text);
	r->bot->counts.problems++;
	bot_run_refuse(r, &r->problem);
}

static void
refuse_expired(struct bot_run *r)
{
	refuse(r, "action_expired", "a week",
	    "send the command itself; /help lists them",
	    "this button or form is not known any more");
}

static void
action_use(struct bot_run *r, const Stoa__Chat__Actions *actions,
    const struct finding *f)
{
	const Stoa__Chat__Action *action;
	Stoa__Chat__Command *c = r->command;
	const char *line;

	if (f->index >= actions->n_actions ||
	    strcmp(actions->platform, r->to.platform) != 0) {
		refuse_expired(r);
		return;
	}
	action = actions->actions[f->index];
	if (action->is_asker_only && strcmp(actions->user, r->to.user) != 0) {
		refuse(r, "not_your_action", "who asked for it",
		    stoa_arena_printf(
			&r->arena, "send %s yourself", action->command),
		    "this button belongs to somebody else's command");
		return;
	}
	line = bot_action_line(&r->arena, action, c);
	if (line == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	/* A card that went to its asker in person is still of the server it
	 * was made for, wherever that person has been meanwhile. */
	if (c->workspace[0] == '\0' && strcmp(actions->user, r->to.user) == 0) {
		c->workspace = actions->workspace;
	}
	c->raw = (char *)(uintptr_t)line;
	c->path = stoa_arena_str(&r->arena, STOA_STR(""));
	c->n_options = 0;
	f->next(r);
}

static void
on_found(void *owner, enum stoa_status status, struct stoa_str value,
    uint64_t revision)
{
	struct bot_run *r = owner;
	const struct finding *f = r->work;
	const Stoa__Chat__Actions *actions = NULL;

	(void)revision;
	if (r->bot->is_abandoned) {
		return;
	}
	if (status == STOA_OK) {
		actions = stoa_unpack(
		    &r->arena, &stoa__chat__actions__descriptor, value);
	}
	if (status != STOA_OK && status != STOA_NOT_FOUND) {
		bot_run_again(r);
	} else if (actions == NULL) {
		refuse_expired(r);
	} else {
		r->work = NULL;
		action_use(r, actions, f);
	}
}

void
bot_pressed_find(struct bot_run *r, void (*next)(struct bot_run *r))
{
	struct finding *f = stoa_arena_alloc(&r->arena, sizeof(*f));
	char reference[BOT_REFERENCE_LEN + 1];

	if (f == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	f->next = next;
	if (!bot_action_open(key_of(r->bot), stoa_str_of(r->command->token),
		reference, &f->index)) {
		refuse_expired(r);
		return;
	}
	r->work = f;
	stoa_kv_get(r->bot->o.bus, BUCKET, reference, on_found, r);
}

/* ---- asking for what is missing ---- */

bool
bot_pressed_ask(struct bot_run *r)
{
	Stoa__Chat__Card *card;

	if (!r->command->can_form || r->row == NULL ||
	    strcmp(r->problem.code, "missing_option") != 0) {
		return false;
	}
	card = bot_view_form(&r->arena, r->row, r->command);
	if (card == NULL) {
		return false;
	}
	bot_run_finish(r, card);
	return true;
}
