/* json_scan.h - what json.c and json_scan.c share; for no one else.
 *
 * The scanner decides whether a text is JSON (RFC 8259, with the choices
 * named in json.h); json.c then walks the text without asking again.
 * Layer 1, pure. */
#ifndef STOA_BASE_JSON_SCAN_H
#define STOA_BASE_JSON_SCAN_H

#include "base/str.h"

/* The first byte in [at, end) that is not JSON white space, else `end`. */
const char *stoa_json_scan_space(const char *at, const char *end);

/* The first quote or backslash in [at, end), else `end`. Eight at a time. */
const char *stoa_json_scan_quote(const char *at, const char *end);

/* The bytes a checked string stands for, one after the other. */
struct stoa_json_decoder {
	const char *at;
	const char *end;
	unsigned char bytes[4]; /* of the character under way, UTF-8 */
	unsigned len;
	unsigned used;
};

/* `inner` is the text between the quotes. */
void stoa_json_decoder_init(struct stoa_json_decoder *d, struct stoa_str inner);
int stoa_json_decoder_next(struct stoa_json_decoder *d); /* -1 at the end */

#endif
