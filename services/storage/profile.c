/* profile.c - the table of profiles. */
#include "storage/profile.h"

#include "base/check.h"

static const struct storage_profile profiles[] = {
    {
	.name = "unixfs-v1-2025",
	.chunk_size = 1048576,
	.width = 1024,
	.cid_version = 1,
	.has_raw_leaves = true,
	.is_sharded_by_block_size = true,
    },
    {
	.name = "unixfs-v1-256k",
	.chunk_size = 262144,
	.width = 174,
	.cid_version = 1,
	.has_raw_leaves = true,
	.is_sharded_by_block_size = false,
    },
    {
	.name = "unixfs-v0-2015",
	.chunk_size = 262144,
	.width = 174,
	.cid_version = 0,
	.has_raw_leaves = false,
	.is_sharded_by_block_size = false,
    },
};

const struct storage_profile *
storage_profile_find(struct stoa_str name)
{
	for (size_t i = 0; i < STOA_COUNT(profiles); i++) {
		if (stoa_str_is_equal(name, stoa_str_of(profiles[i].name))) {
			return &profiles[i];
		}
	}
	return NULL;
}

const struct storage_profile *
storage_profile_default(void)
{
	return &profiles[0];
}

const char *
storage_profile_name(size_t index)
{
	return index < STOA_COUNT(profiles) ? profiles[index].name : NULL;
}
