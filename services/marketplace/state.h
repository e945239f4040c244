/* state.h - the state of the marketplace. Private to its core.
 *
 * What a record said stays as it was said: models and deals keep the unpacked
 * event that made them, beside the few fields that change. Only whose they
 * are is rewritten when that member becomes another one (holders.c). */
#ifndef MARKETPLACE_STATE_H
#define MARKETPLACE_STATE_H

#include "base/map.h"
#include "base/order.h"
#include "base/text.h"
#include "marketplace/limits.h"
#include "marketplace/marketplace.h"
#include "marketplace/split.h"

typedef Stoa__Marketplace__ModelState model_state;
typedef Stoa__Marketplace__DealKind deal_kind;
typedef Stoa__Marketplace__DealState deal_state;
typedef Stoa__Marketplace__EndReason end_reason;

/* By which listings are kept in order. */
enum {
	SORT_NEWEST,
	SORT_CHEAPEST,
	SORT_USED,
	SORT_ACCURATE,
	SORT_COUNT
};

/* What a model is on the chain. Accounts of the vault are named after members
 * for ever: who a member becomes later is no matter here. */
struct token {
	bool is_minted;
	bool is_first;	  /* never sold: its splitter owns it */
	bool has_listing; /* the chain offers it for sale */
	uint8_t id[MARKETPLACE_TOKEN_SIZE];
	uint8_t listing[MARKETPLACE_TOKEN_SIZE];
	uint8_t splitter[MARKETPLACE_ADDRESS_SIZE];
	char *party;	    /* whose account owns it; NULL: a stranger */
	char *former;	    /* whose account did before; NULL: nobody's */
	char *former_owner; /* and which member that was */
	char *payees[MARKETPLACE_SHARES_MAX + 1]; /* of its splitter */
	size_t payee_count;
	int64_t price_micro, rent_micro; /* as the chain has it */
	int64_t minted_us;
	int64_t leased_until_us; /* nobody else can lease it until then */
	uint32_t mint_attempt;
	char *mint_why; /* NULL: not refused */
	uint32_t relist_number;
	char *relist_why; /* of the last one; NULL: not refused */
	uint32_t collect_wanted, collect_done;
};

struct model {
	struct stoa_str id; /* owned by the map */
	Stoa__Marketplace__Approved *said;
	char *owner;
	char *licence; /* may be empty */
	uint8_t *claim;
	size_t claim_len;
	model_state state;
	model_state resumes; /* what a withdrawn one was */
	Stoa__Marketplace__Audience audience;
	bool is_listed;
	int64_t price_micro, rent_micro, question_micro; /* 0: not so */
	int64_t approved_us, pinned_us, claimed_us, announced_us;
	int64_t listed_us, withdrawn_us;
	uint64_t uses;
	uint32_t lease_count;	 /* running */
	uint32_t open_count;	 /* deals in `due` */
	const struct deal *sale; /* whose money is being set aside, or NULL */
	int64_t sorted[SORT_COUNT]; /* where it stands in each order */
	bool is_on_chain;
	const struct deal *tenant; /* its lease by time on the chain, or NULL */
	struct token token;
};

/* One who owned the model during a lease, and until when. What they are owed of
 * it follows when it ends: on a chain both may be heard of late. */
struct accrual {
	char *owner;
	int64_t until_us;
	int64_t micro; /* of a meter: what it had earned when it was sold */
};

struct deal {
	struct stoa_str id; /* owned by the map */
	Stoa__Marketplace__DealBegun *said;
	struct model *model;
	uint64_t number; /* they count up */
	deal_state state;
	end_reason reason;
	char *hold;
	Stoa__Journal__Refusal *refusal;     /* or NULL */
	Stoa__Marketplace__DealEnded *ended; /* or NULL */
	bool is_told;
	uint32_t used;
	int64_t asked_us, begun_us, ends_us, ended_us;
	int64_t due_us; /* where it stands in `due`; INT64_MAX: not there */
	struct accrual accruals[MARKETPLACE_ACCRUALS_MAX];
	size_t accrual_count;
	/* The chain does it, before rights move. */
	bool is_traded;
	bool is_outside; /* by a stranger: it has been done already */
	char *party;	 /* the member, as the account of the vault is named */
	char *seller;	 /* of a sale: whose listing it is, and who is paid */
	uint8_t listing[MARKETPLACE_TOKEN_SIZE]; /* what a sale buys */
	int64_t held_us, traded_us, returning_us, settled_us;
	uint32_t return_number;
	char *return_why; /* why it could not be returned; NULL: it could */
};

