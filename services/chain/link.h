/* link.h - where a page shows a model: a template of an operator's setting,
 * "https://market.example/models/{nft}/{token}", with the chain's own names in
 * it. Layer 2, pure. */
#ifndef CHAIN_LINK_H
#define CHAIN_LINK_H

#include "base/buf.h"
#include "chain/manifest.h"

#include "proto/chain.pb-c.h"

/* {chain} and {token} and {listing} are decimal numbers, {nft}, {market} and
 * {account} addresses with their checksum. */
struct chain_link {
	const struct chain_manifest *manifest; /* borrowed */
	ProtobufCBinaryData token;	       /* 32 bytes, or empty */
	ProtobufCBinaryData listing;	       /* the same */
	const struct evm_address *account;     /* may be NULL */
};

/* NULL, or what is wrong with a template: it must begin with https:// or with
 * http:// and have 12 to 300 printable ASCII characters without quotes, angle
 * brackets, and names in braces that are none of these. A static text. */
const char *chain_link_fault(struct stoa_str template);

/* Appends the link. False, and nothing is appended, when the template has a
 * fault or names something that there is not. */
bool chain_link_print(struct stoa_str template, const struct chain_link *link,
    struct stoa_buf *b);

#endif
