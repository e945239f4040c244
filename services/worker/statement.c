/* statement.c - in-toto Statement v1 with SLSA Provenance v1. */
#include "worker/statement.h"

#include "base/encode.h"
#include "base/json.h"

#include <stdio.h>

#define BUILD_TYPE "urn:stoa:recipe:" WORKER_RECIPE_NAME ":"

#define STATEMENT_URI "https://in-toto.io/Statement/v1"
#define PREDICATE_URI "https://slsa.dev/provenance/v1"

static void
member(struct stoa_buf *out, const char *name, struct stoa_str value)
{
	stoa_buf_printf(out, "\"%s\":", name);
	stoa_buf_add_json(out, value);
}

static void
subjects_print(
    const struct worker_subject *subjects, size_t count, struct stoa_buf *out)
{
	for (size_t i = 0; i < count; i++) {
		stoa_buf_add_text(out, i == 0 ? "{" : ",{");
		member(out, "name", stoa_str_of(subjects[i].name));
		stoa_buf_add_text(out, ",\"digest\":{\"sha256\":\"");
		stoa_hex_encode(out, stoa_hash_str(&subjects[i].hash));
		stoa_buf_add_text(out, "\"}}");
	}
}

static void
uri_print(struct stoa_str cid, struct stoa_buf *out)
{
	struct stoa_buf uri;

	stoa_buf_init(&uri, WORKER_DETAIL_SIZE);
	stoa_buf_add_text(&uri, "ipfs://");
	stoa_buf_add_str(&uri, cid);
	stoa_buf_add_json(out, stoa_buf_str(&uri));
	stoa_buf_fini(&uri);
}

static void
definition_print(const struct worker_provenance *p, struct stoa_buf *out)
{
	stoa_buf_printf(out,
	    "\"buildDefinition\":{\"buildType\":\"" BUILD_TYPE "%d\","
	    "\"externalParameters\":{",
	    WORKER_RECIPE_VERSION);
	member(out, "dataset", p->dataset_cid);
	stoa_buf_add_text(
	    out, ",\"recipe\":\"" WORKER_RECIPE_NAME "\",\"parameters\":");
	worker_params_print(&p->params, out);
	stoa_buf_add_text(out, "},\"internalParameters\":{},"
			       "\"resolvedDependencies\":[{\"uri\":");
	uri_print(p->dataset_cid, out);
	stoa_buf_add_text(out, "}]},");
}

static void
run_print(const struct worker_provenance *p, struct stoa_str worker,
    struct stoa_buf *out)
{
	char text[STOA_WALL_TEXT_SIZE];

	stoa_buf_add_text(out, "\"runDetails\":{\"builder\":{");
	member(out, "id", worker);
	stoa_buf_add_text(out, ",\"version\":{\"stoa-worker\":\"" STOA_VERSION
			       "\"}},\"metadata\":{");
	member(out, "invocationId", p->job_id);
	stoa_buf_add_text(out, ",");
	member(
	    out, "startedOn", stoa_str_of(stoa_wall_print(p->started, text)));
	stoa_buf_add_text(out, ",");
	member(
	    out, "finishedOn", stoa_str_of(stoa_wall_print(p->finished, text)));
	stoa_buf_add_text(out, "},\"byproducts\":[{\"name\":\"metrics\","
			       "\"annotations\":");
	stoa_buf_add_str(out, p->metrics);
	stoa_buf_add_text(out, "}]}");
}

void
worker_statement_print(const struct worker_provenance *p,
    struct stoa_str worker, const struct worker_subject *subjects,
    size_t subject_count, struct stoa_buf *out)
{
	stoa_buf_add_text(
	    out, "{\"_type\":\"" STATEMENT_URI "\",\"subject\":[");
	subjects_print(subjects, subject_count, out);
	stoa_buf_add_text(
	    out, "],\"predicateType\":\"" PREDICATE_URI "\",\"predicate\":{");
	definition_print(p, out);
	run_print(p, worker, out);
	stoa_buf_add_text(out, "}}");
}

/* ---- reading ---- */

static bool
refuse(const char **ret_why, const char *why)
{
	*ret_why = why;
	return false;
}

/* A path of member names; absent as soon as one is. */
static struct stoa_json
at(struct stoa_json json, const char *const *path)
{
	for (; *path != NULL; path++) {
		json = stoa_json_get(json, stoa_str_of(*path));
	}
	return json;
}

#define AT(json, ...) at((json), (const char *const[]){__VA_ARGS__, NULL})

static bool
element(struct stoa_json array, size_t index, struct stoa_json *ret_value)
{
	struct stoa_json_member item;
	struct stoa_json_iter it;

	if (stoa_json_is_absent(array) ||
	    stoa_json_type(array) != STOA_JSON_ARRAY) {
		return false;
	}
	it = stoa_json_iter(array);
	do {
		if (!stoa_json_next(&it, &item)) {
			return false;
		}
	} while (index-- > 0);
	*ret_value = item.value;
	return true;
}

