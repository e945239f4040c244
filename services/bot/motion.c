/* motion.c - from a typed line to actions. */
#include "bot/motion.h"

#include "base/id.h"
#include "base/money.h"
#include "bot/catalogue.h"
#include "bot/limits.h"
#include "bot/parameters.h"
#include "bot/words.h"

#include <strings.h>

#define ACTION(KIND)  STOA__GOVERNANCE__ACTION__KIND_##KIND
#define SETTING(KIND) STOA__ACCOUNTS__SETTING__KIND_##KIND

/* One action under way. */
struct clause {
	struct stoa_str rest;
	const Stoa__Governance__RulesReply *rules;
	struct stoa_arena *arena;
	Stoa__Governance__Action *action;
	struct bot_problem *problem;
};

/* ---- words of a line ---- */

bool
bot_motion_word(
    struct stoa_str *rest, struct stoa_arena *arena, struct stoa_str *ret_word)
{
	struct stoa_buf word;
	struct stoa_str text = stoa_str_trim(*rest);
	bool is_quoted = false;
	size_t at = 0;
	char *copy;

	if (text.len == 0) {
		return false;
	}
	stoa_buf_init(&word, BOT_MOTION_LEN_MAX);
	for (; at < text.len; at++) {
		char c = text.data[at];

		if (c == '"') {
			is_quoted = !is_quoted;
		} else if (!is_quoted && (c == ' ' || c == '\t' || c == '\n')) {
			break;
		} else {
			stoa_buf_add_byte(&word, (uint8_t)c);
		}
	}
	copy = stoa_arena_str(arena, stoa_buf_str(&word));
	stoa_buf_fini(&word);
	*rest = stoa_str_from(text, at);
	*ret_word = stoa_str_of(copy == NULL ? "" : copy);
	return true;
}

bool
bot_motion_refuse(struct bot_problem *ret_problem, struct stoa_arena *arena,
    const char *field, struct stoa_str given, const char *limit,
    const char *fix)
{
	const char *excerpt = bot_problem_excerpt(arena, given);

	return bot_problem_fill(ret_problem, arena,
	    &(struct bot_problem){
		.code = "action_not_valid",
		.field = "action",
		.given = excerpt,
		.limit = limit,
		.fix = fix,
	    },
	    given.len == 0 ? "the action lacks %s" : "%s cannot be %s", field,
	    excerpt);
}

static bool
refuse(const struct clause *c, const char *field, struct stoa_str given,
    const char *limit, const char *fix)
{
	return bot_motion_refuse(
	    c->problem, c->arena, field, given, limit, fix);
}

/* The next word, which must be there. */
static bool
word_take(struct clause *c, const char *field, const char *fix, char **ret_word)
{
	struct stoa_str word;

	if (!bot_motion_word(&c->rest, c->arena, &word)) {
		return refuse(c, field, STOA_STR(""), "", fix);
	}
	*ret_word = (char *)(uintptr_t)word.data;
	return true;
}

/* Nothing may follow. */
static bool
end_check(struct clause *c, const char *fix)
{
	struct stoa_str left = stoa_str_trim(c->rest);

	return left.len == 0 ||
	       refuse(c, "the end of the action", left,
		   "nothing more; actions are parted by ;", fix);
}

static void *
part_new(struct clause *c, size_t size)
{
	return stoa_arena_alloc(c->arena, size);
}

/* What was found only because memory has ended is told by the arena. */
#define PART(c, to, init)                            \
	do {                                         \
		(to) = part_new((c), sizeof(*(to))); \
		if ((to) == NULL) {                  \
			return true;                 \
		}                                    \
		init(to);                            \
	} while (0)

/* ---- amounts and roles ---- */

static bool
joy_take(struct clause *c, const char *field, const char *fix, int64_t *ret)
{
	struct stoa_money money;
	char *word;

	if (!word_take(c, field, fix, &word)) {
		return false;
	}
	if (!stoa_money_parse(stoa_str_of(word), &money) || money.micro < 0 ||
	    money.micro > BOT_AMOUNT_MICRO_MAX) {
		return refuse(c, field, stoa_str_of(word),
		    "an amount of Joy with up to six decimals", fix);
	}
	*ret = money.micro;
	return true;
}

