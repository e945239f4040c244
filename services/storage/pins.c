/* pins.c - the log of pins. */
#include "storage/pins.h"

#include "storage/check.h"
#include "storage/frame.h"
#include "storage/limits.h"

#include <stdlib.h>
#include <string.h>

#define FILE_NAME     "pins"
#define FILE_NAME_NEW "pins.new"

#define PAYLOAD_MAX (STOA_CID_SIZE_MAX + STORAGE_PIN_NAME_MAX)

/* Below this size history is not worth a rewrite. */
#define REWRITE_BYTES ((uint64_t)1 << 20)

/* Bytes of the CID, then the name: a CID tells its own length. */
struct key {
	uint8_t bytes[PAYLOAD_MAX];
	uint32_t cid_len;
	uint32_t len;
};

static struct stoa_str
key_of(const struct stoa_cid *cid, struct stoa_str name, struct key *key)
{
	stoa_assert(name.len <= STORAGE_PIN_NAME_MAX);
	key->cid_len = (uint32_t)stoa_cid_encode(cid, key->bytes);
	if (name.len > 0) {
		memcpy(key->bytes + key->cid_len, name.data, name.len);
	}
	key->len = key->cid_len + (uint32_t)name.len;
	return stoa_str_of_bytes(key->bytes, key->len);
}

/* ---- the map ---------------------------------------------------------------
 */

static enum stoa_status
map_put(
    struct storage_pins *pins, const struct stoa_cid *cid, struct stoa_str name)
{
	struct storage_pin *pin = malloc(sizeof(*pin) + name.len + 1);
	struct key key;

	if (pin == NULL) {
		return STOA_NO_MEMORY;
	}
	pin->cid = *cid;
	if (name.len > 0) {
		memcpy(pin->name, name.data, name.len);
	}
	pin->name[name.len] = '\0';
	free(stoa_map_put(&pins->map, key_of(cid, name, &key), pin));
	return STOA_OK;
}

static void
map_remove(
    struct storage_pins *pins, const struct stoa_cid *cid, struct stoa_str name)
{
	struct key key;

	free(stoa_map_remove(&pins->map, key_of(cid, name, &key)));
}

bool
storage_pins_has(const struct storage_pins *pins, const struct stoa_cid *cid,
    struct stoa_str name)
{
	struct key key;

	return name.len <= STORAGE_PIN_NAME_MAX &&
	       stoa_map_get(&pins->map, key_of(cid, name, &key)) != NULL;
}

/* ---- the log ---------------------------------------------------------------
 */

static enum stoa_status
append(struct storage_file *file, uint64_t *size, enum storage_frame_kind kind,
    const struct stoa_cid *cid, struct stoa_str name)
{
	uint8_t header[STORAGE_FRAME_SIZE];
	struct storage_frame frame = {.kind = kind};
	struct key key;
	struct stoa_str bytes = key_of(cid, name, &key);

	frame.number = key.cid_len;
	frame.len = key.len;
	frame.hash = stoa_sha256(bytes);
	storage_frame_encode(&frame, header);
	STORAGE_CHECK(storage_file_write(
	    file, *size, stoa_str_of_bytes(header, sizeof(header)), bytes));
	*size += STORAGE_FRAME_SIZE + frame.len;
	return STOA_OK;
}

static enum stoa_status
change(struct storage_pins *pins, enum storage_frame_kind kind,
    const struct stoa_cid *cid, struct stoa_str name)
{
	uint64_t size = pins->size;
	enum stoa_status status;

	if (pins->is_stopped) {
		return STOA_IO;
	}
	status = append(pins->file, &size, kind, cid, name);
	if (status == STOA_NO_SPACE &&
	    storage_file_cut(pins->file, pins->size) == STOA_OK) {
		return status;
	}
	if (status == STOA_OK) {
		status = storage_file_sync(pins->file);
	}
	if (status != STOA_OK) {
		pins->is_stopped = true;
		return STOA_IO;
	}
	pins->size = size;
	return STOA_OK;
}

enum stoa_status
storage_pins_add(
    struct storage_pins *pins, const struct stoa_cid *cid, struct stoa_str name)
{
	if (name.len > STORAGE_PIN_NAME_MAX || !stoa_str_is_utf8(name) ||
	    (name.len > 0 && memchr(name.data, '\0', name.len) != NULL)) {
		return STOA_INVALID;
	}
	if (storage_pins_has(pins, cid, name)) {
		return STOA_OK;
	}
	if (pins->map.count >= STORAGE_PINS_MAX) {
		return STOA_TOO_LARGE;
	}
	STORAGE_CHECK(change(pins, STORAGE_FRAME_PIN, cid, name));
	return map_put(pins, cid, name);
}

enum stoa_status
storage_pins_remove(
    struct storage_pins *pins, const struct stoa_cid *cid, struct stoa_str name)
{
	if (!storage_pins_has(pins, cid, name)) {
		return STOA_NOT_FOUND;
	}
	STORAGE_CHECK(change(pins, STORAGE_FRAME_UNPIN, cid, name));
	map_remove(pins, cid, name);
	return STOA_OK;
}

/* ---- opening ---------------------------------------------------------------
 */

