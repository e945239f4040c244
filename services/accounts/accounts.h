/* accounts.h - people, roles and money of a community.
 *
 * Two kinds of aggregate share this core: a community (members, roles,
 * ledger), and the one called "directory", which knows which member a
 * platform's user is and which community its workspace is.
 *
 * Invariant: for each asset, all accounts of a community sum to zero; holds
 * and the system accounts @issuance, @grants and @treasury included.
 * Layer 2, pure. */
#ifndef ACCOUNTS_H
#define ACCOUNTS_H

#include "base/core.h"
#include "base/status.h"

#include "proto/accounts.pb-c.h"

#define ACCOUNTS_DIRECTORY "directory"

extern const struct stoa_core accounts_core;

struct accounts; /* the state */

/* Queries. `state` NULL means an empty community. What they fill in borrows
 * from the state and from `arena`. */
STOA_MUST_USE enum stoa_status accounts_resolve(const struct accounts *state,
    const Stoa__Accounts__ResolveQuery *in, Stoa__Accounts__ResolveReply *out);
STOA_MUST_USE enum stoa_status accounts_balance(const struct accounts *state,
    const Stoa__Accounts__BalanceQuery *in, Stoa__Accounts__BalanceReply *out);
STOA_MUST_USE enum stoa_status accounts_members(const struct accounts *state,
    const Stoa__Accounts__MembersQuery *in, struct stoa_arena *arena,
    Stoa__Accounts__MembersReply *out);
STOA_MUST_USE enum stoa_status accounts_audit(const struct accounts *state,
    const Stoa__Accounts__AuditQuery *in, Stoa__Accounts__AuditReply *out);
STOA_MUST_USE enum stoa_status accounts_electors(const struct accounts *state,
    const Stoa__Accounts__ElectorsQuery *in, struct stoa_arena *arena,
    Stoa__Accounts__ElectorsReply *out);
STOA_MUST_USE enum stoa_status accounts_identity(const struct accounts *state,
    const Stoa__Accounts__IdentityQuery *in, struct stoa_arena *arena,
    Stoa__Accounts__IdentityReply *out);
STOA_MUST_USE enum stoa_status accounts_withdrawals(
    const struct accounts *state, const Stoa__Accounts__WithdrawalsQuery *in,
    struct stoa_arena *arena, Stoa__Accounts__WithdrawalsReply *out);
STOA_MUST_USE enum stoa_status accounts_community(const struct accounts *state,
    const Stoa__Accounts__CommunityQuery *in, struct stoa_arena *arena,
    Stoa__Accounts__CommunityReply *out);

/* ---- Joy that is to leave for a chain ---- */

struct withdrawal;

/* Those that have not ended, in the order they were asked; NULL: no more. */
const struct withdrawal *accounts_next_withdrawal(
    const struct accounts *state, size_t *cursor);
const Stoa__Accounts__WithdrawalAsked *accounts_withdrawal_said(
    const struct withdrawal *w);
/* NULL: there is none, or it has ended. */
const Stoa__Accounts__WithdrawalAsked *accounts_withdrawal(
    const struct accounts *state, struct stoa_str id);

#endif
