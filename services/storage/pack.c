/* pack.c - writes, seals and reads packs; scan.c finds out what a tail holds
 * after a crash. */
#include "storage/pack.h"

#include "storage/check.h"
#include "storage/limits.h"
#include "storage/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_FIRST 64u

const char *
storage_pack_name(
    uint32_t number, bool is_sealed, char name[static STORAGE_PACK_NAME_SIZE])
{
	(void)snprintf(name, STORAGE_PACK_NAME_SIZE, "%06u.%s", number,
	    is_sealed ? "pack" : "tail");
	return name;
}

uint32_t
storage_pack_number(const char *name, bool *ret_is_sealed)
{
	struct stoa_str rest = stoa_str_of(name);
	struct stoa_str digits = stoa_str_cut(&rest, '.');
	bool is_sealed = stoa_str_is_equal(rest, STOA_STR("pack"));
	char again[STORAGE_PACK_NAME_SIZE];
	int64_t number;

	if (!stoa_str_to_i64(digits, &number) || number < 1 ||
	    number > UINT32_MAX) {
		return 0;
	}
	/* One spelling a number: "1.pack" is not ours. */
	storage_pack_name((uint32_t)number, is_sealed, again);
	if (strcmp(again, name) != 0) {
		return 0;
	}
	*ret_is_sealed = is_sealed;
	return (uint32_t)number;
}

static enum stoa_status
write_frame(struct storage_pack *pack, const struct storage_frame *frame,
    struct stoa_str payload)
{
	uint8_t header[STORAGE_FRAME_SIZE];
	enum stoa_status status;

	storage_frame_encode(frame, header);
	status = storage_file_write(pack->file, pack->size,
	    stoa_str_of_bytes(header, sizeof(header)), payload);
	if (status != STOA_OK) {
		/* Whatever part arrived must not be taken for a frame. */
		return storage_file_cut(pack->file, pack->size) == STOA_OK
			   ? status
			   : STOA_IO;
	}
	pack->size += STORAGE_FRAME_SIZE + frame->len;
	if (frame->kind == STORAGE_FRAME_BLOCK) {
		stoa_sha256_add(&pack->chain, header, sizeof(header));
	}
	return STOA_OK;
}

static struct storage_pack *
pack_new(struct storage_disk *disk, uint32_t number, bool is_sealed)
{
	struct storage_pack *pack = calloc(1, sizeof(*pack));

	if (pack != NULL) {
		pack->disk = disk;
		pack->number = number;
		pack->is_sealed = is_sealed;
		stoa_sha256_init(&pack->chain);
	}
	return pack;
}

static enum stoa_status
write_head(struct storage_pack *pack)
{
	struct storage_frame head = {
	    .kind = STORAGE_FRAME_HEAD,
	    .number = pack->number,
	    .hash = stoa_sha256(STOA_STR("")),
	};

	return write_frame(pack, &head, STOA_STR(""));
}

enum stoa_status
storage_pack_create(
    struct storage_disk *disk, uint32_t number, struct storage_pack **ret_pack)
{
	struct storage_pack *pack = pack_new(disk, number, false);
	char name[STORAGE_PACK_NAME_SIZE];
	enum stoa_status status;

	if (pack == NULL) {
		return STOA_NO_MEMORY;
	}
	status = storage_file_open(
	    disk, storage_pack_name(number, false, name), true, &pack->file);
	if (status == STOA_OK) {
		status = write_head(pack);
	}
	if (status != STOA_OK) {
		storage_pack_close(pack);
		return status;
	}
	*ret_pack = pack;
	return STOA_OK;
}

void
storage_pack_close(struct storage_pack *pack)
{
	if (pack != NULL) {
		storage_file_close(pack->file);
		free(pack->rows);
		free(pack);
	}
}

void
storage_pack_rest(struct storage_pack *pack, bool keep_open)
{
	pack->is_sealed = true;
	free(pack->rows);
	pack->rows = NULL;
	pack->row_count = pack->row_size = 0;
	if (!keep_open) {
		storage_file_close(pack->file);
		pack->file = NULL;
	}
}

bool
storage_pack_has_room(
    const struct storage_pack *pack, size_t len, uint32_t size_max)
{
	/* Behind the block: a commit, and the table with its two frames. */
	uint64_t rest = 3 * STORAGE_FRAME_SIZE +
			(uint64_t)(pack->row_count + 1) * STORAGE_ROW_SIZE;

	stoa_assert(size_max <= STORAGE_PACK_SIZE_MAX);
	return pack->block_count == 0 ||
	       (pack->block_count < STORAGE_PACK_BLOCKS_MAX &&
		   pack->size + STORAGE_FRAME_SIZE + len + rest <= size_max);
}

enum stoa_status
storage_pack_add_row(
    struct storage_pack *pack, const struct storage_row *row, bool is_bad)
{
	uint32_t size = pack->row_size == 0 ? ROWS_FIRST : pack->row_size * 2;
	struct storage_pack_row *rows;

