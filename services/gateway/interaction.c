/* interaction.c - JSON of Discord to commands and turns. */
#include "gateway/interaction.h"

#include "base/core.h"
#include "base/encode.h"
#include "base/map.h"
#include "discord/platform.h"
#include "gateway/limits.h"

#include <stdio.h>
#include <stdlib.h>

/* Discord: options of a command, values of a select, parts of a modal. */
#define OPTIONS_MAX 25

enum interaction_type {
	TYPE_PING = 1,
	TYPE_COMMAND = 2,
	TYPE_COMPONENT = 3,
	TYPE_AUTOCOMPLETE = 4,
	TYPE_MODAL = 5,
};

enum option_type {
	OPTION_SUB_COMMAND = 1,
	OPTION_SUB_COMMAND_GROUP = 2,
	OPTION_STRING = 3,
	OPTION_INTEGER = 4,
	OPTION_BOOLEAN = 5,
	OPTION_USER = 6,
	OPTION_CHANNEL = 7,
	OPTION_ROLE = 8,
	OPTION_MENTIONABLE = 9,
	OPTION_NUMBER = 10,
	OPTION_ATTACHMENT = 11,
};

/* Bits of a member's permissions. */
#define PERMISSION_ADMINISTRATOR (UINT64_C(1) << 3)
#define PERMISSION_MANAGE_GUILD	 (UINT64_C(1) << 5)

/* Every read goes through here: the first failure stays. */
struct reader {
	struct stoa_arena *arena;
	struct stoa_json root;
	int64_t now_us;
	const char *why; /* NULL: all is well */
};

static struct stoa_json
get(struct stoa_json object, const char *name)
{
	return stoa_json_get(object, stoa_str_of(name));
}

static bool
is_array(struct stoa_json value)
{
	return !stoa_json_is_absent(value) &&
	       stoa_json_type(value) == STOA_JSON_ARRAY;
}

static void
fail(struct reader *r, const char *why)
{
	if (r->why == NULL) {
		r->why = why;
	}
}

/* "" when it is not there or null. */
static char *
text(struct reader *r, struct stoa_json object, const char *name)
{
	struct stoa_json value = get(object, name);
	struct stoa_str found = {"", 0};
	char *copy;

	if (!stoa_json_is_absent(value) &&
	    stoa_json_type(value) != STOA_JSON_NULL &&
	    (!stoa_json_to_str(value, r->arena, &found) ||
		(found.len > 0 && memchr(found.data, 0, found.len) != NULL))) {
		fail(r, name);
		found = STOA_STR("");
	}
	copy = stoa_arena_str(r->arena, found);
	if (copy == NULL) {
		fail(r, "memory");
	}
	return copy;
}

static bool
is_snowflake(const char *id)
{
	size_t len = strlen(id);

	for (size_t i = 0; i < len; i++) {
		if (id[i] < '0' || id[i] > '9') {
			return false;
		}
	}
	return len > 0 && len < GATEWAY_ID_SIZE;
}

/* An id that must be there. */
static char *
snowflake(struct reader *r, struct stoa_json object, const char *name)
{
	char *id = text(r, object, name);

	if (id != NULL && !is_snowflake(id)) {
		fail(r, name);
	}
	return id;
}

static void *
make(struct reader *r, size_t size)
{
	void *made = stoa_arena_alloc(r->arena, size);

	if (made == NULL) {
		fail(r, "memory");
	}
	return made;
}

/* ---- options ---- */

/* One more option of the command; NULL: no room. */
static Stoa__Chat__Option *
option_add(struct reader *r, Stoa__Chat__Command *c, char *name)
{
	Stoa__Chat__Option *o;

	if (c->options == NULL) {
		c->options =
		    make(r, OPTIONS_MAX * sizeof(Stoa__Chat__Option *));
	}
	if (c->n_options >= OPTIONS_MAX) {
		fail(r, "options");
	}
	o = r->why == NULL ? make(r, sizeof(*o)) : NULL;
	if (o != NULL) {
		stoa__chat__option__init(o);
		o->name = name;
		c->options[c->n_options++] = o;
	}
	return o;
}

