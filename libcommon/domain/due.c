/* due.c - see due.h. */
#include "domain/due.h"

#include "base/check.h"
#include "port/clock.h"

#include <inttypes.h>
#include <stdio.h>

void
stoa_due_check(const struct stoa_due *due)
{
	int64_t now = stoa_clock_wall(due->clock).us;
	struct stoa_str community;
	size_t cursor = 0;

	while ((community = stoa_replica_next(due->replica, &cursor)).data !=
	       NULL) {
		const void *state;
		struct stoa_wall at;
		char id[64];
		ProtobufCMessage empty;
		const ProtobufCMethodDescriptor *method;

		if (!due->is_mine(due->owner, community)) {
			continue;
		}
		state = stoa_replica_peek(due->replica, community);
		if (state == NULL) {
			continue;
		}
		at = due->core->next_due(state);
		if (at.us > now) {
			continue;
		}
		method = protobuf_c_service_descriptor_get_method_by_name(
		    due->core->service, due->method);
		stoa_assert(method != NULL);
		stoa_assert(method->input->sizeof_message == sizeof(empty));
		protobuf_c_message_init(method->input, &empty);
		(void)snprintf(id, sizeof(id), "due:%" PRId64 ":%" PRIu64,
		    at.us, stoa_replica_index(due->replica, community));
		due->command(due->owner, community, stoa_str_of(id),
		    due->method, &empty);
	}
}
