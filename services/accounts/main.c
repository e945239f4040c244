/* main.c - wires the accounts core to the bus. */
#include "accounts/accounts.h"
#include "edge/domaind.h"

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

static const struct stoa_query queries[] = {
    {"Resolve", query_resolve},
    {"Balance", query_balance},
    {"Members", query_members},
    {"Audit", query_audit},
    {"Community", query_community},
    {"Electors", query_electors},
    {"Identity", query_identity},
};

static const struct stoa_domain_spec domain = {
    .core = &accounts_core,
    .queries = queries,
    .query_count = STOA_COUNT(queries),
    .due_method = "ExpireHolds",
};

static bool
start(struct stoa_svc *svc)
{
	return stoa_domaind_start(svc, &domain) != NULL;
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
	    .shared = {&stoa_domain_settings},
	    .instead = instead,
	    .start = start,
	};

	return stoa_svc_main(&spec, argc, argv);
}
