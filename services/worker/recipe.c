/* recipe.c - the parameter table, unfolded. */
#include "worker/recipe.h"

#include "base/arena.h"
#include "base/json.h"

#include <stdio.h>

struct row {
	struct worker_param_info info;
	size_t offset;
};

static const struct row rows[] = {
#define WORKER_INT(name, min, max, def, help)                              \
	{{#name, help, (double)(min), (double)(max), (double)(def), true}, \
	    offsetof(struct worker_params, name)},
#define WORKER_REAL(name, min, max, def, help) \
	{{#name, help, min, max, def, false},  \
	    offsetof(struct worker_params, name)},
#include "worker/recipe.tbl"
#undef WORKER_INT
#undef WORKER_REAL
};

static const char *const names[] = {
#define WORKER_INT(name, min, max, def, help)  #name,
#define WORKER_REAL(name, min, max, def, help) #name,
#include "worker/recipe.tbl"
#undef WORKER_INT
#undef WORKER_REAL
};

const struct worker_param_info *
worker_param_info(size_t index)
{
	return index < STOA_COUNT(rows) ? &rows[index].info : NULL;
}

static void
store(struct worker_params *params, const struct row *row, double value)
{
	char *at = (char *)params + row->offset;
	int64_t whole = (int64_t)value;

	if (row->info.is_int) {
		memcpy(at, &whole, sizeof(whole));
	} else {
		memcpy(at, &value, sizeof(value));
	}
}

static double
load(const struct worker_params *params, const struct row *row)
{
	const char *at = (const char *)params + row->offset;
	int64_t whole;
	double value;

	if (row->info.is_int) {
		memcpy(&whole, at, sizeof(whole));
		return (double)whole;
	}
	memcpy(&value, at, sizeof(value));
	return value;
}

void
worker_params_default(struct worker_params *params)
{
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		store(params, &rows[i], rows[i].info.def);
	}
}

static const struct row *
find(struct stoa_str name, struct worker_problem *problem)
{
	const char *near;

	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		if (stoa_str_is_equal(name, stoa_str_of(names[i]))) {
			return &rows[i];
		}
	}
	near = stoa_str_suggest(name, names, STOA_COUNT(names));
	if (near != NULL) {
		(void)worker_refuse(problem, WORKER_UNKNOWN_PARAMETER,
		    "unknown parameter \"%.*s\"; did you mean \"%s\"?",
		    name.len > 64 ? 64 : (int)name.len, name.data, near);
	} else {
		(void)worker_refuse(problem, WORKER_UNKNOWN_PARAMETER,
		    "unknown parameter \"%.*s\"; the recipe %s has: epochs, "
		    "batch_size, learning_rate, seed and others (/help train)",
		    name.len > 64 ? 64 : (int)name.len, name.data,
		    WORKER_RECIPE_NAME);
	}
	return NULL;
}

static bool
refuse_value(struct worker_problem *problem,
    const struct worker_param_info *info, struct stoa_str have)
{
	return worker_refuse(problem, WORKER_BAD_PARAMETER,
	    "parameter \"%s\" must be a %s from %.10g to %.16g, not %.*s",
	    info->name, info->is_int ? "whole number" : "number", info->min,
	    info->max, have.len > 40 ? 40 : (int)have.len, have.data);
}

static bool
set_value(struct worker_params *params, const struct row *row,
    struct stoa_json value, struct worker_problem *problem)
{
	const struct worker_param_info *info = &row->info;
	int64_t whole;
	double real;

	if (info->is_int) {
		if (!stoa_json_to_i64(value, &whole) ||
		    (double)whole < info->min || (double)whole > info->max) {
			return refuse_value(problem, info, value.text);
		}
		store(params, row, (double)whole);
		return true;
	}
	/* Written so that no comparison with NaN could let one pass. */
	if (!stoa_json_to_double(value, &real) ||
	    !(real >= info->min && real <= info->max)) {
		return refuse_value(problem, info, value.text);
	}
	store(params, row, real);
	return true;
}

