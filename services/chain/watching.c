/* watching.c - what became of a transaction: in a block, in none again, final,
 * stuck, or beaten by another one of the same nonce. */
#include "base/buf.h"
#include "base/check.h"
#include "base/encode.h"
#include "chain/evm_function.h"
#include "chain/hands_private.h"
#include "chain/results.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- what only this process knows ---------------------------------------- */

struct watch *
watch_of(struct chain_hands *h, const struct chain_view *view)
{
	struct watch *w = stoa_map_get(&h->watches, view->id);

	if (w == NULL) {
		w = calloc(1, sizeof(*w));
		stoa_assert(w != NULL);
		(void)stoa_map_put(&h->watches, view->id, w);
	}
	if (w->attempt != view->attempt_count) {
		*w = (struct watch){
		    .attempt = view->attempt_count,
		    .since_us = hands_mono(h),
		    .sent_us = hands_mono(h),
		};
	}
	return w;
}

void
watch_forget(struct chain_hands *h, struct stoa_str intent)
{
	free(stoa_map_remove(&h->watches, intent));
}

void
watches_free(struct chain_hands *h)
{
	STOA_MAP_EACH(&h->watches, entry)
	{
		free(entry->value);
	}
	stoa_map_fini(&h->watches);
}

/* ---- receipts ------------------------------------------------------------ */

static void
receipt_ask(struct job *job, enum evm_nodes_kind kind, uint32_t attempt,
    evm_nodes_done done)
{
	struct stoa_buf params;

	job->at = attempt;
	stoa_buf_init(&params, 128);
	stoa_buf_add_text(&params, "[\"0x");
	stoa_hex_encode(&params, stoa_hash_str(&job->hashes[attempt - 1]));
	stoa_buf_add_text(&params, "\"]");
	job_ask(job, kind, "eth_getTransactionReceipt", stoa_buf_str(&params),
	    done);
	stoa_buf_fini(&params);
}

/* OK: job->receipt. NOT_FOUND: none. Else nobody knows. */
static enum stoa_status
receipt_of(struct job *job, const struct evm_nodes_reply *reply)
{
	const char *fault = "";
	enum stoa_status status = reply->status;

	if (status == STOA_OK) {
		status = evm_receipt_read(reply->result, CHAIN_LOGS_MAX,
		    &job->arena, &job->receipt, &fault);
	}
	if (status == STOA_OK && !stoa_hash_is_equal(&job->receipt.transaction,
				     &job->hashes[job->at - 1])) {
		status = STOA_INVALID;
		fault = "the receipt of another transaction";
	}
	if (status != STOA_OK && status != STOA_NOT_FOUND &&
	    reply->status == STOA_OK) {
		evm_nodes_blame(job->h->o.nodes, reply->node, fault);
	}
	return status;
}

/* ---- mined --------------------------------------------------------------- */

/* `why` of a reverted one. */
static void
mined_record(struct job *job, const char *why)
{
	const struct evm_receipt *r = &job->receipt;
	Stoa__Chain__RecordMinedRequest request =
	    STOA__CHAIN__RECORD_MINED_REQUEST__INIT;
	Stoa__Chain__Result result;

	if (!r->is_reverted &&
	    chain_result_read(job->h->o.manifest, r->logs, r->log_count,
		&job->arena, &result) != STOA_OK) {
		evm_nodes_blame(job->h->o.nodes, job->node,
		    "gave logs that no contract writes");
		hands_alarm(job->h,
		    "%s: a node gave logs that no contract writes",
		    job->t->noun);
		job_end(job, false);
		return;
	}
	request.intent = job->t->noun;
	request.hash.data = job->hashes[job->at - 1].bytes;
	request.hash.len = STOA_HASH_SIZE;
	request.block = r->block;
	request.block_hash.data = job->receipt.block_hash.bytes;
	request.block_hash.len = STOA_HASH_SIZE;
	request.is_reverted = r->is_reverted;
	request.gas_used = r->gas_used;
	request.result = r->is_reverted ? NULL : &result;
	request.why = (char *)(uintptr_t)why;
	job_record(job, "mined", "RecordMined", &request.base);
	watch_forget(job->h, job->view.id);
	job_end(job, true);
}

