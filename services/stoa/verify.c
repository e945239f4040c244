/* verify.c - `stoa verify`: every record of every journal, offline; and, when
 * the suite runs, the replayed state against the live one. */
#include "base/check.h"
#include "base/encode.h"
#include "edge/bus.h"
#include "edge/log.h"
#include "stoa/children.h"
#include "stoa/journal_check.h"
#include "stoa/look.h"
#include "stoa/options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct stoa_conf_option options[] = {
    {"home", STOA_CONF_TEXT, "./data", 1, 800, "folder of all state"},
    {"verbose", STOA_CONF_FLAG, "false", 0, 0, "print every community"},
    {"help", STOA_CONF_FLAG, "false", 0, 0, "print this and exit"},
};

#define REPLICAS_MAX 16

struct verify {
	struct home home;
	bool is_verbose;
	unsigned bad;
	struct stoa_loop *loop;
	struct stoa_bus *bus;
	/* The community being compared with the live one. */
	struct journal_check *check;
	const struct stoa_core *core;
	size_t at;
	size_t live;
};

static void
print_hash(const char *name, const struct stoa_hash *hash)
{
	struct stoa_buf hex;

	stoa_buf_init(&hex, 80);
	stoa_hex_encode(&hex, stoa_hash_str(hash));
	printf("    %s %s\n", name, hex.data);
	stoa_buf_fini(&hex);
}

static void
file_report(struct verify *v, const char *name, const struct journal_check *c)
{
	printf("%s: %zu communities, %" PRIu64 " records, %" PRIu64
	       " commands, %" PRIu64 " damaged places\n",
	    name, journal_check_count(c), journal_check_records(c),
	    journal_check_entries(c), journal_check_damage(c));
	for (size_t i = 0; i < journal_check_count(c); i++) {
		struct journal_community m;

		journal_check_community(c, i, &m);
		if (m.is_broken) {
			v->bad++;
			printf("  %.*s: broken after record %" PRIu64 ": %s\n",
			    STOA_STR_ARG(m.id), m.index, m.why);
		} else if (v->is_verbose) {
			printf("  %.*s: %" PRIu64 " records\n",
			    STOA_STR_ARG(m.id), m.index);
			print_hash("head ", &m.head);
			print_hash("tree ", &m.root);
			print_hash("state", &m.state);
		}
	}
}

/* Replicas of one domain must agree on every record that both have. */
static void
replicas_compare(struct verify *v, const char *name,
    const struct journal_check *a, const struct journal_check *b)
{
	for (size_t i = 0; i < journal_check_count(a); i++) {
		struct journal_community one, two;

		journal_check_community(a, i, &one);
		for (size_t k = 0; k < journal_check_count(b); k++) {
			journal_check_community(b, k, &two);
			if (stoa_str_is_equal(one.id, two.id) &&
			    one.index == two.index &&
			    !stoa_hash_is_equal(&one.root, &two.root)) {
				v->bad++;
				printf("%s %.*s: the replicas' records "
				       "differ\n",
				    name, STOA_STR_ARG(one.id));
			}
		}
	}
}

/* ---- the live state
 * -------------------------------------------------------------- */

static void live_next(struct verify *v);

static void
live_answered(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct verify *v = owner;
	struct journal_community m;
	struct stoa_arena arena;
	const Stoa__Journal__HeadReply *head = NULL;

	(void)detail;
	journal_check_community(v->check, v->at, &m);
	stoa_arena_init(&arena, NULL, 0, 65536);
	if (status == STOA_OK) {
		head = stoa_unpack(
		    &arena, &stoa__journal__head_reply__descriptor, reply);
	}
	/* Only the same index compares: the suite may be at work. */
	if (head != NULL && head->index == m.index && !m.is_broken) {
		v->live++;
		if (head->state_hash.len != sizeof(m.state.bytes) ||
		    memcmp(head->state_hash.data, m.state.bytes,
			sizeof(m.state.bytes)) != 0) {
			v->bad++;
			printf("%s %.*s: the replayed state is not the live "
			       "one\n",
			    v->core->name, STOA_STR_ARG(m.id));
		}
	}
	if (head != NULL && strcmp(head->mode, "frozen") == 0) {
		v->bad++;
		printf("%s %.*s is read-only: %s\n", v->core->name,
		    STOA_STR_ARG(m.id), head->reason);
	}
	stoa_arena_fini(&arena);
	v->at++;
	live_next(v);
}

