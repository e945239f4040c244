/* chain_tool.c MANIFEST - actions as calls, logs as results, for a judge that
 * is not ours.
 *
 * Each line of the input is a verb and its arguments, with tabs between them;
 * each is answered by one line of JSON. Messages are JSON as their fields are
 * named, bytes are "0x" text, 64-bit numbers may be text.
 *
 *     account COMMUNITY MEMBER
 *     call INTENT SECONDS ACTION
 *     result LOGS       as eth_getTransactionReceipt has them
 *     revert BYTES
 *     checks MARKET OPERATOR
 *     judge MARKET OPERATOR NUMBER ANSWER    or "reverted" */
#include "chain/account.h"
#include "chain/calls.h"
#include "chain/checks.h"
#include "chain/limits.h"
#include "chain/results.h"

#include "base/check.h"
#include "base/encode.h"
#include "base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static struct stoa_arena arena; /* of one line */
static struct stoa_buf out;
static struct chain_manifest manifest;

_Noreturn static void
give_up(const char *what, struct stoa_str where)
{
	fprintf(stderr, "chain_tool: %s: %.*s\n", what, STOA_STR_ARG(where));
	exit(2);
}

/* ---- messages from JSON, by their descriptors ---- */

static struct stoa_str
text_of(struct stoa_json json)
{
	struct stoa_str text;

	if (!stoa_json_to_str(json, &arena, &text)) {
		give_up("no text", json.text);
	}
	return text;
}

static struct stoa_str
bytes_of(struct stoa_str text)
{
	struct stoa_buf b;
	struct stoa_str bytes;

	stoa_buf_init(&b, 1 << 20);
	if (!stoa_str_has_prefix(text, STOA_STR("0x")) ||
	    !stoa_hex_decode(&b, stoa_str_from(text, 2))) {
		give_up("no bytes", text);
	}
	bytes = stoa_str_of_bytes(
	    stoa_arena_dup(&arena, b.len == 0 ? "" : b.data, b.len), b.len);
	stoa_buf_fini(&b);
	return bytes;
}

static int64_t
number_of(struct stoa_json json)
{
	int64_t number;

	if (stoa_json_type(json) == STOA_JSON_STRING
		? !stoa_str_to_i64(text_of(json), &number)
		: !stoa_json_to_i64(json, &number)) {
		give_up("no number", json.text);
	}
	return number;
}

static ProtobufCMessage *message_of(
    const ProtobufCMessageDescriptor *type, struct stoa_json json);

static void
field_put(
    const ProtobufCFieldDescriptor *field, struct stoa_json json, void *at)
{
	struct stoa_str bytes;
	int64_t number;
	uint32_t number32;

	switch ((int)field->type) {
	case PROTOBUF_C_TYPE_STRING:
		*(char **)at = stoa_arena_str(&arena, text_of(json));
		break;
	case PROTOBUF_C_TYPE_BYTES:
		bytes = bytes_of(text_of(json));
		*(ProtobufCBinaryData *)at = (ProtobufCBinaryData){
		    bytes.len, (uint8_t *)(uintptr_t)bytes.data};
		break;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_UINT64:
		number = number_of(json);
		memcpy(at, &number, sizeof(number));
		break;
	case PROTOBUF_C_TYPE_UINT32:
		number32 = (uint32_t)number_of(json);
		memcpy(at, &number32, sizeof(number32));
		break;
	case PROTOBUF_C_TYPE_BOOL:
		if (!stoa_json_to_bool(json, (bool *)at)) {
			give_up("no boolean", json.text);
		}
		break;
	case PROTOBUF_C_TYPE_MESSAGE:
		*(ProtobufCMessage **)at = message_of(field->descriptor, json);
		break;
	default:
		give_up("a type that is not read", stoa_str_of(field->name));
	}
}

