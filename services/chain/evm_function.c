/* evm_function.c - see evm_function.h. */
#include "chain/evm_function.h"

#include "chain/evm_keccak.h"
#include "chain/evm_limits.h"

enum stoa_status
evm_function_parse(struct stoa_str text, struct stoa_arena *arena,
    struct evm_function *ret_function)
{
	struct evm_function function = {.inputs = NULL};
	struct stoa_buf canonical;
	enum stoa_status status;

	if (text.len > EVM_TYPE_TEXT_MAX) {
		return STOA_TOO_LARGE;
	}
	function.name = evm_type_cut_name(&text);
	if (function.name.len == 0) {
		return STOA_INVALID;
	}
	status = evm_type_cut_parameters(&text, arena, &function.inputs);
	if (status != STOA_OK) {
		return status;
	}
	if (text.len > 0) {
		return STOA_INVALID;
	}
	/* "uint" may become "uint256". */
	stoa_buf_init(&canonical, (size_t)4 * EVM_TYPE_TEXT_MAX);
	stoa_buf_add_str(&canonical, function.name);
	evm_type_print(function.inputs, &canonical);
	function.topic = evm_keccak256(stoa_buf_str(&canonical));
	if (canonical.is_overflown) {
		status = STOA_NO_MEMORY;
	} else {
		*ret_function = function;
	}
	stoa_buf_fini(&canonical);
	return status;
}

struct stoa_str
evm_function_selector(const struct evm_function *function)
{
	return stoa_str_of_bytes(function->topic.bytes, EVM_SELECTOR_SIZE);
}

enum stoa_status
evm_function_encode(const struct evm_function *function,
    const struct evm_value *arguments, struct stoa_buf *b)
{
	stoa_buf_add_str(b, evm_function_selector(function));
	return evm_abi_encode(function->inputs, arguments, b);
}

enum stoa_status
evm_function_decode(const struct evm_function *function, struct stoa_str data,
    struct stoa_arena *arena, struct evm_value *ret_arguments)
{
	if (!stoa_str_has_prefix(data, evm_function_selector(function))) {
		return STOA_NOT_FOUND;
	}
	return evm_abi_decode(function->inputs,
	    stoa_str_from(data, EVM_SELECTOR_SIZE), arena, ret_arguments);
}

/* ---- events ---- */

bool
evm_event_is_hashed(const struct evm_type *parameter)
{
	return parameter->is_indexed &&
	       (parameter->is_dynamic || parameter->items != NULL);
}

/* The tuple of the parameters that stand in the data. */
static enum stoa_status
data_tuple(const struct evm_type *inputs, struct stoa_arena *arena,
    struct evm_type *ret_tuple)
{
	const struct evm_type **link = &ret_tuple->items;
	const struct evm_type *item = inputs->items;

	*ret_tuple = (struct evm_type){.kind = EVM_TUPLE};
	for (; item != NULL; item = item->next) {
		struct evm_type *copy;

		if (item->is_indexed) {
			continue;
		}
		copy = stoa_arena_dup(arena, item, sizeof(*item));
		if (copy == NULL) {
			return STOA_NO_MEMORY;
		}
		copy->next = NULL;
		*link = copy;
		link = &copy->next;
		ret_tuple->length++;
		ret_tuple->is_dynamic |= item->is_dynamic;
	}
	return STOA_OK;
}

static enum stoa_status
read_topic(const struct evm_type *parameter, const struct stoa_hash *topic,
    struct stoa_arena *arena, struct evm_value *ret_value)
{
	struct evm_type tuple = {
	    .kind = EVM_TUPLE, .length = 1, .items = parameter};
	struct evm_value one;
	enum stoa_status status;

	if (evm_event_is_hashed(parameter)) {
		ret_value->bytes = stoa_hash_str(topic);
		return STOA_OK;
	}
	status = evm_abi_decode(&tuple, stoa_hash_str(topic), arena, &one);
	if (status == STOA_OK) {
		*ret_value = one.list.items[0];
	}
	return status;
}

enum stoa_status
evm_event_decode(const struct evm_function *event,
    const struct stoa_hash *topics, size_t topic_count, struct stoa_str data,
    struct stoa_arena *arena, struct evm_value *ret_values)
{
	const struct evm_type *item = event->inputs->items;
	size_t count = event->inputs->length, next_topic = 1, next_item = 0;
	struct evm_type tuple;
	struct evm_value plain, *all;
	enum stoa_status status;

	if (topic_count == 0 ||
	    memcmp(topics[0].bytes, event->topic.bytes, STOA_HASH_SIZE) != 0) {
		return STOA_NOT_FOUND;
	}
	status = data_tuple(event->inputs, arena, &tuple);
	if (status != STOA_OK) {
		return status;
	}
	if (topic_count > EVM_TOPICS_MAX ||
	    topic_count - 1 != count - tuple.length) {
		return STOA_INVALID;
	}
	status = evm_abi_decode(&tuple, data, arena, &plain);
	all = stoa_arena_alloc_array(arena, count + 1, sizeof(*all));
	if (status == STOA_OK && all == NULL) {
		status = STOA_NO_MEMORY;
	}
	for (size_t i = 0; i < count && status == STOA_OK; i++) {
		if (item->is_indexed) {
			status = read_topic(
			    item, &topics[next_topic++], arena, &all[i]);
		} else {
			all[i] = plain.list.items[next_item++];
		}
		item = item->next;
	}
	if (status == STOA_OK) {
		ret_values->list.items = all;
		ret_values->list.count = count;
	}
	return status;
}

enum stoa_status
evm_event_topic(const struct evm_type *parameter, const struct evm_value *value,
    struct stoa_hash *ret_topic)
{
	if (parameter->items != NULL) {
		return STOA_UNSUPPORTED;
	}
	if (parameter->is_dynamic) {
		*ret_topic = evm_keccak256(value->bytes);
		return STOA_OK;
	}
	return evm_abi_word(parameter, value, ret_topic->bytes);
}
