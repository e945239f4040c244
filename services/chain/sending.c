/* sending.c - what is signed goes to all nodes, as often as it takes. */
#include "chain/evm_rpc.h"
#include "chain/hands_private.h"

static void
record_sent(struct job *job)
{
	Stoa__Chain__RecordSentRequest request =
	    STOA__CHAIN__RECORD_SENT_REQUEST__INIT;

	request.intent = job->t->noun;
	request.attempt = job->view.attempt_count;
	job_record(job, "sent", "RecordSent", &request.base);
	job_end(job, true);
}

static void
sent(void *owner, const struct evm_nodes_reply *reply)
{
	struct job *job = owner;

	/* Whose transaction has used the nonce, who watches finds out. */
	if (reply->status == STOA_OK ||
	    (reply->status == STOA_DENIED &&
		evm_rpc_is_nonce_used(reply->message))) {
		record_sent(job);
		return;
	}
	/* The market has left it behind, and all nonces behind it wait. */
	if (reply->status == STOA_DENIED &&
	    evm_rpc_is_underpriced(reply->message) &&
	    hands_mono(job->h) - watch_of(job->h, &job->view)->since_us >
		job->h->o.stuck_us) {
		signing_dearer(job);
		return;
	}
	/* "insufficient funds" and the like: an operator can help. */
	hands_alarm(job->h, "%s is not taken: %s%s%.*s", job->t->noun,
	    reply->about == NULL ? "" : reply->about,
	    reply->message.len > 0 ? ": " : "",
	    (int)(reply->message.len < 120 ? reply->message.len : 120),
	    reply->message.data == NULL ? "" : reply->message.data);
	job_end(job, false);
}

void
sending_start(struct job *job)
{
	(void)watch_of(job->h, &job->view);
	if (evm_nodes_send(job->h->o.nodes, job->view.raw, sent, job, NULL) !=
	    STOA_OK) {
		job_end(job, false);
	}
}

static void
sent_again(void *owner, const struct evm_nodes_reply *reply)
{
	(void)reply;
	job_end(owner, false);
}

void
sending_again(struct job *job)
{
	if (evm_nodes_send(job->h->o.nodes, job->view.raw, sent_again, job,
		NULL) != STOA_OK) {
		job_end(job, false);
	}
}
