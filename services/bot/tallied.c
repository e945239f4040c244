/* tallied.c - see tallied.h; services/governance/tally.h says what counts. */
#include "bot/tallied.h"

#include "bot/limits.h"
#include "bot/motion.h"
#include "bot/words.h"

#include <inttypes.h>

#define STATE(NAME) STOA__GOVERNANCE__STATE__##NAME
#define FORM(NAME)  STOA__GOVERNANCE__FORM__##NAME

const char *
bot_tallied_state(Stoa__Governance__State state)
{
	switch (state) {
	case STATE(DRAFT):
		return "a draft";
	case STATE(OPENING):
		return "about to open";
	case STATE(ACTIVE):
		return "open for votes";
	case STATE(REVEAL):
		return "opening its ballots";
	case STATE(SUCCEEDED):
		return "accepted";
	case STATE(DEFEATED):
		return "defeated";
	case STATE(EXPIRED):
		return "expired";
	case STATE(CANCELLED):
		return "withdrawn";
	case STATE(VETOED):
		return "vetoed";
	case STATE(QUEUED):
		return "accepted and waiting";
	case STATE(EXECUTING):
		return "being carried out";
	case STATE(EXECUTED):
		return "carried out";
	case STATE(FAILED):
		return "failed";
	case STATE(STATE_UNSPECIFIED):
	case _STOA__GOVERNANCE__STATE_IS_INT_SIZE:
		break;
	}
	return "";
}

bool
bot_tallied_is_over(const Stoa__Governance__Proposal *p)
{
	return p->state == STATE(SUCCEEDED) || p->state == STATE(DEFEATED) ||
	       p->state == STATE(EXPIRED) || p->state == STATE(CANCELLED) ||
	       p->state == STATE(VETOED) || p->state == STATE(EXECUTED);
}

/* ---- numbers ---- */

static const char *
unit_of(const Stoa__Governance__Proposal *p, bool is_one)
{
	if (p->rule != NULL &&
	    p->rule->power == STOA__GOVERNANCE__POWER__PER_TOKEN) {
		return "Joy";
	}
	return is_one ? "vote" : "votes";
}

const char *
bot_tallied_power(struct stoa_arena *arena, const Stoa__Governance__Proposal *p,
    uint64_t power)
{
	return bot_words_print(
	    arena, "%" PRIu64 " %s", power, unit_of(p, power == 1));
}

/* Points in whole power, with two decimals where shares were given. */
static const char *
points_text(struct stoa_arena *arena, const Stoa__Governance__Proposal *p,
    uint64_t points)
{
	uint64_t scale = p->tally->scale == 0 ? 1 : p->tally->scale;

	if (points % scale == 0) {
		return bot_tallied_power(arena, p, points / scale);
	}
	return bot_words_print(arena, "%" PRIu64 ".%02" PRIu64 " %s",
	    points / scale, points % scale * 100 / scale, unit_of(p, false));
}

const char *
bot_tallied_points(
    struct stoa_arena *arena, const Stoa__Governance__Proposal *p, size_t i)
{
	return p->tally == NULL || i >= p->tally->n_points
		   ? ""
		   : points_text(arena, p, p->tally->points[i]);
}

double
bot_tallied_share(const Stoa__Governance__Proposal *p, size_t i)
{
	if (p->tally == NULL || i >= p->tally->n_points ||
	    p->tally->basis == 0) {
		return 0;
	}
	return (double)p->tally->points[i] / (double)p->tally->basis;
}

bool
bot_tallied_is_secret(const Stoa__Governance__Proposal *p)
{
	return p->rule != NULL && p->rule->reveal_us > 0;
}

uint64_t
bot_tallied_needed(const Stoa__Governance__Proposal *p, uint32_t bp)
{
	/* 9.2e12 of power times 1e4 fits. */
	return (p->eligible_power * bp + TALLY_BP - 1) / TALLY_BP;
}

uint64_t
bot_tallied_against(const Stoa__Governance__Proposal *p)
{
	const Stoa__Governance__Tally *t = p->tally;

	if (t == NULL || p->reject < 0 || (size_t)p->reject >= t->n_points) {
		return 0;
	}
	return t->points[p->reject] / (t->scale == 0 ? 1 : t->scale);
}

const char *
bot_tallied_option(const Stoa__Governance__Proposal *p, int64_t option)
{
	return option >= 0 && (uint64_t)option < p->n_options
		   ? p->options[option]
		   : "";
}

/* ---- sentences ---- */

static const char *
percent(struct stoa_arena *arena, double share)
{
	return bot_words_print(arena, "%.4g %%", share * 100);
}

const char *
bot_tallied_turnout(
    struct stoa_arena *arena, const Stoa__Governance__Proposal *p)
{
	const Stoa__Governance__Tally *t = p->tally;
	const char *delegated = "";