static void
live_next(struct verify *v)
{
	Stoa__Journal__HeadQuery query = STOA__JOURNAL__HEAD_QUERY__INIT;
	struct journal_community m;
	struct stoa_bus_call call = {
	    .service = v->core->service,
	    .method = "Head",
	    .timeout_us = 3 * STOA_US_PER_S,
	};

	if (v->at >= journal_check_count(v->check)) {
		stoa_loop_stop(v->loop);
		return;
	}
	journal_check_community(v->check, v->at, &m);
	call.community = m.id;
	stoa_bus_call(v->bus, &call, &query.base, live_answered, v);
}

static void
on_up(void *owner)
{
	struct verify *v = owner;

	if (v->at == 0) {
		live_next(v);
	}
}

static void
live_compare(
    struct verify *v, const struct stoa_core *core, struct journal_check *check)
{
	char key[HOME_PATH_MAX], path[HOME_PATH_MAX], url[64] = "";
	FILE *file = fopen(home_path(&v->home, "run/nats-url", path), "re");
	struct stoa_bus_options bus = {
	    .url = url,
	    .service = "admin",
	    .description = "verify",
	    .key_file = home_path(&v->home, "keys/admin.nk", key),
	    .up = on_up,
	    .owner = v,
	};

	if (file == NULL || fgets(url, sizeof(url), file) == NULL) {
		url[0] = '\0';
	}
	if (file != NULL) {
		(void)fclose(file);
	}
	url[strcspn(url, "\n")] = '\0';
	v->core = core;
	v->check = check;
	v->at = 0;
	v->loop = stoa_loop_open();
	bus.loop = v->loop;
	if (stoa_bus_open(&bus, &v->bus) == STOA_OK) {
		stoa_loop_run(v->loop);
		stoa_bus_close(v->bus);
	}
}

/* ---- the command
 * ------------------------------------------------------------------- */

static void
domain_verify(struct verify *v, const struct stoa_core *core, bool is_live)
{
	struct journal_check *first = NULL;

	for (unsigned i = 0; i < REPLICAS_MAX; i++) {
		char path[HOME_PATH_MAX], name[96];
		struct journal_check *check;
		enum stoa_status status;

		(void)snprintf(
		    name, sizeof(name), "journal/%s-%u.copy", core->name, i);
		status = journal_check_run(
		    home_path(&v->home, name, path), core, &check);
		if (status == STOA_NOT_FOUND) {
			continue;
		}
		if (status != STOA_OK) {
			v->bad++;
			printf("%s: %s\n", name, stoa_status_text(status));
			continue;
		}
		file_report(v, name, check);
		if (first == NULL) {
			first = check;
			continue;
		}
		replicas_compare(v, core->name, first, check);
		journal_check_free(check);
	}
	if (first != NULL && is_live) {
		live_compare(v, core, first);
	}
	if (first != NULL) {
		journal_check_free(first);
	}
}

int
verify_main(int argc, char **argv)
{
	static struct verify v;
	struct stoa_conf *conf;
	struct children_row rows[CHILDREN_MAX];
	size_t running;
	bool is_live = false;
	int status;

	if (argc > 1 && strcmp(argv[1], "proposal") == 0) {
		return verify_vote_main(argc - 1, argv + 1);
	}
	status = options_read("verify", "check every record of every journal",
	    options, STOA_COUNT(options), argc, argv, &conf, &v.home, NULL);

	if (status >= 0) {
		return status;
	}
	stoa_log_open("verify", STOA_LOG_ERROR);
	v.is_verbose = stoa_conf_flag(conf, "verbose");
	running = children_read(&v.home, rows);
	for (size_t i = 0; i < running; i++) {
		is_live = is_live || (rows[i].is_daemon && rows[i].is_ready);
	}
	for (size_t i = 0; i < JOURNAL_CORE_COUNT; i++) {
		domain_verify(&v, journal_cores[i], is_live);
	}
	if (is_live) {
		printf("%zu live states equal the replayed ones\n", v.live);
	}
	if (v.bad == 0) {
		printf("verified\n");
	} else {
		printf("NOT verified: %u problems\n", v.bad);
	}
	stoa_conf_free(conf);
	return v.bad == 0 ? 0 : 1;
}
