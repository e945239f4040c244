/* test_unpack.c - what the compressing libraries made comes out again,
 * however it was cut, and nothing else costs more than its bounds. */
#include "../unit.h"

#include "packer.h"

#include "base/rng.h"
#include "gateway/limits.h"

static const enum unpack_kind kinds[] = {UNPACK_NONE, UNPACK_ZLIB, UNPACK_ZSTD};

/* A connection: both ends and what lies between. */
static struct {
	struct packer *packer;
	struct unpack *unpack;
	struct stoa_buf packed, out;
	struct stoa_str payload;
} t;

static void
begin_with(enum unpack_kind kind, int window_log, size_t out_max)
{
	t.packer = packer_new(kind, window_log);
	t.unpack = unpack_new(kind);
	assert_non_null(t.unpack);
	stoa_buf_init(&t.packed, 1);
	stoa_buf_init(&t.out, out_max);
}

static void
begin(enum unpack_kind kind)
{
	begin_with(kind, 0, GATEWAY_PAYLOAD_MAX);
}

static void
end(void)
{
	packer_free(t.packer);
	unpack_free(t.unpack);
	stoa_buf_fini(&t.packed);
	stoa_buf_fini(&t.out);
}

static enum unpack_result
take(struct stoa_str piece, bool is_end)
{
	return unpack_piece(t.unpack, piece, is_end, &t.out, &t.payload);
}

static struct stoa_str
packed_part(size_t from, size_t to)
{
	return stoa_str_of_bytes(t.packed.data + from, to - from);
}

static void
assert_payload(struct stoa_str want)
{
	assert_int_equal(t.payload.len, want.len);
	assert_memory_equal(t.payload.data, want.data, want.len);
}

static const char *const payloads[] = {
    "{\"t\":null,\"s\":null,\"op\":10,\"d\":{\"heartbeat_interval\":41250}}",
    "{\"t\":null,\"s\":null,\"op\":11,\"d\":null}",
    "{\"t\":\"MESSAGE_CREATE\",\"s\":2,\"op\":0,\"d\":{\"content\":\"caf\xc3"
    "\xa9\",\"id\":\"1\"}}",
    "{\"t\":\"MESSAGE_CREATE\",\"s\":3,\"op\":0,\"d\":{\"content\":\"caf\xc3"
    "\xa9\",\"id\":\"2\"}}",
};

static void
test_unpack_gives_each_message_of_a_stream(void **state)
{
	(void)state;
	for (size_t k = 0; k < STOA_COUNT(kinds); k++) {
		begin(kinds[k]);
		for (size_t i = 0; i < 100; i++) {
			struct stoa_str want =
			    stoa_str_of(payloads[i % STOA_COUNT(payloads)]);

			packer_add(t.packer, want, &t.packed);
			assert_int_equal(
			    take(stoa_buf_str(&t.packed), true), UNPACK_DONE);
			assert_payload(want);
		}
		end();
	}
}

/* As a connection gives them: in two pieces, cut anywhere. */
static void
test_unpack_joins_pieces_cut_at_any_byte(void **state)
{
	(void)state;
	for (size_t k = 0; k < STOA_COUNT(kinds); k++) {
		size_t cut = 0, len = 1;

		begin(kinds[k]);
		for (; cut <= len; cut++) {
			struct stoa_str want =
			    stoa_str_of(payloads[cut % STOA_COUNT(payloads)]);

			packer_add(t.packer, want, &t.packed);
			len = t.packed.len > len ? t.packed.len : len;
			if (cut > t.packed.len) {
				(void)take(stoa_buf_str(&t.packed), true);
				continue;
			}
			assert_int_equal(
			    take(packed_part(0, cut), false), UNPACK_MORE);
			assert_int_equal(
			    take(packed_part(cut, t.packed.len), true),
			    UNPACK_DONE);
			assert_payload(want);
		}
		end();
	}
}

static void
test_unpack_joins_single_bytes(void **state)
{
	struct stoa_str want = stoa_str_of(payloads[0]);

	(void)state;
	for (size_t k = 0; k < STOA_COUNT(kinds); k++) {
		begin(kinds[k]);
		packer_add(t.packer, want, &t.packed);
		for (size_t i = 0; i + 1 < t.packed.len; i++) {
			assert_int_equal(
			    take(packed_part(i, i + 1), false), UNPACK_MORE);
		}
		assert_int_equal(
		    take(packed_part(t.packed.len - 1, t.packed.len), true),
		    UNPACK_DONE);
		assert_payload(want);
		end();
	}
}

