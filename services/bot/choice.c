/* choice.c - from what was typed to a ballot, and back to words. */
#include "bot/choice.h"

#include "base/money.h"
#include "bot/limits.h"
#include "bot/motion.h"
#include "bot/words.h"

#include <inttypes.h>
#include <strings.h>

#define FORM(NAME) STOA__GOVERNANCE__FORM__##NAME

struct reading {
	const Stoa__Governance__Proposal *p;
	struct stoa_arena *arena;
	Stoa__Governance__Ballot *ballot;
	struct bot_problem *problem;
};

static Stoa__Governance__Form
form_of(const Stoa__Governance__Proposal *p)
{
	return p->rule == NULL ? FORM(SINGLE) : p->rule->form;
}

static bool
refuse(const struct reading *r, const char *before, struct stoa_str given,
    const char *after)
{
	const char *hint = bot_choice_hint(r->arena, r->p);
	const char *excerpt = bot_problem_excerpt(r->arena, given);

	return bot_problem_fill(r->problem, r->arena,
	    &(struct bot_problem){
		.code = "choice_not_valid",
		.field = "choice",
		.given = excerpt,
		.limit = hint,
		.fix = bot_words_print(r->arena, "give choice as %s", hint),
	    },
	    "%s%s%s", before, excerpt, after);
}

/* ---- options ---- */

static bool
is_alike(const char *name, struct stoa_str text)
{
	return strlen(name) == text.len &&
	       strncasecmp(name, text.data, text.len) == 0;
}

/* 1 to as many as there are. */
static bool
number_read(const Stoa__Governance__Proposal *p, struct stoa_str text,
    uint32_t *ret_option)
{
	int64_t number;

	if (!stoa_str_to_i64(text, &number) || number < 1 ||
	    (uint64_t)number > p->n_options) {
		return false;
	}
	*ret_option = (uint32_t)(number - 1);
	return true;
}

bool
bot_choice_option(const Stoa__Governance__Proposal *p, struct stoa_str text,
    uint32_t *ret_option)
{
	text = stoa_str_trim(text);
	if (text.len > 1 && text.data[0] == '#' &&
	    number_read(p, stoa_str_from(text, 1), ret_option)) {
		return true;
	}
	for (size_t i = 0; i < p->n_options; i++) {
		if (is_alike(p->options[i], text)) {
			*ret_option = (uint32_t)i;
			return true;
		}
	}
	return number_read(p, text, ret_option);
}

static bool
option_add(struct reading *r, struct stoa_str text)
{
	Stoa__Governance__Ballot *b = r->ballot;
	uint32_t option;

	if (!bot_choice_option(r->p, text, &option)) {
		return refuse(
		    r, "there is no option ", stoa_str_trim(text), "");
	}
	for (size_t i = 0; i < b->n_options; i++) {
		if (b->options[i] == option) {
			return refuse(r, "the option ", stoa_str_trim(text),
			    " stands there twice");
		}
	}
	stoa_assert(b->n_options < TALLY_OPTIONS_MAX);
	b->options[b->n_options++] = option;
	return true;
}

/* ---- the forms ---- */

static bool
list_read(struct reading *r, struct stoa_str text, const char *separators)
{
	size_t at = 0;

	for (size_t i = 0; i <= text.len; i++) {
		if (i < text.len && strchr(separators, text.data[i]) == NULL) {
			continue;
		}
		if (!option_add(r, (struct stoa_str){text.data + at, i - at})) {
			return false;
		}
		at = i + 1;
	}
	return true;
}

/* Percent with two decimals as basis points, or whole votes. */
static bool
amount_read(const struct reading *r, struct stoa_str text, uint32_t *ret_amount)
{
	struct stoa_money money;
	int64_t votes;

	if (form_of(r->p) == FORM(QUADRATIC)) {
		if (!stoa_str_to_i64(text, &votes) || votes < 1 ||
		    votes > TALLY_VOTES_MAX) {
			return false;
		}
		*ret_amount = (uint32_t)votes;
		return true;
	}
	if (text.len > 0 && text.data[text.len - 1] == '%') {
		text.len--;
	}
	if (!stoa_money_parse(text, &money) || money.micro <= 0 ||
	    money.micro > 100 * STOA_MICRO_PER_JOY || money.micro % 10000) {
		return false;
	}
	*ret_amount = (uint32_t)(money.micro / 10000);
	return true;
}

