/* suggest.c - values while a member is typing: asked of `bot`, answered to
 * Discord within its three seconds or not at all. */
#include "discord/parts.h"

#include "base/check.h"
#include "base/core.h"
#include "discord/render.h"

#include <stdio.h>
#include <stdlib.h>

/* What is older cannot be answered in time any more. */
#define SUGGEST_US (2500 * STOA_US_PER_MS)
#define ASK_US	   (2 * STOA_US_PER_S)

struct suggest {
	struct discord *discord;
	struct stoa_arena arena;
	Stoa__Discord__Turn *in;
};

static void
end(struct suggest *s)
{
	s->discord->busy--;
	s->discord->suggests--;
	stoa_arena_fini(&s->arena);
	free(s);
}

static void
on_answered(void *owner, const struct rest_answer *in)
{
	struct suggest *s = owner;

	s->discord->counts.choices += in->result.status == STOA_OK;
	end(s); /* too late is no harm: the next letter asks again */
}

static void
choices_send(struct suggest *s, const Stoa__Chat__SuggestReply *reply)
{
	const Stoa__Discord__Handle *h = s->in->handle;
	struct discord_choice choices[25];
	size_t count = 0;
	char path[640];
	struct rest_request out = {
	    .method = REST_POST,
	    .path = path,
	    .lane = REST_LANE_INTERACTION,
	    .timeout_us = ASK_US,
	};

	for (size_t i = 0; reply != NULL && i < reply->n_choices &&
			   count < STOA_COUNT(choices);
	     i++) {
		choices[count].name = stoa_str_of(reply->choices[i]->label);
		choices[count++].value = stoa_str_of(reply->choices[i]->value);
	}
	out.json = discord_answer_choices(&s->arena, choices, count);
	(void)snprintf(path, sizeof(path), "/interactions/%s/%s/callback",
	    h->interaction, h->token);
	if (out.json.len == 0 || rest_send(s->discord->s.rest, &out,
				     on_answered, s, NULL) != STOA_OK) {
		end(s);
	}
}

static void
on_suggested(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct suggest *s = owner;
	const Stoa__Chat__SuggestReply *in = NULL;

	(void)detail;
	if (status == STOA_OK) {
		in = stoa_unpack(
		    &s->arena, &stoa__chat__suggest_reply__descriptor, reply);
	}
	choices_send(s, in);
}

void
suggest_start(
    struct discord *d, struct stoa_delivery *turn, Stoa__Discord__Turn *in)
{
	struct suggest *s;

	/* Never again: a second answer would be too late, and the next letter
	 * asks anew. */
	stoa_delivery_ack(turn);
	if (in->suggest == NULL || d->suggests >= DISCORD_SUGGESTS_MAX ||
	    d->wall_us - in->handle->received_at_us > SUGGEST_US) {
		return;
	}
	s = calloc(1, sizeof(*s));
	stoa_assert(s != NULL);
	s->discord = d;
	d->busy++;
	d->suggests++;
	stoa_arena_init(&s->arena, NULL, 0, DISCORD_ARENA_MAX);
	s->in = stoa_unpack(&s->arena, &stoa__discord__turn__descriptor,
	    stoa_pack(&s->arena, &in->base));
	if (s->in == NULL) {
		end(s);
		return;
	}
	stoa_bus_call(d->s.bus,
	    &(struct stoa_bus_call){
		.service = &stoa__chat__chat__descriptor,
		.method = "Suggest",
		.timeout_us = ASK_US,
	    },
	    &s->in->suggest->base, on_suggested, s);
}
