/* actions.c - what a proposal may do once it is accepted. */
#include "base/id.h"
#include "governance/state.h"

#include <stdlib.h>

#define ACTION(KIND) STOA__GOVERNANCE__ACTION__KIND_##KIND

/* Their names are those of the fields of the message. */
const char *
action_name(const Stoa__Governance__Action *a)
{
	const ProtobufCFieldDescriptor *field =
	    protobuf_c_message_descriptor_get_field(
		&stoa__governance__action__descriptor, (unsigned)a->kind_case);

	return field == NULL ? "" : field->name;
}

bool
action_name_is_known(const char *name)
{
	const ProtobufCFieldDescriptor *field =
	    protobuf_c_message_descriptor_get_field_by_name(
		&stoa__governance__action__descriptor, name);

	return field != NULL &&
	       (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

/* ---- checks ---- */

static bool
refuse_action(struct stoa_decision *d, const Stoa__Governance__Action *a,
    const char *field, int64_t limit)
{
	REFUSE(d, action_not_valid, action_name(a), field,
	    stoa_decide_number(d, limit));
	return false;
}

static bool
payment_check(const Stoa__Governance__Action *a, struct stoa_decision *d)
{
	const Stoa__Governance__Payment *p = a->transfer;

	if (!stoa_id_is_valid('u', stoa_str_of(p->to))) {
		return refuse_action(d, a, "to", 0);
	}
	if (p->amount_micro < 1 || p->amount_micro > GOVERNANCE_AMOUNT_MAX) {
		return refuse_action(
		    d, a, "amount_micro", GOVERNANCE_AMOUNT_MAX);
	}
	return stoa_text_is_line(p->memo, 0, GOVERNANCE_MEMO_MAX) ||
	       refuse_action(d, a, "memo", GOVERNANCE_MEMO_MAX);
}

/* A role that a vote may give: nobody becomes an owner by surprise, and
 * nobody is left without a role. */
static bool
role_check(const Stoa__Governance__Action *a, struct stoa_decision *d)
{
	if (!stoa_id_is_valid('u', stoa_str_of(a->role->member))) {
		return refuse_action(d, a, "member", 0);
	}
	return (a->role->role >= STOA__ACCOUNTS__ROLE__MEMBER &&
		   a->role->role <= STOA__ACCOUNTS__ROLE__OWNER) ||
	       refuse_action(d, a, "role", STOA__ACCOUNTS__ROLE__OWNER);
}

static bool
content_check(const struct governance *s, const Stoa__Governance__Action *a,
    struct stoa_decision *d)
{
	switch (a->kind_case) {
	case ACTION(APPROVE_MODEL):
		return (stoa_id_is_valid(
			    'm', stoa_str_of(a->approve_model->model)) ||
			   refuse_action(d, a, "model", 0)) &&
		       ((a->approve_model->price_micro >= 0 &&
			    a->approve_model->price_micro <=
				GOVERNANCE_AMOUNT_MAX) ||
			   refuse_action(
			       d, a, "price_micro", GOVERNANCE_AMOUNT_MAX));
	case ACTION(PARAMETER):
		/* accounts itself says what it takes. */
		return a->parameter->kind_case !=
			   STOA__ACCOUNTS__SETTING__KIND__NOT_SET ||
		       refuse_action(d, a, "parameter", 0);
	case ACTION(TRANSFER):
		return payment_check(a, d);
	case ACTION(ROLE):
		return role_check(a, d);
	case ACTION(FINE_TUNE):
		return (stoa_text_is_line(a->fine_tune->dataset, 1, 128) &&
			   a->fine_tune->max_spend_micro >= 0) ||
		       refuse_action(d, a, "dataset", 128);
	case ACTION(RULE):
		return (rule_get(s, a->rule->type) != NULL ||
			   s->rules.count < GOVERNANCE_RULES_MAX ||
			   refuse_action(d, a, "rule", GOVERNANCE_RULES_MAX)) &&
		       rules_check_rule(a->rule, d);
	case ACTION(CHARTER):
		return rules_check_charter(a->charter, d);
	case ACTION(TAKEDOWN_MODEL):
		return stoa_id_is_valid('m', stoa_str_of(a->takedown_model)) ||
		       refuse_action(d, a, "model", 0);
	case ACTION(RESTORE_MODEL):
		return stoa_id_is_valid('m', stoa_str_of(a->restore_model)) ||
		       refuse_action(d, a, "model", 0);
	case ACTION(RETIRE_RULE):
		/* The one by which rules change must stay. */
		return (rule_get(s, a->retire_rule) != NULL &&
			   strcmp(a->retire_rule, "PARAMETER") != 0) ||
		       refuse_action(d, a, "retire_rule", 0);
	case ACTION(_NOT_SET):
	case _STOA__GOVERNANCE__ACTION__KIND__CASE_IS_INT_SIZE:
		break;
	}
	return refuse_action(d, a, "kind", 0);
}

bool
action_check(const struct governance *s, const Stoa__Governance__Action *a,
    size_t option_count, int32_t reject, const Stoa__Governance__Rule *rule,
    struct stoa_decision *d)
{
	const char *name = action_name(a);
	bool is_allowed = false;

	for (size_t i = 0; i < rule->n_actions; i++) {
		is_allowed |= strcmp(rule->actions[i], name) == 0;
	}
	if (!is_allowed) {
		REFUSE(d, action_not_allowed, name, rule->type);
		return false;
	}
	if (a->option >= option_count || (int32_t)a->option == reject) {
		return refuse_action(d, a, "option", (int64_t)option_count - 1);
	}
	return content_check(s, a, d);
}

/* ---- which, and by whom ---- */

bool
action_is_own(const Stoa__Governance__Action *a)
{
	return a->kind_case == ACTION(RULE) ||
	       a->kind_case == ACTION(CHARTER) ||
	       a->kind_case == ACTION(RETIRE_RULE);
}

bool
action_applies(const struct proposal *p, size_t i)
{
	int32_t decided = 0; /* unopposed: the first option */

	if (p->closed == NULL) {
		return false;
	}
	if (p->closed->verdict == STOA__GOVERNANCE__VERDICT__passed) {
		decided = p->closed->tally->winner;
	} else if (p->closed->verdict != STOA__GOVERNANCE__VERDICT__unopposed) {
		return false;
	}
	return decided == (int32_t)p->said->actions[i]->option;
}

void
action_decide_own(const Stoa__Governance__Action *a, struct stoa_decision *d)
{
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__RuleSet rule = STOA__GOVERNANCE__RULE_SET__INIT;
	Stoa__Governance__CharterSet charter =
	    STOA__GOVERNANCE__CHARTER_SET__INIT;
	Stoa__Governance__RuleRetired retired =
	    STOA__GOVERNANCE__RULE_RETIRED__INIT;

	if (a->kind_case == ACTION(RULE)) {
		rule.rule = a->rule;
		event.kind_case = EVENT_KIND(RULE_SET);
		event.rule_set = &rule;
	} else if (a->kind_case == ACTION(CHARTER)) {
		charter.charter = a->charter;
		event.kind_case = EVENT_KIND(CHARTER_SET);
		event.charter_set = &charter;
	} else {
		retired.type = a->retire_rule;
		event.kind_case = EVENT_KIND(RULE_RETIRED);
		event.rule_retired = &retired;
	}
	stoa_decide_event(d, &event.base);
}
