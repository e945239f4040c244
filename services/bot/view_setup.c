/* view_setup.c - a community that has just begun, and the way to others. */
#include "bot/view.h"

#include "bot/card.h"
#include "bot/words.h"

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
	bot_card_button(
	    &b, "All commands", STOA__CHAT__BUTTON_STYLE__PRIMARY, "/help");
	bot_card_button(&b, "How to store a dataset",
	    STOA__CHAT__BUTTON_STYLE__SECONDARY, "/help command:upload");
	bot_card_button(&b, "How to train", STOA__CHAT__BUTTON_STYLE__SECONDARY,
	    "/help command:train");
	bot_card_button(
	    &b, "Status", STOA__CHAT__BUTTON_STYLE__SECONDARY, "/status");
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
