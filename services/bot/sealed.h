/* sealed.h - a secret ballot, from the vote until it is opened.
 *
 * Governance is given a commitment: a hash over the ballot and a salt. In a
 * chat the member has no place for a salt, so the bot derives it:
 *
 *     salt = HMAC-SHA-256(salt key, community 0 proposal 0 member 0 number)
 *
 * where `number` counts this member's ballots on this proposal, so that the
 * same choice made twice does not look the same. The ballot itself is kept at
 * the broker in a box of one length for all,
 *
 *     box = nonce(12) ChaCha20-Poly1305(box key, length(1) packed ballot 0...)
 *
 * under a key of that ballot alone. Both keys come from the bot's link key by
 * HKDF. The nonce is a MAC of what is sealed: the same ballot sealed again is
 * the same box. Who holds the link key can open all boxes. Layer 2, pure. */
#ifndef BOT_SEALED_H
#define BOT_SEALED_H

#include "base/arena.h"
#include "base/check.h"
#include "base/hash.h"
#include "bot/problem.h"

#include "proto/chat.pb-c.h"
#include "proto/governance.pb-c.h"

/* The bucket at the broker. */
#define BOT_SEALED "chat-sealed"

/* What was committed to is not kept, or the link key is another one. */
extern const struct bot_problem bot_sealed_lost;

/* Whose ballots; all borrowed. */
struct bot_sealer {
	struct stoa_str secret; /* the link key */
	struct stoa_str community, proposal, member;
};

/* Under which they are kept; "" when the arena is full. */
const char *bot_sealed_key(
    struct stoa_arena *arena, const struct bot_sealer *s);

/* A ballot that can be opened. */
struct bot_unsealed {
	const Stoa__Governance__Ballot *ballot;
	struct stoa_hash salt;
	struct stoa_hash commitment;
	uint64_t number;
};

/* Adds `ballot`, which came with `command`, to what is kept; a command that is
 * there already gives what it has sealed before. What nobody can want any more
 * goes: `committed` (may be empty) and the newest ones stay. False: the arena
 * is full. */
STOA_MUST_USE bool bot_sealed_add(struct stoa_arena *arena,
    const struct bot_sealer *s, Stoa__Chat__SealedBallots *kept,
    const char *command, const Stoa__Governance__Ballot *ballot,
    struct stoa_str committed, struct bot_unsealed *ret_ballot);

/* The one that `committed` stands for. False: it is not among them, or cannot
 * be opened with this secret. */
STOA_MUST_USE bool bot_sealed_find(struct stoa_arena *arena,
    const struct bot_sealer *s, const Stoa__Chat__SealedBallots *kept,
    struct stoa_str committed, struct bot_unsealed *ret_ballot);

#endif