/* The next word as it stands. */
static struct stoa_str
word_cut(struct stoa_str *rest)
{
	struct stoa_str text = stoa_str_trim(*rest);
	size_t len = 0;

	while (len < text.len && strchr(" \t\n,;", text.data[len]) == NULL) {
		len++;
	}
	*rest = stoa_str_from(text, len);
	while (rest->len > 0 && strchr(" \t\n,;", rest->data[0]) != NULL) {
		*rest = stoa_str_from(*rest, 1);
	}
	return (struct stoa_str){text.data, len};
}

/* Words up to a number are an option's name; the number is its amount. A name
 * may itself hold numbers: it ends where what was read is an option. */
static bool
amounts_read(struct reading *r, struct stoa_str text)
{
	Stoa__Governance__Ballot *b = r->ballot;
	struct stoa_str rest = text;

	while (stoa_str_trim(rest).len > 0) {
		struct stoa_str start = stoa_str_trim(rest);
		struct stoa_str word = word_cut(&rest), name = word;
		uint32_t ignored, amount = 0;
		bool is_done = false;

		while (!is_done && rest.len > 0) {
			word = word_cut(&rest);
			is_done = bot_choice_option(r->p, name, &ignored) &&
				  amount_read(r, word, &amount);
			if (!is_done) {
				name = (struct stoa_str){
				    start.data, (size_t)(word.data + word.len -
							 start.data)};
			}
		}
		if (!is_done) {
			return refuse(r, "", name, " has no option and amount");
		}
		if (!option_add(r, name)) {
			return false;
		}
		b->amounts[b->n_amounts++] = amount;
	}
	return b->n_options > 0 || refuse(r, "there is no option", text, "");
}

static bool
shares_check(struct reading *r)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < r->ballot->n_amounts; i++) {
		sum += r->ballot->amounts[i];
	}
	if (sum == TALLY_BP) {
		return true;
	}
	(void)refuse(r, "the shares do not make up 100 %", STOA_STR(""), "");
	r->problem->limit = "100 % together";
	r->problem->fix =
	    bot_words_print(r->arena, "they make %s: give or take the rest",
		bot_motion_share(r->arena, sum));
	return false;
}

static bool
form_read(struct reading *r, struct stoa_str text)
{
	switch (form_of(r->p)) {
	case FORM(APPROVAL):
		return list_read(r, text, ",;");
	case FORM(RANKED):
		return list_read(r, text, ">,");
	case FORM(SPLIT):
		return amounts_read(r, text) && shares_check(r);
	case FORM(QUADRATIC):
		return amounts_read(r, text);
	case FORM(SINGLE):
	case FORM(FORM_UNSPECIFIED):
	case _STOA__GOVERNANCE__FORM_IS_INT_SIZE:
		break;
	}
	return option_add(r, text);
}

bool
bot_choice_read(struct stoa_str text, const Stoa__Governance__Proposal *p,
    struct stoa_arena *arena, Stoa__Governance__Ballot **ret_ballot,
    struct bot_problem *ret_problem)
{
	struct reading r = {.p = p,
	    .arena = arena,
	    .ballot = stoa_arena_alloc(arena, sizeof(*r.ballot)),
	    .problem = ret_problem};
	uint32_t ignored;

	text = stoa_str_trim(text);
	*ret_ballot = r.ballot;
	if (r.ballot == NULL) {
		return true; /* the arena tells */
	}
	stoa__governance__ballot__init(r.ballot);
	r.ballot->options =
	    stoa_arena_alloc_array(arena, TALLY_OPTIONS_MAX, sizeof(uint32_t));
	r.ballot->amounts =
	    stoa_arena_alloc_array(arena, TALLY_OPTIONS_MAX, sizeof(uint32_t));
	if (r.ballot->options == NULL || r.ballot->amounts == NULL) {
		return true;
	}
	if (is_alike("abstain", text) &&
	    !bot_choice_option(p, text, &ignored)) {
		r.ballot->is_abstention = true;
		return true;
	}
	/* An option whose name holds a separator can stand alone. */
	if ((form_of(p) == FORM(APPROVAL) || form_of(p) == FORM(RANKED)) &&
	    bot_choice_option(p, text, &ignored)) {
		return option_add(&r, text);
	}
	return form_read(&r, text);
}

