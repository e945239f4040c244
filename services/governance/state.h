/* state.h - the state of governance. Private to its core.
 *
 * What a record said stays as it was said: proposals keep the message that
 * made them, beside the few fields that change. */
#ifndef GOVERNANCE_STATE_H
#define GOVERNANCE_STATE_H

#include "base/map.h"
#include "base/text.h"
#include "governance/governance.h"
#include "governance/limits.h"
#include "governance/tally.h"

/* ---- the electorate ---- */

/* What accounts said of an identity, from a version on. */
struct checkpoint {
	uint64_t version;
	Stoa__Accounts__Elector *said;
};

struct spending {
	uint64_t round;
	uint32_t credits;
};

struct delegation {
	char *type; /* "": all types */
	struct elector *to;
};

struct delegator {
	struct elector *elector;
	const char *type; /* of the delegation, as its elector keeps it */
};

struct elector {
	struct stoa_str id; /* owned by the map */
	uint32_t ordinal;
	uint32_t checkpoint_count;
	struct checkpoint *checkpoints; /* oldest first; none: not known yet */
	uint32_t spending_count;
	uint32_t delegation_count;
	uint32_t delegator_count, delegator_size;
	struct spending *spendings; /* of rounds that may still count */
	struct delegation *delegations;
	struct delegator *delegators; /* one for each delegation */
	/* One person: who that is now, and all that it was before. */
	struct elector *into;
	struct elector **formers;
	uint32_t former_count;
};

/* ---- proposals ---- */

/* A ballot that was cast. Cells: the options, then as many amounts if it has
 * them. */
struct cast {
	uint8_t count;
	bool has_amounts;
	bool is_abstention;
	bool is_shared; /* one for all who cast the same */
	uint16_t cells[];
};

/* Ordinal of an elector -> something; grows only. */
struct box {
	uint32_t *keys; /* ordinal + 1; 0: free */
	void **values;
	uint32_t size; /* a power of two, or 0 */
	uint32_t count;
	uint32_t gone; /* of them taken out again */
};

struct action_state {
	bool is_done;
	Stoa__Journal__Refusal *refusal; /* of the last attempt */
	char *result;
};

struct proposal {
	struct stoa_str id; /* owned by the map */
	uint64_t number;
	char *member;
	Stoa__Governance__ProposalDrafted *said; /* as last edited */
	Stoa__Governance__State state;
	Stoa__Governance__Rule *rule; /* that decides; NULL before opening */
	int64_t proposed_us, opened_us, ends_us;
	int64_t deposit_micro; /* as the rule said when it was submitted */
	char *hold;	       /* NULL: none */
	char *link;
	char *reason;
	char *sponsors[GOVERNANCE_SPONSORS_MAX];
	unsigned sponsor_count;
	bool is_extended;
	bool is_deposit_known, is_deposit_settled;

	uint64_t version; /* of the electorate */
	uint64_t eligible_count, eligible_power;
	uint64_t round;
	uint32_t credits;
	uint64_t helping;	/* power that counts for the quorum, so far */
	struct box ballots;	/* of struct cast */
	struct box commitments; /* of 32 bytes */
	struct cast *shared[TALLY_OPTIONS_MAX + 1];

	Stoa__Governance__VotingClosed *closed; /* NULL: not yet */
	uint32_t attempt;
	struct action_state done[GOVERNANCE_ACTIONS_MAX];
	Stoa__Governance__State told; /* the last state that was told */
	uint32_t reminded;
	/* Before the end; by the charter in force when it was opened. */
	int64_t reminder_us, last_reminder_us;
	bool is_extension_told;
};

struct governance {
	bool is_founded;
	Stoa__Governance__Charter *charter;
	uint64_t charter_count; /* how often it was set */
	struct stoa_map rules;	/* type -> Stoa__Governance__Rule * */

	uint64_t version;
	struct stoa_map electors; /* member -> struct elector * */
	struct elector **by_ordinal;
	uint32_t elector_count;

	struct stoa_map proposals; /* id -> struct proposal * */
	struct stoa_map open;	   /* those with something to be done */
	int64_t due_us;		   /* INT64_MAX: never */
};

/* ---- rules.c ---- */
void rules_decide_found(const struct governance *s,
    const struct stoa_command *c, struct stoa_decision *d);
