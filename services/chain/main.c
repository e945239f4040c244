/* main.c - wires the wallet's ledger to nodes, key and bus. */
#include "base/encode.h"
#include "chain/evm_keystore.h"
#include "chain/handlers.h"
#include "chain/hands.h"
#include "chain/limits.h"
#include "chain/link.h"
#include "chain/opening.h"
#include "chain/scanning.h"
#include "edge/domaind.h"
#include "edge/entropy.h"
#include "edge/log.h"
#include "edge/secret.h"
#include "port/call.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define KEYSTORE_MAX ((size_t)64 * 1024)
#define GWEI	     UINT64_C(1000000000)

static const struct stoa_conf_option options[] = {
    {"url", STOA_CONF_SECRET, NULL, 0, 8000,
	"of nodes: each \"URL\" or \"URL|TOKEN\", with spaces between"},
    {"manifest", STOA_CONF_TEXT, NULL, 0, 1000,
	"file that the deployment of the contracts has written"},
    {"key-file", STOA_CONF_TEXT, NULL, 0, 1000,
	"keystore (version 3) of the vault's operator"},
    {"key-password", STOA_CONF_SECRET, NULL, 0, 1000, "of the keystore"},
    {"signer-url", STOA_CONF_TEXT, NULL, 0, 1000,
	"of a Web3Signer that holds the key instead"},
    {"signer-address", STOA_CONF_TEXT, NULL, 0, 42, "of the key that it holds"},
    {"ca-file", STOA_CONF_TEXT, NULL, 0, 1000,
	"authorities to believe; empty: the system's"},
    {"explorer", STOA_CONF_TEXT, NULL, 0, 200,
	"page about addresses, such as https://polygonscan.com"},
    {"market", STOA_CONF_TEXT, "ours", 1, 8,
	"what the manifest's ModelMarket is: ours, or v3 (MarketplaceV3)"},
    {"page", STOA_CONF_TEXT, NULL, 0, 300,
	"page that shows a model, with {nft}, {token}, {listing} in it"},
    {"tip-gwei-min", STOA_CONF_NUMBER, "0", 0, 100000,
	"least tip; 0: what the chain is known to demand"},
    {"fee-gwei-max", STOA_CONF_NUMBER, "2000", 1, 1000000,
	"most for a unit of gas; dearer transactions wait"},
    {"intent-cap-gwei", STOA_CONF_NUMBER, "5000000000", 1,
	INT64_C(1000000000000000000), "most for one transaction"},
    {"day-cap-gwei", STOA_CONF_NUMBER, "100000000000", 1,
	INT64_C(1000000000000000000), "most for all of a UTC day"},
    {"stuck-s", STOA_CONF_NUMBER, "60", 1, 86400,
	"not mined for so long: made dearer"},
    {"poll-ms", STOA_CONF_NUMBER, "2000", 50, 60000,
	"between looks at the newest block"},
    {"confirmations", STOA_CONF_NUMBER, "64", 1, 10000,
	"make a block final where nodes do not say so"},
};

static struct stoa_domaind *domaind;
static struct stoa_svc *service;
static struct evm_nodes *nodes;
static struct evm_curve *curve;
static struct evm_signer *signer;
static struct stoa_caller *caller; /* to a remote signer */
static struct chain_manifest manifest;
static struct chain_handlers handlers;
static enum chain_market market;
static uint64_t seed;

/* ---- what the log is told ------------------------------------------------ */

static void
alarm_tell(void *owner, const char *text)
{
	(void)owner;
	stoa_log(STOA_LOG_WARN, "chain_alarm", "%s", text);
}

static void
nodes_alert(void *owner, enum evm_nodes_alert alert, const char *text)
{
	(void)owner;
	(void)alert;
	stoa_log(STOA_LOG_WARN, "nodes", "%s", text);
}

static void
fatal(void *owner, const char *text)
{
	(void)owner;
	stoa_log(STOA_LOG_ERROR, "stopped", "%s", text);
	_exit(STOA_EXIT_CONFIG);
}

/* ---- queries ------------------------------------------------------------- */