static void
option_set_text(Stoa__Chat__Option *o, char *value)
{
	o->value_case = STOA__CHAT__OPTION__VALUE_TEXT;
	o->text = value;
}

static void
option_set_file(struct reader *r, Stoa__Chat__Option *o, const char *id)
{
	struct stoa_json found =
	    get(get(get(get(r->root, "data"), "resolved"), "attachments"), id);
	Stoa__Chat__Attachment *a = make(r, sizeof(*a));
	int64_t size = 0;

	if (a == NULL) {
		return;
	}
	stoa__chat__attachment__init(a);
	(void)!stoa_json_to_i64(get(found, "size"), &size);
	a->name = text(r, found, "filename");
	a->size = size < 0 ? 0 : (uint64_t)size;
	a->media_type = text(r, found, "content_type");
	a->url = text(r, found, "url");
	o->value_case = STOA__CHAT__OPTION__VALUE_FILE;
	o->file = a;
}

static void
option_set(struct reader *r, Stoa__Chat__Option *o, int64_t type,
    struct stoa_json object)
{
	struct stoa_json value = get(object, "value");
	bool is_right = true;

	switch ((enum option_type)type) {
	case OPTION_INTEGER:
		o->value_case = STOA__CHAT__OPTION__VALUE_INTEGER;
		is_right = stoa_json_to_i64(value, &o->integer);
		break;
	case OPTION_NUMBER:
		o->value_case = STOA__CHAT__OPTION__VALUE_NUMBER;
		is_right = stoa_json_to_double(value, &o->number);
		break;
	case OPTION_BOOLEAN: {
		bool flag = false;

		o->value_case = STOA__CHAT__OPTION__VALUE_FLAG;
		is_right = stoa_json_to_bool(value, &flag);
		o->flag = flag;
		break;
	}
	case OPTION_USER:
		o->value_case = STOA__CHAT__OPTION__VALUE_PERSON;
		o->person = snowflake(r, object, "value");
		break;
	case OPTION_ATTACHMENT:
		option_set_file(r, o, snowflake(r, object, "value"));
		break;
	case OPTION_STRING:
	case OPTION_CHANNEL:
	case OPTION_ROLE:
	case OPTION_MENTIONABLE:
		option_set_text(o, text(r, object, "value"));
		break;
	case OPTION_SUB_COMMAND:
	case OPTION_SUB_COMMAND_GROUP:
		is_right = false;
		break;
	}
	if (!is_right) {
		fail(r, "options.value");
	}
}

/* The focused option and what stands in it so far. */
static void
focus_set(struct reader *r, Stoa__Chat__SuggestQuery *q, char *name,
    struct stoa_json object)
{
	struct stoa_json value = get(object, "value");

	q->option = name;
	if (!stoa_json_is_absent(value) &&
	    stoa_json_type(value) == STOA_JSON_NUMBER) {
		q->typed = stoa_arena_str(r->arena, value.text);
	} else {
		q->typed = text(r, object, "value");
	}
}

/* Walks down through sub-commands, which add to the path. */
static void
options_read(struct reader *r, struct stoa_json list, Stoa__Chat__Command *c,
    Stoa__Chat__SuggestQuery *q)
{
	struct stoa_json_iter it;
	struct stoa_json_member m;

	if (!is_array(list)) {
		return;
	}
	it = stoa_json_iter(list);
	while (r->why == NULL && stoa_json_next(&it, &m)) {
		char *name = text(r, m.value, "name");
		int64_t type = 0;
		bool is_focused = false;
		Stoa__Chat__Option *o;

		(void)!stoa_json_to_i64(get(m.value, "type"), &type);
		(void)!stoa_json_to_bool(get(m.value, "focused"), &is_focused);
		if (type == OPTION_SUB_COMMAND ||
		    type == OPTION_SUB_COMMAND_GROUP) {
			c->path =
			    stoa_arena_printf(r->arena, "%s %s", c->path, name);
			list = get(m.value, "options");
			if (!is_array(list)) {
				return; /* it has none */
			}
			it = stoa_json_iter(list);
			continue;
		}
		if (q != NULL) {
			if (is_focused) {
				focus_set(r, q, name, m.value);
			}
			continue;
		}
		o = option_add(r, c, name);
		if (o != NULL) {
			option_set(r, o, type, m.value);
		}
	}
}

