/* shelf.c - verify, fetch, read. */
#include "worker/shelf.h"

#include "worker/folder.h"
#include "worker/limits.h"
#include "worker/model_dir.h"
#include "worker/pack.h"
#include "worker/provenance.h"
#include "worker/transfer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* The files of a model with some air for its card. */
#define FOLDER_SIZE_MAX                                             \
	((uint64_t)WORKER_MODEL_SIZE_MAX + WORKER_CONFIG_SIZE_MAX + \
	    WORKER_CARD_SIZE_MAX + WORKER_PROVENANCE_SIZE_MAX)

void
worker_shelf_load_set(struct worker_shelf_load *load,
    const struct stoa_cid *cid, const char *url, const char *capability)
{
	free(load->url);
	free(load->capability);
	load->cid = *cid;
	load->url = strdup(url);
	load->capability = strdup(capability);
	stoa_assert(load->url != NULL);
	stoa_assert(load->capability != NULL);
}

void
worker_shelf_load_path(
    struct worker_shelf_load *load, const char *shelf, const char *name)
{
	int len =
	    snprintf(load->path, sizeof(load->path), "%s/%s", shelf, name);

	stoa_assert(len > 0 && (size_t)len < sizeof(load->path));
}

void
worker_shelf_load_fini(struct worker_shelf_load *load)
{
	free(load->url);
	free(load->capability);
	load->url = NULL;
	load->capability = NULL;
}

/* What all files in a folder take; 0 when it cannot be read. */
static uint64_t
folder_size(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	uint64_t size = 0;
	struct stat st;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (fstatat(dirfd(dir), entry->d_name, &st,
			AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode)) {
			size += (uint64_t)st.st_size;
		}
	}
	if (dir != NULL) {
		(void)closedir(dir);
	}
	return size;
}

/* The hashes of the provenance tell a whole folder from one that a crash or
 * a failing disk has left; who signed it does not matter here. */
static bool
is_whole(const char *path)
{
	struct worker_problem problem;
	struct worker_claim claim;
	struct stoa_arena arena;
	bool is;

	stoa_arena_init(&arena, NULL, 0, 8 * WORKER_PROVENANCE_SIZE_MAX);
	is = worker_provenance_verify(path, NULL, &arena, &claim, &problem);
	stoa_arena_fini(&arena);
	return is;
}

static enum stoa_status
fetch(struct worker_shelf_load *load)
{
	struct worker_transfer transfer = {
	    .url = load->url,
	    .call =
		{
		    .capability = load->capability,
		    .size_max = FOLDER_SIZE_MAX,
		    .timeout_us = WORKER_MODEL_FETCH_US,
		},
	};
	char cid[STOA_CID_TEXT_SIZE];
	enum stoa_status status = worker_transfer_receive(
	    &transfer, stoa_cid_print(&load->cid, cid), load->path);

	memcpy(load->why, transfer.why, sizeof(load->why));
	return status;
}

void
worker_shelf_load(
    struct worker_shelf_load *load, struct worker_model *ret_model)
{
	struct worker_problem problem;

	load->why[0] = '\0';
	load->size = 0;
	load->status = is_whole(load->path) ? STOA_OK : fetch(load);
	if (load->status == STOA_OK &&
	    !worker_model_dir_read(load->path, ret_model, &problem)) {
		load->status = problem.reason == WORKER_OUT_OF_MEMORY
				   ? STOA_NO_MEMORY
				   : STOA_CORRUPT;
		memcpy(load->why, problem.detail, sizeof(load->why));
	}
	if (load->status == STOA_OK) {
		load->size = folder_size(load->path);
	} else {
		(void)!worker_folder_remove(load->path);
	}
}

enum stoa_status
worker_shelf_scan(const char *path, worker_shelf_fn *found, void *owner)
{
	char inner[PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	if (mkdir(path, 0700) != 0 && errno != EEXIST) {
		return STOA_IO;
	}
	dir = opendir(path);
	if (dir == NULL) {
		return STOA_IO;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' ||
		    snprintf(inner, sizeof(inner), "%s/%s", path,
			entry->d_name) >= (int)sizeof(inner)) {
			continue;
		}
		if (folder_size(inner) > 0) {
			found(owner, entry->d_name, folder_size(inner));
		} else {
			(void)!worker_folder_remove(inner);
		}
	}
	(void)closedir(dir);
	return STOA_OK;
}
