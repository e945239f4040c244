/* main.c - wires the store to HTTP and to the bus. */
#include "storage/add.h"
#include "storage/handlers.h"
#include "storage/limits.h"
#include "storage/profile.h"

#include "base/check.h"
#include "base/metric.h"
#include "edge/log.h"
#include "edge/secret.h"
#include "edge/svc.h"
#include "proto/storage.pb-c.h"

#include <inttypes.h>
#include <stdio.h>

static struct storage_handlers handlers;
static struct storage_hashers *hashers;
static char secret[256];
static char owner_secret[256];
static bool is_upkeeping;
static uint32_t scrub_cursor;
static uint64_t scrub_bad;

static const struct stoa_conf_option options[] = {
    {"listen", STOA_CONF_TEXT, "127.0.0.1:4502", 3, 256,
	"where bytes go in and out over HTTP"},
    {"profile", STOA_CONF_TEXT, "unixfs-v1-2025", 1, 64,
	"how files become CIDs: unixfs-v1-2025 or unixfs-v1-256k"},
    {"upload-max", STOA_CONF_NUMBER, "68719476736", 1, INT64_MAX,
	"bytes of one upload"},
    {"capability-file", STOA_CONF_TEXT, NULL, 0, 1024,
	"file of the secret that signs capabilities"},
    {"owner-file", STOA_CONF_TEXT, NULL, 0, 1024,
	"file of the secret that private data is sealed for; keep a backup"},
};

/* One pack is read and checked a minute: a full round of 64 GiB takes four
 * hours and costs a few percent of a core. */
#define UPKEEP_US (60 * STOA_US_PER_S)

static void
upkeep_work(void *arg)
{
	struct storage_handlers *h = arg;
	uint64_t bad = 0;

	if (storage_store_scrub(h->store, &scrub_cursor, &bad) == STOA_OK) {
		scrub_bad += bad;
	}
}

static void
upkeep_done(void *arg)
{
	(void)arg;
	is_upkeeping = false;
	if (scrub_bad > 0) {
		stoa_log(STOA_LOG_ERROR, "blocks_bad",
		    "%" PRIu64 " blocks on the disk are wrong; they are "
		    "stored anew when added again",
		    scrub_bad);
	}
}

static void
upkeep(void *arg)
{
	struct storage_handlers *h = arg;

	if (!is_upkeeping) {
		is_upkeeping = true;
		stoa_loop_work(h->loop, upkeep_work, upkeep_done, h);
	}
}

static bool
secret_read(struct stoa_svc *svc, const char *setting, const char *usual,
    char text[static 256])
{
	const char *file = stoa_conf_get_or_null(stoa_svc_conf(svc), setting);
	enum stoa_status status;

	if (file == NULL) {
		file = stoa_svc_path(svc, usual, false);
	}
	status = stoa_secret_read(file, text, 256);
	if (status != STOA_OK || strlen(text) < 32) {
		stoa_log(STOA_LOG_ERROR, "secret_not_read",
		    "%s: %s; `stoa up` makes it", file,
		    status == STOA_OK ? "shorter than 32 characters"
				      : stoa_status_text(status));
		return false;
	}
	return true;
}

static bool
secrets_read(struct stoa_svc *svc)
{
	if (!secret_read(svc, "capability-file",
		"keys/storage-capability.secret", secret) ||
	    !secret_read(
		svc, "owner-file", "keys/storage-owner.secret", owner_secret)) {
		return false;
	}
	handlers.secret = stoa_str_of(secret);
	return true;
}

static bool
store_open(struct stoa_svc *svc)
{
	const char *path = stoa_svc_path(svc, "storage", true);
	enum stoa_status status =
	    storage_store_open(path, NULL, &handlers.store);

	if (status != STOA_OK) {
		stoa_log(STOA_LOG_ERROR, "store_not_open", "%s: %s", path,
		    stoa_status_text(status));
	}
	return status == STOA_OK;
}

