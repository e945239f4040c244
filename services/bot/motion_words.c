/* motion_words.c - actions and rules as people read them. */
#include "bot/motion.h"

#include "bot/limits.h"
#include "bot/parameters.h"
#include "bot/words.h"

#include <inttypes.h>

#define ACTION(KIND)  STOA__GOVERNANCE__ACTION__KIND_##KIND
#define SETTING(KIND) STOA__ACCOUNTS__SETTING__KIND_##KIND

const char *
bot_motion_share(struct stoa_arena *arena, uint64_t bp)
{
	if (bp % 100 == 0) {
		return bot_words_print(arena, "%" PRIu64 " %%", bp / 100);
	}
	return bot_words_print(
	    arena, "%" PRIu64 ".%02" PRIu64 " %%", bp / 100, bp % 100);
}

const char *
bot_motion_form(Stoa__Governance__Form form)
{
	switch (form) {
	case STOA__GOVERNANCE__FORM__SINGLE:
		return "choose one";
	case STOA__GOVERNANCE__FORM__APPROVAL:
		return "choose any that you approve of";
	case STOA__GOVERNANCE__FORM__RANKED:
		return "rank them, the best first";
	case STOA__GOVERNANCE__FORM__SPLIT:
		return "split your vote in percent";
	case STOA__GOVERNANCE__FORM__QUADRATIC:
		return "buy votes with voice credits: n votes cost n times n";
	case STOA__GOVERNANCE__FORM__FORM_UNSPECIFIED:
	case _STOA__GOVERNANCE__FORM_IS_INT_SIZE:
		break;
	}
	return "";
}

static const char *
role_name(Stoa__Accounts__Role role)
{
	switch (role) {
	case STOA__ACCOUNTS__ROLE__TRAINER:
		return "trainer";
	case STOA__ACCOUNTS__ROLE__ADMIN:
		return "admin";
	case STOA__ACCOUNTS__ROLE__OWNER:
		return "owner";
	case STOA__ACCOUNTS__ROLE__MEMBER:
	case STOA__ACCOUNTS__ROLE__ROLE_UNSPECIFIED:
	case _STOA__ACCOUNTS__ROLE_IS_INT_SIZE:
		break;
	}
	return "member";
}

/* ---- rules ---- */

static void
time_add(struct stoa_buf *b, struct stoa_arena *arena, const char *format,
    int64_t us)
{
	if (us > 0) {
		stoa_buf_add_text(b, format);
		stoa_buf_add_text(b, bot_words_duration(arena, us));
	}
}

static void
voters_add(struct stoa_buf *b, struct stoa_arena *arena,
    const Stoa__Governance__Eligibility *v)
{
	if (v == NULL) {
		return;
	}
	if (v->role > STOA__ACCOUNTS__ROLE__MEMBER) {
		stoa_buf_printf(
		    b, "; voters are %s or more", role_name(v->role));
	}
	time_add(b, arena, "; voters are members for at least ", v->age_us);
	if (v->stake > 0) {
		stoa_buf_printf(
		    b, "; voters own %" PRId64 " Joy or more", v->stake);
	}
	stoa_buf_add_text(b, v->is_invited ? "; voters were invited" : "");
	if (v->platform_role[0] != '\0') {
		stoa_buf_printf(
		    b, "; voters have the role %s", v->platform_role);
	}
}

static void
passing_add(struct stoa_buf *b, struct stoa_arena *arena,
    const Stoa__Governance__Rule *rule)
{
	if (rule->objection_bp > 0) {
		stoa_buf_printf(b, "; it passes unless %s of all are against",
		    bot_motion_share(arena, rule->objection_bp));
		return;
	}
	stoa_buf_printf(b, "; more than %s must agree",
	    bot_motion_share(arena, rule->threshold_bp));
	if (rule->quorum_bp > 0) {
		stoa_buf_printf(b, ", %s must take part",
		    bot_motion_share(arena, rule->quorum_bp));
	}
}

const char *
bot_motion_rule_words(
    struct stoa_arena *arena, const Stoa__Governance__Rule *rule)
{
	struct stoa_buf b;
	const char *words;

	stoa_buf_init(&b, BOT_FIELD_TEXT_MAX);
	stoa_buf_printf(&b, "%s%s", bot_motion_form(rule->form),
	    rule->power == STOA__GOVERNANCE__POWER__PER_TOKEN
		? ", each Joy counts"
		: "");
	passing_add(&b, arena, rule);
	time_add(&b, arena, "; voting takes ", rule->voting_us);
	time_add(&b, arena, ", ballots are secret and opened within ",
	    rule->reveal_us);
	time_add(&b, arena, "; carried out after ", rule->timelock_us);
	time_add(&b, arena, "; a draft for at least ", rule->review_us);
	if (rule->sponsors > 0) {
		stoa_buf_printf(&b, "; needs %" PRIu32 " sponsor%s",
		    rule->sponsors, rule->sponsors == 1 ? "" : "s");
	}
	if (rule->deposit_micro > 0) {
		stoa_buf_printf(&b, "; a deposit of %s",
		    bot_words_joy(arena, rule->deposit_micro));
	}
	if (rule->propose_role > STOA__ACCOUNTS__ROLE__MEMBER) {
		stoa_buf_printf(&b, "; proposed by %s or more",
		    role_name(rule->propose_role));
	}
	voters_add(&b, arena, rule->voters);
	words = stoa_arena_str(arena, stoa_buf_str(&b));
	stoa_buf_fini(&b);
	return words == NULL ? "" : words;
}

