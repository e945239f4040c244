/* Links libedge (conf.c, secret.c), libbase. A configuration file: read or
 * refused with a message; what was read prints and reads the same again. */
#include "base/check.h"
#include "edge/conf.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct stoa_conf_option options[] = {
    {"name", STOA_CONF_TEXT, "x", 1, 64, "a text"},
    {"count", STOA_CONF_NUMBER, "3", 0, 100, "a number"},
    {"loud", STOA_CONF_FLAG, "false", 0, 0, "a flag"},
    {"token", STOA_CONF_SECRET, NULL, 0, 128, "a secret"},
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stoa_conf *c = stoa_conf_new(options, STOA_COUNT(options));
	struct stoa_buf error, out;

	stoa_buf_init(&error, 1 << 20);
	stoa_buf_init(&out, 1 << 20);
	if (stoa_conf_text(c, "fuzz", stoa_str_of_bytes(data, size), &error)) {
		int64_t count = stoa_conf_number(c, "count");

		stoa_assert(count >= 0 && count <= 100);
		stoa_conf_print(c, &out);
		stoa_assert(out.len > 0);
	} else {
		stoa_assert(error.len > 0);
	}
	stoa_buf_fini(&error);
	stoa_buf_fini(&out);
	stoa_conf_free(c);
	return 0;
}
