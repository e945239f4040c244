/* fetch.c - what a program with a capability may do: fetch and check bytes.
 *
 *   fetch HOME CID PATH
 *
 * The capability is signed here, with the secret of the installation, because
 * a person's grants come with commands that fetch. Each block is checked
 * against the CID by the client. */
#include "edge/secret.h"
#include "port/clock.h"
#include "storage/capability.h"
#include "storage/client.h"

#include <stdio.h>
#include <stdlib.h>

#define GOOD_US (60 * STOA_US_PER_S)

static bool
home_read(const char *home, char *secret, size_t size, unsigned *ret_port)
{
	char path[1024];
	unsigned nats;
	FILE *ports;
	bool ok;

	(void)snprintf(path, sizeof(path), "%s/run/ports", home);
	ports = fopen(path, "re");
	ok = ports != NULL && fscanf(ports, "%u %u", &nats, ret_port) == 2;
	if (ports != NULL) {
		(void)fclose(ports);
	}
	(void)snprintf(path, sizeof(path), "%s/keys/%s", home,
	    "storage-capability.secret");
	return ok && stoa_secret_read(path, secret, size) == STOA_OK;
}

static enum stoa_status
fetch(const char *url, const char *token, const struct stoa_cid *cid,
    const char *path)
{
	struct storage_call call = {.capability = token, .timeout_us = GOOD_US};
	struct storage_client *client;
	enum stoa_status status = storage_client_open(url, &client);

	if (status != STOA_OK) {
		return status;
	}
	status = storage_client_receive(client, &call, cid, path);
	if (status != STOA_OK) {
		fprintf(stderr, "%s\n", storage_client_problem(client));
	}
	storage_client_close(client);
	return status;
}

int
main(int argc, char **argv)
{
	struct storage_capability c = {.operation = STORAGE_READ};
	char secret[256], url[64];
	struct stoa_buf token;
	enum stoa_status status;
	unsigned port = 0;

	if (argc != 4 ||
	    stoa_cid_parse(stoa_str_of(argv[2]), &c.cid) != STOA_OK) {
		fprintf(stderr, "fetch HOME CID PATH\n");
		return 2;
	}
	if (!home_read(argv[1], secret, sizeof(secret), &port)) {
		fprintf(stderr, "%s: no suite has run there\n", argv[1]);
		return EXIT_FAILURE;
	}
	c.expires.us = stoa_clock_wall(NULL).us + GOOD_US;
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u", port);
	stoa_buf_init(&token, STORAGE_CAPABILITY_TEXT_MAX);
	storage_capability_sign(&c, stoa_str_of(secret), &token);
	status = fetch(url, stoa_buf_str(&token).data, &c.cid, argv[3]);
	if (status != STOA_OK) {
		fprintf(stderr, "%s: %s\n", argv[2], stoa_status_text(status));
	}
	stoa_buf_fini(&token);
	return status == STOA_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
