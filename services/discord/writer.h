/* writer.h - JSON objects and arrays, member after member.
 *
 * The writer puts the commas; the buffer's overflow flag is the only failure.
 * Keys are literals of ours, values may be anybody's. NULL as key writes an
 * element of an array. Layer 2, pure. */
#ifndef DISCORD_WRITER_H
#define DISCORD_WRITER_H

#include "base/buf.h"

struct discord_writer {
	struct stoa_buf *to; /* borrowed */
	bool is_after;	     /* a comma is due before the next member */
};

void discord_open(struct discord_writer *w, const char *key, char bracket);
void discord_close(struct discord_writer *w, char bracket);
void discord_str(
    struct discord_writer *w, const char *key, struct stoa_str value);
void discord_text(struct discord_writer *w, const char *key, const char *value);
void discord_number(struct discord_writer *w, const char *key, int64_t value);
void discord_flag(struct discord_writer *w, const char *key, bool value);

/* JSON that is there already. */
void discord_raw(
    struct discord_writer *w, const char *key, struct stoa_str json);

#endif
