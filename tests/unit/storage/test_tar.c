/* Streams of the system's tar in every format, our own, and what is refused. */
#include "storage/tar.h"

#include "../unit.h"

#include <sys/stat.h>
#include <unistd.h>

static char folder[64];
static char long_name[201];

struct seen {
	unsigned files;
	unsigned folders;
	unsigned symlinks;
	size_t bytes;
	bool has_long;
	bool has_target;
};

static enum stoa_status
count(void *context, const struct storage_tar_event *event)
{
	struct seen *s = context;

	assert_true(event->path.len > 0);
	switch (event->kind) {
	case STORAGE_TAR_FILE:
		s->files++;
		s->has_long |= stoa_str_is_equal(
		    stoa_str_from(event->path, event->path.len - 200),
		    stoa_str_of(long_name));
		break;
	case STORAGE_TAR_BYTES:
		s->bytes += event->bytes.len;
		break;
	case STORAGE_TAR_FILE_END:
		break;
	case STORAGE_TAR_FOLDER:
		s->folders++;
		break;
	case STORAGE_TAR_SYMLINK:
		s->symlinks++;
		s->has_target |=
		    stoa_str_is_equal(event->target, STOA_STR("a.txt"));
		break;
	}
	return STOA_OK;
}

/* The same whatever the pieces are. */
static enum stoa_status
feed(struct stoa_str stream, size_t step, struct seen *seen)
{
	struct storage_tar tar;
	enum stoa_status status = STOA_OK;

	*seen = (struct seen){0};
	storage_tar_init(&tar, count, seen);
	while (stream.len > 0 && status == STOA_OK) {
		struct stoa_str part = {
		    stream.data, step < stream.len ? step : stream.len};

		status = storage_tar_add(&tar, part);
		stream = stoa_str_from(stream, part.len);
	}
	if (status == STOA_OK) {
		status = storage_tar_end(&tar);
	}
	if (status != STOA_OK) {
		assert_non_null(storage_tar_refusal(&tar));
	}
	storage_tar_fini(&tar);
	return status;
}

static void
make_file(const char *name, size_t len)
{
	char path[512];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	for (size_t i = 0; i < len; i++) {
		(void)fputc((int)(i % 251), file);
	}
	(void)fclose(file);
}

static int
make_tree(void **state)
{
	char path[512];

	(void)state;
	memset(long_name, 'n', 200);
	(void)snprintf(folder, sizeof(folder), "/tmp/stoa-tar-XXXXXX");
	if (mkdtemp(folder) == NULL) {
		return -1;
	}
	(void)snprintf(path, sizeof(path), "%s/sub", folder);
	if (mkdir(path, 0755) != 0) {
		return -1;
	}
	make_file("a.txt", 5);
	make_file("empty", 0);
	make_file("sub/block", 512);
	make_file(long_name, 100000);
	(void)snprintf(path, sizeof(path), "%s/link", folder);
	return symlink("a.txt", path);
}

static int
remove_tree(void **state)
{
	static const char *const names[] = {
	    "a.txt", "empty", "sub/block", NULL, "link"};
	char path[512];

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder,
		    names[i] == NULL ? long_name : names[i]);
		(void)unlink(path);
	}
	(void)snprintf(path, sizeof(path), "%s/sub", folder);
	(void)rmdir(path);
	return rmdir(folder);
}

static void
test_read_takes_what_the_system_writes(void **state)
{
	static const char *const formats[] = {"gnu", "pax", "oldgnu"};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(formats); i++) {
		struct stoa_buf stream;
		struct seen seen;
		char command[256], bytes[4096];
		size_t got;
		FILE *pipe;

		(void)snprintf(command, sizeof(command),
		    "tar --format=%s -C %s -cf - .", formats[i], folder);
		pipe = popen(command, "r");
		assert_non_null(pipe);
		stoa_buf_init(&stream, 1 << 20);
		while ((got = fread(bytes, 1, sizeof(bytes), pipe)) > 0) {
			stoa_buf_add(&stream, bytes, got);
		}
		assert_int_equal(pclose(pipe), 0);
		for (size_t step = 1; step <= 4099; step += 1366) {
			assert_int_equal(
			    feed(stoa_buf_str(&stream), step, &seen), STOA_OK);
			assert_int_equal(seen.files, 4);
			assert_int_equal(seen.folders, 1);
			assert_int_equal(seen.symlinks, 1);
			assert_int_equal(seen.bytes, 100517);
			assert_true(seen.has_long);
			assert_true(seen.has_target);
		}
		stoa_buf_fini(&stream);
	}
}

