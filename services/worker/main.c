/* main.c - wires jobs and answers to the bus; or is the training child. */
#include "edge/log.h"
#include "edge/svc.h"
#include "worker/jobs.h"
#include "worker/limits.h"
#include "worker/predict.h"
#include "worker/train_child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct stoa_conf_option options[] = {
    {"number", STOA_CONF_NUMBER, "0", 0, 9999,
	"tells workers of one host and ops-listen apart"},
    {"parallel", STOA_CONF_NUMBER, "1", 1, WORKER_PARALLEL_MAX, "jobs at once"},
    {"train-memory-mb", STOA_CONF_NUMBER, WORKER_MEMORY_MB_DEFAULT, 0,
	WORKER_MEMORY_MB_MAX, "address space of one training; 0: no limit"},
    {"sign-key-file", STOA_CONF_TEXT, NULL, 0, 1024,
	"key that signs models; empty: keys/worker-sign.secret of home"},
};

static struct worker_identity identity;

static bool
identity_open(struct stoa_svc *svc)
{
	const struct stoa_conf *conf = stoa_svc_conf(svc);
	const char *key = stoa_conf_get_or_null(conf, "sign-key-file");
	char name[512], path[1200];
	struct worker_identity_options o = {
	    .home = stoa_conf_get(conf, "home"),
	    .nats_key_file = stoa_svc_key_file(svc),
	    .sign_key_file = path,
	    .name = name,
	};
	struct stoa_buf error;
	bool ok;

	(void)snprintf(path, sizeof(path), "%s",
	    key != NULL ? key
			: stoa_svc_path(svc, "keys/worker-sign.secret", false));
	(void)snprintf(name, sizeof(name), "%s %lld",
	    stoa_conf_get(conf, "ops-listen"),
	    (long long)stoa_conf_number(conf, "number"));
	stoa_buf_init(&error, 4096);
	ok = worker_identity_open(&identity, &o, &error);
	if (!ok) {
		stoa_log(STOA_LOG_ERROR, "no_identity", "%s",
		    stoa_buf_str(&error).data);
	}
	stoa_buf_fini(&error);
	return ok;
}

static bool
start(struct stoa_svc *svc)
{
	const struct stoa_conf *conf = stoa_svc_conf(svc);
	struct worker_jobs_options o = {
	    .loop = stoa_svc_loop(svc),
	    .bus = stoa_svc_bus(svc),
	    .identity = &identity,
	    .memory_max = (uint64_t)stoa_conf_number(conf, "train-memory-mb")
			  << 20,
	    .parallel = (unsigned)stoa_conf_number(conf, "parallel"),
	};
	struct worker_jobs *jobs;
	struct worker_predict *predict;
	char path[PATH_MAX + 8];

	if (!identity_open(svc)) {
		return false;
	}
	(void)snprintf(path, sizeof(path), "%s/models", identity.path);
	if (!worker_jobs_open(&o, &jobs)) {
		stoa_log(STOA_LOG_ERROR, "no_folder",
		    "%s/jobs cannot be made or emptied", identity.path);
		return false;
	}
	predict = worker_predict_open(o.loop, o.bus, path);
	if (predict == NULL) {
		stoa_log(
		    STOA_LOG_ERROR, "no_folder", "%s cannot be made", path);
		return false;
	}
	stoa_svc_add(svc, &worker_identity_part, &identity);
	stoa_svc_add(svc, &worker_predict_part, predict);
	stoa_svc_add(svc, &worker_jobs_part, jobs);
	stoa_log(STOA_LOG_INFO, "worker", "this is %s", identity.id);
	return true;
}

int
main(int argc, char **argv)
{
	const struct stoa_svc_spec spec = {
	    .name = "worker",
	    .description = "trains models and answers with them",
	    .options = options,
	    .option_count = STOA_COUNT(options),
	    .start = start,
	};

	if (argc == 3 && strcmp(argv[1], WORKER_TRAIN_CHILD_FLAG) == 0) {
		_exit(worker_train_child_main(argv[2]));
	}
	/* Read when the pool is first used; no other thread runs yet. */
	(void)setenv("UV_THREADPOOL_SIZE", WORKER_THREADS, 0);
	return stoa_svc_main(&spec, argc, argv);
}
