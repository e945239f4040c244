/* fuzz_unpack.c - any bytes as a compressed connection, and any payloads
 * through one.
 *
 * The first byte chooses the compression and which of the two. As a
 * connection: pieces of a length that the bytes say, within the bounds
 * whatever comes. As payloads: packed by the library itself, cut by the bytes,
 * and the same again. */
#include "base/check.h"
#include "gateway/limits.h"
#include "tests/unit/gateway/packer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OUT_MAX ((size_t)1024 * 1024)

/* A length byte and as many bytes; the highest bit: a message ends there. */
static struct stoa_str
piece_cut(struct stoa_str *rest, bool *ret_is_end)
{
	uint8_t head = (uint8_t)rest->data[0];
	struct stoa_str piece = stoa_str_from(*rest, 1);

	*ret_is_end = (head & 0x80) != 0;
	if (piece.len > (head & 0x7f)) {
		piece.len = head & 0x7f;
	}
	*rest = stoa_str_from(*rest, 1 + piece.len);
	return piece;
}

static void
as_connection(enum unpack_kind kind, struct stoa_str rest)
{
	struct unpack *u = unpack_new(kind);
	enum unpack_result result = UNPACK_MORE;
	struct stoa_buf out;

	stoa_assert(u != NULL);
	stoa_buf_init(&out, OUT_MAX);
	while (rest.len > 0 && result != UNPACK_BAD) {
		struct stoa_str payload = {0};
		bool is_end;
		struct stoa_str piece = piece_cut(&rest, &is_end);

		result = unpack_piece(u, piece, is_end, &out, &payload);
		stoa_assert(out.len <= OUT_MAX);
		stoa_assert(result != UNPACK_DONE || is_end);
		stoa_assert(result != UNPACK_DONE || payload.len <= OUT_MAX);
	}
	unpack_free(u);
	stoa_buf_fini(&out);
}

static void
message_take(
    struct unpack *u, struct stoa_str packed, size_t step, struct stoa_str want)
{
	enum unpack_result result = UNPACK_MORE;
	struct stoa_str payload = {0};
	struct stoa_buf out;

	stoa_buf_init(&out, OUT_MAX);
	for (size_t at = 0; at < packed.len || at == 0; at += step) {
		size_t len = packed.len - at < step ? packed.len - at : step;
		bool is_end = at + len == packed.len;

		stoa_assert(result == UNPACK_MORE);
		result =
		    unpack_piece(u, stoa_str_of_bytes(packed.data + at, len),
			is_end, &out, &payload);
	}
	stoa_assert(result == UNPACK_DONE);
	stoa_assert(stoa_str_is_equal(payload, want));
	stoa_buf_fini(&out);
}

static void
as_payloads(enum unpack_kind kind, struct stoa_str rest)
{
	struct packer *p = packer_new(kind, 0);
	struct unpack *u = unpack_new(kind);
	struct stoa_buf packed;

	stoa_assert(u != NULL);
	stoa_buf_init(&packed, 1);
	while (rest.len > 1) {
		size_t step = 1 + (uint8_t)rest.data[0];
		bool is_end;
		struct stoa_str piece;

		rest = stoa_str_from(rest, 1);
		piece = piece_cut(&rest, &is_end);
		if (piece.len > 0) {
			packer_add(p, piece, &packed);
			message_take(u, stoa_buf_str(&packed), step, piece);
		}
	}
	packer_free(p);
	unpack_free(u);
	stoa_buf_fini(&packed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stoa_str rest = stoa_str_of_bytes(data, size);
	enum unpack_kind kind;

	if (size == 0) {
		return 0;
	}
	kind = (enum unpack_kind)(data[0] % 3);
	rest = stoa_str_from(rest, 1);
	if (data[0] < 128) {
		as_connection(kind, rest);
	} else {
		as_payloads(kind, rest);
	}
	return 0;
}