	if (pack->row_count == pack->row_size) {
		rows = reallocarray(pack->rows, size, sizeof(*rows));
		if (rows == NULL) {
			return STOA_NO_MEMORY;
		}
		pack->rows = rows;
		pack->row_size = size;
	}
	pack->rows[pack->row_count++] = (struct storage_pack_row){*row, is_bad};
	return STOA_OK;
}

enum stoa_status
storage_pack_append(struct storage_pack *pack, const struct stoa_hash *hash,
    uint32_t codec, struct stoa_str block, uint32_t *ret_offset)
{
	struct storage_frame frame = {
	    .kind = STORAGE_FRAME_BLOCK,
	    .len = (uint32_t)block.len,
	    .number = pack->block_count + 1,
	    .codec = codec,
	    .hash = *hash,
	};
	struct storage_row row = {*hash, pack->size, frame.len, codec};
	enum stoa_status status;

	stoa_assert(!pack->is_sealed);
	stoa_assert(pack->block_count < STORAGE_PACK_BLOCKS_MAX);
	STORAGE_CHECK(storage_pack_add_row(pack, &row, false));
	status = write_frame(pack, &frame, block);
	if (status != STOA_OK) {
		pack->row_count--;
		return status;
	}
	pack->block_count++;
	storage_file_hint(pack->file, pack->size);
	*ret_offset = row.offset;
	return STOA_OK;
}

enum stoa_status
storage_pack_commit(struct storage_pack *pack)
{
	struct storage_frame frame = {
	    .kind = STORAGE_FRAME_COMMIT, .number = pack->block_count};
	struct stoa_sha256 chain = pack->chain;

	if (pack->committed == pack->block_count) {
		return STOA_OK;
	}
	frame.hash = stoa_sha256_end(&chain);
	STORAGE_CHECK(write_frame(pack, &frame, STOA_STR("")));
	pack->committed = pack->block_count;
	stoa_sha256_init(&pack->chain);
	stoa_sha256_add(&pack->chain, frame.hash.bytes, STOA_HASH_SIZE);
	return STOA_OK;
}

/* ---- sealing ---------------------------------------------------------------
 */

static enum stoa_status
write_table(struct storage_pack *pack)
{
	struct storage_frame table = {.kind = STORAGE_FRAME_TABLE};
	struct storage_frame end = {
	    .kind = STORAGE_FRAME_END, .number = pack->size};
	uint8_t *rows = malloc((size_t)pack->row_count * STORAGE_ROW_SIZE + 1);
	enum stoa_status status;
	struct stoa_str payload;

	if (rows == NULL) {
		return STOA_NO_MEMORY;
	}
	for (uint32_t i = 0; i < pack->row_count; i++) {
		/* A block known to be bad is left out: then the next add of it
		 * stores it again. */
		if (!pack->rows[i].is_bad) {
			storage_row_encode(&pack->rows[i].row,
			    rows + (size_t)table.number * STORAGE_ROW_SIZE);
			table.number++;
		}
	}
	table.len = table.number * STORAGE_ROW_SIZE;
	payload = stoa_str_of_bytes(rows, table.len);
	table.hash = end.hash = stoa_sha256(payload);
	status = write_frame(pack, &table, payload);
	if (status == STOA_OK) {
		status = write_frame(pack, &end, STOA_STR(""));
	}
	free(rows);
	return status;
}

enum stoa_status
storage_pack_seal(struct storage_pack *pack)
{
	char from[STORAGE_PACK_NAME_SIZE], to[STORAGE_PACK_NAME_SIZE];

	stoa_assert(!pack->is_sealed);
	STORAGE_CHECK(storage_pack_commit(pack));
	STORAGE_CHECK(write_table(pack));
	STORAGE_CHECK(storage_file_sync(pack->file));
	return storage_disk_rename(pack->disk,
	    storage_pack_name(pack->number, false, from),
	    storage_pack_name(pack->number, true, to));
}

/* ---- reading ---------------------------------------------------------------
 */

static enum stoa_status
read_at(const struct storage_pack *pack, uint32_t offset, void *to, size_t len)
{
	char name[STORAGE_PACK_NAME_SIZE];
	struct storage_file *file;
	enum stoa_status status;

	if (pack->file != NULL) {
		return storage_file_read(pack->file, offset, to, len);
	}
	STORAGE_CHECK(storage_file_open(pack->disk,
	    storage_pack_name(pack->number, pack->is_sealed, name), false,
	    &file));
	status = storage_file_read(file, offset, to, len);
	storage_file_close(file);
	return status;
}

enum stoa_status
storage_pack_read(const struct storage_pack *pack, uint32_t offset,
    uint32_t len, const struct stoa_hash *hash, struct stoa_buf *ret_block)
{
	void *to;
	struct stoa_hash have;

	stoa_buf_clear(ret_block);
	to = stoa_buf_reserve(ret_block, len);
	if (to == NULL) {
		return STOA_NO_MEMORY;
	}
	STORAGE_CHECK(read_at(pack, offset + STORAGE_FRAME_SIZE, to, len));
	have = stoa_sha256(stoa_str_of_bytes(to, len));
	if (!stoa_hash_is_equal(&have, hash)) {
		return STOA_CORRUPT;
	}
	stoa_buf_grow(ret_block, len);
	return STOA_OK;
}