enum {
	EARNED_SALES,
	EARNED_LEASES,
	EARNED_CREATOR,
	EARNED_DATA,
	EARNED_COMMUNITY,
	EARNED_COUNT
};

struct earnings {
	int64_t micro[EARNED_COUNT];
	uint64_t payment_count;
};

struct marketplace {
	char *community;
	struct stoa_map models;	     /* id -> struct model * */
	struct stoa_map deals;	     /* id -> struct deal * */
	struct stoa_map leases;	     /* "member/model" -> its newest lease */
	struct stoa_map todo_models; /* id -> those with an effect */
	struct stoa_map todo_deals;
	struct stoa_map earnings; /* member -> struct earnings * */
	struct stoa_map owners;	  /* former id -> char *, who that is now */
	struct stoa_map counts;	  /* member -> uint32_t *, deals not over */
	struct stoa_map tokens;	  /* 32 bytes -> its model */
	uint64_t sighted;	  /* sightings of chain that are done with */
	struct stoa_order sorted[SORT_COUNT]; /* listed models */
	struct stoa_order due;		      /* open deals, by their end */
	struct stoa_order numbers;	      /* all deals, by number */
	struct stoa_order closed;	      /* deals over, by number */
	uint64_t deal_count;		      /* ever */
	uint32_t open_count;		      /* deals not over */
};

#define KIND(NAME)	 STOA__MARKETPLACE__DEAL_KIND__##NAME
#define DEAL(NAME)	 STOA__MARKETPLACE__DEAL_STATE__##NAME
#define MODEL(NAME)	 STOA__MARKETPLACE__MODEL_STATE__##NAME
#define ENDED(NAME)	 STOA__MARKETPLACE__END_REASON__##NAME
#define EVENT_KIND(NAME) STOA__MARKETPLACE__EVENT__KIND_##NAME
#define TOKEN_EVENT(d, NAME, field, e)                \
	do {                                          \
		Stoa__Marketplace__Event event_ =     \
		    STOA__MARKETPLACE__EVENT__INIT;   \
		event_.kind_case = EVENT_KIND(NAME);  \
		event_.field = (e);                   \
		stoa_decide_event((d), &event_.base); \
	} while (0)
