/* journal_check.c - a replay without a broker. */
#include "stoa/journal_check.h"

#include "accounts/accounts.h"
#include "base/check.h"
#include "base/hasher.h"
#include "base/map.h"
#include "base/merkle.h"
#include "chain/chain.h"
#include "domain/limits.h"
#include "domain/record.h"
#include "edge/copy_file.h"
#include "governance/governance.h"
#include "marketplace/marketplace.h"
#include "training/training.h"

#include <stdlib.h>

const struct stoa_core *const journal_cores[JOURNAL_CORE_COUNT] = {
    &accounts_core, &training_core, &governance_core, &marketplace_core,
    &chain_core};

struct community {
	struct stoa_str id;
	void *state;
	uint64_t index;
	uint64_t highest; /* of any record seen: behind a gap too */
	struct stoa_hash head;
	struct stoa_merkle tree;
	const char *why; /* NULL: whole */
};

struct journal_check {
	const struct stoa_core *core;
	struct stoa_map communities;
	struct stoa_arena arena;
	uint64_t records, entries, damage;
};

static struct community *
community_get(struct journal_check *c, struct stoa_str id)
{
	struct community *m = stoa_map_get(&c->communities, id);

	if (m != NULL) {
		return m;
	}
	m = calloc(1, sizeof(*m));
	stoa_assert(m != NULL);
	(void)stoa_map_put(&c->communities, id, m);
	m->id = c->communities.entries[c->communities.entry_count - 1].key;
	m->state = c->core->state_new(m->id, 1);
	stoa_merkle_init(&m->tree);
	return m;
}

static bool
entry_apply(
    struct journal_check *c, struct community *m, const Stoa__Journal__Entry *e)
{
	struct stoa_fact fact = {
	    .community = m->id,
	    .actor = stoa_str_of(e->actor),
	    .command_id = stoa_str_of(e->command_id),
	    .time = {e->time_us},
	};

	for (size_t i = 0; i < e->n_events; i++) {
		fact.event = stoa_unpack(&c->arena, c->core->event,
		    stoa_str_of_bytes(e->events[i].data, e->events[i].len));
		if (fact.event == NULL || !c->core->apply(m->state, &fact)) {
			return false;
		}
	}
	return true;
}

static void
record_apply(struct journal_check *c, struct community *m,
    const struct stoa_record *record)
{
	if (m->why != NULL || record->index <= m->index) {
		return; /* written again after a repair */
	}
	if (record->index != m->index + 1) {
		return; /* behind a gap: it comes again, or stays missing */
	}
	if (m->index > 0 && !stoa_hash_is_equal(&record->previous, &m->head)) {
		m->why = "a record does not follow the one before";
		return;
	}
	for (size_t i = 0; i < record->batch->n_entries; i++) {
		if (!entry_apply(c, m, record->batch->entries[i])) {
			m->why = "an event that this build does not know";
			return;
		}
	}
	m->index = record->index;
	m->head = record->hash;
	stoa_merkle_add(&m->tree, &record->hash);
	c->records++;
	c->entries += record->batch->n_entries;
}

static void
visit(void *owner, uint64_t offset, const struct stoa_frame *frame)
{
	struct journal_check *c = owner;
	struct stoa_record record;
	struct community *m;

	(void)offset;
	stoa_arena_reset(&c->arena);
	if (frame->sequence == 0) {
		return; /* a note */
	}
	if (stoa_record_parse(&c->arena, frame->record, &record) != STOA_OK) {
		c->damage++;
		return;
	}
	m = community_get(c, record.community);
	if (record.index > m->highest) {
		m->highest = record.index;
	}
	record_apply(c, m, &record);
}

enum stoa_status
journal_check_run(const char *path, const struct stoa_core *core,
    struct journal_check **ret_check)
{
	struct journal_check *c;
	struct stoa_copy *copy;
	struct stoa_copy_scan scan;
	enum stoa_status status = stoa_copy_open(path, NULL, &copy);

	if (status != STOA_OK) {
		return status;
	}
	c = calloc(1, sizeof(*c));
	stoa_assert(c != NULL);
	c->core = core;
	stoa_map_init(&c->communities, 1);
	stoa_arena_init(&c->arena, NULL, 0, DOMAIN_RECORD_ARENA_MAX);
	status = stoa_copy_scan(copy, 0, visit, c, &scan);
	stoa_copy_close(copy);
	if (status != STOA_OK) {
		journal_check_free(c);
		return status;
	}
	c->damage += scan.damage_count;
	*ret_check = c;
	return STOA_OK;
}

void
journal_check_free(struct journal_check *c)
{
	STOA_MAP_EACH(&c->communities, entry)
	{
		struct community *m = entry->value;

		c->core->state_free(m->state);
		free(m);
	}
	stoa_map_fini(&c->communities);
	stoa_arena_fini(&c->arena);
	free(c);
}

size_t
journal_check_count(const struct journal_check *c)
{
	return c->communities.entry_count;
}

void
journal_check_community(
    const struct journal_check *c, size_t i, struct journal_community *out)
{
	const struct community *m = c->communities.entries[i].value;
	struct stoa_hasher hasher;

	stoa_hasher_init(&hasher);
	c->core->digest(m->state, &hasher);
	*out = (struct journal_community){
	    .id = m->id,
	    .index = m->index,
	    .head = m->head,
	    .root = stoa_merkle_root(&m->tree),
	    .state = stoa_hasher_end(&hasher),
	    .is_broken = m->why != NULL || m->highest > m->index,
	    .why = m->why != NULL	   ? m->why
		   : m->highest > m->index ? "a record is missing"
					   : "",
	};
}

uint64_t
journal_check_records(const struct journal_check *c)
{
	return c->records;
}

uint64_t
journal_check_entries(const struct journal_check *c)
{
	return c->entries;
}

uint64_t
journal_check_damage(const struct journal_check *c)
{
	return c->damage;
}
