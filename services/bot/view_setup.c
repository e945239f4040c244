/* view_setup.c - a community that has just begun, and the way to others. */
#include "bot/view.h"

#include "base/money.h"
#include "bot/card.h"
#include "bot/words.h"

#include <inttypes.h>

/* ---- what can be chosen ---- */

struct list {
	Stoa__Chat__SelectKind kind;
	const char *label, *option;
	const char *none; /* label of the button that takes it away */
	const char *none_command;
};

static const struct list channel_list = {STOA__CHAT__SELECT_KIND__CHANNEL,
    "Where to tell the community news", "channel", "No news channel",
    "/setup channel:none"};
static const struct list admins_list = {STOA__CHAT__SELECT_KIND__ROLE,
    "Whose holders count as admins", "admins", "No admin role",
    "/setup admins:none"};
static const struct list trainers_list = {STOA__CHAT__SELECT_KIND__ROLE,
    "Whose holders count as trainers", "trainers", "No trainer role",
    "/setup trainers:none"};

static void
list_add(struct bot_card *b, const struct list *list, const char *now)
{
	bot_card_select(b, &(struct bot_select){
			       .kind = list->kind,
			       .label = list->label,
			       .command = "/setup",
			       .option = list->option,
			       .value = now,
			   });
	if (now[0] != '\0') {
		bot_card_button(b, list->none,
		    STOA__CHAT__BUTTON_STYLE__SECONDARY, list->none_command);
	}
}

static void
grant_add(struct bot_card *b, struct stoa_arena *arena, int64_t now_micro)
{
	static const char *const choices[][2] = {
	    {"New members get no credit", "0"},
	    {"New members get 10 Joy of credit", "10"},
	    {"New members get 100 Joy of credit", "100"},
	    {"New members get 1000 Joy of credit", "1000"},
	    {NULL, NULL},
	};

	bot_card_select(
	    b, &(struct bot_select){
		   .kind = STOA__CHAT__SELECT_KIND__CHOICES,
		   .label = "How much credit new members get",
		   .command = "/setup",
		   .option = "grant",
		   .value = now_micro % STOA_MICRO_PER_JOY != 0
				? ""
				: bot_words_print(arena, "%" PRId64,
				      now_micro / STOA_MICRO_PER_JOY),
		   .choices = choices,
	       });
}

Stoa__Chat__Card *
bot_view_setup(
    struct stoa_arena *arena, const struct bot_community_view *community)
{
	struct bot_card b = bot_card_begin(arena,
	    community->name[0] == '\0' ? "This is a Stoa community"
				       : community->name,
	    STOA__CHAT__SEVERITY__SUCCESS);

	bot_card_text(&b,
	    "Train, own and ask models here, together. Everybody who sends a "
	    "command is a member from then on.");
	bot_card_text(&b,
	    "1. Store a dataset with /upload: a CSV file with the columns "
	    "text and label.\n2. Train a model on it with /train; the card "
	    "shows how it goes.\n3. Ask it with /ask.");
	bot_card_field(&b, "Community", community->id, true);
	bot_card_field(&b, "You are", community->role, true);
	bot_card_field(&b, "Members",
	    bot_words_print(arena, "%llu%s",
		(unsigned long long)community->members,
		community->has_more ? " or more" : ""),
	    true);
	bot_card_field(&b, "Each new member gets",
	    bot_words_print(arena, "%s of credit",
		bot_words_joy(arena, community->welcome_micro)),
	    true);
	if (community->has_lists) {
		bot_card_field(&b, "News channel", community->channel, true);
		bot_card_field(&b, "Admin role", community->admins, true);
		bot_card_field(&b, "Trainer role", community->trainers, true);
	}
	bot_card_button(
	    &b, "All commands", STOA__CHAT__BUTTON_STYLE__PRIMARY, "/help");
	bot_card_button(&b, "How to store a dataset",
	    STOA__CHAT__BUTTON_STYLE__SECONDARY, "/help command:upload");
	bot_card_button(&b, "How to train", STOA__CHAT__BUTTON_STYLE__SECONDARY,
	    "/help command:train");
	bot_card_button(
	    &b, "Status", STOA__CHAT__BUTTON_STYLE__SECONDARY, "/status");
	grant_add(&b, arena, community->welcome_micro);
	if (community->has_lists) {
		list_add(&b, &channel_list, community->channel);
		list_add(&b, &admins_list, community->admins);
		list_add(&b, &trainers_list, community->trainers);
	}
	return bot_card_finish(&b, true);
}

Stoa__Chat__Card *
bot_view_invite(struct stoa_arena *arena, const char *name, const char *url)
{
	struct bot_card b = bot_card_begin(
	    arena, "Bring the bot into a server", STOA__CHAT__SEVERITY__INFO);

	bot_card_text(&b,
	    "Follow the link as somebody who may manage that server. It asks "
	    "for the least that is needed; never for Administrator.");
	bot_card_field(&b, "Bot", name, true);
	bot_card_field(&b, "Link", url, false);
	bot_card_link(&b, "Invite", url);
	return bot_card_finish(&b, true);
}