static bool
http_open(struct stoa_svc *svc)
{
	const struct stoa_conf *conf = stoa_svc_conf(svc);
	struct storage_http_options http = {
	    .listen = stoa_conf_get(conf, "listen"),
	    .store = handlers.store,
	    .secret = handlers.secret,
	    .owner_secret = stoa_str_of(owner_secret),
	    .profile = storage_profile_find(
		stoa_str_of(stoa_conf_get(conf, "profile"))),
	    .upload_bytes_max = (uint64_t)stoa_conf_number(conf, "upload-max"),
	};
	enum stoa_status status;

	if (http.profile == NULL) {
		stoa_log(STOA_LOG_ERROR, "profile_unknown",
		    "profile: there is no \"%s\"; unixfs-v1-2025 is the "
		    "default",
		    stoa_conf_get(conf, "profile"));
		return false;
	}
	if (storage_hashers_open(&hashers) != STOA_OK) {
		return false;
	}
	http.hashers = hashers;
	handlers.upload_bytes_max = http.upload_bytes_max;
	status = storage_http_open(&http, &handlers.http);
	if (status != STOA_OK) {
		stoa_log(STOA_LOG_ERROR, "http_not_open", "listen: %s: %s",
		    http.listen, stoa_status_text(status));
	}
	return status == STOA_OK;
}

static void
drain(void *arg)
{
	static const bool none[256];
	struct storage_handlers *h = arg;

	stoa_bus_serve_slots(h->bus, none);
	storage_http_drain(h->http);
}

static bool
is_idle(void *arg)
{
	const struct storage_handlers *h = arg;

	return h->under_way == 0 && !is_upkeeping &&
	       storage_http_connections(h->http) == 0;
}

static void
end(void *arg)
{
	struct storage_handlers *h = arg;

	storage_http_close(h->http);
	storage_hashers_close(hashers);
	if (is_idle(h)) {
		storage_store_close(h->store);
	}
}

static struct storage_stat
stat_of(struct storage_store *store)
{
	struct storage_stat s;

	storage_store_stat(store, &s);
	return s;
}

static void
metrics(void *arg, struct stoa_buf *out)
{
	const struct storage_handlers *h = arg;
	struct storage_stat s = stat_of(h->store);
	const struct stoa_metric all[] = {
	    {"stoa_storage_blocks", "Blocks stored.", s.blocks},
	    {"stoa_storage_bytes", "Bytes of all blocks.", s.block_bytes},
	    {"stoa_storage_pins", "Pinned roots.", s.pins},
	    {"stoa_storage_free_bytes", "Disk left.", s.free_bytes},
	    {"stoa_storage_bad_reads_total",
		"Blocks that did not match their hash.", s.bad_reads},
	};

	stoa_metrics_print(out, all, STOA_COUNT(all));
}

static const struct stoa_part part = {
    .tick = upkeep,
    .tick_us = UPKEEP_US,
    .drain = drain,
    .is_idle = is_idle,
    .free = end,
    .metrics = metrics,
};

static bool
start(struct stoa_svc *svc)
{
	handlers.loop = stoa_svc_loop(svc);
	handlers.bus = stoa_svc_bus(svc);
	if (!secrets_read(svc) || !store_open(svc) || !http_open(svc)) {
		return false;
	}
	stoa_bus_serve(handlers.bus, &stoa__storage__storage__descriptor,
	    storage_handle, &handlers);
	stoa_bus_serve_slots(handlers.bus, NULL);
	stoa_svc_add(svc, &part, &handlers);
	return true;
}

int
main(int argc, char **argv)
{
	const struct stoa_svc_spec spec = {
	    .name = "storage",
	    .description = "content-addressed bytes",
	    .options = options,
	    .option_count = STOA_COUNT(options),
	    .start = start,
	};

	return stoa_svc_main(&spec, argc, argv);
}
