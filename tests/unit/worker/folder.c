#include "folder.h"

#include "../unit.h"

#include <ftw.h>

void
folder_make(struct folder *f)
{
	(void)snprintf(f->path, sizeof(f->path), "/tmp/stoa-test-XXXXXX");
	assert_non_null(mkdtemp(f->path));
}

static int
entry_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void
folder_remove(const struct folder *f)
{
	assert_int_equal(
	    nftw(f->path, entry_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
}

const char *
folder_path(const struct folder *f, const char *name)
{
	static char ring[4][512];
	static int at;

	at = (at + 1) % 4;
	(void)snprintf(ring[at], sizeof(ring[at]), "%s/%s", f->path, name);
	return ring[at];
}

void
folder_write(const struct folder *f, const char *name, const char *text)
{
	FILE *file = fopen(folder_path(f, name), "w");

	assert_non_null(file);
	assert_int_equal(fputs(text, file) >= 0, 1);
	assert_int_equal(fclose(file), 0);
}

char *
folder_read(const struct folder *f, const char *name, size_t *ret_len)
{
	FILE *file = fopen(folder_path(f, name), "r");
	char *text = NULL;
	size_t size = 0;
	ssize_t len;

	assert_non_null(file);
	len = getdelim(&text, &size, EOF, file);
	assert_true(len >= 0);
	assert_int_equal(fclose(file), 0);
	*ret_len = (size_t)len;
	return text;
}
