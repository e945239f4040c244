/* main.c - wires the gateway to the bus, to WebSockets and to HTTP. */
#include "edge/entropy.h"
#include "edge/log.h"
#include "edge/svc.h"
#include "gateway/gateway.h"
#include "gateway/hook.h"
#include "gateway/limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES: commands, being mentioned, being
 * written to. None is privileged. */
#define INTENTS "4609"

static const struct stoa_conf_option options[] = {
    {"discord-token", STOA_CONF_SECRET, NULL, 0, 127, "the bot's token"},
    {"replica", STOA_CONF_TEXT, "gateway", 1, 40,
	"name of this process among its replicas, kept over restarts"},
    {"shards", STOA_CONF_NUMBER, "0", 0, GATEWAY_SHARDS_MAX,
	"how many shards in all, or 0: as many as are in force, at first as "
	"Discord recommends; another number is brought up beside those"},
    {"intents", STOA_CONF_NUMBER, INTENTS, 0, UINT32_MAX,
	"Discord's bits of what to hear; none of the default is privileged"},
    {"events", STOA_CONF_TEXT, NULL, 0, 2000,
	"types published on stoa.event.discord, with commas; * for all; "
	"the suite itself needs none"},
    {"compress", STOA_CONF_TEXT, "zstd-stream", 1, 16,
	"zstd-stream, zlib-stream or none"},
    {"gateway-url", STOA_CONF_TEXT, NULL, 0, 200,
	"of Discord's gateway; empty: what Discord says"},
    {"ca-file", STOA_CONF_TEXT, NULL, 0, 1000,
	"authorities to believe; empty: the system's"},
    {"identify-reserve", STOA_CONF_NUMBER, "50", 0, 1000,
	"new sessions of Discord's daily budget that are never used"},
    {"host-patience", STOA_CONF_NUMBER, "120", 1, 3600,
	"seconds before a session's own host is given up"},
    {"public-key", STOA_CONF_TEXT, NULL, 0, 64,
	"of the application; takes interactions and webhook events over HTTP"},
    {"listen", STOA_CONF_TEXT, "127.0.0.1:0", 3, 100,
	"where to take them; port 0: any, see run/discord-interactions"},
    {"connect", STOA_CONF_FLAG, "true", 0, 0,
	"false: no connection to Discord's gateway, only HTTP"},
};

/* Where the address is written that HTTP is taken at. */
#define ADDRESS_FILE "run/discord-interactions"

static char incarnation[25]; /* 96 random bits */
static char address_path[1200];

static void
say(bool is_warning, const char *event, const char *text)
{
	stoa_log(is_warning ? STOA_LOG_WARN : STOA_LOG_INFO, event, "%s", text);
}

/* A token or intents that Discord does not take: nothing here can mend it,
 * and every further try counts against the bot. */
static void
fatal(const char *text)
{
	stoa_log(STOA_LOG_ERROR, "stopped", "%s", text);
	_exit(STOA_EXIT_CONFIG);
}

static void
stale(const char *text)
{
	stoa_log(STOA_LOG_WARN, "stale", "%s", text);
	_exit(1);
}

static bool
compression_read(const char *name, enum unpack_kind *ret_kind)
{
	*ret_kind = strcmp(name, "zlib-stream") == 0   ? UNPACK_ZLIB
		    : strcmp(name, "zstd-stream") == 0 ? UNPACK_ZSTD
						       : UNPACK_NONE;
	return *ret_kind != UNPACK_NONE || strcmp(name, "none") == 0;
}

