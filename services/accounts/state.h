/* state.h - the state of accounts. Private to its core. */
#ifndef ACCOUNTS_STATE_H
#define ACCOUNTS_STATE_H

#include "accounts/accounts.h"
#include "accounts/limits.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/money.h"
#include "base/text.h"

enum {
	ASSET_COUNT = 2
}; /* JOY and CREDIT, from 0 */

enum {
	ANNOUNCE_CHANNEL,
	ADMIN_ROLE,
	TRAINER_ROLE,
	PLATFORM_ID_COUNT
};

/* Available and set aside, per asset. */
struct account {
	int64_t available[ASSET_COUNT];
	int64_t held[ASSET_COUNT];
};

struct member {
	struct stoa_str id; /* owned by the map */
	char *display_name;
	Stoa__Accounts__Role role;
	struct account account;
	/* As an elector: changed last in this version, and what it was then. */
	uint64_t version;
	struct member *older, *newer;
	int64_t joined_us;
	int64_t stake;
	bool is_invited;
	char **platform_roles;
	size_t platform_role_count;
	struct member *into; /* not NULL: merged away into this one */
};

struct hold {
	struct stoa_str id;	 /* owned by the map */
	struct account *account; /* the member's, or the treasury */
	struct member *member;	 /* NULL: the treasury's */
	int64_t amount[ASSET_COUNT];
	int64_t expires_us;
};

struct withdrawal {
	struct stoa_str id; /* owned by the map */
	Stoa__Accounts__WithdrawalAsked *said;
	Stoa__Accounts__WithdrawalEnded *ended; /* or NULL */
	int64_t asked_us, ended_us;
};

/* What a member has asked to withdraw on one UTC day. */
struct withdrawn {
	int64_t day;
	int64_t micro;
};

struct accounts {
	char *name; /* NULL until the community is opened */
	int64_t welcome_grant_micro;
	bool is_unbacked; /* Joy has been issued by the community itself */
	struct stoa_map members;
	struct stoa_map merged;	    /* those that another one is now */
	struct stoa_map holds;	    /* open ones */
	struct stoa_map workspaces; /* key -> char *community */
	struct stoa_map people;	    /* key -> struct person * */
	struct stoa_map identities; /* of several users, or once of several */
	struct stoa_map offers;	    /* identity -> struct offer * */
	struct stoa_map attempts;   /* identity -> wrong codes in the span */
	int64_t attempts_span;	    /* number of the span of time */
	uint64_t attempt_count;	    /* of all in that span */
	int64_t issuance[ASSET_COUNT]; /* negative: what was created */
	struct account treasury;
	uint64_t transfer_count;
	uint64_t owner_count;
	/* Of the platform: "" for none, NULL until it is set. */
	char *platform_ids[PLATFORM_ID_COUNT];
	struct stoa_map commands;    /* name -> CommunityCommand, kept */
	int64_t hold_due_us;	     /* earliest expiry, INT64_MAX if none */
	int64_t vault_micro;	     /* negative: what the chain holds for us */
	struct stoa_map withdrawals; /* id -> struct withdrawal * */
	struct stoa_map sendable;    /* those that have not ended */
	struct stoa_map withdrawn;   /* member -> struct withdrawn * */
	int64_t withdrawal_delay_us, withdrawal_day_micro;
	uint64_t version;		/* of the electorate */
	struct member *oldest, *newest; /* by version */
};

struct person {
	struct stoa_str key; /* owned by the map */
	char *member;
	char *platform;
	int64_t linked_us;
	bool is_known; /* belonged to another identity once */
	size_t sealed_len;
	uint8_t sealed[];
};

struct identity {
	struct person *links[ACCOUNTS_IDENTITY_LINKS_MAX];
	size_t link_count;
	char *formers[ACCOUNTS_IDENTITY_FORMERS_MAX];
	size_t former_count;
};

