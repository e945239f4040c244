/* vote_people.c - what a community is founded on, and what its members are
 * going to do: all of it from the seed, some of it wrong. */
#include "tests/sim/vote.h"

#include "base/check.h"
#include "base/id.h"

#include <stdio.h>

const char vote_community[] = "c_aaaaaaaaaa";
char vote_people[VOTE_PEOPLE + 1][16] = {"u_aaaaaaaaaa", "u_bbbbbbbbbb",
    "u_cccccccccc", "u_dddddddddd", "u_eeeeeeeeee", "u_ffffffffff",
    "u_zzzzzzzzzz"};
const char *const vote_types[TYPES + 1] = {"", "MODEL_APPROVAL", "SOME",
    "ORDER", "SHARES", "FINE_TUNE", "SEALED", "PARAMETER", "TREASURY"};
const uint8_t vote_salt[STOA_HASH_SIZE] = "the salt of every ballot";

static char dataset[] =
    "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4";

static uint32_t
dice(struct vote_run *r, uint32_t sides)
{
	return (uint32_t)world_roll(&r->world, sides);
}

static bool
chance(struct vote_run *r, uint64_t one_in)
{
	return stoa_rng_chance(sim_rng(r->world.sim), one_in);
}

/* An empty one that lives as long as the run. */
static void *
message_new(struct vote_run *r, const ProtobufCMessageDescriptor *type)
{
	ProtobufCMessage *m = stoa_arena_alloc(&r->arena, type->sizeof_message);

	stoa_assert(m != NULL);
	protobuf_c_message_init(type, m);
	return m;
}

/* ---- founding ---- */

static char *actions_of[TYPES + 1][2] = {
    [1] = {(char *)(uintptr_t) "approve_model", NULL},
    [2] = {(char *)(uintptr_t) "transfer", NULL},
    [3] = {(char *)(uintptr_t) "transfer", NULL},
    [5] = {(char *)(uintptr_t) "fine_tune", NULL},
    [7] = {(char *)(uintptr_t) "parameter", (char *)(uintptr_t) "rule"},
    [8] = {(char *)(uintptr_t) "transfer", NULL},
};

static Stoa__Governance__Rule *
rule_make(struct vote_run *r, unsigned type)
{
	Stoa__Governance__Rule *rule =
	    message_new(r, &stoa__governance__rule__descriptor);

	rule->type = (char *)(uintptr_t)vote_types[type];
	rule->form = (Stoa__Governance__Form)(type > 1 && type <= 5 ? type : 1);
	rule->power = type != 5 && chance(r, 3)
			  ? STOA__GOVERNANCE__POWER__PER_TOKEN
			  : STOA__GOVERNANCE__POWER__PER_MEMBER;
	rule->quorum_bp = dice(r, 5000);
	rule->threshold_bp = dice(r, 6000);
	rule->voting_us = 800000 + dice(r, 1500000);
	rule->extension_us = dice(r, 400000);
	rule->timelock_us = dice(r, 600000);
	rule->reveal_us = type == 6 ? 400000 + dice(r, 800000) : 0;
	rule->objection_bp =
	    (type == 1 || type == 8) && chance(r, 4) ? 1 + dice(r, 6000) : 0;
	rule->sponsors = type == 8 ? 1 : 0;
	if (type == 8 || (type != 7 && chance(r, 4))) {
		rule->deposit_micro = 1000000 * (1 + (int64_t)dice(r, 4));
	}
	rule->actions = actions_of[type];
	while (
	    rule->n_actions < 2 && actions_of[type][rule->n_actions] != NULL) {
		rule->n_actions++;
	}
	if (chance(r, 4)) {
		rule->voters =
		    message_new(r, &stoa__governance__eligibility__descriptor);
		rule->voters->stake = dice(r, 12);
		rule->voters->age_us = dice(r, 500000);
	}
	return rule;
}

void
vote_founding_make(struct vote_run *r)
{
	Stoa__Governance__FoundRequest *found =
	    message_new(r, &stoa__governance__found_request__descriptor);
	Stoa__Governance__Charter *charter =
	    message_new(r, &stoa__governance__charter__descriptor);

	charter->round_us = 2 * STOA_US_PER_S + dice(r, 6000000);
	charter->credits = 1 + dice(r, 120);
	charter->draft_us = 2 * STOA_US_PER_S;
	charter->guardian_until_us = INT64_C(4000000000000000);
	found->charter = charter;
	found->rules =
	    stoa_arena_alloc_array(&r->arena, TYPES, sizeof(found->rules[0]));
	stoa_assert(found->rules != NULL);
	for (unsigned i = 0; i < TYPES; i++) {
		found->rules[i] = rule_make(r, i + 1);
	}
	found->n_rules = TYPES;
	r->founding = found;
}

