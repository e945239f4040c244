/* governance.c - random commands against governance's core and a plain model of
 * it: what is accepted must be what the model accepts, and what is told must be
 * what the model counts. Every entry is audited, decide must be pure, and a
 * twin that hears the events must have the same digest.
 *
 *   SEED=n N=operations prop/governance */
#include "base/hash.h"
#include "base/id.h"
#include "base/rng.h"
#include "governance/audit.h"
#include "governance/state.h"
#include "model.h"

#include "../unit/play.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define COMMUNITY  "c_aaaaaaaaaa"
#define OPERATIONS 2500 /* of one community, then a new one */

static const char *const types[TYPES + 1] = {
    "", "ONE", "SOME", "ORDER", "SHARES", "VOICE", "SEALED", "LAZY", "PAY"};

static struct {
	struct stoa_rng rng;
	struct play play;
	struct model model;
	char members[MEMBERS][STOA_ID_SIZE];
	uint64_t operations, accepted, refused, votes, closed;
} t;

static uint32_t
dice(uint32_t sides)
{
	return (uint32_t)stoa_rng_below(&t.rng, sides);
}

/* ---- commands ---- */

/* The model has said beforehand what is to come of it. */
static void
expect(bool is_taken, const char *actor, const char *method,
    const ProtobufCMessage *request)
{
	bool ok = play(&t.play, actor, method, request);

	t.operations++;
	t.accepted += ok;
	t.refused += !ok;
	if (ok != is_taken) {
		fail_msg("%s by %s: %s, the model says otherwise (%s)", method,
		    actor, ok ? "taken" : "refused", t.play.refusal);
	}
}

static Stoa__Governance__ActorFacts
facts_of(unsigned member)
{
	Stoa__Governance__ActorFacts f = STOA__GOVERNANCE__ACTOR_FACTS__INIT;

	f.role = member == 0 ? STOA__ACCOUNTS__ROLE__OWNER
			     : STOA__ACCOUNTS__ROLE__MEMBER;
	return f;
}

/* ---- founding ---- */

static void
rule_make(unsigned type, Stoa__Governance__Rule *r,
    Stoa__Governance__Eligibility *voters)
{
	static char *pay[] = {(char *)(uintptr_t) "transfer"};

	stoa__governance__rule__init(r);
	stoa__governance__eligibility__init(voters);
	r->type = (char *)(uintptr_t)types[type];
	r->form = (Stoa__Governance__Form)(type <= 5 ? type : 1);
	r->power = type != 5 && dice(3) == 0
		       ? STOA__GOVERNANCE__POWER__PER_TOKEN
		       : STOA__GOVERNANCE__POWER__PER_MEMBER;
	r->quorum_bp = dice(9000);
	r->threshold_bp = dice(9999);
	r->voting_us = 1 + dice(5000);
	r->extension_us = dice((uint32_t)r->voting_us + 1);
	r->voters = voters;
	voters->age_us = dice(2) == 0 ? 0 : dice(3000);
	voters->stake = dice(2) == 0 ? 0 : dice(10);
	r->reveal_us = type == 6 ? 1 + dice(3000) : 0;
	r->objection_bp = type == 7 ? 1 + dice(9999) : 0;
	if (type == 8) {
		r->sponsors = 1;
		r->deposit_micro = 1000000;
		r->timelock_us = dice(2000);
		r->actions = pay;
		r->n_actions = 1;
	}
}

static struct model_rule rules[TYPES + 1];

static void
rule_note(unsigned type, const Stoa__Governance__Rule *r)
{
	rules[type] = (struct model_rule){
	    .form = (enum form)r->form,
	    .is_by_token = r->power == STOA__GOVERNANCE__POWER__PER_TOKEN,
	    .quorum_bp = r->quorum_bp,
	    .threshold_bp = r->threshold_bp,
	    .objection_bp = r->objection_bp,
	    .voting_us = r->voting_us,
	    .extension_us = r->extension_us,
	    .timelock_us = r->timelock_us,
	    .reveal_us = r->reveal_us,
	    .age_us = r->voters->age_us,
	    .stake = r->voters->stake,
	    .sponsors = r->sponsors,
	    .has_deposit = r->deposit_micro > 0,
	};
}

static struct {
	int64_t round_us;
	uint32_t credits;
} charter;

