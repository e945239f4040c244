/* register.c - the catalogue as Discord's commands, once at the start.
 *
 * What is registered is read first, and only overwritten when something
 * differs: an overwrite makes commands unusable in clients until they reload,
 * and a renamed command loses what servers have permitted. The plan is
 * printed before it is carried out. */
#include "discord/parts.h"

#include "base/check.h"
#include "discord/commands.h"

#include <stdio.h>

#define AGAIN_US (60 * STOA_US_PER_S)

static void
again(struct discord *d, const char *why)
{
	discord_say(d, true, "commands_not_registered", "%s", why);
	d->commands = COMMANDS_UNKNOWN;
	d->describe_us = d->now_us + AGAIN_US;
}

static void
on_put(void *owner, const struct rest_answer *in)
{
	struct discord *d = owner;

	d->busy--;
	if (in->result.status == STOA_OK) {
		d->commands = COMMANDS_DONE;
		d->counts.registered++;
		discord_say(
		    d, false, "commands_registered", "the plan is done");
	} else {
		discord_say(d, true, "commands_refused", "Discord says %.*s",
		    in->body.len > 600 ? 600 : (int)in->body.len,
		    in->body.data);
		again(d, in->cause);
	}
}

static void
put(struct discord *d, struct stoa_str ours)
{
	char path[96];
	struct rest_request out = {
	    .method = REST_PUT,
	    .path = path,
	    .json = ours,
	    .lane = REST_LANE_BULK,
	    .timeout_us = DISCORD_CALL_US,
	};

	(void)snprintf(
	    path, sizeof(path), "/applications/%s/commands", d->application);
	d->busy++;
	if (rest_send(d->s.rest, &out, on_put, d, NULL) != STOA_OK) {
		d->busy--;
		again(d, "the list of commands is too large to be sent");
	}
}

static void
plan_print(const struct discord *d, struct stoa_str lines)
{
	while (lines.len > 0) {
		struct stoa_str line = stoa_str_cut(&lines, '\n');

		if (line.len > 0) {
			discord_say(d, false, "command_plan", "%.*s",
			    STOA_STR_ARG(line));
		}
	}
}

static void
on_got(void *owner, const struct rest_answer *in)
{
	struct discord *d = owner;
	struct stoa_arena arena;
	struct discord_plan plan;
	struct stoa_str ours;

	d->busy--;
	if (in->result.status != STOA_OK) {
		again(d, in->cause);
		return;
	}
	stoa_arena_init(&arena, NULL, 0, DISCORD_ARENA_MAX);
	ours = discord_commands_print(&arena);
	if (ours.len == 0 || discord_commands_compare(
				 &arena, ours, in->body, &plan) != STOA_OK) {
		again(d, "what Discord says about commands cannot be read");
	} else if (!plan.is_needed) {
		d->commands = COMMANDS_DONE;
		discord_say(d, false, "commands_current",
		    "Discord has the commands of this release");
	} else if (plan.has_entry_point) {
		d->commands = COMMANDS_DONE;
		discord_say(d, true, "commands_not_registered",
		    "an activity's entry point is registered for this "
		    "application: remove it, then start again");
	} else {
		plan_print(d, plan.text);
		put(d, ours);
	}
	stoa_arena_fini(&arena);
}

void
register_start(struct discord *d)
{
	char path[96];
	struct rest_request out = {
	    .method = REST_GET,
	    .path = path,
	    .query = "with_localizations=true",
	    .lane = REST_LANE_BULK,
	    .timeout_us = DISCORD_CALL_US,
	};

	(void)snprintf(
	    path, sizeof(path), "/applications/%s/commands", d->application);
	d->commands = COMMANDS_ASKED;
	d->busy++;
	if (rest_send(d->s.rest, &out, on_got, d, NULL) != STOA_OK) {
		d->busy--;
		again(d, "the request could not be made");
	}
}
