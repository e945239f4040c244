/* layout.c - sorts paths and closes directories. */
#include "storage/layout.h"

#include "storage/check.h"
#include "storage/limits.h"

#include <stdlib.h>

#define ENTRIES_FIRST ((size_t)64)

/* Bytes of all paths of one upload: a hundred for each entry. */
#define NAMES_MAX ((size_t)STORAGE_ENTRIES_MAX * 100)

struct storage_layout_entry {
	struct stoa_str path;
	bool is_folder;
	struct storage_child child;
};

void
storage_layout_init(struct storage_layout *layout)
{
	*layout = (struct storage_layout){0};
	stoa_arena_init(&layout->names, NULL, 0, NAMES_MAX);
}

void
storage_layout_fini(struct storage_layout *layout)
{
	stoa_arena_fini(&layout->names);
	free(layout->entries);
	layout->entries = NULL;
	layout->count = layout->size = 0;
}

const char *
storage_layout_refusal(const struct storage_layout *layout)
{
	return layout->refusal;
}

static enum stoa_status
check_path(struct storage_layout *layout, struct stoa_str path)
{
	unsigned parts = 0;

	if (path.len > STORAGE_PATH_LEN_MAX) {
		layout->refusal = "a path has more than 4096 bytes";
		return STOA_TOO_LARGE;
	}
	do {
		struct stoa_str name = stoa_str_cut(&path, '/');

		layout->refusal = storage_name_refusal(name);
		if (layout->refusal != NULL) {
			return STOA_INVALID;
		}
		parts++;
	} while (path.len > 0);
	if (parts > STORAGE_PATH_PARTS_MAX) {
		layout->refusal = "a path has more than 256 parts";
		return STOA_TOO_LARGE;
	}
	return STOA_OK;
}

static enum stoa_status
make_room(struct storage_layout *layout)
{
	size_t size = layout->size == 0 ? ENTRIES_FIRST : layout->size * 2;
	struct storage_layout_entry *entries;

	if (layout->count < layout->size) {
		return STOA_OK;
	}
	if (layout->count >= STORAGE_ENTRIES_MAX) {
		layout->refusal = "more than 1000000 files and folders";
		return STOA_TOO_LARGE;
	}
	entries = reallocarray(layout->entries, size, sizeof(*entries));
	if (entries == NULL) {
		return STOA_NO_MEMORY;
	}
	layout->entries = entries;
	layout->size = size;
	return STOA_OK;
}

enum stoa_status
storage_layout_add(struct storage_layout *layout, struct stoa_str path,
    const struct storage_child *child)
{
	struct storage_layout_entry *e;
	char *copy;

	STORAGE_CHECK(check_path(layout, path));
	STORAGE_CHECK(make_room(layout));
	copy = stoa_arena_dup(&layout->names, path.data, path.len);
	if (copy == NULL) {
		return STOA_TOO_LARGE;
	}
	e = &layout->entries[layout->count++];
	*e = (struct storage_layout_entry){
	    .path = {copy, path.len}, .is_folder = child == NULL};
	if (child != NULL) {
		e->child = *child;
	}
	return STOA_OK;
}

/* A slash before every other byte: what lies in a directory stays together. */
static int
compare(const void *a, const void *b)
{
	const struct storage_layout_entry *x = a, *y = b;
	struct stoa_str s = x->path, t = y->path;

	for (size_t i = 0; i < s.len && i < t.len; i++) {
		int c = s.data[i] == '/' ? -1 : (uint8_t)s.data[i];
		int d = t.data[i] == '/' ? -1 : (uint8_t)t.data[i];

		if (c != d) {
			return c < d ? -1 : 1;
		}
	}
	return (s.len > t.len) - (s.len < t.len);
}

/* ---- closing ---------------------------------------------------------------
 */

struct closing {
	struct storage_add *add;
	const struct storage_profile *profile;
	struct stoa_str path; /* of the innermost open directory */
	size_t depth;	      /* open ones, the root included */
	struct storage_directory stack[STORAGE_FOLDER_DEPTH_MAX + 1];
};