static void
found(void)
{
	Stoa__Governance__FoundRequest in =
	    STOA__GOVERNANCE__FOUND_REQUEST__INIT;
	Stoa__Governance__Charter c = STOA__GOVERNANCE__CHARTER__INIT;
	Stoa__Governance__Rule made[TYPES], *list[TYPES];
	Stoa__Governance__Eligibility voters[TYPES];

	for (unsigned i = 0; i < TYPES; i++) {
		rule_make(i + 1, &made[i], &voters[i]);
		rule_note(i + 1, &made[i]);
		list[i] = &made[i];
	}
	c.round_us = charter.round_us = 1000000 + dice(2000000);
	c.credits = charter.credits = 1 + dice(150);
	c.draft_us = INT64_C(1000000000000);
	c.guardian_until_us = t.model.now_us + INT64_C(1000000000000);
	in.charter = &c;
	in.rules = list;
	in.n_rules = TYPES;
	expect(true, "@governance", "Found", &in.base);
}

/* ---- the electorate ---- */

static void
electors(void)
{
	Stoa__Governance__RecordElectorsRequest in =
	    STOA__GOVERNANCE__RECORD_ELECTORS_REQUEST__INIT;
	Stoa__Accounts__Elector all[MEMBERS], *list[MEMBERS];
	size_t count = 0;

	for (unsigned i = 0; i < MEMBERS; i++) {
		struct roll *r = &t.model.recorded[i];

		if (dice(3) != 0) {
			continue;
		}
		r->is_member = dice(12) != 0;
		r->joined_us = t.model.now_us - dice(6000);
		r->stake = dice(20);
		stoa__accounts__elector__init(&all[count]);
		all[count].member = t.members[i];
		all[count].role = r->is_member
				      ? STOA__ACCOUNTS__ROLE__MEMBER
				      : STOA__ACCOUNTS__ROLE__ROLE_UNSPECIFIED;
		all[count].joined_us = r->joined_us;
		all[count].stake = r->stake;
		list[count] = &all[count];
		count++;
	}
	in.from = governance_version(t.play.state);
	in.to = in.from + 1 + count;
	in.electors = list;
	in.n_electors = count;
	expect(true, "@governance", "RecordElectors", &in.base);
}

static void
power_take(struct motion *p)
{
	p->eligible = 0;
	for (unsigned i = 0; i < MEMBERS; i++) {
		const struct roll *r = &t.model.recorded[i];
		bool is_in = r->is_member &&
			     t.model.now_us - r->joined_us >= p->rule.age_us &&
			     r->stake >= p->rule.stake;

		p->power[i] = !is_in		    ? 0
			      : p->rule.is_by_token ? (uint64_t)r->stake
						    : 1;
		p->eligible += p->power[i];
	}
}

static void
open_vote(struct motion *p)
{
	Stoa__Governance__OpenRequest in = STOA__GOVERNANCE__OPEN_REQUEST__INIT;

	if (dice(2) == 0) {
		electors();
	}
	in.proposal = p->id;
	in.version = governance_version(t.play.state);
	expect(true, "@governance", "Open", &in.base);
	p->rule = rules[p->type];
	p->stage = VOTING;
	p->opened_us = t.model.now_us;
	p->ends_us = t.model.now_us + p->rule.voting_us;
	p->round = (uint64_t)(t.model.now_us / charter.round_us);
	p->credits = charter.credits;
	power_take(p);
}

/* ---- before the vote ---- */

static void
deposit(struct motion *p)
{
	Stoa__Governance__RecordDepositRequest in =
	    STOA__GOVERNANCE__RECORD_DEPOSIT_REQUEST__INIT;
	bool is_refused = dice(6) == 0;

	in.proposal = p->id;
	in.hold = (char *)(uintptr_t)(is_refused ? "" : "h_aaaaaaaaaa");
	expect(true, "@governance", "RecordDeposit", &in.base);
	if (is_refused) {
		p->stage = OVER;
		p->is_cancelled = true;
		return;
	}
	open_vote(p);
}

