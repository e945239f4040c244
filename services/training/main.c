/* main.c - wires the training core and its reactions to the bus. */
#include "edge/domaind.h"
#include "training/reactions.h"
#include "training/training.h"

static struct reactions *reactions;
static struct stoa_bus *bus;

/* Function pointers of other types are not cast: each query has its own. */
#define QUERY(name)                                                  \
	static enum stoa_status query_##name(const void *state,      \
	    const void *in, void *out, struct stoa_arena *arena)     \
	{                                                            \
		return training_query_##name(state, in, arena, out); \
	}

QUERY(job)
QUERY(jobs)
QUERY(model)
QUERY(models)
QUERY(datasets)

static const struct stoa_query queries[] = {
    {"Job", query_job},
    {"Jobs", query_jobs},
    {"Model", query_model},
    {"Models", query_models},
    {"Datasets", query_datasets},
};

/* Heartbeats are not recorded: they only keep an attempt alive. */
static bool
handle(void *owner, struct stoa_request *q)
{
	Stoa__Training__HeartbeatReply reply =
	    STOA__TRAINING__HEARTBEAT_REPLY__INIT;
	const Stoa__Training__HeartbeatQuery *in;
	struct stoa_arena arena;
	struct stoa_str bytes = {NULL, 0};

	(void)owner;
	if (strcmp(q->method->name, "Heartbeat") != 0) {
		return false;
	}
	stoa_arena_init(&arena, NULL, 0, 65536);
	in = stoa_unpack(&arena, q->method->input, q->body);
	if (in != NULL) {
		reply.is_wanted =
		    reactions_heartbeat(reactions, q->community, in);
		bytes = stoa_pack(&arena, &reply.base);
	}
	stoa_bus_answer(
	    bus, q, in == NULL ? STOA_INVALID : STOA_OK, bytes, NULL);
	stoa_arena_fini(&arena);
	return true;
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

static bool
start(struct stoa_svc *svc)
{
	static const struct stoa_domain_spec domain = {
	    .core = &training_core,
	    .queries = queries,
	    .query_count = STOA_COUNT(queries),
	    .due_method = "PassDeadline",
	    .handle = handle,
	};
	struct stoa_domaind *domaind = stoa_domaind_start(svc, &domain);
	struct reactions_options options = {
	    .bus = stoa_svc_bus(svc),
	    .is_mine = is_mine,
	    .command = command,
	    .owner = domaind,
	};

	if (domaind == NULL) {
		return false;
	}
	bus = options.bus;
	options.replica = stoa_domaind_replica(domaind);
	reactions = reactions_new(&options);
	stoa_svc_add(svc, &reactions_part, reactions);
	return true;
}

static int
instead(struct stoa_svc *svc)
{
	return stoa_domaind_instead(svc, &training_core);
}

int
main(int argc, char **argv)
{
	const struct stoa_svc_spec spec = {
	    .name = "training",
	    .description = "data sets, jobs and models",
	    .shared = {&stoa_domain_settings},
	    .instead = instead,
	    .start = start,
	};

	return stoa_svc_main(&spec, argc, argv);
}
