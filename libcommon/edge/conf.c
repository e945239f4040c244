/* conf.c - one table, four sources. */
#include "edge/conf.h"

#include "base/check.h"
#include "edge/limits.h"
#include "edge/secret.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#define OPTIONS_MAX 64
#define NAME_MAX_   64

#define ORIGIN_COUNT (STOA_CONF_ARGUMENT + 1)

struct value {
	char *text; /* owned; NULL: the default */
	char *file; /* of a secret */
	/* Where the text of a secret stood, borrowed; by its origin. */
	char *given[ORIGIN_COUNT];
	enum stoa_conf_origin origin;
};

struct stoa_conf {
	const struct stoa_conf_option *options;
	size_t count;
	struct value values[OPTIONS_MAX];
};

static void
text_free(char *text)
{
	if (text != NULL) {
		OPENSSL_cleanse(text, strlen(text));
	}
	free(text);
}

struct stoa_conf *
stoa_conf_new(const struct stoa_conf_option *options, size_t count)
{
	struct stoa_conf *c = calloc(1, sizeof(*c));

	stoa_assert(c != NULL);
	stoa_assert(count <= OPTIONS_MAX);
	c->options = options;
	c->count = count;
	return c;
}

void
stoa_conf_free(struct stoa_conf *c)
{
	if (c == NULL) {
		return;
	}
	for (size_t i = 0; i < c->count; i++) {
		struct value *v = &c->values[i];

		text_free(v->text);
		free(v->file);
	}
	free(c);
}

/* ---- setting
 * ----------------------------------------------------------------- */

static const struct stoa_conf_option *
option_find(const struct stoa_conf *c, struct stoa_str name, bool *ret_is_file)
{
	struct stoa_str suffix = STOA_STR("-file");

	*ret_is_file = false;
	for (size_t i = 0; i < c->count; i++) {
		struct stoa_str own = stoa_str_of(c->options[i].name);

		if (stoa_str_is_equal(own, name)) {
			return &c->options[i];
		}
		if (c->options[i].kind == STOA_CONF_SECRET &&
		    stoa_str_has_prefix(name, own) &&
		    stoa_str_is_equal(stoa_str_from(name, own.len), suffix)) {
			*ret_is_file = true;
			return &c->options[i];
		}
	}
	return NULL;
}

static bool
unknown(const struct stoa_conf *c, const char *where, struct stoa_str name,
    struct stoa_buf *error)
{
	const char *names[OPTIONS_MAX];
	const char *close;

	for (size_t i = 0; i < c->count; i++) {
		names[i] = c->options[i].name;
	}
	close = stoa_str_suggest(name, names, c->count);
	stoa_buf_printf(error, "%s: there is no option \"%.*s\"", where,
	    STOA_STR_ARG(name));
	if (close != NULL) {
		stoa_buf_printf(error, "; did you mean \"%s\"?", close);
	} else {
		stoa_buf_add_text(error, "; --help lists them");
	}
	return false;
}

static bool
value_is_valid(const struct stoa_conf_option *o, const char *where,
    struct stoa_str text, struct stoa_buf *error)
{
	int64_t number;

	switch (o->kind) {
	case STOA_CONF_NUMBER:
		if (!stoa_str_to_i64(text, &number) || number < o->min ||
		    number > o->max) {
			stoa_buf_printf(error,
			    "%s: %s must be a whole number from %" PRId64
			    " to %" PRId64 ", not \"%.*s\"",
			    where, o->name, o->min, o->max, STOA_STR_ARG(text));
			return false;
		}
		return true;
	case STOA_CONF_FLAG:
		if (!stoa_str_is_equal(text, STOA_STR("true")) &&
		    !stoa_str_is_equal(text, STOA_STR("false"))) {
			stoa_buf_printf(error,
			    "%s: %s must be true or false, not \"%.*s\"", where,
			    o->name, STOA_STR_ARG(text));
			return false;
		}
		return true;
	case STOA_CONF_TEXT:
	case STOA_CONF_SECRET:
		if ((o->max > 0 && text.len > (size_t)o->max) ||
		    text.len < (size_t)o->min) {
			stoa_buf_printf(error,
			    "%s: %s must have %" PRId64 " to %" PRId64
			    " characters, not %zu",
			    where, o->name, o->min, o->max, text.len);
			return false;
		}
		return true;
	}
	return false;
}

static char *
text_dup(struct stoa_str s)
{
	char *copy = malloc(s.len + 1);

	stoa_assert(copy != NULL);
	if (s.len > 0) {
		memcpy(copy, s.data, s.len);
	}
	copy[s.len] = '\0';
	return copy;
}