static void
propose(void)
{
	static char *names[] = {(char *)(uintptr_t) "a",
	    (char *)(uintptr_t) "b", (char *)(uintptr_t) "c",
	    (char *)(uintptr_t) "d", (char *)(uintptr_t) "e"};
	Stoa__Governance__ProposeRequest in =
	    STOA__GOVERNANCE__PROPOSE_REQUEST__INIT;
	Stoa__Governance__Action action = STOA__GOVERNANCE__ACTION__INIT;
	Stoa__Governance__Action *actions = &action;
	Stoa__Governance__Payment payment = STOA__GOVERNANCE__PAYMENT__INIT;
	struct motion *p = &t.model.motions[t.model.motion_count];
	unsigned type = 1 + dice(TYPES), by = dice(MEMBERS);
	uint32_t options =
	    type >= 7 || dice(2) == 0 ? 0 : 2 + dice(OPTIONS - 1);
	Stoa__Governance__ActorFacts facts = facts_of(by);
	char command[32];
	struct stoa_id id;

	if (t.model.motion_count == PROPOSALS) {
		return;
	}
	in.type = (char *)(uintptr_t)types[type];
	in.title = (char *)(uintptr_t) "t";
	in.options = names;
	in.n_options = options;
	in.has_none = options > 0 && dice(2) == 0;
	in.facts = &facts;
	if (type == 8) {
		payment.to = t.members[1];
		payment.amount_micro = 5;
		action.kind_case = STOA__GOVERNANCE__ACTION__KIND_TRANSFER;
		action.transfer = &payment;
		in.actions = &actions;
		in.n_actions = 1;
	}
	(void)snprintf(
	    command, sizeof(command), "id-%u", (unsigned)t.play.next_id + 1);
	id = stoa_id_derive('p', STOA_STR(COMMUNITY),
	    stoa_str_of(t.members[by]), stoa_str_of(command), 0);
	expect(t.model.motion_count < PROPOSALS, t.members[by], "Propose",
	    &in.base);
	*p = (struct motion){.type = type,
	    .by = by,
	    .options = options == 0 ? 2 : options,
	    .reject = options == 0  ? 1
		      : in.has_none ? (int)options - 1
				    : -1,
	    .has_action = type == 8,
	    .rule = rules[type],
	    .stage = rules[type].sponsors > 0 ? DRAFT : OPENING};
	memcpy(p->id, id.text, sizeof(p->id));
	t.model.motion_count++;
	if (p->stage == OPENING) {
		open_vote(p);
	}
}

static void
sponsor(struct motion *p)
{
	Stoa__Governance__SponsorRequest in =
	    STOA__GOVERNANCE__SPONSOR_REQUEST__INIT;
	unsigned by = dice(MEMBERS);
	Stoa__Governance__ActorFacts facts = facts_of(by);

	in.proposal = p->id;
	in.facts = &facts;
	expect(p->stage == DRAFT && by != p->by, t.members[by], "Sponsor",
	    &in.base);
	if (p->stage == DRAFT && by != p->by) {
		p->stage = OPENING;
		deposit(p);
	}
}

/* ---- ballots ---- */

static void
choice_make(const struct motion *p, struct choice *c)
{
	uint32_t left = 10000;

	*c = (struct choice){.is_there = true};
	if (dice(8) == 0) {
		c->is_abstention = true;
		return;
	}
	for (unsigned i = 0; i < p->options; i++) {
		c->options[i] = i;
	}
	for (unsigned i = p->options; i > 1; i--) {
		unsigned k = dice(i), kept = c->options[i - 1];

		c->options[i - 1] = c->options[k];
		c->options[k] = kept;
	}
	c->count = p->rule.form == SINGLE ? 1 : 1 + dice(p->options);
	for (unsigned i = 0; i < c->count && p->rule.form >= SPLIT; i++) {
		uint32_t share = i + 1 == c->count ? left : 1 + dice(left / 2);

		c->amounts[i] = p->rule.form == SPLIT ? share : 1 + dice(9);
		left -= share;
	}
	/* And now and then one that is wrong. */
	switch (dice(40)) {
	case 0:
		c->options[0] = OPTIONS;
		break;
	case 1:
		c->options[c->count - 1] = c->options[0];
		c->count += c->count == 1 ? 1 : 0;
		break;
	case 2:
		c->count = 0;
		break;
	case 3:
		c->amounts[0] += 1;
		break;
	default:
		break;
	}
}

