/* handlers_data.c - /upload and /datasets.
 *
 * Bytes never pass here. The first /upload, without a CID, is answered with a
 * capability for storage's HTTP; the edge that can reach the bytes uploads
 * them and sends /upload again, with the CID, which makes the dataset. */
#include "bot/parts.h"

#include "base/cid.h"
#include "bot/limits.h"
#include "bot/parse.h"
#include "bot/told.h"
#include "bot/view.h"
#include "bot/words.h"

#include "proto/storage.pb-c.h"

#define TRAINING (&stoa__training__training__descriptor)
#define STORAGE	 (&stoa__storage__storage__descriptor)

static const Stoa__Chat__Attachment *
file_of(const struct bot_run *r)
{
	return bot_argument(r->command, "file")->file;
}

/* The name the member gave, else the file's, at most what a dataset takes. */
static const char *
name_of(struct bot_run *r)
{
	const char *name = bot_run_text(r, "name");

	return bot_words_excerpt(&r->arena,
	    stoa_str_of(name[0] != '\0' ? name : file_of(r)->name),
	    BOT_LABEL_LEN_MAX);
}

/* ---- without a CID: where to put the bytes ---- */

static void
upload_granted(struct bot_run *r, const void *reply)
{
	const Stoa__Storage__GrantReply *grant = reply;
	Stoa__Chat__Upload upload = STOA__CHAT__UPLOAD__INIT;
	Stoa__Chat__Card *card =
	    bot_view_upload(&r->arena, name_of(r), grant->size_max);

	if (card != NULL) {
		upload.url = grant->url;
		upload.capability = grant->capability;
		upload.size_max = grant->size_max;
		upload.expires_us = grant->expires_us;
		upload.is_private = bot_run_flag(r, "private");
		card->upload = &upload;
		card->visibility = STOA__CHAT__VISIBILITY__ASKER;
	}
	bot_run_finish(r, card);
}

static void
upload_grant(struct bot_run *r)
{
	Stoa__Storage__GrantRequest in = STOA__STORAGE__GRANT_REQUEST__INIT;

	in.operation = STOA__STORAGE__OPERATION__WRITE;
	in.is_private = bot_run_flag(r, "private");
	in.size_max = BOT_UPLOAD_BYTES_MAX;
	bot_run_call(r,
	    &(struct bot_call){
		.service = STORAGE,
		.method = "Grant",
		.command_id = r->to.id,
		.next = upload_granted,
	    },
	    &in.base);
}

/* ---- with a CID: a dataset ---- */

static void
dataset_added(struct bot_run *r, const void *reply)
{
	const Stoa__Journal__Outcome *outcome = reply;
	const Stoa__Training__AddDatasetRequest *asked = r->work;
	Stoa__Chat__Card *card =
	    bot_view_dataset(&r->arena, &(struct bot_dataset_view){
					    .cid = asked->cid,
					    .name = asked->name,
					    .member = r->who.member.text,
					    .size = asked->size,
					    .is_private = asked->is_private,
					    .added_us = outcome->entry->time_us,
					});

	if (card != NULL) {
		card->index = outcome->index;
	}
	bot_run_finish(r, card);
}

static void
content_found(struct bot_run *r, const void *reply)
{
	const Stoa__Storage__StatReply *stat = reply;
	Stoa__Training__AddDatasetRequest *in =
	    stoa_arena_alloc(&r->arena, sizeof(*in));

	if (in == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	stoa__training__add_dataset_request__init(in);
	in->cid = file_of(r)->cid;
	in->name = (char *)(uintptr_t)name_of(r);
	in->size = stat->size;
	in->is_private = stat->is_private;
	r->work = in;
	bot_run_call(r,
	    &(struct bot_call){
		.service = TRAINING,
		.method = "AddDataset",
		.command_id = r->to.id,
		.next = dataset_added,
	    },
	    &in->base);
}

static void
refuse_cid(struct bot_run *r, const char *code, const char *text)
{
	(void)bot_problem_fill(&r->problem, &r->arena,
	    &(struct bot_problem){
		.code = code,
		.field = "file",
		.given = bot_problem_excerpt(
		    &r->arena, stoa_str_of(file_of(r)->cid)),
		.limit = "the CID of something in storage",
		.fix = "upload the file again",
	    },
	    "%s", text);
	bot_run_refuse(r, &r->problem);
}

static void
refuse_size(struct bot_run *r)
{
	(void)bot_problem_fill(&r->problem, &r->arena,
	    &(struct bot_problem){
		.code = "too_large",
		.field = "file",
		.given = bot_words_size(&r->arena, file_of(r)->size),
		.limit = bot_words_size(&r->arena, BOT_UPLOAD_BYTES_MAX),
		.fix = "upload a part of it",
	    },
	    "the file is larger than a data set may be");
	bot_run_refuse(r, &r->problem);
}

static void
content_missing(struct bot_run *r)
{
	refuse_cid(r, "no_such_content", "storage does not hold that content");
}

void
bot_handle_upload(struct bot_run *r)
{
	const char *cid = file_of(r)->cid;
	Stoa__Storage__StatQuery in = STOA__STORAGE__STAT_QUERY__INIT;
	struct stoa_cid parsed;

	if (file_of(r)->size > BOT_UPLOAD_BYTES_MAX) {
		refuse_size(r);
		return;
	}
	if (cid[0] == '\0') {
		upload_grant(r);
		return;
	}
	if (strlen(cid) > BOT_CID_LEN_MAX ||
	    stoa_cid_parse(stoa_str_of(cid), &parsed) != STOA_OK) {
		refuse_cid(r, "wrong_type", "that is no CID");
		return;
	}
	in.cid = (char *)(uintptr_t)cid;
	bot_run_call(r,
	    &(struct bot_call){
		.service = STORAGE,
		.method = "Stat",
		.next = content_found,
		.missing = content_missing,
	    },
	    &in.base);
}

/* ---- /datasets ---- */

static void
datasets_shown(struct bot_run *r, const void *reply)
{
	const Stoa__Training__DatasetsReply *in = reply;
	size_t count =
	    in->n_datasets < BOT_ROWS_MAX ? in->n_datasets : BOT_ROWS_MAX;
	struct bot_dataset_view *views =
	    stoa_arena_alloc_array(&r->arena, count, sizeof(views[0]));

	if (views == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		views[i] = bot_told_dataset(in->datasets[i]);
	}
	bot_run_finish(r, bot_view_datasets(&r->arena, views, count, in->next));
}

void
bot_handle_datasets(struct bot_run *r)
{
	Stoa__Training__DatasetsQuery in = STOA__TRAINING__DATASETS_QUERY__INIT;

	in.after = (char *)(uintptr_t)bot_run_text(r, "after");
	in.limit = BOT_PAGE_ROWS;
	bot_run_call(r,
	    &(struct bot_call){
		.service = TRAINING,
		.method = "Datasets",
		.next = datasets_shown,
	    },
	    &in.base);
}
