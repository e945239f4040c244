/* options.h - how every subcommand of `stoa` reads its options. */
#ifndef STOA_OPTIONS_H
#define STOA_OPTIONS_H

#include "edge/conf.h"
#include "stoa/home.h"

/* Returns -1 when the caller should go on, else its exit status (help was
 * printed, or the options are wrong). `ret_rest` NULL: no further arguments
 * are taken. The folder named by the option "home" is opened. */
int options_read(const char *name, const char *help,
    const struct stoa_conf_option *options, size_t count, int argc, char **argv,
    struct stoa_conf **ret_conf, struct home *ret_home, int *ret_rest);

#endif
