/* tar.c - reads a tar stream. */
#include "storage/tar.h"

#include "storage/check.h"

#include <string.h>

/* A pax header or long name: a path, a target and a few numbers. */
#define EXTRA_MAX ((size_t)65536)

enum state {
	IN_HEADER,
	IN_FILE,
	IN_EXTRA,
	IN_PADDING,
	AT_END,
};

/* Offsets and lengths of ustar's fields. */
#define NAME_AT	   0
#define NAME_LEN   100
#define SIZE_AT	   124
#define SIZE_LEN   12
#define SUM_AT	   148
#define SUM_LEN	   8
#define TYPE_AT	   156
#define TARGET_AT  157
#define TARGET_LEN 100
#define MAGIC_AT   257
#define PREFIX_AT  345
#define PREFIX_LEN 155

void
storage_tar_init(struct storage_tar *tar, storage_tar_fn *fn, void *context)
{
	*tar = (struct storage_tar){.fn = fn, .context = context};
	stoa_buf_init(&tar->extra, EXTRA_MAX);
	stoa_buf_init(&tar->path, STORAGE_PATH_LEN_MAX);
	stoa_buf_init(&tar->target, STORAGE_PATH_LEN_MAX);
}

void
storage_tar_fini(struct storage_tar *tar)
{
	stoa_buf_fini(&tar->extra);
	stoa_buf_fini(&tar->path);
	stoa_buf_fini(&tar->target);
}

const char *
storage_tar_refusal(const struct storage_tar *tar)
{
	return tar->refusal;
}

static enum stoa_status
refuse(struct storage_tar *tar, enum stoa_status status, const char *why)
{
	tar->refusal = why;
	return status;
}

/* ---- fields ----------------------------------------------------------------
 */

static struct stoa_str
text_field(const uint8_t *header, size_t at, size_t len)
{
	const char *text = (const char *)header + at;

	return (struct stoa_str){text, strnlen(text, len)};
}

/* Octal digits between spaces, or GNU's big-endian number. */
static bool
number_field(const uint8_t *header, size_t at, size_t len, uint64_t *ret_value)
{
	struct stoa_str text = stoa_str_trim(text_field(header, at, len));
	uint64_t value = 0;

	if (header[at] == 0x80) {
		for (size_t i = at + len - 8; i < at + len; i++) {
			value = value << 8 | header[i];
		}
		for (size_t i = at + 1; i < at + len - 8; i++) {
			if (header[i] != 0) {
				return false;
			}
		}
		*ret_value = value;
		return value <= INT64_MAX;
	}
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '7') {
			return false;
		}
		value = value << 3 | (uint64_t)(text.data[i] - '0');
	}
	*ret_value = value;
	return true;
}

static bool
is_sum_right(const uint8_t *header)
{
	uint64_t want, sum = 0;

	for (size_t i = 0; i < STORAGE_TAR_BLOCK; i++) {
		bool is_sum = i >= SUM_AT && i < SUM_AT + SUM_LEN;

		sum += is_sum ? ' ' : header[i];
	}
	return number_field(header, SUM_AT, SUM_LEN, &want) && want == sum;
}

static bool
is_zero(const uint8_t *header)
{
	for (size_t i = 0; i < STORAGE_TAR_BLOCK; i++) {
		if (header[i] != 0) {
			return false;
		}
	}
	return true;
}

static void
set_text(struct stoa_buf *b, struct stoa_str text)
{
	stoa_buf_clear(b);
	stoa_buf_add_str(b, text);
}

/* "./a//b/" becomes "a/b"; empty for the root itself. */
static bool
clean_path(struct stoa_buf *path)
{
	struct stoa_str rest = stoa_buf_str(path);
	size_t len = 0;

	if (rest.len > 0 && rest.data[0] == '/') {
		return false;
	}
	while (rest.len > 0) {
		struct stoa_str part = stoa_str_cut(&rest, '/');

		if (part.len == 0 || stoa_str_is_equal(part, STOA_STR("."))) {
			continue;
		}
		if (stoa_str_is_equal(part, STOA_STR(".."))) {
			return false;
		}
		if (len > 0) {
			path->data[len++] = '/';
		}
		memmove(path->data + len, part.data, part.len);
		len += part.len;
	}
	path->len = len;
	return true;
}

