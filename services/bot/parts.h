/* parts.h - what the bot's files share; for them only.
 *
 *   intake.c    a delivery becomes a run; parse, limit, permit, dispatch
 *   permit.c    who may do what
 *   run.c       one command under way: its calls and its cards
 *   people.c    who that is: resolve, link, join
 *   formers.c   what that person was called before
 *   roles.c     which roles of the platform they hold
 *   handlers_*  what each command does, step by step
 *   live.c      the cards of jobs: progress, and how they ended
 *   live_vote.c what the community is told of votes
 *   live_market.c how deals went, and what is listed
 *   unseal.c    the secret ballots of all, when voting has ended */
#ifndef BOT_PARTS_H
#define BOT_PARTS_H

#include "base/arena.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/time.h"
#include "bot/action.h"
#include "bot/address.h"
#include "bot/bot.h"
#include "bot/catalogue.h"
#include "bot/lane.h"
#include "bot/problem.h"
#include "bot/view.h"
#include "port/bus.h"

#include "proto/accounts.pb-c.h"
#include "proto/chat.pb-c.h"
#include "proto/governance.pb-c.h"
#include "proto/journal.pb-c.h"
#include "proto/training.pb-c.h"

struct bot_run;

/* Domains whose journal entries a member's reads must not miss. */
enum bot_domain {
	BOT_ACCOUNTS,
	BOT_TRAINING,
	BOT_GOVERNANCE,
	BOT_MARKETPLACE,
	BOT_DOMAIN_COUNT,
};

struct bot_person {
	struct stoa_id community;
	struct stoa_id member;
	Stoa__Accounts__Role role; /* as last seen: for /help only */
	uint64_t seen[BOT_DOMAIN_COUNT];
	int64_t checked_us;	/* when accounts was asked, monotonic */
	size_t former_count;	/* of names that are merged here */
	struct stoa_hash roles; /* of the platform, as accounts knows them */
};

/* Two generations: when the young one is full the old one is forgotten. */
struct bot_people {
	/* platform.user.workspace -> struct bot_person * */
	struct stoa_map young, old;
	struct stoa_map last; /* platform.user -> workspace, owned */
	uint64_t index;	      /* of the directory: reads must show it */
};

struct bot_counts {
	uint64_t commands;
	uint64_t again; /* came more than once */
	uint64_t limited;
	uint64_t problems;
	uint64_t refusals;
	uint64_t failures;
	uint64_t dropped; /* could not be read at all */
	uint64_t cards;	  /* final ones stored */
	uint64_t edits;
	uint64_t redone;      /* cards that the broker did not take */
	uint64_t unsealed;    /* secret ballots opened */
	uint64_t sealed_lost; /* and those that could not be */
};

struct bot {
	struct bot_options o;
	char link_key[128];
	struct stoa_consumer *commands, *notices;
	struct bot_lanes lanes;
	struct stoa_map runs; /* platform.user.id -> struct bot_run * */
	struct bot_people people;
	struct stoa_map live;		 /* job -> struct live * */
	size_t recall_count;		 /* of them being asked for */
	size_t notice_count;		 /* being stored, or carried out */
	struct bot_unsealing *unsealing; /* under way */
	int64_t pulse_us;
	bool is_draining;
	bool is_abandoned;		  /* callbacks do nothing any more */
	char kept[BOT_REFERENCE_LEN + 1]; /* actions of the last live card */
	struct bot_counts counts;
};

/* ---- one command under way ---- */

typedef void (*bot_step)(struct bot_run *r, const void *reply);
typedef void (*bot_refused)(
    struct bot_run *r, const Stoa__Journal__Refusal *refusal);

