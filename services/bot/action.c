/* action.c - tokens in cards, and back to lines. */
#include "bot/action.h"

#include "base/core.h"
#include "base/encode.h"
#include "base/hash.h"
#include "bot/catalogue.h"
#include "bot/limits.h"

/* Of the MACs' 32 bytes: what cannot be found by trying. */
#define REFERENCE_BYTES 10
#define MAC_BYTES	8
#define MAC_LEN		13

static const char digits[] = "0123456789abcdef";

STOA_STATIC_ASSERT(BOT_BUTTONS_MAX + 1 + BOT_SELECTS_MAX + 1 <= BOT_ACTIONS_MAX,
    "each has its place");
STOA_STATIC_ASSERT(sizeof(digits) - 1 >= BOT_ACTIONS_MAX, "one digit each");

/* ---- MACs ---- */

static void
mac_text(struct stoa_str key, const char *kind, struct stoa_str bytes,
    size_t len, char *to, size_t size)
{
	struct stoa_hmac hmac;
	struct stoa_hash hash;
	struct stoa_buf b;

	stoa_hmac_init(&hmac, key);
	stoa_hmac_add(&hmac, kind, strlen(kind) + 1);
	stoa_hmac_add(&hmac, bytes.data, bytes.len);
	hash = stoa_hmac_end(&hmac);
	stoa_buf_init(&b, size);
	stoa_base32_encode(&b, stoa_str_of_bytes(hash.bytes, len));
	stoa_assert(b.len + 1 == size);
	memcpy(to, b.data, size);
	stoa_buf_fini(&b);
}

/* "1" reference index mac, terminated. */
static void
token_write(struct stoa_str key, const char *reference, size_t index,
    char token[static BOT_TOKEN_SIZE])
{
	size_t len = 1 + BOT_REFERENCE_LEN + 1;

	token[0] = '1';
	memcpy(token + 1, reference, BOT_REFERENCE_LEN);
	token[len - 1] = digits[index];
	mac_text(key, "action", stoa_str_of_bytes(token, len), MAC_BYTES,
	    token + len, MAC_LEN + 1);
}

/* In a time that does not tell where they differ. */
static bool
is_same(const char *a, const char *b, size_t len)
{
	unsigned differs = 0;

	for (size_t i = 0; i < len; i++) {
		differs |= (unsigned char)a[i] ^ (unsigned char)b[i];
	}
	return differs == 0;
}

bool
bot_action_open(struct stoa_str key, struct stoa_str token,
    char ret_reference[static BOT_REFERENCE_LEN + 1], size_t *ret_index)
{
	char reference[BOT_REFERENCE_LEN + 1] = "", want[BOT_TOKEN_SIZE];
	const char *digit;

	if (token.len != 1 + BOT_REFERENCE_LEN + 1 + MAC_LEN) {
		return false;
	}
	digit = memchr(
	    digits, token.data[1 + BOT_REFERENCE_LEN], sizeof(digits) - 1);
	if (digit == NULL) {
		return false;
	}
	memcpy(reference, token.data + 1, BOT_REFERENCE_LEN);
	token_write(key, reference, (size_t)(digit - digits), want);
	if (!is_same(token.data, want, token.len)) {
		return false;
	}
	memcpy(ret_reference, reference, sizeof(reference));
	*ret_index = (size_t)(digit - digits);
	return true;
}

/* ---- collecting ---- */

/* Every place of a card that carries a command. */
struct place {
	char **token;
	const char *command;
	const char *option;
	const char *none;
};

static struct place
place_of(Stoa__Chat__Select *s)
{
	return (struct place){&s->token, s->command, s->option, s->none};
}

static size_t
places_find(Stoa__Chat__Card *card, struct place places[BOT_ACTIONS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < card->n_buttons; i++) {
		Stoa__Chat__Button *b = card->buttons[i];

		if (b->does_case == STOA__CHAT__BUTTON__DOES_COMMAND &&
		    count < BOT_BUTTONS_MAX) {
			/* The oneof holds one: the command goes. */
			places[count++] =
			    (struct place){&b->token, b->command, "", ""};
			b->does_case = STOA__CHAT__BUTTON__DOES_TOKEN;
		}
	}
	if (card->select != NULL) {
		places[count++] = place_of(card->select);
	}
	for (size_t i = 0; i < card->n_selects && i < BOT_SELECTS_MAX; i++) {
		places[count++] = place_of(card->selects[i]);
	}
	if (card->form != NULL) {
		places[count++] = (struct place){
		    &card->form->token, card->form->command, "", ""};
	}
	return count;
}

/* What only looks may be used by all who see it, and what each does for
 * oneself, such as voting. So may what needs more than
 * membership: whoever uses it is asked for that anyway. */
