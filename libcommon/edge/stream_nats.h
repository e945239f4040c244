/* stream_nats.h - a journal stream on JetStream; see port/stream.h.
 * Has a connection of its own that never reconnects by itself. */
#ifndef STOA_EDGE_STREAM_NATS_H
#define STOA_EDGE_STREAM_NATS_H

#include "edge/loop.h"
#include "port/stream.h"

struct stoa_stream_options {
	struct stoa_loop *loop;
	const char *url;
	const char *key_file;
	const char *service; /* whose user connects */
	const char *domain;  /* whose stream it is */
	void (*error)(void *owner, const char *text);
	void *owner;
};

STOA_MUST_USE enum stoa_status stoa_stream_open(
    const struct stoa_stream_options *options, struct stoa_stream **ret_stream);
void stoa_stream_close(struct stoa_stream *s);

#endif
