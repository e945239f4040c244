/* terminal.c - speaks as any member at a terminal, one line at a time.
 *
 *   terminal HOME say USER LINE      prints the final card, as plain text
 *   terminal HOME card USER ID       the stored card of that id
 *   terminal HOME issue COMMUNITY OWNER MEMBER MICRO
 *   terminal HOME vault COMMUNITY MEMBER   what a chain must hold, micro-Joy
 *
 * Status 1: there is no such card in time, or nothing was issued. */
#include "base/check.h"
#include "base/core.h"
#include "base/id.h"
#include "edge/bus.h"
#include "edge/log.h"
#include "port/clock.h"
#include "stoa/home.h"

#include "proto/accounts.pb-c.h"
#include "proto/chat.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define WAIT_US (20 * STOA_US_PER_S)
#define LOOK_US (20 * STOA_US_PER_MS)

static struct {
	struct home home;
	struct stoa_loop *loop;
	struct stoa_bus *bus;
	struct stoa_timer *tick;
	char **argv;
	char id[64];
	bool is_sent, is_asking;
	int64_t begun_us;
	int status;
} t = {.status = 1};

static void
stop(int status)
{
	t.status = status;
	stoa_loop_stop(t.loop);
}

/* ---- a card ---- */

static void
card_answered(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct stoa_arena arena;
	const Stoa__Chat__Card *card = NULL;

	(void)owner;
	(void)detail;
	t.is_asking = false;
	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	if (status == STOA_OK && reply.len > 0) {
		card =
		    stoa_unpack(&arena, &stoa__chat__card__descriptor, reply);
	}
	if (card != NULL && card->id[0] != '\0') {
		printf("%s", card->plain);
		stop(0);
	}
	stoa_arena_fini(&arena);
}

static void
card_ask(const char *user, const char *id)
{
	char subject[256];

	if (t.is_asking) {
		return;
	}
	t.is_asking = true;
	(void)snprintf(subject, sizeof(subject),
	    "$JS.API.DIRECT.GET.chat-out.stoa.chat.out.console.%s.%s", user,
	    id);
	stoa_bus_ask(t.bus, subject, (struct stoa_str){NULL, 0}, STOA_US_PER_S,
	    card_answered, NULL);
}

/* ---- a line ---- */

static void
stored(void *owner, enum stoa_status status)
{
	(void)owner;
	if (status != STOA_OK && status != STOA_EXISTS) {
		t.is_sent = false; /* again with the next tick */
	}
}

static void
line_send(char *user, char *line)
{
	Stoa__Chat__Command command = STOA__CHAT__COMMAND__INIT;
	struct stoa_arena arena;
	char subject[128];

	command.id = t.id;
	command.platform = (char *)(uintptr_t) "console";
	command.user = user;
	command.raw = line;
	command.received_at_us = stoa_clock_wall(NULL).us;
	(void)snprintf(subject, sizeof(subject), "stoa.chat.in.console.%u.%s",
	    (unsigned)stoa_slot_of(stoa_str_of(user)), user);
	stoa_arena_init(&arena, NULL, 0, 65536);
	t.is_sent = true;
	stoa_bus_store(t.bus, subject, t.id, stoa_pack(&arena, &command.base),
	    stored, NULL);
	stoa_arena_fini(&arena);
}

/* ---- Joy ---- */

static void
issued(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	(void)owner;
	(void)reply;
	(void)detail;
	stop(status == STOA_OK ? 0 : 1);
}

static void
issue(void)
{
	Stoa__Accounts__IssueRequest in = STOA__ACCOUNTS__ISSUE_REQUEST__INIT;
	struct stoa_bus_call call = {
	    .service = &stoa__accounts__accounts__descriptor,
	    .method = "Issue",
	    .community = stoa_str_of(t.argv[3]),
	    .actor = stoa_str_of(t.argv[4]),
	    .command_id = stoa_str_of(t.id),
	    .timeout_us = WAIT_US,
	};

	in.member = t.argv[5];
	in.amount_micro = strtoll(t.argv[6], NULL, 10);
	t.is_sent = true;
	stoa_bus_call(t.bus, &call, &in.base, issued, NULL);
}

