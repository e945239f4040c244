/* tally_tool.c - counting as a program, for other judges than ours.
 *
 * Reads polls, one after the other, a line each thing:
 *
 *   poll FORM OPTION_COUNT REJECT              REJECT "-": none
 *   ballot POWER CREDITS ABSTAINS OPTIONS AMOUNTS
 *   delegated POWER CREDITS                    the ballot before it, again
 *   count THRESHOLD_BP QUORUM_BP OBJECTION_BP ELIGIBLE
 *
 * ABSTAINS is 0 or 1, lists are "2,0,1" or "-". CREDITS are for quadratic
 * ballots, and so is the line delegated: for a delegator with these credits.
 * A ballot is answered by "ok", or by fault, found, limit; a delegated one by
 * its options and amounts or by "nothing"; what is refused is not counted.
 * count is answered by the result in one line. Status 1: not such a line. */
#include "governance/tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX ((size_t)64)
#define LINE_SIZE   4096

static struct {
	struct tally *tally;
	enum ballot_form form;
	uint32_t option_count, reject;
	bool has_ballot; /* one that was counted */
	struct ballot ballot;
	uint32_t options[ENTRIES_MAX], amounts[ENTRIES_MAX];
} tool;

/* ---- words of a line ---- */

static bool
number_of(const char *word, uint64_t *ret_number)
{
	char *end;

	if (word == NULL || *word == '\0' || *word == '-') {
		return false;
	}
	*ret_number = strtoull(word, &end, 10);
	return *end == '\0';
}

static bool
next_number(char **rest, uint64_t max, uint64_t *ret_number)
{
	return number_of(strtok_r(NULL, " ", rest), ret_number) &&
	       *ret_number <= max;
}

static bool
next_list(char **rest, uint32_t list[static ENTRIES_MAX], size_t *ret_count)
{
	char *word = strtok_r(NULL, " ", rest);
	char *save = NULL;

	*ret_count = 0;
	if (word == NULL || strcmp(word, "-") == 0) {
		return word != NULL;
	}
	for (char *at = strtok_r(word, ",", &save); at != NULL;
	     at = strtok_r(NULL, ",", &save)) {
		uint64_t number;

		if (!number_of(at, &number) || number > UINT32_MAX ||
		    *ret_count == ENTRIES_MAX) {
			return false;
		}
		list[(*ret_count)++] = (uint32_t)number;
	}
	return true;
}

/* ---- answers ---- */

static void
print_u32s(const uint32_t *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		printf("%s%" PRIu32, i == 0 ? " " : ",", list[i]);
	}
}

static void
print_points(const uint64_t *points)
{
	for (uint32_t o = 0; o < tool.option_count; o++) {
		printf("%s%" PRIu64, o == 0 ? "" : ",", points[o]);
	}
}

static void
print_option(uint32_t option)
{
	if (option == TALLY_NO_OPTION) {
		printf("-");
	} else {
		printf("%" PRIu32, option);
	}
}

static void
print_result(const struct tally_result *r)
{
	printf("result %s winner ", tally_outcome_name(r->outcome));
	print_option(r->winner);
	printf(" scale %" PRIu64 " abstain %" PRIu64 " voted %" PRIu64
	       " helping %" PRIu64 " basis %" PRIu64 " points ",
	    r->scale, r->abstain, r->voted, r->helping, r->basis);
	print_points(r->points);
	for (uint32_t i = 0; i < r->round_count; i++) {
		printf(" round ");
		print_points(r->rounds[i].points);
		printf(" exhausted %" PRIu64 " eliminated ",
		    r->rounds[i].exhausted);
		print_option(r->rounds[i].eliminated);
	}
}

static bool
refused(const struct ballot_problem *p)
{
	printf("%s %" PRIu64 " %" PRIu64 "\n", ballot_fault_name(p->fault),
	    p->found, p->limit);
	return true;
}

/* ---- lines; false: malformed ---- */

