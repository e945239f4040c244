/* defaults.c - what a community begins with. It may change all of it by a
 * PARAMETER proposal; an operator may scale the durations (see main.c). */
#include "governance/state.h"

#define HOUR (3600 * STOA_US_PER_S)
#define DAY  STOA_US_PER_DAY

#define FORM(NAME)  STOA__GOVERNANCE__FORM__##NAME
#define POWER(NAME) STOA__GOVERNANCE__POWER__##NAME
#define ROLE(NAME)  STOA__ACCOUNTS__ROLE__##NAME

struct built_in {
	const char *type, *text;
	Stoa__Governance__Form form;
	Stoa__Governance__Power power;
	uint32_t quorum_bp, threshold_bp;
	int64_t voting_us, extension_us, timelock_us;
	uint32_t sponsors;
	int64_t deposit_micro;
	const char *actions[4];
	uint32_t objection_bp;
};

static const struct built_in built_in[] = {
    {"FEATURE_REQUEST", "What the community should build or change next.",
	FORM(SINGLE), POWER(PER_MEMBER), 500, 5000, 3 * DAY, 6 * HOUR, 0, 0, 0,
	{NULL}, 0},
    {"MODEL_APPROVAL", "A trained model becomes the community's own.",
	FORM(SINGLE), POWER(PER_MEMBER), 1000, 5000, 3 * DAY, 12 * HOUR,
	1 * DAY, 0, 0, {"approve_model", NULL}, 0},
    {"FINE_TUNE", "Which training the treasury pays for; intensity counts.",
	FORM(QUADRATIC), POWER(PER_MEMBER), 1000, 5000, 5 * DAY, 12 * HOUR,
	12 * HOUR, 0, 0, {"fine_tune", NULL}, 0},
    {"ETHICS", "What models may and may not be used for.", FORM(SINGLE),
	POWER(PER_MEMBER), 2000, 6667, 7 * DAY, 1 * DAY, 0, 1, 0,
	{"takedown_model", "restore_model", NULL}, 0},
    {"PARAMETER", "Settings of the community, and these rules themselves.",
	FORM(SINGLE), POWER(PER_MEMBER), 1500, 6000, 5 * DAY, 1 * DAY, 2 * DAY,
	1, 0, {"parameter", "rule", "charter", "retire_rule"}, 0},
    {"TREASURY", "Payments from the treasury.", FORM(SINGLE), POWER(PER_MEMBER),
	1500, 5000, 5 * DAY, 1 * DAY, 2 * DAY, 1, 0, {"transfer", NULL}, 0},
    {"MEMBERSHIP", "Roles of members; passes unless enough object.",
	FORM(SINGLE), POWER(PER_MEMBER), 0, 5000, 3 * DAY, 0, 12 * HOUR, 1, 0,
	{"role", NULL}, 1000},
    {"TEXT", "An opinion of the community; ranked, if there are options.",
	FORM(RANKED), POWER(PER_MEMBER), 500, 5000, 3 * DAY, 6 * HOUR, 0, 0, 0,
	{NULL}, 0},
};

static Stoa__Governance__Rule *
rule_make(const struct built_in *b, struct stoa_arena *arena)
{
	Stoa__Governance__Rule *r = stoa_arena_alloc(arena, sizeof(*r));
	size_t count = 0;

	stoa_assert(r != NULL);
	stoa__governance__rule__init(r);
	r->type = (char *)(uintptr_t)b->type;
	r->text = (char *)(uintptr_t)b->text;
	r->form = b->form;
	r->power = b->power;
	r->quorum_bp = b->quorum_bp;
	r->threshold_bp = b->threshold_bp;
	r->voting_us = b->voting_us;
	r->extension_us = b->extension_us;
	r->timelock_us = b->timelock_us;
	r->propose_role = ROLE(MEMBER);
	r->sponsors = b->sponsors;
	r->deposit_micro = b->deposit_micro;
	r->objection_bp = b->objection_bp;
	while (count < STOA_COUNT(b->actions) && b->actions[count] != NULL) {
		count++;
	}
	r->actions =
	    stoa_arena_dup(arena, b->actions, count * sizeof(b->actions[0]));
	r->n_actions = count;
	return r;
}

void
governance_defaults(
    struct stoa_arena *arena, Stoa__Governance__FoundRequest *out)
{
	Stoa__Governance__Charter *charter =
	    stoa_arena_alloc(arena, sizeof(*charter));

	stoa__governance__found_request__init(out);
	out->rules = stoa_arena_alloc_array(
	    arena, STOA_COUNT(built_in), sizeof(out->rules[0]));
	stoa_assert(charter != NULL && out->rules != NULL);
	stoa__governance__charter__init(charter);
	charter->round_us = 30 * DAY;
	charter->credits = 100;
	charter->draft_us = 14 * DAY;
	charter->reminder_us = GOVERNANCE_REMINDER_US;
	charter->last_reminder_us = GOVERNANCE_LAST_REMINDER_US;
	out->charter = charter;
	for (size_t i = 0; i < STOA_COUNT(built_in); i++) {
		out->rules[out->n_rules++] = rule_make(&built_in[i], arena);
	}
}
