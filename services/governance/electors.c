/* electors.c - who may vote, as accounts said it, version by version. */
#include "governance/state.h"

#include <stdlib.h>

struct elector *
elector_raw(const struct governance *s, struct stoa_str id)
{
	return stoa_map_get(&s->electors, id);
}

struct elector *
elector_now(struct elector *e)
{
	while (e != NULL && e->into != NULL) {
		e = e->into;
	}
	return e;
}

struct elector *
elector_get(const struct governance *s, struct stoa_str id)
{
	return elector_now(elector_raw(s, id));
}

struct stoa_str
actor_now(const struct governance *s, struct stoa_str actor)
{
	const struct elector *e = elector_get(s, actor);

	return e == NULL ? actor : e->id;
}

struct elector *
elector_touch(struct governance *s, struct stoa_str id)
{
	struct elector *e = elector_raw(s, id);

	if (e != NULL) {
		return e;
	}
	e = calloc(1, sizeof(*e));
	stoa_assert(e != NULL);
	(void)stoa_map_put(&s->electors, id, e);
	e->id = s->electors.entries[s->electors.entry_count - 1].key;
	/* Doubles at each power of two. */
	if ((s->elector_count & (s->elector_count - 1)) == 0) {
		size_t size =
		    s->elector_count == 0 ? 1 : 2 * (size_t)s->elector_count;

		s->by_ordinal =
		    realloc(s->by_ordinal, size * sizeof(s->by_ordinal[0]));
		stoa_assert(s->by_ordinal != NULL);
	}
	e->ordinal = s->elector_count;
	s->by_ordinal[s->elector_count++] = e;
	return e;
}

void
elector_free(struct elector *e)
{
	for (uint32_t i = 0; i < e->checkpoint_count; i++) {
		stoa_keep_free(e->checkpoints[i].said);
	}
	for (uint32_t i = 0; i < e->delegation_count; i++) {
		free(e->delegations[i].type);
	}
	free(e->checkpoints);
	free(e->spendings);
	free(e->delegations);
	free(e->delegators);
	free(e->formers);
	free(e);
}

/* ---- at a version ---- */

const Stoa__Accounts__Elector *
elector_at(const struct elector *e, uint64_t version)
{
	for (uint32_t i = e->checkpoint_count; i > 0; i--) {
		if (e->checkpoints[i - 1].version <= version) {
			return e->checkpoints[i - 1].said;
		}
	}
	return NULL;
}

static bool
has_platform_role(const Stoa__Accounts__Elector *said, const char *role)
{
	for (size_t i = 0; i < said->n_platform_roles; i++) {
		if (strcmp(said->platform_roles[i], role) == 0) {
			return true;
		}
	}
	return false;
}

static const char *
missing_of(const Stoa__Accounts__Elector *said,
    const Stoa__Governance__Rule *rule, int64_t opened_us)
{
	static const Stoa__Governance__Eligibility anybody =
	    STOA__GOVERNANCE__ELIGIBILITY__INIT;
	const Stoa__Governance__Eligibility *v =
	    rule->voters == NULL ? &anybody : rule->voters;

	if (said == NULL || said->role < STOA__ACCOUNTS__ROLE__MEMBER) {
		return "to be a member when voting opened";
	}
	if (said->role < v->role) {
		return "a higher role";
	}
	if (opened_us - said->joined_us < v->age_us) {
		return "to be a member for longer";
	}
	if (said->stake < v->stake) {
		return "more Joy";
	}
	if (v->is_invited && !said->is_invited) {
		return "to be invited by a member";
	}
	if (v->platform_role[0] != '\0' &&
	    !has_platform_role(said, v->platform_role)) {
		return "a role of the platform";
	}
	if (rule->power == STOA__GOVERNANCE__POWER__PER_TOKEN &&
	    said->stake < 1) {
		return "at least one Joy";
	}
	return NULL;
}

/* Under that one name alone. */
static uint64_t
power_of(const Stoa__Accounts__Elector *said,
    const Stoa__Governance__Rule *rule, int64_t opened_us,
    const char **ret_needs)
{
	*ret_needs = missing_of(said, rule, opened_us);
	if (*ret_needs != NULL) {
		return 0;
	}
	return rule->power == STOA__GOVERNANCE__POWER__PER_TOKEN
		   ? (uint64_t)said->stake
		   : 1;
}

uint64_t
elector_power(const struct elector *e, const Stoa__Governance__Rule *rule,
    uint64_t version, int64_t opened_us, const char **ret_needs)
{
	const char *needs = NULL, *other;
	uint64_t power;

	power = power_of(
	    e == NULL || e->into != NULL ? NULL : elector_at(e, version), rule,
	    opened_us, &needs);
	/* Whoever was on the roll under an old name still is, once. */
	for (uint32_t i = 0; e != NULL && i < e->former_count; i++) {
		uint64_t was = power_of(elector_at(e->formers[i], version),
		    rule, opened_us, &other);

		if (e->into == NULL && was > power) {
			power = was;
			needs = NULL;
		}
	}
	if (ret_needs != NULL) {
		*ret_needs = needs;
	}
	return power;
}

