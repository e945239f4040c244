#include "base/merkle.h"

#include "base/buf.h"
#include "base/encode.h"

#include "../unit.h"

/* The leaves and roots that Certificate Transparency implementations have
 * used since RFC 6962 (transparency-dev/merkle, testonly constants). */
static const char *const leaves[] = {"", "\x00", "\x10", "\x20\x21", "\x30\x31",
    "\x40\x41\x42\x43", "\x50\x51\x52\x53\x54\x55\x56\x57",
    "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};
static const size_t lengths[] = {0, 1, 1, 2, 2, 4, 8, 16};
static const char *const roots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static struct stoa_hash
leaf_hash(const char *data, size_t len)
{
	struct stoa_sha256 sha;

	stoa_sha256_init(&sha);
	stoa_sha256_add(&sha, "\0", 1);
	stoa_sha256_add(&sha, data, len);
	return stoa_sha256_end(&sha);
}

static void
test_root_matches_the_published_trees(void **state)
{
	struct stoa_merkle m;

	(void)state;
	stoa_merkle_init(&m);
	for (size_t i = 0; i <= STOA_COUNT(leaves); i++) {
		struct stoa_hash root = stoa_merkle_root(&m);
		struct stoa_buf hex;

		stoa_buf_init(&hex, 128);
		stoa_hex_encode(&hex, stoa_hash_str(&root));
		assert_string_equal(hex.data, roots[i]);
		stoa_buf_fini(&hex);
		if (i < STOA_COUNT(leaves)) {
			struct stoa_hash leaf =
			    leaf_hash(leaves[i], lengths[i]);

			stoa_merkle_add(&m, &leaf);
		}
	}
}

/* Every leaf of every small tree: its path leads to the root that is
 * published above, and to no other from anywhere else. */
static void
test_path_leads_to_the_root(void **state)
{
	struct stoa_hash some[40], path[STOA_MERKLE_DEPTH_MAX], root;
	struct stoa_merkle m;

	(void)state;
	stoa_merkle_init(&m);
	for (size_t n = 1; n <= STOA_COUNT(some); n++) {
		struct stoa_hash whole;
		char text = (char)n;

		some[n - 1] = leaf_hash(&text, 1);
		stoa_merkle_add(&m, &some[n - 1]);
		whole = stoa_merkle_root(&m);
		for (size_t i = 0; i < n; i++) {
			size_t len = stoa_merkle_path(some, n, i, path);

			assert_true(stoa_merkle_path_root(
			    &some[i], i, n, path, len, &root));
			assert_true(stoa_hash_is_equal(&root, &whole));
			assert_false(stoa_merkle_path_root(
			    &some[i], n, n, path, len, &root));
			assert_false(
			    len > 0 && stoa_merkle_path_root(&some[i], i, n,
					   path, len - 1, &root));
			assert_false(stoa_merkle_path_root(&some[(i + 1) % n],
					 i, n, path, len, &root) &&
				     n > 1 &&
				     stoa_hash_is_equal(&root, &whole));
			if (len > 0) {
				path[len - 1].bytes[5] ^= 1;
				assert_true(stoa_merkle_path_root(
				    &some[i], i, n, path, len, &root));
				assert_false(stoa_hash_is_equal(&root, &whole));
			}
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_path_leads_to_the_root),
	    cmocka_unit_test(test_root_matches_the_published_trees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