Stoa__Accounts__Role
bot_motion_role(struct stoa_str name)
{
	const ProtobufCEnumDescriptor *roles =
	    &stoa__accounts__role__descriptor;

	for (unsigned i = 0; i < roles->n_values; i++) {
		const char *known = roles->values[i].name;

		if (roles->values[i].value != 0 && strlen(known) == name.len &&
		    strncasecmp(known, name.data, name.len) == 0) {
			return (Stoa__Accounts__Role)roles->values[i].value;
		}
	}
	return STOA__ACCOUNTS__ROLE__ROLE_UNSPECIFIED;
}

/* ---- the verbs ---- */

static bool
approve_read(struct clause *c)
{
	static const char fix[] =
	    "write it like: approve m_7f2w5k3cqz price 100";
	Stoa__Governance__ApproveModel *approve;
	char *model, *word;

	if (!word_take(c, "a model", fix, &model)) {
		return false;
	}
	if (!stoa_id_is_valid('m', stoa_str_of(model))) {
		return refuse(c, "the model", stoa_str_of(model),
		    "a model's id, see /models", fix);
	}
	PART(c, approve, stoa__governance__approve_model__init);
	approve->model = model;
	c->action->kind_case = ACTION(APPROVE_MODEL);
	c->action->approve_model = approve;
	if (stoa_str_trim(c->rest).len == 0) {
		return true; /* for what it is sold, the market says */
	}
	if (!word_take(c, "a price", fix, &word)) {
		return false;
	}
	if (strcmp(word, "price") != 0) {
		return refuse(c, "the end of the action", stoa_str_of(word),
		    "price and an amount of Joy", fix);
	}
	return joy_take(c, "the price", fix, &approve->price_micro) &&
	       end_check(c, fix);
}

/* Whether a model may be asked and sold at all. */
static bool
ban_read(struct clause *c, const char *fix, char **ret_model)
{
	if (!word_take(c, "a model", fix, ret_model)) {
		return false;
	}
	return stoa_id_is_valid('m', stoa_str_of(*ret_model))
		   ? end_check(c, fix)
		   : refuse(c, "the model", stoa_str_of(*ret_model),
			 "a model's id, see /market", fix);
}

static bool
takedown_read(struct clause *c)
{
	c->action->kind_case = ACTION(TAKEDOWN_MODEL);
	return ban_read(c, "write it like: takedown m_7f2w5k3cqz",
	    &c->action->takedown_model);
}

static bool
restore_read(struct clause *c)
{
	c->action->kind_case = ACTION(RESTORE_MODEL);
	return ban_read(c, "write it like: restore m_7f2w5k3cqz",
	    &c->action->restore_model);
}

static bool
pay_read(struct clause *c)
{
	static const char fix[] = "write it like: pay @member 10 a note";
	Stoa__Governance__Payment *pay;
	struct stoa_str memo;

	PART(c, pay, stoa__governance__payment__init);
	if (!word_take(c, "a member", fix, &pay->to) ||
	    !joy_take(c, "an amount", fix, &pay->amount_micro)) {
		return false;
	}
	memo = stoa_str_trim(c->rest);
	if (memo.len >= 2 && memo.data[0] == '"' &&
	    memo.data[memo.len - 1] == '"') {
		memo = (struct stoa_str){memo.data + 1, memo.len - 2};
	}
	if (memo.len > GOVERNANCE_MEMO_MAX) {
		return refuse(c, "the memo", memo, "at most 140 bytes",
		    "shorten the memo");
	}
	pay->memo = stoa_arena_str(c->arena, memo);
	c->action->kind_case = ACTION(TRANSFER);
	c->action->transfer = pay;
	return true;
}
STOA_STATIC_ASSERT(GOVERNANCE_MEMO_MAX == 140, "the limit's text says so");

static bool
role_read(struct clause *c)
{
	static const char fix[] = "write it like: role @member TRAINER";
	Stoa__Governance__RoleGrant *grant;
	char *name;

	PART(c, grant, stoa__governance__role_grant__init);
	if (!word_take(c, "a member", fix, &grant->member) ||
	    !word_take(c, "a role", fix, &name)) {
		return false;
	}
	grant->role = bot_motion_role(stoa_str_of(name));
	if (grant->role == STOA__ACCOUNTS__ROLE__ROLE_UNSPECIFIED) {
		return refuse(c, "the role", stoa_str_of(name),
		    "member, trainer, admin or owner", fix);
	}
	c->action->kind_case = ACTION(ROLE);
	c->action->role = grant;
	return end_check(c, fix);
}

