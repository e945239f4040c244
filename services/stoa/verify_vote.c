/* verify_vote.c - `stoa verify proposal ID --bundle FILE`: counts a vote again
 * from a community's records alone, and finds one's own ballot in them. */
#include "base/check.h"
#include "base/encode.h"
#include "base/merkle.h"
#include "domain/limits.h"
#include "domain/record.h"
#include "edge/log.h"
#include "governance/audit.h"
#include "governance/governance.h"
#include "stoa/bundle.h"
#include "stoa/look.h"
#include "stoa/options.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct stoa_conf_option options[] = {
    {"home", STOA_CONF_TEXT, "./data", 1, 800,
	"folder whose key signed the bundle"},
    {"bundle", STOA_CONF_TEXT, "stoa.bundle", 1, 800, "file to read"},
    {"key", STOA_CONF_TEXT, NULL, 0, 300,
	"verifier key of who signed it; empty: of this home"},
    {"receipt", STOA_CONF_TEXT, NULL, 0, 40,
	"of one's ballot: record.position; it is looked for and proven"},
    {"help", STOA_CONF_FLAG, "false", 0, 0, "print this and exit"},
};

struct vote_check {
	struct bundle bundle;
	struct stoa_arena arena;
	struct governance *state;
	struct stoa_merkle tree;
	struct stoa_hash head;
	struct stoa_hash *leaves;
	uint64_t count;
	const char *proposal;
	/* The receipt's entry. */
	uint64_t receipt_index;
	uint32_t receipt_position;
	char *voter; /* NULL: not seen yet */
	bool is_replaced;
	char why[200];
};

/* ---- records ---- */

static bool
wrong(struct vote_check *v, uint64_t index, const char *what)
{
	(void)snprintf(
	    v->why, sizeof(v->why), "record %" PRIu64 ": %s", index, what);
	return false;
}

static const Stoa__Governance__Event *
event_of(struct vote_check *v, const Stoa__Journal__Entry *e, size_t i)
{
	return stoa_unpack(&v->arena, governance_core.event,
	    stoa_str_of_bytes(e->events[i].data, e->events[i].len));
}

/* The proposal that an event is a ballot about; NULL: it is none. */
static const char *
ballot_of(const Stoa__Governance__Event *e)
{
	switch ((int)e->kind_case) {
	case STOA__GOVERNANCE__EVENT__KIND_VOTE_CAST:
		return e->vote_cast->proposal;
	case STOA__GOVERNANCE__EVENT__KIND_BALLOT_COMMITTED:
		return e->ballot_committed->proposal;
	case STOA__GOVERNANCE__EVENT__KIND_BALLOT_REVEALED:
		return e->ballot_revealed->proposal;
	}
	return NULL;
}

static void
receipt_look(struct vote_check *v, uint64_t index, uint32_t position,
    const Stoa__Journal__Entry *e, const Stoa__Governance__Event *event)
{
	const char *about = ballot_of(event);
	const struct proposal *p;

	if (about == NULL || v->receipt_index == 0) {
		return;
	}
	p = governance_get(v->state, stoa_str_of(about));
	if (p == NULL ||
	    !stoa_str_is_equal(governance_id(p), stoa_str_of(v->proposal))) {
		return;
	}
	if (index == v->receipt_index && position == v->receipt_position) {
		v->voter = strdup(e->actor);
	} else if (v->voter != NULL && strcmp(v->voter, e->actor) == 0) {
		v->is_replaced = true;
	}
}

static bool
entry_take(struct vote_check *v, uint64_t index, uint32_t position,
    const Stoa__Journal__Entry *e)
{
	struct stoa_fact fact = {
	    .community = v->bundle.community,
	    .actor = stoa_str_of(e->actor),
	    .command_id = stoa_str_of(e->command_id),
	    .time = {e->time_us},
	};
	const char *complaint =
	    governance_audit(v->state, v->bundle.community, e, &v->arena);

	if (complaint != NULL) {
		return wrong(v, index, complaint);
	}
	for (size_t i = 0; i < e->n_events; i++) {
		const Stoa__Governance__Event *event = event_of(v, e, i);

		fact.event = event == NULL ? NULL : &event->base;
		if (fact.event == NULL ||
		    !governance_core.apply(v->state, &fact)) {
			return wrong(v, index, "an event that is not known");
		}
		receipt_look(v, index, position, e, event);
	}
	return true;
}

