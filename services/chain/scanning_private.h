/* scanning_private.h - shared by the files of scanning.h. */
#ifndef CHAIN_SCANNING_PRIVATE_H
#define CHAIN_SCANNING_PRIVATE_H

#include "base/arena.h"
#include "chain/limits.h"
#include "chain/scanning.h"
#include "chain/witness.h"

/* A final block, and where its logs end among those that wait. */
struct final_block {
	struct evm_index_point point;
	size_t log_end;
};

/* A record while it is put together and proven. */
struct draft {
	struct chain_scan *scan;
	struct stoa_arena arena;
	struct evm_index_point done; /* up to here it tells all */
	uint64_t last_block;	     /* where the journal ends */
	uint32_t last_index;
	bool has_last;
	uint64_t newest; /* number of the newest sighting recorded */
	Stoa__Chain__Sighting *list[CHAIN_SIGHTED_MAX];
	size_t count;
	bool is_full;
	size_t at;    /* the first one that is not proven */
	bool is_void; /* nobody waits for it any more */
};

struct chain_scan {
	struct chain_scan_options o;
	struct chain_witness *witness;
	struct evm_indexer *indexer; /* NULL: somebody else scans, or not yet */
	/* What is final and not recorded; logs own their data. */
	struct evm_log *logs;
	size_t log_count, log_size;
	struct final_block *blocks;
	size_t block_count, block_size;
	/* Up to here blocks said nothing, and are forgotten. */
	struct evm_index_point passed;
	struct draft *draft; /* being proven, or NULL */
	int64_t prove_us;    /* not before: nobody could prove the last one */
	/* What was asked to be recorded last; 0: nothing is. */
	int64_t asked_us;
	uint64_t asked_block, asked_number;
	uint32_t number;
};

/* ---- scanning.c ---- */
void draft_record(struct draft *d);
void draft_free(struct draft *d);
/* All that waits is forgotten, and read again from the journal's end. */
void scan_forget(struct chain_scan *s);

/* ---- proving.c ---- */

/* Reads each transaction's receipt from two nodes, where there are two: its
 * logs must be those that the index told. Ends in draft_record; or frees the
 * draft and, if a node has lied, begins anew. */
void proving_start(struct draft *d);

#endif