#define REFUSE(d, reason, ...) \
	STOA_REFUSE(           \
	    (d), STOA__MARKETPLACE__REFUSAL_REASON__##reason, __VA_ARGS__)

#define DECIDE(name)                                                         \
	void name(const struct marketplace *s, const struct stoa_command *c, \
	    struct stoa_decision *d)

/* ---- models.c: approval, its steps, listings ---- */
DECIDE(models_decide_approve);
DECIDE(models_decide_takedown);
DECIDE(models_decide_restore);
DECIDE(models_decide_pinned);
DECIDE(models_decide_claim);
DECIDE(models_decide_announced);
DECIDE(models_decide_list);
DECIDE(models_decide_unlist);
struct model *model_get(const struct marketplace *s, const char *id);
/* Refuses: nobody has approved it, or it was withdrawn since. */
const struct model *model_find(
    const struct marketplace *s, const char *id, struct stoa_decision *d);
bool model_is_on_market(const struct model *m);
/* The model if it is the actor's to sell now; else refuses. */
const struct model *own_find(const struct marketplace *s,
    const struct stoa_command *c, struct stoa_decision *d, const char *id);

/* ---- model_state.c ---- */
void model_apply_approved(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__Approved *e);
void model_apply_pinned(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__Pinned *e);
void model_apply_claimed(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__Claimed *e);
void model_apply_announced(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__Announced *e);
void model_apply_listed(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__Listed *e);
void model_apply_unlisted(struct marketplace *s, const char *id);
void model_apply_taken_down(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__TakenDown *e);
void model_apply_restored(
    struct marketplace *s, const Stoa__Marketplace__Restored *e);
void model_apply_sold(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__Sold *e);
/* A new one; `said` is taken over. */
struct model *model_enter(
    struct marketplace *s, Stoa__Marketplace__Approved *said);
void model_forget(struct model *m);
/* Into the lists that it belongs in now. */
void model_list(struct marketplace *s, struct model *m);
void model_unlist(struct marketplace *s, struct model *m);
void model_use(struct marketplace *s, struct model *m);
void model_refresh(struct marketplace *s, struct model *m);

/* ---- deals.c: how they begin; deal_end.c: how they end ---- */
DECIDE(deals_decide_buy);
DECIDE(deals_decide_lease);
DECIDE(deals_decide_offer);
DECIDE(deals_decide_held);
DECIDE(deals_decide_return);
DECIDE(deals_decide_answer);
DECIDE(deals_decide_advance);
DECIDE(deals_decide_settled);
DECIDE(deals_decide_told);
/* What a deal asks for: total, rate and duration filled in; refuses. */
bool deal_terms(const struct marketplace *s, const struct model *m,
    struct stoa_str member, struct stoa_wall now,
    Stoa__Marketplace__DealBegun *e, struct stoa_decision *d);
/* The end of a deal that has earned so much: what is paid, what goes back. */
void event_deal_ended(struct stoa_decision *d, const struct deal *deal,
    end_reason reason, int64_t earned_micro);
/* All but the parts is in `e`. */
void event_parts_ended(struct stoa_decision *d, Stoa__Marketplace__DealEnded *e,
    const struct split_part *split, size_t count);
/* The same, said by what or whom. */
struct ending {
	end_reason reason;
	int64_t earned_micro;
	const char *owner; /* whose the rest is; NULL: the model's owner's */
	const char *why;   /* of not_traded; NULL: nothing is to be said */
};
void event_deal_ending(struct stoa_decision *d, const struct deal *deal,
    const struct ending *ending);
void event_sold(struct stoa_decision *d, const struct deal *deal);
/* Why an open deal is over at that time; unspecified: it is not. */
end_reason deal_end_due(const struct deal *deal, int64_t now_us);
/* Refuses: one of its leases has had too many owners. */
bool model_may_be_sold(const struct marketplace *s, const struct model *m,
    struct stoa_decision *d);
/* What those who have sold it are owed of that much, in their order; gives the
 * sum. */
int64_t deal_owed(const struct deal *deal, int64_t earned_micro,
    int64_t ret_micro[static MARKETPLACE_ACCRUALS_MAX]);
/* What a lease has earned at that time, at most its total; else 0. */
int64_t deal_earned(const struct deal *deal, int64_t now_us);
/* The running lease of that member, or NULL. */
struct deal *lease_find(
    const struct marketplace *s, struct stoa_str member, const struct model *m);
bool lease_runs(const struct deal *deal, struct stoa_wall now);

/* ---- access.c ---- */
enum access {
	ACCESS_OWNER,
	ACCESS_EVERYBODY,
	ACCESS_LEASE,
	ACCESS_NONE,
	ACCESS_USED_UP, /* every question of the lease */
	ACCESS_WITHDRAWN,
};
DECIDE(access_decide_use);
enum access access_of(const struct marketplace *s, const struct model *m,
    struct stoa_str member, struct stoa_wall now, struct deal **ret_lease);

/* ---- deal_state.c ---- */
void deal_apply_begun(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__DealBegun *e);
void deal_apply_held(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__DealHeld *e);
void deal_apply_refused(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__DealRefused *e);
void deal_apply_used(struct marketplace *s, const Stoa__Marketplace__Used *e);
void deal_apply_ended(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__DealEnded *e);
void deal_apply_settled(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__DealSettled *e);
void deal_apply_told(
    struct marketplace *s, const Stoa__Marketplace__DealTold *e);
struct deal *deal_get(const struct marketplace *s, const char *id);
/* A new one; `said` is taken over. */
struct deal *deal_add(
    struct marketplace *s, Stoa__Marketplace__DealBegun *said);
void deal_free(struct deal *deal);
/* Ends at another time, or is to be looked at now (0), or never. */
void deal_due_set(struct marketplace *s, struct deal *deal, int64_t us);
void deal_refresh(struct marketplace *s, struct deal *deal);
/* When it is to be looked at. */
int64_t deal_due(const struct deal *deal);
/* Until it is over nobody else may buy the model, or lease it on the chain. */
void deal_claim(struct deal *deal);
bool deal_is_over(const struct deal *deal);
bool deal_is_lease(const struct deal *deal);
/* Each open lease of the model owes its owner what it has earned by now. */
void leases_accrue(struct marketplace *s, const struct model *m, int64_t us);
/* Deals of the model that its state or its owner has ended are due at once,
 * others at their time. */
void deals_due_refresh(struct marketplace *s, const struct model *m);
uint32_t open_count(const struct marketplace *s, struct stoa_str member);
void open_count_add(
    struct marketplace *s, const char *member, int32_t difference);
void lease_key_print(
    char key[static 64], const char *member, const char *model);

/* ---- tokens.c: models as tokens; token_state.c: how events move them ---- */
DECIDE(tokens_decide_tokenize);
DECIDE(tokens_decide_retry);
DECIDE(tokens_decide_minted);
DECIDE(tokens_decide_relisted);
DECIDE(tokens_decide_collected);
/* The chain says another price than the journal, and is going to be told. */
bool token_is_being_listed(const struct model *m);
/* "0x...": nobody of this community. */
bool is_outside(const char *owner);
enum marketplace_effect token_effect(const struct model *m);
void token_apply_asked(struct marketplace *s, const char *id);
void token_apply_minted(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__Minted *e);
void token_apply_failed(
    struct marketplace *s, const Stoa__Marketplace__MintFailed *e);
void token_apply_relisted(
    struct marketplace *s, const Stoa__Marketplace__Relisted *e);
void token_apply_collected(
    struct marketplace *s, const Stoa__Marketplace__Collected *e);
/* What stood on the chain's market is gone with the owner. */
void token_sold(struct model *m, const Stoa__Marketplace__Sold *e);
void token_want_collected(struct marketplace *s, struct model *m);
void token_free(struct token *t);
struct model *model_must(struct marketplace *s, const char *id);

/* ---- trades.c: deals that the chain does ---- */
DECIDE(trades_decide_traded);
DECIDE(trades_decide_returned);
void trade_apply_traded(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__DealTraded *e);
void trade_apply_return_asked(struct marketplace *s,
    const struct stoa_fact *fact, const Stoa__Marketplace__ReturnAsked *e);
void trade_apply_return_failed(
    struct marketplace *s, const Stoa__Marketplace__ReturnFailed *e);
/* Refuses: what the chain cannot do of it now. */
bool trade_terms(const struct model *m, struct stoa_wall now,
    Stoa__Marketplace__DealBegun *e, struct stoa_decision *d);
/* Why a sale whose money is there cannot be made any more; NULL: it can. */
const char *trade_obstacle(const struct deal *deal);
struct deal *deal_must(const struct marketplace *s, const char *id);

/* ---- sightings.c: what strangers did on the chain ---- */
DECIDE(sightings_decide);
void sighting_apply(struct marketplace *s, const Stoa__Marketplace__Sighted *e);
/* Of 32 bytes, big-endian, in micro-Joy, rounded down; at most
 * MARKETPLACE_PRICE_MAX. */
int64_t wei_to_micro(struct stoa_str wei);

/* ---- holders.c: members that turned out to be one person ---- */
DECIDE(holders_decide_unite);
void holders_apply_united(
    struct marketplace *s, const Stoa__Marketplace__MembersUnited *e);
struct stoa_str holder_now(const struct marketplace *s, struct stoa_str actor);
void holders_free(struct marketplace *s);

/* ---- query.c ---- */
size_t model_shares(const struct model *m,
    struct split_share ret_shares[static MARKETPLACE_SHARES_MAX]);
struct earnings *earnings_of(struct marketplace *s, const char *member);

/* ---- image.c ---- */
void marketplace_image_save(const void *state, struct stoa_buf *out);
bool marketplace_image_load(void *state, struct stoa_str bytes);

#endif
