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
};

/* What one who has sold the model since is owed of a lease. */
struct accrual {
	char *owner;
	int64_t micro;
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
	struct accrual accruals[MARKETPLACE_LEASE_OWNERS_MAX];
	size_t accrual_count;
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
void event_sold(struct stoa_decision *d, const struct deal *deal);
/* Why an open deal is over at that time; unspecified: it is not. */
end_reason deal_end_due(const struct deal *deal, int64_t now_us);
/* Refuses: one of its leases has had too many owners. */
bool model_may_be_sold(const struct marketplace *s, const struct model *m,
    struct stoa_decision *d);
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
void deal_apply_settled(
    struct marketplace *s, const Stoa__Marketplace__DealSettled *e);
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
bool deal_is_over(const struct deal *deal);
bool deal_is_lease(const struct deal *deal);
/* Each open lease of the model owes its owner what it has earned by now. */
void leases_accrue(
    struct marketplace *s, const struct model *m, int64_t now_us);
/* Deals of the model that its state or its owner has ended are due at once,
 * others at their time. */
void deals_due_refresh(struct marketplace *s, const struct model *m);
uint32_t open_count(const struct marketplace *s, struct stoa_str member);
void open_count_add(
    struct marketplace *s, const char *member, int32_t difference);
void lease_key_print(
    char key[static 64], const char *member, const char *model);

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