static bool
set(struct stoa_conf *c, enum stoa_conf_origin origin, const char *where,
    struct stoa_str name, struct stoa_str text, struct stoa_buf *error)
{
	bool is_file;
	const struct stoa_conf_option *o = option_find(c, name, &is_file);
	struct value *v;

	if (o == NULL) {
		return unknown(c, where, name, error);
	}
	if (!is_file && !value_is_valid(o, where, text, error)) {
		return false;
	}
	v = &c->values[o - c->options];
	if (o->kind == STOA_CONF_SECRET && !is_file &&
	    origin >= STOA_CONF_ENVIRONMENT) {
		v->given[origin] = (char *)(uintptr_t)text.data;
	}
	/* Sources may be read in any order; the stronger one stands. */
	if ((v->text != NULL || v->file != NULL) && v->origin > origin) {
		return true;
	}
	text_free(v->text);
	free(v->file);
	v->text = is_file ? NULL : text_dup(text);
	v->file = is_file ? text_dup(text) : NULL;
	v->origin = origin;
	return true;
}

/* ---- sources
 * ----------------------------------------------------------------- */

bool
stoa_conf_arguments(struct stoa_conf *c, int argc, char **argv, int *ret_rest,
    struct stoa_buf *error)
{
	int i = 1;

	for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		struct stoa_str value = stoa_str_of(argv[i] + 2);
		struct stoa_str name = stoa_str_cut(&value, '=');
		bool is_file;
		const struct stoa_conf_option *o =
		    option_find(c, name, &is_file);

		if (name.len == 0) {
			i++;
			break; /* "--" ends the options */
		}
		if (strchr(argv[i], '=') == NULL) {
			if (o != NULL && o->kind == STOA_CONF_FLAG) {
				value = STOA_STR("true");
			} else if (o != NULL && i + 1 >= argc) {
				stoa_buf_printf(error,
				    "command line: --%s wants a value",
				    o->name);
				return false;
			} else if (o != NULL) {
				value = stoa_str_of(argv[++i]);
			}
		}
		if (!set(c, STOA_CONF_ARGUMENT, "command line", name, value,
			error)) {
			return false;
		}
	}
	*ret_rest = i;
	return true;
}

bool
stoa_conf_environment(
    struct stoa_conf *c, char **environment, struct stoa_buf *error)
{
	struct stoa_str prefix = STOA_STR("STOA_");

	for (; *environment != NULL; environment++) {
		struct stoa_str value = stoa_str_of(*environment);
		struct stoa_str name = stoa_str_cut(&value, '=');
		char lower[NAME_MAX_];
		bool is_file;

		if (!stoa_str_has_prefix(name, prefix) ||
		    name.len - prefix.len >= sizeof(lower)) {
			continue;
		}
		name = stoa_str_from(name, prefix.len);
		for (size_t i = 0; i < name.len; i++) {
			lower[i] =
			    name.data[i] == '_'
				? '-'
				: (char)tolower((unsigned char)name.data[i]);
		}
		name = stoa_str_of_bytes(lower, name.len);
		/* Other programs of the suite share the environment. */
		if (option_find(c, name, &is_file) != NULL &&
		    !set(c, STOA_CONF_ENVIRONMENT, "environment", name, value,
			error)) {
			return false;
		}
	}
	return true;
}

bool
stoa_conf_text(struct stoa_conf *c, const char *file, struct stoa_str text,
    struct stoa_buf *error)
{
	for (unsigned number = 1; text.len > 0; number++) {
		struct stoa_str line = stoa_str_trim(stoa_str_cut(&text, '\n'));
		struct stoa_str name;
		char where[256];

		if (line.len == 0 || line.data[0] == '#') {
			continue;
		}
		(void)snprintf(where, sizeof(where), "%s:%u", file, number);
		if (memchr(line.data, '=', line.len) == NULL) {
			stoa_buf_printf(
			    error, "%s: a line is \"name = value\"", where);
			return false;
		}
		name = stoa_str_trim(stoa_str_cut(&line, '='));
		if (!set(c, STOA_CONF_FILE, where, name, stoa_str_trim(line),
			error)) {
			return false;
		}
	}
	return true;
}