/* The same call once more, where it failed. */
static void
reason_known(void *owner, const struct evm_nodes_reply *reply)
{
	struct job *job = owner;
	char why[CHAIN_TEXT_MAX + 1] = "";

	if (reply->status == STOA_DENIED) {
		hands_why(reply->data, reply->message, why);
	}
	mined_record(job, why);
}

static void
reason_ask(struct job *job)
{
	struct evm_address from = evm_signer_address(job->h->o.signer);
	char a[EVM_ADDRESS_TEXT_SIZE], b[EVM_ADDRESS_TEXT_SIZE];
	struct stoa_buf params;

	stoa_buf_init(&params, CHAIN_DATA_MAX * 2 + 1024);
	stoa_buf_printf(&params,
	    "[{\"from\":\"%s\",\"to\":\"%s\",\"gas\":\"0x%" PRIx64
	    "\",\"data\":\"0x",
	    evm_address_print(&from, a), evm_address_print(&job->to, b),
	    job->view.gas);
	stoa_hex_encode(&params, job->data);
	stoa_buf_printf(&params, "\"},\"0x%" PRIx64 "\"]", job->receipt.block);
	job_ask(job, EVM_READ, "eth_call", stoa_buf_str(&params), reason_known);
	stoa_buf_fini(&params);
}

/* ---- on its way ---------------------------------------------------------- */

/* Sending again comes first: what cannot be made dearer, or not revoked, is
 * still to be mined. */
static void
wait_longer(struct job *job)
{
	struct watch *w = watch_of(job->h, &job->view);

	if (hands_mono(job->h) - w->sent_us > CHAIN_RESEND_US) {
		w->sent_us = hands_mono(job->h);
		sending_again(job);
	} else if (job->is_revoking) {
		signing_start(job, true);
	} else if (hands_mono(job->h) - w->since_us > job->h->o.stuck_us) {
		signing_dearer(job);
	} else {
		job_end(job, false);
	}
}

/* Something has used the nonce, and it is final; the nodes agree that none of
 * ours is in a block. That must be said again and again before it is
 * believed. */
static void
taken(struct job *job)
{
	struct watch *w = watch_of(job->h, &job->view);
	Stoa__Chain__RecordNonceTakenRequest request =
	    STOA__CHAIN__RECORD_NONCE_TAKEN_REQUEST__INIT;

	if (++w->gone_count < CHAIN_GONE_LOOKS) {
		job_end(job, false);
		return;
	}
	hands_alarm(job->h,
	    "nonce %" PRIu64 " was used by a transaction of somebody "
	    "else who has the wallet's key",
	    job->view.nonce);
	request.intent = job->t->noun;
	request.nonce = job->view.nonce;
	job_record(job, "taken", "RecordNonceTaken", &request.base);
	watch_forget(job->h, job->view.id);
	job_end(job, true);
}

static void receipt_known(void *owner, const struct evm_nodes_reply *reply);

static void
count_known(void *owner, const struct evm_nodes_reply *reply)
{
	struct job *job = owner;
	uint64_t count;

	if (reply->status != STOA_OK ||
	    !evm_quantity_read(reply->result, &job->arena, &count)) {
		job_end(job, false);
		return;
	}
	if (count <= job->view.nonce) {
		watch_of(job->h, &job->view)->gone_count = 0;
		wait_longer(job);
		return;
	}
	job->is_used = job->is_agreed = true;
	receipt_ask(
	    job, EVM_READ_AGREED, job->view.attempt_count, receipt_known);
}

