/* main.c - wires the bot to the bus, the cache and the clock. */
#include "base/core.h"
#include "bot/bot.h"
#include "bot/limits.h"
#include "edge/cache_settings.h"
#include "edge/entropy.h"
#include "edge/log.h"
#include "edge/svc.h"

#include "proto/chat.pb-c.h"

#include <stdlib.h>

static const struct stoa_conf_option options[] = {
    {"link-key", STOA_CONF_SECRET, NULL, 0, 127,
	"secret that turns platforms' users into the directory's keys"},
    {"rate-factor", STOA_CONF_NUMBER, "1", 1, 1000000,
	"multiplies every rate limit"},
    {"community-name", STOA_CONF_TEXT, "home", 1, 64,
	"what the community is called when it is opened"},
    {"welcome-grant", STOA_CONF_NUMBER, "100", 0,
	BOT_WELCOME_MAX / STOA_MICRO_PER_JOY,
	"credit for each new member, in Joy"},
    {"has-chain", STOA_CONF_FLAG, "false", 0, 0,
	"chain is there: members have accounts on it"},
};

static struct bot *bot;

static void
warn(const char *event, const char *text)
{
	stoa_log(STOA_LOG_WARN, event, "%s", text);
}

/* ---- while a member is typing ---- */

struct asked {
	struct stoa_bus *bus;
	struct stoa_request *request;
};

static void
on_suggested(void *owner, const Stoa__Chat__SuggestReply *reply)
{
	struct asked *a = owner;
	struct stoa_arena arena;

	stoa_arena_init(&arena, NULL, 0, BOT_ARENA_MAX);
	stoa_bus_answer(
	    a->bus, a->request, STOA_OK, stoa_pack(&arena, &reply->base), NULL);
	stoa_arena_fini(&arena);
	free(a);
}

static void
on_request(void *owner, struct stoa_request *request)
{
	struct stoa_bus *bus = owner;
	const Stoa__Chat__SuggestQuery *query;
	struct asked *a = calloc(1, sizeof(*a));
	struct stoa_arena arena;

	stoa_assert(a != NULL);
	*a = (struct asked){bus, request};
	stoa_arena_init(&arena, NULL, 0, BOT_ARENA_MAX);
	query = stoa_unpack(
	    &arena, &stoa__chat__suggest_query__descriptor, request->body);
	if (query == NULL) {
		stoa_bus_answer(bus, request, STOA_INVALID, STOA_STR(""),
		    "not a SuggestQuery");
		free(a);
	} else {
		bot_suggest(bot, query, on_suggested, a);
	}
	stoa_arena_fini(&arena);
}

static bool
start(struct stoa_svc *svc)
{
	const struct stoa_conf *conf = stoa_svc_conf(svc);
	struct bot_options o = {
	    .bus = stoa_svc_bus(svc),
	    .link_key = stoa_str_of(stoa_conf_get(conf, "link-key")),
	    .community_name = stoa_conf_get(conf, "community-name"),
	    .welcome_micro =
		stoa_conf_number(conf, "welcome-grant") * STOA_MICRO_PER_JOY,
	    .rate_factor = stoa_conf_number(conf, "rate-factor"),
	    .has_chain = stoa_conf_flag(conf, "has-chain"),
	    .warn = warn,
	};

	if (o.link_key.len < 32) {
		stoa_log(STOA_LOG_ERROR, "link_key_missing",
		    "link-key: at least 32 characters are needed; make them "
		    "with `openssl rand -hex 32` and name their file with "
		    "--link-key-file");
		return false;
	}
	if (stoa_cache_open_as_set(svc, &o.cache) != STOA_OK ||
	    !stoa_entropy_bytes(&o.seed, sizeof(o.seed))) {
		stoa_log(STOA_LOG_ERROR, "not_started",
		    "out of memory, or the system gives no random numbers");
		return false;
	}
	bot = bot_new(&o);
	bot_start(bot);
	stoa_svc_add(svc, &bot_part, bot);
	stoa_svc_add(svc, &stoa_cache_part, o.cache);
	stoa_bus_serve(o.bus, &stoa__chat__chat__descriptor, on_request, o.bus);
	stoa_bus_serve_slots(o.bus, NULL);
	return true;
}

int
main(int argc, char **argv)
{
	const struct stoa_svc_spec spec = {
	    .name = "bot",
	    .description = "commands in, cards out",
	    .options = options,
	    .option_count = STOA_COUNT(options),
	    .shared = {&stoa_cache_settings},
	    .start = start,
	};

	return stoa_svc_main(&spec, argc, argv);
}
