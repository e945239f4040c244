/* The service over real sockets: what the client sends comes back verified,
 * plain requests follow HTTP, and servers that lie or break off are seen. */
#include "storage/capability.h"
#include "storage/client.h"
#include "storage/http.h"
#include "storage/limits.h"
#include "storage/stream.h"

#include "base/buf.h"
#include "port/fetch.h"
#include "port/http.h"

#include "../unit.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET "a secret of at least thirty-two bytes"

static char folder[64];
static struct storage_store *store;
static struct storage_hashers *hashers;
static struct storage_http *http;
static struct storage_client *client;
static const struct storage_options options = {.reserve_bytes = 4096};

/* Small chunks, so that small files have trees. */
static const struct storage_profile profile = {.name = "small",
    .chunk_size = 4096,
    .width = 8,
    .cid_version = 1,
    .has_raw_leaves = true,
    .is_sharded_by_block_size = true};

static char *
path_of(const char *name)
{
	static char paths[4][256];
	static int at;

	at = (at + 1) % 4;
	(void)snprintf(paths[at], sizeof(paths[at]), "%s/%s", folder, name);
	return paths[at];
}

static int
set_up(void **state)
{
	struct storage_http_options o = {
	    .listen = "127.0.0.1:0",
	    .secret = STOA_STR(SECRET),
	    .owner_secret = STOA_STR(SECRET),
	    .profile = &profile,
	    .upload_bytes_max = 8 << 20,
	};

	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/stoa-http-XXXXXX");
	if (mkdtemp(folder) == NULL) {
		return -1;
	}
	assert_int_equal(
	    storage_store_open(path_of("store"), &options, &store), STOA_OK);
	assert_int_equal(storage_hashers_open(&hashers), STOA_OK);
	o.store = store;
	o.hashers = hashers;
	assert_int_equal(storage_http_open(&o, &http), STOA_OK);
	assert_int_equal(
	    storage_client_open(storage_http_url(http), &client), STOA_OK);
	return 0;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static int
tear_down(void **state)
{
	(void)state;
	storage_client_close(client);
	storage_http_close(http);
	storage_hashers_close(hashers);
	storage_store_close(store);
	return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- helpers ---------------------------------------------------------------
 */

static const char *
token(enum storage_operation operation, const struct stoa_cid *cid,
    bool is_private, uint64_t size_max)
{
	static struct stoa_buf text;
	struct storage_capability c = {
	    .operation = operation,
	    .is_private = is_private,
	    .expires = {INT64_MAX},
	    .size_max = size_max,
	    .community = "c_test",
	};

	if (cid != NULL) {
		c.cid = *cid;
	}
	stoa_buf_fini(&text);
	stoa_buf_init(&text, STORAGE_CAPABILITY_TEXT_MAX);
	storage_capability_sign(&c, STOA_STR(SECRET), &text);
	return text.data;
}

static void
write_file(const char *name, size_t size, unsigned seed)
{
	FILE *file = fopen(path_of(name), "w");

	assert_non_null(file);
	for (size_t i = 0; i < size; i++) {
		(void)fputc((int)((i * 7 + i / 251 + seed) & 0xff), file);
	}
	assert_int_equal(fclose(file), 0);
}

static void
assert_same_file(const char *one, const char *two)
{
	FILE *a = fopen(path_of(one), "r"), *b = fopen(path_of(two), "r");
	int c;

	assert_non_null(a);
	assert_non_null(b);
	do {
		c = fgetc(a);
		assert_int_equal(c, fgetc(b));
	} while (c != EOF);
	(void)fclose(a);
	(void)fclose(b);
}

static struct storage_sent
send_path(const char *name, bool is_private)
{
	struct storage_call call = {
	    .capability = token(STORAGE_WRITE, NULL, is_private, 0)};
	struct storage_sent sent;
	enum stoa_status status =
	    storage_client_send(client, &call, path_of(name), name, &sent);

	if (status != STOA_OK) {
		fail_msg("%s: %s", stoa_status_name(status),
		    storage_client_problem(client));
	}
	return sent;
}

static enum stoa_status
receive(const struct stoa_cid *cid, const char *name)
{
	struct storage_call call = {
	    .capability = token(STORAGE_READ, cid, false, 0)};

	return storage_client_receive(client, &call, cid, path_of(name));
}

struct answer {
	unsigned status;
	struct stoa_buf body;
	char etag[128];
	char range[128];
};

/* A request by hand. `header` is of the form "If-None-Match" by query only. */
static struct answer
ask(const char *method, const char *path, const char *capability,
    const char *range)
{
	struct stoa_fetch_request request = {
	    .method = method, .bearer = capability, .range = range};
	struct answer a = {0};
	struct stoa_fetch *fetch;
	char url[2048], bytes[1000];
	const char *header;
	size_t got;

	(void)snprintf(url, sizeof(url), "%s%s", storage_http_url(http), path);
	request.url = url;
	stoa_buf_init(&a.body, 1 << 20);
	assert_int_equal(stoa_fetch_open(&fetch), STOA_OK);
	assert_int_equal(stoa_fetch_start(fetch, &request), STOA_OK);
	do {
		assert_int_equal(
		    stoa_fetch_read(fetch, bytes, sizeof(bytes), &got),
		    STOA_OK);
		stoa_buf_add(&a.body, bytes, got);
	} while (got > 0);
	a.status = stoa_fetch_status(fetch);
	header = stoa_fetch_header(fetch, "ETag");
	(void)snprintf(
	    a.etag, sizeof(a.etag), "%s", header == NULL ? "" : header);
	header = stoa_fetch_header(fetch, "Content-Range");
	(void)snprintf(
	    a.range, sizeof(a.range), "%s", header == NULL ? "" : header);
	stoa_fetch_close(fetch);
	return a;
}

static const char *
ipfs_path(const struct stoa_cid *cid, const char *rest)
{
	static char path[512];
	char text[STOA_CID_TEXT_SIZE];

	(void)snprintf(
	    path, sizeof(path), "/ipfs/%s%s", stoa_cid_print(cid, text), rest);
	return path;
}

/* ---- files and folders -----------------------------------------------------
 */

static void
test_files_come_back_as_they_were(void **state)
{
	static const size_t sizes[] = {0, 1, 4096, 4097, 32768, 32769, 3000000};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(sizes); i++) {
		struct storage_sent sent;

		write_file("file", sizes[i], (unsigned)i);
		sent = send_path("file", false);
		assert_int_equal(sent.size, sizes[i]);
		assert_true(storage_store_is_pinned(
		    store, &sent.cid, STOA_STR("c_test/file")));
		assert_int_equal(receive(&sent.cid, "back"), STOA_OK);
		assert_same_file("file", "back");
		assert_int_equal(receive(&sent.cid, "back"), STOA_EXISTS);
		assert_int_equal(unlink(path_of("back")), 0);
	}
}

static void
test_folders_come_back_as_they_were(void **state)
{
	struct storage_sent sent, again;
	char name[64];

	(void)state;
	assert_int_equal(mkdir(path_of("tree"), 0755), 0);
	assert_int_equal(mkdir(path_of("tree/empty"), 0755), 0);
	assert_int_equal(mkdir(path_of("tree/sub"), 0755), 0);
	assert_int_equal(mkdir(path_of("tree/sub/deep"), 0755), 0);
	write_file("tree/a file with spaces & more%", 10, 1);
	write_file("tree/.hidden", 10, 1);
	write_file("tree/sub/deep/large", 200000, 2);
	for (int i = 0; i < 50; i++) {
		(void)snprintf(name, sizeof(name), "tree/sub/%d.txt", i);
		write_file(name, (size_t)i * 100, (unsigned)i);
	}
	sent = send_path("tree", false);
	assert_int_equal(receive(&sent.cid, "tree2"), STOA_OK);
	assert_same_file("tree/sub/deep/large", "tree2/sub/deep/large");
	assert_same_file("tree/a file with spaces & more%",
	    "tree2/a file with spaces & more%");
	assert_same_file("tree/sub/49.txt", "tree2/sub/49.txt");
	assert_int_equal(access(path_of("tree2/empty"), F_OK), 0);
	assert_int_not_equal(access(path_of("tree2/.hidden"), F_OK), 0);
	/* The same tree has the same CID. */
	again = send_path("tree2", false);
	assert_true(stoa_cid_is_equal(&sent.cid, &again.cid));
}

static void
test_large_folders_are_sharded_and_come_back(void **state)
{
	struct storage_sent sent;
	char name[128];

	(void)state;
	assert_int_equal(mkdir(path_of("many"), 0755), 0);
	for (int i = 0; i < 3000; i++) {
		(void)snprintf(name, sizeof(name),
		    "many/%d-with-a-name-that-is-rather-long-to-fill-blocks",
		    i);
		write_file(name, 3, (unsigned)i);
	}
	sent = send_path("many", false);
	assert_int_equal(receive(&sent.cid, "many2"), STOA_OK);
	assert_same_file(
	    "many/2999-with-a-name-that-is-rather-long-to-fill-blocks",
	    "many2/2999-with-a-name-that-is-rather-long-to-fill-blocks");
}

static void
test_symbolic_links_are_stored_but_not_made(void **state)
{
	struct storage_sent sent;

	(void)state;
	assert_int_equal(mkdir(path_of("links"), 0755), 0);
	assert_int_equal(symlink("/etc/passwd", path_of("links/l")), 0);
	sent = send_path("links", false);
	assert_int_equal(receive(&sent.cid, "links2"), STOA_UNSUPPORTED);
}

static void
test_private_files_are_sealed_and_opened(void **state)
{
	struct storage_call call = {0};
	struct storage_sent sent, again;
	struct answer a;

	(void)state;
	write_file("secret", 200000, 5);
	sent = send_path("secret", true);
	again = send_path("secret", true);
	assert_false(stoa_cid_is_equal(&sent.cid, &again.cid));
	call.capability = token(STORAGE_READ, &sent.cid, true, 0);
	assert_int_equal(storage_client_receive_private(
			     client, &call, &sent.cid, path_of("opened")),
	    STOA_OK);
	assert_same_file("secret", "opened");
	/* Any part by itself, across a chunk of the seal. */
	a = ask(
	    "GET", ipfs_path(&sent.cid, ""), call.capability, "65530-65545");
	assert_int_equal(a.status, 206);
	assert_int_equal(a.body.len, 16);
	for (size_t i = 0; i < 16; i++) {
		size_t at = 65530 + i;

		assert_int_equal(
		    (uint8_t)a.body.data[i], (at * 7 + at / 251 + 5) & 0xff);
	}
	stoa_buf_fini(&a.body);
	/* Without the privilege only sealed bytes come. */
	a = ask("GET", ipfs_path(&sent.cid, ""),
	    token(STORAGE_READ, &sent.cid, false, 0), NULL);
	assert_int_equal(a.status, 200);
	assert_true(a.body.len > 200000);
	assert_memory_equal(a.body.data, "age-encryption.org/v1\n", 22);
	stoa_buf_fini(&a.body);
}

/* ---- HTTP ------------------------------------------------------------------
 */

static void
test_get_serves_ranges_tags_and_formats(void **state)
{
	struct storage_sent sent;
	const char *capability;
	struct answer a;

	(void)state;
	write_file("ranged", 10000, 9);
	sent = send_path("ranged", false);
	capability = token(STORAGE_READ, &sent.cid, false, 0);
	a = ask("GET", ipfs_path(&sent.cid, ""), capability, "4090-4100");
	assert_int_equal(a.status, 206);
	assert_int_equal(a.body.len, 11);
	assert_string_equal(a.range, "bytes 4090-4100/10000");
	assert_int_equal(
	    (uint8_t)a.body.data[0], (4090 * 7 + 4090 / 251 + 9) & 0xff);
	stoa_buf_fini(&a.body);
	a = ask("GET", ipfs_path(&sent.cid, ""), capability, "-1");
	assert_int_equal(a.status, 206);
	assert_int_equal(a.body.len, 1);
	stoa_buf_fini(&a.body);
	a = ask("GET", ipfs_path(&sent.cid, ""), capability, "10000-");
	assert_int_equal(a.status, 416);
	assert_string_equal(a.range, "bytes */10000");
	stoa_buf_fini(&a.body);
	a = ask("GET", ipfs_path(&sent.cid, "?format=raw"), capability, NULL);
	assert_int_equal(a.status, 200);
	assert_true(stoa_cid_is_of(&sent.cid, stoa_buf_str(&a.body)));
	stoa_buf_fini(&a.body);
	a = ask("GET", ipfs_path(&sent.cid, "?format=zip"), capability, NULL);
	assert_int_equal(a.status, 400);
	stoa_buf_fini(&a.body);
}

static void
assert_refused(struct answer a, unsigned status, const char *text)
{
	if (a.status != status || strstr(a.body.data, text) == NULL) {
		fail_msg("%u %s", a.status, a.body.data);
	}
	stoa_buf_fini(&a.body);
}

static void
test_every_request_needs_the_right_capability(void **state)
{
	struct stoa_cid other =
	    stoa_cid_of_block(1, STOA_CODEC_RAW, STOA_STR("other"));
	struct storage_sent sent;

	(void)state;
	write_file("guarded", 10, 3);
	sent = send_path("guarded", false);
	assert_refused(ask("GET", ipfs_path(&sent.cid, ""), NULL, NULL), 401,
	    "needs a capability");
	assert_refused(ask("GET", ipfs_path(&sent.cid, ""), "nonsense", NULL),
	    401, "not valid");
	assert_refused(ask("GET", ipfs_path(&sent.cid, ""),
			   token(STORAGE_WRITE, NULL, false, 0), NULL),
	    403, "for writing");
	assert_refused(ask("GET", ipfs_path(&sent.cid, ""),
			   token(STORAGE_READ, &other, false, 0), NULL),
	    403, "another CID");
	assert_refused(ask("GET", ipfs_path(&other, ""),
			   token(STORAGE_READ, &other, false, 0), NULL),
	    404, "no such content");
	assert_refused(ask("GET", "/ipfs/bnotacid1",
			   token(STORAGE_READ, &other, false, 0), NULL),
	    400, "CID");
	assert_refused(ask("GET", ipfs_path(&sent.cid, "/below"),
			   token(STORAGE_READ, &sent.cid, false, 0), NULL),
	    404, "no such content");
	assert_refused(ask("GET", "/else", NULL, NULL), 404, "no such path");
	assert_refused(ask("DELETE", "/v0/blob", NULL, NULL), 405, "method");
}

static void
test_uploads_stop_at_their_limit(void **state)
{
	struct storage_call call = {
	    .capability = token(STORAGE_WRITE, NULL, false, 1000)};
	struct storage_sent sent;

	(void)state;
	write_file("thousand", 1000, 1);
	write_file("more", 1001, 1);
	assert_int_equal(storage_client_send(
			     client, &call, path_of("thousand"), NULL, &sent),
	    STOA_OK);
	assert_int_equal(
	    storage_client_send(client, &call, path_of("more"), NULL, &sent),
	    STOA_TOO_LARGE);
	assert_non_null(strstr(storage_client_problem(client), "1000 bytes"));
	/* A tar stream does not say its size before: it stops on the way. */
	assert_int_equal(mkdir(path_of("wide"), 0755), 0);
	write_file("wide/more", 100000, 1);
	assert_int_equal(
	    storage_client_send(client, &call, path_of("wide"), NULL, &sent),
	    STOA_TOO_LARGE);
}

static void
test_send_says_what_is_wrong_here(void **state)
{
	struct storage_call call = {
	    .capability = token(STORAGE_WRITE, NULL, false, 0)};
	struct storage_sent sent;

	(void)state;
	assert_int_equal(
	    storage_client_send(client, &call, path_of("absent"), NULL, &sent),
	    STOA_NOT_FOUND);
	assert_non_null(strstr(storage_client_problem(client), "absent"));
	assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
	assert_int_equal(
	    storage_client_send(client, &call, path_of("fifo"), NULL, &sent),
	    STOA_UNSUPPORTED);
}

/* ---- services that cannot be trusted ---------------------------------------
 */

static struct {
	struct stoa_cid cid;
	int flip_at; /* -1: nowhere */
	int cut_at;  /* of the first answer; -1: nowhere */
	int answers;
} liar;

struct lie {
	struct storage_stream *stream;
	uint64_t sent;
	bool is_first;
};

static enum stoa_status
read_lie(void *stream, uint64_t offset, char *to, size_t size, size_t *ret_len)
{
	struct lie *lie = stream;
	uint64_t flip = (uint64_t)liar.flip_at;

	if (lie->is_first && liar.cut_at >= 0 &&
	    lie->sent >= (uint64_t)liar.cut_at) {
		return STOA_IO;
	}
	size = size < 1000 ? size : 1000;
	if (storage_stream_read(lie->stream, offset, to, size, ret_len) !=
	    STOA_OK) {
		return STOA_IO;
	}
	if (liar.flip_at >= 0 && flip >= lie->sent &&
	    flip < lie->sent + *ret_len) {
		to[flip - lie->sent] ^= 1;
	}
	lie->sent += *ret_len;
	return STOA_OK;
}

static void
free_lie(void *stream)
{
	struct lie *lie = stream;

	storage_stream_free(lie->stream);
	free(lie);
}

static void *
begin_lie(void *owner, struct stoa_http_request *request)
{
	struct storage_source source = storage_store_source(store);
	struct lie *lie = calloc(1, sizeof(*lie));
	const char *from = stoa_http_query(request, "from");

	(void)owner;
	assert_non_null(lie);
	lie->is_first = liar.answers++ == 0;
	assert_int_equal(
	    storage_stream_car(&source, &liar.cid,
		strtoull(from == NULL ? "0" : from, NULL, 10), &lie->stream),
	    STOA_OK);
	stoa_http_reply_stream(request, 200, "application/vnd.ipld.car",
	    STOA_HTTP_SIZE_UNKNOWN, read_lie, lie, free_lie);
	return NULL;
}

static enum stoa_status
receive_from_liar(const char *name)
{
	static const struct stoa_http_route routes[] = {
	    {.method = "GET", .path = "/ipfs/", .begin = begin_lie}};
	struct stoa_http_options o = {
	    .listen = "127.0.0.1:0",
	    .routes = routes,
	    .route_count = 1,
	    .connections_max = 8,
	    .connection_bytes_max = 65536,
	    .idle_seconds_max = 10,
	};
	struct storage_call call = {.capability = "any"};
	struct storage_client *victim;
	struct stoa_http_server *server;
	enum stoa_status status;

	liar.answers = 0;
	assert_int_equal(stoa_http_open(&o, &server), STOA_OK);
	assert_int_equal(
	    storage_client_open(stoa_http_url(server), &victim), STOA_OK);
	status =
	    storage_client_receive(victim, &call, &liar.cid, path_of(name));
	storage_client_close(victim);
	stoa_http_close(server);
	return status;
}

static void
test_receive_finds_every_flipped_byte(void **state)
{
	unsigned mended = 0;

	(void)state;
	write_file("truth", 20000, 4);
	liar.cid = send_path("truth", false).cid;
	liar.cut_at = -1;
	for (liar.flip_at = 0; liar.flip_at < 20500; liar.flip_at += 331) {
		enum stoa_status status = receive_from_liar("belief");

		/* A length that grew looks like a stream that broke off; the
		 * second try is from beyond the flipped byte. */
		if (status == STOA_OK) {
			mended++;
			assert_same_file("truth", "belief");
			assert_int_equal(unlink(path_of("belief")), 0);
			continue;
		}
		assert_int_equal(status, STOA_CORRUPT);
		assert_int_not_equal(access(path_of("belief"), F_OK), 0);
		assert_int_not_equal(access(path_of("belief.part"), F_OK), 0);
	}
	assert_true(mended <= 6); /* at most one for each section */
}

static void
test_receive_goes_on_after_a_broken_connection(void **state)
{
	(void)state;
	write_file("whole", 50000, 6);
	liar.cid = send_path("whole", false).cid;
	liar.flip_at = -1;
	for (liar.cut_at = 0; liar.cut_at < 50000; liar.cut_at += 7001) {
		enum stoa_status status = receive_from_liar("mended");

		/* Cut before the root there is nothing to go on from. */
		if (liar.cut_at < 1000) {
			assert_int_equal(status, STOA_IO);
			continue;
		}
		assert_int_equal(status, STOA_OK);
		assert_same_file("whole", "mended");
		assert_int_equal(liar.answers, 2);
		assert_int_equal(unlink(path_of("mended")), 0);
	}
}

static void
test_nobody_at_the_other_end_is_unavailable(void **state)
{
	struct storage_call call = {.capability = "any"};
	struct storage_client *lonely;
	struct stoa_cid cid =
	    stoa_cid_of_block(1, STOA_CODEC_RAW, STOA_STR("x"));

	(void)state;
	assert_int_equal(
	    storage_client_open("http://127.0.0.1:1", &lonely), STOA_OK);
	assert_int_equal(
	    storage_client_receive(lonely, &call, &cid, path_of("none")),
	    STOA_UNAVAILABLE);
	storage_client_close(lonely);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_files_come_back_as_they_were),
	    cmocka_unit_test(test_folders_come_back_as_they_were),
	    cmocka_unit_test(test_large_folders_are_sharded_and_come_back),
	    cmocka_unit_test(test_symbolic_links_are_stored_but_not_made),
	    cmocka_unit_test(test_private_files_are_sealed_and_opened),
	    cmocka_unit_test(test_get_serves_ranges_tags_and_formats),
	    cmocka_unit_test(test_every_request_needs_the_right_capability),
	    cmocka_unit_test(test_uploads_stop_at_their_limit),
	    cmocka_unit_test(test_send_says_what_is_wrong_here),
	    cmocka_unit_test(test_receive_finds_every_flipped_byte),
	    cmocka_unit_test(test_receive_goes_on_after_a_broken_connection),
	    cmocka_unit_test(test_nobody_at_the_other_end_is_unavailable),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
