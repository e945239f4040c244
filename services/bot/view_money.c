/* view_money.c - what a member owns, receipts, and the suite's state. */
#include "bot/view.h"

#include "bot/card.h"
#include "bot/limits.h"
#include "bot/words.h"

#include <inttypes.h>

static const char *
amount(struct stoa_arena *arena, int64_t micro, int64_t held_micro)
{
	const char *text = bot_words_joy(arena, micro);

	if (held_micro == 0) {
		return text;
	}
	return bot_words_print(arena, "%s, and %s set aside", text,
	    bot_words_joy(arena, held_micro));
}

Stoa__Chat__Card *
bot_view_balance(
    struct stoa_arena *arena, const struct bot_balance_view *balance)
{
	struct bot_card b =
	    bot_card_begin(arena, "Your balance", STOA__CHAT__SEVERITY__INFO);

	bot_card_field(&b, "Joy",
	    amount(arena, balance->joy_micro, balance->held_joy_micro), true);
	bot_card_field(&b, "Credit",
	    amount(arena, balance->credit_micro, balance->held_credit_micro),
	    true);
	bot_card_field(&b, "Member",
	    balance->name[0] == '\0' ? balance->member
				     : bot_words_print(arena, "%s (%s)",
					   balance->name, balance->member),
	    true);
	bot_card_field(&b, "Role", balance->role, true);
	if (balance->is_unbacked) {
		bot_card_text(&b, "Joy here is issued by this community "
				  "itself; nothing on a chain backs it.");
	}
	return bot_card_finish(&b, true);
}

Stoa__Chat__Card *
bot_view_receipt(
    struct stoa_arena *arena, const struct bot_receipt_view *receipt)
{
	const char *title = bot_words_print(arena, "%s for %s",
	    bot_words_joy(arena, receipt->amount_micro), receipt->to);
	struct bot_card b =
	    bot_card_begin(arena, title, STOA__CHAT__SEVERITY__SUCCESS);

	bot_card_field(&b, "From", receipt->from, true);
	bot_card_field(&b, "To", receipt->to, true);
	if (receipt->memo[0] != '\0') {
		bot_card_field(&b, "Memo", receipt->memo, false);
	}
	bot_card_field(&b, "Transfer", receipt->id, true);
	bot_card_field(
	    &b, "When", bot_words_time(arena, receipt->time_us), true);
	bot_card_field(&b, "Journal entry",
	    bot_words_print(arena, "%" PRIu64, receipt->index), true);
	if (b.card != NULL) {
		b.card->index = receipt->index;
	}
	return bot_card_finish(&b, true);
}

Stoa__Chat__Card *
bot_view_status(struct stoa_arena *arena,
    const struct bot_service_view *services, size_t count)
{
	static const struct bot_column columns[] = {{"Service", false},
	    {"Version", false}, {"Replicas", true}, {"Note", false}};
	bool is_down = false, is_degraded = false;
	struct bot_card b;

	for (size_t i = 0; i < count; i++) {
		is_down = is_down || services[i].replicas == 0;
		is_degraded = is_degraded || services[i].note[0] != '\0';
	}
	b = bot_card_begin(arena,
	    is_down	  ? "Something is down"
	    : is_degraded ? "Everything answers, not all of it fully"
			  : "Everything works",
	    is_down	  ? STOA__CHAT__SEVERITY__FAILED
	    : is_degraded ? STOA__CHAT__SEVERITY__WARNING
			  : STOA__CHAT__SEVERITY__SUCCESS);
	bot_card_table(&b, columns, STOA_COUNT(columns));
	for (size_t i = 0; i < count && i < BOT_ROWS_MAX; i++) {
		const struct bot_service_view *s = &services[i];
		const char *cells[] = {s->name, s->version,
		    bot_words_print(arena, "%zu", s->replicas),
		    s->replicas == 0 ? "nobody answers" : s->note};

		bot_card_row(&b, cells);
	}
	return bot_card_finish(&b, true);
}
