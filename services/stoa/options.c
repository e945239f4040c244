/* options.c - arguments, environment, help, home. */
#include "stoa/options.h"

#include <stdio.h>
#include <unistd.h>

static void
help_print(const struct stoa_conf *conf, const char *name, const char *help)
{
	struct stoa_buf out;

	stoa_buf_init(&out, 8192);
	stoa_conf_help(conf, &out);
	printf("stoa %s: %s\n\n%s", name, help, stoa_buf_str(&out).data);
	stoa_buf_fini(&out);
}

int
options_read(const char *name, const char *help,
    const struct stoa_conf_option *options, size_t count, int argc, char **argv,
    struct stoa_conf **ret_conf, struct home *ret_home, int *ret_rest)
{
	struct stoa_conf *conf = stoa_conf_new(options, count);
	struct stoa_buf error;
	int rest = argc;
	bool ok;

	stoa_buf_init(&error, 4096);
	ok = stoa_conf_arguments(conf, argc, argv, &rest, &error) &&
	     stoa_conf_environment(conf, environ, &error);
	if (ok && stoa_conf_flag(conf, "help")) {
		help_print(conf, name, help);
		stoa_buf_fini(&error);
		stoa_conf_free(conf);
		return 0;
	}
	if (ok && ret_rest == NULL && rest < argc) {
		stoa_buf_printf(&error, "\"%s\" is no option", argv[rest]);
		ok = false;
	}
	ok = ok && home_open(ret_home, stoa_conf_get(conf, "home"), &error);
	if (!ok) {
		fprintf(
		    stderr, "stoa %s: %s\n", name, stoa_buf_str(&error).data);
		stoa_buf_fini(&error);
		stoa_conf_free(conf);
		return 2;
	}
	stoa_buf_fini(&error);
	if (ret_rest != NULL) {
		*ret_rest = rest;
	}
	*ret_conf = conf;
	return -1;
}
