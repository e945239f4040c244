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

/* ---- paths ---- */

static struct stoa_hash
root_of(const struct stoa_hash *leaves, size_t count)
{
	struct stoa_merkle m;

	stoa_merkle_init(&m);
	for (size_t i = 0; i < count; i++) {
		stoa_merkle_add(&m, &leaves[i]);
	}
	return stoa_merkle_root(&m);
}

/* The largest power of two below `count`. */
static size_t
split_of(size_t count)
{
	size_t k = 1;

	while (2 * k < count) {
		k *= 2;
	}
	return k;
}

size_t
stoa_merkle_path(const struct stoa_hash *leaves, size_t count, size_t index,
    struct stoa_hash path[static STOA_MERKLE_DEPTH_MAX])
{
	struct stoa_hash down[STOA_MERKLE_DEPTH_MAX];
	size_t depth = 0;

	stoa_assert(index < count);
	while (count > 1) {
		size_t k = split_of(count);

		stoa_assert(depth < STOA_MERKLE_DEPTH_MAX);
		if (index < k) {
			down[depth++] = root_of(leaves + k, count - k);
			count = k;
		} else {
			down[depth++] = root_of(leaves, k);
			leaves += k;
			index -= k;
			count -= k;
		}
	}
	/* Found from the root down, told from the leaf up. */
	for (size_t i = 0; i < depth; i++) {
		path[i] = down[depth - 1 - i];
	}
	return depth;
}

bool
stoa_merkle_path_root(const struct stoa_hash *leaf, uint64_t index,
    uint64_t size, const struct stoa_hash *path, size_t path_len,
    struct stoa_hash *ret_root)
{
	uint64_t at = index, last = size - 1;
	struct stoa_hash root = *leaf;

	if (index >= size) {
		return false;
	}
	for (size_t i = 0; i < path_len; i++) {
		if (last == 0) {
			return false;
		}
		if ((at & 1) != 0 || at == last) {
			root = stoa_merkle_node(&path[i], &root);
			while ((at & 1) == 0 && at != 0) {
				at >>= 1;
				last >>= 1;
			}
		} else {
			root = stoa_merkle_node(&root, &path[i]);
		}
		at >>= 1;
		last >>= 1;
	}
	*ret_root = root;
	return last == 0;
}
