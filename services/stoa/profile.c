/* profile.c - see profile.h. */
#include "stoa/profile.h"

#include "base/check.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* "--name=path" into a field of a profile. */
static bool
file_take(char field[static PROFILE_FLAG_MAX], const char *name,
    const char *path, struct stoa_buf *error)
{
	if (access(path, R_OK) != 0) {
		stoa_buf_printf(error, "%s: %s", path, strerror(errno));
		return false;
	}
	(void)snprintf(field, PROFILE_FLAG_MAX, "--%s=%s", name, path);
	return true;
}

/* ---- a chain of the world ---- */

static bool
setting_take(char field[static PROFILE_FLAG_MAX], const char *name,
    const char *option, const struct stoa_conf *conf, struct stoa_buf *error)
{
	const char *path = stoa_conf_get(conf, option);

	if (path[0] == '\0') {
		stoa_buf_printf(error,
		    "the chain profile \"evm\" needs --%s, a file's name",
		    option);
		return false;
	}
	return file_take(field, name, path, error);
}

static bool
evm_read(
    struct profile *p, const struct stoa_conf *conf, struct stoa_buf *error)
{
	return setting_take(
		   p->url_file, "url-file", "chain-url-file", conf, error) &&
	       setting_take(
		   p->manifest, "manifest", "chain-manifest", conf, error) &&
	       setting_take(
		   p->key_file, "key-file", "chain-key-file", conf, error) &&
	       setting_take(p->password_file, "key-password-file",
		   "chain-key-password-file", conf, error);
}

/* ---- one of its own ---- */

/* Its port may be another one at each start. */
static bool
url_write(const struct home *h, struct stoa_buf *error)
{
	char path[HOME_PATH_MAX];
	int fd = open(home_path(h, "chain/url", path),
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool ok =
	    fd >= 0 && dprintf(fd, "http://127.0.0.1:%u\n", h->chain_port) > 0;

	if (!ok) {
		stoa_buf_printf(error, "%s: %s", path, strerror(errno));
	}
	if (fd >= 0) {
		(void)close(fd);
	}
	return ok;
}

static bool
devnet_read(struct profile *p, const struct home *h, struct stoa_buf *error)
{
	char path[HOME_PATH_MAX];

	if (access(home_path(h, "chain/manifest.json", path), R_OK) != 0 ||
	    access(home_path(h, "chain/anvil", p->anvil), X_OK) != 0) {
		stoa_buf_printf(error,
		    "%s has no chain yet: contracts/tools/devnet.sh %s",
		    h->path, h->path);
		return false;
	}
	(void)home_path(h, "chain/state.json", p->state);
	(void)snprintf(p->port, sizeof(p->port), "%u", h->chain_port);
	p->has_anvil = true;
	return url_write(h, error) &&
	       file_take(p->url_file, "url-file",
		   home_path(h, "chain/url", path), error) &&
	       file_take(p->manifest, "manifest",
		   home_path(h, "chain/manifest.json", path), error) &&
	       file_take(p->key_file, "key-file",
		   home_path(h, "keys/chain-operator.json", path), error) &&
	       file_take(p->password_file, "key-password-file",
		   home_path(h, "keys/chain-operator.password", path), error);
}

bool
profile_read(struct profile *p, const struct stoa_conf *conf,
    const struct home *h, struct stoa_buf *error)
{
	const char *chain = stoa_conf_get(conf, "chain");

	*p = (struct profile){.has_chain = strcmp(chain, "embedded") != 0};
	(void)snprintf(p->stuck, sizeof(p->stuck), "--stuck-s=%" PRId64,
	    stoa_conf_number(conf, "chain-stuck-s"));
	(void)snprintf(p->epoch, sizeof(p->epoch), "%" PRId64,
	    stoa_conf_number(conf, "chain-epoch"));
	/* A chain of one's own may be asked more often. */
	(void)snprintf(p->poll, sizeof(p->poll), "--poll-ms=%d",
	    strcmp(chain, "devnet") == 0 ? 300 : 2000);
	memcpy(p->arguments,
	    (const char *const[]){p->url_file, p->manifest, p->key_file,
		p->password_file, p->stuck, p->poll, NULL},
	    7 * sizeof(p->arguments[0]));
	if (!p->has_chain) {
		return true;
	}
	if (strcmp(chain, "devnet") == 0) {
		return devnet_read(p, h, error);
	}
	if (strcmp(chain, "evm") == 0) {
		return evm_read(p, conf, error);
	}
	stoa_buf_printf(error,
	    "--chain is \"%s\"; it must be embedded, devnet or evm", chain);
	return false;
}

void
profile_anvil(
    const struct profile *p, const char *ret_arguments[PROFILE_ANVIL_MAX])
{
	const char *const arguments[] = {p->anvil, "--host", "127.0.0.1",
	    "--port", p->port, "--chain-id", "31337", "--slots-in-an-epoch",
	    p->epoch, "--block-time", "2", "--mixed-mining", "--state",
	    p->state, "--state-interval", "10", "--silent", NULL};

	STOA_STATIC_ASSERT(
	    STOA_COUNT(arguments) <= PROFILE_ANVIL_MAX, "they fit");
	memcpy(ret_arguments, arguments, sizeof(arguments));
}