static void
audited(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	const Stoa__Accounts__AuditReply *r = NULL;
	struct stoa_arena arena;

	(void)owner;
	(void)detail;
	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	if (status == STOA_OK) {
		r = stoa_unpack(
		    &arena, &stoa__accounts__audit_reply__descriptor, reply);
	}
	if (r != NULL && r->joy_sum_micro == 0) {
		printf("%lld\n", (long long)r->vault_micro);
	}
	stop(r != NULL && r->joy_sum_micro == 0 ? 0 : 1);
	stoa_arena_fini(&arena);
}

static void
audit(void)
{
	Stoa__Accounts__AuditQuery in = STOA__ACCOUNTS__AUDIT_QUERY__INIT;
	struct stoa_bus_call call = {
	    .service = &stoa__accounts__accounts__descriptor,
	    .method = "Audit",
	    .community = stoa_str_of(t.argv[3]),
	    .actor = stoa_str_of(t.argv[4]),
	    .timeout_us = WAIT_US,
	};

	t.is_sent = true;
	stoa_bus_call(t.bus, &call, &in.base, audited, NULL);
}

/* ---- main ---- */

static void
on_tick(void *arg)
{
	const char *what = t.argv[2];

	(void)arg;
	if (stoa_clock_mono(NULL).us - t.begun_us > WAIT_US) {
		fprintf(stderr, "no answer in time\n");
		stop(1);
		return;
	}
	if (!stoa_bus_is_up(t.bus)) {
		return;
	}
	if (strcmp(what, "issue") == 0) {
		if (!t.is_sent) {
			issue();
		}
	} else if (strcmp(what, "vault") == 0) {
		if (!t.is_sent) {
			audit();
		}
	} else if (strcmp(what, "card") == 0) {
		card_ask(t.argv[3], t.argv[4]);
	} else if (!t.is_sent) {
		line_send(t.argv[3], t.argv[4]);
	} else {
		card_ask(t.argv[3], t.id);
	}
}

static bool
bus_open(const char *user)
{
	char key[HOME_PATH_MAX], path[HOME_PATH_MAX], file[64], url[64];
	unsigned nats = 0, storage = 0;
	FILE *ports = fopen(home_path(&t.home, "run/ports", path), "re");
	struct stoa_bus_options options = {
	    .loop = t.loop,
	    .url = url,
	    .service = user,
	    .description = "a terminal",
	    .key_file = key,
	    .is_client = true,
	};

	if (ports == NULL || fscanf(ports, "%u %u", &nats, &storage) != 2) {
		fprintf(stderr, "%s: no suite runs there\n", t.home.path);
		return false;
	}
	(void)fclose(ports);
	t.home.nats_port = (uint16_t)nats;
	home_nats_url(&t.home, url);
	(void)snprintf(file, sizeof(file), "keys/%s.nk", user);
	(void)home_path(&t.home, file, key);
	return stoa_bus_open(&options, &t.bus) == STOA_OK;
}

int
main(int argc, char **argv)
{
	bool is_issue = argc == 7 && strcmp(argv[2], "issue") == 0;

	if (!is_issue && argc != 5) {
		fprintf(stderr, "terminal HOME say USER LINE\n");
		return 2;
	}
	stoa_log_open("terminal", STOA_LOG_ERROR);
	t.argv = argv;
	(void)snprintf(t.home.path, sizeof(t.home.path), "%s", argv[1]);
	t.begun_us = stoa_clock_mono(NULL).us;
	(void)snprintf(t.id, sizeof(t.id), "terminal-%ld-%lld", (long)getpid(),
	    (long long)stoa_clock_wall(NULL).us);
	t.loop = stoa_loop_open();
	t.tick = stoa_timer_new(t.loop, on_tick, NULL);
	if (!bus_open(
		is_issue || strcmp(argv[2], "vault") == 0 ? "bot" : "admin")) {
		return 2;
	}
	stoa_timer_start(t.tick, LOOK_US, LOOK_US);
	stoa_loop_run(t.loop);
	(void)fflush(stdout);
	_exit(t.status);
}
