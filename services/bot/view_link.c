/* view_link.c - one person, several accounts: codes, questions and warnings,
 * and who somebody is. */
#include "bot/view.h"

#include "bot/card.h"
#include "bot/words.h"

#include <inttypes.h>

Stoa__Chat__Card *
bot_view_code(struct stoa_arena *arena, const struct bot_code_view *code)
{
	struct bot_card b =
	    bot_card_begin(arena, "Your code", STOA__CHAT__SEVERITY__WARNING);

	bot_card_field(&b, "Code", code->code, true);
	bot_card_field(
	    &b, "Holds until", bot_words_time(arena, code->expires_us), true);
	bot_card_text(&b,
	    "1. From your other account send /link code:%s\n2. Come back here "
	    "and send /link: you are asked whether it was you.",
	    code->code);
	bot_card_text(&b,
	    "**Give this code to nobody.** Who has it and your answer is you: "
	    "your Joy, your votes, your role. Nobody from Stoa or from your "
	    "community asks for it.");
	return bot_card_finish(&b, true);
}

Stoa__Chat__Card *
bot_view_claim(struct stoa_arena *arena, const char *code)
{
	struct bot_card b = bot_card_begin(
	    arena, "Is that your own code?", STOA__CHAT__SEVERITY__WARNING);

	bot_card_text(&b,
	    "If you asked for this code yourself, from another account of "
	    "yours, go on: you become the member that account is. What you own "
	    "here is added to what it owns, and your votes are one.");
	bot_card_text(&b,
	    "**If somebody gave you this code, stop.** They would own "
	    "everything that is yours here. No gift and no help needs a "
	    "code.");
	bot_card_button(&b, "It is my own account",
	    STOA__CHAT__BUTTON_STYLE__DANGER,
	    bot_words_print(arena, "/link code:%s confirm:yes", code));
	return bot_card_finish(&b, true);
}

Stoa__Chat__Card *
bot_view_claimed(
    struct stoa_arena *arena, const char *member, int64_t expires_us)
{
	struct bot_card b = bot_card_begin(
	    arena, "Now answer on the other side", STOA__CHAT__SEVERITY__INFO);

	bot_card_text(&b,
	    "Nothing has changed yet. Send /link from the account that showed "
	    "the code and say that it was you.");
	bot_card_field(&b, "You become", member, true);
	bot_card_field(
	    &b, "Holds until", bot_words_time(arena, expires_us), true);
	return bot_card_finish(&b, true);
}

Stoa__Chat__Card *
bot_view_claimant(struct stoa_arena *arena, const char *claimant,
    const char *platform, int64_t expires_us)
{
	struct bot_card b = bot_card_begin(
	    arena, "Was that you?", STOA__CHAT__SEVERITY__WARNING);

	bot_card_text(&b,
	    "Somebody on %s has typed your code and wants to be you. Send "
	    "/whoami there: if it shows %s, it is your own account.",
	    platform[0] == '\0' ? "another platform" : platform, claimant);
	bot_card_text(&b, "**If it was not you, say no**: who is let in owns "
			  "all that is yours.");
	bot_card_field(&b, "Member", claimant, true);
	bot_card_field(
	    &b, "Holds until", bot_words_time(arena, expires_us), true);
	bot_card_button(&b, "It was me", STOA__CHAT__BUTTON_STYLE__DANGER,
	    bot_words_print(arena, "/link confirm:%s", claimant));
	bot_card_button(
	    &b, "No", STOA__CHAT__BUTTON_STYLE__PRIMARY, "/link confirm:no");
	return bot_card_finish(&b, true);
}

Stoa__Chat__Card *
bot_view_linked(struct stoa_arena *arena, const char *member,
    const char *former, bool is_claimant)
{
	struct bot_card b =
	    bot_card_begin(arena, "Linked", STOA__CHAT__SEVERITY__SUCCESS);

	bot_card_text(&b,
	    is_claimant ? "This account is %s now, which it was told to be. "
			  "%s is the same person, in every community."
			: "Both accounts are %s now. %s is the same person, in "
			  "every community.",
	    member, former);
	bot_card_text(&b,
	    "Balances are added, jobs, models and data sets are yours under "
	    "either name. In open votes you have one ballot; a second one was "
	    "withdrawn. If this was not you, send /unlink at once.");
	bot_card_button(
	    &b, "My accounts", STOA__CHAT__BUTTON_STYLE__SECONDARY, "/whoami");
	return bot_card_finish(&b, true);
}

Stoa__Chat__Card *
bot_view_declined(struct stoa_arena *arena, bool is_claimant)
{
	struct bot_card b = bot_card_begin(arena, "Nothing was linked",
	    is_claimant ? STOA__CHAT__SEVERITY__WARNING
			: STOA__CHAT__SEVERITY__SUCCESS);

	bot_card_text(&b, "%s",
	    is_claimant ? "Whoever showed you the code says that it was not "
			  "you. All is as it was."
			: "The code is used up and all is as it was. Somebody "
			  "has seen it: do not show the next one.");
	return bot_card_finish(&b, true);
}

Stoa__Chat__Card *
bot_view_unlinked(struct stoa_arena *arena, const char *platform, bool is_self)
{
	struct bot_card b =
	    bot_card_begin(arena, "Parted", STOA__CHAT__SEVERITY__SUCCESS);

	bot_card_text(&b,
	    "%s%s is somebody new from now on, with nothing of its own. What "
	    "it brought stays with the other accounts. It may take a minute "
	    "until everybody knows.",
	    is_self ? "This account on " : "The account on ",
	    platform[0] == '\0' ? "the other platform" : platform);
	return bot_card_finish(&b, true);
}

static const char *
since(struct stoa_arena *arena, int64_t us)
{
	return us == 0 ? "" : bot_words_time(arena, us);
}

Stoa__Chat__Card *
bot_view_identity(
    struct stoa_arena *arena, const struct bot_identity_view *identity)
{
	static const struct bot_column columns[] = {
	    {"", true}, {"Platform", false}, {"Since", false}, {"", false}};
	struct bot_card b =
	    bot_card_begin(arena, "You", STOA__CHAT__SEVERITY__INFO);

	bot_card_field(&b, "Member", identity->member, true);
	bot_card_field(&b, "Role", identity->role, true);
	bot_card_table(&b, columns, STOA_COUNT(columns));
	for (size_t i = 0; i < identity->link_count; i++) {
		const struct bot_link_view *link = &identity->links[i];
		const char *cells[] = {bot_words_print(arena, "%zu", i + 1),
		    link->platform[0] == '\0' ? "?" : link->platform,
		    since(arena, link->linked_us), link->is_here ? "here" : ""};

		bot_card_row(&b, cells);
	}
	if (identity->claimant[0] != '\0') {
		bot_card_text(&b,
		    "%s has typed your code and waits for your answer.",
		    identity->claimant);
	}
	bot_card_button(&b,
	    identity->claimant[0] != '\0' ? "Answer" : "Link an account",
	    STOA__CHAT__BUTTON_STYLE__SECONDARY, "/link");
	return bot_card_finish(&b, true);
}
