/* safetensors.c - header out, header in. */
#include "worker/safetensors.h"

#include "base/json.h"
#include "worker/limits.h"

#define SIZE_FIELD   8
#define ELEMENT_SIZE 4

STOA_STATIC_ASSERT(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
    "tensors are little-endian and used as they lie");

static const char *
dtype_name(enum worker_dtype dtype)
{
	return dtype == WORKER_F32 ? "F32" : "U32";
}

size_t
worker_tensor_size(const struct worker_tensor *t)
{
	size_t size = ELEMENT_SIZE;

	for (size_t i = 0; i < t->rank; i++) {
		bool is_too_large =
		    __builtin_mul_overflow(size, t->shape[i], &size);

		stoa_assert(!is_too_large);
	}
	return size;
}

static size_t
tensor_print(struct stoa_buf *out, const struct worker_tensor *t, size_t offset)
{
	size_t end = offset + worker_tensor_size(t);

	stoa_buf_add_json(out, stoa_str_of(t->name));
	stoa_buf_printf(
	    out, ":{\"dtype\":\"%s\",\"shape\":[", dtype_name(t->dtype));
	for (size_t i = 0; i < t->rank; i++) {
		stoa_buf_printf(out, "%s%zu", i == 0 ? "" : ",", t->shape[i]);
	}
	stoa_buf_printf(out, "],\"data_offsets\":[%zu,%zu]}", offset, end);
	return end;
}

void
worker_safetensors_header(struct stoa_buf *out,
    const struct worker_tensor *tensors, size_t count, const char *metadata)
{
	struct stoa_buf json;
	size_t offset = 0;

	stoa_assert(count > 0);
	stoa_buf_init(&json, WORKER_TENSOR_HEADER_SIZE_MAX);
	stoa_buf_add_text(&json, "{");
	if (metadata != NULL) {
		stoa_buf_printf(&json, "\"__metadata__\":%s,", metadata);
	}
	for (size_t i = 0; i < count; i++) {
		stoa_buf_add_text(&json, i == 0 ? "" : ",");
		offset = tensor_print(&json, &tensors[i], offset);
	}
	stoa_buf_add_text(&json, "}");
	while (json.len % SIZE_FIELD != 0) {
		stoa_buf_add_byte(&json, ' ');
	}
	stoa_assert(!json.is_overflown);
	for (int i = 0; i < SIZE_FIELD; i++) {
		stoa_buf_add_byte(
		    out, (uint8_t)((uint64_t)json.len >> (8 * i)));
	}
	stoa_buf_add_str(out, stoa_buf_str(&json));
	stoa_buf_fini(&json);
}

static bool
refuse(struct worker_problem *problem, const char *name, const char *what)
{
	return worker_refuse(problem, WORKER_BAD_MODEL,
	    "model.safetensors: %s%s%s", name, name[0] == '\0' ? "" : " ",
	    what);
}

/* The header's text and what lies behind it. */
static bool
parts_cut(struct stoa_str file, struct stoa_str *ret_header,
    struct stoa_str *ret_data, struct worker_problem *problem)
{
	uint64_t size = 0;

	if (file.len < SIZE_FIELD) {
		return refuse(problem, "", "is shorter than its size field");
	}
	for (int i = SIZE_FIELD - 1; i >= 0; i--) {
		size = size << 8 | (unsigned char)file.data[i];
	}
	if (size > WORKER_TENSOR_HEADER_SIZE_MAX ||
	    size > file.len - SIZE_FIELD) {
		return refuse(problem, "", "has a header beyond its limit");
	}
	*ret_header = (struct stoa_str){file.data + SIZE_FIELD, size};
	*ret_data = stoa_str_from(file, SIZE_FIELD + size);
	return true;
}

/* A whole number of at most `max`. */
static bool
size_parse(struct stoa_json json, size_t max, size_t *ret_value)
{
	int64_t value;

	if (!stoa_json_to_i64(json, &value) || value < 0 ||
	    (uint64_t)value > max) {
		return false;
	}
	*ret_value = (size_t)value;
	return true;
}

static bool
sizes_parse(struct stoa_json json, size_t max, size_t *values, size_t count)
{
	struct stoa_json_member member;
	struct stoa_json_iter it;

	if (stoa_json_is_absent(json) ||
	    stoa_json_type(json) != STOA_JSON_ARRAY ||
	    stoa_json_count(json) != count) {
		return false;
	}
	it = stoa_json_iter(json);
	for (size_t i = 0; i < count; i++) {
		if (!stoa_json_next(&it, &member) ||
		    !size_parse(member.value, max, &values[i])) {
			return false;
		}
	}
	return true;
}

/* Every size is at most the data's, so nothing here can overflow but the
 * product, which is checked. */
static bool
tensor_parse(struct worker_tensor *t, struct stoa_json header,
    struct stoa_str data, size_t *offset, struct worker_problem *problem)
{
	struct stoa_json json = stoa_json_get(header, stoa_str_of(t->name));
	size_t ends[2], size = ELEMENT_SIZE;

	if (stoa_json_is_absent(json)) {
		return refuse(problem, t->name, "is missing");
	}
	if (!stoa_json_is_str(stoa_json_get(json, STOA_STR("dtype")),
		stoa_str_of(dtype_name(t->dtype)))) {
		return refuse(problem, t->name, "has another type");
	}
	if (!sizes_parse(stoa_json_get(json, STOA_STR("shape")), data.len,
		t->shape, t->rank)) {
		return refuse(problem, t->name, "has another shape");
	}
	for (size_t i = 0; i < t->rank; i++) {
		if (t->shape[i] == 0 ||
		    __builtin_mul_overflow(size, t->shape[i], &size)) {
			return refuse(problem, t->name, "has another shape");
		}
	}
	if (!sizes_parse(stoa_json_get(json, STOA_STR("data_offsets")),
		data.len, ends, 2) ||
	    ends[0] != *offset || ends[1] < ends[0] ||
	    ends[1] - ends[0] != size) {
		return refuse(problem, t->name, "is not where it should be");
	}
	t->data = (struct stoa_str){data.data + ends[0], size};
	*offset = ends[1];
	return true;
}

bool
worker_safetensors_parse(struct stoa_str file, struct worker_tensor *tensors,
    size_t count, struct worker_problem *problem)
{
	struct stoa_str text = {0}, data = {0};
	struct stoa_json header;
	size_t offset = 0, members;

	if (!parts_cut(file, &text, &data, problem)) {
		return false;
	}
	if (!stoa_json_parse(text, STOA_JSON_UNIQUE_NAMES, &header, NULL) ||
	    stoa_json_type(header) != STOA_JSON_OBJECT) {
		return refuse(problem, "", "has a header that is not JSON");
	}
	members = stoa_json_count(header);
	members -= !stoa_json_is_absent(
	    stoa_json_get(header, STOA_STR("__metadata__")));
	if (members != count) {
		return refuse(problem, "", "has other tensors than expected");
	}
	for (size_t i = 0; i < count; i++) {
		if (!tensor_parse(
			&tensors[i], header, data, &offset, problem)) {
			return false;
		}
	}
	if (offset != data.len) {
		return refuse(problem, "", "has bytes after its tensors");
	}
	return true;
}
