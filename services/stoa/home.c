/* home.c - folders, keys, ports, settings. */
#include "stoa/home.h"

#include "base/check.h"
#include "base/id.h"
#include "edge/entropy.h"
#include "edge/nkey.h"
#include "edge/secret.h"
#include "stoa/contract.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const folders[] = {
    "", "keys", "run", "logs", "nats", "redis", "journal", "storage", "worker"};

const char *const home_secrets[HOME_SECRET_COUNT] = {"bot-link", "log-sign",
    "marketplace-sign", "storage-capability", "storage-owner", "worker-sign"};

const char *
home_path(
    const struct home *h, const char *name, char path[static HOME_PATH_MAX])
{
	int len = snprintf(path, HOME_PATH_MAX, "%s/%s", h->path, name);

	stoa_assert(len > 0 && len < HOME_PATH_MAX);
	return path;
}

bool
home_open(struct home *h, const char *path, struct stoa_buf *error)
{
	char full[HOME_PATH_MAX];
	char *absolute;

	*h = (struct home){0};
	if (mkdir(path, 0700) != 0 && errno != EEXIST) {
		stoa_buf_printf(error,
		    "home %s: %s; choose another with --home", path,
		    strerror(errno));
		return false;
	}
	absolute = realpath(path, NULL);
	if (absolute == NULL || strlen(absolute) >= sizeof(h->path)) {
		stoa_buf_printf(error,
		    "home %s: the path must have at most %zu characters", path,
		    sizeof(h->path) - 1);
		free(absolute);
		return false;
	}
	(void)snprintf(h->path, sizeof(h->path), "%s", absolute);
	free(absolute);
	for (size_t i = 0; i < STOA_COUNT(folders); i++) {
		if (mkdir(home_path(h, folders[i], full), 0700) != 0 &&
		    errno != EEXIST) {
			stoa_buf_printf(error, "%s: %s", full, strerror(errno));
			return false;
		}
	}
	return true;
}

/* ---- keys
 * ----------------------------------------------------------------------- */

static bool
key_make(const struct home *h, const char *name, struct stoa_buf *error)
{
	char path[HOME_PATH_MAX], file[64], text[STOA_NKEY_TEXT_SIZE];
	struct stoa_nkey key;
	enum stoa_status status;

	(void)snprintf(file, sizeof(file), "keys/%s.nk", name);
	if (access(home_path(h, file, path), F_OK) == 0) {
		return true;
	}
	status = stoa_nkey_make(&key);
	if (status == STOA_OK) {
		stoa_nkey_print_seed(&key, text);
		status = stoa_secret_write(path, text);
	}
	stoa_nkey_wipe(&key);
	OPENSSL_cleanse(text, sizeof(text));
	if (status != STOA_OK) {
		stoa_buf_printf(
		    error, "%s: %s", path, stoa_status_text(status));
	}
	return status == STOA_OK;
}

static bool
has_blobs(const struct home *h)
{
	char path[HOME_PATH_MAX];
	DIR *folder = opendir(home_path(h, "storage", path));
	const struct dirent *entry = NULL;

	while (folder != NULL && (entry = readdir(folder)) != NULL &&
	       entry->d_name[0] == '.') {
	}
	if (folder != NULL) {
		(void)closedir(folder);
	}
	return entry != NULL;
}

static bool
secret_make(const struct home *h, const char *name, struct stoa_buf *error)
{
	char path[HOME_PATH_MAX], file[64];
	char text[65];
	enum stoa_status status = STOA_UNAVAILABLE;

	(void)snprintf(file, sizeof(file), "keys/%s.secret", name);
	if (access(home_path(h, file, path), F_OK) == 0) {
		return true;
	}
	if (strcmp(name, "storage-owner") == 0 && has_blobs(h)) {
		stoa_buf_printf(error,
		    "%s is missing, and without it the private data in "
		    "%s/storage cannot be read; put it back from your backup",
		    path, h->path);
		return false;
	}
	if (stoa_entropy_text(text, sizeof(text))) {
		status = stoa_secret_write(path, text);
		OPENSSL_cleanse(text, sizeof(text));
	}
	if (status != STOA_OK) {
		stoa_buf_printf(
		    error, "%s: %s", path, stoa_status_text(status));
	}
	return status == STOA_OK;
}

static bool
keys_make(const struct home *h, struct stoa_buf *error)
{
	for (size_t i = 0; i < contract_user_count; i++) {
		if (!key_make(h, contract_users[i].name, error)) {
			return false;
		}
	}
	for (size_t i = 0; i < HOME_SECRET_COUNT; i++) {
		if (!secret_make(h, home_secrets[i], error)) {
			return false;
		}
	}
	return true;
}

bool
home_console_user(const struct home *h, char user[static 16])
{
	char path[HOME_PATH_MAX], key[STOA_NKEY_TEXT_SIZE];
	struct stoa_id id;

	if (stoa_nkey_public_of_file(
		home_path(h, "keys/console.nk", path), key) != STOA_OK) {
		return false;
	}
	id = stoa_id_of_bytes('t', stoa_str_of(key));
	memcpy(user, id.text, STOA_ID_SIZE);
	return true;
}

/* ---- ports
 * ---------------------------------------------------------------------- */

