/* export.c - `stoa export`: a community's journal as a signed bundle. */
#include "base/check.h"
#include "base/merkle.h"
#include "domain/limits.h"
#include "domain/record.h"
#include "edge/copy_file.h"
#include "edge/log.h"
#include "stoa/bundle.h"
#include "stoa/look.h"
#include "stoa/options.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

static const struct stoa_conf_option options[] = {
    {"home", STOA_CONF_TEXT, "./data", 1, 800, "folder of all state"},
    {"domain", STOA_CONF_TEXT, "governance", 1, 32, "whose journal"},
    {"replica", STOA_CONF_NUMBER, "0", 0, 15, "whose copy of it"},
    {"community", STOA_CONF_TEXT, NULL, 0, 64,
	"c_...; empty: the only one there is"},
    {"out", STOA_CONF_TEXT, "stoa.bundle", 1, 800, "file to write"},
    {"help", STOA_CONF_FLAG, "false", 0, 0, "print this and exit"},
};

struct exporter {
	struct stoa_arena arena;
	struct stoa_buf records; /* as pieces */
	struct stoa_merkle tree;
	struct stoa_hash head;
	char community[80];
	bool is_chosen; /* by the caller */
	unsigned others;
	uint64_t index;
};

static void
visit(void *owner, uint64_t offset, const struct stoa_frame *frame)
{
	struct exporter *e = owner;
	struct stoa_record r;

	(void)offset;
	stoa_arena_reset(&e->arena);
	if (frame->sequence == 0 ||
	    stoa_record_parse(&e->arena, frame->record, &r) != STOA_OK) {
		return;
	}
	if (e->community[0] == '\0') {
		(void)snprintf(e->community, sizeof(e->community), "%.*s",
		    STOA_STR_ARG(r.community));
	}
	if (!stoa_str_is_equal(r.community, stoa_str_of(e->community))) {
		e->others++;
		return;
	}
	/* What was written again after a repair is there already. */
	if (r.index != e->index + 1 ||
	    (e->index > 0 && !stoa_hash_is_equal(&r.previous, &e->head))) {
		return;
	}
	e->index = r.index;
	e->head = r.hash;
	stoa_merkle_add(&e->tree, &r.hash);
	bundle_add(&e->records, r.bytes);
}

static enum stoa_status
records_read(
    struct exporter *e, const struct home *home, const struct stoa_conf *conf)
{
	char path[HOME_PATH_MAX], name[96];
	struct stoa_copy *copy;
	struct stoa_copy_scan scan;
	enum stoa_status status;

	(void)snprintf(name, sizeof(name), "journal/%s-%" PRId64 ".copy",
	    stoa_conf_get(conf, "domain"), stoa_conf_number(conf, "replica"));
	status = stoa_copy_open(home_path(home, name, path), NULL, &copy);
	if (status != STOA_OK) {
		fprintf(stderr, "stoa export: %s: %s\n", path,
		    stoa_status_text(status));
		return status;
	}
	status = stoa_copy_scan(copy, 0, visit, e, &scan);
	stoa_copy_close(copy);
	return status;
}

static bool
file_write(const char *path, const struct stoa_buf *bytes)
{
	FILE *f = fopen(path, "we");
	bool ok =
	    f != NULL && fwrite(bytes->data, 1, bytes->len, f) == bytes->len;

	ok = f != NULL && fclose(f) == 0 && ok;
	if (!ok) {
		fprintf(stderr, "stoa export: %s: %s\n", path, strerror(errno));
	}
	return ok;
}

static bool
bundle_make(struct exporter *e, const struct home *home,
    const struct stoa_conf *conf, struct stoa_buf *out)
{
	uint8_t seed[STOA_ED25519_SIZE];
	struct stoa_note note = {.size = e->index};
	struct stoa_note_key key;
	struct stoa_buf text, error;
	bool ok;

	stoa_buf_init(&text, STOA_NOTE_SIZE_MAX);
	stoa_buf_init(&error, 2048);
	(void)snprintf(note.origin, sizeof(note.origin), "stoa/%s/%s",
	    stoa_conf_get(conf, "domain"), e->community);
	note.root = stoa_merkle_root(&e->tree);
	ok = bundle_key_read(home, seed, &key, &error);
	if (ok) {
		stoa_note_sign(&text, &note, key.name, seed);
		OPENSSL_cleanse(seed, sizeof(seed));
		bundle_begin(out, stoa_buf_str(&text));
		stoa_buf_add_str(out, stoa_buf_str(&e->records));
		stoa_buf_clear(&text);
		stoa_note_key_print(&text, &key);
		printf("%" PRIu64 " records of %s\nverifier key %s\n", e->index,
		    note.origin, stoa_buf_str(&text).data);
	} else {
		fprintf(stderr, "stoa export: %s\n", stoa_buf_str(&error).data);
	}
	stoa_buf_fini(&text);
	stoa_buf_fini(&error);
	return ok && !out->is_overflown;
}

int
export_main(int argc, char **argv)
{
	struct exporter e = {.index = 0};
	struct stoa_conf *conf;
	struct home home;
	struct stoa_buf out;
	bool ok;
	int status =
	    options_read("export", "a community's journal in one signed file",
		options, STOA_COUNT(options), argc, argv, &conf, &home, NULL);

	if (status >= 0) {
		return status;
	}
	stoa_log_open("export", STOA_LOG_ERROR);
	stoa_arena_init(&e.arena, NULL, 0, DOMAIN_RECORD_ARENA_MAX);
	stoa_buf_init(&e.records, BUNDLE_SIZE_MAX);
	stoa_buf_init(&out, BUNDLE_SIZE_MAX);
	stoa_merkle_init(&e.tree);
	(void)snprintf(e.community, sizeof(e.community), "%s",
	    stoa_conf_get(conf, "community"));
	e.is_chosen = e.community[0] != '\0';
	ok = records_read(&e, &home, conf) == STOA_OK;
	if (ok && (e.index == 0 || (e.others > 0 && !e.is_chosen))) {
		fprintf(stderr, "stoa export: %s\n",
		    e.index == 0 ? "there is no record of that community"
				 : "there are several communities: choose one "
				   "with --community");
		ok = false;
	}
	ok = ok && bundle_make(&e, &home, conf, &out) &&
	     file_write(stoa_conf_get(conf, "out"), &out);
	stoa_buf_fini(&out);
	stoa_buf_fini(&e.records);
	stoa_arena_fini(&e.arena);
	stoa_conf_free(conf);
	return ok ? 0 : 1;
}