static bool
settings_check(const struct stoa_conf *conf, struct gateway_options *o)
{
	o->connects = stoa_conf_flag(conf, "connect");
	if (!o->connects && stoa_conf_get(conf, "public-key")[0] == '\0') {
		stoa_log(STOA_LOG_ERROR, "public_key_missing",
		    "public-key: without connections (connect=false) it is "
		    "needed; it stands under General Information in Discord's "
		    "developer portal");
		return false;
	}
	if (o->connects && o->token[0] == '\0') {
		stoa_log(STOA_LOG_ERROR, "token_missing",
		    "discord-token: name its file with --discord-token-file; "
		    "the token stands under Bot in Discord's developer portal");
		return false;
	}
	if (!compression_read(
		stoa_conf_get(conf, "compress"), &o->compression)) {
		stoa_log(STOA_LOG_ERROR, "compress_unknown",
		    "compress: zstd-stream, zlib-stream or none");
		return false;
	}
	if (strspn(o->replica,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_-") != strlen(o->replica)) {
		stoa_log(STOA_LOG_ERROR, "replica_not_valid",
		    "replica: letters, digits, - and _ only");
		return false;
	}
	return true;
}

/* The address for people and tests, whole or not at all. */
static bool
address_write(struct stoa_svc *svc, const struct hook *hook)
{
	char new_path[1216];
	FILE *file;
	bool is_written;

	(void)snprintf(address_path, sizeof(address_path), "%s",
	    stoa_svc_path(svc, ADDRESS_FILE, false));
	(void)snprintf(new_path, sizeof(new_path), "%s.new", address_path);
	file = fopen(new_path, "we");
	if (file == NULL) {
		return false;
	}
	is_written = fprintf(file, "%s\n", hook_url(hook)) > 0;
	is_written = fclose(file) == 0 && is_written;
	return is_written && rename(new_path, address_path) == 0;
}

static void
address_remove(void *part)
{
	(void)unlink(part);
}

static const struct stoa_part address_part = {.free = address_remove};

static bool
hook_start(struct stoa_svc *svc, const struct gateway_options *o,
    struct gateway *gateway)
{
	const struct stoa_conf *conf = stoa_svc_conf(svc);
	struct hook_options wanted = {
	    .gateway = gateway,
	    .bus = o->bus,
	    .loop = stoa_svc_loop(svc),
	    .listen = stoa_conf_get(conf, "listen"),
	    .public_key = stoa_conf_get(conf, "public-key"),
	    .seed = o->seed,
	};
	struct hook *hook;
	enum stoa_status status;

	if (wanted.public_key[0] == '\0') {
		return true;
	}
	status = hook_open(&wanted, &hook);
	if (status == STOA_UNAUTHENTIC || status == STOA_INVALID) {
		stoa_log(STOA_LOG_ERROR, "hook_not_valid",
		    status == STOA_INVALID
			? "listen: an IPv4 address and a port, 127.0.0.1:4503"
			: "public-key: 64 hexadecimal digits, as Discord's "
			  "developer portal shows them under General "
			  "Information");
		_exit(STOA_EXIT_CONFIG);
	}
	if (status != STOA_OK) {
		stoa_log(STOA_LOG_ERROR, "hook_not_open", "listen: %s: %s",
		    wanted.listen, stoa_status_text(status));
		return false;
	}
	stoa_log(STOA_LOG_INFO, "hook",
	    "%s takes POST /interactions and POST /events", hook_url(hook));
	stoa_svc_add(svc, &hook_part, hook);
	stoa_svc_add(svc, &address_part, address_path);
	if (!address_write(svc, hook)) {
		stoa_log(STOA_LOG_WARN, "hook_address", "%s: %s", ADDRESS_FILE,
		    strerror(errno));
	}
	return true;
}

static bool
connections_start(struct stoa_svc *svc, struct gateway_options *o)
{
	if (!o->connects) {
		return true;
	}
	o->ws = stoa_ws_client_open(stoa_svc_loop(svc),
	    stoa_conf_get_or_null(stoa_svc_conf(svc), "ca-file"));
	if (o->ws == NULL) {
		stoa_log(STOA_LOG_ERROR, "not_started",
		    "WebSockets cannot be used: is libwebsockets-evlib-uv "
		    "installed, can ca-file be read?");
	}
	return o->ws != NULL;
}

static bool
start(struct stoa_svc *svc)
{
	const struct stoa_conf *conf = stoa_svc_conf(svc);
	struct gateway_options o = {
	    .bus = stoa_svc_bus(svc),
	    .token = stoa_conf_get(conf, "discord-token"),
	    .replica = stoa_conf_get(conf, "replica"),
	    .incarnation = incarnation,
	    .gateway_url = stoa_conf_get(conf, "gateway-url"),
	    .events = stoa_conf_get(conf, "events"),
	    .intents = (uint32_t)stoa_conf_number(conf, "intents"),
	    .shards = (unsigned)stoa_conf_number(conf, "shards"),
	    .identify_reserve =
		(unsigned)stoa_conf_number(conf, "identify-reserve"),
	    .host_patience_us =
		stoa_conf_number(conf, "host-patience") * STOA_US_PER_S,
	    .log = say,
	    .fatal = fatal,
	    .stale = stale,
	};
	struct gateway *gateway;

	if (!settings_check(conf, &o)) {
		_exit(STOA_EXIT_CONFIG);
	}
	if (!stoa_entropy_text(incarnation, sizeof(incarnation)) ||
	    !stoa_entropy_bytes(&o.seed, sizeof(o.seed))) {
		stoa_log(STOA_LOG_ERROR, "not_started",
		    "the system gives no random numbers");
		return false;
	}
	if (!connections_start(svc, &o)) {
		return false;
	}
	gateway = gateway_new(&o);
	gateway_start(gateway);
	stoa_svc_add(svc, &gateway_part, gateway);
	return hook_start(svc, &o, gateway);
}

int
main(int argc, char **argv)
{
	const struct stoa_svc_spec spec = {
	    .name = "gateway",
	    .description =
		"Discord in: shards of the gateway, interactions over HTTP",
	    .options = options,
	    .option_count = STOA_COUNT(options),
	    .start = start,
	};

	return stoa_svc_main(&spec, argc, argv);
}