bool
stoa_conf_file(struct stoa_conf *c, const char *path, struct stoa_buf *error)
{
	FILE *file = fopen(path, "re");
	char *text = malloc(EDGE_CONF_FILE_MAX + 1);
	size_t len;
	bool ok;

	stoa_assert(text != NULL);
	if (file == NULL) {
		stoa_buf_printf(
		    error, "%s: cannot be read: %s", path, strerror(errno));
		free(text);
		return false;
	}
	len = fread(text, 1, EDGE_CONF_FILE_MAX + 1, file);
	(void)fclose(file);
	if (len > EDGE_CONF_FILE_MAX) {
		stoa_buf_printf(error, "%s: larger than %u bytes", path,
		    EDGE_CONF_FILE_MAX);
		ok = false;
	} else {
		ok = stoa_conf_text(
		    c, path, stoa_str_of_bytes(text, len), error);
	}
	OPENSSL_cleanse(text, EDGE_CONF_FILE_MAX + 1);
	free(text);
	return ok;
}

bool
stoa_conf_secrets(struct stoa_conf *c, struct stoa_buf *error)
{
	for (size_t i = 0; i < c->count; i++) {
		struct value *v = &c->values[i];
		char text[EDGE_CONF_SECRET_MAX];
		enum stoa_status status;

		if (v->file == NULL) {
			continue;
		}
		status = stoa_secret_read(v->file, text, sizeof(text));
		if (status != STOA_OK) {
			stoa_buf_printf(error, "%s-file: %s: %s",
			    c->options[i].name, v->file,
			    status == STOA_DENIED
				? "others can read it; chmod 600 it"
				: stoa_status_text(status));
			return false;
		}
		v->text = text_dup(stoa_str_of(text));
		OPENSSL_cleanse(text, sizeof(text));
	}
	return true;
}

/* ---- reading
 * ------------------------------------------------------------------ */

static size_t
index_of(const struct stoa_conf *c, const char *name)
{
	for (size_t i = 0; i < c->count; i++) {
		if (strcmp(c->options[i].name, name) == 0) {
			return i;
		}
	}
	stoa_assert_failed("the table has this option", __FILE__, __LINE__);
}

const char *
stoa_conf_get(const struct stoa_conf *c, const char *name)
{
	size_t i = index_of(c, name);
	const char *fallback = c->options[i].fallback;

	if (c->values[i].text != NULL) {
		return c->values[i].text;
	}
	return fallback == NULL ? "" : fallback;
}

const char *
stoa_conf_get_or_null(const struct stoa_conf *c, const char *name)
{
	const char *text = stoa_conf_get(c, name);

	return text[0] == '\0' ? NULL : text;
}

void
stoa_conf_wipe(struct stoa_conf *c, const char *name)
{
	size_t i = index_of(c, name);
	struct value *v = &c->values[i];

	stoa_assert(c->options[i].kind == STOA_CONF_SECRET);
	if (v->text != NULL) {
		OPENSSL_cleanse(v->text, strlen(v->text));
	}
	for (size_t k = 0; k < STOA_COUNT(v->given); k++) {
		if (v->given[k] != NULL) {
			OPENSSL_cleanse(v->given[k], strlen(v->given[k]));
			v->given[k] = NULL;
		}
	}
}

int64_t
stoa_conf_number(const struct stoa_conf *c, const char *name)
{
	int64_t number = 0;

	stoa_assert(
	    stoa_str_to_i64(stoa_str_of(stoa_conf_get(c, name)), &number));
	return number;
}

bool
stoa_conf_flag(const struct stoa_conf *c, const char *name)
{
	return strcmp(stoa_conf_get(c, name), "true") == 0;
}

void
stoa_conf_print(const struct stoa_conf *c, struct stoa_buf *out)
{
	static const char *const origins[] = {
	    "default", "file", "environment", "command line"};

	for (size_t i = 0; i < c->count; i++) {
		const struct stoa_conf_option *o = &c->options[i];
		const char *text = stoa_conf_get(c, o->name);

		if (o->kind == STOA_CONF_SECRET) {
			text = text[0] == '\0' ? "(not set)" : "(set)";
		}
		stoa_buf_printf(out, "# %s\n%s%s = %s\n",
		    origins[c->values[i].origin],
		    o->kind == STOA_CONF_SECRET ? "# " : "", o->name, text);
	}
}

void
stoa_conf_help(const struct stoa_conf *c, struct stoa_buf *out)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct stoa_conf_option *o = &c->options[i];

		stoa_buf_printf(out, "  --%-18s %s%s%s%s\n", o->name, o->help,
		    o->fallback == NULL ? "" : " (default ",
		    o->fallback == NULL ? "" : o->fallback,
		    o->fallback == NULL ? "" : ")");
	}
}