/* A call and how the command goes on. All borrowed for the run's life. */
struct bot_call {
	const ProtobufCServiceDescriptor *service;
	const char *method;
	const char *command_id;	   /* NULL: a query; else tried until 30 s */
	struct stoa_str community; /* empty: the member's */
	bool is_own;		   /* the bot acts, not the member */
	/* Tried once, and the run goes on here when nobody answers in 5 s. */
	void (*silent)(struct bot_run *r);
	uint64_t index_min;  /* beyond what the member has seen */
	bot_step next;	     /* gets the reply; an Outcome is no refusal */
	bot_refused refused; /* NULL: the card says so */
	void (*missing)(struct bot_run *r); /* NOT_FOUND; NULL: a failure */
};

struct bot_run {
	struct bot_lane_item item; /* first: lanes hold runs */
	struct bot *bot;
	struct stoa_delivery *delivery;
	struct bot_address to;
	struct stoa_arena arena;
	Stoa__Chat__Command *command;
	const struct bot_command *row; /* NULL: no command at all */
	struct bot_problem problem;
	bool has_problem;
	bool is_in_lane;
	bool is_limited_alone;	 /* the limit was this process's own */
	struct bot_person who;	 /* of a command that needs one */
	int64_t deadline_us;	 /* monotonic; 0: not running yet */
	void *work;		 /* the handler's own, in the arena */
	Stoa__Chat__Card *final; /* on its way */

	struct bot_call call; /* under way */
	struct stoa_str request;
	int64_t again_us; /* monotonic; 0: no try is due */
	int64_t again_wait_us;
};

int64_t bot_now(const struct bot *b);
void bot_warn(const struct bot *b, const char *event, const char *text);

/* intake.c */
void bot_on_command(void *owner, struct stoa_delivery *delivery);

/* A run has ended: frees it and lets the member's next command run. */
void bot_intake_ended(struct bot_run *r);

/* ---- run.c: every run ends by exactly one of the five last ones ---- */

/* At most one at a time; `request` is read before it returns. */
void bot_run_call(struct bot_run *r, const struct bot_call *call,
    const ProtobufCMessage *request);
void bot_run_tick(struct bot_run *r, int64_t now_us);

/* Event `i` of an outcome, or NULL. */
void *bot_run_event(struct bot_run *r, const Stoa__Journal__Outcome *outcome,
    const ProtobufCMessageDescriptor *type, size_t i);

/* The id of a command that the bot itself gives for this one, of which there
 * is one of each kind. It acts for all members alike, and members choose the
 * ids of theirs: each gets ids of their own. NULL: the arena is full. */
const char *bot_run_own_id(struct bot_run *r, const char *kind);

/* The text option of that name, or "". */
const char *bot_run_text(const struct bot_run *r, const char *option);
bool bot_run_flag(const struct bot_run *r, const char *option);

/* The final card; NULL: the arena was full, which the card then says. */
void bot_run_finish(struct bot_run *r, Stoa__Chat__Card *card);
void bot_run_refuse(struct bot_run *r, const struct bot_problem *problem);
void bot_run_fail(
    struct bot_run *r, enum stoa_status status, const char *service);

/* The broker did not take what belongs to the card: the command comes again,
 * with the same ids. */
void bot_run_again(struct bot_run *r);

/* Without a final card: that comes with the job's notice. */
void bot_run_leave(struct bot_run *r);

/* Fills in what the views leave to the caller and packs; empty when it does
 * not fit the arena or a message. */
struct stoa_str bot_card_pack(struct stoa_arena *arena, Stoa__Chat__Card *card,
    const struct bot_address *to, uint32_t revision);

/* ---- pressed.c ---- */

/* Turns the token of a button, select or form back into a line, then goes on;
 * or ends the run: it has expired, or it is somebody else's. */
void bot_pressed_find(struct bot_run *r, void (*next)(struct bot_run *r));

/* Where a form can be shown: asks for the options that are missing. False:
 * the problem is another. */
bool bot_pressed_ask(struct bot_run *r);

/* Gives the card's commands tokens and keeps them at the broker; then
 * `next`, or the run comes again. */
