/* commitment.c - see commitment.h. */
#include "governance/commitment.h"

#include "base/core.h"

struct stoa_hash
governance_commitment(struct stoa_arena *arena, struct stoa_str proposal,
    struct stoa_str member, struct stoa_str salt,
    const Stoa__Governance__Ballot *ballot)
{
	static const char label[] = "stoa-ballot"; /* with its zero */
	struct stoa_str packed = stoa_pack(arena, &ballot->base);
	struct stoa_sha256 sha;

	stoa_sha256_init(&sha);
	stoa_sha256_add(&sha, label, sizeof(label));
	stoa_sha256_add(&sha, proposal.data, proposal.len);
	stoa_sha256_add(&sha, "", 1);
	stoa_sha256_add(&sha, member.data, member.len);
	stoa_sha256_add(&sha, "", 1);
	stoa_sha256_add(&sha, salt.data, salt.len);
	stoa_sha256_add(&sha, packed.data, packed.len);
	return stoa_sha256_end(&sha);
}
