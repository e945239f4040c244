/* provision.c - makes the suite's streams on a bare broker, for benches and
 * tests.  provision URL [KEYFILE] */
#include "stoa/provision.h"
#include "edge/log.h"

#include <stdio.h>
#include <stdlib.h>

static struct stoa_bus *bus;
static int status = 1;
static struct stoa_loop *loop;

static void
done(void *owner, const char *error)
{
	(void)owner;
	if (error == NULL) {
		status = 0;
	} else {
		fprintf(stderr, "provision: %s\n", error);
	}
	stoa_loop_stop(loop);
}

static void
up(void *owner)
{
	(void)owner;
	provision_run(bus, done, NULL);
}

int
main(int argc, char **argv)
{
	struct stoa_bus_options options = {
	    .url = argc > 1 ? argv[1] : "",
	    .key_file = argc > 2 ? argv[2] : NULL,
	    .service = "admin",
	    .description = "provisioning",
	    .up = up,
	};

	if (argc < 2) {
		fprintf(stderr, "provision URL [KEYFILE]\n");
		return 2;
	}
	stoa_log_open("provision", STOA_LOG_WARN);
	loop = stoa_loop_open();
	options.loop = loop;
	if (stoa_bus_open(&options, &bus) != STOA_OK) {
		return 1;
	}
	stoa_loop_run(loop);
	_Exit(status);
}
