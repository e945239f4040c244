/* suggest.c - what could stand in an option while a member is typing.
 *
 * Looks only, joins nobody, and gives nothing rather than waiting: the answer
 * is of no use after three seconds. */
#include "bot/parts.h"

#include "base/core.h"
#include "bot/limits.h"
#include "bot/tallied.h"
#include "bot/told.h"
#include "bot/words.h"

#include "proto/governance.pb-c.h"
#include "proto/marketplace.pb-c.h"

#include <inttypes.h>
#include <stdlib.h>

#define TRAINING   (&stoa__training__training__descriptor)
#define ACCOUNTS   (&stoa__accounts__accounts__descriptor)
#define GOVERNANCE (&stoa__governance__governance__descriptor)
#define MARKET	   (&stoa__marketplace__marketplace__descriptor)

struct suggest {
	struct bot *bot;
	struct stoa_arena arena;
	Stoa__Chat__SuggestQuery *query;
	const struct bot_option *option;
	struct stoa_id community, member;
	Stoa__Chat__SuggestReply reply;
	bot_suggested done;
	void *owner;
};

static void
end(struct suggest *s)
{
	s->done(s->owner, &s->reply);
	stoa_arena_fini(&s->arena);
	free(s);
}

/* ---- choosing ---- */

static bool
holds(const char *text, struct stoa_str typed)
{
	size_t len = strlen(text);

	for (size_t at = 0; at + typed.len <= len; at++) {
		if (strncasecmp(text + at, typed.data, typed.len) == 0) {
			return true;
		}
	}
	return false;
}

/* One choice more, if it fits what was typed. */
static void
offer(struct suggest *s, const char *value, const char *label)
{
	struct stoa_str typed = stoa_str_trim(stoa_str_of(s->query->typed));
	Stoa__Chat__Choice *c;

	if (s->reply.n_choices >= BOT_CHOICES_MAX ||
	    (!holds(value, typed) && !holds(label, typed))) {
		return;
	}
	c = stoa_arena_alloc(&s->arena, sizeof(*c));
	if (c == NULL) {
		return;
	}
	stoa__chat__choice__init(c);
	c->value = (char *)(uintptr_t)value;
	c->label = (char *)(uintptr_t)bot_words_excerpt(
	    &s->arena, stoa_str_of(label), BOT_TEXT_LEN_MAX);
	s->reply.choices[s->reply.n_choices++] = c;
}

static void
commands_offer(struct suggest *s)
{
	for (size_t i = 0; i < BOT_VERB_COUNT; i++) {
		const struct bot_command *c = bot_command_get((enum bot_verb)i);

		offer(s, c->name,
		    bot_words_print(&s->arena, "%s - %s", c->name, c->text));
	}
}

static double
accuracy_of(const Stoa__Training__Model *m)
{
	for (size_t i = 0; i < m->n_metrics; i++) {
		if (strcmp(m->metrics[i]->name, "accuracy") == 0) {
			return m->metrics[i]->value;
		}
	}
	return 0;
}

static void
models_offer(struct suggest *s, const Stoa__Training__ModelsReply *in)
{
	for (size_t i = 0; i < in->n_models; i++) {
		const Stoa__Training__Model *m = in->models[i];

		offer(s, m->id,
		    bot_words_print(&s->arena, "%s - %.1f %% - %s",
			m->name[0] == '\0' ? m->recipe : m->name,
			accuracy_of(m) * 100, m->id));
	}
}

static void
jobs_offer(struct suggest *s, const Stoa__Training__JobsReply *in)
{
	for (size_t i = 0; i < in->n_jobs; i++) {
		const Stoa__Training__Job *j = in->jobs[i];

		offer(s, j->id,
		    bot_words_print(&s->arena, "%s - %s - %s",
			j->name[0] == '\0' ? j->recipe : j->name,

			bot_view_job_state(bot_told_job(&s->arena, j).state),
			j->id));
	}
}

static void
datasets_offer(struct suggest *s, const Stoa__Training__DatasetsReply *in)
{
	for (size_t i = 0; i < in->n_datasets; i++) {
		const Stoa__Training__Dataset *d = in->datasets[i];

		offer(s, d->cid,
		    bot_words_print(&s->arena, "%s - %s", d->name,
			bot_words_size(&s->arena, d->size)));
	}
}

static void
proposals_offer(struct suggest *s, const Stoa__Governance__ProposalsReply *in)
{
	for (size_t i = 0; i < in->n_proposals; i++) {
		const Stoa__Governance__Proposal *p = in->proposals[i];

		offer(s, bot_words_print(&s->arena, "#%" PRIu64, p->number),
		    bot_words_print(&s->arena, "#%" PRIu64 " %s - %s",
			p->number, p->title, bot_tallied_state(p->state)));
	}
}