static void
repeated_put(
    const ProtobufCFieldDescriptor *field, struct stoa_json json, char *message)
{
	size_t count = stoa_json_count(json), i = 0;
	void **items = stoa_arena_alloc_array(&arena, count, sizeof(void *));
	struct stoa_json_iter it = stoa_json_iter(json);
	struct stoa_json_member member;

	stoa_assert(field->type == PROTOBUF_C_TYPE_MESSAGE);
	while (stoa_json_next(&it, &member)) {
		items[i++] = message_of(field->descriptor, member.value);
	}
	memcpy(message + field->quantifier_offset, &count, sizeof(count));
	memcpy(message + field->offset, &items, sizeof(items));
}

static ProtobufCMessage *
message_of(const ProtobufCMessageDescriptor *type, struct stoa_json json)
{
	char *message = stoa_arena_alloc(&arena, type->sizeof_message);
	struct stoa_json_iter it = stoa_json_iter(json);
	struct stoa_json_member member;

	protobuf_c_message_init(type, message);
	while (stoa_json_next(&it, &member)) {
		char *name = stoa_arena_str(&arena, text_of(member.name));
		const ProtobufCFieldDescriptor *field =
		    protobuf_c_message_descriptor_get_field_by_name(type, name);

		if (field == NULL) {
			give_up("no such field", stoa_str_of(name));
		}
		if (field->label == PROTOBUF_C_LABEL_REPEATED) {
			repeated_put(field, member.value, message);
			continue;
		}
		field_put(field, member.value, message + field->offset);
		if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
			memcpy(message + field->quantifier_offset, &field->id,
			    sizeof(field->id));
		}
	}
	return (ProtobufCMessage *)(void *)message;
}

/* ---- answers ---- */

static void
put_bytes(const char *name, struct stoa_str bytes)
{
	stoa_buf_printf(&out, "\"%s\":\"0x", name);
	stoa_hex_encode(&out, bytes);
	stoa_buf_add_text(&out, "\",");
}

static void
put_text(const char *name, const char *text)
{
	stoa_buf_printf(&out, "\"%s\":", name);
	stoa_buf_add_json(&out, stoa_str_of(text));
	stoa_buf_add_text(&out, ",");
}

static void
answer_account(struct stoa_str rest)
{
	Stoa__Chain__Party party = STOA__CHAIN__PARTY__INIT;
	struct stoa_hash house = {{0}}, salt;
	struct evm_address at;

	party.community = stoa_arena_str(&arena, stoa_str_cut(&rest, '\t'));
	party.member = stoa_arena_str(&arena, rest);
	salt = party.community[0] == '\0' ? house : chain_account_salt(&party);
	at = chain_account_at(&manifest, &salt);
	put_bytes("salt", stoa_hash_str(&salt));
	put_bytes("address", evm_address_str(&at));
}

static struct stoa_json
json_of(struct stoa_str text)
{
	struct stoa_json json;

	if (!stoa_json_parse(text, STOA_JSON_UNIQUE_NAMES, &json, NULL)) {
		give_up("no JSON", text);
	}
	return json;
}

static void
answer_call(struct stoa_str rest)
{
	struct stoa_str intent = stoa_str_cut(&rest, '\t');
	struct stoa_str seconds = stoa_str_cut(&rest, '\t');
	struct chain_call_terms terms = {.manifest = &manifest,
	    .op = chain_call_op(intent),
	    .arena = &arena};
	struct chain_call call;
	struct chain_call_fault fault;
	enum stoa_status status;

	if (!stoa_str_to_i64(seconds, &terms.now.us)) {
		give_up("no seconds", seconds);
	}
	terms.now.us *= STOA_US_PER_S;
	status = chain_call_build(&terms,
	    (const Stoa__Chain__Action *)message_of(
		&stoa__chain__action__descriptor, json_of(rest)),
	    &call, &fault);
	put_text("status", stoa_status_name(status));
	if (status == STOA_INVALID) {
		put_text("field", fault.field);
		put_text("limit", fault.limit);
	} else if (status == STOA_OK) {
		put_text("kind", call.kind);
		put_bytes("op", stoa_hash_str(&terms.op));
		put_bytes("to", evm_address_str(&call.to));
		put_bytes("data", call.data);
		stoa_buf_printf(&out, "\"gas_max\":%" PRIu64 ",", call.gas_max);
	}
}

