/* profile.h - which chain the suite settles on: none ("embedded"), a chain of
 * its own on this machine ("devnet", which contracts/tools/devnet.sh prepares),
 * or one of the world ("evm").
 *
 * Of a devnet everything lies in the home: chain/anvil (a link to the program),
 * chain/state.json, chain/manifest.json, chain/url, keys/chain-operator.json
 * and .password. Of another chain the settings name the files. Addresses of
 * providers may hold keys of theirs, so they are a secret's file and never an
 * argument. */
#ifndef STOA_PROFILE_H
#define STOA_PROFILE_H

#include "edge/conf.h"
#include "stoa/home.h"

#define PROFILE_FLAG_MAX (HOME_PATH_MAX + 32)

struct profile {
	bool has_chain;
	bool has_anvil;
	/* Arguments of stoa-chain. */
	char url_file[PROFILE_FLAG_MAX];
	char manifest[PROFILE_FLAG_MAX];
	char key_file[PROFILE_FLAG_MAX];
	char password_file[PROFILE_FLAG_MAX];
	char stuck[32], poll[32];
	const char *arguments[8]; /* all of these, NULL-terminated */
	/* Of anvil. */
	char epoch[8];
	char anvil[HOME_PATH_MAX];
	char state[HOME_PATH_MAX];
	char port[8];
};

/* Out of the settings chain, chain-url-file, chain-manifest, chain-key-file and
 * chain-key-password-file; of a devnet it writes chain/url. False: `error` says
 * what is missing and what to do. `h` has its ports. */
STOA_MUST_USE bool profile_read(struct profile *p, const struct stoa_conf *conf,
    const struct home *h, struct stoa_buf *error);

/* anvil's arguments, NULL-terminated: a block every two seconds and at once
 * for a transaction, final two blocks later, kept every ten seconds. */
#define PROFILE_ANVIL_MAX 20
void profile_anvil(
    const struct profile *p, const char *ret_arguments[PROFILE_ANVIL_MAX]);

#endif
