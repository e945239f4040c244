/* handlers_run.c - /run: commands that the community has voted for. */
#include "bot/parts.h"

#include "accounts/limits.h"
#include "bot/view.h"

#define ACCOUNTS (&stoa__accounts__accounts__descriptor)

static void
refuse(struct bot_run *r, const char *code, const char *field,
    const char *limit, const char *fix, const char *text)
{
	(void)bot_problem_fill(&r->problem, &r->arena,
	    &(struct bot_problem){
		.code = code,
		.field = field,
		.given = bot_problem_excerpt(
		    &r->arena, stoa_str_of(bot_run_text(r, field))),
		.limit = limit,
		.fix = fix,
	    },
	    "%s", text);
	r->bot->counts.refusals++;
	bot_run_refuse(r, &r->problem);
}

static void
list_show(struct bot_run *r, const Stoa__Accounts__CommunityReply *in)
{
	struct bot_own_view views[ACCOUNTS_COMMANDS_MAX];
	size_t count = in->n_commands < ACCOUNTS_COMMANDS_MAX
			   ? in->n_commands
			   : ACCOUNTS_COMMANDS_MAX;

	for (size_t i = 0; i < count; i++) {
		views[i] = (struct bot_own_view){in->commands[i]->name,
		    in->commands[i]->text, in->commands[i]->model};
	}
	bot_run_finish(r, bot_view_own_commands(&r->arena, views, count));
}

/* As if the member had sent /ask with that model. */
static void
model_ask(struct bot_run *r, char *model)
{
	Stoa__Chat__Option *option =
	    stoa_arena_alloc(&r->arena, sizeof(*option));
	Stoa__Chat__Option **options = stoa_arena_alloc_array(
	    &r->arena, r->command->n_options + 1, sizeof(options[0]));

	if (bot_run_text(r, "question")[0] == '\0') {
		refuse(r, "missing_option", "question", "a question",
		    "send it again with question:",
		    "this command asks a model, and needs a question");
		return;
	}
	if (option == NULL || options == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	stoa__chat__option__init(option);
	option->name = (char *)(uintptr_t) "model";
	option->value_case = STOA__CHAT__OPTION__VALUE_TEXT;
	option->text = model;
	options[0] = option;
	for (size_t i = 0; i < r->command->n_options; i++) {
		options[i + 1] = r->command->options[i];
	}
	r->command->options = options;
	r->command->n_options++;
	bot_handle_ask(r);
}

static void
found(struct bot_run *r, const void *reply)
{
	const Stoa__Accounts__CommunityReply *in = reply;
	const char *name = bot_run_text(r, "name");

	if (name[0] == '\0') {
		list_show(r, in);
		return;
	}
	for (size_t i = 0; i < in->n_commands; i++) {
		Stoa__Accounts__CommunityCommand *own = in->commands[i];

		if (strcmp(own->name, name) != 0) {
			continue;
		}
		if (own->model[0] != '\0') {
			model_ask(r, own->model);
		} else {
			bot_run_finish(r, bot_view_own(&r->arena,
					      &(struct bot_own_view){own->name,
						  own->text, own->model}));
		}
		return;
	}
	refuse(r, "no_such_command", "name", "a command of this community",
	    "see /run for all of them",
	    "this community has no such command of its own");
}

void
bot_handle_run(struct bot_run *r)
{
	Stoa__Accounts__CommunityQuery in =
	    STOA__ACCOUNTS__COMMUNITY_QUERY__INIT;

	bot_run_call(r,
	    &(struct bot_call){
		.service = ACCOUNTS,
		.method = "Community",
		.next = found,
	    },
	    &in.base);
}