static bool
poll(char **rest)
{
	const char *form = strtok_r(NULL, " ", rest);
	uint64_t count, reject = TALLY_NO_OPTION;
	const char *word;
	int f = 0;

	while (form != NULL && f < BALLOT_FORM_COUNT &&
	       strcmp(form, ballot_form_name((enum ballot_form)f)) != 0) {
		f++;
	}
	if (form == NULL || f == BALLOT_FORM_COUNT ||
	    !next_number(rest, TALLY_OPTIONS_MAX, &count) ||
	    count < TALLY_OPTIONS_MIN) {
		return false;
	}
	word = strtok_r(NULL, " ", rest);
	if (word == NULL ||
	    (strcmp(word, "-") != 0 &&
		(!number_of(word, &reject) || reject >= count))) {
		return false;
	}
	tally_free(tool.tally);
	tool.form = (enum ballot_form)f;
	tool.option_count = (uint32_t)count;
	tool.reject = (uint32_t)reject;
	tool.has_ballot = false;
	tool.tally = tally_new(tool.form, tool.option_count, tool.reject);
	return true;
}

static bool
ballot(char **rest)
{
	struct ballot_problem problem;
	uint64_t power, credits, abstains;

	tool.has_ballot = false;
	tool.ballot =
	    (struct ballot){.options = tool.options, .amounts = tool.amounts};
	if (tool.tally == NULL || !next_number(rest, UINT64_MAX, &power) ||
	    !next_number(rest, UINT64_MAX, &credits) ||
	    !next_number(rest, 1, &abstains) ||
	    !next_list(rest, tool.options, &tool.ballot.option_count) ||
	    !next_list(rest, tool.amounts, &tool.ballot.amount_count)) {
		return false;
	}
	tool.ballot.is_abstain = abstains == 1;
	if (!ballot_check(
		tool.form, tool.option_count, &tool.ballot, &problem)) {
		return refused(&problem);
	}
	if (tool.form == BALLOT_QUADRATIC &&
	    !ballot_check_credits(&tool.ballot, credits, &problem)) {
		return refused(&problem);
	}
	tool.has_ballot = true;
	tally_add(tool.tally, &tool.ballot, power);
	printf("ok\n");
	return true;
}

static bool
delegated(char **rest)
{
	struct ballot_room room;
	struct ballot scaled;
	uint64_t power, credits;

	if (!tool.has_ballot || tool.form != BALLOT_QUADRATIC ||
	    !next_number(rest, UINT64_MAX, &power) ||
	    !next_number(rest, UINT64_MAX, &credits)) {
		return false;
	}
	if (!ballot_scale(&tool.ballot, credits, &room, &scaled)) {
		printf("nothing\n");
		return true;
	}
	tally_add(tool.tally, &scaled, power);
	printf("scaled");
	print_u32s(scaled.options, scaled.option_count);
	print_u32s(scaled.amounts, scaled.amount_count);
	printf("\n");
	return true;
}

static bool
count(char **rest)
{
	uint64_t threshold, quorum, objection, eligible;
	struct tally_result r;

	if (tool.tally == NULL || !next_number(rest, TALLY_BP, &threshold) ||
	    !next_number(rest, TALLY_BP, &quorum) ||
	    !next_number(rest, TALLY_BP, &objection) ||
	    !next_number(rest, UINT64_MAX, &eligible)) {
		return false;
	}
	tally_result(tool.tally, &r);
	print_result(&r);
	printf(" passes %d quorum %d objected ",
	    tally_passes(&r, (uint32_t)threshold, tool.reject),
	    tally_has_quorum(&r, (uint32_t)quorum, eligible));
	if (tool.reject == TALLY_NO_OPTION) {
		printf("-\n");
	} else {
		printf("%d\n", tally_is_objected(&r, (uint32_t)objection,
				   eligible, tool.reject));
	}
	return fflush(stdout) == 0;
}

static bool
take(char *line)
{
	static const struct {
		const char *name;
		bool (*take)(char **rest);
	} kinds[] = {
	    {"ballot", ballot},
	    {"delegated", delegated},
	    {"poll", poll},
	    {"count", count},
	};
	char *rest = NULL;
	const char *name = strtok_r(line, " ", &rest);

	for (size_t i = 0; name != NULL && i < STOA_COUNT(kinds); i++) {
		if (strcmp(name, kinds[i].name) == 0) {
			return kinds[i].take(&rest);
		}
	}
	return false;
}

int
main(void)
{
	char line[LINE_SIZE];
	bool ok = true;

	while (ok && fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		ok = take(line);
	}
	tally_free(tool.tally);
	if (!ok) {
		fprintf(stderr, "tally_tool: not a line of a poll\n");
	}
	return ok ? 0 : 1;
}