static enum stoa_status
query_wallet(
    const void *state, const void *in, void *out, struct stoa_arena *arena)
{
	return chain_query_wallet(state, in, arena, out);
}

static enum stoa_status
query_intent(
    const void *state, const void *in, void *out, struct stoa_arena *arena)
{
	return chain_query_intent(state, in, arena, out);
}

static enum stoa_status
query_sightings(
    const void *state, const void *in, void *out, struct stoa_arena *arena)
{
	return chain_query_sightings(state, in, arena, out);
}

static enum stoa_status
query_account(
    const void *state, const void *in, void *out, struct stoa_arena *arena)
{
	return chain_account_query(&handlers, state, in, arena, out);
}

static const struct stoa_query queries[] = {
    {"Wallet", query_wallet},
    {"Intent", query_intent},
    {"Sightings", query_sightings},
    {"Account", query_account},
};

/* ---- what the parts ask of the daemon ------------------------------------ */

static bool
is_mine(void *owner, struct stoa_str wallet)
{
	(void)owner;
	return stoa_domaind_is_mine(domaind, wallet);
}

static void
command(void *owner, struct stoa_str wallet, struct stoa_str id,
    const char *method, const ProtobufCMessage *request)
{
	(void)owner;
	stoa_domaind_command(domaind, wallet, id, method, request);
}

static void
submit(void *owner, struct stoa_request *q, struct stoa_str body)
{
	(void)owner;
	stoa_domaind_submit(domaind, q, body);
}

static bool
handle(void *owner, struct stoa_request *q)
{
	(void)owner;
	return chain_handle(&handlers, q);
}

/* ---- settings ------------------------------------------------------------ */

static bool
complain(const char *text)
{
	stoa_log(STOA_LOG_ERROR, "settings", "%s", text);
	return false;
}

static bool
file_read(const char *path, size_t len_max, struct stoa_buf *ret_text)
{
	FILE *file = path == NULL ? NULL : fopen(path, "re");
	char bytes[4096];
	size_t len;

	stoa_buf_init(ret_text, len_max);
	while (
	    file != NULL && (len = fread(bytes, 1, sizeof(bytes), file)) > 0) {
		stoa_buf_add(ret_text, bytes, len);
	}
	OPENSSL_cleanse(bytes, sizeof(bytes));
	if (file != NULL) {
		(void)fclose(file);
	}
	return file != NULL && !ret_text->is_overflown && ret_text->len > 0;
}

static bool
manifest_open(const struct stoa_conf *conf)
{
	const char *path = stoa_conf_get_or_null(conf, "manifest");
	struct stoa_buf text, error;
	bool ok;

	stoa_buf_init(&error, 512);
	if (!file_read(path, CHAIN_MANIFEST_MAX, &text)) {
		stoa_buf_fini(&text);
		stoa_buf_fini(&error);
		return complain("manifest must be the file that the deployment "
				"of the contracts wrote; see docs/chain.md");
	}
	ok = chain_manifest_read(stoa_buf_str(&text), &manifest, &error) ==
	     STOA_OK;
	if (!ok) {
		stoa_log(STOA_LOG_ERROR, "settings", "manifest: %.*s",
		    STOA_STR_ARG(stoa_buf_str(&error)));
	}
	stoa_buf_fini(&text);
	stoa_buf_fini(&error);
	return ok;
}

/* The key leaves this function in the signer alone. */
static bool
key_open(const struct stoa_conf *conf)
{
	static char text[KEYSTORE_MAX];
	const char *path = stoa_conf_get(conf, "key-file");
	const char *password = stoa_conf_get(conf, "key-password");
	const char *why = "its owner alone may be able to read it";
	struct evm_key key;
	enum stoa_status status = stoa_secret_read(path, text, sizeof(text));

	if (status == STOA_OK) {
		status = evm_keystore_read(stoa_str_of(text),
		    stoa_str_of(password), curve, &key, &why);
		OPENSSL_cleanse(text, sizeof(text));
	}
	if (status == STOA_OK) {
		status = evm_signer_open_key(curve, &key, &signer);
		evm_key_wipe(&key);
	}
	if (status != STOA_OK) {
		stoa_log(STOA_LOG_ERROR, "settings",
		    "key-file must be a keystore of version 3, and "
		    "key-password its password: %s",
		    why);
	}
	return status == STOA_OK;
}

