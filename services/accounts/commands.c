/* commands.c - commands of a community's own, which a vote adds and takes away:
 * each answers with a text or asks a model. What they do, the bot does; names
 * that it has itself it does not propose. */
#include "accounts/limits.h"
#include "accounts/state.h"
#include "base/hasher.h"
#include "base/id.h"
#include "base/text.h"

#include <stdlib.h>

static bool
is_removal(const Stoa__Accounts__CommunityCommand *command)
{
	return command->text[0] == '\0' && command->model[0] == '\0';
}

static Stoa__Accounts__CommunityCommand *
command_get(const struct accounts *s, const char *name)
{
	return stoa_map_get(&s->commands, stoa_str_of(name));
}

static bool
refuse_field(struct stoa_decision *d, const char *field, int64_t limit)
{
	REFUSE(d, name_not_valid, field, stoa_decide_number(d, limit));
	return false;
}

static bool
name_is_good(const char *name)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t len = strlen(name);

	return len >= 1 && len <= ACCOUNTS_COMMAND_NAME_MAX &&
	       strspn(name, good) == len;
}

bool
command_check(const struct accounts *s,
    const Stoa__Accounts__CommunityCommand *command,
    const struct stoa_command *c, struct stoa_decision *d)
{
	if (!stoa_actor_is(c, "governance")) {
		REFUSE(d, not_permitted, "an accepted proposal");
		return false;
	}
	if (!name_is_good(command->name)) {
		return refuse_field(d, "name", ACCOUNTS_COMMAND_NAME_MAX);
	}
	if (is_removal(command)) {
		if (command_get(s, command->name) == NULL) {
			REFUSE(d, no_such_command, command->name);
			return false;
		}
		return true;
	}
	if (!stoa_text_has_lines(command->text, ACCOUNTS_COMMAND_TEXT_MAX) ||
	    (command->text[0] != '\0' && command->model[0] != '\0')) {
		return refuse_field(d, "text", ACCOUNTS_COMMAND_TEXT_MAX);
	}
	if (command->model[0] != '\0' &&
	    !stoa_id_is_valid('m', stoa_str_of(command->model))) {
		return refuse_field(d, "model", STOA_ID_SIZE);
	}
	if (command_get(s, command->name) == NULL &&
	    s->commands.count >= ACCOUNTS_COMMANDS_MAX) {
		REFUSE(d, too_many, "commands",
		    stoa_decide_number(d, ACCOUNTS_COMMANDS_MAX));
		return false;
	}
	return true;
}

bool
command_is_set(
    const struct accounts *s, const Stoa__Accounts__CommunityCommand *command)
{
	const Stoa__Accounts__CommunityCommand *now =
	    command_get(s, command->name);

	return now != NULL && strcmp(now->text, command->text) == 0 &&
	       strcmp(now->model, command->model) == 0;
}

void
command_apply(
    struct accounts *s, const Stoa__Accounts__CommunityCommand *command)
{
	struct stoa_str name = stoa_str_of(command->name);

	stoa_keep_free(is_removal(command) ? stoa_map_remove(&s->commands, name)
					   : stoa_map_put(&s->commands, name,
						 stoa_keep(&command->base)));
}

void
commands_digest(const struct accounts *s, struct stoa_hasher *h)
{
	STOA_MAP_EACH(&s->commands, entry)
	{
		const Stoa__Accounts__CommunityCommand *command = entry->value;

		stoa_hasher_text(h, entry->key);
		stoa_hasher_text(h, stoa_str_of(command->text));
		stoa_hasher_text(h, stoa_str_of(command->model));
	}
}

void
commands_free(struct accounts *s)
{
	STOA_MAP_EACH(&s->commands, entry)
	{
		stoa_keep_free(entry->value);
	}
	stoa_map_fini(&s->commands);
}
