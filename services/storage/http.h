/* http.h - bytes in and out of a store over HTTP. Every request needs a
 * capability: "Authorization: Bearer" or the query parameter `cap`.
 *
 *	PUT  /v0/blob[?name=]	 a file -> {"cid","size","stored_size"}
 *	POST /v0/dir[?name=]	 a tar stream -> the same for its folder
 *	GET  /ipfs/CID[/path]	 the bytes of a file (Range, ETag), a folder as
 *				 JSON; HEAD too
 *	    ?format=raw		 the one block
 *	    ?format=car[&from=N] the blocks in the order in which a reader needs
 *				 them (trustless gateway: dfs, dups), of a file
 *				 from byte N on; verifiable without trust
 *
 * What is written is pinned, as "community/name", and durable before the
 * answer leaves. With a private capability a file is sealed for the community
 * before its CID is computed, and opened when read.
 *
 * The server's threads call the store; nothing here touches a loop. Layer 3. */
#ifndef STORAGE_HTTP_H
#define STORAGE_HTTP_H

#include "storage/add.h"
#include "storage/store.h"

#include "base/str.h"

struct storage_http;

struct storage_http_options {
	const char *listen; /* "127.0.0.1:4502" */
	struct storage_store *store;
	struct storage_hashers *hashers;
	struct stoa_str secret; /* signs capabilities; at least 32 bytes */
	/* The identities that private blobs are sealed for; at least 32 bytes.
	 * Apart from the other: that one can be changed after a leak, with
	 * this one everything sealed would be lost. */
	struct stoa_str owner_secret;
	const struct storage_profile *profile;
	uint64_t upload_bytes_max;
};

/* Borrows all of it until close. Refuses: INVALID (address), BUSY. */
STOA_MUST_USE enum stoa_status storage_http_open(
    const struct storage_http_options *options, struct storage_http **ret_http);
void storage_http_drain(struct storage_http *http);
unsigned storage_http_connections(const struct storage_http *http);
void storage_http_close(struct storage_http *http);

/* "http://127.0.0.1:4502" */
const char *storage_http_url(const struct storage_http *http);

#endif