bool rules_check_rule(
    const Stoa__Governance__Rule *rule, struct stoa_decision *d);
bool rules_check_charter(
    const Stoa__Governance__Charter *charter, struct stoa_decision *d);
void rules_apply_founded(
    struct governance *s, const Stoa__Governance__Founded *e);
void rules_apply_set(struct governance *s, const Stoa__Governance__RuleSet *e);
void rules_apply_retired(
    struct governance *s, const Stoa__Governance__RuleRetired *e);
void rules_apply_charter(
    struct governance *s, const Stoa__Governance__CharterSet *e);
const Stoa__Governance__Rule *rule_get(
    const struct governance *s, const char *type);
/* The rule in force: the proposal's own once it is open. */
const Stoa__Governance__Rule *rule_of(
    const struct governance *s, const struct proposal *p);
void refuse_no_type(
    const struct governance *s, const char *type, struct stoa_decision *d);

/* ---- actions.c ---- */
const char *action_name(const Stoa__Governance__Action *a);
bool action_name_is_known(const char *name);
bool action_check(const struct governance *s, const Stoa__Governance__Action *a,
    size_t option_count, int32_t reject, const Stoa__Governance__Rule *rule,
    struct stoa_decision *d);
/* Done by governance itself, with the vote's own record. */
bool action_is_own(const Stoa__Governance__Action *a);
void action_decide_own(
    const Stoa__Governance__Action *a, struct stoa_decision *d);
/* Of the option that won. */
bool action_applies(const struct proposal *p, size_t i);

/* ---- drafts.c ---- */
void drafts_decide_propose(const struct governance *s,
    const struct stoa_command *c, struct stoa_decision *d);
void drafts_decide_edit(const struct governance *s,
    const struct stoa_command *c, struct stoa_decision *d);
void drafts_decide_sponsor(const struct governance *s,
    const struct stoa_command *c, struct stoa_decision *d);
void drafts_decide_cancel(const struct governance *s,
    const struct stoa_command *c, struct stoa_decision *d);
void drafts_decide_discuss(const struct governance *s,
    const struct stoa_command *c, struct stoa_decision *d);
/* Submits a draft whose time has come. */
void drafts_decide_due(const struct governance *s, const struct proposal *p,
    struct stoa_wall now, struct stoa_decision *d);
int64_t draft_due_us(const struct governance *s, const struct proposal *p);
void drafts_apply_drafted(struct governance *s, const struct stoa_fact *fact,
    const Stoa__Governance__ProposalDrafted *e);
void drafts_apply_edited(
    struct governance *s, const Stoa__Governance__ProposalEdited *e);
void drafts_apply_sponsored(struct governance *s, const struct stoa_fact *fact,
    const Stoa__Governance__ProposalSponsored *e);
void drafts_apply_submitted(
    struct governance *s, const Stoa__Governance__ProposalSubmitted *e);
void drafts_apply_discussed(
    struct governance *s, const Stoa__Governance__Discussed *e);

/* ---- electors.c ---- */
void electors_decide_record(const struct governance *s,
    const struct stoa_command *c, struct stoa_decision *d);
void electors_apply_recorded(
    struct governance *s, const Stoa__Governance__ElectorsRecorded *e);
/* Who that is now; NULL: nobody known. */
struct elector *elector_get(const struct governance *s, struct stoa_str id);
/* The very one of that id, whoever that is now. */
struct elector *elector_raw(const struct governance *s, struct stoa_str id);
struct elector *elector_now(struct elector *e);
/* The actor's id, or of who that is now. */
struct stoa_str actor_now(const struct governance *s, struct stoa_str actor);
/* As `elector_raw`, and made if there is none. */
struct elector *elector_touch(struct governance *s, struct stoa_str id);
const Stoa__Accounts__Elector *elector_at(
    const struct elector *e, uint64_t version);
/* Power at the snapshot; 0: not eligible, `ret_needs` (may be NULL) says what
 * for. */
uint64_t elector_power(const struct elector *e,
    const Stoa__Governance__Rule *rule, uint64_t version, int64_t opened_us,
    const char **ret_needs);
