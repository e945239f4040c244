/* main.c - wires the marketplace core and its reactions to the bus. */
#include "base/encode.h"
#include "edge/domaind.h"
#include "edge/log.h"
#include "edge/secret.h"
#include "marketplace/facts.h"
#include "marketplace/marketplace.h"
#include "marketplace/reactions.h"

#include <openssl/crypto.h>

static struct stoa_domaind *domaind;
static struct stoa_bus *bus;
static bool is_on_chain;

static const struct stoa_conf_option options[] = {
    {"sign-key-file", STOA_CONF_TEXT, NULL, 0, 1024,
	"64 hexadecimal digits that claims of ownership are signed with"},
    {"has-chain", STOA_CONF_FLAG, "false", 0, 0,
	"approved models become tokens: chain is there"},
};

/* Function pointers of other types are not cast: each query has its own. */
#define QUERY(name)                                                     \
	static enum stoa_status query_##name(const void *state,         \
	    const void *in, void *out, struct stoa_arena *arena)        \
	{                                                               \
		return marketplace_query_##name(state, in, arena, out); \
	}

/* The same for those that ask how things are now. */
#define QUERY_NOW(name, In)                                               \
	static enum stoa_status query_##name(const void *state,           \
	    const void *in, void *out, struct stoa_arena *arena)          \
	{                                                                 \
		Stoa__Marketplace__##In now =                             \
		    *(const Stoa__Marketplace__##In *)in;                 \
                                                                          \
		now.now_us = stoa_clock_wall(NULL).us;                    \
		return marketplace_query_##name(state, &now, arena, out); \
	}

QUERY(rights)
QUERY(search)
QUERY_NOW(quote, QuoteQuery)
QUERY_NOW(access, AccessQuery)
QUERY(deal)
QUERY(deals)
QUERY_NOW(earnings, EarningsQuery)
QUERY(saga)
QUERY(tokens)

static const struct stoa_query queries[] = {
    {"Rights", query_rights},
    {"Search", query_search},
    {"Quote", query_quote},
    {"Access", query_access},
    {"Deal", query_deal},
    {"Deals", query_deals},
    {"Earnings", query_earnings},
    {"Saga", query_saga},
    {"Tokens", query_tokens},
};

static void
completed(void *owner, struct stoa_request *q, enum stoa_status status,
    struct stoa_str body)
{
	(void)owner;
	if (status != STOA_OK) {
		stoa_bus_answer(
		    bus, q, status, (struct stoa_str){NULL, 0}, "training");
		return;
	}
	stoa_domaind_submit(domaind, q, body);
}

static bool
handle(void *owner, struct stoa_request *q)
{
	(void)owner;
	return facts_fetch(bus, q, is_on_chain, completed, NULL);
}

static bool
is_mine(void *owner, struct stoa_str community)
{
	return stoa_domaind_is_mine(owner, community);
}

static void
command(void *owner, struct stoa_str community, struct stoa_str id,
    const char *method, const ProtobufCMessage *request)
{
	stoa_domaind_command(owner, community, id, method, request);
}

/* The log says why not. */
static bool
sign_key_read(const char *path, uint8_t ret_key[STOA_ED25519_SIZE])
{
	char text[2 * STOA_ED25519_SIZE + 2];
	enum stoa_status status = stoa_secret_read(path, text, sizeof(text));
	struct stoa_buf key;
	bool ok;

	stoa_buf_init(&key, STOA_ED25519_SIZE);
	ok = status == STOA_OK && stoa_hex_decode(&key, stoa_str_of(text)) &&
	     key.len == STOA_ED25519_SIZE;
	OPENSSL_cleanse(text, sizeof(text));
	if (ok) {
		memcpy(ret_key, key.data, STOA_ED25519_SIZE);
		OPENSSL_cleanse(key.data, key.len);
	} else {
		stoa_log(STOA_LOG_ERROR, "sign_key",
		    "sign-key-file %s must hold 64 hexadecimal digits and be "
		    "its owner's alone (%s); make them with `openssl rand -hex "
		    "32`",
		    path, stoa_status_text(status));
	}
	stoa_buf_fini(&key);
	return ok;
}

static bool
start(struct stoa_svc *svc)
{
	static const struct stoa_domain_spec domain = {
	    .core = &marketplace_core,
	    .queries = queries,
	    .query_count = STOA_COUNT(queries),
	    .due_method = "Advance",
	    .handle = handle,
	};
	const struct stoa_conf *conf = stoa_svc_conf(svc);
	const char *key = stoa_conf_get_or_null(conf, "sign-key-file");
	struct reactions_options o = {
	    .bus = stoa_svc_bus(svc),
	    .is_mine = is_mine,
	    .command = command,
	};
	char path[1200];

	(void)snprintf(path, sizeof(path), "%s/keys/marketplace-sign.secret",
	    stoa_conf_get(conf, "home"));
	if (!sign_key_read(key == NULL ? path : key, o.sign_key)) {
		return false;
	}
	bus = o.bus;
	is_on_chain = stoa_conf_flag(conf, "has-chain");
	domaind = stoa_domaind_start(svc, &domain);
	if (domaind == NULL) {
		return false;
	}
	o.owner = domaind;
	o.replica = stoa_domaind_replica(domaind);
	stoa_svc_add(svc, &reactions_part, reactions_new(&o));
	OPENSSL_cleanse(o.sign_key, sizeof(o.sign_key));
	return true;
}

static int
instead(struct stoa_svc *svc)
{
	return stoa_domaind_instead(svc, &marketplace_core);
}

int
main(int argc, char **argv)
{
	const struct stoa_svc_spec spec = {
	    .name = "marketplace",
	    .description = "rights to models, sales and leases",
	    .options = options,
	    .option_count = STOA_COUNT(options),
	    .shared = {&stoa_domain_settings},
	    .instead = instead,
	    .start = start,
	};

	return stoa_svc_main(&spec, argc, argv);
}
