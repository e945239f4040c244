/* settings.c - what a community has set: its name, how new members are
 * greeted, where news go, and which of the platform's roles count here. */
#include "accounts/limits.h"
#include "accounts/state.h"
#include "base/hasher.h"

#include <stdlib.h>

#define SETTING(kind) STOA__ACCOUNTS__SETTING__KIND_##kind

/* One bit for each kind. */
#define KINDS_MAX 8

STOA_STATIC_ASSERT(
    SETTING(WITHDRAWAL_DAY_MICRO) <= KINDS_MAX, "the last of them");

static const char *
kind_name(const Stoa__Accounts__Setting *setting)
{
	switch (setting->kind_case) {
	case SETTING(NAME):
		return "name";
	case SETTING(WELCOME_GRANT_MICRO):
		return "welcome_grant";
	case SETTING(ANNOUNCE_CHANNEL):
		return "announce_channel";
	case SETTING(ADMIN_ROLE):
		return "admin_role";
	case SETTING(TRAINER_ROLE):
		return "trainer_role";
	case SETTING(COMMAND):
		return "command";
	case SETTING(WITHDRAWAL_DELAY_US):
		return "withdrawal_delay";
	case SETTING(WITHDRAWAL_DAY_MICRO):
		return "withdrawal_day_limit";
	case SETTING(_NOT_SET):
	case _STOA__ACCOUNTS__SETTING__KIND__CASE_IS_INT_SIZE:
		break;
	}
	return "";
}

/* The id that a setting holds and which one it is; -1 for those that hold
 * none. */
static int
id_of(const Stoa__Accounts__Setting *setting, const char **ret_id)
{
	switch (setting->kind_case) {
	case SETTING(ANNOUNCE_CHANNEL):
		*ret_id = setting->announce_channel;
		return ANNOUNCE_CHANNEL;
	case SETTING(ADMIN_ROLE):
		*ret_id = setting->admin_role;
		return ADMIN_ROLE;
	case SETTING(TRAINER_ROLE):
		*ret_id = setting->trainer_role;
		return TRAINER_ROLE;
	case SETTING(NAME):
	case SETTING(WELCOME_GRANT_MICRO):
	case SETTING(COMMAND):
	case SETTING(WITHDRAWAL_DELAY_US):
	case SETTING(WITHDRAWAL_DAY_MICRO):
	case SETTING(_NOT_SET):
	case _STOA__ACCOUNTS__SETTING__KIND__CASE_IS_INT_SIZE:
		break;
	}
	return -1;
}

/* ---- decide -------------------------------------------------------------- */

static bool
id_is_valid(const char *id)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-";

	return strlen(id) <= ACCOUNTS_PLATFORM_ID_MAX &&
	       strspn(id, good) == strlen(id);
}

/* How fast money may leave is no admin's to say. */
static bool
withdrawal_check(const struct accounts *s,
    const Stoa__Accounts__Setting *setting, const struct stoa_command *c,
    struct stoa_decision *d)
{
	bool is_delay = setting->kind_case == SETTING(WITHDRAWAL_DELAY_US);
	int64_t value = is_delay ? setting->withdrawal_delay_us
				 : setting->withdrawal_day_micro;
	int64_t limit =
	    is_delay ? ACCOUNTS_WITHDRAWAL_DELAY_US_MAX : ACCOUNTS_AMOUNT_MAX;

	if (!stoa_actor_is(c, "governance") &&
	    !actor_has_role(s, c, STOA__ACCOUNTS__ROLE__OWNER)) {
		REFUSE(d, not_permitted, "the role owner");
		return false;
	}
	if (value < 0 || value > limit) {
		REFUSE(d, amount_too_large, stoa_decide_number(d, value),
		    stoa_decide_number(d, limit));
		return false;
	}
	return true;
}

static bool
is_of_withdrawals(const Stoa__Accounts__Setting *setting)
{
	return setting->kind_case == SETTING(WITHDRAWAL_DELAY_US) ||
	       setting->kind_case == SETTING(WITHDRAWAL_DAY_MICRO);
}

/* False: refused. */
static bool
setting_check(const struct accounts *s, const Stoa__Accounts__Setting *setting,
    const struct stoa_command *c, struct stoa_decision *d)
{
	const char *id = "";

	if (setting->kind_case == SETTING(COMMAND)) {
		return command_check(s, setting->command, c, d);
	}
	if (is_of_withdrawals(setting)) {
		return withdrawal_check(s, setting, c, d);
	}
	if (setting->kind_case == SETTING(NAME)) {
		if (!name_is_valid(setting->name, 1)) {
			REFUSE(d, name_not_valid, "name",
			    stoa_decide_number(d, ACCOUNTS_NAME_MAX));
			return false;
		}
	} else if (setting->kind_case == SETTING(WELCOME_GRANT_MICRO)) {
		if (setting->welcome_grant_micro < 0 ||
		    setting->welcome_grant_micro > ACCOUNTS_WELCOME_MAX) {
			REFUSE(d, amount_too_large,
			    stoa_decide_number(d, setting->welcome_grant_micro),
			    stoa_decide_number(d, ACCOUNTS_WELCOME_MAX));
			return false;
		}
	} else if (id_of(setting, &id) < 0) {
		REFUSE(d, not_permitted, "a setting that is known");
		return false;
	} else if (!id_is_valid(id)) {
		REFUSE(d, id_not_valid, kind_name(setting),
		    stoa_decide_number(d, ACCOUNTS_PLATFORM_ID_MAX));
		return false;
	}
	return true;
}

