/* bundle_tool.c SEED FILE - plays a community at random and writes its journal
 * as a signed bundle, for verifiers to judge. Prints the verifier key, then a
 * line for each proposal: id, state, verdict, points; and a receipt: id,
 * record.position, member. Nothing random but by the seed. */
#include "base/id.h"
#include "base/merkle.h"
#include "base/rng.h"
#include "domain/record.h"
#include "governance/governance.h"
#include "stoa/bundle.h"

#include "../play.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define MEMBERS_MAX   12
#define PROPOSALS_MAX 12
#define COMMUNITY     "c_aaaaaaaaaa"

static struct {
	struct stoa_rng rng;
	struct stoa_arena arena;
	void *state;
	int64_t now_us;
	uint64_t command, index;
	struct stoa_hash head;
	struct stoa_merkle tree;
	struct stoa_buf records;
	Stoa__Journal__Entry entries[64];
	Stoa__Journal__Entry *list[64];
	size_t entry_count;
	char members[MEMBERS_MAX][STOA_ID_SIZE];
	unsigned member_count;
	char proposals[PROPOSALS_MAX][STOA_ID_SIZE];
	unsigned proposal_count;
	uint32_t options[PROPOSALS_MAX];
	Stoa__Governance__Form forms[PROPOSALS_MAX];
	bool is_secret[PROPOSALS_MAX];
	uint32_t secret[PROPOSALS_MAX][MEMBERS_MAX]; /* option + 1 */
	char receipt[160];
} t;

static uint32_t
dice(uint32_t sides)
{
	return (uint32_t)stoa_rng_below(&t.rng, sides);
}

/* ---- the journal ---- */

/* Some commands share a record, as under load. */
static void
record_write(void)
{
	Stoa__Journal__Batch batch = STOA__JOURNAL__BATCH__INIT;
	struct stoa_str bytes;

	if (t.entry_count == 0) {
		return;
	}
	batch.community = (char *)(uintptr_t)COMMUNITY;
	batch.index = ++t.index;
	if (t.index > 1) {
		batch.previous.data = t.head.bytes;
		batch.previous.len = sizeof(t.head.bytes);
	}
	batch.entries = t.list;
	batch.n_entries = t.entry_count;
	bytes = stoa_pack(&t.arena, &batch.base);
	assert_non_null(bytes.data);
	t.head = stoa_record_hash(bytes);
	stoa_merkle_add(&t.tree, &t.head);
	bundle_add(&t.records, bytes);
	t.entry_count = 0;
}

static void
events_apply(const struct stoa_command *c, const struct stoa_decision *d)
{
	for (size_t i = 0; i < d->event_count; i++) {
		struct stoa_fact fact = {.community = c->community,
		    .actor = c->actor,
		    .command_id = c->id,
		    .time = c->now,
		    .event = stoa_unpack(&t.arena, governance_core.event,
			stoa_str_of_bytes(
			    d->events[i].data, d->events[i].len))};

		assert_non_null(fact.event);
		assert_true(governance_core.apply(t.state, &fact));
	}
}

/* True: accepted, with something changed. */
static bool
command(const char *actor, const char *method, const ProtobufCMessage *request)
{
	struct stoa_decision d = {
	    .arena = &t.arena, .reasons = governance_core.reasons};
	struct stoa_command c = {
	    .community = STOA_STR(COMMUNITY),
	    .actor = stoa_str_of(actor),
	    .now = {t.now_us},
	    .method = protobuf_c_service_descriptor_get_method_by_name(
		governance_core.service, method),
	};
	Stoa__Journal__Entry *e = &t.entries[t.entry_count];

	stoa__journal__entry__init(e);
	e->command_id = stoa_arena_printf(&t.arena, "id-%" PRIu64, ++t.command);
	c.id = stoa_str_of(e->command_id);
	c.request = stoa_unpack(
	    &t.arena, c.method->input, stoa_pack(&t.arena, request));
	governance_core.decide(t.state, &c, &d);
	events_apply(&c, &d);
	e->actor = stoa_arena_str(&t.arena, c.actor);
	e->time_us = t.now_us;
	e->events = d.events;
	e->n_events = d.event_count;
	e->refusal = d.refusal;
	t.list[t.entry_count] = e;
	t.entry_count++;
	if (t.entry_count == 64 || dice(4) == 0) {
		record_write();
	}
	return d.refusal == NULL && d.event_count > 0;
}