/* The same for a proposal that is open. */
uint64_t voter_power(const struct elector *e, const struct proposal *p);
uint32_t elector_spent(const struct elector *e, uint64_t round);
void elector_spend(struct elector *e, uint64_t round, int64_t credits);
void elector_free(struct elector *e);
/* Newer than those there are; takes over `said`. */
void checkpoint_add(
    struct elector *e, uint64_t version, Stoa__Accounts__Elector *said);

/* ---- delegates.c ---- */
void delegates_decide_delegate(const struct governance *s,
    const struct stoa_command *c, struct stoa_decision *d);
void delegates_decide_undelegate(const struct governance *s,
    const struct stoa_command *c, struct stoa_decision *d);
void delegates_apply(struct governance *s, const struct stoa_fact *fact,
    const Stoa__Governance__Delegated *e);
/* `to` NULL: nobody any more. */
void delegation_set(struct elector *e, const char *type, struct elector *to);
/* Who votes for `e` about proposals of this type; NULL: only themselves. */
struct elector *delegate_of(const struct elector *e, const char *type);
/* What `from` gave and got is `to`'s; what `to` gave itself stays. */
void delegations_unite(struct elector *to, struct elector *from);
/* True when it is this delegation that counts for the type. */
bool delegator_relies(const struct delegator *d, const char *type);

/* ---- votes.c, box.c ---- */
void votes_decide_vote(const struct governance *s, const struct stoa_command *c,
    struct stoa_decision *d);
void votes_decide_reveal(const struct governance *s,
    const struct stoa_command *c, struct stoa_decision *d);
void votes_apply_cast(struct governance *s, const struct stoa_fact *fact,
    const Stoa__Governance__VoteCast *e);
void votes_apply_committed(struct governance *s, const struct stoa_fact *fact,
    const Stoa__Governance__BallotCommitted *e);
void votes_apply_revealed(struct governance *s, const struct stoa_fact *fact,
    const Stoa__Governance__BallotRevealed *e);
void votes_apply_extended(
    struct governance *s, const Stoa__Governance__VotingExtended *e);
void *box_get(const struct box *b, uint32_t ordinal);
void *box_put(struct box *b, uint32_t ordinal, void *value); /* the old one */
void *box_take(struct box *b, uint32_t ordinal);	     /* the old one */
void ballots_free(struct proposal *p);
struct cast *cast_keep(struct proposal *p, const struct ballot *b);
void cast_free(struct cast *c); /* NULL is allowed */
/* `bytes`: STOA_HASH_SIZE of them. */
void commitment_put(struct proposal *p, uint32_t ordinal, const void *bytes);
void ballot_refund(
    const struct proposal *p, struct elector *e, const struct cast *b);
uint64_t ballot_cost_of(const struct proposal *p, const struct cast *b);
/* Voice credits that a ballot may cost which replaces `own` (NULL: none). */
uint64_t credits_left(
    const struct elector *e, const struct proposal *p, const struct cast *own);
/* What `from` has cast in an open vote is withdrawn or becomes `to`'s. */
void ballots_unite(
    struct proposal *p, struct elector *to, struct elector *from);
/* The power that counts for the quorum, added up anew. */
uint64_t help_sum(const struct governance *s, const struct proposal *p);
/* As the tally reads it; lives as long as `room`. */
struct ballot cast_view(const struct cast *b, struct ballot_room *room);
enum ballot_form form_of(const Stoa__Governance__Rule *rule);
/* How the power that counts for the quorum changes when `voter` (NULL: only
 * those who rely on somebody are meant) casts `now` instead of what stands. */
int64_t help_change(const struct proposal *p, const struct elector *voter,
    const struct cast *now);
/* The same for one who has no ballot of their own and changes delegates. */
int64_t help_change_delegate(const struct proposal *p, const struct elector *e,
    const struct elector *before, const struct elector *after);

/* ---- unite.c ---- */
void unite_decide(const struct governance *s, const struct stoa_command *c,
    struct stoa_decision *d);
void unite_apply(
    struct governance *s, const Stoa__Governance__MembersUnited *e);

/* ---- count.c ---- */

struct counted {
	struct tally_result result;
	uint64_t ballots, delegated;
};

/* Told for each delegator whose credits pay, if wanted. */
typedef void (*count_charge)(
    void *owner, struct elector *e, uint64_t round, uint32_t credits);
