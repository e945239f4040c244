/* results.h - what a transaction has done, from its own logs; and why one did
 * nothing, in words.
 *
 * Logs count only if one of the manifest's contracts has written them: anybody
 * can write any log at an address of their own. Reading is bounded as all of
 * chain/evm_abi.h is. Layer 2, pure. */
#ifndef CHAIN_RESULTS_H
#define CHAIN_RESULTS_H

#include "base/arena.h"
#include "base/buf.h"
#include "chain/evm_log.h"
#include "chain/manifest.h"

#include "proto/chain.pb-c.h"

/* `logs` are all of one transaction that succeeded, in their order; of several
 * that say the same the last one counts. The result's fields lie in the arena,
 * which takes about 32 KiB. INVALID: a log that no contract of ours writes so,
 * and whoever gave it is not to be believed. TOO_LARGE (more than
 * CHAIN_LOGS_MAX), NO_MEMORY. */
STOA_MUST_USE enum stoa_status chain_result_read(
    const struct chain_manifest *manifest, const struct evm_log *logs,
    size_t count, struct stoa_arena *arena, Stoa__Chain__Result *ret_result);

/* Appends one line, as evm_revert_print does, with all errors that the
 * contracts have: "OverDailyLimit(1001, 1000)". */
void chain_revert_print(struct stoa_str data, struct stoa_buf *b);

#endif