static void
types_offer(struct suggest *s, const Stoa__Governance__RulesReply *in)
{
	for (size_t i = 0; i < in->n_rules; i++) {
		const Stoa__Governance__Rule *r = in->rules[i];

		offer(s, r->type,
		    bot_words_print(&s->arena, "%s - %s", r->type, r->text));
	}
}

static void
own_offer(struct suggest *s, const Stoa__Accounts__CommunityReply *in)
{
	for (size_t i = 0; i < in->n_commands; i++) {
		const Stoa__Accounts__CommunityCommand *c = in->commands[i];

		offer(s, c->name,
		    bot_words_print(&s->arena, "%s - %s", c->name,
			c->model[0] != '\0' ? c->model : c->text));
	}
}

static void
listings_offer(struct suggest *s, const Stoa__Marketplace__SearchReply *in)
{
	for (size_t i = 0; i < in->n_listings; i++) {
		const Stoa__Marketplace__Listing *l = in->listings[i];

		offer(s, l->model,
		    bot_words_print(&s->arena, "%s - %s - %s", l->name,
			l->price_micro == 0
			    ? "for lease"
			    : bot_words_joy(&s->arena, l->price_micro),
			l->model));
	}
}

static void
deals_offer(struct suggest *s, const Stoa__Marketplace__DealsReply *in)
{
	for (size_t i = 0; i < in->n_deals; i++) {
		const Stoa__Marketplace__Deal *d = in->deals[i];

		offer(s, d->id,
		    bot_words_print(&s->arena, "%s - %s - %s", d->model_name,
			bot_words_joy(&s->arena, d->total_micro), d->id));
	}
}

/* ---- asking ---- */

/* What lists the values of a source, and what its answer is. */
static const struct source {
	enum bot_source source;
	const ProtobufCServiceDescriptor *service;
	const char *method;
	const ProtobufCMessageDescriptor *reply;
} sources[] = {
    {BOT_SOURCE_MODELS, TRAINING, "Models",
	&stoa__training__models_reply__descriptor},
    {BOT_SOURCE_JOBS, TRAINING, "Jobs",
	&stoa__training__jobs_reply__descriptor},
    {BOT_SOURCE_DATASETS, TRAINING, "Datasets",
	&stoa__training__datasets_reply__descriptor},
    {BOT_SOURCE_PROPOSALS, GOVERNANCE, "Proposals",
	&stoa__governance__proposals_reply__descriptor},
    {BOT_SOURCE_TYPES, GOVERNANCE, "Rules",
	&stoa__governance__rules_reply__descriptor},
    {BOT_SOURCE_OWN, ACCOUNTS, "Community",
	&stoa__accounts__community_reply__descriptor},
    {BOT_SOURCE_LISTINGS, MARKET, "Search",
	&stoa__marketplace__search_reply__descriptor},
    {BOT_SOURCE_LEASES, MARKET, "Deals",
	&stoa__marketplace__deals_reply__descriptor},
    {BOT_SOURCE_OFFERS, MARKET, "Deals",
	&stoa__marketplace__deals_reply__descriptor},
};

static const struct source *
source_of(const struct bot_option *option)
{
	for (size_t i = 0; i < STOA_COUNT(sources); i++) {
		if (sources[i].source == option->source) {
			return &sources[i];
		}
	}
	return NULL;
}

static void
on_listed(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct suggest *s = owner;
	void *in = NULL;

	(void)detail;
	if (status == STOA_OK) {
		in = stoa_unpack(&s->arena, source_of(s->option)->reply, reply);
	}
	if (in == NULL) {
		end(s);
		return;
	}
	switch ((int)s->option->source) {
	case BOT_SOURCE_MODELS:
		models_offer(s, in);
		break;
	case BOT_SOURCE_JOBS:
		jobs_offer(s, in);
		break;
	case BOT_SOURCE_PROPOSALS:
		proposals_offer(s, in);
		break;
	case BOT_SOURCE_TYPES:
		types_offer(s, in);
		break;
	case BOT_SOURCE_OWN:
		own_offer(s, in);
		break;
	case BOT_SOURCE_LISTINGS:
		listings_offer(s, in);
		break;
	case BOT_SOURCE_LEASES:
	case BOT_SOURCE_OFFERS:
		deals_offer(s, in);
		break;
	default:
		datasets_offer(s, in);
		break;
	}
	end(s);
}

