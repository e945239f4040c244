/* claim.c - see claim.h. */
#include "marketplace/claim.h"

#include "base/cid.h"
#include "base/encode.h"
#include "base/json.h"
#include "base/time.h"
#include "marketplace/limits.h"
#include "worker/dsse.h"

#include <inttypes.h>

static void
member(struct stoa_buf *out, const char *name, const char *value)
{
	stoa_buf_printf(out, "\"%s\":", name);
	stoa_buf_add_json(out, stoa_str_of(value));
}

static void
digest_print(struct stoa_buf *out, const char *text)
{
	struct stoa_cid cid;

	stoa_buf_add_text(out, "{");
	if (stoa_cid_parse(stoa_str_of(text), &cid) == STOA_OK) {
		stoa_buf_printf(out, "\"%s\":\"",
		    cid.hash == STOA_MULTIHASH_SHA256 ? "sha256" : "multihash");
		stoa_hex_encode(
		    out, stoa_str_of_bytes(cid.digest, cid.digest_len));
		stoa_buf_add_text(out, "\"");
	}
	stoa_buf_add_text(out, "}");
}

static void
subject_print(struct stoa_buf *out, const Stoa__Marketplace__ModelFacts *facts)
{
	struct stoa_buf uri;

	stoa_buf_init(&uri, MARKETPLACE_CLAIM_MAX);
	stoa_buf_printf(&uri, "ipfs://%s", facts->cid);
	stoa_buf_add_text(out, "\"subject\":[{");
	member(out, "name", facts->model);
	stoa_buf_add_text(out, ",\"uri\":");
	stoa_buf_add_json(out, stoa_buf_str(&uri));
	stoa_buf_add_text(out, ",\"digest\":");
	digest_print(out, facts->cid);
	stoa_buf_add_text(out, "}],");
	stoa_buf_fini(&uri);
}

void
claim_print(struct stoa_buf *out, const char *community,
    const Stoa__Marketplace__Approved *approved, int64_t approved_us)
{
	char text[STOA_WALL_TEXT_SIZE];

	stoa_buf_add_text(
	    out, "{\"_type\":\"https://in-toto.io/Statement/v1\",");
	subject_print(out, approved->facts);
	stoa_buf_add_text(
	    out, "\"predicateType\":\"" CLAIM_PREDICATE "\",\"predicate\":{");
	member(out, "community", community);
	stoa_buf_add_text(out, ",");
	member(out, "owner", approved->owner);
	stoa_buf_add_text(out, ",");
	member(out, "creator", approved->facts->creator);
	stoa_buf_add_text(out, ",");
	member(out, "proposal", approved->proposal);
	stoa_buf_add_text(out, ",");
	member(out, "approvedOn",
	    stoa_wall_print((struct stoa_wall){approved_us}, text));
	stoa_buf_add_text(out, ",\"shares\":[");
	for (size_t i = 0; i < approved->n_shares; i++) {
		stoa_buf_add_text(out, i == 0 ? "{" : ",{");
		member(out, "to", approved->shares[i]->to);
		stoa_buf_add_text(out, ",");
		member(out, "why", approved->shares[i]->why);
		stoa_buf_printf(out, ",\"basisPoints\":%" PRIu32 "}",
		    approved->shares[i]->bp);
	}
	stoa_buf_add_text(out, "]}}");
}

void
claim_sign(struct stoa_buf *out, const char *community,
    const Stoa__Marketplace__Approved *approved, int64_t approved_us,
    const uint8_t seed[STOA_ED25519_SIZE])
{
	struct stoa_buf statement;

	stoa_buf_init(&statement, MARKETPLACE_CLAIM_MAX);
	claim_print(&statement, community, approved, approved_us);
	if (!statement.is_overflown) {
		worker_dsse_sign(
		    STOA_STR(CLAIM_TYPE), stoa_buf_str(&statement), seed, out);
	}
	stoa_buf_fini(&statement);
}