/* ---- components ---- */

static void
token_set(struct reader *r, Stoa__Chat__Command *c, struct stoa_json data)
{
	char *id = text(r, data, "custom_id");
	struct stoa_str rest;

	if (id == NULL) {
		return;
	}
	rest = stoa_str_of(id);
	if (stoa_str_has_prefix(rest, STOA_STR(INTERACTION_TOKEN_PREFIX))) {
		id += sizeof(INTERACTION_TOKEN_PREFIX) - 1;
	}
	/* A foreign id is no token; `bot` says so. */
	c->token = id[0] == '\0' ? text(r, data, "none") : id;
	if (id[0] == '\0') {
		fail(r, "custom_id");
	}
}

/* What was chosen, each as an option named "value". */
static void
values_read(struct reader *r, struct stoa_json list, Stoa__Chat__Command *c)
{
	struct stoa_json_iter it;
	struct stoa_json_member m;
	struct stoa_str value;

	if (!is_array(list)) {
		return;
	}
	it = stoa_json_iter(list);
	while (r->why == NULL && stoa_json_next(&it, &m)) {
		Stoa__Chat__Option *o = option_add(
		    r, c, stoa_arena_str(r->arena, STOA_STR("value")));

		if (o == NULL || !stoa_json_to_str(m.value, r->arena, &value) ||
		    (value.len > 0 &&
			memchr(value.data, 0, value.len) != NULL)) {
			fail(r, "values");
			return;
		}
		option_set_text(o, stoa_arena_str(r->arena, value));
	}
}

/* One part of a modal: a label with its input, or a row with one. */
static void
input_read(struct reader *r, struct stoa_json part, Stoa__Chat__Command *c)
{
	struct stoa_json input = get(part, "component");
	struct stoa_json list = get(part, "components");
	struct stoa_json_iter it;
	struct stoa_json_member m;
	Stoa__Chat__Option *o;
	char *value;

	if (stoa_json_is_absent(input) && is_array(list)) {
		it = stoa_json_iter(list);
		if (stoa_json_next(&it, &m)) {
			input = m.value;
		}
	}
	if (stoa_json_is_absent(input)) {
		return; /* a text between the inputs */
	}
	value = text(r, input, "value");
	if (value == NULL || value[0] == '\0') {
		return; /* left empty */
	}
	o = option_add(r, c, text(r, input, "custom_id"));
	if (o != NULL) {
		option_set_text(o, value);
	}
}

static void
inputs_read(struct reader *r, struct stoa_json list, Stoa__Chat__Command *c)
{
	struct stoa_json_iter it;
	struct stoa_json_member m;

	if (!is_array(list)) {
		fail(r, "components");
		return;
	}
	it = stoa_json_iter(list);
	while (r->why == NULL && stoa_json_next(&it, &m)) {
		input_read(r, m.value, c);
	}
}

/* ---- who and where ---- */

static Stoa__Chat__Standing
standing_of(struct reader *r, struct stoa_json member)
{
	char *bits = text(r, member, "permissions");
	int64_t value = 0;

	if (bits == NULL || bits[0] == '\0' ||
	    !stoa_str_to_i64(stoa_str_of(bits), &value) || value < 0) {
		return STOA__CHAT__STANDING__ORDINARY;
	}
	if (((uint64_t)value & PERMISSION_ADMINISTRATOR) != 0) {
		return STOA__CHAT__STANDING__HEAD;
	}
	return ((uint64_t)value & PERMISSION_MANAGE_GUILD) != 0
		   ? STOA__CHAT__STANDING__MANAGER
		   : STOA__CHAT__STANDING__ORDINARY;
}

