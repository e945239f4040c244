/* The public vectors of the age format, and what we seal ourselves. */
#include "storage/age.h"

#include "base/encode.h"

#include "../unit.h"

#include <dirent.h>
#include <zlib.h>

#define FILE_MAX ((size_t)1 << 25)

struct vector {
	struct stoa_str expect;
	struct stoa_str payload_hash;
	bool is_compressed;
	bool is_second_identity;
	struct stoa_buf file;
};

/* The two identities of the vectors, without their bech32 coat. */
static const char *const identities[] = {
    "ca1626252c53cf1a4dc46695e7fcc46594cb4ccadedb6712dfda0753f3ae355e",
    "ac5d3f3706e55071d3a604204697b9091b35c6e687dd00da3ac379ac9f742c21",
};

static struct storage_identity
identity_of_hex(const char *hex)
{
	struct storage_identity identity;
	struct stoa_buf key;

	stoa_buf_init(&key, 64);
	assert_true(stoa_hex_decode(&key, stoa_str_of(hex)));
	assert_int_equal(key.len, 32);
	identity = storage_identity_of_key((const uint8_t *)key.data);
	stoa_buf_fini(&key);
	return identity;
}

static void
read_file(const char *path, struct stoa_buf *to)
{
	FILE *file = fopen(path, "rb");
	char bytes[4096];
	size_t got;

	assert_non_null(file);
	while ((got = fread(bytes, 1, sizeof(bytes), file)) > 0) {
		stoa_buf_add(to, bytes, got);
	}
	(void)fclose(file);
}

static void
inflate_into(struct stoa_buf *to, struct stoa_str from)
{
	uLongf len = FILE_MAX;
	void *room = stoa_buf_reserve(to, FILE_MAX);

	assert_non_null(room);
	assert_int_equal(
	    uncompress(room, &len, (const Bytef *)from.data, (uLong)from.len),
	    Z_OK);
	stoa_buf_grow(to, len);
}

static void
parse_vector(struct stoa_str text, struct vector *v)
{
	struct stoa_str line;

	while ((line = stoa_str_cut(&text, '\n')).len > 0) {
		struct stoa_str key = stoa_str_cut(&line, ':');
		struct stoa_str value = stoa_str_trim(line);

		if (stoa_str_is_equal(key, STOA_STR("expect"))) {
			v->expect = value;
		} else if (stoa_str_is_equal(key, STOA_STR("payload"))) {
			v->payload_hash = value;
		} else if (stoa_str_is_equal(key, STOA_STR("compressed"))) {
			v->is_compressed = true;
		} else if (stoa_str_has_prefix(
			       value, STOA_STR("AGE-SECRET-KEY-143WN7"))) {
			v->is_second_identity = true;
		}
	}
	if (v->is_compressed) {
		inflate_into(&v->file, text);
	} else {
		stoa_buf_add_str(&v->file, text);
	}
}

/* Opens everything; the plain bytes go into `plain`. */
static enum stoa_status
open_all(const struct storage_identity *identity, struct stoa_str file,
    struct stoa_buf *plain, bool *ret_has_header)
{
	static uint8_t chunk[STORAGE_AGE_CHUNK_SIZE];
	struct storage_unseal unseal;
	struct stoa_str start = file;
	enum stoa_status status;

	start.len = start.len < STORAGE_AGE_HEADER_MAX ? start.len
						       : STORAGE_AGE_HEADER_MAX;
	status = storage_unseal_begin(identity, start, file.len, &unseal);
	*ret_has_header = status == STOA_OK;
	for (uint64_t i = 0; status == STOA_OK && i < unseal.chunk_count; i++) {
		struct stoa_str sealed = stoa_str_from(
		    file, (size_t)storage_unseal_offset(&unseal, i));
		size_t len = 0;

		if (sealed.len > STORAGE_AGE_SEALED_SIZE) {
			sealed.len = STORAGE_AGE_SEALED_SIZE;
		}
		status = storage_unseal_chunk(&unseal, i, sealed, chunk, &len);
		if (status == STOA_OK) {
			stoa_buf_add(plain, chunk, len);
		}
	}
	storage_unseal_fini(&unseal);
	return status;
}