void bot_pressed_keep(
    struct bot_run *r, Stoa__Chat__Card *card, void (*next)(struct bot_run *r));

/* The same for a card of a job, to the address it goes to; told or lost. */
void bot_pressed_keep_live(struct bot *b, struct stoa_arena *arena,
    Stoa__Chat__Card *card, const struct bot_address *to);

/* ---- people.c ---- */

void bot_people_init(struct bot_people *p, uint64_t seed);
void bot_people_fini(struct bot_people *p);

/* Finds out who sent the command, linking and joining on the first one, then
 * goes on; or ends the run. */
void bot_people_find(struct bot_run *r, void (*next)(struct bot_run *r));

/* The identities of the directory have changed at `index`: who is remembered
 * as `member` is asked for again. */
void bot_people_changed(struct bot *b, const char *member, uint64_t index);

/* The same for the run's own person, at once: then `next`. */
void bot_people_find_again(struct bot_run *r, void (*next)(struct bot_run *r));

/* What reads of this member must show from now on. */
void bot_people_saw(struct bot_run *r, enum bot_domain domain, uint64_t index);

/* The person if known already, else NULL. */
const struct bot_person *bot_people_get(const struct bot_run *r);

/* The directory's keys for a workspace and a user. */
void bot_people_keys(const struct bot *b, const char *platform,
    const char *workspace, const char *user, struct stoa_hash *ret_workspace,
    struct stoa_hash *ret_user);

/* The directory's key for a user of the run's platform. */
struct stoa_hash bot_people_key(const struct bot_run *r, const char *user);

/* What accounts was told last of the run's person. */
void bot_people_told_roles(struct bot_run *r, const struct stoa_hash *roles);

/* ---- formers.c ---- */

/* In the run's community each member of one of these names becomes the run's
 * member; `done` hears whether all who need to know have answered. */
void bot_formers_settle(struct bot_run *r, char **formers, size_t count,
    void (*done)(struct bot_run *r, bool is_settled));

/* ---- roles.c ---- */

/* Whatever their order. */
struct stoa_hash bot_roles_hash(char *const *roles, size_t count);

/* Tells accounts which roles of the platform the run's person holds, if that
 * is not what it knows; then `next`, answered or not. */
void bot_roles_observe(struct bot_run *r, void (*next)(struct bot_run *r));

/* ---- permit.c ---- */

/* Goes on to the command's handler if this person may; or ends the run. */
void bot_permit(struct bot_run *r);

/* What a member of that role may do here, with what the platform says of them;
 * `community` NULL: without the platform's roles. */
enum bot_permission bot_permit_of(const struct bot_run *r,
    Stoa__Accounts__Role role, const Stoa__Accounts__CommunityReply *community);

/* ---- handlers ---- */

void bot_handle(struct bot_run *r);

void bot_handle_setup(struct bot_run *r);
void bot_handle_invite(struct bot_run *r);
void bot_handle_upload(struct bot_run *r);
void bot_handle_datasets(struct bot_run *r);
void bot_handle_train(struct bot_run *r);
void bot_handle_jobs(struct bot_run *r);
void bot_handle_job(struct bot_run *r);
void bot_handle_cancel(struct bot_run *r);
void bot_handle_models(struct bot_run *r);
void bot_handle_model(struct bot_run *r);
void bot_handle_ask(struct bot_run *r);
void bot_handle_run(struct bot_run *r);
void bot_handle_balance(struct bot_run *r);
void bot_handle_link(struct bot_run *r);
void bot_handle_unlink(struct bot_run *r);
void bot_handle_whoami(struct bot_run *r);
void bot_handle_transfer(struct bot_run *r);
void bot_handle_propose(struct bot_run *r);
void bot_handle_proposals(struct bot_run *r);
void bot_handle_proposal(struct bot_run *r);
void bot_handle_vote(struct bot_run *r);
void bot_handle_reveal(struct bot_run *r);
void bot_handle_delegate(struct bot_run *r);
void bot_handle_undelegate(struct bot_run *r);
void bot_handle_credits(struct bot_run *r);
void bot_handle_rules(struct bot_run *r);
void bot_handle_list(struct bot_run *r); /* unlist, too */
void bot_handle_market(struct bot_run *r);
void bot_handle_deal(struct bot_run *r);  /* buy, lease, offer */
void bot_handle_deals(struct bot_run *r); /* leases, offers */
void bot_handle_return(struct bot_run *r);
void bot_handle_earnings(struct bot_run *r);
void bot_handle_wallet(struct bot_run *r);
void bot_handle_deposit(struct bot_run *r);
void bot_handle_withdraw(struct bot_run *r);
void bot_handle_withdrawals(struct bot_run *r);
void bot_handle_nft(struct bot_run *r);
void bot_handle_tokenize(struct bot_run *r);
void bot_handle_saga(struct bot_run *r);
void bot_handle_change(struct bot_run *r); /* sponsor, withdraw, veto, retry */

