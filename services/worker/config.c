/* config.c - config.json out and in. */
#include "worker/config.h"

#include "base/json.h"

/* What calibrate.c can yield, and a little air. */
#define TEMPERATURE_MIN 0.01
#define TEMPERATURE_MAX 100.0

void
worker_config_print(const struct worker_model *m, struct stoa_buf *out)
{
	stoa_buf_printf(out,
	    "{\n  \"model_type\": \"stoa-" WORKER_RECIPE_NAME "\",\n"
	    "  \"recipe\": \"" WORKER_RECIPE_NAME "\",\n"
	    "  \"recipe_version\": %d,\n  \"parameters\": ",
	    WORKER_RECIPE_VERSION);
	worker_params_print(&m->params, out);
	/* Nine digits bring a float back exactly. */
	stoa_buf_printf(out,
	    ",\n  \"temperature\": %.9g,\n"
	    "  \"out_of_scope_threshold\": %.9g,\n  \"labels\": [",
	    (double)m->temperature, (double)m->threshold);
	for (size_t i = 0; i < m->label_count; i++) {
		stoa_buf_add_text(out, i == 0 ? "\n    " : ",\n    ");
		stoa_buf_add_json(out, m->labels[i]);
	}
	stoa_buf_add_text(out, "\n  ]\n}\n");
}

static bool
refuse(struct worker_problem *problem, const char *what)
{
	return worker_refuse(
	    problem, WORKER_BAD_MODEL, "config.json: %s", what);
}

static bool
real_parse(struct stoa_json json, double min, double max, float *ret_value)
{
	double value;

	if (!stoa_json_to_double(json, &value) ||
	    !(value >= min && value <= max)) {
		return false;
	}
	*ret_value = (float)value;
	return true;
}

static bool
label_parse(
    struct stoa_json json, struct stoa_arena *arena, struct worker_config *c)
{
	struct stoa_str label;

	if (!stoa_json_to_str(json, arena, &label) || label.len == 0 ||
	    label.len > WORKER_LABEL_LEN_MAX ||
	    memchr(label.data, '\0', label.len) != NULL) {
		return false;
	}
	if (c->label_count > 0 &&
	    stoa_str_compare(c->labels[c->label_count - 1], label) >= 0) {
		return false;
	}
	c->labels[c->label_count++] = label;
	return true;
}

static bool
labels_parse(struct stoa_json json, struct stoa_arena *arena,
    struct worker_config *c, struct worker_problem *problem)
{
	struct stoa_json_member member;
	struct stoa_json_iter it;
	size_t count;

	if (stoa_json_is_absent(json) ||
	    stoa_json_type(json) != STOA_JSON_ARRAY) {
		return refuse(problem, "labels is not an array");
	}
	count = stoa_json_count(json);
	if (count < WORKER_LABEL_COUNT_MIN || count > WORKER_LABEL_COUNT_MAX) {
		return refuse(problem, "labels are too few or too many");
	}
	c->labels = stoa_arena_alloc_array(arena, count, sizeof(*c->labels));
	if (c->labels == NULL) {
		return refuse(problem, "labels do not fit into memory");
	}
	it = stoa_json_iter(json);
	while (stoa_json_next(&it, &member)) {
		if (!label_parse(member.value, arena, c)) {
			return refuse(problem,
			    "labels must be different texts in byte order");
		}
	}
	return true;
}

static bool
recipe_check(struct stoa_json root, struct worker_problem *problem)
{
	int64_t version;

	if (!stoa_json_is_str(stoa_json_get(root, STOA_STR("recipe")),
		STOA_STR(WORKER_RECIPE_NAME))) {
		return refuse(
		    problem, "recipe is not \"" WORKER_RECIPE_NAME "\"");
	}
	if (!stoa_json_to_i64(
		stoa_json_get(root, STOA_STR("recipe_version")), &version) ||
	    version != WORKER_RECIPE_VERSION) {
		return refuse(problem,
		    "recipe_version is one that this build cannot read");
	}
	return true;
}

bool
worker_config_parse(struct stoa_str text, struct stoa_arena *arena,
    struct worker_config *ret_config, struct worker_problem *problem)
{
	struct worker_config c = {0};
	struct stoa_json root;

	if (!stoa_json_parse(text, STOA_JSON_UNIQUE_NAMES, &root, NULL) ||
	    stoa_json_type(root) != STOA_JSON_OBJECT) {
		return refuse(problem, "is not a JSON object");
	}
	if (!recipe_check(root, problem)) {
		return false;
	}
	if (!worker_params_parse(
		stoa_json_get(root, STOA_STR("parameters")).text, &c.params,
		problem)) {
		problem->reason = WORKER_BAD_MODEL;
		return false;
	}
	if (!real_parse(stoa_json_get(root, STOA_STR("temperature")),
		TEMPERATURE_MIN, TEMPERATURE_MAX, &c.temperature)) {
		return refuse(problem, "temperature is out of range");
	}
	if (!real_parse(stoa_json_get(root, STOA_STR("out_of_scope_threshold")),
		0, 1, &c.threshold)) {
		return refuse(
		    problem, "out_of_scope_threshold is not from 0 to 1");
	}
	if (!labels_parse(
		stoa_json_get(root, STOA_STR("labels")), arena, &c, problem)) {
		return false;
	}
	*ret_config = c;
	return true;
}