static bool
settings_check(const struct accounts *s,
    const Stoa__Accounts__ConfigureRequest *in, const struct stoa_command *c,
    struct stoa_decision *d)
{
	unsigned seen = 0;

	for (size_t i = 0; i < in->n_settings; i++) {
		const Stoa__Accounts__Setting *setting = in->settings[i];

		if (!setting_check(s, setting, c, d)) {
			return false;
		}
		if ((seen >> setting->kind_case & 1) != 0) {
			REFUSE(d, setting_twice, kind_name(setting));
			return false;
		}
		seen |= 1u << setting->kind_case;
	}
	return true;
}

static bool
is_set_so(const struct accounts *s, const Stoa__Accounts__Setting *setting)
{
	const char *id = "", *now;
	int which = id_of(setting, &id);

	if (setting->kind_case == SETTING(NAME)) {
		return strcmp(s->name, setting->name) == 0;
	}
	if (setting->kind_case == SETTING(WELCOME_GRANT_MICRO)) {
		return s->welcome_grant_micro == setting->welcome_grant_micro;
	}
	if (setting->kind_case == SETTING(COMMAND)) {
		return command_is_set(s, setting->command);
	}
	if (setting->kind_case == SETTING(WITHDRAWAL_DELAY_US)) {
		return s->withdrawal_delay_us == setting->withdrawal_delay_us;
	}
	if (setting->kind_case == SETTING(WITHDRAWAL_DAY_MICRO)) {
		return s->withdrawal_day_micro == setting->withdrawal_day_micro;
	}
	stoa_assert(which >= 0);
	now = s->platform_ids[which];
	return strcmp(now == NULL ? "" : now, id) == 0;
}

void
settings_decide(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Accounts__ConfigureRequest *in =
	    (const Stoa__Accounts__ConfigureRequest *)c->request;
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__CommunityConfigured configured =
	    STOA__ACCOUNTS__COMMUNITY_CONFIGURED__INIT;
	Stoa__Accounts__Setting *changed[KINDS_MAX];
	bool is_bot = stoa_actor_is(c, "bot");

	/* The bot vouches for who may manage the workspace, governance for
	 * what was voted. */
	if (!is_bot && !stoa_actor_is(c, "governance") &&
	    !actor_has_role(s, c, STOA__ACCOUNTS__ROLE__ADMIN)) {
		REFUSE(d, not_permitted, "the role admin");
		return;
	}
	if (is_bot && member_get(s, stoa_str_of(in->member)) == NULL) {
		REFUSE(d, no_such_member, in->member);
		return;
	}
	if (!settings_check(s, in, c, d)) {
		return;
	}
	for (size_t i = 0; i < in->n_settings; i++) {
		if (!is_set_so(s, in->settings[i])) {
			stoa_assert(configured.n_settings < KINDS_MAX);
			changed[configured.n_settings++] = in->settings[i];
		}
	}
	if (configured.n_settings == 0) {
		return; /* all of it is so already */
	}
	configured.settings = changed;
	configured.member =
	    is_bot ? in->member : stoa_arena_str(d->arena, c->actor);
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_COMMUNITY_CONFIGURED;
	event.community_configured = &configured;
	stoa_decide_event(d, &event.base);
}

/* ---- apply --------------------------------------------------------------- */

void
settings_apply(struct accounts *s, const Stoa__Accounts__CommunityConfigured *e)
{
	stoa_assert(s->name != NULL);
	for (size_t i = 0; i < e->n_settings; i++) {
		const Stoa__Accounts__Setting *setting = e->settings[i];
		const char *id = "";
		int which = id_of(setting, &id);

		if (which >= 0) {
			stoa_text_set(&s->platform_ids[which], id);
		} else if (setting->kind_case == SETTING(NAME)) {
			stoa_text_set(&s->name, setting->name);
		} else if (setting->kind_case == SETTING(WELCOME_GRANT_MICRO)) {
			s->welcome_grant_micro = setting->welcome_grant_micro;
		} else if (setting->kind_case == SETTING(COMMAND)) {
			command_apply(s, setting->command);
		} else if (setting->kind_case == SETTING(WITHDRAWAL_DELAY_US)) {
			s->withdrawal_delay_us = setting->withdrawal_delay_us;
		} else if (setting->kind_case ==
			   SETTING(WITHDRAWAL_DAY_MICRO)) {
			s->withdrawal_day_micro = setting->withdrawal_day_micro;
		}
	}
}

/* A community that has set none of these has the digest it had before there
 * were any: journals say what it was. */
void
settings_digest(const struct accounts *s, struct stoa_hasher *h)
{
	for (int i = 0; i < PLATFORM_ID_COUNT; i++) {
		if (s->platform_ids[i] != NULL) {
			stoa_hasher_number(h, i);
			stoa_hasher_text(h, stoa_str_of(s->platform_ids[i]));
		}
	}
	commands_digest(s, h);
}

void
settings_free(struct accounts *s)
{
	for (int i = 0; i < PLATFORM_ID_COUNT; i++) {
		free(s->platform_ids[i]);
	}
	commands_free(s);
}
