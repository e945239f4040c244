/* merkle.c - peaks of perfect subtrees, merged as the count carries. */
#include "base/merkle.h"

#include "base/check.h"

void
stoa_merkle_init(struct stoa_merkle *m)
{
	m->count = 0;
}

struct stoa_hash
stoa_merkle_node(const struct stoa_hash *left, const struct stoa_hash *right)
{
	struct stoa_sha256 sha;

	stoa_sha256_init(&sha);
	stoa_sha256_add(&sha, "\1", 1);
	stoa_sha256_add(&sha, left->bytes, sizeof(left->bytes));
	stoa_sha256_add(&sha, right->bytes, sizeof(right->bytes));
	return stoa_sha256_end(&sha);
}

void
stoa_merkle_add(struct stoa_merkle *m, const struct stoa_hash *leaf)
{
	size_t at = (size_t)__builtin_popcountll(m->count);

	stoa_assert(at < STOA_MERKLE_DEPTH_MAX);
	m->peaks[at] = *leaf;
	/* Each trailing one bit of the count is a subtree of equal size. */
	for (uint64_t carry = m->count; (carry & 1) != 0; carry >>= 1) {
		m->peaks[at - 1] =
		    stoa_merkle_node(&m->peaks[at - 1], &m->peaks[at]);
		at--;
	}
	m->count++;
}

struct stoa_hash
stoa_merkle_root(const struct stoa_merkle *m)
{
	size_t at = (size_t)__builtin_popcountll(m->count);
	struct stoa_hash root;

	if (at == 0) {
		return stoa_sha256((struct stoa_str){"", 0});
	}
	root = m->peaks[--at];
	while (at > 0) {
		root = stoa_merkle_node(&m->peaks[--at], &root);
	}
	return root;
}
