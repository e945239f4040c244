/* signing.c - a nonce's transaction is signed, and recorded before it is sent.
 */
#include "base/check.h"
#include "chain/hands_private.h"

#define WEI_PER_GWEI UINT64_C(1000000000)

static void
signed_tx(void *owner, const struct evm_signer_result *result)
{
	struct job *job = owner;
	Stoa__Chain__RecordSignedRequest request =
	    STOA__CHAIN__RECORD_SIGNED_REQUEST__INIT;

	if (result->status != STOA_OK) {
		hands_alarm(job->h, "%s is not signed: %s", job->t->noun,
		    stoa_status_text(result->status));
		job_end(job, false);
		return;
	}
	request.intent = job->t->noun;
	request.attempt = job->view.attempt_count + 1;
	request.raw.data = (uint8_t *)(uintptr_t)result->raw.data;
	request.raw.len = result->raw.len;
	request.hash.data = (uint8_t *)(uintptr_t)result->hash.bytes;
	request.hash.len = STOA_HASH_SIZE;
	request.max_fee_wei = job->view.max_fee_wei;
	request.tip_wei = job->view.tip_wei;
	request.is_cancellation = job->is_revoking;
	job_record(job, "signed", "RecordSigned", &request.base);
	job_end(job, true);
}

/* What revokes an intent is nothing, sent to oneself, under its nonce. */
static void
sign(struct job *job)
{
	const struct chain_view *v = &job->view;
	struct evm_address self = evm_signer_address(job->h->o.signer);
	struct evm_tx *tx = stoa_arena_alloc(&job->arena, sizeof(*tx));

	stoa_assert(tx != NULL);
	if (job->is_revoking) {
		job->to = self;
	}
	*tx = (struct evm_tx){
	    .type = EVM_TX_DYNAMIC_FEE,
	    .chain_id = job->h->o.manifest->chain_id,
	    .nonce = v->nonce,
	    .gas_limit = job->is_revoking ? CHAIN_GAS_MIN : v->gas,
	    .fee_max = evm_u256_of(v->max_fee_wei),
	    .tip_max = evm_u256_of(v->tip_wei),
	    .to = &job->to,
	};
	if (!job->is_revoking) {
		tx->value = evm_u256_of(v->said->value_gwei * WEI_PER_GWEI);
		tx->data = job->data;
	}
	evm_signer_sign(job->h->o.signer, tx, signed_tx, job);
}

/* Why the next attempt may not be: the setting that forbids it, or NULL. */
static const char *
forbidden_by(struct job *job, enum stoa_status status, uint64_t max_fee_wei)
{
	uint64_t gas = job->is_revoking ? CHAIN_GAS_MIN : job->view.gas;

	if (status != STOA_OK) {
		return "fee-gwei-max";
	}
	return job->view.attempt_count >= CHAIN_ATTEMPTS_MAX
		   ? "the number of attempts"
		   : hands_cap_over(job, gas, max_fee_wei);
}

/* At the market's price, but so much dearer that nodes take it instead. */
static void
sign_dearer(struct job *job)
{
	struct evm_fees before = {
	    .max_fee_wei = job->view.max_fee_wei,
	    .tip_wei = job->view.tip_wei,
	};
	struct evm_fees now, fees = {0, 0};
	const char *limit;
	enum stoa_status status;
	bool has_now =
	    evm_fees_of(&job->h->market, &job->h->o.fees, &now) == STOA_OK;

	status = evm_fees_replace(
	    &before, has_now ? &now : NULL, &job->h->o.fees, &fees);
	limit = forbidden_by(job, status, fees.max_fee_wei);
	if (limit != NULL) {
		hands_alarm(job->h,
		    "%s is stuck: %s does not allow to make it dearer",
		    job->t->noun, limit);
		job_end(job, false);
		return;
	}
	job->view.max_fee_wei = fees.max_fee_wei;
	job->view.tip_wei = fees.tip_wei;
	sign(job);
}

void
signing_dearer(struct job *job)
{
	job->is_revoking = job->view.is_cancellation;
	job->priced = sign_dearer;
	market_ask(job);
}

void
signing_start(struct job *job, bool is_revoking)
{
	job->is_revoking = is_revoking;
	if (job->view.attempt_count == 0) {
		sign(job);
		return;
	}
	job->priced = sign_dearer;
	market_ask(job);
}