static bool
hash_parse(struct stoa_str hex, struct stoa_hash *ret_hash)
{
	struct stoa_buf bytes;
	bool ok;

	stoa_buf_init(&bytes, STOA_HASH_SIZE);
	ok = stoa_hex_decode(&bytes, hex) && bytes.len == STOA_HASH_SIZE;
	if (ok) {
		memcpy(ret_hash->bytes, bytes.data, STOA_HASH_SIZE);
	}
	stoa_buf_fini(&bytes);
	return ok;
}

/* A plain name: it is going to be opened in a directory. */
static bool
is_file_name(struct stoa_str name)
{
	return name.len > 0 && name.len < WORKER_NAME_SIZE &&
	       name.data[0] != '.' &&
	       memchr(name.data, '/', name.len) == NULL &&
	       memchr(name.data, '\0', name.len) == NULL;
}

static bool
subject_parse(
    struct stoa_json json, struct stoa_arena *arena, struct worker_subject *s)
{
	struct stoa_str name, hex;

	if (!stoa_json_to_str(AT(json, "name"), arena, &name) ||
	    !is_file_name(name) ||
	    !stoa_json_to_str(AT(json, "digest", "sha256"), arena, &hex) ||
	    !hash_parse(hex, &s->hash)) {
		return false;
	}
	memcpy(s->name, name.data, name.len);
	s->name[name.len] = '\0';
	return true;
}

static bool
subjects_parse(struct stoa_json array, struct stoa_arena *arena,
    struct worker_subject *subjects, size_t *ret_count)
{
	struct stoa_json item;
	size_t count = 0;

	while (element(array, count, &item)) {
		if (count == WORKER_SUBJECT_MAX ||
		    !subject_parse(item, arena, &subjects[count])) {
			return false;
		}
		for (size_t i = 0; i < count; i++) {
			if (strcmp(subjects[i].name, subjects[count].name) ==
			    0) {
				return false;
			}
		}
		count++;
	}
	*ret_count = count;
	return count > 0;
}

static bool
build_type_check(struct stoa_json definition)
{
	char want[sizeof(BUILD_TYPE) + 16];

	(void)snprintf(
	    want, sizeof(want), BUILD_TYPE "%d", WORKER_RECIPE_VERSION);
	return stoa_json_is_str(AT(definition, "buildType"), stoa_str_of(want));
}

static bool
claim_parse(struct stoa_json predicate, struct stoa_arena *arena,
    struct worker_claim *c)
{
	struct stoa_json definition = AT(predicate, "buildDefinition");
	struct stoa_json inputs = AT(definition, "externalParameters");
	struct stoa_json run = AT(predicate, "runDetails");
	struct stoa_json meta = AT(run, "metadata");
	struct worker_problem problem;
	struct stoa_json metrics;

	if (!element(AT(run, "byproducts"), 0, &metrics)) {
		return false;
	}
	metrics = AT(metrics, "annotations");
	if (stoa_json_is_absent(metrics) ||
	    stoa_json_type(metrics) != STOA_JSON_OBJECT ||
	    !build_type_check(definition)) {
		return false;
	}
	c->metrics = metrics.text;
	return stoa_json_to_str(
		   AT(inputs, "dataset"), arena, &c->dataset_cid) &&
	       worker_params_parse(
		   AT(inputs, "parameters").text, &c->params, &problem) &&
	       stoa_json_to_str(AT(run, "builder", "id"), arena, &c->worker) &&
	       stoa_json_to_str(AT(meta, "invocationId"), arena, &c->job_id) &&
	       stoa_json_to_str(AT(meta, "startedOn"), arena, &c->started) &&
	       stoa_json_to_str(AT(meta, "finishedOn"), arena, &c->finished);
}

bool
worker_statement_parse(struct stoa_str text, struct stoa_arena *arena,
    struct worker_claim *ret_claim, struct worker_subject *subjects,
    size_t *ret_count, const char **ret_why)
{
	struct worker_claim claim = {0};
	struct stoa_json root;

	if (!stoa_json_parse(text, STOA_JSON_UNIQUE_NAMES, &root, NULL)) {
		return refuse(ret_why, "the statement is not JSON");
	}
	if (!stoa_json_is_str(AT(root, "_type"), STOA_STR(STATEMENT_URI)) ||
	    !stoa_json_is_str(
		AT(root, "predicateType"), STOA_STR(PREDICATE_URI))) {
		return refuse(ret_why, "the statement is of another kind");
	}
	if (!subjects_parse(AT(root, "subject"), arena, subjects, ret_count)) {
		return refuse(ret_why, "the subjects are not files with their "
				       "SHA-256, each once");
	}
	if (!claim_parse(AT(root, "predicate"), arena, &claim)) {
		return refuse(ret_why, "the predicate lacks what this recipe's "
				       "provenance has");
	}
	*ret_claim = claim;
	return true;
}