/* name=value as a member of a JSON object: parameters.c knows their types. */
static void
parameter_add(
    struct stoa_buf *json, struct stoa_str name, struct stoa_str value)
{
	struct stoa_money number;
	bool is_bare = stoa_money_parse(value, &number) ||
		       stoa_str_is_equal(value, STOA_STR("true")) ||
		       stoa_str_is_equal(value, STOA_STR("false"));

	stoa_buf_add_text(json, json->len == 0 ? "{" : ", ");
	stoa_buf_add_json(json, name);
	stoa_buf_add_text(json, ": ");
	if (is_bare) {
		stoa_buf_add_str(json, value);
	} else {
		stoa_buf_add_json(json, value);
	}
}

/* One setting of `train`: name=value, or a name of ours and then its value. */
static bool
setting_take(struct clause *c, struct stoa_str word,
    Stoa__Training__SubmitJobRequest *job, struct stoa_buf *json)
{
	static const char fix[] =
	    "write it like: train bafy... epochs=10 budget 5";
	struct stoa_str value = word, name = stoa_str_cut(&value, '=');
	bool has_value = name.len < word.len;
	char *text;

	if (stoa_str_is_equal(name, STOA_STR("budget")) ||
	    stoa_str_is_equal(name, STOA_STR("name")) ||
	    stoa_str_is_equal(name, STOA_STR("recipe"))) {
		struct clause own = *c;

		if (has_value) {
			own.rest = value;
		}
		if (name.data[0] == 'b') {
			if (!joy_take(
				&own, "a budget", fix, &job->max_spend_micro)) {
				return false;
			}
		} else if (!word_take(&own, "a value", fix, &text)) {
			return false;
		} else if (name.data[0] == 'n') {
			job->name = text;
		} else {
			job->recipe = text;
		}
		c->rest = has_value ? c->rest : own.rest;
		return true;
	}
	if (!has_value || name.len == 0) {
		return refuse(c, "a setting", word,
		    "name=value, budget, name or recipe", fix);
	}
	parameter_add(json, name, value);
	return true;
}

static bool
train_settings(struct clause *c, Stoa__Training__SubmitJobRequest *job)
{
	struct stoa_buf json;
	struct stoa_str word;
	const char *text;
	bool ok = true;

	stoa_buf_init(&json, BOT_JSON_LEN_MAX);
	while (ok && bot_motion_word(&c->rest, c->arena, &word)) {
		ok = setting_take(c, word, job, &json);
	}
	if (json.len > 0) {
		stoa_buf_add_text(&json, "}");
	}
	text = stoa_arena_str(c->arena, stoa_buf_str(&json));
	stoa_buf_fini(&json);
	return ok && bot_parameters_read(stoa_str_of(text), c->arena,
			 &job->parameters, &job->n_parameters, c->problem);
}

static bool
train_read(struct clause *c)
{
	static const char fix[] =
	    "write it like: train bafy... epochs=10 budget 5";
	Stoa__Training__SubmitJobRequest *job;
	size_t len;

	PART(c, job, stoa__training__submit_job_request__init);
	job->recipe = (char *)(uintptr_t) "text-classifier";
	job->max_spend_micro = STOA_MICRO_PER_JOY;
	if (!word_take(c, "a dataset", fix, &job->dataset)) {
		return false;
	}
	len = strlen(job->dataset);
	if (len < BOT_CID_LEN_MIN || len > BOT_CID_LEN_MAX) {
		return refuse(c, "the dataset", stoa_str_of(job->dataset),
		    "a CID, see /datasets", fix);
	}
	c->action->kind_case = ACTION(FINE_TUNE);
	c->action->fine_tune = job;
	return train_settings(c, job);
}

/* The id in a platform's mention of a channel or a role, or as it stands. */
static char *
id_bare(struct clause *c, const char *text)
{
	struct stoa_str id = stoa_str_of(text);

	while (id.len > 0 && strchr("<#@&", id.data[0]) != NULL) {
		id = stoa_str_from(id, 1);
	}
	if (id.len > 0 && id.data[id.len - 1] == '>') {
		id.len--;
	}
	return stoa_arena_str(c->arena,
	    stoa_str_is_equal(id, STOA_STR("none")) ? STOA_STR("") : id);
}

