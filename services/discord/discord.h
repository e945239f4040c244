/* discord.h - Discord out, as `main.c` sees it.
 *
 * Answers every interaction in time, whatever `bot` does: with the card if it
 * is there within a second and a half, else with "thinking", and edits what is
 * shown from then on; past the token's fifteen minutes with a message of its
 * own. One replica at a time speaks; the others stand by.
 *
 * Layer 3: speaks to ports and to rest.h. One thread: the loop's. */
#ifndef DISCORD_H
#define DISCORD_H

#include "port/part.h"

#include <stdbool.h>
#include <stdint.h>

struct discord;
struct rest;
struct stoa_bus;
struct stoa_loop;
struct stoa_request;

struct discord_settings {
	struct stoa_bus *bus;
	struct stoa_loop *loop; /* its pool draws charts and moves uploads */
	struct rest *rest;
	const char *replica;	 /* borrowed; unique among the replicas */
	const char *incarnation; /* borrowed; unique among all processes */
	const char *folder;	 /* borrowed; for files under way */
	/* Borrowed; where attachments may lie beside Discord's own hosts:
	 * "https://host/"; empty: nowhere. */
	const char *file_origin;
	/* Told the address that brings the bot into a server. */
	void (*invite)(const char *url);
	bool registers;	 /* commands, at the start */
	bool use_embeds; /* instead of components v2 */
	uint64_t seed;
	void (*log)(bool is_warning, const char *event, const char *text);
	/* Nothing can be done before a person has mended it. */
	void (*fatal)(const char *text);
};

/* Copies the settings. */
struct discord *discord_new(const struct discord_settings *settings);
void discord_start(struct discord *d);

/* Ready when Discord has told who we are. Freed before it is idle, what is
 * still under way keeps its memory. */
extern const struct stoa_part discord_part;

/* For stoa_bus_serve: answers stoa.discord.Discord; `owner` is a struct
 * discord. */
void discord_serve(void *owner, struct stoa_request *request);

#endif