static bool
remote_open(const struct stoa_conf *conf, const char *url)
{
	struct stoa_caller_options o = {
	    .connections_max = 4,
	    .calls_max = 64,
	    .ca_file = stoa_conf_get_or_null(conf, "ca-file"),
	};
	struct evm_remote_key key = {.kind = EVM_REMOTE_WEB3SIGNER};

	if (!evm_address_parse_strict(
		stoa_str_of(stoa_conf_get(conf, "signer-address")),
		&key.address)) {
		return complain("signer-address must be the key's address, "
				"with its checksum");
	}
	key.identifier = stoa_str_of(stoa_conf_get(conf, "signer-address"));
	return stoa_caller_open(stoa_svc_loop(service), &o, &caller) ==
		   STOA_OK &&
	       evm_signer_open_remote(caller, url, &key, &signer) == STOA_OK;
}

static bool
signer_open(const struct stoa_conf *conf)
{
	const char *url = stoa_conf_get_or_null(conf, "signer-url");
	uint8_t blind[32];

	if (!stoa_entropy_bytes(blind, sizeof(blind)) ||
	    !stoa_entropy_bytes(&seed, sizeof(seed))) {
		return complain("no random numbers");
	}
	curve = evm_curve_new(blind);
	OPENSSL_cleanse(blind, sizeof(blind));
	return curve != NULL &&
	       (url == NULL ? key_open(conf) : remote_open(conf, url));
}

/* "URL|TOKEN URL": cut up in `text`. */
static size_t
places_read(char *text, struct evm_nodes_place places[EVM_NODES_MAX])
{
	size_t count = 0;
	char *rest = NULL;

	for (char *word = strtok_r(text, " \t\n", &rest);
	     word != NULL && count < EVM_NODES_MAX;
	     word = strtok_r(NULL, " \t\n", &rest)) {
		char *token = strchr(word, '|');

		if (token != NULL) {
			*token++ = '\0';
		}
		places[count++] = (struct evm_nodes_place){word, token, NULL};
	}
	return count;
}

static bool
nodes_open(const struct stoa_conf *conf)
{
	struct evm_nodes_place places[EVM_NODES_MAX];
	char *text = strdup(stoa_conf_get(conf, "url"));
	size_t len = text == NULL ? 0 : strlen(text); /* before it is cut */
	struct evm_nodes_options o = {
	    .loop = stoa_svc_loop(service),
	    .chain_id = manifest.chain_id,
	    .places = places,
	    .seed = seed,
	    .ca_file = stoa_conf_get_or_null(conf, "ca-file"),
	    .poll_us = stoa_conf_number(conf, "poll-ms") * 1000,
	    .confirmations = (uint64_t)stoa_conf_number(conf, "confirmations"),
	    .on_alert = nodes_alert,
	};
	enum stoa_status status = STOA_INVALID;

	stoa_assert(text != NULL);
	o.place_count = places_read(text, places);
	if (o.place_count > 0) {
		status = evm_nodes_open(&o, &nodes);
	}
	OPENSSL_cleanse(text, len);
	free(text);
	return status == STOA_OK ||
	       complain("url must be one to eight http or https URLs of nodes");
}

static bool
market_read(const struct stoa_conf *conf)
{
	const char *kind = stoa_conf_get(conf, "market");
	const char *page = stoa_conf_get(conf, "page");
	const char *fault =
	    page[0] == '\0' ? NULL : chain_link_fault(stoa_str_of(page));

	market = strcmp(kind, "v3") == 0 ? CHAIN_MARKET_V3 : CHAIN_MARKET_OURS;
	if (market == CHAIN_MARKET_OURS && strcmp(kind, "ours") != 0) {
		return complain("market must be ours or v3");
	}
	if (fault != NULL) {
		stoa_log(STOA_LOG_ERROR, "settings", "page: %s", fault);
	}
	return fault == NULL;
}