/* Nick, name, or the account's name: the first there is. */
static char *
name_of(struct reader *r, struct stoa_json member, struct stoa_json user)
{
	char *name = text(r, member, "nick");

	if (name != NULL && name[0] == '\0') {
		name = text(r, user, "global_name");
	}
	if (name != NULL && name[0] == '\0') {
		name = text(r, user, "username");
	}
	return name;
}

/* The roles a person holds. Everybody's own, which has the server's id, is
 * never among them. */
static void
roles_read(struct reader *r, struct stoa_json list, Stoa__Chat__Command *c)
{
	struct stoa_json_iter it;
	struct stoa_json_member m;
	struct stoa_str id;

	c->has_roles = is_array(list);
	if (!is_array(list) || stoa_json_count(list) == 0) {
		return;
	}
	c->roles = make(r, GATEWAY_ROLES_MAX * sizeof(char *));
	it = stoa_json_iter(list);
	while (r->why == NULL && c->n_roles < GATEWAY_ROLES_MAX &&
	       stoa_json_next(&it, &m)) {
		char *copy = NULL;

		if (stoa_json_to_str(m.value, r->arena, &id)) {
			copy = stoa_arena_str(r->arena, id);
		}
		if (copy == NULL || strlen(copy) != id.len ||
		    !is_snowflake(copy)) {
			fail(r, "member.roles");
			return;
		}
		c->roles[c->n_roles++] = copy;
	}
}

static Stoa__Chat__Command *
command_new(struct reader *r, struct stoa_json member, struct stoa_json user)
{
	Stoa__Chat__Command *c = make(r, sizeof(*c));

	if (c == NULL) {
		return NULL;
	}
	stoa__chat__command__init(c);
	c->id = snowflake(r, r->root, "id");
	c->platform = (char *)(uintptr_t) "discord";
	c->workspace = text(r, r->root, "guild_id");
	c->user = snowflake(r, user, "id");
	c->name = name_of(r, member, user);
	c->channel = text(r, r->root, "channel_id");
	c->standing = standing_of(r, member);
	roles_read(r, get(member, "roles"), c);
	c->received_at_us = r->now_us;
	return c;
}

/* The handle, packed and in base64url: Command.reply. */
static void
reply_set(struct reader *r, Stoa__Chat__Command *c,
    const Stoa__Discord__Handle *handle)
{
	struct stoa_str packed = stoa_pack(r->arena, &handle->base);
	struct stoa_buf b;

	if (packed.data == NULL) {
		fail(r, "memory");
		return;
	}
	stoa_buf_init(&b, 1024);
	stoa_base64_encode(&b, STOA_BASE64URL_NOPAD, packed);
	c->reply =
	    b.is_overflown ? NULL : stoa_arena_str(r->arena, stoa_buf_str(&b));
	stoa_buf_fini(&b);
	if (c->reply == NULL || strlen(c->reply) > 512) {
		fail(r, "token");
	}
}

/* When Discord sent it, which its id tells: what comes late, after a resume,
 * has less than its three seconds left. If the clocks disagree by more, ours
 * counts. */
static int64_t
sent_us(const struct reader *r, const char *id)
{
	int64_t ms = discord_snowflake_ms(strtoull(id, NULL, 10));
	int64_t age_us = r->now_us - ms * STOA_US_PER_MS;

	return age_us > 0 && age_us < DISCORD_FIRST_US ? r->now_us - age_us
						       : r->now_us;
}

static Stoa__Discord__Turn *
turn_new(
    struct reader *r, const Stoa__Chat__Command *c, Stoa__Discord__Kind kind)
{
	Stoa__Discord__Turn *turn = make(r, sizeof(*turn));
	Stoa__Discord__Handle *h = make(r, sizeof(*h));

