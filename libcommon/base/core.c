/* core.c - packing decisions, unpacking into arenas. */
#include "base/core.h"

#include "base/check.h"
#include "base/hasher.h"

#include <inttypes.h>
#include <stdlib.h>

#define EVENTS_FIRST 4

void
stoa_decide_event(struct stoa_decision *d, const ProtobufCMessage *event)
{
	struct stoa_str bytes;

	if (d->refusal != NULL) {
		return;
	}
	if (d->event_count == d->event_size) {
		size_t size =
		    d->event_size == 0 ? EVENTS_FIRST : 2 * d->event_size;
		ProtobufCBinaryData *more = stoa_arena_alloc_array(
		    d->arena, size, sizeof(d->events[0]));

		if (more == NULL) {
			return;
		}
		if (d->event_count > 0) {
			memcpy(more, d->events,
			    d->event_count * sizeof(d->events[0]));
		}
		d->events = more;
		d->event_size = size;
	}
	bytes = stoa_pack(d->arena, event);
	d->events[d->event_count++] = (ProtobufCBinaryData){
	    .len = bytes.len,
	    .data = (uint8_t *)(uintptr_t)bytes.data,
	};
}

void
stoa_decide_refuse(struct stoa_decision *d, int reason, const char *const *args,
    size_t arg_count)
{
	const ProtobufCEnumValue *value =
	    protobuf_c_enum_descriptor_get_value(d->reasons, reason);
	Stoa__Journal__Refusal *refusal;

	stoa_assert(value != NULL);
	if (d->refusal != NULL) {
		return;
	}
	refusal = stoa_arena_alloc(d->arena, sizeof(*refusal));
	if (refusal == NULL) {
		return;
	}
	stoa__journal__refusal__init(refusal);
	refusal->reason = stoa_arena_str(d->arena, stoa_str_of(value->name));
	refusal->args =
	    stoa_arena_alloc_array(d->arena, arg_count, sizeof(char *));
	if (refusal->reason == NULL || refusal->args == NULL) {
		return;
	}
	for (size_t i = 0; i < arg_count; i++) {
		refusal->args[i] =
		    stoa_arena_str(d->arena, stoa_str_of(args[i]));
	}
	refusal->n_args = arg_count;
	d->refusal = refusal;
	d->event_count = 0;
}

const char *
stoa_decide_number(struct stoa_decision *d, int64_t value)
{
	const char *text = stoa_arena_printf(d->arena, "%" PRId64, value);

	return text == NULL ? "" : text;
}

bool
stoa_actor_is(const struct stoa_command *c, const char *service)
{
	return c->actor.len > 1 && c->actor.data[0] == '@' &&
	       stoa_str_is_equal(
		   stoa_str_from(c->actor, 1), stoa_str_of(service));
}

static void *
arena_alloc(void *arena, size_t size)
{
	return stoa_arena_alloc(arena, size);
}

static void
arena_free(void *arena, void *memory)
{
	(void)arena;
	(void)memory;
}

void *
stoa_unpack(struct stoa_arena *arena, const ProtobufCMessageDescriptor *type,
    struct stoa_str bytes)
{
	ProtobufCAllocator allocator = {
	    .alloc = arena_alloc,
	    .free = arena_free,
	    .allocator_data = arena,
	};
	void *message = protobuf_c_message_unpack(
	    type, &allocator, bytes.len, (const uint8_t *)bytes.data);

	return arena->is_overflown ? NULL : message;
}

struct stoa_str
stoa_pack(struct stoa_arena *arena, const ProtobufCMessage *message)
{
	size_t len = protobuf_c_message_get_packed_size(message);
	uint8_t *bytes = stoa_arena_alloc(arena, len == 0 ? 1 : len);

	if (bytes == NULL) {
		return (struct stoa_str){NULL, 0};
	}
	protobuf_c_message_pack(message, bytes);
	return (struct stoa_str){(char *)bytes, len};
}

void *
stoa_keep(const ProtobufCMessage *message)
{
	size_t len = protobuf_c_message_get_packed_size(message);
	uint8_t *bytes = malloc(len + 1);
	ProtobufCMessage *kept;

	stoa_assert(bytes != NULL);
	(void)protobuf_c_message_pack(message, bytes);
	kept = protobuf_c_message_unpack(message->descriptor, NULL, len, bytes);
	free(bytes);
	stoa_assert(kept != NULL);
	return kept;
}

void
stoa_keep_free(void *message)
{
	if (message != NULL) {
		protobuf_c_message_free_unpacked(message, NULL);
	}
}

void
stoa_digest_message(struct stoa_hasher *h, const void *message)
{
	const ProtobufCMessage *m = message;
	size_t len = m == NULL ? 0 : protobuf_c_message_get_packed_size(m);
	uint8_t *bytes = malloc(len + 1);

	stoa_assert(bytes != NULL);
	if (m != NULL) {
		(void)protobuf_c_message_pack(m, bytes);
	}
	stoa_hasher_text(h, stoa_str_of_bytes(bytes, len));
	free(bytes);
}
