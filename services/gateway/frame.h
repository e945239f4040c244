/* frame.h - the envelope of a gateway payload, without reading what is in it.
 *
 * {"t":"MESSAGE_CREATE","s":3,"op":0,"d":{...}}: Discord writes the data last,
 * and then it is not looked at here at all. Layer 2, pure. */
#ifndef GATEWAY_FRAME_H
#define GATEWAY_FRAME_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct gateway_frame {
	int op;
	bool has_seq;
	uint64_t seq;
	struct stoa_str type; /* without quotes; empty: none */
	struct stoa_str data; /* JSON, not checked; "null" when absent */
};

/* False: no such envelope; *ret_frame is untouched. O(envelope) when the data
 * stands last, O(text) otherwise. */
bool gateway_frame_scan(struct stoa_str text, struct gateway_frame *ret_frame);

/* The text member `name` of a JSON object that was not checked, at its top
 * level, without quotes; empty when there is none or the text is torn before
 * it. O(text up to it). */
struct stoa_str gateway_frame_member(
    struct stoa_str object, struct stoa_str name);

#endif
