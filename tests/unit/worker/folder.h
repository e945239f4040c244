/* folder.h - a fresh temporary directory for a test. */
#ifndef TESTS_WORKER_FOLDER_H
#define TESTS_WORKER_FOLDER_H

#include <stddef.h>

struct folder {
	char path[256];
};

/* Assert on failure. */
void folder_make(struct folder *f);
void folder_remove(const struct folder *f); /* with all that is in it */

/* "<folder>/<name>" in a static ring of four. */
const char *folder_path(const struct folder *f, const char *name);

void folder_write(const struct folder *f, const char *name, const char *text);

/* malloc'd and terminated. */
char *folder_read(const struct folder *f, const char *name, size_t *ret_len);

#endif
