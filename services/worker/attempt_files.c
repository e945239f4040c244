/* attempt_files.c - steps that block; they run on the worker pool, one at a
 * time for an attempt. */
#include "worker/attempt_parts.h"

#include "edge/log.h"
#include "worker/file.h"
#include "worker/folder.h"
#include "worker/item.h"
#include "worker/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void
end(struct worker_attempt *a, enum attempt_result result,
    Stoa__Training__EndReason reason, const char *detail)
{
	a->result = result;
	worker_report_failure(&a->result_failure, reason, detail);
}

static void
end_problem(struct worker_attempt *a, const struct worker_problem *problem)
{
	end(a, RESULT_FAILED, worker_report_reason(problem->reason),
	    problem->detail);
}

static bool
is_cancelled(void *context)
{
	const struct worker_attempt *a = context;

	return atomic_load(&a->is_cancelled);
}

static void
path_print(const struct worker_attempt *a, const char *name,
    char path[static PATH_MAX + 64])
{
	(void)snprintf(path, PATH_MAX + 64, "%s/%s", a->path, name);
}

/* ---- fetching ------------------------------------------------------------ */

static bool
job_write(struct worker_attempt *a)
{
	struct worker_problem problem;
	struct stoa_buf text;
	int dir;
	bool ok;

	if (worker_folder_remove(a->path) != STOA_OK ||
	    mkdir(a->path, 0700) != 0 ||
	    (dir = open(a->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
		end(a, RESULT_FAILED, STOA__TRAINING__END_REASON__worker_lost,
		    "the worker's disk takes no folder for the job");
		return false;
	}
	stoa_buf_init(&text, WORKER_JOB_SIZE_MAX);
	worker_item_print(a->item, &a->params, &text);
	ok = worker_file_write(dir, "job.json", stoa_buf_str(&text), &problem);
	if (!ok) {
		end_problem(a, &problem);
	}
	stoa_buf_fini(&text);
	(void)close(dir);
	return ok;
}

/* Why a data set did not come. A new attempt comes with new capabilities and
 * perhaps another machine's disk: worker_lost queues the job again. */
static void
fetch_failed(struct worker_attempt *a, enum stoa_status status, const char *why)
{
	char detail[WORKER_DETAIL_SIZE];

	if (status == STOA_NOT_FOUND || status == STOA_INVALID) {
		(void)snprintf(detail, sizeof(detail),
		    "storage does not have the data set %.100s: %.300s",
		    a->item->dataset, why);
		end(a, RESULT_FAILED,
		    STOA__TRAINING__END_REASON__dataset_missing, detail);
	} else if (status == STOA_CORRUPT) {
		end(a, RESULT_FAILED,
		    STOA__TRAINING__END_REASON__dataset_missing,
		    "storage has damaged bytes of the data set; upload it "
		    "again");
	} else if (status == STOA_TOO_LARGE) {
		(void)snprintf(detail, sizeof(detail),
		    "the data set is larger than %llu MiB; use fewer rows",
		    (unsigned long long)(WORKER_DATASET_SIZE_MAX >> 20));
		end(a, RESULT_FAILED,
		    STOA__TRAINING__END_REASON__dataset_unusable, detail);
	} else if (status == STOA_UNSUPPORTED) {
		end(a, RESULT_FAILED,
		    STOA__TRAINING__END_REASON__dataset_unusable,
		    "the data set must be a CSV file, or a folder with "
		    "train.csv, validation.csv and test.csv");
	} else {
		bool is_passing =
		    stoa_status_retry(status) != STOA_RETRY_NEVER &&
		    status != STOA_NO_SPACE;

		end(a, is_passing ? RESULT_AGAIN : RESULT_FAILED,
		    STOA__TRAINING__END_REASON__worker_lost,
		    why[0] == '\0' ? stoa_status_text(status) : why);
	}
}

/* Received under a neutral name: only then it shows whether it is a file. */
static void
dataset_name(struct worker_attempt *a, const char *data)
{
	char path[PATH_MAX + 64];
	struct stat st;

	if (stat(data, &st) == 0) {
		path_print(
		    a, S_ISDIR(st.st_mode) ? "dataset" : "dataset.csv", path);
		if (rename(data, path) == 0) {
			return;
		}
	}
	end(a, RESULT_FAILED, STOA__TRAINING__END_REASON__worker_lost,
	    "the worker's disk has lost the data set");
}

void
attempt_fetch(void *attempt)
{
	struct worker_attempt *a = attempt;
	struct worker_transfer transfer = {
	    .url = a->item->storage_url,
	    .call =
		{
		    .capability = a->item->read_capability,
		    .size_max = WORKER_DATASET_SIZE_MAX,
		    .is_cancelled = is_cancelled,
		    .cancel_context = a,
		},
	};
	struct worker_problem problem;
	char data[PATH_MAX + 64];
	enum stoa_status status;

	if (!worker_item_params(a->item, &a->params, &problem)) {
		end_problem(a, &problem);
		return;
	}
	if (!job_write(a)) {
		return;
	}
	path_print(a, "data", data);
	status = worker_transfer_receive(&transfer, a->item->dataset, data);
	if (status == STOA_OK) {
		dataset_name(a, data);
	} else {
		fetch_failed(a, status, transfer.why);
	}
}

/* ---- storing ------------------------------------------------------------- */

/* A file of one chunk is one raw block, under either profile of storage. */
static bool
provenance_name(struct worker_attempt *a, const char *model)
{
	struct worker_problem problem;
	struct stoa_str bytes;
	int dir = open(model, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = dir >= 0 && worker_file_read(dir, WORKER_PROVENANCE_FILE,
				  WORKER_PROVENANCE_SIZE_MAX,
				  WORKER_BAD_PROVENANCE, &bytes, &problem);

	if (ok) {
		a->provenance_cid = stoa_cid_of_block(1, STOA_CODEC_RAW, bytes);
		free((void *)(uintptr_t)bytes.data);
	}
	if (dir >= 0) {
		(void)close(dir);
	}
	return ok;
}

static bool
provenance_write(struct worker_attempt *a, const char *model)
{
	struct worker_provenance p = {
	    .job_id = stoa_str_of(a->item->job),
	    .dataset_cid = stoa_str_of(a->item->dataset),
	    .params = a->params,
	    .metrics = stoa_buf_str(&a->metrics),
	    .started = a->started,
	    .finished = a->finished,
	};
	struct worker_problem problem;

	if (a->has_provenance) {
		return true; /* of an earlier try */
	}
	if (!worker_provenance_write(
		model, &p, a->o->identity->sign_key, &problem)) {
		end_problem(a, &problem);
		return false;
	}
	if (!provenance_name(a, model)) {
		end(a, RESULT_FAILED, STOA__TRAINING__END_REASON__worker_lost,
		    "the worker's disk has lost the provenance");
		return false;
	}
	a->has_provenance = true;
	return true;
}

static void
store_failed(struct worker_attempt *a, enum stoa_status status, const char *why)
{
	char detail[WORKER_DETAIL_SIZE];
	bool is_full = status == STOA_NO_SPACE || status == STOA_TOO_LARGE;
	bool is_passing =
	    stoa_status_retry(status) != STOA_RETRY_NEVER && !is_full;

	(void)snprintf(detail, sizeof(detail),
	    "the model was not stored: %.400s",
	    why[0] == '\0' ? stoa_status_text(status) : why);
	end(a, is_passing ? RESULT_AGAIN : RESULT_FAILED,
	    is_full ? STOA__TRAINING__END_REASON__training_failed
		    : STOA__TRAINING__END_REASON__worker_lost,
	    detail);
}

void
attempt_store(void *attempt)
{
	struct worker_attempt *a = attempt;
	struct worker_transfer transfer = {
	    .url = a->item->storage_url,
	    .call =
		{
		    .capability = a->item->write_capability,
		    .is_cancelled = is_cancelled,
		    .cancel_context = a,
		},
	};
	struct storage_sent sent;
	char model[PATH_MAX + 64];
	enum stoa_status status;

	path_print(a, "model", model);
	if (!provenance_write(a, model)) {
		return;
	}
	status = worker_transfer_send(&transfer, model, a->name, &sent);
	if (status != STOA_OK) {
		store_failed(a, status, transfer.why);
		return;
	}
	a->model_cid = sent.cid;
	a->size = sent.size;
}

/* ---- cleaning ------------------------------------------------------------ */

void
attempt_clean(void *attempt)
{
	struct worker_attempt *a = attempt;

	if (worker_folder_remove(a->path) != STOA_OK) {
		/* It is tried again when the worker starts anew. */
		stoa_log(STOA_LOG_WARN, "folder_stays", "%s cannot be removed",
		    a->path);
	}
}