static bool
record_take(struct vote_check *v, struct stoa_str bytes)
{
	struct stoa_record r;
	uint64_t index = v->count + 1;

	stoa_arena_reset(&v->arena);
	if (v->count >= v->bundle.note.size) {
		return wrong(v, index, "more than the checkpoint says");
	}
	if (stoa_record_parse(&v->arena, bytes, &r) != STOA_OK) {
		return wrong(v, index, "it cannot be read");
	}
	if (r.index != index ||
	    !stoa_str_is_equal(r.community, v->bundle.community) ||
	    (v->count > 0 && !stoa_hash_is_equal(&r.previous, &v->head))) {
		return wrong(v, index, "it does not follow the one before");
	}
	v->leaves[v->count++] = r.hash;
	v->head = r.hash;
	stoa_merkle_add(&v->tree, &r.hash);
	for (size_t i = 0; i < r.batch->n_entries; i++) {
		if (!entry_take(v, index, (uint32_t)i, r.batch->entries[i])) {
			return false;
		}
	}
	return true;
}

static bool
bundle_check(struct vote_check *v, struct stoa_str bytes,
    const struct stoa_note_key *key)
{
	const char *why = NULL;
	struct stoa_str record;

	/* Nothing is believed of the records before their tree is. */
	if (!bundle_open(bytes, key, &v->bundle, &why)) {
		(void)snprintf(v->why, sizeof(v->why), "%s", why);
		return false;
	}
	if (!stoa_str_is_equal(v->bundle.domain, STOA_STR("governance"))) {
		(void)snprintf(v->why, sizeof(v->why), "%s",
		    "it is not a journal of governance");
		return false;
	}
	v->leaves = calloc(v->bundle.note.size + 1, sizeof(v->leaves[0]));
	stoa_assert(v->leaves != NULL);
	v->state = governance_core.state_new(v->bundle.community, 1);
	while (bundle_next(&v->bundle, &record)) {
		if (!record_take(v, record)) {
			return false;
		}
	}
	return true;
}

/* ---- what is told ---- */

static const char *
enum_name(const ProtobufCEnumDescriptor *type, int value)
{
	const ProtobufCEnumValue *v =
	    protobuf_c_enum_descriptor_get_value(type, value);

	return v == NULL ? "?" : v->name;
}

static void
tally_print(const Stoa__Governance__Proposal *p)
{
	const Stoa__Governance__Tally *t = p->tally;

	for (size_t i = 0; i < p->n_options && i < t->n_points; i++) {
		printf("  %-24s %" PRIu64 "\n", p->options[i], t->points[i]);
	}
	printf("  abstained %" PRIu64 ", took part %" PRIu64 " of %" PRIu64
	       ", ballots %" PRIu64 ", delegated %" PRIu64 ", scale %" PRIu64
	       "\n",
	    t->abstained, t->voted, p->eligible_power, t->ballots, t->delegated,
	    t->scale);
}

static bool
proposal_print(struct vote_check *v)
{
	Stoa__Governance__ProposalQuery in =
	    STOA__GOVERNANCE__PROPOSAL_QUERY__INIT;
	Stoa__Governance__ProposalReply out =
	    STOA__GOVERNANCE__PROPOSAL_REPLY__INIT;
	const Stoa__Governance__Proposal *p;

	stoa_arena_reset(&v->arena);
	in.proposal = (char *)(uintptr_t)v->proposal;
	if (governance_query_proposal(v->state, &in, &v->arena, &out) !=
	    STOA_OK) {
		printf("there is no proposal %s in this bundle\n", v->proposal);
		return false;
	}
	p = out.proposal;
	printf("proposal %s (#%" PRIu64 ", %s): %s\n", p->id, p->number,
	    p->type, p->title);
	printf("state %s, verdict %s\n",
	    enum_name(&stoa__governance__state__descriptor, (int)p->state),
	    enum_name(&stoa__governance__verdict__descriptor, (int)p->verdict));
	if (p->tally != NULL) {
		tally_print(p);
	}
	return true;
}

/* A proof as transparency logs write it (C2SP tlog-proof). */
static bool
receipt_prove(struct vote_check *v)
{
	struct stoa_hash path[STOA_MERKLE_DEPTH_MAX], root;
	struct stoa_buf text;
	size_t len;

	if (v->voter == NULL) {
		printf("NOT there: record %" PRIu64 ", position %" PRIu32
		       " holds no ballot about it\n",
		    v->receipt_index, v->receipt_position);
		return false;
	}
	len = stoa_merkle_path(v->leaves, v->count, v->receipt_index - 1, path);
	if (!stoa_merkle_path_root(&v->leaves[v->receipt_index - 1],
		v->receipt_index - 1, v->count, path, len, &root) ||
	    !stoa_hash_is_equal(&root, &v->bundle.note.root)) {
		return false;
	}
	printf("ballot of %s in record %" PRIu64 ", position %" PRIu32
	       ": counted%s\n",
	    v->voter, v->receipt_index, v->receipt_position,
	    v->is_replaced ? " until a later one replaced it" : "");
	stoa_buf_init(&text, 8192);
	stoa_buf_printf(&text, "index %" PRIu64 "\n", v->receipt_index - 1);
	for (size_t i = 0; i < len; i++) {
		stoa_base64_encode(&text, STOA_BASE64, stoa_hash_str(&path[i]));
		stoa_buf_add_text(&text, "\n");
	}
	printf("%s", stoa_buf_str(&text).data);
	stoa_buf_fini(&text);
	return true;
}

