/* main.c - wires the governance core and its reactions to the bus. */
#include "edge/domaind.h"
#include "edge/log.h"
#include "governance/facts.h"
#include "governance/governance.h"
#include "governance/limits.h"
#include "governance/reactions.h"

static struct stoa_domaind *domaind;
static struct stoa_svc *service;

static const struct stoa_conf_option options[] = {
    {"pace", STOA_CONF_NUMBER, "1", 1, 1000000,
	"durations that a new community begins with are divided by this"},
};

/* Function pointers of other types are not cast: each query has its own. */
#define QUERY(name)                                                    \
	static enum stoa_status query_##name(const void *state,        \
	    const void *in, void *out, struct stoa_arena *arena)       \
	{                                                              \
		return governance_query_##name(state, in, arena, out); \
	}

QUERY(proposal)
QUERY(proposals)
QUERY(ballot)
QUERY(standing)
QUERY(sealed)

static void founding_fill(
    struct stoa_arena *arena, Stoa__Governance__FoundRequest *ret_request);

/* Before the founding: what the community is going to begin with. */
static enum stoa_status
query_rules(
    const void *state, const void *in, void *out, struct stoa_arena *arena)
{
	Stoa__Governance__RulesReply *reply = out;
	Stoa__Governance__FoundRequest founding;

	if (governance_is_founded(state)) {
		return governance_query_rules(state, in, arena, out);
	}
	founding_fill(arena, &founding);
	reply->charter = founding.charter;
	reply->rules = founding.rules;
	reply->n_rules = founding.n_rules;
	return STOA_OK;
}

static const struct stoa_query queries[] = {
    {"Proposal", query_proposal},
    {"Proposals", query_proposals},
    {"Ballot", query_ballot},
    {"Standing", query_standing},
    {"Sealed", query_sealed},
    {"Rules", query_rules},
};

/* ---- founding ---- */

static void
pace_apply(int64_t *us, int64_t pace)
{
	*us /= pace;
}

/* As this installation begins all communities. */
static void
founding_fill(
    struct stoa_arena *arena, Stoa__Governance__FoundRequest *ret_request)
{
	int64_t pace = stoa_conf_number(stoa_svc_conf(service), "pace");

	governance_defaults(arena, ret_request);
	ret_request->charter->guardian_until_us =
	    stoa_clock_wall(NULL).us + GOVERNANCE_GUARDIAN_US;
	pace_apply(&ret_request->charter->reminder_us, pace);
	pace_apply(&ret_request->charter->last_reminder_us, pace);
	for (size_t i = 0; i < ret_request->n_rules; i++) {
		Stoa__Governance__Rule *r = ret_request->rules[i];

		pace_apply(&r->review_us, pace);
		pace_apply(&r->voting_us, pace);
		pace_apply(&r->extension_us, pace);
		pace_apply(&r->timelock_us, pace);
		pace_apply(&r->reveal_us, pace);
	}
}

/* A community is founded by the first member who wants something of it, with
 * the rules of this installation; from then on only votes change them. */
static void
found(struct stoa_str community)
{
	const struct governance *s =
	    stoa_replica_peek(stoa_domaind_replica(domaind), community);
	Stoa__Governance__FoundRequest request;
	struct stoa_arena arena;

	if (governance_is_founded(s)) {
		return;
	}
	stoa_arena_init(&arena, NULL, 0, 65536);
	founding_fill(&arena, &request);
	stoa_domaind_command(
	    domaind, community, STOA_STR("found"), "Found", &request.base);
	stoa_arena_fini(&arena);
}

/* ---- requests ---- */

static void
completed(void *owner, struct stoa_request *q, enum stoa_status status,
    struct stoa_str body, bool is_member)
{
	(void)owner;
	if (status != STOA_OK) {
		stoa_bus_answer(stoa_svc_bus(service), q, status,
		    (struct stoa_str){NULL, 0}, "accounts");
		return;
	}
	if (is_member) {
		found(q->community);
	}
	stoa_domaind_submit(domaind, q, body);
}

static bool
handle(void *owner, struct stoa_request *q)
{
	(void)owner;
	return facts_fetch(stoa_svc_bus(service), q, completed, NULL);
}

/* ---- reactions ---- */

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

static bool
start(struct stoa_svc *svc)
{
	static const struct stoa_domain_spec domain = {
	    .core = &governance_core,
	    .queries = queries,
	    .query_count = STOA_COUNT(queries),
	    .due_method = "Advance",
	    .handle = handle,
	};
	struct reactions_options o = {
	    .bus = stoa_svc_bus(svc),
	    .is_mine = is_mine,
	    .command = command,
	};

	service = svc;
	domaind = stoa_domaind_start(svc, &domain);
	if (domaind == NULL) {
		return false;
	}
	o.owner = domaind;
	o.replica = stoa_domaind_replica(domaind);
	stoa_svc_add(svc, &reactions_part, reactions_new(&o));
	return true;
}

static int
instead(struct stoa_svc *svc)
{
	return stoa_domaind_instead(svc, &governance_core);
}

int
main(int argc, char **argv)
{
	const struct stoa_svc_spec spec = {
	    .name = "governance",
	    .description = "proposals, votes and what they decide",
	    .options = options,
	    .option_count = STOA_COUNT(options),
	    .shared = {&stoa_domain_settings},
	    .instead = instead,
	    .start = start,
	};

	return stoa_svc_main(&spec, argc, argv);
}
