/* gateway_decode.c - what the gateway's decode path costs beside bare
 * decompression, over one recorded stream.
 *
 *     gateway_decode FOLDER
 *
 * FOLDER as tests/peers/discord/record.mjs writes it. Each of three rounds
 * unpacks the whole stream twice: with the library alone, and through
 * unpack.c, frame.c and the shard's machine as the daemon does. */
#include "base/buf.h"
#include "base/check.h"
#include "gateway/shard.h"
#include "gateway/unpack.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <zlib.h>
#include <zstd.h>

struct recording {
	char *bytes;
	uint32_t *lengths;
	size_t size, count;
};

static void *
file_read(const char *folder, const char *name, size_t *ret_size)
{
	char path[1024];
	FILE *file;
	void *bytes;
	long size;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	if (file == NULL) {
		fprintf(stderr, "%s cannot be read\n", path);
		exit(1);
	}
	stoa_assert(fseek(file, 0, SEEK_END) == 0);
	size = ftell(file);
	rewind(file);
	bytes = malloc((size_t)size);
	stoa_assert(bytes != NULL && size > 0);
	stoa_assert(fread(bytes, 1, (size_t)size, file) == (size_t)size);
	(void)fclose(file);
	*ret_size = (size_t)size;
	return bytes;
}

static struct recording
recording_read(const char *folder, const char *name)
{
	struct recording r;
	char file[64];
	size_t size;

	(void)snprintf(file, sizeof(file), "%s.bin", name);
	r.bytes = file_read(folder, file, &r.size);
	(void)snprintf(file, sizeof(file), "%s.idx", name);
	r.lengths = file_read(folder, file, &size);
	r.count = size / sizeof(uint32_t);
	return r;
}

static double
cpu_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- the libraries alone ---- */

#define ROOM ((size_t)4 * 1024 * 1024)

static double
zlib_bare(const struct recording *r, char *room, uint64_t *ret_bytes)
{
	z_stream z = {0};
	const char *at = r->bytes;
	double start = cpu_s();

	stoa_assert(inflateInit(&z) == Z_OK);
	*ret_bytes = 0;
	for (size_t i = 0; i < r->count; i++) {
		z.next_in = (Bytef *)(uintptr_t)at;
		z.avail_in = r->lengths[i];
		do {
			z.next_out = (Bytef *)room;
			z.avail_out = ROOM;
			stoa_assert(inflate(&z, Z_SYNC_FLUSH) == Z_OK);
			*ret_bytes += ROOM - z.avail_out;
		} while (z.avail_in > 0);
		at += r->lengths[i];
	}
	(void)inflateEnd(&z);
	return cpu_s() - start;
}

static double
zstd_bare(const struct recording *r, char *room, uint64_t *ret_bytes)
{
	ZSTD_DStream *d = ZSTD_createDStream();
	const char *at = r->bytes;
	double start = cpu_s();

	*ret_bytes = 0;
	for (size_t i = 0; i < r->count; i++) {
		ZSTD_inBuffer in = {at, r->lengths[i], 0};

		while (in.pos < in.size) {
			ZSTD_outBuffer out = {room, ROOM, 0};

			stoa_assert(
			    !ZSTD_isError(ZSTD_decompressStream(d, &out, &in)));
			*ret_bytes += out.pos;
		}
		at += r->lengths[i];
	}
	(void)ZSTD_freeDStream(d);
	return cpu_s() - start;
}

/* ---- the daemon's way ---- */

static uint64_t taken;

static void
no_connect(void *owner, const char *url)
{
	(void)owner;
	(void)url;
}

static void
no_send(void *owner, struct stoa_str text)
{
	(void)owner;
	(void)text;
}

static void
no_close(void *owner, unsigned code)
{
	(void)owner;
	(void)code;
}

static bool
count(void *owner, const struct gateway_frame *frame)
{
	(void)owner;
	(void)frame;
	taken++;
	return true;
}

static void
nothing(void *owner)
{
	(void)owner;
}

static double
decode(const struct recording *r, enum unpack_kind kind)
{
	static const struct shard_ports ports = {
	    no_connect, no_send, no_close, count, nothing, nothing};
	struct shard_options o = {
	    .count = 1, .token = "t", .gateway_url = "ws://x"};
	struct shard_session none = {0};
	struct unpack *u = unpack_new(kind);
	struct stoa_buf out;
	struct shard s;
	const char *at = r->bytes;
	double start;

	stoa_buf_init(&out, GATEWAY_PAYLOAD_MAX);
	shard_init(&s, &o, &ports, NULL, 1);
	shard_start(&s, &none, 1);
	shard_opened(&s, 1);
	taken = 0;
	start = cpu_s();
	for (size_t i = 0; i < r->count; i++) {
		struct stoa_str payload;
		struct gateway_frame frame;

		stoa_assert(
		    unpack_piece(u, stoa_str_of_bytes(at, r->lengths[i]), true,
			&out, &payload) == UNPACK_DONE);
		stoa_assert(gateway_frame_scan(payload, &frame));
		shard_frame(&s, &frame, 1);
		unpack_trim(&out);
		if (s.state == SHARD_QUEUEING) {
			shard_grant(&s, 1);
		}
		at += r->lengths[i];
	}
	start = cpu_s() - start;
	if (taken + 1 != r->count) {
		fprintf(stderr, "%llu of %zu taken, state %s, gaps %llu\n",
		    (unsigned long long)taken, r->count,
		    shard_state_name(s.state),
		    (unsigned long long)s.counts.gaps);
		exit(1);
	}
	stoa_buf_fini(&out);
	unpack_free(u);
	return start;
}

static void
round_run(const char *folder, const char *name, enum unpack_kind kind)
{
	struct recording r = recording_read(folder, name);
	char *room = malloc(ROOM);
	uint64_t bytes = 0;
	double bare = 1e9, ours = 1e9;

	stoa_assert(room != NULL);
	for (int i = 0; i < 3; i++) {
		double b = kind == UNPACK_ZLIB ? zlib_bare(&r, room, &bytes)
					       : zstd_bare(&r, room, &bytes);
		double o = decode(&r, kind);

		bare = b < bare ? b : bare;
		ours = o < ours ? o : ours;
	}
	printf("decode %-11s %zu messages, %.0f MB: library alone %.3f s, "
	       "decode path %.3f s, %.2fx (aim: at most 2.50x)\n",
	    name, r.count, (double)bytes / 1e6, bare, ours, ours / bare);
	free(room);
	free(r.bytes);
	free(r.lengths);
}

int
main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: gateway_decode FOLDER\n");
		return 2;
	}
	round_run(argv[1], "zlib-stream", UNPACK_ZLIB);
	round_run(argv[1], "zstd-stream", UNPACK_ZSTD);
	return 0;
}