	if (t == NULL) {
		return "";
	}
	if (t->delegated > 0) {
		delegated = bot_words_print(arena,
		    ", and counted for %" PRIu64 " who rel%s on a delegate",
		    t->delegated, t->delegated == 1 ? "ies" : "y");
	}
	return bot_words_print(arena,
	    "%" PRIu64 " ballot%s of %" PRIu64 " eligible member%s cast%s: %s "
	    "of %s took part",
	    t->ballots, t->ballots == 1 ? "" : "s", p->eligible_count,
	    p->eligible_count == 1 ? " was" : "s were", delegated,
	    bot_tallied_power(arena, p, t->voted),
	    bot_tallied_power(arena, p, p->eligible_power));
}

static const char *
winner_words(struct stoa_arena *arena, const Stoa__Governance__Proposal *p)
{
	size_t i = (size_t)p->tally->winner;

	return bot_words_print(arena, "**%s** got %s (%s)",
	    bot_tallied_option(p, p->tally->winner),
	    percent(arena, bot_tallied_share(p, i)),
	    bot_tallied_points(arena, p, i));
}

static const char *
quorum_words(struct stoa_arena *arena, const Stoa__Governance__Proposal *p)
{
	uint64_t needed = bot_tallied_needed(p, p->rule->quorum_bp);

	if (p->rule->quorum_bp == 0) {
		return "No quorum was needed.";
	}
	return bot_words_print(arena,
	    "The quorum of %s needs %s; %s helped it (what is only against "
	    "does not).",
	    bot_motion_share(arena, p->rule->quorum_bp),
	    bot_tallied_power(arena, p, needed),
	    bot_tallied_power(arena, p, p->tally->helping));
}

static const char *
objection_words(struct stoa_arena *arena, const Stoa__Governance__Proposal *p)
{
	return bot_words_print(arena,
	    "%s of the %s that stop it (%s of all) were against.",
	    bot_tallied_power(arena, p, bot_tallied_against(p)),
	    bot_tallied_power(
		arena, p, bot_tallied_needed(p, p->rule->objection_bp)),
	    bot_motion_share(arena, p->rule->objection_bp));
}

static const char *
counted_words(struct stoa_arena *arena, const Stoa__Governance__Proposal *p)
{
	const char *threshold = bot_motion_share(arena, p->rule->threshold_bp);
	const char *quorum = quorum_words(arena, p);

	switch (p->verdict) {
	case STOA__GOVERNANCE__VERDICT__passed:
		return bot_words_print(arena,
		    "It passed: %s, more than the %s needed. %s",
		    winner_words(arena, p), threshold, quorum);
	case STOA__GOVERNANCE__VERDICT__rejected:
		return bot_words_print(arena, "It was rejected: %s. %s",
		    winner_words(arena, p), quorum);
	case STOA__GOVERNANCE__VERDICT__below_threshold:
		return bot_words_print(arena,
		    "It was defeated: %s, which is not more than the %s "
		    "needed. %s",
		    winner_words(arena, p), threshold, quorum);
	case STOA__GOVERNANCE__VERDICT__below_quorum:
		return bot_words_print(
		    arena, "It was defeated for want of a quorum. %s", quorum);
	case STOA__GOVERNANCE__VERDICT__tied:
		return bot_words_print(arena,
		    "It was defeated: no option has more than all others. %s",
		    quorum);
	case STOA__GOVERNANCE__VERDICT__nobody_voted:
		return "It was defeated: nobody voted.";
	case STOA__GOVERNANCE__VERDICT__objected:
		return bot_words_print(arena,
		    "It was stopped by objections: "
		    "%s",
		    objection_words(arena, p));
	case STOA__GOVERNANCE__VERDICT__unopposed:
		return bot_words_print(arena,
		    "It passed because too few objected: %s",
		    objection_words(arena, p));
	case STOA__GOVERNANCE__VERDICT__VERDICT_UNSPECIFIED:
	case _STOA__GOVERNANCE__VERDICT_IS_INT_SIZE:
		break;
	}
	return "";
}

const char *
bot_tallied_verdict(
    struct stoa_arena *arena, const Stoa__Governance__Proposal *p)
{
	return p->tally == NULL || p->rule == NULL ? ""
						   : counted_words(arena, p);
}

const char *
bot_tallied_round(
    struct stoa_arena *arena, const Stoa__Governance__Proposal *p, size_t i)
{
	const Stoa__Governance__Round *round = p->tally->rounds[i];
	struct stoa_buf b;
	const char *words;
	size_t count = 0;

	stoa_buf_init(&b, BOT_FIELD_TEXT_MAX);
	stoa_buf_printf(&b, "Round %zu: ", i + 1);
	for (size_t o = 0; o < round->n_points; o++) {
		if (round->points[o] > 0) {
			stoa_buf_printf(&b, "%s%s %" PRIu64,
			    count++ > 0 ? ", " : "",
			    bot_tallied_option(p, (int64_t)o),
			    round->points[o]);
		}
	}
	if (round->eliminated >= 0) {
		stoa_buf_printf(&b, "; %s is out",
		    bot_tallied_option(p, round->eliminated));
	}
	if (round->exhausted > 0) {
		stoa_buf_printf(&b, "; %s with no choice left",
		    bot_tallied_power(arena, p, round->exhausted));
	}
	words = bot_words_excerpt(arena, stoa_buf_str(&b), 300);
	stoa_buf_fini(&b);
	return words;
}
