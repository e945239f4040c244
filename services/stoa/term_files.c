/* term_files.c - completing paths on this machine. */
#include "stoa/term_complete.h"

#include "base/check.h"

#include <dirent.h>
#include <sys/stat.h>

/* Entries looked at in one directory: Tab must not freeze the prompt. */
#define ENTRIES_MAX 4096

/* Length of the word's part up to its last slash. */
static size_t
folder_len(struct stoa_str word)
{
	size_t len = word.len;

	while (len > 0 && word.data[len - 1] != '/') {
		len--;
	}
	return len;
}

static bool
is_folder(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static void
offer_entry(struct term_completion *c, struct stoa_str folder, const char *name)
{
	const char *path =
	    stoa_arena_printf(c->arena, "%.*s%s", STOA_STR_ARG(folder), name);

	if (path != NULL && is_folder(path)) {
		path = stoa_arena_printf(c->arena, "%s/", path);
	}
	if (path != NULL) {
		term_offer(c, path, "");
	}
}

void
term_offer_files(struct term_completion *c)
{
	struct stoa_str folder = {c->word.data, folder_len(c->word)};
	struct stoa_str name = stoa_str_from(c->word, folder.len);
	const char *path =
	    folder.len == 0 ? "." : stoa_arena_str(c->arena, folder);
	DIR *open = path == NULL ? NULL : opendir(path);
	const struct dirent *entry;

	if (open == NULL) {
		return;
	}
	for (size_t i = 0; i < ENTRIES_MAX && (entry = readdir(open)) != NULL;
	     i++) {
		struct stoa_str found = stoa_str_of(entry->d_name);

		/* Hidden files are offered to who asks for them. */
		if (stoa_str_has_prefix(found, name) &&
		    (found.data[0] != '.' || name.len > 0) &&
		    !stoa_str_is_equal(found, STOA_STR(".")) &&
		    !stoa_str_is_equal(found, STOA_STR(".."))) {
			offer_entry(c, folder, entry->d_name);
		}
	}
	(void)closedir(open);
}