static bool
is_asker_only(const char *command)
{
	struct stoa_str line = stoa_str_of(command), name;
	const struct bot_command *row;

	line = stoa_str_from(line, line.len > 0 && line.data[0] == '/');
	name = stoa_str_cut(&line, ' ');
	row = bot_command_find(name);
	return row == NULL ||
	       (row->permission < BOT_ADMIN && !row->is_for_all &&
		   (row->effect != BOT_NOTHING || row->is_private));
}

static bool
actions_fill(struct stoa_arena *arena, const struct place *places, size_t count,
    Stoa__Chat__Actions *actions)
{
	actions->actions =
	    stoa_arena_alloc_array(arena, count, sizeof(*actions->actions));
	for (size_t i = 0; actions->actions != NULL && i < count; i++) {
		Stoa__Chat__Action *a = stoa_arena_alloc(arena, sizeof(*a));

		if (a == NULL) {
			return false;
		}
		stoa__chat__action__init(a);
		a->command = (char *)(uintptr_t)places[i].command;
		a->option = (char *)(uintptr_t)places[i].option;
		a->none = (char *)(uintptr_t)places[i].none;
		a->is_asker_only = is_asker_only(places[i].command);
		actions->actions[i] = a;
		actions->n_actions = i + 1;
	}
	return actions->actions != NULL;
}

bool
bot_action_attach(struct stoa_arena *arena, struct stoa_str key,
    Stoa__Chat__Card *card, const Stoa__Chat__Actions *asker,
    struct bot_actions *ret_actions)
{
	struct place places[BOT_ACTIONS_MAX];
	Stoa__Chat__Actions actions = *asker;
	size_t count = places_find(card, places);

	*ret_actions = (struct bot_actions){0};
	if (count == 0) {
		return true;
	}
	if (!actions_fill(arena, places, count, &actions)) {
		return false;
	}
	ret_actions->packed = stoa_pack(arena, &actions.base);
	if (ret_actions->packed.data == NULL) {
		return false;
	}
	mac_text(key, "actions", ret_actions->packed, REFERENCE_BYTES,
	    ret_actions->reference, sizeof(ret_actions->reference));
	for (size_t i = 0; i < count; i++) {
		char *token = stoa_arena_alloc(arena, BOT_TOKEN_SIZE);

		if (token == NULL) {
			return false;
		}
		token_write(key, ret_actions->reference, i, token);
		*places[i].token = token;
	}
	return true;
}

/* ---- back to a line ---- */

static void
quoted_add(struct stoa_buf *b, const char *value)
{
	for (; *value != '\0'; value++) {
		if (*value == '\n') {
			stoa_buf_add_text(b, "\\n");
			continue;
		}
		if (*value == '"' || *value == '\\') {
			stoa_buf_add_byte(b, '\\');
		}
		stoa_buf_add_byte(b, (uint8_t)*value);
	}
}

/* In double quotes, as the parser reads them. */
static void
value_add(struct stoa_buf *b, const char *name, const char *value)
{
	stoa_buf_printf(b, " %s:\"", name);
	quoted_add(b, value);
	stoa_buf_add_byte(b, '"');
}

/* What was chosen: one, several, or nothing at all. */
static void
chosen_add(struct stoa_buf *b, const Stoa__Chat__Action *action,
    const Stoa__Chat__Command *command)
{
	size_t count = 0;

	for (size_t i = 0; i < command->n_options; i++) {
		const Stoa__Chat__Option *o = command->options[i];

		if (o->value_case == STOA__CHAT__OPTION__VALUE_TEXT) {
			if (count == 0) {
				stoa_buf_printf(b, " %s:\"", action->option);
			}
			stoa_buf_add_text(b, count++ == 0 ? "" : ", ");
			quoted_add(b, o->text);
		}
	}
	if (count > 0) {
		stoa_buf_add_byte(b, '"');
	} else if (action->none[0] != '\0') {
		value_add(b, action->option, action->none);
	}
}

/* What was filled in, under the names of the form. */
static void
inputs_add(struct stoa_buf *b, const Stoa__Chat__Command *command)
{
	for (size_t i = 0; i < command->n_options; i++) {
		const Stoa__Chat__Option *o = command->options[i];

		if (o->value_case == STOA__CHAT__OPTION__VALUE_TEXT) {
			value_add(b, o->name, o->text);
		}
	}
}

const char *
bot_action_line(struct stoa_arena *arena, const Stoa__Chat__Action *action,
    const Stoa__Chat__Command *command)
{
	struct stoa_buf b;
	const char *line;

	stoa_buf_init(&b, BOT_LINE_LEN_MAX);
	stoa_buf_add_text(&b, action->command);
	if (action->option[0] != '\0') {
		chosen_add(&b, action, command);
	} else {
		inputs_add(&b, command);
	}
	line = b.is_overflown ? NULL : stoa_arena_str(arena, stoa_buf_str(&b));
	stoa_buf_fini(&b);
	return line;
}
