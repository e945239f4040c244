/* handlers_setup.c - /setup and /invite. */
#include "bot/parts.h"

#include "bot/limits.h"
#include "bot/parse.h"
#include "bot/view.h"
#include "bot/words.h"

#include "proto/discord.pb-c.h"

#define ACCOUNTS (&stoa__accounts__accounts__descriptor)
#define DISCORD	 (&stoa__discord__discord__descriptor)

/* ---- what is set ---- */

static bool
has_lists(const struct bot_run *r)
{
	return strcmp(r->to.platform, BOT_HOME_PLATFORM) != 0;
}

/* "discord 290926798626357999" was made up when nobody had given a name. */
static const char *
name_given(const struct bot_run *r, const char *name)
{
	size_t len = strlen(r->to.platform);

	if (has_lists(r) && strncmp(name, r->to.platform, len) == 0 &&
	    name[len] == ' ' &&
	    name[len + 1 + strspn(name + len + 1, "0123456789")] == '\0') {
		return "";
	}
	return name;
}

static void
members_counted(struct bot_run *r, const void *reply)
{
	const Stoa__Accounts__MembersReply *in = reply;
	const Stoa__Accounts__CommunityReply *community = r->work;
	struct bot_community_view view = {
	    .id = r->who.community.text,
	    .name = name_given(r, community->name),
	    .role =
		bot_permission_name(bot_permit_of(r, r->who.role, community)),
	    .members = in->n_members,
	    .has_more = in->next[0] != '\0',
	    .welcome_micro = community->welcome_grant_micro,
	    .channel = community->announce_channel,
	    .admins = community->admin_role,
	    .trainers = community->trainer_role,
	    .has_lists = has_lists(r),
	};

	bot_run_finish(r, bot_view_setup(&r->arena, &view));
}

static void
community_told(struct bot_run *r, const void *reply)
{
	Stoa__Accounts__MembersQuery in = STOA__ACCOUNTS__MEMBERS_QUERY__INIT;

	/* Replies are in the run's arena. */
	r->work = (void *)(uintptr_t)reply;
	in.limit = 100;
	bot_run_call(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = "Members",
		.next = members_counted,
	    },
	    &in.base);
}

static void
community_ask(struct bot_run *r)
{
	Stoa__Accounts__CommunityQuery in =
	    STOA__ACCOUNTS__COMMUNITY_QUERY__INIT;

	bot_run_call(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = "Community",
		.next = community_told,
	    },
	    &in.base);
}

/* ---- setting it ---- */

#define SETTING(kind) STOA__ACCOUNTS__SETTING__KIND_##kind
#define SETTINGS_MAX  5

struct settings {
	Stoa__Accounts__Setting all[SETTINGS_MAX];
	Stoa__Accounts__Setting *list[SETTINGS_MAX];
	size_t count;
};

static Stoa__Accounts__Setting *
setting_add(struct settings *s, Stoa__Accounts__Setting__KindCase kind)
{
	Stoa__Accounts__Setting *setting = &s->all[s->count];

	stoa_assert(s->count < SETTINGS_MAX);
	stoa__accounts__setting__init(setting);
	setting->kind_case = kind;
	s->list[s->count++] = setting;
	return setting;
}

/* The id that was given; "" takes it away. NULL: the option is not there. */
static char *
id_given(const struct bot_run *r, const char *option)
{
	const char *text = bot_run_text(r, option);

	if (text[0] == '\0') {
		return NULL;
	}
	return (char *)(uintptr_t)(strcmp(text, "none") == 0 ? "" : text);
}

/* Some platforms count all who are there as holders of a role that has the
 * workspace's id: whoever gave that one would give it to everybody. */
static bool
role_refuse_everybody(struct bot_run *r, const char *option, const char *role)
{
	if (role == NULL || role[0] == '\0' ||
	    strcmp(role, r->command->workspace) != 0) {
		return false;
	}
	(void)bot_problem_fill(&r->problem, &r->arena,
	    &(struct bot_problem){
		.code = "role_of_everybody",
		.field = option,
		.given = role,
		.limit = "a role that some people hold",
		.fix = "choose or make another role, or give none",
	    },
	    "%s cannot be the role of everybody in this server", option);
	r->bot->counts.refusals++;
	bot_run_refuse(r, &r->problem);
	return true;
}

static void
settings_read(struct bot_run *r, struct settings *s)
{
	const Stoa__Chat__Option *grant = bot_argument(r->command, "grant");
	const char *name = bot_run_text(r, "name");
	char *channel = id_given(r, "channel"), *admins = id_given(r, "admins"),
	     *trainers = id_given(r, "trainers");

	s->count = 0;
	if (name[0] != '\0') {
		setting_add(s, SETTING(NAME))->name =
		    (char *)(uintptr_t)bot_words_excerpt(
			&r->arena, stoa_str_of(name), BOT_LABEL_LEN_MAX);
	}
	if (grant != NULL) {
		setting_add(s, SETTING(WELCOME_GRANT_MICRO))
		    ->welcome_grant_micro = grant->amount_micro;
	}
	if (channel != NULL) {
		setting_add(s, SETTING(ANNOUNCE_CHANNEL))->announce_channel =
		    channel;
	}
	if (admins != NULL) {
		setting_add(s, SETTING(ADMIN_ROLE))->admin_role = admins;
	}
	if (trainers != NULL) {
		setting_add(s, SETTING(TRAINER_ROLE))->trainer_role = trainers;
	}
}

static void
configured(struct bot_run *r, const void *reply)
{
	(void)reply;
	community_ask(r);
}

/* Who asks has just been found, which opened the community if it was not, and
 * may do this: accounts cannot know what the platform lets them do, so the bot
 * vouches. */
void
bot_handle_setup(struct bot_run *r)
{
	Stoa__Accounts__ConfigureRequest in =
	    STOA__ACCOUNTS__CONFIGURE_REQUEST__INIT;
	struct settings s;
	const char *id;

	if (role_refuse_everybody(r, "admins", id_given(r, "admins")) ||
	    role_refuse_everybody(r, "trainers", id_given(r, "trainers"))) {
		return;
	}
	settings_read(r, &s);
	if (s.count == 0) {
		community_ask(r);
		return;
	}
	id = bot_run_own_id(r, "setup");
	if (id == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	in.member = r->who.member.text;
	in.settings = s.list;
	in.n_settings = s.count;
	bot_run_call(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = "Configure",
		.command_id = id,
		.is_own = true,
		.next = configured,
	    },
	    &in.base);
}

/* ---- /invite ---- */

static void
described(struct bot_run *r, const void *reply)
{
	const Stoa__Discord__DescribeReply *in = reply;

	bot_run_finish(r, bot_view_invite(&r->arena, in->name, in->invite_url));
}

void
bot_handle_invite(struct bot_run *r)
{
	Stoa__Discord__DescribeQuery in = STOA__DISCORD__DESCRIBE_QUERY__INIT;

	bot_run_call(r,
	    &(struct bot_call){
		.service = DISCORD,
		.method = "Describe",
		.is_own = true,
		.next = described,
	    },
	    &in.base);
}