static void
ballot_fill(const struct motion *p, const struct choice *c,
    Stoa__Governance__Ballot *b, uint32_t *options, uint32_t *amounts)
{
	stoa__governance__ballot__init(b);
	for (unsigned i = 0; i < c->count; i++) {
		options[i] = c->options[i];
		amounts[i] = (uint32_t)c->amounts[i];
	}
	b->is_abstention = c->is_abstention;
	b->options = options;
	b->n_options = c->count;
	b->amounts = amounts;
	b->n_amounts = p->rule.form >= SPLIT ? c->count : 0;
}

static struct stoa_hash
seal(const struct motion *p, unsigned member, const uint8_t *salt,
    const Stoa__Governance__Ballot *b)
{
	struct stoa_str packed = stoa_pack(&t.play.arena, &b->base);
	struct stoa_sha256 sha;

	stoa_sha256_init(&sha);
	stoa_sha256_add(&sha, "stoa-ballot", sizeof("stoa-ballot"));
	stoa_sha256_add(&sha, p->id, strlen(p->id) + 1);
	stoa_sha256_add(&sha, t.members[member], strlen(t.members[member]) + 1);
	stoa_sha256_add(&sha, salt, STOA_HASH_SIZE);
	stoa_sha256_add(&sha, packed.data, packed.len);
	return stoa_sha256_end(&sha);
}

/* A quorum reached in the last moments moves the end, once. */
static void
extension_note(struct motion *p, uint64_t before)
{
	struct model_tally tally;

	model_count(&t.model, p, &tally);
	if (!p->is_extended && p->rule.reveal_us == 0 &&
	    t.model.now_us > p->ends_us - p->rule.extension_us &&
	    !model_has_quorum(p, before) &&
	    model_has_quorum(p, tally.helping_live)) {
		p->is_extended = true;
		p->ends_us = t.model.now_us + p->rule.extension_us;
	}
}

static const uint8_t salt[STOA_HASH_SIZE] = "the salt of every ballot";

static void
vote_sealed(struct motion *p, unsigned member, struct choice *c)
{
	Stoa__Governance__VoteRequest in = STOA__GOVERNANCE__VOTE_REQUEST__INIT;
	Stoa__Governance__Ballot b;
	uint32_t options[OPTIONS + 1], amounts[OPTIONS + 1];
	struct stoa_hash hash;
	bool is_taken = p->stage == VOTING && t.model.now_us < p->ends_us &&
			p->power[member] > 0;

	ballot_fill(p, c, &b, options, amounts);
	hash = seal(p, member, salt, &b);
	in.proposal = p->id;
	in.commitment.data = hash.bytes;
	in.commitment.len = sizeof(hash.bytes);
	expect(is_taken, t.members[member], "Vote", &in.base);
	if (is_taken) {
		p->sealed[member] = *c;
	}
}

static void
reveal(struct motion *p, unsigned member)
{
	Stoa__Governance__RevealRequest in =
	    STOA__GOVERNANCE__REVEAL_REQUEST__INIT;
	Stoa__Governance__Ballot b;
	uint32_t options[OPTIONS + 1], amounts[OPTIONS + 1];
	struct choice c = p->sealed[member];
	bool is_false = dice(5) == 0, is_taken;

	if (!c.is_there) {
		choice_make(p, &c);
	}
	is_taken = p->stage == REVEAL && p->sealed[member].is_there &&
		   !is_false && model_takes(&t.model, p, member, &c);
	ballot_fill(p, &c, &b, options, amounts);
	in.proposal = p->id;
	in.ballot = &b;
	in.salt.data = (uint8_t *)(uintptr_t)salt;
	in.salt.len = is_false ? sizeof(salt) - 1 : sizeof(salt);
	expect(is_taken, t.members[member], "Reveal", &in.base);
	if (is_taken) {
		p->own[member] = c;
	}
}

static void
vote(struct motion *p)
{
	Stoa__Governance__VoteRequest in = STOA__GOVERNANCE__VOTE_REQUEST__INIT;
	Stoa__Governance__Ballot b;
	uint32_t options[OPTIONS + 1], amounts[OPTIONS + 1];
	unsigned member = dice(MEMBERS);
	struct model_tally before;
	struct choice c;
	bool is_taken;

	choice_make(p, &c);
	if (p->rule.reveal_us > 0) {
		if (p->stage == REVEAL) {
			reveal(p, member);
		} else {
			vote_sealed(p, member, &c);
		}
		return;
	}
	is_taken = p->stage == VOTING && model_takes(&t.model, p, member, &c);
	ballot_fill(p, &c, &b, options, amounts);
	in.proposal = p->id;
	in.ballot = &b;
	model_count(&t.model, p, &before);
	expect(is_taken, t.members[member], "Vote", &in.base);
	if (is_taken) {
		p->own[member] = c;
		extension_note(p, before.helping_live);
		t.votes++;
	}
}