/* A code that somebody has, and who has typed it elsewhere. */
struct offer {
	uint8_t code_hash[STOA_HASH_SIZE];
	int64_t expires_us;
	struct person *from;
	struct person *claimant; /* NULL: nobody yet */
};

struct stoa_hasher;

/* Index of an asset, or -1 for one that is not valid. */
int asset_index(Stoa__Accounts__Asset asset);

/* ledger.c */
void ledger_decide_issue(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d);
void ledger_decide_transfer(const struct accounts *s,
    const struct stoa_command *c, struct stoa_decision *d);
void ledger_decide_spend(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d);
void ledger_apply_moved(struct accounts *s, const Stoa__Accounts__Moved *e);

/* holds.c */
void holds_decide_hold(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d);
void holds_decide_post(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d);
void holds_decide_void(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d);
void holds_decide_expire(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d);
void holds_apply_placed(
    struct accounts *s, const Stoa__Accounts__HoldPlaced *e);
void holds_apply_posted(
    struct accounts *s, const Stoa__Accounts__HoldPosted *e);
void holds_apply_released(struct accounts *s, const char *id);
/* A new one, of nothing yet; `m` NULL: the treasury's. */
struct hold *hold_add(struct accounts *s, struct stoa_str id, struct member *m);
void holds_due_refresh(struct accounts *s);
/* A member's, or the treasury; NULL: neither. */
const struct account *account_get(const struct accounts *s, const char *name);
/* NULL: refused. */
const struct hold *hold_find(const struct accounts *s,
    const struct stoa_command *c, struct stoa_decision *d, const char *id);

/* payments.c */
void payments_decide(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d);
void payments_apply(struct accounts *s, const Stoa__Accounts__HoldPaid *e);

/* withdrawals.c */
void withdrawals_decide_deposit(const struct accounts *s,
    const struct stoa_command *c, struct stoa_decision *d);
void withdrawals_decide_ask(const struct accounts *s,
    const struct stoa_command *c, struct stoa_decision *d);
void withdrawals_decide_cancel(const struct accounts *s,
    const struct stoa_command *c, struct stoa_decision *d);
void withdrawals_decide_record(const struct accounts *s,
    const struct stoa_command *c, struct stoa_decision *d);
void withdrawals_apply_asked(struct accounts *s, const struct stoa_fact *fact,
    const Stoa__Accounts__WithdrawalAsked *e);
void withdrawals_apply_ended(struct accounts *s, const struct stoa_fact *fact,
    const Stoa__Accounts__WithdrawalEnded *e);
/* What the one has withdrawn the other has. */
void withdrawals_merge(
    struct accounts *s, const struct member *to, const struct member *from);
void withdrawals_digest(const struct accounts *s, struct stoa_hasher *h);
void withdrawals_save(const struct accounts *s, struct stoa_buf *out);
struct stoa_image;
void withdrawals_load(struct accounts *s, struct stoa_image *in);
void withdrawals_init(struct accounts *s, uint64_t seed);
void withdrawals_fini(struct accounts *s);

/* holds.c, for what leaves for good */
void hold_close(struct accounts *s, const char *id,
    const int64_t taken[static ASSET_COUNT]);

/* electors.c */

/* Something that a vote may ask for has changed, or may have. */
void elector_changed(struct accounts *s, struct member *m);
void elector_balance_changed(struct accounts *s, struct member *m);
void electors_decide_roles(const struct accounts *s,
    const struct stoa_command *c, struct stoa_decision *d);
void electors_apply_roles(
    struct accounts *s, const Stoa__Accounts__PlatformRolesSeen *e);
void elector_fini(struct member *m);

/* people.c */
void people_decide_open(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d);
void people_decide_join(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d);
void people_decide_role(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d);
void people_decide_link(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d);
void people_apply_opened(
    struct accounts *s, const Stoa__Accounts__CommunityOpened *e);
void people_apply_joined(struct accounts *s, const struct stoa_fact *fact,
    const Stoa__Accounts__MemberJoined *e);
