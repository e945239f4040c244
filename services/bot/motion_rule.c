/* motion_rule.c - the fields of rules and of the charter, as typed. */
#include "bot/motion.h"

#include "base/money.h"
#include "bot/limits.h"
#include "bot/words.h"

#include <stddef.h>
#include <strings.h>

enum kind {
	SHARE,	 /* 20%, 66.67% */
	TIME,	 /* 1d12h */
	COUNT,	 /* a small whole number */
	WHOLE,	 /* a large one */
	JOY,	 /* an amount */
	ENUM,	 /* a value of `type`, in any case */
	TEXT,	 /* for people */
	FLAG,	 /* yes or no */
	ACTIONS, /* approve,pay */
	END,	 /* off: ends now */
};

struct field {
	const char *name;
	enum kind kind;
	bool is_of_voters;
	size_t at; /* in the message */
	const ProtobufCEnumDescriptor *type;
	const char *limit;
};

#define AT(member)	   offsetof(Stoa__Governance__Rule, member)
#define OF_VOTERS(member)  offsetof(Stoa__Governance__Eligibility, member)
#define OF_CHARTER(member) offsetof(Stoa__Governance__Charter, member)

#define SHARE_LIMIT "a percentage with up to two decimals, such as 20%"
#define TIME_LIMIT  "a duration up to 365d, such as 2d, 12h, 30m or 1d12h"
#define ROLE_LIMIT  "member, trainer, admin or owner"

static const struct field rule_fields[] = {
    {"quorum", SHARE, false, AT(quorum_bp), NULL, SHARE_LIMIT},
    {"threshold", SHARE, false, AT(threshold_bp), NULL, SHARE_LIMIT},
    {"objection", SHARE, false, AT(objection_bp), NULL, SHARE_LIMIT},
    {"review", TIME, false, AT(review_us), NULL, TIME_LIMIT},
    {"voting", TIME, false, AT(voting_us), NULL, TIME_LIMIT},
    {"extension", TIME, false, AT(extension_us), NULL, TIME_LIMIT},
    {"timelock", TIME, false, AT(timelock_us), NULL, TIME_LIMIT},
    {"reveal", TIME, false, AT(reveal_us), NULL, TIME_LIMIT},
    {"form", ENUM, false, AT(form), &stoa__governance__form__descriptor,
	"single, approval, ranked, split or quadratic"},
    {"power", ENUM, false, AT(power), &stoa__governance__power__descriptor,
	"per_member or per_token"},
    {"propose", ENUM, false, AT(propose_role),
	&stoa__accounts__role__descriptor, ROLE_LIMIT},
    {"sponsors", COUNT, false, AT(sponsors), NULL, "0 to 20"},
    {"deposit", JOY, false, AT(deposit_micro), NULL, "an amount of Joy"},
    {"text", TEXT, false, AT(text), NULL, "at most 200 bytes, in quotes"},
    {"actions", ACTIONS, false, 0, NULL,
	"approve, takedown, restore, pay, role, train, set, with commas "
	"between; or none"},
    {"voters", ENUM, true, OF_VOTERS(role), &stoa__accounts__role__descriptor,
	ROLE_LIMIT},
    {"age", TIME, true, OF_VOTERS(age_us), NULL, TIME_LIMIT},
    {"stake", WHOLE, true, OF_VOTERS(stake), NULL, "a number of whole Joy"},
    {"invited", FLAG, true, OF_VOTERS(is_invited), NULL, "yes or no"},
    {"platform_role", TEXT, true, OF_VOTERS(platform_role), NULL,
	"the platform's id of a role, or none"},
};
STOA_STATIC_ASSERT(GOVERNANCE_RULE_TEXT_MAX == 200 &&
		       GOVERNANCE_SPONSORS_MAX == 20 &&
		       GOVERNANCE_DURATION_MAX == 365 * STOA_US_PER_DAY,
    "the limits' texts say so");

static const struct field charter_fields[] = {
    {"credits", COUNT, false, OF_CHARTER(credits), NULL, "1 to 1000000"},
    {"round", TIME, false, OF_CHARTER(round_us), NULL, TIME_LIMIT},
    {"draft", TIME, false, OF_CHARTER(draft_us), NULL, TIME_LIMIT},
    {"reminder", TIME, false, OF_CHARTER(reminder_us), NULL, TIME_LIMIT},
    {"last_reminder", TIME, false, OF_CHARTER(last_reminder_us), NULL,
	TIME_LIMIT},
    {"guardian", END, false, OF_CHARTER(guardian_until_us), NULL, "off"},
};
STOA_STATIC_ASSERT(
    GOVERNANCE_CREDITS_MAX == 1000000, "the limit's text says so");

/* ---- values ---- */