static void
delegate(void)
{
	Stoa__Governance__DelegateRequest in =
	    STOA__GOVERNANCE__DELEGATE_REQUEST__INIT;
	Stoa__Governance__UndelegateRequest out =
	    STOA__GOVERNANCE__UNDELEGATE_REQUEST__INIT;
	unsigned from = dice(MEMBERS), to = dice(MEMBERS);
	unsigned type = dice(2) == 0 ? 0 : dice(TYPES + 1);
	Stoa__Governance__ActorFacts a = facts_of(from), b = facts_of(to);

	if (dice(4) == 0) {
		out.type = (char *)(uintptr_t)types[type];
		expect(t.model.delegate[from][type] != NOBODY, t.members[from],
		    "Undelegate", &out.base);
		t.model.delegate[from][type] = NOBODY;
		return;
	}
	in.to = t.members[to];
	in.type = (char *)(uintptr_t)types[type];
	in.facts = &a;
	in.to_facts = &b;
	expect(from != to, t.members[from], "Delegate", &in.base);
	if (from != to) {
		t.model.delegate[from][type] = (int)to;
	}
}

/* ---- time ---- */

static void
close_motion(struct motion *p)
{
	struct model_tally tally;
	int verdict;

	model_count(&t.model, p, &tally);
	verdict = model_verdict(p, &tally);
	for (unsigned i = 0; i < MEMBERS; i++) {
		p->charged[i] = tally.charges[i];
	}
	p->is_counted = true;
	p->stage = OVER;
	if ((verdict == 1 || verdict == 8) && p->has_action) {
		p->stage = WAITING;
		p->ends_us = t.model.now_us + p->rule.timelock_us;
	}
	t.closed++;
}

static void
advance(int64_t us)
{
	Stoa__Governance__AdvanceRequest in =
	    STOA__GOVERNANCE__ADVANCE_REQUEST__INIT;

	t.model.now_us += us;
	t.play.now_us = t.model.now_us;
	for (unsigned turn = 0; turn < 3; turn++) {
		for (unsigned i = 0; i < t.model.motion_count; i++) {
			struct motion *p = &t.model.motions[i];

			if (p->stage < VOTING || p->stage > WAITING ||
			    p->ends_us > t.model.now_us) {
				continue;
			}
			if (p->stage == WAITING) {
				p->stage = RUNNING;
				p->attempt++;
			} else if (p->stage == VOTING &&
				   p->rule.reveal_us > 0) {
				p->stage = REVEAL;
				p->ends_us = t.model.now_us + p->rule.reveal_us;
			} else {
				close_motion(p);
			}
		}
	}
	while (governance_core.next_due(t.play.state).us <= t.model.now_us) {
		expect(true, "@governance", "Advance", &in.base);
	}
}

/* ---- after the vote ---- */

static void
execute(struct motion *p)
{
	Stoa__Governance__RecordExecutedRequest in =
	    STOA__GOVERNANCE__RECORD_EXECUTED_REQUEST__INIT;
	Stoa__Journal__Refusal refusal = STOA__JOURNAL__REFUSAL__INIT;
	bool is_late = dice(4) == 0, is_refused = dice(3) == 0;
	bool is_taken = p->stage == RUNNING && !is_late;

	refusal.reason = (char *)(uintptr_t) "insufficient_funds";
	in.proposal = p->id;
	in.attempt = p->attempt + is_late;
	in.refusal = is_refused ? &refusal : NULL;
	expect(is_taken, "@governance", "RecordExecuted", &in.base);
	if (is_taken) {
		p->stage = is_refused ? STUCK : OVER;
		assert_false(p->is_executed);
		assert_false(p->is_vetoed || p->is_cancelled);
		p->is_executed = !is_refused;
	}
}

