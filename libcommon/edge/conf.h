/* conf.h - a daemon's settings: flag > environment > file > default.
 *
 * One table of options; each has one name: "nats-url" is --nats-url on the
 * command line, STOA_NATS_URL in the environment and nats-url in the file. A
 * secret NAME may also be given as a file: --name-file, STOA_NAME_FILE,
 * name-file. Unknown names are errors with a suggestion. */
#ifndef STOA_EDGE_CONF_H
#define STOA_EDGE_CONF_H

#include "base/buf.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum stoa_conf_kind {
	STOA_CONF_TEXT,
	STOA_CONF_NUMBER,
	STOA_CONF_FLAG,	  /* true or false */
	STOA_CONF_SECRET, /* text; printed as "(set)" */
};

struct stoa_conf_option {
	const char *name;
	enum stoa_conf_kind kind;
	const char *fallback; /* text of the default; NULL: empty */
	int64_t min, max;     /* of a number; of a text's length */
	const char *help;
};

/* Options that belong together. */
struct stoa_conf_group {
	const struct stoa_conf_option *options;
	size_t count;
};

enum stoa_conf_origin {
	STOA_CONF_DEFAULT,
	STOA_CONF_FILE,
	STOA_CONF_ENVIRONMENT,
	STOA_CONF_ARGUMENT,
};

struct stoa_conf;

/* `options` is borrowed; at most 64. */
struct stoa_conf *stoa_conf_new(
    const struct stoa_conf_option *options, size_t count);
void stoa_conf_free(struct stoa_conf *c);

/* Each: false, and a message that names the option, the limit and the fix in
 * `error`. Arguments are consumed while they look like options; *ret_rest is
 * the index of the first other one. */
STOA_MUST_USE bool stoa_conf_arguments(struct stoa_conf *c, int argc,
    char **argv, int *ret_rest, struct stoa_buf *error);
STOA_MUST_USE bool stoa_conf_environment(
    struct stoa_conf *c, char **environment, struct stoa_buf *error);
STOA_MUST_USE bool stoa_conf_file(
    struct stoa_conf *c, const char *path, struct stoa_buf *error);

/* The same for text in memory; `name` is said in messages. */
STOA_MUST_USE bool stoa_conf_text(struct stoa_conf *c, const char *name,
    struct stoa_str text, struct stoa_buf *error);

/* Reads the files of secrets. */
STOA_MUST_USE bool stoa_conf_secrets(
    struct stoa_conf *c, struct stoa_buf *error);

/* The option must exist and be of the kind. Borrowed; never NULL. */
const char *stoa_conf_get(const struct stoa_conf *c, const char *name);
/* The same, and NULL when it is empty. */
const char *stoa_conf_get_or_null(const struct stoa_conf *c, const char *name);

int64_t stoa_conf_number(const struct stoa_conf *c, const char *name);
bool stoa_conf_flag(const struct stoa_conf *c, const char *name);

/* Of a secret that has done its work: its text is overwritten here, and where
 * it stood on the command line or in the environment, which are borrowed until
 * then. It is empty from now on. The option must exist and be a secret. */
void stoa_conf_wipe(struct stoa_conf *c, const char *name);

/* Every option with its value and where it is from; secrets redacted. In the
 * form of a configuration file. */
void stoa_conf_print(const struct stoa_conf *c, struct stoa_buf *out);
void stoa_conf_help(const struct stoa_conf *c, struct stoa_buf *out);

#endif
