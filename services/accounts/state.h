/* state.h - the state of accounts. Private to its core. */
#ifndef ACCOUNTS_STATE_H
#define ACCOUNTS_STATE_H

#include "accounts/accounts.h"
#include "base/map.h"
#include "base/money.h"

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
};

struct hold {
	struct stoa_str id;	 /* owned by the map */
	struct account *account; /* the member's, or the treasury */
	struct member *member;	 /* NULL: the treasury's */
	int64_t amount[ASSET_COUNT];
	int64_t expires_us;
};

struct accounts {
	char *name; /* NULL until the community is opened */
	int64_t welcome_grant_micro;
	bool is_unbacked; /* Joy has been issued by the community itself */
	struct stoa_map members;
	struct stoa_map holds;	       /* open ones */
	struct stoa_map workspaces;    /* key -> char *community */
	struct stoa_map people;	       /* key -> struct person * */
	int64_t issuance[ASSET_COUNT]; /* negative: what was created */
	struct account treasury;
	uint64_t transfer_count;
	uint64_t owner_count;
	/* Of the platform: "" for none, NULL until it is set. */
	char *platform_ids[PLATFORM_ID_COUNT];
	int64_t hold_due_us;		/* earliest expiry, INT64_MAX if none */
	uint64_t version;		/* of the electorate */
	struct member *oldest, *newest; /* by version */
};

struct person {
	char *member;
	size_t sealed_len;
	uint8_t sealed[];
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
void people_apply_person(
    struct accounts *s, const Stoa__Accounts__PersonLinked *e);

/* settings.c */
void settings_decide(const struct accounts *s, const struct stoa_command *c,
    struct stoa_decision *d);
void settings_apply(
    struct accounts *s, const Stoa__Accounts__CommunityConfigured *e);
void settings_digest(const struct accounts *s, struct stoa_hasher *h);
void settings_free(struct accounts *s);

/* Names are shown in cards: whole UTF-8, no control characters. */
bool name_is_valid(const char *name, size_t len_min);

struct member *member_get(const struct accounts *s, struct stoa_str id);

/* True when the actor is a member with at least this role. */
bool actor_has_role(const struct accounts *s, const struct stoa_command *c,
    Stoa__Accounts__Role role);

#define REFUSE(d, reason, ...) \
	STOA_REFUSE((d), STOA__ACCOUNTS__REFUSAL_REASON__##reason, __VA_ARGS__)

#endif