static void
retry(struct motion *p)
{
	Stoa__Governance__RetryRequest in =
	    STOA__GOVERNANCE__RETRY_REQUEST__INIT;
	Stoa__Governance__ActorFacts facts = facts_of(1);

	in.proposal = p->id;
	in.facts = &facts;
	expect(p->stage == STUCK, t.members[1], "Retry", &in.base);
	if (p->stage == STUCK) {
		p->stage = RUNNING;
		p->attempt++;
	}
}

static void
refund_note(struct motion *p)
{
	p->stage = OVER;
	p->is_refunded = !p->is_counted;
}

static void
veto(struct motion *p)
{
	Stoa__Governance__VetoRequest in = STOA__GOVERNANCE__VETO_REQUEST__INIT;
	unsigned by = dice(2);
	Stoa__Governance__ActorFacts facts = facts_of(by);
	bool is_taken = by == 0 && p->stage != OVER && p->stage != RUNNING;

	in.proposal = p->id;
	in.reason = (char *)(uintptr_t) "no";
	in.facts = &facts;
	expect(is_taken, t.members[by], "Veto", &in.base);
	if (is_taken) {
		p->is_vetoed = true;
		refund_note(p);
	}
}

static void
cancel(struct motion *p)
{
	Stoa__Governance__CancelRequest in =
	    STOA__GOVERNANCE__CANCEL_REQUEST__INIT;
	unsigned by = dice(3) == 0 ? dice(MEMBERS) : p->by;
	bool has_votes = false, is_taken;

	for (unsigned i = 0; i < MEMBERS; i++) {
		has_votes |= p->own[i].is_there || p->sealed[i].is_there;
	}
	is_taken = by == p->by && (p->stage == DRAFT || p->stage == STUCK ||
				      (p->stage == VOTING && !has_votes));
	in.proposal = p->id;
	expect(is_taken, t.members[by], "Cancel", &in.base);
	if (is_taken) {
		p->is_cancelled = true;
		refund_note(p);
	}
}

/* ---- what is told must be what is counted ---- */

static void
stage_check(const struct motion *p, const Stoa__Governance__Proposal *v)
{
	static const Stoa__Governance__State states[] = {[DRAFT] = STATE(DRAFT),
	    [OPENING] = STATE(OPENING),
	    [VOTING] = STATE(ACTIVE),
	    [REVEAL] = STATE(REVEAL),
	    [WAITING] = STATE(QUEUED),
	    [RUNNING] = STATE(EXECUTING),
	    [STUCK] = STATE(FAILED)};

	if (p->stage != OVER) {
		assert_int_equal(v->state, states[p->stage]);
	}
	assert_int_equal(p->is_vetoed, v->state == STATE(VETOED));
	assert_int_equal(p->is_cancelled, v->state == STATE(CANCELLED));
	assert_int_equal(p->is_executed, v->state == STATE(EXECUTED));
	if (p->stage == VOTING || p->stage == REVEAL) {
		assert_int_equal(v->ends_us, p->ends_us);
		assert_int_equal(v->is_extended, p->is_extended);
		assert_int_equal(v->eligible_power, p->eligible);
	}
}

static void
tally_check(const struct motion *p, const Stoa__Governance__Proposal *v)
{
	const struct proposal *kept =
	    governance_get(t.play.state, stoa_str_of(p->id));
	struct model_tally w;

	model_count(&t.model, p, &w);
	assert_non_null(v->tally);
	for (unsigned o = 0; o < p->options; o++) {
		assert_int_equal(v->tally->points[o], w.points[o]);
	}
	assert_int_equal(v->tally->abstained, w.abstained);
	assert_int_equal(v->tally->voted, w.voted);
	assert_int_equal(v->tally->helping, w.helping);
	assert_int_equal(v->tally->basis, w.basis);
	assert_int_equal(v->tally->winner, w.winner);
	assert_int_equal(v->tally->ballots, w.ballots);
	assert_int_equal(v->tally->delegated, w.delegated);
	/* What is kept along the way is what is counted at the end. */
	assert_int_equal(kept->helping, w.helping_live);
}

