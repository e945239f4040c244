/* folder.c - walks with fts(3), which does not recurse. */
#include "worker/folder.h"

#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

/* Removes what is at a depth of `level_min` or more below `path`. */
static enum stoa_status
remove_below(const char *path, int level_min)
{
	char *const roots[] = {(char *)(uintptr_t)path, NULL};
	enum stoa_status status = STOA_OK;
	FTSENT *e;
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);

	if (fts == NULL) {
		return STOA_NO_MEMORY;
	}
	while ((e = fts_read(fts)) != NULL) {
		bool is_folder = e->fts_info == FTS_DP;

		if (e->fts_info == FTS_D || e->fts_level < level_min) {
			continue; /* a folder goes after what is in it */
		}
		if ((is_folder ? rmdir(e->fts_accpath)
			       : unlink(e->fts_accpath)) != 0 &&
		    errno != ENOENT) {
			status = STOA_IO;
		}
	}
	(void)fts_close(fts);
	return status;
}

enum stoa_status
worker_folder_remove(const char *path)
{
	return remove_below(path, 0);
}

enum stoa_status
worker_folder_empty(const char *path)
{
	if (mkdir(path, 0700) != 0 && errno != EEXIST) {
		return STOA_IO;
	}
	return remove_below(path, 1);
}