static bool
share_read(struct stoa_str text, uint32_t *ret_bp)
{
	struct stoa_money value;

	if (text.len > 0 && text.data[text.len - 1] == '%') {
		text.len--;
	}
	/* Hundredths of a percent are ten thousand millionths of one. */
	if (!stoa_money_parse(text, &value) || value.micro < 0 ||
	    value.micro > 100 * STOA_MICRO_PER_JOY ||
	    value.micro % 10000 != 0) {
		return false;
	}
	*ret_bp = (uint32_t)(value.micro / 10000);
	return true;
}

static int64_t
unit_us(struct stoa_str unit)
{
	static const struct {
		const char *name;
		int64_t us;
	} units[] = {{"d", STOA_US_PER_DAY}, {"h", 3600 * STOA_US_PER_S},
	    {"m", 60 * STOA_US_PER_S}, {"min", 60 * STOA_US_PER_S},
	    {"s", STOA_US_PER_S}, {"ms", STOA_US_PER_MS}};

	for (size_t i = 0; i < STOA_COUNT(units); i++) {
		if (stoa_str_is_equal(unit, stoa_str_of(units[i].name))) {
			return units[i].us;
		}
	}
	return 0;
}

static size_t
run_len(struct stoa_str text, bool is_digits)
{
	size_t len = 0;

	while (len < text.len &&
	       (text.data[len] >= '0' && text.data[len] <= '9') == is_digits) {
		len++;
	}
	return len;
}

bool
bot_motion_time(struct stoa_str text, int64_t *ret_us)
{
	int64_t sum = 0;

	if (stoa_str_is_equal(text, STOA_STR("0"))) {
		*ret_us = 0;
		return true;
	}
	while (text.len > 0) {
		struct stoa_str number = {text.data, run_len(text, true)};
		struct stoa_str rest = stoa_str_from(text, number.len);
		struct stoa_str unit = {rest.data, run_len(rest, false)};
		int64_t value, us = unit_us(unit);

		if (!stoa_str_to_i64(number, &value) || us == 0 ||
		    value > GOVERNANCE_DURATION_MAX / us) {
			return false;
		}
		sum += value * us;
		if (sum > GOVERNANCE_DURATION_MAX) {
			return false;
		}
		text = stoa_str_from(rest, unit.len);
	}
	*ret_us = sum;
	return true;
}

static bool
enum_read(
    const ProtobufCEnumDescriptor *type, struct stoa_str text, int *ret_value)
{
	for (unsigned i = 0; i < type->n_values; i++) {
		const char *name = type->values[i].name;

		if (type->values[i].value != 0 && strlen(name) == text.len &&
		    strncasecmp(name, text.data, text.len) == 0) {
			*ret_value = type->values[i].value;
			return true;
		}
	}
	return false;
}

/* The short names of motions and those of the contract. */
static const char *
action_name(struct stoa_str word)
{
	static const char *const names[][2] = {{"approve", "approve_model"},
	    {"takedown", "takedown_model"}, {"restore", "restore_model"},
	    {"pay", "transfer"}, {"role", "role"}, {"train", "fine_tune"},
	    {"set", "parameter"}, {"rule", "rule"}, {"charter", "charter"},
	    {"retire-rule", "retire_rule"}};

	for (size_t i = 0; i < STOA_COUNT(names); i++) {
		if (stoa_str_is_equal(word, stoa_str_of(names[i][0])) ||
		    stoa_str_is_equal(word, stoa_str_of(names[i][1]))) {
			return names[i][1];
		}
	}
	return NULL;
}

static bool
actions_read(struct stoa_str text, struct stoa_arena *arena,
    Stoa__Governance__Rule *rule)
{
	char **names = stoa_arena_alloc_array(arena, 8, sizeof(names[0]));
	size_t count = 0;

	while (names != NULL && text.len > 0 &&
	       !stoa_str_is_equal(text, STOA_STR("none"))) {
		const char *name =
		    action_name(stoa_str_trim(stoa_str_cut(&text, ',')));

		if (name == NULL || count == 8) {
			return false;
		}
		names[count++] = (char *)(uintptr_t)name;
	}
	rule->actions = names;
	rule->n_actions = names == NULL ? 0 : count;
	return true;
}

static bool
flag_read(struct stoa_str text, protobuf_c_boolean *ret_flag)
{
	bool is_yes = stoa_str_is_equal(text, STOA_STR("yes")) ||
		      stoa_str_is_equal(text, STOA_STR("true"));

	*ret_flag = is_yes;
	return is_yes || stoa_str_is_equal(text, STOA_STR("no")) ||
	       stoa_str_is_equal(text, STOA_STR("false"));
}

/* ---- fields ---- */

static bool
field_set(const struct field *f, void *message, struct stoa_str text,
    struct stoa_arena *arena)
{
	void *at = (char *)message + f->at;
	struct stoa_money money;
	int64_t number;
	int value;

