/* reading.h - what tests of interaction.h share: an arena for each test, JSON
 * in, and what stands in a reply. */
#ifndef STOA_TESTS_GATEWAY_READING_H
#define STOA_TESTS_GATEWAY_READING_H

#include "base/arena.h"
#include "base/json.h"

#include "proto/discord.pb-c.h"

#include <stdint.h>

#define NOW_US INT64_C(1790000000000000)

extern struct stoa_arena arena;

int reading_setup(void **state);
int reading_teardown(void **state);

/* Fails the test when it is none. */
struct stoa_json json_of(const char *text);

/* Command.reply back into the handle it was made of. */
const Stoa__Discord__Handle *handle_of(const char *reply);

#endif
