/* unpack.c - payloads out of zlib and zstd streams. */
#include "gateway/unpack.h"

#include "base/check.h"
#include "gateway/limits.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

struct unpack {
	enum unpack_kind kind;
	z_stream zlib;
	ZSTD_DStream *zstd;
	struct stoa_buf packed; /* of a message that comes in pieces */
};

/* Room made at a time. */
#define STEP 16384u

struct unpack *
unpack_new(enum unpack_kind kind)
{
	struct unpack *u = calloc(1, sizeof(*u));

	if (u == NULL) {
		return NULL;
	}
	u->kind = kind;
	stoa_buf_init(&u->packed, GATEWAY_PACKED_MAX);
	if (kind == UNPACK_ZLIB && inflateInit(&u->zlib) != Z_OK) {
		free(u);
		return NULL;
	}
	if (kind == UNPACK_ZSTD) {
		u->zstd = ZSTD_createDStream();
		if (u->zstd == NULL ||
		    ZSTD_isError(ZSTD_DCtx_setParameter(u->zstd,
			ZSTD_d_windowLogMax, GATEWAY_ZSTD_WINDOW_LOG))) {
			ZSTD_freeDStream(u->zstd);
			free(u);
			return NULL;
		}
	}
	return u;
}

void
unpack_free(struct unpack *u)
{
	if (u == NULL) {
		return;
	}
	if (u->kind == UNPACK_ZLIB) {
		(void)inflateEnd(&u->zlib);
	}
	ZSTD_freeDStream(u->zstd);
	stoa_buf_fini(&u->packed);
	free(u);
}

size_t
unpack_window(const struct unpack *u)
{
	return u->kind == UNPACK_ZSTD ? ZSTD_sizeof_DStream(u->zstd) : 0;
}

/* Payloads are several times their packed size: one step mostly suffices. */
static void *
room_make(struct stoa_buf *out, size_t packed_len, size_t *ret_len)
{
	size_t want = packed_len * 8 + STEP;

	if (out->size > out->len + want) {
		want = out->size - out->len - 1;
	}
	if (want > out->len_max - out->len) {
		want = out->len_max - out->len;
	}
	*ret_len = want;
	return want == 0 ? NULL : stoa_buf_reserve(out, want);
}

static bool
zlib_unpack(struct unpack *u, struct stoa_str in, struct stoa_buf *out)
{
	z_stream *z = &u->zlib;
	size_t room;

	z->next_in = (Bytef *)(uintptr_t)in.data;
	z->avail_in = (uInt)in.len;
	do {
		void *to = room_make(out, z->avail_in, &room);
		int result;

		if (to == NULL) {
			return false;
		}
		z->next_out = to;
		z->avail_out = (uInt)room;
		result = inflate(z, Z_SYNC_FLUSH);
		stoa_buf_grow(out, room - z->avail_out);
		/* The peer may not end the stream: more has to come. */
		if (result != Z_OK && result != Z_BUF_ERROR) {
			return false;
		}
	} while (z->avail_in > 0 || z->avail_out == 0);
	return true;
}

static bool
zstd_unpack(struct unpack *u, struct stoa_str in, struct stoa_buf *out)
{
	ZSTD_inBuffer from = {in.data, in.len, 0};
	ZSTD_outBuffer to;

	do {
		size_t room;

		to = (ZSTD_outBuffer){
		    room_make(out, in.len - from.pos, &room), 0, 0};
		if (to.dst == NULL) {
			return false;
		}
		to.size = room;
		if (ZSTD_isError(ZSTD_decompressStream(u->zstd, &to, &from))) {
			return false;
		}
		stoa_buf_grow(out, to.pos);
	} while (from.pos < from.size || to.pos == to.size);
	return true;
}

static bool
has_flush(struct stoa_str s)
{
	return s.len >= 4 && memcmp(s.data + s.len - 4, "\0\0\xff\xff", 4) == 0;
}

enum unpack_result
unpack_piece(struct unpack *u, struct stoa_str piece, bool is_end,
    struct stoa_buf *out, struct stoa_str *ret_payload)
{
	bool is_whole = u->packed.len == 0;
	struct stoa_str in = piece;
	bool is_good = true;

	if (!is_end || !is_whole ||
	    (u->kind == UNPACK_ZLIB && !has_flush(piece))) {
		stoa_buf_add_str(&u->packed, piece);
		in = stoa_buf_str(&u->packed);
		if (u->packed.is_overflown) {
			return UNPACK_BAD;
		}
		/* Discord may end a WebSocket message in mid-payload. */
		if (!is_end || (u->kind == UNPACK_ZLIB && !has_flush(in))) {
			return UNPACK_MORE;
		}
	}
	stoa_buf_clear(out);
	switch (u->kind) {
	case UNPACK_NONE:
		stoa_buf_add_str(out, in);
		is_good = !out->is_overflown;
		break;
	case UNPACK_ZLIB:
		is_good = zlib_unpack(u, in, out);
		break;
	case UNPACK_ZSTD:
		is_good = zstd_unpack(u, in, out);
		break;
	}
	if (u->packed.size > GATEWAY_UNPACK_KEPT) {
		stoa_buf_fini(&u->packed);
		stoa_buf_init(&u->packed, GATEWAY_PACKED_MAX);
	}
	stoa_buf_clear(&u->packed);
	*ret_payload = stoa_buf_str(out);
	return is_good ? UNPACK_DONE : UNPACK_BAD;
}

void
unpack_trim(struct stoa_buf *out)
{
	if (out->size > GATEWAY_UNPACK_KEPT) {
		stoa_buf_fini(out);
		stoa_buf_init(out, GATEWAY_PAYLOAD_MAX);
	}
}