/* ---- members ---------------------------------------------------------------
 */

static enum stoa_status
event(
    struct storage_tar *tar, enum storage_tar_kind kind, struct stoa_str bytes)
{
	struct storage_tar_event e = {
	    .kind = kind,
	    .path = stoa_buf_str(&tar->path),
	    .target = stoa_buf_str(&tar->target),
	    .bytes = bytes,
	};

	return tar->fn(tar->context, &e);
}

static void
take_names(struct storage_tar *tar)
{
	const uint8_t *h = tar->header;
	struct stoa_str prefix = text_field(h, PREFIX_AT, PREFIX_LEN);

	if (!tar->has_path) {
		stoa_buf_clear(&tar->path);
		/* GNU's old format keeps other things in the prefix. */
		if (memcmp(h + MAGIC_AT, "ustar\0", 6) == 0 && prefix.len > 0) {
			stoa_buf_add_str(&tar->path, prefix);
			stoa_buf_add_byte(&tar->path, '/');
		}
		stoa_buf_add_str(&tar->path, text_field(h, NAME_AT, NAME_LEN));
	}
	if (!tar->has_target) {
		set_text(&tar->target, text_field(h, TARGET_AT, TARGET_LEN));
	}
}

static enum stoa_status
begin_member(struct storage_tar *tar, uint64_t size)
{
	take_names(tar);
	if (tar->has_size) {
		size = tar->size;
	}
	tar->has_path = tar->has_target = tar->has_size = false;
	if (tar->path.is_overflown || tar->target.is_overflown) {
		return refuse(
		    tar, STOA_TOO_LARGE, "a path has more than 4096 bytes");
	}
	if (!clean_path(&tar->path)) {
		return refuse(tar, STOA_INVALID,
		    "a path is absolute or leads out of its folder");
	}
	switch (tar->type) {
	case '0':
	case '\0':
		if (tar->path.len == 0) {
			return refuse(tar, STOA_INVALID, "a file has no name");
		}
		tar->left = size;
		tar->padding = -size % STORAGE_TAR_BLOCK;
		tar->state = IN_FILE;
		return event(tar, STORAGE_TAR_FILE, STOA_STR(""));
	case '5':
		return tar->path.len == 0
			   ? STOA_OK
			   : event(tar, STORAGE_TAR_FOLDER, STOA_STR(""));
	case '2':
		if (tar->path.len == 0) {
			return refuse(tar, STOA_INVALID, "a link has no name");
		}
		return event(tar, STORAGE_TAR_SYMLINK, STOA_STR(""));
	default:
		return refuse(tar, STOA_UNSUPPORTED,
		    "only files, folders and symbolic links can be stored");
	}
}

static enum stoa_status
take_header(struct storage_tar *tar)
{
	uint64_t size;

	if (is_zero(tar->header)) {
		tar->state = ++tar->zero_blocks == 2 ? AT_END : IN_HEADER;
		return STOA_OK;
	}
	if (tar->zero_blocks > 0 || !is_sum_right(tar->header) ||
	    !number_field(tar->header, SIZE_AT, SIZE_LEN, &size)) {
		return refuse(tar, STOA_INVALID, "this is not a tar stream");
	}
	tar->type = (char)tar->header[TYPE_AT];
	if (strchr("xgLK", tar->type) == NULL || tar->type == '\0') {
		return begin_member(tar, size);
	}
	if (size >= EXTRA_MAX) {
		return refuse(
		    tar, STOA_TOO_LARGE, "a header has more than 64 KiB");
	}
	stoa_buf_clear(&tar->extra);
	tar->left = size;
	tar->padding = -size % STORAGE_TAR_BLOCK;
	tar->state = IN_EXTRA;
	return STOA_OK;
}