/* ---- what several handlers need ---- */

/* Finds the member that was named, by id or as the platform does; the option
 * is for the refusal. `next` gets the id. */
void bot_handle_member(struct bot_run *r, const char *option, const char *given,
    void (*next)(struct bot_run *r, const char *member));

/* The proposal of the option `id`, or the run ends. */
void bot_handle_proposal_ask(struct bot_run *r, const char *id, bot_step next);

/* The option `id` as governance takes it: "12" is "#12". */
const char *bot_handle_proposal_id(struct bot_run *r);

/* What governance would say, in its words; "" for an argument there is not. */
void bot_handle_refuse(struct bot_run *r, const char *reason, const char *first,
    const char *second);

/* Keeps the ballot sealed and commits to it; the run ends. */
void bot_handle_seal(struct bot_run *r, const Stoa__Governance__Proposal *p,
    const Stoa__Governance__Ballot *ballot,
    const Stoa__Governance__BallotReply *own);

/* "model_approval" as types are written. */
const char *bot_handle_type(struct bot_run *r);

/* ---- live.c ---- */

void bot_live_fini(struct bot *b);

/* The job's card is shown under the run's address from now on. */
void bot_live_begin(
    struct bot_run *r, const Stoa__Training__JobSubmitted *job, int64_t at_us);

/* What is under way, while the final card is owed to a notice; may be lost. */
void bot_live_tell(struct bot_run *r, Stoa__Chat__Card *card);

void bot_on_progress(
    void *owner, struct stoa_str subject, struct stoa_str data);
void bot_on_notice(void *owner, struct stoa_delivery *delivery);
void bot_live_tick(struct bot *b, int64_t now_us);

/* Stores the final card of a notice, then ends its delivery. */
void bot_notice_store(struct bot *b, struct stoa_delivery *delivery,
    const struct bot_address *to, struct stoa_str packed);

/* live_vote.c: a governance.Notice. */
void bot_on_vote_notice(struct bot *b, struct stoa_delivery *delivery);

/* live_market.c: a marketplace.Notice. */
void bot_on_market_notice(struct bot *b, struct stoa_delivery *delivery);

/* ---- unseal.c ---- */

/* `is_complete`: what is not open now never can be. */
typedef void (*bot_unsealing_done)(void *owner, bool is_complete);

/* Opens the secret ballots of a notice's proposal that were sealed here, and
 * tells the members whose it could not. `delivery` is kept alive meanwhile;
 * it and `notice` are borrowed until `done`. */
void bot_unseal(struct bot *b, struct stoa_delivery *delivery,
    const Stoa__Governance__Notice *notice, bot_unsealing_done done,
    void *owner);
void bot_unseal_pulse(struct bot *b);

/* Adds the progress of a running job, if this process has heard of it. */
void bot_live_decorate(
    const struct bot *b, struct stoa_arena *arena, struct bot_job_view *view);

#endif