/* zlib-stream ends a payload by its flush, not by the WebSocket message. */
static void
test_unpack_joins_messages_until_the_flush(void **state)
{
	(void)state;
	begin(UNPACK_ZLIB);
	for (size_t i = 0; i < 50; i++) {
		struct stoa_str want =
		    stoa_str_of(payloads[i % STOA_COUNT(payloads)]);
		size_t cut;

		packer_add(t.packer, want, &t.packed);
		cut = i % t.packed.len;
		assert_int_equal(take(packed_part(0, cut), true), UNPACK_MORE);
		assert_int_equal(
		    take(packed_part(cut, t.packed.len), true), UNPACK_DONE);
		assert_payload(want);
	}
	/* Over three messages, the last of them in pieces. */
	packer_add(t.packer, stoa_str_of(payloads[0]), &t.packed);
	assert_int_equal(take(packed_part(0, 2), true), UNPACK_MORE);
	assert_int_equal(
	    take(packed_part(2, t.packed.len - 3), true), UNPACK_MORE);
	assert_int_equal(
	    take(packed_part(t.packed.len - 3, t.packed.len - 1), false),
	    UNPACK_MORE);
	assert_int_equal(
	    take(packed_part(t.packed.len - 1, t.packed.len), true),
	    UNPACK_DONE);
	assert_payload(stoa_str_of(payloads[0]));
	end();
}

static void
noise_fill(struct stoa_buf *b, size_t len, uint64_t seed)
{
	struct stoa_rng rng;
	char *to = stoa_buf_reserve(b, len);

	assert_non_null(to);
	stoa_rng_init(&rng, seed);
	for (size_t i = 0; i < len; i++) {
		/* Half of it packs well. */
		to[i] = i % 4096 < 2048 ? 'a' : (char)stoa_rng_next(&rng);
	}
	stoa_buf_grow(b, len);
}

static void
test_unpack_takes_twenty_megabytes(void **state)
{
	enum {
		STEP = 16384
	};
	struct stoa_buf large;

	(void)state;
	for (size_t k = 0; k < STOA_COUNT(kinds); k++) {
		stoa_buf_init(&large, GATEWAY_PAYLOAD_MAX);
		noise_fill(&large, (size_t)20 * 1024 * 1024, k);
		begin(kinds[k]);
		packer_add(t.packer, stoa_buf_str(&large), &t.packed);
		for (size_t at = 0; at < t.packed.len; at += STEP) {
			size_t to =
			    at + STEP < t.packed.len ? at + STEP : t.packed.len;

			assert_int_equal(
			    take(packed_part(at, to), to == t.packed.len),
			    to == t.packed.len ? UNPACK_DONE : UNPACK_MORE);
		}
		assert_payload(stoa_buf_str(&large));
		/* What it took is given back, and the stream goes on. */
		unpack_trim(&t.out);
		assert_true(t.out.size <= GATEWAY_UNPACK_KEPT);
		packer_add(t.packer, stoa_str_of(payloads[2]), &t.packed);
		assert_int_equal(
		    take(stoa_buf_str(&t.packed), true), UNPACK_DONE);
		assert_payload(stoa_str_of(payloads[2]));
		end();
		stoa_buf_fini(&large);
	}
}

/* A few kilobytes that would become more than anybody agreed to. */
static void
test_unpack_stops_a_bomb_at_its_bound(void **state)
{
	static const enum unpack_kind bombs[] = {UNPACK_ZLIB, UNPACK_ZSTD};
	enum {
		MAX = 1024 * 1024
	};
	struct stoa_buf zeros;

	(void)state;
	stoa_buf_init(&zeros, GATEWAY_PAYLOAD_MAX);
	memset(stoa_buf_reserve(&zeros, 16 * MAX), 0, 16 * MAX);
	stoa_buf_grow(&zeros, 16 * MAX);
	for (size_t k = 0; k < STOA_COUNT(bombs); k++) {
		begin_with(bombs[k], 0, MAX);
		packer_add(t.packer, stoa_buf_str(&zeros), &t.packed);
		assert_true(t.packed.len < 64 * 1024);
		assert_int_equal(
		    take(stoa_buf_str(&t.packed), true), UNPACK_BAD);
		assert_true(t.out.len <= MAX);
		end();
	}
	stoa_buf_fini(&zeros);
}

static void
test_unpack_stops_what_never_ends(void **state)
{
	char noise[65536];
	enum unpack_result result = UNPACK_MORE;
	size_t fed = 0;

	(void)state;
	memset(noise, 'x', sizeof(noise));
	for (size_t k = 0; k < STOA_COUNT(kinds); k++) {
		begin(kinds[k]);
		for (fed = 0, result = UNPACK_MORE;
		     result == UNPACK_MORE && fed <= GATEWAY_PACKED_MAX;
		     fed += sizeof(noise)) {
			result = take(
			    stoa_str_of_bytes(noise, sizeof(noise)), false);
		}
		assert_int_equal(result, UNPACK_BAD);
		assert_true(fed > GATEWAY_PACKED_MAX);
		end();
	}
}

static void
test_unpack_refuses_garbage(void **state)
{
	static const struct {
		enum unpack_kind kind;
		struct stoa_str bytes;
	} rows[] = {
	    {UNPACK_ZLIB, {"{\"op\":10}\0\0\xff\xff", 13}},
	    {UNPACK_ZLIB, {"\x78\x9c\x07\0\0\xff\xff", 7}},
	    {UNPACK_ZLIB, {"\x78\x9d\x00\0\0\xff\xff", 7}},
	    {UNPACK_ZSTD, {"{\"op\":10}", 9}},
	    {UNPACK_ZSTD, {"\x28\xb5\x2f\xfd\x08\xff\xff\xff\xff\xff", 10}},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		begin(rows[i].kind);
		assert_int_equal(take(rows[i].bytes, true), UNPACK_BAD);
		end();
	}
}

