/* ranking.c - see ranking.h. */
#include "bot/ranking.h"

#include "bot/choice.h"
#include "bot/words.h"

#include <inttypes.h>

bool
bot_ranking_is_for(const Stoa__Governance__Proposal *p)
{
	return p->rule != NULL &&
	       p->rule->form == STOA__GOVERNANCE__FORM__RANKED &&
	       p->n_options <= BOT_RANKS_MAX;
}

struct bot_ranking
bot_ranking_of(const Stoa__Governance__Ballot *ballot)
{
	struct bot_ranking r = {0};

	for (size_t i = 0;
	     ballot != NULL && i < ballot->n_options && i < BOT_RANKS_MAX;
	     i++) {
		r.places[i] = ballot->options[i] + 1;
	}
	return r;
}

static void
place(struct bot_ranking *r, size_t rank, uint32_t option)
{
	for (size_t i = 0; i < BOT_RANKS_MAX; i++) {
		if (r->places[i] == option + 1) {
			r->places[i] = 0;
		}
	}
	r->places[rank] = option + 1;
}

static bool
refuse(struct stoa_arena *arena, const char *field, struct stoa_str given,
    struct bot_problem *ret_problem)
{
	const char *excerpt = bot_problem_excerpt(arena, given);

	return bot_problem_fill(ret_problem, arena,
	    &(struct bot_problem){
		.code = "choice_not_valid",
		.field = field,
		.given = excerpt,
		.limit = "a rank and an option, such as 1 #2",
		.fix = "give all of it as choice, the best first",
	    },
	    "%s places no option", excerpt);
}

static bool
draft_read(struct stoa_str draft, const Stoa__Governance__Proposal *p,
    struct bot_ranking *r)
{
	for (size_t i = 0; draft.len > 0; i++) {
		struct stoa_str text = stoa_str_trim(stoa_str_cut(&draft, '>'));
		uint32_t option;

		if (i == BOT_RANKS_MAX) {
			return false;
		}
		if (stoa_str_is_equal(text, STOA_STR("-"))) {
			continue;
		}
		if (!bot_choice_option(p, text, &option)) {
			return false;
		}
		place(r, i, option);
	}
	return true;
}

bool
bot_ranking_read(struct stoa_str draft, struct stoa_str placed,
    const Stoa__Governance__Proposal *p, struct stoa_arena *arena,
    struct bot_ranking *ret_ranking, struct bot_problem *ret_problem)
{
	struct stoa_str rest = stoa_str_trim(placed);
	struct stoa_str rank_text = stoa_str_cut(&rest, ' ');
	struct bot_ranking r = {0};
	uint32_t option;
	int64_t rank;

	if (!bot_ranking_is_for(p) || !stoa_str_to_i64(rank_text, &rank) ||
	    rank < 1 || (uint64_t)rank > p->n_options ||
	    !bot_choice_option(p, rest, &option)) {
		return refuse(arena, "rank", placed, ret_problem);
	}
	if (!draft_read(draft, p, &r)) {
		return refuse(arena, "choice", draft, ret_problem);
	}
	place(&r, (size_t)rank - 1, option);
	*ret_ranking = r;
	return true;
}

static const char *
print(struct stoa_arena *arena, const struct bot_ranking *r, const char *gap)
{
	const char *text = "";
	size_t count = BOT_RANKS_MAX;

	while (count > 0 && r->places[count - 1] == 0) {
		count--;
	}
	for (size_t i = 0; i < count; i++) {
		const char *joint = text[0] == '\0' ? "" : " > ";

		if (r->places[i] > 0) {
			text = bot_words_print(
			    arena, "%s%s#%" PRIu32, text, joint, r->places[i]);
		} else if (gap[0] != '\0') {
			text =
			    bot_words_print(arena, "%s%s%s", text, joint, gap);
		}
	}
	return text;
}

const char *
bot_ranking_draft(struct stoa_arena *arena, const struct bot_ranking *r)
{
	return print(arena, r, "-");
}

const char *
bot_ranking_choice(struct stoa_arena *arena, const struct bot_ranking *r)
{
	return print(arena, r, "");
}
