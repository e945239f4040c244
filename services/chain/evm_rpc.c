/* evm_rpc.c - see evm_rpc.h. */
#include "chain/evm_rpc.h"

#include "chain/evm_abi_json.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* Members nest in answers at most so deep where they are compared: a block
 * with its transactions and their access lists has six levels. */
#define SAME_DEPTH_MAX 16u

void
evm_rpc_write(
    struct stoa_buf *b, uint64_t id, const char *method, struct stoa_str params)
{
	stoa_buf_printf(b,
	    "{\"jsonrpc\":\"2.0\",\"id\":%" PRIu64 ",\"method\":\"%s\","
	    "\"params\":",
	    id, method);
	if (params.len == 0) {
		stoa_buf_add_text(b, "[]");
	} else {
		stoa_buf_add_str(b, params);
	}
	stoa_buf_add_text(b, "}");
}

/* ---- errors ---- */

/* Nodes and what stands before them write the same words in any case. */
static bool
has_words(struct stoa_str text, const char *words)
{
	size_t len = strlen(words);

	for (size_t i = 0; i + len <= text.len; i++) {
		if (strncasecmp(text.data + i, words, len) == 0) {
			return true;
		}
	}
	return false;
}

static bool
has_one_of(struct stoa_str text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (has_words(text, words[i])) {
			return true;
		}
	}
	return false;
}

bool
evm_rpc_is_known(struct stoa_str message)
{
	static const char *const words[] = {
	    "already known",	 /* geth, bor, erigon, reth */
	    "alreadyknown",	 /* Nethermind */
	    "known transaction", /* Besu, older geth */
	    "already imported",	 /* OpenEthereum, anvil */
	    "already_exists",	 /* erigon */
	    "already exists in the mempool",
	};

	return has_one_of(message, words, STOA_COUNT(words));
}

bool
evm_rpc_is_nonce_used(struct stoa_str message)
{
	static const char *const words[] = {
	    "nonce too low", /* geth, bor, erigon, reth, anvil */
	    "nonce is too low",
	    "nonce_too_low",
	    "oldnonce", /* Nethermind */
	    "below sender account nonce",
	    "nonce too old",
	};

	return has_one_of(message, words, STOA_COUNT(words));
}

bool
evm_rpc_is_underpriced(struct stoa_str message)
{
	static const char *const words[] = {
	    "underpriced", /* geth, bor, erigon, reth: also of a replacement */
	    "feetoolow",   /* Nethermind, with what comes behind it */
	    "fee too low", /* erigon */
	    "gas price below",		/* Besu: configured minimum, base fee */
	    "less than block base fee", /* geth, anvil */
	    "less than base fee",
	};

	return has_one_of(message, words, STOA_COUNT(words));
}

static bool
is_limit(const struct evm_rpc_answer *answer)
{
	static const char *const words[] = {
	    "rate limit",
	    "too many requests",
	    "request limit",
	    "compute units per second",
	    "capacity exceeded",
	    "daily request count exceeded",
	};

	return answer->code == 429 ||
	       (answer->code != 3 &&
		   has_one_of(answer->message, words, STOA_COUNT(words)));
}

static enum evm_rpc_kind
kind_of(const struct evm_rpc_answer *answer)
{
	if (answer->is_revert) {
		return EVM_RPC_REFUSED;
	}
	if (is_limit(answer)) {
		return EVM_RPC_LIMITED;
	}
	/* Invalid request, invalid parameters: ours. What has no code of its
	 * own (-32000) may be the node's state, or may not: others are asked.
	 */
	return answer->code == -32602 || answer->code == -32600
		   ? EVM_RPC_REFUSED
		   : EVM_RPC_CANNOT;
}

/* "0x..." as it is, after "Reverted " (OpenEthereum), or as a member "data" of
 * an object (some gateways). What is none of these is not read. */
static enum stoa_status
read_data(struct stoa_json json, struct stoa_arena *arena,
    struct evm_rpc_answer *answer)
{
	struct stoa_json inner = stoa_json_get(json, STOA_STR("data"));
	struct stoa_str text;
	enum stoa_status status;

	if (!stoa_json_is_absent(inner)) {
		json = inner;
	}
	if (stoa_json_is_absent(json) ||
	    stoa_json_type(json) != STOA_JSON_STRING) {
		return STOA_OK;
	}
	if (!stoa_json_to_str(json, arena, &text)) {
		return STOA_NO_MEMORY;
	}
	if (stoa_str_has_prefix(text, STOA_STR("Reverted 0x"))) {
		text = stoa_str_from(text, sizeof("Reverted ") - 1);
		answer->is_revert = true;
	}
	if (!stoa_str_has_prefix(text, STOA_STR("0x"))) {
		return STOA_OK;
	}
	status = evm_abi_bytes_of_text(text, arena, &answer->data);
	return status == STOA_NO_MEMORY ? status : STOA_OK;
}

static enum stoa_status
read_error(struct stoa_json error, struct stoa_arena *arena,
    struct evm_rpc_answer *ret_answer, const char **ret_fault)
{
	static const struct stoa_str names[] = {
	    {"code", 4}, {"message", 7}, {"data", 4}};
	struct stoa_json members[STOA_COUNT(names)];
	struct evm_rpc_answer answer = {.message = STOA_STR("")};
	enum stoa_status status;