void count_ballots(const struct governance *s, const struct proposal *p,
    count_charge charge, void *owner, struct counted *ret_counted);
/* False: the arena is full. */
bool count_view(const struct proposal *p, const struct counted *counted,
    struct stoa_arena *arena, Stoa__Governance__Tally *out);
Stoa__Governance__Verdict count_verdict(
    const struct proposal *p, const struct counted *counted);

/* ---- outcome.c ---- */
void outcome_decide_open(const struct governance *s,
    const struct stoa_command *c, struct stoa_decision *d);
void outcome_decide_advance(const struct governance *s,
    const struct stoa_command *c, struct stoa_decision *d);
void outcome_decide_deposit(const struct governance *s,
    const struct stoa_command *c, struct stoa_decision *d);
void outcome_decide_deposit_settled(const struct governance *s,
    const struct stoa_command *c, struct stoa_decision *d);
void outcome_decide_veto(const struct governance *s,
    const struct stoa_command *c, struct stoa_decision *d);
void outcome_decide_told(const struct governance *s,
    const struct stoa_command *c, struct stoa_decision *d);
void outcome_apply_deposit(
    struct governance *s, const Stoa__Governance__DepositRecorded *e);
void outcome_apply_opened(struct governance *s, const struct stoa_fact *fact,
    const Stoa__Governance__VotingOpened *e);
void outcome_apply_reveal(
    struct governance *s, const Stoa__Governance__RevealStarted *e);
void outcome_apply_closed(
    struct governance *s, const Stoa__Governance__VotingClosed *e);
void outcome_apply_ended(
    struct governance *s, const Stoa__Governance__ProposalEnded *e);
void outcome_apply_deposit_settled(
    struct governance *s, const Stoa__Governance__DepositSettled *e);
void outcome_apply_told(struct governance *s, const Stoa__Governance__Told *e);
/* The round of voice credits; a change of the charter begins new ones. */
uint64_t round_at(const struct governance *s, struct stoa_wall now);
void event_ended(struct stoa_decision *d, const struct proposal *p,
    Stoa__Governance__State state, const char *reason);

/* ---- execute.c ---- */
void execute_decide_start(const struct proposal *p, struct stoa_decision *d);
void execute_decide_recorded(const struct governance *s,
    const struct stoa_command *c, struct stoa_decision *d);
void execute_decide_retry(const struct governance *s,
    const struct stoa_command *c, struct stoa_decision *d);
void execute_apply_started(
    struct governance *s, const Stoa__Governance__ExecutionStarted *e);
void execute_apply_action(
    struct governance *s, const Stoa__Governance__ActionExecuted *e);
void execute_apply_executed(
    struct governance *s, const Stoa__Governance__ProposalExecuted *e);

/* ---- image.c ---- */
void governance_image_save(const void *state, struct stoa_buf *out);
bool governance_image_load(void *state, struct stoa_str bytes);

/* ---- proposal.c: what all of them need ---- */

/* Refuses when there is none. */
const struct proposal *proposal_find(
    const struct governance *s, const char *id, struct stoa_decision *d);
struct proposal *proposal_must(struct governance *s, const char *id);
/* A new one among the open ones; takes over `said`. */
struct proposal *proposal_add(struct governance *s, struct stoa_str id,
    Stoa__Governance__ProposalDrafted *said);
bool proposal_is_over(const struct proposal *p);
/* There is one, and nobody knows yet whether accounts holds it. */
bool proposal_awaits_deposit(const struct proposal *p);
const char *state_name(Stoa__Governance__State state);
void refuse_state(
    const struct proposal *p, const char *needed, struct stoa_decision *d);
bool is_actor(const struct governance *s, const struct proposal *p,
    const struct stoa_command *c);
void proposal_state_set(
    struct governance *s, struct proposal *p, Stoa__Governance__State state);
void due_refresh(struct governance *s);
void proposal_free(struct proposal *p);

#define REFUSE(d, reason, ...) \
	STOA_REFUSE(           \
	    (d), STOA__GOVERNANCE__REFUSAL_REASON__##reason, __VA_ARGS__)

#define EVENT_KIND(KIND) STOA__GOVERNANCE__EVENT__KIND_##KIND
#define STATE(NAME)	 STOA__GOVERNANCE__STATE__##NAME

#endif
