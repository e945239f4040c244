/* bodies.c - every body of the golden files as a line of JSON.
 *
 * {"kind":"message|callback|modal|commands","name":...,"body":...}: for
 * schemas and clients that are not ours to say whether Discord takes it.
 * Each has been through our own check first. */
#include "base/buf.h"
#include "base/check.h"
#include "discord/commands.h"
#include "discord/render.h"

#include "../bot/samples.h"
#include "cards.h"
#include "check.h"

#include <stdio.h>

static struct stoa_arena arena;

static void
line_print(const char *kind, const char *name, struct stoa_str body)
{
	stoa_assert(body.len > 0);
	printf("{\"kind\":\"%s\",\"name\":\"%s\",\"body\":%.*s}\n", kind, name,
	    STOA_STR_ARG(body));
}

static void
callback_print(const char *name, struct stoa_str body)
{
	check_callback(body);
	line_print("callback", name, body);
}

static struct discord_rendered
rendered_of(const Stoa__Chat__Card *card, struct discord_options options)
{
	struct discord_rendered rendered;

	stoa_assert(card != NULL);
	stoa_assert(discord_render(&arena, card, &options, &rendered));
	check_message(rendered.json);
	return rendered;
}

static void
card_print(const char *name, const Stoa__Chat__Card *card)
{
	struct discord_rendered r;

	for (unsigned i = 0; i < 4; i++) {
		r = rendered_of(card, (struct discord_options){
					  .is_first = true,
					  .use_embeds = (i & 1) != 0,
					  .has_no_files = (i & 2) != 0,
					  .nonce = "0123456789abcdef",
				      });
		line_print("message", name, r.json);
	}
	r = rendered_of(card, (struct discord_options){.is_first = true});
	callback_print(name, discord_answer_message(&arena, &r));
	r = rendered_of(card, (struct discord_options){0});
	callback_print(name, discord_answer_edit(&arena, &r));
	if (card->form != NULL) {
		Stoa__Chat__Form form = *card->form;

		/* The bot gives each its token when the card is sent. */
		if (form.token[0] == '\0') {
			form.token = (char *)(uintptr_t) "token";
		}
		stoa_assert(discord_render_form(&arena, &form, &r));
		check_modal(r.json);
		line_print("modal", name, r.json);
		callback_print(name, discord_answer_form(&arena, &r));
	}
	stoa_arena_reset(&arena);
}

static void
answers_print(void)
{
	static const struct discord_choice choices[] = {
	    {{"intents", 7}, {"m_7f2w5k9cqz", 12}},
	    {{"reviews", 7}, {"m_aaaaaaaaaa", 12}},
	};

	callback_print("later", discord_answer_later(&arena, false));
	callback_print("later-ephemeral", discord_answer_later(&arena, true));
	callback_print("nothing", discord_answer_nothing(&arena));
	callback_print("choices", discord_answer_choices(&arena, choices, 2));
	callback_print("choices-none", discord_answer_choices(&arena, NULL, 0));
}

int
main(void)
{
	struct stoa_str commands;

	stoa_arena_init(&arena, NULL, 0, (size_t)16 * 1024 * 1024);
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		card_print(sample_name(i), sample_card(&arena, i));
	}
	for (size_t i = 0; i < CARD_COUNT; i++) {
		card_print(card_name((enum card_name)i),
		    card_get(&arena, (enum card_name)i));
	}
	answers_print();
	commands = discord_commands_print(&arena);
	check_commands(commands);
	line_print("commands", "catalogue", commands);
	stoa_arena_fini(&arena);
	return ferror(stdout) != 0;
}
