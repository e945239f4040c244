/* rules.c - what holds for each type of proposal, and for all of them. */
#include "governance/state.h"

#include <stdlib.h>

const Stoa__Governance__Rule *
rule_get(const struct governance *s, const char *type)
{
	return stoa_map_get(&s->rules, stoa_str_of(type));
}

const Stoa__Governance__Rule *
rule_of(const struct governance *s, const struct proposal *p)
{
	return p->rule != NULL ? p->rule : rule_get(s, p->said->type);
}

void
refuse_no_type(
    const struct governance *s, const char *type, struct stoa_decision *d)
{
	const char *names[GOVERNANCE_RULES_MAX];
	const char *near;
	size_t count = 0;

	STOA_MAP_EACH(&s->rules, entry)
	{
		if (count < GOVERNANCE_RULES_MAX) {
			names[count++] = entry->key.data;
		}
	}
	near = stoa_str_suggest(stoa_str_of(type), names, count);
	REFUSE(d, no_such_type, type, near == NULL ? "" : near);
}

/* ---- checks ---- */

static bool
refuse_rule(struct stoa_decision *d, const char *field, int64_t limit)
{
	REFUSE(d, rule_not_valid, field, stoa_decide_number(d, limit));
	return false;
}

static bool
type_is_valid(const char *type)
{
	size_t len = strlen(type);

	if (len < 2 || len > GOVERNANCE_TYPE_MAX || type[0] < 'A' ||
	    type[0] > 'Z') {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		if (!((type[i] >= 'A' && type[i] <= 'Z') ||
			(type[i] >= '0' && type[i] <= '9') || type[i] == '_')) {
			return false;
		}
	}
	return true;
}

static bool
durations_check(const Stoa__Governance__Rule *r, struct stoa_decision *d)
{
	const struct {
		const char *name;
		int64_t us, least;
	} all[] = {{"review_us", r->review_us, 0},
	    {"voting_us", r->voting_us, 1},
	    {"extension_us", r->extension_us, 0},
	    {"timelock_us", r->timelock_us, 0}, {"reveal_us", r->reveal_us, 0}};

	for (size_t i = 0; i < STOA_COUNT(all); i++) {
		if (all[i].us < all[i].least ||
		    all[i].us > GOVERNANCE_DURATION_MAX) {
			return refuse_rule(
			    d, all[i].name, GOVERNANCE_DURATION_MAX);
		}
	}
	/* The end may move once, by less than the vote takes. */
	return r->extension_us <= r->voting_us ||
	       refuse_rule(d, "extension_us", r->voting_us);
}

static bool
shares_check(const Stoa__Governance__Rule *r, struct stoa_decision *d)
{
	if (r->quorum_bp > 10000) {
		return refuse_rule(d, "quorum_bp", 10000);
	}
	/* More than all can never be. */
	if (r->threshold_bp > 9999) {
		return refuse_rule(d, "threshold_bp", 9999);
	}
	return r->objection_bp <= 10000 ||
	       refuse_rule(d, "objection_bp", 10000);
}

static bool
role_is_known(Stoa__Accounts__Role role)
{
	return protobuf_c_enum_descriptor_get_value(
		   &stoa__accounts__role__descriptor, (int)role) != NULL;
}

static bool
voters_check(const Stoa__Governance__Rule *r, struct stoa_decision *d)
{
	const Stoa__Governance__Eligibility *v = r->voters;

	if (!role_is_known(r->propose_role)) {
		return refuse_rule(d, "propose_role", 0);
	}
	if (v == NULL) {
		return true;
	}
	if (!role_is_known(v->role)) {
		return refuse_rule(d, "voters.role", 0);
	}
	if (v->age_us < 0 || v->age_us > 10 * GOVERNANCE_DURATION_MAX) {
		return refuse_rule(
		    d, "voters.age_us", 10 * GOVERNANCE_DURATION_MAX);
	}
	if (v->stake < 0 || v->stake > GOVERNANCE_STAKE_MAX) {
		return refuse_rule(d, "voters.stake", GOVERNANCE_STAKE_MAX);
	}
	return stoa_text_is_line(v->platform_role, 0, 64) ||
	       refuse_rule(d, "voters.platform_role", 64);
}

/* Rules change by PARAMETER proposals and by no others, and that cannot be
 * voted away. */
static bool
actions_check(const Stoa__Governance__Rule *r, struct stoa_decision *d)
{
	bool is_parameter = strcmp(r->type, "PARAMETER") == 0;
	bool has_rule = false;

	for (size_t i = 0; i < r->n_actions; i++) {
		const char *name = r->actions[i];
		bool is_of_rules = strcmp(name, "charter") == 0 ||
				   strcmp(name, "retire_rule") == 0 ||
				   strcmp(name, "rule") == 0;

		has_rule |= strcmp(name, "rule") == 0;
		if (!action_name_is_known(name) ||
		    (is_of_rules && !is_parameter)) {
			return refuse_rule(d, "actions", (int64_t)i);
		}
	}
	return has_rule == is_parameter || refuse_rule(d, "actions", 0);
}