static enum stoa_status
read_frame(const struct storage_pack *pack, uint32_t offset,
    enum storage_frame_kind kind, struct storage_frame *ret_frame)
{
	uint8_t header[STORAGE_FRAME_SIZE];

	STORAGE_CHECK(read_at(pack, offset, header, sizeof(header)));
	return storage_frame_decode(header, ret_frame) &&
		       ret_frame->kind == kind
		   ? STOA_OK
		   : STOA_CORRUPT;
}

static enum stoa_status
take_rows(struct storage_pack *pack, const uint8_t *bytes, uint32_t count,
    uint32_t end)
{
	for (uint32_t i = 0; i < count; i++) {
		struct storage_row row =
		    storage_row_decode(bytes + (size_t)i * STORAGE_ROW_SIZE);

		if (row.len > STORAGE_BLOCK_SIZE_MAX || row.offset > end ||
		    row.len > end - row.offset) {
			return STOA_CORRUPT;
		}
		STORAGE_CHECK(storage_pack_add_row(pack, &row, false));
	}
	return STOA_OK;
}

enum stoa_status
storage_pack_load_rows(struct storage_pack *pack)
{
	struct storage_frame end, table;
	struct stoa_buf rows;
	enum stoa_status status;

	stoa_assert(pack->is_sealed);
	if (pack->size < 3 * STORAGE_FRAME_SIZE) {
		return STOA_CORRUPT;
	}
	STORAGE_CHECK(read_frame(
	    pack, pack->size - STORAGE_FRAME_SIZE, STORAGE_FRAME_END, &end));
	if (end.number > pack->size - 2 * STORAGE_FRAME_SIZE) {
		return STOA_CORRUPT;
	}
	STORAGE_CHECK(
	    read_frame(pack, end.number, STORAGE_FRAME_TABLE, &table));
	if (table.len != pack->size - end.number - 2 * STORAGE_FRAME_SIZE ||
	    table.number != table.len / STORAGE_ROW_SIZE ||
	    table.len % STORAGE_ROW_SIZE != 0) {
		return STOA_CORRUPT;
	}
	stoa_buf_init(&rows, STORAGE_PACK_SIZE_MAX);
	status =
	    storage_pack_read(pack, end.number, table.len, &end.hash, &rows);
	pack->row_count = 0;
	if (status == STOA_OK) {
		status = take_rows(
		    pack, (const uint8_t *)rows.data, table.number, end.number);
	}
	stoa_buf_fini(&rows);
	return status;
}

/* ---- loading ---------------------------------------------------------------
 */

static enum stoa_status
load_sealed(struct storage_pack *pack, struct storage_damage *damage)
{
	enum stoa_status status = storage_pack_load_rows(pack);

	if (status == STOA_CORRUPT) {
		/* The table is gone, the blocks need not be. */
		damage->lost_tables++;
		pack->row_count = 0;
		status = storage_scan(pack, damage);
	}
	return status;
}

static enum stoa_status
load_tail(struct storage_pack *pack, struct storage_damage *damage)
{
	uint64_t size = pack->size;

	STORAGE_CHECK(storage_scan(pack, damage));
	if (pack->size == size && size > 0) {
		return STOA_OK;
	}
	STORAGE_CHECK(storage_file_cut(pack->file, pack->size));
	if (pack->size == 0) {
		STORAGE_CHECK(write_head(pack)); /* died while creating it */
	}
	return storage_file_sync(pack->file);
}

enum stoa_status
storage_pack_load(struct storage_disk *disk, uint32_t number, bool is_sealed,
    struct storage_damage *damage, struct storage_pack **ret_pack)
{
	struct storage_pack *pack = pack_new(disk, number, is_sealed);
	char name[STORAGE_PACK_NAME_SIZE];
	enum stoa_status status;
	uint64_t size = 0;

	if (pack == NULL) {
		return STOA_NO_MEMORY;
	}
	status = storage_file_open(disk,
	    storage_pack_name(number, is_sealed, name), false, &pack->file);
	if (status == STOA_OK) {
		status = storage_file_size(pack->file, &size);
	}
	if (status == STOA_OK && size > STORAGE_PACK_SIZE_MAX) {
		status = STOA_CORRUPT;
	}
	if (status == STOA_OK) {
		pack->size = (uint32_t)size;
		status = is_sealed ? load_sealed(pack, damage)
				   : load_tail(pack, damage);
	}
	if (status != STOA_OK) {
		storage_pack_close(pack);
		return status;
	}
	*ret_pack = pack;
	return STOA_OK;
}

enum stoa_status
storage_pack_remove(struct storage_pack *pack)
{
	char name[STORAGE_PACK_NAME_SIZE];

	stoa_assert(pack->is_sealed);
	return storage_disk_remove(
	    pack->disk, storage_pack_name(pack->number, true, name));
}