/* Closes the innermost directory into its parent. */
static enum stoa_status
close_one(struct closing *c)
{
	struct storage_child child;
	struct stoa_str name = c->path, rest = c->path;
	enum stoa_status status =
	    storage_add_directory(c->add, &c->stack[c->depth - 1], &child);

	storage_directory_fini(&c->stack[--c->depth]);
	STORAGE_CHECK(status);
	while (rest.len > 0) {
		name = stoa_str_cut(&rest, '/');
	}
	c->path.len -= name.len;
	c->path.len -= c->path.len > 0; /* the slash */
	return storage_directory_add(&c->stack[c->depth - 1], name, &child);
}

/* Whether `path` lies below the directory `folder`. */
static bool
is_below(struct stoa_str path, struct stoa_str folder)
{
	return folder.len == 0 ||
	       (stoa_str_has_prefix(path, folder) && path.len > folder.len &&
		   path.data[folder.len] == '/');
}

/* Opens what lies between the innermost directory and the folder `path`. */
static enum stoa_status
open_to(struct closing *c, struct stoa_str path)
{
	while (c->path.len < path.len) {
		size_t start = c->path.len + (c->path.len > 0);
		struct stoa_str rest = stoa_str_from(path, start);
		struct stoa_str name = stoa_str_cut(&rest, '/');

		if (c->depth > STORAGE_FOLDER_DEPTH_MAX) {
			return STOA_TOO_LARGE;
		}
		storage_directory_init(&c->stack[c->depth++], c->profile);
		c->path = (struct stoa_str){path.data, start + name.len};
	}
	return STOA_OK;
}

static struct stoa_str
parent_of(struct stoa_str path)
{
	while (path.len > 0 && path.data[path.len - 1] != '/') {
		path.len--;
	}
	path.len -= path.len > 0;
	return path;
}

static enum stoa_status
place(struct closing *c, const struct storage_layout_entry *e)
{
	struct stoa_str parent = parent_of(e->path);
	struct stoa_str name =
	    stoa_str_from(e->path, parent.len + (parent.len > 0));

	while (!is_below(e->path, c->path)) {
		STORAGE_CHECK(close_one(c));
	}
	if (e->is_folder) {
		return open_to(c, e->path);
	}
	STORAGE_CHECK(open_to(c, parent));
	return storage_directory_add(&c->stack[c->depth - 1], name, &e->child);
}

static enum stoa_status
place_all(struct closing *c, const struct storage_layout *layout,
    struct storage_child *ret_root)
{
	for (size_t i = 0; i < layout->count; i++) {
		const struct storage_layout_entry *e = &layout->entries[i];
		const struct storage_layout_entry *before = e - 1;

		if (i > 0 && stoa_str_is_equal(before->path, e->path)) {
			if (before->is_folder && e->is_folder) {
				continue; /* a folder may be named again */
			}
			return STOA_EXISTS;
		}
		STORAGE_CHECK(place(c, e));
	}
	while (c->depth > 1) {
		STORAGE_CHECK(close_one(c));
	}
	return storage_add_directory(c->add, &c->stack[0], ret_root);
}

enum stoa_status
storage_layout_end(struct storage_layout *layout, struct storage_add *add,
    const struct storage_profile *profile, struct storage_child *ret_root)
{
	struct closing *c = calloc(1, sizeof(*c));
	enum stoa_status status;

	if (c == NULL) {
		return STOA_NO_MEMORY;
	}
	if (layout->count > 1) {
		qsort(layout->entries, layout->count,
		    sizeof(layout->entries[0]), compare);
	}
	c->add = add;
	c->profile = profile;
	storage_directory_init(&c->stack[c->depth++], profile);
	status = place_all(c, layout, ret_root);
	while (c->depth > 0) {
		storage_directory_fini(&c->stack[--c->depth]);
	}
	free(c);
	return status;
}