bool
worker_params_set(struct worker_params *params, struct stoa_str name,
    struct stoa_str value, struct worker_problem *problem)
{
	const struct row *row = find(name, problem);
	struct stoa_json json;

	if (row == NULL) {
		return false;
	}
	if (!stoa_json_parse(value, 0, &json, NULL)) {
		return refuse_value(problem, &row->info, value);
	}
	return set_value(params, row, json, problem);
}

/* Names are plain words: an escaped one is compared by its raw text, found
 * nowhere, and refused as unknown, which it is. */
static struct stoa_str
raw_name(struct stoa_json name)
{
	stoa_assert(name.text.len >= 2);
	return (struct stoa_str){name.text.data + 1, name.text.len - 2};
}

bool
worker_params_parse(struct stoa_str json, struct worker_params *ret_params,
    struct worker_problem *problem)
{
	struct worker_params params;
	struct stoa_json_member member;
	struct stoa_json_error error;
	struct stoa_json_iter it;
	struct stoa_json root;

	worker_params_default(&params);
	if (stoa_str_trim(json).len == 0) {
		*ret_params = params;
		return true;
	}
	if (!stoa_json_parse(json, STOA_JSON_UNIQUE_NAMES, &root, &error)) {
		return worker_refuse(problem, WORKER_BAD_PARAMETER,
		    "parameters are not JSON: line %u, column %u: %s",
		    error.line, error.column, error.text);
	}
	if (stoa_json_type(root) != STOA_JSON_OBJECT) {
		return worker_refuse(problem, WORKER_BAD_PARAMETER,
		    "parameters must be an object like {\"epochs\": 10}, "
		    "not %s",
		    stoa_json_type_name(root));
	}
	it = stoa_json_iter(root);
	while (stoa_json_next(&it, &member)) {
		const struct row *row = find(raw_name(member.name), problem);

		if (row == NULL ||
		    !set_value(&params, row, member.value, problem)) {
			return false;
		}
	}
	if (!worker_params_check(&params, problem)) {
		return false;
	}
	*ret_params = params;
	return true;
}

bool
worker_params_check(
    const struct worker_params *params, struct worker_problem *problem)
{
	if (params->char_ngram_max > 0 &&
	    params->char_ngram_min > params->char_ngram_max) {
		return worker_refuse(problem, WORKER_BAD_PARAMETER,
		    "parameter \"char_ngram_min\" (%lld) is above "
		    "\"char_ngram_max\" (%lld); set the latter to 0 for no "
		    "character features",
		    (long long)params->char_ngram_min,
		    (long long)params->char_ngram_max);
	}
	return true;
}

/* The shortest text that reads back as the same double. */
static void
add_real(struct stoa_buf *out, double value)
{
	char text[32];
	struct stoa_json json;
	double back;

	for (int digits = 1; digits <= 17; digits++) {
		(void)snprintf(text, sizeof(text), "%.*g", digits, value);
		if (stoa_json_parse(stoa_str_of(text), 0, &json, NULL) &&
		    stoa_json_to_double(json, &back) &&
		    memcmp(&back, &value, sizeof(back)) == 0) {
			break;
		}
	}
	stoa_buf_add_text(out, text);
}

void
worker_params_print(const struct worker_params *params, struct stoa_buf *out)
{
	stoa_buf_add_text(out, "{");
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		double value = load(params, &rows[i]);

		stoa_buf_printf(
		    out, "%s\"%s\": ", i == 0 ? "" : ", ", names[i]);
		if (rows[i].info.is_int) {
			stoa_buf_printf(out, "%lld", (long long)value);
		} else {
			add_real(out, value);
		}
	}
	stoa_buf_add_text(out, "}");
}

static char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c == '-' ? '_' : c;
}

bool
worker_label_is_out_of_scope(struct stoa_str label)
{
	static const char *const words[] = {"oos", "out_of_scope"};

	for (size_t i = 0; i < STOA_COUNT(words); i++) {
		size_t n = 0;

		if (label.len != strlen(words[i])) {
			continue;
		}
		while (n < label.len && fold(label.data[n]) == words[i][n]) {
			n++;
		}
		if (n == label.len) {
			return true;
		}
	}
	return false;
}
