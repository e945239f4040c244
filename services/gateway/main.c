/* main.c - wires the gateway to the bus, to WebSockets and to HTTP. */
#include "base/encode.h"
#include "edge/log.h"
#include "edge/svc.h"
#include "gateway/gateway.h"
#include "gateway/hook.h"
#include "gateway/limits.h"

#include <errno.h>
#include <openssl/rand.h>
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

static struct gateway *gateway;
static struct hook *hook; /* NULL: nothing over HTTP */
static bool is_connecting;
static struct stoa_timer *tick;
static char incarnation[40];

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

static void
on_tick(void *arg)
{
	gateway_tick(arg);
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
	if (!is_connecting && stoa_conf_get(conf, "public-key")[0] == '\0') {
		stoa_log(STOA_LOG_ERROR, "public_key_missing",
		    "public-key: without connections (connect=false) it is "
		    "needed; it stands under General Information in Discord's "
		    "developer portal");
		return false;
	}
	if (is_connecting && o->token[0] == '\0') {
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

static bool
randomness_take(struct gateway_options *o)
{
	unsigned char bytes[12];
	struct stoa_buf hex;

	if (RAND_bytes(bytes, sizeof(bytes)) != 1 ||
	    RAND_bytes((unsigned char *)&o->seed, sizeof(o->seed)) != 1) {
		return false;
	}
	stoa_buf_init(&hex, sizeof(incarnation));
	stoa_hex_encode(&hex, stoa_str_of_bytes(bytes, sizeof(bytes)));
	(void)snprintf(
	    incarnation, sizeof(incarnation), "%s", stoa_buf_str(&hex).data);
	stoa_buf_fini(&hex);
	return true;
}

/* The address for people and tests, whole or not at all. */
static bool
address_write(struct stoa_svc *svc)
{
	char path[1200], new_path[1216];
	FILE *file;
	bool is_written;

	(void)snprintf(
	    path, sizeof(path), "%s", stoa_svc_path(svc, ADDRESS_FILE, false));
	(void)snprintf(new_path, sizeof(new_path), "%s.new", path);
	file = fopen(new_path, "we");
	if (file == NULL) {
		return false;
	}
	is_written = fprintf(file, "%s\n", hook_url(hook)) > 0;
	is_written = fclose(file) == 0 && is_written;
	return is_written && rename(new_path, path) == 0;
}

static bool
hook_start(struct stoa_svc *svc, const struct gateway_options *o)
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
	if (!address_write(svc)) {
		stoa_log(STOA_LOG_WARN, "hook_address", "%s: %s", ADDRESS_FILE,
		    strerror(errno));
	}
	return true;
}

static bool
connections_start(struct stoa_svc *svc, struct gateway_options *o)
{
	const char *ca = stoa_conf_get(stoa_svc_conf(svc), "ca-file");

	if (!is_connecting) {
		return true;
	}
	o->ws =
	    stoa_ws_client_open(stoa_svc_loop(svc), ca[0] == '\0' ? NULL : ca);
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

	is_connecting = stoa_conf_flag(conf, "connect");
	if (!settings_check(conf, &o)) {
		_exit(STOA_EXIT_CONFIG);
	}
	if (!randomness_take(&o)) {
		stoa_log(STOA_LOG_ERROR, "not_started",
		    "the system gives no random numbers");
		return false;
	}
	if (!connections_start(svc, &o)) {
		return false;
	}
	o.connects = is_connecting;
	gateway = gateway_new(&o);
	gateway_start(gateway);
	tick = stoa_timer_new(stoa_svc_loop(svc), on_tick, gateway);
	stoa_timer_start(tick, GATEWAY_TICK_US, GATEWAY_TICK_US);
	return hook_start(svc, &o);
}

static bool
is_ready(struct stoa_svc *svc)
{
	(void)svc;
	return !is_connecting || gateway_is_ready(gateway);
}

static void
drain(struct stoa_svc *svc)
{
	(void)svc;
	if (hook != NULL) {
		hook_drain(hook);
	}
	gateway_drain(gateway);
}

static bool
is_idle(struct stoa_svc *svc)
{
	(void)svc;
	return gateway_is_idle(gateway) && (hook == NULL || hook_is_idle(hook));
}

static void
stop(struct stoa_svc *svc)
{
	if (hook != NULL) {
		(void)unlink(stoa_svc_path(svc, ADDRESS_FILE, false));
	}
	hook_close(hook);
	stoa_timer_free(tick);
	gateway_free(gateway);
}

static void
metrics(struct stoa_svc *svc, struct stoa_buf *out)
{
	(void)svc;
	gateway_metrics(gateway, out);
	if (hook != NULL) {
		hook_metrics(hook, out);
	}
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
	    .is_ready = is_ready,
	    .drain = drain,
	    .is_idle = is_idle,
	    .stop = stop,
	    .metrics = metrics,
	};

	return stoa_svc_main(&spec, argc, argv);
}