static void
log_read(struct stoa_json json, struct evm_log *log)
{
	struct stoa_json topics = stoa_json_get(json, STOA_STR("topics"));
	struct stoa_json_iter it = stoa_json_iter(topics);
	struct stoa_json_member member;
	struct stoa_str bytes;

	bytes = bytes_of(text_of(stoa_json_get(json, STOA_STR("address"))));
	stoa_assert(bytes.len == EVM_ADDRESS_SIZE);
	memcpy(log->address.bytes, bytes.data, bytes.len);
	while (stoa_json_next(&it, &member)) {
		bytes = bytes_of(text_of(member.value));
		stoa_assert(bytes.len == STOA_HASH_SIZE);
		stoa_assert(log->topic_count < EVM_LOG_TOPICS_MAX);
		memcpy(log->topics[log->topic_count++].bytes, bytes.data,
		    bytes.len);
	}
	log->data = bytes_of(text_of(stoa_json_get(json, STOA_STR("data"))));
}

static void
answer_result(struct stoa_str rest)
{
	static struct evm_log logs[CHAIN_LOGS_MAX];
	struct stoa_json_iter it = stoa_json_iter(json_of(rest));
	struct stoa_json_member member;
	Stoa__Chain__Result r = STOA__CHAIN__RESULT__INIT;
	enum stoa_status status;
	size_t count = 0;

	memset(logs, 0, sizeof(logs));
	while (stoa_json_next(&it, &member)) {
		stoa_assert(count < CHAIN_LOGS_MAX);
		log_read(member.value, &logs[count++]);
	}
	status = chain_result_read(&manifest, logs, count, &arena, &r);
	put_text("status", stoa_status_name(status));
	put_bytes("token", stoa_str_of_bytes(r.token.data, r.token.len));
	put_bytes("listing", stoa_str_of_bytes(r.listing.data, r.listing.len));
	put_bytes(
	    "splitter", stoa_str_of_bytes(r.splitter.data, r.splitter.len));
	put_bytes(
	    "paid_wei", stoa_str_of_bytes(r.paid_wei.data, r.paid_wei.len));
	put_text("listing_refused", r.listing_refused);
	stoa_buf_printf(&out,
	    "\"starts_s\":%" PRId64 ",\"ends_s\":%" PRId64 ",", r.starts_s,
	    r.ends_s);
}

static void
answer_revert(struct stoa_str rest)
{
	struct stoa_buf words;

	stoa_buf_init(&words, 65536);
	chain_revert_print(bytes_of(rest), &words);
	put_text("words", words.data);
	stoa_buf_fini(&words);
}

/* Cuts market and operator off `*rest`. */
static size_t
checks_of(struct stoa_str *rest, struct chain_check *checks)
{
	static const char *const markets[] = {"ours", "v3", "small"};
	struct stoa_str market = stoa_str_cut(rest, '\t');
	struct evm_address operator_key;
	struct chain_checks_terms terms = {.manifest = &manifest,
	    .operator_key = &operator_key,
	    .arena = &arena};
	size_t count;

	for (size_t i = 0; i < STOA_COUNT(markets); i++) {
		if (stoa_str_is_equal(market, stoa_str_of(markets[i]))) {
			terms.market = (enum chain_market)i;
		}
	}
	if (!evm_address_parse(stoa_str_cut(rest, '\t'), &operator_key) ||
	    chain_checks_make(&terms, checks, &count) != STOA_OK) {
		give_up("no checks", market);
	}
	return count;
}