	if (turn == NULL || h == NULL) {
		return NULL;
	}
	stoa__discord__turn__init(turn);
	stoa__discord__handle__init(h);
	h->application = snowflake(r, r->root, "application_id");
	h->interaction = c->id;
	h->token = text(r, r->root, "token");
	h->kind = kind;
	h->guild = c->workspace;
	h->channel = c->channel;
	h->message = text(r, get(r->root, "message"), "id");
	h->received_at_us = c->id == NULL ? r->now_us : sent_us(r, c->id);
	if (h->token != NULL && h->token[0] == '\0') {
		fail(r, "token");
	}
	turn->command = c->id;
	turn->handle = h;
	turn->user = c->user;
	return turn;
}

/* ---- whole ones ---- */

static Stoa__Discord__Kind
kind_of(int64_t type)
{
	switch (type) {
	case TYPE_COMMAND:
		return STOA__DISCORD__KIND__COMMAND;
	case TYPE_COMPONENT:
		return STOA__DISCORD__KIND__COMPONENT;
	case TYPE_AUTOCOMPLETE:
		return STOA__DISCORD__KIND__AUTOCOMPLETE;
	case TYPE_MODAL:
		return STOA__DISCORD__KIND__MODAL;
	default:
		return STOA__DISCORD__KIND__KIND_UNSPECIFIED;
	}
}

static void
suggest_read(struct reader *r, struct stoa_json data, Stoa__Chat__Command *c,
    Stoa__Discord__Turn *turn)
{
	Stoa__Chat__SuggestQuery *q = make(r, sizeof(*q));

	if (q == NULL) {
		return;
	}
	stoa__chat__suggest_query__init(q);
	options_read(r, get(data, "options"), c, q);
	q->platform = c->platform;
	q->workspace = c->workspace;
	q->user = c->user;
	q->locale = c->locale;
	q->path = c->path;
	if (q->option == NULL || q->option[0] == '\0') {
		fail(r, "options.focused");
	}
	turn->suggest = q;
}

static void
data_read(struct reader *r, int64_t type, Stoa__Chat__Command *c,
    Stoa__Discord__Turn *turn)
{
	struct stoa_json data = get(r->root, "data");

	switch (type) {
	case TYPE_COMMAND:
		c->path = text(r, data, "name");
		options_read(r, get(data, "options"), c, NULL);
		c->can_form = true;
		break;
	case TYPE_COMPONENT:
		token_set(r, c, data);
		values_read(r, get(data, "values"), c);
		c->can_form = true;
		break;
	case TYPE_MODAL:
		token_set(r, c, data);
		inputs_read(r, get(data, "components"), c);
		break;
	default:
		c->path = text(r, data, "name");
		suggest_read(r, data, c, turn);
		break;
	}
	turn->path = c->path;
	for (size_t i = 0; i < c->n_options; i++) {
		if (c->options[i]->value_case ==
		    STOA__CHAT__OPTION__VALUE_FILE) {
			turn->request = c;
		}
	}
}

bool
interaction_read(struct stoa_json data, int64_t now_us,
    struct stoa_arena *arena, struct interaction *ret, const char **ret_why)
{
	struct reader r = {.arena = arena, .root = data, .now_us = now_us};
	struct stoa_json member = get(data, "member");
	struct stoa_json user = get(member, "user");
	Stoa__Chat__Command *c;
	Stoa__Discord__Turn *turn;
	int64_t type = 0;

	*ret = (struct interaction){0};
	if (!stoa_json_to_i64(get(data, "type"), &type) || type < TYPE_PING ||
	    type > TYPE_MODAL) {
		*ret_why = "type";
		return false;
	}
	if (type == TYPE_PING) {
		ret->is_ping = true;
		return true;
	}
	user = stoa_json_is_absent(user) ? get(data, "user") : user;
	c = command_new(&r, member, user);
	turn = r.why == NULL ? turn_new(&r, c, kind_of(type)) : NULL;
	if (turn != NULL) {
		c->locale = text(&r, data, "locale");
		data_read(&r, type, c, turn);
		reply_set(&r, c, turn->handle);
	}
	if (arena->is_overflown) {
		r.why = "memory"; /* whatever it made of the rest */
	}
	if (r.why != NULL) {
		*ret_why = r.why;
		return false;
	}
	ret->command = type == TYPE_AUTOCOMPLETE ? NULL : c;
	ret->turn = turn;
	return true;
}