static struct evm_fees_rule
fees_rule(const struct stoa_conf *conf)
{
	uint64_t tip = (uint64_t)stoa_conf_number(conf, "tip-gwei-min") * GWEI;
	uint64_t max = (uint64_t)stoa_conf_number(conf, "fee-gwei-max") * GWEI;

	return (struct evm_fees_rule){
	    .tip_wei_min = tip != 0 ? tip : evm_fees_floor(manifest.chain_id),
	    .tip_wei_max = max,
	    .max_fee_wei_max = max,
	};
}

/* ---- parts --------------------------------------------------------------- */

/* What signs and what scans: once the contracts are known to be ours. */
static void
opened(void *owner)
{
	const struct stoa_conf *conf = stoa_svc_conf(service);
	struct stoa_replica *replica = stoa_domaind_replica(domaind);
	struct chain_hands_options hands = {
	    .replica = replica,
	    .bus = stoa_svc_bus(service),
	    .nodes = nodes,
	    .signer = signer,
	    .manifest = &manifest,
	    .fees = fees_rule(conf),
	    .stuck_us = stoa_conf_number(conf, "stuck-s") * STOA_US_PER_S,
	    .is_mine = is_mine,
	    .command = command,
	    .alarm = alarm_tell,
	};
	struct chain_scan_options scan = {
	    .replica = replica,
	    .loop = stoa_svc_loop(service),
	    .nodes = nodes,
	    .manifest = &manifest,
	    .seed = seed,
	    .is_mine = is_mine,
	    .command = command,
	    .alarm = alarm_tell,
	};

	(void)owner;
	stoa_svc_add(service, &chain_hands_part, chain_hands_new(&hands));
	stoa_svc_add(service, &chain_scan_part, chain_scan_new(&scan));
}

static void
opening_add(const struct stoa_conf *conf)
{
	struct chain_opening_options o = {
	    .replica = stoa_domaind_replica(domaind),
	    .nodes = nodes,
	    .manifest = &manifest,
	    .market = market,
	    .key = evm_signer_address(signer),
	    .intent_cap_gwei =
		(uint64_t)stoa_conf_number(conf, "intent-cap-gwei"),
	    .day_cap_gwei = (uint64_t)stoa_conf_number(conf, "day-cap-gwei"),
	    .is_mine = is_mine,
	    .command = command,
	    .alarm = alarm_tell,
	    .fatal = fatal,
	    .opened = opened,
	};

	stoa_svc_add(service, &chain_opening_part, chain_opening_new(&o));
}

static bool
start(struct stoa_svc *svc)
{
	static const struct stoa_domain_spec domain = {
	    .core = &chain_core,
	    .queries = queries,
	    .query_count = STOA_COUNT(queries),
	    .handle = handle,
	};
	const struct stoa_conf *conf = stoa_svc_conf(svc);

	service = svc;
	if (!manifest_open(conf) || !market_read(conf) || !signer_open(conf) ||
	    !nodes_open(conf)) {
		exit(STOA_EXIT_CONFIG);
	}
	stoa_svc_wipe(svc, "key-password");
	handlers = (struct chain_handlers){
	    .bus = stoa_svc_bus(svc),
	    .nodes = nodes,
	    .manifest = &manifest,
	    .explorer = stoa_conf_get(conf, "explorer"),
	    .page = stoa_conf_get(conf, "page"),
	    .submit = submit,
	};
	domaind = stoa_domaind_start(svc, &domain);
	if (domaind == NULL) {
		return false;
	}
	handlers.replica = stoa_domaind_replica(domaind);
	opening_add(conf);
	return true;
}

static int
instead(struct stoa_svc *svc)
{
	return stoa_domaind_instead(svc, &chain_core);
}

int
main(int argc, char **argv)
{
	const struct stoa_svc_spec spec = {
	    .name = "chain",
	    .description = "the only holder of keys: transactions of the vault",
	    .options = options,
	    .option_count = STOA_COUNT(options),
	    .shared = {&stoa_domain_settings},
	    .instead = instead,
	    .start = start,
	};

	return stoa_svc_main(&spec, argc, argv);
}
