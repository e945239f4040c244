/* pricing.c - an intent is tried out and priced, then it gets its nonce. */
#include "base/buf.h"
#include "base/check.h"
#include "base/encode.h"
#include "chain/calls.h"
#include "chain/hands_private.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- what gas costs now ---------------------------------------------------
 */

static void
advised(void *owner, const struct evm_nodes_reply *reply)
{
	struct job *job = owner;
	uint64_t tip;

	/* Not every node has an advice, and the floor is the chain's. */
	if (reply->status == STOA_OK &&
	    evm_quantity_read(reply->result, &job->arena, &tip) &&
	    tip > job->h->market.tip_wei) {
		job->h->market.tip_wei = tip;
	}
	job->h->market_us = hands_mono(job->h);
	job->priced(job);
}

static void
history_known(void *owner, const struct evm_nodes_reply *reply)
{
	struct job *job = owner;
	struct stoa_json none = {{NULL, 0}};
	const char *fault;

	if (reply->status != STOA_OK ||
	    evm_fees_read(reply->result, none, &job->h->market, &fault) !=
		STOA_OK) {
		job_end(job, false);
		return;
	}
	job_ask(job, EVM_READ, "eth_maxPriorityFeePerGas",
	    (struct stoa_str){NULL, 0}, advised);
}

void
market_ask(struct job *job)
{
	if (job->h->market_us != 0 &&
	    hands_mono(job->h) - job->h->market_us < CHAIN_MARKET_US) {
		job->priced(job);
		return;
	}
	job_ask(job, EVM_READ, "eth_feeHistory",
	    STOA_STR(EVM_FEES_HISTORY_PARAMS), history_known);
}

/* ---- trying it out --------------------------------------------------------
 */

static void
refuse(struct job *job, const struct evm_nodes_reply *reply)
{
	Stoa__Chain__RefuseRequest request = STOA__CHAIN__REFUSE_REQUEST__INIT;
	char why[CHAIN_TEXT_MAX + 1];

	hands_why(reply->data, reply->message, why);
	/* The vault has done it, by a transaction that this ledger does not
	 * know: to give the money back now would be to pay twice. */
	if (strncmp(why, "AlreadyDone", 11) == 0) {
		hands_alarm(job->h,
		    "%s: the vault has acted for it already, by a transaction "
		    "that the journal does not have; it waits for an operator",
		    job->t->noun);
		job_end(job, false);
		return;
	}
	request.intent = job->t->noun;
	request.why = why;
	job_record(job, "refuse", "Refuse", &request.base);
	job_end(job, true);
}

static void
reserve(struct job *job)
{
	Stoa__Chain__ReserveRequest request =
	    STOA__CHAIN__RESERVE_REQUEST__INIT;
	struct evm_fees fees;
	const char *cap;

	if (evm_fees_of(&job->h->market, &job->h->o.fees, &fees) != STOA_OK) {
		hands_alarm(job->h,
		    "%s waits: gas costs %" PRIu64 " gwei, more than the cap",
		    job->t->noun,
		    job->h->market.base_fee_wei / UINT64_C(1000000000));
		job_end(job, false);
		return;
	}
	cap = hands_cap_over(job, job->gas, fees.max_fee_wei);
	if (cap != NULL) {
		hands_alarm(job->h,
		    "%s waits: %" PRIu64 " gas at %" PRIu64
		    " gwei is more than %s allows",
		    job->t->noun, job->gas,
		    fees.max_fee_wei / UINT64_C(1000000000), cap);
		job_end(job, false);
		return;
	}
	request.intent = job->t->noun;
	request.gas = job->gas;
	request.max_fee_wei = fees.max_fee_wei;
	request.tip_wei = fees.tip_wei;
	if (job->view.said->action != NULL) {
		request.to.data = job->to.bytes;
		request.to.len = EVM_ADDRESS_SIZE;
		request.data.data = (uint8_t *)(uintptr_t)job->data.data;
		request.data.len = job->data.len;
	}
	job_record(job, "reserve", "Reserve", &request.base);
	(void)stoa_map_put(&job->h->reserving, job->view.id, job->h);
	job->h->reserving_us = hands_mono(job->h);
	job_end(job, true);
}

static void trial_ask(struct job *job, enum evm_nodes_kind kind);

/* The estimate is of the newest block: a quarter more for the next ones. That
 * it would fail is final, and one node may be behind, or lie: nodes must agree
 * on it. */
static void
estimated(void *owner, const struct evm_nodes_reply *reply)
{
	struct job *job = owner;
	uint64_t gas_max = job->view.said->gas_max;

	if (reply->status == STOA_DENIED && reply->is_revert) {
		if (job->is_agreed) {
			refuse(job, reply);
		} else {
			job->is_agreed = true;
			trial_ask(job, EVM_READ_AGREED);
		}
		return;
	}
	if (reply->status != STOA_OK ||
	    !evm_quantity_read(reply->result, &job->arena, &job->gas) ||
	    job->gas < CHAIN_GAS_MIN) {
		hands_alarm(job->h, "%s cannot be tried out: %s%.*s",
		    job->t->noun, reply->about == NULL ? "" : reply->about,
		    STOA_STR_ARG(reply->message));
		job_end(job, false);
		return;
	}
	job->gas += job->gas / 4;
	job->gas = job->gas < gas_max ? job->gas : gas_max;
	job->priced = reserve;
	market_ask(job);
}

/* The call of an action is made anew each time: it may say when it is. */
static bool
call_make(struct job *job)
{
	const struct chain_call_terms terms = {
	    .manifest = job->h->o.manifest,
	    .op = chain_call_op(job->view.id),
	    .now = stoa_clock_wall(job->h->o.clock),
	    .arena = &job->arena,
	};
	struct chain_call call;
	struct chain_call_fault fault;

	if (job->view.said->action == NULL) {
		return true;
	}
	if (chain_call_build(&terms, job->view.said->action, &call, &fault) !=
	    STOA_OK) {
		return false;
	}
	job->to = call.to;
	job->data = call.data;
	return true;
}

static void
trial_ask(struct job *job, enum evm_nodes_kind kind)
{
	struct evm_address from = evm_signer_address(job->h->o.signer);
	char a[EVM_ADDRESS_TEXT_SIZE], b[EVM_ADDRESS_TEXT_SIZE];
	struct stoa_buf params;

	stoa_buf_init(&params, CHAIN_DATA_MAX * 2 + 1024);
	stoa_buf_printf(&params,
	    "[{\"from\":\"%s\",\"to\":\"%s\",\"data\":\"0x",
	    evm_address_print(&from, a), evm_address_print(&job->to, b));
	stoa_hex_encode(&params, job->data);
	stoa_buf_printf(&params, "\",\"value\":\"0x%" PRIx64 "\"}]",
	    job->view.said->value_gwei * UINT64_C(1000000000));
	stoa_assert(!params.is_overflown);
	job_ask(job, kind, "eth_estimateGas", stoa_buf_str(&params), estimated);
	stoa_buf_fini(&params);
}

void
pricing_start(struct job *job)
{
	if (!call_make(job)) {
		hands_alarm(job->h, "%s cannot be called: not this build's",
		    job->t->noun);
		job_end(job, false);
		return;
	}
	job->is_pricing = true;
	job->h->pricing++;
	trial_ask(job, EVM_READ);
}