/* ---- messages ---- */

/* The text behind "<@id>" or "<@!id>" at the front; NULL: no such mention. */
static const char *
mention_skip(const char *content, const char *bot_user)
{
	size_t len = strlen(bot_user);

	while (*content == ' ') {
		content++;
	}
	if (content[0] != '<' || content[1] != '@') {
		return NULL;
	}
	content += content[2] == '!' ? 3 : 2;
	if (strncmp(content, bot_user, len) != 0 || content[len] != '>') {
		return NULL;
	}
	content += len + 1;
	while (*content == ' ' || *content == ',' || *content == ':') {
		content++;
	}
	return content;
}

static bool
is_for_us(const char *guild, const char *content, const char *bot_user,
    const char **ret_text)
{
	*ret_text = mention_skip(content, bot_user);
	if (*ret_text == NULL && guild[0] == '\0') {
		*ret_text = content; /* a direct message needs no mention */
	}
	return *ret_text != NULL && **ret_text != '\0';
}

static bool
message_handle_set(struct reader *r, Stoa__Chat__Command *c, char *message)
{
	Stoa__Discord__Handle h = STOA__DISCORD__HANDLE__INIT;

	h.kind = STOA__DISCORD__KIND__MESSAGE;
	h.guild = c->workspace;
	h.channel = c->channel;
	h.message = message;
	h.received_at_us = r->now_us;
	reply_set(r, c, &h);
	return r->why == NULL && !r->arena->is_overflown;
}

bool
interaction_read_message(struct stoa_json data, const char *bot_user,
    int64_t now_us, struct stoa_arena *arena, struct interaction *ret)
{
	struct reader r = {.arena = arena, .root = data, .now_us = now_us};
	struct stoa_json author = get(data, "author");
	Stoa__Chat__Command *c;
	const char *said;
	bool is_bot = false;
	char *content;

	*ret = (struct interaction){0};
	(void)!stoa_json_to_bool(get(author, "bot"), &is_bot);
	content = text(&r, data, "content");
	if (is_bot || content == NULL ||
	    !stoa_json_is_absent(get(data, "webhook_id")) ||
	    bot_user[0] == '\0') {
		return false;
	}
	c = command_new(&r, get(data, "member"), author);
	if (r.why != NULL ||
	    !is_for_us(c->workspace, content, bot_user, &said)) {
		return false;
	}
	c->raw = (char *)(uintptr_t)said;
	if (!message_handle_set(&r, c, c->id)) {
		return false;
	}
	ret->command = c;
	return true;
}

bool
interaction_read_arrival(struct stoa_json data, int64_t now_us,
    struct stoa_arena *arena, struct interaction *ret)
{
	struct reader r = {.arena = arena, .root = data, .now_us = now_us};
	char *guild, *joined;
	Stoa__Chat__Command *c = make(&r, sizeof(*c));

	*ret = (struct interaction){0};
	if (c == NULL) {
		return false;
	}
	stoa__chat__command__init(c);
	guild = snowflake(&r, data, "id");
	joined = text(&r, data, "joined_at");
	c->platform = (char *)(uintptr_t) "discord";
	c->workspace = guild;
	c->user = snowflake(&r, data, "owner_id");
	c->channel = text(&r, data, "system_channel_id");
	c->locale = text(&r, data, "preferred_locale");
	c->standing = STOA__CHAT__STANDING__HEAD;
	c->received_at_us = now_us;
	c->path = (char *)(uintptr_t) "setup";
	if (r.why != NULL) {
		return false;
	}
	/* Joined again is another arrival. */
	c->id = stoa_arena_printf(arena, "arrival-%s-%08x", guild,
	    (unsigned)(stoa_map_hash(0, stoa_str_of(joined)) & 0xffffffffu));
	if (c->id == NULL ||
	    !message_handle_set(&r, c, stoa_arena_str(arena, STOA_STR("")))) {
		return false;
	}
	ret->command = c;
	return true;
}