static bool
delay_take(struct clause *c, int64_t *ret_us)
{
	static const char fix[] = "write it like: set withdrawal_delay 12h";
	char *word;

	if (!word_take(c, "a duration", fix, &word)) {
		return false;
	}
	if (!bot_motion_time(stoa_str_of(word), ret_us)) {
		return refuse(c, "the delay", stoa_str_of(word),
		    "a duration such as 30m, 12h or 2d", fix);
	}
	return end_check(c, fix);
}

static bool
set_read(struct clause *c)
{
	static const char fix[] = "write it like: set welcome_grant 50";
	static const char *const names[] = {"welcome_grant", "name",
	    "announce_channel", "admin_role", "trainer_role",
	    "withdrawal_delay", "withdrawal_limit"};
	Stoa__Accounts__Setting *setting;
	char *name, *value;

	if (!word_take(c, "a setting", fix, &name)) {
		return false;
	}
	PART(c, setting, stoa__accounts__setting__init);
	c->action->kind_case = ACTION(PARAMETER);
	c->action->parameter = setting;
	if (strcmp(name, names[0]) == 0) {
		setting->kind_case = SETTING(WELCOME_GRANT_MICRO);
		return joy_take(c, "the welcome grant", fix,
			   &setting->welcome_grant_micro) &&
		       end_check(c, fix);
	}
	if (strcmp(name, names[5]) == 0) {
		setting->kind_case = SETTING(WITHDRAWAL_DELAY_US);
		return delay_take(c, &setting->withdrawal_delay_us);
	}
	if (strcmp(name, names[6]) == 0) {
		setting->kind_case = SETTING(WITHDRAWAL_DAY_MICRO);
		return joy_take(c, "the limit",
			   "write it like: set withdrawal_limit 1000",
			   &setting->withdrawal_day_micro) &&
		       end_check(c, fix);
	}
	if (!word_take(c, "a value", fix, &value)) {
		return false;
	}
	if (strcmp(name, names[1]) == 0) {
		setting->kind_case = SETTING(NAME);
		setting->name = value;
	} else if (strcmp(name, names[2]) == 0) {
		setting->kind_case = SETTING(ANNOUNCE_CHANNEL);
		setting->announce_channel = id_bare(c, value);
	} else if (strcmp(name, names[3]) == 0) {
		setting->kind_case = SETTING(ADMIN_ROLE);
		setting->admin_role = id_bare(c, value);
	} else if (strcmp(name, names[4]) == 0) {
		setting->kind_case = SETTING(TRAINER_ROLE);
		setting->trainer_role = id_bare(c, value);
	} else {
		const char *near = stoa_str_suggest(
		    stoa_str_of(name), names, STOA_COUNT(names));

		return refuse(c, "the setting", stoa_str_of(name),
		    "welcome_grant, name, announce_channel, admin_role, "
		    "trainer_role, withdrawal_delay or withdrawal_limit",
		    near == NULL
			? fix
			: bot_words_print(c->arena, "did you mean %s?", near));
	}
	return end_check(c, fix);
}

/* ---- commands of the community's own ---- */

static Stoa__Accounts__CommunityCommand *
command_begin(struct clause *c)
{
	Stoa__Accounts__Setting *setting = part_new(c, sizeof(*setting));
	Stoa__Accounts__CommunityCommand *own = part_new(c, sizeof(*own));

	if (setting == NULL || own == NULL) {
		return NULL;
	}
	stoa__accounts__setting__init(setting);
	stoa__accounts__community_command__init(own);
	setting->kind_case = SETTING(COMMAND);
	setting->command = own;
	c->action->kind_case = ACTION(PARAMETER);
	c->action->parameter = setting;
	return own;
}

/* The bot's own commands come first: one of that name would never be heard. */
static bool
command_name_take(struct clause *c, const char *fix, char **ret_name)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	static const char limit[] = "1 to 32 of a-z, 0-9 and -, and no command "
				    "that there is";
	size_t len;

	if (!word_take(c, "a name", fix, ret_name)) {
		return false;
	}
	len = strlen(*ret_name);
	return (len > 0 && len <= ACCOUNTS_COMMAND_NAME_MAX &&
		   strspn(*ret_name, good) == len &&
		   bot_command_find(stoa_str_of(*ret_name)) == NULL) ||
	       refuse(c, "the name", stoa_str_of(*ret_name), limit,
		   "choose another name");
}
STOA_STATIC_ASSERT(ACCOUNTS_COMMAND_NAME_MAX == 32, "the limit's text says so");