/* ---- the command ---- */

static bool
file_read(const char *path, struct stoa_buf *out)
{
	FILE *f = fopen(path, "re");
	char piece[65536];
	size_t len;
	bool ok = f != NULL;

	while (ok && (len = fread(piece, 1, sizeof(piece), f)) > 0) {
		stoa_buf_add(out, piece, len);
	}
	ok = ok && ferror(f) == 0 && !out->is_overflown;
	if (!ok) {
		fprintf(stderr, "stoa verify: %s: %s\n", path, strerror(errno));
	}
	if (f != NULL) {
		(void)fclose(f);
	}
	return ok;
}

static bool
key_find(const struct stoa_conf *conf, const struct home *home,
    struct stoa_note_key *ret_key)
{
	const char *given = stoa_conf_get(conf, "key");
	uint8_t seed[STOA_ED25519_SIZE];
	struct stoa_buf error;
	bool ok;

	if (given[0] != '\0') {
		ok = stoa_note_key_parse(stoa_str_of(given), ret_key);
		if (!ok) {
			fprintf(stderr, "stoa verify: key: not a verifier key "
					"as `stoa export` prints it\n");
		}
		return ok;
	}
	stoa_buf_init(&error, 2048);
	ok = bundle_key_read(home, seed, ret_key, &error);
	OPENSSL_cleanse(seed, sizeof(seed));
	if (!ok) {
		fprintf(stderr, "stoa verify: %s; or give --key\n",
		    stoa_buf_str(&error).data);
	}
	stoa_buf_fini(&error);
	return ok;
}

static bool
receipt_parse(struct vote_check *v, const char *text)
{
	struct stoa_str rest = stoa_str_of(text);
	struct stoa_str index = stoa_str_cut(&rest, '.');
	int64_t numbers[2] = {0, 0};

	if (text[0] == '\0') {
		return true;
	}
	if (!stoa_str_to_i64(index, &numbers[0]) ||
	    !stoa_str_to_i64(rest, &numbers[1]) || numbers[0] < 1 ||
	    numbers[1] < 0 || numbers[1] > UINT32_MAX) {
		fprintf(stderr,
		    "stoa verify: receipt: record.position, as the answer to "
		    "the vote says\n");
		return false;
	}
	v->receipt_index = (uint64_t)numbers[0];
	v->receipt_position = (uint32_t)numbers[1];
	return true;
}

static void
check_free(struct vote_check *v)
{
	if (v->state != NULL) {
		governance_core.state_free(v->state);
	}
	free(v->leaves);
	free(v->voter);
	stoa_arena_fini(&v->arena);
}

int
verify_vote_main(int argc, char **argv)
{
	struct vote_check v = {.proposal = argc > 1 ? argv[1] : ""};
	struct stoa_note_key key;
	struct stoa_conf *conf;
	struct home home;
	struct stoa_buf bytes;
	bool ok;
	int status;

	if (v.proposal[0] == '\0' || v.proposal[0] == '-') {
		fprintf(stderr,
		    "usage: stoa verify proposal <id> [--bundle=FILE] "
		    "[--key=KEY] [--receipt=RECORD.POSITION]\n");
		return 2;
	}
	status = options_read("verify proposal", "count a vote again", options,
	    STOA_COUNT(options), argc - 1, argv + 1, &conf, &home, NULL);
	if (status >= 0) {
		return status;
	}
	stoa_log_open("verify", STOA_LOG_ERROR);
	stoa_arena_init(&v.arena, NULL, 0, 8 * DOMAIN_RECORD_ARENA_MAX);
	stoa_buf_init(&bytes, BUNDLE_SIZE_MAX);
	ok = key_find(conf, &home, &key) &&
	     receipt_parse(&v, stoa_conf_get(conf, "receipt")) &&
	     file_read(stoa_conf_get(conf, "bundle"), &bytes);
	status = ok ? 0 : 2;
	if (ok) {
		ok = bundle_check(&v, stoa_buf_str(&bytes), &key);
		if (!ok) {
			printf("NOT verified: %s\n", v.why);
		}
		ok = ok && proposal_print(&v) &&
		     (v.receipt_index == 0 || receipt_prove(&v));
		if (ok) {
			printf("verified: %" PRIu64 " records, each command "
			       "decided again\n",
			    v.count);
		}
		status = ok ? 0 : 1;
	}
	check_free(&v);
	stoa_buf_fini(&bytes);
	stoa_conf_free(conf);
	return status;
}
