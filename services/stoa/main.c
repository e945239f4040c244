/* main.c - the subcommands of `stoa`, each with its own options. */
#include "base/check.h"
#include "base/str.h"
#include "stoa/chat.h"
#include "stoa/look.h"
#include "stoa/run.h"
#include "stoa/up.h"

#include <stdio.h>

static const struct subcommand {
	const char *name;
	const char *help;		  /* one line */
	int (*fn)(int argc, char **argv); /* argv[0] is the name */
} subcommands[] = {
    {"up", "start the suite", up_main},
    {"down", "stop the suite", down_main},
    {"chat", "talk to the suite: completion, history, live progress",
	chat_main},
    {"run", "run one command: stoa run '/help' [--json]", run_main},
    {"status", "who runs, who is ready", status_main},
    {"logs", "what a daemon says", logs_main},
    {"doctor", "what is wrong, and what to do", doctor_main},
    {"verify", "check every record of every journal, or one proposal's vote",
	verify_main},
    {"export", "a community's journal in one signed file", export_main},
};

static void
usage(FILE *out)
{
	fprintf(out, "usage: stoa <command> [options]\n\n");
	for (size_t i = 0; i < STOA_COUNT(subcommands); i++) {
		fprintf(out, "  %-8s %s\n", subcommands[i].name,
		    subcommands[i].help);
	}
	fprintf(out, "\nstoa <command> --help lists the options of one.\n");
}

static int
unknown(const char *given)
{
	const char *names[STOA_COUNT(subcommands)];
	const char *near;

	for (size_t i = 0; i < STOA_COUNT(subcommands); i++) {
		names[i] = subcommands[i].name;
	}
	near = stoa_str_suggest(
	    stoa_str_of(given), names, STOA_COUNT(subcommands));
	fprintf(stderr, "stoa: there is no command \"%s\"", given);
	if (near != NULL) {
		fprintf(stderr, "; did you mean \"%s\"?\n", near);
	} else {
		fprintf(stderr, "; `stoa help` lists them\n");
	}
	return 2;
}

int
main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	for (size_t i = 0; i < STOA_COUNT(subcommands); i++) {
		if (strcmp(name, subcommands[i].name) == 0) {
			return subcommands[i].fn(argc - 1, argv + 1);
		}
	}
	if (strcmp(name, "--version") == 0) {
		printf("stoa %s\n", STOA_VERSION);
		return 0;
	}
	if (name[0] == '\0' || strcmp(name, "help") == 0 ||
	    strcmp(name, "--help") == 0) {
		usage(name[0] == '\0' ? stderr : stdout);
		return name[0] == '\0' ? 2 : 0;
	}
	return unknown(name);
}