	switch (f->kind) {
	case SHARE:
		return share_read(text, at);
	case TIME:
		return bot_motion_time(text, at);
	case COUNT:
	case WHOLE:
		if (!stoa_str_to_i64(text, &number) || number < 0 ||
		    (f->kind == COUNT && number > UINT32_MAX)) {
			return false;
		}
		if (f->kind == COUNT) {
			*(uint32_t *)at = (uint32_t)number;
		} else {
			*(int64_t *)at = number;
		}
		return true;
	case JOY:
		if (!stoa_money_parse(text, &money) || money.micro < 0) {
			return false;
		}
		*(int64_t *)at = money.micro;
		return true;
	case ENUM:
		if (!enum_read(f->type, text, &value)) {
			return false;
		}
		*(int *)at = value;
		return true;
	case TEXT:
		*(char **)at = stoa_arena_str(arena,
		    stoa_str_is_equal(text, STOA_STR("none")) ? STOA_STR("")
							      : text);
		return true;
	case FLAG:
		return flag_read(text, at);
	case ACTIONS:
		return actions_read(text, arena, message);
	case END:
		*(int64_t *)at = 0;
		return stoa_str_is_equal(text, STOA_STR("off"));
	}
	return false;
}
STOA_STATIC_ASSERT(sizeof(Stoa__Governance__Form) == sizeof(int) &&
		       sizeof(Stoa__Governance__Power) == sizeof(int) &&
		       sizeof(Stoa__Accounts__Role) == sizeof(int),
    "values of enumerations are set through a pointer to int");

static const struct field *
field_find(const struct field *fields, size_t count, struct stoa_str name)
{
	for (size_t i = 0; i < count; i++) {
		if (stoa_str_is_equal(stoa_str_of(fields[i].name), name)) {
			return &fields[i];
		}
	}
	return NULL;
}

static bool
refuse_unknown(const struct field *fields, size_t count, struct stoa_str name,
    struct stoa_arena *arena, struct bot_problem *ret_problem)
{
	const char *names[STOA_COUNT(rule_fields)], *near;
	struct stoa_buf all;
	const char *limit;

	stoa_buf_init(&all, BOT_FIELD_TEXT_MAX);
	for (size_t i = 0; i < count; i++) {
		names[i] = fields[i].name;
		stoa_buf_printf(&all, "%s%s", i == 0 ? "" : ", ", names[i]);
	}
	near = stoa_str_suggest(name, names, count);
	limit = stoa_arena_str(arena, stoa_buf_str(&all));
	stoa_buf_fini(&all);
	return bot_motion_refuse(ret_problem, arena, "a field", name, limit,
	    near == NULL ? "see /rules for what is in force"
			 : bot_words_print(arena, "did you mean %s?", near));
}

/* Gives what holds a field: the rule, or its voters. */
static void *
message_of(const struct field *f, void *message, struct stoa_arena *arena)
{
	Stoa__Governance__Rule *rule = message;

	if (!f->is_of_voters) {
		return message;
	}
	if (rule->voters == NULL) {
		rule->voters = stoa_arena_alloc(arena, sizeof(*rule->voters));
		if (rule->voters != NULL) {
			stoa__governance__eligibility__init(rule->voters);
		}
	}
	return rule->voters;
}

static bool
fields_read(struct stoa_str rest, const struct field *fields, size_t count,
    void *message, struct stoa_arena *arena, struct bot_problem *ret_problem)
{
	struct stoa_str word;

	while (bot_motion_word(&rest, arena, &word)) {
		struct stoa_str value = word;
		struct stoa_str name = stoa_str_cut(&value, '=');
		const struct field *f = field_find(fields, count, name);
		void *to;

		if (f == NULL) {
			return refuse_unknown(
			    fields, count, name, arena, ret_problem);
		}
		if (name.len == word.len &&
		    !bot_motion_word(&rest, arena, &value)) {
			value = STOA_STR("");
		}
		to = message_of(f, message, arena);
		if (to == NULL) {
			return true; /* the arena tells */
		}
		if (value.len == 0 || !field_set(f, to, value, arena)) {
			return bot_motion_refuse(ret_problem, arena, f->name,
			    value, f->limit,
			    bot_words_print(
				arena, "give %s %s", f->name, f->limit));
		}
	}
	return true;
}

bool
bot_motion_rule_fields(struct stoa_str rest, Stoa__Governance__Rule *rule,
    struct stoa_arena *arena, struct bot_problem *ret_problem)
{
	return fields_read(rest, rule_fields, STOA_COUNT(rule_fields), rule,
	    arena, ret_problem);
}

bool
bot_motion_charter_fields(struct stoa_str rest,
    Stoa__Governance__Charter *charter, struct stoa_arena *arena,
    struct bot_problem *ret_problem)
{
	return fields_read(rest, charter_fields, STOA_COUNT(charter_fields),
	    charter, arena, ret_problem);
}
