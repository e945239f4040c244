/* journal_check.h - reads a replica's own copy offline and proves it.
 *
 * Every frame's checksum, every record's link to the one before, the RFC 6962
 * tree over each community's records, and the state that the core gives when
 * all of it is replayed. */
#ifndef STOA_JOURNAL_CHECK_H
#define STOA_JOURNAL_CHECK_H

#include "base/core.h"
#include "base/hash.h"
#include "base/status.h"

/* Of all domains, and of chain, which an installation may do without: where
 * there is no copy there is nothing to check. */
#define JOURNAL_CORE_COUNT 5
extern const struct stoa_core *const journal_cores[JOURNAL_CORE_COUNT];

struct journal_check;

struct journal_community {
	struct stoa_str id;
	uint64_t index;
	struct stoa_hash head;
	struct stoa_hash root;	/* of the tree */
	struct stoa_hash state; /* digest */
	bool is_broken;		/* a record is missing or does not link */
	const char *why;
};

/* NOT_FOUND: no such file. The result must be freed. */
STOA_MUST_USE enum stoa_status journal_check_run(const char *path,
    const struct stoa_core *core, struct journal_check **ret_check);
void journal_check_free(struct journal_check *c);

size_t journal_check_count(const struct journal_check *c);
void journal_check_community(const struct journal_check *c, size_t i,
    struct journal_community *ret_community);
uint64_t journal_check_records(const struct journal_check *c);
uint64_t journal_check_entries(const struct journal_check *c);
uint64_t journal_check_damage(const struct journal_check *c);

#endif