/* ---- what happens ---- */

static Stoa__Governance__ActorFacts facts;

static Stoa__Governance__Rule *
rule_make(const char *type, Stoa__Governance__Form form,
    Stoa__Governance__Power power)
{
	Stoa__Governance__Rule *r = stoa_arena_alloc(&t.arena, sizeof(*r));

	stoa__governance__rule__init(r);
	r->type = (char *)(uintptr_t)type;
	r->form = form;
	r->power = power;
	r->quorum_bp = dice(5000);
	r->threshold_bp = dice(9000);
	r->voting_us = 1000000 + dice(5000000);
	r->extension_us = dice(1000000);
	return r;
}

static void
found(void)
{
	Stoa__Governance__FoundRequest in =
	    STOA__GOVERNANCE__FOUND_REQUEST__INIT;
	Stoa__Governance__Charter charter = STOA__GOVERNANCE__CHARTER__INIT;
	Stoa__Governance__Rule *rules[8];
	static const char *const types[] = {"SINGLE_ONE", "APPROVAL_ONE",
	    "RANKED_ONE", "SPLIT_ONE", "QUADRATIC_ONE"};

	for (unsigned i = 0; i < 5; i++) {
		rules[i] = rule_make(types[i], (Stoa__Governance__Form)(i + 1),
		    i == 4 || dice(2) == 0
			? STOA__GOVERNANCE__POWER__PER_MEMBER
			: STOA__GOVERNANCE__POWER__PER_TOKEN);
	}
	rules[5] = rule_make("SECRET_ONE", STOA__GOVERNANCE__FORM__SINGLE,
	    STOA__GOVERNANCE__POWER__PER_MEMBER);
	rules[5]->reveal_us = 2000000;
	rules[6] = rule_make("LAZY_ONE", STOA__GOVERNANCE__FORM__SINGLE,
	    STOA__GOVERNANCE__POWER__PER_MEMBER);
	rules[6]->objection_bp = 1 + dice(9999);
	rules[7] = rule_make("OLD_ONE", STOA__GOVERNANCE__FORM__APPROVAL,
	    STOA__GOVERNANCE__POWER__PER_MEMBER);
	rules[7]->voters =
	    stoa_arena_alloc(&t.arena, sizeof(*rules[7]->voters));
	stoa__governance__eligibility__init(rules[7]->voters);
	rules[7]->voters->age_us = 5000000;
	rules[7]->voters->stake = dice(20);
	charter.round_us = 1000000 + (int64_t)dice(60000000);
	charter.credits = 1 + dice(200);
	charter.draft_us = 1000000000;
	charter.guardian_until_us = t.now_us + 100000000;
	in.charter = &charter;
	in.rules = rules;
	in.n_rules = 8;
	assert_true(command("@governance", "Found", &in.base));
}

static void
electors(void)
{
	Stoa__Governance__RecordElectorsRequest in =
	    STOA__GOVERNANCE__RECORD_ELECTORS_REQUEST__INIT;
	Stoa__Accounts__Elector all[MEMBERS_MAX];
	Stoa__Accounts__Elector *list[MEMBERS_MAX];
	size_t count = 0;

	for (unsigned i = 0; i < t.member_count; i++) {
		if (t.index > 0 && dice(3) != 0) {
			continue;
		}
		stoa__accounts__elector__init(&all[count]);
		all[count].member = t.members[i];
		all[count].role = dice(10) == 0
				      ? STOA__ACCOUNTS__ROLE__ROLE_UNSPECIFIED
				      : STOA__ACCOUNTS__ROLE__MEMBER;
		all[count].joined_us = t.now_us - dice(10000000);
		all[count].stake = dice(50);
		list[count] = &all[count];
		count++;
	}
	in.from = governance_version(t.state);
	in.to = in.from + 1 + count;
	in.electors = list;
	in.n_electors = count;
	assert_true(command("@governance", "RecordElectors", &in.base));
}

