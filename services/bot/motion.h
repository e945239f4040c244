/* motion.h - what a proposal is to do: typed, and in words.
 *
 *     motion = action *( ";" action )
 *     action = [ option ":" ] verb      option: its number from 1; else 1
 *     verb   = "approve" model
 *            | "pay" member amount [ memo ]
 *            | "role" member role
 *            | "train" dataset *( setting )        epochs=10 budget 5 name x
 *            | "set" setting value                 of accounts
 *            | "rule" type *( field )              from the rule in force
 *            | "charter" *( field )                from the one in force
 *            | "retire-rule" type
 *     field  = name ( space | "=" ) value          quorum 20% voting 1d12h
 *
 * Values with spaces, or with a semicolon, stand in double quotes. A member
 * may be a platform's mention; who that is, the caller finds out. Whether an
 * action is allowed is for governance to decide. Layer 2, pure. */
#ifndef BOT_MOTION_H
#define BOT_MOTION_H

#include "base/arena.h"
#include "base/check.h"
#include "bot/problem.h"

#include "proto/governance.pb-c.h"

/* Reads `text`, which may be empty: no actions. `rules` are those in force.
 * All in the arena, borrowing from `rules`. A problem names the field, what
 * is allowed and what to do. */
STOA_MUST_USE bool bot_motion_read(struct stoa_str text,
    const Stoa__Governance__RulesReply *rules, struct stoa_arena *arena,
    Stoa__Governance__Action ***ret_actions, size_t *ret_count,
    struct bot_problem *ret_problem);

/* The rule of that type, or NULL. */
const Stoa__Governance__Rule *bot_motion_rule(
    const Stoa__Governance__RulesReply *rules, const char *type);

/* ---- parts of it, for motion*.c ---- */

/* Takes the next word; quotes hold words together. False: none is left. */
bool bot_motion_word(
    struct stoa_str *rest, struct stoa_arena *arena, struct stoa_str *ret_word);

/* The fields of a rule or a charter, changed in place. */
STOA_MUST_USE bool bot_motion_rule_fields(struct stoa_str rest,
    Stoa__Governance__Rule *rule, struct stoa_arena *arena,
    struct bot_problem *ret_problem);
STOA_MUST_USE bool bot_motion_charter_fields(struct stoa_str rest,
    Stoa__Governance__Charter *charter, struct stoa_arena *arena,
    struct bot_problem *ret_problem);

/* "member", "Trainer", "ADMIN", "owner"; 0 for none of them. */
Stoa__Accounts__Role bot_motion_role(struct stoa_str name);

/* A problem of an action's part. Always false. */
bool bot_motion_refuse(struct bot_problem *ret_problem,
    struct stoa_arena *arena, const char *field, struct stoa_str given,
    const char *limit, const char *fix);

/* ---- words ---- */

/* "pay 10 Joy to u_...", "approve the model m_..." */
const char *bot_motion_words(
    struct stoa_arena *arena, const Stoa__Governance__Action *action);

/* "each member chooses one; 15 % must take part, ..." */
const char *bot_motion_rule_words(
    struct stoa_arena *arena, const Stoa__Governance__Rule *rule);

/* "15 %", "66.67 %" */
const char *bot_motion_share(struct stoa_arena *arena, uint64_t bp);

/* "choose one", "rank them", ... */
const char *bot_motion_form(Stoa__Governance__Form form);

/* "1d12h", at most a year; "0" needs no unit. */
bool bot_motion_time(struct stoa_str text, int64_t *ret_us);

#endif
