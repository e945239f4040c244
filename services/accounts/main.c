/* main.c - wires the accounts core to the bus. */
#include "accounts/accounts.h"
#include "accounts/reactions.h"
#include "base/check.h"
#include "edge/domaind.h"

static struct stoa_domaind *domaind;
static struct stoa_bus *bus;
static bool has_chain;

static const struct stoa_conf_option options[] = {
    {"has-chain", STOA_CONF_FLAG, "false", 0, 0,
	"Joy is what was deposited on a chain, and can be withdrawn to it"},
};

/* Function pointers of other types are not cast: each query has its own. */
#define QUERY(name, call)                                        \
	static enum stoa_status query_##name(const void *state,  \
	    const void *in, void *out, struct stoa_arena *arena) \
	{                                                        \
		(void)arena;                                     \
		return call;                                     \
	}

QUERY(resolve, accounts_resolve(state, in, out))
QUERY(balance, accounts_balance(state, in, out))
QUERY(members, accounts_members(state, in, arena, out))
QUERY(audit, accounts_audit(state, in, out))
QUERY(community, accounts_community(state, in, arena, out))
QUERY(electors, accounts_electors(state, in, arena, out))
QUERY(identity, accounts_identity(state, in, arena, out))

static enum stoa_status
query_withdrawals(
    const void *state, const void *in, void *out, struct stoa_arena *arena)
{
	Stoa__Accounts__WithdrawalsQuery now =
	    *(const Stoa__Accounts__WithdrawalsQuery *)in;

	now.now_us = stoa_clock_wall(NULL).us;
	return accounts_withdrawals(state, &now, arena, out);
}

static const struct stoa_query queries[] = {
    {"Resolve", query_resolve},
    {"Balance", query_balance},
    {"Members", query_members},
    {"Audit", query_audit},
    {"Community", query_community},
    {"Electors", query_electors},
    {"Identity", query_identity},
    {"Withdrawals", query_withdrawals},
};

/* Where there is a chain Joy is what was deposited there, and where there is
 * none it cannot leave. */
static bool
handle(void *owner, struct stoa_request *q)
{
	const char *method = q->method->name;

	(void)owner;
	if (has_chain && strcmp(method, "Issue") == 0) {
		stoa_bus_answer(bus, q, STOA_DENIED, (struct stoa_str){NULL, 0},
		    "Joy is deposited here");
		return true;
	}
	if (!has_chain && strcmp(method, "Withdraw") == 0) {
		stoa_bus_answer(bus, q, STOA_DENIED, (struct stoa_str){NULL, 0},
		    "there is no chain here");
		return true;
	}
	return false;
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

static const struct stoa_domain_spec domain = {
    .core = &accounts_core,
    .queries = queries,
    .query_count = STOA_COUNT(queries),
    .due_method = "ExpireHolds",
    .handle = handle,
};

static bool
start(struct stoa_svc *svc)
{
	const struct stoa_conf *conf = stoa_svc_conf(svc);
	struct reactions_options o = {
	    .bus = stoa_svc_bus(svc),
	    .is_mine = is_mine,
	    .command = command,
	};

	bus = o.bus;
	has_chain = stoa_conf_flag(conf, "has-chain");
	domaind = stoa_domaind_start(svc, &domain);
	if (domaind == NULL) {
		return false;
	}
	if (has_chain) {
		o.owner = domaind;
		o.replica = stoa_domaind_replica(domaind);
		stoa_svc_add(svc, &reactions_part, reactions_new(&o));
	}
	return true;
}

static int
instead(struct stoa_svc *svc)
{
	return stoa_domaind_instead(svc, &accounts_core);
}

int
main(int argc, char **argv)
{
	const struct stoa_svc_spec spec = {
	    .name = "accounts",
	    .description = "directory, members, roles and the ledger",
	    .options = options,
	    .option_count = STOA_COUNT(options),
	    .shared = {&stoa_domain_settings},
	    .instead = instead,
	    .start = start,
	};

	return stoa_svc_main(&spec, argc, argv);
}