static void
list_ask(struct suggest *s)
{
	Stoa__Training__ModelsQuery models = STOA__TRAINING__MODELS_QUERY__INIT;
	Stoa__Training__JobsQuery jobs = STOA__TRAINING__JOBS_QUERY__INIT;
	Stoa__Training__DatasetsQuery datasets =
	    STOA__TRAINING__DATASETS_QUERY__INIT;
	Stoa__Governance__ProposalsQuery proposals =
	    STOA__GOVERNANCE__PROPOSALS_QUERY__INIT;
	Stoa__Governance__RulesQuery rules =
	    STOA__GOVERNANCE__RULES_QUERY__INIT;
	Stoa__Accounts__CommunityQuery own =
	    STOA__ACCOUNTS__COMMUNITY_QUERY__INIT;
	Stoa__Marketplace__SearchQuery listings =
	    STOA__MARKETPLACE__SEARCH_QUERY__INIT;
	Stoa__Marketplace__DealsQuery leases =
	    STOA__MARKETPLACE__DEALS_QUERY__INIT;
	Stoa__Marketplace__DealsQuery offers =
	    STOA__MARKETPLACE__DEALS_QUERY__INIT;
	const ProtobufCMessage *queries[] = {&models.base, &jobs.base,
	    &datasets.base, &proposals.base, &rules.base, &own.base,
	    &listings.base, &leases.base, &offers.base};
	const struct source *source = source_of(s->option);

	STOA_STATIC_ASSERT(STOA_COUNT(queries) == STOA_COUNT(sources),
	    "in the order of the sources");
	datasets.limit = models.limit = jobs.limit = BOT_SUGGEST_LOOK;
	listings.limit = leases.limit = offers.limit = BOT_SUGGEST_LOOK;
	leases.is_open = offers.is_open = true;
	leases.member = offers.member = s->member.text;
	leases.kind = STOA__MARKETPLACE__DEAL_KIND__LEASE;
	offers.kind = STOA__MARKETPLACE__DEAL_KIND__OFFER;
	stoa_bus_call(s->bot->o.bus,
	    &(struct stoa_bus_call){
		.service = source->service,
		.method = source->method,
		.community = stoa_id_str(&s->community),
		.actor = stoa_id_str(&s->member),
		.timeout_us = BOT_SUGGEST_US,
	    },
	    queries[source - sources], on_listed, s);
}

static void
on_resolved(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct suggest *s = owner;
	const Stoa__Accounts__ResolveReply *in = NULL;
	struct stoa_str community, member;

	(void)detail;
	if (status == STOA_OK) {
		in = stoa_unpack(&s->arena,
		    &stoa__accounts__resolve_reply__descriptor, reply);
	}
	if (in == NULL) {
		end(s);
		return;
	}
	community = stoa_str_of(in->community);
	member = stoa_str_of(in->member);
	if (!stoa_id_is_valid('c', community) ||
	    !stoa_id_is_valid('u', member)) {
		end(s); /* nobody here has used anything yet */
		return;
	}
	memcpy(s->community.text, community.data, community.len);
	memcpy(s->member.text, member.data, member.len);
	list_ask(s);
}

static void
resolve(struct suggest *s)
{
	const Stoa__Chat__SuggestQuery *q = s->query;
	Stoa__Accounts__ResolveQuery in = STOA__ACCOUNTS__RESOLVE_QUERY__INIT;
	struct stoa_hash workspace, user;

	bot_people_keys(
	    s->bot, q->platform, q->workspace, q->user, &workspace, &user);
	in.workspace_key.data = workspace.bytes;
	in.workspace_key.len = sizeof(workspace.bytes);
	in.user_key.data = user.bytes;
	in.user_key.len = sizeof(user.bytes);
	stoa_bus_call(s->bot->o.bus,
	    &(struct stoa_bus_call){
		.service = ACCOUNTS,
		.method = "Resolve",
		.community = STOA_STR("directory"),
		.timeout_us = BOT_SUGGEST_US,
	    },
	    &in.base, on_resolved, s);
}

void
bot_suggest(struct bot *b, const Stoa__Chat__SuggestQuery *query,
    bot_suggested done, void *owner)
{
	const struct bot_command *row =
	    bot_command_find(stoa_str_of(query->path));
	struct suggest *s = calloc(1, sizeof(*s));

	stoa_assert(s != NULL);
	s->bot = b;
	s->done = done;
	s->owner = owner;
	stoa_arena_init(&s->arena, NULL, 0, BOT_ARENA_MAX);
	stoa__chat__suggest_reply__init(&s->reply);
	s->query =
	    stoa_unpack(&s->arena, &stoa__chat__suggest_query__descriptor,
		stoa_pack(&s->arena, &query->base));
	s->reply.choices = stoa_arena_alloc_array(
	    &s->arena, BOT_CHOICES_MAX, sizeof(*s->reply.choices));
	s->option = row == NULL || s->query == NULL
			? NULL
			: bot_option_find(row, stoa_str_of(query->option));
	if (s->option == NULL || s->reply.choices == NULL) {
		end(s);
	} else if (s->option->source == BOT_SOURCE_COMMANDS) {
		commands_offer(s);
		end(s);
	} else if (source_of(s->option) != NULL) {
		resolve(s);
	} else {
		end(s);
	}
}