static bool
command_read(struct clause *c)
{
	static const char fix[] =
	    "write it like: command faq text \"Read the pinned post.\"";
	Stoa__Accounts__CommunityCommand *own = command_begin(c);
	char *kind, *value;

	if (own == NULL) {
		return true; /* the arena tells */
	}
	if (!command_name_take(c, fix, &own->name) ||
	    !word_take(c, "text or model", fix, &kind) ||
	    !word_take(c, "what it answers with", fix, &value)) {
		return false;
	}
	if (strcmp(kind, "text") == 0) {
		own->text = value;
		if (value[0] == '\0' ||
		    strlen(value) > ACCOUNTS_COMMAND_TEXT_MAX) {
			return refuse(c, "the text", stoa_str_of(value),
			    "1 to 1000 bytes", fix);
		}
		return end_check(c, fix);
	}
	if (strcmp(kind, "model") == 0) {
		own->model = value;
		return stoa_id_is_valid('m', stoa_str_of(value))
			   ? end_check(c, fix)
			   : refuse(c, "the model", stoa_str_of(value),
				 "a model's id, such as m_7f2w5k9cqz",
				 "see /models");
	}
	return refuse(c, "what it is", stoa_str_of(kind), "text or model", fix);
}
STOA_STATIC_ASSERT(
    ACCOUNTS_COMMAND_TEXT_MAX == 1000, "the limit's text says so");

static bool
retire_command_read(struct clause *c)
{
	static const char fix[] = "write it like: retire-command faq";
	Stoa__Accounts__CommunityCommand *own = command_begin(c);

	return own == NULL ||
	       (word_take(c, "a name", fix, &own->name) && end_check(c, fix));
}

/* ---- rules ---- */

const Stoa__Governance__Rule *
bot_motion_rule(const Stoa__Governance__RulesReply *rules, const char *type)
{
	for (size_t i = 0; i < rules->n_rules; i++) {
		if (strcmp(rules->rules[i]->type, type) == 0) {
			return rules->rules[i];
		}
	}
	return NULL;
}

static void
upper(char *text)
{
	for (; *text != '\0'; text++) {
		if (*text >= 'a' && *text <= 'z') {
			*text = (char)(*text - 'a' + 'A');
		} else if (*text == '-') {
			*text = '_';
		}
	}
}

/* A type that is not there yet begins with the mildest rule. */
static void
rule_begin(Stoa__Governance__Rule *rule)
{
	rule->form = STOA__GOVERNANCE__FORM__SINGLE;
	rule->power = STOA__GOVERNANCE__POWER__PER_MEMBER;
	rule->quorum_bp = 1000;
	rule->threshold_bp = 5000;
	rule->voting_us = 3 * STOA_US_PER_DAY;
	rule->propose_role = STOA__ACCOUNTS__ROLE__MEMBER;
}

static bool
rule_read(struct clause *c)
{
	const Stoa__Governance__Rule *now;
	Stoa__Governance__Rule *rule;
	char *type = NULL;

	if (!word_take(c, "a type",
		"write it like: rule MODEL_APPROVAL quorum 20%", &type)) {
		return false;
	}
	upper(type);
	PART(c, rule, stoa__governance__rule__init);
	now = bot_motion_rule(c->rules, type);
	if (now == NULL) {
		rule_begin(rule);
	} else {
		*rule = *now;
	}
	rule->type = type;
	if (rule->voters != NULL) {
		rule->voters = stoa_arena_dup(
		    c->arena, rule->voters, sizeof(*rule->voters));
	}
	c->action->kind_case = ACTION(RULE);
	c->action->rule = rule;
	return bot_motion_rule_fields(c->rest, rule, c->arena, c->problem);
}

static bool
charter_read(struct clause *c)
{
	Stoa__Governance__Charter *charter;

	PART(c, charter, stoa__governance__charter__init);
	if (c->rules->charter != NULL) {
		*charter = *c->rules->charter;
	}
	c->action->kind_case = ACTION(CHARTER);
	c->action->charter = charter;
	return bot_motion_charter_fields(
	    c->rest, charter, c->arena, c->problem);
}