static bool
take(struct storage_pins *pins, const struct storage_frame *frame,
    const uint8_t *payload)
{
	struct stoa_str bytes = stoa_str_of_bytes(payload, frame->len);
	struct stoa_hash hash = stoa_sha256(bytes);
	struct stoa_str name;
	struct stoa_cid cid;

	if (!stoa_hash_is_equal(&hash, &frame->hash) ||
	    frame->number > frame->len ||
	    stoa_cid_decode((struct stoa_str){bytes.data, frame->number},
		&cid) != STOA_OK) {
		return false;
	}
	name = stoa_str_from(bytes, frame->number);
	if (name.len > STORAGE_PIN_NAME_MAX) {
		return false;
	}
	if (frame->kind == STORAGE_FRAME_UNPIN) {
		map_remove(pins, &cid, name);
		return true;
	}
	return frame->kind == STORAGE_FRAME_PIN &&
	       map_put(pins, &cid, name) == STOA_OK;
}

/* Reads the frame at `at`; its length, or 0 when it is not sound. */
static size_t
read_frame(struct storage_pins *pins, uint64_t at, uint64_t size,
    struct storage_frame *frame, uint8_t payload[static PAYLOAD_MAX])
{
	uint8_t header[STORAGE_FRAME_SIZE];

	if (size - at < sizeof(header) ||
	    storage_file_read(pins->file, at, header, sizeof(header)) !=
		STOA_OK ||
	    !storage_frame_decode(header, frame) || frame->len > PAYLOAD_MAX ||
	    size - at - sizeof(header) < frame->len ||
	    storage_file_read(pins->file, at + sizeof(header), payload,
		frame->len) != STOA_OK) {
		return 0;
	}
	return sizeof(header) + frame->len;
}

/* A byte at a time past damage: this file is small and this is rare. */
static void
load(struct storage_pins *pins, uint64_t size)
{
	uint8_t payload[PAYLOAD_MAX];
	struct storage_frame frame;
	bool is_in_step = true;
	uint64_t at = 0;

	while (at < size) {
		size_t len = read_frame(pins, at, size, &frame, payload);

		if (len == 0 || !take(pins, &frame, payload)) {
			is_in_step = false;
			at++;
			continue;
		}
		pins->is_damaged |= !is_in_step;
		is_in_step = true;
		at += len;
		pins->size = at;
	}
}

static enum stoa_status
write_all(struct storage_pins *pins, struct storage_file *file)
{
	uint64_t size = 0;

	STOA_MAP_EACH(&pins->map, entry)
	{
		const struct storage_pin *pin = entry->value;

		STORAGE_CHECK(append(file, &size, STORAGE_FRAME_PIN, &pin->cid,
		    stoa_str_of(pin->name)));
	}
	STORAGE_CHECK(storage_file_sync(file));
	STORAGE_CHECK(
	    storage_disk_rename(pins->disk, FILE_NAME_NEW, FILE_NAME));
	storage_file_close(pins->file);
	pins->file = file;
	pins->size = size;
	return STOA_OK;
}

/* A full disk only means that history stays. */
static enum stoa_status
rewrite(struct storage_pins *pins)
{
	struct storage_file *file;
	enum stoa_status status;

	STORAGE_CHECK(
	    storage_file_open(pins->disk, FILE_NAME_NEW, true, &file));
	status = write_all(pins, file);
	if (status != STOA_OK) {
		storage_file_close(file);
	}
	return status == STOA_NO_SPACE ? STOA_OK : status;
}

static uint64_t
live_bytes(const struct storage_pins *pins)
{
	uint64_t size = 0;

	STOA_MAP_EACH(&pins->map, entry)
	{
		size += STORAGE_FRAME_SIZE + entry->key.len;
	}
	return size;
}

static enum stoa_status
open_file(struct storage_pins *pins)
{
	enum stoa_status status =
	    storage_disk_remove(pins->disk, FILE_NAME_NEW);
	uint64_t size;

	if (status != STOA_OK && status != STOA_NOT_FOUND) {
		return status;
	}
	status = storage_file_open(pins->disk, FILE_NAME, false, &pins->file);
	if (status == STOA_NOT_FOUND) {
		return storage_file_open(
		    pins->disk, FILE_NAME, true, &pins->file);
	}
	STORAGE_CHECK(status);
	STORAGE_CHECK(storage_file_size(pins->file, &size));
	load(pins, size);
	if (pins->is_damaged) {
		return STOA_OK; /* keep every byte for a repair */
	}
	if (pins->size > REWRITE_BYTES && pins->size > 2 * live_bytes(pins)) {
		return rewrite(pins);
	}
	return pins->size == size ? STOA_OK
				  : storage_file_cut(pins->file, pins->size);
}

enum stoa_status
storage_pins_open(
    struct storage_pins *pins, struct storage_disk *disk, uint64_t seed)
{
	enum stoa_status status;

	*pins = (struct storage_pins){.disk = disk};
	stoa_map_init(&pins->map, seed);
	status = open_file(pins);
	if (status != STOA_OK) {
		storage_pins_close(pins);
	}
	return status;
}

void
storage_pins_close(struct storage_pins *pins)
{
	STOA_MAP_EACH(&pins->map, entry)
	{
		free(entry->value);
	}
	stoa_map_fini(&pins->map);
	storage_file_close(pins->file);
	pins->file = NULL;
}
