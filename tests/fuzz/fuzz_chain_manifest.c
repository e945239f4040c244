/* fuzz_chain_manifest.c - any bytes as a manifest: what is taken names seven
 * contracts at different places, what is refused says why in one line. And the
 * bytes as a template of a link. */
#include "chain/link.h"
#include "chain/manifest.h"

#include "base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_link(struct stoa_str template, const struct chain_manifest *manifest)
{
	static uint8_t word[32];
	struct chain_link link = {.manifest = manifest,
	    .token = {32, word},
	    .listing = {32, word},
	    .account = chain_manifest_at(manifest, CHAIN_JOY)};
	struct stoa_buf b;

	stoa_buf_init(&b, 1 << 16);
	if (chain_link_print(template, &link, &b)) {
		stoa_assert(memchr(b.data, '{', b.len) == NULL);
		stoa_assert(memchr(b.data, '"', b.len) == NULL);
	} else {
		stoa_assert(b.len == 0);
		stoa_assert(chain_link_fault(template) != NULL);
	}
	stoa_buf_fini(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stoa_str text = stoa_str_of_bytes(data, size);
	struct chain_manifest manifest = {.chain_id = 0};
	struct stoa_buf error;

	stoa_buf_init(&error, 1 << 16);
	if (chain_manifest_read(text, &manifest, &error) == STOA_OK) {
		stoa_assert(error.len == 0);
		stoa_assert(manifest.chain_id > 0);
		for (unsigned i = 0; i < CHAIN_CONTRACTS; i++) {
			enum chain_contract found;
			bool is_there = chain_manifest_find(
			    &manifest, &manifest.contracts[i].address, &found);

			stoa_assert(is_there);
			stoa_assert((unsigned)found == i);
		}
	} else {
		stoa_assert(error.len > 0);
	}
	stoa_buf_fini(&error);
	try_link(text, &manifest);
	return 0;
}