static void
propose(void)
{
	static const char *const types[] = {"SINGLE_ONE", "APPROVAL_ONE",
	    "RANKED_ONE", "SPLIT_ONE", "QUADRATIC_ONE", "SECRET_ONE",
	    "LAZY_ONE", "OLD_ONE"};
	static const Stoa__Governance__Form forms[] = {1, 2, 3, 4, 5, 1, 1, 2};
	static char *names[] = {(char *)(uintptr_t) "a",
	    (char *)(uintptr_t) "b", (char *)(uintptr_t) "c",
	    (char *)(uintptr_t) "d", (char *)(uintptr_t) "e"};
	Stoa__Governance__ProposeRequest in =
	    STOA__GOVERNANCE__PROPOSE_REQUEST__INIT;
	Stoa__Governance__OpenRequest open =
	    STOA__GOVERNANCE__OPEN_REQUEST__INIT;
	uint32_t which = dice(8), options = dice(2) == 0 ? 0 : 2 + dice(4);
	const char *who = t.members[dice(t.member_count)];
	char command_id[24];
	struct stoa_id id;

	if (t.proposal_count == PROPOSALS_MAX) {
		return;
	}
	options = which == 6 ? 0 : options;
	in.type = (char *)(uintptr_t)types[which];
	in.title = (char *)(uintptr_t) "t";
	in.options = names;
	in.n_options = options;
	in.has_none = options > 0 && dice(2) == 0;
	in.facts = &facts;
	(void)snprintf(
	    command_id, sizeof(command_id), "id-%" PRIu64, t.command + 1);
	id = stoa_id_derive('p', STOA_STR(COMMUNITY), stoa_str_of(who),
	    stoa_str_of(command_id), 0);
	assert_true(command(who, "Propose", &in.base));
	electors();
	open.proposal = id.text;
	open.version = governance_version(t.state);
	assert_true(command("@governance", "Open", &open.base));
	memcpy(t.proposals[t.proposal_count], id.text, sizeof(id.text));
	t.options[t.proposal_count] = options == 0 ? 2 : options;
	t.forms[t.proposal_count] = forms[which];
	t.is_secret[t.proposal_count] = which == 5;
	t.proposal_count++;
}

static void
ballot_make(unsigned p, Stoa__Governance__Ballot *b, uint32_t *options,
    uint32_t *amounts)
{
	uint32_t n = t.options[p], left = 10000;

	stoa__governance__ballot__init(b);
	b->options = options;
	b->amounts = amounts;
	if (dice(8) == 0) {
		b->is_abstention = true;
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		options[i] = i;
	}
	for (uint32_t i = n; i > 1; i--) {
		uint32_t k = dice(i), kept = options[i - 1];

		options[i - 1] = options[k];
		options[k] = kept;
	}
	b->n_options =
	    t.forms[p] == STOA__GOVERNANCE__FORM__SINGLE ? 1 : 1 + dice(n);
	if (t.forms[p] < STOA__GOVERNANCE__FORM__SPLIT) {
		return;
	}
	b->n_amounts = b->n_options;
	for (size_t i = 0; i < b->n_options; i++) {
		uint32_t share =
		    i + 1 == b->n_options ? left : 1 + dice(left / 2);

		amounts[i] = t.forms[p] == STOA__GOVERNANCE__FORM__SPLIT
				 ? share
				 : 1 + dice(9);
		left -= share;
	}
}