static void
count_ask(struct job *job)
{
	struct evm_address self = evm_signer_address(job->h->o.signer);
	struct evm_nodes_head head;
	char text[EVM_ADDRESS_TEXT_SIZE];
	struct stoa_buf params;

	if (!evm_nodes_head(job->h->o.nodes, &head) || !head.is_final_known) {
		wait_longer(job);
		return;
	}
	stoa_buf_init(&params, 128);
	stoa_buf_printf(&params, "[\"%s\",\"0x%" PRIx64 "\"]",
	    evm_address_print(&self, text), head.final_number);
	job_ask(job, EVM_READ_AGREED, "eth_getTransactionCount",
	    stoa_buf_str(&params), count_known);
	stoa_buf_fini(&params);
}

/* In no block, as whoever was asked says. */
static void
none_known(struct job *job)
{
	if (job->is_used) {
		taken(job);
	} else if (job->is_agreed) {
		job_end(job, false); /* one had said otherwise just now */
	} else {
		count_ask(job);
	}
}

/* The newest attempt first: it is the likeliest. One node is asked as long as
 * there is nothing; what is recorded, the nodes agree on: that it failed or
 * what it has done would be believed for ever. */
static void
receipt_known(void *owner, const struct evm_nodes_reply *reply)
{
	struct job *job = owner;
	enum stoa_status status = receipt_of(job, reply);
	enum evm_nodes_kind kind = job->is_agreed ? EVM_READ_AGREED : EVM_READ;

	job->node = reply->node;
	if (status == STOA_OK && !job->is_agreed) {
		job->is_agreed = true;
		receipt_ask(job, EVM_READ_AGREED, job->at, receipt_known);
	} else if (status == STOA_OK && job->receipt.is_reverted) {
		reason_ask(job);
	} else if (status == STOA_OK) {
		mined_record(job, "");
	} else if (status != STOA_NOT_FOUND) {
		job_end(job, false);
	} else if (job->at > 1) {
		receipt_ask(job, kind, job->at - 1, receipt_known);
	} else {
		none_known(job);
	}
}

/* ---- in a block ---------------------------------------------------------- */

static void
place_known(void *owner, const struct evm_nodes_reply *reply)
{
	struct job *job = owner;
	enum stoa_status status = receipt_of(job, reply);
	Stoa__Chain__RecordReorgedRequest gone =
	    STOA__CHAIN__RECORD_REORGED_REQUEST__INIT;
	Stoa__Chain__RecordFinalRequest final =
	    STOA__CHAIN__RECORD_FINAL_REQUEST__INIT;
	struct evm_nodes_head head;
	bool is_there =
	    status == STOA_OK &&
	    stoa_hash_is_equal(&job->receipt.block_hash, &job->view.block_hash);

	if ((status != STOA_OK && status != STOA_NOT_FOUND) ||
	    !evm_nodes_head(job->h->o.nodes, &head)) {
		job_end(job, false);
		return;
	}
	if (!is_there) {
		gone.intent = job->t->noun;
		gone.block_hash.data = job->view.block_hash.bytes;
		gone.block_hash.len = STOA_HASH_SIZE;
		job_record(job, "reorged", "RecordReorged", &gone.base);
		job_end(job, true);
		return;
	}
	if (!head.is_final_known || head.final_number < job->view.block) {
		job_end(job, false);
		return;
	}
	final.intent = job->t->noun;
	final.block_hash.data = job->view.block_hash.bytes;
	final.block_hash.len = STOA_HASH_SIZE;
	job_record(job, "final", "RecordFinal", &final.base);
	job_end(job, true);
}

void
watching_start(struct job *job)
{
	if (job->view.mined != 0) {
		receipt_ask(job, EVM_READ_AGREED, job->view.mined, place_known);
	} else {
		(void)watch_of(job->h, &job->view);
		receipt_ask(
		    job, EVM_READ, job->view.attempt_count, receipt_known);
	}
}
