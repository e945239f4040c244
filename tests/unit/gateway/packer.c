/* packer.c - zlib and zstd as a sender uses them. */
#include "packer.h"

#include "base/check.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#define PACKED_MAX ((size_t)128 * 1024 * 1024)
#define STEP	   ((size_t)64 * 1024)

struct packer {
	enum unpack_kind kind;
	z_stream zlib;
	ZSTD_CStream *zstd;
};

struct packer *
packer_new(enum unpack_kind kind, int window_log)
{
	struct packer *p = calloc(1, sizeof(*p));

	stoa_assert(p != NULL);
	p->kind = kind;
	if (kind == UNPACK_ZLIB) {
		stoa_assert(deflateInit(&p->zlib, 6) == Z_OK);
	} else if (kind == UNPACK_ZSTD) {
		p->zstd = ZSTD_createCStream();
		stoa_assert(p->zstd != NULL);
		stoa_assert(!ZSTD_isError(ZSTD_CCtx_setParameter(
		    p->zstd, ZSTD_c_windowLog, window_log)));
	}
	return p;
}

void
packer_free(struct packer *p)
{
	if (p->kind == UNPACK_ZLIB) {
		(void)deflateEnd(&p->zlib);
	}
	ZSTD_freeCStream(p->zstd);
	free(p);
}

static void
zlib_add(
    struct packer *p, struct stoa_str payload, int flush, struct stoa_buf *out)
{
	z_stream *z = &p->zlib;

	z->next_in = (Bytef *)(uintptr_t)payload.data;
	z->avail_in = (uInt)payload.len;
	do {
		z->next_out = stoa_buf_reserve(out, STEP);
		stoa_assert(z->next_out != NULL);
		z->avail_out = (uInt)STEP;
		stoa_assert(deflate(z, flush) != Z_STREAM_ERROR);
		stoa_buf_grow(out, STEP - z->avail_out);
	} while (z->avail_out == 0);
}

static void
zstd_add(struct packer *p, struct stoa_str payload, ZSTD_EndDirective end,
    struct stoa_buf *out)
{
	ZSTD_inBuffer from = {payload.data, payload.len, 0};
	size_t left;

	do {
		ZSTD_outBuffer to = {stoa_buf_reserve(out, STEP), STEP, 0};

		stoa_assert(to.dst != NULL);
		left = ZSTD_compressStream2(p->zstd, &to, &from, end);
		stoa_assert(!ZSTD_isError(left));
		stoa_buf_grow(out, to.pos);
	} while (left > 0);
}

static void
add(struct packer *p, struct stoa_str payload, bool is_last,
    struct stoa_buf *out)
{
	stoa_buf_fini(out);
	stoa_buf_init(out, PACKED_MAX);
	switch (p->kind) {
	case UNPACK_NONE:
		stoa_buf_add_str(out, payload);
		break;
	case UNPACK_ZLIB:
		zlib_add(p, payload, is_last ? Z_FINISH : Z_SYNC_FLUSH, out);
		break;
	case UNPACK_ZSTD:
		zstd_add(p, payload, is_last ? ZSTD_e_end : ZSTD_e_flush, out);
		break;
	}
	stoa_assert(!out->is_overflown);
}

void
packer_add(struct packer *p, struct stoa_str payload, struct stoa_buf *out)
{
	add(p, payload, false, out);
}

void
packer_end(struct packer *p, struct stoa_buf *out)
{
	add(p, STOA_STR(""), true, out);
}
