/* handlers.h - storage's RPC (proto/storage.proto).
 * Grants are made on the loop; whatever reads or writes the store runs on the
 * worker pool. Layer 3. */
#ifndef STORAGE_HANDLERS_H
#define STORAGE_HANDLERS_H

#include "storage/http.h"
#include "storage/store.h"

#include "edge/bus.h"

struct storage_handlers {
	struct stoa_loop *loop;
	struct stoa_bus *bus;
	struct storage_store *store;
	struct storage_http *http;
	struct stoa_str secret;
	uint64_t upload_bytes_max;
	unsigned under_way; /* on the worker pool */
};

/* For stoa_bus_serve; `owner` is a struct storage_handlers. */
void storage_handle(void *owner, struct stoa_request *request);

#endif
