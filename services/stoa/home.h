/* home.h - the folder of all state: keys, settings and ports of the suite.
 *
 *   keys/<user>.nk      nkey seeds, 0600      keys/<name>.secret  32 bytes, hex
 *   run/nats.conf       the private broker    run/nats-url        where it is
 *   run/redis.sock      the private Redis     run/<daemon>.sock   ops endpoint
 *   nats/ redis/ journal/ storage/            state
 *   chain/                                    a devnet (stoa/profile.h)
 *   logs/<child>.log                          what each child says */
#ifndef STOA_HOME_H
#define STOA_HOME_H

#include "base/buf.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

#define HOME_PATH_MAX 1024

/* Each daemon's own 32 random bytes: "keys/<name>.secret". */
#define HOME_SECRET_COUNT 6
extern const char *const home_secrets[HOME_SECRET_COUNT];

struct home {
	char path[HOME_PATH_MAX - 128]; /* absolute */
	uint16_t nats_port;
	uint16_t storage_port;
	uint16_t chain_port; /* of a devnet */
};

/* Makes the folders. `error` says what is wrong and what to do. */
STOA_MUST_USE bool home_open(
    struct home *h, const char *path, struct stoa_buf *error);

/* <home>/<name> */
const char *home_path(
    const struct home *h, const char *name, char path[static HOME_PATH_MAX]);

/* Makes what is missing: keys, secrets, ports; then writes the broker's and
 * Redis's settings. Ports are kept from one start to the next. */
STOA_MUST_USE bool home_prepare(struct home *h, struct stoa_buf *error);

/* "nats://127.0.0.1:<port>" */
void home_nats_url(const struct home *h, char url[static 64]);

/* The terminal's user token, out of its key. */
STOA_MUST_USE bool home_console_user(
    const struct home *h, char user[static 16]);

#endif