static void
answer_checks(struct stoa_str rest)
{
	struct chain_check checks[CHAIN_CHECKS_MAX];
	size_t count = checks_of(&rest, checks);

	stoa_buf_add_text(&out, "\"checks\":[");
	for (size_t i = 0; i < count; i++) {
		stoa_buf_add_text(&out, i == 0 ? "{" : ",{");
		put_text("what", checks[i].what);
		put_bytes("data", checks[i].data);
		put_bytes("to", evm_address_str(&checks[i].to));
		out.data[out.len - 1] = '}';
	}
	stoa_buf_add_text(&out, "],");
}

static void
answer_judge(struct stoa_str rest)
{
	struct chain_check checks[CHAIN_CHECKS_MAX];
	size_t count = checks_of(&rest, checks);
	struct stoa_str said, bytes;
	struct stoa_buf verdict;
	bool is_reverted;
	int64_t number;

	if (!stoa_str_to_i64(stoa_str_cut(&rest, '\t'), &number) ||
	    number < 0 || (size_t)number >= count) {
		give_up("no check", rest);
	}
	said = rest;
	is_reverted = stoa_str_is_equal(said, STOA_STR("reverted"));
	bytes = is_reverted ? STOA_STR("") : bytes_of(said);
	stoa_buf_init(&verdict, 4096);
	stoa_buf_printf(&out, "\"ok\":%s,",
	    chain_check_judge(
		&checks[number], is_reverted ? NULL : &bytes, &verdict)
		? "true"
		: "false");
	put_text("verdict", verdict.data);
	stoa_buf_fini(&verdict);
}

static void
answer(struct stoa_str line)
{
	struct stoa_str verb = stoa_str_cut(&line, '\t');

	stoa_buf_clear(&out);
	stoa_buf_add_text(&out, "{");
	if (stoa_str_is_equal(verb, STOA_STR("account"))) {
		answer_account(line);
	} else if (stoa_str_is_equal(verb, STOA_STR("call"))) {
		answer_call(line);
	} else if (stoa_str_is_equal(verb, STOA_STR("result"))) {
		answer_result(line);
	} else if (stoa_str_is_equal(verb, STOA_STR("revert"))) {
		answer_revert(line);
	} else if (stoa_str_is_equal(verb, STOA_STR("checks"))) {
		answer_checks(line);
	} else if (stoa_str_is_equal(verb, STOA_STR("judge"))) {
		answer_judge(line);
	} else {
		give_up("no such verb", verb);
	}
	out.data[out.len - 1] = '}'; /* instead of the last comma */
	printf("%s\n", out.data);
	(void)fflush(stdout);
}

static void
manifest_load(const char *path)
{
	static char text[CHAIN_MANIFEST_MAX];
	FILE *file = fopen(path, "re");
	struct stoa_buf error;
	size_t len;

	if (file == NULL) {
		give_up("cannot be opened", stoa_str_of(path));
	}
	len = fread(text, 1, sizeof(text), file);
	(void)fclose(file);
	stoa_buf_init(&error, 1024);
	if (chain_manifest_read(
		stoa_str_of_bytes(text, len), &manifest, &error) != STOA_OK) {
		give_up(path, stoa_buf_str(&error));
	}
	stoa_buf_fini(&error);
}

int
main(int argc, char **argv)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (argc != 2) {
		fprintf(stderr, "usage: chain_tool MANIFEST\n");
		return 2;
	}
	manifest_load(argv[1]);
	stoa_arena_init(&arena, NULL, 0, (size_t)4 << 20);
	stoa_buf_init(&out, (size_t)1 << 20);
	while ((len = getline(&line, &size, stdin)) > 0) {
		answer(stoa_str_of_bytes(line, (size_t)len - 1));
		stoa_arena_reset(&arena);
	}
	free(line);
	stoa_buf_fini(&out);
	stoa_arena_fini(&arena);
	return 0;
}