/* A ballot under a seal, and the seal broken. */
static void
secret_vote(unsigned p, unsigned m)
{
	static const char label[] = "stoa-ballot"; /* with its zero */
	static const uint8_t salt[STOA_HASH_SIZE] = "salt";
	Stoa__Governance__VoteRequest in = STOA__GOVERNANCE__VOTE_REQUEST__INIT;
	Stoa__Governance__RevealRequest reveal =
	    STOA__GOVERNANCE__REVEAL_REQUEST__INIT;
	Stoa__Governance__Ballot ballot = STOA__GOVERNANCE__BALLOT__INIT;
	uint32_t option = dice(t.options[p]);
	struct stoa_str packed;
	struct stoa_sha256 sha;
	struct stoa_hash hash;

	if (t.secret[p][m] != 0 && dice(3) != 0) {
		option = t.secret[p][m] - 1;
	}
	ballot.options = &option;
	ballot.n_options = 1;
	packed = stoa_pack(&t.arena, &ballot.base);
	stoa_sha256_init(&sha);
	stoa_sha256_add(&sha, label, sizeof(label));
	stoa_sha256_add(&sha, t.proposals[p], strlen(t.proposals[p]) + 1);
	stoa_sha256_add(&sha, t.members[m], strlen(t.members[m]) + 1);
	stoa_sha256_add(&sha, salt, sizeof(salt));
	stoa_sha256_add(&sha, packed.data, packed.len);
	hash = stoa_sha256_end(&sha);
	in.proposal = reveal.proposal = t.proposals[p];
	in.commitment.data = hash.bytes;
	in.commitment.len = sizeof(hash.bytes);
	if (command(t.members[m], "Vote", &in.base)) {
		t.secret[p][m] = option + 1;
		return;
	}
	reveal.ballot = &ballot;
	reveal.salt.data = (uint8_t *)(uintptr_t)salt;
	reveal.salt.len = sizeof(salt);
	(void)command(t.members[m], "Reveal", &reveal.base);
}

static void
vote(void)
{
	Stoa__Governance__VoteRequest in = STOA__GOVERNANCE__VOTE_REQUEST__INIT;
	Stoa__Governance__Ballot ballot;
	uint32_t options[8], amounts[8];
	unsigned p = dice(t.proposal_count), m = dice(t.member_count);
	uint64_t index;
	size_t position;

	if (t.is_secret[p]) {
		secret_vote(p, m);
		return;
	}
	in.proposal = t.proposals[p];
	ballot_make(p, &ballot, options, amounts);
	in.ballot = &ballot;
	index = t.index + 1;
	position = t.entry_count;
	if (command(t.members[m], "Vote", &in.base)) {
		(void)snprintf(t.receipt, sizeof(t.receipt),
		    "receipt %s %" PRIu64 ".%zu %s", t.proposals[p], index,
		    position, t.members[m]);
	}
}

static void
delegate(void)
{
	Stoa__Governance__DelegateRequest in =
	    STOA__GOVERNANCE__DELEGATE_REQUEST__INIT;
	Stoa__Governance__UndelegateRequest out =
	    STOA__GOVERNANCE__UNDELEGATE_REQUEST__INIT;
	static const char *const types[] = {
	    "", "", "QUADRATIC_ONE", "RANKED_ONE", "SINGLE_ONE"};
	const char *type = types[dice(5)];

	if (dice(4) == 0) {
		out.type = (char *)(uintptr_t)type;
		(void)command(
		    t.members[dice(t.member_count)], "Undelegate", &out.base);
		return;
	}
	in.to = t.members[dice(t.member_count)];
	in.type = (char *)(uintptr_t)type;
	in.facts = in.to_facts = &facts;
	(void)command(t.members[dice(t.member_count)], "Delegate", &in.base);
}

/* Two turn out to be one person; some of them again, or the other way. */
static void
unite(void)
{
	Stoa__Governance__UniteRequest in =
	    STOA__GOVERNANCE__UNITE_REQUEST__INIT;

	in.member = t.members[dice(t.member_count)];
	in.former = t.members[dice(t.member_count)];
	(void)command("@bot", "Unite", &in.base);
}

static void
advance(int64_t us)
{
	Stoa__Governance__AdvanceRequest in =
	    STOA__GOVERNANCE__ADVANCE_REQUEST__INIT;

	t.now_us += us;
	while (governance_core.next_due(t.state).us <= t.now_us) {
		assert_true(command("@governance", "Advance", &in.base));
	}
}

