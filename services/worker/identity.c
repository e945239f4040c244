/* identity.c - id, folder, lock, key. */
#include "worker/identity.h"

#include "base/encode.h"
#include "edge/nkey.h"
#include "edge/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_LEN_MAX ((size_t)2048)

static bool
id_make(struct worker_identity *identity,
    const struct worker_identity_options *o, struct stoa_buf *error)
{
	char key[STOA_NKEY_TEXT_SIZE] = "", host[256] = "";
	struct stoa_buf name;
	struct stoa_id id;

	if (o->nats_key_file != NULL &&
	    stoa_nkey_public_of_file(o->nats_key_file, key) != STOA_OK) {
		stoa_buf_printf(error,
		    "nats-key-file %s: not the seed of a user, or readable by "
		    "others; `stoa up` makes one",
		    o->nats_key_file);
		return false;
	}
	(void)gethostname(host, sizeof(host) - 1);
	stoa_buf_init(&name, NAME_LEN_MAX);
	stoa_buf_printf(&name, "%s\n%s\n%s", key, host, o->name);
	id = stoa_id_of_bytes('w', stoa_buf_str(&name));
	stoa_buf_fini(&name);
	memcpy(identity->id, id.text, sizeof(identity->id));
	return true;
}

static bool
folder_make(
    struct worker_identity *identity, const char *home, struct stoa_buf *error)
{
	char path[PATH_MAX + 8];
	int len = snprintf(path, sizeof(path), "%s/worker", home);

	(void)mkdir(home, 0700);
	(void)mkdir(path, 0700);
	len = snprintf(identity->path, sizeof(identity->path), "%s/worker/%s",
	    home, identity->id);
	if (len >= (int)sizeof(identity->path) ||
	    (mkdir(identity->path, 0700) != 0 && errno != EEXIST)) {
		stoa_buf_printf(error,
		    "home %s: %s; choose another folder with --home", home,
		    strerror(errno));
		return false;
	}
	(void)snprintf(path, sizeof(path), "%s/lock", identity->path);
	identity->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (identity->lock < 0 ||
	    flock(identity->lock, LOCK_EX | LOCK_NB) != 0) {
		stoa_buf_printf(error,
		    "another process is the worker %s already; give each its "
		    "own --number",
		    identity->id);
		return false;
	}
	return true;
}

static bool
sign_key_read(
    struct worker_identity *identity, const char *path, struct stoa_buf *error)
{
	char text[2 * WORKER_KEY_SIZE + 2];
	enum stoa_status status = stoa_secret_read(path, text, sizeof(text));
	struct stoa_buf key;
	bool ok;

	if (status != STOA_OK) {
		stoa_buf_printf(error, "sign-key-file %s: %s", path,
		    stoa_status_text(status));
		return false;
	}
	stoa_buf_init(&key, WORKER_KEY_SIZE);
	ok = stoa_hex_decode(&key, stoa_str_of(text)) &&
	     key.len == WORKER_KEY_SIZE;
	OPENSSL_cleanse(text, sizeof(text));
	if (ok) {
		memcpy(identity->sign_key, key.data, WORKER_KEY_SIZE);
		OPENSSL_cleanse(key.data, key.len);
	} else {
		stoa_buf_printf(error,
		    "sign-key-file %s: must hold 64 hexadecimal digits; make "
		    "them with `openssl rand -hex 32`",
		    path);
	}
	stoa_buf_fini(&key);
	return ok;
}

bool
worker_identity_open(struct worker_identity *identity,
    const struct worker_identity_options *options, struct stoa_buf *error)
{
	*identity = (struct worker_identity){.lock = -1};
	return id_make(identity, options, error) &&
	       sign_key_read(identity, options->sign_key_file, error) &&
	       folder_make(identity, options->home, error);
}

static void
end(void *part)
{
	struct worker_identity *identity = part;

	OPENSSL_cleanse(identity->sign_key, sizeof(identity->sign_key));
	if (identity->lock >= 0) {
		(void)close(identity->lock);
		identity->lock = -1;
	}
}

const struct stoa_part worker_identity_part = {.free = end};