/* pax: "LENGTH KEY=VALUE\n", the length counting itself. */
static bool
take_record(struct storage_tar *tar, struct stoa_str *rest)
{
	struct stoa_str after = *rest;
	struct stoa_str digits = stoa_str_cut(&after, ' '), value, key;
	int64_t len, number;

	if (!stoa_str_to_i64(digits, &len) || len <= (int64_t)digits.len + 2 ||
	    (uint64_t)len > rest->len || rest->data[len - 1] != '\n') {
		return false;
	}
	value = (struct stoa_str){
	    rest->data + digits.len + 1, (size_t)len - digits.len - 2};
	*rest = stoa_str_from(*rest, (size_t)len);
	key = stoa_str_cut(&value, '=');
	if (stoa_str_is_equal(key, STOA_STR("path"))) {
		set_text(&tar->path, value);
		tar->has_path = true;
	} else if (stoa_str_is_equal(key, STOA_STR("linkpath"))) {
		set_text(&tar->target, value);
		tar->has_target = true;
	} else if (stoa_str_is_equal(key, STOA_STR("size"))) {
		if (!stoa_str_to_i64(value, &number) || number < 0) {
			return false;
		}
		tar->size = (uint64_t)number;
		tar->has_size = true;
	}
	return true;
}

static enum stoa_status
end_extra(struct storage_tar *tar)
{
	struct stoa_str rest = stoa_buf_str(&tar->extra);

	tar->state = IN_PADDING;
	if (tar->type == 'L' || tar->type == 'K') {
		rest.len = strnlen(rest.data, rest.len);
		set_text(tar->type == 'L' ? &tar->path : &tar->target, rest);
		*(tar->type == 'L' ? &tar->has_path : &tar->has_target) = true;
		return STOA_OK;
	}
	while (tar->type == 'x' && rest.len > 0) {
		if (!take_record(tar, &rest)) {
			return refuse(
			    tar, STOA_INVALID, "a pax header is malformed");
		}
	}
	return STOA_OK;
}

/* ---- the stream ------------------------------------------------------------
 */

static enum stoa_status
add_to_header(struct storage_tar *tar, struct stoa_str *bytes)
{
	size_t len = STORAGE_TAR_BLOCK - tar->header_len;

	len = len < bytes->len ? len : bytes->len;
	memcpy(tar->header + tar->header_len, bytes->data, len);
	tar->header_len += len;
	*bytes = stoa_str_from(*bytes, len);
	if (tar->header_len < STORAGE_TAR_BLOCK) {
		return STOA_OK;
	}
	tar->header_len = 0;
	return take_header(tar);
}

static struct stoa_str
cut_left(uint64_t *left, struct stoa_str *bytes)
{
	struct stoa_str part = {
	    bytes->data, *left < bytes->len ? (size_t)*left : bytes->len};

	*left -= part.len;
	*bytes = stoa_str_from(*bytes, part.len);
	return part;
}

/* What can be done without another byte: ends of files and extras. */
static enum stoa_status
settle(struct storage_tar *tar)
{
	if (tar->state == IN_FILE && tar->left == 0) {
		tar->state = IN_PADDING;
		STORAGE_CHECK(event(tar, STORAGE_TAR_FILE_END, STOA_STR("")));
	}
	if (tar->state == IN_EXTRA && tar->left == 0) {
		STORAGE_CHECK(end_extra(tar));
	}
	if (tar->state == IN_PADDING && tar->padding == 0) {
		tar->state = IN_HEADER;
	}
	return STOA_OK;
}

enum stoa_status
storage_tar_add(struct storage_tar *tar, struct stoa_str bytes)
{
	while (bytes.len > 0) {
		switch (tar->state) {
		case IN_HEADER:
			STORAGE_CHECK(add_to_header(tar, &bytes));
			break;
		case IN_FILE:
			STORAGE_CHECK(event(tar, STORAGE_TAR_BYTES,
			    cut_left(&tar->left, &bytes)));
			break;
		case IN_EXTRA:
			stoa_buf_add_str(
			    &tar->extra, cut_left(&tar->left, &bytes));
			break;
		case IN_PADDING:
			(void)cut_left(&tar->padding, &bytes);
			break;
		default:
			return STOA_OK; /* writers pad to their record size */
		}
		STORAGE_CHECK(settle(tar));
	}
	return STOA_OK;
}

enum stoa_status
storage_tar_end(struct storage_tar *tar)
{
	/* Some writers leave the two blocks of zeros out. */
	bool is_between = tar->state == IN_HEADER && tar->header_len == 0;

	return tar->state == AT_END || is_between
		   ? STOA_OK
		   : refuse(tar, STOA_INVALID, "the tar stream was cut");
}
