#include "disk_fake.h"

#include "storage/disk.h"

#include "base/rng.h"

#include "../unit.h"

#include <pthread.h>

#define FILES_MAX     65536
#define FILE_SIZE_MAX ((size_t)64 << 20)
#define SECTOR	      512

struct write {
	size_t offset;
	size_t len;
};

struct fake_file {
	char name[32];
	bool is_there;
	struct stoa_buf now;
	struct stoa_buf durable;
	struct write *pending; /* since the last sync */
	size_t pending_count;
	size_t pending_size;
};

struct storage_disk {
	int unused;
};

struct storage_file {
	struct fake_file *file;
};

static struct {
	pthread_mutex_t lock;
	struct stoa_rng rng;
	struct fake_file *files[FILES_MAX];
	size_t file_count;
	uint64_t operations;
	uint64_t power_at;
	uint64_t write_left;
	uint64_t sync_left;
	enum stoa_status write_status;
	uint64_t free_bytes;
	bool is_dead;
} world = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- control ---------------------------------------------------------------
 */

void
disk_fake_reset(uint64_t seed)
{
	for (size_t i = 0; i < world.file_count; i++) {
		stoa_buf_fini(&world.files[i]->now);
		stoa_buf_fini(&world.files[i]->durable);
		free(world.files[i]->pending);
		free(world.files[i]);
	}
	world.file_count = 0;
	world.operations = world.power_at = 0;
	world.write_left = world.sync_left = 0;
	world.free_bytes = (uint64_t)1 << 40;
	world.is_dead = false;
	stoa_rng_init(&world.rng, seed);
}

void
disk_fake_fail_power_after(uint64_t operations)
{
	world.power_at = operations == 0 ? 0 : world.operations + operations;
}

bool
disk_fake_is_dead(void)
{
	return world.is_dead;
}

void
disk_fake_fail_write_after(uint64_t writes, enum stoa_status status)
{
	world.write_left = writes;
	world.write_status = status;
}

void
disk_fake_fail_sync_after(uint64_t syncs)
{
	world.sync_left = syncs;
}

void
disk_fake_set_free(uint64_t bytes)
{
	world.free_bytes = bytes;
}

uint64_t
disk_fake_operations(void)
{
	return world.operations;
}

static void
set_size(struct stoa_buf *b, size_t size)
{
	if (size < b->len) {
		b->len = size;
		return;
	}
	if (size > b->len) {
		size_t more = size - b->len;
		void *to = stoa_buf_reserve(b, more);

		assert_non_null(to);
		memset(to, 0, more);
		stoa_buf_grow(b, more);
	}
}

static void
copy(struct stoa_buf *to, const struct stoa_buf *from)
{
	stoa_buf_clear(to);
	stoa_buf_add_str(to, stoa_buf_str(from));
}

/* Any subset of the sectors that were written since the last sync arrived. */
static void
lose_some(struct fake_file *f)
{
	struct stoa_buf kept;

	stoa_buf_init(&kept, FILE_SIZE_MAX);
	copy(&kept, &f->durable);
	for (size_t i = 0; i < f->pending_count; i++) {
		size_t at = f->pending[i].offset;
		size_t end = at + f->pending[i].len;

		if (end > f->now.len) {
			end = f->now.len; /* cut off since */
		}
		while (at < end) {
			size_t stop = (at / SECTOR + 1) * SECTOR;

			stop = stop < end ? stop : end;
			if (stoa_rng_chance(&world.rng, 2)) {
				if (kept.len < stop) {
					set_size(&kept, stop);
				}
				memcpy(kept.data + at, f->now.data + at,
				    stop - at);
			}
			at = stop;
		}
	}
	copy(&f->now, &kept);
	copy(&f->durable, &kept);
	f->pending_count = 0;
	stoa_buf_fini(&kept);
}

void
disk_fake_restart(void)
{
	for (size_t i = 0; i < world.file_count; i++) {
		lose_some(world.files[i]);
	}
	world.power_at = 0;
	world.is_dead = false;
}

static struct fake_file *
find(const char *name)
{
	for (size_t i = 0; i < world.file_count; i++) {
		if (world.files[i]->is_there &&
		    strcmp(world.files[i]->name, name) == 0) {
			return world.files[i];
		}
	}
	return NULL;
}

struct stoa_buf *
disk_fake_file(const char *name)
{
	struct fake_file *f = find(name);

	return f == NULL ? NULL : &f->now;
}

/* Counts a changing operation. False: the power is gone; `*ret_half` says
 * whether this operation may still have had its effect. */
static bool
operate(bool *ret_half)
{
	*ret_half = false;
	if (world.is_dead) {
		return false;
	}
	if (++world.operations == world.power_at) {
		world.is_dead = true;
		*ret_half = stoa_rng_chance(&world.rng, 2);
		return false;
	}
	return true;
}

/* ---- the disk --------------------------------------------------------------
 */

enum stoa_status
storage_disk_open(const char *path, struct storage_disk **ret_disk)
{
	static struct storage_disk disk;

	(void)path;
	*ret_disk = &disk;
	return STOA_OK;
}

void
storage_disk_close(struct storage_disk *disk)
{
	(void)disk;
}

enum stoa_status
storage_disk_list(struct storage_disk *disk, storage_disk_fn *fn, void *context)
{
	(void)disk;
	for (size_t i = 0; i < world.file_count; i++) {
		if (world.files[i]->is_there &&
		    !fn(context, world.files[i]->name)) {
			break;
		}
	}
	return STOA_OK;
}

enum stoa_status
storage_disk_free(struct storage_disk *disk, uint64_t *ret_bytes)
{
	(void)disk;
	pthread_mutex_lock(&world.lock);
	*ret_bytes = world.free_bytes;
	pthread_mutex_unlock(&world.lock);
	return STOA_OK;
}

