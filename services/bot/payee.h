/* payee.h - where somebody wants Joy to go: an address of an EVM chain, as a
 * person types it.
 *
 * Money that goes to a wrong address is gone, so nothing is guessed: the
 * checksum (EIP-55) must be right, and what is an address of another network,
 * or a name, is told by that. Layer 2, pure. */
#ifndef BOT_PAYEE_H
#define BOT_PAYEE_H

#include "bot/problem.h"
#include "chain/evm_address.h"

#include <stdint.h>

/* False: `*ret_problem` says what it is instead. */
bool bot_payee_parse(struct stoa_arena *arena, const char *text,
    struct evm_address *ret_address, struct bot_problem *ret_problem);

/* "Polygon (chain 137)"; of one that is not known its number alone. */
const char *bot_payee_network(struct stoa_arena *arena, uint64_t chain_id);

/* With its checksum; "" unless it has 20 bytes. */
const char *bot_payee_print(
    struct stoa_arena *arena, const uint8_t *bytes, size_t len);

#endif
