/* model_dir.c - bytes from pack.c, config.c and card.c to files. */
#include "worker/model_dir.h"

#include "worker/config.h"
#include "worker/file.h"
#include "worker/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
buf_write(int dir, const char *name, struct stoa_buf *buf,
    struct worker_problem *problem)
{
	bool ok;

	if (buf->is_overflown) {
		ok = worker_refuse(problem, WORKER_OUT_OF_MEMORY,
		    "%s does not fit into memory", name);
	} else {
		ok = worker_file_write(dir, name, stoa_buf_str(buf), problem);
	}
	stoa_buf_fini(buf);
	return ok;
}

static bool
files_write(int dir, const struct worker_model *m,
    const struct worker_metrics *metrics, const struct worker_card *card,
    struct worker_problem *problem)
{
	struct stoa_buf buf;

	stoa_buf_init(&buf, WORKER_MODEL_SIZE_MAX);
	worker_model_pack(m, &buf);
	if (!buf_write(dir, WORKER_MODEL_FILE, &buf, problem)) {
		return false;
	}
	stoa_buf_init(&buf, WORKER_CONFIG_SIZE_MAX);
	worker_config_print(m, &buf);
	if (!buf_write(dir, WORKER_CONFIG_FILE, &buf, problem)) {
		return false;
	}
	stoa_buf_init(&buf, WORKER_CARD_SIZE_MAX);
	worker_card_print(card, m, metrics, &buf);
	return buf_write(dir, "README.md", &buf, problem);
}

bool
worker_model_dir_write(const char *path, const struct worker_model *m,
    const struct worker_metrics *metrics, const struct worker_card *card,
    struct worker_problem *problem)
{
	int dir = -1;
	bool ok;

	if (mkdir(path, 0755) != 0 ||
	    (dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
		return worker_refuse(problem, WORKER_DISK,
		    "cannot make the directory of the model: %s",
		    strerror(errno));
	}
	ok = files_write(dir, m, metrics, card, problem);
	if (ok && fsync(dir) != 0) {
		ok = worker_refuse(problem, WORKER_DISK,
		    "cannot sync the directory of the model: %s",
		    strerror(errno));
	}
	(void)close(dir);
	return ok;
}

static bool
files_read(
    int dir, struct worker_model *ret_model, struct worker_problem *problem)
{
	struct stoa_str config = {0}, tensors = {0};
	bool ok =
	    worker_file_read(dir, WORKER_CONFIG_FILE, WORKER_CONFIG_SIZE_MAX,
		WORKER_BAD_MODEL, &config, problem) &&
	    worker_file_read(dir, WORKER_MODEL_FILE, WORKER_MODEL_SIZE_MAX,
		WORKER_BAD_MODEL, &tensors, problem) &&
	    worker_model_unpack(config, tensors, ret_model, problem);

	free((void *)(uintptr_t)config.data);
	free((void *)(uintptr_t)tensors.data);
	return ok;
}

bool
worker_model_dir_read(const char *path, struct worker_model *ret_model,
    struct worker_problem *problem)
{
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok;

	if (dir < 0) {
		return worker_refuse(problem, WORKER_BAD_MODEL,
		    "cannot open the directory of the model: %s",
		    strerror(errno));
	}
	ok = files_read(dir, ret_model, problem);
	(void)close(dir);
	return ok;
}