static void
check_vector(const char *name, const struct vector *v)
{
	struct storage_identity identity =
	    identity_of_hex(identities[v->is_second_identity]);
	struct stoa_buf plain, hex;
	bool has_header;
	enum stoa_status status;

	stoa_buf_init(&plain, FILE_MAX);
	stoa_buf_init(&hex, 100);
	status =
	    open_all(&identity, stoa_buf_str(&v->file), &plain, &has_header);
	printf("%s: %s\n", name, stoa_status_name(status));
	if (stoa_str_is_equal(v->expect, STOA_STR("success"))) {
		struct stoa_hash hash = stoa_sha256(stoa_buf_str(&plain));

		assert_int_equal(status, STOA_OK);
		stoa_hex_encode(&hex, stoa_hash_str(&hash));
		assert_true(
		    stoa_str_is_equal(stoa_buf_str(&hex), v->payload_hash));
	} else if (stoa_str_is_equal(v->expect, STOA_STR("no match"))) {
		assert_int_equal(status, STOA_DENIED);
	} else if (stoa_str_is_equal(v->expect, STOA_STR("HMAC failure"))) {
		assert_int_equal(status, STOA_CORRUPT);
		assert_false(has_header);
	} else if (stoa_str_is_equal(v->expect, STOA_STR("header failure"))) {
		assert_int_equal(status, STOA_INVALID);
	} else {
		assert_true(
		    stoa_str_is_equal(v->expect, STOA_STR("payload failure")));
		assert_int_equal(status, STOA_CORRUPT);
	}
	stoa_buf_fini(&hex);
	stoa_buf_fini(&plain);
}

static void
test_unseal_agrees_with_the_public_vectors(void **state)
{
	DIR *dir = opendir("tests/vectors/age");
	struct dirent *entry;
	unsigned count = 0;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		struct vector v = {0};
		struct stoa_buf text;
		char path[512];

		if (entry->d_name[0] == '.' ||
		    strcmp(entry->d_name, "README.md") == 0) {
			continue;
		}
		(void)snprintf(
		    path, sizeof(path), "tests/vectors/age/%s", entry->d_name);
		stoa_buf_init(&text, FILE_MAX);
		stoa_buf_init(&v.file, FILE_MAX * 2);
		read_file(path, &text);
		parse_vector(stoa_buf_str(&text), &v);
		check_vector(entry->d_name, &v);
		stoa_buf_fini(&v.file);
		stoa_buf_fini(&text);
		count++;
	}
	closedir(dir);
	assert_int_equal(count, 67);
}

static void
seal(const struct storage_identity *identity, struct stoa_str plain,
    size_t step, struct stoa_buf *out)
{
	struct storage_seal seal;

	assert_int_equal(
	    storage_seal_begin(&seal, identity->recipient, out), STOA_OK);
	while (plain.len > 0) {
		struct stoa_str part = {
		    plain.data, step < plain.len ? step : plain.len};

		assert_int_equal(storage_seal_add(&seal, part, out), STOA_OK);
		plain = stoa_str_from(plain, part.len);
	}
	assert_int_equal(storage_seal_end(&seal, out), STOA_OK);
	storage_seal_fini(&seal);
}

static void
test_what_is_sealed_opens_again(void **state)
{
	static const size_t sizes[] = {
	    0, 1, 65535, 65536, 65537, 131072, 131073, 300000};
	static char content[300000];
	struct storage_identity identity =
	    storage_identity_of(STOA_STR("secret"), STOA_STR("c_one"));

	(void)state;
	for (size_t i = 0; i < sizeof(content); i++) {
		content[i] = (char)(i * 7 + i / 251);
	}
	for (size_t i = 0; i < STOA_COUNT(sizes); i++) {
		struct stoa_str want = {content, sizes[i]};
		struct stoa_buf sealed, plain;
		bool has_header;

		stoa_buf_init(&sealed, FILE_MAX);
		stoa_buf_init(&plain, FILE_MAX);
		seal(&identity, want, 1 + i * 10007, &sealed);
		assert_true(storage_age_is_sealed(stoa_buf_str(&sealed)));
		assert_int_equal(open_all(&identity, stoa_buf_str(&sealed),
				     &plain, &has_header),
		    STOA_OK);
		assert_true(stoa_str_is_equal(stoa_buf_str(&plain), want));
		stoa_buf_fini(&plain);
		stoa_buf_fini(&sealed);
	}
}

static void
test_another_community_cannot_open_it(void **state)
{
	struct storage_identity one =
	    storage_identity_of(STOA_STR("secret"), STOA_STR("c_one"));
	struct storage_identity two =
	    storage_identity_of(STOA_STR("secret"), STOA_STR("c_two"));
	struct stoa_buf sealed, again, plain;
	bool has_header;

	(void)state;
	stoa_buf_init(&sealed, FILE_MAX);
	stoa_buf_init(&again, FILE_MAX);
	stoa_buf_init(&plain, FILE_MAX);
	seal(&one, STOA_STR("ours"), 4, &sealed);
	seal(&one, STOA_STR("ours"), 4, &again);
	assert_int_equal(
	    open_all(&two, stoa_buf_str(&sealed), &plain, &has_header),
	    STOA_DENIED);
	/* Equal contents do not look equal. */
	assert_false(
	    stoa_str_is_equal(stoa_buf_str(&sealed), stoa_buf_str(&again)));
	stoa_buf_fini(&plain);
	stoa_buf_fini(&again);
	stoa_buf_fini(&sealed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_unseal_agrees_with_the_public_vectors),
	    cmocka_unit_test(test_what_is_sealed_opens_again),
	    cmocka_unit_test(test_another_community_cannot_open_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