/* ---- actions ---- */

static const char *
command_words(
    struct stoa_arena *arena, const Stoa__Accounts__CommunityCommand *own)
{
	if (own->model[0] != '\0') {
		return bot_words_print(arena,
		    "the command %s asks the model %s", own->name, own->model);
	}
	if (own->text[0] != '\0') {
		return bot_words_print(arena, "the command %s answers: %s",
		    own->name,
		    bot_words_excerpt(arena, stoa_str_of(own->text), 200));
	}
	return bot_words_print(arena, "take the command %s away", own->name);
}

static const char *
setting_words(struct stoa_arena *arena, const Stoa__Accounts__Setting *s)
{
	switch (s->kind_case) {
	case SETTING(NAME):
		return bot_words_print(arena, "call the community %s", s->name);
	case SETTING(WELCOME_GRANT_MICRO):
		return bot_words_print(arena,
		    "greet each new member with %s of credit",
		    bot_words_joy(arena, s->welcome_grant_micro));
	case SETTING(ANNOUNCE_CHANNEL):
		return bot_words_print(
		    arena, "tell news in the channel %s", s->announce_channel);
	case SETTING(ADMIN_ROLE):
		return bot_words_print(
		    arena, "who holds %s counts as admin", s->admin_role);
	case SETTING(TRAINER_ROLE):
		return bot_words_print(
		    arena, "who holds %s counts as trainer", s->trainer_role);
	case SETTING(COMMAND):
		return command_words(arena, s->command);
	case SETTING(WITHDRAWAL_DELAY_US):
		return bot_words_print(arena,
		    "let withdrawals wait %s before they leave",
		    bot_words_duration(arena, s->withdrawal_delay_us));
	case SETTING(WITHDRAWAL_DAY_MICRO):
		return bot_words_print(arena,
		    "let each member withdraw at most %s a day",
		    bot_words_joy(arena, s->withdrawal_day_micro));
	case SETTING(_NOT_SET):
	case _STOA__ACCOUNTS__SETTING__KIND__CASE_IS_INT_SIZE:
		break;
	}
	return "change a setting";
}

static const char *
payment_words(struct stoa_arena *arena, const Stoa__Governance__Payment *p)
{
	return bot_words_print(arena, "pay %s from the treasury to %s%s%s",
	    bot_words_joy(arena, p->amount_micro), p->to,
	    p->memo[0] == '\0' ? "" : ": ",
	    bot_words_excerpt(arena, stoa_str_of(p->memo), 140));
}

static const char *
training_words(
    struct stoa_arena *arena, const Stoa__Training__SubmitJobRequest *job)
{
	const char *set =
	    bot_parameters_text(arena, job->parameters, job->n_parameters);

	return bot_words_print(arena,
	    "train a model on %s%s%s for at most %s of the treasury",
	    job->dataset, set[0] == '\0' ? "" : " with ", set,
	    bot_words_joy(arena, job->max_spend_micro));
}

static const char *
charter_words(struct stoa_arena *arena, const Stoa__Governance__Charter *c)
{
	const char *reminders = "";

	if (c->reminder_us > 0 && c->last_reminder_us > 0) {
		reminders = bot_words_print(arena,
		    ", reminders %s and %s before the end",
		    bot_words_duration(arena, c->reminder_us),
		    bot_words_duration(arena, c->last_reminder_us));
	}
	return bot_words_print(arena,
	    "charter: %" PRIu32 " voice credits each %s, drafts live %s%s%s",
	    c->credits, bot_words_duration(arena, c->round_us),
	    bot_words_duration(arena, c->draft_us), reminders,
	    c->guardian_until_us == 0 ? ", owners may not veto" : "");
}

const char *
bot_motion_words(struct stoa_arena *arena, const Stoa__Governance__Action *a)
{
	switch (a->kind_case) {
	case ACTION(APPROVE_MODEL):
		return a->approve_model->price_micro == 0
			   ? bot_words_print(arena, "approve the model %s",
				 a->approve_model->model)
			   : bot_words_print(arena,
				 "approve the model %s and list it for %s",
				 a->approve_model->model,
				 bot_words_joy(
				     arena, a->approve_model->price_micro));
	case ACTION(TAKEDOWN_MODEL):
		return bot_words_print(arena,
		    "take the model %s off the market", a->takedown_model);
	case ACTION(RESTORE_MODEL):
		return bot_words_print(arena,
		    "let the model %s onto the market again", a->restore_model);
	case ACTION(PARAMETER):
		return setting_words(arena, a->parameter);
	case ACTION(TRANSFER):
		return payment_words(arena, a->transfer);
	case ACTION(ROLE):
		return bot_words_print(arena, "make %s %s", a->role->member,
		    role_name(a->role->role));
	case ACTION(FINE_TUNE):
		return training_words(arena, a->fine_tune);
	case ACTION(RULE):
		return bot_words_print(arena, "rule for %s: %s", a->rule->type,
		    bot_motion_rule_words(arena, a->rule));
	case ACTION(CHARTER):
		return charter_words(arena, a->charter);
	case ACTION(RETIRE_RULE):
		return bot_words_print(arena,
		    "nothing of the type %s can be proposed any more",
		    a->retire_rule);
	case ACTION(_NOT_SET):
	case _STOA__GOVERNANCE__ACTION__KIND__CASE_IS_INT_SIZE:
		break;
	}
	return "";
}
