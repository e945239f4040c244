/* evm_signer.c - see evm_signer.h. */
#include "chain/evm_signer.h"

#include "chain/evm_keccak.h"
#include "chain/evm_limits.h"

#include "port/call.h"

#include <stdlib.h>

/* Path and body of a request: hexadecimal, and the names around it. */
#define PATH_MAX_LEN 1024
#define BODY_MAX_LEN (4 * EVM_TX_SIZE_MAX)

/* A request under way. */
struct asked {
	struct asked *next;
	struct evm_signer *signer;
	const struct evm_tx *tx;
	evm_signer_done done;
	void *owner;
	struct stoa_buf url, body;
	struct stoa_call *call;
};

struct evm_signer {
	struct evm_address address;
	const struct evm_curve *curve; /* NULL: remote */
	struct evm_key key;
	struct stoa_caller *caller;
	struct stoa_buf url, identifier; /* owned copies */
	struct evm_remote_key remote;
	struct asked *asked;
};

enum stoa_status
evm_signer_open_key(const struct evm_curve *curve, const struct evm_key *key,
    struct evm_signer **ret_signer)
{
	struct evm_signer *signer = calloc(1, sizeof(*signer));

	if (signer == NULL) {
		return STOA_NO_MEMORY;
	}
	stoa_buf_init(&signer->url, PATH_MAX_LEN);
	stoa_buf_init(&signer->identifier, PATH_MAX_LEN);
	signer->curve = curve;
	signer->key = *key;
	signer->address = evm_key_address(curve, key);
	*ret_signer = signer;
	return STOA_OK;
}

enum stoa_status
evm_signer_open_remote(struct stoa_caller *caller, const char *url,
    const struct evm_remote_key *key, struct evm_signer **ret_signer)
{
	struct evm_signer *signer;

	if (!evm_remote_is_valid(key)) {
		return STOA_INVALID;
	}
	signer = calloc(1, sizeof(*signer));
	if (signer == NULL) {
		return STOA_NO_MEMORY;
	}
	stoa_buf_init(&signer->url, PATH_MAX_LEN);
	stoa_buf_init(&signer->identifier, PATH_MAX_LEN);
	stoa_buf_add_text(&signer->url, url);
	stoa_buf_add_str(&signer->identifier, key->identifier);
	signer->caller = caller;
	signer->address = key->address;
	signer->remote = *key;
	signer->remote.identifier = stoa_buf_str(&signer->identifier);
	if (signer->url.is_overflown || signer->identifier.is_overflown) {
		evm_signer_close(signer);
		return STOA_NO_MEMORY;
	}
	*ret_signer = signer;
	return STOA_OK;
}

static void
forget(struct asked *asked)
{
	struct asked **link = &asked->signer->asked;

	while (*link != asked) {
		link = &(*link)->next;
	}
	*link = asked->next;
	stoa_buf_fini(&asked->url);
	stoa_buf_fini(&asked->body);
	free(asked);
}

void
evm_signer_close(struct evm_signer *signer)
{
	if (signer == NULL) {
		return;
	}
	while (signer->asked != NULL) {
		stoa_call_cancel(signer->asked->call);
		forget(signer->asked);
	}
	evm_key_wipe(&signer->key);
	stoa_buf_fini(&signer->url);
	stoa_buf_fini(&signer->identifier);
	free(signer);
}

struct evm_address
evm_signer_address(const struct evm_signer *signer)
{
	return signer->address;
}

static void
refuse(enum stoa_status status, evm_signer_done done, void *owner)
{
	struct evm_signer_result result = {.status = status};

	done(owner, &result);
}

static void
sign_here(const struct evm_signer *signer, const struct evm_tx *tx,
    evm_signer_done done, void *owner)
{
	struct evm_signer_result result = {.status = STOA_OK};
	struct stoa_buf raw;

	stoa_buf_init(&raw, EVM_TX_SIZE_MAX);
	result.status =
	    evm_tx_sign(signer->curve, &signer->key, tx, &raw, &result.hash);
	result.raw = stoa_buf_str(&raw);
	done(owner, &result);
	stoa_buf_fini(&raw);
}

static void
on_answer(void *owner, const struct stoa_call_answer *answer)
{
	struct asked *asked = owner;
	struct evm_signer_result result = {.status = answer->status};
	evm_signer_done done = asked->done;
	void *done_owner = asked->owner;
	struct evm_signature signature;
	struct stoa_buf raw;

	stoa_buf_init(&raw, EVM_TX_SIZE_MAX);
	if (result.status == STOA_OK) {
		result.status = evm_remote_read(&asked->signer->remote,
		    asked->tx, answer->http, answer->body, &signature);
	}
	if (result.status == STOA_OK) {
		evm_tx_encode(asked->tx, &signature, &raw);
		result.status = raw.is_overflown ? STOA_TOO_LARGE : STOA_OK;
		result.raw = stoa_buf_str(&raw);
		result.hash = evm_keccak256(result.raw);
	}
	forget(asked);
	done(done_owner, &result);
	stoa_buf_fini(&raw);
}

static enum stoa_status
ask(struct asked *asked)
{
	struct evm_signer *signer = asked->signer;
	struct stoa_call_request request = {.method = "POST",
	    .content_type = "application/json",
	    .timeout_us = EVM_REMOTE_TIMEOUT_US,
	    .answer_size_max = EVM_REMOTE_ANSWER_MAX,
	    .is_repeatable = true};
	enum stoa_status status;

	stoa_buf_add_str(&asked->url, stoa_buf_str(&signer->url));
	status = evm_remote_write(
	    &signer->remote, asked->tx, &asked->url, &asked->body);
	if (status != STOA_OK) {
		return status;
	}
	request.url = asked->url.data;
	request.body = stoa_buf_str(&asked->body);
	return stoa_call_start(
	    signer->caller, &request, on_answer, asked, &asked->call);
}

void
evm_signer_sign(struct evm_signer *signer, const struct evm_tx *tx,
    evm_signer_done done, void *owner)
{
	struct asked *asked;
	enum stoa_status status;

	if (evm_tx_fault(tx) != NULL) {
		refuse(STOA_INVALID, done, owner);
		return;
	}
	if (signer->curve != NULL) {
		sign_here(signer, tx, done, owner);
		return;
	}
	asked = calloc(1, sizeof(*asked));
	if (asked == NULL) {
		refuse(STOA_NO_MEMORY, done, owner);
		return;
	}
	asked->next = signer->asked;
	signer->asked = asked;
	asked->signer = signer;
	asked->tx = tx;
	asked->done = done;
	asked->owner = owner;
	stoa_buf_init(&asked->url, PATH_MAX_LEN);
	stoa_buf_init(&asked->body, BODY_MAX_LEN);
	status = ask(asked);
	if (status != STOA_OK) {
		forget(asked);
		refuse(status, done, owner);
	}
}
