/* main.c - wires Discord out to the bus, the limits' store and the network. */
#include "discord/discord.h"
#include "discord/rest.h"
#include "discord/talk_limits.h"
#include "edge/cache_settings.h"
#include "edge/entropy.h"
#include "edge/log.h"
#include "edge/svc.h"

#include "proto/discord.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct stoa_conf_option options[] = {
    {"discord-token", STOA_CONF_SECRET, NULL, 0, 127, "the bot's token"},
    {"replica", STOA_CONF_TEXT, "discord", 1, 15,
	"name of this process among its replicas, kept over restarts"},
    {"api-url", STOA_CONF_TEXT, REST_BASE_URL, 1, 200, "of Discord's REST API"},
    {"ca-file", STOA_CONF_TEXT, NULL, 0, 1000,
	"authorities to believe; empty: the system's"},
    {"register-commands", STOA_CONF_FLAG, "true", 0, 0,
	"bring the registered commands up to date at the start"},
    {"embeds", STOA_CONF_FLAG, "false", 0, 0,
	"draw cards as embeds instead of components"},
    {"global-limit", STOA_CONF_NUMBER, "50", 1, 1000,
	"requests a second that Discord allows this bot"},
    {"invalid-limit", STOA_CONF_NUMBER, "10000", 10, 10000,
	"invalid requests in ten minutes after which Discord bans"},
};

static char incarnation[48], folder[512], origin[256], state_path[600];
static char invite_path[600];

static void
say(bool is_warning, const char *event, const char *text)
{
	stoa_log(is_warning ? STOA_LOG_WARN : STOA_LOG_INFO, event, "%s", text);
}

static void
fatal(const char *text)
{
	stoa_log(STOA_LOG_ERROR, "stopped", "%s", text);
	_exit(STOA_EXIT_CONFIG);
}

/* For `stoa status`. */
static void
invite_keep(const char *url)
{
	FILE *file = fopen(invite_path, "we");

	if (file != NULL) {
		(void)fprintf(file, "%s\n", url);
		(void)fclose(file);
	}
}

/* ---- settings ---- */

/* "http://host:port/" of the API's address, unless it is Discord's. */
static void
origin_set(const char *url)
{
	struct stoa_str rest_of = stoa_str_of(url), host;
	size_t len = stoa_str_has_prefix(rest_of, STOA_STR("https://")) ? 8 : 7;

	if (strcmp(url, REST_BASE_URL) == 0 || rest_of.len <= len) {
		return;
	}
	rest_of = stoa_str_from(rest_of, len);
	host = stoa_str_cut(&rest_of, '/');
	(void)snprintf(origin, sizeof(origin), "%.*s%.*s/", (int)len, url,
	    STOA_STR_ARG(host));
}

static bool
names_make(struct stoa_svc *svc, const char *replica, uint64_t *ret_seed)
{
	char unique[25]; /* 96 random bits */

	if (!stoa_entropy_text(unique, sizeof(unique)) ||
	    !stoa_entropy_bytes(ret_seed, sizeof(*ret_seed))) {
		return false;
	}
	(void)snprintf(
	    incarnation, sizeof(incarnation), "%s.%s", replica, unique);
	(void)snprintf(
	    folder, sizeof(folder), "%s", stoa_svc_path(svc, "discord", true));
	(void)snprintf(
	    state_path, sizeof(state_path), "%s/limits-%s", folder, replica);
	(void)snprintf(invite_path, sizeof(invite_path), "%s/invite", folder);
	return true;
}

static bool
rest_start(struct stoa_svc *svc, struct stoa_cache *cache, uint64_t seed,
    struct rest **ret_rest)
{
	const struct stoa_conf *conf = stoa_svc_conf(svc);
	struct rest_options o = {
	    .base_url = stoa_conf_get(conf, "api-url"),
	    .token = stoa_conf_get(conf, "discord-token"),
	    .ca_file = stoa_conf_get_or_null(conf, "ca-file"),
	    .home_url = "https://github.com/stoa-suite/stoa",
	    .version = STOA_VERSION,
	    .global_limit = (unsigned)stoa_conf_number(conf, "global-limit"),
	    .invalid_max = (unsigned)stoa_conf_number(conf, "invalid-limit"),
	    .cache = cache,
	    .seed = seed,
	    .state_path = state_path,
	};

	return rest_open(stoa_svc_loop(svc), &o, ret_rest) == STOA_OK;
}

static bool
start(struct stoa_svc *svc)
{
	const struct stoa_conf *conf = stoa_svc_conf(svc);
	struct discord_settings s = {
	    .bus = stoa_svc_bus(svc),
	    .loop = stoa_svc_loop(svc),
	    .replica = stoa_conf_get(conf, "replica"),
	    .incarnation = incarnation,
	    .folder = folder,
	    .file_origin = origin,
	    .registers = stoa_conf_flag(conf, "register-commands"),
	    .use_embeds = stoa_conf_flag(conf, "embeds"),
	    .log = say,
	    .fatal = fatal,
	    .invite = invite_keep,
	};
	struct stoa_cache *cache;
	struct discord *discord;

	if (stoa_conf_get(conf, "discord-token")[0] == '\0') {
		fatal("discord-token: name its file with --discord-token-file; "
		      "the token stands under Bot in Discord's developer "
		      "portal");
	}
	origin_set(stoa_conf_get(conf, "api-url"));
	if (stoa_cache_open_as_set(svc, &cache) != STOA_OK ||
	    !names_make(svc, s.replica, &s.seed)) {
		stoa_log(STOA_LOG_ERROR, "not_started",
		    "out of memory, or the system gives no random numbers");
		return false;
	}
	if (!rest_start(svc, cache, s.seed, &s.rest)) {
		fatal("api-url or discord-token cannot be used: the address "
		      "is https://..., the token has no spaces");
	}
	discord = discord_new(&s);
	discord_start(discord);
	stoa_svc_add(svc, &discord_part, discord);
	stoa_svc_add(svc, &stoa_cache_part, cache);
	stoa_svc_add(svc, &rest_part, s.rest);
	stoa_bus_serve(
	    s.bus, &stoa__discord__discord__descriptor, discord_serve, discord);
	stoa_bus_serve_slots(s.bus, NULL);
	return true;
}

int
main(int argc, char **argv)
{
	const struct stoa_svc_spec spec = {
	    .name = "discord",
	    .description = "Discord out: answers, cards, commands",
	    .options = options,
	    .option_count = STOA_COUNT(options),
	    .shared = {&stoa_cache_settings},
	    .start = start,
	};

	return stoa_svc_main(&spec, argc, argv);
}