static void
play_all(void)
{
	t.member_count = 2 + dice(MEMBERS_MAX - 2);
	for (unsigned i = 0; i < t.member_count; i++) {
		(void)snprintf(t.members[i], STOA_ID_SIZE,
		    "u_%c%c%c%c%c%c%c%c%c%c", 'a' + (int)i, 'b', 'c', 'd', 'e',
		    'f', 'g', 'h', 'i', 'j');
	}
	found();
	propose();
	for (unsigned i = 0; i < 150; i++) {
		switch (dice(12)) {
		case 0:
			propose();
			break;
		case 1:
			delegate();
			break;
		case 2:
			advance(dice(1500000));
			break;
		case 3:
			if (dice(8) == 0) {
				unite();
			} else {
				vote();
			}
			break;
		default:
			vote();
			break;
		}
	}
	advance(dice(2) == 0 ? 100000000 : 1000000);
	record_write();
}

/* ---- what comes of it ---- */

static void
results_print(void)
{
	for (unsigned i = 0; i < t.proposal_count; i++) {
		Stoa__Governance__ProposalQuery in =
		    STOA__GOVERNANCE__PROPOSAL_QUERY__INIT;
		Stoa__Governance__ProposalReply out =
		    STOA__GOVERNANCE__PROPOSAL_REPLY__INIT;

		in.proposal = t.proposals[i];
		assert_int_equal(
		    governance_query_proposal(t.state, &in, &t.arena, &out),
		    STOA_OK);
		printf("proposal %s %d %d", t.proposals[i],
		    (int)out.proposal->state, (int)out.proposal->verdict);
		for (size_t k = 0; out.proposal->tally != NULL &&
				   k < out.proposal->tally->n_points;
		     k++) {
			printf(" %" PRIu64, out.proposal->tally->points[k]);
		}
		printf("\n");
	}
	if (t.receipt[0] != '\0') {
		printf("%s\n", t.receipt);
	}
}

static void
bundle_write(const char *path)
{
	uint8_t seed[STOA_ED25519_SIZE] = "a seed for tests, not for people";
	struct stoa_note note = {.origin = "stoa/governance/" COMMUNITY,
	    .size = t.index,
	    .root = stoa_merkle_root(&t.tree)};
	struct stoa_note_key key = {.name = "stoa"};
	struct stoa_buf text, out;
	FILE *f = fopen(path, "we");

	stoa_buf_init(&text, STOA_NOTE_SIZE_MAX);
	stoa_buf_init(&out, BUNDLE_SIZE_MAX);
	stoa_note_sign(&text, &note, key.name, seed);
	bundle_begin(&out, stoa_buf_str(&text));
	stoa_buf_add_str(&out, stoa_buf_str(&t.records));
	assert_non_null(f);
	assert_int_equal(fwrite(out.data, 1, out.len, f), out.len);
	assert_int_equal(fclose(f), 0);
	stoa_ed25519_public(seed, key.public_key);
	stoa_buf_clear(&text);
	stoa_note_key_print(&text, &key);
	printf("key %s\n", stoa_buf_str(&text).data);
	stoa_buf_fini(&text);
	stoa_buf_fini(&out);
}

int
main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: bundle_tool SEED FILE\n");
		return 2;
	}
	stoa_rng_init(&t.rng, strtoull(argv[1], NULL, 10));
	stoa_arena_init(&t.arena, NULL, 0, (size_t)1 << 28);
	stoa_buf_init(&t.records, BUNDLE_SIZE_MAX);
	stoa_merkle_init(&t.tree);
	t.now_us = INT64_C(1767225600000000);
	t.state = governance_core.state_new(STOA_STR(COMMUNITY), 1);
	stoa__governance__actor_facts__init(&facts);
	facts.role = STOA__ACCOUNTS__ROLE__MEMBER;
	play_all();
	bundle_write(argv[2]);
	results_print();
	governance_core.state_free(t.state);
	stoa_buf_fini(&t.records);
	stoa_arena_fini(&t.arena);
	return 0;
}