static void
credits_check(const struct motion *p, unsigned member)
{
	Stoa__Governance__BallotQuery in = STOA__GOVERNANCE__BALLOT_QUERY__INIT;
	Stoa__Governance__BallotReply out =
	    STOA__GOVERNANCE__BALLOT_REPLY__INIT;

	in.proposal = (char *)(uintptr_t)p->id;
	in.member = t.members[member];
	assert_int_equal(
	    governance_query_ballot(t.play.state, &in, &t.play.arena, &out),
	    STOA_OK);
	assert_int_equal(out.power, p->power[member]);
	if (p->rule.form == QUADRATIC &&
	    elector_get(t.play.state, stoa_str_of(t.members[member])) != NULL) {
		assert_true(model_left(&t.model, p, member) >= 0);
		assert_int_equal(
		    out.credits_left, model_left(&t.model, p, member));
	}
}

static void
check(const struct motion *p)
{
	Stoa__Governance__ProposalQuery in =
	    STOA__GOVERNANCE__PROPOSAL_QUERY__INIT;
	Stoa__Governance__ProposalReply out =
	    STOA__GOVERNANCE__PROPOSAL_REPLY__INIT;

	in.proposal = (char *)(uintptr_t)p->id;
	assert_int_equal(
	    governance_query_proposal(t.play.state, &in, &t.play.arena, &out),
	    STOA_OK);
	stage_check(p, out.proposal);
	if ((p->stage == VOTING && p->rule.reveal_us == 0) ||
	    p->stage == REVEAL) {
		tally_check(p, out.proposal);
		credits_check(p, dice(MEMBERS));
	}
}

/* ---- all of it ---- */

static void
operate(void)
{
	uint32_t recent = t.model.motion_count < 6 ? t.model.motion_count : 6;
	struct motion *p =
	    &t.model.motions[t.model.motion_count - 1 - dice(recent)];

	switch (dice(24)) {
	case 0:
		propose();
		break;
	case 1:
	case 2:
		delegate();
		break;
	case 3:
		advance(dice(20) == 0 ? dice(1000000) : dice(500));
		break;
	case 4:
		sponsor(p);
		break;
	case 5:
		execute(p);
		break;
	case 6:
		retry(p);
		break;
	case 7:
		if (dice(6) == 0) {
			veto(p);
		} else {
			cancel(p);
		}
		break;
	default:
		vote(p);
		break;
	}
	check(p);
}

/* Function pointers of other types are not cast. */
static const char *
audit(const void *state, struct stoa_str community,
    const Stoa__Journal__Entry *entry, struct stoa_arena *arena)
{
	return governance_audit(state, community, entry, arena);
}

static void
community_play(void)
{
	play_begin(&t.play, &governance_core, COMMUNITY);
	t.play.audit = audit;
	t.play.digest_one_in = 50;
	t.play.is_replaced = true;
	t.model = (struct model){.now_us = t.play.now_us};
	for (unsigned i = 0; i < MEMBERS; i++) {
		for (unsigned k = 0; k <= TYPES; k++) {
			t.model.delegate[i][k] = NOBODY;
		}
	}
	found();
	electors();
	propose();
	for (unsigned i = 0; i < OPERATIONS; i++) {
		operate();
		stoa_arena_reset(&t.play.arena);
	}
	play_end(&t.play);
}

static uint64_t
setting(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text == NULL || text[0] == '\0' ? otherwise
					       : strtoull(text, NULL, 10);
}

static void
test_governance_does_what_its_model_says(void **state)
{
	uint64_t seed = setting("SEED", (uint64_t)time(NULL));
	uint64_t count = setting("N", 1000000);

	(void)state;
	for (unsigned i = 0; i < MEMBERS; i++) {
		struct stoa_id id =
		    stoa_id_of_bytes('u', stoa_str_of_bytes(&i, sizeof(i)));

		memcpy(t.members[i], id.text, sizeof(id.text));
	}
	for (; t.operations < count; seed++) {
		printf("%sSEED=%" PRIu64 "\n",
		    t.operations == 0 ? "first " : "", seed);
		stoa_rng_init(&t.rng, seed);
		community_play();
	}
	printf("%" PRIu64 " commands: %" PRIu64 " taken, %" PRIu64
	       " refused; %" PRIu64 " open ballots, %" PRIu64
	       " votes closed; all as the model says\n",
	    t.operations, t.accepted, t.refused, t.votes, t.closed);
	assert_true(t.closed > 0 && t.votes > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_governance_does_what_its_model_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