static void
put_sample(struct stoa_buf *out)
{
	storage_tar_put_member(
	    out, STORAGE_TAR_FOLDER, STOA_STR("sub"), STOA_STR(""), 0);
	storage_tar_put_member(
	    out, STORAGE_TAR_FILE, stoa_str_of(long_name), STOA_STR(""), 3);
	stoa_buf_add_text(out, "abc");
	storage_tar_put_padding(out, 3);
	storage_tar_put_member(
	    out, STORAGE_TAR_SYMLINK, STOA_STR("sub/l"), STOA_STR("a.txt"), 0);
	storage_tar_put_end(out);
}

static void
test_what_is_written_is_read_here_and_there(void **state)
{
	struct stoa_buf stream;
	struct seen seen;
	char path[256], line[512];
	FILE *file;

	(void)state;
	stoa_buf_init(&stream, 1 << 20);
	put_sample(&stream);
	assert_int_equal(feed(stoa_buf_str(&stream), 100, &seen), STOA_OK);
	assert_int_equal(seen.files, 1);
	assert_int_equal(seen.bytes, 3);
	assert_true(seen.has_long);
	(void)snprintf(path, sizeof(path), "%s/a.txt", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(stream.data, 1, stream.len, file), stream.len);
	assert_int_equal(fclose(file), 0);
	(void)snprintf(path, sizeof(path), "tar -tf %s/a.txt", folder);
	file = popen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof(line), file));
	assert_string_equal(line, "sub\n");
	assert_non_null(fgets(line, sizeof(line), file));
	assert_memory_equal(line, long_name, 200);
	assert_non_null(fgets(line, sizeof(line), file));
	assert_string_equal(line, "sub/l\n");
	assert_null(fgets(line, sizeof(line), file));
	assert_int_equal(pclose(file), 0);
	stoa_buf_fini(&stream);
}

static void
test_read_refuses_what_leads_out(void **state)
{
	static const struct {
		const char *path;
		enum stoa_status want;
	} rows[] = {
	    {"a/../../b", STOA_INVALID}, {"..", STOA_INVALID},
	    {"/etc/passwd", STOA_INVALID}, {"./a//b", STOA_OK},
	    {"a/./b", STOA_OK}, {".", STOA_INVALID}, /* a file needs a name */
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct stoa_buf stream;
		struct seen seen;

		stoa_buf_init(&stream, 1 << 16);
		storage_tar_put_member(&stream, STORAGE_TAR_FILE,
		    stoa_str_of(rows[i].path), STOA_STR(""), 0);
		storage_tar_put_end(&stream);
		assert_int_equal(
		    feed(stoa_buf_str(&stream), 512, &seen), rows[i].want);
		stoa_buf_fini(&stream);
	}
}

static void
test_read_refuses_damage_cuts_and_devices(void **state)
{
	struct stoa_buf stream;
	struct seen seen;

	(void)state;
	stoa_buf_init(&stream, 1 << 16);
	put_sample(&stream);
	for (size_t len = 1; len < 2560; len += 129) {
		if (len % 512 != 0) {
			assert_int_equal(
			    feed((struct stoa_str){stream.data, len}, 100,
				&seen),
			    STOA_INVALID);
		}
	}
	stream.data[20] ^= 1; /* the checksum no longer fits */
	assert_int_equal(feed(stoa_buf_str(&stream), 512, &seen), STOA_INVALID);
	assert_int_equal(
	    feed(STOA_STR("this is not a tar stream, by far"), 8, &seen),
	    STOA_INVALID);
	stream.data[20] ^= 1;
	/* A fifo is one more than a folder; a name one less evens the sum. */
	stream.data[156] = '6';
	stream.data[0] -= 1;
	assert_int_equal(
	    feed(stoa_buf_str(&stream), 512, &seen), STOA_UNSUPPORTED);
	stoa_buf_fini(&stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read_takes_what_the_system_writes),
	    cmocka_unit_test(test_what_is_written_is_read_here_and_there),
	    cmocka_unit_test(test_read_refuses_what_leads_out),
	    cmocka_unit_test(test_read_refuses_damage_cuts_and_devices),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