/* ---- actions ---- */

/* A rule as it was founded, but for some numbers. */
static Stoa__Governance__Rule *
rule_changed(struct vote_run *r)
{
	unsigned type = dice(r, TYPES);
	Stoa__Governance__Rule *rule =
	    stoa_arena_dup(&r->arena, r->founding->rules[type], sizeof(*rule));

	stoa_assert(rule != NULL);
	rule->quorum_bp = dice(r, 5000);
	rule->threshold_bp = dice(r, 6000);
	rule->voting_us = 800000 + dice(r, 1500000);
	if (rule->extension_us > rule->voting_us) {
		rule->extension_us = rule->voting_us;
	}
	if (rule->deposit_micro > 0) {
		rule->deposit_micro = 1000000 * (1 + (int64_t)dice(r, 6));
	}
	return rule;
}

static Stoa__Accounts__Setting *
setting_make(struct vote_run *r)
{
	static char *const channels[] = {(char *)(uintptr_t) "417719834",
	    (char *)(uintptr_t) "7", (char *)(uintptr_t) "not valid"};
	Stoa__Accounts__Setting *s =
	    message_new(r, &stoa__accounts__setting__descriptor);

	if (chance(r, 2)) {
		s->kind_case = STOA__ACCOUNTS__SETTING__KIND_ANNOUNCE_CHANNEL;
		s->announce_channel = channels[dice(r, 3)];
	} else {
		s->kind_case =
		    STOA__ACCOUNTS__SETTING__KIND_WELCOME_GRANT_MICRO;
		s->welcome_grant_micro = 1 + (int64_t)dice(r, 1000000);
	}
	return s;
}

static Stoa__Governance__Payment *
payment_make(struct vote_run *r)
{
	Stoa__Governance__Payment *p =
	    message_new(r, &stoa__governance__payment__descriptor);

	/* Once in a while to nobody, and sometimes more than there is. */
	p->to =
	    vote_people[dice(r, chance(r, 4) ? VOTE_PEOPLE + 1 : VOTE_PEOPLE)];
	p->amount_micro = 500000 * (1 + (int64_t)dice(r, 30));
	return p;
}

static Stoa__Governance__Action *
action_make(struct vote_run *r, unsigned type, uint32_t option)
{
	Stoa__Governance__Action *a =
	    message_new(r, &stoa__governance__action__descriptor);

	a->option = option;
	if (type == 1) {
		a->kind_case = STOA__GOVERNANCE__ACTION__KIND_APPROVE_MODEL;
		a->approve_model = message_new(
		    r, &stoa__governance__approve_model__descriptor);
		a->approve_model->model = (char *)(uintptr_t) "m_aaaaaaaaaa";
	} else if (type == 5) {
		a->kind_case = STOA__GOVERNANCE__ACTION__KIND_FINE_TUNE;
		a->fine_tune = message_new(
		    r, &stoa__training__submit_job_request__descriptor);
		a->fine_tune->dataset = dataset;
		a->fine_tune->recipe = (char *)(uintptr_t) "text-classifier";
	} else if (type == 7 && chance(r, 2)) {
		a->kind_case = STOA__GOVERNANCE__ACTION__KIND_RULE;
		a->rule = rule_changed(r);
	} else if (type == 7) {
		a->kind_case = STOA__GOVERNANCE__ACTION__KIND_PARAMETER;
		a->parameter = setting_make(r);
	} else {
		a->kind_case = STOA__GOVERNANCE__ACTION__KIND_TRANSFER;
		a->transfer = payment_make(r);
	}
	return a;
}

/* ---- commands ---- */

static const char *
command_add(struct vote_run *r, int64_t at_us, int person, const char *method,
    const ProtobufCMessage *request)
{
	struct vote_command *c = &r->commands[r->command_count];

	stoa_assert(r->command_count < VOTE_COMMANDS_MAX);
	*c = (struct vote_command){
	    .run = r,
	    .person = person,
	    .method = protobuf_c_service_descriptor_get_method_by_name(
		&stoa__governance__governance__descriptor, method),
	    .request = request,
	};
	(void)snprintf(c->id, sizeof(c->id), "say-%d", r->command_count);
	r->command_at_us[r->command_count++] = at_us;
	return c->id;
}

/* Somebody, at times who is no member. */
static int
anybody(struct vote_run *r)
{
	return chance(r, 12) ? VOTE_PEOPLE : (int)dice(r, VOTE_PEOPLE);
}

struct plan {
	char *id;
	unsigned type, options;
	int64_t at_us;
};