/* ---- words ---- */

static void
option_print(struct stoa_buf *out, struct stoa_arena *arena,
    const Stoa__Governance__Proposal *p, const Stoa__Governance__Ballot *b,
    size_t i)
{
	const char *name =
	    b->options[i] < p->n_options ? p->options[b->options[i]] : "?";

	stoa_buf_add_text(out, name);
	if (i >= b->n_amounts) {
		return;
	}
	if (form_of(p) == FORM(SPLIT)) {
		stoa_buf_printf(
		    out, " %s", bot_motion_share(arena, b->amounts[i]));
	} else {
		stoa_buf_printf(out, " with %" PRIu32 " vote%s", b->amounts[i],
		    b->amounts[i] == 1 ? "" : "s");
	}
}

const char *
bot_choice_words(struct stoa_arena *arena, const Stoa__Governance__Proposal *p,
    const Stoa__Governance__Ballot *b)
{
	struct stoa_buf out;
	const char *words;

	if (b->is_abstention) {
		return "abstain";
	}
	stoa_buf_init(&out, BOT_CARD_TEXT_MAX);
	for (size_t i = 0; i < b->n_options; i++) {
		stoa_buf_add_text(&out, i == 0			     ? ""
					: form_of(p) == FORM(RANKED) ? " > "
								     : ", ");
		option_print(&out, arena, p, b, i);
	}
	words =
	    bot_words_excerpt(arena, stoa_buf_str(&out), BOT_FIELD_TEXT_MAX);
	stoa_buf_fini(&out);
	return words;
}

uint64_t
bot_choice_cost(
    const Stoa__Governance__Proposal *p, const Stoa__Governance__Ballot *b)
{
	uint64_t cost = 0;

	for (size_t i = 0; form_of(p) == FORM(QUADRATIC) && i < b->n_amounts;
	     i++) {
		cost += (uint64_t)b->amounts[i] * b->amounts[i];
	}
	return cost;
}

/* As it can be typed beside others: its number, if its name would be parted. */
static const char *
name_of(struct stoa_arena *arena, const Stoa__Governance__Proposal *p, size_t i)
{
	bool has_list =
	    form_of(p) == FORM(APPROVAL) || form_of(p) == FORM(RANKED);

	if (i >= p->n_options || p->options[i][0] == '#' ||
	    (has_list && strpbrk(p->options[i], ",;>") != NULL)) {
		return bot_words_print(arena, "#%zu", i + 1);
	}
	return p->options[i];
}

const char *
bot_choice_typed(struct stoa_arena *arena, const Stoa__Governance__Proposal *p,
    const Stoa__Governance__Ballot *b)
{
	const char *typed = b->is_abstention ? "abstain" : "";

	for (size_t i = 0; i < b->n_options; i++) {
		typed = bot_words_print(arena, "%s%s%s", typed,
		    i == 0			 ? ""
		    : form_of(p) == FORM(RANKED) ? " > "
						 : ", ",
		    name_of(arena, p, b->options[i]));
	}
	return typed;
}

const char *
bot_choice_hint(struct stoa_arena *arena, const Stoa__Governance__Proposal *p)
{
	const char *first = name_of(arena, p, 0);
	const char *second = name_of(arena, p, 1);

	switch (form_of(p)) {
	case FORM(APPROVAL):
		return bot_words_print(arena, "%s, %s", first, second);
	case FORM(RANKED):
		return bot_words_print(arena, "%s > %s", second, first);
	case FORM(SPLIT):
		return bot_words_print(arena, "%s 60 %s 40", first, second);
	case FORM(QUADRATIC):
		return bot_words_print(arena, "%s 3 %s 1", first, second);
	case FORM(SINGLE):
	case FORM(FORM_UNSPECIFIED):
	case _STOA__GOVERNANCE__FORM_IS_INT_SIZE:
		break;
	}
	return p->n_options == 2
		   ? bot_words_print(arena, "%s, %s or abstain", first, second)
		   : bot_words_print(arena,
			 "an option's name or number, 1 to %zu, or abstain",
			 p->n_options);
}