void people_apply_role(struct accounts *s, const Stoa__Accounts__RoleSet *e);
void people_apply_workspace(
    struct accounts *s, const Stoa__Accounts__WorkspaceLinked *e);
void people_apply_person(struct accounts *s, const struct stoa_fact *fact,
    const Stoa__Accounts__PersonLinked *e);

/* A new one without member and platform. */
struct person *person_add(
    struct accounts *s, struct stoa_str key, struct stoa_str sealed);

/* image.c, identity_image.c */
struct stoa_image;
void accounts_image_save(const void *state, struct stoa_buf *out);
bool accounts_image_load(void *state, struct stoa_str bytes);
void identity_save(const struct accounts *s, struct stoa_buf *out);
void identity_load(struct accounts *s, struct stoa_image *in);

/* True when it is the bot that speaks of the directory; else refused. */
bool is_directory(const struct stoa_command *c, struct stoa_decision *d);
struct stoa_str key_of(const ProtobufCBinaryData *bytes);

/* identity.c */
void identity_decide_offer(const struct accounts *s,
    const struct stoa_command *c, struct stoa_decision *d);
void identity_decide_claim(const struct accounts *s,
    const struct stoa_command *c, struct stoa_decision *d);
void identity_decide_answer(const struct accounts *s,
    const struct stoa_command *c, struct stoa_decision *d);
void identity_decide_unlink(const struct accounts *s,
    const struct stoa_command *c, struct stoa_decision *d);
void identity_apply_offered(struct accounts *s, const struct stoa_fact *fact,
    const Stoa__Accounts__LinkOffered *e);
void identity_apply_claimed(
    struct accounts *s, const Stoa__Accounts__LinkClaimed *e);
void identity_apply_missed(struct accounts *s, const struct stoa_fact *fact,
    const Stoa__Accounts__LinkMissed *e);
void identity_apply_declined(
    struct accounts *s, const Stoa__Accounts__LinkDeclined *e);
void identity_apply_linked(
    struct accounts *s, const Stoa__Accounts__IdentitiesLinked *e);
void identity_apply_unlinked(struct accounts *s, const struct stoa_fact *fact,
    const Stoa__Accounts__PersonUnlinked *e);
void identity_digest(const struct accounts *s, struct stoa_hasher *h);
void identity_free_all(struct accounts *s);

/* merge.c */
void merge_decide(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d);
void merge_apply(struct accounts *s, const Stoa__Accounts__MembersMerged *e);
void merge_digest(const struct accounts *s, struct stoa_hasher *h);

/* commands.c: what settings.c asks of commands of the community's own */

/* False: refused. */
bool command_check(const struct accounts *s,
    const Stoa__Accounts__CommunityCommand *command,
    const struct stoa_command *c, struct stoa_decision *d);
bool command_is_set(
    const struct accounts *s, const Stoa__Accounts__CommunityCommand *command);
void command_apply(
    struct accounts *s, const Stoa__Accounts__CommunityCommand *command);
void commands_digest(const struct accounts *s, struct stoa_hasher *h);
void commands_free(struct accounts *s);

/* settings.c */
void settings_decide(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d);
void settings_apply(
    struct accounts *s, const Stoa__Accounts__CommunityConfigured *e);
void settings_digest(const struct accounts *s, struct stoa_hasher *h);
void settings_free(struct accounts *s);

/* Names are shown in cards: whole UTF-8, no control characters. */
bool name_is_valid(const char *name, size_t len_min);

/* Who that is now: one that was merged away is the one that stayed. */
struct member *member_get(const struct accounts *s, struct stoa_str id);
struct member *member_add(
    struct accounts *s, const char *id, const char *display_name);
void member_free(struct member *m);

/* True when the actor is a member with at least this role. */
bool actor_has_role(const struct accounts *s, const struct stoa_command *c,
    Stoa__Accounts__Role role);

#define REFUSE(d, reason, ...) \
	STOA_REFUSE((d), STOA__ACCOUNTS__REFUSAL_REASON__##reason, __VA_ARGS__)

#endif