/* A byte turned anywhere in the second message: an error, or other content;
 * never more than the bounds. The first goes before as it should. */
static void
test_unpack_survives_any_turned_byte(void **state)
{
	static const enum unpack_kind packed_kinds[] = {
	    UNPACK_ZLIB, UNPACK_ZSTD};
	size_t bad = 0;

	(void)state;
	for (size_t k = 0; k < STOA_COUNT(packed_kinds); k++) {
		size_t len = 1;

		for (size_t at = 0; at < len; at++) {
			begin(packed_kinds[k]);
			packer_add(
			    t.packer, stoa_str_of(payloads[0]), &t.packed);
			assert_int_equal(
			    take(stoa_buf_str(&t.packed), true), UNPACK_DONE);
			packer_add(
			    t.packer, stoa_str_of(payloads[2]), &t.packed);
			len = t.packed.len;
			t.packed.data[at] ^= 0x5a;
			bad +=
			    take(stoa_buf_str(&t.packed), true) != UNPACK_DONE;
			end();
		}
	}
	assert_true(bad > 0);
}

/* A truncated payload gives what was in it; the frame in it is torn then. */
static void
test_unpack_gives_no_more_than_came(void **state)
{
	struct stoa_str want = stoa_str_of(payloads[2]);
	size_t len = 1;

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		begin(UNPACK_ZSTD);
		packer_add(t.packer, want, &t.packed);
		len = t.packed.len;
		if (take(packed_part(0, cut), true) == UNPACK_DONE) {
			assert_true(t.payload.len < want.len);
			assert_memory_equal(
			    t.payload.data, want.data, t.payload.len);
		}
		end();
		begin(UNPACK_ZLIB);
		packer_add(t.packer, want, &t.packed);
		len = t.packed.len > len ? t.packed.len : len;
		if (cut < t.packed.len) {
			assert_int_equal(
			    take(packed_part(0, cut), true), UNPACK_MORE);
		}
		end();
	}
}

/* Eight megabytes is what every decoder of zstd must support. */
static void
test_unpack_refuses_a_larger_window(void **state)
{
	struct stoa_buf large;

	(void)state;
	stoa_buf_init(&large, GATEWAY_PAYLOAD_MAX);
	noise_fill(&large, 100000, 3);
	begin_with(UNPACK_ZSTD, 23, GATEWAY_PAYLOAD_MAX);
	packer_add(t.packer, stoa_buf_str(&large), &t.packed);
	assert_int_equal(take(stoa_buf_str(&t.packed), true), UNPACK_DONE);
	assert_true(unpack_window(t.unpack) >= (size_t)8 * 1024 * 1024);
	assert_true(unpack_window(t.unpack) < (size_t)9 * 1024 * 1024);
	end();
	begin_with(UNPACK_ZSTD, 24, GATEWAY_PAYLOAD_MAX);
	packer_add(t.packer, stoa_buf_str(&large), &t.packed);
	assert_int_equal(take(stoa_buf_str(&t.packed), true), UNPACK_BAD);
	end();
	stoa_buf_fini(&large);
}

/* Discord's end of a stream is the end of the connection. */
static void
test_unpack_refuses_the_end_of_a_zlib_stream(void **state)
{
	(void)state;
	begin(UNPACK_ZLIB);
	packer_add(t.packer, stoa_str_of(payloads[0]), &t.packed);
	assert_int_equal(take(stoa_buf_str(&t.packed), true), UNPACK_DONE);
	packer_end(t.packer, &t.packed);
	assert_int_not_equal(take(stoa_buf_str(&t.packed), true), UNPACK_DONE);
	assert_int_equal(take(STOA_STR("\0\0\xff\xff"), true), UNPACK_BAD);
	end();
}

static void
test_unpack_free_takes_null(void **state)
{
	(void)state;
	unpack_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_unpack_gives_each_message_of_a_stream),
	    cmocka_unit_test(test_unpack_joins_pieces_cut_at_any_byte),
	    cmocka_unit_test(test_unpack_joins_single_bytes),
	    cmocka_unit_test(test_unpack_joins_messages_until_the_flush),
	    cmocka_unit_test(test_unpack_takes_twenty_megabytes),
	    cmocka_unit_test(test_unpack_stops_a_bomb_at_its_bound),
	    cmocka_unit_test(test_unpack_stops_what_never_ends),
	    cmocka_unit_test(test_unpack_refuses_garbage),
	    cmocka_unit_test(test_unpack_survives_any_turned_byte),
	    cmocka_unit_test(test_unpack_gives_no_more_than_came),
	    cmocka_unit_test(test_unpack_refuses_a_larger_window),
	    cmocka_unit_test(test_unpack_refuses_the_end_of_a_zlib_stream),
	    cmocka_unit_test(test_unpack_free_takes_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