	if (stoa_json_type(error) != STOA_JSON_OBJECT) {
		*ret_fault = "its error is no object";
		return STOA_INVALID;
	}
	(void)stoa_json_pick(error, names, STOA_COUNT(names), members);
	if (!stoa_json_to_i64(members[0], &answer.code)) {
		*ret_fault = "its error has no code";
		return STOA_INVALID;
	}
	if (!stoa_json_is_absent(members[1]) &&
	    stoa_json_type(members[1]) == STOA_JSON_STRING &&
	    !stoa_json_to_str(members[1], arena, &answer.message)) {
		return STOA_NO_MEMORY;
	}
	status = read_data(members[2], arena, &answer);
	if (status != STOA_OK) {
		return status;
	}
	answer.is_revert |=
	    answer.code == 3 || has_words(answer.message, "execution reverted");
	answer.kind = kind_of(&answer);
	*ret_answer = answer;
	return STOA_OK;
}

static bool
is_id(struct stoa_json json, uint64_t id)
{
	int64_t value;

	return stoa_json_to_i64(json, &value) && value >= 0 &&
	       (uint64_t)value == id;
}

enum stoa_status
evm_rpc_read(struct stoa_str body, uint64_t id, struct stoa_arena *arena,
    struct evm_rpc_answer *ret_answer, const char **ret_fault)
{
	static const struct stoa_str names[] = {
	    {"id", 2}, {"result", 6}, {"error", 5}};
	struct stoa_json root, members[STOA_COUNT(names)];
	bool has_error;

	if (!stoa_json_parse(body, 0, &root, NULL)) {
		*ret_fault = "not JSON, or not all of it";
		return STOA_INVALID;
	}
	if (stoa_json_type(root) != STOA_JSON_OBJECT) {
		*ret_fault = "not a JSON-RPC answer";
		return STOA_INVALID;
	}
	(void)stoa_json_pick(root, names, STOA_COUNT(names), members);
	has_error = !stoa_json_is_absent(members[2]) &&
		    stoa_json_type(members[2]) != STOA_JSON_NULL;
	/* Gateways that give up before they have read a request know no id. */
	if (!is_id(members[0], id) &&
	    !(has_error && (stoa_json_is_absent(members[0]) ||
			       stoa_json_type(members[0]) == STOA_JSON_NULL))) {
		*ret_fault = "an answer to another request";
		return STOA_INVALID;
	}
	if (has_error) {
		return read_error(members[2], arena, ret_answer, ret_fault);
	}
	if (stoa_json_is_absent(members[1])) {
		*ret_fault = "neither result nor error";
		return STOA_INVALID;
	}
	*ret_answer = (struct evm_rpc_answer){
	    .kind = EVM_RPC_RESULT, .result = members[1]};
	return STOA_OK;
}

/* ---- comparing ---- */

static bool
is_nothing(struct stoa_json json)
{
	return stoa_json_is_absent(json) ||
	       stoa_json_type(json) == STOA_JSON_NULL;
}

static bool
is_same_text(struct stoa_str a, struct stoa_str b)
{
	bool is_hex = stoa_str_has_prefix(a, STOA_STR("\"0x"));

	return a.len == b.len &&
	       (is_hex ? strncasecmp(a.data, b.data, a.len) == 0
		       : memcmp(a.data, b.data, a.len) == 0);
}

/* The text of a member's name, between its quotes. */
static struct stoa_str
name_of(struct stoa_json name)
{
	return stoa_str_of_bytes(name.text.data + 1, name.text.len - 2);
}

static bool is_same(struct stoa_json a, struct stoa_json b, unsigned depth);

static bool
is_same_object(struct stoa_json a, struct stoa_json b, unsigned depth)
{
	struct stoa_json_iter it = stoa_json_iter(a);
	struct stoa_json_member member;

	while (stoa_json_next(&it, &member)) {
		struct stoa_json other = stoa_json_get(b, name_of(member.name));

		if (!is_nothing(other) && !is_nothing(member.value) &&
		    !is_same(member.value, other, depth)) {
			return false;
		}
	}
	return true;
}

static bool
is_same_array(struct stoa_json a, struct stoa_json b, unsigned depth)
{
	struct stoa_json_iter at = stoa_json_iter(a), bt = stoa_json_iter(b);
	struct stoa_json_member am, bm;

	for (;;) {
		bool has_a = stoa_json_next(&at, &am);
		bool has_b = stoa_json_next(&bt, &bm);

		if (!has_a || !has_b) {
			return has_a == has_b;
		}
		if (!is_same(am.value, bm.value, depth)) {
			return false;
		}
	}
}

static bool
is_same(struct stoa_json a, struct stoa_json b, unsigned depth)
{
	enum stoa_json_type type = stoa_json_type(a);

	if (depth > SAME_DEPTH_MAX || type != stoa_json_type(b)) {
		return false;
	}
	switch (type) {
	case STOA_JSON_OBJECT:
		return is_same_object(a, b, depth + 1);
	case STOA_JSON_ARRAY:
		return is_same_array(a, b, depth + 1);
	case STOA_JSON_NULL:
	case STOA_JSON_BOOL:
	case STOA_JSON_NUMBER:
	case STOA_JSON_STRING:
		break;
	}
	return is_same_text(a.text, b.text);
}

bool
evm_rpc_is_same(struct stoa_json a, struct stoa_json b)
{
	return is_same(a, b, 0);
}

int64_t
evm_rpc_retry_after_us(const char *header)
{
	int64_t seconds;

	if (header == NULL ||
	    !stoa_str_to_i64(stoa_str_trim(stoa_str_of(header)), &seconds) ||
	    seconds <= 0) {
		return 0;
	}
	return (seconds < 86400 ? seconds : 86400) * INT64_C(1000000);
}