uint64_t
voter_power(const struct elector *e, const struct proposal *p)
{
	return elector_power(e, p->rule, p->version, p->opened_us, NULL);
}

/* ---- voice credits ---- */

uint32_t
elector_spent(const struct elector *e, uint64_t round)
{
	for (uint32_t i = 0; i < e->spending_count; i++) {
		if (e->spendings[i].round == round) {
			return e->spendings[i].credits;
		}
	}
	return 0;
}

void
elector_spend(struct elector *e, uint64_t round, int64_t credits)
{
	uint32_t i = 0;
	int64_t spent;

	while (i < e->spending_count && e->spendings[i].round != round) {
		i++;
	}
	if (i == e->spending_count) {
		e->spendings =
		    realloc(e->spendings, (i + 1) * sizeof(e->spendings[0]));
		stoa_assert(e->spendings != NULL);
		e->spendings[i] = (struct spending){round, 0};
		e->spending_count++;
	}
	spent = (int64_t)e->spendings[i].credits + credits;
	stoa_assert(spent >= 0 && spent <= GOVERNANCE_SPENT_MAX);
	e->spendings[i].credits = (uint32_t)spent;
}

/* ---- recording ---- */

static bool
elector_check(const Stoa__Accounts__Elector *e, struct stoa_decision *d)
{
	if (stoa_str_of(e->member).len == 0 || strlen(e->member) > 64 ||
	    e->stake < 0 || e->stake > GOVERNANCE_STAKE_MAX ||
	    e->n_platform_roles > GOVERNANCE_PLATFORM_ROLES_MAX) {
		REFUSE(d, stale, "elector", "a valid one", e->member);
		return false;
	}
	return true;
}

void
electors_decide_record(const struct governance *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Governance__RecordElectorsRequest *in =
	    (const Stoa__Governance__RecordElectorsRequest *)c->request;
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__ElectorsRecorded e =
	    STOA__GOVERNANCE__ELECTORS_RECORDED__INIT;

	if (!stoa_actor_is(c, "governance")) {
		REFUSE(d, not_permitted, "governance itself");
		return;
	}
	if (in->from != s->version || in->to <= in->from) {
		REFUSE(d, stale, "electorate",
		    stoa_decide_number(d, (int64_t)s->version),
		    stoa_decide_number(d, (int64_t)in->from));
		return;
	}
	if (in->n_electors > GOVERNANCE_ELECTORS_CHUNK_MAX ||
	    s->elector_count + in->n_electors > GOVERNANCE_ELECTORS_MAX) {
		REFUSE(d, too_many, "electors",
		    stoa_decide_number(d, GOVERNANCE_ELECTORS_MAX));
		return;
	}
	for (size_t i = 0; i < in->n_electors; i++) {
		if (!elector_check(in->electors[i], d)) {
			return;
		}
	}
	e.from = in->from;
	e.to = in->to;
	e.electors = in->electors;
	e.n_electors = in->n_electors;
	event.kind_case = EVENT_KIND(ELECTORS_RECORDED);
	event.electors_recorded = &e;
	stoa_decide_event(d, &event.base);
}

void
checkpoint_add(
    struct elector *e, uint64_t version, Stoa__Accounts__Elector *said)
{
	e->checkpoints = realloc(e->checkpoints,
	    (e->checkpoint_count + 1) * sizeof(e->checkpoints[0]));
	stoa_assert(e->checkpoints != NULL);
	e->checkpoints[e->checkpoint_count++] =
	    (struct checkpoint){version, said};
}

/* The oldest version that a vote under way still looks at. */
static uint64_t
version_needed(const struct governance *s)
{
	uint64_t least = UINT64_MAX;

	STOA_MAP_EACH(&s->open, entry)
	{
		const struct proposal *p = entry->value;

		if (p->rule != NULL && p->closed == NULL &&
		    p->version < least) {
			least = p->version;
		}
	}
	return least;
}

/* Leaves out what nobody will look at again: all but the newest of those not
 * newer than `needed`. */
static void
checkpoints_trim(struct elector *e, uint64_t needed)
{
	uint32_t drop = 0;

	while (drop + 1 < e->checkpoint_count &&
	       e->checkpoints[drop + 1].version <= needed) {
		stoa_keep_free(e->checkpoints[drop].said);
		drop++;
	}
	e->checkpoint_count -= drop;
	memmove(e->checkpoints, e->checkpoints + drop,
	    e->checkpoint_count * sizeof(e->checkpoints[0]));
}

void
electors_apply_recorded(
    struct governance *s, const Stoa__Governance__ElectorsRecorded *recorded)
{
	uint64_t needed = version_needed(s);

	s->version = recorded->to;
	for (size_t i = 0; i < recorded->n_electors; i++) {
		const Stoa__Accounts__Elector *said = recorded->electors[i];
		struct elector *e = elector_touch(s, stoa_str_of(said->member));

		checkpoint_add(e, recorded->to, stoa_keep(&said->base));
		checkpoints_trim(e, needed);
	}
}