bool
rules_check_rule(const Stoa__Governance__Rule *r, struct stoa_decision *d)
{
	if (!type_is_valid(r->type)) {
		return refuse_rule(d, "type", GOVERNANCE_TYPE_MAX);
	}
	if (!stoa_text_is_line(r->text, 0, GOVERNANCE_RULE_TEXT_MAX)) {
		return refuse_rule(d, "text", GOVERNANCE_RULE_TEXT_MAX);
	}
	if (r->form < STOA__GOVERNANCE__FORM__SINGLE ||
	    r->form > STOA__GOVERNANCE__FORM__QUADRATIC) {
		return refuse_rule(d, "form", 0);
	}
	if (r->power != STOA__GOVERNANCE__POWER__PER_MEMBER &&
	    (r->power != STOA__GOVERNANCE__POWER__PER_TOKEN ||
		r->form == STOA__GOVERNANCE__FORM__QUADRATIC)) {
		return refuse_rule(d, "power", 0);
	}
	if (r->sponsors > GOVERNANCE_SPONSORS_MAX) {
		return refuse_rule(d, "sponsors", GOVERNANCE_SPONSORS_MAX);
	}
	if (r->deposit_micro < 0 || r->deposit_micro > GOVERNANCE_AMOUNT_MAX) {
		return refuse_rule(d, "deposit_micro", GOVERNANCE_AMOUNT_MAX);
	}
	return actions_check(r, d) && durations_check(r, d) &&
	       shares_check(r, d) && voters_check(r, d);
}

bool
rules_check_charter(
    const Stoa__Governance__Charter *charter, struct stoa_decision *d)
{
	if (charter->round_us < STOA_US_PER_S ||
	    charter->round_us > GOVERNANCE_DURATION_MAX) {
		return refuse_rule(d, "round_us", GOVERNANCE_DURATION_MAX);
	}
	if (charter->credits < 1 || charter->credits > GOVERNANCE_CREDITS_MAX) {
		return refuse_rule(d, "credits", GOVERNANCE_CREDITS_MAX);
	}
	if (charter->guardian_until_us < 0) {
		return refuse_rule(d, "guardian_until_us", 0);
	}
	if (charter->draft_us < STOA_US_PER_S ||
	    charter->draft_us > GOVERNANCE_DURATION_MAX) {
		return refuse_rule(d, "draft_us", GOVERNANCE_DURATION_MAX);
	}
	if (charter->reminder_us < 0 ||
	    charter->reminder_us > GOVERNANCE_DURATION_MAX) {
		return refuse_rule(d, "reminder_us", GOVERNANCE_DURATION_MAX);
	}
	if (charter->last_reminder_us < 0 ||
	    charter->last_reminder_us > GOVERNANCE_DURATION_MAX) {
		return refuse_rule(
		    d, "last_reminder_us", GOVERNANCE_DURATION_MAX);
	}
	return true;
}

void
rules_decide_found(const struct governance *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Governance__FoundRequest *in =
	    (const Stoa__Governance__FoundRequest *)c->request;
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__Founded founded = STOA__GOVERNANCE__FOUNDED__INIT;

	if (s->is_founded) {
		return; /* done already */
	}
	if (in->charter == NULL || in->n_rules == 0 ||
	    in->n_rules > GOVERNANCE_RULES_MAX) {
		refuse_rule(d, "rules", GOVERNANCE_RULES_MAX);
		return;
	}
	if (!rules_check_charter(in->charter, d)) {
		return;
	}
	for (size_t i = 0; i < in->n_rules; i++) {
		if (!rules_check_rule(in->rules[i], d)) {
			return;
		}
	}
	founded.charter = in->charter;
	founded.rules = in->rules;
	founded.n_rules = in->n_rules;
	event.kind_case = EVENT_KIND(FOUNDED);
	event.founded = &founded;
	stoa_decide_event(d, &event.base);
}

/* ---- apply ---- */

static void
rule_put(struct governance *s, const Stoa__Governance__Rule *rule)
{
	Stoa__Governance__Rule *kept = stoa_keep(&rule->base);

	stoa_keep_free(stoa_map_put(&s->rules, stoa_str_of(kept->type), kept));
}

void
rules_apply_charter(struct governance *s, const Stoa__Governance__CharterSet *e)
{
	stoa_keep_free(s->charter);
	s->charter = stoa_keep(&e->charter->base);
	s->charter_count++;
	due_refresh(s);
}

void
rules_apply_founded(struct governance *s, const Stoa__Governance__Founded *e)
{
	Stoa__Governance__CharterSet set = STOA__GOVERNANCE__CHARTER_SET__INIT;

	set.charter = e->charter;
	rules_apply_charter(s, &set);
	for (size_t i = 0; i < e->n_rules; i++) {
		rule_put(s, e->rules[i]);
	}
	s->is_founded = true;
}

void
rules_apply_set(struct governance *s, const Stoa__Governance__RuleSet *e)
{
	rule_put(s, e->rule);
	due_refresh(s);
}

void
rules_apply_retired(
    struct governance *s, const Stoa__Governance__RuleRetired *e)
{
	stoa_keep_free(stoa_map_remove(&s->rules, stoa_str_of(e->type)));
	due_refresh(s);
}
