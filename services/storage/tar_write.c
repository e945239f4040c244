/* tar_write.c - writes the headers of a tar stream. */
#include "storage/tar.h"

#include <stdio.h>
#include <string.h>

#define NAME_LEN   100
#define SIZE_LIMIT ((uint64_t)1 << 33) /* eleven octal digits */

struct fields {
	struct stoa_str name;
	struct stoa_str target;
	uint64_t size;
	char type;
};

static void
copy(uint8_t *to, struct stoa_str s, size_t max)
{
	if (s.len > 0) {
		memcpy(to, s.data, s.len < max ? s.len : max);
	}
}

/* Owner, time and mode are the same for all: equal trees, equal streams. */
static void
put_header(struct stoa_buf *out, const struct fields *f)
{
	uint8_t h[STORAGE_TAR_BLOCK] = {0};
	unsigned sum = 0;

	copy(h, f->name, NAME_LEN);
	(void)snprintf(
	    (char *)h + 100, 8, "%07o", f->type == '5' ? 0755u : 0644u);
	(void)snprintf((char *)h + 108, 8, "%07o", 0u);
	(void)snprintf((char *)h + 116, 8, "%07o", 0u);
	(void)snprintf((char *)h + 124, 12, "%011llo",
	    (unsigned long long)(f->size < SIZE_LIMIT ? f->size : 0));
	(void)snprintf((char *)h + 136, 12, "%011o", 0u);
	memset(h + 148, ' ', 8);
	h[156] = (uint8_t)f->type;
	copy(h + 157, f->target, NAME_LEN);
	memcpy(h + 257, "ustar\00000", 8);
	for (size_t i = 0; i < sizeof(h); i++) {
		sum += h[i];
	}
	(void)snprintf((char *)h + 148, 8, "%06o", sum);
	stoa_buf_add(out, h, sizeof(h));
}

/* The length counts its own digits. */
static void
put_record(struct stoa_buf *out, const char *key, struct stoa_str value)
{
	size_t rest = strlen(key) + value.len + 3;
	size_t len = rest + 1;
	char digits[24];

	while ((size_t)snprintf(digits, sizeof(digits), "%zu", len) + rest !=
	       len) {
		len++;
	}
	stoa_buf_printf(out, "%zu %s=", len, key);
	stoa_buf_add_str(out, value);
	stoa_buf_add_byte(out, '\n');
}

static void
put_pax(struct stoa_buf *out, const struct fields *f)
{
	struct fields pax = {.name = STOA_STR("pax"), .type = 'x'};
	struct stoa_buf records;
	char digits[24];

	stoa_buf_init(&records, (size_t)4 * STORAGE_PATH_LEN_MAX);
	if (f->name.len > NAME_LEN) {
		put_record(&records, "path", f->name);
	}
	if (f->target.len > NAME_LEN) {
		put_record(&records, "linkpath", f->target);
	}
	if (f->size >= SIZE_LIMIT) {
		(void)snprintf(digits, sizeof(digits), "%llu",
		    (unsigned long long)f->size);
		put_record(&records, "size", stoa_str_of(digits));
	}
	pax.size = records.len;
	put_header(out, &pax);
	stoa_buf_add_str(out, stoa_buf_str(&records));
	storage_tar_put_padding(out, records.len);
	stoa_buf_fini(&records);
}

void
storage_tar_put_member(struct stoa_buf *out, enum storage_tar_kind kind,
    struct stoa_str path, struct stoa_str target, uint64_t size)
{
	struct fields f = {.name = path, .target = target, .size = size};

	stoa_assert(path.len <= STORAGE_PATH_LEN_MAX);
	stoa_assert(target.len <= STORAGE_PATH_LEN_MAX);
	f.type = kind == STORAGE_TAR_FOLDER    ? '5'
		 : kind == STORAGE_TAR_SYMLINK ? '2'
					       : '0';
	if (path.len > NAME_LEN || target.len > NAME_LEN ||
	    size >= SIZE_LIMIT) {
		put_pax(out, &f);
	}
	put_header(out, &f);
}

void
storage_tar_put_padding(struct stoa_buf *out, uint64_t size)
{
	static const uint8_t zeros[STORAGE_TAR_BLOCK];

	stoa_buf_add(out, zeros, (size_t)(-size % STORAGE_TAR_BLOCK));
}

void
storage_tar_put_end(struct stoa_buf *out)
{
	static const uint8_t zeros[2 * STORAGE_TAR_BLOCK];

	stoa_buf_add(out, zeros, sizeof(zeros));
}