static void
propose(struct vote_run *r, struct plan *p)
{
	static char *names[] = {(char *)(uintptr_t) "a",
	    (char *)(uintptr_t) "b", (char *)(uintptr_t) "c",
	    (char *)(uintptr_t) "d", (char *)(uintptr_t) "e"};
	Stoa__Governance__ProposeRequest *in =
	    message_new(r, &stoa__governance__propose_request__descriptor);
	bool is_binary = p->type == 1 || p->type >= 6 || chance(r, 2);
	int by = anybody(r);
	const char *command;
	struct stoa_id id;

	p->options = is_binary ? 2 : 2 + dice(r, OPTIONS - 1);
	in->type = (char *)(uintptr_t)vote_types[p->type];
	in->title = (char *)(uintptr_t) "t";
	in->options = names;
	in->n_options = is_binary ? 0 : p->options;
	in->has_none = !is_binary && chance(r, 2);
	if (actions_of[p->type][0] != NULL && !chance(r, 6)) {
		in->n_actions = 1 + dice(r, VOTE_ACTIONS_MAX);
		in->actions = stoa_arena_alloc_array(
		    &r->arena, in->n_actions, sizeof(in->actions[0]));
		stoa_assert(in->actions != NULL);
	}
	for (size_t i = 0; i < in->n_actions; i++) {
		in->actions[i] = action_make(r, p->type,
		    is_binary || chance(r, 2) ? 0 : dice(r, p->options - 1));
	}
	command = command_add(r, p->at_us, by, "Propose", &in->base);
	id = stoa_id_derive('p', stoa_str_of(vote_community),
	    stoa_str_of(vote_people[by]), stoa_str_of(command), 0);
	p->id = stoa_arena_str(&r->arena, stoa_str_of(id.text));
	r->proposals[r->proposal_count++] = p->id;
}

/* ---- ballots ---- */

static Stoa__Governance__Ballot *
ballot_make(struct vote_run *r, const struct plan *p)
{
	Stoa__Governance__Ballot *b =
	    message_new(r, &stoa__governance__ballot__descriptor);
	uint32_t left = 10000;

	if (chance(r, 8)) {
		b->is_abstention = true;
		return b;
	}
	b->options =
	    stoa_arena_alloc_array(&r->arena, OPTIONS, sizeof(uint32_t));
	b->amounts =
	    stoa_arena_alloc_array(&r->arena, OPTIONS, sizeof(uint32_t));
	stoa_assert(b->options != NULL && b->amounts != NULL);
	/* More often for what comes first. */
	for (uint32_t i = 0; i < p->options; i++) {
		b->options[i] = i;
	}
	for (uint32_t i = p->options; i > 1 && chance(r, 2); i--) {
		uint32_t k = dice(r, i), kept = b->options[i - 1];

		b->options[i - 1] = b->options[k];
		b->options[k] = kept;
	}
	b->n_options = p->type < 2 || p->type > 5 ? 1 : 1 + dice(r, p->options);
	b->n_amounts = p->type == 4 || p->type == 5 ? b->n_options : 0;
	for (size_t i = 0; i < b->n_amounts; i++) {
		uint32_t share =
		    i + 1 == b->n_amounts ? left : 1 + dice(r, left / 2);

		b->amounts[i] = p->type == 4 ? share : 1 + dice(r, 9);
		left -= share;
	}
	/* And now and then one that is wrong. */
	if (chance(r, 25)) {
		b->options[0] = OPTIONS;
	} else if (b->n_amounts > 0 && chance(r, 25)) {
		b->amounts[0] += 1000;
	}
	return b;
}

/* As proto/governance.proto says. */
struct stoa_hash
vote_commitment(const char *proposal, const char *member,
    const Stoa__Governance__Ballot *ballot, struct stoa_arena *arena)
{
	struct stoa_str packed = stoa_pack(arena, &ballot->base);
	struct stoa_sha256 sha;

	stoa_sha256_init(&sha);
	stoa_sha256_add(&sha, "stoa-ballot", sizeof("stoa-ballot"));
	stoa_sha256_add(&sha, proposal, strlen(proposal) + 1);
	stoa_sha256_add(&sha, member, strlen(member) + 1);
	stoa_sha256_add(&sha, vote_salt, sizeof(vote_salt));
	stoa_sha256_add(&sha, packed.data, packed.len);
	return stoa_sha256_end(&sha);
}