enum stoa_status
storage_disk_rename(struct storage_disk *disk, const char *from, const char *to)
{
	struct fake_file *f, *old;
	bool half, ok;

	(void)disk;
	pthread_mutex_lock(&world.lock);
	ok = operate(&half);
	f = find(from);
	assert_true(f != NULL || world.is_dead);
	if ((ok || half) && f != NULL) {
		old = find(to);
		if (old != NULL) {
			old->is_there = false;
		}
		(void)snprintf(f->name, sizeof(f->name), "%s", to);
	}
	pthread_mutex_unlock(&world.lock);
	return ok ? STOA_OK : STOA_IO;
}

enum stoa_status
storage_disk_remove(struct storage_disk *disk, const char *name)
{
	struct fake_file *f;
	bool half, ok;

	(void)disk;
	pthread_mutex_lock(&world.lock);
	f = find(name);
	ok = operate(&half);
	if ((ok || half) && f != NULL) {
		f->is_there = false;
	}
	pthread_mutex_unlock(&world.lock);
	return !ok ? STOA_IO : f == NULL ? STOA_NOT_FOUND : STOA_OK;
}

static struct fake_file *
create(const char *name)
{
	struct fake_file *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_true(world.file_count < FILES_MAX);
	(void)snprintf(f->name, sizeof(f->name), "%s", name);
	f->is_there = true;
	stoa_buf_init(&f->now, FILE_SIZE_MAX);
	stoa_buf_init(&f->durable, FILE_SIZE_MAX);
	world.files[world.file_count++] = f;
	return f;
}

enum stoa_status
storage_file_open(struct storage_disk *disk, const char *name, bool is_new,
    struct storage_file **ret_file)
{
	struct fake_file *f;
	bool half = false, ok = true;

	(void)disk;
	pthread_mutex_lock(&world.lock);
	f = find(name);
	if (is_new) {
		assert_null(f);
		ok = operate(&half);
		if (ok || half) {
			f = create(name);
		}
	} else if (world.is_dead) {
		ok = false;
	}
	pthread_mutex_unlock(&world.lock);
	if (!ok) {
		return STOA_IO;
	}
	if (f == NULL) {
		return STOA_NOT_FOUND;
	}
	*ret_file = malloc(sizeof(**ret_file));
	assert_non_null(*ret_file);
	(*ret_file)->file = f;
	return STOA_OK;
}

void
storage_file_close(struct storage_file *file)
{
	free(file);
}

enum stoa_status
storage_file_size(struct storage_file *file, uint64_t *ret_size)
{
	*ret_size = file->file->now.len;
	return STOA_OK;
}

enum stoa_status
storage_file_read(
    struct storage_file *file, uint64_t offset, void *to, size_t len)
{
	const struct stoa_buf *b = &file->file->now;
	enum stoa_status status = STOA_CORRUPT;

	pthread_mutex_lock(&world.lock);
	if (offset <= b->len && len <= b->len - offset) {
		if (len > 0) {
			memcpy(to, b->data + offset, len);
		}
		status = STOA_OK;
	}
	pthread_mutex_unlock(&world.lock);
	return status;
}

static void
write_part(struct fake_file *f, uint64_t offset, struct stoa_str bytes)
{
	if (f->now.len < offset + bytes.len) {
		set_size(&f->now, (size_t)offset + bytes.len);
	}
	if (bytes.len > 0) {
		memcpy(f->now.data + offset, bytes.data, bytes.len);
	}
	if (f->pending_count == f->pending_size) {
		f->pending_size = f->pending_size * 2 + 64;
		f->pending = reallocarray(
		    f->pending, f->pending_size, sizeof(*f->pending));
		assert_non_null(f->pending);
	}
	f->pending[f->pending_count++] =
	    (struct write){(size_t)offset, bytes.len};
}

enum stoa_status
storage_file_write(struct storage_file *file, uint64_t offset,
    struct stoa_str head, struct stoa_str body)
{
	enum stoa_status status = STOA_OK;
	bool half, ok;

	pthread_mutex_lock(&world.lock);
	ok = operate(&half);
	if (ok && world.write_left > 0 && --world.write_left == 0) {
		status = world.write_status;
		half = true;
		body.len /= 2;
	}
	if (ok || half) {
		write_part(file->file, offset, head);
		write_part(file->file, offset + head.len, body);
	}
	pthread_mutex_unlock(&world.lock);
	return ok ? status : STOA_IO;
}

enum stoa_status
storage_file_cut(struct storage_file *file, uint64_t size)
{
	bool half, ok;

	pthread_mutex_lock(&world.lock);
	ok = operate(&half);
	if (ok || half) {
		set_size(&file->file->now, (size_t)size);
	}
	pthread_mutex_unlock(&world.lock);
	return ok ? STOA_OK : STOA_IO;
}

enum stoa_status
storage_file_sync(struct storage_file *file)
{
	struct fake_file *f = file->file;
	enum stoa_status status = STOA_IO;
	bool half;

	pthread_mutex_lock(&world.lock);
	if (operate(&half)) {
		if (world.sync_left > 0 && --world.sync_left == 0) {
			/* The pages count as clean and are gone. */
			lose_some(f);
		} else {
			copy(&f->durable, &f->now);
			f->pending_count = 0;
			status = STOA_OK;
		}
	} else if (half) {
		copy(&f->durable, &f->now);
		f->pending_count = 0;
	}
	pthread_mutex_unlock(&world.lock);
	return status;
}

void
storage_file_hint(struct storage_file *file, uint64_t offset)
{
	(void)file;
	(void)offset;
}
