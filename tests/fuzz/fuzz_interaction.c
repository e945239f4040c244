/* fuzz_interaction.c - any JSON as an interaction, a message or an arrival.
 *
 * The first byte chooses which, the second how much memory there is. What is
 * taken is whole: it packs, its ids can stand in subjects, and its handle
 * comes back out of its reply. What is refused leaves nothing. */
#include "base/core.h"
#include "base/encode.h"
#include "gateway/interaction.h"
#include "gateway/limits.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_id(const char *id, const char *good)
{
	size_t len = strlen(id);

	stoa_assert(len > 0 && len <= 128 && strspn(id, good) == len);
}

static void
check_reply(const Stoa__Chat__Command *c, struct stoa_arena *arena)
{
	const Stoa__Discord__Handle *h;
	struct stoa_buf b;

	stoa_assert(strlen(c->reply) <= 512);
	stoa_buf_init(&b, 1024);
	stoa_assert(stoa_base64_decode(
	    &b, STOA_BASE64URL_NOPAD, stoa_str_of(c->reply)));
	h = stoa_unpack(
	    arena, &stoa__discord__handle__descriptor, stoa_buf_str(&b));
	stoa_buf_fini(&b);
	stoa_assert(h != NULL);
	stoa_assert(strcmp(h->channel, c->channel) == 0);
	stoa_assert(strcmp(h->guild, c->workspace) == 0);
}

static void
check_whole(const struct interaction *i)
{
	struct stoa_arena arena;

	stoa_arena_init(&arena, NULL, 0, (size_t)16 * 1024 * 1024);
	if (i->command != NULL) {
		const Stoa__Chat__Command *c = i->command;

		check_id(c->id, "abcdefghijklmnopqrstuvwxyz0123456789-");
		check_id(c->user, "0123456789");
		stoa_assert(c->n_options <= 25);
		for (size_t at = 0; at < c->n_options; at++) {
			stoa_assert(c->options[at]->name != NULL);
		}
		stoa_assert(c->n_roles <= GATEWAY_ROLES_MAX);
		for (size_t at = 0; at < c->n_roles; at++) {
			check_id(c->roles[at], "0123456789");
		}
		stoa_assert(c->path[0] == '\0' || c->token[0] == '\0');
		check_reply(c, &arena);
		stoa_assert(stoa_pack(&arena, &c->base).data != NULL);
	}
	if (i->turn != NULL) {
		check_id(i->turn->command, "0123456789");
		stoa_assert(i->turn->handle->token[0] != '\0');
		stoa_assert(stoa_pack(&arena, &i->turn->base).data != NULL);
		stoa_assert((i->command == NULL) == (i->turn->suggest != NULL));
	}
	stoa_arena_fini(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct interaction i = {.is_ping = true};
	struct stoa_arena arena;
	struct stoa_json root;
	const char *why = NULL;
	bool is_good = false;

	if (size < 2 || !stoa_json_parse(stoa_str_of_bytes(data + 2, size - 2),
			    0, &root, NULL)) {
		return 0;
	}
	stoa_arena_init(&arena, NULL, 0,
	    data[1] < 64 ? (size_t)data[1] * 128 : GATEWAY_ARENA_MAX);
	switch (data[0] % 3) {
	case 0:
		is_good = interaction_read(root, 1, &arena, &i, &why);
		stoa_assert(is_good || why != NULL);
		break;
	case 1:
		is_good = interaction_read_message(root, "42", 1, &arena, &i);
		break;
	default:
		is_good = interaction_read_arrival(root, 1, &arena, &i);
		break;
	}
	if (is_good) {
		stoa_assert(!arena.is_overflown);
		check_whole(&i);
	} else {
		stoa_assert(i.command == NULL && i.turn == NULL && !i.is_ping);
	}
	stoa_arena_fini(&arena);
	return 0;
}
