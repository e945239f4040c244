/* limits.h - every bound of the storage service, with its reason. */
#ifndef STORAGE_LIMITS_H
#define STORAGE_LIMITS_H

/* ---- blocks and trees ----------------------------------------------------
 */

/* The largest block that IPFS nodes exchange (bitswap); decoders stop here. */
#define STORAGE_BLOCK_SIZE_MAX ((size_t)2 << 20)

/* Largest leaf that a profile may ask for: Kubo's chunker limit. */
#define STORAGE_CHUNK_SIZE_MAX (STORAGE_BLOCK_SIZE_MAX - 256)

/* Levels of a file tree that a builder makes: width 2 with 16-byte leaves
 * (the narrowest test profile) reaches 2^63 bytes with 60; real profiles need
 * at most 8. */
#define STORAGE_TREE_DEPTH_MAX 62

/* Levels that a reader follows. A foreign tree that is deeper is refused:
 * each level costs a block of memory. Kubo's widths need 8 for 2^63 bytes. */
#define STORAGE_READ_DEPTH_MAX 64

/* Fan-out of a directory shard: the UnixFS specification's bound; larger ones
 * let a small block claim gigabytes (CVE-2023-23625). */
#define STORAGE_FANOUT_MAX 1024

/* Levels of a sharded directory: 64 hash bits, one bit a level (fan-out 2). */
#define STORAGE_SHARD_DEPTH_MAX 64

/* Bytes of one file name: what Linux and most others take (NAME_MAX). */
#define STORAGE_NAME_LEN_MAX 255

/* Bytes and parts of a path below a CID: PATH_MAX of Linux. */
#define STORAGE_PATH_LEN_MAX   4096
#define STORAGE_PATH_PARTS_MAX 256

/* Entries of one directory while it is built: about 100 bytes each are held
 * in memory until its node can be written, so 100 MB at most. */
#define STORAGE_ENTRIES_MAX 1000000

/* Folders that are open at once while a tree is added: the depth of a path. */
#define STORAGE_FOLDER_DEPTH_MAX STORAGE_PATH_PARTS_MAX

/* ---- packs ---------------------------------------------------------------
 */

/* A pack is sealed beyond this many bytes: large enough that sealing (a sync
 * and a rename) costs under 1 % of writing, small enough that the scan of an
 * unsealed one at start stays under half a second. */
#define STORAGE_PACK_SIZE_MAX ((uint32_t)256 << 20)

/* ... and beyond this many blocks: bounds the footer to 3 MiB. */
#define STORAGE_PACK_BLOCKS_MAX 65536

/* Packs of one store: 16 TiB at 256 MiB each; one descriptor each is open
 * only for a bounded number of them. */
#define STORAGE_PACKS_MAX 65536

/* Descriptors of sealed packs kept open: half of a default soft limit. */
#define STORAGE_PACKS_OPEN_MAX 256

/* Bytes of the disk that adding must leave free, so that commits, seals, pins
 * and collection still have room when adding is refused. */
#define STORAGE_RESERVE_BYTES ((uint64_t)256 << 20)

/* Names of pins are shown to people. */
#define STORAGE_PIN_NAME_MAX 256
#define STORAGE_PINS_MAX     1000000

/* ---- adding ---------------------------------------------------------------
 */

/* Threads that hash leaves: hashing is the slowest step, and the disk is
 * saturated by two of them. */
#define STORAGE_HASH_THREADS 2

/* Leaves of one add in flight: enough to keep the threads busy while the
 * producer reads; 8 MiB with 1 MiB leaves. */
#define STORAGE_LEAVES_IN_FLIGHT 8

/* Adds at once; more are refused as BUSY. Bounds their memory to 32 MiB. */
#define STORAGE_ADDS_MAX 4

/* Leases at once: adds, pins and repairs in progress. */
#define STORAGE_LEASES_MAX 1024

/* ---- HTTP ------------------------------------------------------------------
 */

/* Each has a thread: 64 uploads and downloads at once are far more than the
 * disk serves well. */
#define STORAGE_CONNECTIONS_MAX 64

/* Headers (a capability is 500 bytes, a path 4 KiB) and the buffer that a body
 * is read into; large ones mean fewer calls. */
#define STORAGE_CONNECTION_BYTES_MAX ((size_t)320 << 10)

/* Without a byte moving; slower clients are dead ones. */
#define STORAGE_IDLE_SECONDS_MAX 60

/* One upload, unless configured or granted otherwise: a large model. */
#define STORAGE_UPLOAD_BYTES_MAX ((uint64_t)64 << 30)

/* A folder's own blocks when they are sent as a CAR, or its listing: what a
 * million entries need. */
#define STORAGE_FOLDER_BYTES_MAX ((size_t)256 << 20)

/* Blocks on the way from the root of a file to a leaf. */
#define STORAGE_CAR_PENDING_MAX \
	((size_t)STORAGE_READ_DEPTH_MAX * (STORAGE_BLOCK_SIZE_MAX + 256))

#endif