static bool
retire_read(struct clause *c)
{
	static const char fix[] = "write it like: retire-rule ETHICS";

	if (!word_take(c, "a type", fix, &c->action->retire_rule)) {
		return false;
	}
	upper(c->action->retire_rule);
	c->action->kind_case = ACTION(RETIRE_RULE);
	return end_check(c, fix);
}

/* ---- all ---- */

static const struct verb {
	const char *name;
	bool (*read)(struct clause *c);
} verbs[] = {
    {"approve", approve_read},
    {"takedown", takedown_read},
    {"restore", restore_read},
    {"pay", pay_read},
    {"role", role_read},
    {"train", train_read},
    {"set", set_read},
    {"rule", rule_read},
    {"charter", charter_read},
    {"retire-rule", retire_read},
    {"command", command_read},
    {"retire-command", retire_command_read},
};

static bool
verb_read(struct clause *c)
{
	const char *names[STOA_COUNT(verbs)], *near;
	struct stoa_str word;

	if (!bot_motion_word(&c->rest, c->arena, &word)) {
		word = STOA_STR("");
	}
	for (size_t i = 0; i < STOA_COUNT(verbs); i++) {
		names[i] = verbs[i].name;
		if (strlen(names[i]) == word.len &&
		    strncasecmp(word.data, names[i], word.len) == 0) {
			return verbs[i].read(c);
		}
	}
	near = stoa_str_suggest(word, names, STOA_COUNT(names));
	return refuse(c, "what is to be done", word,
	    "approve, takedown, restore, pay, role, train, set, rule, "
	    "charter, retire-rule, command or retire-command",
	    near == NULL ? "write it like: pay @member 10"
			 : bot_words_print(c->arena, "did you mean %s?", near));
}

/* "2: pay ..." is done if the second option wins. */
static bool
option_read(struct clause *c)
{
	struct stoa_str rest = c->rest, number = stoa_str_cut(&rest, ':');
	int64_t option;

	if (number.len == c->rest.len ||
	    !stoa_str_to_i64(stoa_str_trim(number), &option)) {
		return true;
	}
	if (option < 1 || option > TALLY_OPTIONS_MAX) {
		return refuse(c, "the option", number, "1 to 20",
		    "begin with the number of an option, such as 2:");
	}
	c->action->option = (uint32_t)(option - 1);
	c->rest = rest;
	return true;
}
STOA_STATIC_ASSERT(TALLY_OPTIONS_MAX == 20, "the limit's text says so");

/* Up to the next semicolon outside quotes. */
static struct stoa_str
clause_cut(struct stoa_str *rest)
{
	bool is_quoted = false;
	struct stoa_str all = *rest;

	for (size_t i = 0; i < all.len; i++) {
		is_quoted ^= all.data[i] == '"';
		if (all.data[i] == ';' && !is_quoted) {
			*rest = stoa_str_from(all, i + 1);
			return (struct stoa_str){all.data, i};
		}
	}
	*rest = STOA_STR("");
	return all;
}

bool
bot_motion_read(struct stoa_str text, const Stoa__Governance__RulesReply *rules,
    struct stoa_arena *arena, Stoa__Governance__Action ***ret_actions,
    size_t *ret_count, struct bot_problem *ret_problem)
{
	Stoa__Governance__Action **actions = stoa_arena_alloc_array(
	    arena, GOVERNANCE_ACTIONS_MAX, sizeof(actions[0]));
	size_t count = 0;

	while (actions != NULL && stoa_str_trim(text).len > 0) {
		struct clause c = {.rest = stoa_str_trim(clause_cut(&text)),
		    .rules = rules,
		    .arena = arena,
		    .problem = ret_problem};

		if (c.rest.len == 0) {
			continue; /* a semicolon at the end */
		}
		if (count == GOVERNANCE_ACTIONS_MAX) {
			return refuse(&c, "the list of actions", c.rest,
			    "at most 10 actions", "propose the rest apart");
		}
		c.action = stoa_arena_alloc(arena, sizeof(*c.action));
		if (c.action == NULL) {
			break;
		}
		stoa__governance__action__init(c.action);
		actions[count++] = c.action;
		if (!option_read(&c) || !verb_read(&c)) {
			return false;
		}
	}
	*ret_actions = actions;
	*ret_count = actions == NULL ? 0 : count;
	return true;
}
STOA_STATIC_ASSERT(GOVERNANCE_ACTIONS_MAX == 10, "the limit's text says so");