static void
vote_sealed(struct vote_run *r, const struct plan *p, int64_t at_us)
{
	Stoa__Governance__Ballot *ballot = ballot_make(r, p);
	Stoa__Governance__VoteRequest *vote =
	    message_new(r, &stoa__governance__vote_request__descriptor);
	Stoa__Governance__RevealRequest *reveal =
	    message_new(r, &stoa__governance__reveal_request__descriptor);
	int by = anybody(r);
	struct stoa_hash hash =
	    vote_commitment(p->id, vote_people[by], ballot, &r->arena);

	vote->proposal = reveal->proposal = p->id;
	vote->commitment.data =
	    stoa_arena_dup(&r->arena, hash.bytes, sizeof(hash.bytes));
	vote->commitment.len = sizeof(hash.bytes);
	(void)command_add(r, at_us, by, "Vote", &vote->base);
	reveal->ballot = chance(r, 6) ? ballot_make(r, p) : ballot;
	reveal->salt.data = (uint8_t *)(uintptr_t)vote_salt;
	reveal->salt.len = sizeof(vote_salt);
	at_us += dice(r, 2000000);
	(void)command_add(r, at_us, by, "Reveal", &reveal->base);
}

static void
vote(struct vote_run *r, const struct plan *p)
{
	int64_t at_us = p->at_us + 200000 + dice(r, 1600000);
	Stoa__Governance__VoteRequest *in;

	if (p->type == 6) {
		vote_sealed(r, p, at_us);
		return;
	}
	in = message_new(r, &stoa__governance__vote_request__descriptor);
	in->proposal = p->id;
	in->ballot = ballot_make(r, p);
	(void)command_add(r, at_us, anybody(r), "Vote", &in->base);
}

/* ---- what else members do ---- */

static void
sponsor(struct vote_run *r, const struct plan *p)
{
	Stoa__Governance__SponsorRequest *in =
	    message_new(r, &stoa__governance__sponsor_request__descriptor);
	int64_t at_us;

	in->proposal = p->id;
	at_us = p->at_us + dice(r, 500000);
	(void)command_add(r, at_us, anybody(r), "Sponsor", &in->base);
}

static void
end_otherwise(struct vote_run *r, const struct plan *p)
{
	int64_t at_us = p->at_us + dice(r, 4000000);
	Stoa__Governance__VetoRequest *veto;
	Stoa__Governance__CancelRequest *cancel;
	Stoa__Governance__RetryRequest *retry;

	if (chance(r, 5)) {
		veto =
		    message_new(r, &stoa__governance__veto_request__descriptor);
		veto->proposal = p->id;
		veto->reason = (char *)(uintptr_t) "no";
		if (chance(r, 2)) {
			at_us = p->at_us + dice(r, 300000);
		}
		(void)command_add(
		    r, at_us, (int)dice(r, 2), "Veto", &veto->base);
	}
	if (chance(r, 6)) {
		cancel = message_new(
		    r, &stoa__governance__cancel_request__descriptor);
		cancel->proposal = p->id;
		(void)command_add(
		    r, at_us, anybody(r), "Cancel", &cancel->base);
	}
	for (unsigned i = dice(r, 3); i > 0; i--) {
		retry = message_new(
		    r, &stoa__governance__retry_request__descriptor);
		retry->proposal = p->id;
		at_us = p->at_us + 1500000 + dice(r, 4000000);
		(void)command_add(r, at_us, anybody(r), "Retry", &retry->base);
	}
}

static void
delegate(struct vote_run *r)
{
	int64_t at_us = dice(r, 4000000);
	unsigned type = chance(r, 2) ? 0 : dice(r, TYPES + 1);
	Stoa__Governance__DelegateRequest *in;
	Stoa__Governance__UndelegateRequest *out;

	if (chance(r, 4)) {
		out = message_new(
		    r, &stoa__governance__undelegate_request__descriptor);
		out->type = (char *)(uintptr_t)vote_types[type];
		(void)command_add(
		    r, at_us, anybody(r), "Undelegate", &out->base);
		return;
	}
	in = message_new(r, &stoa__governance__delegate_request__descriptor);
	in->to = vote_people[anybody(r)];
	in->type = (char *)(uintptr_t)vote_types[type];
	(void)command_add(r, at_us, anybody(r), "Delegate", &in->base);
}

void
vote_commands_make(struct vote_run *r)
{
	unsigned proposals = 3 + dice(r, VOTE_PROPOSALS_MAX - 2);

	for (unsigned i = 0; i < proposals; i++) {
		struct plan p = {.type = 1 + dice(r, TYPES)};

		p.at_us = dice(r, 2000000);
		propose(r, &p);
		if (p.type == 8) {
			sponsor(r, &p);
			sponsor(r, &p);
		}
		for (unsigned k = 4 + dice(r, 6); k > 0; k--) {
			vote(r, &p);
		}
		end_otherwise(r, &p);
	}
	for (unsigned i = dice(r, 10); i > 0; i--) {
		delegate(r);
	}
}
