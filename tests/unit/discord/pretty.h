/* pretty.h - JSON indented, for files that people review. */
#ifndef STOA_TESTS_DISCORD_PRETTY_H
#define STOA_TESTS_DISCORD_PRETTY_H

#include "base/buf.h"

/* `json` is valid and has no space outside of strings. Short objects and
 * arrays stay on one line. */
void pretty_print(struct stoa_buf *to, struct stoa_str json);

#endif
