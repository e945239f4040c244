/* map.c - a dense array of entries and an open-addressed index into it. */
#include "base/map.h"

#include "base/check.h"

#include <stdlib.h>

#define INDEX_SIZE_FIRST 16

static uint64_t
rotate(uint64_t x, int by)
{
	return (x << by) | (x >> (64 - by));
}

static void
sip_round(uint64_t v[static 4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

uint64_t
stoa_map_hash(uint64_t seed, struct stoa_str key)
{
	uint64_t k1 = ~seed, word;
	uint64_t v[4] = {seed ^ UINT64_C(0x736f6d6570736575),
	    k1 ^ UINT64_C(0x646f72616e646f6d),
	    seed ^ UINT64_C(0x6c7967656e657261),
	    k1 ^ UINT64_C(0x7465646279746573)};
	size_t at = 0;

	for (; at + 8 <= key.len; at += 8) {
		memcpy(&word, key.data + at, 8);
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	word = (uint64_t)key.len << 56;
	for (size_t i = at; i < key.len; i++) {
		word |= (uint64_t)(uint8_t)key.data[i] << (8 * (i - at));
	}
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
	v[2] ^= 0xff;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void
stoa_map_init(struct stoa_map *m, uint64_t seed)
{
	*m = (struct stoa_map){.seed = seed};
}

void
stoa_map_fini(struct stoa_map *m)
{
	for (size_t i = 0; i < m->entry_count; i++) {
		free((void *)(uintptr_t)m->entries[i].key.data);
	}
	free(m->entries);
	free(m->index);
	*m = (struct stoa_map){.seed = m->seed};
}

/* The slot that holds `key`, or the free slot where it would go. */
static size_t
slot_find(const struct stoa_map *m, struct stoa_str key, uint64_t hash)
{
	size_t mask = m->index_size - 1;
	size_t slot = (size_t)hash & mask;

	stoa_assert(m->index_size > m->entry_count);
	while (m->index[slot] != 0) {
		const struct stoa_map_entry *e =
		    &m->entries[m->index[slot] - 1];

		if (e->hash == hash && stoa_str_is_equal(e->key, key)) {
			return slot;
		}
		slot = (slot + 1) & mask;
	}
	return slot;
}

static struct stoa_map_entry *
entry_find(const struct stoa_map *m, struct stoa_str key)
{
	size_t slot;

	if (m->index_size == 0) {
		return NULL;
	}
	slot = slot_find(m, key, stoa_map_hash(m->seed, key));
	return m->index[slot] == 0 ? NULL : &m->entries[m->index[slot] - 1];
}

void *
stoa_map_get(const struct stoa_map *m, struct stoa_str key)
{
	struct stoa_map_entry *e = entry_find(m, key);

	return e == NULL ? NULL : e->value;
}

/* Squeezes removed entries out, in order, into tables of the right size. */
static void
rebuild(struct stoa_map *m)
{
	size_t want = INDEX_SIZE_FIRST;
	size_t kept = 0;

	while (want < 4 * (m->count + 1)) {
		want *= 2;
	}
	for (size_t i = 0; i < m->entry_count; i++) {
		if (m->entries[i].value == NULL) {
			free((void *)(uintptr_t)m->entries[i].key.data);
		} else {
			m->entries[kept++] = m->entries[i];
		}
	}
	m->entry_count = kept;
	m->entry_size = want / 2;
	m->entries = realloc(m->entries, m->entry_size * sizeof(m->entries[0]));
	free(m->index);
	m->index = calloc(want, sizeof(m->index[0]));
	stoa_assert(m->entries != NULL && m->index != NULL);
	m->index_size = want;
	for (size_t i = 0; i < kept; i++) {
		const struct stoa_map_entry *e = &m->entries[i];

		m->index[slot_find(m, e->key, e->hash)] = (uint32_t)i + 1;
	}
}

static struct stoa_str
key_dup(struct stoa_str key)
{
	char *copy = malloc(key.len + 1);

	stoa_assert(copy != NULL);
	if (key.len > 0) {
		memcpy(copy, key.data, key.len);
	}
	copy[key.len] = '\0';
	return (struct stoa_str){copy, key.len};
}

void *
stoa_map_put(struct stoa_map *m, struct stoa_str key, void *value)
{
	struct stoa_map_entry *e = entry_find(m, key);
	uint64_t hash;

	stoa_assert(value != NULL);
	if (e != NULL && e->value != NULL) {
		void *old = e->value;

		e->value = value;
		return old;
	}
	/* A removed entry keeps its place in the index but not in the order:
	 * a key that comes back is a new insertion. */
	if (e != NULL || m->entry_count >= m->entry_size) {
		rebuild(m);
	}
	hash = stoa_map_hash(m->seed, key);
	e = &m->entries[m->entry_count];
	*e = (struct stoa_map_entry){key_dup(key), value, hash};
	m->index[slot_find(m, key, hash)] = (uint32_t)++m->entry_count;
	m->count++;
	return NULL;
}

void *
stoa_map_remove(struct stoa_map *m, struct stoa_str key)
{
	struct stoa_map_entry *e = entry_find(m, key);
	void *old;

	if (e == NULL || e->value == NULL) {
		return NULL;
	}
	old = e->value;
	e->value = NULL;
	m->count--;
	return old;
}

struct stoa_map_entry *
stoa_map_next(const struct stoa_map *m, size_t *cursor)
{
	while (*cursor < m->entry_count) {
		struct stoa_map_entry *e = &m->entries[(*cursor)++];

		if (e->value != NULL) {
			return e;
		}
	}
	return NULL;
}