/* A port nobody has: the kernel knows. */
static uint16_t
port_free(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	uint16_t port = 0;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd >= 0 &&
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    getsockname(fd, (struct sockaddr *)&address, &len) == 0) {
		port = ntohs(address.sin_port);
	}
	if (fd >= 0) {
		(void)close(fd);
	}
	return port;
}

static bool
port_is_free(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	int one = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is_free;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons(port);
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	is_free = fd >= 0 &&
		  bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	if (fd >= 0) {
		(void)close(fd);
	}
	return is_free;
}

static bool
file_write(const struct home *h, const char *name, struct stoa_str text,
    struct stoa_buf *error)
{
	char path[HOME_PATH_MAX];
	int fd = open(home_path(h, name, path),
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool ok =
	    fd >= 0 && write(fd, text.data, text.len) == (ssize_t)text.len;

	if (!ok) {
		stoa_buf_printf(error, "%s: %s", path, strerror(errno));
	}
	if (fd >= 0) {
		(void)close(fd);
	}
	return ok;
}

/* The one of the start before, if nobody else has it now. */
static uint16_t
port_keep(unsigned before)
{
	return before > 0 && before < 65536 && port_is_free((uint16_t)before)
		   ? (uint16_t)before
		   : port_free();
}

static bool
ports_choose(struct home *h, struct stoa_buf *error)
{
	char path[HOME_PATH_MAX], text[64];
	unsigned nats = 0, storage = 0, chain = 0;
	FILE *file = fopen(home_path(h, "run/ports", path), "re");

	if (file != NULL) {
		if (fgets(text, sizeof(text), file) == NULL ||
		    sscanf(text, "%u %u %u", &nats, &storage, &chain) < 2) {
			nats = 0;
			storage = 0;
		}
		(void)fclose(file);
	}
	h->nats_port = port_keep(nats);
	h->storage_port = port_keep(storage);
	h->chain_port = port_keep(chain);
	if (h->nats_port == 0 || h->storage_port == 0 || h->chain_port == 0) {
		stoa_buf_add_text(error, "no free port on 127.0.0.1");
		return false;
	}
	(void)snprintf(text, sizeof(text), "%u %u %u\n", h->nats_port,
	    h->storage_port, h->chain_port);
	return file_write(h, "run/ports", stoa_str_of(text), error);
}

void
home_nats_url(const struct home *h, char url[static 64])
{
	(void)snprintf(url, 64, "nats://127.0.0.1:%u", h->nats_port);
}

/* ---- settings
 * ------------------------------------------------------------------- */

#define SETTINGS_MAX 65536u

static bool
nats_settings(const struct home *h, struct stoa_buf *error)
{
	char path[HOME_PATH_MAX], file[64], key[STOA_NKEY_TEXT_SIZE];
	char user[16], url[64];
	enum stoa_status status = STOA_INVALID;
	struct stoa_buf out;
	bool ok = home_console_user(h, user);

	stoa_buf_init(&out, SETTINGS_MAX);
	stoa_buf_printf(&out,
	    "# Written by `stoa up` at every start.\n"
	    "listen: \"127.0.0.1:%u\"\nserver_name: \"stoa\"\n"
	    "max_payload: 524288\nmax_pending: 134217728\n"
	    "jetstream { store_dir: \"%s\", max_mem: 128M, max_file: 1T }\n"
	    "authorization {\n  users = [\n",
	    h->nats_port, home_path(h, "nats", path));
	for (size_t i = 0; i < contract_user_count && ok; i++) {
		const struct contract_user *u = &contract_users[i];
		bool is_console = strcmp(u->name, "console") == 0;

		(void)snprintf(file, sizeof(file), "keys/%s.nk", u->name);
		status =
		    stoa_nkey_public_of_file(home_path(h, file, path), key);
		ok = status == STOA_OK;
		contract_user_print(u, key, is_console ? user : u->name, &out);
	}
	stoa_buf_add_text(&out, "  ]\n}\n");
	if (!ok) {
		stoa_buf_printf(error,
		    "%s: %s; it must be a readable nkey seed of mode 0600",
		    path, stoa_status_text(status));
	}
	ok = ok && file_write(h, "run/nats.conf", stoa_buf_str(&out), error);
	stoa_buf_fini(&out);
	home_nats_url(h, url);
	return ok && file_write(h, "run/nats-url", stoa_str_of(url), error);
}

/* Losing Redis loses nothing: no persistence. */
static bool
redis_settings(const struct home *h, struct stoa_buf *error)
{
	char socket_path[HOME_PATH_MAX], dir[HOME_PATH_MAX];
	struct stoa_buf out;
	bool ok;

	stoa_buf_init(&out, SETTINGS_MAX);
	stoa_buf_printf(&out,
	    "# Written by `stoa up` at every start.\n"
	    "port 0\nunixsocket \"%s\"\nunixsocketperm 700\ndir \"%s\"\n"
	    "save \"\"\nappendonly no\nmaxmemory 64mb\n"
	    "maxmemory-policy allkeys-lru\ndaemonize no\n",
	    home_path(h, "run/redis.sock", socket_path),
	    home_path(h, "redis", dir));
	ok = file_write(h, "run/redis.conf", stoa_buf_str(&out), error);
	stoa_buf_fini(&out);
	return ok;
}

bool
home_prepare(struct home *h, struct stoa_buf *error)
{
	return keys_make(h, error) && ports_choose(h, error) &&
	       nats_settings(h, error) && redis_settings(h, error);
}
