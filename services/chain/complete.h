/* complete.h - what other daemons ask for in their own words, completed from
 * the manifest: the kind of an action, the gas that it may take, and the
 * accounts of its parties. Says the same each time that it is asked. Layer 2,
 * pure. */
#ifndef CHAIN_COMPLETE_H
#define CHAIN_COMPLETE_H

#include "base/arena.h"
#include "chain/calls.h"
#include "chain/manifest.h"

#include "proto/chain.pb-c.h"

/* `request` has an action; what is added lies in the arena or is static. False,
 * and *ret_fault says which field and why. */
STOA_MUST_USE bool chain_complete(const struct chain_manifest *manifest,
    struct stoa_arena *arena, Stoa__Chain__SubmitRequest *request,
    struct chain_call_fault *ret_fault);

#endif
